// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_order.c - one stream out of many rings, and holes where records are missing.
 */
#include <errno.h>

#include "kit.h"
#include "lib/order.h"

#define OUT_MAX	4096

/* What came out: a record has its time in @ns, a hole its kind in @gap.kind. */
struct out {
	bool is_gap;
	uint64_t ns;
	uint32_t cpu;
	uint64_t seq;
	struct aios_rec rec;
	struct aios_gap gap;
	char hook[AIOS_HOOK_NAME];
};

struct fixture {
	struct aios_order *order;
	struct kit_stream stream;
	struct out outs[OUT_MAX];
	size_t cnt;
	uint64_t until_ns;
	size_t untils;
	int fail_at;	/* the sink returns -EIO for this one */
};

static struct out *out_next(struct fixture *f)
{
	assert_true(f->cnt < OUT_MAX);
	return &f->outs[f->cnt++];
}

static int on_record(void *arg, const struct aios_rec *rec)
{
	struct fixture *f = arg;
	struct out *out = out_next(f);

	*out = (struct out){
		.ns = rec->h.time_ns, .cpu = rec->h.cpu, .seq = rec->h.seq, .rec = *rec,
	};
	return f->fail_at && (size_t)f->fail_at == f->cnt ? -EIO : 0;
}

static int on_gap(void *arg, const struct aios_gap *gap)
{
	struct fixture *f = arg;
	struct out *out = out_next(f);

	*out = (struct out){ .is_gap = true, .ns = gap->from_ns, .gap = *gap };
	if (gap->hook)
		strncpy(out->hook, gap->hook, sizeof(out->hook) - 1);
	return f->fail_at && (size_t)f->fail_at == f->cnt ? -EIO : 0;
}

static int on_until(void *arg, uint64_t time_ns)
{
	struct fixture *f = arg;

	assert_true(time_ns >= f->until_ns);
	f->until_ns = time_ns;
	f->untils++;
	return 0;
}

static int feed(void *arg, unsigned int kind, unsigned int cpu, const void *payload, size_t len)
{
	struct aios_order *order = arg;

	return kind == AIOS_CHUNK_SCAN ? aios_order_scan(order, payload, len) :
	       aios_order_records(order, cpu, payload, len);
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct aios_sink sink = { .record = on_record, .gap = on_gap, .until = on_until, .arg = f };

	f->order = aios_order_new(&sink);
	f->stream.feed = (struct aios_feed){ .chunk = feed, .arg = f->order };
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	stream_done(&f->stream);
	aios_order_free(f->order);
	free(f);
	return 0;
}

/* A record at @ns on @cpu; what it says does not matter here. */
static void on(struct fixture *f, uint64_t ns, uint16_t cpu)
{
	struct kit_ctx ctx = kit_ctx(1);

	stream_rec(&f->stream, rec_destroy(ns, on_cpu(by_t1, cpu), &ctx, 0));
}

static void assert_times(const struct fixture *f, const uint64_t *times, size_t cnt)
{
	assert_int_equal(f->cnt, cnt);
	for (size_t i = 0; i < cnt; i++) {
		assert_false(f->outs[i].is_gap);
		assert_int_equal(f->outs[i].ns, times[i]);
	}
}

static void assert_hole(const struct out *out, enum aios_gap_kind kind, uint32_t cpu,
			uint64_t count, uint64_t from_ns, uint64_t to_ns)
{
	assert_true(out->is_gap);
	assert_int_equal(out->gap.kind, kind);
	assert_int_equal(out->gap.cpu, cpu);
	assert_int_equal(out->gap.count, count);
	assert_int_equal(out->gap.from_ns, from_ns);
	assert_int_equal(out->gap.to_ns, to_ns);
}

static void cpus_are_merged_by_time(void **state)
{
	struct fixture *f = *state;

	on(f, 10, 0);
	on(f, 40, 0);
	on(f, 20, 1);
	on(f, 50, 1);
	on(f, 30, 2);
	assert_int_equal(stream_scan(&f->stream, 100, 110), 0);
	assert_times(f, (const uint64_t[]){ 10, 20, 30, 40, 50 }, 5);
	assert_int_equal(f->outs[2].cpu, 2);
	assert_int_equal(aios_order_stats(f->order)->records, 5);
	assert_int_equal(aios_order_stats(f->order)->late, 0);
}

