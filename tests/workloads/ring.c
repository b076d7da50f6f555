/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The completion ring: read by user space, full, announced by an eventfd, waited for.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>

#include "aiowork.h"

#define REAP_BATCH	16

/*
 * Slots come back lazily, when a later completion or a failing submit looks at the head that
 * user space moved (legal 3).
 */
int aiow_run_user_reap(struct aiow *w)
{
	char *buf = aiow_buffer(AIOW_BLOCK);
	int fd = aiow_file(w, "data", 16 * AIOW_BLOCK, O_RDWR);
	struct iocb cbs[REAP_BATCH], *ptrs[REAP_BATCH];
	aio_context_t ctx;
	unsigned int sent, i;
	uint32_t before;
	int wraps = 0;

	if (fd < 0 || aiow_open(w, REAP_BATCH, &ctx))
		return -1;
	aiow_point_at(ptrs, cbs, REAP_BATCH);
	for (sent = 0; sent < w->count; sent += REAP_BATCH) {
		for (i = 0; i < REAP_BATCH - 1; i++)
			aiow_prep_rw(w, &cbs[i], IOCB_CMD_PREAD, fd, buf, AIOW_BLOCK,
				     (sent + i) % 18 * AIOW_BLOCK);
		aiow_prep(w, &cbs[i], IOCB_CMD_FDSYNC, fd);
		before = aiow_ring(ctx)->head;
		if (aiow_submit_all(w, ctx, REAP_BATCH, ptrs) ||
		    aiow_ring_wait(w, ctx, REAP_BATCH))
			return -1;
		if (aiow_user_reap(w, ctx, REAP_BATCH) != REAP_BATCH)
			return aiow_fail(w, "fewer events than the ring said");
		wraps += aiow_ring(ctx)->head < before;
	}
	aiow_extra(w, "wraps", wraps);
	return 0;
}

/*
 * A program may write what it likes into its ring. The kernel has a tail of its own, and no head
 * makes it give back more slots than were used (legal 16).
 */
int aiow_run_ring_scribble(struct aiow *w)
{
	static const uint32_t nonsense[] = { UINT32_MAX, 1u << 31, 4711 };
	char *buf = aiow_buffer(AIOW_BLOCK);
	int fd = aiow_file(w, "data", AIOW_BLOCK, O_RDONLY);
	struct iocb cb, *ptr = &cb;
	unsigned int round;
	aio_context_t ctx;
	uint32_t head;

	if (fd < 0 || aiow_open(w, 8, &ctx))
		return -1;
	for (round = 0; round < 30; round++) {
		head = aiow_ring(ctx)->head;
		aiow_ring(ctx)->head = nonsense[round % AIOW_ARRAY_SIZE(nonsense)];
		aiow_ring(ctx)->tail = nonsense[(round + 1) % AIOW_ARRAY_SIZE(nonsense)];
		aiow_prep_rw(w, &cb, IOCB_CMD_PREAD, fd, buf, 512, 0);
		if (aiow_submit_all(w, ctx, 1, &ptr))
			return -1;
		aiow_ring(ctx)->head = head;
		if (aiow_collect(w, ctx, 1, NULL))
			return -1;
	}
	return 0;
}

/* The event is in the ring before the eventfd is signalled: no reader has to wait for it */
static int take_announced(struct aiow *w, aio_context_t ctx, int efd, uint64_t n)
{
	static const struct aiow_timeout now;
	struct io_event ev[16];
	uint64_t announced = 0, signals;
	long ret;

	while (announced < n) {
		if (aiow_eventfd_take(w, efd, &signals))
			return -1;
		announced += signals;
		ret = aiow_read(w, ctx, (long)signals, (long)signals, ev, &now);
		if (ret != (long)signals)
			return aiow_fail(w, "%llu signals, but %ld events",
					 (unsigned long long)signals, ret);
	}
	return announced == n ? 0 : aiow_fail(w, "signalled too often");
}

