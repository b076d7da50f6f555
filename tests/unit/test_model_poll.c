// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_model_poll.c - poll requests: each order of wake-ups, decisions, works and cancellations
 * that fs/aio.c allows.
 */
#include <errno.h>

#include "kit.h"

/* A context, and a poll that the file put on its wait queue; its submission is still under way. */
static struct kit_req begin(struct kit *k, struct kit_ctx *ctx)
{
	struct kit_req req;

	*ctx = kit_ctx(1);
	req = kit_poll(ctx, 1);
	see(k, rec_setup(2, by_t1, ctx));
	see(k, rec_birth(100, by_t1, &req));
	see(k, rec_queue(101, by_t1, &req, 0));
	return req;
}

/* ... and one that was found not ready and waits. */
static struct kit_req begin_waiting(struct kit *k, struct kit_ctx *ctx)
{
	struct kit_req req = begin(k, ctx);

	see(k, rec_return(110, by_t1, &req, 0));
	return req;
}

/* The event is read, and the request told apart. */
static const struct kit_out *end(struct kit *k, struct kit_ctx *ctx)
{
	see_read(k, 900, by_t3, ctx, 1);
	assert_int_equal(k->out_cnt, 1);
	return the(k, 1);
}

/* Runs the work to the completion of the request. */
static void work_completes(struct kit *k, uint64_t t, const struct kit_req *req, uint32_t state,
			   int64_t res)
{
	see(k, rec_work_begin(t, by_worker, req, AIOS_WORK_POLL, state));
	see(k, rec_complete(t + 1, by_worker, req, res));
	see(k, rec_work_end(t + 2, by_worker, req, AIOS_WORK_POLL));
}

static void work_finds_nothing(struct kit *k, uint64_t t, const struct kit_req *req)
{
	see(k, rec_work_begin(t, by_worker, req, AIOS_WORK_POLL,
			      AIOS_POLL_SCHEDULED | AIOS_POLL_ARMED));
	see(k, rec_work_end(t + 2, by_worker, req, AIOS_WORK_POLL));
}

static void ready_at_once_needs_no_wake_up(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c;
	struct kit_req r = begin(k, &c);
	const struct kit_out *out;

	see(k, rec_complete(105, by_t1, &r, BIT_IN));
	see(k, rec_return(110, by_t1, &r, 0));
	out = end(k, &c);
	assert_int_equal(out->order, AIOS_POLL_READY);
	assert_int_equal(out->req.party, AIOS_PARTY_SUBMITTER);
	assert_int_equal(out->req.poll.queues, 1);
	assert_int_equal(out->req.poll.wakes, 0);
	assert_int_equal(out->woken, AIOS_WAKE_UNKNOWN);
}

static void ready_without_a_wait_queue_is_ready_as_well(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = kit_ctx(1);
	struct kit_req r = kit_poll(&c, 1);

	see(k, rec_setup(2, by_t1, &c));
	see(k, rec_complete(105, by_t1, &r, BIT_IN));
	see(k, rec_iocb(106, by_t1, &r));
	see(k, rec_return(107, by_t1, &r, 0));
	assert_int_equal(end(k, &c)->order, AIOS_POLL_READY);
}

/* aio_poll_wake() before the decision takes it off the queue; one of the two drops last. */
static void an_early_wake_up_that_completes_is_early_inline(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c;
	struct kit_req r = begin(k, &c);
	const struct kit_out *out;

	see(k, rec_wake(103, by_other, &r, BIT_IN, 0));
	see(k, rec_complete(105, by_t1, &r, BIT_IN));
	see(k, rec_return(110, by_t1, &r, 0));
	out = end(k, &c);
	assert_int_equal(out->order, AIOS_POLL_EARLY_INLINE);
	assert_int_equal(out->req.party, AIOS_PARTY_SUBMITTER);
	assert_int_equal(out->req.poll.wakes, 1);
	assert_int_equal(out->req.poll.early, 1);
	assert_int_equal(out->req.poll.armed, 0);
}

static void an_early_wake_up_may_drop_the_last_reference(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c;
	struct kit_req r = begin(k, &c);
	const struct kit_out *out;

	see(k, rec_wake(103, in_softirq, &r, BIT_IN, 0));
	see(k, rec_complete(105, in_softirq, &r, BIT_IN));
	see(k, rec_return(110, by_t1, &r, 0));
	out = end(k, &c);
	assert_int_equal(out->order, AIOS_POLL_EARLY_INLINE);
	assert_int_equal(out->req.party, AIOS_PARTY_POLL_WAKE);
}

