// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_model_context.c - the lives of contexts, and the processes that own them.
 */
#include <errno.h>

#include "kit.h"

static void a_context_is_what_io_setup_made(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = kit_ctx(1);
	const struct aios_ctx *ctx;

	see(k, rec_proc(1, AIOS_PROC_SEEN, KIT_PID, "mysqld"));
	see(k, rec_setup(10, by_t1, &c));
	see_freed(k, 100, &c);
	see(k, rec_destroy(110, by_t1, &c, 0));
	assert_int_equal(k->ctx_cnt, 1);
	ctx = the_ctx(k, 1);
	assert_int_equal(ctx->kctx, c.kctx);
	assert_int_equal(ctx->user_id, c.user_id);
	assert_int_equal(ctx->max_reqs, 32);
	assert_int_equal(ctx->nr_events, 127);
	assert_int_equal(ctx->req_batch, 15);
	assert_int_equal(ctx->pid, KIT_PID);
	assert_string_equal(ctx->comm, "mysqld");
	assert_int_equal(ctx->setup_ns, 10);
	assert_int_equal(ctx->kill_ns, 100);
	assert_int_equal(ctx->users0_ns, 101);
	assert_int_equal(ctx->reqs0_ns, 102);
	assert_int_equal(ctx->free_ns, 103);
	assert_false(ctx->older);
	assert_false(ctx->implied);
	assert_false(ctx->tainted);
	assert_false(ctx->undone);
}

static void a_context_alive_at_the_end_is_handed_out_as_it_is(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = kit_ctx(1), d = kit_ctx(2);

	see(k, rec_setup(10, by_t1, &c));
	see(k, rec_setup(20, by_other, &d));
	see(k, rec_kill(30, by_other, &d, 0));
	see_end(k);
	assert_int_equal(k->ctx_cnt, 2);
	assert_int_equal(the_ctx(k, 1)->kill_ns, 0);
	assert_int_equal(the_ctx(k, 1)->free_ns, 0);
	assert_int_equal(the_ctx(k, 2)->kill_ns, 30);
	assert_int_equal(the_ctx(k, 2)->free_ns, 0);
	assert_int_equal(the_ctx(k, 2)->pid, KIT_OTHER_PID);
}

static void a_context_that_is_found_is_older_than_the_trace(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = kit_ctx(1);
	const struct aios_ctx *ctx;

	c.head = 120;
	c.tail = 3;
	see(k, rec_proc(9, AIOS_PROC_SEEN, KIT_PID, "scylla"));
	see(k, rec_found(10, &c, KIT_PID, 4));
	see_end(k);
	ctx = the_ctx(k, 1);
	assert_true(ctx->older);
	assert_false(ctx->implied);
	assert_int_equal(ctx->pid, KIT_PID);
	assert_string_equal(ctx->comm, "scylla");
	assert_int_equal(ctx->setup_ns, 0);
	assert_int_equal(ctx->in_flight, 4);
	assert_int_equal(ctx->in_flight_max, 4);
	/* 120 to 126, and 0 to 2. */
	assert_int_equal(ctx->unread_max, 10);
	assert_int_equal(ctx->discarded, 10);
}

static void with_the_head_hidden_nothing_is_unread_for_sure(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = kit_ctx(1);

	c.head = 120;
	c.tail = 3;
	c.hidden = true;
	see(k, rec_found(10, &c, KIT_PID, 0));
	see_end(k);
	assert_int_equal(the_ctx(k, 1)->unread_max, 0);
}

/* The other io_destroy was first: this one says EINVAL and has killed nothing. */
static void a_kill_that_fails_is_no_kill(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = kit_ctx(1);

	see(k, rec_setup(10, by_t1, &c));
	see(k, rec_kill(20, by_t2, &c, -EINVAL));
	see_end(k);
	assert_int_equal(the_ctx(k, 1)->kill_ns, 0);
	assert_false(the_ctx(k, 1)->undone);
}

