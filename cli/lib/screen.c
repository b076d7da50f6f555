// SPDX-License-Identifier: GPL-2.0-only
/*
 * screen.c - aiotop's screen: how it begins, and what is where on it.
 */
#include "screen_int.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Columns as they are when nobody has chosen any. */
void aios_screen_columns(struct aios_screen *screen)
{
	for (int i = 0; i < AIOS_COLS; i++) {
		screen->order[i] = (enum aios_column_id)i;
		screen->shown[i] = aios_cols[i].shown;
	}
	screen->chosen = false;
	screen->skip_cols = 0;
}

struct aios_screen *aios_screen_new(uint64_t delay_ns, int32_t utc_offset_s)
{
	struct aios_screen *screen = calloc(1, sizeof(*screen));

	if (!screen)
		return NULL;
	screen->delay_ns = delay_ns;
	screen->utc_offset_s = utc_offset_s;
	screen->sort = AIOS_COL_SHARE;
	aios_screen_columns(screen);
	return screen;
}

struct aios_screen *aios_screen_free(struct aios_screen *screen)
{
	if (screen) {
		free(screen->folds);
		free(screen->lines);
		free(screen);
	}
	return NULL;
}

uint64_t aios_screen_look_into(const struct aios_screen *screen,
			       const struct aios_top_frame *frame)
{
	for (size_t i = 0; screen->pane && screen->select.is_ctx && i < frame->ctx_cnt; i++)
		if (frame->ctx_rows[i].ctx->id == screen->select.id)
			return frame->ctx_rows[i].ctx->snap.kctx;
	return 0;
}

void aios_screen_play(struct aios_screen *screen, double speed)
{
	screen->speed = speed;
}

uint64_t aios_screen_step(const struct aios_screen *screen)
{
	return (uint64_t)((double)screen->delay_ns * screen->speed);
}

int64_t aios_screen_seek(const struct aios_screen *screen)
{
	return screen->seek_ns;
}

void aios_screen_end(struct aios_screen *screen)
{
	screen->paused = true;
	screen->ended = true;
}

uint64_t aios_screen_delay(const struct aios_screen *screen)
{
	return screen->delay_ns;
}

bool aios_screen_paused(const struct aios_screen *screen)
{
	return screen->paused;
}

#define ROWS_LEAST	4
#define COLS_LEAST	16
#define PANE_USUAL	12	/* rows of the pane that tell most of it */

/* The pane takes the larger part, and leaves the table a heading and a row. */
static int pane_rows(int rows)
{
	int pane = rows * 3 / 5;

	if (pane < PANE_USUAL)
		pane = PANE_USUAL;
	return pane < rows - 2 ? pane : rows - 2;
}

/* A third; but of a small terminal enough for one finding. */
static int header_rows(int rows)
{
	return rows >= 10 && rows < 12 ? 4 : rows / 3;
}

/* Header, table, and the pane or a menu. */
static void draw_table(struct aios_draw *draw, struct aios_area area)
{
	int header = aios_draw_header(draw, header_rows(draw->grid->rows)), pane = 0;
	struct aios_area table = { area.row + header, area.rows - header };

	if (draw->screen->pane && table.rows > 4) {
		pane = pane_rows(table.rows);
		table.rows -= pane;
	}
	aios_draw_table(draw, table);
	if (pane)
		aios_draw_pane(draw, (struct aios_area){ table.row + table.rows, pane });
	table.rows += pane;
	if (draw->screen->mode == AIOS_MODE_SORT)
		aios_draw_sort(draw, table);
}

static void draw_all(struct aios_draw *draw)
{
	struct aios_grid *grid = draw->grid;
	struct aios_area area = { 0, grid->rows - 1 };

	if (draw->screen->mode == AIOS_MODE_HELP)
		aios_draw_help(draw, area);
	else if (draw->screen->mode == AIOS_MODE_SETUP)
		aios_draw_setup(draw, area);
	else if (draw->frame)
		draw_table(draw, area);
	else
		aios_grid_text(grid, (struct aios_span){ 0, 0, grid->cols }, AIOS_STYLE_DIM,
			       "Waiting for the first sample");
	aios_draw_footer(draw, grid->rows - 1);
}

/* Rows belong to the frame, which goes. */
static void forget_rows(struct aios_screen *screen)
{
	for (size_t i = 0; i < screen->line_cnt; i++) {
		screen->lines[i].row = NULL;
		screen->lines[i].text = NULL;
	}
}

int aios_screen_draw(struct aios_screen *screen, const struct aios_top_frame *frame,
		     const struct aios_top *top, struct aios_grid *grid)
{
	struct aios_draw draw = { screen, frame, top, grid };
	int rows = screen->hits.row_cnt, ret = 0;

	if (aios_grid_size(grid, grid->rows, grid->cols))
		return -ENOMEM;
	screen->hits.row_cnt = screen->mode == AIOS_MODE_TABLE ? rows : 0;
	if (frame)
		ret = aios_screen_sort(&draw);
	screen->hits = (struct aios_hits){ .heading_row = -1, .first_row = -1, .footer_row = -1 };
	if (grid->rows < ROWS_LEAST || grid->cols < COLS_LEAST)
		aios_grid_text(grid, (struct aios_span){ 0, 0, grid->cols }, AIOS_STYLE_PLAIN,
			       "too small");
	else
		draw_all(&draw);
	forget_rows(screen);
	return ret;
}
