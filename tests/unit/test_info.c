// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_info.c - what a trace says of itself.
 */
#include <errno.h>

#include <jansson.h>

#include "kit.h"
#include "lib/info.h"

static struct aios_hook_info hooks[] = {
	{ .what = "request completed", .how = "fentry aio_complete" },
	{ .what = "one iocb was submitted", .how = "kretprobe io_submit_one.constprop.0",
	  .kprobe = true },
	{ .what = "context made", .lost = "contexts: whose they are" },
};

static const struct aios_info sample = {
	.version = "0.1",
	.kernel = "6.12.117",
	.host = "db1",
	.evidence = "function",
	.command = "fio --name=\"x y\"",
	.cpus = 8192,
	.wall_offset_ns = 1700000000123456789,
	.utc_offset_s = -18000,
	.start_ns = 987654321012345678,
	.hooks = hooks,
	.hook_cnt = NR(hooks),
};

static void assert_text_equal(const char *got, const char *wanted)
{
	if (wanted)
		assert_string_equal(got, wanted);
	else
		assert_null(got);
}

static void what_is_written_is_read(void **state)
{
	struct aios_buf buf = { 0 };
	struct aios_info got;

	(void)state;
	assert_int_equal(aios_info_write(&sample, &buf), 0);
	assert_int_equal(aios_info_read(buf.data, buf.len, &got), 0);
	assert_string_equal(got.version, "0.1");
	assert_string_equal(got.kernel, "6.12.117");
	assert_string_equal(got.host, "db1");
	assert_string_equal(got.evidence, "function");
	assert_string_equal(got.command, "fio --name=\"x y\"");
	assert_int_equal(got.cpus, 8192);
	assert_true(got.wall_offset_ns == 1700000000123456789);
	assert_int_equal(got.utc_offset_s, -18000);
	assert_true(got.start_ns == 987654321012345678);
	assert_int_equal(got.hook_cnt, NR(hooks));
	for (size_t i = 0; i < NR(hooks); i++) {
		assert_text_equal(got.hooks[i].what, hooks[i].what);
		assert_text_equal(got.hooks[i].how, hooks[i].how);
		assert_text_equal(got.hooks[i].lost, hooks[i].lost);
		assert_int_equal(got.hooks[i].kprobe, hooks[i].kprobe);
	}
	aios_info_done(&got);
	aios_buf_done(&buf);
}

static void an_empty_info_stays_empty(void **state)
{
	struct aios_info nothing = { 0 }, got;
	struct aios_buf buf = { 0 };

	(void)state;
	assert_int_equal(aios_info_write(&nothing, &buf), 0);
	assert_int_equal(aios_info_read(buf.data, buf.len, &got), 0);
	assert_null(got.version);
	assert_null(got.command);
	assert_null(got.hooks);
	assert_int_equal(got.hook_cnt, 0);
	aios_info_done(&got);
	aios_buf_done(&buf);
}

static void info_is_one_line_of_json(void **state)
{
	struct aios_info odd = sample;
	struct aios_buf buf = { 0 };
	json_t *json;

	(void)state;
	odd.command = "a\nb";
	assert_int_equal(aios_info_write(&odd, &buf), 0);
	assert_int_equal(buf.data[buf.len - 1], '\n');
	assert_ptr_equal(strchr(buf.data, '\n'), buf.data + buf.len - 1);
	json = json_loads(buf.data, 0, NULL);
	assert_string_equal(json_string_value(json_object_get(json, "command")), "a\nb");
	json_decref(json);
	aios_buf_done(&buf);
}

/* A command line can hold any byte, and JSON holds UTF-8 only. */
static void text_that_is_not_utf8_is_escaped_not_lost(void **state)
{
	static const char *const commands[] = { "a\xff" "b", "a\xed\xa0\x80" "b" };
	static const char *const wanted[] = { "a\\xffb", "a\\xed\\xa0\\x80b" };

	(void)state;
	for (size_t i = 0; i < NR(commands); i++) {
		struct aios_info odd = sample, got;
		struct aios_buf buf = { 0 };

		odd.command = (char *)commands[i];
		assert_int_equal(aios_info_write(&odd, &buf), 0);
		assert_int_equal(aios_info_read(buf.data, buf.len, &got), 0);
		assert_string_equal(got.command, wanted[i]);
		aios_info_done(&got);
		aios_buf_done(&buf);
	}
}

