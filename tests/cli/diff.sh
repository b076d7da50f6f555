# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2154 # build, golden: of suite
#
# diff.sh - aiotrace diff: traces and reports of them, what fails a run, what cannot be compared.

# scaled FILE FACTOR: a report whose reads in flight took so many times as long.
scaled() {
	jq -c --argjson by "$2" '.requests.by_op.pread.stages |= with_entries(.value |=
		(.distribution |= map([.[0] * $by, .[1]]) | .max_ns *= $by))' "$1"
}

# A report that was kept is as good as the trace, and a recording is as good as itself.
diffs_of_the_same() {
	aiotrace report --json --distributions "$golden/fio.aios" >kept.json
	aiotrace diff --json "$golden/fio.aios" "$golden/fio.aios" >traces.json
	aiotrace diff --json kept.json "$golden/fio.aios" >mixed.json
	cmp traces.json mixed.json
	expect '["aioscope.diff/1",null,["few","same"]]' \
		"$(jq -c '[.schema, .incomparable, ([.percentiles[].verdict] | unique)]' traces.json)" \
		"what is told of two that are the same"
	status 0 aiotrace diff --baseline kept.json "$golden/fio.aios" >told.txt
	grep -q '^result  percentiles: 0 worse by over 10%' told.txt
	expect "" "$(awk 'length > 110' told.txt)" "long lines"
}

diffs_that_fail() {
	scaled kept.json 1000 >slow.json
	status 0 aiotrace diff kept.json slow.json >told.txt
	grep -q ' p50 .*WORSE, by at least ' told.txt
	status 1 aiotrace diff --baseline kept.json slow.json >told.txt
	status 1 aiotrace diff --baseline kept.json --fail-on latency --over 50% slow.json >told.txt
	status 0 aiotrace diff --baseline kept.json --over 100000% slow.json >told.txt
	status 0 aiotrace diff --baseline kept.json --fail-on errors,findings slow.json >told.txt
	status 0 aiotrace diff --baseline slow.json kept.json >told.txt
	grep -q 'better, by at least ' told.txt
	jq -c '.findings += [{ id: "R9" }]' kept.json >finding.json
	status 1 aiotrace diff --baseline kept.json --fail-on findings finding.json >told.txt
	grep -qE '^R9 +0 +1  NEW$' told.txt
	jq -c '.findings += [{ id: "D3", severity: "info" }]' kept.json >hint.json
	status 0 aiotrace diff --baseline kept.json hint.json >told.txt
	grep -qE '^D3 +0 +1  new$' told.txt
	jq -c '.findings += [{ id: "D3", severity: "warn" }]' kept.json >graver.json
	status 1 aiotrace diff --baseline hint.json --fail-on findings graver.json >told.txt
	grep -qE '^D3 +1 +1  WORSE: warn, was info$' told.txt
	grep -q '; findings: 0 new, 1 worse$' told.txt
	expect '[["info","warn"],"worse"]' "$(aiotrace diff --json hint.json graver.json |
		jq -c '.findings[] | select(.id == "D3") | [.severity, .verdict]')" "a graver condition"
	status 0 aiotrace diff --baseline graver.json --fail-on findings hint.json >told.txt
	grep -qE '^D3 +1 +1  better: info, was warn$' told.txt
	status 0 aiotrace diff --baseline finding.json --fail-on findings kept.json >told.txt
	grep -qE '^R9 +1 +0  gone$' told.txt
}

diffs_that_prove_nothing() {
	says 4 "cannot be compared: the evidence levels differ" \
		aiotrace diff "$golden/ops.aios" "$golden/exact.aios"
	grep -q '^NOT COMPARABLE: ' out.txt
	expect '[null]' "$(aiotrace diff --json "$golden/ops.aios" "$golden/exact.aios" 2>said.txt |
		jq -c '[.percentiles[], .operations[], .findings[] | .verdict] | unique')" "verdicts"
	status 4 aiotrace diff --baseline kept.json "$golden/lost.aios" >out.txt 2>said.txt
	grep -q 'cannot be compared: records were lost' said.txt
	aiotrace report --json "$golden/fio.aios" >short.json
	says 5 "has no distributions" aiotrace diff short.json "$golden/fio.aios"
	echo '{}' >none.json
	says 5 "this is no report" aiotrace diff none.json "$golden/fio.aios"
	says 5 "no-such-file: No such file" aiotrace diff no-such-file "$golden/fio.aios"
	says 2 "two traces" aiotrace diff kept.json
	says 2 "one trace is wanted" aiotrace diff --baseline kept.json
	says 2 "'slow' is none of latency" aiotrace diff --fail-on slow kept.json kept.json
	says 2 "'-3' is no share" aiotrace diff --over=-3 kept.json kept.json
	says 2 "goes with --json" aiotrace report --distributions "$golden/fio.aios"
}

# What is read is not written to; a report may come through a pipe.
diffs_of_pipes_and_of_what_is_written() {
	local fio=$golden/fio.aios

	cp "$fio" mine.aios
	says 2 "mine.aios is the trace itself" aiotrace diff -o mine.aios mine.aios "$fio"
	says 2 "mine.aios is the trace itself" aiotrace diff -o mine.aios "$fio" mine.aios
	# shellcheck disable=SC2094 # that it is refused is the point
	says 2 "mine.aios is the trace itself" aiotrace report -o mine.aios - <mine.aios
	cmp mine.aios "$fio"
	aiotrace diff "$fio" "$fio" >told.txt
	aiotrace diff <(cat kept.json) "$fio" | cmp - told.txt
	aiotrace diff - "$fio" <kept.json | cmp - told.txt
	aiotrace diff "$fio" - <mine.aios | cmp - told.txt
	says 5 "of a pipe diff takes a report" aiotrace diff <(cat "$fio") "$fio"
}

cases_diff() {
	check "aiotrace diff: two that are the same, as traces or reports" diffs_of_the_same
	check "aiotrace diff --baseline: what fails, and what does not" diffs_that_fail
	check "aiotrace diff: what cannot be compared says so" diffs_that_prove_nothing
	check "aiotrace diff: pipes, and an output that is read" \
		diffs_of_pipes_and_of_what_is_written
}
