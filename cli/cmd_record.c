// SPDX-License-Identifier: GPL-2.0-only
/*
 * cmd_record.c - aiotrace record: from the rings into a file, as cheaply as can be.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "io/msg.h"
#include "io/status.h"
#include "io/trace_out.h"
#include "lib/units.h"

#define OUTPUT_DEFAULT		"trace.aios"
#define PROGRESS_PAUSE_NS	500000000ULL

struct record {
	struct aios_options opts;
	struct aios_trace_out *out;
	bool progress;
	uint64_t shown_ns;
};

static int record_begun(void *arg)
{
	struct record *record = arg;

	return aios_trace_out_begin(record->out);
}

/* "12.0s  1200345 records  13.1M  0 lost", over and over in the same line of a terminal. */
static void record_tick(void *arg, const struct aios_live_stats *stats, uint64_t elapsed_ns)
{
	struct record *record = arg;
	struct aios_buf line = { 0 };

	if (!record->progress || elapsed_ns - record->shown_ns < PROGRESS_PAUSE_NS)
		return;
	record->shown_ns = elapsed_ns;
	aios_fmt_duration(&line, elapsed_ns);
	aios_buf_fmt(&line, "  %llu records  ", (unsigned long long)stats->records);
	aios_fmt_size(&line, aios_trace_out_bytes(record->out));
	aios_buf_fmt(&line, "  %llu lost", (unsigned long long)(stats->dropped + stats->missed));
	if (!line.err)
		fprintf(stderr, "\r\033[K%s", line.data);
	fflush(stderr);
	aios_buf_done(&line);
}

static int record_ended(void *arg, const struct aios_session_result *result)
{
	struct record *record = arg;
	struct aios_buf size = { 0 };

	if (record->shown_ns)
		fputs("\r\033[K", stderr);
	aios_fmt_size(&size, aios_trace_out_bytes(record->out));
	if (!size.err)
		aios_say("%llu records in %s (%s)", (unsigned long long)result->records,
			 record->opts.output, size.data);
	aios_buf_done(&size);
	return 0;
}

static int record_trace(struct record *record)
{
	struct aios_session_ops ops = {
		.feed = aios_trace_out_feed(record->out),
		.begun = record_begun,
		.tick = record_tick,
		.ended = record_ended,
		.arg = record,
	};
	struct aios_session_result result;
	struct aios_err err = { "" };
	int code = aios_session(&record->opts.session, &ops, &result, &err);
	int closed = aios_trace_out_close(record->out);

	return aios_live_status(code ? code : closed, &result, &err, record->opts.output);
}

static const struct argp_child children[] = {
	{ &aios_trace_argp, 0, NULL, 0 },
	{ &aios_help_argp, 0, NULL, 0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	(void)arg;
	if (key != ARGP_KEY_INIT)
		return ARGP_ERR_UNKNOWN;
	state->child_inputs[0] = state->input;
	return 0;
}

static const struct argp argp = {
	.parser = parse,
	.args_doc = "-- CMD [ARG...]\n-p PID | -c NAME | -G DIR | -a",
	.doc = "Trace into a file (trace.aios unless -o says another), to be looked at with "
	       "report, "
	       "timeline and export.\vExamples:\n"
	       "  aiotrace record -o fio.aios -- fio job.fio\n"
	       "  aiotrace record -a -d 1m",
	.children = children,
};

int aios_cmd_record(int argc, char **argv)
{
	struct record record = { .progress = isatty(STDERR_FILENO) };
	struct aios_err err;
	int status;

	aios_options_default(&record.opts);
	aios_options_parse(&argp, argc, argv, (char *)"aiotrace record", &record.opts);
	if (record.opts.plan) {
		status = aios_print_plan(&record.opts);
	} else {
		if (!record.opts.output)
			record.opts.output = OUTPUT_DEFAULT;
		record.opts.session.out_to_err = !strcmp(record.opts.output, "-");
		if (aios_trace_out_open(record.opts.output, &record.out, &err)) {
			aios_say("%s", err.text);
			status = AIOS_USAGE;
		} else {
			status = record_trace(&record);
		}
	}
	aios_options_done(&record.opts);
	return status;
}
