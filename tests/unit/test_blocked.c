// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_blocked.c - what threads do within io_submit instead of running, and how that is counted.
 */
#include "kit.h"
#include "lib/front.h"
#include "lib/view_blocked.h"

#define KERNEL	0xffffffff81000000ULL
#define USER	0x7f0000001000ULL
#define UNINTERRUPTIBLE	2U

/* A sleep with a stack of so many frames: those of the kernel in pieces of ten. */
static void see_slept(struct kit *k, uint64_t from, uint64_t woken, uint64_t t, struct kit_who who,
		      uint64_t ip, uint16_t kernel, uint16_t user)
{
	struct aios_rec rec = rec_sleep(from, woken, t, who, UNINTERRUPTIBLE);

	for (uint16_t i = 0; i < kernel; i += AIOS_FRAMES_PIECE)
		see(k, rec_frames(t, who, AIOS_FRAMES_KERNEL, (uint8_t)i, ip,
				  (uint8_t)(kernel - i > 10 ? 10 : kernel - i)));
	if (user)
		see(k, rec_frames(t, who, AIOS_FRAMES_USER, 0, USER, (uint8_t)user));
	rec.sleep.kernel = kernel;
	rec.sleep.user = user;
	see(k, rec);
}

static const struct aios_blocked_row *row(const struct kit *k, size_t nr)
{
	const struct aios_blocked_row **rows, *ret;
	size_t cnt;

	assert_int_equal(aios_blocked_sorted(&k->blocked, &rows, &cnt), 0);
	ret = nr < cnt ? rows[nr] : NULL;
	free(rows);
	return ret;
}

/* Two requests in a call: the first one sleeps twice, and waits for a CPU. */
static void see_call(struct kit *k, const struct kit_ctx *c, const struct kit_req *a,
		     const struct kit_req *b)
{
	see(k, rec_submit_begin(1000, by_t1, c, 2));
	see(k, rec_birth(1100, by_t1, a));
	see_slept(k, 1200, 5200, 5300, by_t1, KERNEL, 12, 3);
	see(k, rec_sleep(5400, 0, 5450, by_t1, AIOS_SLEEP_PREEMPTED));
	see_slept(k, 6000, 6500, 6500, by_t1, KERNEL, 0, 0);
	see(k, rec_return(7000, by_t1, a, 0));
	see_slept(k, 7100, 7300, 7310, by_t1, KERNEL, 0, 0);
	see_accepted(k, 8000, by_t1, b);
	see(k, rec_submit(9000, by_t1, c, 2, 2));
}

static void sleeps_belong_to_who_is_submitted(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = kit_ctx(1);
	struct kit_req a = kit_read(&c, 1), b = kit_read(&c, 2);
	const struct aios_sleeps *sleeps;

	see(k, rec_setup(10, by_t1, &c));
	see_call(k, &c, &a, &b);
	see_end(k);
	sleeps = the(k, 1)->req.sleeps;
	assert_int_equal(sleeps->times, 2);
	assert_int_equal(sleeps->asleep_ns, 4000 + 500);
	assert_int_equal(sleeps->waits, 2);
	assert_int_equal(sleeps->preempted, 1);
	assert_int_equal(sleeps->waited_ns, 100 + 50);
	assert_int_equal(sleeps->unwoken, 0);
	assert_int_equal(sleeps->longest_ns, 4000);
	assert_int_equal(sleeps->longest_from_ns, 1200);
	assert_int_equal(sleeps->longest->cnt[AIOS_FRAMES_KERNEL], 12);
	assert_int_equal(sleeps->longest->kernel[11], KERNEL + 11 * 256);
	assert_int_equal(sleeps->longest->cnt[AIOS_FRAMES_USER], 3);
	assert_int_equal(sleeps->longest->user[2], USER + 512);
	assert_int_equal(sleeps->longest->tgid, KIT_PID);
	assert_int_equal(sleeps->by_cnt, 2);
	assert_null(sleeps->by[1].chain);
	assert_int_equal(sleeps->by[1].ns, 500);
	/* It was watched, and did not sleep. */
	assert_int_equal(the(k, 2)->req.sleeps->times, 0);
	/* Its own records, and two sleeps and a wait. */
	assert_int_equal(the(k, 1)->req.history_cnt, 5);
}

