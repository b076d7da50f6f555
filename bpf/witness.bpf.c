// SPDX-License-Identifier: GPL-2.0-only
/*
 * witness.bpf.c - the functions by which requests really drop what they hold, signal eventfds and
 * wake readers. The whole host passes there, so each finds out fast that it is not concerned.
 *
 * Level exact has those of references by default, level function by --hooks references; the others
 * come with --hooks state. aiocheck asks for all.
 */
#include "birth.h"
#include "ending.h"
#include "filter.h"
#include "stack.h"
#include "state.h"

static __always_inline struct aios_doing *doing_here(void)
{
	return aios_doing(aios_irq_flags(), bpf_get_current_pid_tgid());
}

SEC("?fentry/fput")
int fentry_fput(unsigned long long *ctx)
{
	struct aios_doing *d = doing_here();
	struct aios_ending *e = aios_ending(d);
	__u64 file = ctx[0];

	if (e && e->told.file == file) {
		e->told.file_drops++;
		if (config.look)
			look_after(e);
	} else if (d && d->submitted.kiocb && d->submitted.file == file) {
		d->submitted.file_drops++;
	}
	return 0;
}

SEC("?fentry/eventfd_ctx_put")
int fentry_eventfd_ctx_put(unsigned long long *ctx)
{
	struct aios_doing *d = doing_here();
	struct aios_ending *e = aios_ending(d);
	__u64 eventfd = ctx[0];

	if (e && e->told.eventfd == eventfd)
		e->told.eventfd_drops++;
	else if (d && d->submitted.kiocb && d->submitted.eventfd == eventfd)
		d->submitted.eventfd_drops++;
	return 0;
}

/* Since v5.16 a task that signals an eventfd says so, and is refused to signal another one. */
static __always_inline int signals_already(void)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();

	return bpf_core_field_exists(task->in_eventfd) &&
	       BPF_CORE_READ_BITFIELD_PROBED(task, in_eventfd);
}

static __always_inline void on_signal(__u64 eventfd)
{
	struct aios_ending *e = aios_ending(doing_here());

	if (!e || e->told.eventfd != eventfd)
		return;
	if ((e->told.signals & ~AIOS_SIGNAL_REFUSED) != (__u8)~AIOS_SIGNAL_REFUSED)
		e->told.signals++;
	if (signals_already())
		e->told.signals |= AIOS_SIGNAL_REFUSED;
}

SEC("?fentry/eventfd_signal_mask")
int fentry_eventfd_signal_mask(unsigned long long *ctx)
{
	on_signal(ctx[0]);
	return 0;
}

/* Before v6.8, where it may have the other one inlined. */
SEC("?fentry/eventfd_signal")
int fentry_eventfd_signal(unsigned long long *ctx)
{
	on_signal(ctx[0]);
	return 0;
}

/* Called for the last reference alone; put_cred() itself is inlined. */
SEC("?fentry/__put_cred")
int fentry___put_cred(unsigned long long *ctx)
{
	struct aios_in_work *work;
	struct aios_doing *d;
	__u64 creds = ctx[0];

	if (aios_irq_flags())
		return 0;
	d = doing_of_thread(bpf_get_current_pid_tgid());
	if (!d || !d->creds || d->creds != creds)
		return 0;
	d->creds = 0;
	work = work_of_thread();
	if (work)
		tell_hold(AIOS_EV_REQ_DROP, work->kiocb, work->kctx, creds, AIOS_HOLD_CREDS, 1);
	return 0;
}

static __always_inline __u32 creds_usage(__u64 creds)
{
	return aios_peek32(creds + bpf_core_field_offset(struct cred, usage));
}

/* As whom does a worker write out somebody's file? */
/* A file system that lies on another one calls that one's, as whom it likes. */
static __always_inline struct aios_in_work *fsync_of_work(__u64 file)
{
	struct aios_in_work *work = work_of_thread();

	return work && work->kind == AIOS_WORK_FSYNC && work->file == file ? work : NULL;
}

SEC("?fentry/vfs_fsync")
int fentry_vfs_fsync(unsigned long long *ctx)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct aios_in_work *work = fsync_of_work(ctx[0]);
	struct aio_kiocb *req;
	struct aios_doing *d;
	__u64 want, seen;

	if (!work)
		return 0;
	req = (struct aio_kiocb *)work->kiocb;
	want = (__u64)BPF_CORE_READ(req, fsync.creds);
	seen = (__u64)BPF_CORE_READ(task, cred);
	if (want != seen)
		tell_mismatch(work->kiocb, work->kctx, AIOS_SEEN_FSYNC_CREDS, want, seen);
	d = doing_of_thread(bpf_get_current_pid_tgid());
	if (d && d->creds)
		d->creds_usage = creds_usage(d->creds);
	return 0;
}

