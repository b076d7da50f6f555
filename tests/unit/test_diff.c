// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_diff.c - what changed between two recordings: no false alarm, no change overlooked that the
 * samples can show, nothing claimed that they cannot.
 */
#include <errno.h>
#include <stdio.h>

#include <jansson.h>

#include "kit.h"
#include "lib/diff.h"
#include "lib/view.h"

#define HOSTILE	"\x1b[31m\"a,b\"\n\xff\xed\xa0\x80"

/* A latency with a long tail: the product of some numbers. */
static uint64_t latency(uint64_t *seed, uint64_t scale)
{
	double product = 1;

	for (int i = 0; i < 6; i++)
		product *= 0.5 + (double)(kit_random(seed) % 1000000) / 1e6;
	return (uint64_t)(product * (double)scale);
}

static struct aios_hist *samples(uint64_t seed, size_t cnt, uint64_t scale)
{
	struct aios_hist *hist = calloc(1, sizeof(*hist));

	assert_non_null(hist);
	for (size_t i = 0; i < cnt; i++)
		aios_hist_add(hist, latency(&seed, scale));
	return hist;
}

static enum aios_diff_verdict judged(const struct aios_hist *a, const struct aios_hist *b,
				     double percent, double error, double over)
{
	struct aios_interval ia = aios_diff_interval(a, percent, error / 2);
	struct aios_interval ib = aios_diff_interval(b, percent, error / 2);

	return aios_diff_verdict(&ia, &ib, over);
}

static void equal_distributions_show_no_change(void **state)
{
	static const size_t cnts[] = { 30, 300, 3000, 10000 };
	static const double percents[] = { 50, 99 };

	(void)state;
	for (uint64_t pair = 0; pair < 200; pair++) {
		size_t cnt = cnts[pair % NR(cnts)];
		struct aios_hist *a = samples(1000 + 2 * pair, cnt, 100000);
		struct aios_hist *b = samples(1001 + 2 * pair, cnt, 100000);

		for (size_t i = 0; i < NR(percents); i++) {
			enum aios_diff_verdict verdict = judged(a, b, percents[i],
								AIOS_DIFF_ERROR, 0);

			if (verdict != AIOS_DIFF_SAME && verdict != AIOS_DIFF_FEW)
				fail_msg("pair %d: p%g is %s", (int)pair, percents[i],
					 aios_diff_verdict_name(verdict));
		}
		free(a);
		free(b);
	}
}

static void a_known_shift_is_seen(void **state)
{
	struct aios_hist *a = samples(1, 10000, 100000), *b = samples(2, 10000, 130000);

	(void)state;
	assert_int_equal(judged(a, b, 50, AIOS_DIFF_ERROR / 100, 0), AIOS_DIFF_WORSE);
	assert_int_equal(judged(a, b, 50, AIOS_DIFF_ERROR / 100, 0.1), AIOS_DIFF_WORSE);
	assert_int_equal(judged(a, b, 50, AIOS_DIFF_ERROR / 100, 0.3), AIOS_DIFF_SLIGHT);
	assert_int_equal(judged(a, b, 99, AIOS_DIFF_ERROR / 100, 0), AIOS_DIFF_WORSE);
	assert_int_equal(judged(b, a, 50, AIOS_DIFF_ERROR / 100, 0), AIOS_DIFF_BETTER);
	free(a);
	free(b);
}

/* The interval holds the percentile of what the samples are from, as often as it says. */
static void intervals_hold_what_they_should(void **state)
{
	size_t missed = 0;

	(void)state;
	for (uint64_t run = 0; run < 500; run++) {
		struct aios_hist *hist = calloc(1, sizeof(*hist));
		uint64_t seed = 77 + run;
		struct aios_interval is;

		for (size_t i = 0; i < 2000; i++)
			aios_hist_add(hist, kit_random(&seed) % 1000000);
		is = aios_diff_interval(hist, 90, 0.1);
		assert_true(is.bounded && is.low <= is.value && is.value <= is.high);
		missed += is.low > 900000 || is.high < 900000;
		free(hist);
	}
	/* 10 % and not more; and not so few that the intervals would be far too wide. */
	assert_true(missed <= 60);
	assert_true(missed >= 5);
}

