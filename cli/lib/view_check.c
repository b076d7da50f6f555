// SPDX-License-Identifier: GPL-2.0-only
/*
 * view_check.c - findings and the verdict for people, and the rules.
 */
#include "view_check.h"

#include "names.h"
#include "units.h"

void aios_finding_proof(struct aios_buf *buf, const struct aios_finding *finding,
			const struct aios_check_view *view)
{
	struct aios_timeline_opts opts = { .clock = view->clock, .trace = view->trace };

	if (finding->req)
		aios_timeline(buf, finding->req, &opts);
	aios_timeline_events(buf, finding->events, finding->event_cnt, &opts);
}

static void text_whose(struct aios_buf *buf, const struct aios_finding *finding)
{
	if (finding->rule->trace) {
		aios_buf_str(buf, "host");
		return;
	}
	aios_buf_safe(buf, finding->comm[0] ? finding->comm : "?");
	aios_buf_fmt(buf, "[%u]", finding->pid);
}

static void text_object(struct aios_buf *buf, const struct aios_finding *finding,
			const struct aios_check_view *view)
{
	if (!finding->req && !finding->rule->trace) {
		aios_buf_fmt(buf, "context #%llu (0x%llx) of ", (unsigned long long)finding->ctx_id,
			     (unsigned long long)finding->user_id);
		text_whose(buf, finding);
		aios_buf_str(buf, "\n");
	}
	aios_finding_proof(buf, finding, view);
}

/* As compilers have it. */
void aios_finding_line(struct aios_buf *buf, const struct aios_finding *finding)
{
	const struct aios_rule *rule = finding->rule;

	text_whose(buf, finding);
	aios_buf_fmt(buf, ": %s: %s [%s %s]%s\n", aios_severity_name(rule->severity),
		     finding->what, rule->id, rule->slug, finding->known ? " (known)" : "");
}

static void text_finding(struct aios_buf *buf, const struct aios_finding *finding,
			 const struct aios_check_view *view)
{
	const struct aios_rule *rule = finding->rule;

	aios_finding_line(buf, finding);
	if (finding->known)
		return;
	aios_buf_fmt(buf, "  rule: %s\n  expected: %s\n  so: %s\n", rule->statement,
		     finding->expected, rule->means);
	text_object(buf, finding, view);
	aios_buf_str(buf, "\n");
}

static uint64_t kept_of(const struct aios_check_view *view, const struct aios_rule *rule)
{
	uint64_t ret = 0;
	size_t cnt;
	const struct aios_finding *findings = aios_check_findings(view->check, &cnt);

	for (size_t i = 0; i < cnt; i++)
		ret += findings[i].rule == rule;
	return ret;
}

/* Findings beyond those that are kept. */
static void text_more(struct aios_buf *buf, const struct aios_check_view *view)
{
	size_t cnt;
	const struct aios_rule *rules = aios_rules(&cnt);

	for (size_t i = 0; i < cnt; i++) {
		uint64_t found = aios_check_count(view->check, i);
		uint64_t more = found ? found - kept_of(view, &rules[i]) : 0;

		if (more)
			aios_buf_fmt(buf, "and %llu more of %s %s\n\n", (unsigned long long)more,
				     rules[i].id, rules[i].slug);
	}
}

static void text_reason(struct aios_buf *buf, const struct aios_verdict_info *info)
{
	static const char *const reasons[] = {
		[AIOS_REASON_NONE] = "",
		[AIOS_REASON_LOSS] = "the trace lost records, so what is missing may have been "
				     "wrong",
		[AIOS_REASON_EVIDENCE] = "the evidence is too weak for the rules that were asked "
					 "for; 'aiocheck rules' tells what each needs",
		[AIOS_REASON_NO_AIO] = "no context was made and no request submitted: nothing was "
				       "checked",
	};

	if (info->verdict == AIOS_VERDICT_INCONCLUSIVE)
		aios_buf_fmt(buf, ": %s", reasons[info->reason]);
}

