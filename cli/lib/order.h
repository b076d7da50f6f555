/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * order.h - one stream out of many rings, and holes where records are missing.
 *
 * Each CPU's records come in the order of its ring. A scan says that everything older than its
 * @from_ns has been read on every CPU; up to there records are sorted by time and passed on. A
 * jump in a CPU's sequence numbers, within its records or up to the number that the scan names,
 * is a hole: it is passed on at the time it began.
 */
#ifndef AIOS_ORDER_H
#define AIOS_ORDER_H

#include <stddef.h>
#include <stdint.h>

#include <aioscope/trace_file.h>

enum aios_gap_kind {
	AIOS_GAP_RING,		/* records were refused: the ring was full */
	AIOS_GAP_SKIPPED,	/* the kernel did not run a program */
	AIOS_GAP_CUT,		/* the trace ends here without its end */
	AIOS_GAP_DAMAGED,	/* bytes that are no records */
};

/**
 * struct aios_gap - something is missing
 * @kind: why
 * @cpu: where, AIOS_UNKNOWN32 for anywhere
 * @count: records, or calls for AIOS_GAP_SKIPPED; 0 where it cannot be known
 * @from_ns: whatever is missing happened at or after this ...
 * @to_ns: ... and not after this
 * @hook: for AIOS_GAP_SKIPPED; valid during the call
 */
struct aios_gap {
	enum aios_gap_kind kind;
	uint32_t cpu;
	uint64_t count;
	uint64_t from_ns;
	uint64_t to_ns;
	const char *hook;
};

/**
 * struct aios_sink - where the stream goes
 * @record: the next record; not NULL
 * @gap: a hole, before the first record younger than its beginning; not NULL
 * @until: every record older than @time_ns has been passed on; may be NULL
 *
 * Each returns 0 or a negative errno, which ends the stream.
 */
struct aios_sink {
	int (*record)(void *arg, const struct aios_rec *rec);
	int (*gap)(void *arg, const struct aios_gap *gap);
	int (*until)(void *arg, uint64_t time_ns);
	void *arg;
};

/**
 * struct aios_order_stats - what passed through
 * @records: passed on
 * @unknown: of types that this version does not know, skipped
 * @late: came after younger ones had been passed on; passed on all the same
 */
struct aios_order_stats {
	uint64_t records;
	uint64_t unknown;
	uint64_t late;
};

struct aios_order;

/**
 * aios_order_new() - an empty stream
 * @sink: copied
 * Return: to be freed with aios_order_free(), or NULL.
 */
struct aios_order *aios_order_new(const struct aios_sink *sink);
struct aios_order *aios_order_free(struct aios_order *order);

/**
 * aios_order_begin() - the stream begins in the middle of a recording
 * @order: the stream, before anything else
 * @from_ns: what is older is not passed on
 *
 * The next scan says with what number each CPU begins.
 */
void aios_order_begin(struct aios_order *order, uint64_t from_ns);

/**
 * aios_order_front() - takes what was alive when the stream begins, and passes it on at once
 * @order: the stream, before its first records
 * @bytes: of AIOS_CHUNK_FRONT
 * @len: of @bytes
 *
 * Return: 0; -EBADMSG for bytes that are no records; what the sink returned.
 */
int aios_order_front(struct aios_order *order, const void *bytes, size_t len);

/**
 * aios_order_records() - takes the next records of a CPU
 * @order: the stream
 * @cpu: whose
 * @bytes: records end to end; copied
 * @len: of @bytes
 *
 * Return: 0; -ENOMEM. Bytes that are no records become a hole, and the rest is left out.
 */
int aios_order_records(struct aios_order *order, uint32_t cpu, const void *bytes, size_t len);

/**
 * aios_order_scan() - takes the end of a round and passes on what is complete
 * @order: the stream
 * @payload: of AIOS_CHUNK_SCAN
 * @len: of @payload
 *
 * Return: 0; -EBADMSG for a payload that is none; -ENOMEM; what the sink returned.
 */
int aios_order_scan(struct aios_order *order, const void *payload, size_t len);

/**
 * aios_order_goes_on() - the recording goes on elsewhere
 * @order: the stream, before its end
 * @from_ns: what is that old or younger is told there, and left out here
 */
void aios_order_goes_on(struct aios_order *order, uint64_t from_ns);

/**
 * aios_order_end() - passes on whatever is left
 * @order: the stream
 * @whole: 0 where the trace stops without its end: what its tail held is unknown
 * Return: as aios_order_scan().
 */
int aios_order_end(struct aios_order *order, int whole);

const struct aios_order_stats *aios_order_stats(const struct aios_order *order);

#endif /* AIOS_ORDER_H */
