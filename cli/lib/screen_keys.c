// SPDX-License-Identifier: GPL-2.0-only
/*
 * screen_keys.c - what keys and the mouse change of the screen. Keys are htop's where it has them.
 */
#include "screen_int.h"

#include <errno.h>
#include <string.h>

#include "units.h"

#define F(n)	(AIOS_KEY_F0 + (n))
#define CTRL_L	0x0c
#define FAR	100000		/* lines: to the first or the last one */
#define WHEEL	3		/* lines */

static enum aios_screen_does open_mode(struct aios_screen *screen, int mode)
{
	screen->mode = (enum aios_screen_mode)mode;
	screen->page_scroll = 0;
	screen->menu = 0;
	screen->typed[0] = '\0';
	for (int i = 0; mode == AIOS_MODE_SORT && i < AIOS_COLS; i++)
		if (screen->order[i] == screen->sort)
			screen->menu = i;
	if (mode == AIOS_MODE_FILTER)
		memcpy(screen->typed, screen->filter, sizeof(screen->typed));
	return AIOS_SCREEN_DRAW;
}

static enum aios_screen_does toggle_tree(struct aios_screen *screen, int arg)
{
	(void)arg;
	screen->tree = !screen->tree;
	screen->by_parent = true;
	screen->follow = true;
	return AIOS_SCREEN_DRAW;
}

static enum aios_screen_does toggle_contexts(struct aios_screen *screen, int arg)
{
	(void)arg;
	screen->contexts = screen->tree || !screen->contexts;
	screen->tree = false;
	screen->by_parent = true;
	screen->follow = true;
	return AIOS_SCREEN_DRAW;
}

static enum aios_screen_does toggle_idle(struct aios_screen *screen, int arg)
{
	(void)arg;
	screen->hide_idle = !screen->hide_idle;
	return AIOS_SCREEN_DRAW;
}

static enum aios_screen_does toggle_pane(struct aios_screen *screen, int arg)
{
	(void)arg;
	screen->pane = !screen->pane;
	screen->follow = true;
	return AIOS_SCREEN_DRAW;
}

static enum aios_screen_does close_pane(struct aios_screen *screen, int arg)
{
	(void)arg;
	screen->pane = false;
	return AIOS_SCREEN_DRAW;
}

static enum aios_screen_does toggle_pause(struct aios_screen *screen, int arg)
{
	(void)arg;
	screen->paused = !screen->paused;
	screen->ended = false;
	return AIOS_SCREEN_TIMER;
}

static enum aios_screen_does no_trace(struct aios_screen *screen)
{
	screen->note = "For a recorded trace: aiotop file";
	return AIOS_SCREEN_DRAW;
}

/* From the end of the trace it goes on where it was sought. */
static enum aios_screen_does seek_to(struct aios_screen *screen, int64_t by_ns)
{
	if (screen->speed == 0)
		return no_trace(screen);
	screen->seek_ns = by_ns;
	if (screen->ended)
		screen->paused = false;
	screen->ended = false;
	return AIOS_SCREEN_SEEK;
}

static enum aios_screen_does seek(struct aios_screen *screen, int seconds)
{
	return seek_to(screen, seconds * (int64_t)1000000000);
}

static enum aios_screen_does rewind_trace(struct aios_screen *screen, int arg)
{
	(void)arg;
	return seek_to(screen, INT64_MIN);
}

static enum aios_screen_does change_speed(struct aios_screen *screen, int faster)
{
	double speed = screen->speed * (faster ? 2 : 0.5);

	if (screen->speed == 0)
		return no_trace(screen);
	if (speed >= AIOS_SPEED_MIN && speed <= AIOS_SPEED_MAX)
		screen->speed = speed;
	return AIOS_SCREEN_DRAW;
}

static enum aios_screen_does invert(struct aios_screen *screen, int arg)
{
	(void)arg;
	screen->ascending = !screen->ascending;
	return AIOS_SCREEN_DRAW;
}

/* Text is read from A on, of numbers the largest are looked for. */
static void sort_by(struct aios_screen *screen, enum aios_column_id id)
{
	if (id == screen->sort)
		screen->ascending = !screen->ascending;
	else
		screen->ascending = aios_cols[id].text != NULL;
	screen->sort = id;
}

static enum aios_screen_does sort_column(struct aios_screen *screen, int id)
{
	screen->sort = (enum aios_column_id)id;
	screen->ascending = aios_cols[id].text != NULL;
	return AIOS_SCREEN_DRAW;
}

