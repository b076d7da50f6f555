// SPDX-License-Identifier: GPL-2.0-only
/*
 * exact.bpf.c - evidence level exact: the tracepoints of a patched fs/aio.c (docs/tracepoints.md),
 * and the functions that really drop what requests hold.
 *
 * What a tracepoint tells that a function tells as well is the same record. A request is born in
 * aio_req_get, and told when its file is known, a few instructions later: nobody else knows it
 * before. Its last put and its completion are one moment and one record. aio_hold_put and
 * aio_req_free are not used: what they announce is seen where it is done, in fput(),
 * eventfd_ctx_put() and kmem_cache_free(), and told when the request is freed.
 */
#include "birth.h"
#include "doing.h"
#include "emit.h"
#include "filter.h"
#include "name.h"
#include "proc.h"
#include "ring.h"

#define TRACEPOINT(name)	SEC("?tp_btf/" #name) int tp_##name(unsigned long long *ctx)

/* A record of something that happens to a context, or a request of it. */
static __always_inline void *exact_begin(struct aios_out *out, __u64 kctx, __u16 type, __u16 size)
{
	struct aios_ring_ctl *ctl = aios_ctl();

	if (!aios_ctx_chosen_on(ctl, kctx))
		return NULL;
	return aios_emit_on(ctl, out, type, size, aios_irq_flags());
}

/* --- requests: birth */

#define TS_COMPAT	0x2	/* arch/x86/include/asm/thread_info.h: in a 32-bit system call */

static __always_inline int caller_is_compat(void)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();

	return bpf_core_field_exists(task->thread_info.status) &&
	       (BPF_CORE_READ(task, thread_info.status) & TS_COMPAT);
}

TRACEPOINT(aio_req_get)
{
	const struct iocb *iocb = (const struct iocb *)ctx[3];
	struct aios_doing *d = doing_of_thread();

	if (!d || !aios_ctx_chosen(ctx[0]))
		return 0;
	birth_fill(&d->ask, iocb, birth_is_vectored(iocb->aio_lio_opcode) && caller_is_compat());
	d->ask.kiocb = ctx[1];
	d->ask.kctx = ctx[0];
	d->ask.uiocb = ctx[2];
	d->untold = 1;
	d->failed = 0;
	return 0;
}

static __always_inline void tell_birth(struct aios_ring_ctl *ctl, struct aios_doing *d, __u64 file)
{
	__u16 flags = (watched & AIOS_WATCH_PUTS ? AIOS_F_LEDGER : 0) |
		      (watched & AIOS_WATCH_FREE ? AIOS_F_FREED : 0);
	struct aios_birth *body;
	struct aios_out out;

	d->untold = 0;
	body = aios_emit_on(ctl, &out, AIOS_EV_REQ_BIRTH, sizeof(*body), flags);
	if (!body)
		return;
	body->iocb = d->ask;
	body->iocb.file = file;
	birth_end(NULL, &out, body);
}

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

/* Always in io_submit. The file comes first, and with it the birth is told. */
TRACEPOINT(aio_hold_get)
{
	struct aio_kiocb *req = (struct aio_kiocb *)ctx[0];
	struct aios_doing *d = doing_of_thread();
	struct file *file;

	if (!d || d->ask.kiocb != (__u64)req)
		return 0;
	if (ctx[1] != AIOS_HOLD_FILE) {
		tell_hold(AIOS_EV_REQ_HOLD, (__u64)req, d->ask.kctx, ctx[2], ctx[1], 0);
		return 0;
	}
	file = req->ki_filp;
	aios_tell_file(file, 1);
	tell_birth(aios_ctl(), d, (__u64)file);
	return 0;
}

/* --- requests: references */

static __always_inline void tell_put(struct aios_ring_ctl *ctl, __u64 kiocb, __u64 kctx,
				     __u32 party, __u32 refs, __u16 irq)
{
	struct aios_req_put *body;
	struct aios_out out;

	body = aios_emit_on(ctl, &out, AIOS_EV_REQ_PUT, sizeof(*body), irq);
	if (!body)
		return;
	body->kiocb = kiocb;
	body->kctx = kctx;
	body->refs = refs;
	body->party = party;
	aios_emit_end(&out);
}

