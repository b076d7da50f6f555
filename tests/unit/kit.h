/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kit.h - what the unit tests share: records as the kernel would write them, a model that is fed
 * with them, and copies of all it hands out. A test reads like a story:
 *
 *	see(k, rec_setup(10, by_t1, &c));
 *	see(k, rec_birth(100, by_t1, &r));		birth in a thread on CPU 0
 *	see(k, rec_return(110, by_t1, &r, 0));		its io_submit is through with it
 *	see(k, rec_complete(200, in_softirq, &r, 4096));	an interrupt on CPU 1 completes it
 *	see_read(k, 300, by_t3, &c, 1);			and a reader takes it
 *
 * A struct kit_ctx plays the kernel's ring: completions move its tail, readers its head, so that
 * records carry what the kernel would have shown. Builders return the record, so that a test can
 * change what it wants to be different.
 */
#ifndef AIOS_TEST_KIT_H
#define AIOS_TEST_KIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <linux/aio_abi.h>

#include <aioscope/record.h>
#include <aioscope/trace_file.h>

#include "lib/blocked.h"
#include "lib/buf.h"
#include "lib/decode.h"
#include "lib/model.h"
#include "lib/symbols.h"
#include "lib/view.h"

#define NR(array)	(sizeof(array) / sizeof((array)[0]))

/* Poll bits as in poll(2) and, on x86, in the kernel. */
#define BIT_IN		0x001U
#define BIT_OUT		0x004U
#define BIT_ERR		0x008U
#define BIT_HUP		0x010U
#define BIT_RDNORM	0x040U

/* The header of a trace file of some version, with its checksum. */
struct aios_file_header kit_header(uint16_t major, uint16_t minor, uint32_t bytes);

/* A file as a whole: what is in it, appended to a buffer; and what will be. */
void kit_file_read(const char *path, struct aios_buf *buf);
void kit_file_write(const char *path, const char *bytes, size_t len);

/**
 * struct kit_who - who ran when a hook fired, and where
 */
struct kit_who {
	uint32_t tgid;
	uint32_t tid;
	uint16_t cpu;
	uint16_t flags;
};

#define KIT_PID		1000	/* process of by_t1, by_t2, by_t3 */
#define KIT_OTHER_PID	2000	/* process of by_other */

extern const struct kit_who by_t1, by_t2, by_t3, by_other, by_worker, by_tool;
extern const struct kit_who in_softirq, in_hardirq;

struct kit_who on_cpu(struct kit_who who, uint16_t cpu);
struct kit_who with_flags(struct kit_who who, uint16_t flags);

/**
 * struct kit_ctx - a context, and its ring as the kernel has it
 * @hidden: the head cannot be read on this kernel
 */
struct kit_ctx {
	uint64_t kctx;
	uint64_t user_id;
	uint32_t max_reqs;
	uint32_t nr_events;
	uint32_t req_batch;
	uint32_t head;
	uint32_t tail;
	uint32_t completed;
	bool hidden;
};

/**
 * struct kit_req - a request, and what it asks for
 */
struct kit_req {
	struct kit_ctx *ctx;
	uint64_t kiocb;
	struct aios_iocb ask;
};

struct kit_ctx kit_ctx(unsigned int nr);
struct kit_req kit_read(struct kit_ctx *ctx, unsigned int nr);
struct kit_req kit_fsync(struct kit_ctx *ctx, unsigned int nr);
struct kit_req kit_poll(struct kit_ctx *ctx, unsigned int nr);
void kit_user_reaps(struct kit_ctx *ctx, uint32_t events);

/* Records. Times are nanoseconds. */
struct aios_rec rec_make(uint16_t type, uint16_t body, uint64_t t, struct kit_who who);
struct aios_rec rec_setup(uint64_t t, struct kit_who who, const struct kit_ctx *ctx);
struct aios_rec rec_refused(uint64_t t, struct kit_who who, int64_t err, uint32_t max_reqs);
struct aios_rec rec_found(uint64_t t, const struct kit_ctx *ctx, uint32_t owner,
			  uint32_t in_flight);
struct aios_rec rec_kill(uint64_t t, struct kit_who who, const struct kit_ctx *ctx, int64_t ret);
struct aios_rec rec_users0(uint64_t t, const struct kit_ctx *ctx);
struct aios_rec rec_reqs0(uint64_t t, const struct kit_ctx *ctx);
struct aios_rec rec_free(uint64_t t, const struct kit_ctx *ctx);
struct aios_rec rec_destroy(uint64_t t, struct kit_who who, const struct kit_ctx *ctx, int64_t ret);
struct aios_rec rec_birth(uint64_t t, struct kit_who who, const struct kit_req *req);
struct aios_rec rec_iocb(uint64_t t, struct kit_who who, const struct kit_req *req);
struct aios_rec rec_req_found(uint64_t t, const struct kit_req *req);
struct aios_rec rec_return(uint64_t t, struct kit_who who, const struct kit_req *req, int64_t err);
struct aios_rec rec_submit(uint64_t t, struct kit_who who, const struct kit_ctx *ctx, int64_t nr,
			   int64_t ret);
