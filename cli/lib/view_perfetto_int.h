/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * view_perfetto_int.h - what the parts of the view for Perfetto share with each other alone.
 */
#ifndef AIOS_VIEW_PERFETTO_INT_H
#define AIOS_VIEW_PERFETTO_INT_H

#include "check.h"
#include "lanes.h"
#include "packet.h"
#include "view_perfetto.h"

/* Categories of events: what they can be chosen by. */
#define AIOS_PF_CONTEXT	"context"
#define AIOS_PF_REQUEST	"request"
#define AIOS_PF_STAGE	"stage"
#define AIOS_PF_BLOCK	"block"
#define AIOS_PF_EVENT	"event"
#define AIOS_PF_CALL	"call"
#define AIOS_PF_SLEEP	"sleep"
#define AIOS_PF_FINDING	"finding"
#define AIOS_PF_LOSS	"loss"

/* What a track is for; with one or two numbers it makes its uuid. */
enum aios_pf_track {
	AIOS_PF_PROCESS,	/* tgid, how many processes had it before */
	AIOS_PF_THREAD,		/* tid, uuid of its process */
	AIOS_PF_CTX,		/* number of the context */
	AIOS_PF_COUNTER,	/* number of the context, enum aios_pf_count */
	AIOS_PF_LANE,		/* number of the context, of the lane */
	AIOS_PF_HOST,		/* what is of no process */
};

/* What is counted of a context, from the top of the picture down. */
enum aios_pf_count {
	AIOS_PF_IN_FLIGHT,
	AIOS_PF_UNREAD,
	AIOS_PF_SLOTS,
	AIOS_PF_COUNTS
};

/**
 * struct aios_pf_process - a process that has been drawn
 * @earlier: processes before it that had its number
 * @gone: its number may be another one's next
 */
struct aios_pf_process {
	uint32_t tgid;
	uint32_t earlier;
	bool told;
	bool gone;
	char comm[AIOS_COMM_LEN + 1];
};

/**
 * struct aios_pf_flows - requests that a call is joined with
 * @ids: owned
 */
struct aios_pf_flows {
	uint64_t *ids;
	size_t cnt, cap;
};

/**
 * struct aios_pf_thread - a thread and the calls that it is in
 * @track: uuid, 0 before it is told
 * @submits_ns: its io_submit, or first sight of it; 0 for none
 * @called: it was told when that was called, and is when the thread does not run
 * @asleep_ns: it has slept for so long in it
 * @waited_ns: it was ready to run for so long
 * @chain: by way of whom it slept last, as far as told; owned, NULL before the first one
 * @submits: requests of that
 * @uiocb: of the request that it submits now, if @submitting
 * @ended_ns: it completed a request, which it may be submitting ...
 * @ended_uiocb: ... and this is its iocb
 * @reads: its AIOS_EV_READ_BEGIN; the time is 0 where it does not read
 * @reaped: requests whose events it has taken
 */
struct aios_pf_thread {
	uint32_t tid;
	uint32_t tgid;
	uint64_t track;
	uint64_t submits_ns;
	bool called;
	uint64_t asleep_ns;
	uint64_t waited_ns;
	struct aios_chain *chain;
	struct aios_pf_flows submits;
	uint64_t uiocb;
	bool submitting;
	uint64_t ended_ns;
	uint64_t ended_uiocb;
	struct aios_rec reads;
	struct aios_pf_flows reaped;
};

/**
 * struct aios_pf_ctx - a context that has been seen
 * @first_ns: when
 * @track: uuid, 0 before it is told
 * @counts: as told last; -1 for not yet
 * @owed: events whose slots were not given back, as told last
 * @lanes: of its requests
 * @lane_base: lanes before those; of a context that has ended none is kept
 * @lane_told: of @lanes, that have been told
 */
struct aios_pf_ctx {
	uint64_t first_ns;
	uint64_t track;
	int64_t counts[AIOS_PF_COUNTS];
	uint32_t owed;
	struct aios_lanes lanes;
	size_t lane_base;
	size_t lane_told;
};