/* A birth at @ns that tells of its return as well. */
static void birth_on(struct fixture *f, uint64_t ns, uint32_t return_ns, int32_t err)
{
	struct kit_ctx ctx = kit_ctx(1);
	struct kit_req req = kit_read(&ctx, 1);
	struct aios_rec rec = rec_birth(ns, by_t1, &req);

	rec.birth.return_ns = return_ns;
	rec.birth.return_err = err;
	stream_rec(&f->stream, rec);
}

static void a_return_told_with_its_birth_has_its_own_time(void **state)
{
	struct fixture *f = *state;
	const struct aios_rec *birth = &f->outs[0].rec, *ret = &f->outs[2].rec;

	birth_on(f, 10, 25, -EAGAIN);
	on(f, 20, 1);
	assert_int_equal(stream_scan(&f->stream, 100, 110), 0);
	assert_times(f, (const uint64_t[]){ 10, 20, 35 }, 3);
	assert_int_equal(ret->h.type, AIOS_EV_REQ_RETURN);
	assert_int_equal(ret->h.len, sizeof(ret->h) + sizeof(ret->req_return));
	assert_int_equal(ret->h.tid, birth->h.tid);
	assert_int_equal(ret->req_return.kctx, birth->iocb.kctx);
	assert_int_equal(ret->req_return.uiocb, birth->iocb.uiocb);
	assert_int_equal(ret->req_return.err, -EAGAIN);
}

static void a_return_told_with_its_birth_waits_for_its_own_scan(void **state)
{
	struct fixture *f = *state;

	birth_on(f, 10, 25, 0);
	assert_int_equal(stream_scan(&f->stream, 35, 36), 0);
	assert_times(f, (const uint64_t[]){ 10 }, 1);
	assert_int_equal(stream_scan(&f->stream, 36, 37), 0);
	assert_times(f, (const uint64_t[]){ 10, 35 }, 2);
}

/* At level exact both records of a request can be two events: they part, and go by their times. */
static void two_records_of_a_request_are_four_events(void **state)
{
	static const uint16_t wanted[] = { AIOS_EV_REQ_BIRTH, AIOS_EV_REQ_COMPLETE, AIOS_EV_REQ_PUT,
					   AIOS_EV_REQ_FREE };
	struct fixture *f = *state;
	struct kit_ctx ctx = kit_ctx(1);
	struct kit_req req = kit_read(&ctx, 1);
	struct aios_rec born = rec_birth(10, by_t1, &req);
	struct aios_rec end = rec_complete(20, by_t1, &req, 4096);

	born.h.type = AIOS_EV_REQ_BORN;
	born.born.put_ns = 40;
	end.h.type = AIOS_EV_REQ_END;
	end.h.len = 32 + sizeof(end.end);
	end.end.free_ns = 40;
	stream_rec(&f->stream, born);
	stream_rec(&f->stream, end);
	assert_int_equal(stream_scan(&f->stream, 100, 110), 0);
	assert_times(f, (const uint64_t[]){ 10, 20, 50, 60 }, 4);
	for (size_t i = 0; i < NR(wanted); i++)
		assert_int_equal(f->outs[i].rec.h.type, wanted[i]);
	assert_int_equal(aios_order_stats(f->order)->unknown, 0);
}

/* Where a recording parts between the two, each file tells of one. */
static void a_file_that_begins_or_ends_between_birth_and_return_tells_of_one(void **state)
{
	struct fixture *f = *state;

	aios_order_begin(f->order, 20);
	birth_on(f, 10, 25, 0);
	birth_on(f, 40, 25, 0);
	aios_order_goes_on(f->order, 50);
	stream_flush(&f->stream);
	assert_int_equal(aios_order_end(f->order, 1), 0);
	assert_times(f, (const uint64_t[]){ 35, 40 }, 2);
	assert_int_equal(f->outs[0].rec.h.type, AIOS_EV_REQ_RETURN);
	assert_int_equal(f->outs[1].rec.h.type, AIOS_EV_REQ_BIRTH);
}

