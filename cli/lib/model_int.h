/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * model_int.h - what the parts of the model share with each other and with nobody else.
 */
#ifndef AIOS_MODEL_INT_H
#define AIOS_MODEL_INT_H

#include "map.h"
#include "model.h"

/**
 * struct aios_name_parts - a file name on its way, a component at a time from the last one
 * @file: struct file it belongs to, 0 when none is on its way
 * @target: what it is the name of; pinned
 * @text: what has come, root first: each component is put in front
 * @part: component that is coming
 * @piece: piece of it that is due
 * @whole: nothing is missing so far
 */
struct aios_name_parts {
	uint64_t file;
	struct aios_file *target;
	char *text;
	char *component;
	uint32_t part;
	uint32_t piece;
	bool whole;
};

/**
 * struct aios_thread - what a thread is in the middle of
 * @born: request it is submitting, whose birth was seen; pinned
 * @orphan: request it completed whose birth nobody saw; pinned
 * @past: it completed a request before the file begins, perhaps the one it is submitting ...
 * @past_uiocb: ... and this is its iocb
 * @told: the iocb of a submission whose request no hook saw
 * @submitted: it was seen to come out of a submission
 * @work: request of the work item it runs; pinned
 * @work_kind: enum aios_work_kind
 * @reading: context it reads from, or NULL; pinned
 * @read_ns: since when
 * @read_nr: events it asked for and has not taken
 * @read_got: events it has been seen to take
 * @stack: by way of whom what it completes next completes; its time is 0 where that was not told
 * @call: the call of io_submit that it is in, owned; NULL where that is not watched
 * @chain: the stack of a sleep that will be told next, owned, or NULL
 */
struct aios_thread {
	uint32_t tid;
	uint32_t tgid;
	struct aios_request *born;
	struct aios_request *orphan;
	bool past;
	uint64_t past_uiocb;
	bool has_told;
	bool submitted;
	struct aios_iocb told;
	struct aios_request *work;
	uint32_t work_kind;
	struct aios_ctx *reading;
	uint64_t read_ns;
	uint64_t read_nr;
	uint64_t read_got;
	struct aios_name_parts name;
	struct aios_rec stack;
	struct aios_submit_call *call;
	struct aios_chain *chain;
};

struct aios_model {
	struct aios_model_ops ops;
	void *arg;
	struct aios_model_opts opts;
	struct aios_map processes;	/* tgid */
	struct aios_map threads;	/* tid */
	size_t threads_prune;		/* how many there may be before idle ones are forgotten */
	struct aios_map files;		/* struct file */
	struct aios_map ctxs;		/* struct kioctx */
	struct aios_map reqs;		/* struct aio_kiocb of requests that have not completed */
	struct aios_map ledgers;	/* struct aio_kiocb of requests whose ledger is open */
	struct aios_request *alive;	/* not handed out; a ring, newest last */
	size_t alive_cnt;
	uint64_t next_req;
	uint64_t next_ctx;
	bool gaps;			/* there was one */
	bool gap_now;			/* nothing happened since the last one */
	uint64_t gap_req;		/* the newest request of which the last one was told */
	uint64_t tainted_until_ns;
	uint64_t now_ns;
	struct aios_chains chains;
};

/* model.c */
struct aios_thread *aios_model_thread(struct aios_model *model, const struct aios_hdr *hdr);
struct aios_process *aios_model_owner(struct aios_model *model, uint32_t tgid);

/* model_file.c */
int aios_model_file_name(struct aios_model *model, const struct aios_rec *rec);
struct aios_file *aios_model_file(struct aios_model *model, uint64_t file);
void aios_file_unpin(struct aios_file *file);
void aios_name_parts_drop(struct aios_name_parts *name);

/* model_ctx.c */
struct aios_ctx *aios_model_ctx(struct aios_model *model, uint64_t kctx);
void aios_ctx_pin(struct aios_ctx *ctx);
void aios_ctx_unpin(struct aios_ctx *ctx);
int aios_ctx_setup(struct aios_model *model, const struct aios_rec *rec);
int aios_ctx_found(struct aios_model *model, const struct aios_rec *rec);
int aios_ctx_kill(struct aios_model *model, const struct aios_rec *rec);
int aios_ctx_ref0(struct aios_model *model, const struct aios_rec *rec);
int aios_ctx_free(struct aios_model *model, const struct aios_rec *rec);
int aios_ctx_end(struct aios_model *model, struct aios_ctx *ctx);

/* model_ring.c: the completion ring of a context as seen from its completions and reads. */
struct aios_ring_state *aios_ring_new(uint32_t nr_events);
struct aios_ring_state *aios_ring_free(struct aios_ring_state *ring);
int aios_ring_complete(struct aios_model *model, struct aios_request *req,
		       const struct aios_req_complete *body);
