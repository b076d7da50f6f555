# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# attach.sh - other ways to attach, hooks that are missing, hooks that are asked for.

# In tasks only: kprobes that interrupt each other are not counted by the kernel.
kprobes_see_the_same() {
	aiotrace record --attach kprobe -o t.aios -- sh -ec 'aiowork ops; aiowork refused; aiowork poll-later' \
		>o.json
	compare t.aios o.json
	expect true "$(aiotrace record --plan --attach kprobe -- true |
		awk '/kretprobe io_submit_one/ { r = 1 } /kprobe aio_complete/ { c = 1 }
			END { print r && c ? "true" : "false" }')" "kprobes in the plan"
}

without_wakes() {
	aiotrace record --without aio_poll_wake -o t.aios -- aiowork poll-later >o.json
	compare t.aios o.json
	expect 0 "$(report t.aios '.poll_orders["armed-inline"]')" "orders that nobody saw"
	aiotrace run --plan --without aio_poll_wake -- true >plan
	grep -q 'poll woken .*left out as asked; lost: wake-ups' plan
}

# Wake-ups of polls that waited come after the return of ->poll. An early one is ordered by a lock or
# a CPU, or honestly not at all.
poll_returns() {
	aiotrace record --hooks poll-return -o t.aios -- sh -ec 'aiowork poll-later; aiowork poll-early' \
		>o.json
	compare t.aios o.json
	aiotrace export --to json t.aios >requests.json
	expect '["after"]' "$(jq -sc '.[0].pid as $later | [.[] | select(.pid == $later).poll_woken] |
		unique' requests.json)" "wake-ups of polls that waited, against the return of ->poll"
	expect 0 "$(jq -s '[.[] | select((.poll_order | startswith("armed")) and .poll_woken != "after")]
		| length' requests.json)" "polls that waited and were woken before ->poll returned"
	expect 0 "$(jq -s '[.[] | select(.poll_order == "ready" and .poll_woken != null)] | length' \
		requests.json)" "polls that were ready and yet woken"
}

# Hooks come one by one and tell nothing before all are there.
busy_processes_lose_nothing() {
	local pid
	aiowork --count 3000000 depth128 >/dev/null &
	pid=$!
	sleep 0.3
	aiotrace record -o t.aios -p $pid -d 300ms
	kill $pid
	expect 0 "$(report t.aios '.loss.records + .loss.calls_not_seen')" "records lost"
	expect true "$(report t.aios '.requests.completed > 100')" "requests were seen"
	aiotrace export --to json t.aios >requests.json
	expect 0 "$(jq -s '[.[] | select(.op == null and .origin != "before-trace")] | length' \
		requests.json)" "requests of which only a part was seen"
}

# What level function hooks on the kernel that others are compared with; see exact.sh.
plan_is_the_one_that_is_kept() {
	aiotrace record --plan --source function -- true | awk '$0 !~ / -- |^the ring|^WHAT/' |
		sort >hooks
	# shellcheck disable=SC2154 # of suite
	grep -v '^#' "$here/function.plan" | sort | diff - hooks
}

cases_attach() {
	[[ $(uname -r) != 6.12.* ]] || check "the hooks are those of function.plan" \
		plan_is_the_one_that_is_kept
	check "a hook that is left out costs what the plan says" without_wakes
}

cases_attach_otherwise() {
	check "kprobes instead of fentry see the same" kprobes_see_the_same
	check "attaching to a busy process loses nothing and shows no half requests" \
		busy_processes_lose_nothing
	check "--hooks poll-return: wake-ups are before or after ->poll, or not ordered" poll_returns
}