static void the_first_kill_counts(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = kit_ctx(1);

	see(k, rec_setup(10, by_t1, &c));
	see(k, rec_kill(20, by_t1, &c, 0));
	see(k, rec_kill(21, by_t2, &c, -EINVAL));
	see_end(k);
	assert_int_equal(the_ctx(k, 1)->kill_ns, 20);
}

/* io_setup could not tell the program its context: it takes it back and waits for nothing. */
static void a_context_that_io_setup_takes_back_is_undone(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = kit_ctx(1);
	struct aios_rec kill = rec_kill(20, by_t1, &c, 0);

	kill.ctx_kill.waits = 0;
	see(k, rec_setup(10, by_t1, &c));
	see(k, kill);
	see(k, rec_refused(21, by_t1, -EFAULT, 32));
	see(k, rec_free(30, &c));
	assert_true(the_ctx(k, 1)->undone);
}

/* kill_ioctx returns only after its work is done: the callbacks of the counts may be quicker. */
static void the_return_of_the_kill_may_come_after_both_counts(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = kit_ctx(1);

	see(k, rec_setup(10, by_t1, &c));
	see(k, rec_users0(20, &c));
	see(k, rec_reqs0(21, &c));
	see(k, rec_kill(22, by_t1, &c, 0));
	see(k, rec_free(23, &c));
	assert_int_equal(k->ctx_cnt, 1);
	assert_int_equal(the_ctx(k, 1)->kill_ns, 22);
	assert_int_equal(the_ctx(k, 1)->users0_ns, 20);
	assert_int_equal(the_ctx(k, 1)->reqs0_ns, 21);
}

/*
 * exit_aio holds no reference while kill_ioctx returns, so the context may be freed before that
 * return is recorded. There was one context all the same.
 */
static void a_kill_that_returns_after_the_free_makes_no_second_context(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = kit_ctx(1);

	see(k, rec_setup(10, by_t1, &c));
	see(k, rec_users0(20, &c));
	see(k, rec_reqs0(21, &c));
	see(k, rec_free(22, &c));
	see(k, rec_kill(23, by_t1, &c, 0));
	see_end(k);
	assert_int_equal(k->ctx_cnt, 1);
}

static void an_address_that_is_used_again_is_a_new_context(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = kit_ctx(1), d = kit_ctx(1);
	struct kit_req r = kit_read(&c, 1), s = kit_read(&d, 1);

	d.user_id += 0x5000;
	see(k, rec_setup(10, by_t1, &c));
	see_completed(k, 20, &r, 1);
	see_freed(k, 50, &c);
	see(k, rec_setup(100, by_other, &d));
	see_completed(k, 110, &s, 2);
	see_read(k, 120, by_t3, &d, 1);
	see_end(k);
	assert_int_equal(k->ctx_cnt, 2);
	assert_int_equal(the_ctx(k, 1)->user_id, c.user_id);
	assert_int_equal(the_ctx(k, 1)->completed, 1);
	assert_int_equal(the_ctx(k, 1)->discarded, 1);
	assert_int_equal(the_ctx(k, 2)->user_id, d.user_id);
	assert_int_equal(the_ctx(k, 2)->pid, KIT_OTHER_PID);
	assert_int_equal(the_ctx(k, 2)->completed, 1);
	assert_int_equal(the_ctx(k, 2)->reaped_kernel, 1);
	assert_int_equal(the(k, 1)->ctx.id, 1);
	assert_int_equal(the(k, 2)->ctx.id, 2);
}

