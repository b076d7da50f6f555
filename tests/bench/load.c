// SPDX-License-Identifier: GPL-2.0-only
/*
 * load.c - a load whose every request costs the same: 4 KiB reads with O_DIRECT in batches, all
 * of a batch reaped before the next one is submitted.
 *
 *	bench-load [-n REQUESTS] [-b BATCH] [-t THREADS] FILE...
 *
 * Of several files each batch reads in turn.
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

struct load {
	char **paths;
	unsigned int files;
	unsigned long requests;
	unsigned int batch;
	unsigned int threads;
	pthread_barrier_t barrier;
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
	struct load *load = arg;
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
	pthread_barrier_wait(&load->barrier);
	rounds(load, ctx, iocbs, load->requests);
	pthread_barrier_wait(&load->barrier);
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

	while ((opt = getopt(argc, argv, "n:b:t:")) != -1) {
		if (opt == 'n')
			load->requests = number(optarg, 1UL << 32);
		else if (opt == 'b')
			load->batch = (unsigned int)number(optarg, BATCH_MAX);
		else if (opt == 't')
			load->threads = (unsigned int)number(optarg, THREADS_MAX);
		else
			exit(2);
	}
	if (optind == argc || argc - optind > FILES_MAX) {
		fprintf(stderr, "usage: bench-load [-n REQUESTS] [-b BATCH] [-t THREADS] "
			"FILE...\n");
		exit(2);
	}
	load->paths = argv + optind;
	load->files = (unsigned int)(argc - optind);
}

int main(int argc, char **argv)
{
	struct load load = { .requests = 16000, .batch = 32, .threads = 1 };
	pthread_t threads[THREADS_MAX];
	uint64_t begin_ns;
	unsigned long each;

	parse(&load, argc, argv);
	each = (load.requests + load.batch - 1) / load.batch * load.batch;
	load.requests = each;
	pthread_barrier_init(&load.barrier, NULL, load.threads + 1);
	for (unsigned int i = 0; i < load.threads; i++)
		if (pthread_create(&threads[i], NULL, work, &load))
			die("pthread_create");
	pthread_barrier_wait(&load.barrier);
	begin_ns = now_ns();
	pthread_barrier_wait(&load.barrier);
	printf("{\"requests\":%lu,\"all\":%lu,\"batch\":%u,\"threads\":%u,\"ns\":%llu}\n",
	       each * load.threads, (each + load.batch * 64) * load.threads, load.batch,
	       load.threads, (unsigned long long)(now_ns() - begin_ns));
	for (unsigned int i = 0; i < load.threads; i++)
		pthread_join(threads[i], NULL);
	return 0;
}
