// SPDX-License-Identifier: GPL-2.0-only
/*
 * model_req.c - the life of a request: birth, return of its submission, completion, reaping.
 *
 * A request is known by its kiocb's address from birth to completion. The kernel uses the address
 * again at once, so a life whose completion is still due when the address is born again is kept
 * as the new one's @older: its completion may come late, told apart by iocb and data.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/aio_abi.h>

#include "model_int.h"
#include "names.h"
#include "vec.h"

/**
 * aios_req_pin() - keeps a request from being freed
 * @req: which
 */
void aios_req_pin(struct aios_request *req)
{
	req->pins++;
}

/**
 * aios_req_unpin() - the counterpart; frees with the last one
 * @req: may be NULL
 */
void aios_req_unpin(struct aios_request *req)
{
	if (!req || --req->pins)
		return;
	aios_req_unpin(req->older);
	if (req->ledger)
		aios_req_unpin(req->ledger->older);
	free(req->ledger);
	aios_sleeps_free(req->sleeps);
	aios_ctx_unpin(req->ctx);
	aios_file_unpin(req->file);
	free(req->history);
	free(req);
}

/**
 * aios_req_set() - makes a pinning pointer point to another request
 * @place: the pointer
 * @req: may be NULL
 */
void aios_req_set(struct aios_request **place, struct aios_request *req)
{
	struct aios_request *old = *place;

	if (req)
		aios_req_pin(req);
	*place = req;
	aios_req_unpin(old);
}

const struct aios_request *aios_request_hold(const struct aios_request *req)
{
	aios_req_pin((struct aios_request *)req);
	return req;
}

/**
 * aios_request_release() - gives a request back
 * @req: may be NULL
 */
void aios_request_release(const struct aios_request *req)
{
	aios_req_unpin((struct aios_request *)req);
}

/**
 * aios_req_new() - a new life
 * @model: the model
 * @ctx: its context
 * @origin: how it came to be known
 * Return: alive, owned by the model until it is over; NULL for -ENOMEM.
 */
struct aios_request *aios_req_new(struct aios_model *model, struct aios_ctx *ctx,
				  enum aios_origin origin)
{
	struct aios_request *req = calloc(1, sizeof(*req));

	if (!req)
		return NULL;
	req->pins = 1;
	req->id = ++model->next_req;
	aios_ctx_pin(ctx);
	req->ctx = ctx;
	req->process = ctx->process;
	req->origin = origin;
	req->slot = AIOS_UNKNOWN32;
	req->refs = AIOS_UNKNOWN32;
	req->tainted = model->now_ns <= model->tainted_until_ns;
	if (model->alive) {
		req->next = model->alive;
		req->prev = model->alive->prev;
		req->prev->next = req;
		req->next->prev = req;
	} else {
		req->next = req->prev = req;
		model->alive = req;
	}
	model->alive_cnt++;
	return req;
}

/**
 * aios_req_log() - adds a record to a request's history
 * @model: the model
 * @req: the request
 * @rec: the record; copied
 * Return: 0 or -ENOMEM.
 */
int aios_req_log(struct aios_model *model, struct aios_request *req, const struct aios_rec *rec)
{
	struct aios_rec *history;

	if (!model->opts.history)
		return 0;
	history = aios_vec_room(req->history, req->history_cnt, &req->history_cap,
				sizeof(*history));
	if (!history)
		return -ENOMEM;
	req->history = history;
	history[req->history_cnt++] = *rec;
	return 0;
}

static void ctx_in_flight(struct aios_ctx *ctx)
{
	if (++ctx->in_flight > ctx->in_flight_max)
		ctx->in_flight_max = ctx->in_flight;
}

static void ctx_landed(struct aios_ctx *ctx)
{
	if (ctx->in_flight)
		ctx->in_flight--;
}

/*
 * Nobody saw its birth: was a request that is older than the trace still due, or is it missing? Of
 * a context that is seen at work before it is found, nobody has counted those yet. The count is
 * that of a busy context, taken CPU by CPU while requests come and go, so it may be too low; but
 * never were there more than the ring has entries.
 */
static bool req_may_be_older(const struct aios_request *req)
{
	const struct aios_ctx *ctx = req->ctx;

	return ctx->before_left || ctx->before_unknown || (ctx->implied && !ctx->tainted) ||
	       (ctx->before_max && !req->unresolved);
}

