/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reads, writes and fsync that go well.
 */
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "aiowork.h"

/* Completions come before io_submit returns for all but fsync, which goes through a work */
int aiow_run_ops(struct aiow *w)
{
	char *buf = aiow_buffer(2 * AIOW_BLOCK);
	struct iovec iov[2] = { { buf, AIOW_BLOCK / 2 }, { buf + AIOW_BLOCK, AIOW_BLOCK / 2 } };
	struct iocb cbs[7], *ptrs[7];
	int fd = aiow_file(w, "data", 16 * AIOW_BLOCK, O_RDWR);
	aio_context_t ctx;
	unsigned int i, round;

	if (fd < 0 || aiow_open(w, 32, &ctx))
		return -1;
	aiow_point_at(ptrs, cbs, 7);
	for (round = 0; round < 4; round++) {
		aiow_prep_rw(w, &cbs[0], IOCB_CMD_PWRITE, fd, buf, AIOW_BLOCK, 0);
		aiow_prep_rw(w, &cbs[1], IOCB_CMD_PREAD, fd, buf, AIOW_BLOCK, AIOW_BLOCK);
		aiow_prep_rw(w, &cbs[2], IOCB_CMD_PWRITEV, fd, iov, 2, 4 * AIOW_BLOCK);
		aiow_prep_rw(w, &cbs[3], IOCB_CMD_PREADV, fd, iov, 2, 8 * AIOW_BLOCK);
		aiow_prep(w, &cbs[4], IOCB_CMD_FSYNC, fd);
		aiow_prep(w, &cbs[5], IOCB_CMD_FDSYNC, fd);
		aiow_prep_poll(w, &cbs[6], fd, POLLIN);
		if (round == 0) {
			if (aiow_do(w, ctx, 7, ptrs))
				return -1;
			continue;
		}
		for (i = 0; i < 7; i++)
			if (aiow_do(w, ctx, 1, &ptrs[i]))
				return -1;
	}
	return 0;
}

/*
 * The kernel gives the struct file that was closed to the file that is opened next. How much is
 * read tells which file it was: 101 bytes of one-hundred-and-one, 100 of one-hundred.
 */
int aiow_run_reopen(struct aiow *w)
{
	static const char *const names[] = { "one-hundred", "one-hundred-and-one" };
	char *buf = aiow_buffer(AIOW_BLOCK);
	aio_context_t ctx;

	if (aiow_open(w, 8, &ctx))
		return -1;
	for (unsigned int i = 0; i < 12; i++) {
		int fd = aiow_file(w, names[i % 2], 100 + i % 2, O_RDWR);
		struct iocb cb, *ptr = &cb;

		if (fd < 0)
			return -1;
		aiow_prep_rw(w, &cb, IOCB_CMD_PREAD, fd, buf, AIOW_BLOCK, 0);
		if (aiow_do(w, ctx, 1, &ptr))
			return -1;
		close(fd);
	}
	return 0;
}

/* Twelve blocks are read from a file of ten and a bit: whole ones, a short one, the end */
static int read_past_end(struct aiow *w, aio_context_t ctx, int fd, char *buf)
{
	struct iocb cbs[12], *ptrs[12];
	unsigned int i;

	memset(buf, 0xff, 12 * AIOW_BLOCK);
	aiow_point_at(ptrs, cbs, 12);
	for (i = 0; i < 12; i++)
		aiow_prep_rw(w, &cbs[i], IOCB_CMD_PREAD, fd, buf + i * AIOW_BLOCK, AIOW_BLOCK,
			     i * AIOW_BLOCK);
	if (aiow_do(w, ctx, 12, ptrs))
		return -1;
	for (i = 0; i < 10; i++)
		if (buf[i * AIOW_BLOCK] != (char)i || buf[(i + 1) * AIOW_BLOCK - 1] != (char)i)
			return aiow_fail(w, "block %u holds something else", i);
	return 0;
}

int aiow_run_buffered(struct aiow *w)
{
	char *buf = aiow_buffer(12 * AIOW_BLOCK);
	struct iovec iov[2] = { { buf, 100 }, { buf + AIOW_BLOCK, AIOW_BLOCK } };
	int fd = aiow_file(w, "data", 10 * AIOW_BLOCK + 100, O_RDWR);
	struct iocb cbs[4], *ptrs[4];
	aio_context_t ctx;
	unsigned int i;

	if (fd < 0 || aiow_open(w, 16, &ctx))
		return -1;
	aiow_point_at(ptrs, cbs, 4);
	for (i = 0; i < 20; i++) {
		if (read_past_end(w, ctx, fd, buf))
			return -1;
		aiow_prep_rw(w, &cbs[0], IOCB_CMD_PREADV, fd, iov, 2, 10 * AIOW_BLOCK);
		aiow_prep_rw(w, &cbs[1], IOCB_CMD_PREAD, fd, buf, 1, 1 << 20);
		aiow_prep_rw(w, &cbs[2], IOCB_CMD_PREAD, fd, buf, 0, 0);
		aiow_prep_rw(w, &cbs[3], IOCB_CMD_PWRITE, fd, buf, 77, 10 * AIOW_BLOCK);
		if (aiow_do(w, ctx, 4, ptrs))
			return -1;
	}
	aiow_prep_rw(w, &cbs[0], IOCB_CMD_PWRITE, fd, buf, AIOW_BLOCK, 10 * AIOW_BLOCK + 100);
	aiow_prep_rw(w, &cbs[1], IOCB_CMD_PWRITEV, fd, iov, 2, 20 * AIOW_BLOCK);
	return aiow_do(w, ctx, 2, ptrs);
}

