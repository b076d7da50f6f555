// SPDX-License-Identifier: GPL-2.0-only
/*
 * kit_story.c - how stories for the rules are told: the scenes that they share.
 */
#include <errno.h>

#include "kit_story.h"

#include "lib/info.h"
#include "lib/rules.h"

const struct kit_story *story_find(const char *name)
{
	for (size_t i = 0; i < kit_break_cnt; i++)
		if (!strcmp(kit_breaks[i].name, name))
			return &kit_breaks[i];
	for (size_t i = 0; i < kit_legal_cnt; i++)
		if (!strcmp(kit_legal[i].name, name))
			return &kit_legal[i];
	return NULL;
}

uint64_t at(struct kit_tale *t)
{
	return t->now_ns += 1000;
}

/* What hooks of functions tell; the others are tracepoints, or witnesses, which have no kprobes. */
static bool is_of_function(const struct aios_rec *rec)
{
	return rec->h.type != AIOS_EV_PROC && rec->h.type != AIOS_EV_MISMATCH &&
	       rec->h.type != AIOS_EV_REQ_FREE;
}

void tell(struct kit_tale *t, struct aios_rec rec)
{
	if (t->missed && is_of_function(&rec)) {
		rec.h.flags |= AIOS_F_KPROBE;
		if (++t->seen == t->missed)
			return;
	}
	stream_rec(&t->stream, rec);
	/* What it tells of a time after it, as stories may, it tells then. */
	if (t->slowly)
		stream_scan(&t->stream, t->now_ns + 1, t->now_ns + 1);
}

void tale_begin(struct kit_tale *t)
{
	t->now_ns = 1000000000;
	t->ctx = kit_ctx(1);
	tell(t, rec_proc(at(t), AIOS_PROC_SEEN, KIT_PID, "server"));
	tell(t, rec_setup(at(t), by_t1, &t->ctx));
}

/* A trace whose end is told long after its last record. */
int tale_end(struct kit_tale *t)
{
	uint64_t end_ns = t->now_ns + STORY_SILENCE_NS;
	int err = stream_scan(&t->stream, end_ns - 1, end_ns - 1);

	return err ? err : story_end(t->stream.feed, end_ns, t->drift);
}

int story_info(struct aios_feed feed, const char *evidence)
{
	struct aios_info info = {
		.version = (char *)"story",
		.kernel = (char *)"none",
		.host = (char *)"none",
		.evidence = (char *)evidence,
		.command = (char *)"story",
		.cpus = 4,
		.start_ns = 1,
	};
	struct aios_buf buf = { 0 };
	int err = aios_info_write(&info, &buf);

	if (!err)
		err = feed.chunk(feed.arg, AIOS_CHUNK_INFO, 0, buf.data, buf.len);
	aios_buf_done(&buf);
	return err;
}

/* As aios_plan_info() tells of them: all that a rule looks at is seen by kprobes. */
static int info_of_kprobes(struct aios_feed feed)
{
	struct aios_hook_info hooks[256];
	struct aios_info info = { .evidence = (char *)"function", .hooks = hooks };
	struct aios_buf buf = { 0 };
	const struct aios_rule *rules;
	size_t cnt;
	int err;

	rules = aios_rules(&cnt);
	for (size_t i = 0; i < cnt; i++)
		for (size_t h = 0; h < AIOS_RULE_HOOKS && rules[i].hooks[h]; h++) {
			const char *what = rules[i].hooks[h];

			assert_true(info.hook_cnt < NR(hooks));
			hooks[info.hook_cnt++] = (struct aios_hook_info){
				.what = (char *)what + (*what == '?'),
				.how = (char *)"kprobe",
				.kprobe = true,
			};
		}
	err = aios_info_write(&info, &buf);
	if (!err)
		err = feed.chunk(feed.arg, AIOS_CHUNK_INFO, 0, buf.data, buf.len);
	aios_buf_done(&buf);
	return err;
}

int story_end(struct aios_feed feed, uint64_t end_ns, int64_t drift)
{
	struct aios_end end = {
		.reason = (char *)"the end",
		.end_ns = end_ns,
		.command_status = -1,
		.nr_known = true,
		.nr_drift = drift,
	};
	struct aios_buf buf = { 0 };
	int err = aios_end_write(&end, &buf);

	if (!err)
		err = feed.chunk(feed.arg, AIOS_CHUNK_END, 0, buf.data, buf.len);
	aios_buf_done(&buf);
	return err;
}

static int tell_all(const struct kit_story *story, struct aios_feed feed, bool slowly)
{
	struct kit_tale t = { .stream = { .feed = feed }, .slowly = slowly };
	int err = story_info(feed, story->exact ? "exact" : "function");

	tale_begin(&t);
	story->tell(&t);
	if (!err)
		err = tale_end(&t);
	stream_done(&t.stream);
	return err;
}

int story_tell(const struct kit_story *story, struct aios_feed feed)
{
	return tell_all(story, feed, false);
}

int story_tell_slowly(const struct kit_story *story, struct aios_feed feed)
{
	return tell_all(story, feed, true);
}

size_t story_tell_missing(const struct kit_story *story, struct aios_feed feed, size_t nr)
{
	struct kit_tale t = { .stream = { .feed = feed }, .missed = nr };

	assert_int_equal(info_of_kprobes(feed), 0);
	tale_begin(&t);
	story->tell(&t);
	assert_int_equal(tale_end(&t), 0);
	stream_done(&t.stream);
	return t.seen;
}

