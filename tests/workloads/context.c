/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The life of contexts: made, refused, moved, destroyed while in use.
 */
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "aiowork.h"

/* The ring is larger than what was asked for; fs.aio-nr counts what was asked for (legal 2) */
int aiow_run_contexts(struct aiow *w)
{
	static const unsigned int sizes[] = { 1, 2, 16, 63, 128, 500, 1000, 2048 };
	char *buf = aiow_buffer(AIOW_BLOCK);
	int fd = aiow_file(w, "data", 16 * AIOW_BLOCK, O_RDWR);
	aio_context_t ctx[AIOW_ARRAY_SIZE(sizes)];
	struct iocb cbs[4], *ptrs[4];
	unsigned int i, k, round;

	if (fd < 0)
		return -1;
	for (i = 0; i < AIOW_ARRAY_SIZE(sizes); i++)
		if (aiow_open(w, sizes[i], &ctx[i]))
			return -1;
	aiow_point_at(ptrs, cbs, 4);
	for (round = 0; round < 10; round++) {
		for (i = 0; i < AIOW_ARRAY_SIZE(sizes); i++) {
			for (k = 0; k < 4; k++)
				aiow_prep_rw(w, &cbs[k], IOCB_CMD_PREAD, fd, buf, AIOW_BLOCK,
					     ((i + k) % 18) * AIOW_BLOCK);
			if (aiow_do(w, ctx[i], i % 4 + 1, ptrs))
				return -1;
		}
	}
	return 0;
}

static int setup_fails(struct aiow *w, unsigned int nr, aio_context_t *ctx, int err)
{
	int ret = aiow_setup(w, nr, ctx);

	if (ret != -err)
		return aiow_fail(w, "io_setup(%u) returned %d, not %d", nr, ret, -err);
	return 0;
}

static unsigned long aio_max_nr(void)
{
	FILE *f = fopen("/proc/sys/fs/aio-max-nr", "re");
	unsigned long max = 0;

	if (!f)
		return 0;
	if (fscanf(f, "%lu", &max) != 1)
		max = 0;
	fclose(f);
	return max;
}

/*
 * More than fs.aio-max-nr alone; and the whole of it while a context of ours has some. The
 * second is found out only after the ring was made. Nothing is changed for other processes. A
 * limit too large for a cheap ring is left alone: extra.max_nr says which it was.
 */
static int beyond_max_nr(struct aiow *w)
{
	unsigned long max = aio_max_nr();
	aio_context_t ctx = 0, held;

	aiow_extra(w, "max_nr", (int64_t)max);
	if (!max || max > 1000000)
		return 0;
	if (setup_fails(w, (unsigned int)max + 1, &ctx, EAGAIN))
		return -1;
	if (aiow_open(w, 100, &held) || setup_fails(w, (unsigned int)max, &ctx, EAGAIN))
		return -1;
	return aiow_close(w, held);
}

int aiow_run_setup_fail(struct aiow *w)
{
	aio_context_t ctx = 0, used = 4711;
	int round;

	for (round = 0; round < 3; round++) {
		if (setup_fails(w, 0, &ctx, EINVAL) || setup_fails(w, 8, &used, EINVAL) ||
		    setup_fails(w, 8, (aio_context_t *)(uintptr_t)w->bad, EFAULT) ||
		    setup_fails(w, INT_MAX, &ctx, EINVAL) ||
		    setup_fails(w, 1u << 24, &ctx, EINVAL))
			return -1;
		/* Twice this is 0 in 32 bits: the kernel takes it for a limit, not for a mistake */
		if (setup_fails(w, 1u << 31, &ctx, EAGAIN))
			return -1;
		/* The whole context is made, and killed when its id cannot be stored */
		if (setup_fails(w, 8, (aio_context_t *)(uintptr_t)w->read_only, EFAULT))
			return -1;
		if (beyond_max_nr(w))
			return -1;
	}
	aiow_extra(w, "made_and_killed", round);
	return 0;
}

static int set_aio_max_nr(struct aiow *w, unsigned long max)
{
	FILE *f = fopen("/proc/sys/fs/aio-max-nr", "we");

	if (!f || fprintf(f, "%lu\n", max) < 0)
		return aiow_fail(w, "fs.aio-max-nr: %s", strerror(errno));
	return fclose(f) ? aiow_fail(w, "fs.aio-max-nr: %s", strerror(errno)) : 0;
}

/* With the limit below what is there already, as long as this lasts */
static int use_below_limit(struct aiow *w, aio_context_t ctx, struct iocb *cb)
{
	aio_context_t none = 0;

	return setup_fails(w, 1, &none, EAGAIN) || aiow_do(w, ctx, 1, &cb) ? -1 : 0;
}

