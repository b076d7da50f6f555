// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_model_refs.c - the ledgers of evidence level exact: who holds what, from when to when.
 */
#include <errno.h>

#include "kit.h"

static struct kit_ctx begin(struct kit *k)
{
	struct kit_ctx ctx = kit_ctx(1);

	see(k, rec_proc(1, AIOS_PROC_SEEN, KIT_PID, "fio"));
	see(k, rec_setup(2, by_t1, &ctx));
	return ctx;
}

static struct kit_req read_of_file(struct kit_ctx *ctx, unsigned int nr)
{
	struct kit_req req = kit_read(ctx, nr);

	req.ask.file = 0xf11e;
	return req;
}

/* A reader that goes in, takes what it wants in one look, and comes out: t to t + 2. */
static void see_taken(struct kit *k, uint64_t t, struct kit_who who, struct kit_ctx *ctx,
		      int64_t events)
{
	struct aios_rec out;

	see(k, rec_read_begin(t, who, ctx, 1, events));
	see(k, rec_taken(t + 1, who, ctx, events));
	out = rec_read_end(t + 2, who, ctx, 0);
	out.read_end.ret = events;
	see(k, out);
}

static const struct aios_ref *held(struct kit *k, uint64_t id, enum aios_ref_kind kind)
{
	return &the(k, id)->ledger.held[kind];
}

static void a_read_is_held_by_its_submission_and_its_operation(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);
	struct kit_req r = read_of_file(&c, 1);

	see(k, rec_made(100, by_t1, &r));
	see(k, rec_dropped(110, by_t1, &r, AIOS_PUT_SUBMIT, 1));
	see(k, rec_completed(200, in_softirq, &r, 4096, AIOS_PUT_RW));
	see(k, rec_freed(201, in_softirq, &r, 0));
	see_taken(k, 300, by_t3, &c, 1);
	assert_int_equal(the(k, 1)->balance, AIOS_BALANCE_EVEN);
	assert_int_equal(the(k, 1)->req.fate, AIOS_FATE_REAPED);
	assert_int_equal(the(k, 1)->req.returned_ns, 110);
	assert_int_equal(the(k, 1)->req.done_ns, 200);
	assert_int_equal(the(k, 1)->req.party, AIOS_PARTY_RW);
	assert_int_equal(held(k, 1, AIOS_REF_SUBMIT)->from_ns, 100);
	assert_int_equal(held(k, 1, AIOS_REF_SUBMIT)->to_ns, 110);
	assert_int_equal(held(k, 1, AIOS_REF_SUBMIT)->left, 1);
	assert_int_equal(held(k, 1, AIOS_REF_SUBMIT)->tid, 1001);
	assert_int_equal(held(k, 1, AIOS_REF_OP)->to_ns, 200);
	assert_int_equal(held(k, 1, AIOS_REF_OP)->left, 0);
	assert_int_equal(held(k, 1, AIOS_REF_OP)->cpu, 1);
	assert_int_equal(held(k, 1, AIOS_REF_FILE)->to_ns, 201);
	assert_int_equal(held(k, 1, AIOS_REF_SLOT)->to_ns, 200);
	assert_int_equal(held(k, 1, AIOS_REF_CTX)->to_ns, 201);
	assert_int_equal(aios_first_put(&the(k, 1)->req)->party, AIOS_PARTY_SUBMITTER);
	assert_int_equal(the(k, 1)->ctx.accepted, 1);
}

/* A cached read: its operation is over first, and the submission completes it. */
static void the_submission_is_through_when_it_has_freed_the_request(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);
	struct kit_req r = read_of_file(&c, 1);

	see(k, rec_made(100, by_t1, &r));
	see(k, rec_dropped(105, by_t1, &r, AIOS_PUT_RW, 1));
	see(k, rec_completed(110, by_t1, &r, 4096, AIOS_PUT_SUBMIT));
	see(k, rec_freed(112, by_t1, &r, 0));
	see_taken(k, 300, by_t3, &c, 1);
	assert_int_equal(the(k, 1)->balance, AIOS_BALANCE_EVEN);
	assert_int_equal(the(k, 1)->req.done_ns, 105);
	assert_int_equal(the(k, 1)->req.completed_ns, 110);
	assert_int_equal(the(k, 1)->req.returned_ns, 112);
	assert_int_equal(the(k, 1)->req.party, AIOS_PARTY_SUBMITTER);
	assert_int_equal(aios_first_put(&the(k, 1)->req)->party, AIOS_PARTY_RW);
	assert_int_equal(the(k, 1)->ctx.accepted, 1);
}

