// SPDX-License-Identifier: GPL-2.0-only
/*
 * options_select.c - options that choose which requests are shown.
 */
#include "options.h"

enum { OPT_OP = 0x200, OPT_PATH, OPT_ERRORS, OPT_OVER };

static const struct argp_option options[] = {
	{ NULL, 0, NULL, 0, "What to show (each narrows it; losses are always told):", 3 },
	{ "op", OPT_OP, "OP,...", 0, "operations: pread, pwrite, fsync, poll ...", 3 },
	{ "path", OPT_PATH, "GLOB", 0, "files: '*.ibd' ('*' stands for '/' as well)", 3 },
	{ "errors", OPT_ERRORS, NULL, 0, "what failed or was refused", 3 },
	{ "over", OPT_OVER, "TIME", 0, "what took longer than 10ms, 1s ...", 3 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct aios_select *sel = state->input;
	struct aios_err err = { "" };
	int code = 0;

	switch (key) {
	case OPT_OP:
		code = aios_select_ops(sel, arg, &err);
		break;
	case OPT_PATH:
		code = aios_select_path(sel, arg, &err);
		break;
	case OPT_ERRORS:
		sel->errors = true;
		break;
	case OPT_OVER:
		code = aios_select_over(sel, arg, &err);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	if (code)
		aios_usage_error(state, "%s", err.text);
	return 0;
}

const struct argp aios_select_argp = { .options = options, .parser = parse };
