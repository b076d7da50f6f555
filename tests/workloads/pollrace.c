/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * IOCB_CMD_POLL against wake-ups at any moment, without a mask, and from a wait queue that goes
 * away. Which way a request ends is the kernel's business here; that each ends once is checked.
 */
#include <fcntl.h>
#include <poll.h>
#include <semaphore.h>
#include <signal.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "aiowork.h"

struct hammer {
	int in;		/* what is polled */
	int out;	/* what makes it readable: the same for an eventfd */
	bool stop;
};

/* Leaves it readable at the end, so that the last poll ends, too */
static int hammer(struct aiow_thread *t)
{
	struct hammer *h = t->arg;

	while (!__atomic_load_n(&h->stop, __ATOMIC_ACQUIRE))
		if (aiow_kick(t->w, h->out) || aiow_drain(t->w, h->in))
			return -1;
	return aiow_kick(t->w, h->out);
}

/* One poll after the other, and at last a batch that nobody waits for until the hammer rests */
static int poll_under_hammer(struct aiow *w, aio_context_t ctx, struct hammer *h)
{
	struct iocb cbs[8], *ptrs[8];
	struct aiow_thread t;
	unsigned int i, n;

	aiow_point_at(ptrs, cbs, 8);
	if (aiow_spawn(&t, hammer, w, h, 0))
		return -1;
	for (i = 0; i < w->count / 8; i++) {
		n = i % 3 ? 1 : 4;
		aiow_prep_poll(w, &cbs[0], h->in, POLLIN);
		aiow_prep_poll(w, &cbs[1], h->in, POLLIN | POLLRDHUP);
		aiow_prep_poll(w, &cbs[2], h->out, POLLOUT);
		aiow_prep_poll(w, &cbs[3], h->in, POLLIN | POLLPRI);
		if (aiow_do(w, ctx, n, ptrs))
			return -1;
	}
	for (i = 0; i < 8; i++)
		aiow_prep_poll(w, &cbs[i], h->in, POLLIN);
	if (aiow_submit_all(w, ctx, 8, ptrs))
		return -1;
	__atomic_store_n(&h->stop, true, __ATOMIC_RELEASE);
	if (aiow_join(&t))
		return -1;
	return aiow_collect(w, ctx, 8, NULL);
}

/* The wake-up may come before ->poll() has returned, or between that and the decision (legal 17) */
int aiow_run_poll_early(struct aiow *w)
{
	struct hammer eventfd = { 0 }, pipe_ends = { 0 };
	aio_context_t ctx;
	int pipes[1][2];

	eventfd.in = aiow_eventfd(w, 0, 0);
	eventfd.out = eventfd.in;
	if (eventfd.in < 0 || aiow_open(w, 32, &ctx) || aiow_pipes(w, pipes, 1, 0))
		return -1;
	pipe_ends.in = pipes[0][0];
	pipe_ends.out = pipes[0][1];
	if (poll_under_hammer(w, ctx, &eventfd))
		return -1;
	return poll_under_hammer(w, ctx, &pipe_ends);
}

struct unkeyed {
	int file;	/* writing to it... */
	int notify;	/* ...makes this readable, with a wake-up without a mask */
	unsigned int nr_read;
	sem_t taken;
};

static int touch(struct aiow *w, struct unkeyed *u)
{
	return pwrite(u->file, "x", 1, 0) == 1 ? 0 : aiow_fail(w, "write: %s", strerror(errno));
}

static int read_notice(struct aiow *w, struct unkeyed *u)
{
	struct inotify_event ev;

	if (read(u->notify, &ev, sizeof(ev)) != (ssize_t)sizeof(ev))
		return aiow_fail(w, "inotify: %s", strerror(errno));
	return 0;
}

/* Takes what the poll is woken for: the work that looks may find nothing (legal 7) */
static int rival(struct aiow_thread *t)
{
	struct unkeyed *u = t->arg;
	unsigned int i;

	for (i = 0; i < u->nr_read; i++) {
		if (read_notice(t->w, u))
			return -1;
		sem_post(&u->taken);
	}
	return 0;
}

/* A poll that is woken several times for nothing, or ends at one of them: one event anyway */
static int poll_with_rival(struct aiow *w, aio_context_t ctx, struct unkeyed *u)
{
	struct iocb cb, *ptr = &cb;
	struct aiow_thread t;
	unsigned int i;

	aiow_prep_poll(w, &cb, u->notify, POLLIN);
	if (aiow_submit_all(w, ctx, 1, &ptr) || aiow_spawn(&t, rival, w, u, 0))
		return -1;
	for (i = 0; i < u->nr_read; i++) {
		if (touch(w, u))
			return -1;
		while (sem_wait(&u->taken))
			;
	}
	if (aiow_join(&t) || touch(w, u) || aiow_collect(w, ctx, 1, NULL))
		return -1;
	return read_notice(w, u);
}

