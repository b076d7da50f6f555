// SPDX-License-Identifier: GPL-2.0-only
/*
 * kit_legal.c - what a correct kernel does and what looks as if a rule were broken.
 */
#include <errno.h>

#include "kit_story.h"

static void a_read(struct kit_tale *t)
{
	struct kit_req r = tale_read(t, 1);

	tell_accepted(t, &r);
	tell_finished(t, &r, 4096);
}

static void a_read_at_level_exact(struct kit_tale *t)
{
	struct kit_req r = tale_read(t, 1);
	struct aios_rec rec;

	r.ask.file = 0xf11e;
	tell_made(t, &r);
	tell_done(t, &r, 4096, AIOS_PUT_RW);
	tell_taken(t, 1);
	tell(t, rec_kill(at(t), by_t1, &t->ctx, 0));
	tell(t, rec_users0(at(t), &t->ctx));
	tell(t, rec_reqs0(at(t), &t->ctx));
	tell(t, rec_destroy(at(t), by_t1, &t->ctx, 0));
	/* Its slot is given back when the next request is submitted, and there is none. */
	rec = rec_free(at(t), &t->ctx);
	rec.ctx_free.free_1 = t->ctx.nr_events - 1;
	tell(t, rec);
}

/* Nobody may use the rest of what other CPUs have taken for themselves. */
static void eagain_with_free_slots(struct kit_tale *t)
{
	struct kit_req r = tale_read(t, 1);

	tell(t, rec_iocb(at(t), by_t1, &r));
	tell(t, rec_return(at(t), by_t1, &r, -EAGAIN));
	tell(t, rec_submit(at(t), by_t1, &t->ctx, 1, -EAGAIN));
	tell_teardown(t);
}

/* The error of the second one shows as a short count, and nobody gets to know it. */
static void a_short_count(struct kit_tale *t)
{
	struct kit_req r = tale_read(t, 1), bad = tale_read(t, 2);

	tell_accepted(t, &r);
	tell(t, rec_birth(at(t), by_t1, &bad));
	tell(t, rec_return(at(t), by_t1, &bad, -EBADF));
	tell(t, rec_submit(at(t), by_t1, &t->ctx, 2, 1));
	tell_finished(t, &r, 4096);
}

static void a_short_count_at_level_exact(struct kit_tale *t)
{
	struct kit_req r = tale_read(t, 1), bad = tale_read(t, 2);

	tell_made(t, &r);
	tell(t, rec_made(at(t), by_t1, &bad));
	tell(t, rec_dropped(at(t), by_t1, &bad, AIOS_PUT_ERROR, 1));
	tell(t, rec_freed(at(t), by_t1, &bad, 1));
	tell(t, rec_slots(at(t), by_t1, &t->ctx, 1, AIOS_SLOTS_ERROR));
	tell(t, rec_return(at(t), by_t1, &bad, -EINVAL));
	tell(t, rec_submit(at(t), by_t1, &t->ctx, 2, 1));
	/* Refused before it was made: it had no slot, and takes nothing from the count. */
	tell_made(t, &bad);
	tell(t, rec_submit(at(t), by_t1, &t->ctx, 1, 1));
	tell_no_slot(t, 3, 0);
	tell_done(t, &r, 4096, AIOS_PUT_RW);
	tell_done(t, &bad, 4096, AIOS_PUT_RW);
	tell_taken(t, 2);
	tell_teardown(t);
}

/* Errors that are of no iocb; nothing at all; a ring that mremap() has put elsewhere. */
static void calls_of_io_submit_that_tell_little(struct kit_tale *t)
{
	struct kit_ctx other = kit_ctx(2), moved = t->ctx;
	struct kit_req r = tale_read(t, 1), s = kit_read(&other, 2);

	tell(t, rec_setup(at(t), by_t1, &other));
	tell(t, rec_submit(at(t), by_t1, &t->ctx, 0, 0));
	tell(t, rec_submit(at(t), by_t1, &t->ctx, -1, -EINVAL));
	tell(t, rec_submit(at(t), by_t1, &t->ctx, 1, -EFAULT));
	tell_accepted(t, &r);
	tell(t, rec_submit(at(t), by_t1, &t->ctx, 5, 1));
	/* A call whose return nobody hooked, and one of another context. */
	tell(t, rec_birth(at(t), by_t2, &s));
	tell(t, rec_return(at(t), by_t2, &s, 0));
	tell_completed(t, &r, 4096);
	tell(t, rec_birth(at(t), by_t2, &r));
	tell(t, rec_return(at(t), by_t2, &r, 0));
	tell(t, rec_submit(at(t), by_t2, &t->ctx, 1, 1));
	tell_completed(t, &r, 4096);
	tell_completed(t, &s, 4096);
	moved.user_id += 0x100000;
	tell_accepted(t, &r);
	tell(t, rec_submit(at(t), by_t1, &moved, 1, 1));
	tell(t, rec_submit(at(t), by_other, &t->ctx, 1, 1));
	tell_completed(t, &r, 4096);
}

/* Others gave slots back, or read, when it had looked already. */
static void a_slot_that_came_too_late(struct kit_tale *t)
{
	struct kit_req r = tale_read(t, 1);

	tell_made(t, &r);
	tell(t, rec_submit(at(t), by_t1, &t->ctx, 1, 1));
	tell_done(t, &r, 4096, AIOS_PUT_RW);
	tell_no_slot(t, 0, 1);
	t->now_ns += 1000000000;
	tell_taken(t, 1);
	tell_no_slot(t, 0, 1);
	tell(t, rec_slots(at(t), in_softirq, &t->ctx, 1, AIOS_SLOTS_COMPLETE));
	tell_no_slot(t, 15, 0);
	t->now_ns += 1000000000;
	/* Counted, and not told yet. */
	tell_made(t, &r);
	tell(t, rec_submit(at(t), by_t1, &t->ctx, 1, 1));
	t->now_ns += 1000000000;
	tell_no_slot(t, 0, 1);
	tell_done(t, &r, 4096, AIOS_PUT_RW);
	tell_taken(t, 1);
}

