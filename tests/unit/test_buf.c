// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_buf.c - growing buffers, and text that came from elsewhere.
 */
#include <errno.h>

#include "kit.h"
#include "lib/vec.h"

static void empty_buffer_has_no_memory_until_the_first_write(void **state)
{
	struct aios_buf buf = { 0 };

	(void)state;
	aios_buf_clear(&buf);
	assert_null(buf.data);
	aios_buf_str(&buf, "");
	assert_non_null(buf.data);
	assert_string_equal(buf.data, "");
	assert_int_equal(buf.len, 0);
	aios_buf_done(&buf);
	assert_null(buf.data);
	assert_int_equal(buf.cap, 0);
}

static void bytes_are_followed_by_a_nul_that_is_not_counted(void **state)
{
	struct aios_buf buf = { 0 };

	(void)state;
	for (size_t i = 0; i < 1000; i++) {
		char byte = (char)('a' + i % 26);

		aios_buf_add(&buf, &byte, 1);
		assert_int_equal(buf.len, i + 1);
		assert_int_equal(buf.data[i], byte);
		assert_int_equal(buf.data[i + 1], '\0');
		assert_true(buf.cap > buf.len);
	}
	aios_buf_done(&buf);
}

static void nul_bytes_are_kept(void **state)
{
	struct aios_buf buf = { 0 };

	(void)state;
	aios_buf_add(&buf, "a\0b", 3);
	aios_buf_add(&buf, NULL, 0);
	assert_int_equal(buf.len, 3);
	assert_memory_equal(buf.data, "a\0b\0", 4);
	aios_buf_done(&buf);
}

static void numbers_are_those_of_printf(void **state)
{
	static const uint64_t numbers[] = { 0, 1, 9, 10, 15, 16, 99, 100, 4096, INT32_MAX,
					    UINT32_MAX, INT64_MAX, (uint64_t)INT64_MAX + 1,
					    UINT64_MAX - 9, UINT64_MAX };
	struct aios_buf got = { 0 }, want = { 0 };

	(void)state;
	for (size_t i = 0; i < NR(numbers); i++) {
		aios_buf_int(&got, (int64_t)numbers[i]);
		aios_buf_hex(&got, numbers[i]);
		aios_buf_fmt(&want, "%lld0x%llx", (long long)numbers[i],
			     (unsigned long long)numbers[i]);
		assert_string_equal(got.data, want.data);
	}
	aios_buf_done(&got);
	aios_buf_done(&want);
}

static void room_keeps_the_bytes_and_reserves_a_nul(void **state)
{
	struct aios_buf buf = { 0 };

	(void)state;
	aios_buf_str(&buf, "abc");
	assert_int_equal(aios_buf_room(&buf, 100000), 0);
	assert_true(buf.cap >= 3 + 100000 + 1);
	assert_int_equal(buf.len, 3);
	assert_memory_equal(buf.data, "abc", 3);
	aios_buf_done(&buf);
}

static void clear_keeps_the_memory(void **state)
{
	struct aios_buf buf = { 0 };
	size_t cap;

	(void)state;
	aios_buf_str(&buf, "text");
	cap = buf.cap;
	aios_buf_clear(&buf);
	assert_int_equal(buf.len, 0);
	assert_int_equal(buf.cap, cap);
	assert_string_equal(buf.data, "");
	aios_buf_str(&buf, "new");
	assert_string_equal(buf.data, "new");
	aios_buf_done(&buf);
}

/* The formatter has a small buffer of its own: lengths around its end are what can go wrong. */
static void formatted_text_of_any_length_is_whole(void **state)
{
	char text[1024];

	(void)state;
	for (size_t len = 0; len < sizeof(text) - 1; len++) {
		struct aios_buf buf = { 0 };

		memset(text, 'x', len);
		text[len] = '\0';
		aios_buf_str(&buf, "<");
		aios_buf_fmt(&buf, "%s>%d", text, 42);
		assert_int_equal(buf.len, len + 4);
		assert_int_equal(buf.data[0], '<');
		assert_memory_equal(buf.data + 1, text, len);
		assert_string_equal(buf.data + 1 + len, ">42");
		aios_buf_done(&buf);
	}
}

static void padding_fills_up_to_a_column(void **state)
{
	struct aios_buf buf = { 0 };

	(void)state;
	aios_buf_str(&buf, "ab");
	aios_buf_pad(&buf, 5);
	assert_string_equal(buf.data, "ab   ");
	aios_buf_done(&buf);
}