/* The free of the old one fell into a hole; that it must be gone is certain. */
static void an_address_that_is_set_up_twice_ended_the_first_life_unseen(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = kit_ctx(1), d = kit_ctx(1);
	struct kit_req flying = kit_read(&c, 1), unread = kit_read(&c, 2);

	see(k, rec_setup(10, by_t1, &c));
	see_accepted(k, 20, by_t1, &flying);
	see_completed(k, 30, &unread, 1);
	see_gap(k, AIOS_GAP_RING, 50, 60);
	see(k, rec_setup(100, by_t1, &d));
	assert_int_equal(k->ctx_cnt, 1);
	assert_true(the_ctx(k, 1)->tainted);
	assert_int_equal(the_ctx(k, 1)->free_ns, 0);
	see_end(k);
	assert_int_equal(k->ctx_cnt, 2);
	assert_false(the_ctx(k, 2)->tainted);
	/* Its requests cannot be in flight any more: the context waited for them. */
	assert_int_equal(the(k, 1)->req.fate, AIOS_FATE_LOST_TRACK);
	assert_int_equal(the(k, 2)->req.fate, AIOS_FATE_UNREAD);
}

static void a_context_nobody_told_of_is_implied(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = kit_ctx(1);
	struct kit_req r = kit_read(&c, 1);
	const struct aios_ctx *ctx;

	see_completed(k, 20, &r, 1);
	see_read(k, 30, by_t3, &c, 1);
	see_end(k);
	ctx = the_ctx(k, 1);
	assert_true(ctx->implied);
	assert_false(ctx->older);
	assert_int_equal(ctx->user_id, 0);
	assert_int_equal(ctx->nr_events, 0);
	assert_int_equal(ctx->pid, 0);
	assert_null(ctx->process);
	assert_int_equal(ctx->completed, 1);
	/* Without its size nothing is known of entries, but readers can be counted. */
	assert_int_equal(the(k, 1)->req.slot, AIOS_UNKNOWN32);
	assert_int_equal(the(k, 1)->req.reaper, AIOS_REAPER_KERNEL);
	assert_int_equal(ctx->reaped_kernel, 1);
}

/*
 * Hooks are attached before the snapshot of older contexts is taken (DESIGN.md, 5), and without
 * a filter they tell of all: a context can be seen at work before it is found. It is one.
 */
static void a_context_may_be_seen_at_work_before_it_is_found(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = kit_ctx(1);
	struct kit_req r = kit_read(&c, 1), flying = kit_read(&c, 2);

	see_completed(k, 20, &r, 1);
	see_accepted(k, 30, by_t1, &flying);
	see(k, rec_found(40, &c, KIT_PID, 1));
	see_read(k, 50, by_t3, &c, 1);
	see(k, rec_complete(60, in_softirq, &flying, 2));
	see_read(k, 70, by_t3, &c, 1);
	see_freed(k, 80, &c);
	assert_int_equal(k->ctx_cnt, 1);
	assert_true(the_ctx(k, 1)->older);
	assert_false(the_ctx(k, 1)->implied);
	assert_false(the_ctx(k, 1)->tainted);
	assert_int_equal(the_ctx(k, 1)->nr_events, 127);
	assert_int_equal(the_ctx(k, 1)->in_flight, 0);
	assert_int_equal(the_ctx(k, 1)->completed, 2);
	assert_int_equal(the(k, 1)->req.fate, AIOS_FATE_REAPED);
	assert_int_equal(the(k, 2)->req.fate, AIOS_FATE_REAPED);
	assert_int_equal(the(k, 2)->req.res, 2);
}

/* Nobody told that it completed, and its context is gone: it must be over. */
static void a_request_in_flight_when_its_context_is_freed_is_lost_track_of(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = kit_ctx(1);
	struct kit_req r = kit_read(&c, 1);

	see(k, rec_setup(10, by_t1, &c));
	see_accepted(k, 20, by_t1, &r);
	see_freed(k, 100, &c);
	assert_int_equal(the(k, 1)->req.fate, AIOS_FATE_LOST_TRACK);
	assert_int_equal(the(k, 1)->at_ns, 103);
	assert_int_equal(k->ctx_cnt, 1);
	see_end(k);
	assert_int_equal(k->out_cnt, 1);
}

