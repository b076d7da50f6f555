// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_decode.c - chunks in, a stream in order out, and what was lost on the way.
 */
#include <errno.h>

#include "kit.h"

struct fixture {
	struct aios_decode *decode;
	struct kit_stream stream;
	size_t records;
	size_t gaps;
	size_t untils;
	int say;
};

static int on_record(void *arg, const struct aios_rec *rec)
{
	struct fixture *f = arg;

	(void)rec;
	f->records++;
	return f->say;
}

static int on_gap(void *arg, const struct aios_gap *gap)
{
	struct fixture *f = arg;

	(void)gap;
	f->gaps++;
	return 0;
}

static int on_until(void *arg, uint64_t time_ns)
{
	struct fixture *f = arg;

	(void)time_ns;
	f->untils++;
	return 0;
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct aios_sink sink = { .record = on_record, .gap = on_gap, .until = on_until, .arg = f };

	f->decode = aios_decode_new(&sink);
	f->stream.feed = (struct aios_feed){ .chunk = aios_decode_chunk, .arg = f->decode };
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	stream_done(&f->stream);
	assert_null(aios_decode_free(f->decode));
	free(f);
	return 0;
}

static int json_chunk(struct fixture *f, unsigned int kind, const char *json)
{
	return aios_decode_chunk(f->decode, kind, 0, json, strlen(json));
}

static void on(struct fixture *f, uint64_t ns, uint16_t cpu)
{
	struct kit_ctx ctx = kit_ctx(1);

	stream_rec(&f->stream, rec_destroy(ns, on_cpu(by_t1, cpu), &ctx, 0));
}

static void a_whole_trace_has_lost_nothing(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(json_chunk(f, AIOS_CHUNK_INFO, "{\"kernel\":\"6.12\",\"cpus\":4}"), 0);
	on(f, 10, 0);
	on(f, 20, 1);
	assert_int_equal(stream_scan(&f->stream, 100, 110), 0);
	assert_int_equal(json_chunk(f, AIOS_CHUNK_END, "{\"reason\":\"done\"}"), 0);
	assert_int_equal(aios_decode_end(f->decode), 0);
	assert_int_equal(f->records, 2);
	assert_int_equal(f->gaps, 0);
	assert_true(f->untils >= 1);
	assert_string_equal(aios_decode_info(f->decode)->kernel, "6.12");
	assert_int_equal(aios_decode_info(f->decode)->cpus, 4);
	assert_string_equal(aios_decode_end_info(f->decode)->reason, "done");
	assert_int_equal(aios_decode_stats(f->decode)->records, 2);
	assert_false(aios_lost(aios_decode_loss(f->decode)));
}

static void a_trace_without_its_end_is_cut(void **state)
{
	struct fixture *f = *state;

	on(f, 10, 0);
	assert_int_equal(stream_scan(&f->stream, 100, 110), 0);
	assert_int_equal(aios_decode_end(f->decode), 0);
	assert_int_equal(f->gaps, 1);
	assert_true(aios_decode_loss(f->decode)->cut);
	assert_int_equal(aios_decode_loss(f->decode)->records, 0);
	assert_true(aios_lost(aios_decode_loss(f->decode)));
	assert_int_equal(aios_decode_end_info(f->decode)->command_status, -1);
}

static void holes_are_counted_by_what_was_lost(void **state)
{
	struct fixture *f = *state;
	const struct aios_loss *loss = aios_decode_loss(f->decode);

	on(f, 10, 0);
	stream_lose(&f->stream, 0, 7);
	on(f, 20, 0);
	stream_lose(&f->stream, 1, 5);
	f->stream.hook = "aio_complete";
	f->stream.misses = 3;
	assert_int_equal(stream_scan(&f->stream, 100, 110), 0);
	assert_int_equal(aios_decode_chunk(f->decode, AIOS_CHUNK_RECORDS, 2, "damaged!", 8), 0);
	assert_int_equal(json_chunk(f, AIOS_CHUNK_END, "{}"), 0);
	assert_int_equal(aios_decode_end(f->decode), 0);
	assert_int_equal(loss->records, 12);
	assert_int_equal(loss->skipped, 3);
	assert_int_equal(loss->gaps, 4);
	assert_int_equal(f->gaps, 4);
	assert_true(loss->damaged);
	assert_false(loss->cut);
}

static void what_the_kernel_side_had_no_room_for_is_a_loss(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(json_chunk(f, AIOS_CHUNK_END, "{\"contexts_not_kept\":2,"
				    "\"processes_not_kept\":3,\"works_not_kept\":4}"), 0);
	assert_int_equal(aios_decode_end(f->decode), 0);
	assert_int_equal(aios_decode_loss(f->decode)->not_kept, 9);
	assert_true(aios_lost(aios_decode_loss(f->decode)));
}

static void every_kind_of_loss_is_a_loss(void **state)
{
	struct aios_loss none = { 0 };
	const struct aios_loss losses[] = {
		{ .gaps = 1 }, { .cut = true }, { .damaged = true }, { .not_kept = 1 },
	};

	(void)state;
	assert_false(aios_lost(&none));
	for (size_t i = 0; i < NR(losses); i++)
		assert_true(aios_lost(&losses[i]));
}

