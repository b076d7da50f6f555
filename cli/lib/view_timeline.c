// SPDX-License-Identifier: GPL-2.0-only
/*
 * view_timeline.c - one request's life on a page; and what each of its events says in words.
 */
#include "view_timeline_int.h"

#include <linux/aio_abi.h>

#include "event.h"
#include "names.h"
#include "units.h"

static void detail_iocb(struct aios_buf *buf, const struct aios_rec *rec)
{
	const struct aios_iocb *body = &rec->iocb;

	aios_buf_fmt(buf, "%s on fd %d", aios_op_name(body->op), body->fd);
	if (body->iocb_flags & AIOS_IOCB_RESFD)
		aios_buf_fmt(buf, ", signals eventfd %d", body->resfd);
	if (body->rw_flags)
		aios_buf_fmt(buf, ", rw_flags 0x%x", body->rw_flags);
}

static void detail_found(struct aios_buf *buf, const struct aios_rec *rec)
{
	aios_buf_str(buf, "pending when the trace began, waits for ");
	aios_fmt_poll(buf, rec->iocb.events);
}

static void detail_return(struct aios_buf *buf, const struct aios_rec *rec)
{
	if (!rec->req_return.err) {
		aios_buf_str(buf, "accepted");
		return;
	}
	aios_buf_str(buf, "refused: ");
	aios_fmt_errno(buf, rec->req_return.err);
}

static void detail_done(struct aios_buf *buf, const struct aios_rec *rec)
{
	aios_buf_fmt(buf, "result %lld, and somebody else still holds it",
		     (long long)rec->req_done.res);
}

static void detail_complete(struct aios_buf *buf, const struct aios_rec *rec)
{
	const struct aios_req_complete *body = &rec->req_complete;

	aios_buf_fmt(buf, "result %lld", (long long)body->res);
	if (body->head != AIOS_UNKNOWN32)
		aios_buf_fmt(buf, "; head %u", body->head);
	aios_buf_fmt(buf, "%s %u to give back", body->head != AIOS_UNKNOWN32 ? "," : ";",
		     body->completed);
}

static void detail_queue(struct aios_buf *buf, const struct aios_rec *rec)
{
	aios_buf_str(buf, rec->poll_queue.second ?
		     "the file tries a second wait queue: not supported" :
		     "put on the file's wait queue");
}

/* What the wake-up did, where that was seen (level exact). */
static void detail_woken(struct aios_buf *buf, uint32_t decision)
{
	static const char *const texts[] = {
		[AIOS_WOKEN_IGNORE] = ": ignored",
		[AIOS_WOKEN_INLINE] = ": completes it",
		[AIOS_WOKEN_PUT_WORK] = ": completes it, and leaves the rest to work",
		[AIOS_WOKEN_WORK] = ": queued the work",
		[AIOS_WOKEN_AGAIN] = ", work is queued already: asked for another run",
		[AIOS_WOKEN_POLLFREE] = ": the wait queue goes away",
	};

	aios_buf_str(buf, decision <= AIOS_WOKEN_POLLFREE ? texts[decision] : "");
}

static void detail_wake(struct aios_buf *buf, const struct aios_rec *rec)
{
	const struct aios_poll_wake *body = &rec->poll_wake;

	if (body->key && !(body->key & body->events)) {
		aios_buf_str(buf, "ignored, it waits for ");
		aios_fmt_poll(buf, body->events);
		return;
	}
	aios_buf_str(buf, body->state & AIOS_POLL_ARMED ? "while it waited" :
		     body->state & AIOS_POLL_CANCELLED ? "after it was told to finish" :
		     "before it was decided to wait");
	if (body->state & AIOS_POLL_SUBMITTING)
		aios_buf_str(buf, ": left to the submission");
	else if (AIOS_POLL_DECIDED(body->state))
		detail_woken(buf, AIOS_POLL_DECIDED(body->state) - 1);
	else if (body->state & AIOS_POLL_SCHEDULED)
		aios_buf_str(buf, ", work is queued already: asked for another run");
	else if (body->key & AIOS_POLLFREE)
		detail_woken(buf, AIOS_WOKEN_POLLFREE);
	else if (!body->key)
		detail_woken(buf, AIOS_WOKEN_WORK);
}

static void detail_cancel(struct aios_buf *buf, const struct aios_rec *rec)
{
	(void)rec;
	aios_buf_str(buf, "told to finish (io_cancel, or the end of the context)");
}

static void detail_poll_return(struct aios_buf *buf, const struct aios_rec *rec)
{
	aios_buf_fmt(buf, "->poll returned to %s: ", rec->poll_return.in_work ? "the work" :
		     "the submission");
	aios_fmt_poll(buf, rec->poll_return.mask);
}