#define DIRECT_BATCH 32

/* Reads 32 blocks and writes the same bytes back, so that a device keeps what it holds */
static int direct_rounds(struct aiow *w, int fd, uint64_t blocks)
{
	char *buf = aiow_buffer(DIRECT_BATCH * AIOW_BLOCK);
	struct iocb cbs[DIRECT_BATCH], *ptrs[DIRECT_BATCH];
	unsigned int rounds = (w->count + 2 * DIRECT_BATCH - 1) / (2 * DIRECT_BATCH);
	static const uint16_t opcodes[] = { IOCB_CMD_PREAD, IOCB_CMD_PWRITE };
	aio_context_t ctx;
	unsigned int round, op, i;
	uint64_t first;

	if (aiow_open(w, 2 * DIRECT_BATCH, &ctx))
		return -1;
	aiow_point_at(ptrs, cbs, DIRECT_BATCH);
	for (round = 0; round < rounds; round++) {
		first = (uint64_t)round * DIRECT_BATCH % (blocks - DIRECT_BATCH + 1);
		for (op = 0; op < AIOW_ARRAY_SIZE(opcodes); op++) {
			for (i = 0; i < DIRECT_BATCH; i++)
				aiow_prep_rw(w, &cbs[i], opcodes[op], fd, buf + i * AIOW_BLOCK,
					     AIOW_BLOCK, (int64_t)(first + i) * AIOW_BLOCK);
			if (aiow_do(w, ctx, DIRECT_BATCH, ptrs))
				return -1;
		}
	}
	return 0;
}

int aiow_run_direct(struct aiow *w)
{
	return direct_rounds(w, w->dev_fd, w->dev_blocks);
}

int aiow_run_direct_file(struct aiow *w)
{
	int fd = aiow_direct_file(w, "direct", 64 * AIOW_BLOCK);

	if (fd < 0)
		return -fd == AIOW_SKIP ? AIOW_SKIP : -1;
	return direct_rounds(w, fd, 64);
}

struct pump {
	struct aiow *w;
	aio_context_t ctx;
	unsigned int depth;
	unsigned int sent;
	unsigned int done;
	unsigned int nr_idle;
	struct iocb cbs[128];
	struct iocb *idle[128];
	char *bufs;
};

/* The accepted ones are the first of the idle ones: the others move up */
static int pump_submit(struct pump *p)
{
	struct aiow *w = p->w;
	unsigned int n = p->nr_idle, i, slot;
	int err = 0;
	long ret;

	if (n > w->count - p->sent)
		n = w->count - p->sent;
	if (!n)
		return 0;
	for (i = 0; i < n; i++) {
		slot = (unsigned int)(p->idle[i] - p->cbs);
		aiow_prep_rw(w, p->idle[i], IOCB_CMD_PREAD, w->dev_fd,
			     p->bufs + slot * AIOW_BLOCK, AIOW_BLOCK,
			     (int64_t)((p->sent + i) * 7ull % w->dev_blocks) * AIOW_BLOCK);
	}
	ret = aiow_submit(w, p->ctx, n, p->idle, &err);
	/* EAGAIN with room left is legal (1) while others of our requests hold slots */
	if (err && (err != EAGAIN || p->sent == p->done))
		return aiow_fail(w, "io_submit: %s", strerror(err));
	if (ret > 0) {
		p->sent += (unsigned int)ret;
		p->nr_idle -= (unsigned int)ret;
		memmove(p->idle, p->idle + ret, p->nr_idle * sizeof(p->idle[0]));
	}
	return 0;
}

static int pump_collect(struct pump *p)
{
	struct aiow_timeout patience = aiow_patience(p->w);
	struct io_event ev[128];
	long ret = aiow_read(p->w, p->ctx, 1, p->depth, ev, &patience);
	long i;

	if (ret <= 0)
		return aiow_fail(p->w, "%u of %u events came", p->done, p->sent);
	for (i = 0; i < ret; i++)
		p->idle[p->nr_idle++] = (struct iocb *)(uintptr_t)ev[i].obj;
	p->done += (unsigned int)ret;
	return 0;
}

static int run_depth(struct aiow *w, unsigned int depth)
{
	struct pump p = { .w = w, .depth = depth, .nr_idle = depth };

	p.bufs = aiow_buffer(depth * AIOW_BLOCK);
	aiow_point_at(p.idle, p.cbs, depth);
	if (aiow_open(w, depth, &p.ctx))
		return -1;
	while (p.done < w->count)
		if (pump_submit(&p) || pump_collect(&p))
			return -1;
	return 0;
}

