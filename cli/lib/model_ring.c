// SPDX-License-Identifier: GPL-2.0-only
/*
 * model_ring.c - a completion ring, rebuilt from completions, reads and glances at its head.
 *
 * Positions are counted and never wrap; a ring index is a position modulo nr_events. Three
 * positions only grow:
 *
 *	popped <= head <= tail
 *
 * tail counts completions, head is how far the ring's head is known to have moved, popped is up to
 * where it is settled who took the events. The queue holds the requests whose position between
 * popped and tail is known; a position without one is an event that nobody told of.
 *
 * io_getevents moves the head before its end is recorded, so while a reader is inside, a head
 * that moved may be its doing. When no reader is inside, what moved beyond the events that readers
 * returned was moved by the program itself. While readers are inside, that is certain only for
 * what is more than all of them asked for.
 *
 * At evidence level exact each look of a reader into the ring is told, under the lock that readers
 * take, with the head before and after. Completions are told there when their event can be seen
 * already: so a reader may have taken an event whose completion comes a moment later.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model_int.h"

#define OVERLAP_MAX	64	/* completions that can be under way at the same time */
#define POSITION_FIRST	(1ULL << 32)	/* leaves room for events found to be older */
#define RING_MAX	(8U << 20)	/* fs/aio.c, ioctx_alloc(): more events are refused */
#define EARLY_MAX	64	/* reads that can be told before a completion they took */
#define ASKED_MAX	(1ULL << 32)	/* what a reader may ask for; more is not to be had */

struct entry {
	uint64_t position;
	struct aios_request *req;
};

/* Events that a reader took whose completions have not been told. */
struct early {
	uint64_t cnt;
	uint32_t tid;
};

/**
 * struct aios_ring_state - what is known of a ring
 * @nr: entries, 0 where not known
 * @base: ring index of position 0
 * @first: position of the first event that the model can have been told of
 * @queue: circular, by position
 * @queue_first: its oldest entry
 * @readers: readers inside
 * @readers_nr: events they asked for, in sum
 * @past: at most so many events of an unknown number may lie in front
 * @unclaimed: of the events taken by somebody unknown, those no reader has come out with
 * @old_reader: a reader of whom nothing is known may be inside: from before the trace, or a hole
 * @wild: the head was seen where no entry is
 * @blind: a reader went in before the file begins: what it took by then is not told
 * @early: oldest first; their events are the last ones before @tail
 * @early_cnt: of @early
 * @crowded: somebody else took events, or could have, since the last time nobody was inside
 */
struct aios_ring_state {
	uint32_t nr;
	uint32_t base;
	uint64_t first;
	uint64_t popped;
	uint64_t head;
	uint64_t tail;
	struct entry *queue;
	size_t queue_cap;
	size_t queue_first;
	size_t queue_cnt;
	uint32_t readers;
	uint64_t readers_nr;
	uint32_t past;
	uint64_t unclaimed;
	bool old_reader;
	bool crowded;
	bool wild;
	bool blind;
	struct early early[EARLY_MAX];
	size_t early_cnt;
};

/* Makes @index the ring index of @position. */
static void ring_place(struct aios_ring_state *ring, uint64_t position, uint32_t index)
{
	if (ring->nr)
		ring->base = (uint32_t)((index % ring->nr + ring->nr - position % ring->nr) %
					ring->nr);
}

static uint32_t ring_index(const struct aios_ring_state *ring, uint64_t position)
{
	return (uint32_t)((position + ring->base) % ring->nr);
}

/* How far @index is ahead of @position, up to once around the ring. */
static uint32_t ring_ahead(const struct aios_ring_state *ring, uint64_t position, uint32_t index)
{
	return (index % ring->nr + ring->nr - ring_index(ring, position)) % ring->nr;
}

/**
 * aios_ring_new() - a ring of which nothing is known but its size
 * @nr_events: its entries, 0 where not known
 * Return: empty, owned by the context, or NULL for -ENOMEM.
 */
