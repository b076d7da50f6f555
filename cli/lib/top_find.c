// SPDX-License-Identifier: GPL-2.0-only
/*
 * top_find.c - what is wrong on a host, or soon will be, in sentences for a ticket.
 *
 * A sample is read without a lock while everything goes on. What only looks wrong because two of
 * its numbers are of two moments must not be told, so whatever follows from more than one number
 * has to stay the same while nothing moves.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "top.h"
#include "top_int.h"
#include "units.h"
#include "vec.h"
#include "width.h"

#define SECOND_NS	1000000000ULL
#define STUCK_NS	(30 * SECOND_NS)
#define LINGERS_NS	(5 * SECOND_NS)
#define STILL_NS	SECOND_NS	/* for so long at least, and */
#define STILL_FRAMES	3		/* ... in so many frames in a row */
#define NEARLY_FULL	80		/* percent */

/**
 * struct find - a frame that is looked through
 * @before: the sample before, or NULL
 * @cap: of the frame's findings
 */
struct find {
	struct aios_top *top;
	const struct aios_top_sample *before;
	const struct aios_top_sample *now;
	struct aios_top_frame *frame;
	size_t cap;
};

/* Takes @text. Of the level of evidence of a sample, the finding has as much as it needs. */
static int found(struct find *f, const char *slug, int severity, enum aios_top_evidence needs,
		 const struct aios_top_row *row, struct aios_buf *text)
{
	struct aios_top_frame *frame = f->frame;
	enum aios_top_evidence has = f->now->host.evidence;
	struct aios_top_finding *findings =
		text->err ? NULL : aios_vec_room(frame->findings, frame->finding_cnt, &f->cap,
						 sizeof(*findings));

	if (!findings) {
		aios_buf_done(text);
		return -ENOMEM;
	}
	frame->findings = findings;
	findings[frame->finding_cnt++] = (struct aios_top_finding){
		.slug = slug,
		.severity = severity,
		.evidence = needs < has && has != AIOS_TOP_TRACE ? needs : has,
		.pid = row && row->proc ? aios_top_pid(row->proc) : 0,
		.context = row && row->ctx ? row->ctx->snap.user_id : 0,
		.text = text->data,
	};
	return 0;
}

/* "context 0x7f... of PID 1 (fio, user root)" */
static void which(struct aios_buf *text, const struct aios_top_row *row)
{
	aios_buf_str(text, "context ");
	aios_buf_hex(text, row->ctx->snap.user_id);
	aios_buf_str(text, " of ");
	aios_top_who(text, row->proc);
}

static const struct aios_top_row *biggest_holder(const struct aios_top_frame *frame)
{
	const struct aios_top_row *most = NULL;

	for (size_t i = 0; i < frame->proc_cnt; i++) {
		const struct aios_top_row *row = &frame->proc_rows[i];

		if (!row->gone && row->max_reqs && (!most || row->max_reqs > most->max_reqs))
			most = row;
	}
	return most;
}

static void tell_holder(struct aios_buf *text, const struct aios_top_frame *frame)
{
	const struct aios_top_row *most = biggest_holder(frame);

	if (!most)
		return;
	aios_buf_str(text, "; ");
	aios_top_who(text, most->proc);
	aios_buf_fmt(text, " holds the most: %llu in %u context%s",
		     (unsigned long long)most->max_reqs, most->contexts,
		     aios_s(most->contexts));
}

