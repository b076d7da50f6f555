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

const volatile struct aios_config config SEC(".rodata") = {};
const volatile __u32 watched SEC(".rodata") = 0;
struct aios_witness witnesses[AIOS_WITNESSES] SEC(".bss") = {};
struct aios_kernel_stats stats SEC(".bss") = {};
struct aios_bases bases SEC(".bss") = {};
struct aios_control control SEC(".bss") = {};