static void req_explain(struct aios_request *req)
{
	struct aios_ctx *ctx = req->ctx;

	if (!req_may_be_older(req)) {
		/* At the end of a trace it may still have been on its way through io_submit. */
		req->tainted = req->tainted || !req->unresolved || ctx->tainted;
		return;
	}
	if (ctx->before_left) {
		ctx->before_left--;
		ctx_landed(ctx);
	}
	if (ctx->before_max)
		ctx->before_max--;
	req->origin = AIOS_ORIGIN_BEFORE;
	/* After a hole it may just as well have been born in there. */
	if (ctx->tainted)
		req->tainted = true;
}

/* Gives an address up, or back to the life whose completion is still due. */
static void req_leave(struct aios_model *model, struct aios_request *req)
{
	struct aios_request *older = req->older;

	if (older && !older->completed_ns && !older->handed_out &&
	    !aios_map_put(&model->reqs, req->kiocb, older))
		req->older = NULL;
	else
		aios_map_take(&model->reqs, req->kiocb);
	aios_req_unpin(req);
}

/* Takes a life out of the model without telling anybody. */
static void req_quit(struct aios_model *model, struct aios_request *req)
{
	req->handed_out = true;
	req->prev->next = req->next;
	req->next->prev = req->prev;
	if (model->alive == req)
		model->alive = req->next == req ? NULL : req->next;
	model->alive_cnt--;
	if (req->kiocb && aios_map_get(&model->reqs, req->kiocb) == req)
		req_leave(model, req);
	aios_req_unpin(req);
}

/*
 * A hole in the history of a ring leaves open who took an event later on, and whether anybody did,
 * of a request too that was born after it.
 */
static bool req_taking_is_open(const struct aios_request *req)
{
	return req->ctx->tainted && req->completed_ns &&
	       (req->reaper == AIOS_REAPER_NOBODY || req->reaper == AIOS_REAPER_UNKNOWN);
}

/**
 * aios_req_over() - a life is over: hands it out, once
 * @model: the model
 * @req: the request
 * @fate: how it ended
 * Return: 0 or what the listener returned.
 */
int aios_req_over(struct aios_model *model, struct aios_request *req, enum aios_fate fate)
{
	int err = 0;

	if (req->handed_out)
		return 0;
	req->handed_out = true;
	req->fate = fate;
	if (req->origin == AIOS_ORIGIN_UNKNOWN)
		req_explain(req);
	if (fate == AIOS_FATE_LOST_TRACK || req_taking_is_open(req))
		req->tainted = true;
	if (model->ops.request)
		err = model->ops.request(model->arg, req);
	req_quit(model, req);
	return err;
}

/* The submission may still be under way when the event is already read. */
static bool req_returned(const struct aios_request *req)
{
	return req->returned_ns || req->gone_on || (!req->born_ns && !req->unresolved);
}

/**
 * aios_req_through() - hands out a life whose event was taken, if nothing else is due
 * @model: the model
 * @req: the request
 * Return: 0 or what the listener returned.
 */
int aios_req_through(struct aios_model *model, struct aios_request *req)
{
	if (!req->reaper || !req_returned(req) || aios_refs_due(req))
		return 0;
	return aios_req_over(model, req, AIOS_FATE_REAPED);
}

/**
 * aios_req_reaped() - the event of a request was taken out of the ring
 * @model: the model
 * @req: the request
 * @reaper: who took it
 * @tid: the thread, for AIOS_REAPER_KERNEL
 * @inferred: other readers were inside
 * Return: 0 or what the listener returned.
 */
int aios_req_reaped(struct aios_model *model, struct aios_request *req, enum aios_reaper reaper,
		    uint32_t tid, bool inferred)
{
	req->reaper = reaper;
	req->reaper_tid = tid;
	req->reaped_ns = model->now_ns;
	req->reap_inferred = inferred;
	return aios_req_through(model, req);
}

/**
 * aios_req_abandon() - requests of a context that is gone cannot be in flight
 * @model: the model
 * @ctx: the context
 * Return: 0 or what the listener returned.
 */
