/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * maps.h - what the programs share. Defined in maps.bpf.c, joined by the linker.
 */
#ifndef AIOS_BPF_MAPS_H
#define AIOS_BPF_MAPS_H

#include <aioscope/ring.h>
#include "kernel.h"

#define AIOS_MAX_CONTEXTS	65536	/* fs.aio-max-nr's default: each context counts 1 or more */
#define AIOS_MAX_PROCESSES	65536
#define AIOS_MAX_WORKS		4096
#define AIOS_FILE_CACHE_BITS	12

/**
 * struct aios_in_work - what a worker thread is doing
 */
struct aios_in_work {
	__u64 kiocb;
	__u64 kctx;
	__u64 file;
	__u32 kind;
	__u32 reserved;
};

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
typedef AIOS_HASH(struct aios_stash_key, struct aios_stash, AIOS_MAX_WORKS) aios_stash_map;
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

/* Call of a hooked function -> arguments, where kretprobes replace fexit. */
extern aios_stash_map stash SEC(".maps");

/* Wakes the reader before a ring is full; carries nothing. */
extern aios_bell_map bell SEC(".maps");

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
