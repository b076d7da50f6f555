// SPDX-License-Identifier: GPL-2.0-only
/*
 * top_rings.c - what can be seen of contexts without privilege.
 */
#include "top_rings.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "../lib/map.h"
#include "top_proc.h"
#include "top_sample.h"

#define RING_MAGIC	0xa10a10a1	/* AIO_RING_MAGIC of fs/aio.c */
#define RING_FILE	"/[aio] (deleted)"

/* What a ring begins with: struct aio_ring of fs/aio.c, which programs rely on as well. */
struct ring {
	uint32_t id;
	uint32_t nr;
	uint32_t head;
	uint32_t tail;
	uint32_t magic;
	uint32_t compat_features;
	uint32_t incompat_features;
	uint32_t header_length;
};

/**
 * struct looking - the process that is being looked into
 * @sample: what was found so far
 * @inodes: file of a ring -> 1 + index of its context, as a pointer
 * @snap: who it is
 * @tid: the thread by which its memory is read
 * @added: it is in the sample, as the last one
 * @mapped: it has an address space that may be read
 */
struct looking {
	struct aios_top_sample *sample;
	struct aios_map *inodes;
	struct aios_snap_proc snap;
	pid_t tid;
	bool added;
	bool mapped;
};

/* Field 22 of /proc/PID/stat, in ticks; the name before it can hold blanks and brackets. */
static uint64_t start_ns(pid_t pid)
{
	char path[64], text[1024], *at;
	unsigned long long ticks = 0;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	if (aios_top_read(path, text, sizeof(text)) <= 0)
		return 0;
	at = strrchr(text, ')');
	for (int field = 2; at && field < 22; field++)
		at = strchr(at + 1, ' ');
	if (at)
		sscanf(at, "%llu", &ticks);
	return ticks * (1000000000ULL / (uint64_t)sysconf(_SC_CLK_TCK));
}

static struct aios_snap_proc look_who(pid_t pid)
{
	struct aios_snap_proc snap = { .tgid = (uint32_t)pid, .pid = (uint32_t)pid };
	char path[64], comm[AIOS_COMM_LEN];
	struct stat st;

	snap.start_ns = start_ns(pid);
	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	if (aios_top_read(path, comm, sizeof(comm)) > 0)
		memcpy(snap.comm, comm, strcspn(comm, "\n"));
	snprintf(path, sizeof(path), "/proc/%d", pid);
	if (!stat(path, &st))
		snap.uid = st.st_uid;
	return snap;
}

static bool ring_read(pid_t tid, uint64_t address, struct ring *ret)
{
	struct iovec here = { .iov_base = ret, .iov_len = sizeof(*ret) };
	struct iovec there = { .iov_base = (void *)(uintptr_t)address, .iov_len = sizeof(*ret) };

	/* A ring whose context is gone cannot be read: its file was cut to nothing. */
	return process_vm_readv(tid, &here, 1, &there, 1, 0) == (ssize_t)sizeof(*ret) &&
	       ret->magic == RING_MAGIC && ret->nr && ret->head < ret->nr && ret->tail < ret->nr;
}

static void ring_tell(struct aios_snap_ctx *snap, const struct ring *ring, uint64_t address,
		      uint64_t inode)
{
	*snap = (struct aios_snap_ctx){
		.kctx = inode,
		.user_id = address,
		.nr_events = ring->nr,
		.head = ring->head,
		.tail = ring->tail,
		.max_reqs = AIOS_UNKNOWN32,
		.req_batch = AIOS_UNKNOWN32,
		.completed = AIOS_UNKNOWN32,
		.free_shared = AIOS_UNKNOWN32,
		.free_cpus = AIOS_UNKNOWN32,
		.alive = AIOS_UNKNOWN32,
		.waiters = AIOS_UNKNOWN32,
		.polls = AIOS_UNKNOWN32,
	};
}

/* Adds the process with its first ring. */
static int look_add(struct looking *look)
{
	struct aios_top_proc *proc;

	if (look->added)
		return 0;
	proc = aios_top_sample_proc(look->sample);
	if (!proc)
		return -ENOMEM;
	proc->snap = look->snap;
	look->added = true;
	return 0;
}

/* The context of a ring, made for the first process that has it; NULL without memory. */
static struct aios_top_ctx *look_ctx(struct looking *look, uint64_t inode, bool *found)
{
	struct aios_top_sample *sample = look->sample;
	uintptr_t index = (uintptr_t)aios_map_get(look->inodes, inode);

	*found = index;
	if (index)
		return &sample->ctxs[index - 1];
	if (!aios_top_sample_ctx(sample) ||
	    aios_map_put(look->inodes, inode, (void *)(uintptr_t)sample->ctx_cnt))
		return NULL;
	return &sample->ctxs[sample->ctx_cnt - 1];
}

static int look_ring(struct looking *look, uint64_t address, uint64_t inode)
{
	struct aios_top_proc *procs;
	struct aios_top_ctx *ctx;
	struct ring ring;
	bool found;

	if (!ring_read(look->tid, address, &ring))
		return 0;
	ctx = look_ctx(look, inode, &found);
	if (!ctx)
		return -ENOMEM;
	procs = look->sample->procs;
	if (found && procs[ctx->proc].snap.start_ns <= look->snap.start_ns)
		return 0;
	if (found)
		procs[ctx->proc].snap.contexts--;
	if (look_add(look))
		return -ENOMEM;
	ring_tell(&ctx->snap, &ring, address, inode);
	ctx->proc = look->sample->proc_cnt - 1;
	ctx->snap.tgid = look->snap.tgid;
	ctx->snap.proc = (uint32_t)ctx->proc;
	look->sample->procs[ctx->proc].snap.contexts++;
	return 0;
}

