/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * session.h - a live trace from beginning to end: plan, load, attach, run, settle.
 */
#ifndef AIOS_SESSION_H
#define AIOS_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "../lib/decode.h"
#include "../lib/err.h"
#include "live.h"
#include "plan.h"

enum aios_source {
	AIOS_SOURCE_AUTO,
	AIOS_SOURCE_FUNCTION,
	AIOS_SOURCE_EXACT,
	AIOS_SOURCE_SYSCALL,
};

/**
 * struct aios_session_opts - what to trace and how
 * @argv: command, NULL-terminated, or NULL
 * @user: as whom the command runs: a name or a number; NULL as ourselves
 * @out_to_err: its standard output goes to ours for errors
 * @pids: processes that run already, with their children
 * @pid_cnt: of @pids
 * @comm: command name of owners, or NULL
 * @cgroup: path of a cgroup, or NULL
 * @duration_ns: how long at most, 0 for ever
 * @settle_ns: how long to wait for the last contexts
 * @ready_file: made when everything is attached, or NULL
 * @buffer: bytes of ring a CPU, 0 for the default
 * @source: evidence level
 * @wish: for the plan
 * @verbose: libbpf's messages go to stderr
 * @blocked_over_ns: tell when threads sleep within io_submit, and by way of which functions where
 *	they do so for that long; 0 for not
 * @stacks: tell by way of which functions requests are taken, complete and are freed
 * @kill: a command that is to be traced no more (see @enough) is killed with all that it started,
 *	not left behind
 */
struct aios_session_opts {
	char **argv;
	const char *user;
	bool out_to_err;
	const pid_t *pids;
	size_t pid_cnt;
	const char *comm;
	const char *cgroup;
	uint64_t duration_ns;
	uint64_t settle_ns;
	const char *ready_file;
	uint64_t buffer;
	enum aios_source source;
	struct aios_plan_wish wish;
	bool verbose;
	uint64_t blocked_over_ns;
	bool stacks;
	bool kill;
};

/**
 * struct aios_session_result - how it went
 * @records: read
 * @lost: records that full rings refused
 * @missed: calls that the kernel let pass without a program
 * @not_kept: contexts and processes that found no room
 * @left: processes of the command that still run
 * @killed: they were killed, and do not end
 * @command_status: as from wait(2), -1 where no command was run or it still runs
 * @command_failed: it ended with another status than 0
 */
struct aios_session_result {
	uint64_t records;
	uint64_t lost;
	uint64_t missed;
	uint64_t not_kept;
	size_t left;
	bool killed;
	int command_status;
	bool command_failed;
};

/**
 * struct aios_session_ops - who goes along
 * @feed: gets the chunks
 * @pause_ns: records may wait that long in the rings, unless those fill up; 0 where somebody looks
 * @begun: everything is attached, nothing has been fed; returns 0 or a negative errno; may be NULL
 * @tick: after each round, with the numbers so far; may be NULL
 * @enough: after each round: whether what was seen is enough, and the trace is to end though the
 *	command may run for ever; may be NULL
 * @usr1: SIGUSR1 came; NULL leaves that signal alone
 * @ended: all chunks have been fed; what follows is the kernel's time to detach; returns 0 or a
 *	negative errno; may be NULL
 * @arg: for the others
 */
struct aios_session_ops {
	struct aios_feed feed;
	uint64_t pause_ns;
	int (*begun)(void *arg);
	void (*tick)(void *arg, const struct aios_live_stats *stats, uint64_t elapsed_ns);
	bool (*enough)(void *arg);
	void (*usr1)(void *arg);
	int (*ended)(void *arg, const struct aios_session_result *result);
	void *arg;
};

/**
 * aios_session() - traces
 * @opts: what
 * @ops: for whom
 * @ret: how it went; set in any case
 * @err: what failed
 *
 * A feed that fails ends the trace, not the command: it is waited for all the same.
 *
 * Return: an exit status (status.h) where the trace could not be had, else 0; a negative errno
 * from @ops.
 */
int aios_session(const struct aios_session_opts *opts, const struct aios_session_ops *ops,
		 struct aios_session_result *ret, struct aios_err *err);

/**
 * aios_session_plan() - the plan that a session would follow
 * @opts: what it would trace
 * @buf: the plan as text
 * @err: why there is none
 * Return: an exit status.
 */
int aios_session_plan(const struct aios_session_opts *opts, struct aios_buf *buf,
		      struct aios_err *err);

#endif /* AIOS_SESSION_H */
