// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_model_sim.c - what the model says against what happened, for thousands of requests whose
 * threads, interrupts and workers interleave at random (kit_sim.c), with and without losses.
 *
 * The rule is that of DESIGN.md, 2: what the model claims without a mark (tainted, inferred) is
 * true.
 */
#include <stdio.h>

#include "kit_sim.h"
#include "lib/format.h"
#include "lib/front.h"

#define SEEDS	100
#define STEPS	3000

/* The request of the simulator that the model speaks of, by a time that is nobody else's. */
static const struct sim_req *truth_of(const struct sim *sim, const struct aios_request *req)
{
	for (size_t i = 0; i < sim->req_cnt; i++) {
		const struct sim_req *truth = sim->reqs[i];

		if (req->born_ns ? truth->born_ns == req->born_ns && !truth->hidden :
		    req->completed_ns ? truth->completed_ns == req->completed_ns :
		    truth->returned_ns == req->returned_ns)
			return truth;
	}
	return NULL;
}

struct claim {
	const char *what;
	uint64_t said;
	uint64_t was;
};

static void assert_claims(const struct claim *claims, size_t cnt, const struct aios_request *req,
			  uint64_t seed)
{
	for (size_t i = 0; i < cnt; i++)
		if (claims[i].said != claims[i].was)
			fail_msg("seed %llu, request %llu (%s, %s): %s is told as %llu and was "
				 "%llu",
				 (unsigned long long)seed, (unsigned long long)req->id,
				 req->asked && req->ask.op == IOCB_CMD_POLL ? "poll" : "other",
				 aios_fate_name(req->fate), claims[i].what,
				 (unsigned long long)claims[i].said,
				 (unsigned long long)claims[i].was);
}

static enum aios_fate fate_of(const struct sim_req *truth)
{
	return truth->refused ? AIOS_FATE_REFUSED : truth->reaper ? AIOS_FATE_REAPED :
	       truth->completed_ns ? AIOS_FATE_UNREAD : AIOS_FATE_IN_FLIGHT;
}

/* All that is claimed of a life, its reaping apart. */
static void assert_life(const struct kit_out *out, const struct sim_req *truth, uint64_t seed)
{
	const struct aios_request *req = &out->req;
	int order = sim_poll_order(truth);
	enum aios_party party = truth->hidden ? req->party : truth->party;
	const struct claim claims[] = {
		{ "kiocb", req->kiocb, truth->kit.kiocb },
		{ "op", req->ask.op, truth->kit.ask.op },
		{ "returned", req->returned_ns, truth->returned_ns },
		{ "completed", req->completed_ns, truth->completed_ns },
		{ "result", (uint64_t)req->res, (uint64_t)(truth->completed_ns ? truth->res : 0) },
		{ "refused", (uint64_t)req->refused, (uint64_t)truth->refused },
		{ "submitter", req->tid, truth->submitter_tid },
		{ "party", req->party, party },
		{ "order", out->order, order < 0 ? out->order : (uint64_t)order },
		{ "slot", req->slot, req->slot_inferred ? req->slot : truth->slot },
	};

	assert_claims(claims, NR(claims), req, seed);
}

/*
 * A reap may be seen a little later than it was, so that at the end of the trace it may not have
 * been seen at all; that it is claimed for somebody else, or where there was none, is wrong.
 */
static void assert_reaping(const struct aios_request *req, const struct sim_req *truth,
			   uint64_t last_shown_ns, uint64_t seed)
{
	bool certain = !req->reap_inferred && req->reaper != AIOS_REAPER_UNKNOWN;
	struct claim claims[] = {
		{ "reaper", req->reaper, truth->reaper },
		{ "reading thread", req->reaper_tid, truth->reaper_tid },
		{ "fate", req->fate, fate_of(truth) },
	};

	if (req->fate == AIOS_FATE_REAPED) {
		/* Which of two overlapping completions is still there cannot be known. */
		if (!truth->reaper && !req->slot_inferred)
			assert_claims(&claims[2], 1, req, seed);
		if (certain)
			assert_claims(claims, 2, req, seed);
		assert_true(!certain || req->reaped_ns >= truth->reaped_ns);
		return;
	}
	if ((!truth->reaper || truth->reaped_ns < last_shown_ns) && !req->slot_inferred)
		assert_claims(&claims[2], 1, req, seed);
}

