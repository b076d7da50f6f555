// SPDX-License-Identifier: GPL-2.0-only
/*
 * sleep.bpf.c - when threads do not run while they are inside of io_submit, and why.
 *
 * The scheduler's hooks are passed by every thread of the host. For nearly all of them two looks
 * into an array are all there is to it.
 *
 * By way of whom a thread goes to sleep can only be seen when it does; for how long, when it runs
 * again. So the stack is kept in between, and told if the sleep was long.
 */
#include "emit.h"
#include "filter.h"
#include "hook.h"
#include "sleep.h"

/* Frames above the kernel's own: the program, and what calls it for a tracepoint. */
#define SLEEP_SKIP	3

/* What a return address and the frame pointer below it look like on a program's stack. */
struct user_frame {
	__u64 next;
	__u64 ret;
};

/*
 * Adds frame by frame. A chain that ends in 0 has come to where its thread began; the kernel sees
 * to that (x86-64 psABI, 3.4.1), and so do C libraries for other threads.
 */
static __always_inline void user_chain(struct aios_submitting *s, __u64 fp)
{
	struct user_frame frame = {};
	__u32 i;

	for (i = 2; i < AIOS_FRAMES_USER_MAX; i++) {
		if (!fp || bpf_probe_read_user(&frame, sizeof(frame), (void *)fp) || !frame.ret)
			break;
		s->ips[AIOS_FRAMES_KERNEL_MAX + i] = frame.ret;
		/* Stacks grow downwards: callers are further up. */
		fp = frame.next > fp ? frame.next : frame.next ? 1 : 0;
	}
	s->user = i;
	if (fp && i == AIOS_FRAMES_USER_MAX)
		s->user_flags |= AIOS_FRAMES_FULL;
	else if (fp || i == 2)
		s->user_flags |= AIOS_FRAMES_BROKEN;
}

/*
 * The program's frames. Apart from the rest, whose stack has no room for its registers. Of 32-bit
 * programs the innermost one is all that is told.
 */
static __noinline int user_frames(struct aios_submitting *s)
{
	struct pt_regs regs = {};
	void *at;

	if (!s)
		return 0;
	at = (void *)bpf_task_pt_regs(bpf_get_current_task_btf());
	if (bpf_probe_read_kernel(&regs, sizeof(regs), at))
		return 0;
	s->ips[AIOS_FRAMES_KERNEL_MAX] = PT_REGS_IP(&regs);
	s->user = 1;
	s->user_flags = AIOS_FRAMES_BROKEN;
	if (s->compat || bpf_probe_read_user(&s->ips[AIOS_FRAMES_KERNEL_MAX + 1], sizeof(__u64),
					     (void *)PT_REGS_SP(&regs)))
		return 0;
	s->user_flags = AIOS_FRAMES_TOP;
	user_chain(s, PT_REGS_FP(&regs));
	return 0;
}

static __always_inline void kernel_frames(void *ctx, struct aios_submitting *s)
{
	long bytes = bpf_get_stack(ctx, s->ips, AIOS_FRAMES_KERNEL_MAX * sizeof(__u64), SLEEP_SKIP);

	s->kernel = bytes > 0 ? bytes / sizeof(__u64) : 0;
	s->kernel_flags = s->kernel == AIOS_FRAMES_KERNEL_MAX ? AIOS_FRAMES_FULL : 0;
}

static __always_inline __u32 sleeps_how(struct task_struct *task, int preempted, __u32 state)
{
	if (preempted || !(state & AIOS_SLEEP_STATE))
		return AIOS_SLEEP_PREEMPTED;
	return (state & AIOS_SLEEP_STATE) |
	       (BPF_CORE_READ_BITFIELD_PROBED(task, in_iowait) ? AIOS_SLEEP_IOWAIT : 0);
}

/* A thread that is inside of io_submit leaves its CPU, which is this one. */
static __always_inline void leaves(void *ctx, struct aios_submitting *s, __u32 how)
{
	s->from_ns = bpf_ktime_get_ns();
	s->how = how;
	s->kernel = s->user = 0;
	s->kernel_flags = s->user_flags = 0;
	if (how == AIOS_SLEEP_PREEMPTED)
		return;
	kernel_frames(ctx, s);
	user_frames(s);
}

/* A piece of a stack: AIOS_FRAMES_PIECE frames from the one at @at on, those of @of first. */
static __noinline int tell_frames(struct aios_submitting *s, __u32 of, __u32 first)
{
	__u32 at = of == AIOS_FRAMES_USER ? AIOS_FRAMES_KERNEL_MAX + first : first, cnt;
	struct aios_frames *body;
	struct aios_out out;

	if (!s || at > AIOS_FRAMES_KERNEL_MAX + AIOS_FRAMES_USER_MAX - AIOS_FRAMES_PIECE)
		return 0;
	cnt = of == AIOS_FRAMES_USER ? s->user : s->kernel;
	if (first >= cnt)
		return 0;
	body = aios_emit_as(aios_ctl(), &out, AIOS_EV_FRAMES, sizeof(*body), 0, s->id);
	if (!body)
		return 0;
	cnt -= first;
	body->of = of;
	body->first = first;
	body->count = cnt > AIOS_FRAMES_PIECE ? AIOS_FRAMES_PIECE : cnt;
	body->flags = of == AIOS_FRAMES_USER ? s->user_flags : s->kernel_flags;
	body->reserved = 0;
#pragma unroll
	for (__u32 i = 0; i < AIOS_FRAMES_PIECE; i++)
		body->ip[i] = i < cnt ? s->ips[at + i] : 0;
	aios_emit_end(&out);
	return 0;
}

