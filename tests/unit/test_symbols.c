// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_symbols.c - names of addresses, and the stacks that are told with them.
 */
#include <errno.h>
#include <stdio.h>

#include "kit.h"
#include "lib/json.h"
#include "lib/symbols.h"
#include "lib/view_check.h"

#define TEXT	0xffffffff81000000ULL
#define MODULE	0xffffffffc0200000ULL

static const struct aios_clock utc;

static void add(struct aios_symbols *symbols, uint64_t address, const char *name)
{
	assert_int_equal(aios_symbols_add(symbols, address, name), 0);
}

static int read_text(struct aios_symbols *symbols, const char *json)
{
	return aios_symbols_read(symbols, json, strlen(json));
}

static void names_are_written_and_read_back(void **state)
{
	struct aios_symbols symbols = { 0 }, copy = { 0 };
	struct aios_buf json = { 0 };

	(void)state;
	add(&symbols, TEXT, "aio_read+0x5");
	add(&symbols, UINT64_MAX, "the \"last\" \\ \x1b \xff [ext4]");
	add(&symbols, 0, "zero");
	add(&symbols, 0, "nil");
	assert_int_equal(aios_symbols_write(&symbols, &json), 0);
	assert_int_equal(aios_symbols_read(&copy, json.data, json.len), 0);
	assert_int_equal(copy.map.used, 3);
	assert_string_equal(aios_symbols_name(&copy, TEXT), "aio_read+0x5");
	assert_string_equal(aios_symbols_name(&copy, 0), "nil");
	assert_non_null(aios_symbols_name(&copy, UINT64_MAX));
	assert_null(aios_symbols_name(&copy, TEXT + 1));
	assert_null(aios_symbols_name(NULL, TEXT));
	aios_symbols_done(&symbols);
	aios_symbols_done(&copy);
	aios_buf_done(&json);
}

static void no_names_are_an_object_too(void **state)
{
	struct aios_symbols symbols = { 0 };
	struct aios_buf json = { 0 };

	(void)state;
	assert_int_equal(aios_symbols_write(&symbols, &json), 0);
	assert_string_equal(json.data, "{}\n");
	assert_int_equal(aios_symbols_read(&symbols, json.data, json.len), 0);
	assert_int_equal(symbols.map.used, 0);
	aios_symbols_done(&symbols);
	aios_buf_done(&json);
}

static void what_names_nothing_is_left_out(void **state)
{
	struct aios_symbols symbols = { 0 };

	(void)state;
	assert_int_equal(read_text(&symbols, "x"), -EBADMSG);
	assert_int_equal(read_text(&symbols, "[]"), -EBADMSG);
	assert_int_equal(read_text(&symbols, ""), -EBADMSG);
	assert_int_equal(read_text(&symbols, "{\"main\": \"a\", \"0x10 \": \"b\", \"0x20\": 7, "
				   "\"\": \"c\", \"0x30\": null, \"0x40\": \"d\"}"), 0);
	assert_int_equal(symbols.map.used, 1);
	assert_string_equal(aios_symbols_name(&symbols, 0x40), "d");
	aios_symbols_done(&symbols);
}

/* A file of some kilobytes could ask for all memory there is. */
static void a_file_cannot_name_without_end(void **state)
{
	struct aios_symbols symbols = { 0 };
	struct aios_buf json = { 0 };

	(void)state;
	aios_buf_fmt(&json, "{\"0x1\": \"%01025d\"", 0);
	for (unsigned int i = 2; i < 70000; i++)
		aios_buf_fmt(&json, ", \"%x\": \"\"", i);
	aios_buf_str(&json, "}");
	assert_int_equal(json.err, 0);
	assert_int_equal(aios_symbols_read(&symbols, json.data, json.len), 0);
	assert_int_equal(symbols.map.used, 65536);
	assert_null(aios_symbols_name(&symbols, 1));
	aios_symbols_done(&symbols);
	aios_buf_done(&json);
}

static void frames_are_differences_from_the_first(void **state)
{
	struct aios_stack stack = { .ip = TEXT, .count = 3, .more = { -16, 0x10 } };
	struct aios_frame frames[AIOS_STACK_FRAMES];

	(void)state;
	assert_int_equal(aios_stack_frames(&stack, NULL, frames), 3);
	assert_int_equal(frames[0].address, TEXT);
	assert_int_equal(frames[1].address, TEXT - 16);
	assert_int_equal(frames[2].address, TEXT + 16);
	assert_null(frames[0].name);
	stack.count = 0;
	assert_int_equal(aios_stack_frames(&stack, NULL, frames), 0);
	/* As a file may have it. */
	stack.ip = 0;
	stack.count = UINT16_MAX;
	stack.more[14] = INT32_MIN;
	assert_int_equal(aios_stack_frames(&stack, NULL, frames), AIOS_STACK_FRAMES);
	assert_int_equal(frames[15].address, 0xffffffff80000000ULL);
}

