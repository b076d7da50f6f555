// SPDX-License-Identifier: GPL-2.0-only
/*
 * check_judge.c - which rules, how patient, and in which formats: options and output of aiocheck.
 */
#include "check_cmd.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "io/msg.h"
#include "io/options.h"
#include "io/status.h"
#include "lib/units.h"
#include "lib/vec.h"

enum {
	OPT_ONLY = 0x200,
	OPT_SKIP,
	OPT_STUCK,
	OPT_BASELINE,
	OPT_TAP,
	OPT_JUNIT,
	OPT_GITHUB,
};

static const struct argp_option options[] = {
	{ NULL, 0, NULL, 0, "What to check, and how to tell:", 3 },
	{ "only", OPT_ONLY, "RULE,...", 0, "these rules alone: ids or names of 'aiocheck rules'",
	  3 },
	{ "skip", OPT_SKIP, "RULE,...", 0, "not these", 3 },
	{ "stuck-after", OPT_STUCK, "TIME", 0,
	  "what takes longer is stuck (5s); a hang ends the "
	  "trace then",
	  3 },
	{ "baseline", OPT_BASELINE, "FILE", 0,
	  "findings known by these keys, one a line, do not "
	  "fail",
	  3 },
	{ "tap", OPT_TAP, NULL, 0, "Test Anything Protocol: a line a rule", 3 },
	{ "github", OPT_GITHUB, NULL, 0, "annotations of GitHub's workflows", 3 },
	{ "junit", OPT_JUNIT, "FILE", 0, "JUnit XML as well, into FILE", 3 },
	{ 0 },
};

static bool *all_rules(struct aios_judge *judge, bool chosen)
{
	size_t cnt;

	aios_rules(&cnt);
	if (judge->chosen)
		return judge->chosen;
	judge->chosen = calloc(cnt, sizeof(*judge->chosen));
	if (judge->chosen)
		memset(judge->chosen, chosen, cnt * sizeof(*judge->chosen));
	judge->opts.chosen = judge->chosen;
	return judge->chosen;
}

static void choose(struct argp_state *state, struct aios_judge *judge, char *arg, bool chosen)
{
	char *rest = arg, *name;

	if (!all_rules(judge, !chosen))
		aios_usage_error(state, "not enough memory");
	while ((name = strsep(&rest, ","))) {
		int rule = aios_rule_find(name);

		if (rule < 0)
			aios_usage_error(
				state, "there is no rule '%s'; 'aiocheck rules' lists them", name);
		judge->chosen[rule] = chosen;
	}
}

static int baseline_key(struct aios_judge *judge, char *line, size_t *cap)
{
	char **keys =
		aios_vec_room(judge->opts.baseline, judge->opts.baseline_cnt, cap, sizeof(*keys));

	if (!keys)
		return -ENOMEM;
	judge->opts.baseline = keys;
	keys[judge->opts.baseline_cnt] = strdup(line);
	return keys[judge->opts.baseline_cnt++] ? 0 : -ENOMEM;
}

