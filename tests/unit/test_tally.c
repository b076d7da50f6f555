// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_tally.c - counts by number.
 */
#include "kit.h"
#include "lib/tally.h"

static void an_empty_tally_has_counted_nothing(void **state)
{
	struct aios_tally tally = { 0 };

	(void)state;
	assert_int_equal(aios_tally_get(&tally, 0), 0);
	assert_int_equal(tally.total, 0);
	aios_tally_done(&tally);
}

static void numbers_are_counted_apart_and_in_total(void **state)
{
	struct aios_tally tally = { 0 };

	(void)state;
	assert_int_equal(aios_tally_add(&tally, -11), 0);
	assert_int_equal(aios_tally_add(&tally, 0), 0);
	assert_int_equal(aios_tally_add(&tally, -11), 0);
	assert_int_equal(aios_tally_add(&tally, INT64_MIN), 0);
	assert_int_equal(aios_tally_add(&tally, INT64_MAX), 0);
	assert_int_equal(aios_tally_get(&tally, -11), 2);
	assert_int_equal(aios_tally_get(&tally, 0), 1);
	assert_int_equal(aios_tally_get(&tally, INT64_MIN), 1);
	assert_int_equal(aios_tally_get(&tally, INT64_MAX), 1);
	assert_int_equal(aios_tally_get(&tally, 11), 0);
	assert_int_equal(tally.total, 5);
	assert_int_equal(tally.cnt, 4);
	aios_tally_done(&tally);
}

static void rows_are_sorted_by_number(void **state)
{
	static const int64_t keys[] = { 5, -3, 9, 0, -3, 7, 5, -100, 1LL << 40 };
	struct aios_tally tally = { 0 };

	(void)state;
	for (size_t i = 0; i < NR(keys); i++)
		assert_int_equal(aios_tally_add(&tally, keys[i]), 0);
	for (size_t i = 1; i < tally.cnt; i++)
		assert_true(tally.rows[i - 1].key < tally.rows[i].key);
	assert_int_equal(tally.cnt, 7);
	aios_tally_done(&tally);
}

static void random_numbers_are_counted_as_a_table_does(void **state)
{
	struct aios_tally tally = { 0 };
	uint64_t counts[201] = { 0 }, seed = 3;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		int64_t key = (int64_t)(kit_random(&seed) % 201) - 100;

		assert_int_equal(aios_tally_add(&tally, key), 0);
		counts[key + 100]++;
	}
	for (int64_t key = -100; key <= 100; key++)
		assert_int_equal(aios_tally_get(&tally, key), counts[key + 100]);
	assert_int_equal(tally.total, 20000);
	aios_tally_done(&tally);
}

static void done_leaves_an_empty_tally(void **state)
{
	struct aios_tally tally = { 0 };

	(void)state;
	assert_int_equal(aios_tally_add(&tally, 1), 0);
	aios_tally_done(&tally);
	assert_int_equal(tally.total, 0);
	assert_int_equal(aios_tally_get(&tally, 1), 0);
	assert_int_equal(aios_tally_add(&tally, 2), 0);
	assert_int_equal(aios_tally_get(&tally, 2), 1);
	aios_tally_done(&tally);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_tally_has_counted_nothing),
		cmocka_unit_test(numbers_are_counted_apart_and_in_total),
		cmocka_unit_test(rows_are_sorted_by_number),
		cmocka_unit_test(random_numbers_are_counted_as_a_table_does),
		cmocka_unit_test(done_leaves_an_empty_tally),
	};

	return cmocka_run_group_tests_name("tally", tests, NULL, NULL);
}
