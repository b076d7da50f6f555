// SPDX-License-Identifier: GPL-2.0-only
/*
 * view_timeline_lanes.c - a poll's wake-ups against ->poll, as lanes with a row an event:
 *
 *	      TIME CPU  submitter      waker          worker         ring
 *	                212            212            9
 *	        +0   0  + io_submit    .              .              .
 *	    +118us   0  | on its queue .              .              .
 *	    +300us   0  | ->poll = 0   .              .              .
 *	    +526us   0  ' waits        .              .              .
 *	   +1.66ms   0  .              * wake: work   .              .
 *	   +2.53ms   0  .              .              + work         .
 *	   +2.60ms   0  .              .              | ->poll = IN  .
 *	   +2.88ms   0  .              .              | completes -> slot 0
 *	   +3.08ms   0  .              .              ' work ends    .
 *	   +3.51ms      .              .              .              taken
 *
 * Rows are in the order of their times; "~" is before those that nothing orders.
 */
#include "view_timeline_int.h"

#include <string.h>

#include <linux/aio_abi.h>

#include "names.h"
#include "width.h"

#define AT_LANES	17
#define WAKERS		3	/* with a lane each; the last one stands for all others */
#define LANES		(WAKERS + 4)
#define ROWS_HEAD	40	/* of a life with many events, what is drawn ... */
#define ROWS_TAIL	20	/* ... of its beginning and end */

enum role { NOBODY, SUBMITTER, WAKER, CANCELLER, WORKER, RING, ROLES };

/* What draws a lane: ASCII, and where that can be shown. */
enum glyph { IDLE, ACTIVE, BEGIN, INSIDE, END, ALONE, ARROW, HEAD };

static const char *const glyphs[][2] = {
	[IDLE] = { ".", "\u00b7" },   [ACTIVE] = { "|", "\u2502" }, [BEGIN] = { "+", "\u250c" },
	[INSIDE] = { "|", "\u251c" }, [END] = { "'", "\u2514" },    [ALONE] = { "*", "\u25cf" },
	[ARROW] = { "-", "\u2500" },  [HEAD] = { ">", "\u25b6" },
};

/* Who runs: a thread, or an interrupt of a CPU. */
struct actor {
	enum aios_where where;
	uint32_t id;
};

struct lane {
	enum role role;
	struct actor actor;
	bool others;
	bool active;
};

struct lanes {
	struct lane of[LANES];
	size_t cnt;
	size_t width;
	size_t last_submit;	/* row where the submission is over */
};

static struct actor actor_of(const struct aios_hdr *hdr)
{
	enum aios_where where = aios_where(hdr->flags);

	return (struct actor){ where, where == AIOS_WHERE_TASK ? hdr->tid : hdr->cpu };
}

static bool same_actor(const struct aios_hdr *a, const struct aios_hdr *b)
{
	struct actor x = actor_of(a), y = actor_of(b);

	return x.where == y.where && x.id == y.id;
}

/* What an event alone says of who was at it. */
static enum role role_of(const struct aios_rec *rec)
{
	static const uint8_t roles[AIOS_EV_MAX] = {
		[AIOS_EV_REQ_BIRTH] = SUBMITTER,  [AIOS_EV_REQ_IOCB] = SUBMITTER,
		[AIOS_EV_REQ_FOUND] = SUBMITTER,  [AIOS_EV_REQ_RETURN] = SUBMITTER,
		[AIOS_EV_POLL_QUEUE] = SUBMITTER, [AIOS_EV_POLL_WAKE] = WAKER,
		[AIOS_EV_POLL_CANCEL] = CANCELLER, [AIOS_EV_REQ_CANCEL] = CANCELLER,
		[AIOS_EV_WORK_BEGIN] = WORKER,	  [AIOS_EV_WORK_END] = WORKER,
	};

