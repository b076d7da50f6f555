/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * model.h - what the records say: processes, contexts, requests and their lives.
 *
 * Fed with a stream in order (order.h), the model rebuilds each life and hands it out once, when
 * it is over. It keeps only what is alive, so its size follows the requests in flight and not the
 * length of the trace. It never guesses silently: what was inferred rather than seen is marked,
 * and what crossed a hole is tainted.
 */
#ifndef AIOS_MODEL_H
#define AIOS_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <aioscope/record.h>

#include "order.h"
#include "sleeps.h"

/**
 * struct aios_process - a process that uses AIO, as last told
 * @known: a record told of it; otherwise only @tgid is good
 */
struct aios_process {
	uint32_t tgid;
	uint32_t ns_tgid;
	uint32_t ppid;
	uint32_t uid;
	uint64_t cgroup;
	bool known;
	bool gone;
	char comm[AIOS_COMM_LEN + 1];
};

/**
 * struct aios_file - an open file that requests use
 * @path: as seen from the root of its mounts, "pipe:[123]" and the like for what has no path;
 *	NULL where its records are missing
 */
struct aios_file {
	uint64_t ino;
	uint32_t dev;
	uint32_t magic;
	uint32_t f_flags;
	uint16_t mode;
	char *path;
	unsigned int pins;
};

/* How a request came to be known. */
enum aios_origin {
	AIOS_ORIGIN_BIRTH,	/* its birth was seen */
	AIOS_ORIGIN_RETURN,	/* only the return of its submission told what it was */
	AIOS_ORIGIN_BEFORE,	/* it is older than the trace */
	AIOS_ORIGIN_UNKNOWN,	/* its birth should have been seen and was not */
};

/* How its life ended, or what it was doing when the trace did. */
enum aios_fate {
	AIOS_FATE_IN_FLIGHT,  /* not completed when the trace ended */
	AIOS_FATE_REFUSED,    /* io_submit did not take it */
	AIOS_FATE_REAPED,     /* somebody took its event out of the ring */
	AIOS_FATE_UNREAD,     /* its event was still in the ring when the context or trace ended */
	AIOS_FATE_LOST_TRACK, /* it must be over, and its completion was not seen */
};

/* Who dropped the last reference, and so completed the request. */
enum aios_party {
	AIOS_PARTY_UNKNOWN,
	AIOS_PARTY_SUBMITTER,
	AIOS_PARTY_RW,
	AIOS_PARTY_FSYNC_WORK,
	AIOS_PARTY_POLL_WAKE,
	AIOS_PARTY_POLL_WORK,
	AIOS_PARTY_PUT_WORK,
	AIOS_PARTY_POLL_STEAL,	/* seen at evidence level exact alone, as is the next one */
	AIOS_PARTY_ERROR,
};

/* What a request holds, or is held by. */
enum aios_ref_kind {
	AIOS_REF_SUBMIT,	/* the submission's reference of it */
	AIOS_REF_OP,		/* its operation's reference of it */
	AIOS_REF_FILE,
	AIOS_REF_EVENTFD,
	AIOS_REF_CREDS,
	AIOS_REF_FREEZE,	/* a file system that cannot be frozen */
	AIOS_REF_SLOT,		/* of the ring: its event has it from the completion on */
	AIOS_REF_CTX,		/* its context */
	AIOS_REFS
};

/**
 * struct aios_ref - a line of a request's ledger
 * @gets: times it was taken
 * @puts: times it was dropped
 * @unwatched: nobody looked whether it was dropped
 * @unsure: two lives of the same address were due, and this one was taken for the older one's
 * @party: who dropped it, of the references of the request
 * @left: how many were left then, of the references of the request
 * @from_ns: since when it is held, 0 for not
 * @to_ns: until when, 0 for still
 * @cpu: where it was dropped
 * @flags: AIOS_F_* there
 * @tid: who was current there
 */
struct aios_ref {
	uint8_t gets;
	uint8_t puts;
	bool unwatched;
	bool unsure;
	enum aios_party party;
	uint32_t left;
	uint64_t from_ns;
	uint64_t to_ns;
	uint32_t cpu;
	uint32_t flags;
	uint32_t tid;
};

/**
 * struct aios_refs - the ledger of a request
 * @held: by enum aios_ref_kind
 * @puts_told: it is told who drops the references of the request, too (level exact); where it is
 *	not, of @held only what is dropped when the request is freed is known, and the credentials
 * @will_free: the end of its memory is told, too
 * @freed_ns: when that was, 0 for not yet
 * @freed_refs: references that were left then
 * @signals_watched: it was watched how often its eventfd was signalled
 * @signals: that
 * @signal_refused: one of them, as the task was signalling an eventfd already
 */