int aios_req_abandon(struct aios_model *model, const struct aios_ctx *ctx)
{
	struct aios_request *req = model->alive, *next;
	int err = 0;

	for (size_t i = model->alive_cnt; i && !err; i--, req = next) {
		next = req->next;
		if (req->ctx == ctx && !req->completed_ns)
			err = aios_req_over(model, req, AIOS_FATE_LOST_TRACK);
	}
	return err;
}

static bool req_is_submitted_still(const struct aios_request *req)
{
	return req->born_ns && !req->returned_ns && !req->gone_on;
}

/*
 * The completion of a life whose address was born again will not come any more. One that is being
 * submitted still has its refusal to come.
 */
static int req_lose(struct aios_model *model, struct aios_request **older)
{
	struct aios_request *req = *older;
	int err = 0;

	if (req && !req->completed_ns && !req->handed_out && !req_is_submitted_still(req)) {
		ctx_landed(req->ctx);
		err = aios_req_over(model, req, AIOS_FATE_LOST_TRACK);
	}
	aios_req_set(older, NULL);
	return err;
}

/* Enters a life under its address; one that is there already waits for its completion. */
static int req_enter(struct aios_model *model, struct aios_request *req)
{
	struct aios_request *older = aios_map_get(&model->reqs, req->kiocb);
	int err = aios_map_put(&model->reqs, req->kiocb, req);

	if (err)
		return err;
	aios_req_pin(req);
	/* The map's pin of the older life becomes the new one's. */
	req->older = older;
	return older ? req_lose(model, &older->older) : 0;
}

/* Is this the poll request that is found pending, seen at its birth after the hooks came? */
static bool req_is_entered(const struct aios_model *model, const struct aios_iocb *body)
{
	const struct aios_request *req = aios_map_get(&model->reqs, body->kiocb);

	return req && req->ask.uiocb == body->uiocb && req->ask.data == body->data;
}

/* A thread submits one after the other: the return of the one before was lost. */
static int thread_goes_on(struct aios_model *model, struct aios_thread *thread,
			  struct aios_request *req)
{
	struct aios_request *before = thread->born;
	int err = 0;

	if (before && !before->handed_out && !before->returned_ns) {
		before->gone_on = true;
		if (before->completed_ns)
			before->ctx->accepted++;
		err = aios_req_through(model, before);
	}
	aios_req_set(&thread->born, req);
	return err;
}

/* A context found in the front counts what it had in flight, which comes now. */
static void ctx_had_in_flight(struct aios_ctx *ctx)
{
	if (ctx->before_left)
		ctx->before_left--;
	else
		ctx_in_flight(ctx);
}

/**
 * aios_req_birth() - a request is born, or was found pending
 * @model: the model
 * @rec: AIOS_EV_REQ_BIRTH or AIOS_EV_REQ_FOUND
 * Return: 0, -ENOMEM, or what the listener returned.
 */
int aios_req_birth(struct aios_model *model, const struct aios_rec *rec)
{
	const struct aios_iocb *body = &rec->iocb;
	bool found = rec->h.type == AIOS_EV_REQ_FOUND;
	struct aios_thread *thread = aios_model_thread(model, &rec->h);
	struct aios_ctx *ctx = aios_model_ctx(model, body->kctx);
	struct aios_request *req;
	int err;

	if (!thread || !ctx)
		return -ENOMEM;
	if (found && req_is_entered(model, body))
		return 0;
	req = aios_req_new(model, ctx, found ? AIOS_ORIGIN_BEFORE : AIOS_ORIGIN_BIRTH);
	if (!req)
		return -ENOMEM;
	req->kiocb = body->kiocb;
	req->ask = *body;
	req->asked = true;
	req->file = aios_model_file(model, body->file);
	err = req_enter(model, req);
	if (!err && rec->h.flags & (AIOS_F_LEDGER | AIOS_F_FREED) && !found)
		err = aios_refs_open(model, req, rec);
	if (err)
		return err;
	if (found) {
		ctx_had_in_flight(ctx);
		return aios_req_log(model, req, rec);
	}
	req->tid = rec->h.tid;
	req->process = aios_model_owner(model, rec->h.tgid);
	req->born_ns = rec->h.time_ns;
	if (rec->h.flags & AIOS_F_FRONT) {
		ctx_had_in_flight(ctx);
	} else {
		if (req->ledger && req->ledger->puts_told)
			ctx->slots_taken++;
		ctx->born++;
		ctx_in_flight(ctx);
	}
	thread->has_told = false;
	thread->past = false;
	err = aios_submit_watch(thread, req);
	if (!err)
		err = thread_goes_on(model, thread, req);
	return err ? err : req->process ? aios_req_log(model, req, rec) : -ENOMEM;
}