	switch (rec->h.type) {
	case AIOS_EV_POLL_ASK:
		return rec->poll_ask.in_work ? WORKER : SUBMITTER;
	case AIOS_EV_POLL_RETURN:
		return rec->poll_return.in_work ? WORKER : SUBMITTER;
	case AIOS_EV_POLL_DECIDE:
		return rec->poll_decide.in_work ? WORKER : SUBMITTER;
	default:
		return rec->h.type < AIOS_EV_MAX ? roles[rec->h.type] : NOBODY;
	}
}

/* Of what anybody may do: who did it is whoever was last seen to be this thread or interrupt. */
static enum role role_at(const struct aios_page *page, size_t nr)
{
	const struct aios_rec *rec = &page->recs[nr];
	enum role role = role_of(rec);

	if (role != NOBODY || (rec->h.type != AIOS_EV_REQ_PUT &&
			       rec->h.type != AIOS_EV_REQ_COMPLETE &&
			       rec->h.type != AIOS_EV_REQ_FREE))
		return role;
	for (size_t i = nr; i > 0; i--) {
		role = role_of(&page->recs[i - 1]);
		if (role != NOBODY && same_actor(&page->recs[i - 1].h, &rec->h))
			return role;
	}
	return WORKER;
}

static struct lane *lane_find(struct lanes *lanes, enum role role, const struct aios_hdr *hdr)
{
	struct actor actor = hdr ? actor_of(hdr) : (struct actor){ 0 };
	struct lane *last = NULL;

	for (size_t i = 0; i < lanes->cnt; i++) {
		struct lane *lane = &lanes->of[i];

		if (lane->role != role)
			continue;
		last = lane;
		if (role != WAKER || (lane->actor.where == actor.where &&
				      lane->actor.id == actor.id))
			return lane;
	}
	return last && last->others ? last : NULL;
}

/* A lane is needed; of wakers, one each as long as there is room. */
static void lane_need(struct lanes *lanes, enum role role, const struct aios_hdr *hdr)
{
	size_t same = 0;

	if (lane_find(lanes, role, hdr))
		return;
	for (size_t i = 0; i < lanes->cnt; i++)
		same += lanes->of[i].role == role;
	if (same == WAKERS) {
		lanes->of[lanes->cnt - 1].others = true;
		return;
	}
	lanes->of[lanes->cnt++] = (struct lane){
		.role = role,
		.actor = hdr ? actor_of(hdr) : (struct actor){ 0 },
	};
}

/* In the order in which they stand. */
static void lanes_make(const struct aios_page *page, struct lanes *lanes)
{
	size_t room;

	for (enum role role = SUBMITTER; role < RING; role++)
		for (size_t i = 0; i < page->rec_cnt; i++)
			if (role_at(page, i) == role)
				lane_need(lanes, role, &page->recs[i].h);
	if (page->req->completed_ns)
		lane_need(lanes, RING, NULL);
	for (size_t i = 0; i < page->rec_cnt; i++)
		if (role_at(page, i) == SUBMITTER)
			lanes->last_submit = i;
	if (!lanes->cnt)
		return;
	/* 80 columns where that gives each 15, else up to 100. */
	room = (80 - AT_LANES) / lanes->cnt;
	if (room < 15)
		room = (AIOS_PAGE_COLUMNS - AT_LANES) / lanes->cnt;
	lanes->width = room > 26 ? 26 : room;
}

/* A lane among five has room for 12 characters. */
static void say_wake(struct aios_buf *buf, const struct aios_rec *rec)
{
	static const char *const decided[] = {
		[AIOS_WOKEN_IGNORE] = "wake ignored",	[AIOS_WOKEN_INLINE] = "wake ends it",
		[AIOS_WOKEN_PUT_WORK] = "wake ends it", [AIOS_WOKEN_WORK] = "wake to work",
		[AIOS_WOKEN_AGAIN] = "wake again",	[AIOS_WOKEN_POLLFREE] = "POLLFREE",
	};
	const struct aios_poll_wake *body = &rec->poll_wake;
	uint32_t decision = AIOS_POLL_DECIDED(body->state);

	if (decision && decision - 1 <= AIOS_WOKEN_POLLFREE)
		aios_buf_str(buf, decided[decision - 1]);
	else if (body->key & AIOS_POLLFREE)
		aios_buf_str(buf, decided[AIOS_WOKEN_POLLFREE]);
	else if (body->key && !(body->key & body->events))
		aios_buf_str(buf, decided[AIOS_WOKEN_IGNORE]);
	else if (body->state & AIOS_POLL_SCHEDULED)
		aios_buf_str(buf, decided[AIOS_WOKEN_AGAIN]);
	else
		aios_buf_str(buf, body->key ? "wake" : decided[AIOS_WOKEN_WORK]);
}

