// SPDX-License-Identifier: GPL-2.0-only
/*
 * sleeps.c - what a thread did within io_submit instead of running, in numbers.
 */
#include "sleeps.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "vec.h"

#define BY_MAX	256	/* stacks of a request that are told apart */

static uint64_t since(uint64_t from_ns, uint64_t to_ns)
{
	return from_ns && to_ns > from_ns ? to_ns - from_ns : 0;
}

static bool was_preempted(const struct aios_rec *rec)
{
	return !(rec->sleep.how & AIOS_SLEEP_STATE);
}

/* Of what lies outside of the sleep nothing is believed. */
static bool waking_is_known(const struct aios_rec *rec)
{
	return rec->sleep.woken_ns >= rec->sleep.from_ns && rec->sleep.woken_ns <= rec->h.time_ns &&
	       rec->sleep.woken_ns;
}

uint64_t aios_sleep_ns(const struct aios_rec *rec)
{
	if (was_preempted(rec))
		return 0;
	return since(rec->sleep.from_ns,
		     waking_is_known(rec) ? rec->sleep.woken_ns : rec->h.time_ns);
}

uint64_t aios_sleep_wait_ns(const struct aios_rec *rec)
{
	if (was_preempted(rec))
		return since(rec->sleep.from_ns, rec->h.time_ns);
	return waking_is_known(rec) ? since(rec->sleep.woken_ns, rec->h.time_ns) : 0;
}

/* The line of a stack. What has none has a line of its own, which takes what is too much, too. */
static struct aios_slept *slept_by(struct aios_sleeps *sleeps, const struct aios_chain *chain)
{
	struct aios_slept *by;

	for (size_t i = 0; i < sleeps->by_cnt; i++)
		if (sleeps->by[i].chain == chain)
			return &sleeps->by[i];
	if (sleeps->by_cnt >= BY_MAX && chain)
		return slept_by(sleeps, NULL);
	by = aios_vec_room(sleeps->by, sleeps->by_cnt, &sleeps->by_cap, sizeof(*by));
	if (!by)
		return NULL;
	sleeps->by = by;
	by[sleeps->by_cnt] = (struct aios_slept){ .chain = chain };
	return &by[sleeps->by_cnt++];
}

static int count_sleep(struct aios_sleeps *sleeps, const struct aios_rec *rec,
		       const struct aios_chain *chain)
{
	struct aios_slept *by = slept_by(sleeps, chain);
	uint64_t ns = aios_sleep_ns(rec);

	if (!by)
		return -ENOMEM;
	by->times++;
	by->ns += ns;
	if (ns >= by->longest_ns) {
		by->longest_ns = ns;
		by->longest_from_ns = rec->sleep.from_ns;
	}
	sleeps->times++;
	sleeps->asleep_ns += ns;
	sleeps->unwoken += !waking_is_known(rec);
	if (ns >= sleeps->longest_ns) {
		sleeps->longest_ns = ns;
		sleeps->longest_from_ns = rec->sleep.from_ns;
		sleeps->longest = chain;
	}
	return 0;
}

int aios_sleeps_add(struct aios_sleeps *sleeps, const struct aios_rec *rec,
		    const struct aios_chain *chain)
{
	uint64_t wait_ns = aios_sleep_wait_ns(rec);

	sleeps->waited_ns += wait_ns;
	sleeps->waits += wait_ns > 0;
	if (!was_preempted(rec))
		return count_sleep(sleeps, rec, chain);
	sleeps->preempted++;
	return 0;
}

struct aios_sleeps *aios_sleeps_free(struct aios_sleeps *sleeps)
{
	if (sleeps)
		free(sleeps->by);
	free(sleeps);
	return NULL;
}
