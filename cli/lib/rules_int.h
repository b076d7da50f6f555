/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rules_int.h - the functions of the rules, for their table.
 */
#ifndef AIOS_RULES_INT_H
#define AIOS_RULES_INT_H

#include "rules.h"

/* Says what was seen, and what should have been. Return: true: the rule is broken. */
bool aios_broken(struct aios_case *c, const char *expected, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Has somebody had the time to take the step that is due since @since_ns? */
static inline bool aios_overdue(const struct aios_case *c, uint64_t since_ns)
{
	return since_ns && c->now_ns > since_ns && c->now_ns - since_ns > c->patience_ns;
}

/* Has nothing happened for longer than the user waits for a command? */
static inline bool aios_is_silent(const struct aios_case *c)
{
	return c->idle_ns > c->patience_ns;
}

/* For texts. */
static inline unsigned long long aios_seconds(uint64_t ns)
{
	return ns / 1000000000;
}

typedef bool aios_request_rule(struct aios_case *c, const struct aios_request *req);
typedef bool aios_context_rule(struct aios_case *c, const struct aios_ctx *ctx,
			       const struct aios_watch *watch);

aios_request_rule aios_rule_ends_once, aios_rule_put_parties, aios_rule_refcount,
	aios_rule_event_content, aios_rule_references, aios_rule_freeze, aios_rule_stuck,
	aios_rule_eventfd, aios_rule_freed, aios_rule_slot;
aios_request_rule aios_rule_poll_lost, aios_rule_wake_decision, aios_rule_inline,
	aios_rule_poll_result, aios_rule_one_winner, aios_rule_two_queues, aios_rule_work,
	aios_rule_pollfree, aios_rule_resched, aios_rule_cancelled, aios_rule_cancellable,
	aios_rule_queued;
aios_context_rule aios_rule_slots, aios_rule_one_life, aios_rule_freed_in_time, aios_rule_drained,
	aios_rule_teardown, aios_rule_sleepers, aios_rule_tail, aios_rule_reads,
	aios_rule_failed_reads, aios_rule_overwritten, aios_rule_waiters, aios_rule_stuck_thread,
	aios_rule_dead_request, aios_rule_used_after_death, aios_rule_read_result,
	aios_rule_timeout, aios_rule_submit_count, aios_rule_event_iocb, aios_rule_refused_slot,
	aios_rule_cancel_result;

/* rules_state.c: what was looked at and was not as it has to be. */
bool aios_mismatched(struct aios_case *c, const struct aios_request *req,
		     enum aios_mismatch_what what);
bool aios_mismatched_in(struct aios_case *c, const struct aios_watch *watch,
			enum aios_mismatch_what what);

aios_context_rule aios_rule_mremap;

bool aios_rule_limit(struct aios_case *c, const struct aios_end *end);
bool aios_rule_aio_nr(struct aios_case *c, const struct aios_end *end);

#endif /* AIOS_RULES_INT_H */
