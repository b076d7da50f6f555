/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * doctor_int.h - what the doctor keeps, and from which numbers on something is a condition.
 */
#ifndef AIOS_DOCTOR_INT_H
#define AIOS_DOCTOR_INT_H

#include "doctor.h"
#include "map.h"
#include "units.h"

/* A number as text, so that what is said of a threshold is the threshold. */
#define AIOS_TEXT_OF(number)	#number
#define AIOS_TEXT(number)	AIOS_TEXT_OF(number)

/*
 * Shares need a number of cases before they are shares: with 64 of them, one more or less is 1.6
 * per cent, so that a threshold of 90 per cent is not met by chance or by how a run begins.
 */
#define AIOS_FEW		64
#define AIOS_MOST		90	/* per cent: as good as always */

/* fs.aio-max-nr is 65536 unless somebody raised it. A server of usual size asks for an eighth. */
#define AIOS_LIMIT_NEAR		80	/* per cent */

/*
 * io_setup of what is never used costs others, as fs.aio-max-nr is one limit for the host: 512 are
 * 1/128 of its default. Below 1/8 of use no burst that was not seen explains it.
 */
#define AIOS_UNUSED_MIN		512
#define AIOS_USED_PART		8
#define AIOS_USED_FEW		16	/* requests, before anything is said of a process' use */

/*
 * A submission takes 2 to 100 us on any machine of today. Where sleeps are told, one that slept for
 * a millisecond was blocked: 10 to 500 times as long as it takes. Where they are not, whoever is
 * preempted loses some time slices of 3 to 4 ms and is not blocked, so that only what no scheduler
 * explains counts. Three times are chance, unless a user would notice them; and a guest whose CPU
 * is taken away, as on a host with more to do than it can, loses some per cent of them for 10 ms.
 */
#define AIOS_SLEPT_MS		1
#define AIOS_BLOCKED_MS		10
#define AIOS_BLOCKED_FEW	4
#define AIOS_BLOCKED_LONG_MS	100	/* all in all */
#define AIOS_BLOCKED_SHARE	5	/* per cent, where sleeps are not told: see above */

/* Requests of a file, before it is said that all of them complete within io_submit. */
#define AIOS_INSIDE_FEW		16

/* With 4 in flight there would have been something to put into the same call. */
#define AIOS_DEEP		4

/*
 * A head that is an index, and behind or ahead, may just have been read before its record got its
 * time, on another CPU. One that is no index of the ring was written by somebody.
 *
 * 8 events are more than a reader that another thread interrupts could be mistaken for.
 */
#define AIOS_USER_FEW		8

/*
 * Of the time that completions give, 16 parts are kept, with the fewest unread events of each: a
 * reader that keeps up empties the ring in each of them, one that falls behind never does again.
 */
#define AIOS_BACKLOG_PARTS	16
#define AIOS_BACKLOG_MIN	32	/* events, that are there however much is read */

/*
 * The line of head and tail. A reader on another CPU than the device's that takes 8 events at a
 * time makes it move twice in 9 writes, which is 22 %: what is above is worth a change.
 */
#define AIOS_BOUNCE_WRITES	512
#define AIOS_BOUNCE_SHARE	30	/* per cent */

/* Two grace periods of RCU, which each end of a context takes, are some 20 ms and no request's. */
#define AIOS_TEARDOWN_MS	100
#define AIOS_TEARDOWN_CRIT_MS	5000

/*
 * A program that is told of each completion and takes what is there reads an eventfd for several
 * now and then. A quarter as often as it is signalled is what batches make of it.
 */
#define AIOS_NOTIFY_TIMES	4
#define AIOS_NOTIFIES_MAX	16384	/* eventfds that are told apart */

#define AIOS_SPOTS_MAX		1024	/* files and operations that are told apart */
#define AIOS_READERS_MAX	65536	/* threads that are remembered while they read */

