// SPDX-License-Identifier: GPL-2.0-only
/*
 * top_replay.c - samples of a host from a recorded trace.
 */
#include "top_replay.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/aio_abi.h>

#include "map.h"
#include "vec.h"

/**
 * struct played - a context of the trace
 * @ctx: the model's, held
 * @ended_ns: when its life was over, 0 before
 * @place: index in the newest sample
 * @counts: of it; peak and max_ns since the newest sample
 */
struct played {
	const struct aios_ctx *ctx;
	uint64_t ended_ns;
	size_t place;
	struct aios_top_counts counts;
};

/**
 * struct aios_top_replay - what was told so far
 * @played: owned; those that are over until they were in a sample
 * @by_kctx: those that are alive, by address
 * @by_user: those that are alive, as calls name them
 * @reqs: requests that have not completed, by address, held: the model lets go of an address as
 *	soon as it takes the completion
 * @counted: ids of requests whose completion was counted and whose life is not over
 * @now_ns: time of that
 */
struct aios_top_replay {
	const struct aios_model *model;
	struct played **played;
	size_t cnt, cap;
	struct aios_map by_kctx;
	struct aios_map by_user;
	struct aios_map reqs;
	struct aios_map counted;
	struct aios_top_host host;
	uint64_t first_ns;
	uint64_t now_ns;
};

struct aios_top_replay *aios_top_replay_new(const struct aios_model *model)
{
	struct aios_top_replay *replay = calloc(1, sizeof(*replay));

	if (!replay)
		return NULL;
	replay->model = model;
	replay->host = (struct aios_top_host){
		.aio_nr = UINT64_MAX,
		.aio_max_nr = UINT64_MAX,
		.sees_all = true,
		.evidence = AIOS_TOP_TRACE,
	};
	return replay;
}

static void played_free(struct played *played)
{
	aios_context_release(played->ctx);
	free(played);
}

static void drop_requests(struct aios_top_replay *replay)
{
	const struct aios_request *req;

	for (size_t iter = 0; (req = aios_map_next(&replay->reqs, &iter));)
		aios_request_release(req);
	aios_map_done(&replay->reqs);
}

/**
 * aios_top_replay_free() - frees it; before the model
 * @replay: may be NULL
 * Return: NULL.
 */
struct aios_top_replay *aios_top_replay_free(struct aios_top_replay *replay)
{
	if (!replay)
		return NULL;
	for (size_t i = 0; i < replay->cnt; i++)
		played_free(replay->played[i]);
	drop_requests(replay);
	free(replay->played);
	aios_map_done(&replay->by_kctx);
	aios_map_done(&replay->by_user);
	aios_map_done(&replay->counted);
	free(replay);
	return NULL;
}

/* An address of a page in 48 bits and a number of 22 make one key. */
static uint64_t user_key(uint64_t user_id, uint32_t tgid)
{
	return user_id ^ (tgid & 0xfff) ^ (uint64_t)(tgid >> 12) << 48;
}

static int played_new(struct aios_top_replay *replay, const struct aios_ctx *ctx,
		      struct played **ret)
{
	struct played **all = aios_vec_room(replay->played, replay->cnt, &replay->cap,
					    sizeof(struct played *));
	struct played *played;

	if (!all)
		return -ENOMEM;
	replay->played = all;
	played = calloc(1, sizeof(*played));
	if (!played)
		return -ENOMEM;
	played->ctx = aios_context_hold(ctx);
	all[replay->cnt++] = played;
	*ret = played;
	if (aios_map_put(&replay->by_kctx, ctx->kctx, played))
		return -ENOMEM;
	return ctx->user_id ? aios_map_put(&replay->by_user, user_key(ctx->user_id, ctx->pid),
					   played) : 0;
}

/* The context at an address; NULL in @ret where there is none. */
static int played_at(struct aios_top_replay *replay, uint64_t kctx, struct played **ret)
{
	const struct aios_ctx *ctx;

	*ret = aios_map_get(&replay->by_kctx, kctx);
	if (*ret)
		return 0;
	ctx = aios_model_context(replay->model, kctx);
	return ctx ? played_new(replay, ctx, ret) : 0;
}

/* Where calls are counted: with the host where they name a context that is none, or not known. */
static struct aios_top_counts *calls_of(struct aios_top_replay *replay, uint64_t user_id,
					uint32_t tgid)
{
	struct played *played = aios_map_get(&replay->by_user, user_key(user_id, tgid));

	return played ? &played->counts : &replay->host.other;
}

