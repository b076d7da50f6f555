// SPDX-License-Identifier: GPL-2.0-only
/*
 * top_file.c - aiotop file: a recorded trace as aiotop would have shown it.
 *
 * The file is read as far as the next sample needs it. Who goes back reads it from the beginning.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "io/msg.h"
#include "io/status.h"
#include "io/terminal.h"
#include "io/trace_in.h"
#include "lib/top_play.h"
#include "lib/units.h"
#include "top_cmd.h"
#include "top_live.h"

enum {
	OPT_SEEK = 0x300,
	OPT_SPEED,
};

/**
 * struct file - a trace file
 * @seek_ns: --seek
 * @speed: --speed, 0 where it was not given
 * @loss: what was lost until the end of the file; a part that was played again does not count twice
 * @read_err, @read_code: what reading it came to
 * @at_ns: of the newest sample, in the trace's time
 * @next_ns: of the next one
 * @read: to its end, or to where it cannot be read
 * @over: the sample at its end was taken
 */
struct file {
	struct aios_top_opts opts;
	uint64_t seek_ns;
	double speed;
	struct aios_trace_reader *reader;
	struct aios_top_play *play;
	struct aios_loss loss;
	struct aios_err read_err;
	int read_code;
	uint64_t at_ns;
	uint64_t next_ns;
	bool read;
	bool over;
};

/* Feeds a chunk. What is wrong with the file is for its end. */
static int file_chunk(struct file *file)
{
	struct aios_feed feed = aios_top_play_feed(file->play);
	struct aios_err err = { "" };
	int code = aios_trace_next(file->reader, &feed, &err);

	if (code > 0)
		return 0;
	file->read = true;
	if (code == -ENOMEM)
		return code;
	file->read_code = code;
	file->read_err = err;
	code = aios_top_play_end(file->play);
	file->loss = *aios_top_play_loss(file->play);
	return code;
}

static void file_close(struct file *file)
{
	file->reader = aios_trace_close(file->reader);
	file->play = aios_top_play_free(file->play);
}

/* From the beginning. */
static int file_open(struct file *file, struct aios_err *err)
{
	int code;

	file_close(file);
	file->read = false;
	file->over = false;
	file->play = aios_top_play_new();
	if (!file->play)
		return aios_fail(err, -ENOMEM, "not enough memory");
	code = aios_trace_open(file->opts.path, &file->reader, err);
	while (!code && !file->read && !aios_top_play_begins(file->play))
		code = file_chunk(file);
	return code;
}

/* Tells what is older than a moment. */
static int file_to(struct file *file, uint64_t ns)
{
	int code = aios_top_play_to(file->play, ns);

	while (!code) {
		code = file_chunk(file);
		if (!code)
			code = aios_top_play_to(file->play, ns);
	}
	return code < 0 ? code : 0;
}

static int file_sample(void *arg, uint64_t look_into, const struct aios_top_sample *before,
		       struct aios_top_sample *ret, struct aios_err *err)
{
	struct file *file = arg;
	int code;

	/* Of a trace the oldest requests of every context are known. */
	(void)look_into;
	(void)before;
	if (file->over)
		return -ENODATA;
	if (file->next_ns < file->at_ns) {
		code = file_open(file, err);
		if (code)
			return code;
	}
	code = file_to(file, file->next_ns);
	/* Once it is known where the trace ends, what happened at that moment is told as well. */
	if (!code && file->read && file->next_ns >= aios_top_play_ends(file->play)) {
		file->over = true;
		file->next_ns = aios_top_play_ends(file->play);
		code = file_to(file, file->next_ns);
	}
	if (!code)
		code = aios_top_play_sample(file->play, file->next_ns, ret);
	if (code)
		return aios_fail(err, code, "%s: not enough memory", file->opts.path);
	file->at_ns = file->next_ns;
	file->next_ns += file->opts.delay_ns;
	return 0;
}

static void file_move(void *arg, int64_t by_ns)
{
	struct file *file = arg;
	uint64_t begins_ns = aios_top_play_begins(file->play), back_ns;

	if (by_ns >= 0) {
		file->next_ns = file->at_ns + (uint64_t)by_ns;
		return;
	}
	back_ns = -(uint64_t)by_ns;
	file->next_ns = file->at_ns > begins_ns && file->at_ns - begins_ns > back_ns ?
			file->at_ns - back_ns : begins_ns;
	file->over = false;
}

