// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_model_request.c - the lives of requests, from birth to whatever ends them.
 */
#include <errno.h>

#include "kit.h"

/* A context of process 1000, set up before all else. */
static struct kit_ctx begin(struct kit *k)
{
	struct kit_ctx ctx = kit_ctx(1);

	see(k, rec_proc(1, AIOS_PROC_SEEN, KIT_PID, "fio"));
	see(k, rec_setup(2, by_t1, &ctx));
	return ctx;
}

static void an_asynchronous_read_has_its_four_times(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);
	struct kit_req r = kit_read(&c, 1);
	const struct aios_request *req;

	see(k, rec_birth(100, by_t1, &r));
	see(k, rec_return(110, by_t1, &r, 0));
	see(k, rec_complete(200, in_softirq, &r, 4096));
	see_read(k, 300, by_t3, &c, 1);
	req = &the(k, 1)->req;
	assert_int_equal(req->fate, AIOS_FATE_REAPED);
	assert_int_equal(req->origin, AIOS_ORIGIN_BIRTH);
	assert_int_equal(req->born_ns, 100);
	assert_int_equal(req->returned_ns, 110);
	assert_int_equal(req->done_ns, 200);
	assert_int_equal(req->completed_ns, 200);
	assert_int_equal(req->reaped_ns, 301);
	assert_int_equal(req->res, 4096);
	assert_int_equal(req->refs, 0);
	assert_int_equal(req->tid, 1001);
	assert_int_equal(req->complete_cpu, 1);
	assert_int_equal(req->complete_flags, AIOS_F_SOFTIRQ);
	assert_int_equal(req->reaper, AIOS_REAPER_KERNEL);
	assert_int_equal(req->reaper_tid, 1003);
	assert_false(req->tainted);
	assert_false(req->slot_inferred);
	assert_false(req->reap_inferred);
}

static void a_request_tells_what_it_asked_for_and_for_whom(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);
	struct kit_req r = kit_read(&c, 3);

	r.ask.op = IOCB_CMD_PWRITEV;
	r.ask.vecs = 2;
	r.ask.length = 8192;
	r.ask.rw_flags = 2;
	r.ask.iocb_flags = AIOS_IOCB_RESFD;
	r.ask.resfd = 9;
	see_completed(k, 100, &r, 8192);
	see_read(k, 300, by_t3, &c, 1);
	assert_true(the(k, 1)->req.asked);
	assert_int_equal(the(k, 1)->req.kiocb, r.kiocb);
	r.ask.kiocb = r.kiocb;
	r.ask.kctx = c.kctx;
	assert_memory_equal(&the(k, 1)->req.ask, &r.ask, sizeof(r.ask));
	assert_int_equal(the(k, 1)->process.tgid, KIT_PID);
	assert_string_equal(the(k, 1)->process.comm, "fio");
	assert_int_equal(the(k, 1)->ctx.id, 1);
	assert_int_equal(the(k, 1)->ctx.user_id, c.user_id);
}

static void requests_are_numbered_in_the_order_of_births(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);
	struct kit_req r[3];

	for (unsigned int i = 0; i < 3; i++) {
		r[i] = kit_read(&c, i);
		see_accepted(k, 100 + i * 10, by_t1, &r[i]);
	}
	for (unsigned int i = 3; i-- > 0;)
		see(k, rec_complete(200 - i, in_softirq, &r[i], 1));
	see_read(k, 300, by_t3, &c, 3);
	assert_int_equal(k->out_cnt, 3);
	for (unsigned int i = 0; i < 3; i++)
		assert_int_equal(the(k, i + 1)->req.kiocb, r[i].kiocb);
	/* The ring is read in the order of completions. */
	assert_int_equal(k->outs[0]->req.id, 3);
	assert_int_equal(k->outs[2]->req.id, 1);
}

/* A cached read: done and completed inside its own io_submit (facts, 0.3, 17). */
static void a_completion_within_the_submission_is_by_the_submitter(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);
	struct kit_req r = kit_read(&c, 1);
	const struct aios_request *req;

	see(k, rec_birth(100, by_t1, &r));
	see(k, rec_done(105, by_t1, &r, 4096));
	see(k, rec_complete(106, by_t1, &r, 4096));
	see(k, rec_return(108, by_t1, &r, 0));
	see_read(k, 300, by_t3, &c, 1);
	req = &the(k, 1)->req;
	assert_int_equal(req->party, AIOS_PARTY_SUBMITTER);
	assert_int_equal(req->done_ns, 105);
	assert_int_equal(req->completed_ns, 106);
	assert_int_equal(req->returned_ns, 108);
	assert_int_equal(req->fate, AIOS_FATE_REAPED);
	assert_int_equal(req->complete_flags, 0);
	assert_int_equal(req->complete_tid, 1001);
}

/* The device was quick: its interrupt only drops a reference, the submitter has the last one. */
static void an_interrupt_may_be_done_and_the_submitter_complete(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);
	struct kit_req r = kit_read(&c, 1);

	see(k, rec_birth(100, by_t1, &r));
	see(k, rec_done(105, in_hardirq, &r, 512));
	see(k, rec_complete(107, by_t1, &r, 512));
	see(k, rec_return(108, by_t1, &r, 0));
	see_read(k, 300, by_t3, &c, 1);
	assert_int_equal(the(k, 1)->req.party, AIOS_PARTY_SUBMITTER);
	assert_int_equal(the(k, 1)->req.done_ns, 105);
	assert_int_equal(the(k, 1)->req.completed_ns, 107);
}

/* Both dropped theirs at once and the interrupt was last: two records of one moment. */
static void an_interrupt_that_saw_two_references_may_still_be_last(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);
	struct kit_req r = kit_read(&c, 1);

	see(k, rec_birth(100, by_t1, &r));
	see(k, rec_done(105, in_hardirq, &r, 512));
	see(k, rec_complete(106, in_hardirq, &r, 512));
	see(k, rec_return(108, by_t1, &r, 0));
	see_read(k, 300, by_t3, &c, 1);
	assert_int_equal(the(k, 1)->req.party, AIOS_PARTY_RW);
}

