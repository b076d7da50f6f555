/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * doing.h - what a thread, or an interrupt, is in the middle of: how it is told whose a reference
 * is that is dropped.
 *
 * Who drops a reference of a request that is not the last one may not look at it any more, and
 * fput() says nothing of requests. But both follow, in the same thread or interrupt, something
 * that was seen while the request could be looked at. So each has a place here. Threads share one
 * where their numbers do so modulo AIOS_DOING_TASKS and both are busy: that is counted, and if a
 * request may miss its end by it, a record is lost.
 *
 * A request can end within another one's end: the completion that signals an eventfd completes
 * polls on it, which are woken there and then. Those signal nobody, or a work item would complete
 * them; so there are two at most.
 */
#ifndef AIOS_BPF_DOING_H
#define AIOS_BPF_DOING_H

#include "emit.h"

static __always_inline int doing_is_busy(const struct aios_doing *d)
{
	return d->ask.kiocb || d->submitted.kiocb || d->ended || d->creds || d->endings;
}

/* A place becomes another thread's: apart, as what is done always would lack the registers. */
static __noinline int doing_change(struct aios_doing *d, __u32 tid)
{
	struct aios_ring_ctl *ctl;

	if (!d)
		return 0;
	if (doing_is_busy(d))
		__sync_fetch_and_add(&stats.work_full, 1);
	ctl = aios_ctl();
	if (ctl && (d->ask.kiocb || d->submitted.kiocb || d->endings))
		__sync_fetch_and_add(&ctl->dropped, 1);
	d->tid = tid;
	d->untold = d->failed = d->party = d->endings = 0;
	d->ask.kiocb = d->ask.kctx = d->last = d->ended = d->creds = 0;
	d->submitted.kiocb = d->writing.kiocb = d->result_of = 0;
	return 0;
}

/* The place of the thread @id, which may have been another's. */
static __always_inline struct aios_doing *doing_of_thread(__u64 id)
{
	__u32 tid = (__u32)id, index = tid % AIOS_DOING_TASKS;
	struct aios_doing *d = bpf_map_lookup_elem(&doing, &index);

	if (d && d->tid != tid)
		doing_change(d, tid);
	return d;
}

/* The submission of a request by the thread @id, which this may have interrupted, or NULL. */
static __always_inline struct aios_doing *doing_submission(__u64 id, __u64 kiocb)
{
	__u32 tid = (__u32)id, index = tid % AIOS_DOING_TASKS;
	struct aios_doing *d = bpf_map_lookup_elem(&doing, &index);

	return d && d->tid == tid && d->ask.kiocb == kiocb ? d : NULL;
}

/**
 * aios_doing() - what whoever runs here is in the middle of
 * @irq: aios_irq_flags()
 * @id: bpf_get_current_pid_tgid()
 * Return: the place, or NULL, which only the verifier believes in.
 */
static __always_inline struct aios_doing *aios_doing(__u16 irq, __u64 id)
{
	__u32 index;

	if (!(irq & (AIOS_F_SOFTIRQ | AIOS_F_HARDIRQ)))
		return doing_of_thread(id);
	index = AIOS_DOING_TASKS + 2 * bpf_get_smp_processor_id() + !!(irq & AIOS_F_HARDIRQ);
	return bpf_map_lookup_elem(&doing, &index);
}

static __always_inline struct aios_in_work *work_of_thread(void)
{
	__u32 tid = (__u32)bpf_get_current_pid_tgid();

	return bpf_map_lookup_elem(&works, &tid);
}

/* The context of a request that this thread's work item runs for, 0 where it is not traced. */
static __always_inline __u64 work_kctx(__u64 kiocb)
{
	struct aios_in_work *work = work_of_thread();

	return work && work->kiocb == kiocb ? work->kctx : 0;
}

/**
 * aios_ending() - the request that is being destroyed here
 * @d: what aios_doing() returned
 * Return: the innermost one, or NULL where there is none.
 */
static __always_inline struct aios_ending *aios_ending(struct aios_doing *d)
{
	if (!d || !d->endings)
		return NULL;
	return &d->ending[d->endings > 1];
}

#endif /* AIOS_BPF_DOING_H */
