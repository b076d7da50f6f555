// SPDX-License-Identifier: GPL-2.0-only
/*
 * kit_break.c - streams that break a rule each, as a kernel with a bug would write them.
 */
#include <errno.h>

#include "kit_story.h"
#include "lib/check.h"

static void completes_twice(struct kit_tale *t)
{
	struct kit_req r = tale_read(t, 1);

	tell_accepted(t, &r);
	tell_completed(t, &r, 4096);
	tell_completed(t, &r, 4096);
	tell_reaped(t, 2);
	tell_teardown(t);
}

static void refused_and_completes(struct kit_tale *t)
{
	struct kit_req r = tale_read(t, 1);

	tell(t, rec_birth(at(t), by_t1, &r));
	tell(t, rec_return(at(t), by_t1, &r, -EINVAL));
	tell_finished(t, &r, -EINVAL);
}

/* Its event never came, and nobody waited for it. */
static void ends_in_nothing(struct kit_tale *t)
{
	struct kit_req r = tale_read(t, 1);

	tell_accepted(t, &r);
	tell_teardown(t);
}

static void dropped_by_a_stranger(struct kit_tale *t)
{
	struct kit_req r = tale_read(t, 1);

	tell_made(t, &r);
	tell_finished_exactly(t, &r, 4096, AIOS_PUT_FSYNC);
}

static void submission_drops_twice(struct kit_tale *t)
{
	struct kit_req r = tale_read(t, 1);

	tell_made(t, &r);
	tell(t, rec_completed(at(t), by_t1, &r, 4096, AIOS_PUT_SUBMIT));
	tell(t, rec_freed(at(t), by_t1, &r, 0));
	/* refcount_t says so, and stays there. */
	tell(t, rec_dropped(at(t), in_softirq, &r, AIOS_PUT_RW, 0xc0000000));
	tell_taken(t, 1);
	tell_teardown(t);
}

static void completes_while_held(struct kit_tale *t)
{
	struct kit_req r = tale_read(t, 1);
	struct aios_rec rec;

	tell_accepted(t, &r);
	rec = rec_complete(at(t), in_softirq, &r, 4096);
	rec.req_complete.refs = 1;
	tell(t, rec);
	tell_reaped(t, 1);
	tell_teardown(t);
}

/* Two mistakes at once. */
static void completes_while_held_with_too_much(struct kit_tale *t)
{
	struct kit_req r = tale_read(t, 1);
	struct aios_rec rec;

	tell_accepted(t, &r);
	rec = rec_complete(at(t), in_softirq, &r, 8192);
	rec.req_complete.refs = 1;
	tell(t, rec);
	tell_reaped(t, 1);
	tell_teardown(t);
}

static void freed_while_held(struct kit_tale *t)
{
	struct kit_req r = tale_read(t, 1);

	tell_made(t, &r);
	tell(t, rec_completed(at(t), in_softirq, &r, 4096, AIOS_PUT_RW));
	tell(t, rec_freed(at(t), in_softirq, &r, 1));
	tell_taken(t, 1);
	tell_teardown(t);
}

static void restart_is_leaked(struct kit_tale *t)
{
	struct kit_req r = tale_read(t, 1);

	tell_accepted(t, &r);
	tell_finished(t, &r, -512);
}

static void more_than_asked_for(struct kit_tale *t)
{
	struct kit_req r = tale_read(t, 1);

	tell_accepted(t, &r);
	tell_finished(t, &r, 8192);
}

static void submit_counts_one_too_many(struct kit_tale *t)
{
	struct kit_req r = tale_read(t, 1);

	tell_accepted(t, &r);
	tell(t, rec_submit(at(t), by_t1, &t->ctx, 2, 2));
	tell_finished(t, &r, 4096);
}

static void submit_counts_what_is_refused(struct kit_tale *t)
{
	struct kit_req r = tale_read(t, 1), bad = tale_read(t, 2);

	tell_made(t, &r);
	tell(t, rec_made(at(t), by_t1, &bad));
	tell(t, rec_dropped(at(t), by_t1, &bad, AIOS_PUT_ERROR, 1));
	tell(t, rec_freed(at(t), by_t1, &bad, 1));
	tell(t, rec_slots(at(t), by_t1, &t->ctx, 1, AIOS_SLOTS_ERROR));
	tell(t, rec_return(at(t), by_t1, &bad, -EINVAL));
	tell(t, rec_submit(at(t), by_t1, &t->ctx, 2, 2));
	tell_finished_exactly(t, &r, 4096, AIOS_PUT_RW);
}

static void submit_takes_nothing_and_says_one(struct kit_tale *t)
{
	tell(t, rec_submit(at(t), by_t1, &t->ctx, 1, 1));
	tell_teardown(t);
}

/* The error of the second one hides that there was a first. */
static void submit_fails_and_takes_one(struct kit_tale *t)
{
	struct kit_req r = tale_read(t, 1), bad = tale_read(t, 2);

	tell_accepted(t, &r);
	tell(t, rec_birth(at(t), by_t1, &bad));
	tell(t, rec_return(at(t), by_t1, &bad, -EBADF));
	tell(t, rec_submit(at(t), by_t1, &t->ctx, 2, -EBADF));
	tell_finished(t, &r, 4096);
}

static void submit_hides_why(struct kit_tale *t)
{
	struct kit_req bad = tale_read(t, 1);

	tell(t, rec_birth(at(t), by_t1, &bad));
	tell(t, rec_return(at(t), by_t1, &bad, -EBADF));
	tell(t, rec_submit(at(t), by_t1, &t->ctx, 1, 0));
	tell_teardown(t);
}

/* A request has the address of something else where that of the program's iocb should be. */
static void request_is_of_no_iocb(struct kit_tale *t)
{
	struct kit_req r = tale_read(t, 1), as = r;

	as.ask.uiocb = 0xffff888600000000ULL;
	tell(t, rec_birth(at(t), by_t1, &as));
	tell(t, rec_return(at(t), by_t1, &r, 0));
	tell(t, rec_complete(at(t), in_softirq, &as, 4096));
	tell_reaped(t, 1);
	tell_teardown(t);
}

static void event_has_anothers_data(struct kit_tale *t)
{
	struct kit_req r = tale_read(t, 1), as = r;

	as.ask.data++;
	tell_accepted(t, &r);
	tell_finished(t, &as, 4096);
}

static void event_is_of_another_iocb(struct kit_tale *t)
{
	struct kit_req r = tale_read(t, 1), as = r;

	as.ask.uiocb += 64;
	tell(t, rec_birth(at(t), by_t1, &r));
	tell(t, rec_complete(at(t), by_t1, &as, 4096));
	tell(t, rec_return(at(t), by_t1, &r, 0));
	tell_reaped(t, 1);
	tell_teardown(t);
}

static void event_has_a_second_result(struct kit_tale *t)
{
	struct kit_req r = tale_read(t, 1);
	struct aios_rec rec;

	tell_accepted(t, &r);
	rec = rec_complete(at(t), in_softirq, &r, 4096);
	rec.req_complete.res2 = 4096;
	tell(t, rec);
	tell_reaped(t, 1);
	tell_teardown(t);
}

