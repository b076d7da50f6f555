// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_model_ring.c - completion rings: which entry an event took, and who took the event.
 */
#include <errno.h>

#include "kit.h"

static struct kit_ctx begin(struct kit *k)
{
	struct kit_ctx ctx = kit_ctx(1);

	see(k, rec_setup(2, by_t1, &ctx));
	return ctx;
}

/* @cnt reads, numbered from @first, that completed one after the other from @t on. */
static void completed(struct kit *k, uint64_t t, struct kit_ctx *ctx, unsigned int first,
		      unsigned int cnt)
{
	for (unsigned int i = 0; i < cnt; i++) {
		struct kit_req req = kit_read(ctx, first + i);

		see_completed(k, t + i * 4, &req, 1);
	}
}

static void assert_reaped(struct kit *k, uint64_t id, enum aios_reaper reaper, bool inferred)
{
	assert_int_equal(the(k, id)->req.fate, AIOS_FATE_REAPED);
	assert_int_equal(the(k, id)->req.reaper, reaper);
	assert_int_equal(the(k, id)->req.reap_inferred, inferred);
}

static void a_reader_takes_the_oldest_events(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);

	completed(k, 100, &c, 1, 5);
	see_read(k, 200, by_t3, &c, 2);
	assert_int_equal(k->out_cnt, 2);
	assert_reaped(k, 1, AIOS_REAPER_KERNEL, false);
	assert_reaped(k, 2, AIOS_REAPER_KERNEL, false);
	see_read(k, 210, by_other, &c, 3);
	assert_int_equal(k->out_cnt, 5);
	assert_int_equal(the(k, 1)->req.reaper_tid, 1003);
	assert_int_equal(the(k, 5)->req.reaper_tid, 2001);
	assert_int_equal(the(k, 5)->req.reaped_ns, 211);
	see_end(k);
	assert_int_equal(the_ctx(k, 1)->reaped_kernel, 5);
	assert_int_equal(the_ctx(k, 1)->reaped_user, 0);
	assert_int_equal(the_ctx(k, 1)->reads, 2);
	assert_int_equal(the_ctx(k, 1)->read_events, 5);
	assert_int_equal(the_ctx(k, 1)->discarded, 0);
	assert_int_equal(the_ctx(k, 1)->strange_heads, 0);
	assert_int_equal(the_ctx(k, 1)->not_seen, 0);
}

static void the_time_in_io_getevents_is_summed_up(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);

	see(k, rec_read_begin(100, by_t3, &c, 1, 1));
	see(k, rec_read_begin(150, by_t2, &c, 1, 1));
	see(k, rec_read_end(170, by_t2, &c, 0));
	see(k, rec_read_end(200, by_t3, &c, -EINTR));
	see_end(k);
	assert_int_equal(the_ctx(k, 1)->waited_ns, 120);
	assert_int_equal(the_ctx(k, 1)->reads, 2);
	assert_int_equal(the_ctx(k, 1)->read_events, 0);
}

/* The event it sleeps for completes while it is inside. */
static void a_reader_that_waits_takes_what_completes_meanwhile(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);

	see(k, rec_read_begin(50, by_t3, &c, 1, 1));
	completed(k, 100, &c, 1, 1);
	assert_int_equal(k->out_cnt, 0);
	see(k, rec_read_end(200, by_t3, &c, 1));
	assert_reaped(k, 1, AIOS_REAPER_KERNEL, false);
	assert_int_equal(the(k, 1)->req.reaped_ns, 200);
}

static void a_reader_that_returns_nothing_takes_nothing(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);

	completed(k, 100, &c, 1, 1);
	see_read(k, 200, by_t3, &c, -EFAULT);
	see_read(k, 210, by_t3, &c, 0);
	see_end(k);
	assert_int_equal(the(k, 1)->req.fate, AIOS_FATE_UNREAD);
	assert_int_equal(the_ctx(k, 1)->discarded, 1);
}

/* facts, 0.3, 11: it holds events it has taken while it sleeps for more; the head shows them. */
static void a_head_that_a_reader_may_have_moved_settles_nothing(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);

	see(k, rec_read_begin(50, by_t3, &c, 4, 4));
	completed(k, 100, &c, 1, 2);
	/* It has taken two and sleeps on. */
	kit_user_reaps(&c, 2);
	completed(k, 200, &c, 3, 2);
	assert_int_equal(k->out_cnt, 0);
	c.head = 0;
	see(k, rec_read_end(300, by_t3, &c, 4));
	for (uint64_t id = 1; id <= 4; id++)
		assert_reaped(k, id, AIOS_REAPER_KERNEL, false);
	see_end(k);
	assert_int_equal(the_ctx(k, 1)->reaped_user, 0);
}