struct aios_refs {
	struct aios_ref held[AIOS_REFS];
	bool puts_told;
	bool will_free;
	bool signals_watched;
	bool signal_refused;
	uint8_t signals;
	uint64_t freed_ns;
	uint32_t freed_refs;

	/* The model's own. */
	bool closed;		/* nothing is due any more */
	bool given_up;		/* what is due may never come: records were lost */
	bool doubtful;		/* what was due of an older life may have been entered here */
	struct aios_request *older;	/* at the same address, with a put due */
};

enum aios_balance {
	AIOS_BALANCE_UNKNOWN,	/* not level exact, or records are missing */
	AIOS_BALANCE_OPEN,	/* it has not ended */
	AIOS_BALANCE_EVEN,	/* what was taken was dropped, once, by who has to */
	AIOS_BALANCE_BROKEN,
};

enum aios_reaper {
	AIOS_REAPER_NOBODY,
	AIOS_REAPER_KERNEL,	/* io_getevents */
	AIOS_REAPER_USER,	/* the program moved the ring's head itself */
	AIOS_REAPER_UNKNOWN,	/* a reader from before the trace, or records are missing */
};

/* The order of wake-ups and decisions of a poll request; see model_poll.c. */
enum aios_poll_order {
	AIOS_POLL_NONE,			/* no poll request */
	AIOS_POLL_READY,		/* ready at once: no wake-up was needed */
	AIOS_POLL_EARLY_INLINE,		/* woken before the decision to wait, and so completed */
	AIOS_POLL_EARLY_WORK,		/* woken before the decision, left to the work */
	AIOS_POLL_ARMED_INLINE,		/* waited, and the wake-up completed it */
	AIOS_POLL_ARMED_WORK,		/* waited, and the wake-up left it to the work */
	AIOS_POLL_AGAIN,		/* the work found it not ready at least once */
	AIOS_POLL_CANCEL,		/* cancelled before it was ready */
	AIOS_POLL_FREED,		/* POLLFREE: its wait queue went away */
	AIOS_POLL_SECOND,		/* the file tried a second wait queue */
	AIOS_POLL_WAITING,		/* still waiting when the trace ended */
	AIOS_POLL_UNCLEAR,		/* the records do not tell */
};

/* When did the first matching wake-up come, compared with the return of the file's own ->poll? */
enum aios_wake_order {
	AIOS_WAKE_UNKNOWN,		/* one of the two was not seen */
	AIOS_WAKE_BEFORE_RETURN,
	AIOS_WAKE_AFTER_RETURN,
	AIOS_WAKE_UNORDERED,		/* on two CPUs, with nothing between them to order them */
};

/**
 * struct aios_poll - what happened to a poll request, counted
 * @queues: wait queues it was put on, or tried
 * @wakes: wake-ups
 * @ignored: of @wakes, whose key does not meet the mask
 * @early: of @wakes, that matched before the decision to wait
 * @armed: of @wakes, that matched after it
 * @again: of @wakes, that came while the work was scheduled
 * @freed: of @wakes, with POLLFREE
 * @works: runs of the completion work
 * @not_ready: of @works, that left the request pending
 * @cancels: times it was told to finish
 * @cancelled: a work began with the request cancelled
 * @first_is_early: the first matching wake-up was early
 * @was_submitting: it found the submission at it, which owns the request until then (next)
 * @working: a work runs that may still find it ready
 * @open: a work ended and nothing has happened since
 * @decided: 1 + enum aios_poll_decision of the submission, 0 where it was not seen
 * @returned: the file's own ->poll was seen to return while the request was submitted
 * @returned_ns: when
 * @returned_cpu: where
 * @returned_mask: what it returned
 * @first_wake_ns: the first matching wake-up
 * @first_wake_cpu: where it came
 */
struct aios_poll {
	uint32_t queues;
	uint32_t wakes;
	uint32_t ignored;
	uint32_t early;
	uint32_t armed;
	uint32_t again;
	uint32_t freed;
	uint32_t works;
	uint32_t not_ready;
	uint32_t cancels;
	bool cancelled;
	bool first_is_early;
	bool was_submitting;
	bool working;
	bool open;
	uint8_t decided;
	bool returned;
	uint64_t returned_ns;
	uint32_t returned_cpu;
	uint32_t returned_mask;
	uint64_t first_wake_ns;
	uint32_t first_wake_cpu;
};