static int open_unkeyed(struct aiow *w, struct unkeyed *u)
{
	char path[PATH_MAX + 16];

	u->notify = inotify_init1(IN_CLOEXEC);
	if (u->notify < 0) {
		aiow_fail(w, "inotify: %s", strerror(errno));
		return errno == ENOSYS ? AIOW_SKIP : -1;
	}
	u->file = aiow_file(w, "data", AIOW_BLOCK, O_WRONLY);
	snprintf(path, sizeof(path), "%s/data", w->o->tmp);
	if (u->file < 0 || sem_init(&u->taken, 0, 0))
		return -1;
	if (inotify_add_watch(u->notify, path, IN_MODIFY) < 0)
		return aiow_fail(w, "inotify: %s", strerror(errno));
	return 0;
}

int aiow_run_poll_unkeyed(struct aiow *w)
{
	struct unkeyed u = { .nr_read = 5 };
	struct iocb cb, *ptr = &cb;
	aio_context_t ctx;
	int round, ret = open_unkeyed(w, &u);

	if (ret)
		return ret;
	if (aiow_open(w, 8, &ctx))
		return -1;
	for (round = 0; round < 20; round++) {
		aiow_prep_poll(w, &cb, u.notify, POLLIN);
		if (aiow_submit_all(w, ctx, 1, &ptr) || touch(w, &u) ||
		    aiow_collect(w, ctx, 1, NULL) || read_notice(w, &u) ||
		    poll_with_rival(w, ctx, &u))
			return -1;
	}
	aiow_extra(w, "wakes", (int64_t)round * (u.nr_read + 2));
	return 0;
}

/*
 * The work of the first wake-up finds nothing, as the notice was taken at once; the second wake-up
 * comes while it looks, before, or after. Pinned, so that the work has to wait until this sleeps.
 */
int aiow_run_poll_again(struct aiow *w)
{
	struct unkeyed u = { 0 };
	struct iocb cb, *ptr = &cb;
	aio_context_t ctx;
	int round, ret = open_unkeyed(w, &u);

	if (ret)
		return ret;
	if (aiow_pin(w, 0) || aiow_open(w, 8, &ctx))
		return -1;
	for (round = 0; round < 50; round++) {
		aiow_prep_poll(w, &cb, u.notify, POLLIN);
		if (aiow_submit_all(w, ctx, 1, &ptr) || touch(w, &u) || read_notice(w, &u))
			return -1;
		aiow_nap();
		if (touch(w, &u) || aiow_collect(w, ctx, 1, NULL) || read_notice(w, &u))
			return -1;
	}
	return 0;
}

struct pollfree {
	struct aiow *w;
	aio_context_t ctx;
	bool woken;
	struct iocb cbs[4];
};

/* A signalfd waits on the queue of the process that polls it: this one's, which goes with it */
static int poll_own_signalfd(void *arg)
{
	struct pollfree *p = arg;
	struct iocb *ptrs[4];
	sigset_t usr1;
	int fd;
	int i;

	sigemptyset(&usr1);
	sigaddset(&usr1, SIGUSR1);
	sigprocmask(SIG_BLOCK, &usr1, NULL);
	fd = signalfd(-1, &usr1, SFD_CLOEXEC);
	if (fd < 0)
		return 1;
	for (i = 0; i < 4; i++) {
		aiow_expect_order(p->w, "pollfree");
		aiow_prep_poll(p->w, &p->cbs[i], fd, POLLIN);
		ptrs[i] = &p->cbs[i];
	}
	if (aiow_submit_all(p->w, p->ctx, 4, ptrs))
		return 1;
	return p->woken && kill(getpid(), SIGUSR1) ? 1 : 0;
}

/* Its wait queue is freed when the child is reaped: POLLFREE has to end the polls (legal 5, 8) */
static int poll_free(struct aiow *w, bool woken)
{
	struct pollfree p = { .w = w, .woken = woken };
	int round;
	pid_t pid;

	if (aiow_open(w, 16, &p.ctx))
		return -1;
	for (round = 0; round < 10; round++) {
		pid = aiow_vm_child(w, poll_own_signalfd, &p);
		if (pid < 0)
			return -1;
		if (aiow_ring_unread(p.ctx))
			return aiow_fail(w, "a poll ended while its process is a zombie");
		if (aiow_wait_child(w, pid) || aiow_collect(w, p.ctx, 4, NULL))
			return -1;
	}
	return 0;
}

int aiow_run_poll_free(struct aiow *w)
{
	return poll_free(w, false);
}

/* The child's last act is a signal: the works it wakes, which find nothing, meet the POLLFREE */
int aiow_run_poll_free_woken(struct aiow *w)
{
	return poll_free(w, true);
}

/*
 * A signalfd asks for the signals of whoever asks it. The work does so as a worker, who has none,
 * and the wake-up does not say why it came: so the poll waits on though the signal is there
 * (legal 8).
 */
