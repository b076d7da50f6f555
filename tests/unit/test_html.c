// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_html.c - the data of the page: that they are what is exported and reported, whatever is left
 * out, and that no name in them ends them. Run from the top of the project.
 */
#include <dirent.h>

#include <jansson.h>

#include "kit.h"
#include "kit_story.h"
#include "lib/view_html.h"
#include "io/trace_in.c"

#define FOLDER	"tests/golden"
#define FEW	16	/* requests that a page tells, to have some left out */

static const struct aios_html_page page = { "<head>", 6, "<tail>", 6 };

/**
 * struct fixture - a page that is gathered, and each request as it is exported
 * @exported: by id
 */
struct fixture {
	struct aios_html *html;
	struct aios_check *check;
	json_t *exported;
	json_t *data;
	json_t *report;
};

static int gather_request(void *arg, const struct aios_request *req)
{
	struct fixture *f = arg;
	struct aios_buf buf = { 0 };
	char id[24];

	snprintf(id, sizeof(id), "%llu", (unsigned long long)req->id);
	assert_int_equal(aios_export_json(&buf, req, false), 0);
	json_object_set_new(f->exported, id, json_loads(buf.data, 0, NULL));
	aios_buf_done(&buf);
	return 0;
}

static void fixture_begin(struct fixture *f, size_t limit)
{
	static const struct aios_pipeline_ops ops = { .request = gather_request };
	static const struct aios_check_opts opts = { .patience_ns = AIOS_PATIENCE_NS };
	struct aios_pipeline *pipe;

	*f = (struct fixture){ .html = aios_html_new(limit), .exported = json_object() };
	f->check = aios_check_new(&opts);
	assert_non_null(f->html);
	assert_non_null(f->check);
	pipe = aios_check_pipeline(f->check);
	assert_int_equal(aios_pipeline_beside(pipe, &ops, f), 0);
	assert_int_equal(aios_html_watch(f->html, pipe), 0);
}

/* Whatever is in it, the page begins and ends as it has to, and in between is one JSON value. */
static void fixture_end(struct fixture *f)
{
	struct aios_trace trace = aios_pipeline_trace(aios_check_pipeline(f->check));
	struct aios_buf buf = { 0 }, report = { 0 };

	assert_int_equal(aios_check_end(f->check), 0);
	trace = aios_pipeline_trace(aios_check_pipeline(f->check));
	trace.check = f->check;
	assert_int_equal(aios_html_write(&buf, f->html, &trace, &page), 0);
	assert_int_equal(aios_report_json(&report, &trace), 0);
	assert_int_equal(strncmp(buf.data, page.head, page.head_len), 0);
	assert_string_equal(buf.data + buf.len - page.tail_len, page.tail);
	assert_null(memchr(buf.data + 6, '<', buf.len - 12));
	f->data = json_loadb(buf.data + 6, buf.len - 12, 0, NULL);
	f->report = json_loads(report.data, 0, NULL);
	assert_non_null(f->data);
	aios_buf_done(&buf);
	aios_buf_done(&report);
}

static void fixture_done(struct fixture *f)
{
	json_decref(f->data);
	json_decref(f->report);
	json_decref(f->exported);
	aios_html_free(f->html);
	aios_check_free(f->check);
}

static json_t *part(json_t *object, const char *a, const char *b)
{
	json_t *value = json_object_get(object, a);

	return b ? json_object_get(value, b) : value;
}

/* Takes a column apart as the page does. Return: a list, of one value a request. */
static json_t *decode(json_t *column, size_t cnt)
{
	json_t *dense = part(column, "dense", NULL), *others = part(column, "others", NULL);
	json_t *list = json_array();
	json_int_t sum = 0;
	size_t row = 0;

	for (size_t i = 0; i < cnt; i++) {
		json_t *value = dense ? json_array_get(dense, i) : part(column, "usual", NULL);

		if (dense && json_is_integer(value))
			json_array_append_new(list, json_integer(sum += json_integer_value(value)));
		else
			json_array_append(list, value);
	}
	for (size_t i = 0; i < json_array_size(others); i += 2) {
		row += (size_t)json_integer_value(json_array_get(others, i));
		json_array_set(list, row, json_array_get(others, i + 1));
	}
	assert_int_equal(json_array_size(list), cnt);
	return list;
}

/* A value of the page as the export has it. */
static json_t *as_exported(json_t *column, json_t *value, json_int_t at_ns)
{
	const char *kind = json_string_value(part(column, "kind", NULL));
	char text[24];

	if (json_is_string(value) && !strcmp(kind, "int"))
		return json_integer(strtoll(json_string_value(value), NULL, 10));
	if (json_is_null(value) || json_is_string(value))
		return json_incref(value);
	if (!strcmp(kind, "text"))
		return json_incref(json_array_get(part(column, "texts", NULL),
						  (size_t)json_integer_value(value)));
	if (!strcmp(kind, "bool"))
		return json_boolean(json_integer_value(value));
	if (!strcmp(kind, "time"))
		return json_integer(json_integer_value(value) + at_ns);
	if (strcmp(kind, "hex"))
		return json_incref(value);
	snprintf(text, sizeof(text), "0x%llx", (unsigned long long)json_integer_value(value));
	return json_string(text);
}