/* On kernel/6.12/next nobody else can complete it before the submission has decided. */
static void what_a_wake_up_leaves_to_the_submission_is_ready(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c;
	struct kit_req r = begin(k, &c);
	const struct kit_out *out;

	see(k, rec_wake(103, by_other, &r, BIT_IN, AIOS_POLL_SUBMITTING));
	see(k, rec_complete(105, by_t1, &r, BIT_IN));
	see(k, rec_return(110, by_t1, &r, 0));
	out = end(k, &c);
	assert_int_equal(out->order, AIOS_POLL_READY);
	assert_int_equal(out->req.poll.early, 1);
}

/* A wake-up without a key cannot tell what is ready: the work asks. */
static void an_early_wake_up_without_a_key_is_early_work(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c;
	struct kit_req r = begin(k, &c);
	const struct kit_out *out;

	see(k, rec_wake(103, by_other, &r, 0, 0));
	see(k, rec_return(110, by_t1, &r, 0));
	work_completes(k, 200, &r, AIOS_POLL_SCHEDULED, BIT_IN);
	out = end(k, &c);
	assert_int_equal(out->order, AIOS_POLL_EARLY_WORK);
	assert_int_equal(out->req.party, AIOS_PARTY_POLL_WORK);
	assert_int_equal(out->req.poll.works, 1);
	assert_int_equal(out->req.poll.not_ready, 0);
	assert_int_equal(out->req.poll.early, 1);
}

/* With a key as well, where aio_poll() just then holds ctx_lock. */
static void an_early_wake_up_that_finds_the_lock_taken_is_early_work(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c;
	struct kit_req r = begin(k, &c);

	see(k, rec_wake(103, by_other, &r, BIT_IN, 0));
	see(k, rec_return(110, by_t1, &r, 0));
	work_completes(k, 200, &r, AIOS_POLL_SCHEDULED, BIT_IN);
	assert_int_equal(end(k, &c)->order, AIOS_POLL_EARLY_WORK);
}

/* The work drops its reference first; io_submit's is the last. */
static void the_submitter_may_complete_what_the_work_decided(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c;
	struct kit_req r = begin(k, &c);
	const struct kit_out *out;

	see(k, rec_wake(103, by_other, &r, 0, 0));
	see(k, rec_work_begin(104, by_worker, &r, AIOS_WORK_POLL, AIOS_POLL_SCHEDULED));
	see(k, rec_work_end(106, by_worker, &r, AIOS_WORK_POLL));
	see(k, rec_complete(107, by_t1, &r, BIT_IN));
	see(k, rec_return(110, by_t1, &r, 0));
	out = end(k, &c);
	assert_int_equal(out->order, AIOS_POLL_EARLY_WORK);
	assert_int_equal(out->req.party, AIOS_PARTY_SUBMITTER);
}

static void a_wake_up_while_it_waits_is_armed_inline(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c;
	struct kit_req r = begin_waiting(k, &c);
	const struct kit_out *out;

	see(k, rec_wake(200, by_other, &r, BIT_IN | BIT_RDNORM, AIOS_POLL_ARMED));
	see(k, rec_complete(201, by_other, &r, BIT_IN | BIT_RDNORM));
	out = end(k, &c);
	assert_int_equal(out->order, AIOS_POLL_ARMED_INLINE);
	assert_int_equal(out->req.party, AIOS_PARTY_POLL_WAKE);
	assert_int_equal(out->req.poll.armed, 1);
	assert_int_equal(out->req.poll.early, 0);
	assert_int_equal(out->woken, AIOS_WAKE_UNKNOWN);
}

/* Armed is a matter of the lock, not of the return: io_submit may still be on its way out. */
static void armed_does_not_mean_returned(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c;
	struct kit_req r = begin(k, &c);

	see(k, rec_wake(105, by_other, &r, BIT_IN, AIOS_POLL_ARMED));
	see(k, rec_complete(108, by_t1, &r, BIT_IN));
	see(k, rec_return(110, by_t1, &r, 0));
	assert_int_equal(end(k, &c)->order, AIOS_POLL_ARMED_INLINE);
}

/* The completion with an eventfd is put off to aio_poll_put_work; the wake-up decided it. */
static void an_eventfd_leaves_it_an_inline_completion(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c;
	struct kit_req r = begin_waiting(k, &c);
	const struct kit_out *out;

	see(k, rec_wake(200, by_other, &r, BIT_IN, AIOS_POLL_ARMED | AIOS_POLL_EVENTFD));
	see(k, rec_work_begin(210, by_worker, &r, AIOS_WORK_PUT, 0));
	see(k, rec_complete(211, by_worker, &r, BIT_IN));
	see(k, rec_work_end(212, by_worker, &r, AIOS_WORK_PUT));
	out = end(k, &c);
	assert_int_equal(out->order, AIOS_POLL_ARMED_INLINE);
	assert_int_equal(out->req.party, AIOS_PARTY_PUT_WORK);
	assert_int_equal(out->req.poll.works, 0);
}

