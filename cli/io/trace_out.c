// SPDX-License-Identifier: GPL-2.0-only
/*
 * trace_out.c - writes a trace file.
 *
 * A chunk goes out in one write(2) as soon as it is complete: what was written survives the tool.
 * The header goes with the first one, so that a file that has one tells whose it is.
 */
#include "trace_out.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../lib/format.h"
#include "../lib/thin.h"

struct aios_trace_out {
	int fd;
	int err;
	bool own;		/* not standard output */
	char *unlink;		/* the file is ours and empty: take it away again */
	uint64_t bytes;
	struct aios_buf buf;
	struct aios_thin thin;
};

/* A file that was there is kept until the trace begins; one that was not goes if it does not. */
static int out_open(struct aios_trace_out *out, const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd >= 0)
		out->unlink = strdup(path);
	else if (errno == EEXIST)
		fd = open(path, O_WRONLY | O_CLOEXEC);
	return fd;
}

/* Whoever could read the file that was there is not to read what comes into it. */
static int out_own(int fd)
{
	struct stat st;

	if (fstat(fd, &st))
		return -errno;
	return S_ISREG(st.st_mode) && fchmod(fd, 0600) ? -errno : 0;
}

int aios_trace_out_open(const char *path, struct aios_trace_out **ret, struct aios_err *err)
{
	struct aios_trace_out *out = calloc(1, sizeof(*out));

	*ret = out;
	if (!out)
		return -ENOMEM;
	out->own = strcmp(path, "-");
	out->fd = out->own ? out_open(out, path) : fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	if (out->fd < 0) {
		int code = -errno;

		free(out);
		*ret = NULL;
		return aios_fail(err, code, "cannot write %s: %s", path, strerror(-code));
	}
	return 0;
}

/* Writes what is due, and keeps nothing of it: after an error nothing more is written. */
static int out_write(struct aios_trace_out *out)
{
	size_t done = 0;

	while (done < out->buf.len && !out->err) {
		ssize_t put = write(out->fd, out->buf.data + done, out->buf.len - done);

		if (put < 0 && errno != EINTR)
			out->err = -errno;
		else if (put > 0)
			done += (size_t)put;
	}
	out->bytes += done;
	aios_buf_clear(&out->buf);
	return out->err;
}

int aios_trace_out_put(struct aios_trace_out *out, const void *bytes, size_t len)
{
	aios_buf_add(&out->buf, bytes, len);
	return out->buf.err ? out->buf.err : out_write(out);
}

int aios_trace_out_begin(struct aios_trace_out *out)
{
	int err = out->own ? out_own(out->fd) : 0;

	if (err)
		return err;
	/* A pipe or a device cannot be emptied, and need not be. */
	if (out->own && ftruncate(out->fd, 0) && errno != EINVAL)
		return -errno;
	free(out->unlink);
	out->unlink = NULL;
	aios_format_header(&out->buf);
	return out->buf.err;
}

static int out_chunk(void *arg, unsigned int kind, unsigned int cpu, const void *payload,
		     size_t len)
{
	struct aios_trace_out *out = arg;
	int err = out->err;

	if (!err && !aios_thin_keeps(&out->thin, kind, payload, len))
		return 0;
	if (!err)
		err = aios_format_chunk(&out->buf, kind, cpu, payload, len);
	return err ? err : out_write(out);
}

struct aios_feed aios_trace_out_feed(struct aios_trace_out *out)
{
	return (struct aios_feed){ .chunk = out_chunk, .arg = out };
}

/**
 * aios_trace_out_bytes() - how large the file is
 * @out: open
 * Return: bytes written.
 */
uint64_t aios_trace_out_bytes(const struct aios_trace_out *out)
{
	return out->bytes;
}

int aios_trace_out_close(struct aios_trace_out *out)
{
	int err;

	if (!out)
		return 0;
	err = out_write(out);
	if (out->unlink)
		unlink(out->unlink);
	free(out->unlink);
	if (close(out->fd) && !err)
		err = -errno;
	aios_buf_done(&out->buf);
	aios_thin_done(&out->thin);
	free(out);
	return err;
}