/**
 * aios_req_iocb() - what a submission asked for whose request no hook saw
 * @model: the model
 * @rec: AIOS_EV_REQ_IOCB; its AIOS_EV_REQ_RETURN follows in the same thread
 * Return: 0 or -ENOMEM.
 */
int aios_req_iocb(struct aios_model *model, const struct aios_rec *rec)
{
	struct aios_thread *thread = aios_model_thread(model, &rec->h);

	if (!thread)
		return -ENOMEM;
	thread->told = rec->iocb;
	thread->has_told = true;
	return 0;
}

/*
 * A thread that completed a request nobody knew may be submitting it; the end of its submission
 * tells. When it goes on to another one instead, it was not.
 */
static int orphan_set(struct aios_model *model, struct aios_thread *thread,
		      struct aios_request *req)
{
	struct aios_request *old = thread->orphan;
	int err = 0;

	if (old && old->unresolved) {
		old->unresolved = false;
		if (old->reaper)
			err = aios_req_over(model, old, AIOS_FATE_REAPED);
	}
	aios_req_set(&thread->orphan, req);
	return err;
}

/* An interrupt, or a process that does not own the context, is not submitting anything to it. */
static bool may_submit(const struct aios_ctx *ctx, const struct aios_thread *thread, uint32_t flags)
{
	return !(flags & (AIOS_F_SOFTIRQ | AIOS_F_HARDIRQ)) &&
	       (!ctx->pid || ctx->pid == thread->tgid);
}

/* The life of a request that is known from its completion only, which tells @ask's addresses. */
static struct aios_request *stranger_new(struct aios_model *model, struct aios_ctx *ctx,
					 const struct aios_iocb *ask)
{
	struct aios_request *req = aios_req_new(model, ctx, AIOS_ORIGIN_UNKNOWN);

	if (!req)
		return NULL;
	req->kiocb = ask->kiocb;
	req->ask.kiocb = ask->kiocb;
	req->ask.kctx = ask->kctx;
	req->ask.uiocb = ask->uiocb;
	req->ask.data = ask->data;
	req->ask.op = AIOS_OP_UNKNOWN;
	return req;
}

static bool is_of_completion(const struct aios_rec *rec)
{
	return rec->h.type == AIOS_EV_REQ_COMPLETE ||
	       (rec->h.type == AIOS_EV_STACK && rec->stack.what == AIOS_STACK_COMPLETED);
}

/* The records of a completion go from one life to the other. */
static int history_move(struct aios_model *model, struct aios_request *from,
			struct aios_request *to)
{
	size_t kept = 0;
	int err = 0;

	for (size_t i = 0; i < from->history_cnt && !err; i++) {
		if (is_of_completion(&from->history[i]))
			err = aios_req_log(model, to, &from->history[i]);
		else
			from->history[kept++] = from->history[i];
	}
	from->history_cnt = kept;
	return err;
}

/*
 * What is refused never completes: the completion was that of a stranger with the same address,
 * iocb and data, which is perhaps still being submitted by the thread that completed it.
 */
static int req_take_back(struct aios_model *model, struct aios_request *req)
{
	struct aios_request *stranger = stranger_new(model, req->ctx, &req->ask);
	struct aios_thread *thread = aios_map_get(&model->threads, req->complete_tid);
	int err;

	if (!stranger)
		return -ENOMEM;
	stranger->completed_ns = req->completed_ns;
	stranger->done_ns = req->completed_ns;
	stranger->res = req->res;
	stranger->refs = req->refs;
	stranger->slot = req->slot;
	stranger->slot_inferred = req->slot_inferred;
	stranger->complete_cpu = req->complete_cpu;
	stranger->complete_flags = req->complete_flags;
	stranger->complete_tid = req->complete_tid;
	stranger->reaper = req->reaper;
	stranger->reaper_tid = req->reaper_tid;
	stranger->reaped_ns = req->reaped_ns;
	stranger->reap_inferred = req->reap_inferred;
	aios_ring_swap(req->ctx, req, stranger);
	err = history_move(model, req, stranger);
	req->completed_ns = req->done_ns = req->reaped_ns = 0;
	req->res = 0;
	req->party = AIOS_PARTY_UNKNOWN;
	req->reaper = AIOS_REAPER_NOBODY;
	req->slot = req->refs = AIOS_UNKNOWN32;
	if (!err && thread && may_submit(stranger->ctx, thread, stranger->complete_flags)) {
		err = orphan_set(model, thread, stranger);
		stranger->unresolved = true;
	} else if (!err && stranger->reaper) {
		err = aios_req_over(model, stranger, AIOS_FATE_REAPED);
	}
	return err;
}