/* @slots: given back, in as many records */
static void see_failed(struct kit *k, uint64_t t, const struct kit_req *req, uint32_t slots)
{
	see(k, rec_made(t, by_t1, req));
	see(k, rec_dropped(t + 1, by_t1, req, AIOS_PUT_ERROR, 1));
	see(k, rec_freed(t + 2, by_t1, req, 1));
	for (uint32_t i = 0; i < slots; i++)
		see(k, rec_slots(t + 3, by_t1, req->ctx, 1, AIOS_SLOTS_ERROR));
	see(k, rec_return(t + 4, by_t1, req, -EINVAL));
}

static void a_submission_that_fails_drops_once_and_gives_its_slot_back(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);
	struct kit_req r = read_of_file(&c, 1);

	see_failed(k, 100, &r, 1);
	assert_int_equal(the(k, 1)->req.fate, AIOS_FATE_REFUSED);
	assert_int_equal(the(k, 1)->balance, AIOS_BALANCE_EVEN);
	assert_int_equal(held(k, 1, AIOS_REF_OP)->puts, 0);
	assert_int_equal(held(k, 1, AIOS_REF_SUBMIT)->party, AIOS_PARTY_ERROR);
	assert_int_equal(held(k, 1, AIOS_REF_SLOT)->to_ns, 103);
	for (uint32_t slots = 0; slots < 3; slots++) {
		see_failed(k, 200 + 100 * slots, &r, slots);
		assert_int_equal(held(k, 2 + slots, AIOS_REF_SLOT)->puts, slots);
		assert_int_equal(the(k, 2 + slots)->balance,
				 slots == 1 ? AIOS_BALANCE_EVEN : AIOS_BALANCE_BROKEN);
	}
}

/* What is wrong with a life of which everything was told. */
static void whatever_is_not_dropped_once_by_who_has_to_is_broken(void **state)
{
	static const struct {
		enum aios_put_party first, last;
		uint32_t first_left, refs;
		uint8_t file_drops;
		enum aios_balance balance;
	} cases[] = {
		{ AIOS_PUT_SUBMIT, AIOS_PUT_RW, 1, 0, 1, AIOS_BALANCE_EVEN },
		{ AIOS_PUT_RW, AIOS_PUT_SUBMIT, 1, 0, 1, AIOS_BALANCE_EVEN },
		{ AIOS_PUT_SUBMIT, AIOS_PUT_FSYNC, 1, 0, 1, AIOS_BALANCE_BROKEN },
		{ AIOS_PUT_POLL_WAKE, AIOS_PUT_SUBMIT, 1, 0, 1, AIOS_BALANCE_BROKEN },
		{ AIOS_PUT_SUBMIT, AIOS_PUT_RW, 2, 0, 1, AIOS_BALANCE_BROKEN },
		{ AIOS_PUT_SUBMIT, AIOS_PUT_RW, 1, 1, 1, AIOS_BALANCE_BROKEN },
		{ AIOS_PUT_SUBMIT, AIOS_PUT_RW, 1, 0, 0, AIOS_BALANCE_BROKEN },
		{ AIOS_PUT_SUBMIT, AIOS_PUT_RW, 1, 0, 2, AIOS_BALANCE_BROKEN },
	};
	struct kit *k = *state;
	struct kit_ctx c = begin(k);

	for (unsigned int i = 0; i < NR(cases); i++) {
		struct kit_req r = read_of_file(&c, i);
		uint64_t t = 100 * (i + 1);
		struct aios_rec rec;

		see(k, rec_made(t, by_t1, &r));
		see(k, rec_dropped(t + 1, by_t1, &r, cases[i].first, cases[i].first_left));
		rec = rec_completed(t + 2, by_t1, &r, 1, cases[i].last);
		rec.req_complete.refs = cases[i].refs;
		see(k, rec);
		rec = rec_freed(t + 3, by_t1, &r, cases[i].refs);
		rec.req_free.file_drops = cases[i].file_drops;
		see(k, rec);
		see_taken(k, t + 10, by_t3, &c, 1);
		assert_int_equal(the(k, i + 1)->balance, cases[i].balance);
	}
}