/* It was counted while requests came and went, but the ring never held more than its entries. */
static void a_busy_context_may_have_had_more_in_flight_than_were_counted(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = kit_ctx(1);
	struct kit_req r = kit_read(&c, 1);

	see(k, rec_found(10, &c, KIT_PID, 1));
	for (unsigned int i = 0; i <= 127; i++) {
		see(k, rec_complete(20 + 10 * i, in_softirq, &r, 1));
		see_read(k, 25 + 10 * i, by_t3, &c, 1);
	}
	see_end(k);
	assert_int_equal(k->out_cnt, 128);
	for (size_t i = 1; i <= 127; i++) {
		assert_int_equal(the(k, i)->req.origin, AIOS_ORIGIN_BEFORE);
		assert_false(the(k, i)->req.tainted);
	}
	assert_int_equal(the(k, 128)->req.origin, AIOS_ORIGIN_UNKNOWN);
	assert_true(the(k, 128)->req.tainted);
}

/* How many were in flight was not known then, but this one was found, and is one. */
static void a_found_poll_counts_as_in_flight_and_ends_with_its_context(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = kit_ctx(1);
	struct kit_req r = kit_poll(&c, 1);

	see(k, rec_found(10, &c, KIT_PID, AIOS_UNKNOWN32));
	see(k, rec_req_found(11, &r));
	see_freed(k, 100, &c);
	assert_int_equal(the_ctx(k, 1)->in_flight_max, 1);
	assert_int_equal(the(k, 1)->req.fate, AIOS_FATE_LOST_TRACK);
}

static void requests_of_other_contexts_live_on(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = kit_ctx(1), d = kit_ctx(2);
	struct kit_req r = kit_read(&c, 1), s = kit_read(&d, 2), u = kit_read(&d, 3);

	see(k, rec_setup(10, by_t1, &c));
	see(k, rec_setup(11, by_t1, &d));
	see_accepted(k, 20, by_t1, &s);
	see_accepted(k, 30, by_t1, &r);
	see_completed(k, 40, &u, 1);
	see_freed(k, 100, &c);
	assert_int_equal(k->out_cnt, 1);
	see(k, rec_complete(200, in_softirq, &s, 1));
	see_read(k, 210, by_t3, &d, 2);
	assert_int_equal(k->out_cnt, 3);
	assert_int_equal(the(k, 1)->req.fate, AIOS_FATE_REAPED);
	assert_int_equal(the(k, 3)->req.fate, AIOS_FATE_REAPED);
}

static void contexts_are_numbered_in_the_order_first_seen(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c[3];

	for (unsigned int i = 0; i < 3; i++) {
		c[i] = kit_ctx(i);
		see(k, rec_setup(10 + i, by_t1, &c[i]));
	}
	see_freed(k, 100, &c[2]);
	see_freed(k, 110, &c[0]);
	see_end(k);
	for (unsigned int i = 0; i < 3; i++)
		assert_int_equal(the_ctx(k, i + 1)->kctx, c[i].kctx);
	assert_int_equal(k->ctxs[0].id, 3);
	assert_int_equal(k->ctxs[1].id, 1);
}

static void hundreds_of_contexts_end_with_the_trace(void **state)
{
	struct kit *k = *state;

	for (unsigned int i = 0; i < 300; i++) {
		struct kit_ctx c = kit_ctx(i);

		see(k, rec_setup(10 + i, by_t1, &c));
	}
	see_end(k);
	assert_int_equal(k->ctx_cnt, 300);
}

