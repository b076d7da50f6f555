/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * format.h - trace-file bytes: made and taken apart in memory, read and written elsewhere.
 */
#ifndef AIOS_FORMAT_H
#define AIOS_FORMAT_H

#include <stddef.h>

#include <aioscope/trace_file.h>

#include "buf.h"
#include "err.h"

/**
 * aios_format_header() - appends the file header
 * @buf: where to
 */
void aios_format_header(struct aios_buf *buf);

/**
 * aios_format_check() - is this the beginning of a trace file that can be read?
 * @bytes: the first bytes of the file
 * @len: how many there are
 * @skip: bytes of the header: where the first chunk begins
 * @err: why not
 *
 * Return: 0; -ENODATA for an empty file or one cut off within its header; -EINVAL for another kind
 * of file; -EPROTO for one of a newer major version or a foreign byte order.
 */
int aios_format_check(const void *bytes, size_t len, size_t *skip, struct aios_err *err);

/**
 * aios_format_chunk() - appends a chunk, packed where that makes it smaller
 * @buf: where to
 * @kind: enum aios_chunk_kind
 * @cpu: whose records, or 0
 * @payload: at most AIOS_CHUNK_MAX bytes
 * @len: of @payload
 *
 * Return: 0, -EMSGSIZE, or -ENOMEM; then @buf is as before.
 */
int aios_format_chunk(struct aios_buf *buf, unsigned int kind, unsigned int cpu,
		      const void *payload, size_t len);

/**
 * aios_format_chunk_check() - is this a chunk header?
 * @bytes: sizeof(struct aios_chunk) of them
 * @ret: the header
 *
 * Return: bytes of payload that follow it in the file, or -EBADMSG.
 */
long aios_format_chunk_check(const void *bytes, struct aios_chunk *ret);

/**
 * aios_format_chunk_open() - checks and unpacks a payload
 * @chunk: its header
 * @stored: the bytes that aios_format_chunk_check() asked for
 * @ret: cleared, then filled with the payload
 *
 * Return: 0; -EBADMSG where the checksum or the packing is wrong; -ENOTSUP for a codec that this
 * build does not have; -ENOMEM.
 */
int aios_format_chunk_open(const struct aios_chunk *chunk, const void *stored,
			   struct aios_buf *ret);

#endif /* AIOS_FORMAT_H */
