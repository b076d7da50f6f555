// SPDX-License-Identifier: GPL-2.0-only
/*
 * view_doctor.c - conditions for people, as they would be written into a ticket.
 */
#include "view_doctor.h"

#include "units.h"
#include "width.h"

#define COLUMNS	100
#define INDENT	"      "

/* Takes what is in @text. */
static void wrap(struct aios_buf *buf, struct aios_buf *text, const char *first)
{
	if (text->err)
		buf->err = text->err;
	else if (text->data)
		aios_buf_wrap(buf, text->data, first, COLUMNS);
	aios_buf_clear(text);
}

static void number_text(struct aios_buf *buf, const struct aios_number *number)
{
	for (const char *c = number->name; *c; c++)
		aios_buf_fmt(buf, "%c", *c == '_' ? ' ' : *c);
	aios_buf_str(buf, " ");
	switch (number->unit) {
	case AIOS_UNIT_COUNT:
		aios_buf_fmt(buf, "%llu", aios_ull(number->value));
		break;
	case AIOS_UNIT_NS:
		aios_fmt_duration(buf, number->value);
		break;
	case AIOS_UNIT_BYTES:
		aios_fmt_size(buf, number->value);
		break;
	case AIOS_UNIT_PERCENT:
		aios_buf_fmt(buf, "%llu %%", aios_ull(number->value));
		break;
	}
}

static void text_numbers(struct aios_buf *text, const struct aios_condition *condition)
{
	aios_buf_str(text, "numbers: ");
	for (size_t i = 0; i < condition->number_cnt; i++) {
		aios_buf_str(text, i ? ", " : "");
		number_text(text, &condition->numbers[i]);
	}
	if (condition->at_least)
		aios_buf_str(text, "; records were lost, so it may be more");
}

/* Where to look on: requests that show it, and when that was. */
static void text_where(struct aios_buf *text, const struct aios_condition *condition,
		       const struct aios_clock *clock)
{
	if (condition->request_cnt)
		aios_buf_fmt(text, "see: aiotrace timeline --request %llu",
			     aios_ull(condition->requests[0]));
	for (size_t i = 1; i < condition->request_cnt; i++)
		aios_buf_fmt(text, "%s%llu", i == 1 ? "; also " : " ",
			     aios_ull(condition->requests[i]));
	if (!condition->from_ns)
		return;
	aios_buf_str(text, condition->request_cnt ? "; " : "see: ");
	aios_buf_str(text, condition->from_ns == condition->to_ns ? "at " : "from ");
	aios_fmt_clock(text, condition->from_ns + (uint64_t)clock->wall_offset_ns,
		       clock->utc_offset_s);
	if (condition->from_ns == condition->to_ns)
		return;
	aios_buf_str(text, " to ");
	aios_fmt_clock(text, condition->to_ns + (uint64_t)clock->wall_offset_ns,
		       clock->utc_offset_s);
}

/* "crit  D1 aio-max-nr: io_setup failed ...", with a margin in front */
static void text_head(struct aios_buf *buf, const struct aios_condition *condition,
		      const char *margin)
{
	struct aios_buf text = { 0 }, first = { 0 };

	aios_buf_fmt(&first, "%s%s  ", margin, aios_grade_name(condition->severity));
	aios_buf_fmt(&text, "%s %s: %s", condition->ailment->id, condition->ailment->slug,
		     condition->message);
	if (first.err)
		buf->err = first.err;
	else
		wrap(buf, &text, first.data);
	aios_buf_done(&first);
	aios_buf_done(&text);
}

static void text_condition(struct aios_buf *buf, const struct aios_condition *condition,
			   const struct aios_clock *clock)
{
	struct aios_buf text = { 0 };

	text_head(buf, condition, "");
	aios_buf_fmt(&text, "why: %s", condition->ailment->why);
	wrap(buf, &text, INDENT);
	aios_buf_fmt(&text, "do: %s", condition->advice);
	wrap(buf, &text, INDENT);
	text_numbers(&text, condition);
	wrap(buf, &text, INDENT);
	text_where(&text, condition, clock);
	if (text.len)
		wrap(buf, &text, INDENT);
	aios_buf_str(buf, "\n");
	aios_buf_done(&text);
}

static uint64_t kept_of(const struct aios_doctor *doctor, const struct aios_ailment *ailment)
{
	size_t cnt;
	const struct aios_condition *conditions = aios_doctor_conditions(doctor, &cnt);
	uint64_t ret = 0;

	for (size_t i = 0; i < cnt; i++)
		ret += conditions[i].ailment == ailment;
	return ret;
}

/* Conditions beyond those that are kept. */
static void text_more(struct aios_buf *buf, const struct aios_doctor *doctor)
{
	size_t cnt;
	const struct aios_ailment *ailments = aios_ailments(&cnt);

	for (size_t i = 0; i < cnt; i++) {
		uint64_t more = aios_doctor_count(doctor, i) - kept_of(doctor, &ailments[i]);

		if (more)
			aios_buf_fmt(buf, "and %llu more of %s %s, none of them worse\n",
				     aios_ull(more),
				     ailments[i].id, ailments[i].slug);
	}
}

