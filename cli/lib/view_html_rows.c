// SPDX-License-Identifier: GPL-2.0-only
/*
 * view_html_rows.c - requests that the page tells one by one, and which those are.
 *
 * As long as there are few, all. Else a half of them is a sample, which takes one of every so many
 * whatever it is; a quarter took longest; a quarter failed, did not end, or crossed a hole. Each is
 * told column by column, as most values are like the one above.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "vec.h"
#include "view_html_int.h"

#define SAFE_INTEGER	(1LL << 53)	/* beyond, numbers of JavaScript have gaps */
#define SPARSE		4		/* of this many values one may differ from the usual one */

/* Times of a row, and what the page computes from them by itself. */
static const char *const times[] = { "born_ns", "returned_ns", "done_ns", "completed_ns",
				     "reaped_ns", "freed_ns" };
static const char *const derived[] = { "submit_ns", "in_flight_ns", "unread_ns", "latency_ns" };

static bool is_one_of(const char *name, const char *const *list, size_t cnt)
{
	for (size_t i = 0; i < cnt; i++)
		if (!strcmp(name, list[i]))
			return true;
	return false;
}

/**
 * aios_html_rows_init() - no requests yet
 * @rows: overwritten
 * @limit: how many are told, at most
 */
void aios_html_rows_init(struct aios_html_rows *rows, size_t limit)
{
	size_t cnt;
	const struct aios_column *columns = aios_columns(&cnt);

	*rows = (struct aios_html_rows){ .limit = limit, .step = 1, .bad_step = 1 };
	for (size_t i = 0; i < cnt && rows->column_cnt < AIOS_HTML_COLUMNS; i++) {
		if (columns[i].address ||
		    is_one_of(columns[i].name, derived, sizeof(derived) / sizeof(derived[0])))
			continue;
		rows->columns[rows->column_cnt++] = (struct aios_html_column){
			.column = &columns[i],
			.since_at = is_one_of(columns[i].name, times,
					      sizeof(times) / sizeof(times[0])),
		};
	}
}

static void texts_done(struct aios_html_texts *texts)
{
	for (size_t i = 0; i < texts->cnt; i++)
		free(texts->list[i]);
	free(texts->list);
	aios_map_done(&texts->map);
}

void aios_html_rows_done(struct aios_html_rows *rows)
{
	for (size_t i = 0; i < rows->cnt; i++)
		free(rows->rows[i]);
	free(rows->rows);
	for (size_t i = 0; i < rows->column_cnt; i++)
		texts_done(&rows->columns[i].texts);
}

static uint64_t text_hash(const char *text)
{
	uint64_t hash = 14695981039346656037ULL;	/* FNV-1a */

	while (*text)
		hash = (hash ^ (unsigned char)*text++) * 1099511628211ULL;
	return hash;
}

/* The map's values are places in a list that moves, so they are numbers in a pointer's clothes. */
static int texts_number(struct aios_html_texts *texts, const char *text, int64_t *ret)
{
	uint64_t key = text_hash(text);
	uintptr_t number;
	char **list;

	for (; (number = (uintptr_t)aios_map_get(&texts->map, key)); key++) {
		*ret = (int64_t)number - 1;
		if (!strcmp(texts->list[*ret], text))
			return 0;
	}
	list = aios_vec_room(texts->list, texts->cnt, &texts->cap, sizeof(*list));
	if (!list)
		return -ENOMEM;
	texts->list = list;
	list[texts->cnt] = strdup(text);
	if (!list[texts->cnt] || aios_map_put(&texts->map, key, (void *)(texts->cnt + 1))) {
		free(list[texts->cnt]);
		return -ENOMEM;
	}
	*ret = (int64_t)texts->cnt++;
	return 0;
}

static int column_value(struct aios_html_column *column, const struct aios_value *value,
			int64_t *ret)
{
	struct aios_buf number = { 0 };
	const char *name;
	int err;

	switch (value->kind) {
	case AIOS_VALUE_BOOL:
		*ret = value->yes;
		return 0;
	case AIOS_VALUE_TEXT:
		return texts_number(&column->texts, value->text, ret);
	case AIOS_VALUE_ERRNO:
		name = aios_errno_name(value->number);
		aios_buf_int(&number, value->number);
		err = number.err ? number.err :
		      texts_number(&column->texts, name ? name : number.data, ret);
		aios_buf_done(&number);
		return err;
	case AIOS_VALUE_HEX:
		*ret = (int64_t)value->hex;
		return 0;
	default:
		*ret = value->number;
		return 0;
	}
}