/**
 * struct aios_request - a request's life. Times are CLOCK_MONOTONIC, 0 where not known
 *
 * Where a file begins in the middle of a recording, its front tells the births of what was in
 * flight: such a request is AIOS_ORIGIN_BEFORE and has @born_ns all the same.
 *
 * @id: from 1, in the order of births; the same in every replay of a file
 * @kiocb: kernel address, 0 where no hook saw it
 * @ctx: its context
 * @file: its file, or NULL
 * @process: who submitted it, or who owns the context
 * @tid: thread that submitted it, 0 where not known
 * @ask: what it asks for; only kiocb, uiocb and data are good where @asked is not set
 * @refused: io_submit's error, where @fate is AIOS_FATE_REFUSED
 * @res: result, where @completed_ns is known
 * @born_ns: birth as first seen: its operation begins
 * @returned_ns: its part of io_submit was over
 * @done_ns: its operation was over
 * @completed_ns: its event entered the ring
 * @reaped_ns: its event was taken out: an upper bound if the program did it
 * @slot: ring entry, AIOS_UNKNOWN32 where not known
 * @slot_inferred: completions overlapped; this one took @slot or one next to it
 * @reap_inferred: readers or completions overlapped; another one may have had this event
 * @refs: reference count seen at completion
 * @complete_cpu: where it completed
 * @complete_flags: AIOS_F_* there
 * @complete_tid: who was current there; means something without AIOS_F_*IRQ only
 * @tainted: it was alive while records were lost: what is told of it may be incomplete
 * @ledger: who held what, owned; NULL where that was not watched
 * @sleeps: what its thread did from its birth to the end of its submission instead of running,
 *	owned; NULL where nobody watched: no --blocked-over, or a call older than the trace
 * @queued_ns: its first bio was queued at the block layer; 0 where not all of its bios were seen,
 *	as for the next two; so it is without --hooks block
 * @issued_ns: a driver was given the first of them
 * @device_ns: a device was through with the last of them
 * @bios: how many were seen
 * @history: its records in order, owned; NULL unless asked for
 * @mark: for the view
 */
struct aios_request {
	uint64_t id;
	uint64_t kiocb;
	struct aios_ctx *ctx;
	struct aios_file *file;
	const struct aios_process *process;
	uint32_t tid;
	bool asked;
	bool tainted;
	bool slot_inferred;
	bool reap_inferred;
	struct aios_iocb ask;
	enum aios_origin origin;
	enum aios_fate fate;
	enum aios_party party;
	enum aios_reaper reaper;
	int64_t refused;
	int64_t res;
	uint64_t born_ns;
	uint64_t returned_ns;
	uint64_t done_ns;
	uint64_t completed_ns;
	uint64_t reaped_ns;
	uint32_t slot;
	uint32_t refs;
	uint32_t reaper_tid;
	uint32_t complete_cpu;
	uint32_t complete_flags;
	uint32_t complete_tid;
	struct aios_poll poll;
	struct aios_refs *ledger;
	struct aios_sleeps *sleeps;
	uint64_t queued_ns;
	uint64_t issued_ns;
	uint64_t device_ns;
	uint32_t bios;
	struct aios_rec *history;
	size_t history_cnt;
	size_t history_cap;
	uint32_t mark;

	/* The model's own. */
	unsigned int pins;
	bool handed_out;
	bool unresolved;	/* whether its thread is submitting it is not known yet */
	bool gone_on;		/* its submission is over, and when was not seen */
	bool told_before;	/* completed before the file begins; its submission returns in it */
	struct aios_request *older;	/* a life at the same address whose end is still due */
	struct aios_request *prev, *next;
};

