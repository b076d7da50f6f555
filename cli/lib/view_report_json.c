// SPDX-License-Identifier: GPL-2.0-only
/*
 * view_report_json.c - the report for scripts: schema aioscope.report/1.
 */
#include <stdio.h>

#include "json.h"
#include "names.h"
#include "view.h"
#include "view_blocked.h"
#include "view_check.h"
#include "view_doctor.h"

#define SCHEMA	"aioscope.report/1"

static json_t *tally_json(const struct aios_tally *tally)
{
	json_t *object = json_object();

	for (size_t i = 0; i < tally->cnt; i++) {
		struct aios_buf name = { 0 };

		aios_fmt_errno(&name, tally->rows[i].key);
		if (!name.err)
			json_object_set_new(object, name.data,
					    aios_json_count(tally->rows[i].count));
		aios_buf_done(&name);
	}
	return object;
}

/* Results are bytes, poll masks or negative errnos: numbers, whatever the operation. */
static json_t *results_json(const struct aios_op_summary *op)
{
	json_t *object = json_object();

	for (size_t i = 0; i < op->results.cnt; i++) {
		char name[24];

		snprintf(name, sizeof(name), "%lld", (long long)op->results.rows[i].key);
		json_object_set_new(object, name, aios_json_count(op->results.rows[i].count));
	}
	if (op->other_results)
		json_object_set_new(object, "other", aios_json_count(op->other_results));
	return object;
}

static json_t *hist_json(const struct aios_hist *hist)
{
	return json_pack("{s:o s:o s:o s:o s:o s:o s:o}", "count", aios_json_count(hist->count),
			 "min_ns", aios_json_count(hist->min), "p50_ns",
			 aios_json_count(aios_hist_percentile(hist, 50)), "p90_ns",
			 aios_json_count(aios_hist_percentile(hist, 90)), "p99_ns",
			 aios_json_count(aios_hist_percentile(hist, 99)), "max_ns",
			 aios_json_count(hist->max), "mean_ns",
			 aios_json_count(aios_hist_mean(hist)));
}

/* [first value of the bucket, how many], for what is not empty. */
static json_t *distribution_json(const struct aios_hist *hist)
{
	json_t *array = json_array();

	for (unsigned int i = 0; i < AIOS_HIST_BUCKETS; i++)
		if (hist->buckets[i])
			json_array_append_new(array, json_pack("[o,o]",
				aios_json_count(aios_hist_first(i)),
				aios_json_count(hist->buckets[i])));
	return array;
}

static json_t *stages_json(const struct aios_op_summary *op, bool distributions)
{
	json_t *object = json_object();

	for (enum aios_stage i = 0; i < AIOS_STAGES; i++) {
		json_t *stage = op->stages[i] ? hist_json(op->stages[i]) : NULL;

		if (stage && distributions)
			json_object_set_new(stage, "distribution",
					    distribution_json(op->stages[i]));
		if (stage)
			json_object_set_new(object, aios_stage_key(i), stage);
	}
	return object;
}

/* The latency's percentiles stand at the top as well: they are part of the contract. */
static json_t *op_json(const struct aios_op_summary *op, bool distributions)
{
	static const struct aios_hist none;
	const struct aios_hist *latency = op->stages[AIOS_STAGE_LATENCY];

	if (!latency)
		latency = &none;
	return json_pack("{s:o s:o s:o s:o s:o s:o s:o s:o s:o s:o s:o s:o s:o}", "submitted",
			 aios_json_count(op->accepted), "completed", aios_json_count(op->completed),
			 "results", results_json(op), "failed", aios_json_count(op->failed.total),
			 "failed_by_error", tally_json(&op->failed), "refused",
			 aios_json_count(op->refused.total), "refused_by_error",
			 tally_json(&op->refused), "in_flight", aios_json_count(op->in_flight),
			 "bytes", aios_json_count(op->bytes), "p50_ns",
			 aios_json_count(aios_hist_percentile(latency, 50)), "p99_ns",
			 aios_json_count(aios_hist_percentile(latency, 99)), "max_ns",
			 aios_json_count(latency->max), "stages",
			 stages_json(op, distributions));
}

static bool op_seen(const struct aios_op_summary *op)
{
	return op->accepted || op->refused.total || op->completed || op->in_flight;
}

