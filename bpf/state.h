/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * state.h - is a request as it has to be? What is told by AIOS_EV_MISMATCH, where it is not.
 *
 * These look at the kernel's own state and believe no tracepoint: one that lies beside a call tells
 * of the call even where that was forgotten.
 */
#ifndef AIOS_BPF_STATE_H
#define AIOS_BPF_STATE_H

#include "active.h"
#include "doing.h"
#include "emit.h"
#include "hook.h"
#include "peek.h"

#define IOCB_IS_WRITE	0x40000		/* IOCB_WRITE since v5.11: include/linux/fs.h */
#define MODE_TYPE	0170000		/* S_IFMT */
#define MODE_REGULAR	0100000		/* S_IFREG */
#define COUNT_SATURATED	0xc0000000U	/* REFCOUNT_SATURATED: include/linux/refcount.h */
#define LIST_POISON	0xdead000000000100ULL	/* LIST_POISON1: include/linux/poison.h */

static __always_inline void tell_mismatch(__u64 kiocb, __u64 kctx, __u32 what, __u64 want,
					  __u64 seen)
{
	struct aios_mismatch *body;
	struct aios_out out;

	body = aios_emit_begin(&out, AIOS_EV_MISMATCH, sizeof(*body), 0);
	if (!body)
		return;
	body->kiocb = kiocb;
	body->kctx = kctx;
	body->want = want;
	body->seen = seen;
	body->what = what;
	body->reserved = 0;
	aios_emit_end(&out);
}

/*
 * A write to a regular file ends: its file system counts one writer less from now on, by
 * percpu_up_read(), on this CPU. Only until the completion that follows is it known that nobody
 * else has counted here: interrupts end writes as well, but begin none, and a task that was
 * switched out tells.
 */
static __always_inline void writing_begin(struct aios_doing *d, const struct aios_ring_ctl *ctl,
					  struct aio_kiocb *req, __u64 kctx)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct aios_writing *w = &d->writing;
	struct super_block *sb;
	struct inode *inode;

	w->kiocb = 0;
	if (!(BPF_CORE_READ(req, rw.ki_flags) & IOCB_IS_WRITE))
		return;
	inode = BPF_CORE_READ(req, ki_filp, f_inode);
	if ((BPF_CORE_READ(inode, i_mode) & MODE_TYPE) != MODE_REGULAR || !ctl || !ctl->percpu)
		return;
	sb = BPF_CORE_READ(inode, i_sb);
	w->count = (__u64)BPF_CORE_READ(sb, s_writers.rw_sem[0].read_count) + ctl->percpu;
	w->was = aios_peek32(w->count);
	w->switches = BPF_CORE_READ(task, nvcsw) + BPF_CORE_READ(task, nivcsw);
	w->cpu = bpf_get_smp_processor_id();
	w->kctx = kctx;
	w->kiocb = (__u64)req;
}

static __always_inline void writing_end(struct aios_doing *d, __u64 kiocb)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct aios_writing *w = &d->writing;
	__u32 count;

	if (w->kiocb != kiocb)
		return;
	w->kiocb = 0;
	if (w->cpu != bpf_get_smp_processor_id() ||
	    w->switches != BPF_CORE_READ(task, nvcsw) + BPF_CORE_READ(task, nivcsw))
		return;
	count = aios_peek32(w->count);
	if ((__s32)(count - w->was) >= 0)
		tell_mismatch(kiocb, w->kctx, AIOS_SEEN_FREEZE, (__u32)(w->was - 1), count);
}

/*
 * Was a reference dropped that nobody had? refcount_t remembers, in memory that may be free by now:
 * nothing else that is there can look so.
 */
static __always_inline void look_at_count(__u64 kiocb, __u64 kctx)
{
	__u32 count = aios_peek32(kiocb + bpf_core_field_offset(struct aio_kiocb, ki_refcnt));

	if (count == COUNT_SATURATED)
		tell_mismatch(kiocb, kctx, AIOS_SEEN_REFCOUNT, 0, count);
}

/* A request that completes is on no list any more: nobody would find it there alive. */
static __always_inline void look_at_lists(struct aio_kiocb *req, __u64 kctx)
{
	struct list_head *list = (void *)req + bpf_core_field_offset(struct aio_kiocb, ki_list);
	struct list_head *wait = (void *)req +
				 bpf_core_field_offset(struct aio_kiocb, poll.wait.entry);
	__u64 next = (__u64)BPF_CORE_READ(req, ki_list.next);

	if (next != (__u64)list && next != LIST_POISON)
		tell_mismatch((__u64)req, kctx, AIOS_SEEN_LISTED, (__u64)list, next);
	/* Others than polls have something else there. */
	if (!config.poll_wake || (__u64)BPF_CORE_READ(req, poll.wait.func) != config.poll_wake)
		return;
	next = (__u64)BPF_CORE_READ(req, poll.wait.entry.next);
	if (next != (__u64)wait)
		tell_mismatch((__u64)req, kctx, AIOS_SEEN_QUEUED, (__u64)wait, next);
}

#endif /* AIOS_BPF_STATE_H */
