# SPDX-License-Identifier: GPL-2.0-only
#
# check.awk - is a trace well made? Reads the sorted lines of flat.awk. Writes, fields between tabs:
#
#	!  what is wrong with it, a line each
#	R  a request: kiocb, context, operation, state, result, begin, stages as from-to (submit, wait
#	   or flight, unread), completion, flows (submit, completion, reaping), wake-ups, tainted,
#	   ns at the block layer (to block, queued, device, from block) in all slices of a part
#	C  a counter at a time: context, name, ns, value
#	L  a reader goes in or comes out: "*", "readers", ns, 1 or -1
#	N  how many there are: what, number
#
# A lane has one request at a time with its stages one behind the other, a thread one call at a time.
# What has no end goes on when the trace ends. Flows go from io_submit by way of the request and its
# completion to where it was reaped, and no step is missing between two others.

function wrong(text) {
	print "!", text " (" $0 ")"
}

# The value of a note of this line.
function noted(key,   i) {
	for (i = 10; i <= NF; i++)
		if (index($i, key "=") == 1)
			return substr($i, length(key) + 2)
	return "-"
}

function place(uuid) {
	if (kind[uuid] != "track")
		return kind[uuid]
	if (label[uuid] ~ /^context #/)
		return "context"
	return label[uuid] ~ /^lane / ? "lane" : label[uuid]
}

# The number of the context that a lane or a counter lies below.
function context_of(uuid,   name) {
	name = label[parent[uuid]]
	sub(/^context #/, "", name)
	sub(/ .*/, "", name)
	return name
}

function request_begins(   id) {
	if (depth[$4] != 0)
		wrong("a request begins on a lane where another one is")
	id = noted("kiocb")
	on[$4] = id
	row[id] = id OFS context_of($4) OFS $6 OFS noted("state") OFS noted("result") OFS \
		(noted("origin") == "before-trace" ? "-" : $2)
	stage[id, "submit"] = stage[id, "flight"] = stage[id, "unread"] = done[id] = "-"
	flow[id] = $7 == "-" ? id : $7
	wakes[id] = noted("poll_wakes") == "-" ? "-" : 0
	tainted[id] = noted("tainted") == "1" || noted("tainted") == "true"
	requests++
}

function slice_begins(where,   id) {
	if (where == "lane" && $5 == "request") {
		request_begins()
	} else if (where == "lane" && $5 == "stage") {
		if (depth[$4] != 1)
			wrong("a stage that does not lie in a request alone")
		stage_name[$4] = $6 == "waits" || $6 == "in flight" ? "flight" : $6
		stage_ns[$4] = $2
		stage[on[$4], stage_name[$4]] = $2 "-*"
	} else if (where == "lane" && $5 == "block") {
		if (depth[$4] != 2)
			wrong("a part of the block layer that does not lie in a stage alone")
		part_name[$4] = $6
		part_ns[$4] = $2
	} else if (where == "thread" && $5 == "call") {
		if (depth[$4] != 0)
			wrong("a call begins in another one")
		count[$6] += noted("end") == "-"
		reads[$4] = $6 == "io_getevents"
		if (reads[$4])
			print "L", "*", "readers", $2, 1
	} else if (where == "thread" && $5 == "sleep") {
		if (depth[$4] > 1)
			wrong("a sleep within another one")
	} else if (where == "context" && $5 == "context") {
		if (depth[$4] > 1)
			wrong("a context in a context")
		count[$6]++
	} else {
		wrong("a slice of category " $5 " on a " where)
	}
	depth[$4]++
	opened[$4, depth[$4]] = $5
}

function slice_ends(where) {
	if (depth[$4] < 1) {
		wrong("an end without a beginning")
		return
	}
	if (opened[$4, depth[$4]] == "stage")
		stage[on[$4], stage_name[$4]] = stage_ns[$4] "-" $2
	if (opened[$4, depth[$4]] == "block")
		parts[on[$4], part_name[$4]] += $2 - part_ns[$4]
	if (opened[$4, depth[$4]] == "request")
		row_put(on[$4])
	if (opened[$4, depth[$4]] == "call" && reads[$4])
		print "L", "*", "readers", $2, -1
	depth[$4]--
}

# Stages whose end is told by the context alone are compared by their beginning.
function row_put(id) {
	if (row[id] ~ /\tunread\t/ && stage[id, "unread"] != "-")
		stage[id, "unread"] = substr(stage[id, "unread"], 1,
					     index(stage[id, "unread"], "-")) "*"
	rows[++row_cnt] = id
}

function instant(where) {
	if (where == "lane" && $5 == "event" && $6 == "completed") {
		done[on[$4]] = $2
		flow[on[$4]] = $7
	} else if (where == "lane" && $5 == "event") {
		if ($6 == "woken" && wakes[on[$4]] != "-")
			wakes[on[$4]]++
	} else if ($5 == "call" && where == "thread" || $5 == "event" && where == "process") {
		count[$6] += noted("end") == "-"
	} else if ($5 == "finding" || $5 == "loss" && where == "host") {
		count[$5]++
	} else {
		wrong("an instant of category " $5 " on a " where)
	}
}

# The steps of each flow, in the order of time.
function flow_step(id, step) {
	if (order[step] <= order[came[id]])
		wrong("flow " id ": " step " behind " came[id])
	came[id] = step
	steps[id, step]++
}

function flow_steps(   cnt, ids, i) {
	cnt = $7 == "-" ? 0 : split($7, ids, ",")
	for (i = 1; i <= cnt; i++)
		flow_step(ids[i], $5 == "call" ? "submit" : $5 == "request" ? "birth" : $6)
	cnt = $8 == "-" ? 0 : split($8, ids, ",")
	for (i = 1; i <= cnt; i++)
		flow_step(ids[i], "reap")
}

BEGIN {
	FS = OFS = "\t"
	order["submit"] = 1
	order["birth"] = 2
	order["completed"] = 3
	order["reap"] = 4
}

$1 == "A" {
	if (($2 in kind) && (kind[$2] != $4 || parent[$2] != $3))
		wrong("a track is told twice, and not as the same")
	kind[$2] = $4
	parent[$2] = $3
	label[$2] = $5
	if ($2 == "0" || ($4 == "process") != ($6 != "-" && $4 != "thread"))
		wrong("no track")
	next
}

!($4 in kind) || (parent[$4] != "-" && !(parent[$4] in kind)) {
	wrong("an event on no track")
	next
}

$3 == "COUNTER" {
	if (kind[$4] != "counter" || $9 == "-")
		wrong("a number on a track without numbers")
	if (($4 in at) && at[$4] != $2)
		print "C", context_of($4), label[$4], at[$4], number[$4]
	at[$4] = $2
	number[$4] = $9
	next
}

{
	where = place($4)
	if ($3 == "SLICE_BEGIN")
		slice_begins(where)
	else if ($3 == "SLICE_END")
		slice_ends(where)
	else if ($3 == "INSTANT")
		instant(where)
	else
		wrong("an event that is none")
	flow_steps()
}

END {
	for (uuid in at)
		print "C", context_of(uuid), label[uuid], at[uuid], number[uuid]
	for (uuid in depth)
		for (i = 1; i <= depth[uuid]; i++) {
			count["open " opened[uuid, i]]++
			if (opened[uuid, i] == "request")
				row_put(on[uuid])
		}
	for (i = 1; i <= row_cnt; i++) {
		id = rows[i]
		print "R", row[id], stage[id, "submit"], stage[id, "flight"], \
			stage[id, "unread"], done[id], steps[flow[id], "submit"] + 0, \
			steps[flow[id], "completed"] + 0, steps[flow[id], "reap"] + 0, wakes[id], \
			tainted[id] + 0, parts[id, "to block"] + 0, parts[id, "queued"] + 0, \
			parts[id, "device"] + 0, parts[id, "from block"] + 0
	}
	if (row_cnt != requests)
		wrong("requests that do not end")
	for (what in count)
		print "N", what, count[what]
}