/*
 * Which of the programs on functions that drop something will be run here? The kernel skips one
 * that is in the middle of something on this CPU, as they often are: all of the host passes there.
 */
static __always_inline __u16 witnesses_here(const struct aios_ring_ctl *ctl, __u16 irq)
{
	__u16 here = watched & AIOS_WITNESSED;

	if (!may_be_active(irq))
		return here;
	for (int i = 0; i < AIOS_WITNESSES; i++)
		if (is_active(ctl, witnesses[i].active))
			here &= ~(1 << i);
	return here;
}

/* From now on what the request holds is dropped, here. */
static __always_inline struct aios_req_free *
ending_begin(struct aios_doing *d, struct aio_kiocb *req, __u64 kctx, __u32 refs,
	     const struct aios_ring_ctl *ctl, __u16 irq)
{
	struct aios_req_free *e;

	/* A third one, or more, only if a free was not seen: its place is free. */
	d->endings = d->endings == 1 ? 2 : 1;
	e = &d->ending[d->endings > 1];
	e->kiocb = (__u64)req;
	e->kctx = kctx;
	e->file = (__u64)req->ki_filp;
	e->eventfd = (__u64)req->ki_eventfd;
	e->refs = refs;
	e->file_drops = 0;
	e->eventfd_drops = 0;
	e->watched = witnesses_here(ctl, irq);
	return e;
}

static __always_inline void
tell_free(struct aios_doing *d, const struct aios_req_free *e, __u16 irq)
{
	struct aios_req_free *body;
	struct aios_out out;

	d->endings--;
	body = aios_emit_on(aios_ctl(), &out, AIOS_EV_REQ_FREE, sizeof(*body), irq);
	if (!body)
		return;
	*body = *e;
	aios_emit_end(&out);
}

/* Nobody will see that it is freed: so that is told at once, with what is known. */
static __always_inline void tell_free_unseen(struct aios_doing *d, const struct aios_req_free *e,
					     __u16 irq)
{
	if (watched & ~e->watched & AIOS_WATCH_FREE)
		tell_free(d, e, irq);
}

/* The end of a submission. Only one that failed may still look at its request. */
static __always_inline void put_of_submission(struct aios_doing *d, struct aio_kiocb *req,
					      __u32 party, __u32 refs)
{
	struct aios_ring_ctl *ctl = aios_ctl();
	struct aios_req_free *e = NULL;
	__u64 kctx = d->ask.kctx;

	if (d->ask.kiocb != (__u64)req)
		return;
	if (d->untold)
		tell_birth(ctl, d, 0);
	d->ask.kiocb = 0;
	if (party == AIOS_PUT_ERROR) {
		d->failed = 1;
		e = ending_begin(d, req, kctx, refs, ctl, 0);
	}
	if (refs)
		tell_put(ctl, (__u64)req, kctx, party, refs, 0);
	if (e)
		tell_free_unseen(d, e, 0);
}

/* Another put than the last one: the request is but an address. Whose it was is known here. */
static __always_inline void put_of_operation(struct aios_doing *d, __u64 kiocb, __u32 party,
					     __u32 refs, __u16 irq)
{
	__u64 kctx = 0;

	if (d->ended == kiocb) {
		kctx = d->ended_kctx;
		d->ended = 0;
	} else if (!irq) {
		kctx = work_kctx(kiocb);
	}
	if (kctx)
		tell_put(aios_ctl(), kiocb, kctx, party, refs, irq);
}

