/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Counting. The counts live in memory that all threads and processes of a run share, under one
 * lock; it is a spinning one because a CLONE_VM child borrows its parent's thread, so that
 * nothing of libpthread that knows who is asking may be used.
 */
#include <inttypes.h>
#include <sched.h>
#include <string.h>

#include "aiowork.h"

#define TAG_OP_SHIFT	56
#define TAG_BEFORE	(1ull << 55)

static const char *const op_names[AIOW_NR_OPS] = {
	[AIOW_PREAD] = "pread",
	[AIOW_PWRITE] = "pwrite",
	[AIOW_PREADV] = "preadv",
	[AIOW_PWRITEV] = "pwritev",
	[AIOW_FSYNC] = "fsync",
	[AIOW_FDSYNC] = "fdsync",
	[AIOW_POLL] = "poll",
	[AIOW_UNKNOWN] = "unknown",
};

static struct aiow_counts *lock_counts(struct aiow *w)
{
	while (__atomic_exchange_n(&w->o->lock, 1, __ATOMIC_ACQUIRE))
		sched_yield();
	return &w->o->counts[w->o->phase];
}

static void unlock_counts(struct aiow *w)
{
	__atomic_store_n(&w->o->lock, 0, __ATOMIC_RELEASE);
}

static uint64_t *errno_slot(uint64_t *by_errno, int err)
{
	return &by_errno[err > 0 && err < AIOW_ERRNO_MAX ? err : AIOW_ERRNO_MAX - 1];
}

enum aiow_op aiow_op_of(const struct aiow *w, const struct iocb *cb)
{
	if ((const char *)cb == w->bad)
		return AIOW_UNKNOWN;
	switch (cb->aio_lio_opcode) {
	case IOCB_CMD_PREAD:
		return AIOW_PREAD;
	case IOCB_CMD_PWRITE:
		return AIOW_PWRITE;
	case IOCB_CMD_PREADV:
		return AIOW_PREADV;
	case IOCB_CMD_PWRITEV:
		return AIOW_PWRITEV;
	case IOCB_CMD_FSYNC:
		return AIOW_FSYNC;
	case IOCB_CMD_FDSYNC:
		return AIOW_FDSYNC;
	case IOCB_CMD_POLL:
		return AIOW_POLL;
	default:
		return AIOW_UNKNOWN;
	}
}

/*
 * A request's aio_data: operation, phase and a number of its own. The event brings it back, so
 * that counting an event needs nothing but the event: the iocb may be in use again, belong to
 * another process or be gone.
 */
uint64_t aiow_tag(struct aiow *w, enum aiow_op op)
{
	uint64_t seq = __atomic_fetch_add(&w->o->sequence, 1, __ATOMIC_RELAXED);

	return (uint64_t)(op + 1) << TAG_OP_SHIFT | seq |
	       (w->o->phase == AIOW_BEFORE ? TAG_BEFORE : 0);
}

/* splitmix64's finalizer: sums of it differ when one event is missing and another came twice */
uint64_t aiow_hash(uint64_t obj, uint64_t data)
{
	uint64_t x = obj * 0x9e3779b97f4a7c15ull + data;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ull;
	x = (x ^ x >> 27) * 0x94d049bb133111ebull;
	return x ^ x >> 31;
}

void aiow_count_accepted(struct aiow *w, enum aiow_op op, uint64_t hash)
{
	struct aiow_counts *c = lock_counts(w);

	c->requests[op].accepted++;
	w->o->accepted_sum += hash;
	unlock_counts(w);
}

void aiow_count_refused(struct aiow *w, enum aiow_op op, int err)
{
	struct aiow_counts *c = lock_counts(w);

	++*errno_slot(c->refused[op], err);
	unlock_counts(w);
}

void aiow_count_submit(struct aiow *w, long nr, long ret)
{
	struct aiow_counts *c = lock_counts(w);

	c->submit_calls++;
	c->submit_asked += nr > 0 ? (uint64_t)nr : 0;
	if (ret < 0)
		++*errno_slot(c->submit_errors, (int)-ret);
	unlock_counts(w);
}

