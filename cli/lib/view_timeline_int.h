/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * view_timeline_int.h - the parts of a timeline's page, a file each.
 */
#ifndef AIOS_VIEW_TIMELINE_INT_H
#define AIOS_VIEW_TIMELINE_INT_H

#include "view.h"

/**
 * struct aios_page - a page that is written
 * @buf: where to
 * @opts: how
 * @req: whose life it is; NULL where it is about events alone
 * @recs: its events, in order
 * @rec_cnt: of @recs
 * @start_ns: times are told from here
 */
struct aios_page {
	struct aios_buf *buf;
	const struct aios_timeline_opts *opts;
	const struct aios_request *req;
	const struct aios_rec *recs;
	size_t rec_cnt;
	uint64_t start_ns;
};

/**
 * struct aios_page_row - what has a row of its own; one of the three
 * @rec: an event
 * @gap: a hole between events
 * @reaped: the event of the request was taken out of the ring
 * @time_ns: when
 */
struct aios_page_row {
	const struct aios_rec *rec;
	const struct aios_told_gap *gap;
	bool reaped;
	uint64_t time_ns;
};

/* Where the next row is looked for; zero-initialised is the beginning. */
struct aios_page_at {
	size_t rec, gap;
	bool reaped;
};

bool aios_page_next(const struct aios_page *page, struct aios_page_at *at,
		    struct aios_page_row *row);
void aios_timeline_what(struct aios_buf *buf, const struct aios_rec *rec);
void aios_page_time(struct aios_buf *buf, const struct aios_page *page, uint64_t time_ns);
uint64_t aios_page_end_ns(const struct aios_page *page);
bool aios_page_is_exact(const struct aios_page *page);

/* Each appends its part, or nothing. */
void aios_page_bar(const struct aios_page *page);
void aios_page_events(const struct aios_page *page);
void aios_page_lanes(const struct aios_page *page);
void aios_page_refs(const struct aios_page *page);
void aios_page_words(const struct aios_page *page);

#endif /* AIOS_VIEW_TIMELINE_INT_H */
