// SPDX-License-Identifier: GPL-2.0-only
/*
 * check_file.c - aiocheck file: judges a recorded trace. aiocheck rules: what there is to judge.
 */
#include "check_cmd.h"
#include "cmd.h"
#include "io/msg.h"
#include "io/status.h"
#include "io/trace_in.h"

#define OPT_JSON 0x300

struct file {
	struct aios_judge judge;
	const char *path;
};

/* What is unreadable is told; what is readable is judged all the same. */
static int file_read(const struct file *file, struct aios_check *check)
{
	struct aios_feed feed = aios_pipeline_feed(aios_check_pipeline(check));
	struct aios_err err = { "" };
	int code = aios_trace_in(file->path, &feed, &err), ended = aios_check_end(check);

	if (!code)
		code = ended;
	if (!code)
		return AIOS_FINE;
	aios_say("%s: %s", file->path, err.text[0] ? err.text : "not enough memory");
	return AIOS_UNREADABLE;
}

static int file_judge(struct file *file, struct aios_out *out)
{
	struct aios_check *check = aios_check_new(&file->judge.opts);
	struct aios_pipeline *pipe;
	int status = AIOS_UNREADABLE, verdict = AIOS_INCONCLUSIVE, command = -1;

	if (!check)
		return status;
	status = file_read(file, check);
	pipe = aios_check_pipeline(check);
	if (aios_pipeline_trace(pipe).info->kernel) {
		if (aios_pipeline_trace(pipe).end->reason)
			command = aios_pipeline_trace(pipe).end->command_status;
		verdict = aios_judge_tell(&file->judge, check, command, out);
	}
	aios_check_free(check);
	return verdict == AIOS_BROKEN || !status ? verdict : status;
}

static int file_start(struct file *file)
{
	struct aios_out out;
	struct aios_err err;
	int status = aios_judge_start(&file->judge, file->path), told;

	if (status)
		return status;
	if (aios_out_open(&out, file->judge.output, file->path, &err)) {
		aios_say("%s", err.text);
		return AIOS_USAGE;
	}
	status = file_judge(file, &out);
	told = aios_out_status(&out, status);
	return status == AIOS_BROKEN ? status : told;
}

static const struct argp_option options[] = {
	{ "output", 'o', "FILE", 0, "where the data goes", 0 },
	{ "json", OPT_JSON, NULL, 0, "one JSON object a line", 0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct file *file = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &file->judge;
		return 0;
	case 'o':
		file->judge.output = arg;
		return 0;
	case OPT_JSON:
		file->judge.json = true;
		return 0;
	case ARGP_KEY_ARG:
		if (file->path)
			aios_usage_error(state, "one trace file at a time");
		file->path = arg;
		return 0;
	case ARGP_KEY_END:
		if (!file->path)
			aios_usage_error(state, "which trace file?");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = {
	{ &aios_judge_argp, 0, NULL, 0 },
	{ &aios_help_argp, 0, NULL, 0 },
	{ 0 },
};

static const struct argp argp = {
	.options = options,
	.children = children,
	.parser = parse,
	.args_doc = "FILE",
	.doc = "Check a recorded trace: the same rules, without privilege. FILE may be - for "
	       "standard "
	       "input.\vExamples:\n"
	       "  aiocheck file trace.aios\n"
	       "  aiocheck file --json trace.aios | jq .message",
};

int aios_check_file(int argc, char **argv)
{
	struct file file = { 0 };
	int status;

	aios_judge_default(&file.judge);
	aios_options_parse(&argp, argc, argv, (char *)"aiocheck file", &file);
	status = file_start(&file);
	aios_judge_done(&file.judge);
	return status;
}

static error_t parse_rules(int key, char *arg, struct argp_state *state)
{
	bool *json = state->input;

	if (key == ARGP_KEY_ARG)
		aios_usage_error(state, "'%s' is too much", arg);
	if (key != OPT_JSON)
		return ARGP_ERR_UNKNOWN;
	*json = true;
	return 0;
}

int aios_check_rules(int argc, char **argv)
{
	static const struct argp_option rules_options[] = {
		{ "json", OPT_JSON, NULL, 0, "one JSON object a line", 0 },
		{ 0 },
	};
	static const struct argp_child help[] = { { &aios_help_argp, 0, NULL, 0 }, { 0 } };
	static const struct argp rules_argp = {
		.options = rules_options,
		.parser = parse_rules,
		.children = help,
		.doc = "The rules: id, name, evidence that is needed, severity, and what is always "
		       "true.",
	};
	struct aios_buf buf = { 0 };
	struct aios_out out;
	struct aios_err err;
	bool json = false;

	aios_options_parse(&rules_argp, argc, argv, (char *)"aiocheck rules", &json);
	aios_out_open(&out, NULL, NULL, &err);
	if (json)
		aios_rules_json(&buf);
	else
		aios_rules_text(&buf);
	aios_out_write(&out, &buf);
	aios_buf_done(&buf);
	return aios_out_status(&out, AIOS_FINE);
}
