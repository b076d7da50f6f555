# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2154 # build, golden, here: of suite
#
# check.sh - aiocheck without a kernel: recorded traces, and streams that break a rule each
# (tests/unit/kit_story.h), judged and told in every format.

# story NAME: writes the stream into NAME.aios.
story() {
	"$build/tests/story" "$1" "$1.aios"
}

check_usage_errors() {
	says 2 "there is no command 'frobnicate'" aiocheck frobnicate
	says 2 "nothing to trace" aiocheck run
	says 2 "'--no-such' is no option" aiocheck run --no-such
	says 2 "'--only' is no option, or its value is missing" aiocheck file --only
	says 2 "there is no rule 'Q9'" aiocheck file --only P1,Q9 x.aios
	says 2 "there is no rule ''" aiocheck file --skip P1, x.aios
	says 2 "'soon' is no duration" aiocheck run --stuck-after soon -- true
	says 2 "'0' is no duration" aiocheck run --stuck-after 0 -- true
	says 2 "missing.txt: No such file or directory" aiocheck file --baseline missing.txt x.aios
	says 2 "which trace file?" aiocheck file
	says 2 "one trace file at a time" aiocheck file a b
	says 2 "'x' is too much" aiocheck rules x
	says 2 "exclude each other" aiocheck file --json --tap x.aios
	says 2 "exclude each other" aiocheck run --github --json -- true
	says 127 "no-such-command: command not found" aiocheck run -- no-such-command
	says 126 "./data: not a program" aiocheck run -- ./data
}

check_outputs_that_cannot_be_written() {
	story a_read
	says 2 "cannot write /nowhere/x" aiocheck file -o /nowhere/x a_read.aios
	says 2 "cannot write /nowhere/x" aiocheck file --junit /nowhere/x a_read.aios
	says 2 "cannot write /nowhere/x" aiocheck run -o /nowhere/x -- touch ran
	says 2 "cannot write /nowhere/x" aiocheck run --junit /nowhere/x -- touch ran
	[ ! -e ran ]
	says 2 "is the trace itself" aiocheck file -o a_read.aios a_read.aios
	says 2 "is the trace itself" aiocheck file --junit a_read.aios a_read.aios
	says 4 "No space left on device" aiocheck file -o /dev/full a_read.aios
	says 4 "No space left on device" aiocheck file --junit /dev/full a_read.aios
	# What is broken is broken, whether it could be told or not.
	story killed_twice
	says 1 "No space left on device" aiocheck file -o /dev/full killed_twice.aios
}

check_help() {
	local command
	for command in "" run file rules; do
		# shellcheck disable=SC2086 # none is no argument
		aiocheck $command --help >help.txt
		[ "$(wc -l <help.txt)" -le 52 ]
	done
	aiocheck --help | grep -q Example
	aiocheck --version | grep -q '^aiocheck [0-9]'
}