/* The same, and the trace ends before it returns: two events are in nobody's ring any more. */
static void events_that_left_the_ring_are_not_unread(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);

	see(k, rec_read_begin(50, by_t3, &c, 4, 4));
	completed(k, 100, &c, 1, 2);
	kit_user_reaps(&c, 2);
	completed(k, 200, &c, 3, 1);
	see_end(k);
	/* Whether the reader or the program took them was not seen. */
	assert_int_equal(the(k, 1)->req.fate, AIOS_FATE_REAPED);
	assert_int_equal(the(k, 2)->req.fate, AIOS_FATE_REAPED);
	assert_true(the(k, 1)->req.reap_inferred || the(k, 1)->req.reaper == AIOS_REAPER_UNKNOWN);
	assert_int_equal(the(k, 3)->req.fate, AIOS_FATE_UNREAD);
	assert_int_equal(the_ctx(k, 1)->discarded, 1);
}

/* The program moves the head in the mapped ring; the next completion shows it. */
static void a_program_that_reaps_is_seen_at_the_next_completion(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);

	completed(k, 100, &c, 1, 3);
	kit_user_reaps(&c, 2);
	assert_int_equal(k->out_cnt, 0);
	completed(k, 200, &c, 4, 1);
	assert_int_equal(k->out_cnt, 2);
	assert_reaped(k, 1, AIOS_REAPER_USER, false);
	assert_reaped(k, 2, AIOS_REAPER_USER, false);
	/* An upper bound: it was taken at some time before. */
	assert_int_equal(the(k, 2)->req.reaped_ns, 202);
	see_end(k);
	assert_int_equal(the_ctx(k, 1)->reaped_user, 2);
	assert_int_equal(the_ctx(k, 1)->reaped_kernel, 0);
	assert_int_equal(the(k, 3)->req.fate, AIOS_FATE_UNREAD);
	assert_int_equal(the(k, 4)->req.fate, AIOS_FATE_UNREAD);
}

/* A reader comes, takes nothing, and its record shows this head. */
static void head_is_shown(struct kit *k, uint64_t t, struct kit_ctx *c, uint32_t head)
{
	struct aios_rec rec = rec_read_begin(t, by_t3, c, 0, 1);

	rec.read_begin.head = head;
	see(k, rec);
	see(k, rec_read_end(t + 1, by_t3, c, 0));
}

/*
 * A glance is taken before its record gets its time: one from another CPU may be older than what
 * was seen by then. That is no doing of anybody's.
 */
static void a_glance_that_comes_late_makes_nobody_unknown(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);

	completed(k, 100, &c, 1, 3);
	kit_user_reaps(&c, 1);
	completed(k, 200, &c, 4, 1);
	head_is_shown(k, 300, &c, 0);
	kit_user_reaps(&c, 1);
	completed(k, 400, &c, 5, 1);
	assert_reaped(k, 1, AIOS_REAPER_USER, false);
	assert_reaped(k, 2, AIOS_REAPER_USER, false);
	see_end(k);
	assert_int_equal(the_ctx(k, 1)->reaped_unknown, 0);
}

/*
 * A head that moved between the look and the record's time is told as unknown. In a full ring it
 * would be the same number as one that took everything out. The next one tells what the program
 * did.
 */
static void a_head_that_moved_meanwhile_is_made_up_for_by_the_next_one(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);

	completed(k, 100, &c, 1, c.nr_events - 1);
	see(k, rec_read_begin(1000, by_t3, &c, 0, 2));
	c.hidden = true;
	see(k, rec_read_end(1001, by_t3, &c, 2));
	completed(k, 1100, &c, 2000, 2);
	c.hidden = false;
	kit_user_reaps(&c, 1);
	completed(k, 1200, &c, 3000, 1);
	assert_reaped(k, 2, AIOS_REAPER_KERNEL, true);
	assert_reaped(k, 3, AIOS_REAPER_USER, false);
	see_end(k);
	assert_int_equal(the_ctx(k, 1)->reaped_kernel, 2);
	assert_int_equal(the_ctx(k, 1)->reaped_user, 1);
	assert_int_equal(the_ctx(k, 1)->not_seen, 0);
	assert_int_equal(the_ctx(k, 1)->strange_heads, 0);
}

