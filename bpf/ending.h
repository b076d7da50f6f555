/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ending.h - a request is being destroyed: what it holds is dropped from now on, here.
 *
 * From its completion on until its memory is freed whoever completed it does nothing else, and
 * fput() and the like come in between. A submission that fails destroys its request itself.
 */
#ifndef AIOS_BPF_ENDING_H
#define AIOS_BPF_ENDING_H

#include "active.h"
#include "doing.h"
#include "emit.h"
#include "hook.h"
#include "state.h"

static __always_inline void tell_hold(__u16 type, __u64 kiocb, __u64 kctx, __u64 obj, __u32 what,
				      __u32 seen)
{
	struct aios_req_hold *body;
	struct aios_out out;

	body = aios_emit_task(&out, type, sizeof(*body), 0);
	if (!body)
		return;
	body->kiocb = kiocb;
	body->kctx = kctx;
	body->obj = obj;
	body->what = what;
	body->seen = seen;
	aios_emit_end(&out);
}

/* Nobody sees what becomes of credentials. */
static __always_inline void drop_unseen(struct aios_doing *d, __u64 kiocb, __u64 kctx)
{
	tell_hold(AIOS_EV_REQ_DROP, kiocb, kctx, d->creds, AIOS_HOLD_CREDS, 0);
	d->creds = 0;
}

/* A request completes: if it is that of an fsync work, this has dropped the credentials by now. */
static __always_inline void creds_end(struct aios_doing *d, __u64 kiocb)
{
	__u64 kctx;

	if (!config.preemptible || !d->creds || !may_have_missed(d->creds_switches))
		return;
	kctx = work_kctx(kiocb);
	if (kctx)
		drop_unseen(d, kiocb, kctx);
}

/* From now on what the request holds is dropped, here. */
static __always_inline struct aios_ending *
ending_begin(struct aios_doing *d, struct aio_kiocb *req, __u64 kctx, __u32 refs,
	     const struct aios_ring_ctl *ctl, __u16 irq, const int direct)
{
	struct aios_ending *e;

	/* A third one, or more, only if a free was not seen: its place is free. */
	d->endings = d->endings == 1 ? 2 : 1;
	e = &d->ending[d->endings > 1];
	e->told.kiocb = (__u64)req;
	e->told.kctx = kctx;
	e->told.file = (__u64)READ_FIELD(direct, req, ki_filp);
	e->told.eventfd = (__u64)READ_FIELD(direct, req, ki_eventfd);
	e->told.refs = refs;
	e->told.file_drops = 0;
	e->told.eventfd_drops = 0;
	e->switches = config.preemptible ? switches_so_far() : 0;
	e->told.watched = witnesses_here(ctl, irq);
	e->told.signals = 0;
	e->place.commit = 0;
	e->ns = 0;
	return e;
}

/* Tells of the end of a request with its completion. Return: whether it could. */
static __always_inline int free_with_completion(struct aios_ending *e)
{
	struct aios_slot *slot;
	__u32 after;

	slot = aios_add_begin(&e->place, &after);
	if (!slot)
		return 0;
	slot->rec.end.free_ns = after;
	slot->rec.end.file_drops = e->told.file_drops;
	slot->rec.end.eventfd_drops = e->told.eventfd_drops;
	slot->rec.end.watched = e->told.watched;
	slot->rec.end.signals = e->told.signals;
	aios_add_end(slot);
	return 1;
}

static __always_inline void tell_freed(const struct aios_req_free *told, __u16 irq, __u64 id)
{
	struct aios_req_free *body;
	struct aios_out out;

	body = aios_emit_as(aios_ctl(), &out, AIOS_EV_REQ_FREE, sizeof(*body), irq, id);
	if (!body)
		return;
	*body = *told;
	aios_emit_end(&out);
}

/* What was not seen may have been done all the same. What was seen was. */
static __always_inline void leave_open(struct aios_req_free *told, __u64 switches)
{
	if (!may_have_missed(switches))
		return;
	if (!told->file_drops)
		told->watched &= ~(1 << AIOS_HOLD_FILE);
	if (!told->eventfd_drops)
		told->watched &= ~(1 << AIOS_HOLD_EVENTFD);
	if (!told->signals)
		told->watched &= ~AIOS_WATCH_SIGNAL;
}

static __always_inline void tell_free(struct aios_doing *d, struct aios_ending *e, __u16 irq,
				      __u64 id)
{
	d->endings--;
	leave_open(&e->told, e->switches);
	if (!free_with_completion(e))
		tell_freed(&e->told, irq, id);
}

/* Nobody will see that it is freed: that is told at once, and nothing of what it held is known. */
static __always_inline void tell_free_unseen(struct aios_doing *d, struct aios_ending *e, __u16 irq,
					     __u64 id)
{
	if (!(watched & ~e->told.watched & AIOS_WATCH_FREE))
		return;
	e->told.watched = 0;
	tell_free(d, e, irq, id);
}

/* Level function: a submission has its request, and destroys it if it fails. */
static __always_inline void submitted_begin(struct aio_kiocb *req, __u64 kctx, struct file *file)
{
	struct aios_doing *d;

	if (!(watched & AIOS_WATCH_FREE))
		return;
	d = doing_of_thread(bpf_get_current_pid_tgid());
	if (!d)
		return;
	d->submitted.kiocb = (__u64)req;
	d->submitted.kctx = kctx;
	d->submitted.file = (__u64)file;
	d->submitted.eventfd = (__u64)BPF_CORE_READ(req, ki_eventfd);
	d->submitted.file_drops = 0;
	d->submitted.eventfd_drops = 0;
	d->submitted_switches = config.preemptible ? switches_so_far() : 0;
	d->submitted.watched = witnesses_here(aios_ctl(), 0);
	d->submitted.signals = 0;
}

/* @kctx: what it was submitted to, 0 where that is not sure to be this one's */
static __always_inline void submitted_end(__u64 kctx)
{
	struct aios_doing *d;

	if (!(watched & AIOS_WATCH_FREE))
		return;
	d = doing_of_thread(bpf_get_current_pid_tgid());
	if (!d || !d->submitted.kiocb)
		return;
	if (config.look)
		look_at_count(d->submitted.kiocb, d->submitted.kctx);
	if (config.look && kctx && d->submitted.kctx != kctx)
		tell_mismatch(d->submitted.kiocb, kctx, AIOS_SEEN_BORN_CONTEXT, kctx,
			      d->submitted.kctx);
	d->submitted.kiocb = 0;
}

#endif /* AIOS_BPF_ENDING_H */
