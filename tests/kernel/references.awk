# SPDX-License-Identifier: GPL-2.0-only
#
# references.awk - judges events of native AIO: a ledger of requests and contexts. The file that the
# variable addresses names has the same lines, with addresses that are not hashed.
#
# Addresses live again. A put that leaves a reference is recorded after it happened, maybe when the
# request is gone: so these puts are counted by address, and all else is judged life by life.

function bad(what) {
	print "line " NR ": " what ": " $0
	errors++
}

function live(what) {
	if (!(req in op))
		bad(what " of a request that is not there")
	return req in op
}

{
	getline plain <addresses
	split(plain, word)
	for (i = 2; word[i] == "ctx" || word[i] == "req"; i += 2)
		$(i + 1) = word[i + 1]
	delete v
	for (i = 2; i < NF; i += 2)
		v[$i] = $(i + 1)
	ctx = v["ctx"]
	req = v["req"]
}

# --- requests

$1 == "aio_req_get:" {
	if (req in op)
		bad("a request where one lives")
	op[req] = v["op"]
	births++
	born[req]++
	taken[ctx]++
	refs[ctx, "reqs"]++
	zero[req] = completed[req] = done[req] = error[req] = held[req] = 0
}

$1 == "aio_req_put:" && v["refs"] == 1 {
	first[req]++
	party[v["party"]]++
	if (v["party"] == "error")
		error[req]++
}

$1 == "aio_req_put:" && v["refs"] == 0 {
	party[v["party"]]++
	if (live("the last put"))
		zero[req]++
}

$1 == "aio_req_put:" && v["refs"] != 0 && v["refs"] != 1 { bad("a put that leaves other than 0 or 1") }

$1 == "aio_op_done:" && live("a result") && done[req]++ { bad("a second result") }

$1 == "aio_complete:" && live("a completion") {
	if (completed[req]++)
		bad("a second completion")
	if (zero[req] != 1)
		bad("a completion with references left")
	if (!done[req])
		bad("a completion without a result")
	if (ctx in next_slot && v["slot"] != next_slot[ctx])
		bad("slot " next_slot[ctx] " should be next")
	next_slot[ctx] = v["tail"]
	wants[op[req]]++
}

$1 == "aio_req_free:" && live("a free") {
	if (v["refs"] == 0 && completed[req] != 1)
		bad("freed without a completion")
	if (v["refs"] == 1) {
		failures++
		if (error[req] != 1 || completed[req])
			bad("freed with a reference left")
	}
	if (held[req] != 0)
		bad(held[req] " things still held")
	delete op[req]
	if (--refs[ctx, "reqs"] < 0)
		bad("a reference dropped that nobody had")
}

$1 == "aio_hold_get:" || $1 == "aio_freeze_begin:" { if (live("something taken")) held[req]++ }
$1 == "aio_hold_put:" || $1 == "aio_freeze_end:" { if (live("something dropped")) held[req]-- }

# --- contexts

$1 == "aio_ctx_alloc:" {
	contexts++
	alive[ctx] = 1
	taken[ctx] = given[ctx] = 0
	delete next_slot[ctx]
	refs[ctx, "users"] = refs[ctx, "reqs"] = 0
}

$1 == "aio_ctx_get:" { refs[ctx, v["count"]]++ }
$1 == "aio_ctx_put:" { if (--refs[ctx, v["count"]] < 0) bad("a reference dropped that nobody had") }
$1 == "aio_slots_put:" { given[ctx] += v["nr"] }
$1 == "aio_ctx_users_drained:" && refs[ctx, "users"] != 0 { bad("users left") }
$1 == "aio_ctx_reqs_drained:" && refs[ctx, "reqs"] != 0 { bad("requests left") }

$1 == "aio_ctx_free:" {
	if (v["free"] + v["completed"] != v["nr_events"] - 1)
		bad("slots lost")
	if (v["nr_events"] - 1 - taken[ctx] + given[ctx] != v["free"])
		bad("slots: " taken[ctx] " taken, " given[ctx] " given back")
	delete alive[ctx]
}

END {
	for (req in op)
		bad("request " req " was not freed")
	for (ctx in alive)
		bad("context " ctx " was not freed")
	for (req in born)
		if (born[req] != first[req])
			bad("at " req " " born[req] " requests and " first[req] + 0 " first puts")
	rw = wants["pread"] + wants["pwrite"] + wants["preadv"] + wants["pwritev"]
	fsync = wants["fsync"] + wants["fdsync"]
	poll = party["poll-steal"] + party["poll-wake"] + party["poll-work"] + party["poll-put-work"]
	if (party["submit"] != rw + fsync + wants["poll"])
		bad("puts of submissions: " party["submit"])
	if (party["rw"] != rw || party["fsync"] != fsync || poll != wants["poll"])
		bad("puts of operations: rw " party["rw"] " fsync " party["fsync"] " poll " poll)
	if (party["error"] != failures)
		bad("puts of errors: " party["error"] " of " failures)
	printf "%d contexts, %d requests, %d failed; puts:", contexts, births, failures
	for (p in party)
		if (party[p])
			printf " %s %d", p, party[p]
	print ""
	exit errors > 0
}