/* Another thread may read the event while io_submit is still on its way out. */
static void an_event_read_before_the_return_waits_for_it(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);
	struct kit_req r = kit_read(&c, 1);

	see(k, rec_birth(100, by_t1, &r));
	see(k, rec_complete(101, in_softirq, &r, 1));
	see_read(k, 102, by_t3, &c, 1);
	assert_int_equal(k->out_cnt, 0);
	see(k, rec_return(110, by_t1, &r, 0));
	assert_int_equal(the(k, 1)->req.fate, AIOS_FATE_REAPED);
	assert_int_equal(the(k, 1)->req.reaped_ns, 103);
	assert_int_equal(the(k, 1)->req.returned_ns, 110);
}

/* UNREAD is for what is still in the ring: this event is not. */
static void an_event_read_before_a_return_that_never_comes_was_still_read(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);
	struct kit_req r = kit_read(&c, 1);

	see(k, rec_birth(100, by_t1, &r));
	see(k, rec_complete(101, in_softirq, &r, 1));
	see_read(k, 102, by_t3, &c, 1);
	see_end(k);
	assert_int_equal(the(k, 1)->req.reaper, AIOS_REAPER_KERNEL);
	assert_int_equal(the(k, 1)->req.fate, AIOS_FATE_REAPED);
}

static void a_refusal_before_birth_is_told_from_the_iocb(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);
	struct kit_req r = kit_read(&c, 1);
	const struct aios_request *req;

	r.ask.fd = -1;
	see(k, rec_iocb(100, by_t1, &r));
	see(k, rec_return(101, by_t1, &r, -EBADF));
	req = &the(k, 1)->req;
	assert_int_equal(req->fate, AIOS_FATE_REFUSED);
	assert_int_equal(req->refused, -EBADF);
	assert_true(req->asked);
	assert_int_equal(req->ask.op, IOCB_CMD_PREAD);
	assert_int_equal(req->ask.fd, -1);
	assert_int_equal(req->kiocb, 0);
	assert_int_equal(req->completed_ns, 0);
	assert_int_equal(req->returned_ns, 101);
	assert_int_equal(req->tid, 1001);
	assert_int_equal(the(k, 1)->process.tgid, KIT_PID);
	assert_int_equal(the(k, 1)->ctx.refused, 1);
	assert_int_equal(the(k, 1)->ctx.accepted, 0);
	assert_false(req->tainted);
}

static void a_refusal_of_an_iocb_that_cannot_be_read_asked_for_nothing_known(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);
	struct kit_req r = kit_read(&c, 1);

	r.ask.op = AIOS_OP_UNKNOWN;
	see(k, rec_iocb(100, by_t1, &r));
	see(k, rec_return(101, by_t1, &r, -EFAULT));
	assert_false(the(k, 1)->req.asked);
	assert_int_equal(the(k, 1)->req.ask.uiocb, r.ask.uiocb);
	assert_int_equal(the(k, 1)->req.refused, -EFAULT);
}

static void a_refusal_after_birth_ends_the_life(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);
	struct kit_req r = kit_read(&c, 1), again = kit_read(&c, 1);

	see(k, rec_birth(100, by_t1, &r));
	see(k, rec_return(110, by_t1, &r, -EINVAL));
	assert_int_equal(the(k, 1)->req.fate, AIOS_FATE_REFUSED);
	assert_int_equal(the(k, 1)->req.refused, -EINVAL);
	assert_int_equal(the(k, 1)->req.born_ns, 100);
	assert_int_equal(the(k, 1)->req.slot, AIOS_UNKNOWN32);
	/* Its address is free again. */
	again.ask.data = 99;
	see_completed(k, 200, &again, 7);
	see_read(k, 300, by_t3, &c, 1);
	assert_int_equal(the(k, 2)->req.res, 7);
	assert_int_equal(the(k, 2)->ctx.in_flight, 0);
	assert_int_equal(the(k, 2)->ctx.accepted, 1);
	assert_int_equal(the(k, 2)->ctx.refused, 1);
	assert_int_equal(the(k, 2)->ctx.born, 2);
}

static void in_flight_is_what_was_born_and_neither_refused_nor_completed(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);
	struct kit_req r[4];

	for (unsigned int i = 0; i < 4; i++) {
		r[i] = kit_read(&c, i);
		see(k, rec_birth(100 + i, by_t1, &r[i]));
		see(k, rec_return(100 + i, by_t1, &r[i], i == 3 ? -EINVAL : 0));
	}
	see(k, rec_complete(200, in_softirq, &r[0], 1));
	see_read(k, 210, by_t3, &c, 1);
	assert_int_equal(the(k, 1)->ctx.in_flight, 2);
	assert_int_equal(the(k, 1)->ctx.in_flight_max, 4);
}

/* io_submit found no slot for it, or could not read it. */
static void what_never_was_a_request_was_never_in_flight(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);
	struct kit_req r = kit_read(&c, 1), none = kit_read(&c, 2);

	see_accepted(k, 100, by_t1, &r);
	see(k, rec_iocb(110, by_t1, &none));
	see(k, rec_return(111, by_t1, &none, -EAGAIN));
	assert_int_equal(the(k, 2)->req.fate, AIOS_FATE_REFUSED);
	assert_int_equal(the(k, 2)->ctx.in_flight, 1);
}

