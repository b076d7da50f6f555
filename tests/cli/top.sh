# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2154 # build, here: of suite
#
# top.sh - what aiotop tells, of a host that is made up (tests/unit/frames.c).

# fits_top FILE: are its lines as docs/schema/aiotop.json says?
fits_top() {
	jq '{ type: "array", items: { oneOf }, definitions }' "$here/../../docs/schema/aiotop.json" \
		>schema.json
	jq -s . "$1" >lines.json
	/usr/bin/python3 -c 'import json, jsonschema
jsonschema.validate(json.load(open("lines.json")), json.load(open("schema.json")))'
}

top_json() {
	local more
	for more in --first --second; do
		"$build/tests/frames" json $more >frame.json
		fits_top frame.json
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
		if fits_top bad.json 2>/dev/null; then return 1; fi
	done
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

cases_top() {
	check "aiotop --json: every line is as its schema has it" top_json
	check "aiotop --openmetrics: as the specification has it" top_metrics
	check "aiotop --once, -b: harmless, and no wider than 100 columns" top_texts
}
