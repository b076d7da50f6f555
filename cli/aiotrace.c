// SPDX-License-Identifier: GPL-2.0-only
/*
 * aiotrace.c - chooses the command.
 */
#include "cmd.h"

static const struct aios_command commands[] = {
	{ "run", aios_cmd_run, "trace a command or processes: a line per request" },
	{ "record", aios_cmd_record, "write a trace file" },
	{ "report", aios_cmd_report, "a trace in numbers" },
	{ "timeline", aios_cmd_timeline, "one request's life, event by event" },
	{ "doctor", aios_cmd_doctor, "what is the matter, and what to do" },
	{ "diff", aios_cmd_diff, "what changed between two recordings" },
	{ "export", aios_cmd_export, "for other tools, or as a page to look at" },
};

static const struct aios_program program = {
	.name = "aiotrace",
	.verb = "trace",
	.head = "Usage: aiotrace [run] [OPTION...] -- CMD [ARG...]\n"
		"       aiotrace COMMAND [OPTION...] ...\n"
		"Trace Linux native AIO (io_submit and friends), request by request.\n\n",
	.tail = "\nExamples:\n"
		"  aiotrace -- fio job.fio                  a line per request, a summary at the "
		"end\n"
		"  aiotrace -p $(pidof mysqld) -d 10s       a running process, for ten seconds\n"
		"  aiotrace record -o t.aios -- ./server    record ...\n"
		"  aiotrace report t.aios                   ... look at the numbers\n"
		"  aiotrace timeline --slowest 1 t.aios     ... and at the slowest request\n"
		"  aiotrace --plan                          what can be seen on this kernel\n\n"
		"'aiotrace COMMAND --help' tells more.\n"
		"Exit status: 0 fine, 2 usage, 3 cannot observe, 4 records were lost, 5 "
		"unreadable\n"
		"trace, 6 CMD failed, 126 CMD cannot be executed, 127 CMD was not found.\n",
	.commands = commands,
	.cnt = sizeof(commands) / sizeof(commands[0]),
};

int main(int argc, char **argv)
{
	return aios_program_run(&program, argc, argv);
}
