/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * screen_int.h - what the parts of the screen share.
 */
#ifndef AIOS_SCREEN_INT_H
#define AIOS_SCREEN_INT_H

#include "screen.h"

/**
 * enum aios_column_id - columns of the table, in the order in which they are shown at first
 */
enum aios_column_id {
	AIOS_COL_PID,
	AIOS_COL_USER,
	AIOS_COL_ASKED,
	AIOS_COL_SHARE,
	AIOS_COL_INFL,
	AIOS_COL_RING,
	AIOS_COL_DONE,
	AIOS_COL_P99,
	AIOS_COL_UNREAD,
	AIOS_COL_CTXS,
	AIOS_COL_SUB,
	AIOS_COL_REQ,
	AIOS_COL_READ,
	AIOS_COL_WRITE,
	AIOS_COL_CONTAINER,
	AIOS_COL_FREE,
	AIOS_COL_MIX,
	AIOS_COL_P50,
	AIOS_COL_MAX,
	AIOS_COL_BLOCK,
	AIOS_COL_WAIT,
	AIOS_COL_BATCH,
	AIOS_COL_OLDEST,
	AIOS_COL_STATE,
	AIOS_COL_ERR,
	AIOS_COL_EAGAIN,
	AIOS_COL_POLLS,
	AIOS_COL_REAPED,
	AIOS_COL_CANCEL,
	AIOS_COL_SIZE,
	AIOS_COL_AGE,
	AIOS_COL_CONTEXT,
	AIOS_COL_CGROUP,
	AIOS_COL_READ_P99,
	AIOS_COL_WRITE_P99,
	AIOS_COL_SYNC_P99,
	AIOS_COL_POLL_P99,
	AIOS_COL_COMMAND,
	AIOS_COLS,
};

/**
 * struct aios_look_at - a row, for those who tell something of it
 * @in_tree: a context below its process: what belongs to the process is shown there
 */
struct aios_look_at {
	const struct aios_top_frame *frame;
	const struct aios_top_row *row;
	bool in_tree;
};

#define AIOS_NO_VALUE	(-1.0)

struct aios_col;

/* Draws a cell of the table. */
typedef void (*aios_paint_fn)(struct aios_grid *grid, struct aios_span at,
			      const struct aios_col *column, struct aios_look_at look);

/**
 * struct aios_col - a column of the table
 * @id: enum aios_column_id
 * @title: its heading
 * @width: of its cells; the last one, COMMAND, takes what is left
 * @left: text begins at the left
 * @shown: without anybody asking for it
 * @counted: there is nothing to tell where only snapshots are taken
 * @value: to sort by and to paint, AIOS_NO_VALUE for unknown; NULL for columns of text
 * @text: the same for text, NULL for unknown
 * @paint: how @value is written
 * @help: a sentence
 */
struct aios_col {
	enum aios_column_id id;
	const char *title;
	int width;
	bool left;
	bool shown;
	bool counted;
	double (*value)(struct aios_look_at look);
	const char *(*text)(struct aios_look_at look);
	aios_paint_fn paint;
	const char *help;
};

extern const struct aios_col aios_cols[AIOS_COLS];

/* Which row it is, from frame to frame: a context by its id, a process by its pid. */
struct aios_row_id {
	uint64_t id;
	bool is_ctx;
};

/**
 * struct aios_line - a line of the table
 * @row: of the frame that is being drawn; NULL between
 * @id: of @row
 * @parent: pid of the process, for contexts
 * @group: place of its process in a tree; 0 where there is none
 * @number, @text: what it is sorted by
 * @child: below a process
 * @last: the last one below it
 * @folded: a process whose contexts are not shown
 */
struct aios_line {
	const struct aios_top_row *row;
	struct aios_row_id id;
	uint64_t parent;
	size_t group;
	double number;
	const char *text;
	bool child;
	bool last;
	bool folded;
};