static void a_wake_up_without_a_key_while_it_waits_is_armed_work(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c;
	struct kit_req r = begin_waiting(k, &c);

	see(k, rec_wake(200, by_other, &r, 0, AIOS_POLL_ARMED));
	work_completes(k, 210, &r, AIOS_POLL_SCHEDULED | AIOS_POLL_ARMED, BIT_IN);
	assert_int_equal(end(k, &c)->order, AIOS_POLL_ARMED_WORK);
}

/* Another wake-up while the work is on its way only asks for one more run. */
static void a_wake_up_while_the_work_is_scheduled_is_counted_apart(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c;
	struct kit_req r = begin_waiting(k, &c);
	const struct kit_out *out;

	see(k, rec_wake(200, by_other, &r, 0, AIOS_POLL_ARMED));
	see(k, rec_wake(201, by_other, &r, 0, AIOS_POLL_ARMED | AIOS_POLL_SCHEDULED));
	see(k, rec_wake(202, by_other, &r, BIT_IN, AIOS_POLL_ARMED | AIOS_POLL_SCHEDULED |
			AIOS_POLL_RESCHED));
	work_completes(k, 210, &r, AIOS_POLL_SCHEDULED | AIOS_POLL_ARMED, BIT_IN);
	out = end(k, &c);
	assert_int_equal(out->order, AIOS_POLL_ARMED_WORK);
	assert_int_equal(out->req.poll.wakes, 3);
	assert_int_equal(out->req.poll.armed, 1);
	assert_int_equal(out->req.poll.again, 2);
}

static void a_wake_up_for_something_else_is_ignored(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c;
	struct kit_req r = begin(k, &c);
	const struct kit_out *out;

	see(k, rec_wake(103, by_other, &r, BIT_OUT, 0));
	see(k, rec_return(110, by_t1, &r, 0));
	see(k, rec_wake(150, by_other, &r, BIT_OUT, AIOS_POLL_ARMED));
	see(k, rec_wake(200, by_other, &r, BIT_IN, AIOS_POLL_ARMED));
	see(k, rec_complete(201, by_other, &r, BIT_IN));
	out = end(k, &c);
	assert_int_equal(out->order, AIOS_POLL_ARMED_INLINE);
	assert_int_equal(out->req.poll.wakes, 3);
	assert_int_equal(out->req.poll.ignored, 2);
	assert_int_equal(out->req.poll.early, 0);
	assert_int_equal(out->req.poll.armed, 1);
	assert_int_equal(out->req.poll.first_wake_ns, 200);
}

/* aio_poll() adds ERR and HUP to every mask. */
static void a_hang_up_always_matches(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c;
	struct kit_req r = begin_waiting(k, &c);

	see(k, rec_wake(200, by_other, &r, BIT_HUP, AIOS_POLL_ARMED));
	see(k, rec_complete(201, by_other, &r, BIT_HUP));
	assert_int_equal(end(k, &c)->order, AIOS_POLL_ARMED_INLINE);
}

static void woken_again_after_the_work_found_nothing_is_again(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c;
	struct kit_req r = begin_waiting(k, &c);
	const struct kit_out *out;

	see(k, rec_wake(200, by_other, &r, 0, AIOS_POLL_ARMED));
	work_finds_nothing(k, 210, &r);
	see(k, rec_wake(300, by_other, &r, BIT_IN, AIOS_POLL_ARMED));
	see(k, rec_complete(301, by_other, &r, BIT_IN));
	out = end(k, &c);
	assert_int_equal(out->order, AIOS_POLL_AGAIN);
	assert_int_equal(out->req.poll.works, 1);
	assert_int_equal(out->req.poll.not_ready, 1);
}

static void woken_again_and_completed_by_the_work_is_again(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c;
	struct kit_req r = begin_waiting(k, &c);
	const struct kit_out *out;

	see(k, rec_wake(200, by_other, &r, 0, AIOS_POLL_ARMED));
	work_finds_nothing(k, 210, &r);
	see(k, rec_wake(300, by_other, &r, 0, AIOS_POLL_ARMED));
	work_completes(k, 310, &r, AIOS_POLL_SCHEDULED | AIOS_POLL_ARMED, BIT_IN);
	out = end(k, &c);
	assert_int_equal(out->order, AIOS_POLL_AGAIN);
	assert_int_equal(out->req.poll.works, 2);
	assert_int_equal(out->req.poll.not_ready, 1);
}

/*
 * The second wake-up comes while the work asks the file (work_need_resched): the work that found
 * nothing queues itself again, and no third wake-up is needed.
 */
