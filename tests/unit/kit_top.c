// SPDX-License-Identifier: GPL-2.0-only
/*
 * kit_top.c - hosts as aiotop would find them, without one.
 */
#include "kit_top.h"

#include <stdio.h>

struct kit_host *kit_host_new(void)
{
	struct kit_host *h = calloc(1, sizeof(*h));

	assert_non_null(h);
	h->top = aios_top_new();
	assert_non_null(h->top);
	h->now.ns = 1000 * KIT_S;
	h->now.started_ns = 990 * KIT_S;
	h->now.wall_ns = 1700000000 * KIT_S;
	h->now.host.aio_max_nr = 65536;
	h->now.host.sees_all = true;
	h->now.host.evidence = AIOS_TOP_FUNCTION;
	strcpy(h->now.host.name, "db1");
	strcpy(h->now.host.kernel, "6.12.0");
	return h;
}

void kit_host_free(struct kit_host *h)
{
	aios_top_frame_done(&h->frame);
	aios_top_sample_done(&h->now);
	aios_top_sample_done(&h->before);
	assert_null(aios_top_free(h->top));
	free(h);
}

int kit_host_setup(void **state)
{
	*state = kit_host_new();
	return 0;
}

int kit_host_teardown(void **state)
{
	kit_host_free(*state);
	return 0;
}

struct aios_top_proc *kit_host_proc(struct kit_host *h, uint32_t pid, const char *comm)
{
	struct aios_top_proc *proc = aios_top_sample_proc(&h->now);

	assert_non_null(proc);
	proc->snap.tgid = pid;
	proc->snap.pid = pid;
	proc->snap.shared = 1;
	proc->snap.start_ns = pid * KIT_S;
	memcpy(proc->snap.comm, comm, strnlen(comm, AIOS_COMM_LEN));
	proc->user = strdup("root");
	return proc;
}

struct aios_top_ctx *kit_host_ctx(struct kit_host *h, uint64_t id, uint32_t max_reqs)
{
	struct aios_top_ctx *ctx = aios_top_sample_ctx(&h->now);

	assert_non_null(ctx);
	*ctx = (struct aios_top_ctx){
		.id = id,
		.proc = h->now.proc_cnt - 1,
		.born_ns = h->now.ns - KIT_S / 2,
		.counted = true,
		.snap = {
			.kctx = 0xffff888000000000 + id * 4096,
			.user_id = 0x7f0000000000 + id * 4096,
			.tgid = h->now.procs[h->now.proc_cnt - 1].snap.tgid,
			.max_reqs = max_reqs,
			.nr_events = max_reqs + 16,
			.req_batch = 8,
			.free_shared = max_reqs + 15,
		},
	};
	h->now.host.aio_nr += max_reqs;
	return ctx;
}

struct aios_top_frame *kit_host_frame(struct kit_host *h)
{
	aios_top_frame_done(&h->frame);
	assert_int_equal(aios_top_frame(h->top, h->has_before ? &h->before : NULL, &h->now,
					&h->frame), 0);
	return &h->frame;
}

static char *copy(const char *text)
{
	return text ? strdup(text) : NULL;
}

void kit_host_next(struct kit_host *h, double seconds)
{
	struct aios_top_sample next = h->now;

	aios_top_frame_done(&h->frame);
	next.procs = calloc(next.proc_cap + 1, sizeof(*next.procs));
	next.ctxs = calloc(next.ctx_cap + 1, sizeof(*next.ctxs));
	assert_non_null(next.procs);
	assert_non_null(next.ctxs);
	for (size_t i = 0; i < next.proc_cnt; i++) {
		next.procs[i] = h->now.procs[i];
		next.procs[i].user = copy(h->now.procs[i].user);
		next.procs[i].command = copy(h->now.procs[i].command);
		next.procs[i].cgroup = copy(h->now.procs[i].cgroup);
		next.procs[i].container = copy(h->now.procs[i].container);
	}
	/* What is of an interval begins again. */
	for (size_t i = 0; i < next.ctx_cnt; i++) {
		next.ctxs[i] = h->now.ctxs[i];
		next.ctxs[i].counts.peak = 0;
		memset(next.ctxs[i].counts.max_ns, 0, sizeof(next.ctxs[i].counts.max_ns));
	}
	next.ns += (uint64_t)(seconds * 1e9);
	next.wall_ns += (uint64_t)(seconds * 1e9);
	aios_top_sample_done(&h->before);
	h->before = h->now;
	h->has_before = true;
	h->now = next;
}

