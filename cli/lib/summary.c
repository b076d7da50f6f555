// SPDX-License-Identifier: GPL-2.0-only
/*
 * summary.c - a trace in numbers.
 */
#include "summary.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "column.h"
#include "vec.h"

#define RESULTS_MAX	256	/* different results of an operation that are told apart */

struct aios_summary *aios_summary_new(void)
{
	return calloc(1, sizeof(struct aios_summary));
}

static void op_done(struct aios_op_summary *op)
{
	aios_tally_done(&op->refused);
	aios_tally_done(&op->failed);
	aios_tally_done(&op->results);
	for (int i = 0; i < AIOS_STAGES; i++)
		free(op->stages[i]);
}

static void calls_done(struct aios_calls *calls)
{
	aios_tally_done(&calls->submit_errors);
	aios_tally_done(&calls->setup_errors);
	aios_tally_done(&calls->destroy_errors);
	aios_tally_done(&calls->cancels);
	aios_tally_done(&calls->read_errors);
}

/**
 * aios_summary_free() - frees a summary
 * @sum: may be NULL
 * Return: NULL.
 */
struct aios_summary *aios_summary_free(struct aios_summary *sum)
{
	if (!sum)
		return NULL;
	for (int i = 0; i < AIOS_OPS; i++)
		op_done(&sum->ops[i]);
	calls_done(&sum->calls);
	for (size_t i = 0; i < sum->caller_cnt; i++) {
		calls_done(&sum->callers[i]->calls);
		free(sum->callers[i]);
	}
	free(sum->callers);
	aios_map_done(&sum->caller_of);
	free(sum->batches);
	free(sum->ctxs);
	free(sum);
	return NULL;
}

static int hist_count(struct aios_hist **hist, uint64_t value)
{
	if (!*hist)
		*hist = calloc(1, sizeof(**hist));
	if (!*hist)
		return -ENOMEM;
	aios_hist_add(*hist, value);
	return 0;
}

/*
 * ERESTARTSYS and its like stay in the kernel: the program is told EINTR, or the kernel makes the
 * call again once the signal is dealt with, which then is counted again.
 */
static int64_t told_errno(int64_t ret)
{
	return ret == -512 || ret == -513 || ret == -514 || ret == -516 ? -EINTR : ret;
}

static int count_submit(struct aios_calls *calls, const struct aios_submit *body)
{
	calls->submit_calls++;
	if (body->nr > 0)
		calls->submit_asked += (uint64_t)body->nr;
	if (body->ret < 0)
		return aios_tally_add(&calls->submit_errors, told_errno(body->ret));
	calls->submit_accepted += (uint64_t)body->ret;
	if (body->ret < body->nr)
		calls->submit_short++;
	if ((uint64_t)body->ret > calls->submit_max)
		calls->submit_max = (uint64_t)body->ret;
	return 0;
}

static int count_read(struct aios_calls *calls, int64_t ret)
{
	calls->reads++;
	if (ret < 0)
		return aios_tally_add(&calls->read_errors, told_errno(ret));
	calls->read_events += (uint64_t)ret;
	return 0;
}

static int count_call_read(struct aios_calls *calls, const struct aios_rec *rec)
{
	const struct aios_call_read *body = &rec->call_read;

	if (body->begin_ns && rec->h.time_ns > body->begin_ns)
		calls->read_ns += rec->h.time_ns - body->begin_ns;
	return count_read(calls, body->ret);
}

static int count_destroy(struct aios_calls *calls, int64_t ret)
{
	if (ret)
		return aios_tally_add(&calls->destroy_errors, ret);
	calls->destroys++;
	return 0;
}

