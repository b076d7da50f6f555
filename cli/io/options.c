// SPDX-License-Identifier: GPL-2.0-only
/*
 * options.c - options that all commands which trace have in common.
 */
#include "options.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/units.h"
#include "../lib/vec.h"
#include "status.h"

enum {
	OPT_SOURCE = 0x100,
	OPT_PLAN,
	OPT_JSON,
	OPT_READY,
	OPT_BUFFER,
	OPT_SETTLE,
	OPT_HOOKS,
	OPT_ATTACH,
	OPT_WITHOUT,
	OPT_ADDRESSES,
	OPT_STACKS,
	OPT_BLOCKED,
	OPT_VERBOSE,
};

static const struct argp_option options[] = {
	{ NULL, 0, NULL, 0, "What to trace (each narrows it):", 1 },
	{ "pid", 'p', "PID", 0, "a process and its children; may be repeated", 1 },
	{ "comm", 'c', "NAME", 0, "contexts made by commands of this name", 1 },
	{ "cgroup", 'G', "DIR", 0, "contexts made in this cgroup or below it", 1 },
	{ "all", 'a', NULL, 0, "everything on this host", 1 },
	{ "user", 'u', "USER", 0, "run the command as this user: a name or a number", 1 },
	{ "duration", 'd', "TIME", 0, "stop after 10s, 500ms, 2m ...", 1 },
	{ NULL, 0, NULL, 0, "How:", 2 },
	{ "output", 'o', "FILE", 0, "where the data goes", 2 },
	{ "json", OPT_JSON, NULL, 0, "one JSON object a line", 2 },
	{ "source", OPT_SOURCE, "LEVEL", 0, "evidence: auto, function, exact, syscall", 2 },
	{ "plan", OPT_PLAN, NULL, 0, "show what would be hooked, and stop", 2 },
	{ "hooks", OPT_HOOKS, "LIST", 0, "add block, eventfd, poll-return, references ...", 2 },
	{ "without", OPT_WITHOUT, "HOOK", 0, "do without a hook of --plan; may be repeated", 2 },
	{ "attach", OPT_ATTACH, "HOW", 0, "auto, fentry or kprobe", 2 },
	{ "buffer", OPT_BUFFER, "SIZE", 0, "records kept for each CPU: 64K, 8M ...", 2 },
	{ "settle", OPT_SETTLE, "TIME", 0, "wait for contexts to end, at most (2s)", 2 },
	{ "ready-file", OPT_READY, "FILE", 0, "make FILE when everything is attached", 2 },
	{ "stacks", OPT_STACKS, NULL, 0, "functions that take, complete, free requests", 2 },
	{ "blocked-over", OPT_BLOCKED, "TIME", 0,
	  "sleeps in io_submit, with stacks from TIME on", 2 },
	{ "kernel-addresses", OPT_ADDRESSES, NULL, 0, "show addresses of the kernel", 2 },
	{ "verbose", OPT_VERBOSE, NULL, 0, "show what libbpf says", 2 },
	{ 0 },
};

static uint64_t parse_number(struct argp_state *state, const char *what, const char *arg,
			     int (*parse)(const char *, uint64_t *))
{
	uint64_t number = 0;

	if (parse(arg, &number))
		aios_usage_error(state, "'%s' is no %s", arg, what);
	return number;
}

static uint64_t parse_positive(struct argp_state *state, const char *what, const char *arg,
			       int (*parse)(const char *, uint64_t *))
{
	uint64_t number = parse_number(state, what, arg, parse);

	if (!number)
		aios_usage_error(state, "a %s of 0 makes no sense here", what);
	return number;
}

static int parse_choice(struct argp_state *state, const char *what, const char *arg,
			const char *const *names)
{
	for (int i = 0; names[i]; i++)
		if (!strcmp(names[i], arg))
			return i;
	aios_usage_error(state, "'%s' is no %s", arg, what);
	return 0;
}

static void parse_pid(struct argp_state *state, struct aios_options *opts, const char *arg)
{
	char *end;
	long pid = strtol(arg, &end, 10);
	pid_t *pids;

	if (end == arg || *end || pid <= 0 || pid > 1 << 22)
		aios_usage_error(state, "'%s' is no process id", arg);
	pids = aios_vec_room(opts->pids, opts->session.pid_cnt, &opts->pid_cap, sizeof(*pids));
	if (!pids)
		aios_usage_error(state, "not enough memory for so many processes");
	opts->pids = pids;
	pids[opts->session.pid_cnt++] = (pid_t)pid;
	opts->session.pids = pids;
}

static void parse_without(struct argp_state *state, struct aios_options *opts, const char *arg)
{
	struct aios_plan_wish *wish = &opts->session.wish;
	const char **without = aios_vec_room(opts->without, wish->without_cnt, &opts->without_cap,
					     sizeof(*without));

	if (!without)
		aios_usage_error(state, "not enough memory for so many hooks");
	opts->without = without;
	without[wish->without_cnt++] = arg;
	wish->without = without;
}

static void parse_hooks(struct argp_state *state, struct aios_options *opts, char *arg)
{
	static const char *const names[] = { "none", "poll-return", "compat", "references",
					     "state", "block", "eventfd", NULL };
	char *rest = arg, *name;

	while ((name = strsep(&rest, ","))) {
		int choice = parse_choice(state, "group of hooks", name, names);

		if (choice)
			opts->session.wish.groups |= 1U << (choice - 1);
	}
}

