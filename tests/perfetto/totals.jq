# SPDX-License-Identifier: GPL-2.0-only
#
# totals.jq - what a picture adds up to that is not what aiotrace report --json says, a line each.
#
#	jq -Rnr --slurpfile report REPORT -f totals.jq <lines of check.awk
#
# Calls are counted by their ends, as there.

[inputs | split("\t")] as $rows | $report[0] as $want |
[$rows[] | select(.[0] == "R") |
	{op: .[3], state: .[4], result: .[5], completed: (.[10] != "-"), tainted: .[15],
	 block: (.[16:20] | map(tonumber))}] as $reqs |
([$rows[] | select(.[0] == "N") | {(.[1]): (.[2] | tonumber)}] | add) as $n |

def by_op(condition): [$reqs[] | select(condition) | .op] | group_by(.) |
	map({(.[0]): length}) | add // {};
def wanted(field): $want.requests.by_op | map_values(field) | map_values(select(. > 0));
def differs(what; got; want): if got == want then empty
	else "\(what): \(got | tojson), and the report has \(want | tojson)" end;
def numbers(ctx; name): [$rows[] | select(.[0] == "C" and .[1] == ctx and .[2] == name) |
	.[4] | tonumber];

differs("completed"; by_op(.completed); wanted(.completed)),
differs("failed"; by_op(.completed and (.result | startswith("-"))); wanted(.failed)),
differs("refused"; by_op(.state == "refused"); wanted(.refused)),
differs("in flight"; by_op(.state == "in-flight"); wanted(.in_flight)),
differs("unread"; [$reqs[] | select(.state == "unread")] | length; $want.requests.unread),
differs("lost track"; [$reqs[] | select(.state == "lost-track")] | length;
	$want.requests.lost_track),
differs("tainted"; [$reqs[] | select(.tainted == "1")] | length; $want.requests.tainted),
(["before_block", "queued", "device", "after_block"] | to_entries[] | .key as $i | .value as $part |
	differs("longest \($part)";
		[$reqs[] | select(.block[$i] > 0)] | group_by(.op) |
			map({(.[0].op): (map(.block[$i]) | max)}) | add // {};
		wanted(.stages[$part].max_ns // 0))),
differs("holes"; $n.loss // 0; $want.loss.gaps),
differs("findings"; $n.finding // 0; $want.findings | length),
differs("contexts"; $n.context // 0; $want.contexts | length),
differs("io_submit"; $n.io_submit // 0; $want.calls.io_submit.calls),
differs("io_getevents"; $n.io_getevents // 0; $want.calls.io_getevents.calls),
differs("io_cancel"; $n.io_cancel // 0; $want.calls.io_cancel | add // 0),
differs("io_setup failed"; $n["io_setup failed"] // 0; $want.calls.io_setup.failed | add // 0),
($want.contexts[] | . as $ctx | (.context_nr | tostring) as $nr |
	numbers($nr; "slots free") as $slots |
	differs("context \($nr), most in flight"; numbers($nr; "in flight") | max;
		.in_flight_max),
	differs("context \($nr), most unread"; numbers($nr; "unread events") | max; .unread_max),
	differs("context \($nr), slots"; [$slots[] | select(. < 0 or . >= $ctx.nr_events)]; []),
	(if .slots then differs("context \($nr), slots in the end"; $slots[-1]; .slots.free)
	else empty end))
