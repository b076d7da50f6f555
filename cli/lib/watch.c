// SPDX-License-Identifier: GPL-2.0-only
/*
 * watch.c - what rules remember of contexts while they live.
 */
#include "watch_int.h"

#include <errno.h>
#include <stdlib.h>

#include "vec.h"

const struct aios_watch *aios_watch_get(const struct aios_watches *watches, uint64_t kctx)
{
	return aios_map_get(&watches->map, kctx);
}

static void watch_done(struct aios_watch *watch)
{
	free(watch->faults);
	free(watch->readers);
	free(watch->events);
}

static void watch_free(struct aios_watch *watch)
{
	if (watch)
		watch_done(watch);
	free(watch);
}

/* A program knows its contexts by a number. Where two have the same key, one is not found. */
static uint64_t watch_key(uint64_t user_id, uint32_t tgid)
{
	return user_id ^ (uint64_t)tgid << 40;
}

/**
 * aios_watch_of() - what is remembered of a context that a program names
 * @watches: where
 * @user_id: aio_context_t
 * @tgid: the program
 * Return: of a context that it made, and under that number; or NULL.
 */
struct aios_watch *aios_watch_of(const struct aios_watches *watches, uint64_t user_id,
				 uint32_t tgid)
{
	struct aios_watch *watch = aios_map_get(&watches->by_user, watch_key(user_id, tgid));

	return watch && watch->user_id == user_id && watch->tgid == tgid ? watch : NULL;
}

static struct aios_watch *watch_take(struct aios_watches *watches, uint64_t kctx)
{
	struct aios_watch *watch = aios_map_take(&watches->map, kctx);

	if (watch && aios_watch_of(watches, watch->user_id, watch->tgid) == watch)
		aios_map_take(&watches->by_user, watch_key(watch->user_id, watch->tgid));
	return watch;
}

/* A thread waits for a context from now on, besides others. */
static int wait_begins(struct aios_watches *watches, struct aios_watch *watch, uint32_t tid)
{
	struct aios_watch *next = aios_map_get(&watches->waiters, tid);
	int err = aios_map_put(&watches->waiters, tid, watch);

	if (err)
		return err;
	watch->waiter = tid;
	watch->waited = true;
	watch->prev = NULL;
	watch->next = next;
	if (next)
		next->prev = watch;
	return 0;
}

/* It waits no more; who it was is remembered. */
static void wait_over(struct aios_watches *watches, struct aios_watch *watch)
{
	if (!watch->waited)
		return;
	watch->waited = false;
	if (watch->next)
		watch->next->prev = watch->prev;
	if (watch->prev)
		watch->prev->next = watch->next;
	else if (!watch->next || aios_map_put(&watches->waiters, watch->waiter, watch->next))
		aios_map_take(&watches->waiters, watch->waiter);
}

static void watch_drop(struct aios_watches *watches, uint64_t kctx)
{
	struct aios_watch *watch = watch_take(watches, kctx);

	if (watch)
		wait_over(watches, watch);
	watch_free(watch);
}

int aios_watch_over(struct aios_watches *watches, const struct aios_ctx *ctx)
{
	struct aios_watch *watch = aios_map_get(&watches->map, ctx->kctx);
	struct aios_wait *waits;

	/* An io_setup that failed in the end waits for nobody. */
	if (!watch || !watch->waited || ctx->undone || !ctx->free_ns) {
		watch_drop(watches, ctx->kctx);
		return 0;
	}
	waits = aios_vec_room(watches->waits, watches->wait_cnt, &watches->wait_cap,
			      sizeof(*waits));
	if (!waits)
		return -ENOMEM;
	watches->waits = waits;
	waits[watches->wait_cnt++] = (struct aios_wait){ aios_context_hold(ctx), watch };
	wait_over(watches, watch_take(watches, ctx->kctx));
	return 0;
}

/* Takes one of @waits out. */
static void wait_ends(struct aios_watches *watches, size_t nr)
{
	watch_free(watches->waits[nr].watch);
	aios_context_release(watches->waits[nr].ctx);
	watches->waits[nr] = watches->waits[--watches->wait_cnt];
}

