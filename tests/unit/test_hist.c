// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_hist.c - the histogram: exact where it says so, within its bound elsewhere.
 */
#include "kit.h"
#include "lib/hist.h"

static struct aios_hist *hist_new(void)
{
	struct aios_hist *hist = calloc(1, sizeof(*hist));

	assert_non_null(hist);
	return hist;
}

static void an_empty_histogram_says_0(void **state)
{
	struct aios_hist *hist = hist_new();

	(void)state;
	assert_int_equal(aios_hist_percentile(hist, 50), 0);
	assert_int_equal(aios_hist_percentile(hist, 100), 0);
	assert_int_equal(aios_hist_mean(hist), 0);
	free(hist);
}

static void one_value_is_every_percentile(void **state)
{
	static const uint64_t values[] = { 0, 1, 127, 128, 1000, 123456789, UINT64_MAX };

	(void)state;
	for (size_t i = 0; i < NR(values); i++) {
		struct aios_hist *hist = hist_new();

		aios_hist_add(hist, values[i]);
		assert_int_equal(hist->min, values[i]);
		assert_int_equal(hist->max, values[i]);
		assert_int_equal(aios_hist_mean(hist), values[i]);
		assert_int_equal(aios_hist_percentile(hist, 0), values[i]);
		assert_int_equal(aios_hist_percentile(hist, 50), values[i]);
		assert_int_equal(aios_hist_percentile(hist, 100), values[i]);
		free(hist);
	}
}

/* Between a smaller and a larger one, so that nothing but the bucket tells what a value was. */
static uint64_t told_of(struct aios_hist *hist, uint64_t value)
{
	memset(hist, 0, sizeof(*hist));
	aios_hist_add(hist, 0);
	aios_hist_add(hist, value);
	aios_hist_add(hist, UINT64_MAX);
	return aios_hist_percentile(hist, 50);
}

/* hist.h: at most v / 2^(BITS + 1); below 2^(BITS + 1) each value has a bucket of its own. */
static void assert_bound(struct aios_hist *hist, uint64_t value)
{
	uint64_t told = told_of(hist, value);
	uint64_t off = told > value ? told - value : value - told;

	if (value < 2ULL << AIOS_HIST_BITS ? off != 0 : off > value >> (AIOS_HIST_BITS + 1))
		fail_msg("%llu was told as %llu", (unsigned long long)value,
			 (unsigned long long)told);
}

static void small_values_are_exact_and_others_within_the_bound(void **state)
{
	struct aios_hist *hist = hist_new();
	uint64_t seed = 42;

	(void)state;
	for (uint64_t value = 0; value < 40000; value++)
		assert_bound(hist, value);
	for (int i = 0; i < 40000; i++)
		assert_bound(hist, kit_random(&seed) >> (i % 64));
	free(hist);
}

/* The edges of buckets are where an index can be wrong by one. */
static void the_bound_holds_around_every_power_of_two(void **state)
{
	struct aios_hist *hist = hist_new();

	(void)state;
	for (int bit = 1; bit < 64; bit++) {
		uint64_t power = 1ULL << bit;

		for (uint64_t off = 0; off < 70 && off < power; off++) {
			assert_bound(hist, power - 1 - off);
			assert_bound(hist, power + off);
			assert_bound(hist, (power - 1) + (power >> 1) - off);
		}
	}
	assert_bound(hist, UINT64_MAX);
	assert_bound(hist, UINT64_MAX - 1);
	free(hist);
}

static void percentiles_stay_between_the_smallest_and_the_largest(void **state)
{
	struct aios_hist *hist = hist_new();

	(void)state;
	/* Both in the bucket 1000000 to 1015807, whose middle is neither's. */
	aios_hist_add(hist, 1000001);
	aios_hist_add(hist, 1000002);
	for (int percent = 0; percent <= 100; percent++) {
		uint64_t told = aios_hist_percentile(hist, percent);

		assert_true(told == 1000001 || told == 1000002);
	}
	free(hist);
}

/* The smallest value that at least @percent of all do not exceed: the nearest-rank definition. */
static uint64_t naive_percentile(uint64_t cnt, unsigned int percent)
{
	for (uint64_t value = 1; value <= cnt; value++)
		if (value * 100 >= percent * cnt)
			return value;
	return cnt;
}

static void percentiles_are_values_that_so_many_do_not_exceed(void **state)
{
	static const unsigned int percents[] = { 1, 10, 25, 50, 75, 90, 95, 99, 100 };
	struct aios_hist *hist = hist_new();

	(void)state;
	/* 1 to cnt, each once and each exact: its rank is its value. */
	for (uint64_t cnt = 1; cnt < 128; cnt++) {
		aios_hist_add(hist, cnt);
		for (size_t i = 0; i < NR(percents); i++) {
			uint64_t told = aios_hist_percentile(hist, percents[i]);

			if (told != naive_percentile(cnt, percents[i]))
				fail_msg("p%u of 1 to %llu is %llu, not %llu", percents[i],
					 (unsigned long long)cnt,
					 (unsigned long long)naive_percentile(cnt, percents[i]),
					 (unsigned long long)told);
		}
	}
	free(hist);
}

static void percentiles_do_not_fall(void **state)
{
	struct aios_hist *hist = hist_new();
	uint64_t seed = 7, before = 0;

	(void)state;
	for (int i = 0; i < 5000; i++)
		aios_hist_add(hist, kit_random(&seed) >> (20 + i % 40));
	for (int i = 0; i <= 1000; i++) {
		uint64_t told = aios_hist_percentile(hist, i / 10.0);

		assert_true(told >= before);
		before = told;
	}
	assert_int_equal(aios_hist_percentile(hist, 100), hist->max);
	free(hist);
}

static void the_mean_is_that_of_the_values_not_of_the_buckets(void **state)
{
	struct aios_hist *hist = hist_new();

	(void)state;
	aios_hist_add(hist, 1000000);
	aios_hist_add(hist, 1000003);
	assert_int_equal(aios_hist_mean(hist), 1000001);
	assert_int_equal(hist->count, 2);
	assert_int_equal(hist->sum, 2000003);
	free(hist);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_histogram_says_0),
		cmocka_unit_test(one_value_is_every_percentile),
		cmocka_unit_test(small_values_are_exact_and_others_within_the_bound),
		cmocka_unit_test(the_bound_holds_around_every_power_of_two),
		cmocka_unit_test(percentiles_stay_between_the_smallest_and_the_largest),
		cmocka_unit_test(percentiles_are_values_that_so_many_do_not_exceed),
		cmocka_unit_test(percentiles_do_not_fall),
		cmocka_unit_test(the_mean_is_that_of_the_values_not_of_the_buckets),
	};

	return cmocka_run_group_tests_name("hist", tests, NULL, NULL);
}
