// SPDX-License-Identifier: GPL-2.0-only
/*
 * cmd_export.c - aiotrace export: requests for other tools.
 */
#include <string.h>

#include "cmd.h"
#include "io/msg.h"
#include "io/status.h"

#define FLUSH_BYTES	65536

struct export {
	struct aios_replay_opts replay;
	bool addresses;
	bool csv;
	bool chosen;
	struct aios_out out;
	struct aios_buf buf;
};

static int export_request(void *arg, const struct aios_request *req)
{
	struct export *ex = arg;

	if (ex->csv)
		aios_export_csv(&ex->buf, req, ex->addresses);
	else
		aios_export_json(&ex->buf, req, ex->addresses);
	return ex->buf.len < FLUSH_BYTES && !ex->buf.err ? 0 : aios_out_write(&ex->out, &ex->buf);
}

static int export_run(struct export *ex)
{
	static const struct aios_pipeline_ops ops = { .request = export_request };
	struct aios_model_opts opts = { .history = false };
	struct aios_pipeline *pipe;
	struct aios_err err;
	int status;

	if (aios_out_open(&ex->out, ex->replay.output, ex->replay.path, &err)) {
		aios_say("%s", err.text);
		return AIOS_USAGE;
	}
	if (ex->csv)
		aios_export_csv_head(&ex->buf, ex->addresses);
	pipe = aios_pipeline_new(&ops, ex, &opts);
	status = aios_replay(&ex->replay, pipe);
	if (pipe && status != AIOS_UNREADABLE)
		aios_calls_only(ex->replay.path, aios_pipeline_trace(pipe).info);
	aios_pipeline_free(pipe);
	aios_out_write(&ex->out, &ex->buf);
	aios_buf_done(&ex->buf);
	return aios_out_status(&ex->out, status);
}

enum { OPT_TO = 0x100, OPT_ADDRESSES };

static const struct argp_option options[] = {
	{ "to", OPT_TO, "FORMAT", 0, "json (one object a line) or csv", 0 },
	{ "kernel-addresses", OPT_ADDRESSES, NULL, 0, "with addresses of the kernel", 0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct export *ex = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &ex->replay;
		return 0;
	case OPT_TO:
		ex->csv = !strcmp(arg, "csv");
		ex->chosen = true;
		if (!ex->csv && strcmp(arg, "json"))
			aios_usage_error(state, "'%s' is no format; there are json and csv", arg);
		return 0;
	case OPT_ADDRESSES:
		ex->addresses = true;
		return 0;
	case ARGP_KEY_END:
		if (!ex->chosen)
			aios_usage_error(state, "which format? '--to json' or '--to csv'");
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
	.args_doc = "--to FORMAT FILE",
	.doc = "The requests of a trace file for other tools.\vExamples:\n"
	       "  aiotrace export --to json trace.aios | jq 'select(.latency_ns > 1e6)'\n"
	       "  aiotrace export --to csv --errors -o failed.csv trace.aios",
};

int aios_cmd_export(int argc, char **argv)
{
	struct export ex = { 0 };

	aios_options_parse(&argp, argc, argv, (char *)"aiotrace export", &ex);
	return export_run(&ex);
}