void aios_watches_done(struct aios_watches *watches)
{
	struct aios_watch *watch;
	size_t iter = 0;

	while ((watch = aios_map_next(&watches->map, &iter)))
		watch_free(watch);
	aios_map_done(&watches->map);
	aios_map_done(&watches->by_user);
	aios_map_done(&watches->waiters);
	aios_watch_submitters_done(watches);
	watch_done(&watches->host);
	while (watches->wait_cnt)
		wait_ends(watches, watches->wait_cnt - 1);
	free(watches->waits);
}

static int watch_new(struct aios_watches *watches, const struct aios_rec *rec)
{
	const struct aios_ctx_setup *body = &rec->ctx_setup;
	struct aios_watch *watch;

	watch_drop(watches, body->kctx);
	watch = aios_map_add(&watches->map, body->kctx, sizeof(*watch));
	if (!watch)
		return -ENOMEM;
	watch->kctx = body->kctx;
	watch->user_id = body->user_id;
	watch->tgid = rec->h.tgid;
	return aios_map_put(&watches->by_user, watch_key(watch->user_id, watch->tgid), watch);
}

/**
 * aios_watch_keep() - keeps a record for findings, which have the newest ones
 * @watch: of its context
 * @rec: copied; without memory for it a finding has fewer, and is as true
 */
void aios_watch_keep(struct aios_watch *watch, const struct aios_rec *rec)
{
	struct aios_rec *events = watch->events;

	if (watch->event_cnt < AIOS_WATCH_EVENTS)
		events =
			aios_vec_room(events, watch->event_cnt, &watch->event_cap, sizeof(*events));
	if (!events)
		return;
	watch->events = events;
	events[watch->event_cnt++ % AIOS_WATCH_EVENTS] = *rec;
}

static void see_kill(struct aios_seen *seen)
{
	const struct aios_ctx_kill *kill = &seen->rec->ctx_kill;
	uint32_t nr = seen->ctx ? seen->ctx->nr_events : 0;

	if (kill->ret)
		return;
	if (kill->head < nr && kill->tail < nr)
		seen->watch->unread = (kill->tail + nr - kill->head) % nr;
	seen->watch->kills++;
	wait_over(seen->watches, seen->watch);
	seen->err = wait_begins(seen->watches, seen->watch, seen->rec->h.tid);
}

static void see_users0(struct aios_seen *seen)
{
	seen->watch->users0++;
}

static void see_reqs0(struct aios_seen *seen)
{
	seen->watch->reqs0++;
}

/*
 * How many events does a reader still wait for? It takes what there is and sleeps for the rest: as
 * far as the head has moved since it is inside, it has them, if nobody else can have taken them.
 */
static uint64_t reader_needs(const struct aios_watch_reader *reader, uint32_t nr, uint32_t head)
{
	uint64_t min_nr = (uint64_t)reader->rec.read_begin.min_nr, moved;
	uint32_t from = reader->rec.read_begin.head;

	if (reader->crowded || from >= nr)
		return min_nr;
	moved = (head + nr - from) % nr;
	return moved < min_nr ? min_nr - moved : 0;
}

/* Who was interrupted is not who does it. */
static uint32_t toucher(const struct aios_hdr *hdr)
{
	return hdr->flags & (AIOS_F_SOFTIRQ | AIOS_F_HARDIRQ) ? 0 : hdr->tid;
}

static void touch(struct aios_touch *last, const struct aios_hdr *hdr)
{
	uint32_t tid = toucher(hdr);

	if (last->tid != tid || !tid)
		last->others_ns = last->ns;
	last->ns = hdr->time_ns;
	last->tid = tid;
}