int aiow_run_eventfd(struct aiow *w)
{
	static const uint16_t opcodes[] = { IOCB_CMD_PREAD, IOCB_CMD_PWRITE, IOCB_CMD_FSYNC,
					    IOCB_CMD_PREAD, IOCB_CMD_FDSYNC, IOCB_CMD_POLL };
	char *buf = aiow_buffer(AIOW_BLOCK);
	int fd = aiow_file(w, "data", AIOW_BLOCK, O_RDWR);
	int efd = aiow_eventfd(w, 0, 0);
	struct iocb cbs[12], *ptrs[12];
	unsigned int round, i;
	aio_context_t ctx;

	if (fd < 0 || efd < 0 || aiow_open(w, 32, &ctx))
		return -1;
	aiow_point_at(ptrs, cbs, 12);
	for (round = 0; round < 20; round++) {
		for (i = 0; i < 12; i++) {
			aiow_prep(w, &cbs[i], opcodes[i % 6], fd);
			if (opcodes[i % 6] == IOCB_CMD_PREAD || opcodes[i % 6] == IOCB_CMD_PWRITE) {
				cbs[i].aio_buf = (uintptr_t)buf;
				cbs[i].aio_nbytes = 512;
			} else if (opcodes[i % 6] == IOCB_CMD_POLL) {
				cbs[i].aio_buf = POLLIN;
			}
			aiow_prep_resfd(&cbs[i], efd);
		}
		if (aiow_submit_all(w, ctx, 12, ptrs) || take_announced(w, ctx, efd, 12))
			return -1;
	}
	return 0;
}

#define NOTIFY_ROUNDS	100
#define NOTIFY_BATCH	8

/* Reads that are through when io_submit returns; from the one @first on they signal the eventfd */
static int notify(struct aiow *w, unsigned int first)
{
	char *buf = aiow_buffer(AIOW_BLOCK);
	int fd = aiow_file(w, "data", AIOW_BLOCK, O_RDONLY);
	int efd = aiow_eventfd(w, 0, 0);
	struct iocb cbs[NOTIFY_BATCH], *ptrs[NOTIFY_BATCH];
	unsigned int round, i;
	aio_context_t ctx;
	uint64_t signals;

	if (fd < 0 || efd < 0 || aiow_open(w, 32, &ctx))
		return -1;
	aiow_point_at(ptrs, cbs, NOTIFY_BATCH);
	for (round = 0; round < NOTIFY_ROUNDS; round++) {
		for (i = 0; i < NOTIFY_BATCH; i++) {
			aiow_prep_rw(w, &cbs[i], IOCB_CMD_PREAD, fd, buf, 512, 0);
			if (i >= first)
				aiow_prep_resfd(&cbs[i], efd);
		}
		if (aiow_submit_all(w, ctx, NOTIFY_BATCH, ptrs) ||
		    aiow_eventfd_take(w, efd, &signals) ||
		    aiow_collect(w, ctx, NOTIFY_BATCH, NULL))
			return -1;
	}
	return 0;
}

int aiow_run_eventfd_each(struct aiow *w)
{
	return notify(w, 0);
}

int aiow_run_eventfd_last(struct aiow *w)
{
	return notify(w, NOTIFY_BATCH - 1);
}

struct filler {
	struct aiow *w;
	aio_context_t ctx;
	int fd;
	char *buf;
	struct iocb cbs[AIOW_BATCH_MAX];
	struct iocb *ptrs[AIOW_BATCH_MAX];
};

/*
 * Reads at the end of the file complete within io_submit, so that the slots are held by unread
 * events alone, and on the one CPU that this thread is pinned to. How many fit is up to the
 * kernel (legal 1): counted. Returns that, or -1.
 */
static long fill_ring(struct filler *f, long batch)
{
	long total = 0, ret, i;
	int err = 0;

	while (!err) {
		for (i = 0; i < batch; i++)
			aiow_prep_rw(f->w, &f->cbs[i], IOCB_CMD_PREAD, f->fd, f->buf, 512,
				     AIOW_BLOCK);
		ret = aiow_submit(f->w, f->ctx, batch, f->ptrs, &err);
		if (err && err != EAGAIN)
			return aiow_fail(f->w, "io_submit: %s", strerror(err));
		total += ret > 0 ? ret : 0;
		if (total >= (long)aiow_ring(f->ctx)->nr)
			return aiow_fail(f->w, "%ld requests fit into a ring of %u", total,
					 aiow_ring(f->ctx)->nr);
	}
	return total;
}

static int fill_and_reap(struct aiow *w, struct filler *f)
{
	long first = fill_ring(f, 1), more, batch;

	if (first < 32)
		return first < 0 ? -1 : aiow_fail(w, "only %ld of 32 requests fit", first);
	/* Half of them reaped by the kernel, then a few by user space: each makes room again */
	if (aiow_collect(w, f->ctx, first / 2, NULL))
		return -1;
	more = fill_ring(f, 1);
	if (more < 1 || aiow_user_reap(w, f->ctx, 64) != 64)
		return aiow_fail(w, "%ld more requests fit, then not 64 to reap", more);
	more = fill_ring(f, 1);
	if (more < 1 || aiow_collect(w, f->ctx, (long)aiow_ring_unread(f->ctx), NULL))
		return aiow_fail(w, "no room after user space made some");
	/* More than can fit: the batch is taken in part, the rest of it is EAGAIN */
	batch = aiow_ring(f->ctx)->nr < AIOW_BATCH_MAX ? aiow_ring(f->ctx)->nr : AIOW_BATCH_MAX;
	more = fill_ring(f, batch);
	if (more < 32)
		return aiow_fail(w, "only %ld of a batch of %ld fit", more, batch);
	aiow_extra(w, "fit_at_first", first);
	aiow_extra(w, "fit_in_batch", more);
	return aiow_collect(w, f->ctx, more, NULL);
}

