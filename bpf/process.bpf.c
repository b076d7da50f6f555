// SPDX-License-Identifier: GPL-2.0-only
/*
 * process.bpf.c - keeps the set of traced processes: a child of one is one.
 *
 * These tracepoints fire for every process of the host, but once in its life each.
 */
#include "hook.h"
#include "proc.h"
#include "state.h"

#define FORK_CTXS	65536	/* slots of a table that are looked at */

struct fork_look {
	struct kioctx_table *table;
	__u64 kctx;
};

static long fork_slot(__u32 i, struct fork_look *look)
{
	struct kioctx_table *table = look->table;
	__u64 kctx = 0;

	bpf_core_read(&kctx, sizeof(kctx), &table->table[i]);
	if (!kctx || !aios_ctx_chosen(kctx))
		return 0;
	look->kctx = kctx;
	return 1;
}

/*
 * A child that shares no memory with its parent has not run yet: it can have made no context, and
 * those of the parent are none of its own. They are told of by the first that is traced.
 */
static __always_inline void look_at_child(struct task_struct *parent, struct task_struct *child)
{
	struct mm_struct *mm = BPF_CORE_READ(parent, mm), *copy = BPF_CORE_READ(child, mm);
	struct kioctx_table *table;
	struct fork_look look = {};
	__u64 inherited;
	__u32 nr;

	if (!mm || !copy || mm == copy)
		return;
	inherited = (__u64)BPF_CORE_READ(copy, ioctx_table);
	table = BPF_CORE_READ(mm, ioctx_table);
	if (!inherited || !table)
		return;
	nr = BPF_CORE_READ(table, nr);
	look.table = table;
	bpf_loop(nr < FORK_CTXS ? nr : FORK_CTXS, fork_slot, &look, 0);
	if (look.kctx)
		tell_mismatch(0, look.kctx, AIOS_SEEN_FORKED, 0, inherited);
}

SEC("?tp_btf/sched_process_fork")
int tp_sched_process_fork(unsigned long long *ctx)
{
	struct task_struct *parent = (struct task_struct *)ctx[0];
	struct task_struct *child = (struct task_struct *)ctx[1];
	__u32 from = parent->tgid, to = child->tgid;
	__u32 *flags = bpf_map_lookup_elem(&procs, &from);

	if (config.look)
		look_at_child(parent, child);
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
