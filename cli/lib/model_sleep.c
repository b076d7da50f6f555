// SPDX-License-Identifier: GPL-2.0-only
/*
 * model_sleep.c - calls of io_submit, and what their threads do in them instead of running.
 *
 * A sleep belongs to the request whose birth its thread was the last to tell, until the submission
 * of that is over. What comes before a birth, as for want of memory for the request, belongs to the
 * call alone.
 */
#include <errno.h>
#include <stdlib.h>

#include "model_int.h"

static void call_free(struct aios_submit_call *call)
{
	aios_sleeps_free(call->sleeps);
	aios_sleeps_free(call->between);
	free(call);
}

static struct aios_submit_call *call_new(struct aios_model *model, const struct aios_rec *rec)
{
	struct aios_submit_call *call = calloc(1, sizeof(*call));

	if (!call)
		return NULL;
	call->process = aios_model_owner(model, rec->h.tgid);
	call->tid = rec->h.tid;
	call->user_id = rec->submit_begin.user_id;
	call->nr = rec->submit_begin.nr;
	call->begin_ns = rec->h.time_ns;
	call->tainted = model->now_ns <= model->tainted_until_ns;
	call->sleeps = calloc(1, sizeof(*call->sleeps));
	call->between = calloc(1, sizeof(*call->between));
	if (call->process && call->sleeps && call->between)
		return call;
	call_free(call);
	return NULL;
}

/**
 * aios_submit_forget() - drops what is known of a call, without telling anybody
 * @thread: whose
 */
void aios_submit_forget(struct aios_thread *thread)
{
	if (thread->call)
		call_free(thread->call);
	free(thread->chain);
	thread->call = NULL;
	thread->chain = NULL;
}

/**
 * aios_submit_end() - hands out a call that has not returned, as far as is known
 * @model: the model
 * @thread: may be in none
 * Return: 0 or what the listener returned.
 */
int aios_submit_end(struct aios_model *model, struct aios_thread *thread)
{
	int err = 0;

	if (thread->call && model->ops.call)
		err = model->ops.call(model->arg, thread->call);
	aios_submit_forget(thread);
	return err;
}

/**
 * aios_submit_begins() - io_submit is called
 * @model: the model
 * @rec: AIOS_EV_SUBMIT_BEGIN
 * Return: 0, -ENOMEM, or what the listener returned.
 */
int aios_submit_begins(struct aios_model *model, const struct aios_rec *rec)
{
	struct aios_thread *thread = aios_model_thread(model, &rec->h);
	int err;

	if (!thread)
		return -ENOMEM;
	/* The return of the one before was lost. */
	err = aios_submit_end(model, thread);
	thread->call = call_new(model, rec);
	return err ? err : thread->call ? 0 : -ENOMEM;
}

/**
 * aios_submit_frames() - a piece of the stack of a sleep that will be told
 * @model: the model
 * @rec: AIOS_EV_FRAMES
 * Return: 0 or -ENOMEM.
 */
int aios_submit_frames(struct aios_model *model, const struct aios_rec *rec)
{
	struct aios_thread *thread = aios_model_thread(model, &rec->h);

	if (!thread)
		return -ENOMEM;
	if (!thread->call)
		return 0;
	if (!thread->chain)
		thread->chain = calloc(1, sizeof(*thread->chain));
	if (!thread->chain)
		return -ENOMEM;
	thread->chain->tgid = rec->h.tgid;
	/* A piece that is missing shows in the number of frames. */
	if (aios_chain_add(thread->chain, &rec->frames))
		*thread->chain = (struct aios_chain){ .tgid = rec->h.tgid };
	return 0;
}

/* The stack that was told right before, if it came whole. */
static int sleep_chain(struct aios_model *model, struct aios_thread *thread,
		       const struct aios_sleep *body, const struct aios_chain **ret)
{
	const struct aios_chain *chain = thread->chain;
	int err = 0;

	*ret = NULL;
	if (chain && body->kernel + body->user && chain->cnt[AIOS_FRAMES_KERNEL] == body->kernel &&
	    chain->cnt[AIOS_FRAMES_USER] == body->user)
		err = aios_chains_enter(&model->chains, chain, ret);
	free(thread->chain);
	thread->chain = NULL;
	return err;
}

/* The request that a thread is submitting, whose sleeps are watched. */
static struct aios_request *submits(const struct aios_thread *thread)
{
	struct aios_request *req = thread->born;

	return req && req->sleeps && !req->handed_out ? req : NULL;
}

/**
 * aios_submit_slept() - a thread runs again within io_submit
 * @model: the model
 * @rec: AIOS_EV_SLEEP
 * Return: 0 or -ENOMEM.
 */
int aios_submit_slept(struct aios_model *model, const struct aios_rec *rec)
{
	struct aios_thread *thread = aios_model_thread(model, &rec->h);
	const struct aios_chain *chain;
	struct aios_request *req;
	int err;

	if (!thread)
		return -ENOMEM;
	err = sleep_chain(model, thread, &rec->sleep, &chain);
	if (err || !thread->call)
		return err;
	req = submits(thread);
	err = aios_sleeps_add(thread->call->sleeps, rec, chain);
	if (!err)
		err = aios_sleeps_add(req ? req->sleeps : thread->call->between, rec, chain);
	return err || !req ? err : aios_req_log(model, req, rec);
}

/**
 * aios_submit_watch() - a request is born: are the sleeps of its thread told?
 * @thread: of its birth
 * @req: the request
 * Return: 0 or -ENOMEM.
 */
int aios_submit_watch(const struct aios_thread *thread, struct aios_request *req)
{
	if (!thread->call)
		return 0;
	req->sleeps = calloc(1, sizeof(*req->sleeps));
	return req->sleeps ? 0 : -ENOMEM;
}

/**
 * aios_submit_returns() - io_submit returned
 * @model: the model
 * @rec: AIOS_EV_SUBMIT
 * Return: 0, or what the listener returned.
 */
int aios_submit_returns(struct aios_model *model, const struct aios_rec *rec)
{
	struct aios_thread *thread = aios_map_get(&model->threads, rec->h.tid);
	struct aios_submit_call unwatched = {
		.process = aios_model_process(model, rec->h.tgid),
		.tid = rec->h.tid,
	};
	struct aios_submit_call *call = thread && thread->tgid == rec->h.tgid && thread->call ?
					thread->call : &unwatched;
	int err = 0;

	call->user_id = rec->submit.user_id;
	call->nr = rec->submit.nr;
	call->ret = rec->submit.ret;
	call->end_ns = rec->h.time_ns;
	if (model->ops.call)
		err = model->ops.call(model->arg, call);
	if (call != &unwatched)
		aios_submit_forget(thread);
	return err;
}
