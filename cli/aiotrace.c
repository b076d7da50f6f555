// SPDX-License-Identifier: GPL-2.0-only
/*
 * aiotrace.c - chooses the command.
 */
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "io/msg.h"
#include "io/status.h"
#include "io/version.h"

static const struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *doc;
} commands[] = {
	{ "run", aios_cmd_run, "trace a command or processes: a line per request" },
	{ "record", aios_cmd_record, "write a trace file" },
	{ "report", aios_cmd_report, "a trace in numbers" },
	{ "timeline", aios_cmd_timeline, "one request's life, event by event" },
	{ "export", aios_cmd_export, "requests for other tools, as JSON or CSV" },
};

#define COMMANDS	(sizeof(commands) / sizeof(commands[0]))

static void help(FILE *to)
{
	fputs("Usage: aiotrace [run] [OPTION...] -- CMD [ARG...]\n"
	      "       aiotrace COMMAND [OPTION...] ...\n"
	      "Trace Linux native AIO (io_submit and friends), request by request.\n\n", to);
	for (size_t i = 0; i < COMMANDS; i++)
		fprintf(to, "  %-10s %s\n", commands[i].name, commands[i].doc);
	fputs("\nExamples:\n"
	      "  aiotrace -- fio job.fio                  a line per request, a summary at the "
	      "end\n"
	      "  aiotrace -p $(pidof mysqld) -d 10s       a running process, for ten seconds\n"
	      "  aiotrace record -o t.aios -- ./server    record ...\n"
	      "  aiotrace report t.aios                   ... look at the numbers\n"
	      "  aiotrace timeline --slowest 1 t.aios     ... and at the slowest request\n"
	      "  aiotrace --plan                          what can be seen on this kernel\n\n"
	      "'aiotrace COMMAND --help' tells more.\n"
	      "Exit status: 0 fine, 2 usage, 3 cannot observe, 4 records were lost, 5 unreadable\n"
	      "trace, 6 CMD failed, 126 CMD cannot be executed, 127 CMD was not found.\n",
	      to);
}

static const struct command *find(const char *name)
{
	for (size_t i = 0; i < COMMANDS; i++)
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	return NULL;
}

int main(int argc, char **argv)
{
	const struct command *command;

	if (argc < 2) {
		help(stderr);
		return AIOS_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "help")) {
		help(stdout);
		return AIOS_FINE;
	}
	if (!strcmp(argv[1], "--version")) {
		puts("aiotrace " AIOS_VERSION);
		return AIOS_FINE;
	}
	if (argv[1][0] == '-')
		return aios_cmd_run(argc, argv);
	command = find(argv[1]);
	if (command)
		return command->run(argc - 1, argv + 1);
	aios_say("there is no command '%s'; see 'aiotrace --help', or 'aiotrace -- %s' to trace it",
		 argv[1], argv[1]);
	return AIOS_USAGE;
}