static void io_setup_beyond_the_limit(struct kit_tale *t)
{
	static const struct aios_ctx_limit limits[] = {
		{ .aio_nr = 33, .aio_max_nr = 64, .max_reqs = 32 },
		{ .aio_nr = 100, .aio_max_nr = 64, .max_reqs = 1 },
		{ .aio_nr = 0, .aio_max_nr = UINT64_MAX, .max_reqs = 1U << 31 },
		{ .aio_nr = UINT64_MAX, .aio_max_nr = UINT64_MAX, .max_reqs = 1 },
	};

	for (unsigned int i = 0; i < NR(limits); i++) {
		struct aios_rec rec = rec_make(AIOS_EV_CTX_LIMIT, sizeof(rec.ctx_limit), at(t),
					       by_t1);

		rec.ctx_limit = limits[i];
		tell(t, rec);
		tell(t, rec_refused(at(t), by_t1, -EAGAIN, limits[i].max_reqs));
	}
	tell_teardown(t);
}

static void completed_before_io_submit_returns(struct kit_tale *t)
{
	struct kit_req r = tale_read(t, 1);

	tell(t, rec_birth(at(t), by_t1, &r));
	tell(t, rec_complete(at(t), by_t1, &r, 0));
	tell_reaped(t, 1);
	tell(t, rec_return(at(t), by_t1, &r, 0));
	tell_teardown(t);
}

static void the_same_iocb_twice_in_flight(struct kit_tale *t)
{
	struct kit_req r = tale_read(t, 1), same = tale_read(t, 2);

	same.ask.uiocb = r.ask.uiocb;
	same.ask.data = r.ask.data;
	tell_accepted(t, &r);
	tell_accepted(t, &same);
	tell_completed(t, &same, 4096);
	tell_completed(t, &r, 4096);
	tell_reaped(t, 2);
	tell_teardown(t);
}

static void an_address_is_used_again_at_once(struct kit_tale *t)
{
	struct kit_req r = tale_read(t, 1);

	for (unsigned int i = 0; i < 3; i++) {
		tell_accepted(t, &r);
		tell_completed(t, &r, 4096);
	}
	tell_reaped(t, 3);
	tell_teardown(t);
}

static void more_bits_than_were_asked_for(struct kit_tale *t)
{
	struct kit_req r = tale_poll(t, 1);

	tell_armed(t, &r);
	tell_woken(t, &r, BIT_IN | BIT_RDNORM);
	tell_reaped(t, 1);
	tell_teardown(t);
}

static void hung_up_though_not_asked_for(struct kit_tale *t)
{
	struct kit_req r = tale_poll(t, 1);

	tell_armed(t, &r);
	tell_woken(t, &r, BIT_HUP);
	tell_reaped(t, 1);
	tell_teardown(t);
}

/* io_cancel says EINPROGRESS; the event comes, and has no bits. */
static void nothing_after_io_cancel(struct kit_tale *t)
{
	struct kit_req r = tale_poll(t, 1);

	tell_armed(t, &r);
	tell(t, rec_poll_cancel(at(t), by_t1, &r, AIOS_POLL_ARMED));
	tell(t, rec_cancel(at(t), by_t1, &r, -EINPROGRESS));
	tell(t, rec_work_begin(at(t), by_worker, &r, AIOS_WORK_POLL,
			       AIOS_POLL_SCHEDULED | AIOS_POLL_CANCELLED));
	tell(t, rec_complete(at(t), by_worker, &r, 0));
	tell(t, rec_work_end(at(t), by_worker, &r, AIOS_WORK_POLL));
	tell_reaped(t, 1);
	tell_teardown(t);
}

static void nothing_after_teardown(struct kit_tale *t)
{
	struct kit_req r = tale_poll(t, 1);

	tell_armed(t, &r);
	tell(t, rec_kill(at(t), by_t1, &t->ctx, 0));
	tell(t, rec_users0(at(t), &t->ctx));
	tell(t, rec_poll_cancel(at(t), in_softirq, &r, AIOS_POLL_ARMED));
	tell(t, rec_work_begin(at(t), by_worker, &r, AIOS_WORK_POLL,
			       AIOS_POLL_SCHEDULED | AIOS_POLL_CANCELLED));
	tell(t, rec_complete(at(t), by_worker, &r, 0));
	tell(t, rec_work_end(at(t), by_worker, &r, AIOS_WORK_POLL));
	tell(t, rec_reqs0(at(t), &t->ctx));
	tell(t, rec_destroy(at(t), by_t1, &t->ctx, 0));
	tell(t, rec_free(at(t), &t->ctx));
}

static void hung_up_after_pollfree(struct kit_tale *t)
{
	struct kit_req r = tale_poll(t, 1);

	tell_armed(t, &r);
	tell(t, rec_wake(at(t), in_softirq, &r, AIOS_POLLFREE | BIT_HUP, AIOS_POLL_ARMED));
	tell(t, rec_work_begin(at(t), by_worker, &r, AIOS_WORK_POLL,
			       AIOS_POLL_SCHEDULED | AIOS_POLL_CANCELLED));
	tell(t, rec_complete(at(t), by_worker, &r, 0));
	tell(t, rec_work_end(at(t), by_worker, &r, AIOS_WORK_POLL));
	tell_reaped(t, 1);
	tell_teardown(t);
}

/* The work item drops a reference that is not the last one: io_submit is still inside. */
static void pollfree_while_io_submit_is_inside(struct kit_tale *t)
{
	struct kit_req r = tale_poll(t, 1);

	tell(t, rec_birth(at(t), by_t1, &r));
	tell(t, rec_queue(at(t), by_t1, &r, 0));
	tell(t, rec_wake(at(t), in_softirq, &r, AIOS_POLLFREE | BIT_HUP, 0));
	tell(t, rec_work_begin(at(t), by_worker, &r, AIOS_WORK_POLL,
			       AIOS_POLL_SCHEDULED | AIOS_POLL_CANCELLED));
	tell(t, rec_work_end(at(t), by_worker, &r, AIOS_WORK_POLL));
	tell(t, rec_complete(at(t), by_t1, &r, 0));
	tell(t, rec_return(at(t), by_t1, &r, 0));
	tell_reaped(t, 1);
	tell_teardown(t);
}

