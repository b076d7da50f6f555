// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_column.c - what can be told of a request, and what must not be told.
 */
#include <errno.h>

#include "kit.h"
#include "lib/column.h"
#include "lib/json.h"

static struct aios_value column_of(const struct aios_request *req, const char *name)
{
	size_t cnt;
	const struct aios_column *columns = aios_columns(&cnt);

	for (size_t i = 0; i < cnt; i++)
		if (!strcmp(columns[i].name, name))
			return columns[i].get(req);
	fail_msg("there is no column %s", name);
	return (struct aios_value){ .kind = AIOS_VALUE_NULL };
}

static void assert_column_int(const struct aios_request *req, const char *name, int64_t wanted)
{
	struct aios_value value = column_of(req, name);

	if (value.kind != AIOS_VALUE_INT || value.number != wanted)
		fail_msg("%s: kind %d, %lld", name, value.kind, (long long)value.number);
}

static void assert_column_text(const struct aios_request *req, const char *name, const char *wanted)
{
	struct aios_value value = column_of(req, name);

	assert_int_equal(value.kind, AIOS_VALUE_TEXT);
	assert_string_equal(value.text, wanted);
}

static void assert_column_null(const struct aios_request *req, const char *name)
{
	if (column_of(req, name).kind != AIOS_VALUE_NULL)
		fail_msg("%s is told", name);
}

/* DESIGN.md, 5: what scripts may rely on from the first version. */
static void the_promised_columns_are_there(void **state)
{
	static const char *const names[] = {
		"kiocb", "pid", "comm", "context", "op", "fd", "path", "offset", "length", "data",
		"result", "refs", "poll_order", "tainted",
	};
	struct kit_out *out = kit_made();

	(void)state;
	for (size_t i = 0; i < NR(names); i++)
		column_of(&out->req, names[i]);
	kit_out_free(out);
}

static void processes_have_their_own_number_and_user_once_they_are_told(void **state)
{
	struct kit_out *out = kit_made();

	(void)state;
	out->process.ns_tgid = 7;
	out->process.uid = 4711;
	assert_column_int(&out->req, "pid", KIT_PID);
	assert_column_int(&out->req, "ns_pid", 7);
	assert_column_int(&out->req, "uid", 4711);
	out->process.known = false;
	assert_column_int(&out->req, "pid", KIT_PID);
	assert_column_null(&out->req, "ns_pid");
	assert_column_null(&out->req, "uid");
	out->req.process = NULL;
	assert_column_null(&out->req, "pid");
	assert_column_null(&out->req, "ns_pid");
	kit_out_free(out);
}

static void column_names_differ_and_have_a_sentence(void **state)
{
	size_t cnt;
	const struct aios_column *columns = aios_columns(&cnt);

	(void)state;
	for (size_t i = 0; i < cnt; i++) {
		assert_true(strlen(columns[i].doc) > 3);
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(columns[i].name, columns[j].name);
	}
}

static void kernel_addresses_are_marked(void **state)
{
	size_t cnt;
	const struct aios_column *columns = aios_columns(&cnt);
	struct kit_out *out = kit_made();

	(void)state;
	for (size_t i = 0; i < cnt; i++) {
		struct aios_value value = columns[i].get(&out->req);

		/* The upper half of the address space is the kernel's. */
		if (value.kind == AIOS_VALUE_HEX && value.hex >> 63)
			assert_true(columns[i].address);
	}
	kit_out_free(out);
}

