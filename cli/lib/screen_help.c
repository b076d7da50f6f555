// SPDX-License-Identifier: GPL-2.0-only
/*
 * screen_help.c - what explains itself: the help, the lists of columns, the keys at the bottom.
 */
#include "screen_int.h"

#include <string.h>

/* A line of the help; scrolled away lines are counted and not drawn. */
struct page {
	struct aios_draw *draw;
	struct aios_area area;
	int line;
};

static void put_line(struct page *page, const char *name, int width, const char *text,
		     enum aios_style style)
{
	int row = page->line++ - page->draw->screen->page_scroll;
	int cols = page->draw->grid->cols;

	if (row < 0 || row >= page->area.rows)
		return;
	row += page->area.row;
	aios_grid_text(page->draw->grid, (struct aios_span){ row, 1, width }, style, name);
	aios_grid_text(page->draw->grid, (struct aios_span){ row, 2 + width, cols - 2 - width },
		       AIOS_STYLE_PLAIN, text);
}

static void put_title(struct page *page, const char *title)
{
	put_line(page, title, page->draw->grid->cols, "", AIOS_STYLE_STRONG);
}

static void put_blank(struct page *page)
{
	page->line++;
}

static const char *const notes[] = {
	"Colours: green is in use, yellow and red want to be looked at, dim is over or unknown.",
	"Evidence: rings - no privilege: the rings of one's own processes; snapshot - all contexts",
	"as they are; function - and what was counted in the kernel; trace - a recorded file.",
	"A dash is what is not known, a number of hashes one that does not fit.",
	"Mouse: headings sort, a row is selected and then opened, keys below work, the wheel too.",
};

static void help_page(struct page *page)
{
	put_title(page, "aiotop: who holds fs.aio-max-nr, and what AIO does right now");
	put_blank(page);
	put_title(page, "Keys");
	for (size_t i = 0; aios_bindings(i); i++)
		put_line(page, aios_bindings(i)->names, 12, aios_bindings(i)->help, AIOS_STYLE_KEY);
	put_blank(page);
	put_title(page, "Columns");
	for (size_t i = 0; i < AIOS_COLS; i++)
		put_line(page, aios_cols[i].title, 12, aios_cols[i].help, AIOS_STYLE_TITLE);
	put_blank(page);
	for (size_t i = 0; i < sizeof(notes) / sizeof(notes[0]); i++)
		put_line(page, "", 0, notes[i], AIOS_STYLE_PLAIN);
}

/**
 * aios_draw_help() - keys and columns
 * @draw: its screen is scrolled back where that is too far
 * @area: where to
 */
void aios_draw_help(struct aios_draw *draw, struct aios_area area)
{
	struct aios_area nowhere = { 0, 0 };
	struct page page = { draw, nowhere, 0 };
	int most;

	help_page(&page);
	most = page.line > area.rows ? page.line - area.rows : 0;
	if (draw->screen->page_scroll > most)
		draw->screen->page_scroll = most;
	page = (struct page){ draw, area, 0 };
	help_page(&page);
}

/* The first line of a menu that is seen when @menu is among @rows. */
static int menu_first(int menu, int rows)
{
	return rows > 0 && menu >= rows ? menu - rows + 1 : 0;
}

/* A menu of columns in their order, @width wide, below its heading. */
static void draw_menu(struct aios_draw *draw, struct aios_area area, int width, const char *title,
		      bool boxes)
{
	struct aios_screen *screen = draw->screen;
	struct aios_grid *grid = draw->grid;
	int first = menu_first(screen->menu, area.rows - 1);
	struct aios_span at = { area.row, 0, width };

	aios_grid_fill(grid, at, AIOS_STYLE_HEADING, ' ');
	aios_grid_text(grid, at, AIOS_STYLE_HEADING, title);
	for (int i = 0; i < area.rows - 1; i++) {
		int line = first + i;
		enum aios_column_id id;
		enum aios_style style;

		at.row = area.row + 1 + i;
		aios_grid_fill(grid, at, AIOS_STYLE_PLAIN, ' ');
		if (line >= AIOS_COLS)
			continue;
		id = screen->order[line];
		style = line == screen->menu ? AIOS_STYLE_SELECTED : AIOS_STYLE_PLAIN;
		aios_grid_fill(grid, at, style, ' ');
		aios_put_fmt(grid, at, style, "%s%-10s %s",
			     !boxes ? "" : screen->shown[id] ? "[x] " : "[ ] ",
			     aios_cols[id].title, boxes ? aios_cols[id].help : "");
	}
	screen->hits.first_row = area.row + 1;
	screen->hits.row_cnt = area.rows - 1;
	screen->hits.menu_first = first;
	screen->hits.menu_width = width;
}

void aios_draw_setup(struct aios_draw *draw, struct aios_area area)
{
	draw_menu(draw, area, draw->grid->cols, "Columns", true);
}

void aios_draw_sort(struct aios_draw *draw, struct aios_area area)
{
	draw_menu(draw, area, draw->grid->cols < 14 ? draw->grid->cols : 14, "Sort by", false);
}

/* Keys at the bottom: what they are called, what they do, and which they are. */
struct hint {
	const char *name;
	const char *label;
	uint32_t key;
};