/*
 * Two threads submit the same iocb. The first one's request is refused and its memory given to the
 * second one's, a poll of a file without a wait queue, before the first one is told.
 */
static void ready_at_the_address_of_one_that_is_refused(struct kit_tale *t)
{
	struct kit_req r = tale_read(t, 1), poll = tale_poll(t, 1);

	r.ask.length = 16;
	poll.kiocb = r.kiocb;
	poll.ask.uiocb = r.ask.uiocb;
	poll.ask.data = r.ask.data;
	tell(t, rec_birth(at(t), by_t1, &r));
	tell(t, rec_complete(at(t), by_t2, &poll, BIT_IN | BIT_RDNORM));
	tell(t, rec_return(at(t), by_t1, &r, -EINVAL));
	tell(t, rec_iocb(at(t), by_t2, &poll));
	tell(t, rec_return(at(t), by_t2, &poll, 0));
	tell_reaped(t, 1);
	tell_teardown(t);
}

static void nothing_as_two_queues_were_found_too_late(struct kit_tale *t)
{
	struct kit_req r = tale_poll(t, 1);

	tell(t, rec_birth(at(t), by_t1, &r));
	tell(t, rec_queue(at(t), by_t1, &r, 0));
	tell(t, rec_wake(at(t), in_softirq, &r, 0, 0));
	tell(t, rec_queue(at(t), by_t1, &r, 1));
	tell(t, rec_return(at(t), by_t1, &r, 0));
	tell(t, rec_work_begin(at(t), by_worker, &r, AIOS_WORK_POLL,
			       AIOS_POLL_SCHEDULED | AIOS_POLL_CANCELLED));
	tell(t, rec_complete(at(t), by_worker, &r, 0));
	tell(t, rec_work_end(at(t), by_worker, &r, AIOS_WORK_POLL));
	tell_reaped(t, 1);
	tell_teardown(t);
}

static void two_queues_are_refused(struct kit_tale *t)
{
	struct kit_req r = tale_poll(t, 1);

	tell(t, rec_birth(at(t), by_t1, &r));
	tell(t, rec_queue(at(t), by_t1, &r, 0));
	tell(t, rec_queue(at(t), by_t1, &r, 1));
	tell(t, rec_return(at(t), by_t1, &r, -EINVAL));
	tell_teardown(t);
}

/* Ready when it was asked: on a queue or two, it does not wait. */
static void two_queues_and_ready(struct kit_tale *t)
{
	struct kit_req r = tale_poll(t, 1);

	tell(t, rec_birth(at(t), by_t1, &r));
	tell(t, rec_queue(at(t), by_t1, &r, 0));
	tell(t, rec_queue(at(t), by_t1, &r, 1));
	tell(t, rec_complete(at(t), by_t1, &r, BIT_IN));
	tell(t, rec_return(at(t), by_t1, &r, 0));
	tell_reaped(t, 1);
	tell_teardown(t);
}

/* A regular file has no ->poll: no hook sees the request before it completes. */
static void a_file_that_is_always_ready(struct kit_tale *t)
{
	struct kit_req r = tale_poll(t, 1);

	tell(t, rec_complete(at(t), by_t1, &r, BIT_IN | BIT_OUT));
	tell(t, rec_iocb(at(t), by_t1, &r));
	tell(t, rec_return(at(t), by_t1, &r, 0));
	tell_reaped(t, 1);
	tell_teardown(t);
}

static void woken_again_and_again(struct kit_tale *t)
{
	struct kit_req r = tale_poll(t, 1);

	tell_armed(t, &r);
	tell(t, rec_wake(at(t), in_softirq, &r, 0, AIOS_POLL_ARMED));
	tell(t, rec_wake(at(t), in_softirq, &r, BIT_IN, AIOS_POLL_ARMED | AIOS_POLL_SCHEDULED));
	tell(t, rec_wake(at(t), in_softirq, &r, 0,
			 AIOS_POLL_ARMED | AIOS_POLL_SCHEDULED | AIOS_POLL_RESCHED));
	tell(t, rec_work_begin(at(t), by_worker, &r, AIOS_WORK_POLL,
			       AIOS_POLL_ARMED | AIOS_POLL_SCHEDULED | AIOS_POLL_RESCHED));
	tell(t, rec_complete(at(t), by_worker, &r, BIT_IN));
	tell(t, rec_work_end(at(t), by_worker, &r, AIOS_WORK_POLL));
	tell_reaped(t, 1);
	tell_teardown(t);
}

/* What a poll of a signalfd does for ever: the work asks for its own signals, and has none. */
static void woken_and_not_ready(struct kit_tale *t)
{
	struct kit_req r = tale_poll(t, 1);

	tell_armed(t, &r);
	for (unsigned int i = 0; i < 3; i++) {
		tell(t, rec_wake(at(t), in_softirq, &r, 0, AIOS_POLL_ARMED));
		tell(t, rec_work_begin(at(t), by_worker, &r, AIOS_WORK_POLL,
				       AIOS_POLL_ARMED | AIOS_POLL_SCHEDULED));
		tell(t, rec_work_end(at(t), by_worker, &r, AIOS_WORK_POLL));
	}
}

static void ignored_for_hours(struct kit_tale *t)
{
	struct kit_req r = tale_poll(t, 1);

	tell_armed(t, &r);
	tell(t, rec_wake(at(t), in_softirq, &r, BIT_OUT, AIOS_POLL_ARMED));
	t->now_ns += 3600 * STORY_SILENCE_NS / 100;
	tell(t, rec_wake(at(t), in_softirq, &r, BIT_OUT, AIOS_POLL_ARMED));
}