static int born_accepted(struct aios_model *model, struct aios_request *req, uint32_t flags)
{
	if (flags & AIOS_F_FRONT) {
		req->origin = AIOS_ORIGIN_BEFORE;
		return 0;
	}
	req->ctx->accepted++;
	return aios_req_through(model, req);
}

/* The submission of a request whose birth was seen is over. */
static int return_of_born(struct aios_model *model, struct aios_request *req,
			  const struct aios_rec *rec)
{
	int err = aios_req_log(model, req, rec);

	req->returned_ns = rec->h.time_ns;
	if (err)
		return err;
	if (!rec->req_return.err)
		return born_accepted(model, req, rec->h.flags);
	if (rec->h.flags & AIOS_F_FRONT) {
		req->origin = AIOS_ORIGIN_BEFORE;
		return 0;
	}
	req->refused = rec->req_return.err;
	req->ctx->refused++;
	/* One that got no slot was never in flight. */
	if (req->completed_ns)
		err = req_take_back(model, req);
	else if (req->origin != AIOS_ORIGIN_RETURN)
		ctx_landed(req->ctx);
	return err ? err : aios_req_over(model, req, AIOS_FATE_REFUSED);
}

/* The life of a request that is known from the end of its submission only. */
static struct aios_request *return_new(struct aios_model *model, struct aios_thread *thread,
				       const struct aios_rec *rec)
{
	struct aios_ctx *ctx = aios_model_ctx(model, rec->req_return.kctx);
	struct aios_request *req;

	if (!ctx)
		return NULL;
	req = aios_req_new(model, ctx, AIOS_ORIGIN_RETURN);
	if (!req)
		return NULL;
	req->ask.uiocb = rec->req_return.uiocb;
	if (thread->has_told) {
		req->ask = thread->told;
		req->asked = thread->told.op != AIOS_OP_UNKNOWN;
	}
	return req;
}

/*
 * Is it right that no hook saw the birth of this request, which was taken? Only of a poll on a file
 * without wait queue; and after a hole any poll could be one whose birth fell into it.
 */
static bool birth_is_hidden(const struct aios_request *req)
{
	return req->asked && req->ask.op == IOCB_CMD_POLL && !req->ctx->tainted;
}

/*
 * No hook saw the request of this submission. If it was taken, it is a poll on a file that has no
 * wait queue, completed on the way by this thread; or its birth fell into a hole.
 */
static int return_of_unborn(struct aios_model *model, struct aios_thread *thread,
			    const struct aios_rec *rec)
{
	struct aios_request *req = thread->orphan;
	bool match = req && !rec->req_return.err && !req->handed_out &&
		     req->ask.uiocb == rec->req_return.uiocb &&
		     req->ctx->kctx == rec->req_return.kctx;
	struct aios_process *process = aios_model_owner(model, rec->h.tgid);

	if (!match)
		req = return_new(model, thread, rec);
	if (!req || !process)
		return -ENOMEM;
	if (match && thread->has_told) {
		uint64_t kiocb = req->ask.kiocb, data = req->ask.data;

		req->ask = thread->told;
		req->ask.kiocb = kiocb;
		req->ask.data = data;
		req->asked = thread->told.op != AIOS_OP_UNKNOWN;
	}
	if (match) {
		req->origin = AIOS_ORIGIN_RETURN;
		req->unresolved = false;
	}
	req->process = process;
	req->tid = rec->h.tid;
	req->ctx->born++;
	/* What it asked for is told of every submission whose birth was not. */
	if (!thread->has_told || (!rec->req_return.err && (!match || !birth_is_hidden(req))))
		req->tainted = true;
	/* Its completion will be somebody's of whom no birth is known. */
	if (!match && !rec->req_return.err)
		ctx_in_flight(req->ctx);
	return return_of_born(model, req, rec);
}

