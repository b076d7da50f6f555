// SPDX-License-Identifier: GPL-2.0-only
/*
 * watch_submit.c - threads in io_submit: what a call takes and is refused. And in io_cancel.
 *
 * What became of each iocb is told by the thread that submits it, before io_submit returns. So the
 * records since its last return are those of one call. A thread that turns to another context
 * begins a new one: the return between was not seen.
 */
#include <errno.h>
#include <stdlib.h>

#include "watch_int.h"

#define SUBMITTERS 1024 /* threads that are remembered before they are looked through */

/**
 * struct aios_submitter - a thread, and what its call of io_submit has come to
 * @ctx_id: the context that it submits to, 0 for none: then all below is 0
 * @last_ns: the thread's last record of all these
 * @uiocb: of its last request, if @open
 * @open: that has not returned
 * @told: what was asked for was told since the last request, so that this is another one
 * @exact: requests that are taken are told by their references
 * @births: requests
 * @undone: of them, that were refused
 * @taken: submissions that returned 0; not told at level exact
 * @err: of the last one that was refused, 0 for none
 * @cancel_err: what io_cancel, where it is, has to return; 0 for not known
 * @cancel_uiocb: of the request that it looked for
 */
struct aios_submitter {
	uint32_t tid;
	uint32_t tgid;
	uint64_t ctx_id;
	uint64_t last_ns;
	uint64_t uiocb;
	bool open;
	bool told;
	bool exact;
	uint32_t births;
	uint32_t undone;
	uint32_t taken;
	int64_t err;
	int64_t cancel_err;
	uint64_t cancel_uiocb;
};

/**
 * aios_watch_submitters_done() - frees what is remembered of threads
 * @watches: whose
 */
void aios_watch_submitters_done(struct aios_watches *watches)
{
	struct aios_submitter *sub;
	size_t iter = 0;

	while ((sub = aios_map_next(&watches->submitters, &iter)))
		free(sub);
	aios_map_done(&watches->submitters);
}

/* Forgets those that are in no call; the more there are left, the later again. */
static void submitters_prune(struct aios_watches *watches)
{
	struct aios_submitter *sub;
	size_t iter = 0;

	while ((sub = aios_map_next(&watches->submitters, &iter))) {
		if (sub->ctx_id)
			continue;
		aios_map_take(&watches->submitters, sub->tid);
		free(sub);
		aios_map_again(&iter);
	}
	watches->submitters_max = 2 * watches->submitters.used + SUBMITTERS;
}

static void submitter_leaves(struct aios_submitter *sub)
{
	*sub = (struct aios_submitter){ .tid = sub->tid, .tgid = sub->tgid,
					.last_ns = sub->last_ns };
}

/* Return: the thread that wrote a record, or NULL for -ENOMEM. */
static struct aios_submitter *submitter_of(struct aios_watches *watches, const struct aios_hdr *hdr)
{
	struct aios_submitter *sub = aios_map_get(&watches->submitters, hdr->tid);

	if (sub && sub->tgid != hdr->tgid)
		*sub = (struct aios_submitter){ .tid = hdr->tid, .tgid = hdr->tgid };
	if (sub)
		return sub;
	if (watches->submitters.used >= watches->submitters_max)
		submitters_prune(watches);
	sub = aios_map_add(&watches->submitters, hdr->tid, sizeof(*sub));
	if (!sub)
		return NULL;
	sub->tid = hdr->tid;
	sub->tgid = hdr->tgid;
	return sub;
}

static void submitter_enters(struct aios_submitter *sub, const struct aios_ctx *ctx)
{
	if (sub->ctx_id == ctx->id)
		return;
	submitter_leaves(sub);
	sub->ctx_id = ctx->id;
}

static void see_birth(struct aios_seen *seen, struct aios_submitter *sub)
{
	submitter_enters(sub, seen->ctx);
	sub->births++;
	sub->open = true;
	sub->told = false;
	sub->uiocb = seen->rec->iocb.uiocb;
	sub->exact = sub->exact || seen->rec->h.flags & AIOS_F_LEDGER;
}

