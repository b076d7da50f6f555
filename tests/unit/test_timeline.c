// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_timeline.c - the page of a request: for each order of a poll what it says and draws, how
 * wide it is, and that what is not known is not claimed.
 */
#include <errno.h>
#include <stdio.h>

#include "kit.h"
#include "lib/view.h"
#include "lib/width.h"

#define HOSTILE	"\x1b[31m\"a,b\"\n\xff\xed\xa0\x80"

/* A poll that was put on its wait queue; its submission is under way. */
static struct kit_req begin(struct kit *k, struct kit_ctx *ctx)
{
	struct kit_req req;

	*ctx = kit_ctx(1);
	req = kit_poll(ctx, 1);
	see(k, rec_setup(2, by_t1, ctx));
	see(k, rec_birth(1000, by_t1, &req));
	see(k, rec_queue(1010, by_t1, &req, 0));
	return req;
}

static void returned(struct kit *k, const struct kit_req *r)
{
	see(k, rec_poll_return(1050, by_t1, r, 0, 0));
	see(k, rec_return(1100, by_t1, r, 0));
}

static void worked(struct kit *k, uint64_t t, const struct kit_req *r, uint32_t state, int64_t res)
{
	see(k, rec_work_begin(t, by_worker, r, AIOS_WORK_POLL, state));
	see(k, rec_complete(t + 10, by_worker, r, res));
	see(k, rec_work_end(t + 20, by_worker, r, AIOS_WORK_POLL));
}

static void ready(struct kit *k, const struct kit_req *r)
{
	see(k, rec_poll_return(1050, by_t1, r, BIT_IN, 0));
	see(k, rec_complete(1060, by_t1, r, BIT_IN));
	see(k, rec_return(1100, by_t1, r, 0));
}

static void early_inline(struct kit *k, const struct kit_req *r)
{
	see(k, rec_wake(1030, on_cpu(by_other, 2), r, BIT_IN, 0));
	see(k, rec_poll_return(1050, by_t1, r, 0, 0));
	see(k, rec_complete(1060, by_t1, r, BIT_IN));
	see(k, rec_return(1100, by_t1, r, 0));
}

static void early_work(struct kit *k, const struct kit_req *r)
{
	see(k, rec_wake(1030, on_cpu(by_other, 0), r, 0, 0));
	returned(k, r);
	worked(k, 2000, r, AIOS_POLL_SCHEDULED, BIT_IN);
}

static void armed_inline(struct kit *k, const struct kit_req *r)
{
	returned(k, r);
	see(k, rec_wake(2000, in_softirq, r, BIT_IN, AIOS_POLL_ARMED));
	see(k, rec_complete(2010, in_softirq, r, BIT_IN));
}

static void armed_work(struct kit *k, const struct kit_req *r)
{
	returned(k, r);
	see(k, rec_wake(1900, by_other, r, 0, AIOS_POLL_ARMED));
	worked(k, 2000, r, AIOS_POLL_SCHEDULED | AIOS_POLL_ARMED, BIT_IN);
}

static void again(struct kit *k, const struct kit_req *r)
{
	returned(k, r);
	see(k, rec_wake(1900, by_other, r, 0, AIOS_POLL_ARMED));
	see(k, rec_work_begin(2000, by_worker, r, AIOS_WORK_POLL,
			      AIOS_POLL_SCHEDULED | AIOS_POLL_ARMED));
	see(k, rec_work_end(2010, by_worker, r, AIOS_WORK_POLL));
	see(k, rec_wake(2900, by_t2, r, 0, AIOS_POLL_ARMED));
	worked(k, 3000, r, AIOS_POLL_SCHEDULED | AIOS_POLL_ARMED, BIT_IN);
}

static void cancelled(struct kit *k, const struct kit_req *r)
{
	returned(k, r);
	see(k, rec_poll_cancel(1900, by_t2, r, AIOS_POLL_ARMED));
	worked(k, 2000, r, AIOS_POLL_SCHEDULED | AIOS_POLL_CANCELLED, 0);
}

