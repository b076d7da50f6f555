/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * top.h - what aiotop shows: samples of the host, and what happened between two of them.
 *
 * A sample is what the edge found at a moment (from the kernel, or from a trace that is played
 * back); counts in it only rise. A frame compares it with the one before. Views show frames.
 */
#ifndef AIOS_TOP_LIB_H
#define AIOS_TOP_LIB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <aioscope/top.h>

#include "buf.h"

#define AIOS_TOP_OLDEST		16	/* requests that a context's pane shows */

/**
 * struct aios_top_proc - a process that has contexts
 * @snap: as the kernel has it
 * @user: name of its user, or its number; never NULL where the edge made it
 * @command: its command line, NUL-terminated, as it wrote it; NULL where that cannot be read
 * @cgroup: path of its cgroup, NULL where unknown
 * @container: what people call the container it is in, NULL for none
 * @gone: it has ended, and is shown a moment longer
 */
struct aios_top_proc {
	struct aios_snap_proc snap;
	char *user;
	char *command;
	char *cgroup;
	char *container;
	bool gone;
};

/**
 * struct aios_top_oldest - a request that has not completed
 * @since_ns: when it began
 * @what: struct aios_top_start.what
 */
struct aios_top_oldest {
	uint64_t since_ns;
	uint64_t what;
};

/**
 * struct aios_top_ctx - a context
 * @snap: as it is now, or was last; at AIOS_TOP_RINGS, AIOS_UNKNOWN32 is possible for any number
 *	but nr_events
 * @proc: index of its process in the sample
 * @id: of this context among all that the tool has ever seen; rows keep their place by it
 * @born_ns: when it was made, 0 where it is older than the tool
 * @ended_ns: when it was freed, 0 where it was not
 * @counted: @counts is there: it had a place of its own
 * @oldest: the requests of it that began first, the first one first
 * @oldest_cnt: of @oldest; 1 is enough for contexts that nobody looks into
 * @counts: since the tool began, but for peak and max_ns, which are since the sample before. The
 *	last, so that contexts that are not counted cost no memory that anybody touches
 */
struct aios_top_ctx {
	struct aios_snap_ctx snap;
	size_t proc;
	uint64_t id;
	uint64_t born_ns;
	uint64_t ended_ns;
	bool counted;
	struct aios_top_oldest oldest[AIOS_TOP_OLDEST];
	size_t oldest_cnt;
	struct aios_top_counts counts;
};

/**
 * enum aios_top_evidence - what a sample rests on
 * @AIOS_TOP_RINGS: no privilege: fs.aio-nr, and the rings of one's own processes
 * @AIOS_TOP_SNAPSHOT: all contexts, as they are
 * @AIOS_TOP_FUNCTION: and what was counted at the kernel's functions
 * @AIOS_TOP_TRACE: a recorded file
 */
enum aios_top_evidence {
	AIOS_TOP_RINGS,
	AIOS_TOP_SNAPSHOT,
	AIOS_TOP_FUNCTION,
	AIOS_TOP_TRACE,
};

/**
 * struct aios_top_host - the machine
 * @aio_nr, @aio_max_nr: fs.aio-nr and fs.aio-max-nr, UINT64_MAX where unknown
 * @setup_again: calls of io_setup that ended in EAGAIN since the tool began
 * @setup_errors: in another error
 * @missed: calls that the kernel let pass without counting; of a trace, and records that it lost
 * @not_apart: contexts that found no place of their own
 * @not_shown: contexts and processes for which the snapshot had no room
 * @other: counts of contexts that found no place
 * @sees_all: the tool is in the initial pid namespace; from another one only its processes are seen
 * @evidence: what all of it rests on
 * @why: what is missing and what to do about it, for @AIOS_TOP_RINGS; else NULL
 * @name: host name
 * @kernel: release
 * @level: for @AIOS_TOP_TRACE the trace's own evidence, "function"; else ""
 */
struct aios_top_host {
	uint64_t aio_nr;
	uint64_t aio_max_nr;
	uint64_t setup_again;
	uint64_t setup_errors;
	uint64_t missed;
	uint64_t not_apart;
	uint64_t not_shown;
	struct aios_top_counts other;
	bool sees_all;
	enum aios_top_evidence evidence;
	const char *why;
	char name[65];
	char kernel[65];
	char level[16];
};

/**
 * struct aios_top_sample - the host at a moment
 * @ns: when, by the clock of the records
 * @began_ns: when the look at the contexts began, which ended before @ns; 0 where there was none
 * @wall_ns: time of day then
 * @started_ns: when counting began, by the same clock
 * @host: the machine
 * @procs, @ctxs: owned; contexts of a process are not next to each other
 */