static void hooks_are_no_frames(void **state)
{
	struct aios_stack stack = { .ip = TEXT - 0x10, .count = 8,
				    .more = { 0x10, 0x20, 0x30, 0x40, 0x50, 0x60, 0x70 } };
	struct aios_frame frames[AIOS_STACK_FRAMES];
	struct aios_symbols symbols = { 0 };

	(void)state;
	add(&symbols, TEXT - 0x10, "__traceiter_kmem_cache_free+0x30");
	add(&symbols, TEXT, "kmem_cache_free+0x25e");
	/* It ended in a call: of itself there is only where it was hooked. */
	add(&symbols, TEXT + 0x10, "bpf_trampoline_6442498568+0x71 [bpf]");
	add(&symbols, TEXT + 0x20, "aio_fsync_work+0x9");
	add(&symbols, TEXT + 0x30, "aio_fsync+0x9");
	add(&symbols, TEXT + 0x40, "bpf_trampoline_6442498569+0x71 [bpf]");
	add(&symbols, TEXT + 0x50, "aio_fsync+0x5");
	add(&symbols, TEXT + 0x60, "aio_fsync+0x5");
	assert_int_equal(aios_stack_frames(&stack, &symbols, frames), 4);
	assert_string_equal(frames[0].name, "kmem_cache_free+0x25e");
	assert_string_equal(frames[1].name, "aio_fsync_work+0x9");
	assert_string_equal(frames[2].name, "aio_fsync+0x9");
	assert_int_equal(frames[3].address, TEXT + 0x60);
	aios_symbols_done(&symbols);
}

/* A read with stacks, all but the last frame of which has a name. */
static const struct kit_out *told_read(struct kit *k, struct aios_symbols *symbols)
{
	struct kit_ctx c = kit_ctx(1);
	struct kit_req r = kit_read(&c, 1);
	struct aios_rec taken = rec_stack(1100, by_t1, &r, AIOS_STACK_TAKEN, TEXT, 6);
	char name[64];

	for (uint64_t i = 0; i < 5; i++) {
		snprintf(name, sizeof(name), "a_function_of_some_length_%llu+0x%llx",
			 (unsigned long long)i, (unsigned long long)i);
		add(symbols, TEXT + 0x100 * i, name);
	}
	add(symbols, MODULE, "\x1b[31m [ext4]");
	see(k, rec_setup(2, by_t1, &c));
	see(k, rec_birth(1000, by_t1, &r));
	see(k, taken);
	see(k, rec_return(1200, by_t1, &r, 0));
	see(k, rec_stack(1900, in_hardirq, &r, AIOS_STACK_COMPLETED, MODULE, 1));
	see(k, rec_complete(2000, in_hardirq, &r, 4096));
	/* Of nobody, where nobody tells of its end. */
	see(k, rec_stack(2100, in_hardirq, &r, AIOS_STACK_FREED, MODULE, 1));
	see_read(k, 3000, by_t3, &c, 1);
	return the(k, 1);
}

static void a_timeline_shows_stacks(void **state)
{
	struct aios_symbols symbols = { 0 };
	struct kit *k = kit_new(true);
	const struct kit_out *out = told_read(k, &symbols);
	const char *text;

	(void)state;
	kit_timeline(&k->text, &out->req, &utc, &symbols, false);
	text = k->text.data;
	assert_non_null(strstr(text, " where it is taken:\n"
			       "              a_function_of_some_length_0+0x0 < "
			       "a_function_of_some_length_1+0x1 <\n"
			       "              a_function_of_some_length_2+0x2 < "
			       "a_function_of_some_length_3+0x3 <\n"
			       "              a_function_of_some_length_4+0x4 < ?\n"));
	assert_non_null(strstr(text, "where it is completed:\n"
			       "              \\x1b[31m [ext4]\n"));
	assert_null(strstr(text, "freed"));
	assert_null(strstr(text, "ffffffff"));
	aios_buf_clear(&k->text);
	kit_timeline(&k->text, &out->req, &utc, &symbols, true);
	assert_non_null(strstr(k->text.data, "4+0x4 < 0xffffffff81000500\n"));
	aios_buf_clear(&k->text);
	kit_timeline(&k->text, &out->req, &utc, NULL, false);
	assert_non_null(strstr(k->text.data, "where it is taken:\n"
			       "              functions whose names are not known\n"));
	aios_symbols_done(&symbols);
	kit_free(k);
}

