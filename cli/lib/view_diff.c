// SPDX-License-Identifier: GPL-2.0-only
/*
 * view_diff.c - what changed between two recordings, for people and for scripts.
 */
#include "diff.h"

#include <stdio.h>

#include "json.h"
#include "units.h"
#include "width.h"

#define SCHEMA	"aioscope.diff/1"
#define COLUMNS	100

static void text_side(struct aios_buf *buf, const char *name, const struct aios_diff_side *side)
{
	aios_buf_fmt(buf, "%-7s %llu requests in ", name, (unsigned long long)side->requests);
	aios_fmt_duration(buf, side->duration_ns);
	aios_buf_str(buf, ", level ");
	aios_buf_safe(buf, side->evidence ? side->evidence : "?");
	aios_buf_str(buf, ", Linux ");
	aios_buf_safe(buf, side->kernel ? side->kernel : "?");
	aios_buf_str(buf, ": ");
	aios_buf_cut(buf, side->command ? side->command : "?", 32);
	aios_buf_str(buf, side->lost ? " (records were lost)\n" : "\n");
}

/* "+12%", "x3.4": of what was measured. */
static void text_change(struct aios_buf *buf, uint64_t before, uint64_t after)
{
	double ratio = before ? (double)after / (double)before : 0;

	if (!before || !after)
		aios_buf_str(buf, "-");
	else if (ratio >= 2)
		aios_buf_fmt(buf, "x%.*f", ratio < 10 ? 1 : 0, ratio);
	else
		aios_buf_fmt(buf, "%+.0f%%", (ratio - 1) * 100);
}

/* What a change is at least, by the bounds that lie next to each other. */
static void text_verdict(struct aios_buf *buf, const struct aios_diff_row *row)
{
	static const char *const says[AIOS_DIFF_VERDICTS] = {
		[AIOS_DIFF_SAME] = "no change that these samples could show",
		[AIOS_DIFF_FEW] = "too few samples to tell",
		[AIOS_DIFF_MISSING] = "only in one of the two",
		[AIOS_DIFF_BETTER] = "better, by at least ",
		[AIOS_DIFF_SLIGHT] = "worse, by at least ",
		[AIOS_DIFF_WORSE] = "WORSE, by at least ",
		[AIOS_DIFF_NONE] = "",
	};
	bool better = row->verdict == AIOS_DIFF_BETTER;
	double from = (double)(better ? row->is[0].low : row->is[0].high);
	double to = (double)(better ? row->is[1].high : row->is[1].low);
	double by = better ? from - to : to - from;

	/* However many samples: the greatest of them says little of the next run. */
	if (row->percent == 100 || row->verdict == AIOS_DIFF_NONE)
		return;
	aios_buf_str(buf, "  ");
	aios_buf_str(buf, says[row->verdict]);
	if (row->verdict >= AIOS_DIFF_BETTER)
		aios_buf_fmt(buf, "%.1f%%", from > 0 ? 100 * by / from : 100.0);
}

static void text_ns(struct aios_buf *buf, uint64_t ns, bool known)
{
	struct aios_buf text = { 0 };

	if (known)
		aios_fmt_duration(&text, ns);
	aios_buf_fmt(buf, "%9s", known && !text.err ? text.data : "-");
	aios_buf_done(&text);
}

static void text_row(struct aios_buf *buf, const struct aios_diff_row *row, bool first_of_op,
		     bool first_of_stage)
{
	struct aios_buf change = { 0 };
	char percent[8] = "max";

	if (row->percent < 100)
		snprintf(percent, sizeof(percent), "p%u", row->percent);
	text_change(&change, row->is[0].value, row->is[1].value);
	aios_buf_fmt(buf, "%-9s %-10s %-4s", first_of_op ? row->op : "",
		     first_of_stage ? aios_stage_name(row->stage) : "", percent);
	text_ns(buf, row->is[0].value, row->samples[0]);
	text_ns(buf, row->is[1].value, row->samples[1]);
	aios_buf_fmt(buf, "%8s", change.err ? "-" : change.data);
	text_verdict(buf, row);
	aios_buf_str(buf, "\n");
	aios_buf_done(&change);
}

static const char *count_says(const struct aios_diff_count *count)
{
	static const char *const says[AIOS_DIFF_VERDICTS] = {
		[AIOS_DIFF_WORSE] = "  WORSE: a greater share",
		[AIOS_DIFF_BETTER] = "  better: a smaller share",
		[AIOS_DIFF_MISSING] = "  only in one of the two",
		[AIOS_DIFF_NONE] = "",
	};

	if (says[count->verdict])
		return says[count->verdict];
	return count->bad[0] || count->bad[1] ? "  no change that these could show" : "";
}