static enum aios_screen_does move(struct aios_screen *screen, int lines)
{
	size_t last = screen->line_cnt ? screen->line_cnt - 1 : 0, to;

	if (lines < 0)
		to = (size_t)-lines < screen->select_line ?
		     screen->select_line - (size_t)-lines : 0;
	else
		to = screen->select_line + (size_t)lines;
	if (screen->line_cnt)
		aios_screen_select(screen, to < last ? to : last);
	return AIOS_SCREEN_DRAW;
}

static enum aios_screen_does move_page(struct aios_screen *screen, int pages)
{
	return move(screen, pages * (screen->hits.row_cnt > 1 ? screen->hits.row_cnt - 1 : 1));
}

static enum aios_screen_does skip_columns(struct aios_screen *screen, int columns)
{
	if (columns > 0 || screen->skip_cols)
		screen->skip_cols += (size_t)columns;
	return AIOS_SCREEN_DRAW;
}

/* A context is folded away with its process, which is selected then. */
static enum aios_screen_does fold(struct aios_screen *screen, int folded)
{
	if (!screen->tree || !screen->line_cnt)
		return AIOS_SCREEN_NOTHING;
	if (aios_screen_fold(screen, screen->select_parent, folded))
		screen->note = "Out of memory";
	if (folded)
		screen->select = (struct aios_row_id){ screen->select_parent, false };
	screen->follow = true;
	return AIOS_SCREEN_DRAW;
}

static enum aios_screen_does fold_all(struct aios_screen *screen, int arg)
{
	(void)arg;
	screen->all_folded = !screen->all_folded;
	screen->fold_cnt = 0;
	if (screen->all_folded)
		screen->select = (struct aios_row_id){ screen->select_parent, false };
	screen->follow = true;
	return AIOS_SCREEN_DRAW;
}

static enum aios_screen_does tag(struct aios_screen *screen, int arg)
{
	size_t i = 0;

	(void)arg;
	while (i < screen->tag_cnt && !aios_same_row(screen->tags[i], screen->select))
		i++;
	if (i < screen->tag_cnt)
		screen->tags[i] = screen->tags[--screen->tag_cnt];
	else if (screen->tag_cnt < AIOS_TAGS_MAX && screen->line_cnt)
		screen->tags[screen->tag_cnt++] = screen->select;
	return move(screen, 1);
}

static enum aios_screen_does untag(struct aios_screen *screen, int arg)
{
	(void)arg;
	screen->tag_cnt = 0;
	return AIOS_SCREEN_DRAW;
}

static enum aios_screen_does find_again(struct aios_screen *screen, int step)
{
	screen->find = true;
	screen->find_step = step;
	return AIOS_SCREEN_DRAW;
}

static enum aios_screen_does answer(struct aios_screen *screen, int does)
{
	(void)screen;
	return (enum aios_screen_does)does;
}

