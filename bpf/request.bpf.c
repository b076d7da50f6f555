// SPDX-License-Identifier: GPL-2.0-only
/*
 * request.bpf.c - a request from its birth in io_submit to its event in the ring.
 *
 * aio_get_req() is inlined everywhere, so a kiocb is first seen where its operation begins:
 * aio_read, aio_write, aio_fsync, and for polls aio_poll_queue_proc (poll.bpf.c). What never
 * gets there (refused before, or a poll on a file without wait queue) is told from the iocb
 * when io_submit_one returns.
 */
#include "active.h"
#include "birth.h"
#include "block.h"
#include "emit.h"
#include "ending.h"
#include "filter.h"
#include "hook.h"
#include "name.h"
#include "peek.h"
#include "ring.h"
#include "sleep.h"
#include "state.h"

static __always_inline void on_rw(aios_call_t call, const int is_write, const int direct)
{
	struct aio_kiocb *req = (struct aio_kiocb *)call->a[0];
	struct kiocb *rw = (struct kiocb *)call->a[0];

	if (config.look)
		note_rw(aios_number(call, 0, direct), is_write);
	birth(call->ctx, req, READ_FIELD(direct, rw, ki_filp), (struct iocb *)call->a[1],
	      aios_bool(call->a[3]), direct);
}

static __always_inline void on_read(aios_call_t call, const int direct)
{
	on_rw(call, 0, direct);
}

static __always_inline void on_write(aios_call_t call, const int direct)
{
	on_rw(call, 1, direct);
}

static __always_inline void on_fsync(aios_call_t call, const int direct)
{
	struct aio_kiocb *req = (struct aio_kiocb *)call->a[0];
	struct fsync_iocb *fsync = (struct fsync_iocb *)call->a[0];

	birth(call->ctx, req, READ_FIELD(direct, fsync, file), (struct iocb *)call->a[1], 0,
	      direct);
}

/* Says what was asked for when no hook saw the request: the iocb is read from user space. */
static __always_inline void tell_iocb(__u64 kctx, __u64 uiocb, int compat, const int direct)
{
	struct iocb iocb = {};
	struct aios_iocb *body;
	struct aios_out out;
	int err = bpf_probe_read_user(&iocb, sizeof(iocb), (void *)uiocb);

	body = aios_emit_begin(&out, AIOS_EV_REQ_IOCB, sizeof(*body), AIOS_FLAG(direct));
	if (!body)
		return;
	birth_fill(body, &iocb, compat);
	body->kiocb = 0;
	body->kctx = kctx;
	body->uiocb = uiocb;
	body->file = 0;
	if (err)
		body->op = AIOS_OP_UNKNOWN;
	aios_emit_end(&out);
}

static __always_inline void on_io_submit_one(aios_call_t call, const int direct)
{
	__u64 kctx = call->a[0], uiocb = call->a[1];
	struct aios_ring_ctl *ctl = aios_ctl();
	int seen = birth_was_seen(ctl, uiocb);
	struct aios_req_return *body;
	struct aios_out out;

	submitted_end(direct && seen ? kctx : 0);
	if (seen && ctl && birth_returned(ctl, uiocb, call->ret))
		return;
	if (!aios_ctx_chosen_on(ctl, kctx))
		return;
	if (!seen)
		tell_iocb(kctx, uiocb, aios_bool(call->a[2]), direct);
	body = aios_emit_on(ctl, &out, AIOS_EV_REQ_RETURN, sizeof(*body), AIOS_FLAG(direct));
	if (!body)
		return;
	body->kctx = kctx;
	body->uiocb = uiocb;
	body->err = (__s32)call->ret;
	aios_emit_end(&out);
}

static __always_inline void submit(__u64 user_id, __s64 nr, __s64 ret, const int direct)
{
	struct aios_submit *body;
	struct aios_out out;

	if (!aios_current_chosen())
		return;
	body = aios_emit_begin(&out, AIOS_EV_SUBMIT, sizeof(*body), AIOS_FLAG(direct));
	if (!body)
		return;
	body->user_id = user_id;
	body->nr = nr;
	body->ret = ret;
	aios_emit_end(&out);
}

static __always_inline void on_io_submit(aios_call_t call, const int direct)
{
	submitting_end(bpf_get_current_pid_tgid());
	submit(aios_sys_arg(call, 0, direct), aios_sys_arg(call, 1, direct), call->ret, direct);
}

static __always_inline void on_io_submit32(aios_call_t call, const int direct)
{
	submitting_end(bpf_get_current_pid_tgid());
	submit(aios_sys_arg32(call, 0, direct), (__s32)aios_sys_arg32(call, 1, direct), call->ret,
	       direct);
}