/*
 * Will it be seen that the work drops them? Not where the file system holds them as well, so that
 * they go later. Where the submission holds the request still, it may be told to be freed before
 * anybody could say that the drop was missed.
 */
static __always_inline int drop_will_show(struct aios_doing *d, __u64 kiocb)
{
	if (d->creds_usage != creds_usage(d->creds))
		return 0;
	if (!config.preemptible)
		return 1;
	if (kiocb_refs((struct aio_kiocb *)kiocb) != 1)
		return 0;
	d->creds_switches = switches_so_far();
	return !!(witnesses_here(aios_ctl(), 0) & 1 << AIOS_HOLD_CREDS);
}

SEC("?fexit/vfs_fsync")
int fexit_vfs_fsync(unsigned long long *ctx)
{
	struct aios_in_work *work = fsync_of_work(ctx[0]);
	struct aios_doing *d;

	if (!work)
		return 0;
	d = doing_of_thread(bpf_get_current_pid_tgid());
	if (d && d->creds && !drop_will_show(d, work->kiocb))
		drop_unseen(d, work->kiocb, work->kctx);
	return 0;
}

/* All kiocbs come from one cache, which the first one that is freed shows. */
static __u64 kiocb_cache SEC(".bss") = 0;

/* Level function: a submission failed, and destroys its request. */
static __always_inline int free_of_submitted(void *ctx, struct aios_doing *d, __u64 kiocb,
					     __u16 irq, __u64 id)
{
	struct aio_kiocb *req = (struct aio_kiocb *)kiocb;

	if (!d || irq || !kiocb || d->submitted.kiocb != kiocb)
		return 0;
	d->submitted.refs = BPF_CORE_READ(req, ki_refcnt.refs.counter);
	tell_stack(ctx, kiocb, d->submitted.kctx, AIOS_STACK_FREED, STACK_SKIP, irq);
	leave_open(&d->submitted, d->submitted_switches);
	tell_freed(&d->submitted, irq, id);
	d->submitted.kiocb = 0;
	return 1;
}

/* Raw, since BTF knows no type of what is freed: the verifier would not let it be looked at. */
SEC("?raw_tp/kmem_cache_free")
int raw_kmem_cache_free(unsigned long long *ctx)
{
	__u64 cache = ctx[2], known = *(volatile __u64 *)&kiocb_cache, kiocb = ctx[1];
	struct aios_ending *e;
	struct aios_doing *d;
	__u16 irq;
	__u64 id;

	if (known && known != cache)
		return 0;
	irq = aios_irq_flags();
	id = bpf_get_current_pid_tgid();
	d = aios_doing(irq, id);
	e = aios_ending(d);
	if (e && e->told.kiocb == kiocb) {
		tell_stack(ctx, kiocb, e->told.kctx, AIOS_STACK_FREED, STACK_SKIP, irq);
		tell_free(d, e, irq, id);
	} else if (!free_of_submitted(ctx, d, kiocb, irq, id)) {
		return 0;
	}
	*(volatile __u64 *)&kiocb_cache = cache;
	return 0;
}

/*
 * A completion that is about to wake a reader does so before it takes it off the queue: the reader
 * cannot leave until then, and what the waker still looks at is on its stack. Where the lock of the
 * queue spins no other task comes in between.
 */
static __always_inline void waking_begin(struct aios_ring_ctl *ctl, __u32 tid)
{
	if (ctl && bpf_core_field_exists(((struct spinlock *)0)->rlock) &&
	    (witnesses_here(ctl, aios_irq_flags()) & AIOS_WATCH_WAKE))
		*(volatile __u32 *)&ctl->waking = tid;
}

SEC("?fentry/try_to_wake_up")
int fentry_try_to_wake_up(unsigned long long *ctx)
{
	struct aios_ring_ctl *ctl = aios_ctl();
	struct task_struct *task;

	if (!ctl || !*(volatile __u32 *)&ctl->waking)
		return 0;
	task = (struct task_struct *)ctx[0];
	if ((__u32)BPF_CORE_READ(task, pid) == *(volatile __u32 *)&ctl->waking)
		*(volatile __u32 *)&ctl->waking = 0;
	return 0;
}

struct leaving {
	__u32 tid;
	__u32 waker;	/* 1 + CPU */
};

static long look_for_waker(__u32 cpu, struct leaving *leaving)
{
	struct aios_ring_ctl *ctl = bpf_map_lookup_elem(&ring_ctl, &cpu);

	if (!ctl || *(volatile __u32 *)&ctl->waking != leaving->tid)
		return 0;
	leaving->waker = cpu + 1;
	return 1;
}

