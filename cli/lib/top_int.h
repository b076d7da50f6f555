/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * top_int.h - what the parts of aiotop's core share: what is remembered from frame to frame.
 */
#ifndef AIOS_TOP_INT_H
#define AIOS_TOP_INT_H

#include "map.h"
#include "top.h"

/* What looks wrong, and may be the moment's: findings once it has lasted. */
enum aios_top_doubts {
	AIOS_TOP_DOUBT_LOST,	/* slots that nothing accounts for */
	AIOS_TOP_DOUBT_EVENTS,	/* the tail is not where the completions are */
	AIOS_TOP_DOUBT_POLL,	/* a poll request that was woken, and does not complete */
	AIOS_TOP_DOUBT_CNT
};

/**
 * struct aios_top_doubt - something that looks wrong
 * @number: what it is about; 0 for nothing
 * @frames: in a row with the same number
 * @since_ns: the first of these
 */
struct aios_top_doubt {
	uint64_t number;
	unsigned int frames;
	uint64_t since_ns;
};

/**
 * struct aios_top_past - what is remembered of a context
 * @id: of it
 * @before: it in the sample before, borrowed while a frame is made; NULL where it was not there
 * @frame: number of the last frame that it was in
 * @snap: as it was then
 * @still: frames in a row, up to that one, in which nothing of @snap moved
 * @missed: calls that were not counted by the time it was first seen
 * @reaped: balance of what the program took itself, below 0 where counts are ahead of the ring
 * @dead_ns: when it was first seen dead, 0 for alive
 * @peak, @max_ns: the highest since the tool began
 * @doubts: by enum aios_top_doubts
 * @minute: percent, newest at (@minute_cnt - 1) modulo its size
 * @minute_cnt: values that were ever put there
 * @minute_ns: when the last one was
 * @minute_max: the highest since then
 */
struct aios_top_past {
	uint64_t id;
	const struct aios_top_ctx *before;
	uint64_t frame;
	struct aios_snap_ctx snap;
	unsigned int still;
	uint64_t missed;
	int64_t reaped;
	uint64_t dead_ns;
	uint64_t peak;
	uint64_t max_ns[AIOS_TOP_CLASSES];
	struct aios_top_doubt doubts[AIOS_TOP_DOUBT_CNT];
	uint8_t minute[AIOS_TOP_MINUTE];
	size_t minute_cnt;
	uint64_t minute_ns;
	uint8_t minute_max;
};

/**
 * struct aios_top_legacy - what contexts that are over leave to their process, so that its totals
 *	do not fall
 * @tgid, @start_ns: of the process: the number alone may be another one's by now
 * @frame: number of the last frame that the process was in
 */
struct aios_top_legacy {
	uint64_t tgid;
	uint64_t start_ns;
	uint64_t frame;
	struct aios_top_counts counts;
};

/**
 * struct aios_top - what is remembered from frame to frame
 * @ctxs: id -> struct aios_top_past, owned
 * @procs: tgid -> struct aios_top_legacy, owned
 * @over: of processes that are over
 * @other_peak, @other_max_ns: the highest of contexts without a place
 * @frame: number of the newest frame
 */
struct aios_top {
	struct aios_map ctxs;
	struct aios_map procs;
	struct aios_top_counts over;
	uint64_t other_peak;
	uint64_t other_max_ns[AIOS_TOP_CLASSES];
	uint64_t frame;
};

/* of top.c */
void aios_top_add(struct aios_top_counts *restrict to, const struct aios_top_counts *restrict from);
void aios_top_minute_add(struct aios_top_past *past, uint64_t ns, uint8_t percent);

/**
 * aios_top_find() - what is wrong in a frame
 * @top: remembers; knows all contexts of the frame
 * @before: as for aios_top_frame()
 * @frame: complete but for its findings
 * Return: 0 or -ENOMEM.
 */
int aios_top_find(struct aios_top *top, const struct aios_top_sample *before,
		  struct aios_top_frame *frame);

/**
 * aios_top_find_text() - what is wrong in a frame, a paragraph each, with its evidence
 * @buf: appended to
 * @frame: with its findings
 * @columns: lines are no wider
 */
void aios_top_find_text(struct aios_buf *buf, const struct aios_top_frame *frame, size_t columns);

#endif /* AIOS_TOP_INT_H */
