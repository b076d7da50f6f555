/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * top_count.h - what the programs of bpf/top.bpf.c have counted, put into samples.
 */
#ifndef AIOS_TOP_COUNT_H
#define AIOS_TOP_COUNT_H

#include "../lib/top.h"
#include "load.h"
#include "top_sample.h"

struct aios_top_count;

/**
 * aios_top_count_bits() - how many contexts to count apart
 * @contexts: there are now, or may be
 * Return: struct aios_config.top_bits: twice as many, and not more than 40 MB are worth.
 */
unsigned int aios_top_count_bits(uint64_t contexts);

/**
 * aios_top_count_new() - maps the counters
 * @load: programs of level AIOS_LEVEL_COUNT; must live as long
 * @bits: top_bits that they were loaded with
 * @ret: to be freed with aios_top_count_free()
 * Return: 0 or a negative errno.
 */
int aios_top_count_new(struct aios_load *load, unsigned int bits, struct aios_top_count **ret);
struct aios_top_count *aios_top_count_free(struct aios_top_count *count);

/**
 * aios_top_count_read() - what was counted by now
 * @count: the counters; maxima start again at 0
 * @edge: knows users by name, and which ids are free
 * @before: the sample before, NULL for the first one: contexts that are over are taken from there
 * @look_into: struct kioctx's address of the context whose oldest requests are wanted, 0 for none
 * @sample: of a moment ago, with its @ns, contexts and processes. Its contexts get their counts;
 *	contexts in teardown, or that ended a moment ago, and their processes are added. Contexts
 *	that were in @before get their id, others keep what they have
 *
 * A context that ends is in one sample at least, also where no sample had it before, so that what
 * it did is in a frame.
 *
 * Return: 0 or -ENOMEM; then the sample lacks something.
 */
int aios_top_count_read(struct aios_top_count *count, struct aios_top_edge *edge,
			const struct aios_top_sample *before, uint64_t look_into,
			struct aios_top_sample *sample);

#endif /* AIOS_TOP_COUNT_H */