/* The same for a reader that goes: is there one that has not woken it yet, and will? */
SEC("?fexit/read_events")
int fexit_leaving(unsigned long long *ctx)
{
	struct leaving leaving = { .tid = (__u32)bpf_get_current_pid_tgid() };
	__u64 kctx = ctx[0];

	if (!aios_ctx_chosen(kctx))
		return 0;
	bpf_loop(config.cpus, look_for_waker, &leaving, 0);
	if (leaving.waker)
		tell_mismatch(0, kctx, AIOS_SEEN_WAKER, 0, leaving.waker);
	return 0;
}

/* --- mremap() of a ring */

struct ring_owner {
	struct kioctx_table *table;
	struct file *file;
	struct kioctx *kctx;
};

#define TABLE_MAX	(1 << 16)

static long look_for_owner(__u32 i, struct ring_owner *owner)
{
	struct kioctx *kctx = (struct kioctx *)aios_peek((__u64)owner->table +
		bpf_core_field_offset(struct kioctx_table, table) + i * sizeof(kctx));

	if (!kctx || BPF_CORE_READ(kctx, aio_ring_file) != owner->file)
		return 0;
	owner->kctx = kctx;
	return 1;
}

static long look_at_traced(void *map, __u64 *kctx, __u32 *tgid, struct ring_owner *owner)
{
	struct kioctx *of = (struct kioctx *)*kctx;

	if (BPF_CORE_READ(of, aio_ring_file) != owner->file)
		return 0;
	owner->kctx = of;
	return 1;
}

/*
 * The context of this process that has the file: aio_ring_mremap() looks no further, either. One
 * without contexts, which has its mapping from a fork, moves that of another process.
 */
static __always_inline struct kioctx *kctx_of_file(struct vm_area_struct *vma)
{
	struct kioctx_table *table = BPF_CORE_READ(vma, vm_mm, ioctx_table);
	struct ring_owner owner = { .table = table, .file = BPF_CORE_READ(vma, vm_file) };
	__u32 nr = table ? BPF_CORE_READ(table, nr) : 0;

	bpf_loop(nr < TABLE_MAX ? nr : TABLE_MAX, look_for_owner, &owner, 0);
	if (!table)
		bpf_for_each_map_elem(&ctxs, look_at_traced, &owner, 0);
	return owner.kctx;
}

/*
 * The file of a ring knows its context as long as that lives: put_aio_ring_file(). Where pages of
 * rings do not move, there is no need for that.
 */
static __always_inline struct kioctx *kctx_of_ring(struct vm_area_struct *vma)
{
	struct address_space *mapping = BPF_CORE_READ(vma, vm_file, f_mapping);
	struct address_space___private *old = (void *)mapping;

	if (aios_ring_is_whole())
		return kctx_of_file(vma);
	if (bpf_core_field_exists(mapping->i_private_data))
		return BPF_CORE_READ(mapping, i_private_data);
	return BPF_CORE_READ(old, private_data);
}

static __always_inline void tell_mremap(aios_call_t call, __u16 type, const int direct)
{
	struct vm_area_struct *vma = (struct vm_area_struct *)call->a[0];
	struct kioctx *kctx = kctx_of_ring(vma);
	struct aios_mremap *body;
	struct aios_out out;
	__u64 start = BPF_CORE_READ(vma, vm_start), id;

	if (!kctx || !aios_ctx_chosen((__u64)kctx))
		return;
	body = aios_emit_task(&out, type, sizeof(*body), AIOS_FLAG(direct));
	if (!body)
		return;
	body->kctx = (__u64)kctx;
	body->start = start;
	body->has_table = !!BPF_CORE_READ(vma, vm_mm, ioctx_table);
	body->ret = type == AIOS_EV_MREMAP_END ? (__s32)call->ret : 0;
	aios_emit_end(&out);
	id = BPF_CORE_READ(kctx, user_id);
	if (type == AIOS_EV_MREMAP_END && !call->ret && id != start)
		tell_mismatch(0, (__u64)kctx, AIOS_SEEN_MOVED, start, id);
}

static __always_inline void on_mremap(aios_call_t call, const int direct)
{
	tell_mremap(call, AIOS_EV_MREMAP_BEGIN, direct);
}

static __always_inline void on_mremap_end(aios_call_t call, const int direct)
{
	tell_mremap(call, AIOS_EV_MREMAP_END, direct);
}

AIOS_ENTRY(aio_ring_mremap, 1, on_mremap)
AIOS_EXIT(aio_ring_mremap, 1, on_mremap_end)