int aiow_run_poll_signalfd(struct aiow *w)
{
	struct signalfd_siginfo info;
	struct iocb cb, *ptr = &cb;
	struct pollfd ready;
	aio_context_t ctx;
	sigset_t usr1;
	int round;

	sigemptyset(&usr1);
	sigaddset(&usr1, SIGUSR1);
	if (aiow_open(w, 8, &ctx) || sigprocmask(SIG_BLOCK, &usr1, NULL))
		return -1;
	ready = (struct pollfd){ .fd = signalfd(-1, &usr1, SFD_CLOEXEC), .events = POLLIN };
	for (round = 0; round < 3; round++) {
		aiow_prep_poll(w, &cb, ready.fd, POLLIN);
		if (aiow_submit_all(w, ctx, 1, &ptr) || kill(getpid(), SIGUSR1))
			return -1;
		if (poll(&ready, 1, 0) != 1)
			return aiow_fail(w, "the signal is not there");
		aiow_nap();
		if (aiow_ring_unread(ctx))
			return aiow_fail(w, "the work has seen a signal of another process");
		if (aiow_cancel(w, ctx, &cb) != -EINPROGRESS || aiow_collect(w, ctx, 1, NULL) ||
		    read(ready.fd, &info, sizeof(info)) != (ssize_t)sizeof(info))
			return -1;
	}
	return close(ready.fd);
}

#define CLIENTS 8

struct connection {
	struct iocb cb;		/* first: io_event.obj is the connection */
	int server;
	int client;
	unsigned int messages;
};

/* A client: sends a message, waits for its echo */
static int client(struct aiow_thread *t)
{
	struct connection *c = &((struct connection *)t->arg)[t->nr];
	char message[64], echo[64];
	unsigned int i;
	ssize_t n;

	for (i = 0; i < c->messages; i++) {
		memset(message, (int)(i & 0x7f), sizeof(message));
		n = send(c->client, message, sizeof(message), 0);
		if (n == (ssize_t)sizeof(message))
			n = recv(c->client, echo, sizeof(echo), MSG_WAITALL);
		if (n != (ssize_t)sizeof(message) || memcmp(message, echo, sizeof(echo)))
			return aiow_fail(t->w, "client %u: no echo of message %u", t->nr, i);
	}
	close(c->client);
	return 0;
}

/* Echo all there is. 1: again later, 0: the client has gone, -1: an error */
static int serve(struct aiow *w, struct connection *c)
{
	char bytes[256];
	ssize_t n;

	for (;;) {
		n = recv(c->server, bytes, sizeof(bytes), MSG_DONTWAIT);
		if (n < 0 && errno == EAGAIN)
			return 1;
		if (n == 0) {
			close(c->server);
			return 0;
		}
		if (n < 0 || send(c->server, bytes, (size_t)n, MSG_NOSIGNAL) != n)
			return aiow_fail(w, "server: %s", strerror(errno));
	}
}

/* Armed again each time, which is the normal life of an event loop */
static int serve_all(struct aiow *w, aio_context_t ctx, struct connection *c)
{
	struct aiow_timeout patience = aiow_patience(w);
	struct iocb *again[CLIENTS];
	struct io_event ev[CLIENTS];
	unsigned int open = CLIENTS, n, i;
	struct connection *ready;
	long ret, k;
	int more;

	for (i = 0; i < CLIENTS; i++) {
		aiow_prep_poll(w, &c[i].cb, c[i].server, POLLIN);
		again[i] = &c[i].cb;
	}
	for (n = CLIENTS; open; ) {
		if (n && aiow_submit_all(w, ctx, n, again))
			return -1;
		ret = aiow_read(w, ctx, 1, CLIENTS, ev, &patience);
		if (ret <= 0)
			return aiow_fail(w, "%u clients, but none is heard of", open);
		for (k = 0, n = 0; k < ret; k++) {
			ready = (struct connection *)(uintptr_t)ev[k].obj;
			more = serve(w, ready);
			if (more < 0)
				return -1;
			open -= !more;
			if (!more)
				continue;
			aiow_prep_poll(w, &ready->cb, ready->server, POLLIN);
			again[n++] = &ready->cb;
		}
	}
	return 0;
}

int aiow_run_poll_server(struct aiow *w)
{
	struct connection c[CLIENTS];
	struct aiow_thread t[CLIENTS];
	unsigned int messages = 0, i;
	aio_context_t ctx;
	int pair[2];

	if (aiow_open(w, CLIENTS, &ctx))
		return -1;
	for (i = 0; i < CLIENTS; i++) {
		if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
			return aiow_fail(w, "socketpair: %s", strerror(errno));
		c[i].server = pair[0];
		c[i].client = pair[1];
		c[i].messages = (w->count + i) / CLIENTS;
		messages += c[i].messages;
	}
	for (i = 0; i < CLIENTS; i++)
		if (aiow_spawn(&t[i], client, w, c, i))
			return -1;
	if (serve_all(w, ctx, c))
		return -1;
	for (i = 0; i < CLIENTS; i++)
		if (aiow_join(&t[i]))
			return -1;
	aiow_extra(w, "clients", CLIENTS);
	aiow_extra(w, "messages", messages);
	return 0;
}
