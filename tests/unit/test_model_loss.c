// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_model_loss.c - holes: what lived through one is marked, what did not is not, and nothing
 * that is not marked is told wrong (DESIGN.md, 2).
 *
 * The model hears of a hole when it begins, and of its end in the same breath.
 */
#include <errno.h>

#include "kit.h"

static struct kit_ctx begin(struct kit *k)
{
	struct kit_ctx ctx = kit_ctx(1);

	see(k, rec_setup(2, by_t1, &ctx));
	return ctx;
}

static void what_was_over_before_the_hole_is_not_tainted(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);
	struct kit_req r = kit_read(&c, 1);

	see_completed(k, 100, &r, 1);
	see_read(k, 110, by_t3, &c, 1);
	see_gap(k, AIOS_GAP_RING, 120, 130);
	assert_false(the(k, 1)->req.tainted);
}

static void what_was_in_flight_at_the_hole_is_tainted(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);
	struct kit_req r = kit_read(&c, 1);

	see_accepted(k, 100, by_t1, &r);
	see_gap(k, AIOS_GAP_RING, 120, 130);
	see(k, rec_complete(200, in_softirq, &r, 1));
	see_read(k, 210, by_t3, &c, 1);
	assert_true(the(k, 1)->req.tainted);
	assert_int_equal(the(k, 1)->req.fate, AIOS_FATE_REAPED);
}

/* Its reader may have been in the hole. */
static void what_lay_unread_at_the_hole_is_tainted(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);
	struct kit_req r = kit_read(&c, 1);

	see_completed(k, 100, &r, 1);
	see_gap(k, AIOS_GAP_RING, 120, 130);
	see_read(k, 210, by_t3, &c, 1);
	assert_true(the(k, 1)->req.tainted);
}

static void what_was_born_within_the_hole_is_tainted(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);
	struct kit_req r = kit_read(&c, 1), s = kit_read(&c, 2);

	see_gap(k, AIOS_GAP_RING, 120, 130);
	see_completed(k, 125, &r, 1);
	see_completed(k, 130, &s, 1);
	see_read(k, 210, by_t3, &c, 2);
	assert_true(the(k, 1)->req.tainted);
	assert_true(the(k, 2)->req.tainted);
}

static void what_was_born_after_the_hole_is_not_tainted(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);
	struct kit_req r = kit_read(&c, 1);

	see_gap(k, AIOS_GAP_RING, 120, 130);
	see_completed(k, 131, &r, 1);
	see_read(k, 210, by_t3, &c, 1);
	assert_false(the(k, 1)->req.tainted);
}

static void overlapping_holes_reach_to_the_end_of_the_last_one(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);
	struct kit_req r = kit_read(&c, 1), s = kit_read(&c, 2);

	see_gap(k, AIOS_GAP_RING, 120, 300);
	see_gap(k, AIOS_GAP_SKIPPED, 125, 140);
	see_completed(k, 290, &r, 1);
	see_completed(k, 310, &s, 1);
	see_read(k, 400, by_t3, &c, 2);
	assert_true(the(k, 1)->req.tainted);
	assert_false(the(k, 2)->req.tainted);
}

/* A hole looks at what is new only; nothing may slip through between two of them. */
static void each_hole_taints_what_was_born_since_the_one_before(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);
	struct kit_req r[7];

	for (unsigned int i = 0; i < NR(r); i++) {
		r[i] = kit_read(&c, i + 1);
		see_accepted(k, 100 + 100 * i, by_t1, &r[i]);
		/* Behind the second request a hole, behind the fourth and fifth two each. */
		if (i == 1 || i == 3 || i == 4)
			see_gap(k, AIOS_GAP_RING, 150 + 100 * i, 160 + 100 * i);
		if (i == 3 || i == 4)
			see_gap(k, AIOS_GAP_RING, 155 + 100 * i, 170 + 100 * i);
		/* The oldest one goes, and the list begins with another. */
		if (i == 2) {
			see(k, rec_complete(310, in_softirq, &r[0], 1));
			see_read(k, 320, by_t3, &c, 1);
		}
	}
	see_end(k);
	for (unsigned int i = 0; i < NR(r); i++)
		assert_int_equal(the(k, i + 1)->req.tainted, i < 5);
}