/* A scan says that everything older than from_ns was read, and nothing about the rest. */
static void records_wait_for_the_scan_that_completes_them(void **state)
{
	struct fixture *f = *state;

	on(f, 10, 0);
	on(f, 90, 0);
	stream_flush(&f->stream);
	assert_int_equal(f->cnt, 0);
	assert_int_equal(stream_scan(&f->stream, 50, 95), 0);
	assert_times(f, (const uint64_t[]){ 10 }, 1);
	assert_int_equal(f->until_ns, 50);
	on(f, 60, 1);
	assert_int_equal(stream_scan(&f->stream, 100, 105), 0);
	assert_times(f, (const uint64_t[]){ 10, 60, 90 }, 3);
}

/* "Older than": one at from_ns itself may still have a neighbour to come. */
static void a_record_at_the_watermark_waits(void **state)
{
	struct fixture *f = *state;

	on(f, 50, 0);
	assert_int_equal(stream_scan(&f->stream, 50, 60), 0);
	assert_int_equal(f->cnt, 0);
	assert_int_equal(stream_scan(&f->stream, 51, 61), 0);
	assert_times(f, (const uint64_t[]){ 50 }, 1);
}

static void records_of_a_cpu_at_one_time_keep_their_order(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < 100; i++)
		on(f, 10, (uint16_t)(i % 2));
	assert_int_equal(stream_scan(&f->stream, 11, 12), 0);
	assert_int_equal(f->cnt, 100);
	for (size_t i = 1; i < 100; i++)
		if (f->outs[i].cpu == f->outs[i - 1].cpu)
			assert_true(f->outs[i].seq > f->outs[i - 1].seq);
}

static void what_waits_keeps_its_order_over_many_rounds(void **state)
{
	struct fixture *f = *state;

	for (uint64_t round = 0; round < 50; round++) {
		for (int i = 0; i < 8; i++)
			on(f, 1000 + round * 10, (uint16_t)(i % 4));
		/* Two rounds behind. */
		assert_int_equal(stream_scan(&f->stream, 980 + round * 10, 1009 + round * 10), 0);
	}
	assert_int_equal(aios_order_end(f->order, 1), 0);
	assert_int_equal(f->cnt, 400);
	for (size_t i = 1; i < f->cnt; i++) {
		assert_true(f->outs[i].ns >= f->outs[i - 1].ns);
		if (f->outs[i].cpu == f->outs[i - 1].cpu)
			assert_true(f->outs[i].seq > f->outs[i - 1].seq);
	}
	assert_int_equal(aios_order_stats(f->order)->late, 0);
}

/* ... as they do where rings come in the order of their interrupts: later place, earlier time. */
static void the_time_decides_within_a_cpu_as_well(void **state)
{
	struct fixture *f = *state;

	on(f, 20, 0);
	on(f, 19, 0);
	on(f, 21, 0);
	assert_int_equal(stream_scan(&f->stream, 100, 110), 0);
	assert_times(f, (const uint64_t[]){ 19, 20, 21 }, 3);
}

static void a_jump_within_a_ring_is_a_hole_of_that_many_records(void **state)
{
	struct fixture *f = *state;

	on(f, 10, 1);
	on(f, 20, 1);
	stream_lose(&f->stream, 1, 7);
	on(f, 60, 1);
	assert_int_equal(stream_scan(&f->stream, 100, 110), 0);
	assert_int_equal(f->cnt, 4);
	assert_int_equal(f->outs[1].ns, 20);
	assert_hole(&f->outs[2], AIOS_GAP_RING, 1, 7, 20, 60);
	assert_int_equal(f->outs[3].ns, 60);
}

/* The trace may begin in the middle of a ring: all before it was lost. */
static void a_jump_before_the_first_record_is_a_hole(void **state)
{
	struct fixture *f = *state;

	stream_lose(&f->stream, 2, 5);
	on(f, 60, 2);
	assert_int_equal(stream_scan(&f->stream, 100, 110), 0);
	assert_int_equal(f->cnt, 2);
	assert_hole(&f->outs[0], AIOS_GAP_RING, 2, 5, 0, 60);
}

