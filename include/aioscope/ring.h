/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ring.h - how records cross from the kernel to the tool, and what the tool tells the
 * programs before they are loaded.
 *
 * Two arrays that both sides map. @ring_ctl has one struct aios_ring_ctl a CPU, @ring_slots
 * has nr_slots (a power of two) struct aios_slot a CPU: slot P of CPU C is element
 * C * nr_slots + P % nr_slots.
 *
 * Writer, on its own CPU, interrupted only by other writers of that CPU:
 *	dropped = ctl.dropped
 *	take P = ctl.pos by compare-and-swap if P - ctl.tail < nr_slots; else ++ctl.dropped, stop
 *	fill in the record; its seq is P + dropped
 *	slot.commit = P + 1
 * @dropped is read before the place is taken: a writer that interrupts this one later takes
 * a later place and reads a count at least as high, so that numbers rise with places, and a
 * jump between two neighbours is just what was refused between them.
 *
 * Who wrote of a birth comes back to it when the submission returns or (level exact) a reference is
 * dropped, who wrote of a completion (level exact) when the request is freed, unless the reader was
 * there:
 *	slot.commit = P + 1 | AIOS_COMMIT_BUSY by compare-and-swap
 *	add what happened; where the swap failed, it is a record of its own
 *	slot.commit = P + 1
 *
 * Reader: consumes places in order while slot.commit == P + 1, then moves ctl.tail. What can be
 * added to (AIOS_EV_REQ_BIRTH, REQ_BORN, REQ_END) it takes by setting AIOS_COMMIT_TAKEN by
 * compare-and-swap. It must not go past a place that is
 * taken but not committed: its writer was interrupted. Because time is read after the place is
 * taken, a reader that notes the time T and then reads every ring up to the position found after
 * T has all records older than T.
 */
#ifndef AIOSCOPE_RING_H
#define AIOSCOPE_RING_H

#include <aioscope/record.h>

#define AIOS_COMMIT_TAKEN	(1ULL << 62)	/* the reader has come: the writer stays away */
#define AIOS_COMMIT_BUSY	(1ULL << 63)	/* the writer has come back */

/**
 * struct aios_slot - one record on its way
 * @commit: 1 + the position of the record that lies here, complete; AIOS_COMMIT_*
 */
struct aios_slot {
	__u64 commit;
	struct aios_rec rec;
};

/*
 * Two hooks for one completion. The kernel does not run a program that interrupts itself on a CPU,
 * and a read or write that completes in an interrupt may well interrupt another one's completion.
 * But it passes two hooks, aio_complete_rw and then aio_complete, and the kernel's own count says
 * whether a program is at work on this CPU. So the first one writes the record where it sees that
 * the second one will be skipped. A skipped call of one for which the other one stood in is
 * covered: nothing was lost by it.
 */

/**
 * struct aios_ring_ctl - what a CPU has of its own: the state of its ring, writer's and reader's
 * lines apart, and what it had last, which most often is what it has next
 * @pos: places taken so far
 * @dropped: records refused so far for want of a place
 * @percpu: offset of this CPU's copy of per-CPU variables
 * @covered_complete: skipped calls of aio_complete for which aio_complete_rw stood in
 * @covered_done: skipped calls of aio_complete_rw that aio_complete has seen
 * @uiocb: of the newest birth: lets the end of a submission tell that its request was seen
 * @pid_tgid: of the newest birth
 * @birth: its place in the ring
 * @kctx: a context that is traced, 0 while this is being written
 * @epoch: struct aios_control.epoch when that was looked up
 * @first: index of this CPU's first slot
 * @waking: thread that a completion here is about to wake, 0 for none
 * @tail: places the reader has given back
 */
struct aios_ring_ctl {
	__u64 pos;
	__u64 dropped;
	__u64 percpu;
	__u64 covered_complete;
	__u64 covered_done;
	__u64 uiocb;
	__u64 pid_tgid;
	__u64 birth;
	__u64 kctx;
	__u64 epoch;
	__u32 first;
	__u32 waking;
	__u64 pad1[5];
	__u64 tail;
	__u64 pad2[7];
};

AIOS_SIZE(aios_slot, 128);
AIOS_SIZE(aios_ring_ctl, 192);
AIOS_AT(aios_ring_ctl, tail, 128);

/* Which contexts are traced; several bits must all hold. */
#define AIOS_BY_PROCESS	0x1	/* owner is in the map of processes */
#define AIOS_BY_COMM	0x2	/* owner's command name is struct aios_config.comm */
#define AIOS_BY_CGROUP	0x4	/* owner is in the cgroup, or below it */

#define AIOS_SUBMITTING	8192	/* places for threads inside of io_submit, a power of two */
#define AIOS_BLOCKS	65536	/* requests whose bios are watched: fs.aio-max-nr's default */
#define AIOS_EVENTFDS	16384	/* eventfds that are watched while they are open */

/* What a bio of a request calls when it is done, which tells where the request is found. */
enum aios_end_io {
	AIOS_END_IOMAP,		/* iomap_dio_bio_end_io(): most file systems */
	AIOS_END_DIO,		/* dio_bio_end_aio(): file systems of fs/direct-io.c */
	AIOS_END_BLKDEV,	/* blkdev_bio_end_io(): block devices, more than one bio */
	AIOS_END_BLKDEV_ONE,	/* blkdev_bio_end_io_async(): a single one */
	AIOS_END_CHAIN,		/* bio_chain_endio(): a piece of another bio */
	AIOS_END_CNT
};

