/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hist.h - a histogram of durations with a bounded relative error.
 *
 * A bucket is named by the position of a value's highest bit and by the AIOS_HIST_BITS bits that
 * follow it. Values below 2^(BITS + 1) have a bucket each. Above, a bucket of values around v is
 * 2^(msb - BITS) wide where v >= 2^msb, and its middle is reported: the error is at most half the
 * width, so at most v / 2^(BITS + 1), which is 0.8 % for 6 bits. 64 - BITS + 1 groups of 2^BITS
 * buckets hold every 64-bit value: 59 * 64 * 8 bytes = 30 KiB.
 */
#ifndef AIOS_HIST_H
#define AIOS_HIST_H

#include <stdint.h>

#define AIOS_HIST_BITS		6
#define AIOS_HIST_BUCKETS	((64 - AIOS_HIST_BITS + 1) << AIOS_HIST_BITS)

/**
 * struct aios_hist - counts by value; zero-initialised is empty
 * @count: values in it
 * @sum: of all values, to give a mean
 * @min: exact, if count is not 0
 * @max: exact
 */
struct aios_hist {
	uint64_t count;
	uint64_t sum;
	uint64_t min;
	uint64_t max;
	uint64_t buckets[AIOS_HIST_BUCKETS];
};

void aios_hist_add(struct aios_hist *hist, uint64_t value);

/**
 * aios_hist_percentile() - the value that @percent of all values do not exceed
 * @hist: which
 * @percent: 0 to 100
 *
 * Return: the middle of the bucket, but never outside of min and max; 0 for an empty histogram.
 */
uint64_t aios_hist_percentile(const struct aios_hist *hist, double percent);

uint64_t aios_hist_mean(const struct aios_hist *hist);

/* The first value of a bucket; that of the next one is 1 more than its last. */
uint64_t aios_hist_first(unsigned int index);

/**
 * aios_hist_bucket() - the bucket of a value
 * @value: any
 * Return: below AIOS_HIST_BUCKETS.
 */
unsigned int aios_hist_bucket(uint64_t value);

#endif /* AIOS_HIST_H */