void aios_ring_reader_gone(struct aios_thread *thread);
int aios_ring_read_begin(struct aios_model *model, const struct aios_rec *rec);
int aios_ring_read_end(struct aios_model *model, const struct aios_rec *rec);
int aios_ring_observe(struct aios_model *model, struct aios_ctx *ctx, uint32_t head);
int aios_ring_end(struct aios_model *model, struct aios_ctx *ctx, uint32_t head, uint32_t tail);
int aios_ring_taken(struct aios_model *model, const struct aios_rec *rec);
int aios_ring_found(struct aios_ctx *ctx, const struct aios_ctx_found *body);
void aios_ring_gap(struct aios_ctx *ctx);
void aios_ring_swap(struct aios_ctx *ctx, const struct aios_request *from,
		    struct aios_request *to);
int aios_ring_unread(struct aios_ctx *ctx, uint64_t before_ns,
		     int (*each)(void *arg, struct aios_request *req), void *arg);

/* model_req.c */
struct aios_request *aios_req_new(struct aios_model *model, struct aios_ctx *ctx,
				  enum aios_origin origin);
void aios_req_pin(struct aios_request *req);
void aios_req_unpin(struct aios_request *req);
void aios_req_set(struct aios_request **place, struct aios_request *req);
int aios_req_log(struct aios_model *model, struct aios_request *req, const struct aios_rec *rec);
int aios_req_over(struct aios_model *model, struct aios_request *req, enum aios_fate fate);
int aios_req_reaped(struct aios_model *model, struct aios_request *req, enum aios_reaper reaper,
		    uint32_t tid, bool inferred);
int aios_req_accepted(struct aios_model *model, struct aios_thread *thread,
		      const struct aios_rec *rec);
int aios_req_through(struct aios_model *model, struct aios_request *req);
int aios_req_abandon(struct aios_model *model, const struct aios_ctx *ctx);
int aios_req_birth(struct aios_model *model, const struct aios_rec *rec);
int aios_req_iocb(struct aios_model *model, const struct aios_rec *rec);
int aios_req_return(struct aios_model *model, const struct aios_rec *rec);
int aios_req_done(struct aios_model *model, const struct aios_rec *rec);
int aios_req_complete(struct aios_model *model, const struct aios_rec *rec);
int aios_req_stack(struct aios_model *model, const struct aios_rec *rec);
int aios_req_block(struct aios_model *model, const struct aios_rec *rec);

/* model_sleep.c: what threads do within io_submit instead of running. */
int aios_submit_begins(struct aios_model *model, const struct aios_rec *rec);
int aios_submit_frames(struct aios_model *model, const struct aios_rec *rec);
int aios_submit_slept(struct aios_model *model, const struct aios_rec *rec);
int aios_submit_returns(struct aios_model *model, const struct aios_rec *rec);
int aios_submit_watch(const struct aios_thread *thread, struct aios_request *req);
int aios_submit_end(struct aios_model *model, struct aios_thread *thread);
void aios_submit_forget(struct aios_thread *thread);

/* model_refs.c: the ledger of a request, at evidence level exact. */
int aios_refs_open(struct aios_model *model, struct aios_request *req, const struct aios_rec *rec);
int aios_refs_slots(struct aios_model *model, struct aios_request *req, const struct aios_rec *rec);
int aios_refs_give_up(struct aios_model *model, struct aios_request *req);
bool aios_refs_due(const struct aios_request *req);
int aios_refs_last_put(struct aios_model *model, struct aios_request *req,
		       const struct aios_rec *rec);
int aios_req_put(struct aios_model *model, const struct aios_rec *rec);
int aios_req_hold(struct aios_model *model, const struct aios_rec *rec);
int aios_req_freeze(struct aios_model *model, const struct aios_rec *rec);
int aios_req_free(struct aios_model *model, const struct aios_rec *rec);
int aios_req_note(struct aios_model *model, const struct aios_rec *rec);

/* model_ctx.c */
int aios_ctx_refs(struct aios_model *model, const struct aios_rec *rec);
int aios_ctx_slots(struct aios_model *model, const struct aios_rec *rec);

/* model_poll.c */
int aios_poll_decide(struct aios_model *model, const struct aios_rec *rec);
int aios_poll_queue(struct aios_model *model, const struct aios_rec *rec);
int aios_poll_wake(struct aios_model *model, const struct aios_rec *rec);
int aios_poll_cancel(struct aios_model *model, const struct aios_rec *rec);
int aios_poll_return(struct aios_model *model, const struct aios_rec *rec);
int aios_work_begin(struct aios_model *model, const struct aios_rec *rec);
int aios_work_end(struct aios_model *model, const struct aios_rec *rec);

#endif /* AIOS_MODEL_INT_H */
