// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_top.c - slots, latencies, and what happened between two samples.
 */
#include "kit_top.h"

static struct aios_snap_ctx ring(void)
{
	/* 126 slots, 15 at a time, as io_setup(32) makes it on two CPUs. */
	return (struct aios_snap_ctx){
		.max_reqs = 32, .nr_events = 127, .req_batch = 15, .free_shared = 96,
		.free_cpus = 10, .alive = 5, .completed = 15, .head = 120, .tail = 4,
	};
}

static void every_slot_is_somewhere(void **state)
{
	struct aios_snap_ctx snap = ring();
	struct aios_top_slots slots = aios_top_slots(&snap);

	(void)state;
	assert_int_equal(slots.all, 126);
	assert_int_equal(slots.free, 106);
	assert_int_equal(slots.in_flight, 5);
	/* From 120 over the end to 4. */
	assert_int_equal(slots.unread, 11);
	assert_int_equal(slots.stale, 4);
	assert_int_equal(slots.lost, 0);
	assert_int_equal(slots.free + slots.in_flight + slots.unread + slots.stale, slots.all);
}

static void slots_that_nothing_accounts_for_are_lost(void **state)
{
	struct aios_snap_ctx snap = ring();
	struct aios_top_slots slots;

	(void)state;
	snap.free_shared -= 3;
	slots = aios_top_slots(&snap);
	assert_int_equal(slots.lost, 3);
	/* Without the count of requests they look like more of those. */
	snap.alive = AIOS_UNKNOWN32;
	slots = aios_top_slots(&snap);
	assert_int_equal(slots.in_flight, 8);
	assert_int_equal(slots.lost, 0);
}

/* Read without a lock, a slot can be in two places. */
static void nothing_becomes_negative(void **state)
{
	struct aios_snap_ctx snap = ring();
	struct aios_top_slots slots;

	(void)state;
	snap.free_shared = 126;
	slots = aios_top_slots(&snap);
	assert_int_equal(slots.free, 126);
	assert_int_equal(slots.lost, 0);
	snap.alive = AIOS_UNKNOWN32;
	assert_int_equal(aios_top_slots(&snap).in_flight, 0);
	snap.completed = 3;
	assert_int_equal(aios_top_slots(&snap).stale, 0);
	memset(&snap, 0, sizeof(snap));
	assert_int_equal(aios_top_slots(&snap).all, 0);
}

static void what_is_not_known_is_not_told(void **state)
{
	struct aios_snap_ctx snap = ring();
	struct aios_top_slots slots;

	(void)state;
	snap.free_cpus = AIOS_UNKNOWN32;
	slots = aios_top_slots(&snap);
	assert_int_equal(slots.free, AIOS_UNKNOWN32);
	assert_int_equal(slots.in_flight, 5);
	assert_int_equal(slots.lost, 0);
	snap.alive = AIOS_UNKNOWN32;
	assert_int_equal(aios_top_slots(&snap).in_flight, AIOS_UNKNOWN32);
	/* Programs can write what they like into their ring. */
	snap.head = 0x7fffffff;
	slots = aios_top_slots(&snap);
	assert_int_equal(slots.unread, AIOS_UNKNOWN32);
	assert_int_equal(slots.stale, AIOS_UNKNOWN32);
}

static void buckets_have_the_error_they_promise(void **state)
{
	size_t last = 0;

	(void)state;
	for (uint64_t ns = 0; ns < 1ULL << 37; ns += 1 + ns / 61) {
		size_t bucket = aios_top_bucket(ns);
		uint64_t middle = aios_top_bucket_ns(bucket);
		uint64_t off = middle > ns ? middle - ns : ns - middle;

		assert_true(bucket == last || bucket == last + 1);
		assert_true(bucket < AIOS_TOP_BUCKETS);
		assert_true(off * 16 <= ns);
		assert_true(ns <= aios_top_bucket_last_ns(bucket));
		assert_int_equal(aios_top_bucket(middle), bucket);
		assert_int_equal(aios_top_bucket(aios_top_bucket_last_ns(bucket)), bucket);
		last = bucket;
	}
	assert_int_equal(last, AIOS_TOP_BUCKETS - 1);
	assert_int_equal(aios_top_bucket(UINT64_MAX), AIOS_TOP_BUCKETS - 1);
	assert_int_equal(aios_top_bucket(1ULL << 37), AIOS_TOP_BUCKETS - 1);
}