static uint64_t row_at(const struct aios_request *req)
{
	const uint64_t all[] = { req->born_ns, req->returned_ns, req->done_ns, req->completed_ns,
				 req->reaped_ns };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (all[i])
			return all[i];
	return 0;
}

static bool request_is_bad(const struct aios_request *req)
{
	return req->tainted || req->fate == AIOS_FATE_IN_FLIGHT || req->fate == AIOS_FATE_REFUSED ||
	       req->fate == AIOS_FATE_LOST_TRACK || (req->completed_ns && req->res < 0);
}

static struct aios_html_row *row_new(struct aios_html_rows *rows, const struct aios_request *req)
{
	struct aios_html_row *row = calloc(1, sizeof(*row) + rows->column_cnt * sizeof(int64_t));

	if (!row)
		return NULL;
	row->id = req->id;
	row->at_ns = row_at(req);
	row->bad = request_is_bad(req);
	aios_latency_ns(req, &row->took_ns);
	for (size_t i = 0; i < rows->column_cnt; i++) {
		struct aios_html_column *column = &rows->columns[i];
		struct aios_value value = column->column->get(req);

		if (value.kind == AIOS_VALUE_NULL)
			continue;
		if (column_value(column, &value, &row->values[i])) {
			free(row);
			return NULL;
		}
		column->kind = value.kind;
		row->known |= 1ULL << i;
		if (column->since_at)
			row->values[i] -= (int64_t)row->at_ns;
	}
	return row;
}

/* One of so many by a number that has nothing to do with what comes in turns. */
static bool is_sampled(uint64_t id, uint64_t step)
{
	return !((id * 0x9e3779b97f4a7c15ULL >> 32) & (step - 1));
}

static bool is_kept(const struct aios_html_rows *rows, uint64_t id, uint64_t took_ns, bool bad)
{
	return is_sampled(id, rows->step) || (bad && is_sampled(id, rows->bad_step)) ||
	       (rows->step > 1 && took_ns > rows->slow_ns);
}

static size_t rows_sampled(const struct aios_html_rows *rows, uint64_t step, bool bad)
{
	size_t cnt = 0;

	for (size_t i = 0; i < rows->cnt; i++)
		cnt += (!bad || rows->rows[i]->bad) && is_sampled(rows->rows[i]->id, step);
	return cnt;
}

static int compare_ns(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? 1 : *x > *y ? -1 : 0;
}

/* How long the one took that is the slowest but a quarter of those that are told. */
static int rows_slow(struct aios_html_rows *rows)
{
	uint64_t *took = calloc(rows->cnt, sizeof(*took));

	if (!took)
		return -ENOMEM;
	for (size_t i = 0; i < rows->cnt; i++)
		took[i] = rows->rows[i]->took_ns;
	qsort(took, rows->cnt, sizeof(*took), compare_ns);
	/* What took less than that before may be missing by now. */
	if (took[rows->limit / 4] > rows->slow_ns)
		rows->slow_ns = took[rows->limit / 4];
	free(took);
	return 0;
}

/* Leaves as many as are told. What was left out before would be left out now. */
static int rows_thin(struct aios_html_rows *rows)
{
	size_t to = 0;

	if (rows_slow(rows))
		return -ENOMEM;
	while (rows_sampled(rows, rows->step, false) > rows->limit / 2)
		rows->step *= 2;
	while (rows_sampled(rows, rows->bad_step, true) > rows->limit / 4)
		rows->bad_step *= 2;
	for (size_t i = 0; i < rows->cnt; i++) {
		struct aios_html_row *row = rows->rows[i];

		if (is_kept(rows, row->id, row->took_ns, row->bad))
			rows->rows[to++] = row;
		else
			free(row);
	}
	rows->cnt = to;
	return 0;
}

static int rows_push(struct aios_html_rows *rows, const struct aios_request *req)
{
	struct aios_html_row **list =
		aios_vec_room(rows->rows, rows->cnt, &rows->cap, sizeof(*list));

	if (!list)
		return -ENOMEM;
	rows->rows = list;
	list[rows->cnt] = row_new(rows, req);
	return list[rows->cnt] ? (rows->cnt++, 0) : -ENOMEM;
}