/* An administrator may lower the limit: what there is stays, and is more than allowed (legal 14) */
int aiow_run_limit_lowered(struct aiow *w)
{
	unsigned long max = aio_max_nr();
	char *buf = aiow_buffer(AIOW_BLOCK);
	int fd = aiow_file(w, "data", AIOW_BLOCK, O_RDONLY);
	aio_context_t ctx, more;
	struct iocb cb;
	int err;

	if (geteuid() || !max)
		return AIOW_SKIP;
	if (fd < 0 || aiow_open(w, 64, &ctx))
		return -1;
	aiow_prep_rw(w, &cb, IOCB_CMD_PREAD, fd, buf, 512, 0);
	if (set_aio_max_nr(w, 10))
		return -1;
	err = use_below_limit(w, ctx, &cb);
	if (set_aio_max_nr(w, max) || err)
		return -1;
	return aiow_open(w, 64, &more);
}

/* The id of a context is its ring's address, so that moving the ring renames the context */
int aiow_run_mremap(struct aiow *w)
{
	char *buf = aiow_buffer(AIOW_BLOCK), *room;
	int fd = aiow_file(w, "data", AIOW_BLOCK, O_RDONLY);
	aio_context_t ctx, moved;
	struct iocb cbs[3], *ptrs[3];
	size_t size;
	unsigned int i;

	if (fd < 0 || aiow_open(w, 16, &ctx))
		return -1;
	size = sizeof(struct aiow_ring) + aiow_ring(ctx)->nr * sizeof(struct io_event);
	size = (size + AIOW_BLOCK - 1) / AIOW_BLOCK * AIOW_BLOCK;
	aiow_point_at(ptrs, cbs, 3);
	for (i = 0; i < 3; i++)
		aiow_prep_rw(w, &cbs[i], IOCB_CMD_PREAD, fd, buf, 512, 0);
	if (aiow_submit_all(w, ctx, 2, ptrs))
		return -1;
	room = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (room == MAP_FAILED || mremap((void *)(uintptr_t)ctx, size, size,
					 MREMAP_MAYMOVE | MREMAP_FIXED, room) != room)
		return aiow_fail(w, "mremap: %s", strerror(errno));
	aiow_forget(w, ctx);
	moved = (uintptr_t)room;
	if (aiow_submit_untried(w, ctx, 1, &ptrs[2], EINVAL) ||
	    aiow_submit_all(w, moved, 1, &ptrs[2]) || aiow_collect(w, moved, 3, NULL))
		return -1;
	if (aiow_destroy(w, ctx) != -EINVAL)
		return aiow_fail(w, "the old id still works");
	return aiow_close(w, moved);
}

#define DOOMED_READS	3
#define DOOMED_POLLS	8
#define DOOMED_DIRECT	8

/*
 * Requests whose events nobody will see: cached reads, waited for and so known to be in the ring
 * (counted as unreaped); polls of what will never be ready; reads of @dev that may be in flight.
 */
int aiow_doom(struct aiow *w, aio_context_t ctx, int fd, int dev, int never_ready)
{
	struct iocb cbs[DOOMED_READS + DOOMED_POLLS + DOOMED_DIRECT];
	struct iocb *ptrs[AIOW_ARRAY_SIZE(cbs)];
	char *buf = aiow_buffer((DOOMED_DIRECT + 1) * AIOW_BLOCK);
	unsigned int i, n = 0, known;

	aiow_point_at(ptrs, cbs, AIOW_ARRAY_SIZE(cbs));
	for (i = 0; i < DOOMED_READS; i++)
		aiow_prep_rw(w, &cbs[n++], IOCB_CMD_PREAD, fd, buf, 512, 0);
	if (aiow_submit_all(w, ctx, n, ptrs) || aiow_ring_wait(w, ctx, n))
		return -1;
	known = aiow_ring_unread(ctx);
	for (i = 0; i < DOOMED_POLLS; i++)
		aiow_prep_poll(w, &cbs[n++], never_ready, POLLIN);
	for (i = 0; i < DOOMED_DIRECT; i++)
		aiow_prep_rw(w, &cbs[n++], IOCB_CMD_PREAD, dev, buf + (i + 1) * AIOW_BLOCK,
			     AIOW_BLOCK, i * AIOW_BLOCK);
	if (aiow_submit_all(w, ctx, n - known, ptrs + known))
		return -1;
	aiow_count_abandoned(w, n, known);
	aiow_extra_add(w, "polls_pending", DOOMED_POLLS);
	aiow_extra_add(w, "reads_maybe_in_flight", DOOMED_DIRECT);
	return 0;
}