struct aios_ring_state *aios_ring_new(uint32_t nr_events)
{
	struct aios_ring_state *ring = calloc(1, sizeof(*ring));

	if (!ring)
		return NULL;
	ring->nr = nr_events <= RING_MAX ? nr_events : 0;
	ring->first = ring->popped = ring->head = ring->tail = POSITION_FIRST;
	ring_place(ring, POSITION_FIRST, 0);
	return ring;
}

static struct entry *queue_at(const struct aios_ring_state *ring, size_t nr)
{
	return &ring->queue[(ring->queue_first + nr) & (ring->queue_cap - 1)];
}

/**
 * aios_ring_free() - frees a ring; the requests in it are let go
 * @ring: may be NULL
 * Return: NULL.
 */
struct aios_ring_state *aios_ring_free(struct aios_ring_state *ring)
{
	if (!ring)
		return NULL;
	for (size_t i = 0; i < ring->queue_cnt; i++)
		aios_req_unpin(queue_at(ring, i)->req);
	free(ring->queue);
	free(ring);
	return NULL;
}

static struct aios_ring_state *ctx_ring(struct aios_ctx *ctx)
{
	if (!ctx->ring)
		ctx->ring = aios_ring_new(0);
	return ctx->ring;
}

static int queue_grow(struct aios_ring_state *ring)
{
	size_t cap = ring->queue_cap ? ring->queue_cap * 2 : 64;
	struct entry *queue = calloc(cap, sizeof(*queue));

	if (!queue)
		return -ENOMEM;
	for (size_t i = 0; i < ring->queue_cnt; i++)
		queue[i] = *queue_at(ring, i);
	free(ring->queue);
	ring->queue = queue;
	ring->queue_cap = cap;
	ring->queue_first = 0;
	return 0;
}

/* Enters a request, which is pinned, at its position: at the end, or a little before. */
static int queue_put(struct aios_ring_state *ring, uint64_t position, struct aios_request *req)
{
	size_t at = ring->queue_cnt;
	int err = at == ring->queue_cap ? queue_grow(ring) : 0;

	if (err)
		return err;
	for (; at && queue_at(ring, at - 1)->position > position; at--)
		*queue_at(ring, at) = *queue_at(ring, at - 1);
	aios_req_pin(req);
	*queue_at(ring, at) = (struct entry){ position, req };
	ring->queue_cnt++;
	return 0;
}

/* Takes the oldest request before @position out. Return: pinned for the caller, or NULL. */
static struct aios_request *queue_take(struct aios_ring_state *ring, uint64_t position)
{
	struct entry *entry = ring->queue_cnt ? queue_at(ring, 0) : NULL;

	if (!entry || entry->position >= position)
		return NULL;
	ring->queue_first++;
	ring->queue_cnt--;
	return entry->req;
}

/**
 * aios_ring_found() - what lay in the ring of a context that is older than the trace
 * @ctx: the context; its ring may be in use already
 * @body: the record
 * Return: 0 or -ENOMEM.
 */
int aios_ring_found(struct aios_ctx *ctx, const struct aios_ctx_found *body)
{
	struct aios_ring_state *ring = ctx_ring(ctx);
	uint32_t unread;

	if (!ring)
		return -ENOMEM;
	ring->nr = body->nr_events <= RING_MAX ? body->nr_events : 0;
	ring->old_reader = body->waiters;
	if (!ring->nr)
		return 0;
	ring_place(ring, ring->tail, body->tail);
	if (body->head < ring->nr) {
		unread = (body->tail % ring->nr + ring->nr - body->head) % ring->nr;
		if (ring->tail - unread < ring->popped)
			ring->popped = ring->head = ring->tail - unread;
	} else {
		ring->past = ring->nr - 1;
	}
	ctx->unread = (uint32_t)(ring->tail - ring->head);
	if (ctx->unread > ctx->unread_max)
		ctx->unread_max = ctx->unread;
	return 0;
}

static uint64_t early_events(const struct aios_ring_state *ring);

/**
 * aios_ring_gap() - records are missing: readers may have gone in or out
 * @ctx: whose ring
 */