static void a_reaped_read_is_told_in_full(void **state)
{
	struct kit_out *out = kit_made();
	const struct aios_request *req = &out->req;

	(void)state;
	assert_column_int(req, "kiocb", 7);
	assert_column_int(req, "pid", KIT_PID);
	assert_column_int(req, "tid", 1001);
	assert_column_text(req, "comm", "fio");
	assert_true(column_of(req, "context").hex == out->ctx.user_id);
	assert_column_int(req, "context_nr", 1);
	assert_column_text(req, "op", "pread");
	assert_column_int(req, "fd", 5);
	assert_column_text(req, "path", "/srv/db");
	assert_column_int(req, "offset", 131072);
	assert_column_int(req, "length", 4096);
	assert_column_null(req, "segments");
	assert_column_null(req, "events");
	assert_true(column_of(req, "data").hex == 0xd001);
	assert_column_null(req, "resfd");
	assert_column_int(req, "rw_flags", 0);
	assert_column_text(req, "state", "reaped");
	assert_column_text(req, "origin", "birth");
	assert_column_int(req, "result", 4096);
	assert_column_null(req, "error");
	assert_column_text(req, "completed_by", "rw-completion");
	assert_column_text(req, "completed_in", "softirq");
	assert_column_int(req, "completed_cpu", 1);
	assert_column_int(req, "slot", 3);
	assert_column_text(req, "reaped_by", "kernel");
	assert_column_int(req, "refs", 0);
	assert_column_null(req, "poll_order");
	assert_column_null(req, "poll_woken");
	assert_column_null(req, "poll_wakes");
	kit_out_free(out);
}

static void stages_are_the_times_between(void **state)
{
	struct kit_out *out = kit_made();

	(void)state;
	assert_column_int(&out->req, "submit_ns", 2000);
	assert_column_int(&out->req, "in_flight_ns", 100000);
	assert_column_int(&out->req, "unread_ns", 100000);
	assert_column_int(&out->req, "latency_ns", 102000);
	kit_out_free(out);
}

/* Completed while it was being submitted: it was never in flight by itself. */
static void a_completion_before_the_return_was_0_in_flight(void **state)
{
	struct kit_out *out = kit_made();

	(void)state;
	out->req.completed_ns = 2500;
	assert_column_int(&out->req, "in_flight_ns", 0);
	assert_column_int(&out->req, "latency_ns", 1500);
	kit_out_free(out);
}

static void a_stage_is_known_where_both_its_ends_are(void **state)
{
	struct kit_out *out = kit_made();
	uint64_t ns = 4711;

	(void)state;
	out->req.born_ns = 0;
	out->req.reaped_ns = 0;
	assert_column_null(&out->req, "submit_ns");
	assert_column_null(&out->req, "latency_ns");
	assert_column_null(&out->req, "unread_ns");
	assert_column_int(&out->req, "in_flight_ns", 100000);
	/* column.h: 0 and false. */
	assert_false(aios_latency_ns(&out->req, &ns));
	assert_int_equal(ns, 0);
	kit_out_free(out);
}

static void what_is_in_flight_has_no_result(void **state)
{
	struct kit_out *out = kit_made();

	(void)state;
	out->req.completed_ns = out->req.reaped_ns = out->req.done_ns = 0;
	out->req.fate = AIOS_FATE_IN_FLIGHT;
	out->req.reaper = AIOS_REAPER_NOBODY;
	out->req.slot = out->req.refs = AIOS_UNKNOWN32;
	assert_column_null(&out->req, "result");
	assert_column_null(&out->req, "error");
	assert_column_null(&out->req, "completed_by");
	assert_column_null(&out->req, "completed_in");
	assert_column_null(&out->req, "completed_cpu");
	assert_column_null(&out->req, "slot");
	assert_column_null(&out->req, "slot_inferred");
	assert_column_null(&out->req, "reaped_by");
	assert_column_null(&out->req, "reap_inferred");
	assert_column_null(&out->req, "refs");
	kit_out_free(out);
}

static void a_request_whose_iocb_is_not_known_tells_nothing_of_it(void **state)
{
	static const char *const names[] = { "op", "fd", "offset", "length", "segments", "events",
					     "resfd", "rw_flags", "poll_wakes", "poll_works" };
	struct kit_out *out = kit_made();

	(void)state;
	out->req.asked = false;
	out->req.file = NULL;
	for (size_t i = 0; i < NR(names); i++)
		assert_column_null(&out->req, names[i]);
	assert_column_null(&out->req, "path");
	/* The completion carries the data. */
	assert_true(column_of(&out->req, "data").hex == 0xd001);
	kit_out_free(out);
}