static void say_decide(struct aios_buf *buf, const struct aios_poll_decide *body)
{
	static const char *const submission[] = {
		[AIOS_DECIDED_STEAL] = "ready",	    [AIOS_DECIDED_ARM] = "waits",
		[AIOS_DECIDED_ASYNC] = "was woken", [AIOS_DECIDED_CANCEL] = "cancels",
		[AIOS_DECIDED_ERROR] = "refuses",
	};
	static const char *const work[] = {
		[AIOS_WORKED_COMPLETE] = "is ready",
		[AIOS_WORKED_AGAIN] = "runs again",
		[AIOS_WORKED_WAIT] = "waits on",
	};

	if (body->in_work && body->decision <= AIOS_WORKED_WAIT)
		aios_buf_str(buf, work[body->decision]);
	else if (!body->in_work && body->decision <= AIOS_DECIDED_ERROR)
		aios_buf_str(buf, submission[body->decision]);
	else
		aios_buf_str(buf, "decides");
}

/* At evidence level function a wake-up that found it waiting proves what was decided before. */
static void say_return(struct aios_buf *buf, const struct aios_page *page,
		       const struct aios_rec *rec)
{
	const struct aios_poll *poll = &page->req->poll;
	bool waits = !poll->decided && poll->first_wake_ns > rec->h.time_ns &&
		     !poll->first_is_early && !poll->cancels;

	aios_buf_str(buf, rec->req_return.err ? "refused" : waits ? "waits" : "returns");
}

static void say_work(struct aios_buf *buf, const struct aios_rec *rec)
{
	if (rec->h.type == AIOS_EV_WORK_END)
		aios_buf_str(buf, "work ends");
	else
		aios_buf_str(buf, rec->work.kind == AIOS_WORK_PUT ? "put work" : "work");
}

static void say(struct aios_buf *buf, const struct aios_page *page, const struct aios_rec *rec)
{
	static const char *const texts[AIOS_EV_MAX] = {
		[AIOS_EV_REQ_BIRTH] = "io_submit",   [AIOS_EV_REQ_IOCB] = "io_submit",
		[AIOS_EV_REQ_FOUND] = "was pending", [AIOS_EV_POLL_ASK] = "->poll ...",
		[AIOS_EV_POLL_CANCEL] = "cancels",   [AIOS_EV_REQ_CANCEL] = "cancelled",
		[AIOS_EV_REQ_FREE] = "frees",	     [AIOS_EV_REQ_COMPLETE] = "completes",
	};

	if (rec->h.type == AIOS_EV_POLL_WAKE) {
		say_wake(buf, rec);
	} else if (rec->h.type == AIOS_EV_POLL_DECIDE) {
		say_decide(buf, &rec->poll_decide);
	} else if (rec->h.type == AIOS_EV_POLL_RETURN) {
		aios_buf_str(buf, "->poll = ");
		aios_fmt_poll(buf, rec->poll_return.mask);
	} else if (rec->h.type == AIOS_EV_POLL_QUEUE) {
		aios_buf_str(buf, rec->poll_queue.second ? "second queue" : "on its queue");
	} else if (rec->h.type == AIOS_EV_REQ_RETURN) {
		say_return(buf, page, rec);
	} else if (rec->h.type == AIOS_EV_REQ_PUT) {
		aios_buf_fmt(buf, "put, %u left", rec->req_put.refs);
	} else if (rec->h.type == AIOS_EV_WORK_BEGIN || rec->h.type == AIOS_EV_WORK_END) {
		say_work(buf, rec);
	} else if (rec->h.type < AIOS_EV_MAX && texts[rec->h.type]) {
		aios_buf_str(buf, texts[rec->h.type]);
	}
}

