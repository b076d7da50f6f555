# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# doctor.sh - each condition that a real workload can have is named for it, and none for one that is
# well. Attaching takes most of the time, so the workloads share a trace.

# What each workload has, in alphabetical order. Those that fill a ring submit one at a time; so does
# fio unless it is told otherwise, and reads one at a time.
ills() {
	cat <<-END
	again-polls batches-of-one eagain-polls
	again-reads batches-of-one eagain-in-flight
	again-stranded eagain-stranded
	contexts buffered-inside-submit context-oversized
	eagain buffered-inside-submit eagain-unread user-reaping
	eventfd-each buffered-inside-submit eventfd-seldom-read
	eventfd-last buffered-inside-submit
	fio batches-of-one reads-of-one submit-blocks
	piles-up backlog-grows buffered-inside-submit
	poll-ready polls-ready-at-once
	poll-woken polls-woken-early
	reader-leaves buffered-inside-submit ring-bounces
	ring-scribble buffered-inside-submit head-moved-oddly
	setup-fail aio-max-nr
	slow-end teardown-waits
	END
}

ill_workloads() {
	local scenario fio="fio --ioengine=libaio --direct=1 --bs=4k --rw=randread --iodepth=16 --name=f"
	for scenario in again-polls again-stranded contexts eagain eventfd-each eventfd-last piles-up \
		poll-ready poll-woken ring-scribble setup-fail; do
		aiowork --count 400 "$scenario"
	done
	aiowork --count 6000 reader-leaves
	aiowork --dev "$slow" again-reads
	aiowork --dev "$slow" slow-end
	$fio --filename=/scratch/doctor --size=1M --number_ios=120 >fio.log
	$fio --filename="$few_tags" --size=1M --number_ios=32 >fio.log
}

# The slugs that were told of each process, a line each: "user-reap buffered-inside-submit ..."
told_of() {
	aiotrace doctor --json "$1" | jq -r --slurpfile oracles "$2" '
		($oracles | map({key: "\(.pid)", value: .scenario}) | from_entries) as $names |
		select(.schema == "aioscope.condition/1") | "\($names["\(.pid)"] // .comm) \(.slug)"' |
		sort -u | awk '{ told[$1] = told[$1] " " $2 }
			END { for (name in told) print name told[name] }' | sort
}

ills_are_named() {
	local slow few_tags
	slow_device slow 300000000 256
	slow_device few-tags 20000000 1
	slow=/dev/slow few_tags=/dev/few-tags
	export slow few_tags
	export -f ill_workloads
	aiotrace record --hooks eventfd -o ill.aios -- bash -ec ill_workloads >ill.json
	told_of ill.aios ill.json >told.txt
	ills | diff - told.txt || { aiotrace doctor --json ill.aios | jq -c '[.pid, .slug, .numbers]'; return 1; }
	status 1 aiotrace doctor --fail-on crit ill.aios >doctor.txt
	grep -q '^crit  D1 aio-max-nr: io_setup failed with EAGAIN' doctor.txt
	expect "$(jq -s '[.[] | select(.slug)] | length' <(aiotrace doctor --json ill.aios))" \
		"$(report ill.aios '.doctor.conditions | length')" "conditions of the report"
}

well_is_well() {
	local fio="fio --ioengine=libaio --direct=1 --bs=4k --iodepth=16 --iodepth_batch_submit=8
		--iodepth_batch_complete_min=8 --iodepth_batch_complete_max=16 --size=4M --name=f"
	# shellcheck disable=SC2086 # several arguments
	aiotrace record -o well.aios -- sh -ec '"$@" --filename=/dev/nullb0 --rw=randread --norandommap \
		--number_ios=600; "$@" --filename=/scratch/doctor --rw=randrw --number_ios=300' sh $fio >fio.log
	status 0 aiotrace doctor --fail-on info well.aios >doctor.txt
	cat doctor.txt
	grep -q '^no condition; ' doctor.txt
}

# Calls alone do not tell what held the slots.
calls_alone() {
	aiotrace record --source syscall -o calls.aios -- aiowork eagain >o.json
	expect '["eagain-unclear"]' "$(aiotrace doctor --json calls.aios | jq -c .slug? | jq -sc \
		'map(select(. != null))')" "conditions"
}

cases_doctor() {
	check "doctor: each workload has what is the matter with it" ills_are_named
	check "doctor: nothing is the matter with what is well" well_is_well
	thorough "doctor: what calls alone tell" calls_alone
}
