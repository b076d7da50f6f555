// SPDX-License-Identifier: GPL-2.0-only
/*
 * context.bpf.c - the life of a kioctx: set up, killed, drained twice, freed.
 */
#include "emit.h"
#include "filter.h"
#include "hook.h"
#include "peek.h"
#include "proc.h"
#include "ring.h"
#include "state.h"

/*
 * Who has to kill contexts, and does not? io_setup kills what it could not tell its caller of, an
 * exit all that there are; nobody else can find those any more.
 */
static __always_inline void kill_is_due(const struct aios_to_kill *due)
{
	__u32 tid = (__u32)bpf_get_current_pid_tgid();

	if (bpf_map_update_elem(&kills, &tid, due, BPF_ANY))
		__sync_fetch_and_add(&stats.work_full, 1);
}

static __always_inline struct aios_to_kill *kills_due(void)
{
	__u32 tid = (__u32)bpf_get_current_pid_tgid();

	return bpf_map_lookup_elem(&kills, &tid);
}

static __always_inline void kills_over(void)
{
	__u32 tid = (__u32)bpf_get_current_pid_tgid();

	bpf_map_delete_elem(&kills, &tid);
}

/* One is dead, whoever killed it. Returns that are caught by kretprobes can be missed. */
static __always_inline void kill_is_done(__u64 kctx, const int direct)
{
	struct aios_to_kill *due = kills_due();

	if (!due || !due->cnt)
		return;
	/* A pointer becomes a number by this: the verifier lets nobody reckon with one. */
	*(volatile __u64 *)&due->killed = kctx;
	due->left ^= *(volatile __u64 *)&due->killed;
	due->cnt--;
	if (!direct)
		due->sure = 0;
}

/* The context itself says whether it is dead: a kill may have passed no hook. */
static __always_inline void tell_alive(const struct aios_to_kill *due)
{
	__u64 kctx = due->cnt == 1 ? due->left : due->traced;

	if (!config.look || !due->sure || !due->cnt || aios_stopped() || !aios_ctx_chosen(kctx))
		return;
	if (!BPF_CORE_READ((struct kioctx *)kctx, dead.counter))
		tell_mismatch(0, kctx, AIOS_SEEN_ALIVE, 0, due->cnt);
}

static __always_inline void setup_begins(__u64 kctx, const int direct)
{
	struct aios_to_kill due = {
		.mm = AIOS_IN_SETUP, .left = kctx, .traced = kctx, .cnt = 1, .sure = direct,
	};

	if (config.look)
		kill_is_due(&due);
}

static __always_inline void setup_ends(__s64 ret)
{
	struct aios_to_kill *due = config.look ? kills_due() : NULL;

	if (!due || due->mm != AIOS_IN_SETUP)
		return;
	if (ret < 0)
		tell_alive(due);
	kills_over();
}

static __always_inline void ctx_setup(struct kioctx *kctx, const int direct)
{
	struct aios_ctx_setup *body;
	__u64 key = (__u64)kctx;
	struct aios_out out;
	__u32 tgid;

	/* What is made before the trace begins is found then. */
	if (aios_stopped())
		return;
	if (!aios_current_chosen()) {
		/* Left there by a context whose end was not seen. */
		aios_ctx_forget(key);
		return;
	}
	tgid = bpf_get_current_pid_tgid() >> 32;
	if (bpf_map_update_elem(&ctxs, &key, &tgid, BPF_ANY))
		__sync_fetch_and_add(&stats.ctx_full, 1);
	aios_tell_proc((struct task_struct *)bpf_get_current_task());
	body = aios_emit_begin(&out, AIOS_EV_CTX_SETUP, sizeof(*body), AIOS_FLAG(direct));
	if (!body)
		return;
	body->kctx = key;
	body->user_id = BPF_CORE_READ(kctx, user_id);
	body->max_reqs = BPF_CORE_READ(kctx, max_reqs);
	body->nr_events = BPF_CORE_READ(kctx, nr_events);
	body->req_batch = BPF_CORE_READ(kctx, req_batch);
	body->table_id = BPF_CORE_READ(kctx, id);
	aios_emit_end(&out);
	setup_begins(key, direct);
}

/* Of anybody's contexts, as fs.aio-nr is everybody's. */
static __always_inline void nr_added(struct kioctx *kctx)
{
	__sync_fetch_and_add(&stats.nr_added, BPF_CORE_READ(kctx, max_reqs));
}

static __always_inline void nr_taken(struct kioctx *kctx)
{
	__sync_fetch_and_add(&stats.nr_taken, BPF_CORE_READ(kctx, max_reqs));
}

static __always_inline void on_ioctx_alloc(aios_call_t call, const int direct)
{
	struct kioctx *kctx = (struct kioctx *)call->ret;

	/* Errors come back as pointers, ERR_PTR(); why is told by the system call's return. */
	if ((__u64)kctx >= (__u64)-4095)
		return;
	nr_added(kctx);
	ctx_setup(kctx, direct);
}