static void chunks_of_a_newer_version_are_skipped(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(aios_decode_chunk(f->decode, 99, 0, "whatever", 8), 0);
	assert_int_equal(aios_decode_chunk(f->decode, 0, 0, "", 0), 0);
	assert_int_equal(json_chunk(f, AIOS_CHUNK_END, "{}"), 0);
	assert_int_equal(aios_decode_end(f->decode), 0);
	assert_false(aios_lost(aios_decode_loss(f->decode)));
}

static void payloads_that_are_none_are_refused(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(json_chunk(f, AIOS_CHUNK_INFO, "no json"), -EBADMSG);
	assert_int_equal(json_chunk(f, AIOS_CHUNK_END, "[]"), -EBADMSG);
	assert_int_equal(aios_decode_chunk(f->decode, AIOS_CHUNK_SCAN, 0, "short", 5), -EBADMSG);
	/* An end that could not be read is no end. */
	assert_int_equal(aios_decode_end(f->decode), 0);
	assert_true(aios_decode_loss(f->decode)->cut);
}

/* The longest that is allowed is taken, a byte more is not, however good the JSON is. */
static void json_is_no_larger_than_it_may_be(void **state)
{
	static const unsigned int kinds[] = { AIOS_CHUNK_INFO, AIOS_CHUNK_END };
	struct fixture *f = *state;
	struct aios_buf json = { 0 };

	assert_int_equal(aios_buf_room(&json, AIOS_CHUNK_JSON_MAX + 1), 0);
	memset(json.data, ' ', AIOS_CHUNK_JSON_MAX + 1);
	memcpy(json.data, "{}", 2);
	for (size_t i = 0; i < NR(kinds); i++) {
		assert_int_equal(aios_decode_chunk(f->decode, kinds[i], 0, json.data,
						   AIOS_CHUNK_JSON_MAX + 1), -EBADMSG);
		assert_int_equal(aios_decode_chunk(f->decode, kinds[i], 0, json.data,
						   AIOS_CHUNK_JSON_MAX), 0);
	}
	aios_buf_done(&json);
}

static void info_and_end_come_once(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(json_chunk(f, AIOS_CHUNK_INFO, "{\"kernel\":\"6.12\"}"), 0);
	assert_int_equal(json_chunk(f, AIOS_CHUNK_INFO, "{\"kernel\":\"6.1\"}"), -EBADMSG);
	assert_int_equal(json_chunk(f, AIOS_CHUNK_END, "{\"reason\":\"a\"}"), 0);
	assert_int_equal(json_chunk(f, AIOS_CHUNK_END, "{\"reason\":\"b\"}"), -EBADMSG);
	assert_string_equal(aios_decode_info(f->decode)->kernel, "6.12");
	assert_string_equal(aios_decode_end_info(f->decode)->reason, "a");
}

static void what_the_sink_returns_comes_back(void **state)
{
	struct fixture *f = *state;

	on(f, 10, 0);
	f->say = -EPIPE;
	assert_int_equal(stream_scan(&f->stream, 100, 110), -EPIPE);
}

static void unknown_records_are_counted(void **state)
{
	struct fixture *f = *state;

	stream_rec(&f->stream, rec_make(99, 8, 10, by_t1));
	assert_int_equal(stream_scan(&f->stream, 100, 110), 0);
	assert_int_equal(aios_decode_stats(f->decode)->unknown, 1);
	assert_int_equal(aios_decode_stats(f->decode)->records, 0);
}

static void a_sink_without_a_watermark_is_fine(void **state)
{
	struct fixture *f = *state;
	struct aios_sink sink = { .record = on_record, .gap = on_gap, .arg = f };
	struct aios_decode *decode = aios_decode_new(&sink);
	struct aios_scan scan = { .from_ns = 1, .to_ns = 2 };

	assert_int_equal(aios_decode_chunk(decode, AIOS_CHUNK_SCAN, 0, &scan, sizeof(scan)), 0);
	assert_null(aios_decode_free(decode));
	assert_null(aios_decode_free(NULL));
}

#define DECODE_TEST(test)	cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		DECODE_TEST(a_whole_trace_has_lost_nothing),
		DECODE_TEST(a_trace_without_its_end_is_cut),
		DECODE_TEST(holes_are_counted_by_what_was_lost),
		DECODE_TEST(what_the_kernel_side_had_no_room_for_is_a_loss),
		DECODE_TEST(every_kind_of_loss_is_a_loss),
		DECODE_TEST(chunks_of_a_newer_version_are_skipped),
		DECODE_TEST(payloads_that_are_none_are_refused),
		DECODE_TEST(json_is_no_larger_than_it_may_be),
		DECODE_TEST(info_and_end_come_once),
		DECODE_TEST(what_the_sink_returns_comes_back),
		DECODE_TEST(unknown_records_are_counted),
		DECODE_TEST(a_sink_without_a_watermark_is_fine),
	};

	return cmocka_run_group_tests_name("decode", tests, NULL, NULL);
}