static json_t *requests_json(const struct aios_summary *sum, bool distributions)
{
	json_t *by_op = json_object();

	for (unsigned int i = 0; i < AIOS_OPS; i++)
		if (op_seen(&sum->ops[i]))
			json_object_set_new(by_op, aios_op_name(i),
					    op_json(&sum->ops[i], distributions));
	return json_pack("{s:o s:o s:o s:o s:o s:o s:o s:o s:o s:o s:o}", "submitted",
			 aios_json_count(aios_summary_accepted(sum)), "completed",
			 aios_json_count(aios_summary_completed(sum)), "failed",
			 aios_json_count(aios_summary_failed(sum)), "refused",
			 aios_json_count(aios_summary_refused(sum)), "in_flight",
			 aios_json_count(aios_summary_in_flight(sum)), "unread",
			 aios_json_count(sum->unread), "tainted", aios_json_count(sum->tainted),
			 "before_trace", aios_json_count(sum->origins[AIOS_ORIGIN_BEFORE]),
			 "unknown_origin", aios_json_count(sum->origins[AIOS_ORIGIN_UNKNOWN]),
			 "lost_track", aios_json_count(sum->lost_track), "by_op", by_op);
}

static json_t *loss_json(const struct aios_trace *trace)
{
	const struct aios_loss *loss = trace->loss;

	return json_pack("{s:o s:o s:o s:b s:b s:o s:o}", "records", aios_json_count(loss->records),
			 "gaps", aios_json_count(loss->gaps), "calls_not_seen",
			 aios_json_count(loss->skipped), "cut_off", loss->cut, "damaged",
			 loss->damaged, "not_kept", aios_json_count(loss->not_kept),
			 "unknown_records", aios_json_count(trace->unknown_records));
}

static json_t *calls_json(const struct aios_summary *sum)
{
	static const struct aios_hist none;
	const struct aios_calls *calls = &sum->calls;
	const struct aios_hist *batches = sum->batches ? sum->batches : &none;

	return json_pack(
		"{s:{s:o s:o} s:{s:o s:o s:o s:o s:o} s:{s:o s:o s:o} s:o s:{s:o s:o}}", "io_setup",
		"ok", aios_json_count(calls->setups), "failed", tally_json(&calls->setup_errors),
		"io_submit", "calls", aios_json_count(calls->submit_calls), "iocbs",
		aios_json_count(calls->submit_asked), "failed", tally_json(&calls->submit_errors),
		"batch_p50", aios_json_count(aios_hist_percentile(batches, 50)), "batch_max",
		aios_json_count(batches->max), "io_getevents", "calls",
		aios_json_count(calls->reads), "events", aios_json_count(calls->read_events),
		"failed", tally_json(&calls->read_errors), "io_cancel",
		tally_json(&calls->cancels), "io_destroy", "ok", aios_json_count(calls->destroys),
		"failed", tally_json(&calls->destroy_errors));
}

/* Where each slot and reference of a context was told, from its beginning to its end. */
static void ctx_add_exact(json_t *object, const struct aios_ctx *ctx)
{
	json_object_set_new(
		object, "slots",
		json_pack("{s:o s:o s:o s:o}", "taken", aios_json_count(ctx->slots_taken), "given",
			  aios_json_count(ctx->slots_given), "free",
			  aios_json_count(ctx->slots_free), "owed",
			  aios_json_count(ctx->slots_owed)));
	json_object_set_new(
		object, "references",
		json_pack("{s:{s:o s:o} s:{s:o s:o}}", "users", "taken",
			  aios_json_count(ctx->refs_got[AIOS_CTX_USERS]), "dropped",
			  aios_json_count(ctx->refs_put[AIOS_CTX_USERS]), "reqs", "taken",
			  aios_json_count(ctx->refs_got[AIOS_CTX_REQS]), "dropped",
			  aios_json_count(ctx->refs_put[AIOS_CTX_REQS])));
}

