# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# syscall.sh - evidence level syscall: for kernels where no function can be hooked.

# calls_equal SCENARIO...: what is told of their calls equals what they counted.
calls_equal() {
	# shellcheck disable=SC2016 # expanded by the shell that is traced
	aiotrace record --source syscall -o t.aios -- sh -ec 'for s in "$@"; do aiowork "$s"; done' \
		sh "$@" >o.json
	compare t.aios o.json
}

calls_of_preexisting() {
	rm -f go pid ready
	aiowork --pid-file pid --wait-file go preexisting >o.json &
	wait_for pid
	aiotrace record --source syscall -o t.aios --ready-file ready -p "$(cat pid)" &
	wait_for ready
	touch go
	wait
	compare t.aios o.json
}

everybody() {
	local tool
	rm -f ready
	aiotrace record --source syscall -o t.aios --ready-file ready -a -d 60s &
	tool=$!
	wait_for ready
	sh -c 'aiowork ops & aiowork direct & wait' >o.json
	kill -TERM $tool
	wait $tool
	compare t.aios o.json
	expect '["aiowork"]' "$(report t.aios '[.processes[].comm] | unique')" "processes that call"
}

# hidden PATH COMMAND...: with an empty file or folder in its place.
hidden() {
	local path=$1
	shift
	# shellcheck disable=SC2016 # expanded by the shell in the namespace
	unshare -m sh -c 'p=$1; shift
		if [ -d "$p" ]; then mount -t tmpfs none "$p"; else mount --bind /dev/null "$p"; fi
		exec "$@"' sh "$path" "$@"
}

# Without tracefs, wherever it is mounted.
without_tracefs() {
	hidden /sys/kernel/debug sh -c 'mount -t tmpfs none /sys/kernel/tracing && exec "$@"' sh "$@"
}

btf=/sys/kernel/btf/vmlinux

auto_without_btf() {
	says 0 "has no BTF (/sys/kernel/btf/vmlinux); it needs CONFIG_DEBUG_INFO_BTF=y; going on at evidence level syscall" \
		hidden $btf aiotrace run -o out.txt -- aiowork ops
	grep -q 'evidence level syscall' out.txt
	grep -q 'single requests are not' out.txt
	hidden $btf aiotrace record -o t.aios -- sh -ec 'aiowork ops; aiowork refused; aiowork workers' \
		>o.json
	compare t.aios o.json
}

function_without_btf() {
	says 3 "has no BTF" hidden $btf aiotrace run --source function -- true
	says 3 "evidence level exact needs" hidden $btf aiotrace run --source exact -- true
}

# Hooks of functions could be attached all the same, and would never be called.
hooks_switched_off() {
	trap 'sysctl -qw kernel.ftrace_enabled=1' EXIT
	sysctl -qw kernel.ftrace_enabled=0
	says 3 "'sysctl kernel.ftrace_enabled=1'" aiotrace run --source function -- true
	says 0 "going on at evidence level syscall" aiotrace run -o out.txt -- aiowork ops
	aiotrace record -o t.aios -- aiowork ops >o.json
	compare t.aios o.json
}

unprivileged_at_syscall() {
	says 3 "run as root" setpriv --reuid 65534 --regid 65534 --clear-groups \
		aiotrace run --source syscall -- true
	says 3 "run as root" hidden $btf setpriv --reuid 65534 --regid 65534 --clear-groups \
		aiotrace run -- true
}

raw_instead() {
	says 3 "mount -t tracefs" without_tracefs aiotrace run --source syscall -- aiowork ops
	without_tracefs aiotrace record --source syscall --without task_newtask -o t.aios -- aiowork ops \
		>o.json
	compare t.aios o.json
	without_tracefs aiotrace run --source syscall --plan >plan
	grep -q '^calls of io_submit  *raw_tp sys_enter, sys_exit' plan
	grep -q 'process forked .*lost: children of traced processes' plan
}