static void percentiles_are_of_the_histogram(void **state)
{
	uint32_t hist[AIOS_TOP_BUCKETS] = { 0 };

	(void)state;
	assert_int_equal(aios_top_percentile(hist, 0, 99), 0);
	hist[5] = 50;
	hist[7] = 49;
	hist[aios_top_bucket(1000)] = 1;
	assert_int_equal(aios_top_percentile(hist, 1000, 0), 5);
	assert_int_equal(aios_top_percentile(hist, 1000, 50), 5);
	assert_int_equal(aios_top_percentile(hist, 1000, 50.1), 7);
	assert_int_equal(aios_top_percentile(hist, 1000, 99), 7);
	/* 960 to 1023, the middle of which is 992. */
	assert_int_equal(aios_top_percentile(hist, 1000, 100), 992);
	assert_int_equal(aios_top_percentile(hist, 970, 100), 970);
	/* Where the longest is not known, the middle has to do. */
	assert_int_equal(aios_top_percentile(hist, 0, 100), 992);
	hist[AIOS_TOP_BUCKETS - 1] = 1;
	assert_int_equal(aios_top_percentile(hist, 500 * KIT_S, 100), 500 * KIT_S);
}

static void the_first_frame_has_no_span(void **state)
{
	struct kit_host *h = *state;
	struct aios_top_frame *frame;

	kit_host_proc(h, 10, "fio");
	kit_ctx_submit(kit_host_ctx(h, 1, 128), 4);
	frame = kit_host_frame(h);
	assert_int_equal(frame->span_ns, 0);
	assert_int_equal(frame->ctx_cnt, 1);
	assert_int_equal(frame->ctx_rows[0].delta.submits, 0);
	assert_int_equal(frame->ctx_rows[0].total.submits, 1);
	assert_int_equal(frame->ctx_rows[0].now.in_flight, 4);
	assert_int_equal(frame->ctx_rows[0].reaped, UINT64_MAX);
	assert_false(frame->ctx_rows[0].fresh);
	assert_int_equal(frame->accounted, 128);
	assert_int_equal(frame->all.contexts, 1);
	assert_int_equal(frame->finding_cnt, 0);
}

static void a_frame_has_what_happened_since(void **state)
{
	struct kit_host *h = *state;
	const struct aios_top_row *row;

	kit_host_proc(h, 10, "fio");
	kit_ctx_submit(kit_host_ctx(h, 1, 128), 4);
	kit_host_ctx(h, 2, 64);
	kit_host_frame(h);
	kit_host_next(h, 2);
	kit_ctx_complete(kit_host_find(h, 1), 3, AIOS_TOP_PREAD, 500);
	kit_ctx_read(kit_host_find(h, 1), 2);
	kit_ctx_submit(kit_host_find(h, 2), 9);
	kit_host_find(h, 2)->oldest[0].since_ns = h->now.ns - 77;
	kit_host_find(h, 2)->oldest[0].what = AIOS_TOP_PWRITE;
	kit_host_find(h, 2)->oldest_cnt = 1;
	kit_host_frame(h);
	assert_int_equal(h->frame.span_ns, 2 * KIT_S);
	row = &h->frame.ctx_rows[0];
	assert_int_equal(row->delta.submits, 0);
	assert_int_equal(row->total.submits, 1);
	assert_int_equal(row->delta.completed[AIOS_TOP_PREAD], 3);
	assert_int_equal(row->delta.hist[AIOS_TOP_READS][aios_top_bucket(500)], 3);
	assert_int_equal(row->delta.bytes[AIOS_TOP_READS], 3 * 4096);
	assert_int_equal(row->peak, 3);
	assert_int_equal(row->peak_of, 143);
	assert_int_equal(row->now.unread, 1);
	assert_int_equal(row->reaped, 0);
	row = &h->frame.proc_rows[0];
	assert_int_equal(row->contexts, 2);
	assert_int_equal(row->max_reqs, 192);
	assert_int_equal(row->delta.submits, 1);
	assert_int_equal(row->total.submits, 2);
	assert_int_equal(row->delta.max_ns[AIOS_TOP_READS], 500);
	assert_int_equal(row->now.in_flight, 10);
	assert_int_equal(row->peak, 3);
	assert_int_equal(row->oldest_ns, 77);
	assert_int_equal(row->oldest_what, AIOS_TOP_PWRITE);
	assert_int_equal(h->frame.all.total.accepted, 13);
	assert_int_equal(h->frame.all.reaped, 0);
}

