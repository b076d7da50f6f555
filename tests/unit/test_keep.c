// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_keep.c - the last part of a recording, and a recording in parts: what is left out is told
 * as older, and what is told is told once, and true.
 */
#include <errno.h>

#include "kit_sim.h"
#include "lib/format.h"
#include "lib/info.h"
#include "lib/keep.h"
#include "lib/pipeline.h"

#define SEEDS	40
#define STEPS	3000

/* A recording that is kept, and in parts also written. */
struct rec {
	struct aios_keep *keep;
	struct aios_buf file;	/* chunks of the part that is being written */
	struct kit_stream stream;
	bool parts;
};

/* What the parts of a recording say, taken together. */
struct sums {
	uint64_t parts, completed, accepted, refused, tainted, gaps, before, unknown;
	uint64_t first_completed_ns;
};

static int rec_chunk(void *arg, unsigned int kind, unsigned int cpu, const void *payload,
		     size_t len)
{
	struct rec *rec = arg;
	struct aios_buf chunk = { 0 };
	int err = aios_format_chunk(&chunk, kind, cpu, payload, len);

	if (!err && kind != AIOS_CHUNK_END)
		err = aios_keep_add(rec->keep, kind, payload, len, chunk.data, chunk.len);
	if (rec->parts || kind == AIOS_CHUNK_END)
		aios_buf_add(&rec->file, chunk.data, chunk.len);
	aios_buf_done(&chunk);
	return err;
}

static int rec_put(void *arg, const void *bytes, size_t len)
{
	struct rec *rec = arg;

	aios_buf_add(&rec->file, bytes, len);
	return rec->file.err;
}

static void rec_begin(struct rec *rec, uint64_t bytes)
{
	struct aios_info info = { .cpus = 4, .start_ns = 1 };
	struct aios_buf json = { 0 };

	*rec = (struct rec){ .keep = aios_keep_new(bytes), .parts = !bytes };
	rec->stream.feed = (struct aios_feed){ .chunk = rec_chunk, .arg = rec };
	assert_int_equal(aios_info_write(&info, &json), 0);
	assert_int_equal(rec_chunk(rec, AIOS_CHUNK_INFO, 0, json.data, json.len), 0);
	aios_buf_done(&json);
}

static void rec_end(struct rec *rec)
{
	aios_keep_free(rec->keep);
	aios_buf_done(&rec->file);
	stream_done(&rec->stream);
}

static void put_end(struct rec *rec, uint64_t goes_on_ns)
{
	struct aios_end end = { .goes_on_ns = goes_on_ns, .command_status = -1 };
	struct aios_buf json = { 0 };

	assert_int_equal(aios_end_write(&end, &json), 0);
	assert_int_equal(rec_chunk(rec, AIOS_CHUNK_END, 0, json.data, json.len), 0);
	aios_buf_done(&json);
}

static int sum_request(void *arg, const struct aios_request *req)
{
	struct sums *sums = arg;

	sums->tainted += req->tainted;
	if (req->completed_ns && (!sums->first_completed_ns ||
				  req->completed_ns < sums->first_completed_ns))
		sums->first_completed_ns = req->completed_ns;
	return 0;
}

/* Reads the chunks as a file, adds up what it says, and empties it. */
static void read_file(struct rec *rec, struct sums *sums)
{
	static const struct aios_pipeline_ops ops = { .request = sum_request };
	struct aios_model_opts opts = { .history = true };
	struct aios_pipeline *pipe = aios_pipeline_new(&ops, sums, &opts);
	struct aios_feed feed = aios_pipeline_feed(pipe);
	struct aios_buf payload = { 0 };
	struct aios_trace trace;
	size_t at = 0;

	while (at < rec->file.len) {
		struct aios_chunk chunk;
		long stored = aios_format_chunk_check(rec->file.data + at, &chunk);

		assert_true(stored >= 0);
		at += sizeof(chunk);
		assert_int_equal(aios_format_chunk_open(&chunk, rec->file.data + at, &payload), 0);
		at += (size_t)stored;
		assert_int_equal(feed.chunk(feed.arg, chunk.kind, chunk.cpu, payload.data,
					    payload.len), 0);
	}
	assert_int_equal(aios_pipeline_end(pipe), 0);
	trace = aios_pipeline_trace(pipe);
	sums->parts++;
	sums->completed += aios_summary_completed(trace.sum);
	sums->accepted += aios_summary_accepted(trace.sum);
	sums->refused += aios_summary_refused(trace.sum);
	sums->before += trace.sum->origins[AIOS_ORIGIN_BEFORE];
	sums->unknown += trace.sum->origins[AIOS_ORIGIN_UNKNOWN];
	sums->gaps += trace.loss->gaps;
	aios_buf_done(&payload);
	aios_buf_clear(&rec->file);
	aios_pipeline_free(pipe);
}

