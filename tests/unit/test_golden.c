// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_golden.c - recorded traces, replayed: what is told of them is what somebody read and found
 * right. Run from the top of the project; `make golden` writes anew what is expected.
 *
 * A file tests/golden/NAME.txt holds all that is told of NAME.aios: the report, the same as JSON,
 * its lines, a timeline of each kind of life that occurs, and what is exported.
 */
#include <dirent.h>
#include <errno.h>

#include "kit.h"

#include "lib/pipeline.h"
#include "io/trace_in.c"

#define FOLDER		"tests/golden"
#define SMALLEST	FOLDER "/lost.aios"
#define NEVER		(SIZE_MAX / 2)
#define KINDS_MAX	64
#define JSON_MAX	3	/* requests exported as JSON: the rest is in the CSV */

/* Everything that is told of a trace. */
struct told {
	struct aios_pipeline *pipe;
	struct aios_buf lines, timelines, csv, json;
	uint32_t kinds[KINDS_MAX];
	size_t kind_cnt, requests;
	size_t read_len;	/* of @lines when the file was read: the rest is told of its end */
	int code;
};

/* Is this the first life of its kind? */
static bool kind_is_new(struct told *told, const struct aios_request *req)
{
	uint32_t kind = (uint32_t)(req->asked ? req->ask.op : 99) << 16 | req->fate << 12 |
			req->origin << 8 | aios_poll_order(req) << 1 | req->tainted;

	for (size_t i = 0; i < told->kind_cnt; i++)
		if (told->kinds[i] == kind)
			return false;
	assert_true(told->kind_cnt < KINDS_MAX);
	told->kinds[told->kind_cnt++] = kind;
	return true;
}

static int tell_request(void *arg, const struct aios_request *req)
{
	struct told *told = arg;
	struct aios_clock clock = aios_pipeline_clock(told->pipe);

	aios_line(&told->lines, req, &clock);
	aios_export_csv(&told->csv, req, false);
	if (told->requests++ < JSON_MAX)
		aios_export_json(&told->json, req, true);
	if (kind_is_new(told, req)) {
		struct aios_trace trace = aios_pipeline_trace(told->pipe);
		struct aios_timeline_opts opts = { .clock = clock, .trace = &trace };

		aios_timeline(&told->timelines, req, &opts);
		aios_buf_str(&told->timelines, "\n");
	}
	return 0;
}

static int tell_gap(void *arg, const struct aios_gap *gap)
{
	struct told *told = arg;
	struct aios_clock clock = aios_pipeline_clock(told->pipe);

	aios_line_gap(&told->lines, gap, &clock);
	return 0;
}

static void told_done(struct told *told)
{
	aios_pipeline_free(told->pipe);
	aios_buf_done(&told->lines);
	aios_buf_done(&told->timelines);
	aios_buf_done(&told->csv);
	aios_buf_done(&told->json);
}

/* Replays a file. @told is to be emptied with told_done(). */
static void tell(struct told *told, FILE *file)
{
	static const struct aios_pipeline_ops ops = { .request = tell_request, .gap = tell_gap };
	struct aios_model_opts opts = { .history = true };
	struct aios_err err = { "" };
	struct aios_feed feed;

	assert_non_null(file);
	*told = (struct told){ .pipe = aios_pipeline_new(&ops, told, &opts) };
	assert_non_null(told->pipe);
	feed = aios_pipeline_feed(told->pipe);
	aios_line_head(&told->lines);
	aios_export_csv_head(&told->csv, false);
	told->code = aios_trace_read(file, &feed, &err);
	assert_true(told->code <= 0);
	assert_int_equal(!told->code, !err.text[0]);
	told->read_len = told->lines.len;
	assert_int_equal(aios_pipeline_end(told->pipe), 0);
	fclose(file);
}

static void tell_all(struct aios_buf *buf, const char *path)
{
	struct aios_trace trace;
	struct told told;

	tell(&told, fopen(path, "r"));
	assert_int_equal(told.code, 0);
	trace = aios_pipeline_trace(told.pipe);
	aios_report_text(buf, &trace);
	aios_buf_str(buf, "\n");
	assert_int_equal(aios_report_json(buf, &trace), 0);
	aios_buf_str(buf, "\n");
	aios_buf_add(buf, told.lines.data, told.lines.len);
	aios_buf_str(buf, "\n");
	aios_buf_add(buf, told.timelines.data, told.timelines.len);
	aios_buf_add(buf, told.csv.data, told.csv.len);
	aios_buf_str(buf, "\n");
	aios_buf_add(buf, told.json.data, told.json.len);
	assert_int_equal(buf->err, 0);
	told_done(&told);
}

