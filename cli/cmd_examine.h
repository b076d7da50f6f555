/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cmd_examine.h - a trace file with all that can be said of it: numbers, findings, conditions.
 */
#ifndef AIOS_CMD_EXAMINE_H
#define AIOS_CMD_EXAMINE_H

#include "cmd.h"
#include "io/user_names.h"
#include "lib/check.h"
#include "lib/doctor.h"

/**
 * struct aios_examine - who looks at a trace
 * @check: which rules were broken; has the pipeline
 * @doctor: what is the matter
 * @files: for names of functions of programs
 * @names: from @files
 */
struct aios_examine {
	struct aios_check *check;
	struct aios_doctor *doctor;
	struct aios_files_named *files;
	struct aios_user_names names;
};

/**
 * aios_examine_begin() - gets who looks; others may join at aios_check_pipeline()
 * @ex: result; aios_examine_end() is due whatever is returned
 * @path: of the file, for messages
 * Return: 0, or -ENOMEM, which was said.
 */
int aios_examine_begin(struct aios_examine *ex, const char *path);

/**
 * aios_examine_run() - goes through the file; that rules are broken is no failure
 * @ex: who looks
 * @replay: the file, and what of it
 * Return: an exit status, whose reason was said.
 */
int aios_examine_run(struct aios_examine *ex, const struct aios_replay_opts *replay);

/**
 * aios_examine_trace() - what was seen, for a view
 * @ex: who looked; has to stay as long as the trace
 * Return: the trace; without a kernel where the file was none.
 */
struct aios_trace aios_examine_trace(const struct aios_examine *ex);

/**
 * aios_examine_end() - frees who looked; whoever holds requests goes before
 * @ex: who
 */
void aios_examine_end(struct aios_examine *ex);

#endif /* AIOS_CMD_EXAMINE_H */
