// SPDX-License-Identifier: GPL-2.0-only
/*
 * screen_header.c - what stands above the table: the host, the meter of fs.aio-nr, totals and
 * findings.
 */
#include "screen_int.h"

#include <string.h>

#include "units.h"
#include "width.h"

static void add_rate(struct aios_buf *buf, const struct aios_top_frame *frame, uint64_t count,
		     void (*write)(struct aios_buf *buf, double value))
{
	if (!aios_screen_counts(frame) || !frame->span_ns)
		aios_buf_str(buf, "-");
	else
		write(buf, (double)count * 1e9 / (double)frame->span_ns);
}

static void write_bytes(struct aios_buf *buf, double value)
{
	aios_fmt_size(buf, (uint64_t)value);
}

static void add_known(struct aios_buf *buf, uint32_t number)
{
	if (number == AIOS_UNKNOWN32)
		aios_buf_str(buf, "-");
	else
		aios_fmt_count(buf, number);
}

static void add_done(struct aios_buf *buf, const struct aios_top_frame *frame)
{
	add_rate(buf, frame, aios_top_completed(&frame->all.delta), aios_fmt_count);
}

static void add_submits(struct aios_buf *buf, const struct aios_top_frame *frame)
{
	add_rate(buf, frame, frame->all.delta.submits, aios_fmt_count);
}

static void add_requests(struct aios_buf *buf, const struct aios_top_frame *frame)
{
	add_rate(buf, frame, frame->all.delta.accepted, aios_fmt_count);
}

static void add_read(struct aios_buf *buf, const struct aios_top_frame *frame)
{
	add_rate(buf, frame, frame->all.delta.bytes[AIOS_TOP_READS], write_bytes);
}

static void add_written(struct aios_buf *buf, const struct aios_top_frame *frame)
{
	add_rate(buf, frame, frame->all.delta.bytes[AIOS_TOP_WRITES], write_bytes);
}

static void add_in_flight(struct aios_buf *buf, const struct aios_top_frame *frame)
{
	add_known(buf, frame->all.now.in_flight);
}

static void add_unread(struct aios_buf *buf, const struct aios_top_frame *frame)
{
	add_known(buf, frame->all.now.unread);
}

/* "12 in 3 processes, 1 dead" */
static void add_contexts(struct aios_buf *buf, const struct aios_top_frame *frame)
{
	size_t procs = aios_top_procs_there(frame);

	aios_buf_fmt(buf, "%u in %zu process%s", frame->all.contexts, procs,
		     procs == 1 ? "" : "es");
	if (frame->all.dead)
		aios_buf_fmt(buf, ", %u dead", frame->all.dead);
}

/* Some of fs.aio-nr may belong to those that cannot be seen. */
static void add_accounted(struct aios_buf *buf, const struct aios_top_frame *frame)
{
	const struct aios_top_host *host = &frame->sample->host;

	aios_buf_int(buf, (int64_t)frame->accounted);
	if (host->aio_nr != UINT64_MAX && host->aio_nr != frame->accounted)
		aios_buf_fmt(buf, " of %llu", (unsigned long long)host->aio_nr);
}

static void add_missed(struct aios_buf *buf, const struct aios_top_frame *frame)
{
	aios_fmt_count(buf, (double)frame->sample->host.missed);
}

static void add_not_apart(struct aios_buf *buf, const struct aios_top_frame *frame)
{
	aios_fmt_count(buf, (double)frame->sample->host.not_apart);
}

static void add_not_shown(struct aios_buf *buf, const struct aios_top_frame *frame)
{
	aios_fmt_count(buf, (double)frame->sample->host.not_shown);
}

static void add_setup_again(struct aios_buf *buf, const struct aios_top_frame *frame)
{
	aios_fmt_count(buf, (double)frame->sample->host.setup_again);
}

static bool never(const struct aios_top_frame *frame)
{
	return !frame;
}

static bool uncounted(const struct aios_top_frame *frame)
{
	return !aios_screen_counts(frame);
}

static bool all_apart(const struct aios_top_frame *frame)
{
	return !frame->sample->host.not_apart;
}

static bool all_shown(const struct aios_top_frame *frame)
{
	return !frame->sample->host.not_shown;
}

