/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Requests that complete with an error, are not allowed to wait, or make io_submit wait.
 */
#include <fcntl.h>
#include <linux/fs.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "aiowork.h"

/* Submit one, take its event: its result, or INT64_MIN if that went wrong */
static int64_t result_of(struct aiow *w, aio_context_t ctx, struct iocb *cb)
{
	struct io_event ev;

	if (aiow_submit_all(w, ctx, 1, &cb) || aiow_collect(w, ctx, 1, &ev))
		return INT64_MIN;
	return ev.res;
}

static int expect(struct aiow *w, aio_context_t ctx, struct iocb *cb, int64_t want)
{
	int64_t res = result_of(w, ctx, cb);

	if (res != want)
		return aiow_fail(w, "result %lld, not %lld", (long long)res, (long long)want);
	return 0;
}

/* A write at the limit is an error, one across it is short. SIGXFSZ would kill: ignored */
static int file_limit(struct aiow *w, aio_context_t ctx, int fd, char *buf)
{
	struct rlimit was, limit;
	struct iocb cb;
	int ret = 0;

	signal(SIGXFSZ, SIG_IGN);
	if (getrlimit(RLIMIT_FSIZE, &was))
		return aiow_fail(w, "getrlimit: %s", strerror(errno));
	limit = (struct rlimit){ .rlim_cur = 2 * AIOW_BLOCK, .rlim_max = was.rlim_max };
	if (setrlimit(RLIMIT_FSIZE, &limit))
		return aiow_fail(w, "setrlimit: %s", strerror(errno));
	aiow_prep_rw(w, &cb, IOCB_CMD_PWRITE, fd, buf, AIOW_BLOCK, 2 * AIOW_BLOCK);
	ret |= expect(w, ctx, &cb, -EFBIG);
	aiow_prep_rw(w, &cb, IOCB_CMD_PWRITE, fd, buf, AIOW_BLOCK, 2 * AIOW_BLOCK - 100);
	ret |= expect(w, ctx, &cb, 100);
	/* Back at once: standard output may be a file, too */
	if (setrlimit(RLIMIT_FSIZE, &was))
		return aiow_fail(w, "setrlimit: %s", strerror(errno));
	return ret;
}

/* A stream has no offset; a write after the other end has gone; a read of nothing yet */
static int streams(struct aiow *w, aio_context_t ctx, char *buf)
{
	struct iocb cb;
	int sockets[2], pipes[2][2];

	signal(SIGPIPE, SIG_IGN);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) ||
	    aiow_pipes(w, pipes, 2, O_NONBLOCK))
		return aiow_fail(w, "socketpair: %s", strerror(errno));
	aiow_prep_rw(w, &cb, IOCB_CMD_PREAD, sockets[0], buf, 8, 8);
	if (expect(w, ctx, &cb, -ESPIPE))
		return -1;
	aiow_prep_rw(w, &cb, IOCB_CMD_PREAD, pipes[0][0], buf, 8, 0);
	if (expect(w, ctx, &cb, -EAGAIN))
		return -1;
	close(pipes[1][0]);
	aiow_prep_rw(w, &cb, IOCB_CMD_PWRITE, pipes[1][1], buf, 8, 0);
	return expect(w, ctx, &cb, -EPIPE);
}

/* Where there is no device, extra.device says 0 and this part is left out */
static int device(struct aiow *w, aio_context_t ctx, char *buf)
{
	struct iocb cb;
	int64_t size;
	int fd = aiow_device(w, &size);

	aiow_extra(w, "device", fd >= 0);
	if (fd < 0)
		return 0;
	aiow_prep_rw(w, &cb, IOCB_CMD_PREAD, fd, buf, AIOW_BLOCK, size);
	if (expect(w, ctx, &cb, 0))
		return -1;
	/* A file system may do a misaligned request without O_DIRECT */
	aiow_prep_rw(w, &cb, IOCB_CMD_PREAD, fd, buf, 100, 1);
	if (result_of(w, ctx, &cb) == INT64_MIN)
		return -1;
	aiow_prep_rw(w, &cb, IOCB_CMD_PREAD, fd, w->bad, AIOW_BLOCK, 0);
	if (expect(w, ctx, &cb, -EFAULT))
		return -1;
	close(fd);
	return 0;
}

