# SPDX-License-Identifier: GPL-2.0-only
#
# top.jq - what aiotop counts of a host against what the workloads counted themselves.
#
#	jq -rn --slurpfile oracles ORACLES.json --slurpfile lines FRAMES.json -f top.jq
#
# ORACLES.json holds what one or several runs of aiowork printed, all of which ran while aiotop
# counted; FRAMES.json what aiotop --json printed, the last frame of it behind them.
# Prints a line for each number that differs and for each finding that is not true; nothing where
# all agree.

def total: [.[]] | add // 0;
def present: with_entries(select(.value != 0 and .value != {}));
def differ($what; $seen; $true):
	if $seen == $true then empty
	else "\($what): aiotop says \($seen | tojson), the workload \($true | tojson)" end;
def within($what; $seen; $least; $most):
	if $seen >= $least and $seen <= $most then empty
	else "\($what): aiotop says \($seen), the workload \($least) to \($most)" end;

# Adds two values of the same shape: numbers, objects of numbers, lists.
def plus($b):
	if $b == null then .
	elif . == null then $b
	elif type == "number" or type == "array" then . + $b
	else . as $a | reduce ($b | keys[]) as $k ($a; .[$k] = (.[$k] | plus($b[$k]))) end;
def sum: map({requests, submit_calls, submit_asked, submit_errors, setup, reads, cancel,
	      wrong: (.extra.reads_of_wrong_count // 0)})
	| reduce .[] as $o (null; plus($o));

def others: del(.EAGAIN) | total;

# Results as numbers with how often they were; "?" is of requests whose event nobody saw.
def results($ops): [.requests | to_entries[] | select(.key | IN($ops[])) | .value | to_entries[]];
def unseen: map(select(.key == "?") | .value) | add // 0;
def known: map(select(.key != "?") | {result: (.key | tonumber), count: .value});
def failed: known | map(select(.result < 0) | .count) | add // 0;
def bytes: known | map(select(.result > 0) | .result * .count) | add // 0;

# What was moved is not known where results are not.
def moved($o; $what; $seen; $ops):
	($o | results($ops)) as $r |
	within($what; $seen; $r | bytes; if $r | unseen > 0 then infinite else $r | bytes end);

# What each frame says was counted since the one before adds up to what was counted in all.
def rates_add_up($frames; $counts):
	($frames[0].rates | del(.span_ns, .latency, .polls, .reaped) | keys[]) as $k |
	differ("sum of the rates of \($k)";
	       [$frames[].rates | (.[$k] * .span_ns / 1e9 | round)] | add; $counts[$k]);

# A context that is over has all its latencies; of fewer than 100, the longest is the 99th percentile.
def longest($line):
	$line.counts.latency | to_entries[] | .value |
	select(.count < 100 and (.p99_ns - .max_ns | fabs) > .max_ns * 0.0625) |
	"the longest of a context\u0027s latencies: \(tojson)";

def histograms($counts):
	differ("requests with a latency, or without";
	       ([$counts.latency[].count] | add // 0) + $counts.untimed; $counts.completed),
	($counts.latency | to_entries[] | .key as $class | .value |
	 select([.p50_ns, .p90_ns, .p99_ns, .max_ns] | . != sort) |
	 "latencies of \($class) do not rise: \(tojson)");

# What scenarios cannot but produce; others may add to it.
def forced($oracles; $scenario; count): [$oracles[] | select(.scenario == $scenario) | count] | add // 0;
def polls($oracles; $seen; $all):
	forced($oracles; "poll-ready"; .requests.poll | total) as $ready |
	forced($oracles; "poll-cancel"; .cancel.EINPROGRESS) as $cancelled |
	differ("polls of all kinds"; $seen | total; $all),
	within("polls that were ready"; $seen.ready; $ready; $all - $cancelled),
	within("polls that were cancelled"; $seen.cancelled; $cancelled; $all - $ready);

# Findings are true: only who was refused hears of it, and nothing is ever lost or stuck.
def untrue($o):
	(.slug == "aio-max-nr" and ($o.setup.failed.EAGAIN // 0) == 0) or
	((.slug | IN("eagain", "ring-full")) and ($o.submit_errors.EAGAIN // 0) == 0) or
	(.slug | IN("aio-max-nr", "eagain", "ring-full") | not);

[$lines[] | select(.schema == "aioscope.host/1")] as $frames |
($oracles | sum) as $o | $frames[-1] as $host | $host.counts as $c |
($o.requests | map_values(total)) as $accepted |
($o | results($o.requests | keys)) as $all |
[
	differ("evidence"; $host.evidence; "function"),
	differ("completed requests by operation"; $c.by_op | map_values(.completed);
	       $accepted | present),
	differ("completed requests"; $c.completed; $accepted | total),
	within("requests that failed"; $c.failed; $all | failed; $all | failed + unseen),
	moved($o; "bytes read"; $c.bytes_read; ["pread", "preadv"]),
	moved($o; "bytes written"; $c.bytes_written; ["pwrite", "pwritev"]),
	differ("calls of io_submit"; $c.submits; $o.submit_calls),
	differ("iocbs that were submitted"; $c.asked; $o.submit_asked),
	differ("iocbs that were accepted"; $c.accepted; $accepted | total),
	differ("io_submit: EAGAIN"; $c.submit_again; $o.submit_errors.EAGAIN // 0),
	differ("io_submit: other errors"; $c.submit_errors; $o.submit_errors | others),
	differ("reads"; $c.reads; $o.reads.calls - $o.wrong),
	differ("events read"; $c.taken; $o.reads.events),
	differ("calls of io_cancel"; $c.cancels; $o.cancel | total),
	differ("calls of io_cancel that failed"; $c.cancel_errors;
	       $o.cancel | del(.EINPROGRESS) | total),
	differ("io_setup: EAGAIN"; $host.setup_again; $o.setup.failed.EAGAIN // 0),
	differ("io_setup: other errors"; $host.setup_errors; $o.setup.failed | others),
	polls($oracles; $c.polls; $accepted.poll // 0),
	within("the fullest ring"; $c.peak_unread;
	       [$oracles[].extra.fit_at_first // 0] | max; infinite),
	differ("missed, not shown"; [$host.missed, $host.not_shown]; [0, 0]),
	rates_add_up($frames; $c),
	histograms($c),
	longest($lines[] | select(.gone and .counts)),
	($frames[].findings[] | select(untrue($o)) | "not true: \(.slug): \(.message)")
] | unique[]
