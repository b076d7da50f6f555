// SPDX-License-Identifier: GPL-2.0-only
/*
 * prepare.bpf.c - run by the loader before anything is attached: finds out where things are that
 * do not move any more.
 */
#include "maps.h"

static long prepare_cpu(__u32 cpu, void *unused)
{
	struct aios_ring_ctl *ctl = bpf_map_lookup_elem(&ring_ctl, &cpu);

	if (ctl && config.per_cpu_offset)
		bpf_probe_read_kernel(&ctl->percpu, sizeof(ctl->percpu),
				      (void *)(config.per_cpu_offset + cpu * sizeof(__u64)));
	return 0;
}

SEC("?raw_tp")
int prepare(void *ctx)
{
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
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
