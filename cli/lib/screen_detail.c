// SPDX-License-Identifier: GPL-2.0-only
/*
 * screen_detail.c - the pane that tells all of the selected row.
 */
#include "screen_int.h"

#include <string.h>

#include "units.h"

/* Where the next line of the pane goes. */
struct pane {
	struct aios_grid *grid;
	struct aios_span at;
	int end;
};

static bool is_full(const struct pane *pane)
{
	return pane->at.row >= pane->end;
}

static void put_titled(struct pane *pane, const char *title, struct aios_buf *buf)
{
	struct aios_span at = pane->at;
	int used;

	if (!is_full(pane) && !buf->err && buf->data) {
		used = aios_grid_text(pane->grid, at, AIOS_STYLE_TITLE, title);
		at.col += used;
		at.width -= used;
		aios_put_safe(pane->grid, at, AIOS_STYLE_PLAIN, buf->data);
		pane->at.row++;
	}
	aios_buf_clear(buf);
}

static void add_slots(struct aios_buf *buf, uint32_t number, const char *what)
{
	if (number == AIOS_UNKNOWN32)
		aios_buf_fmt(buf, ", ? %s", what);
	else
		aios_buf_fmt(buf, ", %u %s", number, what);
}

/* "128 asked, ring of 256: 255 slots, 200 free, 40 in flight, 10 unread, 5 given back next" */
static void put_slots(struct pane *pane, const struct aios_top_row *row, struct aios_buf *buf)
{
	aios_buf_fmt(buf, "%llu asked, ring of %llu: ", (unsigned long long)row->max_reqs,
		     (unsigned long long)row->nr_events);
	if (row->now.all == AIOS_UNKNOWN32)
		aios_buf_str(buf, "? slots");
	else
		aios_buf_fmt(buf, "%u slots", row->now.all);
	add_slots(buf, row->now.free, "free");
	add_slots(buf, row->now.in_flight, "in flight");
	add_slots(buf, row->now.unread, "unread");
	if (row->now.stale)
		add_slots(buf, row->now.stale, "given back with the next submission");
	if (row->now.lost && row->now.lost != AIOS_UNKNOWN32)
		add_slots(buf, row->now.lost, "lost");
	put_titled(pane, "Slots   ", buf);
}

static void put_state(struct pane *pane, const struct aios_top_row *row, struct aios_buf *buf)
{
	aios_buf_str(buf, aios_row_state(row));
	if (row->waiters)
		aios_buf_fmt(buf, ", %u wait%s for events", row->waiters,
			     row->waiters == 1 ? "s" : "");
	if (row->polls)
		aios_buf_fmt(buf, ", %u poll%s can be cancelled", row->polls,
			     aios_s(row->polls));
	if (row->dead)
		aios_buf_fmt(buf, ", %u killed", row->dead);
	put_titled(pane, "State   ", buf);
}

static void put_owner(struct pane *pane, const struct aios_top_row *row, struct aios_buf *buf)
{
	const struct aios_top_proc *proc = row->proc;

	aios_buf_str(buf, proc->user ? proc->user : "?");
	if (proc->container)
		aios_buf_fmt(buf, " in %s", proc->container);
	if (proc->cgroup)
		aios_buf_fmt(buf, ", cgroup %s", proc->cgroup);
	if (proc->snap.shared)
		aios_buf_fmt(buf, ", %u more processes share its memory", proc->snap.shared);
	put_titled(pane, "Owner   ", buf);
}

/* What happened since the tool began. */
static void put_totals(struct pane *pane, const struct aios_top_row *row, struct aios_buf *buf)
{
	const struct aios_top_counts *total = &row->total;
	uint64_t done = 0;
	const struct {
		uint64_t count;
		const char *what;
	} counts[] = {
		{ total->accepted, "requests" }, { total->submits, "submits" },
		{ total->failed, "failed" }, { total->submit_again, "EAGAIN" },
		{ total->submit_errors, "refused" }, { total->submit_slept, "submits slept" },
		{ total->cancels, "cancels" }, { total->untimed, "not timed" },
	};

	for (size_t i = 0; i < AIOS_TOP_OPS; i++)
		done += total->completed[i];
	aios_fmt_count(buf, (double)done);
	aios_buf_str(buf, " completed");
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		if (!counts[i].count)
			continue;
		aios_buf_str(buf, ", ");
		aios_fmt_count(buf, (double)counts[i].count);
		aios_buf_fmt(buf, " %s", counts[i].what);
	}
	put_titled(pane, "Counted ", buf);
}

