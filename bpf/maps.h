/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * maps.h - what the programs share. Defined in maps.bpf.c, joined by the linker.
 */
#ifndef AIOS_BPF_MAPS_H
#define AIOS_BPF_MAPS_H

#include <aioscope/exact.h>
#include <aioscope/ring.h>
#include <aioscope/top.h>
#include "kernel.h"

#define AIOS_MAX_CONTEXTS	65536	/* fs.aio-max-nr's default: each context counts 1 or more */
#define AIOS_MAX_PROCESSES	65536
#define AIOS_MAX_WORKS		4096
#define AIOS_FILE_CACHE_BITS	12

/**
 * struct aios_in_work - what a worker thread is doing
 * @creds: the worker's own credentials, where it is looked at the kernel's state
 */
struct aios_in_work {
	__u64 kiocb;
	__u64 kctx;
	__u64 file;
	__u64 creds;
	__u32 kind;
	__u32 reserved;
};

/**
 * struct aios_to_kill - contexts that a thread has to kill before it goes on
 * @mm: it ends this address space; AIOS_IN_SETUP for io_setup(), which made one; AIOS_IN_DESTROY
 *	for io_destroy(), which has killed one
 * @left: those that are alive, all in one by exclusive or: the last one is known by it
 * @traced: one of them that is traced
 * @killed: the last one that was killed
 * @cnt: how many
 * @sure: no kill can be missed
 */
struct aios_to_kill {
	__u64 mm;
	__u64 left;
	__u64 traced;
	__u64 killed;
	__u32 cnt;
	__u32 sure;
};

#define AIOS_IN_SETUP	1
#define AIOS_IN_DESTROY	2

/**
 * struct aios_stash_key - a call of a hooked function that has not returned
 */
struct aios_stash_key {
	__u64 ip;
	__u32 tid;
	__u32 reserved;
};

/**
 * struct aios_stash - its arguments, kept for its kretprobe
 */
struct aios_stash {
	__u64 a[5];
};

/**
 * struct aios_told - a file whose name was told
 */
struct aios_told {
	__u64 file;
	__u64 dentry;
	__u64 hash;
};

/**
 * struct aios_place - a record that was written, for who comes back to it
 * @commit: its slot's, 0 for none
 * @index: of its slot among all
 */
struct aios_place {
	__u64 commit;
	__u32 index;
	__u32 reserved;
};

/**
 * struct aios_ending - a request that is being destroyed
 * @told: what will be told of its end, so far
 * @place: its completion
 * @switches: how often the task had been switched out when it was asked what is watched
 * @ns: level function: when its completion began, 0 where the ring will not be looked at
 * @head, @tail: the ring's, then
 */
struct aios_ending {
	struct aios_req_free told;
	struct aios_place place;
	__u64 switches;
	__u64 ns;
	__u32 head;
	__u32 tail;
};

#define AIOS_ENDING		2	/* requests that can end within each other: bpf/doing.h */

/**
 * struct aios_writing - a write to a regular file that ends: bpf/state.h
 * @kiocb: its request, 0 for none
 * @kctx: its context
 * @count: address of this CPU's count of the writers of the file system
 * @switches: how often the task had been switched out
 * @was: the count then
 */
struct aios_writing {
	__u64 kiocb;
	__u64 kctx;
	__u64 count;
	__u64 switches;
	__u32 was;
	__u32 cpu;
};

/**
 * struct aios_doing - what a thread, or an interrupt of a CPU, is in the middle of
 * @tid: whose this is
 * @untold: @ask has not been told
 * @failed: the birth of the submission that fails was told
 * @party: 1 + who dropped the last reference of @last
 * @ask: the request that is being submitted; its kiocb is 0 for none
 * @birth: where that was told
 * @epoch: struct aios_control.epoch when its context was seen to be traced
 * @ended: a request whose operation ended here while somebody else held it, for its put
 * @ended_kctx: its context
 * @creds: credentials that the fsync work is about to drop, and nobody else holds
 * @creds_usage: references of those while they are in use
 * @creds_switches: how often the task had been switched out when they were not in use any more
 * @result_of: a request whose file system said what became of it, and that has not completed; 0 for
 *	none
 * @result: what it said
 * @ending: requests that are being destroyed
 * @endings: of them
 * @submitted: level function: what would be told if the submission that is under way failed
 * @submitted_switches: how often the task had been switched out when it began
 * @writing: a write that ends
 */
