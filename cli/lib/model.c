// SPDX-License-Identifier: GPL-2.0-only
/*
 * model.c - dispatches records to the parts of the model; processes, threads, holes, the end.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model_int.h"

#define THREADS_PRUNE	1024	/* threads that may be idle before they are looked through */

struct aios_model *aios_model_new(const struct aios_model_ops *ops, void *arg,
				  const struct aios_model_opts *opts)
{
	struct aios_model *model = calloc(1, sizeof(*model));

	if (model) {
		model->ops = *ops;
		model->arg = arg;
		model->opts = *opts;
		model->threads_prune = THREADS_PRUNE;
	}
	return model;
}

static void thread_free(struct aios_thread *thread)
{
	aios_req_set(&thread->born, NULL);
	aios_req_set(&thread->orphan, NULL);
	aios_req_set(&thread->work, NULL);
	aios_ring_reader_gone(thread);
	aios_name_parts_drop(&thread->name);
	aios_submit_forget(thread);
	free(thread);
}

static void threads_free(struct aios_model *model)
{
	struct aios_thread *thread;
	size_t iter = 0;

	while ((thread = aios_map_next(&model->threads, &iter)))
		thread_free(thread);
	aios_map_done(&model->threads);
}

static void requests_free(struct aios_model *model)
{
	struct aios_request *req, *next = model->alive;
	size_t iter = 0;

	while ((req = aios_map_next(&model->reqs, &iter)))
		aios_req_unpin(req);
	aios_map_done(&model->reqs);
	iter = 0;
	while ((req = aios_map_next(&model->ledgers, &iter)))
		aios_req_unpin(req);
	aios_map_done(&model->ledgers);
	for (size_t i = model->alive_cnt; i; i--) {
		req = next;
		next = req->next;
		aios_req_unpin(req);
	}
}

static void ctxs_free(struct aios_model *model)
{
	struct aios_ctx *ctx;
	size_t iter = 0;

	while ((ctx = aios_map_next(&model->ctxs, &iter))) {
		ctx->ring = aios_ring_free(ctx->ring);
		aios_ctx_unpin(ctx);
	}
	aios_map_done(&model->ctxs);
}

/**
 * aios_model_free() - frees a model, whatever is alive in it
 * @model: may be NULL
 * Return: NULL.
 */
struct aios_model *aios_model_free(struct aios_model *model)
{
	struct aios_process *process;
	struct aios_file *file;
	size_t iter = 0;

	if (!model)
		return NULL;
	threads_free(model);
	ctxs_free(model);
	requests_free(model);
	while ((file = aios_map_next(&model->files, &iter)))
		aios_file_unpin(file);
	aios_map_done(&model->files);
	iter = 0;
	while ((process = aios_map_next(&model->processes, &iter)))
		free(process);
	aios_map_done(&model->processes);
	aios_chains_done(&model->chains);
	free(model);
	return NULL;
}

static void thread_forget(struct aios_model *model, struct aios_thread *thread)
{
	aios_map_take(&model->threads, thread->tid);
	thread_free(thread);
}

static bool thread_is_idle(const struct aios_thread *thread)
{
	return !thread->born && !thread->orphan && !thread->work && !thread->reading &&
	       !thread->has_told && !thread->name.file && !thread->call && !thread->chain;
}

/* Forgets those that are in the middle of nothing; the more there are left, the later again. */
static void threads_prune(struct aios_model *model)
{
	struct aios_thread *thread;
	size_t iter = 0;

	while ((thread = aios_map_next(&model->threads, &iter))) {
		if (!thread_is_idle(thread))
			continue;
		thread_forget(model, thread);
		aios_map_again(&iter);
	}
	model->threads_prune = 2 * model->threads.used + THREADS_PRUNE;
}

/**
 * aios_model_thread() - the thread that was current in a record
 * @model: the model
 * @hdr: the record's header
 * Return: owned by the model, or NULL for -ENOMEM.
 */
struct aios_thread *aios_model_thread(struct aios_model *model, const struct aios_hdr *hdr)
{
	struct aios_thread *thread = aios_map_get(&model->threads, hdr->tid);

	if (thread && thread->tgid == hdr->tgid)
		return thread;
	/* Its number is another's now. */
	if (thread)
		thread_forget(model, thread);
	if (model->threads.used >= model->threads_prune)
		threads_prune(model);
	thread = aios_map_add(&model->threads, hdr->tid, sizeof(*thread));
	if (!thread)
		return NULL;
	thread->tid = hdr->tid;
	thread->tgid = hdr->tgid;
	return thread;
}

