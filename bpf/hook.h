/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hook.h - one body, several ways to attach it.
 *
 * A hook is a function of the kernel, its entry or its exit, and a body. From one line come a
 * program for fentry or fexit and its stand-ins by kprobe and kretprobe; none is loaded unless
 * the attach plan chose it. A kretprobe no longer has the arguments, so its kprobe keeps them.
 *
 * The body is told by @direct, a constant, whether its pointers are the verifier's own (plain
 * loads, nothing to pay) or mere numbers that have to be read through a helper.
 */
#ifndef AIOS_BPF_HOOK_H
#define AIOS_BPF_HOOK_H

#include "maps.h"

/**
 * struct aios_call - a call of a kernel function
 * @a: its arguments, as far as hooks use them
 * @ret: what it returned, at its exit
 * @ctx: of the program
 */
struct aios_call {
	__u64 a[5];
	__s64 ret;
	void *ctx;
};

typedef const struct aios_call *aios_call_t;

/* READ_FIELD(direct, pointer, field): a field of a kernel structure. */
#define READ_FIELD(direct, p, field)	((direct) ? (p)->field : BPF_CORE_READ(p, field))

/* Of an argument of type bool nothing but the lowest byte is defined (x86-64 psABI, 3.2.3). */
static __always_inline int aios_bool(__u64 arg)
{
	return (__u8)arg;
}

#define AIOS_FLAG(direct)	((direct) ? 0 : AIOS_F_KPROBE)

/* The first N arguments; the verifier refuses to read more than the function has. */
#define AIOS_ARGS_1(c)	{ c[0] }
#define AIOS_ARGS_2(c)	{ c[0], c[1] }
#define AIOS_ARGS_3(c)	{ c[0], c[1], c[2] }
#define AIOS_ARGS_4(c)	{ c[0], c[1], c[2], c[3] }
#define AIOS_ARGS_5(c)	{ c[0], c[1], c[2], c[3], c[4] }

#define AIOS_REGS(c)							\
	{ PT_REGS_PARM1(c), PT_REGS_PARM2(c), PT_REGS_PARM3(c),		\
	  PT_REGS_PARM4(c), PT_REGS_PARM5(c) }

