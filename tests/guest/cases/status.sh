# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# status.sh - what cannot be done ends in the documented status, with one line that helps.

# Which hooks there are makes no difference to most of this, and a few take less time to attach.

# says STATUS TEXT COMMAND...: expects a status, and one line on stderr with TEXT in it.
says() {
	local want=$1 text=$2
	shift 2
	status "$want" "$@" 2>said.txt >/dev/null || { cat said.txt; return 1; }
	grep -qF -- "$text" said.txt || { echo "'$text' was not said:"; cat said.txt; return 1; }
	expect 1 "$(grep -c '^aiotrace' said.txt)" "lines on stderr"
}

unprivileged() {
	says 3 "run as root" setpriv --reuid 65534 --regid 65534 --clear-groups \
		aiotrace run -- true
}

exact_on_stock() {
	says 3 "'--source function' works here" aiotrace run --source exact -- true
}

process_that_does_not_exist() {
	says 2 "there is no process 4194303" aiotrace record -o t.aios -p 4194303
}

cgroup_that_does_not_exist() {
	says 2 "no such cgroup" aiotrace record -o t.aios -G /sys/fs/cgroup/none
}

command_fails() {
	says 6 "exited with status 7" aiotrace run --source syscall -- sh -c 'exit 7'
	says 6 "killed by signal 9" aiotrace run --source syscall -- sh -c 'kill -9 $$'
}

no_aio() {
	status 0 aiotrace run -- true >out.txt
	grep -q 'No request was seen' out.txt
}

ignored_children_are_waited_for() {
	status 0 env --ignore-signal=CHLD aiotrace record -o t.aios -- aiowork ops >o.json
	compare t.aios o.json
}

no_cgroup_but_a_directory() {
	says 2 "no such cgroup" aiotrace record -o t.aios -G /etc
}

names_with_newlines() {
	local pid
	cp "$(command -v sleep)" "$(printf 'new\nline')"
	"./$(printf 'new\nline')" 60 &
	pid=$!
	status 0 aiotrace record --source syscall -o t.aios -p $pid -d 200ms
	kill $pid
}

what_is_left_running_is_told() {
	aiotrace record -o t.aios -- sh -c 'sleep 30 & exit 0' 2>said.txt
	grep -q '1 processes that the command started still run' said.txt
}

the_trace_read_is_not_written() {
	aiotrace record -o t.aios -- aiowork ops >o.json
	says 2 "is the trace itself" aiotrace report -o t.aios t.aios
	compare t.aios o.json
}

traces_are_private() {
	touch t.aios
	chmod 644 t.aios
	aiotrace record --source syscall -o t.aios -- true
	expect 600 "$(stat -c %a t.aios)" "mode of a trace that replaces a file"
	aiotrace record -o - -- aiowork ops 2>/dev/null | aiotrace report --json - >report.json
	expect 28 "$(jq .requests.submitted report.json)" "requests in a trace that goes through a pipe"
}

failed_begin_leaves_no_file() {
	rm -f new.aios
	status 3 aiotrace record --source exact -o new.aios -- true
	[ ! -e new.aios ]
}

cases_status() {
	check "without privilege: status 3, says what to do" unprivileged
	check "--source exact on a stock kernel: status 3, says what would be needed" exact_on_stock
	check "a process that does not exist: status 2" process_that_does_not_exist
	check "a cgroup that does not exist: status 2" cgroup_that_does_not_exist
	check "a command that fails: status 6" command_fails
	check "a command that uses no AIO: status 0, and it is said" no_aio
	check "a caller that ignores its children is served" ignored_children_are_waited_for
	check "a directory that is no cgroup: status 2" no_cgroup_but_a_directory
	check "a process whose name has two lines" names_with_newlines
	check "what the command leaves running is told" what_is_left_running_is_told
	check "the trace that is read is not written over" the_trace_read_is_not_written
	check "a trace is its owner's, and may be a pipe" traces_are_private
	check "a trace that cannot begin leaves no file" failed_begin_leaves_no_file
}