/* What has the keys. */
enum aios_screen_mode {
	AIOS_MODE_TABLE,
	AIOS_MODE_HELP,
	AIOS_MODE_SETUP,
	AIOS_MODE_SORT,
	AIOS_MODE_SEARCH,
	AIOS_MODE_FILTER,
	AIOS_MODE_DELAY,
};

#define AIOS_TYPED_MAX	64	/* bytes of what is typed, with the NUL */
#define AIOS_TAGS_MAX	64

/* Where the mouse finds what: as it was drawn last. */
struct aios_hits {
	int heading_row;
	int first_row;
	int row_cnt;
	int col_cnt;
	struct aios_hit {
		int col, width;
		enum aios_column_id id;
	} cols[AIOS_COLS];
	int footer_row;
	int key_cnt;
	struct {
		int col, width;
		uint32_t key;
	} keys[12];
	int menu_first;
	int menu_width;
};

/**
 * struct aios_screen - how the screen is
 * @contexts: rows are contexts, not processes
 * @tree: rows are processes with their contexts below
 * @hide_idle: rows where nothing is under way or happens are not shown
 * @sort, @ascending: what the rows are sorted by
 * @order, @shown: columns by place, and by id
 * @chosen: somebody chose columns: all of them are shown, even those without anything to tell
 * @filter, @search, @typed: as typed; "" for none
 * @select: the selected row
 * @select_line: its line when it was drawn last; what is selected when it goes
 * @select_parent: pid of its process
 * @by_parent: rows are of another kind now: the selected one's kin is selected
 * @scroll: lines above the first one that is seen
 * @skip_cols: columns that are scrolled away
 * @follow: the selection has moved: it is scrolled to where it is seen
 * @tags, @folds: rows that are tagged; pids of processes that are folded, or unfolded
 * @all_folded: @folds are those that are not
 * @menu: line of a menu
 * @page_scroll: of the help, or of the pane
 * @speed: of a recorded trace; 0 where it is none
 * @seek_ns: how far somebody wanted to go in it
 * @ended: it has ended
 * @note: told in the footer until the next key; NULL for nothing
 * @find: @search is to be found from the selection on, or @find_step lines beside it
 * @lines: of the table, as drawn last
 */
struct aios_screen {
	enum aios_screen_mode mode;
	bool contexts;
	bool tree;
	bool hide_idle;
	bool paused;
	bool pane;
	bool chosen;
	bool ascending;
	bool follow;
	bool all_folded;
	enum aios_column_id sort;
	enum aios_column_id order[AIOS_COLS];
	bool shown[AIOS_COLS];
	char filter[AIOS_TYPED_MAX];
	char search[AIOS_TYPED_MAX];
	char typed[AIOS_TYPED_MAX];
	struct aios_row_id select;
	size_t select_line;
	uint64_t select_parent;
	bool by_parent;
	size_t scroll;
	size_t skip_cols;
	struct aios_row_id tags[AIOS_TAGS_MAX];
	size_t tag_cnt;
	uint64_t *folds;
	size_t fold_cnt, fold_cap;
	int menu;
	int page_scroll;
	uint64_t delay_ns;
	int32_t utc_offset_s;
	double speed;
	int64_t seek_ns;
	bool ended;
	const char *note;
	struct aios_line *lines;
	size_t line_cnt, line_cap;
	struct aios_hits hits;
	bool find;
	int find_step;
};

/**
 * struct aios_draw - what a part of the screen needs to draw itself
 */
struct aios_draw {
	struct aios_screen *screen;
	const struct aios_top_frame *frame;
	const struct aios_top *top;
	struct aios_grid *grid;
};

/* A piece of the screen. */
struct aios_area {
	int row;
	int rows;
};

/* screen_columns.c */
bool aios_screen_counts(const struct aios_top_frame *frame);
void aios_fmt_count(struct aios_buf *buf, double count);
void aios_fmt_age(struct aios_buf *buf, uint64_t ns);
const char *aios_start_word(uint64_t what);
const char *aios_row_state(const struct aios_top_row *row);
void aios_context_name(struct aios_buf *buf, const struct aios_top_row *row);
const char *aios_command_of(const struct aios_top_proc *proc, char ret[AIOS_COMM_LEN + 1]);
bool aios_row_matches(const struct aios_top_row *row, const char *typed);