# A trace without a fault passes where it is whole, and where records are lost nothing is said.
check_golden() {
	local trace want
	for trace in "$golden"/*.aios; do
		want=0
		[ "$(basename "$trace")" = lost.aios ] && want=4
		status $want aiocheck file --json "$trace" >verdict.json
		expect 1 "$(wc -l <verdict.json)" "lines about $trace"
		expect "$([ $want = 0 ] && echo '"PASS",null' || echo '"INCONCLUSIVE","loss"')" \
			"$(jq -r '[.verdict, .reason] | map(tojson) | join(",")' verdict.json)" "$trace"
		aiotrace report --json "$trace" >report.json || true
		expect "$(jq -c '[.evidence, .loss.gaps]' report.json)" \
			"$(jq -c '[.evidence, .gaps]' verdict.json)" "evidence and gaps of $trace"
	done
	expect 0 "$(aiocheck file - <"$golden/fio.aios" | grep -vc '^PASS$\|^checked\|^not checked')" \
		"other lines about a trace from standard input"
}

# Each stream is judged as it should be: what it breaks, and nothing else.
check_stories() {
	local name breaks level want cnt=0
	: >all.json
	while read -r name breaks level; do
		story "$name"
		want=1
		[ "$breaks" = - ] && { want=0; breaks=; }
		status $want aiocheck file --json "$name.aios" >told.json
		expect "$(tr ',' '\n' <<<"$breaks" | sort | paste -sd,)" \
			"$(jq -r 'select(.schema == "aioscope.finding/1").id' told.json | sort |
				paste -sd,)" "findings of $name"
		expect "$level" "$(jq -r 'select(.verdict).evidence' told.json)" "level of $name"
		cat told.json >>all.json
		cnt=$((cnt + 1))
	done < <("$build/tests/story" --list)
	[ $cnt -gt 60 ]
	fits_schema aiocheck all.json
	# It can say no.
	jq -c 'del(.id)' all.json >some.json
	if fits_schema aiocheck some.json 2>/dev/null; then return 1; fi
}

check_json() {
	story completes_twice
	status 1 aiocheck file --json completes_twice.aios >told.json
	expect 2 "$(wc -l <told.json)" "lines"
	jq -e 'if .schema == "aioscope.finding/1" then
			.id == "R2" and .slug == "ends-once" and .severity == "error" and
			.evidence == "function" and .pid == 1000 and .comm == "server" and
			(.context | test("^0x[0-9a-f]+$")) and (.kiocb | type) == "number" and
			(.message | length) > 10 and (.expected | length) > 10 and
			(.key | test("^R2:server:")) and .known == false and
			(.events | length) > 0 and
			all(.events[]; .time_ns > 0 and (.event | length) > 0)
		else
			.schema == "aioscope.verdict/1" and .verdict == "FAIL" and .reason == null and
			.evidence == "function" and .requests == 2 and .contexts == 1 and
			.gaps == 0 and .findings == 1 and .known == 0 and
			.command_status == null and (.checked | index("R2")) and
			(.not_checked | index("R3"))
		end' told.json >/dev/null
	# Of a context there is no request; addresses of the kernel are in neither.
	story killed_twice
	aiocheck file --json killed_twice.aios >told.json || true
	jq -se '.[0].kiocb == null and .[0].op == null' told.json >/dev/null
	expect 0 "$(cat ./*.json | grep -c 0xffff88)" "lines with addresses of the kernel"
}

check_rules_json() {
	aiocheck rules --json >rules.json
	jq -e '.schema == "aioscope.rule/1" and ([.id, .slug, .severity, .evidence, .statement,
		.means, .source] | all(length > 1))' rules.json >/dev/null
	fits_schema aiocheck rules.json
	expect "$(wc -l <rules.json)" "$(aiocheck rules | wc -l)" "rules as text"
	expect "$(wc -l <rules.json)" "$(jq -r .id rules.json | sort -u | wc -l)" "ids"
}

# tap STATUS TRACE OPTION...: what prove thinks of it: 0 for all well.
tap() {
	local want=$1 trace=$2
	shift 2
	aiocheck file --tap "$@" "$trace" >told.tap || true
	status "$want" prove -q -e cat told.tap
}

check_tap() {
	story a_read
	story result_is_nothing
	tap 0 a_read.aios
	expect "$(aiocheck file --json a_read.aios | jq '.checked | length')" \
		"$(grep -c '^ok ' told.tap)" "rules that are fine"
	status 0 prove -q -e cat told.tap
	tap 1 result_is_nothing.aios
	expect "P5" "$(sed -n 's/^not ok [0-9]* - \([^ ]*\) .*/\1/p' told.tap)" "rules that are not"
	# INCONCLUSIVE is not ok, and neither skipped nor to be done.
	tap 1 "$golden/lost.aios"
	expect 0 "$(grep -c '^ok ' told.tap)" "rules that are fine in a lossy trace"
	expect 0 "$(grep -ci '# *\(skip\|todo\)' told.tap)" "rules that CI shows green"
	tap 1 a_read.aios --only R3
	expect 1 "$(grep -c '^not ok .*R3' told.tap)" "the rule that cannot be checked"
}

