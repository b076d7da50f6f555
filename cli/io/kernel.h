/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kernel.h - what the running kernel has: asked of the kernel, never told from its version.
 */
#ifndef AIOS_KERNEL_H
#define AIOS_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../lib/err.h"

/**
 * struct aios_kernel - facts about the running kernel
 * @functions: functions that BTF knows, sorted; owned with its strings
 * @tracepoints: raw tracepoints that BTF knows, sorted
 * @symbols: functions of kallsyms that the plan asks for, sorted
 * @has_btf: /sys/kernel/btf/vmlinux could be read
 * @preemptible: a task can be preempted in the kernel
 * @active_count: struct bpf_prog has a per-CPU count of its runs, an int
 * @vmemmap_base: addresses of variables, 0 where kallsyms hides them; so are the next ones
 */
struct aios_kernel {
	char **functions;
	size_t function_cnt;
	char **tracepoints;
	size_t tracepoint_cnt;
	char **symbols;
	size_t symbol_cnt;
	bool has_btf;
	bool preemptible;
	bool active_count;
	uint64_t vmemmap_base;
	uint64_t page_offset_base;
	uint64_t per_cpu_offset;
	uint64_t poll_queue_proc;
	uint64_t complete_rw;
};

/**
 * aios_kernel_ask() - reads BTF and kallsyms
 * @ret: overwritten; free with aios_kernel_done()
 * @wanted: is this function name of interest to the plan?
 *
 * Return: 0 or -ENOMEM. What cannot be read is missing in @ret, which the plan then says.
 */
int aios_kernel_ask(struct aios_kernel *ret, bool (*wanted)(const char *name));
void aios_kernel_done(struct aios_kernel *kernel);

bool aios_kernel_has_function(const struct aios_kernel *kernel, const char *name);
bool aios_kernel_has_tracepoint(const struct aios_kernel *kernel, const char *name);

/**
 * aios_kernel_symbol() - the symbol under which a function can be probed
 * @kernel: facts
 * @name: of the function in the source
 *
 * The compiler may have made a copy for constant arguments, "name.constprop.0": it leaves out
 * arguments at the end at most in the functions that the plan knows.
 *
 * Return: the name in kallsyms, owned by @kernel, or NULL.
 */
const char *aios_kernel_symbol(const struct aios_kernel *kernel, const char *name);

#endif /* AIOS_KERNEL_H */
