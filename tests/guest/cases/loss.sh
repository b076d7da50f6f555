# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# loss.sh - records that are lost are counted, shown at their place, and taint what they touched.

# overflow TOOL...: the tool is stopped while its ring overflows, so that something is lost for
# certain.
overflow() {
	local tool
	rm -f ready go
	"$@" --buffer 4K --ready-file ready -- \
		sh -c 'aiowork ops >/dev/null; touch go; exec aiowork --count 40000 depth1' >o.json &
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
	overflow aiotrace record -o t.aios 2>record.log || got=$?
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

# records LOG: what record said that it read, and that it lost.
records() {
	awk '/records? in/ { read = $2 } /records were lost/ { lost = $2 } END { print read + lost }' "$1"
}

# What is read and what is lost is what the kernel wrote: as much as when nothing is lost. Without
# the returns of submissions, which are told with the birth, or apart, or with what was asked for.
stopped_reader_counts() {
	local tool all births without=(--without io_submit_one:return)
	aiotrace record --buffer 32M -o t.aios "${without[@]}" -- aiowork --count 3000 depth1 2>all.log \
		>o.json
	all=$(records all.log)
	rm -f ready
	aiotrace record --buffer 4K -o t.aios "${without[@]}" --ready-file ready -- \
		aiowork --count 3000 depth1 2>lossy.log >o.json &
	tool=$!
	wait_for ready
	kill -STOP $tool
	sleep 1
	kill -CONT $tool
	status 4 wait $tool
	grep -q 'records were lost' lossy.log
	births=$(aiotrace export --to json t.aios 2>/dev/null |
		jq -s '[.[] | select(.origin == "birth")] | length')
	[ "$births" -lt 3000 ]
	expect "$all" "$(records lossy.log)" "records read and lost"
	expect 3000 "$(jq '[.requests[][]] | add' o.json)" "requests of the program that was traced"
}

# Whenever it dies: the file is read up to there, and the program goes on.
killed_tool_at_any_moment() {
	local tool pause last
	for pause in 0.05 0.13 0.4 0.75 1.1; do
		rm -f ready o.json
		aiotrace record --buffer 32M -o t.aios --max-size 64K --ready-file ready -- \
			sh -c 'aiowork --count 4000 depth1; sleep 3' >o.json &
		tool=$!
		wait_for ready
		sleep $pause
		kill -KILL $tool
		wait $tool || true
		last=$(find . -name 't*.aios' -newer ready -size +0 | sort -V | tail -n 1)
		status 5 aiotrace report --json "${last:-t.aios}" >report.json 2>said.txt
		grep -q 'the trace is cut off after' said.txt
		expect true "$(jq .loss.cut_off report.json)" "the trace is cut off"
		wait_for_oracle
		expect 4000 "$(jq '[.requests[][]] | add' o.json)" "requests of the program"
		rm -f t*.aios
	done
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

# bpf/maps.h, AIOS_MAX_CONTEXTS: those that find no room are counted, and the rest is told.
full_map() {
	sysctl -q vm.max_map_count=300000 fs.aio-max-nr=100000000
	status 4 aiotrace record --buffer 32M -o t.aios -- aiowork --count 66000 crowd \
		2>record.log >o.json
	expect 66000 "$(jq .setup.ok o.json)" "contexts"
	grep -q '^aiotrace: 464 contexts or processes found no room' record.log ||
		{ cat record.log; return 1; }
	status 4 aiotrace report --json t.aios >report.json
	expect '[464,0]' "$(jq -c '[.loss.not_kept, .loss.records]' report.json)" \
		"contexts that found no room, and lost records"
}

# The reader sleeps for a second and is woken when a ring is half full, however often that is: this
# rings some 300 times. A busy host lets it come late now and then; a bell that is dead loses most.
rings_that_fill_up_are_read() {
	aiotrace record --buffer 512K -o t.aios -- bench-load -n 300000 /dev/nullb0 >load.json || true
	expect true "$(report t.aios ".requests.completed > $(jq .all load.json) * 0.9")" \
		"nine of ten requests are told"
}

cases_loss() {
	check "a ring that fills up over and over is read in time" rings_that_fill_up_are_read
	check "a tiny buffer under load: the loss is told, at its place" loss_is_told
	check "no request that crossed a hole is told as whole" no_half_knowledge
	check "a stopped reader: what is read and what is lost is all there was" stopped_reader_counts
	thorough "a tool killed at any moment: read up to there, the program alone" killed_tool_at_any_moment
	check "a killed tool leaves a trace up to there, and the program alone" killed_tool
	thorough "more contexts than the map holds: counted and told" full_map
	check "a full disk ends the trace, not the program" full_disk
}
