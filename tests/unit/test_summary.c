// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_summary.c - a trace in numbers.
 */
#include <errno.h>

#include "kit.h"
#include "lib/column.h"
#include "lib/summary.h"

struct fixture {
	struct aios_summary *sum;
	struct kit_out *out;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->sum = aios_summary_new();
	f->out = kit_made();
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	assert_null(aios_summary_free(f->sum));
	kit_out_free(f->out);
	free(f);
	return 0;
}

static void record(struct fixture *f, struct aios_rec rec)
{
	assert_int_equal(aios_summary_record(f->sum, &rec), 0);
}

static void request(struct fixture *f)
{
	assert_int_equal(aios_summary_request(f->sum, &f->out->req), 0);
}

static const struct aios_op_summary *op(const struct fixture *f, unsigned int nr)
{
	return &f->sum->ops[aios_op_index(nr)];
}

static void an_empty_summary_is_0(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(aios_summary_accepted(f->sum), 0);
	assert_int_equal(aios_summary_completed(f->sum), 0);
	assert_int_equal(aios_summary_failed(f->sum), 0);
	assert_int_equal(aios_summary_refused(f->sum), 0);
	assert_int_equal(aios_summary_in_flight(f->sum), 0);
	assert_null(aios_summary_free(NULL));
}

static void a_reaped_read_is_counted_with_its_stages(void **state)
{
	struct fixture *f = *state;
	const struct aios_op_summary *pread = op(f, IOCB_CMD_PREAD);

	request(f);
	assert_int_equal(pread->accepted, 1);
	assert_int_equal(pread->completed, 1);
	assert_int_equal(pread->failed.total, 0);
	assert_int_equal(pread->bytes, 4096);
	assert_int_equal(aios_tally_get(&pread->results, 4096), 1);
	assert_int_equal(pread->stages[AIOS_STAGE_SUBMIT]->max, 2000);
	assert_int_equal(pread->stages[AIOS_STAGE_IN_FLIGHT]->max, 100000);
	assert_int_equal(pread->stages[AIOS_STAGE_UNREAD]->max, 100000);
	assert_int_equal(pread->stages[AIOS_STAGE_LATENCY]->max, 102000);
	assert_int_equal(f->sum->parties[AIOS_PARTY_RW], 1);
	assert_int_equal(f->sum->origins[AIOS_ORIGIN_BIRTH], 1);
	assert_int_equal(f->sum->where[1], 1);
	assert_int_equal(aios_summary_completed(f->sum), 1);
}

static void a_stage_that_was_never_known_has_no_histogram(void **state)
{
	struct fixture *f = *state;

	f->out->req.born_ns = 0;
	request(f);
	assert_null(op(f, IOCB_CMD_PREAD)->stages[AIOS_STAGE_SUBMIT]);
	assert_null(op(f, IOCB_CMD_PREAD)->stages[AIOS_STAGE_LATENCY]);
	assert_non_null(op(f, IOCB_CMD_PREAD)->stages[AIOS_STAGE_UNREAD]);
}

static void operations_are_counted_apart(void **state)
{
	static const unsigned int ops[] = { IOCB_CMD_PREAD, IOCB_CMD_PWRITE, IOCB_CMD_FSYNC,
					    IOCB_CMD_FDSYNC, IOCB_CMD_POLL, IOCB_CMD_PREADV,
					    IOCB_CMD_PWRITEV };
	struct fixture *f = *state;

	for (size_t i = 0; i < NR(ops); i++) {
		f->out->req.ask.op = (uint16_t)ops[i];
		request(f);
	}
	for (size_t i = 0; i < NR(ops); i++)
		assert_int_equal(op(f, ops[i])->completed, 1);
	assert_int_equal(aios_summary_completed(f->sum), NR(ops));
	/* A poll's mask and an fsync's 0 are no bytes. */
	assert_int_equal(op(f, IOCB_CMD_POLL)->bytes, 0);
	assert_int_equal(op(f, IOCB_CMD_FSYNC)->bytes, 0);
	assert_int_equal(op(f, IOCB_CMD_PWRITEV)->bytes, 4096);
}

