// SPDX-License-Identifier: GPL-2.0-only
/*
 * options_replay.c - options of the commands that read a trace file.
 */
#include "options.h"

static const struct argp_option options[] = {
	{ "output", 'o', "FILE", 0, "where the data goes", 0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct aios_replay_opts *opts = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &opts->sel;
		return 0;
	case 'o':
		opts->output = arg;
		return 0;
	case ARGP_KEY_ARG:
		if (opts->path)
			aios_usage_error(state, "one trace file at a time");
		opts->path = arg;
		return 0;
	case ARGP_KEY_END:
		if (!opts->path)
			aios_usage_error(state, "which trace file?");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = {
	{ &aios_select_argp, 0, NULL, 0 },
	{ &aios_help_argp, 0, NULL, 0 },
	{ 0 },
};

const struct argp aios_replay_argp = {
	.options = options,
	.children = children,
	.parser = parse,
};
