// SPDX-License-Identifier: GPL-2.0-only
/*
 * flight.c - the flight recorder and the rotation of files.
 *
 * A file begins and ends at a moment up to which the records of all CPUs were read: begins_ns and
 * goes_on_ns of trace_file.h. So one that is asked for now is written a round or two later.
 */
#include "flight.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../lib/format.h"
#include "../lib/keep.h"
#include "../lib/stuck.h"
#include "../lib/thin.h"
#include "../lib/units.h"
#include "msg.h"
#include "trace_out.h"

#define CHECKS		8	/* looks for stuck requests in the time after which one is stuck */
#define CHECK_MAX_NS	1000000000ULL
#define STUCK_PAUSE_NS	10000000000ULL	/* after a file for stuck ones: bad days fill disks */

struct aios_flight {
	struct aios_flight_opts opts;
	int err;		/* ends the recording */
	int failed;		/* what was asked for could not be written; the recording goes on */
	struct aios_keep *keep;
	struct aios_stuck *stuck;
	struct aios_thin thin;
	struct aios_trace_out *out;	/* the file that is being written */
	struct aios_buf chunk;
	uint64_t begun_bytes;	/* of @out before anything new came */
	unsigned int files;
	uint64_t bytes;		/* of files that are closed */
	char reason[96];	/* why a file is asked for; empty where none is */
	uint64_t asked_ns;
	uint64_t checked_ns;
	uint64_t stuck_ns;	/* the last file for a stuck request */
	uint64_t lost;		/* what was lost when stuck requests were looked for last */
	struct aios_kernel_stats kernel;
};

/* "t.aios" and 2: "t.2.aios". A dot in a folder's name is no suffix. */
static char *file_name(const char *path, unsigned int nr)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	const char *dot = strrchr(name, '.');
	char *ret;
	int stem = (int)(dot && dot != name ? dot - path : (long)strlen(path));

	if (!nr)
		return strdup(path);
	return asprintf(&ret, "%.*s.%u%s", stem, path, nr, path + stem) < 0 ? NULL : ret;
}

static int flight_open(struct aios_flight *flight, struct aios_err *err)
{
	char *name = file_name(flight->opts.path, flight->files);
	int code = name ? aios_trace_out_open(name, &flight->out, err) : -ENOMEM;

	free(name);
	return code;
}

int aios_flight_new(const struct aios_flight_opts *opts, struct aios_flight **ret,
		    struct aios_err *err)
{
	struct aios_flight *flight = calloc(1, sizeof(*flight));
	int code;

	*ret = NULL;
	if (!flight)
		return -ENOMEM;
	flight->opts = *opts;
	if (opts->ring || opts->max_size)
		flight->keep = aios_keep_new(opts->ring);
	if (opts->stuck_ns)
		flight->stuck = aios_stuck_new(opts->stuck_ns);
	code = flight_open(flight, err);
	/* It can be written; until something is, there shall be none. */
	if (!code && opts->ring) {
		aios_trace_out_close(flight->out);
		flight->out = NULL;
	}
	if (!code && (((opts->ring || opts->max_size) && !flight->keep) ||
		      (opts->stuck_ns && !flight->stuck)))
		code = aios_fail(err, -ENOMEM, "not enough memory");
	if (code) {
		aios_flight_close(flight);
		return code;
	}
	*ret = flight;
	return 0;
}

static void remove_oldest(struct aios_flight *flight)
{
	uint64_t max = flight->opts.max_files;
	char *name;

	if (!max || flight->files < max)
		return;
	name = file_name(flight->opts.path, flight->files - (unsigned int)max);
	if (name)
		unlink(name);
	free(name);
}

static int file_begin(struct aios_flight *flight)
{
	struct aios_err err = { "" };
	int code;

	remove_oldest(flight);
	code = flight->out ? 0 : flight_open(flight, &err);
	if (code)
		aios_say("%s", err.text[0] ? err.text : strerror(-code));
	if (!code)
		code = aios_trace_out_begin(flight->out);
	flight->files++;
	return code;
}

