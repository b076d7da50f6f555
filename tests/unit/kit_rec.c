// SPDX-License-Identifier: GPL-2.0-only
/*
 * kit_rec.c - records as the BPF programs write them, with what a test does not care about
 * filled in.
 */
#include "kit.h"

const struct kit_who by_t1 = { KIT_PID, 1001, 0, 0 };
const struct kit_who by_t2 = { KIT_PID, 1002, 1, 0 };
const struct kit_who by_t3 = { KIT_PID, 1003, 2, 0 };
const struct kit_who by_other = { KIT_OTHER_PID, 2001, 3, 0 };
const struct kit_who by_worker = { 55, 55, 3, 0 };
const struct kit_who by_tool = { 77, 77, 3, 0 };
/* An idle CPU 1 and an idle CPU 2: who is current there is nobody's doing. */
const struct kit_who in_softirq = { 0, 0, 1, AIOS_F_SOFTIRQ };
const struct kit_who in_hardirq = { 0, 0, 2, AIOS_F_HARDIRQ };

struct kit_who on_cpu(struct kit_who who, uint16_t cpu)
{
	who.cpu = cpu;
	return who;
}

struct kit_who with_flags(struct kit_who who, uint16_t flags)
{
	who.flags = flags;
	return who;
}

/* One page of ring: what io_setup(32) gets on two CPUs (facts, 0.3, 1 and 2). */
struct kit_ctx kit_ctx(unsigned int nr)
{
	return (struct kit_ctx){
		.kctx = 0xffff888100000000ULL + nr * 0x240ULL,
		.user_id = 0x7f0000000000ULL + nr * 0x1000ULL,
		.max_reqs = 32,
		.nr_events = 127,
		.req_batch = 15,
	};
}

struct kit_req kit_read(struct kit_ctx *ctx, unsigned int nr)
{
	return (struct kit_req){
		.ctx = ctx,
		.kiocb = 0xffff888200000000ULL + nr * 0xc0ULL,
		.ask = {
			.uiocb = 0x7fff00001000ULL + nr * 64ULL,
			.data = 0xd000ULL + nr,
			.offset = nr * 4096LL,
			.length = 4096,
			.fd = 5,
			.resfd = -1,
			.op = IOCB_CMD_PREAD,
		},
	};
}

struct kit_req kit_fsync(struct kit_ctx *ctx, unsigned int nr)
{
	struct kit_req req = kit_read(ctx, nr);

	req.ask.op = IOCB_CMD_FSYNC;
	req.ask.length = 0;
	req.ask.offset = 0;
	return req;
}

struct kit_req kit_poll(struct kit_ctx *ctx, unsigned int nr)
{
	struct kit_req req = kit_fsync(ctx, nr);

	req.ask.op = IOCB_CMD_POLL;
	req.ask.events = BIT_IN;
	return req;
}

/* The program takes events out of the mapped ring itself. */
void kit_user_reaps(struct kit_ctx *ctx, uint32_t events)
{
	ctx->head = (ctx->head + events) % ctx->nr_events;
}

static uint32_t ctx_head(const struct kit_ctx *ctx)
{
	return ctx->hidden ? AIOS_UNKNOWN32 : ctx->head;
}

struct aios_rec rec_make(uint16_t type, uint16_t body, uint64_t t, struct kit_who who)
{
	return (struct aios_rec){ .h = {
		.type = type,
		.len = (uint16_t)(sizeof(struct aios_hdr) + body),
		.cpu = who.cpu,
		.flags = who.flags,
		.tgid = who.tgid,
		.tid = who.tid,
		.time_ns = t,
	} };
}

struct aios_rec rec_setup(uint64_t t, struct kit_who who, const struct kit_ctx *ctx)
{
	struct aios_rec rec = rec_make(AIOS_EV_CTX_SETUP, sizeof(rec.ctx_setup), t, who);

	rec.ctx_setup = (struct aios_ctx_setup){
		.kctx = ctx->kctx,
		.user_id = ctx->user_id,
		.max_reqs = ctx->max_reqs,
		.nr_events = ctx->nr_events,
		.req_batch = ctx->req_batch,
	};
	return rec;
}

struct aios_rec rec_refused(uint64_t t, struct kit_who who, int64_t err, uint32_t max_reqs)
{
	struct aios_rec rec = rec_make(AIOS_EV_CTX_REFUSED, sizeof(rec.ctx_refused), t, who);

	rec.ctx_refused.err = err;
	rec.ctx_refused.max_reqs = max_reqs;
	return rec;
}