static const struct aios_binding bindings[] = {
	{ { AIOS_KEY_UP }, "Up", "Select the row above", move, -1 },
	{ { AIOS_KEY_DOWN }, "Down", "Select the row below", move, 1 },
	{ { AIOS_KEY_PAGE_UP }, "PgUp", "A page up", move_page, -1 },
	{ { AIOS_KEY_PAGE_DOWN }, "PgDn", "A page down", move_page, 1 },
	{ { AIOS_KEY_HOME }, "Home", "The first row", move, -FAR },
	{ { AIOS_KEY_END }, "End", "The last row", move, FAR },
	{ { AIOS_KEY_LEFT }, "Left", "Scroll columns back", skip_columns, -1 },
	{ { AIOS_KEY_RIGHT }, "Right", "Scroll columns away, so that others are seen",
	  skip_columns, 1 },
	{ { AIOS_KEY_ENTER }, "Enter", "Open or close the pane that tells all of the selected row",
	  toggle_pane, 0 },
	{ { AIOS_KEY_ESC }, "Esc", "Close the pane", close_pane, 0 },
	{ { 't', F(5) }, "t F5", "Tree: processes with their contexts below", toggle_tree, 0 },
	{ { 'H', F(7) }, "H F7", "A row a context, or a row a process", toggle_contexts, 0 },
	{ { '-', '[' }, "-", "Tree: fold the contexts of a process", fold, 1 },
	{ { '+', '=', ']' }, "+", "Tree: unfold them", fold, 0 },
	{ { '*' }, "*", "Tree: fold or unfold all", fold_all, 0 },
	{ { 'K' }, "K", "Hide or show rows where nothing happens", toggle_idle, 0 },
	{ { F(6), '>', '<' }, "F6 > <", "Choose what to sort by", open_mode, AIOS_MODE_SORT },
	{ { 'I' }, "I", "Invert the order", invert, 0 },
	{ { 'M' }, "M", "Sort by SHARE: who holds fs.aio-max-nr", sort_column, AIOS_COL_SHARE },
	{ { 'P' }, "P", "Sort by DONE/s: who does most", sort_column, AIOS_COL_DONE },
	{ { 'T' }, "T", "Sort by P99: who waits longest", sort_column, AIOS_COL_P99 },
	{ { 'N' }, "N", "Sort by PID", sort_column, AIOS_COL_PID },
	{ { F(3), '/' }, "F3 /", "Search in commands, users, containers, cgroups, pids, contexts",
	  open_mode, AIOS_MODE_SEARCH },
	{ { 'n' }, "n", "Search for the same again", find_again, 1 },
	{ { F(4), '\\' }, "F4 \\", "Filter: show what matches alone; a|b is either",
	  open_mode, AIOS_MODE_FILTER },
	{ { ' ' }, "Space", "Tag a row, so that the eye follows it; again: untag", tag, 0 },
	{ { 'U' }, "U", "Untag all rows", untag, 0 },
	{ { 'Z', 'p', F(8) }, "Z p F8", "Pause: look at one moment; again: go on",
	  toggle_pause, 0 },
	{ { ',' }, ",", "Recorded trace: 10 seconds back", seek, -10 },
	{ { '.' }, ".", "Recorded trace: 10 seconds on", seek, 10 },
	{ { '0' }, "0", "Recorded trace: to its beginning", rewind_trace, 0 },
	{ { '{' }, "{", "Recorded trace: half as fast", change_speed, 0 },
	{ { '}' }, "}", "Recorded trace: twice as fast", change_speed, 1 },
	{ { 'd', 's' }, "d", "Change the delay between frames", open_mode, AIOS_MODE_DELAY },
	{ { F(2), 'S' }, "F2 S", "Setup: choose columns and their order", open_mode,
	  AIOS_MODE_SETUP },
	{ { CTRL_L, AIOS_KEY_REDRAW }, "Ctrl-L", "Draw all of the screen again", answer,
	  AIOS_SCREEN_REPAINT },
	{ { F(1), 'h', '?' }, "F1 h ?", "This help", open_mode, AIOS_MODE_HELP },
	{ { 'q', F(10), 3 }, "q F10", "Quit", answer, AIOS_SCREEN_QUIT },
};

const struct aios_binding *aios_bindings(size_t i)
{
	return i < sizeof(bindings) / sizeof(bindings[0]) ? &bindings[i] : NULL;
}

static enum aios_screen_does table_key(struct aios_screen *screen, uint32_t code)
{
	for (size_t i = 0; aios_bindings(i); i++)
		for (size_t j = 0; j < sizeof(bindings[i].keys) / sizeof(bindings[i].keys[0]); j++)
			if (bindings[i].keys[j] && bindings[i].keys[j] == code)
				return bindings[i].act(screen, bindings[i].arg);
	return AIOS_SCREEN_NOTHING;
}

/* How far a key moves in a list with pages of so many lines; 0 where it does not. */
static int steps(uint32_t code, int page)
{
	const struct {
		uint32_t code;
		int lines;
	} moves[] = {
		{ AIOS_KEY_UP, -1 }, { AIOS_KEY_DOWN, 1 }, { AIOS_KEY_PAGE_UP, -page },
		{ AIOS_KEY_PAGE_DOWN, page }, { AIOS_KEY_HOME, -FAR }, { AIOS_KEY_END, FAR },
		{ ' ', page }, { AIOS_KEY_WHEEL_UP, -WHEEL }, { AIOS_KEY_WHEEL_DOWN, WHEEL },
	};

	for (size_t i = 0; i < sizeof(moves) / sizeof(moves[0]); i++)
		if (moves[i].code == code)
			return moves[i].lines;
	return 0;
}

static int within(int number, int last)
{
	return number < 0 ? 0 : number > last ? last : number;
}

static enum aios_screen_does help_key(struct aios_screen *screen, uint32_t code)
{
	int lines = steps(code, 10);

	if (!lines)
		return open_mode(screen, AIOS_MODE_TABLE);
	screen->page_scroll = within(screen->page_scroll + lines, FAR);
	return AIOS_SCREEN_DRAW;
}

