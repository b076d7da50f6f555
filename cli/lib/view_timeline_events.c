// SPDX-License-Identifier: GPL-2.0-only
/*
 * view_timeline_events.c - a life event by event:
 *
 *	   TIME CPU PROCESS EVENT       PARTY      REFS KEY SLOT
 *	     +0   0 212     birth                                poll on fd 4
 *	+1.66ms   0 212     poll-wake                 1 none     while it waited: queued the work
 *	+2.88ms   0 9       complete    poll-work?    0        0 result 1
 *
 * Columns are as wide as what is in them, and those of which nothing is known are left out.
 */
#include "view_timeline_int.h"

#include <string.h>

#include "event.h"
#include "names.h"
#include "units.h"
#include "width.h"

#define WHAT_MIN	24	/* columns of the words, or they have a line of their own */
#define WHAT_INDENT	12
#define STACK_INDENT	"              "

struct column {
	const char *head;
	bool (*cell)(struct aios_buf *, const struct aios_page *, const struct aios_page_row *);
	bool right;
	size_t max;
};

static bool cell_time(struct aios_buf *buf, const struct aios_page *page,
		      const struct aios_page_row *row)
{
	aios_page_time(buf, page, row->time_ns);
	return true;
}

static bool cell_cpu(struct aios_buf *buf, const struct aios_page *page,
		     const struct aios_page_row *row)
{
	(void)page;
	if (row->rec)
		aios_buf_fmt(buf, "%u", row->rec->h.cpu);
	return row->rec;
}

/* "1000/1001" where the thread is not the process's first one; whose it is says the head. */
static bool cell_process(struct aios_buf *buf, const struct aios_page *page,
			 const struct aios_page_row *row)
{
	const struct aios_hdr *hdr = row->rec ? &row->rec->h : NULL;

	if (!hdr && page->req->reaper != AIOS_REAPER_KERNEL)
		return false;
	if (!hdr)
		aios_buf_fmt(buf, "%u", page->req->reaper_tid);
	else if (aios_where(hdr->flags) != AIOS_WHERE_TASK)
		aios_buf_str(buf, aios_where(hdr->flags) == AIOS_WHERE_UNKNOWN ? "?" :
			     aios_where_name(aios_where(hdr->flags)));
	else if (hdr->tgid == hdr->tid)
		aios_buf_fmt(buf, "%u", hdr->tid);
	else
		aios_buf_fmt(buf, "%u/%u", hdr->tgid, hdr->tid);
	return true;
}

static bool cell_event(struct aios_buf *buf, const struct aios_page *page,
		       const struct aios_page_row *row)
{
	(void)page;
	aios_buf_str(buf, row->rec ? aios_event_name(row->rec->h.type) : "reaped");
	return true;
}

/* Who dropped a reference. Of a completion it is told, or follows from what ran: "?". */
static bool cell_party(struct aios_buf *buf, const struct aios_page *page,
		       const struct aios_page_row *row)
{
	const struct aios_rec *rec = row->rec;

	if (rec && rec->h.type == AIOS_EV_REQ_PUT) {
		aios_buf_str(buf, aios_party_name(aios_put_party(rec->req_put.party)));
	} else if (rec && rec->h.type == AIOS_EV_REQ_COMPLETE && AIOS_F_PARTY(rec->h.flags)) {
		aios_buf_str(buf, aios_party_name(aios_put_party(AIOS_F_PARTY(rec->h.flags) - 1)));
	} else if (rec && rec->h.type == AIOS_EV_REQ_COMPLETE && page->req &&
		   page->req->party != AIOS_PARTY_UNKNOWN) {
		aios_buf_fmt(buf, "%s?", aios_party_name(page->req->party));
	} else {
		return false;
	}
	return true;
}

static bool cell_refs(struct aios_buf *buf, const struct aios_page *page,
		      const struct aios_page_row *row)
{
	const struct aios_rec *rec = row->rec;
	uint32_t refs = AIOS_UNKNOWN32;

	(void)page;
	if (!rec)
		return false;
	if (rec->h.type == AIOS_EV_REQ_PUT)
		refs = rec->req_put.refs;
	else if (rec->h.type == AIOS_EV_REQ_DONE)
		refs = rec->req_done.refs;
	else if (rec->h.type == AIOS_EV_REQ_COMPLETE)
		refs = rec->req_complete.refs;
	else if (rec->h.type == AIOS_EV_POLL_WAKE)
		refs = rec->poll_wake.refs;
	else if (rec->h.type == AIOS_EV_REQ_FREE)
		refs = rec->req_free.refs;
	if (refs != AIOS_UNKNOWN32)
		aios_buf_fmt(buf, "%u", refs);
	return refs != AIOS_UNKNOWN32;
}

