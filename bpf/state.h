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
#include "listed.h"
#include "peek.h"
#include "ring.h"

#define MODE_TYPE	0170000		/* S_IFMT */
#define MODE_REGULAR	0100000		/* S_IFREG */
#define BORN_REFS	2		/* aio_get_req() */
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

#define WRITES	4096

/* Level function: writes in flight, by kiocb. Of two that share a place the older is forgotten. */
static __u64 writes[WRITES] SEC(".bss") = {};

/* A place is a cache line: most kiocbs that are neighbours have different ones. */
static __always_inline volatile __u64 *write_at(__u64 kiocb)
{
	return &writes[(kiocb >> 6) & (WRITES - 1)];
}

/* A read or write begins: aio_read() and aio_write() tell which, as the request itself does not. */
static __always_inline void note_rw(__u64 kiocb, const int is_write)
{
	volatile __u64 *at = write_at(kiocb);

	if (is_write)
		*at = kiocb;
	else if (*at == kiocb)
		*at = 0;
}

/* It ends. Return: whether it is known to be a write. */
static __always_inline int was_write(__u64 kiocb)
{
	volatile __u64 *at = write_at(kiocb);

	if (*at != kiocb)
		return 0;
	*at = 0;
	return 1;
}

/*
 * A write to a regular file ends: its file system counts one writer less from now on, by
 * percpu_up_read(), on this CPU. Only until the completion that follows is it known that nobody
 * else has counted here: interrupts end writes as well, but begin none, and a task that was
 * switched out tells.
 */
/* Will it complete here: nobody else holds it, or the submission that is under way does? */
static __always_inline int ends_here(const struct aios_doing *d, struct aio_kiocb *req)
{
	__u64 kiocb = (__u64)req;

	return BPF_CORE_READ(req, ki_refcnt.refs.counter) == 1 || d->ask.kiocb == kiocb ||
	       d->submitted.kiocb == kiocb;
}

static __always_inline void writing_begin(struct aios_doing *d, const struct aios_ring_ctl *ctl,
					  struct aio_kiocb *req, __u64 kctx)
{
	struct aios_writing *w = &d->writing;
	struct super_block *sb;
	struct inode *inode;

	w->kiocb = 0;
	if (!ends_here(d, req))
		return;
	inode = BPF_CORE_READ(req, ki_filp, f_inode);
	if ((BPF_CORE_READ(inode, i_mode) & MODE_TYPE) != MODE_REGULAR || !ctl || !ctl->percpu)
		return;
	sb = BPF_CORE_READ(inode, i_sb);
	w->count = (__u64)BPF_CORE_READ(sb, s_writers.rw_sem[0].read_count) + ctl->percpu;
	w->was = aios_peek32(w->count);
	w->switches = switches_so_far();
	w->cpu = bpf_get_smp_processor_id();
	w->kctx = kctx;
	w->kiocb = (__u64)req;
}

struct writers {
	__u64 counts;	/* of the file system, as a per-CPU address */
	__s32 sum;
};

static long writers_of_cpu(__u32 cpu, struct writers *writers)
{
	writers->sum += (__s32)aios_peek32(writers->counts + aios_cpu_offset(cpu));
	return 0;
}

static __always_inline __s32 writers_now(__u64 counts)
{
	struct writers writers = { .counts = counts };

	bpf_loop(config.cpus, writers_of_cpu, &writers, 0);
	return writers.sum;
}

#define FEW_CPUS	16	/* a look at as many counts is cheap beside a write */
#define LOOKS		3

/*
 * A write to a regular file is about to end, so that its file system counts one writer at least, on
 * whatever CPU. A writer who begins and ends on different CPUs while they are read can be missed by
 * one half, and so can this look be wrong, but hardly thrice in a row.
 */
static __always_inline void look_at_writers(struct aio_kiocb *req, __u64 kctx)
{
	struct inode *inode;
	__u64 counts;
	__s32 sum = 0;

	if (!config.per_cpu_offset)
		return;
	if (config.cpus > FEW_CPUS && bpf_get_prandom_u32() % config.cpus >= FEW_CPUS)
		return;
	inode = BPF_CORE_READ(req, ki_filp, f_inode);
	if ((BPF_CORE_READ(inode, i_mode) & MODE_TYPE) != MODE_REGULAR)
		return;
	counts = (__u64)BPF_CORE_READ(inode, i_sb, s_writers.rw_sem[0].read_count);
	for (int i = 0; i < LOOKS && sum <= 0; i++)
		sum = writers_now(counts);
	if (sum <= 0)
		tell_mismatch((__u64)req, kctx, AIOS_SEEN_WRITERS, 1, (__u64)sum);
}

static __always_inline void writing_end(struct aios_doing *d, __u64 kiocb)
{
	struct aios_writing *w = &d->writing;
	__u32 count;

	if (w->kiocb != kiocb)
		return;
	w->kiocb = 0;
	if (w->cpu != bpf_get_smp_processor_id() || w->switches != switches_so_far())
		return;
	count = aios_peek32(w->count);
	if ((__s32)(count - w->was) >= 0)
		tell_mismatch(kiocb, w->kctx, AIOS_SEEN_FREEZE, (__u32)(w->was - 1), count);
}

