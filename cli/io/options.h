/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * options.h - options that all commands which trace have in common.
 */
#ifndef AIOS_OPTIONS_H
#define AIOS_OPTIONS_H

#include <argp.h>
#include <stdbool.h>

#include "../lib/select.h"
#include "session.h"

#define AIOS_SETTLE_NS	2000000000ULL	/* --settle */
#define AIOS_BLOCKED_OVER_NS	1000000ULL	/* --stacks without --blocked-over */

/**
 * struct aios_options - what the user asked for
 * @session: what to trace; its arrays are owned by @aios_options
 * @everything: -a
 * @plan: --plan
 * @json: --json
 * @addresses: --kernel-addresses
 * @output: -o, or NULL
 */
struct aios_options {
	struct aios_session_opts session;
	bool everything;
	bool plan;
	bool json;
	bool addresses;
	const char *output;
	pid_t *pids;
	const char **without;
	size_t pid_cap;
	size_t without_cap;
};

/**
 * aios_trace_argp - the parser, to be an argp child; its input is a struct aios_options
 */
extern const struct argp aios_trace_argp;

/**
 * aios_select_argp - the parser of what is shown, to be an argp child; its input is a
 * struct aios_select
 */
extern const struct argp aios_select_argp;

/**
 * struct aios_replay_opts - what every command that reads a trace file is told
 * @path: of the file, "-" for standard input
 * @output: -o, or NULL
 * @sel: which requests
 */
struct aios_replay_opts {
	const char *path;
	const char *output;
	struct aios_select sel;
};

/**
 * aios_replay_argp - the parser of a trace file, -o, what is shown, and --help, to be an argp
 * child; its input is a struct aios_replay_opts
 */
extern const struct argp aios_replay_argp;

/**
 * aios_help_argp - the parser of --help, to be an argp child of every command
 */
extern const struct argp aios_help_argp;

/**
 * aios_options_default() - what is asked for when nothing is
 * @opts: overwritten
 */
void aios_options_default(struct aios_options *opts);
void aios_options_done(struct aios_options *opts);

/**
 * aios_options_stacks() - who wants stacks wants those of blocked submits, too
 * @opts: parsed
 */
void aios_options_stacks(struct aios_options *opts);

/**
 * aios_usage_error() - says what is wrong with the command line, in one line, and ends the program
 * @state: of the parser
 * @fmt: as for printf()
 */
void aios_usage_error(const struct argp_state *state, const char *fmt, ...)
	__attribute__((noreturn, format(printf, 2, 3)));

/**
 * aios_options_parse() - runs argp as all commands do
 * @argp: of the command
 * @argc: of main()
 * @argv: of main(); options end where the command to trace begins
 * @name: for messages: "aiotrace record"
 * @input: for @argp
 *
 * Ends the program with AIOS_USAGE after a mistake and with 0 after --help.
 */
void aios_options_parse(const struct argp *argp, int argc, char **argv, char *name, void *input);

#endif /* AIOS_OPTIONS_H */
