# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# lib.sh - what the test scripts share: a line a test, and a count.
#
#	check NAME COMMAND...	runs COMMAND in a subshell; it passes with status 0
#	skip NAME REASON	says that a test could not be run here
#	finish			prints the closing line; fails if a test did

# A bit of everything where all scenarios take too long: each operation, each way to be refused, each
# party, readers, and processes that end in the middle.
# shellcheck disable=SC2034 # read by those who include this
few_scenarios="ops errors refused fsync smp readers eagain eventfd user-reap poll-ready poll-early \
poll-cancel poll-eventfd inflight-exit fork"

passed=0
failed=0
skipped=0

ok() {
	printf 'ok %s\n' "$1"
	passed=$((passed + 1))
}

not_ok() {
	printf 'not ok %s\n' "$1"
	failed=$((failed + 1))
}

skip() {
	printf 'ok %s # skipped: %s\n' "$1" "$2"
	skipped=$((skipped + 1))
}

check() {
	local name=$1 log status
	shift
	log=$(mktemp)
	( set -e; "$@" ) >"$log" 2>&1 </dev/null
	status=$?
	if [ $status -eq 0 ]; then
		ok "$name"
	else
		not_ok "$name"
		sed 's/^/    /' "$log" | tail -n 60
	fi
	rm -f "$log"
	return $status
}

# Counts the lines of another script that uses this library.
count_in() {
	passed=$((passed + $(grep -c '^ok [^#]*$' "$1")))
	failed=$((failed + $(grep -c '^not ok ' "$1")))
	skipped=$((skipped + $(grep -c '^ok .*# skipped' "$1")))
}

finish() {
	if [ "$skipped" -gt 0 ]; then
		printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
	else
		printf '%d passed, %d failed\n' "$passed" "$failed"
	fi
	[ "$failed" -eq 0 ]
}

# expect WANT GOT WHAT: an assertion with both sides in its message.
expect() {
	[ "$1" = "$2" ] && return 0
	echo "$3: expected '$1', got '$2'"
	return 1
}

# status WANT COMMAND...: runs it and expects an exit status.
status() {
	local want=$1 got=0
	shift
	"$@" || got=$?
	expect "$want" "$got" "exit status of $*"
}
