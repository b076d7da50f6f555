// SPDX-License-Identifier: GPL-2.0-only
/*
 * cmd_report.c - aiotrace report: a trace file in numbers.
 */
#include "cmd.h"
#include "io/msg.h"
#include "io/status.h"
#include "lib/check.h"

struct report {
	struct aios_replay_opts replay;
	bool json;
};

static int report_write(const struct report *report, struct aios_check *check,
			struct aios_out *out)
{
	struct aios_trace trace = aios_pipeline_trace(aios_check_pipeline(check));
	struct aios_buf buf = { 0 };
	int err = 0;

	trace.check = check;
	if (report->json)
		err = aios_report_json(&buf, &trace);
	else
		aios_report_text(&buf, &trace);
	if (!err)
		err = aios_out_write(out, &buf);
	aios_buf_done(&buf);
	return err;
}

/* Rules are asked as well; that they are broken is no failure of the report. */
static int report_judge(const struct report *report, struct aios_check *check, struct aios_out *out)
{
	struct aios_pipeline *pipe = check ? aios_check_pipeline(check) : NULL;
	int status = aios_replay(&report->replay, pipe);

	if (check && aios_check_end(check)) {
		aios_say("%s: not enough memory", report->replay.path);
		status = AIOS_UNREADABLE;
	}
	if (check && aios_pipeline_trace(pipe).info->kernel)
		report_write(report, check, out);
	return status;
}

static int report_run(const struct report *report)
{
	static const struct aios_check_opts opts = { .patience_ns = AIOS_PATIENCE_NS };
	struct aios_check *check;
	struct aios_out out;
	struct aios_err err;
	int status;

	if (aios_out_open(&out, report->replay.output, report->replay.path, &err)) {
		aios_say("%s", err.text);
		return AIOS_USAGE;
	}
	check = aios_check_new(&opts);
	status = report_judge(report, check, &out);
	aios_check_free(check);
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
	       "rings, poll orders, losses, and which rules of aiocheck were broken. FILE may be - "
	       "for standard input.\vExamples:\n"
	       "  aiotrace report trace.aios\n"
	       "  aiotrace report --json trace.aios | jq .requests",
};

int aios_cmd_report(int argc, char **argv)
{
	struct report report = { 0 };

	aios_options_parse(&argp, argc, argv, (char *)"aiotrace report", &report);
	return report_run(&report);
}
