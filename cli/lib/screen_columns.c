// SPDX-License-Identifier: GPL-2.0-only
/*
 * screen_columns.c - the columns of aiotop's table.
 */
#include "screen_int.h"

#include <stdio.h>
#include <string.h>

#include "units.h"
#include "width.h"

/* Is anything counted, or are there only snapshots? */
bool aios_screen_counts(const struct aios_top_frame *frame)
{
	return frame->sample->host.evidence >= AIOS_TOP_FUNCTION;
}

int aios_put_safe(struct aios_grid *grid, struct aios_span at, enum aios_style style,
		  const char *text)
{
	struct aios_buf buf = { 0 };
	int used = 0;

	if (at.width <= 0)
		return 0;
	aios_buf_cut(&buf, text, (size_t)at.width);
	if (!buf.err && buf.data)
		used = aios_grid_text(grid, at, style, buf.data);
	aios_buf_done(&buf);
	return used;
}

int aios_put_fmt(struct aios_grid *grid, struct aios_span at, enum aios_style style,
		 const char *fmt, ...)
{
	char text[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	return aios_grid_text(grid, at, style, text);
}

/* At most five characters: 0, 3.5, 12345, 123K, 1.23M. */
void aios_fmt_count(struct aios_buf *buf, double count)
{
	static const char units[] = " KMGTP";
	size_t unit = 0;

	if (count < 99999.5) {
		bool whole = count >= 99.95 || count - (double)(uint64_t)count < 0.05;

		aios_buf_fmt(buf, whole ? "%.0f" : "%.1f", count);
		return;
	}
	while (count >= 999.5 && unit + 2 < sizeof(units)) {
		count /= 1000;
		unit++;
	}
	aios_buf_fmt(buf, "%.*f%c", count < 9.995 ? 2 : count < 99.95 ? 1 : 0, count, units[unit]);
}

/* At most six characters: 12.3ms, 59m59s, 23h59m, 364d. */
void aios_fmt_age(struct aios_buf *buf, uint64_t ns)
{
	unsigned int minutes = (unsigned int)(ns / 60000000000ULL % 60);
	unsigned long long hours = ns / 3600000000000ULL;

	if (!hours)
		aios_fmt_duration(buf, ns);
	else if (hours < 24)
		aios_buf_fmt(buf, "%lluh%02um", hours, minutes);
	else
		aios_buf_fmt(buf, "%llud", hours / 24);
}

static const struct aios_top_proc *proc_of(struct aios_look_at look)
{
	return look.row->proc;
}

/* Kernels and programs that the tool did not see through leave the numbers of 32 bits unknown. */
static double known32(uint32_t number)
{
	return number == AIOS_UNKNOWN32 ? AIOS_NO_VALUE : (double)number;
}

static bool counted(struct aios_look_at look)
{
	return aios_screen_counts(look.frame) && look.frame->span_ns &&
	       (!look.row->ctx || look.row->ctx->counted);
}

static double per_second(struct aios_look_at look, uint64_t count)
{
	return counted(look) ? (double)count * 1e9 / (double)look.frame->span_ns : AIOS_NO_VALUE;
}

static double percent_of_span(struct aios_look_at look, uint64_t ns)
{
	return counted(look) ? (double)ns * 100 / (double)look.frame->span_ns : AIOS_NO_VALUE;
}

static double get_pid(struct aios_look_at look)
{
	return aios_top_pid(proc_of(look));
}

static double get_asked(struct aios_look_at look)
{
	return (double)look.row->max_reqs;
}

static double get_share(struct aios_look_at look)
{
	uint64_t max = look.frame->sample->host.aio_max_nr;

	if (!max || max == UINT64_MAX)
		return AIOS_NO_VALUE;
	return (double)look.row->max_reqs * 100 / (double)max;
}

static double get_infl(struct aios_look_at look)
{
	return known32(look.row->now.in_flight);
}

static double get_unread(struct aios_look_at look)
{
	return known32(look.row->now.unread);
}

static double get_free(struct aios_look_at look)
{
	return known32(look.row->now.free);
}

static double get_size(struct aios_look_at look)
{
	return (double)look.row->nr_events;
}

static double get_ctxs(struct aios_look_at look)
{
	return look.row->contexts;
}

/* Of the ring, full of events; a row without one sorts last. */
static double get_ring(struct aios_look_at look)
{
	if (look.row->now.unread == AIOS_UNKNOWN32 || !look.row->nr_events)
		return AIOS_NO_VALUE;
	return (double)look.row->now.unread * 100 / (double)look.row->nr_events;
}

static double get_done(struct aios_look_at look)
{
	return per_second(look, aios_top_completed(&look.row->delta));
}

static double get_sub(struct aios_look_at look)
{
	return per_second(look, look.row->delta.submits);
}

static double get_req(struct aios_look_at look)
{
	return per_second(look, look.row->delta.accepted);
}

static double get_read(struct aios_look_at look)
{
	return per_second(look, look.row->delta.bytes[AIOS_TOP_READS]);
}

static double get_write(struct aios_look_at look)
{
	return per_second(look, look.row->delta.bytes[AIOS_TOP_WRITES]);
}

static double get_err(struct aios_look_at look)
{
	return per_second(look, look.row->delta.failed + look.row->delta.submit_errors);
}

static double get_eagain(struct aios_look_at look)
{
	return per_second(look, look.row->delta.submit_again);
}

static double get_cancel(struct aios_look_at look)
{
	return per_second(look, look.row->delta.cancels);
}

static double get_reaped(struct aios_look_at look)
{
	return look.row->reaped == UINT64_MAX ? AIOS_NO_VALUE :
						per_second(look, look.row->reaped);
}

static double get_block(struct aios_look_at look)
{
	return percent_of_span(look, look.row->delta.submit_slept_ns);
}

static double get_wait(struct aios_look_at look)
{
	return percent_of_span(look, look.row->delta.read_ns);
}

static double get_batch(struct aios_look_at look)
{
	const struct aios_top_counts *delta = &look.row->delta;

	if (!counted(look) || !delta->submits)
		return AIOS_NO_VALUE;
	return (double)delta->accepted / (double)delta->submits;
}

/* Of all classes together; AIOS_NO_VALUE where nothing was timed. */
static double percentile(struct aios_look_at look, double percent)
{
	const struct aios_top_counts *delta = &look.row->delta;
	uint32_t hist[AIOS_TOP_BUCKETS] = { 0 };
	uint64_t max = 0;

	for (size_t class = 0; class < AIOS_TOP_CLASSES; class++) {
		if (!delta->max_ns[class])
			continue;
		if (max < delta->max_ns[class])
			max = delta->max_ns[class];
		for (size_t i = 0; i < AIOS_TOP_BUCKETS; i++)
			hist[i] += delta->hist[class][i];
	}
	if (!counted(look) || !max)
		return AIOS_NO_VALUE;
	return (double)aios_top_percentile(hist, max, percent);
}

static double get_p50(struct aios_look_at look)
{
	return percentile(look, 50);
}

static double get_p99(struct aios_look_at look)
{
	return percentile(look, 99);
}

static double get_max(struct aios_look_at look)
{
	uint64_t max = 0;

	for (size_t class = 0; class < AIOS_TOP_CLASSES; class++)
		if (max < look.row->delta.max_ns[class])
			max = look.row->delta.max_ns[class];
	return counted(look) && max ? (double)max : AIOS_NO_VALUE;
}

static double class_p99(struct aios_look_at look, enum aios_top_class class)
{
	const struct aios_top_counts *delta = &look.row->delta;

	if (!counted(look) || !delta->max_ns[class])
		return AIOS_NO_VALUE;
	return (double)aios_top_percentile(delta->hist[class], delta->max_ns[class], 99);
}

static double get_read_p99(struct aios_look_at look)
{
	return class_p99(look, AIOS_TOP_READS);
}

static double get_write_p99(struct aios_look_at look)
{
	return class_p99(look, AIOS_TOP_WRITES);
}

static double get_sync_p99(struct aios_look_at look)
{
	return class_p99(look, AIOS_TOP_SYNCS);
}

static double get_poll_p99(struct aios_look_at look)
{
	return class_p99(look, AIOS_TOP_POLLS);
}

static double get_oldest(struct aios_look_at look)
{
	return look.row->oldest_ns ? (double)look.row->oldest_ns : AIOS_NO_VALUE;
}

/* Known where the tool saw the birth. */
static double get_age(struct aios_look_at look)
{
	const struct aios_top_sample *sample = look.frame->sample;
	uint64_t born = look.row->ctx ? look.row->ctx->born_ns : 0;

	return born && sample->ns >= born ? (double)(sample->ns - born) : AIOS_NO_VALUE;
}

static double get_context(struct aios_look_at look)
{
	return look.row->ctx ? (double)look.row->ctx->snap.user_id : AIOS_NO_VALUE;
}

static double get_mix(struct aios_look_at look)
{
	const __u64 *done = look.row->delta.completed;

	return counted(look) ? (double)(done[AIOS_TOP_PREAD] + done[AIOS_TOP_PREADV]) :
			       AIOS_NO_VALUE;
}

static double get_polls(struct aios_look_at look)
{
	return per_second(look, look.row->delta.completed[AIOS_TOP_POLL]);
}

static const char *get_user(struct aios_look_at look)
{
	return proc_of(look)->user;
}

static const char *get_container(struct aios_look_at look)
{
	return proc_of(look)->container;
}

static const char *get_cgroup(struct aios_look_at look)
{
	return proc_of(look)->cgroup;
}

static const char *get_command(struct aios_look_at look)
{
	const struct aios_top_proc *proc = proc_of(look);

	return proc->command && proc->command[0] ? proc->command : proc->snap.comm;
}

/* The first that applies. */
const char *aios_row_state(const struct aios_top_row *row)
{
	if (row->gone)
		return "gone";
	if (row->dead && row->dead == row->contexts)
		return "dead";
	if (row->dead)
		return "dying";
	if (row->now.in_flight != AIOS_UNKNOWN32 && row->now.in_flight)
		return row->waiters ? "waits" : "busy";
	if (row->now.unread != AIOS_UNKNOWN32 && row->now.unread)
		return "unread";
	return row->waiters ? "waits" : "idle";
}

static const char *get_state(struct aios_look_at look)
{
	return aios_row_state(look.row);
}

/* What a request is, and what has happened to it. */
const char *aios_start_word(uint64_t what)
{
	static const char *const ops[AIOS_TOP_OPS] = {
		"read", "readv", "write", "writev", "fsync", "fdsync", "poll", "?",
	};
	static const struct {
		uint64_t flag;
		const char *word;
	} states[] = {
		{ AIOS_TOP_CANCELLED, "cancelled" }, { AIOS_TOP_WORKING, "working" },
		{ AIOS_TOP_WOKEN_ARMED, "woken" }, { AIOS_TOP_WOKEN_EARLY, "woken" },
	};
	uint64_t op = what & AIOS_TOP_OP_MASK;

	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		if (what & states[i].flag)
			return states[i].word;
	return op < AIOS_TOP_OPS ? ops[op] : "?";
}

/* "0x7f12a4c3e000" */
void aios_context_name(struct aios_buf *buf, const struct aios_top_row *row)
{
	if (row->ctx)
		aios_buf_hex(buf, row->ctx->snap.user_id);
}

/* The command, or the name that the kernel has for it. */
const char *aios_command_of(const struct aios_top_proc *proc, char ret[AIOS_COMM_LEN + 1])
{
	if (proc->command && proc->command[0])
		return proc->command;
	memcpy(ret, proc->snap.comm, AIOS_COMM_LEN);
	ret[AIOS_COMM_LEN] = '\0';
	return ret;
}

static unsigned char lower(char c)
{
	return (unsigned char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static bool holds(const char *text, const char *piece, size_t len)
{
	for (; text && *text; text++) {
		size_t i = 0;

		while (i < len && lower(text[i]) == lower(piece[i]))
			i++;
		if (i == len)
			return true;
	}
	return false;
}

/* "mysql|oracle": does any of these occur in what is told of the row? Case does not matter. */
bool aios_row_matches(const struct aios_top_row *row, const char *typed)
{
	const struct aios_top_proc *proc = row->proc;
	char comm[AIOS_COMM_LEN + 1], pid[16], context[24] = "";
	const char *texts[] = { aios_command_of(proc, comm), comm, proc->user, proc->container,
				proc->cgroup, pid, context };

	memcpy(comm, proc->snap.comm, AIOS_COMM_LEN);
	comm[AIOS_COMM_LEN] = '\0';
	snprintf(pid, sizeof(pid), "%u", aios_top_pid(proc));
	if (row->ctx)
		snprintf(context, sizeof(context), "0x%llx",
			 (unsigned long long)row->ctx->snap.user_id);
	for (;;) {
		size_t len = strcspn(typed, "|");

		for (size_t i = 0; len && i < sizeof(texts) / sizeof(texts[0]); i++)
			if (holds(texts[i], typed, len))
				return true;
		if (!typed[len])
			return false;
		typed += len + 1;
	}
}

#define LEFT	true
#define RIGHT	false
#define SHOWN	true
#define ASKED	false
#define COUNTED	true
#define ALWAYS	false

const struct aios_col aios_cols[AIOS_COLS] = {
#define COL(id_, title_, width_, left_, shown_, counted_, value_, text_, paint_, help_)	\
	[AIOS_COL_##id_] = { AIOS_COL_##id_, title_, width_, left_, shown_, counted_, value_, \
			     text_, paint_, help_ }
	COL(PID, "PID", 7, RIGHT, SHOWN, ALWAYS, get_pid, NULL, aios_paint_number,
	    "Process id, as in the tool's own pid namespace where it is there"),
	COL(USER, "USER", 8, LEFT, SHOWN, ALWAYS, NULL, get_user, aios_paint_text,
	    "Effective user of the process"),
	COL(ASKED, "ASKED", 7, RIGHT, SHOWN, ALWAYS, get_asked, NULL, aios_paint_number,
	    "What io_setup was asked for: this much of fs.aio-max-nr is held"),
	COL(SHARE, "SHARE", 5, RIGHT, SHOWN, ALWAYS, get_share, NULL, aios_paint_percent,
	    "ASKED in percent of fs.aio-max-nr"),
	COL(INFL, "INFL", 5, RIGHT, SHOWN, ALWAYS, get_infl, NULL, aios_paint_count,
	    "Requests that were accepted and have not completed"),
	COL(RING, "RING", 8, LEFT, SHOWN, ALWAYS, get_ring, NULL, aios_paint_ring,
	    "How full the ring is of events: now, and shaded the most since the last frame"),
	COL(DONE, "DONE/s", 6, RIGHT, SHOWN, COUNTED, get_done, NULL, aios_paint_count,
	    "Requests that completed, a second"),
	COL(P99, "P99", 6, RIGHT, SHOWN, COUNTED, get_p99, NULL, aios_paint_time,
	    "99 of 100 requests took no longer, from their beginning to their completion"),
	COL(UNREAD, "UNREAD", 6, RIGHT, SHOWN, ALWAYS, get_unread, NULL, aios_paint_count,
	    "Events in the ring that nobody has read"),
	COL(CTXS, "CTXS", 5, RIGHT, SHOWN, ALWAYS, get_ctxs, NULL, aios_paint_count,
	    "Contexts of the process"),
	COL(SUB, "SUB/s", 6, RIGHT, SHOWN, COUNTED, get_sub, NULL, aios_paint_count,
	    "Calls of io_submit, a second"),
	COL(REQ, "REQ/s", 6, RIGHT, SHOWN, COUNTED, get_req, NULL, aios_paint_count,
	    "Requests that io_submit accepted, a second"),
	COL(READ, "READ/s", 6, RIGHT, SHOWN, COUNTED, get_read, NULL, aios_paint_bytes,
	    "Bytes read by requests that completed, a second"),
	COL(WRITE, "WRITE/s", 7, RIGHT, SHOWN, COUNTED, get_write, NULL, aios_paint_bytes,
	    "Bytes written by requests that completed, a second"),
	COL(CONTAINER, "CONTAINER", 14, LEFT, SHOWN, ALWAYS, NULL, get_container, aios_paint_text,
	    "Container of the process, as people call it"),
	COL(FREE, "FREE", 6, RIGHT, SHOWN, ALWAYS, get_free, NULL, aios_paint_count,
	    "Slots that are free, for anybody or for one CPU"),
	COL(MIX, "MIX", 8, LEFT, SHOWN, COUNTED, get_mix, NULL, aios_paint_mix,
	    "What completed, in eighths: Reads, Writes, Syncs, Polls, ? for those before the tool"),
	COL(P50, "P50", 6, RIGHT, SHOWN, COUNTED, get_p50, NULL, aios_paint_time,
	    "Half of the requests took no longer"),
	COL(MAX, "MAX", 6, RIGHT, SHOWN, COUNTED, get_max, NULL, aios_paint_time,
	    "The longest that a request took"),
	COL(BLOCK, "BLOCK%", 6, RIGHT, SHOWN, COUNTED, get_block, NULL, aios_paint_percent,
	    "Time that threads slept in io_submit, which should not block, in percent"),
	COL(WAIT, "WAIT%", 6, RIGHT, SHOWN, COUNTED, get_wait, NULL, aios_paint_percent,
	    "Time that threads spent in io_getevents, in percent"),
	COL(BATCH, "BATCH", 5, RIGHT, SHOWN, COUNTED, get_batch, NULL, aios_paint_count,
	    "Requests that a call of io_submit brought, on average"),
	COL(OLDEST, "OLDEST", 16, RIGHT, SHOWN, COUNTED, get_oldest, NULL, aios_paint_oldest,
	    "How long the oldest request has been under way, and what it is or what it waits for"),
	COL(STATE, "STATE", 6, LEFT, SHOWN, ALWAYS, NULL, get_state, aios_paint_state,
	    "busy, waits (for events), unread, idle, dead (killed, requests remain), dying, gone"),
	COL(ERR, "ERR/s", 6, RIGHT, SHOWN, COUNTED, get_err, NULL, aios_paint_fault,
	    "Requests that failed and calls of io_submit that did, but for EAGAIN, a second"),
	COL(EAGAIN, "EAGN/s", 6, RIGHT, SHOWN, COUNTED, get_eagain, NULL, aios_paint_fault,
	    "Calls of io_submit that found no free slot, a second"),
	COL(POLLS, "POLLS", 8, LEFT, SHOWN, COUNTED, get_polls, NULL, aios_paint_polls,
	    "Polls, in eighths: Ready at once, woken Early, Armed, Worked, Cancelled"),
	COL(REAPED, "SELF/s", 6, RIGHT, SHOWN, COUNTED, get_reaped, NULL, aios_paint_count,
	    "Events that the program took out of the ring itself, without a call, a second"),
	COL(CANCEL, "CNCL/s", 6, RIGHT, SHOWN, COUNTED, get_cancel, NULL, aios_paint_count,
	    "Calls of io_cancel, a second"),
	COL(SIZE, "SIZE", 6, RIGHT, SHOWN, ALWAYS, get_size, NULL, aios_paint_count,
	    "Entries of the ring: what the kernel made of what was asked for"),
	COL(AGE, "AGE", 6, RIGHT, SHOWN, COUNTED, get_age, NULL, aios_paint_time,
	    "How long ago io_setup made the context; - for older than the tool"),
	COL(CONTEXT, "CONTEXT", 14, RIGHT, ASKED, ALWAYS, get_context, NULL, aios_paint_context,
	    "aio_context_t: what the program knows the context by"),
	COL(CGROUP, "CGROUP", 24, LEFT, ASKED, ALWAYS, NULL, get_cgroup, aios_paint_text,
	    "Control group of the process"),
	COL(READ_P99, "R-P99", 6, RIGHT, ASKED, COUNTED, get_read_p99, NULL, aios_paint_time,
	    "P99 of reads alone"),
	COL(WRITE_P99, "W-P99", 6, RIGHT, ASKED, COUNTED, get_write_p99, NULL, aios_paint_time,
	    "P99 of writes alone"),
	COL(SYNC_P99, "S-P99", 6, RIGHT, ASKED, COUNTED, get_sync_p99, NULL, aios_paint_time,
	    "P99 of fsync and fdatasync alone"),
	COL(POLL_P99, "P-P99", 6, RIGHT, ASKED, COUNTED, get_poll_p99, NULL, aios_paint_time,
	    "P99 of polls alone: how long what they waited for took"),
	COL(COMMAND, "COMMAND", 20, LEFT, SHOWN, ALWAYS, NULL, get_command, aios_paint_command,
	    "Command line of the process; for a context, its aio_context_t"),
#undef COL
};