/* Contexts are listed whenever they were made: the tracer sees those it finds, too */
void aiow_count_setup(struct aiow *w, unsigned int asked, unsigned int ring_nr, int err)
{
	struct aiow_counts *c = lock_counts(w);
	struct aiow_oracle *o = w->o;

	if (err) {
		++*errno_slot(c->setup_failed, err);
	} else {
		c->setup_ok++;
		if (o->nr_contexts < AIOW_CONTEXTS_MAX)
			o->contexts[o->nr_contexts] = (struct aiow_context){ asked, ring_nr };
		o->nr_contexts++;
	}
	unlock_counts(w);
}

void aiow_count_destroy(struct aiow *w, int err)
{
	struct aiow_counts *c = lock_counts(w);

	if (err)
		++*errno_slot(c->destroy_failed, err);
	else
		c->destroy_ok++;
	unlock_counts(w);
}

void aiow_count_read(struct aiow *w, long ret)
{
	struct aiow_counts *c = lock_counts(w);

	c->read_calls++;
	if (ret < 0)
		++*errno_slot(c->read_errors, (int)-ret);
	else
		c->read_events += (uint64_t)ret;
	unlock_counts(w);
}

void aiow_count_cancel(struct aiow *w, int err)
{
	struct aiow_counts *c = lock_counts(w);

	++*(err ? errno_slot(c->cancel, err) : &c->cancel[0]);
	unlock_counts(w);
}

void aiow_count_user_reaped(struct aiow *w, unsigned int n)
{
	struct aiow_counts *c = lock_counts(w);

	c->user_reaped += n;
	unlock_counts(w);
}

void aiow_count_eventfd(struct aiow *w, uint64_t signals)
{
	struct aiow_counts *c = lock_counts(w);

	c->eventfd_signals += signals;
	unlock_counts(w);
}

void aiow_count_process(struct aiow *w)
{
	lock_counts(w);
	w->o->processes++;
	unlock_counts(w);
}

/*
 * The context of @n requests is about to go before their events were collected (legal 13);
 * @in_ring of them are known to be in the ring by now.
 */
void aiow_count_abandoned(struct aiow *w, unsigned int n, unsigned int in_ring)
{
	struct aiow_counts *c = lock_counts(w);

	c->abandoned += n;
	c->unreaped += in_ring;
	unlock_counts(w);
}

static int add_result(struct aiow_requests *r, int64_t res)
{
	unsigned int i = 0;

	r->collected++;
	while (i < r->nr_results && r->results[i].res < res)
		i++;
	if (i < r->nr_results && r->results[i].res == res) {
		r->results[i].count++;
		return 0;
	}
	if (r->nr_results == AIOW_RESULTS_MAX)
		return -1;
	memmove(&r->results[i + 1], &r->results[i],
		(r->nr_results - i) * sizeof(r->results[0]));
	r->results[i] = (struct aiow_result){ res, 1 };
	r->nr_results++;
	return 0;
}

/* Errors that only the kernel itself may see: -ERESTARTSYS... and -EIOCBQUEUED */
static bool is_internal_error(int64_t res)
{
	return res <= -512;
}

static int count_event(struct aiow *w, const struct io_event *ev)
{
	unsigned int op = (unsigned int)(ev->data >> TAG_OP_SHIFT) - 1;
	enum aiow_phase phase = ev->data & TAG_BEFORE ? AIOW_BEFORE : AIOW_TRACED;
	int full;

	if (op >= AIOW_UNKNOWN || ev->res2 || is_internal_error(ev->res))
		return aiow_fail(w, "no such event can be: data %#llx obj %#llx res %lld res2 %lld",
				 (unsigned long long)ev->data, (unsigned long long)ev->obj,
				 (long long)ev->res, (long long)ev->res2);
	lock_counts(w);
	full = add_result(&w->o->counts[phase].requests[op], ev->res);
	w->o->collected_sum += aiow_hash(ev->obj, ev->data);
	unlock_counts(w);
	return full ? aiow_fail(w, "more than %d different results", AIOW_RESULTS_MAX) : 0;
}

