/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * filter.h - whose event is it?
 *
 * When a request completes or is woken, whoever happens to run is not its owner. So every event
 * of a request is judged by its context, and a context by the process that made it, once, when
 * it was made (or first found). Events of a system call are judged by the caller.
 */
#ifndef AIOS_BPF_FILTER_H
#define AIOS_BPF_FILTER_H

#include "maps.h"

#define AIOS_P_TRACED	0x1	/* chosen by pid, or child of one that was */
#define AIOS_P_TOLD	0x2	/* its struct aios_proc record was written */
#define AIOS_P_IMAGES	0x4	/* the tool was called to see what it has mapped */

#define AIOS_CGROUP_DEPTH	64	/* deepest nesting looked at; systemd's are below 10 */

/* Is the task's cgroup @id or below it? */
static __always_inline int aios_in_cgroup(struct task_struct *task, __u64 id)
{
	struct cgroup *cgroup = BPF_CORE_READ(task, cgroups, dfl_cgrp);

	for (int i = 0; i < AIOS_CGROUP_DEPTH && cgroup; i++) {
		if (BPF_CORE_READ(cgroup, kn, id) == id)
			return 1;
		/* struct cgroup begins with its css, and so does its parent. */
		cgroup = (struct cgroup *)BPF_CORE_READ(cgroup, self.parent);
	}
	return 0;
}

/* Is it the command name that is asked for? */
static __always_inline int aios_comm_chosen(const char *comm)
{
	for (int i = 0; i < AIOS_COMM_LEN; i++) {
		if (comm[i] != config.comm[i])
			return 0;
		if (!comm[i])
			break;
	}
	return 1;
}

static __always_inline int aios_has_comm(struct task_struct *task)
{
	char comm[AIOS_COMM_LEN] = {};
	struct task_struct *leader = BPF_CORE_READ(task, group_leader);

	bpf_core_read(comm, sizeof(comm), &leader->comm);
	return aios_comm_chosen(comm);
}

/* Does the filter choose what @task makes? */
static __always_inline int aios_task_chosen(struct task_struct *task)
{
	__u32 tgid = BPF_CORE_READ(task, tgid);

	if (tgid == bases.self)
		return 0;
	if (config.filter & AIOS_BY_PROCESS) {
		__u32 *flags = bpf_map_lookup_elem(&procs, &tgid);

		if (!flags || !(*flags & AIOS_P_TRACED))
			return 0;
	}
	if ((config.filter & AIOS_BY_COMM) && !aios_has_comm(task))
		return 0;
	return !(config.filter & AIOS_BY_CGROUP) || aios_in_cgroup(task, config.cgroup);
}

static __always_inline int aios_current_chosen(void)
{
	if (!config.filter)
		return 1;
	return aios_task_chosen((struct task_struct *)bpf_get_current_task());
}

/*
 * Is a context the one that was looked up last on this CPU? An interrupt can put another one there
 * while this looks, so the context is compared before and after its epoch.
 */
static __always_inline int aios_ctx_is_last(const struct aios_ring_ctl *ctl, __u64 kctx,
					    __u64 epoch)
{
	return *(volatile __u64 *)&ctl->kctx == kctx &&
	       *(volatile __u64 *)&ctl->epoch == epoch &&
	       *(volatile __u64 *)&ctl->kctx == kctx;
}

/* Is a context traced? @ctl: what aios_ctl() returned, here on this CPU. */
static __always_inline int aios_ctx_chosen_on(struct aios_ring_ctl *ctl, __u64 kctx)
{
	__u64 epoch;

	if (!config.filter)
		return 1;
	/* Before the lookup: if the context leaves the map in between, this is of the past. */
	epoch = *(volatile __u64 *)&control.epoch;
	if (ctl && aios_ctx_is_last(ctl, kctx, epoch))
		return 1;
	if (!bpf_map_lookup_elem(&ctxs, &kctx))
		return 0;
	if (ctl) {
		*(volatile __u64 *)&ctl->kctx = 0;
		*(volatile __u64 *)&ctl->epoch = epoch;
		*(volatile __u64 *)&ctl->kctx = kctx;
	}
	return 1;
}

static __always_inline int aios_ctx_chosen(__u64 kctx)
{
	return aios_ctx_chosen_on(aios_ctl(), kctx);
}

/* A context is traced no more, and its address may soon be another one's. */
static __always_inline void aios_ctx_forget(__u64 kctx)
{
	if (!bpf_map_delete_elem(&ctxs, &kctx))
		__sync_fetch_and_add(&control.epoch, 1);
}

#endif /* AIOS_BPF_FILTER_H */