/*
 * Was this submission under way when the trace began? The first one of a thread to a context that
 * is older than the trace may have been; its request is counted among those that are older.
 */
static bool return_is_older(const struct aios_model *model, const struct aios_thread *thread,
			    const struct aios_req_return *body)
{
	const struct aios_ctx *ctx = aios_map_get(&model->ctxs, body->kctx);

	return !thread->submitted && !model->gaps && !body->err &&
	       (!ctx || ctx->older || ctx->implied) &&
	       !(thread->orphan && thread->orphan->ask.uiocb == body->uiocb);
}

/*
 * Is this the end of the submission of @born? A thread submits one after the other; so where no
 * return can have been missed it is, even if the iocb is another one: then the kernel is wrong.
 */
static bool return_is_of(const struct aios_model *model, const struct aios_request *born,
			 const struct aios_rec *rec)
{
	if (!born || born->handed_out)
		return false;
	if (born->ask.uiocb == rec->req_return.uiocb)
		return true;
	return !model->gaps && !(rec->h.flags & AIOS_F_KPROBE) && req_is_submitted_still(born) &&
	       !born->ctx->older && !born->ctx->implied &&
	       born->ctx->kctx == rec->req_return.kctx;
}

/* The thread is through with what it submitted; @err: how that went. */
static int thread_submitted(struct aios_model *model, struct aios_thread *thread, int err)
{
	aios_req_set(&thread->born, NULL);
	thread->has_told = false;
	thread->past = false;
	thread->submitted = true;
	return err ? err : orphan_set(model, thread, NULL);
}

/**
 * aios_req_return() - the submission of one iocb returned
 * @model: the model
 * @rec: AIOS_EV_REQ_RETURN
 * Return: 0, -ENOMEM, or what the listener returned.
 */
int aios_req_return(struct aios_model *model, const struct aios_rec *rec)
{
	struct aios_thread *thread = aios_model_thread(model, &rec->h);
	struct aios_request *born;
	int err = 0;

	if (!thread)
		return -ENOMEM;
	born = thread->born;
	if (born && born->told_before && born->ask.uiocb == rec->req_return.uiocb)
		born->ctx->accepted++;
	else if (return_is_of(model, born, rec))
		err = return_of_born(model, born, rec);
	else if (thread->past && thread->past_uiocb == rec->req_return.uiocb)
		err = 0;
	else if (!return_is_older(model, thread, &rec->req_return))
		err = return_of_unborn(model, thread, rec);
	return thread_submitted(model, thread, err);
}

/**
 * aios_req_accepted() - a thread is through with the request that it submits (level exact)
 * @model: the model
 * @thread: submits a request
 * @rec: tells so
 * Return: 0, or what the listener returned.
 */
int aios_req_accepted(struct aios_model *model, struct aios_thread *thread,
		      const struct aios_rec *rec)
{
	struct aios_request *born = thread->born;
	int err = 0;

	born->returned_ns = rec->h.time_ns;
	if (born->told_before)
		born->ctx->accepted++;
	else if (!born->handed_out)
		err = born_accepted(model, born, rec->h.flags);
	return thread_submitted(model, thread, err);
}

/**
 * aios_req_done() - the operation of a request is over, somebody still holds it
 * @model: the model
 * @rec: AIOS_EV_REQ_DONE
 * Return: 0 or -ENOMEM.
 */
int aios_req_done(struct aios_model *model, const struct aios_rec *rec)
{
	struct aios_request *req = aios_map_get(&model->reqs, rec->req_done.kiocb);

	if (!req)
		return 0;
	req->done_ns = rec->h.time_ns;
	return aios_req_log(model, req, rec);
}

static bool complete_matches(const struct aios_request *req, const struct aios_req_complete *body)
{
	return req && !req->completed_ns && !req->handed_out && req->ask.uiocb == body->uiocb &&
	       req->ask.data == body->data;
}

/*
 * Does a request have its address for itself, so that a completion there is its own whatever the
 * event says? One that is being submitted may have been refused already, and its address be that of
 * a poll whose birth no hook sees; but not while its own thread completes something.
 */