/* @drops: how often fput() was seen */
static void file_dropped(struct kit_tale *t, uint8_t drops)
{
	struct kit_req r = tale_read(t, 1);
	struct aios_rec rec;

	r.ask.file = 0xf11e;
	tell_made(t, &r);
	tell(t, rec_completed(at(t), in_softirq, &r, 4096, AIOS_PUT_RW));
	rec = rec_freed(at(t), in_softirq, &r, 0);
	rec.req_free.file_drops = drops;
	tell(t, rec);
	tell_taken(t, 1);
	tell_teardown(t);
}

static void file_is_not_dropped(struct kit_tale *t)
{
	file_dropped(t, 0);
}

static void file_is_dropped_twice(struct kit_tale *t)
{
	file_dropped(t, 2);
}

static void eventfd_is_not_dropped(struct kit_tale *t)
{
	struct kit_req r = tale_read(t, 1);

	tell(t, rec_made(at(t), by_t1, &r));
	tell(t, rec_hold(at(t), by_t1, &r, AIOS_EV_REQ_HOLD, AIOS_HOLD_EVENTFD));
	tell(t, rec_dropped(at(t), by_t1, &r, AIOS_PUT_SUBMIT, 1));
	tell_finished_exactly(t, &r, 4096, AIOS_PUT_RW);
}

static void credentials_are_not_dropped(struct kit_tale *t)
{
	struct kit_req r = kit_fsync(&t->ctx, 1);

	tell(t, rec_made(at(t), by_t1, &r));
	tell(t, rec_hold(at(t), by_t1, &r, AIOS_EV_REQ_HOLD, AIOS_HOLD_CREDS));
	tell(t, rec_dropped(at(t), by_t1, &r, AIOS_PUT_SUBMIT, 1));
	tell_finished_exactly(t, &r, 0, AIOS_PUT_FSYNC);
}

static void freezing_is_held_off_for_ever(struct kit_tale *t)
{
	struct kit_req r = tale_read(t, 1);

	r.ask.op = IOCB_CMD_PWRITE;
	tell(t, rec_made(at(t), by_t1, &r));
	tell(t, rec_freeze(at(t), by_t1, &r, 0));
	tell(t, rec_dropped(at(t), by_t1, &r, AIOS_PUT_SUBMIT, 1));
	tell_finished_exactly(t, &r, 4096, AIOS_PUT_RW);
}

static void device_keeps_it(struct kit_tale *t)
{
	struct kit_req r = tale_read(t, 1);

	tell_accepted(t, &r);
}

static void operation_is_over_and_it_is_held(struct kit_tale *t)
{
	struct kit_req r = tale_read(t, 1);

	tell_accepted(t, &r);
	tell(t, rec_done(at(t), in_softirq, &r, 4096));
}

static void submission_blocks(struct kit_tale *t)
{
	struct kit_req r = tale_read(t, 1);

	tell(t, rec_birth(at(t), by_t1, &r));
}

/* What it holds is told at level function as well. */
static struct aios_rec rec_watched(struct kit_tale *t, const struct kit_req *req)
{
	struct aios_rec rec = rec_birth(at(t), by_t1, req);

	rec.h.flags |= AIOS_F_FREED;
	return rec;
}

static void tell_watched(struct kit_tale *t, const struct kit_req *req)
{
	tell(t, rec_watched(t, req));
	tell(t, rec_return(at(t), by_t1, req, 0));
}

/* It stayed on its wait queue. */
static void woken_after_its_end(struct kit_tale *t)
{
	struct kit_req r = tale_poll(t, 1);

	tell_armed(t, &r);
	tell_woken(t, &r, BIT_IN);
	tell(t, rec_wake(at(t), in_softirq, &r, BIT_IN, AIOS_POLL_ARMED));
	tell_reaped(t, 1);
	tell_teardown(t);
}

static void cancelled_after_its_end(struct kit_tale *t)
{
	struct kit_req r = tale_poll(t, 1);

	tell_armed(t, &r);
	tell_woken(t, &r, BIT_IN);
	tell_reaped(t, 1);
	tell(t, rec_poll_cancel(at(t), by_t1, &r, AIOS_POLL_ARMED));
	tell_teardown(t);
}

/* The work of a poll that has ended finds a read in its place. */
static void work_runs_for_another(struct kit_tale *t)
{
	struct kit_req poll = tale_poll(t, 1), r = tale_read(t, 1);

	tell_armed(t, &poll);
	tell_woken(t, &poll, BIT_IN);
	tell_accepted(t, &r);
	tell(t, rec_work_begin(at(t), by_worker, &poll, AIOS_WORK_POLL, AIOS_POLL_SCHEDULED));
	tell(t, rec_work_end(at(t), by_worker, &poll, AIOS_WORK_POLL));
	tell_completed(t, &r, 4096);
	tell_reaped(t, 2);
	tell_teardown(t);
}

static void operation_ends_twice(struct kit_tale *t)
{
	struct kit_req r = tale_read(t, 1);

	tell_accepted(t, &r);
	tell_completed(t, &r, 4096);
	tell(t, rec_done(at(t), in_softirq, &r, 4096));
	tell_reaped(t, 1);
	tell_teardown(t);
}

static void eventfd_is_signalled(struct kit_tale *t, uint8_t signals)
{
	struct kit_req r = tale_read(t, 1);
	struct aios_rec rec;

	tell_watched(t, &r);
	tell_completed(t, &r, 4096);
	rec = rec_freed(at(t), in_softirq, &r, 0);
	rec.req_free.eventfd = 0xefd;
	rec.req_free.eventfd_drops = 1;
	rec.req_free.watched |= AIOS_WATCH_SIGNAL;
	rec.req_free.signals = signals;
	tell(t, rec);
	tell_reaped(t, 1);
	tell_teardown(t);
}

static void eventfd_is_signalled_twice(struct kit_tale *t)
{
	eventfd_is_signalled(t, 2);
}

static void eventfd_is_not_signalled(struct kit_tale *t)
{
	eventfd_is_signalled(t, 0);
}

static void eventfd_signal_is_refused(struct kit_tale *t)
{
	eventfd_is_signalled(t, 1 | AIOS_SIGNAL_REFUSED);
}

static void file_is_kept_at_level_function(struct kit_tale *t)
{
	struct kit_req r = tale_read(t, 1);
	struct aios_rec rec;

	r.ask.file = 0xf11e;
	tell_watched(t, &r);
	tell_completed(t, &r, 4096);
	rec = rec_freed(at(t), in_softirq, &r, 0);
	rec.req_free.file_drops = 0;
	tell(t, rec);
	tell_reaped(t, 1);
	tell_teardown(t);
}

static void refused_and_file_is_kept(struct kit_tale *t)
{
	struct kit_req r = tale_read(t, 1);
	struct aios_rec rec;

	r.ask.file = 0xf11e;
	tell(t, rec_watched(t, &r));
	rec = rec_freed(at(t), by_t1, &r, 1);
	rec.req_free.file_drops = 0;
	tell(t, rec);
	tell(t, rec_return(at(t), by_t1, &r, -EINVAL));
	tell_teardown(t);
}

static void memory_is_kept_at_level_function(struct kit_tale *t)
{
	struct kit_req r = tale_read(t, 1);

	tell_watched(t, &r);
	tell_completed(t, &r, 4096);
	tell_reaped(t, 1);
}

/* Something of a request is not as it has to be, while it is known. */
static void mismatch(struct kit_tale *t, struct kit_req r, enum aios_mismatch_what what)
{
	tell_accepted(t, &r);
	tell(t, rec_mismatch(at(t), in_softirq, r.kiocb, r.ctx->kctx, what));
	tell_finished(t, &r, what == AIOS_SEEN_QUEUED ? BIT_IN : 0);
}

