// SPDX-License-Identifier: GPL-2.0-only
/*
 * screen_lines.c - which rows there are to see, in which order, and which one is selected.
 */
#include "screen_int.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "vec.h"

bool aios_same_row(struct aios_row_id a, struct aios_row_id b)
{
	return a.id == b.id && a.is_ctx == b.is_ctx;
}

static size_t fold_index(const struct aios_screen *screen, uint64_t pid)
{
	size_t i = 0;

	while (i < screen->fold_cnt && screen->folds[i] != pid)
		i++;
	return i;
}

bool aios_screen_folded(const struct aios_screen *screen, uint64_t pid)
{
	return (fold_index(screen, pid) < screen->fold_cnt) != screen->all_folded;
}

/* Return: 0 or -ENOMEM. */
int aios_screen_fold(struct aios_screen *screen, uint64_t pid, bool fold)
{
	size_t i = fold_index(screen, pid);
	uint64_t *folds;

	if (fold == aios_screen_folded(screen, pid))
		return 0;
	if (i < screen->fold_cnt) {
		screen->folds[i] = screen->folds[--screen->fold_cnt];
		return 0;
	}
	folds = aios_vec_room(screen->folds, screen->fold_cnt, &screen->fold_cap, sizeof(*folds));
	if (!folds)
		return -ENOMEM;
	screen->folds = folds;
	folds[screen->fold_cnt++] = pid;
	return 0;
}

static bool is_idle(const struct aios_top_row *row)
{
	const struct aios_top_counts *delta = &row->delta;
	bool under_way = row->now.in_flight && row->now.in_flight != AIOS_UNKNOWN32;

	for (size_t i = 0; i < AIOS_TOP_OPS; i++)
		under_way = under_way || delta->completed[i];
	return !under_way && !delta->submits && !delta->reads && !row->reaped;
}

static bool is_shown(const struct aios_screen *screen, const struct aios_top_row *row)
{
	if (screen->hide_idle && is_idle(row))
		return false;
	return !screen->filter[0] || aios_row_matches(row, screen->filter);
}

static int add_line(struct aios_draw *draw, const struct aios_top_row *row)
{
	struct aios_screen *screen = draw->screen;
	const struct aios_col *column = &aios_cols[screen->sort];
	struct aios_look_at look = { draw->frame, row, false };
	struct aios_line *lines;

	lines = aios_vec_room(screen->lines, screen->line_cnt, &screen->line_cap, sizeof(*lines));
	if (!lines)
		return -ENOMEM;
	screen->lines = lines;
	lines[screen->line_cnt++] = (struct aios_line){
		.row = row,
		.id = { row->ctx ? row->ctx->id : row->proc->snap.tgid, row->ctx },
		.parent = row->proc->snap.tgid,
		.number = column->value ? column->value(look) : 0,
		.text = column->text ? column->text(look) : NULL,
	};
	return 0;
}

/* What is not known comes last, whichever way the rows are sorted. */
static int by_value(const struct aios_line *a, const struct aios_line *b, bool ascending)
{
	int order;

	if (a->text || b->text) {
		if (!a->text || !b->text)
			return a->text ? -1 : 1;
		order = strcmp(a->text, b->text);
	} else {
		if ((a->number < 0) != (b->number < 0))
			return a->number < 0 ? 1 : -1;
		order = a->number < b->number ? -1 : a->number > b->number;
	}
	return ascending ? order : -order;
}

/* In a tree: by process, which comes before its contexts. Rows that are alike keep their places. */
static int by_lines(const struct aios_line *a, const struct aios_line *b, bool ascending)
{
	int order;

	if (a->group != b->group)
		return a->group < b->group ? -1 : 1;
	if (a->child != b->child)
		return a->child ? 1 : -1;
	order = by_value(a, b, ascending);
	if (order)
		return order;
	return a->id.id < b->id.id ? -1 : a->id.id > b->id.id;
}

static int rising(const void *a, const void *b)
{
	return by_lines(a, b, true);
}

static int falling(const void *a, const void *b)
{
	return by_lines(a, b, false);
}

static void sort_lines(struct aios_screen *screen)
{
	if (screen->line_cnt)
		qsort(screen->lines, screen->line_cnt, sizeof(*screen->lines),
		      screen->ascending ? rising : falling);
}

/* The contexts that are shown, below their processes, which are sorted already. */
static int add_children(struct aios_draw *draw, const size_t *places)
{
	const struct aios_top_frame *frame = draw->frame;
	struct aios_screen *screen = draw->screen;

	for (size_t i = 0; i < frame->ctx_cnt; i++) {
		const struct aios_top_row *row = &frame->ctx_rows[i];
		size_t place = places[row->proc - frame->sample->procs];
		int ret;

		if (place == SIZE_MAX || screen->lines[place].folded || !is_shown(screen, row))
			continue;
		ret = add_line(draw, row);
		if (ret)
			return ret;
		screen->lines[screen->line_cnt - 1].group = place;
		screen->lines[screen->line_cnt - 1].child = true;
	}
	sort_lines(screen);
	for (size_t i = 0; i < screen->line_cnt; i++)
		screen->lines[i].last = i + 1 == screen->line_cnt || !screen->lines[i + 1].child;
	return 0;
}