static __always_inline void tell_done(struct aios_ring_ctl *ctl, struct aio_kiocb *req,
				      const struct seen_kiocb *seen, __s64 res, __u16 flags)
{
	struct aios_req_done *body;
	struct aios_out out;

	body = aios_emit_on(ctl, &out, AIOS_EV_REQ_DONE, sizeof(*body), flags);
	if (!body)
		return;
	body->kiocb = (__u64)req;
	body->kctx = seen->kctx;
	body->res = res;
	body->refs = seen->refs;
	body->reserved = 0;
	aios_emit_end(&out);
}

/* The ring is looked at before the record gets its time: what it shows is never younger. */
static __always_inline void tell_complete_at_done(struct aios_ring_ctl *ctl, struct aio_kiocb *req,
						  const struct seen_kiocb *seen, __s64 res,
						  __u16 flags)
{
	struct kioctx *kctx = (struct kioctx *)seen->kctx;
	struct aios_req_complete *body;
	struct aios_head head;
	struct aios_out out;

	aios_head_look(&head, kctx, 0);
	body = aios_emit_on(ctl, &out, AIOS_EV_REQ_COMPLETE, sizeof(*body),
			    flags | AIOS_F_AT_DONE);
	if (!body)
		return;
	body->kiocb = (__u64)req;
	body->kctx = seen->kctx;
	body->uiocb = seen->uiocb;
	body->data = seen->data;
	body->res = res;
	body->res2 = 0;
	body->tail = BPF_CORE_READ(kctx, tail);
	body->head = aios_head_tell(&head);
	body->completed = BPF_CORE_READ(kctx, completed_events);
	body->refs = seen->refs;
	aios_emit_end(&out);
}

/* Has it been counted as a writer until now? The completion will look whether it still is. */
static __always_inline void operation_ends(aios_call_t call, __u16 irq, const int direct)
{
	struct aio_kiocb *req = (struct aio_kiocb *)call->a[0];
	struct aios_doing *d = aios_doing(irq, bpf_get_current_pid_tgid());
	struct aios_ring_ctl *ctl = aios_ctl();
	__u64 kctx = (__u64)BPF_CORE_READ(req, ki_ctx);
	int is_write;

	if (!aios_ctx_chosen_on(ctl, kctx))
		return;
	is_write = was_write(aios_number(call, 0, direct));
	if (is_write)
		look_at_writers(req, kctx);
	if (!d)
		return;
	result_is(d, req, call->a[1]);
	d->writing.kiocb = 0;
	if (is_write)
		writing_begin(d, ctl, req, kctx);
}

/*
 * A read or write ended. If this is the last reference (a count of 1 cannot rise any more),
 * aio_complete follows at once and its record tells of both; unless it will be skipped. A count
 * of 2 may fall before aio_complete_rw drops its own: then both records tell of one moment.
 */
static __always_inline void on_aio_complete_rw(aios_call_t call, const int direct)
{
	struct aio_kiocb *req = (struct aio_kiocb *)call->a[0];
	int last = kiocb_refs(req) == 1;
	__u16 irq_flags = aios_irq_flags(), flags = AIOS_FLAG(direct) | irq_flags;
	struct aios_ring_ctl *ctl;
	struct seen_kiocb seen;

	if (config.look)
		operation_ends(call, irq_flags, direct);
	if (last && !may_be_active(irq_flags))
		return;
	ctl = aios_ctl();
	if (last && !is_active(ctl, bases.complete_active))
		return;
	look_at_kiocb(req, &seen);
	if (!aios_ctx_chosen_on(ctl, seen.kctx))
		return;
	if (!last) {
		tell_done(ctl, req, &seen, call->a[1], flags);
	} else if (ctl) {
		__sync_fetch_and_add(&ctl->covered_complete, 1);
		tell_stack(call->ctx, (__u64)req, seen.kctx, AIOS_STACK_COMPLETED,
			   STACK_SKIP_OF(direct), flags);
		if (config.block)
			tell_block((__u64)req, seen.kctx);
		tell_complete_at_done(ctl, req, &seen, call->a[1], flags);
	}
}

/* What the request holds is dropped from now on. */
static __always_inline void watch_end(struct aios_doing *d, struct aio_kiocb *req, __u64 kctx,
				      __u32 head, __u32 tail, const struct aios_ring_ctl *ctl,
				      __u16 irq, __u64 id, const int direct)
{
	struct aios_ending *e = ending_begin(d, req, kctx, kiocb_refs(req), ctl, irq, direct);

	if (config.look) {
		e->head = head;
		e->tail = tail;
		e->ns = bpf_ktime_get_ns();
	}
	tell_free_unseen(d, e, irq, id);
}

