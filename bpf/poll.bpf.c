// SPDX-License-Identifier: GPL-2.0-only
/*
 * poll.bpf.c - IOCB_CMD_POLL: who came first, the wake-up or the decision to wait?
 *
 * aio_poll() and vfs_poll() are inlined. What orders a wake-up against them is the wait queue's
 * lock: aio_poll_wake runs under it, and aio_poll puts the request on ctx->active_reqs under it
 * once it has decided to wait. So "on that list", read in the wake-up, is AIOS_POLL_ARMED and
 * means after the decision. What a wake-up did is not asked of the request when the wake-up
 * ends, since by then it can be completed and freed; the records that follow tell.
 */
#include "birth.h"
#include "doing.h"
#include "emit.h"
#include "ending.h"
#include "filter.h"
#include "hook.h"
#include "listed.h"
#include "state.h"

static __always_inline __u64 poll_kiocb_of_work(__u64 work)
{
	return work - bpf_core_field_offset(struct aio_kiocb, poll.work);
}

#define POLL_OFFSET(field)	bpf_core_field_offset(struct aio_kiocb, poll.field)

/* As in kernel/6.12/next: AIO_POLL_OWNED, _WOKEN and _CANCELLED. */
static __always_inline __u32 poll_flags_of_word(__u64 kiocb)
{
	__u32 word = aios_peek32(kiocb + POLL_OFFSET(state)), state = 0;

	if (word & 0x10000)
		state |= AIOS_POLL_SCHEDULED;
	if (word & 0x20000)
		state |= AIOS_POLL_RESCHED;
	if (word & 0x40000)
		state |= AIOS_POLL_CANCELLED;
	return state;
}

/*
 * The three flags of a poll as they are at one moment: they are bytes of one word, and two of them
 * mean something together even where the lock that both change under is not held.
 */
static __always_inline __u32 poll_flags(__u64 kiocb)
{
	__u32 base, word, state = 0;

	if (aios_poll_is_owned())
		return poll_flags_of_word(kiocb);
	base = POLL_OFFSET(cancelled) & ~3U;
	word = aios_peek32(kiocb + base);
	if (word & 0xffU << 8 * (POLL_OFFSET(cancelled) - base))
		state |= AIOS_POLL_CANCELLED;
	if (word & 0xffU << 8 * (POLL_OFFSET(work_scheduled) - base))
		state |= AIOS_POLL_SCHEDULED;
	if (word & 0xffU << 8 * (POLL_OFFSET(work_need_resched) - base))
		state |= AIOS_POLL_RESCHED;
	return state;
}

static __always_inline __u32 poll_state(struct aio_kiocb *req)
{
	__u32 state = poll_flags((__u64)req);

	if (aios_listed((__u64)req))
		state |= AIOS_POLL_ARMED;
	/* Owned, and nobody could have cancelled it: by the submission. */
	if (aios_poll_is_owned() && state & AIOS_POLL_SCHEDULED &&
	    !(state & (AIOS_POLL_ARMED | AIOS_POLL_CANCELLED)))
		state = AIOS_POLL_SUBMITTING;
	if (BPF_CORE_READ(req, ki_eventfd))
		state |= AIOS_POLL_EVENTFD;
	return state;
}

/*
 * The first time a poll request is seen. Kernel memory has all of its iocb but what only user
 * memory has: descriptor and flags.
 */
static __always_inline void poll_birth(void *ctx, struct aio_kiocb *req, __u64 kctx,
				       struct file *file, const int direct)
{
	__u64 uiocb = BPF_CORE_READ(req, ki_res.obj);
	struct aios_ring_ctl *ctl = aios_ctl();
	struct iocb iocb = {};
	struct aios_birth *body;
	struct aios_out out;

	if (bpf_probe_read_user(&iocb, sizeof(iocb), (void *)uiocb))
		iocb.aio_fildes = iocb.aio_resfd = -1;
	aios_tell_file(file, direct);
	submitted_begin(req, kctx, file);
	body = aios_emit_on(ctl, &out, AIOS_EV_REQ_BIRTH, sizeof(*body),
			    birth_flags(direct) | aios_irq_flags());
	if (!body)
		return;
	birth_fill(&body->iocb, &iocb, 0);
	body->iocb.kiocb = (__u64)req;
	body->iocb.kctx = kctx;
	body->iocb.uiocb = uiocb;
	body->iocb.data = BPF_CORE_READ(req, ki_res.data);
	body->iocb.file = (__u64)file;
	body->iocb.op = IOCB_CMD_POLL;
	birth_end(ctl, &out, body);
	tell_stack(ctx, (__u64)req, kctx, AIOS_STACK_TAKEN, STACK_SKIP_OF(direct),
		   AIOS_FLAG(direct));
}

