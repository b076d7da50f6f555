// SPDX-License-Identifier: GPL-2.0-only
/*
 * cmd_report.c - aiotrace report: a trace file in numbers.
 */
#include "cmd.h"
#include "io/msg.h"
#include "io/status.h"

struct report {
	struct aios_replay_opts replay;
	bool json;
};

static int report_write(const struct report *report, struct aios_pipeline *pipe,
			struct aios_out *out)
{
	struct aios_trace trace = aios_pipeline_trace(pipe);
	struct aios_buf buf = { 0 };
	int err = 0;

	if (report->json)
		err = aios_report_json(&buf, &trace);
	else
		aios_report_text(&buf, &trace);
	if (!err)
		err = aios_out_write(out, &buf);
	aios_buf_done(&buf);
	return err;
}

static int report_run(const struct report *report)
{
	static const struct aios_pipeline_ops ops;
	struct aios_model_opts opts = { .history = false };
	struct aios_pipeline *pipe;
	struct aios_out out;
	struct aios_err err;
	int status;

	if (aios_out_open(&out, report->replay.output, report->replay.path, &err)) {
		aios_say("%s", err.text);
		return AIOS_USAGE;
	}
	pipe = aios_pipeline_new(&ops, NULL, &opts);
	status = aios_replay(&report->replay, pipe);
	if (pipe && aios_pipeline_trace(pipe).info->kernel)
		report_write(report, pipe, &out);
	aios_pipeline_free(pipe);
	return aios_out_status(&out, status);
}

static const struct argp_option options[] = {
	{ "json", 'j', NULL, 0, "an object of schema aioscope.report/1", 0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct report *report = state->input;

	(void)arg;
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &report->replay;
		return 0;
	case 'j':
		report->json = true;
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
	.doc = "What a trace file holds in numbers: requests, latency by operation and stage, "
	       "rings, "
	       "poll orders, losses. FILE may be - for standard input.\vExamples:\n"
	       "  aiotrace report trace.aios\n"
	       "  aiotrace report --json trace.aios | jq .requests",
};

int aios_cmd_report(int argc, char **argv)
{
	struct report report = { 0 };

	aios_options_parse(&argp, argc, argv, (char *)"aiotrace report", &report);
	return report_run(&report);
}
