/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * who.h - a process, as aiotop has it.
 */
#ifndef AIOS_BPF_WHO_H
#define AIOS_BPF_WHO_H

#include "proc.h"

/* In the tool's pid namespace, 0 where the process is not in it. */
static __always_inline __u32 aios_who_pid(struct task_struct *leader)
{
	struct pid *pid = BPF_CORE_READ(leader, thread_pid);
	struct aios_upid upid;

	if (!pid || BPF_CORE_READ(pid, level) < bases.pid_level)
		return 0;
	upid = aios_upid(pid, bases.pid_level);
	return upid.ns == bases.pid_ns ? upid.nr : 0;
}

/* The leader may have ended: its name and its number stay, its credentials are a thread's. */
static __always_inline void aios_who(struct aios_snap_proc *to, struct task_struct *task)
{
	struct task_struct *leader = BPF_CORE_READ(task, group_leader);

	to->mm = (__u64)BPF_CORE_READ(task, mm);
	to->start_ns = BPF_CORE_READ(leader, start_boottime);
	to->cgroup = BPF_CORE_READ(task, cgroups, dfl_cgrp, kn, id);
	to->tgid = BPF_CORE_READ(task, tgid);
	to->pid = aios_who_pid(leader);
	to->uid = BPF_CORE_READ(task, cred, euid.val);
	to->shared = 0;
	to->contexts = 0;
	to->reserved = 0;
	bpf_core_read(to->comm, sizeof(to->comm), &leader->comm);
}

#endif /* AIOS_BPF_WHO_H */
