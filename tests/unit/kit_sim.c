// SPDX-License-Identifier: GPL-2.0-only
/*
 * kit_sim.c - a small fs/aio.c that is run at random. The numbers in comments are functions of
 * fs/aio.c in Linux 6.12.
 */
#include "kit_sim.h"

#include <errno.h>

#include "lib/vec.h"

enum { SUBMIT_1, SUBMIT_2, SUBMIT_3, READER_1, READER_2, WAKER, INTERRUPT, WORKER_1, WORKER_2 };

static uint64_t sim_random(struct sim *sim, uint64_t below)
{
	return (kit_random(&sim->seed) >> 16) % below;
}

static bool sim_chance(struct sim *sim, unsigned int percent)
{
	return sim_random(sim, 100) < percent;
}

static void sim_emit(struct sim *sim, struct aios_rec rec)
{
	sim->recs = aios_vec_room(sim->recs, sim->rec_cnt, &sim->rec_cap, sizeof(*sim->recs));
	assert_non_null(sim->recs);
	sim->recs[sim->rec_cnt++] = rec;
}

void sim_init(struct sim *sim, uint64_t seed)
{
	static const uint16_t cpus[SIM_ACTORS] = { 0, 1, 2, 2, 3, 3, 1, 0, 3 };

	*sim = (struct sim){ .seed = seed, .now_ns = 100, .ctx = kit_ctx(1) };
	for (uint32_t i = 0; i < SIM_ACTORS; i++)
		sim->actors[i].who = (struct kit_who){ KIT_PID, 1000 + i, cpus[i], 0 };
	sim->actors[INTERRUPT].who = (struct kit_who){ 0, 0, 1, AIOS_F_SOFTIRQ };
	sim->actors[WORKER_1].who.tgid = 55;
	sim->actors[WORKER_2].who.tgid = 56;
	for (uint64_t i = 0; i < SIM_ADDRESSES; i++)
		sim->free[sim->free_cnt++] = 0xffff888200000000ULL + i * 0xc0;
	sim_emit(sim, rec_proc(1, AIOS_PROC_SEEN, KIT_PID, "sim"));
	sim_emit(sim, rec_setup(2, sim->actors[SUBMIT_1].who, &sim->ctx));
}

void sim_done(struct sim *sim)
{
	for (size_t i = 0; i < sim->req_cnt; i++)
		free(sim->reqs[i]);
	free(sim->reqs);
	free(sim->recs);
}

static uint32_t sim_unread(const struct sim *sim)
{
	return (sim->ctx.tail + sim->ctx.nr_events - sim->ctx.head) % sim->ctx.nr_events;
}

static struct sim_req *req_new(struct sim *sim, const struct sim_actor *actor, uint16_t op)
{
	unsigned int nr = (unsigned int)sim_random(sim, SIM_IOCBS);
	struct sim_req *req = calloc(1, sizeof(*req));

	assert_non_null(req);
	req->kit = op == IOCB_CMD_POLL ? kit_poll(&sim->ctx, nr) : kit_read(&sim->ctx, nr);
	req->kit.ask.op = op;
	req->kit.kiocb = sim->free[--sim->free_cnt];
	req->submitter_tid = actor->who.tid;
	req->refs = 2;
	req->born_ns = sim->now_ns;
	req->slot = AIOS_UNKNOWN32;
	sim->reqs = aios_vec_room(sim->reqs, sim->req_cnt, &sim->req_cap, sizeof(*sim->reqs));
	assert_non_null(sim->reqs);
	sim->reqs[sim->req_cnt++] = req;
	return req;
}

/* aio_complete, up to its lock: the hook reads the tail here. */
static void complete_begin(struct sim *sim, struct sim_actor *actor, struct sim_req *req,
			   enum aios_party party)
{
	struct kit_ctx ring = sim->ctx;

	sim_emit(sim, rec_complete(sim->now_ns, actor->who, &req->kit, req->res));
	sim->ctx = ring;
	req->completed_ns = sim->now_ns;
	req->party = party;
	actor->pushing = req;
}

