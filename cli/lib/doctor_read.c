// SPDX-License-Identifier: GPL-2.0-only
/*
 * doctor_read.c - conditions of the ring: who reads it, how much at a time, and how full it gets.
 */
#include <errno.h>
#include <stdlib.h>

#include "doctor_int.h"

/* Which ring a thread went into, and whether there was anything in it. */
static int reader_in(struct aios_doctor *doctor, const struct aios_rec *rec)
{
	const struct aios_read_begin *body = &rec->read_begin;
	struct aios_reader *reader = aios_map_get(&doctor->readers, rec->h.tid);

	if (!reader && doctor->readers.used >= AIOS_READERS_MAX)
		return 0;
	if (!reader) {
		reader = aios_map_add(&doctor->readers, rec->h.tid, sizeof(*reader));
		if (!reader)
			return -ENOMEM;
	}
	reader->kctx = body->kctx;
	reader->found_empty = body->head == body->tail;
	return 0;
}

/* Each that writes to the line of head and tail, in the order of their records. */
static void line_write(struct aios_line *line, const struct aios_rec *rec, bool tail)
{
	aios_sample_time(&line->from_ns, &line->to_ns, rec->h.time_ns);
	line->writes++;
	if (line->cpu != AIOS_UNKNOWN32 && line->cpu != rec->h.cpu) {
		line->moves++;
		line->tails += tail && line->was_tail;
	}
	line->cpu = rec->h.cpu;
	line->was_tail = tail;
}

static void reader_out(struct aios_doctor *doctor, const struct aios_rec *rec)
{
	const struct aios_read_end *body = &rec->read_end;
	const struct aios_reader *reader = aios_map_get(&doctor->readers, rec->h.tid);
	struct aios_chart *chart = aios_doctor_chart(doctor, body->kctx);
	const struct aios_ctx *ctx = aios_doctor_ctx(doctor, body->kctx);

	if (!chart || !ctx || body->ret <= 0)
		return;
	line_write(&chart->line, rec, false);
	chart->reads++;
	if (body->ret > 1 || (uint64_t)ctx->in_flight + ctx->unread + 1 < AIOS_DEEP)
		return;
	chart->single_reads++;
	chart->slept_reads += reader && reader->kctx == body->kctx && reader->found_empty;
}

static struct aios_backlog_part part_join(struct aios_backlog_part a, struct aios_backlog_part b)
{
	return (struct aios_backlog_part){ a.low < b.low ? a.low : b.low, a.read || b.read };
}

/* Two neighbours become one: now a part is twice as long. */
static void backlog_halve(struct aios_backlog *backlog)
{
	for (size_t i = 0; i < backlog->cnt / 2; i++)
		backlog->parts[i] = part_join(backlog->parts[2 * i], backlog->parts[2 * i + 1]);
	backlog->cnt /= 2;
	backlog->each *= 2;
}

static void backlog_add(struct aios_backlog *backlog, uint32_t unread, uint64_t ns)
{
	aios_sample_time(&backlog->from_ns, &backlog->to_ns, ns);
	if (!backlog->seen)
		backlog->now = (struct aios_backlog_part){ .low = unread };
	/* Where nobody reads, each completion leaves one more. */
	backlog->now = part_join(backlog->now, (struct aios_backlog_part){
		.low = unread, .read = unread <= backlog->last });
	backlog->last = unread;
	if (++backlog->seen < backlog->each)
		return;
	backlog->seen = 0;
	backlog->parts[backlog->cnt++] = backlog->now;
	if (backlog->cnt == AIOS_BACKLOG_PARTS)
		backlog_halve(backlog);
}

static void completed(struct aios_doctor *doctor, const struct aios_rec *rec)
{
	struct aios_chart *chart = aios_doctor_chart(doctor, rec->req_complete.kctx);
	const struct aios_ctx *ctx = aios_doctor_ctx(doctor, rec->req_complete.kctx);

	/* What completes while the context is torn down nobody is meant to read. */
	if (!chart || !ctx || chart->killed)
		return;
	line_write(&chart->line, rec, true);
	backlog_add(&chart->backlog, ctx->unread, rec->h.time_ns);
}

/* Whoever looks into a ring finds its head. */
static void glance(struct aios_doctor *doctor, uint64_t kctx, uint32_t head)
{
	const struct aios_ctx *ctx = aios_doctor_ctx(doctor, kctx);
	struct aios_chart *chart = aios_doctor_chart(doctor, kctx);

	if (!ctx || !chart || !ctx->nr_events || head == AIOS_UNKNOWN32 || head < ctx->nr_events)
		return;
	if (!chart->wild_heads++)
		chart->wild_head = head;
}