/* On a file without a wait queue no hook sees the poll before it completes. */
static void a_poll_without_a_wait_queue_is_known_from_its_return(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);
	struct kit_req r = kit_poll(&c, 1);
	const struct aios_request *req;

	see(k, rec_complete(105, by_t1, &r, BIT_IN | BIT_OUT));
	see(k, rec_iocb(106, by_t1, &r));
	see(k, rec_return(107, by_t1, &r, 0));
	see_read(k, 300, by_t3, &c, 1);
	assert_int_equal(k->out_cnt, 1);
	req = &the(k, 1)->req;
	assert_int_equal(req->origin, AIOS_ORIGIN_RETURN);
	assert_int_equal(req->fate, AIOS_FATE_REAPED);
	assert_true(req->asked);
	assert_int_equal(req->ask.op, IOCB_CMD_POLL);
	assert_int_equal(req->ask.data, r.ask.data);
	assert_int_equal(req->ask.kiocb, r.kiocb);
	assert_int_equal(req->kiocb, r.kiocb);
	assert_int_equal(req->tid, 1001);
	assert_int_equal(req->completed_ns, 105);
	assert_int_equal(req->returned_ns, 107);
	assert_int_equal(req->born_ns, 0);
	assert_false(req->tainted);
	assert_int_equal(the(k, 1)->ctx.accepted, 1);
	assert_int_equal(the(k, 1)->ctx.born, 1);
	assert_int_equal(the(k, 1)->ctx.in_flight, 0);
}

static void the_event_of_such_a_poll_may_be_read_before_its_return(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);
	struct kit_req r = kit_poll(&c, 1);

	see(k, rec_complete(105, by_t1, &r, BIT_IN));
	see_read(k, 106, by_t3, &c, 1);
	assert_int_equal(k->out_cnt, 0);
	see(k, rec_iocb(108, by_t1, &r));
	see(k, rec_return(109, by_t1, &r, 0));
	assert_int_equal(the(k, 1)->req.origin, AIOS_ORIGIN_RETURN);
	assert_int_equal(the(k, 1)->req.fate, AIOS_FATE_REAPED);
	assert_int_equal(the(k, 1)->req.reaped_ns, 107);
}

/* A thread that moved to another CPU has its iocb told once more (bpf/birth.h). */
static void an_iocb_that_repeats_a_birth_changes_nothing(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);
	struct kit_req r = kit_read(&c, 1), next = kit_read(&c, 2);

	see(k, rec_birth(100, by_t1, &r));
	see(k, rec_iocb(108, on_cpu(by_t1, 3), &r));
	see(k, rec_return(109, on_cpu(by_t1, 3), &r, 0));
	see(k, rec_complete(200, in_softirq, &r, 4096));
	/* The next submission is its own, whatever was told of the one before. */
	see(k, rec_birth(210, on_cpu(by_t1, 3), &next));
	see(k, rec_return(211, on_cpu(by_t1, 3), &next, -EINVAL));
	see_read(k, 300, by_t3, &c, 1);
	assert_int_equal(k->out_cnt, 2);
	assert_int_equal(the(k, 1)->req.origin, AIOS_ORIGIN_BIRTH);
	assert_int_equal(the(k, 1)->req.fate, AIOS_FATE_REAPED);
	assert_int_equal(the(k, 1)->req.born_ns, 100);
	assert_int_equal(the(k, 1)->ctx.accepted, 1);
	assert_int_equal(the(k, 2)->req.ask.data, next.ask.data);
}

/* facts, 0.3, 15: the same user iocb may be in flight twice; obj is not a key. */
static void the_same_iocb_in_flight_twice_is_two_requests(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);
	struct kit_req a = kit_read(&c, 1), b = kit_read(&c, 2);

	b.ask.uiocb = a.ask.uiocb;
	b.ask.data = a.ask.data;
	see_accepted(k, 100, by_t1, &a);
	see_accepted(k, 110, by_t1, &b);
	see(k, rec_complete(200, in_softirq, &b, 2));
	see(k, rec_complete(210, in_softirq, &a, 1));
	see_read(k, 300, by_t3, &c, 2);
	assert_int_equal(the(k, 1)->req.res, 1);
	assert_int_equal(the(k, 1)->req.completed_ns, 210);
	assert_int_equal(the(k, 1)->req.slot, 1);
	assert_int_equal(the(k, 2)->req.res, 2);
	assert_int_equal(the(k, 2)->req.completed_ns, 200);
	assert_int_equal(the(k, 2)->req.slot, 0);
}

/* The slab gives the address back at once: that is one life after the other. */
static void an_address_that_is_used_again_is_a_new_life(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);

	for (unsigned int i = 0; i < 10; i++) {
		struct kit_req r = kit_read(&c, 1);

		see_completed(k, 100 + i * 10, &r, (int64_t)i);
	}
	see_read(k, 300, by_t3, &c, 10);
	assert_int_equal(k->out_cnt, 10);
	for (unsigned int i = 0; i < 10; i++) {
		assert_int_equal(the(k, i + 1)->req.res, i);
		assert_int_equal(the(k, i + 1)->req.born_ns, 100 + i * 10);
		assert_int_equal(the(k, i + 1)->req.completed_ns, 102 + i * 10);
	}
}

/* Its completion was recorded on another CPU and sorts behind the next birth at its address. */
static void a_late_completion_belongs_to_the_old_life(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);
	struct kit_req old = kit_read(&c, 1), new = kit_read(&c, 1);

	new.ask.uiocb += 64;
	new.ask.data = 77;
	see_accepted(k, 100, by_t1, &old);
	see_accepted(k, 200, by_t1, &new);
	see(k, rec_complete(200, in_softirq, &old, 1));
	see(k, rec_complete(300, in_softirq, &new, 2));
	see_read(k, 400, by_t3, &c, 2);
	assert_int_equal(the(k, 1)->req.fate, AIOS_FATE_REAPED);
	assert_int_equal(the(k, 1)->req.res, 1);
	assert_int_equal(the(k, 1)->req.completed_ns, 200);
	assert_int_equal(the(k, 2)->req.fate, AIOS_FATE_REAPED);
	assert_int_equal(the(k, 2)->req.res, 2);
	assert_int_equal(the(k, 2)->ctx.in_flight, 0);
}

/* Nobody else can be at its address: the event is wrong, and not the request another one. */
static void a_completion_with_other_data_is_that_of_who_has_the_address(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);
	struct kit_req r = kit_read(&c, 1), as = r;

	as.ask.data = 77;
	see_accepted(k, 100, by_t1, &r);
	see(k, rec_complete(200, in_softirq, &as, 1));
	see_read(k, 400, by_t3, &c, 1);
	assert_int_equal(k->out_cnt, 1);
	assert_int_equal(the(k, 1)->req.origin, AIOS_ORIGIN_BIRTH);
	assert_int_equal(the(k, 1)->req.res, 1);
	assert_int_equal(the(k, 1)->ctx.in_flight, 0);
}

