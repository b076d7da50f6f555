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
	OPT_READY,
	OPT_VERBOSE,
	OPT_VERSION,
};

static const struct argp_option options[] = {
	{ "once", OPT_ONCE, NULL, 0, "all contexts as they are, without tracing", 1 },
	{ "ready-file", OPT_READY, "FILE", 0, "made as soon as everything is counted", 1 },
	{ "verbose", OPT_VERBOSE, NULL, 0, "show what libbpf says", 1 },
	{ "version", OPT_VERSION, NULL, 0, "show the version", -1 },
	{ 0 },
};

/* The first that is asked for. */
static const struct aios_top_mode modes[] = {
	{ aios_top_once_wanted, aios_top_once },
	{ aios_top_script_wanted, aios_top_script },
	{ aios_top_screen_wanted, aios_top_screen },
};

static const struct aios_top_mode *choose(const struct aios_top_opts *opts)
{
	const struct aios_top_mode *mode = modes;

	while (!mode->wanted(opts))
		mode++;
	return mode;
}

/* A look has neither frames nor what happens between two of them. */
static void check_once(struct argp_state *state, const struct aios_top_opts *opts)
{
	if (opts->once && (opts->batch || opts->frames || opts->openmetrics || opts->ready_file))
		aios_usage_error(state, "--once is a single look: -b, -n, --openmetrics and "
				 "--ready-file do not go with it");
	if (opts->output && !opts->once && !opts->batch && !opts->json)
		aios_usage_error(state, "-o is for --once, -b and --json");
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct aios_top_opts *opts = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = opts;
		return 0;
	case OPT_ONCE:
		opts->once = true;
		return 0;
	case OPT_VERBOSE:
		opts->verbose = true;
		return 0;
	case OPT_READY:
		opts->ready_file = arg;
		return 0;
	case OPT_VERSION:
		printf("aiotop %s\n", AIOS_VERSION);
		exit(AIOS_FINE);
	case ARGP_KEY_ARG:
		aios_usage_error(state, "'%s' is one word too many", arg);
	case ARGP_KEY_END:
		check_once(state, opts);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = {
	{ &aios_top_argp, 0, NULL, 0 },
	{ 0 },
};

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.children = children,
	.doc = "Who uses Linux native AIO, and who holds fs.aio-max-nr?\v"
	       "Examples:\n"
	       "  aiotop                     live, as htop shows processes\n"
	       "  aiotop --once              why does io_setup say EAGAIN?\n"
	       "  aiotop --once --json | jq 'select(.pid == 4711)'\n"
	       "  aiotop -b -n 5 -d 10s      five frames as text\n"
	       "  aiotop -d 15s --openmetrics /var/lib/node_exporter/aio.prom\n"
	       "  aiotop file trace.aios     what aiotrace recorded; see aiotop file --help",
};

int main(int argc, char **argv)
{
	static char name[] = "aiotop";
	struct aios_top_opts opts = { .delay_ns = AIOS_TOP_DELAY_NS };

	if (argc > 1 && !strcmp(argv[1], "file"))
		return aios_top_file(argc - 1, argv + 1);
	aios_options_parse(&argp, argc, argv, name, &opts);
	return choose(&opts)->run(&opts);
}
