/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * live.h - the live source: reads the rings and yields chunks, as a file would.
 */
#ifndef AIOS_LIVE_H
#define AIOS_LIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "../lib/decode.h"
#include "load.h"

struct aios_live;

/**
 * struct aios_live_stats - how the reading goes
 * @records: read so far
 * @dropped: refused by full rings so far
 * @missed: calls that the kernel let pass without a program
 * @kernel: what the programs could not keep
 */
struct aios_live_stats {
	uint64_t records;
	uint64_t dropped;
	uint64_t missed;
	struct aios_kernel_stats kernel;
};

/**
 * aios_live_new() - a reader of the rings
 * @load: loaded programs; must live longer
 * @feed: copied; gets AIOS_CHUNK_RECORDS and AIOS_CHUNK_SCAN
 * Return: to be freed with aios_live_free(), or NULL.
 */
struct aios_live *aios_live_new(struct aios_load *load, const struct aios_feed *feed);
struct aios_live *aios_live_free(struct aios_live *live);

/**
 * enum aios_look - how to look at the rings
 * @AIOS_LOOK_GLANCE: read them only where calls were missed, to tell close by when that was
 * @AIOS_LOOK_READ: read them
 * @AIOS_LOOK_LAST: read them; no other look will follow: a record that is still not complete is a
 *	lost one
 */
enum aios_look { AIOS_LOOK_GLANCE, AIOS_LOOK_READ, AIOS_LOOK_LAST };

/**
 * aios_live_look() - looks at the rings
 * @live: the reader
 * @how: enum aios_look
 * Return: 0; 1 where a record was not complete yet and holds back what is younger; -ENOMEM; or
 * what the feed returned.
 */
int aios_live_look(struct aios_live *live, enum aios_look how);

const struct aios_live_stats *aios_live_stats(const struct aios_live *live);

/**
 * aios_now_ns() - the clock of the records
 * Return: CLOCK_MONOTONIC.
 */
uint64_t aios_now_ns(void);

#endif /* AIOS_LIVE_H */
