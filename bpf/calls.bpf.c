// SPDX-License-Identifier: GPL-2.0-only
/*
 * calls.bpf.c - evidence level syscall: what programs ask of native AIO, and what they are told.
 *
 * For kernels where no function can be hooked. An object of its own, since it has to load where
 * the kernel has no BTF: it uses none of the kernel's types and symbols, only helpers, the system
 * call tracepoints' own layout and struct pt_regs, which are ABI.
 *
 * A system call is told when it returns, by its caller; its arguments are kept from its entry.
 * Two ways lead here: the tracepoints of single system calls, which do not fire for 32-bit
 * callers, and the raw ones that fire for every call of the host.
 */
#include "emit.h"
#include "filter.h"

#define AIOS_MAX_CALLS	65536	/* threads inside of a call at a time */

enum call_nr {
	CALL_NONE,
	CALL_IO_SETUP,
	CALL_IO_DESTROY,
	CALL_IO_SUBMIT,
	CALL_IO_CANCEL,
	CALL_IO_GETEVENTS,
	CALL_IO_PGETEVENTS,
};

/**
 * struct call - a system call that has not returned
 * @a: its first arguments
 * @begin_ns: when it was entered, 0 where that was not seen
 * @nr: enum call_nr
 * @compat: 1 for a 32-bit caller
 * @raw: 1 where the raw tracepoints tell of it
 */
struct call {
	__u64 a[3];
	__u64 begin_ns;
	__u32 nr;
	__u16 compat;
	__u16 raw;
};

typedef AIOS_HASH(__u32, struct call, AIOS_MAX_CALLS) aios_calls_map;

aios_slots_map ring_slots SEC(".maps");
aios_ctl_map ring_ctl SEC(".maps");
aios_procs_map procs SEC(".maps");
aios_bell_map bell SEC(".maps");

/* tid -> the call it is in. */
aios_calls_map calls SEC(".maps");

const volatile struct aios_config config SEC(".rodata") = {};
struct aios_kernel_stats stats SEC(".bss") = {};
struct aios_control control SEC(".bss") = {};

static __always_inline int caller_has_comm(void)
{
	char comm[AIOS_COMM_LEN] = {};

	bpf_get_current_comm(comm, sizeof(comm));
	return aios_comm_chosen(comm);
}

static __always_inline int caller_in_cgroup(void)
{
	for (int level = 0; level < AIOS_CGROUP_DEPTH; level++) {
		__u64 id = bpf_get_current_ancestor_cgroup_id(level);

		if (id == config.cgroup)
			return 1;
		if (!id)
			break;
	}
	return 0;
}

static __always_inline __u32 caller(void)
{
	return bpf_get_current_pid_tgid() >> 32;
}

/* The same questions as aios_task_chosen()'s, answered by helpers alone. */
static __always_inline int caller_chosen(void)
{
	__u32 tgid = caller();

	if (tgid == config.self)
		return 0;
	if (config.filter & AIOS_BY_PROCESS) {
		__u32 *flags = bpf_map_lookup_elem(&procs, &tgid);

		if (!flags || !(*flags & AIOS_P_TRACED))
			return 0;
	}
	if ((config.filter & AIOS_BY_COMM) && !caller_has_comm())
		return 0;
	return !(config.filter & AIOS_BY_CGROUP) || caller_in_cgroup();
}

static __always_inline void proc_flags(__u32 tgid, __u32 flags)
{
	if (bpf_map_update_elem(&procs, &tgid, &flags, BPF_ANY))
		__sync_fetch_and_add(&stats.proc_full, 1);
}

/* Who the caller is, the first time, and again after it executed something else. */
static __always_inline void tell_caller(void)
{
	__u32 tgid = caller(), *flags = bpf_map_lookup_elem(&procs, &tgid);
	struct aios_proc *body;
	struct aios_out out;

	if (aios_stopped() || (flags && *flags & AIOS_P_TOLD))
		return;
	proc_flags(tgid, AIOS_P_TOLD | (flags ? *flags : 0));
	body = aios_emit_task(&out, AIOS_EV_PROC, sizeof(*body), 0);
	if (!body)
		return;
	body->cgroup = bpf_get_current_cgroup_id();
	body->tgid = tgid;
	body->ns_tgid = AIOS_UNKNOWN32;
	body->ppid = AIOS_UNKNOWN32;
	body->uid = (__u32)bpf_get_current_uid_gid();
	body->what = AIOS_PROC_SEEN;
	body->status = 0;
	bpf_get_current_comm(body->comm, sizeof(body->comm));
	aios_emit_end(&out);
}