int aiow_run_eagain(struct aiow *w)
{
	struct filler *f = aiow_buffer(sizeof(*f));

	f->w = w;
	f->buf = aiow_buffer(AIOW_BLOCK);
	f->fd = aiow_file(w, "data", AIOW_BLOCK, O_RDONLY);
	if (f->fd < 0 || aiow_pin(w, 0) || aiow_open(w, 32, &f->ctx))
		return -1;
	aiow_point_at(f->ptrs, f->cbs, AIOW_BATCH_MAX);
	return fill_and_reap(w, f);
}

struct timeouts {
	aio_context_t ctx;
	int fd;
	char *buf;
};

static const struct aiow_timeout no_time;
static const struct aiow_timeout moment = { .nsec = 1000000 };

static int put_events(struct aiow *w, struct timeouts *s, unsigned int n)
{
	struct iocb cbs[8], *ptrs[8];
	unsigned int i;

	aiow_point_at(ptrs, cbs, n);
	for (i = 0; i < n; i++)
		aiow_prep_rw(w, &cbs[i], IOCB_CMD_PREAD, s->fd, s->buf, 512, 0);
	return aiow_submit_all(w, s->ctx, n, ptrs);
}

static int expect_read(struct aiow *w, aio_context_t ctx, long min_nr, long nr,
		       const struct aiow_timeout *timeout, long want)
{
	struct io_event ev[8];
	long ret = aiow_read(w, ctx, min_nr, nr, ev, timeout);

	if (ret != want)
		return aiow_fail(w, "io_getevents(%ld, %ld) returned %ld, not %ld", min_nr, nr, ret,
				 want);
	return 0;
}

/* Fewer than min_nr after the time-out is legal (12) */
static int counts(struct aiow *w, struct timeouts *s)
{
	struct aiow_timeout patience = aiow_patience(w);

	if (expect_read(w, s->ctx, 1, 4, &no_time, 0) ||
	    expect_read(w, s->ctx, 1, 4, &moment, 0) ||
	    expect_read(w, s->ctx, 0, 4, NULL, 0) || expect_read(w, s->ctx, 0, 0, NULL, 0))
		return -1;
	if (put_events(w, s, 1) || expect_read(w, s->ctx, 2, 4, &moment, 1))
		return -1;
	if (put_events(w, s, 3) || expect_read(w, s->ctx, 1, 8, &patience, 3))
		return -1;
	if (put_events(w, s, 5) || expect_read(w, s->ctx, 0, 2, NULL, 2) ||
	    expect_read(w, s->ctx, 3, 3, NULL, 3))
		return -1;
	return 0;
}

/* These reach the context, but not its ring; the last two do not reach the context */
static int wrong_arguments(struct aiow *w, struct timeouts *s)
{
	struct io_event ev;

	if (expect_read(w, s->ctx, 2, 1, &no_time, -EINVAL) ||
	    expect_read(w, s->ctx, -1, 1, &no_time, -EINVAL) ||
	    expect_read(w, s->ctx, 0, -1, &no_time, -EINVAL))
		return -1;
	aiow_extra_add(w, "reads_of_wrong_count", 3);
	if (aiow_read_untried(0, &ev, &no_time) != -EINVAL)
		return aiow_fail(w, "io_getevents took a context that is none");
	if (aiow_read_untried(s->ctx, &ev, (struct aiow_timeout *)(uintptr_t)w->bad) != -EFAULT)
		return aiow_fail(w, "io_getevents took a time-out that is none");
	aiow_extra_add(w, "reads_of_no_context", 2);
	aiow_extra_add(w, "reads_of_bad_timeout", 1);
	return 0;
}

