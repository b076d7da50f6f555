// SPDX-License-Identifier: GPL-2.0-only
/*
 * view_check_json.c - findings, verdicts and rules as JSON, an object a line.
 */
#include "event.h"
#include "json.h"
#include "names.h"
#include "view_check.h"

/* Names from the innermost function on; null for what has none. */
static json_t *json_stack(const struct aios_stack *stack, const struct aios_symbols *symbols)
{
	struct aios_frame frames[AIOS_STACK_FRAMES];
	size_t cnt = aios_stack_frames(stack, symbols, frames);
	json_t *ret = json_array();

	for (size_t i = 0; i < cnt; i++)
		json_array_append_new(ret, aios_json_text(frames[i].name));
	return ret;
}

static json_t *json_event(const struct aios_rec *rec, const struct aios_symbols *symbols)
{
	json_t *ret = json_pack("{s:I, s:i, s:i, s:s, s:s}", "time_ns",
				(json_int_t)rec->h.time_ns, "cpu", (int)rec->h.cpu, "tid",
				(int)rec->h.tid, "event", aios_event_name(rec->h.type), "doc",
				aios_event_doc(rec->h.type));

	if (rec->h.type == AIOS_EV_STACK) {
		json_object_set_new(ret, "what", json_string(aios_stack_what(&rec->stack)));
		json_object_set_new(ret, "stack", json_stack(&rec->stack, symbols));
	}
	return ret;
}

static json_t *json_events(const struct aios_finding *finding, const struct aios_symbols *symbols)
{
	const struct aios_rec *events = finding->req ? finding->req->history : finding->events;
	size_t cnt = finding->req ? finding->req->history_cnt : finding->event_cnt;
	json_t *ret = json_array();

	for (size_t i = 0; i < cnt; i++)
		json_array_append_new(ret, json_event(&events[i], symbols));
	return ret;
}

static json_t *json_hex(uint64_t number)
{
	char text[24];

	snprintf(text, sizeof(text), "0x%llx", (unsigned long long)number);
	return json_string(text);
}

json_t *aios_finding_json(const struct aios_finding *finding, const struct aios_trace *trace)
{
	const char *evidence = trace->info->evidence;
	const struct aios_rule *rule = finding->rule;
	const struct aios_request *req = finding->req;

	return json_pack(
		"{s:s, s:I, s:s, s:s, s:s, s:s, s:I, s:o, s:o, s:o, s:o, s:s, s:s, s:s, s:s, s:o, "
		"s:b, s:o}",
		"schema", "aioscope.finding/1",
		"number", (json_int_t)finding->nr,
		"id", rule->id,
		"slug", rule->slug,
		"severity", aios_severity_name(rule->severity),
		"evidence", evidence ? evidence : "unknown",
		"pid", (json_int_t)finding->pid,
		"comm", aios_json_text(finding->comm),
		"context", json_hex(finding->user_id),
		"kiocb", req ? json_integer((json_int_t)req->id) : json_null(),
		"op", req && req->asked ? json_string(aios_op_name(req->ask.op)) : json_null(),
		"message", finding->what,
		"expected", finding->expected,
		"rule", rule->statement,
		"means", rule->means,
		"key", aios_json_text(finding->key),
		"known", (int)finding->known,
		"events", json_events(finding, trace->symbols));
}

/* As shells have it: wait(2) keeps a signal in the lowest bits, a status in the next byte. */
static json_t *json_status(int status)
{
	int sig = status & 0x7f;

	if (status < 0)
		return json_null();
	return json_integer(sig ? 128 + sig : status >> 8 & 0xff);
}

static json_t *json_rule_ids(const struct aios_check *check, enum aios_rule_state a,
			     enum aios_rule_state b)
{
	json_t *ret = json_array();
	size_t cnt;
	const struct aios_rule *rules = aios_rules(&cnt);

	for (size_t i = 0; i < cnt; i++)
		if (aios_check_state(check, i) == a || aios_check_state(check, i) == b)
			json_array_append_new(ret, json_string(rules[i].id));
	return ret;
}

static int json_verdict(struct aios_buf *buf, const struct aios_check_view *view,
			const char *evidence)
{
	struct aios_verdict_info info = aios_check_verdict(view->check);

	return aios_json_line(
		json_pack(
			"{s:s, s:s, s:o, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:o, s:o}",
			"schema", "aioscope.verdict/1",
			"verdict", aios_verdict_name(info.verdict),
			"reason", info.verdict == AIOS_VERDICT_INCONCLUSIVE ?
				  json_string(aios_reason_name(info.reason)) : json_null(),
			"evidence", evidence ? evidence : "unknown",
			"requests", (json_int_t)info.requests,
			"refused", (json_int_t)info.refused,
			"contexts", (json_int_t)info.contexts,
			"gaps", (json_int_t)info.gaps,
			"findings", (json_int_t)info.findings,
			"known", (json_int_t)info.known,
			"command_status", json_status(view->command_status),
			"checked", json_rule_ids(view->check, AIOS_RULE_CHECKED, AIOS_RULE_CHECKED),
			"not_checked", json_rule_ids(view->check, AIOS_RULE_LEVEL, AIOS_RULE_HOOK)),
		buf);
}

int aios_news_json(struct aios_buf *buf, const struct aios_check_view *view)
{
	size_t cnt;
	const struct aios_finding *findings = aios_check_findings(view->check, &cnt);
	int err = 0;

	for (size_t i = view->told; i < cnt && !err; i++)
		err = aios_json_line(
			aios_finding_json(&findings[i], view->trace), buf);
	return err;
}

int aios_check_json(struct aios_buf *buf, const struct aios_check_view *view)
{
	int err = aios_news_json(buf, view);

	return err ? err : json_verdict(buf, view, view->trace->info->evidence);
}

int aios_rules_json(struct aios_buf *buf)
{
	size_t cnt;
	const struct aios_rule *rules = aios_rules(&cnt);
	int err = 0;

	for (size_t i = 0; i < cnt && !err; i++)
		err = aios_json_line(
			json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "schema",
				  "aioscope.rule/1", "id", rules[i].id, "slug", rules[i].slug,
				  "severity", aios_severity_name(rules[i].severity), "evidence",
				  aios_needs_name(rules[i].needs), "statement", rules[i].statement,
				  "means", rules[i].means, "source", rules[i].source),
			buf);
	return err;
}
