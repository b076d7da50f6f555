// SPDX-License-Identifier: GPL-2.0-only
/*
 * view_html_ring.c - how full each context was, over time, in a bounded number of points.
 *
 * A point is a piece of time in which something changed. The pieces begin as microseconds, and
 * become twice as long whenever there are too many: a short trace is told exactly, a long one keeps
 * the most that there was in each piece.
 */
#include <errno.h>
#include <stdlib.h>

#include "vec.h"
#include "view_html_int.h"

#define FIRST_WIDTH_NS	1024

/* Where in a record its context is: 1 + the word of its body; 0 where it moves nothing. */
static const unsigned char ctx_words[AIOS_EV_MAX] = {
	[AIOS_EV_CTX_SETUP] = 1,
	[AIOS_EV_CTX_FOUND] = 1,
	[AIOS_EV_CTX_KILL] = 1,
	[AIOS_EV_REQ_BIRTH] = 2,
	[AIOS_EV_REQ_IOCB] = 2,
	[AIOS_EV_REQ_FOUND] = 2,
	[AIOS_EV_REQ_RETURN] = 1,
	[AIOS_EV_REQ_COMPLETE] = 2,
	[AIOS_EV_READ_BEGIN] = 1,
	[AIOS_EV_READ_END] = 1,
	[AIOS_EV_RING_READ] = 1,
};

static struct aios_ring_line *line_free(struct aios_ring_line *line)
{
	if (line) {
		free(line->points);
		free(line);
	}
	return NULL;
}

static struct aios_ring_line *line_get(struct aios_html_rings *rings, uint64_t id)
{
	struct aios_ring_line *line = aios_map_get(&rings->map, id);

	if (line)
		return line;
	line = aios_map_add(&rings->map, id, sizeof(*line));
	if (!line)
		return NULL;
	line->id = id;
	line->width_ns = FIRST_WIDTH_NS;
	return line;
}

/* Joins a later point, of the same piece of time, to an earlier one. */
static void point_join(struct aios_ring_point *point, const struct aios_ring_point *later)
{
	if (later->in_flight_max > point->in_flight_max)
		point->in_flight_max = later->in_flight_max;
	if (later->unread_max > point->unread_max)
		point->unread_max = later->unread_max;
	point->in_flight = later->in_flight;
	point->unread = later->unread;
}

static void line_widen(struct aios_ring_line *line)
{
	size_t to = 0;

	line->width_ns *= 2;
	for (size_t i = 0; i < line->cnt; i++) {
		struct aios_ring_point point = line->points[i];

		point.at /= 2;
		if (to && line->points[to - 1].at == point.at)
			point_join(&line->points[to - 1], &point);
		else
			line->points[to++] = point;
	}
	line->cnt = to;
}

static int line_add(struct aios_ring_line *line, const struct aios_ctx *ctx, uint64_t time_ns)
{
	struct aios_ring_point point = { time_ns / line->width_ns, ctx->in_flight, ctx->unread,
					 ctx->in_flight, ctx->unread };
	struct aios_ring_point *last = line->cnt ? &line->points[line->cnt - 1] : NULL, *points;

	/* Late records come after younger ones. */
	if (last && point.at <= last->at) {
		point_join(last, &point);
		return 0;
	}
	if (last && last->in_flight == point.in_flight && last->unread == point.unread)
		return 0;
	points = aios_vec_room(line->points, line->cnt, &line->cap, sizeof(*points));
	if (!points)
		return -ENOMEM;
	line->points = points;
	points[line->cnt++] = point;
	while (line->cnt > AIOS_RING_POINTS)
		line_widen(line);
	return 0;
}

/**
 * aios_html_rings_record() - notes what a record has changed
 * @rings: the contexts
 * @model: has taken it
 * @rec: the record
 * Return: 0 or -ENOMEM.
 */
