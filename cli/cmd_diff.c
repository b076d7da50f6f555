// SPDX-License-Identifier: GPL-2.0-only
/*
 * cmd_diff.c - aiotrace diff: what changed between two recordings, for people and for CI.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd_examine.h"
#include "io/msg.h"
#include "io/status.h"
#include "lib/diff.h"

struct diff {
	const char *baseline;
	const char *paths[2];
	unsigned int path_cnt;
	const char *output;
	unsigned int fail_on;		/* enum aios_diff_fail */
	double over;
	bool json;
};

/* All that a trace says, as report would. */
static int trace_load(const char *path, struct aios_buf *buf)
{
	struct aios_replay_opts replay = { .path = path };
	int status = AIOS_UNREADABLE;
	struct aios_examine ex;
	struct aios_trace trace;

	if (!aios_examine_begin(&ex, path))
		status = aios_examine_run(&ex, &replay);
	if (status != AIOS_UNREADABLE) {
		trace = aios_examine_trace(&ex);
		trace.distributions = true;
		if (aios_report_json(buf, &trace)) {
			aios_say("%s: not enough memory", path);
			status = AIOS_UNREADABLE;
		}
	}
	aios_examine_end(&ex);
	return status;
}

static int report_load(int fd, struct aios_buf *buf)
{
	char bytes[65536];
	ssize_t got;

	while ((got = read(fd, bytes, sizeof(bytes))) > 0 || (got < 0 && errno == EINTR))
		if (got > 0)
			aios_buf_add(buf, bytes, (size_t)got);
	return got < 0 ? -errno : buf->err;
}

/* A trace, or what was kept of one: a report begins with a brace. Pipes do not go back. */
static int load_either(int fd, const char *path, struct aios_buf *buf)
{
	char first = 0;
	ssize_t got = read(fd, &first, 1);
	int err = got < 0 ? -errno : 0;

	if (!err && first != '{' && (!got || lseek(fd, -1, SEEK_CUR) >= 0))
		return trace_load(path, buf);
	if (!err && first == '{') {
		aios_buf_add(buf, &first, 1);
		err = report_load(fd, buf);
		if (!err)
			return AIOS_FINE;
	}
	aios_say("%s: %s", path, err ? strerror(-err) :
		 "of a pipe diff takes a report (report --json --distributions), and no trace");
	return AIOS_UNREADABLE;
}

static int load(const char *path, struct aios_buf *buf)
{
	int fd = strcmp(path, "-") ? open(path, O_RDONLY | O_CLOEXEC) : dup(STDIN_FILENO);
	int status;

	if (fd < 0) {
		aios_say("%s: %s", path, strerror(errno));
		return AIOS_UNREADABLE;
	}
	status = load_either(fd, path, buf);
	close(fd);
	return status;
}

/* Of what cannot be compared nothing is known to be worse. */
static int diff_status(const struct diff *opts, const struct aios_diff *diff)
{
	if (diff->incomparable) {
		aios_say("%s and %s cannot be compared: %s", opts->paths[0], opts->paths[1],
			 diff->incomparable);
		return AIOS_INCONCLUSIVE;
	}
	return aios_diff_fails(diff) & opts->fail_on ? AIOS_BROKEN : AIOS_FINE;
}

static int diff_write(const struct diff *opts, const struct aios_diff *diff)
{
	struct aios_buf buf = { 0 };
	struct aios_out out;
	struct aios_err err;
	int status = diff_status(opts, diff);

	if (aios_out_spares(opts->output, opts->paths[0], &err) ||
	    aios_out_open(&out, opts->output, opts->paths[1], &err)) {
		aios_say("%s", err.text);
		return AIOS_USAGE;
	}
	if (!opts->json)
		aios_diff_text(&buf, diff);
	else if (aios_diff_json(&buf, diff)) {
		aios_say("not enough memory");
		status = AIOS_UNREADABLE;
	}
	aios_out_write(&out, &buf);
	aios_buf_done(&buf);
	return aios_out_status(&out, status);
}

static int diff_run(const struct diff *opts)
{
	struct aios_buf reports[2] = { 0 };
	struct aios_diff *diff = NULL;
	struct aios_err err = { "" };
	int status = AIOS_FINE;

	for (int i = 0; i < 2 && status != AIOS_UNREADABLE; i++)
		status = load(opts->paths[i], &reports[i]);
	if (status != AIOS_UNREADABLE) {
		diff = aios_diff_new(&reports[0], &reports[1], opts->over, &err);
		status = diff ? diff_write(opts, diff) : AIOS_UNREADABLE;
		if (!diff)
			aios_say("%s, %s: %s", opts->paths[0], opts->paths[1], err.text);
	}
	aios_diff_free(diff);
	aios_buf_done(&reports[0]);
	aios_buf_done(&reports[1]);
	return status;
}