static void calls_are_counted(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = kit_ctx(1);
	struct kit_req a = kit_read(&c, 1), b = kit_fsync(&c, 2);
	const struct aios_blocked_calls *calls = &k->blocked.calls;

	k->blocked.over_ns = 1000;
	see(k, rec_setup(10, by_t1, &c));
	see_call(k, &c, &a, &b);
	assert_int_equal(k->call_cnt, 1);
	assert_int_equal(k->call.begin_ns, 1000);
	assert_int_equal(k->call.end_ns, 9000);
	assert_int_equal(k->call.nr, 2);
	assert_int_equal(k->call.ret, 2);
	assert_false(k->call.tainted);
	see_end(k);
	assert_int_equal(calls->watched, 1);
	assert_int_equal(calls->blocked, 1);
	assert_int_equal(calls->open, 0);
	assert_int_equal(calls->wall_ns, 8000);
	assert_int_equal(calls->asleep_ns, 4000 + 500 + 200);
	assert_int_equal(calls->waited_ns, 100 + 50 + 10);
	assert_int_equal(calls->sleeps, 3);
	assert_int_equal(calls->longest_ns, 4000);
	assert_int_equal(k->blocked.ops[IOCB_CMD_PREAD].watched, 1);
	assert_int_equal(k->blocked.ops[IOCB_CMD_PREAD].blocked, 1);
	assert_int_equal(k->blocked.ops[IOCB_CMD_PREAD].submit_ns, 5900);
	assert_int_equal(k->blocked.ops[IOCB_CMD_PREAD].asleep_ns, 4500);
	assert_int_equal(k->blocked.ops[IOCB_CMD_FSYNC].watched, 1);
	assert_int_equal(k->blocked.ops[IOCB_CMD_FSYNC].blocked, 0);
	assert_int_equal(k->blocked.ops[AIOS_BLOCKED_BETWEEN].asleep_ns, 200);
	assert_int_equal(k->blocked.ops[AIOS_BLOCKED_BETWEEN].sleeps, 1);
}

static void stacks_are_counted(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = kit_ctx(1);
	struct kit_req a = kit_read(&c, 1), b = kit_read(&c, 2), d = kit_fsync(&c, 3);

	a.ask.file = 0xf1;
	see(k, rec_setup(10, by_t1, &c));
	see_name(k, 20, by_t1, 0xf1, "/srv/db");
	see_call(k, &c, &a, &b);
	see(k, rec_submit_begin(10000, by_t1, &c, 2));
	see(k, rec_birth(10100, by_t1, &a));
	see_slept(k, 11000, 11100, 11100, by_t1, KERNEL, 12, 3);
	see(k, rec_return(11200, by_t1, &a, 0));
	see(k, rec_birth(11300, by_t1, &d));
	see_slept(k, 12000, 12900, 12900, by_t1, KERNEL + 64, 2, 0);
	see(k, rec_return(13000, by_t1, &d, 0));
	see(k, rec_submit(14000, by_t1, &c, 2, 2));
	see_end(k);
	assert_int_equal(row(k, 0)->sleeps, 2);
	assert_int_equal(row(k, 0)->ns, 4100);
	assert_int_equal(row(k, 0)->longest_ns, 4000);
	assert_int_equal(row(k, 0)->longest_from_ns, 1200);
	assert_int_equal(row(k, 0)->longest_request, 1);
	assert_int_equal(row(k, 0)->by_op[IOCB_CMD_PREAD], 2);
	assert_int_equal(row(k, 0)->by_op_ns[IOCB_CMD_PREAD], 4100);
	assert_int_equal(row(k, 0)->file_cnt, 1);
	assert_string_equal(row(k, 0)->files[0].path, "/srv/db");
	assert_int_equal(row(k, 0)->files[0].ns, 4100);
	assert_int_equal(row(k, 1)->by_op[IOCB_CMD_FSYNC], 1);
	assert_null(row(k, 1)->files[0].path);
	/* What has no stack comes last: one of the first request, one of none. */
	assert_null(row(k, 2)->chain);
	assert_int_equal(row(k, 2)->sleeps, 2);
	assert_int_equal(row(k, 2)->by_op[AIOS_BLOCKED_BETWEEN], 1);
	assert_null(row(k, 3));
}

