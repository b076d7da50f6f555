/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * view_html_int.h - what the parts of the page's data share with each other and with nobody else.
 */
#ifndef AIOS_VIEW_HTML_INT_H
#define AIOS_VIEW_HTML_INT_H

#include "column.h"
#include "map.h"
#include "model.h"
#include "names.h"
#include "summary.h"

#define AIOS_HTML_COLUMNS	64	/* of a request, at most: bits of a word */

/**
 * struct aios_html_row - a request that is told
 * @id: of the request
 * @at_ns: the first time that is known of it; its other times are told from there
 * @took_ns: birth to completion, 0 where that is not known
 * @bad: it failed, was refused, is tainted, or has not ended
 * @known: by column: it has a value
 * @values: by column; of texts their numbers, of errnos those, of HEX the bits
 */
struct aios_html_row {
	uint64_t id;
	uint64_t at_ns;
	uint64_t took_ns;
	bool bad;
	uint64_t known;
	int64_t values[];
};

/**
 * struct aios_html_texts - different texts of a column, by number
 * @list: owned
 * @map: hash of a text -> 1 + its number; what meets another one there takes the next key
 */
struct aios_html_texts {
	char **list;
	size_t cnt, cap;
	struct aios_map map;
};

/**
 * struct aios_html_column - a column that is told
 * @column: of aios_columns()
 * @since_at: a time, told from the row's @at_ns on
 * @kind: of its values, as last seen
 */
struct aios_html_column {
	const struct aios_column *column;
	bool since_at;
	enum aios_value_kind kind;
	struct aios_html_texts texts;
};

/**
 * struct aios_html_rows - requests that are told one by one
 * @limit: how many there may be when the page is written
 * @total: requests that there were
 * @rows: owned; as many as @limit and a quarter of it in between
 * @step: of this many requests, one is kept whatever it is; a power of two
 * @bad_step: the same of those that are bad
 * @slow_ns: what took longer is kept
 */
struct aios_html_rows {
	size_t limit;
	uint64_t total;
	struct aios_html_row **rows;
	size_t cnt, cap;
	uint64_t step;
	uint64_t bad_step;
	uint64_t slow_ns;
	struct aios_html_column columns[AIOS_HTML_COLUMNS];
	size_t column_cnt;
};

void aios_html_rows_init(struct aios_html_rows *rows, size_t limit);
void aios_html_rows_done(struct aios_html_rows *rows);
int aios_html_rows_add(struct aios_html_rows *rows, const struct aios_request *req);
int aios_html_rows_end(struct aios_html_rows *rows);
int aios_html_rows_must(struct aios_html_rows *rows, const struct aios_request *req);
int aios_html_rows_write(struct aios_html_rows *rows, struct aios_buf *buf, uint64_t t0_ns);

#define AIOS_HEAT_TIMES		512	/* columns of a heat map */
#define AIOS_HEAT_STAGES	(AIOS_STAGE_LATENCY + 1)	/* all have these */
#define AIOS_HEAT_ROWS		256	/* four for each power of two */

/**
 * struct aios_html_heat - requests counted by the time of their end and by how long they took
 * @width_ns: of a column; doubled, with columns joined in pairs, whenever there are too many
 * @first_ns: where the first one begins, 0 before the first request
 * @grids: by operation and stage, owned; NULL where there is none
 */
struct aios_html_heat {
	uint64_t width_ns;
	uint64_t first_ns;
	uint32_t (*grids[AIOS_OPS][AIOS_HEAT_STAGES])[AIOS_HEAT_ROWS];
};

int aios_html_heat_add(struct aios_html_heat *heat, const struct aios_request *req);
void aios_html_heat_write(const struct aios_html_heat *heat, struct aios_buf *buf, uint64_t t0_ns);
void aios_html_heat_done(struct aios_html_heat *heat);

#define AIOS_RING_POINTS	2048	/* of a context over time, at most */
#define AIOS_RINGS_TOLD		32	/* contexts that completed most */

/**
 * struct aios_ring_point - a context in a piece of time in which something changed
 * @at: number of the piece
 * @in_flight_max: most within it
 * @unread_max: the same
 * @in_flight: at its end
 * @unread: the same
 */
struct aios_ring_point {
	uint64_t at;
	uint32_t in_flight_max, unread_max;
	uint32_t in_flight, unread;
};

/**
 * struct aios_ring_line - a context over time
 * @id: of the context
 * @width_ns: of a piece of time; doubled whenever there are too many points
 * @completed: by this context, for who is told
 * @end_ns: it was freed then, 0 where that was not seen
 */
struct aios_ring_line {
	uint64_t id;
	uint64_t width_ns;
	uint64_t completed;
	uint64_t end_ns;
	struct aios_ring_point *points;
	size_t cnt, cap;
};

/**
 * struct aios_html_rings - contexts over time
 * @map: id -> struct aios_ring_line, of contexts that live
 * @over: of those that have ended, the ones that completed most
 */
struct aios_html_rings {
	struct aios_map map;
	struct aios_ring_line *over[AIOS_RINGS_TOLD];
	size_t over_cnt;
	uint64_t left_out;
};

int aios_html_rings_record(struct aios_html_rings *rings, const struct aios_model *model,
			   const struct aios_rec *rec);
int aios_html_rings_over(struct aios_html_rings *rings, const struct aios_ctx *ctx);
void aios_html_rings_write(const struct aios_html_rings *rings, struct aios_buf *buf,
			   uint64_t t0_ns);
void aios_html_rings_done(struct aios_html_rings *rings);

#endif /* AIOS_VIEW_HTML_INT_H */
