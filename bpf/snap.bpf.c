// SPDX-License-Identifier: GPL-2.0-only
/*
 * snap.bpf.c - a look at all contexts of the host, without a hook: what aiotop shows.
 *
 * Visits every thread, since a leader that has ended has no address space while its threads go on.
 * An address space is looked at once, whoever shares it. Tables and lists are read without their
 * locks, so what changes at the same time is seen as before or as after. What is being torn down is
 * in no table any more, and not found.
 */
#include "hook.h"
#include "percpu.h"
#include "ring.h"
#include "who.h"

#define AIOS_SNAP_CTXS		65536	/* contexts of a process */
#define AIOS_SNAP_LIST		65536	/* entries of a list that are counted */
#define AIOS_SNAP_NOBODY	0xffffffffU	/* it has a table, and no context in it so far */
#define AIOS_PF_KTHREAD		0x00200000	/* a kernel thread, which may borrow an mm */

struct snap_list {
	__u64 at;
	__u64 end;
	__u32 cnt;
};

struct snap_walk {
	struct task_struct *task;
	struct kioctx_table *table;
	__u32 proc;
	__u32 cnt;
};

/* Entries that point back to the one before: what is taken off at the same time ends the list. */
static long snap_entry(__u32 i, struct snap_list *list)
{
	__u64 next = aios_peek(list->at);

	if (next == list->end ||
	    aios_peek(next + bpf_core_field_offset(struct list_head, prev)) != list->at)
		return 1;
	list->at = next;
	list->cnt++;
	return 0;
}

static __always_inline __u32 snap_count(__u64 head)
{
	struct snap_list list = { .at = head, .end = head };

	/* Nearly always it is empty, and a call of a helper is dearer than a look. */
	if (aios_peek(head) != head)
		bpf_loop(AIOS_SNAP_LIST, snap_entry, &list, 0);
	return list.cnt;
}

static __always_inline void snap_fill(struct aios_snap_ctx *to, struct kioctx *kctx, __u64 address,
				      const int direct)
{
	struct aios_held held = {};

	aios_held(address, &held);
	to->kctx = address;
	to->user_id = READ_FIELD(direct, kctx, user_id);
	to->max_reqs = READ_FIELD(direct, kctx, max_reqs);
	to->nr_events = READ_FIELD(direct, kctx, nr_events);
	to->req_batch = READ_FIELD(direct, kctx, req_batch);
	to->head = aios_ring_head(kctx, direct);
	to->tail = READ_FIELD(direct, kctx, tail);
	to->completed = READ_FIELD(direct, kctx, completed_events);
	to->free_shared = READ_FIELD(direct, kctx, reqs_available.counter);
	to->free_cpus = held.free_cpus;
	to->alive = held.alive;
	to->dead = READ_FIELD(direct, kctx, dead.counter) != 0;
	to->waiters = snap_count(address + bpf_core_field_offset(struct kioctx, wait.head));
	to->polls = snap_count(address + bpf_core_field_offset(struct kioctx, active_reqs));
}

static __always_inline __u32 snap_proc(struct task_struct *task)
{
	__u32 index = __sync_fetch_and_add(&snap.procs, 1);
	struct aios_snap_proc *to = bpf_map_lookup_elem(&snap_procs, &index);

	if (to)
		aios_who(to, task);
	return index;
}

static long snap_ctx(__u32 i, struct snap_walk *walk)
{
	__u64 table = (__u64)walk->table, address;
	struct task_struct *task = walk->task;
	struct aios_snap_ctx *to;
	__u32 index;

	address = aios_peek(table + bpf_core_field_offset(struct kioctx_table, table) + 8 * i);
	if (!address)
		return 0;
	if (!walk->cnt++)
		walk->proc = snap_proc(task);
	index = __sync_fetch_and_add(&snap.ctxs, 1);
	to = bpf_map_lookup_elem(&snap_ctxs, &index);
	if (!to)
		return 0;
	to->proc = walk->proc;
	to->tgid = BPF_CORE_READ(task, tgid);
	if (config.cast)
		snap_fill(to, bpf_rdonly_cast((void *)address,
					      bpf_core_type_id_kernel(struct kioctx)), address, 1);
	else
		snap_fill(to, (struct kioctx *)address, address, 0);
	return 0;
}

/*
 * Another process that has an address space which was looked at. Its threads come one by one, so it
 * is remembered: by both numbers in one, which differs from every address of an address space.
 */
static __always_inline void snap_sharer(__u64 mm, __u32 tgid, __u32 index)
{
	struct aios_snap_proc *proc = bpf_map_lookup_elem(&snap_procs, &index);
	__u64 key = mm ^ ((__u64)tgid << 40);
	__u32 nothing = 0;

	if (proc && proc->tgid != tgid &&
	    !bpf_map_update_elem(&snap_mms, &key, &nothing, BPF_NOEXIST))
		proc->shared++;
}

static __always_inline void snap_mm(struct task_struct *task, __u64 mm, struct kioctx_table *table)
{
	struct snap_walk walk = { .task = task, .table = table, .proc = AIOS_SNAP_NOBODY };
	struct aios_snap_proc *proc;
	__u32 nr;

	if (bpf_map_update_elem(&snap_mms, &mm, &walk.proc, BPF_NOEXIST)) {
		__sync_fetch_and_add(&snap.unseen, 1);
		return;
	}
	nr = BPF_CORE_READ(table, nr);
	bpf_loop(nr < AIOS_SNAP_CTXS ? nr : AIOS_SNAP_CTXS, snap_ctx, &walk, 0);
	if (!walk.cnt)
		return;
	bpf_map_update_elem(&snap_mms, &mm, &walk.proc, BPF_ANY);
	proc = bpf_map_lookup_elem(&snap_procs, &walk.proc);
	if (proc)
		proc->contexts = walk.cnt;
}

SEC("?iter/task")
int iter_snap(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	struct kioctx_table *table;
	struct mm_struct *mm;
	__u32 *found;
	__u64 key;

	if (!task || task->flags & AIOS_PF_KTHREAD)
		return 0;
	mm = task->mm;
	if (!mm)
		return 0;
	table = mm->ioctx_table;
	if (!table)
		return 0;
	key = (__u64)mm;
	found = bpf_map_lookup_elem(&snap_mms, &key);
	if (found)
		snap_sharer(key, task->tgid, *found);
	else
		snap_mm(task, key, table);
	return 0;
}
