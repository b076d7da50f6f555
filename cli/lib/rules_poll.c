// SPDX-License-Identifier: GPL-2.0-only
/*
 * rules_poll.c - rules about polls: no wake-up is missed, and one party alone completes a request.
 *
 * Wake-ups come under the lock of the wait queue, with the request's state as it is there. So a
 * later wake-up, or a cancellation, is a witness of what the one before it did.
 */
#include <linux/aio_abi.h>

#include "rules_int.h"
#include "watch.h"

/* As in poll(2), and as the kernel has them in keys. */
#define POLL_ERR  0x08
#define POLL_HUP  0x10
#define POLL_NVAL 0x20

static bool is_poll(const struct aios_request *req)
{
	return req->asked && req->ask.op == IOCB_CMD_POLL;
}

/* Does a wake-up concern the request? One without a key may concern anybody. */
static bool concerns(const struct aios_poll_wake *wake)
{
	return !wake->key || wake->key & (wake->events | POLL_ERR | POLL_HUP);
}

#define LOCKED_NS 100000000ULL /* longer than anybody holds the lock of a wait queue */

/* Was the cancellation, which is told before it takes that lock, after the wake-up that had it? */
static bool is_after(const struct aios_hdr *cancel, const struct aios_hdr *wake)
{
	return cancel->cpu == wake->cpu || cancel->time_ns > wake->time_ns + LOCKED_NS;
}

/* Does @rec show that a wake-up before it, @due, was dropped? */
static bool shows_drop(const struct aios_rec *due, const struct aios_rec *rec)
{
	const uint32_t kept = AIOS_POLL_SCHEDULED | AIOS_POLL_SUBMITTING;

	if (rec->h.type == AIOS_EV_POLL_WAKE)
		return !(rec->poll_wake.state & kept);
	return rec->h.type == AIOS_EV_POLL_CANCEL && !(rec->poll_cancel.state & kept) &&
	       is_after(&rec->h, &due->h);
}

/* The wake-up that concerned the request and that nobody has taken care of, once @rec is told. */
static const struct aios_rec *due_after(const struct aios_rec *due, const struct aios_rec *rec)
{
	switch (rec->h.type) {
	case AIOS_EV_POLL_WAKE:
		return concerns(&rec->poll_wake) ? rec : due;
	case AIOS_EV_POLL_ASK:
		return rec->poll_ask.in_work ? NULL : due;
	case AIOS_EV_WORK_BEGIN:
	case AIOS_EV_REQ_COMPLETE:
	case AIOS_EV_REQ_DONE:
		return NULL;
	default:
		return due;
	}
}

/* A wake-up that concerned the request and that nobody took care of, or NULL. */
static const struct aios_rec *dropped_wake(const struct aios_case *c,
					   const struct aios_request *req)
{
	const struct aios_rec *due = NULL;

	for (size_t i = 0; i < req->history_cnt; i++) {
		if (due && shows_drop(due, &req->history[i]))
			return due;
		due = due_after(due, &req->history[i]);
	}
	return due && !req->completed_ns && aios_overdue(c, due->h.time_ns) ? due : NULL;
}

/*
 * Who submits a request holds it, too, and completes it where the work item was through first. The
 * end of the submission is told after that.
 */
static bool is_submitted_still(const struct aios_request *req)
{
	return !req->returned_ns && !req->gone_on;
}

/* Has a work item that found the request cancelled, or that decided so, ended without an end? */
static const char *work_left_it(const struct aios_request *req)
{
	bool must = false;

	for (size_t i = 0; i < req->history_cnt; i++) {
		const struct aios_rec *rec = &req->history[i];

		if (rec->h.type == AIOS_EV_WORK_BEGIN && rec->work.kind == AIOS_WORK_POLL)
			must = rec->work.state & AIOS_POLL_CANCELLED;
		if (rec->h.type == AIOS_EV_POLL_DECIDE && rec->poll_decide.in_work)
			must = rec->poll_decide.decision == AIOS_WORKED_COMPLETE;
		if (rec->h.type == AIOS_EV_WORK_END && must)
			return "its work item ran, had to complete it, and ended without that";
	}
	return NULL;
}

/* What of its file's answer concerns the request. */
static uint32_t wanted(const struct aios_request *req, uint32_t mask)
{
	return mask & (req->ask.events | POLL_ERR | POLL_HUP);
}

