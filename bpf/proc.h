/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * proc.h - who a process is.
 */
#ifndef AIOS_BPF_PROC_H
#define AIOS_BPF_PROC_H

#include "emit.h"
#include "filter.h"

/**
 * struct aios_upid - a number and the pid namespace in which it is one
 */
struct aios_upid {
	__u64 ns;
	__u32 nr;
};

/* A process has a number in each namespace that it is in: the initial one is at level 0. */
static __always_inline struct aios_upid aios_upid(struct pid *pid, __u32 level)
{
	struct aios_upid upid = {};

	bpf_core_read(&upid.nr, sizeof(upid.nr), &pid->numbers[level & 31].nr);
	bpf_core_read(&upid.ns, sizeof(upid.ns), &pid->numbers[level & 31].ns);
	return upid;
}

/* The process's number in its innermost pid namespace, where it calls itself that. */
static __always_inline __u32 aios_ns_tgid(struct task_struct *task)
{
	struct pid *pid = BPF_CORE_READ(task, group_leader, thread_pid);

	return aios_upid(pid, BPF_CORE_READ(pid, level)).nr;
}

static __always_inline void aios_emit_proc(struct task_struct *task, __u32 what)
{
	struct task_struct *leader = BPF_CORE_READ(task, group_leader);
	struct aios_proc *body;
	struct aios_out out;

	body = aios_emit_begin(&out, AIOS_EV_PROC, sizeof(*body), 0);
	if (!body)
		return;
	body->cgroup = BPF_CORE_READ(task, cgroups, dfl_cgrp, kn, id);
	body->tgid = BPF_CORE_READ(task, tgid);
	body->ns_tgid = aios_ns_tgid(task);
	body->ppid = BPF_CORE_READ(leader, real_parent, tgid);
	body->uid = BPF_CORE_READ(task, cred, uid.val);
	body->what = what;
	body->status = what == AIOS_PROC_EXIT ? BPF_CORE_READ(task, exit_code) : 0;
	bpf_core_read(body->comm, sizeof(body->comm), &leader->comm);
	aios_emit_end(&out);
}

static __always_inline void aios_proc_flag(__u32 tgid, __u32 flag)
{
	__u32 *found = bpf_map_lookup_elem(&procs, &tgid);
	__u32 flags = flag | (found ? *found : 0);

	if (bpf_map_update_elem(&procs, &tgid, &flags, BPF_ANY))
		__sync_fetch_and_add(&stats.proc_full, 1);
}

/* Writes who @task is, the first time. */
static __always_inline void aios_tell_proc(struct task_struct *task)
{
	__u32 tgid = BPF_CORE_READ(task, tgid);
	__u32 *flags = bpf_map_lookup_elem(&procs, &tgid);

	if (aios_stopped() || (flags && *flags & AIOS_P_TOLD))
		return;
	aios_proc_flag(tgid, AIOS_P_TOLD);
	aios_emit_proc(task, AIOS_PROC_SEEN);
}

#endif /* AIOS_BPF_PROC_H */