/* ... once it is gone. */
static void mismatch_after(struct kit_tale *t, enum aios_mismatch_what what)
{
	struct kit_req r = tale_read(t, 1);

	tell_accepted(t, &r);
	tell_completed(t, &r, 4096);
	tell(t, rec_mismatch(at(t), in_softirq, r.kiocb, r.ctx->kctx, what));
	tell_reaped(t, 1);
	tell_teardown(t);
}

/* ... while it begins. */
static void mismatch_at_birth(struct kit_tale *t, enum aios_mismatch_what what)
{
	struct kit_req r = tale_read(t, 1);

	tell(t, rec_birth(at(t), by_t1, &r));
	tell(t, rec_mismatch(at(t), by_t1, r.kiocb, r.ctx->kctx, what));
	tell(t, rec_return(at(t), by_t1, &r, 0));
	tell_finished(t, &r, 4096);
}

static void begins_with_another_count(struct kit_tale *t)
{
	mismatch_at_birth(t, AIOS_SEEN_BORN_REFS);
}

static void begins_on_a_list(struct kit_tale *t)
{
	mismatch_at_birth(t, AIOS_SEEN_BORN_LISTED);
}

static void begins_with_a_strange_eventfd(struct kit_tale *t)
{
	mismatch_at_birth(t, AIOS_SEEN_BORN_EVENTFD);
}

/* The submission tells, which the request need not outlive. */
static void was_submitted_to_another_context(struct kit_tale *t)
{
	mismatch_after(t, AIOS_SEEN_BORN_CONTEXT);
}

static void fsync_as_somebody_else(struct kit_tale *t)
{
	mismatch(t, kit_fsync(&t->ctx, 1), AIOS_SEEN_FSYNC_CREDS);
}

static void worker_stays_somebody_else(struct kit_tale *t)
{
	mismatch_after(t, AIOS_SEEN_WORK_CREDS);
}

static void write_goes_on_counting(struct kit_tale *t)
{
	mismatch(t, tale_read(t, 1), AIOS_SEEN_FREEZE);
}

static void write_that_is_gone_goes_on_counting(struct kit_tale *t)
{
	mismatch_after(t, AIOS_SEEN_FREEZE);
}

static void completes_on_the_list(struct kit_tale *t)
{
	mismatch(t, tale_read(t, 1), AIOS_SEEN_LISTED);
}

static void is_gone_and_on_the_list(struct kit_tale *t)
{
	mismatch_after(t, AIOS_SEEN_LISTED);
}

static void completes_on_a_queue(struct kit_tale *t)
{
	mismatch(t, tale_poll(t, 1), AIOS_SEEN_QUEUED);
}

static void count_is_saturated(struct kit_tale *t)
{
	mismatch_after(t, AIOS_SEEN_REFCOUNT);
}

static void event_is_in_another_place(struct kit_tale *t)
{
	mismatch(t, tale_read(t, 1), AIOS_SEEN_EVENT);
}

static void event_of_what_is_gone_is_in_another_place(struct kit_tale *t)
{
	mismatch_after(t, AIOS_SEEN_EVENT);
}

static void result_is_not_the_operations(struct kit_tale *t)
{
	mismatch(t, tale_read(t, 1), AIOS_SEEN_RESULT);
}

static void writes_and_nobody_counts_it(struct kit_tale *t)
{
	mismatch(t, tale_read(t, 1), AIOS_SEEN_WRITERS);
}

static void writes_uncounted_and_is_gone(struct kit_tale *t)
{
	mismatch_after(t, AIOS_SEEN_WRITERS);
}

static void ring_shows_another_tail(struct kit_tale *t)
{
	tell(t, rec_mismatch(at(t), in_softirq, 0, t->ctx.kctx, AIOS_SEEN_TAIL));
	tell_teardown(t);
}

static void ring_has_other_places(struct kit_tale *t)
{
	tell(t, rec_mismatch(at(t), by_worker, 0, t->ctx.kctx, AIOS_SEEN_SIZE));
	tell_teardown(t);
}

static void child_has_contexts(struct kit_tale *t)
{
	tell(t, rec_mismatch(at(t), by_t1, 0, t->ctx.kctx, AIOS_SEEN_FORKED));
	tell_teardown(t);
}

static void exit_forgets_a_context(struct kit_tale *t)
{
	tell(t, rec_mismatch(at(t), by_t1, 0, t->ctx.kctx, AIOS_SEEN_ALIVE));
}

static void reader_leaves_its_waker(struct kit_tale *t)
{
	tell(t, rec_read_begin(at(t), by_t3, &t->ctx, 1, 1));
	tell(t, rec_mismatch(at(t), by_t3, 0, t->ctx.kctx, AIOS_SEEN_WAKER));
	tell(t, rec_read_end(at(t), by_t3, &t->ctx, 0));
	tell_teardown(t);
}

static void moved_ring_leaves_its_context(struct kit_tale *t)
{
	tell(t, rec_mremap(at(t), by_t1, &t->ctx, AIOS_EV_MREMAP_BEGIN, 1));
	tell(t, rec_mremap(at(t), by_t1, &t->ctx, AIOS_EV_MREMAP_END, 1));
	tell(t, rec_mismatch(at(t), by_t1, 0, t->ctx.kctx, AIOS_SEEN_MOVED));
	tell_teardown(t);
}

static void copy_of_a_ring_is_moved(struct kit_tale *t)
{
	tell(t, rec_mremap(at(t), by_t2, &t->ctx, AIOS_EV_MREMAP_BEGIN, 0));
	tell(t, rec_mremap(at(t), by_t2, &t->ctx, AIOS_EV_MREMAP_END, 0));
	tell_teardown(t);
}

static void moving_a_copy_never_ends(struct kit_tale *t)
{
	tell(t, rec_mremap(at(t), by_t2, &t->ctx, AIOS_EV_MREMAP_BEGIN, 0));
}

/* A wake-up without a key is dropped; a later one saves it. */
static void wakeup_is_dropped(struct kit_tale *t)
{
	struct kit_req r = tale_poll(t, 1);

	tell_armed(t, &r);
	tell(t, rec_wake(at(t), in_softirq, &r, 0, AIOS_POLL_ARMED));
	tell_woken(t, &r, BIT_IN);
	tell_reaped(t, 1);
	tell_teardown(t);
}

static void wakeup_is_followed_by_nothing(struct kit_tale *t)
{
	struct kit_req r = tale_poll(t, 1);

	tell_armed(t, &r);
	tell(t, rec_wake(at(t), in_softirq, &r, BIT_IN, AIOS_POLL_ARMED));
}

static void work_forgets_to_complete(struct kit_tale *t)
{
	struct kit_req r = tale_poll(t, 1);

	tell(t, rec_made(at(t), by_t1, &r));
	tell(t, rec_queue(at(t), by_t1, &r, 0));
	tell(t, rec_decide(at(t), by_t1, &r, AIOS_DECIDED_ARM));
	tell(t, rec_dropped(at(t), by_t1, &r, AIOS_PUT_SUBMIT, 1));
	tell(t, rec_woken(t, &r, 0, AIOS_POLL_ARMED, AIOS_WOKEN_WORK));
	tell(t, rec_work_begin(at(t), by_worker, &r, AIOS_WORK_POLL,
			       AIOS_POLL_ARMED | AIOS_POLL_SCHEDULED));
	tell(t, rec_worked(t, &r, AIOS_WORKED_COMPLETE));
	tell(t, rec_work_end(at(t), by_worker, &r, AIOS_WORK_POLL));
}

