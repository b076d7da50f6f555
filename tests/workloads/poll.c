/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * IOCB_CMD_POLL where it is known beforehand what ends each request. io_event.res is the mask
 * of the wake-up and may have bits nobody asked for (legal 4), so results are counted, not
 * compared.
 */
#include <fcntl.h>
#include <poll.h>
#include <semaphore.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "aiowork.h"

/* Ready at submit: io_submit completes it itself (legal 9, 17) */
int aiow_run_poll_ready(struct aiow *w)
{
	int fd = aiow_file(w, "data", AIOW_BLOCK, O_RDWR);
	int efd = aiow_eventfd(w, 7, 0);
	int pipes[2][2], sockets[2];
	struct iocb cbs[7], *ptrs[7];
	aio_context_t ctx;
	int round;

	if (fd < 0 || efd < 0 || aiow_open(w, 16, &ctx) || aiow_pipes(w, pipes, 2, 0) ||
	    aiow_kick(w, pipes[0][1]))
		return -1;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets))
		return aiow_fail(w, "socketpair: %s", strerror(errno));
	close(pipes[1][1]);
	aiow_point_at(ptrs, cbs, 7);
	for (round = 0; round < 40; round++) {
		aiow_prep_poll(w, &cbs[0], pipes[0][0], POLLIN);
		aiow_prep_poll(w, &cbs[1], pipes[0][1], POLLOUT);
		aiow_prep_poll(w, &cbs[2], efd, POLLIN | POLLOUT);
		aiow_prep_poll(w, &cbs[3], fd, POLLIN);
		aiow_prep_poll(w, &cbs[4], sockets[0], POLLOUT);
		/* A pipe without a writer: POLLHUP comes unasked */
		aiow_prep_poll(w, &cbs[5], pipes[1][0], 0);
		aiow_prep_poll(w, &cbs[6], fd, POLLOUT | POLLRDNORM);
		if (aiow_do(w, ctx, round % 7 + 1, ptrs))
			return -1;
	}
	return 0;
}

enum later { PIPE_IN, EVENTFD_IN, SOCKET_IN, PIPE_HANGUP, PIPE_OUT, NR_LATER };

struct laters {
	aio_context_t ctx;
	unsigned int rounds;
	sem_t armed;
	sem_t made_ready;
	int poll_fd[NR_LATER];
	int pipes[3][2];	/* PIPE_IN, PIPE_HANGUP, PIPE_OUT */
	int sockets[2];
	int efd;
};

static int arm_laters(struct aiow *w, struct laters *l)
{
	char bytes[AIOW_BLOCK] = { 0 };

	if (aiow_pipes(w, l->pipes, 3, O_NONBLOCK))
		return -1;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, l->sockets))
		return aiow_fail(w, "socketpair: %s", strerror(errno));
	l->efd = aiow_eventfd(w, 0, 0);
	while (write(l->pipes[2][1], bytes, sizeof(bytes)) > 0)
		;
	l->poll_fd[PIPE_IN] = l->pipes[0][0];
	l->poll_fd[EVENTFD_IN] = l->efd;
	l->poll_fd[SOCKET_IN] = l->sockets[0];
	l->poll_fd[PIPE_HANGUP] = l->pipes[1][0];
	l->poll_fd[PIPE_OUT] = l->pipes[2][1];
	return l->efd < 0 ? -1 : 0;
}

static void close_laters(struct laters *l)
{
	unsigned int i;

	for (i = 0; i < 2; i++) {
		close(l->pipes[0][i]);
		close(l->pipes[2][i]);
		close(l->sockets[i]);
	}
	close(l->pipes[1][0]);
	close(l->efd);
}

/* The other thread: five wake-ups, the hang-up without a mask, so that a work has to look again */
static int make_ready(struct aiow_thread *t)
{
	struct laters *l = t->arg;
	char bytes[AIOW_BLOCK];
	unsigned int round;

	for (round = 0; round < l->rounds; round++) {
		while (sem_wait(&l->armed))
			;
		if (aiow_kick(t->w, l->pipes[0][1]) || aiow_kick(t->w, l->efd) ||
		    aiow_kick(t->w, l->sockets[1]))
			return -1;
		close(l->pipes[1][1]);
		while (read(l->pipes[2][0], bytes, sizeof(bytes)) > 0)
			;
		sem_post(&l->made_ready);
	}
	return 0;
}