struct aios_rec rec_done(uint64_t t, struct kit_who who, const struct kit_req *req, int64_t res);
struct aios_rec rec_complete(uint64_t t, struct kit_who who, const struct kit_req *req,
			     int64_t res);
struct aios_rec rec_cancel(uint64_t t, struct kit_who who, const struct kit_req *req, int64_t ret);
struct aios_rec rec_queue(uint64_t t, struct kit_who who, const struct kit_req *req,
			  uint32_t second);
struct aios_rec rec_wake(uint64_t t, struct kit_who who, const struct kit_req *req, uint32_t key,
			 uint32_t state);
struct aios_rec rec_poll_cancel(uint64_t t, struct kit_who who, const struct kit_req *req,
				uint32_t state);
struct aios_rec rec_poll_return(uint64_t t, struct kit_who who, const struct kit_req *req,
				uint32_t mask, uint32_t in_work);
struct aios_rec rec_work_begin(uint64_t t, struct kit_who who, const struct kit_req *req,
			       uint32_t kind, uint32_t state);
struct aios_rec rec_work_end(uint64_t t, struct kit_who who, const struct kit_req *req,
			     uint32_t kind);
struct aios_rec rec_read_begin(uint64_t t, struct kit_who who, const struct kit_ctx *ctx,
			       int64_t min_nr, int64_t nr);
struct aios_rec rec_read_end(uint64_t t, struct kit_who who, struct kit_ctx *ctx, int64_t ret);
/* Evidence level exact. */
struct aios_rec rec_made(uint64_t t, struct kit_who who, const struct kit_req *req);
struct aios_rec rec_dropped(uint64_t t, struct kit_who who, const struct kit_req *req,
			enum aios_put_party party, uint32_t refs);
struct aios_rec rec_completed(uint64_t t, struct kit_who who, const struct kit_req *req,
			      int64_t res, enum aios_put_party party);
struct aios_rec rec_hold(uint64_t t, struct kit_who who, const struct kit_req *req, uint16_t type,
			 enum aios_hold_what what);
struct aios_rec rec_freed(uint64_t t, struct kit_who who, const struct kit_req *req, uint32_t refs);
struct aios_rec rec_mismatch(uint64_t t, struct kit_who who, uint64_t kiocb, uint64_t kctx,
			     enum aios_mismatch_what what);
/* Of @frames, each 256 bytes behind the one before. */
struct aios_rec rec_stack(uint64_t t, struct kit_who who, const struct kit_req *req,
			  enum aios_stack_what what, uint64_t ip, uint16_t frames);
/* Calls of io_submit, and sleeps there. Frames as for rec_stack(). */
struct aios_rec rec_submit_begin(uint64_t t, struct kit_who who, const struct kit_ctx *ctx,
				 int64_t nr);
struct aios_rec rec_frames(uint64_t t, struct kit_who who, enum aios_frames_of of, uint8_t first,
			   uint64_t ip, uint8_t frames);
struct aios_rec rec_sleep(uint64_t from, uint64_t woken, uint64_t t, struct kit_who who,
			  uint32_t how);
/* What the block layer did: 64K in two bios. */
struct aios_rec rec_block(uint64_t t, struct kit_who who, const struct kit_req *req,
			  uint64_t queued, uint64_t issued, uint64_t done);
struct aios_rec rec_eventfd_use(uint64_t t, struct kit_who who, uint64_t eventfd, int32_t fd,
				enum aios_eventfd_what what);
struct aios_rec rec_mremap(uint64_t t, struct kit_who who, const struct kit_ctx *ctx,
			   enum aios_type type, uint32_t has_table);
struct aios_rec rec_freeze(uint64_t t, struct kit_who who, const struct kit_req *req, uint32_t end);
struct aios_rec rec_slots(uint64_t t, struct kit_who who, const struct kit_ctx *ctx, uint32_t nr,
			  enum aios_slots_from from);
struct aios_rec rec_ctx_ref(uint64_t t, struct kit_who who, const struct kit_ctx *ctx,
			    uint16_t type, enum aios_ctx_count count);
struct aios_rec rec_taken(uint64_t t, struct kit_who who, struct kit_ctx *ctx, int64_t events);
struct aios_rec rec_decide(uint64_t t, struct kit_who who, const struct kit_req *req,
			   enum aios_poll_decision decision);

