// SPDX-License-Identifier: GPL-2.0-only
/*
 * order.c - one stream out of many rings.
 */
#include "order.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "event.h"
#include "vec.h"

/*
 * A round of the live source holds what all rings hold at most, 512 MiB unless --buffer says more
 * (cli/io/load.c): 4 M records, and one can be two events. A file without scans cannot make us
 * keep more than that.
 */
#define PENDING_MAX	(1U << 23)
#define CPU_MAX		8192		/* NR_CPUS can be no larger; a damaged file can */

struct cpu {
	uint64_t next_seq;
	uint64_t last_ns;
};

struct gap {
	struct aios_gap gap;
	char hook[AIOS_HOOK_NAME];
};

/* When something is due, and where it lies. */
struct due {
	uint64_t time_ns;
	uint32_t nr;		/* arrival, which orders equal times */
	uint32_t is_gap;
	size_t index;
};

/* What waits to be passed on. */
struct batch {
	struct due *due;
	size_t due_cnt, due_cap;
	struct aios_rec *records;
	size_t record_cnt, record_cap;
	struct gap *gaps;
	size_t gap_cnt, gap_cap;
};

struct aios_order {
	struct aios_sink sink;
	struct aios_order_stats stats;
	struct cpu *cpus;
	size_t cpu_cnt;
	struct batch now, later;
	uint64_t until_ns;	/* the newest scan's from_ns: older ones were passed on */
	uint64_t newest_ns;
	uint64_t begins_ns;	/* what is older is told by the front */
	uint64_t goes_on_ns;	/* what is younger is told by another file */
	bool numbers_due;	/* the next scan says with what numbers the CPUs begin */
};

struct aios_order *aios_order_new(const struct aios_sink *sink)
{
	struct aios_order *order = calloc(1, sizeof(*order));

	if (!order)
		return NULL;
	order->sink = *sink;
	order->goes_on_ns = UINT64_MAX;
	return order;
}

static void batch_done(struct batch *batch)
{
	free(batch->due);
	free(batch->records);
	free(batch->gaps);
}

/**
 * aios_order_free() - frees a stream
 * @order: may be NULL
 * Return: NULL.
 */
struct aios_order *aios_order_free(struct aios_order *order)
{
	if (order) {
		batch_done(&order->now);
		batch_done(&order->later);
		free(order->cpus);
		free(order);
	}
	return NULL;
}

static int batch_due(struct batch *batch, uint64_t time_ns, uint32_t is_gap, size_t index)
{
	struct due *due = aios_vec_room(batch->due, batch->due_cnt, &batch->due_cap, sizeof(*due));

	if (!due)
		return -ENOMEM;
	batch->due = due;
	due[batch->due_cnt] = (struct due){ time_ns, (uint32_t)batch->due_cnt, is_gap, index };
	batch->due_cnt++;
	return 0;
}

static int batch_gap(struct batch *batch, const struct aios_gap *gap)
{
	struct gap *gaps =
		aios_vec_room(batch->gaps, batch->gap_cnt, &batch->gap_cap, sizeof(*gaps));

	if (!gaps)
		return -ENOMEM;
	batch->gaps = gaps;
	gaps[batch->gap_cnt] = (struct gap){ .gap = *gap };
	if (gap->hook)
		strncpy(gaps[batch->gap_cnt].hook, gap->hook, AIOS_HOOK_NAME - 1);
	gaps[batch->gap_cnt].gap.hook = NULL;
	return batch_due(batch, gap->from_ns, 1, batch->gap_cnt++);
}

static int batch_record(struct batch *batch, const struct aios_rec *rec)
{
	struct aios_rec *records = aios_vec_room(batch->records, batch->record_cnt,
						 &batch->record_cap, sizeof(*records));

	if (!records)
		return -ENOMEM;
	batch->records = records;
	records[batch->record_cnt] = *rec;
	return batch_due(batch, rec->h.time_ns, 0, batch->record_cnt++);
}

static struct cpu *order_cpu(struct aios_order *order, uint32_t nr)
{
	size_t cnt = order->cpu_cnt;
	struct cpu *cpus;

	if (nr < cnt)
		return &order->cpus[nr];
	cpus = reallocarray(order->cpus, nr + 1, sizeof(*cpus));
	if (!cpus)
		return NULL;
	memset(cpus + cnt, 0, (nr + 1 - cnt) * sizeof(*cpus));
	order->cpus = cpus;
	order->cpu_cnt = nr + 1;
	return &cpus[nr];
}

/*
 * Records of a CPU are missing up to @seq. They were refused after the last one that was read, and
 * after the last scan, which would have told of them.
 */