/**
 * struct aios_perfetto - the picture
 * @processes: tgid -> struct aios_pf_process, owned
 * @threads: tid -> struct aios_pf_thread, owned
 * @threads_max: how many there may be before idle ones are forgotten
 * @ctxs: number of a context -> struct aios_pf_ctx, owned
 * @lanes: number of a request -> 1 + its lane
 * @now_ns: of the newest record
 * @findings: that have been told
 * @begun: the head is written
 * @ending: nothing comes any more but what has not ended
 */
struct aios_perfetto {
	struct aios_perfetto_opts opts;
	struct aios_check *check;
	struct aios_pipeline *pipe;
	struct aios_buf buf;
	struct aios_packets packets;
	struct aios_map processes;
	struct aios_map threads;
	size_t threads_max;
	struct aios_map ctxs;
	struct aios_map lanes;
	uint64_t now_ns;
	size_t findings;
	bool begun;
	bool ending;
};

/* view_perfetto.c: what the others stand on. Errors of memory are kept in @buf. */
uint64_t aios_pf_uuid(enum aios_pf_track kind, uint64_t a, uint64_t b);
uint64_t aios_pf_process(struct aios_perfetto *pf, uint32_t tgid);
uint64_t aios_pf_host(struct aios_perfetto *pf);
void aios_pf_fail(struct aios_perfetto *pf, int err);
void aios_pf_note_ns(struct aios_perfetto *pf, const char *name, uint64_t ns);

/* view_perfetto_call.c: threads, and their calls. */
uint64_t aios_pf_flow(const struct aios_request *req);
bool aios_pf_submits(const struct aios_perfetto *pf, const struct aios_request *req);
bool aios_pf_reaped(struct aios_perfetto *pf, const struct aios_request *req);
void aios_pf_birth(struct aios_perfetto *pf, const struct aios_rec *rec,
		   const struct aios_request *req);
void aios_pf_submit_begin(struct aios_perfetto *pf, const struct aios_rec *rec);
void aios_pf_frames(struct aios_perfetto *pf, const struct aios_rec *rec);
void aios_pf_sleep(struct aios_perfetto *pf, const struct aios_rec *rec);
void aios_pf_complete(struct aios_perfetto *pf, const struct aios_rec *rec);
void aios_pf_return(struct aios_perfetto *pf, const struct aios_rec *rec);
void aios_pf_no_request(struct aios_perfetto *pf, const struct aios_rec *rec);
void aios_pf_submit(struct aios_perfetto *pf, const struct aios_rec *rec);
void aios_pf_read_begin(struct aios_perfetto *pf, const struct aios_rec *rec);
void aios_pf_read_end(struct aios_perfetto *pf, const struct aios_rec *rec);
void aios_pf_call_read(struct aios_perfetto *pf, const struct aios_rec *rec);
void aios_pf_threads_gap(struct aios_perfetto *pf);
void aios_pf_threads_of(struct aios_perfetto *pf, uint32_t tgid);
void aios_pf_threads_end(struct aios_perfetto *pf);
void aios_pf_threads_done(struct aios_perfetto *pf);

/* view_perfetto_ctx.c: contexts, their counters and lanes. */
uint64_t aios_pf_ctx(struct aios_perfetto *pf, const struct aios_ctx *ctx, uint32_t tgid);
void aios_pf_ctx_count(struct aios_perfetto *pf, const struct aios_ctx *ctx,
		       const struct aios_rec *rec);
void aios_pf_ctx_over(struct aios_perfetto *pf, const struct aios_ctx *ctx);
void aios_pf_ctxs_done(struct aios_perfetto *pf);
void aios_pf_lane_take(struct aios_perfetto *pf, const struct aios_request *req);
void aios_pf_lane_drop(struct aios_perfetto *pf, const struct aios_request *req);
uint64_t aios_pf_lane(struct aios_perfetto *pf, const struct aios_request *req, uint64_t from_ns,
		      uint64_t until_ns);

/* view_perfetto_req.c: requests. */
void aios_pf_request(struct aios_perfetto *pf, const struct aios_request *req);
uint64_t aios_pf_request_ends(const struct aios_request *req);

#endif /* AIOS_VIEW_PERFETTO_INT_H */