static json_t *ctx_json(const struct aios_ctx *ctx)
{
	return json_pack(
		"{s:o s:o* s:o s:o s:o s:o s:o s:o s:o s:o s:o s:o s:o s:o s:o s:o s:o"
		" s:o s:b s:b s:b}",
		"context_nr", aios_json_count(ctx->id), "context",
		ctx->user_id ? json_sprintf("0x%llx", (unsigned long long)ctx->user_id) : NULL,
		"comm", aios_json_text(ctx->comm), "pid", aios_json_count(ctx->pid), "max_reqs",
		aios_json_count(ctx->max_reqs), "nr_events", aios_json_count(ctx->nr_events),
		"submitted", aios_json_count(ctx->accepted), "refused",
		aios_json_count(ctx->refused), "completed", aios_json_count(ctx->completed),
		"in_flight_max", aios_json_count(ctx->in_flight_max), "unread_max",
		aios_json_count(ctx->unread_max), "reads", aios_json_count(ctx->reads),
		"reaped_kernel", aios_json_count(ctx->reaped_kernel), "reaped_user",
		aios_json_count(ctx->reaped_user), "reaped_unknown",
		aios_json_count(ctx->reaped_unknown), "never_read", aios_json_count(ctx->discarded),
		"not_seen", aios_json_count(ctx->not_seen), "waited_ns",
		aios_json_count(ctx->waited_ns), "before_trace", ctx->older, "tainted",
		ctx->tainted, "setup_failed", ctx->undone);
}

static json_t *ctxs_json(const struct aios_summary *sum)
{
	json_t *array = json_array();

	for (size_t i = 0; i < sum->ctx_cnt; i++) {
		json_t *object = ctx_json(&sum->ctxs[i]);

		if (sum->ctxs[i].slots_seen)
			ctx_add_exact(object, &sum->ctxs[i]);
		json_array_append_new(array, object);
	}
	return array;
}

static json_t *polls_json(const struct aios_summary *sum)
{
	json_t *object = json_object();

	for (enum aios_poll_order i = AIOS_POLL_READY; i <= AIOS_POLL_UNCLEAR; i++)
		json_object_set_new(object, aios_poll_order_name(i),
				    aios_json_count(sum->polls[i]));
	return object;
}

static json_t *completions_json(const struct aios_summary *sum)
{
	json_t *by = json_object(), *where = json_object();

	for (enum aios_where i = 0; i <= AIOS_WHERE_UNKNOWN; i++)
		json_object_set_new(where, aios_where_name(i), aios_json_count(sum->where[i]));
	for (enum aios_party i = 0; i <= AIOS_PARTY_ERROR; i++)
		if (i <= AIOS_PARTY_PUT_WORK || sum->parties[i])
			json_object_set_new(by, aios_party_name(i),
					    aios_json_count(sum->parties[i]));
	json_object_set_new(where, "last_put_by", by);
	return where;
}

/* Only at evidence level exact: requests by what became of their references. */
static json_t *ledgers_json(const struct aios_trace *trace)
{
	json_t *object;

	if (!aios_info_exact(trace->info))
		return NULL;
	object = json_object();
	for (enum aios_balance i = 0; i <= AIOS_BALANCE_BROKEN; i++)
		json_object_set_new(object, aios_balance_name(i),
				    aios_json_count(trace->sum->balances[i]));
	return object;
}

/* Only where the file is a part of a recording. */
static json_t *part_json(const struct aios_trace *trace)
{
	bool begins = trace->info->begins_ns, goes_on = trace->end && trace->end->goes_on_ns;

	if (!begins && !goes_on)
		return NULL;
	return json_pack("{s:b s:b}", "begins_in_the_middle", begins, "goes_on", goes_on);
}

/* What --op, --path, --errors and --over left of the requests; NULL where nobody asked. */
static json_t *selection_json(const struct aios_trace *trace)
{
	const struct aios_select *sel = trace->sel;
	json_t *ops;

	if (!sel || !aios_selects_any(sel))
		return NULL;
	ops = json_array();
	for (unsigned int op = 0; op < AIOS_OPS; op++)
		if (sel->ops >> op & 1)
			json_array_append_new(ops, json_string(aios_op_name(op)));
	return json_pack("{s:o s:o s:b s:o s:o}", "op", ops, "path", aios_json_text(sel->path),
			 "errors", sel->errors, "over_ns", aios_json_count(sel->over_ns),
			 "left_out", aios_json_count(trace->left_out));
}

/* What level syscall does not know is null, never 0. */
static json_t *requests_calls_only(const struct aios_summary *sum)
{
	static const char *const unknown[] = { "completed", "failed", "refused", "in_flight",
					       "unread", "tainted", "before_trace",
					       "unknown_origin", "lost_track", "by_op" };
	json_t *object = json_pack("{s:o}", "submitted",
				   aios_json_count(sum->calls.submit_accepted));

	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
		json_object_set_new(object, unknown[i], json_null());
	return object;
}

