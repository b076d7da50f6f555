// SPDX-License-Identifier: GPL-2.0-only
/*
 * cmd_report.c - aiotrace report: a trace file in numbers.
 */
#include "cmd_examine.h"
#include "io/msg.h"
#include "io/status.h"
#include "lib/view_blocked.h"

struct report {
	struct aios_replay_opts replay;
	bool json;
	bool folded;
	bool distributions;
};

static int report_folded(struct aios_buf *buf, const struct aios_trace *trace)
{
	if (!trace->info->blocked_over_ns)
		aios_say("nobody watched whether io_submit sleeps in this trace: record with "
			 "--blocked-over");
	return aios_blocked_folded(buf, trace);
}

static int report_write(const struct report *report, const struct aios_trace *trace,
			struct aios_out *out)
{
	struct aios_buf buf = { 0 };
	int err = 0;

	if (report->folded)
		err = report_folded(&buf, trace);
	else if (report->json)
		err = aios_report_json(&buf, trace);
	else
		aios_report_text(&buf, trace);
	if (!err)
		err = aios_out_write(out, &buf);
	aios_buf_done(&buf);
	return err;
}

static int report_tell(const struct report *report, struct aios_examine *ex, struct aios_out *out)
{
	int status = aios_examine_run(ex, &report->replay);
	struct aios_trace trace = aios_examine_trace(ex);

	trace.distributions = report->distributions;
	/* What could not be written is told with the output. */
	if (trace.info->kernel && report_write(report, &trace, out) && !out->err) {
		aios_say("%s: not enough memory", report->replay.path);
		status = AIOS_UNREADABLE;
	}
	return status;
}

static int report_run(const struct report *report)
{
	int status = AIOS_UNREADABLE;
	struct aios_examine ex;
	struct aios_out out;
	struct aios_err err;

	if (aios_out_open(&out, report->replay.output, report->replay.path, &err)) {
		aios_say("%s", err.text);
		return AIOS_USAGE;
	}
	if (!aios_examine_begin(&ex, report->replay.path))
		status = report_tell(report, &ex, &out);
	aios_examine_end(&ex);
	return aios_out_status(&out, status);
}

enum {
	OPT_FOLDED = 0x100,
	OPT_DISTRIBUTIONS,
};

static const struct argp_option options[] = {
	{ "json", 'j', NULL, 0, "an object of schema aioscope.report/1", 0 },
	{ "distributions", OPT_DISTRIBUTIONS, NULL, 0,
	  "with --json: and all that aiotrace diff needs of it", 0 },
	{ "folded", OPT_FOLDED, NULL, 0, "stacks of blocked submits, for flame graphs: ns", 0 },
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
	case OPT_FOLDED:
		report->folded = true;
		return 0;
	case OPT_DISTRIBUTIONS:
		report->distributions = true;
		return 0;
	case ARGP_KEY_END:
		if (report->distributions && !report->json)
			aios_usage_error(state, "--distributions goes with --json");
		if (report->folded && report->json)
			aios_usage_error(state, "--folded does not go with --json");
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
	       "rings, poll orders, losses, which rules of aiocheck were broken, and what is the "
	       "matter with how AIO is used. FILE may be - for standard input.\vExamples:\n"
	       "  aiotrace report trace.aios\n"
	       "  aiotrace report --json trace.aios | jq .requests",
};

int aios_cmd_report(int argc, char **argv)
{
	struct report report = { 0 };

	aios_options_parse(&argp, argc, argv, (char *)"aiotrace report", &report);
	return report_run(&report);
}