/* As the submission was not through when it came, the poll was on no list yet. */
static void woken_before_it_could_be_cancelled(struct kit_tale *t)
{
	struct kit_req r = tale_poll(t, 1);

	tell(t, rec_birth(at(t), by_t1, &r));
	tell(t, rec_queue(at(t), by_t1, &r, 0));
	tell(t, rec_wake(at(t), in_softirq, &r, BIT_IN, 0));
	tell_completed(t, &r, BIT_IN);
	tell(t, rec_return(at(t), by_t1, &r, 0));
	tell_reaped(t, 1);
	tell_teardown(t);
}

/* On kernel/6.12/next the submission owns it until it has decided: what it is woken for is its. */
static void woken_often_while_the_submission_has_it(struct kit_tale *t)
{
	struct kit_req r = tale_poll(t, 1);

	tell(t, rec_birth(at(t), by_t1, &r));
	tell(t, rec_queue(at(t), by_t1, &r, 0));
	tell(t, rec_wake(at(t), in_softirq, &r, BIT_IN, AIOS_POLL_SUBMITTING));
	tell(t, rec_wake(at(t), in_softirq, &r, BIT_OUT, AIOS_POLL_SUBMITTING));
	tell(t, rec_wake(at(t), in_softirq, &r, BIT_IN, AIOS_POLL_SUBMITTING));
	tell(t, rec_complete(at(t), by_t1, &r, BIT_IN));
	tell(t, rec_return(at(t), by_t1, &r, 0));
	tell_reaped(t, 1);
	tell_teardown(t);
}

/* Two wake-ups find it owned, and the owner makes one result of them. */
static void what_two_wakeups_said(struct kit_tale *t)
{
	struct kit_req r = tale_poll(t, 1);

	tell(t, rec_birth(at(t), by_t1, &r));
	tell(t, rec_queue(at(t), by_t1, &r, 0));
	tell(t, rec_wake(at(t), in_softirq, &r, BIT_IN, AIOS_POLL_SUBMITTING));
	tell(t, rec_wake(at(t), in_softirq, &r, BIT_HUP, AIOS_POLL_SUBMITTING));
	tell(t, rec_poll_return(at(t), by_t1, &r, 0, 0));
	tell(t, rec_complete(at(t), by_t1, &r, BIT_IN | BIT_HUP));
	tell(t, rec_return(at(t), by_t1, &r, 0));
	tell_reaped(t, 1);
	tell_teardown(t);
}

/* Who is cancelled leaves the list, and is woken all the same until its work has run. */
static void woken_after_io_cancel(struct kit_tale *t)
{
	struct kit_req r = tale_poll(t, 1);

	tell_armed(t, &r);
	tell(t, rec_poll_cancel(at(t), by_t1, &r, AIOS_POLL_ARMED));
	tell(t, rec_wake(at(t), in_softirq, &r, BIT_IN, AIOS_POLL_SCHEDULED));
	tell(t, rec_work_begin(at(t), by_worker, &r, AIOS_WORK_POLL,
			       AIOS_POLL_SCHEDULED | AIOS_POLL_CANCELLED | AIOS_POLL_RESCHED));
	tell(t, rec_complete(at(t), by_worker, &r, 0));
	tell(t, rec_work_end(at(t), by_worker, &r, AIOS_WORK_POLL));
	tell_reaped(t, 1);
	tell_teardown(t);
}

/* Its second queue was found too late: it is on no list, and its work item has to end it. */
static void a_wakeup_between_two_queues_and_their_end(struct kit_tale *t)
{
	struct kit_req r = tale_poll(t, 1);

	tell(t, rec_birth(at(t), by_t1, &r));
	tell(t, rec_queue(at(t), by_t1, &r, 0));
	tell(t, rec_wake(at(t), in_softirq, &r, 0, 0));
	tell(t, rec_queue(at(t), by_t1, &r, 1));
	tell(t, rec_return(at(t), by_t1, &r, 0));
	tell(t, rec_wake(at(t), in_softirq, &r, 0, AIOS_POLL_SCHEDULED));
	tell(t, rec_work_begin(at(t), by_worker, &r, AIOS_WORK_POLL,
			       AIOS_POLL_SCHEDULED | AIOS_POLL_CANCELLED | AIOS_POLL_RESCHED));
	tell(t, rec_complete(at(t), by_worker, &r, 0));
	tell(t, rec_work_end(at(t), by_worker, &r, AIOS_WORK_POLL));
	tell_reaped(t, 1);
	tell_teardown(t);
}

/* Another poll has its address; and a work item ends later than the request that it completed. */
static void a_poll_where_another_one_ended(struct kit_tale *t)
{
	struct kit_req r = tale_poll(t, 1), next = tale_poll(t, 2);

	next.kiocb = r.kiocb;
	tell_armed(t, &r);
	tell(t, rec_wake(at(t), in_softirq, &r, 0, AIOS_POLL_ARMED));
	tell(t, rec_work_begin(at(t), by_worker, &r, AIOS_WORK_POLL,
			       AIOS_POLL_ARMED | AIOS_POLL_SCHEDULED));
	tell(t, rec_complete(at(t), by_worker, &r, BIT_IN));
	tell_armed(t, &next);
	tell(t, rec_work_end(at(t), by_worker, &r, AIOS_WORK_POLL));
	tell_woken(t, &next, BIT_IN);
	tell_reaped(t, 2);
	tell_teardown(t);
}

/* A clock that is coarse gives two CPUs the same time, and who comes first is told last. */
static void a_wakeup_at_the_time_of_a_birth_and_of_an_end(struct kit_tale *t)
{
	struct kit_req r = tale_poll(t, 1);
	uint64_t now_ns = at(t);

	tell(t, rec_wake(now_ns, on_cpu(in_softirq, 0), &r, BIT_OUT, 0));
	tell(t, rec_birth(now_ns, by_t2, &r));
	tell(t, rec_queue(at(t), by_t2, &r, 0));
	tell(t, rec_return(at(t), by_t2, &r, 0));
	now_ns = at(t);
	tell(t, rec_complete(now_ns, by_t1, &r, BIT_IN));
	tell(t, rec_wake(now_ns, in_softirq, &r, BIT_OUT, AIOS_POLL_ARMED));
	tell(t, rec_kill(at(t), by_t1, &t->ctx, 0));
	now_ns = at(t);
	tell(t, rec_users0(now_ns, &t->ctx));
	tell(t, rec_read_end(now_ns, by_t3, &t->ctx, -EINVAL));
	tell(t, rec_reqs0(at(t), &t->ctx));
	tell(t, rec_destroy(at(t), by_t1, &t->ctx, 0));
	tell(t, rec_free(at(t), &t->ctx));
}

