/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * packet.h - the packets of Perfetto's trace format: tracks, slices, instants and counters.
 *
 * A trace is a row of packets, in any order: who reads it sorts them by time, and packets of a time
 * stay as they come. Names are told once and then called by a number. What the numbers of fields
 * mean is said by Perfetto's protos/perfetto/trace; tests/perfetto/perfetto.proto has those in use.
 */
#ifndef AIOS_PACKET_H
#define AIOS_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "column.h"
#include "info.h"
#include "map.h"

/* What an event is; Perfetto's TrackEvent.Type. */
enum aios_packet_type {
	AIOS_PACKET_BEGIN = 1,
	AIOS_PACKET_END = 2,
	AIOS_PACKET_INSTANT = 3,
	AIOS_PACKET_COUNTER = 4,
};

/**
 * struct aios_packets - what was written so far of a trace
 * @buf: where packets go; borrowed
 * @names: what was told of events' names, by the address of the name
 * @categories: the same of their categories
 * @notes: the same of their annotations
 * @told: what the packet that is open has to tell of names; owned
 * @packet: the packet that is open
 * @event: its event
 */
struct aios_packets {
	struct aios_buf *buf;
	struct aios_map names;
	struct aios_map categories;
	struct aios_map notes;
	struct aios_buf told;
	size_t packet;
	size_t event;
};

/**
 * struct aios_track - a row of the picture
 * @uuid: of this trace, not 0
 * @parent: of the track that it lies below, 0 for none
 * @name: of any bytes; NULL where its kind says it
 * @pid: of the process or thread that it is of, 0 for none
 * @tid: of the thread that it is of, 0 for none
 * @counter: it has numbers instead of events
 * @unit: of those, NULL for none
 * @ranked: what lies below it is in the order of its ranks
 * @rank: among those that lie beside it
 */
struct aios_track {
	uint64_t uuid;
	uint64_t parent;
	const char *name;
	uint32_t pid;
	uint32_t tid;
	bool counter;
	const char *unit;
	bool ranked;
	uint32_t rank;
};

/**
 * aios_packets_begin() - what a trace begins with: its clock, and where it was made
 * @packets: has a buffer and nothing else
 * @info: of the trace
 */
void aios_packets_begin(struct aios_packets *packets, const struct aios_info *info);
void aios_packets_done(struct aios_packets *packets);

/**
 * aios_packet_track() - tells of a track, before the first event on it, or again
 * @packets: where
 * @track: what to tell
 */
void aios_packet_track(struct aios_packets *packets, const struct aios_track *track);

/**
 * aios_packet_open() - begins an event, which is open until aios_packet_close()
 * @packets: no event is open
 * @ns: CLOCK_MONOTONIC
 * @type: what it is
 * @track: uuid of its track
 */
void aios_packet_open(struct aios_packets *packets, uint64_t ns, enum aios_packet_type type,
		      uint64_t track);

/**
 * aios_packet_name() - what the open event is called
 * @packets: where
 * @category: a constant: names are known again by their address
 * @name: the same
 */
void aios_packet_name(struct aios_packets *packets, const char *category, const char *name);

/**
 * aios_packet_note() - adds something to the open event
 * @packets: where
 * @name: a constant
 * @value: what is not known is left out
 */
void aios_packet_note(struct aios_packets *packets, const char *name,
		      const struct aios_value *value);

/* The same with a value of a kind. */
void aios_packet_note_text(struct aios_packets *packets, const char *name, const char *text);
void aios_packet_note_int(struct aios_packets *packets, const char *name, int64_t number);

/**
 * aios_packet_flow() - the open event is a step of something
 * @packets: where
 * @id: of what; its steps are joined in the order of their times
 * @last: it ends here
 */
void aios_packet_flow(struct aios_packets *packets, uint64_t id, bool last);
void aios_packet_close(struct aios_packets *packets);

/**
 * aios_packet_count() - a number at a time
 * @packets: no event is open
 * @ns: CLOCK_MONOTONIC
 * @track: uuid of a counter
 * @value: from then on
 */
void aios_packet_count(struct aios_packets *packets, uint64_t ns, uint64_t track, int64_t value);

#endif /* AIOS_PACKET_H */
