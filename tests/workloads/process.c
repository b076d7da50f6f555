/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Contexts belong to an address space: what that means for fork, execve, clone and kill.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "aiowork.h"

struct shared {
	struct aiow *w;
	aio_context_t ctx;
	aio_context_t made_by_child;
	int fd;
	int dev;
	int pipes[2][2];
	char *buf;
	unsigned int nr;
};

static int submit_reads(struct aiow *w, aio_context_t ctx, const struct shared *s, unsigned int n)
{
	struct iocb cbs[16], *ptrs[16];
	unsigned int i;

	aiow_point_at(ptrs, cbs, n);
	for (i = 0; i < n; i++)
		aiow_prep_rw(w, &cbs[i], IOCB_CMD_PREAD, s->fd, s->buf, AIOW_BLOCK, 0);
	return aiow_submit_all(w, ctx, n, ptrs);
}

static int open_shared(struct aiow *w, struct shared *s)
{
	s->w = w;
	s->buf = aiow_buffer(AIOW_BLOCK);
	s->fd = aiow_file(w, "data", AIOW_BLOCK, O_RDONLY);
	return s->fd < 0 || aiow_pipes(w, s->pipes, 2, 0) ? -1 : 0;
}

/* The mapping of the ring is inherited, the context is not */
static int parents_context(struct aiow *w, struct shared *s)
{
	struct io_event ev;
	struct iocb cb, *ptr = &cb;
	static const struct aiow_timeout now;

	aiow_prep_rw(w, &cb, IOCB_CMD_PREAD, s->fd, s->buf, AIOW_BLOCK, 0);
	if (aiow_submit_untried(w, s->ctx, 1, &ptr, EINVAL))
		return -1;
	if (aiow_destroy(w, s->ctx) != -EINVAL || aiow_cancel(w, s->ctx, &cb) != -EINVAL ||
	    aiow_read_untried(s->ctx, &ev, &now) != -EINVAL)
		return aiow_fail(w, "a child may use its parent's context");
	aiow_extra_add(w, "reads_of_no_context", 1);
	return 0;
}

/* Moving the inherited ring, too, must fail: this process has no context to rename */
static int move_ring(struct aiow *w, struct shared *s)
{
	void *ring = (void *)(uintptr_t)s->ctx;
	char *room = mmap(NULL, AIOW_BLOCK, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (room == MAP_FAILED)
		return aiow_fail(w, "mmap: %s", strerror(errno));
	if (mremap(ring, AIOW_BLOCK, AIOW_BLOCK, MREMAP_MAYMOVE | MREMAP_FIXED, room) !=
	    MAP_FAILED)
		return aiow_fail(w, "a child may move its parent's ring");
	return 0;
}

/* Child 0 cleans up after itself, child 1 leaves it to the exit */
static int forked(struct aiow *w, void *arg)
{
	struct shared *s = arg;
	aio_context_t own;
	unsigned int left;

	if (parents_context(w, s) || move_ring(w, s) || aiow_open(w, 24, &own) ||
	    parents_context(w, s))
		return -1;
	if (submit_reads(w, own, s, 5) || aiow_collect(w, own, 5, NULL))
		return -1;
	if (s->nr == 0)
		return aiow_close(w, own);
	if (submit_reads(w, own, s, 2))
		return -1;
	left = aiow_ring_unread(own);
	aiow_count_abandoned(w, left, left);
	return 0;
}

int aiow_run_fork(struct aiow *w)
{
	struct shared s = { 0 };
	struct iocb poll_cb, *ptr = &poll_cb;
	pid_t pid;

	if (open_shared(w, &s) || aiow_open(w, 64, &s.ctx))
		return -1;
	for (s.nr = 0; s.nr < 2; s.nr++) {
		aiow_prep_poll(w, &poll_cb, s.pipes[0][0], POLLIN);
		if (submit_reads(w, s.ctx, &s, 3) || aiow_submit_all(w, s.ctx, 1, &ptr))
			return -1;
		pid = aiow_fork(w, forked, &s);
		if (pid < 0 || aiow_wait_child(w, pid))
			return -1;
		/* All of the parent's is still there, the pending poll included */
		if (aiow_collect(w, s.ctx, 3, NULL) || aiow_kick(w, s.pipes[0][1]) ||
		    aiow_collect(w, s.ctx, 1, NULL) || aiow_drain(w, s.pipes[0][0]))
			return -1;
		if (submit_reads(w, s.ctx, &s, 4) || aiow_collect(w, s.ctx, 4, NULL))
			return -1;
	}
	return 0;
}

/* The same program once more, with the counts so far in an inherited descriptor */
static int exec_self(struct aiow *w)
{
	char **argv = aiow_buffer((size_t)(w->argc + 3) * sizeof(*argv));
	char self[PATH_MAX] = "", number[16];

	/* By its name: called /proc/self/exe, the process would be named "exe" */
	if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0)
		return aiow_fail(w, "/proc/self/exe: %s", strerror(errno));
	snprintf(number, sizeof(number), "%d", w->oracle_fd);
	argv[0] = w->argv[0];
	argv[1] = "--child-of";
	argv[2] = number;
	memcpy(argv + 3, w->argv + 1, (size_t)w->argc * sizeof(*argv));
	if (fcntl(w->oracle_fd, F_SETFD, 0) == 0)
		execv(self, argv);
	return aiow_fail(w, "execv: %s", strerror(errno));
}