struct aios_top_sample {
	uint64_t ns;
	uint64_t began_ns;
	uint64_t wall_ns;
	uint64_t started_ns;
	struct aios_top_host host;
	struct aios_top_proc *procs;
	size_t proc_cnt, proc_cap;
	struct aios_top_ctx *ctxs;
	size_t ctx_cnt, ctx_cap;
};

/* Room for one more, zeroed, or NULL. */
struct aios_top_proc *aios_top_sample_proc(struct aios_top_sample *sample);
struct aios_top_ctx *aios_top_sample_ctx(struct aios_top_sample *sample);

/**
 * aios_top_sample_done() - frees what a sample owns
 * @sample: zero-initialised, or filled
 */
void aios_top_sample_done(struct aios_top_sample *sample);

/**
 * struct aios_top_slots - where the slots of a context are
 * @all: what the ring holds: nr_events - 1
 * @free: for anybody, or for one CPU
 * @in_flight: taken by requests that have not completed
 * @unread: taken by events in the ring
 * @stale: events that were read and whose slots are given back with the next submission
 * @lost: taken, and by nothing that the above accounts for; 0 where it cannot be told
 * Each is AIOS_UNKNOWN32 where the kernel did not tell what it follows from.
 */
struct aios_top_slots {
	uint32_t all;
	uint32_t free;
	uint32_t in_flight;
	uint32_t unread;
	uint32_t stale;
	uint32_t lost;
};

struct aios_top_slots aios_top_slots(const struct aios_snap_ctx *snap);

/**
 * aios_top_percentile() - of a histogram of counts
 * @hist: AIOS_TOP_BUCKETS buckets
 * @max: the longest, exact
 * @percent: 0 to 100
 * Return: nanoseconds, the middle of the bucket (include/aioscope/top.h tells the error); 0 for an
 * empty histogram.
 */
uint64_t aios_top_percentile(const uint32_t *hist, uint64_t max, double percent);

/* The bucket of a value, as the programs have it, and the middle and the last value of a bucket. */
size_t aios_top_bucket(uint64_t ns);
uint64_t aios_top_bucket_ns(size_t bucket);
uint64_t aios_top_bucket_last_ns(size_t bucket);

/* Requests that completed, of all operations. */
uint64_t aios_top_completed(const struct aios_top_counts *counts);

/* Names, as JSON has them: "pread", "reads", "armed", "snapshot". */
const char *aios_top_op_name(enum aios_top_op op);
const char *aios_top_class_name(enum aios_top_class class);
const char *aios_top_poll_name(enum aios_top_poll poll);
const char *aios_top_evidence_name(enum aios_top_evidence evidence);

/**
 * aios_top_state() - where a request is that has not completed
 * @what: struct aios_top_start.what
 * Return: words that go on after "it", a constant: "is in the file system or the device".
 */
const char *aios_top_state(uint64_t what);

/* The class of an operation; AIOS_TOP_CLASSES for AIOS_TOP_OTHER, which is in no histogram. */
enum aios_top_class aios_top_class(enum aios_top_op op);

/* The number that people here know a process by: the tool's, or where it has none, the host's. */
uint32_t aios_top_pid(const struct aios_top_proc *proc);

/**
 * aios_top_who() - a process as a ticket has it: "PID 1234 (mysqld, user mysql, container db-1)"
 * @buf: appended to
 * @proc: of a sample
 */
void aios_top_who(struct aios_buf *buf, const struct aios_top_proc *proc);

/* How much of @all a part is, for people and in the range 0 to 100; 0 where @all is. */
double aios_top_percent(uint64_t part, uint64_t all);

/**
 * struct aios_top_row - what a line of the table is about: a context, or all of a process
 * @proc: of the sample
 * @ctx: of the sample, NULL for a process
 * @contexts: 1, or how many the process has
 * @dead: of these, killed ones
 * @waiters, @polls: as in struct aios_snap_ctx
 * @now: what is known of its slots: the context's, or sums
 * @max_reqs: the context's, or the sum of those that are not dead: what fs.aio-nr has of it
 * @nr_events: the context's, or the sum
 * @peak: most events seen in a ring since the sample before, of @peak_of that it holds
 * @reaped: events that left the ring and that no call returned: the program took them itself;
 *	UINT64_MAX where unknown
 * @oldest_ns: how long its oldest request has been under way, 0 for none
 * @oldest_what: struct aios_top_start.what of that
 * @fresh: it was not in the sample before
 * @gone: it is over, and shown a moment longer
 * @delta: what was counted since the sample before, histograms included; 0 in the first frame
 * @total: since the tool began; of a process, contexts that are over included
 */