static void put_minute(struct pane *pane, const struct aios_draw *draw,
		       const struct aios_top_row *row)
{
	double values[AIOS_TOP_MINUTE] = { 0 };
	uint8_t percent[AIOS_TOP_MINUTE];
	struct aios_span at = pane->at;
	size_t cnt = 0, skip = 0;
	unsigned int most = 0;

	if (draw->top && row->ctx)
		cnt = aios_top_minute(draw->top, row->ctx->id, percent);
	if (is_full(pane) || !cnt)
		return;
	for (size_t i = 0; i < cnt; i++) {
		values[i] = percent[i];
		most = most > percent[i] ? most : percent[i];
	}
	at.col += aios_grid_text(pane->grid, at, AIOS_STYLE_TITLE, "Minute  ");
	at.width = pane->at.width - 8 - 26;
	if (at.width < 8)
		at.width = pane->at.width - 8;
	if ((int)cnt > at.width)
		skip = cnt - (size_t)(at.width > 0 ? at.width : 0);
	aios_grid_spark(pane->grid, at, 1, values + skip, cnt - skip, 100, AIOS_STYLE_USED);
	at.col += (int)(cnt - skip) + 1;
	at.width = pane->at.col + pane->at.width - at.col;
	aios_put_fmt(pane->grid, at, AIOS_STYLE_PLAIN, "ring %u%% full, %u%% at most",
		     (unsigned int)percent[cnt - 1], most);
	pane->at.row++;
}

static void put_request(struct pane *pane, uint64_t age_ns, uint64_t what, struct aios_buf *buf)
{
	aios_fmt_age(buf, age_ns);
	aios_buf_fmt(buf, " %s %s", aios_top_op_name(what & AIOS_TOP_OP_MASK),
		     aios_top_state(what));
	put_titled(pane, "  ", buf);
}

/* @most rows, a title among them. */
static void put_oldest(struct pane *pane, const struct aios_draw *draw,
		       const struct aios_top_row *row, int most)
{
	const struct aios_top_sample *sample = draw->frame->sample;
	struct pane part = *pane;
	struct aios_buf buf = { 0 };

	if (part.end > part.at.row + most)
		part.end = part.at.row + most;
	if (!row->oldest_ns || is_full(&part))
		return;
	aios_grid_text(part.grid, part.at, AIOS_STYLE_TITLE, "Oldest requests");
	part.at.row++;
	for (size_t i = 0; row->ctx && i < row->ctx->oldest_cnt; i++) {
		const struct aios_top_oldest *oldest = &row->ctx->oldest[i];

		put_request(&part, sample->ns > oldest->since_ns ? sample->ns - oldest->since_ns :
								   0, oldest->what, &buf);
	}
	if (!row->ctx)
		put_request(&part, row->oldest_ns, row->oldest_what, &buf);
	aios_buf_done(&buf);
	pane->at.row = part.at.row;
}

static const char *const class_names[AIOS_TOP_CLASSES] = {
	[AIOS_TOP_READS] = "Reads   ",
	[AIOS_TOP_WRITES] = "Writes  ",
	[AIOS_TOP_SYNCS] = "Syncs   ",
	[AIOS_TOP_POLLS] = "Polls   ",
};

/*
 * The axis of latencies is that of the histogram, which is logarithmic: from the octave of 1.02 us
 * on, which has all that is shorter as well, to the last one; a column or more for each.
 */
#define FIRST_GROUP	8
#define FIRST_MSB	10
#define OCTAVES		(AIOS_TOP_GROUPS - FIRST_GROUP)
#define OCTAVE_MOST	8	/* columns: there are no more buckets in an octave */
#define NUMBERS		44	/* columns of "12345, p50 1.23ms, p99 1.23ms, max 1.23ms" */

static uint64_t gather(const __u32 *hist, double *values, int octave)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < AIOS_TOP_BUCKETS; i++) {
		int group = (int)(i >> AIOS_TOP_HIST_BITS) - FIRST_GROUP;
		int part = (int)(i & ((1U << AIOS_TOP_HIST_BITS) - 1));

		values[group < 0 ? 0 : group * octave + part * octave / 8] += hist[i];
		sum += hist[i];
	}
	return sum;
}