static bool cell_key(struct aios_buf *buf, const struct aios_page *page,
		     const struct aios_page_row *row)
{
	(void)page;
	if (!row->rec || row->rec->h.type != AIOS_EV_POLL_WAKE)
		return false;
	if (row->rec->poll_wake.key)
		aios_fmt_poll(buf, row->rec->poll_wake.key);
	else
		aios_buf_str(buf, "none");
	return true;
}

/* Of a completion, the one that it took: told, or the one it took or one next to it: "?". */
static bool cell_slot(struct aios_buf *buf, const struct aios_page *page,
		      const struct aios_page_row *row)
{
	if (!row->rec || row->rec->h.type != AIOS_EV_REQ_COMPLETE || !page->req ||
	    page->req->slot == AIOS_UNKNOWN32)
		return false;
	aios_buf_fmt(buf, "%u%s", page->req->slot, page->req->slot_inferred ? "?" : "");
	return true;
}

enum { TIME, CPU, PROCESS, EVENT, PARTY, REFS, KEY, SLOT, COLUMNS };

static const struct column columns[COLUMNS] = {
	[TIME] = { "TIME", cell_time, true, 9 },
	[CPU] = { "CPU", cell_cpu, true, 5 },
	[PROCESS] = { "PROCESS", cell_process, false, 15 },
	[EVENT] = { "EVENT", cell_event, false, 13 },
	[PARTY] = { "PARTY", cell_party, false, 17 },
	[REFS] = { "REFS", cell_refs, true, 8 },
	[KEY] = { "KEY", cell_key, false, 12 },
	[SLOT] = { "SLOT", cell_slot, true, 11 },
};

/* How wide each column is, heading and blank included; 0 for one that has nothing. */
static void measure(const struct aios_page *page, size_t *widths)
{
	struct aios_page_at at = { 0 };
	struct aios_page_row row;
	struct aios_buf cell = { 0 };

	memset(widths, 0, COLUMNS * sizeof(*widths));
	while (aios_page_next(page, &at, &row)) {
		for (size_t i = 0; i < COLUMNS && !row.gap; i++) {
			size_t width;

			aios_buf_clear(&cell);
			if (!columns[i].cell(&cell, page, &row) || cell.err)
				continue;
			width = strlen(columns[i].head);
			width = width < cell.len ? cell.len : width;
			width = width < columns[i].max ? width : columns[i].max;
			if (widths[i] < width + 1)
				widths[i] = width + 1;
		}
	}
	aios_buf_done(&cell);
}

/* @text in its column; where it is longer, it ends in "~". */
static void put_cell(struct aios_buf *line, const struct column *column, size_t width,
		     const char *text)
{
	size_t room = width - 1, len = strlen(text);

	for (; column->right && room > len; room--)
		aios_buf_str(line, " ");
	aios_buf_cell(line, text, room);
	aios_buf_str(line, " ");
}

static void put_head(const struct aios_page *page, const size_t *widths)
{
	struct aios_buf line = { 0 };

	aios_buf_str(&line, " ");
	for (size_t i = 0; i < COLUMNS; i++)
		if (widths[i])
			put_cell(&line, &columns[i], widths[i], columns[i].head);
	while (line.len && line.data[line.len - 1] == ' ')
		line.data[--line.len] = '\0';
	aios_buf_add(page->buf, line.data, line.len);
	aios_buf_str(page->buf, "\n");
	aios_buf_done(&line);
}

static void reaped_what(struct aios_buf *buf, const struct aios_request *req)
{
	aios_buf_str(buf, req->reaper == AIOS_REAPER_KERNEL ? "io_getevents returned its event" :
		     req->reaper == AIOS_REAPER_USER ?
		     "the program took its event out of the ring itself, not later than now" :
		     "its event was taken out by somebody who is not in the trace");
	if (req->reap_inferred)
		aios_buf_str(buf, req->ctx->tainted ? " (inferred: records are missing)" :
			     " (inferred: several readers were at it)");
}

/* A key that its column has no room for is told in words, too. */
static void row_what(struct aios_buf *buf, const struct aios_page *page,
		     const struct aios_page_row *row, const size_t *widths)
{
	struct aios_buf key = { 0 };

	if (row->reaped) {
		reaped_what(buf, page->req);
		return;
	}
	if (cell_key(&key, page, row) && key.len >= widths[KEY])
		aios_buf_fmt(buf, "key %s, ", key.err ? "?" : key.data);
	aios_buf_done(&key);
	aios_timeline_what(buf, row->rec);
}