/* Where no entry is, nobody can have been; then the head tells of nothing any more. */
static void a_head_where_no_entry_is_makes_its_moves_a_riddle(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);

	completed(k, 100, &c, 1, 3);
	head_is_shown(k, 300, &c, 0xdeadbeef);
	kit_user_reaps(&c, 1);
	completed(k, 400, &c, 5, 1);
	assert_int_equal(the(k, 1)->req.reaper, AIOS_REAPER_UNKNOWN);
}

static void a_program_that_reaps_is_seen_at_the_end_of_the_context(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);

	completed(k, 100, &c, 1, 3);
	kit_user_reaps(&c, 2);
	see_freed(k, 300, &c);
	assert_reaped(k, 1, AIOS_REAPER_USER, false);
	assert_int_equal(the(k, 1)->req.reaped_ns, 300);
	assert_int_equal(the(k, 3)->req.fate, AIOS_FATE_UNREAD);
	assert_int_equal(the_ctx(k, 1)->reaped_user, 2);
	assert_int_equal(the_ctx(k, 1)->discarded, 1);
}

static void a_program_that_reaps_is_seen_when_a_reader_goes_in(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);

	completed(k, 100, &c, 1, 3);
	kit_user_reaps(&c, 1);
	see_read(k, 200, by_t3, &c, 2);
	assert_reaped(k, 1, AIOS_REAPER_USER, false);
	assert_int_equal(the(k, 1)->req.reaped_ns, 200);
	assert_reaped(k, 2, AIOS_REAPER_KERNEL, false);
	assert_reaped(k, 3, AIOS_REAPER_KERNEL, false);
}

/*
 * While one reader was inside, two events went to it and one to the program; which one, nothing
 * tells. model.h: "readers overlapped; another one may have had this event".
 */
static void a_program_that_reaps_beside_a_reader_leaves_it_open_who_had_which(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);

	completed(k, 100, &c, 1, 3);
	see(k, rec_read_begin(200, by_t3, &c, 1, 2));
	kit_user_reaps(&c, 1);
	see(k, rec_read_end(210, by_t3, &c, 2));
	see_end(k);
	assert_int_equal(the_ctx(k, 1)->reaped_kernel, 2);
	assert_int_equal(the_ctx(k, 1)->reaped_user, 1);
	for (uint64_t id = 1; id <= 3; id++) {
		assert_int_equal(the(k, id)->req.fate, AIOS_FATE_REAPED);
		assert_true(the(k, id)->req.reap_inferred);
	}
}

/* More than all readers asked for was taken: some of it must have been by the program. */
static void more_than_readers_asked_for_was_taken_by_the_program(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);

	see(k, rec_read_begin(50, by_t3, &c, 2, 2));
	completed(k, 100, &c, 1, 5);
	kit_user_reaps(&c, 4);
	completed(k, 200, &c, 6, 1);
	/* Two of four are certain. */
	assert_int_equal(k->out_cnt, 2);
	assert_int_equal(the(k, 1)->req.reaper, AIOS_REAPER_USER);
	assert_true(the(k, 1)->req.reap_inferred);
	c.head = 2;
	see(k, rec_read_end(300, by_t3, &c, 2));
	assert_int_equal(k->out_cnt, 4);
	see_end(k);
	assert_int_equal(the_ctx(k, 1)->reaped_user, 2);
	assert_int_equal(the_ctx(k, 1)->reaped_kernel, 2);
	assert_int_equal(the_ctx(k, 1)->discarded, 2);
}

/* Both have taken theirs when the first is seen to come out: who had which is not known. */
static void events_of_overlapping_readers_are_inferred(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);
	struct aios_rec one, two;

	completed(k, 100, &c, 1, 4);
	see(k, rec_read_begin(200, by_t2, &c, 1, 2));
	see(k, rec_read_begin(201, by_t3, &c, 1, 2));
	one = rec_read_end(210, by_t3, &c, 2);
	two = rec_read_end(211, by_t2, &c, 2);
	one.read_end.head = two.read_end.head;
	see(k, one);
	see(k, two);
	see_end(k);
	for (uint64_t id = 1; id <= 4; id++)
		assert_reaped(k, id, AIOS_REAPER_KERNEL, true);
	assert_int_equal(the_ctx(k, 1)->reaped_kernel, 4);
	assert_int_equal(the_ctx(k, 1)->reaped_user, 0);
	assert_int_equal(the_ctx(k, 1)->discarded, 0);
}

