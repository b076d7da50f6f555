// SPDX-License-Identifier: GPL-2.0-only
/*
 * cmd_record.c - aiotrace record: from the rings into a file, or into memory until a file is asked
 * for, as cheaply as can be.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "io/flight.h"
#include "io/msg.h"
#include "io/status.h"
#include "lib/units.h"

#define OUTPUT_DEFAULT		"trace.aios"
#define SIZE_MIN		(64U << 10)	/* of a file or a ring: less holds nothing */
#define PROGRESS_PAUSE_NS	500000000ULL
#define READ_PAUSE_NS		1000000000ULL

struct record {
	struct aios_options opts;
	struct aios_flight_opts how;
	struct aios_flight *flight;
	bool progress;
	uint64_t shown_ns;
};

static int record_begun(void *arg)
{
	struct record *record = arg;

	return aios_flight_begin(record->flight);
}

static void record_usr1(void *arg)
{
	struct record *record = arg;

	aios_flight_ask(record->flight, "SIGUSR1");
}

/* "12.0s  1200345 records  13.1M  0 lost", over and over in the same line of a terminal. */
static void show_progress(struct record *record, const struct aios_live_stats *stats,
			  uint64_t elapsed_ns)
{
	struct aios_flight_stats written = aios_flight_stats(record->flight);
	struct aios_buf line = { 0 };

	record->shown_ns = elapsed_ns;
	aios_fmt_duration(&line, elapsed_ns);
	aios_buf_fmt(&line, "  %llu records  ", (unsigned long long)stats->records);
	aios_fmt_size(&line, record->how.ring ? written.kept : written.bytes);
	aios_buf_fmt(&line, "%s  %llu lost", record->how.ring ? " kept" : "",
		     (unsigned long long)(stats->dropped + stats->missed));
	if (!line.err)
		fprintf(stderr, "\r\033[K%s", line.data);
	fflush(stderr);
	aios_buf_done(&line);
}

static void record_tick(void *arg, const struct aios_live_stats *stats, uint64_t elapsed_ns)
{
	struct record *record = arg;

	aios_flight_tick(record->flight, stats);
	if (record->progress && elapsed_ns - record->shown_ns >= PROGRESS_PAUSE_NS)
		show_progress(record, stats, elapsed_ns);
}

static int record_ended(void *arg, const struct aios_session_result *result)
{
	struct record *record = arg;
	struct aios_flight_stats written = aios_flight_stats(record->flight);
	unsigned long long records = (unsigned long long)result->records;
	struct aios_buf size = { 0 };

	if (record->shown_ns)
		fputs("\r\033[K", stderr);
	aios_fmt_size(&size, written.bytes);
	if (!size.err && record->how.ring)
		aios_say("%llu records went by, %u files were written (%s)", records,
			 written.files, size.data);
	else if (!size.err && written.files > 1)
		aios_say("%llu records in %s and the next %u files (%s)", records,
			 record->opts.output, written.files - 1, size.data);
	else if (!size.err)
		aios_say("%llu records in %s (%s)", records, record->opts.output, size.data);
	aios_buf_done(&size);
	return 0;
}

/* Whoever reads along, or may ask for the newest records, is not kept waiting. */
static bool is_waited_for(const struct record *record)
{
	return record->how.ring || record->how.max_size || !strcmp(record->opts.output, "-");
}

static int record_trace(struct record *record)
{
	struct aios_session_ops ops = {
		.feed = aios_flight_feed(record->flight),
		.pause_ns = is_waited_for(record) ? 0 : READ_PAUSE_NS,
		.begun = record_begun,
		.tick = record_tick,
		.usr1 = record->how.ring ? record_usr1 : NULL,
		.ended = record_ended,
		.arg = record,
	};
	struct aios_session_result result;
	struct aios_err err = { "" };
	int code = aios_session(&record->opts.session, &ops, &result, &err);
	int closed = aios_flight_close(record->flight), status;

	/* What was asked for and could not be written was said, and did not end the trace. */
	if (!code && !record->how.ring)
		code = closed;
	status = aios_live_status(code, &result, &err, record->opts.output);
	return closed && status == AIOS_FINE ? AIOS_INCONCLUSIVE : status;
}

static const struct argp_child children[] = {
	{ &aios_trace_argp, 0, NULL, 0 },
	{ &aios_help_argp, 0, NULL, 0 },
	{ 0 },
};

