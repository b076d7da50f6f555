// SPDX-License-Identifier: GPL-2.0-only
/*
 * blocked.c - what blocked io_submit, counted by operation, stack and file.
 */
#include "blocked.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "vec.h"

/**
 * struct origin - where sleeps come from
 * @op: index of the operation, or AIOS_BLOCKED_BETWEEN
 * @path: of the file, or NULL
 * @process: may be NULL
 * @request: id, 0 for none
 */
struct origin {
	unsigned int op;
	const char *path;
	const struct aios_process *process;
	uint64_t request;
};

static struct aios_blocked_row *row_of(struct aios_blocked *blocked, const struct aios_chain *chain,
				       const struct aios_process *process)
{
	uint64_t id = chain ? chain->id : 0;
	struct aios_blocked_row *row = aios_map_get(&blocked->rows, id);

	if (row)
		return row;
	row = aios_map_add(&blocked->rows, id, sizeof(*row));
	if (!row)
		return NULL;
	row->chain = chain;
	if (chain && process)
		memcpy(row->comm, process->comm, sizeof(row->comm));
	return row;
}

static bool same_path(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static int file_add(struct aios_blocked_row *row, const char *path, uint64_t sleeps, uint64_t ns)
{
	struct aios_blocked_file *files;
	size_t i = 0;

	while (i < row->file_cnt && !same_path(row->files[i].path, path))
		i++;
	if (i == AIOS_BLOCKED_FILES) {
		row->other_files += sleeps;
		return 0;
	}
	if (i == row->file_cnt) {
		files = aios_vec_room(row->files, row->file_cnt, &row->file_cap, sizeof(*files));
		if (!files)
			return -ENOMEM;
		row->files = files;
		files[i] = (struct aios_blocked_file){ .path = path ? strdup(path) : NULL };
		if (path && !files[i].path)
			return -ENOMEM;
		row->file_cnt++;
	}
	row->files[i].sleeps += sleeps;
	row->files[i].ns += ns;
	return 0;
}

static int row_add(struct aios_blocked *blocked, const struct aios_slept *by,
		   const struct origin *from)
{
	struct aios_blocked_row *row = row_of(blocked, by->chain, from->process);

	if (!row)
		return -ENOMEM;
	row->sleeps += by->times;
	row->ns += by->ns;
	row->by_op[from->op] += by->times;
	row->by_op_ns[from->op] += by->ns;
	if (by->longest_ns >= row->longest_ns) {
		row->longest_ns = by->longest_ns;
		row->longest_from_ns = by->longest_from_ns;
		row->longest_request = from->request;
	}
	return from->request ? file_add(row, from->path, by->times, by->ns) : 0;
}

static int sleeps_add(struct aios_blocked *blocked, const struct aios_sleeps *sleeps,
		      const struct origin *from)
{
	struct aios_blocked_op *op = &blocked->ops[from->op];
	int err = 0;

	op->asleep_ns += sleeps->asleep_ns;
	op->waited_ns += sleeps->waited_ns;
	op->sleeps += sleeps->times;
	if (sleeps->longest_ns > op->longest_ns)
		op->longest_ns = sleeps->longest_ns;
	for (size_t i = 0; i < sleeps->by_cnt && !err; i++)
		err = row_add(blocked, &sleeps->by[i], from);
	return err;
}

static bool is_blocked(const struct aios_blocked *blocked, const struct aios_sleeps *sleeps)
{
	return sleeps->times && sleeps->longest_ns >= blocked->over_ns;
}

/* Only of what is whole can it be told how much of it was what. */
static void calls_add_time(struct aios_blocked_calls *calls, const struct aios_submit_call *call)
{
	if (!call->end_ns) {
		calls->open++;
		return;
	}
	calls->wall_ns += call->end_ns > call->begin_ns ? call->end_ns - call->begin_ns : 0;
	calls->asleep_ns += call->sleeps->asleep_ns;
	calls->waited_ns += call->sleeps->waited_ns;
}

int aios_blocked_call(struct aios_blocked *blocked, const struct aios_submit_call *call,
		      bool between)
{
	const struct aios_sleeps *sleeps = call->sleeps;
	const struct origin none = { .op = AIOS_BLOCKED_BETWEEN, .process = call->process };
	struct aios_blocked_calls *calls = &blocked->calls;

	if (!sleeps)
		return 0;
	calls->watched++;
	calls->blocked += is_blocked(blocked, sleeps);
	calls->tainted += call->tainted;
	calls->sleeps += sleeps->times;
	calls->waits += sleeps->waits;
	calls->unwoken += sleeps->unwoken;
	if (sleeps->longest_ns > calls->longest_ns)
		calls->longest_ns = sleeps->longest_ns;
	calls_add_time(calls, call);
	return between ? sleeps_add(blocked, call->between, &none) : 0;
}

int aios_blocked_request(struct aios_blocked *blocked, const struct aios_request *req)
{
	const struct origin from = {
		.op = aios_op_index(req->ask.op),
		.path = req->file ? req->file->path : NULL,
		.process = req->process,
		.request = req->id,
	};
	struct aios_blocked_op *op = &blocked->ops[from.op];

	if (!req->sleeps)
		return 0;
	op->watched++;
	op->blocked += is_blocked(blocked, req->sleeps);
	if (req->returned_ns > req->born_ns)
		op->submit_ns += req->returned_ns - req->born_ns;
	return sleeps_add(blocked, req->sleeps, &from);
}

/* What has no stack comes last, as it says least. */
static int row_compare(const void *a, const void *b)
{
	const struct aios_blocked_row *x = *(const struct aios_blocked_row *const *)a;
	const struct aios_blocked_row *y = *(const struct aios_blocked_row *const *)b;

	if (!x->chain || !y->chain)
		return !x->chain - !y->chain;
	if (x->ns != y->ns)
		return x->ns > y->ns ? -1 : 1;
	return x->chain->id < y->chain->id ? -1 : x->chain->id > y->chain->id;
}

int aios_blocked_sorted(const struct aios_blocked *blocked, const struct aios_blocked_row ***ret,
			size_t *cnt)
{
	const struct aios_blocked_row **rows = calloc(blocked->rows.used + 1, sizeof(*rows)), *row;
	size_t iter = 0;

	*ret = rows;
	*cnt = 0;
	if (!rows)
		return -ENOMEM;
	while ((row = aios_map_next(&blocked->rows, &iter)))
		rows[(*cnt)++] = row;
	qsort(rows, *cnt, sizeof(*rows), row_compare);
	return 0;
}

static void row_done(struct aios_blocked_row *row)
{
	for (size_t i = 0; i < row->file_cnt; i++)
		free(row->files[i].path);
	free(row->files);
}

/**
 * aios_blocked_rows_free() - frees merged rows
 * @rows: may be NULL
 * @cnt: of @rows
 */
void aios_blocked_rows_free(struct aios_blocked_row *rows, size_t cnt)
{
	for (size_t i = 0; i < cnt; i++)
		row_done(&rows[i]);
	free(rows);
}

static int row_merge(struct aios_blocked_row *to, const struct aios_blocked_row *from)
{
	int err = 0;

	to->sleeps += from->sleeps;
	to->ns += from->ns;
	for (size_t op = 0; op < AIOS_BLOCKED_OPS; op++) {
		to->by_op[op] += from->by_op[op];
		to->by_op_ns[op] += from->by_op_ns[op];
	}
	if (from->longest_ns >= to->longest_ns) {
		to->longest_ns = from->longest_ns;
		to->longest_from_ns = from->longest_from_ns;
		to->longest_request = from->longest_request;
	}
	to->other_files += from->other_files;
	for (size_t i = 0; i < from->file_cnt && !err; i++)
		err = file_add(to, from->files[i].path, from->files[i].sleeps, from->files[i].ns);
	return err;
}

/**
 * struct merge - rows that read differently
 * @keys: how each of them reads, owned
 */
struct merge {
	struct aios_blocked_row *rows;
	struct aios_buf *keys;
	size_t cnt;
};

/* Takes @key. */
static int merge_add(struct merge *merge, const struct aios_blocked_row *row, struct aios_buf *key)
{
	size_t i = 0;

	while (i < merge->cnt && strcmp(merge->keys[i].data, key->data))
		i++;
	if (i < merge->cnt) {
		aios_buf_done(key);
		return row_merge(&merge->rows[i], row);
	}
	merge->keys[i] = *key;
	merge->rows[i] = (struct aios_blocked_row){ .chain = row->chain };
	memcpy(merge->rows[i].comm, row->comm, sizeof(row->comm));
	merge->cnt++;
	return row_merge(&merge->rows[i], row);
}

static int merged_compare(const void *a, const void *b)
{
	return row_compare(&(const struct aios_blocked_row *){ a },
			   &(const struct aios_blocked_row *){ b });
}

int aios_blocked_merged(const struct aios_blocked *blocked,
			void (*key)(void *arg, const struct aios_blocked_row *row,
				    struct aios_buf *buf),
			void *arg, struct aios_blocked_row **ret, size_t *cnt)
{
	const struct aios_blocked_row **rows = NULL;
	struct merge merge = { 0 };
	size_t all = 0;
	int err = aios_blocked_sorted(blocked, &rows, &all);

	merge.rows = calloc(all + 1, sizeof(*merge.rows));
	merge.keys = calloc(all + 1, sizeof(*merge.keys));
	if (!merge.rows || !merge.keys)
		err = -ENOMEM;
	for (size_t i = 0; i < all && !err; i++) {
		struct aios_buf text = { 0 };

		key(arg, rows[i], &text);
		aios_buf_str(&text, "\n");
		err = text.err ? text.err : merge_add(&merge, rows[i], &text);
	}
	if (!err)
		qsort(merge.rows, merge.cnt, sizeof(*merge.rows), merged_compare);
	for (size_t i = 0; i < merge.cnt; i++)
		aios_buf_done(&merge.keys[i]);
	free(merge.keys);
	free(rows);
	*ret = merge.rows;
	*cnt = merge.cnt;
	return err;
}

/**
 * aios_blocked_done() - gives the memory back
 * @blocked: empty again
 */
void aios_blocked_done(struct aios_blocked *blocked)
{
	struct aios_blocked_row *row;
	size_t iter = 0;

	while ((row = aios_map_next(&blocked->rows, &iter))) {
		row_done(row);
		free(row);
	}
	aios_map_done(&blocked->rows);
	*blocked = (struct aios_blocked){ 0 };
}