/* Since when has each reader had enough? @head, @tail: of the ring, now */
static void readers_look(const struct aios_seen *seen, uint32_t head, uint32_t tail)
{
	struct aios_watch *watch = seen->watch;
	uint32_t nr = seen->ctx ? seen->ctx->nr_events : 0;

	touch(&watch->shown, &seen->rec->h);
	if (!nr || head >= nr || tail > nr)
		return;
	for (size_t i = 0; i < watch->reader_cnt; i++) {
		struct aios_watch_reader *reader = &watch->readers[i];

		if (!reader->rec.h.type || reader->rec.read_begin.min_nr <= 0)
			continue;
		if ((tail + nr - head) % nr < reader_needs(reader, nr, head))
			reader->enough_ns = 0;
		else if (!reader->enough_ns)
			reader->enough_ns = seen->rec->h.time_ns;
	}
}

static void see_complete(struct aios_seen *seen)
{
	const struct aios_req_complete *body = &seen->rec->req_complete;
	uint32_t nr = seen->ctx ? seen->ctx->nr_events : 0;

	aios_watch_request(seen);
	seen->watch->completed_ns = seen->rec->h.time_ns;
	if (seen->rec->h.time_ns < seen->watch->hoarded.h.time_ns + AIOS_SETTLED_NS &&
	    toucher(&seen->rec->h) != seen->watch->hoarded.h.tid)
		seen->watch->hoarded.h.time_ns = 0;
	seen->watch->busy_events++;
	if (seen->watch->gone_ns) {
		seen->watch->late++;
		aios_watch_keep(seen->watch, seen->rec);
	}
	if (!nr)
		return;
	if (body->tail >= nr && body->tail != AIOS_UNKNOWN32)
		aios_watch_faulty(seen, AIOS_FAULT_TAIL, 0);
	if (body->head < nr && body->tail < nr && (body->tail + 1) % nr == body->head) {
		seen->watch->laps++;
		aios_watch_keep(seen->watch, seen->rec);
	}
	readers_look(seen, body->head, body->tail + 1);
}

/*
 * Looks into the ring follow each other, from where the head was when the first reader came in to
 * where it is when the last one comes out, in whatever order they are told: at each slot as many
 * end as begin. Only slots where that is not so are kept, which are few at any time.
 */
static void loosen(struct aios_watch *watch, uint32_t slot, int32_t ends)
{
	struct aios_loose *loose = watch->loose;
	size_t i = 0;

	if (watch->loose_cnt == AIOS_LOOSE_MAX)
		return;
	while (i < watch->loose_cnt && loose[i].slot != slot)
		i++;
	if (i == watch->loose_cnt) {
		loose[i] = (struct aios_loose){ .slot = slot };
		if (++watch->loose_cnt == AIOS_LOOSE_MAX)
			return;
	}
	loose[i].ends += ends;
	if (!loose[i].ends)
		loose[i] = loose[--watch->loose_cnt];
}

/*
 * Did a look begin where none ended, while the program left the head alone? If it did not, the head
 * moved by more than was taken, and there were more events than were taken and are left.
 */
static bool looks_are_apart(const struct aios_watch *watch, uint32_t nr,
			    const struct aios_read_end *end)
{
	if (!watch->busy_took || watch->busy_events >= AIOS_UNKNOWN32 || end->head >= nr ||
	    end->tail >= nr || watch->loose_cnt == AIOS_LOOSE_MAX ||
	    (watch->busy_head + watch->busy_took) % nr != end->head ||
	    watch->busy_events > watch->busy_took + (end->tail + nr - end->head) % nr)
		return false;
	for (size_t i = 0; i < watch->loose_cnt; i++)
		if (watch->loose[i].ends < 0)
			return true;
	return false;
}

/*
 * While readers are inside, the head of the ring moves at least by what they return: a program that
 * takes events out itself only moves it further. That holds as long as there are fewer events than
 * the ring has entries, so that the head cannot come round.
 */
static void busy_begins(struct aios_watch *watch, const struct aios_ctx *ctx,
			const struct aios_read_begin *begin)
{
	uint32_t nr = ctx ? ctx->nr_events : 0;
	bool known = begin->head < nr && begin->tail < nr;

	watch->busy_head = begin->head;
	watch->busy_got = 0;
	watch->busy_moved = 0;
	watch->busy_took = 0;
	watch->loose_cnt = 0;
	loosen(watch, begin->head, 1);
	watch->busy_events = known ? (begin->tail + nr - begin->head) % nr : AIOS_UNKNOWN32;
}