static void detail_work(struct aios_buf *buf, const struct aios_rec *rec)
{
	static const char *const kinds[] = {
		[AIOS_WORK_FSYNC] = "fsync work",
		[AIOS_WORK_POLL] = "poll work: asks the file again",
		[AIOS_WORK_PUT] = "deferred completion",
	};
	uint32_t kind = rec->work.kind;

	aios_buf_str(buf, kind && kind <= AIOS_WORK_PUT ? kinds[kind] : "work");
	if (rec->h.type == AIOS_EV_WORK_BEGIN && rec->work.state & AIOS_POLL_CANCELLED)
		aios_buf_str(buf, ", cancelled");
}

static void detail_put(struct aios_buf *buf, const struct aios_rec *rec)
{
	(void)rec;
	aios_buf_str(buf, "a reference is dropped");
}

static void detail_hold(struct aios_buf *buf, const struct aios_rec *rec)
{
	static const char *const things[] = {
		[AIOS_HOLD_FILE] = "a file",
		[AIOS_HOLD_EVENTFD] = "an eventfd",
		[AIOS_HOLD_CREDS] = "credentials",
	};
	uint32_t what = rec->req_hold.what;

	aios_buf_str(buf, rec->h.type == AIOS_EV_REQ_HOLD ? "takes a reference of " :
		     "drops its reference of ");
	aios_buf_str(buf, what < AIOS_HOLD_CNT ? things[what] : "something");
	if (rec->h.type == AIOS_EV_REQ_DROP && !rec->req_hold.seen)
		aios_buf_str(buf, ": not seen, somebody else holds it as well");
}

static void detail_free(struct aios_buf *buf, const struct aios_rec *rec)
{
	const struct aios_req_free *body = &rec->req_free;

	bool file = body->file && body->watched & 1 << AIOS_HOLD_FILE;
	bool eventfd = body->eventfd && body->watched & 1 << AIOS_HOLD_EVENTFD;

	if (file)
		aios_buf_fmt(buf, "%u fput()", body->file_drops);
	if (eventfd)
		aios_buf_fmt(buf, "%s%u eventfd_ctx_put()", file ? ", " : "", body->eventfd_drops);
	aios_buf_str(buf, file || eventfd ? " seen" : "its memory is given back");
}

static void detail_slots(struct aios_buf *buf, const struct aios_rec *rec)
{
	aios_buf_fmt(buf, "%u given back: there will be no event", rec->slots.nr);
}

static void detail_ask(struct aios_buf *buf, const struct aios_rec *rec)
{
	aios_buf_fmt(buf, "->poll is called by %s, for ", rec->poll_ask.in_work ? "the work" :
		     "the submission");
	aios_fmt_poll(buf, rec->poll_ask.events);
}

static void detail_decide(struct aios_buf *buf, const struct aios_rec *rec)
{
	static const char *const submission[] = {
		[AIOS_DECIDED_STEAL] = "ready: the submission completes it",
		[AIOS_DECIDED_ARM] = "not ready: waits",
		[AIOS_DECIDED_ASYNC] = "woken already: left to that wake-up",
		[AIOS_DECIDED_CANCEL] = "woken already and on one of two wait queues: cancelled",
		[AIOS_DECIDED_ERROR] = "no wait queue, or two: refused",
	};
	static const char *const work[] = {
		[AIOS_WORKED_COMPLETE] = "the work completes it",
		[AIOS_WORKED_AGAIN] = "not ready, woken meanwhile: the work runs again",
		[AIOS_WORKED_WAIT] = "not ready: waits on",
	};
	const struct aios_poll_decide *body = &rec->poll_decide;

	if (body->in_work && body->decision <= AIOS_WORKED_WAIT)
		aios_buf_str(buf, work[body->decision]);
	else if (!body->in_work && body->decision <= AIOS_DECIDED_ERROR)
		aios_buf_str(buf, submission[body->decision]);
}

static void detail_cancel_one(struct aios_buf *buf, const struct aios_rec *rec)
{
	aios_buf_str(buf, rec->req_cancel.teardown ? "by the end of the context" : "by io_cancel");
	if (rec->req_cancel.err) {
		aios_buf_str(buf, ": ");
		aios_fmt_errno(buf, rec->req_cancel.err);
	}
}

static void detail_eventfd(struct aios_buf *buf, const struct aios_rec *rec)
{
	aios_buf_str(buf, rec->eventfd.allowed ? "signalled" :
		     "refused: it is being signalled by this task already");
}

