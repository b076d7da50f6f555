// SPDX-License-Identifier: GPL-2.0-only
/*
 * exact.bpf.c - evidence level exact: the tracepoints of a patched fs/aio.c (docs/tracepoints.md).
 *
 * What a tracepoint tells that a function tells as well is the same record. A request is born in
 * aio_req_get, and told when its file is known, a few instructions later: nobody else knows it
 * before. Its last put and its completion are one moment and one record. aio_hold_put and
 * aio_req_free are not used: what they announce is seen where it is done, in fput(),
 * eventfd_ctx_put() and kmem_cache_free() (witness.bpf.c), and told when the request is freed.
 *
 * Most of what a record costs, here and in the reader, is that it is one. So the other put is added
 * to the birth and the free to the completion, if that has not been read by then.
 */
#include "birth.h"
#include "block.h"
#include "doing.h"
#include "emit.h"
#include "ending.h"
#include "filter.h"
#include "name.h"
#include "proc.h"
#include "ring.h"
#include "state.h"

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

/* Is the context traced? It is most often that of the request that the thread had before. */
static __always_inline int submits_to_chosen(struct aios_doing *d, __u64 kctx)
{
	__u64 epoch = *(volatile __u64 *)&control.epoch;

	if (d->ask.kctx == kctx && d->epoch == epoch)
		return 1;
	if (!aios_ctx_chosen(kctx))
		return 0;
	d->epoch = epoch;
	return 1;
}

TRACEPOINT(aio_req_get)
{
	const struct iocb *iocb = (const struct iocb *)ctx[3];
	struct aios_doing *d = doing_of_thread(bpf_get_current_pid_tgid());

	if (!d || !submits_to_chosen(d, ctx[0]))
		return 0;
	birth_fill(&d->ask, iocb, birth_is_vectored(iocb->aio_lio_opcode) && caller_is_compat());
	d->ask.kiocb = ctx[1];
	d->ask.kctx = ctx[0];
	d->ask.uiocb = ctx[2];
	d->untold = 1;
	d->failed = 0;
	return 0;
}

static __always_inline void tell_birth(void *ctx, struct aios_doing *d, __u64 file, __u64 id)
{
	__u32 puts = watched & AIOS_WATCH_PUTS;
	__u16 flags = (puts ? AIOS_F_LEDGER : 0) | (watched & AIOS_WATCH_FREE ? AIOS_F_FREED : 0);
	__u16 type = puts ? AIOS_EV_REQ_BORN : AIOS_EV_REQ_BIRTH;
	struct aios_ring_ctl *ctl = aios_ctl();
	struct aios_req_born *body;
	struct aios_out out;

	d->untold = 0;
	d->birth.commit = 0;
	/* Both types are alike up to here: nothing else has been told. */
	body = aios_emit_as(ctl, &out, type, sizeof(*body), flags, id);
	if (!body)
		return;
	body->iocb = d->ask;
	body->iocb.file = file;
	__builtin_memset(&body->put_ns, 0, sizeof(*body) - sizeof(body->iocb));
	aios_emit_end(&out);
	if (puts)
		aios_place_of(&d->birth, &out);
	tell_stack(ctx, d->ask.kiocb, d->ask.kctx, AIOS_STACK_TAKEN, STACK_SKIP, 0);
}

/* As aio_get_req() made it: its eventfd comes after its file. */
static __always_inline void look_at_new(struct aio_kiocb *req, __u64 kctx)
{
	__u64 own = (__u64)BPF_CORE_READ(req, ki_ctx);

	look_at_birth(req, kctx, 0);
	if (own != kctx)
		tell_mismatch((__u64)req, kctx, AIOS_SEEN_BORN_CONTEXT, kctx, own);
}

/* Always in io_submit. The file comes first, and with it the birth is told. */
TRACEPOINT(aio_hold_get)
{
	struct aio_kiocb *req = (struct aio_kiocb *)ctx[0];
	__u64 id = bpf_get_current_pid_tgid();
	struct aios_doing *d = doing_of_thread(id);
	struct file *file;

	if (!d || d->ask.kiocb != (__u64)req)
		return 0;
	if (ctx[1] != AIOS_HOLD_FILE) {
		tell_hold(AIOS_EV_REQ_HOLD, (__u64)req, d->ask.kctx, ctx[2], ctx[1], 0);
		return 0;
	}
	file = req->ki_filp;
	aios_tell_file(file, 1);
	tell_birth(ctx, d, (__u64)file, id);
	if (config.look)
		look_at_new(req, d->ask.kctx);
	return 0;
}

/* --- requests: references */

static __always_inline void tell_put(__u64 kiocb, __u64 kctx, __u32 party, __u32 refs, __u16 irq,
				     __u64 id)
{
	struct aios_req_put *body;
	struct aios_out out;

	body = aios_emit_as(aios_ctl(), &out, AIOS_EV_REQ_PUT, sizeof(*body), irq, id);
	if (!body)
		return;
	body->kiocb = kiocb;
	body->kctx = kctx;
	body->refs = refs;
	body->party = party;
	aios_emit_end(&out);
}

