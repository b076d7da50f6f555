/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Contexts in every state, held for somebody who looks at them: what aiotop has to tell. Each has a
 * size of its own, by which the tests know it again.
 */
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "aiowork.h"

#define ASK_FULL	8
#define ASK_POLLS	16
#define ASK_READERS	24
#define ASK_HALF	32
#define ASK_DEAD_LEADER	40
#define ASK_DYING	48
#define POLLS		5
#define READERS		3
#define UNREAD		11
#define TAKEN		4
#define CHILD_STACK	65536

struct holder {
	int fd;
	char *buf;
	int pipes[3][2];	/* never ready, never written to, told by children */
	aio_context_t ctx;
	aio_context_t dying;
};

/* One by one, until there is no slot left */
static int fill(struct aiow *w, struct holder *h)
{
	struct iocb cb, *ptr = &cb;
	aio_context_t ctx;
	unsigned int unread;
	int refusal = 0;
	long ret;

	if (aiow_open(w, ASK_FULL, &ctx))
		return -1;
	do {
		aiow_prep_rw(w, &cb, IOCB_CMD_PREAD, h->fd, h->buf, 512, 0);
		ret = aiow_submit(w, ctx, 1, &ptr, &refusal);
	} while (ret == 1);
	if (ret != -EAGAIN)
		return aiow_fail(w, "io_submit to a full ring returned %ld", ret);
	unread = aiow_ring_unread(ctx);
	aiow_count_abandoned(w, unread, unread);
	aiow_extra(w, "full_unread", unread);
	return 0;
}

static int poll_some(struct aiow *w, struct holder *h)
{
	struct iocb cbs[POLLS], *ptrs[POLLS];
	aio_context_t ctx;
	unsigned int i;

	if (aiow_open(w, ASK_POLLS, &ctx))
		return -1;
	aiow_point_at(ptrs, cbs, POLLS);
	for (i = 0; i < POLLS; i++)
		aiow_prep_poll(w, &cbs[i], h->pipes[0][0], POLLIN);
	if (aiow_submit_all(w, ctx, POLLS, ptrs))
		return -1;
	aiow_count_abandoned(w, POLLS, 0);
	aiow_extra(w, "polls", POLLS);
	return 0;
}

/* Events that were taken give their slots back with the next submission */
static int leave_some(struct aiow *w, struct holder *h)
{
	struct iocb cbs[UNREAD + TAKEN], *ptrs[UNREAD + TAKEN];
	aio_context_t ctx;
	unsigned int i;

	if (aiow_open(w, ASK_HALF, &ctx))
		return -1;
	aiow_point_at(ptrs, cbs, UNREAD + TAKEN);
	for (i = 0; i < UNREAD + TAKEN; i++)
		aiow_prep_rw(w, &cbs[i], IOCB_CMD_PREAD, h->fd, h->buf, 512, 0);
	if (aiow_submit_all(w, ctx, UNREAD + TAKEN, ptrs) ||
	    aiow_ring_wait(w, ctx, UNREAD + TAKEN) || aiow_collect(w, ctx, TAKEN, NULL))
		return -1;
	aiow_count_abandoned(w, UNREAD, UNREAD);
	aiow_extra(w, "unread", UNREAD);
	return 0;
}

/* It does not return before the exit */
static int read_for_ever(struct aiow_thread *t)
{
	struct holder *h = t->arg;
	struct io_event ev;

	aiow_will_sleep(t);
	return syscall(SYS_io_getevents, h->ctx, 1, 1, &ev, NULL) < 0 ? 0 : -1;
}

static int wait_in_readers(struct aiow *w, struct holder *h)
{
	static struct aiow_thread threads[READERS];
	unsigned int i;

	if (aiow_open(w, ASK_READERS, &h->ctx))
		return -1;
	for (i = 0; i < READERS; i++)
		if (aiow_spawn(&threads[i], read_for_ever, w, h, i) ||
		    aiow_wait_asleep(&threads[i], 1))
			return -1;
	aiow_extra(w, "waiters", READERS);
	return 0;
}

