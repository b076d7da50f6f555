// SPDX-License-Identifier: GPL-2.0-only
/*
 * readers.c - what it costs to read events out of a ring, alone and with others.
 *
 *	bench-readers [-n EVENTS] [-r NR] [-t READERS] [-f] FILE
 *
 * Events are those of reads at the end of FILE, which complete in io_submit; the ring is the
 * smallest there is. With no READERS one thread fills the ring and reads it empty again, up to NR
 * events a call of io_getevents, and of this only the reading is timed. Otherwise so many threads
 * read, on the CPUs in turn, while another one submits as fast as it can, to the last event. With
 * -f they read into memory that is not there yet, so that the kernel faults as it copies. Prints an
 * object:
 *
 *	{"events":12000,"calls":3021,"readers":4,"ns":69792000,"slept_ns":12030000,"locked_ns":7100}
 *
 * Slept is what the readers were inside and neither ran nor waited for a CPU, all together: for
 * an event, or for a lock. Locked is the second part of it, where the kernel tells
 * (kernel.sched_schedstats). In a guest whose clock counts instructions (tests/vm/run --icount) a
 * nanosecond is one.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define BATCH		16	/* requests of a call of io_submit */
#define NR_MAX		256
#define READERS_MAX	64

struct bench {
	aio_context_t ctx;
	unsigned long events;
	long nr;
	unsigned int readers;
	bool faults;
	int fd;
	int64_t end_of_file;
	unsigned long taken;
	unsigned long calls;
	pthread_barrier_t barrier;
};

struct reader {
	struct bench *bench;
	pthread_t thread;
	unsigned int number;
	uint64_t slept_ns;
	uint64_t locked_ns;
};

static void die(const char *what)
{
	fprintf(stderr, "bench-readers: %s: %s\n", what, strerror(errno));
	exit(1);
}

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

/* How long this thread has been ready to run, and did not */
static uint64_t queued_ns(void)
{
	unsigned long long ran, queued = 0;
	FILE *file = fopen("/proc/thread-self/schedstat", "r");

	if (!file || fscanf(file, "%llu %llu", &ran, &queued) != 2)
		die("/proc/thread-self/schedstat");
	fclose(file);
	return queued;
}

/* How long this thread has slept where no signal wakes it, as who waits for a mutex does */
static uint64_t locked_ns(void)
{
	unsigned long long ms, ns, locked = 0;
	FILE *file = fopen("/proc/thread-self/sched", "r");
	char line[256];

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "sum_block_runtime : %llu.%6llu", &ms, &ns) == 2)
			locked = ms * 1000000 + ns;
	if (file)
		fclose(file);
	return locked;
}

/* Submits @cnt requests. Return: how many there was room for. */
static long submit(const struct bench *bench, long cnt)
{
	static char buffer[512];
	struct iocb iocb[BATCH], *iocbs[BATCH];
	long ret;

	memset(iocb, 0, sizeof(iocb));
	for (long i = 0; i < cnt; i++) {
		iocb[i].aio_lio_opcode = IOCB_CMD_PREAD;
		iocb[i].aio_fildes = (uint32_t)bench->fd;
		iocb[i].aio_buf = (uintptr_t)buffer;
		iocb[i].aio_nbytes = sizeof(buffer);
		iocb[i].aio_offset = bench->end_of_file;
		iocbs[i] = &iocb[i];
	}
	ret = syscall(SYS_io_submit, bench->ctx, cnt, iocbs);
	if (ret < 0 && errno != EAGAIN)
		die("io_submit");
	return ret < 0 ? 0 : ret;
}

static long read_some(struct bench *bench, struct io_event *events, long min_nr,
		      struct timespec *timeout)
{
	long ret = syscall(SYS_io_getevents, bench->ctx, min_nr, bench->nr, events, timeout);

	if (ret < 0)
		die("io_getevents");
	return ret;
}

/* As many as fit, and then all of them. Return: the time that reading them took. */
static uint64_t fill_and_read(struct bench *bench)
{
	struct timespec at_once = { 0 };
	struct io_event events[NR_MAX];
	uint64_t begin_ns;
	long left = 0, ret;

	while ((ret = submit(bench, BATCH)) > 0)
		left += ret;
	bench->taken += (unsigned long)left;
	begin_ns = clock_ns(CLOCK_MONOTONIC);
	while (left > 0) {
		left -= read_some(bench, events, 1, &at_once);
		bench->calls++;
	}
	return clock_ns(CLOCK_MONOTONIC) - begin_ns;
}

static uint64_t read_alone(struct bench *bench)
{
	uint64_t ns = 0;

	for (int i = 0; i < 8; i++)
		fill_and_read(bench);
	bench->taken = 0;
	bench->calls = 0;
	while (bench->taken < bench->events)
		ns += fill_and_read(bench);
	return ns;
}

static void pin(unsigned int number)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(number % (unsigned int)sysconf(_SC_NPROCESSORS_ONLN), &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		die("sched_setaffinity");
}