int aios_html_rings_record(struct aios_html_rings *rings, const struct aios_model *model,
			   const struct aios_rec *rec)
{
	unsigned int word = rec->h.type < AIOS_EV_MAX ? ctx_words[rec->h.type] : 0;
	const struct aios_ctx *ctx = word ? aios_model_context(model, rec->body[word - 1]) : NULL;
	struct aios_ring_line *line;

	if (!ctx)
		return 0;
	line = line_get(rings, ctx->id);
	if (!line)
		return -ENOMEM;
	line->completed = ctx->completed;
	return line_add(line, ctx, rec->h.time_ns);
}

/**
 * aios_html_rings_over() - a context has ended: it is told if it was one of the busiest
 * @rings: the contexts
 * @ctx: over
 * Return: 0.
 */
int aios_html_rings_over(struct aios_html_rings *rings, const struct aios_ctx *ctx)
{
	struct aios_ring_line *line = aios_map_take(&rings->map, ctx->id);
	size_t least = 0;

	if (!line)
		return 0;
	line->completed = ctx->completed;
	line->end_ns = ctx->free_ns;
	if (rings->over_cnt < AIOS_RINGS_TOLD) {
		rings->over[rings->over_cnt++] = line;
		return 0;
	}
	rings->left_out++;
	for (size_t i = 1; i < rings->over_cnt; i++)
		if (rings->over[i]->completed < rings->over[least]->completed)
			least = i;
	if (rings->over[least]->completed < line->completed) {
		struct aios_ring_line *less = rings->over[least];

		rings->over[least] = line;
		line = less;
	}
	line_free(line);
	return 0;
}

/* Five numbers a point: how many pieces after the last one, the most, and the end. */
static void line_write(const struct aios_ring_line *line, struct aios_buf *buf, uint64_t t0_ns)
{
	uint64_t before = t0_ns / line->width_ns;

	aios_buf_fmt(buf, "{\"context_nr\":%llu,\"width_ns\":%llu,\"first_ns\":%lld,",
		     (unsigned long long)line->id, (unsigned long long)line->width_ns,
		     (long long)(before * line->width_ns - t0_ns));
	if (line->end_ns)
		aios_buf_fmt(buf, "\"end_ns\":%lld,", (long long)(line->end_ns - t0_ns));
	aios_buf_str(buf, "\"points\":[");
	for (size_t i = 0; i < line->cnt; i++) {
		const struct aios_ring_point *point = &line->points[i];

		aios_buf_fmt(buf, "%s%lld,%u,%u,%u,%u", i ? "," : "",
			     (long long)(point->at - before), point->in_flight_max,
			     point->unread_max, point->in_flight, point->unread);
		before = point->at;
	}
	aios_buf_str(buf, "]}");
}

static int line_compare(const void *a, const void *b)
{
	const struct aios_ring_line *const *x = a, *const *y = b;

	return (*x)->id < (*y)->id ? -1 : (*x)->id > (*y)->id;
}

/**
 * aios_html_rings_write() - an array of contexts
 * @rings: after the end of the trace
 * @buf: appended to
 * @t0_ns: times are told from here
 */
void aios_html_rings_write(const struct aios_html_rings *rings, struct aios_buf *buf,
			   uint64_t t0_ns)
{
	struct aios_ring_line *lines[AIOS_RINGS_TOLD];

	for (size_t i = 0; i < rings->over_cnt; i++)
		lines[i] = rings->over[i];
	qsort(lines, rings->over_cnt, sizeof(lines[0]), line_compare);
	aios_buf_str(buf, "[");
	for (size_t i = 0; i < rings->over_cnt; i++) {
		aios_buf_str(buf, i ? ",\n" : "");
		line_write(lines[i], buf, t0_ns);
	}
	aios_buf_str(buf, "]");
}

void aios_html_rings_done(struct aios_html_rings *rings)
{
	struct aios_ring_line *line;
	size_t iter = 0;

	while ((line = aios_map_next(&rings->map, &iter)))
		line_free(line);
	aios_map_done(&rings->map);
	while (rings->over_cnt)
		line_free(rings->over[--rings->over_cnt]);
}