/* Every io_setup that does not fit fails, on the whole host. */
static int find_limit(struct find *f)
{
	const struct aios_top_host *host = &f->now->host;
	uint64_t failed = f->before && host->setup_again > f->before->host.setup_again ?
				  host->setup_again - f->before->host.setup_again : 0;
	bool known = host->aio_nr != UINT64_MAX && host->aio_max_nr != UINT64_MAX;
	bool full = known && host->aio_nr >= host->aio_max_nr;
	struct aios_buf text = { 0 };

	if (!failed && (!known || aios_top_percent(host->aio_nr, host->aio_max_nr) < NEARLY_FULL) &&
	    !full)
		return 0;
	if (failed)
		aios_buf_fmt(&text, "io_setup failed with EAGAIN %llu time%s since the last look; ",
			     (unsigned long long)failed, aios_s(failed));
	if (known)
		aios_buf_fmt(&text, "%llu of %llu (fs.aio-max-nr) are taken",
			     (unsigned long long)host->aio_nr,
			     (unsigned long long)host->aio_max_nr);
	else
		aios_buf_str(&text, "the calls asked for more than fs.aio-max-nr had left");
	if (full && !failed)
		aios_buf_str(&text, ": every io_setup fails now");
	tell_holder(&text, f->frame);
	return found(f, "aio-max-nr", failed || full ? 3 : 2,
		     failed ? AIOS_TOP_FUNCTION : AIOS_TOP_RINGS, biggest_holder(f->frame), &text);
}

/*
 * Is it the same as in the frame before? Then for long enough, and in frames enough?
 * @number: 0 where there is no doubt
 */
static bool lasts(struct find *f, struct aios_top_doubt *doubt, uint64_t number, uint64_t ns)
{
	if (!number || doubt->number != number)
		*doubt = (struct aios_top_doubt){ .number = number, .since_ns = f->now->ns };
	if (!number)
		return false;
	doubt->frames++;
	return doubt->frames >= STILL_FRAMES && f->now->ns - doubt->since_ns >= ns;
}

static int found_stuck(struct find *f, const struct aios_top_row *row,
		       const struct aios_top_oldest *oldest)
{
	struct aios_buf text = { 0 };

	aios_buf_str(&text, "the oldest ");
	aios_buf_str(&text, aios_top_op_name(oldest->what & AIOS_TOP_OP_MASK));
	aios_buf_str(&text, " of ");
	which(&text, row);
	aios_buf_str(&text, " began ");
	aios_fmt_duration(&text, f->now->ns - oldest->since_ns);
	aios_buf_str(&text, " ago: it ");
	aios_buf_str(&text, aios_top_state(oldest->what));
	return found(f, "stuck", 2, AIOS_TOP_FUNCTION, row, &text);
}

/*
 * Polls wait for somebody else, for hours where all is well. One that was woken is another matter,
 * but when that was is not known: only that it has been so for a while.
 */
static int find_stuck(struct find *f, struct aios_top_past *past, const struct aios_top_row *row)
{
	const struct aios_top_ctx *ctx = row->ctx;
	const struct aios_top_oldest *poll = NULL;

	for (size_t i = 0; i < ctx->oldest_cnt && i < AIOS_TOP_OLDEST; i++) {
		const struct aios_top_oldest *oldest = &ctx->oldest[i];

		if (oldest->since_ns > f->now->ns || f->now->ns - oldest->since_ns < STUCK_NS)
			break;
		if ((oldest->what & AIOS_TOP_OP_MASK) != AIOS_TOP_POLL)
			return found_stuck(f, row, oldest);
		if (!poll && oldest->what & ~(uint64_t)AIOS_TOP_OP_MASK)
			poll = oldest;
	}
	if (lasts(f, &past->doubts[AIOS_TOP_DOUBT_POLL], poll ? poll->since_ns : 0, STUCK_NS))
		return found_stuck(f, row, poll);
	return 0;
}

/* Invariant C1: what is neither free nor anybody's never comes back. */
static int find_lost_slots(struct find *f, struct aios_top_past *past,
			   const struct aios_top_row *row)
{
	uint64_t lost = past->still && !row->dead ? row->now.lost : 0;
	struct aios_buf text = { 0 };

	if (!lasts(f, &past->doubts[AIOS_TOP_DOUBT_LOST], lost, STILL_NS))
		return 0;
	aios_buf_fmt(&text, "%u slot%s of ", row->now.lost, aios_s(row->now.lost));
	which(&text, row);
	aios_buf_fmt(&text, " %s neither free, nor of a request, nor of an event: the ring holds "
		     "%u, %u are free, %u in flight, %u completed", row->now.lost == 1 ? "is" :
		     "are", row->now.all, row->now.free, row->now.in_flight,
		     row->ctx->snap.completed);
	return found(f, "slots-lost", 3, AIOS_TOP_SNAPSHOT, row, &text);
}