static void a_new_context_brings_all_its_counts(void **state)
{
	struct kit_host *h = *state;

	kit_host_proc(h, 10, "fio");
	kit_host_frame(h);
	kit_host_next(h, 1);
	kit_ctx_submit(kit_host_ctx(h, 1, 128), 4);
	kit_host_proc(h, 11, "fio");
	kit_host_frame(h);
	assert_true(h->frame.ctx_rows[0].fresh);
	assert_int_equal(h->frame.ctx_rows[0].delta.accepted, 4);
	assert_int_equal(h->frame.ctx_rows[0].reaped, 0);
	assert_false(h->frame.proc_rows[0].fresh);
	assert_true(h->frame.proc_rows[1].fresh);
	kit_host_next(h, 1);
	kit_host_frame(h);
	assert_false(h->frame.ctx_rows[0].fresh);
	assert_int_equal(h->frame.ctx_rows[0].delta.accepted, 0);
}

static void what_the_program_takes_itself_is_counted(void **state)
{
	struct kit_host *h = *state;
	struct aios_top_ctx *ctx;

	kit_host_proc(h, 10, "qemu");
	kit_ctx_submit(kit_host_ctx(h, 1, 128), 20);
	kit_host_frame(h);
	kit_host_next(h, 1);
	ctx = kit_host_find(h, 1);
	kit_ctx_complete(ctx, 10, AIOS_TOP_PREAD, 500);
	ctx->snap.head = 7;
	assert_int_equal(kit_host_frame(h)->ctx_rows[0].reaped, 7);
	assert_int_equal(h->frame.proc_rows[0].reaped, 7);
	/* The counts are two completions behind the ring, and then again not. */
	kit_host_next(h, 1);
	ctx = kit_host_find(h, 1);
	ctx->snap.tail = 12;
	assert_int_equal(kit_host_frame(h)->ctx_rows[0].reaped, 0);
	kit_host_next(h, 1);
	ctx = kit_host_find(h, 1);
	ctx->counts.completed[AIOS_TOP_PREAD] += 2;
	assert_int_equal(kit_host_frame(h)->ctx_rows[0].reaped, 0);
	kit_host_next(h, 1);
	ctx = kit_host_find(h, 1);
	ctx->snap.head = AIOS_UNKNOWN32;
	assert_int_equal(kit_host_frame(h)->ctx_rows[0].reaped, UINT64_MAX);
	assert_int_equal(h->frame.proc_rows[0].reaped, UINT64_MAX);
}

static void maxima_are_of_the_interval_and_of_all_time(void **state)
{
	struct kit_host *h = *state;
	struct aios_top_ctx *ctx;

	kit_host_proc(h, 10, "fio");
	ctx = kit_host_ctx(h, 1, 128);
	kit_ctx_submit(ctx, 50);
	kit_ctx_complete(ctx, 30, AIOS_TOP_PREAD, 9000);
	kit_ctx_read(ctx, 30);
	ctx->counts.submit_max_ns = 40;
	kit_host_frame(h);
	kit_host_next(h, 1);
	ctx = kit_host_find(h, 1);
	kit_ctx_complete(ctx, 5, AIOS_TOP_PREAD, 700);
	kit_host_frame(h);
	assert_int_equal(h->frame.ctx_rows[0].delta.max_ns[AIOS_TOP_READS], 700);
	assert_int_equal(h->frame.ctx_rows[0].total.max_ns[AIOS_TOP_READS], 9000);
	assert_int_equal(h->frame.proc_rows[0].total.max_ns[AIOS_TOP_READS], 9000);
	assert_int_equal(h->frame.ctx_rows[0].peak, 5);
	assert_int_equal(h->frame.ctx_rows[0].total.peak, 30);
	assert_int_equal(h->frame.all.total.peak, 30);
	assert_int_equal(h->frame.ctx_rows[0].delta.submit_max_ns, 0);
	assert_int_equal(h->frame.ctx_rows[0].total.submit_max_ns, 40);
}