static void an_operation_that_is_not_known_is_counted_as_such(void **state)
{
	struct fixture *f = *state;

	f->out->req.asked = false;
	f->out->req.origin = AIOS_ORIGIN_BEFORE;
	request(f);
	assert_int_equal(f->sum->ops[AIOS_OP_OTHER].completed, 1);
	assert_int_equal(f->sum->ops[AIOS_OP_OTHER].before, 1);
	assert_int_equal(f->sum->ops[AIOS_OP_OTHER].bytes, 0);
	assert_int_equal(f->sum->origins[AIOS_ORIGIN_BEFORE], 1);
	/* This trace saw nobody submit it. */
	assert_int_equal(aios_summary_accepted(f->sum), 0);
}

static void refused_ones_are_counted_by_errno_and_not_as_accepted(void **state)
{
	struct fixture *f = *state;

	f->out->req.fate = AIOS_FATE_REFUSED;
	f->out->req.completed_ns = f->out->req.reaped_ns = 0;
	f->out->req.refused = -EBADF;
	request(f);
	f->out->req.refused = -EAGAIN;
	request(f);
	request(f);
	assert_int_equal(aios_summary_refused(f->sum), 3);
	assert_int_equal(aios_tally_get(&op(f, IOCB_CMD_PREAD)->refused, -EAGAIN), 2);
	assert_int_equal(aios_tally_get(&op(f, IOCB_CMD_PREAD)->refused, -EBADF), 1);
	assert_int_equal(aios_summary_accepted(f->sum), 0);
	assert_int_equal(aios_summary_completed(f->sum), 0);
}

static void failed_ones_are_completed_ones_by_errno(void **state)
{
	struct fixture *f = *state;

	f->out->req.res = -EIO;
	request(f);
	assert_int_equal(aios_summary_completed(f->sum), 1);
	assert_int_equal(aios_summary_failed(f->sum), 1);
	assert_int_equal(aios_tally_get(&op(f, IOCB_CMD_PREAD)->failed, -EIO), 1);
	assert_int_equal(op(f, IOCB_CMD_PREAD)->bytes, 0);
}

static void what_is_in_flight_at_the_end_was_accepted(void **state)
{
	struct fixture *f = *state;

	f->out->req.fate = AIOS_FATE_IN_FLIGHT;
	f->out->req.completed_ns = f->out->req.reaped_ns = f->out->req.done_ns = 0;
	request(f);
	assert_int_equal(aios_summary_in_flight(f->sum), 1);
	assert_int_equal(aios_summary_accepted(f->sum), 1);
	assert_int_equal(aios_summary_completed(f->sum), 0);
}

/* summary.h: accepted is "taken by io_submit"; of this one nobody knows yet whether it will be. */
static void what_is_still_being_submitted_at_the_end_was_not_accepted(void **state)
{
	struct fixture *f = *state;

	f->out->req.fate = AIOS_FATE_IN_FLIGHT;
	f->out->req.returned_ns = 0;
	f->out->req.completed_ns = f->out->req.reaped_ns = f->out->req.done_ns = 0;
	request(f);
	assert_int_equal(aios_summary_in_flight(f->sum), 1);
	assert_int_equal(aios_summary_accepted(f->sum), 0);
}

static void lost_unread_and_tainted_ones_are_counted(void **state)
{
	struct fixture *f = *state;

	f->out->req.fate = AIOS_FATE_UNREAD;
	f->out->req.reaped_ns = 0;
	request(f);
	f->out->req.fate = AIOS_FATE_LOST_TRACK;
	f->out->req.completed_ns = 0;
	f->out->req.tainted = true;
	request(f);
	assert_int_equal(f->sum->unread, 1);
	assert_int_equal(f->sum->lost_track, 1);
	assert_int_equal(f->sum->tainted, 1);
	assert_int_equal(aios_summary_completed(f->sum), 1);
	assert_int_equal(aios_summary_in_flight(f->sum), 0);
}

static void polls_are_counted_by_their_order(void **state)
{
	struct fixture *f = *state;

	f->out->req.ask.op = IOCB_CMD_POLL;
	f->out->req.party = AIOS_PARTY_SUBMITTER;
	request(f);
	f->out->req.poll.first_wake_ns = 5;
	f->out->req.party = AIOS_PARTY_POLL_WAKE;
	request(f);
	assert_int_equal(f->sum->polls[AIOS_POLL_READY], 1);
	assert_int_equal(f->sum->polls[AIOS_POLL_ARMED_INLINE], 1);
}

