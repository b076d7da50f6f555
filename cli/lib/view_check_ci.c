// SPDX-License-Identifier: GPL-2.0-only
/*
 * view_check_ci.c - what continuous integration reads: TAP, JUnit, GitHub's annotations.
 *
 * A line, or a test case, a rule. What could not be checked for certain is an error, or not ok:
 * what is skipped, or to be done, is shown green.
 */
#include "view_check.h"

#define TAP_HEAD "TAP version 13\n"

enum outcome {
	OUTCOME_OK,
	OUTCOME_BROKEN,
	OUTCOME_UNCLEAR, /* as records were lost, or nothing was there to check */
	OUTCOME_NONE,	 /* the user did not ask, or the level cannot tell */
};

/* @why: set to what was found, of what the baseline does not have, or to why nothing can be said */
static enum outcome rule_outcome(const struct aios_check_view *view, size_t nr,
				 const struct aios_verdict_info *info, const char **why)
{
	enum aios_rule_state state = aios_check_state(view->check, nr);
	size_t cnt;
	const struct aios_finding *findings = aios_check_findings(view->check, &cnt);
	const struct aios_rule *rules = aios_rules(&(size_t){ 0 });

	for (size_t i = 0; i < cnt; i++) {
		*why = findings[i].what;
		if (findings[i].rule == &rules[nr] && !findings[i].known)
			return OUTCOME_BROKEN;
	}
	*why = aios_reason_name(info->reason);
	if (state == AIOS_RULE_NOT_CHOSEN)
		return OUTCOME_NONE;
	if (state != AIOS_RULE_CHECKED)
		return info->reason == AIOS_REASON_EVIDENCE ? OUTCOME_UNCLEAR : OUTCOME_NONE;
	return info->reason == AIOS_REASON_NONE || info->reason == AIOS_REASON_EVIDENCE
		       ? OUTCOME_OK
		       : OUTCOME_UNCLEAR;
}

int aios_news_tap(struct aios_buf *buf, const struct aios_check_view *view)
{
	size_t cnt;
	const struct aios_finding *findings = aios_check_findings(view->check, &cnt);

	if (!view->told && cnt)
		aios_buf_str(buf, TAP_HEAD);
	for (size_t i = view->told; i < cnt; i++) {
		aios_buf_str(buf, "# ");
		aios_finding_line(buf, &findings[i]);
	}
	return buf->err;
}

int aios_check_tap(struct aios_buf *buf, const struct aios_check_view *view)
{
	struct aios_verdict_info info = aios_check_verdict(view->check);
	size_t cnt, told = 0;
	const struct aios_rule *rules = aios_rules(&cnt);
	const char *why;

	if (!view->told)
		aios_buf_str(buf, TAP_HEAD);
	for (size_t i = 0; i < cnt; i++) {
		enum outcome outcome = rule_outcome(view, i, &info, &why);

		if (outcome == OUTCOME_NONE)
			continue;
		aios_buf_fmt(buf, "%sok %zu - %s %s: %s\n", outcome == OUTCOME_OK ? "" : "not ",
			     ++told, rules[i].id, rules[i].slug, rules[i].statement);
		if (outcome == OUTCOME_BROKEN)
			aios_buf_fmt(buf, "# FAIL: %s (%llu findings)\n", why,
				     (unsigned long long)aios_check_count(view->check, i));
		if (outcome == OUTCOME_UNCLEAR)
			aios_buf_fmt(buf, "# INCONCLUSIVE: %s\n", why);
	}
	aios_buf_fmt(buf, "1..%zu\n", told);
	return buf->err;
}

/* What XML 1.0 cannot have is not in these texts but by a process's name, which is made safe. */
static void xml(struct aios_buf *buf, const char *text)
{
	for (; *text; text++) {
		if (*text == '&')
			aios_buf_str(buf, "&amp;");
		else if (*text == '<')
			aios_buf_str(buf, "&lt;");
		else if (*text == '>')
			aios_buf_str(buf, "&gt;");
		else if (*text == '"')
			aios_buf_str(buf, "&quot;");
		else
			aios_buf_add(buf, text, 1);
	}
}