static void every_kind_of_hole_taints(void **state)
{
	static const enum aios_gap_kind kinds[] = { AIOS_GAP_RING, AIOS_GAP_SKIPPED, AIOS_GAP_CUT,
						    AIOS_GAP_DAMAGED };
	struct kit *k = *state;
	struct kit_ctx c = begin(k);

	for (unsigned int i = 0; i < NR(kinds); i++) {
		struct kit_req r = kit_read(&c, i);

		see_accepted(k, 100 + i * 100, by_t1, &r);
		see_gap(k, kinds[i], 110 + i * 100, 120 + i * 100);
		see(k, rec_complete(150 + i * 100, in_softirq, &r, 1));
		see_read(k, 160 + i * 100, by_t3, &c, 1);
		assert_true(the(k, i + 1)->req.tainted);
	}
}

/* A trace that is cut off has a hole without an end. */
static void behind_a_cut_everything_is_tainted(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);
	struct kit_req r = kit_read(&c, 1), s = kit_read(&c, 2);

	see_completed(k, 100, &r, 1);
	see_gap(k, AIOS_GAP_CUT, 150, UINT64_MAX);
	see_accepted(k, 1000000, by_t1, &s);
	see_end(k);
	assert_true(the(k, 1)->req.tainted);
	assert_true(the(k, 2)->req.tainted);
	assert_true(the_ctx(k, 1)->tainted);
}

static void contexts_that_lived_through_a_hole_are_tainted(void **state)
{
	struct kit *k = *state;
	struct kit_ctx before = kit_ctx(1), through = kit_ctx(2), within = kit_ctx(3),
		       after = kit_ctx(4);

	see(k, rec_setup(10, by_t1, &before));
	see(k, rec_setup(11, by_t1, &through));
	see_freed(k, 20, &before);
	see_gap(k, AIOS_GAP_RING, 50, 100);
	see(k, rec_setup(90, by_t1, &within));
	see(k, rec_setup(110, by_t1, &after));
	see_end(k);
	assert_false(the_ctx(k, 1)->tainted);
	assert_true(the_ctx(k, 2)->tainted);
	assert_true(the_ctx(k, 3)->tainted);
	assert_false(the_ctx(k, 4)->tainted);
}

/* model.h: "whatever is alive now, or born before its end": its birth is in the hole. */
static void a_completion_whose_birth_fell_into_the_hole_is_tainted(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);
	struct kit_req r = kit_read(&c, 1);

	see_gap(k, AIOS_GAP_RING, 120, 130);
	see(k, rec_complete(200, in_softirq, &r, 1));
	see_read(k, 210, by_t3, &c, 1);
	assert_int_equal(the(k, 1)->req.origin, AIOS_ORIGIN_UNKNOWN);
	assert_true(the(k, 1)->req.tainted);
}

/* The context had one in flight before the trace: after a hole nobody knows whether it is this. */
static void after_a_hole_a_stranger_that_may_be_older_is_tainted(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = kit_ctx(1);
	struct kit_req r = kit_read(&c, 1);

	see(k, rec_found(10, &c, KIT_PID, 1));
	see_gap(k, AIOS_GAP_RING, 120, 130);
	see(k, rec_complete(200, in_softirq, &r, 1));
	see_read(k, 210, by_t3, &c, 1);
	assert_true(the(k, 1)->req.tainted);
}

