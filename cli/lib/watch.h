/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * watch.h - what rules remember of contexts while they live.
 */
#ifndef AIOS_WATCH_H
#define AIOS_WATCH_H

#include "map.h"
#include "model.h"
#include "rules.h"

#define AIOS_TICK_NS	500 /* of the coarsest clock: records of two CPUs so close have no order */
#define AIOS_SETTLED_NS 100000000ULL /* longer than any two CPUs are apart in what they see */

/**
 * struct aios_wait - somebody still waits for a context whose life is over
 * @ctx: held
 * @watch: owned
 */
struct aios_wait {
	const struct aios_ctx *ctx;
	struct aios_watch *watch;
};

/**
 * struct aios_watches - of all contexts
 * @map: kctx -> struct aios_watch, owned
 * @by_user: the same by who made them, borrowed; see watch_key()
 * @submitters: tid -> struct aios_submitter, owned
 * @submitters_max: how many there may be before they are looked through
 * @kprobes: submissions are seen by kprobes, which can miss some
 * @host: what is of no context
 * @waiters: tid -> the last one killed of those that the thread waits for, borrowed
 * @waits: of those that are over, owned
 */
struct aios_watches {
	struct aios_map map;
	struct aios_map by_user;
	struct aios_map submitters;
	size_t submitters_max;
	bool kprobes;
	struct aios_watch host;
	struct aios_map waiters;
	struct aios_wait *waits;
	size_t wait_cnt, wait_cap;
};

/**
 * aios_watch_record() - takes a record, after the model has
 * @watches: where
 * @model: knows the contexts
 * @rec: the record
 * Return: 0 or -ENOMEM.
 */
int aios_watch_record(struct aios_watches *watches, const struct aios_model *model,
		      const struct aios_rec *rec);

/**
 * aios_watch_over() - a context's life is over; who waits for that may not know yet
 * @watches: where
 * @ctx: which
 * Return: 0 or -ENOMEM.
 */
int aios_watch_over(struct aios_watches *watches, const struct aios_ctx *ctx);

/**
 * aios_watch_others() - finds out who waits for other contexts, too
 * @watches: those that somebody waits for are marked
 * @model: knows which are drained
 */
void aios_watch_others(struct aios_watches *watches, const struct aios_model *model);

/**
 * aios_watch_timed() - is there a reader that comes out by itself?
 * @watches: where
 * @now_ns: how far the trace has been told
 * Return: whether one is inside whose time is not up.
 */
bool aios_watch_timed(const struct aios_watches *watches, uint64_t now_ns);

/**
 * aios_watch_fault() - was a fault seen?
 * @watch: of a context; may be NULL
 * @kind: which
 * Return: borrowed, or NULL where it was not.
 */
const struct aios_fault *aios_watch_fault(const struct aios_watch *watch,
					  enum aios_fault_kind kind);

/**
 * aios_watch_overslept() - how far is a reader behind its time?
 * @begin: its AIOS_EV_READ_BEGIN
 * @now_ns: it is still inside, or comes out
 * Return: 0 where it still may wait.
 */
uint64_t aios_watch_overslept(const struct aios_rec *begin, uint64_t now_ns);

const struct aios_watch *aios_watch_get(const struct aios_watches *watches, uint64_t kctx);
void aios_watches_done(struct aios_watches *watches);

#endif /* AIOS_WATCH_H */
