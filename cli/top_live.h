/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * top_live.h - aiotop on a terminal: samples in, keys in, frames out.
 */
#ifndef AIOS_TOP_LIVE_H
#define AIOS_TOP_LIVE_H

#include "lib/err.h"
#include "lib/top.h"

/**
 * struct aios_top_tape - what there is more where samples are of a recorded trace
 * @move: says how far the next sample is from the one before, in ns of the trace's time; negative
 *	for back, and the beginning is not passed
 * @speed: at the beginning; people may change it
 * @utc_offset_s: seconds east of UTC where it was recorded
 */
struct aios_top_tape {
	void (*move)(void *arg, int64_t by_ns);
	double speed;
	int32_t utc_offset_s;
};

/**
 * struct aios_top_live - where samples come from, and how often
 * @sample: takes one. @look_into is the address of the context whose oldest requests are wanted, 0
 *	for none; @before the sample before, NULL for the first one. Return: 0, -ENODATA where there
 *	will be no other, or a negative errno
 * @arg: for @sample, and for @tape
 * @delay_ns: at the beginning; people may change it
 * @frames: as many, then it ends; 0 for until somebody ends it
 * @waits: @sample takes the time that there is between two samples, or there is none
 * @tape: of a recorded trace; NULL for what happens now
 * @ready_file: made when the first sample is shown, or NULL
 * @why: why samples tell less than was wanted, or NULL; said once it is clear that they are shown
 */
struct aios_top_live {
	int (*sample)(void *arg, uint64_t look_into, const struct aios_top_sample *before,
		      struct aios_top_sample *ret, struct aios_err *err);
	void *arg;
	uint64_t delay_ns;
	unsigned int frames;
	bool waits;
	const struct aios_top_tape *tape;
	const char *ready_file;
	const char *why;
};

/**
 * aios_top_live() - shows samples until somebody has seen enough
 * @live: how
 * Return: enum aios_status; what went wrong was said.
 */
int aios_top_live(const struct aios_top_live *live);

#endif /* AIOS_TOP_LIVE_H */