TRACEPOINT(aio_req_put)
{
	struct aio_kiocb *req = (struct aio_kiocb *)ctx[0];
	__u32 party = ctx[1], refs = ctx[2];
	__u16 irq = aios_irq_flags();
	struct aios_doing *d = aios_doing(irq);

	if (!d)
		return 0;
	if (d->creds && party == AIOS_PUT_FSYNC) {
		/* Somebody else holds them, too: nobody can see what the work dropped. */
		tell_hold(AIOS_EV_REQ_DROP, (__u64)req, work_kctx((__u64)req), d->creds,
			  AIOS_HOLD_CREDS, 0);
		d->creds = 0;
	}
	if (!refs) {
		d->last = (__u64)req;
		d->party = party + 1;
	}
	if (party <= AIOS_PUT_ERROR)
		put_of_submission(d, req, party, refs);
	else if (refs)
		put_of_operation(d, (__u64)req, party, refs, irq);
	return 0;
}

/* Where nobody else holds the request its completion is next, and all that is needed. */
TRACEPOINT(aio_op_done)
{
	struct aio_kiocb *req = (struct aio_kiocb *)ctx[0];
	struct aios_doing *d;
	__u64 kctx;

	if (req->ki_refcnt.refs.counter == 1)
		return 0;
	kctx = (__u64)req->ki_ctx;
	if (!aios_ctx_chosen(kctx))
		return 0;
	d = aios_doing(aios_irq_flags());
	if (!d)
		return 0;
	d->ended = (__u64)req;
	d->ended_kctx = kctx;
	return 0;
}

TRACEPOINT(aio_complete)
{
	struct aio_kiocb *req = (struct aio_kiocb *)ctx[1];
	const struct io_event *event = (const struct io_event *)ctx[2];
	struct aios_ring_ctl *ctl = aios_ctl();
	__u16 irq = aios_irq_flags();
	struct aios_req_complete *body;
	struct aios_req_free *e = NULL;
	__u32 refs, party = 0;
	struct aios_doing *d;
	struct aios_out out;

	if (!aios_ctx_chosen_on(ctl, ctx[0]))
		return 0;
	refs = req->ki_refcnt.refs.counter;
	d = aios_doing(irq);
	if (d) {
		party = d->last == (__u64)req ? d->party : 0;
		d->last = 0;
		e = ending_begin(d, req, ctx[0], refs, ctl, irq);
	}
	body = aios_emit_on(ctl, &out, AIOS_EV_REQ_COMPLETE, sizeof(*body),
			    irq | party << AIOS_F_PARTY_SHIFT);
	if (!body)
		return 0;
	body->kiocb = (__u64)req;
	body->kctx = ctx[0];
	body->uiocb = event->obj;
	body->data = event->data;
	body->res = event->res;
	body->res2 = event->res2;
	body->tail = ctx[3];
	body->head = ctx[4];
	body->completed = ((struct kioctx *)ctx[0])->completed_events - 1;
	body->refs = refs;
	aios_emit_end(&out);
	if (e)
		tell_free_unseen(d, e, irq);
	return 0;
}

/* --- requests: what they hold, where it is really dropped. The whole host passes here. */

SEC("?fentry/fput")
int fentry_fput(unsigned long long *ctx)
{
	struct aios_req_free *e = aios_ending(aios_doing(aios_irq_flags()));
	__u64 file = ctx[0];

	if (e && e->file == file)
		e->file_drops++;
	return 0;
}

SEC("?fentry/eventfd_ctx_put")
int fentry_eventfd_ctx_put(unsigned long long *ctx)
{
	struct aios_req_free *e = aios_ending(aios_doing(aios_irq_flags()));
	__u64 eventfd = ctx[0];

	if (e && e->eventfd == eventfd)
		e->eventfd_drops++;
	return 0;
}

/* Called for the last reference alone; put_cred() itself is inlined. */
SEC("?fentry/__put_cred")
int fentry___put_cred(unsigned long long *ctx)
{
	struct aios_in_work *work;
	struct aios_doing *d;
	__u64 creds = ctx[0];

	if (aios_irq_flags())
		return 0;
	d = doing_of_thread();
	if (!d || !d->creds || d->creds != creds)
		return 0;
	d->creds = 0;
	work = work_of_thread();
	if (work)
		tell_hold(AIOS_EV_REQ_DROP, work->kiocb, work->kctx, creds, AIOS_HOLD_CREDS, 1);
	return 0;
}