void aios_ring_gap(struct aios_ctx *ctx)
{
	struct aios_ring_state *ring = ctx->ring;

	if (!ring)
		return;
	ring->readers = 0;
	ring->readers_nr = 0;
	ring->old_reader = true;
	ctx->not_seen += early_events(ring);
	ring->early_cnt = 0;
}

/**
 * aios_ring_swap() - an event in the ring is another request's than was thought
 * @ctx: whose ring
 * @from: its supposed request; may have left the ring
 * @to: its request
 */
void aios_ring_swap(struct aios_ctx *ctx, const struct aios_request *from,
		    struct aios_request *to)
{
	struct aios_ring_state *ring = ctx->ring;

	for (size_t i = 0; ring && i < ring->queue_cnt; i++)
		if (queue_at(ring, i)->req == from)
			aios_req_set(&queue_at(ring, i)->req, to);
}

/* Events up to @position were taken by @reaper. */
static int ring_pop(struct aios_model *model, struct aios_ctx *ctx, uint64_t position,
		    enum aios_reaper reaper, uint32_t tid, bool inferred)
{
	struct aios_ring_state *ring = ctx->ring;
	uint64_t *count = reaper == AIOS_REAPER_KERNEL ? &ctx->reaped_kernel :
			  reaper == AIOS_REAPER_USER ? &ctx->reaped_user : &ctx->reaped_unknown;
	struct aios_request *req;
	int err = 0;

	*count += position - ring->popped;
	if (reaper == AIOS_REAPER_UNKNOWN)
		ring->unclaimed += position - ring->popped;
	ring->popped = position;
	if (ring->head < position)
		ring->head = position;
	ctx->unread = (uint32_t)(ring->tail - ring->head);
	while (!err && (req = queue_take(ring, position))) {
		/* Which of overlapping completions came first is open; so is who had which. */
		err = aios_req_reaped(model, req, reaper, tid, inferred || req->slot_inferred);
		aios_req_unpin(req);
	}
	return err;
}

/* Settles what the head shows and no reader can have done. */
static int ring_settle(struct aios_model *model, struct aios_ctx *ctx, bool inferred)
{
	struct aios_ring_state *ring = ctx->ring;
	bool riddle = ring->old_reader || ring->wild;
	enum aios_reaper reaper = riddle ? AIOS_REAPER_UNKNOWN : AIOS_REAPER_USER;

	if (ring->head - ring->popped <= ring->readers_nr)
		return 0;
	if (ring->readers)
		ring->crowded = true;
	return ring_pop(model, ctx, ring->head - ring->readers_nr, reaper, 0,
			inferred || ring->crowded);
}

/*
 * Takes a glance at the ring's head; the program may have written anything there. One that is
 * behind may just be older than another CPU's glance: it was read before its record got its time.
 * Return: whether it tells something.
 */
static bool ring_glance(struct aios_ctx *ctx, uint32_t head)
{
	struct aios_ring_state *ring = ctx->ring;
	uint32_t ahead;

	if (head == AIOS_UNKNOWN32 || !ring->nr)
		return false;
	/* Somebody writes there what is no index: from now on the head is a riddle. */
	if (head >= ring->nr)
		ring->wild = true;
	ahead = head < ring->nr ? ring_ahead(ring, ring->head, head) : ring->nr;
	if (ring->past && ahead < ring->nr)
		return false;
	if (ahead == ring->nr || ring->head + ahead > ring->tail) {
		ctx->strange_heads++;
		return false;
	}
	ring->head += ahead;
	ctx->unread = (uint32_t)(ring->tail - ring->head);
	return true;
}

/*
 * After a hole the tail tells how many completions fell into it. Without a hole a tail that is
 * ahead only means that two records came in the other order; with one, ring_gap_at() puts that
 * right when the other one comes.
 */
