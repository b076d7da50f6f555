// SPDX-License-Identifier: GPL-2.0-only
/*
 * view_report.c - a trace on a page.
 */
#include <stdlib.h>
#include <string.h>

#include "names.h"
#include "units.h"
#include "view.h"
#include "view_blocked.h"
#include "view_check.h"
#include "view_doctor.h"

#define CTX_ROWS	20	/* contexts shown; JSON has them all */
#define CALLER_ROWS	20	/* processes shown at evidence level syscall; so does JSON */

/* A part of a longer recording: what is missing at its ends is not lost, it is elsewhere. */
static void report_part(struct aios_buf *buf, const struct aios_trace *trace)
{
	bool begins = trace->info->begins_ns, goes_on = trace->end && trace->end->goes_on_ns;

	if (!begins && !goes_on)
		return;
	aios_buf_fmt(buf, "part      of a recording%s%s%s\n",
		     begins ? ": what is older was left out" : "",
		     begins && goes_on ? "," : goes_on ? ":" : "", goes_on ? " it goes on" : "");
}

static void report_head(struct aios_buf *buf, const struct aios_trace *trace)
{
	const struct aios_info *info = trace->info;
	const struct aios_summary *sum = trace->sum;

	aios_buf_str(buf, "trace     ");
	aios_fmt_duration(buf, sum->last_ns - sum->first_ns);
	aios_buf_str(buf, " on ");
	aios_buf_safe(buf, info->host ? info->host : "?");
	aios_buf_str(buf, ", Linux ");
	aios_buf_safe(buf, info->kernel ? info->kernel : "?");
	aios_buf_str(buf, ", evidence level ");
	aios_buf_safe(buf, info->evidence ? info->evidence : "?");
	aios_buf_str(buf, "\n");
	if (info->command) {
		aios_buf_str(buf, "traced    ");
		aios_buf_safe(buf, info->command);
		aios_buf_str(buf, "\n");
	}
	report_part(buf, trace);
}

/* Contexts, calls and losses are not narrowed, so it is said what is. */
static void report_selection(struct aios_buf *buf, const struct aios_trace *trace)
{
	if (!trace->sel || !aios_selects_any(trace->sel))
		return;
	aios_buf_str(buf, "selected  ");
	aios_select_text(buf, trace->sel);
	aios_buf_fmt(buf, "; %llu other requests are left out of the numbers, but not of "
		     "contexts, calls and losses\n", aios_ull(trace->left_out));
}

static void report_loss(struct aios_buf *buf, const struct aios_trace *trace)
{
	const struct aios_loss *loss = trace->loss;

	aios_buf_str(buf, "loss      ");
	if (!aios_lost(loss)) {
		aios_buf_str(buf, "none\n");
	} else {
		aios_buf_fmt(buf, "%llu records lost, %llu calls not seen, in %llu holes%s%s",
			     aios_ull(loss->records), aios_ull(loss->skipped), aios_ull(loss->gaps),
			     loss->cut ? ", the trace is cut off" : "",
			     loss->damaged ? ", records are damaged" : "");
		if (!aios_info_calls_only(trace->info))
			aios_buf_fmt(buf, "; %llu requests were alive across one",
				     aios_ull(trace->sum->tainted));
		aios_buf_str(buf, "\n");
		if (loss->not_kept)
			aios_buf_fmt(buf, "          %llu contexts or processes found no room and "
				     "are missing\n", aios_ull(loss->not_kept));
	}
	if (trace->unknown_records)
		aios_buf_fmt(buf,
			     "          %llu records are of a newer aioscope and were skipped\n",
			     aios_ull(trace->unknown_records));
}

static void report_requests(struct aios_buf *buf, const struct aios_summary *sum)
{
	aios_buf_fmt(buf, "requests  %llu submitted, %llu completed (%llu failed), %llu refused, "
		     "%llu in flight at the end\n", aios_ull(aios_summary_accepted(sum)),
		     aios_ull(aios_summary_completed(sum)), aios_ull(aios_summary_failed(sum)),
		     aios_ull(aios_summary_refused(sum)), aios_ull(aios_summary_in_flight(sum)));
	if (sum->origins[AIOS_ORIGIN_BEFORE])
		aios_buf_fmt(buf, "          %llu of the completed ones are older than the trace\n",
			     aios_ull(sum->origins[AIOS_ORIGIN_BEFORE]));
	if (sum->origins[AIOS_ORIGIN_UNKNOWN])
		aios_buf_fmt(buf, "          %llu completed without their submission having been "
			     "seen\n", aios_ull(sum->origins[AIOS_ORIGIN_UNKNOWN]));
	if (sum->lost_track)
		aios_buf_fmt(buf, "          %llu must have completed without that having been "
			     "seen\n", aios_ull(sum->lost_track));
	if (sum->unread)
		aios_buf_fmt(buf, "          %llu completed and were never read\n",
			     aios_ull(sum->unread));
}