/* screen_paint.c: how values are written; those that are unknown are a dash. */
void aios_paint_number(struct aios_grid *grid, struct aios_span at,
		       const struct aios_col *column, struct aios_look_at look);
void aios_paint_count(struct aios_grid *grid, struct aios_span at, const struct aios_col *column,
		      struct aios_look_at look);
void aios_paint_fault(struct aios_grid *grid, struct aios_span at, const struct aios_col *column,
		      struct aios_look_at look);
void aios_paint_percent(struct aios_grid *grid, struct aios_span at,
			const struct aios_col *column, struct aios_look_at look);
void aios_paint_bytes(struct aios_grid *grid, struct aios_span at, const struct aios_col *column,
		      struct aios_look_at look);
void aios_paint_time(struct aios_grid *grid, struct aios_span at, const struct aios_col *column,
		     struct aios_look_at look);
void aios_paint_text(struct aios_grid *grid, struct aios_span at, const struct aios_col *column,
		     struct aios_look_at look);
void aios_paint_state(struct aios_grid *grid, struct aios_span at, const struct aios_col *column,
		      struct aios_look_at look);
void aios_paint_ring(struct aios_grid *grid, struct aios_span at, const struct aios_col *column,
		     struct aios_look_at look);
void aios_paint_mix(struct aios_grid *grid, struct aios_span at, const struct aios_col *column,
		    struct aios_look_at look);
void aios_paint_polls(struct aios_grid *grid, struct aios_span at, const struct aios_col *column,
		      struct aios_look_at look);
void aios_paint_oldest(struct aios_grid *grid, struct aios_span at,
		       const struct aios_col *column, struct aios_look_at look);
void aios_paint_context(struct aios_grid *grid, struct aios_span at,
			const struct aios_col *column, struct aios_look_at look);
void aios_paint_command(struct aios_grid *grid, struct aios_span at,
			const struct aios_col *column, struct aios_look_at look);

/* screen_keys.c */
void aios_screen_columns(struct aios_screen *screen);

/* screen_lines.c */
int aios_screen_sort(struct aios_draw *draw);
bool aios_screen_folded(const struct aios_screen *screen, uint64_t pid);
int aios_screen_fold(struct aios_screen *screen, uint64_t pid, bool fold);
bool aios_same_row(struct aios_row_id a, struct aios_row_id b);

void aios_screen_select(struct aios_screen *screen, size_t line);

/* The parts. Those that return a number tell how many rows they took. */
int aios_draw_header(struct aios_draw *draw, int most);
void aios_draw_table(struct aios_draw *draw, struct aios_area area);
void aios_draw_pane(struct aios_draw *draw, struct aios_area area);
void aios_draw_help(struct aios_draw *draw, struct aios_area area);
void aios_draw_setup(struct aios_draw *draw, struct aios_area area);
void aios_draw_sort(struct aios_draw *draw, struct aios_area area);
void aios_draw_footer(struct aios_draw *draw, int row);

/**
 * struct aios_binding - what keys do in the table
 * @keys: enum aios_key_code or code points, 0 where there are no more
 * @names: as people call them
 * @help: what they do
 * @act: does it
 * @arg: what is different between keys that do something alike
 */
struct aios_binding {
	uint32_t keys[4];
	const char *names;
	const char *help;
	enum aios_screen_does (*act)(struct aios_screen *screen, int arg);
	int arg;
};

/* NULL behind the last one. */
const struct aios_binding *aios_bindings(size_t i);

/* Writes untrusted text, or text of one's own. Return: columns taken. */
int aios_put_safe(struct aios_grid *grid, struct aios_span at, enum aios_style style,
		  const char *text);
int aios_put_fmt(struct aios_grid *grid, struct aios_span at, enum aios_style style,
		 const char *fmt, ...) __attribute__((format(printf, 4, 5)));

#endif /* AIOS_SCREEN_INT_H */
