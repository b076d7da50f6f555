# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2154 # here, extent, program, few_scenarios: of suite, scenarios.sh, lib.sh
#
# top_count.sh - what aiotop counts against the oracles, and the frames that it tells it in.

# counts ARGUMENTS...: an aiotop that counts until it is told to stop; sets $counter.
counts() {
	rm -f ready
	aiotop --ready-file ready "$@" &
	counter=$!
	wait_for ready
}

# The last frame comes when it is told to end.
counts_end() {
	kill -TERM "$counter"
	wait "$counter"
}

# frames.json tells what o.json has.
frames_equal() {
	local differences
	differences=$(jq -rn --slurpfile oracles o.json --slurpfile lines frames.json \
		-f "$here/top.jq")
	[ -z "$differences" ] && return 0
	echo "$differences"
	return 1
}

# counted_scenarios SCENARIO...: frames.json has the frames of a host that they ran on.
counted_scenarios() {
	local scenario
	counts -b --json -d 1s -o frames.json
	for scenario; do
		"$program" "$scenario"
	done >o.json
	counts_end
	frames_equal
}

# An aiotrace that comes and goes meanwhile: neither loses anything by the other.
counted_beside() {
	counts -b --json -d 1s -o frames.json
	trace_scenarios t.aios traced.json ops refused poll-later churn
	"$program" direct >o.json
	counts_end
	cat traced.json >>o.json
	frames_equal
	compare t.aios traced.json
}

# Few of them where not all are asked for.
counted_batches() {
	local scenarios
	while read -r -a scenarios; do
		batch_of "aiotop, " "counts, rates and findings equal the oracle's" \
			counted_scenarios "${scenarios[@]}"
	done < <(if [ "$extent" = all ]; then batches 15; else echo "$few_scenarios"; fi)
}

# held_scenarios SCENARIO...: their contexts stay when all is done, so that there is time for doubts.
held_scenarios() {
	local scenario
	local -a holders=()
	counts -b --json -d 500ms -o frames.json
	for scenario; do
		rm -f held
		"$program" --hold 600 --hold-file held "$scenario" >"held.$scenario.json" &
		holders+=($!)
		wait_for held
	done
	sleep 5
	counts_end
	kill -TERM "${holders[@]}"
	wait
	jq -r '.findings // [] | .[] | select(.slug | IN("eagain", "ring-full") | not) |
		"not true: \(.slug): \(.message)"' frames.json | sort -u >untrue
	[ -s untrue ] || return 0
	cat untrue
	return 1
}

cases_top_beside() {
	check "aiotop beside an aiotrace: both tell all there is" counted_beside
}

# Those that end by themselves, want the limit for themselves, or leave something that is stuck.
cases_top_held() {
	local scenarios ends='preexisting|holder|limit-lowered|setup-fail|crowd|none|churn|freeze'
	while read -r -a scenarios; do
		thorough "aiotop: nothing is lost in contexts of ${scenarios[*]}" \
			held_scenarios "${scenarios[@]}"
	done < <($program --list | cut -f1 | grep -vxE "$ends|inflight-exit|killed" | xargs -n 20)
}

# polls_are KIND SCENARIO WANT: an order that a scenario cannot but produce, and what its oracle says.
polls_are() {
	counted_scenarios "$2"
	expect "$(jq "$3" o.json)" "$(tail -n 1 frames.json | jq ".counts.polls.$1")" "polls of $2: $1"
}

# Who reads the file again and again never finds a part of it.
metrics_are_whole() {
	local i pid
	local -a lines
	rm -f held
	aiowork --hold 600 --hold-file held unreaped >o.json &
	wait_for held
	pid=$(cat held)
	counts -d 100ms --openmetrics aio.prom
	wait_for aio.prom
	for ((i = 0; i < 200; i++)); do
		mapfile -t lines <aio.prom
		expect "# EOF" "${lines[-1]}" "the last line"
	done
	printf '%s\n' "${lines[@]}" >copy.prom
	"$here/../cli/openmetrics" copy.prom
	grep -q "^aioscope_process_unread{pid=\"$pid\".*} 11$" copy.prom
	counts_end
	kill -TERM "$pid"
	wait || true
	expect aio.prom "$(echo aio.prom*)" "files"
}

# shellcheck disable=SC2034 # program, build_of: read by batch_of and counted_scenarios
counted_32() {
	local program=aiowork32 build_of=" (32 bits)"
	aiowork32 --list >/dev/null 2>&1 || return 0
	if [ "$extent" = all ]; then
		counted_batches
	else
		batch_of "aiotop, " "counts, rates and findings equal the oracle's" \
			counted_scenarios ops refused eagain poll-cancel
	fi
}

cases_top_count() {
	counted_batches
}

cases_top_frames() {
	check "aiotop --openmetrics: the file is replaced, never written to" metrics_are_whole
	counted_32
	thorough "aiotop: polls that are ready at once" \
		polls_are ready poll-ready '.requests.poll | add'
	thorough "aiotop: polls that are cancelled" \
		polls_are cancelled poll-cancel .cancel.EINPROGRESS
}