static bool req_is_alone(const struct aios_request *req, const struct aios_thread *thread,
			 uint16_t flags)
{
	bool irq = flags & (AIOS_F_SOFTIRQ | AIOS_F_HARDIRQ);

	if (!req || req->older || req->completed_ns || req->handed_out ||
	    req->origin != AIOS_ORIGIN_BIRTH || req->tainted || req->ctx->tainted ||
	    req->ctx->older || req->ctx->implied)
		return false;
	return !req_is_submitted_still(req) || (thread->born == req && !irq);
}

/*
 * Whose completion is it? The older life's, if it fits, since that one must end first. But one
 * whose submission has not returned was refused, or its address were not free; and if it was alive
 * in a hole, its completion may lie there, and then this is the new one's.
 */
static struct aios_request *complete_whose(struct aios_model *model,
					   const struct aios_thread *thread,
					   const struct aios_rec *rec)
{
	const struct aios_req_complete *body = &rec->req_complete;
	struct aios_request *req = aios_map_get(&model->reqs, body->kiocb);
	bool new_fits = complete_matches(req, body);

	if (req && complete_matches(req->older, body)) {
		bool refused = req_is_submitted_still(req->older);

		if (!new_fits || (!refused && !req->older->tainted))
			return req->older;
		req->tainted = req->tainted || !refused;
	}
	return new_fits || req_is_alone(req, thread, rec->h.flags) ? req : NULL;
}

/* A completion of a request that is not known: older than the trace, or its birth was not seen. */
static int complete_orphan(struct aios_model *model, struct aios_thread *thread,
			   const struct aios_rec *rec, struct aios_request **ret)
{
	const struct aios_req_complete *body = &rec->req_complete;
	const struct aios_iocb ask = {
		.kiocb = body->kiocb,
		.kctx = body->kctx,
		.uiocb = body->uiocb,
		.data = body->data,
	};
	struct aios_ctx *ctx = aios_model_ctx(model, body->kctx);
	struct aios_request *req = ctx ? stranger_new(model, ctx, &ask) : NULL;

	*ret = req;
	if (!req)
		return -ENOMEM;
	if (!may_submit(ctx, thread, rec->h.flags))
		return 0;
	req->unresolved = true;
	return orphan_set(model, thread, req);
}

static enum aios_party work_party(uint32_t kind)
{
	return kind == AIOS_WORK_FSYNC ? AIOS_PARTY_FSYNC_WORK :
	       kind == AIOS_WORK_POLL ? AIOS_PARTY_POLL_WORK : AIOS_PARTY_PUT_WORK;
}

/*
 * Who runs aio_complete dropped the last reference. A work item and the submission are told by
 * their thread; within the submission a read or write that is not done yet ends there and then, so
 * that its own completion is the last put. Else it is whoever the operation leaves it to.
 */
static enum aios_party complete_party(const struct aios_request *req,
				      const struct aios_thread *thread, uint16_t flags)
{
	bool irq = flags & (AIOS_F_SOFTIRQ | AIOS_F_HARDIRQ);

	if (AIOS_F_PARTY(flags))
		return aios_put_party(AIOS_F_PARTY(flags) - 1U);
	if (!irq && thread->work == req)
		return work_party(thread->work_kind);
	if (!irq && thread->born == req && (req->done_ns || !aios_op_moves_bytes(req->ask.op)))
		return AIOS_PARTY_SUBMITTER;
	if (!req->asked)
		return AIOS_PARTY_UNKNOWN;
	if (aios_op_moves_bytes(req->ask.op))
		return AIOS_PARTY_RW;
	return req->ask.op == IOCB_CMD_POLL ? AIOS_PARTY_POLL_WAKE : AIOS_PARTY_UNKNOWN;
}

/*
 * It completed before the file begins and was handed out then; only the return of its submission is
 * still to come. Nobody is told again.
 */
static int complete_before(struct aios_model *model, struct aios_thread *thread,
			   const struct aios_req_complete *body)
{
	struct aios_request *req = aios_map_get(&model->reqs, body->kiocb);

	if (!complete_matches(req, body)) {
		thread->past = true;
		thread->past_uiocb = body->uiocb;
		return 0;
	}
	ctx_landed(req->ctx);
	req->told_before = true;
	req_quit(model, req);
	return aios_refs_give_up(model, req);
}

/*
 * The name of a file is told by the first thread that uses it; births in others may come before it
 * is complete. As long as the request holds the file its address is no other one's.
 */
