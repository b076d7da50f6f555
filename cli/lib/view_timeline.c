// SPDX-License-Identifier: GPL-2.0-only
/*
 * view_timeline.c - one request's life, event by event.
 */
#include <linux/aio_abi.h>

#include "column.h"
#include "event.h"
#include "names.h"
#include "units.h"
#include "view.h"

#define AT_WHERE	14
#define AT_EVENT	42
#define AT_UNTIL	28
#define AT_BY		38
#define LINE_MAX_BYTES	100	/* of frames of a stack */

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
	aios_buf_fmt(buf, "result %lld, %u references", (long long)rec->req_done.res,
		     rec->req_done.refs);
}

static void detail_complete(struct aios_buf *buf, const struct aios_rec *rec)
{
	const struct aios_req_complete *body = &rec->req_complete;

	uint32_t party = AIOS_F_PARTY(rec->h.flags);

	if (party)
		aios_buf_fmt(buf, "result %lld, last put by the %s, ring entry %u",
			     (long long)body->res, aios_party_name(aios_put_party(party - 1)),
			     body->tail);
	else
		aios_buf_fmt(buf, "result %lld, references %u, ring tail %u", (long long)body->res,
			     body->refs, body->tail);
	if (body->head != AIOS_UNKNOWN32)
		aios_buf_fmt(buf, ", head %u", body->head);
	aios_buf_fmt(buf, ", %u slots to give back", body->completed);
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

	if (body->key) {
		aios_buf_str(buf, "key ");
		aios_fmt_poll(buf, body->key);
	} else {
		aios_buf_str(buf, "no key");
	}
	if (body->key && !(body->key & body->events)) {
		aios_buf_str(buf, ": ignored, it waits for ");
		aios_fmt_poll(buf, body->events);
		return;
	}
	aios_buf_str(buf, body->state & AIOS_POLL_ARMED ? ", while it waited" :
		     body->state & AIOS_POLL_CANCELLED ? ", after it was told to finish" :
		     ", before it was decided to wait");
	if (AIOS_POLL_DECIDED(body->state))
		detail_woken(buf, AIOS_POLL_DECIDED(body->state) - 1);
	else if (body->state & AIOS_POLL_SCHEDULED)
		aios_buf_str(buf, ", work is queued already: asked for another run");
	else if (!body->key)
		aios_buf_str(buf, ": queued the work");
	aios_buf_fmt(buf, ", %u references", body->refs);
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
	aios_buf_fmt(buf, "by the %s, %u left", aios_party_name(aios_put_party(rec->req_put.party)),
		     rec->req_put.refs);
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

	aios_buf_fmt(buf, "references %u", body->refs);
	if (body->file && body->watched & 1 << AIOS_HOLD_FILE)
		aios_buf_fmt(buf, ", %u fput()", body->file_drops);
	if (body->eventfd && body->watched & 1 << AIOS_HOLD_EVENTFD)
		aios_buf_fmt(buf, ", %u eventfd_ctx_put()", body->eventfd_drops);
	aios_buf_str(buf, " seen");
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
};

/* "+12.3us" since the first event. */
static void line_time(struct aios_buf *line, uint64_t ns, uint64_t start_ns)
{
	aios_buf_str(line, "  +");
	aios_fmt_duration(line, ns > start_ns ? ns - start_ns : 0);
	aios_buf_pad(line, AT_WHERE);
}

static void line_where(struct aios_buf *line, const struct aios_hdr *hdr)
{
	aios_buf_fmt(line, "CPU %u ", hdr->cpu);
	if (hdr->flags & (AIOS_F_SOFTIRQ | AIOS_F_HARDIRQ))
		aios_buf_fmt(line, "in a %s", aios_where_name(aios_where(hdr->flags)));
	else
		aios_buf_fmt(line, "thread %u", hdr->tid);
	aios_buf_pad(line, AT_EVENT);
}

void aios_timeline_event(struct aios_buf *buf, const struct aios_rec *rec, uint64_t start_ns)
{
	struct aios_buf line = { 0 };

	line_time(&line, rec->h.time_ns, start_ns);
	line_where(&line, &rec->h);
	aios_buf_fmt(&line, "%-13s", aios_event_name(rec->h.type));
	if (rec->h.type < AIOS_EV_MAX && details[rec->h.type])
		details[rec->h.type](&line, rec);
	else
		aios_buf_str(&line, aios_event_doc(rec->h.type));
	aios_buf_str(&line, "\n");
	if (!line.err)
		aios_buf_add(buf, line.data, line.len);
	aios_buf_done(&line);
}

static void fmt_frame(struct aios_buf *buf, const struct aios_frame *frame, bool addresses)
{
	if (frame->name)
		aios_buf_safe(buf, frame->name);
	else if (addresses)
		aios_buf_fmt(buf, "0x%llx", (unsigned long long)frame->address);
	else
		aios_buf_str(buf, "?");
}

