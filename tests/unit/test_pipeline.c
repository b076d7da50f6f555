// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_pipeline.c - chunks in, lives out: decode, order, model and summary joined.
 */
#include <errno.h>

#include "kit.h"
#include "lib/pipeline.h"

struct fixture {
	struct aios_pipeline *pipe;
	struct kit_stream stream;
	uint64_t ids;		/* of requests, a decimal digit each */
	uint64_t gaps;
	uint64_t until_ns;
	bool tainted;		/* a request was tainted when the hole was told */
	int say;
};

static int on_request(void *arg, const struct aios_request *req)
{
	struct fixture *f = arg;

	f->ids = f->ids * 10 + req->id;
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

	f->until_ns = time_ns;
	return 0;
}

static int setup(void **state)
{
	static const struct aios_pipeline_ops ops = {
		.request = on_request,
		.gap = on_gap,
		.until = on_until,
	};
	struct aios_model_opts opts = { .history = true };
	struct fixture *f = calloc(1, sizeof(*f));

	f->pipe = aios_pipeline_new(&ops, f, &opts);
	f->stream.feed = aios_pipeline_feed(f->pipe);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	stream_done(&f->stream);
	assert_null(aios_pipeline_free(f->pipe));
	free(f);
	return 0;
}

static int json_chunk(struct fixture *f, unsigned int kind, const char *json)
{
	return f->stream.feed.chunk(f->stream.feed.arg, kind, 0, json, strlen(json));
}

/* A read from birth to reaping, on three CPUs, from @t on. */
static void life(struct fixture *f, uint64_t t, struct kit_ctx *ctx, unsigned int nr)
{
	struct kit_req r = kit_read(ctx, nr);

	stream_rec(&f->stream, rec_birth(t, by_t1, &r));
	stream_rec(&f->stream, rec_return(t + 1, by_t1, &r, 0));
	stream_rec(&f->stream, rec_complete(t + 10, in_softirq, &r, 4096));
	stream_rec(&f->stream, rec_read_begin(t + 20, by_t3, ctx, 1, 1));
	stream_rec(&f->stream, rec_read_end(t + 21, by_t3, ctx, 1));
}

static void a_trace_goes_through_from_end_to_end(void **state)
{
	struct fixture *f = *state;
	struct kit_ctx c = kit_ctx(1);
	struct aios_trace trace;

	assert_int_equal(json_chunk(f, AIOS_CHUNK_INFO, "{\"kernel\":\"6.12\","
				    "\"wall_offset_ns\":5,\"utc_offset_s\":-3600}"), 0);
	stream_rec(&f->stream, rec_setup(10, by_t1, &c));
	life(f, 100, &c, 1);
	life(f, 200, &c, 2);
	assert_int_equal(stream_scan(&f->stream, 300, 310), 0);
	assert_int_equal(f->ids, 12);
	assert_int_equal(f->until_ns, 300);
	assert_int_equal(json_chunk(f, AIOS_CHUNK_END, "{\"reason\":\"done\"}"), 0);
	assert_int_equal(aios_pipeline_end(f->pipe), 0);
	trace = aios_pipeline_trace(f->pipe);
	assert_string_equal(trace.info->kernel, "6.12");
	assert_int_equal(aios_summary_accepted(trace.sum), 2);
	assert_int_equal(aios_summary_completed(trace.sum), 2);
	assert_int_equal(trace.sum->calls.reads, 2);
	assert_int_equal(trace.sum->ctx_cnt, 1);
	assert_int_equal(trace.sum->ctxs[0].reaped_kernel, 2);
	assert_false(aios_lost(trace.loss));
	assert_int_equal(trace.unknown_records, 0);
	assert_int_equal(aios_pipeline_clock(f->pipe).wall_offset_ns, 5);
	assert_int_equal(aios_pipeline_clock(f->pipe).utc_offset_s, -3600);
}

