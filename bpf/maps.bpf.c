// SPDX-License-Identifier: GPL-2.0-only
/*
 * maps.bpf.c - the one place where maps, constants and globals are defined.
 */
#include "maps.h"

aios_slots_map ring_slots SEC(".maps");
aios_ctl_map ring_ctl SEC(".maps");
aios_files_map files SEC(".maps");
aios_ctxs_map ctxs SEC(".maps");
aios_procs_map procs SEC(".maps");
aios_works_map works SEC(".maps");
aios_kills_map kills SEC(".maps");
aios_stash_map stash SEC(".maps");
aios_bell_map bell SEC(".maps");
aios_doing_map doing SEC(".maps");
aios_top_slots_map top_slots SEC(".maps");
aios_top_calls_map top_calls SEC(".maps");
aios_snap_ctxs_map snap_ctxs SEC(".maps");
aios_snap_procs_map snap_procs SEC(".maps");
aios_snap_mms_map snap_mms SEC(".maps");
aios_submitting_map submitting SEC(".maps");
aios_blocks_map blocks SEC(".maps");
aios_eventfds_map eventfds SEC(".maps");

const volatile struct aios_config config SEC(".rodata") = {};
const volatile __u32 watched SEC(".rodata") = 0;
struct aios_witness witnesses[AIOS_WITNESSES] SEC(".bss") = {};
struct aios_kernel_stats stats SEC(".bss") = {};
struct aios_bases bases SEC(".bss") = {};
struct aios_control control SEC(".bss") = {};
struct aios_snap_head snap SEC(".bss") = {};
struct aios_top_host_counts top_host SEC(".bss") = {};
struct aios_top_set top_starts[1 << AIOS_TOP_STARTS_BITS] SEC(".bss") = {};
struct aios_top_slot top_near[AIOS_TOP_NEAR] SEC(".bss") = {};
/* Before v6.5 no value of a map may be larger, and all of .bss is one. */
_Static_assert(sizeof(top_starts) + sizeof(top_near) < 31 << 17, ".bss fits into 4 MB");
struct aios_top_asked top_asked SEC(".bss") = {};
struct aios_top_cpu top_cpus[AIOS_TOP_CPUS] SEC(".bss") = {};
