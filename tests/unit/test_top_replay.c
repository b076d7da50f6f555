// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_top_replay.c - recorded traces as aiotop would have shown them. Run from the top of the
 * project. Its totals are the report's, however often it was looked at.
 */
#include <dirent.h>
#include <errno.h>

#include "kit_top.h"

#include "lib/pipeline.h"
#include "lib/top_play.h"
#include "lib/top_replay.h"
#include "io/trace_in.c"

#define FOLDER	"tests/golden"

/* A trace that is played back: with a frame every so often, and one at its end. */
struct played_back {
	struct aios_pipeline *pipe;
	struct aios_top_replay *replay;
	struct aios_top *top;
	struct aios_top_sample before;
	struct aios_top_frame frame;
	uint64_t every_ns, next_ns;
	unsigned int frames;
	bool has_before;
	struct aios_top_counts sum;	/* of the deltas */
};

static void look(struct played_back *p, uint64_t ns)
{
	static struct aios_top_sample now;

	aios_top_frame_done(&p->frame);
	assert_int_equal(aios_top_replay_sample(p->replay, ns, &now), 0);
	assert_int_equal(aios_top_frame(p->top, p->has_before ? &p->before : NULL, &now,
					&p->frame), 0);
	aios_top_sample_done(&p->before);
	p->before = now;
	p->frame.sample = &p->before;
	p->has_before = true;
	p->frames++;
	p->sum.submits += p->frame.all.delta.submits;
	for (int i = 0; i < AIOS_TOP_OPS; i++)
		p->sum.completed[i] += p->frame.all.delta.completed[i];
}

static int on_record(void *arg, const struct aios_rec *rec)
{
	struct played_back *p = arg;
	int err = aios_top_replay_record(p->replay, rec);

	if (!p->next_ns)
		look(p, rec->h.time_ns);
	if (!p->next_ns || (p->every_ns && rec->h.time_ns >= p->next_ns)) {
		if (p->next_ns)
			look(p, rec->h.time_ns);
		p->next_ns = rec->h.time_ns + p->every_ns;
	}
	return err;
}

static int on_request(void *arg, const struct aios_request *req)
{
	return aios_top_replay_request(((struct played_back *)arg)->replay, req);
}

static int on_context(void *arg, const struct aios_ctx *ctx)
{
	return aios_top_replay_context(((struct played_back *)arg)->replay, ctx);
}

static void play(struct played_back *p, const char *path, uint64_t every_ns)
{
	static const struct aios_pipeline_ops ops = {
		.record = on_record,
		.request = on_request,
		.context = on_context,
	};
	struct aios_model_opts opts = { .history = false };
	FILE *file = fopen(path, "r");
	struct aios_err err = { "" };
	struct aios_feed feed;

	assert_non_null(file);
	*p = (struct played_back){ .every_ns = every_ns, .top = aios_top_new() };
	p->pipe = aios_pipeline_new(&ops, p, &opts);
	assert_non_null(p->pipe);
	p->replay = aios_top_replay_new(aios_pipeline_model(p->pipe));
	assert_non_null(p->replay);
	feed = aios_pipeline_feed(p->pipe);
	assert_int_equal(aios_trace_read(file, &feed, &err), 0);
	assert_int_equal(aios_pipeline_end(p->pipe), 0);
	look(p, aios_pipeline_now(p->pipe));
	fclose(file);
}

static void played_back_done(struct played_back *p)
{
	aios_top_frame_done(&p->frame);
	aios_top_sample_done(&p->before);
	assert_null(aios_top_replay_free(p->replay));
	aios_pipeline_free(p->pipe);
	assert_null(aios_top_free(p->top));
}

static void same(const char *path, const char *what, uint64_t got, uint64_t want)
{
	if (got != want)
		fail_msg("%s: %s: %llu, and the report has %llu", path, what,
			 (unsigned long long)got, (unsigned long long)want);
}

static void same_operation(const char *path, const struct aios_top_counts *got,
			   const struct aios_op_summary *want, enum aios_top_op op)
{
	const struct aios_hist *latency = want->stages[AIOS_STAGE_LATENCY];
	enum aios_top_class class = aios_top_class(op);

	same(path, aios_top_op_name(op), got->completed[op], want->completed);
	/* Where a class is of one operation alone, its latencies are this one's. */
	if (class < AIOS_TOP_CLASSES && latency && latency->count == want->completed &&
	    got->completed[op] == aios_top_completed(got))
		same(path, "longest", got->max_ns[class], latency->max);
}

/* Failed and moved bytes of all operations. */
static void same_sums(const char *path, const struct aios_top_counts *got,
		      const struct aios_summary *want)
{
	uint64_t bytes = 0;

	for (int i = 0; i < AIOS_OPS; i++)
		bytes += want->ops[i].bytes;
	same(path, "bytes", got->bytes[0] + got->bytes[1], bytes);
	same(path, "failed", got->failed, aios_summary_failed(want));
	same(path, "submits", got->submits, want->calls.submit_calls);
	same(path, "asked", got->asked, want->calls.submit_asked);
	same(path, "accepted", got->accepted, want->calls.submit_accepted);
	same(path, "reads", got->reads, want->calls.reads);
	same(path, "taken", got->taken, want->calls.read_events);
}