/*
 * Was a reference dropped that nobody had? refcount_t remembers, in memory that may be free by now,
 * but still looks like this request.
 */
static __always_inline void look_at_count(__u64 kiocb, __u64 kctx)
{
	__u32 count = aios_peek32(kiocb + bpf_core_field_offset(struct aio_kiocb, ki_refcnt));

	if (count == COUNT_SATURATED &&
	    aios_peek(kiocb + bpf_core_field_offset(struct aio_kiocb, ki_ctx)) == kctx)
		tell_mismatch(kiocb, kctx, AIOS_SEEN_REFCOUNT, 0, count);
}

/*
 * A request is seen for the first time, in its submission: nobody else knows it yet.
 * @asked: whether it has an eventfd by now, below 0 where that is not known
 */
static __always_inline void look_at_birth(struct aio_kiocb *req, __u64 kctx, int asked)
{
	struct list_head *list = (void *)req + bpf_core_field_offset(struct aio_kiocb, ki_list);
	__u32 refs = aios_peek32((__u64)req + bpf_core_field_offset(struct aio_kiocb, ki_refcnt));
	__u64 listed = aios_listed((__u64)req), eventfd;

	if (refs != BORN_REFS)
		tell_mismatch((__u64)req, kctx, AIOS_SEEN_BORN_REFS, BORN_REFS, refs);
	if (listed)
		tell_mismatch((__u64)req, kctx, AIOS_SEEN_BORN_LISTED, (__u64)list, listed);
	if (asked < 0)
		return;
	eventfd = (__u64)BPF_CORE_READ(req, ki_eventfd);
	if (!eventfd != !asked)
		tell_mismatch((__u64)req, kctx, AIOS_SEEN_BORN_EVENTFD, asked, eventfd);
}

/*
 * Where polls have an owner, their word says that the queue has gone away. A work item leaves the
 * queue before it completes the request, under the lock that POLLFREE had: so that is through by
 * now, and has taken the queue from the request, or the work item took a lock that may be freed.
 */
static __always_inline void look_at_head(struct aio_kiocb *req, __u64 kctx)
{
	__u64 head;

	if (!aios_poll_is_owned() || !work_kctx((__u64)req) ||
	    !(BPF_CORE_READ(req, poll.state.counter) & AIOS_POLLFREE))
		return;
	head = (__u64)BPF_CORE_READ(req, poll.head);
	if (head)
		tell_mismatch((__u64)req, kctx, AIOS_SEEN_FREED, 0, head);
}

/* A request that completes is on no list any more: nobody would find it there alive. */
static __always_inline void look_at_lists(struct aio_kiocb *req, __u64 kctx)
{
	struct list_head *list = (void *)req + bpf_core_field_offset(struct aio_kiocb, ki_list);
	struct list_head *wait = (void *)req +
				 bpf_core_field_offset(struct aio_kiocb, poll.wait.entry);
	__u64 listed = aios_listed((__u64)req), next;

	if (listed && listed != LIST_POISON)
		tell_mismatch((__u64)req, kctx, AIOS_SEEN_LISTED, (__u64)list, listed);
	/* Others than polls have something else there. */
	if (!config.poll_wake || (__u64)BPF_CORE_READ(req, poll.wait.func) != config.poll_wake)
		return;
	next = (__u64)BPF_CORE_READ(req, poll.wait.entry.next);
	if (next != (__u64)wait)
		tell_mismatch((__u64)req, kctx, AIOS_SEEN_QUEUED, (__u64)wait, next);
	look_at_head(req, kctx);
}

/*
 * What the file system says of a read or write becomes its result. That is known until it
 * completes, here: at once, or when the submission under way drops the last reference.
 */
static __always_inline void result_is(struct aios_doing *d, struct aio_kiocb *req, __s64 result)
{
	__u64 kiocb = (__u64)req;

	d->result_of = 0;
	if (!ends_here(d, req))
		return;
	d->result_of = kiocb;
	d->result = result;
}

/* Does the event say the same? */
static __always_inline void look_at_result(struct aios_doing *d, struct aio_kiocb *req,
					   __u64 kctx, __s64 result)
{
	__u64 kiocb = (__u64)req;

	if (d->result_of != kiocb)
		return;
	d->result_of = 0;
	if (d->result != result && config.complete_rw &&
	    (__u64)BPF_CORE_READ(req, rw.ki_complete) == config.complete_rw)
		tell_mismatch(kiocb, kctx, AIOS_SEEN_RESULT, d->result, result);
}

#define EVENTS_PER_PAGE	128U /* AIO_EVENTS_PER_PAGE; the ring's header takes as much as one */

/* A context is freed, and its ring next: has it as many places as aio_setup_ring() gave it? */
static __always_inline void look_at_size(struct kioctx *kctx)
{
	__u32 nr = BPF_CORE_READ(kctx, nr_events), want;

	if (!bpf_core_field_exists(kctx->nr_pages))
		return;
	want = BPF_CORE_READ(kctx, nr_pages) * EVENTS_PER_PAGE - 1;
	if (nr != want)
		tell_mismatch(0, (__u64)kctx, AIOS_SEEN_SIZE, want, nr);
}