/* A read of an empty pipe, which sleeps within io_submit and has hold of the context */
static int submit_for_ever(struct aiow_thread *t)
{
	struct holder *h = t->arg;
	struct iocb cb = {
		.aio_lio_opcode = IOCB_CMD_PREAD, .aio_fildes = (uint32_t)h->pipes[1][0],
		.aio_buf = (uintptr_t)h->buf, .aio_nbytes = 1,
	}, *ptr = &cb;

	aiow_will_sleep(t);
	return (int)syscall(SYS_io_submit, h->dying, 1, &ptr) < 0 ? 0 : -1;
}

static int destroy_for_ever(struct aiow_thread *t)
{
	struct holder *h = t->arg;

	aiow_will_sleep(t);
	return syscall(SYS_io_destroy, h->dying) ? -1 : 0;
}

/* Destroyed and in use: in no table any more, and fs.aio-nr has forgotten it */
static int tear_down(struct aiow *w, struct holder *h)
{
	static struct aiow_thread submitter, destroyer;
	uint64_t end = aiow_now_ns() + w->patience_s * 1000000000ull;
	static const struct aiow_timeout now;
	struct io_event ev;

	if (aiow_open(w, ASK_DYING, &h->dying))
		return -1;
	aiow_forget(w, h->dying);
	if (aiow_spawn(&submitter, submit_for_ever, w, h, 0) ||
	    aiow_wait_asleep(&submitter, 1) || aiow_spawn(&destroyer, destroy_for_ever, w, h, 1))
		return -1;
	while (aiow_read_untried(h->dying, &ev, &now) != -EINVAL) {
		if (aiow_now_ns() > end)
			return aiow_fail(w, "the context did not begin to end");
		aiow_nap();
	}
	return 0;
}

/* Says that it is there, and stays */
static int second_thread(struct aiow_thread *t)
{
	struct holder *h = t->arg;
	aio_context_t ctx;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (aiow_open(t->w, ASK_DEAD_LEADER, &ctx) || aiow_kick(t->w, h->pipes[2][1]))
		return -1;
	for (;;)
		pause();
}

static int leader_that_ends(struct aiow *w, void *arg)
{
	struct aiow_thread *t = aiow_buffer(sizeof(*t));

	if (aiow_spawn(t, second_thread, w, arg, 0))
		return -1;
	syscall(SYS_exit, 0);
	return -1;
}

static int sharer(void *arg)
{
	(void)arg;
	syscall(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	while (syscall(SYS_ppoll, NULL, 0, NULL, NULL, 0) < 0)
		;
	return 0;
}

/* It goes on while the parent does: it must not touch what is the thread's own */
static int share(struct aiow *w)
{
	char *stack = mmap(NULL, CHILD_STACK, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);

	if (stack == MAP_FAILED ||
	    clone(sharer, stack + CHILD_STACK, CLONE_VM | SIGCHLD, NULL) < 0)
		return aiow_fail(w, "clone: %s", strerror(errno));
	aiow_extra(w, "shared", 1);
	return 0;
}

int aiow_run_holder(struct aiow *w)
{
	struct holder *h = aiow_buffer(AIOW_BLOCK);
	pid_t child;

	h->buf = aiow_buffer(AIOW_BLOCK);
	h->fd = aiow_file(w, "data", AIOW_BLOCK, O_RDONLY);
	if (h->fd < 0 || aiow_pipes(w, h->pipes, 3, 0))
		return -1;
	/* Before there are threads: the child has one of its own, and no more */
	child = aiow_fork(w, leader_that_ends, h);
	if (child < 0 || aiow_drain(w, h->pipes[2][0]))
		return -1;
	aiow_extra(w, "dead_leader", child);
	if (fill(w, h) || poll_some(w, h) || leave_some(w, h) || wait_in_readers(w, h) ||
	    tear_down(w, h))
		return -1;
	return share(w);
}