static const struct aios_summary *submit_at_level(struct fixture *f, const char *info)
{
	struct kit_ctx c = kit_ctx(1);

	assert_int_equal(json_chunk(f, AIOS_CHUNK_INFO, info), 0);
	stream_rec(&f->stream, rec_submit(100, by_t1, &c, 2, 2));
	assert_int_equal(stream_scan(&f->stream, 150, 151), 0);
	assert_int_equal(aios_pipeline_end(f->pipe), 0);
	return aios_pipeline_trace(f->pipe).sum;
}

static void at_level_syscall_calls_are_counted_by_process(void **state)
{
	const struct aios_summary *sum = submit_at_level(*state, "{\"evidence\":\"syscall\"}");

	assert_int_equal(sum->calls.submit_calls, 1);
	assert_int_equal(sum->caller_cnt, 1);
}

/* There a context tells whose it is. */
static void at_level_function_calls_are_counted_for_all(void **state)
{
	const struct aios_summary *sum = submit_at_level(*state, "{\"evidence\":\"function\"}");

	assert_int_equal(sum->calls.submit_calls, 1);
	assert_int_equal(sum->caller_cnt, 0);
}

static void lives_are_over_as_soon_as_the_scan_allows(void **state)
{
	struct fixture *f = *state;
	struct kit_ctx c = kit_ctx(1);

	stream_rec(&f->stream, rec_setup(10, by_t1, &c));
	life(f, 100, &c, 1);
	assert_int_equal(stream_scan(&f->stream, 121, 130), 0);
	assert_int_equal(f->ids, 0);
	assert_int_equal(stream_scan(&f->stream, 122, 131), 0);
	assert_int_equal(f->ids, 1);
}

/* The hole is told behind the model, which has marked by then what it touched. */
static void a_hole_reaches_model_and_view(void **state)
{
	struct fixture *f = *state;
	struct kit_ctx c = kit_ctx(1);
	struct aios_trace trace;

	stream_rec(&f->stream, rec_setup(10, by_t1, &c));
	life(f, 100, &c, 1);
	stream_lose(&f->stream, 0, 3);
	life(f, 200, &c, 2);
	life(f, 300, &c, 3);
	assert_int_equal(stream_scan(&f->stream, 400, 410), 0);
	assert_int_equal(json_chunk(f, AIOS_CHUNK_END, "{}"), 0);
	assert_int_equal(aios_pipeline_end(f->pipe), 0);
	trace = aios_pipeline_trace(f->pipe);
	assert_int_equal(f->ids, 123);
	assert_int_equal(f->gaps, 1);
	assert_int_equal(trace.loss->records, 3);
	/* The first was alive when the hole began, the second was born at its end. */
	assert_int_equal(trace.sum->tainted, 2);
}

static void a_trace_without_its_end_is_lost_behind_the_last_scan(void **state)
{
	struct fixture *f = *state;
	struct kit_ctx c = kit_ctx(1);
	struct aios_trace trace;

	stream_rec(&f->stream, rec_setup(10, by_t1, &c));
	life(f, 100, &c, 1);
	assert_int_equal(stream_scan(&f->stream, 200, 210), 0);
	life(f, 300, &c, 2);
	stream_flush(&f->stream);
	assert_int_equal(aios_pipeline_end(f->pipe), 0);
	trace = aios_pipeline_trace(f->pipe);
	assert_int_equal(f->ids, 12);
	assert_int_equal(f->gaps, 1);
	assert_true(trace.loss->cut);
	assert_int_equal(trace.sum->tainted, 1);
	assert_true(trace.sum->ctxs[0].tainted);
}

static void ids_are_the_same_in_every_replay(void **state)
{
	struct fixture *f = *state;
	struct kit_ctx c = kit_ctx(1);

	/* However the rounds fall: once record by record, here all at once. */
	stream_rec(&f->stream, rec_setup(10, by_t1, &c));
	for (unsigned int i = 1; i <= 5; i++) {
		life(f, 100 * i, &c, i);
		assert_int_equal(stream_scan(&f->stream, 50 + 100 * i, 60 + 100 * i), 0);
	}
	assert_int_equal(json_chunk(f, AIOS_CHUNK_END, "{}"), 0);
	assert_int_equal(aios_pipeline_end(f->pipe), 0);
	assert_int_equal(f->ids, 12345);
}