/* Who looked at the head first may be told of last: each has taken its events before it looked. */
static void busy_goes_on(struct aios_watch *watch, const struct aios_ctx *ctx,
			 const struct aios_read_end *end)
{
	uint32_t nr = ctx ? ctx->nr_events : 0;
	uint64_t moved;

	if (end->ret > 0)
		watch->busy_got += (uint64_t)end->ret;
	if (end->head >= nr) {
		watch->busy_events = AIOS_UNKNOWN32;
		return;
	}
	moved = (end->head + nr - watch->busy_head) % nr;
	if (moved > watch->busy_moved)
		watch->busy_moved = moved;
}

static void busy_ends(struct aios_watch *watch, const struct aios_ctx *ctx,
		      const struct aios_rec *rec)
{
	if (ctx && ctx->nr_events && looks_are_apart(watch, ctx->nr_events, &rec->read_end)) {
		watch->apart++;
		aios_watch_keep(watch, rec);
	}
	if (!ctx || watch->busy_events >= ctx->nr_events || watch->busy_got <= watch->busy_moved)
		return;
	watch->twice += watch->busy_got - watch->busy_moved;
	aios_watch_keep(watch, rec);
}

static void see_read_begin(struct aios_seen *seen)
{
	struct aios_watch *watch = seen->watch;
	size_t place = watch->reader_cnt;
	struct aios_watch_reader *readers;
	bool alone = true;

	aios_watch_user(seen);
	for (size_t i = 0; i < watch->reader_cnt; i++) {
		if (watch->readers[i].rec.h.type) {
			watch->readers[i].crowded = true;
			alone = false;
		} else {
			place = i;
		}
	}
	readers = aios_vec_room(watch->readers, watch->reader_cnt, &watch->reader_cap,
				sizeof(*readers));
	if (!readers)
		return;
	watch->readers = readers;
	if (!watch->inside++)
		busy_begins(watch, seen->ctx, &seen->rec->read_begin);
	readers[place] = (struct aios_watch_reader){ .rec = *seen->rec, .crowded = !alone };
	watch->reader_cnt += place == watch->reader_cnt;
	readers_look(seen, seen->rec->read_begin.head, seen->rec->read_begin.tail);
}

/* Events that a read which failed took out of the ring: nobody has got them. */
static uint64_t taken_by_failure(const struct aios_watch_reader *reader, const struct aios_ctx *ctx,
				 const struct aios_read_end *end)
{
	uint32_t nr = ctx ? ctx->nr_events : 0, from = reader->rec.read_begin.head;

	if (!nr || end->ret >= 0 || reader->crowded || ctx->kill_ns || from >= nr ||
	    end->head >= nr)
		return 0;
	return (end->head + nr - from) % nr;
}

static void see_read_end(struct aios_seen *seen)
{
	struct aios_watch *watch = seen->watch;
	uint64_t now_ns = seen->rec->h.time_ns, taken;

	aios_watch_user(seen);
	for (size_t i = 0; i < watch->reader_cnt; i++) {
		struct aios_watch_reader *reader = &watch->readers[i];

		if (!reader->rec.h.type || reader->rec.h.tid != seen->rec->h.tid)
			continue;
		if (reader->enough_ns && now_ns > reader->enough_ns &&
		    now_ns - reader->enough_ns > watch->waited_ns)
			watch->waited_ns = now_ns - reader->enough_ns;
		aios_watch_read(seen, &reader->rec);
		taken = taken_by_failure(reader, seen->ctx, &seen->rec->read_end);
		watch->moved_by_failure += taken;
		if (taken)
			aios_watch_keep(watch, seen->rec);
		busy_goes_on(watch, seen->ctx, &seen->rec->read_end);
		reader->rec.h.type = 0;
		if (!--watch->inside)
			busy_ends(watch, seen->ctx, seen->rec);
	}
	readers_look(seen, seen->rec->read_end.head, seen->rec->read_end.tail);
}

