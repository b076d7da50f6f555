// SPDX-License-Identifier: GPL-2.0-only
/*
 * doctor_again.c - why io_submit found no slot.
 *
 * A ring of N entries has N - 1 slots. Each is of a request in flight, of an event that is in the
 * ring, free for all, or free for one CPU: before a submission fails, what was read is given back,
 * and the CPU tries to take a batch of the free ones. So when it fails, fewer than a batch are free
 * for all; if more than that are neither in flight nor unread, other CPUs have them:
 *
 *	127 entries, batches of 15: 96 in flight + 1 unread leave 29 free; 14 at most are free for
 *	all, so 15 at least are another CPU's
 */
#include <errno.h>
#include <string.h>

#include <linux/aio_abi.h>

#include "doctor_int.h"

static int again_record(struct aios_doctor *doctor, const struct aios_rec *rec)
{
	struct aios_chart *chart;

	if (rec->h.type != AIOS_EV_REQ_REFUSED)
		return 0;
	chart = aios_doctor_chart(doctor, rec->req_refused.kctx);
	if (chart)
		chart->refusal = *rec;
	return 0;
}

/**
 * struct polls - counts polls in flight of a context
 */
struct polls {
	const struct aios_ctx *ctx;
	uint32_t cnt;
};

static int count_poll(void *arg, const struct aios_request *req)
{
	struct polls *polls = arg;

	if (req->ctx == polls->ctx && !req->completed_ns && req->asked &&
	    req->ask.op == IOCB_CMD_POLL)
		polls->cnt++;
	return 0;
}

/*
 * A program that submits until it works may fail a million times while it waits for a slot: of the
 * first times, and then ever more rarely, requests are counted.
 */
static bool is_counted(uint64_t cnt)
{
	return cnt < AIOS_FEW || !(cnt & (cnt - 1));
}

/* Does the record that tells why belong to this request? It was right before. */
static const struct aios_req_refused *told_why(const struct aios_chart *chart,
					       const struct aios_request *req)
{
	return chart->refusal.h.type && chart->refusal.h.tid == req->tid ?
		       &chart->refusal.req_refused : NULL;
}

/* Requests that other CPUs are about to begin have a slot and no record yet. */
static uint32_t doubt_of(const struct aios_doctor *doctor)
{
	const struct aios_info *info = aios_pipeline_trace(doctor->pipe).info;

	return aios_info_exact(info) || !info->cpus ? 0 : info->cpus - 1;
}

static bool is_clear(const struct aios_chart *chart, const struct aios_ctx *ctx,
		     const struct aios_req_refused *why)
{
	return ctx->nr_events && !ctx->before_left && !ctx->before_unknown &&
	       !chart->wild_heads && (!why || why->reason == AIOS_REFUSED_SLOT);
}

static enum aios_ailment_nr cause_of(const struct aios_doctor *doctor,
				     const struct aios_chart *chart,
				     const struct aios_again *again,
				     const struct aios_request *req)
{
	const struct aios_ctx *ctx = req->ctx;
	uint32_t slots = aios_doctor_slots(ctx), others = again->in_flight - again->polls;
	uint32_t batch = ctx->req_batch ? ctx->req_batch : 1;

	if (!is_clear(chart, ctx, told_why(chart, req)))
		return AIOS_AIL_AGAIN_UNCLEAR;
	if (again->free >= batch + doubt_of(doctor))
		return AIOS_AIL_AGAIN_STRANDED;
	if (again->unread >= again->polls && again->unread >= others)
		return again->unread * 2 >= slots ? AIOS_AIL_AGAIN_UNREAD : AIOS_AIL_AGAIN_UNCLEAR;
	if (again->polls >= others)
		return again->polls * 2 >= slots ? AIOS_AIL_AGAIN_POLLS : AIOS_AIL_AGAIN_UNCLEAR;
	return others * 2 >= slots ? AIOS_AIL_AGAIN_FULL : AIOS_AIL_AGAIN_UNCLEAR;
}

static struct aios_again again_now(const struct aios_doctor *doctor, const struct aios_ctx *ctx)
{
	struct polls polls = { .ctx = ctx };
	uint64_t taken = (uint64_t)ctx->in_flight + ctx->unread;
	uint32_t slots = aios_doctor_slots(ctx);

	aios_model_alive(aios_pipeline_model(doctor->pipe), count_poll, &polls);
	return (struct aios_again){
		.in_flight = ctx->in_flight,
		.polls = polls.cnt < ctx->in_flight ? polls.cnt : ctx->in_flight,
		.unread = ctx->unread,
		.free = taken < slots ? (uint32_t)(slots - taken) : 0,
	};
}

