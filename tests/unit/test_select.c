// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_select.c - which requests are shown.
 */
#include <errno.h>

#include "kit.h"
#include "lib/names.h"
#include "lib/select.h"

#define BEGIN_NS	500
#define NOW_NS		1001000

static bool selected(const struct aios_select *sel, const struct kit_out *out)
{
	return aios_selected(sel, &out->req, BEGIN_NS, NOW_NS);
}

/* A read of 102 us that succeeded. */
static int setup(void **state)
{
	*state = kit_made();
	return 0;
}

static int teardown(void **state)
{
	kit_out_free(*state);
	return 0;
}

static void nothing_asked_for_selects_all(void **state)
{
	struct aios_select sel = { 0 };
	struct kit_out *out = *state;

	assert_false(aios_selects_any(&sel));
	assert_true(selected(&sel, out));
	out->req.asked = false;
	out->req.file = NULL;
	out->req.born_ns = 0;
	assert_true(selected(&sel, out));
}

static void every_operation_can_be_asked_for(void **state)
{
	(void)state;
	for (unsigned int op = 0; op < AIOS_OPS; op++) {
		struct aios_select sel = { 0 };

		assert_int_equal(aios_select_ops(&sel, aios_op_name(op), NULL), 0);
		assert_int_equal(sel.ops, 1U << aios_op_index(op));
	}
}

static void operations_are_listed_and_added_up(void **state)
{
	struct aios_select sel = { 0 };
	struct kit_out *out = *state;

	assert_int_equal(aios_select_ops(&sel, "pwrite,fsync", NULL), 0);
	assert_true(aios_selects_any(&sel));
	assert_false(selected(&sel, out));
	assert_int_equal(aios_select_ops(&sel, "pread", NULL), 0);
	assert_int_equal(sel.ops, 1U << IOCB_CMD_PREAD | 1U << IOCB_CMD_PWRITE |
				  1U << IOCB_CMD_FSYNC);
	assert_true(selected(&sel, out));
	out->req.ask.op = IOCB_CMD_FSYNC;
	assert_true(selected(&sel, out));
	out->req.ask.op = IOCB_CMD_FDSYNC;
	assert_false(selected(&sel, out));
}

static void what_nobody_was_told_of_is_unknown(void **state)
{
	struct aios_select reads = { .ops = 1U << IOCB_CMD_PREAD }, unknown = { 0 };
	struct kit_out *out = *state;

	out->req.asked = false;
	assert_int_equal(aios_select_ops(&unknown, "unknown", NULL), 0);
	assert_false(selected(&reads, out));
	assert_true(selected(&unknown, out));
	out->req.asked = true;
	out->req.ask.op = 99;
	assert_true(selected(&unknown, out));
}

static void operations_that_are_none_are_refused_with_a_list(void **state)
{
	static const char *const lists[] = {
		"", ",", "read", "pread,", ",pread", "pread,,poll", "PREAD", "preadx", "prea",
		"pread poll", "pread, poll", "pread,scribble",
	};
	struct aios_err err;

	(void)state;
	for (size_t i = 0; i < NR(lists); i++) {
		struct aios_select sel = { .ops = 64 };

		err.text[0] = '\0';
		assert_int_equal(aios_select_ops(&sel, lists[i], &err), -EINVAL);
		assert_int_equal(sel.ops, 64);
		assert_non_null(strstr(err.text, "is no operation; there are pread, pwrite, "
						 "fsync, fdsync, poll, unknown, preadv, pwritev"));
	}
	assert_non_null(strstr(err.text, "'scribble'"));
}

static void paths_meet_a_pattern(void **state)
{
	static const struct {
		const char *glob;
		bool meets;
	} cases[] = {
		{ "/srv/db", true }, { "*db", true }, { "/srv/*", true }, { "*", true },
		{ "/srv/d?", true }, { "/srv/[a-d]b", true }, { "db", false },
		{ "/srv", false }, { "/srv/*.ibd", false }, { "/SRV/*", false },
	};
	struct kit_out *out = *state;

	for (size_t i = 0; i < NR(cases); i++) {
		struct aios_select sel = { 0 };

		assert_int_equal(aios_select_path(&sel, cases[i].glob, NULL), 0);
		if (selected(&sel, out) != cases[i].meets)
			fail_msg("%s", cases[i].glob);
	}
}

static void what_has_no_path_meets_no_pattern(void **state)
{
	struct aios_select sel = { .path = "*" };
	struct kit_out *out = *state;

	free(out->file.path);
	out->file.path = NULL;
	assert_false(selected(&sel, out));
	out->req.file = NULL;
	assert_false(selected(&sel, out));
}

static void an_empty_pattern_is_refused(void **state)
{
	struct aios_select sel = { 0 };
	struct aios_err err;

	(void)state;
	assert_int_equal(aios_select_path(&sel, "", &err), -EINVAL);
	assert_null(sel.path);
	assert_string_equal(err.text, "an empty pattern meets no path");
}

static void errors_are_what_failed_or_was_refused(void **state)
{
	struct aios_select sel = { .errors = true };
	struct kit_out *out = *state;

	assert_true(aios_selects_any(&sel));
	assert_false(selected(&sel, out));
	out->req.res = 0;
	assert_false(selected(&sel, out));
	out->req.res = -EIO;
	assert_true(selected(&sel, out));
	/* What has not completed has no result yet. */
	out->req.completed_ns = 0;
	out->req.fate = AIOS_FATE_IN_FLIGHT;
	assert_false(selected(&sel, out));
	out->req.fate = AIOS_FATE_REFUSED;
	out->req.refused = -EAGAIN;
	assert_true(selected(&sel, out));
}