# junit WANT TRACE OPTION...: valid, and its numbers: tests, failures, errors of the elements.
junit() {
	local want=$1 trace=$2
	shift 2
	aiocheck file --junit told.xml "$@" "$trace" >told.txt || true
	xmllint --noout --schema "$here/../junit.xsd" told.xml
	expect "$want" "$(xmllint --xpath 'concat(count(//testcase), " ", count(//failure), " ",
		count(//error), " ", count(//skipped))' told.xml)" "cases, failures, errors of $trace"
	expect "$want" "$(xmllint --xpath 'concat(//testsuite/@tests, " ", //testsuite/@failures, " ",
		//testsuite/@errors, " ", //testsuite/@skipped)' told.xml)" "the same, as it says"
}

check_junit() {
	local rules name breaks level
	story a_read
	rules=$(aiocheck file --json a_read.aios | jq '.checked | length')
	junit "$rules 0 0 0" a_read.aios
	junit "1 0 1 0" a_read.aios --only R3
	junit "$(aiocheck file --json "$golden/lost.aios" | jq '.checked | length') 0 \
$(aiocheck file --json "$golden/lost.aios" | jq '.checked | length') 0" "$golden/lost.aios"
	while read -r name breaks level; do
		[ "$breaks" = - ] || [ "$level" = exact ] && continue
		story "$name"
		junit "$rules $(tr ',' '\n' <<<"$breaks" | wc -l) 0 0" "$name.aios"
	done < <("$build/tests/story" --list)
}

check_github() {
	story result_is_nothing
	status 1 aiocheck file --github result_is_nothing.aios >told.txt
	grep -q '^::error title=P5 poll-result::.*%0A' told.txt
	grep -q '^::error title=aiocheck::FAIL, ' told.txt
	expect 0 "$(grep -vc '^::' told.txt)" "lines that are no annotation"
	status 0 aiocheck file --github "$golden/fio.aios" >told.txt
	grep -q '^::notice title=aiocheck::PASS, ' told.txt
}

# What --json calls its key makes the same findings known, in every format.
check_baseline() {
	local name
	for name in completes_twice work_does_not_run_again killed_twice aio_nr_is_not_given_back; do
		story $name
		{
			echo "# known since spring"
			aiocheck file --json $name.aios | jq -r 'select(.key).key + "   # why"'
		} >known.txt || true
		status 0 aiocheck file --baseline known.txt --json $name.aios >told.json
		expect '"PASS",0,true' "$(jq -r 'select(.verdict) |
			[.verdict, .findings, .known > 0] | map(tojson) | join(",")' told.json)" $name
		expect '[true]' "$(jq -sc '[.[] | select(.key).known] | unique' told.json)" $name
		status 0 aiocheck file --baseline known.txt $name.aios >told.txt
		grep -q 'known finding' told.txt
		tap 0 $name.aios --baseline known.txt
		aiocheck file --baseline known.txt --junit told.xml $name.aios >told.txt
		expect 0 "$(xmllint --xpath 'count(//failure)' told.xml)" "failures of $name"
	done
	# Others fail as ever.
	story result_is_nothing
	status 1 aiocheck file --baseline known.txt result_is_nothing.aios >told.txt
}

check_chosen_rules() {
	story result_is_nothing
	status 0 aiocheck file --skip P5 result_is_nothing.aios >told.txt
	status 0 aiocheck file --skip poll-result,p1 result_is_nothing.aios >told.txt
	status 1 aiocheck file --only P5 result_is_nothing.aios >told.txt
	status 0 aiocheck file --only P1 --only p4 --json result_is_nothing.aios >told.json
	expect '["P1","P4"]' "$(jq -c .checked told.json)" "rules that were checked"
	status 4 aiocheck file --only R3 --json result_is_nothing.aios >told.json
	expect '["INCONCLUSIVE","evidence",["R3"]]' \
		"$(jq -c '[.verdict, .reason, .not_checked]' told.json)" "a rule that needs level exact"
	status 4 aiocheck file --only P1,R3 result_is_nothing.aios >told.txt
	# What is broken is broken, beside what cannot be checked.
	status 1 aiocheck file --only P5,R3 result_is_nothing.aios >told.txt
}

# Age is judged as the user is patient.
check_patience() {
	story device_keeps_it
	status 1 aiocheck file device_keeps_it.aios >told.txt
	grep -q 'stuck: it has been in flight for 100 s: .*\[R11 stuck-request\]' told.txt
	status 0 aiocheck file --stuck-after 101s device_keeps_it.aios >told.txt
	status 1 aiocheck file --stuck-after 99s device_keeps_it.aios >told.txt
}

# aiotrace tells of the same findings, where the trace is looked at.
check_reports() {
	local name breaks level
	while read -r name breaks level; do
		story "$name"
		aiocheck file --json "$name.aios" | jq -c 'select(.id)' >told.json || true
		aiotrace report --json "$name.aios" | jq -c '.findings[]' >report.json
		cmp told.json report.json
		expect "$(jq -s '[.[].kiocb | select(.)] | unique | length' told.json)" \
			"$(aiotrace timeline --finding "$name.aios" 2>said.txt | grep -c '^request ')" \
			"requests of $name"
	done < <("$build/tests/story" --list | awk '$2 != "-" || NR % 8 == 0')
	story completes_while_held_with_too_much
	aiotrace report completes_while_held_with_too_much.aios >told.txt
	expect 2 "$(sed -n '/^FINDINGS/,$p' told.txt | grep -c '^     1  server.*: error: ')" \
		"findings in the report"
	aiotrace timeline --finding completes_while_held_with_too_much.aios >told.txt
	expect "R4 R8 request" "$(sed -n '1,2s/.*\[\(R[0-9]*\) .*/\1/p; 3s/ .*//p' told.txt |
		paste -sd' ')" "both lines above the request"
	aiotrace timeline --finding=r8,R9 completes_while_held_with_too_much.aios >told.txt
	expect "R8" "$(sed -n 's/.*: error: .*\[\(R[0-9]*\) .*/\1/p' told.txt)" "the one asked for"
	story a_read
	aiotrace report a_read.aios | grep -q '^  none; [0-9]* rules of aiocheck were checked$'
	says 0 "nothing was found" aiotrace timeline --finding a_read.aios
	story killed_twice
	says 0 "no finding is about a request" aiotrace timeline --finding killed_twice.aios
	says 2 "there is no rule 'Q9'" aiotrace timeline --finding=P1,Q9 a_read.aios
	says 2 "goes with neither --request" aiotrace timeline --finding --slowest 3 a_read.aios
}