struct aios_rec rec_name(uint64_t t, struct kit_who who, uint64_t file, uint8_t part, uint8_t piece,
			 const char *text);
struct aios_rec rec_name_last(uint64_t t, struct kit_who who, uint64_t file, uint8_t part,
			      uint8_t flags);
struct aios_rec rec_call_setup(uint64_t t, struct kit_who who, const struct kit_ctx *ctx);
struct aios_rec rec_call_read(uint64_t t, struct kit_who who, const struct kit_ctx *ctx,
			      uint64_t begin_ns, int64_t nr, int64_t ret);
struct aios_rec rec_proc(uint64_t t, uint32_t what, uint32_t tgid, const char *comm);

/**
 * struct kit_out - a copy of a request that was handed out
 * @req: its pointers go to the copies below
 * @at_ns: time of the record that ended it, 0 for the end of the trace
 */
struct kit_out {
	struct aios_request req;
	struct aios_ctx ctx;
	struct aios_file file;
	struct aios_process process;
	struct aios_refs ledger;
	struct aios_sleeps sleeps;
	enum aios_balance balance;
	enum aios_poll_order order;
	enum aios_wake_order woken;
	uint64_t at_ns;
};

/**
 * struct kit - a model and what came out of it
 * @outs: in the order they were handed out
 * @blocked: all of them, and of the calls
 * @call: the last one, without what its pointers go to
 * @call_cnt: how many there were
 * @text: for views
 */
struct kit {
	struct aios_model *model;
	struct kit_out **outs;
	size_t out_cnt;
	struct aios_ctx *ctxs;
	size_t ctx_cnt;
	struct aios_blocked blocked;
	struct aios_submit_call call;
	size_t call_cnt;
	uint64_t now_ns;
	struct aios_buf text;
};

struct kit *kit_new(bool history);
struct kit *kit_free(struct kit *k);

/* For cmocka: a struct kit with histories as the test's state. */
int kit_setup(void **state);
int kit_teardown(void **state);
#define KIT_TEST(f)	cmocka_unit_test_setup_teardown(f, kit_setup, kit_teardown)

void see(struct kit *k, struct aios_rec rec);
void see_gap(struct kit *k, enum aios_gap_kind kind, uint64_t from_ns, uint64_t to_ns);
void see_end(struct kit *k);
/* Front chunks, as the beginning of a file would be. */
void see_front(struct kit *k, const struct aios_buf *chunks);

/* Stories that happen all the time: two, three and two records, a nanosecond apart. */
void see_accepted(struct kit *k, uint64_t t, struct kit_who who, const struct kit_req *req);
void see_completed(struct kit *k, uint64_t t, const struct kit_req *req, int64_t res);
void see_read(struct kit *k, uint64_t t, struct kit_who who, struct kit_ctx *ctx, int64_t events);
void see_freed(struct kit *k, uint64_t t, const struct kit_ctx *ctx);
void see_name(struct kit *k, uint64_t t, struct kit_who who, uint64_t file, const char *path);

/* The request with this id, which must have been handed out; NULL where it was not. */
struct kit_out *the(struct kit *k, uint64_t id);
struct kit_out *handed_out(const struct kit *k, uint64_t id);
const struct aios_ctx *the_ctx(const struct kit *k, uint64_t id);

/* A request that is over, as a view would get it, without a model. */
struct kit_out *kit_made(void);
void kit_out_free(struct kit_out *out);

/* Its page, in a trace of which nothing else is known; @symbols: of stacks, may be NULL */
void kit_timeline(struct aios_buf *buf, const struct aios_request *req,
		  const struct aios_clock *clock, const struct aios_symbols *symbols,
		  bool addresses);

/**
 * struct kit_stream - records as the rings would give them: by CPU, numbered, in rounds
 * @feed: gets the chunks
 * @birth: where a CPU's newest birth lies that no round has taken, 1 + its offset
 */
struct kit_stream {
	struct aios_feed feed;
	struct aios_buf records[4];
	uint64_t seq[4];
	size_t birth[4];
	const char *hook;
	uint64_t misses;
};

void stream_rec(struct kit_stream *s, struct aios_rec rec);
void stream_lose(struct kit_stream *s, unsigned int cpu, uint64_t records);
void stream_flush(struct kit_stream *s);
int stream_scan(struct kit_stream *s, uint64_t from_ns, uint64_t to_ns);
void stream_done(struct kit_stream *s);

/* A generator of numbers that are the same in every run. */
uint64_t kit_random(uint64_t *state);

#endif /* AIOS_TEST_KIT_H */
