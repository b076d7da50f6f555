// SPDX-License-Identifier: GPL-2.0-only
/*
 * out.c - where data goes.
 */
#include "out.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What is read from standard input may be a file, too. */
static bool same_file(const char *path, const char *input)
{
	struct stat a, b;

	if (stat(path, &a) || (strcmp(input, "-") ? stat(input, &b) : fstat(STDIN_FILENO, &b)))
		return false;
	return S_ISREG(a.st_mode) && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

int aios_out_spares(const char *path, const char *input, struct aios_err *err)
{
	if (!path || !strcmp(path, "-") || !input || !same_file(path, input))
		return 0;
	return aios_fail(err, -EINVAL, "%s is the trace itself; give -o another file", path);
}

int aios_out_open(struct aios_out *out, const char *path, const char *input, struct aios_err *err)
{
	int code = aios_out_spares(path, input, err);

	*out = (struct aios_out){ .fd = STDOUT_FILENO, .path = "standard output" };
	if (code || !path || !strcmp(path, "-"))
		return code;
	out->path = path;
	out->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (out->fd < 0)
		return aios_fail(err, -errno, "cannot write %s: %s", path, strerror(errno));
	out->own = true;
	return 0;
}

int aios_out_write(struct aios_out *out, struct aios_buf *buf)
{
	size_t done = 0;

	if (buf->err)
		out->err = buf->err;
	while (done < buf->len && !out->err) {
		ssize_t put = write(out->fd, buf->data + done, buf->len - done);

		if (put < 0 && errno != EINTR)
			out->err = -errno;
		else if (put > 0)
			done += (size_t)put;
	}
	aios_buf_clear(buf);
	return out->err;
}

bool aios_out_utf8(const struct aios_out *out)
{
	locale_t locale;
	bool utf8;

	if (!isatty(out->fd))
		return false;
	locale = newlocale(LC_CTYPE_MASK, "", (locale_t)0);
	utf8 = locale && !strcmp(nl_langinfo_l(CODESET, locale), "UTF-8");
	if (locale)
		freelocale(locale);
	return utf8;
}

int aios_out_close(struct aios_out *out)
{
	if (out->own && close(out->fd) && !out->err)
		out->err = -errno;
	out->own = false;
	return out->err;
}

int aios_ready(const char *path, struct aios_err *err)
{
	int fd = path ? open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644) : -1;

	if (path && fd < 0)
		return aios_fail(err, -errno, "cannot make %s: %s", path, strerror(errno));
	if (path)
		close(fd);
	return 0;
}