static void what_a_view_returns_ends_the_stream(void **state)
{
	struct fixture *f = *state;
	struct kit_ctx c = kit_ctx(1);

	stream_rec(&f->stream, rec_setup(10, by_t1, &c));
	life(f, 100, &c, 1);
	life(f, 200, &c, 2);
	f->say = -EPIPE;
	assert_int_equal(stream_scan(&f->stream, 300, 310), -EPIPE);
	assert_int_equal(f->ids, 1);
}

/* Life 2 reads with an error; the hole and the context belong to whoever is selected. */
static void what_is_not_selected_is_neither_passed_on_nor_counted(void **state)
{
	struct aios_select sel = { .errors = true };
	struct fixture *f = *state;
	struct kit_ctx c = kit_ctx(1);
	struct kit_req r = kit_read(&c, 2);
	struct aios_trace trace;

	aios_pipeline_select(f->pipe, &sel);
	stream_rec(&f->stream, rec_setup(10, by_t1, &c));
	life(f, 100, &c, 1);
	stream_rec(&f->stream, rec_birth(200, by_t1, &r));
	stream_rec(&f->stream, rec_return(201, by_t1, &r, 0));
	stream_rec(&f->stream, rec_complete(210, in_softirq, &r, -EIO));
	stream_lose(&f->stream, 0, 3);
	life(f, 300, &c, 3);
	assert_int_equal(stream_scan(&f->stream, 400, 410), 0);
	assert_int_equal(json_chunk(f, AIOS_CHUNK_END, "{}"), 0);
	assert_int_equal(aios_pipeline_end(f->pipe), 0);
	trace = aios_pipeline_trace(f->pipe);
	assert_int_equal(f->ids, 2);
	assert_int_equal(aios_summary_accepted(trace.sum), 1);
	assert_int_equal(aios_summary_failed(trace.sum), 1);
	assert_int_equal(trace.left_out, 2);
	assert_int_equal(trace.loss->records, 3);
	assert_int_equal(f->gaps, 1);
	assert_int_equal(trace.sum->ctxs[0].completed, 3);
}

/* Born at 100, and the trace ended at 1100 as its end says: the last record came earlier. */
static void what_is_in_flight_has_lasted_until_the_end(void **state)
{
	struct aios_select sel = { .over_ns = 999 };
	struct fixture *f = *state;
	struct kit_ctx c = kit_ctx(1);
	struct kit_req r = kit_read(&c, 1);

	aios_pipeline_select(f->pipe, &sel);
	stream_rec(&f->stream, rec_setup(10, by_t1, &c));
	stream_rec(&f->stream, rec_birth(100, by_t1, &r));
	stream_rec(&f->stream, rec_return(101, by_t1, &r, 0));
	life(f, 200, &c, 2);
	assert_int_equal(stream_scan(&f->stream, 400, 410), 0);
	assert_int_equal(json_chunk(f, AIOS_CHUNK_END, "{\"end_ns\":1100}"), 0);
	assert_int_equal(aios_pipeline_end(f->pipe), 0);
	assert_int_equal(f->ids, 1);
	assert_int_equal(aios_pipeline_trace(f->pipe).left_out, 1);
}