static void over_is_more_than(void **state)
{
	struct aios_select sel = { 0 };
	struct kit_out *out = *state;

	assert_int_equal(aios_select_over(&sel, "101999ns", NULL), 0);
	assert_true(aios_selects_any(&sel));
	assert_true(selected(&sel, out));
	assert_int_equal(aios_select_over(&sel, "102us", NULL), 0);
	assert_false(selected(&sel, out));
}

/* Born at 1000 and not completed at 1001000: a millisecond so far. */
static void what_is_in_flight_has_taken_until_now(void **state)
{
	struct aios_select less = { .over_ns = 999999 }, more = { .over_ns = 1000000 };
	struct kit_out *out = *state;

	out->req.completed_ns = 0;
	out->req.fate = AIOS_FATE_IN_FLIGHT;
	assert_true(selected(&less, out));
	assert_false(selected(&more, out));
}

/* Completed at 103000 and older than a trace that began at 500: at least 102500 ns. */
static void what_is_older_than_the_trace_took_at_least_since_then(void **state)
{
	struct aios_select less = { .over_ns = 102499 }, more = { .over_ns = 102500 };
	struct kit_out *out = *state;

	out->req.born_ns = 0;
	out->req.origin = AIOS_ORIGIN_BEFORE;
	assert_true(selected(&less, out));
	assert_false(selected(&more, out));
	out->req.origin = AIOS_ORIGIN_UNKNOWN;
	assert_false(selected(&less, out));
}

static void of_unknown_duration_nothing_is_said(void **state)
{
	struct aios_select sel = { .over_ns = 1 };
	struct kit_out *out = *state;

	out->req.completed_ns = 0;
	out->req.fate = AIOS_FATE_LOST_TRACK;
	assert_false(selected(&sel, out));
	out->req.fate = AIOS_FATE_REFUSED;
	assert_false(selected(&sel, out));
}

static void durations_that_are_none_are_refused(void **state)
{
	struct aios_select sel = { .over_ns = 5 };
	struct aios_err err;

	(void)state;
	assert_int_equal(aios_select_over(&sel, "long", &err), -EINVAL);
	assert_string_equal(err.text, "'long' is no duration");
	assert_int_equal(aios_select_over(&sel, "0ms", &err), -EINVAL);
	assert_string_equal(err.text, "a duration of 0 makes no sense here");
	assert_int_equal(sel.over_ns, 5);
}

static void all_that_is_asked_for_must_hold(void **state)
{
	struct aios_select sel = { .ops = 1U << IOCB_CMD_PREAD, .path = "/srv/*", .errors = true,
				   .over_ns = 100000 };
	struct kit_out *out = *state;

	assert_false(selected(&sel, out));
	out->req.res = -EIO;
	assert_true(selected(&sel, out));
	sel.over_ns = 200000;
	assert_false(selected(&sel, out));
	sel.over_ns = 0;
	sel.ops = 1U << IOCB_CMD_POLL;
	assert_false(selected(&sel, out));
	sel.ops = 0;
	sel.path = "/usr/*";
	assert_false(selected(&sel, out));
}

static void assert_text(const struct aios_select *sel, const char *wanted)
{
	struct aios_buf buf = { 0 };

	aios_buf_str(&buf, "=");
	aios_select_text(&buf, sel);
	assert_string_equal(buf.data + 1, wanted);
	aios_buf_done(&buf);
}

static void a_selection_is_told_as_it_was_asked_for(void **state)
{
	struct aios_select sel = { .over_ns = 1500000 };

	(void)state;
	assert_text(&(struct aios_select){ 0 }, "");
	assert_text(&sel, "--over 1.50ms");
	sel.errors = true;
	assert_text(&sel, "--errors --over 1.50ms");
	sel.path = "*\033.ibd";
	assert_text(&sel, "--path '*\\x1b.ibd' --errors --over 1.50ms");
	sel.ops = 1U << IOCB_CMD_POLL | 1U << IOCB_CMD_PREAD;
	assert_text(&sel, "--op pread,poll --path '*\\x1b.ibd' --errors --over 1.50ms");
}

#define SELECT_TEST(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		SELECT_TEST(nothing_asked_for_selects_all),
		cmocka_unit_test(every_operation_can_be_asked_for),
		SELECT_TEST(operations_are_listed_and_added_up),
		SELECT_TEST(what_nobody_was_told_of_is_unknown),
		cmocka_unit_test(operations_that_are_none_are_refused_with_a_list),
		SELECT_TEST(paths_meet_a_pattern),
		SELECT_TEST(what_has_no_path_meets_no_pattern),
		cmocka_unit_test(an_empty_pattern_is_refused),
		SELECT_TEST(errors_are_what_failed_or_was_refused),
		SELECT_TEST(over_is_more_than),
		SELECT_TEST(what_is_in_flight_has_taken_until_now),
		SELECT_TEST(what_is_older_than_the_trace_took_at_least_since_then),
		SELECT_TEST(of_unknown_duration_nothing_is_said),
		cmocka_unit_test(durations_that_are_none_are_refused),
		SELECT_TEST(all_that_is_asked_for_must_hold),
		cmocka_unit_test(a_selection_is_told_as_it_was_asked_for),
	};

	return cmocka_run_group_tests_name("select", tests, NULL, NULL);
}
