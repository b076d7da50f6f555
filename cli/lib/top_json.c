// SPDX-License-Identifier: GPL-2.0-only
/*
 * top_json.c - a frame for scripts, as docs/schema/aiotop.json has it.
 *
 * Written by hand rather than from values: ten thousand contexts are told in one go.
 */
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "json.h"
#include "top.h"
#include "top_int.h"

/* Numbers of struct aios_top_counts as they are told. */
static const struct field {
	const char *name;
	size_t offset;
	bool rate;
} fields[] = {
#define FIELD(name, rate) { #name, offsetof(struct aios_top_counts, name), rate }
	FIELD(submits, true),	      FIELD(asked, false),	  FIELD(accepted, true),
	FIELD(submit_again, true),    FIELD(submit_errors, true), FIELD(submit_ns, true),
	FIELD(submit_slept, true),    FIELD(submit_slept_ns, true),
	FIELD(submit_max_ns, false),  FIELD(reads, true),	  FIELD(read_empty, true),
	FIELD(taken, true),	      FIELD(read_ns, true),	  FIELD(cancels, true),
	FIELD(cancel_errors, true),   FIELD(failed, true),	  FIELD(untimed, false),
	{ "bytes_read", offsetof(struct aios_top_counts, bytes), true },
	{ "bytes_written", offsetof(struct aios_top_counts, bytes) + sizeof(uint64_t), true },
	{ "peak_unread", offsetof(struct aios_top_counts, peak), false },
#undef FIELD
};

static uint64_t field_of(const struct aios_top_counts *counts, const struct field *field)
{
	uint64_t value;

	memcpy(&value, (const char *)counts + field->offset, sizeof(value));
	return value;
}

/* A key, behind whatever comes before it. */
static void key(struct aios_buf *buf, const char *name)
{
	if (buf->len && buf->data[buf->len - 1] != '{')
		aios_buf_add(buf, ",", 1);
	aios_buf_add(buf, "\"", 1);
	aios_buf_str(buf, name);
	aios_buf_add(buf, "\":", 2);
}

static void count(struct aios_buf *buf, const char *name, uint64_t value)
{
	key(buf, name);
	aios_buf_int(buf, (int64_t)value);
}

static void count_or_null(struct aios_buf *buf, const char *name, uint64_t value, bool known)
{
	key(buf, name);
	if (known)
		aios_buf_int(buf, (int64_t)value);
	else
		aios_buf_str(buf, "null");
}

static void known32(struct aios_buf *buf, const char *name, uint32_t value)
{
	count_or_null(buf, name, value, value != AIOS_UNKNOWN32);
}

static void known64(struct aios_buf *buf, const char *name, uint64_t value)
{
	count_or_null(buf, name, value, value != UINT64_MAX);
}

static void flag(struct aios_buf *buf, const char *name, bool value)
{
	key(buf, name);
	aios_buf_str(buf, value ? "true" : "false");
}

static void text(struct aios_buf *buf, const char *name, const char *value)
{
	key(buf, name);
	if (aios_json_add_text(buf, value))
		buf->err = buf->err ? buf->err : -ENOMEM;
}

static void address(struct aios_buf *buf, const char *name, uint64_t value)
{
	key(buf, name);
	aios_buf_str(buf, "\"");
	aios_buf_hex(buf, value);
	aios_buf_str(buf, "\"");
}

/* To a thousandth, and without the decimal point of a locale. */
static void rate(struct aios_buf *buf, const char *name, uint64_t value, uint64_t span_ns)
{
	uint64_t thousandths = (uint64_t)((double)value * 1e12 / (double)span_ns + 0.5);

	key(buf, name);
	aios_buf_fmt(buf, "%llu.%03u", (unsigned long long)(thousandths / 1000),
		     (unsigned int)(thousandths % 1000));
}

static uint64_t timed(const struct aios_top_counts *counts, int class)
{
	uint64_t sum = 0;

	for (int i = 0; i < AIOS_TOP_BUCKETS; i++)
		sum += counts->hist[class][i];
	return sum;
}

static void by_op(struct aios_buf *buf, const struct aios_top_counts *counts)
{
	key(buf, "by_op");
	aios_buf_str(buf, "{");
	for (enum aios_top_op op = 0; op < AIOS_TOP_OPS; op++) {
		if (!counts->completed[op])
			continue;
		key(buf, aios_top_op_name(op));
		aios_buf_str(buf, "{");
		count(buf, "completed", counts->completed[op]);
		aios_buf_str(buf, "}");
	}
	aios_buf_str(buf, "}");
}

