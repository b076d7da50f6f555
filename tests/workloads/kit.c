/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Files, threads, processes and waiting. Nothing here relies on how long something takes: where
 * a scenario needs another thread to be asleep in a system call, it looks at its state.
 */
#define _FILE_OFFSET_BITS 64	/* a device may be larger than a 32-bit off_t can say */

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "aiowork.h"

#define CHILD_STACK	(256u * 1024)

int aiow_fail(const struct aiow *w, const char *format, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	fprintf(stderr, "aiowork: %s%s%s\n", w->scenario ? w->scenario->name : "",
		w->scenario ? ": " : "", text);
	return -1;
}

uint64_t aiow_now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000ull + (uint64_t)t.tv_nsec;
}

void aiow_nap(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = 200000 }, NULL);
}

static char stuck[128];		/* what to say then: a signal's handler cannot format */

static void say_stuck(int sig)
{
	ssize_t unused = write(STDERR_FILENO, stuck, strlen(stuck));

	(void)sig;
	(void)unused;
	_exit(1);
}

/* In SECONDS, 0 for never: also where the thread that gets other signals sleeps through them */
static void kill_in(unsigned int seconds)
{
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGKILL };
	struct itimerspec when = { .it_value.tv_sec = (time_t)seconds };
	static timer_t timer;
	static bool made;

	if (!made)
		made = !timer_create(CLOCK_MONOTONIC, &event, &timer);
	if (made)
		timer_settime(timer, 0, &when, NULL);
}

/* The last resort against a kernel that lost a wake-up: end the run instead of hanging */
void aiow_watch(struct aiow *w, bool on)
{
	struct sigaction act = { .sa_handler = say_stuck };

	snprintf(stuck, sizeof(stuck), "aiowork: %s: stuck: gave up waiting\n", w->scenario->name);
	if (on)
		sigaction(SIGALRM, &act, NULL);
	alarm(on ? 3 * w->patience_s : 0);
	kill_in(on ? 3 * w->patience_s + 1 : 0);
}