static void cancelled(struct kit_tale *t, int64_t ret)
{
	struct kit_req r = tale_poll(t, 1);

	tell_armed(t, &r);
	tell(t, rec_poll_cancel(at(t), by_t1, &r, AIOS_POLL_ARMED));
	tell(t, rec_cancel(at(t), by_t1, &r, ret));
	tell(t, rec_work_begin(at(t), by_worker, &r, AIOS_WORK_POLL,
			       AIOS_POLL_SCHEDULED | AIOS_POLL_CANCELLED));
	tell(t, rec_complete(at(t), by_worker, &r, 0));
	tell(t, rec_work_end(at(t), by_worker, &r, AIOS_WORK_POLL));
	tell_reaped(t, 1);
	tell_teardown(t);
}

static void cancelled_for_good(struct kit_tale *t)
{
	cancelled(t, 0);
}

static void cancelled_in_silence(struct kit_tale *t)
{
	cancelled(t, -EINVAL);
}

static void cancelled_and_not_found(struct kit_tale *t)
{
	struct aios_rec rec = rec_make(AIOS_EV_REQ_CANCEL, sizeof(rec.req_cancel), at(t), by_t1);
	struct kit_req r = tale_poll(t, 1);

	rec.req_cancel.kctx = t->ctx.kctx;
	rec.req_cancel.uiocb = r.ask.uiocb;
	rec.req_cancel.err = -EINVAL;
	tell(t, rec);
	tell(t, rec_cancel(at(t), by_t1, &r, -EINPROGRESS));
	tell_teardown(t);
}

/* Told to finish, its work runs, and nothing comes of it. */
static void cancelled_work_does_nothing(struct kit_tale *t)
{
	struct kit_req r = tale_poll(t, 1);

	tell_armed(t, &r);
	tell(t, rec_poll_cancel(at(t), by_t1, &r, AIOS_POLL_ARMED));
	tell(t, rec_work_begin(at(t), by_worker, &r, AIOS_WORK_POLL,
			       AIOS_POLL_SCHEDULED | AIOS_POLL_CANCELLED));
	tell(t, rec_work_end(at(t), by_worker, &r, AIOS_WORK_POLL));
}

/* Its file is hung up, which concerns every poll, and the work item does not heed that. */
static void work_leaves_what_is_ready(struct kit_tale *t)
{
	struct kit_req r = tale_poll(t, 1);

	tell_armed(t, &r);
	tell(t, rec_wake(at(t), in_softirq, &r, 0, AIOS_POLL_ARMED));
	tell(t, rec_work_begin(at(t), by_worker, &r, AIOS_WORK_POLL,
			       AIOS_POLL_ARMED | AIOS_POLL_SCHEDULED));
	tell(t, rec_poll_return(at(t), by_worker, &r, BIT_HUP, 1));
	tell(t, rec_work_end(at(t), by_worker, &r, AIOS_WORK_POLL));
	tell_woken(t, &r, BIT_IN);
	tell_reaped(t, 1);
	tell_teardown(t);
}

static void submission_leaves_what_is_ready(struct kit_tale *t)
{
	struct kit_req r = tale_poll(t, 1);

	tell(t, rec_birth(at(t), by_t1, &r));
	tell(t, rec_queue(at(t), by_t1, &r, 0));
	tell(t, rec_poll_return(at(t), by_t1, &r, BIT_IN, 0));
	tell(t, rec_return(at(t), by_t1, &r, 0));
}

/* The end of its context does not find it. */
static void poll_cannot_be_cancelled(struct kit_tale *t)
{
	struct kit_req r = tale_poll(t, 1);

	tell_armed(t, &r);
	tell(t, rec_wake(at(t), in_softirq, &r, BIT_OUT, AIOS_POLL_ARMED));
	tell(t, rec_kill(at(t), by_t1, &t->ctx, 0));
	tell(t, rec_users0(at(t), &t->ctx));
}

static void poll_waits_off_the_list(struct kit_tale *t)
{
	struct kit_req r = tale_poll(t, 1);

	tell_armed(t, &r);
	tell(t, rec_wake(at(t), in_softirq, &r, BIT_IN, 0));
	tell_finished(t, &r, BIT_IN);
}

static void tell_exact_poll(struct kit_tale *t, const struct kit_req *req)
{
	tell(t, rec_made(at(t), by_t1, req));
	tell(t, rec_queue(at(t), by_t1, req, 0));
	tell(t, rec_decide(at(t), by_t1, req, AIOS_DECIDED_ARM));
	tell(t, rec_dropped(at(t), by_t1, req, AIOS_PUT_SUBMIT, 1));
}

static void wakeup_is_ignored(struct kit_tale *t)
{
	struct kit_req r = tale_poll(t, 1);

	tell_exact_poll(t, &r);
	tell(t, rec_woken(t, &r, BIT_IN | BIT_RDNORM, AIOS_POLL_ARMED, AIOS_WOKEN_IGNORE));
	tell(t, rec_woken(t, &r, BIT_IN, AIOS_POLL_ARMED, AIOS_WOKEN_INLINE));
	tell_finished_exactly(t, &r, BIT_IN, AIOS_PUT_POLL_WAKE);
}

static void wakeup_in_vain_is_heeded(struct kit_tale *t)
{
	struct kit_req r = tale_poll(t, 1);

	tell_exact_poll(t, &r);
	tell(t, rec_woken(t, &r, BIT_OUT, AIOS_POLL_ARMED, AIOS_WOKEN_WORK));
	tell(t, rec_work_begin(at(t), by_worker, &r, AIOS_WORK_POLL,
			       AIOS_POLL_ARMED | AIOS_POLL_SCHEDULED));
	tell(t, rec_worked(t, &r, AIOS_WORKED_WAIT));
	tell(t, rec_work_end(at(t), by_worker, &r, AIOS_WORK_POLL));
	tell(t, rec_woken(t, &r, BIT_IN, AIOS_POLL_ARMED, AIOS_WOKEN_INLINE));
	tell_finished_exactly(t, &r, BIT_IN, AIOS_PUT_POLL_WAKE);
}

static void completed_inline(struct kit_tale *t, uint32_t key, uint32_t state)
{
	struct kit_req r = tale_poll(t, 1);

	tell_armed(t, &r);
	tell(t, rec_wake(at(t), in_softirq, &r, key, state));
	tell_finished(t, &r, BIT_IN);
}

static void completed_without_a_key(struct kit_tale *t)
{
	completed_inline(t, 0, AIOS_POLL_ARMED);
}

static void completed_with_work_due(struct kit_tale *t)
{
	completed_inline(t, BIT_IN, AIOS_POLL_ARMED | AIOS_POLL_SCHEDULED);
}

static void completed_while_cancelled(struct kit_tale *t)
{
	completed_inline(t, BIT_IN, AIOS_POLL_ARMED | AIOS_POLL_CANCELLED);
}

static void poll_result(struct kit_tale *t, int64_t res)
{
	struct kit_req r = tale_poll(t, 1);

	tell_armed(t, &r);
	tell(t, rec_wake(at(t), in_softirq, &r, BIT_IN, AIOS_POLL_ARMED));
	tell_finished(t, &r, res);
}

