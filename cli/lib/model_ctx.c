// SPDX-License-Identifier: GPL-2.0-only
/*
 * model_ctx.c - the life of a context.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model_int.h"

/**
 * aios_ctx_pin() - keeps a context from being freed
 * @ctx: which
 */
void aios_ctx_pin(struct aios_ctx *ctx)
{
	ctx->pins++;
}

/**
 * aios_ctx_unpin() - the counterpart; frees with the last one
 * @ctx: may be NULL
 */
void aios_ctx_unpin(struct aios_ctx *ctx)
{
	if (!ctx || --ctx->pins)
		return;
	aios_ring_free(ctx->ring);
	free(ctx);
}

const struct aios_ctx *aios_context_hold(const struct aios_ctx *ctx)
{
	aios_ctx_pin((struct aios_ctx *)ctx);
	return ctx;
}

void aios_context_release(const struct aios_ctx *ctx)
{
	aios_ctx_unpin((struct aios_ctx *)ctx);
}

static int ctx_owned(struct aios_model *model, struct aios_ctx *ctx, uint32_t tgid)
{
	if (!tgid)
		return 0;
	ctx->process = aios_model_owner(model, tgid);
	if (!ctx->process)
		return -ENOMEM;
	ctx->pid = tgid;
	memcpy(ctx->comm, ctx->process->comm, sizeof(ctx->comm));
	return 0;
}

/* Enters a new context, at an address where none is alive. */
static struct aios_ctx *ctx_new(struct aios_model *model, uint64_t kctx, uint32_t tgid)
{
	struct aios_ctx *ctx = calloc(1, sizeof(*ctx));

	if (!ctx)
		return NULL;
	ctx->pins = 1;
	ctx->id = ++model->next_ctx;
	ctx->kctx = kctx;
	ctx->tainted = model->now_ns <= model->tainted_until_ns;
	if (ctx_owned(model, ctx, tgid) || aios_map_put(&model->ctxs, kctx, ctx)) {
		free(ctx);
		return NULL;
	}
	return ctx;
}

/**
 * aios_model_ctx() - the context at an address
 * @model: the model
 * @kctx: struct kioctx
 *
 * A context of which nothing is known yet has lost its set-up record: it is entered as implied.
 *
 * Return: owned by the model, or NULL for -ENOMEM.
 */
struct aios_ctx *aios_model_ctx(struct aios_model *model, uint64_t kctx)
{
	struct aios_ctx *ctx = aios_map_get(&model->ctxs, kctx);

	if (ctx)
		return ctx;
	ctx = ctx_new(model, kctx, 0);
	if (ctx) {
		ctx->implied = true;
		ctx->tainted = model->gaps;
	}
	return ctx;
}

/* A context whose address is taken by a new one has lost its end. */
static int ctx_lose(struct aios_model *model, struct aios_ctx *ctx)
{
	int err;

	if (!ctx)
		return 0;
	ctx->tainted = true;
	err = aios_req_abandon(model, ctx);
	return err ? err : aios_ctx_end(model, ctx);
}

/**
 * aios_ctx_setup() - a context was made
 * @model: the model
 * @rec: AIOS_EV_CTX_SETUP
 * Return: 0, -ENOMEM, or what a listener returned.
 */
int aios_ctx_setup(struct aios_model *model, const struct aios_rec *rec)
{
	const struct aios_ctx_setup *body = &rec->ctx_setup;
	int err = ctx_lose(model, aios_map_get(&model->ctxs, body->kctx));
	struct aios_ctx *ctx;

	if (err)
		return err;
	ctx = ctx_new(model, body->kctx, rec->h.tgid);
	if (!ctx)
		return -ENOMEM;
	ctx->user_id = body->user_id;
	ctx->max_reqs = body->max_reqs;
	ctx->nr_events = body->nr_events;
	ctx->req_batch = body->req_batch;
	ctx->setup_ns = rec->h.time_ns;
	ctx->ring = aios_ring_new(body->nr_events);
	return ctx->ring ? 0 : -ENOMEM;
}

/**
 * aios_ctx_found() - a context was there before the trace
 * @model: the model
 * @rec: AIOS_EV_CTX_FOUND
 *
 * The hooks come before the search, so a context may have been seen at work, or made, by now.
 *
 * Return: 0 or -ENOMEM.
 */
int aios_ctx_found(struct aios_model *model, const struct aios_rec *rec)
{
	const struct aios_ctx_found *body = &rec->ctx_found;
	struct aios_ctx *ctx = aios_model_ctx(model, body->kctx);

	if (!ctx)
		return -ENOMEM;
	if (!ctx->implied)
		return 0;
	ctx->implied = false;
	ctx->older = true;
	ctx->user_id = body->user_id;
	ctx->max_reqs = body->max_reqs;
	ctx->nr_events = body->nr_events;
	ctx->req_batch = body->req_batch;
	if (body->in_flight == AIOS_UNKNOWN32) {
		ctx->before_unknown = true;
	} else if (body->in_flight > ctx->in_flight) {
		ctx->before_left = body->in_flight - ctx->in_flight;
		ctx->in_flight = body->in_flight;
	}
	/* A front counts what it knows, the kernel side what is going on meanwhile. */
	ctx->before_max = rec->h.flags & AIOS_F_FRONT ? ctx->before_left : body->nr_events;
	if (ctx->in_flight > ctx->in_flight_max)
		ctx->in_flight_max = ctx->in_flight;
	if (ctx_owned(model, ctx, body->owner_tgid))
		return -ENOMEM;
	return aios_ring_found(ctx, body);
}

