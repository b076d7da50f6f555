// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_stuck.c - which requests are in flight for too long.
 */
#include <errno.h>

#include "kit.h"
#include "lib/stuck.h"

#define LIMIT	1000

static void take(struct aios_stuck *stuck, struct aios_rec rec)
{
	assert_int_equal(aios_stuck_records(stuck, &rec, rec.h.len), 0);
}

static size_t check(struct aios_stuck *stuck, uint64_t now_ns)
{
	uint64_t oldest_ns;

	return aios_stuck_check(stuck, now_ns, &oldest_ns);
}

static void one_that_takes_too_long_is_counted_once(void **state)
{
	struct aios_stuck *stuck = aios_stuck_new(LIMIT);
	struct kit_ctx ctx = kit_ctx(0);
	struct kit_req req = kit_read(&ctx, 0);
	uint64_t oldest_ns;

	(void)state;
	take(stuck, rec_birth(100, by_t1, &req));
	take(stuck, rec_return(110, by_t1, &req, 0));
	assert_int_equal(check(stuck, 1000), 0);
	assert_int_equal(aios_stuck_check(stuck, 1200, &oldest_ns), 1);
	assert_int_equal(oldest_ns, 1100);
	assert_int_equal(check(stuck, 5000), 0);
	take(stuck, rec_complete(6000, in_softirq, &req, 4096));
	/* The next one at its address is another one. */
	take(stuck, rec_birth(7000, by_t1, &req));
	assert_int_equal(check(stuck, 9000), 1);
	aios_stuck_free(stuck);
}

static void ends_count_whatever_cpu_is_read_first(void **state)
{
	struct aios_stuck *stuck = aios_stuck_new(LIMIT);
	struct kit_ctx ctx = kit_ctx(0);
	struct kit_req req = kit_read(&ctx, 0);

	(void)state;
	take(stuck, rec_complete(200, in_softirq, &req, 4096));
	take(stuck, rec_birth(100, by_t1, &req));
	assert_int_equal(check(stuck, 5000), 0);
	/* What is over is forgotten after a while. */
	assert_int_equal(check(stuck, 5000000000), 0);
	take(stuck, rec_birth(6000000000, by_t1, &req));
	assert_int_equal(check(stuck, 6000005000), 1);
	aios_stuck_free(stuck);
}

static void refused_ones_and_polls_do_not_count(void **state)
{
	struct aios_stuck *stuck = aios_stuck_new(LIMIT);
	struct kit_ctx ctx = kit_ctx(0);
	struct kit_req req = kit_read(&ctx, 0), other = kit_read(&ctx, 1);
	struct kit_req poll = kit_poll(&ctx, 2);

	(void)state;
	take(stuck, rec_birth(100, by_t1, &req));
	take(stuck, rec_return(110, by_t1, &req, -22));
	take(stuck, rec_birth(120, by_t1, &poll));
	/* Another thread whose number falls into the same place. */
	take(stuck, rec_birth(130, by_t1, &req));
	take(stuck, rec_birth(140, (struct kit_who){ KIT_PID, 1001 + 4096, 0, 0 }, &other));
	take(stuck, rec_return(150, by_t1, &req, -22));
	assert_int_equal(check(stuck, 5000), 1);
	aios_stuck_free(stuck);
}

static void after_a_loss_nobody_knows(void **state)
{
	struct aios_stuck *stuck = aios_stuck_new(LIMIT);
	struct kit_ctx ctx = kit_ctx(0);
	struct kit_req req = kit_read(&ctx, 0);

	(void)state;
	take(stuck, rec_birth(100, by_t1, &req));
	aios_stuck_forget(stuck);
	assert_int_equal(check(stuck, 5000), 0);
	assert_int_equal(aios_stuck_records(stuck, "rubbish", 7), 0);
	aios_stuck_free(stuck);
}

/* A birth that tells of its return, too: refused, it is over; accepted, it is not. */
static void a_refusal_told_with_the_birth_counts(void **state)
{
	struct aios_stuck *stuck = aios_stuck_new(LIMIT);
	struct kit_ctx ctx = kit_ctx(0);
	struct kit_req refused = kit_read(&ctx, 0), accepted = kit_read(&ctx, 1);
	struct aios_rec rec;

	(void)state;
	rec = rec_birth(100, by_t1, &refused);
	rec.birth.return_ns = 10;
	rec.birth.return_err = -EBADF;
	take(stuck, rec);
	assert_int_equal(check(stuck, 5000), 0);
	rec = rec_birth(200, by_t1, &accepted);
	rec.birth.return_ns = 10;
	take(stuck, rec);
	assert_int_equal(check(stuck, 5000), 1);
	aios_stuck_free(stuck);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_that_takes_too_long_is_counted_once),
		cmocka_unit_test(ends_count_whatever_cpu_is_read_first),
		cmocka_unit_test(refused_ones_and_polls_do_not_count),
		cmocka_unit_test(a_refusal_told_with_the_birth_counts),
		cmocka_unit_test(after_a_loss_nobody_knows),
	};

	return cmocka_run_group_tests_name("stuck", tests, NULL, NULL);
}