static void readers_one_after_the_other_are_certain_again(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);

	completed(k, 100, &c, 1, 1);
	see(k, rec_read_begin(200, by_t2, &c, 1, 1));
	see(k, rec_read_begin(201, by_t3, &c, 1, 1));
	see(k, rec_read_end(210, by_t3, &c, 1));
	see(k, rec_read_end(211, by_t2, &c, 0));
	completed(k, 300, &c, 2, 1);
	see_read(k, 400, by_t2, &c, 1);
	assert_reaped(k, 2, AIOS_REAPER_KERNEL, false);
}

/* The other reader got nothing: then all events were the first one's. */
static void an_overlap_with_a_reader_that_got_nothing_hides_nothing_of_the_sum(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);

	see(k, rec_read_begin(50, by_t2, &c, 1, 10));
	completed(k, 100, &c, 1, 2);
	see_read(k, 200, by_t3, &c, 2);
	see(k, rec_read_end(300, by_t2, &c, -EINTR));
	see_end(k);
	assert_int_equal(the_ctx(k, 1)->reaped_kernel, 2);
	assert_int_equal(the(k, 1)->req.reaper, AIOS_REAPER_KERNEL);
}

static void slots_follow_the_tail(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);

	completed(k, 100, &c, 1, 5);
	see_read(k, 200, by_t3, &c, 5);
	for (uint64_t id = 1; id <= 5; id++) {
		assert_int_equal(the(k, id)->req.slot, id - 1);
		assert_false(the(k, id)->req.slot_inferred);
	}
}

/* 127 entries, one of which stays empty: 1000 events go round eight times. */
static void rings_that_wrap_lose_nothing(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);

	for (unsigned int i = 0; i < 1000; i++) {
		completed(k, 100 + i * 20, &c, i, 1);
		if (i % 7 == 6)
			see_read(k, 110 + i * 20, by_t3, &c, 7);
	}
	see_end(k);
	assert_int_equal(k->out_cnt, 1000);
	for (uint64_t id = 1; id <= 1000; id++) {
		assert_int_equal(the(k, id)->req.slot, (id - 1) % 127);
		assert_false(the(k, id)->req.slot_inferred);
		assert_int_equal(the(k, id)->req.fate,
				 id <= 994 ? AIOS_FATE_REAPED : AIOS_FATE_UNREAD);
	}
	assert_int_equal(the_ctx(k, 1)->completed, 1000);
	assert_int_equal(the_ctx(k, 1)->reaped_kernel, 994);
	assert_int_equal(the_ctx(k, 1)->discarded, 6);
	assert_int_equal(the_ctx(k, 1)->strange_heads, 0);
	assert_int_equal(the_ctx(k, 1)->not_seen, 0);
}

static void rings_wrap_under_a_program_that_reaps(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);

	for (unsigned int i = 0; i < 1000; i++) {
		completed(k, 100 + i * 20, &c, i, 1);
		if (i % 100 == 99)
			kit_user_reaps(&c, 100);
	}
	see_freed(k, 90000, &c);
	assert_int_equal(the_ctx(k, 1)->reaped_user, 1000);
	assert_int_equal(the_ctx(k, 1)->discarded, 0);
	assert_int_equal(the_ctx(k, 1)->strange_heads, 0);
	for (uint64_t id = 1; id <= 1000; id++)
		assert_reaped(k, id, AIOS_REAPER_USER, false);
}

/* All 126 usable entries at once. */
static void a_full_ring_is_a_full_ring(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);

	completed(k, 100, &c, 1, 126);
	see_read(k, 9000, by_t3, &c, 126);
	see_end(k);
	assert_int_equal(k->out_cnt, 126);
	assert_int_equal(the_ctx(k, 1)->unread_max, 126);
	assert_int_equal(the_ctx(k, 1)->unread, 0);
	/* 1 + 2 + ... + 126 */
	assert_int_equal(the_ctx(k, 1)->unread_sum, 8001);
}