/**
 * aios_html_rows_add() - a request is over
 * @rows: may keep it
 * @req: the request
 * Return: 0 or -ENOMEM.
 */
int aios_html_rows_add(struct aios_html_rows *rows, const struct aios_request *req)
{
	uint64_t took_ns;

	rows->total++;
	aios_latency_ns(req, &took_ns);
	if (!is_kept(rows, req->id, took_ns, request_is_bad(req)))
		return 0;
	if (rows->cnt >= rows->limit + rows->limit / 4 && rows_thin(rows))
		return -ENOMEM;
	return rows_push(rows, req);
}

/**
 * aios_html_rows_end() - nothing is added any more: leaves as many as are told
 * @rows: may be too many
 * Return: 0 or -ENOMEM.
 */
int aios_html_rows_end(struct aios_html_rows *rows)
{
	return rows->cnt > rows->limit ? rows_thin(rows) : 0;
}

/**
 * aios_html_rows_must() - a request that something is told of
 * @rows: after their end
 * @req: was added, and may have been left out
 * Return: 0 or -ENOMEM.
 */
int aios_html_rows_must(struct aios_html_rows *rows, const struct aios_request *req)
{
	for (size_t i = 0; i < rows->cnt; i++)
		if (rows->rows[i]->id == req->id)
			return 0;
	return rows_push(rows, req);
}

static int compare_rows(const void *a, const void *b)
{
	const struct aios_html_row *const *x = a, *const *y = b;

	return (*x)->id < (*y)->id ? -1 : (*x)->id > (*y)->id;
}

static bool row_has(const struct aios_html_row *row, size_t nr)
{
	return row->known >> nr & 1;
}

static bool same_value(const struct aios_html_row *a, const struct aios_html_row *b, size_t nr)
{
	return row_has(a, nr) == row_has(b, nr) && a->values[nr] == b->values[nr];
}

static bool is_safe(int64_t value)
{
	return value < SAFE_INTEGER && value > -SAFE_INTEGER;
}

/* As it is: what a number of JavaScript cannot hold is text. */
static void write_value(struct aios_buf *buf, const struct aios_html_row *row, size_t nr,
			bool hex)
{
	if (!row_has(row, nr))
		aios_buf_str(buf, "null");
	else if (is_safe(row->values[nr]))
		aios_buf_int(buf, row->values[nr]);
	else if (hex)
		aios_buf_fmt(buf, "\"0x%llx\"", (unsigned long long)row->values[nr]);
	else
		aios_buf_fmt(buf, "\"%lld\"", (long long)row->values[nr]);
}

/* Each as what it is more than the last number above. */
static void write_dense(const struct aios_html_rows *rows, struct aios_buf *buf, size_t nr,
			bool hex)
{
	int64_t before = 0;

	aios_buf_str(buf, "\"dense\":[");
	for (size_t i = 0; i < rows->cnt; i++) {
		const struct aios_html_row *row = rows->rows[i];

		aios_buf_str(buf, i ? "," : "");
		if (row_has(row, nr) && is_safe(row->values[nr])) {
			aios_buf_int(buf, row->values[nr] - before);
			before = row->values[nr];
		} else {
			write_value(buf, row, nr, hex);
		}
	}
	aios_buf_str(buf, "]");
}

/* What most are, and pairs for the others: rows after the last such one, and the value. */
static void write_sparse(const struct aios_html_rows *rows, struct aios_buf *buf, size_t nr,
			 const struct aios_html_row *usual, bool hex)
{
	const char *sep = "";
	size_t before = 0;

	aios_buf_str(buf, "\"usual\":");
	write_value(buf, usual, nr, hex);
	aios_buf_str(buf, ",\"others\":[");
	for (size_t i = 0; i < rows->cnt; i++) {
		if (same_value(rows->rows[i], usual, nr))
			continue;
		aios_buf_fmt(buf, "%s%zu,", sep, i - before);
		write_value(buf, rows->rows[i], nr, hex);
		before = i;
		sep = ",";
	}
	aios_buf_str(buf, "]");
}