static void who_may_drop_it_depends_on_the_operation(void **state)
{
	static const enum aios_put_party polls[] = {
		AIOS_PUT_POLL_STEAL, AIOS_PUT_POLL_WAKE, AIOS_PUT_POLL_WORK, AIOS_PUT_POLL_PUT_WORK,
	};
	struct kit *k = *state;
	struct kit_ctx c = begin(k);
	struct kit_req r = kit_fsync(&c, 1);
	uint64_t id = 1;

	see(k, rec_made(100, by_t1, &r));
	see(k, rec_dropped(101, by_t1, &r, AIOS_PUT_SUBMIT, 1));
	see(k, rec_completed(102, by_worker, &r, 0, AIOS_PUT_FSYNC));
	see(k, rec_freed(103, by_worker, &r, 0));
	see_taken(k, 110, by_t3, &c, 1);
	assert_int_equal(the(k, id)->balance, AIOS_BALANCE_EVEN);
	for (unsigned int i = 0; i < NR(polls); i++) {
		uint64_t t = 100 * (i + 2);

		r = kit_poll(&c, i);
		see(k, rec_made(t, by_t1, &r));
		see(k, rec_dropped(t + 1, by_t1, &r, polls[i], 1));
		see(k, rec_completed(t + 2, by_t1, &r, BIT_IN, AIOS_PUT_SUBMIT));
		see(k, rec_freed(t + 3, by_t1, &r, 0));
		see_taken(k, t + 10, by_t3, &c, 1);
		assert_int_equal(the(k, ++id)->balance, AIOS_BALANCE_EVEN);
		assert_string_equal(aios_party_name(aios_first_put(&the(k, id)->req)->party),
				    i == 0 ? "poll-steal" : i == 1 ? "poll-wake" :
				    i == 2 ? "poll-work" : "poll-put-work");
	}
}

/* The device's put is told when its request is freed and another one lives at its address. */
static void a_late_put_is_the_older_lifes(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);
	struct kit_req r = read_of_file(&c, 1), next = r;

	next.ask.uiocb += 64;
	see(k, rec_made(100, by_t1, &r));
	see(k, rec_completed(110, by_t1, &r, 4096, AIOS_PUT_SUBMIT));
	see(k, rec_freed(111, by_t1, &r, 0));
	see_taken(k, 115, by_t3, &c, 1);
	assert_null(handed_out(k, 1));
	see(k, rec_made(120, by_t1, &next));
	see(k, rec_dropped(121, by_t1, &next, AIOS_PUT_SUBMIT, 1));
	see(k, rec_dropped(130, in_softirq, &r, AIOS_PUT_RW, 1));
	assert_int_equal(the(k, 1)->balance, AIOS_BALANCE_EVEN);
	assert_true(held(k, 1, AIOS_REF_OP)->unsure);
	assert_int_equal(held(k, 1, AIOS_REF_OP)->to_ns, 130);
	see(k, rec_completed(140, in_softirq, &next, 4096, AIOS_PUT_RW));
	see(k, rec_freed(141, in_softirq, &next, 0));
	see_taken(k, 150, by_t3, &c, 1);
	assert_int_equal(the(k, 2)->balance, AIOS_BALANCE_EVEN);
	assert_false(held(k, 2, AIOS_REF_OP)->unsure);
}

/* An interrupt completes and frees a request between its submission's put and the record of it. */
static void the_submissions_put_can_come_after_the_free(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);
	struct kit_req r = read_of_file(&c, 1);
	struct kit_who interrupt = with_flags(by_t1, AIOS_F_HARDIRQ);

	see(k, rec_made(100, by_t1, &r));
	see(k, rec_completed(110, interrupt, &r, 4096, AIOS_PUT_RW));
	see(k, rec_freed(111, interrupt, &r, 0));
	see_taken(k, 115, by_t3, &c, 1);
	assert_null(handed_out(k, 1));
	see(k, rec_dropped(120, by_t1, &r, AIOS_PUT_SUBMIT, 1));
	assert_int_equal(the(k, 1)->balance, AIOS_BALANCE_EVEN);
	assert_int_equal(the(k, 1)->req.returned_ns, 120);
	assert_int_equal(the(k, 1)->ctx.accepted, 1);
}

