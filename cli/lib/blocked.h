/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * blocked.h - io_submit is not meant to block: how much it did, for which operations, by way of
 * which functions, and on which files.
 */
#ifndef AIOS_BLOCKED_H
#define AIOS_BLOCKED_H

#include "buf.h"
#include "model.h"
#include "names.h"

#define AIOS_BLOCKED_FILES	16	/* of a stack that are told apart */

/* Operations, and behind them what belongs to no request. */
#define AIOS_BLOCKED_OPS	(AIOS_OPS + 1)
#define AIOS_BLOCKED_BETWEEN	AIOS_OPS

/**
 * struct aios_blocked_calls - calls of io_submit
 * @watched: of which it was told when their threads slept; all that follows is about those
 * @blocked: in which a thread slept for --blocked-over or longer at a time
 * @open: that had not returned when the trace ended
 * @tainted: within which records were lost
 * @wall_ns: from call to return, of those that returned
 * @asleep_ns: of @wall_ns
 * @waited_ns: of @wall_ns, ready to run, for a CPU; the rest they ran, or were interrupted
 * @sleeps: times that threads went to sleep, of those that had not returned as well
 * @waits: times that they waited for a CPU
 * @unwoken: of @sleeps, where it was not seen when they were woken: until they ran again they count
 *	as asleep
 * @longest_ns: the longest sleep
 */
struct aios_blocked_calls {
	uint64_t watched;
	uint64_t blocked;
	uint64_t open;
	uint64_t tainted;
	uint64_t wall_ns;
	uint64_t asleep_ns;
	uint64_t waited_ns;
	uint64_t sleeps;
	uint64_t waits;
	uint64_t unwoken;
	uint64_t longest_ns;
};

/**
 * struct aios_blocked_op - submissions of an operation, or what belongs to none
 * @watched: requests of which it was told when their submitting thread slept
 * @blocked: of those, where it did so for --blocked-over or longer at a time
 * @submit_ns: from birth to the end of the submission
 * @asleep_ns: of @submit_ns
 * @waited_ns: of @submit_ns, for a CPU
 * @sleeps: times that threads went to sleep
 * @longest_ns: the longest sleep
 */
struct aios_blocked_op {
	uint64_t watched;
	uint64_t blocked;
	uint64_t submit_ns;
	uint64_t asleep_ns;
	uint64_t waited_ns;
	uint64_t sleeps;
	uint64_t longest_ns;
};

/**
 * struct aios_blocked_file - a file on which a thread slept
 * @path: owned; NULL for requests whose file is not known
 */
struct aios_blocked_file {
	char *path;
	uint64_t sleeps;
	uint64_t ns;
};

/**
 * struct aios_blocked_row - sleeps by way of the same functions
 * @chain: those, borrowed from the model; NULL for all sleeps of which no stack was told
 * @comm: of the process, when it was first seen
 * @sleeps: how many
 * @ns: for how long
 * @longest_ns: and at most
 * @longest_from_ns: since when
 * @longest_request: whose submission that was: struct aios_request.id, 0 for none
 * @by_op: of @sleeps, by aios_op_index(), AIOS_BLOCKED_BETWEEN
 * @by_op_ns: of @ns
 * @files: in the order first seen, owned
 * @file_cnt: of @files
 * @other_files: sleeps on more files than are told apart
 */
struct aios_blocked_row {
	const struct aios_chain *chain;
	char comm[AIOS_COMM_LEN + 1];
	uint64_t sleeps;
	uint64_t ns;
	uint64_t longest_ns;
	uint64_t longest_from_ns;
	uint64_t longest_request;
	uint64_t by_op[AIOS_BLOCKED_OPS];
	uint64_t by_op_ns[AIOS_BLOCKED_OPS];
	struct aios_blocked_file *files;
	size_t file_cnt, file_cap;
	uint64_t other_files;
};

/**
 * struct aios_blocked - all of it; zero-initialised is empty
 * @over_ns: --blocked-over
 * @calls: of io_submit, whatever requests are selected
 * @ops: requests that are selected, by aios_op_index()
 * @rows: of those, and of what belongs to none if all are; by id of the chain, 0 for none
 */
struct aios_blocked {
	uint64_t over_ns;
	struct aios_blocked_calls calls;
	struct aios_blocked_op ops[AIOS_BLOCKED_OPS];
	struct aios_map rows;
};

/**
 * aios_blocked_call() - counts a call of io_submit
 * @blocked: where
 * @call: it is over, or was not when the trace ended
 * @between: count what belongs to no request
 * Return: 0 or -ENOMEM.
 */
int aios_blocked_call(struct aios_blocked *blocked, const struct aios_submit_call *call,
		      bool between);

/**
 * aios_blocked_request() - counts the submission of a request
 * @blocked: where
 * @req: over
 * Return: 0 or -ENOMEM.
 */
int aios_blocked_request(struct aios_blocked *blocked, const struct aios_request *req);

/**
 * aios_blocked_sorted() - the rows, the one that slept longest first
 * @blocked: where
 * @ret: to be freed; the rows are borrowed
 * @cnt: how many
 * Return: 0 or -ENOMEM.
 */
int aios_blocked_sorted(const struct aios_blocked *blocked, const struct aios_blocked_row ***ret,
			size_t *cnt);

/**
 * aios_blocked_merged() - the rows, as one where they read the same
 * @blocked: where
 * @key: appends how a stack reads; called with @arg
 * @ret: to be freed with aios_blocked_rows_free()
 * @cnt: how many, the one that slept longest first
 *
 * Processes of a program have their own addresses for the same functions.
 *
 * Return: 0 or -ENOMEM.
 */
int aios_blocked_merged(const struct aios_blocked *blocked,
			void (*key)(void *arg, const struct aios_blocked_row *row,
				    struct aios_buf *buf),
			void *arg, struct aios_blocked_row **ret, size_t *cnt);
void aios_blocked_rows_free(struct aios_blocked_row *rows, size_t cnt);
void aios_blocked_done(struct aios_blocked *blocked);

#endif /* AIOS_BLOCKED_H */
