// SPDX-License-Identifier: GPL-2.0-only
/*
 * diff.c - what changed between two recordings.
 */
#include "diff.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "vec.h"

static const unsigned int percents[] = { 50, 99 };

/* More than any trace has: how long a comparison takes follows the square root of it. */
#define REQUESTS_MAX	1000000000000ULL

#define PERCENTS	(sizeof(percents) / sizeof(percents[0]))

static uint64_t count_of(const json_t *object, const char *key)
{
	json_int_t count = json_integer_value(json_object_get(object, key));

	return count > 0 ? (uint64_t)count : 0;
}

static char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? strdup(text) : NULL;
}

static const json_t *op_of(const json_t *report, const char *op)
{
	return json_object_get(json_object_get(json_object_get(report, "requests"), "by_op"), op);
}

static void side_read(struct aios_diff_side *side, const json_t *report)
{
	const json_t *requests = json_object_get(report, "requests");
	const json_t *loss = json_object_get(report, "loss");

	side->kernel = text_of(report, "kernel");
	side->evidence = text_of(report, "evidence");
	side->command = text_of(report, "command");
	side->duration_ns = count_of(report, "duration_ns");
	side->requests = count_of(requests, "completed");
	side->tainted = count_of(requests, "tainted");
	side->lost = count_of(loss, "records") || count_of(loss, "gaps") ||
		     json_is_true(json_object_get(loss, "cut_off")) ||
		     json_is_true(json_object_get(loss, "damaged"));
	side->selected = json_is_object(json_object_get(report, "selection"));
}

/*
 * Return: 1; 0 where nothing was counted; -EBADMSG where there is no distribution, or none of as
 * many samples as there are said to be.
 */
static int stage_read(struct aios_hist *hist, const json_t *op, enum aios_stage stage)
{
	const json_t *stages = json_object_get(op, "stages");
	const json_t *object = json_object_get(stages, aios_stage_key(stage));
	const json_t *buckets = json_object_get(object, "distribution");

	if (!object)
		return 0;
	*hist = (struct aios_hist){ .min = count_of(object, "min_ns"),
				    .max = count_of(object, "max_ns") };
	for (size_t i = 0; i < json_array_size(buckets); i++) {
		const json_t *pair = json_array_get(buckets, i);
		json_int_t first = json_integer_value(json_array_get(pair, 0));
		json_int_t cnt = json_integer_value(json_array_get(pair, 1));

		if (first < 0 || cnt <= 0 || (uint64_t)cnt > REQUESTS_MAX - hist->count)
			return -EBADMSG;
		hist->buckets[aios_hist_bucket((uint64_t)first)] += (uint64_t)cnt;
		hist->count += (uint64_t)cnt;
	}
	return hist->count && hist->count == count_of(object, "count") ? 1 : -EBADMSG;
}

/* The last stages are those of the block layer, which most traces do not tell of. */
static unsigned int stages_of(json_t *const *reports, const char *op)
{
	bool told = true;

	for (int side = 0; side < 2; side++)
		told = told && json_object_get(json_object_get(op_of(reports[side], op), "stages"),
					       aios_stage_key(AIOS_STAGE_DEVICE));
	return told ? AIOS_STAGES : AIOS_STAGE_BEFORE;
}

/* Comparisons of this diff: what each may cost of AIOS_DIFF_ERROR follows from their number. */
static unsigned int comparisons(json_t *const *reports)
{
	unsigned int cnt = 0;

	for (unsigned int i = 0; i < AIOS_OPS; i++)
		if (op_of(reports[0], aios_op_name(i)) && op_of(reports[1], aios_op_name(i)))
			cnt += stages_of(reports, aios_op_name(i)) * (unsigned int)PERCENTS + 1;
	return cnt ? cnt : 1;
}

static int row_add(struct aios_diff *diff, const struct aios_diff_row *row)
{
	struct aios_diff_row *rows = aios_vec_room(diff->rows, diff->row_cnt, &diff->row_cap,
						   sizeof(*rows));

	if (!rows)
		return -ENOMEM;
	diff->rows = rows;
	rows[diff->row_cnt++] = *row;
	return 0;
}

