/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * percpu.h - what a context counts on each CPU apart, added up.
 */
#ifndef AIOS_BPF_PERCPU_H
#define AIOS_BPF_PERCPU_H

#include "peek.h"

/**
 * struct aios_per_cpu - two sums over all CPUs
 * @refs: per-CPU address of the references, 0 where they are counted in one place
 * @slots: per-CPU address of the slots that CPUs keep for themselves
 * @ref_sum: of the first
 * @slot_sum: of the second
 */
struct aios_per_cpu {
	__u64 refs;
	__u64 slots;
	__u64 ref_sum;
	__u32 slot_sum;
};

static long aios_per_cpu_add(__u32 cpu, struct aios_per_cpu *sums)
{
	__u64 offset = aios_cpu_offset(cpu);

	sums->slot_sum += aios_peek32(sums->slots + offset);
	if (sums->refs)
		sums->ref_sum += aios_peek(sums->refs + offset);
	return 0;
}

/**
 * struct aios_held - what a context has given out
 * @alive: requests that hold a reference of it
 * @free_cpus: slots that CPUs keep for themselves
 */
struct aios_held {
	__u32 alive;
	__u32 free_cpus;
};

/**
 * aios_held() - adds up what CPUs count apart, while they go on counting
 * @kctx: whose; a number, as the verifier forbids to calculate with pointers of the kernel
 * @ret: overwritten; both are AIOS_UNKNOWN32 where addresses of kernel symbols are hidden
 *
 * ctx->reqs holds one reference a request and two of the context's own. In per-CPU mode (bits 0
 * and 1 of the pointer clear) the common count is biased by 2^63, see
 * include/linux/percpu-refcount.h.
 *
 * A function of its own, as those who ask have little stack left.
 */
static __noinline int aios_held(__u64 kctx, struct aios_held *ret)
{
	__u64 refs = aios_peek(kctx + bpf_core_field_offset(struct kioctx, reqs.percpu_count_ptr));
	__u64 data = aios_peek(kctx + bpf_core_field_offset(struct kioctx, reqs.data));
	__u64 cpu = aios_peek(kctx + bpf_core_field_offset(struct kioctx, cpu));
	__u64 count = aios_peek(data + bpf_core_field_offset(struct percpu_ref_data, count));
	struct aios_per_cpu sums = {
		.refs = refs & 3 ? 0 : refs,
		.slots = cpu + bpf_core_field_offset(struct kioctx_cpu, reqs_available),
	};

	ret->alive = ret->free_cpus = AIOS_UNKNOWN32;
	if (!config.per_cpu_offset)
		return 0;
	bpf_loop(config.cpus, aios_per_cpu_add, &sums, 0);
	if (sums.refs)
		count += sums.ref_sum - (1ULL << 63);
	ret->alive = count < 2 ? 0 : count - 2;
	ret->free_cpus = sums.slot_sum;
	return 0;
}

#endif /* AIOS_BPF_PERCPU_H */