static void completions_are_counted_where_they_ran(void **state)
{
	static const uint32_t flags[] = { 0, AIOS_F_KPROBE, AIOS_F_SOFTIRQ, AIOS_F_HARDIRQ,
					  AIOS_F_HARDIRQ | AIOS_F_KPROBE };
	struct fixture *f = *state;

	for (size_t i = 0; i < NR(flags); i++) {
		f->out->req.complete_flags = flags[i];
		request(f);
	}
	assert_int_equal(f->sum->where[0], 2);
	assert_int_equal(f->sum->where[1], 1);
	assert_int_equal(f->sum->where[2], 2);
}

/* The kernel does not tell (AIOS_F_NOIRQ): then it is no task either. */
static void a_completion_nobody_knows_where_is_not_counted_as_a_task(void **state)
{
	struct fixture *f = *state;

	f->out->req.complete_flags = AIOS_F_NOIRQ;
	request(f);
	assert_int_equal(f->sum->where[0], 0);
}

/* Masks and short reads are few; a program that reads odd sizes has any number of results. */
static void results_are_told_apart_up_to_a_limit_and_none_is_lost(void **state)
{
	struct fixture *f = *state;
	const struct aios_op_summary *pread = op(f, IOCB_CMD_PREAD);

	for (int64_t res = 0; res < 1000; res++) {
		f->out->req.res = res % 500;
		request(f);
	}
	assert_int_equal(pread->completed, 1000);
	assert_int_equal(pread->results.total + pread->other_results, 1000);
	assert_true(pread->results.cnt < 500);
	assert_int_equal(aios_tally_get(&pread->results, 0), 2);
}

static void calls_are_counted_with_their_errors(void **state)
{
	struct fixture *f = *state;
	struct kit_ctx c = kit_ctx(1);
	struct kit_req r = kit_read(&c, 1);

	record(f, rec_setup(10, by_t1, &c));
	record(f, rec_refused(11, by_t1, -EAGAIN, 99999));
	record(f, rec_submit(12, by_t1, &c, 4, 3));
	record(f, rec_submit(13, by_t1, &c, 1, -EAGAIN));
	record(f, rec_submit(14, by_t1, &c, -1, -EINVAL));
	record(f, rec_submit(15, by_t1, &c, 8, 8));
	record(f, rec_cancel(16, by_t1, &r, -EINVAL));
	record(f, rec_cancel(17, by_t1, &r, -EINPROGRESS));
	record(f, rec_read_end(18, by_t1, &c, 5));
	record(f, rec_read_end(19, by_t1, &c, -EINTR));
	record(f, rec_read_end(20, by_t1, &c, 0));
	record(f, rec_destroy(21, by_t1, &c, 0));
	record(f, rec_destroy(22, by_t1, &c, -EINVAL));
	assert_int_equal(f->sum->calls.setups, 1);
	assert_int_equal(aios_tally_get(&f->sum->calls.setup_errors, -EAGAIN), 1);
	assert_int_equal(f->sum->calls.submit_calls, 4);
	assert_int_equal(f->sum->calls.submit_asked, 13);
	assert_int_equal(aios_tally_get(&f->sum->calls.submit_errors, -EAGAIN), 1);
	assert_int_equal(aios_tally_get(&f->sum->calls.submit_errors, -EINVAL), 1);
	assert_int_equal(f->sum->batches->count, 2);
	assert_int_equal(f->sum->batches->max, 8);
	assert_int_equal(f->sum->calls.cancels.total, 2);
	assert_int_equal(aios_tally_get(&f->sum->calls.cancels, -EINPROGRESS), 1);
	assert_int_equal(f->sum->calls.reads, 3);
	assert_int_equal(f->sum->calls.read_events, 5);
	assert_int_equal(aios_tally_get(&f->sum->calls.read_errors, -EINTR), 1);
	assert_int_equal(f->sum->calls.destroys, 1);
	assert_int_equal(aios_tally_get(&f->sum->calls.destroy_errors, -EINVAL), 1);
	assert_int_equal(f->sum->first_ns, 10);
	assert_int_equal(f->sum->last_ns, 22);
}

