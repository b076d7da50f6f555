# SPDX-License-Identifier: GPL-2.0-only
#
# compare_calls.jq - compare.jq for a trace of evidence level syscall: what was called, accepted,
# read and refused, in all and summed over processes; and nothing claimed beyond.
#
#	jq -r --slurpfile oracles ORACLES.json -f compare_calls.jq REPORT.json

def total: [.[]] | add // 0;
def present: with_entries(select(.value != 0 and .value != {}));
def differ($what; $seen; $true):
	if $seen == $true then empty
	else "\($what): aiotrace says \($seen | tojson), the workload \($true | tojson)" end;

# Adds two values of the same shape: numbers, objects of numbers.
def plus($b):
	if $b == null then .
	elif . == null then $b
	elif type == "number" then . + $b
	else . as $a | reduce ($b | keys[]) as $k ($a; .[$k] = (.[$k] | plus($b[$k]))) end;
def sum: reduce .[] as $o (null; plus($o));

# Calls that never reach a context are not counted as reads of one, but they are calls.
def oracle: {accepted: (.requests | map_values(total) | total), submit_calls, submit_errors, setup,
	     destroy, cancel, reads,
	     no_context: (.extra.reads_of_no_context // 0),
	     bad_timeout: (.extra.reads_of_bad_timeout // 0)};
def by_process($what): [.processes[] | getpath($what)] | sum;

($oracles | map(oracle) | sum) as $o | . as $r |
($o.reads.errors + {} | .EINVAL += $o.no_context - $o.bad_timeout | .EFAULT += $o.bad_timeout
 | present) as $read_errors |
[
	differ("evidence"; $r.evidence; "syscall"),
	differ("submitted"; $r.requests.submitted; $o.accepted),
	differ("claims of requests"; $r.requests | del(.submitted) | [.[]] | unique; [null]),
	differ("claims of contexts, polls, completions";
	       [$r.contexts, $r.poll_orders, $r.completions]; [null, null, null]),
	differ("calls of io_submit"; $r.calls.io_submit.calls; $o.submit_calls),
	differ("failed calls of io_submit"; $r.calls.io_submit.failed; $o.submit_errors),
	differ("io_setup"; $r.calls.io_setup; $o.setup),
	differ("io_destroy"; $r.calls.io_destroy; $o.destroy),
	differ("io_cancel"; $r.calls.io_cancel; $o.cancel),
	differ("reads"; $r.calls.io_getevents.calls; $o.reads.calls + $o.no_context),
	differ("events read"; $r.calls.io_getevents.events; $o.reads.events),
	differ("failed reads"; $r.calls.io_getevents.failed; $read_errors),
	differ("accepted, by process"; $r | by_process(["io_submit", "accepted"]) // 0;
	       $o.accepted),
	(["io_submit", "calls"], ["io_submit", "failed"], ["io_setup"], ["io_getevents", "calls"],
	 ["io_getevents", "events"], ["io_getevents", "failed"], ["io_cancel"], ["io_destroy"]
	 | . as $path
	 | differ("\($path | join(".")) by process"; $r | by_process($path) // "none";
		  if $r.processes == [] then "none" else $r.calls | getpath($path) end)),
	differ("processes without a name"; [$r.processes[] | select(.comm == null)] | length; 0),
	differ("loss"; $r.loss | [.records, .gaps, .calls_not_seen, .cut_off, .damaged];
	       [0, 0, 0, false, false])
] | .[]
