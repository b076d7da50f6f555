/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sleep.h - threads that are inside of io_submit (--blocked-over).
 *
 * Each has a place, found by its number. Where two threads would share one, the second one is not
 * watched, and it is not told that it were.
 */
#ifndef AIOS_BPF_SLEEP_H
#define AIOS_BPF_SLEEP_H

#include "maps.h"

/* The place of the thread @tid, or NULL where it is not inside of io_submit. 0 is an idle CPU. */
static __always_inline struct aios_submitting *submitting_of(__u32 tid)
{
	__u32 index = tid & (AIOS_SUBMITTING - 1);
	struct aios_submitting *s = bpf_map_lookup_elem(&submitting, &index);

	return s && tid && (__u32)s->id == tid ? s : NULL;
}

/* The thread @tid, which runs here, is about to return from io_submit. */
static __always_inline void submitting_end(__u32 tid)
{
	struct aios_submitting *s;

	if (!config.blocked_over)
		return;
	s = submitting_of(tid);
	if (s)
		s->id = 0;
}

#endif /* AIOS_BPF_SLEEP_H */
