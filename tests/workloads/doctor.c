// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs that use AIO as they had better not: slots that are all taken, by each of the ways there
 * are, a ring that fills up, an end that waits.
 */
#include <fcntl.h>
#include <poll.h>
#include <semaphore.h>
#include <string.h>

#include "aiowork.h"

struct hog {
	struct aiow *w;
	aio_context_t ctx;
	char *bufs;
	int pipes[2][2];
	sem_t go;
	struct iocb cbs[AIOW_BATCH_MAX];
};

static struct hog *hog_new(struct aiow *w, unsigned int nr)
{
	struct hog *hog = aiow_buffer(sizeof(*hog));

	hog->w = w;
	hog->bufs = aiow_buffer(AIOW_BLOCK);
	return aiow_open(w, nr, &hog->ctx) ? NULL : hog;
}

static void prep_poll(struct hog *hog, struct iocb *cb)
{
	aiow_prep_poll(hog->w, cb, hog->pipes[1][0], POLLIN);
}

static void prep_read(struct hog *hog, struct iocb *cb)
{
	aiow_prep_rw(hog->w, cb, IOCB_CMD_PREAD, hog->w->dev_fd, hog->bufs, AIOW_BLOCK, 0);
}

/* One at a time, until io_submit says EAGAIN. Returns how many there were, or -1 */
static long hog_fill(struct hog *hog, void (*prep)(struct hog *hog, struct iocb *cb))
{
	long total = 0;
	int err = 0;

	while (total < AIOW_BATCH_MAX) {
		struct iocb *cb = &hog->cbs[total];

		prep(hog, cb);
		if (aiow_submit(hog->w, hog->ctx, 1, &cb, &err) == 1)
			total++;
		else if (err == EAGAIN)
			break;
		else
			return aiow_fail(hog->w, "io_submit: %s", strerror(err));
	}
	aiow_extra(hog->w, "fit", total);
	return err == EAGAIN ? total : aiow_fail(hog->w, "%ld requests fit", total);
}

/* Polls that wait hold all slots but those of a batch that is not whole */
static int hog_polls(struct hog *hog)
{
	long total = hog_fill(hog, prep_poll);

	if (total < 0 || aiow_kick(hog->w, hog->pipes[1][1]))
		return -1;
	return aiow_collect(hog->w, hog->ctx, total, NULL);
}

int aiow_run_again_polls(struct aiow *w)
{
	struct hog *hog = hog_new(w, 32);

	if (!hog || aiow_pin(w, 0) || aiow_pipes(w, hog->pipes, 2, 0))
		return -1;
	return hog_polls(hog);
}

/* Reads in flight hold them, if the device is slow; otherwise events that nobody has read */
int aiow_run_again_reads(struct aiow *w)
{
	struct hog *hog = hog_new(w, 32);
	long total;

	if (!hog || aiow_pin(w, 0))
		return -1;
	total = hog_fill(hog, prep_read);
	return total < 0 ? -1 : aiow_collect(w, hog->ctx, total, NULL);
}

#define STRAND_ROUNDS	30

/* To another CPU than the first one: from one to the next, as each keeps less than two batches */
static int strand_move(struct aiow *w, const cpu_set_t *all, unsigned int round)
{
	unsigned int others = (unsigned int)CPU_COUNT(all) - 1;

	if (sched_setaffinity(0, sizeof(*all), all))
		return aiow_fail(w, "sched_setaffinity: %s", strerror(errno));
	return aiow_pin(w, 1 + round * others / STRAND_ROUNDS);
}

static int strand_kick(struct aiow_thread *t)
{
	struct hog *hog = t->arg;
	cpu_set_t all;
	unsigned int i;

	if (sched_getaffinity(0, sizeof(all), &all))
		return aiow_fail(t->w, "sched_getaffinity: %s", strerror(errno));
	for (i = 0; i < STRAND_ROUNDS; i++) {
		sem_wait(&hog->go);
		if (strand_move(t->w, &all, i))
			return -1;
		if (aiow_kick(t->w, hog->pipes[0][1]))
			return -1;
	}
	return 0;
}

/*
 * A completion gives back, to the CPU that it runs on, the slots of events that were read. So a CPU
 * that completes and never submits collects nearly two batches, which no other CPU can have. Where
 * there are many CPUs a batch is small, and it takes more of them to collect as many.
 */
static int strand(struct hog *hog)
{
	struct iocb *cb = &hog->cbs[0];
	unsigned int i;

	for (i = 0; i < STRAND_ROUNDS; i++) {
		aiow_prep_poll(hog->w, cb, hog->pipes[0][0], POLLIN);
		if (aiow_submit_all(hog->w, hog->ctx, 1, &cb))
			return -1;
		sem_post(&hog->go);
		if (aiow_collect(hog->w, hog->ctx, 1, NULL) ||
		    aiow_drain(hog->w, hog->pipes[0][0]))
			return -1;
	}
	return 0;
}

int aiow_run_again_stranded(struct aiow *w)
{
	struct hog *hog = hog_new(w, 32);
	struct aiow_thread t;

	/* One that has all slots to itself leaves none: polls hold them in the end */
	if (aiow_cpus(w) < 2) {
		aiow_fail(w, "another CPU is needed");
		return AIOW_SKIP;
	}
	if (!hog || aiow_pipes(w, hog->pipes, 2, 0) || sem_init(&hog->go, 0, 0))
		return -1;
	/* A thread inherits where it may run: this one is pinned last */
	if (aiow_spawn(&t, strand_kick, w, hog, 0) || aiow_pin(w, 0) || strand(hog) ||
	    aiow_join(&t))
		return -1;
	return hog_polls(hog);
}

#define PILE_ROUNDS	250
#define PILE_BATCH	8

/* Of each eight events one is left in the ring */
int aiow_run_piles_up(struct aiow *w)
{
	struct hog *hog = hog_new(w, 512);
	int fd = aiow_file(w, "data", AIOW_BLOCK, O_RDONLY);
	struct iocb *ptrs[PILE_BATCH];
	unsigned int i, round;

	if (!hog || fd < 0)
		return -1;
	aiow_point_at(ptrs, hog->cbs, PILE_BATCH);
	for (round = 0; round < PILE_ROUNDS; round++) {
		for (i = 0; i < PILE_BATCH; i++)
			aiow_prep_rw(w, &hog->cbs[i], IOCB_CMD_PREAD, fd, hog->bufs, 512, 0);
		if (aiow_submit_all(w, hog->ctx, PILE_BATCH, ptrs) ||
		    aiow_collect(w, hog->ctx, PILE_BATCH - 1, NULL))
			return -1;
	}
	return aiow_collect(w, hog->ctx, PILE_ROUNDS, NULL);
}

#define SLOW_READS	4

/* io_destroy right behind the submission: it waits for as long as the device takes */
int aiow_run_slow_end(struct aiow *w)
{
	struct hog *hog = hog_new(w, 32);
	struct iocb *ptrs[SLOW_READS];
	unsigned int i;

	if (!hog)
		return -1;
	aiow_point_at(ptrs, hog->cbs, SLOW_READS);
	for (i = 0; i < SLOW_READS; i++)
		prep_read(hog, &hog->cbs[i]);
	if (aiow_submit_all(w, hog->ctx, SLOW_READS, ptrs))
		return -1;
	aiow_count_abandoned(w, SLOW_READS, 0);
	aiow_extra_add(w, "reads_maybe_in_flight", SLOW_READS);
	return aiow_close(w, hog->ctx);
}