/* Moves the column of the menu's line to the one before or behind. */
static void shift(struct aios_screen *screen, int by)
{
	int from = screen->menu, to = within(from + by, AIOS_COLS - 1);
	enum aios_column_id id = screen->order[from];

	screen->order[from] = screen->order[to];
	screen->order[to] = id;
	screen->menu = to;
}

static enum aios_screen_does setup_key(struct aios_screen *screen, uint32_t code)
{
	enum aios_column_id id = screen->order[screen->menu];

	switch (code) {
	case ' ':
	case AIOS_KEY_ENTER:
		screen->shown[id] = !screen->shown[id];
		screen->chosen = true;
		break;
	case F(7):
	case '[':
		shift(screen, -1);
		break;
	case F(8):
	case ']':
		shift(screen, 1);
		break;
	case 'r':
		aios_screen_columns(screen);
		break;
	case AIOS_KEY_ESC:
	case F(2):
	case F(10):
	case 'q':
		return open_mode(screen, AIOS_MODE_TABLE);
	default:
		screen->menu = within(screen->menu + steps(code, 10), AIOS_COLS - 1);
	}
	return AIOS_SCREEN_DRAW;
}

static enum aios_screen_does sort_key(struct aios_screen *screen, uint32_t code)
{
	int lines = steps(code, 10);

	if (code == AIOS_KEY_ENTER)
		sort_column(screen, (int)screen->order[screen->menu]);
	if (!lines)
		return open_mode(screen, AIOS_MODE_TABLE);
	screen->menu = within(screen->menu + lines, AIOS_COLS - 1);
	return AIOS_SCREEN_DRAW;
}

/* Takes the last character away, all of its bytes. */
static void shorten(char *typed)
{
	size_t len = strlen(typed);

	while (len && ((unsigned char)typed[len - 1] & 0xc0) == 0x80)
		len--;
	typed[len ? len - 1 : 0] = '\0';
}

/* Return: whether the key was part of what is typed. */
static bool type(char *typed, uint32_t code)
{
	struct aios_buf buf = { 0 };
	size_t len = strlen(typed);
	bool mine = code >= 0x20 && code != 0x7f && code < AIOS_KEY_NONE;

	if (code == AIOS_KEY_BACKSPACE || code == 0x7f) {
		shorten(typed);
		return true;
	}
	if (mine)
		aios_buf_utf8(&buf, code);
	if (!buf.err && len + buf.len < AIOS_TYPED_MAX && buf.data)
		memcpy(typed + len, buf.data, buf.len + 1);
	aios_buf_done(&buf);
	return mine;
}

static enum aios_screen_does search_key(struct aios_screen *screen, uint32_t code)
{
	if (code == F(3))
		return find_again(screen, 1);
	if (!type(screen->typed, code))
		return open_mode(screen, AIOS_MODE_TABLE);
	memcpy(screen->search, screen->typed, sizeof(screen->search));
	return find_again(screen, 0);
}

static enum aios_screen_does filter_key(struct aios_screen *screen, uint32_t code)
{
	bool typed = type(screen->typed, code);

	if (code == AIOS_KEY_ESC)
		screen->typed[0] = '\0';
	memcpy(screen->filter, screen->typed, sizeof(screen->filter));
	screen->follow = true;
	return typed ? AIOS_SCREEN_DRAW : open_mode(screen, AIOS_MODE_TABLE);
}

static enum aios_screen_does delay_key(struct aios_screen *screen, uint32_t code)
{
	uint64_t delay_ns;

	if (type(screen->typed, code))
		return AIOS_SCREEN_DRAW;
	if (code == AIOS_KEY_ENTER && screen->typed[0]) {
		if (aios_parse_duration(screen->typed, &delay_ns) ||
		    delay_ns < AIOS_DELAY_MIN_NS || delay_ns > AIOS_DELAY_MAX_NS)
			screen->note = "0.1 to 3600 seconds";
		else
			screen->delay_ns = delay_ns;
	}
	open_mode(screen, AIOS_MODE_TABLE);
	return AIOS_SCREEN_TIMER;
}

static enum aios_screen_does (*const mode_keys[])(struct aios_screen *screen, uint32_t code) = {
	[AIOS_MODE_TABLE] = table_key,
	[AIOS_MODE_HELP] = help_key,
	[AIOS_MODE_SETUP] = setup_key,
	[AIOS_MODE_SORT] = sort_key,
	[AIOS_MODE_SEARCH] = search_key,
	[AIOS_MODE_FILTER] = filter_key,
	[AIOS_MODE_DELAY] = delay_key,
};

