/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * out.h - where data goes: standard output, or a file.
 */
#ifndef AIOS_OUT_H
#define AIOS_OUT_H

#include <stdbool.h>

#include "../lib/buf.h"
#include "../lib/err.h"

/**
 * struct aios_out - an open output
 * @fd: of it
 * @path: for messages
 * @own: it is to be closed
 * @err: the first error, which stays
 */
struct aios_out {
	int fd;
	const char *path;
	bool own;
	int err;
};

/**
 * aios_out_spares() - an output must not be what is read
 * @path: as for aios_out_open()
 * @input: as for aios_out_open()
 * @err: why not
 * Return: 0 or -EINVAL.
 */
int aios_out_spares(const char *path, const char *input, struct aios_err *err);

/**
 * aios_out_open() - opens an output
 * @out: overwritten
 * @path: of a file, or NULL or "-" for standard output
 * @input: file that is going to be read, which must not be the same, "-" for standard input, or
 *	NULL
 * @err: why not
 * Return: 0 or a negative errno.
 */
int aios_out_open(struct aios_out *out, const char *path, const char *input, struct aios_err *err);

/**
 * aios_out_write() - writes a buffer and empties it
 * Return: 0 or a negative errno; -EPIPE where nobody reads any more.
 */
int aios_out_write(struct aios_out *out, struct aios_buf *buf);

/**
 * aios_out_utf8() - can somebody look at more than ASCII there?
 * @out: open
 * Return: whether it is a terminal of a locale with UTF-8.
 */
bool aios_out_utf8(const struct aios_out *out);

/**
 * aios_out_close() - closes it
 * Return: 0 or a negative errno: the first that happened.
 */
int aios_out_close(struct aios_out *out);

/**
 * aios_ready() - makes the file that says that all is attached
 * @path: --ready-file, or NULL
 * @err: why not
 * Return: 0 or a negative errno.
 */
int aios_ready(const char *path, struct aios_err *err);

#endif /* AIOS_OUT_H */