/* Does the submission complete what the work item leaves? */
static bool is_left_to_submitter(const struct aios_request *req)
{
	return req->completed_ns ? req->party == AIOS_PARTY_SUBMITTER : is_submitted_still(req);
}

/* The answer of a file that was ready when a work item asked, which then did not complete it. */
static uint32_t left_by_work(const struct aios_request *req)
{
	uint32_t ready = 0;

	for (size_t i = 0; i < req->history_cnt; i++) {
		const struct aios_rec *rec = &req->history[i];

		if (rec->h.type == AIOS_EV_REQ_COMPLETE)
			return 0;
		if (rec->h.type == AIOS_EV_WORK_BEGIN)
			ready = 0;
		if (rec->h.type == AIOS_EV_POLL_RETURN && rec->poll_return.in_work)
			ready = wanted(req, rec->poll_return.mask);
		if (rec->h.type == AIOS_EV_WORK_END && ready && !is_left_to_submitter(req))
			return ready;
	}
	return 0;
}

/*
 * The same when the submission asked: it completes the request before it returns, or a wake-up was
 * first.
 */
static uint32_t left_by_submitter(const struct aios_request *req)
{
	uint32_t ready = 0;

	if (!req->returned_ns || req->refused || req->poll.queues != 1 ||
	    (req->completed_ns && req->completed_ns <= req->returned_ns))
		return 0;
	for (size_t i = 0; i < req->history_cnt; i++) {
		const struct aios_rec *rec = &req->history[i];

		if (rec->h.type == AIOS_EV_POLL_WAKE && rec->h.time_ns <= req->returned_ns)
			return 0;
		if (rec->h.type == AIOS_EV_POLL_RETURN && !rec->poll_return.in_work)
			ready = wanted(req, rec->poll_return.mask);
	}
	return ready;
}

/**
 * aios_rule_poll_lost() - P1: a poll that has not completed is on its queue, or its work is due
 */
bool aios_rule_poll_lost(struct aios_case *c, const struct aios_request *req)
{
	static const char expected[] = "a completion, or a work item that asks the file again";
	const struct aios_rec *wake;
	const char *left;
	uint32_t ready;

	if (!is_poll(req))
		return false;
	wake = dropped_wake(c, req);
	if (wake && !(wake->poll_wake.state & AIOS_POLL_SCHEDULED))
		return aios_broken(c, expected,
				   "a wake-up that concerned it%s was dropped: it was not "
				   "completed, and no work ran",
				   wake->poll_wake.key ? "" : " (without a key)");
	ready = left_by_work(req);
	if (!ready)
		ready = left_by_submitter(req);
	if (ready)
		return aios_broken(c, "its completion",
				   "its file was asked and said that it is ready (0x%x), and it "
				   "was left waiting",
				   ready);
	left = req->completed_ns || is_submitted_still(req) ? NULL : work_left_it(req);
	return left && aios_broken(c, "its completion", "%s: nothing holds it any more", left);
}

/**
 * aios_rule_wake_decision() - P3: a wake-up is ignored only if its key does not concern the request
 */
bool aios_rule_wake_decision(struct aios_case *c, const struct aios_request *req)
{
	for (size_t i = 0; i < req->history_cnt; i++) {
		const struct aios_poll_wake *wake = &req->history[i].poll_wake;
		uint32_t decided;

		if (req->history[i].h.type != AIOS_EV_POLL_WAKE)
			continue;
		decided = AIOS_POLL_DECIDED(wake->state);
		if (!decided || wake->key & AIOS_POLLFREE)
			continue;
		if (decided - 1 == AIOS_WOKEN_IGNORE && concerns(wake))
			return aios_broken(c, "a completion, or work",
					   "a wake-up that concerned it "
					   "was ignored: key 0x%x, it waits for 0x%x",
					   wake->key, wake->events);
		if (decided - 1 != AIOS_WOKEN_IGNORE && !concerns(wake))
			return aios_broken(c, "that it is ignored",
					   "a wake-up that did not concern "
					   "it was heeded: key 0x%x, it waits for 0x%x",
					   wake->key, wake->events);
	}
	return false;
}

