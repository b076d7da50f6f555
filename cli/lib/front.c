// SPDX-License-Identifier: GPL-2.0-only
/*
 * front.c - takes records and keeps what is alive. How it is told is in front_write.c.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "front_int.h"
#include "vec.h"

#define OVERLAP_MAX	64	/* completions that can be under way at the same time */

struct aios_front *aios_front_new(void)
{
	return calloc(1, sizeof(struct aios_front));
}

/* A request is held by its address, by the thread that submits it, and by a younger life. */
static void req_put(struct front_req *req)
{
	if (!req || --req->pins)
		return;
	req_put(req->older);
	free(req->recs);
	free(req);
}

static void thread_free(struct front_thread *thread)
{
	req_put(thread->born);
	aios_buf_done(&thread->name);
	free(thread->call);
	free(thread);
}

static void name_free(struct front_name *name)
{
	aios_buf_done(&name->records);
	free(name);
}

static void drop_threads(struct aios_front *front)
{
	struct front_thread *thread;
	size_t iter = 0;

	while ((thread = aios_map_next(&front->threads, &iter)))
		thread_free(thread);
	aios_map_done(&front->threads);
}

static void drop_requests(struct aios_front *front)
{
	struct front_req *req;
	size_t iter = 0;

	while ((req = aios_map_next(&front->reqs, &iter)))
		req_put(req);
	aios_map_done(&front->reqs);
}

static void free_all(struct aios_map *map)
{
	size_t iter = 0;
	void *value;

	while ((value = aios_map_next(map, &iter)))
		free(value);
	aios_map_done(map);
}

/**
 * aios_front_free() - frees a front
 * @front: may be NULL
 * Return: NULL.
 */
struct aios_front *aios_front_free(struct aios_front *front)
{
	struct front_name *name;
	size_t iter = 0;

	if (!front)
		return NULL;
	drop_threads(front);
	drop_requests(front);
	while ((name = aios_map_next(&front->names, &iter)))
		name_free(name);
	aios_map_done(&front->names);
	free_all(&front->ctxs);
	free_all(&front->procs);
	free(front);
	return NULL;
}

static struct front_thread *thread_get(struct aios_front *front, const struct aios_hdr *hdr)
{
	struct front_thread *thread = aios_map_get(&front->threads, hdr->tid);

	if (thread)
		return thread;
	thread = aios_map_add(&front->threads, hdr->tid, sizeof(*thread));
	if (!thread)
		return NULL;
	thread->tid = hdr->tid;
	thread->tgid = hdr->tgid;
	return thread;
}

/* A thread that is in the middle of nothing is not kept: there may be millions in a week. */
static void thread_rest(struct aios_front *front, struct front_thread *thread)
{
	if (thread->born || thread->has_orphan || thread->has_told || thread->is_reading ||
	    thread->name.len || thread->call_cnt)
		return;
	aios_map_take(&front->threads, thread->tid);
	thread_free(thread);
}

/* Numbers what is kept in the order it came: records are told again in that order. */
static struct aios_rec numbered(struct aios_front *front, const struct aios_rec *rec)
{
	struct aios_rec copy = *rec;

	copy.h.seq = ++front->nr;
	return copy;
}

static int req_log(struct aios_front *front, struct front_req *req, const struct aios_rec *rec)
{
	struct aios_rec *recs;

	if (!req)
		return 0;
	/* A poll that goes round and round is only told to be there. */
	if (req->rec_cnt == FRONT_HISTORY)
		req->too_long = true;
	if (req->too_long && rec->h.type != AIOS_EV_REQ_RETURN && rec->h.type != AIOS_EV_REQ_PUT)
		return 0;
	recs = aios_vec_room(req->recs, req->rec_cnt, &req->rec_cap, sizeof(*recs));
	if (!recs)
		return -ENOMEM;
	req->recs = recs;
	recs[req->rec_cnt++] = numbered(front, rec);
	return 0;
}

