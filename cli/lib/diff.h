/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * diff.h - what changed between two recordings, and whether their samples can show it.
 *
 * A recording is compared as the JSON report tells of it, with distributions, so that one that was
 * kept as such a report is as good as the trace.
 *
 * Of each percentile there is an interval in which it lies, whatever the distribution: of n
 * samples in order, the k-th is below the percentile p with the probability that a binomial count
 * (n, p) is k or more. Bounds are those of buckets, so that what a histogram rounds off is in the
 * interval. A change is claimed only where the intervals of the two recordings do not meet. All
 * comparisons of a diff together are wrong once in 1 / AIOS_DIFF_ERROR, if samples are independent.
 * Requests of one run are not, and two runs differ by more than chance among requests: so the
 * intervals are the least that the noise can be.
 */
#ifndef AIOS_DIFF_H
#define AIOS_DIFF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "err.h"
#include "hist.h"
#include "names.h"
#include "summary.h"

#define AIOS_DIFF_ERROR	0.001	/* of all comparisons of a diff together */

enum aios_diff_verdict {
	AIOS_DIFF_SAME,		/* no change that these samples could show */
	AIOS_DIFF_FEW,		/* too few samples to show any */
	AIOS_DIFF_MISSING,	/* only in one of the two */
	AIOS_DIFF_BETTER,
	AIOS_DIFF_SLIGHT,	/* worse, but it may be by less than was asked for */
	AIOS_DIFF_WORSE,	/* by at least that */
	AIOS_DIFF_NONE,		/* the two cannot be compared */
	AIOS_DIFF_VERDICTS
};

/**
 * struct aios_interval - where a number lies
 * @value: as measured
 * @low: at least; 0 where there is no bound
 * @high: at most; UINT64_MAX where there is no bound
 * @bounded: there are both
 */
struct aios_interval {
	uint64_t value;
	uint64_t low;
	uint64_t high;
	bool bounded;
};

/**
 * aios_diff_interval() - where a percentile lies
 * @hist: the samples
 * @percent: above 0, below 100
 * @error: probability that it lies elsewhere
 * Return: the interval.
 */
struct aios_interval aios_diff_interval(const struct aios_hist *hist, double percent,
					double error);

/**
 * aios_diff_verdict() - do two intervals show a change?
 * @a: before
 * @b: after; more is worse
 * @over: worse by this share does not count: 0.1 for 10 %
 */
enum aios_diff_verdict aios_diff_verdict(const struct aios_interval *a,
					 const struct aios_interval *b, double over);

enum aios_diff_verdict aios_diff_share(const uint64_t *bad, const uint64_t *total, double error);

/* "same", "few", "missing", "better", "slight", "worse": a constant; NULL for none. */
const char *aios_diff_verdict_name(enum aios_diff_verdict verdict);

/**
 * struct aios_diff_row - a percentile of a stage of an operation
 * @op: as scripts know it: a constant
 * @stage: the same
 * @percent: 50, 99, or 100 for the maximum, which shows nothing of itself
 * @samples: in each
 */
struct aios_diff_row {
	const char *op;
	enum aios_stage stage;
	unsigned int percent;
	uint64_t samples[2];
	struct aios_interval is[2];
	enum aios_diff_verdict verdict;
};

/**
 * struct aios_diff_count - requests of an operation, and those that failed or were refused
 * @total: submitted, in each
 * @bad: of these, failed or refused
 * @verdict: on their share
 */
struct aios_diff_count {
	const char *op;
	uint64_t total[2];
	uint64_t bad[2];
	enum aios_diff_verdict verdict;
};

/* How bad findings of an id are at most. Conditions are told as info, warn or crit. */
enum aios_diff_grade {
	AIOS_DIFF_ABSENT,
	AIOS_DIFF_INFO,
	AIOS_DIFF_WARN,
	AIOS_DIFF_CRIT, /* or a rule that is broken, whatever its severity */
};