static void a_put_too_many_is_seen_even_when_the_life_is_over(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);
	struct kit_req r = read_of_file(&c, 1);

	see(k, rec_made(100, by_t1, &r));
	see(k, rec_dropped(101, in_softirq, &r, AIOS_PUT_RW, 1));
	see(k, rec_dropped(102, in_softirq, &r, AIOS_PUT_RW, 0));
	see(k, rec_completed(103, by_t1, &r, 1, AIOS_PUT_SUBMIT));
	see(k, rec_freed(104, by_t1, &r, 0));
	see_taken(k, 110, by_t3, &c, 1);
	assert_int_equal(the(k, 1)->balance, AIOS_BALANCE_BROKEN);
	assert_int_equal(held(k, 1, AIOS_REF_OP)->puts, 2);
}

static void records_that_are_lost_leave_no_verdict(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);
	struct kit_req r = read_of_file(&c, 1), next = read_of_file(&c, 1);

	/* Its last put and its end are in the hole; its event had been read. */
	see(k, rec_made(100, by_t1, &r));
	see(k, rec_completed(110, by_t1, &r, 4096, AIOS_PUT_SUBMIT));
	see(k, rec_freed(111, by_t1, &r, 0));
	see_taken(k, 115, by_t3, &c, 1);
	assert_null(handed_out(k, 1));
	see_gap(k, AIOS_GAP_RING, 120, 130);
	assert_int_equal(the(k, 1)->balance, AIOS_BALANCE_UNKNOWN);
	assert_true(the(k, 1)->req.tainted);
	/* A put that is late can now be taken for the next one's: that is not called broken. */
	see(k, rec_made(140, by_t1, &next));
	see(k, rec_dropped(141, in_softirq, &r, AIOS_PUT_RW, 1));
	see(k, rec_dropped(142, by_t1, &next, AIOS_PUT_SUBMIT, 1));
	see(k, rec_completed(150, in_softirq, &next, 4096, AIOS_PUT_RW));
	see(k, rec_freed(151, in_softirq, &next, 0));
	see_taken(k, 160, by_t3, &c, 1);
	see_end(k);
	assert_int_equal(the(k, 2)->balance, AIOS_BALANCE_UNKNOWN);
}

static void what_has_not_ended_is_open(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);
	struct kit_req r[3] = { kit_read(&c, 1), kit_read(&c, 2), kit_read(&c, 3) };

	for (unsigned int i = 0; i < NR(r); i++)
		see(k, rec_made(100 + i, by_t1, &r[i]));
	see(k, rec_dropped(110, by_t1, &r[2], AIOS_PUT_SUBMIT, 1));
	see(k, rec_dropped(111, in_softirq, &r[1], AIOS_PUT_RW, 1));
	see(k, rec_completed(120, in_softirq, &r[2], 1, AIOS_PUT_RW));
	see_taken(k, 130, by_t3, &c, 1);
	see_end(k);
	for (unsigned int i = 0; i < NR(r); i++)
		assert_int_equal(the(k, i + 1)->balance, AIOS_BALANCE_OPEN);
	assert_int_equal(the(k, 1)->req.fate, AIOS_FATE_IN_FLIGHT);
	assert_int_equal(the(k, 3)->req.fate, AIOS_FATE_REAPED);
}

/* Once the context is freed, what has not been told will not be. */
static void a_context_that_is_freed_leaves_nothing_open(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);
	struct kit_req r = read_of_file(&c, 1);

	see(k, rec_made(100, by_t1, &r));
	see(k, rec_dropped(101, by_t1, &r, AIOS_PUT_SUBMIT, 1));
	see(k, rec_completed(110, in_softirq, &r, 4096, AIOS_PUT_RW));
	see_freed(k, 200, &c);
	assert_int_equal(the(k, 1)->balance, AIOS_BALANCE_BROKEN);
}