static __always_inline void ctx_refused(__s64 err, __u32 max_reqs, __u32 compat, const int direct)
{
	struct aios_ctx_refused *body;
	struct aios_out out;

	if (err >= 0 || !aios_current_chosen())
		return;
	body = aios_emit_begin(&out, AIOS_EV_CTX_REFUSED, sizeof(*body), AIOS_FLAG(direct));
	if (!body)
		return;
	body->err = err;
	body->max_reqs = max_reqs;
	body->compat = compat;
	aios_emit_end(&out);
}

static __always_inline void on_io_setup(aios_call_t call, const int direct)
{
	setup_ends(call->ret);
	ctx_refused(call->ret, aios_sys_arg(call, 0, direct), 0, direct);
}

static __always_inline void on_io_setup32(aios_call_t call, const int direct)
{
	setup_ends(call->ret);
	ctx_refused(call->ret, aios_sys_arg32(call, 0, direct), 1, direct);
}

/* Outside of io_setup() and exits it is io_destroy() that kills: its return is told then, too. */
static __always_inline void destroy_begins(void)
{
	struct aios_to_kill due = { .mm = AIOS_IN_DESTROY };

	if (!kills_due())
		kill_is_due(&due);
}

static __always_inline void ctx_kill(struct kioctx *kctx, __s32 ret, int waits, const int direct)
{
	struct aios_ctx_kill *body;
	struct aios_out out;

	if (!aios_ctx_chosen((__u64)kctx))
		return;
	if (waits)
		destroy_begins();
	body = aios_emit_begin(&out, AIOS_EV_CTX_KILL, sizeof(*body), AIOS_FLAG(direct));
	if (!body)
		return;
	body->kctx = (__u64)kctx;
	body->ret = ret;
	body->waits = waits;
	/*
	 * The context may be freed as soon as its last reference is gone, which a caller that
	 * waits does not hold off: these reads can only be wrong, not harmful.
	 */
	body->head = aios_ring_head(kctx, 0);
	body->tail = BPF_CORE_READ(kctx, tail);
	body->completed = BPF_CORE_READ(kctx, completed_events);
	aios_emit_end(&out);
}

static __always_inline void on_kill_ioctx(aios_call_t call, const int direct)
{
	struct kioctx *kctx = (struct kioctx *)call->a[1];

	if (!(__s32)call->ret)
		nr_taken(kctx);
	kill_is_done((__u64)kctx, direct);
	ctx_kill(kctx, call->ret, call->a[2] != 0, direct);
}

static __always_inline void ctx_ref0(__u16 type, __u64 kctx, const int direct)
{
	struct aios_ctx_ref0 *body;
	struct aios_out out;

	if (!aios_ctx_chosen(kctx))
		return;
	body = aios_emit_begin(&out, type, sizeof(*body), AIOS_FLAG(direct));
	if (!body)
		return;
	body->kctx = kctx;
	aios_emit_end(&out);
}

static __always_inline void on_free_ioctx_users(aios_call_t call, const int direct)
{
	ctx_ref0(AIOS_EV_CTX_USERS0, call->a[0] - bpf_core_field_offset(struct kioctx, users),
		 direct);
}

static __always_inline void on_free_ioctx_reqs(aios_call_t call, const int direct)
{
	ctx_ref0(AIOS_EV_CTX_REQS0, call->a[0] - bpf_core_field_offset(struct kioctx, reqs),
		 direct);
}

/**
 * struct slots_sum - slots that CPUs keep for themselves
 * @cpus: their struct kioctx_cpu, as a per-CPU address
 */
struct slots_sum {
	__u64 cpus;
	__u32 sum;
};

static long slots_of_cpu(__u32 cpu, struct slots_sum *slots)
{
	slots->sum += aios_peek32(slots->cpus + aios_cpu_offset(cpu) +
				  bpf_core_field_offset(struct kioctx_cpu, reqs_available));
	return 0;
}

/* 1 + the free slots of a context that nobody uses any more, 0 where they cannot be counted. */
static __always_inline __u32 free_slots_1(struct kioctx *kctx)
{
	struct slots_sum slots = { .cpus = (__u64)BPF_CORE_READ(kctx, cpu) };

	if (!config.per_cpu_offset)
		return 0;
	bpf_loop(config.cpus, slots_of_cpu, &slots, 0);
	return 1 + slots.sum + BPF_CORE_READ(kctx, reqs_available.counter);
}