static int order_jump(struct aios_order *order, uint32_t nr, uint64_t seq, uint64_t to_ns)
{
	struct cpu *cpu = &order->cpus[nr];
	uint64_t from_ns = cpu->last_ns > order->until_ns ? cpu->last_ns : order->until_ns;
	struct aios_gap gap = {
		.kind = AIOS_GAP_RING,
		.cpu = nr,
		.count = seq - cpu->next_seq,
		.from_ns = from_ns,
		.to_ns = to_ns > from_ns ? to_ns : from_ns,
	};

	cpu->next_seq = seq;
	/* A hole before the beginning is the loss of the file before. */
	return to_ns < order->begins_ns ? 0 : batch_gap(&order->now, &gap);
}

/* Notes that a record was there, whatever its type. */
static int order_count(struct aios_order *order, uint32_t nr, const struct aios_hdr *hdr)
{
	struct cpu *cpu = &order->cpus[nr];
	int err = 0;

	if (hdr->seq > cpu->next_seq)
		err = order_jump(order, nr, hdr->seq, hdr->time_ns);
	cpu->next_seq = hdr->seq + 1;
	cpu->last_ns = hdr->time_ns;
	if (hdr->time_ns > order->newest_ns)
		order->newest_ns = hdr->time_ns;
	return err;
}

static int order_add(struct aios_order *order, const struct aios_rec *rec)
{
	if (rec->h.time_ns < order->begins_ns)
		return 0;
	if (rec->h.time_ns < order->until_ns)
		order->stats.late++;
	return batch_record(&order->now, rec);
}

static int order_record(struct aios_order *order, uint32_t nr, struct aios_rec *rec)
{
	struct aios_rec more;
	bool both = aios_event_split(rec, &more);
	int err = order_count(order, nr, &rec->h);

	if (!err)
		err = order_add(order, rec);
	if (!err && both)
		err = order_add(order, &more);
	return err;
}

/* How young the bytes can have been is told by the next scan. */
static int order_damaged(struct aios_order *order, uint32_t cpu)
{
	struct aios_gap gap = {
		.kind = AIOS_GAP_DAMAGED,
		.cpu = cpu,
		.from_ns = order->until_ns,
		.to_ns = UINT64_MAX,
	};

	return batch_gap(&order->now, &gap);
}

static int due_compare(const void *a, const void *b)
{
	const struct due *x = a, *y = b;

	if (x->time_ns != y->time_ns)
		return x->time_ns < y->time_ns ? -1 : 1;
	return x->nr < y->nr ? -1 : 1;
}

static int order_pass(struct aios_order *order, const struct due *due)
{
	const struct aios_sink *sink = &order->sink;
	struct gap *gap;

	if (!due->is_gap) {
		order->stats.records++;
		return sink->record(sink->arg, &order->now.records[due->index]);
	}
	gap = &order->now.gaps[due->index];
	gap->gap.hook = gap->hook;
	return sink->gap(sink->arg, &gap->gap);
}

static int order_keep(struct aios_order *order, const struct due *due)
{
	if (due->is_gap) {
		struct gap *gap = &order->now.gaps[due->index];

		gap->gap.hook = gap->hook;
		return batch_gap(&order->later, &gap->gap);
	}
	return batch_record(&order->later, &order->now.records[due->index]);
}

/* Passes on what is older than @until_ns; the rest waits for the next scan. */
static int order_flush(struct aios_order *order, uint64_t until_ns)
{
	struct batch *now = &order->now, passed;
	int err = 0;

	if (now->due_cnt)
		qsort(now->due, now->due_cnt, sizeof(*now->due), due_compare);
	for (size_t i = 0; i < now->due_cnt && !err; i++) {
		const struct due *due = &now->due[i];

		err = due->time_ns < until_ns ? order_pass(order, due) : order_keep(order, due);
	}
	now->due_cnt = now->record_cnt = now->gap_cnt = 0;
	passed = order->now;
	order->now = order->later;
	order->later = passed;
	if (until_ns > order->until_ns)
		order->until_ns = until_ns;
	if (!err && order->sink.until)
		err = order->sink.until(order->sink.arg, order->until_ns);
	return err;
}

void aios_order_begin(struct aios_order *order, uint64_t from_ns)
{
	order->begins_ns = from_ns;
	order->numbers_due = true;
}

int aios_order_front(struct aios_order *order, const void *bytes, size_t len)
{
	const char *at = bytes;
	struct aios_rec rec;
	size_t used = 0;
	int err = 0;

	for (; len && !err; at += used, len -= used) {
		switch (aios_event_parse(at, len, &rec, &used)) {
		case AIOS_PARSE_OK:
			rec.h.flags |= AIOS_F_FRONT;
			err = order->sink.record(order->sink.arg, &rec);
			break;
		case AIOS_PARSE_UNKNOWN:
			order->stats.unknown++;
			break;
		case AIOS_PARSE_BAD:
			return -EBADMSG;
		}
	}
	return err;
}