/* The wake-up that completed it there and then, or NULL. */
static const struct aios_poll_wake *completing_wake(const struct aios_request *req)
{
	const struct aios_rec *last = NULL;

	if (req->party != AIOS_PARTY_POLL_WAKE)
		return NULL;
	for (size_t i = 0; i < req->history_cnt; i++) {
		const struct aios_rec *rec = &req->history[i];

		if (rec->h.type == AIOS_EV_REQ_COMPLETE)
			return last && last->h.cpu == rec->h.cpu ? &last->poll_wake : NULL;
		if (rec->h.type == AIOS_EV_POLL_WAKE)
			last = rec;
	}
	return NULL;
}

/**
 * aios_rule_inline() - P4: a wake-up completes a request only with a key, and with no work due
 */
bool aios_rule_inline(struct aios_case *c, const struct aios_request *req)
{
	const struct aios_poll_wake *wake = is_poll(req) ? completing_wake(req) : NULL;

	if (!wake || wake->key & AIOS_POLLFREE)
		return false;
	if (!wake->key)
		return aios_broken(c, "a work item that asks the file",
				   "a wake-up without a key "
				   "completed it, though nobody knows that it is ready");
	/* Who tells it to finish leaves it to its work item. */
	return wake->state & (AIOS_POLL_SCHEDULED | AIOS_POLL_CANCELLED) &&
	       aios_broken(c, "that the work item completes it",
			   "a wake-up completed it while its "
			   "work item was queued or running");
}

static bool may_be_zero(const struct aios_request *req)
{
	const struct aios_poll *poll = &req->poll;

	return poll->cancels || poll->cancelled || poll->freed || poll->queues > 1;
}

/* The bits that poll(2) knows: include/linux/poll.h, mangle_poll(). */
#define POLL_KNOWN 0x27ffU

static bool is_answer(const struct aios_request *req, uint32_t mask)
{
	return (req->res & POLL_KNOWN) == (mask & POLL_KNOWN);
}

/* Is each answer of its file told? Those of files whose ->poll is not hooked are not. */
static bool is_asked_in_public(const struct aios_request *req)
{
	unsigned int told = 0, works = 0;

	for (size_t i = 0; i < req->history_cnt; i++) {
		const struct aios_rec *rec = &req->history[i];

		if (rec->h.type == AIOS_EV_POLL_RETURN)
			told++;
		works += rec->h.type == AIOS_EV_WORK_BEGIN && rec->work.kind == AIOS_WORK_POLL &&
			 !(rec->work.state & AIOS_POLL_CANCELLED);
	}
	return told == works + 1;
}

/*
 * Is the result what the file said, to the submission or to a work item, or to who was woken?
 * Several wake-ups can come together, and the result is then what all of them said.
 */
static bool is_answered(const struct aios_request *req)
{
	uint32_t keys = 0;

	for (size_t i = 0; i < req->history_cnt; i++) {
		const struct aios_rec *rec = &req->history[i];

		if (rec->h.type == AIOS_EV_POLL_WAKE && concerns(&rec->poll_wake)) {
			if (is_answer(req, rec->poll_wake.key))
				return true;
			keys |= rec->poll_wake.key;
		}
		if (rec->h.type == AIOS_EV_POLL_RETURN &&
		    is_answer(req, wanted(req, rec->poll_return.mask)))
			return true;
	}
	return is_answer(req, keys);
}

/**
 * aios_rule_poll_result() - P5: the result of a poll is something that was waited for
 */
bool aios_rule_poll_result(struct aios_case *c, const struct aios_request *req)
{
	uint32_t want = req->ask.events | POLL_ERR | POLL_HUP | POLL_NVAL;

	if (!is_poll(req) || !req->completed_ns || req->origin != AIOS_ORIGIN_BIRTH || req->res < 0)
		return false;
	if (!req->res)
		return !may_be_zero(req) && aios_broken(c, "an event that was asked for",
							"it completed with nothing, "
							"and was not told to finish");
	if (!(req->res & want))
		return aios_broken(c, "an event that was asked for",
				   "it completed with 0x%llx, and asked for 0x%x",
				   (unsigned long long)req->res, req->ask.events);
	return is_asked_in_public(req) && !is_answered(req) &&
	       aios_broken(c, "what its file said of that, or the key of a wake-up",
			   "it completed with 0x%llx, and its file never said so",
			   (unsigned long long)req->res);
}

