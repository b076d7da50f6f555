// SPDX-License-Identifier: GPL-2.0-only
/*
 * view_line.c - requests and holes, a line each:
 *
 *	TIME             PROCESS             CTX OP       RESULT         LATENCY    SUBMIT ...
 *	14:03:07.123456  fio[4242]            #1 pread    4K              97.4us    12.3us ...
 */
#include <stdio.h>
#include <string.h>

#include <linux/aio_abi.h>

#include "column.h"
#include "names.h"
#include "units.h"
#include "view.h"

/* Where columns begin, in bytes from the beginning of the line. */
enum {
	AT_PROCESS = 17,
	AT_CTX = 36,
	AT_OP = 41,
	AT_RESULT = 50,
	AT_LATENCY = 65,	/* durations, each to the right */
};

#define DURATION_WIDTH	10

/* Columns are counted within a line, so each is written on its own. */
static void line_move(struct aios_buf *buf, struct aios_buf *line)
{
	aios_buf_add(buf, line->data, line->err ? 0 : line->len);
	if (line->err)
		buf->err = line->err;
	aios_buf_done(line);
}

void aios_line_head(struct aios_buf *buf)
{
	static const struct {
		size_t at;
		const char *text;
	} heads[] = {
		{ AT_PROCESS, "PROCESS" }, { AT_CTX, "CTX" }, { AT_OP, "OP" },
		{ AT_RESULT, "RESULT" }, { AT_LATENCY, "" },
	};
	static const char *const durations[] = { "LATENCY", "SUBMIT", "IN-FLIGHT", "UNREAD" };
	struct aios_buf line = { 0 };

	aios_buf_str(&line, "TIME");
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		aios_buf_pad(&line, heads[i].at);
		aios_buf_str(&line, heads[i].text);
	}
	for (size_t i = 0; i < sizeof(durations) / sizeof(durations[0]); i++)
		aios_buf_fmt(&line, "%*s", DURATION_WIDTH, durations[i]);
	aios_buf_str(&line, "  FILE\n");
	line_move(buf, &line);
}

static void line_clock(struct aios_buf *buf, uint64_t time_ns, const struct aios_clock *clock)
{
	aios_fmt_clock(buf, time_ns + (uint64_t)clock->wall_offset_ns, clock->utc_offset_s);
}

static void line_stage(struct aios_buf *buf, const struct aios_request *req,
		       bool (*stage)(const struct aios_request *, uint64_t *))
{
	struct aios_buf text = { 0 };
	uint64_t ns;
	bool known = stage(req, &ns);

	if (known)
		aios_fmt_duration(&text, ns);
	aios_buf_fmt(buf, "%*s", DURATION_WIDTH, known && !text.err ? text.data : "-");
	aios_buf_done(&text);
}

static void line_process(struct aios_buf *buf, const struct aios_request *req)
{
	const char *comm = req->process && req->process->comm[0] ? req->process->comm :
			   req->ctx->comm;

	aios_buf_safe(buf, comm[0] ? comm : "?");
	if (req->process)
		aios_buf_fmt(buf, "[%u]", req->process->tgid);
}

void aios_fmt_result(struct aios_buf *buf, const struct aios_request *req)
{
	if (req->tainted)
		aios_buf_str(buf, "~");
	if (req->fate == AIOS_FATE_REFUSED) {
		aios_buf_str(buf, "refused ");
		aios_fmt_errno(buf, req->refused);
	} else if (!req->completed_ns) {
		aios_buf_str(buf, req->fate == AIOS_FATE_LOST_TRACK ? "not seen" : "in flight");
	} else if (req->res < 0) {
		aios_fmt_errno(buf, req->res);
	} else if (!req->asked) {
		aios_buf_fmt(buf, "%lld", (long long)req->res);
	} else if (req->ask.op == IOCB_CMD_POLL) {
		aios_fmt_poll(buf, (uint32_t)req->res);
	} else if (aios_op_moves_bytes(req->ask.op)) {
		aios_fmt_exact(buf, (uint64_t)req->res);
	} else if (req->res) {
		aios_buf_fmt(buf, "%lld", (long long)req->res);
	} else {
		aios_buf_str(buf, "ok");
	}
}

static void subject_range(struct aios_buf *buf, const struct aios_iocb *ask)
{
	aios_buf_str(buf, " @");
	if (ask->offset < 0)
		aios_buf_fmt(buf, "%lld", (long long)ask->offset);
	else
		aios_fmt_exact(buf, (uint64_t)ask->offset);
	aios_buf_str(buf, " +");
	if (ask->length == AIOS_UNKNOWN64)
		aios_buf_str(buf, "?");
	else
		aios_fmt_exact(buf, ask->length);
	if (ask->vecs)
		aios_buf_fmt(buf, " in %u", ask->vecs);
}