static void assert_column(struct fixture *f, json_t *column, json_t *ids, const json_int_t *at_ns)
{
	const char *name = json_string_value(part(column, "name", NULL));
	size_t cnt = json_array_size(ids);
	json_t *list = decode(column, cnt);

	for (size_t i = 0; i < cnt; i++) {
		json_int_t id = json_integer_value(json_array_get(ids, i));
		json_t *value = as_exported(column, json_array_get(list, i), at_ns[i]), *want;
		char text[24];

		snprintf(text, sizeof(text), "%lld", (long long)id);
		want = part(f->exported, text, name);
		if (!want || !json_equal(value, want))
			fail_msg("%s of request %s is not as it is exported", name, text);
		json_decref(value);
	}
	json_decref(list);
}

/* Each value that is told of each request is the one that is exported. */
static void assert_requests(struct fixture *f)
{
	json_t *requests = part(f->data, "requests", NULL);
	json_t *columns = part(requests, "columns", NULL), *ats = part(requests, "at_ns", NULL);
	size_t cnt = (size_t)json_integer_value(part(requests, "told", NULL));
	json_int_t *at_ns = calloc(cnt + 1, sizeof(*at_ns));
	json_int_t sum = strtoll(json_string_value(part(f->data, "t0_ns", NULL)), NULL, 10);
	json_t *ids = decode(json_array_get(columns, 0), cnt);

	assert_int_equal(json_integer_value(part(requests, "total", NULL)),
			 json_object_size(f->exported));
	assert_int_equal(json_array_size(ats), cnt);
	for (size_t i = 0; i < cnt; i++)
		at_ns[i] = sum += json_integer_value(json_array_get(ats, i));
	for (size_t i = 0; i < json_array_size(columns); i++)
		assert_column(f, json_array_get(columns, i), ids, at_ns);
	json_decref(ids);
	free(at_ns);
}

/* What was counted is all that the report counts, of each operation and stage. */
static void assert_heat(struct fixture *f)
{
	json_t *grids = part(f->data, "heat", "grids"), *grid;
	size_t i;

	json_array_foreach(grids, i, grid) {
		json_t *op = part(part(f->report, "requests", "by_op"),
				json_string_value(part(grid, "op", NULL)), "stages");
		json_t *cells = part(grid, "cells", NULL);
		char stage[32];
		json_int_t sum = 0;

		snprintf(stage, sizeof(stage), "%s", json_string_value(part(grid, "stage", NULL)));
		stage[strlen(stage) - 3] = '\0';	/* "_ns" */
		for (size_t k = 2; k < json_array_size(cells); k += 3)
			sum += json_integer_value(json_array_get(cells, k));
		assert_int_equal(sum, json_integer_value(part(op, stage, "count")));
	}
}

static json_int_t most(json_t *points, size_t which)
{
	json_int_t max = 0;

	for (size_t i = which; i < json_array_size(points); i += 5)
		if (json_integer_value(json_array_get(points, i)) > max)
			max = json_integer_value(json_array_get(points, i));
	return max;
}

/* The most that each context had is the most that its line has. */
static void assert_rings(struct fixture *f)
{
	json_t *rings = part(f->data, "rings", NULL), *ring, *ctx;
	size_t i, k;

	json_array_foreach(rings, i, ring) {
		json_array_foreach(part(f->report, "contexts", NULL), k, ctx) {
			json_t *points = part(ring, "points", NULL);

			if (!json_equal(part(ctx, "context_nr", NULL),
					part(ring, "context_nr", NULL)))
				continue;
			assert_int_equal(most(points, 1),
					 json_integer_value(part(ctx, "in_flight_max", NULL)));
			assert_true(most(points, 2) <=
				    json_integer_value(part(ctx, "unread_max", NULL)));
		}
	}
}

static void assert_page(struct fixture *f)
{
	assert_true(json_equal(part(f->data, "report", NULL), f->report));
	assert_requests(f);
	assert_heat(f);
	assert_rings(f);
}

static void replay(struct fixture *f, const char *path, size_t limit)
{
	struct aios_feed feed;
	struct aios_err err = { "" };
	FILE *file = fopen(path, "r");

	assert_non_null(file);
	fixture_begin(f, limit);
	feed = aios_pipeline_feed(aios_check_pipeline(f->check));
	assert_int_equal(aios_trace_read(file, &feed, &err), 0);
	fclose(file);
	fixture_end(f);
}

static void each_trace(void (*look)(const char *path))
{
	struct dirent *entry;
	size_t cnt = 0;
	DIR *dir = opendir(FOLDER);

	assert_non_null(dir);
	while ((entry = readdir(dir))) {
		char path[sizeof(FOLDER) + 1 + sizeof(entry->d_name)];
		const char *dot = strrchr(entry->d_name, '.');

		if (!dot || strcmp(dot, ".aios"))
			continue;
		snprintf(path, sizeof(path), FOLDER "/%s", entry->d_name);
		look(path);
		cnt++;
	}
	closedir(dir);
	assert_true(cnt > 0);
}