/* facts, 0.3, 16: user space may write any value; what it cannot mean is counted and ignored. */
static void a_head_that_cannot_be_is_counted_and_ignored(void **state)
{
	static const uint32_t heads[] = { 127, 128, 0x7fffffff, 0xfffffffe, 120 };
	struct kit *k = *state;
	struct kit_ctx c = begin(k);

	completed(k, 100, &c, 1, 3);
	for (unsigned int i = 0; i < NR(heads); i++) {
		struct kit_req r = kit_read(&c, 10 + i);
		struct aios_rec rec;

		see_accepted(k, 200 + i * 10, by_t1, &r);
		rec = rec_complete(205 + i * 10, in_softirq, &r, 1);
		rec.req_complete.head = heads[i];
		see(k, rec);
	}
	assert_int_equal(k->out_cnt, 0);
	see_end(k);
	assert_int_equal(the_ctx(k, 1)->strange_heads, 5);
	assert_int_equal(the_ctx(k, 1)->reaped_user, 0);
	assert_int_equal(the_ctx(k, 1)->discarded, 8);
}

static void a_head_behind_the_last_one_is_strange_and_takes_nothing_back(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);

	completed(k, 100, &c, 1, 3);
	see_read(k, 200, by_t3, &c, 2);
	c.head = 1;
	completed(k, 300, &c, 4, 1);
	c.head = 2;
	see_read(k, 400, by_t3, &c, 2);
	see_end(k);
	assert_int_equal(k->out_cnt, 4);
	assert_int_equal(the_ctx(k, 1)->strange_heads, 1);
	assert_int_equal(the_ctx(k, 1)->reaped_kernel, 4);
	assert_int_equal(the_ctx(k, 1)->reaped_user, 0);
}

/* Addresses are hidden: kernel readers are still seen, what the program took before them is not. */
static void without_the_head_readers_are_told_all_the_same(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = kit_ctx(1);

	c.hidden = true;
	see(k, rec_setup(2, by_t1, &c));
	completed(k, 100, &c, 1, 3);
	see_read(k, 200, by_t3, &c, 2);
	assert_reaped(k, 1, AIOS_REAPER_KERNEL, true);
	assert_reaped(k, 2, AIOS_REAPER_KERNEL, true);
	see_freed(k, 300, &c);
	assert_int_equal(the(k, 3)->req.fate, AIOS_FATE_UNREAD);
	assert_int_equal(the_ctx(k, 1)->strange_heads, 0);
}

/*
 * Two CPUs enter aio_complete at once and read the same tail: one of them takes the entry after,
 * and nothing says which.
 */
static void overlapping_completions_have_inferred_slots(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);
	struct kit_req a = kit_read(&c, 1), b = kit_read(&c, 2), d = kit_read(&c, 3);
	struct aios_rec rec;

	see_accepted(k, 100, by_t1, &a);
	see_accepted(k, 102, by_t1, &b);
	see_accepted(k, 104, by_t1, &d);
	see(k, rec_complete(200, in_softirq, &a, 1));
	rec = rec_complete(201, in_hardirq, &b, 1);
	rec.req_complete.tail = 0;
	see(k, rec);
	see(k, rec_complete(300, in_softirq, &d, 1));
	see_read(k, 400, by_t3, &c, 3);
	assert_int_equal(the(k, 1)->req.slot, 0);
	assert_true(the(k, 1)->req.slot_inferred);
	assert_int_equal(the(k, 2)->req.slot, 1);
	assert_true(the(k, 2)->req.slot_inferred);
	assert_int_equal(the(k, 3)->req.slot, 2);
	assert_false(the(k, 3)->req.slot_inferred);
	see_end(k);
	assert_int_equal(the_ctx(k, 1)->not_seen, 0);
}

/* Time is read before the tail: the record with the later tail may come first. */
static void completions_in_the_other_order_have_inferred_slots(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);
	struct kit_req a = kit_read(&c, 1), b = kit_read(&c, 2);
	struct aios_rec first, second;

	see_accepted(k, 100, by_t1, &a);
	see_accepted(k, 102, by_t1, &b);
	first = rec_complete(200, in_softirq, &a, 1);
	second = rec_complete(201, in_hardirq, &b, 1);
	first.req_complete.tail = 1;
	second.req_complete.tail = 0;
	see(k, first);
	see(k, second);
	see_freed(k, 400, &c);
	assert_true(the(k, 1)->req.slot_inferred);
	assert_true(the(k, 2)->req.slot_inferred);
	assert_int_equal(the_ctx(k, 1)->not_seen, 0);
	assert_int_equal(the_ctx(k, 1)->discarded, 2);
}

