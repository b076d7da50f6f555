// SPDX-License-Identifier: GPL-2.0-only
/*
 * view_perfetto_ctx.c - contexts in the picture: their lives, their counters, lanes for requests.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "view_perfetto_int.h"

#define RANK_COUNTERS	1
#define RANK_LANES	16	/* below the counters */

static struct aios_pf_ctx *ctx_of(struct aios_perfetto *pf, const struct aios_ctx *ctx)
{
	struct aios_pf_ctx *drawn = aios_map_get(&pf->ctxs, ctx->id);

	if (drawn)
		return drawn;
	drawn = aios_map_add(&pf->ctxs, ctx->id, sizeof(*drawn));
	if (!drawn) {
		aios_pf_fail(pf, -ENOMEM);
		return NULL;
	}
	drawn->first_ns = pf->now_ns;
	for (int i = 0; i < AIOS_PF_COUNTS; i++)
		drawn->counts[i] = -1;
	return drawn;
}

/* "context #1 (0x7f2e5c0e9000)" */
static void ctx_name(struct aios_buf *buf, const struct aios_ctx *ctx)
{
	aios_buf_fmt(buf, "context #%llu", (unsigned long long)ctx->id);
	if (!ctx->user_id)
		return;
	aios_buf_str(buf, " (");
	aios_buf_hex(buf, ctx->user_id);
	aios_buf_str(buf, ")");
}

/* The track of a context; where its owner is not known it lies below @tgid, who uses it. */
uint64_t aios_pf_ctx(struct aios_perfetto *pf, const struct aios_ctx *ctx, uint32_t tgid)
{
	struct aios_pf_ctx *drawn = ctx_of(pf, ctx);
	uint32_t owner = ctx->pid ? ctx->pid : tgid;
	struct aios_buf name = { 0 };
	uint64_t parent;

	if (!drawn)
		return 0;
	if (drawn->track)
		return drawn->track;
	drawn->track = aios_pf_uuid(AIOS_PF_CTX, ctx->id, 0);
	parent = owner ? aios_pf_process(pf, owner) : 0;
	ctx_name(&name, ctx);
	aios_packet_track(&pf->packets, &(struct aios_track){
		.uuid = drawn->track,
		.parent = parent,
		.name = name.data,
		.ranked = true,
	});
	aios_pf_fail(pf, name.err);
	aios_buf_done(&name);
	return drawn->track;
}

static void count_tell(struct aios_perfetto *pf, const struct aios_ctx *ctx,
		       struct aios_pf_ctx *drawn, enum aios_pf_count which, uint64_t ns,
		       int64_t value)
{
	static const struct {
		const char *name;
		const char *unit;
	} counters[AIOS_PF_COUNTS] = {
		[AIOS_PF_IN_FLIGHT] = { "in flight", "requests" },
		[AIOS_PF_UNREAD] = { "unread events", "events" },
		[AIOS_PF_SLOTS] = { "slots free", "slots" },
	};
	uint64_t track = aios_pf_uuid(AIOS_PF_COUNTER, ctx->id, which);

	if (drawn->counts[which] == value)
		return;
	if (drawn->counts[which] < 0)
		aios_packet_track(&pf->packets, &(struct aios_track){
			.uuid = track,
			.parent = aios_pf_ctx(pf, ctx, 0),
			.name = counters[which].name,
			.counter = true,
			.unit = counters[which].unit,
			.rank = RANK_COUNTERS + which,
		});
	drawn->counts[which] = value;
	aios_packet_count(&pf->packets, ns, track, value);
}

/*
 * Events whose slots are not given back. A completion says how many there were before it; it adds
 * its own, and gives back what has left the ring (fs/aio.c, refill_reqs_available()).
 */
static void owed_update(struct aios_pf_ctx *drawn, const struct aios_ctx *ctx,
			const struct aios_rec *rec)
{
	const struct aios_req_complete *body = &rec->req_complete;
	uint32_t nr = ctx->nr_events, lie;

	if (rec->h.type == AIOS_EV_CTX_KILL)
		drawn->owed = rec->ctx_kill.completed;
	else if (rec->h.type == AIOS_EV_CTX_FOUND)
		drawn->owed = rec->ctx_found.completed;
	if (rec->h.type != AIOS_EV_REQ_COMPLETE)
		return;
	drawn->owed = body->completed < nr ? body->completed + 1 : nr;
	if (drawn->owed < 2 || body->tail >= nr || body->head >= nr)
		return;
	lie = (body->tail + 1 + nr - body->head) % nr;
	if (lie < drawn->owed)
		drawn->owed = lie;
}

