// SPDX-License-Identifier: GPL-2.0-only
/*
 * top.c - samples, slots, latencies and names: what aiotop's frames are made of.
 */
#include "top.h"

#include <stdlib.h>
#include <string.h>

#include "top_int.h"
#include "vec.h"

#define PER_GROUP	(1U << AIOS_TOP_HIST_BITS)

struct aios_top_proc *aios_top_sample_proc(struct aios_top_sample *sample)
{
	struct aios_top_proc *procs = aios_vec_room(sample->procs, sample->proc_cnt,
						    &sample->proc_cap, sizeof(*procs));

	if (!procs)
		return NULL;
	sample->procs = procs;
	memset(&procs[sample->proc_cnt], 0, sizeof(*procs));
	return &procs[sample->proc_cnt++];
}

struct aios_top_ctx *aios_top_sample_ctx(struct aios_top_sample *sample)
{
	struct aios_top_ctx *ctxs = aios_vec_room(sample->ctxs, sample->ctx_cnt, &sample->ctx_cap,
						  sizeof(*ctxs));

	if (!ctxs)
		return NULL;
	sample->ctxs = ctxs;
	memset(&ctxs[sample->ctx_cnt], 0, sizeof(*ctxs));
	return &ctxs[sample->ctx_cnt++];
}

void aios_top_sample_done(struct aios_top_sample *sample)
{
	for (size_t i = 0; i < sample->proc_cnt; i++) {
		free(sample->procs[i].user);
		free(sample->procs[i].command);
		free(sample->procs[i].cgroup);
		free(sample->procs[i].container);
	}
	free(sample->procs);
	free(sample->ctxs);
	*sample = (struct aios_top_sample){ 0 };
}

/* The program may write into its ring what it likes: only a head inside of it tells something. */
static uint32_t unread_of(const struct aios_snap_ctx *snap)
{
	if (snap->head >= snap->nr_events || snap->tail >= snap->nr_events)
		return AIOS_UNKNOWN32;
	return (snap->tail + snap->nr_events - snap->head) % snap->nr_events;
}

static uint32_t free_of(const struct aios_snap_ctx *snap, uint32_t all)
{
	uint64_t sum = (uint64_t)snap->free_shared + snap->free_cpus;

	if (snap->free_shared == AIOS_UNKNOWN32 || snap->free_cpus == AIOS_UNKNOWN32)
		return AIOS_UNKNOWN32;
	return sum < all ? (uint32_t)sum : all;
}

/*
 * Slots are free, of requests in flight, or of completed ones that were not given back, which are
 * unread events and stale ones. The counts are read one after the other and without a lock: what
 * moves in between is missing or there twice, so nothing may become negative by it.
 */
struct aios_top_slots aios_top_slots(const struct aios_snap_ctx *snap)
{
	struct aios_top_slots slots = {
		.all = snap->nr_events ? snap->nr_events - 1 : 0,
		.unread = unread_of(snap),
		.in_flight = snap->alive,
		.stale = AIOS_UNKNOWN32,
	};
	bool completed = snap->completed != AIOS_UNKNOWN32;
	uint64_t taken = 0, told;

	slots.free = free_of(snap, slots.all);
	if (completed && slots.unread != AIOS_UNKNOWN32)
		slots.stale = snap->completed > slots.unread ? snap->completed - slots.unread : 0;
	if (slots.free == AIOS_UNKNOWN32 || !completed)
		return slots;
	if (slots.all - slots.free > snap->completed)
		taken = slots.all - slots.free - snap->completed;
	told = snap->alive == AIOS_UNKNOWN32 ? taken : snap->alive;
	slots.in_flight = (uint32_t)told;
	slots.lost = taken > told ? (uint32_t)(taken - told) : 0;
	return slots;
}

size_t aios_top_bucket(uint64_t ns)
{
	unsigned int msb, shift;

	if (ns < 2 * PER_GROUP)
		return ns;
	msb = 63 - (unsigned int)__builtin_clzll(ns);
	if (msb > AIOS_TOP_HIST_MSB)
		return AIOS_TOP_BUCKETS - 1;
	shift = msb - AIOS_TOP_HIST_BITS;
	return ((shift + 1) << AIOS_TOP_HIST_BITS) + ((ns >> shift) & (PER_GROUP - 1));
}

static uint64_t bucket_first(size_t bucket)
{
	if (bucket < 2 * PER_GROUP)
		return bucket;
	return (PER_GROUP + (bucket & (PER_GROUP - 1))) << ((bucket >> AIOS_TOP_HIST_BITS) - 1);
}

static uint64_t bucket_width(size_t bucket)
{
	return bucket < 2 * PER_GROUP ? 1 : 1ULL << ((bucket >> AIOS_TOP_HIST_BITS) - 1);
}

