// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_top_find.c - what aiotop finds, and what it must not find.
 */
#include "kit_top.h"

static void assert_found(const struct kit_host *h, const char *slug, const char *words)
{
	const struct aios_top_finding *finding = kit_finding(h, slug);

	if (!finding)
		fail_msg("no finding %s", slug);
	if (!strstr(finding->text, words))
		fail_msg("%s: \"%s\" is not in \"%s\"", slug, words, finding->text);
}

static void assert_nothing(const struct kit_host *h)
{
	if (h->frame.finding_cnt)
		fail_msg("%s: %s", h->frame.findings[0].slug, h->frame.findings[0].text);
}

/* Frames in which nothing happens. */
static void idle(struct kit_host *h, unsigned int frames)
{
	while (frames--) {
		kit_host_next(h, 1);
		kit_host_frame(h);
	}
}

static void a_healthy_host_has_no_findings(void **state)
{
	struct kit_host *h = *state;
	uint64_t random = 1;

	kit_host_proc(h, 10, "fio");
	kit_host_ctx(h, 1, 128);
	kit_host_frame(h);
	for (int i = 0; i < 200; i++) {
		struct aios_top_ctx *ctx;

		assert_nothing(h);
		kit_host_next(h, 1);
		ctx = kit_host_find(h, 1);
		kit_ctx_submit(ctx, (uint32_t)(kit_random(&random) % 60));
		kit_ctx_complete(ctx, ctx->snap.alive / 2, AIOS_TOP_PREAD, 5000);
		kit_ctx_read(ctx, ctx->snap.completed / 2);
		kit_host_frame(h);
	}
	assert_nothing(h);
	idle(h, 10);
	assert_nothing(h);
}

/* Counts of different moments: each look is off, by another number or while something moves. */
static void what_is_read_without_a_lock_is_no_finding(void **state)
{
	struct kit_host *h = *state;

	kit_host_proc(h, 10, "fio");
	kit_host_ctx(h, 1, 128);
	kit_host_frame(h);
	for (uint32_t i = 0; i < 50; i++) {
		struct aios_top_ctx *ctx;

		kit_host_next(h, 1);
		ctx = kit_host_find(h, 1);
		/* Three slots are always somewhere else, and requests complete all the time. */
		ctx->snap.free_shared = 140 - i % 2;
		ctx->snap.tail = (ctx->snap.tail + 1) % ctx->snap.nr_events;
		ctx->snap.head = ctx->snap.tail;
		ctx->counts.completed[AIOS_TOP_PREAD] += i % 5 ? 1 : 2;
		kit_host_frame(h);
		assert_null(kit_finding(h, "slots-lost"));
		assert_null(kit_finding(h, "events-lost"));
	}
}

static void a_slot_that_stays_lost_is_told(void **state)
{
	struct kit_host *h = *state;

	kit_host_proc(h, 10, "fio");
	kit_host_ctx(h, 1, 128)->snap.free_shared -= 2;
	kit_host_frame(h);
	assert_nothing(h);
	idle(h, 2);
	assert_nothing(h);
	idle(h, 1);
	assert_found(h, "slots-lost", "2 slots of context 0x7f0000001000 of PID 10 (fio, user "
				      "root) are neither free");
	assert_int_equal(h->frame.findings[0].severity, 3);
	assert_int_equal(h->frame.findings[0].evidence, AIOS_TOP_SNAPSHOT);
	assert_int_equal(h->frame.findings[0].pid, 10);
	/* It is found, and the doubt is gone. */
	kit_host_next(h, 1);
	kit_host_find(h, 1)->snap.free_shared += 2;
	kit_host_frame(h);
	assert_nothing(h);
}

/* Frames that follow each other quickly are not enough. */
static void a_doubt_has_to_last_a_second(void **state)
{
	struct kit_host *h = *state;

	kit_host_proc(h, 10, "fio");
	kit_host_ctx(h, 1, 128)->snap.free_shared -= 2;
	kit_host_frame(h);
	for (int i = 0; i < 10; i++) {
		kit_host_next(h, 0.1);
		kit_host_frame(h);
		assert_nothing(h);
	}
	kit_host_next(h, 0.2);
	kit_host_frame(h);
	assert_non_null(kit_finding(h, "slots-lost"));
}