static int rows_of_stage(struct aios_diff *diff, const struct aios_hist *hists, const char *op,
			 enum aios_stage stage, double error)
{
	struct aios_diff_row row = { .op = op, .stage = stage };
	int err = 0;

	for (size_t i = 0; i < PERCENTS && !err; i++) {
		row.percent = percents[i];
		for (int side = 0; side < 2; side++) {
			row.samples[side] = hists[side].count;
			row.is[side] = aios_diff_interval(&hists[side], percents[i], error / 2);
		}
		row.verdict = hists[0].count && hists[1].count ?
			      aios_diff_verdict(&row.is[0], &row.is[1], diff->over) :
			      AIOS_DIFF_MISSING;
		err = row_add(diff, &row);
	}
	/* The maximum is told, and not judged. */
	row.percent = 100;
	for (int side = 0; side < 2; side++)
		row.is[side] = (struct aios_interval){ .value = hists[side].max,
							  .high = UINT64_MAX };
	row.verdict = hists[0].count && hists[1].count ? AIOS_DIFF_FEW : AIOS_DIFF_MISSING;
	return err ? err : row_add(diff, &row);
}

static int op_rows(struct aios_diff *diff, json_t *const *reports, const char *op, double error)
{
	struct aios_hist *hists = calloc(2, sizeof(*hists));
	int err = hists ? 0 : -ENOMEM;

	for (int stage = 0; stage < AIOS_STAGES && !err; stage++) {
		int seen = 0;

		memset(hists, 0, 2 * sizeof(*hists));
		for (int side = 0; side < 2 && !err; side++) {
			int got = stage_read(&hists[side], op_of(reports[side], op),
					     (enum aios_stage)stage);

			err = got < 0 ? got : 0;
			seen += got > 0;
		}
		if (seen && !err)
			err = rows_of_stage(diff, hists, op, (enum aios_stage)stage, error);
	}
	free(hists);
	return err;
}

static int op_count(struct aios_diff *diff, json_t *const *reports, const char *op, double error)
{
	struct aios_diff_count *count = &diff->counts[diff->count_cnt++];
	uint64_t tries[2];

	count->op = op;
	for (int side = 0; side < 2; side++) {
		const json_t *object = op_of(reports[side], op);
		uint64_t refused = count_of(object, "refused");

		count->total[side] = count_of(object, "submitted");
		count->bad[side] = count_of(object, "failed") + refused;
		tries[side] = count->total[side] + refused;
		if (tries[side] > REQUESTS_MAX || count->bad[side] > REQUESTS_MAX)
			return -EBADMSG;
		/* What failed may have been submitted before the trace. */
		if (tries[side] < count->bad[side])
			tries[side] = count->bad[side];
	}
	count->verdict = aios_diff_share(count->bad, tries, error);
	return 0;
}

static int ops_compare(struct aios_diff *diff, json_t *const *reports)
{
	double error = AIOS_DIFF_ERROR / comparisons(reports);
	int err = 0;

	for (unsigned int i = 0; i < AIOS_OPS && !err; i++) {
		const char *op = aios_op_name(i);

		if (!op_of(reports[0], op) && !op_of(reports[1], op))
			continue;
		err = op_count(diff, reports, op, error);
		if (!err)
			err = op_rows(diff, reports, op, error);
	}
	return err;
}

static struct aios_diff_finding *finding_of(struct aios_diff *diff, const char *id)
{
	struct aios_diff_finding *findings;

	for (size_t i = 0; i < diff->finding_cnt; i++)
		if (!strcmp(diff->findings[i].id, id))
			return &diff->findings[i];
	findings = aios_vec_room(diff->findings, diff->finding_cnt, &diff->finding_cap,
				 sizeof(*findings));
	if (!findings)
		return NULL;
	diff->findings = findings;
	findings[diff->finding_cnt] = (struct aios_diff_finding){ .id = strdup(id) };
	return findings[diff->finding_cnt].id ? &findings[diff->finding_cnt++] : NULL;
}