/* A thread is not inside any more, whatever it took. */
static void reader_gone(const struct aios_front *front, struct front_thread *thread)
{
	struct front_ctx *ctx;

	if (!thread->is_reading)
		return;
	ctx = aios_map_get(&front->ctxs, thread->reading.read_begin.kctx);
	if (ctx && ctx->readers)
		ctx->readers--;
	thread->is_reading = false;
}

static bool ctx_owned_by(const struct aios_front *front, uint32_t tgid)
{
	struct front_ctx *ctx;
	size_t iter = 0;

	while ((ctx = aios_map_next(&front->ctxs, &iter)))
		if (ctx->found.owner_tgid == tgid)
			return true;
	return false;
}

/* A process that is gone is remembered as long as a context of it lives. */
static void proc_rest(struct aios_front *front, uint32_t tgid)
{
	const struct aios_rec *proc = aios_map_get(&front->procs, tgid);

	if (proc && proc->proc.what == AIOS_PROC_EXIT && !ctx_owned_by(front, tgid))
		free(aios_map_take(&front->procs, tgid));
}

static void threads_forget(struct aios_front *front, uint32_t tgid)
{
	struct front_thread *thread;
	size_t iter = 0;

	while ((thread = aios_map_next(&front->threads, &iter))) {
		if (thread->tgid != tgid)
			continue;
		reader_gone(front, thread);
		aios_map_take(&front->threads, thread->tid);
		thread_free(thread);
		aios_map_again(&iter);
	}
}

static int take_proc(struct aios_front *front, const struct aios_rec *rec)
{
	uint32_t tgid = rec->proc.tgid;
	struct aios_rec *proc = aios_map_get(&front->procs, tgid);

	if (!proc) {
		proc = aios_map_add(&front->procs, tgid, sizeof(*proc));
		if (!proc)
			return -ENOMEM;
	}
	*proc = *rec;
	if (rec->proc.what == AIOS_PROC_EXIT) {
		threads_forget(front, tgid);
		proc_rest(front, tgid);
	}
	return 0;
}

static int name_over(struct aios_front *front, struct front_thread *thread, uint64_t file)
{
	struct front_name *name = aios_map_get(&front->names, file);

	if (!name) {
		name = aios_map_add(&front->names, file, sizeof(*name));
		if (!name)
			return -ENOMEM;
	}
	aios_buf_done(&name->records);
	name->records = thread->name;
	thread->name = (struct aios_buf){ 0 };
	return 0;
}

/* A name is told by one thread without a pause, so its pieces are collected by thread. */
static int take_name(struct aios_front *front, const struct aios_rec *rec)
{
	const struct aios_file_name *body = &rec->file_name;
	struct front_thread *thread = thread_get(front, &rec->h);
	int err;

	if (!thread)
		return -ENOMEM;
	if (!body->part && !body->piece)
		aios_buf_clear(&thread->name);
	aios_buf_add(&thread->name, rec, rec->h.len);
	err = thread->name.err;
	if (!err && body->name_flags & AIOS_NAME_LAST) {
		err = name_over(front, thread, body->file);
		thread_rest(front, thread);
	}
	return err;
}

static struct front_ctx *ctx_new(struct aios_front *front, uint64_t kctx)
{
	struct front_ctx *ctx = aios_map_get(&front->ctxs, kctx);

	if (ctx) {
		*ctx = (struct front_ctx){ 0 };
		return ctx;
	}
	return aios_map_add(&front->ctxs, kctx, sizeof(*ctx));
}

static int take_setup(struct aios_front *front, const struct aios_rec *rec)
{
	const struct aios_ctx_setup *body = &rec->ctx_setup;
	struct front_ctx *ctx = ctx_new(front, body->kctx);

	if (!ctx)
		return -ENOMEM;
	ctx->found.kctx = body->kctx;
	ctx->found.user_id = body->user_id;
	ctx->found.max_reqs = body->max_reqs;
	ctx->found.nr_events = body->nr_events;
	ctx->found.req_batch = body->req_batch;
	ctx->found.owner_tgid = rec->h.tgid;
	return 0;
}

