// SPDX-License-Identifier: GPL-2.0-only
/*
 * rules_ctx.c - rules about a context and its ring: slots, the end of its life, heads and tails.
 */
#include <errno.h>

#include "event.h"
#include "names.h"
#include "rules_int.h"
#include "watch.h"

/* Of a context that was seen from its beginning on, and not from a hole on. */
static bool is_known(const struct aios_ctx *ctx)
{
	return !ctx->older && !ctx->implied;
}

/*
 * Rules that do not hold where the program moves the ring's head itself are asked when all is over
 * (@over): that it did so may show later than what looks wrong.
 */

/**
 * aios_rule_slots() - C1: free slots, requests and unreturned events make up the ring
 */
bool aios_rule_slots(struct aios_case *c, const struct aios_ctx *ctx,
		     const struct aios_watch *watch)
{
	static const char expected[] = "all slots but the one that always stays empty";
	uint64_t all = ctx->nr_events - 1ULL;

	(void)watch;
	if (!ctx->slots_counted || !ctx->nr_events)
		return false;
	if (ctx->slots_free + (uint64_t)ctx->slots_owed != all)
		return aios_broken(c, expected,
				   "of %llu slots of its ring, %u are free and %u are "
				   "to be given back when it is freed",
				   (unsigned long long)all, ctx->slots_free, ctx->slots_owed);
	return ctx->slots_seen && all - ctx->slots_taken + ctx->slots_given != ctx->slots_free &&
	       aios_broken(c, expected,
			   "%llu slots were taken and %llu given back, and of %llu "
			   "%u are free",
			   (unsigned long long)ctx->slots_taken,
			   (unsigned long long)ctx->slots_given, (unsigned long long)all,
			   ctx->slots_free);
}

/**
 * aios_rule_one_life() - C3: a context is killed, left, drained and freed once, in that order
 */
bool aios_rule_one_life(struct aios_case *c, const struct aios_ctx *ctx,
			const struct aios_watch *watch)
{
	static const char expected[] = "killed, left by its users, drained and freed: once each";

	if (!watch)
		return false;
	if (watch->kills > 1)
		return aios_broken(c, expected, "it was killed %u times", watch->kills);
	if (watch->users0 > 1 || watch->reqs0 > 1)
		return aios_broken(c, expected, "one of its counts became 0 more than once");
	if (ctx->reqs0_ns && is_known(ctx) && !ctx->users0_ns)
		return aios_broken(c, expected, "its requests were drained before its users");
	return ctx->free_ns && is_known(ctx) && !ctx->undone && !ctx->reqs0_ns &&
	       aios_broken(c, expected, "it was freed before its requests were drained");
}

/**
 * aios_rule_freed_in_time() - C4: a context whose counts are 0 is freed
 */
bool aios_rule_freed_in_time(struct aios_case *c, const struct aios_ctx *ctx,
			     const struct aios_watch *watch)
{
	(void)watch;
	return !ctx->free_ns && aios_overdue(c, ctx->reqs0_ns) &&
	       aios_broken(c, "free_ioctx() after an RCU grace period",
			   "its last request has been "
			   "gone for %llu s, and it was not freed",
			   aios_seconds(c->now_ns - ctx->reqs0_ns));
}

/**
 * aios_rule_drained() - C5: when io_destroy or the exit is through, no request is left
 */
bool aios_rule_drained(struct aios_case *c, const struct aios_ctx *ctx,
		       const struct aios_watch *watch)
{
	static const char expected[] = "that io_destroy and exit wait for all requests";

	if (!watch || !is_known(ctx))
		return false;
	if (watch->late)
		return aios_broken(c, expected,
				   "%u requests completed after io_destroy, or the "
				   "exit, was through",
				   watch->late);
	return watch->left && aios_broken(c, expected,
					  "%u requests were in flight when "
					  "io_destroy, or the exit, was through",
					  watch->left);
}

/**
 * aios_rule_teardown() - C7: what only has to be told that all is over is told so
 */
