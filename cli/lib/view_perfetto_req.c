// SPDX-License-Identifier: GPL-2.0-only
/*
 * view_perfetto_req.c - requests in the picture: a slice on a lane, its stages within, and events.
 *
 *	lane 0	| pread                                                  |
 *		| submit | in flight                  | unread           |
 *		           ^ woken                    ^ completed
 *
 * What is not known is not drawn: a stage has both its ends, or there is none; only what goes on
 * when the trace ends has no end.
 */
#include <stdlib.h>
#include <string.h>

#include <linux/aio_abi.h>

#include "column.h"
#include "names.h"
#include "view_perfetto_int.h"

/* Columns of aiotrace's other exports that a request is shown with. */
static const char *const told[] = {
	"kiocb", "kiocb_address", "fd", "path", "offset", "length", "segments", "data",
	"rw_flags", "resfd", "tid", "state", "origin", "result", "error", "submit_ns",
	"in_flight_ns", "unread_ns", "latency_ns", "completed_by", "completed_in",
	"completed_cpu", "slot", "slot_inferred", "reaped_by", "reap_inferred", "refs",
	"ledger", "poll_order", "poll_woken", "poll_wakes", "poll_works", "tainted",
};

static bool is_told(const char *name)
{
	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++)
		if (!strcmp(told[i], name))
			return true;
	return false;
}

/* Of its thread, while it was being submitted. */
static void sleeps_note(struct aios_perfetto *pf, const struct aios_sleeps *sleeps)
{
	if (!sleeps)
		return;
	aios_pf_note_ns(pf, "asleep_ns", sleeps->asleep_ns);
	aios_pf_note_ns(pf, "waited_ns", sleeps->waited_ns);
}

/* What is not known has no note, and neither has what is not so. */
static void request_note(struct aios_perfetto *pf, const struct aios_request *req)
{
	size_t cnt;
	const struct aios_column *columns = aios_columns(&cnt);

	for (size_t i = 0; i < cnt; i++) {
		struct aios_value value;

		if ((columns[i].address && !pf->opts.addresses) || !is_told(columns[i].name))
			continue;
		value = columns[i].get(req);
		if (value.kind != AIOS_VALUE_BOOL || value.yes)
			aios_packet_note(&pf->packets, columns[i].name, &value);
	}
}

static void note_poll(struct aios_perfetto *pf, const char *name, uint32_t mask)
{
	struct aios_buf text = { 0 };

	aios_fmt_poll(&text, mask);
	aios_packet_note_text(&pf->packets, name, text.data ? text.data : "");
	aios_pf_fail(pf, text.err);
	aios_buf_done(&text);
}

static void wake_note(struct aios_perfetto *pf, const struct aios_rec *rec)
{
	const struct aios_poll_wake *body = &rec->poll_wake;

	if (body->key)
		note_poll(pf, "key", body->key);
	else
		aios_packet_note_text(&pf->packets, "key", "none");
	if (body->key && !(body->key & body->events))
		aios_packet_note_text(&pf->packets, "ignored", "not what it waits for");
	else
		aios_packet_note_text(&pf->packets, "came",
				      body->state & AIOS_POLL_ARMED ? "while it waited" :
				      body->state & AIOS_POLL_CANCELLED ?
				      "after it was told to finish" :
				      "before it was decided to wait");
	aios_packet_note_int(&pf->packets, "refs", body->refs);
}

static void work_note(struct aios_perfetto *pf, const struct aios_rec *rec)
{
	if (rec->work.kind == AIOS_WORK_POLL && rec->work.state & AIOS_POLL_CANCELLED)
		aios_packet_note_text(&pf->packets, "cancelled", "yes");
}

static void cancel_note(struct aios_perfetto *pf, const struct aios_rec *rec)
{
	aios_packet_note_text(&pf->packets, "by", rec->req_cancel.teardown ?
			      "the end of the context" : "io_cancel");
	if (rec->req_cancel.err)
		aios_packet_note(&pf->packets, "error", &(struct aios_value){
			.kind = AIOS_VALUE_ERRNO, .number = rec->req_cancel.err });
}

