/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The five system calls, raw: a library between would retry, clamp or hide what is counted
 * here. Each counts itself from what it returned.
 */
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "aiowork.h"

/* What is remembered of an iocb before the call: after it, it may be in use again */
struct note {
	enum aiow_op op;
	uint64_t hash;
};

static long sys(long ret)
{
	return ret < 0 ? -errno : ret;
}

int aiow_setup(struct aiow *w, unsigned int nr, aio_context_t *ctx)
{
	int ret = (int)sys(syscall(SYS_io_setup, nr, ctx));

	aiow_count_setup(w, nr, ret ? 0 : aiow_ring(*ctx)->nr, -ret);
	return ret;
}

/* A context that aiow_close_all() will destroy unless the scenario does */
int aiow_open(struct aiow *w, unsigned int nr, aio_context_t *ctx)
{
	unsigned int slot;
	int ret;

	*ctx = 0;
	ret = aiow_setup(w, nr, ctx);
	if (ret)
		return aiow_fail(w, "io_setup(%u): %s", nr, strerror(-ret));
	slot = __atomic_fetch_add(&w->nr_live, 1, __ATOMIC_RELAXED);
	if (slot >= AIOW_LIVE_MAX)
		return aiow_fail(w, "more than %d contexts left open", AIOW_LIVE_MAX);
	w->live[slot] = *ctx;
	return 0;
}

int aiow_destroy(struct aiow *w, aio_context_t ctx)
{
	int ret = (int)sys(syscall(SYS_io_destroy, ctx));

	aiow_count_destroy(w, -ret);
	return ret;
}

void aiow_forget(struct aiow *w, aio_context_t ctx)
{
	unsigned int i;

	for (i = 0; i < w->nr_live; i++)
		if (w->live[i] == ctx)
			w->live[i] = 0;
}

int aiow_close(struct aiow *w, aio_context_t ctx)
{
	int ret = aiow_destroy(w, ctx);

	aiow_forget(w, ctx);
	return ret ? aiow_fail(w, "io_destroy: %s", strerror(-ret)) : 0;
}

int aiow_close_all(struct aiow *w)
{
	unsigned int i;

	for (i = 0; i < w->nr_live; i++) {
		if (!w->live[i])
			continue;
		if (aiow_ring_unread(w->live[i]))
			return aiow_fail(w, "an event more than there were requests");
		if (aiow_close(w, w->live[i]))
			return -1;
	}
	w->nr_live = 0;
	return 0;
}

static void take_note(const struct aiow *w, const struct iocb *cb, struct note *n)
{
	n->op = aiow_op_of(w, cb);
	n->hash = n->op == AIOW_UNKNOWN ? 0 : aiow_hash((uintptr_t)cb, cb->aio_data);
}

static long submit(struct aiow *w, aio_context_t ctx, long nr, struct iocb **cbs,
		   const struct note *notes)
{
	uint64_t begin_ns = aiow_now_ns();
	long done = sys(syscall(SYS_io_submit, ctx, nr, cbs));
	long i;

	aiow_extra_add(w, "in_submit_ns", (int64_t)(aiow_now_ns() - begin_ns));
	aiow_count_submit(w, nr, done);
	for (i = 0; i < done; i++)
		aiow_count_accepted(w, notes[i].op, notes[i].hash);
	return done;
}

/*
 * A short count hides why the next iocb was refused (legal 18), so that one is submitted again
 * alone. Should it be accepted now, it was EAGAIN: no other reason goes away by itself.
 */
static int second_try(struct aiow *w, aio_context_t ctx, struct iocb **cb, const struct note *note,
		      long *again)
{
	int err;

	*again = submit(w, ctx, 1, cb, note);
	err = *again < 0 ? (int)-*again : EAGAIN;
	aiow_count_refused(w, note->op, err);
	if (*again < 0)
		aiow_count_refused(w, note->op, err);
	return err;
}

/*
 * Returns how many were accepted, or -errno if the first was refused; *refusal (may be NULL) is
 * why the one after the accepted ones was refused, 0 if none was.
 */
long aiow_submit(struct aiow *w, aio_context_t ctx, long nr, struct iocb **cbs, int *refusal)
{
	struct note notes[AIOW_BATCH_MAX];
	long done, again = 0;
	int err = 0;
	long i;

	if (nr > AIOW_BATCH_MAX) {
		aiow_fail(w, "a batch of %ld is more than %d", nr, AIOW_BATCH_MAX);
		return -E2BIG;
	}
	for (i = 0; i < nr; i++)
		take_note(w, cbs[i], &notes[i]);
	done = submit(w, ctx, nr, cbs, notes);
	if (done < 0) {
		err = (int)-done;
		aiow_count_refused(w, notes[0].op, err);
	} else if (done < nr) {
		err = second_try(w, ctx, &cbs[done], &notes[done], &again);
	}
	if (refusal)
		*refusal = err;
	return again > 0 ? done + again : done;
}