/* aio_complete, within the lock, and iocb_destroy. */
static void complete_push(struct sim *sim, struct sim_actor *actor)
{
	struct sim_req *req = actor->pushing;

	req->slot = sim->ctx.tail;
	sim->ring[sim->ctx.tail] = req;
	sim->ctx.tail = (sim->ctx.tail + 1) % sim->ctx.nr_events;
	sim->ctx.completed++;
	sim->free[sim->free_cnt++] = req->kit.kiocb;
	actor->pushing = NULL;
}

/* iocb_put */
static void put(struct sim *sim, struct sim_actor *actor, struct sim_req *req,
		enum aios_party party)
{
	if (--req->refs == 0)
		complete_begin(sim, actor, req, party);
}

static void work_add(struct sim *sim, struct sim_req *req, uint32_t kind)
{
	assert_true(sim->work_cnt < NR(sim->works));
	sim->works[sim->work_cnt++] = (struct sim_work){ req, kind };
}

/* Takes @cnt events off the ring; @tid is 0 for the program itself. */
static void reap(struct sim *sim, uint64_t cnt, enum aios_reaper reaper, uint32_t tid)
{
	while (cnt--) {
		struct sim_req *req = sim->ring[sim->ctx.head];

		req->reaper = reaper;
		req->reaper_tid = tid;
		req->reaped_ns = sim->now_ns;
		sim->ctx.head = (sim->ctx.head + 1) % sim->ctx.nr_events;
	}
}

static uint32_t poll_state(const struct sim_req *req)
{
	return (req->armed ? AIOS_POLL_ARMED : 0) | (req->scheduled ? AIOS_POLL_SCHEDULED : 0) |
	       (req->resched ? AIOS_POLL_RESCHED : 0) |
	       (req->cancelled ? AIOS_POLL_CANCELLED : 0) |
	       (req->eventfd ? AIOS_POLL_EVENTFD : 0);
}

enum { IDLE, BORN, QUEUED, ASKED, PUT, LEAVE, REFUSE, TOLD, HIDDEN };

static void submit_birth(struct sim *sim, struct sim_actor *actor)
{
	static const uint16_t ops[] = { IOCB_CMD_PREAD, IOCB_CMD_PWRITE, IOCB_CMD_FSYNC,
					IOCB_CMD_POLL, IOCB_CMD_POLL, IOCB_CMD_POLL };
	struct sim_req *req;

	if (!sim->free_cnt || sim_unread(sim) > 80 || sim->winding_down)
		return;
	req = req_new(sim, actor, ops[sim_random(sim, NR(ops))]);
	actor->req = req;
	if (req->kit.ask.op == IOCB_CMD_POLL && sim_chance(sim, 15)) {
		req->hidden = true;
		req->res = BIT_IN | BIT_OUT;
		req->refs = 0;
		complete_begin(sim, actor, req, AIOS_PARTY_UNKNOWN);
		actor->state = HIDDEN;
		return;
	}
	req->eventfd = sim_chance(sim, 30);
	req->device = req->kit.ask.op == IOCB_CMD_PREAD || req->kit.ask.op == IOCB_CMD_PWRITE;
	actor->state = BORN;
	if (req->device && sim_chance(sim, 10)) {
		/* Refused before the device has it, as where the file is not open for this. */
		req->device = false;
		req->refused = -EBADF;
		actor->state = REFUSE;
	}
	sim_emit(sim, rec_birth(sim->now_ns, actor->who, &req->kit));
}

/* aio_poll, what follows vfs_poll */
static void submit_decide(struct sim *sim, struct sim_actor *actor)
{
	struct sim_req *req = actor->req;

	actor->state = PUT;
	if (!req->on_queue)
		return;
	if (actor->mask && !req->scheduled) {
		req->on_queue = false;
		req->end = SIM_STOLEN;
		req->res = actor->mask;
		put(sim, actor, req, AIOS_PARTY_SUBMITTER);
		return;
	}
	req->armed = true;
}