static enum aios_screen_does click_heading(struct aios_screen *screen, int col)
{
	const struct aios_hits *hits = &screen->hits;

	for (int i = 0; i < hits->col_cnt; i++)
		if (col >= hits->cols[i].col && col <= hits->cols[i].col + hits->cols[i].width)
			sort_by(screen, hits->cols[i].id);
	return AIOS_SCREEN_DRAW;
}

static enum aios_screen_does click_row(struct aios_screen *screen, size_t row, bool twice)
{
	size_t line = screen->scroll + row;

	if (line >= screen->line_cnt)
		return AIOS_SCREEN_NOTHING;
	if (twice || aios_same_row(screen->lines[line].id, screen->select))
		screen->pane = twice || !screen->pane;
	aios_screen_select(screen, line);
	return AIOS_SCREEN_DRAW;
}

static enum aios_screen_does click_menu(struct aios_screen *screen, struct aios_key key)
{
	int line = screen->hits.menu_first + key.row - screen->hits.first_row;

	if (key.col >= screen->hits.menu_width || line >= AIOS_COLS)
		return AIOS_SCREEN_NOTHING;
	screen->menu = line;
	return mode_keys[screen->mode](screen, AIOS_KEY_ENTER);
}

static enum aios_screen_does click_footer(struct aios_screen *screen, int col)
{
	const struct aios_hits *hits = &screen->hits;

	for (int i = 0; i < hits->key_cnt; i++)
		if (col >= hits->keys[i].col && col < hits->keys[i].col + hits->keys[i].width)
			return mode_keys[screen->mode](screen, hits->keys[i].key);
	return AIOS_SCREEN_NOTHING;
}

static enum aios_screen_does click(struct aios_screen *screen, struct aios_key key)
{
	const struct aios_hits *hits = &screen->hits;
	bool in_rows = key.row >= hits->first_row && key.row < hits->first_row + hits->row_cnt;
	bool menu = screen->mode == AIOS_MODE_SETUP || screen->mode == AIOS_MODE_SORT;

	if (key.row == hits->footer_row)
		return click_footer(screen, key.col);
	if (screen->mode == AIOS_MODE_HELP)
		return open_mode(screen, AIOS_MODE_TABLE);
	if (menu && in_rows)
		return click_menu(screen, key);
	if (screen->mode != AIOS_MODE_TABLE)
		return AIOS_SCREEN_NOTHING;
	if (key.row == hits->heading_row)
		return click_heading(screen, key.col);
	if (in_rows)
		return click_row(screen, (size_t)(key.row - hits->first_row),
				 key.code == AIOS_KEY_DOUBLE_CLICK);
	return AIOS_SCREEN_NOTHING;
}

/* What is seen moves, the selection does not. */
static enum aios_screen_does wheel(struct aios_screen *screen, int lines)
{
	if (lines < 0)
		screen->scroll -= screen->scroll < WHEEL ? screen->scroll : WHEEL;
	else
		screen->scroll += WHEEL;
	screen->follow = false;
	return AIOS_SCREEN_DRAW;
}

enum aios_screen_does aios_screen_mouse(struct aios_screen *screen, struct aios_key key)
{
	bool listed = screen->mode == AIOS_MODE_HELP || screen->mode == AIOS_MODE_SETUP ||
		      screen->mode == AIOS_MODE_SORT;

	if (key.code == AIOS_KEY_CLICK || key.code == AIOS_KEY_DOUBLE_CLICK)
		return click(screen, key);
	if (listed)
		return mode_keys[screen->mode](screen, key.code);
	return wheel(screen, steps(key.code, 0));
}

enum aios_screen_does aios_screen_key(struct aios_screen *screen, struct aios_key key)
{
	screen->note = NULL;
	if (key.code == AIOS_KEY_NONE)
		return AIOS_SCREEN_NOTHING;
	if (key.code == AIOS_KEY_RESIZE) {
		screen->follow = true;
		return AIOS_SCREEN_DRAW;
	}
	if (key.code == 3)
		return AIOS_SCREEN_QUIT;
	if (key.code == CTRL_L || key.code == AIOS_KEY_REDRAW)
		return AIOS_SCREEN_REPAINT;
	if (key.code >= AIOS_KEY_CLICK && key.code <= AIOS_KEY_WHEEL_DOWN)
		return aios_screen_mouse(screen, key);
	return mode_keys[screen->mode](screen, key.code);
}
