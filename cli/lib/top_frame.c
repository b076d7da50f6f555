// SPDX-License-Identifier: GPL-2.0-only
/*
 * top_frame.c - what happened between two samples.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "top.h"
#include "top_int.h"

static struct aios_top_past *past_of(struct aios_top *top, uint64_t id)
{
	struct aios_top_past *past = aios_map_get(&top->ctxs, id);

	if (past)
		return past;
	past = aios_map_add(&top->ctxs, id, sizeof(*past));
	if (past)
		past->id = id;
	return past;
}

static struct aios_top_legacy *legacy_of(struct aios_top *top, const struct aios_snap_proc *proc)
{
	struct aios_top_legacy *legacy = aios_map_get(&top->procs, proc->tgid);

	if (legacy && legacy->start_ns == proc->start_ns)
		return legacy;
	if (legacy) {
		aios_top_add(&top->over, &legacy->counts);
		*legacy = (struct aios_top_legacy){
			.tgid = proc->tgid,
			.start_ns = proc->start_ns,
		};
		return legacy;
	}
	legacy = aios_map_add(&top->procs, proc->tgid, sizeof(*legacy));
	if (!legacy)
		return NULL;
	legacy->tgid = proc->tgid;
	legacy->start_ns = proc->start_ns;
	return legacy;
}

static bool ctx_gone(const struct aios_top_sample *sample, const struct aios_top_ctx *ctx)
{
	return ctx->ended_ns || sample->procs[ctx->proc].gone;
}

/* Maxima are of the interval already, but for the longest call: where it rose, it was in here. */
static void counts_since(const struct aios_top_counts *restrict now,
			 const struct aios_top_counts *restrict before,
			 struct aios_top_counts *restrict ret)
{
	const __u64 *words = (const __u64 *)now, *old = (const __u64 *)before;
	const __u32 *hist = &now->hist[0][0], *old_hist = &before->hist[0][0];
	__u64 *ret_words = (__u64 *)ret;
	__u32 *ret_hist = &ret->hist[0][0];

	for (size_t i = 0; i < offsetof(struct aios_top_counts, hist) / sizeof(*words); i++)
		ret_words[i] = words[i] > old[i] ? words[i] - old[i] : 0;
	if (ret->submit_max_ns)
		ret->submit_max_ns = now->submit_max_ns;
	ret->peak = now->peak;
	memcpy(ret->max_ns, now->max_ns, sizeof(ret->max_ns));
	if (!aios_top_completed(ret))
		return;
	for (size_t i = 0; i < AIOS_TOP_CLASSES * AIOS_TOP_BUCKETS; i++)
		ret_hist[i] = hist[i] - old_hist[i];
}

/*
 * What left the ring and was not taken by a call. The ring and the counts are not read at the same
 * moment, so under load the balance is a little off, in either direction; what it fell short of is
 * made up for in the frames to come rather than forgotten, or it would add up.
 */
static uint64_t reaped_since(struct aios_top_past *past, const struct aios_top_row *row)
{
	const struct aios_top_ctx *ctx = row->ctx;
	uint32_t before = past->before ? aios_top_slots(&past->before->snap).unread : 0;
	int64_t left;

	if (!past->before && !ctx->born_ns)
		return UINT64_MAX;
	if (!ctx->counted || row->gone || before == AIOS_UNKNOWN32 ||
	    row->now.unread == AIOS_UNKNOWN32 || (past->before && !past->before->counted))
		return UINT64_MAX;
	left = (int64_t)(aios_top_completed(&row->delta) - row->delta.taken) -
	       ((int64_t)row->now.unread - before);
	past->reaped = left + (past->reaped < 0 ? past->reaped : 0);
	return past->reaped > 0 ? (uint64_t)past->reaped : 0;
}

static bool snap_moved(const struct aios_snap_ctx *a, const struct aios_snap_ctx *b)
{
	return a->head != b->head || a->tail != b->tail || a->completed != b->completed ||
	       a->free_shared != b->free_shared || a->free_cpus != b->free_cpus ||
	       a->alive != b->alive;
}