/* ... which is no loss, whatever was lost long before. */
static void completions_in_the_other_order_are_no_loss_after_a_hole(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);
	struct kit_req a = kit_read(&c, 1), b = kit_read(&c, 2), d = kit_read(&c, 3);
	struct aios_rec first, second;

	see_gap(k, AIOS_GAP_RING, 10, 20);
	see_completed(k, 100, &d, 1);
	see_accepted(k, 110, by_t1, &a);
	see_accepted(k, 112, by_t1, &b);
	first = rec_complete(200, in_softirq, &a, 1);
	second = rec_complete(201, in_hardirq, &b, 1);
	first.req_complete.tail = 2;
	second.req_complete.tail = 1;
	see(k, first);
	see(k, second);
	see_read(k, 300, by_t3, &c, 3);
	see_freed(k, 400, &c);
	assert_int_equal(the(k, 2)->req.fate, AIOS_FATE_REAPED);
	assert_int_equal(the(k, 3)->req.fate, AIOS_FATE_REAPED);
	assert_int_equal(the_ctx(k, 1)->not_seen, 0);
	assert_int_equal(the_ctx(k, 1)->discarded, 0);
	assert_int_equal(the_ctx(k, 1)->reaped_kernel, 3);
}

static void events_nobody_read_are_discarded_with_the_context(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);

	completed(k, 100, &c, 1, 3);
	see_read(k, 200, by_t3, &c, 1);
	see_freed(k, 300, &c);
	assert_int_equal(k->out_cnt, 3);
	assert_int_equal(the(k, 2)->req.fate, AIOS_FATE_UNREAD);
	assert_int_equal(the(k, 2)->req.reaper, AIOS_REAPER_NOBODY);
	assert_int_equal(the_ctx(k, 1)->discarded, 2);
	assert_int_equal(the_ctx(k, 1)->reaped_kernel, 1);
}

/* Three events lay in the ring when the trace began; they come out first. */
static void events_older_than_the_trace_come_out_first(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = kit_ctx(1);

	c.head = 125;
	c.tail = 1;
	see(k, rec_found(2, &c, KIT_PID, 0));
	completed(k, 100, &c, 1, 2);
	see_read(k, 200, by_t3, &c, 3);
	assert_int_equal(k->out_cnt, 0);
	see_read(k, 210, by_t3, &c, 1);
	assert_int_equal(k->out_cnt, 1);
	assert_reaped(k, 1, AIOS_REAPER_KERNEL, false);
	assert_int_equal(the(k, 1)->req.slot, 1);
	see_end(k);
	assert_int_equal(the_ctx(k, 1)->unread_max, 5);
	assert_int_equal(the_ctx(k, 1)->reaped_kernel, 4);
	assert_int_equal(the_ctx(k, 1)->discarded, 1);
}

/* With the head hidden nobody knows how many lay there: the reader may have had those. */
static void events_of_an_unknown_past_make_a_reaped_one_inferred(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = kit_ctx(1);

	c.hidden = true;
	c.tail = 10;
	c.completed = 3;
	see(k, rec_found(2, &c, KIT_PID, 0));
	completed(k, 100, &c, 1, 1);
	see_read(k, 200, by_t3, &c, 3);
	see_end(k);
	/* Three were old; this one is still in the ring, for all that was seen. */
	if (the(k, 1)->req.fate == AIOS_FATE_REAPED)
		assert_true(the(k, 1)->req.reap_inferred);
}

/* It slept in io_getevents when the trace began, so that only its end is recorded. */
static void a_reader_older_than_the_trace_comes_out(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = kit_ctx(1);
	struct aios_rec found = rec_found(2, &c, KIT_PID, 0);

	found.ctx_found.waiters = 1;
	see(k, found);
	completed(k, 100, &c, 1, 1);
	see(k, rec_read_end(200, by_t3, &c, 1));
	assert_reaped(k, 1, AIOS_REAPER_KERNEL, false);
	see_end(k);
	assert_int_equal(the_ctx(k, 1)->reads, 1);
	assert_int_equal(the_ctx(k, 1)->waited_ns, 0);
}

