// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_units.c - durations, sizes and times of day, written and read.
 */
#include <errno.h>

#include "kit.h"
#include "lib/units.h"

struct parsed {
	const char *text;
	int err;
	uint64_t value;
};

static void check_parsed(int (*parse)(const char *, uint64_t *), const struct parsed *cases,
			 size_t cnt)
{
	for (size_t i = 0; i < cnt; i++) {
		uint64_t value = 77;
		int err = parse(cases[i].text, &value);

		if (err != cases[i].err || value != (err ? 77 : cases[i].value))
			fail_msg("\"%s\": %d, %llu", cases[i].text ? cases[i].text : "NULL", err,
				 (unsigned long long)value);
	}
}

static void durations_are_read_with_their_unit(void **state)
{
	static const struct parsed cases[] = {
		{ "0", 0, 0 },
		{ "1", 0, 1000000000 },
		{ "250ns", 0, 250 },
		{ "3us", 0, 3000 },
		{ "1.5ms", 0, 1500000 },
		{ "10s", 0, 10000000000 },
		{ "2m", 0, 120000000000 },
		{ "1h", 0, 3600000000000 },
		{ "0.5", 0, 500000000 },
		{ "0.001us", 0, 1 },
	};

	(void)state;
	check_parsed(aios_parse_duration, cases, NR(cases));
}

static void what_is_no_duration_is_refused_and_sets_nothing(void **state)
{
	static const struct parsed cases[] = {
		{ NULL, -EINVAL, 0 },
		{ "", -EINVAL, 0 },
		{ "s", -EINVAL, 0 },
		{ "ms", -EINVAL, 0 },
		{ "-1s", -EINVAL, 0 },
		{ "+1s", -EINVAL, 0 },
		{ " 1s", -EINVAL, 0 },
		{ "1 s", -EINVAL, 0 },
		{ "1s ", -EINVAL, 0 },
		{ "1sec", -EINVAL, 0 },
		{ "1S", -EINVAL, 0 },
		{ "1e9", -EINVAL, 0 },
		{ "0x10", -EINVAL, 0 },
		{ "1.2.3s", -EINVAL, 0 },
		{ "1,5s", -EINVAL, 0 },
		{ ".5s", -EINVAL, 0 },
		{ "inf", -EINVAL, 0 },
		{ "nan", -EINVAL, 0 },
	};

	(void)state;
	check_parsed(aios_parse_duration, cases, NR(cases));
}

static void durations_that_do_not_fit_are_refused(void **state)
{
	static const struct parsed cases[] = {
		{ "99999999999", -ERANGE, 0 },
		{ "99999999999999999999999ns", -ERANGE, 0 },
		{ "9999999h", -ERANGE, 0 },
	};

	(void)state;
	check_parsed(aios_parse_duration, cases, NR(cases));
}

static void sizes_are_read_in_powers_of_1024(void **state)
{
	static const struct parsed cases[] = {
		{ "0", 0, 0 },
		{ "4096", 0, 4096 },
		{ "64k", 0, 65536 },
		{ "64K", 0, 65536 },
		{ "8M", 0, 8 << 20 },
		{ "8m", 0, 8 << 20 },
		{ "1G", 0, 1ULL << 30 },
		{ "1g", 0, 1ULL << 30 },
		{ "1.5k", 0, 1536 },
		{ "8MB", -EINVAL, 0 },
		{ "8 M", -EINVAL, 0 },
		{ "-8M", -EINVAL, 0 },
		{ "M", -EINVAL, 0 },
		{ "99999999999G", -ERANGE, 0 },
	};

	(void)state;
	check_parsed(aios_parse_size, cases, NR(cases));
}

static void assert_text(void (*fmt)(struct aios_buf *, uint64_t), uint64_t value,
			const char *wanted)
{
	struct aios_buf buf = { 0 };

	fmt(&buf, value);
	assert_string_equal(buf.data, wanted);
	aios_buf_done(&buf);
}

static void durations_have_three_digits_in_the_unit_that_reads_best(void **state)
{
	(void)state;
	assert_text(aios_fmt_duration, 0, "0");
	assert_text(aios_fmt_duration, 1, "1ns");
	assert_text(aios_fmt_duration, 999, "999ns");
	assert_text(aios_fmt_duration, 1000, "1.00us");
	assert_text(aios_fmt_duration, 1234, "1.23us");
	assert_text(aios_fmt_duration, 12345, "12.3us");
	assert_text(aios_fmt_duration, 123456, "123us");
	assert_text(aios_fmt_duration, 1500000, "1.50ms");
	assert_text(aios_fmt_duration, 1500000000, "1.50s");
	assert_text(aios_fmt_duration, 90000000000, "90.0s");
	assert_text(aios_fmt_duration, 600000000000, "10m00s");
	assert_text(aios_fmt_duration, 3723000000000, "62m03s");
}

