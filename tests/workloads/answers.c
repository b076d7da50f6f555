/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A file whose ->poll this program answers (FUSE, without a library). Between the question and the
 * answer whoever asks sleeps in ->poll; a wake-up that comes meanwhile is early, whatever CPUs do.
 */
#include <fcntl.h>
#include <linux/fuse.h>
#include <poll.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "aiowork.h"
#include "answers.h"

#define REQUEST_MAX	(FUSE_MIN_READ_BUFFER + 4096)

static int answer(struct answers *a, uint64_t unique, int err, const void *body, size_t len)
{
	char bytes[sizeof(struct fuse_out_header) + 256];
	struct fuse_out_header head = {
		.len = (uint32_t)(sizeof(head) + len),
		.error = err,
		.unique = unique,
	};

	memcpy(bytes, &head, sizeof(head));
	if (len)
		memcpy(bytes + sizeof(head), body, len);
	if (write(a->fuse, bytes, head.len) == (ssize_t)head.len)
		return 0;
	/* ENOENT: whoever asked was interrupted, and went away */
	return errno == ENOENT ? 0 : aiow_fail(a->w, "fuse: %s", strerror(errno));
}

/* Wakes whoever polls the file, and says not what for */
int answers_notify(struct answers *a)
{
	struct fuse_notify_poll_wakeup_out out = {
		.kh = __atomic_load_n(&a->polled, __ATOMIC_ACQUIRE),
	};

	return answer(a, 0, FUSE_NOTIFY_POLL, &out, sizeof(out));
}

/* The next step of the script; behind its end the file is ready */
static int answer_poll(struct answers *a, uint64_t unique, const struct fuse_poll_in *in)
{
	static const struct answer ready = { .mask = POLLIN };
	uint32_t nr = __atomic_load_n(&a->asked, __ATOMIC_ACQUIRE);
	const struct answer *step = nr < a->nr_steps ? &a->steps[nr] : &ready;
	struct fuse_poll_out out = { .revents = step->mask };

	__atomic_store_n(&a->polled, in->kh, __ATOMIC_RELEASE);
	if (step->notify && answers_notify(a))
		return -1;
	if (step->kick && aiow_kick(a->w, a->kicked))
		return -1;
	/* Before the answer: behind it, the next script may begin */
	__atomic_store_n(&a->asked, nr + 1, __ATOMIC_RELEASE);
	return answer(a, unique, 0, &out, sizeof(out));
}

static int answer_init(struct answers *a, uint64_t unique)
{
	struct fuse_init_out out = {
		.major = FUSE_KERNEL_VERSION,
		.minor = 31,
		.max_write = AIOW_BLOCK,
	};

	return answer(a, unique, 0, &out, sizeof(out));
}

static int answer_attr(struct answers *a, uint64_t unique)
{
	struct fuse_attr_out out = {
		.attr_valid = 3600,
		.attr = { .ino = FUSE_ROOT_ID, .mode = S_IFREG | 0600, .nlink = 1 },
	};

	return answer(a, unique, 0, &out, sizeof(out));
}

static int answer_one(struct answers *a, const struct fuse_in_header *head, const void *body)
{
	static const struct fuse_open_out opened = { .fh = 1 };

	switch (head->opcode) {
	case FUSE_INIT:
		return answer_init(a, head->unique);
	case FUSE_GETATTR:
		return answer_attr(a, head->unique);
	case FUSE_OPEN:
		return answer(a, head->unique, 0, &opened, sizeof(opened));
	case FUSE_POLL:
		return answer_poll(a, head->unique, body);
	case FUSE_RELEASE:
		return answer(a, head->unique, 0, NULL, 0);
	case FUSE_FORGET:
	case FUSE_BATCH_FORGET:
	case FUSE_INTERRUPT:
		return 0;
	default:
		return answer(a, head->unique, -ENOSYS, NULL, 0);
	}
}

/* Until the file system is taken away */
static int answer_all(struct aiow_thread *t)
{
	_Alignas(8) static char request[REQUEST_MAX];
	struct answers *a = t->arg;

	for (;;) {
		ssize_t n = read(a->fuse, request, sizeof(request));

		if (n < 0 && errno == ENODEV)
			return 0;
		if (n < 0 && (errno == EINTR || errno == ENOENT || errno == EAGAIN))
			continue;
		if (n < (ssize_t)sizeof(struct fuse_in_header))
			return aiow_fail(t->w, "fuse: %s", strerror(errno));
		if (answer_one(a, (const void *)request,
			       request + sizeof(struct fuse_in_header)))
			return -1;
	}
}

static int mount_at(struct answers *a)
{
	char options[96];

	snprintf(options, sizeof(options), "fd=%d,rootmode=100600,user_id=%u,group_id=%u", a->fuse,
		 getuid(), getgid());
	return mount("answers", a->path, "fuse", MS_NOSUID | MS_NODEV, options);
}

/* Return: 0; AIOW_SKIP where this needs more than there is: FUSE, or root */
int answers_open(struct answers *a, struct aiow *w)
{
	int file = aiow_file(w, "answers", 0, O_RDWR);

	*a = (struct answers){ .w = w, .file = -1 };
	if (file < 0)
		return -1;
	close(file);
	snprintf(a->path, sizeof(a->path), "%s/answers", w->o->tmp);
	a->fuse = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	if (a->fuse < 0)
		return AIOW_SKIP;
	if (mount_at(a)) {
		close(a->fuse);
		return AIOW_SKIP;
	}
	if (aiow_spawn(&a->thread, answer_all, w, a, 0))
		return -1;
	a->file = open(a->path, O_RDWR | O_CLOEXEC);
	return a->file < 0 ? aiow_fail(w, "%s: %s", a->path, strerror(errno)) : 0;
}

/* What the next questions are answered. Nobody asks meanwhile */
void answers_script(struct answers *a, const struct answer *steps, uint32_t nr, int kicked)
{
	a->steps = steps;
	a->nr_steps = nr;
	a->kicked = kicked;
	__atomic_store_n(&a->asked, 0, __ATOMIC_RELEASE);
}

/* Until so many questions were asked, and all but the last one answered */
int answers_wait(struct answers *a, uint32_t nr)
{
	uint64_t end = aiow_now_ns() + (uint64_t)a->w->patience_s * 1000000000;

	while (__atomic_load_n(&a->asked, __ATOMIC_ACQUIRE) < nr) {
		if (aiow_now_ns() > end)
			return aiow_fail(a->w, "nobody asks the file");
		aiow_nap();
	}
	return 0;
}

int answers_close(struct answers *a)
{
	close(a->file);
	if (umount2(a->path, MNT_DETACH))
		return aiow_fail(a->w, "umount %s: %s", a->path, strerror(errno));
	if (aiow_join(&a->thread))
		return -1;
	return close(a->fuse);
}