enum { OPT_BASELINE = 0x100, OPT_FAIL_ON, OPT_OVER };

static const struct argp_option options[] = {
	{ "baseline", OPT_BASELINE, "FILE", 0,
	  "before: and end with status 1 where it is worse now, as --fail-on says", 0 },
	{ "fail-on", OPT_FAIL_ON, "WHAT,...", 0,
	  "of latency, errors, findings: what counts as worse (all three with --baseline)", 0 },
	{ "over", OPT_OVER, "PERCENT", 0,
	  "a latency that is worse by less does not count (0%; with --baseline 10%)", 0 },
	{ "json", 'j', NULL, 0, "an object of schema aioscope.diff/1", 0 },
	{ "output", 'o', "FILE", 0, "where it goes", 0 },
	{ 0 },
};

static double parse_percent(struct argp_state *state, const char *arg)
{
	char *end;
	double percent = strtod(arg, &end);

	if (end == arg || (*end && strcmp(end, "%")) || !(percent >= 0 && percent <= 100000))
		aios_usage_error(state, "'%s' is no share like 10%%", arg);
	return percent / 100;
}

static unsigned int parse_fail_on(struct argp_state *state, char *list)
{
	static const struct {
		const char *name;
		unsigned int what;
	} names[] = {
		{ "latency", AIOS_FAIL_LATENCY },
		{ "errors", AIOS_FAIL_ERRORS },
		{ "findings", AIOS_FAIL_FINDINGS },
	};
	unsigned int mask = 0;
	char *name;

	while ((name = strsep(&list, ","))) {
		unsigned int what = 0;

		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
			what |= strcmp(names[i].name, name) ? 0 : names[i].what;
		if (!what)
			aios_usage_error(state, "'%s' is none of latency, errors, findings", name);
		mask |= what;
	}
	return mask;
}

static void parse_end(struct argp_state *state, struct diff *opts)
{
	if (opts->baseline) {
		opts->paths[1] = opts->paths[0];
		opts->paths[0] = opts->baseline;
		opts->path_cnt++;
	}
	if (opts->path_cnt != 2)
		aios_usage_error(state, opts->baseline ? "one trace is wanted beside --baseline" :
				 "two traces, or reports of them, are wanted");
	if (opts->baseline && !opts->fail_on)
		opts->fail_on = AIOS_FAIL_LATENCY | AIOS_FAIL_ERRORS | AIOS_FAIL_FINDINGS;
	if (opts->over < 0)
		opts->over = opts->baseline ? 0.1 : 0;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct diff *opts = state->input;

	switch (key) {
	case OPT_BASELINE:
		opts->baseline = arg;
		return 0;
	case OPT_FAIL_ON:
		opts->fail_on = parse_fail_on(state, arg);
		return 0;
	case OPT_OVER:
		opts->over = parse_percent(state, arg);
		return 0;
	case 'j':
		opts->json = true;
		return 0;
	case 'o':
		opts->output = arg;
		return 0;
	case ARGP_KEY_ARG:
		if (opts->path_cnt == 2)
			return ARGP_ERR_UNKNOWN;
		opts->paths[opts->path_cnt++] = arg;
		return 0;
	case ARGP_KEY_END:
		parse_end(state, opts);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = { { &aios_help_argp, 0, NULL, 0 }, { 0 } };

static const struct argp argp = {
	.options = options,
	.children = children,
	.parser = parse,
	.args_doc = "BEFORE AFTER\n--baseline BEFORE AFTER",
	.doc = "What changed between two recordings: latency by operation and stage, errors, "
	       "findings; and whether so many samples can show it. Each is a trace, or what "
	       "'aiotrace report --json --distributions' told of one.\vExamples:\n"
	       "  aiotrace diff before.aios after.aios\n"
	       "  aiotrace report --json --distributions t.aios >baseline.json\n"
	       "  aiotrace diff --baseline baseline.json --over 20% t.aios",
};

int aios_cmd_diff(int argc, char **argv)
{
	struct diff opts = { .over = -1 };

	aios_options_parse(&argp, argc, argv, (char *)"aiotrace diff", &opts);
	return diff_run(&opts);
}