/* As level syscall tells it: for all, and for the process that called. */
static void call(struct fixture *f, struct aios_rec rec)
{
	record(f, rec);
	assert_int_equal(aios_summary_caller(f->sum, &rec), 0);
}

static void calls_alone_are_counted_by_process(void **state)
{
	struct fixture *f = *state;
	struct kit_ctx c = kit_ctx(1);
	const struct aios_caller *mine, *other;

	call(f, rec_proc(9, AIOS_PROC_SEEN, KIT_PID, "mine"));
	call(f, rec_call_setup(10, by_t1, &c));
	call(f, rec_submit(12, by_t1, &c, 4, 3));
	call(f, rec_submit(13, by_t2, &c, 2, -EAGAIN));
	call(f, rec_submit(14, by_t1, &c, AIOS_UNKNOWN_NR, 5));
	call(f, rec_call_read(30, by_t3, &c, 20, 8, 5));
	call(f, rec_call_read(40, by_t3, &c, 0, AIOS_UNKNOWN_NR, 2));
	call(f, rec_call_read(50, by_t3, &c, 45, 8, -EINVAL));
	call(f, rec_refused(51, by_other, -EAGAIN, 7));
	call(f, rec_proc(52, AIOS_PROC_SEEN, KIT_OTHER_PID, "other"));
	call(f, rec_destroy(53, by_other, &c, -EINVAL));
	assert_int_equal(f->sum->caller_cnt, 2);
	mine = f->sum->callers[0];
	other = f->sum->callers[1];
	assert_string_equal(mine->comm, "mine");
	assert_int_equal(mine->calls.setups, 1);
	assert_int_equal(mine->calls.submit_calls, 3);
	assert_int_equal(mine->calls.submit_asked, 6);
	assert_int_equal(mine->calls.submit_accepted, 8);
	assert_int_equal(mine->calls.submit_short, 1);
	assert_int_equal(mine->calls.submit_max, 5);
	assert_int_equal(mine->calls.reads, 3);
	assert_int_equal(mine->calls.read_events, 7);
	assert_int_equal(mine->calls.read_ns, 15);
	assert_int_equal(aios_tally_get(&mine->calls.read_errors, -EINVAL), 1);
	assert_int_equal(mine->calls.setup_errors.total, 0);
	/* Who it is came after its first call. */
	assert_string_equal(other->comm, "other");
	assert_int_equal(aios_tally_get(&other->calls.setup_errors, -EAGAIN), 1);
	assert_int_equal(aios_tally_get(&other->calls.destroy_errors, -EINVAL), 1);
	assert_int_equal(f->sum->calls.submit_accepted, 8);
	assert_int_equal(f->sum->calls.reads, 3);
	assert_int_equal(f->sum->calls.destroy_errors.total, 1);
}

static void another_program_in_a_process_is_another_caller(void **state)
{
	struct fixture *f = *state;
	struct kit_ctx c = kit_ctx(1);

	call(f, rec_proc(9, AIOS_PROC_SEEN, KIT_PID, "first"));
	call(f, rec_submit(10, by_t1, &c, 1, 1));
	call(f, rec_proc(11, AIOS_PROC_SEEN, KIT_PID, "first"));
	call(f, rec_submit(12, by_t1, &c, 1, 1));
	call(f, rec_proc(13, AIOS_PROC_SEEN, KIT_PID, "second"));
	call(f, rec_submit(14, by_t1, &c, 1, 1));
	assert_int_equal(f->sum->caller_cnt, 2);
	assert_int_equal(f->sum->callers[0]->calls.submit_calls, 2);
	assert_string_equal(f->sum->callers[1]->comm, "second");
	assert_int_equal(f->sum->callers[1]->calls.submit_calls, 1);
}

/* ERESTARTSYS, ERESTARTNOINTR, ERESTARTNOHAND, ERESTART_RESTARTBLOCK; 515 is none of them. */
static void what_stays_in_the_kernel_is_told_as_the_program_sees_it(void **state)
{
	static const int64_t kernel[] = { -512, -513, -514, -516 };
	struct fixture *f = *state;
	struct kit_ctx c = kit_ctx(1);

	for (size_t i = 0; i < NR(kernel); i++) {
		call(f, rec_call_read(20 + i, by_t1, &c, 10, 1, kernel[i]));
		call(f, rec_submit(30 + i, by_t1, &c, 1, kernel[i]));
	}
	call(f, rec_call_read(40, by_t1, &c, 10, 1, -515));
	assert_int_equal(aios_tally_get(&f->sum->calls.read_errors, -EINTR), 4);
	assert_int_equal(aios_tally_get(&f->sum->calls.submit_errors, -EINTR), 4);
	assert_int_equal(aios_tally_get(&f->sum->calls.read_errors, -515), 1);
}