static void a_finding_has_stacks_in_json(void **state)
{
	struct aios_symbols symbols = { 0 };
	struct kit *k = kit_new(true);
	const struct kit_out *out = told_read(k, &symbols);
	struct aios_info info = { 0 };
	struct aios_trace trace = { .info = &info, .symbols = &symbols };
	size_t cnt;
	struct aios_finding finding = {
		.rule = aios_rules(&cnt),
		.what = (char *)"",
		.expected = (char *)"",
		.key = (char *)"",
		.req = &out->req,
	};
	json_t *json = aios_finding_json(&finding, &trace), *event, *stack;

	(void)state;
	event = json_array_get(json_object_get(json, "events"), 1);
	stack = json_object_get(event, "stack");
	assert_string_equal(json_string_value(json_object_get(event, "event")), "stack");
	assert_string_equal(json_string_value(json_object_get(event, "what")), "taken");
	assert_int_equal(json_array_size(stack), 6);
	assert_string_equal(json_string_value(json_array_get(stack, 1)),
			    "a_function_of_some_length_1+0x1");
	assert_true(json_is_null(json_array_get(stack, 5)));
	event = json_array_get(json_object_get(json, "events"), 0);
	assert_null(json_object_get(event, "stack"));
	json_decref(json);
	aios_symbols_done(&symbols);
	kit_free(k);
}

/* A completion that turns out to be another request's takes its stack along. */
static void a_stack_goes_where_its_completion_goes(void **state)
{
	struct kit *k = kit_new(true);
	struct kit_ctx c = kit_ctx(1);
	struct kit_req r = kit_poll(&c, 1);

	(void)state;
	see(k, rec_setup(2, by_t1, &c));
	see(k, rec_birth(1000, by_t1, &r));
	see(k, rec_stack(1010, by_t1, &r, AIOS_STACK_TAKEN, TEXT, 1));
	see(k, rec_stack(1100, by_other, &r, AIOS_STACK_COMPLETED, TEXT, 1));
	see(k, rec_complete(1110, by_other, &r, BIT_IN));
	see(k, rec_return(1200, by_t1, &r, -EINVAL));
	see_end(k);
	assert_int_equal(the(k, 1)->req.history_cnt, 3);
	assert_int_equal(the(k, 1)->req.history[1].stack.what, AIOS_STACK_TAKEN);
	assert_int_equal(the(k, 2)->req.history_cnt, 2);
	assert_int_equal(the(k, 2)->req.history[0].stack.what, AIOS_STACK_COMPLETED);
	kit_free(k);
}

/* What completes twice does so the second time by way of somebody, too. */
static void a_completion_of_nobody_has_a_stack(void **state)
{
	struct kit *k = kit_new(true);
	struct kit_ctx c = kit_ctx(1);
	struct kit_req r = kit_read(&c, 1), other = kit_read(&c, 2);

	(void)state;
	see(k, rec_setup(2, by_t1, &c));
	see_accepted(k, 1000, by_t1, &r);
	see(k, rec_complete(2000, in_softirq, &r, 4096));
	see(k, rec_stack(2100, by_worker, &r, AIOS_STACK_COMPLETED, TEXT, 1));
	see(k, rec_complete(2110, by_worker, &r, 4096));
	/* An interrupt came between, and had none; nor has what comes later. */
	see(k, rec_stack(2200, by_worker, &r, AIOS_STACK_COMPLETED, TEXT, 1));
	see(k, rec_complete(2210, by_worker, &other, 4096));
	see(k, rec_complete(2220, by_worker, &r, 4096));
	see_end(k);
	assert_int_equal(k->out_cnt, 4);
	assert_int_equal(the(k, 1)->req.history_cnt, 3);
	assert_int_equal(the(k, 2)->req.history_cnt, 2);
	assert_int_equal(the(k, 2)->req.history[0].h.type, AIOS_EV_STACK);
	assert_int_equal(the(k, 2)->req.history[0].h.time_ns, 2100);
	assert_int_equal(the(k, 3)->req.history_cnt, 1);
	assert_int_equal(the(k, 4)->req.history_cnt, 1);
	kit_free(k);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_written_and_read_back),
		cmocka_unit_test(no_names_are_an_object_too),
		cmocka_unit_test(what_names_nothing_is_left_out),
		cmocka_unit_test(a_file_cannot_name_without_end),
		cmocka_unit_test(frames_are_differences_from_the_first),
		cmocka_unit_test(hooks_are_no_frames),
		cmocka_unit_test(a_timeline_shows_stacks),
		cmocka_unit_test(a_finding_has_stacks_in_json),
		cmocka_unit_test(a_stack_goes_where_its_completion_goes),
		cmocka_unit_test(a_completion_of_nobody_has_a_stack),
	};

	return cmocka_run_group_tests_name("symbols", tests, NULL, NULL);
}
