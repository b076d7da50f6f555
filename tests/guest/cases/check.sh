# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2154 # extent, program, few_scenarios: of suite, scenarios.sh, lib.sh
#
# check.sh - aiocheck run: a correct kernel passes, and what cannot be known for certain does not.

# verdict FILTER: of the last line that aiocheck wrote.
verdict() {
	tail -n 1 told.json | jq -c "$1"
}

told_findings() {
	grep -c '"aioscope.finding/1"' told.json || true
}

# What a scenario's oracle calls requests, taken or not; in a file with a line a scenario.
oracle_requests() {
	jq -s '[.[].requests[][]] | add // 0' "$1"
}

# The same load, judged as it runs and recorded beside that, with the same hooks.
passes() {
	# shellcheck disable=SC2016 # expanded by the shell that is traced
	status 0 aiocheck run --json --buffer 32M -o told.json -- \
		aiotrace record --hooks references,state --buffer 32M -o t.aios -- \
		sh -ec 'p=$1; shift; for s in "$@"; do "$p" "$s"; done' sh "$program" "$@" >o.json ||
		{ cat told.json; return 1; }
	expect '["PASS",null,0,0,0]' \
		"$(verdict '[.verdict, .reason, .findings, .gaps, .command_status]')" "the verdict"
	expect 0 "$(told_findings)" "findings" || { cat told.json; return 1; }
	expect "$(oracle_requests o.json)" "$(verdict .requests)" "requests"
	cp told.json live.json
	status 0 aiocheck file --json t.aios >told.json || { cat told.json; return 1; }
	expect "$(tail -n 1 live.json | jq -c '[.verdict, .evidence, .requests, .contexts, .checked]')" \
		"$(verdict '[.verdict, .evidence, .requests, .contexts, .checked]')" \
		"the verdict about the recorded trace"
}

# The level is that of the kernel: with its tracepoints every rule is checked.
passes_exactly() {
	passes "$@" || return 1
	expect '["exact",[]]' "$(verdict '[.evidence, .not_checked]')" "what could not be checked"
}

loss_is_inconclusive() {
	local got=0
	overflow aiocheck run --json -o told.json --junit told.xml || got=$?
	expect 4 $got "exit status" || { cat told.json; return 1; }
	expect '["INCONCLUSIVE","loss",true,0]' \
		"$(verdict '[.verdict, .reason, .gaps > 0, .findings]')" "the verdict"
	expect 0 "$(told_findings)" "findings"
	grep -q '<error message="loss" type="INCONCLUSIVE">' told.xml
}

no_aio_is_inconclusive() {
	status 4 aiocheck run --json -o told.json -- true
	expect '["INCONCLUSIVE","no-aio",0]' "$(verdict '[.verdict, .reason, .requests]')" "the verdict"
}

weak_evidence_is_inconclusive() {
	status 4 aiocheck run --only R3 --source function --json -o told.json -- \
		aiowork ops >o.json
	expect '["INCONCLUSIVE","evidence",["R3"]]' "$(verdict '[.verdict, .reason, .not_checked]')" \
		"the verdict"
	status 4 aiocheck run --source syscall --json -o told.json -- aiowork ops >o.json
	expect '["INCONCLUSIVE","evidence","syscall"]' "$(verdict '[.verdict, .reason, .evidence]')" \
		"the verdict without functions"
}

# A verdict is about rules.
a_failing_command_passes() {
	status 6 aiocheck run --json -o told.json -- sh -c 'aiowork ops; exit 3' >o.json
	expect '["PASS",3]' "$(verdict '[.verdict, .command_status]')" "the verdict"
}

# bytes_a_second RATE: what the processes of the cgroup slow may read of the null device.
bytes_a_second() {
	local cgroups=/sys/fs/cgroup
	mountpoint -q $cgroups || mount -t cgroup2 none $cgroups
	echo +io >$cgroups/cgroup.subtree_control
	mkdir -p $cgroups/slow
	echo "$(cat /sys/block/nullb0/dev) rbps=$1" >$cgroups/slow/io.max
}

# gone PID: waits until it is.
gone() {
	local i
	for ((i = 0; i < 300; i++)); do
		[ -d "/proc/$1" ] || return 0
		sleep 0.1
	done
	echo "process $1 is still there"
	return 1
}

