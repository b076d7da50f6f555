// SPDX-License-Identifier: GPL-2.0-only
/*
 * top_metrics.c - totals as OpenMetrics 1.0 has them.
 *
 * Samples of a family are next to each other, behind its TYPE, UNIT and HELP. What is over is left
 * out: two lines must not have the same labels, and addresses of contexts come again.
 */
#include <stddef.h>
#include <string.h>

#include "top.h"
#include "top_int.h"

#define PREFIX	"aioscope_"

/* Who samples are of. */
enum whose {
	HOST,
	PROCESS,
	CONTEXT,
	WHOSE
};

static const char *const whose_names[WHOSE] = {
	[HOST] = "host_", [PROCESS] = "process_", [CONTEXT] = "context_",
};

/* A number of the moment: false where it is not known, or no number. */
static bool of_contexts(const struct aios_top_row *row, uint64_t *ret)
{
	*ret = row->contexts;
	return true;
}

static bool of_max_reqs(const struct aios_top_row *row, uint64_t *ret)
{
	*ret = row->max_reqs;
	return row->max_reqs;
}

static bool of_ring(const struct aios_top_row *row, uint64_t *ret)
{
	*ret = row->nr_events;
	return true;
}

static bool known32(uint32_t value, uint64_t *ret)
{
	*ret = value;
	return value != AIOS_UNKNOWN32;
}

static bool of_free(const struct aios_top_row *row, uint64_t *ret)
{
	return known32(row->now.free, ret);
}

static bool of_in_flight(const struct aios_top_row *row, uint64_t *ret)
{
	return known32(row->now.in_flight, ret);
}

static bool of_unread(const struct aios_top_row *row, uint64_t *ret)
{
	return known32(row->now.unread, ret);
}

static const struct gauge {
	const char *name;
	const char *help;
	bool (*value)(const struct aios_top_row *row, uint64_t *ret);
} gauges[] = {
	{ "contexts", "Contexts that it has.", of_contexts },
	{ "max_reqs", "What io_setup was asked for: the share of fs.aio-max-nr.", of_max_reqs },
	{ "ring_entries", "Entries of its rings.", of_ring },
	{ "free_slots", "Slots of its rings that are free.", of_free },
	{ "in_flight", "Requests that have not completed.", of_in_flight },
	{ "unread", "Events that nobody has read.", of_unread },
};

/**
 * struct counter - a family of counters
 * @label: what is told apart, NULL for nothing
 * @cnt: how many of these; their numbers are one behind the other from @offset on
 */
static const struct counter {
	const char *name;
	const char *unit;
	const char *help;
	size_t offset;
	const char *label;
	int cnt;
} counters[] = {
#define AT(field)	offsetof(struct aios_top_counts, field)
	{ "submits", NULL, "Calls of io_submit.", AT(submits), NULL, 1 },
	{ "accepted", NULL, "Requests that io_submit took.", AT(accepted), NULL, 1 },
	{ "submit_again", NULL, "Calls of io_submit that ended in EAGAIN.", AT(submit_again), NULL,
	  1 },
	{ "submit_errors", NULL, "Calls of io_submit that ended in another error.",
	  AT(submit_errors), NULL, 1 },
	{ "submit_seconds", "seconds", "Time in io_submit.", AT(submit_ns), NULL, 1 },
	{ "submit_slept_seconds", "seconds", "Time in io_submit in which the thread slept.",
	  AT(submit_slept_ns), NULL, 1 },
	{ "reads", NULL, "Calls of io_getevents and its like.", AT(reads), NULL, 1 },
	{ "read_empty", NULL, "Calls of io_getevents that took nothing.", AT(read_empty), NULL, 1 },
	{ "taken", NULL, "Events that io_getevents took.", AT(taken), NULL, 1 },
	{ "read_seconds", "seconds", "Time in io_getevents.", AT(read_ns), NULL, 1 },
	{ "cancels", NULL, "Calls of io_cancel.", AT(cancels), NULL, 1 },
	{ "cancel_errors", NULL, "Calls of io_cancel that found nothing to cancel.",
	  AT(cancel_errors), NULL, 1 },
	{ "completed", NULL, "Requests that completed.", AT(completed), "op", AIOS_TOP_OPS },
	{ "failed", NULL, "Requests that completed with an error.", AT(failed), NULL, 1 },
	{ "untimed", NULL, "Requests that completed and whose latency is not known.", AT(untimed),
	  NULL, 1 },
	{ "moved_bytes", "bytes", "Bytes of requests that completed.", AT(bytes), "direction", 2 },
	{ "polls", NULL, "Poll requests that completed, by what happened to them.", AT(polls),
	  "how", AIOS_TOP_POLL_KINDS },
#undef AT
};

