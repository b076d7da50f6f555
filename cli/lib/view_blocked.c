// SPDX-License-Identifier: GPL-2.0-only
/*
 * view_blocked.c - what blocked io_submit.
 */
#include "view_blocked.h"

#include <errno.h>
#include <string.h>

#include "json.h"
#include "units.h"

#define STACKS_SHOWN	5	/* the rest is in --json and --folded */
#define FILES_SHOWN	3
#define NOT_TOLD	"[no stack: shorter than --blocked-over, or not told]"

static const char *op_text(size_t op)
{
	return op == AIOS_BLOCKED_BETWEEN ? "of no request" : aios_op_name((unsigned int)op);
}

/* The last part of a path: "libaio.so.1". */
static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

/* "folio_wait_bit_common", without "+0x12f": where in it makes no other function. */
static void fmt_kernel(struct aios_buf *buf, const struct aios_frame *frame)
{
	if (frame->name)
		aios_buf_fmt(buf, "%.*s", (int)strcspn(frame->name, "+"), frame->name);
	else
		aios_buf_str(buf, "?");
}

static bool user_name(const struct aios_trace *trace, const struct aios_place *place,
		      struct aios_buf *buf)
{
	return place->image && trace->names &&
	       trace->names->name(trace->names->arg, place->image, place->offset, buf);
}

/* "main [fio]", "libc.so.6+0x11f27", "0x7f0123456789". */
static void fmt_user(struct aios_buf *buf, const struct aios_trace *trace,
		     const struct aios_place *place)
{
	if (!place->image) {
		aios_buf_fmt(buf, "0x%llx", (unsigned long long)place->ip);
		return;
	}
	if (user_name(trace, place, buf)) {
		aios_buf_str(buf, " [");
		aios_buf_safe(buf, base_name(place->image->path));
		aios_buf_str(buf, "]");
		return;
	}
	aios_buf_safe(buf, base_name(place->image->path));
	aios_buf_fmt(buf, "+0x%llx", (unsigned long long)place->offset);
}

/* Nothing of a name is taken for the end of a frame. */
static void folded_frame(struct aios_buf *buf, const struct aios_buf *frame, const char *suffix)
{
	aios_buf_str(buf, ";");
	for (size_t i = 0; i < frame->len && !frame->err; i++)
		aios_buf_fmt(buf, "%c", frame->data[i] == ';' ? ':' : frame->data[i]);
	aios_buf_str(buf, suffix);
}

static void folded_user(struct aios_buf *buf, const struct aios_trace *trace,
			const struct aios_chain *chain)
{
	struct aios_place places[AIOS_FRAMES_USER_MAX];
	bool cut;
	size_t cnt = aios_user_frames(chain, trace->symbols, places, &cut);

	if (cut)
		aios_buf_str(buf, ";[cut]");
	while (cnt--) {
		struct aios_buf frame = { 0 };

		fmt_user(&frame, trace, &places[cnt]);
		folded_frame(buf, &frame, "");
		aios_buf_done(&frame);
	}
}

static void folded_kernel(struct aios_buf *buf, const struct aios_trace *trace,
			  const struct aios_chain *chain)
{
	struct aios_frame frames[AIOS_FRAMES_KERNEL_MAX];
	size_t cnt = aios_kernel_frames(chain->kernel, chain->cnt[AIOS_FRAMES_KERNEL],
					trace->symbols, frames);

	while (cnt--) {
		struct aios_buf frame = { 0 };

		fmt_kernel(&frame, &frames[cnt]);
		folded_frame(buf, &frame, "_[k]");
		aios_buf_done(&frame);
	}
}

/* How a stack reads: also what makes two of them the same. */
static void folded(void *arg, const struct aios_blocked_row *row, struct aios_buf *buf)
{
	const struct aios_trace *trace = arg;
	struct aios_buf comm = { 0 };

	if (!row->chain) {
		aios_buf_str(buf, NOT_TOLD);
		return;
	}
	aios_buf_safe(&comm, row->comm[0] ? row->comm : "?");
	folded_frame(buf, &comm, "");
	/* The first one stands at the beginning of a line. */
	if (buf->len && !buf->err)
		memmove(buf->data, buf->data + 1, buf->len--);
	aios_buf_done(&comm);
	folded_user(buf, trace, row->chain);
	folded_kernel(buf, trace, row->chain);
}