/* The ring's pages are still there; nobody but this work item can reach them. */
static __always_inline void on_free_ioctx(aios_call_t call, const int direct)
{
	__u64 key = call->a[0] - bpf_core_field_offset(struct kioctx, free_rwork.work);
	struct kioctx *kctx = (struct kioctx *)key;
	struct aios_ctx_free *body;
	struct aios_out out;

	if (!aios_ctx_chosen(key))
		return;
	if (config.look)
		look_at_size(kctx);
	aios_ctx_forget(key);
	body = aios_emit_begin(&out, AIOS_EV_CTX_FREE, sizeof(*body),
			       AIOS_FLAG(direct) | AIOS_F_COUNTED);
	if (!body)
		return;
	body->kctx = key;
	body->head = aios_ring_head(kctx, 0);
	body->tail = BPF_CORE_READ(kctx, tail);
	body->completed = BPF_CORE_READ(kctx, completed_events);
	body->free_1 = free_slots_1(kctx);
	aios_emit_end(&out);
}

/* Of contexts that are traced, or by callers that are: a program may have changed its name. */
static __always_inline int destroy_is_told(void)
{
	struct aios_to_kill *due = kills_due();

	if (!due || due->mm != AIOS_IN_DESTROY)
		return aios_current_chosen();
	kills_over();
	return 1;
}

static __always_inline void ctx_destroy(__u64 user_id, __s64 ret, const int direct)
{
	struct aios_ctx_destroy *body;
	struct aios_out out;

	if (!destroy_is_told())
		return;
	body = aios_emit_begin(&out, AIOS_EV_CTX_DESTROY, sizeof(*body), AIOS_FLAG(direct));
	if (!body)
		return;
	body->user_id = user_id;
	body->ret = ret;
	aios_emit_end(&out);
}

static __always_inline void on_io_destroy(aios_call_t call, const int direct)
{
	ctx_destroy(aios_sys_arg(call, 0, direct), call->ret, direct);
}

static __always_inline void on_io_destroy32(aios_call_t call, const int direct)
{
	ctx_destroy(aios_sys_arg32(call, 0, direct), call->ret, direct);
}

#define EXIT_CTXS	65536	/* slots of a table that are looked at */

struct exit_look {
	struct kioctx_table *table;
	struct aios_to_kill *due;
};

static long exit_slot(__u32 i, struct exit_look *look)
{
	struct kioctx_table *table = look->table;
	__u64 kctx = 0;

	bpf_core_read(&kctx, sizeof(kctx), &table->table[i]);
	if (!kctx)
		return 0;
	if (!look->due->traced && aios_ctx_chosen(kctx))
		look->due->traced = kctx;
	if (!config.look)
		return look->due->traced != 0;
	look->due->left ^= kctx;
	look->due->cnt++;
	return 0;
}

/* Is any of the table's contexts traced, and what has to be killed, if that is looked at? */
static __always_inline int exit_looks(struct kioctx_table *table, struct aios_to_kill *due)
{
	struct exit_look look = { .table = table, .due = due };
	__u32 nr = BPF_CORE_READ(table, nr);

	bpf_loop(nr < EXIT_CTXS ? nr : EXIT_CTXS, exit_slot, &look, 0);
	return due->traced != 0;
}

static __always_inline void tell_exit(__u16 type, __u64 mm, const int direct)
{
	struct aios_exit *body;
	struct aios_out out;

	body = aios_emit_begin(&out, type, sizeof(*body), AIOS_FLAG(direct));
	if (!body)
		return;
	body->mm = mm;
	aios_emit_end(&out);
}

/* Called for every address space that ends; few have contexts. Whoever is current ends it. */
static __always_inline void on_exit_aio(aios_call_t call, const int direct)
{
	struct mm_struct *mm = (struct mm_struct *)call->a[0];
	struct aios_to_kill due = { .mm = call->a[0], .sure = direct && !aios_stopped() };
	struct kioctx_table *table;

	table = READ_FIELD(direct, mm, ioctx_table);
	if (!table || !exit_looks(table, &due))
		return;
	kill_is_due(&due);
	tell_exit(AIOS_EV_EXIT_BEGIN, call->a[0], direct);
}

static __always_inline void on_exit_aio_end(aios_call_t call, const int direct)
{
	struct aios_to_kill *due = kills_due();

	if (!due || due->mm != call->a[0])
		return;
	tell_alive(due);
	kills_over();
	tell_exit(AIOS_EV_EXIT_END, call->a[0], direct);
}

AIOS_EXIT(ioctx_alloc, 1, on_ioctx_alloc)
AIOS_EXIT(__x64_sys_io_setup, 1, on_io_setup)
AIOS_EXIT(__ia32_compat_sys_io_setup, 1, on_io_setup32)
AIOS_EXIT(kill_ioctx, 3, on_kill_ioctx)
AIOS_ENTRY(free_ioctx_users, 1, on_free_ioctx_users)
AIOS_ENTRY(free_ioctx_reqs, 1, on_free_ioctx_reqs)
AIOS_ENTRY(free_ioctx, 1, on_free_ioctx)
AIOS_EXIT(__x64_sys_io_destroy, 1, on_io_destroy)
AIOS_EXIT(__ia32_sys_io_destroy, 1, on_io_destroy32)
AIOS_ENTRY(exit_aio, 1, on_exit_aio)
AIOS_EXIT_VOID(exit_aio, 1, on_exit_aio_end)