struct aios_rec rec_found(uint64_t t, const struct kit_ctx *ctx, uint32_t owner, uint32_t in_flight)
{
	struct aios_rec rec = rec_make(AIOS_EV_CTX_FOUND, sizeof(rec.ctx_found), t, by_tool);

	rec.ctx_found = (struct aios_ctx_found){
		.kctx = ctx->kctx,
		.user_id = ctx->user_id,
		.max_reqs = ctx->max_reqs,
		.nr_events = ctx->nr_events,
		.req_batch = ctx->req_batch,
		.owner_tgid = owner,
		.head = ctx_head(ctx),
		.tail = ctx->tail,
		.completed = ctx->completed,
		.in_flight = in_flight,
	};
	return rec;
}

struct aios_rec rec_kill(uint64_t t, struct kit_who who, const struct kit_ctx *ctx, int64_t ret)
{
	struct aios_rec rec = rec_make(AIOS_EV_CTX_KILL, sizeof(rec.ctx_kill), t, who);

	rec.ctx_kill = (struct aios_ctx_kill){
		.kctx = ctx->kctx,
		.ret = ret,
		.waits = 1,
		.head = ctx_head(ctx),
		.tail = ctx->tail,
		.completed = ctx->completed,
	};
	return rec;
}

static struct aios_rec rec_ref0(uint16_t type, uint64_t t, const struct kit_ctx *ctx)
{
	struct aios_rec rec = rec_make(type, sizeof(rec.ctx_ref0), t, in_softirq);

	rec.ctx_ref0.kctx = ctx->kctx;
	return rec;
}

struct aios_rec rec_users0(uint64_t t, const struct kit_ctx *ctx)
{
	return rec_ref0(AIOS_EV_CTX_USERS0, t, ctx);
}

struct aios_rec rec_reqs0(uint64_t t, const struct kit_ctx *ctx)
{
	return rec_ref0(AIOS_EV_CTX_REQS0, t, ctx);
}

struct aios_rec rec_free(uint64_t t, const struct kit_ctx *ctx)
{
	struct aios_rec rec = rec_make(AIOS_EV_CTX_FREE, sizeof(rec.ctx_free), t, by_worker);

	rec.ctx_free = (struct aios_ctx_free){
		.kctx = ctx->kctx,
		.head = ctx_head(ctx),
		.tail = ctx->tail,
		.completed = ctx->completed,
	};
	return rec;
}

struct aios_rec rec_destroy(uint64_t t, struct kit_who who, const struct kit_ctx *ctx, int64_t ret)
{
	struct aios_rec rec = rec_make(AIOS_EV_CTX_DESTROY, sizeof(rec.ctx_destroy), t, who);

	rec.ctx_destroy.user_id = ctx->user_id;
	rec.ctx_destroy.ret = ret;
	return rec;
}

static struct aios_rec rec_ask(uint16_t type, size_t body, uint64_t t, struct kit_who who,
			       const struct kit_req *req)
{
	struct aios_rec rec = rec_make(type, body, t, who);

	rec.iocb = req->ask;
	rec.iocb.kiocb = req->kiocb;
	rec.iocb.kctx = req->ctx->kctx;
	return rec;
}

struct aios_rec rec_birth(uint64_t t, struct kit_who who, const struct kit_req *req)
{
	return rec_ask(AIOS_EV_REQ_BIRTH, sizeof(struct aios_birth), t, who, req);
}

struct aios_rec rec_iocb(uint64_t t, struct kit_who who, const struct kit_req *req)
{
	struct aios_rec rec = rec_ask(AIOS_EV_REQ_IOCB, sizeof(struct aios_iocb), t, who, req);

	rec.iocb.kiocb = 0;
	rec.iocb.file = 0;
	return rec;
}

struct aios_rec rec_req_found(uint64_t t, const struct kit_req *req)
{
	struct aios_rec rec = rec_ask(AIOS_EV_REQ_FOUND, sizeof(struct aios_iocb), t, by_tool, req);

	rec.iocb.fd = -1;
	rec.iocb.resfd = -1;
	return rec;
}

struct aios_rec rec_return(uint64_t t, struct kit_who who, const struct kit_req *req, int64_t err)
{
	struct aios_rec rec = rec_make(AIOS_EV_REQ_RETURN, sizeof(rec.req_return), t, who);

	rec.req_return.kctx = req->ctx->kctx;
	rec.req_return.uiocb = req->ask.uiocb;
	rec.req_return.err = err;
	return rec;
}