enum aios_ailment_nr {
	AIOS_AIL_LIMIT,
	AIOS_AIL_OVERSIZED,
	AIOS_AIL_AGAIN_STRANDED,
	AIOS_AIL_AGAIN_POLLS,
	AIOS_AIL_AGAIN_UNREAD,
	AIOS_AIL_AGAIN_FULL,
	AIOS_AIL_AGAIN_UNCLEAR,
	AIOS_AIL_BLOCKS,
	AIOS_AIL_BUFFERED,
	AIOS_AIL_BATCHES,
	AIOS_AIL_SINGLES,
	AIOS_AIL_USER_REAP,
	AIOS_AIL_ODD_HEAD,
	AIOS_AIL_BACKLOG,
	AIOS_AIL_POLL_READY,
	AIOS_AIL_POLL_EARLY,
	AIOS_AIL_BOUNCES,
	AIOS_AIL_TEARDOWN,
	AIOS_AIL_EVENTFD,
	AIOS_AILMENTS
};

#define AIOS_AGAIN_CAUSES	(AIOS_AIL_AGAIN_UNCLEAR - AIOS_AIL_AGAIN_STRANDED + 1)

/**
 * struct aios_sample - requests that show something: the first ones
 */
struct aios_sample {
	uint64_t ids[AIOS_CONDITION_REQUESTS];
	size_t cnt;
	uint64_t from_ns;
	uint64_t to_ns;
};

/**
 * struct aios_again - requests of a context that found no slot, of one cause
 * @cnt: how many
 * @in_flight, @polls, @unread, @free: at the first of them; @polls are among @in_flight
 */
struct aios_again {
	uint64_t cnt;
	uint32_t in_flight;
	uint32_t polls;
	uint32_t unread;
	uint32_t free;
	struct aios_sample sample;
};

/**
 * struct aios_late - requests that completed after their context was killed
 * @cnt: how many
 * @last: the last ones, the very last first
 * @last_cnt: of @last
 * @subject: of the very last: "pread 5</srv/db> @0 +4K"
 */
struct aios_late {
	uint64_t cnt;
	struct {
		uint64_t id;
		uint64_t ns;
	} last[AIOS_CONDITION_REQUESTS];
	size_t last_cnt;
	struct aios_buf subject;
};

/**
 * struct aios_line - who writes to the cache line of a ring's head and tail
 * @writes: completions, and reads that took events
 * @moves: of these, by another CPU than the one before
 * @tails: of @moves, a completion after a completion
 * @cpu: of the last one, AIOS_UNKNOWN32 at first
 * @was_tail: it was a completion
 */
struct aios_line {
	uint64_t writes;
	uint64_t moves;
	uint64_t tails;
	uint32_t cpu;
	bool was_tail;
	uint64_t from_ns;
	uint64_t to_ns;
};

/**
 * struct aios_backlog_part - some completions one after the other
 * @low: the fewest events that were unread
 * @read: somebody read meanwhile
 */
struct aios_backlog_part {
	uint32_t low;
	bool read;
};

/**
 * struct aios_backlog - how many events are unread, by parts of the completions
 * @each: completions of a part; doubles when there are no parts left
 * @seen: completions of the part that is not over
 * @now: that part
 * @last: unread events at the last completion
 */
struct aios_backlog {
	struct aios_backlog_part parts[AIOS_BACKLOG_PARTS];
	size_t cnt;
	uint64_t each;
	uint64_t seen;
	struct aios_backlog_part now;
	uint32_t last;
	uint64_t from_ns;
	uint64_t to_ns;
};

/**
 * struct aios_chart - what is kept of a context that lives
 * @kctx: its address
 * @name: how io_submit finds it, see aios_doctor_named(); 0 for not
 * @max_reqs: what counts against the limit; 0 once it is killed
 * @killed: it was
 * @submits: calls of io_submit that took something
 * @single_submits: of these, with one iocb
 * @deep_submits: of these, with AIOS_DEEP requests and more in flight or unread afterwards
 * @reads: calls of io_getevents that returned events
 * @single_reads: of these, with one event, while AIOS_DEEP requests and more were about
 * @slept_reads: of these, that had found the ring empty
 * @wild_heads: glances at the head that found no index of the ring
 * @wild_head: the first of them
 * @from_ns, @to_ns: of @submits
 * @again_cause: of the last request that found no slot
 * @refusal: why there was no slot, at level exact: AIOS_EV_REQ_REFUSED; its type is 0 for none
 */