static void many_files_are_a_sum(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = kit_ctx(1);
	struct kit_req r;

	see(k, rec_setup(10, by_t1, &c));
	for (unsigned int i = 0; i < AIOS_BLOCKED_FILES + 3; i++) {
		char path[32];

		snprintf(path, sizeof(path), "/srv/%u", i);
		r = kit_read(&c, i);
		r.ask.file = 0xf00 + i;
		see_name(k, 20, by_t1, r.ask.file, path);
		see(k, rec_submit_begin(1000 * i + 100, by_t1, &c, 1));
		see(k, rec_birth(1000 * i + 200, by_t1, &r));
		see_slept(k, 1000 * i + 300, 1000 * i + 400, 1000 * i + 400, by_t1, KERNEL, 2, 0);
		see(k, rec_return(1000 * i + 500, by_t1, &r, 0));
		see(k, rec_submit(1000 * i + 600, by_t1, &c, 1, 1));
	}
	see_end(k);
	assert_int_equal(row(k, 0)->sleeps, AIOS_BLOCKED_FILES + 3);
	assert_int_equal(row(k, 0)->file_cnt, AIOS_BLOCKED_FILES);
	assert_int_equal(row(k, 0)->other_files, 3);
}

/* No --blocked-over, or a call that is older than the trace: nothing is claimed. */
static void what_nobody_watched_is_not_known(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = kit_ctx(1);
	struct kit_req a = kit_read(&c, 1);

	see(k, rec_setup(10, by_t1, &c));
	see(k, rec_birth(1100, by_t1, &a));
	see_slept(k, 1200, 5200, 5300, by_t1, KERNEL, 2, 0);
	see(k, rec_return(7000, by_t1, &a, 0));
	see(k, rec_submit(9000, by_t1, &c, 1, 1));
	see_end(k);
	assert_null(the(k, 1)->req.sleeps);
	assert_int_equal(k->call_cnt, 1);
	assert_int_equal(k->call.begin_ns, 0);
	assert_int_equal(k->call.end_ns, 9000);
	assert_null(k->call.sleeps);
	assert_int_equal(k->blocked.calls.watched, 0);
	assert_null(row(k, 0));
}

static void a_call_may_not_have_returned(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = kit_ctx(1);
	struct kit_req a = kit_read(&c, 1);

	see(k, rec_setup(10, by_t1, &c));
	see(k, rec_submit_begin(1000, by_t1, &c, 1));
	see(k, rec_birth(1100, by_t1, &a));
	see_slept(k, 1200, 5200, 5300, by_t1, KERNEL, 2, 0);
	see_end(k);
	assert_int_equal(k->call_cnt, 1);
	assert_int_equal(k->call.end_ns, 0);
	assert_int_equal(k->blocked.calls.open, 1);
	assert_int_equal(k->blocked.calls.wall_ns, 0);
	assert_int_equal(k->blocked.calls.asleep_ns, 0);
	assert_int_equal(k->blocked.calls.longest_ns, 4000);
	assert_int_equal(the(k, 1)->req.sleeps->asleep_ns, 4000);
}

static void a_hole_taints_a_call(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = kit_ctx(1);

	see(k, rec_setup(10, by_t1, &c));
	see(k, rec_submit_begin(1000, by_t1, &c, 1));
	see_gap(k, AIOS_GAP_RING, 1100, 1200);
	see(k, rec_submit(9000, by_t1, &c, 1, 1));
	assert_true(k->call.tainted);
	/* The return of this one is lost. */
	see(k, rec_submit_begin(10000, by_t1, &c, 1));
	see(k, rec_submit_begin(11000, by_t1, &c, 1));
	assert_int_equal(k->call_cnt, 2);
	assert_int_equal(k->call.end_ns, 0);
	see_end(k);
	assert_int_equal(k->call_cnt, 3);
	assert_int_equal(k->blocked.calls.tainted, 1);
	assert_int_equal(k->blocked.calls.open, 2);
}

