// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_json.c - the little that all JSON outputs share.
 */
#include <errno.h>

#include "kit.h"
#include "lib/json.h"

static void assert_json_text(const char *text, const char *wanted)
{
	json_t *json = aios_json_text(text);

	assert_non_null(json);
	assert_true(json_is_string(json));
	assert_string_equal(json_string_value(json), wanted);
	json_decref(json);
}

static void text_is_a_string(void **state)
{
	(void)state;
	assert_json_text("", "");
	assert_json_text("/srv/db", "/srv/db");
	assert_json_text("a\"b\\c\n", "a\"b\\c\n");
	assert_json_text("gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f");
}

static void no_text_is_null(void **state)
{
	json_t *json = aios_json_text(NULL);

	(void)state;
	assert_true(json_is_null(json));
	json_decref(json);
}

static void bytes_that_are_not_utf8_are_escaped(void **state)
{
	(void)state;
	assert_json_text("\xff", "\\xff");
	assert_json_text("a\xc3", "a\\xc3");
}

/* json_string() refuses these as well: the whole line would be lost with them. */
static void sequences_that_utf8_forbids_are_escaped(void **state)
{
	(void)state;
	assert_json_text("\xed\xa0\x80", "\\xed\\xa0\\x80");
	assert_json_text("\xe0\x80\xaf", "\\xe0\\x80\\xaf");
	assert_json_text("\xf0\x80\x80\xaf", "\\xf0\\x80\\x80\\xaf");
	assert_json_text("\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80");
}

static void any_bytes_become_a_string(void **state)
{
	uint64_t seed = 9;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		uint64_t random = kit_random(&seed);
		char text[9] = "";
		json_t *json;

		memcpy(text, &random, 8);
		json = aios_json_text(text);
		if (!json)
			fail_msg("no string of 0x%016llx", (unsigned long long)random);
		json_decref(json);
	}
}

static void assert_added(const char *text)
{
	json_t *array = json_pack("[o]", aios_json_text(text));
	struct aios_buf want = { 0 }, got = { 0 };

	assert_int_equal(aios_json_line(array, &want), 0);
	aios_buf_str(&got, "[");
	assert_int_equal(aios_json_add_text(&got, text), 0);
	aios_buf_str(&got, "]\n");
	assert_string_equal(got.data, want.data);
	aios_buf_done(&want);
	aios_buf_done(&got);
}

/* Each byte among harmless ones, so that none is taken for harmless that is not. */
static void text_is_added_as_the_library_writes_it(void **state)
{
	(void)state;
	assert_added(NULL);
	assert_added("");
	assert_added("/srv/gr\xc3\xbc\xc3\x9f \\ \"x\"");
	for (int byte = 1; byte < 256; byte++) {
		char text[] = "a b";

		text[1] = (char)byte;
		assert_added(text);
	}
}

static void counts_are_numbers(void **state)
{
	static const uint64_t counts[] = { 0, 1, 1ULL << 53, INT64_MAX };

	(void)state;
	for (size_t i = 0; i < NR(counts); i++) {
		json_t *json = aios_json_count(counts[i]);

		assert_true(json_is_integer(json));
		assert_true((uint64_t)json_integer_value(json) == counts[i]);
		json_decref(json);
	}
}

static void a_value_is_written_in_one_line(void **state)
{
	struct aios_buf buf = { 0 };

	(void)state;
	aios_buf_str(&buf, "1\n");
	assert_int_equal(aios_json_line(json_pack("{s:s, s:[i, n]}", "a", "x\ny", "b", 1), &buf),
			 0);
	assert_string_equal(buf.data, "1\n{\"a\":\"x\\ny\",\"b\":[1,null]}\n");
	aios_buf_done(&buf);
}

static void no_value_is_an_error_and_writes_nothing(void **state)
{
	struct aios_buf buf = { 0 };

	(void)state;
	assert_int_equal(aios_json_line(NULL, &buf), -ENOMEM);
	assert_int_equal(buf.len, 0);
	aios_buf_done(&buf);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_a_string),
		cmocka_unit_test(no_text_is_null),
		cmocka_unit_test(bytes_that_are_not_utf8_are_escaped),
		cmocka_unit_test(sequences_that_utf8_forbids_are_escaped),
		cmocka_unit_test(any_bytes_become_a_string),
		cmocka_unit_test(text_is_added_as_the_library_writes_it),
		cmocka_unit_test(counts_are_numbers),
		cmocka_unit_test(a_value_is_written_in_one_line),
		cmocka_unit_test(no_value_is_an_error_and_writes_nothing),
	};

	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
