// SPDX-License-Identifier: GPL-2.0-only
/*
 * model_poll.c - poll requests: which came first, the wake-up or the decision to wait?
 *
 * aio_poll() asks the file (which puts the request on its wait queue), then decides under a lock:
 * ready, wait, or leave it to a wake-up that has come already. A wake-up may come before or after
 * that. Which of the two is told by AIOS_POLL_ARMED, read under the wait queue's lock: no clock is
 * asked. What a wake-up did is told by what follows: the work runs only if a wake-up (or a cancel)
 * queued it, so a request that completes without a run of the work was completed by the wake-up.
 */
#include <errno.h>

#include <linux/aio_abi.h>

#include "model_int.h"

static struct aios_request *poll_req(struct aios_model *model, uint64_t kiocb)
{
	return aios_map_get(&model->reqs, kiocb);
}

/**
 * aios_poll_queue() - the file put the request on a wait queue
 * @model: the model
 * @rec: AIOS_EV_POLL_QUEUE
 * Return: 0 or -ENOMEM.
 */
int aios_poll_queue(struct aios_model *model, const struct aios_rec *rec)
{
	struct aios_request *req = poll_req(model, rec->poll_queue.kiocb);

	if (!req)
		return 0;
	req->poll.queues++;
	return aios_req_log(model, req, rec);
}

/*
 * fs/aio.c, aio_poll_complete_work(): only a work that found the file not ready takes the mark off
 * again; whoever finds it gone while the work still runs knows what the work found.
 */
static void poll_undecided(struct aios_poll *poll, uint32_t state)
{
	if (poll->working && !(state & AIOS_POLL_SCHEDULED)) {
		poll->working = false;
		poll->not_ready++;
	}
	poll->open = false;
}

/* fs/aio.c, aio_poll_wake(): an unkeyed wake-up always counts, a keyed one if the masks meet. */
static bool wake_matches(const struct aios_poll_wake *body)
{
	return !body->key || (body->key & body->events);
}

/**
 * aios_poll_wake() - a wake-up called the request
 * @model: the model
 * @rec: AIOS_EV_POLL_WAKE
 * Return: 0 or -ENOMEM.
 */
int aios_poll_wake(struct aios_model *model, const struct aios_rec *rec)
{
	const struct aios_poll_wake *body = &rec->poll_wake;
	struct aios_request *req = poll_req(model, body->kiocb);
	struct aios_poll *poll;

	if (!req)
		return 0;
	poll = &req->poll;
	poll->wakes++;
	poll_undecided(poll, body->state);
	if (!wake_matches(body)) {
		poll->ignored++;
		return aios_req_log(model, req, rec);
	}
	if (!poll->first_wake_ns) {
		poll->first_wake_ns = rec->h.time_ns;
		poll->first_wake_cpu = rec->h.cpu;
		poll->was_submitting = body->state & AIOS_POLL_SUBMITTING;
		/* A cancel takes the request off the list again; it was on it before. */
		poll->first_is_early = !(body->state & AIOS_POLL_ARMED) && !poll->cancels &&
				       req->born_ns;
	}
	if (body->key & AIOS_POLLFREE)
		poll->freed++;
	if (body->state & AIOS_POLL_SCHEDULED)
		poll->again++;
	else if (poll->first_is_early && !(body->state & AIOS_POLL_ARMED))
		poll->early++;
	else
		poll->armed++;
	return aios_req_log(model, req, rec);
}

/**
 * aios_poll_cancel() - io_cancel or the context's end told the request to finish
 * @model: the model
 * @rec: AIOS_EV_POLL_CANCEL
 * Return: 0 or -ENOMEM.
 */
int aios_poll_cancel(struct aios_model *model, const struct aios_rec *rec)
{
	struct aios_request *req = poll_req(model, rec->poll_cancel.kiocb);

	if (!req)
		return 0;
	poll_undecided(&req->poll, rec->poll_cancel.state);
	req->poll.cancels++;
	return aios_req_log(model, req, rec);
}

/**
 * aios_poll_return() - the file's own ->poll returned
 * @model: the model
 * @rec: AIOS_EV_POLL_RETURN
 * Return: 0 or -ENOMEM.
 */