/* Tells of the put that left one reference with the birth. Return: whether it could. */
static __always_inline int put_with_birth(struct aios_doing *d, __u32 party, __u16 irq)
{
	struct aios_slot *slot;
	__u32 after;

	slot = aios_add_begin(&d->birth, &after);
	if (!slot)
		return 0;
	slot->rec.born.put_ns = after;
	slot->rec.born.put_party = party;
	slot->rec.born.put_flags = irq;
	aios_add_end(slot);
	return 1;
}

/* The end of a submission. Only one that failed may still look at its request. */
static __always_inline void put_of_submission(void *ctx, struct aios_doing *d,
					      struct aio_kiocb *req, __u32 party, __u32 refs,
					      __u64 id)
{
	struct aios_ending *e = NULL;
	__u64 kctx = d->ask.kctx;

	if (d->ask.kiocb != (__u64)req)
		return;
	if (d->untold)
		tell_birth(ctx, d, 0, id);
	d->ask.kiocb = 0;
	if (party == AIOS_PUT_ERROR) {
		d->failed = 1;
		if (watched & AIOS_WATCH_FREE)
			e = ending_begin(d, req, kctx, refs, aios_ctl(), 0, 1);
	}
	if (refs && (refs != 1 || !put_with_birth(d, party, 0)))
		tell_put((__u64)req, kctx, party, refs, 0, id);
	if (e)
		tell_free_unseen(d, e, 0, id);
}

/*
 * Another put than the last one: the request is but an address. Whose it was is known here, or by
 * the thread that submits it, if that is who runs or was interrupted.
 */
static __always_inline void put_of_operation(struct aios_doing *d, __u64 kiocb, __u32 party,
					     __u32 refs, __u16 irq, __u64 id)
{
	struct aios_doing *submission = doing_submission(id, kiocb);
	__u64 kctx = 0;

	if (d->ended == kiocb) {
		kctx = d->ended_kctx;
		d->ended = 0;
	} else if (!irq) {
		kctx = work_kctx(kiocb);
	}
	if (submission && refs == 1 && put_with_birth(submission, party, irq))
		return;
	if (kctx)
		tell_put(kiocb, kctx, party, refs, irq, id);
}

/* If it is the last one the completion that follows tells of it. */
static __always_inline void note_put(struct aios_doing *d, __u64 kiocb, __u32 party, __u32 refs)
{
	if (!refs) {
		d->last = kiocb;
		d->party = party + 1;
	}
}

TRACEPOINT(aio_req_put)
{
	struct aio_kiocb *req = (struct aio_kiocb *)ctx[0];
	__u64 id = bpf_get_current_pid_tgid();
	__u32 party = ctx[1], refs = ctx[2];
	struct aios_doing *d;
	__u16 irq;

	if (party <= AIOS_PUT_ERROR) {
		d = doing_of_thread(id);
		if (!d)
			return 0;
		note_put(d, (__u64)req, party, refs);
		put_of_submission(ctx, d, req, party, refs, id);
		return 0;
	}
	irq = aios_irq_flags();
	d = aios_doing(irq, id);
	if (!d)
		return 0;
	if (config.look && party == AIOS_PUT_RW)
		writing_end(d, (__u64)req);
	note_put(d, (__u64)req, party, refs);
	if (refs)
		put_of_operation(d, (__u64)req, party, refs, irq, id);
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
	d = aios_doing(aios_irq_flags(), bpf_get_current_pid_tgid());
	if (!d)
		return 0;
	d->ended = (__u64)req;
	d->ended_kctx = kctx;
	return 0;
}

/* At level exact aio_op_done tells what aio_complete_rw() made of its argument. */
SEC("?fentry/aio_complete_rw")
int fentry_result(unsigned long long *ctx)
{
	struct aio_kiocb *req = (struct aio_kiocb *)ctx[0];
	struct aios_doing *d;

	if (!aios_ctx_chosen((__u64)BPF_CORE_READ(req, ki_ctx)))
		return 0;
	d = aios_doing(aios_irq_flags(), bpf_get_current_pid_tgid());
	if (d)
		result_is(d, req, ctx[1]);
	return 0;
}

/* Who dropped the last reference of a request that completes, 1 + enum aios_put_party? */
static __always_inline __u32 last_party(struct aios_doing *d, __u64 kiocb)
{
	__u32 party = d->last == kiocb ? d->party : 0;

	d->last = 0;
	return party;
}