/* Where a piece is missing, or there is one too many, there is no stack. */
static void a_stack_comes_whole_or_not_at_all(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = kit_ctx(1);
	struct kit_req a = kit_read(&c, 1);
	struct aios_rec rec = rec_sleep(1200, 1300, 1300, by_t1, UNINTERRUPTIBLE);
	struct aios_rec many = rec_frames(1300, by_t1, AIOS_FRAMES_KERNEL, 0, KERNEL, 10);
	struct aios_rec other = rec_frames(1300, by_t1, 7, 0, KERNEL, 10);

	many.frames.count = 200;
	see(k, rec_setup(10, by_t1, &c));
	see(k, rec_submit_begin(1000, by_t1, &c, 1));
	see(k, rec_birth(1100, by_t1, &a));
	rec.sleep.kernel = 12;
	see(k, rec_frames(1300, by_t1, AIOS_FRAMES_KERNEL, 0, KERNEL, 10));
	see(k, rec);
	see(k, rec_frames(1300, by_t1, AIOS_FRAMES_KERNEL, 10, KERNEL, 2));
	see(k, rec);
	see(k, many);
	see(k, rec);
	see(k, other);
	see(k, rec);
	see_end(k);
	assert_int_equal(the(k, 1)->req.sleeps->times, 4);
	assert_int_equal(the(k, 1)->req.sleeps->by_cnt, 1);
	assert_null(the(k, 1)->req.sleeps->by[0].chain);
}

static void waking_may_not_have_been_seen(void **state)
{
	const struct aios_rec unseen = rec_sleep(100, 0, 500, by_t1, UNINTERRUPTIBLE);
	const struct aios_rec before = rec_sleep(100, 50, 500, by_t1, UNINTERRUPTIBLE);
	const struct aios_rec after = rec_sleep(100, 900, 500, by_t1, UNINTERRUPTIBLE);
	const struct aios_rec wrong = rec_sleep(900, 0, 500, by_t1, UNINTERRUPTIBLE);
	struct aios_sleeps sleeps = { 0 };

	(void)state;
	assert_int_equal(aios_sleep_ns(&unseen), 400);
	assert_int_equal(aios_sleep_wait_ns(&unseen), 0);
	assert_int_equal(aios_sleep_ns(&before), 400);
	assert_int_equal(aios_sleep_ns(&after), 400);
	assert_int_equal(aios_sleep_wait_ns(&after), 0);
	assert_int_equal(aios_sleep_ns(&wrong), 0);
	assert_int_equal(aios_sleeps_add(&sleeps, &unseen, NULL), 0);
	assert_int_equal(sleeps.unwoken, 1);
	free(sleeps.by);
}

static void many_stacks_are_not_told_apart(void **state)
{
	struct aios_chains chains = { 0 };
	struct aios_chain chain = { .tgid = 1, .cnt = { 1, 0 } };
	const struct aios_chain *first, *ret;

	(void)state;
	assert_int_equal(aios_chains_enter(&chains, &chain, &first), 0);
	for (unsigned int i = 0; i < AIOS_CHAINS_MAX + 10; i++) {
		chain.kernel[0] = i;
		assert_int_equal(aios_chains_enter(&chains, &chain, &ret), 0);
		assert_int_equal(!!ret, i < AIOS_CHAINS_MAX);
	}
	chain.kernel[0] = 0;
	assert_int_equal(aios_chains_enter(&chains, &chain, &ret), 0);
	assert_ptr_equal(ret, first);
	aios_chains_done(&chains);
}

/* What a front tells of records, behind it the rest of them. */
static void see_behind_front(struct kit *k, const struct aios_rec *recs, size_t cnt, size_t cut)
{
	struct aios_front *front = aios_front_new();
	struct aios_sink sink = aios_front_sink(front);
	struct aios_buf chunks = { 0 };

	for (size_t i = 0; i < cut; i++)
		assert_int_equal(sink.record(sink.arg, &recs[i]), 0);
	assert_int_equal(aios_front_write(front, recs[cut].h.time_ns, &chunks), 0);
	see_front(k, &chunks);
	for (size_t i = cut; i < cnt; i++)
		see(k, recs[i]);
	aios_buf_done(&chunks);
	aios_front_free(front);
}