/* The array ends at a page nobody may touch: no event is taken, none is lost */
static int faults(struct aiow *w, struct timeouts *s)
{
	char *pages = mmap(NULL, 2 * AIOW_BLOCK, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct io_event *ev = (struct io_event *)(uintptr_t)(pages + AIOW_BLOCK);
	uint32_t head = aiow_ring(s->ctx)->head;

	if (pages == MAP_FAILED || mprotect(ev, AIOW_BLOCK, PROT_NONE))
		return aiow_fail(w, "mmap: %s", strerror(errno));
	if (put_events(w, s, 4))
		return -1;
	if (aiow_read(w, s->ctx, 1, 4, ev, &no_time) != -EFAULT ||
	    aiow_read(w, s->ctx, 4, 4, ev - 2, &no_time) != -EFAULT)
		return aiow_fail(w, "io_getevents wrote where it may not, or lost events");
	if (aiow_ring(s->ctx)->head != head)
		return aiow_fail(w, "a failing io_getevents moved the head");
	if (aiow_read(w, s->ctx, 2, 2, ev - 2, NULL) != 2)
		return aiow_fail(w, "the events did not stay");
	munmap(pages, 2 * AIOW_BLOCK);
	return expect_read(w, s->ctx, 2, 2, NULL, 2);
}

struct sleeper {
	struct timeouts *s;
	long min_nr;
	long want;
};

static int sleep_in_read(struct aiow_thread *t)
{
	struct sleeper *r = t->arg;

	aiow_will_sleep(t);
	return expect_read(t->w, r->s->ctx, r->min_nr, 8, NULL, r->want);
}

static void ignore(int sig)
{
	(void)sig;
}

/* A signal ends the wait: EINTR, or the events it holds already (legal 11, 12) */
static int sleepers(struct aiow *w, struct timeouts *s)
{
	struct sleeper none = { s, 2, -EINTR }, one = { s, 2, 1 }, three = { s, 3, 3 };
	struct aiow_thread t;

	if (aiow_spawn(&t, sleep_in_read, w, &none, 0) || aiow_wait_asleep(&t, 1))
		return -1;
	pthread_kill(t.id, SIGUSR1);
	if (aiow_join(&t) || put_events(w, s, 1))
		return -1;
	if (aiow_spawn(&t, sleep_in_read, w, &one, 0) || aiow_wait_asleep(&t, 1))
		return -1;
	pthread_kill(t.id, SIGUSR1);
	if (aiow_join(&t) || put_events(w, s, 1))
		return -1;
	if (aiow_spawn(&t, sleep_in_read, w, &three, 0) || aiow_wait_asleep(&t, 1) ||
	    put_events(w, s, 1) || put_events(w, s, 1))
		return -1;
	return aiow_join(&t);
}

/* SIGUSR1 is pending and blocked, but for the time of io_pgetevents */
static int masks(struct aiow *w, struct timeouts *s)
{
	struct io_event ev[2];
	sigset_t usr1, none;
	long ret;

	sigemptyset(&none);
	sigemptyset(&usr1);
	sigaddset(&usr1, SIGUSR1);
	pthread_sigmask(SIG_BLOCK, &usr1, NULL);
	raise(SIGUSR1);
	ret = aiow_pread(w, s->ctx, 1, 2, ev, &moment, &usr1);
	if (ret != 0)
		return aiow_fail(w, "io_pgetevents with the signal blocked returned %ld", ret);
	ret = aiow_pread(w, s->ctx, 1, 2, ev, NULL, &none);
	if (ret != -EINTR)
		return aiow_fail(w, "io_pgetevents with the signal open returned %ld", ret);
	/* Leaves the system call as ERESTARTNOHAND, which delivering the signal turns into EINTR */
	aiow_extra_add(w, "pgetevents_interrupted", 1);
	pthread_sigmask(SIG_UNBLOCK, &usr1, NULL);
	if (put_events(w, s, 2))
		return -1;
	ret = aiow_pread(w, s->ctx, 2, 2, ev, NULL, &none);
	return ret == 2 ? 0 : aiow_fail(w, "io_pgetevents returned %ld, not 2", ret);
}

int aiow_run_timeouts(struct aiow *w)
{
	struct sigaction act = { .sa_handler = ignore };
	struct timeouts s = { .buf = aiow_buffer(AIOW_BLOCK) };
	int round;

	s.fd = aiow_file(w, "data", AIOW_BLOCK, O_RDONLY);
	if (s.fd < 0 || sigaction(SIGUSR1, &act, NULL) || aiow_open(w, 16, &s.ctx))
		return -1;
	for (round = 0; round < 10; round++)
		if (counts(w, &s) || wrong_arguments(w, &s) || faults(w, &s) ||
		    sleepers(w, &s) || masks(w, &s))
			return -1;
	return 0;
}