/* 0.99^n and 0.5^n bound what so few samples can say. */
static void few_samples_say_so(void **state)
{
	struct aios_hist *a = samples(1, 200, 100000), *b = samples(2, 200, 400000);
	struct aios_hist *none = calloc(1, sizeof(*none));

	(void)state;
	assert_int_equal(judged(a, a, 99, 0.0001, 0), AIOS_DIFF_FEW);
	assert_int_equal(judged(a, a, 50, 0.0001, 0), AIOS_DIFF_SAME);
	assert_int_equal(judged(a, b, 50, 0.0001, 0), AIOS_DIFF_WORSE);
	assert_int_equal(judged(none, b, 50, 0.0001, 0), AIOS_DIFF_FEW);
	free(none);
	none = samples(3, 8, 100000);
	assert_int_equal(judged(none, none, 50, 0.0001, 0), AIOS_DIFF_FEW);
	free(none);
	free(a);
	free(b);
}

static void shares_of_errors_are_compared(void **state)
{
	static const uint64_t total[2] = { 10000, 20000 };

	(void)state;
	assert_int_equal(aios_diff_share((uint64_t[]){ 10, 20 }, total, 0.001), AIOS_DIFF_SAME);
	assert_int_equal(aios_diff_share((uint64_t[]){ 0, 0 }, total, 0.001), AIOS_DIFF_SAME);
	assert_int_equal(aios_diff_share((uint64_t[]){ 0, 5 }, total, 0.001), AIOS_DIFF_SAME);
	assert_int_equal(aios_diff_share((uint64_t[]){ 0, 60 }, total, 0.001), AIOS_DIFF_WORSE);
	assert_int_equal(aios_diff_share((uint64_t[]){ 10, 60 }, total, 0.001), AIOS_DIFF_WORSE);
	assert_int_equal(aios_diff_share((uint64_t[]){ 60, 20 }, total, 0.001), AIOS_DIFF_BETTER);
	assert_int_equal(aios_diff_share((uint64_t[]){ 1, 1 }, (uint64_t[]){ 0, 9 }, 0.001),
			 AIOS_DIFF_MISSING);
}

/* A recording of reads, as its report. */
struct recording {
	const char *evidence;
	size_t reads;
	uint64_t scale_ns;
	uint64_t seed;
	size_t fails;
	uint64_t lost;
	bool poll;
};

static void record(struct aios_buf *buf, const struct recording *r)
{
	struct aios_summary *sum = aios_summary_new();
	struct aios_info info = { .evidence = (char *)r->evidence, .kernel = (char *)HOSTILE,
				  .command = (char *)HOSTILE };
	struct aios_loss loss = { .records = r->lost, .gaps = r->lost };
	struct aios_trace trace = { .sum = sum, .info = &info, .loss = &loss,
				    .distributions = true };
	struct kit_out *out = kit_made();
	uint64_t seed = r->seed;

	for (size_t i = 0; i < r->reads; i++) {
		out->req.completed_ns = out->req.returned_ns + latency(&seed, r->scale_ns);
		out->req.reaped_ns = out->req.completed_ns + 1000;
		out->req.res = i < r->fails ? -EIO : 4096;
		assert_int_equal(aios_summary_request(sum, &out->req), 0);
	}
	out->req.ask.op = IOCB_CMD_POLL;
	if (r->poll)
		assert_int_equal(aios_summary_request(sum, &out->req), 0);
	assert_int_equal(aios_report_json(buf, &trace), 0);
	kit_out_free(out);
	aios_summary_free(sum);
}

static struct aios_diff *differ(const struct recording *a, const struct recording *b, double over)
{
	struct aios_buf before = { 0 }, after = { 0 };
	struct aios_err err = { "" };
	struct aios_diff *diff;

