/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * aiowork - workloads for native AIO that know exactly what they did.
 *
 * Every scenario drives fs/aio.c through raw system calls, counts what these returned and what
 * the events said, and prints it as one JSON object. The tests compare a tracer's numbers with
 * it exactly; so nothing is counted from a constant, and a scenario that meets a kernel that
 * did something else than expected fails instead of printing.
 *
 * "legal N" in a comment is number N of the project's list of behaviours of a clean kernel that
 * look like bugs and must never be reported as one.
 */
#ifndef AIOWORK_H
#define AIOWORK_H

#include <errno.h>
#include <limits.h>
#include <linux/aio_abi.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#define AIOW_BLOCK		4096	/* a page, and the usual size of a request */
#define AIOW_BATCH_MAX		1024	/* iocbs of one aiow_submit() */
#define AIOW_LIVE_MAX		64	/* contexts a process leaves to aiow_close_all() */
#define AIOW_CONTEXTS_MAX	70000	/* contexts a run may set up */
#define AIOW_RESULTS_MAX	64	/* different io_event.res of one operation */
#define AIOW_EXTRA_MAX		32
#define AIOW_ORDERS_MAX		4096	/* poll requests whose order is stated */
#define AIOW_ERRNO_MAX		134	/* EHWPOISON, the last errno, is 133 */

#define AIOW_SKIP		77	/* what the scenario needs is not on this machine */
#define AIOW_USAGE		2

#define AIOW_ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

enum aiow_op {
	AIOW_PREAD, AIOW_PWRITE, AIOW_PREADV, AIOW_PWRITEV, AIOW_FSYNC, AIOW_FDSYNC, AIOW_POLL,
	AIOW_UNKNOWN,		/* no known opcode, or an iocb the kernel cannot read */
	AIOW_NR_OPS
};

/* What was submitted before the --wait-file appeared is counted apart (scenario preexisting) */
enum aiow_phase { AIOW_TRACED, AIOW_BEFORE, AIOW_NR_PHASES };

struct aiow_result {
	int64_t res;
	uint64_t count;
};

struct aiow_requests {
	uint64_t accepted;
	uint64_t collected;
	unsigned int nr_results;
	struct aiow_result results[AIOW_RESULTS_MAX];	/* ascending by res */
};

struct aiow_counts {
	struct aiow_requests requests[AIOW_NR_OPS];
	uint64_t refused[AIOW_NR_OPS][AIOW_ERRNO_MAX];
	uint64_t submit_calls;
	uint64_t submit_asked;	/* iocbs that these calls were given */
	uint64_t submit_errors[AIOW_ERRNO_MAX];
	uint64_t setup_ok;
	uint64_t setup_failed[AIOW_ERRNO_MAX];
	uint64_t destroy_ok;
	uint64_t destroy_failed[AIOW_ERRNO_MAX];
	uint64_t read_calls;
	uint64_t read_events;
	uint64_t read_errors[AIOW_ERRNO_MAX];
	uint64_t user_reaped;
	uint64_t unreaped;
	uint64_t abandoned;	/* accepted requests whose event nobody will collect */
	uint64_t cancel[AIOW_ERRNO_MAX];
	uint64_t eventfd_signals;
};

struct aiow_context {
	uint32_t asked;
	uint32_t ring_nr;
};

struct aiow_extra {
	char name[40];
	int64_t value;
};

/*
 * The counts of all processes of a run: in a memfd, so that children share it and an execve()
 * takes it along.
 */
struct aiow_oracle {
	uint32_t lock;
	uint32_t sequence;	/* the next request's number */
	uint32_t phase;		/* enum aiow_phase */
	uint32_t processes;
	int32_t pid;		/* of the process that prints */
	char tmp[PATH_MAX];	/* the run's own directory */
	uint64_t accepted_sum;	/* of a hash of each accepted request and of each event: what */
	uint64_t collected_sum;	/* is submitted and collected once each makes equal sums */
	struct aiow_counts counts[AIOW_NR_PHASES];
	uint32_t nr_contexts;
	struct aiow_context contexts[AIOW_CONTEXTS_MAX];
	uint32_t nr_extra;
	struct aiow_extra extra[AIOW_EXTRA_MAX];
	uint32_t nr_orders;
	char orders[AIOW_ORDERS_MAX][24];	/* of poll requests, as they were submitted */
};

