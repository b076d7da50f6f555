/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Programs that a tracer meets half-way: they leave without cleaning up, or were there before.
 */
#include <fcntl.h>
#include <poll.h>

#include "aiowork.h"

static int submit_reads(struct aiow *w, aio_context_t ctx, int fd, char *buf, unsigned int n)
{
	struct iocb cbs[16], *ptrs[16];
	unsigned int i;

	aiow_point_at(ptrs, cbs, n);
	for (i = 0; i < n; i++)
		aiow_prep_rw(w, &cbs[i], IOCB_CMD_PREAD, fd, buf, AIOW_BLOCK,
			     i % 4 * AIOW_BLOCK);
	return aiow_submit_all(w, ctx, n, ptrs);
}

/* Events that nobody reads before the exit are not lost (legal 13) */
int aiow_run_unreaped(struct aiow *w)
{
	char *buf = aiow_buffer(AIOW_BLOCK);
	int fd = aiow_file(w, "data", 4 * AIOW_BLOCK, O_RDONLY);
	aio_context_t ctx[2];
	unsigned int i, left;

	if (fd < 0 || aiow_open(w, 16, &ctx[0]) || aiow_open(w, 200, &ctx[1]))
		return -1;
	if (submit_reads(w, ctx[0], fd, buf, 10) || submit_reads(w, ctx[1], fd, buf, 5) ||
	    aiow_collect(w, ctx[0], 4, NULL))
		return -1;
	for (i = 0; i < 2; i++) {
		left = aiow_ring_unread(ctx[i]);
		aiow_count_abandoned(w, left, left);
	}
	return 0;
}

/* exit_aio() kills all contexts, then waits for all of them at once */
int aiow_run_inflight_exit(struct aiow *w)
{
	int fd = aiow_file(w, "data", AIOW_BLOCK, O_RDONLY);
	int dev = aiow_device_or_file(w, 64 * AIOW_BLOCK);
	aio_context_t ctx;
	int pipes[1][2], i;

	if (fd < 0 || dev < 0 || aiow_pipes(w, pipes, 1, 0))
		return -1;
	for (i = 0; i < 4; i++)
		if (aiow_open(w, 32u << i, &ctx) || aiow_doom(w, ctx, fd, dev, pipes[0][0]))
			return -1;
	return 0;
}

#define POLLS_A		4
#define POLLS_B		2

struct older {
	aio_context_t a;
	aio_context_t b;
	int fd;
	char *buf;
	int pipes[POLLS_A + POLLS_B + 1][2];
	struct iocb polls[POLLS_A + POLLS_B + 1];	/* the last one will be cancelled */
};

static int before_the_tracer(struct aiow *w, struct older *o)
{
	struct iocb *ptrs[POLLS_A + POLLS_B + 1];
	unsigned int i;

	if (aiow_open(w, 64, &o->a) || aiow_open(w, 128, &o->b) ||
	    aiow_pipes(w, o->pipes, AIOW_ARRAY_SIZE(ptrs), 0))
		return -1;
	aiow_point_at(ptrs, o->polls, AIOW_ARRAY_SIZE(ptrs));
	for (i = 0; i < AIOW_ARRAY_SIZE(ptrs); i++)
		aiow_prep_poll(w, &o->polls[i], o->pipes[i][0], POLLIN);
	if (aiow_submit_all(w, o->a, POLLS_A, ptrs) ||
	    aiow_submit_all(w, o->b, POLLS_B, ptrs + POLLS_A) ||
	    aiow_submit_all(w, o->a, 1, ptrs + POLLS_A + POLLS_B))
		return -1;
	if (submit_reads(w, o->a, o->fd, o->buf, 5) || aiow_collect(w, o->a, 5, NULL))
		return -1;
	return submit_reads(w, o->a, o->fd, o->buf, 3) || submit_reads(w, o->b, o->fd, o->buf, 2);
}

static uint64_t sum_of(const struct aiow_counts *c, bool collected)
{
	uint64_t sum = 0;
	unsigned int op;

	for (op = 0; op < AIOW_NR_OPS; op++)
		sum += collected ? c->requests[op].collected : c->requests[op].accepted;
	return sum;
}

static void report_before(struct aiow *w, const struct older *o)
{
	const struct aiow_counts *c = &w->o->counts[AIOW_BEFORE];

	aiow_extra(w, "contexts_before", w->o->nr_contexts);
	aiow_extra(w, "polls_armed_before", (int64_t)c->requests[AIOW_POLL].accepted);
	aiow_extra(w, "before_requests", (int64_t)sum_of(c, false));
	aiow_extra(w, "before_submit_calls", (int64_t)c->submit_calls);
	aiow_extra(w, "before_collected", (int64_t)sum_of(c, true));
	aiow_extra(w, "before_unread", aiow_ring_unread(o->a) + aiow_ring_unread(o->b));
}

/* What was armed before becomes ready or is cancelled, beside new requests and a new context */
static int after_the_tracer(struct aiow *w, struct older *o)
{
	struct iocb *first = &o->polls[0];
	aio_context_t c;
	unsigned int i;

	for (i = 0; i < POLLS_A + POLLS_B; i++)
		if (aiow_kick(w, o->pipes[i][1]))
			return -1;
	if (aiow_cancel(w, o->a, &o->polls[POLLS_A + POLLS_B]) != -EINPROGRESS)
		return aiow_fail(w, "an older poll cannot be cancelled");
	if (submit_reads(w, o->a, o->fd, o->buf, 10) || submit_reads(w, o->b, o->fd, o->buf, 4) ||
	    aiow_collect(w, o->a, POLLS_A + 1 + 3 + 10, NULL) ||
	    aiow_collect(w, o->b, POLLS_B + 2 + 4, NULL))
		return -1;
	aiow_prep_poll(w, first, o->pipes[0][0], POLLIN);
	if (aiow_do(w, o->a, 1, &first) || aiow_open(w, 32, &c))
		return -1;
	return submit_reads(w, c, o->fd, o->buf, 3) || aiow_collect(w, c, 3, NULL) ? -1 : 0;
}

int aiow_run_preexisting(struct aiow *w)
{
	struct older o = { .buf = aiow_buffer(AIOW_BLOCK) };
	const struct aiow_counts *before = &w->o->counts[AIOW_BEFORE];
	uint64_t collected;

	o.fd = aiow_file(w, "data", 4 * AIOW_BLOCK, O_RDONLY);
	w->o->phase = AIOW_BEFORE;
	if (o.fd < 0 || before_the_tracer(w, &o))
		return -1;
	report_before(w, &o);
	collected = sum_of(before, true);
	if (aiow_wait_point(w))
		return -1;
	w->o->phase = AIOW_TRACED;
	if (after_the_tracer(w, &o))
		return -1;
	aiow_extra(w, "before_collected_after", (int64_t)(sum_of(before, true) - collected));
	return 0;
}
