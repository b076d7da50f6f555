// SPDX-License-Identifier: GPL-2.0-only
/*
 * view_timeline_bar.c - the stages of a life, to scale:
 *
 *	STAGE          TIME  SHARE  0                                           3.51ms
 *	submit        526us    15%  |#######                                         |
 *	in flight    2.35ms    67%  |       ################################         |
 *	unread      <=638us    18%  |                                       ?????????|
 *
 * What is not known has no bar. Where a stage's end is a bound, or inferred, it is drawn as "?".
 * Where sleeps were watched (--blocked-over), rows below submit have when its thread did not run.
 */
#include "view_timeline_int.h"

#include "column.h"
#include "units.h"

#define BAR_COLUMNS	48

/**
 * struct stage - a stage as it is drawn
 * @from_ns: 0 where its beginning is not known
 * @to_ns: 0 where its end is not known
 * @at_most: it ended at @to_ns or before
 * @inferred: it may have ended at another time
 * @goes_on: it had not ended when the trace did: @to_ns is that
 * @inside: it has no time of its own: the request completed while it was being submitted
 */
struct stage {
	const char *name;
	uint64_t from_ns;
	uint64_t to_ns;
	bool at_most;
	bool inferred;
	bool goes_on;
	bool inside;
};

static struct stage stage_submit(const struct aios_page *page)
{
	const struct aios_request *req = page->req;

	return (struct stage){ .name = "submit", .from_ns = req->born_ns,
			       .to_ns = req->returned_ns };
}

static struct stage stage_in_flight(const struct aios_page *page)
{
	const struct aios_request *req = page->req;
	bool goes_on = req->fate == AIOS_FATE_IN_FLIGHT;

	return (struct stage){
		.name = "in flight",
		.from_ns = req->returned_ns,
		.to_ns = goes_on ? aios_page_end_ns(page) : req->completed_ns,
		.goes_on = goes_on,
		.inside = req->returned_ns && req->completed_ns &&
			  req->completed_ns <= req->returned_ns,
	};
}

static struct stage stage_unread(const struct aios_page *page)
{
	const struct aios_request *req = page->req;
	bool goes_on = req->fate == AIOS_FATE_UNREAD;

	return (struct stage){
		.name = "unread",
		.from_ns = req->completed_ns,
		.to_ns = goes_on ? aios_page_end_ns(page) : req->reaped_ns,
		.goes_on = goes_on,
		.at_most = req->reaper == AIOS_REAPER_USER,
		.inferred = req->reap_inferred || req->reaper == AIOS_REAPER_UNKNOWN,
	};
}

/* The scale: from what is known first to what is known last. */
struct scale {
	uint64_t from_ns;
	uint64_t len_ns;
};

static size_t scale_column(const struct scale *scale, uint64_t ns)
{
	double share = (double)(ns - scale->from_ns) / (double)scale->len_ns;

	return (size_t)(share * BAR_COLUMNS + 0.5);
}

/* The columns of a time, from @from to before @to. What took any time at all is seen. */
static void scale_columns(const struct scale *scale, uint64_t from_ns, uint64_t to_ns, size_t *from,
			  size_t *to)
{
	*from = scale_column(scale, from_ns);
	*to = scale_column(scale, to_ns);
	if (*to == *from && to_ns > from_ns && *to < BAR_COLUMNS)
		++*to;
	else if (*to == *from && to_ns > from_ns)
		--*from;
}

static void bar_cells(const struct aios_page *page, const struct scale *scale,
		      const struct stage *stage)
{
	const char *full = page->opts->utf8 ? "\u2588" : "#";
	const char *open = page->opts->utf8 ? "\u2591" : "?";
	size_t from, to;

	scale_columns(scale, stage->from_ns, stage->to_ns, &from, &to);
	for (size_t i = 0; i < BAR_COLUMNS; i++)
		aios_buf_str(page->buf, i < from || i >= to ? " " : stage->goes_on && i + 1 == to ?
			     ">" : stage->at_most || stage->inferred ? open : full);
}