/* "7f2c4a3f0000-7f2c4a3f1000 rw-s 00000000 00:0d 24715      /[aio] (deleted)" */
static int look_line(struct looking *look, const char *line)
{
	unsigned long long begin, inode;
	int at = 0;

	if (!strstr(line, RING_FILE) ||
	    sscanf(line, "%llx-%*x %*s %*s %*s %llu %n", &begin, &inode, &at) != 2 || !at ||
	    strcmp(line + at, RING_FILE "\n"))
		return 0;
	return look_ring(look, begin, inode);
}

static int look_maps(struct looking *look, const char *path)
{
	FILE *file = fopen(path, "re");
	char *line = NULL;
	size_t size = 0;
	int err = 0;

	if (!file)
		return 0;
	while (!err && getline(&line, &size, file) > 0) {
		look->mapped = true;
		err = look_line(look, line);
	}
	free(line);
	fclose(file);
	return err;
}

/* Calls @each with the numbers that a folder of /proc has entries of. */
static int each_number(const char *path, int (*each)(void *arg, pid_t number), void *arg)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	int err = 0;

	while (dir && !err && (entry = readdir(dir)))
		if (isdigit((unsigned char)entry->d_name[0]))
			err = each(arg, (pid_t)atoi(entry->d_name));
	if (dir)
		closedir(dir);
	return err;
}

/* A leader that has ended has no address space any more, while its threads have. */
static int look_thread(void *arg, pid_t tid)
{
	struct looking *look = arg;
	char path[64];

	if (look->mapped)
		return 0;
	look->tid = tid;
	snprintf(path, sizeof(path), "/proc/%u/task/%d/maps", look->snap.tgid, tid);
	return look_maps(look, path);
}

static int look_process(void *arg, pid_t pid)
{
	struct looking look = *(const struct looking *)arg;
	char path[64];
	int err;

	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	if (access(path, R_OK))
		return 0;
	look.tid = pid;
	look.snap = look_who(pid);
	err = look_maps(&look, path);
	if (err || look.mapped)
		return err;
	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	return each_number(path, look_thread, &look);
}

/* Processes whose rings are all told of an older one have none of their own. */
static void drop_empty(struct aios_top_sample *sample)
{
	uint32_t kept = 0;

	/* snap.mm is not known here: for a moment it holds where the process went. */
	for (size_t i = 0; i < sample->proc_cnt; i++) {
		sample->procs[i].snap.mm = kept;
		kept += sample->procs[i].snap.contexts > 0;
	}
	for (size_t i = 0; i < sample->ctx_cnt; i++) {
		struct aios_top_ctx *ctx = &sample->ctxs[i];

		ctx->proc = sample->procs[ctx->proc].snap.mm;
		ctx->snap.proc = (uint32_t)ctx->proc;
	}
	kept = 0;
	for (size_t i = 0; i < sample->proc_cnt; i++) {
		sample->procs[i].snap.mm = 0;
		if (sample->procs[i].snap.contexts)
			sample->procs[kept++] = sample->procs[i];
	}
	sample->proc_cnt = kept;
}

int aios_top_rings(struct aios_top_sample *sample)
{
	struct aios_map inodes = { 0 };
	struct looking look = { .sample = sample, .inodes = &inodes };
	int err = each_number("/proc", look_process, &look);

	aios_map_done(&inodes);
	drop_empty(sample);
	return err;
}

static uint64_t effective_capabilities(void)
{
	char text[4096], *at;
	unsigned long long bits = 0;

	if (aios_top_read("/proc/self/status", text, sizeof(text)) <= 0)
		return 0;
	at = strstr(text, "\nCapEff:");
	if (at)
		sscanf(at, "\nCapEff: %llx", &bits);
	return bits;
}

void aios_top_why_not(struct aios_err *ret, const struct aios_err *because)
{
	static const struct {
		unsigned int bit;
		const char *name;
	} needed[] = {
		{ 39, "CAP_BPF" }, { 38, "CAP_PERFMON" }, { 21, "CAP_SYS_ADMIN" },
		{ 34, "CAP_SYSLOG" },
	};
	uint64_t has = effective_capabilities();
	char missing[64] = "";
	size_t len = 0;

	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		if (!(has >> needed[i].bit & 1))
			len += (size_t)snprintf(missing + len, sizeof(missing) - len, "%s%s",
						len ? ", " : "", needed[i].name);
	if (len)
		aios_fail(ret, 0, "missing: %s; run as root (sudo aiotop), or as a service with "
			  "AmbientCapabilities=CAP_BPF CAP_PERFMON CAP_SYS_ADMIN CAP_SYSLOG",
			  missing);
	else
		aios_fail(ret, 0, "%s; this process has the capabilities, so a user namespace, a "
			  "seccomp filter or a security module stands in the way: run it outside "
			  "of the container", because->text);
}
