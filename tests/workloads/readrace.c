/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Readers of one ring that are in the kernel at the same time, as many as CPUs let be there.
 */
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>

#include "aiowork.h"

#define READERS		4
#define BATCH		16	/* requests of a call of io_submit, and events of a read */
#define FIT		2	/* events that fit into the buffer of who asks for more */

struct race {
	aio_context_t ctx;
	int fd;
	long total;
	long taken;
	char *buf;
	struct io_event *edge;	/* FIT events, and then a page that nobody may touch */
	struct iocb cbs[BATCH];
};

/* How the readers ask; the last one for more than there is memory for */
static const struct {
	long min_nr;
	long nr;
	bool faults;
} ways[READERS] = { { 1, 1, false }, { 1, 4, false }, { 3, BATCH, false }, { 1, 4 * FIT, true } };

/*
 * Reads at the end of the file complete within io_submit: one thread makes their events in the
 * order of their numbers, as long as there are slots.
 */
static int produce(struct aiow_thread *t)
{
	struct race *r = t->arg;
	struct iocb *ptrs[BATCH];
	long sent = 0, n, i, ret;
	int err;

	aiow_point_at(ptrs, r->cbs, BATCH);
	while (sent < r->total) {
		n = r->total - sent < BATCH ? r->total - sent : BATCH;
		for (i = 0; i < n; i++)
			aiow_prep_rw(t->w, &r->cbs[i], IOCB_CMD_PREAD, r->fd, r->buf, 512,
				     AIOW_BLOCK);
		ret = aiow_submit(t->w, r->ctx, n, ptrs, &err);
		if (err && err != EAGAIN)
			return aiow_fail(t->w, "io_submit: %s", strerror(err));
		sent += ret > 0 ? ret : 0;
		if (err)
			sched_yield();
	}
	return 0;
}

/* Who reads one after the other gets them one after the other, whoever has those between */
static int in_order(struct aiow *w, const struct io_event *ev, long n, uint64_t *last)
{
	long i;

	for (i = 0; i < n; i++) {
		if (ev[i].data <= *last)
			return aiow_fail(w, "event %llx came after %llx",
					 (unsigned long long)ev[i].data,
					 (unsigned long long)*last);
		*last = ev[i].data;
	}
	return 0;
}

/* The time-out is short, as others may have taken the last event */
static int consume(struct aiow_thread *t)
{
	static const struct aiow_timeout moment = { .nsec = 10000000 };
	uint64_t end = aiow_now_ns() + t->w->patience_s * 1000000000ull, last = 0;
	struct race *r = t->arg;
	struct io_event room[BATCH], *ev = ways[t->nr].faults ? r->edge : room;
	long ret;

	while (__atomic_load_n(&r->taken, __ATOMIC_RELAXED) < r->total) {
		ret = aiow_read(t->w, r->ctx, ways[t->nr].min_nr, ways[t->nr].nr, ev, &moment);
		if (ret < 0 && !(ret == -EFAULT && ways[t->nr].faults))
			return aiow_fail(t->w, "io_getevents: %s", strerror((int)-ret));
		if (ret > 0 && in_order(t->w, ev, ret, &last))
			return -1;
		if (ret > 0)
			__atomic_fetch_add(&r->taken, ret, __ATOMIC_RELAXED);
		if (ret)
			end = aiow_now_ns() + t->w->patience_s * 1000000000ull;
		else if (aiow_now_ns() > end)
			return aiow_fail(t->w, "an event did not come");
	}
	return 0;
}

static int make_edge(struct aiow *w, struct race *r)
{
	char *pages = mmap(NULL, 2 * AIOW_BLOCK, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (pages == MAP_FAILED || mprotect(pages + AIOW_BLOCK, AIOW_BLOCK, PROT_NONE))
		return aiow_fail(w, "mmap: %s", strerror(errno));
	r->edge = (struct io_event *)(pages + AIOW_BLOCK) - FIT;
	return 0;
}

/*
 * Four readers and one producer on the smallest ring there is, which goes round and round: each
 * event is read once, whole, and in order. What a read that faults had copied is not lost.
 */
int aiow_run_reader_race(struct aiow *w)
{
	struct race r = { .total = (long)w->count, .buf = aiow_buffer(AIOW_BLOCK) };
	struct aiow_thread t[READERS + 1];
	unsigned int i;

	r.fd = aiow_file(w, "data", AIOW_BLOCK, O_RDONLY);
	if (r.fd < 0 || make_edge(w, &r) || aiow_open(w, 1, &r.ctx))
		return -1;
	for (i = 0; i <= READERS; i++)
		if (aiow_spawn(&t[i], i < READERS ? consume : produce, w, &r, i))
			return -1;
	for (i = 0; i <= READERS; i++)
		if (aiow_join(&t[i]))
			return -1;
	return 0;
}