static int rows_of(const struct aios_trace *trace, struct aios_blocked_row **rows, size_t *cnt)
{
	return aios_blocked_merged(trace->blocked, folded, (void *)trace, rows, cnt);
}

int aios_blocked_folded(struct aios_buf *buf, const struct aios_trace *trace)
{
	struct aios_blocked_row *rows;
	size_t cnt;
	int err = rows_of(trace, &rows, &cnt);

	for (size_t i = 0; i < cnt && !err; i++) {
		struct aios_buf line = { 0 };

		folded((void *)trace, &rows[i], &line);
		aios_buf_fmt(&line, " %llu\n", (unsigned long long)rows[i].ns);
		aios_buf_add(buf, line.data, line.err ? 0 : line.len);
		err = line.err ? line.err : buf->err;
		aios_buf_done(&line);
	}
	aios_blocked_rows_free(rows, cnt);
	return err;
}

/* The rest of the time they ran; or an interrupt did, which nobody tells apart. */
static uint64_t running_ns(const struct aios_blocked_calls *calls)
{
	uint64_t off_ns = calls->asleep_ns + calls->waited_ns;

	return calls->wall_ns > off_ns ? calls->wall_ns - off_ns : 0;
}

static void text_calls(struct aios_buf *buf, const struct aios_blocked *blocked)
{
	const struct aios_blocked_calls *calls = &blocked->calls;

	aios_buf_fmt(buf, "  %llu calls of io_submit took ", (unsigned long long)calls->watched);
	aios_fmt_duration(buf, calls->wall_ns);
	aios_buf_str(buf, ": their threads slept for ");
	aios_fmt_duration(buf, calls->asleep_ns);
	aios_buf_str(buf, ", waited ");
	aios_fmt_duration(buf, calls->waited_ns);
	aios_buf_str(buf, " for a CPU, and ran for ");
	aios_fmt_duration(buf, running_ns(calls));
	aios_buf_fmt(buf, "\n  in %llu of them a thread slept for ",
		     (unsigned long long)calls->blocked);
	aios_fmt_duration(buf, blocked->over_ns);
	aios_buf_str(buf, " or longer at a time");
	if (calls->sleeps) {
		aios_buf_fmt(buf, "; of %llu sleeps the longest took ",
			     (unsigned long long)calls->sleeps);
		aios_fmt_duration(buf, calls->longest_ns);
	}
	aios_buf_str(buf, "\n");
	if (calls->open)
		aios_buf_fmt(buf, "  %llu of them had not returned when the trace ended, and are "
			     "not in these times\n", (unsigned long long)calls->open);
	if (calls->tainted)
		aios_buf_fmt(buf, "  records were lost in %llu of them: there may have been more\n",
			     (unsigned long long)calls->tainted);
	if (calls->unwoken)
		aios_buf_fmt(buf, "  of %llu sleeps it was not seen when they ended: what is told "
			     "is at most\n", (unsigned long long)calls->unwoken);
}

static void text_cell(struct aios_buf *buf, uint64_t ns)
{
	struct aios_buf cell = { 0 };

	aios_fmt_duration(&cell, ns);
	aios_buf_fmt(buf, "%11s", cell.data ? cell.data : "");
	aios_buf_done(&cell);
}

static void text_op(struct aios_buf *buf, const struct aios_blocked_op *op, size_t nr)
{
	aios_buf_fmt(buf, "  %-14s", op_text(nr));
	if (nr == AIOS_BLOCKED_BETWEEN) {
		aios_buf_fmt(buf, "%9s %8s %10s", "-", "-", "-");
	} else {
		aios_buf_fmt(buf, "%9llu %8llu", (unsigned long long)op->watched,
			     (unsigned long long)op->blocked);
		text_cell(buf, op->submit_ns);
	}
	text_cell(buf, op->asleep_ns);
	text_cell(buf, op->waited_ns);
	aios_buf_fmt(buf, " %8llu", (unsigned long long)op->sleeps);
	text_cell(buf, op->longest_ns);
	aios_buf_str(buf, "\n");
}