/* fs/aio.c, aio_read_events_ring(): the head moves by what was copied, or not at all. */
static void see_ring_read(struct aios_seen *seen)
{
	const struct aios_ring_read *body = &seen->rec->ring_read;
	uint32_t nr = seen->ctx ? seen->ctx->nr_events : 0;
	uint64_t took = body->ret > 0 ? (uint64_t)body->ret : 0;

	aios_watch_user(seen);
	if (nr && (body->head % nr + took) % nr != body->new_head % nr) {
		seen->watch->taken_wrong++;
		aios_watch_keep(seen->watch, seen->rec);
	}
	if (took && seen->watch->inside) {
		seen->watch->busy_took += took;
		loosen(seen->watch, body->head, -1);
		loosen(seen->watch, body->new_head, 1);
	}
	readers_look(seen, body->new_head, body->tail);
}

/* What no request has taken: it may be gone, or it is not about one. */
static void see_mismatch(struct aios_seen *seen)
{
	const struct aios_mismatch *body = &seen->rec->mismatch;

	if (body->what >= AIOS_SEEN_CNT || aios_model_life(seen->model, body->kiocb))
		return;
	seen->watch->mismatches[body->what]++;
	aios_watch_keep(seen->watch, seen->rec);
}

static void see_mremap_begin(struct aios_seen *seen)
{
	seen->watch->mover = seen->rec->mremap.has_table ? 0 : seen->rec->h.tid;
	seen->watch->moving_ns = seen->rec->h.time_ns;
}

static void see_mremap_end(struct aios_seen *seen)
{
	if (seen->watch->mover == seen->rec->h.tid)
		seen->watch->mover = 0;
	if (!seen->rec->mremap.has_table && !seen->rec->mremap.ret)
		seen->watch->copies_moved++;
}

static void see_slots(struct aios_seen *seen)
{
	touch(&seen->watch->slots, &seen->rec->h);
	aios_watch_request(seen);
}

static void see_nothing(struct aios_seen *seen)
{
	(void)seen;
}

/* Records that begin with a kctx, or have one second. */
static const struct {
	void (*see)(struct aios_seen *seen);
	bool kctx_is_second;
	bool keep;
} sights[AIOS_EV_MAX] = {
	[AIOS_EV_CTX_SETUP] = { .see = see_nothing, .keep = true },
	[AIOS_EV_CTX_KILL] = { .see = see_kill, .keep = true },
	[AIOS_EV_CTX_USERS0] = { .see = see_users0, .keep = true },
	[AIOS_EV_CTX_REQS0] = { .see = see_reqs0, .keep = true },
	[AIOS_EV_CTX_GET] = { .see = aios_watch_ref },
	[AIOS_EV_CTX_PUT] = { .see = aios_watch_ref },
	[AIOS_EV_SLOTS] = { .see = see_slots },
	[AIOS_EV_REQ_BIRTH] = { .see = aios_watch_birth, .kctx_is_second = true },
	[AIOS_EV_REQ_IOCB] = { .see = aios_watch_user, .kctx_is_second = true },
	[AIOS_EV_REQ_RETURN] = { .see = aios_watch_user },
	[AIOS_EV_REQ_DONE] = { .see = aios_watch_call, .kctx_is_second = true },
	[AIOS_EV_POLL_WAKE] = { .see = aios_watch_call, .kctx_is_second = true },
	[AIOS_EV_POLL_CANCEL] = { .see = aios_watch_call, .kctx_is_second = true },
	[AIOS_EV_WORK_BEGIN] = { .see = aios_watch_call, .kctx_is_second = true },
	[AIOS_EV_REQ_COMPLETE] = { .see = see_complete, .kctx_is_second = true },
	[AIOS_EV_READ_BEGIN] = { .see = see_read_begin, .keep = true },
	[AIOS_EV_READ_END] = { .see = see_read_end, .keep = true },
	[AIOS_EV_RING_READ] = { .see = see_ring_read },
	[AIOS_EV_MISMATCH] = { .see = see_mismatch, .kctx_is_second = true },
	[AIOS_EV_MREMAP_BEGIN] = { .see = see_mremap_begin, .keep = true },
	[AIOS_EV_MREMAP_END] = { .see = see_mremap_end, .keep = true },
};

