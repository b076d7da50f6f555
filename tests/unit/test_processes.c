// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_processes.c - families of processes, by their numbers in two pid namespaces.
 */
#include "kit.h"

#include "io/processes.c"

/* Seen from a namespace whose first process is 500: shell 2 with children 3 and 4, and 5 of 4. */
static const struct aios_listed some[] = {
	{ 505, 5, 504 }, { 500, 1, 400 }, { 502, 2, 500 }, { 503, 3, 502 }, { 504, 4, 502 },
	{ 506, 6, 500 },
};

static int setup(void **state)
{
	struct aios_processes *all = calloc(1, sizeof(*all));

	for (size_t i = 0; i < NR(some); i++)
		assert_int_equal(aios_processes_add(all, &some[i]), 0);
	*state = all;
	return 0;
}

static int teardown(void **state)
{
	struct aios_processes *all = *state;

	aios_processes_done(all);
	assert_null(all->list);
	free(all);
	return 0;
}

/* The sum of the numbers that were handed out: enough to tell these families apart. */
static int add_up(void *arg, uint32_t tgid)
{
	*(unsigned int *)arg += tgid;
	return 0;
}

static int stop(void *arg, uint32_t tgid)
{
	(void)arg;
	(void)tgid;
	return -EINTR;
}

static void assert_family(struct aios_processes *all, pid_t pid, unsigned int wanted)
{
	unsigned int sum = 0;

	assert_int_equal(aios_processes_family(all, pid, add_up, &sum), 0);
	assert_int_equal(sum, wanted);
}

static void a_family_is_told_by_the_numbers_of_records(void **state)
{
	assert_family(*state, 5, 505);
	assert_family(*state, 4, 504 + 505);
	assert_family(*state, 2, 502 + 503 + 504 + 505);
	assert_family(*state, 1, 500 + 502 + 503 + 504 + 505 + 506);
}

static void who_is_not_there_has_no_family(void **state)
{
	unsigned int sum = 0;

	/* 502 is a process, but nobody here calls it that. */
	assert_int_equal(aios_processes_family(*state, 502, add_up, &sum), -ESRCH);
	assert_int_equal(aios_processes_family(*state, 7, add_up, &sum), -ESRCH);
	assert_int_equal(sum, 0);
}

static void an_empty_list_has_no_families(void **state)
{
	struct aios_processes none = { 0 };
	unsigned int sum = 0;

	(void)state;
	assert_int_equal(aios_processes_family(&none, 1, add_up, &sum), -ESRCH);
}

static void what_the_caller_says_ends_it(void **state)
{
	assert_int_equal(aios_processes_family(*state, 2, stop, NULL), -EINTR);
}

#define LIST_TEST(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		LIST_TEST(a_family_is_told_by_the_numbers_of_records),
		LIST_TEST(who_is_not_there_has_no_family),
		cmocka_unit_test(an_empty_list_has_no_families),
		LIST_TEST(what_the_caller_says_ends_it),
	};

	return cmocka_run_group_tests_name("processes", tests, NULL, NULL);
}