static bool completes(const struct aios_rec *rec)
{
	uint32_t decided;

	if (rec->h.type == AIOS_EV_POLL_DECIDE)
		return rec->poll_decide.in_work ? rec->poll_decide.decision == AIOS_WORKED_COMPLETE
						: rec->poll_decide.decision == AIOS_DECIDED_STEAL;
	if (rec->h.type != AIOS_EV_POLL_WAKE)
		return false;
	decided = AIOS_POLL_DECIDED(rec->poll_wake.state);
	return decided == 1 + AIOS_WOKEN_INLINE || decided == 1 + AIOS_WOKEN_PUT_WORK;
}

/**
 * aios_rule_one_winner() - P6: one of submission, wake-up and work completes a poll
 */
bool aios_rule_one_winner(struct aios_case *c, const struct aios_request *req)
{
	unsigned int winners = 0;

	for (size_t i = 0; is_poll(req) && i < req->history_cnt; i++)
		winners += completes(&req->history[i]);
	if (winners > 1)
		return aios_broken(c, "one of them",
				   "%u of submission, wake-ups and work decided "
				   "to complete it",
				   winners);
	return req->fate == AIOS_FATE_REFUSED && winners &&
	       aios_broken(c, "no error any more", "io_submit refused it after it was won");
}

/**
 * aios_rule_two_queues() - P7: who has to wait on two queues is refused, or cancelled
 *
 * Where it was ready it does not wait; where it was woken before the submission could refuse it, it
 * is left to that wake-up.
 */
bool aios_rule_two_queues(struct aios_case *c, const struct aios_request *req)
{
	const struct aios_poll *poll = &req->poll;

	if (!is_poll(req) || poll->queues < 2 || req->refused || !req->returned_ns ||
	    (req->completed_ns && req->completed_ns <= req->returned_ns))
		return false;
	if (poll->early || poll->freed)
		return false;
	return aios_broken(c, "EINVAL from io_submit",
			   "its file put it on two wait queues, and it "
			   "was accepted: the second one will not wake it");
}

/**
 * aios_rule_work() - P8: work is done for requests that wait for it
 */
bool aios_rule_work(struct aios_case *c, const struct aios_request *req)
{
	for (size_t i = 0; i < req->history_cnt; i++) {
		const struct aios_rec *rec = &req->history[i];

		if (rec->h.type == AIOS_EV_WORK_BEGIN && rec->work.kind == AIOS_WORK_POLL &&
		    !(rec->work.state & AIOS_POLL_SCHEDULED))
			return aios_broken(c, "work_scheduled until the work is over",
					   "its work item runs, and is not said to be scheduled");
	}
	return false;
}

/* The flags of a request as a record found them; 0 where it did not, or may have come too late. */
static uint32_t state_told(const struct aios_request *req, const struct aios_rec *rec)
{
	switch (rec->h.type) {
	case AIOS_EV_POLL_WAKE:
		return rec->poll_wake.state;
	case AIOS_EV_POLL_CANCEL:
		return rec->poll_cancel.state;
	case AIOS_EV_WORK_END:
		return rec->work.kind == AIOS_WORK_POLL && req->completed_ns > rec->h.time_ns ?
			       rec->work.state : 0;
	default:
		return 0;
	}
}

/**
 * aios_rule_resched() - P10: a wake-up that comes while the work runs makes it run again
 */
bool aios_rule_resched(struct aios_case *c, const struct aios_request *req)
{
	const struct aios_rec *wake = is_poll(req) ? dropped_wake(c, req) : NULL;

	if (wake && wake->poll_wake.state & AIOS_POLL_SCHEDULED)
		return aios_broken(c, "another run of the work",
				   "it was woken while its work was queued or running, and the "
				   "work did not run again");
	for (size_t i = 0; i < req->history_cnt; i++) {
		uint32_t state = state_told(req, &req->history[i]);

		if (state & AIOS_POLL_RESCHED && !(state & AIOS_POLL_SCHEDULED))
			return aios_broken(c, "another run of the work",
					   "it was woken while its "
					   "work ran, and the work did not run again");
	}
	return false;
}

/**
 * aios_rule_pollfree() - P9: once its wait queue goes away a request is on it no more
 *
 * The last wake-up of a queue completes it there and then, or leaves it to a work item that has to.
 */