static void ring_catch_up(struct aios_ctx *ctx, uint32_t tail)
{
	struct aios_ring_state *ring = ctx->ring;
	uint32_t ahead;

	if (!ctx->tainted || tail >= ring->nr)
		return;
	ahead = ring_ahead(ring, ring->tail, tail);
	if (ahead >= ring->nr - OVERLAP_MAX)
		return;
	ctx->not_seen += ahead;
	ring->tail += ahead;
}

/**
 * aios_ring_observe() - a record shows the ring's head
 * @model: the model
 * @ctx: whose ring
 * @head: ring->head, or AIOS_UNKNOWN32
 * Return: 0 or what a listener returned.
 */
int aios_ring_observe(struct aios_model *model, struct aios_ctx *ctx, uint32_t head)
{
	if (!ctx_ring(ctx))
		return -ENOMEM;
	ring_glance(ctx, head);
	return ring_settle(model, ctx, false);
}

/*
 * A position from @from on that was taken for a lost completion and can still be this one's.
 * Return: the position, or the tail.
 */
static uint64_t ring_gap_at(const struct aios_ctx *ctx, uint64_t from)
{
	const struct aios_ring_state *ring = ctx->ring;
	size_t at = ring->queue_cnt;

	if (!ctx->not_seen || from < ring->popped || from < ring->first)
		return ring->tail;
	while (at && queue_at(ring, at - 1)->position >= from)
		at--;
	for (; from < ring->tail; from++, at++)
		if (at == ring->queue_cnt || queue_at(ring, at)->position != from)
			break;
	return from;
}

/*
 * Can a completion that was lost have got in between this one's look at the tail and the lock? At
 * level exact, the look is under the lock.
 */
static bool may_be_pushed(const struct aios_request *req)
{
	return req->ctx->tainted && !(req->ledger && req->ledger->puts_told);
}

/*
 * Which entry does a completion take? The tail was read before the lock was taken: if it is the
 * one expected, this one. If it lags, the last few completions and this one overlapped, and any of
 * them may have been first. If it is ahead, completions happened that no record has told of (yet).
 */
static uint64_t ring_slot(struct aios_ctx *ctx, struct aios_request *req, uint32_t tail)
{
	struct aios_ring_state *ring = ctx->ring;
	uint64_t position = ring->tail;
	uint32_t lag;

	if (!ring->nr)
		return position;
	lag = (ring->nr - ring_ahead(ring, ring->tail, tail)) % ring->nr;
	if (lag && lag <= OVERLAP_MAX)
		position = ring_gap_at(ctx, ring->tail - lag);
	req->slot = ring_index(ring, position);
	if (position < ring->tail)
		return position;
	req->slot_inferred = lag || may_be_pushed(req);
	for (size_t i = 1; lag <= OVERLAP_MAX && i <= lag && i <= ring->queue_cnt; i++)
		queue_at(ring, ring->queue_cnt - i)->req->slot_inferred = true;
	return position;
}

static uint64_t early_events(const struct aios_ring_state *ring)
{
	uint64_t events = 0;

	for (size_t i = 0; i < ring->early_cnt; i++)
		events += ring->early[i].cnt;
	return events;
}

/*
 * A reader took @cnt events whose completions are still to be told. Without a hole they will be;
 * with one, or where there is no room, they count as lost at once.
 */
static void early_add(struct aios_ctx *ctx, uint64_t cnt, uint32_t tid)
{
	struct aios_ring_state *ring = ctx->ring;

	ring->tail += cnt;
	if (ctx->tainted || ring->early_cnt == EARLY_MAX || cnt > OVERLAP_MAX)
		ctx->not_seen += cnt;
	else
		ring->early[ring->early_cnt++] = (struct early){ cnt, tid };
}

/* Is this the completion of the oldest event that was taken early? Return: whether it was. */
static bool early_is(const struct aios_ring_state *ring, uint32_t tail)
{
	return ring->early_cnt && ring->nr && tail < ring->nr &&
	       ring_index(ring, ring->tail - early_events(ring)) == tail;
}