/* If more than half have the same value, it is the one that is left (Boyer and Moore). */
static const struct aios_html_row *usual_row(const struct aios_html_rows *rows, size_t nr,
					     size_t *others)
{
	const struct aios_html_row *usual = NULL;
	size_t votes = 0;

	for (size_t i = 0; i < rows->cnt; i++) {
		if (!votes)
			usual = rows->rows[i];
		votes = same_value(rows->rows[i], usual, nr) ? votes + 1 : votes - 1;
	}
	*others = 0;
	for (size_t i = 0; i < rows->cnt; i++)
		*others += !same_value(rows->rows[i], usual, nr);
	return usual;
}

static const char *column_kind(const struct aios_html_column *column)
{
	static const char *const kinds[] = {
		[AIOS_VALUE_NULL] = "int",	/* of no request */
		[AIOS_VALUE_BOOL] = "bool",
		[AIOS_VALUE_INT] = "int",
		[AIOS_VALUE_HEX] = "hex",
		[AIOS_VALUE_TEXT] = "text",
		[AIOS_VALUE_ERRNO] = "text",
	};

	return column->since_at ? "time" : kinds[column->kind];
}

static int column_write(const struct aios_html_rows *rows, struct aios_buf *buf, size_t nr)
{
	const struct aios_html_column *column = &rows->columns[nr];
	const struct aios_html_row *usual;
	bool hex = column->kind == AIOS_VALUE_HEX;
	size_t others;

	aios_buf_fmt(buf, "{\"name\":\"%s\",\"kind\":\"%s\",\"doc\":\"%s\",", column->column->name,
		     column_kind(column), column->column->doc);
	if (column->texts.cnt)
		aios_buf_str(buf, "\"texts\":[");
	for (size_t i = 0; i < column->texts.cnt; i++) {
		aios_buf_str(buf, i ? "," : "");
		if (aios_json_add_text(buf, column->texts.list[i]))
			return -ENOMEM;
	}
	if (column->texts.cnt)
		aios_buf_str(buf, "],");
	usual = usual_row(rows, nr, &others);
	if (!rows->cnt)
		aios_buf_str(buf, "\"usual\":null,\"others\":[]");
	else if (others <= rows->cnt / SPARSE)
		write_sparse(rows, buf, nr, usual, hex);
	else
		write_dense(rows, buf, nr, hex);
	aios_buf_str(buf, "}");
	return buf->err;
}

static void at_write(const struct aios_html_rows *rows, struct aios_buf *buf, uint64_t t0_ns)
{
	int64_t before = 0;

	aios_buf_str(buf, "\"at_ns\":[");
	for (size_t i = 0; i < rows->cnt; i++) {
		int64_t at = (int64_t)(rows->rows[i]->at_ns - t0_ns);

		aios_buf_str(buf, i ? "," : "");
		if (!rows->rows[i]->at_ns) {
			aios_buf_str(buf, "null");
			continue;
		}
		aios_buf_int(buf, at - before);
		before = at;
	}
	aios_buf_str(buf, "]");
}

/**
 * aios_html_rows_write() - an object with the requests, column by column
 * @rows: after their end; sorted
 * @buf: appended to
 * @t0_ns: times are told from here
 * Return: 0 or -ENOMEM.
 */
int aios_html_rows_write(struct aios_html_rows *rows, struct aios_buf *buf, uint64_t t0_ns)
{
	int err = 0;

	if (rows->cnt)
		qsort(rows->rows, rows->cnt, sizeof(*rows->rows), compare_rows);
	aios_buf_fmt(buf, "{\"total\":%llu,\"told\":%zu,\"one_of\":%llu,\"bad_one_of\":%llu,"
		     "\"slower_than_ns\":%llu,\n", (unsigned long long)rows->total, rows->cnt,
		     (unsigned long long)rows->step, (unsigned long long)rows->bad_step,
		     (unsigned long long)rows->slow_ns);
	at_write(rows, buf, t0_ns);
	aios_buf_str(buf, ",\n\"columns\":[");
	for (size_t i = 0; i < rows->column_cnt && !err; i++) {
		aios_buf_str(buf, i ? ",\n" : "");
		err = column_write(rows, buf, i);
	}
	aios_buf_str(buf, "]}");
	return err ? err : buf->err;
}