static int grow_tree(struct aios_draw *draw)
{
	const struct aios_top_sample *sample = draw->frame->sample;
	struct aios_screen *screen = draw->screen;
	size_t *places = calloc(sample->proc_cnt + 1, sizeof(*places));
	int ret;

	if (!places)
		return -ENOMEM;
	memset(places, 0xff, sample->proc_cnt * sizeof(*places));
	sort_lines(screen);
	for (size_t i = 0; i < screen->line_cnt; i++) {
		struct aios_line *line = &screen->lines[i];

		line->group = i;
		line->folded = aios_screen_folded(screen, line->parent);
		places[line->row->proc - sample->procs] = i;
	}
	ret = add_children(draw, places);
	free(places);
	return ret;
}

/* A process is in a tree where one of its contexts is. */
static int add_parents(struct aios_draw *draw)
{
	const struct aios_top_frame *frame = draw->frame;
	bool *wanted = calloc(frame->sample->proc_cnt + 1, sizeof(*wanted));
	int ret = 0;

	if (!wanted)
		return -ENOMEM;
	for (size_t i = 0; i < frame->ctx_cnt; i++)
		if (is_shown(draw->screen, &frame->ctx_rows[i]))
			wanted[frame->ctx_rows[i].proc - frame->sample->procs] = true;
	for (size_t i = 0; i < frame->proc_cnt && !ret; i++)
		if (wanted[frame->proc_rows[i].proc - frame->sample->procs] ||
		    is_shown(draw->screen, &frame->proc_rows[i]))
			ret = add_line(draw, &frame->proc_rows[i]);
	free(wanted);
	return ret;
}

static int add_rows(struct aios_draw *draw, const struct aios_top_row *rows, size_t cnt)
{
	for (size_t i = 0; i < cnt; i++) {
		int ret = is_shown(draw->screen, &rows[i]) ? add_line(draw, &rows[i]) : 0;

		if (ret)
			return ret;
	}
	sort_lines(draw->screen);
	return 0;
}

/**
 * aios_screen_select() - selects what is in a line
 * @screen: which
 * @line: one of its lines
 */
void aios_screen_select(struct aios_screen *screen, size_t line)
{
	screen->select_line = line;
	screen->select = screen->lines[line].id;
	screen->select_parent = screen->lines[line].parent;
	screen->follow = true;
}

/* From the selection on, and from the other end again, the first line that is searched for. */
static void find(struct aios_screen *screen)
{
	size_t cnt = screen->line_cnt, step = screen->find_step < 0 ? cnt - 1 : 1;
	size_t at = screen->select_line + (screen->find_step ? step : 0);

	screen->note = NULL;
	if (!screen->search[0])
		return;
	for (size_t n = 0; n < cnt; n++, at += step) {
		if (!aios_row_matches(screen->lines[at % cnt].row, screen->search))
			continue;
		aios_screen_select(screen, at % cnt);
		return;
	}
	screen->note = "Not found";
}

static bool is_selected(const struct aios_screen *screen, const struct aios_line *line)
{
	if (screen->by_parent)
		return line->parent == screen->select_parent;
	return aios_same_row(line->id, screen->select);
}

/*
 * The selection follows its row, and the lines that are seen follow it if it was among them. Where
 * the row has gone, what is in its place now is selected.
 */
static void select_again(struct aios_screen *screen)
{
	bool seen = screen->select_line >= screen->scroll &&
		    screen->select_line - screen->scroll < (size_t)screen->hits.row_cnt;
	bool follow = screen->follow || seen;
	size_t i = 0;

	while (i < screen->line_cnt && !is_selected(screen, &screen->lines[i]))
		i++;
	screen->by_parent = false;
	if (i == screen->line_cnt && i)
		i = screen->select_line < i ? screen->select_line : i - 1;
	if (screen->line_cnt) {
		aios_screen_select(screen, i);
	} else {
		screen->select_line = 0;
		screen->select = (struct aios_row_id){ 0 };
	}
	screen->follow = follow;
}

/**
 * aios_screen_sort() - makes the lines of the table anew
 * @draw: its screen gets lines
 * Return: 0 or -ENOMEM; then there are fewer lines.
 */
int aios_screen_sort(struct aios_draw *draw)
{
	const struct aios_top_frame *frame = draw->frame;
	struct aios_screen *screen = draw->screen;
	int ret;

	screen->line_cnt = 0;
	if (screen->tree) {
		ret = add_parents(draw);
		if (!ret)
			ret = grow_tree(draw);
	} else if (screen->contexts) {
		ret = add_rows(draw, frame->ctx_rows, frame->ctx_cnt);
	} else {
		ret = add_rows(draw, frame->proc_rows, frame->proc_cnt);
	}
	select_again(screen);
	if (screen->find)
		find(screen);
	screen->find = false;
	return ret;
}