static const struct hint table_hints[] = {
	{ "F1", "Help", AIOS_KEY_F0 + 1 }, { "F2", "Setup", AIOS_KEY_F0 + 2 },
	{ "F3", "Search", AIOS_KEY_F0 + 3 }, { "F4", "Filter", AIOS_KEY_F0 + 4 },
	{ "F5", "Tree", AIOS_KEY_F0 + 5 }, { "F6", "SortBy", AIOS_KEY_F0 + 6 },
	{ "F7", "Ctxs", AIOS_KEY_F0 + 7 }, { "F8", "Pause", AIOS_KEY_F0 + 8 },
	{ "Enter", "Detail", AIOS_KEY_ENTER }, { "F10", "Quit", AIOS_KEY_F0 + 10 },
	{ NULL, NULL, 0 },
};

static const struct hint help_hints[] = {
	{ "Esc", "Back", AIOS_KEY_ESC }, { "PgDn", "More", AIOS_KEY_PAGE_DOWN }, { NULL, NULL, 0 },
};

static const struct hint setup_hints[] = {
	{ "Space", "Show/hide", ' ' }, { "F7", "Up", AIOS_KEY_F0 + 7 },
	{ "F8", "Down", AIOS_KEY_F0 + 8 }, { "r", "Reset", 'r' },
	{ "Esc", "Done", AIOS_KEY_ESC }, { NULL, NULL, 0 },
};

static const struct hint sort_hints[] = {
	{ "Enter", "Sort", AIOS_KEY_ENTER }, { "Esc", "Back", AIOS_KEY_ESC }, { NULL, NULL, 0 },
};

static const struct hint search_hints[] = {
	{ "Enter", "Done", AIOS_KEY_ENTER }, { "F3", "Next", AIOS_KEY_F0 + 3 },
	{ "Esc", "Cancel", AIOS_KEY_ESC }, { NULL, NULL, 0 },
};

static const struct hint filter_hints[] = {
	{ "Enter", "Done", AIOS_KEY_ENTER }, { "Esc", "Clear", AIOS_KEY_ESC }, { NULL, NULL, 0 },
};

static const struct {
	const struct hint *hints;
	const char *prompt;
} footers[] = {
	[AIOS_MODE_TABLE] = { table_hints, NULL },
	[AIOS_MODE_HELP] = { help_hints, NULL },
	[AIOS_MODE_SETUP] = { setup_hints, NULL },
	[AIOS_MODE_SORT] = { sort_hints, NULL },
	[AIOS_MODE_SEARCH] = { search_hints, "Search: " },
	[AIOS_MODE_FILTER] = { filter_hints, "Filter: " },
	[AIOS_MODE_DELAY] = { filter_hints, "Seconds between frames: " },
};

/* Return: the column behind it. */
static int draw_prompt(struct aios_draw *draw, int row, int col, const char *prompt)
{
	struct aios_grid *grid = draw->grid;
	struct aios_span at = { row, col, grid->cols - col };

	aios_grid_fill(grid, at, AIOS_STYLE_INPUT, ' ');
	at.col += aios_grid_text(grid, at, AIOS_STYLE_INPUT, prompt);
	at.width = grid->cols - at.col;
	at.col += aios_put_safe(grid, at, AIOS_STYLE_INPUT, draw->screen->typed);
	if (at.col < grid->cols) {
		grid->cursor_row = row;
		grid->cursor_col = at.col;
	}
	return at.col;
}

static int draw_hints(struct aios_draw *draw, int row, int col, const struct hint *hints)
{
	struct aios_hits *hits = &draw->screen->hits;
	struct aios_grid *grid = draw->grid;

	for (; hints->name && hits->key_cnt < (int)(sizeof(hits->keys) / sizeof(hits->keys[0]));
	     hints++) {
		int width = (int)(strlen(hints->name) + strlen(hints->label));

		if (col + width > grid->cols)
			break;
		hits->keys[hits->key_cnt].col = col;
		hits->keys[hits->key_cnt].width = width;
		hits->keys[hits->key_cnt++].key = hints->key;
		col += aios_grid_text(grid, (struct aios_span){ row, col, grid->cols - col },
				      AIOS_STYLE_KEY, hints->name);
		col += aios_grid_text(grid, (struct aios_span){ row, col, grid->cols - col },
				      AIOS_STYLE_LABEL, hints->label);
	}
	return col;
}

/**
 * aios_draw_footer() - keys, what is being typed, and what there is to say
 * @draw: where to
 * @row: which row
 */
void aios_draw_footer(struct aios_draw *draw, int row)
{
	struct aios_screen *screen = draw->screen;
	struct aios_grid *grid = draw->grid;
	struct aios_span at = { row, 0, grid->cols };
	const char *prompt = footers[screen->mode].prompt;
	int col;

	screen->hits.footer_row = row;
	aios_grid_fill(grid, at, AIOS_STYLE_LABEL, ' ');
	col = draw_hints(draw, row, 0, footers[screen->mode].hints);
	if (prompt)
		col = draw_prompt(draw, row, col + 1 < grid->cols / 2 ? col + 1 : 0, prompt);
	at.col = col + 1;
	at.width = grid->cols - at.col;
	if (screen->note) {
		aios_put_safe(grid, at, AIOS_STYLE_CRIT, screen->note);
	} else if (screen->mode == AIOS_MODE_TABLE && screen->filter[0]) {
		at.col += aios_grid_text(grid, at, AIOS_STYLE_LABEL, "Filter: ");
		at.width = grid->cols - at.col;
		aios_put_safe(grid, at, AIOS_STYLE_LABEL, screen->filter);
	}
}