static void result_was_not_asked_for(struct kit_tale *t)
{
	poll_result(t, BIT_OUT);
}

static void result_is_what_nobody_said(struct kit_tale *t)
{
	struct kit_req r = tale_poll(t, 1);

	tell(t, rec_birth(at(t), by_t1, &r));
	tell(t, rec_queue(at(t), by_t1, &r, 0));
	tell(t, rec_poll_return(at(t), by_t1, &r, BIT_OUT, 0));
	tell(t, rec_return(at(t), by_t1, &r, 0));
	tell(t, rec_wake(at(t), in_softirq, &r, BIT_IN, AIOS_POLL_ARMED));
	tell_finished(t, &r, BIT_IN | BIT_ERR);
}

static void result_is_nothing(struct kit_tale *t)
{
	poll_result(t, 0);
}

static void two_winners(struct kit_tale *t)
{
	struct kit_req r = tale_poll(t, 1);

	tell(t, rec_made(at(t), by_t1, &r));
	tell(t, rec_queue(at(t), by_t1, &r, 0));
	tell(t, rec_woken(t, &r, BIT_IN, 0, AIOS_WOKEN_INLINE));
	tell(t, rec_dropped(at(t), in_softirq, &r, AIOS_PUT_POLL_WAKE, 1));
	tell(t, rec_decide(at(t), by_t1, &r, AIOS_DECIDED_STEAL));
	tell(t, rec_completed(at(t), by_t1, &r, BIT_IN, AIOS_PUT_SUBMIT));
	tell(t, rec_freed(at(t), by_t1, &r, 0));
	tell_taken(t, 1);
	tell_teardown(t);
}

static void accepted_on_two_queues(struct kit_tale *t)
{
	struct kit_req r = tale_poll(t, 1);

	tell(t, rec_birth(at(t), by_t1, &r));
	tell(t, rec_queue(at(t), by_t1, &r, 0));
	tell(t, rec_queue(at(t), by_t1, &r, 1));
	tell(t, rec_return(at(t), by_t1, &r, 0));
	tell_woken(t, &r, BIT_IN);
	tell_reaped(t, 1);
	tell_teardown(t);
}

static void work_is_not_said_to_be_scheduled(struct kit_tale *t)
{
	struct kit_req r = tale_poll(t, 1);

	tell_armed(t, &r);
	tell(t, rec_wake(at(t), in_softirq, &r, 0, AIOS_POLL_ARMED));
	tell(t, rec_work_begin(at(t), by_worker, &r, AIOS_WORK_POLL, AIOS_POLL_ARMED));
	tell(t, rec_complete(at(t), by_worker, &r, BIT_IN));
	tell(t, rec_work_end(at(t), by_worker, &r, AIOS_WORK_POLL));
	tell_reaped(t, 1);
	tell_teardown(t);
}

static void wait_queue_goes_away_unheard(struct kit_tale *t)
{
	struct kit_req r = tale_poll(t, 1);

	tell_armed(t, &r);
	tell(t, rec_wake(at(t), in_softirq, &r, AIOS_POLLFREE | BIT_HUP, AIOS_POLL_ARMED));
	tell(t, rec_work_begin(at(t), by_worker, &r, AIOS_WORK_POLL,
			       AIOS_POLL_ARMED | AIOS_POLL_SCHEDULED));
	tell(t, rec_work_end(at(t), by_worker, &r, AIOS_WORK_POLL));
}

/* The second wake-up comes while the work asks the file, and the work does not run again. */
static void work_does_not_run_again(struct kit_tale *t)
{
	struct kit_req r = tale_poll(t, 1);

	tell_armed(t, &r);
	tell(t, rec_wake(at(t), in_softirq, &r, 0, AIOS_POLL_ARMED));
	tell(t, rec_work_begin(at(t), by_worker, &r, AIOS_WORK_POLL,
			       AIOS_POLL_ARMED | AIOS_POLL_SCHEDULED));
	tell(t, rec_wake(at(t), in_softirq, &r, 0, AIOS_POLL_ARMED | AIOS_POLL_SCHEDULED));
	tell(t, rec_work_end(at(t), by_worker, &r, AIOS_WORK_POLL));
	tell(t, rec_wake(at(t), in_softirq, &r, BIT_IN, AIOS_POLL_ARMED | AIOS_POLL_RESCHED));
	tell_finished(t, &r, BIT_IN);
}

/* ... and the end of the work shows it. */
static void work_ends_and_should_run_again(struct kit_tale *t)
{
	struct kit_req r = tale_poll(t, 1);
	struct aios_rec rec;

	tell_armed(t, &r);
	tell(t, rec_wake(at(t), in_softirq, &r, 0, AIOS_POLL_ARMED));
	tell(t, rec_work_begin(at(t), by_worker, &r, AIOS_WORK_POLL,
			       AIOS_POLL_ARMED | AIOS_POLL_SCHEDULED));
	rec = rec_work_end(at(t), by_worker, &r, AIOS_WORK_POLL);
	rec.work.state = AIOS_POLL_RESCHED;
	tell(t, rec);
	tell_woken(t, &r, BIT_IN);
	tell_reaped(t, 1);
	tell_teardown(t);
}

static void cancelled_poll_stays(struct kit_tale *t)
{
	struct kit_req r = tale_poll(t, 1);

	tell_armed(t, &r);
	tell(t, rec_poll_cancel(at(t), by_t1, &r, AIOS_POLL_ARMED));
}

static void freed_with_slots(struct kit_tale *t, uint32_t slots)
{
	struct aios_rec rec;

	tell(t, rec_kill(at(t), by_t1, &t->ctx, 0));
	tell(t, rec_users0(at(t), &t->ctx));
	tell(t, rec_reqs0(at(t), &t->ctx));
	tell(t, rec_destroy(at(t), by_t1, &t->ctx, 0));
	rec = rec_free(at(t), &t->ctx);
	rec.ctx_free.free_1 = slots + 1;
	tell(t, rec);
}

static void slots_are_missing(struct kit_tale *t)
{
	struct kit_req r = tale_read(t, 1);

	tell_accepted(t, &r);
	tell_completed(t, &r, 4096);
	tell_reaped(t, 1);
	freed_with_slots(t, t->ctx.nr_events - 1 - 3);
}

static void slots_are_missing_at_level_exact(struct kit_tale *t)
{
	struct kit_req r = tale_read(t, 1);

	tell_made(t, &r);
	tell_done(t, &r, 4096, AIOS_PUT_RW);
	tell_taken(t, 1);
	freed_with_slots(t, t->ctx.nr_events - 1 - 3);
}

static void refused_without_its_slot(struct kit_tale *t)
{
	struct kit_req r = tale_read(t, 1);

	tell(t, rec_made(at(t), by_t1, &r));
	tell(t, rec_dropped(at(t), by_t1, &r, AIOS_PUT_ERROR, 1));
	tell(t, rec_freed(at(t), by_t1, &r, 1));
	tell(t, rec_return(at(t), by_t1, &r, -EINVAL));
	tell_teardown(t);
}

static void refused_a_slot_that_is_free(struct kit_tale *t)
{
	tell_no_slot(t, 3, 0);
	t->now_ns += 1000000000;
	tell_no_slot(t, 15, 0);
	tell_teardown(t);
}

