/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * trace_out.h - writes a trace file, chunk by chunk, and never goes back.
 */
#ifndef AIOS_TRACE_OUT_H
#define AIOS_TRACE_OUT_H

#include <stdint.h>

#include "../lib/decode.h"
#include "../lib/err.h"

struct aios_trace_out;

/**
 * aios_trace_out_open() - checks that the file can be written; does not touch it yet
 * @path: of the file, made 0600
 * @ret: to be closed with aios_trace_out_close()
 * @err: why not
 * Return: 0 or a negative errno.
 */
int aios_trace_out_open(const char *path, struct aios_trace_out **ret, struct aios_err *err);

/**
 * aios_trace_out_begin() - empties the file; its header goes out with what comes first
 * Return: 0 or a negative errno.
 */
int aios_trace_out_begin(struct aios_trace_out *out);

/**
 * aios_trace_out_feed() - its entrance for chunks
 * @out: must outlive the source
 * Return: to be given to a source; its errors are those of write(2), and stay.
 */
struct aios_feed aios_trace_out_feed(struct aios_trace_out *out);

/**
 * aios_trace_out_put() - writes bytes of chunks that were made elsewhere
 * @out: begun
 * @bytes: whole chunks
 * @len: of @bytes
 * Return: 0 or a negative errno, which stays.
 */
int aios_trace_out_put(struct aios_trace_out *out, const void *bytes, size_t len);

uint64_t aios_trace_out_bytes(const struct aios_trace_out *out);

/**
 * aios_trace_out_close() - closes the file; one that was made and never begun is removed
 * @out: may be NULL
 * Return: 0 or a negative errno: the first that happened.
 */
int aios_trace_out_close(struct aios_trace_out *out);

#endif /* AIOS_TRACE_OUT_H */