static void text_counts(struct aios_buf *buf, const struct aios_diff *diff)
{
	if (diff->count_cnt)
		aios_buf_fmt(buf, "\n%-9s %22s %25s\n", "OPERATION", "SUBMITTED",
			     "FAILED OR REFUSED");
	for (size_t i = 0; i < diff->count_cnt; i++) {
		const struct aios_diff_count *count = &diff->counts[i];

		aios_buf_fmt(buf, "%-9s %9llu -> %9llu %11llu -> %10llu%s\n", count->op,
			     (unsigned long long)count->total[0],
			     (unsigned long long)count->total[1],
			     (unsigned long long)count->bad[0], (unsigned long long)count->bad[1],
			     count_says(count));
	}
}

/* Of an operation that only one of the two has, its count says so. */
static bool is_in_both(const struct aios_diff *diff, const char *op)
{
	for (size_t i = 0; i < diff->row_cnt; i++)
		if (diff->rows[i].op == op && diff->rows[i].samples[0] && diff->rows[i].samples[1])
			return true;
	return false;
}

static void text_rows(struct aios_buf *buf, const struct aios_diff *diff)
{
	const struct aios_diff_row *last = NULL;

	for (size_t i = 0; i < diff->row_cnt; i++) {
		const struct aios_diff_row *row = &diff->rows[i];
		bool op = !last || last->op != row->op;

		if (!is_in_both(diff, row->op))
			continue;
		if (!last)
			aios_buf_fmt(buf, "\n%-9s %-10s %-4s%9s%9s%8s\n", "OPERATION", "STAGE", "",
				     "BEFORE", "AFTER", "CHANGE");
		text_row(buf, row, op, op || last->stage != row->stage);
		last = row;
	}
}

/* "NEW", "gone", "WORSE: crit, was warn" */
static void text_turn(struct aios_buf *buf, const struct aios_diff_finding *finding)
{
	const char *is = aios_diff_grade_name(finding->grade[1]);
	const char *was = aios_diff_grade_name(finding->grade[0]);

	if (finding->turn == AIOS_DIFF_NEW)
		aios_buf_str(buf, aios_diff_grave(finding) ? "  NEW" : "  new");
	else if (finding->turn == AIOS_DIFF_GONE)
		aios_buf_str(buf, "  gone");
	else if (finding->turn == AIOS_DIFF_GRAVER)
		aios_buf_fmt(buf, "  WORSE: %s, was %s", is, was);
	else if (finding->turn == AIOS_DIFF_MILDER)
		aios_buf_fmt(buf, "  better: %s, was %s", is, was);
}

static void text_findings(struct aios_buf *buf, const struct aios_diff *diff)
{
	if (diff->finding_cnt)
		aios_buf_fmt(buf, "\n%-29s%9s%9s\n", "FINDING", "BEFORE", "AFTER");
	for (size_t i = 0; i < diff->finding_cnt; i++) {
		const struct aios_diff_finding *finding = &diff->findings[i];

		aios_buf_cell(buf, finding->id, 4);
		aios_buf_str(buf, " ");
		aios_buf_cell(buf, finding->slug ? finding->slug : "", 24);
		aios_buf_fmt(buf, "%9llu%9llu", (unsigned long long)finding->cnt[0],
			     (unsigned long long)finding->cnt[1]);
		text_turn(buf, finding);
		aios_buf_str(buf, "\n");
	}
}

static void text_result(struct aios_buf *buf, const struct aios_diff *diff)
{
	size_t cnt[AIOS_DIFF_VERDICTS] = { 0 }, fresh = 0, graver = 0;

	for (size_t i = 0; i < diff->row_cnt; i++)
		cnt[diff->rows[i].verdict] += diff->rows[i].percent < 100;
	for (size_t i = 0; i < diff->finding_cnt; i++) {
		fresh += diff->findings[i].turn == AIOS_DIFF_NEW;
		graver += diff->findings[i].turn == AIOS_DIFF_GRAVER;
	}
	aios_buf_fmt(buf, "result  percentiles: %zu worse", cnt[AIOS_DIFF_WORSE]);
	if (diff->over > 0)
		aios_buf_fmt(buf, " by over %g%%, %zu maybe by less", 100 * diff->over,
			     cnt[AIOS_DIFF_SLIGHT]);
	aios_buf_fmt(buf, ", %zu better, %zu alike, %zu unknown; findings: %zu new",
		     cnt[AIOS_DIFF_BETTER], cnt[AIOS_DIFF_SAME],
		     cnt[AIOS_DIFF_FEW] + cnt[AIOS_DIFF_MISSING], fresh);
	if (graver)
		aios_buf_fmt(buf, ", %zu worse", graver);
	aios_buf_str(buf, "\n");
}