/**
 * struct aios_ctx - a context's life
 * @id: from 1, in the order first seen
 * @kctx: kernel address
 * @user_id: aio_context_t, 0 where not known
 * @process: its owner, or NULL where not known
 * @pid: its owner, 0 where not known
 * @comm: owner's command when the context was made
 * @older: it is older than the trace
 * @implied: neither its making nor its finding was seen: records are missing
 * @tainted: records were lost while it lived
 * @undone: io_setup made it and then could not tell the program: it failed with EFAULT
 * @nr_events: entries of its ring, 0 where not known
 * @setup_ns, @kill_ns, @users0_ns, @reqs0_ns, @free_ns: 0 where not (yet) seen
 * @born: requests whose birth was seen or told
 * @accepted: of those, taken by io_submit
 * @refused: not taken by io_submit
 * @completed: completions seen
 * @in_flight: requests alive and not completed, as far as known
 * @in_flight_max: most of them at a time
 * @unread: events now in the ring
 * @unread_max: most of them at a time
 * @reaped_kernel: events returned by io_getevents
 * @reaped_user: events taken by the program itself
 * @reaped_unknown: events taken by a reader from before the trace
 * @discarded: events still unread when the context was freed
 * @not_seen: completions that the ring shows and no record told of
 * @strange_heads: times the head was outside of what the kernel had written
 * @reads: calls of io_getevents that found the context
 * @read_events: events they returned
 * @waited_ns: time spent in them
 * @refs_got: references taken by system calls and the like, by enum aios_ctx_count; seen at level
 *	exact alone, as all the following
 * @refs_put: dropped ...
 * @slots_counted: @slots_free and @slots_owed are known; seen at level function, too
 * @slots_seen: all that takes a slot, or gives one back, was seen
 * @slots_taken: by requests
 * @slots_given: back: when events were read, or a submission failed
 * @slots_free: free when the context was freed
 * @slots_owed: of events in the ring, or read, and not given back by then
 * @tail: the kernel's tail of its ring when the context was freed
 * @unread_sum: sum of unread events over all completions, to give a mean
 */
struct aios_ctx {
	uint64_t id;
	uint64_t kctx;
	uint64_t user_id;
	const struct aios_process *process;
	uint32_t pid;
	char comm[AIOS_COMM_LEN + 1];
	bool older;
	bool implied;
	bool tainted;
	bool undone;
	uint32_t max_reqs;
	uint32_t nr_events;
	uint32_t req_batch;
	uint64_t setup_ns;
	uint64_t kill_ns;
	uint64_t users0_ns;
	uint64_t reqs0_ns;
	uint64_t free_ns;
	uint64_t born;
	uint64_t accepted;
	uint64_t refused;
	uint64_t completed;
	uint32_t in_flight;
	uint32_t in_flight_max;
	uint32_t unread;
	uint32_t unread_max;
	uint64_t unread_sum;
	uint64_t reaped_kernel;
	uint64_t reaped_user;
	uint64_t reaped_unknown;
	uint64_t discarded;
	uint64_t not_seen;
	uint64_t strange_heads;
	uint64_t reads;
	uint64_t read_events;
	uint64_t waited_ns;
	uint64_t refs_got[AIOS_CTX_COUNTS];
	uint64_t refs_put[AIOS_CTX_COUNTS];
	bool slots_counted;
	bool slots_seen;
	uint64_t slots_taken;
	uint64_t slots_given;
	uint32_t slots_free;
	uint32_t slots_owed;
	uint32_t tail;

	/* The model's own. */
	unsigned int pins;
	bool handed_out;
	uint32_t before_left;	/* requests in flight when the context was found, not yet seen */
	uint32_t before_max;	/* ... and as many of them as there can be at most */
	bool before_unknown;	/* ... could not be counted */
	struct aios_ring_state *ring;
};

/**
 * struct aios_submit_call - a call of io_submit
 * @process: who called; NULL where no record told of it
 * @tid: the thread
 * @user_id: aio_context_t it was given
 * @nr: iocbs given
 * @ret: iocbs accepted, or a negative errno
 * @begin_ns: when it was called, 0 where that was not watched
 * @end_ns: when it returned, 0 where it had not when the trace ended, or that was lost
 * @tainted: records were lost meanwhile
 * @sleeps: what its thread did instead of running; NULL where nobody watched
 * @between: of those, what belongs to no request: before a birth, or after the end of a submission
 */
struct aios_submit_call {
	const struct aios_process *process;
	uint32_t tid;
	uint64_t user_id;
	int64_t nr;
	int64_t ret;
	uint64_t begin_ns;
	uint64_t end_ns;
	bool tainted;
	struct aios_sleeps *sleeps;
	struct aios_sleeps *between;
};

/**
 * struct aios_model_ops - who listens
 * @request: a life is over; good until the call returns; may be NULL
 * @context: a context's life is over; good until the call returns; may be NULL
 * @call: a call of io_submit is over; good until the call returns; may be NULL
 *
 * Each returns 0 or a negative errno, which ends the stream.
 */
struct aios_model_ops {
	int (*request)(void *arg, const struct aios_request *req);
	int (*context)(void *arg, const struct aios_ctx *ctx);
	int (*call)(void *arg, const struct aios_submit_call *call);
};

/**
 * struct aios_model_opts - what to keep
 * @history: keep each request's records
 */
struct aios_model_opts {
	bool history;
};