/* "R9:fio:pread   # seen since spring" */
static void read_baseline(struct argp_state *state, struct aios_judge *judge, const char *path)
{
	FILE *file = fopen(path, "re");
	char *line = NULL;
	size_t room = 0, cap = 0;

	if (!file)
		aios_usage_error(state, "%s: %s", path, strerror(errno));
	while (getline(&line, &room, file) > 0) {
		line[strcspn(line, "# \t\n")] = '\0';
		if (line[0] && baseline_key(judge, line, &cap))
			aios_usage_error(state, "%s: not enough memory", path);
	}
	free(line);
	fclose(file);
	if (judge->opts.baseline_cnt)
		qsort(judge->opts.baseline, judge->opts.baseline_cnt, sizeof(char *),
		      aios_key_compare);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct aios_judge *judge = state->input;

	switch (key) {
	case OPT_ONLY:
		judge->opts.by_name = true;
		choose(state, judge, arg, true);
		return 0;
	case OPT_SKIP:
		choose(state, judge, arg, false);
		return 0;
	case OPT_STUCK:
		if (aios_parse_duration(arg, &judge->opts.patience_ns) || !judge->opts.patience_ns)
			aios_usage_error(state, "'%s' is no duration", arg);
		judge->watch_hangs = true;
		return 0;
	case OPT_BASELINE:
		read_baseline(state, judge, arg);
		return 0;
	case OPT_TAP:
		judge->tap = true;
		return 0;
	case OPT_GITHUB:
		judge->github = true;
		return 0;
	case OPT_JUNIT:
		judge->junit = arg;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp aios_judge_argp = { .options = options, .parser = parse };

void aios_judge_default(struct aios_judge *judge)
{
	*judge = (struct aios_judge){ .opts.patience_ns = AIOS_PATIENCE_NS };
}

int aios_judge_start(struct aios_judge *judge, const char *input)
{
	struct aios_err err;

	if (judge->json + judge->tap + judge->github > 1) {
		aios_say("--json, --tap and --github exclude each other; --junit goes with each");
		return AIOS_USAGE;
	}
	if (judge->junit && aios_out_open(&judge->junit_out, judge->junit, input, &err)) {
		aios_say("%s", err.text);
		return AIOS_USAGE;
	}
	return 0;
}

/**
 * aios_judge_done() - gives the memory back
 * @judge: no judge uses it any more
 */
void aios_judge_done(struct aios_judge *judge)
{
	aios_out_close(&judge->junit_out);
	for (size_t i = 0; i < judge->opts.baseline_cnt; i++)
		free(judge->opts.baseline[i]);
	free(judge->opts.baseline);
	free(judge->chosen);
}

/* Return: 0, or AIOS_INCONCLUSIVE after saying why. */
static int tell_junit(struct aios_judge *judge, const struct aios_check_view *view)
{
	struct aios_buf buf = { 0 };
	int code;

	if (!judge->junit)
		return 0;
	code = aios_check_junit(&buf, view);
	if (!code)
		aios_out_write(&judge->junit_out, &buf);
	aios_buf_done(&buf);
	return code ? AIOS_INCONCLUSIVE : aios_out_status(&judge->junit_out, 0);
}

static int verdict_status(const struct aios_check *check)
{
	static const int statuses[] = {
		[AIOS_VERDICT_PASS] = AIOS_FINE,
		[AIOS_VERDICT_FAIL] = AIOS_BROKEN,
		[AIOS_VERDICT_INCONCLUSIVE] = AIOS_INCONCLUSIVE,
	};

	return statuses[aios_check_verdict(check).verdict];
}

/* How a format tells what is new, and all that is left with the verdict. */
struct format {
	int (*news)(struct aios_buf *buf, const struct aios_check_view *view);
	int (*all)(struct aios_buf *buf, const struct aios_check_view *view);
};

static const struct format *judge_format(const struct aios_judge *judge)
{
	static const struct format json = { aios_news_json, aios_check_json };
	static const struct format tap = { aios_news_tap, aios_check_tap };
	static const struct format github = { aios_news_github, aios_check_github };
	static const struct format text = { aios_news_text, aios_check_text };

	return judge->json ? &json : judge->tap ? &tap : judge->github ? &github : &text;
}

/* What a format tells of. @trace: gets what the pipeline knows, and has to live as long */
static struct aios_check_view judge_view(const struct aios_judge *judge, struct aios_check *check,
					 struct aios_trace *trace, int command_status)
{
	*trace = aios_pipeline_trace(aios_check_pipeline(check));
	return (struct aios_check_view){
		.check = check,
		.told = judge->told,
		.trace = trace,
		.clock = aios_pipeline_clock(aios_check_pipeline(check)),
		.command_status = command_status,
	};
}

void aios_judge_news(struct aios_judge *judge, struct aios_check *check, struct aios_out *out)
{
	struct aios_trace trace;
	struct aios_check_view view = judge_view(judge, check, &trace, -1);
	struct aios_buf buf = { 0 };
	size_t cnt;

	aios_check_findings(check, &cnt);
	/* Without memory for them they are told at the end. */
	if (cnt == judge->told || judge_format(judge)->news(&buf, &view)) {
		aios_buf_done(&buf);
		return;
	}
	judge->told = cnt;
	aios_out_write(out, &buf);
	aios_buf_done(&buf);
}

int aios_judge_tell(struct aios_judge *judge, struct aios_check *check, int command_status,
		    struct aios_out *out)
{
	struct aios_trace trace;
	struct aios_check_view view = judge_view(judge, check, &trace, command_status);
	struct aios_buf buf = { 0 };
	int code, status;

	code = judge_format(judge)->all(&buf, &view);
	if (!code)
		code = aios_out_write(out, &buf);
	aios_buf_done(&buf);
	status = tell_junit(judge, &view);
	/* What is broken is told by the status even where it could not be told in words. */
	if (verdict_status(check) == AIOS_BROKEN)
		return AIOS_BROKEN;
	return status || (code && code != -EPIPE) ? AIOS_INCONCLUSIVE : verdict_status(check);
}