/* Options that set one thing. */
static error_t parse_simple(int key, char *arg, struct aios_options *opts)
{
	switch (key) {
	case 'G':
		opts->session.cgroup = arg;
		return 0;
	case 'u':
		opts->session.user = arg;
		return 0;
	case 'a':
		opts->everything = true;
		return 0;
	case 'o':
		opts->output = arg;
		return 0;
	case OPT_JSON:
		opts->json = true;
		return 0;
	case OPT_PLAN:
		opts->plan = true;
		return 0;
	case OPT_READY:
		opts->session.ready_file = arg;
		return 0;
	case OPT_ADDRESSES:
		opts->addresses = true;
		return 0;
	case OPT_STACKS:
		opts->session.stacks = true;
		return 0;
	case OPT_VERBOSE:
		opts->session.verbose = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static void parse_end(struct argp_state *state, const struct aios_options *opts)
{
	const struct aios_session_opts *session = &opts->session;
	bool chosen = session->argv || session->pid_cnt || session->comm || session->cgroup;

	if (opts->plan)
		return;
	if (!chosen && !opts->everything)
		aios_usage_error(state, "nothing to trace: give a command after '--', or -p, -c, "
				 "-G or -a");
	if (session->argv && (session->pid_cnt || opts->everything))
		aios_usage_error(state, "a command cannot be traced together with -p or -a");
	if (session->user && !session->argv)
		aios_usage_error(state, "-u is for a command, and there is none");
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	static const char *const sources[] = { "auto", "function", "exact", "syscall",
					       NULL };
	static const char *const ways[] = { "auto", "fentry", "kprobe", NULL };
	struct aios_options *opts = state->input;

	switch (key) {
	case 'p':
		parse_pid(state, opts, arg);
		return 0;
	case 'c':
		if (!arg[0])
			aios_usage_error(state, "-c wants the name of a command");
		opts->session.comm = arg;
		return 0;
	case 'd':
		opts->session.duration_ns = parse_positive(state, "duration", arg,
							   aios_parse_duration);
		return 0;
	case OPT_SETTLE:
		opts->session.settle_ns = parse_number(state, "duration", arg,
						       aios_parse_duration);
		return 0;
	case OPT_BLOCKED:
		opts->session.blocked_over_ns = parse_positive(state, "duration", arg,
							       aios_parse_duration);
		return 0;
	case OPT_BUFFER:
		opts->session.buffer = parse_positive(state, "size", arg, aios_parse_size);
		return 0;
	case OPT_SOURCE:
		opts->session.source = parse_choice(state, "evidence level", arg, sources);
		return 0;
	case OPT_ATTACH:
		opts->session.wish.attach = parse_choice(state, "way to attach", arg, ways);
		return 0;
	case OPT_HOOKS:
		parse_hooks(state, opts, arg);
		return 0;
	case OPT_WITHOUT:
		parse_without(state, opts, arg);
		return 0;
	case ARGP_KEY_ARGS:
		opts->session.argv = state->argv + state->next;
		return 0;
	case ARGP_KEY_END:
		parse_end(state, opts);
		return 0;
	default:
		return parse_simple(key, arg, opts);
	}
}

const struct argp aios_trace_argp = { .options = options, .parser = parse };

void aios_options_stacks(struct aios_options *opts)
{
	if (opts->session.stacks && !opts->session.blocked_over_ns)
		opts->session.blocked_over_ns = AIOS_BLOCKED_OVER_NS;
}

void aios_options_default(struct aios_options *opts)
{
	*opts = (struct aios_options){ .session.settle_ns = AIOS_SETTLE_NS };
}

/**
 * aios_options_done() - gives the memory back
 * @opts: must not be used by a session any more
 */
void aios_options_done(struct aios_options *opts)
{
	free(opts->pids);
	free(opts->without);
}

void aios_usage_error(const struct argp_state *state, const char *fmt, ...)
{
	va_list args;

	fprintf(stderr, "%s: ", state->name);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fprintf(stderr, "; see '%s --help'\n", state->name);
	exit(AIOS_USAGE);
}

static const struct argp_option help_options[] = {
	{ "help", '?', NULL, 0, "show this", -1 },
	{ 0 },
};

static error_t parse_help(int key, char *arg, struct argp_state *state)
{
	(void)arg;
	/* By now argp has gone past the option that it could not take. */
	if (key == ARGP_KEY_ERROR)
		aios_usage_error(state, "'%s' is no option, or its value is missing",
				 state->argv[state->next > 1 ? state->next - 1 : 1]);
	if (key != '?')
		return ARGP_ERR_UNKNOWN;
	argp_help(state->root_argp, stdout, ARGP_HELP_STD_HELP, state->name);
	exit(AIOS_FINE);
}

const struct argp aios_help_argp = { .options = help_options, .parser = parse_help };

/* argp's own complaints take three lines; ours is one, so it is told to be silent. */
void aios_options_parse(const struct argp *argp, int argc, char **argv, char *name, void *input)
{
	argv[0] = name;
	/* Mistakes end the program in a parser, so what is left is a want of memory. */
	if (argp_parse(argp, argc, argv, ARGP_IN_ORDER | ARGP_NO_ERRS | ARGP_NO_HELP, NULL, input))
		exit(AIOS_USAGE);
}
