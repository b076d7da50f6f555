// SPDX-License-Identifier: GPL-2.0-only
/*
 * cmd.c - what the commands share.
 */
#include "cmd.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "io/msg.h"
#include "io/status.h"
#include "io/trace_in.h"
#include "io/version.h"

static void program_help(const struct aios_program *program, FILE *to)
{
	fputs(program->head, to);
	for (size_t i = 0; i < program->cnt; i++)
		fprintf(to, "  %-10s %s\n", program->commands[i].name, program->commands[i].doc);
	fputs(program->tail, to);
}

int aios_program_run(const struct aios_program *program, int argc, char **argv)
{
	if (argc < 2) {
		program_help(program, stderr);
		return AIOS_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "help")) {
		program_help(program, stdout);
		return AIOS_FINE;
	}
	if (!strcmp(argv[1], "--version")) {
		printf("%s %s\n", program->name, AIOS_VERSION);
		return AIOS_FINE;
	}
	if (argv[1][0] == '-')
		return program->commands[0].run(argc, argv);
	for (size_t i = 0; i < program->cnt; i++)
		if (!strcmp(program->commands[i].name, argv[1]))
			return program->commands[i].run(argc - 1, argv + 1);
	aios_say("there is no command '%s'; see '%s --help', or '%s -- %s' to %s it", argv[1],
		 program->name, program->name, argv[1], program->verb);
	return AIOS_USAGE;
}

int aios_print_plan(const struct aios_options *opts)
{
	struct aios_err err = { "" };
	struct aios_buf buf = { 0 };
	struct aios_out out;
	int status = aios_session_plan(&opts->session, &buf, &err);

	if (aios_out_open(&out, opts->output, NULL, &err)) {
		aios_say("%s", err.text);
		return AIOS_USAGE;
	}
	aios_out_write(&out, &buf);
	aios_buf_done(&buf);
	if (status)
		aios_say("%s", err.text);
	return aios_out_status(&out, status);
}

static void say_command(const struct aios_session_result *result)
{
	int status = result->command_status;

	if (WIFSIGNALED(status))
		aios_say("the command was killed by signal %d (%s)", WTERMSIG(status),
			 strsignal(WTERMSIG(status)));
	else
		aios_say("the command exited with status %d", WEXITSTATUS(status));
}

static bool say_loss(const struct aios_session_result *result)
{
	if (result->lost)
		aios_say("%llu records were lost: the buffer was full; a larger --buffer helps",
			 (unsigned long long)result->lost);
	if (result->missed)
		aios_say("%llu calls were not seen: a program was interrupted by itself",
			 (unsigned long long)result->missed);
	if (result->not_kept)
		aios_say("%llu contexts or processes found no room and are missing",
			 (unsigned long long)result->not_kept);
	return result->lost || result->missed || result->not_kept;
}

int aios_live_status(int code, const struct aios_session_result *result,
		     const struct aios_err *err, const char *output)
{
	bool lost;

	if (code > 0) {
		aios_say("%s", err->text);
		return code;
	}
	if (code < 0 && code != -EPIPE)
		aios_say("%s: %s; the trace ends here", output ? output : "output",
			 err->text[0] ? err->text : strerror(-code));
	if (result->left)
		aios_say(result->killed ? "%zu processes of the command were killed and do not "
					  "end: they hang within the kernel" :
					  "%zu processes that the command started still run, and "
					  "are traced no more; -p traces them", result->left);
	lost = say_loss(result);
	if (lost || (code < 0 && code != -EPIPE))
		return AIOS_INCONCLUSIVE;
	if (!result->command_failed)
		return AIOS_FINE;
	say_command(result);
	return AIOS_COMMAND_FAILED;
}

int aios_replay_status(const char *path, int code, const struct aios_err *err,
		       const struct aios_loss *loss)
{
	if (code) {
		aios_say("%s: %s", path, err->text[0] ? err->text : strerror(-code));
		return AIOS_UNREADABLE;
	}
	if (!aios_lost(loss))
		return AIOS_FINE;
	aios_say("%s: this trace lost records; what they touched is marked", path);
	return AIOS_INCONCLUSIVE;
}

int aios_replay(const struct aios_replay_opts *opts, struct aios_pipeline *pipe)
{
	const char *path = opts->path;
	struct aios_err err = { "" };
	struct aios_feed feed;
	int code, ended;

	if (!pipe)
		return AIOS_UNREADABLE;
	aios_pipeline_select(pipe, &opts->sel);
	feed = aios_pipeline_feed(pipe);
	code = aios_trace_in(path, &feed, &err);
	ended = aios_pipeline_end(pipe);
	if (!code)
		code = ended;
	/* Without a text it is not the file: what was made of it could not be written. */
	if (code && code != -ENOMEM && !err.text[0])
		return AIOS_FINE;
	return aios_replay_status(path, code, &err, aios_pipeline_trace(pipe).loss);
}

bool aios_calls_only(const char *path, const struct aios_info *info)
{
	if (!aios_info_calls_only(info))
		return false;
	aios_say("%s: at evidence level syscall single requests are not seen; 'aiotrace report' "
		 "tells the calls", path);
	return true;
}

int aios_out_status(struct aios_out *out, int status)
{
	const char *path = out->path;
	int err = aios_out_close(out);

	if (!err || err == -EPIPE)
		return status;
	aios_say("cannot write %s: %s", path, strerror(-err));
	return AIOS_INCONCLUSIVE;
}