uint64_t aios_top_bucket_ns(size_t bucket)
{
	return bucket_first(bucket) + bucket_width(bucket) / 2;
}

uint64_t aios_top_bucket_last_ns(size_t bucket)
{
	return bucket_first(bucket) + bucket_width(bucket) - 1;
}

uint64_t aios_top_percentile(const uint32_t *hist, uint64_t max, double percent)
{
	uint64_t count = 0, rank, seen = 0, value = 0;
	double wanted;

	for (size_t i = 0; i < AIOS_TOP_BUCKETS; i++)
		count += hist[i];
	if (!count)
		return 0;
	wanted = percent * (double)count / 100;
	rank = (uint64_t)wanted;
	if ((double)rank < wanted || !rank)
		rank++;
	for (size_t i = 0; i < AIOS_TOP_BUCKETS && seen < rank; i++) {
		seen += hist[i];
		value = aios_top_bucket_ns(i);
	}
	/* The last bucket has no end; all that is known of what is there is the longest. */
	if (value == aios_top_bucket_ns(AIOS_TOP_BUCKETS - 1) && max > value)
		return max;
	return max && value > max ? max : value;
}

uint64_t aios_top_completed(const struct aios_top_counts *counts)
{
	uint64_t sum = 0;

	for (int i = 0; i < AIOS_TOP_OPS; i++)
		sum += counts->completed[i];
	return sum;
}

size_t aios_top_procs_there(const struct aios_top_frame *frame)
{
	size_t cnt = 0;

	for (size_t i = 0; i < frame->proc_cnt; i++)
		cnt += !frame->proc_rows[i].gone;
	return cnt;
}

static void at_least(__u64 *to, __u64 from)
{
	if (from > *to)
		*to = from;
}

/* Counts that are sums, up to the first that is a maximum. */
#define SUMS_BEFORE	(offsetof(struct aios_top_counts, submit_max_ns) / sizeof(__u64))
#define SUMS_FROM	(offsetof(struct aios_top_counts, reads) / sizeof(__u64))
#define SUMS_TO		(offsetof(struct aios_top_counts, peak) / sizeof(__u64))

void aios_top_add(struct aios_top_counts *restrict to, const struct aios_top_counts *restrict from)
{
	__u64 *sums = (__u64 *)to;
	const __u64 *more = (const __u64 *)from;
	__u32 *hist = &to->hist[0][0];
	const __u32 *more_hist = &from->hist[0][0];

	for (size_t i = 0; i < SUMS_BEFORE; i++)
		sums[i] += more[i];
	for (size_t i = SUMS_FROM; i < SUMS_TO; i++)
		sums[i] += more[i];
	at_least(&to->submit_max_ns, from->submit_max_ns);
	at_least(&to->peak, from->peak);
	for (int i = 0; i < AIOS_TOP_CLASSES; i++)
		at_least(&to->max_ns[i], from->max_ns[i]);
	if (!aios_top_completed(from))
		return;
	for (size_t i = 0; i < AIOS_TOP_CLASSES * AIOS_TOP_BUCKETS; i++)
		hist[i] += more_hist[i];
}

struct aios_top *aios_top_new(void)
{
	return calloc(1, sizeof(struct aios_top));
}

static void free_all(struct aios_map *map)
{
	void *value;

	for (size_t iter = 0; (value = aios_map_next(map, &iter));)
		free(value);
	aios_map_done(map);
}

/**
 * aios_top_free() - forgets
 * @top: may be NULL
 * Return: NULL.
 */
struct aios_top *aios_top_free(struct aios_top *top)
{
	if (!top)
		return NULL;
	free_all(&top->ctxs);
	free_all(&top->procs);
	free(top);
	return NULL;
}

#define SECOND_NS	1000000000ULL

void aios_top_minute_add(struct aios_top_past *past, uint64_t ns, uint8_t percent)
{
	if (percent > past->minute_max)
		past->minute_max = percent;
	if (past->minute_cnt && ns < past->minute_ns + SECOND_NS)
		return;
	past->minute[past->minute_cnt++ % AIOS_TOP_MINUTE] = past->minute_max;
	past->minute_ns = ns;
	past->minute_max = 0;
}

size_t aios_top_minute(const struct aios_top *top, uint64_t id, uint8_t *ret)
{
	const struct aios_top_past *past = aios_map_get(&top->ctxs, id);
	size_t cnt, first;

	if (!past)
		return 0;
	cnt = past->minute_cnt < AIOS_TOP_MINUTE ? past->minute_cnt : AIOS_TOP_MINUTE;
	first = past->minute_cnt - cnt;
	for (size_t i = 0; i < cnt; i++)
		ret[i] = past->minute[(first + i) % AIOS_TOP_MINUTE];
	return cnt;
}