static int read_record(struct aios_doctor *doctor, const struct aios_rec *rec)
{
	switch (rec->h.type) {
	case AIOS_EV_READ_BEGIN:
		glance(doctor, rec->read_begin.kctx, rec->read_begin.head);
		return reader_in(doctor, rec);
	case AIOS_EV_READ_END:
		glance(doctor, rec->read_end.kctx, rec->read_end.head);
		reader_out(doctor, rec);
		return 0;
	case AIOS_EV_REQ_COMPLETE:
		glance(doctor, rec->req_complete.kctx, rec->req_complete.head);
		completed(doctor, rec);
		return 0;
	default:
		return 0;
	}
}

static int tell_singles(struct aios_doctor *doctor, const struct aios_ctx *ctx,
			const struct aios_chart *chart)
{
	uint64_t percent = aios_doctor_percent(chart->single_reads, chart->reads);
	struct aios_condition condition;
	struct aios_buf text = { 0 };

	if (chart->reads < AIOS_FEW || percent < AIOS_MOST)
		return 0;
	condition = aios_condition_of(AIOS_AIL_SINGLES, chart->single_reads);
	aios_condition_ctx(&condition, ctx);
	aios_condition_add(&condition, "calls_with_events", AIOS_UNIT_COUNT, chart->reads);
	aios_condition_add(&condition, "of_one", AIOS_UNIT_COUNT, chart->single_reads);
	aios_condition_add(&condition, "of_one_found_ring_empty", AIOS_UNIT_COUNT,
			   chart->slept_reads);
	aios_condition_add(&condition, "share", AIOS_UNIT_PERCENT, percent);
	aios_buf_fmt(&text, "%llu of %llu calls of io_getevents that returned events from ",
		     aios_ull(chart->single_reads), aios_ull(chart->reads));
	aios_doctor_whose(&text, ctx);
	aios_buf_fmt(&text, " returned a single one, while %u others or more were in flight or "
		     "unread; %llu had found the ring empty and waited", AIOS_DEEP - 1,
		     aios_ull(chart->slept_reads));
	return aios_doctor_tell(doctor, &condition, &text);
}

static int tell_user(struct aios_doctor *doctor, const struct aios_ctx *ctx,
		     const struct aios_chart *chart)
{
	struct aios_condition condition;
	struct aios_buf text = { 0 };

	(void)chart;
	if (ctx->reaped_user < AIOS_USER_FEW)
		return 0;
	condition = aios_condition_of(AIOS_AIL_USER_REAP, ctx->reaped_user);
	aios_condition_ctx(&condition, ctx);
	aios_condition_add(&condition, "by_program", AIOS_UNIT_COUNT, ctx->reaped_user);
	aios_condition_add(&condition, "by_io_getevents", AIOS_UNIT_COUNT, ctx->reaped_kernel);
	aios_buf_fmt(&text, "%llu events of ", aios_ull(ctx->reaped_user));
	aios_doctor_whose(&text, ctx);
	aios_buf_fmt(&text, " were taken out of the mapped ring by the program, %llu by "
		     "io_getevents", aios_ull(ctx->reaped_kernel));
	return aios_doctor_tell(doctor, &condition, &text);
}

static int tell_head(struct aios_doctor *doctor, const struct aios_ctx *ctx,
		     const struct aios_chart *chart)
{
	struct aios_condition condition;
	struct aios_buf text = { 0 };

	if (!chart->wild_heads)
		return 0;
	condition = aios_condition_of(AIOS_AIL_ODD_HEAD, chart->wild_heads);
	aios_condition_ctx(&condition, ctx);
	aios_condition_add(&condition, "times", AIOS_UNIT_COUNT, chart->wild_heads);
	aios_condition_add(&condition, "first", AIOS_UNIT_COUNT, chart->wild_head);
	aios_condition_add(&condition, "entries", AIOS_UNIT_COUNT, ctx->nr_events);
	aios_condition_add(&condition, "completed", AIOS_UNIT_COUNT, ctx->completed);
	aios_buf_str(&text, "the head of the ring of ");
	aios_doctor_whose(&text, ctx);
	aios_buf_fmt(&text, " was no index of it %llu time%s, %u at first, where it has %u entries",
		     aios_ull(chart->wild_heads), aios_s(chart->wild_heads), chart->wild_head,
		     ctx->nr_events);
	return aios_doctor_tell(doctor, &condition, &text);
}

