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
	if (body->state & AIOS_POLL_SCHEDULED)
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
	if (rec->work.state & AIOS_POLL_CANCELLED)
		aios_buf_str(buf, ", cancelled");
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

static void timeline_event(struct aios_buf *buf, const struct aios_rec *rec, uint64_t start_ns)
{
	struct aios_buf line = { 0 };

	line_time(&line, rec->h.time_ns, start_ns);
	line_where(&line, &rec->h);
	aios_buf_fmt(&line, "%-13s", aios_event_name(rec->h.type));
	if (rec->h.type < AIOS_EV_MAX && details[rec->h.type])
		details[rec->h.type](&line, rec);
	aios_buf_str(&line, "\n");
	if (!line.err)
		aios_buf_add(buf, line.data, line.len);
	aios_buf_done(&line);
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
		aios_buf_str(&line, " (inferred: several readers were at it)");
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

static void timeline_notes(struct aios_buf *buf, const struct aios_request *req)
{
	enum aios_poll_order order = aios_poll_order(req);

	if (req->completed_ns)
		aios_buf_fmt(buf, "  last reference dropped by %s%s, in %s context\n",
			     req->party == AIOS_PARTY_UNKNOWN ? "" : "the ",
			     req->party == AIOS_PARTY_UNKNOWN ? "somebody unseen" :
			     aios_party_name(req->party),
			     aios_where_name(aios_where(req->complete_flags)));
	if (order != AIOS_POLL_NONE)
		aios_buf_fmt(buf, "  order: %s: %s\n", aios_poll_order_name(order),
			     aios_poll_order_doc(order));
	if (aios_wake_order(req) != AIOS_WAKE_UNKNOWN)
		aios_buf_fmt(buf, "  first wake-up against the return of ->poll: %s\n",
			     aios_wake_order_name(aios_wake_order(req)));
	if (req->slot != AIOS_UNKNOWN32)
		aios_buf_fmt(buf, "  ring entry %u%s\n", req->slot, req->slot_inferred ?
			     " or one next to it: completions overlapped" : "");
	if (req->fate == AIOS_FATE_UNREAD)
		aios_buf_str(buf, "  its event was never read\n");
	if (req->tainted)
		aios_buf_str(buf, "  TAINTED: records were lost while it was alive; "
			     "events may be missing here\n");
}

void aios_timeline(struct aios_buf *buf, const struct aios_request *req,
		   const struct aios_clock *clock, bool addresses)
{
	uint64_t start_ns = req->history_cnt ? req->history[0].h.time_ns : req->born_ns;

	timeline_head(buf, req, clock, start_ns);
	if (addresses && req->kiocb)
		aios_buf_fmt(buf, "  kiocb 0x%llx, kioctx 0x%llx\n", (unsigned long long)req->kiocb,
			     (unsigned long long)req->ctx->kctx);
	timeline_stages(buf, req);
	for (size_t i = 0; i < req->history_cnt; i++)
		timeline_event(buf, &req->history[i], start_ns);
	timeline_reap(buf, req, start_ns);
	timeline_notes(buf, req);
}
