// SPDX-License-Identifier: GPL-2.0-only
/*
 * check_run.c - aiocheck run: traces a command, or what runs already, and judges it.
 */
#include <errno.h>

#include "check_cmd.h"
#include "cmd.h"
#include "io/load.h"
#include "io/msg.h"
#include "io/status.h"

#define LOOK_NS	       250000000ULL  /* what is alive is judged that often at most */
#define LOOK_SHARE     20	     /* ... and takes one part in as many of the time at most */
#define SETTLE_MORE_NS 1000000000ULL /* contexts are waited for until they are overdue */

struct run {
	struct aios_options opts;
	struct aios_judge judge;
	struct aios_check *check;
	struct aios_out out;
	uint64_t look_ns;	/* not before then */
	int status;
};

static void run_look(struct run *run)
{
	const struct aios_glance look = {
		.hangs = run->judge.watch_hangs,
		.silence = run->opts.session.argv,
	};
	uint64_t begin_ns = aios_now_ns(), pause_ns;

	if (begin_ns < run->look_ns)
		return;
	/* Without memory it finds nothing; all is asked again at the end. */
	aios_check_alive(run->check, &look);
	pause_ns = (aios_now_ns() - begin_ns) * LOOK_SHARE;
	run->look_ns = aios_now_ns() + (pause_ns > LOOK_NS ? pause_ns : LOOK_NS);
}

/* Lives that ended were judged as they did. */
static void run_tick(void *arg, const struct aios_live_stats *stats, uint64_t elapsed_ns)
{
	struct run *run = arg;

	(void)stats;
	(void)elapsed_ns;
	aios_judge_news(&run->judge, run->check, &run->out);
}

static bool run_enough(void *arg)
{
	struct run *run = arg;

	run_look(run);
	aios_judge_news(&run->judge, run->check, &run->out);
	return run->judge.watch_hangs && aios_check_hangs(run->check);
}

static int run_ended(void *arg, const struct aios_session_result *result)
{
	struct run *run = arg;
	int err = aios_check_end(run->check);

	if (err)
		return err;
	run->status = aios_judge_tell(&run->judge, run->check, result->command_status, &run->out);
	return 0;
}

/* A verdict is about rules: what went wrong with the trace is worse, with the command is not. */
static int run_status(const struct run *run, int live)
{
	if (run->status == AIOS_BROKEN || live == AIOS_FINE)
		return run->status;
	if (live == AIOS_COMMAND_FAILED && run->status != AIOS_FINE)
		return run->status;
	return live;
}

static int run_trace(struct run *run)
{
	struct aios_session_ops ops = {
		.feed = aios_pipeline_feed(aios_check_pipeline(run->check)),
		.tick = run_tick,
		.enough = run_enough,
		.ended = run_ended,
		.arg = run,
	};
	struct aios_session_result result;
	struct aios_err err = { "" };
	int code;

	run->status = AIOS_INCONCLUSIVE;
	run->opts.session.out_to_err = !run->out.own;
	code = aios_session(&run->opts.session, &ops, &result, &err);
	return run_status(run, aios_live_status(code, &result, &err, run->opts.output));
}

static int run_start(struct run *run)
{
	struct aios_err err;
	int status, told;

	run->judge.json = run->opts.json;
	status = aios_judge_start(&run->judge, NULL);
	if (status)
		return status;
	if (aios_out_open(&run->out, run->opts.output, NULL, &err)) {
		aios_say("%s", err.text);
		return AIOS_USAGE;
	}
	if (!run->opts.session.settle_ns)
		run->opts.session.settle_ns = run->judge.opts.patience_ns + SETTLE_MORE_NS;
	run->check = aios_check_new(&run->judge.opts);
	status = run->check ? run_trace(run) : AIOS_CANNOT_OBSERVE;
	aios_check_free(run->check);
	told = aios_out_status(&run->out, status);
	return status == AIOS_BROKEN ? status : told;
}

static const struct argp_option options[] = {
	{ "kill", 'k', NULL, 0, "kill what hangs, and its children; else they are left", 3 },
	{ 0 },
};

static const struct argp_child children[] = {
	{ &aios_trace_argp, 0, NULL, 0 },
	{ &aios_judge_argp, 0, NULL, 0 },
	{ &aios_help_argp, 0, NULL, 0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct run *run = state->input;

	(void)arg;
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &run->opts;
		state->child_inputs[1] = &run->judge;
		return 0;
	case 'k':
		run->opts.session.kill = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "-- CMD [ARG...]\n-p PID | -c NAME | -G DIR | -a",
	.doc = "Trace a command, or what runs already, and check that the kernel kept the rules of "
	       "native AIO.\vExamples:\n"
	       "  aiocheck run -- ./test-suite\n"
	       "  aiocheck run --junit aio.xml --stuck-after 10s --kill -- ./test-suite\n"
	       "  aiocheck run --only P1,G8 -p 1234 -d 1m",
	.children = children,
};

int aios_check_run(int argc, char **argv)
{
	struct run run = { 0 };
	int status;

	aios_options_default(&run.opts);
	run.opts.session.settle_ns = 0;
	aios_judge_default(&run.judge);
	run.opts.session.wish.groups |= AIOS_GROUP_REFERENCES | AIOS_GROUP_STATE |
					AIOS_GROUP_POLL_RETURN;
	aios_options_parse(&argp, argc, argv, (char *)"aiocheck run", &run);
	status = run.opts.plan ? aios_print_plan(&run.opts) : run_start(&run);
	aios_judge_done(&run.judge);
	aios_options_done(&run.opts);
	return status;
}