static __always_inline void tell_refused(const struct call *call, __s64 ret)
{
	struct aios_ctx_refused *body;
	struct aios_out out;

	body = aios_emit_task(&out, AIOS_EV_CTX_REFUSED, sizeof(*body), 0);
	if (!body)
		return;
	body->err = ret;
	body->max_reqs = call->a[0];
	body->compat = call->compat;
	aios_emit_end(&out);
}

/*
 * The context's name is where the program wanted it. libbpf takes a kernel that is locked down for
 * an old one, and this helper for one that lockdown forbids: then the name stays unknown.
 */
static __always_inline void tell_setup(const struct call *call, __s64 ret)
{
	__u64 user_id = 0, where = call->a[1];
	struct aios_call_setup *body;
	struct aios_out out;

	if (ret < 0) {
		tell_refused(call, ret);
		return;
	}
	if (!config.locked && call->begin_ns)
		bpf_probe_read_user(&user_id, call->compat ? 4 : 8, (void *)where);
	body = aios_emit_task(&out, AIOS_EV_CALL_SETUP, sizeof(*body), 0);
	if (!body)
		return;
	body->user_id = user_id;
	body->max_reqs = call->a[0];
	body->compat = call->compat;
	aios_emit_end(&out);
}

static __always_inline void tell_destroy(const struct call *call, __s64 ret)
{
	struct aios_ctx_destroy *body;
	struct aios_out out;

	body = aios_emit_task(&out, AIOS_EV_CTX_DESTROY, sizeof(*body), 0);
	if (!body)
		return;
	body->user_id = call->a[0];
	body->ret = ret;
	aios_emit_end(&out);
}

static __always_inline void tell_submit(const struct call *call, __s64 ret)
{
	struct aios_submit *body;
	struct aios_out out;

	body = aios_emit_task(&out, AIOS_EV_SUBMIT, sizeof(*body), 0);
	if (!body)
		return;
	body->user_id = call->a[0];
	body->nr = call->begin_ns ? (__s64)call->a[1] : AIOS_UNKNOWN_NR;
	body->ret = ret;
	aios_emit_end(&out);
}

static __always_inline void tell_cancel(const struct call *call, __s64 ret)
{
	struct aios_cancel *body;
	struct aios_out out;

	body = aios_emit_task(&out, AIOS_EV_CANCEL, sizeof(*body), 0);
	if (!body)
		return;
	body->user_id = call->a[0];
	body->uiocb = call->a[1];
	body->ret = ret;
	aios_emit_end(&out);
}

static __always_inline void tell_read(const struct call *call, __s64 ret)
{
	struct aios_call_read *body;
	struct aios_out out;

	body = aios_emit_task(&out, AIOS_EV_CALL_READ, sizeof(*body), 0);
	if (!body)
		return;
	body->user_id = call->a[0];
	body->min_nr = call->begin_ns ? (__s64)call->a[1] : AIOS_UNKNOWN_NR;
	body->nr = call->begin_ns ? (__s64)call->a[2] : AIOS_UNKNOWN_NR;
	body->ret = ret;
	body->begin_ns = call->begin_ns;
	body->pget = call->nr == CALL_IO_PGETEVENTS;
	body->compat = call->compat;
	aios_emit_end(&out);
}

static __always_inline void call_begin(struct call *call)
{
	__u32 tid = (__u32)bpf_get_current_pid_tgid();

	if (aios_stopped() || !caller_chosen())
		return;
	call->begin_ns = bpf_ktime_get_ns();
	if (bpf_map_update_elem(&calls, &tid, call, BPF_ANY))
		__sync_fetch_and_add(&stats.work_full, 1);
}

static __always_inline void call_told(const struct call *call, __s64 ret)
{
	tell_caller();
	switch (call->nr) {
	case CALL_IO_SETUP:
		tell_setup(call, ret);
		break;
	case CALL_IO_DESTROY:
		tell_destroy(call, ret);
		break;
	case CALL_IO_SUBMIT:
		tell_submit(call, ret);
		break;
	case CALL_IO_CANCEL:
		tell_cancel(call, ret);
		break;
	default:
		tell_read(call, ret);
		break;
	}
}

