/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check.h - a trace judged by the rules: findings and a verdict.
 *
 *	source -> pipeline -> [ check ] -> view of findings
 *
 * Live or from a file, the same records give the same findings.
 */
#ifndef AIOS_CHECK_H
#define AIOS_CHECK_H

#include "pipeline.h"
#include "rules.h"

#define AIOS_PATIENCE_NS	5000000000ULL	/* --stuck-after */
#define AIOS_FINDINGS_KEPT	16	/* of a rule, and as many known ones; the rest is counted */

/* What became of a rule. */
enum aios_rule_state {
	AIOS_RULE_CHECKED,
	AIOS_RULE_NOT_CHOSEN,
	AIOS_RULE_LEVEL, /* the evidence is too weak for it */
	AIOS_RULE_HOOK,	 /* what it looks at was not observed, or not for certain each time */
};

/**
 * struct aios_finding - a rule was broken
 * @rule: which
 * @nr: from 1, in the order found
 * @what: what was seen; owned
 * @expected: what should have been; owned
 * @key: rule, command and operation: what --baseline knows it by; owned
 * @known: the baseline has it
 * @req: by this request, held; NULL where it was the context
 * @events: records of the context, owned; those of a request are its history
 */
struct aios_finding {
	const struct aios_rule *rule;
	uint64_t nr;
	char *what;
	char *expected;
	char *key;
	bool known;
	const struct aios_request *req;
	uint64_t ctx_id;
	uint64_t user_id;
	uint32_t pid;
	char comm[AIOS_COMM_LEN + 1];
	struct aios_rec *events;
	size_t event_cnt;
};

enum aios_verdict {
	AIOS_VERDICT_PASS,
	AIOS_VERDICT_FAIL,
	AIOS_VERDICT_INCONCLUSIVE,
};

/* Why nothing can be said. */
enum aios_reason {
	AIOS_REASON_NONE,
	AIOS_REASON_LOSS,
	AIOS_REASON_EVIDENCE,
	AIOS_REASON_NO_AIO,
};

/**
 * struct aios_check_opts - how to judge
 * @chosen: by index of aios_rules(); NULL for all
 * @by_name: the user named the rules: one that cannot be checked makes the verdict INCONCLUSIVE
 * @patience_ns: how long a step may take
 * @baseline: keys of known findings, sorted by aios_key_compare(); borrowed
 * @baseline_cnt: of @baseline
 */
struct aios_check_opts {
	const bool *chosen;
	bool by_name;
	uint64_t patience_ns;
	char **baseline;
	size_t baseline_cnt;
};

/**
 * struct aios_verdict_info - the verdict and what it rests on
 * @rules_checked: how many rules
 * @rules_broken: of them, with a finding the baseline does not have
 * @findings: of those, as many as there were
 * @known: that the baseline has
 * @requests: that were judged, and had been accepted
 * @refused: that were judged, and had not
 * @contexts: that were judged
 * @gaps: holes in the trace, or other losses
 */
struct aios_verdict_info {
	enum aios_verdict verdict;
	enum aios_reason reason;
	size_t rules_checked;
	size_t rules_broken;
	uint64_t findings;
	uint64_t known;
	uint64_t requests;
	uint64_t refused;
	uint64_t contexts;
	uint64_t gaps;
};

struct aios_check;

/* For qsort() of keys: strings by their pointers. */
int aios_key_compare(const void *a, const void *b);

/**
 * aios_check_new() - a judge with a pipeline of its own
 * @opts: copied; what it points to has to live as long
 * Return: to be freed with aios_check_free(), or NULL.
 */
struct aios_check *aios_check_new(const struct aios_check_opts *opts);
struct aios_check *aios_check_free(struct aios_check *check);

/* Its pipeline, to be fed. */
struct aios_pipeline *aios_check_pipeline(struct aios_check *check);

/**
 * aios_check_end() - the trace is over: what has not ended is judged
 * @check: its pipeline need not have ended
 * Return: 0 or -ENOMEM.
 */
int aios_check_end(struct aios_check *check);

/**
 * struct aios_glance - how to look at what has not ended
 * @hangs: what takes longer than the patience allows is judged, too; else only what is wrong
 *	whatever comes
 * @silence: a command runs that is to do something: where nothing at all has happened for so long,
 *	what waits for others is stuck, too
 */
struct aios_glance {
	bool hangs;
	bool silence;
};

/**
 * aios_check_alive() - judges what has not ended
 * @check: in the middle of a trace
 * @look: how
 *
 * What the next records may excuse is left alone; what is found is not found again.
 *
 * Return: 0 or -ENOMEM.
 */
int aios_check_alive(struct aios_check *check, const struct aios_glance *look);

/**
 * aios_check_hangs() - was something found that will never go on?
 * @check: after aios_check_alive()
 * Return: whether one of the findings is of a rule about that.
 */
bool aios_check_hangs(const struct aios_check *check);

/**
 * aios_check_findings() - what was found so far
 * @check: the judge
 * @cnt: how many are kept
 * Return: borrowed, in the order found.
 */
const struct aios_finding *aios_check_findings(const struct aios_check *check, size_t *cnt);

/* How often a rule was broken, kept or not, and what became of it; by index of aios_rules(). */
uint64_t aios_check_count(const struct aios_check *check, size_t rule);
enum aios_rule_state aios_check_state(const struct aios_check *check, size_t rule);

/**
 * aios_check_verdict() - the verdict
 * @check: after aios_check_end()
 * Return: by value.
 */
struct aios_verdict_info aios_check_verdict(const struct aios_check *check);

const char *aios_verdict_name(enum aios_verdict verdict);
const char *aios_reason_name(enum aios_reason reason);

#endif /* AIOS_CHECK_H */
