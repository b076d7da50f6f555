/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * IOCB_CMD_POLL in each order of wake-ups and decisions that a program can bring about for certain,
 * one request after the other; and says which order each was (docs/man/aiotrace.1, Poll orders).
 *
 * Early wake-ups need a file that can be woken while ->poll is asked. One that a program answers
 * can: it is woken before the answer. Those wake-ups have no mask; one with a mask comes by way of
 * an epoll set, which asks its files while it is asked.
 *
 * With kernel/6.12/next nobody completes a request that is being submitted: the order there is told
 * behind a bar.
 */
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "aiowork.h"
#include "answers.h"

struct orders {
	struct aiow *w;
	struct answers *a;	/* NULL where there is no such file */
	aio_context_t ctx;
	struct iocb cb;
	struct iocb *ptr;
};

static int submit(struct orders *o, int fd, uint16_t events, const char *order)
{
	o->ptr = &o->cb;
	aiow_expect_order(o->w, order);
	aiow_prep_poll(o->w, &o->cb, fd, events);
	return aiow_submit_all(o->w, o->ctx, 1, &o->ptr);
}

static int collect(struct orders *o)
{
	return aiow_collect(o->w, o->ctx, 1, NULL);
}

static int scripted(struct orders *o, const struct answer *steps, uint32_t nr, const char *order)
{
	answers_script(o->a, steps, nr, -1);
	return submit(o, o->a->file, POLLIN, order);
}

static int ready(struct orders *o)
{
	int efd = aiow_eventfd(o->w, 1, 0);

	if (efd < 0 || submit(o, efd, POLLIN, "ready") || collect(o))
		return -1;
	return close(efd);
}

/* With a mask, which the wake-up itself can act on */
static int armed_inline(struct orders *o)
{
	int efd = aiow_eventfd(o->w, 0, 0);

	if (efd < 0 || submit(o, efd, POLLIN, "armed-inline") || aiow_kick(o->w, efd) || collect(o))
		return -1;
	return close(efd);
}

static int cancelled(struct orders *o)
{
	int efd = aiow_eventfd(o->w, 0, 0);

	if (efd < 0 || submit(o, efd, POLLIN, "cancelled"))
		return -1;
	if (aiow_cancel(o->w, o->ctx, &o->cb) != -EINPROGRESS)
		return aiow_fail(o->w, "io_cancel of a poll that waits");
	return collect(o) ? -1 : close(efd);
}

static int second_queue(struct orders *o)
{
	char path[PATH_MAX + 16];
	int fd;

	snprintf(path, sizeof(path), "%s/two-queues", o->w->o->tmp);
	if (mkfifo(path, 0600))
		return aiow_fail(o->w, "mkfifo %s: %s", path, strerror(errno));
	fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return aiow_fail(o->w, "%s: %s", path, strerror(errno));
	aiow_expect_order(o->w, "second-queue");
	aiow_prep_poll(o->w, &o->cb, fd, POLLIN);
	return aiow_submit_refused(o->w, o->ctx, &o->cb, EINVAL) ? -1 : close(fd);
}

/* Not ready, and a wake-up without a mask: the work asks once more */
static int armed_work(struct orders *o)
{
	static const struct answer steps[] = { { .mask = 0 }, { .mask = POLLIN } };

	if (scripted(o, steps, 2, "armed-work") || answers_notify(o->a))
		return -1;
	return collect(o);
}

/* Woken while the submission asks; ready by then or not, the work asks once more */
static int early_work(struct orders *o)
{
	static const struct answer not_ready[] = { { .notify = true }, { .mask = POLLIN } };
	static const struct answer is_ready[] = { { .mask = POLLIN, .notify = true },
						  { .mask = POLLIN } };

	if (scripted(o, not_ready, 2, "early-work") || collect(o))
		return -1;
	return scripted(o, is_ready, 2, "early-work|ready") || collect(o) ? -1 : 0;
}

/*
 * The set has a file that says it is ready when it is added and that it is not when the set is
 * asked; while it is asked, another file of the set becomes ready: a wake-up with a mask.
 */
static int early_inline(struct orders *o)
{
	static const struct answer steps[] = { { .mask = POLLIN }, { .kick = true } };
	struct epoll_event in = { .events = EPOLLIN };
	int set = epoll_create1(EPOLL_CLOEXEC), efd = aiow_eventfd(o->w, 0, 0);

	if (set < 0 || efd < 0)
		return aiow_fail(o->w, "epoll_create1: %s", strerror(errno));
	answers_script(o->a, steps, 2, efd);
	if (epoll_ctl(set, EPOLL_CTL_ADD, efd, &in) ||
	    epoll_ctl(set, EPOLL_CTL_ADD, o->a->file, &in))
		return aiow_fail(o->w, "epoll_ctl: %s", strerror(errno));
	if (submit(o, set, POLLIN, "early-inline|ready") || collect(o))
		return -1;
	return close(set) || close(efd) ? -1 : 0;
}

/* The work finds it not ready: woken once more after that, or before it is through with it */
static int again(struct orders *o)
{
	static const struct answer after[] = { { .mask = 0 }, { .mask = 0 }, { .mask = POLLIN } };
	static const struct answer meanwhile[] = { { .mask = 0 }, { .notify = true },
						   { .mask = POLLIN } };
	static const struct answer early[] = { { .notify = true }, { .notify = true },
					       { .mask = POLLIN } };

	if (scripted(o, after, 3, "again") || answers_notify(o->a) || answers_wait(o->a, 2) ||
	    answers_notify(o->a) || collect(o))
		return -1;
	if (scripted(o, meanwhile, 3, "again") || answers_notify(o->a) || collect(o))
		return -1;
	return scripted(o, early, 3, "again") || collect(o) ? -1 : 0;
}

static int all_orders(struct orders *o)
{
	if (ready(o) || armed_inline(o) || cancelled(o))
		return -1;
	if (!o->a)
		return 0;
	return armed_work(o) || early_work(o) || early_inline(o) || again(o) ? -1 : 0;
}

/* Left behind: it waits as long as the contexts are held, and goes with them */
static int waiting(struct orders *o)
{
	int efd = aiow_eventfd(o->w, 0, 0);

	if (efd < 0 || submit(o, efd, POLLIN, o->w->hold_s ? "waiting" : "cancelled"))
		return -1;
	aiow_count_abandoned(o->w, 1, 0);
	return 0;
}

#define EARLY_ROUNDS	50

/* As poll-orders, but one order again and again: what waits is awake before it sleeps */
int aiow_run_poll_woken(struct aiow *w)
{
	struct orders o = { .w = w };
	struct answers a;
	int round, ret = answers_open(&a, w);

	if (ret)
		return ret;
	o.a = &a;
	if (aiow_open(w, 8, &o.ctx))
		return -1;
	for (round = 0; round < EARLY_ROUNDS; round++)
		if (early_work(&o))
			return -1;
	return answers_close(o.a);
}

int aiow_run_poll_orders(struct aiow *w)
{
	struct orders o = { .w = w };
	struct answers a;
	int round, ret = answers_open(&a, w);

	if (ret < 0 || aiow_open(w, 8, &o.ctx))
		return -1;
	o.a = ret == AIOW_SKIP ? NULL : &a;
	aiow_extra(w, "all_orders", o.a != NULL);
	for (round = 0; round < 5; round++)
		if (all_orders(&o))
			return -1;
	if (second_queue(&o) || (o.a && answers_close(o.a)))
		return -1;
	return waiting(&o);
}
