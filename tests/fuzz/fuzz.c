// SPDX-License-Identifier: GPL-2.0-only
/*
 * fuzz.c - all views of a trace: whatever the bytes, each of them has to come to its end.
 */
#include "fuzz.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "lib/view.h"

void fuzz_must(int holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "fuzz: this does not hold: %s\n", what);
	abort();
}

static void told_timeline(struct fuzz_told *told, const struct aios_request *req, bool all)
{
	struct aios_trace trace = aios_pipeline_trace(told->pipe);
	struct aios_timeline_opts opts = {
		.clock = aios_pipeline_clock(told->pipe),
		.trace = &trace,
		.addresses = all,
		.utf8 = all,
	};

	aios_timeline(&told->buf, req, &opts);
}

/* One view for each request in turn: all of them take four times as long and find no more. */
static int told_request(void *arg, const struct aios_request *req)
{
	struct fuzz_told *told = arg;
	struct aios_clock clock = aios_pipeline_clock(told->pipe);
	const struct aios_request **held = &told->held[told->requests++ % FUZZ_HELD];

	aios_buf_clear(&told->buf);
	if (req->id % 4 == 0)
		aios_line(&told->buf, req, &clock);
	else if (req->id % 4 == 1)
		told_timeline(told, req, true);
	else if (req->id % 4 == 2)
		aios_export_csv(&told->buf, req, true);
	else
		fuzz_must(!aios_export_json(&told->buf, req, true), "a request is told as JSON");
	aios_request_release(*held);
	*held = aios_request_hold(req);
	return told->stop_at && told->requests >= told->stop_at ? -EPIPE : 0;
}

static int told_gap(void *arg, const struct aios_gap *gap)
{
	struct fuzz_told *told = arg;
	struct aios_clock clock = aios_pipeline_clock(told->pipe);

	aios_buf_clear(&told->buf);
	aios_line_gap(&told->buf, gap, &clock);
	return 0;
}

static int told_unread(void *arg, struct aios_request *req)
{
	struct fuzz_told *told = arg;
	struct aios_clock clock = aios_pipeline_clock(told->pipe);

	fuzz_must(req->completed_ns && !req->reaper, "what lies unread in a ring has completed");
	aios_line(&told->buf, req, &clock);
	return 0;
}

static int told_until(void *arg, uint64_t time_ns)
{
	struct fuzz_told *told = arg;

	aios_buf_clear(&told->buf);
	return aios_model_unread(aios_pipeline_model(told->pipe), time_ns, told_unread, told);
}

void fuzz_told_begin(struct fuzz_told *told)
{
	static const struct aios_pipeline_ops ops = {
		.request = told_request,
		.gap = told_gap,
		.until = told_until,
	};
	struct aios_model_opts opts = { .history = true };

	*told = (struct fuzz_told){ .pipe = aios_pipeline_new(&ops, told, &opts) };
	fuzz_must(told->pipe != NULL, "there is memory for a pipeline");
}

void fuzz_told_end(struct fuzz_told *told, int abort)
{
	struct aios_trace trace;
	int code = abort ? 0 : aios_pipeline_end(told->pipe);

	fuzz_must(!code || (code == -EPIPE && told->stop_at), "a trace comes to its end");
	trace = aios_pipeline_trace(told->pipe);
	aios_buf_clear(&told->buf);
	aios_report_text(&told->buf, &trace);
	fuzz_must(!aios_report_json(&told->buf, &trace), "a report can be told as JSON");
	for (size_t i = 0; i < FUZZ_HELD; i++) {
		if (told->held[i])
			told_timeline(told, told->held[i], false);
		aios_request_release(told->held[i]);
	}
	fuzz_must(!told->buf.err, "there is memory for the text");
	aios_pipeline_free(told->pipe);
	aios_buf_done(&told->buf);
}

static uint32_t crc_of(uint32_t crc, const void *bytes, size_t len)
{
	return (uint32_t)crc32(crc, bytes, (uInt)len);
}

void fuzz_repair(uint8_t *data, size_t size)
{
	struct aios_file_header header;
	size_t at;

	if (size < sizeof(header))
		return;
	memcpy(&header, data, sizeof(header));
	header.crc = crc_of(0, &header, offsetof(struct aios_file_header, crc));
	memcpy(data, &header, sizeof(header));
	for (at = header.bytes; at < size && size - at >= sizeof(struct aios_chunk);) {
		struct aios_chunk chunk;

		memcpy(&chunk, data + at, sizeof(chunk));
		if (chunk.stored > size - at - sizeof(chunk))
			return;
		chunk.crc = 0;
		chunk.crc = crc_of(crc_of(0, &chunk, sizeof(chunk)), data + at + sizeof(chunk),
				   chunk.stored);
		memcpy(data + at, &chunk, sizeof(chunk));
		at += sizeof(chunk) + ((chunk.stored + 7U) & ~7U);
	}
}

size_t fuzz_body(unsigned int type)
{
	static const size_t bodies[AIOS_EV_MAX] = {
#define X(num, sym, text, type, sentence) [num] = sizeof(struct type),
		AIOS_EVENTS(X)
#undef X
	};

	return type < AIOS_EV_MAX ? bodies[type] : 0;
}