/*
 * The tail of a ring that is younger than the tool is where the completions are that were counted,
 * once round or many times. Both are read at different moments: it counts while nothing moves.
 */
static int find_lost_events(struct find *f, struct aios_top_past *past,
			    const struct aios_top_row *row)
{
	const struct aios_snap_ctx *snap = &row->ctx->snap;
	struct aios_buf text = { 0 };
	uint64_t off = 0;

	/* What is torn down is in no table: its tail is that of the last look. */
	if (f->now->host.evidence == AIOS_TOP_FUNCTION && row->ctx->born_ns && row->ctx->counted &&
	    !row->dead && past->still && past->missed == f->now->host.missed &&
	    snap->tail < snap->nr_events && !aios_top_completed(&row->delta))
		off = (aios_top_completed(&row->total) % snap->nr_events + snap->nr_events -
		       snap->tail) % snap->nr_events;
	if (!lasts(f, &past->doubts[AIOS_TOP_DOUBT_EVENTS], off, STILL_NS))
		return 0;
	aios_buf_fmt(&text, "%llu request%s completed in ",
		     (unsigned long long)aios_top_completed(&row->total),
		     aios_s(aios_top_completed(&row->total)));
	which(&text, row);
	aios_buf_fmt(&text, ", and the ring's tail is %u where it would be %llu of %u", snap->tail,
		     (unsigned long long)(aios_top_completed(&row->total) % snap->nr_events),
		     snap->nr_events);
	aios_buf_str(&text, ": events were lost, or entered that nobody completed");
	return found(f, "events-lost", 3, AIOS_TOP_FUNCTION, row, &text);
}

/* Why a submission found no slot: the first that holds most of them. */
static void tell_why_again(struct aios_buf *text, const struct aios_top_row *row)
{
	const struct aios_top_slots *now = &row->now;

	aios_buf_fmt(text, "of its %u slots ", now->all);
	if (now->in_flight != AIOS_UNKNOWN32)
		aios_buf_fmt(text, "%u are of requests in flight, ", now->in_flight);
	if (now->unread != AIOS_UNKNOWN32)
		aios_buf_fmt(text, "%u of unread events, ", now->unread);
	if (now->stale != AIOS_UNKNOWN32 && now->stale)
		aios_buf_fmt(text, "%u of events that were read, ", now->stale);
	if (now->free != AIOS_UNKNOWN32)
		aios_buf_fmt(text, "%u are free", now->free);
	else
		aios_buf_str(text, "how many are free is not known");
	/* A CPU takes req_batch slots at a time, and keeps what it does not use. */
	if (now->free != AIOS_UNKNOWN32 && now->free &&
	    row->ctx->snap.free_shared < row->ctx->snap.req_batch)
		aios_buf_fmt(text, ", %u of these for other CPUs alone and %u too few for a CPU, "
			     "which takes %u at a time",
			     row->ctx->snap.free_cpus, row->ctx->snap.free_shared,
			     row->ctx->snap.req_batch);
}

/* Most slots hold events: nobody reads, or not quickly enough. */
static bool readers_lag(const struct aios_top_row *row)
{
	uint32_t unread = row->peak;

	return row->now.unread != AIOS_UNKNOWN32 && unread >= row->now.all - row->now.all / 4;
}

static int find_again(struct find *f, struct aios_top_past *past, const struct aios_top_row *row)
{
	bool full = readers_lag(row);
	struct aios_buf text = { 0 };

	(void)past;
	if (!row->delta.submit_again)
		return 0;
	aios_buf_fmt(&text, "io_submit failed with EAGAIN %llu time%s since the last look in ",
		     (unsigned long long)row->delta.submit_again,
		     aios_s(row->delta.submit_again));
	which(&text, row);
	aios_buf_str(&text, ": ");
	if (full)
		aios_buf_fmt(&text, "its ring was full of events that nobody had read, %u of "
			     "them; ", row->peak);
	tell_why_again(&text, row);
	return found(f, full ? "ring-full" : "eagain", full ? 2 : 1, AIOS_TOP_FUNCTION, row, &text);
}