/* A thread submits one after the other, so that is the end of the same submission. */
static void a_return_of_another_iocb_is_that_of_the_request_before(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);
	struct kit_req r = kit_read(&c, 1), as = r;

	as.ask.uiocb += 64;
	see(k, rec_birth(100, by_t1, &r));
	see(k, rec_return(101, by_t1, &as, 0));
	see(k, rec_complete(200, in_softirq, &r, 1));
	see_read(k, 400, by_t3, &c, 1);
	assert_int_equal(k->out_cnt, 1);
	assert_int_equal(the(k, 1)->req.returned_ns, 101);
	assert_int_equal(the(k, 1)->ctx.in_flight, 0);
	assert_int_equal(the(k, 1)->ctx.accepted, 1);
}

static void the_old_life_keeps_its_completion_when_the_new_one_is_refused(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);
	struct kit_req old = kit_read(&c, 1), new = kit_read(&c, 1);

	new.ask.uiocb += 64;
	new.ask.data = 77;
	see_accepted(k, 100, by_t1, &old);
	see(k, rec_birth(200, by_t1, &new));
	see(k, rec_return(200, by_t1, &new, -EINVAL));
	see(k, rec_complete(200, in_softirq, &old, 1));
	see_read(k, 400, by_t3, &c, 1);
	see_end(k);
	assert_int_equal(k->out_cnt, 2);
	assert_int_equal(the(k, 1)->req.fate, AIOS_FATE_REAPED);
	assert_int_equal(the(k, 1)->req.res, 1);
	assert_int_equal(the(k, 2)->req.fate, AIOS_FATE_REFUSED);
}

static void a_life_whose_completion_never_came_is_lost_track_of(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);
	struct kit_req old = kit_read(&c, 1), new = kit_read(&c, 1);

	new.ask.uiocb += 64;
	see_accepted(k, 100, by_t1, &old);
	see_accepted(k, 200, by_t1, &new);
	see(k, rec_complete(300, in_softirq, &new, 2));
	see_read(k, 400, by_t3, &c, 1);
	see_end(k);
	assert_int_equal(k->out_cnt, 2);
	assert_int_equal(the(k, 1)->req.fate, AIOS_FATE_LOST_TRACK);
	assert_int_equal(the(k, 1)->req.completed_ns, 0);
	assert_int_equal(the(k, 2)->req.fate, AIOS_FATE_REAPED);
	assert_int_equal(the(k, 2)->req.res, 2);
	assert_int_equal(the_ctx(k, 1)->in_flight, 0);
}

/* A poll that must be over is not "still waiting when the trace ended". */
static void a_poll_that_was_lost_track_of_is_not_waiting(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);
	struct kit_req old = kit_poll(&c, 1), new = kit_read(&c, 1);

	new.ask.uiocb += 64;
	see(k, rec_birth(100, by_t1, &old));
	see(k, rec_queue(101, by_t1, &old, 0));
	see(k, rec_return(102, by_t1, &old, 0));
	see_completed(k, 200, &new, 1);
	assert_int_equal(the(k, 1)->req.fate, AIOS_FATE_LOST_TRACK);
	assert_int_equal(the(k, 1)->order, AIOS_POLL_UNCLEAR);
}

/* The trace was told that one request was in flight before it began. */
static void a_completion_that_was_in_flight_before_is_older_than_the_trace(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = kit_ctx(1);
	struct kit_req r = kit_read(&c, 1);
	const struct aios_request *req;

	see(k, rec_found(10, &c, KIT_PID, 1));
	see(k, rec_complete(100, in_softirq, &r, 4096));
	see_read(k, 200, by_t3, &c, 1);
	req = &the(k, 1)->req;
	assert_int_equal(req->origin, AIOS_ORIGIN_BEFORE);
	assert_int_equal(req->fate, AIOS_FATE_REAPED);
	assert_false(req->asked);
	assert_int_equal(req->ask.uiocb, r.ask.uiocb);
	assert_int_equal(req->ask.data, r.ask.data);
	assert_int_equal(req->born_ns, 0);
	assert_int_equal(req->returned_ns, 0);
	assert_int_equal(req->completed_ns, 100);
	assert_int_equal(req->reaped_ns, 201);
	assert_int_equal(req->party, AIOS_PARTY_UNKNOWN);
	assert_int_equal(the(k, 1)->process.tgid, KIT_PID);
	assert_int_equal(the(k, 1)->ctx.in_flight, 0);
	assert_false(req->tainted);
}

/* A write that a kernel thread completes: no interrupt, and no submission either. */
static void a_completion_by_a_kernel_thread_is_over_when_it_is_read(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = kit_ctx(1);
	struct kit_req r = kit_read(&c, 1);

	see(k, rec_found(10, &c, KIT_PID, 1));
	see(k, rec_complete(100, by_worker, &r, 4096));
	see_read(k, 200, by_t3, &c, 1);
	see_end(k);
	assert_int_equal(the(k, 1)->req.reaper, AIOS_REAPER_KERNEL);
	assert_int_equal(the(k, 1)->req.fate, AIOS_FATE_REAPED);
	assert_int_equal(the(k, 1)->req.origin, AIOS_ORIGIN_BEFORE);
	/* At once, not when the trace ends: who completed it is of another process. */
	assert_int_equal(the(k, 1)->at_ns, 201);
}

static void a_completion_nobody_can_explain_is_of_unknown_origin(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);
	struct kit_req r = kit_read(&c, 1);

	see(k, rec_complete(100, in_softirq, &r, 4096));
	see_read(k, 200, by_t3, &c, 1);
	assert_int_equal(the(k, 1)->req.origin, AIOS_ORIGIN_UNKNOWN);
	assert_int_equal(the(k, 1)->req.fate, AIOS_FATE_REAPED);
	assert_false(the(k, 1)->req.asked);
}

