# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# scenarios.sh - every scenario of aiowork, traced from its first instruction, against its oracle.
#
# Attaching and detaching takes most of the time, so several scenarios share a trace, whose numbers
# are compared with the sums of theirs; where those differ, each is traced by itself to tell which.

# The workload, and what tests of another build of it have in their names.
program=aiowork
build_of=

# batches COUNT: scenarios that share a trace, COUNT at a time; the one that needs an outsider to go
# on has a case of its own.
batches() {
	$program --list | cut -f1 | grep -vxE 'preexisting|holder' | xargs -n "$1"
}

trace_scenarios() {
	local trace=$1 oracle=$2
	shift 2
	# shellcheck disable=SC2016 # expanded by the shell that is traced
	aiotrace record -o "$trace" -- sh -ec 'p=$1; shift; for s in "$@"; do "$p" "$s"; done' \
		sh "$program" "$@" >"$oracle"
}

scenarios_equal() {
	trace_scenarios t.aios o.json "$@" || return 1
	compare t.aios o.json
}

# batch_of KIND SAYS COMMAND SCENARIO...: the command takes scenarios that share a trace.
batch_of() {
	local kind=$1 says=$2 command=$3 scenario
	shift 3
	if "$command" "$@" >batch.log 2>&1; then
		for scenario; do
			ok "${kind}scenario $scenario$build_of: $says"
		done
		return
	fi
	cat batch.log
	for scenario; do
		check "${kind}scenario $scenario$build_of (by itself)" "$command" "$scenario"
	done
	not_ok "${kind}scenarios in one trace$build_of: $*"
}

batch() {
	batch_of "" "requests, results, calls and rings equal the oracle's" scenarios_equal "$@"
}

# Orders that a scenario cannot but produce, in one trace.
known_orders_are_told() {
	trace_scenarios t.aios o.json poll-ready poll-free poll-cancel
	expect "$(jq -sc '{ ready: ([.[0].requests.poll[]] | add),
		pollfree: ([.[1].requests.poll[]] | add), cancelled: .[2].cancel.EINPROGRESS }' o.json)" \
		"$(report t.aios '.poll_orders | { ready, pollfree, cancelled }')" "poll orders"
	expect 0 "$(report t.aios '.poll_orders | [.waiting, .unclear, .["second-queue"]] | add')" \
		"poll orders that none of them makes"
}

# The times of a request's stages follow each other, whoever wrote them down and where.
stages_are_in_order() {
	trace_scenarios t.aios o.json smp
	aiotrace export --to json t.aios >requests.json
	expect 0 "$(jq -s '[.[] | select(.born_ns > .returned_ns or .born_ns > .completed_ns or
		.completed_ns > .reaped_ns)] | length' requests.json)" "requests with stages out of order"
	expect 0 "$(jq -s '[.[] | select(.path != "/dev/nullb0" and (.path | endswith("/data") | not)
		and .op == "pread")] | length' requests.json)" "reads without their file"
	expect "$(jq '[.requests[] | add] | add' o.json)" "$(wc -l <requests.json)" "exported requests"
}

# A context whose requests and rings were busy before anybody looked.
preexisting_is_told_apart() {
	rm -f go pid ready
	aiowork --pid-file pid --wait-file go preexisting >o.json &
	wait_for pid
	aiotrace record -o t.aios --ready-file ready -p "$(cat pid)" &
	wait_for ready
	touch go
	wait
	compare_preexisting
}

compare_preexisting() {
	local r='.requests' o=o.json
	expect "$(jq -c '.requests | map_values([.[]] | add)' $o)" \
		"$(report t.aios "$r.by_op | map_values(.submitted) | with_entries(select(.value > 0))")" \
		"requests of the trace by operation"
	expect "$(jq '[.extra.before_collected_after, .extra.before_unread] | .[0] - .[1]' $o)" \
		"$(report t.aios "$r.before_trace")" "completions of older requests"
	expect "$(jq .reads.events $o)" "$(report t.aios '[.contexts[].reaped_kernel] | add')" \
		"events read, of older requests too"
	expect "$(jq '.contexts | length' $o)" "$(report t.aios '.contexts | length')" "contexts"
	expect "$(jq .extra.contexts_before $o)" \
		"$(report t.aios '[.contexts[] | select(.before_trace)] | length')" "older contexts"
	expect '[0,0,0]' "$(report t.aios "[$r.unknown_origin, $r.lost_track, $r.in_flight]")" \
		"requests that nobody knows, of which track was lost, in flight"
}

cases_scenarios() {
	local scenarios scenario
	while read -r -a scenarios; do
		batch "${scenarios[@]}"
	done < <(batches 15)
	check "polls that are ready, cancelled, or lose their queue are told as such" known_orders_are_told
	check "stages follow each other, files have names" stages_are_in_order
	check "requests and contexts older than the trace" preexisting_is_told_apart
	# shellcheck disable=SC2154 # of suite
	[ "$extent" = all ] || return 0
	while read -r scenario; do
		check "scenario $scenario by itself" scenarios_equal "$scenario"
	done < <(aiowork --list | cut -f1 | grep -vxE 'preexisting|holder')
}
