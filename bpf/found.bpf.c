// SPDX-License-Identifier: GPL-2.0-only
/*
 * found.bpf.c - what was there before the trace: contexts, and their pending poll requests.
 *
 * Runs once, after all hooks are attached: a context made in between is in the map already and
 * is not told twice. Tables are read without their locks, so what ends at the same time may be
 * told or not. Reads and writes in flight are in no list; they are only counted.
 */
#include "emit.h"
#include "filter.h"
#include "hook.h"
#include "name.h"
#include "percpu.h"
#include "proc.h"
#include "ring.h"

#define AIOS_FOUND_CTXS		65536	/* contexts of a process */
#define AIOS_FOUND_POLLS	65536	/* pending polls of a context */

static const char found_mark = '.';

struct found_tasks {
	struct task_struct *task;
	struct kioctx_table *table;
};

struct found_polls {
	struct kioctx *kctx;
	struct list_head *at;
	struct list_head *end;
};

static __always_inline void found_tell(struct kioctx *kctx, __u32 tgid)
{
	struct list_head *wait = (void *)kctx + bpf_core_field_offset(struct kioctx, wait.head);
	struct aios_ctx_found *body;
	struct aios_held held = {};
	struct aios_out out;

	body = aios_emit_begin(&out, AIOS_EV_CTX_FOUND, sizeof(*body), 0);
	if (!body)
		return;
	aios_held((__u64)kctx, &held);
	body->kctx = (__u64)kctx;
	body->user_id = BPF_CORE_READ(kctx, user_id);
	body->max_reqs = BPF_CORE_READ(kctx, max_reqs);
	body->nr_events = BPF_CORE_READ(kctx, nr_events);
	body->req_batch = BPF_CORE_READ(kctx, req_batch);
	body->owner_tgid = tgid;
	body->head = aios_ring_head(kctx, 0);
	body->tail = BPF_CORE_READ(kctx, tail);
	body->completed = BPF_CORE_READ(kctx, completed_events);
	body->dead = BPF_CORE_READ(kctx, dead.counter);
	body->waiters = BPF_CORE_READ(wait, next) != wait;
	body->in_flight = held.alive;
	aios_emit_end(&out);
}

static long found_poll(__u32 i, struct found_polls *polls)
{
	struct list_head *at = polls->at, *next = BPF_CORE_READ(at, next);
	struct aio_kiocb *req = (void *)at - bpf_core_field_offset(struct aio_kiocb, ki_list);
	struct file *file = BPF_CORE_READ(req, ki_filp);
	struct aios_iocb *body;
	struct aios_out out;

	/* One that was taken off the list just now points to itself. */
	if (!at || at == polls->end || next == at || BPF_CORE_READ(req, ki_ctx) != polls->kctx)
		return 1;
	aios_tell_file(file, 0);
	body = aios_emit_begin(&out, AIOS_EV_REQ_FOUND, sizeof(*body), 0);
	if (body) {
		__builtin_memset(body, 0, sizeof(*body));
		body->kiocb = (__u64)req;
		body->kctx = (__u64)polls->kctx;
		body->uiocb = BPF_CORE_READ(req, ki_res.obj);
		body->data = BPF_CORE_READ(req, ki_res.data);
		body->file = (__u64)file;
		body->fd = -1;
		body->resfd = -1;
		body->events = BPF_CORE_READ(req, poll.events);
		body->op = IOCB_CMD_POLL;
		body->iocb_flags = BPF_CORE_READ(req, ki_eventfd) ? AIOS_IOCB_RESFD : 0;
		aios_emit_end(&out);
	}
	polls->at = next;
	return 0;
}

static long found_ctx(__u32 i, struct found_tasks *found)
{
	struct kioctx_table *table = found->table;
	struct task_struct *task = found->task;
	struct found_polls polls = {};
	struct list_head *list;
	__u64 kctx = 0;
	__u32 tgid;

	bpf_core_read(&kctx, sizeof(kctx), &table->table[i]);
	if (!kctx)
		return 0;
	tgid = BPF_CORE_READ(task, tgid);
	if (bpf_map_update_elem(&ctxs, &kctx, &tgid, BPF_NOEXIST)) {
		if (!bpf_map_lookup_elem(&ctxs, &kctx))
			__sync_fetch_and_add(&stats.ctx_full, 1);
		return 0;
	}
	aios_tell_proc(task);
	list = (void *)kctx + bpf_core_field_offset(struct kioctx, active_reqs);
	polls.kctx = (struct kioctx *)kctx;
	polls.end = list;
	polls.at = BPF_CORE_READ(list, next);
	found_tell(polls.kctx, tgid);
	bpf_loop(AIOS_FOUND_POLLS, found_poll, &polls, 0);
	return 0;
}

SEC("?iter/task")
int iter_found(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	struct found_tasks found = {};
	struct kioctx_table *table;
	struct mm_struct *mm;
	__u32 nr;

	if (!task || !aios_task_chosen(task))
		return 0;
	mm = BPF_CORE_READ(task, mm);
	if (!mm)
		return 0;
	table = BPF_CORE_READ(mm, ioctx_table);
	if (!table)
		return 0;
	nr = BPF_CORE_READ(table, nr);
	found.task = task;
	found.table = table;
	bpf_loop(nr < AIOS_FOUND_CTXS ? nr : AIOS_FOUND_CTXS, found_ctx, &found, 0);
	/* Ends the tool's read, so that it can make room in the rings. */
	bpf_seq_write(ctx->meta->seq, &found_mark, sizeof(found_mark));
	return 0;
}