static void tally_text(struct aios_buf *buf, const struct aios_tally *tally)
{
	const char *sep = "";

	for (size_t i = 0; i < tally->cnt; i++) {
		aios_buf_str(buf, sep);
		aios_fmt_errno(buf, tally->rows[i].key);
		aios_buf_fmt(buf, " %llu", aios_ull(tally->rows[i].count));
		sep = ", ";
	}
}

static bool op_seen(const struct aios_op_summary *op)
{
	return op->accepted || op->refused.total || op->completed || op->in_flight;
}

static void report_ops(struct aios_buf *buf, const struct aios_summary *sum)
{
	aios_buf_str(buf,
		     "\nOPERATION  SUBMITTED  COMPLETED   FAILED  REFUSED  IN FLIGHT     BYTES\n");
	for (unsigned int i = 0; i < AIOS_OPS; i++) {
		const struct aios_op_summary *op = &sum->ops[i];
		struct aios_buf bytes = { 0 };

		if (!op_seen(op))
			continue;
		aios_fmt_size(&bytes, op->bytes);
		aios_buf_fmt(buf, "%-9s %10llu %10llu %8llu %8llu %10llu %9s", aios_op_name(i),
			     aios_ull(op->accepted), aios_ull(op->completed),
			     aios_ull(op->failed.total),
			     aios_ull(op->refused.total), aios_ull(op->in_flight),
			     op->bytes && bytes.data ? bytes.data : "-");
		if (op->failed.total) {
			aios_buf_str(buf, "  failed: ");
			tally_text(buf, &op->failed);
		}
		if (op->refused.total) {
			aios_buf_str(buf, "  refused: ");
			tally_text(buf, &op->refused);
		}
		aios_buf_str(buf, "\n");
		aios_buf_done(&bytes);
	}
}

static void duration_cell(struct aios_buf *buf, uint64_t ns)
{
	struct aios_buf text = { 0 };

	aios_fmt_duration(&text, ns);
	aios_buf_fmt(buf, " %9s", text.data ? text.data : "");
	aios_buf_done(&text);
}

static void report_stage(struct aios_buf *buf, const char *op, const char *stage,
			 const struct aios_hist *hist)
{
	aios_buf_fmt(buf, "%-9s  %-10s %10llu", op, stage, aios_ull(hist->count));
	duration_cell(buf, hist->min);
	duration_cell(buf, aios_hist_percentile(hist, 50));
	duration_cell(buf, aios_hist_percentile(hist, 90));
	duration_cell(buf, aios_hist_percentile(hist, 99));
	duration_cell(buf, hist->max);
	aios_buf_str(buf, "\n");
}

static void report_stages(struct aios_buf *buf, const struct aios_summary *sum)
{
	aios_buf_str(buf, "\nOPERATION  STAGE           COUNT       min       p50       p90"
		     "       p99       max\n");
	for (unsigned int i = 0; i < AIOS_OPS; i++) {
		const char *name = aios_op_name(i);

		for (enum aios_stage stage = 0; stage < AIOS_STAGES; stage++) {
			const struct aios_hist *hist = sum->ops[i].stages[stage];

			if (!hist)
				continue;
			report_stage(buf, name, aios_stage_name(stage), hist);
			name = "";
		}
	}
	aios_buf_str(buf,
		     "  submit: from birth to the end of its part of io_submit; in flight: from "
		     "there to completion;\n  unread: from there until somebody took the event; "
		     "latency: from birth to completion\n");
}

/* Are the block layer's hooks attached? */
static bool block_watched(const struct aios_info *info)
{
	for (size_t i = 0; i < info->hook_cnt; i++)
		if (info->hooks[i].what && info->hooks[i].how &&
		    !strcmp(info->hooks[i].what, "bio queued"))
			return true;
	return false;
}