static void text_not_judged(struct aios_buf *text, const struct aios_doctor *doctor)
{
	static const char *const reasons[] = {
		[AIOS_JUDGED_NOT_LEVEL] = "for want of evidence",
		[AIOS_JUDGED_NOT_HOOK] = "as what they look at was not observed",
	};
	size_t cnt;
	const struct aios_ailment *ailments = aios_ailments(&cnt);

	for (enum aios_judged why = AIOS_JUDGED_NOT_LEVEL; why <= AIOS_JUDGED_NOT_HOOK; why++) {
		const char *sep = "";

		for (size_t i = 0; i < cnt; i++) {
			if (aios_doctor_judged(doctor, i) != why)
				continue;
			if (!*sep)
				aios_buf_fmt(text, "%snot judged %s: ", text->len ? "; " : "",
					     reasons[why]);
			aios_buf_fmt(text, "%s%s", sep, ailments[i].slug);
			if (why == AIOS_JUDGED_NOT_HOOK && ailments[i].asked_by)
				aios_buf_fmt(text, " (%s)", ailments[i].asked_by);
			sep = ", ";
		}
	}
}

static void text_sum(struct aios_buf *text, const struct aios_doctor *doctor)
{
	struct aios_doctor_sum sum = aios_doctor_sum(doctor);
	uint64_t all = sum.by_grade[AIOS_GRADE_CRIT] + sum.by_grade[AIOS_GRADE_WARN] +
		       sum.by_grade[AIOS_GRADE_INFO];

	if (all)
		aios_buf_fmt(text, "%llu condition%s: %llu crit, %llu warn, %llu info",
			     aios_ull(all),
			     aios_s(all), aios_ull(sum.by_grade[AIOS_GRADE_CRIT]),
			     aios_ull(sum.by_grade[AIOS_GRADE_WARN]),
			     aios_ull(sum.by_grade[AIOS_GRADE_INFO]));
	else
		aios_buf_str(text, "no condition");
	aios_buf_fmt(text, "; %llu request%s and %llu context%s were looked at",
		     aios_ull(sum.requests),
		     aios_s(sum.requests), aios_ull(sum.contexts), aios_s(sum.contexts));
	if (sum.requests_left_out || sum.contexts_left_out)
		aios_buf_fmt(text, ", of which %llu and %llu were left out, as records of them are "
			     "missing", aios_ull(sum.requests_left_out),
			     aios_ull(sum.contexts_left_out));
}

static void text_basis(struct aios_buf *buf, const struct aios_doctor_view *view)
{
	const char *evidence = view->trace.info->evidence;
	struct aios_buf text = { 0 };

	text_sum(&text, view->doctor);
	aios_buf_str(&text, ", at evidence level ");
	aios_buf_safe(&text, evidence ? evidence : "unknown");
	wrap(buf, &text, "");
	text_not_judged(&text, view->doctor);
	if (text.len)
		wrap(buf, &text, "");
	aios_buf_done(&text);
}

void aios_doctor_text(struct aios_buf *buf, const struct aios_doctor_view *view)
{
	size_t cnt;
	const struct aios_condition *conditions = aios_doctor_conditions(view->doctor, &cnt);

	for (size_t i = 0; i < cnt; i++)
		text_condition(buf, &conditions[i], &view->clock);
	text_more(buf, view->doctor);
	text_basis(buf, view);
}

void aios_report_doctor(struct aios_buf *buf, const struct aios_doctor *doctor)
{
	size_t cnt;
	const struct aios_condition *conditions = aios_doctor_conditions(doctor, &cnt);
	struct aios_buf text = { 0 };

	aios_buf_str(buf, "\nDOCTOR\n");
	for (size_t i = 0; i < cnt; i++)
		text_head(buf, &conditions[i], "  ");
	text_more(buf, doctor);
	text_sum(&text, doctor);
	if (cnt)
		aios_buf_str(&text, "; 'aiotrace doctor' tells what to do");
	wrap(buf, &text, "  ");
	text_not_judged(&text, doctor);
	if (text.len)
		wrap(buf, &text, "  ");
	aios_buf_done(&text);
}

void aios_ailments_text(struct aios_buf *buf)
{
	size_t cnt;
	const struct aios_ailment *ailments = aios_ailments(&cnt);
	struct aios_buf text = { 0 };

	for (size_t i = 0; i < cnt; i++) {
		aios_buf_fmt(buf, "%-4s %-24s %-9s %-4s  %s\n", ailments[i].id, ailments[i].slug,
			     aios_proof_name(ailments[i].needs),
			     aios_grade_name(ailments[i].severity), ailments[i].statement);
		aios_buf_fmt(&text, "when: %s", ailments[i].when);
		wrap(buf, &text, "     ");
	}
	aios_buf_done(&text);
}