static void padding_behind_the_column_keeps_columns_apart(void **state)
{
	struct aios_buf buf = { 0 };

	(void)state;
	aios_buf_str(&buf, "abcde");
	aios_buf_pad(&buf, 5);
	assert_string_equal(buf.data, "abcde ");
	aios_buf_pad(&buf, 2);
	assert_string_equal(buf.data, "abcde  ");
	aios_buf_done(&buf);
}

static void after_an_error_writes_do_nothing(void **state)
{
	struct aios_buf buf = { 0 };

	(void)state;
	aios_buf_str(&buf, "kept");
	buf.err = -ENOMEM;
	aios_buf_str(&buf, "lost");
	aios_buf_fmt(&buf, "%d", 1);
	aios_buf_pad(&buf, 100);
	assert_int_equal(aios_buf_room(&buf, 1), -ENOMEM);
	assert_int_equal(buf.len, 4);
	assert_string_equal(buf.data, "kept");
	assert_int_equal(buf.err, -ENOMEM);
	aios_buf_done(&buf);
}

static void assert_safe(const char *text, const char *wanted)
{
	struct aios_buf buf = { 0 };

	aios_buf_safe(&buf, text);
	assert_string_equal(buf.data ? buf.data : "", wanted);
	aios_buf_done(&buf);
}

static void safe_text_keeps_what_is_readable(void **state)
{
	(void)state;
	assert_safe("", "");
	assert_safe("/srv/db with blanks", "/srv/db with blanks");
	assert_safe("gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f");
	assert_safe("\xe2\x82\xac", "\xe2\x82\xac");
	assert_safe("\xf0\x9f\x90\xa7", "\xf0\x9f\x90\xa7");
	assert_safe("\"'<>,;", "\"'<>,;");
}

static void safe_text_writes_control_characters_as_numbers(void **state)
{
	(void)state;
	assert_safe("\x1b[31m", "\\x1b[31m");
	assert_safe("a\nb\rc\td", "a\\x0ab\\x0dc\\x09d");
	assert_safe("\x01\x1f\x7f", "\\x01\\x1f\\x7f");
}

/* U+009B is the one-character form of ESC [: terminals obey it. */
static void safe_text_writes_c1_control_characters_as_numbers(void **state)
{
	(void)state;
	assert_safe("\xc2\x9b" "31m", "\\xc2\\x9b31m");
	assert_safe("\xc2\x80\xc2\x9f", "\\xc2\\x80\\xc2\\x9f");
	assert_safe("\xc2\xa0", "\xc2\xa0");
}

/* U+202E has a terminal, or a page, show what is behind it from right to left. */
static void safe_text_writes_changes_of_direction_as_numbers(void **state)
{
	(void)state;
	assert_safe("a\xe2\x80\xae" "b", "a\\xe2\\x80\\xaeb");
	assert_safe("\xe2\x80\x8f\xd8\x9c", "\\xe2\\x80\\x8f\\xd8\\x9c");
	assert_safe("\xe2\x81\xa6\xe2\x80\xa9", "\\xe2\\x81\\xa6\\xe2\\x80\\xa9");
	/* Their neighbours, and Arabic letters, are text. */
	assert_safe("\xe2\x80\xaf\xe2\x80\xa7\xd8\x9b\xd8\xa7",
		    "\xe2\x80\xaf\xe2\x80\xa7\xd8\x9b\xd8\xa7");
}

static void safe_text_doubles_backslashes(void **state)
{
	(void)state;
	assert_safe("\\x1b", "\\\\x1b");
	assert_safe("\\", "\\\\");
}

static void safe_text_writes_broken_utf8_as_numbers(void **state)
{
	(void)state;
	assert_safe("\xff\xfe", "\\xff\\xfe");
	assert_safe("\x80", "\\x80");
	/* Cut off within a sequence; the bytes that follow stand for themselves. */
	assert_safe("\xc3", "\\xc3");
	assert_safe("\xe2\x82", "\\xe2\\x82");
	assert_safe("\xf0\x9f\x90", "\\xf0\\x9f\\x90");
	assert_safe("\xc3" "A", "\\xc3A");
	assert_safe("\xe2\x82" "A", "\\xe2\\x82" "A");
}

/* RFC 3629, 3: sequences that are longer than needed, surrogates and what is above U+10FFFF. */
static void safe_text_writes_forbidden_utf8_as_numbers(void **state)
{
	(void)state;
	assert_safe("\xc0\xaf", "\\xc0\\xaf");
	assert_safe("\xc1\xbf", "\\xc1\\xbf");
	assert_safe("\xe0\x80\xaf", "\\xe0\\x80\\xaf");
	assert_safe("\xe0\x9f\xbf", "\\xe0\\x9f\\xbf");
	assert_safe("\xf0\x80\x80\xaf", "\\xf0\\x80\\x80\\xaf");
	assert_safe("\xed\xa0\x80", "\\xed\\xa0\\x80");
	assert_safe("\xed\xbf\xbf", "\\xed\\xbf\\xbf");
	assert_safe("\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80");
	assert_safe("\xf5\x80\x80\x80", "\\xf5\\x80\\x80\\x80");
}