static void submit_born(struct sim *sim, struct sim_actor *actor)
{
	struct sim_req *req = actor->req;

	actor->state = PUT;
	if (req->kit.ask.op == IOCB_CMD_FSYNC) {
		work_add(sim, req, AIOS_WORK_FSYNC);
	} else if (req->kit.ask.op == IOCB_CMD_POLL) {
		sim_emit(sim, rec_queue(sim->now_ns, actor->who, &req->kit, 0));
		req->on_queue = true;
		actor->state = QUEUED;
	} else if (req->device && sim_chance(sim, 30)) {
		/* Out of the page cache: done here and now, by aio_rw_done. */
		req->device = false;
		req->res = 4096;
		sim_emit(sim, rec_done(sim->now_ns, actor->who, &req->kit, req->res));
		put(sim, actor, req, AIOS_PARTY_RW);
	}
}

static void submit_leave(struct sim *sim, struct sim_actor *actor)
{
	struct sim_req *req = actor->req;

	sim_emit(sim, rec_return(sim->now_ns, actor->who, &req->kit, req->refused));
	req->returned_ns = sim->now_ns;
	actor->got = req->refused ? req->refused : 1;
	actor->req = NULL;
	actor->state = sim->calls ? TOLD : IDLE;
}

/* io_submit, of a batch of one */
static void submit_return(struct sim *sim, struct sim_actor *actor)
{
	sim_emit(sim, rec_submit(sim->now_ns, actor->who, &sim->ctx, 1, actor->got));
	actor->state = IDLE;
}

/* io_submit_one */
static void submit_step(struct sim *sim, struct sim_actor *actor)
{
	struct sim_req *req = actor->req;

	switch (actor->state) {
	case IDLE:
		submit_birth(sim, actor);
		break;
	case BORN:
		submit_born(sim, actor);
		break;
	case QUEUED:
		actor->mask = sim_chance(sim, 25) ? BIT_IN : 0;
		sim_emit(sim, rec_poll_return(sim->now_ns, actor->who, &req->kit, actor->mask, 0));
		actor->state = ASKED;
		break;
	case ASKED:
		submit_decide(sim, actor);
		break;
	case PUT:
		actor->state = LEAVE;
		put(sim, actor, req, AIOS_PARTY_SUBMITTER);
		break;
	case REFUSE:
		/* iocb_destroy: the address is free before the return is recorded. */
		sim->free[sim->free_cnt++] = req->kit.kiocb;
		actor->state = LEAVE;
		break;
	case HIDDEN:
		sim_emit(sim, rec_iocb(sim->now_ns, actor->who, &req->kit));
		actor->state = LEAVE;
		break;
	case TOLD:
		submit_return(sim, actor);
		break;
	default:
		submit_leave(sim, actor);
		break;
	}
}

/* io_getevents: may take events in several rounds before it returns. */
static void reader_step(struct sim *sim, struct sim_actor *actor)
{
	uint32_t unread = sim_unread(sim);
	uint64_t left;

	if (actor->state == IDLE) {
		if (sim->winding_down)
			return;
		actor->want = 1 + (int64_t)sim_random(sim, 8);
		actor->got = 0;
		actor->state = BORN;
		sim_emit(sim, rec_read_begin(sim->now_ns, actor->who, &sim->ctx, 1, actor->want));
		return;
	}
	left = (uint64_t)(actor->want - actor->got);
	if (unread && left && sim_chance(sim, 70)) {
		uint64_t cnt = 1 + sim_random(sim, left < unread ? left : unread);

		reap(sim, cnt, AIOS_REAPER_KERNEL, actor->who.tid);
		actor->got += (int64_t)cnt;
		return;
	}
	if (actor->got || sim_chance(sim, 10) || sim->winding_down) {
		struct kit_ctx now = sim->ctx;
		struct aios_rec rec = rec_read_end(sim->now_ns, actor->who, &now, actor->got);

		rec.read_end.head = sim->ctx.head;
		sim_emit(sim, rec);
		actor->state = IDLE;
	}
}

