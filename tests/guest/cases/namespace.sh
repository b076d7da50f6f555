# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# namespace.sh - pid namespaces: -p takes the numbers of the tool's, records have the initial one's,
# and the process's own are told beside them.

# in_new_namespace COMMAND...: as in a container: process 1 of a pid namespace, with a /proc of it.
in_new_namespace() {
	unshare --pid --fork --mount-proc --kill-child "$@"
}

# The number in the initial pid namespace of what calls itself $1 in one below it; there is only one.
outer_pid() {
	awk -v inner="$1" '/^NSpid:/ && NF == 3 && $3 == inner { print $2; exit }' \
		/proc/[0-9]*/status 2>/dev/null
}

# pids_are PID NS_PID: every request is told to be of this process.
pids_are() {
	aiotrace export --to json t.aios >requests.json
	expect "[[$1,$2]]" "$(jq -sc '[.[] | [.pid, .ns_pid]] | unique' requests.json)" \
		"numbers of the process, outside and inside"
}

# The tool outside, the process inside.
tool_outside() {
	local outer inner
	rm -f pid go ready
	in_new_namespace sh -c 'true; aiowork --pid-file pid --wait-file go ops' >o.json &
	wait_for pid
	inner=$(cat pid)
	outer=$(outer_pid "$inner")
	[ "$inner" -lt 10 ]
	aiotrace record -o t.aios --ready-file ready -p "$outer" &
	wait_for ready
	touch go
	wait
	compare t.aios o.json
	expect "$inner" "$(jq .pid o.json)" "what the process calls itself"
	pids_are "$outer" "$inner"
}

# Both inside: -p takes the number that both use, and nobody outside is traced, whatever its number.
tool_inside() {
	rm -f pid go ready
	# shellcheck disable=SC2016 # expanded inside
	in_new_namespace sh -ec '
		aiowork --pid-file pid --wait-file go ops >o.json &
		while [ ! -e pid ]; do sleep 0.05; done
		aiotrace record -o t.aios --ready-file ready -p "$(cat pid)" &
		while [ ! -e ready ]; do sleep 0.05; done
		touch go
		wait' &
	wait_for ready
	aiowork buffered >/dev/null
	wait
	compare t.aios o.json
	aiotrace export --to json t.aios >requests.json
	expect "[$(jq .pid o.json)]" "$(jq -sc '[.[].ns_pid] | unique' requests.json)" \
		"what the process calls itself"
	expect 1 "$(jq -s '[.[].pid] | unique | map(select(. > 10)) | length' requests.json)" \
		"numbers of the initial pid namespace"
}

command_inside() {
	in_new_namespace aiotrace record -o t.aios -- sh -ec 'aiowork fork; aiowork ops' >o.json
	compare t.aios o.json
}

# A /proc that shows another namespace than the one whose numbers the tool has.
without_its_proc() {
	unshare --pid --fork --kill-child aiotrace record -o t.aios -- \
		sh -ec 'aiowork fork; aiowork ops' >o.json
	compare t.aios o.json
}

# A command that makes a namespace of its own, deeper than that of the tool.
namespace_in_namespace() {
	in_new_namespace aiotrace record -o t.aios -- unshare --pid --fork --mount-proc --kill-child \
		aiowork ops >o.json
	compare t.aios o.json
	expect 1 "$(jq .pid o.json)" "what the process calls itself"
	aiotrace export --to json t.aios >requests.json
	expect '[1]' "$(jq -sc '[.[].ns_pid] | unique' requests.json)" "its number in its namespace"
}

# Everything but the tool itself: contexts of processes outside that it cannot list are not found.
everything_from_inside() {
	local before tool
	rm -f ready held
	aiowork --hold 60 --hold-file held ops >before.json &
	before=$!
	wait_for held
	in_new_namespace aiotrace record -o t.aios --ready-file ready -a 2>record.log &
	tool=$!
	wait_for ready
	aiowork fork >o.json
	pkill -TERM -x aiotrace
	wait $tool
	kill -TERM $before
	compare t.aios o.json
	grep -q 'not the initial pid namespace: of processes outside' record.log
}

not_there() {
	in_new_namespace aiotrace record -o t.aios -p 4000000 2>said.txt && return 1
	grep -q 'there is no process 4000000 in the pid namespace of this tool' said.txt
	[ "$(wc -l <said.txt)" = 1 ]
}

cases_namespace() {
	check "the tool outside a pid namespace, the process inside" tool_outside
	check "-p inside a pid namespace takes the numbers of that" tool_inside
	check "a command inside a pid namespace" command_inside
	thorough "... whose /proc shows another one" without_its_proc
	thorough "... that makes a deeper one" namespace_in_namespace
	thorough "-a inside a pid namespace says what is not found" everything_from_inside
	check "-p of a process outside its pid namespace: status 2, and why" not_there
}