struct aios_rec rec_submit(uint64_t t, struct kit_who who, const struct kit_ctx *ctx, int64_t nr,
			   int64_t ret)
{
	struct aios_rec rec = rec_make(AIOS_EV_SUBMIT, sizeof(rec.submit), t, who);

	rec.submit.user_id = ctx->user_id;
	rec.submit.nr = nr;
	rec.submit.ret = ret;
	return rec;
}

struct aios_rec rec_done(uint64_t t, struct kit_who who, const struct kit_req *req, int64_t res)
{
	struct aios_rec rec = rec_make(AIOS_EV_REQ_DONE, sizeof(rec.req_done), t, who);

	rec.req_done.kiocb = req->kiocb;
	rec.req_done.kctx = req->ctx->kctx;
	rec.req_done.res = res;
	rec.req_done.refs = 2;
	return rec;
}

/* The record shows the ring before this event; then the event enters. */
struct aios_rec rec_complete(uint64_t t, struct kit_who who, const struct kit_req *req, int64_t res)
{
	struct aios_rec rec = rec_make(AIOS_EV_REQ_COMPLETE, sizeof(rec.req_complete), t, who);
	struct kit_ctx *ctx = req->ctx;

	rec.req_complete = (struct aios_req_complete){
		.kiocb = req->kiocb,
		.kctx = ctx->kctx,
		.uiocb = req->ask.uiocb,
		.data = req->ask.data,
		.res = res,
		.tail = ctx->tail,
		.head = ctx_head(ctx),
		.completed = ctx->completed,
	};
	ctx->tail = (ctx->tail + 1) % ctx->nr_events;
	ctx->completed++;
	return rec;
}

struct aios_rec rec_cancel(uint64_t t, struct kit_who who, const struct kit_req *req, int64_t ret)
{
	struct aios_rec rec = rec_make(AIOS_EV_CANCEL, sizeof(rec.cancel), t, who);

	rec.cancel.user_id = req->ctx->user_id;
	rec.cancel.uiocb = req->ask.uiocb;
	rec.cancel.ret = ret;
	return rec;
}

struct aios_rec rec_queue(uint64_t t, struct kit_who who, const struct kit_req *req,
			  uint32_t second)
{
	struct aios_rec rec = rec_make(AIOS_EV_POLL_QUEUE, sizeof(rec.poll_queue), t, who);

	rec.poll_queue.kiocb = req->kiocb;
	rec.poll_queue.kctx = req->ctx->kctx;
	rec.poll_queue.head = 0xffff888300000000ULL + second * 24ULL;
	rec.poll_queue.second = second;
	return rec;
}

/* aio_poll() adds ERR and HUP to what the program asked for. */
struct aios_rec rec_wake(uint64_t t, struct kit_who who, const struct kit_req *req, uint32_t key,
			 uint32_t state)
{
	struct aios_rec rec = rec_make(AIOS_EV_POLL_WAKE, sizeof(rec.poll_wake), t, who);

	rec.poll_wake = (struct aios_poll_wake){
		.kiocb = req->kiocb,
		.kctx = req->ctx->kctx,
		.key = key,
		.events = req->ask.events | BIT_ERR | BIT_HUP,
		.refs = state & AIOS_POLL_ARMED ? 1 : 2,
		.state = state,
	};
	return rec;
}

struct aios_rec rec_poll_cancel(uint64_t t, struct kit_who who, const struct kit_req *req,
				uint32_t state)
{
	struct aios_rec rec = rec_make(AIOS_EV_POLL_CANCEL, sizeof(rec.poll_cancel), t, who);

	rec.poll_cancel.kiocb = req->kiocb;
	rec.poll_cancel.kctx = req->ctx->kctx;
	rec.poll_cancel.state = state;
	return rec;
}

struct aios_rec rec_poll_return(uint64_t t, struct kit_who who, const struct kit_req *req,
				uint32_t mask, uint32_t in_work)
{
	struct aios_rec rec = rec_make(AIOS_EV_POLL_RETURN, sizeof(rec.poll_return), t, who);

	rec.poll_return.kiocb = req->kiocb;
	rec.poll_return.kctx = req->ctx->kctx;
	rec.poll_return.mask = mask;
	rec.poll_return.in_work = in_work;
	return rec;
}

