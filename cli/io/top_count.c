// SPDX-License-Identifier: GPL-2.0-only
/*
 * top_count.c - the counters that aiotop's programs and the tool share, see <aioscope/top.h>.
 */
#include "top_count.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../lib/map.h"

#define BITS_MIN	10U
#define BITS_MAX	13U
#define LINGER_NS	3000000000ULL	/* for so long a context is shown when it is over */
#define STALE_NS	1000000000ULL	/* a start of no context's: older than a look takes */

/**
 * struct place - what is remembered of a context's place
 * @kctx: whose it is
 * @id: struct aios_top_ctx.id, 0 while it was in no sample
 */
struct place {
	uint64_t kctx;
	uint64_t id;
};

struct aios_top_count {
	struct aios_load *load;
	struct aios_top_slot *near;
	struct aios_top_slot *slots;
	size_t slot_cnt, slot_bytes;
	struct aios_top_start *starts;
	size_t start_cnt, place_cnt;
	struct place *places;
	uint64_t missed;
};

/**
 * struct reading - the making of a sample
 * @live: address of a context that is not over -> 1 + its index in @sample
 * @past: address of a context, AIOS_TOP_ENDED added where it was over -> 1 + index in @before;
 *	filled when it is asked for first
 * @started: by index in @sample: requests that began before @before
 */
struct reading {
	struct aios_top_count *count;
	struct aios_top_edge *edge;
	const struct aios_top_sample *before;
	struct aios_top_sample *sample;
	uint64_t look_into;
	struct aios_map live;
	struct aios_map past;
	bool past_filled;
	uint32_t *started;
};

unsigned int aios_top_count_bits(uint64_t contexts)
{
	unsigned int bits = BITS_MIN;

	while (bits < BITS_MAX && 1ULL << bits < 2 * contexts)
		bits++;
	return bits;
}

static void *map_shared(const struct aios_load *load, const char *name, size_t *bytes)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	int fd = aios_load_map_fd(load, name);
	void *memory;

	*bytes = (*bytes + page - 1) & ~(page - 1);
	memory = fd < 0 ? MAP_FAILED :
			  mmap(NULL, *bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	return memory == MAP_FAILED ? NULL : memory;
}

int aios_top_count_new(struct aios_load *load, unsigned int bits, struct aios_top_count **ret)
{
	struct aios_top_count *count = calloc(1, sizeof(*count));

	*ret = count;
	if (!count)
		return -ENOMEM;
	count->load = load;
	count->slot_cnt = AIOS_TOP_SLOTS(bits);
	count->slot_bytes = count->slot_cnt * sizeof(*count->slots);
	count->start_cnt = AIOS_TOP_WAYS << AIOS_TOP_STARTS_BITS;
	count->slots = map_shared(load, "top_slots", &count->slot_bytes);
	count->near = aios_load_top_near(load);
	count->starts = aios_load_top_starts(load);
	count->place_cnt = AIOS_TOP_NEAR + count->slot_cnt - 1;
	count->places = calloc(count->place_cnt, sizeof(*count->places));
	if (count->slots && count->places)
		return 0;
	*ret = aios_top_count_free(count);
	return -ENOMEM;
}

/**
 * aios_top_count_free() - unmaps them
 * @count: may be NULL
 * Return: NULL.
 */
struct aios_top_count *aios_top_count_free(struct aios_top_count *count)
{
	if (!count)
		return NULL;
	if (count->slots)
		munmap(count->slots, count->slot_bytes);
	free(count->places);
	free(count);
	return NULL;
}

static struct aios_top_ctx *ctx_of(const struct aios_map *map, uint64_t key,
				   const struct aios_top_sample *sample)
{
	size_t index = (size_t)aios_map_get(map, key);

	return index ? &sample->ctxs[index - 1] : NULL;
}

static int live_put(struct reading *r, size_t index)
{
	return aios_map_put(&r->live, r->sample->ctxs[index].snap.kctx, (void *)(index + 1));
}

/* Most often nobody asks: places keep their contexts' ids. */
static int past_fill(struct reading *r)
{
	int err = 0;

	for (size_t i = 0; i < r->before->ctx_cnt && !err; i++) {
		const struct aios_top_ctx *ctx = &r->before->ctxs[i];

		err = aios_map_put(&r->past, ctx->snap.kctx | (ctx->ended_ns ? AIOS_TOP_ENDED : 0),
				   (void *)(i + 1));
	}
	r->past_filled = !err;
	return err;
}

/*
 * What the sample before had of the context in a place, NULL for nothing. Addresses are used again:
 * what was born at another time is another one.
 */