static enum aios_top_op op_of(const struct aios_request *req)
{
	if (!req || !req->asked)
		return AIOS_TOP_OTHER;
	switch (req->ask.op) {
	case IOCB_CMD_PREAD:
		return AIOS_TOP_PREAD;
	case IOCB_CMD_PWRITE:
		return AIOS_TOP_PWRITE;
	case IOCB_CMD_PREADV:
		return AIOS_TOP_PREADV;
	case IOCB_CMD_PWRITEV:
		return AIOS_TOP_PWRITEV;
	case IOCB_CMD_FSYNC:
		return AIOS_TOP_FSYNC;
	case IOCB_CMD_FDSYNC:
		return AIOS_TOP_FDSYNC;
	case IOCB_CMD_POLL:
		return AIOS_TOP_POLL;
	default:
		return AIOS_TOP_OTHER;
	}
}

static void count_poll(struct aios_top_counts *counts, const struct aios_request *req)
{
	static const struct {
		enum aios_poll_order order;
		enum aios_top_poll kind;
	} kinds[] = {
		{ AIOS_POLL_READY, AIOS_TOP_POLL_READY },
		{ AIOS_POLL_EARLY_INLINE, AIOS_TOP_POLL_EARLY },
		{ AIOS_POLL_EARLY_WORK, AIOS_TOP_POLL_WORKED },
		{ AIOS_POLL_ARMED_INLINE, AIOS_TOP_POLL_ARMED },
		{ AIOS_POLL_ARMED_WORK, AIOS_TOP_POLL_WORKED },
		{ AIOS_POLL_AGAIN, AIOS_TOP_POLL_WORKED },
		{ AIOS_POLL_CANCEL, AIOS_TOP_POLL_CANCELLED },
	};
	enum aios_poll_order order = aios_poll_order(req);

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (order == kinds[i].order)
			counts->polls[kinds[i].kind]++;
}

static void count_latency(struct aios_top_counts *counts, const struct aios_request *req,
			  enum aios_top_op op)
{
	enum aios_top_class class = aios_top_class(op);
	uint64_t ns;

	if (class == AIOS_TOP_CLASSES || !req->born_ns || req->born_ns > req->completed_ns) {
		counts->untimed++;
		return;
	}
	ns = req->completed_ns - req->born_ns;
	counts->hist[class][aios_top_bucket(ns)]++;
	if (ns > counts->max_ns[class])
		counts->max_ns[class] = ns;
}

static void drop_req(struct aios_top_replay *replay, uint64_t kiocb)
{
	const struct aios_request *req = aios_map_take(&replay->reqs, kiocb);

	if (req)
		aios_request_release(req);
}

static int on_born(struct aios_top_replay *replay, const struct aios_rec *rec)
{
	uint64_t kiocb = rec->iocb.kiocb;
	const struct aios_request *req = aios_model_request(replay->model, kiocb);

	drop_req(replay, kiocb);
	if (!req)
		return 0;
	aios_request_hold(req);
	if (!aios_map_put(&replay->reqs, kiocb, (void *)req))
		return 0;
	aios_request_release(req);
	return -ENOMEM;
}

/* @played: of its context, NULL where that is not known */
static void count_completed(struct aios_top_replay *replay, struct played *played,
			    const struct aios_request *req)
{
	struct aios_top_counts *counts = played ? &played->counts : &replay->host.other;
	enum aios_top_op op = op_of(req);

	counts->completed[op]++;
	if (req->res < 0)
		counts->failed++;
	else if (aios_top_class(op) <= AIOS_TOP_WRITES)
		counts->bytes[aios_top_class(op)] += (uint64_t)req->res;
	if (op == AIOS_TOP_POLL)
		count_poll(counts, req);
	count_latency(counts, req, op);
}

/*
 * What is known of a request when it completes is counted then. What is not, because its submission
 * is told later or not at all, is counted when its life is over.
 */
static int on_complete(struct aios_top_replay *replay, const struct aios_rec *rec)
{
	const struct aios_req_complete *body = &rec->req_complete;
	const struct aios_request *req = aios_map_get(&replay->reqs, body->kiocb);
	struct played *played;
	int err = played_at(replay, body->kctx, &played);

	if (played && played->ctx->unread > played->counts.peak)
		played->counts.peak = played->ctx->unread;
	/* Handed out with this very record, it was counted already. */
	if (!err && req && req->asked && req->completed_ns == rec->h.time_ns &&
	    !req->handed_out) {
		err = aios_map_put(&replay->counted, req->id, replay);
		if (!err)
			count_completed(replay, played, req);
	}
	drop_req(replay, body->kiocb);
	return err;
}