static void detail_freeze(struct aios_buf *buf, const struct aios_rec *rec)
{
	aios_buf_str(buf, rec->freeze.end ? "its file system may be frozen again" :
		     "its file system cannot be frozen");
}

static void detail_mismatch(struct aios_buf *buf, const struct aios_rec *rec)
{
	static const char *const what[AIOS_SEEN_CNT] = {
		[AIOS_SEEN_FSYNC_CREDS] = "its fsync runs with credentials that are not its own",
		[AIOS_SEEN_WORK_CREDS] = "the worker is left with credentials that are not its own",
		[AIOS_SEEN_FREEZE] = "its file system still counts it as a writer",
		[AIOS_SEEN_LISTED] = "still on the list of what can be cancelled",
		[AIOS_SEEN_QUEUED] = "still on the wait queue of its file",
		[AIOS_SEEN_REFCOUNT] = "its count was dropped below 0, or taken from there",
		[AIOS_SEEN_WAKER] = "a reader leaves, and its waker is not through with it",
		[AIOS_SEEN_MOVED] = "the ring was moved, and its context is where it was",
		[AIOS_SEEN_RESULT] = "its event has not the result of its operation",
		[AIOS_SEEN_ALIVE] = "who had to kill the context did not",
		[AIOS_SEEN_EVENT] = "the ring has another event in its place",
		[AIOS_SEEN_TAIL] = "the ring shows another tail than the kernel has",
		[AIOS_SEEN_WRITERS] = "its file system counts no writer",
		[AIOS_SEEN_BORN_REFS] = "it does not begin with two references",
		[AIOS_SEEN_BORN_LISTED] = "it begins on a list",
		[AIOS_SEEN_BORN_EVENTFD] = "it does not begin with the eventfd that was asked for",
		[AIOS_SEEN_BORN_CONTEXT] = "it is not of the context that it was submitted to",
		[AIOS_SEEN_SIZE] = "the ring has not the places that its pages hold",
		[AIOS_SEEN_FREED] = "its wait queue has gone away, and it has not forgotten that",
		[AIOS_SEEN_FORKED] = "a process was forked, and has a table of contexts",
	};

	if (rec->mismatch.what < AIOS_SEEN_CNT)
		aios_buf_str(buf, what[rec->mismatch.what]);
}

static void detail_mremap(struct aios_buf *buf, const struct aios_rec *rec)
{
	if (!rec->mremap.has_table)
		aios_buf_str(buf, "by a process that has the ring by fork() alone");
	else
		aios_buf_str(buf, "by its owner");
	if (rec->h.type != AIOS_EV_MREMAP_END)
		return;
	aios_buf_str(buf, rec->mremap.ret ? ": " : ": moved");
	if (rec->mremap.ret)
		aios_fmt_errno(buf, rec->mremap.ret);
}

static void detail_stack(struct aios_buf *buf, const struct aios_rec *rec)
{
	aios_buf_fmt(buf, "where it is %s:", aios_stack_what(&rec->stack));
}

static void detail_sleep(struct aios_buf *buf, const struct aios_rec *rec)
{
	uint64_t slept_ns = aios_sleep_ns(rec), waited_ns = aios_sleep_wait_ns(rec);

	if (slept_ns) {
		aios_buf_str(buf, "its thread slept for ");
		aios_fmt_duration(buf, slept_ns);
	}
	if (waited_ns) {
		aios_buf_str(buf, slept_ns ? ", then waited " : "its thread was preempted for ");
		aios_fmt_duration(buf, waited_ns);
		aios_buf_str(buf, slept_ns ? " for a CPU" : "");
	}
	aios_buf_str(buf, rec->sleep.how & AIOS_SLEEP_IOWAIT ? " (I/O)" : "");
}

static void detail_block(struct aios_buf *buf, const struct aios_rec *rec)
{
	const struct aios_block *body = &rec->block;

	aios_buf_fmt(buf, "%u bio%s of ", body->bios, aios_s(body->bios));
	aios_fmt_size(buf, body->bytes);
	if (!(body->flags & AIOS_BLOCK_WHOLE) || body->issued_ns < body->queued_ns ||
	    body->done_ns < body->issued_ns) {
		aios_buf_str(buf, ", and not all was seen");
		return;
	}
	aios_buf_str(buf, ": queued ");
	aios_fmt_duration(buf, body->issued_ns - body->queued_ns);
	aios_buf_str(buf, ", device ");
	aios_fmt_duration(buf, body->done_ns - body->issued_ns);
}