/* A poll that somebody can wake or cancel, or NULL. */
static struct sim_req *pick_poll(struct sim *sim, bool armed)
{
	size_t first = sim->req_cnt > 64 ? sim->req_cnt - 64 : 0;
	struct sim_req *found = NULL;

	for (size_t i = first; i < sim->req_cnt; i++) {
		struct sim_req *req = sim->reqs[i];

		if (req->on_queue && (!armed || req->armed) && (!found || sim_chance(sim, 40)))
			found = req;
	}
	return found;
}

/* aio_poll_wake */
static void wake(struct sim *sim, struct sim_actor *actor, struct sim_req *req)
{
	static const uint32_t keys[] = { 0, BIT_IN, BIT_IN | BIT_RDNORM, BIT_OUT, BIT_HUP };
	uint32_t key = keys[sim_random(sim, NR(keys))];

	sim_emit(sim, rec_wake(sim->now_ns, actor->who, &req->kit, key, poll_state(req)));
	if (key && !(key & (BIT_IN | BIT_ERR | BIT_HUP)))
		return;
	if (!req->wakes++)
		req->first_is_early = !req->armed && !req->cancelled;
	if (key && !req->scheduled && sim_chance(sim, 80)) {
		req->on_queue = req->armed = false;
		req->end = SIM_INLINE;
		req->res = key;
		if (req->eventfd)
			work_add(sim, req, AIOS_WORK_PUT);
		else
			put(sim, actor, req, AIOS_PARTY_POLL_WAKE);
	} else if (req->scheduled) {
		req->resched = true;
	} else {
		req->scheduled = true;
		work_add(sim, req, AIOS_WORK_POLL);
	}
}

/* aio_poll_cancel, from io_cancel: off the list in any case */
static void cancel(struct sim *sim, struct sim_actor *actor, struct sim_req *req)
{
	sim_emit(sim, rec_poll_cancel(sim->now_ns, actor->who, &req->kit, poll_state(req)));
	req->cancelled = true;
	req->armed = false;
	if (!req->scheduled)
		work_add(sim, req, AIOS_WORK_POLL);
	req->scheduled = true;
}

/* Somebody writes to the polled files, cancels, or reaps from the mapped ring. */
static void waker_step(struct sim *sim, struct sim_actor *actor)
{
	struct sim_req *req = pick_poll(sim, false);
	uint32_t unread = sim_unread(sim);

	if (sim_chance(sim, 10) && unread && !sim->winding_down) {
		reap(sim, 1 + sim_random(sim, unread), AIOS_REAPER_USER, 0);
		return;
	}
	if (req && sim_chance(sim, 50)) {
		wake(sim, actor, req);
		return;
	}
	req = pick_poll(sim, true);
	if (req && !req->cancelled && sim_chance(sim, sim->winding_down ? 50 : 10))
		cancel(sim, actor, req);
}

/* A device interrupt (aio_complete_rw), or a packet that wakes somebody. */
static void interrupt_step(struct sim *sim, struct sim_actor *actor)
{
	struct sim_req *req = NULL;

	for (size_t i = 0; i < sim->req_cnt; i++)
		if (sim->reqs[i]->device && (!req || sim_chance(sim, 30)))
			req = sim->reqs[i];
	if (sim_chance(sim, 30)) {
		req = pick_poll(sim, false);
		if (req)
			wake(sim, actor, req);
		return;
	}
	if (!req || sim_chance(sim, 50))
		return;
	req->device = false;
	req->res = sim_chance(sim, 10) ? -EIO : 512;
	if (req->refs == 2)
		sim_emit(sim, rec_done(sim->now_ns, actor->who, &req->kit, req->res));
	put(sim, actor, req, AIOS_PARTY_RW);
}