static void line_begin(struct aios_buf *line)
{
	aios_buf_clear(line);
	aios_buf_pad(line, AT_WHERE);
}

static void line_end(struct aios_buf *buf, struct aios_buf *line)
{
	aios_buf_str(line, "\n");
	if (!line->err)
		aios_buf_add(buf, line->data, line->len);
}

static bool has_names(const struct aios_frame *frames, size_t cnt)
{
	for (size_t i = 0; i < cnt; i++)
		if (frames[i].name)
			return true;
	return false;
}

/* "aio_read+0x5 < io_submit_one+0x2a7 <": from the innermost function on, as many as fit a line. */
static void timeline_stack(struct aios_buf *buf, const struct aios_stack *stack,
			   const struct aios_symbols *symbols, bool addresses)
{
	struct aios_frame frames[AIOS_STACK_FRAMES];
	size_t cnt = aios_stack_frames(stack, symbols, frames);
	struct aios_buf line = { 0 }, frame = { 0 };
	bool told = addresses || has_names(frames, cnt);

	line_begin(&line);
	if (!told)
		aios_buf_str(&line, "functions whose names are not known");
	for (size_t i = 0; i < cnt && told; i++) {
		aios_buf_clear(&frame);
		fmt_frame(&frame, &frames[i], addresses);
		aios_buf_str(&frame, i + 1 < cnt ? " <" : "");
		if (i && line.len + 1 + frame.len > LINE_MAX_BYTES) {
			line_end(buf, &line);
			line_begin(&line);
		} else if (i) {
			aios_buf_str(&line, " ");
		}
		aios_buf_add(&line, frame.data, frame.err ? 0 : frame.len);
	}
	line_end(buf, &line);
	aios_buf_done(&line);
	aios_buf_done(&frame);
}

static void timeline_reap(struct aios_buf *buf, const struct aios_request *req, uint64_t start_ns)
{
	struct aios_buf line = { 0 };

	if (!req->reaper)
		return;
	line_time(&line, req->reaped_ns, start_ns);
	if (req->reaper == AIOS_REAPER_KERNEL)
		aios_buf_fmt(&line, "thread %u", req->reaper_tid);
	aios_buf_pad(&line, AT_EVENT);
	aios_buf_fmt(&line, "%-13s", "reaped");
	aios_buf_str(&line, req->reaper == AIOS_REAPER_KERNEL ? "io_getevents returned its event" :
		     req->reaper == AIOS_REAPER_USER ?
		     "the program took its event out of the ring itself, not later than now" :
		     "its event was taken out by somebody who is not in the trace");
	if (req->reap_inferred)
		aios_buf_str(&line, req->ctx->tainted ? " (inferred: records are missing)" :
			     " (inferred: several readers were at it)");
	aios_buf_str(&line, "\n");
	if (!line.err)
		aios_buf_add(buf, line.data, line.len);
	aios_buf_done(&line);
}

static void timeline_stage(struct aios_buf *buf, const struct aios_request *req, const char *name,
			   bool (*stage)(const struct aios_request *, uint64_t *))
{
	uint64_t ns;

	if (!stage(req, &ns))
		return;
	aios_buf_fmt(buf, "  %s ", name);
	aios_fmt_duration(buf, ns);
}

static void timeline_head(struct aios_buf *buf, const struct aios_request *req,
			  const struct aios_clock *clock, uint64_t start_ns)
{
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
	if (start_ns) {
		aios_buf_str(buf, " at ");
		aios_fmt_clock(buf, start_ns + (uint64_t)clock->wall_offset_ns,
			       clock->utc_offset_s);
	}
	aios_buf_str(buf, "\n");
}

static void timeline_stages(struct aios_buf *buf, const struct aios_request *req)
{
	aios_buf_str(buf, "  stages:");
	timeline_stage(buf, req, "submit", aios_submit_ns);
	timeline_stage(buf, req, "in flight", aios_in_flight_ns);
	timeline_stage(buf, req, "unread", aios_unread_ns);
	timeline_stage(buf, req, "birth to completion", aios_latency_ns);
	aios_buf_str(buf, "\n");
}

/* Where and by whom a reference was dropped. */
static void ref_dropped(struct aios_buf *line, const struct aios_ref *ref, bool own)
{
	if (own) {
		aios_buf_fmt(line, "by the %s, %u left, ", aios_party_name(ref->party), ref->left);
		if (ref->unsure)
			aios_buf_str(line, "(or that of the next one at this address) ");
	} else if (ref->puts != 1) {
		aios_buf_fmt(line, "%u times, ", ref->puts);
	}
	aios_buf_fmt(line, "on CPU %u ", ref->cpu);
	if (ref->flags & (AIOS_F_SOFTIRQ | AIOS_F_HARDIRQ))
		aios_buf_fmt(line, "in a %s", aios_where_name(aios_where(ref->flags)));
	else
		aios_buf_fmt(line, "in thread %u", ref->tid);
}