static __always_inline void look_before(struct aios_doing *d, struct aio_kiocb *req, __u64 kctx)
{
	look_at_lists(req, kctx);
	if (!d)
		return;
	look_at_result(d, req, kctx, BPF_CORE_READ(req, ki_res.res));
	writing_end(d, (__u64)req);
}

static __always_inline void on_aio_complete(aios_call_t call, const int direct)
{
	struct aio_kiocb *req = (struct aio_kiocb *)call->a[0];
	struct kioctx *kctx = READ_FIELD(direct, req, ki_ctx);
	struct aios_ring_ctl *ctl = aios_ctl();
	__u64 id = bpf_get_current_pid_tgid();
	__u16 irq_flags = aios_irq_flags();
	struct aios_req_complete *body;
	struct aios_doing *d = NULL;
	struct aios_out out;
	struct aios_head head;
	__u32 tail;

	if (!aios_ctx_chosen_on(ctl, (__u64)kctx))
		return;
	if (ctl && may_be_active(irq_flags) && is_active(ctl, bases.done_active) &&
	    (__u64)READ_FIELD(direct, req, rw.ki_complete) == config.complete_rw)
		__sync_fetch_and_add(&ctl->covered_done, 1);
	if (config.look || (watched & AIOS_WATCH_FREE))
		d = aios_doing(irq_flags, id);
	if (d)
		creds_end(d, (__u64)req);
	if (config.look)
		look_before(d, req, (__u64)kctx);
	tell_stack(call->ctx, (__u64)req, (__u64)kctx, AIOS_STACK_COMPLETED, STACK_SKIP_OF(direct),
		   AIOS_FLAG(direct) | irq_flags);
	if (config.block)
		tell_block((__u64)req, (__u64)kctx);
	aios_head_look(&head, kctx, direct);
	body = aios_emit_as(ctl, &out, AIOS_EV_REQ_COMPLETE, sizeof(*body),
			    AIOS_FLAG(direct) | irq_flags, id);
	if (!body)
		return;
	body->kiocb = (__u64)req;
	body->kctx = (__u64)kctx;
	body->uiocb = READ_FIELD(direct, req, ki_res.obj);
	body->data = READ_FIELD(direct, req, ki_res.data);
	body->res = READ_FIELD(direct, req, ki_res.res);
	body->res2 = READ_FIELD(direct, req, ki_res.res2);
	tail = READ_FIELD(direct, kctx, tail);
	body->tail = tail;
	body->head = aios_head_tell(&head);
	body->completed = READ_FIELD(direct, kctx, completed_events);
	body->refs = READ_FIELD(direct, req, ki_refcnt.refs.counter);
	aios_emit_end(&out);
	if (d && (watched & AIOS_WATCH_FREE))
		watch_end(d, req, (__u64)kctx, head.index, tail, ctl, irq_flags, id, direct);
}

static __always_inline void cancel(__u64 user_id, __u64 uiocb, __s64 ret, const int direct)
{
	struct aios_cancel *body;
	struct aios_out out;

	if (!aios_current_chosen())
		return;
	body = aios_emit_begin(&out, AIOS_EV_CANCEL, sizeof(*body), AIOS_FLAG(direct));
	if (!body)
		return;
	body->user_id = user_id;
	body->uiocb = uiocb;
	body->ret = ret;
	aios_emit_end(&out);
}

static __always_inline void on_io_cancel(aios_call_t call, const int direct)
{
	cancel(aios_sys_arg(call, 0, direct), aios_sys_arg(call, 1, direct), call->ret, direct);
}

static __always_inline void on_io_cancel32(aios_call_t call, const int direct)
{
	cancel(aios_sys_arg32(call, 0, direct), aios_sys_arg32(call, 1, direct), call->ret, direct);
}

AIOS_ENTRY(aio_read, 4, on_read)
AIOS_ENTRY(aio_write, 4, on_write)
AIOS_ENTRY(aio_fsync, 2, on_fsync)
AIOS_EXIT(io_submit_one, 3, on_io_submit_one)
AIOS_EXIT(__x64_sys_io_submit, 1, on_io_submit)
AIOS_EXIT(__ia32_compat_sys_io_submit, 1, on_io_submit32)
AIOS_ENTRY(aio_complete_rw, 2, on_aio_complete_rw)
AIOS_ENTRY(aio_complete, 1, on_aio_complete)
AIOS_EXIT(__x64_sys_io_cancel, 1, on_io_cancel)
AIOS_EXIT(__ia32_sys_io_cancel, 1, on_io_cancel32)