/* How many were in flight could not be read, so that a birth "should have been seen" is no fact. */
static void with_an_unknown_count_in_flight_a_stranger_may_be_older(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = kit_ctx(1);
	struct kit_req r = kit_read(&c, 1);

	see(k, rec_found(10, &c, KIT_PID, AIOS_UNKNOWN32));
	see(k, rec_complete(100, in_softirq, &r, 4096));
	see_read(k, 200, by_t3, &c, 1);
	assert_int_equal(the(k, 1)->req.origin, AIOS_ORIGIN_BEFORE);
}

static void a_thread_that_submits_something_else_was_not_submitting_the_stranger(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = kit_ctx(1);
	struct kit_req old = kit_read(&c, 1), r = kit_read(&c, 2);

	see(k, rec_found(10, &c, KIT_PID, 1));
	see(k, rec_complete(100, by_t1, &old, 1));
	see_read(k, 110, by_t3, &c, 1);
	see(k, rec_iocb(120, by_t1, &r));
	see(k, rec_return(121, by_t1, &r, -EBADF));
	assert_int_equal(k->out_cnt, 2);
	assert_int_equal(the(k, 1)->req.origin, AIOS_ORIGIN_BEFORE);
	assert_int_equal(the(k, 1)->req.fate, AIOS_FATE_REAPED);
	assert_int_equal(the(k, 1)->req.reaped_ns, 111);
	assert_int_equal(the(k, 2)->req.fate, AIOS_FATE_REFUSED);
}

static void a_pending_poll_that_was_found_is_older_than_the_trace(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = kit_ctx(1);
	struct kit_req r = kit_poll(&c, 1);

	see(k, rec_found(10, &c, KIT_PID, 1));
	see(k, rec_req_found(11, &r));
	see(k, rec_wake(100, by_other, &r, BIT_IN, AIOS_POLL_ARMED));
	see(k, rec_complete(101, by_other, &r, BIT_IN));
	see_read(k, 200, by_t3, &c, 1);
	assert_int_equal(k->out_cnt, 1);
	assert_int_equal(the(k, 1)->req.origin, AIOS_ORIGIN_BEFORE);
	assert_true(the(k, 1)->req.asked);
	assert_int_equal(the(k, 1)->req.ask.events, BIT_IN);
	assert_int_equal(the(k, 1)->req.party, AIOS_PARTY_POLL_WAKE);
	assert_int_equal(the(k, 1)->order, AIOS_POLL_ARMED_INLINE);
	assert_int_equal(the(k, 1)->process.tgid, KIT_PID);
	assert_int_equal(the(k, 1)->req.tid, 0);
	assert_int_equal(the(k, 1)->ctx.in_flight, 0);
	assert_int_equal(the(k, 1)->ctx.in_flight_max, 1);
}

/* Born after the hooks came and before the iterator walked past. */
static void a_poll_whose_birth_was_seen_is_not_found_again(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);
	struct kit_req r = kit_poll(&c, 1);

	see(k, rec_birth(100, by_t1, &r));
	see(k, rec_queue(101, by_t1, &r, 0));
	see(k, rec_return(102, by_t1, &r, 0));
	see(k, rec_req_found(110, &r));
	see(k, rec_wake(200, by_other, &r, BIT_IN, AIOS_POLL_ARMED));
	see(k, rec_complete(201, by_other, &r, BIT_IN));
	see_read(k, 300, by_t3, &c, 1);
	assert_int_equal(k->out_cnt, 1);
	assert_int_equal(the(k, 1)->req.origin, AIOS_ORIGIN_BIRTH);
	assert_int_equal(the(k, 1)->req.born_ns, 100);
	assert_int_equal(the(k, 1)->ctx.in_flight, 0);
}

/* Three threads submit at once, to two contexts; records of one lie between those of another. */
static void submissions_of_threads_do_not_mix(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k), d = kit_ctx(2);
	struct kit_req a = kit_read(&c, 1), b = kit_read(&d, 2), p = kit_poll(&c, 3);

	see(k, rec_setup(50, by_t2, &d));
	/* All three use the same iocb address; so may programs that share one. */
	b.ask.uiocb = p.ask.uiocb = a.ask.uiocb;
	see(k, rec_birth(100, by_t1, &a));
	see(k, rec_birth(101, by_t2, &b));
	see(k, rec_complete(102, by_t3, &p, BIT_OUT));
	see(k, rec_iocb(103, by_t3, &p));
	see(k, rec_return(104, by_t2, &b, -EINVAL));
	see(k, rec_return(105, by_t3, &p, 0));
	see(k, rec_return(106, by_t1, &a, 0));
	see(k, rec_complete(107, in_hardirq, &a, 1));
	see_read(k, 200, by_t3, &c, 2);
	see_end(k);
	assert_int_equal(k->out_cnt, 3);
	assert_int_equal(the(k, 1)->req.returned_ns, 106);
	assert_int_equal(the(k, 1)->req.fate, AIOS_FATE_REAPED);
	assert_int_equal(the(k, 2)->req.fate, AIOS_FATE_REFUSED);
	assert_int_equal(the(k, 2)->ctx.id, 2);
	assert_int_equal(the(k, 3)->req.origin, AIOS_ORIGIN_RETURN);
	assert_int_equal(the(k, 3)->req.tid, 1003);
	assert_int_equal(the_ctx(k, 1)->accepted, 2);
	assert_int_equal(the_ctx(k, 2)->refused, 1);
}

/* The interrupt of one request comes while the thread submits another one. */
static void an_interrupt_in_the_submitter_is_not_the_submitter(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);
	struct kit_req a = kit_read(&c, 1), b = kit_fsync(&c, 2);

	see_accepted(k, 100, by_t1, &a);
	see(k, rec_birth(200, by_t1, &b));
	see(k, rec_complete(201, with_flags(by_t1, AIOS_F_HARDIRQ), &a, 1));
	see(k, rec_complete(202, with_flags(by_t1, AIOS_F_HARDIRQ), &b, 0));
	see(k, rec_return(203, by_t1, &b, 0));
	see_read(k, 300, by_t3, &c, 2);
	assert_int_equal(the(k, 1)->req.party, AIOS_PARTY_RW);
	assert_int_equal(the(k, 2)->req.party, AIOS_PARTY_UNKNOWN);
}