/*
 * The raw tracepoints fire for calls, too, that are not theirs to tell.
 *
 * Return: whether the call was begun in the trace.
 */
static __always_inline int call_end(__s64 ret, __u16 raw)
{
	__u32 tid = (__u32)bpf_get_current_pid_tgid();
	struct call *found = bpf_map_lookup_elem(&calls, &tid), call;

	if (!found || found->raw != raw)
		return 0;
	call = *found;
	bpf_map_delete_elem(&calls, &tid);
	call_told(&call, ret);
	return 1;
}

/* A reader may sleep for long: the call that it was in when the trace began counts all the same. */
static __always_inline void call_end_older(__u32 nr, __s64 ret)
{
	struct call call = { .nr = nr };

	if (caller_chosen())
		call_told(&call, ret);
}

/* struct syscall_trace_enter and _exit of the kernel, as their format files in tracefs show. */
struct tp_enter {
	__u64 common;
	__u64 nr;
	__u64 a[6];
};

struct tp_exit {
	__u64 common;
	__u64 nr;
	__s64 ret;
};

/* The kernel refuses a program that looks at more arguments than the call has. */
#define TP_ARGS_1(c)	{ (c)->a[0] }
#define TP_ARGS_2(c)	{ (c)->a[0], (c)->a[1] }
#define TP_ARGS_3(c)	{ (c)->a[0], (c)->a[1], (c)->a[2] }