static void a_head_that_an_old_reader_may_have_moved_is_of_unknown_doing(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = kit_ctx(1);
	struct aios_rec found = rec_found(2, &c, KIT_PID, 0);

	found.ctx_found.waiters = 1;
	see(k, found);
	completed(k, 100, &c, 1, 1);
	kit_user_reaps(&c, 1);
	completed(k, 200, &c, 2, 1);
	assert_reaped(k, 1, AIOS_REAPER_UNKNOWN, false);
	see_end(k);
	assert_int_equal(the_ctx(k, 1)->reaped_unknown, 1);
	assert_int_equal(the_ctx(k, 1)->reaped_user, 0);
}

/* It had taken one, was seen to come out with two: the first was its own all along. */
static void what_an_old_reader_returns_is_not_taken_twice(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = kit_ctx(1);
	struct aios_rec found = rec_found(2, &c, KIT_PID, 0);

	found.ctx_found.waiters = 1;
	see(k, found);
	completed(k, 100, &c, 1, 1);
	kit_user_reaps(&c, 1);
	completed(k, 200, &c, 2, 2);
	c.head = 0;
	see(k, rec_read_end(300, by_t3, &c, 2));
	see_end(k);
	assert_int_equal(the(k, 2)->req.fate, AIOS_FATE_REAPED);
	assert_int_equal(the(k, 3)->req.fate, AIOS_FATE_UNREAD);
	assert_int_equal(the_ctx(k, 1)->discarded, 1);
	assert_int_equal(the_ctx(k, 1)->strange_heads, 0);
}

/* "waiters: 1 when a reader was asleep": there may have been several. */
static void one_old_reader_may_be_followed_by_another(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = kit_ctx(1);
	struct aios_rec found = rec_found(2, &c, KIT_PID, 0), end;

	found.ctx_found.waiters = 1;
	see(k, found);
	completed(k, 100, &c, 1, 2);
	see(k, rec_read_end(200, by_t3, &c, 1));
	/* The second one takes its event, an event completes, then it is recorded. */
	end = rec_read_end(220, by_t2, &c, 1);
	completed(k, 210, &c, 3, 1);
	see(k, end);
	see_end(k);
	assert_int_equal(the(k, 2)->req.fate, AIOS_FATE_REAPED);
	assert_int_not_equal(the(k, 2)->req.reaper, AIOS_REAPER_USER);
	assert_int_equal(the(k, 3)->req.fate, AIOS_FATE_UNREAD);
}

static int visit(void *arg, struct aios_request *req)
{
	uint64_t *seen = arg;

	*seen = *seen * 10 + req->id;
	req->mark++;
	return *seen > 100 ? 42 : 0;
}

static void what_lies_unread_can_be_gone_through_oldest_first(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);
	uint64_t seen = 0;

	completed(k, 100, &c, 1, 3);
	assert_int_equal(aios_model_unread(k->model, 107, visit, &seen), 0);
	/* 102, 106 and 110: two of them before 107. */
	assert_int_equal(seen, 12);
	seen = 0;
	assert_int_equal(aios_model_unread(k->model, 102, visit, &seen), 0);
	assert_int_equal(seen, 0);
	assert_int_equal(aios_model_unread(k->model, UINT64_MAX, visit, &seen), 42);
	assert_int_equal(seen, 123);
	see_read(k, 200, by_t3, &c, 1);
	assert_int_equal(the(k, 1)->req.mark, 2);
	seen = 0;
	assert_int_equal(aios_model_unread(k->model, UINT64_MAX, visit, &seen), 0);
	assert_int_equal(seen, 23);
}

/* Reading and reaping at random; sums always agree (facts, G3). */
static void random_readers_take_each_event_once(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);
	uint64_t seed = 5, t = 100, unread = 0, kernel = 0, user = 0;
	unsigned int born = 0;

	for (int i = 0; i < 5000; i++, t += 10) {
		uint64_t random = kit_random(&seed);
		uint64_t take = unread ? 1 + (random >> 20) % unread : 0;

		if (random % 3 == 0 && unread < 120) {
			completed(k, t, &c, born++, 1);
			unread++;
		} else if (random % 3 == 1) {
			see_read(k, t, by_t3, &c, (int64_t)take);
			kernel += take;
			unread -= take;
		} else if (random % 3 == 2 && random % 5 == 0) {
			kit_user_reaps(&c, (uint32_t)take);
			user += take;
			unread -= take;
		}
	}
	see_freed(k, t, &c);
	assert_int_equal(k->out_cnt, born);
	assert_int_equal(the_ctx(k, 1)->reaped_kernel, kernel);
	assert_int_equal(the_ctx(k, 1)->reaped_user, user);
	assert_int_equal(the_ctx(k, 1)->discarded, unread);
	assert_int_equal(the_ctx(k, 1)->strange_heads, 0);
	assert_int_equal(the_ctx(k, 1)->not_seen, 0);
}