int aios_poll_return(struct aios_model *model, const struct aios_rec *rec)
{
	const struct aios_poll_return *body = &rec->poll_return;
	struct aios_request *req = poll_req(model, body->kiocb);

	if (!req)
		return 0;
	if (!body->in_work) {
		req->poll.returned = true;
		req->poll.returned_ns = rec->h.time_ns;
		req->poll.returned_cpu = rec->h.cpu;
		req->poll.returned_mask = body->mask;
	}
	return aios_req_log(model, req, rec);
}

/**
 * aios_poll_decide() - the submission, or the work, decided what becomes of a poll
 * @model: the model
 * @rec: AIOS_EV_POLL_DECIDE
 * Return: 0 or -ENOMEM.
 */
int aios_poll_decide(struct aios_model *model, const struct aios_rec *rec)
{
	const struct aios_poll_decide *body = &rec->poll_decide;
	struct aios_request *req = poll_req(model, body->kiocb);

	if (!req)
		return 0;
	if (!body->in_work)
		req->poll.decided = (uint8_t)(body->decision + 1);
	return aios_req_log(model, req, rec);
}

/**
 * aios_work_begin() - a worker begins with a request
 * @model: the model
 * @rec: AIOS_EV_WORK_BEGIN
 * Return: 0 or -ENOMEM.
 */
int aios_work_begin(struct aios_model *model, const struct aios_rec *rec)
{
	const struct aios_work *body = &rec->work;
	struct aios_thread *thread = aios_model_thread(model, &rec->h);
	struct aios_request *req = poll_req(model, body->kiocb);

	if (!thread)
		return -ENOMEM;
	aios_req_set(&thread->work, req);
	thread->work_kind = body->kind;
	if (!req)
		return 0;
	if (body->kind == AIOS_WORK_POLL) {
		req->poll.works++;
		req->poll.working = true;
		req->poll.open = false;
		if (body->state & AIOS_POLL_CANCELLED)
			req->poll.cancelled = true;
	}
	return aios_req_log(model, req, rec);
}

/**
 * aios_work_end() - a worker is through with a request
 * @model: the model
 * @rec: AIOS_EV_WORK_END
 *
 * If the request has not completed, the work found it not ready; or it dropped a reference that
 * was not the last, and the submission, which is still on its way, completes it. The latter shows
 * when the completion comes and nothing else did in between: @open tells.
 *
 * Return: 0 or -ENOMEM.
 */
int aios_work_end(struct aios_model *model, const struct aios_rec *rec)
{
	struct aios_thread *thread = aios_model_thread(model, &rec->h);
	struct aios_request *req;
	int err = 0;

	if (!thread)
		return -ENOMEM;
	req = thread->work;
	if (!req || req->kiocb != rec->work.kiocb)
		return 0;
	if (!req->completed_ns && req->poll.working) {
		req->poll.not_ready++;
		req->poll.open = true;
	}
	req->poll.working = false;
	if (!req->handed_out)
		err = aios_req_log(model, req, rec);
	aios_req_set(&thread->work, NULL);
	return err;
}

/* How a poll request that completed got there. */
static enum aios_poll_order order_of_completed(const struct aios_request *req)
{
	const struct aios_poll *poll = &req->poll;
	uint32_t not_ready = poll->not_ready - (poll->open ? 1 : 0);

	if (poll->freed)
		return AIOS_POLL_FREED;
	/* Too late to refuse it, so it was cancelled. A file that is ready is accepted anyway. */
	if (poll->queues > 1 && poll->cancelled)
		return AIOS_POLL_SECOND;
	/* The work can also be told while it runs. Nothing else completes a poll with 0. */
	if ((poll->cancelled || poll->cancels) && !req->res)
		return AIOS_POLL_CANCEL;
	if (not_ready)
		return AIOS_POLL_AGAIN;
	/* Woken meanwhile: the submission had it, and left nothing to the work. */
	if (poll->was_submitting && !poll->works)
		return AIOS_POLL_READY;
	if (poll->first_wake_ns && poll->first_is_early)
		return poll->works ? AIOS_POLL_EARLY_WORK : AIOS_POLL_EARLY_INLINE;
	if (poll->first_wake_ns)
		return poll->works ? AIOS_POLL_ARMED_WORK : AIOS_POLL_ARMED_INLINE;
	if (req->party == AIOS_PARTY_SUBMITTER || req->origin == AIOS_ORIGIN_RETURN)
		return AIOS_POLL_READY;
	return AIOS_POLL_UNCLEAR;
}

