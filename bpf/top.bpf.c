// SPDX-License-Identifier: GPL-2.0-only
/*
 * top.bpf.c - what aiotop counts. No record crosses: see aioscope/top.h.
 *
 * A request passes two programs, where its operation begins and where it completes, and a call of
 * io_submit or read_events two more. Whatever is not asked for by all of them stays out of these.
 * Nothing is hooked that is called where there is no AIO.
 */
#include "hook.h"
#include "listed.h"
#include "peek.h"
#include "ring.h"
#include "who.h"

#define TOP_EAGAIN	(-11)
#define TOP_EINPROGRESS	(-115)
#define TOP_ERR_PTR	((__u64)-4095)

static __always_inline void top_add(__u64 *count, __u64 much)
{
	__sync_fetch_and_add(count, much);
}

/*
 * A maximum. Of two that are raised at the same moment the smaller one can stay: a swap in a loop
 * would cost more than so rare an error is worth.
 */
static __always_inline void top_raise(__u64 *max, __u64 value)
{
	if (value > *max)
		*max = value;
}

/*
 * The first of the two places that a context can have near. barrier_var(): else the compiler
 * calculates the address again for each field.
 */
static __always_inline struct aios_top_slot *top_near_place(__u64 kctx)
{
	__u64 pair = aios_top_hash(kctx, AIOS_TOP_NEAR_BITS - 1);
	struct aios_top_slot *slot;

	barrier_var(pair);
	slot = &top_near[2 * pair];
	barrier_var(slot);
	return slot;
}

/* The place near that is a context's, NULL where it has none. */
static __always_inline struct aios_top_slot *top_near_of(__u64 kctx)
{
	struct aios_top_slot *slot = top_near_place(kctx);

	if (*(volatile __u64 *)&slot->key == kctx)
		return slot;
	slot++;
	barrier_var(slot);
	return *(volatile __u64 *)&slot->key == kctx ? slot : NULL;
}

static __always_inline struct aios_top_slot *top_place(__u32 i)
{
	return bpf_map_lookup_elem(&top_slots, &i);
}

static __always_inline __u32 top_first_place(__u64 kctx)
{
	return 1 + (aios_top_hash(kctx, 32) >> config.top_shift);
}

/* A free place becomes the context's, unless another CPU gives it to a context just now. */
static __always_inline int top_take(struct aios_top_slot *slot, __u64 kctx)
{
	__u64 was = slot->key;

	if (!was)
		was = __sync_val_compare_and_swap(&slot->key, 0, kctx);
	return !was || was == kctx;
}

/* First all places are asked: one before its own may have been given back meanwhile. */
static __noinline struct aios_top_slot *top_search(__u64 kctx)
{
	__u32 first = top_first_place(kctx);
	struct aios_top_slot *near = top_near_place(kctx), *slot;

	if (!kctx)
		return top_place(0);
	for (__u32 i = 0; i < AIOS_TOP_PROBES; i++) {
		slot = top_place(first + i);
		if (slot && slot->key == kctx)
			return slot;
	}
	for (__u32 i = 0; i < 2; i++)
		if (top_take(near + i, kctx))
			return near + i;
	for (__u32 i = 0; i < AIOS_TOP_PROBES; i++) {
		slot = top_place(first + i);
		if (slot && top_take(slot, kctx))
			return slot;
	}
	return top_place(0);
}

/* The place of a context that is alive; place 0 where there is no other or it is unknown. */
static __always_inline struct aios_top_slot *top_slot(__u64 kctx)
{
	struct aios_top_slot *near = kctx ? top_near_of(kctx) : NULL;

	return near ? near : top_search(kctx);
}

static __always_inline struct aios_top_set *top_set(__u64 kiocb)
{
	struct aios_top_set *set = &top_starts[aios_top_hash(kiocb, AIOS_TOP_STARTS_BITS)];

	barrier_var(set);
	return set;
}

