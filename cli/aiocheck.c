// SPDX-License-Identifier: GPL-2.0-only
/*
 * aiocheck.c - chooses the command.
 */
#include <stdio.h>
#include <string.h>

#include "check_cmd.h"
#include "io/msg.h"
#include "io/status.h"
#include "io/version.h"

static const struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *doc;
} commands[] = {
	{"run", aios_check_run, "trace a command or processes, and check"},
	{"file", aios_check_file, "check a recorded trace"},
	{"rules", aios_check_rules, "what is checked, and what it needs"},
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void help(FILE *to)
{
	fputs("Usage: aiocheck [run] [OPTION...] -- CMD [ARG...]\n"
	      "       aiocheck COMMAND [OPTION...] ...\n"
	      "Check that the kernel keeps the rules of native AIO: no lost event, no leaked\n"
	      "reference, no missed wake-up.\n\n",
	      to);
	for (size_t i = 0; i < COMMANDS; i++)
		fprintf(to, "  %-10s %s\n", commands[i].name, commands[i].doc);
	fputs("\nExamples:\n"
	      "  aiocheck -- ./test-suite                      PASS, FAIL or INCONCLUSIVE\n"
	      "  aiocheck run --junit aio.xml -- ./test-suite  for continuous integration\n"
	      "  aiocheck file t.aios                          what 'aiotrace record' wrote\n\n"
	      "'aiocheck COMMAND --help' tells more.\n"
	      "Exit status: 0 PASS, 1 FAIL, 2 usage, 3 cannot observe, 4 INCONCLUSIVE, 5 "
	      "unreadable\n"
	      "trace, 6 PASS and CMD failed, 126 CMD cannot be executed, 127 CMD was not found.\n",
	      to);
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		help(stderr);
		return AIOS_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "help")) {
		help(stdout);
		return AIOS_FINE;
	}
	if (!strcmp(argv[1], "--version")) {
		puts("aiocheck " AIOS_VERSION);
		return AIOS_FINE;
	}
	if (argv[1][0] == '-')
		return aios_check_run(argc, argv);
	for (size_t i = 0; i < COMMANDS; i++)
		if (!strcmp(commands[i].name, argv[1]))
			return commands[i].run(argc - 1, argv + 1);
	aios_say("there is no command '%s'; see 'aiocheck --help', or 'aiocheck -- %s' to check it",
		 argv[1], argv[1]);
	return AIOS_USAGE;
}
