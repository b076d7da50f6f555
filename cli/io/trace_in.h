/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * trace_in.h - the file source: reads a trace file and yields its chunks.
 */
#ifndef AIOS_TRACE_IN_H
#define AIOS_TRACE_IN_H

#include <stdio.h>

#include "../lib/decode.h"
#include "../lib/err.h"

/**
 * aios_trace_in() - reads a trace file to its end
 * @path: of the file, "-" for standard input
 * @feed: gets every chunk
 * @err: what is wrong with the file
 *
 * What can be read is passed on before an error is returned.
 *
 * Return: 0; -ENODATA for a file that has its header and is empty or ends in the middle of a
 * chunk; -EBADMSG for a damaged one; other negative errnos where it cannot be opened or is none;
 * what the feed returned, without a text.
 */
int aios_trace_in(const char *path, const struct aios_feed *feed, struct aios_err *err);

/**
 * aios_trace_read() - the same for a file that is open already
 * @file: at its beginning; stays open
 * @feed: as for aios_trace_in()
 * @err: as for aios_trace_in()
 * Return: as aios_trace_in().
 */
int aios_trace_read(FILE *file, const struct aios_feed *feed, struct aios_err *err);

struct aios_trace_reader;

/**
 * aios_trace_open() - a trace file that is read as far as is wanted
 * @path: as for aios_trace_in()
 * @ret: to be closed with aios_trace_close(); its header was read
 * @err: as for aios_trace_in()
 * Return: as aios_trace_in().
 */
int aios_trace_open(const char *path, struct aios_trace_reader **ret, struct aios_err *err);
struct aios_trace_reader *aios_trace_close(struct aios_trace_reader *reader);

/**
 * aios_trace_next() - reads the next chunk
 * @reader: which file
 * @feed: gets it
 * @err: as for aios_trace_in()
 * Return: 1; 0 at the end; else as aios_trace_in().
 */
int aios_trace_next(struct aios_trace_reader *reader, const struct aios_feed *feed,
		    struct aios_err *err);

#endif /* AIOS_TRACE_IN_H */