static void tell_waits_for(struct aios_buf *text, const struct aios_top_row *row)
{
	const struct aios_snap_ctx *snap = &row->ctx->snap;
	uint32_t in_flight = row->now.in_flight;

	if (in_flight && in_flight != AIOS_UNKNOWN32) {
		aios_buf_fmt(text, "it waits for %u request%s in flight", in_flight,
			     aios_s(in_flight));
		if (row->oldest_ns) {
			aios_buf_fmt(text, ", of which the oldest, a %s, ",
				     aios_top_op_name(row->oldest_what & AIOS_TOP_OP_MASK));
			aios_buf_str(text, aios_top_state(row->oldest_what));
		} else if (snap->polls) {
			aios_buf_fmt(text, ", %u of them polls", snap->polls);
		}
	} else if (in_flight && row->oldest_ns) {
		aios_buf_fmt(text, "its oldest request, a %s, ",
			     aios_top_op_name(row->oldest_what & AIOS_TOP_OP_MASK));
		aios_buf_str(text, aios_top_state(row->oldest_what));
	} else if (in_flight) {
		aios_buf_str(text, "what it waits for is not known");
	} else if (snap->waiters && snap->waiters != AIOS_UNKNOWN32) {
		aios_buf_fmt(text, "%u thread%s still in io_getevents", snap->waiters,
			     snap->waiters == 1 ? " is" : "s are");
	} else {
		aios_buf_str(text, "no request is in flight, so a system call still uses it");
	}
}

static int find_lingers(struct find *f, struct aios_top_past *past,
			const struct aios_top_row *row)
{
	struct aios_buf text = { 0 };

	if (!past->dead_ns || f->now->ns - past->dead_ns < LINGERS_NS)
		return 0;
	which(&text, row);
	aios_buf_str(&text, " was destroyed at least ");
	aios_fmt_duration(&text, f->now->ns - past->dead_ns);
	aios_buf_str(&text, " ago and is still there: ");
	tell_waits_for(&text, row);
	return found(f, "dead-lingers", 2, AIOS_TOP_SNAPSHOT, row, &text);
}

static int worst_first(const void *a, const void *b)
{
	const struct aios_top_finding *x = a, *y = b;

	if (x->severity != y->severity)
		return y->severity - x->severity;
	if (x->pid != y->pid)
		return x->pid < y->pid ? -1 : 1;
	if (x->context != y->context)
		return x->context < y->context ? -1 : 1;
	return strcmp(x->slug, y->slug);
}

int aios_top_find(struct aios_top *top, const struct aios_top_sample *before,
		  struct aios_top_frame *frame)
{
	static int (*const finds[])(struct find *, struct aios_top_past *,
				    const struct aios_top_row *) = {
		find_lost_slots, find_lost_events, find_stuck, find_again, find_lingers,
	};
	struct find f = { .top = top, .before = before, .now = frame->sample, .frame = frame };
	int err = find_limit(&f);

	for (size_t i = 0; i < frame->ctx_cnt && !err; i++) {
		const struct aios_top_row *row = &frame->ctx_rows[i];
		struct aios_top_past *past = aios_map_get(&top->ctxs, row->ctx->id);

		for (size_t j = 0; j < sizeof(finds) / sizeof(finds[0]) && !err && !row->gone; j++)
			err = finds[j](&f, past, row);
	}
	if (!err && frame->finding_cnt)
		qsort(frame->findings, frame->finding_cnt, sizeof(*frame->findings), worst_first);
	return err;
}

void aios_top_find_text(struct aios_buf *buf, const struct aios_top_frame *frame, size_t columns)
{
	struct aios_buf text = { 0 };

	for (size_t i = 0; i < frame->finding_cnt; i++) {
		aios_buf_fmt(&text, "[%s, %s] %s", frame->findings[i].slug,
			     aios_top_evidence_name(frame->findings[i].evidence),
			     frame->findings[i].text);
		if (!text.err)
			aios_buf_wrap(buf, text.data, "! ", columns);
		aios_buf_clear(&text);
	}
	aios_buf_done(&text);
}