/* Numbers of the whole host, the ones that matter most first: small terminals cut the others. */
static const struct item {
	const char *title;
	void (*add)(struct aios_buf *buf, const struct aios_top_frame *frame);
	bool (*left_out)(const struct aios_top_frame *frame);
	bool bad;	/* if it is not 0 */
} items[] = {
	{ "In flight", add_in_flight, never, false },
	{ "Done/s", add_done, uncounted, false },
	{ "Contexts", add_contexts, never, false },
	{ "Missed", add_missed, uncounted, true },
	{ "Submits/s", add_submits, uncounted, false },
	{ "Requests/s", add_requests, uncounted, false },
	{ "Read/s", add_read, uncounted, false },
	{ "Written/s", add_written, uncounted, false },
	{ "Unread", add_unread, never, false },
	{ "io_setup EAGAIN", add_setup_again, uncounted, true },
	{ "Seen", add_accounted, never, false },
	{ "Counted together", add_not_apart, all_apart, true },
	{ "Not shown", add_not_shown, all_shown, true },
};

/* "function every 1.50s ", or of a trace "trace of level function +12.0s x2 " */
static void add_source(struct aios_buf *buf, const struct aios_draw *draw)
{
	const struct aios_top_sample *sample = draw->frame->sample;
	const char *level = sample->host.level;
	double speed = draw->screen->speed;

	aios_buf_str(buf, aios_top_evidence_name(sample->host.evidence));
	if (speed == 0) {
		aios_buf_str(buf, " every ");
		aios_fmt_duration(buf, draw->screen->delay_ns);
	} else {
		if (level[0])
			aios_buf_fmt(buf, " of level %s", level);
		aios_buf_str(buf, " +");
		aios_fmt_duration(buf, sample->ns > sample->started_ns ?
				  sample->ns - sample->started_ns : 0);
		if (speed != 1)
			aios_buf_fmt(buf, " x%g", speed);
	}
	aios_buf_str(buf, " ");
}

static int title_line(struct aios_draw *draw, int row)
{
	const char *stands = draw->screen->ended ? "end of the trace" : "PAUSED";
	const struct aios_top_sample *sample = draw->frame->sample;
	struct aios_grid *grid = draw->grid;
	struct aios_span at = { row, 0, grid->cols };
	struct aios_buf right = { 0 };
	int used, width;

	if (grid->cols >= 60)
		add_source(&right, draw);
	aios_fmt_clock(&right, sample->wall_ns, draw->screen->utc_offset_s);
	if (right.err || !right.data)
		return 1;
	/* The time of day without its microseconds. */
	right.data[right.len - 7] = '\0';
	width = (int)aios_width(right.data);
	used = aios_grid_text(grid, at, AIOS_STYLE_STRONG, "aiotop ");
	at.col = used;
	at.width = grid->cols - used - width - 1;
	used = aios_put_safe(grid, at, AIOS_STYLE_PLAIN, sample->host.name) + 1;
	at.col += used;
	at.width -= used;
	aios_put_safe(grid, at, AIOS_STYLE_DIM, sample->host.kernel);
	if (width <= grid->cols - 7)
		aios_grid_right(grid, (struct aios_span){ row, 0, grid->cols },
				draw->screen->paused ? AIOS_STYLE_WARN : AIOS_STYLE_TITLE,
				draw->screen->paused ? stands : right.data);
	aios_buf_done(&right);
	return 1;
}

/* aio-nr [||||||||||||                 12345 of 65536, 18.8%] */
static int meter_line(struct aios_draw *draw, int row)
{
	const struct aios_top_host *host = &draw->frame->sample->host;
	int width = draw->grid->cols - 9;
	char text[64] = "unknown";
	struct aios_grid *grid = draw->grid;
	double part = 0;
	enum aios_style style;
	struct aios_buf buf = { 0 };

	aios_grid_text(grid, (struct aios_span){ row, 0, 7 }, AIOS_STYLE_TITLE, "aio-nr ");
	aios_grid_text(grid, (struct aios_span){ row, 7, 1 }, AIOS_STYLE_STRONG, "[");
	aios_grid_text(grid, (struct aios_span){ row, grid->cols - 1, 1 }, AIOS_STYLE_STRONG, "]");
	if (host->aio_nr != UINT64_MAX && host->aio_max_nr != UINT64_MAX) {
		part = host->aio_max_nr ? (double)host->aio_nr / (double)host->aio_max_nr : 1;
		aios_buf_fmt(&buf, "%llu of %llu, %.1f%%", (unsigned long long)host->aio_nr,
			     (unsigned long long)host->aio_max_nr, part * 100);
		if (!buf.err && buf.len < sizeof(text))
			memcpy(text, buf.data, buf.len + 1);
		aios_buf_done(&buf);
	}
	if (width <= 0)
		return 1;
	style = part >= 0.9 ? AIOS_STYLE_CRIT : part >= 0.7 ? AIOS_STYLE_WARN : AIOS_STYLE_USED;
	if (part > 1)
		part = 1;
	aios_grid_fill(grid, (struct aios_span){ row, 8, (int)(part * width + 0.5) }, style, '|');
	if ((int)aios_width(text) <= width)
		aios_grid_right(grid, (struct aios_span){ row, 8, width }, AIOS_STYLE_STRONG, text);
	return 1;
}

