# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2154 # build, here, golden: of suite
#
# top.sh - what aiotop tells, of a host that is made up (tests/unit/frames.c) and of recorded traces,
# and what it says to bad input.

top_json() {
	local more
	for more in --first --second; do
		"$build/tests/frames" json $more >frame.json
		fits_schema aiotop frame.json
		expect aioscope.host/1 "$(tail -n 1 frame.json | jq -r .schema)" "schema of the last line"
		expect 59 "$(jq -s 'map(select(.schema == "aioscope.context/1")) | length' frame.json)" \
			"contexts"
		# The host has the sums of what its contexts have.
		jq -se '(map(select(.counts != null and .context)) | map(.counts.completed) | add) ==
			(map(select(.aio_nr))[0].counts.completed)' frame.json >/dev/null ||
			[ $more = --second ]
		expect 0 "$(grep -c 0xffff88 frame.json)" "lines with addresses of the kernel"
		# It can say no.
		jq -c 'del(.pid, .aio_nr)' frame.json >bad.json
		if fits_schema aiotop bad.json 2>/dev/null; then return 1; fi
	done
}

# metrics_sum FAMILY: of all its samples.
metrics_sum() {
	awk -v name="$1{" 'index($0, name) == 1 { sum += $NF } END { print sum + 0 }' metrics.txt
}

top_metrics() {
	local more name
	for more in --first --second; do
		"$build/tests/frames" metrics $more >metrics.txt
		"$here/openmetrics" metrics.txt
	done
	expect "$(jq -s 'map(select(.pid == 4711))[0].counts.by_op.pwrite.completed' frame.json)" \
		"$(sed -n 's/^aioscope_process_completed_total{pid="4711".*op="pwrite"} //p' metrics.txt)" \
		"writes that completed"
	expect "$(jq -s 'map(select(.host))[0].counts.completed' frame.json)" \
		"$(metrics_sum aioscope_host_completed_total)" "requests of the host"
	[ "$(metrics_sum aioscope_process_completed_total)" -le \
		"$(metrics_sum aioscope_host_completed_total)" ]
	# It can say no: without its end, with a sample twice, a family in two places, no +Inf.
	sed '$d' metrics.txt >bad.1
	sed '3p' metrics.txt >bad.2
	sed '/^# EOF$/d' metrics.txt | { cat; sed -n 2,6p metrics.txt; echo '# EOF'; } >bad.3
	sed '/+Inf/d' metrics.txt >bad.4
	sed 's/_submits_total{/_submits{/' metrics.txt >bad.5
	for name in bad.?; do
		if "$here/openmetrics" "$name" 2>/dev/null; then return 1; fi
	done
}

# Nothing of a process's text reaches a terminal as it is, and lines are as wide as they should be.
top_texts() {
	local view more
	for view in once batch; do
		for more in --first --second; do
			"$build/tests/frames" $view $more >view.txt
			expect 0 "$(LC_ALL=C tr -d '\n' <view.txt | LC_ALL=C grep -c '[[:cntrl:]]')" \
				"control characters"
			[ "$(LC_ALL=C.UTF-8 wc -L <view.txt)" -le 100 ]
		done
	done
	"$build/tests/frames" once --first >view.txt
	tr '\n' ' ' <view.txt | grep -q "PID 1234 (mysqld, user mysql, container db-1) holds 53248 of \
65536 (81.2 %): 52 contexts, each asked for 1024 (rings of 1040 entries); none of them has a \
request in flight\."
}

# What a trace comes to, as aiotop and the report have it.
top_sums='.counts | [.completed, .failed, .submits, .asked, .reads, .taken,
	.bytes_read + .bytes_written, (.by_op | del(.other) | map_values(.completed) | to_entries |
	map(select(.value > 0)) | sort_by(.key))]'
report_sums='[.requests.completed, .requests.failed, .calls.io_submit.calls // 0,
	.calls.io_submit.iocbs // 0, .calls.io_getevents.calls // 0, .calls.io_getevents.events // 0,
	([.requests.by_op[].bytes // 0] | add // 0), (.requests.by_op | del(.unknown) |
	map_values(.completed) | to_entries | map(select(.value > 0)) | sort_by(.key))]'