bool aios_rule_pollfree(struct aios_case *c, const struct aios_request *req)
{
	static const char expected[] = "that it leaves the queue, and is completed";
	bool freed = false, worked = false;

	for (size_t i = 0; is_poll(req) && i < req->history_cnt; i++) {
		const struct aios_rec *rec = &req->history[i];

		if (rec->h.type == AIOS_EV_REQ_COMPLETE || rec->h.type == AIOS_EV_REQ_DONE)
			break;
		if (freed && rec->h.type == AIOS_EV_POLL_WAKE)
			return aios_broken(c, expected,
					   "it was woken by a wait queue that had "
					   "gone away (POLLFREE)");
		if (freed && rec->h.type == AIOS_EV_WORK_BEGIN)
			worked = true;
		if (worked && rec->h.type == AIOS_EV_WORK_END && !is_left_to_submitter(req))
			return aios_broken(c, expected,
					   "its wait queue had gone away (POLLFREE), "
					   "and its work item left it waiting");
		if (rec->h.type == AIOS_EV_POLL_WAKE && rec->poll_wake.key & AIOS_POLLFREE)
			freed = true;
	}
	return false;
}

/**
 * aios_rule_queued() - P11: a poll that completes is on no wait queue any more
 *
 * What is no poll may have the memory of one that is over: there is an old entry in it.
 */
bool aios_rule_queued(struct aios_case *c, const struct aios_request *req)
{
	return is_poll(req) && aios_mismatched(c, req, AIOS_SEEN_QUEUED);
}

/**
 * aios_rule_cancelled() - P12: a poll that was told to finish does
 */
bool aios_rule_cancelled(struct aios_case *c, const struct aios_request *req)
{
	for (size_t i = 0; is_poll(req) && !req->completed_ns && i < req->history_cnt; i++)
		if (req->history[i].h.type == AIOS_EV_POLL_CANCEL &&
		    aios_overdue(c, req->history[i].h.time_ns))
			return aios_broken(c, "one event",
					   "it was told to finish, and there is no "
					   "event since");
	return false;
}

/* Does a wake-up or a work item have it, so that it may be complete as far as fs/aio.c goes? */
static bool is_on_its_way(const struct aios_request *req)
{
	const struct aios_rec *due = NULL;
	bool works = false;

	for (size_t i = 0; i < req->history_cnt; i++) {
		due = due_after(due, &req->history[i]);
		if (req->history[i].h.type == AIOS_EV_WORK_BEGIN)
			works = true;
		if (req->history[i].h.type == AIOS_EV_WORK_END)
			works = false;
	}
	return due || works;
}

/* A wake-up after the submission returned, of a poll that is not on the list and never left it. */
static const struct aios_rec *unlisted_wake(const struct aios_request *req)
{
	for (size_t i = 0; i < req->history_cnt; i++) {
		const struct aios_rec *rec = &req->history[i];

		if (rec->h.type == AIOS_EV_POLL_CANCEL)
			return NULL;
		if (rec->h.type == AIOS_EV_POLL_WAKE &&
		    rec->h.time_ns > req->returned_ns + AIOS_TICK_NS &&
		    !(rec->poll_wake.state & (AIOS_POLL_ARMED | AIOS_POLL_CANCELLED)))
			return rec;
	}
	return NULL;
}

/**
 * aios_rule_cancellable() - P2: a poll that waits is on the list of what can be cancelled, and
 * nothing that completes
 *
 * Who was found on two queues too late is not: it is left to its work item. As long as a request is
 * on its wait queue it is on the list, whether its work runs or not; so the end of the context
 * tells it to finish.
 */
bool aios_rule_cancellable(struct aios_case *c, const struct aios_request *req)
{
	static const char expected[] = "a place on the list of requests that can be cancelled";
	const struct aios_poll *poll = &req->poll;

	if (!is_poll(req) || !req->returned_ns || req->refused || poll->queues != 1 || poll->freed)
		return false;
	if (unlisted_wake(req))
		return aios_broken(c, expected,
				   "it was woken while it waited, and nobody could have cancelled "
				   "it");
	return req->fate == AIOS_FATE_IN_FLIGHT && !req->completed_ns && !poll->cancels &&
	       !poll->cancelled && aios_overdue(c, req->ctx->users0_ns) && !is_on_its_way(req) &&
	       aios_broken(c, expected,
			   "its context is at an end since %llu s, and it was not told to finish",
			   (unsigned long long)((c->now_ns - req->ctx->users0_ns) / 1000000000));
}
