/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * grid.h - a screen as cells, before anybody draws it: on a terminal, as text, as a picture.
 *
 * Whatever is put into a cell is harmless: controls, characters that turn the direction of the text
 * and what is no UTF-8 become U+FFFD here at the latest. Everything clips at the edges of the grid.
 */
#ifndef AIOS_GRID_H
#define AIOS_GRID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"

/**
 * enum aios_style - what a cell is for; whoever draws the grid gives it a look
 */
enum aios_style {
	AIOS_STYLE_PLAIN,
	AIOS_STYLE_TITLE,	/* names of things in the header and in panes */
	AIOS_STYLE_STRONG,	/* numbers that matter */
	AIOS_STYLE_HEADING,	/* of the table */
	AIOS_STYLE_SORTED,	/* the heading that the table is sorted by */
	AIOS_STYLE_USED,	/* of a meter */
	AIOS_STYLE_PEAK,	/* of a meter: was used */
	AIOS_STYLE_FREE,	/* of a meter */
	AIOS_STYLE_GOOD,
	AIOS_STYLE_NOTE,
	AIOS_STYLE_WARN,
	AIOS_STYLE_CRIT,
	AIOS_STYLE_DIM,
	AIOS_STYLE_FRESH,	/* was not there a moment ago */
	AIOS_STYLE_SELECTED,
	AIOS_STYLE_TAGGED,
	AIOS_STYLE_KEY,		/* the name of a key in the footer */
	AIOS_STYLE_LABEL,	/* what it does */
	AIOS_STYLE_INPUT,	/* where somebody types */
	AIOS_STYLES,
};

#define AIOS_CELL_MARKS	2	/* put onto a character; more are left out */

/**
 * struct aios_cell - one place
 * @code: a character and the marks on it, 0 where there are no more
 * @width: 1; 2 for a wide character; 0 for the place that the wide one on the left takes
 * @style: enum aios_style
 */
struct aios_cell {
	uint32_t code[1 + AIOS_CELL_MARKS];
	uint8_t width;
	uint8_t style;
};

/**
 * struct aios_grid - a screen; zero-initialised has no cells
 * @cells: owned
 * @cursor_row, @cursor_col: where somebody types, -1 for nowhere
 */
struct aios_grid {
	int rows;
	int cols;
	int cursor_row;
	int cursor_col;
	struct aios_cell *cells;
};

/* A place: a row, and the columns from @col on. */
struct aios_span {
	int row;
	int col;
	int width;
};

/**
 * aios_grid_size() - makes the grid so large, and empties it
 * @grid: zero-initialised, or of another size
 * Return: 0 or -ENOMEM; then it is as before.
 */
int aios_grid_size(struct aios_grid *grid, int rows, int cols);
void aios_grid_done(struct aios_grid *grid);

/* NULL outside of the grid. */
const struct aios_cell *aios_grid_cell(const struct aios_grid *grid, int row, int col);

/**
 * aios_grid_text() - writes text, as much as there is room for
 * @grid: where to
 * @at: where; what the text does not take stays as it is
 * @style: of the text
 * @text: any bytes
 * Return: columns taken.
 */
int aios_grid_text(struct aios_grid *grid, struct aios_span at, enum aios_style style,
		   const char *text);

/* The same at the right end. What is too wide to be a number shows as '#': half of it would lie. */
void aios_grid_right(struct aios_grid *grid, struct aios_span at, enum aios_style style,
		     const char *text);

/* All of the place is this character. */
void aios_grid_fill(struct aios_grid *grid, struct aios_span at, enum aios_style style,
		    uint32_t code);

/* All of the place gets this style. */
void aios_grid_style(struct aios_grid *grid, struct aios_span at, enum aios_style style);

/**
 * aios_grid_bar() - how much of something, in eighths of a column
 * @grid: where to
 * @at: the whole
 * @now: as much is full
 * @peak: as much was full at some time; 0 for unknown
 * @of: what @at stands for
 * @style: of what is full
 */
void aios_grid_bar(struct aios_grid *grid, struct aios_span at, double now, double peak, double of,
		   enum aios_style style);

/**
 * aios_grid_spark() - values as columns, in eighths of a row
 * @grid: where to
 * @at: the lowest row; a value a column, from the left
 * @height: rows
 * @values: what; what is more than 0 is seen
 * @cnt: of them
 * @max: the value that fills @height
 * @style: of the columns
 */
void aios_grid_spark(struct aios_grid *grid, struct aios_span at, int height, const double *values,
		     size_t cnt, double max, enum aios_style style);

/* The characters, a line a row, without blanks at the ends of lines. */
void aios_grid_plain(const struct aios_grid *grid, struct aios_buf *buf);

/* The styles in the same way, a letter each: aios_style_letter(). */
void aios_grid_styles(const struct aios_grid *grid, struct aios_buf *buf);
char aios_style_letter(enum aios_style style);

/**
 * aios_grid_svg() - a picture that needs nothing else, for light and dark pages
 * @grid: of what
 * @buf: appended to
 * @title: what it shows, for those who cannot see it
 */
void aios_grid_svg(const struct aios_grid *grid, struct aios_buf *buf, const char *title);

/* Appends a code point as UTF-8. */
void aios_buf_utf8(struct aios_buf *buf, uint32_t code);

#endif /* AIOS_GRID_H */