int aiow_count_events(struct aiow *w, const struct io_event *ev, long n)
{
	long i;

	for (i = 0; i < n; i++)
		if (count_event(w, &ev[i]))
			return -1;
	return 0;
}

static void extra(struct aiow *w, const char *name, int64_t value, bool add)
{
	struct aiow_extra *e;
	uint32_t i = 0;

	lock_counts(w);
	while (i < w->o->nr_extra && strcmp(w->o->extra[i].name, name))
		i++;
	if (i < AIOW_EXTRA_MAX) {
		e = &w->o->extra[i];
		if (i == w->o->nr_extra) {
			snprintf(e->name, sizeof(e->name), "%s", name);
			e->value = 0;
			w->o->nr_extra++;
		}
		e->value = add ? e->value + value : value;
	}
	unlock_counts(w);
}

void aiow_extra(struct aiow *w, const char *name, int64_t value)
{
	extra(w, name, value, false);
}

void aiow_extra_add(struct aiow *w, const char *name, int64_t value)
{
	extra(w, name, value, true);
}

/* The next poll request to be submitted will be woken and decided on in this order */
void aiow_expect_order(struct aiow *w, const char *order)
{
	lock_counts(w);
	if (w->o->nr_orders < AIOW_ORDERS_MAX)
		snprintf(w->o->orders[w->o->nr_orders++], sizeof(w->o->orders[0]), "%s", order);
	unlock_counts(w);
}

/* Does what was submitted agree with what was collected? A difference is a lost or double event */
int aiow_check(struct aiow *w)
{
	const struct aiow_oracle *o = w->o;
	uint64_t accepted = 0, collected = 0, abandoned = 0, taken = 0;
	unsigned int phase, op;

	for (phase = 0; phase < AIOW_NR_PHASES; phase++) {
		const struct aiow_counts *c = &o->counts[phase];

		for (op = 0; op < AIOW_NR_OPS; op++) {
			const struct aiow_requests *r = &c->requests[op];

			if (r->collected > r->accepted)
				return aiow_fail(w, "more %s events than requests", op_names[op]);
			accepted += r->accepted;
			collected += r->collected;
		}
		abandoned += c->abandoned;
		taken += c->read_events + c->user_reaped;
	}
	if (accepted != collected + abandoned)
		return aiow_fail(w, "accepted %" PRIu64 ", collected %" PRIu64 ", left %" PRIu64,
				 accepted, collected, abandoned);
	if (taken != collected)
		return aiow_fail(w, "took %" PRIu64 " events, counted %" PRIu64, taken, collected);
	if (!abandoned && o->accepted_sum != o->collected_sum)
		return aiow_fail(w, "the events are not those of the requests");
	if (o->nr_contexts > AIOW_CONTEXTS_MAX)
		return aiow_fail(w, "more than %d contexts", AIOW_CONTEXTS_MAX);
	return 0;
}

static void put_errno(const char *comma, int err, uint64_t count)
{
	const char *name = err ? strerrorname_np(err) : "0";

	if (name)
		printf("%s\"%s\":%" PRIu64, comma, name, count);
	else
		printf("%s\"%d\":%" PRIu64, comma, err, count);
}

static void put_errnos(const uint64_t *by_errno)
{
	const char *comma = "";
	int err;

	putchar('{');
	for (err = 0; err < AIOW_ERRNO_MAX; err++) {
		if (!by_errno[err])
			continue;
		put_errno(comma, err, by_errno[err]);
		comma = ",";
	}
	putchar('}');
}

static void put_results(const struct aiow_requests *r)
{
	const char *comma = "";
	unsigned int i;

	putchar('{');
	for (i = 0; i < r->nr_results; i++) {
		printf("%s\"%" PRId64 "\":%" PRIu64, comma, r->results[i].res,
		       r->results[i].count);
		comma = ",";
	}
	if (r->accepted > r->collected)
		printf("%s\"?\":%" PRIu64, comma, r->accepted - r->collected);
	putchar('}');
}