static void freed(struct kit *k, const struct kit_req *r)
{
	returned(k, r);
	see(k, rec_wake(1900, by_other, r, BIT_HUP | AIOS_POLLFREE, AIOS_POLL_ARMED));
	see(k, rec_complete(1910, by_other, r, BIT_HUP));
}

static void second(struct kit *k, const struct kit_req *r)
{
	see(k, rec_queue(1020, by_t1, r, 1));
	see(k, rec_return(1100, by_t1, r, -EINVAL));
}

static void waiting(struct kit *k, const struct kit_req *r)
{
	returned(k, r);
}

static void unclear(struct kit *k, const struct kit_req *r)
{
	returned(k, r);
	see_gap(k, AIOS_GAP_RING, 1200, 1900);
	see(k, rec_complete(2000, by_worker, r, BIT_IN));
}

static const struct {
	const char *order;
	void (*happen)(struct kit *k, const struct kit_req *r);
	const char *says[3];
} pages[] = {
	{ "ready", ready,
	  { "order: ready: The file was ready", "| ->poll = IN", "That it was ready is "
	  	"inferred" } },
	{ "early-inline", early_inline,
	  { "order: early-inline: A wake-up came after", "  ~+30ns   2  |  ",
	    "unordered: the wake-up came on" } },
	{ "early-work", early_work,
	  { "order: early-work: A wake-up came after", "wake to work",
	    "before: both were on CPU" } },
	{ "armed-inline", armed_inline,
	  { "order: armed-inline: The file was not ready", "softirq", "that it completed the" } },
	{ "armed-work", armed_work,
	  { "order: armed-work: The file was not ready", "| completes ", "that it was decided to "
	  	"wait, which" } },
	{ "again", again,
	  { "order: again: It was woken, but", "work ends", "is inferred: it ended" } },
	{ "cancelled", cancelled,
	  { "order: cancelled: It was told to finish", "canceller", "from its result, 0" } },
	{ "pollfree", freed,
	  { "order: pollfree: The wait queue went away", "* POLLFREE", "said POLLFREE" } },
	{ "second-queue", second,
	  { "order: second-queue: The file tried", "' refused", "So the submission was" } },
	{ "waiting", waiting,
	  { "order: waiting: It had not completed", "' returns", ">=8.90us" } },
	{ "unclear", unclear,
	  { "order: unclear: In which order", "records are missing here", "Records were lost" } },
};

static struct aios_summary *summary_with_gap(void)
{
	struct aios_gap gap = { .kind = AIOS_GAP_RING, .cpu = 1, .count = 7, .from_ns = 1200,
				.to_ns = 1900 };
	struct aios_summary *sum = aios_summary_new();

	assert_non_null(sum);
	assert_int_equal(aios_summary_gap(sum, &gap), 0);
	sum->last_ns = 10000;
	return sum;
}

/* A page into the kit's text. */
static void page(struct kit *k, const struct aios_request *req, bool utf8)
{
	struct aios_summary *sum = summary_with_gap();
	struct aios_info info = { .evidence = (char *)"function" };
	struct aios_loss loss = { .gaps = 1 };
	struct aios_trace trace = { .sum = sum, .info = &info, .loss = &loss };
	struct aios_timeline_opts opts = { .trace = &trace, .utf8 = utf8 };

	if (!req->tainted)
		sum->gap_cnt = 0;
	aios_buf_clear(&k->text);
	aios_timeline(&k->text, req, &opts);
	assert_int_equal(k->text.err, 0);
	aios_summary_free(sum);
}

static const struct aios_request *life(struct kit *k, size_t nr)
{
	struct kit_ctx ctx;
	struct kit_req r = begin(k, &ctx);

	pages[nr].happen(k, &r);
	see_end(k);
	return &the(k, 1)->req;
}

static void assert_has(const struct kit *k, const char *part)
{
	struct aios_buf flat = { 0 };
	bool has = strstr(k->text.data, part);

	/* Sentences may be broken anywhere. */
	aios_buf_str(&flat, k->text.data);
	for (size_t i = 0; i + 2 < flat.len; i++)
		if (!memcmp(flat.data + i, "\n  ", 3))
			memmove(flat.data + i, flat.data + i + 2, flat.len - i - 1);
	for (char *at = flat.data; (at = strchr(at, '\n'));)
		*at = ' ';
	has = has || strstr(flat.data, part);
	aios_buf_done(&flat);
	if (!has)
		fail_msg("no \"%s\" in:\n%s", part, k->text.data);
}