static void req_name(struct aios_model *model, struct aios_request *req)
{
	if (!req->file && req->ask.file)
		req->file = aios_model_file(model, req->ask.file);
}

/**
 * aios_req_stack() - by way of which functions something happens to a request
 * @model: the model
 * @rec: AIOS_EV_STACK
 *
 * Whose completion it is is known with that, which follows in the same thread or interrupt: an
 * address that completes twice has no life any more when it does so again.
 *
 * Return: 0 or -ENOMEM.
 */
int aios_req_stack(struct aios_model *model, const struct aios_rec *rec)
{
	struct aios_thread *thread;

	if (rec->stack.what != AIOS_STACK_COMPLETED)
		return aios_req_note(model, rec);
	thread = aios_model_thread(model, &rec->h);
	if (!thread)
		return -ENOMEM;
	thread->stack = *rec;
	return 0;
}

/* What was left behind by an older request at this address is older than its birth. */
static bool block_fits(const struct aios_request *req, const struct aios_rec *rec)
{
	const struct aios_block *body = &rec->block;

	return body->flags & AIOS_BLOCK_WHOLE && req->born_ns <= body->queued_ns &&
	       body->queued_ns && body->queued_ns <= body->issued_ns &&
	       body->issued_ns <= body->done_ns && body->done_ns <= rec->h.time_ns;
}

/**
 * aios_req_block() - what the block layer did for a request that is about to complete
 * @model: the model
 * @rec: AIOS_EV_BLOCK
 * Return: 0 or -ENOMEM.
 */
int aios_req_block(struct aios_model *model, const struct aios_rec *rec)
{
	struct aios_request *req = aios_map_get(&model->reqs, rec->block.kiocb);

	if (!req)
		return 0;
	req->bios = rec->block.bios;
	if (block_fits(req, rec)) {
		req->queued_ns = rec->block.queued_ns;
		req->issued_ns = rec->block.issued_ns;
		req->device_ns = rec->block.done_ns;
	}
	return aios_req_log(model, req, rec);
}

/* The end of a request, behind the stack that was told of it. */
static int log_complete(struct aios_model *model, struct aios_thread *thread,
			struct aios_request *req, const struct aios_rec *rec)
{
	struct aios_rec *stack = &thread->stack;
	int err = 0;

	if (stack->h.time_ns && stack->stack.kiocb == rec->req_complete.kiocb)
		err = aios_req_log(model, req, stack);
	stack->h.time_ns = 0;
	return err ? err : aios_req_log(model, req, rec);
}

/**
 * aios_req_complete() - the last reference of a request is gone
 * @model: the model
 * @rec: AIOS_EV_REQ_COMPLETE
 * Return: 0, -ENOMEM, or what a listener returned.
 */
int aios_req_complete(struct aios_model *model, const struct aios_rec *rec)
{
	const struct aios_req_complete *body = &rec->req_complete;
	struct aios_thread *thread = aios_model_thread(model, &rec->h);
	struct aios_request *req;
	int err = 0;

	if (!thread)
		return -ENOMEM;
	if (rec->h.flags & AIOS_F_FRONT)
		return complete_before(model, thread, body);
	req = complete_whose(model, thread, rec);
	if (req)
		ctx_landed(req->ctx);
	else
		err = complete_orphan(model, thread, rec, &req);
	if (err)
		return err;
	req_name(model, req);
	req->party = complete_party(req, thread, rec->h.flags);
	req->completed_ns = rec->h.time_ns;
	if (!req->done_ns)
		req->done_ns = rec->h.time_ns;
	req->res = body->res;
	req->refs = body->refs;
	req->complete_cpu = rec->h.cpu;
	req->complete_flags = rec->h.flags;
	req->complete_tid = rec->h.tid;
	req->ctx->completed++;
	if (aios_map_get(&model->reqs, req->kiocb) == req) {
		aios_map_take(&model->reqs, req->kiocb);
		aios_req_unpin(req);
	}
	/* The slab gave the address away, so the life before is over, seen or not. */
	err = req_lose(model, &req->older);
	if (!err)
		err = aios_refs_last_put(model, req, rec);
	if (!err)
		err = log_complete(model, thread, req, rec);
	return err ? err : aios_ring_complete(model, req, body);
}