static void put_class(struct pane *pane, const struct aios_top_counts *counts, size_t class,
		      int octave, int height)
{
	double values[OCTAVES * OCTAVE_MOST] = { 0 }, max = 0;
	const __u32 *hist = counts->hist[class];
	uint64_t longest = counts->max_ns[class], sum = gather(hist, values, octave);
	struct aios_span at = pane->at;
	struct aios_buf buf = { 0 };

	if (!sum || pane->at.row + height > pane->end)
		return;
	for (size_t i = 0; i < (size_t)(OCTAVES * octave); i++)
		max = max > values[i] ? max : values[i];
	at.row += height - 1;
	at.col += aios_grid_text(pane->grid, at, AIOS_STYLE_TITLE, class_names[class]);
	at.width = pane->at.width - 8 < OCTAVES * octave ? pane->at.width - 8 : OCTAVES * octave;
	aios_grid_spark(pane->grid, at, height, values, (size_t)(OCTAVES * octave), max,
			AIOS_STYLE_USED);
	aios_fmt_count(&buf, (double)sum);
	aios_buf_str(&buf, ", p50 ");
	aios_fmt_age(&buf, aios_top_percentile(hist, longest, 50));
	aios_buf_str(&buf, ", p99 ");
	aios_fmt_age(&buf, aios_top_percentile(hist, longest, 99));
	aios_buf_str(&buf, ", max ");
	aios_fmt_age(&buf, longest);
	at.col += OCTAVES * octave + 1;
	at.width = pane->at.col + pane->at.width - at.col;
	if (!buf.err)
		aios_grid_text(pane->grid, at, AIOS_STYLE_PLAIN, buf.data);
	aios_buf_done(&buf);
	pane->at.row += height;
}

static void put_axis(struct pane *pane, int octave)
{
	int step = octave > 1 ? 5 : 10;
	struct aios_buf buf = { 0 };

	for (int i = 0; i < OCTAVES && !is_full(pane); i += step) {
		struct aios_span at = { pane->at.row, pane->at.col + 8 + i * octave,
					pane->at.width - 8 - i * octave };

		aios_buf_clear(&buf);
		aios_buf_str(&buf, "|");
		aios_fmt_age(&buf, 1ULL << (FIRST_MSB + i));
		if (!buf.err)
			aios_grid_text(pane->grid, at, AIOS_STYLE_DIM, buf.data);
	}
	aios_buf_done(&buf);
}

/* As high as there is room for, all classes the same. */
static void put_latencies(struct pane *pane, const struct aios_top_row *row)
{
	int octave = (pane->at.width - 8 - NUMBERS) / OCTAVES, classes = 0, height;

	for (size_t class = 0; class < AIOS_TOP_CLASSES; class++)
		classes += row->total.max_ns[class] > 0;
	if (!classes || is_full(pane))
		return;
	octave = octave < 1 ? 1 : octave > OCTAVE_MOST ? OCTAVE_MOST : octave;
	height = (pane->end - pane->at.row - 1) / classes;
	height = height < 1 ? 1 : height > 4 ? 4 : height;
	for (size_t class = 0; class < AIOS_TOP_CLASSES; class++)
		put_class(pane, &row->total, class, octave, height);
	put_axis(pane, octave);
}

static void put_title(struct aios_draw *draw, const struct aios_top_row *row, int at_row)
{
	struct aios_grid *grid = draw->grid;
	struct aios_span at = { at_row, 0, grid->cols };
	char comm[AIOS_COMM_LEN + 1];
	struct aios_buf buf = { 0 };
	int used;

	aios_grid_fill(grid, at, AIOS_STYLE_HEADING, ' ');
	aios_buf_str(&buf, row->ctx ? "Context " : "All contexts");
	aios_context_name(&buf, row);
	aios_buf_fmt(&buf, " of %u ", aios_top_pid(row->proc));
	if (!buf.err) {
		used = aios_grid_text(grid, at, AIOS_STYLE_SORTED, buf.data);
		at.col += used + 1;
		at.width -= used + 1;
		aios_put_safe(grid, at, AIOS_STYLE_HEADING, aios_command_of(row->proc, comm));
	}
	aios_buf_done(&buf);
}

#define SIDE_COLS	52	/* the longest state of a request fits */

/**
 * aios_draw_pane() - tells all of the selected row
 * @draw: its screen has lines
 * @area: where to
 */
void aios_draw_pane(struct aios_draw *draw, struct aios_area area)
{
	struct aios_screen *screen = draw->screen;
	bool wide = draw->grid->cols >= 140;
	int cols = wide ? draw->grid->cols - SIDE_COLS - 1 : draw->grid->cols;
	struct pane pane = { draw->grid, { area.row + 1, 0, cols }, area.row + area.rows };
	struct pane side = { draw->grid, { area.row + 2, cols + 1, SIDE_COLS }, pane.end };
	const struct aios_top_row *row;
	struct aios_buf buf = { 0 };

	if (area.rows < 1 || !screen->line_cnt)
		return;
	row = screen->lines[screen->select_line].row;
	put_title(draw, row, area.row);
	put_slots(&pane, row, &buf);
	put_state(&pane, row, &buf);
	put_minute(&pane, draw, row);
	if (aios_screen_counts(draw->frame) && (!row->ctx || row->ctx->counted))
		put_totals(&pane, row, &buf);
	put_owner(&pane, row, &buf);
	if (wide)
		put_oldest(&side, draw, row, area.rows);
	else
		put_oldest(&pane, draw, row, (pane.end - pane.at.row + 1) / 2);
	put_latencies(&pane, row);
	aios_buf_done(&buf);
}
