/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * emit.h - how a program writes a record. The protocol is in <aioscope/ring.h>.
 *
 *	struct aios_out out;
 *	struct aios_ctx_ref0 *body = aios_emit_begin(&out, AIOS_EV_CTX_REQS0, sizeof(*body), 0);
 *
 *	if (!body)
 *		return;
 *	body->kctx = ...;
 *	aios_emit_end(&out);
 */
#ifndef AIOS_BPF_EMIT_H
#define AIOS_BPF_EMIT_H

#include "maps.h"

/**
 * struct aios_out - a record that is being written
 * @slot: where
 * @pos: its place
 * @waiting: records in the ring before it
 * @index: of the slot among all
 */
struct aios_out {
	struct aios_slot *slot;
	__u64 pos;
	__u64 waiting;
	__u32 index;
};

/*
 * include/linux/preempt.h: bit 8 of the count is set while a soft interrupt is served, bits
 * 16-19 count hard interrupts, bits 20-23 NMIs. The same on every kernel since v5.1.
 */
static __always_inline __u16 aios_irq_flags(void)
{
	__u32 count;

	if (&__preempt_count) {
		const int *p = bpf_this_cpu_ptr(&__preempt_count);

		count = *p;
	} else if (&pcpu_hot) {
		const struct pcpu_hot *hot = bpf_this_cpu_ptr(&pcpu_hot);

		count = hot->preempt_count;
	} else {
		return AIOS_F_NOIRQ;
	}
	if (count & 0x00ff0000)
		return AIOS_F_HARDIRQ;
	return count & 0x00000100 ? AIOS_F_SOFTIRQ : 0;
}

/* Not all hooks are there yet, or the trace is over. */
static __always_inline int aios_stopped(void)
{
	return *(volatile __u32 *)&control.stopped;
}

/*
 * A compare-and-swap whose caller compares. Told what was found the compiler asks the processor
 * whether it worked, for which BPF has no word: that takes four instructions more than to compare.
 */
static __always_inline __u64 aios_swap(__u64 *at, __u64 want, __u64 value)
{
	__u64 found = __sync_val_compare_and_swap(at, want, value);

	asm volatile("" : "+r"(found));
	return found;
}

/*
 * Takes the next place of this CPU's ring. An interrupting program can take it first, so a few
 * tries are made; that all of them are interrupted is counted like a full ring.
 */
static __always_inline int aios_take(struct aios_ring_ctl *ctl, struct aios_out *out)
{
	__u64 want = *(volatile __u64 *)&ctl->pos;

#pragma unroll
	for (int i = 0; i < 4; i++) {
		__u64 found;

		out->waiting = want - *(volatile __u64 *)&ctl->tail;
		if (out->waiting > config.slots_mask)
			break;
		found = aios_swap(&ctl->pos, want, want + 1);
		out->pos = want;
		if (found == want)
			return 0;
		want = found;
	}
	__sync_fetch_and_add(&ctl->dropped, 1);
	return -1;
}

/* Apart from what is done for every record, whose registers it would take. */
static __noinline int aios_ring_bell(__u64 waiting)
{
	__u32 nothing = 0;

	if (waiting == config.bell || waiting == config.bell + config.bell / 2)
		bpf_ringbuf_output(&bell, &nothing, sizeof(nothing), BPF_RB_FORCE_WAKEUP);
	return 0;
}

/* The slot of a place of this CPU's ring. */
static __always_inline struct aios_slot *aios_slot_at(const struct aios_ring_ctl *ctl, __u64 pos)
{
	__u32 index = ctl->first + ((__u32)pos & config.slots_mask);

	return bpf_map_lookup_elem(&ring_slots, &index);
}

/**
 * aios_emit_as() - aios_emit_on() where it is known who runs
 * @ctl: what aios_ctl() returned, here on this CPU
 * @out: state for aios_emit_end()
 * @type: enum aios_type
 * @size: bytes of the body
 * @flags: AIOS_F_*
 * @id: what bpf_get_current_pid_tgid() returned
 *
 * Return: the body, uninitialised, or NULL where the ring is full, which was counted, or where the
 * trace is over.
 */