void aios_fmt_subject(struct aios_buf *buf, const struct aios_request *req)
{
	if (!req->asked) {
		aios_buf_str(buf, req->origin == AIOS_ORIGIN_BEFORE ? "(older than the trace)" :
			     "(its submission was not seen)");
		return;
	}
	if (req->origin != AIOS_ORIGIN_BEFORE)
		aios_buf_fmt(buf, "%d", req->ask.fd);
	if (req->file) {
		aios_buf_str(buf, "<");
		aios_buf_safe(buf, req->file->path ? req->file->path : "?");
		aios_buf_str(buf, ">");
	}
	if (aios_op_moves_bytes(req->ask.op))
		subject_range(buf, &req->ask);
	if (req->ask.op == IOCB_CMD_POLL) {
		aios_buf_str(buf, " ");
		aios_fmt_poll(buf, req->ask.events);
	}
}

/* What a number alone does not say. */
static void line_notes(struct aios_buf *buf, const struct aios_request *req)
{
	enum aios_poll_order order = aios_poll_order(req);

	if (order != AIOS_POLL_NONE && order != AIOS_POLL_UNCLEAR)
		aios_buf_fmt(buf, " (%s)", aios_poll_order_name(order));
	if (req->reaper == AIOS_REAPER_USER)
		aios_buf_str(buf, " (reaped by the program)");
	if (req->fate == AIOS_FATE_UNREAD)
		aios_buf_str(buf, " (never read)");
	if (req->tainted)
		aios_buf_str(buf, " (records were lost)");
}

static void line_write(struct aios_buf *line, const struct aios_request *req,
		       const struct aios_clock *clock)
{
	uint64_t when = req->completed_ns ? req->completed_ns : req->returned_ns ?
			req->returned_ns : req->born_ns;

	if (when)
		line_clock(line, when, clock);
	else
		aios_buf_str(line, "-");
	aios_buf_pad(line, AT_PROCESS);
	line_process(line, req);
	aios_buf_pad(line, AT_CTX);
	aios_buf_fmt(line, "#%llu", (unsigned long long)req->ctx->id);
	aios_buf_pad(line, AT_OP);
	aios_buf_str(line, req->asked ? aios_op_name(req->ask.op) : "?");
	aios_buf_pad(line, AT_RESULT);
	aios_fmt_result(line, req);
	aios_buf_pad(line, AT_LATENCY);
	line_stage(line, req, aios_latency_ns);
	line_stage(line, req, aios_submit_ns);
	line_stage(line, req, aios_in_flight_ns);
	line_stage(line, req, aios_unread_ns);
	aios_buf_str(line, "  ");
	aios_fmt_subject(line, req);
	line_notes(line, req);
	aios_buf_str(line, "\n");
}

void aios_line(struct aios_buf *buf, const struct aios_request *req,
	       const struct aios_clock *clock)
{
	struct aios_buf line = { 0 };

	line_write(&line, req, clock);
	line_move(buf, &line);
}

void aios_fmt_gap(struct aios_buf *buf, const struct aios_gap *gap)
{
	switch (gap->kind) {
	case AIOS_GAP_RING:
		aios_buf_fmt(buf,
			     "%llu records of CPU %u were lost: the buffer was full (--buffer)",
			     (unsigned long long)gap->count, gap->cpu);
		break;
	case AIOS_GAP_SKIPPED:
		aios_buf_fmt(buf, "%llu calls of ", (unsigned long long)gap->count);
		aios_buf_safe(buf, gap->hook ? gap->hook : "?");
		aios_buf_str(buf, " were not seen: it interrupted itself");
		break;
	case AIOS_GAP_CUT:
		aios_buf_str(buf, "the trace is cut off here");
		break;
	case AIOS_GAP_DAMAGED:
		aios_buf_str(buf, "records are damaged here");
		break;
	}
}

void aios_line_gap(struct aios_buf *buf, const struct aios_gap *gap,
		   const struct aios_clock *clock)
{
	line_clock(buf, gap->from_ns, clock);
	aios_buf_str(buf, "  *** ");
	aios_fmt_gap(buf, gap);
	if (gap->to_ns != UINT64_MAX && gap->to_ns > gap->from_ns) {
		aios_buf_str(buf, ", within ");
		aios_fmt_duration(buf, gap->to_ns - gap->from_ns);
	}
	aios_buf_str(buf, "\n");
}