/* Ends of buckets that are ends of the histogram's: 2^bits - 1 ns, in seconds as Go writes it. */
static const struct {
	const char *le;
	unsigned int bits;
} ends[] = {
	{ "1.023e-06", 10 },   { "4.095e-06", 12 },   { "1.6383e-05", 14 },
	{ "6.5535e-05", 16 },  { "0.000262143", 18 }, { "0.001048575", 20 },
	{ "0.004194303", 22 }, { "0.016777215", 24 }, { "0.067108863", 26 },
	{ "0.268435455", 28 }, { "1.073741823", 30 }, { "4.294967295", 32 },
	{ "17.179869183", 34 }, { "68.719476735", 36 },
};

static void family(struct aios_buf *buf, const char *whose, const char *name, const char *type,
		   const char *unit, const char *help)
{
	aios_buf_fmt(buf, "# TYPE " PREFIX "%s%s %s\n", whose, name, type);
	if (unit)
		aios_buf_fmt(buf, "# UNIT " PREFIX "%s%s %s\n", whose, name, unit);
	aios_buf_fmt(buf, "# HELP " PREFIX "%s%s %s\n", whose, name, help);
}

/* A value of a label: harmless first, then with the three escapes of the format. */
static void label(struct aios_buf *buf, const char *name, const char *value)
{
	struct aios_buf safe = { 0 };

	aios_buf_safe(&safe, value ? value : "");
	aios_buf_str(buf, name);
	aios_buf_str(buf, "=\"");
	for (size_t i = 0; i < safe.len; i++) {
		if (safe.data[i] == '"' || safe.data[i] == '\\')
			aios_buf_add(buf, "\\", 1);
		aios_buf_add(buf, &safe.data[i], 1);
	}
	aios_buf_str(buf, "\"");
	if (safe.err)
		buf->err = safe.err;
	aios_buf_done(&safe);
}

/* The sums of the host are nobody's. */
static void labels(struct aios_buf *buf, const struct aios_top_row *row)
{
	char comm[AIOS_COMM_LEN + 1] = "";

	if (!row->proc)
		return;
	memcpy(comm, row->proc->snap.comm, AIOS_COMM_LEN);
	aios_buf_fmt(buf, "pid=\"%u\",", aios_top_pid(row->proc));
	label(buf, "comm", comm);
	aios_buf_str(buf, ",");
	label(buf, "user", row->proc->user);
	aios_buf_str(buf, ",");
	label(buf, "container", row->proc->container);
	if (row->ctx)
		aios_buf_fmt(buf, ",context=\"0x%llx\"",
			     (unsigned long long)row->ctx->snap.user_id);
}

/*
 * One that is over; or on its way, when the next context of its process may have its number
 * already: no two series may have the same labels.
 */
static bool is_hidden(const struct aios_top_row *row)
{
	return row->gone || (row->ctx && row->dead);
}

static const struct aios_top_row *rows_of(const struct aios_top_frame *frame, enum whose whose,
					  size_t *cnt)
{
	if (whose == HOST) {
		*cnt = 1;
		return &frame->all;
	}
	*cnt = whose == PROCESS ? frame->proc_cnt : frame->ctx_cnt;
	return whose == PROCESS ? frame->proc_rows : frame->ctx_rows;
}

static void gauge_family(struct aios_buf *buf, const struct aios_top_frame *frame,
			 enum whose whose, const struct gauge *gauge)
{
	size_t cnt;
	const struct aios_top_row *rows = rows_of(frame, whose, &cnt);