static void bar_share(struct aios_buf *buf, const struct scale *scale, uint64_t ns)
{
	uint64_t percent = (uint64_t)(100.0 * (double)ns / (double)scale->len_ns + 0.5);

	if (!percent && ns)
		aios_buf_fmt(buf, "%7s", "<1%");
	else
		aios_buf_fmt(buf, "%6llu%%", (unsigned long long)percent);
}

static void bar_row(const struct aios_page *page, const struct scale *scale,
		    const struct stage *stage)
{
	const char *edge = page->opts->utf8 ? "\u2502" : "|";
	struct aios_buf time = { 0 };
	uint64_t ns = stage->to_ns > stage->from_ns ? stage->to_ns - stage->from_ns : 0;

	aios_buf_fmt(page->buf, "  %-10s", stage->name);
	if (stage->inside) {
		aios_buf_fmt(page->buf, "%9s%9s completed inside io_submit\n", "0", "");
		return;
	}
	if (!stage->from_ns || !stage->to_ns) {
		aios_buf_fmt(page->buf, "%9s%9s its %s was not seen\n", "?", "",
			     stage->from_ns ? "end" : "beginning");
		return;
	}
	aios_buf_str(&time, stage->goes_on ? ">=" : stage->at_most ? "<=" :
		     stage->inferred ? "~" : "");
	aios_fmt_duration(&time, ns);
	aios_buf_fmt(page->buf, "%9s", time.err ? "?" : time.data);
	aios_buf_done(&time);
	bar_share(page->buf, scale, ns);
	aios_buf_fmt(page->buf, "  %s", edge);
	bar_cells(page, scale, stage);
	aios_buf_fmt(page->buf, "%s\n", edge);
}

/**
 * struct off_cpu - a way not to run
 * @name: in the bar
 * @begin_ns: of a sleep's record
 * @ns: the same
 */
struct off_cpu {
	const char *name;
	uint64_t (*begin_ns)(const struct aios_rec *rec);
	uint64_t (*ns)(const struct aios_rec *rec);
};

static uint64_t sleep_begin_ns(const struct aios_rec *rec)
{
	return rec->sleep.from_ns;
}

static uint64_t wait_begin_ns(const struct aios_rec *rec)
{
	return rec->sleep.from_ns + aios_sleep_ns(rec);
}

/* Of a sleep that is in the scale; others are of the call, and of no request. */
static uint64_t off_mark(const struct off_cpu *off, const struct scale *scale,
			 const struct aios_rec *rec, bool *cells)
{
	uint64_t from_ns = off->begin_ns(rec), ns = off->ns(rec);
	uint64_t end_ns = scale->from_ns + scale->len_ns;
	size_t from, to;

	if (!ns || from_ns < scale->from_ns || from_ns + ns > end_ns)
		return 0;
	scale_columns(scale, from_ns, from_ns + ns, &from, &to);
	for (size_t i = from; i < to; i++)
		cells[i] = true;
	return ns;
}

static void off_row(const struct aios_page *page, const struct scale *scale,
		    const struct off_cpu *off)
{
	const char *edge = page->opts->utf8 ? "\u2502" : "|";
	const char *full = page->opts->utf8 ? "\u2592" : "=";
	bool cells[BAR_COLUMNS] = { false };
	struct aios_buf time = { 0 };
	uint64_t ns = 0;

	for (size_t i = 0; i < page->rec_cnt; i++)
		if (page->recs[i].h.type == AIOS_EV_SLEEP)
			ns += off_mark(off, scale, &page->recs[i], cells);
	if (!ns)
		return;
	aios_fmt_duration(&time, ns);
	aios_buf_fmt(page->buf, "  %-10s%9s", off->name, time.err ? "?" : time.data);
	aios_buf_done(&time);
	bar_share(page->buf, scale, ns);
	aios_buf_fmt(page->buf, "  %s", edge);
	for (size_t i = 0; i < BAR_COLUMNS; i++)
		aios_buf_str(page->buf, cells[i] ? full : " ");
	aios_buf_fmt(page->buf, "%s\n", edge);
}