/* Removes the last context, or the last process, of the sample that is being made. */
static void drop_ctx(struct kit_host *h)
{
	h->now.ctx_cnt--;
}

static void drop_proc(struct kit_host *h)
{
	struct aios_top_proc *proc = &h->now.procs[--h->now.proc_cnt];

	free(proc->user);
	free(proc->command);
	free(proc->cgroup);
	free(proc->container);
}

static void totals_do_not_fall_when_contexts_end(void **state)
{
	struct kit_host *h = *state;

	kit_host_proc(h, 9, "other");
	kit_ctx_submit(kit_host_ctx(h, 1, 128), 1);
	kit_host_proc(h, 10, "fio");
	kit_ctx_submit(kit_host_ctx(h, 2, 128), 4);
	kit_host_frame(h);
	kit_host_next(h, 1);
	kit_ctx_submit(kit_host_find(h, 2), 8);
	kit_host_find(h, 2)->ended_ns = h->now.ns;
	kit_host_frame(h);
	assert_true(h->frame.ctx_rows[1].gone);
	assert_int_equal(h->frame.ctx_rows[1].delta.accepted, 8);
	assert_int_equal(h->frame.proc_rows[1].contexts, 0);
	assert_int_equal(h->frame.proc_rows[1].total.accepted, 12);
	assert_int_equal(h->frame.accounted, 128);
	kit_host_next(h, 1);
	drop_ctx(h);
	kit_host_frame(h);
	assert_int_equal(h->frame.proc_rows[1].total.accepted, 12);
	assert_int_equal(h->frame.proc_rows[1].delta.accepted, 0);
	assert_int_equal(h->frame.all.total.accepted, 13);
	kit_host_next(h, 1);
	drop_proc(h);
	kit_host_frame(h);
	assert_int_equal(h->frame.all.total.accepted, 13);
	kit_host_next(h, 1);
	/* Another process gets the number. */
	kit_host_proc(h, 10, "new")->snap.start_ns = 77;
	kit_host_frame(h);
	assert_int_equal(h->frame.proc_rows[1].total.accepted, 0);
	assert_int_equal(h->frame.all.total.accepted, 13);
}

static void what_had_no_room_is_not_counted_twice(void **state)
{
	struct kit_host *h = *state;

	kit_host_proc(h, 10, "fio");
	kit_ctx_submit(kit_host_ctx(h, 1, 128), 3);
	kit_host_frame(h);
	kit_host_next(h, 1);
	kit_ctx_submit(kit_host_ctx(h, 2, 128), 4);
	kit_host_find(h, 2)->ended_ns = h->now.ns;
	kit_host_frame(h);
	assert_int_equal(h->frame.all.total.accepted, 7);
	/* Neither of them is in the next one: the second is over, the first one comes back. */
	kit_host_next(h, 1);
	h->now.ctx_cnt = 0;
	h->now.host.not_shown = 1;
	kit_host_frame(h);
	assert_int_equal(h->frame.all.total.accepted, 4);
	kit_host_next(h, 1);
	h->now.host.not_shown = 1;
	kit_ctx_submit(kit_host_ctx(h, 1, 128), 3);
	kit_host_find(h, 1)->born_ns = 0;
	kit_host_frame(h);
	assert_int_equal(h->frame.all.total.accepted, 7);
	/* When it did so is not known. */
	assert_false(h->frame.ctx_rows[0].fresh);
	assert_int_equal(h->frame.all.delta.accepted, 0);
	assert_int_equal(h->frame.all.reaped, UINT64_MAX);
	/* One that is new is told from those that come back. */
	kit_host_next(h, 1);
	kit_ctx_submit(kit_host_ctx(h, 3, 128), 5);
	kit_host_find(h, 3)->born_ns = h->now.ns - 1;
	kit_host_frame(h);
	assert_int_equal(h->frame.all.delta.accepted, 5);
}

