// SPDX-License-Identifier: GPL-2.0-only
/*
 * top_names.c - what aiotop calls operations, states, levels of evidence and processes.
 */
#include <string.h>

#include "top.h"

const char *aios_top_op_name(enum aios_top_op op)
{
	static const char *const names[AIOS_TOP_OPS] = {
		[AIOS_TOP_PREAD] = "pread",	  [AIOS_TOP_PWRITE] = "pwrite",
		[AIOS_TOP_PREADV] = "preadv",	  [AIOS_TOP_PWRITEV] = "pwritev",
		[AIOS_TOP_FSYNC] = "fsync",	  [AIOS_TOP_FDSYNC] = "fdsync",
		[AIOS_TOP_POLL] = "poll",	  [AIOS_TOP_OTHER] = "other",
	};

	return op < AIOS_TOP_OPS ? names[op] : names[AIOS_TOP_OTHER];
}

enum aios_top_class aios_top_class(enum aios_top_op op)
{
	static const enum aios_top_class classes[AIOS_TOP_OPS] = {
		[AIOS_TOP_PREAD] = AIOS_TOP_READS,    [AIOS_TOP_PWRITE] = AIOS_TOP_WRITES,
		[AIOS_TOP_PREADV] = AIOS_TOP_READS,   [AIOS_TOP_PWRITEV] = AIOS_TOP_WRITES,
		[AIOS_TOP_FSYNC] = AIOS_TOP_SYNCS,    [AIOS_TOP_FDSYNC] = AIOS_TOP_SYNCS,
		[AIOS_TOP_POLL] = AIOS_TOP_POLLS,     [AIOS_TOP_OTHER] = AIOS_TOP_CLASSES,
	};

	return op < AIOS_TOP_OPS ? classes[op] : AIOS_TOP_CLASSES;
}

const char *aios_top_class_name(enum aios_top_class class)
{
	static const char *const names[AIOS_TOP_CLASSES] = {
		[AIOS_TOP_READS] = "reads",
		[AIOS_TOP_WRITES] = "writes",
		[AIOS_TOP_SYNCS] = "syncs",
		[AIOS_TOP_POLLS] = "polls",
	};

	return class < AIOS_TOP_CLASSES ? names[class] : "other";
}

const char *aios_top_poll_name(enum aios_top_poll poll)
{
	static const char *const names[AIOS_TOP_POLL_KINDS] = {
		[AIOS_TOP_POLL_READY] = "ready",
		[AIOS_TOP_POLL_EARLY] = "early",
		[AIOS_TOP_POLL_ARMED] = "armed",
		[AIOS_TOP_POLL_WORKED] = "worked",
		[AIOS_TOP_POLL_CANCELLED] = "cancelled",
	};

	return poll < AIOS_TOP_POLL_KINDS ? names[poll] : "unknown";
}

const char *aios_top_evidence_name(enum aios_top_evidence evidence)
{
	static const char *const names[] = {
		[AIOS_TOP_RINGS] = "rings",
		[AIOS_TOP_SNAPSHOT] = "snapshot",
		[AIOS_TOP_FUNCTION] = "function",
		[AIOS_TOP_TRACE] = "trace",
	};

	return evidence <= AIOS_TOP_TRACE ? names[evidence] : "unknown";
}

const char *aios_top_state(uint64_t what)
{
	static const char *const states[AIOS_TOP_OPS] = {
		[AIOS_TOP_PREAD] = "is in the file system or the device",
		[AIOS_TOP_PWRITE] = "is in the file system or the device",
		[AIOS_TOP_PREADV] = "is in the file system or the device",
		[AIOS_TOP_PWRITEV] = "is in the file system or the device",
		[AIOS_TOP_FSYNC] = "waits for a worker of the kernel, or is in the file system",
		[AIOS_TOP_FDSYNC] = "waits for a worker of the kernel, or is in the file system",
		[AIOS_TOP_POLL] = "waits to be woken",
		[AIOS_TOP_OTHER] = "is where nobody looked",
	};
	/* The last that applies. */
	static const struct {
		uint64_t bit;
		const char *state;
	} polls[] = {
		{ AIOS_TOP_CANCELLED, "was cancelled and has not completed" },
		{ AIOS_TOP_WORKING, "was woken and left to a worker of the kernel" },
		{ AIOS_TOP_WOKEN_ARMED, "was woken and has not completed" },
		{ AIOS_TOP_WOKEN_EARLY, "was woken before it waited and has not completed" },
	};
	uint64_t op = what & AIOS_TOP_OP_MASK;

	for (size_t i = 0; op == AIOS_TOP_POLL && i < sizeof(polls) / sizeof(polls[0]); i++)
		if (what & polls[i].bit)
			return polls[i].state;
	return states[op < AIOS_TOP_OPS ? op : AIOS_TOP_OTHER];
}

uint32_t aios_top_pid(const struct aios_top_proc *proc)
{
	return proc->snap.pid ? proc->snap.pid : proc->snap.tgid;
}

void aios_top_who(struct aios_buf *buf, const struct aios_top_proc *proc)
{
	char comm[AIOS_COMM_LEN + 1] = "";

	memcpy(comm, proc->snap.comm, AIOS_COMM_LEN);
	aios_buf_fmt(buf, "PID %u (", aios_top_pid(proc));
	aios_buf_safe(buf, comm);
	if (proc->user) {
		aios_buf_str(buf, ", user ");
		aios_buf_safe(buf, proc->user);
	}
	if (proc->container) {
		aios_buf_str(buf, ", container ");
		aios_buf_safe(buf, proc->container);
	} else if (proc->cgroup && strcmp(proc->cgroup, "/")) {
		aios_buf_str(buf, ", cgroup ");
		aios_buf_safe(buf, proc->cgroup);
	}
	aios_buf_str(buf, ")");
}

double aios_top_percent(uint64_t part, uint64_t all)
{
	return all ? 100.0 * (double)part / (double)all : 0;
}