struct aios_model;

/**
 * aios_model_new() - a model that knows nothing yet
 * @ops: copied
 * @arg: passed to @ops
 * @opts: copied
 * Return: to be freed with aios_model_free(), or NULL.
 */
struct aios_model *aios_model_new(const struct aios_model_ops *ops, void *arg,
				  const struct aios_model_opts *opts);
struct aios_model *aios_model_free(struct aios_model *model);

/**
 * aios_model_record() - applies the next record
 * Return: 0, -ENOMEM, or what a listener returned.
 */
int aios_model_record(struct aios_model *model, const struct aios_rec *rec);

/**
 * aios_model_gap() - notes a hole: whatever is alive now, or born before its end, is tainted
 * Return: 0, -ENOMEM, or what a listener returned.
 */
int aios_model_gap(struct aios_model *model, const struct aios_gap *gap);

/**
 * aios_model_end() - ends all lives: the trace is over
 * Return: as aios_model_record().
 */
int aios_model_end(struct aios_model *model);

/**
 * aios_model_unread() - goes through requests that completed and were not reaped
 * @model: the model
 * @before_ns: only those that completed before this time
 * @each: called with @arg; may set the request's mark
 *
 * Return: 0, or the first other value of @each.
 */
int aios_model_unread(struct aios_model *model, uint64_t before_ns,
		      int (*each)(void *arg, struct aios_request *req), void *arg);

/**
 * aios_model_alive() - goes through requests that are not over, the oldest first
 * @model: the model
 * @each: called with @arg
 *
 * Return: 0, or the first other value of @each.
 */
int aios_model_alive(const struct aios_model *model,
		     int (*each)(void *arg, const struct aios_request *req), void *arg);

/**
 * aios_model_life() - the request that an address stands for, completed or not
 * @model: the model
 * @kiocb: struct aio_kiocb
 * Return: one that has not been handed out, owned by the model, or NULL.
 */
const struct aios_request *aios_model_life(const struct aios_model *model, uint64_t kiocb);

/**
 * aios_model_context() - the context that is alive at an address
 * @model: the model
 * @kctx: struct kioctx
 * Return: owned by the model, or NULL.
 */
const struct aios_ctx *aios_model_context(const struct aios_model *model, uint64_t kctx);

/**
 * aios_model_request() - the request that is alive at an address and has not completed
 * @model: the model
 * @kiocb: struct aio_kiocb
 * Return: owned by the model, or NULL.
 */
const struct aios_request *aios_model_request(const struct aios_model *model, uint64_t kiocb);

/**
 * aios_request_hold() - keeps a request that was handed out beyond the call
 * @req: the request
 * Return: the same, to be given back with aios_request_release() before the model is freed.
 */
const struct aios_request *aios_request_hold(const struct aios_request *req);
void aios_request_release(const struct aios_request *req);

/* The same of a context. */
const struct aios_ctx *aios_context_hold(const struct aios_ctx *ctx);
void aios_context_release(const struct aios_ctx *ctx);

/**
 * aios_model_process() - looks a process up
 * Return: what is known of it, owned by the model, or NULL.
 */
const struct aios_process *aios_model_process(const struct aios_model *model, uint32_t tgid);

enum aios_where {
	AIOS_WHERE_TASK,
	AIOS_WHERE_SOFTIRQ,
	AIOS_WHERE_HARDIRQ,
	AIOS_WHERE_UNKNOWN,
};

/* Classification and names, for views and rules. */
enum aios_where aios_where(unsigned int flags);
const char *aios_where_name(enum aios_where where);
enum aios_poll_order aios_poll_order(const struct aios_request *req);
const char *aios_poll_order_name(enum aios_poll_order order);
const char *aios_poll_order_doc(enum aios_poll_order order);
enum aios_wake_order aios_wake_order(const struct aios_request *req);
const char *aios_wake_order_name(enum aios_wake_order order);
const char *aios_party_name(enum aios_party party);
enum aios_party aios_put_party(uint32_t party);
bool aios_party_fits(const struct aios_request *req, enum aios_party party);
enum aios_balance aios_balance(const struct aios_request *req);
const char *aios_balance_name(enum aios_balance balance);
const char *aios_ref_name(enum aios_ref_kind kind);
const struct aios_ref *aios_first_put(const struct aios_request *req);
const char *aios_fate_name(enum aios_fate fate);
const char *aios_origin_name(enum aios_origin origin);
const char *aios_reaper_name(enum aios_reaper reaper);

#endif /* AIOS_MODEL_H */
