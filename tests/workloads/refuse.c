/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Submissions that are refused: a table of iocbs that are wrong in one way each, then calls
 * that never reach an iocb, then batches of which a part is accepted (legal 18). Programs probe
 * for what a kernel can do like this, so that none of it is a finding.
 */
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include "aiowork.h"

enum target { FILE_RDWR, FILE_RDONLY, FILE_WRONLY, NO_FILE, CLOSED, DIRECTORY, EPOLL, PIPE,
	      NR_TARGETS };
enum buffer { BUF_NONE, BUF_DATA, BUF_BAD, BUF_KERNEL, BUF_NEGATIVE_IOVEC, BUF_EVENTS_IN,
	      BUF_EVENTS_PRI, BUF_EVENTS_17_BITS, NR_BUFFERS };

struct refusal {
	const char *why;
	uint16_t opcode;
	enum target file;
	enum buffer buf;
	uint64_t nbytes;
	int64_t offset;
	int err;
	uint32_t rw_flags;
	uint32_t reserved2;
	uint32_t flags;
	enum target resfd;
	int16_t reqprio;
};

static const struct refusal refusals[] = {
	{ "no such descriptor", IOCB_CMD_PREAD, NO_FILE, BUF_DATA, 8, 0, .err = EBADF },
	{ "no such descriptor", IOCB_CMD_POLL, NO_FILE, BUF_EVENTS_IN, 0, 0, .err = EBADF },
	{ "closed descriptor", IOCB_CMD_FSYNC, CLOSED, BUF_NONE, 0, 0, .err = EBADF },
	{ "not open for reading", IOCB_CMD_PREAD, FILE_WRONLY, BUF_DATA, 8, 0, .err = EBADF },
	{ "not open for reading", IOCB_CMD_PREADV, FILE_WRONLY, BUF_DATA, 0, 0, .err = EBADF },
	{ "not open for writing", IOCB_CMD_PWRITE, FILE_RDONLY, BUF_DATA, 8, 0, .err = EBADF },
	{ "not open for writing", IOCB_CMD_PWRITEV, FILE_RDONLY, BUF_DATA, 0, 0, .err = EBADF },
	{ "directory: no read_iter", IOCB_CMD_PREAD, DIRECTORY, BUF_DATA, 8, 0, .err = EINVAL },
	{ "epoll: no read_iter", IOCB_CMD_PREAD, EPOLL, BUF_DATA, 8, 0, .err = EINVAL },
	{ "epoll: no write_iter", IOCB_CMD_PWRITE, EPOLL, BUF_DATA, 8, 0, .err = EINVAL },
	{ "a pipe has no fsync", IOCB_CMD_FSYNC, PIPE, BUF_NONE, 0, 0, .err = EINVAL },
	{ "a pipe has no fsync", IOCB_CMD_FDSYNC, PIPE, BUF_NONE, 0, 0, .err = EINVAL },
	{ "no such opcode", 4, FILE_RDWR, BUF_DATA, 8, 0, .err = EINVAL },
	{ "no such opcode", IOCB_CMD_NOOP, FILE_RDWR, BUF_NONE, 0, 0, .err = EINVAL },
	{ "no such opcode", 4711, FILE_RDWR, BUF_NONE, 0, 0, .err = EINVAL },
	{ "negative size", IOCB_CMD_PREAD, FILE_RDWR, BUF_DATA, 1ull << 63, 0, .err = EINVAL },
	{ "negative offset", IOCB_CMD_PREAD, FILE_RDWR, BUF_DATA, 8, -8, .err = EINVAL },
	{ "negative offset", IOCB_CMD_PWRITE, FILE_RDWR, BUF_DATA, 8, -8, .err = EINVAL },
	{ "iovecs out of reach", IOCB_CMD_PREADV, FILE_RDWR, BUF_BAD, 2, 0, .err = EFAULT },
	{ "iovecs out of reach", IOCB_CMD_PWRITEV, FILE_RDWR, BUF_BAD, 2, 0, .err = EFAULT },
	{ "too many iovecs", IOCB_CMD_PREADV, FILE_RDWR, BUF_DATA, 1025, 0, .err = EINVAL },
	{ "negative iovec", IOCB_CMD_PREADV, FILE_RDWR, BUF_NEGATIVE_IOVEC, 2, 0, .err = EINVAL },
	{ "the kernel's memory", IOCB_CMD_PREAD, FILE_RDWR, BUF_KERNEL, 8, 0, .err = EFAULT },
	{ "fsync with a size", IOCB_CMD_FSYNC, FILE_RDWR, BUF_NONE, 8, 0, .err = EINVAL },
	{ "fdsync with a buffer", IOCB_CMD_FDSYNC, FILE_RDWR, BUF_DATA, 0, 0, .err = EINVAL },
	{ "poll with an offset", IOCB_CMD_POLL, PIPE, BUF_EVENTS_IN, 0, 8, .err = EINVAL },
	{ "poll with a size", IOCB_CMD_POLL, PIPE, BUF_EVENTS_IN, 8, 0, .err = EINVAL },
	{ "poll for over 16 bits", IOCB_CMD_POLL, PIPE, BUF_EVENTS_17_BITS, 0, 0, .err = EINVAL },
	{ "poll of a file for what it never is", IOCB_CMD_POLL, FILE_RDWR, BUF_EVENTS_PRI, 0, 0,
	  .err = EINVAL },
	{ "poll with rw_flags", IOCB_CMD_POLL, PIPE, BUF_EVENTS_IN, 0, 0, .err = EINVAL,
	  .rw_flags = RWF_NOWAIT },
	{ "unknown rw_flags", IOCB_CMD_PREAD, FILE_RDWR, BUF_DATA, 8, 0, .err = EOPNOTSUPP,
	  .rw_flags = 1u << 30 },
	{ "aio_reserved2", IOCB_CMD_PREAD, FILE_RDWR, BUF_DATA, 8, 0, .err = EINVAL,
	  .reserved2 = 1 },
	{ "resfd: no such descriptor", IOCB_CMD_PREAD, FILE_RDWR, BUF_DATA, 8, 0, .err = EBADF,
	  .flags = IOCB_FLAG_RESFD, .resfd = NO_FILE },
	{ "resfd: not an eventfd", IOCB_CMD_POLL, PIPE, BUF_EVENTS_IN, 0, 0, .err = EINVAL,
	  .flags = IOCB_FLAG_RESFD, .resfd = FILE_RDWR },
	{ "no such I/O priority", IOCB_CMD_PWRITE, FILE_RDWR, BUF_DATA, 8, 0, .err = EINVAL,
	  .flags = IOCB_FLAG_IOPRIO, .reqprio = -8192 },
};