struct aios_top_row {
	const struct aios_top_proc *proc;
	const struct aios_top_ctx *ctx;
	uint32_t contexts;
	uint32_t dead;
	uint32_t waiters;
	uint32_t polls;
	struct aios_top_slots now;
	uint64_t max_reqs;
	uint64_t nr_events;
	uint32_t peak;
	uint32_t peak_of;
	uint64_t reaped;
	uint64_t oldest_ns;
	uint64_t oldest_what;
	bool fresh;
	bool gone;
	struct aios_top_counts delta;
	struct aios_top_counts total;
};

/**
 * struct aios_top_finding - something that is wrong, or soon will be
 * @slug: stable: "aio-max-nr", "stuck", "slots-lost", "ring-full", "eagain", "dead-lingers",
 *	"events-lost"
 * @severity: 1 worth knowing, 2 a warning, 3 somebody should look now
 * @evidence: what it rests on, which may be less than the sample has
 * @pid: whom it is about, 0 for the host
 * @context: aio_context_t, 0 for none
 * @text: a sentence, owned
 */
struct aios_top_finding {
	const char *slug;
	int severity;
	enum aios_top_evidence evidence;
	uint32_t pid;
	uint64_t context;
	char *text;
};

/**
 * struct aios_top_frame - what there is to show
 * @sample: the newer one; borrowed
 * @span_ns: from the one before to it, 0 for the first
 * @ctx_rows: a row a context, in the order of the sample
 * @proc_rows: a row a process, in the order of the sample
 * @all: sums over all contexts, those without a place included
 * @accounted: what the contexts that are seen add up to of fs.aio-nr
 * @findings: the worst first
 */
struct aios_top_frame {
	const struct aios_top_sample *sample;
	uint64_t span_ns;
	struct aios_top_row *ctx_rows;
	size_t ctx_cnt;
	struct aios_top_row *proc_rows;
	size_t proc_cnt;
	struct aios_top_row all;
	uint64_t accounted;
	struct aios_top_finding *findings;
	size_t finding_cnt;
};

/* Processes of a frame that have not ended. */
size_t aios_top_procs_there(const struct aios_top_frame *frame);

/**
 * struct aios_top - what is remembered from frame to frame: doubts that have to last before they
 *	are findings, and a minute of each ring
 */
struct aios_top;

struct aios_top *aios_top_new(void);
struct aios_top *aios_top_free(struct aios_top *top);

/**
 * aios_top_frame() - compares two samples
 * @top: remembers
 * @before: the sample before, NULL for the first one
 * @now: must live as long as the frame
 * @ret: overwritten; free with aios_top_frame_done()
 * Return: 0 or -ENOMEM.
 */
int aios_top_frame(struct aios_top *top, const struct aios_top_sample *before,
		   const struct aios_top_sample *now, struct aios_top_frame *ret);
void aios_top_frame_done(struct aios_top_frame *frame);

#define AIOS_TOP_MINUTE		60	/* values of a ring that are kept, one a second at most */

/**
 * aios_top_minute() - how full a ring was at most, second by second
 * @top: remembers
 * @id: of the context
 * @ret: percent of what it holds, the newest last; AIOS_TOP_MINUTE of them at most
 * Return: how many.
 */
size_t aios_top_minute(const struct aios_top *top, uint64_t id, uint8_t *ret);

/**
 * aios_top_once_text() - the snapshot for people: who holds how much of fs.aio-max-nr
 * @buf: appended to
 * @frame: the first one is enough
 */
void aios_top_once_text(struct aios_buf *buf, const struct aios_top_frame *frame);

/**
 * aios_top_json() - a frame as objects, one a line: aioscope.context/1 for each context, then
 *	aioscope.host/1
 * @buf: appended to
 * @frame: where it has a span, what happened in it is told as well
 * Return: 0 or -ENOMEM.
 */
int aios_top_json(struct aios_buf *buf, const struct aios_top_frame *frame);

/**
 * aios_top_openmetrics() - totals for OpenMetrics, ended by "# EOF"
 * @buf: appended to
 * @frame: what
 */
void aios_top_openmetrics(struct aios_buf *buf, const struct aios_top_frame *frame);

/**
 * aios_top_batch() - a frame as plain text of one page, for -b
 * @buf: appended to
 * @frame: what
 */
void aios_top_batch(struct aios_buf *buf, const struct aios_top_frame *frame);

#endif /* AIOS_TOP_LIB_H */