/* Rounds as the live source makes them: complete up to when the one before began. */
static void feed_rounds(struct rec *rec, const struct sim *sim, uint64_t seed,
			void (*round)(struct rec *rec, struct sums *sums, uint64_t *random),
			struct sums *sums)
{
	uint64_t random = seed, begun_ns = 0;

	for (size_t i = 0; i < sim->rec_cnt; i++) {
		uint64_t now_ns = sim->recs[i].h.time_ns;

		stream_rec(&rec->stream, sim->recs[i]);
		if (kit_random(&random) % 60)
			continue;
		assert_int_equal(stream_scan(&rec->stream, begun_ns, now_ns), 0);
		begun_ns = now_ns;
		round(rec, sums, &random);
	}
	assert_int_equal(stream_scan(&rec->stream, sim->now_ns, sim->now_ns), 0);
}

static void next_part(struct rec *rec, struct sums *sums, uint64_t *random)
{
	/* Files part at a moment up to which all was read: there is none at first. */
	if (kit_random(random) % 3 || !aios_keep_stats(rec->keep).complete_ns)
		return;
	put_end(rec, aios_keep_stats(rec->keep).complete_ns);
	read_file(rec, sums);
	assert_int_equal(aios_keep_write(rec->keep, rec_put, rec), 0);
}

static void truth(const struct sim *sim, uint64_t from_ns, struct sums *sums)
{
	for (size_t i = 0; i < sim->req_cnt; i++) {
		const struct sim_req *req = sim->reqs[i];

		sums->completed += req->completed_ns && req->completed_ns >= from_ns;
		sums->accepted += !req->refused && (req->returned_ns || req->completed_ns);
		sums->refused += req->refused != 0;
	}
}

static void parts_of_a_recording_tell_everything_once(void **state)
{
	uint64_t parts = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct sums got = { 0 }, want = { 0 };
		struct rec rec;
		struct sim sim;

		sim_init(&sim, seed);
		sim_run(&sim, STEPS);
		rec_begin(&rec, 0);
		feed_rounds(&rec, &sim, seed, next_part, &got);
		put_end(&rec, 0);
		read_file(&rec, &got);
		truth(&sim, 0, &want);
		assert_int_equal(got.completed, want.completed);
		assert_int_equal(got.refused, want.refused);
		/* Of polls that no hook saw, the two ends can lie on both sides of a border. */
		assert_true(got.accepted + got.unknown == want.accepted);
		assert_int_equal(got.tainted, 0);
		assert_int_equal(got.gaps, 0);
		parts += got.parts;
		rec_end(&rec);
		sim_done(&sim);
	}
	assert_true(parts > 4 * SEEDS);
}

static void sometimes_dump(struct rec *rec, struct sums *sums, uint64_t *random)
{
	struct aios_keep_stats kept = aios_keep_stats(rec->keep);
	struct sums got = { 0 };

	(void)sums;
	if (kit_random(random) % 3)
		return;
	assert_int_equal(aios_keep_write(rec->keep, rec_put, rec), 0);
	put_end(rec, kept.complete_ns);
	read_file(rec, &got);
	assert_int_equal(got.tainted, 0);
	assert_int_equal(got.gaps, 0);
	assert_true(!got.completed || got.first_completed_ns >= kept.begins_ns);
}

static void the_last_part_is_told_whole_and_nothing_else(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct sums got = { 0 }, want = { 0 };
		struct aios_keep_stats kept;
		struct rec rec;
		struct sim sim;

		sim_init(&sim, seed);
		sim_run(&sim, STEPS);
		rec_begin(&rec, 8192);
		feed_rounds(&rec, &sim, seed, sometimes_dump, &got);
		kept = aios_keep_stats(rec.keep);
		assert_true(kept.begins_ns);
		assert_int_equal(aios_keep_write(rec.keep, rec_put, &rec), 0);
		put_end(&rec, 0);
		read_file(&rec, &got);
		truth(&sim, kept.begins_ns, &want);
		assert_int_equal(got.completed, want.completed);
		assert_int_equal(got.tainted, 0);
		assert_int_equal(got.gaps, 0);
		rec_end(&rec);
		sim_done(&sim);
	}
}

/* A ring that everything fits into is a recording from its beginning. */
static void what_fits_is_whole(void **state)
{
	struct sums got = { 0 }, want = { 0 };
	struct rec rec;
	struct sim sim;

	(void)state;
	sim_init(&sim, 1);
	sim_run(&sim, STEPS);
	rec_begin(&rec, 1 << 30);
	feed_rounds(&rec, &sim, 1, sometimes_dump, &got);
	assert_true(!aios_keep_stats(rec.keep).begins_ns);
	assert_int_equal(aios_keep_write(rec.keep, rec_put, &rec), 0);
	put_end(&rec, 0);
	read_file(&rec, &got);
	truth(&sim, 0, &want);
	assert_int_equal(got.completed, want.completed);
	assert_int_equal(got.accepted, want.accepted);
	assert_int_equal(got.before, 0);
	rec_end(&rec);
	sim_done(&sim);
}