static void report_block(struct aios_buf *buf, const struct aios_trace *trace)
{
	const struct aios_summary *sum = trace->sum;

	if (!sum->tied && !sum->untied) {
		if (block_watched(trace->info))
			aios_buf_str(buf, "  block layer: no request was seen there\n");
		return;
	}
	if (sum->tied)
		aios_buf_str(buf, "  to block: from birth to the first bio; queued: from there "
			     "until a driver had it; device:\n  from there until the last one "
			     "was done; from block: from there to completion\n");
	aios_buf_fmt(buf, "  block layer: of %llu requests all bios were seen",
		     aios_ull(sum->tied));
	if (sum->untied)
		aios_buf_fmt(buf, ", of %llu not all that became of them", aios_ull(sum->untied));
	aios_buf_str(buf, ", of the others none\n");
}

static void report_polls(struct aios_buf *buf, const struct aios_summary *sum)
{
	bool head = false;

	for (enum aios_poll_order i = AIOS_POLL_READY; i <= AIOS_POLL_UNCLEAR; i++) {
		if (!sum->polls[i])
			continue;
		if (!head)
			aios_buf_str(buf, "\nPOLL ORDER       COUNT\n");
		head = true;
		aios_buf_fmt(buf, "%-12s %9llu  %s\n", aios_poll_order_name(i),
			     aios_ull(sum->polls[i]),
			     aios_poll_order_doc(i));
	}
}

static void ctx_row(struct aios_buf *buf, const struct aios_ctx *ctx)
{
	size_t start = buf->len;

	aios_buf_fmt(buf, "#%-6llu", aios_ull(ctx->id));
	aios_buf_safe(buf, ctx->comm[0] ? ctx->comm : "?");
	if (ctx->pid)
		aios_buf_fmt(buf, "[%u]", ctx->pid);
	aios_buf_pad(buf, start + 26);
	aios_buf_fmt(buf, "%6u %6u %10llu %6u %7.1f/%-5u %10llu %8llu %8llu%s%s\n", ctx->max_reqs,
		     ctx->nr_events, aios_ull(ctx->completed), ctx->in_flight_max,
		     ctx->completed ? (double)ctx->unread_sum / (double)ctx->completed : 0.0,
		     ctx->unread_max, aios_ull(ctx->reaped_kernel), aios_ull(ctx->reaped_user),
		     aios_ull(ctx->discarded), ctx->older ? "  older than the trace" : "",
		     ctx->not_seen ? "  completions not seen" :
		     ctx->undone ? "  taken back: io_setup failed" : "");
}

static int ctx_by_completions(const void *a, const void *b)
{
	const struct aios_ctx *const *x = a, *const *y = b;

	if ((*x)->completed != (*y)->completed)
		return (*x)->completed > (*y)->completed ? -1 : 1;
	return (*x)->id < (*y)->id ? -1 : 1;
}

static void report_ctxs(struct aios_buf *buf, const struct aios_summary *sum)
{
	const struct aios_ctx **order = calloc(sum->ctx_cnt + 1, sizeof(*order));
	size_t rows = sum->ctx_cnt < CTX_ROWS ? sum->ctx_cnt : CTX_ROWS;

	if (!order) {
		buf->err = -1;
		return;
	}
	for (size_t i = 0; i < sum->ctx_cnt; i++)
		order[i] = &sum->ctxs[i];
	qsort(order, sum->ctx_cnt, sizeof(*order), ctx_by_completions);
	if (rows)
		aios_buf_str(buf, "\nCONTEXT PROCESS            ASKED   RING  COMPLETED  DEPTH"
			     "  UNREAD avg/max   BY KERNEL  BY USER    NEVER\n");
	for (size_t i = 0; i < rows; i++)
		ctx_row(buf, order[i]);
	if (rows < sum->ctx_cnt)
		aios_buf_fmt(buf, "... and %zu more contexts\n", sum->ctx_cnt - rows);
	free(order);
}

static void call_text(struct aios_buf *buf, const char *name, uint64_t calls,
		      const struct aios_tally *errors)
{
	if (!calls && !errors->total)
		return;
	aios_buf_fmt(buf, "%-13s %llu", name, aios_ull(calls));
	if (errors->total) {
		aios_buf_str(buf, ", failed: ");
		tally_text(buf, errors);
	}
}

