// SPDX-License-Identifier: GPL-2.0-only
/*
 * diff_stat.c - where a percentile lies, and whether two of them differ; without an assumption on
 * the distribution.
 */
#include "diff.h"

#define NEGLIGIBLE	1e-20	/* of the largest term of a sum */

/**
 * struct binomial - a binomial count, from the middle outwards
 * @n: trials
 * @p: of a success
 * @total: of all terms, where that of @mode is 1
 */
struct binomial {
	uint64_t n;
	double p;
	uint64_t mode;
	double total;
};

/* The next term up or down; all are relative to the largest, so that nothing overflows. */
static double term_above(const struct binomial *b, uint64_t k, double term)
{
	return term * (double)(b->n - k) / (double)(k + 1) * b->p / (1 - b->p);
}

static double term_below(const struct binomial *b, uint64_t k, double term)
{
	return term * (double)k / (double)(b->n - k + 1) * (1 - b->p) / b->p;
}

static struct binomial binomial(uint64_t n, double p)
{
	struct binomial b = { .n = n, .p = p, .mode = (uint64_t)((double)(n + 1) * p) };
	double term = 1;

	if (b.mode > n)
		b.mode = n;
	for (uint64_t k = b.mode; term > NEGLIGIBLE; k++) {
		b.total += term;
		if (k == n)
			break;
		term = term_above(&b, k, term);
	}
	term = 1;
	for (uint64_t k = b.mode; k > 0 && term > NEGLIGIBLE; k--) {
		term = term_below(&b, k, term);
		b.total += term;
	}
	return b;
}

/* The smallest count of which so much or more has this probability at most; n + 1 if none has. */
static uint64_t quantile_above(const struct binomial *b, double error)
{
	double term = 1, sum = 0;
	uint64_t top = b->mode;

	for (; top < b->n && term > NEGLIGIBLE; top++)
		term = term_above(b, top, term);
	/* From the far end inwards, where small terms are added to small sums. */
	for (uint64_t k = top;; k--) {
		sum += term / b->total;
		if (sum > error)
			return k + 1;
		if (!k)
			return 0;
		term = term_below(b, k, term);
	}
}

/* The probability that the count is @k or more. */
static double probability_of_more(const struct binomial *b, uint64_t k)
{
	double term = 1, sum = 0;
	uint64_t at = b->mode;

	for (; at < b->n && term > NEGLIGIBLE; at++)
		term = term_above(b, at, term);
	for (; at >= k; at--) {
		sum += term / b->total;
		if (!at)
			break;
		term = term_below(b, at, term);
	}
	return sum;
}

/* The bounds of the sample of this rank, from 1 on. */
static uint64_t value_of_rank(const struct aios_hist *hist, uint64_t rank, bool last)
{
	uint64_t seen = 0, value = hist->max;

	for (unsigned int i = 0; i < AIOS_HIST_BUCKETS; i++) {
		seen += hist->buckets[i];
		if (seen < rank)
			continue;
		value = !last ? aios_hist_first(i) : i + 1 < AIOS_HIST_BUCKETS ?
			aios_hist_first(i + 1) - 1 : UINT64_MAX;
		break;
	}
	return value < hist->min ? hist->min : value > hist->max ? hist->max : value;
}

struct aios_interval aios_diff_interval(const struct aios_hist *hist, double percent,
					double error)
{
	struct aios_interval is = { .high = UINT64_MAX };
	struct binomial b;
	uint64_t above, below;

	if (!hist->count)
		return is;
	is.value = aios_hist_percentile(hist, percent);
	/* As many samples as this, or more, are below the percentile; counted from both ends. */
	b = binomial(hist->count, percent / 100);
	above = quantile_above(&b, error / 2);
	b = binomial(hist->count, 1 - percent / 100);
	below = quantile_above(&b, error / 2);
	if (below <= hist->count)
		is.low = value_of_rank(hist, hist->count + 1 - below, false);
	if (above <= hist->count)
		is.high = value_of_rank(hist, above ? above : 1, true);
	is.bounded = below <= hist->count && above <= hist->count;
	return is;
}

enum aios_diff_verdict aios_diff_verdict(const struct aios_interval *a,
					 const struct aios_interval *b, double over)
{
	if (b->high < a->low)
		return AIOS_DIFF_BETTER;
	if (b->low <= a->high)
		return a->bounded && b->bounded ? AIOS_DIFF_SAME : AIOS_DIFF_FEW;
	return (double)b->low > (double)a->high * (1 + over) ? AIOS_DIFF_WORSE : AIOS_DIFF_SLIGHT;
}

/**
 * aios_diff_share() - did a share grow or shrink?
 * @bad: in each of two samples
 * @total: of each
 * @error: probability that a change is claimed where there is none
 *
 * If both have the same share, those of all that are in the second sample are a binomial count.
 */
enum aios_diff_verdict aios_diff_share(const uint64_t *bad, const uint64_t *total, double error)
{
	uint64_t all = bad[0] + bad[1];
	double share;
	struct binomial b;

	if (!total[0] || !total[1])
		return AIOS_DIFF_MISSING;
	if (!all)
		return AIOS_DIFF_SAME;
	share = (double)total[1] / ((double)total[0] + (double)total[1]);
	b = binomial(all, share);
	if (probability_of_more(&b, bad[1]) <= error / 2)
		return AIOS_DIFF_WORSE;
	b = binomial(all, 1 - share);
	return probability_of_more(&b, bad[0]) <= error / 2 ? AIOS_DIFF_BETTER : AIOS_DIFF_SAME;
}
