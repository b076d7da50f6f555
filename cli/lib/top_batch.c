// SPDX-License-Identifier: GPL-2.0-only
/*
 * top_batch.c - a frame as plain text, for -b.
 *
 *	aiotop - 13:37:00 UTC on db1, Linux 6.12.0, evidence: function, 2.00s
 *	aio-nr 61952 of 65536 (94.5 %), 12 processes, 60 contexts, 0 destroyed
 *	submits 1000/s, requests 4000/s, completed 4000/s, read 16M/s, written 0/s, EAGAIN 0/s
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "top.h"
#include "top_int.h"
#include "units.h"
#include "width.h"

#define COLUMNS	100

static uint64_t per_second(uint64_t value, uint64_t span_ns)
{
	return span_ns ? (uint64_t)((double)value * 1e9 / (double)span_ns + 0.5) : 0;
}

/* A cell that ends in its column: numbers. */
static void right(struct aios_buf *buf, struct aios_buf *text, size_t columns)
{
	if (text->err || !text->data) {
		buf->err = text->err ? text->err : buf->err;
		return;
	}
	for (size_t width = text->len; width < columns; width++)
		aios_buf_str(buf, " ");
	aios_buf_str(buf, text->data);
	aios_buf_clear(text);
}

static void number(struct aios_buf *buf, uint64_t value, size_t columns)
{
	struct aios_buf text = { 0 };

	if (value == AIOS_UNKNOWN32)
		aios_buf_str(&text, "?");
	else
		aios_buf_int(&text, (int64_t)value);
	right(buf, &text, columns);
	aios_buf_done(&text);
}

static void size(struct aios_buf *buf, uint64_t bytes, size_t columns)
{
	struct aios_buf text = { 0 };

	aios_fmt_size(&text, bytes);
	right(buf, &text, columns);
	aios_buf_done(&text);
}

static void duration(struct aios_buf *buf, uint64_t ns, size_t columns)
{
	struct aios_buf text = { 0 };

	if (ns)
		aios_fmt_duration(&text, ns);
	else
		aios_buf_str(&text, "-");
	right(buf, &text, columns);
	aios_buf_done(&text);
}

static void heading(struct aios_buf *buf, const struct aios_top_frame *frame)
{
	const struct aios_top_sample *sample = frame->sample;
	const struct aios_top_host *host = &sample->host;
	unsigned int tenths = (unsigned int)(aios_top_percent(host->aio_nr, host->aio_max_nr) * 10);
	size_t procs = aios_top_procs_there(frame);
	struct aios_buf clock = { 0 };

	aios_fmt_clock(&clock, sample->wall_ns, 0);
	aios_buf_str(buf, "aiotop - ");
	/* Whole seconds are enough. */
	aios_buf_add(buf, clock.data, clock.err ? 0 : strlen("13:37:00"));
	aios_buf_done(&clock);
	aios_buf_str(buf, " UTC on ");
	aios_buf_safe(buf, host->name);
	aios_buf_str(buf, ", Linux ");
	aios_buf_safe(buf, host->kernel);
	aios_buf_fmt(buf, ", evidence: %s", aios_top_evidence_name(host->evidence));
	if (host->level[0])
		aios_buf_fmt(buf, " of level %s", host->level);
	if (frame->span_ns) {
		aios_buf_str(buf, ", ");
		aios_fmt_duration(buf, frame->span_ns);
	}
	aios_buf_str(buf, "\n");
	if (host->aio_nr != UINT64_MAX && host->aio_max_nr != UINT64_MAX)
		aios_buf_fmt(buf, "aio-nr %llu of %llu (%u.%u %%), ",
			     (unsigned long long)host->aio_nr,
			     (unsigned long long)host->aio_max_nr, tenths / 10, tenths % 10);
	aios_buf_fmt(buf, "%zu process%s, %u context%s, %u destroyed", procs,
		     procs == 1 ? "" : "es", frame->all.contexts,
		     aios_s(frame->all.contexts), frame->all.dead);
	if (host->missed)
		aios_buf_fmt(buf, ", %llu %s not counted", (unsigned long long)host->missed,
			     host->evidence == AIOS_TOP_TRACE ? "records" : "calls");
	aios_buf_str(buf, "\n");
}