/* A file that begins in the middle of a call tells of its sleeps so far. */
static void a_front_has_the_calls_that_are_open(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = kit_ctx(1);
	struct kit_req a = kit_read(&c, 1);
	struct aios_rec recs[] = {
		rec_setup(10, by_t1, &c),
		rec_submit_begin(900, by_t1, &c, 1), rec_submit(950, by_t1, &c, 1, 1),
		rec_submit_begin(1000, by_t1, &c, 1), rec_birth(1050, by_t1, &a),
		rec_frames(1200, by_t1, AIOS_FRAMES_KERNEL, 0, KERNEL, 3),
		rec_sleep(1100, 1200, 1200, by_t1, UNINTERRUPTIBLE),
		rec_sleep(1300, 1800, 1800, by_t1, UNINTERRUPTIBLE),
		rec_return(1900, by_t1, &a, 0), rec_submit(2000, by_t1, &c, 1, 1),
	};

	recs[6].sleep.kernel = 3;
	see_behind_front(k, recs, NR(recs), 7);
	see_end(k);
	assert_int_equal(k->call_cnt, 1);
	assert_int_equal(k->call.begin_ns, 1000);
	assert_int_equal(k->blocked.calls.sleeps, 2);
	assert_int_equal(k->blocked.calls.asleep_ns, 600);
	assert_int_equal(the(k, 1)->req.sleeps->asleep_ns, 600);
	assert_non_null(the(k, 1)->req.sleeps->by[0].chain);
}

static void a_front_does_not_tell_half_of_a_call(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = kit_ctx(1);
	struct aios_rec recs[2000] = { rec_setup(10, by_t1, &c) };

	recs[1] = rec_submit_begin(20, by_t1, &c, 1);
	for (unsigned int i = 2; i < NR(recs) - 1; i++)
		recs[i] = rec_sleep(100 + i, 101 + i, 101 + i, by_t1, UNINTERRUPTIBLE);
	recs[NR(recs) - 1] = rec_submit(3000, by_t1, &c, 1, 1);
	see_behind_front(k, recs, NR(recs), NR(recs) - 1);
	assert_int_equal(k->call_cnt, 1);
	assert_null(k->call.sleeps);
}

/* What a report is made of, and two processes of a program, whose addresses differ. */
struct fixture {
	struct aios_info info;
	struct aios_symbols symbols;
	struct aios_user_names names;
	struct aios_trace trace;
	struct aios_buf text;
};

static bool names_main(void *arg, const struct aios_image *image, uint64_t offset,
		       struct aios_buf *buf)
{
	(void)arg;
	if (strcmp(image->path, "/usr/bin/db") || offset < 0x80)
		return false;
	aios_buf_str(buf, offset < 0x180 ? "do;io" : "main");
	return true;
}

static void fixture_begin(struct fixture *f, const struct kit *k)
{
	static const char *const functions[] = { "schedule+0x10", "io_schedule+0x20",
						 "bpf_trampoline_1+0x1", "io_submit_one+0x30" };
	struct aios_image image = { .tgid = KIT_PID, .from = USER, .to = USER + 0x1000,
				    .path = (char *)"/usr/bin/db" };

	*f = (struct fixture){ .info.blocked_over_ns = 1000, .names.name = names_main };
	for (size_t i = 0; i < NR(functions); i++)
		assert_int_equal(aios_symbols_add(&f->symbols, KERNEL + 256 * i, functions[i]), 0);
	assert_int_equal(aios_images_add(&f->symbols.images, &image), 0);
	image.tgid = KIT_OTHER_PID;
	assert_int_equal(aios_images_add(&f->symbols.images, &image), 0);
	f->trace = (struct aios_trace){ .info = &f->info, .symbols = &f->symbols,
					.blocked = &k->blocked, .names = &f->names };
}

static void fixture_end(struct fixture *f)
{
	aios_symbols_done(&f->symbols);
	aios_buf_done(&f->text);
}