calls_of_32_bits() {
	calls32
	aiotrace record --source syscall --hooks compat -o t.aios -- sh -ec 'calls32; aiowork ops' >o.json
	expect '{"ok":1,"failed":{"EINVAL":1}}' "$(report t.aios '.processes[] |
		select(.comm == "calls32") | .io_setup')" "contexts of a 32-bit program"
	expect '[3,3,{"EINVAL":1,"EBADF":1}]' "$(report t.aios '.processes[] |
		select(.comm == "calls32") | .io_submit | [.calls, .accepted, .failed]')" "its submissions"
	expect '[4,3,{"EINVAL":1}]' "$(report t.aios '.processes[] |
		select(.comm == "calls32") | .io_getevents | [.calls, .events, .failed]')" "its reads"
	expect '[{"EINVAL":1},1,{"EINVAL":1}]' "$(report t.aios '.processes[] |
		select(.comm == "calls32") | [.io_cancel, .io_destroy.ok, .io_destroy.failed]')" "the rest"
	expect "$(jq .submit_calls o.json)" "$(report t.aios '.processes[] |
		select(.comm == "aiowork") | .io_submit.calls')" "calls of a 64-bit one, beside it"
	aiotrace record --source syscall -o t.aios -- calls32
	expect '[]' "$(report t.aios .processes)" "what is not asked for"
}

plan_of_calls() {
	aiotrace run --source syscall --plan >plan
	grep -q '^calls of io_submit  *tracepoint sys_enter_io_submit, sys_exit_io_submit$' plan
	grep -q '^calls of 32-bit programs  *-- not asked for (--hooks compat)' plan
	grep -q '^single requests  *-- not at evidence level syscall' plan
}

no_calls() {
	status 0 aiotrace run --source syscall -- true >out.txt
	grep -q 'No call was seen' out.txt
}

no_single_requests() {
	aiotrace record --source syscall -o t.aios -- aiowork ops >o.json
	says 0 "single requests are not seen" aiotrace timeline t.aios
	says 0 "single requests are not seen" aiotrace export --to json t.aios
}

cases_syscall() {
	local scenarios
	while read -r -a scenarios; do
		check "level syscall equals the oracle: ${scenarios[*]}" calls_equal "${scenarios[@]}"
	done < <(batches 22)
	check "level syscall: -p, what a process calls from then on" calls_of_preexisting
	thorough "level syscall: -c traces what commands of that name call" by_name --source syscall
	thorough "level syscall: -G traces what is called in a cgroup and below" by_cgroup --source syscall
	check "level syscall: -p traces a process and children it makes later" \
		by_process_and_children --source syscall
	thorough "level syscall: -a traces everybody" everybody
	check "level syscall: calls of 32-bit programs with --hooks compat" calls_of_32_bits
	check "level syscall: the plan says what it hooks and what is lost" plan_of_calls
	thorough "level syscall: a command that uses no AIO" no_calls
	check "level syscall: timeline and export say that there are no single requests" \
		no_single_requests
	check "without BTF: level syscall, said in a line" auto_without_btf
	check "without BTF: --source function and exact end in status 3" function_without_btf
	check "hooks of functions switched off: level syscall, said in a line" hooks_switched_off
	thorough "without privilege at level syscall: status 3, says what to do" unprivileged_at_syscall
	thorough "without tracefs: raw tracepoints; children need it, which is said" raw_instead
}

# Locks this kernel down, which cannot be taken back.
locked_down() {
	local file=/sys/kernel/security/lockdown
	[ -e $file ] || mount -t securityfs securityfs /sys/kernel/security
	echo confidentiality >$file
	says 3 "lockdown=confidentiality" aiotrace run --source function -- true
	says 0 "lockdown=confidentiality keeps BPF programs from reading the kernel's memory; boot with lockdown=integrity or none; going on at evidence level syscall" \
		aiotrace run -o out.txt -- aiowork ops
	aiotrace record --source syscall -o t.aios -- sh -ec 'aiowork ops; aiowork workers' >o.json
	compare t.aios o.json
}

cases_lockdown() {
	check "locked down: level syscall, said in a line" locked_down
}
