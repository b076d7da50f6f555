// SPDX-License-Identifier: GPL-2.0-only
/*
 * keep.c - the last part of a recording.
 *
 * A round is what lies between two scans. Rounds are told to the front in order; a scan makes its
 * stream complete up to from_ns, and there the file can begin. The rounds that may hold records
 * younger than that have to stay: those that were over (to_ns) after it.
 */
#include "keep.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "format.h"
#include "front.h"
#include "info.h"
#include "symbols.h"
#include "vec.h"

/**
 * struct round - chunks up to a scan
 * @chunks: packed, end to end
 * @scan_at: where in them the scan lies
 */
struct round {
	struct aios_buf chunks;
	size_t scan_at;
	uint64_t from_ns;
	uint64_t to_ns;
};

struct aios_keep {
	uint64_t limit;
	uint64_t bytes;
	uint64_t untold;	/* bytes of closed rounds that the front does not know */
	struct aios_info info;
	struct aios_symbols symbols;
	struct round *rounds;
	size_t first, cnt, cap;	/* of @rounds: the first one in use, the end, room */
	size_t told;		/* the first one the front does not know */
	bool dropped;		/* a round is gone */
	struct aios_buf numbers;	/* the last scan that is gone: what numbers come next */
	struct round open;
	struct aios_front *front;
	struct aios_order *order;
	struct aios_buf payload;
	uint64_t begins_ns;
	uint64_t complete_ns;
};

struct aios_keep *aios_keep_new(uint64_t bytes)
{
	struct aios_keep *keep = calloc(1, sizeof(*keep));
	struct aios_sink sink;

	if (!keep)
		return NULL;
	keep->limit = bytes;
	keep->front = aios_front_new();
	if (!keep->front)
		return aios_keep_free(keep);
	sink = aios_front_sink(keep->front);
	keep->order = aios_order_new(&sink);
	return keep->order ? keep : aios_keep_free(keep);
}

/**
 * aios_keep_free() - forgets what is kept
 * @keep: may be NULL
 * Return: NULL.
 */
struct aios_keep *aios_keep_free(struct aios_keep *keep)
{
	if (!keep)
		return NULL;
	for (size_t i = keep->first; i < keep->cnt; i++)
		aios_buf_done(&keep->rounds[i].chunks);
	free(keep->rounds);
	aios_buf_done(&keep->open.chunks);
	aios_buf_done(&keep->numbers);
	aios_buf_done(&keep->payload);
	aios_info_done(&keep->info);
	aios_symbols_done(&keep->symbols);
	aios_order_free(keep->order);
	aios_front_free(keep->front);
	free(keep);
	return NULL;
}

/* Unpacks the chunk at @at into @payload and goes on to the next one. */
static int round_chunk(const struct round *round, size_t *at, struct aios_chunk *chunk,
		       struct aios_buf *payload)
{
	const char *bytes = round->chunks.data + *at;
	long stored = aios_format_chunk_check(bytes, chunk);

	if (stored < 0)
		return -EBADMSG;
	*at += sizeof(*chunk) + (size_t)stored;
	return aios_format_chunk_open(chunk, bytes + sizeof(*chunk), payload);
}

/* Tells a round to the front, which knows what was alive at its from_ns then. */
static int keep_tell(struct aios_keep *keep, const struct round *round)
{
	struct aios_chunk chunk;
	size_t at = 0;
	int err = 0;

	while (!err && at < round->chunks.len) {
		const struct aios_buf *payload = &keep->payload;

		err = round_chunk(round, &at, &chunk, &keep->payload);
		if (!err && chunk.kind == AIOS_CHUNK_RECORDS)
			err = aios_order_records(keep->order, chunk.cpu, payload->data,
						 payload->len);
		else if (!err && chunk.kind == AIOS_CHUNK_SCAN)
			err = aios_order_scan(keep->order, payload->data, payload->len);
	}
	if (round->from_ns > keep->begins_ns)
		keep->begins_ns = round->from_ns;
	return err;
}

/* Lets the first round go; its scan says with what numbers the next one begins. */
static int keep_drop(struct aios_keep *keep)
{
	struct round *round = &keep->rounds[keep->first];
	struct aios_chunk chunk;
	size_t at = round->scan_at;
	int err = round_chunk(round, &at, &chunk, &keep->numbers);

	keep->dropped = true;
	keep->bytes -= round->chunks.len;
	aios_buf_done(&round->chunks);
	keep->first++;
	return err;
}

/* The oldest round may go when the others are as much as is to be kept. */
static bool keep_is_full(const struct aios_keep *keep)
{
	return keep->told < keep->cnt &&
	       keep->untold - keep->rounds[keep->told].chunks.len >= keep->limit;
}

static int keep_evict(struct aios_keep *keep)
{
	int err = 0;

	while (!err && keep_is_full(keep)) {
		keep->untold -= keep->rounds[keep->told].chunks.len;
		err = keep_tell(keep, &keep->rounds[keep->told++]);
		while (!err && keep->first < keep->told &&
		       keep->rounds[keep->first].to_ns < keep->begins_ns)
			err = keep_drop(keep);
	}
	return err;
}