int aiow_run_poll_later(struct aiow *w)
{
	struct laters l = { .rounds = (w->count + 99) / 100 };
	struct iocb cbs[NR_LATER], *ptrs[NR_LATER];
	struct aiow_thread t;
	unsigned int round, i;

	if (aiow_open(w, 16, &l.ctx) || sem_init(&l.armed, 0, 0) ||
	    sem_init(&l.made_ready, 0, 0) || aiow_spawn(&t, make_ready, w, &l, 0))
		return -1;
	aiow_point_at(ptrs, cbs, NR_LATER);
	for (round = 0; round < l.rounds; round++) {
		if (arm_laters(w, &l))
			return -1;
		for (i = 0; i < NR_LATER; i++)
			aiow_prep_poll(w, &cbs[i], l.poll_fd[i], i == PIPE_OUT ? POLLOUT : POLLIN);
		if (aiow_submit_all(w, l.ctx, NR_LATER, ptrs))
			return -1;
		if (aiow_ring_unread(l.ctx))
			return aiow_fail(w, "a poll completed before anything was ready");
		sem_post(&l.armed);
		if (aiow_collect(w, l.ctx, NR_LATER, NULL))
			return -1;
		while (sem_wait(&l.made_ready))
			;
		close_laters(&l);
	}
	return aiow_join(&t);
}

#define CANCELS 16

static int expect_cancel(struct aiow *w, aio_context_t ctx, struct iocb *cb, int err)
{
	int ret = aiow_cancel(w, ctx, cb);

	if (ret != -err)
		return aiow_fail(w, "io_cancel returned %d, not %d", ret, -err);
	return 0;
}

/* A cancelled poll has one event like any other, with result 0 (legal 5) */
static int cancel_pending(struct aiow *w, aio_context_t ctx, int (*pipes)[2])
{
	struct iocb cbs[CANCELS], *ptrs[CANCELS];
	struct io_event ev[CANCELS];
	int i;

	aiow_point_at(ptrs, cbs, CANCELS);
	for (i = 0; i < CANCELS; i++)
		aiow_prep_poll(w, &cbs[i], pipes[i][0], POLLIN);
	if (aiow_submit_all(w, ctx, CANCELS, ptrs))
		return -1;
	for (i = 0; i < CANCELS; i++)
		if (expect_cancel(w, ctx, &cbs[i], EINPROGRESS))
			return -1;
	/* Cancelled once is off the list of what can be cancelled, done or not */
	if (expect_cancel(w, ctx, &cbs[0], EINVAL) || aiow_collect(w, ctx, CANCELS, ev))
		return -1;
	for (i = 0; i < CANCELS; i++)
		if (ev[i].res)
			return aiow_fail(w, "a cancelled poll has result %lld",
					 (long long)ev[i].res);
	return 0;
}

/* Too late, and at the same time as a wake-up: there the event may say either (legal 5, 6) */
static int cancel_woken(struct aiow *w, aio_context_t ctx, const int *pipe_fds)
{
	struct iocb cb, *ptr = &cb;

	aiow_prep_poll(w, &cb, pipe_fds[0], POLLIN);
	if (aiow_submit_all(w, ctx, 1, &ptr) || aiow_kick(w, pipe_fds[1]) ||
	    aiow_collect(w, ctx, 1, NULL) || expect_cancel(w, ctx, &cb, EINVAL) ||
	    aiow_drain(w, pipe_fds[0]))
		return -1;
	aiow_prep_poll(w, &cb, pipe_fds[0], POLLIN);
	if (aiow_submit_all(w, ctx, 1, &ptr) || expect_cancel(w, ctx, &cb, EINPROGRESS) ||
	    aiow_kick(w, pipe_fds[1]) || aiow_collect(w, ctx, 1, NULL))
		return -1;
	return aiow_drain(w, pipe_fds[0]);
}

/* Of what was never submitted, of a wrong key, of no context, of no memory */
static int cancel_nothing(struct aiow *w, aio_context_t ctx, int fd)
{
	struct iocb cb;

	aiow_prep_poll(w, &cb, fd, POLLIN);
	if (expect_cancel(w, ctx, &cb, EINVAL) || expect_cancel(w, 0, &cb, EINVAL))
		return -1;
	cb.aio_key = 1;
	if (expect_cancel(w, ctx, &cb, EINVAL))
		return -1;
	return expect_cancel(w, ctx, (struct iocb *)(uintptr_t)w->bad, EFAULT);
}