static struct aios_rec rec_work(uint16_t type, uint64_t t, struct kit_who who,
				const struct kit_req *req, uint32_t kind)
{
	struct aios_rec rec = rec_make(type, sizeof(rec.work), t, who);

	rec.work.kiocb = req->kiocb;
	rec.work.kctx = req->ctx->kctx;
	rec.work.kind = kind;
	return rec;
}

struct aios_rec rec_work_begin(uint64_t t, struct kit_who who, const struct kit_req *req,
			       uint32_t kind, uint32_t state)
{
	struct aios_rec rec = rec_work(AIOS_EV_WORK_BEGIN, t, who, req, kind);

	rec.work.state = state;
	return rec;
}

struct aios_rec rec_work_end(uint64_t t, struct kit_who who, const struct kit_req *req,
			     uint32_t kind)
{
	return rec_work(AIOS_EV_WORK_END, t, who, req, kind);
}

struct aios_rec rec_read_begin(uint64_t t, struct kit_who who, const struct kit_ctx *ctx,
			       int64_t min_nr, int64_t nr)
{
	struct aios_rec rec = rec_make(AIOS_EV_READ_BEGIN, sizeof(rec.read_begin), t, who);

	rec.read_begin = (struct aios_read_begin){
		.kctx = ctx->kctx,
		.min_nr = min_nr,
		.nr = nr,
		.until_ns = AIOS_FOREVER,
		.head = ctx_head(ctx),
		.tail = ctx->tail,
	};
	return rec;
}

/* The reader has taken @ret events by then. */
struct aios_rec rec_read_end(uint64_t t, struct kit_who who, struct kit_ctx *ctx, int64_t ret)
{
	struct aios_rec rec = rec_make(AIOS_EV_READ_END, sizeof(rec.read_end), t, who);

	if (ret > 0)
		ctx->head = (uint32_t)((ctx->head + (uint64_t)ret) % ctx->nr_events);
	rec.read_end.kctx = ctx->kctx;
	rec.read_end.ret = ret;
	rec.read_end.head = ctx_head(ctx);
	rec.read_end.tail = ctx->tail;
	return rec;
}

/* A birth at evidence level exact; with its file, if it asks for one. */
struct aios_rec rec_made(uint64_t t, struct kit_who who, const struct kit_req *req)
{
	struct aios_rec rec = rec_birth(t, who, req);

	rec.h.flags |= AIOS_F_LEDGER | AIOS_F_FREED;
	return rec;
}

struct aios_rec rec_dropped(uint64_t t, struct kit_who who, const struct kit_req *req,
			enum aios_put_party party, uint32_t refs)
{
	struct aios_rec rec = rec_make(AIOS_EV_REQ_PUT, sizeof(rec.req_put), t, who);

	rec.req_put.kiocb = req->kiocb;
	rec.req_put.kctx = req->ctx->kctx;
	rec.req_put.refs = refs;
	rec.req_put.party = party;
	return rec;
}

struct aios_rec rec_completed(uint64_t t, struct kit_who who, const struct kit_req *req,
			      int64_t res, enum aios_put_party party)
{
	struct aios_rec rec = rec_complete(t, who, req, res);

	rec.h.flags |= (uint16_t)((party + 1) << AIOS_F_PARTY_SHIFT);
	return rec;
}

struct aios_rec rec_hold(uint64_t t, struct kit_who who, const struct kit_req *req, uint16_t type,
			 enum aios_hold_what what)
{
	struct aios_rec rec = rec_make(type, sizeof(rec.req_hold), t, who);

	rec.req_hold.kiocb = req->kiocb;
	rec.req_hold.kctx = req->ctx->kctx;
	rec.req_hold.obj = 0xffff888400000000ULL + what;
	rec.req_hold.what = what;
	rec.req_hold.seen = type == AIOS_EV_REQ_DROP;
	return rec;
}

/* All was watched, and its file was dropped, if it had one. */
struct aios_rec rec_freed(uint64_t t, struct kit_who who, const struct kit_req *req, uint32_t refs)
{
	struct aios_rec rec = rec_make(AIOS_EV_REQ_FREE, sizeof(rec.req_free), t, who);

	rec.req_free.kiocb = req->kiocb;
	rec.req_free.kctx = req->ctx->kctx;
	rec.req_free.file = req->ask.file;
	rec.req_free.file_drops = req->ask.file != 0;
	rec.req_free.refs = refs;
	rec.req_free.watched = AIOS_WATCH_FREE | (AIOS_WATCH_FREE - 1);
	return rec;
}