/* Births between the hooks and the search are among those that the search counted. */
static int take_found(struct aios_front *front, const struct aios_rec *rec)
{
	const struct aios_ctx_found *body = &rec->ctx_found;
	uint32_t born = aios_front_in_flight(front, body->kctx);
	struct front_ctx *ctx;

	if (aios_map_get(&front->ctxs, body->kctx))
		return 0;
	ctx = ctx_new(front, body->kctx);
	if (!ctx)
		return -ENOMEM;
	ctx->found = *body;
	ctx->hidden = body->head >= body->nr_events;
	ctx->unknown = body->in_flight == AIOS_UNKNOWN32;
	ctx->older = body->in_flight > born ? body->in_flight - born : 0;
	return 0;
}

/* How far the ring index @to is ahead of @from. */
static uint32_t ring_ahead(const struct front_ctx *ctx, uint32_t from, uint32_t to)
{
	uint32_t nr = ctx->found.nr_events;

	return nr ? (to % nr + nr - from % nr) % nr : 0;
}

/* While a reader is inside, what it takes is settled when it comes out; see model_ring.c. */
static void ring_head(struct front_ctx *ctx, uint32_t head)
{
	struct aios_ctx_found *found = &ctx->found;

	if (ctx->readers || head >= found->nr_events)
		return;
	if (ctx->hidden || ring_ahead(ctx, found->head, head) <=
	    ring_ahead(ctx, found->head, found->tail))
		found->head = head;
	ctx->hidden = false;
}

static void ring_move(uint32_t *index, uint32_t by, uint32_t nr)
{
	*index = nr ? (*index % nr + by % nr) % nr : 0;
}

/* After a hole the tail tells what fell into it. */
static void ring_catch_up(struct front_ctx *ctx, uint32_t tail)
{
	uint32_t nr = ctx->found.nr_events;

	if (ctx->holed && tail < nr && nr > OVERLAP_MAX &&
	    ring_ahead(ctx, ctx->found.tail, tail) < nr - OVERLAP_MAX)
		ctx->found.tail = tail;
}

static int take_kill(struct aios_front *front, const struct aios_rec *rec)
{
	struct front_ctx *ctx = aios_map_get(&front->ctxs, rec->ctx_kill.kctx);

	if (!ctx)
		return 0;
	if (!rec->ctx_kill.ret)
		ctx->found.dead = 1;
	ring_head(ctx, rec->ctx_kill.head);
	return 0;
}

static int take_free(struct aios_front *front, const struct aios_rec *rec)
{
	struct front_ctx *ctx = aios_map_take(&front->ctxs, rec->ctx_free.kctx);

	if (ctx)
		proc_rest(front, ctx->found.owner_tgid);
	free(ctx);
	return 0;
}

static void thread_born(struct front_thread *thread, struct front_req *req)
{
	if (thread->born)
		thread->born->submitting = false;
	req_put(thread->born);
	thread->born = req;
	if (req) {
		req->pins++;
		req->submitting = true;
	}
	thread->has_told = false;
	thread->has_orphan = false;
}

/* Enters a life under its address. One that is there waits for its completion still. */
static struct front_req *req_new(struct aios_front *front, const struct aios_rec *rec)
{
	struct front_req *req = calloc(1, sizeof(*req));
	uint64_t kiocb = rec->iocb.kiocb;

	if (!req)
		return NULL;
	req->pins = 1;
	req->kiocb = kiocb;
	req->kctx = rec->iocb.kctx;
	req->uiocb = rec->iocb.uiocb;
	req->data = rec->iocb.data;
	req->older = aios_map_get(&front->reqs, kiocb);
	if (req_log(front, req, rec) || aios_map_put(&front->reqs, kiocb, req)) {
		req->older = NULL;
		req_put(req);
		return NULL;
	}
	if (req->older) {
		req_put(req->older->older);
		req->older->older = NULL;
	}
	return req;
}

static int take_birth(struct aios_front *front, const struct aios_rec *rec)
{
	struct front_thread *thread = thread_get(front, &rec->h);
	struct front_req *req = thread ? req_new(front, rec) : NULL;

	if (!req)
		return -ENOMEM;
	thread_born(thread, req);
	return 0;
}