static void a_process_is_known_as_it_was_last_told(void **state)
{
	struct kit *k = *state;
	const struct aios_process *process;
	struct aios_rec rec = rec_proc(10, AIOS_PROC_SEEN, KIT_PID, "sh");

	rec.proc.ns_tgid = 3;
	rec.proc.ppid = 4;
	rec.proc.uid = 5;
	rec.proc.cgroup = 6;
	assert_null(aios_model_process(k->model, KIT_PID));
	see(k, rec);
	process = aios_model_process(k->model, KIT_PID);
	assert_true(process->known);
	assert_false(process->gone);
	assert_int_equal(process->tgid, KIT_PID);
	assert_int_equal(process->ns_tgid, 3);
	assert_int_equal(process->ppid, 4);
	assert_int_equal(process->uid, 5);
	assert_int_equal(process->cgroup, 6);
	assert_string_equal(process->comm, "sh");
	see(k, rec_proc(20, AIOS_PROC_EXEC, KIT_PID, "fio"));
	assert_string_equal(process->comm, "fio");
	see(k, rec_proc(30, AIOS_PROC_EXIT, KIT_PID, "fio"));
	assert_true(process->gone);
	/* The number is given to another process. */
	see(k, rec_proc(40, AIOS_PROC_FORK, KIT_PID, "bash"));
	assert_false(process->gone);
	assert_string_equal(process->comm, "bash");
}

/* 16 bytes without a NUL fill the field of the record. */
static void a_command_name_of_full_length_has_an_end(void **state)
{
	struct kit *k = *state;

	see(k, rec_proc(10, AIOS_PROC_SEEN, KIT_PID, "0123456789abcdefXYZ"));
	assert_string_equal(aios_model_process(k->model, KIT_PID)->comm, "0123456789abcdef");
}

static void a_process_nobody_told_of_is_not_known(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = kit_ctx(1);
	const struct aios_process *process;

	see(k, rec_setup(10, by_t1, &c));
	process = aios_model_process(k->model, KIT_PID);
	assert_false(process->known);
	assert_int_equal(process->tgid, KIT_PID);
	assert_string_equal(process->comm, "");
}

/* The name of the command when the context was made stays its own. */
static void a_context_keeps_the_name_of_its_making(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = kit_ctx(1);

	see(k, rec_proc(1, AIOS_PROC_SEEN, KIT_PID, "before"));
	see(k, rec_setup(10, by_t1, &c));
	see(k, rec_proc(20, AIOS_PROC_EXEC, KIT_PID, "after"));
	see_freed(k, 30, &c);
	assert_string_equal(the_ctx(k, 1)->comm, "before");
}

/* A killed process has threads in the middle of things; its numbers are used again. */
static void threads_of_a_process_that_is_gone_are_forgotten(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = kit_ctx(1), d = kit_ctx(2);
	struct kit_req r = kit_read(&c, 1), s = kit_read(&d, 2);

	see(k, rec_setup(10, by_t1, &c));
	see(k, rec_birth(20, by_t1, &r));
	see(k, rec_proc(30, AIOS_PROC_EXIT, KIT_PID, "fio"));
	see(k, rec_proc(40, AIOS_PROC_SEEN, KIT_PID, "new"));
	see(k, rec_setup(50, by_t1, &d));
	/* The same thread number, and the same address of the iocb. */
	s.ask.uiocb = r.ask.uiocb;
	see(k, rec_iocb(60, by_t1, &s));
	see(k, rec_return(61, by_t1, &s, -EBADF));
	see_end(k);
	assert_int_equal(the(k, 1)->req.fate, AIOS_FATE_IN_FLIGHT);
	assert_int_equal(the(k, 2)->req.fate, AIOS_FATE_REFUSED);
	assert_int_equal(the(k, 2)->ctx.id, 2);
}