static void past_update(struct aios_top *top, struct aios_top_past *past,
			const struct aios_top_sample *now, const struct aios_top_row *row)
{
	const struct aios_snap_ctx *snap = &row->ctx->snap;

	past->still = past->frame && !snap_moved(snap, &past->snap) ? past->still + 1 : 0;
	if (!row->dead)
		past->dead_ns = 0;
	else if (!past->dead_ns)
		past->dead_ns = now->ns;
	past->snap = *snap;
	past->frame = top->frame;
	if (row->now.all && !row->gone)
		aios_top_minute_add(past, now->ns,
				    (uint8_t)aios_top_percent(row->peak, row->now.all));
}

static void row_maxima(struct aios_top_past *past, struct aios_top_row *row)
{
	uint64_t most = row->total.peak;

	/* In the first frame as well, whose interval began with the tool. */
	if (most > row->peak)
		row->peak = most < row->peak_of ? (uint32_t)most : row->peak_of;
	/* Of a ring that came and went between two looks the size is not known. */
	if (row->peak_of)
		most = row->peak;
	if (most > past->peak)
		past->peak = most;
	row->total.peak = past->peak;
	for (int i = 0; i < AIOS_TOP_CLASSES; i++) {
		if (row->total.max_ns[i] > past->max_ns[i])
			past->max_ns[i] = row->total.max_ns[i];
		row->total.max_ns[i] = past->max_ns[i];
	}
}

/* From rings alone, less is known. */
static uint32_t known_or_0(uint32_t value)
{
	return value == AIOS_UNKNOWN32 ? 0 : value;
}

static void row_of_ctx(struct aios_top *top, struct aios_top_past *past, bool first,
		       const struct aios_top_sample *now, struct aios_top_row *row)
{
	static const struct aios_top_counts none;
	const struct aios_top_ctx *ctx = row->ctx, *before = past->before;

	row->proc = &now->procs[ctx->proc];
	row->contexts = 1;
	row->dead = known_or_0(ctx->snap.dead) != 0;
	row->waiters = known_or_0(ctx->snap.waiters);
	row->polls = known_or_0(ctx->snap.polls);
	row->now = aios_top_slots(&ctx->snap);
	row->max_reqs = known_or_0(ctx->snap.max_reqs);
	row->nr_events = ctx->snap.nr_events;
	row->gone = ctx_gone(now, ctx);
	row->fresh = !first && !before;
	row->peak_of = row->now.all;
	row->peak = row->now.unread == AIOS_UNKNOWN32 ? 0 : row->now.unread;
	if (ctx->counted) {
		row->total = ctx->counts;
		if (!first)
			counts_since(&ctx->counts,
				     before && before->counted ? &before->counts : &none,
				     &row->delta);
	}
	row_maxima(past, row);
	row->reaped = first ? UINT64_MAX : reaped_since(past, row);
	if (ctx->oldest_cnt && !row->gone && ctx->oldest[0].since_ns <= now->ns) {
		row->oldest_ns = now->ns - ctx->oldest[0].since_ns;
		row->oldest_what = ctx->oldest[0].what;
	}
	past_update(top, past, now, row);
}

static uint32_t sum_known(uint32_t a, uint32_t b)
{
	return a == AIOS_UNKNOWN32 || b == AIOS_UNKNOWN32 ? AIOS_UNKNOWN32 : a + b;
}

/* What a sum has of the moment: contexts that are over count with a process that is over alone. */
static void row_add_now(struct aios_top_row *sum, const struct aios_top_row *row)
{
	sum->contexts += row->contexts;
	sum->dead += row->dead;
	sum->waiters += row->waiters;
	sum->polls += row->polls;
	sum->now.all += row->now.all;
	sum->now.free = sum_known(sum->now.free, row->now.free);
	sum->now.in_flight = sum_known(sum->now.in_flight, row->now.in_flight);
	sum->now.unread = sum_known(sum->now.unread, row->now.unread);
	sum->now.stale = sum_known(sum->now.stale, row->now.stale);
	sum->now.lost += row->now.lost;
	/* Of a context, what is dead asked for is still worth knowing; but it holds none of it. */
	if (!row->ctx || !row->dead)
		sum->max_reqs += row->max_reqs;
	sum->nr_events += row->nr_events;
	if (sum->reaped == UINT64_MAX || row->reaped == UINT64_MAX)
		sum->reaped = UINT64_MAX;
	else
		sum->reaped += row->reaped;
	if (row->oldest_ns > sum->oldest_ns) {
		sum->oldest_ns = row->oldest_ns;
		sum->oldest_what = row->oldest_what;
	}
}