enum { OPT_RING = 0x200, OPT_DUMP_ON, OPT_MAX_SIZE, OPT_MAX_FILES };

static const struct argp_option options[] = {
	{ NULL, 0, NULL, 0, "Less than everything in one file:", 3 },
	{ "ring", OPT_RING, "SIZE", 0, "keep the last SIZE in memory until SIGUSR1", 3 },
	{ "dump-on", OPT_DUMP_ON, "'stuck>TIME'", 0, "... and when a request takes longer", 3 },
	{ "max-size", OPT_MAX_SIZE, "SIZE", 0, "then begin the next file: F.1.aios ...", 3 },
	{ "max-files", OPT_MAX_FILES, "N", 0, "keep the newest N files", 3 },
	{ 0 },
};

static uint64_t parse_bytes(struct argp_state *state, const char *arg)
{
	uint64_t bytes = 0;

	if (aios_parse_size(arg, &bytes))
		aios_usage_error(state, "'%s' is no size", arg);
	if (bytes < SIZE_MIN)
		aios_usage_error(state, "'%s' is too little: give at least 64K", arg);
	return bytes;
}

static uint64_t parse_stuck(struct argp_state *state, const char *arg)
{
	uint64_t ns = 0;

	if (strncmp(arg, "stuck>", 6) || aios_parse_duration(arg + 6, &ns) || !ns)
		aios_usage_error(state, "'%s' is nothing to wait for; give 'stuck>5s' or the like",
				 arg);
	return ns;
}

static void parse_end(struct argp_state *state, const struct record *record)
{
	const struct aios_flight_opts *how = &record->how;
	const char *output = record->opts.output;

	if ((how->ring || how->max_size) && output && !strcmp(output, "-"))
		aios_usage_error(state, "'--ring' and '--max-size' write files: give another -o");
	if (how->stuck_ns && !how->ring)
		aios_usage_error(state, "'--dump-on' needs '--ring': without it all is written");
	if (how->ring && how->max_size)
		aios_usage_error(state, "'--ring' and '--max-size' exclude each other");
	if (how->max_files && !how->ring && !how->max_size)
		aios_usage_error(state, "'--max-files' needs '--max-size' or '--ring'");
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct record *record = state->input;
	struct aios_flight_opts *how = &record->how;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &record->opts;
		return 0;
	case OPT_RING:
		how->ring = parse_bytes(state, arg);
		return 0;
	case OPT_DUMP_ON:
		how->stuck_ns = parse_stuck(state, arg);
		return 0;
	case OPT_MAX_SIZE:
		how->max_size = parse_bytes(state, arg);
		return 0;
	case OPT_MAX_FILES:
		how->max_files = strtoul(arg, NULL, 10);
		if (!how->max_files || how->max_files > UINT32_MAX)
			aios_usage_error(state, "'%s' is no number from 1 on", arg);
		return 0;
	case ARGP_KEY_END:
		parse_end(state, record);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "-- CMD [ARG...]\n-p PID | -c NAME | -G DIR | -a",
	.doc = "Trace into a file (trace.aios unless -o says another), to be looked at with "
	       "report, "
	       "timeline and export.\vExamples:\n"
	       "  aiotrace record -o fio.aios -- fio job.fio\n"
	       "  aiotrace record -a -d 1m\n"
	       "  aiotrace record -a --ring 64M --dump-on 'stuck>5s' -o stuck.aios",
	.children = children,
};

int aios_cmd_record(int argc, char **argv)
{
	struct record record = { .progress = isatty(STDERR_FILENO) };
	struct aios_err err;
	int status;

	aios_options_default(&record.opts);
	aios_options_parse(&argp, argc, argv, (char *)"aiotrace record", &record);
	aios_options_stacks(&record.opts);
	if (record.opts.plan) {
		status = aios_print_plan(&record.opts);
	} else {
		if (!record.opts.output)
			record.opts.output = OUTPUT_DEFAULT;
		record.how.path = record.opts.output;
		record.opts.session.out_to_err = !strcmp(record.opts.output, "-");
		if (aios_flight_new(&record.how, &record.flight, &err)) {
			aios_say("%s", err.text);
			status = AIOS_USAGE;
		} else {
			status = record_trace(&record);
		}
	}
	aios_options_done(&record.opts);
	return status;
}
