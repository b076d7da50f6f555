// SPDX-License-Identifier: GPL-2.0-only
/*
 * seeds.c - makes the fuzz targets' corpus from recorded traces.
 *
 *	seeds TRACE.aios PROGRAM FILE
 *
 * PROGRAM gets the trace's records as a program of fuzz_records.c: times and sequence numbers are
 * left out, and every 32 bits of a body become a byte, equal ones the same, so that identities
 * still meet. FILE gets its first rounds as an unpacked trace file for fuzz_file.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "io/trace_in.h"
#include "lib/event.h"
#include "lib/format.h"

#define PROGRAM_MAX	3000
#define FILE_MAX	8000
#define NAMES_FIRST	16	/* words that are no small numbers get these, in turn */

struct seeds {
	struct aios_buf program, file;
	uint32_t words[FUZZ_SMALL];	/* what stands for what */
	unsigned int word_next;
	uint32_t threads[FUZZ_THREADS];
	uint32_t tgids[2];
};

static void add(struct aios_buf *buf, unsigned int byte)
{
	uint8_t small = (uint8_t)byte;

	aios_buf_add(buf, &small, 1);
}

/* The byte that stands for a word, from now on. */
static unsigned int byte_of(struct seeds *seeds, uint32_t word)
{
	for (unsigned int byte = FUZZ_SMALL; byte < 0x100; byte++)
		if (fuzz_number((uint8_t)byte) == word)
			return byte;
	if (word < NAMES_FIRST)
		return word;
	for (unsigned int i = NAMES_FIRST; i < FUZZ_SMALL; i++)
		if (seeds->words[i] == word)
			return i;
	if (seeds->word_next < NAMES_FIRST || seeds->word_next == FUZZ_SMALL)
		seeds->word_next = NAMES_FIRST;
	seeds->words[seeds->word_next] = word;
	return seeds->word_next++;
}

/* A thread's place among those of its process. */
static unsigned int thread_of(struct seeds *seeds, uint32_t tgid, uint32_t tid)
{
	unsigned int half = FUZZ_THREADS / 2, process;

	if (!seeds->tgids[0])
		seeds->tgids[0] = tgid;
	process = seeds->tgids[0] == tgid ? 0 : half;
	for (unsigned int i = process; i < process + half; i++) {
		if (!seeds->threads[i])
			seeds->threads[i] = tid;
		if (seeds->threads[i] == tid)
			return i;
	}
	return process + tid % half;
}

static void add_record(struct seeds *seeds, const struct aios_rec *rec)
{
	unsigned int thread = thread_of(seeds, rec->h.tgid, rec->h.tid);
	size_t body = fuzz_body(rec->h.type);

	add(&seeds->program, rec->h.type);
	add(&seeds->program, rec->h.cpu % FUZZ_CPUS + thread * FUZZ_CPUS);
	add(&seeds->program, rec->h.flags);
	add(&seeds->program, 1);
	for (size_t i = 0; i < body / sizeof(uint32_t); i++) {
		uint32_t word;

		memcpy(&word, (const char *)rec->body + i * sizeof(word), sizeof(word));
		if (word == rec->h.tgid)
			word = 1 + thread / (FUZZ_THREADS / 2);
		add(&seeds->program, byte_of(seeds, word));
	}
}

static int sink_record(void *arg, const struct aios_rec *rec)
{
	struct seeds *seeds = arg;

	if (seeds->program.len < PROGRAM_MAX)
		add_record(seeds, rec);
	return 0;
}

static int sink_gap(void *arg, const struct aios_gap *gap)
{
	struct seeds *seeds = arg;

	if (gap->kind != AIOS_GAP_CUT && seeds->program.len < PROGRAM_MAX) {
		add(&seeds->program, FUZZ_LOSE);
		add(&seeds->program, (gap->cpu % FUZZ_CPUS) + FUZZ_CPUS);
	}
	return 0;
}

static int sink_until(void *arg, uint64_t time_ns)
{
	struct seeds *seeds = arg;

	(void)time_ns;
	if (seeds->program.len < PROGRAM_MAX) {
		add(&seeds->program, FUZZ_SCAN);
		add(&seeds->program, 0);
		add(&seeds->program, 0);
		add(&seeds->program, 0);
	}
	return 0;
}

/* A chunk as it is, not packed: a fuzzer cannot do much with packed ones. */
static int feed_chunk(void *arg, unsigned int kind, unsigned int cpu, const void *payload,
		      size_t len)
{
	struct seeds *seeds = arg;
	struct aios_chunk chunk = {
		.magic = AIOS_CHUNK_MAGIC,
		.kind = (__u16)kind,
		.codec = AIOS_CODEC_NONE,
		.stored = (__u32)len,
		.bytes = (__u32)len,
		.cpu = cpu,
	};

	if (seeds->file.len + len > FILE_MAX)
		return 0;
	aios_buf_add(&seeds->file, &chunk, sizeof(chunk));
	aios_buf_add(&seeds->file, payload, len);
	while (seeds->file.len % 8)
		add(&seeds->file, 0);
	return 0;
}

static int both_chunk(void *arg, unsigned int kind, unsigned int cpu, const void *payload,
		      size_t len)
{
	void **both = arg;

	feed_chunk(both[0], kind, cpu, payload, len);
	return aios_decode_chunk(both[1], kind, cpu, payload, len);
}

static int file_write(const char *path, const struct aios_buf *buf)
{
	FILE *file = fopen(path, "w");

	if (!file)
		return 1;
	fwrite(buf->data, 1, buf->len, file);
	return fclose(file);
}

int main(int argc, char **argv)
{
	struct seeds seeds = { .program = { 0 } };
	struct aios_sink sink = { sink_record, sink_gap, sink_until, &seeds };
	struct aios_decode *decode = aios_decode_new(&sink);
	void *both[] = { &seeds, decode };
	struct aios_feed feed = { .chunk = both_chunk, .arg = both };
	struct aios_err err = { "" };
	int failed;

	if (argc != 4 || !decode)
		return 2;
	aios_format_header(&seeds.file);
	if (aios_trace_in(argv[1], &feed, &err) || aios_decode_end(decode)) {
		fprintf(stderr, "seeds: %s: %s\n", argv[1], err.text);
		return 1;
	}
	aios_decode_free(decode);
	fuzz_repair((uint8_t *)seeds.file.data, seeds.file.len);
	failed = file_write(argv[2], &seeds.program) || file_write(argv[3], &seeds.file);
	aios_buf_done(&seeds.program);
	aios_buf_done(&seeds.file);
	return failed;
}