/* Its birth or its iocb must have been told, and was not. */
static void a_return_whose_birth_fell_into_the_hole_is_tainted(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);
	struct kit_req r = kit_read(&c, 1), s = kit_read(&c, 2);

	see_gap(k, AIOS_GAP_RING, 120, 130);
	see(k, rec_return(140, by_t1, &r, 0));
	see(k, rec_return(150, by_t2, &s, -EINVAL));
	see_end(k);
	assert_int_equal(k->out_cnt, 2);
	assert_true(the(k, 1)->req.tainted);
	assert_false(the(k, 1)->req.asked);
	assert_true(the(k, 2)->req.tainted);
	assert_int_equal(the(k, 2)->req.fate, AIOS_FATE_REFUSED);
}

/* It lived when its making was lost. */
static void a_context_whose_making_fell_into_the_hole_is_tainted(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = kit_ctx(1);
	struct kit_req r = kit_read(&c, 1);

	see_gap(k, AIOS_GAP_RING, 20, 30);
	see_completed(k, 100, &r, 1);
	see_end(k);
	assert_true(the_ctx(k, 1)->implied);
	assert_true(the_ctx(k, 1)->tainted);
}

/*
 * The completion of the first fell into the hole. The program sends the same iocb again, the slab
 * gives the same address, and all is seen: what is told of the second must be its own.
 */
static void a_lost_completion_does_not_shift_the_lives_after_it(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);
	struct kit_req r = kit_read(&c, 1);

	see_accepted(k, 100, by_t1, &r);
	see_gap(k, AIOS_GAP_RING, 120, 130);
	c.tail++;
	for (unsigned int i = 1; i <= 4; i++)
		see_completed(k, i * 1000, &r, i);
	see_read(k, 9000, by_t3, &c, 5);
	see_freed(k, 9100, &c);
	assert_int_equal(k->out_cnt, 5);
	assert_int_equal(the(k, 1)->req.fate, AIOS_FATE_LOST_TRACK);
	assert_true(the(k, 1)->req.tainted);
	for (unsigned int i = 1; i <= 4; i++) {
		const struct aios_request *req = &the(k, i + 1)->req;

		if (req->tainted)
			continue;
		assert_int_equal(req->fate, AIOS_FATE_REAPED);
		assert_int_equal(req->res, i);
		assert_int_equal(req->completed_ns, i * 1000 + 2);
	}
	/* Those born long after the hole have nothing to do with it. */
	assert_false(the(k, 5)->req.tainted);
}

/* The tail of the next completion shows that two events are in the ring that nobody told of. */
static void completions_lost_in_a_hole_are_found_by_the_tail(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);
	struct kit_req a = kit_read(&c, 1), lost[2], z = kit_read(&c, 9);

	see_completed(k, 100, &a, 1);
	for (unsigned int i = 0; i < 2; i++) {
		lost[i] = kit_read(&c, 2 + i);
		see_accepted(k, 110 + i * 2, by_t1, &lost[i]);
	}
	see_gap(k, AIOS_GAP_RING, 120, 130);
	c.tail += 2;
	see_completed(k, 200, &z, 4);
	see_read(k, 300, by_t3, &c, 4);
	see_freed(k, 400, &c);
	assert_int_equal(the_ctx(k, 1)->not_seen, 2);
	assert_int_equal(the_ctx(k, 1)->reaped_kernel, 4);
	assert_int_equal(the_ctx(k, 1)->discarded, 0);
	assert_int_equal(the(k, 4)->req.slot, 3);
	assert_true(the(k, 4)->req.slot_inferred);
	assert_int_equal(the(k, 4)->req.fate, AIOS_FATE_REAPED);
	assert_false(the(k, 4)->req.tainted);
	assert_int_equal(the(k, 2)->req.fate, AIOS_FATE_LOST_TRACK);
	assert_int_equal(the(k, 3)->req.fate, AIOS_FATE_LOST_TRACK);
}