static int count_call(struct aios_calls *calls, const struct aios_rec *rec)
{
	switch (rec->h.type) {
	case AIOS_EV_CTX_SETUP:
	case AIOS_EV_CALL_SETUP:
		calls->setups++;
		return 0;
	case AIOS_EV_CTX_KILL:
		/* A context that io_setup takes back: see struct aios_ctx.undone. */
		if (!rec->ctx_kill.ret && !rec->ctx_kill.waits && calls->setups)
			calls->setups--;
		return 0;
	case AIOS_EV_CTX_REFUSED:
		return aios_tally_add(&calls->setup_errors, rec->ctx_refused.err);
	case AIOS_EV_CTX_DESTROY:
		return count_destroy(calls, rec->ctx_destroy.ret);
	case AIOS_EV_SUBMIT:
		return count_submit(calls, &rec->submit);
	case AIOS_EV_CANCEL:
		return aios_tally_add(&calls->cancels, rec->cancel.ret);
	case AIOS_EV_READ_END:
		return count_read(calls, rec->read_end.ret);
	case AIOS_EV_CALL_READ:
		return count_call_read(calls, rec);
	default:
		return 0;
	}
}

int aios_summary_record(struct aios_summary *sum, const struct aios_rec *rec)
{
	/* Late records are passed on after younger ones. */
	if (!sum->first_ns || rec->h.time_ns < sum->first_ns)
		sum->first_ns = rec->h.time_ns;
	if (rec->h.time_ns > sum->last_ns)
		sum->last_ns = rec->h.time_ns;
	if (rec->h.type == AIOS_EV_SUBMIT && rec->submit.ret >= 0 &&
	    hist_count(&sum->batches, (uint64_t)rec->submit.ret))
		return -ENOMEM;
	return count_call(&sum->calls, rec);
}

static struct aios_caller *caller_new(struct aios_summary *sum, uint32_t pid)
{
	struct aios_caller **callers = aios_vec_room(sum->callers, sum->caller_cnt,
						     &sum->caller_cap, sizeof(*callers));
	struct aios_caller *caller;

	if (!callers)
		return NULL;
	sum->callers = callers;
	caller = calloc(1, sizeof(*caller));
	if (!caller)
		return NULL;
	caller->pid = pid;
	callers[sum->caller_cnt++] = caller;
	return aios_map_put(&sum->caller_of, pid, caller) ? NULL : caller;
}

static struct aios_caller *caller_of(struct aios_summary *sum, uint32_t pid)
{
	struct aios_caller *caller = aios_map_get(&sum->caller_of, pid);

	return caller ? caller : caller_new(sum, pid);
}

/*
 * Who a process is comes before its first call, or a little later where two of its threads call at
 * once. Another name is another program, or another process with the same number.
 */
static int caller_told(struct aios_summary *sum, const struct aios_proc *body)
{
	struct aios_caller *caller = caller_of(sum, body->tgid);

	if (caller && caller->known &&
	    (strncmp(caller->comm, body->comm, AIOS_COMM_LEN) || caller->uid != body->uid))
		caller = caller_new(sum, body->tgid);
	if (!caller)
		return -ENOMEM;
	caller->known = true;
	caller->uid = body->uid;
	memcpy(caller->comm, body->comm, AIOS_COMM_LEN);
	return 0;
}

int aios_summary_caller(struct aios_summary *sum, const struct aios_rec *rec)
{
	struct aios_caller *caller;

	if (rec->h.type == AIOS_EV_PROC)
		return caller_told(sum, &rec->proc);
	caller = caller_of(sum, rec->h.tgid);
	return caller ? count_call(&caller->calls, rec) : -ENOMEM;
}

int aios_summary_gap(struct aios_summary *sum, const struct aios_gap *gap)
{
	struct aios_told_gap *told;

	if (sum->gap_cnt == AIOS_GAPS_TOLD)
		return 0;
	told = &sum->gaps[sum->gap_cnt++];
	told->gap = *gap;
	told->gap.hook = NULL;
	if (gap->hook)
		snprintf(told->hook, sizeof(told->hook), "%s", gap->hook);
	return 0;
}

static int sum_stages(struct aios_op_summary *op, const struct aios_request *req)
{
	int err = 0;

	for (int i = 0; i < AIOS_STAGES && !err; i++) {
		uint64_t ns;

		if (aios_stage_ns(req, (enum aios_stage)i, &ns))
			err = hist_count(&op->stages[i], ns);
	}
	return err;
}