/* The fewest unread events of each quarter of the completions. */
static bool backlog_quarters(const struct aios_backlog *backlog, uint32_t lows[4])
{
	size_t each = backlog->cnt / 4;

	if (!each)
		return false;
	for (size_t q = 0; q < 4; q++) {
		struct aios_backlog_part part = backlog->parts[q * each];

		for (size_t i = q * each + 1; i < (q + 1) * each; i++)
			part = part_join(part, backlog->parts[i]);
		if (!part.read)
			return false;
		lows[q] = part.low;
	}
	return lows[0] < lows[1] && lows[1] < lows[2] && lows[2] < lows[3] &&
	       lows[3] >= AIOS_BACKLOG_MIN;
}

static int tell_backlog(struct aios_doctor *doctor, const struct aios_ctx *ctx,
			const struct aios_chart *chart)
{
	static const char *const names[] = { "low_1", "low_2", "low_3", "low_4" };
	struct aios_condition condition;
	struct aios_buf text = { 0 };
	uint32_t lows[4];

	if (!backlog_quarters(&chart->backlog, lows))
		return 0;
	condition = aios_condition_of(AIOS_AIL_BACKLOG, lows[3]);
	aios_condition_ctx(&condition, ctx);
	condition.from_ns = chart->backlog.from_ns;
	condition.to_ns = chart->backlog.to_ns;
	for (size_t q = 0; q < 4; q++)
		aios_condition_add(&condition, names[q], AIOS_UNIT_COUNT, lows[q]);
	aios_condition_add(&condition, "unread_max", AIOS_UNIT_COUNT, ctx->unread_max);
	aios_condition_add(&condition, "slots", AIOS_UNIT_COUNT, aios_doctor_slots(ctx));
	aios_buf_fmt(&text, "unread events pile up in the ring of ");
	aios_doctor_whose(&text, ctx);
	aios_buf_fmt(&text, ": in four quarters of its completions never fewer than %u, %u, %u "
		     "and %u lay there, %u at most in %u slots", lows[0], lows[1], lows[2],
		     lows[3], ctx->unread_max, aios_doctor_slots(ctx));
	return aios_doctor_tell(doctor, &condition, &text);
}

static int tell_bounces(struct aios_doctor *doctor, const struct aios_ctx *ctx,
			const struct aios_chart *chart)
{
	const struct aios_line *line = &chart->line;
	uint64_t percent = aios_doctor_percent(line->moves, line->writes);
	struct aios_condition condition;
	struct aios_buf text = { 0 };

	if (line->writes < AIOS_BOUNCE_WRITES || percent < AIOS_BOUNCE_SHARE)
		return 0;
	condition = aios_condition_of(AIOS_AIL_BOUNCES, line->moves);
	aios_condition_ctx(&condition, ctx);
	condition.from_ns = line->from_ns;
	condition.to_ns = line->to_ns;
	aios_condition_add(&condition, "writes", AIOS_UNIT_COUNT, line->writes);
	aios_condition_add(&condition, "moves", AIOS_UNIT_COUNT, line->moves);
	aios_condition_add(&condition, "moves_between_completions", AIOS_UNIT_COUNT, line->tails);
	aios_condition_add(&condition, "share", AIOS_UNIT_PERCENT, percent);
	aios_buf_fmt(&text, "head and tail of the ring of ");
	aios_doctor_whose(&text, ctx);
	aios_buf_fmt(&text, " were written %llu times, %llu of them (%llu %%) by another CPU than "
		     "the time before: %llu a completion after one elsewhere, the others a read "
		     "after a completion or the other way round",
		     aios_ull(line->writes), aios_ull(line->moves), aios_ull(percent),
		     aios_ull(line->tails));
	return aios_doctor_tell(doctor, &condition, &text);
}

static int read_over(struct aios_doctor *doctor, const struct aios_ctx *ctx,
		     const struct aios_chart *chart)
{
	static int (*const tells[])(struct aios_doctor *, const struct aios_ctx *,
				    const struct aios_chart *) = {
		tell_singles, tell_user, tell_head, tell_backlog, tell_bounces,
	};
	int err = 0;

	for (size_t i = 0; i < sizeof(tells) / sizeof(tells[0]) && !err; i++)
		err = tells[i](doctor, ctx, chart);
	return err;
}

const struct aios_family aios_family_read = {
	.record = read_record,
	.over = read_over,
};
