// SPDX-License-Identifier: GPL-2.0-only
/*
 * view_timeline_page.c - what the parts of a timeline's page share: its rows, in order, and times.
 */
#include "view_timeline_int.h"

#include <string.h>

#include "units.h"

/**
 * aios_page_end_ns() - how far a life is known
 * @page: of a request
 * Return: its last time that was seen; of what goes on, the end of the trace.
 */
uint64_t aios_page_end_ns(const struct aios_page *page)
{
	const struct aios_request *req = page->req;
	const uint64_t times[] = {
		page->rec_cnt ? page->recs[page->rec_cnt - 1].h.time_ns : 0,
		req->born_ns, req->returned_ns, req->completed_ns, req->reaped_ns,
		page->opts->trace && (req->fate == AIOS_FATE_IN_FLIGHT ||
				      req->fate == AIOS_FATE_UNREAD) ?
		page->opts->trace->sum->last_ns : 0,
	};
	uint64_t end_ns = 0;

	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		end_ns = times[i] > end_ns ? times[i] : end_ns;
	return end_ns;
}

/**
 * aios_page_is_exact() - was each put, and each decision, told?
 * @page: of a request
 * Return: whether it was.
 */
bool aios_page_is_exact(const struct aios_page *page)
{
	return page->req->ledger && page->req->ledger->puts_told;
}

/**
 * aios_page_time() - "+12.3us" since the first event
 * @buf: appended to
 * @page: the page
 * @time_ns: when
 */
void aios_page_time(struct aios_buf *buf, const struct aios_page *page, uint64_t time_ns)
{
	aios_buf_str(buf, "+");
	aios_fmt_duration(buf, time_ns > page->start_ns ? time_ns - page->start_ns : 0);
}

/* The end of a life of which track was lost lies in a hole: the first one behind its events. */
static bool is_crossed(const struct aios_page *page, const struct aios_told_gap *told,
		       uint64_t end_ns, bool *lost)
{
	if (told->gap.to_ns <= page->start_ns)
		return false;
	if (told->gap.from_ns < end_ns) {
		*lost = *lost && told->gap.to_ns < end_ns;
		return true;
	}
	if (!*lost)
		return false;
	*lost = false;
	return true;
}

/* The next hole that the life crosses, of those that the trace places. */
static const struct aios_told_gap *next_gap(const struct aios_page *page, size_t *at)
{
	const struct aios_summary *sum = page->req && page->opts->trace ?
					 page->opts->trace->sum : NULL;
	uint64_t end_ns = sum ? aios_page_end_ns(page) : 0;
	bool lost = sum && page->req->fate == AIOS_FATE_LOST_TRACK;

	for (size_t i = 0; sum && i < sum->gap_cnt; i++) {
		if (!is_crossed(page, &sum->gaps[i], end_ns, &lost) || i < *at)
			continue;
		*at = i;
		return &sum->gaps[i];
	}
	return NULL;
}

/**
 * aios_page_next() - what comes next: an event, a hole, the reaping
 * @page: the page
 * @at: where this is looked for; moved on
 * @row: set
 * Return: whether there is one.
 */
bool aios_page_next(const struct aios_page *page, struct aios_page_at *at,
		    struct aios_page_row *row)
{
	const struct aios_rec *rec = at->rec < page->rec_cnt ? &page->recs[at->rec] : NULL;
	const struct aios_told_gap *told = next_gap(page, &at->gap);
	bool reaped = page->req && page->req->reaper && !at->reaped;

	*row = (struct aios_page_row){ 0 };
	if (told && (!rec || told->gap.from_ns <= rec->h.time_ns) &&
	    (!reaped || told->gap.from_ns <= page->req->reaped_ns)) {
		row->gap = told;
		row->time_ns = told->gap.from_ns;
		at->gap++;
	} else if (reaped && (!rec || page->req->reaped_ns < rec->h.time_ns)) {
		row->reaped = true;
		row->time_ns = page->req->reaped_ns;
		at->reaped = true;
	} else if (rec) {
		row->rec = rec;
		row->time_ns = rec->h.time_ns;
		at->rec++;
	}
	return row->gap || row->reaped || row->rec;
}