static void latency(struct aios_buf *buf, const struct aios_top_counts *counts)
{
	key(buf, "latency");
	aios_buf_str(buf, "{");
	for (enum aios_top_class class = 0; class < AIOS_TOP_CLASSES; class++) {
		const uint32_t *hist = counts->hist[class];
		uint64_t max = counts->max_ns[class], cnt = timed(counts, (int)class);

		if (!cnt)
			continue;
		key(buf, aios_top_class_name(class));
		aios_buf_str(buf, "{");
		count(buf, "count", cnt);
		count(buf, "p50_ns", aios_top_percentile(hist, max, 50));
		count(buf, "p90_ns", aios_top_percentile(hist, max, 90));
		count(buf, "p99_ns", aios_top_percentile(hist, max, 99));
		count(buf, "max_ns", max);
		aios_buf_str(buf, "}");
	}
	aios_buf_str(buf, "}");
}

static void polls(struct aios_buf *buf, const struct aios_top_counts *counts)
{
	key(buf, "polls");
	aios_buf_str(buf, "{");
	for (enum aios_top_poll poll = 0; poll < AIOS_TOP_POLL_KINDS; poll++)
		count(buf, aios_top_poll_name(poll), counts->polls[poll]);
	aios_buf_str(buf, "}");
}

static void totals(struct aios_buf *buf, const struct aios_top_counts *counts)
{
	key(buf, "counts");
	aios_buf_str(buf, "{");
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		count(buf, fields[i].name, field_of(counts, &fields[i]));
	count(buf, "completed", aios_top_completed(counts));
	by_op(buf, counts);
	latency(buf, counts);
	polls(buf, counts);
	aios_buf_str(buf, "}");
}

static void rates(struct aios_buf *buf, const struct aios_top_row *row, uint64_t span_ns)
{
	key(buf, "rates");
	aios_buf_str(buf, "{");
	count(buf, "span_ns", span_ns);
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (fields[i].rate)
			rate(buf, fields[i].name, field_of(&row->delta, &fields[i]), span_ns);
	rate(buf, "completed", aios_top_completed(&row->delta), span_ns);
	if (row->reaped == UINT64_MAX)
		known64(buf, "reaped", UINT64_MAX);
	else
		rate(buf, "reaped", row->reaped, span_ns);
	latency(buf, &row->delta);
	polls(buf, &row->delta);
	aios_buf_str(buf, "}");
}

static void counted(struct aios_buf *buf, const struct aios_top_row *row, uint64_t span_ns,
		    bool known)
{
	if (!known)
		known64(buf, "counts", UINT64_MAX);
	else
		totals(buf, &row->total);
	if (!known || !span_ns)
		known64(buf, "rates", UINT64_MAX);
	else
		rates(buf, row, span_ns);
}

static void process(struct aios_buf *buf, const struct aios_top_proc *proc)
{
	char comm[AIOS_COMM_LEN + 1] = "";

	memcpy(comm, proc->snap.comm, AIOS_COMM_LEN);
	count(buf, "pid", aios_top_pid(proc));
	count_or_null(buf, "tgid", proc->snap.tgid, proc->snap.tgid);
	text(buf, "comm", comm);
	known32(buf, "uid", proc->snap.uid);
	text(buf, "user", proc->user);
	text(buf, "command", proc->command);
	text(buf, "cgroup", proc->cgroup);
	text(buf, "container", proc->container);
	known32(buf, "shared", proc->snap.shared);
}

static void slots(struct aios_buf *buf, const struct aios_top_row *row)
{
	const struct aios_snap_ctx *snap = &row->ctx->snap;

	known32(buf, "max_reqs", snap->max_reqs);
	count(buf, "nr_events", snap->nr_events);
	known32(buf, "free_slots", row->now.free);
	known32(buf, "free_shared", snap->free_shared);
	known32(buf, "free_cpus", snap->free_cpus);
	known32(buf, "req_batch", snap->req_batch);
	known32(buf, "in_flight", row->now.in_flight);
	known32(buf, "unread", row->now.unread);
	known32(buf, "stale", row->now.stale);
	count(buf, "lost", row->now.lost);
	count(buf, "peak_unread", row->peak);
	known32(buf, "head", snap->head);
	known32(buf, "tail", snap->tail);
	known32(buf, "waiters", snap->waiters);
	known32(buf, "polls_waiting", snap->polls);
	if (snap->dead == AIOS_UNKNOWN32)
		known32(buf, "dead", snap->dead);
	else
		flag(buf, "dead", snap->dead);
	flag(buf, "gone", row->gone);
}