struct race {
	aio_context_t ctx;
	int results[4];
};

static int destroyer(struct aiow_thread *t)
{
	struct race *race = t->arg;

	race->results[t->nr] = aiow_destroy(t->w, race->ctx);
	return 0;
}

/* One wins and waits for the requests; the others learn that there is no such context */
static int destroy_by_four(struct aiow *w, aio_context_t ctx)
{
	struct race race = { .ctx = ctx };
	struct aiow_thread t[4];
	unsigned int i;
	int won = 0;

	for (i = 0; i < 4; i++)
		if (aiow_spawn(&t[i], destroyer, w, &race, i))
			return -1;
	for (i = 0; i < 4; i++) {
		if (aiow_join(&t[i]))
			return -1;
		if (race.results[i] && race.results[i] != -EINVAL)
			return aiow_fail(w, "io_destroy: %s", strerror(-race.results[i]));
		won += !race.results[i];
	}
	aiow_forget(w, ctx);
	return won == 1 ? 0 : aiow_fail(w, "%d threads destroyed the same context", won);
}

/* io_destroy cancels the polls and waits for the reads; all events are discarded (legal 13) */
int aiow_run_destroy_inflight(struct aiow *w)
{
	int fd = aiow_file(w, "data", AIOW_BLOCK, O_RDONLY);
	int dev = aiow_device_or_file(w, 64 * AIOW_BLOCK);
	aio_context_t ctx;
	int pipes[1][2];
	int round;

	if (fd < 0 || dev < 0 || aiow_pipes(w, pipes, 1, 0))
		return -1;
	for (round = 0; round < 6; round++) {
		if (aiow_open(w, 64, &ctx) || aiow_doom(w, ctx, fd, dev, pipes[0][0]))
			return -1;
		if (round % 2) {
			if (destroy_by_four(w, ctx))
				return -1;
			continue;
		}
		if (aiow_close(w, ctx))
			return -1;
		if (aiow_destroy(w, ctx) != -EINVAL)
			return aiow_fail(w, "destroyed twice");
	}
	return 0;
}

struct waiter {
	aio_context_t ctx;
	long min_nr;
	long want;
};

static int wait_for_events(struct aiow_thread *t)
{
	struct waiter *r = t->arg;
	struct io_event ev[4];
	long ret;

	aiow_will_sleep(t);
	ret = aiow_read(t->w, r->ctx, r->min_nr, 4, ev, NULL);
	if (ret != r->want)
		return aiow_fail(t->w, "io_getevents returned %ld, not %ld", ret, r->want);
	return 0;
}

/*
 * A sleeping reader ends with EINVAL; one that holds an event already returns it, less than
 * min_nr (legal 11, 12).
 */
int aiow_run_getevents_dead(struct aiow *w)
{
	char *buf = aiow_buffer(AIOW_BLOCK);
	int fd = aiow_file(w, "data", AIOW_BLOCK, O_RDONLY);
	struct waiter r = { .min_nr = 2 };
	struct aiow_thread t;
	struct iocb cb, *ptr = &cb;
	int round;

	if (fd < 0)
		return -1;
	for (round = 0; round < 6; round++) {
		if (aiow_open(w, 8, &r.ctx))
			return -1;
		r.want = round % 2 ? 1 : -EINVAL;
		aiow_prep_rw(w, &cb, IOCB_CMD_PREAD, fd, buf, 512, 0);
		if (round % 2 && aiow_submit_all(w, r.ctx, 1, &ptr))
			return -1;
		if (aiow_spawn(&t, wait_for_events, w, &r, 0) || aiow_wait_asleep(&t, 1) ||
		    aiow_close(w, r.ctx) || aiow_join(&t))
			return -1;
	}
	return 0;
}

/* Each ring is a mapping of its own: vm.max_map_count and fs.aio-max-nr limit how many */
int aiow_run_crowd(struct aiow *w)
{
	unsigned int i;

	for (i = 0; i < w->count; i++) {
		aio_context_t ctx = 0;
		int ret = aiow_setup(w, 1, &ctx);

		if (ret)
			return aiow_fail(w, "io_setup: %s", strerror(-ret));
	}
	return 0;
}

int aiow_run_none(struct aiow *w)
{
	int fd = aiow_file(w, "data", AIOW_BLOCK, O_RDONLY);
	char block[64];

	if (fd < 0 || pread(fd, block, sizeof(block), 0) != (ssize_t)sizeof(block))
		return aiow_fail(w, "pread: %s", strerror(errno));
	return 0;
}