/* Shows the first line that differs. */
static void assert_same(const char *path, const char *is, const char *wanted)
{
	unsigned int line = 1;

	for (; *is && *is == *wanted; is++, wanted++)
		line += *is == '\n';
	if (*is || *wanted)
		fail_msg("%s, line %u: \"%.*s\" should be \"%.*s\"", path, line,
			 (int)strcspn(is, "\n"), is, (int)strcspn(wanted, "\n"), wanted);
}

/* Calls @each with every trace of the folder. */
static void for_each_trace(void (*each)(const char *aios, const char *txt))
{
	DIR *dir = opendir(FOLDER);
	struct dirent *entry;
	size_t cnt = 0;

	if (!dir)
		fail_msg("%s: %s; run this from the top of the project", FOLDER, strerror(errno));
	while ((entry = readdir(dir))) {
		size_t len = strlen(entry->d_name);
		char aios[320], txt[320];

		if (len < 6 || strcmp(entry->d_name + len - 5, ".aios"))
			continue;
		snprintf(aios, sizeof(aios), FOLDER "/%s", entry->d_name);
		snprintf(txt, sizeof(txt), FOLDER "/%.*s.txt", (int)len - 5, entry->d_name);
		each(aios, txt);
		cnt++;
	}
	closedir(dir);
	assert_true(cnt >= 9);
}

static void write_expected(const char *aios, const char *txt)
{
	struct aios_buf buf = { 0 };

	tell_all(&buf, aios);
	kit_file_write(txt, buf.data, buf.len);
	aios_buf_done(&buf);
}

static void compare(const char *aios, const char *txt)
{
	struct aios_buf is = { 0 }, wanted = { 0 };

	tell_all(&is, aios);
	kit_file_read(txt, &wanted);
	assert_same(txt, is.data, wanted.data);
	aios_buf_done(&is);
	aios_buf_done(&wanted);
}

static void what_is_told_is_what_was_read_and_found_right(void **state)
{
	(void)state;
	for_each_trace(compare);
}

/*
 * Replays bytes that were a trace. What was told of the whole one is told of it again up to where
 * it stops, and that it stops is told; or nothing is different.
 */
static void hurt(const char *bytes, size_t len, const struct told *whole)
{
	struct aios_trace trace;
	struct told told;

	tell(&told, fmemopen((void *)bytes, len, "r"));
	trace = aios_pipeline_trace(told.pipe);
	if (told.code) {
		assert_true(aios_lost(trace.loss));
		assert_true(told.read_len <= whole->lines.len);
		assert_memory_equal(told.lines.data, whole->lines.data, told.read_len);
	} else {
		assert_string_equal(told.lines.data, whole->lines.data);
		assert_string_equal(told.csv.data, whole->csv.data);
		assert_string_equal(told.timelines.data, whole->timelines.data);
	}
	told_done(&told);
}

/* Cuts a trace off and changes bytes of it, at every @step-th place. */
static void hurt_all(const char *aios, size_t cut_step, size_t flip_step, char flips)
{
	struct aios_buf file = { 0 };
	struct told whole;

	kit_file_read(aios, &file);
	tell(&whole, fopen(aios, "r"));
	for (size_t len = 0; len < file.len; len += cut_step)
		hurt(file.data, len, &whole);
	for (size_t at = 0; at < file.len; at += flip_step) {
		file.data[at] ^= flips;
		hurt(file.data, file.len, &whole);
		file.data[at] ^= flips;
	}
	told_done(&whole);
	aios_buf_done(&file);
}

/* Steps that are no multiple of anything in the format. */
static void hurt_here_and_there(const char *aios, const char *txt)
{
	(void)txt;
	hurt_all(aios, 101, 103, 0x15);
}

/* A trace that is cut or damaged anywhere ends in an error, never in a crash (the sanitizers). */
static void cut_and_damaged_traces_are_replayed_as_far_as_they_go(void **state)
{
	(void)state;
	for_each_trace(hurt_here_and_there);
}

/* The smallest trace, without leaving anything out: each length, each bit. */
static void no_bit_of_a_trace_can_change_unseen(void **state)
{
	(void)state;
	hurt_all(SMALLEST, 1, NEVER, 0);
	for (int bit = 0; bit < 8; bit++)
		hurt_all(SMALLEST, NEVER, 1, (char)(1 << bit));
}

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_told_is_what_was_read_and_found_right),
		cmocka_unit_test(cut_and_damaged_traces_are_replayed_as_far_as_they_go),
		cmocka_unit_test(no_bit_of_a_trace_can_change_unseen),
	};

	if (argc == 2 && !strcmp(argv[1], "--write")) {
		for_each_trace(write_expected);
		return 0;
	}
	return cmocka_run_group_tests_name("golden", tests, NULL, NULL);
}