static int early_complete(struct aios_model *model, struct aios_request *req, uint32_t tail)
{
	struct aios_ring_state *ring = req->ctx->ring;
	uint32_t tid = ring->early[0].tid;

	if (!--ring->early[0].cnt) {
		ring->early_cnt--;
		memmove(ring->early, ring->early + 1, ring->early_cnt * sizeof(ring->early[0]));
	}
	req->slot = tail;
	return aios_req_reaped(model, req, AIOS_REAPER_KERNEL, tid, false);
}

/**
 * aios_ring_complete() - an event enters the ring
 * @model: the model
 * @req: its request
 * @body: the record
 * Return: 0, -ENOMEM, or what a listener returned.
 */
int aios_ring_complete(struct aios_model *model, struct aios_request *req,
		       const struct aios_req_complete *body)
{
	struct aios_ctx *ctx = req->ctx;
	struct aios_ring_state *ring;
	uint64_t position;
	int err;

	/* Its context was freed: nobody will ever read this. */
	if (ctx->handed_out)
		return aios_req_over(model, req, AIOS_FATE_UNREAD);
	ring = ctx_ring(ctx);
	if (!ring)
		return -ENOMEM;
	if (early_is(ring, body->tail))
		return early_complete(model, req, body->tail);
	ring_catch_up(ctx, body->tail);
	position = ring_slot(ctx, req, body->tail);
	err = aios_ring_observe(model, ctx, body->head);
	if (err)
		return err;
	if (position == ring->tail)
		ring->tail++;
	else
		ctx->not_seen--;
	err = queue_put(ring, position, req);
	ctx->unread = (uint32_t)(ring->tail - ring->head);
	if (ctx->unread > ctx->unread_max)
		ctx->unread_max = ctx->unread;
	ctx->unread_sum += ctx->unread;
	return err;
}

/**
 * aios_ring_reader_gone() - a thread is not inside any more, whatever it took
 * @thread: which
 */
void aios_ring_reader_gone(struct aios_thread *thread)
{
	struct aios_ring_state *ring = thread->reading ? thread->reading->ring : NULL;

	if (ring && ring->readers) {
		ring->readers--;
		ring->readers_nr -= ring->readers_nr < thread->read_nr ? ring->readers_nr :
				    thread->read_nr;
	}
	aios_ctx_unpin(thread->reading);
	thread->reading = NULL;
}

/**
 * aios_ring_read_begin() - a reader goes in
 * @model: the model
 * @rec: AIOS_EV_READ_BEGIN
 * Return: 0, -ENOMEM, or what a listener returned.
 */
int aios_ring_read_begin(struct aios_model *model, const struct aios_rec *rec)
{
	const struct aios_read_begin *body = &rec->read_begin;
	struct aios_thread *thread = aios_model_thread(model, &rec->h);
	struct aios_ctx *ctx = aios_model_ctx(model, body->kctx);
	int err;

	if (!thread || !ctx || !ctx_ring(ctx))
		return -ENOMEM;
	aios_ring_reader_gone(thread);
	ring_catch_up(ctx, body->tail);
	err = aios_ring_observe(model, ctx, body->head);
	if (err)
		return err;
	aios_ctx_pin(ctx);
	thread->reading = ctx;
	thread->read_ns = rec->h.time_ns;
	thread->read_nr = body->nr > 0 ? (uint64_t)body->nr : 0;
	if (thread->read_nr > ASKED_MAX)
		thread->read_nr = ASKED_MAX;
	thread->read_got = 0;
	ctx->ring->blind = (ctx->ring->blind && ctx->ring->readers) ||
			   rec->h.flags & AIOS_F_FRONT;
	ctx->ring->crowded = ctx->ring->crowded || ctx->ring->readers;
	ctx->ring->readers++;
	ctx->ring->readers_nr += thread->read_nr;
	return 0;
}

/* The reader that goes out, if it was seen going in. */
static void ring_reader_out(struct aios_thread *thread, struct aios_ctx *ctx, uint64_t now_ns)
{
	struct aios_ring_state *ring = ctx->ring;

	/* One from before the trace, or its beginning was lost. There may be others like it. */
	if (thread->reading != ctx || !ring->readers) {
		ring->old_reader = true;
		return;
	}
	ctx->waited_ns += now_ns - thread->read_ns;
	aios_ring_reader_gone(thread);
}

