/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * plan.h - what to observe, by which hook, and what is lost where that is not to be had.
 */
#ifndef AIOS_PLAN_H
#define AIOS_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include "../lib/buf.h"
#include "../lib/err.h"
#include "../lib/info.h"
#include "kernel.h"

enum aios_hook_point {
	AIOS_AT_ENTRY,		/* of a function */
	AIOS_AT_RETURN,		/* of a function */
	AIOS_AT_TRACEPOINT,
	AIOS_AT_RAW,		/* a tracepoint, by a program that knows no types */
	AIOS_AT_START,		/* an iterator, run once */
	AIOS_AT_CALL,		/* entry and exit of a system call */
	AIOS_AT_ALL_CALLS,	/* of all of them */
	AIOS_AT_EVENT,		/* a tracepoint by its name in tracefs, which needs no BTF */
};

enum aios_way {
	AIOS_WAY_NONE,
	AIOS_WAY_BTF,		/* fentry, fexit, tp_btf, iterator */
	AIOS_WAY_KPROBE,	/* kprobe, kretprobe: dearer, and can miss calls without a count */
	AIOS_WAY_EVENT,		/* tracepoint in tracefs */
	AIOS_WAY_RAW,		/* raw tracepoints of all system calls of the host */
};

/* Evidence levels that this version has hooks for. */
enum aios_level {
	AIOS_LEVEL_FUNCTION,
	AIOS_LEVEL_SYSCALL,
	AIOS_LEVEL_EXACT,
	AIOS_LEVEL_COUNT,	/* level function, counted in the kernel: no records */
};

/* Which of the levels that share a table a row is for. */
enum aios_hook_level {
	AIOS_HOOK_BOTH = 0,
	AIOS_HOOK_FUNCTION,	/* a tracepoint tells the same at level exact */
	AIOS_HOOK_EXACT,
};

/* Groups of hooks that are not attached unless asked for, since the whole host pays for them. */
enum aios_group {
	AIOS_GROUP_ALWAYS = 0,
	AIOS_GROUP_POLL_RETURN = 1 << 0,
	AIOS_GROUP_COMPAT = 1 << 1,
	AIOS_GROUP_REFERENCES = 1 << 2,	/* level exact has these by default */
	AIOS_GROUP_STATE = 1 << 3,
	AIOS_GROUP_BLOCK = 1 << 4,
	AIOS_GROUP_EVENTFD = 1 << 5,
	AIOS_GROUP_BLOCKED = 1 << 6,	/* by --blocked-over */
};

/**
 * struct aios_hook - a row of the attach plan
 * @what: what it observes
 * @point: where in @function
 * @function: function of the kernel, tracepoint or system call; the programs are named after it
 * @system: for AIOS_AT_EVENT: the folder of the tracepoint in tracefs
 * @group: when it is attached
 * @level: for levels function and exact, which have a table in common
 * @program: what its programs are named after, where that is not @function
 * @unless: a function that tells it already, or takes its place, where the kernel has it
 * @watches: what it sees dropped: 1 << enum aios_hold_what, AIOS_WATCH_*
 * @serves: what @watches of another one can use it for: nothing else does
 * @vital: the level cannot be had without it
 * @follows: children of traced processes cannot be traced without it
 * @tidies: only gives room back, or looks: a call that passes without it loses nothing
 * @lost: what cannot be known without it
 */
struct aios_hook {
	const char *what;
	enum aios_hook_point point;
	const char *function;
	const char *system;
	const char *program;
	const char *unless;
	enum aios_group group;
	enum aios_hook_level level;
	unsigned int watches;
	unsigned int serves;
	bool vital;
	bool follows;
	bool tidies;
	const char *lost;
};

/**
 * struct aios_plan_row - a hook and how it is attached on this kernel
 * @symbol: for AIOS_WAY_KPROBE: the symbol to probe; borrowed from the kernel's facts
 * @skipped: the user asked to do without, or without what it serves
 * @attached: it is attached now
 */
struct aios_plan_row {
	const struct aios_hook *hook;
	enum aios_way way;
	const char *symbol;
	bool skipped;
	bool attached;
};

/**
 * struct aios_plan - the attach plan of a run
 * @rows: owned
 * @level: what they add up to
 * @groups: enum aios_group bits that are wanted
 * @heads: the ring's head can be read
 * @looks: it is looked whether the kernel's state is as it has to be
 * @ties: bios can be told to be of a request
 */
struct aios_plan {
	struct aios_plan_row *rows;
	size_t cnt;
	enum aios_level level;
	unsigned int groups;
	bool heads;
	bool looks;
	bool ties;
};