static const struct aios_top_ctx *past_ctx(struct reading *r, const struct place *place,
					   const struct aios_top_slot *slot)
{
	const struct aios_top_ctx *live, *over;

	if (!r->before || (!r->past_filled && past_fill(r)))
		return NULL;
	live = ctx_of(&r->past, place->kctx, r->before);
	over = ctx_of(&r->past, place->kctx | AIOS_TOP_ENDED, r->before);
	if (live && live->born_ns == slot->born_ns)
		return live;
	return over && over->born_ns == slot->born_ns ? over : NULL;
}

static bool same_proc(const struct aios_top_proc *proc, uint32_t tgid, uint64_t start_ns)
{
	return proc->snap.tgid == tgid && (!start_ns || proc->snap.start_ns == start_ns);
}

static const struct aios_top_proc *find_proc(const struct aios_top_sample *sample, uint32_t tgid,
					     uint64_t start_ns)
{
	for (size_t i = 0; sample && i < sample->proc_cnt; i++)
		if (same_proc(&sample->procs[i], tgid, start_ns))
			return &sample->procs[i];
	return NULL;
}

static char *copy_text(const char *text)
{
	return text ? strdup(text) : NULL;
}

/*
 * A process whose contexts are all over: as it was, or, if no sample had it, as it was when it made
 * the first of them. One that only completions of requests tell of is nobody's that is known.
 */
static const struct aios_top_proc *add_proc(struct reading *r, const struct aios_snap_proc *snap,
					    const struct aios_top_proc *old)
{
	struct aios_top_proc *proc = aios_top_sample_proc(r->sample);

	if (!proc)
		return NULL;
	proc->gone = true;
	proc->snap = old ? old->snap : *snap;
	proc->command = copy_text(old ? old->command : NULL);
	proc->cgroup = copy_text(old ? old->cgroup : NULL);
	proc->container = copy_text(old ? old->container : NULL);
	if (old || !snap->tgid)
		proc->user = strdup(old && old->user ? old->user : "?");
	else if (aios_top_user(r->edge, proc))
		return NULL;
	return proc;
}

/* The index of a context's process in the sample, which may have to be added; -ENOMEM. */
static ssize_t keep_proc(struct reading *r, const struct aios_snap_proc *snap)
{
	const struct aios_top_proc *proc = find_proc(r->sample, snap->tgid, snap->start_ns);

	if (!proc)
		proc = add_proc(r, snap, find_proc(r->before, snap->tgid, snap->start_ns));
	return proc ? proc - r->sample->procs : -ENOMEM;
}

/* What nobody has looked at. */
static void forget_slots(struct aios_snap_ctx *snap)
{
	snap->head = AIOS_UNKNOWN32;
	snap->free_shared = AIOS_UNKNOWN32;
	snap->free_cpus = AIOS_UNKNOWN32;
	snap->completed = AIOS_UNKNOWN32;
	snap->alive = AIOS_UNKNOWN32;
	snap->waiters = AIOS_UNKNOWN32;
	snap->polls = AIOS_UNKNOWN32;
}

/* A context that the snapshot no longer finds: as it was, or, if no sample had it, who made it. */
static struct aios_top_ctx *keep_ctx(struct reading *r, const struct place *place,
				     const struct aios_top_slot *slot)
{
	const struct aios_top_ctx *old = past_ctx(r, place, slot);
	ssize_t proc = keep_proc(r, old ? &r->before->procs[old->proc].snap : &slot->proc);
	struct aios_top_ctx *ctx = proc < 0 ? NULL : aios_top_sample_ctx(r->sample);

	if (!ctx)
		return NULL;
	ctx->snap = old ? old->snap : (struct aios_snap_ctx){
		.kctx = place->kctx, .user_id = slot->user_id, .tgid = slot->proc.tgid,
		.max_reqs = slot->max_reqs, .nr_events = slot->nr_events,
	};
	if (!old)
		forget_slots(&ctx->snap);
	ctx->id = place->id;
	ctx->proc = (size_t)proc;
	return ctx;
}

static __u64 take_max(__u64 *max)
{
	return __atomic_exchange_n(max, 0, __ATOMIC_RELAXED);
}

static void add_hist(__u32 *to, const __u32 *from)
{
	for (size_t i = 0; i < AIOS_TOP_BUCKETS; i++)
		to[i] += from[i];
}

/* Most contexts have operations of one kind: what has no requests is not looked at. */
static void read_tally(struct aios_top_counts *to, struct aios_top_tally *from,
		       enum aios_top_class class, uint64_t completed)
{
	__u64 max_ns = completed ? take_max(&from->max_ns) : 0;

