# SPDX-License-Identifier: GPL-2.0-only
#
# flat.awk - what protoc --decode tells of a trace, a line a track or an event, fields between tabs:
#
#	A  uuid  parent  kind  name  pid
#	E  ns  type  track  category  name  flows  last-flows  value  note=value ...
#
# Kinds are process, thread, counter and track; names are in place of their numbers. What there is not
# is "-". Sorted by kind and time (sort -s -k1,1 -k2,2n), packets of a time stay as they came.

function reset() {
	delete field
	notes = flows = last = ""
}

function or_none(text) {
	return text == "" ? "-" : text
}

function unquoted(text) {
	return text ~ /^".*"$/ ? substr(text, 2, length(text) - 2) : text
}

function add(list, item) {
	return list == "" ? item : list "," item
}

function track() {
	kind = "track"
	for (other in kinds)
		if (other in seen)
			kind = other
	print "A", field["track_descriptor.uuid"], or_none(field["track_descriptor.parent_uuid"]),
		kind, or_none(field["track_descriptor.name"] field[kind "." kind "_name"]),
		or_none(field[kind ".pid"])
}

function event() {
	print "E", field["timestamp"], substr(field["track_event.type"], 6),
		or_none(field["track_event.track_uuid"]),
		or_none(category[field["track_event.category_iids"]]),
		or_none(name[field["track_event.name_iid"]]), or_none(flows), or_none(last),
		or_none(field["track_event.counter_value"]) notes
}

# A message begins. Names of the packet's own are told behind its event, so that comes last.
/\{$/ {
	path[++depth] = $1
	seen[$1] = 1
	if (depth == 1)
		reset()
	next
}

/^ *\}$/ {
	if (path[depth] == "debug_annotations")
		notes = notes "\t" "#" note "=" value
	if (path[depth] == "event_categories")
		category[field["event_categories.iid"]] = field["event_categories.name"]
	if (path[depth] == "event_names")
		name[field["event_names.iid"]] = field["event_names.name"]
	if (path[depth] == "debug_annotation_names")
		told[field["debug_annotation_names.iid"]] = field["debug_annotation_names.name"]
	if (--depth)
		next
	# The numbers of notes are looked up when all names of the packet are known.
	while (match(notes, /\t#[0-9]+=/))
		notes = substr(notes, 1, RSTART) told[substr(notes, RSTART + 2, RLENGTH - 3)] \
			substr(notes, RSTART + RLENGTH - 1)
	if ("track_descriptor" in seen)
		track()
	if ("track_event" in seen)
		event()
	delete seen
	next
}

{
	key = substr($1, 1, length($1) - 1)
	text = unquoted(substr($0, index($0, ": ") + 2))
	if (path[depth] == "debug_annotations") {
		if (key == "name_iid")
			note = text
		else
			value = text
	} else if (key == "flow_ids") {
		flows = add(flows, text)
	} else if (key == "terminating_flow_ids") {
		last = add(last, text)
	} else if (key ~ /^[0-9]+$/) {
		print "perfetto.proto does not know field " key " of " path[depth] >"/dev/stderr"
		exit 1
	} else {
		field[(depth > 1 ? path[depth] "." : "") key] = text
	}
}

BEGIN {
	OFS = "\t"
	kinds["process"] = kinds["thread"] = kinds["counter"] = 1
}
