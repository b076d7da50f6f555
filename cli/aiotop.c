// SPDX-License-Identifier: GPL-2.0-only
/*
 * aiotop.c - options, and the mode that they ask for.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/options.h"
#include "io/status.h"
#include "io/version.h"
#include "top_cmd.h"

enum {
	OPT_ONCE = 0x100,
	OPT_JSON,
	OPT_VERBOSE,
	OPT_VERSION,
};

static const struct argp_option options[] = {
	{ "once", OPT_ONCE, NULL, 0, "all contexts of the host as they are, without tracing", 1 },
	{ "json", OPT_JSON, NULL, 0, "one JSON object a line", 1 },
	{ "output", 'o', "FILE", 0, "where the data goes", 1 },
	{ "verbose", OPT_VERBOSE, NULL, 0, "show what libbpf says", 1 },
	{ "version", OPT_VERSION, NULL, 0, "show the version", -1 },
	{ 0 },
};

/* The first that is asked for. */
static const struct aios_top_mode modes[] = {
	{ aios_top_once_wanted, aios_top_once },
};

static const struct aios_top_mode *choose(const struct aios_top_opts *opts)
{
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		if (modes[i].wanted(opts))
			return &modes[i];
	return NULL;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct aios_top_opts *opts = state->input;

	switch (key) {
	case OPT_ONCE:
		opts->once = true;
		return 0;
	case OPT_JSON:
		opts->json = true;
		return 0;
	case OPT_VERBOSE:
		opts->verbose = true;
		return 0;
	case 'o':
		opts->output = arg;
		return 0;
	case OPT_VERSION:
		printf("aiotop %s\n", AIOS_VERSION);
		exit(AIOS_FINE);
	case ARGP_KEY_ARG:
		aios_usage_error(state, "'%s' is one word too many", arg);
	case ARGP_KEY_END:
		if (!choose(opts))
			aios_usage_error(state, "what to show? --once shows who has contexts");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = {
	{ &aios_help_argp, 0, NULL, 0 },
	{ 0 },
};

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.children = children,
	.doc = "Who uses Linux native AIO, and who holds fs.aio-max-nr?\v"
	       "Examples:\n"
	       "  aiotop --once                 why does io_setup say EAGAIN?\n"
	       "  aiotop --once --json | jq -s 'map(select(.pid == 4711))'\n"
	       "                                what one process has\n"
	       "\n"
	       "Exit status: 0 fine, 2 usage, 3 cannot observe: what can be seen without\n"
	       "privilege was shown, 4 the output could not be written.",
};

int main(int argc, char **argv)
{
	static char name[] = "aiotop";
	struct aios_top_opts opts = { 0 };

	aios_options_parse(&argp, argc, argv, name, &opts);
	return choose(&opts)->run(&opts);
}
