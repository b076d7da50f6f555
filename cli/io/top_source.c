// SPDX-License-Identifier: GPL-2.0-only
/*
 * top_source.c - the running kernel as a source of samples: with counts where hooks can be had,
 * else contexts as they are, else what everybody may read.
 */
#include "top_source.h"

#include <errno.h>
#include <stdlib.h>

#include "kernel.h"
#include "plan.h"
#include "status.h"
#include "top_count.h"
#include "top_sample.h"

/**
 * struct aios_top_source - what was loaded
 * @load: NULL where programs cannot be loaded
 * @count: NULL where nothing is counted
 * @kernel: what the plan's rows point into
 * @why: what is missing; empty where nothing is
 */
struct aios_top_source {
	struct aios_top_edge *edge;
	struct aios_load *load;
	struct aios_top_count *count;
	struct aios_kernel kernel;
	struct aios_plan plan;
	struct aios_err why;
};

static int source_plan(struct aios_top_source *source, struct aios_err *err)
{
	struct aios_plan_wish wish = { .level = AIOS_LEVEL_COUNT };
	int code = aios_plan_make(&source->plan, &source->kernel, &wish, err);

	return code ? code : aios_plan_check(&source->plan, &source->kernel, err);
}

/* Contexts come and go while this runs, so there is room for more than there are. */
static int source_count(struct aios_top_source *source, const struct aios_top_source_opts *opts,
			struct aios_err *err)
{
	uint32_t room = aios_top_room();
	struct aios_load_opts load = {
		.config.top_bits = aios_top_count_bits(room),
		.snap_ctxs = AIOS_TOP_ROOM_MAX,
		.verbose = opts->verbose,
	};
	int code = aios_kernel_ask(&source->kernel, aios_plan_wants);

	if (code)
		return aios_fail(err, code, "not enough memory");
	code = source_plan(source, err);
	if (!code)
		code = aios_load_new(&source->plan, &source->kernel, &load, &source->load, err);
	if (!code)
		code = aios_load_attach(source->load, &source->plan, err);
	if (code)
		return code;
	code = aios_top_count_new(source->load, load.config.top_bits, &source->count);
	return code ? aios_fail(err, code, "the counters cannot be mapped") : 0;
}

/* What is left where counting cannot be had. */
static int source_look(struct aios_top_source *source, const struct aios_top_source_opts *opts,
		       struct aios_err *err)
{
	source->count = aios_top_count_free(source->count);
	source->load = aios_load_free(source->load);
	aios_plan_done(&source->plan);
	aios_kernel_done(&source->kernel);
	if (aios_kernel_ask(&source->kernel, NULL))
		return aios_fail(err, -ENOMEM, "not enough memory");
	return aios_top_load(&source->kernel, opts->verbose, &source->load, err);
}

/* What is loaded does its work, but for what takes addresses of the kernel's variables. */
static void source_half_blind(struct aios_top_source *source)
{
	if (!source->kernel.vmemmap_base && !source->why.text[0])
		aios_fail(&source->why, 0,
			  "/proc/kallsyms hides addresses, so what is free, in flight and unread "
			  "is not known: CAP_SYSLOG is missing, or kernel.kptr_restrict is 2");
}

static void source_blind(struct aios_top_source *source, int code)
{
	struct aios_err because = source->why;

	source->load = aios_load_free(source->load);
	if (code == -EPERM || code == -EACCES)
		aios_top_why_not(&source->why, &because);
}

int aios_top_source_new(const struct aios_top_source_opts *opts, struct aios_top_source **ret,
			struct aios_err *err)
{
	struct aios_top_source *source = calloc(1, sizeof(*source));
	int code = -ENOMEM;

	*ret = source;
	if (source)
		source->edge = aios_top_edge_new();
	if (!source || !source->edge)
		return aios_fail(err, -ENOMEM, "not enough memory");
	if (opts->count)
		code = source_count(source, opts, &source->why);
	if (code && (!opts->count || (code != -EPERM && code != -EACCES))) {
		struct aios_err less = { "" };

		code = source_look(source, opts, &less);
		if (code)
			source->why = less;
	}
	if (code)
		source_blind(source, code);
	else
		source_half_blind(source);
	return 0;
}

struct aios_top_source *aios_top_source_free(struct aios_top_source *source)
{
	if (!source)
		return NULL;
	aios_top_count_free(source->count);
	aios_load_free(source->load);
	aios_plan_done(&source->plan);
	aios_kernel_done(&source->kernel);
	aios_top_edge_free(source->edge);
	free(source);
	return NULL;
}

const char *aios_top_source_why(const struct aios_top_source *source)
{
	return source->why.text[0] ? source->why.text : NULL;
}

int aios_top_source_status(const struct aios_top_source *source)
{
	return source->load ? AIOS_FINE : AIOS_CANNOT_OBSERVE;
}

int aios_top_source_sample(void *arg, uint64_t look_into, const struct aios_top_sample *before,
			   struct aios_top_sample *ret, struct aios_err *err)
{
	struct aios_top_source *source = arg;
	int code = source->load ? aios_top_take(source->edge, source->load, ret, err) :
		   aios_top_take_rings(source->edge, source->why.text, ret);

	if (!code && source->load)
		ret->host.why = aios_top_source_why(source);
	if (!code && source->count)
		code = aios_top_count_read(source->count, source->edge, before, look_into, ret);
	return code ? code : aios_top_ids(source->edge, ret);
}