	if (!completed)
		return;
	to->failed += from->failed;
	if (class == AIOS_TOP_READS || class == AIOS_TOP_WRITES)
		to->bytes[class] += from->bytes;
	if (max_ns > to->max_ns[class])
		to->max_ns[class] = max_ns;
	add_hist(to->hist[class], from->hist);
}

static void read_tallies(struct aios_top_counts *to, struct aios_top_slot *from)
{
	for (int op = 0; op < AIOS_TOP_OFTEN; op++) {
		to->completed[op] = from->tallies[op].completed;
		read_tally(to, &from->tallies[op], op / 2, to->completed[op]);
	}
	for (int op = AIOS_TOP_OFTEN; op < AIOS_TOP_OPS; op += 2) {
		__u64 *both = &from->rare[op - AIOS_TOP_OFTEN];

		to->completed[op] = both[0];
		to->completed[op + 1] = both[1];
		read_tally(to, &from->tallies[AIOS_TOP_TALLY(op)], op / 2, both[0] + both[1]);
	}
}

/* @to: all 0 */
static void read_counts(struct aios_top_counts *to, struct aios_top_slot *from)
{
	to->submits = from->submits;
	to->asked = from->asked;
	to->accepted = from->accepted;
	to->submit_again = from->submit_again;
	to->submit_errors = from->submit_errors;
	to->submit_ns = from->submit_ns;
	to->submit_slept = from->submit_slept;
	to->submit_slept_ns = from->submit_slept_ns;
	to->submit_max_ns = from->submit_max_ns;
	to->reads = from->reads;
	to->read_empty = from->read_empty;
	to->taken = from->taken;
	to->read_ns = from->read_ns;
	to->cancels = from->cancels;
	to->cancel_errors = from->cancel_errors;
	to->untimed = from->untimed;
	to->peak = take_max(&from->peak);
	memcpy(to->polls, from->polls, sizeof(to->polls));
	read_tallies(to, from);
}

/* Readers raise the peak before they take, so what is in the ring now has not been seen. */
static void peak_now(struct aios_top_ctx *ctx)
{
	uint32_t unread = aios_top_slots(&ctx->snap).unread;

	if (unread != AIOS_UNKNOWN32 && unread > ctx->counts.peak)
		ctx->counts.peak = unread;
}

static void place_show(struct place *place, struct aios_top_slot *slot, struct aios_top_ctx *ctx)
{
	ctx->id = place->id;
	ctx->born_ns = slot->born_ns;
	ctx->counted = true;
	read_counts(&ctx->counts, slot);
}

/* Programs take it as soon as it has no key any more, so that goes last. */
static void place_release(struct place *place, struct aios_top_slot *slot)
{
	memset(&slot->key + 1, 0, sizeof(*slot) - sizeof(slot->key));
	__atomic_store_n(&slot->key, 0, __ATOMIC_RELEASE);
	*place = (struct place){ 0 };
}

/* The sample keeps it from here on: the next context with its address needs the place. */
static int place_ended(struct reading *r, struct place *place, struct aios_top_slot *slot)
{
	struct aios_top_ctx *ctx;

	if (!place->id)
		place->id = aios_top_new_id(r->edge);
	ctx = keep_ctx(r, place, slot);
	if (!ctx)
		return -ENOMEM;
	place_show(place, slot, ctx);
	ctx->ended_ns = slot->ended_ns;
	place_release(place, slot);
	return 0;
}

/* What is over and was in the sample before is shown a moment longer. */
static int linger(struct reading *r, const struct aios_top_ctx *old)
{
	ssize_t proc = keep_proc(r, &r->before->procs[old->proc].snap);
	struct aios_top_ctx *ctx = proc < 0 ? NULL : aios_top_sample_ctx(r->sample);

	if (!ctx)
		return -ENOMEM;
	*ctx = *old;
	ctx->proc = (size_t)proc;
	ctx->counts.peak = 0;
	memset(ctx->counts.max_ns, 0, sizeof(ctx->counts.max_ns));
	return 0;
}

static int linger_all(struct reading *r)
{
	int err = 0;

	for (size_t i = 0; r->before && i < r->before->ctx_cnt && !err; i++) {
		const struct aios_top_ctx *old = &r->before->ctxs[i];

		if (old->ended_ns && old->ended_ns + LINGER_NS >= r->sample->ns)
			err = linger(r, old);
	}
	return err;
}

/* What is older than the look and was not found by it: it is in no table any more. */
static bool in_teardown(struct reading *r, const struct place *place,
			const struct aios_top_slot *slot)
{
	if (r->sample->host.not_shown || !r->sample->host.sees_all)
		return false;
	return (slot->born_ns && slot->born_ns < r->sample->began_ns) ||
	       (place->id && past_ctx(r, place, slot));
}

