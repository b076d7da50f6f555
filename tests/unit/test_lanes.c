// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_lanes.c - things that overlap lie on lanes of their own.
 */
#include "kit.h"
#include "lib/lanes.h"

static size_t take(struct aios_lanes *lanes, uint64_t from_ns)
{
	size_t nr = SIZE_MAX;

	assert_int_equal(aios_lanes_take(lanes, from_ns, &nr), 0);
	return nr;
}

static void the_first_lane_that_is_free_is_taken(void **state)
{
	struct aios_lanes lanes = { 0 };

	(void)state;
	assert_int_equal(take(&lanes, 10), 0);
	assert_int_equal(take(&lanes, 11), 1);
	assert_int_equal(take(&lanes, 12), 2);
	aios_lanes_give(&lanes, 1, 20);
	aios_lanes_give(&lanes, 0, 30);
	assert_int_equal(take(&lanes, 31), 0);
	assert_int_equal(take(&lanes, 31), 1);
	assert_int_equal(take(&lanes, 31), 3);
	aios_lanes_done(&lanes);
	assert_int_equal(take(&lanes, 1), 0);
	aios_lanes_done(&lanes);
}

static void what_ends_now_is_in_the_way_of_what_begins_now(void **state)
{
	struct aios_lanes lanes = { 0 };

	(void)state;
	assert_int_equal(take(&lanes, 10), 0);
	aios_lanes_give(&lanes, 0, 20);
	assert_int_equal(take(&lanes, 20), 1);
	assert_int_equal(take(&lanes, 21), 0);
	aios_lanes_done(&lanes);
}

static void what_began_before_a_lane_was_free_goes_elsewhere(void **state)
{
	struct aios_lanes lanes = { 0 };

	(void)state;
	assert_int_equal(take(&lanes, 10), 0);
	aios_lanes_give(&lanes, 0, 20);
	assert_int_equal(take(&lanes, 15), 1);
	aios_lanes_give(&lanes, 1, 16);
	assert_int_equal(take(&lanes, 17), 1);
	aios_lanes_done(&lanes);
}

static void a_lane_that_nothing_came_of_is_as_it_was(void **state)
{
	struct aios_lanes lanes = { 0 };

	(void)state;
	assert_int_equal(take(&lanes, 10), 0);
	aios_lanes_give(&lanes, 0, 0);
	assert_int_equal(take(&lanes, 10), 0);
	aios_lanes_give(&lanes, 0, 20);
	assert_int_equal(take(&lanes, 30), 0);
	aios_lanes_give(&lanes, 0, 0);
	assert_int_equal(take(&lanes, 20), 1);
	aios_lanes_done(&lanes);
}

#define STEPS	20000
#define ALIVE	64

struct life {
	size_t lane;
	uint64_t from_ns;
	bool alive;
};

/*
 * Lives in the order of time, as the model tells them, and some of which nobody told before they
 * were over: no two of a lane touch, and where all are told there are as few lanes as can be.
 */
static void random_lives(uint64_t seed, bool strangers)
{
	struct aios_lanes lanes = { 0 };
	struct life lives[ALIVE] = { 0 };
	uint64_t last_ns[ALIVE * 64] = { 0 }, random = seed, now = 100;
	size_t alive = 0, most = 0, lane;

	for (int i = 0; i < STEPS; i++) {
		struct life *life = &lives[kit_random(&random) % ALIVE];
		bool told = !strangers || kit_random(&random) % 4;

		now += 1 + kit_random(&random) % 3;
		if (!life->alive) {
			*life = (struct life){ SIZE_MAX, now, true };
			alive++;
			most = alive > most ? alive : most;
			if (told)
				life->lane = take(&lanes, now);
			continue;
		}
		lane = life->lane == SIZE_MAX ? take(&lanes, life->from_ns) : life->lane;
		assert_true(lane < NR(last_ns));
		assert_true(last_ns[lane] < life->from_ns);
		last_ns[lane] = now;
		aios_lanes_give(&lanes, lane, now);
		life->alive = false;
		alive--;
	}
	if (!strangers)
		assert_int_equal(lanes.cnt, most);
	aios_lanes_done(&lanes);
}

static void no_two_of_a_lane_overlap(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 4; seed++) {
		random_lives(seed, false);
		random_lives(seed, true);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_lane_that_is_free_is_taken),
		cmocka_unit_test(what_ends_now_is_in_the_way_of_what_begins_now),
		cmocka_unit_test(what_began_before_a_lane_was_free_goes_elsewhere),
		cmocka_unit_test(a_lane_that_nothing_came_of_is_as_it_was),
		cmocka_unit_test(no_two_of_a_lane_overlap),
	};

	return cmocka_run_group_tests_name("lanes", tests, NULL, NULL);
}