static void row_add(struct aios_top_row *sum, const struct aios_top_row *row)
{
	if (!row->gone || sum->gone)
		row_add_now(sum, row);
	/* The fuller one, by its share. */
	if ((uint64_t)row->peak * sum->peak_of > (uint64_t)sum->peak * row->peak_of ||
	    !sum->peak_of) {
		sum->peak = row->peak;
		sum->peak_of = row->peak_of;
	}
	aios_top_add(&sum->delta, &row->delta);
	aios_top_add(&sum->total, &row->total);
}

static int mark_before(struct aios_top *top, const struct aios_top_sample *before)
{
	for (size_t i = 0; before && i < before->ctx_cnt; i++) {
		struct aios_top_past *past = past_of(top, before->ctxs[i].id);

		if (!past)
			return -ENOMEM;
		past->before = &before->ctxs[i];
	}
	return 0;
}

/* There was no room for it in the sample before: what it did since then is not known. */
static bool came_back(const struct aios_top_sample *before, const struct aios_top_past *past,
		      const struct aios_top_ctx *ctx)
{
	return before && before->host.not_shown && !past->before && ctx->born_ns < before->ns;
}

static int ctx_rows(struct aios_top *top, const struct aios_top_sample *before,
		    const struct aios_top_sample *now, struct aios_top_frame *ret)
{
	for (size_t i = 0; i < now->ctx_cnt; i++) {
		struct aios_top_row *row = &ret->ctx_rows[i];
		struct aios_top_past *past = past_of(top, now->ctxs[i].id);

		if (!past)
			return -ENOMEM;
		/* A context that no frame had was made since the sample before. */
		if (!past->frame)
			past->missed = past->before ? UINT64_MAX : before ? before->host.missed : 0;
		row->ctx = &now->ctxs[i];
		row_of_ctx(top, past, !before || came_back(before, past, row->ctx), now, row);
		if (!row->gone && !row->dead)
			ret->accounted += row->max_reqs;
	}
	return 0;
}

/*
 * What is not in the sample any more is over: its counts are its process's from now on. Where the
 * snapshot had no room it may come back, and would be counted twice, unless its end was seen.
 */
static int bequeath(struct aios_top *top, const struct aios_top_sample *before,
		    const struct aios_top_sample *now)
{
	for (size_t i = 0; before && i < before->ctx_cnt; i++) {
		const struct aios_top_ctx *ctx = &before->ctxs[i];
		struct aios_top_past *past = aios_map_get(&top->ctxs, ctx->id);
		struct aios_top_legacy *legacy;

		if (past->frame == top->frame || !ctx->counted ||
		    (now->host.not_shown && !ctx->ended_ns))
			continue;
		legacy = legacy_of(top, &before->procs[ctx->proc].snap);
		if (!legacy)
			return -ENOMEM;
		aios_top_add(&legacy->counts, &ctx->counts);
		for (int j = 0; j < AIOS_TOP_CLASSES; j++)
			if (past->max_ns[j] > legacy->counts.max_ns[j])
				legacy->counts.max_ns[j] = past->max_ns[j];
		if (past->peak > legacy->counts.peak)
			legacy->counts.peak = past->peak;
	}
	return 0;
}

static bool proc_was_there(const struct aios_top_sample *before, size_t hint,
			   const struct aios_snap_proc *proc)
{
	for (size_t i = 0; i < before->proc_cnt; i++) {
		/* Nearly always at the same place as before. */
		const struct aios_snap_proc *old =
			&before->procs[(hint + i) % before->proc_cnt].snap;

		if (old->tgid == proc->tgid && old->start_ns == proc->start_ns)
			return true;
	}
	return false;
}

static void proc_rows(struct aios_top *top, const struct aios_top_sample *before,
		      const struct aios_top_sample *now, struct aios_top_frame *ret)
{
	for (size_t i = 0; i < now->proc_cnt; i++) {
		const struct aios_snap_proc *snap = &now->procs[i].snap;
		struct aios_top_legacy *legacy = aios_map_get(&top->procs, snap->tgid);
		struct aios_top_row *row = &ret->proc_rows[i];

		row->proc = &now->procs[i];
		row->gone = now->procs[i].gone;
		row->fresh = before && !proc_was_there(before, i, snap);
		if (!before)
			row->reaped = UINT64_MAX;
		if (!legacy || legacy->start_ns != snap->start_ns)
			continue;
		legacy->frame = top->frame;
		row->total = legacy->counts;
	}
	for (size_t i = 0; i < now->ctx_cnt; i++)
		row_add(&ret->proc_rows[now->ctxs[i].proc], &ret->ctx_rows[i]);
}