int aiow_open_oracle(struct aiow *w)
{
	if (w->oracle_fd < 0) {
		w->oracle_fd = memfd_create("aiowork", MFD_CLOEXEC);
		if (w->oracle_fd < 0 || ftruncate(w->oracle_fd, sizeof(*w->o)))
			return aiow_fail(w, "memfd: %s", strerror(errno));
	}
	w->o = mmap(NULL, sizeof(*w->o), PROT_READ | PROT_WRITE, MAP_SHARED, w->oracle_fd, 0);
	w->bad = mmap(NULL, AIOW_BLOCK, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	w->read_only = mmap(NULL, AIOW_BLOCK, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (w->o == MAP_FAILED || w->bad == MAP_FAILED || w->read_only == MAP_FAILED)
		return aiow_fail(w, "mmap: %s", strerror(errno));
	return 0;
}

/* DIR/aiowork-XXXXXX, made when the first file is wanted */
static int make_tmp(struct aiow *w)
{
	if (w->o->tmp[0])
		return 0;
	errno = 0;
	if ((size_t)snprintf(w->o->tmp, sizeof(w->o->tmp), "%s/aiowork-XXXXXX", w->dir) >=
	    sizeof(w->o->tmp) || !mkdtemp(w->o->tmp)) {
		w->o->tmp[0] = '\0';
		return errno ? -errno : -ENAMETOOLONG;
	}
	return 0;
}

void aiow_remove_tmp(struct aiow *w)
{
	struct dirent *entry;
	DIR *dir;

	if (!w->o || !w->o->tmp[0])
		return;
	dir = opendir(w->o->tmp);
	if (!dir)
		return;
	while ((entry = readdir(dir)))
		unlinkat(dirfd(dir), entry->d_name, 0);
	closedir(dir);
	rmdir(w->o->tmp);
	w->o->tmp[0] = '\0';
}

/* Block k of a file is filled with the byte k */
static int fill(int fd, size_t size)
{
	char block[AIOW_BLOCK];
	size_t at, n;

	for (at = 0; at < size; at += n) {
		memset(block, (int)(at / sizeof(block) & 0xff), sizeof(block));
		n = size - at < sizeof(block) ? size - at : sizeof(block);
		if (write(fd, block, n) != (ssize_t)n)
			return -1;
	}
	return fsync(fd);
}

static int open_file(struct aiow *w, const char *name, size_t size, int flags)
{
	char path[PATH_MAX + 64];
	int fd, ret = make_tmp(w);

	if (ret)
		return ret;
	snprintf(path, sizeof(path), "%s/%s", w->o->tmp, name);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0 && errno != EEXIST)
		return -errno;
	if (fd >= 0) {
		ret = fill(fd, size);
		close(fd);
		if (ret)
			return -EIO;
	}
	fd = open(path, flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* Open a file of the run's own, which is made with @size bytes if it is not there yet */
int aiow_file(struct aiow *w, const char *name, size_t size, int flags)
{
	int fd = open_file(w, name, size, flags);

	return fd < 0 ? aiow_fail(w, "file %s in %s: %s", name, w->dir, strerror(-fd)) : fd;
}

/* The same with O_DIRECT, or -AIOW_SKIP where the file system has none */
int aiow_direct_file(struct aiow *w, const char *name, size_t size)
{
	int fd = open_file(w, name, size, O_RDWR | O_DIRECT);

	if (fd >= 0)
		return fd;
	aiow_fail(w, "O_DIRECT file in %s: %s", w->dir, strerror(-fd));
	return fd == -EINVAL ? -AIOW_SKIP : -1;
}

/* Its size is asked with lseek(), which works for block devices and files alike */
int aiow_device(struct aiow *w, int64_t *size)
{
	int fd = open(w->dev, O_RDWR | O_DIRECT | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	*size = lseek(fd, 0, SEEK_END);
	if (*size >= 256 * AIOW_BLOCK)
		return fd;
	close(fd);
	return -ENOSPC;
}

/* For reads that should take a while: the device, else a file with O_DIRECT, else any file */
int aiow_device_or_file(struct aiow *w, size_t size)
{
	int64_t unused;
	int fd = aiow_device(w, &unused);

	if (fd < 0)
		fd = open_file(w, "direct", size, O_RDWR | O_DIRECT);
	return fd < 0 ? aiow_file(w, "direct", size, O_RDWR) : fd;
}

/* Zeroes, aligned for O_DIRECT, and never freed: the kernel may write to it until the exit */
void *aiow_buffer(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED) {
		fprintf(stderr, "aiowork: out of memory\n");
		exit(1);
	}
	return p;
}

int aiow_pipes(struct aiow *w, int (*pipes)[2], unsigned int n, int flags)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		if (pipe2(pipes[i], flags | O_CLOEXEC))
			return aiow_fail(w, "pipe: %s", strerror(errno));
	return 0;
}

int aiow_eventfd(struct aiow *w, unsigned int count, int flags)
{
	int fd = eventfd(count, flags | EFD_CLOEXEC);

	return fd < 0 ? aiow_fail(w, "eventfd: %s", strerror(errno)) : fd;
}

/* Wait for signals of an eventfd used as aio_resfd, take and count them */
int aiow_eventfd_take(struct aiow *w, int fd, uint64_t *signals)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };

	if (poll(&pfd, 1, (int)w->patience_s * 1000) != 1)
		return aiow_fail(w, "no signal from the eventfd");
	if (read(fd, signals, sizeof(*signals)) != (ssize_t)sizeof(*signals))
		return aiow_fail(w, "eventfd: %s", strerror(errno));
	aiow_count_eventfd(w, *signals);
	return 0;
}

/* Make the other end readable: eight bytes that are also a valid eventfd count */
int aiow_kick(struct aiow *w, int fd)
{
	uint64_t one = 1;

	if (write(fd, &one, sizeof(one)) != (ssize_t)sizeof(one))
		return aiow_fail(w, "write: %s", strerror(errno));
	return 0;
}

int aiow_drain(struct aiow *w, int fd)
{
	uint64_t bytes;

	if (read(fd, &bytes, sizeof(bytes)) != (ssize_t)sizeof(bytes))
		return aiow_fail(w, "read: %s", strerror(errno));
	return 0;
}

/* CPUs that this may run on */
int aiow_cpus(struct aiow *w)
{
	cpu_set_t may;

	if (sched_getaffinity(0, sizeof(may), &may))
		return aiow_fail(w, "sched_getaffinity: %s", strerror(errno));
	return CPU_COUNT(&may);
}

/* Pin the calling thread to the @cpu-th CPU it may use, modulo their number */
int aiow_pin(struct aiow *w, unsigned int cpu)
{
	cpu_set_t may, one;
	unsigned int i;

	if (sched_getaffinity(0, sizeof(may), &may))
		return aiow_fail(w, "sched_getaffinity: %s", strerror(errno));
	cpu %= (unsigned int)CPU_COUNT(&may);
	for (i = 0; i < CPU_SETSIZE; i++)
		if (CPU_ISSET(i, &may) && !cpu--)
			break;
	CPU_ZERO(&one);
	CPU_SET(i, &one);
	if (sched_setaffinity(0, sizeof(one), &one))
		return aiow_fail(w, "sched_setaffinity: %s", strerror(errno));
	return 0;
}

