# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# loss.sh - records that are lost are counted, shown at their place, and taint what they touched.

# The tool is stopped while its ring overflows, so that something is lost for certain.
overflow() {
	local tool
	rm -f ready go
	aiotrace record --buffer 4K -o t.aios --ready-file ready -- \
		sh -c 'aiowork ops >/dev/null; touch go; exec aiowork --count 40000 depth1' \
		>o.json 2>record.log &
	tool=$!
	wait_for ready
	wait_for go
	kill -STOP $tool
	sleep 1
	kill -CONT $tool
	wait $tool
}

loss_is_told() {
	local got=0
	overflow || got=$?
	expect 4 $got "exit status of record"
	[ "$(report t.aios .loss.records)" -gt 0 ]
	[ "$(report t.aios .loss.gaps)" -gt 0 ]
	[ "$(report t.aios .requests.tainted)" -gt 0 ]
	status 4 aiotrace report t.aios >report.txt
	grep -q '^HOLES' report.txt
	grep -q 'records of CPU .* were lost' report.txt
	status 4 aiotrace timeline --slowest 1 t.aios >timeline.txt
}

# What is not tainted is known from beginning to end, and nothing is told that was not there.
no_half_knowledge() {
	aiotrace export --to json t.aios >requests.json || true
	expect 0 "$(jq -s '[.[] | select(.tainted | not) | select(.op != "poll") |
		select(.born_ns == null or .returned_ns == null or .completed_ns == null or
			.reaped_ns == null or .reaped_by != "kernel")] | length' requests.json)" \
		"requests that are told whole and are not"
	[ "$(report t.aios .requests.completed)" -lt "$(jq '[.requests[][]] | add' o.json)" ]
	[ "$(report t.aios .requests.submitted)" -le "$(jq '[.requests[][]] | add' o.json)" ]
	expect "$(sed -n 's/^aiotrace: \([0-9]*\) records were lost.*/\1/p' record.log)" \
		"$(report t.aios .loss.records)" "lost records as told by record, and by the file"
}

killed_tool() {
	local tool
	rm -f ready
	aiotrace record -o t.aios --ready-file ready -- aiowork --count 200000 depth1 >o.json &
	tool=$!
	wait_for ready
	sleep 2
	kill -KILL $tool
	wait $tool || true
	status 5 aiotrace report --json t.aios >report.json
	[ "$(jq .requests.completed report.json)" -gt 0 ]
	expect true "$(jq .loss.cut_off report.json)" "the trace is cut off"
	wait_for_oracle
	expect 200000 "$(jq '[.requests[][]] | add' o.json)" "requests of the program that was traced"
}

wait_for_oracle() {
	local i
	for ((i = 0; i < 600; i++)); do
		[ -s o.json ] && return 0
		sleep 0.1
	done
	echo "the traced program did not finish"
	return 1
}

full_disk() {
	mkdir -p small
	mount -t tmpfs -o size=512k none small
	status 4 aiotrace record -o small/t.aios -- aiowork --count 20000 depth1 >o.json 2>record.log
	grep -q 'No space left on device; the trace ends here' record.log
	expect 20000 "$(jq '[.requests[][]] | add' o.json)" "requests of the program that was traced"
	status 5 aiotrace report --json small/t.aios >report.json
	[ "$(jq .requests.completed report.json)" -gt 0 ]
	umount small
}

cases_loss() {
	check "a tiny buffer under load: the loss is told, at its place" loss_is_told
	check "no request that crossed a hole is told as whole" no_half_knowledge
	check "a killed tool leaves a trace up to there, and the program alone" killed_tool
	check "a full disk ends the trace, not the program" full_disk
}