/*
 * A number that no ring has ever held, out of a file that anybody can write: the model's size
 * follows the requests in flight (model.h), not what a record claims.
 */
static void a_read_of_absurdly_many_events_takes_no_memory(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);
	struct aios_rec end = rec_read_end(200, by_t3, &c, 0);

	completed(k, 100, &c, 1, 1);
	see(k, rec_read_begin(150, by_t3, &c, 1, 16));
	end.read_end.ret = 1LL << 40;
	see(k, end);
	see_end(k);
	assert_int_equal(k->ctx_cnt, 1);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		KIT_TEST(a_reader_takes_the_oldest_events),
		KIT_TEST(the_time_in_io_getevents_is_summed_up),
		KIT_TEST(a_reader_that_waits_takes_what_completes_meanwhile),
		KIT_TEST(a_reader_that_returns_nothing_takes_nothing),
		KIT_TEST(a_head_that_a_reader_may_have_moved_settles_nothing),
		KIT_TEST(events_that_left_the_ring_are_not_unread),
		KIT_TEST(a_program_that_reaps_is_seen_at_the_next_completion),
		KIT_TEST(a_glance_that_comes_late_makes_nobody_unknown),
		KIT_TEST(a_head_that_moved_meanwhile_is_made_up_for_by_the_next_one),
		KIT_TEST(a_head_where_no_entry_is_makes_its_moves_a_riddle),
		KIT_TEST(a_program_that_reaps_is_seen_at_the_end_of_the_context),
		KIT_TEST(a_program_that_reaps_is_seen_when_a_reader_goes_in),
		KIT_TEST(a_program_that_reaps_beside_a_reader_leaves_it_open_who_had_which),
		KIT_TEST(more_than_readers_asked_for_was_taken_by_the_program),
		KIT_TEST(events_of_overlapping_readers_are_inferred),
		KIT_TEST(readers_one_after_the_other_are_certain_again),
		KIT_TEST(an_overlap_with_a_reader_that_got_nothing_hides_nothing_of_the_sum),
		KIT_TEST(slots_follow_the_tail),
		KIT_TEST(rings_that_wrap_lose_nothing),
		KIT_TEST(rings_wrap_under_a_program_that_reaps),
		KIT_TEST(a_full_ring_is_a_full_ring),
		KIT_TEST(a_head_that_cannot_be_is_counted_and_ignored),
		KIT_TEST(a_head_behind_the_last_one_is_strange_and_takes_nothing_back),
		KIT_TEST(without_the_head_readers_are_told_all_the_same),
		KIT_TEST(overlapping_completions_have_inferred_slots),
		KIT_TEST(completions_in_the_other_order_have_inferred_slots),
		KIT_TEST(completions_in_the_other_order_are_no_loss_after_a_hole),
		KIT_TEST(events_nobody_read_are_discarded_with_the_context),
		KIT_TEST(events_older_than_the_trace_come_out_first),
		KIT_TEST(events_of_an_unknown_past_make_a_reaped_one_inferred),
		KIT_TEST(a_reader_older_than_the_trace_comes_out),
		KIT_TEST(a_head_that_an_old_reader_may_have_moved_is_of_unknown_doing),
		KIT_TEST(what_an_old_reader_returns_is_not_taken_twice),
		KIT_TEST(one_old_reader_may_be_followed_by_another),
		KIT_TEST(what_lies_unread_can_be_gone_through_oldest_first),
		KIT_TEST(random_readers_take_each_event_once),
		/* Last: where it goes wrong, the sanitizer ends the program. */
		KIT_TEST(a_read_of_absurdly_many_events_takes_no_memory),
	};

	return cmocka_run_group_tests_name("model_ring", tests, NULL, NULL);
}