int aiow_run_poll_cancel(struct aiow *w)
{
	int pipes[CANCELS][2], round;
	aio_context_t ctx;

	/* Pinned, so that the work of a cancel often has to wait until the write is done */
	if (aiow_pin(w, 0) || aiow_open(w, 32, &ctx) || aiow_pipes(w, pipes, CANCELS, 0))
		return -1;
	for (round = 0; round < 20; round++)
		if (cancel_pending(w, ctx, pipes) || cancel_woken(w, ctx, pipes[round % CANCELS]) ||
		    cancel_nothing(w, ctx, pipes[0][0]))
			return -1;
	return 0;
}

/* Full, it is not ready for POLLOUT either */
static int poll_full_fifo(struct aiow *w, aio_context_t ctx, int fd)
{
	char bytes[AIOW_BLOCK] = { 0 };
	struct iocb cb;

	while (write(fd, bytes, sizeof(bytes)) > 0)
		;
	aiow_prep_poll(w, &cb, fd, POLLOUT);
	if (aiow_submit_refused(w, ctx, &cb, EINVAL))
		return -1;
	while (read(fd, bytes, sizeof(bytes)) > 0)
		;
	return 0;
}

/* Two wait queues are refused, unless the FIFO is ready: then none is needed (legal 9) */
int aiow_run_poll_fifo_rdwr(struct aiow *w)
{
	char path[PATH_MAX + 16];
	struct iocb cb, *ptr = &cb;
	aio_context_t ctx;
	int round, fd;

	fd = aiow_file(w, "data", 0, O_RDONLY);		/* makes the directory */
	snprintf(path, sizeof(path), "%s/fifo", w->o->tmp);
	if (fd < 0 || aiow_open(w, 8, &ctx))
		return -1;
	if (mkfifo(path, 0600))
		return aiow_fail(w, "mkfifo %s: %s", path, strerror(errno));
	fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return aiow_fail(w, "%s: %s", path, strerror(errno));
	for (round = 0; round < 10; round++) {
		aiow_prep_poll(w, &cb, fd, POLLIN);
		if (aiow_submit_refused(w, ctx, &cb, EINVAL))
			return -1;
		aiow_prep_poll(w, &cb, fd, POLLIN | POLLOUT);
		if (aiow_do(w, ctx, 1, &ptr))
			return -1;
		aiow_prep_poll(w, &cb, fd, POLLIN);
		if (aiow_kick(w, fd) || aiow_do(w, ctx, 1, &ptr) || aiow_drain(w, fd) ||
		    poll_full_fifo(w, ctx, fd))
			return -1;
	}
	return 0;
}

struct reported {
	int polled;
	int result;
	unsigned int rounds;
	sem_t armed;
};

static int kick_polled(struct aiow_thread *t)
{
	struct reported *r = t->arg;
	unsigned int round;

	for (round = 0; round < r->rounds; round++) {
		while (sem_wait(&r->armed))
			;
		if (aiow_kick(t->w, r->polled))
			return -1;
	}
	return 0;
}

/* When the other eventfd says so, the event is there */
static int take_reported(struct aiow *w, aio_context_t ctx, struct reported *r)
{
	static const struct aiow_timeout now;
	struct io_event ev;
	uint64_t signals;

	if (aiow_eventfd_take(w, r->result, &signals))
		return -1;
	if (signals != 1 || aiow_read(w, ctx, 1, 1, &ev, &now) != 1)
		return aiow_fail(w, "signalled without an event");
	return aiow_drain(w, r->polled);
}

/*
 * The wake-up comes with the wait queue's lock of one eventfd held, under which another must not
 * be signalled: newer kernels leave that to a work.
 */
int aiow_run_poll_eventfd(struct aiow *w)
{
	struct reported r = { .rounds = (w->count + 19) / 20 };
	struct iocb cb, *ptr = &cb;
	struct aiow_thread t;
	aio_context_t ctx;
	unsigned int round;

	r.polled = aiow_eventfd(w, 0, 0);
	r.result = aiow_eventfd(w, 0, 0);
	if (r.polled < 0 || r.result < 0 || aiow_open(w, 8, &ctx) || sem_init(&r.armed, 0, 0) ||
	    aiow_spawn(&t, kick_polled, w, &r, 0))
		return -1;
	for (round = 0; round < r.rounds; round++) {
		aiow_prep_poll(w, &cb, r.polled, POLLIN);
		aiow_prep_resfd(&cb, r.result);
		/* In every other round it may be ready before the submit */
		if (round % 2)
			sem_post(&r.armed);
		if (aiow_submit_all(w, ctx, 1, &ptr))
			return -1;
		if (round % 2 == 0)
			sem_post(&r.armed);
		if (take_reported(w, ctx, &r))
			return -1;
	}
	return aiow_join(&t);
}
