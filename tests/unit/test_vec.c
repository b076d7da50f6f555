// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_vec.c - what a key lies in.
 */
#include "kit.h"

#include "lib/vec.h"

struct piece {
	uint64_t from;
	char name;
};

static char piece_at(const struct piece *pieces, size_t cnt, uint64_t key)
{
	const struct piece *piece = aios_vec_at(pieces, cnt, sizeof(*pieces), key);

	return piece ? piece->name : '-';
}

static void a_key_lies_in_the_last_item_that_begins_before_it(void **state)
{
	static const struct piece pieces[] = { { 10, 'a' }, { 20, 'b' }, { 20, 'c' }, { 30, 'd' } };

	(void)state;
	assert_int_equal(piece_at(pieces, 4, 0), '-');
	assert_int_equal(piece_at(pieces, 4, 9), '-');
	assert_int_equal(piece_at(pieces, 4, 10), 'a');
	assert_int_equal(piece_at(pieces, 4, 19), 'a');
	assert_int_equal(piece_at(pieces, 4, 20), 'c');
	assert_int_equal(piece_at(pieces, 4, 30), 'd');
	assert_int_equal(piece_at(pieces, 4, UINT64_MAX), 'd');
	assert_int_equal(piece_at(pieces, 1, 25), 'a');
}

static void in_nothing_lies_no_key(void **state)
{
	(void)state;
	assert_null(aios_vec_at(NULL, 0, sizeof(struct piece), 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_key_lies_in_the_last_item_that_begins_before_it),
		cmocka_unit_test(in_nothing_lies_no_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