/* Nothing completes any more: the reader and the end of the context show them. */
static void completions_lost_in_a_hole_are_found_by_the_reader(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);
	struct kit_req r = kit_read(&c, 1);

	see_accepted(k, 100, by_t1, &r);
	see_gap(k, AIOS_GAP_RING, 120, 130);
	c.tail++;
	see_read(k, 300, by_t3, &c, 1);
	see_freed(k, 400, &c);
	assert_int_equal(the_ctx(k, 1)->not_seen, 1);
	assert_int_equal(the_ctx(k, 1)->reaped_kernel, 1);
	assert_int_equal(the_ctx(k, 1)->discarded, 0);
	assert_int_equal(the(k, 1)->req.fate, AIOS_FATE_LOST_TRACK);
}

static void completions_lost_in_a_hole_are_found_at_the_end_of_the_context(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);
	struct kit_req r = kit_read(&c, 1);

	see_accepted(k, 100, by_t1, &r);
	see_gap(k, AIOS_GAP_RING, 120, 130);
	c.tail++;
	see_freed(k, 400, &c);
	assert_int_equal(the_ctx(k, 1)->not_seen, 1);
	assert_int_equal(the_ctx(k, 1)->discarded, 1);
	assert_int_equal(the(k, 1)->req.fate, AIOS_FATE_LOST_TRACK);
}

/* The whole read fell into the hole: the head tells that the event is gone. */
static void a_read_lost_in_a_hole_is_found_by_the_head(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);
	struct kit_req r = kit_read(&c, 1), s = kit_read(&c, 2);

	see_completed(k, 100, &r, 1);
	see_gap(k, AIOS_GAP_RING, 120, 130);
	c.head++;
	see_completed(k, 200, &s, 1);
	see_freed(k, 300, &c);
	assert_int_equal(the(k, 1)->req.fate, AIOS_FATE_REAPED);
	assert_true(the(k, 1)->req.tainted);
	/* Who it was is not known: the hole may have held a reader. */
	assert_int_equal(the(k, 1)->req.reaper, AIOS_REAPER_UNKNOWN);
	assert_int_equal(the(k, 2)->req.fate, AIOS_FATE_UNREAD);
}

/*
 * The reader went in within the hole and sleeps for more. What it takes after that is not the
 * program's doing, and what it returns in the end was not taken twice.
 */
static void a_reader_that_went_in_within_a_hole_is_not_the_program(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);
	struct kit_req r[3];

	see_gap(k, AIOS_GAP_RING, 120, 130);
	for (unsigned int i = 0; i < 3; i++) {
		r[i] = kit_read(&c, i);
		if (i == 2)
			c.head = 2;
		see_completed(k, 200 + i * 10, &r[i], 1);
	}
	c.head = 0;
	see(k, rec_read_end(300, by_t3, &c, 2));
	see_freed(k, 400, &c);
	for (uint64_t id = 1; id <= 2; id++) {
		assert_int_equal(the(k, id)->req.fate, AIOS_FATE_REAPED);
		assert_int_not_equal(the(k, id)->req.reaper, AIOS_REAPER_USER);
	}
	assert_int_equal(the(k, 3)->req.fate, AIOS_FATE_UNREAD);
	assert_int_equal(the_ctx(k, 1)->reaped_user, 0);
	assert_int_equal(the_ctx(k, 1)->discarded, 1);
}

/* A reader's end fell into the hole; the program reaps alone from then on. */
static void a_reader_that_came_out_within_a_hole_does_not_hide_the_program_for_ever(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);
	struct kit_req r = kit_read(&c, 1), s = kit_read(&c, 2);

	see(k, rec_read_begin(50, by_t3, &c, 1, 100));
	see_gap(k, AIOS_GAP_RING, 120, 130);
	see_completed(k, 200, &r, 1);
	/* The same thread goes in again: it had come out. */
	see(k, rec_read_begin(210, by_t3, &c, 1, 1));
	see(k, rec_read_end(211, by_t3, &c, 1));
	see_completed(k, 300, &s, 1);
	kit_user_reaps(&c, 1);
	see(k, rec_read_begin(400, by_t3, &c, 1, 1));
	see(k, rec_read_end(401, by_t3, &c, 0));
	see_end(k);
	assert_int_equal(the(k, 1)->req.reaper, AIOS_REAPER_KERNEL);
	assert_int_equal(the(k, 2)->req.fate, AIOS_FATE_REAPED);
	assert_int_not_equal(the(k, 2)->req.reaper, AIOS_REAPER_NOBODY);
}

