// SPDX-License-Identifier: GPL-2.0-only
/*
 * view_doctor_json.c - conditions as JSON: aioscope.condition/1, aioscope.doctor/1.
 */
#include "json.h"
#include "view_doctor.h"

static json_t *json_numbers(const struct aios_condition *condition)
{
	static const char *const units[] = {
		[AIOS_UNIT_COUNT] = "",
		[AIOS_UNIT_NS] = "_ns",
		[AIOS_UNIT_BYTES] = "_bytes",
		[AIOS_UNIT_PERCENT] = "_percent",
	};
	json_t *ret = json_object();

	for (size_t i = 0; i < condition->number_cnt; i++) {
		const struct aios_number *number = &condition->numbers[i];
		char name[64];

		snprintf(name, sizeof(name), "%s%s", number->name, units[number->unit]);
		json_object_set_new(ret, name, aios_json_count(number->value));
	}
	return ret;
}

static json_t *json_requests(const struct aios_condition *condition)
{
	json_t *ret = json_array();

	for (size_t i = 0; i < condition->request_cnt; i++)
		json_array_append_new(ret, aios_json_count(condition->requests[i]));
	return ret;
}

static json_t *json_context(uint64_t user_id)
{
	return user_id ? json_sprintf("0x%llx", (unsigned long long)user_id) : json_null();
}

/* 0 stands for what is not known, or does not apply. */
static json_t *count_or_null(uint64_t number)
{
	return number ? aios_json_count(number) : json_null();
}

static json_t *json_condition(const struct aios_condition *condition,
			      const struct aios_trace *trace)
{
	const struct aios_ailment *ailment = condition->ailment;

	return json_pack("{s:s s:o s:s s:s s:s s:o s:o s:o s:o s:o s:s s:s s:s s:o s:o s:b s:o"
			 " s:o}",
			 "schema", "aioscope.condition/1", "number", aios_json_count(condition->nr),
			 "id", ailment->id, "slug", ailment->slug, "severity",
			 aios_grade_name(condition->severity), "evidence",
			 aios_json_text(trace->info->evidence), "pid",
			 count_or_null(condition->pid), "comm",
			 aios_json_text(condition->comm[0] ? condition->comm : NULL), "context_nr",
			 count_or_null(condition->ctx_id), "context",
			 json_context(condition->user_id), "message", condition->message, "why",
			 ailment->why, "advice", condition->advice, "numbers",
			 json_numbers(condition), "requests", json_requests(condition), "at_least",
			 condition->at_least, "from_ns", count_or_null(condition->from_ns), "to_ns",
			 count_or_null(condition->to_ns));
}

/* What was judged of all requests and contexts, and what was not, or of some alone. */
static json_t *json_judged(const struct aios_doctor *doctor, bool judged)
{
	size_t cnt;
	const struct aios_ailment *ailments = aios_ailments(&cnt);
	json_t *ret = json_array();

	for (size_t i = 0; i < cnt; i++) {
		enum aios_judged how = aios_doctor_judged(doctor, i);
		bool is = how == AIOS_JUDGED;

		if (is == judged)
			json_array_append_new(ret,
					      is ? json_string(ailments[i].slug) :
					      json_pack("{s:s s:s}", "slug", ailments[i].slug,
							"reason", aios_judged_name(how)));
	}
	return ret;
}

/* How often each was seen, those that are not kept as well. */
static json_t *json_seen(const struct aios_doctor *doctor)
{
	size_t cnt;
	const struct aios_ailment *ailments = aios_ailments(&cnt);
	json_t *ret = json_object();

	for (size_t i = 0; i < cnt; i++)
		if (aios_doctor_count(doctor, i))
			json_object_set_new(ret, ailments[i].slug,
					    aios_json_count(aios_doctor_count(doctor, i)));
	return ret;
}

static json_t *json_worst(const struct aios_doctor_sum *sum)
{
	for (int i = AIOS_GRADE_CRIT; i >= AIOS_GRADE_INFO; i--)
		if (sum->by_grade[i])
			return json_string(aios_grade_name((enum aios_grade)i));
	return json_null();
}

static json_t *json_sum(const struct aios_doctor *doctor, const struct aios_trace *trace)
{
	struct aios_doctor_sum sum = aios_doctor_sum(doctor);

	return json_pack("{s:s s:o s:o s:o s:o s:o s:o s:o s:o s:{s:o s:o} s:o s:o s:o}", "schema",
			 "aioscope.doctor/1", "worst", json_worst(&sum), "crit",
			 aios_json_count(sum.by_grade[AIOS_GRADE_CRIT]), "warn",
			 aios_json_count(sum.by_grade[AIOS_GRADE_WARN]), "info",
			 aios_json_count(sum.by_grade[AIOS_GRADE_INFO]), "seen", json_seen(doctor),
			 "evidence", aios_json_text(trace->info->evidence), "requests",
			 aios_json_count(sum.requests), "contexts", aios_json_count(sum.contexts),
			 "left_out", "requests", aios_json_count(sum.requests_left_out), "contexts",
			 aios_json_count(sum.contexts_left_out), "gaps",
			 aios_json_count(trace->loss->gaps), "judged", json_judged(doctor, true),
			 "not_judged", json_judged(doctor, false));
}

int aios_doctor_json(struct aios_buf *buf, const struct aios_doctor_view *view)
{
	size_t cnt;
	const struct aios_condition *conditions = aios_doctor_conditions(view->doctor, &cnt);
	int err = 0;

	for (size_t i = 0; i < cnt && !err; i++)
		err = aios_json_line(json_condition(&conditions[i], &view->trace), buf);
	return err ? err : aios_json_line(json_sum(view->doctor, &view->trace), buf);
}

json_t *aios_doctor_object(const struct aios_doctor *doctor, const struct aios_trace *trace)
{
	size_t cnt;
	const struct aios_condition *conditions = aios_doctor_conditions(doctor, &cnt);
	json_t *ret = json_sum(doctor, trace), *array = json_array();

	for (size_t i = 0; i < cnt; i++)
		json_array_append_new(array, json_condition(&conditions[i], trace));
	json_object_set_new(ret, "conditions", array);
	return ret;
}

int aios_ailments_json(struct aios_buf *buf)
{
	size_t cnt;
	const struct aios_ailment *ailments = aios_ailments(&cnt);
	int err = 0;

	for (size_t i = 0; i < cnt && !err; i++)
		err = aios_json_line(
			json_pack("{s:s s:s s:s s:s s:s s:s s:s s:s s:s}", "schema",
				  "aioscope.ailment/1", "id", ailments[i].id, "slug",
				  ailments[i].slug, "severity",
				  aios_grade_name(ailments[i].severity), "evidence",
				  aios_proof_name(ailments[i].needs), "statement",
				  ailments[i].statement, "when", ailments[i].when, "why",
				  ailments[i].why, "advice", ailments[i].advice), buf);
	return err;
}
