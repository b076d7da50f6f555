// SPDX-License-Identifier: GPL-2.0-only
/*
 * aiotop.c - options, and the mode that they ask for.
 */
#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/options.h"
#include "io/status.h"
#include "io/version.h"
#include "lib/units.h"
#include "top_cmd.h"

#define DELAY_NS	1000000000ULL
#define DELAY_MIN_NS	100000000ULL
#define DELAY_MAX_NS	3600000000000ULL

enum {
	OPT_ONCE = 0x100,
	OPT_JSON,
	OPT_OPENMETRICS,
	OPT_READY,
	OPT_VERBOSE,
	OPT_VERSION,
};

static const struct argp_option options[] = {
	{ "once", OPT_ONCE, NULL, 0, "all contexts of the host as they are, without tracing", 1 },
	{ "batch", 'b', NULL, 0, "frames as text, for scripts and logs", 1 },
	{ "delay", 'd', "TIME", 0, "from frame to frame: 2s, 500ms ...", 1 },
	{ "frames", 'n', "COUNT", 0, "end after so many", 1 },
	{ "json", OPT_JSON, NULL, 0, "one JSON object a line", 1 },
	{ "openmetrics", OPT_OPENMETRICS, "FILE", 0, "keep FILE up to date for node_exporter", 1 },
	{ "output", 'o', "FILE", 0, "where the data goes", 1 },
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

static void parse_delay(struct argp_state *state, const char *arg, uint64_t *ret)
{
	if (aios_parse_duration(arg, ret) || *ret < DELAY_MIN_NS || *ret > DELAY_MAX_NS)
		aios_usage_error(state, "'%s' is no delay between 100ms and 1h", arg);
}

static void parse_frames(struct argp_state *state, const char *arg, unsigned int *ret)
{
	char *end;
	unsigned long count = strtoul(arg, &end, 10);

	if (!isdigit((unsigned char)arg[0]) || *end || !count || count > UINT_MAX)
		aios_usage_error(state, "'%s' is no number of frames", arg);
	*ret = (unsigned int)count;
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
	case 'b':
		opts->batch = true;
		return 0;
	case 'd':
		parse_delay(state, arg, &opts->delay_ns);
		return 0;
	case 'n':
		parse_frames(state, arg, &opts->frames);
		return 0;
	case 'o':
		opts->output = arg;
		return 0;
	case OPT_OPENMETRICS:
		opts->openmetrics = arg;
		return 0;
	case OPT_READY:
		opts->ready_file = arg;
		return 0;
	case OPT_VERSION:
		printf("aiotop %s\n", AIOS_VERSION);
		exit(AIOS_FINE);
	case ARGP_KEY_ARG:
		aios_usage_error(state, "'%s' is one word too many", arg);
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
	       "  aiotop                        live, as htop shows processes\n"
	       "  aiotop --once                 why does io_setup say EAGAIN?\n"
	       "  aiotop --once --json | jq -s 'map(select(.pid == 4711))'\n"
	       "                                what one process has\n"
	       "  aiotop -b -n 5 -d 10s         five frames as text\n"
	       "  aiotop -d 15s --openmetrics /var/lib/node_exporter/aio.prom\n"
	       "\n"
	       "Exit status: 0 fine, 2 usage, 3 cannot observe: what can be seen without\n"
	       "privilege was shown, 4 the output could not be written.",
};

int main(int argc, char **argv)
{
	static char name[] = "aiotop";
	struct aios_top_opts opts = { .delay_ns = DELAY_NS };

	aios_options_parse(&argp, argc, argv, name, &opts);
	return choose(&opts)->run(&opts);
}
