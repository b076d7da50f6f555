/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * stack.h - by way of which functions a request is taken, completes and is freed (--stacks).
 */
#ifndef AIOS_BPF_STACK_H
#define AIOS_BPF_STACK_H

#include "emit.h"

/*
 * Frames above the function that is hooked, which are ours: tell_the_stack(), the program, and what
 * calls it, a trampoline or bpf_trace_run(). A kprobe has the registers of the function itself.
 */
#define STACK_SKIP		3
#define STACK_SKIP_OF(direct)	((direct) ? STACK_SKIP : 0)

static __always_inline void stack_fill(struct aios_stack *body, const __u64 *frames, __u32 count)
{
	body->ip = frames[0];
	body->count = count;
#pragma unroll
	for (__u32 i = 1; i < AIOS_STACK_FRAMES; i++)
		body->more[i - 1] = i < count ? frames[i] - frames[0] : 0;
}

/* Apart from its callers, whose own stack has no room for the frames as well. */
static __noinline int tell_the_stack(void *ctx, __u64 kiocb, __u64 kctx, __u32 what_flags,
				     __u64 skip)
{
	__u64 frames[AIOS_STACK_FRAMES];
	long bytes = bpf_get_stack(ctx, frames, sizeof(frames), skip);
	struct aios_stack *body;
	struct aios_out out;

	if (bytes < (long)sizeof(frames[0]))
		return 0;
	body = aios_emit_task(&out, AIOS_EV_STACK, sizeof(*body), what_flags >> 16);
	if (!body)
		return 0;
	body->kiocb = kiocb;
	body->kctx = kctx;
	body->what = what_flags;
	stack_fill(body, frames, bytes / sizeof(frames[0]));
	aios_emit_end(&out);
	return 0;
}

/**
 * tell_stack() - writes AIOS_EV_STACK, if that is wanted
 * @ctx: of the program
 * @kiocb: whose
 * @kctx: its context
 * @what: enum aios_stack_what
 * @skip: STACK_SKIP, or STACK_SKIP_OF() a hook
 * @flags: AIOS_F_*
 *
 * Where the stack cannot be had, as in an interrupt of the third degree, nothing is told.
 */
static __always_inline void tell_stack(void *ctx, __u64 kiocb, __u64 kctx, __u16 what,
				       const __u64 skip, __u16 flags)
{
	if (config.stacks)
		tell_the_stack(ctx, kiocb, kctx, what | (__u32)flags << 16, skip);
}

#endif /* AIOS_BPF_STACK_H */