struct aios_doing {
	__u32 tid;
	__u8 untold;
	__u8 failed;
	__u8 party;
	__u8 endings;
	struct aios_iocb ask;
	struct aios_place birth;
	__u64 epoch;
	__u64 last;
	__u64 ended;
	__u64 ended_kctx;
	__u64 creds;
	__u32 creds_usage;
	__u32 reserved;
	__u64 creds_switches;
	__u64 result_of;
	__s64 result;
	struct aios_ending ending[AIOS_ENDING];
	struct aios_req_free submitted;
	__u64 submitted_switches;
	struct aios_writing writing;
};

/**
 * struct aios_top_call - a call of io_submit or read_events that has not returned
 * @tid: whose
 * @ns: when it began
 * @slept: how often the thread had been switched out of its own will
 * @ran_ns: for how long it had run, to a tick
 * @kctx: the context that io_submit was called for in this place before
 */
struct aios_top_call {
	__u64 tid;
	__u64 ns;
	__u64 slept;
	__u64 ran_ns;
	__u64 kctx;
};

/**
 * struct aios_submitting - a thread that is inside of io_submit
 * @id: what bpf_get_current_pid_tgid() returns there; 0 where nobody is
 * @from_ns: when it left its CPU, 0 while it runs
 * @woken_ns: when it was woken last
 * @how: AIOS_SLEEP_*
 * @compat: a 32-bit program
 * @kernel: frames of the kernel by way of which it left
 * @user: frames of the program
 * @kernel_flags: AIOS_FRAMES_*
 * @user_flags: the same
 * @ips: both: the program's begin at AIOS_FRAMES_KERNEL_MAX
 */
struct aios_submitting {
	__u64 id;
	__u64 from_ns;
	__u64 woken_ns;
	__u32 how;
	__u32 compat;
	__u16 kernel;
	__u16 user;
	__u16 kernel_flags;
	__u16 user_flags;
	__u64 ips[AIOS_FRAMES_KERNEL_MAX + AIOS_FRAMES_USER_MAX];
};

/**
 * struct aios_bios - the bios of a request so far
 * @queued_ns: when the first one was queued
 * @issued_ns: when a driver was first given a piece of one, 0 if none was
 * @done_ns: when a device was last through with one, 0 if none was
 * @queued: bytes
 * @issued: bytes that drivers were given and have not handed back undone
 * @done: bytes
 * @bios: how many were queued
 */
struct aios_bios {
	__u64 queued_ns;
	__u64 issued_ns;
	__u64 done_ns;
	__u64 queued;
	__u64 issued;
	__u64 done;
	__u64 bios;
};

/**
 * struct aios_notified - who has the kernel signal an eventfd
 * @tgid: the process that gave it
 * @fd: by this number
 */
struct aios_notified {
	__u32 tgid;
	__s32 fd;
};

#define AIOS_ARRAY(value_type, entries, map_flag)	\
	struct {					\
		__uint(type, BPF_MAP_TYPE_ARRAY);	\
		__uint(map_flags, map_flag);		\
		__uint(max_entries, entries);		\
		__type(key, __u32);			\
		__type(value, value_type);		\
	}

#define AIOS_HASH(key_type, value_type, entries)	\
	struct {					\
		__uint(type, BPF_MAP_TYPE_HASH);	\
		__uint(max_entries, entries);		\
		__type(key, key_type);			\
		__type(value, value_type);		\
	}

typedef AIOS_ARRAY(struct aios_slot, 1, BPF_F_MMAPABLE) aios_slots_map;
typedef AIOS_ARRAY(struct aios_ring_ctl, 1, BPF_F_MMAPABLE) aios_ctl_map;
typedef AIOS_ARRAY(struct aios_told, 1 << AIOS_FILE_CACHE_BITS, 0) aios_files_map;
typedef AIOS_HASH(__u64, __u32, AIOS_MAX_CONTEXTS) aios_ctxs_map;
typedef AIOS_HASH(__u32, __u32, AIOS_MAX_PROCESSES) aios_procs_map;
typedef AIOS_HASH(__u32, struct aios_in_work, AIOS_MAX_WORKS) aios_works_map;
typedef AIOS_HASH(__u32, struct aios_to_kill, AIOS_MAX_WORKS) aios_kills_map;
typedef AIOS_HASH(struct aios_stash_key, struct aios_stash, AIOS_MAX_WORKS) aios_stash_map;
typedef AIOS_ARRAY(struct aios_doing, 1, 0) aios_doing_map;
typedef AIOS_ARRAY(struct aios_top_slot, 1, BPF_F_MMAPABLE) aios_top_slots_map;
typedef AIOS_ARRAY(struct aios_top_call, 1, 0) aios_top_calls_map;
typedef AIOS_ARRAY(struct aios_snap_ctx, 1, BPF_F_MMAPABLE) aios_snap_ctxs_map;
typedef AIOS_ARRAY(struct aios_snap_proc, 1, BPF_F_MMAPABLE) aios_snap_procs_map;
typedef AIOS_HASH(__u64, __u32, 1) aios_snap_mms_map;
typedef AIOS_ARRAY(struct aios_submitting, 1, 0) aios_submitting_map;
typedef AIOS_HASH(__u64, struct aios_bios, 1) aios_blocks_map;
typedef AIOS_HASH(__u64, struct aios_notified, 1) aios_eventfds_map;
typedef struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} aios_bell_map;