static void a_jump_at_the_tail_is_told_by_the_scan(void **state)
{
	struct fixture *f = *state;

	on(f, 10, 1);
	stream_lose(&f->stream, 1, 3);
	assert_int_equal(stream_scan(&f->stream, 100, 110), 0);
	assert_int_equal(f->cnt, 2);
	assert_hole(&f->outs[1], AIOS_GAP_RING, 1, 3, 10, 110);
}

static void a_ring_that_lost_all_it_had_is_told_by_the_scan(void **state)
{
	struct fixture *f = *state;

	on(f, 10, 0);
	stream_lose(&f->stream, 3, 9);
	assert_int_equal(stream_scan(&f->stream, 100, 110), 0);
	assert_int_equal(f->cnt, 2);
	assert_hole(&f->outs[0], AIOS_GAP_RING, 3, 9, 0, 110);
}

/* A loss that one scan told of is not told again by the next one, nor by the next record. */
static void a_hole_is_told_once(void **state)
{
	struct fixture *f = *state;

	on(f, 10, 1);
	stream_lose(&f->stream, 1, 3);
	assert_int_equal(stream_scan(&f->stream, 100, 110), 0);
	on(f, 150, 1);
	assert_int_equal(stream_scan(&f->stream, 200, 210), 0);
	assert_int_equal(f->cnt, 3);
	assert_int_equal(f->outs[2].ns, 150);
}

/* What the scan before did not tell of happened after that one began. */
static void a_hole_begins_after_the_scan_that_did_not_know_of_it(void **state)
{
	struct fixture *f = *state;

	on(f, 10, 1);
	assert_int_equal(stream_scan(&f->stream, 100, 110), 0);
	stream_lose(&f->stream, 1, 2);
	on(f, 180, 1);
	assert_int_equal(stream_scan(&f->stream, 200, 210), 0);
	assert_int_equal(f->cnt, 3);
	assert_hole(&f->outs[1], AIOS_GAP_RING, 1, 2, 100, 180);
	stream_lose(&f->stream, 1, 4);
	assert_int_equal(stream_scan(&f->stream, 300, 310), 0);
	assert_hole(&f->outs[3], AIOS_GAP_RING, 1, 4, 200, 310);
}

static void a_hole_comes_before_what_is_younger_than_its_beginning(void **state)
{
	struct fixture *f = *state;

	on(f, 10, 1);
	stream_lose(&f->stream, 1, 1);
	on(f, 90, 1);
	on(f, 9, 2);
	on(f, 11, 2);
	assert_int_equal(stream_scan(&f->stream, 100, 110), 0);
	assert_int_equal(f->cnt, 5);
	assert_int_equal(f->outs[0].ns, 9);
	assert_int_equal(f->outs[1].ns, 10);
	assert_hole(&f->outs[2], AIOS_GAP_RING, 1, 1, 10, 90);
	assert_int_equal(f->outs[3].ns, 11);
}

static void skipped_programs_are_holes_with_the_name_of_their_hook(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(stream_scan(&f->stream, 100, 110), 0);
	on(f, 150, 0);
	f->stream.hook = "aio_complete";
	f->stream.misses = 12;
	assert_int_equal(stream_scan(&f->stream, 200, 210), 0);
	assert_int_equal(f->cnt, 2);
	assert_hole(&f->outs[0], AIOS_GAP_SKIPPED, AIOS_UNKNOWN32, 12, 100, 210);
	assert_string_equal(f->outs[0].hook, "aio_complete");
	assert_int_equal(f->outs[1].ns, 150);
}

/* Forty bytes without a NUL are in the file of somebody who wants to see us read further. */
static void a_hook_name_without_an_end_is_cut(void **state)
{
	struct fixture *f = *state;
	struct {
		struct aios_scan scan;
		struct aios_scan_miss miss;
	} payload = { .scan = { .from_ns = 10, .to_ns = 11, .misses = 1 }, .miss = { .count = 1 } };

	memset(payload.miss.hook, 'x', AIOS_HOOK_NAME);
	assert_int_equal(aios_order_scan(f->order, &payload, sizeof(payload)), 0);
	assert_int_equal(f->cnt, 1);
	assert_int_equal(strlen(f->outs[0].hook), AIOS_HOOK_NAME - 1);
}