static int file_show(struct file *file)
{
	const struct aios_info *info = aios_top_play_info(file->play);
	struct aios_top_tape tape = {
		.move = file_move, .speed = file->speed ? file->speed : 1,
		.utc_offset_s = info->utc_offset_s,
	};
	struct aios_top_live live = {
		.sample = file_sample, .arg = file, .delay_ns = file->opts.delay_ns,
		.frames = file->opts.frames, .waits = true, .tape = &tape,
	};

	if (aios_top_script_wanted(&file->opts))
		return aios_top_frames(&file->opts, &live);
	return aios_top_live(&live);
}

/* Return: enum aios_status; whether there is anything to show is another matter. */
static int file_begin(struct file *file, bool *any)
{
	const char *path = file->opts.path;
	struct aios_err err = { "" };
	int code = file_open(file, &err);

	if (code)
		return aios_replay_status(path, code, &err, &file->loss);
	if (!aios_top_play_info(file->play)->kernel)
		return aios_replay_status(path, file->read_code ? file->read_code : -EBADMSG,
					  &file->read_err, &file->loss);
	*any = !aios_calls_only(path, aios_top_play_info(file->play));
	file->next_ns = aios_top_play_begins(file->play) + file->seek_ns;
	return AIOS_FINE;
}

static int file_run(struct file *file)
{
	struct aios_err err = { "" };
	int status = AIOS_FINE;
	bool any = false;

	if (!aios_top_script_wanted(&file->opts) && aios_terminal_check(&err)) {
		aios_say("%s", err.text);
		return AIOS_USAGE;
	}
	status = file_begin(file, &any);
	if (any) {
		status = file_show(file);
		if (!file->read)
			file->loss = *aios_top_play_loss(file->play);
		if (!status)
			status = aios_replay_status(file->opts.path, file->read_code,
						    &file->read_err, &file->loss);
	}
	file_close(file);
	return status;
}

static void check(struct argp_state *state, const struct file *file)
{
	if (!file->opts.path)
		aios_usage_error(state, "which trace file?");
	if (file->speed && aios_top_script_wanted(&file->opts))
		aios_usage_error(state, "--speed is for the screen: frames for scripts come as "
				 "fast as they can");
	if (file->opts.output && !file->opts.batch && !file->opts.json)
		aios_usage_error(state, "-o is for -b and --json");
}

static void parse_speed(struct argp_state *state, const char *arg, double *ret)
{
	char *end;

	*ret = strtod(arg, &end);
	if (end == arg || *end || !(*ret >= AIOS_SPEED_MIN && *ret <= AIOS_SPEED_MAX))
		aios_usage_error(state, "'%s' is no speed between 0.01 and 1000", arg);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct file *file = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &file->opts;
		return 0;
	case OPT_SEEK:
		if (aios_parse_duration(arg, &file->seek_ns) || file->seek_ns > INT64_MAX)
			aios_usage_error(state, "'%s' is no duration: 10s, 1.5m ...", arg);
		return 0;
	case OPT_SPEED:
		parse_speed(state, arg, &file->speed);
		return 0;
	case ARGP_KEY_ARG:
		if (file->opts.path)
			aios_usage_error(state, "one trace file at a time");
		file->opts.path = arg;
		return 0;
	case ARGP_KEY_END:
		check(state, file);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option options[] = {
	{ "seek", OPT_SEEK, "TIME", 0, "begin so long after the beginning", 1 },
	{ "speed", OPT_SPEED, "FACTOR", 0, "on the screen: 10 for ten times as fast", 1 },
	{ 0 },
};

static const struct argp_child children[] = { { &aios_top_argp, 0, NULL, 0 }, { 0 } };

static const struct argp argp = {
	.options = options,
	.children = children,
	.parser = parse,
	.args_doc = "FILE",
	.doc = "A trace that aiotrace recorded, as aiotop would have shown it.\v"
	       "Examples:\n"
	       "  aiotop file trace.aios               on the screen, as it was\n"
	       "  aiotop file --seek 5m --speed 10 trace.aios\n"
	       "  aiotop file -b -d 10s trace.aios     a frame for every 10 seconds of it\n"
	       "  aiotop file --json trace.aios | tail -n 1 | jq .counts",
};

int aios_top_file(int argc, char **argv)
{
	struct file file = { .opts.delay_ns = AIOS_TOP_DELAY_NS };

	aios_options_parse(&argp, argc, argv, (char *)"aiotop file", &file);
	return file_run(&file);
}