/* Who took its event, and that somebody did, is known of a request that no hole has touched. */
static void assert_taking_is_known(const struct aios_request *req, const struct sim_req *truth,
				   uint64_t seed)
{
	bool claimed = req->fate == AIOS_FATE_UNREAD && truth->reaper == AIOS_REAPER_KERNEL;

	if (claimed || req->reaper == AIOS_REAPER_UNKNOWN)
		fail_msg("seed %llu: request %llu is told as whole and %s",
			 (unsigned long long)seed, (unsigned long long)req->id,
			 claimed ? "unread" : "taken by somebody unknown");
}

static void feed(struct kit *k, const struct sim *sim)
{
	for (size_t i = 0; i < sim->rec_cnt; i++)
		see(k, sim->recs[i]);
	see_end(k);
}

/* When the ring's head was last shown: what left the ring before that was there to be seen. */
static uint64_t last_shown(const struct sim *sim)
{
	for (size_t i = sim->rec_cnt; i-- > 0;)
		if (sim->recs[i].h.type == AIOS_EV_REQ_COMPLETE ||
		    sim->recs[i].h.type == AIOS_EV_READ_BEGIN ||
		    sim->recs[i].h.type == AIOS_EV_READ_END)
			return sim->recs[i].h.time_ns;
	return 0;
}

static void check_sums(const struct kit *k, const struct sim *sim)
{
	const struct aios_ctx *ctx = the_ctx(k, 1);
	uint64_t kernel = 0, user = 0, completed = 0;

	for (size_t i = 0; i < sim->req_cnt; i++) {
		kernel += sim->reqs[i]->reaper == AIOS_REAPER_KERNEL;
		user += sim->reqs[i]->reaper == AIOS_REAPER_USER;
		completed += sim->reqs[i]->completed_ns != 0;
	}
	assert_int_equal(k->out_cnt, sim->req_cnt);
	assert_int_equal(ctx->completed, completed);
	assert_int_equal(ctx->not_seen, 0);
	assert_int_equal(ctx->strange_heads, 0);
	assert_int_equal(ctx->reaped_unknown, 0);
	/* Readers that never came out, and reaping that nothing has shown yet, may be missing. */
	assert_true(ctx->reaped_kernel <= kernel);
	assert_true(ctx->reaped_user <= user + kernel - ctx->reaped_kernel);
	assert_int_equal(ctx->reaped_kernel + ctx->reaped_user + ctx->discarded, completed);
}

static void without_losses_all_that_is_told_is_true(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct kit *k = kit_new(false);
		struct sim sim;

		sim_init(&sim, seed);
		sim_run(&sim, STEPS);
		feed(k, &sim);
		for (size_t i = 0; i < k->out_cnt; i++) {
			const struct sim_req *truth = truth_of(&sim, &k->outs[i]->req);

			if (!truth || k->outs[i]->req.tainted)
				fail_msg("seed %llu, request %llu %s", (unsigned long long)seed,
					 (unsigned long long)k->outs[i]->req.id,
					 truth ? "is tainted" : "never was");
			assert_life(k->outs[i], truth, seed);
			assert_reaping(&k->outs[i]->req, truth, last_shown(&sim), seed);
		}
		check_sums(k, &sim);
		sim_done(&sim);
		kit_free(k);
	}
}

static int order_record(void *arg, const struct aios_rec *rec)
{
	see(arg, *rec);
	return 0;
}

static int order_gap(void *arg, const struct aios_gap *gap)
{
	struct kit *k = arg;

	return aios_model_gap(k->model, gap);
}

static int order_chunk(void *arg, unsigned int kind, unsigned int cpu, const void *bytes,
		       size_t len)
{
	return kind == AIOS_CHUNK_SCAN ? aios_order_scan(arg, bytes, len) :
	       aios_order_records(arg, cpu, bytes, len);
}

/* The same through the rings of four CPUs, some of which are too small for a while. */
static void feed_lossy(struct kit *k, const struct sim *sim, uint64_t seed)
{
	struct aios_sink sink = { .record = order_record, .gap = order_gap, .arg = k };
	struct aios_order *order = aios_order_new(&sink);
	struct kit_stream stream = { .feed = { .chunk = order_chunk, .arg = order } };
	uint64_t lose = 0, random = seed;

	for (size_t i = 0; i < sim->rec_cnt; i++) {
		const struct aios_rec *rec = &sim->recs[i];

		if (!lose && i > 20 && kit_random(&random) % 150 == 0)
			lose = 1 + kit_random(&random) % 6;
		if (lose && rec->h.cpu == seed % 4) {
			stream_lose(&stream, rec->h.cpu, 1);
			lose--;
		} else {
			stream_rec(&stream, *rec);
		}
		if (i % 100 == 99)
			assert_int_equal(stream_scan(&stream, rec->h.time_ns, rec->h.time_ns), 0);
	}
	/* A trace that ends as it should says how far each CPU had come. */
	assert_int_equal(stream_scan(&stream, sim->now_ns, sim->now_ns), 0);
	assert_int_equal(aios_order_end(order, 1), 0);
	see_end(k);
	aios_order_free(order);
	stream_done(&stream);
}

