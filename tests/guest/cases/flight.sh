# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# flight.sh - the flight recorder and rotation: parts of a recording that can be read on their own.

# sum_parts FILE...: what the parts of a recording say, added up.
sum_parts() {
	local part
	for part; do
		aiotrace report --json "$part"
	done | jq -s -c 'def total(f): map(f) | add;
		{ submitted: total(.requests.submitted), completed: total(.requests.completed),
		  reads: total(.calls.io_getevents.events), calls: total(.calls.io_submit.calls),
		  tainted: total(.requests.tainted), unknown: total(.requests.unknown_origin),
		  lost: total(.requests.lost_track), gaps: total(.loss.gaps) }'
}

# sum_oracle FILE: the same from the workload.
sum_oracle() {
	jq -s -c '([.[].requests[][]] | add) as $n | { submitted: $n, completed: $n,
		reads: (map(.reads.events) | add), calls: (map(.submit_calls) | add), tainted: 0, unknown: 0, lost: 0, gaps: 0 }' "$1"
}

# shellcheck disable=SC2016 # expanded by the shell that is traced
rotation() {
	local parts
	rm -f rot*.aios
	# In bursts: on a slow machine a round can hold more than a file.
	aiotrace record -o rot.aios --buffer 32M --max-size 64K -- \
		sh -ec 'for i in 1 2 3 4 5; do aiowork --count 2500 "$1"; sleep 0.2; done' sh "$1" \
		>o.json 2>record.log || { cat record.log; return 1; }
	parts=$(find . -name 'rot*.aios' | wc -l)
	[ "$parts" -ge 3 ] || { echo "$parts parts only"; cat record.log; return 1; }
	[ -s rot.1.aios ]
	expect "$(sum_oracle o.json)" "$(sum_parts rot*.aios)" "the sum of $parts parts"
	expect '{"begins_in_the_middle":false,"goes_on":true}' "$(report rot.aios .part)" "a part"
	expect '{"begins_in_the_middle":true,"goes_on":true}' "$(report rot.1.aios .part)" "a part"
	# Names and owners are told in every part, however long ago they were told first.
	expect 0 "$(aiotrace export --to json rot.1.aios |
		jq -s '[.[] | select(.comm != "aiowork" or .path == null)] | length')" \
		"requests without a process or a file"
}

newest_files_only() {
	rm -f rot*.aios
	aiotrace record -o rot.aios --buffer 32M --max-size 64K --max-files 2 -- \
		aiowork --count 10000 depth1 >o.json 2>record.log || { cat record.log; return 1; }
	expect 2 "$(find . -name 'rot*.aios' | wc -l)" "files that are left"
	[ ! -e rot.aios ]
	expect 'true' "$(report "$(find . -name 'rot*.aios' | sort -V | tail -n 1)" \
		'.part.begins_in_the_middle')" "the last one begins in the middle"
}

# told: waits until the tool says that it wrote that many files.
told() {
	local i
	for ((i = 0; i < 400; i++)); do
		[ "$(grep -c '^aiotrace: wrote' record.log)" -ge "$1" ] && return 0
		sleep 0.05
	done
	echo "no dump was written:"
	cat record.log
	return 1
}

on_signal() {
	local tool
	rm -f fly*.aios ready
	# In bursts: an emulated machine is not to lose anything here.
	aiotrace record -o fly.aios --buffer 32M --ring 64K --ready-file ready -- \
		sh -c 'while aiowork --count 1000 depth1; do sleep 0.2; done >/dev/null' \
		2>record.log &
	tool=$!
	wait_for ready
	[ ! -e fly.aios ] || { echo "a file before any was asked for"; return 1; }
	sleep 5
	kill -USR1 $tool
	told 1
	kill -USR1 $tool
	told 2
	kill -TERM $tool
	status 6 wait $tool || { cat record.log; return 1; }
	expect 3 "$(grep -c '^aiotrace: wrote fly' record.log)" "dumps"
	grep -q 'wrote fly.aios (.*: SIGUSR1' record.log
	grep -q 'wrote fly.2.aios (.*: the end of the trace' record.log
	for dump in fly.aios fly.1.aios fly.2.aios; do
		status 0 aiotrace report --json "$dump" >report.json
		expect '[0,0,0,0]' "$(jq -c '[.requests.tainted, .requests.unknown_origin,
			.requests.lost_track, .loss.gaps]' report.json)" "what $dump lost"
		[ "$(jq .requests.completed report.json)" -gt 100 ]
		expect true "$(jq .part.begins_in_the_middle report.json)" "$dump begins in the middle"
	done
}

on_stuck() {
	local tool dev=/dev/three-seconds
	slow_device three-seconds 3000000000 64
	rm -f fly*.aios
	# The ring is small: the birth of the slow one has fallen out of it long before.
	aiotrace record -o fly.aios --buffer 32M --ring 64K --dump-on 'stuck>1s' -- sh -c \
		"(aiowork --count 8000 depth1; sleep 0.5; aiowork --count 1000 depth1) >/dev/null &
		 aiowork --dev $dev --count 1 depth1; wait" \
		>o.json 2>record.log || { cat record.log; return 1; }
	cat record.log
	grep -q 'wrote fly.aios (.*: [0-9]* requests* in flight for 1' record.log
	aiotrace export --to json fly.aios | jq -c 'select(.result == null)' >stuck.json
	expect 1 "$(jq -s --arg dev "$dev" 'map(select(.born_ns and .path == $dev)) | length' \
		stuck.json)" "the slow one, with its birth and file"
	expect 0 "$(report fly.aios .requests.tainted)" "tainted requests"
}

dump_onto_a_full_disk() {
	local tool
	mkdir -p small
	mount -t tmpfs -o size=16k none small
	rm -f ready
	aiotrace record -o small/fly.aios --buffer 32M --ring 256K --ready-file ready -- \
		sh -c 'aiowork --count 8000 depth1; sleep 2' >o.json 2>record.log &
	tool=$!
	wait_for ready
	wait_for_oracle
	kill -USR1 $tool
	status 4 wait $tool
	umount small
	grep -q 'cannot write what is kept (SIGUSR1): No space left on device' record.log
	expect 8000 "$(jq '[.requests[][]] | add' o.json)" "requests of the program that was traced"
}

cases_flight() {
	check "--max-size: the parts of a recording tell everything once (depth1)" rotation depth1
	thorough "--max-size: the same with many in flight (smp)" rotation smp
	thorough "--max-files keeps the newest ones" newest_files_only
	check "--ring: SIGUSR1 writes what is kept, and the recording goes on" on_signal
	check "--dump-on: a request that is stuck, born long before what is kept" on_stuck
	thorough "--ring: a full disk is told, and ends nothing" dump_onto_a_full_disk
}