static void a_late_record_is_counted_and_passed_on(void **state)
{
	struct fixture *f = *state;

	on(f, 50, 0);
	assert_int_equal(stream_scan(&f->stream, 100, 110), 0);
	on(f, 80, 1);
	on(f, 120, 0);
	assert_int_equal(stream_scan(&f->stream, 200, 210), 0);
	assert_times(f, (const uint64_t[]){ 50, 80, 120 }, 3);
	assert_int_equal(aios_order_stats(f->order)->late, 1);
	assert_int_equal(aios_order_stats(f->order)->records, 3);
}

static void unknown_types_are_counted_and_leave_no_hole(void **state)
{
	struct fixture *f = *state;
	struct aios_rec rec = rec_make(200, 16, 20, by_t1);

	on(f, 10, 0);
	stream_rec(&f->stream, rec);
	on(f, 30, 0);
	assert_int_equal(stream_scan(&f->stream, 100, 110), 0);
	assert_times(f, (const uint64_t[]){ 10, 30 }, 2);
	assert_int_equal(aios_order_stats(f->order)->unknown, 1);
}

static void a_hole_beside_an_unknown_type_is_still_a_hole(void **state)
{
	struct fixture *f = *state;

	on(f, 10, 0);
	stream_lose(&f->stream, 0, 2);
	stream_rec(&f->stream, rec_make(200, 16, 20, by_t1));
	on(f, 30, 0);
	assert_int_equal(stream_scan(&f->stream, 100, 110), 0);
	assert_int_equal(f->cnt, 3);
	assert_hole(&f->outs[1], AIOS_GAP_RING, 0, 2, 10, 20);
}

static void bytes_that_are_no_records_are_a_hole_and_end_the_chunk(void **state)
{
	struct fixture *f = *state;
	struct kit_ctx ctx = kit_ctx(1);
	struct aios_rec good = rec_destroy(20, by_t1, &ctx, 0), bad = good;
	struct aios_buf buf = { 0 };

	bad.h.len = 41;
	good.h.seq = 0;
	aios_buf_add(&buf, &good, good.h.len);
	aios_buf_add(&buf, &bad, 48);
	aios_buf_add(&buf, &good, good.h.len);
	assert_int_equal(aios_order_records(f->order, 0, buf.data, buf.len), 0);
	f->stream.seq[0] = 3;
	assert_int_equal(stream_scan(&f->stream, 100, 110), 0);
	/* The record before, the damage, and what the numbers show to be missing with it. */
	assert_int_equal(f->cnt, 3);
	assert_int_equal(aios_order_stats(f->order)->records, 1);
	for (size_t i = 0; i < 3; i++)
		if (f->outs[i].is_gap && f->outs[i].gap.kind == AIOS_GAP_RING)
			assert_hole(&f->outs[i], AIOS_GAP_RING, 0, 2, 20, 110);
	aios_buf_done(&buf);
}

/* order.h: what is missing happened "not after" to_ns; nobody knows what the bytes held. */
static void a_damaged_hole_reaches_as_far_as_its_bytes_may(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(aios_order_records(f->order, 0, "damaged!", 8), 0);
	assert_int_equal(stream_scan(&f->stream, 100, 110), 0);
	assert_int_equal(f->cnt, 1);
	assert_int_equal(f->outs[0].gap.kind, AIOS_GAP_DAMAGED);
	assert_int_equal(f->outs[0].gap.cpu, 0);
	/* Records read before the scan's from_ns can be as young as that. */
	assert_true(f->outs[0].gap.to_ns >= 100);
}

static void records_of_a_cpu_that_cannot_be_are_damage(void **state)
{
	struct fixture *f = *state;
	struct kit_ctx ctx = kit_ctx(1);
	struct aios_rec rec = rec_destroy(20, by_t1, &ctx, 0);

	assert_int_equal(aios_order_records(f->order, UINT32_MAX, &rec, rec.h.len), 0);
	assert_int_equal(aios_order_end(f->order, 1), 0);
	assert_int_equal(f->cnt, 1);
	assert_int_equal(f->outs[0].gap.kind, AIOS_GAP_DAMAGED);
	assert_int_equal(f->outs[0].gap.cpu, AIOS_UNKNOWN32);
}