static void report_calls(struct aios_buf *buf, const struct aios_summary *sum)
{
	const struct aios_calls *calls = &sum->calls;

	aios_buf_str(buf, "\nCALLS\n");
	call_text(buf, "io_setup", calls->setups + calls->setup_errors.total, &calls->setup_errors);
	aios_buf_str(buf, calls->setups || calls->setup_errors.total ? "\n" : "");
	call_text(buf, "io_submit", calls->submit_calls, &calls->submit_errors);
	if (sum->batches)
		aios_buf_fmt(buf, "; a call took %llu (p50), at most %llu iocbs",
			     aios_ull(aios_hist_percentile(sum->batches, 50)),
			     aios_ull(sum->batches->max));
	aios_buf_str(buf, calls->submit_calls ? "\n" : "");
	call_text(buf, "io_getevents", calls->reads, &calls->read_errors);
	if (calls->reads)
		aios_buf_fmt(buf, "; %llu events, %.1f a call\n", aios_ull(calls->read_events),
			     (double)calls->read_events / (double)calls->reads);
	if (calls->cancels.total) {
		aios_buf_fmt(buf, "io_cancel     %llu: ", aios_ull(calls->cancels.total));
		tally_text(buf, &calls->cancels);
		aios_buf_str(buf, "\n");
	}
	call_text(buf, "io_destroy", calls->destroys + calls->destroy_errors.total,
		  &calls->destroy_errors);
	aios_buf_str(buf, calls->destroys || calls->destroy_errors.total ? "\n" : "");
}

static void report_completions(struct aios_buf *buf, const struct aios_summary *sum)
{
	static const char *const where[] = {
		[AIOS_WHERE_TASK] = "tasks",
		[AIOS_WHERE_SOFTIRQ] = "soft interrupts",
		[AIOS_WHERE_HARDIRQ] = "hard interrupts",
		[AIOS_WHERE_UNKNOWN] = "places unknown",
	};
	const char *sep = "";

	if (!aios_summary_completed(sum))
		return;
	aios_buf_str(buf, "\ncompleted in ");
	for (enum aios_where i = 0; i <= AIOS_WHERE_UNKNOWN; i++) {
		if (!sum->where[i])
			continue;
		aios_buf_fmt(buf, "%s%s %llu", sep, where[i], aios_ull(sum->where[i]));
		sep = ", ";
	}
	aios_buf_str(buf, "; last reference dropped by ");
	sep = "";
	for (enum aios_party i = 0; i <= AIOS_PARTY_PUT_WORK; i++) {
		if (!sum->parties[i])
			continue;
		aios_buf_fmt(buf, "%s%s %llu", sep, aios_party_name(i), aios_ull(sum->parties[i]));
		sep = ", ";
	}
	aios_buf_str(buf, "\n");
}

/* Where something is missing, at its place. */
static void report_gaps(struct aios_buf *buf, const struct aios_trace *trace)
{
	const struct aios_summary *sum = trace->sum;
	struct aios_clock clock = { trace->info->wall_offset_ns, trace->info->utc_offset_s };

	if (sum->gap_cnt)
		aios_buf_str(buf, "\nHOLES\n");
	for (size_t i = 0; i < sum->gap_cnt; i++) {
		struct aios_gap gap = sum->gaps[i].gap;

		gap.hook = sum->gaps[i].hook;
		aios_line_gap(buf, &gap, &clock);
	}
	if (trace->loss->gaps > sum->gap_cnt)
		aios_buf_fmt(buf, "... and %llu more\n",
			     aios_ull(trace->loss->gaps - sum->gap_cnt));
}

static bool calls_seen(const struct aios_calls *calls)
{
	return calls->submit_calls || calls->setups || calls->setup_errors.total || calls->reads ||
	       calls->cancels.total || calls->destroys || calls->destroy_errors.total;
}

static void caller_errors(struct aios_buf *buf, const struct aios_calls *calls)
{
	const struct {
		const char *name;
		const struct aios_tally *errors;
	} kinds[] = {
		{ "io_setup", &calls->setup_errors }, { "io_submit", &calls->submit_errors },
		{ "io_getevents", &calls->read_errors }, { "io_cancel", &calls->cancels },
		{ "io_destroy", &calls->destroy_errors },
	};
	const char *sep = "  ";

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (!kinds[i].errors->total)
			continue;
		aios_buf_fmt(buf, "%s%s: ", sep, kinds[i].name);
		tally_text(buf, kinds[i].errors);
		sep = "; ";
	}
}

static void caller_row(struct aios_buf *buf, const struct aios_caller *caller)
{
	const struct aios_calls *calls = &caller->calls;
	size_t start = buf->len;

	aios_buf_safe(buf, caller->comm[0] ? caller->comm : "?");
	aios_buf_fmt(buf, "[%u]", caller->pid);
	aios_buf_pad(buf, start + 25);
	aios_buf_fmt(buf, " %10llu %10llu %10llu %6llu %6llu %10llu %10llu",
		     aios_ull(calls->submit_calls), aios_ull(calls->submit_asked),
		     aios_ull(calls->submit_accepted),
		     aios_ull(calls->submit_max), aios_ull(calls->submit_short),
		     aios_ull(calls->reads),
		     aios_ull(calls->read_events));
	duration_cell(buf, calls->read_ns);
	caller_errors(buf, calls);
	aios_buf_str(buf, "\n");
}

