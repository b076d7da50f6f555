# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# compat.sh - programs of 32 bits: they enter by other system calls and have other iovecs.

# What requests asked for and what came of it, as far as it is the same for every run of a program:
# a poll's result has what the waker says if that completes it, and less if its work does.
asked_and_got() {
	aiotrace record --attach "$1" -o t.aios -- sh -ec "$2 ops; $2 refused; $2 poll-later" >o.json
	compare t.aios o.json
	aiotrace export --to json t.aios >requests.json
	jq -cS '[.op, .length, .segments, .offset, .events, .rw_flags,
		(if .op == "poll" then .result > 0 else .result end), .error]' requests.json |
		sort -u
}

# same_as_with_64_bits ATTACH
same_as_with_64_bits() {
	asked_and_got "$1" aiowork >64.txt
	asked_and_got "$1" aiowork32 >32.txt
	diff 64.txt 32.txt
	expect 0 "$(jq -s '[.[] | select(.context | length > 10)] | length' requests.json)" \
		"contexts beyond 32 bits"
}

cases_compat() {
	# shellcheck disable=SC2034 # read by batch, in scenarios.sh
	local scenarios program=aiowork32 build_of=" (32 bits)"
	if ! command -v aiowork32 >/dev/null; then
		skip "programs of 32 bits" "this compiler makes none; tests/deps names what it needs"
		return
	fi
	if ! aiowork32 --list >/dev/null 2>&1; then
		skip "programs of 32 bits" "this kernel runs none (CONFIG_IA32_EMULATION)"
		return
	fi
	# shellcheck disable=SC2154 # set by the suite
	if [ "$extent" = all ]; then
		while read -r -a scenarios; do
			batch "${scenarios[@]}"
		done < <(batches 22)
	fi
	check "a program of 32 bits is told the same as one of 64" same_as_with_64_bits auto
	thorough "a program of 32 bits is told the same as one of 64, by kprobes" \
		same_as_with_64_bits kprobe
}
