/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sleeps.h - what a thread did within io_submit instead of running.
 */
#ifndef AIOS_SLEEPS_H
#define AIOS_SLEEPS_H

#include <stddef.h>
#include <stdint.h>

#include "chain.h"

/**
 * struct aios_slept - sleeps by way of the same functions
 * @chain: those, borrowed from the model; NULL for sleeps of which no stack was told: they were
 *	shorter than --blocked-over, or records are missing
 * @times: it went to sleep
 * @ns: for how long, all in all
 * @longest_ns: and at most
 * @longest_from_ns: since when
 */
struct aios_slept {
	const struct aios_chain *chain;
	uint64_t times;
	uint64_t ns;
	uint64_t longest_ns;
	uint64_t longest_from_ns;
};

/**
 * struct aios_sleeps - sleeps and waits of a thread in a request's submission, or in a call
 * @times: it went to sleep
 * @asleep_ns: until it was woken; where that was not seen, until it ran again
 * @unwoken: of @times, whose waking was not seen
 * @waits: it was ready to run and had to wait for a CPU: after it was woken, or preempted
 * @preempted: of @waits, those in which it had not slept
 * @waited_ns: for how long
 * @longest_ns: the longest sleep
 * @longest_from_ns: when that began
 * @longest: by way of whom; NULL where that was not told
 * @by: owned
 * @by_cnt: of @by
 */
struct aios_sleeps {
	uint64_t times;
	uint64_t asleep_ns;
	uint64_t unwoken;
	uint64_t waits;
	uint64_t preempted;
	uint64_t waited_ns;
	uint64_t longest_ns;
	uint64_t longest_from_ns;
	const struct aios_chain *longest;
	struct aios_slept *by;
	size_t by_cnt, by_cap;
};

/**
 * aios_sleep_ns() - for how long a thread slept
 * @rec: AIOS_EV_SLEEP
 * Return: 0 where it was preempted; until it ran again where its waking was not seen.
 */
uint64_t aios_sleep_ns(const struct aios_rec *rec);

/**
 * aios_sleep_wait_ns() - for how long it was ready to run then
 * @rec: AIOS_EV_SLEEP
 * Return: 0 where its waking was not seen.
 */
uint64_t aios_sleep_wait_ns(const struct aios_rec *rec);

/**
 * aios_sleeps_add() - counts one
 * @sleeps: zero-initialised is empty
 * @rec: AIOS_EV_SLEEP
 * @chain: its stack, or NULL
 * Return: 0 or -ENOMEM.
 */
int aios_sleeps_add(struct aios_sleeps *sleeps, const struct aios_rec *rec,
		    const struct aios_chain *chain);

/**
 * aios_sleeps_free() - frees what was allocated
 * @sleeps: may be NULL
 * Return: NULL.
 */
struct aios_sleeps *aios_sleeps_free(struct aios_sleeps *sleeps);

#endif /* AIOS_SLEEPS_H */