struct aios_rec rec_mismatch(uint64_t t, struct kit_who who, uint64_t kiocb, uint64_t kctx,
			     enum aios_mismatch_what what)
{
	struct aios_rec rec = rec_make(AIOS_EV_MISMATCH, sizeof(rec.mismatch), t, who);

	rec.mismatch.kiocb = kiocb;
	rec.mismatch.kctx = kctx;
	rec.mismatch.want = 1;
	rec.mismatch.seen = 2;
	rec.mismatch.what = what;
	return rec;
}

struct aios_rec rec_stack(uint64_t t, struct kit_who who, const struct kit_req *req,
			  enum aios_stack_what what, uint64_t ip, uint16_t frames)
{
	struct aios_rec rec = rec_make(AIOS_EV_STACK, sizeof(rec.stack), t, who);

	rec.stack.kiocb = req->kiocb;
	rec.stack.kctx = req->ctx->kctx;
	rec.stack.ip = ip;
	rec.stack.what = (uint16_t)what;
	rec.stack.count = frames;
	for (int i = 1; i < frames; i++)
		rec.stack.more[i - 1] = 256 * i;
	return rec;
}

struct aios_rec rec_submit_begin(uint64_t t, struct kit_who who, const struct kit_ctx *ctx,
				 int64_t nr)
{
	struct aios_rec rec = rec_make(AIOS_EV_SUBMIT_BEGIN, sizeof(rec.submit_begin), t, who);

	rec.submit_begin.user_id = ctx->user_id;
	rec.submit_begin.nr = nr;
	return rec;
}

struct aios_rec rec_frames(uint64_t t, struct kit_who who, enum aios_frames_of of, uint8_t first,
			   uint64_t ip, uint8_t frames)
{
	struct aios_rec rec = rec_make(AIOS_EV_FRAMES, sizeof(rec.frames), t, who);

	rec.frames.of = (uint8_t)of;
	rec.frames.first = first;
	rec.frames.count = frames;
	for (uint8_t i = 0; i < frames; i++)
		rec.frames.ip[i] = ip + 256ULL * (first + i);
	return rec;
}

struct aios_rec rec_sleep(uint64_t from, uint64_t woken, uint64_t t, struct kit_who who,
			  uint32_t how)
{
	struct aios_rec rec = rec_make(AIOS_EV_SLEEP, sizeof(rec.sleep), t, who);

	rec.sleep.from_ns = from;
	rec.sleep.woken_ns = woken;
	rec.sleep.how = how;
	return rec;
}

struct aios_rec rec_block(uint64_t t, struct kit_who who, const struct kit_req *req,
			  uint64_t queued, uint64_t issued, uint64_t done)
{
	struct aios_rec rec = rec_make(AIOS_EV_BLOCK, sizeof(rec.block), t, who);

	rec.block = (struct aios_block){
		.kiocb = req->kiocb,
		.kctx = req->ctx->kctx,
		.queued_ns = queued,
		.issued_ns = issued,
		.done_ns = done,
		.bytes = 65536,
		.bios = 2,
		.flags = AIOS_BLOCK_WHOLE,
	};
	return rec;
}

struct aios_rec rec_eventfd_use(uint64_t t, struct kit_who who, uint64_t eventfd, int32_t fd,
				enum aios_eventfd_what what)
{
	struct aios_rec rec = rec_make(AIOS_EV_EVENTFD_USE, sizeof(rec.eventfd_use), t, who);

	rec.eventfd_use = (struct aios_eventfd_use){
		.eventfd = eventfd,
		.tgid = KIT_PID,
		.fd = fd,
		.what = what,
	};
	return rec;
}

struct aios_rec rec_mremap(uint64_t t, struct kit_who who, const struct kit_ctx *ctx,
			   enum aios_type type, uint32_t has_table)
{
	struct aios_rec rec = rec_make(type, sizeof(rec.mremap), t, who);

	rec.mremap.kctx = ctx->kctx;
	rec.mremap.start = ctx->user_id;
	rec.mremap.has_table = has_table;
	return rec;
}

struct aios_rec rec_freeze(uint64_t t, struct kit_who who, const struct kit_req *req, uint32_t end)
{
	struct aios_rec rec = rec_make(AIOS_EV_FREEZE, sizeof(rec.freeze), t, who);

	rec.freeze.kiocb = req->kiocb;
	rec.freeze.kctx = req->ctx->kctx;
	rec.freeze.end = end;
	return rec;
}