static enum aios_diff_grade grade_of(const char *severity)
{
	for (enum aios_diff_grade grade = AIOS_DIFF_INFO; severity && grade < AIOS_DIFF_CRIT;
	     grade++)
		if (!strcmp(severity, aios_diff_grade_name(grade)))
			return grade;
	return AIOS_DIFF_CRIT;
}

static int finding_read(struct aios_diff *diff, const json_t *object, int side)
{
	const char *id = json_string_value(json_object_get(object, "id"));
	const char *slug = json_string_value(json_object_get(object, "slug"));
	const char *severity = json_string_value(json_object_get(object, "severity"));
	struct aios_diff_finding *finding = id ? finding_of(diff, id) : NULL;

	if (!finding)
		return id ? -ENOMEM : 0;
	if (slug && !finding->slug)
		finding->slug = strdup(slug);
	if (slug && !finding->slug)
		return -ENOMEM;
	finding->cnt[side]++;
	if (grade_of(severity) > finding->grade[side])
		finding->grade[side] = grade_of(severity);
	return 0;
}

static enum aios_diff_turn turn_of(const struct aios_diff_finding *finding)
{
	const enum aios_diff_grade *grade = finding->grade;

	if (!finding->cnt[0])
		return AIOS_DIFF_NEW;
	if (!finding->cnt[1])
		return AIOS_DIFF_GONE;
	return grade[1] > grade[0] ? AIOS_DIFF_GRAVER :
	       grade[1] < grade[0] ? AIOS_DIFF_MILDER : AIOS_DIFF_AS_BEFORE;
}

/* Rules of aiocheck, and conditions of the doctor where the report has them. */
static int findings_read(struct aios_diff *diff, const json_t *report, int side)
{
	const json_t *lists[] = {
		json_object_get(report, "findings"),
		json_object_get(json_object_get(report, "doctor"), "conditions"),
	};
	int err = 0;

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		for (size_t j = 0; j < json_array_size(lists[i]) && !err; j++)
			err = finding_read(diff, json_array_get(lists[i], j), side);
	}
	return err;
}

static bool same_evidence(const struct aios_diff *diff)
{
	const char *a = diff->side[0].evidence, *b = diff->side[1].evidence;

	return a && b && !strcmp(a, b);
}

/* Stages begin and end elsewhere at another level; and lost records are not lost at random. */
static const char *why_incomparable(const struct aios_diff *diff)
{
	const struct aios_diff_side *a = &diff->side[0], *b = &diff->side[1];

	if (!same_evidence(diff))
		return "the evidence levels differ, and with them where stages begin and end";
	if (!strcmp(a->evidence, "syscall"))
		return "at evidence level syscall single requests are not seen";
	if (a->lost || b->lost)
		return "records were lost";
	if (a->tainted || b->tainted)
		return "requests are tainted";
	if (a->selected || b->selected)
		return "of one, or both, some requests alone were chosen";
	if (!a->requests || !b->requests)
		return "one of the two has no request that completed";
	return NULL;
}

static void findings_turn(struct aios_diff *diff)
{
	for (size_t i = 0; i < diff->finding_cnt; i++)
		diff->findings[i].turn = turn_of(&diff->findings[i]);
}

/* What proves nothing has no verdict. */
static void unjudge(struct aios_diff *diff)
{
	for (size_t i = 0; i < diff->row_cnt; i++)
		diff->rows[i].verdict = AIOS_DIFF_NONE;
	for (size_t i = 0; i < diff->count_cnt; i++)
		diff->counts[i].verdict = AIOS_DIFF_NONE;
	for (size_t i = 0; i < diff->finding_cnt; i++)
		diff->findings[i].turn = AIOS_DIFF_TURN_UNKNOWN;
}

static int compare(struct aios_diff *diff, json_t *const *reports, struct aios_err *err)
{
	int code = 0;

	for (int side = 0; side < 2 && !code; side++) {
		side_read(&diff->side[side], reports[side]);
		code = findings_read(diff, reports[side], side);
	}
	if (!code)
		code = ops_compare(diff, reports);
	if (code == -EBADMSG)
		return aios_fail(err, code, "a report has no distributions: make it with "
				 "'aiotrace report --json --distributions'");
	if (code)
		return aios_fail(err, code, "not enough memory");
	findings_turn(diff);
	diff->incomparable = why_incomparable(diff);
	if (diff->incomparable)
		unjudge(diff);
	return 0;
}

