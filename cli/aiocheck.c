// SPDX-License-Identifier: GPL-2.0-only
/*
 * aiocheck.c - chooses the command.
 */
#include "check_cmd.h"
#include "cmd.h"

static const struct aios_command commands[] = {
	{ "run", aios_check_run, "trace a command or processes, and check" },
	{ "file", aios_check_file, "check a recorded trace" },
	{ "rules", aios_check_rules, "what is checked, and what it needs" },
};

static const struct aios_program program = {
	.name = "aiocheck",
	.verb = "check",
	.head = "Usage: aiocheck [run] [OPTION...] -- CMD [ARG...]\n"
		"       aiocheck COMMAND [OPTION...] ...\n"
		"Check that the kernel keeps the rules of native AIO: no lost event, no leaked\n"
		"reference, no missed wake-up.\n\n",
	.tail = "\nExamples:\n"
		"  aiocheck -- ./test-suite                      PASS, FAIL or INCONCLUSIVE\n"
		"  aiocheck run --junit aio.xml -- ./test-suite  for continuous integration\n"
		"  aiocheck file t.aios                          what 'aiotrace record' wrote\n\n"
		"'aiocheck COMMAND --help' tells more.\n"
		"Exit status: 0 PASS, 1 FAIL, 2 usage, 3 cannot observe, 4 INCONCLUSIVE, 5 "
		"unreadable\n"
		"trace, 6 PASS and CMD failed, 126 CMD cannot be executed, 127 CMD was not "
		"found.\n",
	.commands = commands,
	.cnt = sizeof(commands) / sizeof(commands[0]),
};

int main(int argc, char **argv)
{
	return aios_program_run(&program, argc, argv);
}