static int file_end(struct aios_flight *flight)
{
	int err;

	flight->bytes += flight->out ? aios_trace_out_bytes(flight->out) : 0;
	err = aios_trace_out_close(flight->out);
	flight->out = NULL;
	return err;
}

int aios_flight_begin(struct aios_flight *flight)
{
	return flight->opts.ring ? 0 : file_begin(flight);
}

static int put(void *arg, const void *bytes, size_t len)
{
	return aios_trace_out_put(arg, bytes, len);
}

/* The end of a file after which the recording goes on. */
static int put_end(struct aios_flight *flight, char *reason)
{
	struct aios_end end = {
		.reason = reason,
		.end_ns = aios_now_ns(),
		.goes_on_ns = aios_keep_stats(flight->keep).complete_ns,
		.command_status = -1,
		.stats = flight->kernel,
	};
	struct aios_buf json = { 0 }, chunk = { 0 };
	int err = aios_end_write(&end, &json);

	if (!err)
		err = aios_format_chunk(&chunk, AIOS_CHUNK_END, 0, json.data, json.len);
	if (!err)
		err = put(flight->out, chunk.data, chunk.len);
	aios_buf_done(&json);
	aios_buf_done(&chunk);
	return err;
}

/* "wrote t.1.aios (2.41M, the last 12.3s): SIGUSR1" */
static void say_written(const struct aios_flight *flight, uint64_t bytes, const char *reason)
{
	struct aios_keep_stats kept = aios_keep_stats(flight->keep);
	struct aios_buf text = { 0 };
	char *name = file_name(flight->opts.path, flight->files - 1);

	aios_fmt_size(&text, bytes);
	aios_buf_str(&text, ", ");
	if (kept.begins_ns) {
		aios_buf_str(&text, "the last ");
		aios_fmt_duration(&text, kept.complete_ns - kept.begins_ns);
	} else {
		aios_buf_str(&text, "all so far");
	}
	if (!text.err && name)
		aios_say("wrote %s (%s): %s", name, text.data, reason);
	aios_buf_done(&text);
	free(name);
}

/* Writes what is kept; @end is the end of the recording, or NULL where it goes on. */
static int dump(struct aios_flight *flight, char *reason, const struct aios_buf *end)
{
	int err = file_begin(flight);
	uint64_t before = flight->bytes;

	if (!err)
		err = aios_keep_write(flight->keep, put, flight->out);
	if (!err)
		err = end ? put(flight->out, end->data, end->len) : put_end(flight, reason);
	if (flight->out) {
		int closed = file_end(flight);

		err = err ? err : closed;
	}
	if (err)
		aios_say("cannot write what is kept (%s): %s", reason, strerror(-err));
	else
		say_written(flight, flight->bytes - before, reason);
	return err;
}

static int rotate(struct aios_flight *flight)
{
	char reason[] = "the file had reached its size";
	int err = put_end(flight, reason), closed = file_end(flight);

	if (!err)
		err = closed;
	if (!err)
		err = file_begin(flight);
	if (!err)
		err = aios_keep_write(flight->keep, put, flight->out);
	if (!err)
		flight->begun_bytes = aios_trace_out_bytes(flight->out);
	return err;
}

/* What a next file has to repeat can be large: a quarter at least has to be new. */
static bool file_is_full(const struct aios_flight *flight)
{
	uint64_t max = flight->opts.max_size, bytes = aios_trace_out_bytes(flight->out);

	return bytes >= max && bytes - flight->begun_bytes >= max / 4 &&
	       aios_keep_stats(flight->keep).complete_ns;
}

static int flight_store(struct aios_flight *flight, unsigned int kind, const void *payload,
			size_t len)
{
	const struct aios_buf *chunk = &flight->chunk;
	int err = 0;

	/* The end of the recording is the end of the last file, and of what is kept. */
	if (flight->opts.ring && kind == AIOS_CHUNK_END)
		return dump(flight, (char *)"the end of the trace", chunk);
	if (flight->keep && kind != AIOS_CHUNK_END)
		err = aios_keep_add(flight->keep, kind, payload, len, chunk->data, chunk->len);
	if (!err && flight->out)
		err = put(flight->out, chunk->data, chunk->len);
	return err;
}

