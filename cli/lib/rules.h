/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rules.h - what is always true of a correct fs/aio.c, and how it is seen that it was not.
 *
 * A rule is an invariant, never the shape of a known bug: a line of a table, with a function that
 * looks at a life when it is over, or at one that does not end. What crossed a hole is not judged.
 * Liveness is judged by state first: something that nothing will ever move again is lost at once;
 * what somebody still holds is stuck when too much time has passed.
 */
#ifndef AIOS_RULES_H
#define AIOS_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "info.h"
#include "model.h"

enum aios_severity {
	AIOS_SEVERITY_ERROR, /* the kernel is wrong */
	AIOS_SEVERITY_STUCK, /* something does not end, and it may not be fs/aio.c's fault */
};

/* The weakest evidence a rule can be judged by. */
enum aios_needs {
	AIOS_NEEDS_FUNCTION,
	AIOS_NEEDS_EXACT,
};

struct aios_watch;

/**
 * struct aios_case - what a rule is asked about, and what it answers
 * @exact: every reference and decision is told
 * @over: what is asked about has ended, or the trace: nothing is told any more that excuses it
 * @now_ns: how far the trace has been told
 * @patience_ns: how long a step may take that somebody has to make
 * @idle_ns: nothing at all was told for so long, while the command runs; 0 where nobody watches it
 * @host: what was seen of no context
 * @what: what was seen, a sentence without its full stop
 * @expected: what should have been
 */
struct aios_case {
	bool exact;
	bool over;
	uint64_t now_ns;
	uint64_t patience_ns;
	uint64_t idle_ns;
	const struct aios_watch *host;
	struct aios_buf what;
	struct aios_buf expected;
};

/* What no correct kernel does, seen in a record; told by the rule that it breaks. */
enum aios_fault_kind {
	AIOS_FAULT_USED,    /* somebody uses a context whose users are gone */
	AIOS_FAULT_DRAINED, /* a request lives in a context whose requests are gone */
	AIOS_FAULT_TAIL,    /* the tail is outside of the ring */
	AIOS_FAULT_READ,    /* a reader came out with what it cannot have */
	AIOS_FAULT_COUNT,   /* io_submit returned other than what it took */
	AIOS_FAULT_IOCB,    /* a request is not of the iocb that is submitted */
	AIOS_FAULT_SLOT,    /* a request was refused a slot though there are some */
	AIOS_FAULT_CANCEL,  /* io_cancel returned other than what it did */
	AIOS_FAULT_LIMIT,   /* io_setup was refused though there is room: of no context */
};

/**
 * struct aios_fault - what was seen of a kind
 * @times: how often
 * @due: what it should have been, the first time: of AIOS_FAULT_COUNT requests that were taken, or
 *	the errno of the first one; of AIOS_FAULT_CANCEL the errno, 0 for any
 * @rec: the first time
 */
struct aios_fault {
	enum aios_fault_kind kind;
	uint32_t times;
	int64_t due;
	struct aios_rec rec;
};

#define AIOS_RULE_HOOKS		6
#define AIOS_RULE_UNLESS	3
#define AIOS_WATCH_EVENTS 24 /* records kept of a context, the newest ones */

/**
 * struct aios_watch_reader - a thread in io_getevents
 * @rec: its AIOS_EV_READ_BEGIN; its type is 0 where the place is free
 * @enough_ns: since when as many events as it waits for lie in the ring; 0 for not
 * @crowded: another one was inside meanwhile
 */
struct aios_watch_reader {
	struct aios_rec rec;
	uint64_t enough_ns;
	bool crowded;
};

/**
 * struct aios_touch - who did something last, and when
 * @ns: the last time
 * @tid: who: a thread, or 0 for an interrupt
 * @others_ns: the last time that it was anybody else
 */
struct aios_touch {
	uint64_t ns;
	uint64_t others_ns;
	uint32_t tid;
};

#define AIOS_LOOSE_MAX 64

/**
 * struct aios_loose - a slot of the ring where readers' looks do not follow each other (yet)
 * @slot: its number
 * @ends: looks that ended there, less those that began there
 */
struct aios_loose {
	uint32_t slot;
	int32_t ends;
};