int aiow_run_errors(struct aiow *w)
{
	char *buf = aiow_buffer(AIOW_BLOCK);
	int fd = aiow_file(w, "data", 4 * AIOW_BLOCK, O_RDWR);
	aio_context_t ctx;
	struct iocb cb;
	int round;

	if (fd < 0 || aiow_open(w, 16, &ctx))
		return -1;
	for (round = 0; round < 5; round++) {
		aiow_prep_rw(w, &cb, IOCB_CMD_PREAD, fd, w->bad, 100, 0);
		if (expect(w, ctx, &cb, -EFAULT))
			return -1;
		aiow_prep_rw(w, &cb, IOCB_CMD_PWRITE, fd, w->bad, 100, 0);
		if (expect(w, ctx, &cb, -EFAULT))
			return -1;
		if (file_limit(w, ctx, fd, buf) || streams(w, ctx, buf) || device(w, ctx, buf))
			return -1;
	}
	return 0;
}

/* One that may be refused with EOPNOTSUPP, where the file system cannot do it */
static int may_be_refused(struct aiow *w, aio_context_t ctx, struct iocb *cb)
{
	int err = 0;
	long ret = aiow_submit(w, ctx, 1, &cb, &err);

	if (ret == 1)
		return aiow_collect(w, ctx, 1, NULL);
	return err == EOPNOTSUPP ? 0 : aiow_fail(w, "io_submit: %s", strerror(err));
}

/* What is not in the page cache gives -EAGAIN, what is gives data: the kernel knows, we count */
int aiow_run_nonblock(struct aiow *w)
{
	char *buf = aiow_buffer(AIOW_BLOCK);
	int fd = aiow_file(w, "data", 64 * AIOW_BLOCK, O_RDWR);
	aio_context_t ctx;
	struct iocb cb;
	unsigned int i;
	int pipes[1][2];

	if (fd < 0 || aiow_open(w, 16, &ctx) || aiow_pipes(w, pipes, 1, O_NONBLOCK))
		return -1;
	for (i = 0; i < 20; i++) {
		posix_fadvise(fd, 0, 0, i % 2 ? POSIX_FADV_NORMAL : POSIX_FADV_DONTNEED);
		aiow_prep_rw(w, &cb, IOCB_CMD_PREAD, fd, buf, AIOW_BLOCK, i / 2 * AIOW_BLOCK);
		cb.aio_rw_flags = RWF_NOWAIT;
		if (may_be_refused(w, ctx, &cb))
			return -1;
		if (i % 2)
			continue;
		aiow_prep_rw(w, &cb, IOCB_CMD_PREAD, fd, buf, AIOW_BLOCK, i / 2 * AIOW_BLOCK);
		if (expect(w, ctx, &cb, AIOW_BLOCK))
			return -1;
		aiow_prep_rw(w, &cb, IOCB_CMD_PREAD, pipes[0][0], buf, 8, 0);
		if (expect(w, ctx, &cb, -EAGAIN))
			return -1;
		aiow_prep_rw(w, &cb, IOCB_CMD_PWRITE, fd, buf, 512, i * 512);
		cb.aio_rw_flags = RWF_DSYNC;
		if (expect(w, ctx, &cb, 512))
			return -1;
	}
	return 0;
}

/* A file system that is frozen and not thawed is no fun: only where nobody else lives */
static bool may_freeze(void)
{
	return getenv("AIOSCOPE_GUEST") && geteuid() == 0;
}

static int freeze_and_thaw(struct aiow *w, void *arg)
{
	int fd = *(int *)arg;

	if (ioctl(fd, FIFREEZE, 0))
		return errno == EOPNOTSUPP ? 0 : aiow_fail(w, "FIFREEZE: %s", strerror(errno));
	return ioctl(fd, FITHAW, 0) ? aiow_fail(w, "FITHAW: %s", strerror(errno)) : 0;
}