static int again_request(struct aios_doctor *doctor, const struct aios_request *req)
{
	struct aios_chart *chart = aios_doctor_chart(doctor, req->ctx->kctx);
	struct aios_again now, *again;
	uint64_t cnt = 0;

	/* What a hook saw begin had its slot. */
	if (!chart || req->fate != AIOS_FATE_REFUSED || req->refused != -EAGAIN || req->born_ns)
		return 0;
	for (size_t i = 0; i < AIOS_AGAIN_CAUSES; i++)
		cnt += chart->again[i].cnt;
	if (is_counted(cnt)) {
		now = again_now(doctor, req->ctx);
		chart->again_cause = cause_of(doctor, chart, &now, req);
	}
	again = &chart->again[chart->again_cause - AIOS_AIL_AGAIN_STRANDED];
	if (!again->cnt)
		*again = now;
	again->cnt++;
	aios_sample_add(&again->sample, req->id, req->returned_ns);
	chart->refusal.h.type = 0;
	return 0;
}

/* Slots that were neither in flight nor unread were free; the question is for whom. */
static void free_text(struct aios_buf *buf, enum aios_ailment_nr nr,
		      const struct aios_again *again, const struct aios_ctx *ctx)
{
	aios_buf_fmt(buf, ", and %u were free", again->free);
	if (nr == AIOS_AIL_AGAIN_STRANDED)
		aios_buf_fmt(buf, ", %u of these or more for other CPUs alone, as a CPU takes %u "
			     "at a time", again->free - ctx->req_batch + 1, ctx->req_batch);
	else if (again->free)
		aios_buf_fmt(buf, ", where a CPU takes %u at a time", ctx->req_batch);
}

static void again_text(struct aios_buf *buf, enum aios_ailment_nr nr,
		       const struct aios_again *again, const struct aios_ctx *ctx)
{
	aios_buf_fmt(buf, "io_submit had no slot for a request %llu time%s in ",
		     aios_ull(again->cnt), aios_s(again->cnt));
	aios_doctor_whose(buf, ctx);
	aios_buf_fmt(buf, ", made for %u", ctx->max_reqs);
	if (nr == AIOS_AIL_AGAIN_UNCLEAR) {
		aios_buf_str(buf, "; what held its slots is not known for certain");
		return;
	}
	aios_buf_fmt(buf, ": at first %u of its %u slots were of requests in flight",
		     again->in_flight, aios_doctor_slots(ctx));
	if (again->polls)
		aios_buf_fmt(buf, " (%u of them polls)", again->polls);
	aios_buf_fmt(buf, ", %u of unread events", again->unread);
	free_text(buf, nr, again, ctx);
}

static int again_tell(struct aios_doctor *doctor, enum aios_ailment_nr nr,
		      const struct aios_again *again, const struct aios_ctx *ctx)
{
	struct aios_condition condition = aios_condition_of(nr, again->cnt);
	struct aios_buf text = { 0 };

	aios_condition_ctx(&condition, ctx);
	aios_condition_sample(&condition, &again->sample);
	aios_condition_add(&condition, "refused", AIOS_UNIT_COUNT, again->cnt);
	aios_condition_add(&condition, "asked", AIOS_UNIT_COUNT, ctx->max_reqs);
	aios_condition_add(&condition, "slots", AIOS_UNIT_COUNT, aios_doctor_slots(ctx));
	aios_condition_add(&condition, "batch", AIOS_UNIT_COUNT, ctx->req_batch);
	aios_condition_add(&condition, "in_flight", AIOS_UNIT_COUNT, again->in_flight);
	aios_condition_add(&condition, "polls", AIOS_UNIT_COUNT, again->polls);
	aios_condition_add(&condition, "unread", AIOS_UNIT_COUNT, again->unread);
	aios_condition_add(&condition, "free", AIOS_UNIT_COUNT, again->free);
	again_text(&text, nr, again, ctx);
	return aios_doctor_tell(doctor, &condition, &text);
}

static int again_over(struct aios_doctor *doctor, const struct aios_ctx *ctx,
		      const struct aios_chart *chart)
{
	int err = 0;

	for (size_t i = 0; i < AIOS_AGAIN_CAUSES && !err; i++)
		if (chart->again[i].cnt)
			err = again_tell(doctor, AIOS_AIL_AGAIN_STRANDED + (enum aios_ailment_nr)i,
					 &chart->again[i], ctx);
	return err;
}

/* Where only calls are seen: that they failed. A count that is short hides why. */
static int again_end(struct aios_doctor *doctor)
{
	struct aios_trace trace = aios_pipeline_trace(doctor->pipe);
	const struct aios_calls *calls = &trace.sum->calls;
	uint64_t cnt = aios_tally_get(&calls->submit_errors, -EAGAIN);
	struct aios_condition condition;
	struct aios_buf text = { 0 };

	if (!cnt || !aios_info_calls_only(trace.info))
		return 0;
	condition = aios_condition_of(AIOS_AIL_AGAIN_UNCLEAR, cnt);
	aios_condition_add(&condition, "refused", AIOS_UNIT_COUNT, cnt);
	aios_condition_add(&condition, "calls", AIOS_UNIT_COUNT, calls->submit_calls);
	aios_buf_fmt(&text, "%llu of %llu calls of io_submit failed with EAGAIN; at evidence level "
		     "syscall it is not seen what held the slots", aios_ull(cnt),
		     aios_ull(calls->submit_calls));
	return aios_doctor_tell(doctor, &condition, &text);
}

const struct aios_family aios_family_again = {
	.record = again_record,
	.request = again_request,
	.over = again_over,
	.end = again_end,
};