static void an_fsync_holds_credentials_and_a_write_its_file_system(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);
	struct kit_req f = kit_fsync(&c, 1), w = read_of_file(&c, 2);
	struct aios_rec drop;

	w.ask.op = IOCB_CMD_PWRITE;
	see(k, rec_made(100, by_t1, &f));
	see(k, rec_hold(101, by_t1, &f, AIOS_EV_REQ_HOLD, AIOS_HOLD_CREDS));
	see(k, rec_dropped(102, by_t1, &f, AIOS_PUT_SUBMIT, 1));
	see(k, rec_made(103, by_t1, &w));
	see(k, rec_freeze(104, by_t1, &w, 0));
	see(k, rec_dropped(105, by_t1, &w, AIOS_PUT_SUBMIT, 1));
	drop = rec_hold(110, by_worker, &f, AIOS_EV_REQ_DROP, AIOS_HOLD_CREDS);
	see(k, drop);
	see(k, rec_completed(111, by_worker, &f, 0, AIOS_PUT_FSYNC));
	see(k, rec_freed(112, by_worker, &f, 0));
	see(k, rec_freeze(120, in_softirq, &w, 1));
	see(k, rec_completed(121, in_softirq, &w, 4096, AIOS_PUT_RW));
	see(k, rec_freed(122, in_softirq, &w, 0));
	see_taken(k, 130, by_t3, &c, 2);
	assert_int_equal(the(k, 1)->balance, AIOS_BALANCE_EVEN);
	assert_int_equal(held(k, 1, AIOS_REF_CREDS)->from_ns, 101);
	assert_int_equal(held(k, 1, AIOS_REF_CREDS)->to_ns, 110);
	assert_int_equal(the(k, 2)->balance, AIOS_BALANCE_EVEN);
	assert_int_equal(held(k, 2, AIOS_REF_FREEZE)->from_ns, 104);
	assert_int_equal(held(k, 2, AIOS_REF_FREEZE)->to_ns, 120);
}

/* Nobody looked: that is no evidence that anything is wrong. */
static void what_is_not_watched_is_not_judged(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);
	struct kit_req r = read_of_file(&c, 1);
	struct aios_rec freed, made = rec_made(200, by_t1, &r);

	see(k, rec_made(100, by_t1, &r));
	see(k, rec_hold(101, by_t1, &r, AIOS_EV_REQ_HOLD, AIOS_HOLD_EVENTFD));
	see(k, rec_dropped(102, by_t1, &r, AIOS_PUT_SUBMIT, 1));
	see(k, rec_completed(110, in_softirq, &r, 4096, AIOS_PUT_RW));
	freed = rec_freed(111, in_softirq, &r, 0);
	freed.req_free.watched = AIOS_WATCH_FREE;
	freed.req_free.file_drops = 0;
	see(k, freed);
	see_taken(k, 120, by_t3, &c, 1);
	assert_int_equal(the(k, 1)->balance, AIOS_BALANCE_EVEN);
	assert_true(held(k, 1, AIOS_REF_FILE)->unwatched);
	assert_true(held(k, 1, AIOS_REF_EVENTFD)->unwatched);
	/* Nor is the end of its memory told where nobody looks for it. */
	made.h.flags = AIOS_F_LEDGER;
	made.iocb.file = 0;
	see(k, made);
	see(k, rec_dropped(201, by_t1, &r, AIOS_PUT_SUBMIT, 1));
	see(k, rec_completed(210, in_softirq, &r, 4096, AIOS_PUT_RW));
	see_taken(k, 220, by_t3, &c, 1);
	assert_int_equal(the(k, 2)->balance, AIOS_BALANCE_EVEN);
}

static void at_level_function_there_is_no_ledger(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);
	struct kit_req r = kit_read(&c, 1);

	see_completed(k, 100, &r, 4096);
	see_read(k, 200, by_t3, &c, 1);
	assert_null(the(k, 1)->req.ledger);
	assert_null(aios_first_put(&the(k, 1)->req));
	assert_int_equal(the(k, 1)->balance, AIOS_BALANCE_UNKNOWN);
}

static void numbers_of_a_newer_version_change_nothing(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);
	struct kit_req r = kit_read(&c, 1);
	struct aios_rec rec;

	see(k, rec_made(100, by_t1, &r));
	rec = rec_dropped(101, by_t1, &r, AIOS_PUT_CNT, 1);
	see(k, rec);
	rec = rec_hold(102, by_t1, &r, AIOS_EV_REQ_HOLD, AIOS_HOLD_CNT);
	see(k, rec);
	rec = rec_ctx_ref(103, by_t1, &c, AIOS_EV_CTX_GET, AIOS_CTX_COUNTS);
	see(k, rec);
	rec = rec_completed(104, by_t1, &r, 1, AIOS_PUT_CNT + 2);
	see(k, rec);
	see_end(k);
	assert_int_equal(the(k, 1)->req.party, AIOS_PARTY_UNKNOWN);
	assert_int_equal(held(k, 1, AIOS_REF_SUBMIT)->puts, 0);
	assert_int_equal(held(k, 1, AIOS_REF_OP)->puts, 0);
}