static void a_wake_up_during_the_work_runs_it_again(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c;
	struct kit_req r = begin_waiting(k, &c);
	const struct kit_out *out;

	see(k, rec_wake(200, by_other, &r, 0, AIOS_POLL_ARMED));
	see(k, rec_work_begin(210, by_worker, &r, AIOS_WORK_POLL,
			      AIOS_POLL_SCHEDULED | AIOS_POLL_ARMED));
	see(k, rec_wake(211, by_other, &r, 0, AIOS_POLL_ARMED | AIOS_POLL_SCHEDULED));
	see(k, rec_work_end(212, by_worker, &r, AIOS_WORK_POLL));
	work_completes(k, 220, &r, AIOS_POLL_SCHEDULED | AIOS_POLL_ARMED, BIT_IN);
	out = end(k, &c);
	assert_int_equal(out->req.poll.works, 2);
	assert_int_equal(out->req.poll.not_ready, 1);
	assert_int_equal(out->order, AIOS_POLL_AGAIN);
}

static void early_and_not_ready_and_completed_by_the_submitter_is_again(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c;
	struct kit_req r = begin(k, &c);

	see(k, rec_wake(102, by_other, &r, 0, 0));
	see(k, rec_work_begin(103, by_worker, &r, AIOS_WORK_POLL, AIOS_POLL_SCHEDULED));
	see(k, rec_work_end(104, by_worker, &r, AIOS_WORK_POLL));
	see(k, rec_wake(105, by_other, &r, BIT_IN, 0));
	see(k, rec_complete(106, by_t1, &r, BIT_IN));
	see(k, rec_return(110, by_t1, &r, 0));
	assert_int_equal(end(k, &c)->order, AIOS_POLL_AGAIN);
}

/* io_cancel: aio_poll_cancel queues the work, which completes it with 0 (facts, 0.3, 5). */
static void cancelled_while_it_waits_is_cancelled(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c;
	struct kit_req r = begin_waiting(k, &c);
	const struct kit_out *out;

	see(k, rec_poll_cancel(200, by_t2, &r, AIOS_POLL_ARMED));
	see(k, rec_cancel(201, by_t2, &r, -EINPROGRESS));
	work_completes(k, 210, &r, AIOS_POLL_SCHEDULED | AIOS_POLL_CANCELLED, 0);
	out = end(k, &c);
	assert_int_equal(out->order, AIOS_POLL_CANCEL);
	assert_int_equal(out->req.poll.cancels, 1);
	assert_true(out->req.poll.cancelled);
	assert_int_equal(out->req.party, AIOS_PARTY_POLL_WORK);
}

/* io_cancel took it off ctx->active_reqs; a wake-up then is not early, it comes too late. */
static void a_wake_up_after_the_cancellation_is_not_early(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c;
	struct kit_req r = begin_waiting(k, &c);
	const struct kit_out *out;

	see(k, rec_poll_cancel(200, by_t2, &r, AIOS_POLL_ARMED));
	see(k, rec_wake(205, by_other, &r, BIT_IN, AIOS_POLL_SCHEDULED | AIOS_POLL_CANCELLED));
	work_completes(k, 210, &r, AIOS_POLL_SCHEDULED | AIOS_POLL_CANCELLED, 0);
	out = end(k, &c);
	assert_int_equal(out->order, AIOS_POLL_CANCEL);
	assert_int_equal(out->req.poll.early, 0);
	assert_int_equal(out->req.poll.again, 1);
}

/* A wake-up completed it between io_cancel's look at the list and its lock. */
static void a_cancellation_that_came_too_late_changes_nothing(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c;
	struct kit_req r = begin_waiting(k, &c);

	see(k, rec_wake(200, by_other, &r, BIT_IN, AIOS_POLL_ARMED));
	see(k, rec_complete(201, by_other, &r, BIT_IN));
	see(k, rec_cancel(202, by_t2, &r, -EINVAL));
	assert_int_equal(end(k, &c)->order, AIOS_POLL_ARMED_INLINE);
}

static void cancelled_while_the_work_is_queued_is_cancelled(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c;
	struct kit_req r = begin_waiting(k, &c);

	see(k, rec_wake(200, by_other, &r, 0, AIOS_POLL_ARMED));
	see(k, rec_poll_cancel(201, by_t2, &r, AIOS_POLL_ARMED | AIOS_POLL_SCHEDULED));
	work_completes(k, 210, &r, AIOS_POLL_SCHEDULED | AIOS_POLL_CANCELLED, 0);
	assert_int_equal(end(k, &c)->order, AIOS_POLL_CANCEL);
}

/*
 * The work had begun and found the file not ready when io_cancel came: the work completes the
 * request with 0 although it began without the mark. Only a cancellation explains a result of 0.
 */