static void buckets_that_overflow_tell_what_came_since(void **state)
{
	struct kit_host *h = *state;
	size_t bucket = aios_top_bucket(500);

	kit_host_proc(h, 10, "fio");
	kit_host_ctx(h, 1, 128)->counts.hist[AIOS_TOP_READS][bucket] = UINT32_MAX - 1;
	kit_host_frame(h);
	kit_host_next(h, 1);
	kit_ctx_complete(kit_host_find(h, 1), 5, AIOS_TOP_PREAD, 500);
	kit_host_frame(h);
	assert_int_equal(h->frame.ctx_rows[0].delta.hist[AIOS_TOP_READS][bucket], 5);
	assert_int_equal(h->frame.all.delta.hist[AIOS_TOP_READS][bucket], 5);
}

static void the_peak_of_a_context_that_no_look_found_is_kept(void **state)
{
	struct kit_host *h = *state;
	struct aios_top_ctx *ctx;

	kit_host_proc(h, 10, "fio");
	kit_host_frame(h);
	kit_host_next(h, 1);
	ctx = kit_host_ctx(h, 1, 128);
	ctx->snap = (struct aios_snap_ctx){ .kctx = ctx->snap.kctx };
	ctx->counts.peak = 30;
	ctx->ended_ns = h->now.ns;
	kit_host_frame(h);
	assert_int_equal(h->frame.ctx_rows[0].peak, 0);
	assert_int_equal(h->frame.all.total.peak, 30);
	kit_host_next(h, 1);
	kit_host_frame(h);
	assert_int_equal(h->frame.all.total.peak, 30);
	kit_host_next(h, 1);
	drop_ctx(h);
	kit_host_frame(h);
	assert_int_equal(h->frame.all.total.peak, 30);
}

static void contexts_without_a_place_are_in_the_sum(void **state)
{
	struct kit_host *h = *state;

	kit_host_proc(h, 10, "fio");
	kit_host_ctx(h, 1, 128)->counted = false;
	h->now.host.not_apart = 1;
	h->now.host.other.submits = 5;
	kit_host_frame(h);
	assert_int_equal(h->frame.all.total.submits, 5);
	kit_host_next(h, 1);
	h->now.host.other.submits = 7;
	h->now.host.other.peak = 3;
	kit_host_frame(h);
	assert_int_equal(h->frame.all.delta.submits, 2);
	assert_int_equal(h->frame.all.total.submits, 7);
	assert_int_equal(h->frame.all.total.peak, 3);
	assert_int_equal(h->frame.all.reaped, UINT64_MAX);
	assert_int_equal(h->frame.ctx_rows[0].reaped, UINT64_MAX);
}

static void what_is_dead_or_over_holds_nothing(void **state)
{
	struct kit_host *h = *state;

	kit_host_proc(h, 10, "fio");
	kit_host_ctx(h, 1, 128)->snap.dead = 1;
	kit_host_ctx(h, 2, 100);
	kit_host_ctx(h, 3, 50)->ended_ns = h->now.ns;
	kit_host_proc(h, 11, "fio")->gone = true;
	kit_host_ctx(h, 4, 1000);
	kit_host_frame(h);
	assert_int_equal(h->frame.accounted, 100);
	assert_int_equal(h->frame.proc_rows[0].contexts, 2);
	assert_int_equal(h->frame.proc_rows[0].dead, 1);
	/* What is over is shown as it was, a moment longer. */
	assert_int_equal(h->frame.proc_rows[1].contexts, 1);
	assert_int_equal(h->frame.proc_rows[1].max_reqs, 1000);
	assert_int_equal(h->frame.all.contexts, 2);
}