/* A pending poll is found by its kiocb, which does not have the descriptor. */
static void a_request_that_is_older_than_the_trace_has_no_descriptor(void **state)
{
	struct kit_out *out = kit_made();

	(void)state;
	out->req.origin = AIOS_ORIGIN_BEFORE;
	assert_column_null(&out->req, "fd");
	kit_out_free(out);
}

static void lengths_that_were_not_summed_up_are_not_told(void **state)
{
	struct kit_out *out = kit_made();

	(void)state;
	out->req.ask.op = IOCB_CMD_PREADV;
	out->req.ask.vecs = 20;
	out->req.ask.length = AIOS_UNKNOWN64;
	assert_column_null(&out->req, "length");
	assert_column_int(&out->req, "segments", 20);
	kit_out_free(out);
}

static void ranges_have_a_meaning_for_reads_and_writes_only(void **state)
{
	static const unsigned int ops[] = { IOCB_CMD_FSYNC, IOCB_CMD_FDSYNC, IOCB_CMD_POLL };
	struct kit_out *out = kit_made();

	(void)state;
	for (size_t i = 0; i < NR(ops); i++) {
		out->req.ask.op = (uint16_t)ops[i];
		assert_column_null(&out->req, "offset");
		assert_column_null(&out->req, "length");
		assert_column_null(&out->req, "rw_flags");
	}
	kit_out_free(out);
}

static void errors_are_told_by_their_symbol(void **state)
{
	struct kit_out *out = kit_made();
	struct aios_value value;

	(void)state;
	out->req.res = -EIO;
	value = column_of(&out->req, "error");
	assert_int_equal(value.kind, AIOS_VALUE_ERRNO);
	assert_true(value.number == -EIO);
	out->req.res = 0;
	out->req.completed_ns = 0;
	out->req.fate = AIOS_FATE_REFUSED;
	out->req.refused = -EBADF;
	value = column_of(&out->req, "error");
	assert_true(value.kind == AIOS_VALUE_ERRNO && value.number == -EBADF);
	assert_column_null(&out->req, "result");
	kit_out_free(out);
}

static void the_eventfd_is_told_where_there_is_one(void **state)
{
	struct kit_out *out = kit_made();

	(void)state;
	out->req.ask.resfd = 0;
	assert_column_null(&out->req, "resfd");
	out->req.ask.iocb_flags = AIOS_IOCB_RESFD;
	assert_column_int(&out->req, "resfd", 0);
	kit_out_free(out);
}

static void the_owner_of_the_context_stands_in_for_a_name(void **state)
{
	struct kit_out *out = kit_made();

	(void)state;
	out->process.comm[0] = '\0';
	assert_column_text(&out->req, "comm", "fio");
	out->req.process = NULL;
	assert_column_null(&out->req, "pid");
	assert_column_text(&out->req, "comm", "fio");
	out->ctx.comm[0] = '\0';
	assert_column_null(&out->req, "comm");
	kit_out_free(out);
}

static void where_a_request_completed_is_not_guessed(void **state)
{
	(void)state;
	assert_string_equal(aios_where_name(aios_where(0)), "task");
	assert_string_equal(aios_where_name(aios_where(AIOS_F_KPROBE)), "task");
	assert_string_equal(aios_where_name(aios_where(AIOS_F_SOFTIRQ)), "softirq");
	assert_string_equal(aios_where_name(aios_where(AIOS_F_HARDIRQ)), "hardirq");
	assert_string_equal(aios_where_name(aios_where(AIOS_F_NOIRQ)), "unknown");
	assert_string_equal(aios_where_name(aios_where(AIOS_F_NOIRQ | AIOS_F_KPROBE)), "unknown");
}

static void assert_value(struct aios_value value, const char *json_wanted, const char *csv_wanted)
{
	struct aios_buf json = { 0 }, csv = { 0 };

	assert_int_equal(aios_value_json(&value, &json), 0);
	aios_value_csv(&value, &csv);
	assert_string_equal(json.data, json_wanted);
	assert_string_equal(csv.data ? csv.data : "", csv_wanted);
	aios_buf_done(&json);
	aios_buf_done(&csv);
}