static void (*const details[AIOS_EV_MAX])(struct aios_buf *, const struct aios_rec *) = {
	[AIOS_EV_REQ_BIRTH] = detail_iocb,
	[AIOS_EV_REQ_FOUND] = detail_found,
	[AIOS_EV_REQ_RETURN] = detail_return,
	[AIOS_EV_REQ_DONE] = detail_done,
	[AIOS_EV_REQ_COMPLETE] = detail_complete,
	[AIOS_EV_POLL_QUEUE] = detail_queue,
	[AIOS_EV_POLL_WAKE] = detail_wake,
	[AIOS_EV_POLL_CANCEL] = detail_cancel,
	[AIOS_EV_POLL_RETURN] = detail_poll_return,
	[AIOS_EV_WORK_BEGIN] = detail_work,
	[AIOS_EV_WORK_END] = detail_work,
	[AIOS_EV_REQ_PUT] = detail_put,
	[AIOS_EV_REQ_HOLD] = detail_hold,
	[AIOS_EV_REQ_DROP] = detail_hold,
	[AIOS_EV_REQ_FREE] = detail_free,
	[AIOS_EV_SLOTS] = detail_slots,
	[AIOS_EV_POLL_ASK] = detail_ask,
	[AIOS_EV_POLL_DECIDE] = detail_decide,
	[AIOS_EV_REQ_CANCEL] = detail_cancel_one,
	[AIOS_EV_EVENTFD] = detail_eventfd,
	[AIOS_EV_FREEZE] = detail_freeze,
	[AIOS_EV_MISMATCH] = detail_mismatch,
	[AIOS_EV_MREMAP_BEGIN] = detail_mremap,
	[AIOS_EV_MREMAP_END] = detail_mremap,
	[AIOS_EV_STACK] = detail_stack,
	[AIOS_EV_SLEEP] = detail_sleep,
	[AIOS_EV_BLOCK] = detail_block,
};

/**
 * aios_timeline_what() - what an event says, but for what has a column of its own
 * @buf: appended to
 * @rec: the event
 */
void aios_timeline_what(struct aios_buf *buf, const struct aios_rec *rec)
{
	if (rec->h.type < AIOS_EV_MAX && details[rec->h.type])
		details[rec->h.type](buf, rec);
	else
		aios_buf_str(buf, aios_event_doc(rec->h.type));
}

static void page_head(const struct aios_page *page)
{
	const struct aios_request *req = page->req;
	struct aios_buf *buf = page->buf;

	aios_buf_fmt(buf, "request %llu: %s ", (unsigned long long)req->id,
		     req->asked ? aios_op_name(req->ask.op) : "?");
	aios_fmt_subject(buf, req);
	aios_buf_str(buf, " = ");
	aios_fmt_result(buf, req);
	aios_buf_str(buf, "\n  by ");
	aios_buf_safe(buf, req->process && req->process->comm[0] ? req->process->comm : "?");
	if (req->process)
		aios_buf_fmt(buf, "[%u]", req->process->tgid);
	aios_buf_fmt(buf, " in context #%llu", (unsigned long long)req->ctx->id);
	if (req->ctx->user_id)
		aios_buf_fmt(buf, " (0x%llx)", (unsigned long long)req->ctx->user_id);
	if (page->start_ns) {
		aios_buf_str(buf, " at ");
		aios_fmt_clock(buf, page->start_ns + (uint64_t)page->opts->clock.wall_offset_ns,
			       page->opts->clock.utc_offset_s);
	}
	aios_buf_str(buf, "\n");
	if (page->opts->addresses && req->kiocb)
		aios_buf_fmt(buf, "  kiocb 0x%llx, kioctx 0x%llx\n", (unsigned long long)req->kiocb,
			     (unsigned long long)req->ctx->kctx);
}

void aios_timeline(struct aios_buf *buf, const struct aios_request *req,
		   const struct aios_timeline_opts *opts)
{
	struct aios_page page = {
		.buf = buf,
		.opts = opts,
		.req = req,
		.recs = req->history,
		.rec_cnt = req->history_cnt,
		.start_ns = req->history_cnt ? req->history[0].h.time_ns : req->born_ns,
	};

	page_head(&page);
	aios_page_bar(&page);
	aios_page_events(&page);
	aios_page_lanes(&page);
	aios_page_refs(&page);
	aios_page_words(&page);
}

void aios_timeline_events(struct aios_buf *buf, const struct aios_rec *recs, size_t cnt,
			  const struct aios_timeline_opts *opts)
{
	struct aios_page page = {
		.buf = buf,
		.opts = opts,
		.recs = recs,
		.rec_cnt = cnt,
		.start_ns = cnt ? recs[0].h.time_ns : 0,
	};

	aios_page_events(&page);
}