/*
 * How many of the @got events of a reader are still to be settled? Where the head tells, no more
 * than it has moved; the rest was seen to leave before, and counted as taken by somebody unknown.
 */
static uint64_t ring_owed(struct aios_ctx *ctx, uint64_t got, bool head_tells)
{
	struct aios_ring_state *ring = ctx->ring;
	uint64_t claimed;

	if (head_tells)
		claimed = got - (got < ring->head - ring->popped ? got : ring->head - ring->popped);
	else
		claimed = got;
	if (claimed > ring->unclaimed)
		claimed = ring->unclaimed;
	ring->unclaimed -= claimed;
	ctx->reaped_unknown -= claimed;
	ctx->reaped_kernel += claimed;
	return got - claimed;
}

/* Settles the events of a reader that came out with @got of them. */
static int ring_read(struct aios_model *model, struct aios_ctx *ctx, const struct aios_rec *rec,
		     uint64_t got)
{
	struct aios_ring_state *ring = ctx->ring;
	bool head_tells = ring_glance(ctx, rec->read_end.head);
	uint64_t owed = ring_owed(ctx, got, head_tells), lies = ring->tail - ring->popped;
	bool beside = head_tells && ring->head - ring->popped > owed;
	/* Where the head is hidden the program may have taken some itself, before or between. */
	bool inferred = ring->crowded || ring->past || beside || !head_tells;
	uint32_t past = owed < ring->past ? (uint32_t)owed : ring->past;
	int err;

	ring->past -= past;
	/* More events than completions were seen: theirs are in a hole, or in the past. */
	if (owed > lies) {
		ctx->not_seen += owed - lies > past ? owed - lies - past : 0;
		ring->tail = ring->popped + owed;
	}
	err = ring_pop(model, ctx, ring->popped + owed, AIOS_REAPER_KERNEL, rec->h.tid, inferred);
	if (!err)
		err = ring_settle(model, ctx, inferred);
	if (!ring->readers)
		ring->crowded = false;
	return err;
}

/**
 * aios_ring_read_end() - a reader comes out with events
 * @model: the model
 * @rec: AIOS_EV_READ_END
 * Return: 0, -ENOMEM, or what a listener returned.
 */
int aios_ring_read_end(struct aios_model *model, const struct aios_rec *rec)
{
	const struct aios_read_end *body = &rec->read_end;
	struct aios_thread *thread = aios_model_thread(model, &rec->h);
	struct aios_ctx *ctx = aios_model_ctx(model, body->kctx);
	uint64_t got = body->ret > 0 ? (uint64_t)body->ret : 0, settled;
	int err;

	if (!thread || !ctx || !ctx_ring(ctx))
		return -ENOMEM;
	if (got > ASKED_MAX)
		got = ASKED_MAX;
	aios_ctx_pin(ctx);
	settled = thread->reading == ctx ? thread->read_got : 0;
	ring_reader_out(thread, ctx, rec->h.time_ns);
	ctx->reads++;
	ctx->read_events += got;
	ring_catch_up(ctx, body->tail);
	err = ring_read(model, ctx, rec, got - (settled < got ? settled : got));
	aios_ctx_unpin(ctx);
	return err;
}

/* Can a look into the ring be placed in it? @at: position of the head that was found. */
static bool taken_is_clear(const struct aios_ring_state *ring, const struct aios_ring_read *body,
			   uint64_t *at)
{
	if (!ring->nr || ring->old_reader || ring->wild || ring->past || ring->blind ||
	    body->ret <= 0 || body->ret >= ring->nr || body->head >= ring->nr ||
	    (body->head + (uint32_t)body->ret) % ring->nr != body->new_head)
		return false;
	*at = ring->popped + ring_ahead(ring, ring->popped, body->head);
	return *at <= ring->tail;
}