static void timeline_ref(struct aios_buf *buf, enum aios_ref_kind kind, const struct aios_ref *ref,
			 uint64_t start_ns)
{
	struct aios_buf line = { 0 };

	if (!ref->gets && !ref->puts)
		return;
	aios_buf_fmt(&line, "    %-12s", aios_ref_name(kind));
	aios_buf_str(&line, " +");
	aios_fmt_duration(&line, ref->from_ns > start_ns ? ref->from_ns - start_ns : 0);
	aios_buf_pad(&line, AT_UNTIL);
	if (ref->puts) {
		aios_buf_str(&line, "+");
		aios_fmt_duration(&line, ref->to_ns > start_ns ? ref->to_ns - start_ns : 0);
		aios_buf_pad(&line, AT_BY);
		ref_dropped(&line, ref, kind <= AIOS_REF_OP);
	} else {
		aios_buf_str(&line, ref->unwatched ? "nobody watched" : "still held");
	}
	if (ref->puts && ref->unwatched)
		aios_buf_str(&line, "; that it was dropped was not seen");
	aios_buf_str(&line, "\n");
	if (!line.err)
		aios_buf_add(buf, line.data, line.len);
	aios_buf_done(&line);
}

static void timeline_refs(struct aios_buf *buf, const struct aios_request *req, uint64_t start_ns)
{
	enum aios_ref_kind first = AIOS_REF_SUBMIT, end = AIOS_REFS;

	if (!req->ledger)
		return;
	if (req->ledger->puts_told) {
		aios_buf_fmt(buf, "  references: %s\n", aios_balance_name(aios_balance(req)));
	} else {
		aios_buf_str(buf, "  references of what it held:\n");
		first = AIOS_REF_FILE;
		end = AIOS_REF_FREEZE;
	}
	for (enum aios_ref_kind kind = first; kind < end; kind++)
		timeline_ref(buf, kind, &req->ledger->held[kind], start_ns);
}

/* Where every put is told, this was seen; else it follows from what ran. */
static void timeline_party(struct aios_buf *buf, const struct aios_request *req)
{
	bool unseen = req->party == AIOS_PARTY_UNKNOWN;

	aios_buf_fmt(buf, "  last reference dropped by %s%s%s, in %s context\n",
		     unseen ? "" : "the ", unseen ? "somebody unseen" : aios_party_name(req->party),
		     unseen || (req->ledger && req->ledger->puts_told) ? "" : " (inferred)",
		     aios_where_name(aios_where(req->complete_flags)));
}

static void timeline_notes(struct aios_buf *buf, const struct aios_request *req)
{
	enum aios_poll_order order = aios_poll_order(req);

	if (req->completed_ns)
		timeline_party(buf, req);
	if (order != AIOS_POLL_NONE)
		aios_buf_fmt(buf, "  order: %s: %s\n", aios_poll_order_name(order),
			     aios_poll_order_doc(order));
	if (aios_wake_order(req) != AIOS_WAKE_UNKNOWN)
		aios_buf_fmt(buf, "  first wake-up against the return of ->poll: %s\n",
			     aios_wake_order_name(aios_wake_order(req)));
	if (req->slot != AIOS_UNKNOWN32)
		aios_buf_fmt(buf, "  ring entry %u%s\n", req->slot, !req->slot_inferred ? "" :
			     req->ctx->tainted ? " or one next to it: records are missing" :
			     " or one next to it: completions overlapped");
	if (req->fate == AIOS_FATE_UNREAD)
		aios_buf_str(buf, "  its event was never read\n");
	if (req->tainted)
		aios_buf_str(buf, "  TAINTED: records were lost while it was alive; "
			     "events may be missing here\n");
}

void aios_timeline(struct aios_buf *buf, const struct aios_request *req,
		   const struct aios_clock *clock, const struct aios_symbols *symbols,
		   bool addresses)
{
	uint64_t start_ns = req->history_cnt ? req->history[0].h.time_ns : req->born_ns;

	timeline_head(buf, req, clock, start_ns);
	if (addresses && req->kiocb)
		aios_buf_fmt(buf, "  kiocb 0x%llx, kioctx 0x%llx\n", (unsigned long long)req->kiocb,
			     (unsigned long long)req->ctx->kctx);
	timeline_stages(buf, req);
	for (size_t i = 0; i < req->history_cnt; i++) {
		const struct aios_rec *rec = &req->history[i];

		aios_timeline_event(buf, rec, start_ns);
		if (rec->h.type == AIOS_EV_STACK)
			timeline_stack(buf, &rec->stack, symbols, addresses);
	}
	timeline_reap(buf, req, start_ns);
	timeline_refs(buf, req, start_ns);
	timeline_notes(buf, req);
}
