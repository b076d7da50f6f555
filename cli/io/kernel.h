/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kernel.h - what the running kernel has: asked of the kernel, never told from its version.
 */
#ifndef AIOS_KERNEL_H
#define AIOS_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <aioscope/ring.h>

#include "../lib/err.h"
#include "wants.h"

/**
 * struct aios_kernel - facts about the running kernel
 * @functions: functions that BTF knows, sorted; owned with its strings
 * @tracepoints: raw tracepoints that BTF knows, sorted
 * @symbols: functions of kallsyms that the plan asks for, sorted
 * @has_btf: /sys/kernel/btf/vmlinux could be read
 * @ftrace_off: kernel.ftrace_enabled is 0: hooks of functions can be attached and are never called
 * @preemptible: a task can be preempted in the kernel
 * @active_count: struct bpf_prog has a per-CPU count of its runs, an int
 * @cast: programs may call an address a structure: bpf_rdonly_cast()
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
	bool ftrace_off;
	bool preemptible;
	bool active_count;
	bool cast;
	uint64_t vmemmap_base;
	uint64_t page_offset_base;
	uint64_t per_cpu_offset;
	uint64_t poll_queue_proc;
	uint64_t poll_wake;
	uint64_t complete_rw;
	uint64_t fsync_work;
	uint64_t end_io[AIOS_END_CNT];
};

/**
 * aios_kernel_ask() - reads BTF and kallsyms
 * @ret: overwritten; free with aios_kernel_done()
 * @wants: adds the functions that are of interest; NULL for none
 *
 * Return: 0 or -ENOMEM. What cannot be read is missing in @ret, which the plan then says.
 */
int aios_kernel_ask(struct aios_kernel *ret, int (*wants)(struct aios_wants *wants));
void aios_kernel_done(struct aios_kernel *kernel);

bool aios_kernel_has_function(const struct aios_kernel *kernel, const char *name);
bool aios_kernel_has_tracepoint(const struct aios_kernel *kernel, const char *name);

/**
 * aios_kernel_has_event() - can a program be attached to a tracepoint by its name in tracefs?
 * @kernel: facts
 * @name: "syscalls/sys_enter_io_submit"
 * Return: whether tracefs is there, may be read, and has it.
 */
bool aios_kernel_has_event(const struct aios_kernel *kernel, const char *name);

/**
 * aios_kernel_event_field() - where a tracepoint's record has a field
 * @kernel: facts
 * @name: of the tracepoint, as for aios_kernel_has_event()
 * @field: its name
 * Return: offset in bytes, 0 where there is no such field.
 */
unsigned int aios_kernel_event_field(const struct aios_kernel *kernel, const char *name,
				     const char *field);

/**
 * aios_kernel_has_raw() - can a program be attached to a raw tracepoint? Found out by doing it.
 * @kernel: facts
 * @name: "sys_enter"
 * Return: whether it can, or could with the privilege, which loading asks for as well.
 */
bool aios_kernel_has_raw(const struct aios_kernel *kernel, const char *name);

/**
 * aios_kernel_functions() - goes through the functions of the kernel and its modules, in no order
 * @each: gets address and name, of modules' functions a tab and "[module]" behind that; returns 0
 *	or a negative errno, which ends it
 * @arg: for @each
 * Return: what @each returned. Addresses that are hidden are 0.
 */
int aios_kernel_functions(int (*each)(void *arg, uint64_t address, const char *name), void *arg);

/**
 * aios_kernel_locked() - does lockdown keep BPF from reading the kernel's memory?
 * Return: whether it does.
 */
bool aios_kernel_locked(void);

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
