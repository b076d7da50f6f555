// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_pack.c - records as differences: what comes back is what went in.
 */
#include <errno.h>

#include "kit.h"

#include "lib/pack.h"

#define MANY	2000

/* Records that change a little from one to the next, as those of a ring do, or a lot. */
static size_t make_records(uint64_t *words, size_t cnt, uint64_t seed, unsigned int wild)
{
	size_t at = 0;

	for (size_t i = 0; i < cnt; i++) {
		uint64_t random = kit_random(&seed);
		size_t len = 4 + random % 13;
		struct aios_hdr hdr = {
			.type = (uint16_t)(random >> 8 & (wild ? 0xff : 3)),
			.len = (uint16_t)(len * 8),
			.cpu = 2,
			.tgid = 1000,
			.tid = (uint32_t)(1000 + (random >> 16) % 4),
			.seq = i + (wild ? random >> 60 : 0),
			.time_ns = 1000000 + i * 731,
		};

		memcpy(words + at, &hdr, sizeof(hdr));
		for (size_t w = 4; w < len; w++)
			words[at + w] = wild ? kit_random(&seed) : w * 1000 + i % 3;
		at += len;
	}
	return at * 8;
}

static void assert_comes_back(const void *bytes, size_t len)
{
	struct aios_buf packed = { 0 }, back = { 0 };
	void *exact;

	assert_int_equal(aios_pack(&packed, bytes, len), 0);
	/* Exactly these bytes: the sanitizer sees one more being read. */
	exact = malloc(packed.len ? packed.len : 1);
	assert_non_null(exact);
	if (packed.len)
		memcpy(exact, packed.data, packed.len);
	assert_int_equal(aios_unpack(&back, exact, packed.len, len), 0);
	assert_int_equal(back.len, len);
	if (len)
		assert_memory_equal(back.data, bytes, len);
	/* The length has to be what was promised. */
	aios_buf_clear(&back);
	if (len)
		assert_int_equal(aios_unpack(&back, exact, packed.len, len - 8), -EBADMSG);
	aios_buf_clear(&back);
	assert_int_equal(aios_unpack(&back, exact, packed.len, len + 8), -EBADMSG);
	free(exact);
	aios_buf_done(&packed);
	aios_buf_done(&back);
}

static void records_come_back_as_they_were(void **state)
{
	uint64_t *words = calloc(MANY, 128);

	(void)state;
	assert_non_null(words);
	assert_comes_back(words, 0);
	for (unsigned int wild = 0; wild < 2; wild++)
		for (uint64_t seed = 1; seed < 20; seed++)
			assert_comes_back(words, make_records(words, seed * 100, seed, wild));
	free(words);
}

static void values_at_the_edges_come_back(void **state)
{
	static const uint64_t values[] = { 0, UINT64_MAX, 1ULL << 63, 1, INT64_MAX, 0x80, 0x7f };
	uint64_t words[2 * NR(values)][5] = { { 0 } };
	struct aios_hdr hdr = { .type = 7, .len = 40 };

	(void)state;
	for (size_t i = 0; i < NR(words); i++) {
		hdr.seq = values[i % NR(values)];
		hdr.time_ns = values[(i + 1) % NR(values)];
		memcpy(words[i], &hdr, sizeof(hdr));
		words[i][4] = values[(i * 3) % NR(values)];
	}
	assert_comes_back(words, sizeof(words));
}

/* What makes a file small: a request's records are mostly the same from one to the next. */
static void what_is_as_before_costs_next_to_nothing(void **state)
{
	uint64_t *words = calloc(MANY, 128);
	struct aios_hdr hdr = { .type = 11, .len = 104, .tgid = 1, .tid = 1 };
	struct aios_buf packed = { 0 };

	(void)state;
	assert_non_null(words);
	for (size_t i = 0; i < MANY; i++) {
		hdr.seq = i;
		hdr.time_ns = 5000000 + i * 5000;
		memcpy(words + i * 13, &hdr, sizeof(hdr));
	}
	assert_int_equal(aios_pack(&packed, words, MANY * 104), 0);
	/* The slot, and two bytes of time. */
	assert_true(packed.len < MANY * 3 + 100);
	aios_buf_done(&packed);
	free(words);
}

static void bytes_that_are_no_records_are_refused(void **state)
{
	static const uint16_t lengths[] = { 0, 8, 24, 33, 36, 48, 136, 65528 };
	uint64_t words[5] = { 0 };
	struct aios_buf packed = { 0 };

	(void)state;
	aios_buf_str(&packed, "before");
	for (size_t i = 0; i < NR(lengths); i++) {
		struct aios_hdr hdr = { .type = 1, .len = lengths[i] };

		memcpy(words, &hdr, sizeof(hdr));
		assert_int_equal(aios_pack(&packed, words, sizeof(words)), -EINVAL);
		assert_int_equal(packed.len, 6);
	}
	assert_int_equal(aios_pack(&packed, words, 31), -EINVAL);
	aios_buf_done(&packed);
}

/* A file may hold anything: an error or some records, and nothing read beyond the end. */
static void random_bytes_are_unpacked_or_refused(void **state)
{
	uint64_t seed = 3;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		size_t len = kit_random(&seed) % 60;
		unsigned char *bytes = malloc(len ? len : 1);
		struct aios_buf back = { 0 };
		int code;

		assert_non_null(bytes);
		for (size_t at = 0; at < len; at++)
			bytes[at] = (unsigned char)(kit_random(&seed) >> 24);
		code = aios_unpack(&back, bytes, len, 64);
		assert_true(code == 0 || code == -EBADMSG);
		assert_true(back.len <= 64);
		free(bytes);
		aios_buf_done(&back);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_come_back_as_they_were),
		cmocka_unit_test(values_at_the_edges_come_back),
		cmocka_unit_test(what_is_as_before_costs_next_to_nothing),
		cmocka_unit_test(bytes_that_are_no_records_are_refused),
		cmocka_unit_test(random_bytes_are_unpacked_or_refused),
	};

	return cmocka_run_group_tests_name("pack", tests, NULL, NULL);
}
