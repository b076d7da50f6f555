// SPDX-License-Identifier: GPL-2.0-only
/*
 * pipeline.c - decode, order, model and summary joined.
 */
#include "pipeline.h"

#include <errno.h>
#include <stdlib.h>

#include "vec.h"

/**
 * struct listener - who is told
 */
struct listener {
	struct aios_pipeline_ops ops;
	void *arg;
};

struct aios_pipeline {
	struct listener *listeners;	/* the first one is the view */
	size_t listener_cnt, listener_cap;
	struct aios_decode *decode;
	struct aios_model *model;
	struct aios_summary *sum;
	struct aios_blocked blocked;
	struct aios_select sel;
	uint64_t left_out;	/* requests that were not selected */
	uint64_t now_ns;	/* everything older has been passed on */
	bool ended;
};

/* Tells those who listen for it, the view first, until one of them ends the stream. */
#define TELL_FROM(first, pipe, what, ...)						\
	({										\
		int told = 0;								\
											\
		for (size_t i = first; i < (pipe)->listener_cnt && !told; i++)		\
			if ((pipe)->listeners[i].ops.what)				\
				told = (pipe)->listeners[i].ops.what(			\
					(pipe)->listeners[i].arg, ##__VA_ARGS__);	\
		told;									\
	})
#define TELL(pipe, what, ...)	TELL_FROM(0, pipe, what, ##__VA_ARGS__)

static int pipe_record(void *arg, const struct aios_rec *rec)
{
	struct aios_pipeline *pipe = arg;
	/* What was alive before the file begins was counted in the file before. */
	int err = rec->h.flags & AIOS_F_FRONT ? 0 : aios_summary_record(pipe->sum, rec);

	if (!err && aios_info_calls_only(aios_decode_info(pipe->decode)))
		err = aios_summary_caller(pipe->sum, rec);
	if (!err)
		err = aios_model_record(pipe->model, rec);
	return err ? err : TELL(pipe, record, rec);
}

static int pipe_gap(void *arg, const struct aios_gap *gap)
{
	struct aios_pipeline *pipe = arg;
	int err = aios_model_gap(pipe->model, gap);

	if (!err)
		err = aios_summary_gap(pipe->sum, gap);
	return err ? err : TELL(pipe, gap, gap);
}

static int pipe_until(void *arg, uint64_t time_ns)
{
	struct aios_pipeline *pipe = arg;

	if (time_ns != UINT64_MAX)
		pipe->now_ns = time_ns;
	return TELL(pipe, until, time_ns);
}

static struct aios_blocked *pipe_blocked(struct aios_pipeline *pipe)
{
	pipe->blocked.over_ns = aios_decode_info(pipe->decode)->blocked_over_ns;
	return &pipe->blocked;
}

static int pipe_request(void *arg, const struct aios_request *req)
{
	struct aios_pipeline *pipe = arg;
	int err;

	if (!aios_pipeline_selected(pipe, req)) {
		pipe->left_out++;
		return TELL_FROM(1, pipe, request, req);
	}
	err = aios_summary_request(pipe->sum, req);
	if (!err)
		err = aios_blocked_request(pipe_blocked(pipe), req);
	return err ? err : TELL(pipe, request, req);
}

static int pipe_context(void *arg, const struct aios_ctx *ctx)
{
	struct aios_pipeline *pipe = arg;
	int err = aios_summary_context(pipe->sum, ctx);

	return err ? err : TELL(pipe, context, ctx);
}

static int pipe_call(void *arg, const struct aios_submit_call *call)
{
	struct aios_pipeline *pipe = arg;
	int err = aios_blocked_call(pipe_blocked(pipe), call,
				    !aios_selects_any(&pipe->sel));

	return err ? err : TELL(pipe, call, call);
}

struct aios_pipeline *aios_pipeline_new(const struct aios_pipeline_ops *ops, void *arg,
					const struct aios_model_opts *opts)
{
	static const struct aios_model_ops model_ops = {
		.request = pipe_request,
		.context = pipe_context,
		.call = pipe_call,
	};
	struct aios_pipeline *pipe = calloc(1, sizeof(*pipe));
	struct aios_sink sink = {
		.record = pipe_record,
		.gap = pipe_gap,
		.until = pipe_until,
		.arg = pipe,
	};

	if (!pipe)
		return NULL;
	pipe->sum = aios_summary_new();
	pipe->model = aios_model_new(&model_ops, pipe, opts);
	pipe->decode = aios_decode_new(&sink);
	if (!pipe->sum || !pipe->model || !pipe->decode || aios_pipeline_beside(pipe, ops, arg))
		return aios_pipeline_free(pipe);
	return pipe;
}

/**
 * aios_pipeline_free() - frees a pipeline
 * @pipe: may be NULL
 * Return: NULL.
 */
struct aios_pipeline *aios_pipeline_free(struct aios_pipeline *pipe)
{
	if (pipe) {
		aios_blocked_done(&pipe->blocked);
		aios_decode_free(pipe->decode);
		aios_model_free(pipe->model);
		aios_summary_free(pipe->sum);
		free(pipe->listeners);
		free(pipe);
	}
	return NULL;
}

int aios_pipeline_beside(struct aios_pipeline *pipe, const struct aios_pipeline_ops *ops,
			 void *arg)
{
	struct listener *room = aios_vec_room(pipe->listeners, pipe->listener_cnt,
					      &pipe->listener_cap, sizeof(*room));

	if (!room)
		return -ENOMEM;
	pipe->listeners = room;
	room[pipe->listener_cnt++] = (struct listener){ *ops, arg };
	return 0;
}

void aios_pipeline_select(struct aios_pipeline *pipe, const struct aios_select *sel)
{
	pipe->sel = *sel;
}

/* The end of a trace is told with it; one that was cut off ends with its last record. */
uint64_t aios_pipeline_now(const struct aios_pipeline *pipe)
{
	uint64_t end_ns = aios_decode_end_info(pipe->decode)->end_ns;

	if (end_ns)
		return end_ns;
	return pipe->now_ns > pipe->sum->last_ns ? pipe->now_ns : pipe->sum->last_ns;
}

bool aios_pipeline_selected(const struct aios_pipeline *pipe, const struct aios_request *req)
{
	return aios_selected(&pipe->sel, req, aios_decode_info(pipe->decode)->start_ns,
			     aios_pipeline_now(pipe));
}

struct aios_feed aios_pipeline_feed(struct aios_pipeline *pipe)
{
	return (struct aios_feed){ .chunk = aios_decode_chunk, .arg = pipe->decode };
}

int aios_pipeline_end(struct aios_pipeline *pipe)
{
	int err;

	if (pipe->ended)
		return 0;
	pipe->ended = true;
	err = aios_decode_end(pipe->decode);
	if (!err)
		err = TELL(pipe, ending);
	return err ? err : aios_model_end(pipe->model);
}

struct aios_trace aios_pipeline_trace(const struct aios_pipeline *pipe)
{
	return (struct aios_trace){
		.sum = pipe->sum,
		.info = aios_decode_info(pipe->decode),
		.end = aios_decode_end_info(pipe->decode),
		.loss = aios_decode_loss(pipe->decode),
		.symbols = aios_decode_symbols(pipe->decode),
		.sel = &pipe->sel,
		.left_out = pipe->left_out,
		.blocked = &pipe->blocked,
		.unknown_records = aios_decode_stats(pipe->decode)->unknown,
	};
}

struct aios_model *aios_pipeline_model(struct aios_pipeline *pipe)
{
	return pipe->model;
}

/**
 * aios_pipeline_clock() - times of day of this trace
 * @pipe: after its first chunk
 * Return: the clock.
 */
struct aios_clock aios_pipeline_clock(const struct aios_pipeline *pipe)
{
	const struct aios_info *info = aios_decode_info(pipe->decode);

	return (struct aios_clock){ info->wall_offset_ns, info->utc_offset_s };
}