struct aiow;

struct aiow_scenario {
	const char *name;
	const char *description;
	unsigned int flags;
	int (*run)(struct aiow *w);
};

#define AIOW_NEEDS_DEV		1u	/* w->dev_fd: O_DIRECT on the block device */
#define AIOW_WAITS_ITSELF	2u	/* calls aiow_wait_point() in the middle of its work */
#define AIOW_LEAVES		4u	/* exits with its contexts: no io_destroy at the end */

struct aiow {
	const struct aiow_scenario *scenario;
	const char *dir;
	const char *dev;
	const char *pid_file;
	const char *wait_file;
	const char *hold_file;
	unsigned int count;
	unsigned int hold_s;
	unsigned int patience_s;	/* an event that takes longer is called lost */
	int oracle_fd;
	bool resumed;			/* this is the image after execve() */
	int argc;
	char **argv;
	struct aiow_oracle *o;
	char *bad;			/* a page nobody may touch... */
	char *read_only;		/* ...and one of zeroes nobody may write */
	int dev_fd;
	uint64_t dev_blocks;
	unsigned int nr_live;
	aio_context_t live[AIOW_LIVE_MAX];
};

/* struct aio_ring of fs/aio.c: not in the uapi headers, but mapped at the context's address */
struct aiow_ring {
	uint32_t id;
	uint32_t nr;
	uint32_t head;
	uint32_t tail;
	uint32_t magic;
	uint32_t compat_features;
	uint32_t incompat_features;
	uint32_t header_length;
	struct io_event events[];
};

/* What SYS_io_getevents takes: native longs, on 32 bits too */
struct aiow_timeout {
	long sec;
	long nsec;
};

struct aiow_thread {
	struct aiow *w;
	int (*fn)(struct aiow_thread *t);
	void *arg;
	unsigned int nr;	/* which of its brothers */
	pthread_t id;
	pid_t tid;
	unsigned int stage;	/* raised just before a call that is meant to sleep */
};

/* oracle.c: counting and printing */
enum aiow_op aiow_op_of(const struct aiow *w, const struct iocb *cb);
uint64_t aiow_tag(struct aiow *w, enum aiow_op op);
uint64_t aiow_hash(uint64_t obj, uint64_t data);
void aiow_count_accepted(struct aiow *w, enum aiow_op op, uint64_t hash);
void aiow_count_refused(struct aiow *w, enum aiow_op op, int err);
void aiow_count_submit(struct aiow *w, long nr, long ret);
void aiow_count_setup(struct aiow *w, unsigned int asked, unsigned int ring_nr, int err);
void aiow_count_destroy(struct aiow *w, int err);
void aiow_count_read(struct aiow *w, long ret);
void aiow_count_cancel(struct aiow *w, int err);
void aiow_count_user_reaped(struct aiow *w, unsigned int n);
void aiow_count_eventfd(struct aiow *w, uint64_t signals);
void aiow_count_process(struct aiow *w);
void aiow_count_abandoned(struct aiow *w, unsigned int n, unsigned int in_ring);
int aiow_count_events(struct aiow *w, const struct io_event *ev, long n);
void aiow_extra(struct aiow *w, const char *name, int64_t value);
void aiow_extra_add(struct aiow *w, const char *name, int64_t value);
void aiow_expect_order(struct aiow *w, const char *order);
int aiow_check(struct aiow *w);
int aiow_print(const struct aiow *w);