static void cancelled_while_the_work_runs_is_cancelled(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c;
	struct kit_req r = begin_waiting(k, &c);

	see(k, rec_wake(200, by_other, &r, 0, AIOS_POLL_ARMED));
	see(k, rec_work_begin(210, by_worker, &r, AIOS_WORK_POLL,
			      AIOS_POLL_SCHEDULED | AIOS_POLL_ARMED));
	see(k, rec_poll_cancel(211, by_t2, &r, AIOS_POLL_ARMED | AIOS_POLL_SCHEDULED));
	see(k, rec_complete(212, by_worker, &r, 0));
	see(k, rec_work_end(213, by_worker, &r, AIOS_WORK_POLL));
	assert_int_equal(end(k, &c)->order, AIOS_POLL_CANCEL);
}

/* ... and when the file was ready, the result says so: it was not cancelled before. */
static void ready_when_it_was_cancelled_is_not_cancelled(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c;
	struct kit_req r = begin_waiting(k, &c);

	see(k, rec_wake(200, by_other, &r, 0, AIOS_POLL_ARMED));
	see(k, rec_work_begin(210, by_worker, &r, AIOS_WORK_POLL,
			      AIOS_POLL_SCHEDULED | AIOS_POLL_ARMED));
	see(k, rec_poll_cancel(211, by_t2, &r, AIOS_POLL_ARMED | AIOS_POLL_SCHEDULED));
	see(k, rec_complete(212, by_worker, &r, BIT_IN));
	see(k, rec_work_end(213, by_worker, &r, AIOS_WORK_POLL));
	assert_int_equal(end(k, &c)->order, AIOS_POLL_ARMED_WORK);
}

static void cancelled_by_the_end_of_its_context_is_cancelled(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c;
	struct kit_req r = begin_waiting(k, &c);

	see(k, rec_kill(200, by_t1, &c, 0));
	see(k, rec_users0(201, &c));
	see(k, rec_poll_cancel(202, in_softirq, &r, AIOS_POLL_ARMED));
	work_completes(k, 210, &r, AIOS_POLL_SCHEDULED | AIOS_POLL_CANCELLED, 0);
	see(k, rec_reqs0(220, &c));
	see(k, rec_free(230, &c));
	assert_int_equal(the(k, 1)->order, AIOS_POLL_CANCEL);
	assert_int_equal(the(k, 1)->req.fate, AIOS_FATE_UNREAD);
	assert_int_equal(the_ctx(k, 1)->discarded, 1);
}

/* wake_up_pollfree(): HUP and POLLFREE; inline where that is possible. */
static void a_freed_wait_queue_completes_inline(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c;
	struct kit_req r = begin_waiting(k, &c);
	const struct kit_out *out;

	see(k, rec_wake(200, by_other, &r, BIT_HUP | AIOS_POLLFREE, AIOS_POLL_ARMED));
	see(k, rec_complete(201, by_other, &r, BIT_HUP));
	out = end(k, &c);
	assert_int_equal(out->order, AIOS_POLL_FREED);
	assert_int_equal(out->req.poll.freed, 1);
}

static void a_freed_wait_queue_may_leave_it_to_the_work(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c;
	struct kit_req r = begin_waiting(k, &c);

	see(k, rec_wake(199, by_other, &r, 0, AIOS_POLL_ARMED));
	see(k, rec_wake(200, by_other, &r, BIT_HUP | AIOS_POLLFREE,
			AIOS_POLL_ARMED | AIOS_POLL_SCHEDULED));
	work_completes(k, 210, &r, AIOS_POLL_SCHEDULED | AIOS_POLL_CANCELLED | AIOS_POLL_ARMED, 0);
	assert_int_equal(end(k, &c)->order, AIOS_POLL_FREED);
}

/* facts, 0.3, 9: a FIFO opened O_RDWR; io_submit refuses it. */
static void a_second_wait_queue_is_refused(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c;
	struct kit_req r = begin(k, &c);

	see(k, rec_queue(102, by_t1, &r, 1));
	see(k, rec_return(110, by_t1, &r, -EINVAL));
	assert_int_equal(the(k, 1)->order, AIOS_POLL_SECOND);
	assert_int_equal(the(k, 1)->req.fate, AIOS_FATE_REFUSED);
	assert_int_equal(the(k, 1)->req.poll.queues, 2);
}

/* aio_poll(): a mask that is ready wins over the error. */
static void a_second_wait_queue_is_no_matter_when_the_file_is_ready(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c;
	struct kit_req r = begin(k, &c);

	see(k, rec_queue(102, by_t1, &r, 1));
	see(k, rec_complete(105, by_t1, &r, BIT_IN));
	see(k, rec_return(110, by_t1, &r, 0));
	assert_int_equal(end(k, &c)->order, AIOS_POLL_READY);
}

