// SPDX-License-Identifier: GPL-2.0-only
/*
 * load.c - a load whose every request costs the same: 4 KiB reads with O_DIRECT in batches, all
 * of a batch reaped before the next one is submitted.
 *
 *	bench-load [-n REQUESTS] [-b BATCH] [-t THREADS] FILE...
 *	bench-load -c CONTEXTS
 *
 * Of several files each batch reads in turn. With -c there is no load, but so many contexts until
 * a signal ends it; a line says when they are there.
 *
 * Prints an object with what it did and how long it took, after a first part that fills caches:
 *
 *	{"requests":16000,"batch":32,"threads":1,"ns":69792000}
 *
 * In a guest whose clock counts instructions (tests/vm/run --icount) a nanosecond is one.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define BLOCK		4096
#define BATCH_MAX	512
#define THREADS_MAX	64
#define FILES_MAX	8
#define CONTEXTS_MAX	65536

struct load {
	char **paths;
	unsigned int files;
	unsigned long requests;
	unsigned int batch;
	unsigned int threads;
	unsigned long contexts;
	pthread_barrier_t barrier;
};

/*
 * A thread of it. It takes the times itself: on a machine with one CPU, whoever waits for it to
 * begin comes to know of that when the CPU is taken from it, at the next tick.
 */
struct worker {
	struct load *load;
	pthread_t thread;
	uint64_t begin_ns;
	uint64_t end_ns;
};

static void die(const char *what)
{
	fprintf(stderr, "bench-load: %s: %s\n", what, strerror(errno));
	exit(1);
}

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

/* Submits @cnt reads and reaps them all. */
static void round_trip(aio_context_t ctx, struct iocb **iocbs, struct io_event *events, long cnt)
{
	if (syscall(SYS_io_submit, ctx, cnt, iocbs) != cnt)
		die("io_submit");
	if (syscall(SYS_io_getevents, ctx, cnt, cnt, events, NULL) != cnt)
		die("io_getevents");
}

static void rounds(const struct load *load, aio_context_t ctx, struct iocb **iocbs,
		   unsigned long requests)
{
	struct io_event events[BATCH_MAX];

	for (unsigned long done = 0; done < requests; done += load->batch)
		round_trip(ctx, iocbs, events, load->batch);
}

static void open_all(const struct load *load, int *fds)
{
	for (unsigned int i = 0; i < load->files; i++) {
		fds[i] = open(load->paths[i], O_RDONLY | O_DIRECT);
		if (fds[i] < 0)
			die(load->paths[i]);
	}
}

static void *work(void *arg)
{
	struct worker *worker = arg;
	const struct load *load = worker->load;
	struct iocb iocb[BATCH_MAX], *iocbs[BATCH_MAX];
	aio_context_t ctx = 0;
	int fds[FILES_MAX];
	void *buffer;

	open_all(load, fds);
	if (posix_memalign(&buffer, BLOCK, BLOCK) || syscall(SYS_io_setup, load->batch, &ctx))
		die("io_setup");
	memset(iocb, 0, sizeof(iocb));
	for (unsigned int i = 0; i < load->batch; i++) {
		iocb[i].aio_lio_opcode = IOCB_CMD_PREAD;
		iocb[i].aio_fildes = (uint32_t)fds[i % load->files];
		iocb[i].aio_buf = (uintptr_t)buffer;
		iocb[i].aio_nbytes = BLOCK;
		iocb[i].aio_offset = (int64_t)i * BLOCK;
		iocb[i].aio_data = i;
		iocbs[i] = &iocb[i];
	}
	rounds(load, ctx, iocbs, load->batch * 64);
	pthread_barrier_wait(&worker->load->barrier);
	worker->begin_ns = now_ns();
	rounds(load, ctx, iocbs, load->requests);
	worker->end_ns = now_ns();
	syscall(SYS_io_destroy, ctx);
	free(buffer);
	for (unsigned int i = 0; i < load->files; i++)
		close(fds[i]);
	return NULL;
}

static unsigned long number(const char *text, unsigned long max)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (*end || !value || value > max) {
		fprintf(stderr, "bench-load: '%s' is no number from 1 to %lu\n", text, max);
		exit(2);
	}
	return value;
}

static void parse(struct load *load, int argc, char **argv)
{
	int opt;

	while ((opt = getopt(argc, argv, "n:b:t:c:")) != -1) {
		if (opt == 'n')
			load->requests = number(optarg, 1UL << 32);
		else if (opt == 'b')
			load->batch = (unsigned int)number(optarg, BATCH_MAX);
		else if (opt == 't')
			load->threads = (unsigned int)number(optarg, THREADS_MAX);
		else if (opt == 'c')
			load->contexts = number(optarg, CONTEXTS_MAX);
		else
			exit(2);
	}
	if ((!load->contexts && optind == argc) || argc - optind > FILES_MAX) {
		fprintf(stderr, "usage: bench-load [-n REQUESTS] [-b BATCH] [-t THREADS] "
			"FILE...\n       bench-load -c CONTEXTS\n");
		exit(2);
	}
	load->paths = argv + optind;
	load->files = (unsigned int)(argc - optind);
}

static void hold(unsigned long contexts)
{
	for (unsigned long i = 0; i < contexts; i++) {
		aio_context_t ctx = 0;

		if (syscall(SYS_io_setup, 1, &ctx))
			die("io_setup");
	}
	puts("held");
	fflush(stdout);
	pause();
}

/* Runs all threads. Return: the time from the first one's beginning to the last one's end. */
static uint64_t run(struct load *load)
{
	struct worker workers[THREADS_MAX];
	uint64_t begin_ns = UINT64_MAX, end_ns = 0;

	pthread_barrier_init(&load->barrier, NULL, load->threads);
	for (unsigned int i = 0; i < load->threads; i++) {
		workers[i].load = load;
		if (pthread_create(&workers[i].thread, NULL, work, &workers[i]))
			die("pthread_create");
	}
	for (unsigned int i = 0; i < load->threads; i++) {
		pthread_join(workers[i].thread, NULL);
		if (workers[i].begin_ns < begin_ns)
			begin_ns = workers[i].begin_ns;
		if (workers[i].end_ns > end_ns)
			end_ns = workers[i].end_ns;
	}
	return end_ns - begin_ns;
}

int main(int argc, char **argv)
{
	struct load load = { .requests = 16000, .batch = 32, .threads = 1 };
	unsigned long each;
	uint64_t ns;

	parse(&load, argc, argv);
	if (load.contexts) {
		hold(load.contexts);
		return 0;
	}
	each = (load.requests + load.batch - 1) / load.batch * load.batch;
	load.requests = each;
	ns = run(&load);
	printf("{\"requests\":%lu,\"all\":%lu,\"batch\":%u,\"threads\":%u,\"ns\":%llu}\n",
	       each * load.threads, (each + load.batch * 64) * load.threads, load.batch,
	       load.threads, (unsigned long long)ns);
	return 0;
}