/* call.c: the system calls, counted. Calls return what the kernel did, errors as -errno */
int aiow_setup(struct aiow *w, unsigned int nr, aio_context_t *ctx);
int aiow_open(struct aiow *w, unsigned int nr, aio_context_t *ctx);
int aiow_destroy(struct aiow *w, aio_context_t ctx);
int aiow_close(struct aiow *w, aio_context_t ctx);
int aiow_close_all(struct aiow *w);
void aiow_forget(struct aiow *w, aio_context_t ctx);
long aiow_submit(struct aiow *w, aio_context_t ctx, long nr, struct iocb **cbs, int *refusal);
int aiow_submit_untried(struct aiow *w, aio_context_t ctx, long nr, struct iocb **cbs, int err);
int aiow_submit_cut(struct aiow *w, aio_context_t ctx, long nr, struct iocb **cbs, long readable);
int aiow_submit_all(struct aiow *w, aio_context_t ctx, long nr, struct iocb **cbs);
int aiow_submit_refused(struct aiow *w, aio_context_t ctx, struct iocb *cb, int err);
long aiow_read(struct aiow *w, aio_context_t ctx, long min_nr, long nr, struct io_event *ev,
	       const struct aiow_timeout *timeout);
long aiow_pread(struct aiow *w, aio_context_t ctx, long min_nr, long nr, struct io_event *ev,
		const struct aiow_timeout *timeout, const sigset_t *mask);
long aiow_read_untried(aio_context_t ctx, struct io_event *ev, const struct aiow_timeout *timeout);
int aiow_collect(struct aiow *w, aio_context_t ctx, long n, struct io_event *ev);
int aiow_do(struct aiow *w, aio_context_t ctx, long n, struct iocb **cbs);
int aiow_cancel(struct aiow *w, aio_context_t ctx, struct iocb *cb);
struct aiow_timeout aiow_patience(const struct aiow *w);

/* iocb.c: filling in requests, and the ring in user memory */
void aiow_prep(struct aiow *w, struct iocb *cb, uint16_t opcode, int fd);
void aiow_prep_rw(struct aiow *w, struct iocb *cb, uint16_t opcode, int fd, void *buf,
		  size_t nbytes, int64_t offset);
void aiow_prep_poll(struct aiow *w, struct iocb *cb, int fd, uint16_t events);
void aiow_prep_resfd(struct iocb *cb, int eventfd);
void aiow_point_at(struct iocb **ptrs, struct iocb *cbs, unsigned int n);
struct aiow_ring *aiow_ring(aio_context_t ctx);
unsigned int aiow_ring_unread(aio_context_t ctx);
int aiow_ring_wait(struct aiow *w, aio_context_t ctx, unsigned int unread);
int aiow_user_reap(struct aiow *w, aio_context_t ctx, unsigned int max);