static void activity(struct aios_buf *buf, const struct aios_top_frame *frame)
{
	const struct aios_top_counts *delta = &frame->all.delta;
	uint64_t span = frame->span_ns;

	if (!span || frame->sample->host.evidence < AIOS_TOP_FUNCTION)
		return;
	aios_buf_fmt(buf, "submits %llu/s, requests %llu/s, completed %llu/s, read ",
		     (unsigned long long)per_second(delta->submits, span),
		     (unsigned long long)per_second(delta->accepted, span),
		     (unsigned long long)per_second(aios_top_completed(delta), span));
	aios_fmt_size(buf, per_second(delta->bytes[AIOS_TOP_READS], span));
	aios_buf_str(buf, "/s, written ");
	aios_fmt_size(buf, per_second(delta->bytes[AIOS_TOP_WRITES], span));
	aios_buf_fmt(buf, "/s, EAGAIN %llu/s, failed %llu/s\n",
		     (unsigned long long)per_second(delta->submit_again, span),
		     (unsigned long long)per_second(delta->failed, span));
}

/* Latencies of all operations but polls, which are how long others took. */
static void latencies(struct aios_buf *buf, const struct aios_top_counts *delta)
{
	uint32_t hist[AIOS_TOP_BUCKETS] = { 0 };
	uint64_t max = 0;

	for (int class = 0; class < AIOS_TOP_POLLS; class++) {
		for (int i = 0; i < AIOS_TOP_BUCKETS; i++)
			hist[i] += delta->hist[class][i];
		if (delta->max_ns[class] > max)
			max = delta->max_ns[class];
	}
	duration(buf, aios_top_percentile(hist, max, 50), 8);
	duration(buf, aios_top_percentile(hist, max, 99), 8);
	duration(buf, max, 8);
}

static void line(struct aios_buf *buf, const struct aios_top_row *row, uint64_t span)
{
	char comm[AIOS_COMM_LEN + 1] = "";

	memcpy(comm, row->proc->snap.comm, AIOS_COMM_LEN);
	number(buf, aios_top_pid(row->proc), 7);
	aios_buf_str(buf, " ");
	aios_buf_cell(buf, comm, 13);
	aios_buf_fmt(buf, " %-13llx", (unsigned long long)row->ctx->snap.user_id);
	number(buf, per_second(row->delta.accepted, span), 7);
	number(buf, per_second(aios_top_completed(&row->delta), span), 7);
	size(buf, per_second(row->delta.bytes[0] + row->delta.bytes[1], span), 7);
	number(buf, row->now.in_flight, 7);
	number(buf, row->now.unread, 7);
	number(buf, row->peak, 6);
	latencies(buf, &row->delta);
	aios_buf_str(buf, "\n");
}

static int busiest_first(const void *a, const void *b)
{
	const struct aios_top_row *x = *(const struct aios_top_row *const *)a;
	const struct aios_top_row *y = *(const struct aios_top_row *const *)b;
	uint64_t x_done = aios_top_completed(&x->delta), y_done = aios_top_completed(&y->delta);

	if (x_done != y_done)
		return x_done > y_done ? -1 : 1;
	if (x->delta.accepted != y->delta.accepted)
		return x->delta.accepted > y->delta.accepted ? -1 : 1;
	return x->ctx->id < y->ctx->id ? -1 : x->ctx->id > y->ctx->id;
}

/* Something happened to it, or is about to. */
static bool active(const struct aios_top_row *row)
{
	return aios_top_completed(&row->delta) || row->delta.submits || row->delta.reads ||
	       row->delta.submit_again || (row->now.in_flight != AIOS_UNKNOWN32 &&
	       row->now.in_flight) || (row->now.unread != AIOS_UNKNOWN32 && row->now.unread);
}

static void table(struct aios_buf *buf, const struct aios_top_frame *frame)
{
	const struct aios_top_row **rows = calloc(frame->ctx_cnt + 1, sizeof(*rows));
	size_t cnt = 0;

	if (!rows) {
		buf->err = -ENOMEM;
		return;
	}
	for (size_t i = 0; i < frame->ctx_cnt; i++)
		if (active(&frame->ctx_rows[i]))
			rows[cnt++] = &frame->ctx_rows[i];
	qsort(rows, cnt, sizeof(*rows), busiest_first);
	aios_buf_str(buf, "    PID COMMAND       CONTEXT       SUBM/s COMP/s BYTE/s FLIGHT"
			  " UNREAD  PEAK     p50     p99     max\n");
	for (size_t i = 0; i < cnt; i++)
		line(buf, rows[i], frame->span_ns);
	if (cnt < frame->ctx_cnt)
		aios_buf_fmt(buf, "and %zu that did nothing\n", frame->ctx_cnt - cnt);
	free(rows);
}

void aios_top_batch(struct aios_buf *buf, const struct aios_top_frame *frame)
{
	heading(buf, frame);
	if (frame->sample->host.why)
		aios_buf_wrap(buf, frame->sample->host.why, "", COLUMNS);
	activity(buf, frame);
	aios_top_find_text(buf, frame, COLUMNS);
	aios_buf_str(buf, "\n");
	table(buf, frame);
}