# hang OPTION...: judges a read that takes four minutes, and a process that waits for it.
hang() {
	local tool got=0 begun
	rm -f ready pid child grandchild
	bytes_a_second 16
	# shellcheck disable=SC2016 # expanded by the shell that is traced
	aiocheck run --json -o told.json --stuck-after 2s "$@" --ready-file ready -- \
		sh -c 'sleep 300 & echo $! >child
			(sleep 300 & echo $! >grandchild; wait) &
			echo $$ >/sys/fs/cgroup/slow/cgroup.procs
			exec aiowork --pid-file pid --count 1 depth1' >o.json 2>said.txt &
	tool=$!
	wait_for ready
	begun=$SECONDS
	wait $tool || got=$?
	[ $((SECONDS - begun)) -le 120 ] || { echo "it took $((SECONDS - begun)) s"; return 1; }
	expect 1 $got "exit status" || { cat told.json said.txt; return 1; }
	expect '["R11","stuck-request","stuck"]' \
		"$(head -n 1 told.json | jq -c '[.id, .slug, .severity]')" "the finding"
	head -n 1 told.json | jq -r .message | grep -q 'the file system or the device has it'
	expect '["FAIL",1]' "$(verdict '[.verdict, .findings]')" "the verdict"
	[ -d "/proc/$(cat pid)" ] || { echo "the program did not hang"; return 1; }
	bytes_a_second max
	gone "$(cat pid)"
}

# Who is killed goes when the device lets go of him, and says nothing; who is left goes on.
hangs_end_in_time() {
	hang --kill
	if [ -d "/proc/$(cat child)" ] || [ -d "/proc/$(cat grandchild)" ]; then
		echo "its children were not killed"
		return 1
	fi
	grep -q '^aiocheck: 1 processes of the command were killed and do not end' said.txt
	expect 0 "$(stat -c %s o.json)" "bytes of a program that was killed"
	[ "$extent" = all ] || return 0
	hang
	kill "$(cat child)" "$(cat grandchild)"
	expect 1 "$(jq '[.requests[][]] | add' o.json)" "requests of a program that was left"
}

# stands_still STATUS SECONDS COMMAND...: what is said of a command that waits, and how long it takes.
stands_still() {
	local want=$1 most=$2 begun=$SECONDS
	shift 2
	status "$want" aiocheck run --json -o told.json --stuck-after 2s --kill -- "$@" \
		>o.json 2>said.txt || { cat told.json said.txt; return 1; }
	[ $((SECONDS - begun)) -le "$most" ] || { echo "it took $((SECONDS - begun)) s"; return 1; }
}

# Polls and readers may wait, but not for ever where somebody waits for the command. One that sleeps
# with nothing outstanding does as it likes.
a_standstill_ends() {
	stands_still 1 120 aiowork --wait-file never preexisting || return 1
	jq -r 'select(.id == "R11").message' told.json |
		grep -q '^it waits for its file (poll), and nothing at all has happened for [2-5] s$'
	expect '["R11"]' "$(jq -sc '[.[].id | select(.)] | unique' told.json)" "rules that were broken"
	stands_still 0 120 sh -c 'aiowork ops; sleep 5' || return 1
	expect '["PASS",0,0]' "$(verdict '[.verdict, .findings, .command_status]')" "the verdict"
}

# stack_of FILE OP WHAT: the stack of an operation's first request in a trace, in a line.
stack_of() {
	aiotrace timeline --op "$2" "$1" | tr -s ' \n' ' ' | grep -oE "where it is $3: [^:]*" |
		sed -E 's/^[^:]*: //; s/ \+[0-9.]+[num]?s? [0-9]+ .*//'
}

# leads FILE OP WHAT PATTERN: those functions, from the innermost on.
leads() {
	stack_of "$1" "$2" "$3" | grep -qE "$4" && return 0
	echo "$2 $3: no '$4' in: $(stack_of "$1" "$2" "$3")"
	return 1
}