static int take_req_found(struct aios_front *front, const struct aios_rec *rec)
{
	const struct front_req *known = aios_map_get(&front->reqs, rec->iocb.kiocb);
	struct front_ctx *ctx = aios_map_get(&front->ctxs, rec->iocb.kctx);

	/* Seen at its birth, after the hooks came. */
	if (known && known->uiocb == rec->iocb.uiocb && known->data == rec->iocb.data)
		return 0;
	if (ctx && ctx->older)
		ctx->older--;
	return req_new(front, rec) ? 0 : -ENOMEM;
}

static int take_iocb(struct aios_front *front, const struct aios_rec *rec)
{
	struct front_thread *thread = thread_get(front, &rec->h);

	if (!thread)
		return -ENOMEM;
	thread->told = numbered(front, rec);
	thread->has_told = true;
	return 0;
}

/* A life is over: its address goes to nobody, or back to the one whose completion is due. */
static void req_leave(struct aios_front *front, struct front_req *req)
{
	struct front_req *known = aios_map_get(&front->reqs, req->kiocb), *older = req->older;

	if (known != req) {
		if (known && known->older == req) {
			known->older = NULL;
			req_put(req);
		}
		return;
	}
	req->older = NULL;
	/* There is room: an entry is replaced. */
	if (!older || aios_map_put(&front->reqs, req->kiocb, older))
		aios_map_take(&front->reqs, req->kiocb);
	req_put(req);
}

static int take_return(struct aios_front *front, const struct aios_rec *rec)
{
	struct front_thread *thread = aios_map_get(&front->threads, rec->h.tid);
	struct front_req *req = thread ? thread->born : NULL;
	int err = 0;

	if (!thread)
		return 0;
	if (req && req->uiocb == rec->req_return.uiocb) {
		if (rec->req_return.err)
			req_leave(front, req);
		else
			err = req_log(front, req, rec);
	}
	thread_born(thread, NULL);
	thread_rest(front, thread);
	return err;
}

/* Evidence level exact: the submission is through when its reference is dropped. */
static int take_put(struct aios_front *front, const struct aios_rec *rec)
{
	struct front_thread *thread = aios_map_get(&front->threads, rec->h.tid);
	struct front_req *req = thread ? thread->born : NULL;
	int err;

	if (rec->req_put.party > AIOS_PUT_ERROR)
		return req_log(front, aios_map_get(&front->reqs, rec->req_put.kiocb), rec);
	if (!req || req->kiocb != rec->req_put.kiocb)
		return 0;
	err = req_log(front, req, rec);
	if (rec->req_put.party == AIOS_PUT_SUBMIT) {
		thread_born(thread, NULL);
		thread_rest(front, thread);
	}
	return err;
}

/* ... or, if that was the last one, when the request is freed. */
static int take_req_free(struct aios_front *front, const struct aios_rec *rec)
{
	struct front_thread *thread = aios_map_get(&front->threads, rec->h.tid);

	if (!thread || !thread->born || thread->born->kiocb != rec->req_free.kiocb ||
	    !thread->born->completed || rec->h.flags & (AIOS_F_SOFTIRQ | AIOS_F_HARDIRQ))
		return 0;
	thread_born(thread, NULL);
	thread_rest(front, thread);
	return 0;
}

static bool completes(const struct front_req *req, const struct aios_req_complete *body)
{
	return req && req->uiocb == body->uiocb && req->data == body->data;
}

/* The older life's, if it fits: that one must end first. See complete_whose() in model_req.c. */
static struct front_req *complete_whose(const struct aios_front *front,
					const struct aios_req_complete *body)
{
	struct front_req *req = aios_map_get(&front->reqs, body->kiocb);
	bool fits = completes(req, body);

	if (req && completes(req->older, body) && !(fits && req->older->submitting))
		return req->older;
	return fits ? req : NULL;
}

