/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * top.h - what aiotop's programs and the tool share: contexts as they are now, and what was
 * counted of them since the programs are attached.
 *
 * No record crosses for a request. Counters are words that both sides map, added to atomically: a
 * completion takes its context's completion_lock, which all CPUs share, so one more word that they
 * share costs little, while a copy for each CPU would be CPUs times 5 KiB a context.
 */
#ifndef AIOSCOPE_TOP_H
#define AIOSCOPE_TOP_H

#include <aioscope/record.h>

/**
 * enum aios_top_op - what is counted apart: operations that differ in what they ask for; two of a
 *	class are a pair
 */
enum aios_top_op {
	AIOS_TOP_PREAD,
	AIOS_TOP_PREADV,
	AIOS_TOP_PWRITE,
	AIOS_TOP_PWRITEV,
	AIOS_TOP_FSYNC,
	AIOS_TOP_FDSYNC,
	AIOS_TOP_POLL,
	AIOS_TOP_OTHER,		/* older than the tool, or its start found no room */
	AIOS_TOP_OPS,
};

/**
 * enum aios_top_class - operations whose latencies are in one histogram: enum aios_top_op / 2
 */
enum aios_top_class {
	AIOS_TOP_READS,
	AIOS_TOP_WRITES,
	AIOS_TOP_SYNCS,
	AIOS_TOP_POLLS,
	AIOS_TOP_CLASSES,
};

/**
 * enum aios_top_poll - what happened to a poll request; the last that applies
 */
enum aios_top_poll {
	AIOS_TOP_POLL_READY,		/* ready at once: nobody had to wake it */
	AIOS_TOP_POLL_EARLY,		/* woken before the submission had decided to wait */
	AIOS_TOP_POLL_ARMED,		/* it waited, and the wake-up completed it */
	AIOS_TOP_POLL_WORKED,		/* it was woken, and left to a worker */
	AIOS_TOP_POLL_CANCELLED,	/* by io_cancel, io_destroy or exit */
	AIOS_TOP_POLL_KINDS,
};

/*
 * A histogram of nanoseconds as cli/lib/hist.h has it, with 3 bits and up to 2^37 ns (137 s):
 * values below 2^4 have a bucket each; above, a bucket is 2^(msb - 3) wide, its middle at most
 * v / 16 off, which is 6.25 %. Whatever is longer is in the last one; the longest is kept apart.
 */
#define AIOS_TOP_HIST_BITS	3
#define AIOS_TOP_HIST_MSB	36
#define AIOS_TOP_GROUPS		(AIOS_TOP_HIST_MSB - AIOS_TOP_HIST_BITS + 2)
#define AIOS_TOP_BUCKETS	(AIOS_TOP_GROUPS << AIOS_TOP_HIST_BITS)

/**
 * struct aios_top_counts - what was counted of a context; all of it only rises
 * @submits: calls of io_submit
 * @asked: iocbs that they were given
 * @accepted: iocbs that they took
 * @submit_again: calls that ended in EAGAIN
 * @submit_errors: calls that ended in another error
 * @submit_ns: time in these calls
 * @submit_slept: calls in which the thread was switched out of its own will
 * @submit_slept_ns: for how long it did not run in those, to a tick
 * @submit_max_ns: the longest call
 * @reads: calls of io_getevents and its like
 * @read_empty: of these, calls that took nothing
 * @taken: events that they took
 * @read_ns: time in these calls
 * @cancels: calls of io_cancel
 * @cancel_errors: calls of io_cancel that found nothing to cancel
 * @completed: requests, by enum aios_top_op
 * @failed: requests that completed with an error, of all operations
 * @bytes: read and written by successful requests: AIOS_TOP_READS and AIOS_TOP_WRITES
 * @polls: poll requests that completed, by enum aios_top_poll
 * @untimed: requests that completed and whose start is not known: in no histogram
 * @peak: most events that were seen in the ring; the tool sets it to 0 when it has read it
 * @max_ns: the longest latency, by enum aios_top_class; read as @peak
 * @hist: latencies from the beginning of the operation to the completion; modulo 2^32, so that what
 *	came between two looks is right as long as it is less in each bucket
 */
struct aios_top_counts {
	__u64 submits;
	__u64 asked;
	__u64 accepted;
	__u64 submit_again;
	__u64 submit_errors;
	__u64 submit_ns;
	__u64 submit_slept;
	__u64 submit_slept_ns;
	__u64 submit_max_ns;
	__u64 reads;
	__u64 read_empty;
	__u64 taken;
	__u64 read_ns;
	__u64 cancels;
	__u64 cancel_errors;
	__u64 completed[AIOS_TOP_OPS];
	__u64 failed;
	__u64 bytes[2];
	__u64 polls[AIOS_TOP_POLL_KINDS];
	__u64 untimed;
	__u64 peak;
	__u64 max_ns[AIOS_TOP_CLASSES];
	__u32 hist[AIOS_TOP_CLASSES][AIOS_TOP_BUCKETS];
};