/* The events were read, and their slots are not given back. */
static void refused_a_slot_that_was_read(struct kit_tale *t)
{
	struct kit_req r = tale_read(t, 1);

	tell_made(t, &r);
	tell(t, rec_submit(at(t), by_t1, &t->ctx, 1, 1));
	tell_done(t, &r, 4096, AIOS_PUT_RW);
	tell_taken(t, 1);
	for (unsigned int i = 0; i < 3; i++) {
		tell_no_slot(t, 0, 1);
		t->now_ns += 1000000000;
	}
	tell_teardown(t);
}

/* The same thread did all of it, one after the other. */
static void refused_a_slot_that_it_read_itself(struct kit_tale *t)
{
	struct kit_req r = tale_read(t, 1);

	t->now_ns += 1000000000;
	tell_made(t, &r);
	tell(t, rec_submit(at(t), by_t1, &t->ctx, 1, 1));
	tell(t, rec_completed(at(t), by_t1, &r, 4096, AIOS_PUT_RW));
	tell(t, rec_freed(at(t), by_t1, &r, 0));
	tell(t, rec_read_begin(at(t), by_t1, &t->ctx, 1, 1));
	tell(t, rec_taken(at(t), by_t1, &t->ctx, 1));
	tell(t, rec_read_end(at(t), by_t1, &t->ctx, 0));
	tell_no_slot(t, 0, 1);
	tell_teardown(t);
}

static void killed_twice(struct kit_tale *t)
{
	tell(t, rec_kill(at(t), by_t2, &t->ctx, 0));
	tell_teardown(t);
}

static void freed_before_it_is_drained(struct kit_tale *t)
{
	tell(t, rec_kill(at(t), by_t1, &t->ctx, 0));
	tell(t, rec_users0(at(t), &t->ctx));
	tell(t, rec_destroy(at(t), by_t1, &t->ctx, 0));
	tell(t, rec_free(at(t), &t->ctx));
}

static void context_is_never_freed(struct kit_tale *t)
{
	tell(t, rec_kill(at(t), by_t1, &t->ctx, 0));
	tell(t, rec_users0(at(t), &t->ctx));
	tell(t, rec_reqs0(at(t), &t->ctx));
	tell(t, rec_destroy(at(t), by_t1, &t->ctx, 0));
}

static void destroy_does_not_wait(struct kit_tale *t)
{
	struct kit_req r = tale_read(t, 1);

	tell_accepted(t, &r);
	tell(t, rec_kill(at(t), by_t1, &t->ctx, 0));
	tell(t, rec_users0(at(t), &t->ctx));
	tell(t, rec_destroy(at(t), by_t1, &t->ctx, 0));
	tell_completed(t, &r, 4096);
	tell(t, rec_reqs0(at(t), &t->ctx));
	tell(t, rec_free(at(t), &t->ctx));
}

/* Who looked it up, in vain, says that its reference is given back. */
static void users_never_count_as_gone(struct kit_tale *t)
{
	tell(t, rec_ctx_ref(at(t), by_t1, &t->ctx, AIOS_EV_CTX_GET, AIOS_CTX_USERS));
	tell(t, rec_ctx_ref(at(t), by_t2, &t->ctx, AIOS_EV_CTX_GET, AIOS_CTX_USERS));
	tell(t, rec_ctx_ref(at(t), by_t2, &t->ctx, AIOS_EV_CTX_PUT, AIOS_CTX_USERS));
	tell(t, rec_kill(at(t), by_t1, &t->ctx, 0));
	tell(t, rec_ctx_ref(at(t), by_t1, &t->ctx, AIOS_EV_CTX_PUT, AIOS_CTX_USERS));
}

static void requests_never_count_as_gone(struct kit_tale *t)
{
	struct kit_req r = tale_read(t, 1);

	tell_accepted(t, &r);
	tell_completed(t, &r, 4096);
	tell_reaped(t, 1);
	tell(t, rec_kill(at(t), by_t1, &t->ctx, 0));
	tell(t, rec_users0(at(t), &t->ctx));
}

static void reader_sleeps_on_a_dead_context(struct kit_tale *t)
{
	tell(t, rec_read_begin(at(t), by_t3, &t->ctx, 1, 1));
	tell(t, rec_kill(at(t), by_t1, &t->ctx, 0));
}

/* Somebody still submits when the last one has left. */
static void submitted_after_the_end(struct kit_tale *t)
{
	struct kit_req r = tale_read(t, 1);

	tell(t, rec_kill(at(t), by_t2, &t->ctx, 0));
	tell(t, rec_users0(at(t), &t->ctx));
	tell_accepted(t, &r);
	tell_completed(t, &r, 4096);
	tell(t, rec_reqs0(at(t), &t->ctx));
	tell(t, rec_destroy(at(t), by_t2, &t->ctx, 0));
	tell(t, rec_free(at(t), &t->ctx));
}

static void read_from_after_the_end(struct kit_tale *t)
{
	tell(t, rec_kill(at(t), by_t2, &t->ctx, 0));
	tell(t, rec_users0(at(t), &t->ctx));
	tell(t, rec_read_begin(at(t), by_t3, &t->ctx, 1, 1));
	tell(t, rec_read_end(at(t), by_t3, &t->ctx, -EINVAL));
	tell(t, rec_reqs0(at(t), &t->ctx));
	tell(t, rec_destroy(at(t), by_t2, &t->ctx, 0));
	tell(t, rec_free(at(t), &t->ctx));
}

static void looked_up_after_the_end(struct kit_tale *t)
{
	tell(t, rec_kill(at(t), by_t2, &t->ctx, 0));
	tell(t, rec_users0(at(t), &t->ctx));
	tell(t, rec_ctx_ref(at(t), by_t3, &t->ctx, AIOS_EV_CTX_GET, AIOS_CTX_USERS));
	tell(t, rec_reqs0(at(t), &t->ctx));
	tell(t, rec_destroy(at(t), by_t2, &t->ctx, 0));
	tell(t, rec_free(at(t), &t->ctx));
}

static void completes_after_the_last(struct kit_tale *t)
{
	struct kit_req r = tale_read(t, 1);

	tell_accepted(t, &r);
	tell(t, rec_kill(at(t), by_t1, &t->ctx, 0));
	tell(t, rec_users0(at(t), &t->ctx));
	tell(t, rec_reqs0(at(t), &t->ctx));
	tell_completed(t, &r, 4096);
	tell(t, rec_destroy(at(t), by_t1, &t->ctx, 0));
	tell(t, rec_free(at(t), &t->ctx));
}

/* The reader gets an event that is none. */
static void reader_follows_a_tail_of_two_steps(struct kit_tale *t)
{
	struct kit_req r = tale_read(t, 1);

	tell_accepted(t, &r);
	tell_completed(t, &r, 4096);
	t->ctx.tail++;
	tell_reaped(t, 2);
	tell_teardown(t);
}

/* One of many events is written over the one before, and the ring has gone round. */
static void tail_stays_once(struct kit_tale *t)
{
	for (unsigned int i = 0; i < 300; i++) {
		struct kit_req r = tale_read(t, i);

		tell_accepted(t, &r);
		tell_completed(t, &r, 4096);
		if (i == 150)
			t->ctx.tail--;
		else
			tell_reaped(t, 1);
	}
	tell_teardown(t);
}

static void tail_leaves_the_ring(struct kit_tale *t)
{
	for (unsigned int i = 0; i < t->ctx.nr_events; i++) {
		struct kit_req r = tale_read(t, i);

		tell_accepted(t, &r);
		if (i == t->ctx.nr_events - 1)
			t->ctx.tail = t->ctx.nr_events;
		tell_completed(t, &r, 4096);
		t->ctx.tail = (i + 1) % t->ctx.nr_events;
		tell_reaped(t, 1);
	}
	tell_teardown(t);
}