static void text_ops(struct aios_buf *buf, const struct aios_blocked *blocked)
{
	aios_buf_str(buf, "  OPERATION       REQUESTS  BLOCKED  IN SUBMIT     ASLEEP FOR A CPU"
		     "   SLEEPS    LONGEST\n");
	for (size_t i = 0; i < AIOS_BLOCKED_OPS; i++)
		if (blocked->ops[i].watched || blocked->ops[i].sleeps || blocked->ops[i].waited_ns)
			text_op(buf, &blocked->ops[i], i);
}

/* "pread 18, of no request 2" */
static void text_row_ops(struct aios_buf *buf, const struct aios_blocked_row *row)
{
	const char *sep = ": ";

	for (size_t i = 0; i < AIOS_BLOCKED_OPS; i++) {
		if (!row->by_op[i])
			continue;
		aios_buf_fmt(buf, "%s%s %llu", sep, op_text(i), (unsigned long long)row->by_op[i]);
		sep = ", ";
	}
}

static void text_row_files(struct aios_buf *buf, const struct aios_blocked_row *row)
{
	size_t shown = row->file_cnt < FILES_SHOWN ? row->file_cnt : FILES_SHOWN;
	uint64_t rest = row->other_files;

	for (size_t i = 0; i < shown; i++) {
		aios_buf_str(buf, i ? ", " : "     on ");
		if (row->files[i].path)
			aios_buf_safe(buf, row->files[i].path);
		else
			aios_buf_str(buf, "a file whose name is not known");
		if (row->file_cnt > 1)
			aios_buf_fmt(buf, " %llu", (unsigned long long)row->files[i].sleeps);
	}
	for (size_t i = shown; i < row->file_cnt; i++)
		rest += row->files[i].sleeps;
	if (rest)
		aios_buf_fmt(buf, ", other files %llu", (unsigned long long)rest);
	aios_buf_str(buf, shown ? "\n" : "");
}

static void text_kernel(struct aios_buf *buf, const struct aios_trace *trace,
			const struct aios_chain *chain)
{
	struct aios_frame frames[AIOS_FRAMES_KERNEL_MAX];
	size_t cnt = aios_kernel_frames(chain->kernel, chain->cnt[AIOS_FRAMES_KERNEL],
					trace->symbols, frames);

	for (size_t i = 0; i < cnt; i++) {
		aios_buf_str(buf, "        ");
		aios_buf_str(buf, frames[i].name ? frames[i].name : "?");
		aios_buf_str(buf, "\n");
	}
	if (!cnt)
		aios_buf_str(buf, "        functions of the kernel are not known\n");
	if (chain->flags[AIOS_FRAMES_KERNEL] & AIOS_FRAMES_FULL)
		aios_buf_str(buf, "        ... and more\n");
}

static void text_user(struct aios_buf *buf, const struct aios_trace *trace,
		      const struct aios_chain *chain)
{
	struct aios_place places[AIOS_FRAMES_USER_MAX];
	bool cut;
	size_t cnt = aios_user_frames(chain, trace->symbols, places, &cut);

	for (size_t i = 0; i < cnt; i++) {
		aios_buf_str(buf, "        ");
		fmt_user(buf, trace, &places[i]);
		aios_buf_str(buf, places[i].guess ? " (by the top of the stack)\n" : "\n");
	}
	if (chain->flags[AIOS_FRAMES_USER] & AIOS_FRAMES_FULL)
		aios_buf_str(buf, "        ... and more\n");
	else if (cut)
		aios_buf_str(buf, "        cut off: code there keeps no frame pointers\n");
}

static void text_row(struct aios_buf *buf, const struct aios_trace *trace,
		     const struct aios_blocked_row *row, size_t nr)
{
	aios_buf_fmt(buf, "\n  %zu. ", nr);
	aios_buf_safe(buf, row->comm[0] ? row->comm : "?");
	aios_buf_str(buf, " slept for ");
	aios_fmt_duration(buf, row->ns);
	aios_buf_fmt(buf, " in %llu sleep%s", (unsigned long long)row->sleeps,
		     aios_s(row->sleeps));
	if (row->sleeps > 1) {
		aios_buf_str(buf, ", at most ");
		aios_fmt_duration(buf, row->longest_ns);
	}
	text_row_ops(buf, row);
	aios_buf_str(buf, "\n");
	text_row_files(buf, row);
	text_kernel(buf, trace, row->chain);
	text_user(buf, trace, row->chain);
}