static void a_scan_of_the_wrong_size_is_refused(void **state)
{
	struct fixture *f = *state;
	struct {
		struct aios_scan scan;
		struct aios_scan_cpu cpu;
	} payload = { .scan = { .from_ns = 10, .to_ns = 11, .cpus = 1 } };

	for (size_t len = 0; len < sizeof(payload); len++)
		assert_int_equal(aios_order_scan(f->order, &payload, len), -EBADMSG);
	assert_int_equal(aios_order_scan(f->order, &payload, sizeof(payload)), 0);
	payload.scan.cpus = 0;
	assert_int_equal(aios_order_scan(f->order, &payload, sizeof(payload)), -EBADMSG);
	payload.scan.cpus = UINT32_MAX;
	payload.scan.misses = UINT32_MAX;
	assert_int_equal(aios_order_scan(f->order, &payload, sizeof(payload)), -EBADMSG);
	payload.scan.cpus = 1;
	payload.scan.misses = 0;
	payload.cpu.cpu = UINT32_MAX;
	assert_int_equal(aios_order_scan(f->order, &payload, sizeof(payload)), -EBADMSG);
	assert_int_equal(f->cnt, 0);
}

static void the_end_passes_on_what_is_left(void **state)
{
	struct fixture *f = *state;

	on(f, 30, 1);
	on(f, 20, 0);
	stream_flush(&f->stream);
	assert_int_equal(aios_order_end(f->order, 1), 0);
	assert_times(f, (const uint64_t[]){ 20, 30 }, 2);
}

/* Behind the last scan anything may be missing, from any CPU, for ever. */
static void an_end_that_is_cut_off_is_a_hole_behind_the_last_scan(void **state)
{
	struct fixture *f = *state;

	on(f, 30, 1);
	assert_int_equal(stream_scan(&f->stream, 100, 110), 0);
	on(f, 150, 1);
	stream_flush(&f->stream);
	assert_int_equal(aios_order_end(f->order, 0), 0);
	assert_int_equal(f->cnt, 3);
	assert_hole(&f->outs[1], AIOS_GAP_CUT, AIOS_UNKNOWN32, 0, 100, UINT64_MAX);
	assert_int_equal(f->outs[2].ns, 150);
}

static void a_trace_cut_off_before_its_first_scan_is_a_hole_from_the_beginning(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(aios_order_end(f->order, 0), 0);
	assert_int_equal(f->cnt, 1);
	assert_hole(&f->outs[0], AIOS_GAP_CUT, AIOS_UNKNOWN32, 0, 0, UINT64_MAX);
}

static void the_watermark_is_told_after_each_round(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(stream_scan(&f->stream, 100, 110), 0);
	assert_int_equal(f->until_ns, 100);
	assert_int_equal(f->untils, 1);
	assert_int_equal(stream_scan(&f->stream, 200, 210), 0);
	assert_int_equal(f->until_ns, 200);
	/* A scan that is older than the one before takes nothing back. */
	assert_int_equal(stream_scan(&f->stream, 150, 160), 0);
	assert_int_equal(f->until_ns, 200);
}

static void what_the_sink_returns_ends_the_stream(void **state)
{
	struct fixture *f = *state;

	on(f, 10, 0);
	on(f, 20, 0);
	on(f, 30, 0);
	f->fail_at = 2;
	assert_int_equal(stream_scan(&f->stream, 100, 110), -EIO);
	assert_int_equal(f->cnt, 2);
}

static void no_listener_for_the_watermark_is_fine(void **state)
{
	struct fixture *f = *state;
	struct aios_sink sink = { .record = on_record, .gap = on_gap, .arg = f };
	struct aios_order *order = aios_order_new(&sink);
	struct aios_scan scan = { .from_ns = 1, .to_ns = 2 };

	assert_int_equal(aios_order_scan(order, &scan, sizeof(scan)), 0);
	assert_int_equal(aios_order_end(order, 1), 0);
	assert_null(aios_order_free(order));
	assert_null(aios_order_free(NULL));
}

