/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * view_check.h - findings and verdicts as text, JSON, TAP, JUnit and GitHub's annotations.
 */
#ifndef AIOS_VIEW_CHECK_H
#define AIOS_VIEW_CHECK_H

#include "check.h"
#include "view.h"

/**
 * struct aios_check_view - what all of these are made of
 * @check: after aios_check_end(), but for news
 * @told: findings that have been told, as news; they are not told again
 * @clock: of the trace
 * @command_status: as from wait(2), -1 where there was none
 */
struct aios_check_view {
	const struct aios_check *check;
	size_t told;
	const struct aios_trace *trace;
	struct aios_clock clock;
	int command_status;
};

/*
 * Each appends the findings that have not been told, with what is known now, while the trace goes
 * on. In TAP they are comments. Return: 0 or -ENOMEM.
 */
int aios_news_text(struct aios_buf *buf, const struct aios_check_view *view);
int aios_news_json(struct aios_buf *buf, const struct aios_check_view *view);
int aios_news_tap(struct aios_buf *buf, const struct aios_check_view *view);
int aios_news_github(struct aios_buf *buf, const struct aios_check_view *view);

/*
 * Each appends the findings that have not been told and the verdict; JUnit, which is one document,
 * has them all. Return: 0 or -ENOMEM.
 */
int aios_check_text(struct aios_buf *buf, const struct aios_check_view *view);
int aios_check_json(struct aios_buf *buf, const struct aios_check_view *view);
int aios_check_tap(struct aios_buf *buf, const struct aios_check_view *view);
int aios_check_junit(struct aios_buf *buf, const struct aios_check_view *view);
int aios_check_github(struct aios_buf *buf, const struct aios_check_view *view);

/**
 * aios_finding_line() - the line that people search for: who, how bad, what, which rule
 * @buf: appended to
 * @finding: the finding
 */
void aios_finding_line(struct aios_buf *buf, const struct aios_finding *finding);

/**
 * aios_finding_proof() - the events that prove a finding: of its request, or of its context
 * @buf: appended to
 * @finding: the finding
 * @view: of the trace
 */
void aios_finding_proof(struct aios_buf *buf, const struct aios_finding *finding,
			const struct aios_check_view *view);

/**
 * aios_report_findings() - a section of a report: how often each rule was broken, and how at first
 * @buf: appended to
 * @check: after aios_check_end()
 */
void aios_report_findings(struct aios_buf *buf, const struct aios_check *check);

struct json_t;

/**
 * aios_finding_json() - an object of schema aioscope.finding/1
 * @finding: the finding
 * @trace: in which it was found
 * Return: a new reference, or NULL for -ENOMEM.
 */
struct json_t *aios_finding_json(const struct aios_finding *finding,
				 const struct aios_trace *trace);

/**
 * aios_rules_text() - the rules: what each says and needs
 * @buf: appended to
 */
void aios_rules_text(struct aios_buf *buf);

/* The same, an object of schema aioscope.rule/1 a line. Return: 0 or -ENOMEM. */
int aios_rules_json(struct aios_buf *buf);

#endif /* AIOS_VIEW_CHECK_H */