/* kit.c: files, threads, processes, waiting */
int aiow_fail(const struct aiow *w, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
int aiow_file(struct aiow *w, const char *name, size_t size, int flags);
int aiow_direct_file(struct aiow *w, const char *name, size_t size);
int aiow_device(struct aiow *w, int64_t *size);
int aiow_device_or_file(struct aiow *w, size_t size);
void *aiow_buffer(size_t size);
int aiow_pipes(struct aiow *w, int (*pipes)[2], unsigned int n, int flags);
int aiow_eventfd(struct aiow *w, unsigned int count, int flags);
int aiow_eventfd_take(struct aiow *w, int fd, uint64_t *signals);
int aiow_kick(struct aiow *w, int fd);
int aiow_drain(struct aiow *w, int fd);
int aiow_cpus(struct aiow *w);
int aiow_pin(struct aiow *w, unsigned int cpu);
int aiow_spawn(struct aiow_thread *t, int (*fn)(struct aiow_thread *t), struct aiow *w,
	       void *arg, unsigned int nr);
int aiow_join(struct aiow_thread *t);
void aiow_will_sleep(struct aiow_thread *t);
int aiow_wait_asleep(struct aiow_thread *t, unsigned int stage);
pid_t aiow_fork(struct aiow *w, int (*fn)(struct aiow *w, void *arg), void *arg);
pid_t aiow_vm_child(struct aiow *w, int (*fn)(void *arg), void *arg);
int aiow_wait_child(struct aiow *w, pid_t pid);
int aiow_wait_point(struct aiow *w);
int aiow_put_pid(struct aiow *w, const char *path);
int aiow_open_oracle(struct aiow *w);
void aiow_remove_tmp(struct aiow *w);
void aiow_watch(struct aiow *w, bool on);
uint64_t aiow_now_ns(void);
void aiow_nap(void);

/* context.c */
int aiow_doom(struct aiow *w, aio_context_t ctx, int fd, int dev, int never_ready);

/* The scenarios, by file */
int aiow_run_ops(struct aiow *w);
int aiow_run_buffered(struct aiow *w);
int aiow_run_reopen(struct aiow *w);
int aiow_run_direct(struct aiow *w);
int aiow_run_direct_file(struct aiow *w);
int aiow_run_depth1(struct aiow *w);
int aiow_run_depth128(struct aiow *w);
int aiow_run_hipri(struct aiow *w);
int aiow_run_fsync(struct aiow *w);
int aiow_run_iocb_reuse(struct aiow *w);

int aiow_run_errors(struct aiow *w);
int aiow_run_nonblock(struct aiow *w);
int aiow_run_blocked(struct aiow *w);
int aiow_run_uncached(struct aiow *w);
int aiow_run_freeze(struct aiow *w);
int aiow_run_refused(struct aiow *w);

int aiow_run_smp(struct aiow *w);
int aiow_run_threads(struct aiow *w);
int aiow_run_readers(struct aiow *w);
int aiow_run_reader_leaves(struct aiow *w);
int aiow_run_timeout_race(struct aiow *w);
int aiow_run_churn(struct aiow *w);

int aiow_run_reader_race(struct aiow *w);

int aiow_run_contexts(struct aiow *w);
int aiow_run_setup_fail(struct aiow *w);
int aiow_run_limit_lowered(struct aiow *w);
int aiow_run_mremap(struct aiow *w);
int aiow_run_destroy_inflight(struct aiow *w);
int aiow_run_getevents_dead(struct aiow *w);
int aiow_run_crowd(struct aiow *w);
int aiow_run_none(struct aiow *w);

int aiow_run_holder(struct aiow *w);

int aiow_run_user_reap(struct aiow *w);
int aiow_run_ring_scribble(struct aiow *w);
int aiow_run_eventfd(struct aiow *w);
int aiow_run_eventfd_each(struct aiow *w);
int aiow_run_eventfd_last(struct aiow *w);
int aiow_run_eagain(struct aiow *w);
int aiow_run_timeouts(struct aiow *w);

int aiow_run_again_polls(struct aiow *w);
int aiow_run_again_reads(struct aiow *w);
int aiow_run_again_stranded(struct aiow *w);
int aiow_run_piles_up(struct aiow *w);
int aiow_run_slow_end(struct aiow *w);

int aiow_run_poll_ready(struct aiow *w);
int aiow_run_poll_later(struct aiow *w);
int aiow_run_poll_cancel(struct aiow *w);
int aiow_run_poll_fifo_rdwr(struct aiow *w);
int aiow_run_poll_eventfd(struct aiow *w);

int aiow_run_poll_early(struct aiow *w);
int aiow_run_poll_unkeyed(struct aiow *w);
int aiow_run_poll_again(struct aiow *w);
int aiow_run_poll_free(struct aiow *w);
int aiow_run_poll_signalfd(struct aiow *w);
int aiow_run_poll_free_woken(struct aiow *w);
int aiow_run_poll_server(struct aiow *w);

int aiow_run_poll_orders(struct aiow *w);
int aiow_run_poll_woken(struct aiow *w);

int aiow_run_unreaped(struct aiow *w);
int aiow_run_inflight_exit(struct aiow *w);
int aiow_run_preexisting(struct aiow *w);

int aiow_run_fork(struct aiow *w);
int aiow_run_exec(struct aiow *w);
int aiow_run_vm_share(struct aiow *w);
int aiow_run_workers(struct aiow *w);
int aiow_run_killed(struct aiow *w);

#endif
