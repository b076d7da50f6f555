// SPDX-License-Identifier: GPL-2.0-only
/*
 * kit_stream.c - records as the rings give them: by CPU, numbered, in rounds that end in a scan.
 */
#include "kit.h"

/* Tells of a return with the birth, as the kernel side does where that still waits. */
static bool add_to_birth(struct kit_stream *s, const struct aios_rec *rec)
{
	size_t *at = &s->birth[rec->h.cpu];
	struct aios_rec *birth;

	if (rec->h.type != AIOS_EV_REQ_RETURN || !*at)
		return false;
	birth = (void *)(s->records[rec->h.cpu].data + *at - 1);
	if (birth->h.tid != rec->h.tid || birth->iocb.uiocb != rec->req_return.uiocb ||
	    birth->h.time_ns == rec->h.time_ns)
		return false;
	*at = 0;
	birth->birth.return_ns = (uint32_t)(rec->h.time_ns - birth->h.time_ns);
	birth->birth.return_err = (int32_t)rec->req_return.err;
	return true;
}

void stream_rec(struct kit_stream *s, struct aios_rec rec)
{
	assert_true(rec.h.cpu < NR(s->records));
	if (add_to_birth(s, &rec))
		return;
	if (rec.h.type == AIOS_EV_REQ_BIRTH)
		s->birth[rec.h.cpu] = s->records[rec.h.cpu].len + 1;
	rec.h.seq = s->seq[rec.h.cpu]++;
	aios_buf_add(&s->records[rec.h.cpu], &rec, rec.h.len);
}

/* The ring was full: numbers were taken, and nothing was written. */
void stream_lose(struct kit_stream *s, unsigned int cpu, uint64_t records)
{
	s->seq[cpu] += records;
}

/* Passes on what the CPUs have, without the scan that tells how far it is complete. */
void stream_flush(struct kit_stream *s)
{
	for (unsigned int cpu = 0; cpu < NR(s->records); cpu++) {
		struct aios_buf *buf = &s->records[cpu];

		if (buf->len)
			assert_int_equal(s->feed.chunk(s->feed.arg, AIOS_CHUNK_RECORDS, cpu,
						       buf->data, buf->len), 0);
		aios_buf_clear(buf);
		s->birth[cpu] = 0;
	}
}

/* Ends a round. Return: what the feed said to its scan. */
int stream_scan(struct kit_stream *s, uint64_t from_ns, uint64_t to_ns)
{
	struct aios_scan scan = {
		.from_ns = from_ns,
		.to_ns = to_ns,
		.cpus = NR(s->records),
		.misses = s->hook ? 1 : 0,
	};
	struct aios_buf payload = { 0 };
	int ret;

	stream_flush(s);
	aios_buf_add(&payload, &scan, sizeof(scan));
	for (uint32_t cpu = 0; cpu < NR(s->records); cpu++) {
		struct aios_scan_cpu row = { .next_seq = s->seq[cpu], .cpu = cpu };

		aios_buf_add(&payload, &row, sizeof(row));
	}
	if (s->hook) {
		struct aios_scan_miss row = { .count = s->misses };

		strncpy(row.hook, s->hook, sizeof(row.hook) - 1);
		aios_buf_add(&payload, &row, sizeof(row));
		s->hook = NULL;
	}
	ret = s->feed.chunk(s->feed.arg, AIOS_CHUNK_SCAN, 0, payload.data, payload.len);
	aios_buf_done(&payload);
	return ret;
}

void stream_done(struct kit_stream *s)
{
	for (unsigned int cpu = 0; cpu < NR(s->records); cpu++)
		aios_buf_done(&s->records[cpu]);
}