static void a_tail_that_is_elsewhere_is_told(void **state)
{
	struct kit_host *h = *state;
	struct aios_top_ctx *ctx;

	kit_host_proc(h, 10, "fio");
	kit_host_frame(h);
	kit_host_next(h, 1);
	ctx = kit_host_ctx(h, 1, 128);
	kit_ctx_submit(ctx, 10);
	kit_ctx_complete(ctx, 10, AIOS_TOP_PREAD, 100);
	kit_ctx_read(ctx, 10);
	/* Twice round and one too few. */
	ctx->counts.completed[AIOS_TOP_PREAD] += 2 * 144 + 1;
	ctx->counts.taken += 2 * 144 + 1;
	kit_host_frame(h);
	idle(h, 2);
	assert_nothing(h);
	idle(h, 2);
	assert_found(h, "events-lost", "299 requests completed");
	assert_int_equal(h->frame.findings[0].evidence, AIOS_TOP_FUNCTION);
}

static void without_all_counts_no_event_is_missed(void **state)
{
	struct kit_host *h = *state;

	kit_host_proc(h, 10, "fio");
	kit_host_ctx(h, 1, 128)->counts.completed[AIOS_TOP_PREAD] = 1;
	kit_host_ctx(h, 2, 128)->counts.completed[AIOS_TOP_PREAD] = 1;
	kit_host_find(h, 2)->born_ns = 0;
	kit_host_frame(h);
	kit_host_next(h, 1);
	/* A call was let pass uncounted. */
	h->now.host.missed = 1;
	kit_host_frame(h);
	idle(h, 5);
	assert_null(kit_finding(h, "events-lost"));
}

static void old_requests_are_stuck_and_polls_are_not(void **state)
{
	struct kit_host *h = *state;
	struct aios_top_ctx *ctx;

	kit_host_proc(h, 10, "fio");
	ctx = kit_host_ctx(h, 1, 128);
	kit_ctx_submit(ctx, 2);
	ctx->oldest[0] = (struct aios_top_oldest){ h->now.ns - 900 * KIT_S, AIOS_TOP_POLL };
	ctx->oldest[1] = (struct aios_top_oldest){ h->now.ns - 29 * KIT_S, AIOS_TOP_FSYNC };
	ctx->oldest_cnt = 2;
	kit_host_frame(h);
	assert_nothing(h);
	idle(h, 2);
	assert_found(h, "stuck", "the oldest fsync of context 0x7f0000001000 of PID 10 (fio, user "
				 "root) began 31.0s ago: it waits for a worker");
	assert_int_equal(h->frame.ctx_rows[0].oldest_ns, 902 * KIT_S);
}

static void a_poll_that_was_woken_is_stuck_after_a_while(void **state)
{
	struct kit_host *h = *state;
	struct aios_top_ctx *ctx;

	kit_host_proc(h, 10, "nginx");
	ctx = kit_host_ctx(h, 1, 128);
	kit_ctx_submit(ctx, 1);
	ctx->oldest[0].since_ns = h->now.ns - 900 * KIT_S;
	ctx->oldest[0].what = AIOS_TOP_POLL | AIOS_TOP_WOKEN_ARMED | AIOS_TOP_WORKING;
	ctx->oldest_cnt = 1;
	kit_host_frame(h);
	idle(h, 29);
	assert_nothing(h);
	idle(h, 1);
	assert_found(h, "stuck", "it was woken and left to a worker");
}

static void a_full_host_names_the_biggest_holder(void **state)
{
	struct kit_host *h = *state;

	kit_host_proc(h, 10, "fio");
	kit_host_ctx(h, 1, 1000);
	kit_host_proc(h, 11, "mysqld");
	kit_host_ctx(h, 2, 51000);
	kit_host_frame(h);
	assert_nothing(h);
	kit_host_next(h, 1);
	h->now.host.aio_nr = 52429;
	kit_host_frame(h);
	assert_found(h, "aio-max-nr", "52429 of 65536 (fs.aio-max-nr) are taken; PID 11 (mysqld, "
				      "user root) holds the most: 51000 in 1 context");
	assert_int_equal(h->frame.findings[0].severity, 2);
	assert_int_equal(h->frame.findings[0].evidence, AIOS_TOP_RINGS);
	h->now.host.setup_again = 3;
	kit_host_frame(h);
	assert_found(h, "aio-max-nr", "io_setup failed with EAGAIN 3 times");
	assert_int_equal(h->frame.findings[0].severity, 3);
	kit_host_next(h, 1);
	h->now.host.aio_nr = 65536;
	kit_host_frame(h);
	assert_found(h, "aio-max-nr", "every io_setup fails now");
	assert_int_equal(h->frame.findings[0].severity, 3);
	h->now.host.aio_nr = UINT64_MAX;
	kit_host_frame(h);
	assert_nothing(h);
}