static void safe_text_keeps_the_ends_of_each_range(void **state)
{
	(void)state;
	assert_safe("\xdf\xbf", "\xdf\xbf");
	assert_safe("\xe0\xa0\x80", "\xe0\xa0\x80");
	assert_safe("\xed\x9f\xbf", "\xed\x9f\xbf");
	assert_safe("\xee\x80\x80", "\xee\x80\x80");
	assert_safe("\xf0\x90\x80\x80", "\xf0\x90\x80\x80");
	assert_safe("\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf");
}

/* Reads \xNN and \\ back; NULL where it is neither. */
static char *unsafe(const char *text)
{
	char *back = calloc(1, strlen(text) + 1), *to = back;

	assert_non_null(back);
	while (*text) {
		char hex[3] = "";

		if (*text != '\\') {
			*to++ = *text++;
		} else if (text[1] == '\\') {
			*to++ = '\\';
			text += 2;
		} else {
			assert_int_equal(text[1], 'x');
			memcpy(hex, text + 2, 2);
			*to++ = (char)strtoul(hex, NULL, 16);
			text += 4;
		}
	}
	return back;
}

static void safe_text_can_be_read_back(void **state)
{
	uint64_t seed = 1;

	(void)state;
	for (int round = 0; round < 2000; round++) {
		struct aios_buf buf = { 0 };
		char text[17] = "", *back;

		for (size_t i = 0; i < 16; i++)
			text[i] = (char)kit_random(&seed);
		aios_buf_safe(&buf, text);
		back = unsafe(buf.data ? buf.data : "");
		assert_string_equal(back, text);
		for (size_t i = 0; i < buf.len; i++)
			assert_true((unsigned char)buf.data[i] >= 0x20 && buf.data[i] != 0x7f);
		free(back);
		aios_buf_done(&buf);
	}
}

static void an_array_grows_and_keeps_what_it_has(void **state)
{
	uint32_t *items = NULL;
	size_t cap = 0;

	(void)state;
	for (uint32_t i = 0; i < 1000; i++) {
		items = aios_vec_room(items, i, &cap, sizeof(*items));
		assert_non_null(items);
		assert_true(cap > i);
		items[i] = i;
	}
	for (uint32_t i = 0; i < 1000; i++)
		assert_int_equal(items[i], i);
	free(items);
}

static void an_array_with_room_stays_where_it_is(void **state)
{
	size_t cap = 0;
	char *items = aios_vec_room(NULL, 0, &cap, 1), *same;
	size_t before = cap;

	(void)state;
	assert_non_null(items);
	same = aios_vec_room(items, cap - 1, &cap, 1);
	assert_ptr_equal(same, items);
	assert_int_equal(cap, before);
	free(items);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(empty_buffer_has_no_memory_until_the_first_write),
		cmocka_unit_test(bytes_are_followed_by_a_nul_that_is_not_counted),
		cmocka_unit_test(nul_bytes_are_kept),
		cmocka_unit_test(numbers_are_those_of_printf),
		cmocka_unit_test(room_keeps_the_bytes_and_reserves_a_nul),
		cmocka_unit_test(clear_keeps_the_memory),
		cmocka_unit_test(formatted_text_of_any_length_is_whole),
		cmocka_unit_test(padding_fills_up_to_a_column),
		cmocka_unit_test(padding_behind_the_column_keeps_columns_apart),
		cmocka_unit_test(after_an_error_writes_do_nothing),
		cmocka_unit_test(safe_text_keeps_what_is_readable),
		cmocka_unit_test(safe_text_writes_control_characters_as_numbers),
		cmocka_unit_test(safe_text_writes_c1_control_characters_as_numbers),
		cmocka_unit_test(safe_text_writes_changes_of_direction_as_numbers),
		cmocka_unit_test(safe_text_doubles_backslashes),
		cmocka_unit_test(safe_text_writes_broken_utf8_as_numbers),
		cmocka_unit_test(safe_text_writes_forbidden_utf8_as_numbers),
		cmocka_unit_test(safe_text_keeps_the_ends_of_each_range),
		cmocka_unit_test(safe_text_can_be_read_back),
		cmocka_unit_test(an_array_grows_and_keeps_what_it_has),
		cmocka_unit_test(an_array_with_room_stays_where_it_is),
	};

	return cmocka_run_group_tests_name("buf", tests, NULL, NULL);
}