/*
 * A thread comes back from waiting for the last request of the contexts it killed. What io_destroy
 * was given does not tell which: mremap() gives a context another number.
 */
static void waiter_is_through(struct aios_watches *watches, const struct aios_model *model,
			      const struct aios_rec *rec)
{
	struct aios_watch *watch;
	const struct aios_ctx *ctx;

	for (size_t i = watches->wait_cnt; i--;)
		if (watches->waits[i].watch->waiter == rec->h.tid)
			wait_ends(watches, i);
	while ((watch = aios_map_get(&watches->waiters, rec->h.tid))) {
		ctx = aios_model_context(model, watch->kctx);
		watch->gone_ns = rec->h.time_ns;
		watch->left = ctx && !ctx->before_unknown ? ctx->in_flight : 0;
		wait_over(watches, watch);
		aios_watch_keep(watch, rec);
	}
}

int aios_watch_record(struct aios_watches *watches, const struct aios_model *model,
		      const struct aios_rec *rec)
{
	struct aios_seen seen = { .watches = watches, .model = model, .rec = rec };
	uint64_t kctx;
	int err = aios_watch_submission(watches, model, rec);

	if (rec->h.type == AIOS_EV_EXIT_END ||
	    (rec->h.type == AIOS_EV_CTX_DESTROY && !rec->ctx_destroy.ret))
		waiter_is_through(watches, model, rec);
	if (err || rec->h.type >= AIOS_EV_MAX || !sights[rec->h.type].see)
		return err;
	kctx = rec->body[sights[rec->h.type].kctx_is_second];
	if (rec->h.type == AIOS_EV_CTX_SETUP)
		err = watch_new(watches, rec);
	seen.watch = aios_map_get(&watches->map, kctx);
	if (err || !seen.watch)
		return err;
	seen.ctx = aios_model_context(model, kctx);
	sights[rec->h.type].see(&seen);
	if (sights[rec->h.type].keep)
		aios_watch_keep(seen.watch, rec);
	return seen.err;
}

/* Does a thread wait for a context that is not drained? */
static bool waits_for_more(const struct aios_watches *watches, const struct aios_model *model,
			   uint32_t tid)
{
	const struct aios_watch *watch = aios_map_get(&watches->waiters, tid);

	for (; watch; watch = watch->next) {
		const struct aios_ctx *ctx = aios_model_context(model, watch->kctx);

		if (ctx && !ctx->reqs0_ns)
			return true;
	}
	return false;
}

void aios_watch_others(struct aios_watches *watches, const struct aios_model *model)
{
	struct aios_watch *watch;
	size_t iter = 0;

	for (size_t i = 0; i < watches->wait_cnt; i++) {
		watch = watches->waits[i].watch;
		watch->others = waits_for_more(watches, model, watch->waiter);
	}
	while ((watch = aios_map_next(&watches->waiters, &iter))) {
		bool others = waits_for_more(watches, model, watch->waiter);

		for (; watch; watch = watch->next)
			watch->others = others;
	}
}

static bool reader_is_timed(const struct aios_watch_reader *reader, uint64_t now_ns)
{
	int64_t until_ns = reader->rec.read_begin.until_ns;
	uint64_t begin_ns = reader->rec.h.time_ns;

	return reader->rec.h.type && until_ns > 0 && until_ns != AIOS_FOREVER &&
	       (now_ns <= begin_ns || now_ns - begin_ns <= (uint64_t)until_ns);
}

bool aios_watch_timed(const struct aios_watches *watches, uint64_t now_ns)
{
	const struct aios_watch *watch;
	size_t iter = 0;

	while ((watch = aios_map_next(&watches->map, &iter)))
		for (size_t i = 0; i < watch->reader_cnt; i++)
			if (reader_is_timed(&watch->readers[i], now_ns))
				return true;
	return false;
}
