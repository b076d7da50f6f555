// SPDX-License-Identifier: GPL-2.0-only
/*
 * view_html_heat.c - requests counted by the time of their end and by how long they took.
 *
 * It is told where there are more requests than can be told one by one. Its size is fixed.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "view_html_int.h"

#define FIRST_WIDTH_NS	16384

/*
 * A row for each quarter of a power of two, by the highest bit and the two that follow it: row
 * 4m + q begins at 2^m + q * 2^(m - 2) ns. What is below 4 ns is of row 8, as are 4 ns themselves.
 */
static unsigned int heat_row(uint64_t ns)
{
	unsigned int msb;

	if (ns < 4)
		ns = 4;
	msb = 63 - (unsigned int)__builtin_clzll(ns);
	return msb * 4 + (unsigned int)(ns >> (msb - 2) & 3);
}

static void grid_halve(uint32_t (*grid)[AIOS_HEAT_ROWS])
{
	for (size_t i = 0; i < AIOS_HEAT_TIMES / 2; i++)
		for (size_t row = 0; row < AIOS_HEAT_ROWS; row++)
			grid[i][row] = grid[2 * i][row] + grid[2 * i + 1][row];
	memset(&grid[AIOS_HEAT_TIMES / 2], 0, AIOS_HEAT_TIMES / 2 * sizeof(grid[0]));
}

static void heat_widen(struct aios_html_heat *heat)
{
	heat->width_ns *= 2;
	for (size_t op = 0; op < AIOS_OPS; op++)
		for (size_t stage = 0; stage < AIOS_HEAT_STAGES; stage++)
			if (heat->grids[op][stage])
				grid_halve(heat->grids[op][stage]);
}

/* The column of a time: what is older than the first request is of the first one. */
static size_t heat_time(struct aios_html_heat *heat, uint64_t time_ns)
{
	uint64_t since_ns = time_ns > heat->first_ns ? time_ns - heat->first_ns : 0;

	while (since_ns / heat->width_ns >= AIOS_HEAT_TIMES)
		heat_widen(heat);
	return (size_t)(since_ns / heat->width_ns);
}

static int heat_count(struct aios_html_heat *heat, size_t op, size_t stage, size_t at, uint64_t ns)
{
	uint32_t (**grid)[AIOS_HEAT_ROWS] = &heat->grids[op][stage];

	if (!*grid)
		*grid = calloc(AIOS_HEAT_TIMES, sizeof(**grid));
	if (!*grid)
		return -ENOMEM;
	(*grid)[at][heat_row(ns)]++;
	return 0;
}

/**
 * aios_html_heat_add() - counts a request where it completed, or its submission returned
 * @heat: where
 * @req: over
 * Return: 0 or -ENOMEM.
 */
int aios_html_heat_add(struct aios_html_heat *heat, const struct aios_request *req)
{
	size_t op = aios_op_index(req->asked ? req->ask.op : AIOS_OP_UNKNOWN), at;
	uint64_t when_ns = req->completed_ns ? req->completed_ns : req->returned_ns;
	int err = 0;

	if (!when_ns || req->fate == AIOS_FATE_REFUSED)
		return 0;
	if (!heat->first_ns) {
		heat->first_ns = req->born_ns ? req->born_ns : when_ns;
		heat->width_ns = FIRST_WIDTH_NS;
	}
	at = heat_time(heat, when_ns);
	for (size_t i = 0; i < AIOS_HEAT_STAGES && !err; i++) {
		uint64_t ns;

		if (aios_stage_ns(req, (enum aios_stage)i, &ns))
			err = heat_count(heat, op, i, at, ns);
	}
	return err;
}

/* Three numbers a cell that is not empty: columns after the last one, row, requests. */
static void grid_write(uint32_t (*grid)[AIOS_HEAT_ROWS], struct aios_buf *buf)
{
	const char *sep = "";
	size_t before = 0;

	for (size_t at = 0; at < AIOS_HEAT_TIMES; at++)
		for (size_t row = 0; row < AIOS_HEAT_ROWS; row++) {
			if (!grid[at][row])
				continue;
			aios_buf_fmt(buf, "%s%zu,%zu,%u", sep, at - before, row, grid[at][row]);
			before = at;
			sep = ",";
		}
}

/**
 * aios_html_heat_write() - an object with a list of cells for each operation and stage
 * @heat: which
 * @buf: appended to
 * @t0_ns: times are told from here
 */
void aios_html_heat_write(const struct aios_html_heat *heat, struct aios_buf *buf, uint64_t t0_ns)
{
	const char *sep = "";

	aios_buf_fmt(buf, "{\"first_ns\":%lld,\"width_ns\":%llu,\"grids\":[",
		     (long long)(heat->first_ns - t0_ns), (unsigned long long)heat->width_ns);
	for (unsigned int op = 0; op < AIOS_OPS; op++)
		for (size_t stage = 0; stage < AIOS_HEAT_STAGES; stage++) {
			if (!heat->grids[op][stage])
				continue;
			aios_buf_fmt(buf, "%s{\"op\":\"%s\",\"stage\":\"%s_ns\",\"cells\":[",
				     sep, aios_op_name(op), aios_stage_key((enum aios_stage)stage));
			grid_write(heat->grids[op][stage], buf);
			aios_buf_str(buf, "]}");
			sep = ",\n";
		}
	aios_buf_str(buf, "]}");
}

void aios_html_heat_done(struct aios_html_heat *heat)
{
	for (size_t op = 0; op < AIOS_OPS; op++)
		for (size_t stage = 0; stage < AIOS_HEAT_STAGES; stage++)
			free(heat->grids[op][stage]);
}