static void see_iocb(struct aios_seen *seen, struct aios_submitter *sub)
{
	submitter_enters(sub, seen->ctx);
	sub->told = true;
}

static void see_return(struct aios_seen *seen, struct aios_submitter *sub)
{
	const struct aios_req_return *body = &seen->rec->req_return;

	submitter_enters(sub, seen->ctx);
	if (seen->rec->h.flags & AIOS_F_KPROBE)
		seen->watches->kprobes = true;
	if (sub->open && !sub->exact && sub->uiocb != body->uiocb && !seen->watches->kprobes)
		aios_watch_faulty(seen, AIOS_FAULT_IOCB, (int64_t)sub->uiocb);
	if (!body->err)
		sub->taken++;
	else if (!sub->told && sub->births > sub->undone)
		sub->undone++;
	sub->err = body->err;
	sub->open = sub->told = false;
}

/*
 * fs/aio.c, SYSCALL_DEFINE3(io_submit): it returns how many it took, or why it took none. Why it
 * took no more does not show, nor that it could not read their addresses, or found no context.
 */
static void submit_judge(struct aios_seen *seen, const struct aios_submitter *sub)
{
	uint32_t taken = sub->exact ? sub->births - sub->undone : sub->taken;
	int64_t ret = seen->rec->submit.ret;

	if (sub->open && !sub->exact)
		return;
	if (ret > 0 ? (uint64_t)ret != taken : taken || (sub->err && sub->err != ret))
		aios_watch_faulty(seen, AIOS_FAULT_COUNT, taken || ret > 0 ? taken : sub->err);
}

/* What it was given tells the context, unless that was moved: see aios_watch_of(). */
static void see_submit(struct aios_seen *seen, struct aios_submitter *sub)
{
	const struct aios_rec *rec = seen->rec;

	seen->watch = aios_watch_of(seen->watches, rec->submit.user_id, rec->h.tgid);
	seen->ctx = seen->watch ? aios_model_context(seen->model, seen->watch->kctx) : NULL;
	if (rec->h.flags & AIOS_F_KPROBE)
		seen->watches->kprobes = true;
	if (seen->ctx && !seen->ctx->kill_ns && !seen->watches->kprobes &&
	    (!sub->ctx_id || sub->ctx_id == seen->ctx->id))
		submit_judge(seen, sub);
	submitter_leaves(sub);
}

/*
 * Was that over before the thread began to ask? What it did itself was; of others it has to be long
 * ago, as CPUs do not see all things in one order.
 */
static bool is_settled(const struct aios_touch *last, const struct aios_rec *rec,
		       const struct aios_submitter *sub)
{
	uint64_t time_ns = last->tid == rec->h.tid ? last->others_ns : last->ns;

	return sub->last_ns > time_ns + AIOS_SETTLED_NS;
}

/*
 * Between the thread's last record and this one it asked for a slot, twice. What is free has only
 * become less meanwhile, unless slots were given back; that is told before it is done. And where no
 * completion and no reader touched the ring, at most what is known to lie there is unread, and all
 * other events had slots to give back; but an event is counted right before its completion is told,
 * which may come a moment later.
 */
static void see_refused(struct aios_seen *seen, struct aios_submitter *sub)
{
	const struct aios_req_refused *body = &seen->rec->req_refused;
	struct aios_watch *watch = seen->watch;
	struct aios_rec *hoarded = &watch->hoarded;

	if (body->reason != AIOS_REFUSED_SLOT || !is_settled(&watch->slots, seen->rec, sub))
		return;
	if (body->available >= 0 && (uint32_t)body->available >= body->req_batch)
		aios_watch_faulty(seen, AIOS_FAULT_SLOT, 0);
	else if (body->completed > seen->ctx->unread && !hoarded->h.time_ns &&
		 is_settled(&watch->shown, seen->rec, sub))
		*hoarded = *seen->rec;
}

/*
 * A poll is told to finish by io_cancel, or its context is at an end, which is told before. What
 * io_cancel returns comes next.
 */
