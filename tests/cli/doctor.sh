# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2154 # build, here, golden: of suite
#
# doctor.sh - what aiotrace doctor tells of recorded traces, and what it says to bad input.

doctor_usage() {
	says 2 "which trace file?" aiotrace doctor
	says 2 "one trace file at a time" aiotrace doctor a b
	says 2 "'bad' is no severity" aiotrace doctor --fail-on bad a
	says 2 "--list goes with --json and -o alone" aiotrace doctor --list a
	says 2 "--list goes with --json and -o alone" aiotrace doctor --list --fail-on warn
	says 2 "cannot write /nowhere/t.txt" aiotrace doctor -o /nowhere/t.txt x.aios
	says 5 "No such file or directory" aiotrace doctor missing.aios
}

doctor_json() {
	local trace
	for trace in "$golden"/*.aios; do
		aiotrace doctor --json "$trace" >told.json 2>/dev/null || [ $? = 4 ]
		fits_schema aiotrace-doctor told.json
		expect aioscope.doctor/1 "$(tail -n 1 told.json | jq -r .schema)" \
			"schema of the last line of $trace"
		aiotrace report --json "$trace" >report.json 2>/dev/null || [ $? = 4 ]
		expect "$(jq -sc 'map(select(.slug))' told.json)" \
			"$(jq -c .doctor.conditions report.json)" "conditions of the report of $trace"
		expect "$(tail -n 1 told.json | jq -S .)" \
			"$(jq -S '.doctor | del(.conditions)' report.json)" "sums of $trace"
	done
	aiotrace doctor --list --json >list.json
	fits_schema aiotrace-doctor list.json
	# It can say no.
	jq -c 'del(.id)' list.json >bad.json
	if fits_schema aiotrace-doctor bad.json 2>/dev/null; then return 1; fi
}

# What golden traces have the matter with them, and nothing else.
doctor_golden() {
	local name
	for name in before exact fio ops polls processes refused rings teardown; do
		echo "$name" "$(aiotrace doctor --json "$golden/$name.aios" |
			jq -r 'select(.id) | "\(.severity):\(.slug)"' | paste -sd' ')"
	done | sed 's/ $//' >told.txt
	diff - told.txt <<-END
		before warn:buffered-inside-submit
		exact warn:buffered-inside-submit warn:buffered-inside-submit
		fio
		ops
		polls
		processes warn:buffered-inside-submit
		refused warn:buffered-inside-submit
		rings warn:eagain-unread warn:buffered-inside-submit info:user-reaping
		teardown
	END
}

doctor_status() {
	local rings=$golden/rings.aios
	status 0 aiotrace doctor "$rings" >told.txt
	status 0 aiotrace doctor --fail-on crit "$rings" >told.txt
	status 1 aiotrace doctor --fail-on warn "$rings" >told.txt
	status 1 aiotrace doctor --fail-on INFO "$rings" >told.txt
	status 0 aiotrace doctor --fail-on info "$golden/fio.aios" >told.txt
	grep -q '^no condition; 60 requests and 1 context were looked at' told.txt
	"$build/tests/story" submit_takes_nothing_and_says_one nothing.aios
	says 4 "no request was seen" aiotrace doctor --fail-on crit nothing.aios
	says 4 "this trace lost records" aiotrace doctor --fail-on info "$golden/lost.aios"
	grep -q '^no condition; 35 requests and 1 context were looked at, of which 35 and 1' out.txt
	# What is readable is judged, and what is bad is told by the status.
	head -c $(($(stat -c %s "$rings") / 2)) "$rings" >cut.aios
	says 5 "cut off" aiotrace doctor cut.aios
}

# The sections of a ticket, in lines that fit.
doctor_text() {
	aiotrace doctor "$golden/rings.aios" >told.txt
	expect 0 "$(awk 'length > 100' told.txt | wc -l)" "lines that are too wide"
	grep -q '^warn  D5 eagain-unread: io_submit had no slot for a request 5 times' told.txt
	grep -q '^      do: Call io_getevents before each io_submit' told.txt
	grep -q '^      see: aiotrace timeline --request 121; also 182 247 368 369' told.txt
	aiotrace report "$golden/rings.aios" | sed -n '/^DOCTOR$/,$p' >told.txt
	grep -q '^  warn  D5 eagain-unread: io_submit had no slot' told.txt
	expect 0 "$(grep -c 'Call io_getevents' told.txt)" "advice in the report"
}

cases_doctor() {
	check "aiotrace doctor: mistakes on the command line" doctor_usage
	check "aiotrace doctor --json fits its schema, and the report" doctor_json
	check "aiotrace doctor: what golden traces have" doctor_golden
	check "aiotrace doctor: exit status, --fail-on" doctor_status
	check "aiotrace doctor: text" doctor_text
}
