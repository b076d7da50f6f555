/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Several threads on one context, and contexts that come and go.
 */
#include <fcntl.h>
#include <poll.h>
#include <semaphore.h>
#include <string.h>
#include <sys/select.h>
#include <unistd.h>

#include "aiowork.h"

#define THREADS		4
#define SLOTS		16	/* requests a thread may have in flight */

struct lane {
	sem_t idle;		/* how many of the slots are free */
	pthread_mutex_t lock;
	unsigned int nr_free;
	struct iocb *free[SLOTS];
	struct iocb cbs[SLOTS];
	char *bufs;
	uint64_t sent;
};

struct smp {
	aio_context_t ctx;
	unsigned int each;	/* requests of one thread */
	struct lane lanes[THREADS];
};

static int lane_init(struct aiow *w, struct lane *lane)
{
	if (sem_init(&lane->idle, 0, SLOTS) || pthread_mutex_init(&lane->lock, NULL))
		return aiow_fail(w, "semaphore: %s", strerror(errno));
	lane->bufs = aiow_buffer(SLOTS * AIOW_BLOCK);
	lane->nr_free = SLOTS;
	aiow_point_at(lane->free, lane->cbs, SLOTS);
	return 0;
}

static struct iocb *lane_get(struct lane *lane)
{
	struct iocb *cb;

	while (sem_wait(&lane->idle))
		;
	pthread_mutex_lock(&lane->lock);
	cb = lane->free[--lane->nr_free];
	pthread_mutex_unlock(&lane->lock);
	return cb;
}

static void lane_put(struct lane *lane, struct iocb *cb)
{
	pthread_mutex_lock(&lane->lock);
	lane->free[lane->nr_free++] = cb;
	pthread_mutex_unlock(&lane->lock);
	sem_post(&lane->idle);
}

static int smp_submit(struct aiow_thread *t)
{
	struct smp *s = t->arg;
	struct lane *lane = &s->lanes[t->nr];
	struct iocb *cb;
	unsigned int i;

	if (aiow_pin(t->w, t->nr))
		return -1;
	for (i = 0; i < s->each; i++) {
		cb = lane_get(lane);
		aiow_prep_rw(t->w, cb, IOCB_CMD_PREAD, t->w->dev_fd,
			     lane->bufs + (cb - lane->cbs) * AIOW_BLOCK, AIOW_BLOCK,
			     (int64_t)((i * THREADS + t->nr) % t->w->dev_blocks) * AIOW_BLOCK);
		if (aiow_submit_all(t->w, s->ctx, 1, &cb))
			return -1;
	}
	return 0;
}

static struct lane *lane_of(struct smp *s, const struct iocb *cb)
{
	unsigned int i;

	for (i = 0; i < THREADS - 1; i++)
		if (cb >= s->lanes[i].cbs && cb < s->lanes[i].cbs + SLOTS)
			break;
	return &s->lanes[i];
}

static int smp_collect(struct aiow_thread *t)
{
	struct aiow_timeout patience = aiow_patience(t->w);
	struct smp *s = t->arg;
	struct io_event ev[THREADS * SLOTS];
	long left = (long)s->each * THREADS;
	struct iocb *cb;
	long ret, i;

	while (left > 0) {
		ret = aiow_read(t->w, s->ctx, 1, THREADS * SLOTS, ev, &patience);
		if (ret <= 0)
			return aiow_fail(t->w, "%ld events did not come", left);
		for (i = 0; i < ret; i++) {
			cb = (struct iocb *)(uintptr_t)ev[i].obj;
			lane_put(lane_of(s, cb), cb);
		}
		left -= ret;
	}
	return 0;
}

/* Slots move between the CPUs' counters in batches, as completions land on other CPUs */
int aiow_run_smp(struct aiow *w)
{
	struct smp s = { .each = (w->count + THREADS - 1) / THREADS };
	struct aiow_thread t[THREADS + 1];
	unsigned int i;

	if (aiow_open(w, 2 * THREADS * SLOTS, &s.ctx))
		return -1;
	for (i = 0; i < THREADS; i++)
		if (lane_init(w, &s.lanes[i]))
			return -1;
	for (i = 0; i <= THREADS; i++)
		if (aiow_spawn(&t[i], i < THREADS ? smp_submit : smp_collect, w, &s, i))
			return -1;
	for (i = 0; i <= THREADS; i++)
		if (aiow_join(&t[i]))
			return -1;
	return 0;
}

struct crowd {
	aio_context_t ctx;
	int fd;
	long total;
	long sent;
	long taken;
	pthread_mutex_t lock;
	unsigned int nr_free;
	struct iocb *free[THREADS * SLOTS];
	struct iocb cbs[THREADS * SLOTS];
	char *bufs;
};

