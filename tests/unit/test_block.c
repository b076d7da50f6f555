// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_block.c - what the block layer does for a request.
 */
#include "kit.h"
#include "lib/column.h"
#include "lib/summary.h"
#include "lib/view.h"

/* Born at 100, and completes at 900; between them @block. Return: it, as it was handed out. */
static const struct aios_request *see_life(struct kit *k, struct kit_ctx *c,
					   const struct kit_req *req, const struct aios_rec *block)
{
	see(k, rec_setup(10, by_t1, c));
	see_accepted(k, 100, by_t1, req);
	see(k, *block);
	see(k, rec_complete(900, in_softirq, req, 4096));
	see_end(k);
	return &the(k, 1)->req;
}

static void the_parts_are_all_of_a_life(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = kit_ctx(1);
	struct kit_req r = kit_read(&c, 1);
	struct aios_rec block = rec_block(890, in_softirq, &r, 150, 250, 850);
	const struct aios_request *req = see_life(k, &c, &r, &block);
	uint64_t before, queued, device, after, latency;

	assert_true(aios_before_block_ns(req, &before));
	assert_true(aios_queued_ns(req, &queued));
	assert_true(aios_device_ns(req, &device));
	assert_true(aios_after_block_ns(req, &after));
	assert_true(aios_latency_ns(req, &latency));
	assert_int_equal(before, 50);
	assert_int_equal(queued, 100);
	assert_int_equal(device, 600);
	assert_int_equal(after, 50);
	assert_int_equal(before + queued + device + after, latency);
	assert_int_equal(req->bios, 2);
	/* Its birth, the end of its submission, this, and its completion. */
	assert_int_equal(req->history_cnt, 4);
}

static void assert_nothing_known(const struct aios_request *req)
{
	uint64_t ns;

	assert_int_equal(req->bios, 2);
	assert_false(aios_before_block_ns(req, &ns));
	assert_false(aios_queued_ns(req, &ns));
	assert_false(aios_device_ns(req, &ns));
	assert_false(aios_after_block_ns(req, &ns));
}

static void parts_are_not_known_where_a_bio_was_missed(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = kit_ctx(1);
	struct kit_req r = kit_read(&c, 1);
	struct aios_rec block = rec_block(890, in_softirq, &r, 150, 250, 850);

	block.block.flags = 0;
	assert_nothing_known(see_life(k, &c, &r, &block));
}

/* Left behind by another request at its address, whose completion was missed. */
static void bios_that_are_older_than_the_request_are_not_its_own(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = kit_ctx(1);
	struct kit_req r = kit_read(&c, 1);
	struct aios_rec block = rec_block(890, in_softirq, &r, 50, 250, 850);

	assert_nothing_known(see_life(k, &c, &r, &block));
}

static void times_that_cannot_be_are_not_believed(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = kit_ctx(1);
	struct kit_req r = kit_read(&c, 1);
	struct aios_rec block = rec_block(890, in_softirq, &r, 150, 250, 240);

	assert_nothing_known(see_life(k, &c, &r, &block));
}

static void the_birth_may_be_older_than_the_trace(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = kit_ctx(1);
	struct kit_req r = kit_read(&c, 1);
	const struct aios_request *req;
	uint64_t ns;

	see(k, rec_setup(10, by_t1, &c));
	see(k, rec_block(890, in_softirq, &r, 150, 250, 850));
	see(k, rec_complete(900, in_softirq, &r, 4096));
	see_end(k);
	req = &the(k, 1)->req;
	/* Nobody knew the request, so nobody knows whether these are its bios. */
	assert_int_equal(req->bios, 0);
	assert_false(aios_device_ns(req, &ns));
}

static void the_summary_has_them_as_stages(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = kit_ctx(1);
	struct kit_req r = kit_read(&c, 1);
	struct aios_rec block = rec_block(890, in_softirq, &r, 150, 250, 850);
	const struct aios_request *req = see_life(k, &c, &r, &block);
	struct aios_request missed = *req;
	struct aios_summary *sum = aios_summary_new();
	const struct aios_op_summary *op = &sum->ops[aios_op_index(r.ask.op)];

	missed.queued_ns = missed.issued_ns = missed.device_ns = 0;
	assert_int_equal(aios_summary_request(sum, req), 0);
	assert_int_equal(aios_summary_request(sum, &missed), 0);
	missed.bios = 0;
	assert_int_equal(aios_summary_request(sum, &missed), 0);
	assert_int_equal(sum->tied, 1);
	assert_int_equal(sum->untied, 1);
	assert_int_equal(op->stages[AIOS_STAGE_DEVICE]->count, 1);
	assert_int_equal(op->stages[AIOS_STAGE_DEVICE]->max, 600);
	assert_int_equal(op->stages[AIOS_STAGE_BEFORE]->max, 50);
	assert_int_equal(op->stages[AIOS_STAGE_LATENCY]->count, 3);
	aios_summary_free(sum);
}

static void assert_has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("no '%s' in '%s'", part, text);
}

static void a_timeline_draws_them(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = kit_ctx(1);
	struct kit_req r = kit_read(&c, 1);
	struct aios_rec block = rec_block(890, in_softirq, &r, 150, 250, 850);
	const struct aios_timeline_opts opts = { 0 };

	aios_timeline(&k->text, see_life(k, &c, &r, &block), &opts);
	assert_has(k->text.data, "  to block       50ns     6%  |###  ");
	assert_has(k->text.data, "  queued        100ns    13%  |   ######  ");
	assert_has(k->text.data, "  device        600ns    75%  |         ####");
	assert_has(k->text.data, "  from block     50ns     6%  |  ");
	assert_has(k->text.data, "2 bios of 64K: queued 100ns, device 600ns\n");
}

static void a_timeline_says_what_was_not_seen(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = kit_ctx(1);
	struct kit_req r = kit_read(&c, 1);
	struct aios_rec block = rec_block(890, in_softirq, &r, 150, 250, 850);
	const struct aios_timeline_opts opts = { 0 };

	block.block.flags = 0;
	aios_timeline(&k->text, see_life(k, &c, &r, &block), &opts);
	assert_null(strstr(k->text.data, "  device  "));
	assert_has(k->text.data, "2 bios of 64K, and not all was seen\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		KIT_TEST(the_parts_are_all_of_a_life),
		KIT_TEST(parts_are_not_known_where_a_bio_was_missed),
		KIT_TEST(bios_that_are_older_than_the_request_are_not_its_own),
		KIT_TEST(times_that_cannot_be_are_not_believed),
		KIT_TEST(the_birth_may_be_older_than_the_trace),
		KIT_TEST(the_summary_has_them_as_stages),
		KIT_TEST(a_timeline_draws_them),
		KIT_TEST(a_timeline_says_what_was_not_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