/*
 * Operations that read or write are counted one by one: all of it is at the same places then, as
 * many tallies further. The others are rare: those of a class share one.
 */
#define AIOS_TOP_OFTEN	AIOS_TOP_FSYNC
#define AIOS_TOP_TALLY(op)	((op) < AIOS_TOP_OFTEN ? (op) : AIOS_TOP_OFTEN / 2 + (op) / 2)
#define AIOS_TOP_TALLIES	(AIOS_TOP_TALLY(AIOS_TOP_OPS - 1) + 1)

/**
 * struct aios_top_tally - as the programs count operations: what they need together is together
 * @completed: requests; of those that are rare, see struct aios_top_slot
 * @failed: of these, with an error
 * @bytes: sum of results that are no errors; means something for reads and writes
 * @max_ns: as in struct aios_top_counts
 * @hist: likewise
 */
struct aios_top_tally {
	__u64 completed;
	__u64 failed;
	__u64 bytes;
	__u64 max_ns;
	__u32 hist[AIOS_TOP_BUCKETS];
};

/**
 * struct aios_snap_proc - a process that has contexts
 * @mm: its address space: what contexts belong to
 * @start_ns: when it was started, by the clock that goes on in suspend
 * @cgroup: id of its cgroup in the unified hierarchy
 * @tgid: in the initial pid namespace
 * @pid: in the tool's, 0 where it is not in it
 * @uid: of its effective user, in the initial user namespace
 * @shared: other processes that share @mm with it
 * @contexts: how many it has
 * @comm: of its leader, NUL padded
 */
struct aios_snap_proc {
	__u64 mm;
	__u64 start_ns;
	__u64 cgroup;
	__u32 tgid;
	__u32 pid;
	__u32 uid;
	__u32 shared;
	__u32 contexts;
	__u32 reserved;
	char comm[AIOS_COMM_LEN];
};

/*
 * The contexts that are counted are in two tables. The near one is a variable, which programs reach
 * without a lookup: a context has two places there, from 2 * aios_top_hash(kctx,
 * AIOS_TOP_NEAR_BITS - 1) on, so that one that has just ended is not in the way of the next, which
 * often has its address. Where others have both, the context is in an open-addressed table: its
 * place is one of AIOS_TOP_PROBES from 1 + aios_top_hash(kctx) on. A place is taken by
 * compare-and-swap of its key from 0; when the context is freed, its key gets AIOS_TOP_ENDED, and
 * when the tool has read it, 0. Contexts that find no place are counted together, in place 0 of the
 * second table.
 */
#define AIOS_TOP_NEAR_BITS	8
#define AIOS_TOP_NEAR		(1U << AIOS_TOP_NEAR_BITS)
#define AIOS_TOP_PROBES	8
#define AIOS_TOP_SLOTS(bits)	(1 + (1U << (bits)) + AIOS_TOP_PROBES)
#define AIOS_TOP_ENDED	1ULL

/**
 * struct aios_top_slot - a context's place
 * @key: struct kioctx's address, AIOS_TOP_ENDED added, or 0
 * @tallies: by enum aios_top_op below AIOS_TOP_OFTEN, then by enum aios_top_class from
 *	AIOS_TOP_SYNCS on
 * @rare: requests that completed, by enum aios_top_op from AIOS_TOP_OFTEN on
 * @born_ns: when io_setup made it, 0 where it is older than the tool
 * @ended_ns: when it was freed, 0 before
 * @user_id, @max_reqs, @nr_events: as in struct aios_snap_ctx
 * @proc: who made it, or the first one that was seen to use it; all 0 where nobody was
 * All others are those of struct aios_top_counts, in the programs' order.
 */
struct aios_top_slot {
	__u64 key;
	struct aios_top_tally tallies[AIOS_TOP_TALLIES];
	__u64 rare[AIOS_TOP_OPS - AIOS_TOP_OFTEN];
	__u64 polls[AIOS_TOP_POLL_KINDS];
	__u64 untimed;
	__u64 peak;
	__u64 submits;
	__u64 asked;
	__u64 accepted;
	__u64 submit_again;
	__u64 submit_errors;
	__u64 submit_ns;
	__u64 submit_slept;
	__u64 submit_slept_ns;
	__u64 submit_max_ns;
	__u64 reads;
	__u64 read_empty;
	__u64 taken;
	__u64 read_ns;
	__u64 cancels;
	__u64 cancel_errors;
	__u64 born_ns;
	__u64 ended_ns;
	__u64 user_id;
	__u32 max_reqs;
	__u32 nr_events;
	struct aios_snap_proc proc;
};

/* Of the lower half of an address, which is a number to the verifier where a pointer is none. */
static inline __u32 aios_top_hash(__u64 address, __u32 bits)
{
	return (__u32)address * 0x9e3779b1U >> (32 - bits);
}