/* What the thread did within the submission instead of running. */
static void bar_off_cpu(const struct aios_page *page, const struct scale *scale)
{
	static const struct off_cpu ways[] = {
		{ "  asleep", sleep_begin_ns, aios_sleep_ns },
		{ "  no CPU", wait_begin_ns, aios_sleep_wait_ns },
	};

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		off_row(page, scale, &ways[i]);
}

static void bar_head(const struct aios_page *page, const struct scale *scale)
{
	struct aios_buf total = { 0 };

	aios_fmt_duration(&total, scale->len_ns);
	aios_buf_fmt(page->buf, "\n  %-10s%9s%7s  0%*s\n", "STAGE", "TIME", "SHARE",
		     BAR_COLUMNS + 1, total.err ? "?" : total.data);
	aios_buf_done(&total);
}

static void bar_notes(const struct aios_page *page, const struct stage *unread)
{
	const struct aios_request *req = page->req;
	uint64_t ns;

	if (aios_latency_ns(req, &ns)) {
		aios_buf_str(page->buf, "  birth to completion: ");
		aios_fmt_duration(page->buf, ns);
		aios_buf_str(page->buf, "\n");
	}
	if (req->sleeps && !req->sleeps->times && !req->sleeps->waits)
		aios_buf_str(page->buf, "  submit: its thread ran all the time\n");
	if (unread->at_most)
		aios_buf_str(page->buf, "  unread: at most, as the program took its event "
			"itself\n");
	if (unread->inferred)
		aios_buf_str(page->buf, "  unread: inferred, as another reader may have had its "
			     "event\n");
	if (req->tainted)
		aios_buf_str(page->buf, "  records were lost while it was alive: a stage may be "
			     "longer or shorter\n");
}

/* The time from birth to completion once more, as the block layer has it. */
static void bar_block(const struct aios_page *page, const struct scale *scale)
{
	const struct aios_request *req = page->req;
	const struct stage stages[] = {
		{ .name = "to block", .from_ns = req->born_ns, .to_ns = req->queued_ns },
		{ .name = "queued", .from_ns = req->queued_ns, .to_ns = req->issued_ns },
		{ .name = "device", .from_ns = req->issued_ns, .to_ns = req->device_ns },
		{ .name = "from block", .from_ns = req->device_ns, .to_ns = req->completed_ns },
	};

	if (!req->queued_ns || !req->born_ns || req->completed_ns < req->device_ns)
		return;
	for (size_t i = 0; i < sizeof(stages) / sizeof(stages[0]); i++)
		bar_row(page, scale, &stages[i]);
}

/**
 * aios_page_bar() - how long each stage took, and when
 * @page: of a request
 */
void aios_page_bar(const struct aios_page *page)
{
	static struct stage (*const stages[])(const struct aios_page *) = {
		stage_submit, stage_in_flight, stage_unread,
	};
	struct stage drawn[sizeof(stages) / sizeof(stages[0])];
	size_t cnt = page->req->fate == AIOS_FATE_REFUSED ? 1 : page->req->completed_ns ? 3 : 2;
	uint64_t first_ns = UINT64_MAX, last_ns = 0;
	struct scale scale;

	for (size_t i = 0; i < cnt; i++) {
		drawn[i] = stages[i](page);
		if (drawn[i].to_ns && drawn[i].to_ns < drawn[i].from_ns)
			drawn[i].to_ns = drawn[i].from_ns;
		if (drawn[i].from_ns && drawn[i].from_ns < first_ns)
			first_ns = drawn[i].from_ns;
		last_ns = drawn[i].from_ns > last_ns ? drawn[i].from_ns : last_ns;
		last_ns = drawn[i].to_ns > last_ns ? drawn[i].to_ns : last_ns;
	}
	if (last_ns <= first_ns)
		return;
	scale = (struct scale){ .from_ns = first_ns, .len_ns = last_ns - first_ns };
	bar_head(page, &scale);
	for (size_t i = 0; i < cnt; i++) {
		bar_row(page, &scale, &drawn[i]);
		if (!i)
			bar_off_cpu(page, &scale);
	}
	bar_block(page, &scale);
	bar_notes(page, &drawn[cnt - 1]);
}