/* Up to SLOTS / 2 free iocbs of anyone's, as long as there is something to send */
static unsigned int crowd_get(struct crowd *c, struct iocb **cbs)
{
	unsigned int n = 0;

	pthread_mutex_lock(&c->lock);
	while (n < SLOTS / 2 && c->nr_free && c->sent < c->total) {
		cbs[n++] = c->free[--c->nr_free];
		c->sent++;
	}
	pthread_mutex_unlock(&c->lock);
	return n;
}

static bool crowd_put(struct crowd *c, const struct io_event *ev, long n)
{
	bool all;
	long i;

	pthread_mutex_lock(&c->lock);
	for (i = 0; i < n; i++)
		c->free[c->nr_free++] = (struct iocb *)(uintptr_t)ev[i].obj;
	c->taken += n;
	all = c->taken == c->total;
	pthread_mutex_unlock(&c->lock);
	return all;
}

static void crowd_prep(struct aiow *w, struct crowd *c, struct iocb *cb)
{
	unsigned int slot = (unsigned int)(cb - c->cbs);

	if (slot % 8 == 0)
		aiow_prep(w, cb, IOCB_CMD_FDSYNC, c->fd);
	else
		aiow_prep_rw(w, cb, IOCB_CMD_PREAD, c->fd, c->bufs + slot * AIOW_BLOCK, AIOW_BLOCK,
			     slot % 16 * AIOW_BLOCK);
}

/* The time-out is short because another thread may have taken the last event */
static int crowd_member(struct aiow_thread *t)
{
	static const struct aiow_timeout short_while = { .nsec = 10000000 };
	uint64_t end = aiow_now_ns() + t->w->patience_s * 1000000000ull;
	struct crowd *c = t->arg;
	struct iocb *cbs[SLOTS / 2];
	struct io_event ev[SLOTS];
	unsigned int n, i;
	long ret;

	do {
		n = crowd_get(c, cbs);
		for (i = 0; i < n; i++)
			crowd_prep(t->w, c, cbs[i]);
		if (n && aiow_submit_all(t->w, c->ctx, n, cbs))
			return -1;
		ret = aiow_read(t->w, c->ctx, 1 + t->nr, SLOTS, ev, &short_while);
		if (ret < 0)
			return aiow_fail(t->w, "io_getevents: %s", strerror((int)-ret));
		if (ret > 0)
			end = aiow_now_ns() + t->w->patience_s * 1000000000ull;
		else if (aiow_now_ns() > end)
			return aiow_fail(t->w, "an event did not come");
	} while (!crowd_put(c, ev, ret));
	return 0;
}

int aiow_run_threads(struct aiow *w)
{
	struct crowd c = { .total = (long)w->count, .nr_free = THREADS * SLOTS };
	struct aiow_thread t[THREADS];
	unsigned int i;

	c.fd = aiow_file(w, "data", 16 * AIOW_BLOCK, O_RDWR);
	if (c.fd < 0 || aiow_open(w, 2 * THREADS * SLOTS, &c.ctx))
		return -1;
	pthread_mutex_init(&c.lock, NULL);
	c.bufs = aiow_buffer(THREADS * SLOTS * AIOW_BLOCK);
	aiow_point_at(c.free, c.cbs, THREADS * SLOTS);
	for (i = 0; i < THREADS; i++)
		if (aiow_spawn(&t[i], crowd_member, w, &c, i))
			return -1;
	for (i = 0; i < THREADS; i++)
		if (aiow_join(&t[i]))
			return -1;
	return 0;
}

#define READERS		2
#define READS		10	/* calls of a reader in a phase */
#define PER_READ	3
#define PHASES		20

struct readers {
	aio_context_t ctx;
	int fd;
	char *buf;
	pthread_barrier_t gate;
};

/*
 * Each call takes exactly PER_READ events, so that the calls of both readers together take
 * exactly what is submitted. It may hold some already while it sleeps for more (legal 11).
 */
static int reader(struct aiow_thread *t)
{
	static const struct aiow_timeout moment = { .nsec = 1000000 };
	struct readers *r = t->arg;
	struct io_event ev[PER_READ];
	int phase, i;

	for (phase = 0; phase < PHASES; phase++) {
		pthread_barrier_wait(&r->gate);
		aiow_will_sleep(t);
		for (i = 0; i < READS; i++)
			if (aiow_collect(t->w, r->ctx, PER_READ, ev))
				return -1;
		/* Nothing left: less than min_nr because of the time-out is legal (12) */
		pthread_barrier_wait(&r->gate);
		if (aiow_read(t->w, r->ctx, 2, PER_READ, ev, &moment) != 0)
			return aiow_fail(t->w, "an event of nobody");
		pthread_barrier_wait(&r->gate);
	}
	return 0;
}