static void see_blocked(struct kit *k, uint64_t t, struct kit_who who, struct kit_ctx *c,
			unsigned int nr, uint64_t slept_ns)
{
	struct kit_req r = kit_read(c, nr);

	r.ask.file = 0xf1;
	see(k, rec_submit_begin(t, who, c, 1));
	see(k, rec_birth(t + 10, who, &r));
	see_slept(k, t + 20, t + 20 + slept_ns, t + 20 + slept_ns, who, KERNEL, slept_ns ? 4 : 0,
		  slept_ns ? 3 : 0);
	see(k, rec_return(t + 30 + slept_ns, who, &r, 0));
	see(k, rec_submit(t + 40 + slept_ns, who, c, 1, 1));
}

/* Two processes sleep at the same place; a third sleep has no stack. */
static void see_both(struct kit *k)
{
	static struct kit_ctx c, d;

	c = kit_ctx(1);
	d = kit_ctx(2);
	k->blocked.over_ns = 1000;
	see(k, rec_proc(1, AIOS_PROC_SEEN, KIT_PID, "db"));
	see(k, rec_proc(1, AIOS_PROC_SEEN, KIT_OTHER_PID, "db"));
	see(k, rec_setup(10, by_t1, &c));
	see(k, rec_setup(10, by_other, &d));
	see_name(k, 20, by_t1, 0xf1, "/srv/da\nta");
	see_blocked(k, 1000, by_t1, &c, 1, 4000);
	see_blocked(k, 10000, by_other, &d, 2, 2000);
	see_blocked(k, 20000, by_t1, &c, 3, 0);
	see_end(k);
}

static void stacks_that_read_the_same_are_one(void **state)
{
	struct kit *k = *state;
	struct fixture f;

	see_both(k);
	fixture_begin(&f, k);
	assert_int_equal(k->blocked.rows.used, 3);
	assert_int_equal(aios_blocked_folded(&f.text, &f.trace), 0);
	assert_string_equal(f.text.data,
			    "db;main [db];do:io [db];db+0x0;io_submit_one_[k];io_schedule_[k];"
			    "schedule_[k] 6000\n"
			    "[no stack: shorter than --blocked-over, or not told] 0\n");
	fixture_end(&f);
}

static void the_report_tells_who_blocked_where(void **state)
{
	struct kit *k = *state;
	struct fixture f;

	see_both(k);
	fixture_begin(&f, k);
	aios_report_blocked(&f.text, &f.trace);
	assert_non_null(strstr(f.text.data, "3 calls of io_submit took 6.12us: their threads "
			       "slept for 6.00us, waited 0 for a CPU, and ran for 120ns\n"
			       "  in 2 of them a thread slept for 1.00us or longer at a time; of 3 "
			       "sleeps the longest took 4.00us\n"));
	assert_non_null(strstr(f.text.data, "  pread                 3        2"));
	assert_non_null(strstr(f.text.data, "  1. db slept for 6.00us in 2 sleeps, at most 4.00us: "
			       "pread 2\n     on /srv/da\\x0ata\n"
			       "        schedule+0x10\n        io_schedule+0x20\n"
			       "        io_submit_one+0x30\n"
			       "        db+0x0\n        do;io [db]\n        main [db]\n"));
	assert_null(strstr(f.text.data, "cut off"));
	assert_non_null(strstr(f.text.data, "  1 sleeps without a stack"));
	fixture_end(&f);
}

