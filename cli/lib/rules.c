// SPDX-License-Identifier: GPL-2.0-only
/*
 * rules.c - the table of rules.
 */
#include "rules.h"

#include <stdarg.h>
#include <stdio.h>

#include "rules_int.h"

#define COMPLETED "request completed"
#define LOOKED "the kernel's own state"
#define HEAD "?the ring's head" /* of traces that say whether it could be read */
#define SEEN(what) (1U << AIOS_SEEN_##what)

/* In the order of the catalogue: requests, polls, contexts, rings, system. docs/rules.md tells
 * more. */
static const struct aios_rule rules[] = {
	{
		.id = "R1",
		.slug = "born-whole",
		.robust = true,
		.statement = "A request begins with two references, on no list, in the context "
			     "that it is submitted to.",
		.means = "The request is leaked, or the kernel uses freed memory.",
		.source = "aio_get_req()",
		.hooks = { LOOKED, "?read begins", "?write begins", "?fsync begins",
			   "?request holds its file", "poll on a wait queue" },
		.seen = SEEN(BORN_REFS) | SEEN(BORN_LISTED) | SEEN(BORN_EVENTFD) |
			SEEN(BORN_CONTEXT),
	},
	{
		.id = "R2",
		.slug = "ends-once",
		.statement = "A request ends once: with an event in the ring, or with io_submit's "
			     "error.",
		.means = "The program waits for ever for an event, gets one twice, or the kernel "
			 "uses freed memory.",
		.source = "aio_complete(), io_submit_one()",
		.hooks = { COMPLETED },
		.request = aios_rule_ends_once,
	},
	{
		.id = "R3",
		.slug = "put-parties",
		.needs = AIOS_NEEDS_EXACT,
		.robust = true,
		.statement = "The submission drops one reference of a request, and one other "
			     "party the other.",
		.means = "The request is leaked, or freed while somebody uses it.",
		.source = "iocb_put(), commit 9018ccc453af",
		.hooks = { "request's reference dropped" },
		.request = aios_rule_put_parties,
	},
	{
		.id = "R4",
		.slug = "refcount",
		.statement = "A request's count goes from 2 to 1 to 0, and it completes at 0.",
		.means = "The request is used after it was freed, or never freed.",
		.source = "iocb_put(), iocb_destroy()",
		.hooks = { COMPLETED },
		.seen = SEEN(REFCOUNT),
		.request = aios_rule_refcount,
	},
	{
		.id = "R5",
		.slug = "dead-request",
		.statement = "After its completion nobody does anything for a request.",
		.means = "The kernel uses freed memory.",
		.source = "aio_poll_wake(), aio_poll_cancel(), aio_complete_rw()",
		.hooks = { COMPLETED, "poll on a wait queue", "poll woken", "poll told to finish",
			   "poll work begins" },
		.context = aios_rule_dead_request,
	},
	{
		.id = "R7",
		.slug = "submit-count",
		.statement = "io_submit returns how many requests it took, or why it took none.",
		.means = "The program waits for events that never come, or submits twice what it "
			 "meant to.",
		.source = "SYSCALL_DEFINE3(io_submit)",
		.hooks = { "io_submit returned", "?one iocb was submitted",
			   "?one iocb was refused", "?request made" },
		.context = aios_rule_submit_count,
	},
	{
		.id = "R8",
		.slug = "event-content",
		.statement = "An event is that of its request, and has a result that it can have.",
		.means = "The program sees an error that no manual has, more bytes than it asked "
			 "for, or takes the event for another one's.",
		.source = "aio_rw_done(), __io_submit_one()",
		.hooks = { COMPLETED },
		.seen = SEEN(EVENT) | SEEN(RESULT),
		.request = aios_rule_event_content,
		.context = aios_rule_event_iocb,
	},
	{
		.id = "R9",
		.slug = "references-dropped",
		.statement = "What a request holds it gives back once: file, eventfd, credentials.",
		.means = "Files stay open, file systems busy and memory lost until the next boot; "
			 "or what others hold is freed.",
		.source = "iocb_destroy(), aio_fsync_work(), commit 84c4e1f89fef",
		.hooks = { "request freed" },
		.seen = SEEN(FSYNC_CREDS) | SEEN(WORK_CREDS),
		.request = aios_rule_references,
	},
	{
		.id = "R10",
		.slug = "freeze-balance",
		.statement = "A write keeps its file system from being frozen until it is over.",
		.means = "fsfreeze and snapshots hang, or a frozen file system is written to.",
		.source = "kiocb_end_write(), commit 70fe2f48152e",
		.hooks = { LOOKED, "?freezing held off", "?freezing let go",
			   "?read or write done" },
		.seen = SEEN(FREEZE) | SEEN(WRITERS),
		.request = aios_rule_freeze,
	},
	{
		.id = "R11",
		.slug = "stuck-request",
		.severity = AIOS_SEVERITY_STUCK,
		.hangs = true,
		.statement = "A request that was accepted ends some time.",
		.means = "The program waits; who has the request is told.",
		.source = "the life of a request",
		.hooks = { COMPLETED, "?reader comes out" },
		.request = aios_rule_stuck,
		.context = aios_rule_stuck_thread,
	},
	{
		.id = "R12",
		.slug = "eventfd-signalled",
		.statement = "The eventfd of a request is signalled once, and where that is "
			     "allowed.",
		.means = "The program is not told of the event, or the kernel dead-locks.",
		.source = "aio_complete(), commits 01d7a356872e, 4b3749865374, 398e3fa789aa",
		.hooks = { "eventfd really signalled", "request freed" },
		.request = aios_rule_eventfd,
	},
	{
		.id = "R13",
		.slug = "cancel-result",
		.statement = "io_cancel says whether it told a request to finish, whose event "
			     "comes through the ring.",
		.means = "The program takes a request for over that is not, or waits for what was "
			 "told.",
		.source = "SYSCALL_DEFINE3(io_cancel)",
		.hooks = { "io_cancel returned", "?poll told to finish" },
		.context = aios_rule_cancel_result,
	},
	{
		.id = "P1",
		.slug = "poll-lost",
		.hangs = true,
		.statement = "A poll that has not completed is on its wait queue, or its work is "
			     "due.",
		.means = "The program never learns that its file is ready.",
		.source = "aio_poll_wake(), aio_poll_complete_work(), commit 363bee27e258",
		.hooks = { "poll woken", "poll work begins", "poll work ended" },
		.unless = { "P3", "P9", "P10" },
		.request = aios_rule_poll_lost,
	},
	{
		.id = "P2",
		.slug = "cancellable",
		.hangs = true,
		.statement = "A request is on the list of what can be cancelled while it waits, "
			     "and then no more.",
		.means = "io_cancel does not find it, and io_destroy or the exit of the program "
			 "hangs; or the kernel uses freed memory.",
		.source = "aio_poll(), free_ioctx_users()",
		.hooks = { "poll on a wait queue", "poll woken", "poll told to finish",
			   "context's users are gone", COMPLETED, LOOKED },
		.seen = SEEN(LISTED),
		.request = aios_rule_cancellable,
	},
	{
		.id = "P3",
		.slug = "wake-decision",
		.needs = AIOS_NEEDS_EXACT,
		.robust = true,
		.statement = "A wake-up is ignored if, and only if, its key does not concern the "
			     "poll.",
		.means = "The program never learns that its file is ready, or is told so in vain.",
		.source = "aio_poll_wake()",
		.hooks = { "poll woken" },
		.request = aios_rule_wake_decision,
	},
	{
		.id = "P4",
		.slug = "inline-completion",
		.statement = "A wake-up completes a poll only with a key, and with no work due.",
		.means = "The request completes twice, or with nothing.",
		.source = "aio_poll_wake()",
		.hooks = { "poll woken", COMPLETED },
		.request = aios_rule_inline,
	},
	{
		.id = "P5",
		.slug = "poll-result",
		.statement = "The result of a poll is something that was waited for; nothing, "
			     "only if it was told to finish.",
		.means = "The program acts on what has not happened.",
		.source = "aio_poll(), aio_poll_complete_work()",
		.hooks = { "poll woken", "poll told to finish", COMPLETED },
		.request = aios_rule_poll_result,
	},
	{
		.id = "P6",
		.slug = "one-winner",
		.needs = AIOS_NEEDS_EXACT,
		.robust = true,
		.statement = "One of submission, wake-up and work completes a poll.",
		.means = "The request completes twice, and is used after it was freed.",
		.source = "aio_poll(), commit af5c72b1fc7a",
		.hooks = { "submission decided on a poll", "poll woken", "poll work decided" },
		.request = aios_rule_one_winner,
	},
	{
		.id = "P7",
		.slug = "two-queues",
		.statement = "A poll of a file with two wait queues is refused.",
		.means = "The program never learns that its file is ready.",
		.source = "aio_poll_queue_proc(), commit af5c72b1fc7a",
		.hooks = { "poll on a wait queue", "poll woken" },
		.request = aios_rule_two_queues,
	},
	{
		.id = "P8",
		.slug = "work-scheduled",
		.robust = true,
		.statement = "While a poll's work is queued or runs, the request says so.",
		.means = "The work runs twice, or the request is freed under it.",
		.source = "aio_poll_complete_work()",
		.hooks = { "poll work begins" },
		.request = aios_rule_work,
	},
	{
		.id = "P9",
		.slug = "pollfree",
		.statement = "A poll whose wait queue goes away leaves it, and completes.",
		.means = "The kernel uses freed memory.",
		.source = "aio_poll_wake(), commit 50252e4b5e98",
		.hooks = { "poll woken" },
		.seen = SEEN(FREED),
		.request = aios_rule_pollfree,
	},
	{
		.id = "P10",
		.slug = "work-again",
		.statement = "A wake-up that comes while the work runs makes it run again.",
		.means = "The program never learns that its file is ready.",
		.source = "aio_poll_complete_work(), commit 363bee27e258",
		.hooks = { "poll woken" },
		.request = aios_rule_resched,
	},
	{
		.id = "P11",
		.slug = "left-queue",
		.robust = true,
		.statement = "A poll that completes is on no wait queue any more.",
		.means = "The kernel uses freed memory when the file is ready again.",
		.source = "aio_poll_wake(), aio_poll_complete_work()",
		.hooks = { COMPLETED, LOOKED },
		.request = aios_rule_queued,
	},
	{
		.id = "P12",
		.slug = "cancelled-poll",
		.hangs = true,
		.statement = "A poll that is told to finish does.",
		.means = "io_destroy or the exit of the program hangs.",
		.source = "aio_poll_cancel()",
		.hooks = { "poll told to finish", COMPLETED },
		.unless = { "P1", "P9", "P10" },
		.request = aios_rule_cancelled,
	},
	{
		.id = "C1",
		.slug = "slots",
		.robust = true,
		.statement = "Free slots, requests, and events not given back make up the ring.",
		.means = "io_submit fails with EAGAIN for ever, or events are written over.",
		.source = "get_reqs_available(), refill_reqs_available(), commit d856f32a86b2",
		.hooks = { "context freed", "?slots given back", HEAD },
		.request = aios_rule_slot,
		.context = aios_rule_slots,
	},
	{
		.id = "C2",
		.slug = "refused-slot",
		.needs = AIOS_NEEDS_EXACT,
		.statement = "Who is refused a slot could not have had one.",
		.means = "io_submit fails with EAGAIN though the ring has room.",
		.source = "get_reqs_available(), user_refill_reqs_available()",
		.hooks = { "no request to be had", "request made", "slots given back", COMPLETED },
		.context = aios_rule_refused_slot,
	},
	{
		.id = "C3",
		.slug = "one-life",
		.statement = "A context is killed, left by its users, drained and freed: once "
			     "each, in that order.",
		.means = "The kernel uses freed memory.",
		.source = "kill_ioctx(), free_ioctx_users(), free_ioctx_reqs(), free_ioctx()",
		.hooks = { "context killed", "context's users are gone",
			  "context's requests are gone" },
		.seen = SEEN(ALIVE),
		.context = aios_rule_one_life,
	},
	{
		.id = "C4",
		.slug = "context-freed",
		.statement = "A context without users and requests is freed.",
		.means = "Memory is lost until the next boot.",
		.source = "free_ioctx_reqs(), commit 1881686f8420",
		.hooks = { "context's requests are gone", "context freed" },
		.context = aios_rule_freed_in_time,
	},
	{
		.id = "C5",
		.slug = "drained",
		.statement = "When io_destroy or the exit is through, no request is left.",
		.means = "Devices write to memory that the program has given away.",
		.source = "commits e02ba72aabfa, 6098b45b32e6",
		.hooks = { "context killed", COMPLETED },
		.unless = { "C10" },
		.context = aios_rule_drained,
	},
	{
		.id = "C7",
		.slug = "teardown",
		.hangs = true,
		.statement = "When the last request is gone, who waits for that goes on.",
		.means = "io_destroy, or the exit of the program, hangs for ever.",
		.source = "free_ioctx_reqs(), commit 880641bb9da2",
		.hooks = { "context killed", "context's users are gone",
			   "context's requests are gone", "io_destroy returned",
			   "io_destroy returned (32-bit)", "exit is through waiting" },
		.context = aios_rule_teardown,
	},
	{
		.id = "C8",
		.slug = "sleeper-on-dead-context",
		.hangs = true,
		.statement = "Who reads from a context that is killed is woken.",
		.means = "io_getevents, and with it the program's exit, hangs for ever.",
		.source = "kill_ioctx()",
		.hooks = { "context killed", "reader comes out" },
		.context = aios_rule_sleepers,
	},
	{
		.id = "C9",
		.slug = "moved-ring",
		.hangs = true,
		.statement = "The ring of a context is moved by its owner alone, and the context "
			     "moves with it.",
		.means = "The kernel crashes, or the program cannot reach its context any more.",
		.source = "aio_ring_mremap(), commit 81e9d6f86476",
		.hooks = { "ring about to be moved", "ring moved" },
		.context = aios_rule_mremap,
	},
	{
		.id = "C10",
		.slug = "used-after-death",
		.robust = true,
		.statement = "Once the users of a context are gone it has none, and its requests "
			     "neither.",
		.means = "The kernel uses freed memory.",
		.source = "lookup_ioctx(), aio_get_req(), commit 3bd9a5d734c7",
		.hooks = { "context's users are gone", "context's requests are gone", COMPLETED },
		.context = aios_rule_used_after_death,
	},
	{
		.id = "G1",
		.slug = "tail",
		.statement = "The ring's tail moves by one for each completion.",
		.means = "The program gets events that are none.",
		.source = "aio_complete()",
		.hooks = { COMPLETED },
		.context = aios_rule_tail,
	},
	{
		.id = "G4",
		.slug = "reads",
		.statement = "What io_getevents returns was in the ring, once.",
		.means = "The program gets an event twice, or not at all.",
		.source = "aio_read_events_ring()",
		.hooks = { COMPLETED, "reader comes out" },
		.context = aios_rule_reads,
	},
	{
		.id = "G5",
		.slug = "overwritten",
		.statement = "An event that was not read is not written over.",
		.means = "Events are lost.",
		.source = "aio_complete(), commit d856f32a86b2",
		.hooks = { COMPLETED, HEAD },
		.context = aios_rule_overwritten,
	},
	{
		.id = "G6",
		.slug = "ring-size",
		.robust = true,
		.statement = "The ring of a context has as many places as its pages hold, to its "
			     "end.",
		.means = "Events are written behind the ring, or none beyond a place that is "
			 "never the last.",
		.source = "aio_setup_ring()",
		.hooks = { "context freed", LOOKED },
		.seen = SEEN(SIZE),
	},
	{
		.id = "G8",
		.slug = "waiters",
		.severity = AIOS_SEVERITY_STUCK,
		.hangs = true,
		.statement = "Who waits for as many events as there are is woken.",
		.means = "io_getevents sleeps beside the events it waits for.",
		.source = "aio_complete(), commit 71eb6b6b0ba9",
		.hooks = { COMPLETED, "reader goes in", "reader comes out", HEAD },
		.seen = SEEN(WAKER),
		.context = aios_rule_waiters,
	},
	{
		.id = "G9",
		.slug = "read-result",
		.statement = "A read returns no more events than it was asked for, or why it "
			     "failed.",
		.means = "The program's memory is written over, or it sees an error that is none.",
		.source = "read_events(), aio_read_events()",
		.hooks = { "reader goes in", "reader comes out", "context killed" },
		.context = aios_rule_read_result,
	},
	{
		.id = "G10",
		.slug = "failed-reads",
		.statement = "A read that fails takes nothing out of the ring.",
		.means = "Events are lost.",
		.source = "aio_read_events_ring()",
		.hooks = { "reader goes in", "reader comes out", HEAD },
		.context = aios_rule_failed_reads,
	},
	{
		.id = "G12",
		.slug = "timeout",
		.severity = AIOS_SEVERITY_STUCK,
		.hangs = true,
		.statement = "A read ends when its time is up.",
		.means = "io_getevents hangs though it was told for how long to wait.",
		.source = "read_events()",
		.hooks = { "reader goes in", "reader comes out" },
		.unless = { "C8", "G8" },
		.context = aios_rule_timeout,
	},
	{
		.id = "Y1",
		.slug = "aio-nr",
		.statement = "fs.aio-nr is the sum of what all contexts were made for.",
		.means = "io_setup fails with EAGAIN while nobody holds that many, until the next "
			 "boot.",
		.source = "ioctx_alloc(), aio_nr_sub(), commits e34ecee2ae79, 2a8a98673c13",
		.hooks = { "context made", "context killed" },
		.trace = aios_rule_aio_nr,
	},
	{
		.id = "Y3",
		.slug = "limit",
		.needs = AIOS_NEEDS_EXACT,
		.robust = true,
		.statement = "io_setup is refused for fs.aio-max-nr only if that would be passed.",
		.means = "io_setup fails with EAGAIN though there is room.",
		.source = "ioctx_alloc()",
		.hooks = { "why io_setup failed" },
		.trace = aios_rule_limit,
	},
	{
		.id = "Y4",
		.slug = "request-freed",
		.statement = "A request that has ended is freed.",
		.means = "Memory is lost until the next boot.",
		.source = "iocb_destroy()",
		.hooks = { "request freed" },
		.request = aios_rule_freed,
	},
	{
		.id = "Y5",
		.slug = "fork-has-none",
		.robust = true,
		.statement = "A process that was just forked has no contexts.",
		.means = "The exit of the child kills the contexts of its parent, and the kernel "
			 "uses freed memory.",
		.source = "mm_init_aio()",
		.hooks = { "process forked", LOOKED },
		.seen = SEEN(FORKED),
	},
};

#define RULES (sizeof(rules) / sizeof(rules[0]))

const struct aios_rule *aios_rules(size_t *cnt)
{
	*cnt = RULES;
	return rules;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_called(const char *text, const char *name)
{
	while (*text && lower(*text) == lower(*name)) {
		text++;
		name++;
	}
	return !*text && !*name;
}

int aios_rule_find(const char *name)
{
	for (size_t i = 0; i < RULES; i++)
		if (is_called(rules[i].id, name) || is_called(rules[i].slug, name))
			return (int)i;
	return -1;
}

bool aios_broken(struct aios_case *c, const char *expected, const char *fmt, ...)
{
	char text[256];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	aios_buf_str(&c->what, text);
	aios_buf_str(&c->expected, expected);
	return true;
}

/* Names that scripts can rely on; constants. */
const char *aios_severity_name(enum aios_severity severity)
{
	return severity == AIOS_SEVERITY_STUCK ? "stuck" : "error";
}

const char *aios_needs_name(enum aios_needs needs)
{
	return needs == AIOS_NEEDS_EXACT ? "exact" : "function";
}
