/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lanes.h - rows for things that overlap in time, so that those of a row do not.
 *
 * Each takes the first row that is free. There are as many rows as there were things at a time, and
 * of a row no more is kept than when it was used last.
 */
#ifndef AIOS_LANES_H
#define AIOS_LANES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct aios_lane {
	uint64_t until_ns;
	bool held;
};

/**
 * struct aios_lanes - rows; zero-initialised is none
 * @lanes: owned
 * @cnt: of @lanes
 * @cap: of @lanes
 * @low: all before this one are held
 */
struct aios_lanes {
	struct aios_lane *lanes;
	size_t cnt;
	size_t cap;
	size_t low;
};

/**
 * aios_lanes_take() - takes the first row on which something can begin
 * @lanes: the rows; there may be one more afterwards
 * @from_ns: when it begins; what was on the row has ended before, and not at that time
 * @ret: number of the row, from 0; it is held
 * Return: 0 or -ENOMEM.
 */
int aios_lanes_take(struct aios_lanes *lanes, uint64_t from_ns, size_t *ret);

/**
 * aios_lanes_give() - gives a row back
 * @lanes: the rows
 * @nr: one that is held
 * @until_ns: when what is on it has ended; 0 where nothing came of it
 */
void aios_lanes_give(struct aios_lanes *lanes, size_t nr, uint64_t until_ns);

void aios_lanes_done(struct aios_lanes *lanes);

#endif /* AIOS_LANES_H */