/**
 * struct aios_watch - what rules remember of a context while it lives, beside the model
 * @kctx: its address
 * @user_id: aio_context_t when it was made
 * @tgid: process that made it
 * @kills: times it was taken out of its table
 * @users0, @reqs0: times one of its counts became 0
 * @waiter: thread that killed it, and has to wait for its last request; 0 for none
 * @waited: it still does
 * @prev, @next: what the same thread waits for as well
 * @others: that thread waits for other contexts, too, which are not drained
 * @gone_ns: io_destroy, or the exit, was through with it
 * @left: requests that were in flight then
 * @late: completions after that
 * @taken_wrong: reads whose head moved by other than what was read
 * @inside: readers inside now
 * @busy_head: the ring's head when the first of them came in
 * @busy_events: events there were for them: in the ring then, or completed since
 * @busy_got: events that readers returned since
 * @busy_moved: how far the head moved meanwhile, as the one of them saw it who saw it last
 * @twice: events that were returned and had been already: more than the head moved
 * @busy_took: events that they said they took out of the ring; told at level exact alone
 * @loose: slots where another number of their looks into the ring began than the head was moved to
 * @loose_cnt: of these, AIOS_LOOSE_MAX where there was no room for one
 * @apart: times that all readers were out, and their looks had not followed each other
 * @moved_by_failure: events that reads which failed took out of the ring
 * @unread: events in the ring when it was killed, by the ring's own head and tail
 * @laps: completions that wrote over an event that was not read
 * @waited_ns: the longest a reader slept beside the events it waited for
 * @mismatches: what was not as it has to be, and no request is there to tell of, by enum
 *	aios_mismatch_what
 * @mover: thread that moves a copy of the ring that fork() made, 0 for none
 * @moving_ns: since when
 * @copies_moved: such copies that the kernel said were moved
 * @overslept_ns: the longest a reader came out behind its time
 * @dead_ns: since when readers are told that the context is dead, 0 for not
 * @dead_call: a function was called for a request that is none; its time is 0 for none
 * @completed_ns: the last time that a request completed
 * @slots: who gave slots back; seen at level exact alone
 * @shown: whose completion, or look into the ring, showed it
 * @users: references of the context, of system calls and its own; told at level exact alone
 * @unused_ns: since when there are none, 0 for not
 * @hoarded: AIOS_EV_REQ_REFUSED of a request while events that were read had slots to give back,
 *	unless there is a completion by somebody else beside it; its time is 0 for none
 * @faults: one of a kind, owned
 * @readers: places of those inside, owned
 * @events: its last records, owned; a ring of AIOS_WATCH_EVENTS once there were as many
 * @event_cnt: of all there were
 */
struct aios_watch {
	uint64_t kctx;
	uint64_t user_id;
	uint32_t tgid;
	uint32_t kills;
	uint32_t users0;
	uint32_t reqs0;
	uint32_t waiter;
	bool waited;
	struct aios_watch *prev, *next;
	bool others;
	uint64_t gone_ns;
	uint32_t left;
	uint32_t late;
	uint32_t taken_wrong;
	uint32_t inside;
	uint32_t busy_head;
	uint64_t busy_events;
	uint64_t busy_got;
	uint64_t busy_moved;
	uint64_t twice;
	uint64_t busy_took;
	struct aios_loose loose[AIOS_LOOSE_MAX];
	size_t loose_cnt;
	uint32_t apart;
	uint64_t moved_by_failure;
	uint32_t unread;
	uint32_t laps;
	uint64_t waited_ns;
	uint32_t mismatches[AIOS_SEEN_CNT];
	uint32_t mover;
	uint64_t moving_ns;
	uint32_t copies_moved;
	uint64_t overslept_ns;
	uint64_t dead_ns;
	struct aios_rec dead_call;
	uint64_t completed_ns;
	struct aios_touch slots;
	struct aios_touch shown;
	int64_t users;
	uint64_t unused_ns;
	struct aios_rec hoarded;
	struct aios_fault *faults;
	size_t fault_cnt, fault_cap;
	struct aios_watch_reader *readers;
	size_t reader_cnt, reader_cap;
	struct aios_rec *events;
	size_t event_cnt, event_cap;
};

/**
 * struct aios_rule - an invariant
 * @id: for ever
 * @slug: the same in words
 * @hangs: who waits for what it is about waits for ever
 * @statement: what is true of a correct kernel
 * @means: what it means for the user that it was not
 * @source: where the rule comes from
 * @hooks: what the attach plan has to observe, or the rule cannot be judged; behind a '?', only
 *	where the level has such a hook
 * @robust: what was seen breaks it, whatever was not: it can be judged where kprobes miss calls
 *	without a count
 * @unless: ids of rules; where one of them is broken by the same object, that is the cause, and
 *	this one has nothing to add
 * @seen: bits by enum aios_mismatch_what: what breaks it where it was not as it has to be; asked
 *	before @request and @context
 * @request: is it broken by a request that is over, or does not end? May be NULL
 * @context: the same of a context; @watch may be NULL; may be NULL
 * @trace: the same of all that the trace saw, once it has ended; may be NULL
 */
struct aios_rule {
	const char *id;
	const char *slug;
	enum aios_severity severity;
	enum aios_needs needs;
	bool hangs;
	bool robust;
	const char *statement;
	const char *means;
	const char *source;
	const char *hooks[AIOS_RULE_HOOKS];
	const char *unless[AIOS_RULE_UNLESS];
	uint32_t seen;
	bool (*request)(struct aios_case *c, const struct aios_request *req);
	bool (*context)(struct aios_case *c, const struct aios_ctx *ctx,
			const struct aios_watch *watch);
	bool (*trace)(struct aios_case *c, const struct aios_end *end);
};

/**
 * aios_rule_mismatched() - was something not as it has to be that a rule is about?
 * @rule: with what that is
 * @c: gets the answer
 * @req: a request, with its history; NULL for a context
 * @watch: of the context; may be NULL
 */
bool aios_rule_mismatched(const struct aios_rule *rule, struct aios_case *c,
			  const struct aios_request *req, const struct aios_watch *watch);

/**
 * aios_rules() - all rules
 * @cnt: how many
 * Return: a constant table.
 */
const struct aios_rule *aios_rules(size_t *cnt);

/**
 * aios_rule_find() - a rule by its id or slug
 * @name: of any case
 * Return: its index, or -1.
 */
int aios_rule_find(const char *name);

const char *aios_severity_name(enum aios_severity severity);
const char *aios_needs_name(enum aios_needs needs);

#endif /* AIOS_RULES_H */