/* It made a context, could not write its number to the program, and failed with EFAULT. */
static void an_io_setup_that_takes_its_context_back_failed(void **state)
{
	struct fixture *f = *state;
	struct kit_ctx c = kit_ctx(1), d = kit_ctx(2);
	struct aios_rec undo = rec_kill(12, by_t1, &c, 0);

	undo.ctx_kill.waits = 0;
	record(f, rec_setup(10, by_t1, &c));
	record(f, rec_setup(11, by_t1, &d));
	record(f, undo);
	record(f, rec_refused(13, by_t1, -EFAULT, 32));
	record(f, rec_kill(14, by_t1, &d, 0));
	assert_int_equal(f->sum->calls.setups, 1);
	assert_int_equal(f->sum->calls.setup_errors.total, 1);
}

/* Late records are passed on all the same (order.h): then the last one is not the youngest. */
static void the_duration_of_a_trace_is_never_negative(void **state)
{
	struct fixture *f = *state;
	struct kit_ctx c = kit_ctx(1);

	record(f, rec_destroy(100, by_t1, &c, 0));
	record(f, rec_destroy(40, by_t1, &c, 0));
	assert_true(f->sum->last_ns >= f->sum->first_ns);
}

static void contexts_that_ended_are_kept_as_rows(void **state)
{
	struct fixture *f = *state;

	for (uint64_t i = 1; i <= 100; i++) {
		f->out->ctx.id = i;
		f->out->ctx.completed = i * i;
		assert_int_equal(aios_summary_context(f->sum, &f->out->ctx), 0);
	}
	assert_int_equal(f->sum->ctx_cnt, 100);
	for (uint64_t i = 1; i <= 100; i++) {
		assert_int_equal(f->sum->ctxs[i - 1].id, i);
		assert_int_equal(f->sum->ctxs[i - 1].completed, i * i);
		assert_null(f->sum->ctxs[i - 1].ring);
	}
}

#define SUMMARY_TEST(test)	cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		SUMMARY_TEST(an_empty_summary_is_0),
		SUMMARY_TEST(a_reaped_read_is_counted_with_its_stages),
		SUMMARY_TEST(a_stage_that_was_never_known_has_no_histogram),
		SUMMARY_TEST(operations_are_counted_apart),
		SUMMARY_TEST(an_operation_that_is_not_known_is_counted_as_such),
		SUMMARY_TEST(refused_ones_are_counted_by_errno_and_not_as_accepted),
		SUMMARY_TEST(failed_ones_are_completed_ones_by_errno),
		SUMMARY_TEST(what_is_in_flight_at_the_end_was_accepted),
		SUMMARY_TEST(what_is_still_being_submitted_at_the_end_was_not_accepted),
		SUMMARY_TEST(lost_unread_and_tainted_ones_are_counted),
		SUMMARY_TEST(polls_are_counted_by_their_order),
		SUMMARY_TEST(completions_are_counted_where_they_ran),
		SUMMARY_TEST(a_completion_nobody_knows_where_is_not_counted_as_a_task),
		SUMMARY_TEST(results_are_told_apart_up_to_a_limit_and_none_is_lost),
		SUMMARY_TEST(calls_are_counted_with_their_errors),
		SUMMARY_TEST(calls_alone_are_counted_by_process),
		SUMMARY_TEST(another_program_in_a_process_is_another_caller),
		SUMMARY_TEST(what_stays_in_the_kernel_is_told_as_the_program_sees_it),
		SUMMARY_TEST(an_io_setup_that_takes_its_context_back_failed),
		SUMMARY_TEST(the_duration_of_a_trace_is_never_negative),
		SUMMARY_TEST(contexts_that_ended_are_kept_as_rows),
	};

	return cmocka_run_group_tests_name("summary", tests, NULL, NULL);
}