static __always_inline void on_queue_proc(aios_call_t call, const int direct)
{
	struct aio_poll_table *table =
		(void *)call->a[2] - bpf_core_field_offset(struct aio_poll_table, pt);
	struct aio_kiocb *req = BPF_CORE_READ(table, iocb);
	_Bool second = BPF_CORE_READ(table, queued);
	__u64 kctx = (__u64)BPF_CORE_READ(req, ki_ctx);
	struct aios_poll_queue *body;
	struct aios_out out;

	if (!aios_ctx_chosen(kctx))
		return;
	if (!second)
		poll_birth(call->ctx, req, kctx, (struct file *)call->a[0], direct);
	if (!second && config.look)
		look_at_birth(req, kctx, -1);
	body = aios_emit_begin(&out, AIOS_EV_POLL_QUEUE, sizeof(*body), AIOS_FLAG(direct));
	if (!body)
		return;
	body->kiocb = (__u64)req;
	body->kctx = kctx;
	body->head = call->a[1];
	body->second = second;
	body->reserved = 0;
	aios_emit_end(&out);
}

static __always_inline void on_wake(aios_call_t call, const int direct)
{
	struct aio_kiocb *req =
		(void *)call->a[0] - bpf_core_field_offset(struct aio_kiocb, poll.wait);
	__u64 kctx = (__u64)BPF_CORE_READ(req, ki_ctx);
	struct aios_poll_wake *body;
	struct aios_out out;

	if (!aios_ctx_chosen(kctx))
		return;
	body = aios_emit_begin(&out, AIOS_EV_POLL_WAKE, sizeof(*body), AIOS_FLAG(direct));
	if (!body)
		return;
	body->kiocb = (__u64)req;
	body->kctx = kctx;
	body->key = call->a[3];
	body->events = BPF_CORE_READ(req, poll.events);
	body->refs = BPF_CORE_READ(req, ki_refcnt.refs.counter);
	body->state = poll_state(req);
	aios_emit_end(&out);
}

static __always_inline void on_cancel(aios_call_t call, const int direct)
{
	struct aio_kiocb *req = (struct aio_kiocb *)call->a[0];
	__u64 kctx = (__u64)BPF_CORE_READ(req, ki_ctx);
	struct aios_poll_cancel *body;
	struct aios_out out;

	if (!aios_ctx_chosen(kctx))
		return;
	body = aios_emit_begin(&out, AIOS_EV_POLL_CANCEL, sizeof(*body), AIOS_FLAG(direct));
	if (!body)
		return;
	body->kiocb = (__u64)req;
	body->kctx = kctx;
	body->state = poll_state(req);
	body->reserved = 0;
	aios_emit_end(&out);
}

static __always_inline void tell_work(__u16 type, const struct aios_in_work *work, __u32 state,
				      const int direct)
{
	struct aios_work *body;
	struct aios_out out;

	body = aios_emit_begin(&out, type, sizeof(*body), AIOS_FLAG(direct));
	if (!body)
		return;
	body->kiocb = work->kiocb;
	body->kctx = work->kctx;
	body->kind = work->kind;
	body->state = state;
	aios_emit_end(&out);
}

static __always_inline __u64 own_creds(void)
{
	return (__u64)BPF_CORE_READ((struct task_struct *)bpf_get_current_task(), cred);
}

/* What the worker does is kept by thread: when the work ends, its request may be gone. */
static __always_inline void work_begin(__u64 kiocb, __u32 kind, const int direct)
{
	struct aio_kiocb *req = (struct aio_kiocb *)kiocb;
	__u32 tid = (__u32)bpf_get_current_pid_tgid();
	struct aios_in_work work = {
		.kiocb = kiocb,
		.kctx = (__u64)BPF_CORE_READ(req, ki_ctx),
		.file = (__u64)BPF_CORE_READ(req, ki_filp),
		.creds = config.look ? own_creds() : 0,
		.kind = kind,
	};

	if (!aios_ctx_chosen(work.kctx))
		return;
	if (bpf_map_update_elem(&works, &tid, &work, BPF_ANY))
		__sync_fetch_and_add(&stats.work_full, 1);
	tell_work(AIOS_EV_WORK_BEGIN, &work, kind == AIOS_WORK_POLL ? poll_state(req) : 0, direct);
}

static __always_inline void work_end(const int direct)
{
	__u32 tid = (__u32)bpf_get_current_pid_tgid();
	struct aios_in_work *found = bpf_map_lookup_elem(&works, &tid), work;
	__u32 state = 0;

	if (!found)
		return;
	work = *found;
	bpf_map_delete_elem(&works, &tid);
	if (config.look)
		look_at_count(work.kiocb, work.kctx);
	/* Of a request that may be gone: if it completes later it was there. */
	if (config.look && work.kind == AIOS_WORK_POLL)
		state = poll_flags(work.kiocb);
	if (config.look && work.creds != own_creds())
		tell_mismatch(work.kiocb, work.kctx, AIOS_SEEN_WORK_CREDS, work.creds,
			      own_creds());
	tell_work(AIOS_EV_WORK_END, &work, state, direct);
}