/* What is told of requests and contexts that nobody knows. */
static void strangers_have_no_ledger(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = kit_ctx(1);
	struct kit_req r = kit_read(&c, 1);

	see(k, rec_dropped(100, by_t1, &r, AIOS_PUT_SUBMIT, 1));
	see(k, rec_dropped(101, by_t1, &r, AIOS_PUT_RW, 1));
	see(k, rec_hold(102, by_t1, &r, AIOS_EV_REQ_HOLD, AIOS_HOLD_FILE));
	see(k, rec_freeze(103, by_t1, &r, 0));
	see(k, rec_freed(104, by_t1, &r, 0));
	see(k, rec_slots(105, by_t1, &c, 3, AIOS_SLOTS_ERROR));
	see(k, rec_ctx_ref(106, by_t1, &c, AIOS_EV_CTX_PUT, AIOS_CTX_USERS));
	see(k, rec_decide(107, by_t1, &r, AIOS_DECIDED_ARM));
	see_end(k);
	assert_int_equal(k->out_cnt, 0);
}

static void slots_and_references_of_a_context_are_counted(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);
	struct kit_req r = kit_read(&c, 1);
	struct aios_rec rec;

	see(k, rec_ctx_ref(10, by_t1, &c, AIOS_EV_CTX_GET, AIOS_CTX_USERS));
	see(k, rec_ctx_ref(11, by_t1, &c, AIOS_EV_CTX_GET, AIOS_CTX_REQS));
	see_failed(k, 100, &r, 1);
	see(k, rec_made(200, by_t1, &r));
	see(k, rec_slots(205, by_t1, &c, 4, AIOS_SLOTS_SUBMIT));
	see(k, rec_ctx_ref(210, by_t1, &c, AIOS_EV_CTX_PUT, AIOS_CTX_USERS));
	rec = rec_free(300, &c);
	rec.ctx_free.free_1 = 126;
	rec.ctx_free.completed = 1;
	see(k, rec);
	assert_true(the_ctx(k, 1)->slots_seen);
	assert_int_equal(the_ctx(k, 1)->slots_taken, 2);
	assert_int_equal(the_ctx(k, 1)->slots_given, 5);
	assert_int_equal(the_ctx(k, 1)->slots_free, 125);
	assert_int_equal(the_ctx(k, 1)->slots_owed, 1);
	assert_int_equal(the_ctx(k, 1)->refs_got[AIOS_CTX_USERS], 1);
	assert_int_equal(the_ctx(k, 1)->refs_put[AIOS_CTX_USERS], 1);
	assert_int_equal(the_ctx(k, 1)->refs_got[AIOS_CTX_REQS], 1);
	assert_int_equal(the_ctx(k, 1)->refs_put[AIOS_CTX_REQS], 0);
}

static void see_complete(struct kit *k, uint64_t t, const struct kit_req *req)
{
	see(k, rec_made(t, by_t1, req));
	see(k, rec_dropped(t + 1, by_t1, req, AIOS_PUT_SUBMIT, 1));
	see(k, rec_completed(t + 2, in_softirq, req, 1, AIOS_PUT_RW));
	see(k, rec_freed(t + 3, in_softirq, req, 0));
}

/* Two readers inside at once, and the program between them: each look tells who took what. */
static void looks_into_the_ring_tell_who_took_what(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);
	struct aios_rec out;

	see(k, rec_read_begin(50, by_t3, &c, 3, 3));
	see(k, rec_read_begin(51, by_t2, &c, 1, 2));
	for (unsigned int i = 0; i < 4; i++) {
		struct kit_req r = kit_read(&c, i);

		see_complete(k, 100 + 10 * i, &r);
	}
	see(k, rec_taken(200, by_t3, &c, 1));
	kit_user_reaps(&c, 1);
	see(k, rec_taken(210, by_t2, &c, 2));
	out = rec_read_end(220, by_t2, &c, 0);
	out.read_end.ret = 2;
	see(k, out);
	out = rec_read_end(230, by_t3, &c, 0);
	out.read_end.ret = 1;
	see(k, out);
	for (unsigned int i = 0; i < 4; i++)
		assert_false(the(k, i + 1)->req.reap_inferred);
	assert_int_equal(the(k, 1)->req.reaper_tid, 1003);
	assert_int_equal(the(k, 2)->req.reaper, AIOS_REAPER_USER);
	assert_int_equal(the(k, 3)->req.reaper_tid, 1002);
	assert_int_equal(the(k, 4)->req.reaper_tid, 1002);
	see_freed(k, 300, &c);
	assert_int_equal(the_ctx(k, 1)->reaped_kernel, 3);
	assert_int_equal(the_ctx(k, 1)->reaped_user, 1);
	assert_int_equal(the_ctx(k, 1)->not_seen, 0);
}