	family(buf, whose_names[whose], gauge->name, "gauge", NULL, gauge->help);
	for (size_t i = 0; i < cnt; i++) {
		uint64_t value;

		if (is_hidden(&rows[i]) || !gauge->value(&rows[i], &value))
			continue;
		aios_buf_fmt(buf, PREFIX "%s%s{", whose_names[whose], gauge->name);
		labels(buf, &rows[i]);
		aios_buf_fmt(buf, "} %llu\n", (unsigned long long)value);
	}
}

static const char *label_value(const struct counter *counter, int i)
{
	if (!strcmp(counter->label, "op"))
		return aios_top_op_name((enum aios_top_op)i);
	if (!strcmp(counter->label, "how"))
		return aios_top_poll_name((enum aios_top_poll)i);
	return i == AIOS_TOP_READS ? "read" : "written";
}

/* "12.000000345" */
static void add_seconds(struct aios_buf *buf, uint64_t ns)
{
	aios_buf_fmt(buf, "%llu.%09u", (unsigned long long)(ns / 1000000000),
		     (unsigned int)(ns % 1000000000));
}

static void counter_sample(struct aios_buf *buf, enum whose whose, const struct counter *counter,
			   const struct aios_top_row *row, int i)
{
	uint64_t value;

	memcpy(&value, (const char *)&row->total + counter->offset + (size_t)i * sizeof(value),
	       sizeof(value));
	if (!value && counter->cnt > 1)
		return;
	aios_buf_fmt(buf, PREFIX "%s%s_total{", whose_names[whose], counter->name);
	labels(buf, row);
	if (counter->label) {
		aios_buf_str(buf, row->proc ? "," : "");
		label(buf, counter->label, label_value(counter, i));
	}
	aios_buf_str(buf, "} ");
	if (counter->unit && !strcmp(counter->unit, "seconds"))
		add_seconds(buf, value);
	else
		aios_buf_int(buf, (int64_t)value);
	aios_buf_str(buf, "\n");
}

static void counter_family(struct aios_buf *buf, const struct aios_top_frame *frame,
			   enum whose whose, const struct counter *counter)
{
	size_t cnt;
	const struct aios_top_row *rows = rows_of(frame, whose, &cnt);

	family(buf, whose_names[whose], counter->name, "counter", counter->unit, counter->help);
	for (size_t i = 0; i < cnt; i++)
		for (int j = 0; j < counter->cnt; j++)
			if (!is_hidden(&rows[i]) && (!rows[i].ctx || rows[i].ctx->counted))
				counter_sample(buf, whose, counter, &rows[i], j);
}

/* "aioscope_process_latency_seconds_sum{pid="1",...,class="read"" */
static void latency(struct aios_buf *buf, enum whose whose, const char *suffix,
		    const struct aios_top_row *row, enum aios_top_class class)
{
	aios_buf_fmt(buf, PREFIX "%slatency_seconds_%s{", whose_names[whose], suffix);
	labels(buf, row);
	aios_buf_fmt(buf, "%sclass=\"%s\"", row->proc ? "," : "", aios_top_class_name(class));
}

static void bucket(struct aios_buf *buf, enum whose whose, const struct aios_top_row *row,
		   enum aios_top_class class, const char *le, uint64_t count)
{
	latency(buf, whose, "bucket", row, class);
	aios_buf_fmt(buf, ",le=\"%s\"} %llu\n", le, (unsigned long long)count);
}

/* The sum is of the middles of the buckets, so it only rises, as a sum has to. */
static void histogram(struct aios_buf *buf, enum whose whose, const struct aios_top_row *row,
		      enum aios_top_class class)
{
	const uint32_t *hist = row->total.hist[class];
	uint64_t count = 0, sum = 0;
	size_t i = 0;