/* What has no table fits 80 columns; events, and pictures of more than four lanes, fit 100. */
static void assert_fits(const struct kit *k)
{
	bool table = false;

	for (char *line = k->text.data, *end; (end = strchr(line, '\n')); line = end + 1) {
		size_t width;

		*end = '\0';
		table = strstr(line, " PROCESS ") || strstr(line, " TIME CPU ") || (table && *line);
		width = aios_width(line);
		if (width > (table ? 100 : 80))
			fail_msg("%zu columns: %s", width, line);
		*end = '\n';
	}
}

static void assert_harmless(const struct kit *k, bool utf8)
{
	for (size_t i = 0; i < k->text.len; i++) {
		unsigned char c = (unsigned char)k->text.data[i];

		if ((c < 0x20 && c != '\n') || c == 0x7f || (c >= 0x80 && !utf8))
			fail_msg("byte 0x%02x at %zu: %s", c, i, k->text.data);
	}
}

static void every_order_has_its_sentence_and_its_picture(void **state)
{
	(void)state;
	for (size_t i = 0; i < NR(pages); i++) {
		struct kit *k = kit_new(true);
		const struct aios_request *req = life(k, i);

		assert_string_equal(aios_poll_order_name(aios_poll_order(req)), pages[i].order);
		page(k, req, false);
		for (size_t j = 0; j < NR(pages[i].says); j++)
			assert_has(k, pages[i].says[j]);
		assert_fits(k);
		assert_harmless(k, false);
		page(k, req, true);
		assert_fits(k);
		assert_harmless(k, true);
		assert_non_null(strstr(k->text.data, "\u2588"));
		kit_free(k);
	}
}

/* The rows of the picture, at the place of the wake-up. */
static void the_picture_shows_the_wake_up_against_poll(void **state)
{
	struct kit *k = kit_new(true);

	(void)state;
	page(k, life(k, 1), false);
	assert_non_null(strstr(
		k->text.data,
		"       TIME CPU  submitter            waker                ring\n"
		"                 1001                 2001\n"
		"         +0   0  + io_submit          .                    .\n"
		"      +10ns   0  | on its queue       .                    .\n"
		"     ~+30ns   2  |                    * wake               .\n"
		"     ~+50ns   0  | ->poll = 0         .                    .\n"
		"      +60ns   0  | completes -----------------------------> slot 0\n"
		"     +100ns   0  ' returns            .                    .\n"));
	kit_free(k);
}

static void a_hole_is_shown_where_it_is(void **state)
{
	struct kit *k = kit_new(true);
	const char *gap, *return_, *complete;

	(void)state;
	page(k, life(k, 10), false);
	gap = strstr(k->text.data, "  *** between +200ns and +900ns: 7 records of CPU 1 were lost");
	return_ = strstr(k->text.data, "accepted\n");
	complete = strstr(k->text.data, "complete ");
	assert_non_null(gap);
	assert_non_null(return_);
	assert_non_null(complete);
	assert_true(return_ < gap && gap < complete);
	assert_has(k, "TAINTED");
	assert_has(k, "a stage may be longer or shorter");
	kit_free(k);
}

/* A page of any request, with a name that wants to do harm. */
static void bar(struct kit *k, struct kit_out *out)
{
	free(out->file.path);
	out->file.path = strdup(HOSTILE);
	strcpy(out->process.comm, "\x1b[31m\n");
	page(k, &out->req, false);
	assert_harmless(k, false);
}