/**
 * aios_ring_taken() - a reader took events out of the ring (level exact)
 * @model: the model
 * @rec: AIOS_EV_RING_READ
 *
 * Readers take the ring's lock to look, so what the head has moved since the last look, or end of
 * what is settled, was moved by the program. Where it is not clear who else is inside, what the
 * reader comes out with has to do.
 *
 * Return: 0, -ENOMEM, or what a listener returned.
 */
int aios_ring_taken(struct aios_model *model, const struct aios_rec *rec)
{
	const struct aios_ring_read *body = &rec->ring_read;
	struct aios_thread *thread = aios_model_thread(model, &rec->h);
	struct aios_ctx *ctx = aios_model_ctx(model, body->kctx);
	uint64_t at, got = (uint64_t)body->ret;
	struct aios_ring_state *ring;
	int err;

	if (!thread || !ctx || !ctx_ring(ctx))
		return -ENOMEM;
	ring = ctx->ring;
	if (thread->reading != ctx || !taken_is_clear(ring, body, &at))
		return 0;
	if (at + got > ring->tail)
		early_add(ctx, at + got - ring->tail, rec->h.tid);
	err = ring_pop(model, ctx, at, AIOS_REAPER_USER, 0, false);
	if (!err)
		err = ring_pop(model, ctx, at + got, AIOS_REAPER_KERNEL, rec->h.tid, false);
	thread->read_got += got;
	got = got < thread->read_nr ? got : thread->read_nr;
	thread->read_nr -= got;
	ring->readers_nr -= got < ring->readers_nr ? got : ring->readers_nr;
	return err;
}

/* What left the ring, and nobody came out with it before the end. */
static int ring_leave(struct aios_model *model, struct aios_ctx *ctx)
{
	struct aios_ring_state *ring = ctx->ring;

	return ring_pop(model, ctx, ring->head, AIOS_REAPER_UNKNOWN, 0, true);
}

/**
 * aios_ring_end() - the ring goes away: what is in it was never read
 * @model: the model
 * @ctx: whose ring
 * @head: its last head, or AIOS_UNKNOWN32
 * @tail: its last tail, or AIOS_UNKNOWN32
 * Return: 0, -ENOMEM, or what a listener returned.
 */
int aios_ring_end(struct aios_model *model, struct aios_ctx *ctx, uint32_t head, uint32_t tail)
{
	struct aios_ring_state *ring = ctx->ring;
	struct aios_request *req;
	int err;

	if (!ring)
		return 0;
	ctx->not_seen += early_events(ring);
	ring->early_cnt = 0;
	if (tail < ring->nr) {
		uint32_t missing = ring_ahead(ring, ring->tail, tail);

		ctx->not_seen += missing;
		ring->tail += missing;
	}
	/* Whoever was inside is out: a reader holds the context. Its end was not seen. */
	if (ctx->free_ns && ring->readers) {
		ring->readers = 0;
		ring->readers_nr = 0;
		ring->old_reader = true;
	}
	err = aios_ring_observe(model, ctx, head);
	if (!err)
		err = ring_leave(model, ctx);
	ctx->discarded += ring->tail - ring->popped;
	ring->popped = ring->head = ring->tail;
	while (!err && (req = queue_take(ring, ring->tail))) {
		err = aios_req_over(model, req, AIOS_FATE_UNREAD);
		aios_req_unpin(req);
	}
	return err;
}

/**
 * aios_ring_unread() - goes through the events that lie in a ring, oldest first
 * @ctx: whose ring
 * @before_ns: only those that completed before this
 * @each: called with @arg
 * Return: 0 or what @each returned.
 */
int aios_ring_unread(struct aios_ctx *ctx, uint64_t before_ns,
		     int (*each)(void *arg, struct aios_request *req), void *arg)
{
	struct aios_ring_state *ring = ctx->ring;
	int ret = 0;

	for (size_t i = 0; ring && i < ring->queue_cnt && !ret; i++) {
		struct aios_request *req = queue_at(ring, i)->req;

		if (req->completed_ns < before_ns)
			ret = each(arg, req);
	}
	return ret;
}
