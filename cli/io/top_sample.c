// SPDX-License-Identifier: GPL-2.0-only
/*
 * top_sample.c - the host at a moment, for aiotop.
 */
#include "top_sample.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

#include "../lib/map.h"
#include "limit.h"
#include "live.h"
#include "top_proc.h"
#include "top_rings.h"

#define ROOM_MIN	1024

/* A context of an earlier sample. */
struct known {
	uint64_t kctx;
	uint64_t user_id;
	uint64_t mm;
	uint64_t born_ns;
	uint64_t id;
	uint32_t max_reqs;
	unsigned int round;
};

struct aios_top_edge {
	struct aios_top_people *people;
	struct aios_map ctxs;	/* by address */
	uint64_t next_id;
	unsigned int round;
};

struct aios_top_edge *aios_top_edge_new(void)
{
	struct aios_top_edge *edge = calloc(1, sizeof(*edge));

	if (!edge)
		return NULL;
	edge->next_id = 1;
	edge->people = aios_top_people_new();
	return edge->people ? edge : aios_top_edge_free(edge);
}

/**
 * aios_top_edge_free() - gives the memory back
 * @edge: may be NULL
 * Return: NULL.
 */
struct aios_top_edge *aios_top_edge_free(struct aios_top_edge *edge)
{
	struct known *known;
	size_t iter = 0;

	if (!edge)
		return NULL;
	while ((known = aios_map_next(&edge->ctxs, &iter)))
		free(known);
	aios_map_done(&edge->ctxs);
	aios_top_people_free(edge->people);
	free(edge);
	return NULL;
}

/* Every context counts at least 1 in fs.aio-nr. */
uint32_t aios_top_room(void)
{
	uint64_t now = aios_limit_taken();

	if (now > (AIOS_TOP_ROOM_MAX - ROOM_MIN) / 2)
		return AIOS_TOP_ROOM_MAX;
	return (uint32_t)now * 2 + ROOM_MIN;
}

int aios_top_load(const struct aios_kernel *kernel, bool verbose, struct aios_load **ret,
		  struct aios_err *err)
{
	struct aios_plan plan = { .level = AIOS_LEVEL_COUNT };
	struct aios_load_opts opts = {
		.buffer = 1, .snap_ctxs = aios_top_room(), .verbose = verbose,
	};

	*ret = NULL;
	if (!kernel->has_btf)
		return aios_fail(err, -EOPNOTSUPP,
				 "this kernel has no BTF (/sys/kernel/btf/vmlinux); it needs "
				 "CONFIG_DEBUG_INFO_BTF=y");
	return aios_load_new(&plan, kernel, &opts, ret, err);
}

static uint64_t wall_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static void sample_host(struct aios_top_sample *sample, enum aios_top_evidence evidence)
{
	struct aios_top_host *host = &sample->host;
	struct utsname name;

	sample->ns = aios_now_ns();
	sample->wall_ns = wall_ns();
	host->evidence = evidence;
	host->aio_nr = aios_limit_taken();
	host->aio_max_nr = aios_limit_max();
	if (uname(&name))
		return;
	snprintf(host->name, sizeof(host->name), "%s", name.nodename);
	snprintf(host->kernel, sizeof(host->kernel), "%s", name.release);
}

static int sample_procs(struct aios_top_sample *sample, const struct aios_snap *snap)
{
	for (size_t i = 0; i < snap->proc_cnt; i++) {
		struct aios_top_proc *proc = aios_top_sample_proc(sample);

		if (!proc)
			return -ENOMEM;
		proc->snap = snap->procs[i];
	}
	return 0;
}