static void oldest(struct aios_buf *buf, const struct aios_top_row *row)
{
	bool known = row->oldest_ns;

	count_or_null(buf, "oldest_ns", row->oldest_ns, known);
	text(buf, "oldest_op",
	     known ? aios_top_op_name(row->oldest_what & AIOS_TOP_OP_MASK) : NULL);
	text(buf, "oldest_state", known ? aios_top_state(row->oldest_what) : NULL);
}

static void context(struct aios_buf *buf, const struct aios_top_frame *frame,
		    const struct aios_top_row *row)
{
	const struct aios_top_ctx *ctx = row->ctx;
	uint64_t end_ns = ctx->ended_ns ? ctx->ended_ns : frame->sample->ns;

	aios_buf_str(buf, "{\"schema\":\"aioscope.context/1\"");
	process(buf, row->proc);
	address(buf, "context", ctx->snap.user_id);
	count(buf, "context_nr", ctx->id);
	slots(buf, row);
	count_or_null(buf, "age_ns", end_ns - ctx->born_ns, ctx->born_ns && end_ns >= ctx->born_ns);
	oldest(buf, row);
	counted(buf, row, frame->span_ns, ctx->counted);
	aios_buf_str(buf, "}\n");
}

static void findings(struct aios_buf *buf, const struct aios_top_frame *frame)
{
	key(buf, "findings");
	aios_buf_str(buf, "[");
	for (size_t i = 0; i < frame->finding_cnt; i++) {
		const struct aios_top_finding *finding = &frame->findings[i];

		aios_buf_str(buf, i ? ",{" : "{");
		text(buf, "slug", finding->slug);
		count(buf, "severity", (uint64_t)finding->severity);
		text(buf, "evidence", aios_top_evidence_name(finding->evidence));
		count_or_null(buf, "pid", finding->pid, finding->pid);
		if (finding->context)
			address(buf, "context", finding->context);
		else
			known64(buf, "context", UINT64_MAX);
		text(buf, "message", finding->text);
		aios_buf_str(buf, "}");
	}
	aios_buf_str(buf, "]");
}

static void host(struct aios_buf *buf, const struct aios_top_frame *frame)
{
	const struct aios_top_sample *sample = frame->sample;
	const struct aios_top_host *about = &sample->host;
	bool counts = about->evidence >= AIOS_TOP_FUNCTION;

	aios_buf_str(buf, "{\"schema\":\"aioscope.host/1\"");
	text(buf, "host", about->name);
	text(buf, "kernel", about->kernel);
	text(buf, "evidence", aios_top_evidence_name(about->evidence));
	text(buf, "trace_evidence", about->level[0] ? about->level : NULL);
	text(buf, "why", about->why);
	flag(buf, "sees_all", about->sees_all);
	count(buf, "time_ns", sample->wall_ns);
	count_or_null(buf, "counting_ns", sample->ns - sample->started_ns,
		      counts && sample->ns >= sample->started_ns);
	known64(buf, "aio_nr", about->aio_nr);
	known64(buf, "aio_max_nr", about->aio_max_nr);
	count(buf, "accounted", frame->accounted);
	count_or_null(buf, "unaccounted", about->aio_nr - frame->accounted,
		      about->aio_nr != UINT64_MAX);
	count(buf, "processes", aios_top_procs_there(frame));
	count(buf, "contexts", frame->all.contexts);
	count(buf, "dead", frame->all.dead);
	count_or_null(buf, "setup_again", about->setup_again, counts);
	count_or_null(buf, "setup_errors", about->setup_errors, counts);
	count_or_null(buf, "missed", about->missed, counts);
	count_or_null(buf, "not_apart", about->not_apart, counts);
	count(buf, "not_shown", about->not_shown);
	counted(buf, &frame->all, frame->span_ns, counts);
	findings(buf, frame);
	aios_buf_str(buf, "}\n");
}

int aios_top_json(struct aios_buf *buf, const struct aios_top_frame *frame)
{
	for (size_t i = 0; i < frame->ctx_cnt && !buf->err; i++)
		context(buf, frame, &frame->ctx_rows[i]);
	host(buf, frame);
	return buf->err;
}