/* Moves the rounds in use to the front of their array, when half of it is unused. */
static void keep_compact(struct aios_keep *keep)
{
	if (keep->first < 64 || keep->first < keep->cnt / 2)
		return;
	memmove(keep->rounds, keep->rounds + keep->first,
		(keep->cnt - keep->first) * sizeof(*keep->rounds));
	keep->cnt -= keep->first;
	keep->told -= keep->first;
	keep->first = 0;
}

static int keep_scan(struct aios_keep *keep, const void *payload, size_t len)
{
	struct aios_scan scan;
	struct round *rounds;

	if (len < sizeof(scan))
		return -EBADMSG;
	memcpy(&scan, payload, sizeof(scan));
	keep_compact(keep);
	rounds = aios_vec_room(keep->rounds, keep->cnt, &keep->cap, sizeof(*rounds));
	if (!rounds)
		return -ENOMEM;
	keep->rounds = rounds;
	keep->open.from_ns = scan.from_ns;
	keep->open.to_ns = scan.to_ns;
	keep->untold += keep->open.chunks.len;
	rounds[keep->cnt++] = keep->open;
	keep->open = (struct round){ 0 };
	if (scan.from_ns > keep->complete_ns)
		keep->complete_ns = scan.from_ns;
	return keep_evict(keep);
}

int aios_keep_add(struct aios_keep *keep, unsigned int kind, const void *payload, size_t len,
		  const void *stored, size_t stored_len)
{
	if (kind == AIOS_CHUNK_INFO) {
		aios_info_done(&keep->info);
		return aios_info_read(payload, len, &keep->info);
	}
	/* Told once; rounds that use the names go, and come. */
	if (kind == AIOS_CHUNK_SYMBOLS)
		return aios_symbols_read(&keep->symbols, payload, len);
	keep->open.scan_at = keep->open.chunks.len;
	aios_buf_add(&keep->open.chunks, stored, stored_len);
	if (keep->open.chunks.err)
		return keep->open.chunks.err;
	keep->bytes += stored_len;
	return kind == AIOS_CHUNK_SCAN ? keep_scan(keep, payload, len) : 0;
}

/* Where nothing is gone, the whole recording is there; two files still have to part somewhere. */
static uint64_t keep_begins_ns(const struct aios_keep *keep)
{
	return keep->dropped || !keep->limit ? keep->begins_ns : 0;
}

struct aios_keep_stats aios_keep_stats(const struct aios_keep *keep)
{
	return (struct aios_keep_stats){
		.bytes = keep->bytes,
		.begins_ns = keep_begins_ns(keep),
		.complete_ns = keep->complete_ns,
	};
}

static int write_info(const struct aios_keep *keep, struct aios_buf *buf)
{
	struct aios_info info = keep->info;
	struct aios_buf json = { 0 };
	int err;

	info.begins_ns = keep_begins_ns(keep);
	err = aios_info_write(&info, &json);
	if (!err)
		err = aios_format_chunk(buf, AIOS_CHUNK_INFO, 0, json.data, json.len);
	aios_buf_done(&json);
	return err;
}

static int write_symbols(const struct aios_keep *keep, struct aios_buf *buf)
{
	struct aios_buf json = { 0 };
	int err;

	if (!aios_symbols_any(&keep->symbols))
		return 0;
	err = aios_symbols_write(&keep->symbols, &json);
	if (!err)
		err = aios_format_chunk(buf, AIOS_CHUNK_SYMBOLS, 0, json.data, json.len);
	aios_buf_done(&json);
	return err;
}

/* The scan before the first round, without what was missed then: the numbers of the CPUs. */
static int write_numbers(const struct aios_keep *keep, struct aios_buf *buf)
{
	struct aios_buf payload = { 0 };
	struct aios_scan scan = { 0 };
	int err;

	if (keep->numbers.len)
		memcpy(&scan, keep->numbers.data, sizeof(scan));
	scan.from_ns = scan.to_ns = keep->begins_ns;
	scan.misses = 0;
	aios_buf_add(&payload, &scan, sizeof(scan));
	if (scan.cpus)
		aios_buf_add(&payload, keep->numbers.data + sizeof(scan),
			     scan.cpus * sizeof(struct aios_scan_cpu));
	err = payload.err;
	if (!err)
		err = aios_format_chunk(buf, AIOS_CHUNK_SCAN, 0, payload.data, payload.len);
	aios_buf_done(&payload);
	return err;
}

int aios_keep_write(const struct aios_keep *keep,
		    int (*put)(void *arg, const void *bytes, size_t len), void *arg)
{
	struct aios_buf buf = { 0 };
	int err = write_info(keep, &buf);

	if (!err && keep_begins_ns(keep)) {
		err = write_numbers(keep, &buf);
		if (!err)
			err = aios_front_write(keep->front, keep->begins_ns, &buf);
	}
	if (!err)
		err = write_symbols(keep, &buf);
	if (!err)
		err = put(arg, buf.data, buf.len);
	aios_buf_done(&buf);
	for (size_t i = keep->first; i < keep->cnt && !err; i++)
		err = put(arg, keep->rounds[i].chunks.data, keep->rounds[i].chunks.len);
	if (!err && keep->open.chunks.len)
		err = put(arg, keep->open.chunks.data, keep->open.chunks.len);
	return err;
}