static void an_fsync_is_completed_by_its_work(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);
	struct kit_req r = kit_fsync(&c, 1);

	see_accepted(k, 100, by_t1, &r);
	see(k, rec_work_begin(200, by_worker, &r, AIOS_WORK_FSYNC, 0));
	see(k, rec_complete(250, by_worker, &r, -EIO));
	see(k, rec_work_end(251, by_worker, &r, AIOS_WORK_FSYNC));
	see_read(k, 300, by_t3, &c, 1);
	assert_int_equal(the(k, 1)->req.party, AIOS_PARTY_FSYNC_WORK);
	assert_int_equal(the(k, 1)->req.res, -EIO);
	assert_int_equal(the(k, 1)->req.fate, AIOS_FATE_REAPED);
}

/* The work was quicker than the end of io_submit. */
static void an_fsync_may_be_completed_by_the_submitter(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);
	struct kit_req r = kit_fsync(&c, 1);

	see(k, rec_birth(100, by_t1, &r));
	see(k, rec_work_begin(101, by_worker, &r, AIOS_WORK_FSYNC, 0));
	see(k, rec_work_end(103, by_worker, &r, AIOS_WORK_FSYNC));
	see(k, rec_complete(104, by_t1, &r, 0));
	see(k, rec_return(105, by_t1, &r, 0));
	see_read(k, 300, by_t3, &c, 1);
	assert_int_equal(the(k, 1)->req.party, AIOS_PARTY_SUBMITTER);
}

static void the_worker_of_one_request_does_not_complete_another(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);
	struct kit_req f = kit_fsync(&c, 1), r = kit_read(&c, 2);

	see_accepted(k, 100, by_t1, &f);
	see_accepted(k, 110, by_t1, &r);
	see(k, rec_work_begin(200, by_worker, &f, AIOS_WORK_FSYNC, 0));
	see(k, rec_complete(210, by_worker, &r, 1));
	see(k, rec_complete(220, by_worker, &f, 0));
	see(k, rec_work_end(221, by_worker, &f, AIOS_WORK_FSYNC));
	see_read(k, 300, by_t3, &c, 2);
	assert_int_equal(the(k, 2)->req.party, AIOS_PARTY_RW);
	assert_int_equal(the(k, 1)->req.party, AIOS_PARTY_FSYNC_WORK);
}

static void each_poll_party_is_told(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);
	struct kit_req wake = kit_poll(&c, 1), work = kit_poll(&c, 2), put = kit_poll(&c, 3);
	struct kit_req all[] = { wake, work, put };

	for (unsigned int i = 0; i < 3; i++) {
		see(k, rec_birth(100 + i, by_t1, &all[i]));
		see(k, rec_queue(100 + i, by_t1, &all[i], 0));
		see(k, rec_return(100 + i, by_t1, &all[i], 0));
	}
	see(k, rec_wake(200, by_other, &wake, BIT_IN, AIOS_POLL_ARMED));
	see(k, rec_complete(201, by_other, &wake, BIT_IN));
	see(k, rec_wake(210, by_other, &work, 0, AIOS_POLL_ARMED));
	see(k, rec_work_begin(211, by_worker, &work, AIOS_WORK_POLL, AIOS_POLL_SCHEDULED));
	see(k, rec_complete(212, by_worker, &work, BIT_IN));
	see(k, rec_work_end(213, by_worker, &work, AIOS_WORK_POLL));
	see(k, rec_wake(220, by_other, &put, BIT_IN, AIOS_POLL_ARMED | AIOS_POLL_EVENTFD));
	see(k, rec_work_begin(221, by_worker, &put, AIOS_WORK_PUT, 0));
	see(k, rec_complete(222, by_worker, &put, BIT_IN));
	see(k, rec_work_end(223, by_worker, &put, AIOS_WORK_PUT));
	see_read(k, 300, by_t3, &c, 3);
	assert_int_equal(the(k, 1)->req.party, AIOS_PARTY_POLL_WAKE);
	assert_int_equal(the(k, 2)->req.party, AIOS_PARTY_POLL_WORK);
	assert_int_equal(the(k, 3)->req.party, AIOS_PARTY_PUT_WORK);
}

static void what_is_not_over_is_handed_out_when_the_trace_ends(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);
	struct kit_req flying = kit_read(&c, 1), unread = kit_read(&c, 2), new = kit_read(&c, 3);

	see_accepted(k, 100, by_t1, &flying);
	see_completed(k, 110, &unread, 5);
	see(k, rec_birth(200, by_t1, &new));
	see_end(k);
	assert_int_equal(k->out_cnt, 3);
	assert_int_equal(the(k, 1)->req.fate, AIOS_FATE_IN_FLIGHT);
	assert_int_equal(the(k, 1)->req.completed_ns, 0);
	assert_int_equal(the(k, 2)->req.fate, AIOS_FATE_UNREAD);
	assert_int_equal(the(k, 2)->req.reaper, AIOS_REAPER_NOBODY);
	assert_int_equal(the(k, 2)->req.reaped_ns, 0);
	assert_int_equal(the(k, 3)->req.fate, AIOS_FATE_IN_FLIGHT);
	assert_int_equal(the(k, 3)->req.returned_ns, 0);
	assert_int_equal(k->ctx_cnt, 1);
	see_end(k);
	assert_int_equal(k->out_cnt, 3);
	assert_int_equal(k->ctx_cnt, 1);
}

