// SPDX-License-Identifier: GPL-2.0-only
/*
 * cmd_export_perfetto.c - aiotrace export --to perfetto: a trace to look at in ui.perfetto.dev.
 */
#include <errno.h>
#include <unistd.h>

#include "cmd_export.h"
#include "io/msg.h"
#include "io/status.h"
#include "lib/view_perfetto.h"

static int write_packets(void *arg, struct aios_buf *buf)
{
	struct aios_export *ex = arg;

	return aios_out_write(&ex->out, buf);
}

static int export_replay(struct aios_export *ex)
{
	const struct aios_perfetto_opts opts = {
		.addresses = ex->addresses,
		.write = write_packets,
		.arg = ex,
	};
	struct aios_perfetto *perfetto = aios_perfetto_new(&opts);
	struct aios_pipeline *pipe = perfetto ? aios_perfetto_pipeline(perfetto) : NULL;
	int status = aios_replay(&ex->replay, pipe);

	if (pipe && aios_pipeline_trace(pipe).info->kernel) {
		if (aios_perfetto_end(perfetto) == -ENOMEM) {
			aios_say("%s: not enough memory", ex->replay.path);
			status = AIOS_UNREADABLE;
		}
		if (status != AIOS_UNREADABLE)
			aios_calls_only(ex->replay.path, aios_pipeline_trace(pipe).info);
	}
	aios_perfetto_free(perfetto);
	return status;
}

int aios_export_perfetto(struct aios_export *ex)
{
	if (isatty(ex->out.fd)) {
		aios_say("a trace for Perfetto is no text for a terminal; -o takes a file");
		return AIOS_USAGE;
	}
	return export_replay(ex);
}