static void from_rings_alone_less_is_known(void **state)
{
	struct kit_host *h = *state;
	struct aios_snap_ctx *snap;

	h->now.host.evidence = AIOS_TOP_RINGS;
	kit_host_proc(h, 10, "fio");
	snap = &kit_host_ctx(h, 1, 128)->snap;
	snap->max_reqs = snap->free_shared = snap->free_cpus = snap->alive = snap->completed =
		snap->dead = snap->waiters = snap->polls = AIOS_UNKNOWN32;
	snap->tail = 5;
	kit_host_find(h, 1)->counted = false;
	kit_host_frame(h);
	assert_int_equal(h->frame.ctx_rows[0].now.unread, 5);
	assert_int_equal(h->frame.ctx_rows[0].now.in_flight, AIOS_UNKNOWN32);
	assert_int_equal(h->frame.ctx_rows[0].max_reqs, 0);
	assert_int_equal(h->frame.ctx_rows[0].dead, 0);
	assert_int_equal(h->frame.proc_rows[0].now.free, AIOS_UNKNOWN32);
	assert_int_equal(h->frame.accounted, 0);
}

static void a_minute_of_a_ring_is_kept(void **state)
{
	struct kit_host *h = *state;
	uint8_t minute[AIOS_TOP_MINUTE];

	kit_host_proc(h, 10, "fio");
	kit_host_ctx(h, 7, 185);
	assert_int_equal(aios_top_minute(h->top, 7, minute), 0);
	kit_ctx_submit(kit_host_find(h, 7), 100);
	kit_host_frame(h);
	for (int i = 0; i < 100; i++) {
		kit_host_next(h, 0.25);
		/* The highest of a second counts. */
		kit_host_find(h, 7)->counts.peak = i % 4 == 1 ? (uint64_t)i * 2 : 0;
		kit_host_frame(h);
	}
	/* 25 seconds and the first one. */
	assert_int_equal(aios_top_minute(h->top, 7, minute), 26);
	assert_int_equal(minute[0], 0);
	assert_int_equal(minute[1], 1);
	assert_int_equal(minute[25], 97);
	for (int i = 0; i < 100; i++) {
		kit_host_next(h, 1);
		kit_host_frame(h);
	}
	assert_int_equal(aios_top_minute(h->top, 7, minute), AIOS_TOP_MINUTE);
	assert_int_equal(minute[AIOS_TOP_MINUTE - 1], 0);
	kit_host_next(h, 1);
	drop_ctx(h);
	kit_host_frame(h);
	assert_int_equal(aios_top_minute(h->top, 7, minute), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_slot_is_somewhere),
		cmocka_unit_test(slots_that_nothing_accounts_for_are_lost),
		cmocka_unit_test(nothing_becomes_negative),
		cmocka_unit_test(what_is_not_known_is_not_told),
		cmocka_unit_test(buckets_have_the_error_they_promise),
		cmocka_unit_test(percentiles_are_of_the_histogram),
		KIT_HOST_TEST(the_first_frame_has_no_span),
		KIT_HOST_TEST(a_frame_has_what_happened_since),
		KIT_HOST_TEST(a_new_context_brings_all_its_counts),
		KIT_HOST_TEST(what_the_program_takes_itself_is_counted),
		KIT_HOST_TEST(maxima_are_of_the_interval_and_of_all_time),
		KIT_HOST_TEST(totals_do_not_fall_when_contexts_end),
		KIT_HOST_TEST(what_had_no_room_is_not_counted_twice),
		KIT_HOST_TEST(buckets_that_overflow_tell_what_came_since),
		KIT_HOST_TEST(the_peak_of_a_context_that_no_look_found_is_kept),
		KIT_HOST_TEST(contexts_without_a_place_are_in_the_sum),
		KIT_HOST_TEST(what_is_dead_or_over_holds_nothing),
		KIT_HOST_TEST(from_rings_alone_less_is_known),
		KIT_HOST_TEST(a_minute_of_a_ring_is_kept),
	};

	return cmocka_run_group_tests_name("top", tests, NULL, NULL);
}