static __always_inline struct aios_top_start *top_start(__u64 kiocb)
{
	struct aios_top_set *set = top_set(kiocb);

	if (set->way[0].kiocb == kiocb)
		return &set->way[0];
	return set->way[1].kiocb == kiocb ? &set->way[1] : NULL;
}

static __always_inline void top_forget(struct aios_top_start *start)
{
	*(volatile __u64 *)&start->kiocb = 0;
}

/*
 * Where a start is to be kept. Nothing is locked: of two CPUs that take a place at the same moment
 * one is untimed. The second way is taken from whoever has it.
 */
static __always_inline struct aios_top_start *top_way(struct aios_top_set *set, __u64 kiocb)
{
	__u64 was = set->way[0].kiocb;

	if (!was || was == kiocb)
		return &set->way[0];
	top_forget(&set->way[1]);
	return &set->way[1];
}

/* The address comes last: who finds it takes the rest for its own. */
static __always_inline void top_begin(__u64 kiocb, __u64 what, __u64 ns)
{
	struct aios_top_start *start = top_way(top_set(kiocb), kiocb);

	start->what = what;
	start->ns = ns;
	barrier();
	*(volatile __u64 *)&start->kiocb = kiocb;
}

static __always_inline __u64 top_kctx_of(__u64 kiocb)
{
	return aios_peek(kiocb + bpf_core_field_offset(struct aio_kiocb, ki_ctx));
}

static __always_inline struct aios_top_cpu *top_cpu(void)
{
	return &top_cpus[bpf_get_smp_processor_id() & (AIOS_TOP_CPUS - 1)];
}

/*
 * An operation begins. This CPU remembers it: if the submission fails it was none.
 *
 * The third argument is true for the second operation of a pair. Of a bool the lowest byte is all
 * that is defined, so that is what is kept. Arguments are asked for late, and twice: what is kept
 * across a call has to be saved.
 */
static __always_inline void top_operation(aios_call_t call, __u8 op, const int direct)
{
	struct aios_top_cpu *cpu = top_cpu();
	struct aios_top_start *start;
	__u64 now, kiocb;

	*(volatile __u64 *)&cpu->birth = aios_late(call, 0, direct);
	now = bpf_ktime_get_ns();
	kiocb = aios_late(call, 0, direct);
	start = top_way(top_set(kiocb), kiocb);
	*(volatile __u8 *)&start->what = aios_late(call, 2, direct) | op;
	*(volatile __u64 *)&start->ns = now;
	*(volatile __u64 *)&start->kiocb = kiocb;
}

static __always_inline void on_top_read(aios_call_t call, const int direct)
{
	top_operation(call, AIOS_TOP_PREAD, direct);
}

static __always_inline void on_top_write(aios_call_t call, const int direct)
{
	top_operation(call, AIOS_TOP_PWRITE, direct);
}

static __always_inline void on_top_fsync(aios_call_t call, const int direct)
{
	top_operation(call, AIOS_TOP_FSYNC, direct);
}

static __always_inline void on_top_queue(aios_call_t call, const int direct)
{
	struct aio_poll_table *table =
		(void *)call->a[2] - bpf_core_field_offset(struct aio_poll_table, pt);
	__u64 kiocb = (__u64)BPF_CORE_READ(table, iocb);

	top_cpu()->birth = kiocb;
	top_begin(kiocb, AIOS_TOP_POLL, bpf_ktime_get_ns());
}

/* What happens to a poll. One older than the tool is known from here on, but for its time. */
static __always_inline void top_mark(__u64 kiocb, __u64 flag)
{
	struct aios_top_start *start = top_start(kiocb);

	if (start)
		__sync_fetch_and_or(&start->what, flag);
	else
		top_begin(kiocb, AIOS_TOP_POLL | flag, 0);
}

/* Is it among those that can be cancelled, so that the submission had decided to wait? */
static __always_inline int top_is_armed(__u64 kiocb)
{
	return !!aios_listed(kiocb);
}

