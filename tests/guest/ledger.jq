# SPDX-License-Identifier: GPL-2.0-only
#
# ledger.jq - what evidence level exact says of references and slots, judged by the rules of fs/aio.c.
#
#	jq -r -n --slurpfile report REPORT.json --slurpfile requests REQUESTS.json -f ledger.jq
#
# Prints a line for each thing that is wrong; nothing where all is right.

def operation_parties: {
	pread: ["rw-completion"], pwrite: ["rw-completion"],
	preadv: ["rw-completion"], pwritev: ["rw-completion"],
	fsync: ["fsync-work"], fdsync: ["fsync-work"],
	poll: ["poll-steal", "poll-wake", "poll-work", "poll-put-work"]
};

def wrong($what): "\($what): \(tojson)";

# Two puts by the two right parties, in either order, and nothing left.
def completed_is_wrong:
	[.first_put, .completed_by] as $by | operation_parties[.op] as $op |
	.puts != 2 or .refs != 0 or .slot_puts != 1 or .freed_ns == null or
	.ledger != "balanced" or .file_drops != 1 or
	([$by[] | select(. == "submitter")] | length) != 1 or
	([$by[] | select(IN($op[]))] | length) != 1;

# The submission's put alone, and its slot given back.
def failed_is_wrong:
	.puts != 1 or .first_put != "failed-submission" or .slot_puts != 1 or
	.freed_ns == null or .ledger != "balanced" or .completed_by != null or
	.file_drops != (if .error == "EBADF" and .path == null then null else 1 end);

# There was no request yet: nothing was taken, nothing is dropped.
def refused_before_is_wrong: [.puts, .first_put, .slot_puts, .freed_ns] != [null, null, null, null];

def context_is_wrong:
	.slots as $s | (.nr_events - 1) as $all |
	$s == null or $s.free + $s.owed != $all or $all - $s.taken + $s.given != $s.free or
	.references.users.taken != .references.users.dropped or
	.references.reqs.taken != .references.reqs.dropped or .references.reqs.taken != 2;

[
	($requests[] | select(.tainted) | wrong("tainted")),
	($requests[] | select(.result != null) | select(completed_is_wrong) | wrong("completed")),
	($requests[] | select(.state == "refused" and .ledger != null) |
		select(failed_is_wrong) | wrong("failed after it was got")),
	($requests[] | select(.state == "refused" and .ledger == null) |
		select(refused_before_is_wrong) | wrong("failed before it was got")),
	($requests[] | select(.resfd != null and .state != "refused") |
		select(.eventfd_drops != 1) | wrong("eventfd")),
	($requests[] | select(.result != null and (.op == "fsync" or .op == "fdsync")) |
		select(.creds_drops != null and .creds_drops != 1) | wrong("credentials")),
	($report[0].contexts[] | select(.setup_failed | not) | select(context_is_wrong) |
		wrong("slots or references of a context")),
	([$report[0].contexts[].slots.taken] | add // 0) as $taken |
	([$requests[] | select(.ledger != null)] | length) as $with |
	(if $taken == $with then empty else "\($taken) slots taken, \($with) requests that took one"
		end)
] | .[]