/*
 * It was made since the snapshot, or there was no room for it there, and another sample will have
 * it; or it is in teardown, and shown even if it came and went since the sample before: there may
 * be no other sample.
 */
static int place_unseen(struct reading *r, struct place *place, struct aios_top_slot *slot)
{
	struct aios_top_ctx *ctx;
	int err;

	if (!in_teardown(r, place, slot))
		return 0;
	if (!place->id)
		place->id = aios_top_new_id(r->edge);
	ctx = keep_ctx(r, place, slot);
	err = ctx ? live_put(r, r->sample->ctx_cnt - 1) : -ENOMEM;
	if (err)
		return err;
	/* It is on its way, and so is its process: what was seen of it is of a while ago. */
	r->sample->procs[ctx->proc].gone = false;
	forget_slots(&ctx->snap);
	ctx->snap.dead = 1;
	place_show(place, slot, ctx);
	return 0;
}

/* Whoever makes the sample gives ids to contexts that have none, so the next reading finds them. */
static void place_know(struct reading *r, struct place *place, const struct aios_top_slot *slot,
		       uint64_t key)
{
	const struct aios_top_ctx *old;

	if (place->kctx != (key & ~AIOS_TOP_ENDED))
		*place = (struct place){ .kctx = key & ~AIOS_TOP_ENDED };
	if (place->id)
		return;
	old = past_ctx(r, place, slot);
	if (old)
		place->id = old->id;
}

/* Those that are near, then all others but place 0, which is no context's. */
static struct aios_top_slot *slot_of(const struct aios_top_count *count, size_t place)
{
	return place < AIOS_TOP_NEAR ? &count->near[place] :
				       &count->slots[1 + place - AIOS_TOP_NEAR];
}

static int place_read(struct reading *r, size_t i)
{
	struct aios_top_slot *slot = slot_of(r->count, i);
	uint64_t key = __atomic_load_n(&slot->key, __ATOMIC_ACQUIRE);
	struct place *place = &r->count->places[i];
	struct aios_top_ctx *ctx;

	if (!key)
		return 0;
	place_know(r, place, slot, key);
	if (key & AIOS_TOP_ENDED)
		return place_ended(r, place, slot);
	ctx = ctx_of(&r->live, key, r->sample);
	if (!ctx)
		return place_unseen(r, place, slot);
	place_show(place, slot, ctx);
	peak_now(ctx);
	return 0;
}

/* The first of those that are kept goes in at its place, the last of them drops out. */
static void oldest_add(struct aios_top_ctx *ctx, uint64_t ns, uint64_t what)
{
	size_t i = ctx->oldest_cnt;

	if (i == AIOS_TOP_OLDEST && ctx->oldest[i - 1].since_ns <= ns)
		return;
	if (i < AIOS_TOP_OLDEST)
		ctx->oldest_cnt++;
	else
		i--;
	for (; i && ctx->oldest[i - 1].since_ns > ns; i--)
		ctx->oldest[i] = ctx->oldest[i - 1];
	ctx->oldest[i] = (struct aios_top_oldest){
		.since_ns = ns,
		.what = what & AIOS_TOP_WHAT_MASK,
	};
}

/*
 * A start that nobody will ask for: of a context that is over, or where the completion was missed.
 * From within a pid namespace, contexts of others are not seen at all.
 * If its address is another request's just now, that one will be counted as untimed.
 */
static bool start_is_stale(const struct reading *r, const struct aios_top_ctx *ctx, uint64_t ns)
{
	if (!ctx)
		return ns + STALE_NS < r->sample->ns && !r->sample->host.not_shown &&
		       r->sample->host.sees_all;
	return !ctx->snap.alive && !ctx->snap.dead && r->before && ns < r->before->ns;
}

/* It is still what it was when it was asked for, so the answer is of this request. */
static void start_read(struct reading *r, struct aios_top_start *start, uint64_t ns, __u64 kiocb,
		       uint64_t kctx)
{
	struct aios_top_ctx *ctx = ctx_of(&r->live, kctx, r->sample);

	if (__atomic_load_n(&start->kiocb, __ATOMIC_ACQUIRE) != kiocb || start->ns != ns)
		return;
	if (start_is_stale(r, ctx, ns)) {
		__atomic_compare_exchange_n(&start->kiocb, &kiocb, 0, false, __ATOMIC_RELAXED,
					    __ATOMIC_RELAXED);
		return;
	}
	if (!ctx)
		return;
	oldest_add(ctx, ns, start->what);
	if (r->before && ns < r->before->ns)
		r->started[ctx - r->sample->ctxs]++;
}

