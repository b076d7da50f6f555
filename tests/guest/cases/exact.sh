# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2154 # here, extent, program, few_scenarios: of suite, scenarios.sh, lib.sh
#
# exact.sh - evidence level exact, on a kernel with the tracepoints of our series: every reference and
# slot of every scenario, and level function of the same run as the second witness.

# judged TRACE ORACLES: what the trace tells equals the oracles, and its ledgers are right.
judged() {
	compare "$1" "$2" || return 1
	expect exact "$(jq -r .evidence report.json)" "evidence level" || return 1
	aiotrace export --to json "$1" >requests.json
	jq -rn --slurpfile report report.json --slurpfile requests requests.json \
		-f "$here/ledger.jq" >wrong
	[ -s wrong ] || return 0
	head -n 20 wrong
	return 1
}

exact_scenarios() {
	trace_scenarios t.aios o.json "$@" || return 1
	judged t.aios o.json
}

# A hook of level function that only this kernel has would see what nobody sees elsewhere.
function_hooks_are_those_of_debian() {
	aiotrace record --plan --source function -- true >plan
	awk '$0 !~ / -- |^the ring|^WHAT/' plan | sort >hooks
	grep -v '^#' "$here/function.plan" | sort >known
	expect "" "$(comm -23 hooks known)" "hooks that debian-6.12 does not have"
	expect true "$([ "$(wc -l <hooks)" -gt 30 ] && echo true)" "there are hooks"
}

level_is_chosen() {
	aiotrace record --plan -- true | grep -q 'tp_btf aio_req_put' || return 1
	aiotrace record --source function -o t.aios -- aiowork ops >o.json
	compare t.aios o.json
	expect function "$(jq -r .evidence report.json)" "evidence level"
	aiotrace export --to json t.aios >requests.json
	expect 0 "$(jq -s '[.[] | select(.ledger != null)] | length' requests.json)" \
		"requests with a ledger at level function"
	aiotrace timeline t.aios | grep -q 'last reference dropped by .* (inferred)'
}

timelines_show_the_ledger() {
	trace_scenarios t.aios o.json ops
	aiotrace timeline --slowest 28 t.aios >told
	expect 28 "$(grep -c '^  references: balanced$' told)" "requests with a ledger"
	expect 28 "$(grep -c '^    operation .*, on CPU ' told)" "operations' references"
	expect 28 "$(grep -c '^  STAGE  *TIME' told)" "bars"
	expect 56 "$(grep -cE '^    (submission|operation) .* by the .*, [01] left, ' told)" \
		"references of requests that were dropped"
}

# What is not hooked is not claimed.
without_a_witness() {
	aiotrace record --without fput --without kmem_cache_free -o t.aios -- aiowork ops >o.json
	compare t.aios o.json
	aiotrace export --to json t.aios >requests.json
	expect '[null]' "$(jq -sc '[.[].file_drops] | unique' requests.json)" "drops of files"
	expect '[null]' "$(jq -sc '[.[].freed_ns] | unique' requests.json)" "times of frees"
	expect '[2]' "$(jq -sc '[.[].puts] | unique' requests.json)" "puts"
	aiotrace record --plan --without fput -- true |
		grep -q 'file dropped .*left out as asked; lost: whether requests drop their files'
}

# recorder LEVEL [OPTION...]: records what the workloads of this name do until it is told to stop.
recorder() {
	local level=$1
	shift
	rm -f "ready.$level"
	aiotrace record --source "$level" -c aiowork -o "$level.aios" --ready-file "ready.$level" "$@" \
		2>"$level.err" &
	recorders+=($!)
	wait_for "ready.$level"
}

# Contexts of the last workload go away by RCU and work queues.
recorders_stop() {
	sleep 1
	kill -TERM "${recorders[@]}"
	wait "${recorders[@]}"
}

two_witnesses() {
	local level scenario heads=false
	local -a recorders=()
	recorder function && recorder exact || return 1
	for scenario; do
		"$program" "$scenario"
	done >o.json
	recorders_stop
	for level in function exact; do
		aiotrace report --json "$level.aios" >"$level.report"
		aiotrace export --to json "$level.aios" >"$level.json"
	done
	aiotrace record --plan --source function -- true | grep -q 'head .*read at' && heads=true
	jq -rn --slurpfile function function.json --slurpfile exact exact.json \
		--slurpfile freport function.report --slurpfile ereport exact.report \
		--argjson heads $heads -f "$here/witness.jq" >differences
	expect "$(jq -s '[.[].requests[][]] | add // 0' o.json)" \
		"$(jq .requests.submitted exact.report)" "requests of both" || return 1
	[ -s differences ] || return 0
	head -n 20 differences
	return 1
}

exact_batches() {
	if [ "$extent" = all ]; then
		batches 15
	else
		echo "$1"
	fi
}

cases_exact() {
	local scenarios
	check "level function hooks what it hooks on debian-6.12" function_hooks_are_those_of_debian
	check "the best level is chosen, the other one still there" level_is_chosen
	thorough "timelines show who held what, from when to when" timelines_show_the_ledger
	thorough "without a witness nothing is claimed" without_a_witness
	while read -r -a scenarios; do
		batch_of "exact, " "every reference and slot" exact_scenarios "${scenarios[@]}"
	done < <(exact_batches "$few_scenarios")
	while read -r -a scenarios; do
		batch_of "two witnesses, " "function and exact say the same" two_witnesses \
			"${scenarios[@]}"
	done < <(exact_batches "ops fsync smp poll-early poll-eventfd inflight-exit")
}
