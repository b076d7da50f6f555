/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_cmd.h - the commands of aiocheck, a file each, and what they share.
 */
#ifndef AIOS_CHECK_CMD_H
#define AIOS_CHECK_CMD_H

#include <argp.h>

#include "io/out.h"
#include "lib/view_check.h"

/**
 * struct aios_judge - how to judge, and how to tell of it
 * @opts: for the judge; its arrays are owned by @aios_judge
 * @watch_hangs: --stuck-after was given: a hang ends the trace
 * @json: one object a line
 * @tap: TAP in place of text
 * @github: annotations in place of text
 * @junit: file for JUnit, or NULL
 * @junit_out: the same, open
 * @output: -o, or NULL
 * @told: findings that have been told
 */
struct aios_judge {
	struct aios_check_opts opts;
	bool watch_hangs;
	bool json;
	bool tap;
	bool github;
	const char *junit;
	struct aios_out junit_out;
	const char *output;
	size_t told;
	bool *chosen;
};

/**
 * aios_judge_argp - the parser, to be an argp child; its input is a struct aios_judge
 */
extern const struct argp aios_judge_argp;

void aios_judge_default(struct aios_judge *judge);
void aios_judge_done(struct aios_judge *judge);

/**
 * aios_judge_start() - what can be known to go wrong before anything runs
 * @judge: with all options
 * @input: the trace that is going to be read, or NULL
 * Return: 0, or AIOS_USAGE after saying why.
 */
int aios_judge_start(struct aios_judge *judge, const char *input);

/**
 * aios_judge_news() - writes at once what has been found since it was called last
 * @judge: what the user asked for
 * @check: in the middle of a trace
 * @out: open; keeps its error until aios_judge_tell()
 *
 * The next thing that a broken kernel does may be its last. JUnit, one document, has to wait.
 */
void aios_judge_news(struct aios_judge *judge, struct aios_check *check, struct aios_out *out);

/**
 * aios_judge_tell() - writes what has not been told, and the verdict, where they are wanted
 * @judge: what the user asked for
 * @check: after aios_check_end()
 * @command_status: as from wait(2), -1 where there was none
 * @out: open
 * Return: an exit status: that of the verdict, or AIOS_INCONCLUSIVE where it could not be written.
 */
int aios_judge_tell(struct aios_judge *judge, struct aios_check *check, int command_status,
		    struct aios_out *out);

/* Each takes main()'s arguments from its own name on and returns an exit status. */
int aios_check_run(int argc, char **argv);
int aios_check_file(int argc, char **argv);
int aios_check_rules(int argc, char **argv);

#endif /* AIOS_CHECK_CMD_H */