/* What became of findings of an id. */
enum aios_diff_turn {
	AIOS_DIFF_AS_BEFORE,
	AIOS_DIFF_NEW,
	AIOS_DIFF_GRAVER, /* the worst of them is worse than the worst before */
	AIOS_DIFF_MILDER,
	AIOS_DIFF_GONE,
	AIOS_DIFF_TURN_UNKNOWN, /* the two cannot be compared */
};

/**
 * struct aios_diff_finding - a rule that was broken, or a condition of the doctor
 * @id: owned
 * @slug: the same in words, owned; NULL where the report has none
 * @cnt: how often in each
 * @grade: the worst in each
 * @turn: what became of it
 */
struct aios_diff_finding {
	char *id;
	char *slug;
	uint64_t cnt[2];
	enum aios_diff_grade grade[2];
	enum aios_diff_turn turn;
};

/**
 * aios_diff_grave() - is a finding new or worse, and more than a hint?
 * @finding: of a diff
 * Return: whether it counts where a run is to fail.
 */
static inline bool aios_diff_grave(const struct aios_diff_finding *finding)
{
	return (finding->turn == AIOS_DIFF_NEW || finding->turn == AIOS_DIFF_GRAVER) &&
	       finding->grade[1] > AIOS_DIFF_INFO;
}

/* "info", "warn", "crit": a constant; NULL for absent. */
const char *aios_diff_grade_name(enum aios_diff_grade grade);

/* "same", "new", "worse", "better", "gone": a constant; NULL for unknown. */
const char *aios_diff_turn_name(enum aios_diff_turn turn);

/**
 * struct aios_diff_side - what a recording is
 * @kernel, @evidence, @command: owned; may be NULL
 * @duration_ns: of it
 * @requests: completed
 * @tainted: of these
 * @lost: it lost records, or ends in the middle
 * @selected: its numbers are of some of its requests alone
 */
struct aios_diff_side {
	char *kernel;
	char *evidence;
	char *command;
	uint64_t duration_ns;
	uint64_t requests;
	uint64_t tainted;
	bool lost;
	bool selected;
};

/**
 * struct aios_diff - two recordings
 * @incomparable: why nothing can be concluded, in words, and there is no verdict; NULL where it can
 * @over: as asked for
 */
struct aios_diff {
	struct aios_diff_side side[2];
	struct aios_diff_row *rows;
	size_t row_cnt, row_cap;
	struct aios_diff_count counts[AIOS_OPS];
	size_t count_cnt;
	struct aios_diff_finding *findings;
	size_t finding_cnt, finding_cap;
	const char *incomparable;
	double over;
};

/**
 * aios_diff_new() - compares two reports
 * @before: an object of schema aioscope.report/1, with distributions
 * @after: the same
 * @over: worse by this share does not count
 * @err: why not
 * Return: to be freed with aios_diff_free(), or NULL.
 */
struct aios_diff *aios_diff_new(const struct aios_buf *before, const struct aios_buf *after,
				double over, struct aios_err *err);
struct aios_diff *aios_diff_free(struct aios_diff *diff);

/* What a run can be failed for. */
enum aios_diff_fail {
	AIOS_FAIL_LATENCY = 1,	/* a percentile is worse by more than was asked for */
	AIOS_FAIL_ERRORS = 2,	/* more requests fail or are refused */
	AIOS_FAIL_FINDINGS = 4,	/* a rule is broken, or a grave condition met, that was not */
};

/**
 * aios_diff_fails() - which of these came true
 * @diff: the diff
 * Return: a mask of enum aios_diff_fail.
 */
unsigned int aios_diff_fails(const struct aios_diff *diff);

void aios_diff_text(struct aios_buf *buf, const struct aios_diff *diff);

/* An object of schema aioscope.diff/1 in a line. Return: 0 or -ENOMEM. */
int aios_diff_json(struct aios_buf *buf, const struct aios_diff *diff);

#endif /* AIOS_DIFF_H */