/* A wake-up scheduled the work before the second queue was seen: accepted, then cancelled. */
static void a_second_wait_queue_found_too_late_is_cancelled(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c;
	struct kit_req r = begin(k, &c);

	see(k, rec_wake(102, by_other, &r, 0, 0));
	see(k, rec_queue(103, by_t1, &r, 1));
	see(k, rec_return(110, by_t1, &r, 0));
	work_completes(k, 200, &r, AIOS_POLL_SCHEDULED | AIOS_POLL_CANCELLED, 0);
	assert_int_equal(end(k, &c)->order, AIOS_POLL_SECOND);
}

/* ... or a wake-up had completed it already: then that is what happened. */
static void a_second_wait_queue_after_an_inline_completion_is_early(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c;
	struct kit_req r = begin(k, &c);

	see(k, rec_wake(102, by_other, &r, BIT_IN, 0));
	see(k, rec_queue(103, by_t1, &r, 1));
	see(k, rec_complete(105, by_t1, &r, BIT_IN));
	see(k, rec_return(110, by_t1, &r, 0));
	assert_int_equal(end(k, &c)->order, AIOS_POLL_EARLY_INLINE);
}

static void a_poll_refused_without_a_second_queue_has_no_order(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = kit_ctx(1);
	struct kit_req r = kit_poll(&c, 1);

	see(k, rec_setup(2, by_t1, &c));
	see(k, rec_iocb(100, by_t1, &r));
	see(k, rec_return(101, by_t1, &r, -EINVAL));
	assert_int_equal(the(k, 1)->order, AIOS_POLL_NONE);
}

static void what_waits_when_the_trace_ends_is_waiting(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c;
	struct kit_req r = begin_waiting(k, &c);

	see(k, rec_wake(200, by_other, &r, BIT_OUT, AIOS_POLL_ARMED));
	see_end(k);
	assert_int_equal(the(k, 1)->order, AIOS_POLL_WAITING);
	assert_int_equal(the(k, 1)->req.fate, AIOS_FATE_IN_FLIGHT);
}

static void other_operations_have_no_order(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = kit_ctx(1);
	struct kit_req r = kit_read(&c, 1), f = kit_fsync(&c, 2);

	see(k, rec_setup(2, by_t1, &c));
	see_completed(k, 100, &r, 1);
	see_completed(k, 110, &f, 0);
	see_read(k, 200, by_t3, &c, 2);
	assert_int_equal(the(k, 1)->order, AIOS_POLL_NONE);
	assert_int_equal(the(k, 2)->order, AIOS_POLL_NONE);
}

/* What was before the trace began is not known: it was woken, or cancelled, and nobody saw it. */
static void a_found_poll_that_a_work_completes_is_unclear(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = kit_ctx(1);
	struct kit_req r = kit_poll(&c, 1);

	see(k, rec_found(10, &c, KIT_PID, 1));
	see(k, rec_req_found(11, &r));
	work_completes(k, 20, &r, AIOS_POLL_SCHEDULED | AIOS_POLL_ARMED, BIT_IN);
	assert_int_equal(end(k, &c)->order, AIOS_POLL_UNCLEAR);
}

/* It waited, that much is known: it was on the list of those that do. */
static void a_wake_up_of_a_found_poll_is_never_early(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = kit_ctx(1);
	struct kit_req r = kit_poll(&c, 1);

	see(k, rec_found(10, &c, KIT_PID, 1));
	see(k, rec_req_found(11, &r));
	see(k, rec_wake(20, by_other, &r, 0, AIOS_POLL_ARMED));
	work_completes(k, 30, &r, AIOS_POLL_SCHEDULED | AIOS_POLL_ARMED, BIT_IN);
	assert_int_equal(end(k, &c)->order, AIOS_POLL_ARMED_WORK);
	assert_int_equal(the(k, 1)->woken, AIOS_WAKE_UNKNOWN);
}

static void a_poll_that_lived_through_a_hole_is_unclear(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c;
	struct kit_req r = begin_waiting(k, &c);

	see_gap(k, AIOS_GAP_RING, 150, 160);
	see(k, rec_wake(200, by_other, &r, BIT_IN, AIOS_POLL_ARMED));
	see(k, rec_complete(201, by_other, &r, BIT_IN));
	assert_int_equal(end(k, &c)->order, AIOS_POLL_UNCLEAR);
	assert_int_equal(the(k, 1)->woken, AIOS_WAKE_UNKNOWN);
}

/* The wake-up found the decision taken, and the decision comes after the return. */
static void an_armed_wake_up_came_after_the_return(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c;
	struct kit_req r = begin(k, &c);
	const struct kit_out *out;

	see(k, rec_poll_return(105, by_t1, &r, 0, 0));
	see(k, rec_return(110, by_t1, &r, 0));
	see(k, rec_wake(200, by_other, &r, BIT_IN, AIOS_POLL_ARMED));
	see(k, rec_complete(201, by_other, &r, BIT_IN));
	out = end(k, &c);
	assert_int_equal(out->woken, AIOS_WAKE_AFTER_RETURN);
	assert_true(out->req.poll.returned);
	assert_int_equal(out->req.poll.returned_ns, 105);
	assert_int_equal(out->req.poll.returned_mask, 0);
}

