# SPDX-License-Identifier: GPL-2.0-only
#
# want.jq - what check.awk has to tell of a request, made of a line of aiotrace export --to json.

def span(from; to): if from and to and to >= from then "\(from)-\(to)" else "-" end;

([.completed_ns, .returned_ns] | max) as $in_ring |
(.state != "refused" and
	((.origin == "birth" and .born_ns != null) or .origin == "return")) as $submitted |
["R", .kiocb, .context_nr, .op // "unknown", .state, .result // "-",
	(if .origin == "before-trace" then "-"
	else ([.born_ns, .returned_ns, .completed_ns, .reaped_ns] | map(values) | min) end),
	span(.born_ns; .returned_ns),
	(if .state == "refused" then "-"
	elif .state == "in-flight" and .returned_ns and (.completed_ns | not)
	then "\(.returned_ns)-*"
	else span(.returned_ns; .completed_ns) end),
	(if .completed_ns == null then "-"
	elif .state == "unread" then "\($in_ring)-*"
	else span($in_ring; .reaped_ns) end),
	.completed_ns // "-",
	(if $submitted then 1 else 0 end),
	(if .completed_ns then 1 else 0 end),
	(if .reaped_by then 1 else 0 end),
	.poll_wakes // "-",
	(if .tainted then 1 else 0 end),
	(.before_block_ns, .queued_ns, .device_ns, .after_block_ns | . // 0)] | map(tostring) | join("\t")