static void see_poll_cancel(struct aios_seen *seen, struct aios_submitter *sub)
{
	const struct aios_request *req =
		aios_model_request(seen->model, seen->rec->poll_cancel.kiocb);

	if (seen->watch->users0 || !req || !req->asked)
		return;
	sub->cancel_err = -EINPROGRESS;
	sub->cancel_uiocb = req->ask.uiocb;
}

/* Level exact: also requests that were not found, and those that are no polls. */
static void see_req_cancel(struct aios_seen *seen, struct aios_submitter *sub)
{
	const struct aios_req_cancel *body = &seen->rec->req_cancel;

	if (body->teardown)
		return;
	sub->cancel_err = body->err ? body->err : -EINPROGRESS;
	sub->cancel_uiocb = body->uiocb;
}

/* fs/aio.c, SYSCALL_DEFINE3(io_cancel): the event is never in what it was given for that. */
static void see_cancel(struct aios_seen *seen, struct aios_submitter *sub)
{
	const struct aios_rec *rec = seen->rec;
	int64_t ret = rec->cancel.ret;
	int64_t due = sub->cancel_uiocb == rec->cancel.uiocb ? sub->cancel_err : 0;

	sub->cancel_err = 0;
	seen->watch = aios_watch_of(seen->watches, rec->cancel.user_id, rec->h.tgid);
	if (seen->watch && (ret >= 0 || (due && ret != due)))
		aios_watch_faulty(seen, AIOS_FAULT_CANCEL, due);
}

/* fs/aio.c, ioctx_alloc(). A number that doubled is 0 is refused in the same words. */
static void see_limit(struct aios_seen *seen)
{
	const struct aios_ctx_limit *body = &seen->rec->ctx_limit;
	uint64_t sum = body->aio_nr + body->max_reqs;

	if (sum >= body->aio_nr && sum <= body->aio_max_nr && body->max_reqs != 1U << 31)
		aios_watch_faulty(seen, AIOS_FAULT_LIMIT, 0);
}

static const struct {
	void (*see)(struct aios_seen *seen, struct aios_submitter *sub);
	bool kctx_is_second;
	bool no_kctx;
} sights[AIOS_EV_MAX] = {
	[AIOS_EV_REQ_BIRTH] = { .see = see_birth, .kctx_is_second = true },
	[AIOS_EV_REQ_IOCB] = { .see = see_iocb, .kctx_is_second = true },
	[AIOS_EV_REQ_RETURN] = { .see = see_return },
	[AIOS_EV_REQ_REFUSED] = { .see = see_refused },
	[AIOS_EV_SUBMIT] = { .see = see_submit, .no_kctx = true },
	[AIOS_EV_POLL_CANCEL] = { .see = see_poll_cancel, .kctx_is_second = true },
	[AIOS_EV_REQ_CANCEL] = { .see = see_req_cancel, .kctx_is_second = true },
	[AIOS_EV_CANCEL] = { .see = see_cancel, .no_kctx = true },
};

/**
 * aios_watch_submission() - takes a record that may be of a system call
 * @watches: where
 * @model: knows the contexts
 * @rec: the record
 * Return: 0 or -ENOMEM.
 */
int aios_watch_submission(struct aios_watches *watches, const struct aios_model *model,
			  const struct aios_rec *rec)
{
	struct aios_seen seen = { .watches = watches, .model = model, .watch = &watches->host,
				  .rec = rec };
	struct aios_submitter *sub;
	uint64_t kctx;

	if (rec->h.type == AIOS_EV_CTX_LIMIT)
		see_limit(&seen);
	if (rec->h.type >= AIOS_EV_MAX || !sights[rec->h.type].see)
		return seen.err;
	sub = submitter_of(watches, &rec->h);
	if (!sub)
		return -ENOMEM;
	if (!sights[rec->h.type].no_kctx) {
		kctx = rec->body[sights[rec->h.type].kctx_is_second];
		seen.watch = aios_map_get(&watches->map, kctx);
		seen.ctx = aios_model_context(model, kctx);
	}
	if (sights[rec->h.type].no_kctx || (seen.watch && seen.ctx))
		sights[rec->h.type].see(&seen, sub);
	else
		submitter_leaves(sub);
	sub->last_ns = rec->h.time_ns;
	return seen.err;
}