/* The event in a slot of the ring of these pages, as an address. */
static __always_inline __u64 event_address(__u64 pages, __u32 slot)
{
	return aios_ring_address(pages, (slot + 1) * sizeof(struct io_event));
}

static __always_inline int is_event_of(__u64 address, const struct io_event *event)
{
	struct io_event seen = {};

	return bpf_probe_read_kernel(&seen, sizeof(seen), (void *)address) ||
	       (seen.data == event->data && seen.obj == event->obj && seen.res == event->res &&
		seen.res2 == event->res2);
}

/* What programs see of the tail. */
static __always_inline __u32 shown_tail(__u64 pages)
{
	__u32 tail = 0;

	bpf_probe_read_kernel(&tail, sizeof(tail),
			      (void *)aios_ring_address(pages, bpf_core_field_offset(
							struct aio_ring, tail)));
	return tail;
}

/*
 * Level exact: a completion has put its event into the ring and moved the tail, and still has the
 * lock. Programs can write there, too: hardly in this very moment.
 */
static __always_inline void look_at_ring(__u64 kiocb, struct kioctx *kctx,
					 const struct io_event *event, __u32 slot, __u32 tail)
{
	__u64 pages = aios_ring_pages(kctx, 0);
	__u32 shown;

	if (!aios_ring_is_known())
		return;
	if (!is_event_of(event_address(pages, slot), event))
		tell_mismatch(kiocb, (__u64)kctx, AIOS_SEEN_EVENT, event->data,
			      aios_peek(event_address(pages, slot)));
	shown = shown_tail(pages);
	if (shown != tail)
		tell_mismatch(0, (__u64)kctx, AIOS_SEEN_TAIL, tail, shown);
}

#define LOOK_NS		200000	/* no ring is filled, and read, as fast */
#define LOOK_EVENTS	8

/* Is the event in one of the slots that the tail has passed since its completion began? */
static __always_inline int is_in_ring(__u64 pages, const struct io_event *event,
				      __u32 tail, __u32 passed, __u32 nr)
{
	for (__u32 i = 0; i < LOOK_EVENTS && i < passed; i++)
		if (is_event_of(event_address(pages, (tail + i) % nr), event))
			return 1;
	return 0;
}

/* Does the ring show another tail than the kernel's, where nobody is about to move it? */
static __always_inline int tail_differs(struct kioctx *kctx, __u32 *tail, __u32 *shown)
{
	__u64 lock = (__u64)kctx + bpf_core_field_offset(struct kioctx, completion_lock);
	__u32 again = 0, locked = 1;

	bpf_probe_read_kernel(tail, sizeof(*tail), &kctx->tail);
	bpf_probe_read_kernel(&locked, sizeof(locked), (void *)lock);
	*shown = shown_tail(aios_ring_pages(kctx, 0));
	bpf_probe_read_kernel(&again, sizeof(again), &kctx->tail);
	return !locked && *tail == again && *shown != *tail;
}

/* Twice, as pages of a ring can move. */
static __always_inline void look_at_tail(struct kioctx *kctx)
{
	__u32 tail = 0, shown = 0;

	if (bpf_core_field_exists(((struct spinlock *)0)->rlock) &&
	    tail_differs(kctx, &tail, &shown) && tail_differs(kctx, &tail, &shown))
		tell_mismatch(0, (__u64)kctx, AIOS_SEEN_TAIL, tail, shown);
}

/*
 * Level function: a request has completed a moment ago, and holds its context still. It is looked
 * for where its event has to be, which may be overwritten once it was read: not as long as the head
 * has not moved. Twice, as pages of a ring can move.
 */
static __always_inline void look_after(struct aios_ending *e)
{
	struct aio_kiocb *req = (struct aio_kiocb *)e->told.kiocb;
	struct kioctx *kctx = (struct kioctx *)e->told.kctx;
	__u32 nr = BPF_CORE_READ(kctx, nr_events), passed;
	__u64 ns = e->ns;
	__u64 pages = aios_ring_pages(kctx, 0);
	struct io_event event = {};

	e->ns = 0;
	if (!ns || !aios_ring_is_known() || !nr || e->tail >= nr)
		return;
	look_at_tail(kctx);
	bpf_core_read(&event, sizeof(event), &req->ki_res);
	passed = (BPF_CORE_READ(kctx, tail) + nr - e->tail) % nr;
	if (!passed || passed > LOOK_EVENTS ||
	    is_in_ring(pages, &event, e->tail, passed, nr) ||
	    is_in_ring(pages, &event, e->tail, passed, nr))
		return;
	if (aios_ring_head(kctx, 0) == e->head && bpf_ktime_get_ns() - ns < LOOK_NS)
		tell_mismatch((__u64)req, (__u64)kctx, AIOS_SEEN_EVENT, event.data, 0);
}

#endif /* AIOS_BPF_STATE_H */