/* The old address space goes, and with it its context: polls cancelled, events discarded */
int aiow_run_exec(struct aiow *w)
{
	struct shared s = { 0 };
	int dev;

	if (open_shared(w, &s) || aiow_open(w, w->resumed ? 48 : 64, &s.ctx))
		return -1;
	if (submit_reads(w, s.ctx, &s, 7) || aiow_collect(w, s.ctx, 7, NULL))
		return -1;
	if (w->resumed)
		return 0;
	dev = aiow_device_or_file(w, 64 * AIOW_BLOCK);
	if (dev < 0 || aiow_doom(w, s.ctx, s.fd, dev, s.pipes[0][0]))
		return -1;
	return exec_self(w);
}

/* Runs in the parent's memory: uses its context, collects a part, makes another for it */
static int vm_child(void *arg)
{
	struct shared *s = arg;

	if (submit_reads(s->w, s->ctx, s, 5) || aiow_open(s->w, 16, &s->made_by_child) ||
	    submit_reads(s->w, s->made_by_child, s, 3) ||
	    aiow_collect(s->w, s->made_by_child, 1, NULL))
		return 1;
	return 0;
}

static int collect_in_parent(struct aiow_thread *t)
{
	struct shared *s = t->arg;
	struct io_event ev[7];

	aiow_will_sleep(t);
	return aiow_collect(t->w, s->ctx, 7, ev);
}

/* A thread of the parent is asleep in io_getevents while the child submits what it waits for */
int aiow_run_vm_share(struct aiow *w)
{
	struct shared s = { 0 };
	struct iocb cbs[2], *ptrs[2];
	struct aiow_thread t;
	pid_t pid;
	int round;

	if (open_shared(w, &s) || aiow_open(w, 32, &s.ctx))
		return -1;
	aiow_point_at(ptrs, cbs, 2);
	for (round = 0; round < 5; round++) {
		aiow_prep_poll(w, &cbs[0], s.pipes[0][0], POLLIN);
		aiow_prep_poll(w, &cbs[1], s.pipes[1][0], POLLIN);
		if (aiow_submit_all(w, s.ctx, 2, ptrs) ||
		    aiow_spawn(&t, collect_in_parent, w, &s, 0) || aiow_wait_asleep(&t, 1))
			return -1;
		pid = aiow_vm_child(w, vm_child, &s);
		if (pid < 0 || aiow_wait_child(w, pid))
			return -1;
		/* The child's context outlives it: the memory does */
		if (aiow_kick(w, s.pipes[0][1]) || aiow_kick(w, s.pipes[1][1]) ||
		    aiow_join(&t) || aiow_collect(w, s.made_by_child, 2, NULL) ||
		    aiow_close(w, s.made_by_child) || aiow_drain(w, s.pipes[0][0]) ||
		    aiow_drain(w, s.pipes[1][0]))
			return -1;
	}
	return 0;
}

#define WORKERS 4

static int worker(struct aiow *w, void *arg)
{
	struct shared *s = arg;
	unsigned int left = w->count / WORKERS, n;
	aio_context_t own;

	if (aiow_open(w, 16 << s->nr, &own))
		return -1;
	for (; left; left -= n) {
		n = left < 16 ? left : 16;
		if (submit_reads(w, own, s, n) || aiow_collect(w, own, n, NULL))
			return -1;
	}
	return aiow_close(w, own);
}

int aiow_run_workers(struct aiow *w)
{
	struct shared s = { 0 };
	pid_t pids[WORKERS];
	unsigned int i;

	if (open_shared(w, &s))
		return -1;
	for (s.nr = 0; s.nr < WORKERS; s.nr++) {
		pids[s.nr] = aiow_fork(w, worker, &s);
		if (pids[s.nr] < 0)
			return -1;
	}
	for (i = 0; i < WORKERS; i++)
		if (aiow_wait_child(w, pids[i]))
			return -1;
	return 0;
}

/* Says that it is done, then waits to be killed, with nothing of what it has cleaned up */
static int victim(struct aiow *w, void *arg)
{
	struct shared *s = arg;
	aio_context_t own;

	if (aiow_open(w, 64, &own) || aiow_doom(w, own, s->fd, s->dev, s->pipes[0][0]) ||
	    aiow_kick(w, s->pipes[1][1]))
		return -1;
	for (;;)
		pause();
}

int aiow_run_killed(struct aiow *w)
{
	struct shared s = { 0 };
	pid_t pid;
	int status;

	if (open_shared(w, &s))
		return -1;
	s.dev = aiow_device_or_file(w, 64 * AIOW_BLOCK);
	if (s.dev < 0)
		return -1;
	for (s.nr = 0; s.nr < 3; s.nr++) {
		pid = aiow_fork(w, victim, &s);
		if (pid < 0 || aiow_drain(w, s.pipes[1][0]))
			return -1;
		if (kill(pid, SIGKILL) || waitpid(pid, &status, 0) != pid ||
		    !WIFSIGNALED(status))
			return aiow_fail(w, "the child could not be killed");
	}
	return 0;
}