static void put_requests(const struct aiow_counts *c)
{
	const char *comma = "";
	unsigned int op;

	printf("\"requests\":{");
	for (op = 0; op < AIOW_NR_OPS; op++) {
		if (!c->requests[op].accepted)
			continue;
		printf("%s\"%s\":", comma, op_names[op]);
		put_results(&c->requests[op]);
		comma = ",";
	}
	putchar('}');
}

static void put_refused(const struct aiow_counts *c)
{
	static const uint64_t none[AIOW_ERRNO_MAX];
	uint64_t sum[AIOW_ERRNO_MAX] = { 0 };
	const char *comma = "";
	unsigned int op, err;

	for (op = 0; op < AIOW_NR_OPS; op++)
		for (err = 0; err < AIOW_ERRNO_MAX; err++)
			sum[err] += c->refused[op][err];
	printf(",\"refused\":");
	put_errnos(sum);
	printf(",\"refused_by_op\":{");
	for (op = 0; op < AIOW_NR_OPS; op++) {
		if (!memcmp(c->refused[op], none, sizeof(none)))
			continue;
		printf("%s\"%s\":", comma, op_names[op]);
		put_errnos(c->refused[op]);
		comma = ",";
	}
	putchar('}');
}

static void put_calls(const struct aiow_counts *c)
{
	printf(",\"submit_calls\":%" PRIu64 ",\"submit_asked\":%" PRIu64 ",\"submit_errors\":",
	       c->submit_calls, c->submit_asked);
	put_errnos(c->submit_errors);
	printf(",\"setup\":{\"ok\":%" PRIu64 ",\"failed\":", c->setup_ok);
	put_errnos(c->setup_failed);
	printf("},\"destroy\":{\"ok\":%" PRIu64 ",\"failed\":", c->destroy_ok);
	put_errnos(c->destroy_failed);
	printf("},\"reads\":{\"calls\":%" PRIu64 ",\"events\":%" PRIu64 ",\"errors\":",
	       c->read_calls, c->read_events);
	put_errnos(c->read_errors);
	printf("},\"user_reaped\":%" PRIu64 ",\"unreaped\":%" PRIu64 ",\"cancel\":",
	       c->user_reaped, c->unreaped);
	put_errnos(c->cancel);
}

static void put_contexts(const struct aiow_oracle *o)
{
	uint32_t i;

	printf(",\"contexts\":[");
	for (i = 0; i < o->nr_contexts; i++)
		printf("%s{\"asked\":%" PRIu32 ",\"ring_nr\":%" PRIu32 "}", i ? "," : "",
		       o->contexts[i].asked, o->contexts[i].ring_nr);
	putchar(']');
}

static void put_orders(const struct aiow_oracle *o)
{
	uint32_t i;

	printf(",\"poll_orders\":[");
	for (i = 0; i < o->nr_orders; i++)
		printf("%s\"%s\"", i ? "," : "", o->orders[i]);
	putchar(']');
}

/* One line of JSON with its keys in a fixed order; 0, or -1 if it cannot be written */
int aiow_print(const struct aiow *w)
{
	const struct aiow_oracle *o = w->o;
	const struct aiow_counts *c = &o->counts[AIOW_TRACED];
	uint32_t i;

	printf("{\"schema\":\"aiowork/1\",\"scenario\":\"%s\",\"pid\":%" PRId32 ",",
	       w->scenario->name, o->pid);
	put_requests(c);
	put_refused(c);
	put_calls(c);
	put_contexts(o);
	printf(",\"eventfd_signals\":%" PRIu64 ",\"processes\":%" PRIu32 ",\"extra\":{",
	       c->eventfd_signals, o->processes);
	for (i = 0; i < o->nr_extra; i++)
		printf("%s\"%s\":%" PRId64, i ? "," : "", o->extra[i].name, o->extra[i].value);
	putchar('}');
	if (o->nr_orders)
		put_orders(o);
	printf("}\n");
	if (fflush(stdout) || ferror(stdout))
		return aiow_fail(w, "standard output: %s", strerror(errno));
	return 0;
}