/* The time-out is short, as others may have taken the last event. */
static void *read_beside(void *arg)
{
	struct reader *reader = arg;
	struct bench *bench = reader->bench;
	struct timespec moment = { .tv_nsec = 1000000 };
	const size_t size = NR_MAX * sizeof(struct io_event);
	struct io_event *events = mmap(NULL, size, PROT_READ | PROT_WRITE,
				       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint64_t wall_ns, ran_ns, waited_ns;
	long ret;

	if (events == MAP_FAILED)
		die("mmap");

	pin(reader->number);
	pthread_barrier_wait(&bench->barrier);
	waited_ns = queued_ns();
	reader->locked_ns = locked_ns();
	ran_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID);
	wall_ns = clock_ns(CLOCK_MONOTONIC);
	while (__atomic_load_n(&bench->taken, __ATOMIC_RELAXED) < bench->events) {
		if (bench->faults && madvise(events, size, MADV_DONTNEED))
			die("madvise");
		ret = read_some(bench, events, 1, &moment);
		__atomic_fetch_add(&bench->taken, (unsigned long)ret, __ATOMIC_RELAXED);
		__atomic_fetch_add(&bench->calls, 1, __ATOMIC_RELAXED);
	}
	wall_ns = clock_ns(CLOCK_MONOTONIC) - wall_ns;
	ran_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID) - ran_ns;
	reader->locked_ns = locked_ns() - reader->locked_ns;
	waited_ns = queued_ns() - waited_ns;
	if (wall_ns > ran_ns + waited_ns)
		reader->slept_ns = wall_ns - ran_ns - waited_ns;
	return NULL;
}

/* Return: the time from the first event's submission to the last one's reading. */
static uint64_t read_together(struct bench *bench, struct reader *readers)
{
	unsigned long sent = 0;
	uint64_t begin_ns;

	pthread_barrier_init(&bench->barrier, NULL, bench->readers + 1);
	for (unsigned int i = 0; i < bench->readers; i++) {
		readers[i].bench = bench;
		readers[i].number = i;
		if (pthread_create(&readers[i].thread, NULL, read_beside, &readers[i]))
			die("pthread_create");
	}
	pthread_barrier_wait(&bench->barrier);
	begin_ns = clock_ns(CLOCK_MONOTONIC);
	while (sent < bench->events) {
		unsigned long left = bench->events - sent;
		long ret = submit(bench, left < BATCH ? (long)left : BATCH);

		sent += (unsigned long)ret;
		if (!ret)
			sched_yield();
	}
	for (unsigned int i = 0; i < bench->readers; i++)
		pthread_join(readers[i].thread, NULL);
	return clock_ns(CLOCK_MONOTONIC) - begin_ns;
}

static unsigned long number(const char *text, unsigned long max)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (*end || !value || value > max) {
		fprintf(stderr, "bench-readers: '%s' is no number from 1 to %lu\n", text, max);
		exit(2);
	}
	return value;
}

static void parse(struct bench *bench, int argc, char **argv)
{
	struct stat st;
	int opt;

	while ((opt = getopt(argc, argv, "n:r:t:f")) != -1) {
		if (opt == 'n')
			bench->events = number(optarg, 1UL << 32);
		else if (opt == 'r')
			bench->nr = (long)number(optarg, NR_MAX);
		else if (opt == 't')
			bench->readers = (unsigned int)number(optarg, READERS_MAX);
		else if (opt == 'f')
			bench->faults = true;
		else
			exit(2);
	}
	if (optind != argc - 1) {
		fprintf(stderr, "usage: bench-readers [-n EVENTS] [-r NR] [-t READERS] [-f] "
			"FILE\n");
		exit(2);
	}
	bench->fd = open(argv[optind], O_RDONLY);
	if (bench->fd < 0 || fstat(bench->fd, &st))
		die(argv[optind]);
	bench->end_of_file = st.st_size;
}

int main(int argc, char **argv)
{
	struct bench bench = { .events = 12000, .nr = 1 };
	struct reader readers[READERS_MAX] = { 0 };
	uint64_t ns, slept_ns = 0, blocked_ns = 0;

	parse(&bench, argc, argv);
	if (syscall(SYS_io_setup, 1, &bench.ctx))
		die("io_setup");
	ns = bench.readers ? read_together(&bench, readers) : read_alone(&bench);
	for (unsigned int i = 0; i < bench.readers; i++) {
		slept_ns += readers[i].slept_ns;
		blocked_ns += readers[i].locked_ns;
	}
	printf("{\"events\":%lu,\"calls\":%lu,\"readers\":%u,\"ns\":%llu,\"slept_ns\":%llu,"
	       "\"locked_ns\":%llu}\n", bench.taken, bench.calls, bench.readers,
	       (unsigned long long)ns, (unsigned long long)slept_ns,
	       (unsigned long long)blocked_ns);
	return 0;
}