static int on_submit(struct aios_top_replay *replay, const struct aios_rec *rec)
{
	const struct aios_submit *body = &rec->submit;
	struct aios_top_counts *counts = calls_of(replay, body->user_id, rec->h.tgid);

	counts->submits++;
	if (body->nr > 0)
		counts->asked += (uint64_t)body->nr;
	if (body->ret >= 0)
		counts->accepted += (uint64_t)body->ret;
	else if (body->ret == -EAGAIN)
		counts->submit_again++;
	else
		counts->submit_errors++;
	return 0;
}

static int on_cancel(struct aios_top_replay *replay, const struct aios_rec *rec)
{
	struct aios_top_counts *counts = calls_of(replay, rec->cancel.user_id, rec->h.tgid);

	counts->cancels++;
	if (rec->cancel.ret && rec->cancel.ret != -EINPROGRESS)
		counts->cancel_errors++;
	return 0;
}

static int on_read(struct aios_top_replay *replay, const struct aios_rec *rec)
{
	struct played *played;
	int err = played_at(replay, rec->read_end.kctx, &played);

	if (!err && played && rec->read_end.ret <= 0)
		played->counts.read_empty++;
	return err;
}

static int on_made(struct aios_top_replay *replay, const struct aios_rec *rec)
{
	struct played *played;

	return played_at(replay, rec->h.type == AIOS_EV_CTX_SETUP ? rec->ctx_setup.kctx :
								    rec->ctx_found.kctx, &played);
}

static int on_refused(struct aios_top_replay *replay, const struct aios_rec *rec)
{
	if (rec->ctx_refused.err == -EAGAIN)
		replay->host.setup_again++;
	else
		replay->host.setup_errors++;
	return 0;
}

static int on_limit(struct aios_top_replay *replay, const struct aios_rec *rec)
{
	replay->host.aio_max_nr = rec->ctx_limit.aio_max_nr;
	return 0;
}

int aios_top_replay_record(struct aios_top_replay *replay, const struct aios_rec *rec)
{
	static int (*const on[AIOS_EV_MAX])(struct aios_top_replay *, const struct aios_rec *) = {
		[AIOS_EV_REQ_BIRTH] = on_born,	   [AIOS_EV_REQ_FOUND] = on_born,
		[AIOS_EV_CTX_SETUP] = on_made,	   [AIOS_EV_CTX_FOUND] = on_made,
		[AIOS_EV_CTX_REFUSED] = on_refused, [AIOS_EV_CTX_LIMIT] = on_limit,
		[AIOS_EV_SUBMIT] = on_submit,	   [AIOS_EV_CANCEL] = on_cancel,
		[AIOS_EV_READ_END] = on_read,	   [AIOS_EV_REQ_COMPLETE] = on_complete,
	};
	bool front = rec->h.flags & AIOS_F_FRONT;
	int err = 0;

	if (!replay->first_ns)
		replay->first_ns = rec->h.time_ns;
	if (rec->h.time_ns > replay->now_ns)
		replay->now_ns = rec->h.time_ns;
	/* What the front of a part tells happened before it, but for what there is. */
	if (rec->h.type < AIOS_EV_MAX && on[rec->h.type] &&
	    (!front || on[rec->h.type] == on_made || on[rec->h.type] == on_born))
		err = on[rec->h.type](replay, rec);
	return err;
}

int aios_top_replay_request(struct aios_top_replay *replay, const struct aios_request *req)
{
	struct played *played = NULL;
	int err = 0;

	if (!req->completed_ns || aios_map_take(&replay->counted, req->id))
		return 0;
	if (req->ctx)
		err = played_at(replay, req->ctx->kctx, &played);
	if (!err)
		count_completed(replay, played && played->ctx == req->ctx ? played : NULL, req);
	return err;
}

int aios_top_replay_context(struct aios_top_replay *replay, const struct aios_ctx *ctx)
{
	struct played *played = aios_map_get(&replay->by_kctx, ctx->kctx);
	uint64_t key = user_key(ctx->user_id, ctx->pid);

	if (!played || played->ctx != ctx)
		return 0;
	played->ended_ns = ctx->free_ns ? ctx->free_ns : replay->now_ns;
	aios_map_take(&replay->by_kctx, ctx->kctx);
	/* Another one may have got the same address in the meantime. */
	if (aios_map_get(&replay->by_user, key) == played)
		aios_map_take(&replay->by_user, key);
	return 0;
}

