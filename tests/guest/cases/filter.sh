# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# filter.sh - whose requests are traced: a command and its children, a process, a name, a cgroup.

# run_beside OPTIONS: traces with OPTIONS while one workload belongs to them and another does not.
# The one that does is "mine", with its numbers in mine.json.
run_beside() {
	local holder
	rm -f ready mine.json
	aiotrace record -o t.aios --ready-file ready "$@" -d 60s 2>record.log &
	holder=$!
	wait_for ready || { cat record.log; return 1; }
	aiowork buffered >/dev/null
	mine_run >mine.json
	kill -INT $holder
	wait $holder
	compare t.aios mine.json
}

by_name() {
	# shellcheck disable=SC2154 # of suite
	cp "$build/tests/aiowork" ./mine
	mine_run() { ./mine ops; }
	run_beside -c mine "$@"
}

by_cgroup() {
	mkdir -p /sys/fs/cgroup/outer/inner
	mine_run() {
		sh -c 'echo $$ >/sys/fs/cgroup/outer/inner/cgroup.procs; exec aiowork direct'
	}
	run_beside -G /sys/fs/cgroup/outer "$@"
}

# A shell that was there before and makes its children afterwards.
by_process_and_children() {
	local shell
	rm -f orders finished
	mkfifo orders
	bash orders >mine.out &
	shell=$!
	exec 9>orders
	mine_run() {
		echo 'aiowork fork; aiowork ops; touch finished' >&9
		wait_for finished
		cat mine.out
	}
	run_beside -p $shell "$@"
	exec 9>&-
}

everything() {
	local tool
	rm -f ready
	aiotrace record -o t.aios --ready-file ready -a -d 60s &
	tool=$!
	wait_for ready
	sh -c 'aiowork ops & aiowork direct & wait' >o.json
	kill -INT $tool
	wait $tool
	compare t.aios o.json
}

ends_with_the_process() {
	local work
	rm -f ready
	aiowork --hold 60 ops >o.json &
	work=$!
	aiotrace record -o t.aios --ready-file ready -p $work &
	wait_for ready
	kill -TERM $work
	wait
}

duration_ends_it() {
	status 0 aiotrace record -o t.aios -d 300ms -a
	[ "$(aiotrace report --json t.aios | jq .duration_ns)" -lt 3000000000 ]
}

cases_filter() {
	check "-c traces what commands of that name do, and nothing else" by_name
	check "-G traces what happens in a cgroup and below, and nothing else" by_cgroup
	check "-p traces a process and children it makes later, and nothing else" by_process_and_children
	check "-a traces everything" everything
	check "-p ends with the process" ends_with_the_process
	check "-d ends the trace" duration_ends_it
}
