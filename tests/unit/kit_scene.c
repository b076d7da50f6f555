// SPDX-License-Identifier: GPL-2.0-only
/*
 * kit_scene.c - hosts that aiotop could see, made by hand.
 */
#include "kit_scene.h"

#include <stdio.h>

#include "kit.h"

#define SECOND	1000000000ULL

static const char *const commands[] = {
	"mysqld --datadir=/var/lib/mysql", "scylla --smp 4", "fio --ioengine=libaio job.fio",
	"nginx: worker process", "qemu-system-x86_64 -drive aio=native", "ora_dbw0_ORCL",
};

static void make_proc(struct kit_scene *host, unsigned int nr)
{
	struct aios_top_proc *proc = aios_top_sample_proc(&host->sample);

	assert_non_null(proc);
	proc->snap.tgid = proc->snap.pid = 1000 + 37 * nr;
	proc->snap.uid = nr % 3 ? 100 + nr : 0;
	snprintf(proc->snap.comm, sizeof(proc->snap.comm), "%.15s", commands[nr % NR(commands)]);
	proc->user = strdup(nr % 3 ? "mysql" : "root");
	proc->command = strdup(commands[nr % NR(commands)]);
	proc->cgroup = strdup("/system.slice/db.service");
	proc->container = nr % 2 ? strdup("db-primary") : NULL;
}

static void count_latency(struct aios_top_counts *counts, enum aios_top_class class, uint64_t ns,
			  uint32_t times)
{
	counts->hist[class][aios_top_bucket(ns)] += times;
	if (counts->max_ns[class] < ns)
		counts->max_ns[class] = ns;
}

static void count(struct aios_top_counts *counts, unsigned int nr)
{
	counts->submits = 100 + nr;
	counts->asked = counts->accepted = 1600 + nr;
	counts->submit_again = nr % 5;
	counts->submit_slept_ns = nr * 10000000ULL;
	counts->reads = 90;
	counts->read_ns = 700000000;
	counts->taken = 1500;
	counts->completed[AIOS_TOP_PREAD] = 1000 + nr;
	counts->completed[AIOS_TOP_PWRITE] = 400;
	counts->completed[AIOS_TOP_FSYNC] = 50;
	counts->completed[AIOS_TOP_POLL] = nr % 2 ? 50 : 0;
	counts->bytes[AIOS_TOP_READS] = 4096 * (1000 + nr);
	counts->bytes[AIOS_TOP_WRITES] = 1638400;
	counts->polls[AIOS_TOP_POLL_ARMED] = nr % 2 ? 40 : 0;
	counts->polls[AIOS_TOP_POLL_READY] = nr % 2 ? 10 : 0;
	counts->failed = nr % 7 ? 0 : 3;
	for (uint32_t i = 0; i < 20; i++) {
		count_latency(counts, AIOS_TOP_READS, 20000ULL << (i / 4), 100 - 4 * i);
		count_latency(counts, AIOS_TOP_WRITES, 300000ULL << (i / 3), 40 - 2 * i);
	}
	count_latency(counts, AIOS_TOP_SYNCS, 8000000, 50);
}

static void make_ctx(struct kit_scene *host, size_t proc, unsigned int nr)
{
	struct aios_top_ctx *ctx = aios_top_sample_ctx(&host->sample);

	assert_non_null(ctx);
	*ctx = (struct aios_top_ctx){
		.proc = proc, .id = nr + 1, .counted = true,
		.born_ns = nr % 3 ? 50 * SECOND : 0,
		.snap = { .kctx = 0xffff888000000000 + nr * 1024,
			  .user_id = 0x7f0000000000 + nr * 0x21000ULL,
			  .tgid = host->sample.procs[proc].snap.tgid, .max_reqs = 128U << (nr % 5),
			  .nr_events = 256U << (nr % 5), .head = 3, .tail = 3 + 20 * (nr % 9),
			  .free_shared = 100, .free_cpus = 7, .alive = 60, .waiters = nr % 2 },
		.oldest = { { 98 * SECOND, AIOS_TOP_PREAD },
			    { 99 * SECOND, AIOS_TOP_POLL | AIOS_TOP_WORKING },
			    { 99 * SECOND + 5000, AIOS_TOP_FSYNC } },
		.oldest_cnt = nr % 4,
	};
	count(&ctx->counts, nr);
}

struct kit_scene *kit_scene(unsigned int procs, unsigned int contexts)
{
	struct kit_scene *host = calloc(1, sizeof(*host));
	unsigned int nr = 0;

	assert_non_null(host);
	host->sample.ns = 100 * SECOND;
	host->sample.wall_ns = 1700000000 * SECOND;
	host->sample.host = (struct aios_top_host){
		.aio_nr = 34816, .aio_max_nr = 65536, .sees_all = true,
		.evidence = AIOS_TOP_FUNCTION, .name = "db-host-1", .kernel = "6.12.57+deb13",
	};
	for (unsigned int i = 0; i < procs; i++) {
		make_proc(host, i);
		for (unsigned int j = i; j < contexts; j++)
			make_ctx(host, i, nr++);
	}
	kit_scene_rows(host);
	return host;
}

