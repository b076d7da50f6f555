# SPDX-License-Identifier: GPL-2.0-only
#
# compare.jq - what aiotrace reports against what the workloads counted themselves.
#
#	jq -r --slurpfile oracles ORACLES.json -f compare.jq REPORT.json
#
# ORACLES.json holds what one or several runs of aiowork printed, all of which were in the trace.
# Prints a line for each number that differs; nothing where all agree.

def total: [.[]] | add // 0;
def present: with_entries(select(.value != 0 and .value != {}));
def differ($what; $seen; $true):
	if $seen == $true then empty
	else "\($what): aiotrace says \($seen | tojson), the workload \($true | tojson)" end;

# Adds two values of the same shape: numbers, objects of numbers, lists.
def plus($b):
	if $b == null then .
	elif . == null then $b
	elif type == "number" then . + $b
	elif type == "array" then . + $b
	else . as $a | reduce ($b | keys[]) as $k ($a; .[$k] = (.[$k] | plus($b[$k]))) end;

def sum: map({requests, refused, refused_by_op, submit_calls, submit_errors, setup, destroy, reads,
	      user_reaped, cancel, contexts, wrong: (.extra.reads_of_wrong_count // 0)})
	| reduce .[] as $o (null; plus($o));

# Refusals of all operations by errno.
def refusals: reduce (.requests.by_op[].refused_by_error | to_entries[]) as $e
	({}; .[$e.key] += $e.value);

# Requests that the workload knows were made, but of whose event it saw nothing ("?"), may have
# any result; the others must match one by one.
def results($op; $seen; $true):
	($true | del(."?")) as $known |
	([$known | to_entries[] | select(($seen[.key] // 0) < .value)] | length) as $short |
	if $short == 0 and ($seen | total) == ($true | total) then empty
	else "results of \($op): aiotrace says \($seen | tojson), the workload \($true | tojson)" end;

# An interrupted io_getevents has read nothing, which is no error of the ring's reader. One that
# asks for a wrong count never gets there: the workload says how many those were.
def read_errors($wrong): del(.EINTR) | if $wrong > 0 then .EINVAL -= $wrong else . end | present;

($oracles | sum) as $o | . as $r |
($o.requests | map_values(total) | total) as $accepted |
[
	differ("requests by operation";
	       $r.requests.by_op | map_values(.submitted) | present;
	       $o.requests | map_values(total) | present),
	(($o.requests | keys[]) as $op |
	 results($op; $r.requests.by_op[$op].results // {}; $o.requests[$op])),
	differ("refused requests"; $r | refusals; $o.refused),
	differ("refused requests by operation";
	       $r.requests.by_op | map_values(.refused_by_error) | present; $o.refused_by_op),
	differ("calls of io_submit"; $r.calls.io_submit.calls; $o.submit_calls),
	differ("failed calls of io_submit"; $r.calls.io_submit.failed; $o.submit_errors),
	differ("io_setup"; $r.calls.io_setup; $o.setup),
	differ("io_destroy"; $r.calls.io_destroy; $o.destroy),
	differ("io_cancel"; $r.calls.io_cancel; $o.cancel),
	differ("reads"; $r.calls.io_getevents.calls; $o.reads.calls - $o.wrong),
	differ("events read"; $r.calls.io_getevents.events; $o.reads.events),
	differ("failed reads"; $r.calls.io_getevents.failed; $o.reads.errors | read_errors($o.wrong)),
	differ("events read, by context"; [$r.contexts[].reaped_kernel] | total; $o.reads.events),
	differ("events taken by the program"; [$r.contexts[].reaped_user] | total; $o.user_reaped),
	differ("events never read"; [$r.contexts[].never_read] | total;
	       $accepted - $o.reads.events - $o.user_reaped),
	differ("contexts"; [$r.contexts[] | select(.setup_failed | not) |
	       {asked: .max_reqs, ring_nr: .nr_events}] | sort; $o.contexts | sort),
	differ("in flight"; $r.requests.in_flight; 0),
	differ("requests of unknown origin"; $r.requests.unknown_origin; 0),
	differ("requests lost track of"; $r.requests.lost_track; 0),
	differ("tainted requests"; $r.requests.tainted; 0),
	differ("completions not seen"; [$r.contexts[].not_seen] | total; 0),
	differ("loss"; $r.loss | [.records, .gaps, .calls_not_seen, .cut_off, .damaged];
	       [0, 0, 0, false, false])
] | .[]