static int sample_proc(const struct aios_top_replay *replay, const struct aios_ctx *ctx,
		       struct aios_top_sample *ret, size_t *index)
{
	const struct aios_process *process = aios_model_process(replay->model, ctx->pid);
	struct aios_top_proc *proc;
	struct aios_buf user = { 0 };

	for (*index = 0; *index < ret->proc_cnt; (*index)++)
		if (ret->procs[*index].snap.tgid == ctx->pid)
			return 0;
	proc = aios_top_sample_proc(ret);
	if (!proc)
		return -ENOMEM;
	proc->snap.tgid = ctx->pid;
	proc->snap.shared = AIOS_UNKNOWN32;
	proc->snap.uid = AIOS_UNKNOWN32;
	memcpy(proc->snap.comm, ctx->comm, AIOS_COMM_LEN);
	if (!process || !process->known)
		return 0;
	proc->snap.pid = process->ns_tgid;
	proc->snap.uid = process->uid;
	proc->snap.cgroup = process->cgroup;
	memcpy(proc->snap.comm, process->comm, AIOS_COMM_LEN);
	aios_buf_int(&user, process->uid);
	proc->user = user.data;
	return user.err;
}

static int sample_ctx(struct aios_top_replay *replay, struct played *played,
		      struct aios_top_sample *ret)
{
	const struct aios_ctx *ctx = played->ctx;
	struct aios_top_ctx *row = aios_top_sample_ctx(ret);

	if (!row)
		return -ENOMEM;
	played->place = ret->ctx_cnt - 1;
	played->counts.reads = ctx->reads;
	played->counts.taken = ctx->read_events;
	played->counts.read_ns = ctx->waited_ns;
	row->snap = (struct aios_snap_ctx){
		.kctx = ctx->kctx, .user_id = ctx->user_id, .tgid = ctx->pid,
		.max_reqs = ctx->max_reqs, .nr_events = ctx->nr_events,
		.req_batch = ctx->req_batch, .tail = ctx->unread,
		.completed = AIOS_UNKNOWN32, .free_shared = AIOS_UNKNOWN32,
		.free_cpus = AIOS_UNKNOWN32, .alive = ctx->in_flight,
		.waiters = AIOS_UNKNOWN32, .polls = AIOS_UNKNOWN32, .dead = ctx->kill_ns != 0,
	};
	row->id = ctx->id;
	row->born_ns = ctx->setup_ns;
	row->ended_ns = played->ended_ns;
	row->counted = true;
	row->counts = played->counts;
	played->counts.peak = 0;
	memset(played->counts.max_ns, 0, sizeof(played->counts.max_ns));
	return sample_proc(replay, ctx, ret, &row->proc);
}

/* Contexts that are over were shown. */
static void drop_ended(struct aios_top_replay *replay)
{
	size_t kept = 0;

	for (size_t i = 0; i < replay->cnt; i++) {
		if (replay->played[i]->ended_ns)
			played_free(replay->played[i]);
		else
			replay->played[kept++] = replay->played[i];
	}
	replay->cnt = kept;
}

/* For aios_model_alive(), which has the oldest first. */
struct oldest {
	struct aios_top_replay *replay;
	struct aios_top_sample *sample;
};

static int add_oldest(void *arg, const struct aios_request *req)
{
	const struct oldest *oldest = arg;
	struct played *played;
	struct aios_top_ctx *ctx;

	if (req->completed_ns || !req->born_ns || !req->ctx)
		return 0;
	played = aios_map_get(&oldest->replay->by_kctx, req->ctx->kctx);
	if (!played || played->ctx != req->ctx)
		return 0;
	ctx = &oldest->sample->ctxs[played->place];
	if (ctx->oldest_cnt < AIOS_TOP_OLDEST)
		ctx->oldest[ctx->oldest_cnt++] =
			(struct aios_top_oldest){ req->born_ns, op_of(req) };
	return 0;
}

int aios_top_replay_sample(struct aios_top_replay *replay, uint64_t ns,
			   struct aios_top_sample *ret)
{
	struct oldest oldest = { .replay = replay, .sample = ret };
	int err = 0;

	*ret = (struct aios_top_sample){
		.ns = ns,
		.started_ns = replay->first_ns,
		.host = replay->host,
	};
	for (size_t i = 0; i < replay->cnt && !err; i++)
		err = sample_ctx(replay, replay->played[i], ret);
	if (err) {
		aios_top_sample_done(ret);
		return err;
	}
	drop_ended(replay);
	return aios_model_alive(replay->model, add_oldest, &oldest);
}
