// SPDX-License-Identifier: GPL-2.0-only
/*
 * rules_req.c - rules about a request: how it ends, who drops it, what it gives back.
 */
#include <linux/aio_abi.h>

#include "names.h"
#include "rules_int.h"

static bool is_over(const struct aios_request *req)
{
	return req->fate == AIOS_FATE_REAPED || req->fate == AIOS_FATE_UNREAD;
}

/**
 * aios_rule_ends_once() - R2: a request ends once: with an event, or with io_submit's error
 */
bool aios_rule_ends_once(struct aios_case *c, const struct aios_request *req)
{
	static const char expected[] =
		"exactly one end: an event in the ring, or io_submit's error";

	if (req->origin == AIOS_ORIGIN_UNKNOWN && !req->ctx->older)
		return aios_broken(c, expected,
				   "a completion for a request that is none: it "
				   "completed before, or was never made");
	if (req->fate == AIOS_FATE_REFUSED && req->completed_ns)
		return aios_broken(c, expected, "io_submit refused it with %s, and it completed",
				   aios_errno_name(req->refused) ? aios_errno_name(req->refused)
								 : "an error");
	if (req->fate == AIOS_FATE_LOST_TRACK && req->origin == AIOS_ORIGIN_BIRTH)
		return aios_broken(c, expected,
				   "it is gone, and neither completed nor was refused");
	return false;
}

/* A ledger that tells all there is. */
static bool ledger_is_whole(const struct aios_request *req)
{
	return req->ledger && req->ledger->closed && !req->ledger->doubtful &&
	       !req->ledger->given_up;
}

/**
 * aios_rule_put_parties() - R3: the submission drops one reference, and one other party the other
 */
bool aios_rule_put_parties(struct aios_case *c, const struct aios_request *req)
{
	const struct aios_ref *submit, *op;

	if (!ledger_is_whole(req))
		return false;
	submit = &req->ledger->held[AIOS_REF_SUBMIT];
	op = &req->ledger->held[AIOS_REF_OP];
	if (submit->puts > 1)
		return aios_broken(c, "one put by the submission",
				   "the submission dropped it "
				   "%u times",
				   submit->puts);
	if (op->puts > 1)
		return aios_broken(c, "one put by the operation",
				   "its operation dropped it %u "
				   "times, at last by the %s",
				   op->puts, aios_party_name(op->party));
	if (op->puts && (req->fate == AIOS_FATE_REFUSED || !aios_party_fits(req, op->party)))
		return aios_broken(c, "a put by who completes such an operation",
				   "the %s dropped a reference of this %s",
				   aios_party_name(op->party),
				   req->asked ? aios_op_name(req->ask.op) : "request");
	return false;
}

/**
 * aios_rule_refcount() - R4: the count of a request goes from 2 to 1 to 0, and then it completes
 */
bool aios_rule_refcount(struct aios_case *c, const struct aios_request *req)
{
	static const char expected[] = "a count that goes from 2 to 1 to 0 and then is left alone";
	uint32_t due = req->complete_flags & AIOS_F_AT_DONE ? 1 : 0;
	const struct aios_ref *submit, *op;

	if (req->completed_ns && req->refs != AIOS_UNKNOWN32 && req->refs != due)
		return aios_broken(c, expected, "it completed while its count was %d",
				   (int)req->refs - (int)due);
	if (!ledger_is_whole(req))
		return false;
	submit = &req->ledger->held[AIOS_REF_SUBMIT];
	op = &req->ledger->held[AIOS_REF_OP];
	if (req->ledger->puts_told && is_over(req) && submit->puts == 1 && op->puts == 1 &&
	    submit->left != AIOS_UNKNOWN32 && op->left != AIOS_UNKNOWN32 &&
	    submit->left + op->left != 1)
		return aios_broken(c, expected, "its two puts left %u and %u", submit->left,
				   op->left);
	if (req->ledger->freed_ns &&
	    req->ledger->freed_refs != (req->fate == AIOS_FATE_REFUSED ? 1 : 0))
		return aios_broken(c, expected, "it was freed while its count was %u",
				   req->ledger->freed_refs);
	return false;
}

/* The kernel's own error numbers, which no program may see: include/linux/errno.h. */
static bool is_internal(int64_t res)
{
	return res == -512 || res == -513 || res == -514 || res == -516 || res == -529;
}

/* Its completion, or NULL. */
static const struct aios_req_complete *completion(const struct aios_request *req)
{
	for (size_t i = req->history_cnt; i--;)
		if (req->history[i].h.type == AIOS_EV_REQ_COMPLETE)
			return &req->history[i].req_complete;
	return NULL;
}

/* Does its event say of which request it is, as that was submitted? */
static bool event_is_of_another(struct aios_case *c, const struct aios_request *req)
{
	static const char expected[] = "the iocb and the data of the request, and a second result "
				       "of 0";
	const struct aios_req_complete *event = completion(req);

	if (!event)
		return false;
	if (event->data != req->ask.data)
		return aios_broken(c, expected,
				   "its event carries data 0x%llx, and it was submitted with "
				   "0x%llx",
				   (unsigned long long)event->data,
				   (unsigned long long)req->ask.data);
	if (event->uiocb != req->ask.uiocb)
		return aios_broken(c, expected,
				   "its event is of another iocb than that at 0x%llx, which was "
				   "submitted",
				   (unsigned long long)req->ask.uiocb);
	return event->res2 && aios_broken(c, expected, "its event has a second result: %lld",
					  (long long)event->res2);
}

/**
 * aios_rule_event_content() - R8: an event says what the request was and a result it can have
 */