static int submit_reads(struct aiow *w, struct readers *r, unsigned int n)
{
	struct iocb cbs[16], *ptrs[16];
	unsigned int i;

	aiow_point_at(ptrs, cbs, n);
	for (i = 0; i < n; i++)
		aiow_prep_rw(w, &cbs[i], IOCB_CMD_PREAD, r->fd, r->buf, 512, 0);
	return aiow_submit_all(w, r->ctx, n, ptrs);
}

/* Both readers are asleep in io_getevents before the first request of the phase */
static int feed_readers(struct aiow *w, struct readers *r, struct aiow_thread *t,
			unsigned int phase)
{
	unsigned int left = READERS * READS * PER_READ, n, i;

	pthread_barrier_wait(&r->gate);
	for (i = 0; i < READERS; i++)
		if (aiow_wait_asleep(&t[i], phase + 1))
			return -1;
	for (; left; left -= n) {
		n = left % 4 + 1 < left ? left % 4 + 1 : left;
		if (submit_reads(w, r, n))
			return -1;
	}
	pthread_barrier_wait(&r->gate);
	pthread_barrier_wait(&r->gate);
	return 0;
}

/*
 * The kernel's readers and a user-space reaper both move the head, under locks that do not know
 * of each other: a program must keep them apart. Here they take turns; the readers wait at the
 * gate meanwhile.
 */
int aiow_run_readers(struct aiow *w)
{
	struct readers r = { .buf = aiow_buffer(AIOW_BLOCK) };
	struct aiow_thread t[READERS];
	unsigned int i, phase;

	r.fd = aiow_file(w, "data", AIOW_BLOCK, O_RDONLY);
	if (r.fd < 0 || aiow_open(w, 32, &r.ctx) ||
	    pthread_barrier_init(&r.gate, NULL, READERS + 1))
		return -1;
	for (i = 0; i < READERS; i++)
		if (aiow_spawn(&t[i], reader, w, &r, i))
			return -1;
	for (phase = 0; phase < PHASES; phase++) {
		if (submit_reads(w, &r, 16) || aiow_user_reap(w, r.ctx, 10) != 10 ||
		    aiow_user_reap(w, r.ctx, 10) != 6)
			return aiow_fail(w, "not 16 events to reap");
		if (feed_readers(w, &r, t, phase))
			return -1;
	}
	for (i = 0; i < READERS; i++)
		if (aiow_join(&t[i]))
			return -1;
	return 0;
}

struct leaver {
	aio_context_t ctx;
	unsigned int rounds;
	unsigned int submitted;		/* calls of io_submit that returned */
};

/* Puts zeroes on the kernel's stack, about where io_getevents had its place in the wait queue */
static int use_stack(struct aiow *w)
{
	struct timeval now = { 0 };
	fd_set in, out, bad;

	FD_ZERO(&in);
	FD_ZERO(&out);
	FD_ZERO(&bad);
	/* As many as the kernel takes without a kmalloc() */
	if (select(320, &in, &out, &bad, &now))
		return aiow_fail(w, "select: %s", strerror(errno));
	return 0;
}

static int read_and_leave(struct aiow_thread *t)
{
	struct aiow_timeout patience = aiow_patience(t->w);
	struct leaver *l = t->arg;
	struct io_event ev;
	unsigned int i;

	if (aiow_pin(t->w, 1))
		return -1;
	for (i = 0; i < l->rounds; i++) {
		aiow_will_sleep(t);
		if (aiow_read(t->w, l->ctx, 1, 1, &ev, &patience) != 1)
			return aiow_fail(t->w, "an event did not come");
		do {
			if (use_stack(t->w))
				return -1;
		} while (__atomic_load_n(&l->submitted, __ATOMIC_ACQUIRE) <= i);
	}
	return 0;
}

/* One that is awake already by the time it is to be woken: its stack is used for something else */
int aiow_run_reader_leaves(struct aiow *w)
{
	struct leaver l = { .rounds = (w->count + 19) / 20 };
	char *buf = aiow_buffer(AIOW_BLOCK);
	int fd = aiow_file(w, "data", AIOW_BLOCK, O_RDONLY);
	struct iocb cb, *ptr = &cb;
	struct aiow_thread t;
	unsigned int i;

	/* A thread inherits where it may run: this one is pinned last */
	if (fd < 0 || aiow_open(w, 4, &l.ctx) || aiow_spawn(&t, read_and_leave, w, &l, 0) ||
	    aiow_pin(w, 0))
		return -1;
	for (i = 0; i < l.rounds; i++) {
		while (__atomic_load_n(&t.stage, __ATOMIC_ACQUIRE) <= i)
			aiow_nap();
		aiow_nap();
		aiow_prep_rw(w, &cb, IOCB_CMD_PREAD, fd, buf, 512, AIOW_BLOCK);
		if (aiow_submit_all(w, l.ctx, 1, &ptr))
			return -1;
		__atomic_fetch_add(&l.submitted, 1, __ATOMIC_RELEASE);
	}
	return aiow_join(&t);
}