static void the_report_has_the_same(const char *path, uint64_t every_ns)
{
	static const unsigned int ops[AIOS_TOP_OPS] = {
		[AIOS_TOP_PREAD] = IOCB_CMD_PREAD,     [AIOS_TOP_PWRITE] = IOCB_CMD_PWRITE,
		[AIOS_TOP_PREADV] = IOCB_CMD_PREADV,   [AIOS_TOP_PWRITEV] = IOCB_CMD_PWRITEV,
		[AIOS_TOP_FSYNC] = IOCB_CMD_FSYNC,     [AIOS_TOP_FDSYNC] = IOCB_CMD_FDSYNC,
		[AIOS_TOP_POLL] = IOCB_CMD_POLL,       [AIOS_TOP_OTHER] = AIOS_OP_UNKNOWN,
	};
	struct played_back p;
	struct aios_trace trace;

	play(&p, path, every_ns);
	trace = aios_pipeline_trace(p.pipe);
	for (enum aios_top_op op = 0; op < AIOS_TOP_OPS; op++)
		same_operation(path, &p.frame.all.total, &trace.sum->ops[aios_op_index(ops[op])],
			       op);
	same_sums(path, &p.frame.all.total, trace.sum);
	if (every_ns)
		same(path, "sum of submits", p.sum.submits, p.frame.all.total.submits);
	assert_int_equal(p.frame.sample->host.evidence, AIOS_TOP_TRACE);
	assert_true(p.frames >= 2);
	played_back_done(&p);
}

static void totals_are_those_of_the_report(void **state)
{
	DIR *folder = opendir(FOLDER);
	struct dirent *entry;
	unsigned int cnt = 0;

	(void)state;
	assert_non_null(folder);
	while ((entry = readdir(folder))) {
		struct aios_buf path = { 0 };
		size_t len = strlen(entry->d_name);

		if (len < 5 || strcmp(entry->d_name + len - 5, ".aios"))
			continue;
		aios_buf_fmt(&path, FOLDER "/%s", entry->d_name);
		the_report_has_the_same(path.data, 0);
		the_report_has_the_same(path.data, 1000000);
		aios_buf_done(&path);
		cnt++;
	}
	closedir(folder);
	assert_true(cnt > 5);
}

/* However far it goes at a time, a trace comes to the same. */
static struct aios_top_counts played_in_steps(const char *path, uint64_t step_ns)
{
	struct aios_top_play *play = aios_top_play_new();
	struct aios_top *top = aios_top_new();
	struct aios_top_sample samples[2] = { 0 };
	struct aios_top_frame frame = { 0 };
	struct aios_top_counts ret;
	struct aios_err err = { "" };
	struct aios_feed feed;
	FILE *file = fopen(path, "r");
	uint64_t ns;
	int now = 0;

	assert_true(play && top && file);
	assert_int_equal(aios_top_play_to(play, 1), 0);
	feed = aios_top_play_feed(play);
	assert_int_equal(aios_trace_read(file, &feed, &err), 0);
	assert_int_equal(aios_top_play_end(play), 0);
	for (ns = aios_top_play_begins(play);; ns += step_ns) {
		aios_top_frame_done(&frame);
		aios_top_sample_done(&samples[now]);
		assert_int_equal(aios_top_play_to(play, ns), 1);
		assert_int_equal(aios_top_play_sample(play, ns, &samples[now]), 0);
		assert_int_equal(aios_top_frame(top, ns == aios_top_play_begins(play) ? NULL :
						&samples[!now], &samples[now], &frame), 0);
		if (ns >= aios_top_play_ends(play))
			break;
		now = !now;
	}
	assert_int_equal(frame.sample->ns, aios_top_play_ends(play));
	assert_string_equal(frame.sample->host.level, "exact");
	ret = frame.all.total;
	aios_top_frame_done(&frame);
	aios_top_sample_done(&samples[0]);
	aios_top_sample_done(&samples[1]);
	assert_null(aios_top_free(top));
	assert_null(aios_top_play_free(play));
	fclose(file);
	return ret;
}

static void steps_come_to_the_same(void **state)
{
	struct aios_top_counts one = played_in_steps(FOLDER "/exact.aios", 10000000000);
	struct aios_top_counts many = played_in_steps(FOLDER "/exact.aios", 7000000);

	(void)state;
	assert_true(aios_top_completed(&one) > 0);
	assert_memory_equal(&one, &many, sizeof(one));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(steps_come_to_the_same),
		cmocka_unit_test(totals_are_those_of_the_report),
	};

	return cmocka_run_group_tests_name("top_replay", tests, NULL, NULL);
}