static void tail_takes_two_steps(struct kit_tale *t)
{
	struct kit_req r[2] = { tale_read(t, 1), tale_read(t, 2) };

	for (unsigned int i = 0; i < NR(r); i++)
		tell_accepted(t, &r[i]);
	tell_completed(t, &r[0], 4096);
	t->ctx.tail++;
	tell_completed(t, &r[1], 4096);
	tell_teardown(t);
}

static void events_are_returned_twice(struct kit_tale *t)
{
	struct kit_req r = tale_read(t, 1);
	struct aios_rec rec;

	tell_accepted(t, &r);
	tell_completed(t, &r, 4096);
	tell(t, rec_read_begin(at(t), by_t3, &t->ctx, 1, 2));
	rec = rec_read_end(at(t), by_t3, &t->ctx, 1);
	rec.read_end.ret = 2;
	tell(t, rec);
	tell_teardown(t);
}

/* Two readers copy the same event, and each says that the head goes on by one. */
static void two_readers_get_the_same_event(struct kit_tale *t)
{
	struct kit_req r = tale_read(t, 1);

	tell_accepted(t, &r);
	tell_completed(t, &r, 4096);
	tell(t, rec_read_begin(at(t), by_t3, &t->ctx, 1, 1));
	tell(t, rec_read_begin(at(t), by_t2, &t->ctx, 1, 1));
	tell(t, rec_read_end(at(t), by_t3, &t->ctx, 1));
	tell_comes_out(t, by_t2);
	tell_teardown(t);
}

/* The head moves by one, and two events are copied. */
static void head_moves_by_other_than_was_taken(struct kit_tale *t)
{
	struct aios_rec rec;

	tell_two(t);
	tell(t, rec_read_begin(at(t), by_t3, &t->ctx, 1, 1));
	rec = rec_taken(at(t), by_t3, &t->ctx, 2);
	rec.ring_read.ret = 1;
	tell(t, rec);
	tell_comes_out(t, by_t3);
	tell_teardown(t);
}

/* Each reader adds to the head what it took: that went on by two, and one event was returned. */
static void two_looks_begin_at_the_same_slot(struct kit_tale *t)
{
	struct aios_rec rec;

	tell_two(t);
	tell(t, rec_read_begin(at(t), by_t3, &t->ctx, 1, 1));
	tell(t, rec_read_begin(at(t), by_t2, &t->ctx, 1, 1));
	tell(t, rec_taken(at(t), by_t3, &t->ctx, 1));
	rec = rec_taken(at(t), by_t2, &t->ctx, 1);
	rec.ring_read.head = 0;
	rec.ring_read.new_head = 1;
	tell(t, rec);
	tell_comes_out(t, by_t3);
	tell_comes_out(t, by_t2);
	tell_teardown(t);
}

/* The program has taken the first event by itself, and a reader gets it once more. */
static void a_look_begins_behind_the_head(struct kit_tale *t)
{
	struct aios_rec rec;

	tell_two(t);
	kit_user_reaps(&t->ctx, 1);
	tell(t, rec_read_begin(at(t), by_t3, &t->ctx, 1, 1));
	rec = rec_taken(at(t), by_t3, &t->ctx, 1);
	rec.ring_read.head = 0;
	rec.ring_read.new_head = 1;
	tell(t, rec);
	tell_comes_out(t, by_t3);
	tell_teardown(t);
}

static void event_is_written_over(struct kit_tale *t)
{
	for (unsigned int i = 0; i < t->ctx.nr_events; i++) {
		struct kit_req r = tale_read(t, i);

		tell_accepted(t, &r);
		tell_completed(t, &r, 4096);
	}
}

static void waiter_is_not_woken(struct kit_tale *t)
{
	struct kit_req r = tale_read(t, 1);

	tell_accepted(t, &r);
	tell(t, rec_read_begin(at(t), by_t3, &t->ctx, 1, 1));
	tell_completed(t, &r, 4096);
}

static void reader_gets_more_than_it_asked_for(struct kit_tale *t)
{
	struct kit_req r = tale_read(t, 1), s = tale_read(t, 2);

	tell_accepted(t, &r);
	tell_completed(t, &r, 4096);
	tell_accepted(t, &s);
	tell_completed(t, &s, 4096);
	tell(t, rec_read_begin(at(t), by_t3, &t->ctx, 1, 1));
	tell(t, rec_read_end(at(t), by_t3, &t->ctx, 2));
	tell_teardown(t);
}

static void timeout_is_an_error(struct kit_tale *t)
{
	tell(t, rec_read_begin(at(t), by_t3, &t->ctx, 1, 1));
	tell(t, rec_read_end(at(t), by_t3, &t->ctx, -ETIME));
	tell_teardown(t);
}

static void living_context_is_said_to_be_dead(struct kit_tale *t)
{
	tell(t, rec_read_begin(at(t), by_t3, &t->ctx, 1, 1));
	tell(t, rec_read_end(at(t), by_t3, &t->ctx, -EINVAL));
	t->now_ns += STORY_SILENCE_NS;
	tell_teardown(t);
}

static void tell_waits_a_second(struct kit_tale *t)
{
	struct aios_rec rec = rec_read_begin(at(t), by_t3, &t->ctx, 1, 1);

	rec.read_begin.until_ns = 1000000000;
	tell(t, rec);
}

static void reader_sleeps_beyond_its_time(struct kit_tale *t)
{
	tell_waits_a_second(t);
}

static void reader_comes_late(struct kit_tale *t)
{
	tell_waits_a_second(t);
	t->now_ns += 3 * AIOS_PATIENCE_NS;
	tell(t, rec_read_end(at(t), by_t3, &t->ctx, 0));
	tell_teardown(t);
}

static void failed_read_takes_an_event(struct kit_tale *t)
{
	struct kit_req r = tale_read(t, 1);
	struct aios_rec rec;

	tell_accepted(t, &r);
	tell_completed(t, &r, 4096);
	tell(t, rec_read_begin(at(t), by_t3, &t->ctx, 1, 1));
	rec = rec_read_end(at(t), by_t3, &t->ctx, 1);
	rec.read_end.ret = -EFAULT;
	tell(t, rec);
	tell_teardown(t);
}

static void request_is_never_freed(struct kit_tale *t)
{
	struct kit_req r = tale_read(t, 1);

	tell_made(t, &r);
	tell(t, rec_completed(at(t), in_softirq, &r, 4096, AIOS_PUT_RW));
	tell_taken(t, 1);
}

/* That many are allowed, and not one more. */
static void setup_is_refused_what_is_left(struct kit_tale *t)
{
	struct aios_rec rec = rec_make(AIOS_EV_CTX_LIMIT, sizeof(rec.ctx_limit), at(t), by_t1);

	rec.ctx_limit = (struct aios_ctx_limit){ .aio_nr = 32, .aio_max_nr = 64, .max_reqs = 32 };
	tell(t, rec);
	tell(t, rec_refused(at(t), by_t1, -EAGAIN, 32));
	tell_teardown(t);
}

static void aio_nr_is_not_given_back(struct kit_tale *t)
{
	tell_teardown(t);
	t->drift = 32;
}

