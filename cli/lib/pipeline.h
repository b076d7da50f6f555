/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pipeline.h - chunks in, lives out: decode, order, model and summary joined.
 *
 *	source -> [ decode -> order -> model ] -> view
 *
 * A live run and a replay differ in the source alone.
 */
#ifndef AIOS_PIPELINE_H
#define AIOS_PIPELINE_H

#include "decode.h"
#include "model.h"
#include "select.h"
#include "summary.h"
#include "view.h"

/**
 * struct aios_pipeline_ops - what a view listens to; any may be NULL
 * @record: a record, after the model has taken it
 * @request: a request's life is over
 * @context: a context's life is over
 * @call: a call of io_submit is over
 * @gap: a hole, after the model has noted it
 * @until: everything older than a time has been passed on
 * @ending: all records have been passed on; what is alive is handed out next
 *
 * Each returns 0 or a negative errno, which ends the stream.
 */
struct aios_pipeline_ops {
	int (*record)(void *arg, const struct aios_rec *rec);
	int (*request)(void *arg, const struct aios_request *req);
	int (*context)(void *arg, const struct aios_ctx *ctx);
	int (*call)(void *arg, const struct aios_submit_call *call);
	int (*gap)(void *arg, const struct aios_gap *gap);
	int (*until)(void *arg, uint64_t time_ns);
	int (*ending)(void *arg);
};

struct aios_pipeline;

/**
 * aios_pipeline_new() - a pipeline
 * @ops: copied
 * @arg: passed to @ops
 * @opts: what the model keeps
 * Return: to be freed with aios_pipeline_free(), or NULL.
 */
struct aios_pipeline *aios_pipeline_new(const struct aios_pipeline_ops *ops, void *arg,
					const struct aios_model_opts *opts);
struct aios_pipeline *aios_pipeline_free(struct aios_pipeline *pipe);

/**
 * aios_pipeline_beside() - one more listener, who hears of everything
 * @pipe: before its first chunk
 * @ops: copied; called after those of the view
 * @arg: passed to @ops
 *
 * What is narrowed for the view by aios_pipeline_select() is not narrowed for it.
 *
 * Return: 0 or -ENOMEM.
 */
int aios_pipeline_beside(struct aios_pipeline *pipe, const struct aios_pipeline_ops *ops,
			 void *arg);

/**
 * aios_pipeline_select() - narrows what is passed on and counted
 * @pipe: before its first chunk
 * @sel: copied
 *
 * Requests that are not selected are neither handed to a listener nor part of the numbers; how
 * many those are is. Holes, contexts and calls are told all the same.
 */
void aios_pipeline_select(struct aios_pipeline *pipe, const struct aios_select *sel);

/**
 * aios_pipeline_selected() - would a request be passed on if it were over now?
 * @pipe: the pipeline
 * @req: alive, or over
 * Return: whether it would.
 */
bool aios_pipeline_selected(const struct aios_pipeline *pipe, const struct aios_request *req);

/**
 * aios_pipeline_feed() - its entrance
 * @pipe: must outlive the source
 * Return: to be given to a source.
 */
struct aios_feed aios_pipeline_feed(struct aios_pipeline *pipe);

/**
 * aios_pipeline_end() - the source is through: ends all lives
 * @pipe: nothing happens where it has ended
 * Return: 0, -ENOMEM, or what a listener returned.
 */
int aios_pipeline_end(struct aios_pipeline *pipe);

/**
 * aios_pipeline_trace() - what a report is made of
 * @pipe: complete after aios_pipeline_end()
 * Return: borrowed from @pipe.
 */
struct aios_trace aios_pipeline_trace(const struct aios_pipeline *pipe);

struct aios_model *aios_pipeline_model(struct aios_pipeline *pipe);

/**
 * aios_pipeline_now() - how far a trace has been told, or when it ended
 * @pipe: the pipeline
 * Return: CLOCK_MONOTONIC, in ns.
 */
uint64_t aios_pipeline_now(const struct aios_pipeline *pipe);
struct aios_clock aios_pipeline_clock(const struct aios_pipeline *pipe);

#endif /* AIOS_PIPELINE_H */
