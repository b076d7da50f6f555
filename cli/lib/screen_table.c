// SPDX-License-Identifier: GPL-2.0-only
/*
 * screen_table.c - the table: which columns there is room for, headings, rows.
 */
#include "screen_int.h"

#include <string.h>

#define COMMAND_LEAST	10	/* columns that COMMAND has at least */
#define COMMAND_USUAL	20	/* from 60 columns on */

/* Nobody asked for it, and there is nothing to tell in it. */
static bool is_left_out(const struct aios_draw *draw, enum aios_column_id id)
{
	const struct aios_screen *screen = draw->screen;
	const struct aios_col *column = &aios_cols[id];

	return !screen->shown[id] || (!screen->chosen && column->counted &&
				      !aios_screen_counts(draw->frame));
}

static void add_hit(struct aios_hits *hits, enum aios_column_id id, int *col, int width)
{
	hits->cols[hits->col_cnt++] = (struct aios_hit){ *col, width, id };
	*col += width + 1;
}

/*
 * The columns in their order, as many as fit. The one who is it about stays when others are
 * scrolled away; COMMAND is the last one, wherever it is in the order, and takes what is left.
 */
static void place_columns(struct aios_draw *draw)
{
	struct aios_screen *screen = draw->screen;
	struct aios_hits *hits = &screen->hits;
	bool command = !is_left_out(draw, AIOS_COL_COMMAND);
	int cols = draw->grid->cols, col = 0, keep = 0;
	size_t skip = screen->skip_cols;

	if (command)
		keep = 1 + (cols >= 60 ? COMMAND_USUAL : COMMAND_LEAST);
	hits->col_cnt = 0;
	for (size_t i = 0; i < AIOS_COLS; i++) {
		enum aios_column_id id = screen->order[i];
		int width = aios_cols[id].width;

		if (id == AIOS_COL_COMMAND || is_left_out(draw, id))
			continue;
		if (id != AIOS_COL_PID && skip) {
			skip--;
			continue;
		}
		if (col + width + keep > cols)
			break;
		add_hit(hits, id, &col, width);
	}
	/* Scrolling further than to the last one changes nothing. */
	screen->skip_cols -= skip;
	if (command && col < cols)
		add_hit(hits, AIOS_COL_COMMAND, &col, cols - col);
}

static void draw_heading(struct aios_draw *draw, int row)
{
	struct aios_screen *screen = draw->screen;
	struct aios_grid *grid = draw->grid;

	screen->hits.heading_row = row;
	aios_grid_fill(grid, (struct aios_span){ row, 0, grid->cols }, AIOS_STYLE_HEADING, ' ');
	for (int i = 0; i < screen->hits.col_cnt; i++) {
		const struct aios_hit *hit = &screen->hits.cols[i];
		const struct aios_col *column = &aios_cols[hit->id];
		struct aios_span at = { row, hit->col, hit->width };
		bool sorted = hit->id == screen->sort;

		if (sorted)
			aios_grid_style(grid, at, AIOS_STYLE_SORTED);
		if (column->left)
			aios_grid_text(grid, at, sorted ? AIOS_STYLE_SORTED : AIOS_STYLE_HEADING,
				       column->title);
		else
			aios_grid_right(grid, at, sorted ? AIOS_STYLE_SORTED : AIOS_STYLE_HEADING,
					column->title);
	}
}

static bool is_tagged(const struct aios_screen *screen, struct aios_row_id id)
{
	for (size_t i = 0; i < screen->tag_cnt; i++)
		if (aios_same_row(screen->tags[i], id))
			return true;
	return false;
}

/* "[+] " a process that is folded, "[-] " one that is not, "  `- " the last of its contexts. */
static int draw_branch(struct aios_draw *draw, struct aios_span at, const struct aios_line *line)
{
	const char *branch = line->folded ? "[+] " : "[-] ";

	if (line->child)
		branch = line->last ? " \u2514\u2500 " : " \u251c\u2500 ";
	return aios_grid_text(draw->grid, at, AIOS_STYLE_DIM, branch);
}