/* A refused request gives its address away before its submission returns. */
static void a_poll_where_one_is_being_refused(struct kit_tale *t)
{
	struct kit_req bad = tale_read(t, 1), r = tale_poll(t, 2);

	r.kiocb = bad.kiocb;
	tell(t, rec_birth(at(t), by_t2, &bad));
	tell_armed(t, &r);
	tell(t, rec_return(at(t), by_t2, &bad, -EBADF));
	tell_woken(t, &r, BIT_IN);
	tell_reaped(t, 1);
	tell_teardown(t);
}

/* Nobody sees the birth of that one, whose event comes before the refusal is told. */
static void a_ready_file_where_one_is_being_refused(struct kit_tale *t)
{
	struct kit_req bad = tale_read(t, 1), r = tale_poll(t, 2);

	r.kiocb = bad.kiocb;
	tell(t, rec_birth(at(t), by_t2, &bad));
	tell(t, rec_complete(at(t), by_t1, &r, BIT_IN | BIT_OUT));
	tell(t, rec_return(at(t), by_t2, &bad, -EBADF));
	tell(t, rec_iocb(at(t), by_t1, &r));
	tell(t, rec_return(at(t), by_t1, &r, 0));
	tell_reaped(t, 1);
	tell_teardown(t);
}

/* Two threads at once: one is told that it came too late. */
static void io_destroy_twice(struct kit_tale *t)
{
	tell(t, rec_kill(at(t), by_t2, &t->ctx, 0));
	tell(t, rec_kill(at(t), by_t1, &t->ctx, -EINVAL));
	tell(t, rec_destroy(at(t), by_t1, &t->ctx, -EINVAL));
	tell(t, rec_users0(at(t), &t->ctx));
	tell(t, rec_reqs0(at(t), &t->ctx));
	tell(t, rec_destroy(at(t), by_t2, &t->ctx, 0));
	tell(t, rec_free(at(t), &t->ctx));
}

static void unread_events_are_discarded(struct kit_tale *t)
{
	struct kit_req r = tale_read(t, 1);

	tell_accepted(t, &r);
	tell_completed(t, &r, 4096);
	tell_teardown(t);
}

static void a_reader_of_a_dying_context(struct kit_tale *t)
{
	tell(t, rec_read_begin(at(t), by_t3, &t->ctx, 1, 1));
	tell(t, rec_kill(at(t), by_t1, &t->ctx, 0));
	tell(t, rec_read_end(at(t), by_t3, &t->ctx, -EINVAL));
	tell(t, rec_users0(at(t), &t->ctx));
	tell(t, rec_reqs0(at(t), &t->ctx));
	tell(t, rec_destroy(at(t), by_t1, &t->ctx, 0));
	tell(t, rec_free(at(t), &t->ctx));
}

/* It sees that the context is dead before kill_ioctx, which says so, is through. */
static void a_reader_of_a_context_that_begins_to_die(struct kit_tale *t)
{
	tell(t, rec_read_begin(at(t), by_t3, &t->ctx, 1, 1));
	tell(t, rec_read_end(at(t), by_t3, &t->ctx, -EINVAL));
	tell_teardown(t);
}

static void readers_whose_time_is_up(struct kit_tale *t)
{
	static const int64_t until_ns[] = { 0, -1, 1000000000, 3600 * 1000000000LL };

	for (unsigned int i = 0; i < NR(until_ns); i++) {
		struct aios_rec rec = rec_read_begin(at(t), by_t3, &t->ctx, 1, 1);

		rec.read_begin.until_ns = until_ns[i];
		tell(t, rec);
		if (i < 3) {
			t->now_ns += 1500000000;
			tell(t, rec_read_end(at(t), by_t3, &t->ctx, 0));
		}
	}
}

static void fewer_than_were_waited_for(struct kit_tale *t)
{
	struct kit_req r = tale_read(t, 1);

	tell_accepted(t, &r);
	tell(t, rec_read_begin(at(t), by_t3, &t->ctx, 2, 2));
	tell_completed(t, &r, 4096);
	tell(t, rec_read_end(at(t), by_t3, &t->ctx, 1));
	tell_teardown(t);
}

/* It has taken one of the three it waits for, and sleeps on. */
static void a_reader_sleeps_on_what_it_has_taken(struct kit_tale *t)
{
	struct kit_req r = tale_read(t, 1);

	tell(t, rec_read_begin(at(t), by_t3, &t->ctx, 3, 3));
	tell_made(t, &r);
	tell_done(t, &r, 4096, AIOS_PUT_RW);
	tell(t, rec_taken(at(t), by_t3, &t->ctx, 1));
}

/* Who took the first event is told of last. */
static void looks_are_told_in_another_order(struct kit_tale *t)
{
	struct aios_rec first;

	tell_two(t);
	tell(t, rec_read_begin(at(t), by_t3, &t->ctx, 1, 1));
	tell(t, rec_read_begin(at(t), by_t2, &t->ctx, 1, 1));
	first = rec_taken(at(t), by_t2, &t->ctx, 1);
	tell(t, rec_taken(at(t), by_t3, &t->ctx, 1));
	first.h.time_ns = at(t);
	tell(t, first);
	tell_comes_out(t, by_t3);
	tell_comes_out(t, by_t2);
	tell_teardown(t);
}