/*
 * The credentials that the work drops when it is through. They were made for the request, so it
 * drops the last reference, unless the file system takes one meanwhile: see fexit_vfs_fsync().
 */
static __always_inline void note_creds(__u64 kiocb)
{
	const __u32 both = 1 << AIOS_HOLD_CREDS | AIOS_WATCH_FSYNC;
	struct aio_kiocb *req = (struct aio_kiocb *)kiocb;
	__u64 kctx, creds;
	struct aios_doing *d;

	if ((watched & both) != both)
		return;
	kctx = work_kctx(kiocb);
	d = kctx ? doing_of_thread(bpf_get_current_pid_tgid()) : NULL;
	if (!d)
		return;
	creds = (__u64)BPF_CORE_READ(req, fsync.creds);
	d->creds = creds;
	d->creds_usage = 0;
	if (!config.exact)
		tell_hold(AIOS_EV_REQ_HOLD, kiocb, kctx, creds, AIOS_HOLD_CREDS, 0);
}

static __always_inline void on_fsync_work(aios_call_t call, const int direct)
{
	__u64 kiocb = call->a[0] - bpf_core_field_offset(struct aio_kiocb, fsync.work);

	work_begin(kiocb, AIOS_WORK_FSYNC, direct);
	note_creds(kiocb);
}

static __always_inline void on_poll_work(aios_call_t call, const int direct)
{
	work_begin(poll_kiocb_of_work(call->a[0]), AIOS_WORK_POLL, direct);
}

static __always_inline void on_put_work(aios_call_t call, const int direct)
{
	work_begin(poll_kiocb_of_work(call->a[0]), AIOS_WORK_PUT, direct);
}

static __always_inline void on_work_end(aios_call_t call, const int direct)
{
	work_end(direct);
}

/*
 * The kiocb on whose behalf ->poll was called, or 0 for everybody else's poll(2). In io_submit
 * the table carries aio_poll's callback, in the work nothing but the thread tells.
 */
static __always_inline __u64 poll_caller(struct file *file, struct poll_table_struct *table,
					 __u64 *kctx, __u32 *in_work)
{
	struct aios_in_work *work;
	struct aio_kiocb *req;

	if (table && (__u64)BPF_CORE_READ(table, _qproc) == config.poll_queue_proc) {
		req = BPF_CORE_READ((struct aio_poll_table *)((void *)table -
			bpf_core_field_offset(struct aio_poll_table, pt)), iocb);
		*kctx = (__u64)BPF_CORE_READ(req, ki_ctx);
		return aios_ctx_chosen(*kctx) ? (__u64)req : 0;
	}
	work = work_of_thread();
	if (!work || work->kind != AIOS_WORK_POLL || work->file != (__u64)file)
		return 0;
	*kctx = work->kctx;
	*in_work = 1;
	return work->kiocb;
}

static __always_inline void on_poll_return(aios_call_t call, const int direct)
{
	struct aios_poll_return *body;
	__u32 in_work = 0;
	__u64 kiocb, kctx = 0;
	struct aios_out out;

	kiocb = poll_caller((struct file *)call->a[0], (struct poll_table_struct *)call->a[1],
			    &kctx, &in_work);
	if (!kiocb)
		return;
	body = aios_emit_begin(&out, AIOS_EV_POLL_RETURN, sizeof(*body), AIOS_FLAG(direct));
	if (!body)
		return;
	body->kiocb = kiocb;
	body->kctx = kctx;
	body->mask = call->ret;
	body->in_work = in_work;
	aios_emit_end(&out);
}

AIOS_ENTRY(aio_poll_queue_proc, 3, on_queue_proc)
AIOS_ENTRY(aio_poll_wake, 4, on_wake)
AIOS_ENTRY(aio_poll_cancel, 1, on_cancel)
AIOS_ENTRY(aio_fsync_work, 1, on_fsync_work)
AIOS_EXIT_VOID(aio_fsync_work, 1, on_work_end)
AIOS_ENTRY(aio_poll_complete_work, 1, on_poll_work)
AIOS_EXIT_VOID(aio_poll_complete_work, 1, on_work_end)
AIOS_ENTRY(aio_poll_put_work, 1, on_put_work)
AIOS_EXIT_VOID(aio_poll_put_work, 1, on_work_end)

/* The ->poll of the files that people poll. All of the host's polls pass here. */
AIOS_EXIT(pipe_poll, 2, on_poll_return)
AIOS_EXIT(eventfd_poll, 2, on_poll_return)
AIOS_EXIT(sock_poll, 2, on_poll_return)
AIOS_EXIT(timerfd_poll, 2, on_poll_return)
AIOS_EXIT(signalfd_poll, 2, on_poll_return)
AIOS_EXIT(inotify_poll, 2, on_poll_return)
AIOS_EXIT(ep_eventpoll_poll, 2, on_poll_return)
AIOS_EXIT(tty_poll, 2, on_poll_return)
AIOS_EXIT(pidfd_poll, 2, on_poll_return)