static __always_inline void on_top_wake(aios_call_t call, const int direct)
{
	__u64 kiocb = aios_number(call, 0, direct) -
		      bpf_core_field_offset(struct aio_kiocb, poll.wait);
	__u32 mask = (__u32)aios_number(call, 3, direct);
	__u32 events = aios_peek32(kiocb + bpf_core_field_offset(struct aio_kiocb, poll.events));

	/* Whoever wakes without a mask leaves it to the woken to look. */
	if (mask && !(mask & events))
		return;
	top_mark(kiocb, top_is_armed(kiocb) ? AIOS_TOP_WOKEN_ARMED : AIOS_TOP_WOKEN_EARLY);
}

static __always_inline void on_top_work(aios_call_t call, const int direct)
{
	top_mark(aios_number(call, 0, direct) - bpf_core_field_offset(struct aio_kiocb, poll.work),
		 AIOS_TOP_WORKING);
}

static __always_inline void on_top_poll_cancel(aios_call_t call, const int direct)
{
	top_mark(aios_number(call, 0, direct), AIOS_TOP_CANCELLED);
}

static __always_inline __u32 top_poll_kind(__u64 what)
{
	if (what & AIOS_TOP_CANCELLED)
		return AIOS_TOP_POLL_CANCELLED;
	if (what & AIOS_TOP_WORKING)
		return AIOS_TOP_POLL_WORKED;
	if (what & AIOS_TOP_WOKEN_EARLY)
		return AIOS_TOP_POLL_EARLY;
	return what & AIOS_TOP_WOKEN_ARMED ? AIOS_TOP_POLL_ARMED : AIOS_TOP_POLL_READY;
}

/*
 * What completes and was not seen to begin. The kiocb has one word for each kind of operation that
 * only that kind sets to the address of a function: what has neither is a poll.
 */
static __noinline __u64 top_unstarted(__u64 kiocb)
{
	__u64 done = kiocb + bpf_core_field_offset(struct aio_kiocb, rw.ki_complete);
	__u64 work = kiocb + bpf_core_field_offset(struct aio_kiocb, fsync.work.func);

	if (!config.complete_rw || aios_peek(done) == config.complete_rw ||
	    aios_peek(work) == config.fsync_work)
		return AIOS_TOP_OTHER;
	return AIOS_TOP_POLL;
}

/* The bucket of a value below 4096, as aioscope/top.h has it. */
#define TOP_BUCKET(v)									\
	(__u8)((v) < 16 ? (v) : (v) < 32 ? 8 + ((v) >> 1) : (v) < 64 ? 16 + ((v) >> 2) :	\
	 (v) < 128 ? 24 + ((v) >> 3) : (v) < 256 ? 32 + ((v) >> 4) :			\
	 (v) < 512 ? 40 + ((v) >> 5) : (v) < 1024 ? 48 + ((v) >> 6) :			\
	 (v) < 2048 ? 56 + ((v) >> 7) : 64 + ((v) >> 8))
#define TOP_4(v)	TOP_BUCKET(v), TOP_BUCKET((v) + 1), TOP_BUCKET((v) + 2), TOP_BUCKET((v) + 3)
#define TOP_16(v)	TOP_4(v), TOP_4((v) + 4), TOP_4((v) + 8), TOP_4((v) + 12)
#define TOP_64(v)	TOP_16(v), TOP_16((v) + 16), TOP_16((v) + 32), TOP_16((v) + 48)
#define TOP_256(v)	TOP_64(v), TOP_64((v) + 64), TOP_64((v) + 128), TOP_64((v) + 192)
#define TOP_1024(v)	TOP_256(v), TOP_256((v) + 256), TOP_256((v) + 512), TOP_256((v) + 768)

static const __u8 top_buckets[4096] = {
	TOP_1024(0), TOP_1024(1024), TOP_1024(2048), TOP_1024(3072),
};

