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
 * @check: after aios_check_end()
 * @clock: of the trace
 * @command_status: as from wait(2), -1 where there was none
 */
struct aios_check_view {
	const struct aios_check *check;
	const struct aios_trace *trace;
	struct aios_clock clock;
	int command_status;
};

/* Each appends all findings and the verdict to @buf. Return: 0 or -ENOMEM. */
int aios_check_text(struct aios_buf *buf, const struct aios_check_view *view);
int aios_check_json(struct aios_buf *buf, const struct aios_check_view *view);
int aios_check_tap(struct aios_buf *buf, const struct aios_check_view *view);
int aios_check_junit(struct aios_buf *buf, const struct aios_check_view *view);
int aios_check_github(struct aios_buf *buf, const struct aios_check_view *view);

/**
 * aios_finding_proof() - the events that prove a finding: of its request, or of its context
 * @buf: appended to
 * @finding: the finding
 * @clock: of the trace
 */
void aios_finding_proof(struct aios_buf *buf, const struct aios_finding *finding,
			const struct aios_clock *clock);

/**
 * aios_rules_text() - the rules: what each says and needs
 * @buf: appended to
 */
void aios_rules_text(struct aios_buf *buf);

/* The same, an object of schema aioscope.rule/1 a line. Return: 0 or -ENOMEM. */
int aios_rules_json(struct aios_buf *buf);

#endif /* AIOS_VIEW_CHECK_H */