check_unreadable() {
	: >empty.aios
	says 5 "the file is empty" aiocheck file empty.aios
	says 5 "No such file or directory" aiocheck file missing.aios
	# Cut off: what is there is judged, and a rule that is broken there is broken.
	story completes_twice
	head -c "$(($(stat -c %s "$golden/fio.aios") - 20))" "$golden/fio.aios" >cut.aios
	says 5 "cut off" aiocheck file --json cut.aios
	expect '["INCONCLUSIVE","loss"]' "$(jq -c '[.verdict, .reason]' out.txt)" "a cut off trace"
	head -c "$(($(stat -c %s completes_twice.aios) - 20))" completes_twice.aios >cut.aios
	says 1 "cut off" aiocheck file --json cut.aios
}

cases_check() {
	check "aiocheck: mistakes on the command line: status 2 and a line that helps" check_usage_errors
	check "aiocheck: outputs that cannot be written" check_outputs_that_cannot_be_written
	check "aiocheck: --help fits a screen" check_help
	check "aiocheck: recorded traces pass, but for the lossy one" check_golden
	check "aiocheck: each stream breaks what it should, and legal ones pass" check_stories
	check "aiocheck --json: every line is what it says" check_json
	check "aiocheck rules --json: every rule is whole" check_rules_json
	check "aiocheck --tap: prove agrees" check_tap
	check "aiocheck --junit: valid, and its numbers are right" check_junit
	check "aiocheck --github: annotations" check_github
	check "aiocheck --baseline: known findings do not fail" check_baseline
	check "aiocheck --only, --skip" check_chosen_rules
	check "aiocheck --stuck-after: how patient" check_patience
	check "aiotrace report, timeline --finding: what aiocheck finds" check_reports
	check "aiocheck: unreadable traces: status 5, or 1 where a rule is broken" check_unreadable
}