/* Each bit that a value is shifted by is a group further. What is left has its first four bits. */
static __always_inline __u64 top_bucket_far(__u64 ns)
{
	if (ns < 1ULL << 28)
		return top_buckets[ns >> 16] + (16 << AIOS_TOP_HIST_BITS);
	if (ns < 1ULL << 36)
		return top_buckets[ns >> 24] + (24 << AIOS_TOP_HIST_BITS);
	if (ns < 1ULL << (AIOS_TOP_HIST_MSB + 1))
		return top_buckets[ns >> 32] + (32 << AIOS_TOP_HIST_BITS);
	return AIOS_TOP_BUCKETS - 1;
}

/*
 * To the verifier a bucket is a byte and what is added. Of what takes less than a millisecond it
 * can be behind the histogram then, but not behind the slot.
 */
_Static_assert(__builtin_offsetof(struct aios_top_slot, tallies[AIOS_TOP_TALLIES - 1].hist) +
	       (0xff + (8 << AIOS_TOP_HIST_BITS) + 1) * sizeof(__u32) <=
	       sizeof(struct aios_top_slot), "a bucket is in the slot");

/*
 * What is added to often. In assembly, as the compiler copies what it adds, and calculates where
 * that is though constants are part of the instruction. @at: a place, as many tallies further as
 * the one that is meant is behind the first.
 */
#define TOP_TALLY(field)	__builtin_offsetof(struct aios_top_slot, tallies[0].field)
#define TOP_ADD(at, field, much)							\
	asm volatile("lock *(u64 *)(%0 + %2) += %1" : : "r"(at), "r"(much),		\
		     "i"(TOP_TALLY(field)) : "memory")

/* @further: buckets that the one meant is behind @bucket, a constant. */
static __always_inline void top_time_at(struct aios_top_slot *at, __u64 bucket, const __u32 further,
					__u64 ns, __u64 one)
{
	asm volatile("%0 <<= 2\n\t%0 += %1\n\tlock *(u32 *)(%0 + %3) += %2"
		     : "+r"(bucket)
		     : "r"(at), "r"(one), "i"(TOP_TALLY(hist) + further * sizeof(__u32))
		     : "memory");
	top_raise(&at->tallies[0].max_ns, ns);
}

/*
 * What is counted of a request's time. Short ones have code of their own, which leads nowhere else:
 * barriers that differ keep the compiler from making their ends one.
 */
static __always_inline void top_time(struct aios_top_slot *at, __u64 ns, __u64 one)
{
	__u64 bucket;

	if (__builtin_expect(ns < 1ULL << 12, 1)) {
		top_time_at(at, top_buckets[ns], 0, ns, one);
		asm volatile("# below 4 us");
	} else if (__builtin_expect(ns < 1ULL << 20, 1)) {
		top_time_at(at, top_buckets[ns >> 8], 8 << AIOS_TOP_HIST_BITS, ns, one);
		asm volatile("# below 1 ms");
	} else {
		bucket = top_bucket_far(ns);
		if (bucket < AIOS_TOP_BUCKETS)
			top_time_at(at, bucket, 0, ns, one);
	}
}

static __always_inline struct aios_top_slot *top_at(struct aios_top_slot *slot, __u64 tally)
{
	void *at = (void *)slot + tally * sizeof(slot->tallies[0]);

	barrier_var(at);
	return at;
}

/* Operations of this kind have one more that completed. Return: where their tally is. */
static __always_inline struct aios_top_slot *top_completed(struct aios_top_slot *slot, __u64 op)
{
	struct aios_top_slot *at = top_at(slot, AIOS_TOP_TALLY(op));

	if (op >= AIOS_TOP_OFTEN)
		top_add(&slot->rare[op - AIOS_TOP_OFTEN], 1);
	else
		top_add(&at->tallies[0].completed, 1);
	return at;
}