/**
 * aios_model_owner() - a process by its number
 * @model: the model
 * @tgid: of the process
 * Return: owned by the model, perhaps not known yet; NULL for -ENOMEM.
 */
struct aios_process *aios_model_owner(struct aios_model *model, uint32_t tgid)
{
	struct aios_process *process = aios_map_get(&model->processes, tgid);

	if (process)
		return process;
	process = aios_map_add(&model->processes, tgid, sizeof(*process));
	if (!process)
		return NULL;
	process->tgid = tgid;
	process->ns_tgid = tgid;
	return process;
}

const struct aios_process *aios_model_process(const struct aios_model *model, uint32_t tgid)
{
	return aios_map_get(&model->processes, tgid);
}

/* Threads of a process that is gone are in the middle of nothing any more. */
static void threads_forget(struct aios_model *model, uint32_t tgid)
{
	struct aios_thread *thread;
	size_t iter = 0;

	while ((thread = aios_map_next(&model->threads, &iter))) {
		if (thread->tgid != tgid)
			continue;
		thread_forget(model, thread);
		aios_map_again(&iter);
	}
}

static int process_told(struct aios_model *model, const struct aios_rec *rec)
{
	const struct aios_proc *body = &rec->proc;
	struct aios_process *process = aios_model_owner(model, body->tgid);

	if (!process)
		return -ENOMEM;
	process->known = true;
	process->gone = body->what == AIOS_PROC_EXIT;
	process->ns_tgid = body->ns_tgid;
	process->ppid = body->ppid;
	process->uid = body->uid;
	process->cgroup = body->cgroup;
	memcpy(process->comm, body->comm, AIOS_COMM_LEN);
	if (process->gone)
		threads_forget(model, body->tgid);
	return 0;
}

/* What is told for its own sake and changes no life. */
static int no_change(struct aios_model *model, const struct aios_rec *rec)
{
	(void)model;
	(void)rec;
	return 0;
}

static int (*const apply[AIOS_EV_MAX])(struct aios_model *, const struct aios_rec *) = {
	[AIOS_EV_CTX_SETUP] = aios_ctx_setup,
	[AIOS_EV_CTX_REFUSED] = no_change,
	[AIOS_EV_CTX_FOUND] = aios_ctx_found,
	[AIOS_EV_CTX_KILL] = aios_ctx_kill,
	[AIOS_EV_CTX_USERS0] = aios_ctx_ref0,
	[AIOS_EV_CTX_REQS0] = aios_ctx_ref0,
	[AIOS_EV_CTX_FREE] = aios_ctx_free,
	[AIOS_EV_CTX_DESTROY] = no_change,
	[AIOS_EV_EXIT_BEGIN] = no_change,
	[AIOS_EV_EXIT_END] = no_change,
	[AIOS_EV_REQ_BIRTH] = aios_req_birth,
	[AIOS_EV_REQ_IOCB] = aios_req_iocb,
	[AIOS_EV_REQ_FOUND] = aios_req_birth,
	[AIOS_EV_REQ_RETURN] = aios_req_return,
	[AIOS_EV_SUBMIT] = aios_submit_returns,
	[AIOS_EV_REQ_DONE] = aios_req_done,
	[AIOS_EV_REQ_COMPLETE] = aios_req_complete,
	[AIOS_EV_CANCEL] = no_change,
	[AIOS_EV_POLL_QUEUE] = aios_poll_queue,
	[AIOS_EV_POLL_WAKE] = aios_poll_wake,
	[AIOS_EV_POLL_CANCEL] = aios_poll_cancel,
	[AIOS_EV_POLL_RETURN] = aios_poll_return,
	[AIOS_EV_WORK_BEGIN] = aios_work_begin,
	[AIOS_EV_WORK_END] = aios_work_end,
	[AIOS_EV_READ_BEGIN] = aios_ring_read_begin,
	[AIOS_EV_READ_END] = aios_ring_read_end,
	[AIOS_EV_FILE_NAME] = aios_model_file_name,
	[AIOS_EV_PROC] = process_told,
	[AIOS_EV_CALL_SETUP] = no_change,
	[AIOS_EV_CALL_READ] = no_change,
	[AIOS_EV_REQ_PUT] = aios_req_put,
	[AIOS_EV_REQ_HOLD] = aios_req_hold,
	[AIOS_EV_REQ_DROP] = aios_req_hold,
	[AIOS_EV_REQ_FREE] = aios_req_free,
	[AIOS_EV_CTX_GET] = aios_ctx_refs,
	[AIOS_EV_CTX_PUT] = aios_ctx_refs,
	[AIOS_EV_SLOTS] = aios_ctx_slots,
	[AIOS_EV_REQ_REFUSED] = no_change,
	[AIOS_EV_POLL_ASK] = aios_req_note,
	[AIOS_EV_POLL_DECIDE] = aios_poll_decide,
	[AIOS_EV_REQ_CANCEL] = aios_req_note,
	[AIOS_EV_RING_READ] = aios_ring_taken,
	[AIOS_EV_READER_WAKE] = no_change,
	[AIOS_EV_EVENTFD] = aios_req_note,
	[AIOS_EV_FREEZE] = aios_req_freeze,
	[AIOS_EV_CTX_LIMIT] = no_change,
	[AIOS_EV_MISMATCH] = aios_req_note,
	[AIOS_EV_MREMAP_BEGIN] = no_change,
	[AIOS_EV_MREMAP_END] = no_change,
	[AIOS_EV_STACK] = aios_req_stack,
	[AIOS_EV_SUBMIT_BEGIN] = aios_submit_begins,
	[AIOS_EV_FRAMES] = aios_submit_frames,
	[AIOS_EV_SLEEP] = aios_submit_slept,
	[AIOS_EV_BLOCK] = aios_req_block,
};

