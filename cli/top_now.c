// SPDX-License-Identifier: GPL-2.0-only
/*
 * top_now.c - aiotop on the running kernel: on a terminal, or for scripts.
 */
#include "io/msg.h"
#include "io/status.h"
#include "io/terminal.h"
#include "io/top_source.h"
#include "top_cmd.h"
#include "top_live.h"

static int now(const struct aios_top_opts *opts,
	       int (*show_it)(const struct aios_top_opts *opts, const struct aios_top_live *live))
{
	struct aios_top_source_opts wish = { .count = true, .verbose = opts->verbose };
	struct aios_top_live live = {
		.sample = aios_top_source_sample, .delay_ns = opts->delay_ns,
		.frames = opts->frames, .ready_file = opts->ready_file,
	};
	struct aios_top_source *source = NULL;
	struct aios_err err = { "" };
	int status = AIOS_CANNOT_OBSERVE;

	if (aios_top_source_new(&wish, &source, &err)) {
		aios_say("%s", err.text);
	} else {
		live.arg = source;
		live.why = aios_top_source_why(source);
		status = show_it(opts, &live);
	}
	if (!status)
		status = aios_top_source_status(source);
	aios_top_source_free(source);
	return status;
}

static int on_terminal(const struct aios_top_opts *opts, const struct aios_top_live *live)
{
	(void)opts;
	return aios_top_live(live);
}

bool aios_top_script_wanted(const struct aios_top_opts *opts)
{
	return opts->batch || opts->json || opts->openmetrics;
}

int aios_top_script(const struct aios_top_opts *opts)
{
	return now(opts, aios_top_frames);
}

bool aios_top_screen_wanted(const struct aios_top_opts *opts)
{
	(void)opts;
	return true;
}

int aios_top_screen(const struct aios_top_opts *opts)
{
	struct aios_err err = { "" };

	if (!aios_terminal_check(&err))
		return now(opts, on_terminal);
	aios_say("%s", err.text);
	return AIOS_USAGE;
}