/* While a reader is inside, the program takes a whole ring of events: the head is where it was. */
static void the_program_reaps_a_lap_beside_a_reader(struct kit_tale *t)
{
	struct aios_rec rec;

	tell(t, rec_read_begin(at(t), by_t3, &t->ctx, 2, 2));
	for (unsigned int i = 0; i < t->ctx.nr_events + 2; i++) {
		struct kit_req r = tale_read(t, i % 16);

		tell_made(t, &r);
		tell_done(t, &r, 4096, AIOS_PUT_RW);
		if (i == 0 || i == t->ctx.nr_events + 1)
			tell(t, rec_taken(at(t), by_t3, &t->ctx, 1));
		else
			kit_user_reaps(&t->ctx, 1);
	}
	rec = rec_read_end(at(t), by_t3, &t->ctx, 0);
	rec.read_end.ret = 2;
	tell(t, rec);
	tell_teardown(t);
}

static void a_reader_waits_for_what_is_not_there(struct kit_tale *t)
{
	tell(t, rec_read_begin(at(t), by_t3, &t->ctx, 1, 1));
}

static void the_program_reaps_by_itself(struct kit_tale *t)
{
	for (unsigned int i = 0; i < 300; i++) {
		struct kit_req r = tale_read(t, i % 16);

		tell_accepted(t, &r);
		tell_completed(t, &r, 4096);
		if (i % 16 == 15)
			kit_user_reaps(&t->ctx, 16);
	}
	tell_teardown(t);
}

/* The head is the program's to write: the kernel only has to survive it. */
static void the_program_writes_nonsense_into_the_ring(struct kit_tale *t)
{
	static const uint32_t heads[] = { 500, 77, 0xfffffff0, 3, 126, 1 };

	for (unsigned int i = 0; i < NR(heads); i++) {
		struct kit_req r = tale_read(t, i);

		t->ctx.head = heads[i];
		tell_accepted(t, &r);
		tell_completed(t, &r, 4096);
	}
	t->ctx.head = 0;
	tell_teardown(t);
}

static void the_ring_is_full_to_its_last_slot(struct kit_tale *t)
{
	for (unsigned int i = 0; i < t->ctx.nr_events - 1; i++) {
		struct kit_req r = tale_read(t, i);

		tell_accepted(t, &r);
		tell_completed(t, &r, 4096);
	}
	tell_reaped(t, t->ctx.nr_events - 1);
	tell_teardown(t);
}

/* Another reader took it while this one failed. */
static void a_read_fails_beside_one_that_succeeds(struct kit_tale *t)
{
	struct kit_req r = tale_read(t, 1);

	tell_accepted(t, &r);
	tell(t, rec_read_begin(at(t), by_t3, &t->ctx, 1, 1));
	tell(t, rec_read_begin(at(t), by_t2, &t->ctx, 1, 1));
	tell_completed(t, &r, 4096);
	tell(t, rec_read_end(at(t), by_t2, &t->ctx, 1));
	tell(t, rec_read_end(at(t), by_t3, &t->ctx, -EFAULT));
	tell_teardown(t);
}

static void a_submission_that_fails_at_level_exact(struct kit_tale *t)
{
	struct kit_req r = tale_read(t, 1);

	tell(t, rec_made(at(t), by_t1, &r));
	tell(t, rec_dropped(at(t), by_t1, &r, AIOS_PUT_ERROR, 1));
	tell(t, rec_freed(at(t), by_t1, &r, 1));
	tell(t, rec_slots(at(t), by_t1, &t->ctx, 1, AIOS_SLOTS_ERROR));
	tell(t, rec_return(at(t), by_t1, &r, -EINVAL));
	tell_teardown(t);
}

/* The credentials of others, whose last reference is not the request's: the drop is not seen. */
static void drops_that_nobody_watches(struct kit_tale *t)
{
	struct kit_req r = kit_fsync(&t->ctx, 1);
	struct aios_rec rec;

	tell(t, rec_made(at(t), by_t1, &r));
	tell(t, rec_hold(at(t), by_t1, &r, AIOS_EV_REQ_HOLD, AIOS_HOLD_CREDS));
	tell(t, rec_dropped(at(t), by_t1, &r, AIOS_PUT_SUBMIT, 1));
	rec = rec_hold(at(t), by_worker, &r, AIOS_EV_REQ_DROP, AIOS_HOLD_CREDS);
	rec.req_hold.seen = 0;
	tell(t, rec);
	tell(t, rec_completed(at(t), by_worker, &r, 0, AIOS_PUT_FSYNC));
	rec = rec_freed(at(t), by_worker, &r, 0);
	rec.req_free.watched = AIOS_WATCH_FREE;
	tell(t, rec);
	tell_taken(t, 1);
	tell_teardown(t);
}

/* As the block layer tells of it: within io_submit, across its end, and after it. */
static void a_device_takes_its_time(struct kit_tale *t)
{
	static const struct {
		unsigned int queued, issued, done, completed;
	} lives[] = { { 100, 200, 900, 1000 }, { 100, 600, 700, 1000 }, { 600, 700, 800, 900 },
		      { 100, 200, 300, 400 } };

	for (unsigned int i = 0; i < NR(lives); i++) {
		struct kit_req r = tale_read(t, i + 1);
		uint64_t born = at(t);

		tell(t, rec_birth(born, by_t1, &r));
		t->now_ns = born + 500;
		if (lives[i].completed > 500)
			tell(t, rec_return(t->now_ns, by_t1, &r, 0));
		t->now_ns = born + lives[i].completed;
		tell(t, rec_block(t->now_ns - 1, in_softirq, &r, born + lives[i].queued,
				  born + lives[i].issued, born + lives[i].done));
		tell(t, rec_complete(t->now_ns, in_softirq, &r, 4096));
		if (lives[i].completed <= 500)
			tell(t, rec_return(at(t), by_t1, &r, 0));
		tell_reaped(t, 1);
	}
	tell_teardown(t);
}

/* Requests that are older than the trace are exempt: nobody saw what they are. */
static void contexts_and_requests_from_before(struct kit_tale *t)
{
	struct kit_ctx old = kit_ctx(2);
	struct kit_req r = kit_read(&old, 1);

	tell(t, rec_found(at(t), &old, KIT_PID, 1));
	tell(t, rec_complete(at(t), in_softirq, &r, 4096));
	tell_teardown(t);
}