/* Rounding must not print four digits, nor "1000us". */
static void durations_round_into_the_next_digit_and_unit(void **state)
{
	(void)state;
	assert_text(aios_fmt_duration, 9994, "9.99us");
	assert_text(aios_fmt_duration, 9996, "10.0us");
	assert_text(aios_fmt_duration, 99940, "99.9us");
	assert_text(aios_fmt_duration, 99960, "100us");
	assert_text(aios_fmt_duration, 999499, "999us");
	assert_text(aios_fmt_duration, 999500, "1.00ms");
	assert_text(aios_fmt_duration, 999499999, "999ms");
	assert_text(aios_fmt_duration, 999500000, "1.00s");
}

static void any_duration_can_be_written(void **state)
{
	struct aios_buf buf = { 0 };

	(void)state;
	aios_fmt_duration(&buf, UINT64_MAX);
	/* 2^64 - 1 ns = 307445734 min 33.7 s */
	assert_string_equal(buf.data, "307445734m33s");
	aios_buf_done(&buf);
}

static void sizes_stay_exact_where_they_are_whole(void **state)
{
	(void)state;
	assert_text(aios_fmt_size, 0, "0");
	assert_text(aios_fmt_size, 1, "1");
	assert_text(aios_fmt_size, 1023, "1023");
	assert_text(aios_fmt_size, 1024, "1K");
	assert_text(aios_fmt_size, 4096, "4K");
	assert_text(aios_fmt_size, 6291456, "6M");
	assert_text(aios_fmt_size, 1ULL << 40, "1T");
	assert_text(aios_fmt_size, 1536, "1.50K");
	assert_text(aios_fmt_size, 10240 + 512, "10.5K");
	assert_text(aios_fmt_size, (100 << 10) + 1, "100K");
}

static void exact_sizes_lose_nothing(void **state)
{
	(void)state;
	assert_text(aios_fmt_exact, 0, "0");
	assert_text(aios_fmt_exact, 1000, "1000");
	assert_text(aios_fmt_exact, 4096, "4K");
	assert_text(aios_fmt_exact, 4097, "4097");
	assert_text(aios_fmt_exact, 1310720, "1280K");
	assert_text(aios_fmt_exact, 131072, "128K");
	assert_text(aios_fmt_exact, 3ULL << 30, "3G");
	assert_text(aios_fmt_exact, UINT64_MAX, "18446744073709551615");
	assert_text(aios_fmt_exact, 1ULL << 63, "8388608T");
}

static void assert_clock(uint64_t wall_ns, int32_t offset_s, const char *wanted)
{
	struct aios_buf buf = { 0 };

	aios_fmt_clock(&buf, wall_ns, offset_s);
	assert_string_equal(buf.data, wanted);
	aios_buf_done(&buf);
}

static void times_of_day_have_microseconds(void **state)
{
	(void)state;
	assert_clock(0, 0, "00:00:00.000000");
	assert_clock(1999, 0, "00:00:00.000001");
	assert_clock(86399999999999, 0, "23:59:59.999999");
	assert_clock(86400000000000, 0, "00:00:00.000000");
	/* date -u -d @1700000000 +%T */
	assert_clock(1700000000123456789, 0, "22:13:20.123456");
}

static void times_of_day_are_shown_in_their_zone(void **state)
{
	(void)state;
	assert_clock(1700000000123456789, 3600, "23:13:20.123456");
	assert_clock(1700000000123456789, 2 * 3600, "00:13:20.123456");
	assert_clock(1700000000123456789, -5 * 3600, "17:13:20.123456");
	assert_clock(1700000000123456789, 5 * 3600 + 1800, "03:43:20.123456");
}

/* A trace without its information has a clock that begins with the machine. */
static void times_west_of_1970_are_still_times_of_day(void **state)
{
	(void)state;
	assert_clock(0, -3600, "23:00:00.000000");
	assert_clock(60000000000, -3600, "23:01:00.000000");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(durations_are_read_with_their_unit),
		cmocka_unit_test(what_is_no_duration_is_refused_and_sets_nothing),
		cmocka_unit_test(durations_that_do_not_fit_are_refused),
		cmocka_unit_test(sizes_are_read_in_powers_of_1024),
		cmocka_unit_test(durations_have_three_digits_in_the_unit_that_reads_best),
		cmocka_unit_test(durations_round_into_the_next_digit_and_unit),
		cmocka_unit_test(any_duration_can_be_written),
		cmocka_unit_test(sizes_stay_exact_where_they_are_whole),
		cmocka_unit_test(exact_sizes_lose_nothing),
		cmocka_unit_test(times_of_day_have_microseconds),
		cmocka_unit_test(times_of_day_are_shown_in_their_zone),
		cmocka_unit_test(times_west_of_1970_are_still_times_of_day),
	};

	return cmocka_run_group_tests_name("units", tests, NULL, NULL);
}