/* What is shown right above, in the row of the process, is not repeated below it. */
static bool is_repeated(const struct aios_line *line, enum aios_column_id id)
{
	return line->child && (id == AIOS_COL_USER || id == AIOS_COL_CONTAINER ||
			       id == AIOS_COL_CGROUP || id == AIOS_COL_CTXS);
}

static void draw_row(struct aios_draw *draw, int row, const struct aios_line *line)
{
	struct aios_screen *screen = draw->screen;
	struct aios_grid *grid = draw->grid;
	struct aios_look_at look = { draw->frame, line->row, line->child };
	struct aios_span all = { row, 0, grid->cols };

	for (int i = 0; i < screen->hits.col_cnt; i++) {
		const struct aios_hit *hit = &screen->hits.cols[i];
		const struct aios_col *column = &aios_cols[hit->id];
		struct aios_span at = { row, hit->col, hit->width };

		if (hit->id == AIOS_COL_COMMAND && screen->tree) {
			int used = draw_branch(draw, at, line);

			at.col += used;
			at.width -= used;
		}
		if (!is_repeated(line, hit->id))
			column->paint(grid, at, column, look);
	}
	if (line->row->gone)
		aios_grid_style(grid, all, AIOS_STYLE_DIM);
	else if (line->row->fresh && draw->frame->span_ns)
		aios_grid_style(grid, all, AIOS_STYLE_FRESH);
	if (is_tagged(screen, line->id))
		aios_grid_style(grid, all, AIOS_STYLE_TAGGED);
	if (aios_same_row(line->id, screen->select))
		aios_grid_style(grid, all, AIOS_STYLE_SELECTED);
}

/* The selection is seen if it has moved; and nothing is scrolled beyond the end. */
static void scroll_to(struct aios_screen *screen, size_t rows)
{
	size_t most = screen->line_cnt > rows ? screen->line_cnt - rows : 0;

	if (screen->follow && screen->select_line < screen->scroll)
		screen->scroll = screen->select_line;
	if (screen->follow && rows && screen->select_line >= screen->scroll + rows)
		screen->scroll = screen->select_line - rows + 1;
	if (screen->scroll > most)
		screen->scroll = most;
	screen->follow = false;
}

/* Why there is nothing to see. */
static void draw_nothing(struct aios_draw *draw, struct aios_area area)
{
	const struct aios_screen *screen = draw->screen;
	const char *why = "No process has an AIO context.";

	if (screen->filter[0])
		why = "Nothing matches the filter (F4).";
	else if (screen->hide_idle && draw->frame->ctx_cnt)
		why = "All contexts are idle (K shows them).";
	else if (draw->frame->sample->host.evidence == AIOS_TOP_RINGS)
		why = "None of the processes that can be seen has an AIO context.";
	if (area.rows > 0)
		aios_grid_text(draw->grid, (struct aios_span){ area.row, 0, draw->grid->cols },
			       AIOS_STYLE_DIM, why);
}

/**
 * aios_draw_table() - draws headings, and rows below
 * @draw: its screen has lines
 * @area: where to
 */
void aios_draw_table(struct aios_draw *draw, struct aios_area area)
{
	struct aios_screen *screen = draw->screen;
	int rows = area.rows - 1;

	if (area.rows < 1)
		return;
	place_columns(draw);
	draw_heading(draw, area.row);
	scroll_to(screen, (size_t)rows);
	screen->hits.first_row = area.row + 1;
	screen->hits.row_cnt = rows;
	if (!screen->line_cnt)
		draw_nothing(draw, (struct aios_area){ area.row + 1, rows });
	for (int i = 0; i < rows && screen->scroll + (size_t)i < screen->line_cnt; i++)
		draw_row(draw, area.row + 1 + i, &screen->lines[screen->scroll + (size_t)i]);
}