static void put_glyphs(const struct aios_page *page, enum glyph glyph, size_t times)
{
	for (; times; times--)
		aios_buf_str(page->buf, glyphs[glyph][page->opts->utf8]);
}

static enum glyph glyph_of(const struct lanes *lanes, const struct lane *lane,
			   const struct aios_page *page, size_t nr)
{
	uint16_t type = page->recs[nr].h.type;

	if (lane->role == SUBMITTER)
		return !lane->active ? nr == lanes->last_submit ? ALONE : BEGIN :
		       nr == lanes->last_submit ? END : INSIDE;
	if (lane->role == WORKER && type == AIOS_EV_WORK_BEGIN)
		return BEGIN;
	if (lane->active)
		return type == AIOS_EV_WORK_END ? END : INSIDE;
	return ALONE;
}

/* What others do meanwhile, up to the end of the row. */
static void put_idle(const struct aios_page *page, const struct lanes *lanes, size_t from,
		     size_t to)
{
	for (size_t i = from; i < to; i++) {
		put_glyphs(page, lanes->of[i].active ? ACTIVE : IDLE, 1);
		for (size_t col = 1; col < lanes->width && i + 1 < lanes->cnt; col++)
			aios_buf_str(page->buf, " ");
	}
}

/* "completes ----------> slot 4": from the lane to the ring. */
static void put_complete(const struct aios_page *page, const struct lanes *lanes, size_t lane,
			 size_t used)
{
	const struct aios_request *req = page->req;

	aios_buf_str(page->buf, " ");
	put_glyphs(page, ARROW, (lanes->cnt - 1 - lane) * lanes->width - used - 2);
	put_glyphs(page, HEAD, 1);
	if (req->slot == AIOS_UNKNOWN32)
		aios_buf_str(page->buf, " slot ?");
	else
		aios_buf_fmt(page->buf, " slot %u%s", req->slot, req->slot_inferred ? "?" : "");
}

static bool has_ring(const struct lanes *lanes)
{
	return lanes->of[lanes->cnt - 1].role == RING;
}

/* Does nothing order the row against another one of the picture? */
static bool is_unordered(const struct aios_page *page, const struct aios_rec *rec)
{
	const struct aios_poll *poll = &page->req->poll;

	if (aios_wake_order(page->req) != AIOS_WAKE_UNORDERED)
		return false;
	return (rec->h.type == AIOS_EV_POLL_WAKE && rec->h.time_ns == poll->first_wake_ns) ||
	       (rec->h.type == AIOS_EV_POLL_RETURN && !rec->poll_return.in_work);
}

static void put_when(const struct aios_page *page, uint64_t time_ns, const struct aios_rec *rec)
{
	struct aios_buf time = { 0 };

	aios_buf_str(&time, rec && is_unordered(page, rec) ? "~" : "");
	aios_page_time(&time, page, time_ns);
	aios_buf_fmt(page->buf, "  %9s ", time.err ? "?" : time.data);
	if (rec)
		aios_buf_fmt(page->buf, "%3u  ", rec->h.cpu % 1000);
	else
		aios_buf_str(page->buf, "     ");
	aios_buf_done(&time);
}

static void put_event(const struct aios_page *page, struct lanes *lanes, size_t nr)
{
	const struct aios_rec *rec = &page->recs[nr];
	struct lane *lane = lane_find(lanes, role_at(page, nr), &rec->h);
	size_t at = lane ? (size_t)(lane - lanes->of) : 0, used;
	bool completes = rec->h.type == AIOS_EV_REQ_COMPLETE && has_ring(lanes);
	struct aios_buf text = { 0 };
	enum glyph glyph;

	say(&text, page, rec);
	if (!lane || !text.len) {
		aios_buf_done(&text);
		return;
	}
	glyph = glyph_of(lanes, lane, page, nr);
	put_when(page, rec->h.time_ns, rec);
	put_idle(page, lanes, 0, at);
	put_glyphs(page, glyph, 1);
	aios_buf_str(page->buf, " ");
	used = 2 + aios_buf_cut(page->buf, text.data, lanes->width - 3 - (completes ? 1 : 0));
	if (completes) {
		put_complete(page, lanes, at, used);
	} else {
		for (; used < lanes->width && at + 1 < lanes->cnt; used++)
			aios_buf_str(page->buf, " ");
		put_idle(page, lanes, at + 1, lanes->cnt);
	}
	aios_buf_str(page->buf, "\n");
	lane->active = glyph == BEGIN || glyph == INSIDE;
	aios_buf_done(&text);
}