/* Who submitted most comes first; among equals, who came first. */
static int caller_by_submits(const void *a, const void *b)
{
	const struct aios_caller *const *x = a, *const *y = b;

	if ((*x)->calls.submit_accepted != (*y)->calls.submit_accepted)
		return (*x)->calls.submit_accepted > (*y)->calls.submit_accepted ? -1 : 1;
	if ((*x)->calls.reads != (*y)->calls.reads)
		return (*x)->calls.reads > (*y)->calls.reads ? -1 : 1;
	return (*x)->pid < (*y)->pid ? -1 : (*x)->pid > (*y)->pid;
}

static void report_callers(struct aios_buf *buf, const struct aios_summary *sum)
{
	const struct aios_caller **order = calloc(sum->caller_cnt + 1, sizeof(*order));
	size_t rows = sum->caller_cnt < CALLER_ROWS ? sum->caller_cnt : CALLER_ROWS;

	if (!order) {
		buf->err = -1;
		return;
	}
	for (size_t i = 0; i < sum->caller_cnt; i++)
		order[i] = sum->callers[i];
	qsort(order, sum->caller_cnt, sizeof(*order), caller_by_submits);
	aios_buf_str(buf, "\nPROCESS                      SUBMITS      IOCBS   ACCEPTED    MAX"
		     "  SHORT      READS     EVENTS   IN READS  ERRORS\n");
	for (size_t i = 0; i < rows; i++)
		caller_row(buf, order[i]);
	if (rows < sum->caller_cnt)
		aios_buf_fmt(buf, "... and %zu more processes\n", sum->caller_cnt - rows);
	aios_buf_str(buf,
		     "  submits: calls of io_submit; max: most iocbs that one of them took; short: "
		     "calls that took some and not\n  all; reads: calls of io_getevents and "
		     "io_pgetevents; in reads: time spent in them; errors: of calls;\n  what "
		     "io_cancel returned is listed whatever it was\n");
	free(order);
}

/* Evidence level syscall: nothing is said of requests but how many io_submit took. */
static void report_calls_only(struct aios_buf *buf, const struct aios_trace *trace)
{
	const struct aios_summary *sum = trace->sum;

	aios_buf_fmt(buf, "requests  %s%llu submitted, as io_submit returned; what became of them "
		     "is not known:\n          at evidence level syscall single requests are not "
		     "seen, nor events that a program takes\n          from the ring by itself\n",
		     aios_lost(trace->loss) ? "at least " : "",
		     aios_ull(sum->calls.submit_accepted));
	report_loss(buf, trace);
	if (calls_seen(&sum->calls)) {
		report_callers(buf, sum);
		report_calls(buf, sum);
	} else {
		aios_buf_str(buf, "No call was seen: nothing that was traced used native AIO.\n");
	}
	report_gaps(buf, trace);
}

static bool report_empty(const struct aios_summary *sum)
{
	return !aios_summary_accepted(sum) && !aios_summary_refused(sum) &&
	       !aios_summary_completed(sum) && !aios_summary_in_flight(sum);
}

void aios_report_text(struct aios_buf *buf, const struct aios_trace *trace)
{
	const struct aios_summary *sum = trace->sum;

	report_head(buf, trace);
	if (aios_info_calls_only(trace->info)) {
		report_calls_only(buf, trace);
		if (trace->doctor)
			aios_report_doctor(buf, trace->doctor);
		return;
	}
	report_selection(buf, trace);
	report_requests(buf, sum);
	report_loss(buf, trace);
	if (report_empty(sum)) {
		aios_buf_str(buf, trace->left_out ? "No request was selected.\n" :
			     "No request was seen: nothing that was traced used native AIO.\n");
	} else {
		report_ops(buf, sum);
		report_stages(buf, sum);
		report_block(buf, trace);
		report_polls(buf, sum);
	}
	report_ctxs(buf, sum);
	if (calls_seen(&sum->calls))
		report_calls(buf, sum);
	aios_report_blocked(buf, trace);
	report_completions(buf, sum);
	report_gaps(buf, trace);
	if (trace->check)
		aios_report_findings(buf, trace->check);
	if (trace->doctor)
		aios_report_doctor(buf, trace->doctor);
}
