# SPDX-License-Identifier: GPL-2.0-only
#
# witness.jq - the same run as evidence levels function and exact tell it: wherever level function
# claims to know, level exact has to say the same.
#
#	jq -rn --slurpfile function F.json --slurpfile exact E.json \
#		--slurpfile freport FR.json --slurpfile ereport ER.json --argjson heads true -f witness.jq
#
# Both runs' requests as `aiotrace export --to json` tells them, and their reports. "heads": level
# function could read the rings' heads. Prints a line for each difference; nothing where there is none.

# A thread submits one after the other: its n-th request is the same one at both levels.
def by_thread: group_by(.tid)
	| map({key: (.[0].tid | tostring), value: sort_by(.returned_ns // .born_ns)})
	| from_entries;

def differ($where; $what; $f; $e):
	if $f == $e then empty
	else "\($where): \($what): function says \($f | tojson), exact says \($e | tojson)" end;

# What both were told of. A request that was refused before it had a kiocb was read from user memory.
def facts: ["pid", "comm", "context", "op", "fd", "path", "offset", "length", "segments", "events",
	    "data", "iocb", "resfd", "rw_flags", "state", "result", "error", "refs", "completed_in",
	    "reaped_by"];

# What level function may leave open, or only infer. A request that nobody saw before it was refused
# has no file; and where the heads are hidden, the plan says that what the program took itself is lost,
# so that nobody knows which events are still in the ring.
def is_claimed($what):
	if $what == "path" then .path != null
	elif $what == "fd" or $what == "resfd" then .[$what] != null
	elif $what == "reaped_by" then
		.reap_inferred != true and .reaped_by != "unknown" and (.reaped_by != null or $heads)
	elif $what == "state" then $heads or (.state | IN("reaped", "unread") | not)
	else true end;

# Only what one thread, or the count of references, orders.
def order:
	{completed_in_submission: (if .completed_by == "submitter" then .completed_ns < .returned_ns
				   else null end),
	 done_before_completed: (if .done_ns != null and .done_ns != .completed_ns
				 then .done_ns < .completed_ns else null end),
	 reaped_after_completion: (if .reaped_ns != null then .reaped_ns >= .completed_ns
				   else null end)};

def compare($where; $f; $e):
	(facts[] as $what | select($f | is_claimed($what)) |
		differ($where; $what; $f[$what]; $e[$what])),
	(if $f.completed_by == null or $f.completed_by == "unknown" then empty
	 else differ($where; "completed_by"; $f.completed_by; $e.completed_by) end),
	(if $f.slot == null or $f.slot_inferred then empty
	 else differ($where; "slot"; $f.slot; $e.slot) end),
	(if $f.poll_order == "unclear" or $f.poll_order == null then empty
	 else differ($where; "poll_order"; $f.poll_order; $e.poll_order) end),
	(($f | order) as $of | ($e | order) as $oe | $of | to_entries[] | select(.value != null) |
		differ($where; .key; .value; $oe[.key]));

# A context in numbers, as far as level function knows it.
def occupancy: [.contexts[] | {context, pid, max_reqs, nr_events, submitted, refused, completed, reads,
	reaped_kernel, not_seen, setup_failed} + if $heads then {reaped_user, never_read} else {} end]
	| sort_by([.pid, .context, .submitted, .completed]);

($function | by_thread) as $f | ($exact | by_thread) as $e |
[
	differ("threads"; "who submits"; $f | keys; $e | keys),
	($f | keys[] as $tid |
		differ("thread \($tid)"; "requests"; $f[$tid] | length; $e[$tid] | length),
		(range([$f[$tid], $e[$tid]] | map(length) | min) as $i |
			($f[$tid][$i]) as $rf | ($e[$tid][$i]) as $re |
			if $rf.tainted or $re.tainted then empty
			else compare("thread \($tid), request \($i + 1) (\($re.op))"; $rf; $re) end)),
	differ("rings"; "occupancy"; $freport[0] | occupancy; $ereport[0] | occupancy),
	differ("calls"; "calls"; $freport[0].calls; $ereport[0].calls)
] | .[]