static void put_what(const struct aios_page *page, struct aios_buf *line,
		     const struct aios_buf *what)
{
	size_t at = line->len + 1;

	if (at + WHAT_MIN > AIOS_PAGE_COLUMNS) {
		aios_buf_add(page->buf, line->data, line->len);
		aios_buf_str(page->buf, "\n");
		aios_buf_clear(line);
		at = WHAT_INDENT;
	}
	aios_buf_pad(line, at);
	if (!line->err && !what->err && what->data)
		aios_buf_wrap(page->buf, what->data, line->data, AIOS_PAGE_COLUMNS);
	else
		aios_buf_str(page->buf, "\n");
}

static void put_row(const struct aios_page *page, const struct aios_page_row *row,
		    const size_t *widths)
{
	struct aios_buf line = { 0 }, cell = { 0 };

	aios_buf_str(&line, " ");
	for (size_t i = 0; i < COLUMNS; i++) {
		if (!widths[i])
			continue;
		aios_buf_clear(&cell);
		columns[i].cell(&cell, page, row);
		put_cell(&line, &columns[i], widths[i], cell.len ? cell.data : "");
	}
	aios_buf_clear(&cell);
	row_what(&cell, page, row, widths);
	put_what(page, &line, &cell);
	aios_buf_done(&line);
	aios_buf_done(&cell);
}

/* A hole stands before the first event that can have come after what is missing. */
static void put_gap(const struct aios_page *page, const struct aios_told_gap *told)
{
	struct aios_gap gap = told->gap;
	struct aios_buf what = { 0 };

	gap.hook = told->hook[0] ? told->hook : NULL;
	if (gap.to_ns != UINT64_MAX && gap.from_ns < page->start_ns) {
		aios_buf_str(&what, "until ");
		aios_page_time(&what, page, gap.to_ns);
	} else {
		aios_buf_str(&what, gap.to_ns == UINT64_MAX ? "from " : "between ");
		aios_page_time(&what, page, gap.from_ns);
		aios_buf_str(&what, gap.to_ns == UINT64_MAX ? " on" : " and ");
		if (gap.to_ns != UINT64_MAX)
			aios_page_time(&what, page, gap.to_ns);
	}
	aios_buf_str(&what, ": ");
	aios_fmt_gap(&what, &gap);
	if (!what.err)
		aios_buf_wrap(page->buf, what.data, "  *** ", AIOS_PAGE_COLUMNS);
	aios_buf_done(&what);
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

static bool has_names(const struct aios_frame *frames, size_t cnt)
{
	for (size_t i = 0; i < cnt; i++)
		if (frames[i].name)
			return true;
	return false;
}

/* "aio_read+0x5 < io_submit_one+0x2a7 <": from the innermost function on. */
static void put_stack(const struct aios_page *page, const struct aios_stack *stack)
{
	const struct aios_symbols *symbols = page->opts->trace ? page->opts->trace->symbols : NULL;
	struct aios_frame frames[AIOS_STACK_FRAMES];
	size_t cnt = aios_stack_frames(stack, symbols, frames);
	struct aios_buf text = { 0 };

	if (!page->opts->addresses && !has_names(frames, cnt)) {
		aios_buf_str(&text, "functions whose names are not known");
		cnt = 0;
	}
	for (size_t i = 0; i < cnt; i++) {
		fmt_frame(&text, &frames[i], page->opts->addresses);
		aios_buf_str(&text, i + 1 < cnt ? " < " : "");
	}
	if (!text.err && text.data)
		aios_buf_wrap(page->buf, text.data, STACK_INDENT, AIOS_PAGE_COLUMNS);
	aios_buf_done(&text);
}

/* What a blank cell and a question mark mean, where there are any. */
static void put_legend(const struct aios_page *page)
{
	const struct aios_request *req = page->req;
	bool party = req && req->completed_ns && req->party != AIOS_PARTY_UNKNOWN &&
		     !aios_page_is_exact(page);
	bool slot = req && req->slot != AIOS_UNKNOWN32 && req->slot_inferred;

	if (page->rec_cnt && (party || slot))
		aios_buf_fmt(page->buf, "  ? inferred from what ran, not seen:%s%s%s\n",
			     party ? " party" : "", party && slot ? "," : "", slot ? " slot" : "");
}

/**
 * aios_page_events() - the table of events
 * @page: the page
 */
void aios_page_events(const struct aios_page *page)
{
	struct aios_page_at at = { 0 };
	struct aios_page_row row;
	size_t widths[COLUMNS];

	measure(page, widths);
	if (!widths[TIME])
		return;
	aios_buf_str(page->buf, page->req ? "\n" : "");
	put_head(page, widths);
	while (aios_page_next(page, &at, &row)) {
		if (row.gap)
			put_gap(page, row.gap);
		else
			put_row(page, &row, widths);
		if (row.rec && row.rec->h.type == AIOS_EV_STACK)
			put_stack(page, &row.rec->stack);
	}
	put_legend(page);
}