/* Clocks of two CPUs order nothing (DESIGN.md, 2), even if the order of records looks right. */
static void an_early_wake_up_on_another_cpu_is_unordered(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c;
	struct kit_req r = begin(k, &c);

	see(k, rec_wake(102, by_other, &r, 0, 0));
	see(k, rec_poll_return(105, by_t1, &r, 0, 0));
	see(k, rec_return(110, by_t1, &r, 0));
	work_completes(k, 200, &r, AIOS_POLL_SCHEDULED, BIT_IN);
	assert_int_equal(end(k, &c)->woken, AIOS_WAKE_UNORDERED);
}

static void an_early_wake_up_on_the_same_cpu_is_ordered_by_it(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c;
	struct kit_req r = begin(k, &c), late = kit_poll(&c, 2);

	see(k, rec_wake(102, with_flags(by_t1, AIOS_F_SOFTIRQ), &r, 0, 0));
	see(k, rec_poll_return(105, by_t1, &r, 0, 0));
	see(k, rec_return(110, by_t1, &r, 0));
	work_completes(k, 200, &r, AIOS_POLL_SCHEDULED, BIT_IN);
	see(k, rec_birth(300, by_t1, &late));
	see(k, rec_queue(301, by_t1, &late, 0));
	see(k, rec_poll_return(302, by_t1, &late, 0, 0));
	see(k, rec_wake(303, with_flags(by_t1, AIOS_F_SOFTIRQ), &late, 0, 0));
	see(k, rec_return(304, by_t1, &late, 0));
	work_completes(k, 310, &late, AIOS_POLL_SCHEDULED, BIT_IN);
	see_read(k, 900, by_t3, &c, 2);
	assert_int_equal(the(k, 1)->woken, AIOS_WAKE_BEFORE_RETURN);
	assert_int_equal(the(k, 2)->woken, AIOS_WAKE_AFTER_RETURN);
}

/* ->poll is asked again by the work: that return is another one. */
static void the_return_to_the_work_is_not_the_one_that_counts(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c;
	struct kit_req r = begin(k, &c);
	const struct kit_out *out;

	see(k, rec_wake(102, by_other, &r, 0, 0));
	see(k, rec_return(110, by_t1, &r, 0));
	see(k, rec_work_begin(200, by_worker, &r, AIOS_WORK_POLL, AIOS_POLL_SCHEDULED));
	see(k, rec_poll_return(201, by_worker, &r, BIT_IN, 1));
	see(k, rec_complete(202, by_worker, &r, BIT_IN));
	see(k, rec_work_end(203, by_worker, &r, AIOS_WORK_POLL));
	out = end(k, &c);
	assert_false(out->req.poll.returned);
	assert_int_equal(out->woken, AIOS_WAKE_UNKNOWN);
}

/* An event loop arms the same descriptor again and again (facts, 0.4). */
static void a_poll_armed_again_starts_from_nothing(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c;
	struct kit_req r = begin_waiting(k, &c);

	see(k, rec_wake(200, by_other, &r, 0, AIOS_POLL_ARMED));
	work_finds_nothing(k, 210, &r);
	see(k, rec_wake(220, by_other, &r, BIT_IN, AIOS_POLL_ARMED));
	see(k, rec_complete(221, by_other, &r, BIT_IN));
	see(k, rec_birth(300, by_t1, &r));
	see(k, rec_queue(301, by_t1, &r, 0));
	see(k, rec_complete(302, by_t1, &r, BIT_IN));
	see(k, rec_return(303, by_t1, &r, 0));
	see_read(k, 900, by_t3, &c, 2);
	assert_int_equal(the(k, 1)->order, AIOS_POLL_AGAIN);
	assert_int_equal(the(k, 2)->order, AIOS_POLL_READY);
	assert_int_equal(the(k, 2)->req.poll.wakes, 0);
	assert_int_equal(the(k, 2)->req.poll.works, 0);
}

static void records_of_requests_nobody_knows_change_nothing(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = kit_ctx(1);
	struct kit_req r = kit_poll(&c, 1);

	see(k, rec_setup(2, by_t1, &c));
	see(k, rec_queue(10, by_t1, &r, 0));
	see(k, rec_wake(11, by_other, &r, BIT_IN, 0));
	see(k, rec_poll_cancel(12, by_t1, &r, 0));
	see(k, rec_poll_return(13, by_t1, &r, 0, 0));
	see(k, rec_work_begin(14, by_worker, &r, AIOS_WORK_POLL, 0));
	see(k, rec_work_end(15, by_worker, &r, AIOS_WORK_POLL));
	see(k, rec_done(16, by_t1, &r, 0));
	see_end(k);
	assert_int_equal(k->out_cnt, 0);
}