/* Contexts that found no place are in no row. */
static void all_row(struct aios_top *top, const struct aios_top_sample *before,
		    const struct aios_top_sample *now, struct aios_top_frame *ret)
{
	struct aios_top_counts other = { 0 };

	for (size_t i = 0; i < now->proc_cnt; i++)
		row_add(&ret->all, &ret->proc_rows[i]);
	if (now->host.not_apart || !before)
		ret->all.reaped = UINT64_MAX;
	if (before) {
		counts_since(&now->host.other, &before->host.other, &other);
		aios_top_add(&ret->all.delta, &other);
	}
	aios_top_add(&ret->all.total, &top->over);
	aios_top_add(&ret->all.total, &now->host.other);
	if (now->host.other.peak > top->other_peak)
		top->other_peak = now->host.other.peak;
	if (top->other_peak > ret->all.total.peak)
		ret->all.total.peak = top->other_peak;
	for (int i = 0; i < AIOS_TOP_CLASSES; i++) {
		if (now->host.other.max_ns[i] > top->other_max_ns[i])
			top->other_max_ns[i] = now->host.other.max_ns[i];
		if (top->other_max_ns[i] > ret->all.total.max_ns[i])
			ret->all.total.max_ns[i] = top->other_max_ns[i];
	}
}

/* Lets go of the sample before, and, where the frame is complete, of what was not in it. */
static void sweep_ctxs(struct aios_top *top, bool complete)
{
	struct aios_top_past *past;

	for (size_t iter = 0; (past = aios_map_next(&top->ctxs, &iter));) {
		past->before = NULL;
		if (past->frame == top->frame || !complete)
			continue;
		aios_map_take(&top->ctxs, past->id);
		free(past);
		aios_map_again(&iter);
	}
}

static void sweep_procs(struct aios_top *top)
{
	struct aios_top_legacy *legacy;

	for (size_t iter = 0; (legacy = aios_map_next(&top->procs, &iter));) {
		if (legacy->frame == top->frame)
			continue;
		aios_map_take(&top->procs, legacy->tgid);
		aios_top_add(&top->over, &legacy->counts);
		free(legacy);
		aios_map_again(&iter);
	}
}

static int frame_fill(struct aios_top *top, const struct aios_top_sample *before,
		      const struct aios_top_sample *now, struct aios_top_frame *ret)
{
	int err = mark_before(top, before);

	if (!err)
		err = ctx_rows(top, before, now, ret);
	if (!err)
		err = bequeath(top, before, now);
	if (!err) {
		proc_rows(top, before, now, ret);
		sweep_procs(top);
		all_row(top, before, now, ret);
		err = aios_top_find(top, before, ret);
	}
	sweep_ctxs(top, !err);
	return err;
}

int aios_top_frame(struct aios_top *top, const struct aios_top_sample *before,
		   const struct aios_top_sample *now, struct aios_top_frame *ret)
{
	int err = -ENOMEM;

	*ret = (struct aios_top_frame){
		.sample = now,
		.span_ns = before && now->ns > before->ns ? now->ns - before->ns : 0,
		.ctx_cnt = now->ctx_cnt,
		.proc_cnt = now->proc_cnt,
	};
	top->frame++;
	ret->ctx_rows = calloc(now->ctx_cnt + 1, sizeof(*ret->ctx_rows));
	ret->proc_rows = calloc(now->proc_cnt + 1, sizeof(*ret->proc_rows));
	if (ret->ctx_rows && ret->proc_rows)
		err = frame_fill(top, before, now, ret);
	if (err)
		aios_top_frame_done(ret);
	return err;
}

void aios_top_frame_done(struct aios_top_frame *frame)
{
	for (size_t i = 0; i < frame->finding_cnt; i++)
		free(frame->findings[i].text);
	free(frame->findings);
	free(frame->ctx_rows);
	free(frame->proc_rows);
	*frame = (struct aios_top_frame){ 0 };
}