static __always_inline void fill_complete(struct aios_req_complete *body, unsigned long long *ctx,
					  __u32 refs)
{
	const struct io_event *event = (const struct io_event *)ctx[2];
	struct aios_head head;

	aios_head_look(&head, (struct kioctx *)ctx[0], 1);
	head.index = ctx[4];
	body->kiocb = ctx[1];
	body->kctx = ctx[0];
	body->uiocb = event->obj;
	body->data = event->data;
	body->res = event->res;
	body->res2 = event->res2;
	body->tail = ctx[3];
	body->head = aios_head_tell(&head);
	body->completed = ((struct kioctx *)ctx[0])->completed_events - 1;
	body->refs = refs;
}

/* Nobody will see that the request is freed, or asks who drops its references. */
static __always_inline void complete_alone(unsigned long long *ctx, struct aios_ring_ctl *ctl,
					   __u32 refs, __u16 flags, __u64 id)
{
	struct aios_req_complete *body;
	struct aios_out out;

	body = aios_emit_as(ctl, &out, AIOS_EV_REQ_COMPLETE, sizeof(*body), flags, id);
	if (!body)
		return;
	fill_complete(body, ctx, refs);
	aios_emit_end(&out);
}

/* What the request holds is dropped from now on, which will be told with this. */
static __always_inline void complete_and_end(unsigned long long *ctx, struct aios_ring_ctl *ctl,
					     __u32 refs, __u16 flags, __u64 id,
					     struct aios_doing *d)
{
	struct aio_kiocb *req = (struct aio_kiocb *)ctx[1];
	__u16 irq = flags & ((1 << AIOS_F_PARTY_SHIFT) - 1);
	struct aios_ending *e = ending_begin(d, req, ctx[0], refs, ctl, irq, 1);
	struct aios_req_end *body;
	struct aios_out out;

	body = aios_emit_as(ctl, &out, AIOS_EV_REQ_END, sizeof(*body), flags, id);
	if (!body)
		return;
	fill_complete(&body->complete, ctx, refs);
	body->file = e->told.file;
	body->eventfd = e->told.eventfd;
	__builtin_memset(&body->free_ns, 0, sizeof(__u64));
	aios_emit_end(&out);
	aios_place_of(&e->place, &out);
	tell_free_unseen(d, e, irq, id);
}

TRACEPOINT(aio_complete)
{
	struct aio_kiocb *req = (struct aio_kiocb *)ctx[1];
	struct aios_ring_ctl *ctl = aios_ctl();
	struct aios_doing *d;
	__u32 refs;
	__u16 flags;
	__u64 id;

	if (!aios_ctx_chosen_on(ctl, ctx[0]))
		return 0;
	refs = req->ki_refcnt.refs.counter;
	flags = aios_irq_flags();
	id = bpf_get_current_pid_tgid();
	if (config.look) {
		look_at_lists(req, ctx[0]);
		look_at_ring((__u64)req, (struct kioctx *)ctx[0], (const struct io_event *)ctx[2],
			     ctx[3], ctx[5]);
	}
	tell_stack(ctx, ctx[1], ctx[0], AIOS_STACK_COMPLETED, STACK_SKIP, flags);
	if (config.block)
		tell_block(ctx[1], ctx[0]);
	d = watched & (AIOS_WATCH_PUTS | AIOS_WATCH_FREE) ? aios_doing(flags, id) : NULL;
	if (d)
		creds_end(d, ctx[1]);
	if (d && config.look)
		look_at_result(d, req, ctx[0], ((const struct io_event *)ctx[2])->res);
	if (d && watched & AIOS_WATCH_PUTS)
		flags |= last_party(d, ctx[1]) << AIOS_F_PARTY_SHIFT;
	if (d && watched & AIOS_WATCH_FREE)
		complete_and_end(ctx, ctl, refs, flags, id, d);
	else
		complete_alone(ctx, ctl, refs, flags, id);
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

/* It comes before the file system is let go. */
TRACEPOINT(aio_freeze_end)
{
	struct aio_kiocb *req = (struct aio_kiocb *)ctx[0];
	struct aios_doing *d;

	tell_freeze(ctx, 1);
	if (!config.look || !aios_ctx_chosen((__u64)req->ki_ctx))
		return 0;
	look_at_writers(req, (__u64)req->ki_ctx);
	d = aios_doing(aios_irq_flags(), bpf_get_current_pid_tgid());
	if (d)
		writing_begin(d, aios_ctl(), req, (__u64)req->ki_ctx);
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
	struct aios_doing *d = doing_of_thread(bpf_get_current_pid_tgid());
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
	if (watched & AIOS_WATCH_WAKE)
		waking_begin(aios_ctl(), reader->pid);
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
	/* The word has this wake-up already. */
	if (aios_poll_is_owned() && !aios_bool(ctx[5]))
		body->state &= ~(AIOS_POLL_SCHEDULED | AIOS_POLL_RESCHED |
				 AIOS_POLL_SUBMITTING);
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
	kill_is_done(ctx[0], 1);
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
	if (config.look)
		look_at_size((struct kioctx *)ctx[0]);
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