static void many_threads_of_two_processes_are_told_apart_at_an_exit(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = kit_ctx(1);
	struct kit_req r[64];

	see(k, rec_setup(10, by_t1, &c));
	for (uint32_t i = 0; i < 64; i++) {
		struct kit_who who = { i % 2 ? KIT_PID : KIT_OTHER_PID, 3000 + i, 0, 0 };

		r[i] = kit_read(&c, i);
		see(k, rec_birth(20, who, &r[i]));
	}
	see(k, rec_proc(30, AIOS_PROC_EXIT, KIT_OTHER_PID, "gone"));
	for (uint32_t i = 1; i < 64; i += 2) {
		struct kit_who who = { KIT_PID, 3000 + i, 0, 0 };

		see(k, rec_return(40, who, &r[i], -EINVAL));
	}
	/* Each of the 32 that go on still knew what it was submitting. */
	assert_int_equal(k->out_cnt, 32);
	for (size_t i = 0; i < k->out_cnt; i++) {
		assert_int_equal(k->outs[i]->req.fate, AIOS_FATE_REFUSED);
		assert_int_equal(k->outs[i]->req.born_ns, 20);
	}
}

static void records_for_their_own_sake_change_no_life(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = kit_ctx(1);
	struct kit_req r = kit_read(&c, 1);

	see(k, rec_refused(10, by_t1, -EAGAIN, 65536));
	see(k, rec_destroy(11, by_t1, &c, -EINVAL));
	see(k, rec_submit(12, by_t1, &c, 1, -EINVAL));
	see(k, rec_cancel(13, by_t1, &r, -EINVAL));
	see(k, rec_make(AIOS_EV_EXIT_BEGIN, 8, 14, by_t1));
	see(k, rec_make(AIOS_EV_EXIT_END, 8, 15, by_t1));
	see(k, rec_make(0, 8, 16, by_t1));
	see(k, rec_make(AIOS_EV_MAX, 8, 17, by_t1));
	see(k, rec_make(UINT16_MAX, 8, 18, by_t1));
	see_end(k);
	assert_int_equal(k->out_cnt, 0);
	assert_int_equal(k->ctx_cnt, 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		KIT_TEST(a_context_is_what_io_setup_made),
		KIT_TEST(a_context_alive_at_the_end_is_handed_out_as_it_is),
		KIT_TEST(a_context_that_is_found_is_older_than_the_trace),
		KIT_TEST(with_the_head_hidden_nothing_is_unread_for_sure),
		KIT_TEST(a_kill_that_fails_is_no_kill),
		KIT_TEST(the_first_kill_counts),
		KIT_TEST(a_context_that_io_setup_takes_back_is_undone),
		KIT_TEST(the_return_of_the_kill_may_come_after_both_counts),
		KIT_TEST(a_kill_that_returns_after_the_free_makes_no_second_context),
		KIT_TEST(an_address_that_is_used_again_is_a_new_context),
		KIT_TEST(an_address_that_is_set_up_twice_ended_the_first_life_unseen),
		KIT_TEST(a_context_nobody_told_of_is_implied),
		KIT_TEST(a_context_may_be_seen_at_work_before_it_is_found),
		KIT_TEST(a_request_in_flight_when_its_context_is_freed_is_lost_track_of),
		KIT_TEST(a_busy_context_may_have_had_more_in_flight_than_were_counted),
		KIT_TEST(a_found_poll_counts_as_in_flight_and_ends_with_its_context),
		KIT_TEST(requests_of_other_contexts_live_on),
		KIT_TEST(contexts_are_numbered_in_the_order_first_seen),
		KIT_TEST(hundreds_of_contexts_end_with_the_trace),
		KIT_TEST(a_process_is_known_as_it_was_last_told),
		KIT_TEST(a_command_name_of_full_length_has_an_end),
		KIT_TEST(a_process_nobody_told_of_is_not_known),
		KIT_TEST(a_context_keeps_the_name_of_its_making),
		KIT_TEST(threads_of_a_process_that_is_gone_are_forgotten),
		KIT_TEST(many_threads_of_two_processes_are_told_apart_at_an_exit),
		KIT_TEST(records_for_their_own_sake_change_no_life),
	};

	return cmocka_run_group_tests_name("model_context", tests, NULL, NULL);
}
