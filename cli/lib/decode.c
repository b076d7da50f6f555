// SPDX-License-Identifier: GPL-2.0-only
/*
 * decode.c - chunks in, a stream in order out.
 */
#include "decode.h"

#include <errno.h>
#include <stdlib.h>

struct aios_decode {
	struct aios_sink sink;
	struct aios_order *order;
	struct aios_info info;
	struct aios_end end;
	struct aios_loss loss;
	struct aios_symbols symbols;
	bool has_info;
	bool has_end;
};

/* Holes are counted on their way. */
static int decode_gap(void *arg, const struct aios_gap *gap)
{
	struct aios_decode *decode = arg;
	struct aios_loss *loss = &decode->loss;

	loss->gaps++;
	if (gap->kind == AIOS_GAP_RING)
		loss->records += gap->count;
	else if (gap->kind == AIOS_GAP_SKIPPED)
		loss->skipped += gap->count;
	else if (gap->kind == AIOS_GAP_CUT)
		loss->cut = true;
	else
		loss->damaged = true;
	return decode->sink.gap(decode->sink.arg, gap);
}

static int decode_record(void *arg, const struct aios_rec *rec)
{
	struct aios_decode *decode = arg;

	return decode->sink.record(decode->sink.arg, rec);
}

static int decode_until(void *arg, uint64_t time_ns)
{
	struct aios_decode *decode = arg;

	return decode->sink.until ? decode->sink.until(decode->sink.arg, time_ns) : 0;
}

struct aios_decode *aios_decode_new(const struct aios_sink *sink)
{
	struct aios_decode *decode = calloc(1, sizeof(*decode));
	struct aios_sink own = {
		.record = decode_record,
		.gap = decode_gap,
		.until = decode_until,
		.arg = decode,
	};

	if (!decode)
		return NULL;
	decode->sink = *sink;
	decode->end.command_status = -1;
	decode->order = aios_order_new(&own);
	return decode->order ? decode : aios_decode_free(decode);
}

/**
 * aios_decode_free() - frees a decoder
 * @decode: may be NULL
 * Return: NULL.
 */
struct aios_decode *aios_decode_free(struct aios_decode *decode)
{
	if (decode) {
		aios_order_free(decode->order);
		aios_info_done(&decode->info);
		aios_end_done(&decode->end);
		aios_symbols_done(&decode->symbols);
		free(decode);
	}
	return NULL;
}

/* Packed, a file of some kilobytes can hold JSON that takes gigabytes when it is parsed. */
static int decode_info(struct aios_decode *decode, const void *payload, size_t len)
{
	int err;

	if (decode->has_info || len > AIOS_CHUNK_JSON_MAX)
		return -EBADMSG;
	decode->has_info = true;
	err = aios_info_read(payload, len, &decode->info);
	if (!err && decode->info.begins_ns)
		aios_order_begin(decode->order, decode->info.begins_ns);
	return err;
}

static int decode_end(struct aios_decode *decode, const void *payload, size_t len)
{
	const struct aios_kernel_stats *stats = &decode->end.stats;
	int err;

	if (decode->has_end || len > AIOS_CHUNK_JSON_MAX)
		return -EBADMSG;
	err = aios_end_read(payload, len, &decode->end);
	if (err)
		return err;
	decode->has_end = true;
	if (decode->end.goes_on_ns)
		aios_order_goes_on(decode->order, decode->end.goes_on_ns);
	decode->loss.not_kept = stats->ctx_full + stats->proc_full + stats->work_full;
	return 0;
}

static int decode_symbols(struct aios_decode *decode, const void *payload, size_t len)
{
	return len > AIOS_CHUNK_JSON_MAX ? -EBADMSG :
	       aios_symbols_read(&decode->symbols, payload, len);
}

int aios_decode_chunk(void *arg, unsigned int kind, unsigned int cpu, const void *payload,
		      size_t len)
{
	struct aios_decode *decode = arg;

	switch (kind) {
	case AIOS_CHUNK_INFO:
		return decode_info(decode, payload, len);
	case AIOS_CHUNK_RECORDS:
		return aios_order_records(decode->order, cpu, payload, len);
	case AIOS_CHUNK_SCAN:
		return aios_order_scan(decode->order, payload, len);
	case AIOS_CHUNK_END:
		return decode_end(decode, payload, len);
	case AIOS_CHUNK_FRONT:
		return aios_order_front(decode->order, payload, len);
	case AIOS_CHUNK_SYMBOLS:
		return decode_symbols(decode, payload, len);
	default:
		return 0;
	}
}

int aios_decode_end(struct aios_decode *decode)
{
	return aios_order_end(decode->order, decode->has_end);
}

bool aios_lost(const struct aios_loss *loss)
{
	return loss->gaps || loss->cut || loss->damaged || loss->not_kept;
}

const struct aios_info *aios_decode_info(const struct aios_decode *decode)
{
	return &decode->info;
}

const struct aios_end *aios_decode_end_info(const struct aios_decode *decode)
{
	return &decode->end;
}

const struct aios_symbols *aios_decode_symbols(const struct aios_decode *decode)
{
	return &decode->symbols;
}

const struct aios_loss *aios_decode_loss(const struct aios_decode *decode)
{
	return &decode->loss;
}

const struct aios_order_stats *aios_decode_stats(const struct aios_decode *decode)
{
	return aios_order_stats(decode->order);
}
