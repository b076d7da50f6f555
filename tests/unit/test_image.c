// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_image.c - what is mapped where in programs, and how that gets into a file and back.
 */
#include "kit.h"
#include "lib/symbols.h"

static const struct aios_image first = { .tgid = 7, .from = 0x1000, .to = 0x3000, .offset = 0x200,
					 .path = (char *)"/usr/bin/db",
					 .build_id = (char *)"0123abcd" };
static const struct aios_image libc = { .tgid = 7, .from = 0x8000, .to = 0x9000,
					.path = (char *)"/lib/\xff\nlibc.so" };

static void the_newest_one_at_an_address_counts(void **state)
{
	struct aios_image later = first;
	struct aios_images images = { 0 };

	(void)state;
	later.path = (char *)"/usr/bin/other";
	assert_int_equal(aios_images_add(&images, &first), 0);
	assert_int_equal(aios_images_add(&images, &libc), 0);
	assert_string_equal(aios_images_find(&images, 7, 0x1000)->path, first.path);
	assert_string_equal(aios_images_find(&images, 7, 0x2fff)->build_id, "0123abcd");
	assert_null(aios_images_find(&images, 7, 0x3000));
	assert_null(aios_images_find(&images, 7, 0xfff));
	assert_null(aios_images_find(&images, 8, 0x1000));
	assert_int_equal(aios_images_add(&images, &later), 0);
	assert_string_equal(aios_images_find(&images, 7, 0x1000)->path, later.path);
	aios_images_done(&images);
	assert_null(aios_images_find(&images, 7, 0x1000));
}

static void they_come_back_with_the_symbols(void **state)
{
	struct aios_symbols from = { 0 }, to = { 0 };
	const struct aios_image *image;
	struct aios_buf json = { 0 };

	(void)state;
	assert_false(aios_symbols_any(&from));
	assert_int_equal(aios_images_add(&from.images, &first), 0);
	assert_int_equal(aios_images_add(&from.images, &libc), 0);
	assert_true(aios_symbols_any(&from));
	assert_int_equal(aios_symbols_add(&from, 0xffffffff81000000ULL, "schedule+0x1"), 0);
	assert_int_equal(aios_symbols_write(&from, &json), 0);
	assert_int_equal(aios_symbols_read(&to, json.data, json.len), 0);
	assert_string_equal(aios_symbols_name(&to, 0xffffffff81000000ULL), "schedule+0x1");
	image = aios_images_find(&to.images, 7, 0x1001);
	assert_int_equal(image->offset, 0x200);
	assert_string_equal(image->path, first.path);
	assert_string_equal(image->build_id, first.build_id);
	/* What is hostile is made harmless on its way into the file. */
	image = aios_images_find(&to.images, 7, 0x8000);
	assert_null(strchr(image->path, '\n'));
	assert_null(image->build_id);
	aios_buf_done(&json);
	aios_symbols_done(&from);
	aios_symbols_done(&to);
}

static void what_makes_no_sense_is_left_out(void **state)
{
	static const char *const bad[] = {
		"{\"images\":7}", "{\"images\":[7,null,[]]}", "{\"images\":{\"pid\":1}}",
		"{\"images\":[{\"pid\":1,\"path\":\"/x\"}]}",
		"{\"images\":[{\"pid\":1,\"from\":\"0x1\",\"to\":\"0xz\",\"offset\":\"0x0\","
		"\"path\":\"/x\"}]}",
		"{\"images\":[{\"pid\":1,\"from\":\"1\",\"to\":\"0x2\",\"offset\":\"0x0\","
		"\"path\":\"/x\"}]}",
		"{\"images\":[{\"pid\":1,\"from\":\"0x1\",\"to\":\"0x2\",\"offset\":\"0x0\","
		"\"path\":3}]}",
	};

	(void)state;
	for (size_t i = 0; i < NR(bad); i++) {
		struct aios_symbols symbols = { 0 };

		assert_int_equal(aios_symbols_read(&symbols, bad[i], strlen(bad[i])), 0);
		assert_int_equal(symbols.images.cnt, 0);
		aios_symbols_done(&symbols);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_newest_one_at_an_address_counts),
		cmocka_unit_test(they_come_back_with_the_symbols),
		cmocka_unit_test(what_makes_no_sense_is_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