bool aios_rule_event_content(struct aios_case *c, const struct aios_request *req)
{
	if (!req->completed_ns)
		return false;
	if (is_internal(req->res))
		return aios_broken(c, "EINTR, or an errno that programs know",
				   "its result is %lld, "
				   "an error number of the kernel's own",
				   (long long)req->res);
	if (req->asked && aios_op_moves_bytes(req->ask.op) && req->res > 0 &&
	    req->ask.length != AIOS_UNKNOWN64 && (uint64_t)req->res > req->ask.length)
		return aios_broken(c, "at most the length that was asked for",
				   "its result is %lld, "
				   "and it asked for %llu bytes",
				   (long long)req->res, (unsigned long long)req->ask.length);
	return event_is_of_another(c, req);
}

static bool held_wrong(struct aios_case *c, const struct aios_request *req, enum aios_ref_kind kind,
		       const char *how)
{
	const struct aios_ref *ref = &req->ledger->held[kind];

	if (ref->unwatched || ref->gets == ref->puts)
		return false;
	return aios_broken(c,
			   "each reference dropped once, when the request is freed at the latest",
			   "its reference of the %s was taken %u times and dropped %u times (%s)",
			   kind == AIOS_REF_CREDS ? "submitter's credentials" : aios_ref_name(kind),
			   ref->gets, ref->puts, how);
}

/**
 * aios_rule_references() - R9: file, eventfd and credentials are given back, once each
 */
bool aios_rule_references(struct aios_case *c, const struct aios_request *req)
{
	if (!ledger_is_whole(req))
		return false;
	return held_wrong(c, req, AIOS_REF_FILE, "fput() was watched") ||
	       held_wrong(c, req, AIOS_REF_EVENTFD, "eventfd_ctx_put() was watched") ||
	       held_wrong(c, req, AIOS_REF_CREDS, "__put_cred() was watched");
}

/**
 * aios_rule_freeze() - R10: a write keeps its file system from being frozen until it is over
 */
bool aios_rule_freeze(struct aios_case *c, const struct aios_request *req)
{
	const struct aios_ref *ref;

	if (!ledger_is_whole(req))
		return false;
	ref = &req->ledger->held[AIOS_REF_FREEZE];
	if (ref->unwatched || ref->gets == ref->puts)
		return false;
	return aios_broken(c, "kiocb_end_write() for each kiocb_start_write()",
			   "it kept its file system from being frozen %u times and let go %u times",
			   ref->gets, ref->puts);
}

/* In whose hands is a request that is not over? NULL: of somebody who may take long. */
static const char *who_has_it(const struct aios_request *req)
{
	if (req->done_ns)
		return "its operation is over, and somebody still holds a reference of it";
	if (!req->returned_ns && !req->gone_on)
		return "io_submit has not come back from it";
	if (req->asked && req->ask.op == IOCB_CMD_POLL)
		return NULL;
	if (req->asked && aios_op_moves_bytes(req->ask.op))
		return "the file system or the device has it";
	return "its work is queued or running";
}

/**
 * aios_rule_stuck() - R11: an accepted request ends some time
 *
 * A poll waits for somebody else, for hours where all is well: it is never stuck by its age, but
 * where a command that is watched has come to a stand.
 */
bool aios_rule_stuck(struct aios_case *c, const struct aios_request *req)
{
	static const char expected[] = "an end, sooner or later";
	const char *who;

	if (req->fate != AIOS_FATE_IN_FLIGHT || req->completed_ns ||
	    !aios_overdue(c, req->done_ns ? req->done_ns : req->born_ns))
		return false;
	who = who_has_it(req);
	if (who)
		return aios_broken(c, expected, "it has been in flight for %llu s: %s",
				   aios_seconds(c->now_ns - req->born_ns), who);
	return aios_is_silent(c) &&
	       aios_broken(c, expected,
			   "it waits for its file (poll), and nothing at all has happened for "
			   "%llu s",
			   aios_seconds(c->idle_ns));
}

/**
 * aios_rule_eventfd() - R12: an eventfd is signalled once for each event, and not refused
 */
bool aios_rule_eventfd(struct aios_case *c, const struct aios_request *req)
{
	const struct aios_refs *refs = req->ledger;

	if (!ledger_is_whole(req) || !refs->signals_watched || !is_over(req) ||
	    !refs->held[AIOS_REF_EVENTFD].gets)
		return false;
	if (refs->signal_refused)
		return aios_broken(c, "a work item that signals it later",
				   "its eventfd was signalled within another signal of an eventfd "
				   "by the same task, which is refused");
	return refs->signals != 1 && aios_broken(c, "one signal for one event",
						 "its eventfd was signalled %u times",
						 refs->signals);
}

/**
 * aios_rule_freed() - Y4: what has ended is freed
 */
bool aios_rule_freed(struct aios_case *c, const struct aios_request *req)
{
	if (!req->ledger || !req->ledger->will_free || req->ledger->freed_ns ||
	    req->ledger->given_up || req->ledger->doubtful)
		return false;
	if (!is_over(req) && req->fate != AIOS_FATE_REFUSED)
		return false;
	if (!aios_overdue(c, req->completed_ns ? req->completed_ns : req->returned_ns))
		return false;
	return aios_broken(c, "kmem_cache_free() of its memory", "it is over and was never freed");
}

/**
 * aios_rule_slot() - C1: a request has one slot of the ring, and gives it back once
 */
bool aios_rule_slot(struct aios_case *c, const struct aios_request *req)
{
	const struct aios_ref *ref;

	if (!ledger_is_whole(req) || !req->ledger->puts_told || req->fate != AIOS_FATE_REFUSED)
		return false;
	ref = &req->ledger->held[AIOS_REF_SLOT];
	return ref->gets != ref->puts &&
	       aios_broken(c, "one slot given back, as there will be no event",
			   "its submission failed, and %u slots were given back for it", ref->puts);
}
