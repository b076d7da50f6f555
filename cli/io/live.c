// SPDX-License-Identifier: GPL-2.0-only
/*
 * live.c - the live source. The protocol of the rings is in <aioscope/ring.h>.
 */
#include "live.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../lib/buf.h"

#define AT_ONCE	512U	/* records: 60 KiB */

struct cpu_state {
	uint64_t tail;		/* places read */
	uint64_t next_seq;
	uint64_t dropped;
};

struct aios_live {
	struct aios_load *load;
	const struct aios_rings *rings;
	struct aios_feed feed;
	struct aios_live_stats stats;
	struct cpu_state *cpus;
	struct aios_buf records;
	struct aios_buf scan;
	struct aios_buf misses;
	uint32_t miss_cnt;
	uint64_t looked_ns;	/* when the last look began */
	uint64_t before_ns;	/* ... and the one before */
	uint64_t from_ns;	/* what the last scan said */
};

uint64_t aios_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

struct aios_live *aios_live_new(struct aios_load *load, const struct aios_feed *feed)
{
	struct aios_live *live = calloc(1, sizeof(*live));

	if (!live)
		return NULL;
	live->load = load;
	live->rings = aios_load_rings(load);
	live->feed = *feed;
	live->cpus = calloc(live->rings->cpus, sizeof(*live->cpus));
	return live->cpus ? live : aios_live_free(live);
}

/**
 * aios_live_free() - frees a reader; what it has not read stays in the rings
 * @live: may be NULL
 * Return: NULL.
 */
struct aios_live *aios_live_free(struct aios_live *live)
{
	if (live) {
		free(live->cpus);
		aios_buf_done(&live->records);
		aios_buf_done(&live->scan);
		aios_buf_done(&live->misses);
		free(live);
	}
	return NULL;
}

static struct aios_slot *live_slot(const struct aios_rings *rings, unsigned int cpu, uint64_t pos)
{
	uint64_t mask = (1ULL << rings->shift) - 1;

	return &rings->slots[((uint64_t)cpu << rings->shift) + (pos & mask)];
}

/* Is it one that whoever wrote it may come back to? */
static bool live_grows(const struct aios_slot *slot)
{
	unsigned int type = slot->rec.h.type;

	return type == AIOS_EV_REQ_BIRTH || type == AIOS_EV_REQ_BORN || type == AIOS_EV_REQ_END;
}

