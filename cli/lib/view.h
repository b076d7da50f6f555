/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * view.h - the model as text: lines, reports, timelines, exports. Views write to buffers.
 */
#ifndef AIOS_VIEW_H
#define AIOS_VIEW_H

#include <stdbool.h>
#include <stddef.h>

#include "blocked.h"
#include "buf.h"
#include "decode.h"
#include "model.h"
#include "select.h"
#include "summary.h"
#include "symbols.h"

/**
 * struct aios_clock - turns record times into times of day
 * @wall_offset_ns: of the trace's info
 * @utc_offset_s: of the trace's info
 */
struct aios_clock {
	int64_t wall_offset_ns;
	int32_t utc_offset_s;
};

/**
 * aios_line_head() - the heading of the table of requests
 * @buf: appended to
 */
void aios_line_head(struct aios_buf *buf);

/**
 * aios_line() - a request in a line
 * @buf: appended to
 * @req: over, or completed and not yet read
 * @clock: of the trace
 */
void aios_line(struct aios_buf *buf, const struct aios_request *req,
	       const struct aios_clock *clock);

/**
 * aios_line_gap() - a hole in a line
 * @buf: appended to
 * @gap: the hole
 * @clock: of the trace
 */
void aios_line_gap(struct aios_buf *buf, const struct aios_gap *gap,
		   const struct aios_clock *clock);

/**
 * aios_fmt_gap() - what is missing in a hole
 * @buf: appended to
 * @gap: the hole
 */
void aios_fmt_gap(struct aios_buf *buf, const struct aios_gap *gap);

/**
 * aios_fmt_subject() - what a request does to what: `5</srv/db> @128K +4K`
 * @buf: appended to
 * @req: the request
 */
void aios_fmt_subject(struct aios_buf *buf, const struct aios_request *req);

/**
 * aios_fmt_result() - its result as people say it: `4K`, `IN|HUP`, `ok`, `EIO`, `refused EBADF`
 * @buf: appended to
 * @req: the request
 */
void aios_fmt_result(struct aios_buf *buf, const struct aios_request *req);

struct aios_check;
struct aios_doctor;

/**
 * struct aios_user_names - who knows what functions of programs are called
 * @name: appends the name of the one at an offset in a file; returns whether there is one
 */
struct aios_user_names {
	bool (*name)(void *arg, const struct aios_image *image, uint64_t offset,
		     struct aios_buf *buf);
	void *arg;
};

/**
 * struct aios_trace - what a report is made of
 * @sum: the numbers
 * @info: where and when
 * @end: how it ended; may be NULL
 * @loss: what is missing
 * @symbols: what functions are called
 * @sel: which requests the numbers are about; NULL for all. Contexts, calls and losses are those of
 *	the whole trace in any case
 * @left_out: requests that @sel left out
 * @unknown_records: of a newer version, skipped
 * @blocked: what blocked io_submit
 * @names: of functions of programs; may be NULL
 * @check: what the rules say of it; NULL where they were not asked
 * @doctor: what is the matter with how AIO is used; NULL where nobody asked
 * @distributions: in JSON each stage has its whole distribution, for aios_diff_new()
 */
struct aios_trace {
	const struct aios_summary *sum;
	const struct aios_info *info;
	const struct aios_end *end;
	const struct aios_loss *loss;
	const struct aios_symbols *symbols;
	const struct aios_select *sel;
	uint64_t left_out;
	uint64_t unknown_records;
	const struct aios_blocked *blocked;
	const struct aios_user_names *names;
	const struct aios_check *check;
	const struct aios_doctor *doctor;
	bool distributions;
};

/**
 * aios_report_text() - the report for people
 * @buf: appended to
 * @trace: what it is about
 */
void aios_report_text(struct aios_buf *buf, const struct aios_trace *trace);

/**
 * aios_report_json() - the report as an object of schema aioscope.report/1, in a line
 * @buf: appended to
 * @trace: what it is about
 * Return: 0 or -ENOMEM.
 */
int aios_report_json(struct aios_buf *buf, const struct aios_trace *trace);

#define AIOS_PAGE_COLUMNS	100	/* of a timeline; all but its events fit 80 */

/**
 * struct aios_timeline_opts - how a life is shown
 * @clock: of the trace
 * @trace: what it is from, for names, holes and the evidence level; may be NULL
 * @addresses: show kernel addresses
 * @utf8: lines and bars may be drawn with more than ASCII
 */
struct aios_timeline_opts {
	struct aios_clock clock;
	const struct aios_trace *trace;
	bool addresses;
	bool utf8;
};

/**
 * aios_timeline() - one request's life: its stages to scale, event by event, and in words
 * @buf: appended to
 * @req: over, with its history
 * @opts: how
 */
void aios_timeline(struct aios_buf *buf, const struct aios_request *req,
		   const struct aios_timeline_opts *opts);

/**
 * aios_timeline_events() - the table of events alone: when, where, who, what
 * @buf: appended to
 * @recs: in order; times are told from the first one
 * @cnt: of @recs
 * @opts: how
 */
void aios_timeline_events(struct aios_buf *buf, const struct aios_rec *recs, size_t cnt,
			  const struct aios_timeline_opts *opts);

/**
 * aios_export_json() - a request as an object of schema aioscope.request/1, in a line
 * @buf: appended to
 * @req: the request
 * @addresses: with kernel addresses
 * Return: 0 or -ENOMEM.
 */
int aios_export_json(struct aios_buf *buf, const struct aios_request *req, bool addresses);

void aios_export_csv_head(struct aios_buf *buf, bool addresses);
void aios_export_csv(struct aios_buf *buf, const struct aios_request *req, bool addresses);

#endif /* AIOS_VIEW_H */
