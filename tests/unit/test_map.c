// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_map.c - the address map, also against a naive one.
 */
#include <errno.h>

#include "kit.h"
#include "lib/map.h"

static int things[4096];

static void a_map_that_is_empty_has_nothing(void **state)
{
	struct aios_map map = { 0 };
	size_t iter = 0;

	(void)state;
	assert_null(aios_map_get(&map, 0));
	assert_null(aios_map_get(&map, 1));
	assert_null(aios_map_take(&map, 1));
	assert_null(aios_map_next(&map, &iter));
	aios_map_done(&map);
}

static void what_was_put_is_found_until_it_is_taken(void **state)
{
	struct aios_map map = { 0 };

	(void)state;
	assert_int_equal(aios_map_put(&map, 0xffff888100000000, &things[1]), 0);
	assert_ptr_equal(aios_map_get(&map, 0xffff888100000000), &things[1]);
	assert_null(aios_map_get(&map, 0xffff888100000001));
	assert_int_equal(map.used, 1);
	assert_ptr_equal(aios_map_take(&map, 0xffff888100000000), &things[1]);
	assert_null(aios_map_get(&map, 0xffff888100000000));
	assert_null(aios_map_take(&map, 0xffff888100000000));
	assert_int_equal(map.used, 0);
	aios_map_done(&map);
}

static void a_second_put_replaces_the_value(void **state)
{
	struct aios_map map = { 0 };

	(void)state;
	assert_int_equal(aios_map_put(&map, 5, &things[1]), 0);
	assert_int_equal(aios_map_put(&map, 5, &things[2]), 0);
	assert_int_equal(map.used, 1);
	assert_ptr_equal(aios_map_take(&map, 5), &things[2]);
	assert_null(aios_map_get(&map, 5));
	aios_map_done(&map);
}

/* 0 is what an unused slot has as its key. */
static void the_key_0_is_a_key(void **state)
{
	struct aios_map map = { 0 };

	(void)state;
	assert_int_equal(aios_map_put(&map, 1, &things[1]), 0);
	assert_null(aios_map_get(&map, 0));
	assert_int_equal(aios_map_put(&map, 0, &things[2]), 0);
	assert_ptr_equal(aios_map_get(&map, 0), &things[2]);
	assert_ptr_equal(aios_map_take(&map, 0), &things[2]);
	assert_null(aios_map_get(&map, 0));
	assert_ptr_equal(aios_map_get(&map, 1), &things[1]);
	aios_map_done(&map);
}

static void going_through_a_map_meets_each_value_once(void **state)
{
	struct aios_map map = { 0 };
	int met[1000] = { 0 }, *thing;
	size_t iter = 0, cnt = 0;

	(void)state;
	for (size_t i = 0; i < NR(met); i++)
		assert_int_equal(aios_map_put(&map, i * 192, &things[i]), 0);
	while ((thing = aios_map_next(&map, &iter))) {
		met[thing - things]++;
		cnt++;
	}
	assert_int_equal(cnt, NR(met));
	for (size_t i = 0; i < NR(met); i++)
		assert_int_equal(met[i], 1);
	aios_map_done(&map);
}

static void done_leaves_an_empty_map_that_can_be_used_again(void **state)
{
	struct aios_map map = { 0 };

	(void)state;
	assert_int_equal(aios_map_put(&map, 1, &things[1]), 0);
	aios_map_done(&map);
	assert_null(aios_map_get(&map, 1));
	assert_int_equal(map.used, 0);
	assert_int_equal(aios_map_put(&map, 1, &things[2]), 0);
	assert_ptr_equal(aios_map_get(&map, 1), &things[2]);
	aios_map_done(&map);
}

static void what_is_added_is_empty_and_the_callers_to_free(void **state)
{
	struct aios_map map = { 0 };
	uint64_t *value;

	(void)state;
	value = aios_map_add(&map, 7, sizeof(*value));
	assert_non_null(value);
	assert_int_equal(*value, 0);
	assert_ptr_equal(aios_map_get(&map, 7), value);
	free(aios_map_take(&map, 7));
	aios_map_done(&map);
}

/* A server makes and ends millions of requests; what went away must not be in the way. */
static void a_map_of_few_entries_stays_small_for_ever(void **state)
{
	struct aios_map map = { 0 };

	(void)state;
	for (uint64_t i = 0; i < 1000000; i++) {
		assert_int_equal(aios_map_put(&map, i * 192, &things[i % 32]), 0);
		if (i >= 32)
			assert_ptr_equal(aios_map_take(&map, (i - 32) * 192), &things[i % 32]);
	}
	assert_int_equal(map.used, 32);
	assert_true(map.mask < 128);
	aios_map_done(&map);
}

/* The naive map: a table in which the key is the place. */
struct naive {
	void *value[512];
	size_t used;
};

static void naive_put(struct naive *naive, size_t key, void *value)
{
	naive->used += !naive->value[key];
	naive->value[key] = value;
}

static void *naive_take(struct naive *naive, size_t key)
{
	void *value = naive->value[key];

	naive->used -= value != NULL;
	naive->value[key] = NULL;
	return value;
}

static void assert_same(const struct aios_map *map, const struct naive *naive, uint64_t step)
{
	size_t iter = 0, cnt = 0;

	for (size_t key = 0; key < NR(naive->value); key++)
		assert_ptr_equal(aios_map_get(map, key * step), naive->value[key]);
	while (aios_map_next(map, &iter))
		cnt++;
	assert_int_equal(cnt, naive->used);
	assert_int_equal(map->used, naive->used);
}

static void random_operations(uint64_t step, uint64_t seed)
{
	struct aios_map map = { 0 };
	struct naive naive = { 0 };

	for (int i = 0; i < 20000; i++) {
		uint64_t random = kit_random(&seed);
		size_t key = random % NR(naive.value);
		void *value = &things[(random >> 20) % NR(things)];

		/* Grows and shrinks in turn, so that every load of the table is met. */
		if ((random >> 40) % 100 < (i / 2000 % 2 ? 30 : 70)) {
			assert_int_equal(aios_map_put(&map, key * step, value), 0);
			naive_put(&naive, key, value);
		} else {
			assert_ptr_equal(aios_map_take(&map, key * step), naive_take(&naive, key));
		}
		if (i % 50 == 0)
			assert_same(&map, &naive, step);
	}
	assert_same(&map, &naive, step);
	aios_map_done(&map);
}

static void random_operations_do_as_a_naive_map_does(void **state)
{
	/* Neighbours, slab objects, pages, and keys that differ in their upper half only. */
	static const uint64_t steps[] = { 1, 192, 4096, 1ULL << 32, 1ULL << 55 };

	(void)state;
	for (size_t i = 0; i < NR(steps); i++)
		random_operations(steps[i], i + 1);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_map_that_is_empty_has_nothing),
		cmocka_unit_test(what_was_put_is_found_until_it_is_taken),
		cmocka_unit_test(a_second_put_replaces_the_value),
		cmocka_unit_test(the_key_0_is_a_key),
		cmocka_unit_test(going_through_a_map_meets_each_value_once),
		cmocka_unit_test(what_is_added_is_empty_and_the_callers_to_free),
		cmocka_unit_test(done_leaves_an_empty_map_that_can_be_used_again),
		cmocka_unit_test(a_map_of_few_entries_stays_small_for_ever),
		cmocka_unit_test(random_operations_do_as_a_naive_map_does),
	};

	return cmocka_run_group_tests_name("map", tests, NULL, NULL);
}
