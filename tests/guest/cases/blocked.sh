# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# blocked.sh - a submit that sleeps is told with its time, its file and its stack; one that does not
# is not.

# blocked FILTER: of the report on b.aios.
blocked() {
	jq -c ".blocked$1" report.json
}

# asleep_within ORACLE: what the tool calls asleep, and what the call took as it saw it, against the
# workload's own clock around the calls. The tool's is from the entry of the call to its return, so
# it is less; and what is asleep is part of it.
asleep_within() {
	local mine asleep call
	mine=$(jq .extra.in_submit_ns "$1")
	asleep=$(blocked .calls.asleep_ns)
	call=$(blocked .calls.in_call_ns)
	if [ "$asleep" -eq 0 ] || [ "$asleep" -gt "$call" ] || [ "$call" -gt "$mine" ]; then
		echo "asleep for $asleep ns of $call ns in calls, which took $mine ns"
		return 1
	fi
	expect "$(jq .submit_calls "$1")" "$(blocked .calls.watched)" "calls that were watched"
	# All that is asleep is in a stack, or in the line of those without one.
	expect "$asleep" "$(blocked '.stacks | map(.ns) | add')" "sum of the stacks"
	expect "$asleep" "$(aiotrace report --folded b.aios | awk '{ sum += $NF } END { print sum }')" \
		"sum of the folded stacks"
}

# stack_has FUNCTION PATH OP: the longest stack goes by way of FUNCTION, on PATH, by OP, and was
# asked for by aiowork.
stack_has() {
	local top
	top=$(blocked '.stacks[0]')
	jq -e --arg f "$1" '.kernel | any(. != null and startswith($f + "+"))' <<<"$top" >/dev/null ||
		{ echo "no $1 in $top"; return 1; }
	jq -e --arg f "$2" '.files[0].path | test($f)' <<<"$top" >/dev/null ||
		{ echo "no $2 in $top"; return 1; }
	expect "[\"$3\"]" "$(jq -c '.by_op | keys' <<<"$top")" "operations of the longest stack"
	expect '"aiowork"' "$(jq -c '.comm' <<<"$top")" "command of the longest stack"
	jq -e '.user | any(.function == "submit" and (.path | endswith("aiowork")))' \
		<<<"$top" >/dev/null || { echo "not by way of submit() in $top"; return 1; }
	jq -e '.kernel | any(. != null and startswith("io_submit_one"))' <<<"$top" >/dev/null
}

# traced OVER ARGS...: aiowork with these.
traced() {
	local over=$1
	shift
	aiotrace record --blocked-over "$over" -o b.aios -- aiowork "$@" >o.json
	aiotrace report --json b.aios >report.json
	aiotrace report b.aios >report.txt
}

few_tags_block() {
	slow_device one-tag 5000000 1
	traced 1ms --dev /dev/one-tag --count 40 depth128
	asleep_within o.json
	stack_has blk_mq_get_tag '^/dev/one-tag$' pread
	# The first one finds the tag free, and those that come after it wait for 5 ms each.
	[ "$(blocked .by_op.pread.blocked)" -ge 20 ]
	[ "$(blocked .calls.longest_ns)" -ge 2000000 ]
	grep -q '^BLOCKED SUBMITS' report.txt
	grep -q '^     on /dev/one-tag$' report.txt
}

uncached_pages_block() {
	traced 1us uncached
	asleep_within o.json
	stack_has filemap_get_pages '/uncached$' pread
	expect 64 "$(blocked .by_op.pread.requests)" "requests that were watched"
}

empty_pipes_block() {
	traced 1us blocked
	stack_has pipe_read '^pipe:' pread
	expect 10 "$(blocked .calls.blocked)" "calls that slept"
}

what_does_not_block_is_not_told() {
	traced 1ms --count 200 depth1
	expect 0 "$(blocked .calls.blocked)" "calls that slept"
	expect 0 "$(blocked '.stacks | map(select(.kernel != null)) | length')" "stacks"
	expect 200 "$(blocked .by_op.pread.requests)" "requests that were watched"
}

nobody_watches_unless_asked() {
	aiotrace record -o b.aios -- aiowork blocked >/dev/null
	expect null "$(report b.aios .blocked)" "what nobody watched"
	! aiotrace report b.aios | grep -q BLOCKED
	aiotrace --plan | grep -q 'sched_switch\|not asked for (--blocked-over)'
}

cases_blocked() {
	check "blocked submits: a device with one tag" few_tags_block
	check "blocked submits: pages that are not in memory" uncached_pages_block
	check "blocked submits: reads of empty pipes" empty_pipes_block
	check "blocked submits: there are none on a device that answers at once" \
		what_does_not_block_is_not_told
	check "blocked submits: nobody watches unless asked" nobody_watches_unless_asked
}