static void why_a_submission_found_no_slot(void **state)
{
	struct kit_host *h = *state;
	struct aios_top_ctx *ctx;

	kit_host_proc(h, 10, "fio");
	ctx = kit_host_ctx(h, 1, 112);
	kit_ctx_submit(ctx, 120);
	kit_host_frame(h);
	kit_host_next(h, 1);
	/* 7 are left: the CPUs have 3 of them, and 4 are too few for anybody. */
	ctx = kit_host_find(h, 1);
	ctx->counts.submit_again++;
	ctx->snap.free_shared = 4;
	ctx->snap.free_cpus = 3;
	kit_host_frame(h);
	assert_found(h, "eagain", "of its 127 slots 120 are of requests in flight, 0 of unread "
		     "events, 7 are free, 3 of these for other CPUs alone and 4 too few for a CPU, "
		     "which takes 8 at a time");
	assert_int_equal(h->frame.findings[0].severity, 1);
	kit_host_next(h, 1);
	ctx = kit_host_find(h, 1);
	kit_ctx_complete(ctx, 110, AIOS_TOP_PREAD, 100);
	ctx->counts.submit_again += 5;
	kit_host_frame(h);
	assert_null(kit_finding(h, "eagain"));
	assert_found(h, "ring-full", "failed with EAGAIN 5 times since the last look in context "
		     "0x7f0000001000 of PID 10 (fio, user root): its ring was full of events that "
		     "nobody had read, 110 of them; of its 127 slots 10 are of requests in flight");
	idle(h, 1);
	assert_nothing(h);
}

static void what_is_dead_should_go(void **state)
{
	struct kit_host *h = *state;
	struct aios_top_ctx *ctx;

	kit_host_proc(h, 10, "fio");
	ctx = kit_host_ctx(h, 1, 112);
	kit_ctx_submit(ctx, 3);
	ctx->snap.dead = 1;
	ctx->snap.polls = 2;
	kit_host_frame(h);
	idle(h, 4);
	assert_nothing(h);
	idle(h, 1);
	assert_found(h, "dead-lingers", "was destroyed at least 5.00s ago and is still there: it "
					"waits for 3 requests in flight, 2 of them polls");
	kit_host_next(h, 1);
	kit_host_find(h, 1)->ended_ns = h->now.ns;
	kit_host_frame(h);
	assert_nothing(h);
}

static void the_worst_comes_first(void **state)
{
	struct kit_host *h = *state;
	struct aios_top_ctx *ctx;

	kit_host_proc(h, 10, "fio");
	ctx = kit_host_ctx(h, 1, 112);
	kit_ctx_submit(ctx, 1);
	ctx->oldest[0] = (struct aios_top_oldest){ h->now.ns - 60 * KIT_S, AIOS_TOP_PREAD };
	ctx->oldest_cnt = 1;
	kit_host_frame(h);
	kit_host_next(h, 1);
	kit_host_find(h, 1)->counts.submit_again = 1;
	h->now.host.setup_again = 1;
	kit_host_frame(h);
	assert_int_equal(h->frame.finding_cnt, 3);
	assert_string_equal(h->frame.findings[0].slug, "aio-max-nr");
	assert_string_equal(h->frame.findings[1].slug, "stuck");
	assert_string_equal(h->frame.findings[2].slug, "eagain");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		KIT_HOST_TEST(a_healthy_host_has_no_findings),
		KIT_HOST_TEST(what_is_read_without_a_lock_is_no_finding),
		KIT_HOST_TEST(a_slot_that_stays_lost_is_told),
		KIT_HOST_TEST(a_doubt_has_to_last_a_second),
		KIT_HOST_TEST(a_tail_that_is_elsewhere_is_told),
		KIT_HOST_TEST(without_all_counts_no_event_is_missed),
		KIT_HOST_TEST(old_requests_are_stuck_and_polls_are_not),
		KIT_HOST_TEST(a_poll_that_was_woken_is_stuck_after_a_while),
		KIT_HOST_TEST(a_full_host_names_the_biggest_holder),
		KIT_HOST_TEST(why_a_submission_found_no_slot),
		KIT_HOST_TEST(what_is_dead_should_go),
		KIT_HOST_TEST(the_worst_comes_first),
	};

	return cmocka_run_group_tests_name("top_find", tests, NULL, NULL);
}