static void put_reaped(const struct aios_page *page, const struct lanes *lanes)
{
	if (!has_ring(lanes))
		return;
	put_when(page, page->req->reaped_ns, NULL);
	put_idle(page, lanes, 0, lanes->cnt - 1);
	aios_buf_fmt(page->buf, "taken%s\n", page->req->reaper == AIOS_REAPER_USER ? " by now" :
		     page->req->reap_inferred ? "?" : "");
}

static void put_names(const struct aios_page *page, const struct lanes *lanes)
{
	static const char *const names[ROLES] = {
		[SUBMITTER] = "submitter", [WAKER] = "waker", [CANCELLER] = "canceller",
		[WORKER] = "worker",	   [RING] = "ring",
	};

	aios_buf_str(page->buf, "\n       TIME CPU  ");
	for (size_t i = 0; i < lanes->cnt; i++)
		aios_buf_fmt(page->buf, i + 1 < lanes->cnt ? "%-*s" : "%.*s\n", (int)lanes->width,
			     lanes->of[i].others ? "other wakers" : names[lanes->of[i].role]);
}

/* Who that is: a thread, or an interrupt. */
static void put_actors(const struct aios_page *page, const struct lanes *lanes)
{
	struct aios_buf line = { 0 };

	for (size_t i = 0; i < lanes->cnt; i++) {
		const struct lane *lane = &lanes->of[i];

		if (lane->role == RING || lane->others)
			continue;
		aios_buf_pad(&line, AT_LANES + i * lanes->width);
		if (lane->actor.where == AIOS_WHERE_TASK)
			aios_buf_fmt(&line, "%u", lane->actor.id);
		else
			aios_buf_fmt(&line, "%s", lane->actor.where == AIOS_WHERE_UNKNOWN ? "?" :
				     aios_where_name(lane->actor.where));
	}
	aios_buf_str(&line, "\n");
	aios_buf_add(page->buf, line.data, line.err ? 0 : line.len);
	aios_buf_done(&line);
}

static void put_left_out(const struct aios_page *page, size_t cnt)
{
	aios_buf_fmt(page->buf, "        ... %zu more events; all are in the table above\n", cnt);
}

/**
 * aios_page_lanes() - a poll's events as a picture
 * @page: of a request; nothing is drawn for other operations
 */
void aios_page_lanes(const struct aios_page *page)
{
	struct lanes lanes = { 0 };
	struct aios_page_at at = { 0 };
	struct aios_page_row row;

	if (!page->req->asked || page->req->ask.op != IOCB_CMD_POLL || !page->rec_cnt)
		return;
	lanes_make(page, &lanes);
	if (!lanes.cnt)
		return;
	put_names(page, &lanes);
	put_actors(page, &lanes);
	while (aios_page_next(page, &at, &row)) {
		size_t nr = row.rec ? (size_t)(row.rec - page->recs) : at.rec;
		bool skipped = nr >= ROWS_HEAD && nr + ROWS_TAIL < page->rec_cnt;

		if (skipped && nr == ROWS_HEAD && row.rec)
			put_left_out(page, page->rec_cnt - ROWS_TAIL - ROWS_HEAD);
		if (row.gap)
			aios_buf_str(page->buf, "        *** records are missing here\n");
		else if (row.reaped)
			put_reaped(page, &lanes);
		else if (!skipped)
			put_event(page, &lanes, nr);
	}
}
