# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# status.sh - what cannot be done ends in the documented status, with one line that helps.

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
	says 6 "exited with status 7" aiotrace run -- sh -c 'exit 7'
	says 6 "killed by signal 9" aiotrace run -- sh -c 'kill -9 $$'
}

no_aio() {
	status 0 aiotrace run -- true >out.txt
	grep -q 'No request was seen' out.txt
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
	check "a trace that cannot begin leaves no file" failed_begin_leaves_no_file
}