bool aios_rule_teardown(struct aios_case *c, const struct aios_ctx *ctx,
			const struct aios_watch *watch)
{
	if (!ctx->kill_ns)
		return false;
	if (!ctx->users0_ns && watch && is_known(ctx) && aios_overdue(c, watch->unused_ns))
		return aios_broken(c, "free_ioctx_users()",
				   "each system call gave its reference of it back, and its count "
				   "of users is not 0");
	if (!ctx->free_ns && ctx->users0_ns && !ctx->reqs0_ns && !ctx->in_flight &&
	    is_known(ctx) && aios_overdue(c, ctx->users0_ns))
		return aios_broken(c, "free_ioctx_reqs()",
				   "it has no user and no request any more, "
				   "and its count of requests is not 0");
	return watch && watch->waiter && !watch->gone_ns && !watch->others && !ctx->undone &&
	       aios_overdue(c, ctx->reqs0_ns) &&
	       aios_broken(c, "that io_destroy, or the exit, goes on",
			   "its last request is gone, and thread %u, which waits for that, was not "
			   "told",
			   watch->waiter);
}

/**
 * aios_rule_sleepers() - C8: who reads from a context that is killed is woken
 */
bool aios_rule_sleepers(struct aios_case *c, const struct aios_ctx *ctx,
			const struct aios_watch *watch)
{
	if (!watch || !aios_overdue(c, ctx->kill_ns))
		return false;
	for (size_t i = 0; i < watch->reader_cnt; i++)
		if (watch->readers[i].rec.h.type)
			return aios_broken(
				c, "that io_getevents returns",
				"thread %u is still in "
				"io_getevents, %llu s after it was killed",
				watch->readers[i].rec.h.tid,
				aios_seconds(c->now_ns - ctx->kill_ns));
	return false;
}

/* What a record of a dead request says that is done for it. */
static const char *dead_call(const struct aios_rec *rec)
{
	switch (rec->h.type) {
	case AIOS_EV_POLL_WAKE:
		return "a wait queue called";
	case AIOS_EV_POLL_CANCEL:
		return "somebody cancelled";
	case AIOS_EV_REQ_DONE:
		return "an operation ended of";
	default:
		return "a work item ran for";
	}
}

/**
 * aios_rule_dead_request() - R5: after its end nobody does anything for a request
 *
 * Its birth may come at once with the call, and be told behind it.
 */
bool aios_rule_dead_request(struct aios_case *c, const struct aios_ctx *ctx,
			    const struct aios_watch *watch)
{
	uint64_t call_ns = watch ? watch->dead_call.h.time_ns : 0;

	return call_ns && is_known(ctx) && (c->over || c->now_ns > call_ns + AIOS_TICK_NS) &&
	       aios_broken(c, "that all is over with the completion",
			   "%s what is no such request: it had ended, or was never made",
			   dead_call(&watch->dead_call));
}

static const char *errno_of(int64_t err)
{
	return aios_errno_name(err) ? aios_errno_name(err) : "no errno";
}

/**
 * aios_rule_submit_count() - R7: io_submit returns how many it took, or why it took none
 */
bool aios_rule_submit_count(struct aios_case *c, const struct aios_ctx *ctx,
			    const struct aios_watch *watch)
{
	static const char expected[] = "the number of requests that it took, or why it took none";
	const struct aios_fault *fault = aios_watch_fault(watch, AIOS_FAULT_COUNT);
	int64_t ret = fault ? fault->rec.submit.ret : 0;

	if (!fault || !is_known(ctx))
		return false;
	if (fault->due < 0)
		return aios_broken(c, expected,
				   "io_submit returned %lld, and its first request was refused "
				   "with %s",
				   (long long)ret, errno_of(fault->due));
	if (ret < 0)
		return aios_broken(c, expected, "io_submit failed with %s, and took %lld requests",
				   errno_of(ret), (long long)fault->due);
	return aios_broken(c, expected, "io_submit returned %lld, and took %lld requests",
			   (long long)ret, (long long)fault->due);
}

/**
 * aios_rule_cancel_result() - R13: io_cancel says whether a request was told to finish
 */
bool aios_rule_cancel_result(struct aios_case *c, const struct aios_ctx *ctx,
			     const struct aios_watch *watch)
{
	const struct aios_fault *fault = aios_watch_fault(watch, AIOS_FAULT_CANCEL);
	int64_t ret = fault ? fault->rec.cancel.ret : 0;

	if (!fault || !is_known(ctx))
		return false;
	if (ret >= 0)
		return aios_broken(c, "EINPROGRESS: the event will be in the ring",
				   "io_cancel returned %lld, as if there would be no event",
				   (long long)ret);
	return aios_broken(c, errno_of(fault->due), "io_cancel failed with %s, and the request %s",
			   errno_of(ret),
			   fault->due == -EINPROGRESS ? "was told to finish" : "was not");
}