	record(&before, a);
	record(&after, b);
	diff = aios_diff_new(&before, &after, over, &err);
	assert_string_equal(err.text, "");
	assert_non_null(diff);
	aios_buf_done(&before);
	aios_buf_done(&after);
	return diff;
}

static const struct recording base = { .evidence = "function", .reads = 3000, .scale_ns = 100000,
				       .seed = 1 };

static unsigned int fails(struct recording b, double over)
{
	struct aios_diff *diff = differ(&base, &b, over);
	unsigned int mask = aios_diff_fails(diff);

	assert_null(diff->incomparable);
	aios_diff_free(diff);
	return mask;
}

static void what_is_worse_fails_and_what_is_not_does_not(void **state)
{
	struct recording b = base;

	(void)state;
	b.seed = 2;
	assert_int_equal(fails(b, 0), 0);
	b.scale_ns = 150000;
	assert_int_equal(fails(b, 0.1), AIOS_FAIL_LATENCY);
	assert_int_equal(fails(b, 0.6), 0);
	b.scale_ns = 70000;
	assert_int_equal(fails(b, 0), 0);
	b.scale_ns = 100000;
	b.fails = 100;
	assert_int_equal(fails(b, 0), AIOS_FAIL_ERRORS);
}

/* What proves nothing is not called worse, or better, anywhere. */
static void assert_no_verdict(const struct aios_diff *diff)
{
	struct aios_buf buf = { 0 };
	json_t *json, *row;
	size_t i;

	assert_int_equal(aios_diff_fails(diff), 0);
	aios_diff_text(&buf, diff);
	assert_null(strstr(buf.data, "WORSE"));
	assert_null(strstr(buf.data, "no change that"));
	assert_non_null(strstr(buf.data, "NOT COMPARABLE: "));
	aios_buf_clear(&buf);
	assert_int_equal(aios_diff_json(&buf, diff), 0);
	json = json_loadb(buf.data, buf.len, 0, NULL);
	assert_true(json_is_string(json_object_get(json, "incomparable")));
	assert_true(json_array_size(json_object_get(json, "percentiles")) > 0);
	json_array_foreach(json_object_get(json, "percentiles"), i, row)
		assert_true(json_is_null(json_object_get(row, "verdict")));
	json_array_foreach(json_object_get(json, "operations"), i, row)
		assert_true(json_is_null(json_object_get(row, "verdict")));
	json_decref(json);
	aios_buf_done(&buf);
}

static void what_cannot_be_compared_says_why(void **state)
{
	struct recording b = base;
	struct aios_diff *diff;

	(void)state;
	b.evidence = "exact";
	b.scale_ns = 500000;
	b.fails = 100;
	diff = differ(&base, &b, 0);
	assert_non_null(strstr(diff->incomparable, "evidence levels differ"));
	assert_no_verdict(diff);
	aios_diff_free(diff);
	b = base;
	b.evidence = "syscall";
	diff = differ(&b, &b, 0);
	assert_non_null(strstr(diff->incomparable, "single requests are not seen"));
	aios_diff_free(diff);
	b = base;
	b.lost = 3;
	diff = differ(&base, &b, 0);
	assert_string_equal(diff->incomparable, "records were lost");
	aios_diff_free(diff);
	b = base;
	b.reads = 0;
	diff = differ(&base, &b, 0);
	assert_non_null(strstr(diff->incomparable, "no request"));
	aios_diff_free(diff);
}

static void assert_harmless(const struct aios_buf *buf)
{
	assert_int_equal(buf->err, 0);
	for (size_t i = 0; i < buf->len; i++)
		if (((unsigned char)buf->data[i] < 0x20 && buf->data[i] != '\n') ||
		    (unsigned char)buf->data[i] >= 0x7f)
			fail_msg("byte at %zu: %s", i, buf->data);
}

static void assert_has(const struct aios_buf *buf, const char *part)
{
	if (!strstr(buf->data, part))
		fail_msg("no \"%s\" in:\n%s", part, buf->data);
}

