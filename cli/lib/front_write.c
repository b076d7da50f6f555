// SPDX-License-Identifier: GPL-2.0-only
/*
 * front_write.c - tells what is alive: processes and names first, then contexts as a search would
 * find them, then what requests and threads have done so far, in the order it was done.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "format.h"
#include "front_int.h"
#include "vec.h"

#define CHUNK_BYTES	(1U << 20)

struct writer {
	struct aios_buf *buf;	/* chunks */
	struct aios_buf records;	/* of the next chunk */
	const struct aios_rec **recs;
	size_t rec_cnt, rec_cap;
};

static uint32_t req_lives(const struct front_req *req)
{
	uint32_t cnt = 0;

	for (; req; req = req->older)
		cnt++;
	return cnt;
}

uint32_t aios_front_in_flight(const struct aios_front *front, uint64_t kctx)
{
	struct front_thread *thread;
	struct front_req *req;
	uint32_t cnt = 0;
	size_t iter = 0;

	while ((req = aios_map_next(&front->reqs, &iter)))
		if (req->kctx == kctx)
			cnt += req_lives(req);
	iter = 0;
	while ((thread = aios_map_next(&front->threads, &iter)))
		if (thread->born && thread->born->completed && thread->born->kctx == kctx)
			cnt++;
	return cnt;
}

static int writer_flush(struct writer *writer)
{
	int err = writer->records.err;

	if (!err && writer->records.len)
		err = aios_format_chunk(writer->buf, AIOS_CHUNK_FRONT, 0, writer->records.data,
					writer->records.len);
	aios_buf_clear(&writer->records);
	return err;
}

static int writer_add(struct writer *writer, const void *records, size_t len)
{
	aios_buf_add(&writer->records, records, len);
	return writer->records.len >= CHUNK_BYTES ? writer_flush(writer) : writer->records.err;
}

static int writer_rec(struct writer *writer, const struct aios_rec *rec)
{
	return writer_add(writer, rec, rec->h.len);
}

/* Puts a record down for the part that is told in order. */
static int writer_note(struct writer *writer, const struct aios_rec *rec)
{
	const struct aios_rec **recs = aios_vec_room(writer->recs, writer->rec_cnt,
						     &writer->rec_cap, sizeof(*recs));

	if (!recs)
		return -ENOMEM;
	writer->recs = recs;
	recs[writer->rec_cnt++] = rec;
	return 0;
}

static int write_procs(struct writer *writer, const struct aios_front *front)
{
	const struct aios_rec *proc;
	size_t iter = 0;
	int err = 0;

	while (!err && (proc = aios_map_next(&front->procs, &iter)))
		err = writer_rec(writer, proc);
	return err;
}

static int write_names(struct writer *writer, const struct aios_front *front)
{
	const struct front_name *name;
	size_t iter = 0;
	int err = 0;

	while (!err && (name = aios_map_next(&front->names, &iter)))
		err = writer_add(writer, name->records.data, name->records.len);
	return err;
}

/* One pass over all requests for each context would take its time where both are many. */
struct tally {
	uint64_t kctx;
	uint32_t cnt;
};

static int tally_add(struct aios_map *tallies, uint64_t kctx, uint32_t cnt)
{
	struct tally *tally = aios_map_get(tallies, kctx);

	if (!tally) {
		tally = aios_map_add(tallies, kctx, sizeof(*tally));
		if (!tally)
			return -ENOMEM;
	}
	tally->cnt += cnt;
	return 0;
}

static int tally_all(struct aios_map *tallies, const struct aios_front *front)
{
	const struct front_thread *thread;
	const struct front_req *req;
	size_t iter = 0;
	int err = 0;

	while (!err && (req = aios_map_next(&front->reqs, &iter)))
		err = tally_add(tallies, req->kctx, req_lives(req));
	iter = 0;
	while (!err && (thread = aios_map_next(&front->threads, &iter)))
		if (thread->born && thread->born->completed)
			err = tally_add(tallies, thread->born->kctx, 1);
	return err;
}