# By way of whom requests are taken, complete and are freed; and nothing that is ours.
stacks_are_told() {
	local op offset='\+0x[0-9a-f]+'
	status 0 aiocheck run --stacks --json --buffer 32M -o told.json -- \
		aiotrace record --stacks --hooks references --buffer 32M -o t.aios -- \
		sh -ec 'aiowork ops; aiowork poll-cancel; aiowork eventfd' >o.json ||
		{ cat told.json; return 1; }
	for op in pread fsync; do
		leads t.aios $op taken "io_submit_one$offset < (__do_sys_io_submit$offset < )?__x64_sys_io_submit$offset < do_" || return 1
		leads t.aios $op freed "^kmem_cache_free$offset < " || return 1
	done
	leads t.aios fsync completed \
		"^aio_complete$offset < (.* < )?aio_fsync_work$offset < process_one_work$offset < " || return 1
	if aiotrace timeline --slowest 100 t.aios | grep -E '^ {14}[^ ]' |
		grep -E 'bpf_(prog|trace|trampoline)|0xffff|\?'; then
		echo "these are no functions that are called"
		return 1
	fi
	# A finding is told with them while its request still waits.
	status 1 aiocheck run --stacks --json -o told.json --stuck-after 2s --kill -- \
		aiowork --wait-file never preexisting >o.json 2>said.txt || { cat told.json said.txt; return 1; }
	jq -r 'select(.id == "R11").events[] | select(.what == "taken").stack[]' told.json |
		grep -qE "^__x64_sys_io_submit$offset\$" || { cat told.json; return 1; }
}

# fio with the options that follow passes, and was seen to do what it says it did, and its fsyncs.
fio_passes() {
	status 0 aiocheck run --json --buffer 32M -o told.json -- \
		fio --name=job --size=16M --bs=4k --ioengine=libaio --output-format=json \
		--output=fio.json "$@" >said.txt || { cat told.json; return 1; }
	expect true "$(verdict ".requests >= $(fio_totals fio.json | jq '.pread + .pwrite')")" "requests"
}

# Readers with timeouts of microseconds race with completions, in several processes.
stress_passes() {
	status 0 aiocheck run --json --buffer 32M -o told.json -- \
		stress-ng --aiol 2 --aiol-ops 2000 --temp-path /scratch >said.txt 2>&1 ||
		{ cat told.json said.txt; return 1; }
	expect true "$(verdict '.requests > 2000')" "requests"
}

# Programs that people have.
cases_check_programs() {
	thorough "aiocheck: fio with one job passes" fio_passes --filename=/scratch/fio --rw=randrw \
		--iodepth=16 --io_size=4M
	thorough "aiocheck: fio with fsyncs, buffered, passes" fio_passes --filename=/scratch/fio \
		--rw=randwrite --fsync=8 --iodepth=8 --io_size=1M --direct=0
	thorough "aiocheck: fio that reaps by itself passes" fio_passes --filename=/dev/nullb0 --direct=1 \
		--rw=randread --iodepth=64 --numjobs=4 --userspace_reap --io_size=4M
	thorough "aiocheck: stress-ng --aiol passes" stress_passes
}

cases_check() {
	local -a some
	read -r -a some <<<"$few_scenarios"
	[ "$extent" != all ] || read -r -a some <<<"$(batches 1 | paste -sd' ')"
	check "aiocheck: scenarios pass, as they run and as recorded" passes "${some[@]}"
	check "aiocheck: lost records are INCONCLUSIVE" loss_is_inconclusive
	check "aiocheck: a command that fails passes, with its status" a_failing_command_passes
	check "aiocheck: what hangs is found, and ends in time" hangs_end_in_time
	check "aiocheck: a command that comes to a stand is stuck, one that sleeps is not" \
		a_standstill_ends
	thorough "aiocheck: a command without AIO is INCONCLUSIVE" no_aio_is_inconclusive
	thorough "aiocheck: evidence that is too weak is INCONCLUSIVE" weak_evidence_is_inconclusive
	thorough "aiocheck: stacks lead from the system call to the end" stacks_are_told
}

cases_check_exact() {
	local -a some
	read -r -a some <<<"$few_scenarios"
	[ "$extent" != all ] || read -r -a some <<<"$(batches 1 | paste -sd' ')"
	check "aiocheck: scenarios pass every rule, as they run and as recorded" \
		passes_exactly "${some[@]}"
	thorough "aiocheck: stacks lead from the system call to the end, at level exact" stacks_are_told
}