/* A call that fails before the kernel looks at the first iocb */
int aiow_submit_untried(struct aiow *w, aio_context_t ctx, long nr, struct iocb **cbs, int err)
{
	long ret = sys(syscall(SYS_io_submit, ctx, nr, cbs));

	aiow_count_submit(w, nr, ret);
	if (ret != -err)
		return aiow_fail(w, "io_submit of %ld returned %ld, not %d", nr, ret, -err);
	return 0;
}

/* The array of pointers cannot be read after @readable ones: those are accepted, none is refused */
int aiow_submit_cut(struct aiow *w, aio_context_t ctx, long nr, struct iocb **cbs, long readable)
{
	struct note notes[AIOW_BATCH_MAX];
	long ret, i;

	for (i = 0; i < readable; i++)
		take_note(w, cbs[i], &notes[i]);
	ret = submit(w, ctx, nr, cbs, notes);
	if (ret != readable)
		return aiow_fail(w, "io_submit took %ld, not %ld", ret, readable);
	return 0;
}

int aiow_submit_all(struct aiow *w, aio_context_t ctx, long nr, struct iocb **cbs)
{
	int err = 0;
	long ret = aiow_submit(w, ctx, nr, cbs, &err);

	if (ret != nr)
		return aiow_fail(w, "io_submit took %ld of %ld: %s", ret, nr, strerror(err));
	return 0;
}

int aiow_submit_refused(struct aiow *w, aio_context_t ctx, struct iocb *cb, int err)
{
	long ret = aiow_submit(w, ctx, 1, &cb, NULL);

	if (ret != -err)
		return aiow_fail(w, "io_submit returned %ld, not %d", ret, -err);
	return 0;
}

struct aiow_timeout aiow_patience(const struct aiow *w)
{
	return (struct aiow_timeout){ .sec = (long)w->patience_s };
}

static long count_read(struct aiow *w, const struct io_event *ev, long ret)
{
	aiow_count_read(w, ret);
	if (ret > 0 && aiow_count_events(w, ev, ret))
		return -EPROTO;
	return ret;
}

long aiow_read(struct aiow *w, aio_context_t ctx, long min_nr, long nr, struct io_event *ev,
	       const struct aiow_timeout *timeout)
{
	return count_read(w, ev, sys(syscall(SYS_io_getevents, ctx, min_nr, nr, ev, timeout)));
}

long aiow_pread(struct aiow *w, aio_context_t ctx, long min_nr, long nr, struct io_event *ev,
		const struct aiow_timeout *timeout, const sigset_t *mask)
{
	struct {
		const sigset_t *mask;
		size_t size;
	} arg = { mask, 8 };	/* 64 signals: the size the kernel's own sigset_t has */

	return count_read(w, ev, sys(syscall(SYS_io_pgetevents, ctx, min_nr, nr, ev, timeout,
					     &arg)));
}

/* A call that does not get as far as a context is no read of one: not counted */
long aiow_read_untried(aio_context_t ctx, struct io_event *ev, const struct aiow_timeout *timeout)
{
	return sys(syscall(SYS_io_getevents, ctx, 0, 1, ev, timeout));
}

/* Take exactly @n events; @ev has room for all of them, or is NULL if nobody wants to see them */
int aiow_collect(struct aiow *w, aio_context_t ctx, long n, struct io_event *ev)
{
	struct aiow_timeout patience = aiow_patience(w);
	struct io_event some[64];
	long got = 0, want, ret;

	while (got < n) {
		want = n - got;
		if (!ev && want > (long)AIOW_ARRAY_SIZE(some))
			want = AIOW_ARRAY_SIZE(some);
		ret = aiow_read(w, ctx, want, want, ev ? ev + got : some, &patience);
		if (ret <= 0)
			return aiow_fail(w, "%ld of %ld events came: %s", got, n,
					 ret ? strerror((int)-ret) : "time is over");
		got += ret;
	}
	return 0;
}

int aiow_do(struct aiow *w, aio_context_t ctx, long n, struct iocb **cbs)
{
	if (aiow_submit_all(w, ctx, n, cbs))
		return -1;
	return aiow_collect(w, ctx, n, NULL);
}

int aiow_cancel(struct aiow *w, aio_context_t ctx, struct iocb *cb)
{
	struct io_event unused;
	int ret = (int)sys(syscall(SYS_io_cancel, ctx, cb, &unused));

	aiow_count_cancel(w, -ret);
	return ret;
}