/* Nobody saw its birth: it is one of those that the search counted, or just being submitted. */
static int complete_stranger(struct aios_front *front, struct front_ctx *ctx,
			     const struct aios_rec *rec)
{
	bool in_irq = rec->h.flags & (AIOS_F_SOFTIRQ | AIOS_F_HARDIRQ);
	struct front_thread *thread;

	if (!ctx)
		return 0;
	if (in_irq || rec->h.tgid != ctx->found.owner_tgid) {
		if (ctx->older)
			ctx->older--;
		return 0;
	}
	thread = thread_get(front, &rec->h);
	if (!thread)
		return -ENOMEM;
	thread->orphan = numbered(front, rec);
	thread->has_orphan = true;
	return 0;
}

static int take_complete(struct aios_front *front, const struct aios_rec *rec)
{
	const struct aios_req_complete *body = &rec->req_complete;
	struct front_ctx *ctx = aios_map_get(&front->ctxs, body->kctx);
	struct front_req *req = complete_whose(front, body);
	int err = 0;

	if (ctx) {
		ring_catch_up(ctx, body->tail);
		ring_head(ctx, body->head);
		ring_move(&ctx->found.tail, 1, ctx->found.nr_events);
	}
	if (!req)
		return complete_stranger(front, ctx, rec);
	/* The return of its submission is still to come, and has to find it. */
	if (req->submitting)
		err = req_log(front, req, rec);
	req->completed = true;
	/* The slab gave the address away, so a life before it is over as well. */
	req_put(req->older);
	req->older = NULL;
	req_leave(front, req);
	return err;
}

static int take_read_begin(struct aios_front *front, const struct aios_rec *rec)
{
	const struct aios_read_begin *body = &rec->read_begin;
	struct front_thread *thread = thread_get(front, &rec->h);
	struct front_ctx *ctx = aios_map_get(&front->ctxs, body->kctx);

	if (!thread)
		return -ENOMEM;
	reader_gone(front, thread);
	if (!ctx) {
		thread_rest(front, thread);
		return 0;
	}
	ring_catch_up(ctx, body->tail);
	ring_head(ctx, body->head);
	thread->reading = numbered(front, rec);
	thread->is_reading = true;
	ctx->readers++;
	return 0;
}

static int take_read_end(struct aios_front *front, const struct aios_rec *rec)
{
	const struct aios_read_end *body = &rec->read_end;
	struct front_thread *thread = aios_map_get(&front->threads, rec->h.tid);
	struct front_ctx *ctx = aios_map_get(&front->ctxs, body->kctx);
	bool known = thread && thread->is_reading && thread->reading.read_begin.kctx == body->kctx;
	uint32_t got = body->ret > 0 ? (uint32_t)body->ret : 0, nr;

	if (known) {
		reader_gone(front, thread);
		thread_rest(front, thread);
	}
	if (!ctx)
		return 0;
	nr = ctx->found.nr_events;
	ring_catch_up(ctx, body->tail);
	/* One that was not seen going in may be counted by the head already. */
	if (nr && (known || body->head >= nr)) {
		uint32_t lies = ring_ahead(ctx, ctx->found.head, ctx->found.tail);

		ring_move(&ctx->found.head, got, nr);
		if (got > lies)
			ctx->found.tail = ctx->found.head;
	}
	ring_head(ctx, body->head);
	return 0;
}

/* fs/aio.c, aio_poll_wake(): an unkeyed wake-up always counts, a keyed one if the masks meet. */
static int take_wake(struct aios_front *front, const struct aios_rec *rec)
{
	const struct aios_poll_wake *body = &rec->poll_wake;

	if (body->key && !(body->key & body->events))
		return 0;
	return req_log(front, aios_map_get(&front->reqs, body->kiocb), rec);
}

static int call_log(struct aios_front *front, struct front_thread *thread,
		    const struct aios_rec *rec)
{
	struct aios_rec *call = aios_vec_room(thread->call, thread->call_cnt, &thread->call_cap,
					      sizeof(*call));

	if (!call)
		return -ENOMEM;
	thread->call = call;
	call[thread->call_cnt++] = numbered(front, rec);
	return 0;
}

static int take_submit_begin(struct aios_front *front, const struct aios_rec *rec)
{
	struct front_thread *thread = thread_get(front, &rec->h);

	if (!thread)
		return -ENOMEM;
	thread->call_cnt = 0;
	return call_log(front, thread, rec);
}