/* Whose system calls the raw tracepoints are to tell of; see bpf/calls.bpf.c. */
#define AIOS_RAW_64	0x1	/* 64-bit callers, where single calls have no tracepoints */
#define AIOS_RAW_32	0x2	/* 32-bit callers, which those do not show */

/**
 * struct aios_config - constants of a run, known before the programs are verified
 * @filter: AIOS_BY_*, 0 traces everything
 * @slots_mask: slots of a CPU - 1
 * @bell: so many records in a ring wake the reader, and so many and a half
 * @exact: evidence level exact
 * @cgroup: id of the cgroup for AIOS_BY_CGROUP
 * @cpus: possible CPUs
 * @preemptible: a task can be preempted in the kernel, and so in one of our programs
 * @stand_in: the kernel's counts of running programs can be read (see struct aios_bases)
 * @self: the tool, for programs that cannot find that out (evidence level syscall)
 * @comm: for AIOS_BY_COMM, NUL padded
 * @vmemmap_base: address of the kernel's variable of that name, 0 where it is hidden or there
 *	is none; so are the next ones
 * @raw_calls: AIOS_RAW_*
 * @locked: lockdown keeps programs from reading the kernel's memory
 * @newtask_pid: where tracepoint task_newtask has its field pid
 * @newtask_flags: where it has clone_flags
 * @free_pid: where tracepoint sched_process_free has its field pid
 * @cast: the kernel has bpf_rdonly_cast(); see bpf/peek.h
 * @look: see whether requests are as they have to be: bpf/state.h
 * @stacks: tell by way of which functions requests are taken, complete and are freed: bpf/stack.h
 * @fsync_work: address of the kernel's function aio_fsync_work()
 * @blocked_over: tell by way of which functions threads sleep within io_submit for so long, in ns;
 *	0 where they are not watched
 * @end_io: addresses of functions, by enum aios_end_io; 0 where the kernel has none
 * @block: tell what the block layer does for requests
 * @top_bits: contexts that are counted apart, as a power of two; 0 where nothing is counted
 * @top_shift: 32 less that
 * @snap_ctxs: contexts that a look at all of them has room for
 * @snap_procs: processes likewise
 */
struct aios_config {
	__u32 filter;
	__u32 slots_mask;
	__u32 bell;
	__u32 exact;
	__u64 cgroup;
	__u32 cpus;
	__u32 preemptible;
	__u32 stand_in;
	__u32 self;
	char comm[AIOS_COMM_LEN];
	__u64 vmemmap_base;
	__u64 page_offset_base;
	__u64 per_cpu_offset;
	__u64 poll_queue_proc;
	__u64 poll_wake;
	__u64 complete_rw;
	__u64 fsync_work;
	__u64 blocked_over;
	__u64 end_io[AIOS_END_CNT];
	__u32 raw_calls;
	__u32 locked;
	__u32 newtask_pid;
	__u32 newtask_flags;
	__u32 free_pid;
	__u32 cast;
	__u32 look;
	__u32 stacks;
	__u32 top_bits;
	__u32 snap_ctxs;
	__u32 snap_procs;
	__u32 top_shift;
	__u32 block;
	__u32 reserved;
};

/**
 * struct aios_control - what the tool tells the programs while they run
 * @stopped: write nothing: not all hooks are there yet, or the trace is over. Attaching and
 *	detaching take the kernel seconds, the beginning and the end of a trace are moments
 * @complete_id: number of the program on aio_complete, 0 for none
 * @done_id: number of the program on aio_complete_rw, 0 for none
 * @epoch: the programs' own: how often a context stopped being traced
 */
struct aios_control {
	__u32 stopped;
	__u32 complete_id;
	__u32 done_id;
	__u32 reserved;
	__u64 epoch;
};

/**
 * struct aios_bases - where things are in the kernel, found once before the first hook
 * @pages: where the array of struct page begins
 * @direct_map: where the direct mapping of physical memory begins
 * @complete_active: per-CPU count of the program on aio_complete that is at work; 0 for none
 * @done_active: the same for aio_complete_rw
 * @pid_ns: the tool's pid namespace
 * @pid_level: how deep that lies: 0 for the initial one, which sees all processes
 * @self: the tool's own process, never traced
 */
struct aios_bases {
	__u64 pages;
	__u64 direct_map;
	__u64 complete_active;
	__u64 done_active;
	__u64 pid_ns;
	__u32 pid_level;
	__u32 self;
};

/**
 * struct aios_listed - a process that the tool can see
 * @tgid: as records have it: its number in the initial pid namespace
 * @pid: as the tool calls it: its number in the tool's pid namespace
 * @parent: @tgid of its parent
 */
struct aios_listed {
	__u32 tgid;
	__u32 pid;
	__u32 parent;
};

/**
 * struct aios_kernel_stats - what went wrong inside the kernel, apart from full rings
 * @ctx_full: contexts that found no place in the map of contexts and are not traced
 * @proc_full: processes that found no place in the map of processes
 * @work_full: work items whose end cannot be told, and calls whose arguments cannot
 * @nr_added: what contexts of anybody were made for since the programs were attached
 * @nr_taken: of contexts of anybody that were killed since
 */
struct aios_kernel_stats {
	__u64 ctx_full;
	__u64 proc_full;
	__u64 work_full;
	__u64 nr_added;
	__u64 nr_taken;
};

#endif /* AIOSCOPE_RING_H */
