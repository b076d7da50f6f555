// SPDX-License-Identifier: GPL-2.0-only
/*
 * fuzz_records.c - a program of records and scans (fuzz.h), past the file format and into the
 * pipeline: what order, model and views make of anything a kernel could never have said.
 */
#include <errno.h>
#include <string.h>

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct player {
	const uint8_t *at, *end;
	struct fuzz_told told;
	struct aios_feed feed;
	struct aios_buf records[FUZZ_CPUS];
	uint64_t seq[FUZZ_CPUS];
	uint64_t now_ns;
	int stopped, abort;
};

static uint8_t take(struct player *p)
{
	return p->at < p->end ? *p->at++ : 0;
}

/* Up to 127 ns as they are, then powers of two up to 2^62. */
static uint64_t take_time(struct player *p)
{
	uint8_t byte = take(p);

	return byte < 0x80 ? byte : 1ULL << (byte % 63);
}

static void play_chunk(struct player *p, unsigned int kind, unsigned int cpu, const void *payload,
		       size_t len)
{
	int code = p->stopped ? 0 : p->feed.chunk(p->feed.arg, kind, cpu, payload, len);

	if (code == -EPIPE && p->told.stop_at)
		p->stopped = 1;
	else
		fuzz_must(code == 0 || code == -EBADMSG, "a chunk is taken or refused");
}

static void play_flush(struct player *p)
{
	for (unsigned int cpu = 0; cpu < FUZZ_CPUS; cpu++) {
		struct aios_buf *buf = &p->records[cpu];

		if (buf->len)
			play_chunk(p, AIOS_CHUNK_RECORDS, cpu, buf->data, buf->len);
		aios_buf_clear(buf);
	}
}

static void play_record(struct player *p, uint8_t type)
{
	/* Pipes, sockets, anonymous inodes: their files have names of their own. */
	static const uint32_t magics[] = { 0x50495045, 0x534f434b, 0x09041934 };
	struct aios_rec rec = { .h.type = type };
	uint8_t where = take(p), flags = take(p);
	size_t body = fuzz_body(type);

	p->now_ns += take_time(p);
	rec.h.cpu = where % FUZZ_CPUS;
	rec.h.flags = flags & FUZZ_FLAGS;
	rec.h.tid = where / FUZZ_CPUS % FUZZ_THREADS;
	rec.h.tgid = 1 + rec.h.tid / (FUZZ_THREADS / 2);
	if (flags & FUZZ_OTHER)
		rec.h.tgid = 3 - rec.h.tgid;
	rec.h.time_ns = p->now_ns;
	rec.h.seq = p->seq[rec.h.cpu]++;
	rec.h.len = (uint16_t)(sizeof(rec.h) + body);
	for (size_t i = 0; i < body / sizeof(uint32_t); i++) {
		uint32_t number = fuzz_number(take(p));

		memcpy((char *)rec.body + i * sizeof(number), &number, sizeof(number));
	}
	if (type == AIOS_EV_FILE_NAME && rec.file_name.magic < 3)
		rec.file_name.magic = magics[rec.file_name.magic];
	aios_buf_add(&p->records[rec.h.cpu], &rec, rec.h.len);
}

static void play_scan(struct player *p)
{
	uint64_t back_ns = take_time(p);
	uint8_t lost = take(p), misses = take(p);
	struct {
		struct aios_scan scan;
		struct aios_scan_cpu cpus[FUZZ_CPUS];
		struct aios_scan_miss misses[2];
	} payload = {
		.scan.from_ns = p->now_ns > back_ns ? p->now_ns - back_ns : 0,
		.scan.to_ns = p->now_ns,
		.scan.cpus = FUZZ_CPUS,
		.scan.misses = misses % 3,
	};

	play_flush(p);
	p->seq[lost % FUZZ_CPUS] += lost / FUZZ_CPUS;
	for (unsigned int cpu = 0; cpu < FUZZ_CPUS; cpu++)
		payload.cpus[cpu] = (struct aios_scan_cpu){ p->seq[cpu], cpu, 0 };
	for (unsigned int i = 0; i < 2; i++) {
		payload.misses[i].count = misses;
		memset(payload.misses[i].hook, misses, AIOS_HOOK_NAME);
	}
	play_chunk(p, AIOS_CHUNK_SCAN, 0, &payload,
		   sizeof(payload) - (2 - misses % 3) * sizeof(payload.misses[0]));
}

static void play_raw(struct player *p)
{
	uint8_t kind = take(p), cpu = take(p), len = take(p);
	size_t left = (size_t)(p->end - p->at);

	len = len < left ? len : (uint8_t)left;
	play_flush(p);
	play_chunk(p, kind % 8, cpu == 0xff ? AIOS_UNKNOWN32 : cpu, p->at, len);
	p->at += len;
}

static void play_lose(struct player *p)
{
	uint8_t lost = take(p);

	p->seq[lost % FUZZ_CPUS] += 1U + lost / FUZZ_CPUS;
}

static void play_back(struct player *p)
{
	uint64_t back_ns = take_time(p);

	p->now_ns -= back_ns < p->now_ns ? back_ns : p->now_ns;
}

static void play_stop(struct player *p)
{
	uint8_t after = take(p);

	p->told.stop_at = p->told.requests + after / 2 + 1;
	p->abort = after & 1;
}

static void play(struct player *p)
{
	uint8_t op = take(p);

	if (op < FUZZ_SCAN)
		play_record(p, op);
	else if (op == FUZZ_SCAN)
		play_scan(p);
	else if (op == FUZZ_BACK)
		play_back(p);
	else if (op == FUZZ_LOSE)
		play_lose(p);
	else if (op == FUZZ_RAW)
		play_raw(p);
	else if (op == FUZZ_FLUSH)
		play_flush(p);
	else if (op == FUZZ_STOP)
		play_stop(p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct player p = { .at = data, .end = data + size, .now_ns = 1000000000 };

	fuzz_told_begin(&p.told);
	p.feed = aios_pipeline_feed(p.told.pipe);
	while (p.at < p.end && !p.stopped)
		play(&p);
	play_flush(&p);
	fuzz_told_end(&p.told, p.abort);
	for (unsigned int cpu = 0; cpu < FUZZ_CPUS; cpu++)
		aios_buf_done(&p.records[cpu]);
	return 0;
}