/* All at once: what nobody writes to then costs no memory, and most of a context is counts. */
static int sample_ctxs(struct aios_top_sample *sample, const struct aios_snap *snap)
{
	sample->ctxs = calloc(snap->ctx_cnt + 1, sizeof(*sample->ctxs));
	if (!sample->ctxs)
		return -ENOMEM;
	sample->ctx_cap = snap->ctx_cnt + 1;
	for (size_t i = 0; i < snap->ctx_cnt; i++) {
		struct aios_top_ctx *ctx = &sample->ctxs[sample->ctx_cnt];

		/* There was room for it and not for its process. */
		if (snap->ctxs[i].proc >= sample->proc_cnt) {
			sample->host.not_shown++;
			continue;
		}
		ctx->snap = snap->ctxs[i];
		ctx->proc = snap->ctxs[i].proc;
		sample->ctx_cnt++;
	}
	return 0;
}

static int sample_people(struct aios_top_edge *edge, struct aios_top_sample *sample)
{
	for (size_t i = 0; i < sample->proc_cnt; i++)
		if (aios_top_people_tell(edge->people, &sample->procs[i]))
			return -ENOMEM;
	aios_top_people_round(edge->people);
	return 0;
}

int aios_top_take(struct aios_top_edge *edge, struct aios_load *load, struct aios_top_sample *ret,
		  struct aios_err *err)
{
	struct aios_snap snap;
	int code;

	*ret = (struct aios_top_sample){ .began_ns = aios_now_ns() };
	code = aios_load_snap(load, &snap);
	if (code)
		return aios_fail(err, code, "cannot look at the contexts: %s", strerror(-code));
	/* Right behind it, so that what is made and ended in between is little. */
	sample_host(ret, AIOS_TOP_SNAPSHOT);
	ret->host.sees_all = aios_load_sees_all(load);
	ret->host.not_shown = snap.not_shown;
	code = sample_procs(ret, &snap);
	if (!code)
		code = sample_ctxs(ret, &snap);
	return code ? code : sample_people(edge, ret);
}

int aios_top_take_rings(struct aios_top_edge *edge, const char *why, struct aios_top_sample *ret)
{
	int code;

	*ret = (struct aios_top_sample){ 0 };
	sample_host(ret, AIOS_TOP_RINGS);
	ret->host.why = why;
	ret->host.sees_all = aios_processes_initial();
	code = aios_top_rings(ret);
	return code ? code : sample_people(edge, ret);
}

int aios_top_user(struct aios_top_edge *edge, struct aios_top_proc *proc)
{
	return aios_top_people_user(edge->people, proc);
}

static bool known_is(const struct known *known, const struct known *now)
{
	return known->user_id == now->user_id && known->mm == now->mm &&
	       known->born_ns == now->born_ns && known->max_reqs == now->max_reqs;
}

static int ctx_id(struct aios_top_edge *edge, const struct aios_top_sample *sample,
		  struct aios_top_ctx *ctx)
{
	struct known *known = aios_map_get(&edge->ctxs, ctx->snap.kctx), now = {
		.kctx = ctx->snap.kctx,
		.user_id = ctx->snap.user_id,
		.mm = sample->procs[ctx->proc].snap.mm,
		.born_ns = ctx->born_ns,
		.max_reqs = ctx->snap.max_reqs,
	};

	if (!known) {
		known = aios_map_add(&edge->ctxs, now.kctx, sizeof(*known));
		if (!known)
			return -ENOMEM;
	}
	now.id = known->id && known_is(known, &now) ? known->id : edge->next_id++;
	now.round = edge->round;
	*known = now;
	ctx->id = now.id;
	return 0;
}

uint64_t aios_top_new_id(struct aios_top_edge *edge)
{
	return edge->next_id++;
}

int aios_top_ids(struct aios_top_edge *edge, struct aios_top_sample *sample)
{
	struct known *known;
	size_t iter = 0;

	edge->round++;
	for (size_t i = 0; i < sample->ctx_cnt; i++)
		if (!sample->ctxs[i].id && ctx_id(edge, sample, &sample->ctxs[i]))
			return -ENOMEM;
	while ((known = aios_map_next(&edge->ctxs, &iter))) {
		if (known->round == edge->round)
			continue;
		aios_map_take(&edge->ctxs, known->kctx);
		aios_map_again(&iter);
		free(known);
	}
	return 0;
}