/* Of one function there can be several: their programs are named after @name. */
#define AIOS_ENTRY_AS(name, function, nargs, body)			\
SEC("?fentry/" #function)						\
int fentry_##name(unsigned long long *ctx)				\
{									\
	struct aios_call call = {					\
		.a = AIOS_ARGS_##nargs(ctx),				\
		.ctx = ctx,						\
	};								\
	body(&call, 1);							\
	return 0;							\
}									\
SEC("?kprobe/" #function)						\
int kentry_##name(struct pt_regs *ctx)					\
{									\
	struct aios_call call = { .a = AIOS_REGS(ctx), .ctx = ctx };	\
	body(&call, 0);							\
	return 0;							\
}

#define AIOS_ENTRY(function, nargs, body)				\
	AIOS_ENTRY_AS(function, function, nargs, body)

/*
 * An argument, and what the function returned, as mere numbers: the verifier lets nobody reckon
 * with pointers.
 */
static __always_inline __u64 aios_number(aios_call_t call, __u32 nr, const int direct)
{
	__u64 arg = 0;

	if (!direct)
		return call->a[nr];
	bpf_get_func_arg(call->ctx, nr, &arg);
	return arg;
}

/* An argument, loaded where this stands. */
static __always_inline __u64 aios_late(aios_call_t call, __u32 nr, const int direct)
{
	return direct ? *(volatile __u64 *)((__u64 *)call->ctx + nr) : call->a[nr];
}

static __always_inline __u64 aios_ret_number(aios_call_t call, const int direct)
{
	__u64 ret = 0;

	if (!direct)
		return call->ret;
	bpf_get_func_ret(call->ctx, &ret);
	return ret;
}

/*
 * Arguments of a system call. The wrapper that is hooked gets the registers as user space left
 * them: rdi, rsi, rdx, r10, r8 for 64-bit callers, ebx, ecx, edx, esi, edi for 32-bit ones. The
 * layout of struct pt_regs is part of the ABI to user space (linux/ptrace.h).
 */
static __always_inline __u64 aios_sys_arg(aios_call_t call, __u32 nr, const int direct)
{
	struct pt_regs *regs = (struct pt_regs *)call->a[0], copy;

	if (direct)
		return nr == 0 ? regs->rdi : nr == 1 ? regs->rsi : regs->rdx;
	if (bpf_probe_read_kernel(&copy, sizeof(copy), regs))
		return 0;
	return nr == 0 ? copy.rdi : nr == 1 ? copy.rsi : copy.rdx;
}

static __always_inline __u32 aios_sys_arg32(aios_call_t call, __u32 nr, const int direct)
{
	struct pt_regs *regs = (struct pt_regs *)call->a[0], copy;

	if (direct)
		return nr == 0 ? regs->rbx : nr == 1 ? regs->rcx : regs->rdx;
	if (bpf_probe_read_kernel(&copy, sizeof(copy), regs))
		return 0;
	return nr == 0 ? copy.rbx : nr == 1 ? copy.rcx : copy.rdx;
}

/* One call of a function at a time and thread: none of the hooked ones calls itself. */
static __always_inline struct aios_stash_key aios_stash_key(void *ctx)
{
	struct aios_stash_key key = {
		.ip = bpf_get_func_ip(ctx),
		.tid = (__u32)bpf_get_current_pid_tgid(),
	};

	return key;
}

static __always_inline void aios_stash_put(struct pt_regs *ctx)
{
	struct aios_stash_key key = aios_stash_key(ctx);
	struct aios_stash args = { .a = AIOS_REGS(ctx) };

	if (bpf_map_update_elem(&stash, &key, &args, BPF_ANY))
		__sync_fetch_and_add(&stats.work_full, 1);
}

static __always_inline int aios_stash_take(struct pt_regs *ctx, struct aios_call *call)
{
	struct aios_stash_key key = aios_stash_key(ctx);
	struct aios_stash *args = bpf_map_lookup_elem(&stash, &key);

	if (!args)
		return 0;
	__builtin_memcpy(call->a, args->a, sizeof(call->a));
	call->ret = PT_REGS_RC(ctx);
	bpf_map_delete_elem(&stash, &key);
	return 1;
}

#define AIOS_EXIT_PROBES(name, function, body)				\
SEC("?kprobe/" #function)						\
int kargs_##name(struct pt_regs *ctx)					\
{									\
	aios_stash_put(ctx);						\
	return 0;							\
}									\
SEC("?kretprobe/" #function)						\
int kexit_##name(struct pt_regs *ctx)					\
{									\
	struct aios_call call = {};					\
	if (aios_stash_take(ctx, &call))				\
		body(&call, 0);						\
	return 0;							\
}

#define AIOS_EXIT_AS(name, function, nargs, body)			\
SEC("?fexit/" #function)						\
int fexit_##name(unsigned long long *ctx)				\
{									\
	struct aios_call call = {					\
		.a = AIOS_ARGS_##nargs(ctx),				\
		.ret = ctx[nargs],					\
		.ctx = ctx,						\
	};								\
	body(&call, 1);							\
	return 0;							\
}									\
AIOS_EXIT_PROBES(name, function, body)

#define AIOS_EXIT(function, nargs, body)				\
	AIOS_EXIT_AS(function, function, nargs, body)

/* For functions that return nothing: there is no value to read. */
#define AIOS_EXIT_VOID(function, nargs, body)				\
SEC("?fexit/" #function)						\
int fexit_##function(unsigned long long *ctx)				\
{									\
	struct aios_call call = { .a = AIOS_ARGS_##nargs(ctx) };	\
	body(&call, 1);							\
	return 0;							\
}									\
AIOS_EXIT_PROBES(function, function, body)

#endif /* AIOS_BPF_HOOK_H */