static __always_inline void top_complete_any(aios_call_t call, __u64 now, const int direct)
{
	struct aio_kiocb___result *req = (struct aio_kiocb___result *)call->a[0];
	__u64 kiocb = aios_number(call, 0, direct), what, since = 0;
	struct aios_top_start *start = top_start(kiocb);
	struct aios_top_slot *slot = top_slot(top_kctx_of(kiocb)), *at;
	__s64 res = READ_FIELD(direct, req, ki_res.res);

	what = start ? start->what : top_unstarted(kiocb);
	if (start) {
		since = *(volatile __u64 *)&start->ns;
		/* The second way can be taken meanwhile. */
		if (*(volatile __u64 *)&start->kiocb == kiocb)
			top_forget(start);
		else
			since = 0;
	}
	if (!slot)
		return;
	at = top_completed(slot, what & (AIOS_TOP_OPS - 1));
	if (res >= 0)
		top_add(&at->tallies[0].bytes, res);
	else
		top_add(&at->tallies[0].failed, 1);
	if ((what & AIOS_TOP_OP_MASK) == AIOS_TOP_POLL)
		top_add(&slot->polls[top_poll_kind(what)], 1);
	if (since)
		top_time(at, now - since, 1);
	else
		top_add(&slot->untimed, 1);
}

/* A function of its own: what it takes in registers and stack would be paid by every request. */
static __noinline int top_complete_rarely(unsigned long long *args, __u64 now)
{
	struct aios_call call = { .a = { args[0] }, .ctx = args };

	top_complete_any(&call, now, 1);
	return 0;
}

/*
 * Nearly every request reads or writes and succeeds, its start is where it is looked for first, and
 * so is its context's place. Return: whether it was one.
 */
static __always_inline int top_complete_fast(unsigned long long *args, __u64 now)
{
	__u64 kiocb = *(volatile __u64 *)args, kctx, op, one = 1;
	struct aios_top_start *start = &top_set(kiocb)->way[0];
	struct aio_kiocb *req = (struct aio_kiocb *)kiocb;
	struct aios_top_slot *at;
	__s64 res;

	if (start->kiocb != kiocb)
		return 0;
	kctx = (__u64)req->ki_ctx;
	at = top_near_of(kctx);
	if (!at)
		return 0;
	op = *(volatile __u8 *)&start->what;
	res = ((struct aio_kiocb___result *)req)->ki_res.res;
	if (op >= AIOS_TOP_OFTEN || res < 0)
		return 0;
	now -= *(volatile __u64 *)&start->ns;
	barrier_var(now);
	top_forget(start);
	at = top_at(at, op);
	barrier_var(one);
	TOP_ADD(at, completed, one);
	TOP_ADD(at, bytes, res);
	top_time(at, now, one);
	return 1;
}

static __always_inline void on_top_complete(aios_call_t call, const int direct)
{
	__u64 now = bpf_ktime_get_ns();

	if (!direct)
		top_complete_any(call, now, 0);
	else if (!top_complete_fast(call->ctx, now))
		top_complete_rarely(call->ctx, now);
}

static __always_inline struct aios_top_call *top_call(__u32 tid)
{
	__u32 i = tid % AIOS_TOP_CALLS;

	return bpf_map_lookup_elem(&top_calls, &i);
}

static __always_inline void top_call_begins(void)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct aios_top_call *made = top_call(task->pid);

	if (!made)
		return;
	made->tid = task->pid;
	made->slept = task->nvcsw;
	made->ran_ns = task->se.sum_exec_runtime;
	made->ns = bpf_ktime_get_ns();
}

/* The call that this thread comes back from, NULL where another thread has its place by now. */
static __always_inline struct aios_top_call *top_call_ends(struct task_struct *task)
{
	struct aios_top_call *made = top_call(task->pid);

	if (!made || made->tid != (__u64)task->pid)
		return NULL;
	return made;
}

/*
 * The context that a thread means by aio_context_t: as lookup_ioctx() finds it, at the end of a
 * call that found it, when the ring's first page is there for certain. 0 where there is none.
 */