struct kit_req tale_read(struct kit_tale *t, unsigned int nr)
{
	return kit_read(&t->ctx, nr);
}

struct kit_req tale_poll(struct kit_tale *t, unsigned int nr)
{
	return kit_poll(&t->ctx, nr);
}

void tell_accepted(struct kit_tale *t, const struct kit_req *req)
{
	tell(t, rec_birth(at(t), by_t1, req));
	tell(t, rec_return(at(t), by_t1, req, 0));
}

void tell_completed(struct kit_tale *t, const struct kit_req *req, int64_t res)
{
	tell(t, rec_complete(at(t), in_softirq, req, res));
}

void tell_reaped(struct kit_tale *t, int64_t events)
{
	tell(t, rec_read_begin(at(t), by_t3, &t->ctx, 1, events));
	tell(t, rec_read_end(at(t), by_t3, &t->ctx, events));
}

/* A poll that waits. */
void tell_armed(struct kit_tale *t, const struct kit_req *req)
{
	tell(t, rec_birth(at(t), by_t1, req));
	tell(t, rec_queue(at(t), by_t1, req, 0));
	tell(t, rec_return(at(t), by_t1, req, 0));
}

/* A wake-up that completes it. */
void tell_woken(struct kit_tale *t, const struct kit_req *req, uint32_t key)
{
	tell(t, rec_wake(at(t), in_softirq, req, key, AIOS_POLL_ARMED));
	tell_completed(t, req, key);
}

/* io_destroy, of a context that nobody uses any more. */
void tell_teardown(struct kit_tale *t)
{
	tell(t, rec_kill(at(t), by_t1, &t->ctx, 0));
	tell(t, rec_users0(at(t), &t->ctx));
	tell(t, rec_reqs0(at(t), &t->ctx));
	tell(t, rec_destroy(at(t), by_t1, &t->ctx, 0));
	tell(t, rec_free(at(t), &t->ctx));
}

/* The last request of a context completes and is read, and all is over. */
void tell_finished(struct kit_tale *t, const struct kit_req *req, int64_t res)
{
	tell_completed(t, req, res);
	tell_reaped(t, 1);
	tell_teardown(t);
}

void tell_made(struct kit_tale *t, const struct kit_req *req)
{
	tell(t, rec_made(at(t), by_t1, req));
	tell(t, rec_dropped(at(t), by_t1, req, AIOS_PUT_SUBMIT, 1));
}

void tell_done(struct kit_tale *t, const struct kit_req *req, int64_t res,
	       enum aios_put_party party)
{
	tell(t, rec_completed(at(t), in_softirq, req, res, party));
	tell(t, rec_freed(at(t), in_softirq, req, 0));
}

void tell_two(struct kit_tale *t)
{
	for (unsigned int i = 1; i <= 2; i++) {
		struct kit_req req = tale_read(t, i);

		tell_made(t, &req);
		tell_done(t, &req, 4096, AIOS_PUT_RW);
	}
}

void tell_comes_out(struct kit_tale *t, struct kit_who who)
{
	struct aios_rec rec = rec_read_end(at(t), who, &t->ctx, 0);

	rec.read_end.ret = 1;
	tell(t, rec);
}

void tell_taken(struct kit_tale *t, int64_t events)
{
	struct aios_rec out;

	tell(t, rec_read_begin(at(t), by_t3, &t->ctx, 1, events));
	tell(t, rec_taken(at(t), by_t3, &t->ctx, events));
	out = rec_read_end(at(t), by_t3, &t->ctx, 0);
	out.read_end.ret = events;
	tell(t, out);
}

void tell_finished_exactly(struct kit_tale *t, const struct kit_req *req, int64_t res,
			   enum aios_put_party party)
{
	tell_done(t, req, res, party);
	tell_taken(t, 1);
	tell_teardown(t);
}

/* io_submit, of which nothing comes but EAGAIN. */
void tell_no_slot(struct kit_tale *t, int32_t available, uint32_t completed)
{
	struct aios_rec rec = rec_make(AIOS_EV_REQ_REFUSED, sizeof(rec.req_refused), at(t), by_t1);
	struct kit_req r = tale_read(t, 99);

	rec.req_refused.kctx = t->ctx.kctx;
	rec.req_refused.available = available;
	rec.req_refused.req_batch = t->ctx.req_batch;
	rec.req_refused.completed = completed;
	rec.req_refused.reason = AIOS_REFUSED_SLOT;
	tell(t, rec);
	tell(t, rec_iocb(at(t), by_t1, &r));
	tell(t, rec_return(at(t), by_t1, &r, -EAGAIN));
	tell(t, rec_submit(at(t), by_t1, &t->ctx, 1, -EAGAIN));
}

struct aios_rec rec_woken(struct kit_tale *t, const struct kit_req *req, uint32_t key,
			  uint32_t state, enum aios_wake_decision decision)
{
	return rec_wake(at(t), in_softirq, req, key, state | (uint32_t)(decision + 1) << 8);
}

struct aios_rec rec_worked(struct kit_tale *t, const struct kit_req *req,
			   enum aios_work_decision decision)
{
	struct aios_rec rec = rec_decide(at(t), by_worker, req, AIOS_DECIDED_STEAL);

	rec.poll_decide.decision = (uint16_t)decision;
	rec.poll_decide.in_work = 1;
	return rec;
}