/* Items one after the other, in as many rows as they take, @most at most. */
static int item_lines(struct aios_draw *draw, int row, int most)
{
	struct aios_grid *grid = draw->grid;
	struct aios_buf buf = { 0 };
	int col = 0, first = row;

	for (size_t i = 0; i < sizeof(items) / sizeof(items[0]); i++) {
		const struct item *item = &items[i];
		int width;

		if (item->left_out(draw->frame))
			continue;
		aios_buf_clear(&buf);
		item->add(&buf, draw->frame);
		if (buf.err || !buf.data)
			break;
		width = (int)(strlen(item->title) + 1 + aios_width(buf.data));
		if (col && col + width > grid->cols) {
			col = 0;
			row++;
		}
		if (row - first >= most)
			break;
		col += aios_put_fmt(grid, (struct aios_span){ row, col, grid->cols - col },
				    AIOS_STYLE_TITLE, "%s ", item->title);
		col += aios_grid_text(grid, (struct aios_span){ row, col, grid->cols - col },
				      item->bad && strcmp(buf.data, "0") ? AIOS_STYLE_WARN :
				      AIOS_STYLE_STRONG, buf.data) + 2;
	}
	aios_buf_done(&buf);
	return row - first < most ? row - first + 1 : most;
}

static const struct severity {
	const char *word;
	enum aios_style style;
} severities[] = {
	{ "note", AIOS_STYLE_NOTE }, { "note", AIOS_STYLE_NOTE },
	{ "warning", AIOS_STYLE_WARN }, { "look now", AIOS_STYLE_CRIT },
};

/* The word and the level stand there in words: colours are not for everybody. */
static void finding_line(struct aios_draw *draw, int row, const struct aios_top_finding *finding)
{
	const struct severity *severity = &severities[finding->severity & 3];
	struct aios_grid *grid = draw->grid;
	int col;

	col = aios_put_fmt(grid, (struct aios_span){ row, 0, grid->cols }, severity->style,
			   "%s [%s] ", severity->word, aios_top_evidence_name(finding->evidence));
	aios_grid_text(grid, (struct aios_span){ row, col, grid->cols - col }, AIOS_STYLE_PLAIN,
		       finding->text);
}

static int finding_lines(struct aios_draw *draw, int row, int most)
{
	const struct aios_top_frame *frame = draw->frame;
	int left = (int)frame->finding_cnt, done = 0;

	while (done < left && done < most) {
		bool more = done + 1 == most && left > most;

		finding_line(draw, row + done, &frame->findings[done]);
		done++;
		if (more && draw->grid->cols >= 60) {
			struct aios_span at = { row + done - 1, draw->grid->cols - 12, 12 };

			aios_grid_fill(draw->grid, at, AIOS_STYLE_DIM, ' ');
			aios_put_fmt(draw->grid, at, AIOS_STYLE_DIM, " and %d more", left - most);
		}
	}
	return done;
}

/**
 * aios_draw_header() - draws the header at the top
 * @draw: where to
 * @most: rows that it may take
 * Return: rows that it took.
 */
int aios_draw_header(struct aios_draw *draw, int most)
{
	const char *why = draw->frame->sample->host.why;
	int row = 0;

	if (most > 2)
		row += title_line(draw, row);
	if (row < most)
		row += meter_line(draw, row);
	if (row < most)
		row += item_lines(draw, row, most - row > 3 ? most - row - 2 : 1);
	if (why && row < most) {
		aios_grid_text(draw->grid, (struct aios_span){ row, 0, draw->grid->cols },
			       AIOS_STYLE_WARN, why);
		row++;
	}
	if (row < most)
		row += finding_lines(draw, row, most - row);
	return row;
}