/* Is the record complete, and does its writer stay away from now on? */
static bool live_take(struct aios_slot *slot, uint64_t pos)
{
	__u64 commit = pos + 1;

	if (__atomic_load_n(&slot->commit, __ATOMIC_ACQUIRE) != commit)
		return false;
	return !live_grows(slot) ||
	       __atomic_compare_exchange_n(&slot->commit, &commit, commit | AIOS_COMMIT_TAKEN,
					   false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

/* Copies the records of a CPU up to @upto, or up to one that is not complete, or without it. */
static void live_copy(struct aios_live *live, unsigned int cpu, uint64_t upto, bool last)
{
	struct cpu_state *state = &live->cpus[cpu];

	aios_buf_clear(&live->records);
	if (aios_buf_room(&live->records, (upto - state->tail) * sizeof(struct aios_rec)))
		return;
	for (; state->tail < upto; state->tail++) {
		struct aios_slot *slot = live_slot(live->rings, cpu, state->tail);
		size_t len;

		if (!live_take(slot, state->tail)) {
			if (last)
				continue;
			return;
		}
		/* A copy of constant size is cheap; the next record overwrites the rest. */
		len = slot->rec.h.len;
		memcpy(live->records.data + live->records.len, &slot->rec, sizeof(slot->rec));
		live->records.len += len <= sizeof(slot->rec) ? len : 0;
		state->next_seq = slot->rec.h.seq + 1;
		live->stats.records++;
	}
}

static void live_scan_cpu(struct aios_live *live, unsigned int cpu)
{
	struct aios_scan_cpu entry = { .next_seq = live->cpus[cpu].next_seq, .cpu = cpu };

	aios_buf_add(&live->scan, &entry, sizeof(entry));
}

/*
 * Passes on the records up to @pos, some at a time: what is copied is packed and written while it
 * is still in the cache. Return: whether it came that far, else a negative errno.
 */
static int live_pass(struct aios_live *live, unsigned int cpu, uint64_t pos, bool last)
{
	struct cpu_state *state = &live->cpus[cpu];

	while (state->tail < pos) {
		uint64_t upto = pos - state->tail > AT_ONCE ? state->tail + AT_ONCE : pos;
		int err = 0;

		live_copy(live, cpu, upto, last);
		if (live->records.err)
			return live->records.err;
		__atomic_store_n(&live->rings->ctl[cpu].tail, state->tail, __ATOMIC_RELEASE);
		if (live->records.len)
			err = live->feed.chunk(live->feed.arg, AIOS_CHUNK_RECORDS, cpu,
					       live->records.data, live->records.len);
		if (err)
			return err;
		if (state->tail < upto)
			return 0;
	}
	return 1;
}

/*
 * Reads what is in a ring. @dropped is read before @pos: what is refused in between is then told
 * by the next record or scan, and never counted before it happened.
 *
 * Return: whether everything was read, else a negative errno.
 */
static int live_read(struct aios_live *live, unsigned int cpu, bool last)
{
	struct aios_ring_ctl *ctl = &live->rings->ctl[cpu];
	struct cpu_state *state = &live->cpus[cpu];
	uint64_t dropped = __atomic_load_n(&ctl->dropped, __ATOMIC_ACQUIRE);
	uint64_t pos = __atomic_load_n(&ctl->pos, __ATOMIC_ACQUIRE);
	int whole = live_pass(live, cpu, pos, last);

	if (whole <= 0)
		return whole;
	if (pos + dropped > state->next_seq)
		state->next_seq = pos + dropped;
	live->stats.dropped += dropped - state->dropped;
	state->dropped = dropped;
	return 1;
}

static int live_miss(void *arg, const struct aios_plan_row *row, uint64_t count)
{
	struct aios_live *live = arg;
	struct aios_scan_miss miss = { .count = count };
	struct aios_buf name = { 0 };

	aios_hook_name(&name, row->hook);
	if (!name.err)
		strncpy(miss.hook, name.data, sizeof(miss.hook) - 1);
	aios_buf_done(&name);
	aios_buf_add(&live->misses, &miss, sizeof(miss));
	live->miss_cnt++;
	live->stats.missed += count;
	return live->misses.err;
}

/* Passes a scan chunk on: head, CPUs, and what was missed, if it is to tell of that. */
static int live_scan_end(struct aios_live *live, uint64_t from_ns, bool with_misses)
{
	struct aios_scan head = {
		.from_ns = from_ns,
		.to_ns = aios_now_ns(),
		.cpus = live->rings->cpus,
		.misses = with_misses ? live->miss_cnt : 0,
	};

	aios_buf_clear(&live->scan);
	aios_buf_add(&live->scan, &head, sizeof(head));
	for (unsigned int cpu = 0; cpu < live->rings->cpus; cpu++)
		live_scan_cpu(live, cpu);
	if (with_misses)
		aios_buf_add(&live->scan, live->misses.data, live->misses.len);
	if (live->scan.err)
		return live->scan.err;
	live->from_ns = from_ns;
	return live->feed.chunk(live->feed.arg, AIOS_CHUNK_SCAN, 0, live->scan.data,
				live->scan.len);
}

/*
 * A round that has read everything is complete up to when it began. Records are passed on up to
 * when the look before it began, since whether a call was missed is known for certain a look later
 * only, and its hole has to come before the records that it taints. What is missed was missed after
 * the look before that: a scan of its own says so, where the last one is older.
 *
 * Where a ring holds a record whose writer was interrupted, the stream is not complete up to now:
 * the scan then repeats the time of the last one, and so holds the records back.
 */
static int live_round(struct aios_live *live, bool last)
{
	bool whole = true;
	int err = 0;

	for (unsigned int cpu = 0; cpu < live->rings->cpus; cpu++) {
		int read = live_read(live, cpu, last);

		if (read < 0)
			return read;
		whole = whole && read;
	}
	if (whole && live->miss_cnt && live->before_ns > live->from_ns)
		err = live_scan_end(live, live->before_ns, false);
	if (!err)
		err = live_scan_end(live, whole ? live->looked_ns : live->from_ns, true);
	return err ? err : !whole;
}

int aios_live_look(struct aios_live *live, enum aios_look how)
{
	uint64_t begin_ns = aios_now_ns();
	bool last = how == AIOS_LOOK_LAST;
	int ret;

	aios_buf_clear(&live->misses);
	live->miss_cnt = 0;
	live->stats.kernel = *aios_load_stats(live->load);
	ret = aios_load_misses(live->load, last, live_miss, live);
	if (!ret && (how != AIOS_LOOK_GLANCE || live->miss_cnt))
		ret = live_round(live, last);
	live->before_ns = live->looked_ns;
	live->looked_ns = begin_ns;
	return ret;
}

const struct aios_live_stats *aios_live_stats(const struct aios_live *live)
{
	return &live->stats;
}
