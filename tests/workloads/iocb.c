/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Requests and the completion ring as user space sees them.
 */
#include <string.h>

#include "aiowork.h"

void aiow_prep(struct aiow *w, struct iocb *cb, uint16_t opcode, int fd)
{
	memset(cb, 0, sizeof(*cb));
	cb->aio_lio_opcode = opcode;
	cb->aio_fildes = (uint32_t)fd;
	cb->aio_data = aiow_tag(w, aiow_op_of(w, cb));
}

/* @buf and @nbytes are an array of iovecs and their number for the vectored operations */
void aiow_prep_rw(struct aiow *w, struct iocb *cb, uint16_t opcode, int fd, void *buf,
		  size_t nbytes, int64_t offset)
{
	aiow_prep(w, cb, opcode, fd);
	cb->aio_buf = (uintptr_t)buf;
	cb->aio_nbytes = nbytes;
	cb->aio_offset = offset;
}

void aiow_prep_poll(struct aiow *w, struct iocb *cb, int fd, uint16_t events)
{
	aiow_prep(w, cb, IOCB_CMD_POLL, fd);
	cb->aio_buf = events;
}

void aiow_prep_resfd(struct iocb *cb, int eventfd)
{
	cb->aio_flags |= IOCB_FLAG_RESFD;
	cb->aio_resfd = (uint32_t)eventfd;
}

void aiow_point_at(struct iocb **ptrs, struct iocb *cbs, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		ptrs[i] = &cbs[i];
}

struct aiow_ring *aiow_ring(aio_context_t ctx)
{
	return (struct aiow_ring *)(uintptr_t)ctx;
}

/* The acquire pairs with aio_complete()'s smp_wmb(): events up to the tail are there */
unsigned int aiow_ring_unread(aio_context_t ctx)
{
	const struct aiow_ring *ring = aiow_ring(ctx);
	uint32_t tail = __atomic_load_n(&ring->tail, __ATOMIC_ACQUIRE);
	uint32_t head = __atomic_load_n(&ring->head, __ATOMIC_RELAXED);

	return tail >= head ? tail - head : tail + ring->nr - head;
}

int aiow_ring_wait(struct aiow *w, aio_context_t ctx, unsigned int unread)
{
	uint64_t end = aiow_now_ns() + w->patience_s * 1000000000ull;

	while (aiow_ring_unread(ctx) < unread) {
		if (aiow_now_ns() > end)
			return aiow_fail(w, "%u of %u events reached the ring",
					 aiow_ring_unread(ctx), unread);
		aiow_nap();
	}
	return 0;
}

/*
 * Take up to @max events the way event loops do it: no system call, the head moved by hand.
 * The release makes sure that the kernel, which sees the new head, does not overwrite an event
 * that is still being read. Nobody else may read the ring at the same time. Returns how many,
 * or -1.
 */
int aiow_user_reap(struct aiow *w, aio_context_t ctx, unsigned int max)
{
	struct aiow_ring *ring = aiow_ring(ctx);
	uint32_t tail = __atomic_load_n(&ring->tail, __ATOMIC_ACQUIRE);
	uint32_t head = ring->head;
	unsigned int n = 0;

	if (head >= ring->nr || tail >= ring->nr)
		return aiow_fail(w, "ring head %u, tail %u of %u", head, tail, ring->nr);
	while (head != tail && n < max) {
		if (aiow_count_events(w, &ring->events[head], 1))
			return -1;
		head = (head + 1) % ring->nr;
		n++;
	}
	__atomic_store_n(&ring->head, head, __ATOMIC_RELEASE);
	aiow_count_user_reaped(w, n);
	return (int)n;
}