struct refuse {
	struct aiow *w;
	aio_context_t ctx;
	int fds[NR_TARGETS];
	uint64_t bufs[NR_BUFFERS];
	struct iovec negative[2];
};

static int open_targets(struct refuse *r)
{
	struct aiow *w = r->w;
	char *data = aiow_buffer(AIOW_BLOCK);
	int pipes[1][2];

	r->fds[FILE_RDWR] = aiow_file(w, "data", AIOW_BLOCK, O_RDWR);
	r->fds[FILE_RDONLY] = aiow_file(w, "data", AIOW_BLOCK, O_RDONLY);
	r->fds[FILE_WRONLY] = aiow_file(w, "data", AIOW_BLOCK, O_WRONLY);
	r->fds[NO_FILE] = -1;
	r->fds[DIRECTORY] = open(w->o->tmp, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	r->fds[EPOLL] = epoll_create1(EPOLL_CLOEXEC);
	if (r->fds[FILE_RDWR] < 0 || r->fds[FILE_RDONLY] < 0 || r->fds[FILE_WRONLY] < 0 ||
	    r->fds[DIRECTORY] < 0 || r->fds[EPOLL] < 0 || aiow_pipes(w, pipes, 1, 0))
		return aiow_fail(w, "cannot open everything: %s", strerror(errno));
	r->fds[PIPE] = pipes[0][0];
	r->fds[CLOSED] = dup(pipes[0][1]);
	close(r->fds[CLOSED]);
	r->negative[0] = (struct iovec){ data, (size_t)-1 };
	r->negative[1] = (struct iovec){ data, 8 };
	r->bufs[BUF_DATA] = (uintptr_t)data;
	r->bufs[BUF_BAD] = (uintptr_t)w->bad;
	r->bufs[BUF_KERNEL] = 1ull << 63;
	r->bufs[BUF_NEGATIVE_IOVEC] = (uintptr_t)r->negative;
	r->bufs[BUF_EVENTS_IN] = POLLIN;
	r->bufs[BUF_EVENTS_PRI] = POLLPRI;
	r->bufs[BUF_EVENTS_17_BITS] = POLLIN | 1u << 16;
	return 0;
}

static void prep_refusal(struct refuse *r, const struct refusal *c, struct iocb *cb)
{
	aiow_prep_rw(r->w, cb, c->opcode, r->fds[c->file], NULL, 0, c->offset);
	cb->aio_buf = r->bufs[c->buf];
	cb->aio_nbytes = c->nbytes;
	cb->aio_rw_flags = (__kernel_rwf_t)c->rw_flags;
	cb->aio_reserved2 = c->reserved2;
	cb->aio_flags = c->flags;
	cb->aio_reqprio = c->reqprio;
	if (c->flags & IOCB_FLAG_RESFD)
		cb->aio_resfd = (uint32_t)r->fds[c->resfd];
}

static int refuse_table(struct refuse *r)
{
	struct iocb cb;
	size_t i;

	for (i = 0; i < AIOW_ARRAY_SIZE(refusals); i++) {
		const struct refusal *c = &refusals[i];

		/* 32 bits have no such address; there the kernel says EINVAL for the overflow */
		if (c->buf == BUF_KERNEL && sizeof(void *) < sizeof(uint64_t))
			continue;
		prep_refusal(r, c, &cb);
		if (aiow_submit_refused(r->w, r->ctx, &cb, c->err))
			return aiow_fail(r->w, "...for: %s", c->why);
	}
	return 0;
}

/* An iocb that cannot be read; and one that cannot be written: the kernel stores aio_key */
static int refuse_pointers(struct refuse *r)
{
	struct iocb cb, *copy = (struct iocb *)(uintptr_t)aiow_buffer(AIOW_BLOCK);

	if (aiow_submit_refused(r->w, r->ctx, (struct iocb *)(uintptr_t)r->w->bad, EFAULT))
		return -1;
	aiow_prep_rw(r->w, &cb, IOCB_CMD_PREAD, r->fds[FILE_RDWR],
		     (void *)(uintptr_t)r->bufs[BUF_DATA], 8, 0);
	*copy = cb;
	if (mprotect(copy, AIOW_BLOCK, PROT_READ))
		return aiow_fail(r->w, "mprotect: %s", strerror(errno));
	return aiow_submit_refused(r->w, r->ctx, copy, EFAULT);
}

/* Calls that end before any iocb is looked at; an empty one is fine */
static int refuse_calls(struct refuse *r)
{
	aio_context_t not_a_ring = (uintptr_t)r->bufs[BUF_DATA];
	struct aiow *w = r->w;
	struct iocb cb, *ptr = &cb;

	aiow_prep_rw(w, &cb, IOCB_CMD_PREAD, r->fds[FILE_RDWR],
		     (void *)(uintptr_t)r->bufs[BUF_DATA], 8, 0);
	if (aiow_submit_untried(w, 0, 1, &ptr, EINVAL) ||
	    aiow_submit_untried(w, not_a_ring, 1, &ptr, EINVAL) ||
	    aiow_submit_untried(w, 0, 0, &ptr, EINVAL) ||
	    aiow_submit_untried(w, r->ctx, -1, &ptr, EINVAL) ||
	    aiow_submit_untried(w, r->ctx, 1, (struct iocb **)(uintptr_t)w->bad, EFAULT) ||
	    aiow_submit_untried(w, r->ctx, 0, &ptr, 0))
		return -1;
	return 0;
}

/* The second or third of a batch is wrong: the ones before are accepted, those after untouched */
static int refuse_in_batch(struct refuse *r, struct iocb *wrong, int err)
{
	struct iocb good[3];
	struct iocb *batch[4] = { &good[0], &good[1], wrong, &good[2] };
	int got = 0, i;
	long ret;

	for (i = 0; i < 3; i++)
		aiow_prep_rw(r->w, &good[i], IOCB_CMD_PREAD, r->fds[FILE_RDWR],
			     (void *)(uintptr_t)r->bufs[BUF_DATA], 8, 0);
	ret = aiow_submit(r->w, r->ctx, 4, batch, &got);
	if (ret != 2 || got != err)
		return aiow_fail(r->w, "a batch was taken up to %ld, then errno %d", ret, got);
	return aiow_submit_all(r->w, r->ctx, 1, &batch[3]) ||
	       aiow_collect(r->w, r->ctx, 3, NULL) ? -1 : 0;
}

static int refuse_batches(struct refuse *r)
{
	struct iocb wrong;

	prep_refusal(r, &refusals[0], &wrong);
	if (refuse_in_batch(r, &wrong, EBADF) ||
	    refuse_in_batch(r, (struct iocb *)(uintptr_t)r->w->bad, EFAULT))
		return -1;
	aiow_prep(r->w, &wrong, 4711, r->fds[FILE_RDWR]);
	return refuse_in_batch(r, &wrong, EINVAL);
}

/*
 * The array of pointers ends at a page nobody may touch: a short count without any iocb that
 * was refused; the rest alone is EFAULT.
 */
static int refuse_array_end(struct refuse *r)
{
	char *pages = mmap(NULL, 2 * AIOW_BLOCK, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct iocb **edge = (struct iocb **)(uintptr_t)(pages + AIOW_BLOCK);
	struct aiow *w = r->w;
	struct iocb cb;

	if (pages == MAP_FAILED || mprotect(pages + AIOW_BLOCK, AIOW_BLOCK, PROT_NONE))
		return aiow_fail(w, "mmap: %s", strerror(errno));
	aiow_prep_rw(w, &cb, IOCB_CMD_PREAD, r->fds[FILE_RDWR],
		     (void *)(uintptr_t)r->bufs[BUF_DATA], 8, 0);
	edge[-1] = &cb;
	if (aiow_submit_cut(w, r->ctx, 2, edge - 1, 1) ||
	    aiow_submit_untried(w, r->ctx, 1, edge, EFAULT))
		return -1;
	return aiow_collect(w, r->ctx, 1, NULL);
}

int aiow_run_refused(struct aiow *w)
{
	struct refuse r = { .w = w };
	int round;

	if (aiow_open(w, 16, &r.ctx) || open_targets(&r))
		return -1;
	for (round = 0; round < 3; round++)
		if (refuse_table(&r) || refuse_pointers(&r) || refuse_calls(&r) ||
		    refuse_batches(&r) || refuse_array_end(&r))
			return -1;
	return 0;
}