/* The event can be seen before its completion is told: it is the reader's all the same. */
static void an_event_can_be_taken_before_its_completion_is_told(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);
	struct kit_req r[2] = { kit_read(&c, 1), kit_read(&c, 2) };
	struct aios_rec late[2], out;

	for (unsigned int i = 0; i < NR(r); i++) {
		see(k, rec_made(100 + 2 * i, by_t1, &r[i]));
		see(k, rec_dropped(101 + 2 * i, by_t1, &r[i], AIOS_PUT_SUBMIT, 1));
		late[i] = rec_completed(210 + i, in_softirq, &r[i], 1, AIOS_PUT_RW);
	}
	see(k, rec_read_begin(150, by_t3, &c, 1, 2));
	see(k, rec_taken(200, by_t3, &c, 2));
	see(k, late[0]);
	out = rec_read_end(211, by_t3, &c, 0);
	out.read_end.ret = 2;
	see(k, out);
	late[1].h.time_ns = 212;
	see(k, late[1]);
	for (unsigned int i = 0; i < NR(r); i++)
		see(k, rec_freed(220 + i, in_softirq, &r[i], 0));
	for (unsigned int i = 0; i < NR(r); i++) {
		assert_int_equal(the(k, i + 1)->req.reaper, AIOS_REAPER_KERNEL);
		assert_int_equal(the(k, i + 1)->req.reaper_tid, 1003);
		assert_int_equal(the(k, i + 1)->req.slot, i);
		assert_true(the(k, i + 1)->req.reaped_ns >= the(k, i + 1)->req.completed_ns);
		assert_int_equal(the(k, i + 1)->balance, AIOS_BALANCE_EVEN);
	}
	see_freed(k, 300, &c);
	assert_int_equal(the_ctx(k, 1)->reaped_kernel, 2);
	assert_int_equal(the_ctx(k, 1)->not_seen, 0);
}

/* ... and if it never comes, it was lost. */
static void an_early_event_whose_completion_never_comes_was_not_seen(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = begin(k);
	struct kit_req r = kit_read(&c, 1);

	see(k, rec_made(100, by_t1, &r));
	rec_completed(110, in_softirq, &r, 1, AIOS_PUT_RW);
	see_taken(k, 200, by_t3, &c, 1);
	see_freed(k, 300, &c);
	assert_int_equal(the_ctx(k, 1)->reaped_kernel, 1);
	assert_int_equal(the_ctx(k, 1)->not_seen, 1);
	assert_int_equal(the(k, 1)->req.fate, AIOS_FATE_LOST_TRACK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		KIT_TEST(a_read_is_held_by_its_submission_and_its_operation),
		KIT_TEST(the_submission_is_through_when_it_has_freed_the_request),
		KIT_TEST(a_submission_that_fails_drops_once_and_gives_its_slot_back),
		KIT_TEST(whatever_is_not_dropped_once_by_who_has_to_is_broken),
		KIT_TEST(who_may_drop_it_depends_on_the_operation),
		KIT_TEST(a_late_put_is_the_older_lifes),
		KIT_TEST(the_submissions_put_can_come_after_the_free),
		KIT_TEST(a_put_too_many_is_seen_even_when_the_life_is_over),
		KIT_TEST(records_that_are_lost_leave_no_verdict),
		KIT_TEST(what_has_not_ended_is_open),
		KIT_TEST(a_context_that_is_freed_leaves_nothing_open),
		KIT_TEST(an_fsync_holds_credentials_and_a_write_its_file_system),
		KIT_TEST(what_is_not_watched_is_not_judged),
		KIT_TEST(at_level_function_there_is_no_ledger),
		KIT_TEST(numbers_of_a_newer_version_change_nothing),
		KIT_TEST(strangers_have_no_ledger),
		KIT_TEST(slots_and_references_of_a_context_are_counted),
		KIT_TEST(looks_into_the_ring_tell_who_took_what),
		KIT_TEST(an_event_can_be_taken_before_its_completion_is_told),
		KIT_TEST(an_early_event_whose_completion_never_comes_was_not_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
