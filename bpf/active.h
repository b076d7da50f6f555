/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * active.h - which programs will the kernel skip here? It runs none within itself on a CPU.
 */
#ifndef AIOS_BPF_ACTIVE_H
#define AIOS_BPF_ACTIVE_H

#include "maps.h"
#include "peek.h"

/*
 * Can a program of ours be in the middle of something on this CPU, so that the kernel will skip it
 * until we are through? A task can only find that where it can be preempted.
 */
static __always_inline int may_be_active(__u16 irq_flags)
{
	return config.stand_in &&
	       (config.preemptible || (irq_flags & (AIOS_F_SOFTIRQ | AIOS_F_HARDIRQ)));
}

/* Is it the one whose count is at @active? */
static __always_inline int is_active(const struct aios_ring_ctl *ctl, __u64 active)
{
	return ctl && active && aios_peek32(active + ctl->percpu);
}

/*
 * Which of the programs that watch something will be run here? One that is in the middle of
 * something on this CPU is skipped, as they often are: all of the host passes there.
 */
static __always_inline __u16 witnesses_here(const struct aios_ring_ctl *ctl, __u16 irq)
{
	__u16 here = watched & AIOS_WITNESSED;

	if (!may_be_active(irq))
		return here;
	for (int i = 0; i < AIOS_WITNESSES; i++)
		if (is_active(ctl, witnesses[i].active))
			here &= ~(1 << i);
	return here;
}

/* How often was whoever runs here switched out? An interrupt never is, and finds the same. */
static __always_inline __u64 switches_so_far(void)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();

	return BPF_CORE_READ(task, nvcsw) + BPF_CORE_READ(task, nivcsw);
}

/**
 * may_have_missed() - can one of the witnesses that were to be run here have been skipped since?
 * @switches: switches_so_far(), as it was before they were asked for by witnesses_here()
 *
 * Only a task that was switched out comes to run where another one was stopped within a program.
 * The kernel runs raw tracepoints without preemption, so none of their programs is meant.
 */
static __always_inline int may_have_missed(__u64 switches)
{
	return config.preemptible && switches != switches_so_far();
}

#endif /* AIOS_BPF_ACTIVE_H */