static void unknown_records_are_told(void **state)
{
	struct fixture *f = *state;
	struct kit_ctx c = kit_ctx(1);
	struct aios_buf text = { 0 };
	struct aios_trace trace;

	stream_rec(&f->stream, rec_setup(5, by_t1, &c));
	stream_rec(&f->stream, rec_make(77, 8, 10, by_t1));
	life(f, 100, &c, 1);
	stream_rec(&f->stream, rec_make(78, 80, 200, by_t1));
	assert_int_equal(stream_scan(&f->stream, 300, 310), 0);
	trace = aios_pipeline_trace(f->pipe);
	assert_int_equal(trace.unknown_records, 2);
	/* They are no loss, and what is around them is told. */
	assert_false(aios_lost(trace.loss));
	assert_int_equal(f->ids, 1);
	aios_report_text(&text, &trace);
	assert_non_null(strstr(text.data, "2 records are of a newer aioscope and were skipped"));
	aios_buf_clear(&text);
	assert_int_equal(aios_report_json(&text, &trace), 0);
	assert_non_null(strstr(text.data, "\"unknown_records\":2"));
	aios_buf_done(&text);
}

static void a_pipeline_without_listeners_makes_its_report(void **state)
{
	static const struct aios_pipeline_ops none = { 0 };
	struct aios_model_opts opts = { 0 };
	struct aios_pipeline *pipe = aios_pipeline_new(&none, NULL, &opts);
	struct kit_stream stream = { .feed = aios_pipeline_feed(pipe) };
	struct kit_ctx c = kit_ctx(1);
	struct kit_req r = kit_read(&c, 1);

	(void)state;
	stream_rec(&stream, rec_birth(10, by_t1, &r));
	stream_lose(&stream, 1, 1);
	assert_int_equal(stream_scan(&stream, 100, 110), 0);
	assert_int_equal(aios_pipeline_end(pipe), 0);
	assert_int_equal(aios_summary_in_flight(aios_pipeline_trace(pipe).sum), 1);
	assert_int_equal(aios_pipeline_trace(pipe).loss->records, 1);
	assert_non_null(aios_pipeline_model(pipe));
	stream_done(&stream);
	assert_null(aios_pipeline_free(pipe));
	assert_null(aios_pipeline_free(NULL));
}

/* Bytes from anywhere: errors or holes, never more (the sanitizers watch). */
static void garbage_does_no_harm(void **state)
{
	struct fixture *f = *state;
	uint64_t seed = 1234;

	for (int i = 0; i < 3000; i++) {
		unsigned char bytes[256];
		size_t len = kit_random(&seed) % sizeof(bytes);

		for (size_t at = 0; at < len; at++)
			bytes[at] = (unsigned char)kit_random(&seed);
		/* Most lengths and types are of records, so that some get through. */
		if (len >= 32) {
			uint16_t type = 1 + kit_random(&seed) % 28, size = (uint16_t)(len & ~7UL);

			memcpy(bytes, &type, 2);
			memcpy(bytes + 2, &size, 2);
			memset(bytes + 16, 0, 6);
			memset(bytes + 28, 0, 4);
		}
		f->stream.feed.chunk(f->stream.feed.arg, 1 + (unsigned int)i % 4,
				     (unsigned int)i % 4, bytes, len);
	}
	f->say = 0;
	aios_pipeline_end(f->pipe);
}

#define PIPE_TEST(test)	cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		PIPE_TEST(a_trace_goes_through_from_end_to_end),
		PIPE_TEST(at_level_syscall_calls_are_counted_by_process),
		PIPE_TEST(at_level_function_calls_are_counted_for_all),
		PIPE_TEST(lives_are_over_as_soon_as_the_scan_allows),
		PIPE_TEST(a_hole_reaches_model_and_view),
		PIPE_TEST(a_trace_without_its_end_is_lost_behind_the_last_scan),
		PIPE_TEST(ids_are_the_same_in_every_replay),
		PIPE_TEST(what_a_view_returns_ends_the_stream),
		PIPE_TEST(what_is_not_selected_is_neither_passed_on_nor_counted),
		PIPE_TEST(what_is_in_flight_has_lasted_until_the_end),
		PIPE_TEST(unknown_records_are_told),
		PIPE_TEST(a_pipeline_without_listeners_makes_its_report),
		PIPE_TEST(garbage_does_no_harm),
	};

	return cmocka_run_group_tests_name("pipeline", tests, NULL, NULL);
}
