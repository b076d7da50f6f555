# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# interrupt.sh - requests that complete in an interrupt while a program of ours runs on that CPU.
#
# Each batch goes in turn to two devices whose timers complete requests in hard interrupts and to two
# that complete them at once, in the task. So timers expire in the middle of whatever hook runs for
# the others, and now and then in that of another completion: there the kernel skips a program.
# The kernel starts a batch device by device, newer ones from the first, older ones from the last:
# either way one that completes at once comes after one with timers.

nullb=/sys/kernel/config/nullb

# null_device NAME [NS]: makes a null_blk device that completes requests by timer, or at once.
null_device() {
	mkdir "$nullb/$1" || return 1
	echo $((${2:+1} + 1)) >"$nullb/$1/irqmode"
	echo "${2:-0}" >"$nullb/$1/completion_nsec"
	echo 4 >"$nullb/$1/submit_queues"
	echo 1 >"$nullb/$1/power"
}

# null_path NAME: newer kernels call the device by the folder, older ones by its number.
null_path() {
	if [ -b "/dev/$1" ]; then
		echo "/dev/$1"
	else
		echo "/dev/nullb$(cat "$nullb/$1/index")"
	fi
}

# Two intervals, so that some timers expire while those of the same batch are still being started.
null_devices() {
	[ -d "$nullb" ] || mount -t configfs none /sys/kernel/config
	null_device early 7000 && null_device late 30000 && null_device prompt
}

null_devices_gone() {
	rmdir "$nullb/early" "$nullb/late" "$nullb/prompt"
}

# kernel_skipped [FUNCTION]: how many calls of our programs, or of those on it, the kernel skipped.
kernel_skipped() {
	jq --arg hook "${1:+fentry_$1}" '[.[] | select(.name // "" | startswith("fentry_")) |
		select($hook == "" or .name == $hook) | .recursion_misses // 0] | add' programs.json
}

# The kernel tells what it skipped as long as the hooks are there. When timers expire is luck: if no
# completion was skipped, it is tried again.
interrupt_load() {
	local try
	for try in 1 2 3 4 5; do
		bench-load -t 4 -b 64 -n $(($1 / 4)) "$(null_path early)" "$(null_path prompt)" \
			"$(null_path late)" /dev/nullb0 >>o.json
		bpftool -j prog show >programs.json
		[ "$(kernel_skipped aio_complete)" -eq 0 ] || return 0
	done
	echo "no call of aio_complete was skipped in $try tries"
	return 1
}

# interrupts REQUESTS OPTION...: traces that load.
interrupts() {
	local requests=$1 got=0
	shift
	rm -f o.json
	export nullb
	export -f null_path kernel_skipped interrupt_load
	aiotrace record --buffer 32M -o t.aios "$@" -- \
		bash -ec "interrupt_load $requests" >load.log 2>record.log || got=$?
	aiotrace report --json t.aios >report.json || true
	expect 0 "$(jq .loss.records report.json)" "records refused by a full ring"
	# 4 is the status of losses that were told, 6 that of a load that failed.
	expect "$(jq 'if .loss.calls_not_seen > 0 then 4 else 0 end' report.json)" $got \
		"exit status of record" || { cat load.log; return 1; }
}

# told_skipped FUNCTION: how many of its calls the report accounts for. It has room for 16 holes.
told_skipped() {
	[ "$(jq .loss.calls_not_seen report.json)" -gt 0 ] || { echo 0; return 0; }
	aiotrace report t.aios >report.txt || true
	! grep '^\.\.\. and .* more$' report.txt || return 1
	awk -v hook="$1" '/ were not seen: / && $6 == hook { sum += $3 } END { print sum + 0 }' \
		report.txt
}

# One hook on completions stands in for the other, so nothing should be missing; whatever is must
# have been told. Only aio_complete counts: another hook that was skipped takes no completion away.
none_is_missing() {
	local all told
	interrupts "$1"
	all=$(jq -s 'map(.all) | add' o.json)
	expect true "$(jq '.completions.hardirq > 0 and .completions.task > 0' report.json)" \
		"completions in hard interrupts, and in tasks to be interrupted"
	told=$(told_skipped aio_complete)
	expect "$all" $(($(jq .requests.completed report.json) + told)) \
		"requests recorded and $told accounted for"
	[ "$(jq .loss.calls_not_seen report.json)" -gt 0 ] ||
		expect "[$all,0,0,0]" "$(jq -c '.requests |
			[.submitted, .tainted, .unknown_origin, .in_flight]' report.json)" \
			"requests submitted, tainted, of unknown origin, in flight"
}

# Without the stand-in each skipped call is a completion that is missing, and is told as one.
all_missing_are_told() {
	local skipped
	interrupts "$1" --without aio_complete_rw
	skipped=$(kernel_skipped aio_complete)
	expect "$(kernel_skipped)" "$(jq .loss.calls_not_seen report.json)" "calls not seen"
	expect "$(jq -s 'map(.all) | add' o.json)" \
		$(($(jq .requests.completed report.json) + skipped)) \
		"requests recorded and $skipped accounted for"
}

cases_interrupt() {
	local what="a completion that interrupts our own program"
	if ! null_devices; then
		skip "$what" "null_blk cannot be set up by configfs"
		return
	fi
	check "$what is recorded or accounted for" none_is_missing 100000
	check "$what is accounted for where nothing stands in" all_missing_are_told 20000
	thorough "$what: a million requests" none_is_missing 1000000
	thorough "$what: a million requests, nothing stands in" all_missing_are_told 1000000
	null_devices_gone
}
