/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * stuck.h - which requests are in flight for too long, told from raw records.
 *
 * Cheaper than a model: one look-up for a birth and one for a completion, no order among CPUs
 * needed. An address is in flight if its newest birth is younger than its newest end.
 *
 * Polls do not count. They wait for somebody else, and for hours where all is well.
 */
#ifndef AIOS_STUCK_H
#define AIOS_STUCK_H

#include <stddef.h>
#include <stdint.h>

struct aios_stuck;

/**
 * aios_stuck_new() - nothing is in flight yet
 * @limit_ns: how long is too long
 * Return: to be freed with aios_stuck_free(), or NULL.
 */
struct aios_stuck *aios_stuck_new(uint64_t limit_ns);
struct aios_stuck *aios_stuck_free(struct aios_stuck *stuck);

/**
 * aios_stuck_records() - takes records of a CPU
 * @stuck: where
 * @bytes: records end to end
 * @len: of @bytes
 * Return: 0 or -ENOMEM. What is no record is passed over.
 */
int aios_stuck_records(struct aios_stuck *stuck, const void *bytes, size_t len);

/**
 * aios_stuck_forget() - records were lost: nobody knows any more what is in flight
 * @stuck: empty again
 */
void aios_stuck_forget(struct aios_stuck *stuck);

/**
 * aios_stuck_check() - looks for requests that are in flight for too long
 * @stuck: where
 * @now_ns: CLOCK_MONOTONIC
 * @oldest_ns: set to the age of the oldest one that was not counted before
 *
 * Goes through all that is in flight, which is not to be done more often than needed.
 *
 * Return: how many there are that no check has counted.
 */
size_t aios_stuck_check(struct aios_stuck *stuck, uint64_t now_ns, uint64_t *oldest_ns);

#endif /* AIOS_STUCK_H */