struct aios_chart {
	uint64_t kctx;
	uint64_t name;
	uint32_t max_reqs;
	bool killed;
	uint64_t submits;
	uint64_t single_submits;
	uint64_t deep_submits;
	uint64_t reads;
	uint64_t single_reads;
	uint64_t slept_reads;
	uint64_t wild_heads;
	uint32_t wild_head;
	uint64_t from_ns;
	uint64_t to_ns;
	struct aios_again again[AIOS_AGAIN_CAUSES];
	enum aios_ailment_nr again_cause;
	struct aios_rec refusal;
	struct aios_late late;
	struct aios_line line;
	struct aios_backlog backlog;
};

/**
 * struct aios_blocks - submissions that blocked, as far as one way to see it goes
 * @requests: that were seen this way
 * @cnt: of these, whose submission slept for AIOS_SLEPT_MS, or took AIOS_BLOCKED_MS
 * @ns: for how long these did
 * @max_ns: the longest sleep, or submission
 * @sample: of @cnt
 */
struct aios_blocks {
	uint64_t requests;
	uint64_t cnt;
	uint64_t ns;
	uint64_t max_ns;
	struct aios_sample sample;
};

/**
 * struct aios_spot - requests of an operation on a file
 * @op: IOCB_CMD_*
 * @file: its name; harmless text, owned; NULL where not known
 * @buffered: a regular file or a block device that was opened without O_DIRECT
 * @requests: that were submitted
 * @inside: of these, that the submitting thread completed before it was through with them
 * @inside_ns, @inside_max_ns: time in the submissions of these, all of it and the longest
 * @submit_ns, @submit_max_ns: of all submissions
 * @sleeps: requests for which it is told whether the thread slept
 * @times: the others
 * @slept: the longest sleep was by way of whom; owned by the model; NULL where not told
 */
struct aios_spot {
	uint16_t op;
	bool buffered;
	char *file;
	uint64_t requests;
	uint64_t inside;
	uint64_t inside_ns;
	uint64_t inside_max_ns;
	uint64_t submit_ns;
	uint64_t submit_max_ns;
	struct aios_blocks sleeps;
	struct aios_blocks times;
	const struct aios_chain *slept;
	uint32_t pid;
	char comm[AIOS_COMM_LEN + 1];
	struct aios_sample insides;
};

/**
 * struct aios_patient - what is kept of a process
 * @contexts: that were used, and are over
 * @asked: requests that io_setup was asked for, in all
 * @used: most that were in flight or unread in each, in all
 * @ring_bytes: of memory that the rings take
 * @worst: id of the context with most unused
 * @polls: poll requests that completed without an error
 * @ready: of these, that were ready at once
 * @early: of these, woken before it was decided that they wait
 */
struct aios_patient {
	uint32_t pid;
	char comm[AIOS_COMM_LEN + 1];
	uint64_t contexts;
	uint64_t asked;
	uint64_t used;
	uint64_t ring_bytes;
	uint64_t worst;
	uint64_t worst_user_id;
	uint64_t worst_unused;
	uint64_t polls;
	uint64_t ready;
	uint64_t early;
	struct aios_sample readies;
	struct aios_sample earlies;
};

/**
 * struct aios_limit - how io_setup and fs.aio-max-nr got on
 * @refused: times that it failed with EAGAIN
 * @asked: what it was asked for at first
 * @held, @contexts: what traced contexts made since the trace began have now
 * @held_max: the most
 * @refused_held: what they had when it failed at first
 * @told: AIOS_EV_CTX_LIMIT of that; its type is 0 for none
 */
struct aios_limit {
	uint64_t refused;
	uint32_t asked;
	uint32_t pid;
	char comm[AIOS_COMM_LEN + 1];
	uint64_t held;
	uint64_t contexts;
	uint64_t held_max;
	uint64_t refused_held;
	uint64_t refused_contexts;
	struct aios_rec told;
	uint64_t from_ns;
	uint64_t to_ns;
};

/**
 * struct aios_reader - the last io_getevents that a thread went into
 */
struct aios_reader {
	uint64_t kctx;
	bool found_empty;
};

/**
 * struct aios_notify - an eventfd that completions signal
 * @next: another one
 * @fd: the number by which io_submit found it at first
 * @pid, @comm: of whose requests
 * @signals: requests that completed
 * @reads: that took something
 * @from_ns: when it was first told of
 * @sample: of @signals
 */
struct aios_notify {
	struct aios_notify *next;
	int32_t fd;
	uint32_t pid;
	char comm[AIOS_COMM_LEN + 1];
	uint64_t signals;
	uint64_t reads;
	uint64_t from_ns;
	struct aios_sample sample;
};