int aios_order_records(struct aios_order *order, uint32_t cpu, const void *bytes, size_t len)
{
	const char *at = bytes;
	struct aios_rec rec;
	size_t used = 0;
	int err = 0;

	if (cpu >= CPU_MAX)
		return order_damaged(order, AIOS_UNKNOWN32);
	if (!order_cpu(order, cpu))
		return -ENOMEM;
	for (; len && !err; at += used, len -= used) {
		switch (aios_event_parse(at, len, &rec, &used)) {
		case AIOS_PARSE_OK:
			rec.h.flags &= (__u16)~AIOS_F_FRONT;
			err = order_record(order, cpu, &rec);
			break;
		case AIOS_PARSE_UNKNOWN:
			order->stats.unknown++;
			memcpy(&rec.h, at, sizeof(rec.h));
			err = order_count(order, cpu, &rec.h);
			break;
		case AIOS_PARSE_BAD:
			return order_damaged(order, cpu);
		}
	}
	if (!err && order->now.due_cnt > PENDING_MAX)
		err = order_flush(order, order->newest_ns);
	return err;
}

static int order_scan_cpus(struct aios_order *order, const struct aios_scan *scan, const char *at)
{
	int err = 0;

	for (uint32_t i = 0; i < scan->cpus && !err; i++) {
		struct aios_scan_cpu cpu;

		memcpy(&cpu, at + i * sizeof(cpu), sizeof(cpu));
		if (cpu.cpu >= CPU_MAX)
			return -EBADMSG;
		if (!order_cpu(order, cpu.cpu))
			return -ENOMEM;
		if (order->numbers_due)
			order->cpus[cpu.cpu].next_seq = cpu.next_seq;
		if (cpu.next_seq > order->cpus[cpu.cpu].next_seq)
			err = order_jump(order, cpu.cpu, cpu.next_seq, scan->to_ns);
	}
	return err;
}

static int order_scan_misses(struct aios_order *order, const struct aios_scan *scan, const char *at)
{
	int err = 0;

	for (uint32_t i = 0; i < scan->misses && !err; i++) {
		struct aios_scan_miss miss;
		struct aios_gap gap = {
			.kind = AIOS_GAP_SKIPPED,
			.cpu = AIOS_UNKNOWN32,
			.from_ns = order->until_ns,
			.to_ns = scan->to_ns,
			.hook = miss.hook,
		};

		memcpy(&miss, at + i * sizeof(miss), sizeof(miss));
		miss.hook[AIOS_HOOK_NAME - 1] = '\0';
		gap.count = miss.count;
		err = batch_gap(&order->now, &gap);
	}
	return err;
}

int aios_order_scan(struct aios_order *order, const void *payload, size_t len)
{
	const char *at = payload;
	struct aios_scan scan;
	size_t cpus, misses;
	int err;

	if (len < sizeof(scan))
		return -EBADMSG;
	memcpy(&scan, at, sizeof(scan));
	cpus = (size_t)scan.cpus * sizeof(struct aios_scan_cpu);
	misses = (size_t)scan.misses * sizeof(struct aios_scan_miss);
	if (len != sizeof(scan) + cpus + misses)
		return -EBADMSG;
	for (size_t i = 0; i < order->now.gap_cnt; i++)
		if (order->now.gaps[i].gap.to_ns == UINT64_MAX)
			order->now.gaps[i].gap.to_ns = scan.to_ns;
	err = order_scan_cpus(order, &scan, at + sizeof(scan));
	order->numbers_due = false;
	if (!err)
		err = order_scan_misses(order, &scan, at + sizeof(scan) + cpus);
	return err ? err : order_flush(order, scan.from_ns);
}

void aios_order_goes_on(struct aios_order *order, uint64_t from_ns)
{
	order->goes_on_ns = from_ns;
}

int aios_order_end(struct aios_order *order, int whole)
{
	struct aios_gap cut = {
		.kind = AIOS_GAP_CUT,
		.cpu = AIOS_UNKNOWN32,
		.from_ns = order->until_ns,
		.to_ns = UINT64_MAX,
	};
	int err = whole ? 0 : batch_gap(&order->now, &cut);

	return err ? err : order_flush(order, order->goes_on_ns);
}

const struct aios_order_stats *aios_order_stats(const struct aios_order *order)
{
	return &order->stats;
}
