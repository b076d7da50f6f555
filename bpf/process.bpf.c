// SPDX-License-Identifier: GPL-2.0-only
/*
 * process.bpf.c - keeps the set of traced processes: a child of one is one.
 *
 * These tracepoints fire for every process of the host, but once in its life each.
 */
#include "hook.h"
#include "proc.h"

SEC("?tp_btf/sched_process_fork")
int tp_sched_process_fork(unsigned long long *ctx)
{
	struct task_struct *parent = (struct task_struct *)ctx[0];
	struct task_struct *child = (struct task_struct *)ctx[1];
	__u32 from = parent->tgid, to = child->tgid;
	__u32 *flags = bpf_map_lookup_elem(&procs, &from);

	if (from == to || !flags || !(*flags & AIOS_P_TRACED))
		return 0;
	aios_proc_flag(to, AIOS_P_TRACED | (aios_stopped() ? 0 : AIOS_P_TOLD));
	aios_emit_proc(child, AIOS_PROC_FORK);
	return 0;
}

/* Whoever already is in the set is told again: its command name is new. */
SEC("?tp_btf/sched_process_exec")
int tp_sched_process_exec(unsigned long long *ctx)
{
	struct task_struct *task = (struct task_struct *)ctx[0];
	__u32 tgid = task->tgid;

	if (!aios_stopped() && bpf_map_lookup_elem(&procs, &tgid)) {
		aios_proc_flag(tgid, AIOS_P_TOLD);
		aios_emit_proc(task, AIOS_PROC_EXEC);
	}
	return 0;
}

/* do_exit() has counted this thread out before: 0 means that it was the last one. */
SEC("?tp_btf/sched_process_exit")
int tp_sched_process_exit(unsigned long long *ctx)
{
	struct task_struct *task = (struct task_struct *)ctx[0];
	__u32 tgid = task->tgid;

	if (!bpf_map_lookup_elem(&procs, &tgid) || task->signal->live.counter)
		return 0;
	bpf_map_delete_elem(&procs, &tgid);
	aios_emit_proc(task, AIOS_PROC_EXIT);
	return 0;
}
