/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * peek.h - the kernel's memory by address, where the verifier has no type that reaches there.
 *
 * Since v6.2 a program may call any address a structure, and loads from it cost what loads cost
 * (a wrong address reads as 0). Before, each read is a call of a helper, nine times as expensive.
 */
#ifndef AIOS_BPF_PEEK_H
#define AIOS_BPF_PEEK_H

#include "maps.h"

/* Of the same address and type it makes the same: what is not used need not be asked for. */
extern void *bpf_rdonly_cast(void *address, __u32 type) __ksym __weak __attribute__((const));

/* Structures that begin with a word, or half a one, on every kernel that has native AIO. */
#define AIOS_AS_WORD	bpf_core_type_id_kernel(struct io_event)
#define AIOS_AS_HALF	bpf_core_type_id_kernel(struct aio_ring)

/**
 * aios_peek() - a word of the kernel's memory
 * @address: where
 * Return: the word, 0 where there is no memory.
 */
static __always_inline __u64 aios_peek(__u64 address)
{
	if (config.cast) {
		return *(__u64 *)bpf_rdonly_cast((void *)address, AIOS_AS_WORD);
	} else {
		__u64 word = 0;

		bpf_probe_read_kernel(&word, sizeof(word), (void *)address);
		return word;
	}
}

/**
 * aios_peek32() - half a word of the kernel's memory
 * @address: where
 * Return: as aios_peek().
 */
static __always_inline __u32 aios_peek32(__u64 address)
{
	if (config.cast) {
		return *(__u32 *)bpf_rdonly_cast((void *)address, AIOS_AS_HALF);
	} else {
		__u32 half = 0;

		bpf_probe_read_kernel(&half, sizeof(half), (void *)address);
		return half;
	}
}

/**
 * aios_cpu_offset() - what makes a per-CPU address one of a CPU
 * @cpu: its number
 * Return: what to add; only where config.per_cpu_offset is known.
 */
static __always_inline __u64 aios_cpu_offset(__u32 cpu)
{
	return aios_peek(config.per_cpu_offset + cpu * sizeof(__u64));
}

#endif /* AIOS_BPF_PEEK_H */
