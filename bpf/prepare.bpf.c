// SPDX-License-Identifier: GPL-2.0-only
/*
 * prepare.bpf.c - run by the loader before anything is attached: finds out where things are that
 * do not move any more, and who the processes are that the tool can see.
 */
#include "maps.h"
#include "peek.h"
#include "proc.h"

static long prepare_cpu(__u32 cpu, void *unused)
{
	struct aios_ring_ctl *ctl = bpf_map_lookup_elem(&ring_ctl, &cpu);

	if (ctl && config.per_cpu_offset)
		ctl->percpu = aios_cpu_offset(cpu);
	return 0;
}

/* The tool waits for this program to return, so it is current here. */
static __always_inline void prepare_self(void)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct pid *pid = BPF_CORE_READ(task, group_leader, thread_pid);
	__u32 level = BPF_CORE_READ(pid, level);

	bases.self = BPF_CORE_READ(task, tgid);
	bases.pid_level = level;
	bases.pid_ns = aios_upid(pid, level).ns;
}

SEC("?raw_tp")
int prepare(void *ctx)
{
	prepare_self();
	if (config.vmemmap_base && config.page_offset_base) {
		bpf_probe_read_kernel(&bases.pages, sizeof(bases.pages),
				      (void *)config.vmemmap_base);
		bpf_probe_read_kernel(&bases.direct_map, sizeof(bases.direct_map),
				      (void *)config.page_offset_base);
	}
	bpf_loop(config.cpus, prepare_cpu, NULL, 0);
	return 0;
}

/* Our own programs on completions, among all of the host's. */
SEC("?iter/bpf_prog")
int iter_prepare(struct bpf_iter__bpf_prog *ctx)
{
	struct bpf_prog *prog = ctx->prog;
	__u32 id;

	if (!prog)
		return 0;
	id = BPF_CORE_READ(prog, aux, id);
	if (id == control.complete_id)
		bases.complete_active = (__u64)BPF_CORE_READ(prog, active);
	if (id == control.done_id)
		bases.done_active = (__u64)BPF_CORE_READ(prog, active);
	for (int i = 0; i < AIOS_WITNESSES; i++)
		if (id == witnesses[i].id)
			witnesses[i].active = (__u64)BPF_CORE_READ(prog, active);
	return 0;
}

/*
 * Processes by their numbers in two namespaces: the records', and the tool's own, in which people
 * say -p. In the kernel both are there to be read; /proc shows one, and not always the tool's. A
 * namespace sees its own processes and those of the namespaces inside it, and so does this list.
 */
SEC("?iter/task")
int iter_list(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	struct aios_listed listed = {};
	struct aios_upid upid;
	struct pid *pid;

	if (!task || task->pid != task->tgid)
		return 0;
	pid = BPF_CORE_READ(task, thread_pid);
	if (!pid || BPF_CORE_READ(pid, level) < bases.pid_level)
		return 0;
	upid = aios_upid(pid, bases.pid_level);
	if (upid.ns != bases.pid_ns)
		return 0;
	listed.tgid = task->tgid;
	listed.pid = upid.nr;
	listed.parent = BPF_CORE_READ(task, real_parent, tgid);
	bpf_seq_write(ctx->meta->seq, &listed, sizeof(listed));
	return 0;
}