static __noinline __u64 top_kctx(__u64 user_id)
{
	struct task_struct *task = bpf_get_current_task_btf();
	__u64 mm, table, kctx;
	__u32 id = 0;

	/* struct aio_ring begins with it. */
	if (bpf_probe_read_user(&id, sizeof(id), (void *)user_id))
		return 0;
	mm = (__u64)task->mm;
	if (!mm)
		return 0;
	table = aios_peek(mm + bpf_core_field_offset(struct mm_struct, ioctx_table));
	if (!table || id >= aios_peek32(table + bpf_core_field_offset(struct kioctx_table, nr)))
		return 0;
	kctx = aios_peek(table + bpf_core_field_offset(struct kioctx_table, table) +
			 id * sizeof(kctx));
	if (!kctx || aios_peek(kctx + bpf_core_field_offset(struct kioctx, user_id)) != user_id)
		return 0;
	return kctx;
}

/*
 * Has the operation begun of the iocb that io_submit could not take? Then it was this CPU's last
 * birth. The request is free by now, and keeps what it was until its memory is used again. On a
 * stock kernel it went with both references: one that was taken has lost the submission's.
 */
static __always_inline void top_unbirth(__u64 uiocb)
{
	__u64 kiocb = top_cpu()->birth;
	struct aios_top_start *start = kiocb ? top_start(kiocb) : NULL;

	if (start &&
	    aios_peek(kiocb + bpf_core_field_offset(struct aio_kiocb, ki_res.obj)) == uiocb &&
	    aios_peek32(kiocb + bpf_core_field_offset(struct aio_kiocb, ki_refcnt)) == 2)
		top_forget(start);
}

/* How long it did not run is what is left of the time it took; what it ran is known to a tick. */
static __always_inline void top_slept(struct aios_top_slot *slot, struct task_struct *task,
				      const struct aios_top_call *made, __u64 took)
{
	__u64 ran = task->se.sum_exec_runtime - made->ran_ns;

	if (task->nvcsw == made->slept)
		return;
	top_add(&slot->submit_slept, 1);
	if (ran < took)
		top_add(&slot->submit_slept_ns, took - ran);
}

/*
 * What the tool has to know of a context that is over before anybody looks: who uses it, and how
 * large it is.
 */
static __noinline void top_introduce(struct aios_top_slot *slot, __u64 address)
{
	struct kioctx *kctx = (struct kioctx *)address;

	if (slot->key != address)
		return;
	slot->user_id = BPF_CORE_READ(kctx, user_id);
	slot->max_reqs = BPF_CORE_READ(kctx, max_reqs);
	slot->nr_events = BPF_CORE_READ(kctx, nr_events);
	aios_who(&slot->proc, bpf_get_current_task_btf());
}

/*
 * The place of the context that io_submit was called for: most often that of the thread's call
 * before, as long as that context is alive, of this address space and known by this number.
 */
static __always_inline struct aios_top_slot *top_submitted(struct task_struct *task,
							   struct aios_top_call *made,
							   __u64 user_id)
{
	__u64 kctx = made ? made->kctx : 0;
	struct aios_top_slot *slot = kctx ? top_near_of(kctx) : NULL;

	if (slot && slot->proc.mm == (__u64)task->mm &&
	    aios_peek(kctx + bpf_core_field_offset(struct kioctx, user_id)) == user_id)
		return slot;
	kctx = top_kctx(user_id);
	slot = top_slot(kctx);
	/* It is older than the tool. */
	if (slot && !slot->proc.tgid)
		top_introduce(slot, kctx);
	if (made)
		made->kctx = kctx;
	return slot;
}