/* All kiocbs come from one cache, which the first one that is freed shows. */
static __u64 kiocb_cache SEC(".bss") = 0;

/* Raw, since BTF knows no type of what is freed: the verifier would not let it be looked at. */
SEC("?raw_tp/kmem_cache_free")
int raw_kmem_cache_free(unsigned long long *ctx)
{
	__u64 cache = ctx[2], known = *(volatile __u64 *)&kiocb_cache, kiocb = ctx[1];
	struct aios_req_free *e;
	struct aios_doing *d;
	__u16 irq;

	if (known && known != cache)
		return 0;
	irq = aios_irq_flags();
	d = aios_doing(irq);
	e = aios_ending(d);
	if (!e || e->kiocb != kiocb)
		return 0;
	*(volatile __u64 *)&kiocb_cache = cache;
	tell_free(d, e, irq);
	return 0;
}

static __always_inline void tell_freeze(unsigned long long *ctx, __u32 end)
{
	struct aio_kiocb *req = (struct aio_kiocb *)ctx[0];
	__u64 kctx = (__u64)req->ki_ctx;
	struct aios_freeze *body;
	struct aios_out out;

	body = exact_begin(&out, kctx, AIOS_EV_FREEZE, sizeof(*body));
	if (!body)
		return;
	body->kiocb = (__u64)req;
	body->kctx = kctx;
	body->dev = ctx[1];
	body->end = end;
	aios_emit_end(&out);
}

TRACEPOINT(aio_freeze_begin)
{
	tell_freeze(ctx, 0);
	return 0;
}

TRACEPOINT(aio_freeze_end)
{
	tell_freeze(ctx, 1);
	return 0;
}

/* --- requests that there are none of */

TRACEPOINT(aio_req_refused)
{
	struct aios_req_refused *body;
	struct aios_out out;

	body = exact_begin(&out, ctx[0], AIOS_EV_REQ_REFUSED, sizeof(*body));
	if (!body)
		return 0;
	body->kctx = ctx[0];
	body->reason = ctx[1];
	body->available = ctx[2];
	body->req_batch = ctx[3];
	body->completed = ctx[4];
	aios_emit_end(&out);
	return 0;
}

TRACEPOINT(aio_submit_error)
{
	struct aios_doing *d = doing_of_thread();
	struct aios_req_return *body;
	struct aios_out out;

	if (!d || !aios_ctx_chosen(ctx[0]))
		return 0;
	if (!d->failed)
		tell_iocb(ctx[0], ctx[1], caller_is_compat(), 1);
	d->failed = 0;
	body = aios_emit_task(&out, AIOS_EV_REQ_RETURN, sizeof(*body), 0);
	if (!body)
		return 0;
	body->kctx = ctx[0];
	body->uiocb = ctx[1];
	body->err = (__s32)ctx[2];
	aios_emit_end(&out);
	return 0;
}

TRACEPOINT(aio_cancel)
{
	struct aios_req_cancel *body;
	struct aios_out out;

	body = exact_begin(&out, ctx[0], AIOS_EV_REQ_CANCEL, sizeof(*body));
	if (!body)
		return 0;
	body->kiocb = ctx[1];
	body->kctx = ctx[0];
	body->uiocb = ctx[2];
	body->err = (__s32)ctx[4];
	body->teardown = ctx[3];
	aios_emit_end(&out);
	return 0;
}

/* --- the ring */

TRACEPOINT(aio_slots_put)
{
	struct aios_slots *body;
	struct aios_out out;

	body = exact_begin(&out, ctx[0], AIOS_EV_SLOTS, sizeof(*body));
	if (!body)
		return 0;
	body->kctx = ctx[0];
	body->nr = ctx[1];
	body->from = ctx[2];
	aios_emit_end(&out);
	return 0;
}