/*
 * Slots of the ring that can be had for certain: one entry always stays empty, each request in
 * flight has one, and each event whose slot has not been given back. -1 for not known.
 */
static int64_t slots_free(const struct aios_perfetto *pf, const struct aios_pf_ctx *drawn,
			  const struct aios_ctx *ctx)
{
	bool exact = aios_info_exact(aios_pipeline_trace(pf->pipe).info);
	int64_t taken = (int64_t)ctx->in_flight + drawn->owed, all = (int64_t)ctx->nr_events - 1;

	if (all < 0 || ctx->tainted || ctx->implied || ctx->before_unknown)
		return -1;
	if (exact && !ctx->older)
		taken = (int64_t)(ctx->slots_taken - ctx->slots_given);
	return taken < 0 ? all : taken < all ? all - taken : 0;
}

/*
 * What a record has changed. A context that nobody told of yet may still be found, and is drawn
 * below its owner then.
 */
void aios_pf_ctx_count(struct aios_perfetto *pf, const struct aios_ctx *ctx,
		       const struct aios_rec *rec)
{
	struct aios_pf_ctx *drawn = ctx_of(pf, ctx);
	int64_t slots;

	if (!drawn)
		return;
	owed_update(drawn, ctx, rec);
	if (!drawn->track && ctx->implied)
		return;
	slots = slots_free(pf, drawn, ctx);
	count_tell(pf, ctx, drawn, AIOS_PF_IN_FLIGHT, rec->h.time_ns, ctx->in_flight);
	count_tell(pf, ctx, drawn, AIOS_PF_UNREAD, rec->h.time_ns, ctx->unread);
	if (slots >= 0)
		count_tell(pf, ctx, drawn, AIOS_PF_SLOTS, rec->h.time_ns, slots);
}

static void ctx_note(struct aios_perfetto *pf, const struct aios_ctx *ctx)
{
	const struct {
		const char *name;
		uint64_t number;
	} numbers[] = {
		{ "context_nr", ctx->id },
		{ "max_reqs", ctx->max_reqs },
		{ "nr_events", ctx->nr_events },
		{ "submitted", ctx->accepted },
		{ "refused", ctx->refused },
		{ "completed", ctx->completed },
		{ "in_flight_max", ctx->in_flight_max },
		{ "unread_max", ctx->unread_max },
		{ "never_read", ctx->discarded },
	};
	const struct {
		const char *name;
		bool yes;
	} flags[] = {
		{ "before_trace", ctx->older },
		{ "begin_not_seen", ctx->implied },
		{ "end_not_seen", !ctx->free_ns },
		{ "setup_failed", ctx->undone },
		{ "tainted", ctx->tainted },
	};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		aios_packet_note_int(&pf->packets, numbers[i].name, (int64_t)numbers[i].number);
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (flags[i].yes)
			aios_packet_note(&pf->packets, flags[i].name, &(struct aios_value){
				.kind = AIOS_VALUE_BOOL, .yes = true });
}

/* Its life, and within it how long its end took. What goes on when the trace ends has no end. */
static void ctx_life(struct aios_perfetto *pf, const struct aios_ctx *ctx,
		     const struct aios_pf_ctx *drawn)
{
	uint64_t from_ns = ctx->setup_ns ? ctx->setup_ns : drawn->first_ns;
	uint64_t to_ns = ctx->free_ns ? ctx->free_ns : pf->now_ns;
	bool ends = ctx->free_ns || !pf->ending;

	aios_packet_open(&pf->packets, from_ns, AIOS_PACKET_BEGIN, drawn->track);
	aios_packet_name(&pf->packets, AIOS_PF_CONTEXT, "context");
	ctx_note(pf, ctx);
	aios_packet_close(&pf->packets);
	if (ctx->kill_ns) {
		aios_packet_open(&pf->packets, ctx->kill_ns, AIOS_PACKET_BEGIN, drawn->track);
		aios_packet_name(&pf->packets, AIOS_PF_CONTEXT, "context ends");
		aios_packet_close(&pf->packets);
	}
	for (int i = ctx->kill_ns ? 0 : 1; ends && i < 2; i++) {
		aios_packet_open(&pf->packets, to_ns, AIOS_PACKET_END, drawn->track);
		aios_packet_close(&pf->packets);
	}
}