static void a_process_that_exits(struct kit_tale *t)
{
	struct kit_req r = tale_read(t, 1);
	struct aios_rec rec = rec_make(AIOS_EV_EXIT_BEGIN, sizeof(rec.exit), at(t), by_t1);

	tell_accepted(t, &r);
	rec.h.time_ns = at(t);
	tell(t, rec);
	tell(t, rec_kill(at(t), by_t1, &t->ctx, 0));
	tell(t, rec_users0(at(t), &t->ctx));
	tell_completed(t, &r, 4096);
	tell(t, rec_reqs0(at(t), &t->ctx));
	rec = rec_make(AIOS_EV_EXIT_END, sizeof(rec.exit), at(t), by_t1);
	tell(t, rec);
	tell(t, rec_free(at(t), &t->ctx));
}

/* Level function with hooks on what drops references. */
static void what_it_holds_is_given_back(struct kit_tale *t)
{
	struct kit_req r = tale_read(t, 1), refused = tale_read(t, 2);
	struct aios_rec rec = rec_birth(at(t), by_t1, &r);

	rec.iocb.file = r.ask.file = refused.ask.file = 0xf11e;
	rec.h.flags |= AIOS_F_FREED;
	tell(t, rec);
	tell_completed(t, &r, 4096);
	rec = rec_freed(at(t), in_softirq, &r, 0);
	rec.req_free.eventfd = 0xefd;
	rec.req_free.eventfd_drops = 1;
	rec.req_free.watched |= AIOS_WATCH_SIGNAL;
	rec.req_free.signals = 1;
	tell(t, rec);
	tell(t, rec_return(at(t), by_t1, &r, 0));
	rec = rec_birth(at(t), by_t1, &refused);
	rec.h.flags |= AIOS_F_FREED;
	tell(t, rec);
	tell(t, rec_freed(at(t), by_t1, &refused, 1));
	tell(t, rec_return(at(t), by_t1, &refused, -EINVAL));
	tell_reaped(t, 1);
	tell_teardown(t);
}

/* Whoever stood in for the hook on the completion does not see what is dropped after it. */
static void what_it_holds_goes_unseen(struct kit_tale *t)
{
	struct kit_req r = tale_read(t, 1);
	struct aios_rec rec = rec_birth(at(t), by_t1, &r);

	rec.h.flags |= AIOS_F_FREED;
	tell(t, rec);
	tell(t, rec_return(at(t), by_t1, &r, 0));
	rec = rec_complete(at(t), in_softirq, &r, 4096);
	rec.h.flags |= AIOS_F_AT_DONE;
	rec.req_complete.refs = 1;
	tell(t, rec);
	tell_reaped(t, 1);
}

/* A read in the memory of a poll that is over. */
static void an_old_entry_of_a_wait_queue(struct kit_tale *t)
{
	struct kit_req r = tale_read(t, 1);

	tell_accepted(t, &r);
	tell(t, rec_mismatch(at(t), in_softirq, r.kiocb, r.ctx->kctx, AIOS_SEEN_QUEUED));
	tell_finished(t, &r, 4096);
}

/* Who looked at the ring's head before another one took an event is told of behind him. */
static void a_reader_that_is_slow_to_tell(struct kit_tale *t)
{
	struct kit_req r = tale_read(t, 1), s = tale_read(t, 2);
	struct aios_rec slow;

	tell_accepted(t, &r);
	tell_accepted(t, &s);
	tell_completed(t, &r, 4096);
	tell_completed(t, &s, 4096);
	tell(t, rec_read_begin(at(t), by_t3, &t->ctx, 1, 1));
	slow = rec_read_end(at(t), by_t3, &t->ctx, 1);
	tell(t, rec_read_begin(at(t), by_t2, &t->ctx, 1, 1));
	tell(t, rec_read_end(at(t), by_t2, &t->ctx, 1));
	slow.h.time_ns = at(t);
	tell(t, slow);
	tell_teardown(t);
}

static void a_ring_that_is_moved(struct kit_tale *t)
{
	struct aios_rec rec;

	tell(t, rec_mremap(at(t), by_t1, &t->ctx, AIOS_EV_MREMAP_BEGIN, 1));
	tell(t, rec_mremap(at(t), by_t1, &t->ctx, AIOS_EV_MREMAP_END, 1));
	tell(t, rec_mremap(at(t), by_t2, &t->ctx, AIOS_EV_MREMAP_BEGIN, 0));
	rec = rec_mremap(at(t), by_t2, &t->ctx, AIOS_EV_MREMAP_END, 0);
	rec.mremap.ret = -EINVAL;
	tell(t, rec);
}

/* It was ready, and a wake-up was first: its work item completes it. */
static void woken_while_the_submission_asks(struct kit_tale *t)
{
	struct kit_req r = tale_poll(t, 1);

	tell(t, rec_birth(at(t), by_t1, &r));
	tell(t, rec_queue(at(t), by_t1, &r, 0));
	tell(t, rec_wake(at(t), in_softirq, &r, 0, 0));
	tell(t, rec_poll_return(at(t), by_t1, &r, BIT_IN | BIT_OUT, 0));
	tell(t, rec_return(at(t), by_t1, &r, 0));
	tell(t, rec_work_begin(at(t), by_worker, &r, AIOS_WORK_POLL,
			       AIOS_POLL_ARMED | AIOS_POLL_SCHEDULED));
	tell(t, rec_poll_return(at(t), by_worker, &r, BIT_IN | BIT_OUT, 1));
	tell(t, rec_complete(at(t), by_worker, &r, BIT_IN));
	tell(t, rec_work_end(at(t), by_worker, &r, AIOS_WORK_POLL));
	tell_reaped(t, 1);
	tell_teardown(t);
}