/*
 * When requests began, in a direct-mapped table of two ways, by aios_top_hash(kiocb). The newer one
 * stays where three meet: the request that had to go is counted as untimed.
 */
#define AIOS_TOP_STARTS_BITS	15
#define AIOS_TOP_WAYS		2

#define AIOS_TOP_CALLS		32768	/* pid_max of most hosts, so that threads do not share */

/* What happened to it, apart from enum aios_top_op in the lowest bits. */
#define AIOS_TOP_OP_MASK	0x0f
#define AIOS_TOP_WOKEN_EARLY	0x10
#define AIOS_TOP_WOKEN_ARMED	0x20
#define AIOS_TOP_WORKING	0x40
#define AIOS_TOP_CANCELLED	0x80
#define AIOS_TOP_WHAT_MASK	0xff

/**
 * struct aios_top_start - a request that began
 * @kiocb: its address, 0 for a free place; it comes last, and goes first
 * @ns: when its operation began, 0 where that was not seen
 * @what: enum aios_top_op and AIOS_TOP_* in AIOS_TOP_WHAT_MASK, anything above
 */
struct aios_top_start {
	__u64 kiocb;
	__u64 ns;
	__u64 what;
	__u64 reserved;
};

/**
 * struct aios_top_set - requests whose addresses have the same hash
 */
struct aios_top_set {
	struct aios_top_start way[AIOS_TOP_WAYS];
};

#define AIOS_TOP_CPUS		512	/* of more CPUs some share */

/**
 * struct aios_top_cpu - what a CPU has of its own
 * @birth: the request whose operation began there last
 */
struct aios_top_cpu {
	__u64 birth;
	__u64 pad[7];
};

/*
 * A start does not say whose request it is, as asking would cost each request what the tool needs
 * to know of those alone that are under way when it looks. It writes down for which ones, and runs
 * a program that asks them.
 */
#define AIOS_TOP_ASKED	512

/**
 * struct aios_top_asked - requests whose contexts are wanted
 * @cnt: of them
 * @kiocb: their addresses
 * @kctx: answers: what stands where a request has its context's address. Of one that is over by now
 *	it can be anything
 */
struct aios_top_asked {
	__u64 cnt;
	__u64 kiocb[AIOS_TOP_ASKED];
	__u64 kctx[AIOS_TOP_ASKED];
};

/**
 * struct aios_snap_ctx - a context as it is now
 * @kctx: its address: what it is known by, never shown
 * @user_id: aio_context_t, the address of its ring
 * @tgid: the process it was found in, by its number in the initial pid namespace
 * @max_reqs: what io_setup asked for
 * @nr_events: entries of the ring
 * @req_batch: slots that a CPU takes at a time
 * @head, @tail: of the ring; @head is AIOS_UNKNOWN32 where it cannot be read
 * @completed: completed requests whose slots were not given back yet
 * @free_shared: slots that are free for every CPU
 * @free_cpus: slots that CPUs have for themselves, all together; AIOS_UNKNOWN32 where that cannot
 *	be read
 * @alive: requests that hold a reference of the context; AIOS_UNKNOWN32 likewise
 * @waiters: threads that wait for events
 * @polls: requests on the list of what can be cancelled: polls that wait
 * @dead: it was killed
 * @proc: index of its process in the same look
 */
struct aios_snap_ctx {
	__u64 kctx;
	__u64 user_id;
	__u32 tgid;
	__u32 max_reqs;
	__u32 nr_events;
	__u32 req_batch;
	__u32 head;
	__u32 tail;
	__u32 completed;
	__u32 free_shared;
	__u32 free_cpus;
	__u32 alive;
	__u32 waiters;
	__u32 polls;
	__u32 dead;
	__u32 proc;
};

/**
 * struct aios_top_host_counts - what is counted of the host
 * @setup_again: calls of io_setup that ended in EAGAIN
 * @setup_errors: in another error
 * @not_apart: contexts that found no place
 */
struct aios_top_host_counts {
	__u64 setup_again;
	__u64 setup_errors;
	__u64 not_apart;
};

/**
 * struct aios_snap_head - how a look at all contexts went
 * @pass: number of it, never 0
 * @ctxs, @procs: found; more than there was room for is possible
 * @unseen: threads whose address space was not looked at, for want of room to remember it
 */
struct aios_snap_head {
	__u32 pass;
	__u32 ctxs;
	__u32 procs;
	__u32 unseen;
};

AIOS_SIZE(aios_top_start, 32);
AIOS_SIZE(aios_top_set, 64);
AIOS_SIZE(aios_top_cpu, 64);
AIOS_SIZE(aios_snap_ctx, 72);
AIOS_SIZE(aios_snap_proc, 64);
AIOS_SIZE(aios_snap_head, 16);

#endif /* AIOSCOPE_TOP_H */