struct aios_top_ctx *kit_host_find(struct kit_host *h, uint64_t id)
{
	for (size_t i = 0; i < h->now.ctx_cnt; i++)
		if (h->now.ctxs[i].id == id)
			return &h->now.ctxs[i];
	fail_msg("there is no context %llu", (unsigned long long)id);
	return NULL;
}

const struct aios_top_finding *kit_finding(const struct kit_host *h, const char *slug)
{
	for (size_t i = 0; i < h->frame.finding_cnt; i++)
		if (!strcmp(h->frame.findings[i].slug, slug))
			return &h->frame.findings[i];
	return NULL;
}

void kit_ctx_submit(struct aios_top_ctx *ctx, uint32_t requests)
{
	ctx->counts.submits++;
	ctx->counts.asked += requests;
	ctx->counts.accepted += requests;
	ctx->counts.submit_ns += 1000;
	ctx->snap.free_shared -= requests;
	ctx->snap.alive += requests;
}

void kit_ctx_complete(struct aios_top_ctx *ctx, uint32_t requests, enum aios_top_op op,
		      uint64_t latency_ns)
{
	enum aios_top_class class = aios_top_class(op);
	struct aios_top_counts *counts = &ctx->counts;
	uint64_t unread;

	ctx->snap.alive -= requests;
	ctx->snap.completed += requests;
	ctx->snap.tail = (ctx->snap.tail + requests) % ctx->snap.nr_events;
	unread = (ctx->snap.tail + ctx->snap.nr_events - ctx->snap.head) % ctx->snap.nr_events;
	if (unread > counts->peak)
		counts->peak = unread;
	counts->completed[op] += requests;
	if (class < AIOS_TOP_CLASSES) {
		counts->hist[class][aios_top_bucket(latency_ns)] += requests;
		if (latency_ns > counts->max_ns[class])
			counts->max_ns[class] = latency_ns;
	}
	if (class <= AIOS_TOP_WRITES)
		counts->bytes[class] += 4096ULL * requests;
}

void kit_ctx_read(struct aios_top_ctx *ctx, uint32_t events)
{
	ctx->counts.reads++;
	ctx->counts.taken += events;
	ctx->snap.head = (ctx->snap.head + events) % ctx->snap.nr_events;
	/* As soon as another request is submitted. */
	ctx->snap.completed -= events;
	ctx->snap.free_shared += events;
}

static const struct {
	uint32_t pid;
	const char *comm, *user, *command, *cgroup, *container;
	uint32_t contexts, max_reqs, in_flight, unread;
} full[] = {
	{ 4711, "fio", "root", "fio --name=x --rw=randread", "/user.slice/session-1.scope", NULL,
	  1, 128, 64, 3 },
	{ 1234, "mysqld", "mysql", "/usr/sbin/mysqld --defaults-file=/etc/mysql/my.cnf",
	  "/docker/0123456789abcdef", "db-1", 52, 1024, 0, 0 },
	{ 1300, "\xe6\x95\xb0\xe6\x8d\xae\xe5\xba\x93", "postgres",
	  "\xe6\x95\xb0\xe6\x8d\xae\xe5\xba\x93 --\xe5\xbc\x80", "/", NULL, 2, 4096, 100, 0 },
	{ 1400, "evil\033[2J\n", "no\"body", "evil \033]0;owned\007 {\"a\\b\"}\xff",
	  "/a/b\nc\"d\\e", NULL, 3, 1000, 0, 500 },
	{ 1500, "oracle", "oracle", NULL, NULL, NULL, 1, 960, 1, 0 },
};

struct kit_host *kit_host_full(void)
{
	struct kit_host *h = kit_host_new();
	uint64_t id = 1;

	for (size_t i = 0; i < NR(full); i++) {
		struct aios_top_proc *proc = kit_host_proc(h, full[i].pid, full[i].comm);

		free(proc->user);
		proc->user = copy(full[i].user);
		proc->command = copy(full[i].command);
		proc->cgroup = copy(full[i].cgroup);
		proc->container = copy(full[i].container);
		proc->snap.uid = (uint32_t)(100 * i);
		for (uint32_t j = 0; j < full[i].contexts; j++) {
			struct aios_top_ctx *ctx = kit_host_ctx(h, id++, full[i].max_reqs);

			kit_ctx_submit(ctx, full[i].in_flight + full[i].unread);
			kit_ctx_complete(ctx, full[i].unread, AIOS_TOP_PREAD, 100000);
		}
	}
	return h;
}
