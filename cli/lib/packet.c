// SPDX-License-Identifier: GPL-2.0-only
/*
 * packet.c - the packets of Perfetto's trace format.
 */
#include "packet.h"

#include <errno.h>

#include "names.h"
#include "proto.h"

/* Fields by their messages, as Perfetto numbers them. */
enum { TRACE_PACKET = 1 };

enum {
	PACKET_CLOCK_SNAPSHOT = 6,
	PACKET_TIMESTAMP = 8,
	PACKET_SEQUENCE_ID = 10,
	PACKET_TRACK_EVENT = 11,
	PACKET_INTERNED_DATA = 12,
	PACKET_SEQUENCE_FLAGS = 13,
	PACKET_SYSTEM_INFO = 45,
	PACKET_CLOCK_ID = 58,
	PACKET_DEFAULTS = 59,
	PACKET_TRACK = 60,
};

enum { CLOCKS_CLOCK = 1, CLOCKS_PRIMARY = 2, CLOCK_ID = 1, CLOCK_TIMESTAMP = 2 };

enum { SYSTEM_UTSNAME = 1, SYSTEM_TIMEZONE_MINUTES = 7, UTSNAME_SYSNAME = 1, UTSNAME_RELEASE = 3 };

enum {
	TRACK_UUID = 1,
	TRACK_NAME = 2,
	TRACK_PROCESS = 3,
	TRACK_THREAD = 4,
	TRACK_PARENT = 5,
	TRACK_COUNTER = 8,
	TRACK_CHILD_ORDERING = 11,
	TRACK_RANK = 12,
};

enum { PROCESS_PID = 1, PROCESS_NAME = 6, THREAD_PID = 1, THREAD_TID = 2, THREAD_NAME = 5 };

enum { COUNTER_UNIT_NAME = 6 };

enum {
	EVENT_CATEGORY_IID = 3,
	EVENT_NOTE = 4,
	EVENT_TYPE = 9,
	EVENT_NAME_IID = 10,
	EVENT_TRACK = 11,
	EVENT_COUNTER_VALUE = 30,
	EVENT_FLOW_ID = 47,
	EVENT_LAST_FLOW_ID = 48,
};

enum { NOTE_NAME_IID = 1, NOTE_BOOL = 2, NOTE_INT = 4, NOTE_TEXT = 6, NOTE_POINTER = 7 };

enum { INTERNED_CATEGORY = 1, INTERNED_EVENT = 2, INTERNED_NOTE = 3, NAME_IID = 1, NAME_TEXT = 2 };

/* Values that fields have. */
#define CLOCK_REALTIME_ID	1
#define CLOCK_MONOTONIC_ID	3
#define ORDERING_EXPLICIT	3
#define SEQUENCE		1	/* all packets are of one */
#define FLAG_CLEARED		1	/* names begin anew */
#define FLAG_NEEDS_NAMES	2

static void packet_begin(struct aios_packets *packets, uint64_t flags)
{
	packets->packet = aios_proto_begin(packets->buf, TRACE_PACKET);
	aios_proto_uint(packets->buf, PACKET_SEQUENCE_ID, SEQUENCE);
	aios_proto_uint(packets->buf, PACKET_SEQUENCE_FLAGS, flags);
}

static void packet_end(struct aios_packets *packets)
{
	aios_proto_end(packets->buf, packets->packet);
}

static void put_clock(struct aios_buf *buf, uint64_t id, uint64_t ns)
{
	size_t at = aios_proto_begin(buf, CLOCKS_CLOCK);

	aios_proto_uint(buf, CLOCK_ID, id);
	aios_proto_uint(buf, CLOCK_TIMESTAMP, ns);
	aios_proto_end(buf, at);
}

/* Times are of CLOCK_MONOTONIC; what it was by the wall's is told once. */
static void put_clocks(struct aios_buf *buf, const struct aios_info *info)
{
	size_t at = aios_proto_begin(buf, PACKET_CLOCK_SNAPSHOT);

	aios_proto_uint(buf, CLOCKS_PRIMARY, CLOCK_MONOTONIC_ID);
	put_clock(buf, CLOCK_MONOTONIC_ID, info->start_ns);
	put_clock(buf, CLOCK_REALTIME_ID, info->start_ns + (uint64_t)info->wall_offset_ns);
	aios_proto_end(buf, at);
}