TRACEPOINT(aio_ring_read)
{
	struct aios_ring_read *body;
	struct aios_out out;

	body = exact_begin(&out, ctx[0], AIOS_EV_RING_READ, sizeof(*body));
	if (!body)
		return 0;
	body->kctx = ctx[0];
	body->asked = ctx[1];
	body->ret = ctx[2];
	body->head = ctx[3];
	body->new_head = ctx[4];
	body->tail = ctx[5];
	body->reserved = 0;
	aios_emit_end(&out);
	return 0;
}

TRACEPOINT(aio_reader_wake)
{
	struct task_struct *reader = (struct task_struct *)ctx[1];
	struct aios_reader_wake *body;
	struct aios_out out;

	body = exact_begin(&out, ctx[0], AIOS_EV_READER_WAKE, sizeof(*body));
	if (!body)
		return 0;
	body->kctx = ctx[0];
	body->min_nr = ctx[2];
	body->avail = ctx[3];
	body->tid = reader->pid;
	aios_emit_end(&out);
	return 0;
}

TRACEPOINT(aio_eventfd)
{
	struct aios_eventfd *body;
	struct aios_out out;

	body = exact_begin(&out, ctx[0], AIOS_EV_EVENTFD, sizeof(*body));
	if (!body)
		return 0;
	body->kiocb = ctx[1];
	body->kctx = ctx[0];
	body->eventfd = ctx[2];
	body->allowed = aios_bool(ctx[3]);
	body->reserved = 0;
	aios_emit_end(&out);
	return 0;
}

/* --- polls */

TRACEPOINT(aio_poll_begin)
{
	struct aios_poll_ask *body;
	struct aios_out out;

	body = exact_begin(&out, ctx[0], AIOS_EV_POLL_ASK, sizeof(*body));
	if (!body)
		return 0;
	body->kiocb = ctx[1];
	body->kctx = ctx[0];
	body->in_work = ctx[2];
	body->events = ctx[3];
	aios_emit_end(&out);
	return 0;
}

TRACEPOINT(aio_poll_queue)
{
	struct aios_poll_queue *body;
	struct aios_out out;

	body = exact_begin(&out, ctx[0], AIOS_EV_POLL_QUEUE, sizeof(*body));
	if (!body)
		return 0;
	body->kiocb = ctx[1];
	body->kctx = ctx[0];
	body->head = ctx[2];
	body->second = aios_bool(ctx[3]);
	body->reserved = 0;
	aios_emit_end(&out);
	return 0;
}

TRACEPOINT(aio_poll_end)
{
	struct aios_poll_return *body;
	struct aios_out out;

	body = exact_begin(&out, ctx[0], AIOS_EV_POLL_RETURN, sizeof(*body));
	if (!body)
		return 0;
	body->kiocb = ctx[1];
	body->kctx = ctx[0];
	body->mask = ctx[3];
	body->in_work = ctx[2];
	aios_emit_end(&out);
	return 0;
}

static __always_inline void tell_decision(unsigned long long *ctx, int in_work, __u8 last)
{
	struct aios_poll_decide *body;
	struct aios_out out;

	body = exact_begin(&out, ctx[0], AIOS_EV_POLL_DECIDE, sizeof(*body));
	if (!body)
		return;
	body->kiocb = ctx[1];
	body->kctx = ctx[0];
	body->mask = ctx[3];
	body->decision = ctx[2];
	body->in_work = in_work;
	body->state = (aios_bool(ctx[4]) ? AIOS_POLL_ON_QUEUE : 0) |
		      (aios_bool(ctx[5]) ? last : 0);
	aios_emit_end(&out);
}

TRACEPOINT(aio_poll_decide)
{
	tell_decision(ctx, 0, AIOS_POLL_SCHEDULED);
	return 0;
}

TRACEPOINT(aio_poll_work)
{
	tell_decision(ctx, 1, AIOS_POLL_CANCELLED);
	return 0;
}