/* The findings of a rule, whole, as people get them. */
static void junit_findings(struct aios_buf *buf, const struct aios_check_view *view,
			   const struct aios_rule *rule)
{
	size_t cnt;
	const struct aios_finding *findings = aios_check_findings(view->check, &cnt);
	struct aios_buf text = { 0 };

	for (size_t i = 0; i < cnt; i++) {
		if (findings[i].rule != rule || findings[i].known)
			continue;
		aios_buf_fmt(&text, "%s\nexpected: %s\n", findings[i].what, findings[i].expected);
		aios_finding_proof(&text, &findings[i], view);
	}
	xml(buf, text.data ? text.data : "");
	if (text.err)
		buf->err = text.err;
	aios_buf_done(&text);
}

static void junit_case(struct aios_buf *buf, const struct aios_check_view *view, size_t nr,
		       enum outcome outcome, const char *why)
{
	const struct aios_rule *rule = &aios_rules(&(size_t){ 0 })[nr];

	aios_buf_fmt(buf, "    <testcase classname=\"aiocheck\" name=\"%s %s\" time=\"0\"",
		     rule->id, rule->slug);
	if (outcome == OUTCOME_OK) {
		aios_buf_str(buf, "/>\n");
		return;
	}
	aios_buf_fmt(buf, ">\n      <%s message=\"",
		     outcome == OUTCOME_BROKEN ? "failure" : "error");
	xml(buf, why);
	aios_buf_fmt(buf, "\" type=\"%s\">",
		     outcome == OUTCOME_BROKEN ? aios_severity_name(rule->severity)
					       : "INCONCLUSIVE");
	if (outcome == OUTCOME_BROKEN)
		junit_findings(buf, view, rule);
	aios_buf_fmt(buf, "</%s>\n    </testcase>\n",
		     outcome == OUTCOME_BROKEN ? "failure" : "error");
}

int aios_check_junit(struct aios_buf *buf, const struct aios_check_view *view)
{
	struct aios_verdict_info info = aios_check_verdict(view->check);
	size_t cnt, counts[OUTCOME_NONE + 1] = { 0 };
	struct aios_buf cases = { 0 };
	const char *why;

	aios_rules(&cnt);
	for (size_t i = 0; i < cnt; i++) {
		enum outcome outcome = rule_outcome(view, i, &info, &why);

		counts[outcome]++;
		if (outcome != OUTCOME_NONE)
			junit_case(&cases, view, i, outcome, why);
	}
	aios_buf_fmt(buf,
		     "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
		     "  <testsuite name=\"aiocheck\" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" "
		     "skipped=\"0\" time=\"0\">\n",
		     cnt - counts[OUTCOME_NONE], counts[OUTCOME_BROKEN], counts[OUTCOME_UNCLEAR]);
	aios_buf_str(buf, cases.data ? cases.data : "");
	aios_buf_str(buf, "  </testsuite>\n</testsuites>\n");
	if (cases.err)
		buf->err = cases.err;
	aios_buf_done(&cases);
	return buf->err;
}

/* Percent signs and ends of lines end a message there. */
static void github(struct aios_buf *buf, const char *text)
{
	for (; *text; text++) {
		if (*text == '%')
			aios_buf_str(buf, "%25");
		else if (*text == '\n')
			aios_buf_str(buf, "%0A");
		else
			aios_buf_add(buf, text, 1);
	}
}

int aios_news_github(struct aios_buf *buf, const struct aios_check_view *view)
{
	size_t cnt;
	const struct aios_finding *findings = aios_check_findings(view->check, &cnt);

	for (size_t i = view->told; i < cnt; i++) {
		if (findings[i].known)
			continue;
		aios_buf_fmt(buf, "::error title=%s %s::", findings[i].rule->id,
			     findings[i].rule->slug);
		github(buf, findings[i].what);
		aios_buf_str(buf, "%0A");
		github(buf, findings[i].rule->means);
		aios_buf_str(buf, "\n");
	}
	return buf->err;
}

int aios_check_github(struct aios_buf *buf, const struct aios_check_view *view)
{
	struct aios_verdict_info info = aios_check_verdict(view->check);

	aios_news_github(buf, view);
	aios_buf_fmt(buf, "::%s title=aiocheck::%s, %llu requests, %zu rules\n",
		     info.verdict == AIOS_VERDICT_PASS ? "notice" : "error",
		     aios_verdict_name(info.verdict), (unsigned long long)info.requests,
		     info.rules_checked);
	return buf->err;
}