/**
 * aios_rule_event_iocb() - R8: a request is of the iocb that is submitted
 */
bool aios_rule_event_iocb(struct aios_case *c, const struct aios_ctx *ctx,
			  const struct aios_watch *watch)
{
	const struct aios_fault *fault = aios_watch_fault(watch, AIOS_FAULT_IOCB);

	return fault && is_known(ctx) &&
	       aios_broken(c, "the iocb of the request",
			   "the iocb at 0x%llx was submitted, and its event will be of another",
			   (unsigned long long)fault->rec.req_return.uiocb);
}

/**
 * aios_rule_refused_slot() - C2: who is refused a slot could not have had one
 */
bool aios_rule_refused_slot(struct aios_case *c, const struct aios_ctx *ctx,
			    const struct aios_watch *watch)
{
	static const char expected[] = "a slot";
	const struct aios_fault *fault = aios_watch_fault(watch, AIOS_FAULT_SLOT);

	if (!watch || !is_known(ctx))
		return false;
	if (fault)
		return aios_broken(c, expected,
				   "io_submit was refused a slot, and %d were free, in batches of "
				   "%u",
				   fault->rec.req_refused.available,
				   fault->rec.req_refused.req_batch);
	return watch->hoarded.h.time_ns && !ctx->strange_heads &&
	       (c->over || c->now_ns > watch->hoarded.h.time_ns + AIOS_SETTLED_NS) &&
	       aios_broken(c, expected,
			   "io_submit was refused a slot, and events that were read had some to "
			   "give back: %u were due",
			   watch->hoarded.req_refused.completed);
}

/**
 * aios_rule_used_after_death() - C10: who works in a context keeps it from dying
 */
bool aios_rule_used_after_death(struct aios_case *c, const struct aios_ctx *ctx,
				const struct aios_watch *watch)
{
	static const char expected[] = "nothing: who looks a context up holds a reference of it";
	const struct aios_fault *used = aios_watch_fault(watch, AIOS_FAULT_USED);
	const struct aios_fault *drained = aios_watch_fault(watch, AIOS_FAULT_DRAINED);

	if (!is_known(ctx))
		return false;
	if (used)
		return aios_broken(c, expected, "its last user was gone, and a system call was "
				   "still at work in it: %s",
				   aios_event_doc(used->rec.h.type));
	return drained && aios_broken(c, "nothing: a request holds a reference of its context",
				      "its last request was gone, and then: %s",
				      aios_event_doc(drained->rec.h.type));
}

/**
 * aios_rule_tail() - G1: the tail moves by one for each completion
 *
 * The kernel has a tail of its own, which no program can write: over the whole life of a context it
 * moves by the number of completions, whoever came first.
 */
bool aios_rule_tail(struct aios_case *c, const struct aios_ctx *ctx, const struct aios_watch *watch)
{
	static const char expected[] = "one step of the tail for each request that completes";
	const struct aios_fault *out = aios_watch_fault(watch, AIOS_FAULT_TAIL);

	if (!is_known(ctx) || !ctx->nr_events)
		return false;
	if (aios_mismatched_in(c, watch, AIOS_SEEN_TAIL))
		return true;
	if (out)
		return aios_broken(c, "a tail within the ring",
				   "its tail was %u, and its ring has %u entries",
				   out->rec.req_complete.tail, ctx->nr_events);
	if (!c->over)
		return false;
	if (ctx->free_ns && ctx->tail != AIOS_UNKNOWN32 &&
	    ctx->tail != ctx->completed % ctx->nr_events)
		return aios_broken(c, expected,
				   "%llu requests completed, and its tail went to %u: it should be "
				   "%llu",
				   (unsigned long long)ctx->completed, ctx->tail,
				   (unsigned long long)(ctx->completed % ctx->nr_events));
	return ctx->not_seen && !ctx->strange_heads &&
	       aios_broken(c, expected, "its ring shows %llu events that no request made",
			   (unsigned long long)ctx->not_seen);
}