/* What is left out, in a line each. */
static void text_rest(struct aios_buf *buf, const struct aios_blocked_row *rows, size_t cnt,
		      size_t shown)
{
	uint64_t ns = 0, more = 0;

	for (size_t i = shown; i < cnt; i++) {
		if (!rows[i].chain) {
			aios_buf_fmt(buf, "\n  %llu sleeps without a stack, shorter than "
				     "--blocked-over or not told, took ",
				     (unsigned long long)rows[i].sleeps);
			aios_fmt_duration(buf, rows[i].ns);
			aios_buf_str(buf, "\n");
			continue;
		}
		ns += rows[i].ns;
		more++;
	}
	if (!more)
		return;
	aios_buf_fmt(buf, "\n  ... and %llu more stacks, ", (unsigned long long)more);
	aios_fmt_duration(buf, ns);
	aios_buf_str(buf, " in all: --json and --folded have them\n");
}

static void text_rows(struct aios_buf *buf, const struct aios_trace *trace)
{
	struct aios_blocked_row *rows;
	size_t cnt, shown = 0;

	if (rows_of(trace, &rows, &cnt)) {
		buf->err = -ENOMEM;
		aios_blocked_rows_free(rows, cnt);
		return;
	}
	while (shown < cnt && shown < STACKS_SHOWN && rows[shown].chain) {
		text_row(buf, trace, &rows[shown], shown + 1);
		shown++;
	}
	text_rest(buf, rows, cnt, shown);
	aios_blocked_rows_free(rows, cnt);
}

void aios_report_blocked(struct aios_buf *buf, const struct aios_trace *trace)
{
	const struct aios_blocked *blocked = trace->blocked;

	if (!blocked || !trace->info->blocked_over_ns)
		return;
	aios_buf_str(buf, "\nBLOCKED SUBMITS: io_submit is not meant to sleep\n");
	if (!blocked->calls.watched) {
		aios_buf_str(buf, "  no call of it was watched\n");
		return;
	}
	text_calls(buf, blocked);
	text_ops(buf, blocked);
	text_rows(buf, trace);
}

static json_t *json_op(const struct aios_blocked_op *op, bool requests)
{
	json_t *object = json_pack("{s:o s:o s:o s:o}", "asleep_ns", aios_json_count(op->asleep_ns),
				   "waited_ns", aios_json_count(op->waited_ns), "sleeps",
				   aios_json_count(op->sleeps), "longest_ns",
				   aios_json_count(op->longest_ns));

	if (!requests)
		return object;
	json_object_set_new(object, "requests", aios_json_count(op->watched));
	json_object_set_new(object, "blocked", aios_json_count(op->blocked));
	json_object_set_new(object, "in_submit_ns", aios_json_count(op->submit_ns));
	return object;
}

static json_t *json_ops(const struct aios_blocked *blocked)
{
	json_t *object = json_object();

	for (size_t i = 0; i < AIOS_OPS; i++)
		if (blocked->ops[i].watched)
			json_object_set_new(object, aios_op_name((unsigned int)i),
					    json_op(&blocked->ops[i], true));
	return object;
}

static json_t *json_row_ops(const struct aios_blocked_row *row)
{
	json_t *object = json_object();

	for (size_t i = 0; i < AIOS_OPS; i++)
		if (row->by_op[i])
			json_object_set_new(object, aios_op_name((unsigned int)i),
					    json_pack("{s:o s:o}", "sleeps",
						      aios_json_count(row->by_op[i]), "ns",
						      aios_json_count(row->by_op_ns[i])));
	return object;
}

static json_t *json_files(const struct aios_blocked_row *row)
{
	json_t *array = json_array();

	for (size_t i = 0; i < row->file_cnt; i++)
		json_array_append_new(array,
				      json_pack("{s:o s:o s:o}", "path",
						aios_json_text(row->files[i].path), "sleeps",
						aios_json_count(row->files[i].sleeps), "ns",
						aios_json_count(row->files[i].ns)));
	return array;
}

