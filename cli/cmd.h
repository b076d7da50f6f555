/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cmd.h - the commands of aiotrace, a file each, and what those of all programs share.
 */
#ifndef AIOS_CMD_H
#define AIOS_CMD_H

#include "io/options.h"
#include "io/out.h"
#include "io/session.h"
#include "lib/pipeline.h"

/* Each takes main()'s arguments from its own name on and returns an exit status. */
int aios_cmd_run(int argc, char **argv);
int aios_cmd_record(int argc, char **argv);
int aios_cmd_report(int argc, char **argv);
int aios_cmd_timeline(int argc, char **argv);
int aios_cmd_export(int argc, char **argv);
int aios_cmd_doctor(int argc, char **argv);
int aios_cmd_diff(int argc, char **argv);

/**
 * struct aios_command - what a program can be told to do
 * @name: its first argument
 * @run: takes main()'s arguments from its own name on and returns an exit status
 * @doc: what it does, for --help
 */
struct aios_command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *doc;
};

/**
 * struct aios_program - a program of several commands
 * @name: its own
 * @verb: what it does to a command line, for who forgot the "--"
 * @head: of --help, above the commands
 * @tail: of --help, below them
 * @commands: the first is the one where an option comes first
 * @cnt: of @commands
 */
struct aios_program {
	const char *name;
	const char *verb;
	const char *head;
	const char *tail;
	const struct aios_command *commands;
	size_t cnt;
};

/**
 * aios_program_run() - chooses the command and runs it
 * @program: which
 * @argc: of main()
 * @argv: of main()
 * Return: an exit status.
 */
int aios_program_run(const struct aios_program *program, int argc, char **argv);

/**
 * aios_print_plan() - what --plan asks for
 * @opts: what would be traced
 * Return: an exit status.
 */
int aios_print_plan(const struct aios_options *opts);

/**
 * aios_live_status() - the end of a command that traced: says what went wrong
 * @code: what aios_session() returned
 * @result: how it went
 * @err: its error
 * @output: for messages about @code: where data went
 * Return: an exit status.
 */
int aios_live_status(int code, const struct aios_session_result *result,
		     const struct aios_err *err, const char *output);

/**
 * aios_replay() - runs a trace file through a pipeline
 * @opts: the file, and what is chosen of it
 * @pipe: ended when this returns; NULL where there was no memory for one
 * Return: AIOS_FINE; AIOS_UNREADABLE after saying why, what could be read was passed on;
 * AIOS_INCONCLUSIVE where the trace lost records, which is said as well.
 */
int aios_replay(const struct aios_replay_opts *opts, struct aios_pipeline *pipe);

/**
 * aios_calls_only() - says that a trace holds no single requests, if so
 * @path: of the file
 * @info: of the trace
 * Return: whether it is of evidence level syscall.
 */
bool aios_calls_only(const char *path, const struct aios_info *info);

/**
 * aios_replay_status() - the end of a command that read a trace file: says what went wrong
 * @path: of the file
 * @code: what reading it came to
 * @err: of that
 * @loss: of the trace
 * Return: as aios_replay().
 */
int aios_replay_status(const char *path, int code, const struct aios_err *err,
		       const struct aios_loss *loss);

/**
 * aios_out_status() - closes an output and tells whether that changes the exit status
 * @out: closed
 * @status: so far
 * Return: @status, or AIOS_INCONCLUSIVE where data could not be written.
 */
int aios_out_status(struct aios_out *out, int status);

#endif /* AIOS_CMD_H */
