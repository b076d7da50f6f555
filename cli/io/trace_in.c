// SPDX-License-Identifier: GPL-2.0-only
/*
 * trace_in.c - the file source.
 */
#include "trace_in.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/format.h"

struct aios_trace_reader {
	FILE *file;
	struct aios_buf stored;
	struct aios_buf payload;
	uint64_t offset;
	bool ended;		/* AIOS_CHUNK_END was read */
};

static size_t reader_get(struct aios_trace_reader *reader, void *bytes, size_t len)
{
	size_t got = fread(bytes, 1, len, reader->file);

	reader->offset += got;
	return got;
}

static int reader_header(struct aios_trace_reader *reader, struct aios_err *err)
{
	char bytes[sizeof(struct aios_file_header)];
	size_t got = reader_get(reader, bytes, sizeof(bytes)), skip = 0;
	int code = ferror(reader->file) ? aios_fail(err, -errno, "%s", strerror(errno)) :
		   aios_format_check(bytes, got, &skip, err);

	while (!code && reader->offset < skip)
		if (reader_get(reader, bytes, 1) != 1)
			code = aios_fail(err, -ENODATA, "the file is cut off within its header");
	return code;
}

static int reader_cut(const struct aios_trace_reader *reader, struct aios_err *err)
{
	return aios_fail(err, -ENODATA,
			 "the trace is cut off after %llu bytes; what is before that "
			 "was read",
			 (unsigned long long)reader->offset);
}

static int reader_damaged(uint64_t at, struct aios_err *err)
{
	return aios_fail(err, -EBADMSG,
			 "the trace is damaged at byte %llu; what is before that was "
			 "read",
			 (unsigned long long)at);
}

int aios_trace_next(struct aios_trace_reader *reader, const struct aios_feed *feed,
		    struct aios_err *err)
{
	uint64_t at = reader->offset;
	char head[sizeof(struct aios_chunk)];
	size_t got = reader_get(reader, head, sizeof(head));
	struct aios_chunk chunk;
	long stored;
	int code;

	if (!got)
		return reader->ended ? 0 : reader_cut(reader, err);
	if (got < sizeof(head))
		return reader_cut(reader, err);
	stored = aios_format_chunk_check(head, &chunk);
	if (stored < 0 || reader->ended)
		return reader_damaged(at, err);
	aios_buf_clear(&reader->stored);
	if (aios_buf_room(&reader->stored, (size_t)stored))
		return -ENOMEM;
	if (reader_get(reader, reader->stored.data, (size_t)stored) < (size_t)stored)
		return reader_cut(reader, err);
	code = aios_format_chunk_open(&chunk, reader->stored.data, &reader->payload);
	if (code == -ENOMEM)
		return code;
	if (code)
		return reader_damaged(at, err);
	reader->ended = chunk.kind == AIOS_CHUNK_END;
	code = feed->chunk(feed->arg, chunk.kind, chunk.cpu,
			   reader->payload.data ? reader->payload.data : "", reader->payload.len);
	return code == -EBADMSG ? reader_damaged(at, err) : code ? code : 1;
}

static void reader_done(struct aios_trace_reader *reader)
{
	aios_buf_done(&reader->stored);
	aios_buf_done(&reader->payload);
}

int aios_trace_read(FILE *file, const struct aios_feed *feed, struct aios_err *err)
{
	struct aios_trace_reader reader = { .file = file };
	int code = reader_header(&reader, err);

	if (!code) {
		do {
			code = aios_trace_next(&reader, feed, err);
		} while (code > 0);
	}
	reader_done(&reader);
	return code;
}

static int file_open(const char *path, FILE **ret, struct aios_err *err)
{
	*ret = strcmp(path, "-") ? fopen(path, "re") : stdin;
	return *ret ? 0 : aios_fail(err, -errno, "%s", strerror(errno));
}

static void file_close(FILE *file)
{
	if (file != stdin)
		fclose(file);
}

int aios_trace_in(const char *path, const struct aios_feed *feed, struct aios_err *err)
{
	FILE *file;
	int code = file_open(path, &file, err);

	if (code)
		return code;
	code = aios_trace_read(file, feed, err);
	file_close(file);
	return code;
}

int aios_trace_open(const char *path, struct aios_trace_reader **ret, struct aios_err *err)
{
	struct aios_trace_reader *reader = calloc(1, sizeof(*reader));
	int code;

	if (!reader)
		return -ENOMEM;
	code = file_open(path, &reader->file, err);
	if (!code)
		code = reader_header(reader, err);
	if (code)
		reader = aios_trace_close(reader);
	*ret = reader;
	return code;
}

/**
 * aios_trace_close() - closes it
 * @reader: may be NULL
 * Return: NULL.
 */
struct aios_trace_reader *aios_trace_close(struct aios_trace_reader *reader)
{
	if (!reader)
		return NULL;
	if (reader->file)
		file_close(reader->file);
	reader_done(reader);
	free(reader);
	return NULL;
}