/* Without frame pointers there is who makes the call, perhaps who called that, and no more. */
static void what_is_cut_off_is_said(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = kit_ctx(1);
	struct aios_rec user = rec_frames(1100, by_t1, AIOS_FRAMES_USER, 0, USER, 3);
	struct aios_rec slept = rec_sleep(1100, 9000, 9000, by_t1, UNINTERRUPTIBLE);
	struct fixture f;

	user.frames.flags = AIOS_FRAMES_TOP | AIOS_FRAMES_BROKEN;
	user.frames.ip[2] = 0x7777;
	slept.sleep.user = 3;
	see(k, rec_setup(10, by_t1, &c));
	see(k, rec_submit_begin(1000, by_t1, &c, 1));
	see(k, user);
	see(k, slept);
	see(k, rec_submit(10000, by_t1, &c, 1, 1));
	see_end(k);
	fixture_begin(&f, k);
	aios_report_blocked(&f.text, &f.trace);
	assert_non_null(strstr(f.text.data, ": of no request 1\n"
			       "        functions of the kernel are not known\n"
			       "        db+0x0\n        do;io [db] (by the top of the stack)\n"
			       "        cut off: code there keeps no frame pointers\n"));
	aios_buf_clear(&f.text);
	assert_int_equal(aios_blocked_folded(&f.text, &f.trace), 0);
	assert_string_equal(f.text.data, "?;[cut];do:io [db];db+0x0 7900\n");
	/* A process that was gone before anybody looked. */
	aios_images_done(&f.symbols.images);
	aios_buf_clear(&f.text);
	aios_report_blocked(&f.text, &f.trace);
	assert_non_null(strstr(f.text.data, "        0x7f0000001000\n        cut off"));
	fixture_end(&f);
}

static json_t *at(json_t *json, const char *a, const char *b)
{
	json = json_object_get(json, a);
	return b ? json_object_get(json, b) : json;
}

static void scripts_get_the_same(void **state)
{
	struct kit *k = *state;
	struct fixture f;
	json_t *json, *row, *place;

	see_both(k);
	fixture_begin(&f, k);
	json = aios_blocked_json(&f.trace);
	assert_int_equal(json_integer_value(at(json, "calls", "watched")), 3);
	assert_int_equal(json_integer_value(at(json, "calls", "blocked")), 2);
	assert_int_equal(json_integer_value(at(json, "calls", "asleep_ns")), 6000);
	assert_int_equal(json_integer_value(at(json, "calls", "running_ns")), 120);
	assert_int_equal(json_integer_value(at(at(json, "by_op", "pread"), "blocked", NULL)), 2);
	assert_int_equal(json_array_size(at(json, "stacks", NULL)), 2);
	row = json_array_get(at(json, "stacks", NULL), 0);
	assert_int_equal(json_integer_value(at(row, "ns", NULL)), 6000);
	assert_int_equal(json_integer_value(at(at(row, "by_op", "pread"), "sleeps", NULL)), 2);
	assert_int_equal(json_array_size(at(row, "kernel", NULL)), 3);
	place = json_array_get(at(row, "user", NULL), 2);
	assert_string_equal(json_string_value(at(place, "function", NULL)), "main");
	assert_string_equal(json_string_value(at(place, "path", NULL)), "/usr/bin/db");
	assert_true(json_is_null(at(json_array_get(at(row, "user", NULL), 0), "function", NULL)));
	assert_true(json_is_false(at(row, "user_cut", NULL)));
	row = json_array_get(at(json, "stacks", NULL), 1);
	assert_true(json_is_null(at(row, "kernel", NULL)));
	json_decref(json);
	/* Nobody watched: that is not nothing. */
	f.info.blocked_over_ns = 0;
	assert_null(aios_blocked_json(&f.trace));
	aios_report_blocked(&f.text, &f.trace);
	assert_int_equal(f.text.len, 0);
	fixture_end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		KIT_TEST(sleeps_belong_to_who_is_submitted),
		KIT_TEST(calls_are_counted),
		KIT_TEST(stacks_are_counted),
		KIT_TEST(many_files_are_a_sum),
		KIT_TEST(what_nobody_watched_is_not_known),
		KIT_TEST(a_call_may_not_have_returned),
		KIT_TEST(a_hole_taints_a_call),
		KIT_TEST(a_stack_comes_whole_or_not_at_all),
		cmocka_unit_test(waking_may_not_have_been_seen),
		cmocka_unit_test(many_stacks_are_not_told_apart),
		KIT_TEST(a_front_has_the_calls_that_are_open),
		KIT_TEST(a_front_does_not_tell_half_of_a_call),
		KIT_TEST(stacks_that_read_the_same_are_one),
		KIT_TEST(the_report_tells_who_blocked_where),
		KIT_TEST(what_is_cut_off_is_said),
		KIT_TEST(scripts_get_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