/**
 * aios_rule_reads() - G4: what io_getevents returns was in the ring, once
 *
 * What it returned and what is still there when the context is killed cannot be more than there
 * ever was: a program that takes events out itself only makes it less.
 */
bool aios_rule_reads(struct aios_case *c, const struct aios_ctx *ctx,
		     const struct aios_watch *watch)
{
	uint64_t left = watch ? watch->unread : 0;

	if (watch && watch->taken_wrong)
		return aios_broken(c, "as many events as the head moved",
				   "%u reads moved the head by other than what they took",
				   watch->taken_wrong);
	if (watch && watch->twice)
		return aios_broken(c, "each event returned once",
				   "readers returned %llu events more than the head of the ring "
				   "moved",
				   (unsigned long long)watch->twice);
	if (watch && watch->apart)
		return aios_broken(c, "each look into the ring where another one ended",
				   "readers began at slots that others had read, or that the head "
				   "had passed");
	return c->over && is_known(ctx) && !ctx->strange_heads &&
	       ctx->reaped_kernel + left > ctx->completed + ctx->not_seen &&
	       aios_broken(c, "each event returned once",
			   "io_getevents returned %llu events and %llu were left, and there were "
			   "%llu",
			   (unsigned long long)ctx->reaped_kernel, (unsigned long long)left,
			   (unsigned long long)ctx->completed);
}

/**
 * aios_rule_failed_reads() - G10: a read that fails takes nothing
 *
 * A program that takes events out of the ring itself can do so while a read fails.
 */
bool aios_rule_failed_reads(struct aios_case *c, const struct aios_ctx *ctx,
			    const struct aios_watch *watch)
{
	return c->over && watch && watch->moved_by_failure && is_known(ctx) &&
	       !ctx->strange_heads && ctx->reaped_user <= watch->moved_by_failure &&
	       aios_broken(c, "that the ring's head stays",
			   "%llu events left the ring in calls of "
			   "io_getevents that failed: nobody got them",
			   (unsigned long long)watch->moved_by_failure);
}

/**
 * aios_rule_overwritten() - G5: an event that was not read is not written over
 *
 * Given a head that the kernel moved: what the program writes there is its own affair.
 */
bool aios_rule_overwritten(struct aios_case *c, const struct aios_ctx *ctx,
			   const struct aios_watch *watch)
{
	return c->over && watch && watch->laps && is_known(ctx) && !ctx->strange_heads &&
	       !ctx->reaped_user &&
	       aios_broken(c, "a slot for each event: at most one less than the ring has entries",
			   "%u completions found the ring full", watch->laps);
}

/**
 * aios_rule_waiters() - G8: who waits for as many events as there are is woken
 */
bool aios_rule_waiters(struct aios_case *c, const struct aios_ctx *ctx,
		       const struct aios_watch *watch)
{
	uint64_t waited_ns;

	if (!watch || !is_known(ctx) || ctx->strange_heads || ctx->reaped_user)
		return false;
	waited_ns = watch->waited_ns;
	for (size_t i = 0; i < watch->reader_cnt; i++) {
		const struct aios_watch_reader *reader = &watch->readers[i];

		if (reader->rec.h.type && reader->enough_ns && c->now_ns > reader->enough_ns &&
		    c->now_ns - reader->enough_ns > waited_ns)
			waited_ns = c->now_ns - reader->enough_ns;
	}
	/* A woken reader needs nobody but the scheduler. */
	return waited_ns > c->patience_ns / 2 &&
	       aios_broken(c, "a wake-up by the completion that makes them enough",
			   "a reader slept for %llu s while the events that it waits for were in "
			   "the ring",
			   aios_seconds(waited_ns));
}

/**
 * aios_rule_stuck_thread() - R11: who waits for events, or for the end of a context, goes on
 *
 * Programs may wait for ever. Only where a command that is watched has come to a stand is that
 * told, and only where there is no request to blame. Readers of a dead context are C8's.
 */