TRACEPOINT(aio_poll_wake)
{
	struct aio_kiocb *req = (struct aio_kiocb *)ctx[1];
	struct aios_poll_wake *body;
	struct aios_out out;

	body = exact_begin(&out, ctx[0], AIOS_EV_POLL_WAKE, sizeof(*body));
	if (!body)
		return 0;
	body->kiocb = (__u64)req;
	body->kctx = ctx[0];
	body->key = ctx[2];
	body->events = ctx[3];
	body->refs = req->ki_refcnt.refs.counter;
	body->state = poll_state(req) | (ctx[4] + 1) << 8;
	aios_emit_end(&out);
	return 0;
}

TRACEPOINT(aio_poll_cancel)
{
	struct aio_kiocb *req = (struct aio_kiocb *)ctx[1];
	struct aios_poll_cancel *body;
	struct aios_out out;

	body = exact_begin(&out, ctx[0], AIOS_EV_POLL_CANCEL, sizeof(*body));
	if (!body)
		return 0;
	body->kiocb = (__u64)req;
	body->kctx = ctx[0];
	body->state = poll_state(req);
	body->reserved = 0;
	aios_emit_end(&out);
	return 0;
}

/* --- contexts */

TRACEPOINT(aio_ctx_limit)
{
	struct aios_ctx_limit *body;
	struct aios_out out;

	if (!aios_current_chosen())
		return 0;
	body = aios_emit_task(&out, AIOS_EV_CTX_LIMIT, sizeof(*body), 0);
	if (!body)
		return 0;
	body->max_reqs = ctx[0];
	body->aio_nr = ctx[1];
	body->aio_max_nr = ctx[2];
	body->reserved = 0;
	aios_emit_end(&out);
	return 0;
}

TRACEPOINT(aio_ctx_alloc)
{
	struct kioctx *kctx = (struct kioctx *)ctx[0];

	nr_added(kctx);
	ctx_setup(kctx, 1);
	return 0;
}

static __always_inline void tell_ctx_ref(__u16 type, unsigned long long *ctx)
{
	struct aios_ctx_ref *body;
	struct aios_out out;

	body = exact_begin(&out, ctx[0], type, sizeof(*body));
	if (!body)
		return;
	body->kctx = ctx[0];
	body->count = ctx[1];
	body->party = ctx[2];
	aios_emit_end(&out);
}

TRACEPOINT(aio_ctx_get)
{
	tell_ctx_ref(AIOS_EV_CTX_GET, ctx);
	return 0;
}

TRACEPOINT(aio_ctx_put)
{
	tell_ctx_ref(AIOS_EV_CTX_PUT, ctx);
	return 0;
}

TRACEPOINT(aio_ctx_kill)
{
	struct kioctx *kctx = (struct kioctx *)ctx[0];

	if (!(__s32)ctx[2])
		nr_taken(kctx);
	ctx_kill(kctx, ctx[2], aios_bool(ctx[1]), 1);
	return 0;
}

TRACEPOINT(aio_ctx_users_drained)
{
	ctx_ref0(AIOS_EV_CTX_USERS0, ctx[0], 1);
	return 0;
}

TRACEPOINT(aio_ctx_reqs_drained)
{
	ctx_ref0(AIOS_EV_CTX_REQS0, ctx[0], 1);
	return 0;
}

TRACEPOINT(aio_ctx_free)
{
	struct aios_ctx_free *body;
	struct aios_out out;

	if (!aios_ctx_chosen(ctx[0]))
		return 0;
	aios_ctx_forget(ctx[0]);
	body = aios_emit_begin(&out, AIOS_EV_CTX_FREE, sizeof(*body), 0);
	if (!body)
		return 0;
	body->kctx = ctx[0];
	body->free_1 = ctx[2] + 1;
	body->completed = ctx[3];
	body->head = ctx[4];
	body->tail = ctx[5];
	aios_emit_end(&out);
	return 0;
}