enum aios_attach { AIOS_ATTACH_AUTO, AIOS_ATTACH_FENTRY, AIOS_ATTACH_KPROBE };

/**
 * struct aios_plan_wish - what the user wants of the plan
 * @level: evidence level
 * @groups: enum aios_group bits
 * @attach: which ways may be taken
 * @without: hooks to do without, by name; borrowed
 * @without_cnt: of them
 */
struct aios_plan_wish {
	enum aios_level level;
	unsigned int groups;
	enum aios_attach attach;
	const char **without;
	size_t without_cnt;
};

/**
 * aios_plan_wants() - the functions that a plan may hook
 * @wants: added to
 * Return: 0 or -ENOMEM.
 */
int aios_plan_wants(struct aios_wants *wants);

/**
 * aios_plan_make() - chooses a way for each hook
 * @ret: overwritten; free with aios_plan_done()
 * @kernel: facts; must live as long as the plan
 * @wish: what the user wants
 * @err: which hook of @wish does not exist
 * Return: 0, -EINVAL or -ENOMEM.
 */
int aios_plan_make(struct aios_plan *ret, const struct aios_kernel *kernel,
		   const struct aios_plan_wish *wish, struct aios_err *err);
void aios_plan_done(struct aios_plan *plan);

/**
 * aios_plan_check() - can the level be had with this plan?
 * @plan: the plan
 * @err: what is missing, and what to do
 * Return: 0 or -EOPNOTSUPP.
 */
int aios_plan_check(const struct aios_plan *plan, const struct aios_kernel *kernel,
		    struct aios_err *err);

/**
 * aios_plan_follow_check() - can children of traced processes be followed with this plan?
 * @plan: the plan
 * @err: what is missing, and what to do
 * Return: 0, also where the user chose to do without, or -EOPNOTSUPP.
 */
int aios_plan_follow_check(const struct aios_plan *plan, struct aios_err *err);

/**
 * aios_hook_name() - how users name a hook: "aio_complete", "io_submit_one:return"
 * @buf: appended to
 * @hook: which
 */
void aios_hook_name(struct aios_buf *buf, const struct aios_hook *hook);

/**
 * aios_plan_programs() - the BPF programs that a row needs
 * @row: which
 * @names: filled in
 * Return: how many, 0 to 2; the second one of a kretprobe keeps the arguments. Rows may share
 * programs.
 */
int aios_plan_programs(const struct aios_plan_row *row, char names[2][128]);

/**
 * aios_plan_raw() - whose calls the raw tracepoints have to tell of
 * @plan: the plan
 * Return: AIOS_RAW_* bits.
 */
unsigned int aios_plan_raw(const struct aios_plan *plan);

/**
 * aios_plan_watched() - which functions that drop a reference are hooked
 * @plan: the plan
 * Return: 1 << enum aios_hold_what, AIOS_WATCH_FREE, AIOS_WATCH_PUTS.
 */
unsigned int aios_plan_watched(const struct aios_plan *plan);

/**
 * aios_plan_sleeps() - is it told when threads sleep within io_submit?
 * @plan: the plan
 * Return: whether all that takes is hooked.
 */
bool aios_plan_sleeps(const struct aios_plan *plan);

/**
 * aios_plan_blocks() - is it told what the block layer does for requests?
 * @plan: the plan
 * Return: whether all that takes is hooked, and bios can be tied to requests.
 */
bool aios_plan_blocks(const struct aios_plan *plan);

/**
 * aios_plan_eventfds() - is it told when eventfds are read?
 * @plan: the plan
 * Return: whether all that takes is hooked.
 */
bool aios_plan_eventfds(const struct aios_plan *plan);

/**
 * aios_plan_exact() - has this kernel the tracepoints that level exact needs?
 * @kernel: facts
 * Return: whether it has all that the level cannot be had without.
 */
bool aios_plan_exact(const struct aios_kernel *kernel);

/**
 * aios_level_name() - as users and trace files name a level
 * @level: which
 * Return: "exact", "function", "syscall": a constant.
 */
const char *aios_level_name(enum aios_level level);

/**
 * aios_plan_text() - the plan as a table for people
 * @plan: the plan
 * @buf: appended to
 */
void aios_plan_text(const struct aios_plan *plan, struct aios_buf *buf);

/**
 * aios_plan_info() - the plan for the trace file
 * Return: 0 or -ENOMEM.
 */
int aios_plan_info(const struct aios_plan *plan, struct aios_info *info);

#endif /* AIOS_PLAN_H */
