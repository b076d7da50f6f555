// SPDX-License-Identifier: GPL-2.0-only
/*
 * top_options.c - options that aiotop and aiotop file have in common.
 */
#include <ctype.h>
#include <limits.h>
#include <stdlib.h>

#include "io/options.h"
#include "lib/units.h"
#include "top_cmd.h"

#define DELAY_MIN_NS	100000000ULL
#define DELAY_MAX_NS	3600000000000ULL

enum {
	OPT_JSON = 0x200,
	OPT_OPENMETRICS,
};

static const struct argp_option options[] = {
	{ "batch", 'b', NULL, 0, "frames as text, for scripts and logs", 2 },
	{ "delay", 'd', "TIME", 0, "from frame to frame: 2s, 500ms ...", 2 },
	{ "frames", 'n', "COUNT", 0, "end after so many", 2 },
	{ "json", OPT_JSON, NULL, 0, "one JSON object a line", 2 },
	{ "openmetrics", OPT_OPENMETRICS, "FILE", 0, "keep FILE up to date for node_exporter", 2 },
	{ "output", 'o', "FILE", 0, "where the data goes", 2 },
	{ 0 },
};

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
		aios_usage_error(state, "'%s' is no number of frames from 1 on", arg);
	*ret = (unsigned int)count;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct aios_top_opts *opts = state->input;

	switch (key) {
	case 'b':
		opts->batch = true;
		return 0;
	case 'd':
		parse_delay(state, arg, &opts->delay_ns);
		return 0;
	case 'n':
		parse_frames(state, arg, &opts->frames);
		return 0;
	case OPT_JSON:
		opts->json = true;
		return 0;
	case OPT_OPENMETRICS:
		opts->openmetrics = arg;
		return 0;
	case 'o':
		opts->output = arg;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = { { &aios_help_argp, 0, NULL, 0 }, { 0 } };

const struct argp aios_top_argp = { .options = options, .parser = parse, .children = children };