/* Of a call that slept too often it is not told that it is watched. */
static int take_sleep(struct aios_front *front, const struct aios_rec *rec)
{
	struct front_thread *thread = aios_map_get(&front->threads, rec->h.tid);

	if (!thread || !thread->call_cnt)
		return 0;
	if (thread->call_cnt < FRONT_CALL)
		return call_log(front, thread, rec);
	thread->call_cnt = 0;
	thread_rest(front, thread);
	return 0;
}

static int take_submit(struct aios_front *front, const struct aios_rec *rec)
{
	struct front_thread *thread = aios_map_get(&front->threads, rec->h.tid);

	if (!thread || !thread->call_cnt)
		return 0;
	thread->call_cnt = 0;
	thread_rest(front, thread);
	return 0;
}

/* All of these begin with the address of their kiocb. */
static int take_step(struct aios_front *front, const struct aios_rec *rec)
{
	return req_log(front, aios_map_get(&front->reqs, rec->req_done.kiocb), rec);
}

static int (*const take[AIOS_EV_MAX])(struct aios_front *, const struct aios_rec *) = {
	[AIOS_EV_CTX_SETUP] = take_setup,
	[AIOS_EV_CTX_FOUND] = take_found,
	[AIOS_EV_CTX_KILL] = take_kill,
	[AIOS_EV_CTX_FREE] = take_free,
	[AIOS_EV_REQ_BIRTH] = take_birth,
	[AIOS_EV_REQ_IOCB] = take_iocb,
	[AIOS_EV_REQ_FOUND] = take_req_found,
	[AIOS_EV_REQ_RETURN] = take_return,
	[AIOS_EV_REQ_DONE] = take_step,
	[AIOS_EV_REQ_COMPLETE] = take_complete,
	[AIOS_EV_POLL_QUEUE] = take_step,
	[AIOS_EV_POLL_WAKE] = take_wake,
	[AIOS_EV_POLL_CANCEL] = take_step,
	[AIOS_EV_POLL_RETURN] = take_step,
	[AIOS_EV_WORK_BEGIN] = take_step,
	[AIOS_EV_WORK_END] = take_step,
	[AIOS_EV_READ_BEGIN] = take_read_begin,
	[AIOS_EV_READ_END] = take_read_end,
	[AIOS_EV_FILE_NAME] = take_name,
	[AIOS_EV_PROC] = take_proc,
	[AIOS_EV_REQ_PUT] = take_put,
	[AIOS_EV_REQ_HOLD] = take_step,
	[AIOS_EV_REQ_DROP] = take_step,
	[AIOS_EV_REQ_FREE] = take_req_free,
	[AIOS_EV_POLL_ASK] = take_step,
	[AIOS_EV_POLL_DECIDE] = take_step,
	[AIOS_EV_FREEZE] = take_step,
	[AIOS_EV_STACK] = take_step,
	[AIOS_EV_SUBMIT_BEGIN] = take_submit_begin,
	[AIOS_EV_FRAMES] = take_sleep,
	[AIOS_EV_SLEEP] = take_sleep,
	[AIOS_EV_BLOCK] = take_step,
	[AIOS_EV_SUBMIT] = take_submit,
};

static int front_record(void *arg, const struct aios_rec *rec)
{
	if (rec->h.type >= AIOS_EV_MAX || !take[rec->h.type])
		return 0;
	return take[rec->h.type](arg, rec);
}

static int front_gap(void *arg, const struct aios_gap *gap)
{
	struct aios_front *front = arg;
	struct front_ctx *ctx;
	size_t iter = 0;

	(void)gap;
	drop_threads(front);
	drop_requests(front);
	while ((ctx = aios_map_next(&front->ctxs, &iter))) {
		ctx->unknown = true;
		ctx->holed = true;
		ctx->readers = 0;
		ctx->found.waiters = 1;
	}
	return 0;
}

struct aios_sink aios_front_sink(struct aios_front *front)
{
	return (struct aios_sink){ .record = front_record, .gap = front_gap, .arg = front };
}
