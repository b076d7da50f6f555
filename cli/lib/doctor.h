/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * doctor.h - what is the matter with how a program uses AIO: named conditions.
 *
 *	source -> pipeline -> [ doctor ] -> view of conditions
 *
 * A rule (rules.h) says that the kernel is wrong. A condition says that all went as it has to, and
 * that it costs more than it need: with the numbers it rests on, where to look, and what to do. The
 * doctor listens beside a pipeline's view, keeps a bounded state for each context that lives, and
 * judges what it saw when a context, or the trace, is over.
 *
 * A condition has to be seen often enough to be one: each has thresholds, which doctor_int.h gives
 * with their reasons. What crossed a hole in the trace is left out of what is judged by shares, and
 * what was counted is "at least" then.
 */
#ifndef AIOS_DOCTOR_H
#define AIOS_DOCTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "pipeline.h"

/* How bad it is. */
enum aios_grade {
	AIOS_GRADE_INFO, /* it costs something, and may be meant */
	AIOS_GRADE_WARN, /* it costs much, or keeps a program waiting */
	AIOS_GRADE_CRIT, /* calls fail, or a ring is full or corrupted */
};

/* The weakest evidence a condition can be told by. */
enum aios_proof {
	AIOS_PROOF_SYSCALL,
	AIOS_PROOF_FUNCTION,
	AIOS_PROOF_EXACT,
};

/* What a number counts. */
enum aios_unit {
	AIOS_UNIT_COUNT,
	AIOS_UNIT_NS,
	AIOS_UNIT_BYTES,
	AIOS_UNIT_PERCENT,
};

/**
 * struct aios_number - what a condition rests on
 * @name: a constant; in JSON it is followed by _ns, _bytes or _percent
 */
struct aios_number {
	const char *name;
	enum aios_unit unit;
	uint64_t value;
};

/* Whether a condition could be judged. */
enum aios_judged {
	AIOS_JUDGED,
	AIOS_JUDGED_NOT_LEVEL,	/* the evidence is too weak for it */
	AIOS_JUDGED_NOT_HOOK,	/* what it looks at was not observed */
	AIOS_JUDGED_NOT_PARTS,	/* some requests or contexts had records missing: of the others */
};

#define AIOS_AILMENT_HOOKS	4

/**
 * struct aios_ailment - what can be the matter
 * @id: for ever
 * @slug: the same in words
 * @severity: the worst that it is told with
 * @needs: see enum aios_proof
 * @statement: what it is, in a sentence
 * @when: from which numbers on it is told
 * @why: what it costs
 * @advice: what to do
 * @hooks: what the attach plan has to observe, or it cannot be judged
 * @asked_by: the option that has it observe that; NULL where it does so without
 */
struct aios_ailment {
	const char *id;
	const char *slug;
	enum aios_grade severity;
	enum aios_proof needs;
	const char *statement;
	const char *when;
	const char *why;
	const char *advice;
	const char *hooks[AIOS_AILMENT_HOOKS];
	const char *asked_by;
};

#define AIOS_CONDITION_NUMBERS	12
#define AIOS_CONDITION_REQUESTS	8	/* examples */
#define AIOS_CONDITIONS_KEPT	8	/* of an ailment: the worst ones; the rest is counted */

/**
 * struct aios_condition - something is the matter
 * @ailment: what
 * @severity: of this one; never worse than the ailment's
 * @nr: from 1, in the order told: the worst first
 * @weight: to compare it with others of the same ailment
 * @at_least: records were lost: it may be worse
 * @message: what was seen, a sentence; harmless text, owned
 * @advice: what to do; a constant
 * @numbers: what it rests on
 * @number_cnt: of @numbers
 * @requests: ids of requests that show it, as 'aiotrace timeline --request' takes them
 * @request_cnt: of @requests
 * @ctx_id: of the context it is about, or the worst of them; 0 for none
 * @user_id: the same, as the program knows it
 * @pid: whose; 0 for the host, or where not known
 * @comm: the same
 * @from_ns: CLOCK_MONOTONIC, when it was first seen; 0 where it has no time
 * @to_ns: when it was last seen
 */
struct aios_condition {
	const struct aios_ailment *ailment;
	enum aios_grade severity;
	uint64_t nr;
	uint64_t weight;
	bool at_least;
	char *message;
	const char *advice;
	struct aios_number numbers[AIOS_CONDITION_NUMBERS];
	size_t number_cnt;
	uint64_t requests[AIOS_CONDITION_REQUESTS];
	size_t request_cnt;
	uint64_t ctx_id;
	uint64_t user_id;
	uint32_t pid;
	char comm[AIOS_COMM_LEN + 1];
	uint64_t from_ns;
	uint64_t to_ns;
};

struct aios_doctor;

/**
 * aios_doctor_new() - a doctor that has seen nothing yet
 * Return: to be freed with aios_doctor_free(), or NULL.
 */
struct aios_doctor *aios_doctor_new(void);
struct aios_doctor *aios_doctor_free(struct aios_doctor *doctor);

/**
 * aios_doctor_watch() - listens to a pipeline, beside whoever else does
 * @doctor: has to outlive @pipe's last chunk
 * @pipe: before its first chunk; has to be there until aios_doctor_end()
 *
 * It sees all requests, also those that aios_pipeline_select() leaves out of the view.
 *
 * Return: 0 or -ENOMEM.
 */
int aios_doctor_watch(struct aios_doctor *doctor, struct aios_pipeline *pipe);

/**
 * aios_doctor_end() - the trace is over: what was seen is judged
 * @doctor: its pipeline has ended
 * Return: 0 or -ENOMEM.
 */
int aios_doctor_end(struct aios_doctor *doctor);

/**
 * aios_doctor_conditions() - what is the matter
 * @doctor: after aios_doctor_end()
 * @cnt: how many are kept
 * Return: borrowed, the worst first.
 */
const struct aios_condition *aios_doctor_conditions(const struct aios_doctor *doctor, size_t *cnt);

/* By index of aios_ailments(): how often it was seen, kept or not, and whether it was judged. */
uint64_t aios_doctor_count(const struct aios_doctor *doctor, size_t ailment);
enum aios_judged aios_doctor_judged(const struct aios_doctor *doctor, size_t ailment);

/**
 * struct aios_doctor_sum - all of it in numbers
 * @by_grade: conditions, kept or not, by enum aios_grade
 * @contexts: that were looked at
 * @contexts_left_out: of these, that crossed a hole
 * @requests: that were looked at
 * @requests_left_out: of these, that crossed a hole
 */
struct aios_doctor_sum {
	uint64_t by_grade[AIOS_GRADE_CRIT + 1];
	uint64_t contexts;
	uint64_t contexts_left_out;
	uint64_t requests;
	uint64_t requests_left_out;
};

struct aios_doctor_sum aios_doctor_sum(const struct aios_doctor *doctor);

/**
 * aios_ailments() - all that can be the matter
 * @cnt: how many
 * Return: a constant table.
 */
const struct aios_ailment *aios_ailments(size_t *cnt);

/**
 * aios_ailment_find() - one by its id or slug
 * @name: of any case
 * Return: its index, or -1.
 */
int aios_ailment_find(const char *name);

/**
 * aios_grade_find() - "info", "warn", "crit"
 * @name: of any case
 * Return: enum aios_grade, or -1.
 */
int aios_grade_find(const char *name);

const char *aios_grade_name(enum aios_grade grade);
const char *aios_proof_name(enum aios_proof proof);
const char *aios_judged_name(enum aios_judged judged);

#endif /* AIOS_DOCTOR_H */
