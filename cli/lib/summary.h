/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * summary.h - a trace in numbers: counts, distributions, contexts. Of fixed size but for contexts.
 */
#ifndef AIOS_SUMMARY_H
#define AIOS_SUMMARY_H

#include <stdint.h>

#include "hist.h"
#include "map.h"
#include "model.h"
#include "names.h"
#include "stage.h"
#include "tally.h"

/**
 * struct aios_op_summary - one operation in numbers
 * @accepted: taken by io_submit in this trace
 * @refused: not taken, by errno
 * @completed: completions, whatever their result
 * @failed: of those, with a negative result, by errno
 * @results: of those, by result, as long as there are not too many different ones
 * @other_results: the rest
 * @before: of @completed, requests that are older than the trace
 * @in_flight: not completed when the trace ended
 * @bytes: read or written
 * @stages: NULL where nothing was counted
 */
struct aios_op_summary {
	uint64_t accepted;
	struct aios_tally refused;
	uint64_t completed;
	struct aios_tally failed;
	struct aios_tally results;
	uint64_t other_results;
	uint64_t before;
	uint64_t in_flight;
	uint64_t bytes;
	struct aios_hist *stages[AIOS_STAGES];
};

/**
 * struct aios_calls - system calls in numbers
 * @submit_calls: calls of io_submit
 * @submit_asked: iocbs that they were given
 * @submit_accepted: iocbs that they took
 * @submit_short: calls that took some and not all
 * @submit_max: most iocbs that a call took
 * @submit_errors: calls that failed, by errno
 * @setups: io_setup calls that succeeded
 * @setup_errors: failed io_setup calls, by errno
 * @destroys: io_destroy calls that succeeded
 * @destroy_errors: that did not, by errno
 * @cancels: io_cancel calls, by result
 * @reads: io_getevents calls: at evidence level function those that found their context
 * @read_events: events they returned
 * @read_errors: failed ones, by errno
 * @read_ns: time spent in them, at evidence level syscall only
 */
struct aios_calls {
	uint64_t submit_calls;
	uint64_t submit_asked;
	uint64_t submit_accepted;
	uint64_t submit_short;
	uint64_t submit_max;
	struct aios_tally submit_errors;
	uint64_t setups;
	struct aios_tally setup_errors;
	uint64_t destroys;
	struct aios_tally destroy_errors;
	struct aios_tally cancels;
	uint64_t reads;
	uint64_t read_events;
	struct aios_tally read_errors;
	uint64_t read_ns;
};

/**
 * struct aios_caller - a process, from one exec to the next, and its calls
 * @known: a record told who it is; otherwise only @pid is good
 */
struct aios_caller {
	uint32_t pid;
	uint32_t uid;
	bool known;
	char comm[AIOS_COMM_LEN + 1];
	struct aios_calls calls;
};

#define AIOS_GAPS_TOLD	16	/* holes that are told one by one */

/**
 * struct aios_told_gap - a hole, with a copy of the hook's name
 */
struct aios_told_gap {
	struct aios_gap gap;
	char hook[AIOS_HOOK_NAME];
};

/**
 * struct aios_summary - a trace in numbers
 * @ops: by aios_op_index()
 * @origins: completions by enum aios_origin
 * @polls: poll requests by enum aios_poll_order
 * @parties: completions by enum aios_party
 * @balances: requests that have a ledger, by enum aios_balance
 * @where: completions by enum aios_where
 * @lost_track: requests whose completion was not seen
 * @unread: requests whose event was never read
 * @tainted: requests that were alive across a hole
 * @tied: requests whose bios were seen, all of them
 * @untied: requests of which bios were seen, and not all, or not all that became of them
 * @calls: of all processes
 * @batches: accepted iocbs a call
 * @callers: @calls by process, at evidence level syscall only; in the order of their first call
 * @caller_cnt: of @callers
 * @caller_of: tgid -> the one of @callers that has this number now
 * @ctxs: rows of contexts that ended, owned; their pointers are not valid any more
 * @gaps: the first holes
 * @gap_cnt: of @gaps
 * @first_ns, @last_ns: times of the first and last record
 */
struct aios_summary {
	struct aios_op_summary ops[AIOS_OPS];
	uint64_t origins[4];
	uint64_t polls[AIOS_POLL_UNCLEAR + 1];
	uint64_t parties[AIOS_PARTY_ERROR + 1];
	uint64_t balances[AIOS_BALANCE_BROKEN + 1];
	uint64_t where[AIOS_WHERE_UNKNOWN + 1];
	uint64_t lost_track;
	uint64_t unread;
	uint64_t tainted;
	uint64_t tied;
	uint64_t untied;
	struct aios_calls calls;
	struct aios_hist *batches;
	struct aios_caller **callers;
	size_t caller_cnt, caller_cap;
	struct aios_map caller_of;
	struct aios_ctx *ctxs;
	size_t ctx_cnt, ctx_cap;
	struct aios_told_gap gaps[AIOS_GAPS_TOLD];
	size_t gap_cnt;
	uint64_t first_ns;
	uint64_t last_ns;
};

/**
 * aios_summary_new() - an empty summary
 * Return: to be freed with aios_summary_free(), or NULL.
 */
struct aios_summary *aios_summary_new(void);
struct aios_summary *aios_summary_free(struct aios_summary *sum);

/* Each returns 0 or -ENOMEM. */
int aios_summary_record(struct aios_summary *sum, const struct aios_rec *rec);
/* For evidence level syscall: counts a call for its process as well. */
int aios_summary_caller(struct aios_summary *sum, const struct aios_rec *rec);
int aios_summary_gap(struct aios_summary *sum, const struct aios_gap *gap);
int aios_summary_request(struct aios_summary *sum, const struct aios_request *req);
int aios_summary_context(struct aios_summary *sum, const struct aios_ctx *ctx);

/* Sums over all operations. */
uint64_t aios_summary_accepted(const struct aios_summary *sum);
uint64_t aios_summary_completed(const struct aios_summary *sum);
uint64_t aios_summary_failed(const struct aios_summary *sum);
uint64_t aios_summary_refused(const struct aios_summary *sum);
uint64_t aios_summary_in_flight(const struct aios_summary *sum);

#endif /* AIOS_SUMMARY_H */
