// SPDX-License-Identifier: GPL-2.0-only
/*
 * cmd_run.c - aiotrace run: like strace, a line per finished request, a summary at the end.
 */
#include <errno.h>

#include "cmd.h"
#include "io/msg.h"
#include "io/status.h"
#include "io/user_names.h"

#define LINGER_NS	500000000ULL	/* a completed request nobody reads is shown after this */

struct run {
	struct aios_options opts;
	struct aios_select sel;
	struct aios_pipeline *pipe;
	struct aios_out out;
	struct aios_buf buf;
	bool begun;
};

static int run_show(struct run *run, const struct aios_request *req)
{
	struct aios_clock clock = aios_pipeline_clock(run->pipe);

	if (run->opts.json)
		return aios_export_json(&run->buf, req, run->opts.addresses);
	if (!run->begun)
		aios_line_head(&run->buf);
	run->begun = true;
	aios_line(&run->buf, req, &clock);
	return run->buf.err;
}

static int run_request(void *arg, const struct aios_request *req)
{
	return req->mark ? 0 : run_show(arg, req);
}

static int run_gap(void *arg, const struct aios_gap *gap)
{
	struct run *run = arg;
	struct aios_clock clock = aios_pipeline_clock(run->pipe);

	if (!run->opts.json)
		aios_line_gap(&run->buf, gap, &clock);
	return run->buf.err;
}

static int run_unread(void *arg, struct aios_request *req)
{
	struct run *run = arg;

	if (req->mark || !aios_pipeline_selected(run->pipe, req))
		return 0;
	req->mark = 1;
	return run_show(run, req);
}

/* JSON waits for the whole story; people would rather see what has completed. */
static int run_until(void *arg, uint64_t time_ns)
{
	struct run *run = arg;
	int err = 0;

	if (!run->opts.json && time_ns != UINT64_MAX && time_ns > LINGER_NS)
		err = aios_model_unread(aios_pipeline_model(run->pipe), time_ns - LINGER_NS,
					run_unread, run);
	return err ? err : aios_out_write(&run->out, &run->buf);
}

static int run_ended(void *arg, const struct aios_session_result *result)
{
	struct run *run = arg;
	struct aios_files_named *files;
	struct aios_user_names names;
	struct aios_trace trace;
	int err = aios_pipeline_end(run->pipe);

	(void)result;
	if (err)
		return err;
	files = aios_files_named_new();
	names = aios_files_named(files);
	trace = aios_pipeline_trace(run->pipe);
	trace.names = files ? &names : NULL;
	if (run->opts.json) {
		err = aios_report_json(&run->buf, &trace);
	} else {
		aios_buf_str(&run->buf, run->begun ? "\n" : "");
		aios_report_text(&run->buf, &trace);
	}
	aios_files_named_free(files);
	return err ? err : aios_out_write(&run->out, &run->buf);
}

static int run_trace(struct run *run)
{
	struct aios_session_ops ops = {
		.feed = aios_pipeline_feed(run->pipe),
		.ended = run_ended,
		.arg = run,
	};
	struct aios_session_result result;
	struct aios_err err = { "" };
	int code;

	run->opts.session.out_to_err = !run->out.own;
	code = aios_session(&run->opts.session, &ops, &result, &err);
	return aios_out_status(&run->out,
			       aios_live_status(code, &result, &err, run->opts.output));
}

static int run_start(struct run *run)
{
	static const struct aios_pipeline_ops ops = {
		.request = run_request,
		.gap = run_gap,
		.until = run_until,
	};
	struct aios_model_opts opts = { .history = false };
	struct aios_err err;
	int status;

	if (aios_out_open(&run->out, run->opts.output, NULL, &err)) {
		aios_say("%s", err.text);
		return AIOS_USAGE;
	}
	run->pipe = aios_pipeline_new(&ops, run, &opts);
	if (run->pipe)
		aios_pipeline_select(run->pipe, &run->sel);
	status = run->pipe ? run_trace(run) : AIOS_CANNOT_OBSERVE;
	aios_pipeline_free(run->pipe);
	aios_buf_done(&run->buf);
	return status;
}

static const struct argp_child children[] = {
	{ &aios_trace_argp, 0, NULL, 0 },
	{ &aios_select_argp, 0, NULL, 0 },
	{ &aios_help_argp, 0, NULL, 0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct run *run = state->input;

	(void)arg;
	if (key != ARGP_KEY_INIT)
		return ARGP_ERR_UNKNOWN;
	state->child_inputs[0] = &run->opts;
	state->child_inputs[1] = &run->sel;
	return 0;
}

static const struct argp argp = {
	.parser = parse,
	.args_doc = "-- CMD [ARG...]\n-p PID | -c NAME | -G DIR | -a",
	.doc = "Trace a command, or what runs already: a line for each request as it ends, then a "
	       "summary.\vExamples:\n"
	       "  aiotrace -- fio job.fio\n"
	       "  aiotrace -p 1234 -d 10s --over 50ms\n"
	       "  aiotrace --errors -- ./server",
	.children = children,
};

int aios_cmd_run(int argc, char **argv)
{
	struct run run = { 0 };
	int status;

	aios_options_default(&run.opts);
	aios_options_parse(&argp, argc, argv, (char *)"aiotrace run", &run);
	aios_options_stacks(&run.opts);
	status = run.opts.plan ? aios_print_plan(&run.opts) : run_start(&run);
	aios_options_done(&run.opts);
	return status;
}