#define VALUE(k, ...)	((struct aios_value){ .kind = AIOS_VALUE_##k, __VA_ARGS__ })

static void values_are_written_by_their_kind(void **state)
{
	(void)state;
	assert_value(VALUE(NULL, .number = 0), "null", "");
	assert_value(VALUE(BOOL, .yes = true), "true", "true");
	assert_value(VALUE(BOOL, .yes = false), "false", "false");
	assert_value(VALUE(INT, .number = -5), "-5", "-5");
	assert_value(VALUE(INT, .number = INT64_MAX), "9223372036854775807",
		     "9223372036854775807");
	assert_value(VALUE(HEX, .hex = UINT64_MAX), "\"0xffffffffffffffff\"",
		     "0xffffffffffffffff");
	assert_value(VALUE(HEX, .hex = 0), "\"0x0\"", "0x0");
	assert_value(VALUE(TEXT, .text = "a b"), "\"a b\"", "a b");
	assert_value(VALUE(TEXT, .text = ""), "\"\"", "");
	assert_value(VALUE(ERRNO, .number = -EIO), "\"EIO\"", "EIO");
	assert_value(VALUE(ERRNO, .number = -4000), "-4000", "-4000");
}

/* RFC 4180, 2: fields with commas or quotes are quoted, quotes doubled. */
static void csv_fields_are_quoted_where_they_must_be(void **state)
{
	(void)state;
	assert_value(VALUE(TEXT, .text = "a,b"), "\"a,b\"", "\"a,b\"");
	assert_value(VALUE(TEXT, .text = "a\"b"), "\"a\\\"b\"", "\"a\"\"b\"");
	assert_value(VALUE(TEXT, .text = "\""), "\"\\\"\"", "\"\"\"\"");
	assert_value(VALUE(TEXT, .text = "a\nb"), "\"a\\nb\"", "a\\x0ab");
	assert_value(VALUE(TEXT, .text = "\x1b,"), "\"\\u001B,\"", "\"\\x1b,\"");
}

static void names_that_utf8_forbids_are_values_all_the_same(void **state)
{
	(void)state;
	assert_value(VALUE(TEXT, .text = "a\xff"), "\"a\\\\xff\"", "a\\xff");
	assert_value(VALUE(TEXT, .text = "a\xed\xa0\x80"), "\"a\\\\xed\\\\xa0\\\\x80\"",
		     "a\\xed\\xa0\\x80");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_promised_columns_are_there),
		cmocka_unit_test(processes_have_their_own_number_and_user_once_they_are_told),
		cmocka_unit_test(column_names_differ_and_have_a_sentence),
		cmocka_unit_test(kernel_addresses_are_marked),
		cmocka_unit_test(a_reaped_read_is_told_in_full),
		cmocka_unit_test(stages_are_the_times_between),
		cmocka_unit_test(a_completion_before_the_return_was_0_in_flight),
		cmocka_unit_test(a_stage_is_known_where_both_its_ends_are),
		cmocka_unit_test(what_is_in_flight_has_no_result),
		cmocka_unit_test(a_request_whose_iocb_is_not_known_tells_nothing_of_it),
		cmocka_unit_test(a_request_that_is_older_than_the_trace_has_no_descriptor),
		cmocka_unit_test(lengths_that_were_not_summed_up_are_not_told),
		cmocka_unit_test(ranges_have_a_meaning_for_reads_and_writes_only),
		cmocka_unit_test(errors_are_told_by_their_symbol),
		cmocka_unit_test(the_eventfd_is_told_where_there_is_one),
		cmocka_unit_test(the_owner_of_the_context_stands_in_for_a_name),
		cmocka_unit_test(where_a_request_completed_is_not_guessed),
		cmocka_unit_test(values_are_written_by_their_kind),
		cmocka_unit_test(csv_fields_are_quoted_where_they_must_be),
		cmocka_unit_test(names_that_utf8_forbids_are_values_all_the_same),
	};

	return cmocka_run_group_tests_name("column", tests, NULL, NULL);
}
