// SPDX-License-Identifier: GPL-2.0-only
/*
 * screen_paint.c - how values are written into cells of aiotop's table.
 */
#include "screen_int.h"

#include <string.h>

#include "units.h"

typedef void (*write_fn)(struct aios_buf *buf, double value);

/* What is nothing, or is not known, is there, but takes nobody's eye. */
static void paint(struct aios_grid *grid, struct aios_span at, double value, enum aios_style style,
		  write_fn write)
{
	struct aios_buf buf = { 0 };

	if (value < 0) {
		aios_grid_right(grid, at, AIOS_STYLE_DIM, "-");
		return;
	}
	write(&buf, value);
	if (!buf.err && buf.data)
		aios_grid_right(grid, at, value > 0 ? style : AIOS_STYLE_DIM, buf.data);
	aios_buf_done(&buf);
}

/* A number that people look up or copy is written in full as long as it fits. */
static void write_number(struct aios_buf *buf, double value)
{
	if (value < 1e7)
		aios_buf_int(buf, (int64_t)value);
	else
		aios_fmt_count(buf, value);
}

static void write_percent(struct aios_buf *buf, double value)
{
	aios_buf_fmt(buf, value < 9.995 ? "%.2f" : value < 99.95 ? "%.1f" : "%.0f",
		     value < 99999 ? value : 99999);
}

static void write_bytes(struct aios_buf *buf, double value)
{
	aios_fmt_size(buf, (uint64_t)value);
}

static void write_time(struct aios_buf *buf, double value)
{
	aios_fmt_age(buf, (uint64_t)value);
}

void aios_paint_number(struct aios_grid *grid, struct aios_span at,
		       const struct aios_col *column, struct aios_look_at look)
{
	paint(grid, at, column->value(look), AIOS_STYLE_PLAIN, write_number);
}

void aios_paint_count(struct aios_grid *grid, struct aios_span at, const struct aios_col *column,
		      struct aios_look_at look)
{
	paint(grid, at, column->value(look), AIOS_STYLE_PLAIN, aios_fmt_count);
}

void aios_paint_fault(struct aios_grid *grid, struct aios_span at, const struct aios_col *column,
		      struct aios_look_at look)
{
	paint(grid, at, column->value(look), AIOS_STYLE_CRIT, aios_fmt_count);
}

void aios_paint_percent(struct aios_grid *grid, struct aios_span at,
			const struct aios_col *column, struct aios_look_at look)
{
	paint(grid, at, column->value(look), AIOS_STYLE_PLAIN, write_percent);
}

void aios_paint_bytes(struct aios_grid *grid, struct aios_span at, const struct aios_col *column,
		      struct aios_look_at look)
{
	paint(grid, at, column->value(look), AIOS_STYLE_PLAIN, write_bytes);
}

void aios_paint_time(struct aios_grid *grid, struct aios_span at, const struct aios_col *column,
		     struct aios_look_at look)
{
	paint(grid, at, column->value(look), AIOS_STYLE_PLAIN, write_time);
}

void aios_paint_text(struct aios_grid *grid, struct aios_span at, const struct aios_col *column,
		     struct aios_look_at look)
{
	const char *text = column->text(look);

	if (text && *text)
		aios_put_safe(grid, at, AIOS_STYLE_PLAIN, text);
	else
		aios_grid_text(grid, at, AIOS_STYLE_DIM, "-");
}

void aios_paint_state(struct aios_grid *grid, struct aios_span at, const struct aios_col *column,
		      struct aios_look_at look)
{
	const char *text = column->text(look);

	aios_grid_text(grid, at, look.row->dead ? AIOS_STYLE_WARN : AIOS_STYLE_PLAIN, text);
}

void aios_paint_ring(struct aios_grid *grid, struct aios_span at, const struct aios_col *column,
		     struct aios_look_at look)
{
	double full = column->value(look), peak = 0;
	enum aios_style style = full >= 90 ? AIOS_STYLE_CRIT : full >= 70 ? AIOS_STYLE_WARN :
				AIOS_STYLE_USED;