static __always_inline void tell_stacks(struct aios_submitting *s)
{
	for (__u32 i = 0; i < AIOS_FRAMES_KERNEL_MAX; i += AIOS_FRAMES_PIECE)
		tell_frames(s, AIOS_FRAMES_KERNEL, i);
	for (__u32 i = 0; i < AIOS_FRAMES_USER_MAX; i += AIOS_FRAMES_PIECE)
		tell_frames(s, AIOS_FRAMES_USER, i);
}

/*
 * ... and is about to run again, on this CPU. It can have been woken before it left: it was going
 * to sleep, and until it had left nobody counts.
 */
static __always_inline void runs_again(struct aios_submitting *s)
{
	__u64 now_ns = bpf_ktime_get_ns(), woken_ns = s->woken_ns;
	struct aios_sleep *body;
	struct aios_out out;
	int told;

	if (!s->from_ns)
		return;
	if (woken_ns < s->from_ns)
		woken_ns = 0;
	told = s->how != AIOS_SLEEP_PREEMPTED &&
	       (woken_ns ? : now_ns) - s->from_ns >= config.blocked_over;
	if (told)
		tell_stacks(s);
	body = aios_emit_as(aios_ctl(), &out, AIOS_EV_SLEEP, sizeof(*body), 0, s->id);
	if (body) {
		body->from_ns = s->from_ns;
		body->woken_ns = woken_ns;
		body->how = s->how;
		body->kernel = told ? s->kernel : 0;
		body->user = told ? s->user : 0;
		aios_emit_end(&out);
	}
	s->from_ns = s->woken_ns = 0;
}

/* Who preempts, who leaves, who comes, and the state of who leaves as the scheduler saw it. */
SEC("?tp_btf/sched_switch")
int tp_sched_switch(unsigned long long *ctx)
{
	struct task_struct *prev = (struct task_struct *)ctx[1];
	struct task_struct *next = (struct task_struct *)ctx[2];
	struct aios_submitting *s = submitting_of(prev->pid);

	if (s)
		leaves(ctx, s, sleeps_how(prev, aios_bool(ctx[0]), ctx[3]));
	s = submitting_of(next->pid);
	if (s)
		runs_again(s);
	return 0;
}

SEC("?tp_btf/sched_waking")
int tp_sched_waking(unsigned long long *ctx)
{
	struct task_struct *task = (struct task_struct *)ctx[0];
	struct aios_submitting *s = submitting_of(task->pid);

	if (s)
		s->woken_ns = bpf_ktime_get_ns();
	return 0;
}

/* Where a process's addresses are can be seen as long as it is there: the tool has to come soon. */
static __always_inline void call_for_images(__u32 tgid)
{
	__u32 *flags = bpf_map_lookup_elem(&procs, &tgid), nothing = 0;

	if (!flags || *flags & AIOS_P_IMAGES)
		return;
	__sync_fetch_and_or(flags, AIOS_P_IMAGES);
	bpf_ringbuf_output(&bell, &nothing, sizeof(nothing), BPF_RB_FORCE_WAKEUP);
}

static __always_inline void submit_begins(__u64 user_id, __s64 nr, int compat, const int direct)
{
	__u64 id = bpf_get_current_pid_tgid();
	__u32 index = (__u32)id & (AIOS_SUBMITTING - 1);
	struct aios_submitting *s = bpf_map_lookup_elem(&submitting, &index);
	struct aios_submit_begin *body;
	struct aios_out out;

	if (!s || (s->id && s->id != id) || !aios_current_chosen())
		return;
	body = aios_emit_begin(&out, AIOS_EV_SUBMIT_BEGIN, sizeof(*body), AIOS_FLAG(direct));
	if (!body)
		return;
	body->user_id = user_id;
	body->nr = nr;
	aios_emit_end(&out);
	s->from_ns = s->woken_ns = 0;
	s->compat = compat;
	s->id = id;
	call_for_images(id >> 32);
}

static __always_inline void on_submit_begins(aios_call_t call, const int direct)
{
	submit_begins(aios_sys_arg(call, 0, direct), aios_sys_arg(call, 1, direct), 0, direct);
}

static __always_inline void on_submit_begins32(aios_call_t call, const int direct)
{
	submit_begins(aios_sys_arg32(call, 0, direct), (__s32)aios_sys_arg32(call, 1, direct), 1,
		      direct);
}

AIOS_ENTRY(__x64_sys_io_submit, 1, on_submit_begins)
AIOS_ENTRY(__ia32_compat_sys_io_submit, 1, on_submit_begins32)