static void every_order_has_its_own_name_and_a_sentence(void **state)
{
	(void)state;
	for (enum aios_poll_order i = AIOS_POLL_NONE; i <= AIOS_POLL_UNCLEAR; i++) {
		assert_true(strlen(aios_poll_order_doc(i)) > 5);
		for (enum aios_poll_order j = AIOS_POLL_NONE; j < i; j++)
			assert_string_not_equal(aios_poll_order_name(i), aios_poll_order_name(j));
	}
	for (enum aios_wake_order i = AIOS_WAKE_UNKNOWN; i <= AIOS_WAKE_UNORDERED; i++)
		for (enum aios_wake_order j = AIOS_WAKE_UNKNOWN; j < i; j++)
			assert_string_not_equal(aios_wake_order_name(i), aios_wake_order_name(j));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		KIT_TEST(ready_at_once_needs_no_wake_up),
		KIT_TEST(ready_without_a_wait_queue_is_ready_as_well),
		KIT_TEST(an_early_wake_up_that_completes_is_early_inline),
		KIT_TEST(an_early_wake_up_may_drop_the_last_reference),
		KIT_TEST(what_a_wake_up_leaves_to_the_submission_is_ready),
		KIT_TEST(an_early_wake_up_without_a_key_is_early_work),
		KIT_TEST(an_early_wake_up_that_finds_the_lock_taken_is_early_work),
		KIT_TEST(the_submitter_may_complete_what_the_work_decided),
		KIT_TEST(a_wake_up_while_it_waits_is_armed_inline),
		KIT_TEST(armed_does_not_mean_returned),
		KIT_TEST(an_eventfd_leaves_it_an_inline_completion),
		KIT_TEST(a_wake_up_without_a_key_while_it_waits_is_armed_work),
		KIT_TEST(a_wake_up_while_the_work_is_scheduled_is_counted_apart),
		KIT_TEST(a_wake_up_for_something_else_is_ignored),
		KIT_TEST(a_hang_up_always_matches),
		KIT_TEST(woken_again_after_the_work_found_nothing_is_again),
		KIT_TEST(woken_again_and_completed_by_the_work_is_again),
		KIT_TEST(a_wake_up_during_the_work_runs_it_again),
		KIT_TEST(early_and_not_ready_and_completed_by_the_submitter_is_again),
		KIT_TEST(cancelled_while_it_waits_is_cancelled),
		KIT_TEST(a_wake_up_after_the_cancellation_is_not_early),
		KIT_TEST(a_cancellation_that_came_too_late_changes_nothing),
		KIT_TEST(cancelled_while_the_work_is_queued_is_cancelled),
		KIT_TEST(cancelled_while_the_work_runs_is_cancelled),
		KIT_TEST(ready_when_it_was_cancelled_is_not_cancelled),
		KIT_TEST(cancelled_by_the_end_of_its_context_is_cancelled),
		KIT_TEST(a_freed_wait_queue_completes_inline),
		KIT_TEST(a_freed_wait_queue_may_leave_it_to_the_work),
		KIT_TEST(a_second_wait_queue_is_refused),
		KIT_TEST(a_second_wait_queue_is_no_matter_when_the_file_is_ready),
		KIT_TEST(a_second_wait_queue_found_too_late_is_cancelled),
		KIT_TEST(a_second_wait_queue_after_an_inline_completion_is_early),
		KIT_TEST(a_poll_refused_without_a_second_queue_has_no_order),
		KIT_TEST(what_waits_when_the_trace_ends_is_waiting),
		KIT_TEST(other_operations_have_no_order),
		KIT_TEST(a_found_poll_that_a_work_completes_is_unclear),
		KIT_TEST(a_wake_up_of_a_found_poll_is_never_early),
		KIT_TEST(a_poll_that_lived_through_a_hole_is_unclear),
		KIT_TEST(an_armed_wake_up_came_after_the_return),
		KIT_TEST(an_early_wake_up_on_another_cpu_is_unordered),
		KIT_TEST(an_early_wake_up_on_the_same_cpu_is_ordered_by_it),
		KIT_TEST(the_return_to_the_work_is_not_the_one_that_counts),
		KIT_TEST(a_poll_armed_again_starts_from_nothing),
		KIT_TEST(records_of_requests_nobody_knows_change_nothing),
		KIT_TEST(every_order_has_its_own_name_and_a_sentence),
	};

	return cmocka_run_group_tests_name("model_poll", tests, NULL, NULL);
}