static json_t *caller_json(const struct aios_caller *caller)
{
	const struct aios_calls *calls = &caller->calls;

	return json_pack(
		"{s:o s:o s:o s:{s:o s:o} s:{s:o s:o s:o s:o s:o s:o} s:{s:o s:o s:o s:o} s:o"
		" s:{s:o s:o}}",
		"comm", aios_json_text(caller->known ? caller->comm : NULL), "pid",
		aios_json_count(caller->pid), "uid",
		caller->known ? aios_json_count(caller->uid) : json_null(), "io_setup", "ok",
		aios_json_count(calls->setups), "failed", tally_json(&calls->setup_errors),
		"io_submit", "calls", aios_json_count(calls->submit_calls), "iocbs",
		aios_json_count(calls->submit_asked), "accepted",
		aios_json_count(calls->submit_accepted), "short",
		aios_json_count(calls->submit_short), "batch_max",
		aios_json_count(calls->submit_max), "failed", tally_json(&calls->submit_errors),
		"io_getevents", "calls", aios_json_count(calls->reads), "events",
		aios_json_count(calls->read_events), "failed", tally_json(&calls->read_errors),
		"time_ns", aios_json_count(calls->read_ns), "io_cancel",
		tally_json(&calls->cancels), "io_destroy", "ok", aios_json_count(calls->destroys),
		"failed", tally_json(&calls->destroy_errors));
}

static json_t *callers_json(const struct aios_summary *sum)
{
	json_t *array = json_array();

	for (size_t i = 0; i < sum->caller_cnt; i++)
		json_array_append_new(array, caller_json(sum->callers[i]));
	return array;
}

static json_t *doctor_json(const struct aios_trace *trace)
{
	return trace->doctor ? aios_doctor_object(trace->doctor, trace) : NULL;
}

/* The same keys as ever, so that scripts find them; and calls by process. */
static int report_calls_only(struct aios_buf *buf, const struct aios_trace *trace)
{
	const struct aios_info *info = trace->info;
	const struct aios_summary *sum = trace->sum;
	json_t *root = json_pack("{s:s s:o s:o s:o s:o s:o s:o s:o s:o s:o* s:n s:n s:o s:n"
				 " s:o}",
				 "schema", SCHEMA, "kernel", aios_json_text(info->kernel),
				 "host", aios_json_text(info->host),
				 "evidence", aios_json_text(info->evidence),
				 "command", aios_json_text(info->command),
				 "duration_ns", aios_json_count(sum->last_ns - sum->first_ns),
				 "requests", requests_calls_only(sum), "loss", loss_json(trace),
				 "findings", json_array(), "doctor", doctor_json(trace),
				 "poll_orders", "completions",
				 "calls", calls_json(sum), "contexts",
				 "processes", callers_json(sum));

	return aios_json_line(root, buf);
}

static json_t *findings_json(const struct aios_trace *trace)
{
	json_t *array = json_array();
	const struct aios_finding *findings;
	size_t cnt = 0;

	findings = trace->check ? aios_check_findings(trace->check, &cnt) : NULL;
	for (size_t i = 0; i < cnt; i++)
		json_array_append_new(array,
				      aios_finding_json(&findings[i], trace));
	return array;
}

int aios_report_json(struct aios_buf *buf, const struct aios_trace *trace)
{
	const struct aios_info *info = trace->info;
	const struct aios_summary *sum = trace->sum;
	json_t *root;

	if (aios_info_calls_only(info))
		return report_calls_only(buf, trace);
	root = json_pack("{s:s s:o s:o s:o s:o s:o s:o* s:o* s:o s:o* s:o s:o s:o* s:o s:o s:o s:o*"
			 " s:o}",
			 "schema", SCHEMA, "kernel", aios_json_text(info->kernel),
			 "host", aios_json_text(info->host),
			 "evidence", aios_json_text(info->evidence),
			 "command", aios_json_text(info->command),
			 "duration_ns", aios_json_count(sum->last_ns - sum->first_ns),
			 "selection", selection_json(trace), "part", part_json(trace),
			 "requests", requests_json(sum, trace->distributions),
			 "ledgers", ledgers_json(trace),
			 "loss", loss_json(trace), "findings", findings_json(trace),
			 "doctor", doctor_json(trace), "poll_orders", polls_json(sum),
			 "completions", completions_json(sum), "calls", calls_json(sum),
			 "blocked", aios_blocked_json(trace), "contexts", ctxs_json(sum));

	return aios_json_line(root, buf);
}
