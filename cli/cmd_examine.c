// SPDX-License-Identifier: GPL-2.0-only
/*
 * cmd_examine.c - a trace file with all that can be said of it: numbers, findings, conditions.
 */
#include "cmd_examine.h"

#include <errno.h>

#include "io/msg.h"
#include "io/status.h"

int aios_examine_begin(struct aios_examine *ex, const char *path)
{
	static const struct aios_check_opts opts = { .patience_ns = AIOS_PATIENCE_NS };

	*ex = (struct aios_examine){
		.check = aios_check_new(&opts),
		.doctor = aios_doctor_new(),
		.files = aios_files_named_new(),
	};
	if (ex->check && ex->doctor && ex->files &&
	    !aios_doctor_watch(ex->doctor, aios_check_pipeline(ex->check))) {
		ex->names = aios_files_named(ex->files);
		return 0;
	}
	aios_say("%s: not enough memory", path);
	return -ENOMEM;
}

int aios_examine_run(struct aios_examine *ex, const struct aios_replay_opts *replay)
{
	int status = aios_replay(replay, aios_check_pipeline(ex->check));

	if (!aios_check_end(ex->check) && !aios_doctor_end(ex->doctor))
		return status;
	aios_say("%s: not enough memory", replay->path);
	return AIOS_UNREADABLE;
}

struct aios_trace aios_examine_trace(const struct aios_examine *ex)
{
	struct aios_trace trace = aios_pipeline_trace(aios_check_pipeline(ex->check));

	trace.check = ex->check;
	trace.doctor = ex->doctor;
	trace.names = &ex->names;
	return trace;
}

void aios_examine_end(struct aios_examine *ex)
{
	aios_check_free(ex->check);
	aios_doctor_free(ex->doctor);
	aios_files_named_free(ex->files);
}