static void text_basis(struct aios_buf *buf, const struct aios_verdict_info *info,
		       const struct aios_check_view *view)
{
	const char *evidence = view->trace->info->evidence;

	aios_buf_fmt(buf,
		     "checked %zu rule%s on %llu request%s and %llu context%s, at evidence "
		     "level %s, ",
		     info->rules_checked, aios_s(info->rules_checked),
		     (unsigned long long)info->requests, aios_s(info->requests),
		     (unsigned long long)info->contexts, aios_s(info->contexts),
		     evidence ? evidence : "unknown");
	if (info->gaps)
		aios_buf_fmt(buf, "with %llu gap%s\n", (unsigned long long)info->gaps,
			     aios_s(info->gaps));
	else
		aios_buf_str(buf, "without a gap\n");
}

static void text_unchecked(struct aios_buf *buf, const struct aios_check_view *view)
{
	size_t cnt, left = 0;
	const struct aios_rule *rules = aios_rules(&cnt);

	for (size_t i = 0; i < cnt; i++) {
		enum aios_rule_state state = aios_check_state(view->check, i);

		if (state != AIOS_RULE_LEVEL && state != AIOS_RULE_HOOK)
			continue;
		aios_buf_fmt(buf, "%s%s",
			     left++ ? " " : "not checked, for want of evidence: ", rules[i].id);
	}
	aios_buf_str(buf, left ? "\n" : "");
}

int aios_news_text(struct aios_buf *buf, const struct aios_check_view *view)
{
	size_t cnt;
	const struct aios_finding *findings = aios_check_findings(view->check, &cnt);

	for (size_t i = view->told; i < cnt; i++)
		text_finding(buf, &findings[i], view);
	return buf->err;
}

int aios_check_text(struct aios_buf *buf, const struct aios_check_view *view)
{
	struct aios_verdict_info info = aios_check_verdict(view->check);

	aios_news_text(buf, view);
	text_more(buf, view);
	aios_buf_str(buf, aios_verdict_name(info.verdict));
	text_reason(buf, &info);
	if (info.findings)
		aios_buf_fmt(buf, ": %llu finding%s, %zu rule%s broken",
			     (unsigned long long)info.findings, aios_s(info.findings),
			     info.rules_broken,
			     aios_s(info.rules_broken));
	if (info.known)
		aios_buf_fmt(buf, ", %llu known finding%s", (unsigned long long)info.known,
			     aios_s(info.known));
	aios_buf_str(buf, "\n");
	text_basis(buf, &info, view);
	text_unchecked(buf, view);
	return buf->err;
}

static const struct aios_finding *first_of(const struct aios_check *check,
					   const struct aios_rule *rule)
{
	size_t cnt;
	const struct aios_finding *findings = aios_check_findings(check, &cnt);

	for (size_t i = 0; i < cnt; i++)
		if (findings[i].rule == rule)
			return &findings[i];
	return NULL;
}

void aios_report_findings(struct aios_buf *buf, const struct aios_check *check)
{
	struct aios_verdict_info info = aios_check_verdict(check);
	const struct aios_finding *first;
	size_t cnt;
	const struct aios_rule *rules = aios_rules(&cnt);

	if (!info.rules_checked)
		return;
	aios_buf_str(buf, "\nFINDINGS\n");
	for (size_t i = 0; i < cnt; i++) {
		first = first_of(check, &rules[i]);
		if (!first)
			continue;
		aios_buf_fmt(buf, "%6llu  ", (unsigned long long)aios_check_count(check, i));
		aios_finding_line(buf, first);
	}
	if (info.findings)
		aios_buf_str(buf, "  how often a rule was broken, and how at first; 'aiocheck "
				  "file' tells more\n");
	else
		aios_buf_fmt(buf, "  none; %zu rules of aiocheck were checked\n",
			     info.rules_checked);
}

void aios_rules_text(struct aios_buf *buf)
{
	size_t cnt;
	const struct aios_rule *rules = aios_rules(&cnt);

	for (size_t i = 0; i < cnt; i++)
		aios_buf_fmt(buf, "%-4s %-24s %-9s %-6s %s\n", rules[i].id, rules[i].slug,
			     aios_needs_name(rules[i].needs), aios_severity_name(rules[i].severity),
			     rules[i].statement);
}