/**
 * struct asking - starts whose contexts are wanted
 */
struct asking {
	size_t cnt;
	struct aios_top_start *starts[AIOS_TOP_ASKED];
	uint64_t ns[AIOS_TOP_ASKED];
	uint64_t kiocbs[AIOS_TOP_ASKED];
	uint64_t kctxs[AIOS_TOP_ASKED];
};

static int starts_ask(struct reading *r, struct asking *asking)
{
	int err = asking->cnt ? aios_load_top_ask(r->count->load, asking->kiocbs, asking->kctxs,
						  asking->cnt) : 0;

	for (size_t i = 0; i < asking->cnt && !err; i++)
		start_read(r, asking->starts[i], asking->ns[i], asking->kiocbs[i],
			   asking->kctxs[i]);
	asking->cnt = 0;
	return err;
}

static int start_ask(struct reading *r, struct asking *asking, struct aios_top_start *start)
{
	uint64_t kiocb = __atomic_load_n(&start->kiocb, __ATOMIC_ACQUIRE);
	size_t i = asking->cnt;

	asking->ns[i] = start->ns;
	if (!kiocb || !asking->ns[i])
		return 0;
	asking->starts[i] = start;
	asking->kiocbs[i] = kiocb;
	asking->cnt++;
	return asking->cnt == AIOS_TOP_ASKED ? starts_ask(r, asking) : 0;
}

/*
 * There cannot be more old requests than are alive: of the others the completions were missed.
 * Which ones cannot be told, but those that never go become the oldest.
 */
static void oldest_trim(const struct reading *r, size_t index)
{
	struct aios_top_ctx *ctx = &r->sample->ctxs[index];
	uint32_t alive = ctx->snap.alive, started = r->started[index];
	size_t keep = ctx->snap.kctx == r->look_into ? AIOS_TOP_OLDEST : 1, drop = 0;

	if (alive != AIOS_UNKNOWN32 && started > alive && !ctx->snap.dead)
		drop = started - alive;
	if (drop > ctx->oldest_cnt)
		drop = ctx->oldest_cnt;
	ctx->oldest_cnt -= drop;
	memmove(ctx->oldest, ctx->oldest + drop, ctx->oldest_cnt * sizeof(*ctx->oldest));
	if (ctx->oldest_cnt > keep)
		ctx->oldest_cnt = keep;
}

static int starts_read(struct reading *r)
{
	struct asking asking = { .cnt = 0 };
	int err = 0;

	r->started = calloc(r->sample->ctx_cnt + 1, sizeof(*r->started));
	if (!r->started)
		return -ENOMEM;
	for (size_t i = 0; i < r->count->start_cnt && !err; i++)
		err = start_ask(r, &asking, &r->count->starts[i]);
	if (!err)
		err = starts_ask(r, &asking);
	for (size_t i = 0; i < r->sample->ctx_cnt; i++)
		oldest_trim(r, i);
	return err;
}

static int add_misses(void *arg, const struct aios_plan_row *row, uint64_t cnt)
{
	uint64_t *missed = arg;

	(void)row;
	*missed += cnt;
	return 0;
}

static void host_read(struct reading *r)
{
	const struct aios_top_host_counts *counts = aios_load_top_host(r->count->load);
	struct aios_top_host *host = &r->sample->host;

	aios_load_misses(r->count->load, false, add_misses, &r->count->missed);
	host->missed = r->count->missed;
	host->setup_again = counts->setup_again;
	host->setup_errors = counts->setup_errors;
	host->not_apart = counts->not_apart;
	host->evidence = AIOS_TOP_FUNCTION;
	read_counts(&host->other, &r->count->slots[0]);
}

int aios_top_count_read(struct aios_top_count *count, struct aios_top_edge *edge,
			const struct aios_top_sample *before, uint64_t look_into,
			struct aios_top_sample *sample)
{
	struct reading r = {
		.count = count, .edge = edge, .before = before, .sample = sample,
		.look_into = look_into,
	};
	int err = 0;

	for (size_t i = 0; i < sample->ctx_cnt && !err; i++)
		err = live_put(&r, i);
	if (!err)
		err = linger_all(&r);
	for (size_t i = 0; i < count->place_cnt && !err; i++)
		err = place_read(&r, i);
	if (!err)
		err = starts_read(&r);
	host_read(&r);
	aios_map_done(&r.live);
	aios_map_done(&r.past);
	free(r.started);
	return err;
}