#define PACED		16

struct paced {
	aio_context_t ctx;
	unsigned int rounds;
	sem_t armed;
	int eventfds[PACED];
};

static int pacer(struct aiow_thread *t)
{
	struct paced *p = t->arg;
	unsigned int round, i;

	for (round = 0; round < p->rounds; round++) {
		while (sem_wait(&p->armed))
			;
		for (i = 0; i < PACED; i++)
			if (aiow_kick(t->w, p->eventfds[i]))
				return -1;
	}
	return 0;
}

/* min_nr and the time-out change with each call, and most calls end too early */
static int read_in_a_hurry(struct aiow *w, struct paced *p)
{
	uint64_t end = aiow_now_ns() + w->patience_s * 1000000000ull;
	struct aiow_timeout hurry = { 0 };
	struct io_event ev[8];
	unsigned int calls;
	long got = 0, ret;

	for (calls = 0; got < PACED; calls++) {
		hurry.nsec = 1000 * (long)(calls % 50 + 1);
		ret = aiow_read(w, p->ctx, calls % 4 + 1, 8, ev, &hurry);
		if (ret < 0 || aiow_now_ns() > end)
			return aiow_fail(w, "%ld of %d events came", got, PACED);
		got += ret;
	}
	return 0;
}

/* A reader leaves the wait queue by itself while a completion is about to wake it (legal 12) */
int aiow_run_timeout_race(struct aiow *w)
{
	struct paced p = { .rounds = (w->count + 19) / 20 };
	struct iocb cbs[PACED], *ptrs[PACED];
	struct aiow_thread t;
	unsigned int round, i;

	if (aiow_open(w, PACED, &p.ctx) || sem_init(&p.armed, 0, 0))
		return -1;
	for (i = 0; i < PACED; i++) {
		p.eventfds[i] = aiow_eventfd(w, 0, 0);
		if (p.eventfds[i] < 0)
			return -1;
	}
	if (aiow_spawn(&t, pacer, w, &p, 0))
		return -1;
	aiow_point_at(ptrs, cbs, PACED);
	for (round = 0; round < p.rounds; round++) {
		for (i = 0; i < PACED; i++)
			aiow_prep_poll(w, &cbs[i], p.eventfds[i], POLLIN);
		if (aiow_submit_all(w, p.ctx, PACED, ptrs))
			return -1;
		sem_post(&p.armed);
		if (read_in_a_hurry(w, &p))
			return -1;
		for (i = 0; i < PACED; i++)
			if (aiow_drain(w, p.eventfds[i]))
				return -1;
	}
	return aiow_join(&t);
}

/* A kioctx is freed after two RCU grace periods, and its address soon is another one's */
static int churn(struct aiow_thread *t)
{
	struct aiow *w = t->w;
	unsigned int rounds = (w->count + 79) / 80, round, i;
	int fd = *(int *)t->arg;
	char *buf = aiow_buffer(AIOW_BLOCK);
	struct iocb cbs[4], *ptrs[4];
	aio_context_t ctx;

	if (rounds > AIOW_CONTEXTS_MAX / THREADS)
		rounds = AIOW_CONTEXTS_MAX / THREADS;
	aiow_point_at(ptrs, cbs, 4);
	for (round = 0; round < rounds; round++) {
		ctx = 0;
		if (aiow_setup(w, 1 + t->nr * 16, &ctx))
			return aiow_fail(w, "io_setup failed");
		for (i = 0; i < 4; i++)
			aiow_prep_rw(w, &cbs[i], IOCB_CMD_PREAD, fd, buf, AIOW_BLOCK, 0);
		if (aiow_do(w, ctx, 4, ptrs))
			return -1;
		if (aiow_destroy(w, ctx))
			return aiow_fail(w, "io_destroy failed");
	}
	return 0;
}

int aiow_run_churn(struct aiow *w)
{
	int fd = aiow_file(w, "data", AIOW_BLOCK, O_RDONLY);
	struct aiow_thread t[THREADS];
	unsigned int i;

	if (fd < 0)
		return -1;
	for (i = 0; i < THREADS; i++)
		if (aiow_spawn(&t[i], churn, w, &fd, i))
			return -1;
	for (i = 0; i < THREADS; i++)
		if (aiow_join(&t[i]))
			return -1;
	return 0;
}
