// SPDX-License-Identifier: GPL-2.0-only
/*
 * grid.c - a screen as cells.
 */
#include "grid.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "width.h"

#define REPLACEMENT	0xfffd

static const struct aios_cell blank = { .code = { ' ' }, .width = 1 };

int aios_grid_size(struct aios_grid *grid, int rows, int cols)
{
	size_t cnt;
	struct aios_cell *cells;

	if (rows < 1)
		rows = 1;
	if (cols < 1)
		cols = 1;
	cnt = (size_t)rows * (size_t)cols;
	cells = reallocarray(grid->cells, cnt, sizeof(*cells));
	if (!cells)
		return -ENOMEM;
	for (size_t i = 0; i < cnt; i++)
		cells[i] = blank;
	*grid = (struct aios_grid){ rows, cols, -1, -1, cells };
	return 0;
}

void aios_grid_done(struct aios_grid *grid)
{
	free(grid->cells);
	*grid = (struct aios_grid){ 0 };
}

static struct aios_cell *cell_at(const struct aios_grid *grid, int row, int col)
{
	if (row < 0 || col < 0 || row >= grid->rows || col >= grid->cols)
		return NULL;
	return &grid->cells[(size_t)row * (size_t)grid->cols + (size_t)col];
}

const struct aios_cell *aios_grid_cell(const struct aios_grid *grid, int row, int col)
{
	return cell_at(grid, row, col);
}

/* Columns of the place that are in the grid, from @at->col on, which is moved there. */
static int clip(const struct aios_grid *grid, struct aios_span *at)
{
	if (at->row < 0 || at->row >= grid->rows)
		return 0;
	if (at->col < 0) {
		at->width += at->col;
		at->col = 0;
	}
	if (at->width > grid->cols - at->col)
		at->width = grid->cols - at->col;
	return at->width > 0 ? at->width : 0;
}

/* Half of a wide character that stays behind is a blank. */
static void part(struct aios_grid *grid, int row, int col)
{
	struct aios_cell *cell = cell_at(grid, row, col), *other;

	if (!cell || cell->width == 1)
		return;
	other = cell_at(grid, row, cell->width ? col + 1 : col - 1);
	if (other) {
		other->code[0] = ' ';
		other->code[1] = 0;
		other->width = 1;
	}
}

static void put(struct aios_grid *grid, int row, int col, uint32_t code, int width,
		enum aios_style style)
{
	struct aios_cell *cell = cell_at(grid, row, col);

	part(grid, row, col);
	*cell = (struct aios_cell){ .code = { code }, .width = (uint8_t)width,
				    .style = (uint8_t)style };
	if (width < 2)
		return;
	part(grid, row, col + 1);
	*cell_at(grid, row, col + 1) = (struct aios_cell){ .style = (uint8_t)style };
}

/* Ranges of what would drive a terminal, or what comes behind it, instead of being seen. */
static const struct range {
	uint32_t first, last;
} harmful[] = {
	{ 0, 0x1f }, { 0x7f, 0x9f }, { 0xad, 0xad }, { 0x61c, 0x61c }, { 0x180e, 0x180e },
	{ 0x200b, 0x200f }, { 0x2028, 0x202e }, { 0x2060, 0x206f }, { 0xd800, 0xdfff },
	{ 0xe000, 0xf8ff }, { 0xfe00, 0xfe0f }, { 0xfeff, 0xfeff }, { 0xfff0, 0xfffb },
	{ 0xfffe, 0xffff }, { 0x1d173, 0x1d17a }, { 0xe0000, UINT32_MAX },
};

static uint32_t harmless(uint32_t code)
{
	for (size_t i = 0; i < sizeof(harmful) / sizeof(harmful[0]); i++)
		if (code >= harmful[i].first && code <= harmful[i].last)
			return REPLACEMENT;
	return code;
}

static void put_mark(struct aios_grid *grid, int row, int col, uint32_t code)
{
	struct aios_cell *cell = cell_at(grid, row, col);

	if (cell && !cell->width)
		cell = cell_at(grid, row, col - 1);
	for (int i = 1; cell && i <= AIOS_CELL_MARKS; i++) {
		if (cell->code[i])
			continue;
		cell->code[i] = code;
		return;
	}
}

int aios_grid_text(struct aios_grid *grid, struct aios_span at, enum aios_style style,
		   const char *text)
{
	int used = 0, room;

	room = clip(grid, &at);
	while (*text) {
		uint32_t code = harmless(aios_utf8_next(&text));
		int width = code == REPLACEMENT ? 1 : (int)aios_width_char(code);

		if (used + width > room)
			break;
		if (width)
			put(grid, at.row, at.col + used, code, width, style);
		else if (used)
			put_mark(grid, at.row, at.col + used - 1, code);
		used += width;
	}
	return used;
}

void aios_grid_right(struct aios_grid *grid, struct aios_span at, enum aios_style style,
		     const char *text)
{
	int width = (int)aios_width(text);

	if (width > at.width) {
		aios_grid_fill(grid, at, style, '#');
		return;
	}
	at.col += at.width - width;
	at.width = width;
	aios_grid_text(grid, at, style, text);
}

void aios_grid_fill(struct aios_grid *grid, struct aios_span at, enum aios_style style,
		    uint32_t code)
{
	int room = clip(grid, &at);

	for (int i = 0; i < room; i++)
		put(grid, at.row, at.col + i, code, 1, style);
}

void aios_grid_style(struct aios_grid *grid, struct aios_span at, enum aios_style style)
{
	int room = clip(grid, &at);

	for (int i = 0; i < room; i++)
		cell_at(grid, at.row, at.col + i)->style = (uint8_t)style;
}

/* What so many of @steps are of the whole; something is never nothing. */
static int steps_of(double value, double whole, int steps)
{
	int step;

	if (!(value > 0) || !(whole > 0))
		return 0;
	if (value >= whole)
		return steps;
	step = (int)(value / whole * steps + 0.5);
	return step ? step : 1;
}

void aios_grid_bar(struct aios_grid *grid, struct aios_span at, double now, double peak, double of,
		   enum aios_style style)
{
	int full = steps_of(now, of, at.width * 8), was = steps_of(peak, of, at.width * 8);

	for (int i = 0; i < at.width; i++) {
		struct aios_span cell = { at.row, at.col + i, 1 };
		int eighths = full - i * 8;

		/* U+2588 is the whole block, U+258F the eighth on the left. */
		if (eighths > 0)
			aios_grid_fill(grid, cell, style,
				       eighths >= 8 ? 0x2588 : (uint32_t)(0x2590 - eighths));
		else if (was > i * 8)
			aios_grid_fill(grid, cell, AIOS_STYLE_PEAK, 0x2591);
		else
			aios_grid_fill(grid, cell, AIOS_STYLE_FREE, 0xb7);
	}
}

void aios_grid_spark(struct aios_grid *grid, struct aios_span at, int height, const double *values,
		     size_t cnt, double max, enum aios_style style)
{
	for (size_t i = 0; i < cnt && (int)i < at.width; i++) {
		int full = steps_of(values[i], max, height * 8);

		for (int up = 0; up < height; up++) {
			struct aios_span cell = { at.row - up, at.col + (int)i, 1 };
			int eighths = full - up * 8;

			/* U+2581 is the lowest eighth. */
			if (eighths > 0)
				aios_grid_fill(grid, cell, style,
					       0x2580U + (uint32_t)(eighths < 8 ? eighths : 8));
		}
	}
}
