// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_width.c - columns of a terminal that texts take.
 */
#include "kit.h"
#include "lib/width.h"

static void characters_take_none_one_or_two_columns(void **state)
{
	static const struct {
		uint32_t c;
		unsigned int columns;
	} cases[] = {
		{ 'a', 1 }, { 0xe4, 1 }, { 0xad, 1 }, { 0x3b1, 1 }, { 0x2588, 1 }, { 0x2500, 1 },
		{ 0x300, 0 }, { 0x36f, 0 }, { 0x200b, 0 }, { 0x200d, 0 }, { 0xfe0f, 0 },
		{ 0x202e, 0 }, { 0xfeff, 0 }, { 0x1160, 0 }, { 0xe0100, 0 }, { 0x5d0, 1 },
		{ 0x1100, 2 }, { 0x3042, 2 }, { 0x4e2d, 2 }, { 0xac00, 2 }, { 0xff21, 2 },
		{ 0xff71, 1 }, { 0x1f600, 2 }, { 0x1f4a9, 2 }, { 0x20000, 2 }, { 0x3000, 2 },
		{ 0x2764, 1 }, { 0x231a, 2 }, { 0xe000, 1 }, { 0x10ffff, 1 }, { 0xfffd, 1 },
	};

	(void)state;
	for (size_t i = 0; i < NR(cases); i++)
		if (aios_width_char(cases[i].c) != cases[i].columns)
			fail_msg("U+%04X: %u", cases[i].c, aios_width_char(cases[i].c));
}

static void texts_are_as_wide_as_their_characters(void **state)
{
	(void)state;
	assert_int_equal(aios_width(""), 0);
	assert_int_equal(aios_width("mysqld"), 6);
	assert_int_equal(aios_width("\xe6\x95\xb0\xe6\x8d\xae\xe5\xba\x93"), 6);
	assert_int_equal(aios_width("e\xcc\x81"), 1);
	assert_int_equal(aios_width("\xf0\x9f\x98\x80!"), 3);
}

static void bytes_that_are_no_utf8_are_a_column_each(void **state)
{
	static const char *const bad[] = { "\xff", "\xc3", "\xe6\x95", "\xc0\x80", "\xed\xa0\x80",
					   "\xf4\x90\x80\x80", "\x80" };

	(void)state;
	for (size_t i = 0; i < NR(bad); i++) {
		const char *text = bad[i];

		assert_int_equal(aios_utf8_next(&text), 0xfffd);
		assert_ptr_equal(text, bad[i] + 1);
		assert_int_equal(aios_width(bad[i]), strlen(bad[i]));
	}
}

static void nothing_is_cut_in_the_middle_of_a_character(void **state)
{
	/* Two ideographs, and an e with an accent. */
	const char *text = "\xe6\x95\xb0\xe6\x8d\xae" "e\xcc\x81";
	static const size_t bytes[] = { 0, 0, 3, 3, 6, 9, 9 };
	static const size_t columns[] = { 0, 0, 2, 2, 4, 5, 5 };

	(void)state;
	for (size_t room = 0; room < NR(bytes); room++) {
		size_t used = 77;

		assert_int_equal(aios_width_fits(text, room, &used), bytes[room]);
		assert_int_equal(used, columns[room]);
	}
}

static void assert_cell(const char *text, size_t columns, const char *wanted)
{
	struct aios_buf buf = { 0 };

	aios_buf_cell(&buf, text, columns);
	aios_buf_str(&buf, "|");
	assert_int_equal(buf.err, 0);
	assert_string_equal(buf.data, wanted);
	aios_buf_done(&buf);
}

static void cells_are_cut_and_filled(void **state)
{
	(void)state;
	assert_cell("fio", 5, "fio  |");
	assert_cell("fio", 3, "fio|");
	assert_cell("mysqld", 3, "my~|");
	assert_cell("x", 0, "|");
	assert_cell("", 2, "  |");
	/* An ideograph does not fit beside the mark: a blank is left. */
	assert_cell("\xe6\x95\xb0\xe6\x8d\xae", 3, "\xe6\x95\xb0~|");
	assert_cell("\xe6\x95\xb0\xe6\x8d\xae", 2, "~ |");
	assert_cell("\033[2J", 10, "\\x1b[2J   |");
	assert_cell("\xff", 10, "\\xff      |");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(characters_take_none_one_or_two_columns),
		cmocka_unit_test(texts_are_as_wide_as_their_characters),
		cmocka_unit_test(bytes_that_are_no_utf8_are_a_column_each),
		cmocka_unit_test(nothing_is_cut_in_the_middle_of_a_character),
		cmocka_unit_test(cells_are_cut_and_filled),
	};

	return cmocka_run_group_tests_name("width", tests, NULL, NULL);
}