/* A return that was lost: the thread goes on to its next submission, so it must have returned. */
static void a_lost_return_ends_the_life_all_the_same(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);
	struct kit_req r = kit_read(&c, 1), s = kit_read(&c, 2);

	see(k, rec_birth(100, by_t1, &r));
	see_gap(k, AIOS_GAP_RING, 110, 120);
	see(k, rec_complete(130, in_softirq, &r, 1));
	see_read(k, 140, by_t3, &c, 1);
	see_completed(k, 200, &s, 2);
	see_read(k, 300, by_t3, &c, 1);
	see_end(k);
	assert_int_equal(the(k, 1)->req.fate, AIOS_FATE_REAPED);
	assert_int_equal(the(k, 1)->req.returned_ns, 0);
	assert_true(the(k, 1)->req.tainted);
	assert_int_equal(the(k, 2)->req.fate, AIOS_FATE_REAPED);
	assert_false(the(k, 2)->req.tainted);
}

/* The kernel's numbers of holes are counted elsewhere; the model takes them as they come. */
static void a_hole_before_anything_was_seen_taints_nothing_later(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = kit_ctx(1);
	struct kit_req r = kit_read(&c, 1);

	see_gap(k, AIOS_GAP_RING, 0, 1);
	see(k, rec_setup(2, by_t1, &c));
	see_completed(k, 100, &r, 1);
	see_read(k, 210, by_t3, &c, 1);
	see_end(k);
	assert_false(the(k, 1)->req.tainted);
	assert_false(the_ctx(k, 1)->tainted);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		KIT_TEST(what_was_over_before_the_hole_is_not_tainted),
		KIT_TEST(what_was_in_flight_at_the_hole_is_tainted),
		KIT_TEST(what_lay_unread_at_the_hole_is_tainted),
		KIT_TEST(what_was_born_within_the_hole_is_tainted),
		KIT_TEST(what_was_born_after_the_hole_is_not_tainted),
		KIT_TEST(overlapping_holes_reach_to_the_end_of_the_last_one),
		KIT_TEST(each_hole_taints_what_was_born_since_the_one_before),
		KIT_TEST(every_kind_of_hole_taints),
		KIT_TEST(behind_a_cut_everything_is_tainted),
		KIT_TEST(contexts_that_lived_through_a_hole_are_tainted),
		KIT_TEST(a_completion_whose_birth_fell_into_the_hole_is_tainted),
		KIT_TEST(after_a_hole_a_stranger_that_may_be_older_is_tainted),
		KIT_TEST(a_return_whose_birth_fell_into_the_hole_is_tainted),
		KIT_TEST(a_context_whose_making_fell_into_the_hole_is_tainted),
		KIT_TEST(a_lost_completion_does_not_shift_the_lives_after_it),
		KIT_TEST(completions_lost_in_a_hole_are_found_by_the_tail),
		KIT_TEST(completions_lost_in_a_hole_are_found_by_the_reader),
		KIT_TEST(completions_lost_in_a_hole_are_found_at_the_end_of_the_context),
		KIT_TEST(a_read_lost_in_a_hole_is_found_by_the_head),
		KIT_TEST(a_reader_that_went_in_within_a_hole_is_not_the_program),
		KIT_TEST(a_reader_that_came_out_within_a_hole_does_not_hide_the_program_for_ever),
		KIT_TEST(a_lost_return_ends_the_life_all_the_same),
		KIT_TEST(a_hole_before_anything_was_seen_taints_nothing_later),
	};

	return cmocka_run_group_tests_name("model_loss", tests, NULL, NULL);
}