int aios_model_record(struct aios_model *model, const struct aios_rec *rec)
{
	if (rec->h.type >= AIOS_EV_MAX || !apply[rec->h.type])
		return 0;
	model->now_ns = rec->h.time_ns;
	model->gap_now = false;
	return apply[rec->h.type](model, rec);
}

/* What threads were in the middle of may have ended in a hole. */
static void threads_gap(struct aios_model *model)
{
	struct aios_thread *thread;
	size_t iter = 0;

	while ((thread = aios_map_next(&model->threads, &iter))) {
		aios_req_set(&thread->work, NULL);
		aios_ring_reader_gone(thread);
		thread->has_told = false;
		thread->name.whole = false;
		if (thread->call)
			thread->call->tainted = true;
	}
}

/* Lives are in the order of their births: those before the hole before this are tainted by it. */
static int requests_gap(struct aios_model *model)
{
	struct aios_request *req = model->alive ? model->alive->prev : NULL, *before;
	int err = 0;

	for (size_t i = model->alive_cnt; i && !err && req->id > model->gap_req; i--) {
		before = req->prev;
		req->tainted = true;
		err = aios_refs_give_up(model, req);
		req = before;
	}
	model->gap_req = model->next_req;
	return err;
}

/* Holes come in crowds, and there may be many lives: each hole looks at what is new only. */
int aios_model_gap(struct aios_model *model, const struct aios_gap *gap)
{
	struct aios_ctx *ctx;
	size_t iter = 0;
	int err;

	model->gaps = true;
	if (gap->to_ns > model->tainted_until_ns)
		model->tainted_until_ns = gap->to_ns;
	if (model->gap_now)
		return 0;
	model->gap_now = true;
	err = requests_gap(model);
	while ((ctx = aios_map_next(&model->ctxs, &iter))) {
		ctx->tainted = true;
		aios_ring_gap(ctx);
	}
	threads_gap(model);
	return err;
}

/* Calls that have not returned, and may not do so for a long time. */
static int threads_end(struct aios_model *model)
{
	struct aios_thread *thread;
	size_t iter = 0;
	int err = 0;

	while (!err && (thread = aios_map_next(&model->threads, &iter)))
		err = aios_submit_end(model, thread);
	return err;
}

/* What was never completed, first; then the contexts hand out what lies unread in their rings. */
int aios_model_end(struct aios_model *model)
{
	struct aios_ctx *ctx;
	size_t iter = 0;
	int err = threads_end(model);

	while ((ctx = aios_map_next(&model->ctxs, &iter)) && !err) {
		err = aios_ctx_end(model, ctx);
		aios_map_again(&iter);
	}
	while (model->alive && !err) {
		struct aios_request *req = model->alive;

		err = aios_req_over(model, req, req->reaper ? AIOS_FATE_REAPED :
				    req->completed_ns ? AIOS_FATE_UNREAD : AIOS_FATE_IN_FLIGHT);
	}
	return err;
}

