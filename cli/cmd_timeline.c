// SPDX-License-Identifier: GPL-2.0-only
/*
 * cmd_timeline.c - aiotrace timeline: requests' lives, event by event.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "io/msg.h"
#include "io/status.h"
#include "lib/view_check.h"

struct timeline {
	struct aios_replay_opts replay;
	bool addresses;
	bool utf8;			/* what is written may have more than ASCII */
	uint64_t request;		/* 0 for the slowest */
	size_t slowest;			/* 0: not asked for */
	bool finding;			/* what findings are about, and nothing else */
	bool *rules;			/* of these; NULL for all */
	uint64_t now_ns;		/* what is in flight has lasted until now */
	const struct aios_request **found;	/* the slowest first */
	size_t found_cnt;
};

/* How long it took, or has taken so far; of whose end was lost that is not known. */
static uint64_t timeline_age(const struct timeline *tl, const struct aios_request *req)
{
	uint64_t end_ns = req->completed_ns ? req->completed_ns : tl->now_ns;
	uint64_t from_ns = req->born_ns;

	if (req->fate == AIOS_FATE_REFUSED)
		end_ns = req->returned_ns;
	else if (req->fate == AIOS_FATE_LOST_TRACK)
		end_ns = req->completed_ns;
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

/* @trace is borrowed for as long as the pages are written. */
static struct aios_timeline_opts timeline_opts(const struct timeline *tl,
					       const struct aios_pipeline *pipe,
					       const struct aios_trace *trace)
{
	return (struct aios_timeline_opts){
		.clock = aios_pipeline_clock(pipe),
		.trace = trace,
		.addresses = tl->addresses,
		.utf8 = tl->utf8,
	};
}

static int timeline_write(const struct timeline *tl, struct aios_pipeline *pipe,
			  struct aios_out *out)
{
	struct aios_trace trace = aios_pipeline_trace(pipe);
	struct aios_timeline_opts opts = timeline_opts(tl, pipe, &trace);
	struct aios_buf buf = { 0 };
	int err = 0;

	for (size_t i = 0; i < tl->found_cnt && !err; i++) {
		aios_buf_str(&buf, i ? "\n" : "");
		aios_timeline(&buf, tl->found[i], &opts);
		err = aios_out_write(out, &buf);
	}
	aios_buf_done(&buf);
	return err;
}

static int timeline_none(const struct timeline *tl, struct aios_pipeline *pipe, int status)
{
	const char *which = aios_selects_any(&tl->replay.sel) ? " that is selected" : "";

	if (!tl->request) {
		if (!aios_calls_only(tl->replay.path, aios_pipeline_trace(pipe).info))
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

/* All that was found of a request, a line each. */
static void finding_lines(struct aios_buf *buf, const struct aios_finding *findings, size_t cnt,
			  const struct aios_request *req)
{
	for (size_t i = 0; i < cnt; i++)
		if (findings[i].req == req)
			aios_finding_line(buf, &findings[i]);
}

static bool is_told(const struct aios_finding *findings, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		if (findings[i].req == findings[nr].req)
			return true;
	return false;
}

/* Return: how many requests were written. */
static size_t findings_write(const struct timeline *tl, struct aios_check *check,
			     struct aios_out *out)
{
	struct aios_trace trace = aios_pipeline_trace(aios_check_pipeline(check));
	struct aios_timeline_opts opts = timeline_opts(tl, aios_check_pipeline(check), &trace);
	size_t cnt, told = 0;
	const struct aios_finding *findings = aios_check_findings(check, &cnt);
	struct aios_buf buf = { 0 };

	for (size_t i = 0; i < cnt; i++) {
		if (!findings[i].req || is_told(findings, i))
			continue;
		aios_buf_str(&buf, told++ ? "\n" : "");
		finding_lines(&buf, findings, cnt, findings[i].req);
		aios_timeline(&buf, findings[i].req, &opts);
		if (aios_out_write(out, &buf))
			break;
	}
	aios_buf_done(&buf);
	return told;
}

static void findings_none(const struct timeline *tl, const struct aios_check *check)
{
	struct aios_verdict_info info = aios_check_verdict(check);

	if (info.findings)
		aios_say("%s: no finding is about a request; 'aiocheck file' tells those about "
			 "contexts", tl->replay.path);
	else
		aios_say("%s: %s", tl->replay.path, info.rules_checked ? "nothing was found" :
			 "this trace gives no evidence for what is to be found");
}

static int findings_replay(struct timeline *tl, struct aios_out *out)
{
	struct aios_check_opts opts = {
		.chosen = tl->rules,
		.patience_ns = AIOS_PATIENCE_NS,
	};
	struct aios_check *check = aios_check_new(&opts);
	int status = aios_replay(&tl->replay, check ? aios_check_pipeline(check) : NULL);

	if (check && aios_check_end(check)) {
		aios_say("%s: not enough memory", tl->replay.path);
		status = AIOS_UNREADABLE;
	}
	if (check && !findings_write(tl, check, out) && status != AIOS_UNREADABLE)
		findings_none(tl, check);
	aios_check_free(check);
	return status;
}

static int timeline_run(struct timeline *tl)
{
	struct aios_out out;
	struct aios_err err;
	int status;

	if (!tl->slowest)
		tl->slowest = 1;
	tl->found = calloc(tl->slowest, sizeof(*tl->found));
	if (!tl->found)
		return AIOS_UNREADABLE;
	if (aios_out_open(&out, tl->replay.output, tl->replay.path, &err)) {
		aios_say("%s", err.text);
		status = AIOS_USAGE;
	} else {
		tl->utf8 = aios_out_utf8(&out);
		status = aios_out_status(&out, tl->finding ? findings_replay(tl, &out)
							   : timeline_replay(tl, &out));
	}
	free(tl->found);
	free(tl->rules);
	return status;
}

enum { OPT_REQUEST = 0x100, OPT_SLOWEST, OPT_FINDING, OPT_ADDRESSES };

static const struct argp_option options[] = {
	{ "request", OPT_REQUEST, "NUMBER", 0, "this request, as export and run --json number it",
	  0 },
	{ "slowest", OPT_SLOWEST, "COUNT", 0, "the slowest ones (1)", 0 },
	{ "finding", OPT_FINDING, "RULE,...", OPTION_ARG_OPTIONAL,
	  "those with which a rule of aiocheck was broken, of these or any", 0 },
	{ "kernel-addresses", OPT_ADDRESSES, NULL, 0, "show addresses of the kernel", 0 },
	{ 0 },
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

/* "R9,P1", or nothing for all. */
static void parse_rules(struct argp_state *state, struct timeline *tl, char *list)
{
	size_t cnt;
	char *name;

	tl->finding = true;
	aios_rules(&cnt);
	if (list && !tl->rules)
		tl->rules = calloc(cnt, sizeof(*tl->rules));
	if (list && !tl->rules)
		aios_usage_error(state, "not enough memory");
	while ((name = strsep(&list, ","))) {
		int rule = aios_rule_find(name);

		if (rule < 0)
			aios_usage_error(state, "there is no rule '%s'; 'aiocheck rules' lists "
					 "them", name);
		tl->rules[rule] = true;
	}
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
	case OPT_FINDING:
		parse_rules(state, tl, arg);
		return 0;
	case ARGP_KEY_END:
		if (tl->finding && (tl->request || tl->slowest))
			aios_usage_error(state, "--finding goes with neither --request nor "
					 "--slowest");
		if (tl->request && tl->slowest)
			aios_usage_error(state, "--request does not go with --slowest");
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
	       "  aiotrace timeline --request 17 trace.aios\n"
	       "  aiotrace timeline --finding=R9,P1 trace.aios",
};

int aios_cmd_timeline(int argc, char **argv)
{
	struct timeline tl = { 0 };

	aios_options_parse(&argp, argc, argv, (char *)"aiotrace timeline", &tl);
	return timeline_run(&tl);
}
