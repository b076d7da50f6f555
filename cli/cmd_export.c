// SPDX-License-Identifier: GPL-2.0-only
/*
 * cmd_export.c - aiotrace export: a trace for other tools, in one of several formats.
 */
#include <string.h>

#include "cmd_export.h"
#include "io/msg.h"
#include "io/status.h"

static int export_lines(struct aios_export *ex, const struct aios_pipeline_ops *ops)
{
	struct aios_model_opts opts = { .history = false };
	struct aios_pipeline *pipe = aios_pipeline_new(ops, ex, &opts);
	int status = aios_replay(&ex->replay, pipe);

	if (pipe && status != AIOS_UNREADABLE)
		aios_calls_only(ex->replay.path, aios_pipeline_trace(pipe).info);
	aios_pipeline_free(pipe);
	return status;
}

static int export_flush(struct aios_export *ex)
{
	return ex->buf.len < AIOS_EXPORT_FLUSH && !ex->buf.err ? 0 :
	       aios_out_write(&ex->out, &ex->buf);
}

static int json_request(void *arg, const struct aios_request *req)
{
	struct aios_export *ex = arg;

	aios_export_json(&ex->buf, req, ex->addresses);
	return export_flush(ex);
}

static int export_json(struct aios_export *ex)
{
	static const struct aios_pipeline_ops ops = { .request = json_request };

	return export_lines(ex, &ops);
}

static int csv_request(void *arg, const struct aios_request *req)
{
	struct aios_export *ex = arg;

	aios_export_csv(&ex->buf, req, ex->addresses);
	return export_flush(ex);
}

static int export_csv(struct aios_export *ex)
{
	static const struct aios_pipeline_ops ops = { .request = csv_request };

	aios_export_csv_head(&ex->buf, ex->addresses);
	return export_lines(ex, &ops);
}

/* Each writes what it makes of the trace to the buffer or the output, and returns a status. */
static const struct format {
	const char *name;
	int (*run)(struct aios_export *ex);
} formats[] = {
	{ "json", export_json },
	{ "csv", export_csv },
	{ "perfetto", aios_export_perfetto },
	{ "html", aios_export_html },
};

struct export_opts {
	struct aios_export ex;
	const struct format *format;
};

static int export_run(struct export_opts *opts)
{
	struct aios_export *ex = &opts->ex;
	struct aios_err err;
	int status;

	if (aios_out_open(&ex->out, ex->replay.output, ex->replay.path, &err)) {
		aios_say("%s", err.text);
		return AIOS_USAGE;
	}
	status = opts->format->run(ex);
	aios_out_write(&ex->out, &ex->buf);
	aios_buf_done(&ex->buf);
	return aios_out_status(&ex->out, status);
}

static const struct format *format_find(const char *name)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (!strcmp(formats[i].name, name))
			return &formats[i];
	return NULL;
}

enum { OPT_TO = 0x100, OPT_ADDRESSES };

static const struct argp_option options[] = {
	{ "to", OPT_TO, "FORMAT", 0,
	  "json (one object a line), csv, perfetto (for ui.perfetto.dev), or html (a page)", 0 },
	{ "kernel-addresses", OPT_ADDRESSES, NULL, 0, "with addresses of the kernel", 0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct export_opts *opts = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &opts->ex.replay;
		return 0;
	case OPT_TO:
		opts->format = format_find(arg);
		if (!opts->format)
			aios_usage_error(state, "'%s' is no format; there are json, csv, "
					 "perfetto and html", arg);
		return 0;
	case OPT_ADDRESSES:
		opts->ex.addresses = true;
		return 0;
	case ARGP_KEY_END:
		if (!opts->format)
			aios_usage_error(state, "which format? '--to json', '--to csv', "
					 "'--to perfetto' or '--to html'");
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
	.doc = "The requests of a trace file for other tools, or all of it to look at.\vExamples:\n"
	       "  aiotrace export --to json trace.aios | jq 'select(.latency_ns > 1e6)'\n"
	       "  aiotrace export --to csv --errors -o failed.csv trace.aios\n"
	       "  aiotrace export --to perfetto -o trace.pftrace trace.aios\n"
	       "  aiotrace export --to html -o trace.html trace.aios",
};

int aios_cmd_export(int argc, char **argv)
{
	struct export_opts opts = { 0 };

	aios_options_parse(&argp, argc, argv, (char *)"aiotrace export", &opts);
	return export_run(&opts);
}