/* A thread that fails ends the run: the others may wait for it for ever */
static void *thread_main(void *arg)
{
	struct aiow_thread *t = arg;

	__atomic_store_n(&t->tid, gettid(), __ATOMIC_RELEASE);
	if (t->fn(t)) {
		aiow_remove_tmp(t->w);
		_exit(1);
	}
	return NULL;
}

int aiow_spawn(struct aiow_thread *t, int (*fn)(struct aiow_thread *t), struct aiow *w,
	       void *arg, unsigned int nr)
{
	int err;

	*t = (struct aiow_thread){ .w = w, .fn = fn, .arg = arg, .nr = nr };
	err = pthread_create(&t->id, NULL, thread_main, t);
	return err ? aiow_fail(w, "pthread_create: %s", strerror(err)) : 0;
}

int aiow_join(struct aiow_thread *t)
{
	int err = pthread_join(t->id, NULL);

	return err ? aiow_fail(t->w, "pthread_join: %s", strerror(err)) : 0;
}

/* Said by a thread when the next thing that can make it sleep is the call under test */
void aiow_will_sleep(struct aiow_thread *t)
{
	__atomic_fetch_add(&t->stage, 1, __ATOMIC_RELEASE);
}

/* "1234 (aiowork) S ...": the state comes after the last bracket */
static char thread_state(pid_t tid)
{
	char path[64], text[256] = "";
	char *bracket;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", (int)tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return '?';
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	bracket = n > 0 ? strrchr(text, ')') : NULL;
	return bracket && bracket[1] ? bracket[2] : '?';
}

int aiow_wait_asleep(struct aiow_thread *t, unsigned int stage)
{
	uint64_t end = aiow_now_ns() + t->w->patience_s * 1000000000ull;

	while (__atomic_load_n(&t->stage, __ATOMIC_ACQUIRE) < stage ||
	       thread_state(__atomic_load_n(&t->tid, __ATOMIC_ACQUIRE)) != 'S') {
		if (aiow_now_ns() > end)
			return aiow_fail(t->w, "a thread did not go to sleep");
		aiow_nap();
	}
	return 0;
}

/* A child process with no context: those of the parent are not inherited */
pid_t aiow_fork(struct aiow *w, int (*fn)(struct aiow *w, void *arg), void *arg)
{
	pid_t pid = fork();

	if (pid < 0)
		return aiow_fail(w, "fork: %s", strerror(errno));
	if (pid > 0)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	w->nr_live = 0;
	aiow_count_process(w);
	_exit(fn(w, arg) ? 1 : 0);
}

/*
 * A child process that shares the memory, and so the contexts. The calling thread is suspended
 * (CLONE_VFORK) until it ends, because the child borrows its thread-local storage.
 */
pid_t aiow_vm_child(struct aiow *w, int (*fn)(void *arg), void *arg)
{
	char *stack = mmap(NULL, CHILD_STACK, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
	pid_t pid;

	if (stack == MAP_FAILED)
		return aiow_fail(w, "mmap: %s", strerror(errno));
	pid = clone(fn, stack + CHILD_STACK, CLONE_VM | CLONE_VFORK | SIGCHLD, arg);
	if (pid < 0)
		aiow_fail(w, "clone: %s", strerror(errno));
	else
		aiow_count_process(w);
	munmap(stack, CHILD_STACK);
	return pid;
}

int aiow_wait_child(struct aiow *w, pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) != pid)
		return aiow_fail(w, "waitpid: %s", strerror(errno));
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		return aiow_fail(w, "a child process failed (status %#x)", (unsigned int)status);
	return 0;
}

/* Written aside and renamed: who waits for the file finds it whole */
int aiow_put_pid(struct aiow *w, const char *path)
{
	char aside[PATH_MAX];
	FILE *f;

	if ((size_t)snprintf(aside, sizeof(aside), "%s.tmp", path) >= sizeof(aside))
		return aiow_fail(w, "%s: %s", path, strerror(ENAMETOOLONG));
	f = fopen(aside, "we");
	if (!f)
		return aiow_fail(w, "%s: %s", aside, strerror(errno));
	fprintf(f, "%d\n", (int)getpid());
	if (fclose(f) || rename(aside, path))
		return aiow_fail(w, "%s: %s", path, strerror(errno));
	return 0;
}

/* Where the work to be traced begins: say so, and wait until the tracer is there */
int aiow_wait_point(struct aiow *w)
{
	aiow_watch(w, false);
	if (w->pid_file && aiow_put_pid(w, w->pid_file))
		return -1;
	while (w->wait_file && access(w->wait_file, F_OK))
		aiow_nap();
	aiow_watch(w, true);
	return 0;
}
