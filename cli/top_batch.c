// SPDX-License-Identifier: GPL-2.0-only
/*
 * top_batch.c - aiotop for scripts: frames as text or JSON, and a file of OpenMetrics.
 *
 * A frame tells of the time since the one before, so the first comes after one delay. Who ends it
 * with SIGTERM or SIGINT gets a last one, so that nothing that was counted is left out.
 */
#include "top_cmd.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cmd.h"
#include "io/msg.h"
#include "io/out.h"
#include "io/status.h"
#include "top_live.h"

/**
 * struct batch - frames on their way
 * @out: where they go
 * @samples: the newest one, @now, and the one before
 * @shown: frames so far
 * @unwritten: a file of OpenMetrics could not be replaced
 */
struct batch {
	const struct aios_top_opts *opts;
	const struct aios_top_live *live;
	struct aios_top *top;
	struct aios_out *out;
	struct aios_top_sample samples[2];
	int now;
	unsigned int shown;
	bool unwritten;
};

#define NAME_MAX_LEN	4096

static int new_name(const char *path, char *ret, struct aios_err *err)
{
	if (snprintf(ret, NAME_MAX_LEN, "%s.%d.new", path, (int)getpid()) >= NAME_MAX_LEN)
		return aios_fail(err, -ENAMETOOLONG, "%s: its name is too long", path);
	return 0;
}

/* Said before anything is counted, and not when the first frame is due. */
static int check_metrics(const char *path, struct aios_err *err)
{
	char name[NAME_MAX_LEN];
	int code = path ? new_name(path, name, err) : 0, fd;
	struct stat st;

	if (!path || code)
		return code;
	/* The new file takes its place: a device or a link would be gone. */
	if (!lstat(path, &st) && !S_ISREG(st.st_mode))
		return aios_fail(err, -EINVAL, "cannot replace %s: it is no regular file", path);
	fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0)
		return aios_fail(err, -errno, "cannot write %s: %s", path, strerror(errno));
	close(fd);
	unlink(name);
	return 0;
}

/* Whoever reads the file finds the old one or the new one, never a part of one. */
static int replace(const char *path, const struct aios_buf *buf, struct aios_err *err)
{
	struct aios_out out;
	struct aios_buf copy = { 0 };
	char name[NAME_MAX_LEN];
	int code = new_name(path, name, err);

	if (!code)
		code = aios_out_open(&out, name, NULL, err);
	if (code)
		return code;
	aios_buf_add(&copy, buf->data, buf->len);
	aios_out_write(&out, &copy);
	aios_buf_done(&copy);
	code = aios_out_close(&out);
	if (!code && rename(name, path))
		code = -errno;
	if (code) {
		unlink(name);
		return aios_fail(err, code, "cannot write %s: %s", path, strerror(-code));
	}
	return 0;
}

static int show_metrics(struct batch *batch, const struct aios_top_frame *frame,
			struct aios_err *err)
{
	struct aios_buf buf = { 0 };
	int code;

	if (!batch->opts->openmetrics)
		return 0;
	aios_top_openmetrics(&buf, frame);
	code = buf.err ? aios_fail(err, buf.err, "not enough memory") :
	       replace(batch->opts->openmetrics, &buf, err);
	batch->unwritten = code && !buf.err;
	aios_buf_done(&buf);
	return code;
}

static int show_frame(const struct batch *batch, const struct aios_top_frame *frame,
		      struct aios_err *err)
{
	struct aios_buf buf = { 0 };
	int code = 0;

	if (batch->opts->json)
		code = aios_top_json(&buf, frame);
	else if (batch->opts->batch)
		aios_top_batch(&buf, frame);
	if (!code && buf.err)
		code = buf.err;
	if (code)
		aios_fail(err, code, "not enough memory");
	else if (buf.len)
		code = aios_out_write(batch->out, &buf);
	aios_buf_done(&buf);
	return code;
}

/* Return: 0 or a negative errno; of the output @err says nothing, its close does. */
static int show(struct batch *batch, const struct aios_top_sample *before, struct aios_err *err)
{
	struct aios_top_frame frame = { 0 };
	int code = aios_top_frame(batch->top, before, &batch->samples[batch->now], &frame);

	if (code)
		aios_fail(err, code, "not enough memory");
	if (!code)
		code = show_frame(batch, &frame, err);
	if (!code)
		code = show_metrics(batch, &frame, err);
	aios_top_frame_done(&frame);
	return code;
}

static int step(struct batch *batch, struct aios_top_sample *before, struct aios_err *err)
{
	struct aios_top_sample *next = &batch->samples[!batch->now];
	int code;

	aios_top_sample_done(next);
	memset(next, 0, sizeof(*next));
	code = batch->live->sample(batch->live->arg, 0, before, next, err);
	if (code == -ENODATA)
		return code;
	if (code)
		return err->text[0] ? code : aios_fail(err, code, "%s", strerror(-code));
	batch->now = !batch->now;
	return 0;
}

/* Return: whether somebody wants it to end. */
static bool wait_for_next(const struct batch *batch, const sigset_t *ends)
{
	uint64_t ns = batch->live->delay_ns;
	struct timespec delay = { (time_t)(ns / 1000000000), (long)(ns % 1000000000) };

	return !batch->live->waits && sigtimedwait(ends, NULL, &delay) > 0;
}

static int batch_loop(struct batch *batch, struct aios_err *err)
{
	bool ended = false;
	sigset_t ends;
	int code;

	sigemptyset(&ends);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGTERM);
	/* A recording is read as fast as it comes, and its end is not missed by who ends that. */
	if (!batch->live->waits)
		sigprocmask(SIG_BLOCK, &ends, NULL);
	code = step(batch, NULL, err);
	if (!code)
		code = aios_ready(batch->live->ready_file, err);
	while (!code && !ended && (!batch->live->frames || batch->shown < batch->live->frames)) {
		struct aios_top_sample *before = &batch->samples[batch->now];

		ended = wait_for_next(batch, &ends);
		code = step(batch, before, err);
		if (!code)
			code = show(batch, before, err);
		batch->shown++;
	}
	/* Who reads no further has seen enough. */
	return code == -ENODATA || code == -EPIPE ? 0 : code;
}

int aios_top_frames(const struct aios_top_opts *opts, const struct aios_top_live *live)
{
	struct batch batch = { .opts = opts, .live = live };
	struct aios_err err = { "" };
	struct aios_out out;
	int code = -ENOMEM;

	if (check_metrics(opts->openmetrics, &err) ||
	    aios_out_open(&out, opts->output, opts->path, &err)) {
		aios_say("%s", err.text);
		return AIOS_USAGE;
	}
	if (live->why)
		aios_say("%s", live->why);
	batch.out = &out;
	batch.top = aios_top_new();
	if (batch.top)
		code = batch_loop(&batch, &err);
	else
		aios_fail(&err, code, "not enough memory");
	if (err.text[0])
		aios_say("%s", err.text);
	aios_top_sample_done(&batch.samples[0]);
	aios_top_sample_done(&batch.samples[1]);
	aios_top_free(batch.top);
	return aios_out_status(&out, batch.unwritten ? AIOS_INCONCLUSIVE :
			       code ? AIOS_CANNOT_OBSERVE : AIOS_FINE);
}