	if (full < 0) {
		aios_grid_text(grid, at, AIOS_STYLE_DIM, "-");
		return;
	}
	if (look.row->peak_of)
		peak = (double)look.row->peak * 100 / (double)look.row->peak_of;
	aios_grid_bar(grid, at, full, peak, 100, style);
}

/*
 * Shares as letters: the columns of @at are divided among @counts, and what occurs at all has a
 * column as long as there are enough.
 */
static void letters(struct aios_grid *grid, struct aios_span at, const uint64_t *counts, size_t cnt,
		    const char *names)
{
	uint64_t all = 0, seen = 0;
	int col = 0;

	for (size_t i = 0; i < cnt; i++)
		all += counts[i];
	if (!all) {
		aios_grid_text(grid, at, AIOS_STYLE_DIM, "-");
		return;
	}
	for (size_t i = 0; i < cnt; i++) {
		int end;

		seen += counts[i];
		end = (int)((double)seen / (double)all * at.width + 0.5);
		if (counts[i] && end == col)
			end++;
		if (end > at.width)
			end = at.width;
		aios_grid_fill(grid, (struct aios_span){ at.row, at.col + col, end - col },
			       AIOS_STYLE_PLAIN, (uint32_t)names[i]);
		col = end > col ? end : col;
	}
}

void aios_paint_mix(struct aios_grid *grid, struct aios_span at, const struct aios_col *column,
		    struct aios_look_at look)
{
	const __u64 *done = look.row->delta.completed;
	const uint64_t counts[] = {
		done[AIOS_TOP_PREAD] + done[AIOS_TOP_PREADV],
		done[AIOS_TOP_PWRITE] + done[AIOS_TOP_PWRITEV],
		done[AIOS_TOP_FSYNC] + done[AIOS_TOP_FDSYNC],
		done[AIOS_TOP_POLL], done[AIOS_TOP_OTHER],
	};

	(void)column;
	letters(grid, at, counts, sizeof(counts) / sizeof(counts[0]), "RWSP?");
}

void aios_paint_polls(struct aios_grid *grid, struct aios_span at, const struct aios_col *column,
		      struct aios_look_at look)
{
	uint64_t counts[AIOS_TOP_POLL_KINDS];

	(void)column;
	for (size_t i = 0; i < AIOS_TOP_POLL_KINDS; i++)
		counts[i] = look.row->delta.polls[i];
	letters(grid, at, counts, AIOS_TOP_POLL_KINDS, "REAWC");
}

void aios_paint_oldest(struct aios_grid *grid, struct aios_span at,
		       const struct aios_col *column, struct aios_look_at look)
{
	struct aios_buf buf = { 0 };

	(void)column;
	if (!look.row->oldest_ns) {
		aios_grid_right(grid, at, AIOS_STYLE_DIM, "-");
		return;
	}
	aios_buf_str(&buf, aios_start_word(look.row->oldest_what));
	aios_buf_str(&buf, " ");
	aios_fmt_age(&buf, look.row->oldest_ns);
	if (!buf.err)
		aios_grid_right(grid, at, AIOS_STYLE_PLAIN, buf.data);
	aios_buf_done(&buf);
}

void aios_paint_context(struct aios_grid *grid, struct aios_span at,
			const struct aios_col *column, struct aios_look_at look)
{
	struct aios_buf buf = { 0 };

	(void)column;
	aios_context_name(&buf, look.row);
	aios_grid_right(grid, at, AIOS_STYLE_PLAIN, buf.data && !buf.err ? buf.data : "-");
	aios_buf_done(&buf);
}

/* A context in a tree is told by its number alone, as its process is right above. */
void aios_paint_command(struct aios_grid *grid, struct aios_span at,
			const struct aios_col *column, struct aios_look_at look)
{
	char comm[AIOS_COMM_LEN + 1];
	struct aios_buf buf = { 0 };
	int used = 0;

	(void)column;
	aios_context_name(&buf, look.row);
	if (buf.data && !buf.err)
		used = aios_grid_text(grid, at, AIOS_STYLE_TITLE, buf.data) + 1;
	aios_buf_done(&buf);
	at.col += used;
	at.width -= used;
	if (!look.in_tree)
		aios_put_safe(grid, at, AIOS_STYLE_PLAIN, aios_command_of(look.row->proc, comm));
}