static int write_ctxs(struct writer *writer, const struct aios_front *front, uint64_t at_ns)
{
	struct aios_rec rec = {
		.h = {
			.type = AIOS_EV_CTX_FOUND,
			.len = sizeof(struct aios_hdr) + sizeof(struct aios_ctx_found),
			.time_ns = at_ns,
		},
	};
	struct aios_map tallies = { 0 };
	const struct front_ctx *ctx;
	struct tally *tally;
	size_t iter = 0;
	int err = tally_all(&tallies, front);

	while (!err && (ctx = aios_map_next(&front->ctxs, &iter))) {
		tally = aios_map_get(&tallies, ctx->found.kctx);
		rec.ctx_found = ctx->found;
		rec.ctx_found.in_flight = ctx->unknown ? AIOS_UNKNOWN32 :
					  ctx->older + (tally ? tally->cnt : 0);
		if (ctx->hidden)
			rec.ctx_found.head = AIOS_UNKNOWN32;
		err = writer_rec(writer, &rec);
	}
	iter = 0;
	while ((tally = aios_map_next(&tallies, &iter)))
		free(tally);
	aios_map_done(&tallies);
	return err;
}

/* One that did too much to be told is told as a search would find it. */
static int note_req(struct writer *writer, const struct front_req *req)
{
	bool found = req->too_long && !req->submitting;
	size_t cnt = found ? 1 : req->rec_cnt;
	int err = 0;

	if (found)
		req->recs[0].h.type = AIOS_EV_REQ_FOUND;
	for (size_t i = 0; i < cnt && !err; i++)
		err = writer_note(writer, &req->recs[i]);
	return err;
}

static int note_reqs(struct writer *writer, const struct aios_front *front)
{
	const struct front_req *req;
	size_t iter = 0;
	int err = 0;

	while (!err && (req = aios_map_next(&front->reqs, &iter)))
		for (; req && !err; req = req->older)
			if (aios_map_get(&front->ctxs, req->kctx))
				err = note_req(writer, req);
	return err;
}

static int note_threads(struct writer *writer, const struct aios_front *front)
{
	const struct front_thread *thread;
	size_t iter = 0;
	int err = 0;

	while (!err && (thread = aios_map_next(&front->threads, &iter))) {
		if (thread->born && thread->born->completed)
			err = note_req(writer, thread->born);
		if (!err && thread->has_orphan)
			err = writer_note(writer, &thread->orphan);
		if (!err && thread->has_told)
			err = writer_note(writer, &thread->told);
		if (!err && thread->is_reading)
			err = writer_note(writer, &thread->reading);
		for (size_t i = 0; i < thread->call_cnt && !err; i++)
			err = writer_note(writer, &thread->call[i]);
	}
	return err;
}

static int note_compare(const void *a, const void *b)
{
	const struct aios_rec *const *x = a, *const *y = b;

	return (*x)->h.seq < (*y)->h.seq ? -1 : 1;
}

/* The context says where the ring stands; a reader's record is older than that. */
static int write_note(struct writer *writer, const struct aios_front *front,
		      const struct aios_rec *rec)
{
	struct aios_rec copy = *rec;

	if (rec->h.type == AIOS_EV_READ_BEGIN) {
		const struct front_ctx *ctx = aios_map_get(&front->ctxs, rec->read_begin.kctx);

		if (!ctx)
			return 0;
		copy.read_begin.head = AIOS_UNKNOWN32;
		copy.read_begin.tail = ctx->found.tail;
	}
	return writer_rec(writer, &copy);
}

static int write_notes(struct writer *writer, const struct aios_front *front)
{
	int err = note_reqs(writer, front);

	if (!err)
		err = note_threads(writer, front);
	if (!err && writer->rec_cnt)
		qsort(writer->recs, writer->rec_cnt, sizeof(*writer->recs), note_compare);
	for (size_t i = 0; i < writer->rec_cnt && !err; i++)
		err = write_note(writer, front, writer->recs[i]);
	return err;
}

int aios_front_write(const struct aios_front *front, uint64_t at_ns, struct aios_buf *buf)
{
	struct writer writer = { .buf = buf };
	int err = write_procs(&writer, front);

	if (!err)
		err = write_names(&writer, front);
	if (!err)
		err = write_ctxs(&writer, front, at_ns);
	if (!err)
		err = write_notes(&writer, front);
	if (!err)
		err = writer_flush(&writer);
	aios_buf_done(&writer.records);
	free(writer.recs);
	return err;
}