static void put_system(struct aios_buf *buf, const struct aios_info *info)
{
	size_t at = aios_proto_begin(buf, PACKET_SYSTEM_INFO), name;

	name = aios_proto_begin(buf, SYSTEM_UTSNAME);
	aios_proto_text(buf, UTSNAME_SYSNAME, "Linux");
	if (info->kernel)
		aios_proto_text(buf, UTSNAME_RELEASE, info->kernel);
	aios_proto_end(buf, name);
	aios_proto_int(buf, SYSTEM_TIMEZONE_MINUTES, info->utc_offset_s / 60);
	aios_proto_end(buf, at);
}

void aios_packets_begin(struct aios_packets *packets, const struct aios_info *info)
{
	struct aios_buf *buf = packets->buf;
	size_t at;

	packet_begin(packets, FLAG_CLEARED);
	at = aios_proto_begin(buf, PACKET_DEFAULTS);
	aios_proto_uint(buf, PACKET_CLOCK_ID, CLOCK_MONOTONIC_ID);
	aios_proto_end(buf, at);
	put_clocks(buf, info);
	packet_end(packets);
	packet_begin(packets, FLAG_NEEDS_NAMES);
	put_system(buf, info);
	packet_end(packets);
}

/**
 * aios_packets_done() - frees what was kept to write packets
 * @packets: not its buffer
 */
void aios_packets_done(struct aios_packets *packets)
{
	aios_map_done(&packets->names);
	aios_map_done(&packets->categories);
	aios_map_done(&packets->notes);
	aios_buf_done(&packets->told);
}

static void put_process(struct aios_buf *buf, const struct aios_track *track)
{
	size_t at = aios_proto_begin(buf, TRACK_PROCESS);

	aios_proto_int(buf, PROCESS_PID, (int32_t)track->pid);
	if (track->name)
		aios_proto_text(buf, PROCESS_NAME, track->name);
	aios_proto_end(buf, at);
}

static void put_thread(struct aios_buf *buf, const struct aios_track *track)
{
	size_t at = aios_proto_begin(buf, TRACK_THREAD);

	aios_proto_int(buf, THREAD_PID, (int32_t)track->pid);
	aios_proto_int(buf, THREAD_TID, (int32_t)track->tid);
	if (track->name)
		aios_proto_text(buf, THREAD_NAME, track->name);
	aios_proto_end(buf, at);
}

static void put_counter(struct aios_buf *buf, const struct aios_track *track)
{
	size_t at = aios_proto_begin(buf, TRACK_COUNTER);

	if (track->unit)
		aios_proto_text(buf, COUNTER_UNIT_NAME, track->unit);
	aios_proto_end(buf, at);
}

void aios_packet_track(struct aios_packets *packets, const struct aios_track *track)
{
	struct aios_buf *buf = packets->buf;
	size_t at;

	packet_begin(packets, FLAG_NEEDS_NAMES);
	at = aios_proto_begin(buf, PACKET_TRACK);
	aios_proto_uint(buf, TRACK_UUID, track->uuid);
	if (track->parent)
		aios_proto_uint(buf, TRACK_PARENT, track->parent);
	if (track->tid)
		put_thread(buf, track);
	else if (track->pid)
		put_process(buf, track);
	else if (track->name)
		aios_proto_text(buf, TRACK_NAME, track->name);
	if (track->counter)
		put_counter(buf, track);
	if (track->ranked)
		aios_proto_uint(buf, TRACK_CHILD_ORDERING, ORDERING_EXPLICIT);
	if (track->rank)
		aios_proto_uint(buf, TRACK_RANK, track->rank);
	aios_proto_end(buf, at);
	packet_end(packets);
}

/* The number of a name. It is told in the packet that has it first. */
static uint64_t name_iid(struct aios_packets *packets, struct aios_map *map, uint32_t field,
			 const char *name)
{
	uint64_t iid = (uintptr_t)aios_map_get(map, (uintptr_t)name);
	size_t at;

	if (iid)
		return iid;
	iid = map->used + 1;
	if (aios_map_put(map, (uintptr_t)name, (void *)(uintptr_t)iid))
		packets->buf->err = -ENOMEM;
	at = aios_proto_begin(&packets->told, field);
	aios_proto_uint(&packets->told, NAME_IID, iid);
	aios_proto_text(&packets->told, NAME_TEXT, name);
	aios_proto_end(&packets->told, at);
	return iid;
}