/* The work item finds it ready and drops its reference; who submitted it completes it. */
static void work_before_the_submission_is_over(struct kit_tale *t)
{
	struct kit_req r = tale_poll(t, 1);

	tell(t, rec_birth(at(t), by_t1, &r));
	tell(t, rec_queue(at(t), by_t1, &r, 0));
	tell(t, rec_wake(at(t), in_softirq, &r, 0, 0));
	tell(t, rec_poll_return(at(t), by_t1, &r, 0, 0));
	tell(t, rec_work_begin(at(t), by_worker, &r, AIOS_WORK_POLL, AIOS_POLL_SCHEDULED));
	tell(t, rec_poll_return(at(t), by_worker, &r, BIT_HUP, 1));
	tell(t, rec_work_end(at(t), by_worker, &r, AIOS_WORK_POLL));
	tell(t, rec_complete(at(t), by_t1, &r, BIT_HUP));
	tell(t, rec_return(at(t), by_t1, &r, 0));
	tell_reaped(t, 1);
	tell_teardown(t);
}

/* io_cancel finds nothing, and is the last one to use the context: its polls are told to finish. */
static void io_cancel_ends_a_context(struct kit_tale *t)
{
	struct kit_req r = tale_poll(t, 1), other = tale_poll(t, 2);

	tell_armed(t, &r);
	tell(t, rec_kill(at(t), by_t2, &t->ctx, 0));
	tell(t, rec_users0(at(t), &t->ctx));
	tell(t, rec_poll_cancel(at(t), by_t1, &r, AIOS_POLL_ARMED));
	tell(t, rec_cancel(at(t), by_t1, &r, -EINVAL));
	tell(t, rec_cancel(at(t), by_t1, &other, -EFAULT));
	tell(t, rec_complete(at(t), by_worker, &r, 0));
	tell(t, rec_reqs0(at(t), &t->ctx));
	tell(t, rec_destroy(at(t), by_t2, &t->ctx, 0));
	tell(t, rec_free(at(t), &t->ctx));
}

/* A system call that has not come back holds a context that is killed. */
static void a_dead_context_is_used(struct kit_tale *t)
{
	tell(t, rec_ctx_ref(at(t), by_t1, &t->ctx, AIOS_EV_CTX_GET, AIOS_CTX_USERS));
	tell(t, rec_ctx_ref(at(t), by_t2, &t->ctx, AIOS_EV_CTX_GET, AIOS_CTX_USERS));
	tell(t, rec_kill(at(t), by_t1, &t->ctx, 0));
	tell(t, rec_ctx_ref(at(t), by_t1, &t->ctx, AIOS_EV_CTX_PUT, AIOS_CTX_USERS));
	t->now_ns += 1000000000000;
}

#define LEGAL(how)	{ .name = #how, .tell = how }
#define EXACT(how)	{ .name = #how, .exact = true, .tell = how }

const struct kit_story kit_legal[] = {
	LEGAL(a_read),
	EXACT(a_read_at_level_exact),
	EXACT(looks_are_told_in_another_order),
	EXACT(the_program_reaps_a_lap_beside_a_reader),
	LEGAL(eagain_with_free_slots),
	LEGAL(a_short_count),
	EXACT(a_short_count_at_level_exact),
	LEGAL(calls_of_io_submit_that_tell_little),
	EXACT(a_slot_that_came_too_late),
	EXACT(a_dead_context_is_used),
	LEGAL(io_cancel_ends_a_context),
	EXACT(io_setup_beyond_the_limit),
	LEGAL(completed_before_io_submit_returns),
	LEGAL(the_same_iocb_twice_in_flight),
	LEGAL(an_address_is_used_again_at_once),
	LEGAL(more_bits_than_were_asked_for),
	LEGAL(hung_up_though_not_asked_for),
	LEGAL(woken_while_the_submission_asks),
	LEGAL(work_before_the_submission_is_over),
	LEGAL(nothing_after_io_cancel),
	LEGAL(nothing_after_teardown),
	LEGAL(hung_up_after_pollfree),
	LEGAL(pollfree_while_io_submit_is_inside),
	LEGAL(ready_at_the_address_of_one_that_is_refused),
	LEGAL(nothing_as_two_queues_were_found_too_late),
	LEGAL(two_queues_are_refused),
	LEGAL(two_queues_and_ready),
	LEGAL(a_file_that_is_always_ready),
	LEGAL(woken_again_and_again),
	LEGAL(woken_and_not_ready),
	LEGAL(ignored_for_hours),
	LEGAL(woken_before_it_could_be_cancelled),
	LEGAL(woken_often_while_the_submission_has_it),
	LEGAL(what_two_wakeups_said),
	LEGAL(woken_after_io_cancel),
	LEGAL(a_wakeup_between_two_queues_and_their_end),
	LEGAL(a_poll_where_another_one_ended),
	LEGAL(a_wakeup_at_the_time_of_a_birth_and_of_an_end),
	LEGAL(a_poll_where_one_is_being_refused),
	LEGAL(a_ready_file_where_one_is_being_refused),
	LEGAL(io_destroy_twice),
	LEGAL(unread_events_are_discarded),
	LEGAL(a_reader_of_a_dying_context),
	LEGAL(a_reader_of_a_context_that_begins_to_die),
	LEGAL(readers_whose_time_is_up),
	LEGAL(fewer_than_were_waited_for),
	EXACT(a_reader_sleeps_on_what_it_has_taken),
	LEGAL(a_reader_waits_for_what_is_not_there),
	LEGAL(the_program_reaps_by_itself),
	LEGAL(the_program_writes_nonsense_into_the_ring),
	LEGAL(the_ring_is_full_to_its_last_slot),
	LEGAL(a_read_fails_beside_one_that_succeeds),
	EXACT(a_submission_that_fails_at_level_exact),
	EXACT(drops_that_nobody_watches),
	LEGAL(a_device_takes_its_time),
	LEGAL(contexts_and_requests_from_before),
	LEGAL(a_process_that_exits),
	LEGAL(what_it_holds_is_given_back),
	LEGAL(what_it_holds_goes_unseen),
	LEGAL(a_reader_that_is_slow_to_tell),
	LEGAL(a_ring_that_is_moved),
	LEGAL(an_old_entry_of_a_wait_queue),
};
const size_t kit_legal_cnt = NR(kit_legal);
