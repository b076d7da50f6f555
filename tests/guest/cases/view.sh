# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# view.sh - what people and scripts see of a live run.

lines_and_streams() {
	aiotrace run -- aiowork ops >out.txt 2>err.txt
	jq -e .schema err.txt >/dev/null
	expect "$(jq '[.requests[][]] | add' err.txt)" "$(grep -c '^[0-9:.]*  aiowork\[' out.txt)" \
		"lines of requests"
	grep -q '^TIME ' out.txt
	grep -q '^requests  28 submitted, 28 completed' out.txt
	grep -q '^loss      none' out.txt
}

output_file_leaves_stdout_alone() {
	aiotrace run -o lines.txt -- aiowork ops >out.json
	jq -e '.schema == "aiowork/1"' out.json >/dev/null
	grep -q 'fdsync' lines.txt
}

json_lines() {
	aiotrace run --json -o lines.json -- aiowork refused >o.json
	expect '["aioscope.report/1","aioscope.request/1"]' \
		"$(jq -sc '[.[].schema] | unique' lines.json)" "schemas"
	expect "$(jq '([.requests[][]] | add) + ([.refused[]] | add)' o.json)" \
		"$(grep -c 'aioscope.request/1' lines.json)" "requests"
	expect "$(jq -c '.refused' o.json)" "$(jq -c -s '[.[] | select(.state == "refused") | .error] |
		group_by(.) | map({key: .[0], value: length}) | from_entries' lines.json | jq -cS .)" \
		"refused requests"
}

# What is not selected is not shown, and is no part of the numbers.
selections_of_a_live_run() {
	aiotrace run --errors --json -o lines.json -- aiowork refused >o.json
	expect "$(jq '([.refused[]] | add)' o.json)" \
		"$(jq -s '[.[] | select(.schema == "aioscope.request/1" and .error != null)] | length' \
			lines.json)" "refused requests"
	expect 0 "$(jq -s '[.[] | select(.schema == "aioscope.request/1" and .error == null)] | length' \
		lines.json)" "requests that succeeded"
	aiotrace run --op poll,fdsync -o lines.txt -- aiowork ops >o.json
	expect "$(jq '[.requests | .poll, .fdsync | .[]] | add' o.json)" \
		"$(grep -c '^[0-9:.]*  aiowork\[' lines.txt)" "lines of polls and fdsyncs"
	grep -q '^selected  --op fdsync,poll; 20 other requests are left out' lines.txt
	aiotrace run --over 1h -o lines.txt -- aiowork --hold 1 unreaped >o.json
	expect 0 "$(grep -c '^[0-9:.]*  aiowork\[' lines.txt)" "lines of events that nobody reads"
}

# An event that nobody reads is shown all the same, while the program still runs.
unread_is_shown() {
	local i
	rm -f held
	aiotrace run -o lines.txt -- aiowork --hold 600 --hold-file held unreaped >o.json &
	wait_for held
	for ((i = 0; i < 600; i++)); do
		[ "$(grep -c ' aiowork\[' lines.txt)" -lt 15 ] || break
		sleep 0.1
	done
	expect 15 "$(grep -c ' aiowork\[' lines.txt)" "lines before the program ended"
	kill -TERM "$(cat held)"
	wait
	grep -q '11 completed and were never read' lines.txt
}

timeline_tells() {
	aiotrace record -o t.aios -- aiowork poll-later >/dev/null
	aiotrace timeline --slowest 2 t.aios >timeline.txt
	expect 2 "$(grep -c '^request ' timeline.txt)" "requests"
	grep -q 'poll-wake .* while it waited' timeline.txt
	grep -q 'TIME CPU  submitter ' timeline.txt
	grep -q 'order: armed-' timeline.txt
	grep -q 'io_getevents returned its event' timeline.txt
}

interrupt_ends_both() {
	local tool got=0
	rm -f ready
	aiotrace record -o t.aios --ready-file ready -- sleep 100 &
	tool=$!
	wait_for ready
	kill -TERM $tool
	wait $tool || got=$?
	expect 6 $got "exit status: the command was ended by the signal"
	! pgrep -x sleep
	status 0 aiotrace report t.aios >/dev/null
}

addresses_are_hidden() {
	aiotrace record -o t.aios -- aiowork ops >/dev/null
	! aiotrace export --to json t.aios | grep -q 'kiocb_address'
	aiotrace export --to json --kernel-addresses t.aios | grep -q '"kiocb_address":"0xffff'
	! { aiotrace report t.aios; aiotrace timeline --slowest 99 t.aios; } | grep -q ffff8
	expect 600 "$(stat -c %a t.aios)" "mode of the trace file"
}

# A struct file that is used again is another file.
files_keep_their_names_apart() {
	aiotrace record -o t.aios -- aiowork reopen >o.json
	compare t.aios o.json
	aiotrace export --to json t.aios >requests.json
	expect '["100 one-hundred","101 one-hundred-and-one"]' "$(jq -sc 'map("\(.result) " +
		(.path | split("/") | last)) | unique' requests.json)" "what was read from where"
}

cases_view() {
	check "files that share a struct file keep their names apart" files_keep_their_names_apart
	check "run: a line a request on stdout, the command's own on stderr" lines_and_streams
	check "run -o: the command keeps its stdout" output_file_leaves_stdout_alone
	check "run --json: requests and a report, equal to the oracle" json_lines
	check "run shows completed requests that nobody reads" unread_is_shown
	check "run --op, --errors, --over: what is shown and counted" selections_of_a_live_run
	check "timeline tells the story of a poll" timeline_tells
	check "a signal ends command and trace, and the trace is whole" interrupt_ends_both
	check "kernel addresses are only shown when asked for" addresses_are_hidden
}
