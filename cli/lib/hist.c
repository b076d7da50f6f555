// SPDX-License-Identifier: GPL-2.0-only
/*
 * hist.c - a histogram of durations with a bounded relative error.
 */
#include "hist.h"

#define PER_GROUP	(1U << AIOS_HIST_BITS)

unsigned int aios_hist_bucket(uint64_t value)
{
	unsigned int msb, shift;

	if (value < 2 * PER_GROUP)
		return (unsigned int)value;
	msb = 63 - (unsigned int)__builtin_clzll(value);
	shift = msb - AIOS_HIST_BITS;
	return ((shift + 1) << AIOS_HIST_BITS) + (unsigned int)((value >> shift) & (PER_GROUP - 1));
}

/**
 * aios_hist_first() - the first value of a bucket
 * @index: below AIOS_HIST_BUCKETS
 * Return: the value.
 */
uint64_t aios_hist_first(unsigned int index)
{
	if (index < 2 * PER_GROUP)
		return index;
	return (uint64_t)(PER_GROUP + (index & (PER_GROUP - 1))) <<
	       ((index >> AIOS_HIST_BITS) - 1);
}

/* The middle of a bucket: its first value and half its width. */
static uint64_t hist_value(unsigned int index)
{
	if (index < 2 * PER_GROUP)
		return index;
	return aios_hist_first(index) + ((1ULL << ((index >> AIOS_HIST_BITS) - 1)) >> 1);
}

/**
 * aios_hist_add() - counts a value
 * @hist: which
 * @value: any
 */
void aios_hist_add(struct aios_hist *hist, uint64_t value)
{
	if (!hist->count || value < hist->min)
		hist->min = value;
	if (value > hist->max)
		hist->max = value;
	hist->count++;
	hist->sum += value;
	hist->buckets[aios_hist_bucket(value)]++;
}

uint64_t aios_hist_percentile(const struct aios_hist *hist, double percent)
{
	double wanted = percent * (double)hist->count / 100;
	uint64_t rank = (uint64_t)wanted, seen = 0;

	if (!hist->count)
		return 0;
	if ((double)rank < wanted || !rank)
		rank++;
	for (unsigned int i = 0; i < AIOS_HIST_BUCKETS; i++) {
		uint64_t value;

		seen += hist->buckets[i];
		if (seen < rank)
			continue;
		value = hist_value(i);
		return value < hist->min ? hist->min : value > hist->max ? hist->max : value;
	}
	return hist->max;
}

/**
 * aios_hist_mean() - arithmetic mean
 * @hist: which
 * Return: rounded down; 0 for an empty histogram.
 */
uint64_t aios_hist_mean(const struct aios_hist *hist)
{
	return hist->count ? hist->sum / hist->count : 0;
}