#define AIOS_CALL(name, number, nargs)					\
SEC("?tp/syscalls/sys_enter_" #name)					\
int enter_##name(struct tp_enter *ctx)					\
{									\
	struct call call = { .a = TP_ARGS_##nargs(ctx), .nr = number };	\
	call_begin(&call);						\
	return 0;							\
}									\
SEC("?tp/syscalls/sys_exit_" #name)					\
int exit_##name(struct tp_exit *ctx)					\
{									\
	__s64 ret = ctx->ret;						\
	if (!call_end(ret, 0))						\
		call_end_older(number, ret);				\
	return 0;							\
}

AIOS_CALL(io_setup, CALL_IO_SETUP, 2)
AIOS_CALL(io_destroy, CALL_IO_DESTROY, 1)
AIOS_CALL(io_submit, CALL_IO_SUBMIT, 3)
AIOS_CALL(io_cancel, CALL_IO_CANCEL, 3)
AIOS_CALL(io_getevents, CALL_IO_GETEVENTS, 3)
AIOS_CALL(io_pgetevents, CALL_IO_PGETEVENTS, 3)

/* arch/x86/entry/syscalls/syscall_64.tbl */
static __always_inline __u32 call_number64(__u64 id)
{
	return id == 206 ? CALL_IO_SETUP : id == 207 ? CALL_IO_DESTROY :
	       id == 208 ? CALL_IO_GETEVENTS : id == 209 ? CALL_IO_SUBMIT :
	       id == 210 ? CALL_IO_CANCEL : id == 333 ? CALL_IO_PGETEVENTS : CALL_NONE;
}

/* arch/x86/entry/syscalls/syscall_32.tbl; the last one is io_pgetevents_time64. */
static __always_inline __u32 call_number32(__u64 id)
{
	return id == 245 ? CALL_IO_SETUP : id == 246 ? CALL_IO_DESTROY :
	       id == 247 ? CALL_IO_GETEVENTS : id == 248 ? CALL_IO_SUBMIT :
	       id == 249 ? CALL_IO_CANCEL :
	       id == 385 || id == 416 ? CALL_IO_PGETEVENTS : CALL_NONE;
}

static __always_inline int is_call(__u64 id)
{
	return ((config.raw_calls & AIOS_RAW_64) && call_number64(id)) ||
	       ((config.raw_calls & AIOS_RAW_32) && call_number32(id));
}

/*
 * The caller's code segment tells its word size: 0x33 is __USER_CS, 0xe033 the same below Xen. A
 * 64-bit program that calls by "int 0x80" is taken for a 64-bit caller.
 */
static __always_inline void raw_begin(const struct pt_regs *regs, __u64 id)
{
	struct call call = { .raw = 1 };

	if ((regs->cs & 0xfff) == 0x33) {
		call.nr = config.raw_calls & AIOS_RAW_64 ? call_number64(id) : CALL_NONE;
		call.a[0] = regs->rdi;
		call.a[1] = regs->rsi;
		call.a[2] = regs->rdx;
	} else {
		call.nr = config.raw_calls & AIOS_RAW_32 ? call_number32(id) : CALL_NONE;
		call.a[0] = (__u32)regs->rbx;
		call.a[1] = (__u32)regs->rcx;
		call.a[2] = (__u32)regs->rdx;
		call.compat = 1;
		/* Numbers of events and iocbs have a sign. */
		if (call.nr == CALL_IO_SUBMIT || call.nr >= CALL_IO_GETEVENTS) {
			call.a[1] = (__s64)(__s32)call.a[1];
			call.a[2] = (__s64)(__s32)call.a[2];
		}
	}
	if (call.nr)
		call_begin(&call);
}

SEC("?raw_tp/sys_enter")
int raw_enter(struct bpf_raw_tracepoint_args *ctx)
{
	struct pt_regs regs;

	if (is_call(ctx->args[1]) &&
	    !bpf_probe_read_kernel(&regs, sizeof(regs), (void *)ctx->args[0]))
		raw_begin(&regs, ctx->args[1]);
	return 0;
}

/* Which call this is the exit of is known from its entry alone: there is none for most. */
SEC("?raw_tp/sys_exit")
int raw_exit(struct bpf_raw_tracepoint_args *ctx)
{
	call_end(ctx->args[1], 1);
	return 0;
}

/*
 * Fields of the other tracepoints may move between kernels: where they are was read in their format
 * files, a constant for the verifier. At the place that they have had so far they are plain loads;
 * elsewhere a helper has to read them, which lockdown forbids.
 */
struct tp_newtask {
	__u64 common;
	__s32 pid;
	char comm[AIOS_COMM_LEN];
	__u32 pad;
	__u64 clone_flags;
};

struct tp_free {
	__u64 common;
	char comm[AIOS_COMM_LEN];
	__s32 pid;
};

#define EVENT_FIELD(ctx, type, field, offset)					\
	((offset) == __builtin_offsetof(struct type, field) ?			\
		 (__u32)((struct type *)(ctx))->field : event_field(ctx, offset))

static __always_inline __u32 event_field(void *ctx, __u32 offset)
{
	__u32 value = 0;

	bpf_probe_read_kernel(&value, sizeof(value), ctx + offset);
	return value;
}

#define AIOS_CLONE_THREAD	0x10000	/* linux/sched.h */

/* A child of a traced process is one; of another one it is none, whoever had its number before. */
SEC("?tp/task/task_newtask")
int event_task_newtask(void *ctx)
{
	__u32 tgid = caller(), *flags = bpf_map_lookup_elem(&procs, &tgid);
	__u32 child = EVENT_FIELD(ctx, tp_newtask, pid, config.newtask_pid);

	if (flags && *flags & AIOS_P_TRACED &&
	    !(EVENT_FIELD(ctx, tp_newtask, clone_flags, config.newtask_flags) & AIOS_CLONE_THREAD))
		proc_flags(child, AIOS_P_TRACED);
	else
		bpf_map_delete_elem(&procs, &child);
	return 0;
}

/* It has a new name, which its next call tells. */
SEC("?tp/sched/sched_process_exec")
int event_sched_process_exec(void *ctx)
{
	__u32 tgid = caller(), *flags = bpf_map_lookup_elem(&procs, &tgid);

	if (flags)
		*flags &= ~AIOS_P_TOLD;
	return 0;
}

/*
 * A thread is gone; one that was killed in a call has not come out of it. The process is gone with
 * its first thread, which has its number and which the kernel keeps until the others are gone.
 *
 * This may come in a soft interrupt, and then is skipped if it interrupts a program. Nothing but
 * room is lost by that: the number's next owner begins anew.
 */
SEC("?tp/sched/sched_process_free")
int event_sched_process_free(void *ctx)
{
	__u32 tid = EVENT_FIELD(ctx, tp_free, pid, config.free_pid);

	bpf_map_delete_elem(&calls, &tid);
	bpf_map_delete_elem(&procs, &tid);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