static void a_history_has_the_records_of_the_request_in_their_order(void **state)
{
	static const uint16_t wanted[] = { AIOS_EV_REQ_BIRTH, AIOS_EV_REQ_RETURN, AIOS_EV_REQ_DONE,
					   AIOS_EV_REQ_COMPLETE };
	struct kit *k = *state;
	struct kit_ctx c = begin(k);
	struct kit_req r = kit_read(&c, 1), other = kit_read(&c, 2);

	see(k, rec_birth(100, by_t1, &r));
	see(k, rec_birth(101, by_t2, &other));
	see(k, rec_return(102, by_t1, &r, 0));
	see(k, rec_return(103, by_t2, &other, 0));
	see(k, rec_done(104, in_softirq, &r, 1));
	see(k, rec_complete(105, in_softirq, &r, 1));
	see_read(k, 200, by_t3, &c, 1);
	assert_int_equal(the(k, 1)->req.history_cnt, NR(wanted));
	for (size_t i = 0; i < NR(wanted); i++)
		assert_int_equal(the(k, 1)->req.history[i].h.type, wanted[i]);
}

static void no_history_is_kept_unless_asked_for(void **state)
{
	struct kit *k = kit_new(false);
	struct kit_ctx c = begin(k);
	struct kit_req r = kit_read(&c, 1);

	(void)state;
	see_completed(k, 100, &r, 1);
	see_read(k, 200, by_t3, &c, 1);
	assert_null(the(k, 1)->req.history);
	assert_int_equal(the(k, 1)->req.history_cnt, 0);
	kit_free(k);
}

static void assert_names(const char *(*name)(int), int last)
{
	for (int i = 0; i <= last; i++) {
		assert_non_null(name(i));
		for (int j = 0; j < i; j++)
			assert_string_not_equal(name(i), name(j));
	}
}

static const char *party(int i)
{
	return aios_party_name((enum aios_party)i);
}

static const char *fate(int i)
{
	return aios_fate_name((enum aios_fate)i);
}

static const char *origin(int i)
{
	return aios_origin_name((enum aios_origin)i);
}

static const char *reaper(int i)
{
	return aios_reaper_name((enum aios_reaper)i);
}

static void every_fate_party_origin_and_reaper_has_its_own_name(void **state)
{
	(void)state;
	assert_names(party, AIOS_PARTY_PUT_WORK);
	assert_names(fate, AIOS_FATE_LOST_TRACK);
	assert_names(origin, AIOS_ORIGIN_UNKNOWN);
	assert_names(reaper, AIOS_REAPER_UNKNOWN);
	assert_string_equal(aios_fate_name(AIOS_FATE_REAPED), "reaped");
	assert_string_equal(aios_origin_name(AIOS_ORIGIN_BEFORE), "before-trace");
	assert_string_equal(aios_reaper_name(AIOS_REAPER_KERNEL), "kernel");
}

static const struct aios_request *held;

static int hold(void *arg, const struct aios_request *req)
{
	(void)arg;
	held = aios_request_hold(req);
	return 0;
}

static int refuse(void *arg, const struct aios_request *req)
{
	(void)arg;
	(void)req;
	return -EPIPE;
}

static int refuse_ctx(void *arg, const struct aios_ctx *ctx)
{
	(void)arg;
	(void)ctx;
	return -EPIPE;
}

static void a_request_can_be_held_beyond_the_call(void **state)
{
	static const struct aios_model_ops ops = { .request = hold };
	struct aios_model_opts opts = { .history = true };
	struct aios_model *model = aios_model_new(&ops, NULL, &opts);
	struct kit_ctx c = kit_ctx(1);
	struct kit_req r = kit_read(&c, 1);
	struct aios_rec recs[] = {
		rec_setup(1, by_t1, &c), rec_birth(2, by_t1, &r), rec_return(3, by_t1, &r, -EIO),
		rec_free(4, &c),
	};

	(void)state;
	for (size_t i = 0; i < NR(recs); i++)
		assert_int_equal(aios_model_record(model, &recs[i]), 0);
	assert_int_equal(held->refused, -EIO);
	assert_int_equal(held->history_cnt, 2);
	assert_int_equal(held->ctx->user_id, c.user_id);
	aios_request_release(held);
	aios_model_free(model);
}

static void what_a_listener_returns_ends_the_stream(void **state)
{
	static const struct aios_model_ops ops = { .request = refuse, .context = refuse_ctx };
	struct aios_model_opts opts = { 0 };
	struct aios_model *model = aios_model_new(&ops, NULL, &opts);
	struct kit_ctx c = kit_ctx(1);
	struct kit_req r = kit_read(&c, 1);
	struct aios_rec rec = rec_iocb(1, by_t1, &r);

	(void)state;
	assert_int_equal(aios_model_record(model, &rec), 0);
	rec = rec_return(2, by_t1, &r, -EIO);
	assert_int_equal(aios_model_record(model, &rec), -EPIPE);
	rec = rec_free(3, &c);
	assert_int_equal(aios_model_record(model, &rec), -EPIPE);
	aios_model_free(model);
}

/* Feeds a model whose listener refuses. Return: what the last record got; the others get 0. */
static int last_of(const struct aios_rec *recs, size_t cnt)
{
	static const struct aios_model_ops ops = { .request = refuse, .context = refuse_ctx };
	struct aios_model_opts opts = { 0 };
	struct aios_model *model = aios_model_new(&ops, NULL, &opts);
	int err = 0;

	for (size_t i = 0; i < cnt; i++) {
		assert_int_equal(err, 0);
		err = aios_model_record(model, &recs[i]);
	}
	aios_model_free(model);
	return err;
}