int aios_model_unread(struct aios_model *model, uint64_t before_ns,
		      int (*each)(void *arg, struct aios_request *req), void *arg)
{
	struct aios_ctx *ctx;
	size_t iter = 0;
	int ret = 0;

	while (!ret && (ctx = aios_map_next(&model->ctxs, &iter)))
		ret = aios_ring_unread(ctx, before_ns, each, arg);
	return ret;
}

int aios_model_alive(const struct aios_model *model,
		     int (*each)(void *arg, const struct aios_request *req), void *arg)
{
	const struct aios_request *req = model->alive;
	int ret = 0;

	for (size_t i = model->alive_cnt; i && !ret; i--, req = req->next)
		ret = each(arg, req);
	return ret;
}

const struct aios_ctx *aios_model_context(const struct aios_model *model, uint64_t kctx)
{
	return aios_map_get(&model->ctxs, kctx);
}

const struct aios_request *aios_model_request(const struct aios_model *model, uint64_t kiocb)
{
	return aios_map_get(&model->reqs, kiocb);
}

static const char *const party_names[] = {
	[AIOS_PARTY_UNKNOWN] = "unknown",
	[AIOS_PARTY_SUBMITTER] = "submitter",
	[AIOS_PARTY_RW] = "rw-completion",
	[AIOS_PARTY_FSYNC_WORK] = "fsync-work",
	[AIOS_PARTY_POLL_WAKE] = "poll-wake",
	[AIOS_PARTY_POLL_WORK] = "poll-work",
	[AIOS_PARTY_PUT_WORK] = "poll-put-work",
	[AIOS_PARTY_POLL_STEAL] = "poll-steal",
	[AIOS_PARTY_ERROR] = "failed-submission",
};

static const char *const fate_names[] = {
	[AIOS_FATE_IN_FLIGHT] = "in-flight",
	[AIOS_FATE_REFUSED] = "refused",
	[AIOS_FATE_REAPED] = "reaped",
	[AIOS_FATE_UNREAD] = "unread",
	[AIOS_FATE_LOST_TRACK] = "lost-track",
};

static const char *const origin_names[] = {
	[AIOS_ORIGIN_BIRTH] = "birth",
	[AIOS_ORIGIN_RETURN] = "return",
	[AIOS_ORIGIN_BEFORE] = "before-trace",
	[AIOS_ORIGIN_UNKNOWN] = "unknown",
};

static const char *const reaper_names[] = {
	[AIOS_REAPER_NOBODY] = "nobody",
	[AIOS_REAPER_KERNEL] = "kernel",
	[AIOS_REAPER_USER] = "user",
	[AIOS_REAPER_UNKNOWN] = "unknown",
};

static const char *const where_names[] = {
	[AIOS_WHERE_TASK] = "task",
	[AIOS_WHERE_SOFTIRQ] = "softirq",
	[AIOS_WHERE_HARDIRQ] = "hardirq",
	[AIOS_WHERE_UNKNOWN] = "unknown",
};

/**
 * aios_where() - where something ran
 * @flags: AIOS_F_* of its record
 * Return: AIOS_WHERE_UNKNOWN on kernels that do not tell.
 */
enum aios_where aios_where(unsigned int flags)
{
	if (flags & AIOS_F_HARDIRQ)
		return AIOS_WHERE_HARDIRQ;
	if (flags & AIOS_F_SOFTIRQ)
		return AIOS_WHERE_SOFTIRQ;
	return flags & AIOS_F_NOIRQ ? AIOS_WHERE_UNKNOWN : AIOS_WHERE_TASK;
}

/* Names that scripts can rely on; constants. */
const char *aios_party_name(enum aios_party party)
{
	return party_names[party];
}

const char *aios_fate_name(enum aios_fate fate)
{
	return fate_names[fate];
}

const char *aios_origin_name(enum aios_origin origin)
{
	return origin_names[origin];
}

const char *aios_reaper_name(enum aios_reaper reaper)
{
	return reaper_names[reaper];
}

const char *aios_where_name(enum aios_where where)
{
	return where_names[where];
}