static json_t *report_parse(const struct aios_buf *buf, struct aios_err *err)
{
	json_t *report = buf->len ? json_loadb(buf->data, buf->len, 0, NULL) : NULL;
	const char *schema = json_string_value(json_object_get(report, "schema"));

	if (schema && !strcmp(schema, "aioscope.report/1"))
		return report;
	aios_fail(err, -EBADMSG, "this is no report of 'aiotrace report --json'");
	json_decref(report);
	return NULL;
}

struct aios_diff *aios_diff_new(const struct aios_buf *before, const struct aios_buf *after,
				double over, struct aios_err *err)
{
	json_t *reports[2] = { report_parse(before, err), NULL };
	struct aios_diff *diff = calloc(1, sizeof(*diff));

	if (reports[0])
		reports[1] = report_parse(after, err);
	if (!diff)
		aios_fail(err, -ENOMEM, "not enough memory");
	if (diff)
		diff->over = over;
	if (!diff || !reports[0] || !reports[1] || compare(diff, reports, err))
		diff = aios_diff_free(diff);
	json_decref(reports[0]);
	json_decref(reports[1]);
	return diff;
}

/**
 * aios_diff_free() - gives it back
 * @diff: may be NULL
 * Return: NULL.
 */
struct aios_diff *aios_diff_free(struct aios_diff *diff)
{
	if (!diff)
		return NULL;
	for (int side = 0; side < 2; side++) {
		free(diff->side[side].kernel);
		free(diff->side[side].evidence);
		free(diff->side[side].command);
	}
	for (size_t i = 0; i < diff->finding_cnt; i++) {
		free(diff->findings[i].id);
		free(diff->findings[i].slug);
	}
	free(diff->findings);
	free(diff->rows);
	free(diff);
	return NULL;
}

unsigned int aios_diff_fails(const struct aios_diff *diff)
{
	unsigned int fails = 0;

	for (size_t i = 0; i < diff->row_cnt; i++)
		if (diff->rows[i].verdict == AIOS_DIFF_WORSE)
			fails |= AIOS_FAIL_LATENCY;
	for (size_t i = 0; i < diff->count_cnt; i++)
		if (diff->counts[i].verdict == AIOS_DIFF_WORSE)
			fails |= AIOS_FAIL_ERRORS;
	for (size_t i = 0; i < diff->finding_cnt; i++)
		if (aios_diff_grave(&diff->findings[i]))
			fails |= AIOS_FAIL_FINDINGS;
	return fails;
}

const char *aios_diff_verdict_name(enum aios_diff_verdict verdict)
{
	static const char *const names[AIOS_DIFF_VERDICTS] = {
		[AIOS_DIFF_SAME] = "same",	 [AIOS_DIFF_FEW] = "few",
		[AIOS_DIFF_MISSING] = "missing", [AIOS_DIFF_BETTER] = "better",
		[AIOS_DIFF_SLIGHT] = "slight",	 [AIOS_DIFF_WORSE] = "worse",
	};

	return names[verdict];
}

const char *aios_diff_grade_name(enum aios_diff_grade grade)
{
	static const char *const names[] = {
		[AIOS_DIFF_ABSENT] = NULL,
		[AIOS_DIFF_INFO] = "info",
		[AIOS_DIFF_WARN] = "warn",
		[AIOS_DIFF_CRIT] = "crit",
	};

	return names[grade];
}

const char *aios_diff_turn_name(enum aios_diff_turn turn)
{
	static const char *const names[] = {
		[AIOS_DIFF_AS_BEFORE] = "same", [AIOS_DIFF_NEW] = "new",
		[AIOS_DIFF_GRAVER] = "worse",	[AIOS_DIFF_MILDER] = "better",
		[AIOS_DIFF_GONE] = "gone",	[AIOS_DIFF_TURN_UNKNOWN] = NULL,
	};

	return names[turn];
}