/* Records of a request that are shown as moments of its life. */
static const struct {
	const char *name;
	void (*note)(struct aios_perfetto *pf, const struct aios_rec *rec);
} moments[AIOS_EV_MAX] = {
	[AIOS_EV_POLL_WAKE] = { "woken", wake_note },
	[AIOS_EV_POLL_CANCEL] = { "told to finish", NULL },
	[AIOS_EV_REQ_CANCEL] = { "cancelled", cancel_note },
	[AIOS_EV_WORK_BEGIN] = { "work begins", work_note },
	[AIOS_EV_WORK_END] = { "work ends", NULL },
};

static bool is_moment(const struct aios_rec *rec)
{
	return rec->h.type < AIOS_EV_MAX && moments[rec->h.type].name;
}

static void moment(struct aios_perfetto *pf, const struct aios_rec *rec, uint64_t track)
{
	aios_packet_open(&pf->packets, rec->h.time_ns, AIOS_PACKET_INSTANT, track);
	aios_packet_name(&pf->packets, AIOS_PF_EVENT, moments[rec->h.type].name);
	aios_packet_note_int(&pf->packets, "cpu", rec->h.cpu);
	aios_packet_note_text(&pf->packets, "in", aios_where_name(aios_where(rec->h.flags)));
	if (moments[rec->h.type].note)
		moments[rec->h.type].note(pf, rec);
	aios_packet_close(&pf->packets);
}

/* The first time that anything is known of a request; 0 for never. */
static uint64_t begins_ns(const struct aios_request *req)
{
	const uint64_t times[] = {
		req->born_ns, req->returned_ns, req->completed_ns, req->reaped_ns,
		req->history_cnt ? req->history[0].h.time_ns : 0,
	};
	uint64_t first = 0;

	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		if (times[i] && (!first || times[i] < first))
			first = times[i];
	return first;
}

/* The last one that is known for certain. An event that nobody reads goes with its context. */
uint64_t aios_pf_request_ends(const struct aios_request *req)
{
	const uint64_t times[] = {
		req->returned_ns, req->completed_ns, req->reaped_ns,
		req->fate == AIOS_FATE_UNREAD ? req->ctx->free_ns : 0,
	};
	uint64_t last = begins_ns(req);

	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		if (times[i] > last)
			last = times[i];
	return last;
}

/* Does it go on when the trace ends? */
static bool goes_on(const struct aios_request *req)
{
	return req->fate == AIOS_FATE_IN_FLIGHT ||
	       (req->fate == AIOS_FATE_UNREAD && !req->ctx->free_ns);
}

/* Its lane is taken for as long as anything on it is about the request. */
static uint64_t lane_until(const struct aios_request *req, uint64_t end_ns)
{
	if (goes_on(req))
		return UINT64_MAX;
	for (size_t i = 0; i < req->history_cnt; i++)
		if (is_moment(&req->history[i]) && req->history[i].h.time_ns > end_ns)
			end_ns = req->history[i].h.time_ns;
	return end_ns;
}

static void slice_begin(struct aios_perfetto *pf, uint64_t track, uint64_t ns,
			const char *category, const char *name)
{
	aios_packet_open(&pf->packets, ns, AIOS_PACKET_BEGIN, track);
	aios_packet_name(&pf->packets, category, name);
	aios_packet_close(&pf->packets);
}

static void slice_end(struct aios_perfetto *pf, uint64_t track, uint64_t ns)
{
	aios_packet_open(&pf->packets, ns, AIOS_PACKET_END, track);
	aios_packet_close(&pf->packets);
}

/*
 * What the block layer did between two times (--hooks block). Its parts do not end where stages do,
 * and slices have to lie in each other: a part that goes on in the next stage is drawn in both.
 */
static void block_parts(struct aios_perfetto *pf, const struct aios_request *req, uint64_t track,
			uint64_t from_ns, uint64_t to_ns)
{
	const uint64_t ends[] = { req->born_ns, req->queued_ns, req->issued_ns, req->device_ns,
				  req->completed_ns };
	uint64_t ns;

	for (size_t i = 0; i + 1 < sizeof(ends) / sizeof(ends[0]); i++) {
		enum aios_stage part = AIOS_STAGE_BEFORE + (enum aios_stage)i;
		uint64_t begin = ends[i] > from_ns ? ends[i] : from_ns;
		uint64_t end = ends[i + 1] < to_ns ? ends[i + 1] : to_ns;

		if (!aios_stage_ns(req, part, &ns) || begin >= end)
			continue;
		slice_begin(pf, track, begin, AIOS_PF_BLOCK, aios_stage_name(part));
		slice_end(pf, track, end);
	}
}