# Totals do not depend on how often somebody looks, nor on where he begins.
top_of_traces() {
	local trace want how
	for trace in "$golden"/*.aios; do
		want=$(aiotrace report --json "$trace" 2>/dev/null | jq -c "$report_sums")
		for how in "-d 1h" "-d 100ms" "--seek 70ms"; do
			# shellcheck disable=SC2086 # an option and its value
			aiotop file --json $how "$trace" >frames.json 2>said.txt || true
			expect "$want" "$(tail -n 1 frames.json | jq -c "$top_sums")" \
				"$(basename "$trace") with $how"
		done
		fits_schema aiotop frames.json
	done
}

# Deltas add up to the totals, and a frame is as long as was asked for.
top_frames_of_a_trace() {
	aiotop file --json -d 200ms "$golden/exact.aios" >frames.json
	jq -se 'map(select(.schema == "aioscope.host/1")) |
		(map(.rates.completed * .rates.span_ns / 1e9) | add | round) ==
		(.[-1].counts.completed - .[0].counts.completed +
			(.[0].rates.completed * .[0].rates.span_ns / 1e9 | round)) and
		(.[:-1] | map(.rates.span_ns) | unique) == [200000000] and
		(map(.time_ns) | . == sort)' frames.json >/dev/null
	expect 3 "$(aiotop file -b -n 3 -d 200ms "$golden/exact.aios" | grep -c '^aiotop - ')" "frames"
	cmp <(aiotop file --json "$golden/ops.aios") <(aiotop file --json - <"$golden/ops.aios")
	aiotop file --openmetrics metrics.txt "$golden/ops.aios"
	"$here/openmetrics" metrics.txt
}

top_of_broken_traces() {
	: >empty.aios
	echo "not a trace" >other.aios
	head -c 1500 "$golden/ops.aios" >cut.aios
	says 5 "the file is empty" aiotop file -b empty.aios
	says 5 "this is not a trace file" aiotop file --json other.aios
	says 5 "No such file or directory" aiotop file -b missing.aios
	says 5 "cut off" aiotop file -b cut.aios
	says 4 "this trace lost records" aiotop file -b "$golden/lost.aios"
	grep -q '1753 records not counted' out.txt
	aiotop file --json "$golden/lost.aios" >lost.json || true
	expect 1753 "$(tail -n 1 lost.json | jq .missed)" "lost records"
}

# No file is left, or touched, where there is a mistake.
top_mistakes() {
	mkdir clean
	cd clean || return
	says 2 "'--no-such' is no option" aiotop --no-such
	says 2 "'frobnicate' is one word too many" aiotop frobnicate
	says 2 "'soon' is no delay" aiotop -d soon
	says 2 "'1ms' is no delay" aiotop -b -d 1ms
	says 2 "'2h' is no delay" aiotop -b -d 2h
	says 2 "'0' is no number of frames" aiotop -n 0
	says 2 "'-1' is no number of frames" aiotop -b -n -1
	says 2 "'4294967296' is no number of frames" aiotop -b -n 4294967296
	says 2 "'-n' is no option, or its value is missing" aiotop -b -n
	says 2 "--once is a single look" aiotop --once -b
	says 2 "--once is a single look" aiotop --once --openmetrics x.prom
	says 2 "-o is for --once, -b and --json" aiotop -o x.txt
	says 2 "-o is for --once, -b and --json" aiotop -o x.txt --openmetrics x.prom
	says 2 "-o is for -b and --json" aiotop file -o x.txt --openmetrics x.prom a
	says 2 "cannot write /nowhere/x.txt" aiotop -b -o /nowhere/x.txt
	says 2 "cannot write /nowhere/x.txt" aiotop --once -o /nowhere/x.txt
	says 2 "cannot write /nowhere/x.prom" aiotop --openmetrics /nowhere/x.prom -o x.txt -b
	says 2 "terminal" aiotop
	says 2 "terminal" aiotop file "$golden/ops.aios"
	says 2 "which trace file?" aiotop file
	says 2 "one trace file at a time" aiotop file -b a b
	says 2 "'soon' is no duration" aiotop file --seek soon a
	says 2 "'0' is no speed" aiotop file --speed 0 a
	says 2 "'nan' is no speed" aiotop file --speed nan a
	says 2 "--speed is for the screen" aiotop file -b --speed 2 a
	says 2 "'--once' is no option" aiotop file --once a
	cp "$golden/ops.aios" same.aios
	says 2 "same.aios" aiotop file -b -o same.aios same.aios
	cmp same.aios "$golden/ops.aios"
	rm same.aios said.txt out.txt
	expect "" "$(ls)" "files"
}

top_help() {
	local command
	for command in "" file; do
		# shellcheck disable=SC2086 # none is no argument
		aiotop $command --help >help.txt
		[ "$(wc -l <help.txt)" -le 30 ]
		[ "$(wc -L <help.txt)" -le 80 ]
		grep -q Example help.txt
	done
}

cases_top() {
	check "aiotop --json: every line is as its schema has it" top_json
	check "aiotop --openmetrics: as the specification has it" top_metrics
	check "aiotop file: totals are those of the report, however often it looks" top_of_traces
	check "aiotop file: frames as long as asked for, from a pipe as well" top_frames_of_a_trace
	check "aiotop file: a trace that lost records, is cut off, or is none" top_of_broken_traces
	check "aiotop: mistakes are told in a line, with status 2, and nothing is written" top_mistakes
	check "aiotop --help fits a screen" top_help
	check "aiotop --once, -b: harmless, and no wider than 100 columns" top_texts
}