/* Rings, scans and losses at random; what comes out is sorted, and nothing is missing but holes. */
static void random_rounds_lose_nothing_and_invent_nothing(void **state)
{
	struct fixture *f = *state;
	uint64_t seed = 77, now = 1000, sent = 0, lost = 0, got = 0, holes = 0;

	for (int round = 0; round < 60; round++) {
		uint64_t from = now;

		for (int i = 0; i < 40; i++) {
			uint64_t random = kit_random(&seed);
			uint16_t cpu = random % 4;

			now += random >> 8 & 3;
			if ((random >> 16) % 20 == 0) {
				stream_lose(&f->stream, cpu, 1 + (random >> 24) % 3);
				lost += 1 + (random >> 24) % 3;
			} else {
				on(f, now, cpu);
				sent++;
			}
		}
		assert_int_equal(stream_scan(&f->stream, from, now), 0);
	}
	assert_int_equal(aios_order_end(f->order, 1), 0);
	for (size_t i = 0; i < f->cnt; i++) {
		assert_true(!i || f->outs[i].ns >= f->outs[i - 1].ns);
		got += !f->outs[i].is_gap;
		holes += f->outs[i].is_gap ? f->outs[i].gap.count : 0;
	}
	assert_int_equal(got, sent);
	assert_int_equal(holes, lost);
}

#define ORDER_TEST(test)	cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		ORDER_TEST(cpus_are_merged_by_time),
		ORDER_TEST(records_wait_for_the_scan_that_completes_them),
		ORDER_TEST(a_record_at_the_watermark_waits),
		ORDER_TEST(a_return_told_with_its_birth_has_its_own_time),
		ORDER_TEST(a_return_told_with_its_birth_waits_for_its_own_scan),
		ORDER_TEST(two_records_of_a_request_are_four_events),
		ORDER_TEST(a_file_that_begins_or_ends_between_birth_and_return_tells_of_one),
		ORDER_TEST(records_of_a_cpu_at_one_time_keep_their_order),
		ORDER_TEST(what_waits_keeps_its_order_over_many_rounds),
		ORDER_TEST(the_time_decides_within_a_cpu_as_well),
		ORDER_TEST(a_jump_within_a_ring_is_a_hole_of_that_many_records),
		ORDER_TEST(a_jump_before_the_first_record_is_a_hole),
		ORDER_TEST(a_jump_at_the_tail_is_told_by_the_scan),
		ORDER_TEST(a_ring_that_lost_all_it_had_is_told_by_the_scan),
		ORDER_TEST(a_hole_is_told_once),
		ORDER_TEST(a_hole_begins_after_the_scan_that_did_not_know_of_it),
		ORDER_TEST(a_hole_comes_before_what_is_younger_than_its_beginning),
		ORDER_TEST(skipped_programs_are_holes_with_the_name_of_their_hook),
		ORDER_TEST(a_hook_name_without_an_end_is_cut),
		ORDER_TEST(a_late_record_is_counted_and_passed_on),
		ORDER_TEST(unknown_types_are_counted_and_leave_no_hole),
		ORDER_TEST(a_hole_beside_an_unknown_type_is_still_a_hole),
		ORDER_TEST(bytes_that_are_no_records_are_a_hole_and_end_the_chunk),
		ORDER_TEST(a_damaged_hole_reaches_as_far_as_its_bytes_may),
		ORDER_TEST(records_of_a_cpu_that_cannot_be_are_damage),
		ORDER_TEST(a_scan_of_the_wrong_size_is_refused),
		ORDER_TEST(the_end_passes_on_what_is_left),
		ORDER_TEST(an_end_that_is_cut_off_is_a_hole_behind_the_last_scan),
		ORDER_TEST(a_trace_cut_off_before_its_first_scan_is_a_hole_from_the_beginning),
		ORDER_TEST(the_watermark_is_told_after_each_round),
		ORDER_TEST(what_the_sink_returns_ends_the_stream),
		ORDER_TEST(no_listener_for_the_watermark_is_fine),
		ORDER_TEST(random_rounds_lose_nothing_and_invent_nothing),
	};

	return cmocka_run_group_tests_name("order", tests, NULL, NULL);
}