void aios_packet_open(struct aios_packets *packets, uint64_t ns, enum aios_packet_type type,
		      uint64_t track)
{
	packet_begin(packets, FLAG_NEEDS_NAMES);
	aios_proto_uint(packets->buf, PACKET_TIMESTAMP, ns);
	packets->event = aios_proto_begin(packets->buf, PACKET_TRACK_EVENT);
	aios_proto_uint(packets->buf, EVENT_TYPE, type);
	aios_proto_uint(packets->buf, EVENT_TRACK, track);
}

void aios_packet_name(struct aios_packets *packets, const char *category, const char *name)
{
	aios_proto_uint(packets->buf, EVENT_CATEGORY_IID,
			name_iid(packets, &packets->categories, INTERNED_CATEGORY, category));
	aios_proto_uint(packets->buf, EVENT_NAME_IID,
			name_iid(packets, &packets->names, INTERNED_EVENT, name));
}

static void put_value(struct aios_buf *buf, const struct aios_value *value)
{
	struct aios_buf text = { 0 };

	switch (value->kind) {
	case AIOS_VALUE_BOOL:
		aios_proto_uint(buf, NOTE_BOOL, value->yes);
		break;
	case AIOS_VALUE_INT:
		aios_proto_int(buf, NOTE_INT, value->number);
		break;
	case AIOS_VALUE_HEX:
		aios_proto_uint(buf, NOTE_POINTER, value->hex);
		break;
	case AIOS_VALUE_TEXT:
		aios_proto_text(buf, NOTE_TEXT, value->text);
		break;
	case AIOS_VALUE_ERRNO:
		aios_fmt_errno(&text, value->number);
		aios_proto_text(buf, NOTE_TEXT, text.data ? text.data : "");
		aios_buf_done(&text);
		break;
	case AIOS_VALUE_NULL:
		break;
	}
}

void aios_packet_note(struct aios_packets *packets, const char *name,
		      const struct aios_value *value)
{
	size_t at;

	if (value->kind == AIOS_VALUE_NULL)
		return;
	at = aios_proto_begin(packets->buf, EVENT_NOTE);
	aios_proto_uint(packets->buf, NOTE_NAME_IID,
			name_iid(packets, &packets->notes, INTERNED_NOTE, name));
	put_value(packets->buf, value);
	aios_proto_end(packets->buf, at);
}

void aios_packet_note_text(struct aios_packets *packets, const char *name, const char *text)
{
	aios_packet_note(packets, name,
			 &(struct aios_value){ .kind = AIOS_VALUE_TEXT, .text = text });
}

void aios_packet_note_int(struct aios_packets *packets, const char *name, int64_t number)
{
	aios_packet_note(packets, name,
			 &(struct aios_value){ .kind = AIOS_VALUE_INT, .number = number });
}

void aios_packet_flow(struct aios_packets *packets, uint64_t id, bool last)
{
	aios_proto_fixed64(packets->buf, last ? EVENT_LAST_FLOW_ID : EVENT_FLOW_ID, id);
}

/**
 * aios_packet_close() - ends the open event
 * @packets: where
 */
void aios_packet_close(struct aios_packets *packets)
{
	struct aios_buf *buf = packets->buf, *told = &packets->told;
	size_t at;

	aios_proto_end(buf, packets->event);
	if (told->len) {
		at = aios_proto_begin(buf, PACKET_INTERNED_DATA);
		aios_buf_add(buf, told->data, told->len);
		aios_proto_end(buf, at);
		aios_buf_clear(told);
	}
	if (told->err)
		buf->err = told->err;
	packet_end(packets);
}

void aios_packet_count(struct aios_packets *packets, uint64_t ns, uint64_t track, int64_t value)
{
	aios_packet_open(packets, ns, AIOS_PACKET_COUNTER, track);
	aios_proto_int(packets->buf, EVENT_COUNTER_VALUE, value);
	aios_packet_close(packets);
}