void kit_scene_name(struct kit_scene *host, size_t proc, const char *command, const char *container)
{
	struct aios_top_proc *it = &host->sample.procs[proc];

	free(it->command);
	free(it->container);
	it->command = command ? strdup(command) : NULL;
	it->container = container ? strdup(container) : NULL;
	memset(it->snap.comm, 0, sizeof(it->snap.comm));
	if (command)
		snprintf(it->snap.comm, sizeof(it->snap.comm), "%s", command);
}

void kit_scene_finding(struct kit_scene *host, int severity, const char *text)
{
	struct aios_top_frame *frame = &host->frame;

	frame->findings = realloc(frame->findings,
				  (frame->finding_cnt + 1) * sizeof(*frame->findings));
	assert_non_null(frame->findings);
	frame->findings[frame->finding_cnt++] = (struct aios_top_finding){
		.slug = "stuck", .severity = severity, .evidence = AIOS_TOP_FUNCTION,
		.text = strdup(text),
	};
}

/* What a process row adds up; slots, counts of calls and operations are enough to look at. */
static void add_row(struct aios_top_row *to, const struct aios_top_row *row)
{
	const __u64 *from_words = (const __u64 *)&row->delta;
	__u64 *words = (__u64 *)&to->delta;

	to->contexts++;
	to->dead += row->dead;
	to->waiters += row->waiters;
	to->now.all += row->now.all;
	to->now.free += row->now.free;
	to->now.in_flight += row->now.in_flight;
	to->now.unread += row->now.unread;
	to->max_reqs += row->max_reqs;
	to->nr_events += row->nr_events;
	to->peak_of += row->peak_of;
	to->peak += row->peak;
	to->reaped += row->reaped;
	for (size_t i = 0; i < offsetof(struct aios_top_counts, peak) / sizeof(*words); i++)
		words[i] += from_words[i];
	memcpy(to->delta.hist, row->delta.hist, sizeof(to->delta.hist));
	memcpy(to->delta.max_ns, row->delta.max_ns, sizeof(to->delta.max_ns));
	to->total = to->delta;
	if (to->oldest_ns < row->oldest_ns) {
		to->oldest_ns = row->oldest_ns;
		to->oldest_what = row->oldest_what;
	}
}

static struct aios_top_row ctx_row(const struct kit_scene *host, const struct aios_top_ctx *ctx)
{
	const struct aios_snap_ctx *snap = &ctx->snap;
	uint32_t all = snap->nr_events - 1, unread = snap->tail - snap->head;
	struct aios_top_row row = {
		.proc = &host->sample.procs[ctx->proc], .ctx = ctx, .contexts = 1,
		.dead = snap->dead, .waiters = snap->waiters, .max_reqs = snap->max_reqs,
		.nr_events = snap->nr_events, .peak_of = all, .peak = unread + 30,
		.now = { all, all - 60 - unread, 60, unread, 0, 0 }, .reaped = 5,
		.delta = ctx->counts, .total = ctx->counts,
		.gone = ctx->ended_ns,
	};

	if (ctx->oldest_cnt) {
		row.oldest_ns = host->sample.ns - ctx->oldest[0].since_ns;
		row.oldest_what = ctx->oldest[0].what;
	}
	return row;
}

void kit_scene_rows(struct kit_scene *host)
{
	const struct aios_top_sample *sample = &host->sample;
	struct aios_top_frame *frame = &host->frame;

	free(frame->ctx_rows);
	free(frame->proc_rows);
	frame->sample = sample;
	frame->span_ns = SECOND;
	frame->ctx_cnt = sample->ctx_cnt;
	frame->proc_cnt = sample->proc_cnt;
	frame->ctx_rows = calloc(sample->ctx_cnt + 1, sizeof(*frame->ctx_rows));
	frame->proc_rows = calloc(sample->proc_cnt + 1, sizeof(*frame->proc_rows));
	assert_true(frame->ctx_rows && frame->proc_rows);
	memset(&frame->all, 0, sizeof(frame->all));
	for (size_t i = 0; i < sample->proc_cnt; i++) {
		frame->proc_rows[i].proc = &sample->procs[i];
		frame->proc_rows[i].gone = sample->procs[i].gone;
	}
	for (size_t i = 0; i < sample->ctx_cnt; i++) {
		frame->ctx_rows[i] = ctx_row(host, &sample->ctxs[i]);
		add_row(&frame->proc_rows[sample->ctxs[i].proc], &frame->ctx_rows[i]);
		add_row(&frame->all, &frame->ctx_rows[i]);
	}
	frame->accounted = frame->all.max_reqs;
}

void kit_scene_free(struct kit_scene *host)
{
	free(host->frame.ctx_rows);
	free(host->frame.proc_rows);
	for (size_t i = 0; i < host->frame.finding_cnt; i++)
		free(host->frame.findings[i].text);
	free(host->frame.findings);
	aios_top_sample_done(&host->sample);
	free(host);
}