static void stage(struct aios_perfetto *pf, const struct aios_request *req, uint64_t track,
		  const char *name, uint64_t from_ns, uint64_t to_ns)
{
	if (!from_ns || !to_ns || to_ns < from_ns)
		return;
	slice_begin(pf, track, from_ns, AIOS_PF_STAGE, name);
	block_parts(pf, req, track, from_ns, to_ns);
	if (to_ns != UINT64_MAX)
		slice_end(pf, track, to_ns);
}

static void completed(struct aios_perfetto *pf, const struct aios_request *req, uint64_t track)
{
	if (!req->completed_ns)
		return;
	aios_packet_open(&pf->packets, req->completed_ns, AIOS_PACKET_INSTANT, track);
	aios_packet_name(&pf->packets, AIOS_PF_EVENT, "completed");
	aios_packet_flow(&pf->packets, aios_pf_flow(req), false);
	aios_packet_close(&pf->packets);
}

/*
 * Stages lie one behind the other. What completes while it is being submitted is never in flight,
 * and its event is drawn as unread from when the submission is over; unread_ns has all of it.
 */
static void stages(struct aios_perfetto *pf, const struct aios_request *req, uint64_t track)
{
	bool polls = req->asked && req->ask.op == IOCB_CMD_POLL, on = goes_on(req);
	uint64_t in_ring_ns = req->completed_ns > req->returned_ns ? req->completed_ns :
			      req->returned_ns;
	uint64_t taken_ns = req->fate == AIOS_FATE_UNREAD ? req->ctx->free_ns : req->reaped_ns;

	stage(pf, req, track, "submit", req->born_ns, req->returned_ns);
	if (req->fate == AIOS_FATE_REFUSED)
		return;
	stage(pf, req, track, polls ? "waits" : "in flight", req->returned_ns,
	      req->completed_ns ? req->completed_ns : on ? UINT64_MAX : 0);
	completed(pf, req, track);
	if (req->completed_ns)
		stage(pf, req, track, "unread", in_ring_ns, on ? UINT64_MAX : taken_ns);
}

/* Where the call that took its event is not known, or there was none, its flow ends here. */
static void reaped(struct aios_perfetto *pf, const struct aios_request *req, uint64_t track)
{
	if (!req->reaper || aios_pf_reaped(pf, req))
		return;
	aios_packet_open(&pf->packets, req->reaped_ns, AIOS_PACKET_INSTANT, track);
	aios_packet_name(&pf->packets, AIOS_PF_EVENT, "reaped");
	aios_packet_note_text(&pf->packets, "by", aios_reaper_name(req->reaper));
	if (req->reaper == AIOS_REAPER_USER)
		aios_packet_note_text(&pf->packets, "when", "not later than this");
	aios_packet_flow(&pf->packets, aios_pf_flow(req), true);
	aios_packet_close(&pf->packets);
}

/* A request that is over, or that goes on when the trace ends. */
void aios_pf_request(struct aios_perfetto *pf, const struct aios_request *req)
{
	uint64_t begin_ns = begins_ns(req), end_ns = aios_pf_request_ends(req), track;

	if (!begin_ns) {
		aios_pf_lane_drop(pf, req);
		return;
	}
	track = aios_pf_lane(pf, req, begin_ns, lane_until(req, end_ns));
	aios_packet_open(&pf->packets, begin_ns, AIOS_PACKET_BEGIN, track);
	aios_packet_name(&pf->packets, AIOS_PF_REQUEST,
			 req->asked ? aios_op_name(req->ask.op) : "unknown");
	request_note(pf, req);
	if (req->asked && req->ask.op == IOCB_CMD_POLL)
		note_poll(pf, "events", req->ask.events);
	sleeps_note(pf, req->sleeps);
	if (req->fate != AIOS_FATE_REFUSED && !aios_pf_submits(pf, req))
		aios_packet_flow(&pf->packets, aios_pf_flow(req), false);
	aios_packet_close(&pf->packets);
	stages(pf, req, track);
	reaped(pf, req, track);
	for (size_t i = 0; i < req->history_cnt; i++)
		if (is_moment(&req->history[i]))
			moment(pf, &req->history[i], track);
	if (!goes_on(req))
		slice_end(pf, track, end_ns);
}
