/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * buf.h - text and bytes that grow. Views write here; only the edge prints.
 */
#ifndef AIOS_BUF_H
#define AIOS_BUF_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct aios_buf - a growing buffer
 * @data: the bytes, always followed by a NUL; NULL before the first write
 * @len: bytes in use
 * @cap: bytes allocated
 * @err: 0, or -ENOMEM once a write has failed; later writes do nothing
 *
 * Zero-initialised is empty. The sticky error lets a view write a page without a check a line.
 */
struct aios_buf {
	char *data;
	size_t len;
	size_t cap;
	int err;
};

int aios_buf_room(struct aios_buf *buf, size_t more);
void aios_buf_add(struct aios_buf *buf, const void *bytes, size_t len);
void aios_buf_str(struct aios_buf *buf, const char *text);
void aios_buf_fmt(struct aios_buf *buf, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void aios_buf_int(struct aios_buf *buf, int64_t number);
void aios_buf_hex(struct aios_buf *buf, uint64_t number);
void aios_buf_pad(struct aios_buf *buf, size_t column);
void aios_buf_clear(struct aios_buf *buf);
void aios_buf_done(struct aios_buf *buf);

/**
 * aios_buf_safe() - appends text that came from elsewhere
 * @buf: where to
 * @text: a process or file name; may hold anything
 *
 * Control characters, which could drive a terminal, those that change the direction of text, and
 * bytes that are not UTF-8 are written as \xNN, and a backslash as two, so that the result can be
 * read back.
 */
void aios_buf_safe(struct aios_buf *buf, const char *text);

#endif /* AIOS_BUF_H */