struct aios_rec rec_slots(uint64_t t, struct kit_who who, const struct kit_ctx *ctx, uint32_t nr,
			  enum aios_slots_from from)
{
	struct aios_rec rec = rec_make(AIOS_EV_SLOTS, sizeof(rec.slots), t, who);

	rec.slots.kctx = ctx->kctx;
	rec.slots.nr = nr;
	rec.slots.from = from;
	return rec;
}

struct aios_rec rec_ctx_ref(uint64_t t, struct kit_who who, const struct kit_ctx *ctx,
			    uint16_t type, enum aios_ctx_count count)
{
	struct aios_rec rec = rec_make(type, sizeof(rec.ctx_ref), t, who);

	rec.ctx_ref.kctx = ctx->kctx;
	rec.ctx_ref.count = count;
	return rec;
}

/* A reader looks into the ring, and takes this many events. */
struct aios_rec rec_taken(uint64_t t, struct kit_who who, struct kit_ctx *ctx, int64_t events)
{
	struct aios_rec rec = rec_make(AIOS_EV_RING_READ, sizeof(rec.ring_read), t, who);

	rec.ring_read.kctx = ctx->kctx;
	rec.ring_read.asked = events;
	rec.ring_read.ret = events;
	rec.ring_read.head = ctx->head;
	rec.ring_read.tail = ctx->tail;
	if (events > 0)
		kit_user_reaps(ctx, (uint32_t)events);
	rec.ring_read.new_head = ctx->head;
	return rec;
}

struct aios_rec rec_decide(uint64_t t, struct kit_who who, const struct kit_req *req,
			   enum aios_poll_decision decision)
{
	struct aios_rec rec = rec_make(AIOS_EV_POLL_DECIDE, sizeof(rec.poll_decide), t, who);

	rec.poll_decide.kiocb = req->kiocb;
	rec.poll_decide.kctx = req->ctx->kctx;
	rec.poll_decide.decision = (uint16_t)decision;
	return rec;
}

struct aios_rec rec_name(uint64_t t, struct kit_who who, uint64_t file, uint8_t part, uint8_t piece,
			 const char *text)
{
	struct aios_rec rec = rec_make(AIOS_EV_FILE_NAME, sizeof(rec.file_name), t, who);
	size_t len = strlen(text);

	if (len > AIOS_NAME_PIECE)
		len = AIOS_NAME_PIECE;
	rec.file_name.file = file;
	rec.file_name.ino = 4711;
	rec.file_name.dev = 0x800001;
	rec.file_name.magic = 0xef53;
	rec.file_name.mode = 0100644;
	rec.file_name.part = part;
	rec.file_name.piece = piece;
	rec.file_name.text_len = (uint8_t)len;
	memcpy(rec.file_name.text, text, len);
	return rec;
}

struct aios_rec rec_name_last(uint64_t t, struct kit_who who, uint64_t file, uint8_t part,
			      uint8_t flags)
{
	struct aios_rec rec = rec_name(t, who, file, part, 0, "");

	rec.file_name.name_flags = flags | AIOS_NAME_LAST;
	return rec;
}

struct aios_rec rec_call_setup(uint64_t t, struct kit_who who, const struct kit_ctx *ctx)
{
	struct aios_rec rec = rec_make(AIOS_EV_CALL_SETUP, sizeof(rec.call_setup), t, who);

	rec.call_setup.user_id = ctx->user_id;
	rec.call_setup.max_reqs = ctx->max_reqs;
	return rec;
}

struct aios_rec rec_call_read(uint64_t t, struct kit_who who, const struct kit_ctx *ctx,
			      uint64_t begin_ns, int64_t nr, int64_t ret)
{
	struct aios_rec rec = rec_make(AIOS_EV_CALL_READ, sizeof(rec.call_read), t, who);

	rec.call_read.user_id = ctx->user_id;
	rec.call_read.nr = nr;
	rec.call_read.ret = ret;
	rec.call_read.begin_ns = begin_ns;
	return rec;
}

struct aios_rec rec_proc(uint64_t t, uint32_t what, uint32_t tgid, const char *comm)
{
	struct kit_who who = { tgid, tgid, 0, 0 };
	struct aios_rec rec = rec_make(AIOS_EV_PROC, sizeof(rec.proc), t, who);

	rec.proc.tgid = tgid;
	rec.proc.ns_tgid = tgid;
	rec.proc.ppid = 1;
	rec.proc.uid = 0;
	rec.proc.what = what;
	memcpy(rec.proc.comm, comm, strnlen(comm, AIOS_COMM_LEN));
	return rec;
}