static void look_at_all(const char *path)
{
	struct fixture f;

	replay(&f, path, AIOS_HTML_REQUESTS);
	assert_page(&f);
	assert_int_equal(json_integer_value(part(f.data, "requests", "told")),
			 json_object_size(f.exported));
	assert_null(part(f.data, "heat", NULL));
	fixture_done(&f);
}

static void what_is_told_is_what_is_exported(void **state)
{
	(void)state;
	each_trace(look_at_all);
}

static json_int_t latency(json_t *request)
{
	return json_integer_value(part(request, "latency_ns", NULL));
}

static bool is_told(json_t *ids, json_t *id)
{
	for (size_t i = 0; i < json_array_size(ids); i++)
		if (json_equal(json_array_get(ids, i), id))
			return true;
	return false;
}

/* The slowest are told, and as many as are said to be: the page says what took longer than what. */
static void assert_slowest(struct fixture *f)
{
	json_t *requests = part(f->data, "requests", NULL), *request;
	size_t cnt = (size_t)json_integer_value(part(requests, "told", NULL));
	json_int_t slow_ns = json_integer_value(part(requests, "slower_than_ns", NULL));
	json_t *ids = decode(json_array_get(part(requests, "columns", NULL), 0), cnt);
	const char *key;

	json_object_foreach(f->exported, key, request)
		if (latency(request) > slow_ns && !is_told(ids, part(request, "kiocb", NULL)))
			fail_msg("request %s took longer than what is told", key);
	json_decref(ids);
}

static void look_at_few(const char *path)
{
	struct fixture f;

	replay(&f, path, FEW);
	assert_page(&f);
	if (json_object_size(f.exported) > FEW + FEW / 4) {
		assert_true(json_integer_value(part(f.data, "requests", "told")) <= FEW);
		assert_non_null(part(f.data, "heat", NULL));
		assert_slowest(&f);
	}
	fixture_done(&f);
}

static void what_is_left_out_is_counted(void **state)
{
	(void)state;
	each_trace(look_at_few);
}

/* However few are told, those are that something was found of. */
static void requests_of_findings_are_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < kit_break_cnt; i++) {
		json_t *finding, *ids, *columns;
		struct fixture f;
		size_t k;

		fixture_begin(&f, FEW);
		assert_int_equal(story_tell(&kit_breaks[i],
					    aios_pipeline_feed(aios_check_pipeline(f.check))), 0);
		fixture_end(&f);
		assert_requests(&f);
		columns = part(f.data, "requests", "columns");
		ids = decode(json_array_get(columns, 0),
			     (size_t)json_integer_value(part(f.data, "requests", "told")));
		json_array_foreach(part(f.report, "findings", NULL), k, finding)
			if (json_is_integer(part(finding, "kiocb", NULL)))
				assert_true(is_told(ids, part(finding, "kiocb", NULL)));
		json_decref(ids);
		fixture_done(&f);
	}
}

static void no_text_ends_the_data_or_hides(void **state)
{
	static const char *const texts[] = {
		"</script><script>alert(1)</script>", "<!-- <script>", "]]>", "&lt;&amp;",
		"a\xe2\x80\xa8" "b\xe2\x80\xa9" "c\xe2\x80\xaf", "\xe2\x80", "\"\\\n\x1b[31m",
		"\xe2\x80\xae" "\xe2\x81\xa6" "\xd8\x9c", "\xef\xbb\xbf" "\xe2\x80\x8b" "\xc2\xad",
		"\xf3\xa0\x81\x81" "\x7f" "\xc2\x85", "gr\xc3\xbc\xc3\x9f \xf0\x9f\x98\x80",
	};
	static const char *const unseen[] = {
		"\xe2\x80\xa8", "\xe2\x80\xa9", "\xe2\x80\xae", "\xe2\x81\xa6", "\xd8\x9c",
		"\xef\xbb\xbf", "\xe2\x80\x8b", "\xc2\xad", "\xf3\xa0\x81\x81", "\x7f", "\xc2\x85",
	};

	(void)state;
	for (size_t i = 0; i < NR(texts); i++) {
		json_t *text = json_string_nocheck(texts[i]), *again;
		char *dump = json_dumps(text, JSON_ENCODE_ANY);
		struct aios_buf buf = { 0 };

		if (!dump) {	/* not UTF-8: no JSON, and aios_json_text() makes it some */
			json_decref(text);
			continue;
		}
		aios_html_escape(&buf, dump, strlen(dump));
		assert_null(strpbrk(buf.data, "<>&"));
		for (size_t k = 0; k < NR(unseen); k++)
			assert_null(strstr(buf.data, unseen[k]));
		again = json_loads(buf.data, JSON_DECODE_ANY, NULL);
		assert_true(json_equal(text, again));
		json_decref(again);
		json_decref(text);
		aios_buf_done(&buf);
		free(dump);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_told_is_what_is_exported),
		cmocka_unit_test(what_is_left_out_is_counted),
		cmocka_unit_test(requests_of_findings_are_told),
		cmocka_unit_test(no_text_ends_the_data_or_hides),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