static int sum_result(struct aios_op_summary *op, int64_t res)
{
	if (op->results.cnt >= RESULTS_MAX && !aios_tally_get(&op->results, res)) {
		op->other_results++;
		return 0;
	}
	return aios_tally_add(&op->results, res);
}

static int sum_completed(struct aios_summary *sum, struct aios_op_summary *op,
			 const struct aios_request *req)
{
	int err = sum_result(op, req->res);

	if (err)
		return err;
	op->completed++;
	sum->origins[req->origin]++;
	sum->parties[req->party]++;
	sum->where[aios_where(req->complete_flags)]++;
	if (req->origin == AIOS_ORIGIN_BEFORE)
		op->before++;
	if (req->fate == AIOS_FATE_UNREAD)
		sum->unread++;
	if (req->res < 0)
		return aios_tally_add(&op->failed, req->res);
	if (req->asked && aios_op_moves_bytes(req->ask.op))
		op->bytes += (uint64_t)req->res;
	return 0;
}

/* Of what was still being submitted when the trace ended, nobody knows yet. */
static bool was_accepted(const struct aios_request *req)
{
	return (req->origin == AIOS_ORIGIN_BIRTH || req->origin == AIOS_ORIGIN_RETURN) &&
	       (req->returned_ns || req->completed_ns);
}

int aios_summary_request(struct aios_summary *sum, const struct aios_request *req)
{
	struct aios_op_summary *op = &sum->ops[aios_op_index(req->asked ? req->ask.op :
							    AIOS_OP_UNKNOWN)];
	int err = 0;

	if (req->tainted)
		sum->tainted++;
	if (req->bios)
		req->queued_ns ? sum->tied++ : sum->untied++;
	sum->polls[aios_poll_order(req)]++;
	if (req->ledger && req->ledger->puts_told)
		sum->balances[aios_balance(req)]++;
	if (req->fate == AIOS_FATE_REFUSED)
		return aios_tally_add(&op->refused, req->refused);
	if (was_accepted(req))
		op->accepted++;
	if (req->fate == AIOS_FATE_LOST_TRACK)
		sum->lost_track++;
	if (req->fate == AIOS_FATE_IN_FLIGHT)
		op->in_flight++;
	if (req->completed_ns)
		err = sum_completed(sum, op, req);
	return err ? err : sum_stages(op, req);
}

int aios_summary_context(struct aios_summary *sum, const struct aios_ctx *ctx)
{
	struct aios_ctx *ctxs =
		aios_vec_room(sum->ctxs, sum->ctx_cnt, &sum->ctx_cap, sizeof(*ctxs));

	if (!ctxs)
		return -ENOMEM;
	sum->ctxs = ctxs;
	ctxs[sum->ctx_cnt] = *ctx;
	ctxs[sum->ctx_cnt++].ring = NULL;
	return 0;
}

uint64_t aios_summary_accepted(const struct aios_summary *sum)
{
	uint64_t total = 0;

	for (int i = 0; i < AIOS_OPS; i++)
		total += sum->ops[i].accepted;
	return total;
}

uint64_t aios_summary_completed(const struct aios_summary *sum)
{
	uint64_t total = 0;

	for (int i = 0; i < AIOS_OPS; i++)
		total += sum->ops[i].completed;
	return total;
}

uint64_t aios_summary_failed(const struct aios_summary *sum)
{
	uint64_t total = 0;

	for (int i = 0; i < AIOS_OPS; i++)
		total += sum->ops[i].failed.total;
	return total;
}

uint64_t aios_summary_refused(const struct aios_summary *sum)
{
	uint64_t total = 0;

	for (int i = 0; i < AIOS_OPS; i++)
		total += sum->ops[i].refused.total;
	return total;
}

uint64_t aios_summary_in_flight(const struct aios_summary *sum)
{
	uint64_t total = 0;

	for (int i = 0; i < AIOS_OPS; i++)
		total += sum->ops[i].in_flight;
	return total;
}