static __always_inline void *aios_emit_as(struct aios_ring_ctl *ctl, struct aios_out *out,
					  __u16 type, __u16 size, __u16 flags, __u64 id)
{
	__u64 dropped;
	__u32 index;

	if (!ctl || aios_stopped())
		return NULL;
	dropped = *(volatile __u64 *)&ctl->dropped;
	if (aios_take(ctl, out))
		return NULL;
	index = ctl->first + ((__u32)out->pos & config.slots_mask);
	out->index = index;
	out->slot = bpf_map_lookup_elem(&ring_slots, &index);
	if (!out->slot)
		return NULL;
	/* The reader sleeps a while where nothing presses: until half of a ring, and once more. */
	if (out->waiting >= config.bell)
		aios_ring_bell(out->waiting);
	out->slot->rec.h.type = type;
	out->slot->rec.h.len = sizeof(struct aios_hdr) + size;
	out->slot->rec.h.cpu = bpf_get_smp_processor_id();
	out->slot->rec.h.flags = flags;
	out->slot->rec.h.tgid = id >> 32;
	out->slot->rec.h.tid = (__u32)id;
	out->slot->rec.h.seq = out->pos + dropped;
	out->slot->rec.h.time_ns = bpf_ktime_get_ns();
	return out->slot->rec.body;
}

/**
 * aios_emit_on() - aios_emit_task() where the CPU's state was looked up before
 * @ctl: what aios_ctl() returned, here on this CPU
 * @out: state for aios_emit_end()
 * @type: enum aios_type
 * @size: bytes of the body
 * @flags: AIOS_F_*
 *
 * Return: as aios_emit_as().
 */
static __always_inline void *aios_emit_on(struct aios_ring_ctl *ctl, struct aios_out *out,
					  __u16 type, __u16 size, __u16 flags)
{
	return aios_emit_as(ctl, out, type, size, flags, bpf_get_current_pid_tgid());
}

/**
 * aios_emit_task() - aios_emit_begin() for a hook that always runs in a task, as system calls do
 * @out: state for aios_emit_end()
 * @type: enum aios_type
 * @size: bytes of the body
 * @flags: AIOS_F_*
 *
 * Needs nothing of the kernel's types.
 *
 * Return: as aios_emit_as().
 */
static __always_inline void *aios_emit_task(struct aios_out *out, __u16 type, __u16 size,
					    __u16 flags)
{
	return aios_emit_on(aios_ctl(), out, type, size, flags);
}

/**
 * aios_emit_begin() - reserves a record and fills in its header
 * @out: state for aios_emit_end()
 * @type: enum aios_type
 * @size: bytes of the body
 * @flags: AIOS_F_KPROBE or 0
 *
 * Return: as aios_emit_as().
 */
static __always_inline void *aios_emit_begin(struct aios_out *out, __u16 type, __u16 size,
					     __u16 flags)
{
	return aios_emit_task(out, type, size, flags | aios_irq_flags());
}

/* The exchange orders the record before its commit on every architecture. */
static __always_inline void aios_emit_end(struct aios_out *out)
{
	__sync_lock_test_and_set(&out->slot->commit, out->pos + 1);
}

/* Where a record is that was written, for who may come back to it. */
static __always_inline void aios_place_of(struct aios_place *ret, const struct aios_out *out)
{
	ret->commit = out->pos + 1;
	ret->index = out->index;
}

/**
 * aios_add_begin() - comes back to a record, to tell with it what happened since
 * @place: which; forgotten, as this works once at most
 * @after: nanoseconds since the record
 *
 * Only as long as the reader has not taken the record, on its CPU, and for four seconds.
 *
 * Return: its slot, for aios_add_end(), or NULL where a record of its own has to tell.
 */
static __always_inline struct aios_slot *aios_add_begin(struct aios_place *place, __u32 *after)
{
	__u64 commit = place->commit, ns;
	struct aios_slot *slot;

	place->commit = 0;
	if (!commit || aios_stopped())
		return NULL;
	slot = bpf_map_lookup_elem(&ring_slots, &place->index);
	if (!slot || slot->rec.h.cpu != bpf_get_smp_processor_id() ||
	    aios_swap(&slot->commit, commit, commit | AIOS_COMMIT_BUSY) != commit)
		return NULL;
	ns = bpf_ktime_get_ns() - slot->rec.h.time_ns;
	*after = ns;
	if (ns - 1 < 0xffffffff)
		return slot;
	__sync_lock_test_and_set(&slot->commit, commit);
	return NULL;
}

/* The counterpart: whoever reads it from now on reads all of it. */
static __always_inline void aios_add_end(struct aios_slot *slot)
{
	__sync_lock_test_and_set(&slot->commit, slot->commit & ~AIOS_COMMIT_BUSY);
}

#endif /* AIOS_BPF_EMIT_H */