static void what_is_missing_stays_zero(void **state)
{
	static const char json[] = "{\"kernel\":\"6.1\",\"future\":[1,2]}";
	struct aios_info got;

	(void)state;
	memset(&got, 0xee, sizeof(got));
	assert_int_equal(aios_info_read(json, sizeof(json) - 1, &got), 0);
	assert_string_equal(got.kernel, "6.1");
	assert_null(got.version);
	assert_int_equal(got.cpus, 0);
	assert_int_equal(got.start_ns, 0);
	assert_int_equal(got.hook_cnt, 0);
	aios_info_done(&got);
}

static void fields_of_another_type_are_as_if_missing(void **state)
{
	static const char json[] = "{\"kernel\":17,\"cpus\":\"many\",\"hooks\":[1,\"x\",{}],"
				   "\"start_ns\":null}";
	struct aios_info got;

	(void)state;
	assert_int_equal(aios_info_read(json, sizeof(json) - 1, &got), 0);
	assert_null(got.kernel);
	assert_int_equal(got.cpus, 0);
	assert_int_equal(got.hook_cnt, 3);
	assert_null(got.hooks[0].what);
	assert_int_equal(got.start_ns, 0);
	aios_info_done(&got);
}

static void what_is_no_json_object_is_refused(void **state)
{
	static const char *const texts[] = { "", "{", "[]", "17", "\"x\"", "null", "{} {}",
					     "{\"a\":\"\xff\"}" };
	struct aios_info info;
	struct aios_end end;

	(void)state;
	for (size_t i = 0; i < NR(texts); i++) {
		assert_int_equal(aios_info_read(texts[i], strlen(texts[i]), &info), -EBADMSG);
		aios_info_done(&info);
		assert_int_equal(aios_end_read(texts[i], strlen(texts[i]), &end), -EBADMSG);
		aios_end_done(&end);
	}
}

static void the_end_is_read_as_it_was_written(void **state)
{
	struct aios_end end = {
		.reason = "the command ended",
		.end_ns = 123456789012345678,
		.command_status = 256,
		.stats = { .ctx_full = 1, .proc_full = 2, .work_full = 3 },
	};
	struct aios_buf buf = { 0 };
	struct aios_end got;

	(void)state;
	assert_int_equal(aios_end_write(&end, &buf), 0);
	assert_int_equal(aios_end_read(buf.data, buf.len, &got), 0);
	assert_string_equal(got.reason, "the command ended");
	assert_true(got.end_ns == 123456789012345678);
	assert_int_equal(got.command_status, 256);
	assert_int_equal(got.stats.ctx_full, 1);
	assert_int_equal(got.stats.proc_full, 2);
	assert_int_equal(got.stats.work_full, 3);
	aios_end_done(&got);
	aios_buf_done(&buf);
}

static void an_end_without_a_command_has_status_minus_1(void **state)
{
	struct aios_end end = { .command_status = -1 }, got;
	struct aios_buf buf = { 0 };

	(void)state;
	assert_int_equal(aios_end_write(&end, &buf), 0);
	assert_int_equal(aios_end_read(buf.data, buf.len, &got), 0);
	assert_int_equal(got.command_status, -1);
	assert_null(got.reason);
	aios_end_done(&got);
	aios_buf_done(&buf);
}

/* struct aios_end: -1 where no command was run; 0 would be a command that was fine. */
static void an_end_that_does_not_tell_a_status_has_status_minus_1(void **state)
{
	struct aios_end got;

	(void)state;
	assert_int_equal(aios_end_read("{}", 2, &got), 0);
	assert_int_equal(got.command_status, -1);
	aios_end_done(&got);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(an_empty_info_stays_empty),
		cmocka_unit_test(info_is_one_line_of_json),
		cmocka_unit_test(text_that_is_not_utf8_is_escaped_not_lost),
		cmocka_unit_test(what_is_missing_stays_zero),
		cmocka_unit_test(fields_of_another_type_are_as_if_missing),
		cmocka_unit_test(what_is_no_json_object_is_refused),
		cmocka_unit_test(the_end_is_read_as_it_was_written),
		cmocka_unit_test(an_end_without_a_command_has_status_minus_1),
		cmocka_unit_test(an_end_that_does_not_tell_a_status_has_status_minus_1),
	};

	return cmocka_run_group_tests_name("info", tests, NULL, NULL);
}
