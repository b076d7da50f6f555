/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * decode.h - chunks in, from the rings or from a file, and a stream in order out.
 */
#ifndef AIOS_DECODE_H
#define AIOS_DECODE_H

#include <stdbool.h>
#include <stddef.h>

#include "info.h"
#include "order.h"
#include "symbols.h"

/**
 * struct aios_feed - where a source's chunks go: a decoder, or a writer
 * @chunk: the next chunk, unpacked; returns 0 or a negative errno, which ends the source
 */
struct aios_feed {
	int (*chunk)(void *arg, unsigned int kind, unsigned int cpu, const void *payload,
		     size_t len);
	void *arg;
};

/**
 * struct aios_loss - what a trace lost
 * @records: refused by full rings
 * @skipped: calls that the kernel let pass without a program
 * @gaps: holes of any kind
 * @cut: the trace ends without its end
 * @damaged: it held bytes that are no records
 * @not_kept: contexts, processes and works that the kernel side had no room for
 */
struct aios_loss {
	uint64_t records;
	uint64_t skipped;
	uint64_t gaps;
	bool cut;
	bool damaged;
	uint64_t not_kept;
};

struct aios_decode;

/**
 * aios_decode_new() - a decoder
 * @sink: where the stream goes; copied
 * Return: to be freed with aios_decode_free(), or NULL.
 */
struct aios_decode *aios_decode_new(const struct aios_sink *sink);
struct aios_decode *aios_decode_free(struct aios_decode *decode);

/**
 * aios_decode_chunk() - takes a chunk; fits struct aios_feed
 * @decode: a struct aios_decode
 * Return: 0; -EBADMSG for a payload that is none of its kind; -ENOMEM; what the sink returned.
 */
int aios_decode_chunk(void *decode, unsigned int kind, unsigned int cpu, const void *payload,
		      size_t len);

/**
 * aios_decode_end() - no chunk will follow
 * @decode: the decoder
 * Return: 0, -ENOMEM, or what the sink returned.
 */
int aios_decode_end(struct aios_decode *decode);

/**
 * aios_lost() - did the trace lose anything?
 * @loss: of a decoder
 * Return: whether any answer has to be taken with care.
 */
bool aios_lost(const struct aios_loss *loss);

/* Valid as long as the decoder; filled in as chunks come. */
const struct aios_info *aios_decode_info(const struct aios_decode *decode);
const struct aios_end *aios_decode_end_info(const struct aios_decode *decode);
const struct aios_symbols *aios_decode_symbols(const struct aios_decode *decode);
const struct aios_loss *aios_decode_loss(const struct aios_decode *decode);
const struct aios_order_stats *aios_decode_stats(const struct aios_decode *decode);

#endif /* AIOS_DECODE_H */