static __always_inline void top_submit(__u64 user_id, __s64 nr, __s64 ret)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct aios_top_call *made = top_call_ends(task);
	struct aios_top_slot *slot = top_submitted(task, made, user_id);
	__u64 took;

	if (!slot)
		return;
	top_add(&slot->submits, 1);
	if (nr > 0)
		top_add(&slot->asked, nr);
	if (ret > 0)
		top_add(&slot->accepted, ret);
	else if (ret == TOP_EAGAIN)
		top_add(&slot->submit_again, 1);
	else if (ret < 0)
		top_add(&slot->submit_errors, 1);
	if (!made)
		return;
	took = bpf_ktime_get_ns() - made->ns;
	top_add(&slot->submit_ns, took);
	top_raise(&slot->submit_max_ns, took);
	top_slept(slot, task, made, took);
}

/* Index of the first iocb that was not taken. */
static __always_inline __u64 top_refused(__s64 ret)
{
	return ret < 0 ? 0 : ret;
}

static __always_inline void top_refuse(__u64 list, __s64 ret)
{
	__u64 uiocb = 0;

	if (!bpf_probe_read_user(&uiocb, sizeof(uiocb),
				 (void *)(list + top_refused(ret) * sizeof(uiocb))))
		top_unbirth(uiocb);
}

static __always_inline void on_top_submit(aios_call_t call, const int direct)
{
	__s64 nr = aios_sys_arg(call, 1, direct), ret = call->ret;

	top_submit(aios_sys_arg(call, 0, direct), nr, ret);
	if (ret < nr)
		top_refuse(aios_sys_arg(call, 2, direct), ret);
}

static __always_inline void on_top_submit32(aios_call_t call, const int direct)
{
	__s64 nr = (__s32)aios_sys_arg32(call, 1, direct), ret = call->ret;

	top_submit(aios_sys_arg32(call, 0, direct), nr, ret);
	if (ret < nr)
		top_refuse(aios_sys_arg32(call, 2, direct), ret);
}

static __always_inline void on_top_call(aios_call_t call, const int direct)
{
	top_call_begins();
}

/* The ring is at its fullest before a reader takes from it. */
static __always_inline void top_peak(struct kioctx *kctx, struct aios_top_slot *slot,
				     const int direct)
{
	__u32 nr = READ_FIELD(direct, kctx, nr_events), tail = READ_FIELD(direct, kctx, tail);
	__u32 head = aios_ring_head(kctx, direct);

	/* User space can write anything there. */
	if (!nr || head >= nr)
		return;
	top_raise(&slot->peak, tail >= head ? tail - head : tail + nr - head);
}

static __always_inline void on_top_reader(aios_call_t call, const int direct)
{
	struct aios_top_slot *slot = top_slot(aios_late(call, 0, direct));

	if (slot)
		top_peak((struct kioctx *)call->a[0], slot, direct);
	top_call_begins();
}

static __always_inline void on_top_reader_back(aios_call_t call, const int direct)
{
	struct aios_top_slot *slot = top_slot(aios_late(call, 0, direct));
	struct aios_top_call *made = top_call_ends(bpf_get_current_task_btf());
	__s64 ret = call->ret;

	if (!slot)
		return;
	top_add(&slot->reads, 1);
	if (ret > 0)
		top_add(&slot->taken, ret);
	else
		top_add(&slot->read_empty, 1);
	if (made)
		top_add(&slot->read_ns, bpf_ktime_get_ns() - made->ns);
}

static __always_inline void top_cancel(__u64 user_id, __s64 ret)
{
	struct aios_top_slot *slot = top_slot(top_kctx(user_id));

	if (!slot)
		return;
	top_add(&slot->cancels, 1);
	if (ret && ret != TOP_EINPROGRESS)
		top_add(&slot->cancel_errors, 1);
}

static __always_inline void on_top_cancel(aios_call_t call, const int direct)
{
	top_cancel(aios_sys_arg(call, 0, direct), call->ret);
}

static __always_inline void on_top_cancel32(aios_call_t call, const int direct)
{
	top_cancel(aios_sys_arg32(call, 0, direct), call->ret);
}

static __always_inline void on_top_setup(aios_call_t call, const int direct)
{
	if (call->ret == TOP_EAGAIN)
		top_add(&top_host.setup_again, 1);
	else if (call->ret < 0)
		top_add(&top_host.setup_errors, 1);
}