/* The next work item whose request is not being worked on: a work item never runs twice at once. */
static void worker_take(struct sim *sim, struct sim_actor *actor)
{
	struct sim_work work;
	size_t i = 0;

	while (i < sim->work_cnt && sim->works[i].req->working)
		i++;
	if (i == sim->work_cnt)
		return;
	work = sim->works[i];
	memmove(&sim->works[i], &sim->works[i + 1],
		(--sim->work_cnt - i) * sizeof(sim->works[0]));
	actor->req = work.req;
	actor->kind = work.kind;
	actor->state = BORN;
	work.req->working = true;
	work.req->works += work.kind == AIOS_WORK_POLL;
	sim_emit(sim, rec_work_begin(sim->now_ns, actor->who, &work.req->kit, work.kind,
				     work.kind == AIOS_WORK_POLL ? poll_state(work.req) : 0));
	actor->mask = !work.req->cancelled && sim_chance(sim, 60) ? BIT_IN : 0;
}

/* aio_poll_complete_work, what follows vfs_poll */
static void worker_poll(struct sim *sim, struct sim_actor *actor)
{
	struct sim_req *req = actor->req;

	if (!actor->mask && !req->cancelled) {
		req->not_ready++;
		req->scheduled = req->resched;
		if (req->resched)
			work_add(sim, req, AIOS_WORK_POLL);
		req->resched = false;
		return;
	}
	req->on_queue = req->armed = false;
	req->end = SIM_WORK;
	req->res = actor->mask;
	put(sim, actor, req, AIOS_PARTY_POLL_WORK);
}

static void worker_step(struct sim *sim, struct sim_actor *actor)
{
	struct sim_req *req = actor->req;

	if (actor->state == IDLE) {
		worker_take(sim, actor);
	} else if (actor->state == BORN) {
		actor->state = LEAVE;
		if (actor->kind == AIOS_WORK_POLL)
			worker_poll(sim, actor);
		else
			put(sim, actor, req, actor->kind == AIOS_WORK_FSYNC ?
			    AIOS_PARTY_FSYNC_WORK : AIOS_PARTY_PUT_WORK);
	} else {
		sim_emit(sim, rec_work_end(sim->now_ns, actor->who, &req->kit, actor->kind));
		req->working = false;
		actor->state = IDLE;
	}
}

static void (*const steps[SIM_ACTORS])(struct sim *, struct sim_actor *) = {
	[SUBMIT_1] = submit_step, [SUBMIT_2] = submit_step, [SUBMIT_3] = submit_step,
	[READER_1] = reader_step, [READER_2] = reader_step, [WAKER] = waker_step,
	[INTERRUPT] = interrupt_step, [WORKER_1] = worker_step, [WORKER_2] = worker_step,
};

/* Runs at random, then to the end of what was begun. */
void sim_run(struct sim *sim, size_t cnt)
{
	for (size_t i = 0; i < cnt; i++) {
		struct sim_actor *actor = &sim->actors[sim_random(sim, SIM_ACTORS)];

		sim->now_ns++;
		sim->winding_down = i > cnt * 9 / 10;
		if (actor->pushing)
			complete_push(sim, actor);
		else
			steps[actor - sim->actors](sim, actor);
	}
}

int sim_poll_order(const struct sim_req *req)
{
	if (req->kit.ask.op != IOCB_CMD_POLL)
		return AIOS_POLL_NONE;
	if (req->hidden)
		return AIOS_POLL_READY;
	if (!req->completed_ns)
		return AIOS_POLL_WAITING;
	if (req->end == SIM_STOLEN)
		/* Stolen, after a work that found nothing: looks like one that left it to us. */
		return req->not_ready ? -1 : AIOS_POLL_READY;
	if (req->end == SIM_WORK && !req->res)
		return AIOS_POLL_CANCEL;
	if (req->not_ready)
		return AIOS_POLL_AGAIN;
	if (req->end == SIM_INLINE)
		return req->first_is_early ? AIOS_POLL_EARLY_INLINE : AIOS_POLL_ARMED_INLINE;
	return req->first_is_early ? AIOS_POLL_EARLY_WORK : AIOS_POLL_ARMED_WORK;
}