#define BREAKS(id, how)		{ .name = #how, .rule = id, .tell = how }
#define BREAKS_BOTH(id, id2, how) { .name = #how, .rule = id, .also = id2, .tell = how }
#define EXACT(id, how)		{ .name = #how, .rule = id, .exact = true, .tell = how }

const struct kit_story kit_breaks[] = {
	BREAKS("R1", begins_with_another_count),
	BREAKS("R1", begins_on_a_list),
	BREAKS("R1", begins_with_a_strange_eventfd),
	BREAKS("R1", was_submitted_to_another_context),
	BREAKS("R2", completes_twice),
	BREAKS("R2", refused_and_completes),
	BREAKS_BOTH("R2", "C5", ends_in_nothing),
	EXACT("R3", dropped_by_a_stranger),
	EXACT("R3", submission_drops_twice),
	BREAKS("R4", completes_while_held),
	EXACT("R4", freed_while_held),
	BREAKS_BOTH("R4", "R8", completes_while_held_with_too_much),
	BREAKS("R4", count_is_saturated),
	BREAKS("R5", woken_after_its_end),
	BREAKS("R5", cancelled_after_its_end),
	BREAKS("R5", work_runs_for_another),
	BREAKS("R5", operation_ends_twice),
	BREAKS("R7", submit_counts_one_too_many),
	EXACT("R7", submit_counts_what_is_refused),
	BREAKS("R7", submit_takes_nothing_and_says_one),
	BREAKS("R7", submit_fails_and_takes_one),
	BREAKS("R7", submit_hides_why),
	BREAKS("R8", request_is_of_no_iocb),
	BREAKS("R8", restart_is_leaked),
	BREAKS("R8", more_than_asked_for),
	BREAKS("R8", event_has_anothers_data),
	BREAKS("R8", event_is_of_another_iocb),
	BREAKS("R8", event_has_a_second_result),
	EXACT("R9", file_is_not_dropped),
	EXACT("R9", file_is_dropped_twice),
	EXACT("R9", eventfd_is_not_dropped),
	EXACT("R9", credentials_are_not_dropped),
	BREAKS("R9", file_is_kept_at_level_function),
	BREAKS("R9", refused_and_file_is_kept),
	BREAKS("R9", fsync_as_somebody_else),
	BREAKS("R9", worker_stays_somebody_else),
	EXACT("R10", freezing_is_held_off_for_ever),
	BREAKS("R10", write_goes_on_counting),
	BREAKS("R10", write_that_is_gone_goes_on_counting),
	BREAKS("R8", event_is_in_another_place),
	BREAKS("R8", result_is_not_the_operations),
	BREAKS("R8", event_of_what_is_gone_is_in_another_place),
	BREAKS("R10", writes_and_nobody_counts_it),
	BREAKS("R10", writes_uncounted_and_is_gone),
	BREAKS("R11", device_keeps_it),
	BREAKS("R11", operation_is_over_and_it_is_held),
	BREAKS("R11", submission_blocks),
	BREAKS("R12", eventfd_is_signalled_twice),
	BREAKS("R12", eventfd_is_not_signalled),
	BREAKS("R12", eventfd_signal_is_refused),
	BREAKS("R13", cancelled_for_good),
	BREAKS("R13", cancelled_in_silence),
	EXACT("R13", cancelled_and_not_found),
	BREAKS("P1", wakeup_is_dropped),
	BREAKS("P1", wakeup_is_followed_by_nothing),
	EXACT("P1", work_forgets_to_complete),
	BREAKS("P1", cancelled_work_does_nothing),
	BREAKS("P1", work_leaves_what_is_ready),
	BREAKS("P1", submission_leaves_what_is_ready),
	BREAKS("P2", completes_on_the_list),
	BREAKS("P2", is_gone_and_on_the_list),
	BREAKS("P2", poll_cannot_be_cancelled),
	BREAKS("P2", poll_waits_off_the_list),
	EXACT("P3", wakeup_is_ignored),
	EXACT("P3", wakeup_in_vain_is_heeded),
	BREAKS("P4", completed_without_a_key),
	BREAKS("P4", completed_with_work_due),
	BREAKS("P4", completed_while_cancelled),
	BREAKS("P5", result_was_not_asked_for),
	BREAKS("P5", result_is_nothing),
	BREAKS("P5", result_is_what_nobody_said),
	EXACT("P6", two_winners),
	BREAKS("P7", accepted_on_two_queues),
	BREAKS("P8", work_is_not_said_to_be_scheduled),
	BREAKS("P9", wait_queue_goes_away_unheard),
	BREAKS("P10", work_does_not_run_again),
	BREAKS("P10", work_ends_and_should_run_again),
	BREAKS("P11", completes_on_a_queue),
	BREAKS("P12", cancelled_poll_stays),
	BREAKS("C1", slots_are_missing),
	EXACT("C1", slots_are_missing_at_level_exact),
	EXACT("C1", refused_without_its_slot),
	EXACT("C2", refused_a_slot_that_is_free),
	EXACT("C2", refused_a_slot_that_was_read),
	EXACT("C2", refused_a_slot_that_it_read_itself),
	BREAKS("C3", exit_forgets_a_context),
	BREAKS("C3", killed_twice),
	BREAKS("C3", freed_before_it_is_drained),
	BREAKS("C4", context_is_never_freed),
	BREAKS("C5", destroy_does_not_wait),
	BREAKS("C7", requests_never_count_as_gone),
	EXACT("C7", users_never_count_as_gone),
	BREAKS("C8", reader_sleeps_on_a_dead_context),
	BREAKS("C9", moved_ring_leaves_its_context),
	BREAKS("C9", copy_of_a_ring_is_moved),
	BREAKS("C9", moving_a_copy_never_ends),
	BREAKS("C10", submitted_after_the_end),
	BREAKS("C10", read_from_after_the_end),
	EXACT("C10", looked_up_after_the_end),
	BREAKS("C10", completes_after_the_last),
	BREAKS("G1", ring_shows_another_tail),
	BREAKS("G1", tail_takes_two_steps),
	BREAKS("G1", reader_follows_a_tail_of_two_steps),
	BREAKS("G1", tail_stays_once),
	BREAKS("G1", tail_leaves_the_ring),
	BREAKS("G4", events_are_returned_twice),
	BREAKS("G4", two_readers_get_the_same_event),
	EXACT("G4", head_moves_by_other_than_was_taken),
	EXACT("G4", two_looks_begin_at_the_same_slot),
	EXACT("G4", a_look_begins_behind_the_head),
	BREAKS("G5", event_is_written_over),
	BREAKS("G6", ring_has_other_places),
	BREAKS("G8", waiter_is_not_woken),
	BREAKS("G8", reader_leaves_its_waker),
	BREAKS("G9", reader_gets_more_than_it_asked_for),
	BREAKS("G9", timeout_is_an_error),
	BREAKS("G9", living_context_is_said_to_be_dead),
	BREAKS("G12", reader_sleeps_beyond_its_time),
	BREAKS("G12", reader_comes_late),
	BREAKS("G10", failed_read_takes_an_event),
	BREAKS("Y1", aio_nr_is_not_given_back),
	EXACT("Y3", setup_is_refused_what_is_left),
	EXACT("Y4", request_is_never_freed),
	BREAKS("Y4", memory_is_kept_at_level_function),
	BREAKS("Y5", child_has_contexts),
};
const size_t kit_break_cnt = NR(kit_breaks);