static __always_inline void top_end_at(struct aios_top_slot *slot, __u64 kctx)
{
	if (!slot || slot->key != kctx)
		return;
	slot->ended_ns = bpf_ktime_get_ns();
	*(volatile __u64 *)&slot->key = kctx | AIOS_TOP_ENDED;
}

/* If the end of a context was missed, this one may have its address: the place is not its own. */
static __always_inline void top_end(__u64 kctx)
{
	__u32 first = top_first_place(kctx);

	top_end_at(top_near_of(kctx), kctx);
	for (__u32 i = 0; i < AIOS_TOP_PROBES; i++)
		top_end_at(top_place(first + i), kctx);
}

static __always_inline void on_top_alloc(aios_call_t call, const int direct)
{
	__u64 kctx = aios_ret_number(call, direct);
	struct aios_top_slot *slot;

	if (kctx >= TOP_ERR_PTR)
		return;
	top_end(kctx);
	slot = top_slot(kctx);
	if (!slot || slot->key != kctx) {
		top_add(&top_host.not_apart, 1);
		return;
	}
	top_introduce(slot, kctx);
	slot->born_ns = bpf_ktime_get_ns();
}

static __always_inline void on_top_free(aios_call_t call, const int direct)
{
	top_end(aios_number(call, 0, direct) -
		bpf_core_field_offset(struct kioctx, free_rwork.work));
}

AIOS_ENTRY_AS(count_read, aio_read, 3, on_top_read)
AIOS_ENTRY_AS(count_write, aio_write, 3, on_top_write)
AIOS_ENTRY_AS(count_fsync, aio_fsync, 3, on_top_fsync)
AIOS_ENTRY_AS(count_complete, aio_complete, 1, on_top_complete)
AIOS_ENTRY_AS(count_poll_queue, aio_poll_queue_proc, 3, on_top_queue)
AIOS_ENTRY_AS(count_poll_wake, aio_poll_wake, 4, on_top_wake)
AIOS_ENTRY_AS(count_poll_work, aio_poll_complete_work, 1, on_top_work)
AIOS_ENTRY_AS(count_poll_cancel, aio_poll_cancel, 1, on_top_poll_cancel)
AIOS_ENTRY_AS(count_submit, __x64_sys_io_submit, 1, on_top_call)
AIOS_EXIT_AS(count_submit, __x64_sys_io_submit, 1, on_top_submit)
AIOS_ENTRY_AS(count_submit32, __ia32_compat_sys_io_submit, 1, on_top_call)
AIOS_EXIT_AS(count_submit32, __ia32_compat_sys_io_submit, 1, on_top_submit32)
AIOS_ENTRY_AS(count_reader, read_events, 5, on_top_reader)
AIOS_EXIT_AS(count_reader, read_events, 5, on_top_reader_back)
AIOS_EXIT_AS(count_cancel, __x64_sys_io_cancel, 1, on_top_cancel)
AIOS_EXIT_AS(count_cancel32, __ia32_sys_io_cancel, 1, on_top_cancel32)
AIOS_EXIT_AS(count_setup, __x64_sys_io_setup, 1, on_top_setup)
AIOS_EXIT_AS(count_setup32, __ia32_compat_sys_io_setup, 1, on_top_setup)
AIOS_EXIT_AS(count_alloc, ioctx_alloc, 1, on_top_alloc)
AIOS_ENTRY_AS(count_free, free_ioctx, 1, on_top_free)

static long top_ask_one(__u32 i, void *unused)
{
	if (i < AIOS_TOP_ASKED)
		top_asked.kctx[i] = top_kctx_of(top_asked.kiocb[i]);
	return 0;
}

/* Run by the tool: whose requests those are that it has written down. */
SEC("?raw_tp")
int top_ask(void *ctx)
{
	bpf_loop(top_asked.cnt, top_ask_one, NULL, 0);
	return 0;
}
