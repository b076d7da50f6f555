// SPDX-License-Identifier: GPL-2.0-only
/*
 * cmd_doctor.c - aiotrace doctor: what is the matter with how a program uses AIO.
 */
#include "cmd.h"
#include "io/msg.h"
#include "io/status.h"
#include "io/trace_in.h"
#include "lib/view_doctor.h"

enum {
	OPT_JSON = 0x400,
	OPT_FAIL_ON,
	OPT_LIST,
};

/**
 * struct visit - what the user asked for
 * @fail_on: enum aios_grade, -1 for never
 */
struct visit {
	const char *path;
	const char *output;
	bool json;
	bool list;
	int fail_on;
};

/* Something as bad as --fail-on says, or worse. */
static bool is_bad(const struct visit *visit, const struct aios_doctor *doctor)
{
	struct aios_doctor_sum sum = aios_doctor_sum(doctor);

	for (int i = AIOS_GRADE_CRIT; visit->fail_on >= 0 && i >= visit->fail_on; i--)
		if (sum.by_grade[i])
			return true;
	return false;
}

/* That nothing is the matter with what was not seen is no reason for a CI job to go on. */
static int visit_status(const struct visit *visit, const struct aios_doctor *doctor, int status)
{
	if (is_bad(visit, doctor))
		return AIOS_BROKEN;
	if (status || visit->fail_on < 0 || aios_doctor_sum(doctor).requests)
		return status;
	aios_say("%s: no request was seen, so it is not known whether anything is the matter",
		 visit->path);
	return AIOS_INCONCLUSIVE;
}

static int visit_write(const struct visit *visit, const struct aios_doctor *doctor,
		       struct aios_pipeline *pipe, struct aios_out *out)
{
	struct aios_doctor_view view = {
		.doctor = doctor,
		.trace = aios_pipeline_trace(pipe),
		.clock = aios_pipeline_clock(pipe),
	};
	struct aios_buf buf = { 0 };
	int err = 0;

	if (visit->json)
		err = aios_doctor_json(&buf, &view);
	else
		aios_doctor_text(&buf, &view);
	if (!err)
		err = buf.err;
	if (!err)
		aios_out_write(out, &buf);
	aios_buf_done(&buf);
	return err;
}

/* What is bad is told by the status even where the trace cannot be read to its end. */
static int visit_trace(const struct visit *visit, struct aios_doctor *doctor,
		       struct aios_pipeline *pipe, struct aios_out *out)
{
	struct aios_replay_opts replay = { .path = visit->path };
	int status;

	if (aios_doctor_watch(doctor, pipe))
		return AIOS_UNREADABLE;
	status = aios_replay(&replay, pipe);
	if (aios_doctor_end(doctor) || (aios_pipeline_trace(pipe).info->kernel &&
					visit_write(visit, doctor, pipe, out))) {
		aios_say("%s: not enough memory", visit->path);
		return AIOS_UNREADABLE;
	}
	return visit_status(visit, doctor, status);
}

static int visit_begin(const struct visit *visit, struct aios_out *out)
{
	static const struct aios_pipeline_ops nobody = { 0 };
	static const struct aios_model_opts opts = { 0 };
	struct aios_doctor *doctor = aios_doctor_new();
	struct aios_pipeline *pipe = aios_pipeline_new(&nobody, NULL, &opts);
	int status = AIOS_UNREADABLE;

	if (doctor && pipe)
		status = visit_trace(visit, doctor, pipe, out);
	else
		aios_say("%s: not enough memory", visit->path);
	aios_pipeline_free(pipe);
	aios_doctor_free(doctor);
	return status;
}

static int list(const struct visit *visit, struct aios_out *out)
{
	struct aios_buf buf = { 0 };

	if (visit->json)
		aios_ailments_json(&buf);
	else
		aios_ailments_text(&buf);
	aios_out_write(out, &buf);
	aios_buf_done(&buf);
	return AIOS_FINE;
}

static int visit_run(const struct visit *visit)
{
	struct aios_out out;
	struct aios_err err;
	int status, told;

	if (aios_out_open(&out, visit->output, visit->path, &err)) {
		aios_say("%s", err.text);
		return AIOS_USAGE;
	}
	status = visit->list ? list(visit, &out) : visit_begin(visit, &out);
	told = aios_out_status(&out, status);
	return status == AIOS_BROKEN ? status : told;
}

static const struct argp_option options[] = {
	{ "json", OPT_JSON, NULL, 0, "one JSON object a line", 0 },
	{ "fail-on", OPT_FAIL_ON, "GRADE", 0, "status 1 for a condition of this severity or a "
	  "worse one: info, warn, crit", 0 },
	{ "list", OPT_LIST, NULL, 0, "all that can be the matter, and what it needs", 0 },
	{ "output", 'o', "FILE", 0, "where the data goes", 0 },
	{ 0 },
};

static void parse_arg(struct visit *visit, char *arg, const struct argp_state *state)
{
	if (visit->path)
		aios_usage_error(state, "one trace file at a time");
	visit->path = arg;
}

static void parse_end(const struct visit *visit, const struct argp_state *state)
{
	if (!visit->list && !visit->path)
		aios_usage_error(state, "which trace file?");
	if (visit->list && (visit->path || visit->fail_on >= 0))
		aios_usage_error(state, "--list goes with --json and -o alone");
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct visit *visit = state->input;

	switch (key) {
	case OPT_JSON:
		visit->json = true;
		return 0;
	case OPT_LIST:
		visit->list = true;
		return 0;
	case OPT_FAIL_ON:
		visit->fail_on = aios_grade_find(arg);
		if (visit->fail_on < 0)
			aios_usage_error(state, "'%s' is no severity: info, warn, crit", arg);
		return 0;
	case 'o':
		visit->output = arg;
		return 0;
	case ARGP_KEY_ARG:
		parse_arg(visit, arg, state);
		return 0;
	case ARGP_KEY_END:
		parse_end(visit, state);
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
	.args_doc = "FILE",
	.doc = "What is the matter with how a program uses native AIO: conditions by name, with "
	       "their numbers and what to do. FILE may be - for standard input.\vExamples:\n"
	       "  aiotrace doctor trace.aios\n"
	       "  aiotrace doctor --fail-on warn trace.aios\n"
	       "  aiotrace doctor --json trace.aios | jq -r .slug",
};

int aios_cmd_doctor(int argc, char **argv)
{
	struct visit visit = { .fail_on = -1 };

	aios_options_parse(&argp, argc, argv, (char *)"aiotrace doctor", &visit);
	return visit_run(&visit);
}