/* Who freezes waits for the writes, each of which has to tell that it is over, errors included */
int aiow_run_freeze(struct aiow *w)
{
	char *buf = aiow_buffer(AIOW_BLOCK);
	int fd = aiow_file(w, "data", 4 * AIOW_BLOCK, O_RDWR);
	struct iocb cbs[3], *ptrs[3];
	aio_context_t ctx;
	pid_t pid;
	int round;

	if (fd < 0 || aiow_open(w, 8, &ctx))
		return -1;
	aiow_point_at(ptrs, cbs, 3);
	for (round = 0; round < 3; round++) {
		aiow_prep_rw(w, &cbs[0], IOCB_CMD_PWRITE, fd, buf, AIOW_BLOCK, 0);
		aiow_prep_rw(w, &cbs[1], IOCB_CMD_PWRITE, fd, w->bad, 100, 0);
		aiow_prep(w, &cbs[2], IOCB_CMD_FSYNC, fd);
		if (aiow_do(w, ctx, 3, ptrs))
			return -1;
		if (!may_freeze())
			continue;
		pid = aiow_fork(w, freeze_and_thaw, &fd);
		if (pid < 0 || aiow_wait_child(w, pid))
			return -1;
	}
	aiow_extra(w, "frozen", may_freeze());
	return 0;
}

struct sleeper {
	aio_context_t ctx;
	int fd;
	char buf[64];
	int64_t want;
};

static int read_and_sleep(struct aiow_thread *t)
{
	struct sleeper *s = t->arg;
	struct iocb cb;

	aiow_prep_rw(t->w, &cb, IOCB_CMD_PREAD, s->fd, s->buf, sizeof(s->buf), 0);
	aiow_will_sleep(t);
	return expect(t->w, s->ctx, &cb, s->want);
}

static void ignore(int sig)
{
	(void)sig;
}

/*
 * A read of a pipe is not asynchronous: io_submit itself sleeps. A signal ends it, and the
 * kernel's own ERESTARTSYS must come out as EINTR.
 */
int aiow_run_blocked(struct aiow *w)
{
	struct sigaction act = { .sa_handler = ignore };
	struct sleeper s = { 0 };
	struct aiow_thread t;
	int pipes[1][2];
	int round;

	sigaction(SIGUSR1, &act, NULL);
	if (aiow_open(w, 4, &s.ctx) || aiow_pipes(w, pipes, 1, 0))
		return -1;
	s.fd = pipes[0][0];
	for (round = 0; round < 10; round++) {
		s.want = round % 2 ? -EINTR : (int64_t)sizeof(uint64_t);
		if (aiow_spawn(&t, read_and_sleep, w, &s, 0) || aiow_wait_asleep(&t, 1))
			return -1;
		if (round % 2)
			pthread_kill(t.id, SIGUSR1);
		else if (aiow_kick(w, pipes[0][1]))
			return -1;
		if (aiow_join(&t))
			return -1;
	}
	return 0;
}

/* A page that another CPU is about to put on a list stays in memory, unless root asks as well */
static int forget_pages(struct aiow *w, int fd)
{
	int drop = open("/proc/sys/vm/drop_caches", O_WRONLY | O_CLOEXEC);

	if (fsync(fd) || posix_fadvise(fd, 0, 0, POSIX_FADV_RANDOM) ||
	    posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED))
		return aiow_fail(w, "the page cache: %s", strerror(errno));
	if (drop < 0)
		return 0;
	if (write(drop, "1", 1) != 1)
		aiow_fail(w, "drop_caches: %s", strerror(errno));
	close(drop);
	return 0;
}

/* Each page is read from the disk, as nothing is read ahead; where it is no disk, nothing waits */
int aiow_run_uncached(struct aiow *w)
{
	int fd = aiow_file(w, "uncached", 64 * AIOW_BLOCK, O_RDWR);
	char *buf = aiow_buffer(AIOW_BLOCK);
	aio_context_t ctx;

	if (fd < 0 || aiow_open(w, 4, &ctx))
		return -1;
	if (forget_pages(w, fd))
		return -1;
	for (unsigned int i = 0; i < 64; i++) {
		struct iocb cb, *ptr = &cb;

		aiow_prep_rw(w, &cb, IOCB_CMD_PREAD, fd, buf, AIOW_BLOCK, i * AIOW_BLOCK);
		if (aiow_do(w, ctx, 1, &ptr))
			return -1;
	}
	return 0;
}
