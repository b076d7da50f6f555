# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2154 # build, here, golden: of suite
#
# perfetto.sh - aiotrace export --to perfetto: what is made of recorded traces, and of one as long as
# people look at; sourced by suite.

# Four threads of some hundred requests each, with completions in interrupts.
picture_of_many() {
	"$build/tests/bench-synth" 2000 many.aios >made.json
	"$here/../perfetto/check" "$build" many.aios
	expect 2000 "$(aiotrace export --to json many.aios | wc -l)" "requests"
}

# Requests that are not selected are not drawn; what they were part of is.
picture_of_a_selection() {
	local trace=$golden/exact.aios
	aiotrace export --to perfetto --op pread "$trace" >some.pftrace
	aiotrace export --to json --op pread "$trace" >some.json
	protoc -I "$here/../perfetto" --decode=perfetto.protos.Trace perfetto.proto \
		<some.pftrace | awk -f "$here/../perfetto/flat.awk" >flat
	expect "$(wc -l <some.json)" \
		"$(awk -F '\t' '$3 == "SLICE_BEGIN" && $5 == "request"' flat | wc -l)" "requests"
	expect "$(aiotrace report --json "$trace" | jq .calls.io_submit.calls)" \
		"$(awk -F '\t' '$5 == "call" && $6 == "io_submit"' flat | wc -l)" "calls"
}

picture_on_a_terminal() {
	status 2 script -qec "aiotrace export --to perfetto '$1'" /dev/null >said.txt
	expect "aiotrace: a trace for Perfetto is no text for a terminal; -o takes a file" \
		"$(tr -d '\r' <said.txt)" "what is said"
}

# What the rules found is a moment of its context.
picture_of_findings() {
	local name cnt
	for name in completes_twice ends_in_nothing file_is_dropped_twice; do
		"$build/tests/story" "$name" story.aios
		"$here/../perfetto/check" "$build" story.aios
		cnt=$(aiotrace report --json story.aios | jq '.findings | length')
		[ "$cnt" -gt 0 ]
	done
}

# The parts of the block layer lie in stages, and add up to what the report says.
picture_of_the_block_layer() {
	"$build/tests/story" a_device_takes_its_time story.aios
	"$here/../perfetto/check" "$build" story.aios
	expect 4 "$(aiotrace report --json story.aios | jq .requests.by_op.pread.stages.device.count)" \
		"requests that a device was busy with"
}

cases_perfetto() {
	local trace
	for trace in "$golden"/*.aios; do
		check "$(basename "$trace"), for Perfetto: each request, flow, counter and total" \
			"$here/../perfetto/check" "$build" "$trace"
	done
	check "a longer trace, for Perfetto" picture_of_many
	check "findings, for Perfetto" picture_of_findings
	check "what the block layer does, for Perfetto" picture_of_the_block_layer
	check "a selection, for Perfetto" picture_of_a_selection
	check "a trace for Perfetto is not written to a terminal" \
		picture_on_a_terminal "$golden/fio.aios"
}