struct aios_doctor {
	struct aios_pipeline *pipe;
	struct aios_map charts;	  /* by kctx, owned */
	struct aios_map names;	  /* aios_doctor_named() -> chart */
	struct aios_map spots;	  /* by file and operation, owned */
	struct aios_map patients; /* by process, owned */
	struct aios_map readers;  /* by thread, owned */
	struct aios_map eventfds; /* by address -> notify, of those that are open */
	struct aios_map numbers;  /* by process and number -> notify */
	struct aios_notify *notifies; /* owned */
	size_t notify_cnt;
	uint64_t sum_notified;	       /* requests that signal an eventfd */
	uint64_t sum_notified_unknown; /* of these, where it is not known which */
	struct aios_limit limit;
	struct aios_condition *conditions;
	size_t cnt, cap;
	uint64_t told[AIOS_AILMENTS];
	struct aios_doctor_sum sum;
	bool over;
};

/**
 * struct aios_family - conditions that look at the same things
 * @record: a record, after the model has taken it
 * @request: a request is over, and no record of it is missing
 * @over: a context is over, and no record of it is missing
 * @end: the trace is over
 *
 * Any may be NULL; each returns 0 or -ENOMEM.
 */
struct aios_family {
	int (*record)(struct aios_doctor *doctor, const struct aios_rec *rec);
	int (*request)(struct aios_doctor *doctor, const struct aios_request *req);
	int (*over)(struct aios_doctor *doctor, const struct aios_ctx *ctx,
		    const struct aios_chart *chart);
	int (*end)(struct aios_doctor *doctor);
};

extern const struct aios_family aios_family_ctx, aios_family_again, aios_family_submit,
	aios_family_read, aios_family_poll, aios_family_eventfd;

/* A context as a process knows it: its ring is page aligned and below 2^47, a pid below 2^22. */
static inline uint64_t aios_doctor_named(uint64_t user_id, uint32_t tgid)
{
	return user_id >> 12 | (uint64_t)tgid << 35;
}

/* The chart of a context that lives, or NULL. */
static inline struct aios_chart *aios_doctor_chart(const struct aios_doctor *doctor, uint64_t kctx)
{
	return aios_map_get(&doctor->charts, kctx);
}

/* What is kept of a process, made when first asked for; NULL for -ENOMEM. */
struct aios_patient *aios_doctor_patient(struct aios_doctor *doctor, uint32_t pid,
					 const char *comm);

/* The model's context that lives at an address, or NULL. */
const struct aios_ctx *aios_doctor_ctx(const struct aios_doctor *doctor, uint64_t kctx);

/* All slots of a context: one entry of the ring stays empty. */
static inline uint32_t aios_doctor_slots(const struct aios_ctx *ctx)
{
	return ctx->nr_events ? ctx->nr_events - 1 : 0;
}

static inline uint64_t aios_doctor_percent(uint64_t part, uint64_t all)
{
	return all ? part * 100 / all : 0;
}

void aios_sample_add(struct aios_sample *sample, uint64_t id, uint64_t ns);
void aios_sample_time(uint64_t *from_ns, uint64_t *to_ns, uint64_t ns);

/* Filling in a condition. */
struct aios_condition aios_condition_of(enum aios_ailment_nr nr, uint64_t weight);
void aios_condition_ctx(struct aios_condition *condition, const struct aios_ctx *ctx);
void aios_condition_sample(struct aios_condition *condition, const struct aios_sample *sample);
void aios_condition_add(struct aios_condition *condition, const char *name, enum aios_unit unit,
			uint64_t value);

/* "context #1 of fio[268]", "fio[268]" */
void aios_doctor_whose(struct aios_buf *buf, const struct aios_ctx *ctx);
void aios_doctor_who(struct aios_buf *buf, const char *comm, uint32_t pid);

/**
 * aios_doctor_tell() - something is the matter
 * @doctor: keeps the worst ones of each kind
 * @condition: filled in but for its message
 * @message: a sentence; taken
 * Return: 0 or -ENOMEM.
 */
int aios_doctor_tell(struct aios_doctor *doctor, struct aios_condition *condition,
		     struct aios_buf *message);

#endif /* AIOS_DOCTOR_INT_H */