static void check_lossy(const struct kit *k, const struct sim *sim, uint64_t seed)
{
	for (size_t i = 0; i < k->out_cnt; i++) {
		const struct aios_request *req = &k->outs[i]->req;
		const struct sim_req *truth;

		if (req->tainted)
			continue;
		truth = truth_of(sim, req);
		if (!truth)
			fail_msg("seed %llu: request %llu never was", (unsigned long long)seed,
				 (unsigned long long)req->id);
		assert_life(k->outs[i], truth, seed);
		/* How far the head was shown depends on what was lost: claims of taking only. */
		assert_reaping(req, truth, 0, seed);
		assert_taking_is_known(req, truth, seed);
	}
}

static void with_losses_what_is_not_marked_is_true(void **state)
{
	uint64_t told = 0, clean = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct kit *k = kit_new(false);
		struct sim sim;

		sim_init(&sim, seed);
		sim_run(&sim, STEPS);
		feed_lossy(k, &sim, seed);
		check_lossy(k, &sim, seed);
		told += k->out_cnt;
		for (size_t i = 0; i < k->out_cnt; i++)
			clean += !k->outs[i]->req.tainted;
		sim_done(&sim);
		kit_free(k);
	}
	/* A model that marks everything claims nothing, and is no use. */
	assert_true(clean > told / 10);
}

/* A recording that is cut in two after @cut records: the second half, behind its front. */
static void feed_second_half(struct kit *k, const struct sim *sim, size_t cut)
{
	struct aios_front *front = aios_front_new();
	struct aios_sink sink = aios_front_sink(front);
	struct aios_buf chunks = { 0 };

	for (size_t i = 0; i < cut; i++)
		assert_int_equal(sink.record(sink.arg, &sim->recs[i]), 0);
	assert_int_equal(aios_front_write(front, sim->recs[cut].h.time_ns, &chunks), 0);
	see_front(k, &chunks);
	for (size_t i = cut; i < sim->rec_cnt; i++)
		see(k, sim->recs[i]);
	see_end(k);
	aios_front_free(front);
	aios_buf_done(&chunks);
}

/*
 * Half a recording tells what the whole one does of all that ends in it. Nothing is lost by the
 * cut; and what was over before is not told again.
 */
static void check_second_half(const struct kit *k, const struct sim *sim, size_t cut, uint64_t seed)
{
	uint64_t cut_ns = sim->recs[cut].h.time_ns, completed = 0, truly = 0;
	const struct aios_ctx *ctx = the_ctx(k, 1);

	for (size_t i = 0; i < k->out_cnt; i++) {
		const struct aios_request *req = &k->outs[i]->req;
		const struct sim_req *truth = truth_of(sim, req);

		if (!truth || req->tainted)
			fail_msg("seed %llu, cut %zu, request %llu %s", (unsigned long long)seed,
				 cut, (unsigned long long)req->id,
				 truth ? "is tainted" : "never was");
		assert_life(k->outs[i], truth, seed);
		assert_reaping(req, truth, last_shown(sim), seed);
		assert_true(!req->completed_ns || req->completed_ns >= cut_ns);
		completed += req->completed_ns != 0;
	}
	for (size_t i = 0; i < sim->req_cnt; i++)
		truly += sim->reqs[i]->completed_ns >= cut_ns;
	assert_int_equal(completed, truly);
	assert_int_equal(ctx->not_seen, 0);
	assert_int_equal(ctx->strange_heads, 0);
}

static void the_second_half_of_a_recording_is_told_whole(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		uint64_t random = seed;
		struct sim sim;

		sim_init(&sim, seed);
		sim_run(&sim, STEPS);
		for (int i = 0; i < 20; i++) {
			size_t cut = 20 + kit_random(&random) % (sim.rec_cnt - 40);
			struct kit *k = kit_new(true);

			feed_second_half(k, &sim, cut);
			check_second_half(k, &sim, cut, seed);
			kit_free(k);
		}
		sim_done(&sim);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_losses_all_that_is_told_is_true),
		cmocka_unit_test(with_losses_what_is_not_marked_is_true),
		cmocka_unit_test(the_second_half_of_a_recording_is_told_whole),
	};

	return cmocka_run_group_tests_name("model_sim", tests, NULL, NULL);
}