/* Lives that end because of what comes next: a new context, a third birth, another orphan. */
static void what_a_listener_returns_is_never_taken_for_want_of_memory(void **state)
{
	struct kit_ctx c = kit_ctx(1);
	struct kit_req r = kit_read(&c, 1), s = kit_read(&c, 2);
	const struct aios_rec ctx_again[] = {
		rec_setup(1, by_t1, &c), rec_birth(2, by_t1, &r), rec_return(3, by_t1, &r, 0),
		rec_setup(4, by_t1, &c),
	};
	const struct aios_rec born_again[] = {
		rec_setup(1, by_t1, &c), rec_birth(2, by_t1, &r), rec_return(3, by_t1, &r, 0),
		rec_birth(4, by_t1, &r), rec_return(5, by_t1, &r, 0), rec_birth(6, by_t1, &r),
	};
	const struct aios_rec orphans[] = {
		rec_setup(1, by_t1, &c), rec_complete(2, by_t1, &r, 1),
		rec_read_begin(3, by_t3, &c, 1, 1), rec_read_end(4, by_t3, &c, 1),
		rec_complete(5, by_t1, &s, 1),
	};

	(void)state;
	assert_int_equal(last_of(ctx_again, NR(ctx_again)), -EPIPE);
	assert_int_equal(last_of(born_again, NR(born_again)), -EPIPE);
	assert_int_equal(last_of(orphans, NR(orphans)), -EPIPE);
}

static void a_model_without_listeners_follows_all_the_same(void **state)
{
	static const struct aios_model_ops ops = { 0 };
	struct aios_model_opts opts = { .history = true };
	struct aios_model *model = aios_model_new(&ops, NULL, &opts);
	struct kit_ctx c = kit_ctx(1);
	struct kit_req r = kit_read(&c, 1);
	struct aios_rec recs[] = {
		rec_setup(1, by_t1, &c), rec_birth(2, by_t1, &r), rec_return(3, by_t1, &r, 0),
		rec_complete(4, in_softirq, &r, 1), rec_free(5, &c),
	};

	(void)state;
	for (size_t i = 0; i < NR(recs); i++)
		assert_int_equal(aios_model_record(model, &recs[i]), 0);
	assert_int_equal(aios_model_end(model), 0);
	assert_null(aios_model_free(model));
	assert_null(aios_model_free(NULL));
}

/* Freed in the middle of everything: the sanitizer looks for what is left behind. */
static void a_model_can_be_freed_at_any_time(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);
	struct kit_req r[4], f = kit_fsync(&c, 9), p = kit_poll(&c, 10);

	for (unsigned int i = 0; i < 4; i++) {
		r[i] = kit_read(&c, i % 2);
		r[i].ask.uiocb += i * 64;
		see(k, rec_birth(100 + i, by_t1, &r[i]));
	}
	see(k, rec_complete(105, in_softirq, &r[2], 1));
	see_accepted(k, 110, by_t2, &f);
	see(k, rec_work_begin(120, by_worker, &f, AIOS_WORK_FSYNC, 0));
	see(k, rec_complete(121, by_t3, &p, 1));
	see(k, rec_iocb(122, by_t3, &p));
	see(k, rec_read_begin(130, by_other, &c, 1, 10));
	see(k, rec_name(140, by_t1, 0xf11e, 0, 0, "half"));
}

#define RUN(test)	KIT_TEST(test)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		RUN(an_asynchronous_read_has_its_four_times),
		RUN(a_request_tells_what_it_asked_for_and_for_whom),
		RUN(requests_are_numbered_in_the_order_of_births),
		RUN(a_completion_within_the_submission_is_by_the_submitter),
		RUN(an_interrupt_may_be_done_and_the_submitter_complete),
		RUN(an_interrupt_that_saw_two_references_may_still_be_last),
		RUN(an_event_read_before_the_return_waits_for_it),
		RUN(an_event_read_before_a_return_that_never_comes_was_still_read),
		RUN(a_refusal_before_birth_is_told_from_the_iocb),
		RUN(a_refusal_of_an_iocb_that_cannot_be_read_asked_for_nothing_known),
		RUN(a_refusal_after_birth_ends_the_life),
		RUN(in_flight_is_what_was_born_and_neither_refused_nor_completed),
		RUN(what_never_was_a_request_was_never_in_flight),
		RUN(a_poll_without_a_wait_queue_is_known_from_its_return),
		RUN(the_event_of_such_a_poll_may_be_read_before_its_return),
		RUN(an_iocb_that_repeats_a_birth_changes_nothing),
		RUN(the_same_iocb_in_flight_twice_is_two_requests),
		RUN(an_address_that_is_used_again_is_a_new_life),
		RUN(a_late_completion_belongs_to_the_old_life),
		RUN(a_completion_with_other_data_is_that_of_who_has_the_address),
		RUN(a_return_of_another_iocb_is_that_of_the_request_before),
		RUN(the_old_life_keeps_its_completion_when_the_new_one_is_refused),
		RUN(a_life_whose_completion_never_came_is_lost_track_of),
		RUN(a_poll_that_was_lost_track_of_is_not_waiting),
		RUN(a_completion_that_was_in_flight_before_is_older_than_the_trace),
		RUN(a_completion_by_a_kernel_thread_is_over_when_it_is_read),
		RUN(a_completion_nobody_can_explain_is_of_unknown_origin),
		RUN(with_an_unknown_count_in_flight_a_stranger_may_be_older),
		RUN(a_thread_that_submits_something_else_was_not_submitting_the_stranger),
		RUN(a_pending_poll_that_was_found_is_older_than_the_trace),
		RUN(a_poll_whose_birth_was_seen_is_not_found_again),
		RUN(submissions_of_threads_do_not_mix),
		RUN(an_interrupt_in_the_submitter_is_not_the_submitter),
		RUN(an_fsync_is_completed_by_its_work),
		RUN(an_fsync_may_be_completed_by_the_submitter),
		RUN(the_worker_of_one_request_does_not_complete_another),
		RUN(each_poll_party_is_told),
		RUN(what_is_not_over_is_handed_out_when_the_trace_ends),
		RUN(a_history_has_the_records_of_the_request_in_their_order),
		RUN(no_history_is_kept_unless_asked_for),
		RUN(every_fate_party_origin_and_reaper_has_its_own_name),
		RUN(a_request_can_be_held_beyond_the_call),
		RUN(what_a_listener_returns_ends_the_stream),
		RUN(what_a_listener_returns_is_never_taken_for_want_of_memory),
		RUN(a_model_without_listeners_follows_all_the_same),
		RUN(a_model_can_be_freed_at_any_time),
	};

	return cmocka_run_group_tests_name("model_request", tests, NULL, NULL);
}