/**
 * aios_ctx_kill() - kill_ioctx returned
 * @model: the model
 * @rec: AIOS_EV_CTX_KILL
 * Return: 0, -ENOMEM, or what a listener returned.
 */
int aios_ctx_kill(struct aios_model *model, const struct aios_rec *rec)
{
	struct aios_ctx *ctx = aios_map_get(&model->ctxs, rec->ctx_kill.kctx);

	/* Nobody holds it when kill_ioctx returns from exit: it may be gone by now. */
	if (!ctx)
		return 0;
	if (!rec->ctx_kill.ret) {
		ctx->kill_ns = rec->h.time_ns;
		/* io_destroy and exit wait for the requests; a failing io_setup has none. */
		ctx->undone = !rec->ctx_kill.waits;
	}
	return aios_ring_observe(model, ctx, rec->ctx_kill.head);
}

/**
 * aios_ctx_ref0() - one of the two reference counts of a dying context is 0
 * @model: the model
 * @rec: AIOS_EV_CTX_USERS0 or AIOS_EV_CTX_REQS0
 * Return: 0 or -ENOMEM.
 */
int aios_ctx_ref0(struct aios_model *model, const struct aios_rec *rec)
{
	struct aios_ctx *ctx = aios_model_ctx(model, rec->ctx_ref0.kctx);

	if (!ctx)
		return -ENOMEM;
	if (rec->h.type == AIOS_EV_CTX_USERS0)
		ctx->users0_ns = rec->h.time_ns;
	else
		ctx->reqs0_ns = rec->h.time_ns;
	return 0;
}

/**
 * aios_ctx_free() - the context goes away; nobody else can reach its ring
 * @model: the model
 * @rec: AIOS_EV_CTX_FREE
 * Return: 0, -ENOMEM, or what a listener returned.
 */
int aios_ctx_free(struct aios_model *model, const struct aios_rec *rec)
{
	struct aios_ctx *ctx = aios_model_ctx(model, rec->ctx_free.kctx);
	int err;

	if (!ctx)
		return -ENOMEM;
	ctx->free_ns = rec->h.time_ns;
	ctx->tail = rec->ctx_free.tail;
	if (rec->ctx_free.free_1) {
		ctx->slots_counted = true;
		ctx->slots_seen = !(rec->h.flags & AIOS_F_COUNTED) && !ctx->older &&
				  !ctx->implied && !ctx->tainted;
		ctx->slots_free = rec->ctx_free.free_1 - 1;
		ctx->slots_owed = rec->ctx_free.completed;
	}
	err = aios_ring_end(model, ctx, rec->ctx_free.head, rec->ctx_free.tail);
	if (!err && ctx->in_flight)
		err = aios_req_abandon(model, ctx);
	return err ? err : aios_ctx_end(model, ctx);
}

/**
 * aios_ctx_refs() - a reference of a context was taken or dropped
 * @model: the model
 * @rec: AIOS_EV_CTX_GET or AIOS_EV_CTX_PUT
 * Return: 0.
 */
int aios_ctx_refs(struct aios_model *model, const struct aios_rec *rec)
{
	struct aios_ctx *ctx = aios_map_get(&model->ctxs, rec->ctx_ref.kctx);
	uint32_t count = rec->ctx_ref.count;

	if (!ctx || count >= AIOS_CTX_COUNTS)
		return 0;
	if (rec->h.type == AIOS_EV_CTX_GET)
		ctx->refs_got[count]++;
	else
		ctx->refs_put[count]++;
	return 0;
}

/**
 * aios_ctx_slots() - slots of a ring were given back
 * @model: the model
 * @rec: AIOS_EV_SLOTS
 *
 * That of a failed submission is its request's, which was freed right before by the same thread.
 *
 * Return: 0 or -ENOMEM.
 */
int aios_ctx_slots(struct aios_model *model, const struct aios_rec *rec)
{
	struct aios_ctx *ctx = aios_map_get(&model->ctxs, rec->slots.kctx);
	struct aios_thread *thread;

	if (ctx)
		ctx->slots_given += rec->slots.nr;
	if (rec->slots.from != AIOS_SLOTS_ERROR)
		return 0;
	thread = aios_model_thread(model, &rec->h);
	if (!thread)
		return -ENOMEM;
	if (!thread->born || thread->born->ctx != ctx)
		return 0;
	return aios_refs_slots(model, thread->born, rec);
}

/**
 * aios_ctx_end() - a context's life is over, or the trace is
 * @model: the model
 * @ctx: handed out and forgotten; freed unless it is pinned
 * Return: 0 or what a listener returned.
 */
int aios_ctx_end(struct aios_model *model, struct aios_ctx *ctx)
{
	int err;

	if (ctx->handed_out)
		return 0;
	ctx->handed_out = true;
	err = aios_ring_end(model, ctx, AIOS_UNKNOWN32, AIOS_UNKNOWN32);
	if (!err && model->ops.context)
		err = model->ops.context(model->arg, ctx);
	ctx->ring = aios_ring_free(ctx->ring);
	aios_map_take(&model->ctxs, ctx->kctx);
	aios_ctx_unpin(ctx);
	return err;
}