static void bounds_and_what_is_unknown_are_drawn_as_such(void **state)
{
	struct kit *k = kit_new(true);
	struct kit_out *out = kit_made();

	(void)state;
	out->req.reaper = AIOS_REAPER_USER;
	bar(k, out);
	assert_has(k, "  unread      <=100us");
	assert_has(k, "?????|");
	assert_has(k, "unread: at most, as the program took its event itself");
	out->req.reaper = AIOS_REAPER_KERNEL;
	out->req.reap_inferred = true;
	bar(k, out);
	assert_has(k, "  unread       ~100us");
	assert_has(k, "unread: inferred");
	out->req.born_ns = 0;
	bar(k, out);
	assert_has(k, "  submit            ?          its beginning was not seen\n");
	out->req.returned_ns = 0;
	bar(k, out);
	assert_has(k, "  submit            ?          its beginning was not seen\n"
		   "  in flight         ?          its beginning was not seen\n");
	out->req.born_ns = 1000;
	out->req.fate = AIOS_FATE_LOST_TRACK;
	out->req.completed_ns = out->req.reaped_ns = 0;
	out->req.returned_ns = 2000;
	bar(k, out);
	assert_has(k, "  in flight         ?          its end was not seen\n");
	kit_out_free(out);
	kit_free(k);
}

/* The submission takes 1000 of 9900 ns, its thread sleeps for 250, and then waits for a CPU. */
static void sleeps_are_drawn_below_the_submission(void **state)
{
	struct kit *k = kit_new(true);
	struct kit_ctx c = kit_ctx(1);
	struct kit_req r = kit_read(&c, 1), other = kit_read(&c, 2);

	(void)state;
	see(k, rec_setup(10, by_t1, &c));
	see(k, rec_submit_begin(90, by_t1, &c, 2));
	see(k, rec_birth(100, by_t1, &r));
	see(k, rec_sleep(350, 600, 850, by_t1, 2));
	see(k, rec_return(1100, by_t1, &r, 0));
	see(k, rec_birth(1200, by_t1, &other));
	see(k, rec_return(1250, by_t1, &other, 0));
	see(k, rec_submit(1300, by_t1, &c, 2, 2));
	see(k, rec_complete(2100, in_softirq, &r, 4096));
	see_end(k);
	page(k, &the(k, 1)->req, false);
	assert_has(k, "  submit       1.00us    10%  |#####   ");
	assert_has(k, "|\n    asleep      250ns     3%  | =      ");
	assert_has(k, "|\n    no CPU      250ns     3%  |  ==    ");
	assert_has(k, "|\n  in flight    1.00us    10%  |     #####");
	page(k, &the(k, 2)->req, false);
	assert_has(k, "  submit: its thread ran all the time\n");
	kit_free(k);
}

static void what_completes_inside_has_no_time_in_flight(void **state)
{
	struct kit *k = kit_new(true);

	(void)state;
	page(k, life(k, 0), false);
	assert_has(k, "  in flight         0          completed inside io_submit\n");
	kit_free(k);
}

/* However many wake-ups: the picture has its ends, the table has all, and wakers share a lane. */
static void a_long_life_is_drawn_in_part(void **state)
{
	struct kit *k = kit_new(true);
	struct kit_ctx ctx;
	struct kit_req r = begin(k, &ctx);

	(void)state;
	returned(k, &r);
	for (unsigned int i = 0; i < 500; i++) {
		struct kit_who who = by_other;

		who.tid += i % 7;
		see(k, rec_wake(2000 + i, who, &r, BIT_OUT, AIOS_POLL_ARMED));
	}
	see(k, rec_wake(3000, by_other, &r, BIT_IN, AIOS_POLL_ARMED));
	see(k, rec_complete(3010, by_other, &r, BIT_IN));
	see_end(k);
	page(k, &the(k, 1)->req, false);
	assert_fits(k);
	assert_has(k, "... 446 more events; all are in the table above");
	assert_has(k, "other wakers");
	assert_has(k, "completes ");
	kit_free(k);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_order_has_its_sentence_and_its_picture),
		cmocka_unit_test(the_picture_shows_the_wake_up_against_poll),
		cmocka_unit_test(a_hole_is_shown_where_it_is),
		cmocka_unit_test(bounds_and_what_is_unknown_are_drawn_as_such),
		cmocka_unit_test(sleeps_are_drawn_below_the_submission),
		cmocka_unit_test(what_completes_inside_has_no_time_in_flight),
		cmocka_unit_test(a_long_life_is_drawn_in_part),
	};

	return cmocka_run_group_tests_name("timeline", tests, NULL, NULL);
}