/**
 * aios_poll_order() - in which order a poll request was woken, decided on and completed
 * @req: any request
 * Return: the order; AIOS_POLL_UNCLEAR where records are missing or do not tell.
 */
enum aios_poll_order aios_poll_order(const struct aios_request *req)
{
	if (!req->asked || req->ask.op != IOCB_CMD_POLL)
		return AIOS_POLL_NONE;
	if (req->tainted)
		return AIOS_POLL_UNCLEAR;
	if (req->fate == AIOS_FATE_REFUSED)
		return req->poll.queues > 1 ? AIOS_POLL_SECOND : AIOS_POLL_NONE;
	if (!req->completed_ns)
		return req->fate == AIOS_FATE_IN_FLIGHT ? AIOS_POLL_WAITING : AIOS_POLL_UNCLEAR;
	return order_of_completed(req);
}

/**
 * aios_wake_order() - the first matching wake-up against the return of ->poll
 * @req: any request
 *
 * The decision to wait comes after the return and under the wait queue's lock, so a wake-up that
 * found it taken came after. One that did not is ordered only by the CPU if both ran on it.
 *
 * Return: the order; AIOS_WAKE_UNKNOWN unless both were seen.
 */
enum aios_wake_order aios_wake_order(const struct aios_request *req)
{
	const struct aios_poll *poll = &req->poll;

	if (!poll->returned || !poll->first_wake_ns || req->tainted)
		return AIOS_WAKE_UNKNOWN;
	if (!poll->first_is_early)
		return AIOS_WAKE_AFTER_RETURN;
	if (poll->first_wake_cpu != poll->returned_cpu)
		return AIOS_WAKE_UNORDERED;
	return poll->first_wake_ns < poll->returned_ns ? AIOS_WAKE_BEFORE_RETURN :
	       AIOS_WAKE_AFTER_RETURN;
}

static const char *const wake_orders[] = {
	[AIOS_WAKE_UNKNOWN] = "unknown",
	[AIOS_WAKE_BEFORE_RETURN] = "before",
	[AIOS_WAKE_AFTER_RETURN] = "after",
	[AIOS_WAKE_UNORDERED] = "unordered",
};

/**
 * aios_wake_order_name() - a name scripts can rely on
 * @order: which
 * Return: a constant.
 */
const char *aios_wake_order_name(enum aios_wake_order order)
{
	return wake_orders[order];
}

static const struct {
	const char *name;
	const char *doc;
} orders[] = {
	[AIOS_POLL_NONE] = {"none", "not a poll request"},
	[AIOS_POLL_READY] = {"ready", "ready at once, no wake-up was needed"},
	[AIOS_POLL_EARLY_INLINE] =
		{"early-inline", "woken before it was decided to wait; the wake-up completed it"},
	[AIOS_POLL_EARLY_WORK] =
		{"early-work",
		 "woken before it was decided to wait; the wake-up left it to the work"},
	[AIOS_POLL_ARMED_INLINE] = {"armed-inline", "waited; the wake-up completed it"},
	[AIOS_POLL_ARMED_WORK] = {"armed-work", "waited; the wake-up left it to the work"},
	[AIOS_POLL_AGAIN] = {"again", "woken, found not ready by the work, woken again"},
	[AIOS_POLL_CANCEL] = {"cancelled", "cancelled before it was ready"},
	[AIOS_POLL_FREED] = {"pollfree", "its wait queue was freed under it (POLLFREE)"},
	[AIOS_POLL_SECOND] = {"second-queue",
			      "its file has two wait queues, which is not supported"},
	[AIOS_POLL_WAITING] = {"waiting", "still waiting when the trace ended"},
	[AIOS_POLL_UNCLEAR] = {"unclear", "the records do not tell"},
};

/**
 * aios_poll_order_name() - a name scripts can rely on
 * @order: which
 * Return: a constant.
 */
const char *aios_poll_order_name(enum aios_poll_order order)
{
	return orders[order].name;
}

/**
 * aios_poll_order_doc() - the same in words
 * @order: which
 * Return: a constant.
 */
const char *aios_poll_order_doc(enum aios_poll_order order)
{
	return orders[order].doc;
}