int aiow_run_depth1(struct aiow *w)
{
	return run_depth(w, 1);
}

int aiow_run_depth128(struct aiow *w)
{
	return run_depth(w, 128);
}

/* fs/aio.c clears the flag: left on, the request would wait for a poller that never comes */
int aiow_run_hipri(struct aiow *w)
{
	char *buf = aiow_buffer(16 * AIOW_BLOCK);
	struct iocb cbs[16], *ptrs[16];
	unsigned int round, i;
	aio_context_t ctx;

	if (aiow_open(w, 32, &ctx))
		return -1;
	aiow_point_at(ptrs, cbs, 16);
	for (round = 0; round < 10; round++) {
		for (i = 0; i < 16; i++) {
			aiow_prep_rw(w, &cbs[i], IOCB_CMD_PREAD, w->dev_fd, buf + i * AIOW_BLOCK,
				     AIOW_BLOCK, i * AIOW_BLOCK);
			cbs[i].aio_rw_flags = RWF_HIPRI;
		}
		if (aiow_do(w, ctx, 16, ptrs))
			return -1;
	}
	return 0;
}

/* Of this thread alone: the raw call. The work must run with the credentials of the submit */
static int become(struct aiow *w, uid_t uid)
{
	if (syscall(SYS_setresuid, -1, uid, -1))
		return aiow_fail(w, "setresuid: %s", strerror(errno));
	return 0;
}

/* Each is a work of its own, so that they complete in any order, from kworkers (legal 20) */
int aiow_run_fsync(struct aiow *w)
{
	char *buf = aiow_buffer(AIOW_BLOCK);
	int fd = aiow_file(w, "data", 16 * AIOW_BLOCK, O_RDWR);
	struct iocb cbs[24], *ptrs[24];
	bool root = geteuid() == 0;
	aio_context_t ctx;
	unsigned int i, round;

	if (fd < 0 || aiow_open(w, 64, &ctx))
		return -1;
	aiow_point_at(ptrs, cbs, 24);
	for (round = 0; round < 4; round++) {
		if (root && become(w, round % 2 ? 65534 : 0))
			return -1;
		for (i = 0; i < 24; i += 3) {
			aiow_prep_rw(w, &cbs[i], IOCB_CMD_PWRITE, fd, buf, AIOW_BLOCK,
				     i * AIOW_BLOCK);
			aiow_prep(w, &cbs[i + 1], IOCB_CMD_FSYNC, fd);
			aiow_prep(w, &cbs[i + 2], IOCB_CMD_FDSYNC, fd);
		}
		if (aiow_do(w, ctx, 24, ptrs))
			return -1;
	}
	aiow_extra(w, "as_other_user", root);
	return root ? become(w, 0) : 0;
}

/* The same iocb address is in flight twice (legal 15); io_cancel by address finds one of them */
static int twice_in_flight(struct aiow *w, aio_context_t ctx, struct iocb *cb)
{
	struct iocb *same[2] = { cb, cb };
	int pipes[1][2];

	if (aiow_pipes(w, pipes, 1, 0))
		return -1;
	aiow_prep_poll(w, cb, pipes[0][0], POLLIN);
	if (aiow_submit_all(w, ctx, 2, same) || aiow_kick(w, pipes[0][1]) ||
	    aiow_collect(w, ctx, 2, NULL) || aiow_drain(w, pipes[0][0]))
		return -1;
	aiow_prep_poll(w, cb, pipes[0][0], POLLIN);
	if (aiow_submit_all(w, ctx, 1, same))
		return -1;
	/* The kernel has its own copy: other data goes out under the same address */
	aiow_prep_poll(w, cb, pipes[0][0], POLLIN | POLLRDHUP);
	if (aiow_submit_all(w, ctx, 1, same))
		return -1;
	if (aiow_cancel(w, ctx, cb) != -EINPROGRESS || aiow_collect(w, ctx, 1, NULL))
		return aiow_fail(w, "the first of two cannot be cancelled");
	if (aiow_cancel(w, ctx, cb) != -EINPROGRESS || aiow_collect(w, ctx, 1, NULL))
		return aiow_fail(w, "the second of two cannot be cancelled");
	return 0;
}

int aiow_run_iocb_reuse(struct aiow *w)
{
	char *buf = aiow_buffer(AIOW_BLOCK);
	int fd = aiow_file(w, "data", AIOW_BLOCK, O_RDONLY);
	struct iocb cb, *ptr = &cb;
	aio_context_t ctx;
	unsigned int i;

	if (fd < 0 || aiow_open(w, 4, &ctx))
		return -1;
	for (i = 0; i < 10; i++)
		if (twice_in_flight(w, ctx, &cb))
			return -1;
	for (i = 0; i < w->count; i++) {
		aiow_prep_rw(w, &cb, IOCB_CMD_PREAD, fd, buf, 512, 0);
		if (aiow_do(w, ctx, 1, &ptr))
			return -1;
	}
	return 0;
}