bool aios_rule_stuck_thread(struct aios_case *c, const struct aios_ctx *ctx,
			    const struct aios_watch *watch)
{
	if (!aios_is_silent(c) || !watch || ctx->in_flight)
		return false;
	for (size_t i = 0; i < watch->reader_cnt; i++) {
		const struct aios_rec *rec = &watch->readers[i].rec;

		if (rec->h.type && !ctx->kill_ns)
			return aios_broken(c, "events, sooner or later",
					   "thread %u has waited in io_getevents for %llu s for "
					   "%lld events; nothing is in flight",
					   rec->h.tid, aios_seconds(c->now_ns - rec->h.time_ns),
					   (long long)rec->read_begin.min_nr);
	}
	return watch->waiter && !watch->gone_ns && !watch->inside && !ctx->users0_ns &&
	       aios_broken(c, "that io_destroy, or the exit, goes on",
			   "thread %u has waited in io_destroy, or in its exit, for %llu s; "
			   "nothing is in flight, and somebody still uses the context",
			   watch->waiter, aios_seconds(c->now_ns - ctx->kill_ns));
}

/**
 * aios_rule_read_result() - G9: a reader comes out with what it can have
 *
 * A context is dead a little before that is told, and no longer than it takes to unmap its ring.
 */
bool aios_rule_read_result(struct aios_case *c, const struct aios_ctx *ctx,
			   const struct aios_watch *watch)
{
	const struct aios_fault *fault = aios_watch_fault(watch, AIOS_FAULT_READ);
	int64_t ret = fault ? fault->rec.read_end.ret : 0;

	if (!watch || !is_known(ctx))
		return false;
	if (ret > 0)
		return aios_broken(c, "at most as many events as it was asked for",
				   "a reader returned %lld events, and was asked for fewer",
				   (long long)ret);
	if (fault)
		return aios_broken(c, "EFAULT, or EINVAL in a dead context",
				   "a reader failed with %s (%lld)",
				   errno_of(ret), (long long)ret);
	return watch->dead_ns &&
	       (ctx->kill_ns ? ctx->kill_ns > watch->dead_ns &&
				ctx->kill_ns - watch->dead_ns > c->patience_ns :
			       aios_overdue(c, watch->dead_ns)) &&
	       aios_broken(c, "EINVAL in a dead context alone",
			   "a reader was told that it is dead, and nobody had killed it");
}

/**
 * aios_rule_timeout() - G12: a reader comes out when its time is up
 */
bool aios_rule_timeout(struct aios_case *c, const struct aios_ctx *ctx,
		       const struct aios_watch *watch)
{
	uint64_t late_ns;

	if (!watch || !is_known(ctx))
		return false;
	late_ns = watch->overslept_ns;
	for (size_t i = 0; i < watch->reader_cnt; i++) {
		const struct aios_rec *begin = &watch->readers[i].rec;
		uint64_t inside_ns = begin->h.type ? aios_watch_overslept(begin, c->now_ns) : 0;

		if (inside_ns > late_ns)
			late_ns = inside_ns;
	}
	return late_ns > c->patience_ns &&
	       aios_broken(c, "that it returns with what there is",
			   "a reader was in io_getevents for %llu s more than it wanted to wait",
			   (unsigned long long)(late_ns / 1000000000));
}

/**
 * aios_rule_limit() - Y3: io_setup is refused for fs.aio-max-nr if that would be passed
 */
bool aios_rule_limit(struct aios_case *c, const struct aios_end *end)
{
	const struct aios_fault *fault = aios_watch_fault(c->host, AIOS_FAULT_LIMIT);
	const struct aios_ctx_limit *body = fault ? &fault->rec.ctx_limit : NULL;

	(void)end;
	return body && aios_broken(c, "a context",
				   "io_setup(%u) failed with EAGAIN while fs.aio-nr was %llu and "
				   "fs.aio-max-nr %llu",
				   body->max_reqs, (unsigned long long)body->aio_nr,
				   (unsigned long long)body->aio_max_nr);
}

/**
 * aios_rule_aio_nr() - Y1: fs.aio-nr changes by what contexts are made for, and back
 */
bool aios_rule_aio_nr(struct aios_case *c, const struct aios_end *end)
{
	if (!end->nr_known || !end->nr_drift)
		return false;
	return aios_broken(c,
			   "that io_setup adds what it was asked for, and that the end of the "
			   "context takes it away",
			   "during the trace fs.aio-nr %s by %lld that no context accounts for",
			   end->nr_drift > 0 ? "rose" : "fell",
			   (long long)(end->nr_drift > 0 ? end->nr_drift : -end->nr_drift));
}