static void it_is_told_in_words(void **state)
{
	struct recording b = base;
	struct aios_buf buf = { 0 };
	struct aios_diff *diff;

	(void)state;
	b.seed = 2;
	b.scale_ns = 150000;
	b.poll = true;
	diff = differ(&base, &b, 0.1);
	aios_diff_text(&buf, diff);
	assert_harmless(&buf);
	assert_has(&buf, "WORSE, by at least ");
	assert_has(&buf, "result  percentiles: 2 worse by over 10%, 2 maybe by less");
	assert_has(&buf, "only in one of the two");
	assert_has(&buf, "no change that these samples could show");
	assert_has(&buf, "are wrong once in 1000 if requests are");
	for (char *line = buf.data, *end; (end = strchr(line, '\n')); line = end + 1)
		assert_true(end - line <= 160);
	aios_diff_free(diff);
	aios_buf_done(&buf);
}

static void it_is_told_as_json(void **state)
{
	struct recording b = base;
	struct aios_buf buf = { 0 };
	struct aios_diff *diff;
	json_t *json, *row;

	(void)state;
	b.scale_ns = 150000;
	diff = differ(&base, &b, 0.1);
	assert_int_equal(aios_diff_json(&buf, diff), 0);
	json = json_loadb(buf.data, buf.len, 0, NULL);
	assert_string_equal(json_string_value(json_object_get(json, "schema")),
			    "aioscope.diff/1");
	assert_true(json_is_true(json_object_get(json_object_get(json, "fails"), "latency")));
	assert_true(json_is_null(json_object_get(json, "incomparable")));
	row = json_array_get(json_object_get(json, "percentiles"), 0);
	assert_string_equal(json_string_value(json_object_get(row, "op")), "pread");
	assert_int_equal(json_integer_value(json_object_get(json_object_get(row, "before"),
							     "samples")), 3000);
	json_decref(json);
	aios_diff_free(diff);
	aios_buf_done(&buf);
}

/* Whatever is not a report with all that is needed is refused. */
static void what_is_no_report_is_refused(void **state)
{
	static const char *const texts[] = {
		"", "{", "[]", "{}", "{\"schema\":\"aioscope.request/1\"}",
		"{\"schema\":\"aioscope.report/1\",\"requests\":{\"by_op\":{\"pread\":"
		"{\"stages\":{\"submit\":{\"count\":3}}}}}}",
		"{\"schema\":\"aioscope.report/1\",\"requests\":{\"by_op\":{\"pread\":{\"stages\":"
		"{\"submit\":{\"count\":3,\"distribution\":[[1,-3],[2]]}}}}}}",
		"{\"schema\":\"aioscope.report/1\",\"requests\":{\"by_op\":{\"pread\":{\"stages\":"
		"{\"submit\":{\"count\":3,\"distribution\":[[1,2]]}}}}}}",
	};
	struct aios_buf good = { 0 };

	(void)state;
	record(&good, &base);
	for (size_t i = 0; i < NR(texts); i++) {
		struct aios_err err = { "" };
		struct aios_buf bad = { 0 };

		aios_buf_str(&bad, texts[i]);
		assert_null(aios_diff_new(&good, &bad, 0, &err));
		assert_string_not_equal(err.text, "");
		aios_buf_done(&bad);
	}
	aios_buf_done(&good);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_distributions_show_no_change),
		cmocka_unit_test(a_known_shift_is_seen),
		cmocka_unit_test(intervals_hold_what_they_should),
		cmocka_unit_test(few_samples_say_so),
		cmocka_unit_test(shares_of_errors_are_compared),
		cmocka_unit_test(what_is_worse_fails_and_what_is_not_does_not),
		cmocka_unit_test(what_cannot_be_compared_says_why),
		cmocka_unit_test(it_is_told_in_words),
		cmocka_unit_test(it_is_told_as_json),
		cmocka_unit_test(what_is_no_report_is_refused),
	};

	return cmocka_run_group_tests_name("diff", tests, NULL, NULL);
}