static int flight_chunk(void *arg, unsigned int kind, unsigned int cpu, const void *payload,
			size_t len)
{
	struct aios_flight *flight = arg;
	int err = flight->err;

	if (!err && flight->stuck && kind == AIOS_CHUNK_RECORDS)
		err = aios_stuck_records(flight->stuck, payload, len);
	/* While a file is asked for, every round counts. */
	if (!err && !aios_thin_keeps(&flight->thin, kind, payload, len) && !flight->reason[0])
		return 0;
	aios_buf_clear(&flight->chunk);
	if (!err)
		err = aios_format_chunk(&flight->chunk, kind, cpu, payload, len);
	if (!err)
		err = flight_store(flight, kind, payload, len);
	return err;
}

struct aios_feed aios_flight_feed(struct aios_flight *flight)
{
	return (struct aios_feed){ .chunk = flight_chunk, .arg = flight };
}

void aios_flight_ask(struct aios_flight *flight, const char *reason)
{
	if (!flight->opts.ring || flight->reason[0])
		return;
	snprintf(flight->reason, sizeof(flight->reason), "%s", reason);
	flight->asked_ns = aios_now_ns();
}

static void say_stuck(struct aios_flight *flight, size_t cnt, uint64_t oldest_ns)
{
	struct aios_buf text = { 0 };

	aios_buf_fmt(&text, "%zu request%s in flight for ", cnt, cnt > 1 ? "s" : "");
	aios_fmt_duration(&text, oldest_ns);
	if (!text.err)
		aios_flight_ask(flight, text.data);
	aios_buf_done(&text);
}

static void check_stuck(struct aios_flight *flight, const struct aios_live_stats *stats)
{
	uint64_t now_ns = aios_now_ns(), lost = stats->dropped + stats->missed, oldest_ns;
	uint64_t pause_ns = flight->opts.stuck_ns / CHECKS;
	size_t cnt;

	if (lost != flight->lost)
		aios_stuck_forget(flight->stuck);
	flight->lost = lost;
	if (pause_ns > CHECK_MAX_NS)
		pause_ns = CHECK_MAX_NS;
	if (now_ns < flight->checked_ns + pause_ns ||
	    (flight->stuck_ns && now_ns < flight->stuck_ns + STUCK_PAUSE_NS))
		return;
	flight->checked_ns = now_ns;
	cnt = aios_stuck_check(flight->stuck, now_ns, &oldest_ns);
	if (!cnt)
		return;
	flight->stuck_ns = now_ns;
	say_stuck(flight, cnt, oldest_ns);
}

void aios_flight_tick(struct aios_flight *flight, const struct aios_live_stats *stats)
{
	flight->kernel = stats->kernel;
	if (flight->stuck)
		check_stuck(flight, stats);
	if (flight->reason[0] && aios_keep_stats(flight->keep).complete_ns >= flight->asked_ns) {
		int err = dump(flight, flight->reason, NULL);

		/* The recording goes on: the next one may find room. */
		if (err && !flight->failed)
			flight->failed = err;
		flight->reason[0] = '\0';
	}
	if (flight->opts.max_size && !flight->err && flight->out && file_is_full(flight))
		flight->err = rotate(flight);
}

struct aios_flight_stats aios_flight_stats(const struct aios_flight *flight)
{
	return (struct aios_flight_stats){
		.files = flight->files,
		.bytes = flight->bytes + (flight->out ? aios_trace_out_bytes(flight->out) : 0),
		.kept = flight->keep ? aios_keep_stats(flight->keep).bytes : 0,
	};
}

int aios_flight_close(struct aios_flight *flight)
{
	int err, closed;

	if (!flight)
		return 0;
	err = flight->err ? flight->err : flight->failed;
	closed = flight->out ? file_end(flight) : 0;
	aios_keep_free(flight->keep);
	aios_stuck_free(flight->stuck);
	aios_thin_done(&flight->thin);
	aios_buf_done(&flight->chunk);
	free(flight);
	return err ? err : closed;
}
