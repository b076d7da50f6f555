// SPDX-License-Identifier: GPL-2.0-only
/*
 * cmd_timeline.c - aiotrace timeline: requests' lives, event by event.
 */
#include <errno.h>
#include <stdlib.h>

#include "cmd.h"
#include "io/msg.h"
#include "io/status.h"

struct timeline {
	struct aios_replay_opts replay;
	bool addresses;
	uint64_t request;		/* 0 for the slowest */
	size_t slowest;
	uint64_t now_ns;		/* what is in flight has lasted until now */
	const struct aios_request **found;	/* the slowest first */
	size_t found_cnt;
};

/* How long it took, or has taken so far. */
static uint64_t timeline_age(const struct timeline *tl, const struct aios_request *req)
{
	uint64_t end_ns = req->completed_ns ? req->completed_ns : tl->now_ns;
	uint64_t from_ns = req->born_ns;

	if (req->fate == AIOS_FATE_REFUSED)
		end_ns = req->returned_ns;
	if (!from_ns && req->history_cnt)
		from_ns = req->history[0].h.time_ns;
	return from_ns && end_ns > from_ns ? end_ns - from_ns : 0;
}

/* Keeps the slowest, in order; there are few. */
static void timeline_keep(struct timeline *tl, const struct aios_request *req)
{
	uint64_t age = timeline_age(tl, req);
	size_t at = tl->found_cnt;

	while (at && timeline_age(tl, tl->found[at - 1]) < age)
		at--;
	if (at == tl->slowest)
		return;
	if (tl->found_cnt == tl->slowest)
		aios_request_release(tl->found[--tl->found_cnt]);
	for (size_t i = tl->found_cnt; i > at; i--)
		tl->found[i] = tl->found[i - 1];
	tl->found[at] = aios_request_hold(req);
	tl->found_cnt++;
}

static int timeline_request(void *arg, const struct aios_request *req)
{
	struct timeline *tl = arg;

	if (tl->request) {
		if (req->id == tl->request)
			timeline_keep(tl, req);
	} else if (req->fate != AIOS_FATE_REFUSED || tl->replay.sel.errors) {
		timeline_keep(tl, req);
	}
	return 0;
}

static int timeline_until(void *arg, uint64_t time_ns)
{
	struct timeline *tl = arg;

	if (time_ns != UINT64_MAX)
		tl->now_ns = time_ns;
	return 0;
}

static int timeline_write(const struct timeline *tl, struct aios_pipeline *pipe,
			  struct aios_out *out)
{
	struct aios_clock clock = aios_pipeline_clock(pipe);
	struct aios_buf buf = { 0 };
	int err = 0;

	for (size_t i = 0; i < tl->found_cnt && !err; i++) {
		aios_buf_str(&buf, i ? "\n" : "");
		aios_timeline(&buf, tl->found[i], &clock, tl->addresses);
		err = aios_out_write(out, &buf);
	}
	aios_buf_done(&buf);
	return err;
}

static int timeline_none(const struct timeline *tl, struct aios_pipeline *pipe, int status)
{
	const char *which = aios_selects_any(&tl->replay.sel) ? " that is selected" : "";

	if (!tl->request) {
		if (!aios_calls_only(tl->replay.path, pipe))
			aios_say("%s: there is no request%s in this trace", tl->replay.path, which);
		return status;
	}
	aios_say("%s: there is no request %llu%s", tl->replay.path, (unsigned long long)tl->request,
		 which);
	return AIOS_USAGE;
}

static int timeline_replay(struct timeline *tl, struct aios_out *out)
{
	static const struct aios_pipeline_ops ops = {
		.request = timeline_request,
		.until = timeline_until,
	};
	struct aios_model_opts opts = { .history = true };
	struct aios_pipeline *pipe = aios_pipeline_new(&ops, tl, &opts);
	int status;

	status = aios_replay(&tl->replay, pipe);
	if (pipe)
		timeline_write(tl, pipe, out);
	if (pipe && !tl->found_cnt && status != AIOS_UNREADABLE)
		status = timeline_none(tl, pipe, status);
	while (tl->found_cnt)
		aios_request_release(tl->found[--tl->found_cnt]);
	aios_pipeline_free(pipe);
	return status;
}

static int timeline_run(struct timeline *tl)
{
	struct aios_out out;
	struct aios_err err;
	int status;

	tl->found = calloc(tl->slowest, sizeof(*tl->found));
	if (!tl->found)
		return AIOS_UNREADABLE;
	if (aios_out_open(&out, tl->replay.output, tl->replay.path, &err)) {
		aios_say("%s", err.text);
		status = AIOS_USAGE;
	} else {
		status = aios_out_status(&out, timeline_replay(tl, &out));
	}
	free(tl->found);
	return status;
}

enum { OPT_REQUEST = 0x100, OPT_SLOWEST, OPT_ADDRESSES };

static const struct argp_option options[] = {
	{"request", OPT_REQUEST, "NUMBER", 0, "this request, as export and run --json number it",
	 0},
	{"slowest", OPT_SLOWEST, "COUNT", 0, "the slowest ones (1)", 0},
	{"kernel-addresses", OPT_ADDRESSES, NULL, 0, "show addresses of the kernel", 0},
	{0},
};

static uint64_t parse_count(struct argp_state *state, const char *arg)
{
	unsigned long long count;
	char *end;

	errno = 0;
	count = strtoull(arg, &end, 10);
	if (errno || *end || arg[0] < '0' || arg[0] > '9' || !count)
		aios_usage_error(state, "'%s' is no number from 1 on", arg);
	return count;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct timeline *tl = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &tl->replay;
		return 0;
	case OPT_REQUEST:
		tl->request = parse_count(state, arg);
		return 0;
	case OPT_SLOWEST:
		tl->slowest = parse_count(state, arg);
		if (tl->slowest > 100000)
			aios_usage_error(state,
				   "at most 100000 requests; 'aiotrace export' has them all");
		return 0;
	case OPT_ADDRESSES:
		tl->addresses = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = { { &aios_replay_argp, 0, NULL, 0 }, { 0 } };

static const struct argp argp = {
	.options = options,
	.children = children,
	.parser = parse,
	.args_doc = "FILE",
	.doc = "The life of a request, event by event: the slowest one, unless told otherwise.\v"
	       "Examples:\n"
	       "  aiotrace timeline --slowest 3 --path '*.ibd' trace.aios\n"
	       "  aiotrace timeline --request 17 trace.aios",
};

int aios_cmd_timeline(int argc, char **argv)
{
	struct timeline tl = { .slowest = 1 };

	aios_options_parse(&argp, argc, argv, (char *)"aiotrace timeline", &tl);
	return timeline_run(&tl);
}