void aios_diff_text(struct aios_buf *buf, const struct aios_diff *diff)
{
	struct aios_buf note = { 0 };

	text_side(buf, "before", &diff->side[0]);
	text_side(buf, "after", &diff->side[1]);
	if (diff->incomparable)
		aios_buf_fmt(buf, "NOT COMPARABLE: %s; what follows proves nothing\n",
			     diff->incomparable);
	else
		text_result(buf, diff);
	text_counts(buf, diff);
	text_rows(buf, diff);
	text_findings(buf, diff);
	aios_buf_fmt(&note, "A change is told where the intervals in which the two percentiles lie "
		     "do not meet; all of them together are wrong once in %.0f if requests are "
		     "independent. Requests of one run are not, and runs differ by more than that: "
		     "compare runs of the same, too. A maximum shows no change.",
		     1 / AIOS_DIFF_ERROR);
	aios_buf_str(buf, "\n");
	if (!note.err)
		aios_buf_wrap(buf, note.data, "", COLUMNS);
	aios_buf_done(&note);
}

static json_t *bound(const struct aios_interval *is, uint64_t value, uint64_t unknown)
{
	return !is->bounded && value == unknown ? json_null() : aios_json_count(value);
}

static json_t *interval_json(const struct aios_diff_row *row, int side)
{
	const struct aios_interval *is = &row->is[side];

	if (!row->samples[side])
		return json_null();
	return json_pack("{s:o s:o s:o s:o}", "samples", aios_json_count(row->samples[side]),
			 "value_ns", aios_json_count(is->value), "low_ns", bound(is, is->low, 0),
			 "high_ns", bound(is, is->high, UINT64_MAX));
}

static json_t *row_json(const struct aios_diff_row *row)
{
	return json_pack("{s:s s:s s:o s:o s:o s:s?}", "op", row->op, "stage",
			 aios_stage_key(row->stage), "percent", aios_json_count(row->percent),
			 "before", interval_json(row, 0), "after", interval_json(row, 1),
			 "verdict", aios_diff_verdict_name(row->verdict));
}

static json_t *count_json(const struct aios_diff_count *count)
{
	return json_pack("{s:s s:[o,o] s:[o,o] s:s?}", "op", count->op, "submitted",
			 aios_json_count(count->total[0]), aios_json_count(count->total[1]),
			 "failed_or_refused", aios_json_count(count->bad[0]),
			 aios_json_count(count->bad[1]), "verdict",
			 aios_diff_verdict_name(count->verdict));
}

static json_t *side_json(const struct aios_diff_side *side)
{
	return json_pack("{s:o s:o s:o s:o s:o s:o s:b}", "kernel", aios_json_text(side->kernel),
			 "evidence", aios_json_text(side->evidence), "command",
			 aios_json_text(side->command), "duration_ns",
			 aios_json_count(side->duration_ns), "requests",
			 aios_json_count(side->requests), "tainted",
			 aios_json_count(side->tainted), "lost", side->lost);
}

static json_t *finding_json(const struct aios_diff_finding *finding)
{
	bool grave = finding->grade[0] > AIOS_DIFF_INFO || finding->grade[1] > AIOS_DIFF_INFO;

	return json_pack("{s:o s:o s:o s:o s:[s?,s?] s:s? s:b}", "id", aios_json_text(finding->id),
			 "slug", aios_json_text(finding->slug), "before",
			 aios_json_count(finding->cnt[0]), "after",
			 aios_json_count(finding->cnt[1]), "severity",
			 aios_diff_grade_name(finding->grade[0]),
			 aios_diff_grade_name(finding->grade[1]), "verdict",
			 aios_diff_turn_name(finding->turn), "grave", grave);
}

int aios_diff_json(struct aios_buf *buf, const struct aios_diff *diff)
{
	json_t *counts = json_array(), *rows = json_array(), *findings = json_array();
	unsigned int fails = aios_diff_fails(diff);

	for (size_t i = 0; i < diff->count_cnt; i++)
		json_array_append_new(counts, count_json(&diff->counts[i]));
	for (size_t i = 0; i < diff->row_cnt; i++)
		json_array_append_new(rows, row_json(&diff->rows[i]));
	for (size_t i = 0; i < diff->finding_cnt; i++)
		json_array_append_new(findings, finding_json(&diff->findings[i]));
	return aios_json_line(
		json_pack("{s:s s:o s:o s:o s:f s:f s:{s:b s:b s:b} s:o s:o s:o}", "schema", SCHEMA,
			  "before", side_json(&diff->side[0]), "after", side_json(&diff->side[1]),
			  "incomparable", aios_json_text(diff->incomparable), "over", diff->over,
			  "error", AIOS_DIFF_ERROR, "fails", "latency",
			  !!(fails & AIOS_FAIL_LATENCY), "errors", !!(fails & AIOS_FAIL_ERRORS),
			  "findings", !!(fails & AIOS_FAIL_FINDINGS), "operations", counts,
			  "percentiles", rows, "findings", findings), buf);
}