/* A context ends, or the trace does. */
void aios_pf_ctx_over(struct aios_perfetto *pf, const struct aios_ctx *ctx)
{
	struct aios_pf_ctx *drawn = ctx_of(pf, ctx);

	if (!drawn)
		return;
	aios_pf_ctx(pf, ctx, 0);
	ctx_life(pf, ctx, drawn);
	if (ctx->free_ns && drawn->counts[AIOS_PF_IN_FLIGHT] >= 0) {
		count_tell(pf, ctx, drawn, AIOS_PF_IN_FLIGHT, ctx->free_ns, 0);
		count_tell(pf, ctx, drawn, AIOS_PF_UNREAD, ctx->free_ns, 0);
	}
	if (ctx->slots_counted && !ctx->tainted)
		count_tell(pf, ctx, drawn, AIOS_PF_SLOTS, ctx->free_ns, ctx->slots_free);
	if (pf->ending)
		return;
	drawn->lane_base += drawn->lanes.cnt;
	aios_lanes_done(&drawn->lanes);
}

void aios_pf_ctxs_done(struct aios_perfetto *pf)
{
	struct aios_pf_ctx *drawn;
	size_t iter = 0;

	while ((drawn = aios_map_next(&pf->ctxs, &iter))) {
		aios_lanes_done(&drawn->lanes);
		free(drawn);
	}
	aios_map_done(&pf->ctxs);
	aios_map_done(&pf->lanes);
}

/* A request is born: the first lane that is free is its own as long as it lives. */
void aios_pf_lane_take(struct aios_perfetto *pf, const struct aios_request *req)
{
	struct aios_pf_ctx *drawn = ctx_of(pf, req->ctx);
	size_t lane;
	int err;

	if (!drawn)
		return;
	err = aios_lanes_take(&drawn->lanes, req->born_ns, &lane);
	lane += drawn->lane_base + 1;
	if (!err)
		err = aios_map_put(&pf->lanes, req->id, (void *)(uintptr_t)lane);
	aios_pf_fail(pf, err);
}

static void lane_give(struct aios_pf_ctx *drawn, size_t lane, uint64_t until_ns)
{
	if (lane >= drawn->lane_base)
		aios_lanes_give(&drawn->lanes, lane - drawn->lane_base, until_ns);
}

/* Nothing is drawn of a request. */
void aios_pf_lane_drop(struct aios_perfetto *pf, const struct aios_request *req)
{
	size_t lane = (uintptr_t)aios_map_take(&pf->lanes, req->id);

	if (lane)
		lane_give(aios_map_get(&pf->ctxs, req->ctx->id), lane - 1, 0);
}

static uint64_t lane_track(struct aios_perfetto *pf, const struct aios_request *req,
			   struct aios_pf_ctx *drawn, size_t lane)
{
	uint64_t track = aios_pf_uuid(AIOS_PF_LANE, req->ctx->id, lane);
	uint64_t parent = aios_pf_ctx(pf, req->ctx, req->process ? req->process->tgid : 0);
	char name[32];

	for (; drawn->lane_told <= lane; drawn->lane_told++) {
		snprintf(name, sizeof(name), "lane %zu", drawn->lane_told);
		aios_packet_track(&pf->packets, &(struct aios_track){
			.uuid = aios_pf_uuid(AIOS_PF_LANE, req->ctx->id, drawn->lane_told),
			.parent = parent,
			.name = name,
			.rank = (uint32_t)(RANK_LANES + drawn->lane_told),
		});
	}
	return track;
}

/*
 * The lane of a request that is drawn now. One whose birth was not seen takes the first one that is
 * free, and was since it began.
 */
uint64_t aios_pf_lane(struct aios_perfetto *pf, const struct aios_request *req, uint64_t from_ns,
		      uint64_t until_ns)
{
	struct aios_pf_ctx *drawn = ctx_of(pf, req->ctx);
	size_t lane = (uintptr_t)aios_map_take(&pf->lanes, req->id);
	int err = 0;

	if (!drawn)
		return 0;
	if (lane && from_ns < req->born_ns) {
		lane_give(drawn, lane - 1, 0);
		lane = 0;
	}
	if (!lane) {
		err = aios_lanes_take(&drawn->lanes, from_ns, &lane);
		lane += drawn->lane_base + 1;
	}
	if (err) {
		aios_pf_fail(pf, err);
		return 0;
	}
	lane_give(drawn, lane - 1, until_ns);
	return lane_track(pf, req, drawn, lane - 1);
}