/* Sized by the loader: entries of ring_slots and ring_ctl depend on CPUs and --buffer. */
extern aios_slots_map ring_slots SEC(".maps");
extern aios_ctl_map ring_ctl SEC(".maps");

/* Files whose names were told; see name.h. */
extern aios_files_map files SEC(".maps");

/* kioctx -> owner's tgid; holds the traced contexts only. */
extern aios_ctxs_map ctxs SEC(".maps");

/* tgid -> AIOS_P_*. The loader puts the first ones in. */
extern aios_procs_map procs SEC(".maps");

/* tid of a worker -> the request it works on. */
extern aios_works_map works SEC(".maps");

/* tid -> contexts that it has to kill. */
extern aios_kills_map kills SEC(".maps");

/* Call of a hooked function -> arguments, where kretprobes replace fexit. */
extern aios_stash_map stash SEC(".maps");

/* Wakes the reader before a ring is full; carries nothing. */
extern aios_bell_map bell SEC(".maps");

/* By thread and by interrupt of a CPU; sized by the loader where something is watched. */
extern aios_doing_map doing SEC(".maps");

/* What aiotop counts, by context; place 0 is of those that found none. See aioscope/top.h. */
extern aios_top_slots_map top_slots SEC(".maps");

/* Calls that are under way, by thread: direct-mapped, the newer one stays. Sized by the loader. */
extern aios_top_calls_map top_calls SEC(".maps");

/* A look at all contexts, and how it goes. */
extern aios_snap_ctxs_map snap_ctxs SEC(".maps");
extern aios_snap_procs_map snap_procs SEC(".maps");
extern struct aios_snap_head snap SEC(".bss");

/* Address space -> index of its process, of this look; the tool empties it. */
extern aios_snap_mms_map snap_mms SEC(".maps");

/* By the number of the thread, modulo AIOS_SUBMITTING; sized by the loader where it is used. */
extern aios_submitting_map submitting SEC(".maps");

/* kiocb -> its bios; sized by the loader where they are watched. */
extern aios_blocks_map blocks SEC(".maps");

/* eventfd context -> who has it signalled; sized by the loader where that is watched. */
extern aios_eventfds_map eventfds SEC(".maps");

/* When requests began; see aioscope/top.h. No map, as looking up in one costs 15 instructions. */
extern struct aios_top_set top_starts[1 << AIOS_TOP_STARTS_BITS] SEC(".bss");

/* What aiotop counts of the first context that comes to each place: likewise. */
extern struct aios_top_slot top_near[AIOS_TOP_NEAR] SEC(".bss");

/* What the tool asks the program top_ask. */
extern struct aios_top_asked top_asked SEC(".bss");

/* By CPU; of more CPUs some share. */
extern struct aios_top_cpu top_cpus[AIOS_TOP_CPUS] SEC(".bss");

/* What aiotop counts of the host. */
extern struct aios_top_host_counts top_host SEC(".bss");

/* Which functions that drop references are hooked: AIOS_WATCH_*, 1 << enum aios_hold_what. */
extern const volatile __u32 watched SEC(".rodata");

/* The programs on them, by bit of @watched. */
extern struct aios_witness witnesses[AIOS_WITNESSES] SEC(".bss");

extern const volatile struct aios_config config SEC(".rodata");
extern struct aios_kernel_stats stats SEC(".bss");
extern struct aios_bases bases SEC(".bss");
extern struct aios_control control SEC(".bss");

/* What this CPU has of its own. */
static __always_inline struct aios_ring_ctl *aios_ctl(void)
{
	__u32 cpu = bpf_get_smp_processor_id();

	return bpf_map_lookup_elem(&ring_ctl, &cpu);
}

#endif /* AIOS_BPF_MAPS_H */