static json_t *json_kernel(const struct aios_trace *trace, const struct aios_chain *chain)
{
	struct aios_frame frames[AIOS_FRAMES_KERNEL_MAX];
	size_t cnt = aios_kernel_frames(chain->kernel, chain->cnt[AIOS_FRAMES_KERNEL],
					trace->symbols, frames);
	json_t *array = json_array();

	for (size_t i = 0; i < cnt; i++)
		json_array_append_new(array, aios_json_text(frames[i].name));
	return array;
}

static json_t *json_place(const struct aios_trace *trace, const struct aios_place *place)
{
	const struct aios_image *image = place->image;
	struct aios_buf name = { 0 };
	bool named = user_name(trace, place, &name);
	json_t *object = json_pack("{s:o s:o s:o s:o s:b}", "function",
				   aios_json_text(named && !name.err ? name.data : NULL),
				   "path", aios_json_text(image ? image->path : NULL),
				   "build_id", aios_json_text(image ? image->build_id : NULL),
				   "offset", image ? json_sprintf("0x%llx", (unsigned long long)
								  place->offset) : json_null(),
				   "guessed", place->guess);

	aios_buf_done(&name);
	return object;
}

static json_t *json_user(const struct aios_trace *trace, const struct aios_chain *chain, bool *cut)
{
	struct aios_place places[AIOS_FRAMES_USER_MAX];
	size_t cnt = aios_user_frames(chain, trace->symbols, places, cut);
	json_t *array = json_array();

	for (size_t i = 0; i < cnt; i++)
		json_array_append_new(array, json_place(trace, &places[i]));
	return array;
}

static json_t *json_row(const struct aios_trace *trace, const struct aios_blocked_row *row)
{
	const struct aios_chain *chain = row->chain;
	bool cut = false;
	json_t *object = json_pack(
		"{s:o s:o s:o s:o s:o s:o s:o s:o s:o s:o}",
		"comm", chain ? aios_json_text(row->comm) : json_null(),
		"sleeps", aios_json_count(row->sleeps), "ns", aios_json_count(row->ns),
		"longest_ns", aios_json_count(row->longest_ns),
		"longest_request", row->longest_request ? aios_json_count(row->longest_request) :
							  json_null(),
		"by_op", json_row_ops(row), "files", json_files(row),
		"other_files", aios_json_count(row->other_files),
		"kernel", chain ? json_kernel(trace, chain) : json_null(),
		"user", chain ? json_user(trace, chain, &cut) : json_null());

	json_object_set_new(object, "user_cut", chain ? json_boolean(cut) : json_null());
	return object;
}

static json_t *json_rows(const struct aios_trace *trace)
{
	json_t *array = json_array();
	struct aios_blocked_row *rows;
	size_t cnt;
	int err = rows_of(trace, &rows, &cnt);

	for (size_t i = 0; i < cnt && !err; i++)
		err = json_array_append_new(array, json_row(trace, &rows[i]));
	aios_blocked_rows_free(rows, cnt);
	if (!err)
		return array;
	json_decref(array);
	return NULL;
}

json_t *aios_blocked_json(const struct aios_trace *trace)
{
	const struct aios_blocked *blocked = trace->blocked;
	const struct aios_blocked_calls *calls;

	if (!blocked || !trace->info->blocked_over_ns)
		return NULL;
	calls = &blocked->calls;
	return json_pack(
		"{s:o s:{s:o s:o s:o s:o s:o s:o s:o s:o s:o s:o s:o s:o} s:o s:o s:o}",
		"over_ns", aios_json_count(trace->info->blocked_over_ns), "calls",
		"watched", aios_json_count(calls->watched), "blocked",
		aios_json_count(calls->blocked), "not_returned", aios_json_count(calls->open),
		"tainted", aios_json_count(calls->tainted), "in_call_ns",
		aios_json_count(calls->wall_ns), "asleep_ns", aios_json_count(calls->asleep_ns),
		"waited_ns", aios_json_count(calls->waited_ns), "running_ns",
		aios_json_count(running_ns(calls)), "sleeps", aios_json_count(calls->sleeps),
		"waits", aios_json_count(calls->waits), "wakings_not_seen",
		aios_json_count(calls->unwoken), "longest_ns", aios_json_count(calls->longest_ns),
		"by_op", json_ops(blocked), "of_no_request",
		json_op(&blocked->ops[AIOS_BLOCKED_BETWEEN], false), "stacks", json_rows(trace));
}