/* Loss that fell out of the ring is not a loss of what is in it; loss within it is told. */
static void loss_is_told_where_it_is_kept(void **state)
{
	struct kit_ctx ctx = kit_ctx(0);
	struct sums got = { 0 };
	struct rec rec;

	(void)state;
	rec_begin(&rec, 4096);
	stream_rec(&rec.stream, rec_setup(1, by_t1, &ctx));
	stream_lose(&rec.stream, 0, 5);
	for (uint64_t t = 10; t < 20000; t += 10) {
		struct kit_req req = kit_read(&ctx, (unsigned int)(t / 10 % 8));

		stream_rec(&rec.stream, rec_birth(t, by_t1, &req));
		stream_rec(&rec.stream, rec_return(t + 1, by_t1, &req, 0));
		stream_rec(&rec.stream, rec_complete(t + 2, in_softirq, &req, 4096));
		kit_user_reaps(&ctx, 1);
		if (t == 19900)
			stream_lose(&rec.stream, 2, 3);
		if (t % 100 == 0)
			assert_int_equal(stream_scan(&rec.stream, t > 100 ? t - 100 : 0, t + 5), 0);
	}
	assert_int_equal(aios_keep_write(rec.keep, rec_put, &rec), 0);
	put_end(&rec, 0);
	read_file(&rec, &got);
	assert_int_equal(got.gaps, 1);
	assert_int_equal(got.unknown, 0);
	rec_end(&rec);
}

/* The names that rounds use which are gone are those of rounds to come. */
static void names_are_told_in_every_part(void **state)
{
	static const char first[] = "{\"0x10\": \"aio_read+0x5\"}";
	static const char second[] = "{\"0x20\": \"aio_write+0x5\"}";
	struct aios_buf payload = { 0 };
	struct aios_chunk chunk = { 0 };
	struct rec rec;
	size_t at = 0;
	long stored;

	(void)state;
	rec_begin(&rec, 4096);
	assert_int_equal(rec_chunk(&rec, AIOS_CHUNK_SYMBOLS, 0, first, strlen(first)), 0);
	for (uint64_t t = 1; t < 2000; t++)
		assert_int_equal(stream_scan(&rec.stream, t, t), 0);
	assert_int_equal(rec_chunk(&rec, AIOS_CHUNK_SYMBOLS, 0, second, strlen(second)), 0);
	assert_true(aios_keep_stats(rec.keep).begins_ns);
	assert_int_equal(aios_keep_write(rec.keep, rec_put, &rec), 0);
	while (at < rec.file.len && chunk.kind != AIOS_CHUNK_SYMBOLS) {
		stored = aios_format_chunk_check(rec.file.data + at, &chunk);
		at += sizeof(chunk);
		assert_int_equal(aios_format_chunk_open(&chunk, rec.file.data + at, &payload), 0);
		at += (size_t)stored;
	}
	assert_int_equal(chunk.kind, AIOS_CHUNK_SYMBOLS);
	assert_non_null(strstr(payload.data, "\"0x10\":\"aio_read+0x5\""));
	assert_non_null(strstr(payload.data, "\"0x20\":\"aio_write+0x5\""));
	aios_buf_done(&payload);
	rec_end(&rec);
}

static void rubbish_is_refused(void **state)
{
	struct aios_keep *keep = aios_keep_new(4096);

	(void)state;
	assert_int_equal(aios_keep_add(keep, AIOS_CHUNK_INFO, "x", 1, "", 0), -EBADMSG);
	assert_int_equal(aios_keep_add(keep, AIOS_CHUNK_SCAN, "x", 1, "", 0), -EBADMSG);
	assert_int_equal(aios_keep_add(keep, AIOS_CHUNK_SYMBOLS, "x", 1, "", 0), -EBADMSG);
	aios_keep_free(keep);
	assert_null(aios_keep_free(NULL));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(parts_of_a_recording_tell_everything_once),
		cmocka_unit_test(the_last_part_is_told_whole_and_nothing_else),
		cmocka_unit_test(what_fits_is_whole),
		cmocka_unit_test(loss_is_told_where_it_is_kept),
		cmocka_unit_test(names_are_told_in_every_part),
		cmocka_unit_test(rubbish_is_refused),
	};

	return cmocka_run_group_tests_name("keep", tests, NULL, NULL);
}