	for (size_t j = 0; j < AIOS_TOP_BUCKETS; j++) {
		count += hist[j];
		sum += hist[j] * aios_top_bucket_ns(j);
	}
	if (!count)
		return;
	count = 0;
	for (size_t end = 0; end < sizeof(ends) / sizeof(ends[0]); end++) {
		for (; i < aios_top_bucket(1ULL << ends[end].bits); i++)
			count += hist[i];
		bucket(buf, whose, row, class, ends[end].le, count);
	}
	for (; i < AIOS_TOP_BUCKETS; i++)
		count += hist[i];
	bucket(buf, whose, row, class, "+Inf", count);
	latency(buf, whose, "count", row, class);
	aios_buf_fmt(buf, "} %llu\n", (unsigned long long)count);
	latency(buf, whose, "sum", row, class);
	aios_buf_str(buf, "} ");
	add_seconds(buf, sum);
	aios_buf_str(buf, "\n");
}

static void histograms(struct aios_buf *buf, const struct aios_top_frame *frame, enum whose whose)
{
	size_t cnt;
	const struct aios_top_row *rows = rows_of(frame, whose, &cnt);

	family(buf, whose_names[whose], "latency_seconds", "histogram", "seconds",
	       "From the beginning of an operation to its completion; the sum is within 6.25 %.");
	for (size_t i = 0; i < cnt; i++)
		for (enum aios_top_class class = 0; class < AIOS_TOP_CLASSES; class++)
			if (!rows[i].gone)
				histogram(buf, whose, &rows[i], class);
}

static void host_number(struct aios_buf *buf, const char *name, const char *type, uint64_t value,
			const char *help)
{
	family(buf, "", name, type, NULL, help);
	if (value != UINT64_MAX)
		aios_buf_fmt(buf, PREFIX "%s%s %llu\n", name,
			     strcmp(type, "counter") ? "" : "_total", (unsigned long long)value);
}

static void host(struct aios_buf *buf, const struct aios_top_frame *frame)
{
	const struct aios_top_host *about = &frame->sample->host;

	/* Of type info in OpenMetrics; but node_exporter reads an older format, which has none. */
	family(buf, "", "host_info", "gauge", NULL, "What the numbers rest on.");
	aios_buf_str(buf, PREFIX "host_info{");
	label(buf, "host", about->name);
	aios_buf_str(buf, ",");
	label(buf, "kernel", about->kernel);
	aios_buf_str(buf, ",");
	label(buf, "evidence", aios_top_evidence_name(about->evidence));
	aios_buf_str(buf, "} 1\n");
	host_number(buf, "aio_nr", "gauge", about->aio_nr, "fs.aio-nr.");
	host_number(buf, "aio_max_nr", "gauge", about->aio_max_nr, "fs.aio-max-nr.");
	host_number(buf, "accounted", "gauge", frame->accounted,
		    "What the contexts that are seen add up to of fs.aio-nr.");
	host_number(buf, "findings", "gauge", frame->finding_cnt, "What is wrong now.");
	host_number(buf, "not_shown", "gauge", about->not_shown,
		    "Contexts and processes that there was no room for.");
	if (about->evidence < AIOS_TOP_FUNCTION)
		return;
	host_number(buf, "setup_again", "counter", about->setup_again,
		    "Calls of io_setup that ended in EAGAIN.");
	host_number(buf, "setup_errors", "counter", about->setup_errors,
		    "Calls of io_setup that ended in another error.");
	host_number(buf, "missed_calls", "counter", about->missed,
		    "Calls that the kernel let pass without counting.");
	host_number(buf, "not_apart", "counter", about->not_apart,
		    "Contexts that are counted with others, for want of room.");
}

void aios_top_openmetrics(struct aios_buf *buf, const struct aios_top_frame *frame)
{
	bool counts = frame->sample->host.evidence >= AIOS_TOP_FUNCTION;

	host(buf, frame);
	for (enum whose whose = 0; whose < WHOSE; whose++) {
		for (size_t i = 0; i < sizeof(gauges) / sizeof(gauges[0]); i++)
			gauge_family(buf, frame, whose, &gauges[i]);
		for (size_t i = 0; counts && i < sizeof(counters) / sizeof(counters[0]); i++)
			counter_family(buf, frame, whose, &counters[i]);
	}
	/* A context has its process's. */
	for (enum whose whose = HOST; counts && whose <= PROCESS; whose++)
		histograms(buf, frame, whose);
	aios_buf_str(buf, "# EOF\n");
}
