// SPDX-License-Identifier: GPL-2.0-only
/*
 * doctor_table.c - all that can be the matter, in words; docs/doctor.md shows the same table.
 *
 * Only hooks that a trace can be without are named: the vital ones are there, or there is no trace.
 */
#include "doctor_int.h"

static const struct aios_ailment ailments[] = {
	[AIOS_AIL_LIMIT] = {
		.id = "D1", .slug = "aio-max-nr",
		.severity = AIOS_GRADE_CRIT, .needs = AIOS_PROOF_SYSCALL,
		.statement = "io_setup fails, or soon will, as fs.aio-max-nr is used up.",
		.when = "crit: io_setup failed with EAGAIN; warn: contexts hold "
			AIOS_TEXT(AIOS_LIMIT_NEAR) " % of the limit or more",
		.why = "The limit is one for the whole host: whoever asks next gets no context, "
		       "whatever the others do with theirs.",
		.advice = "'aiotop --once' shows who holds what. Make contexts only as large as "
			  "they are used, or raise the limit (sysctl fs.aio-max-nr=1048576): a "
			  "slot costs 64 bytes of memory.",
		.hooks = { "io_setup failed" },
	},
	[AIOS_AIL_OVERSIZED] = {
		.id = "D2", .slug = "context-oversized",
		.severity = AIOS_GRADE_INFO, .needs = AIOS_PROOF_FUNCTION,
		.statement = "A process asks io_setup for far more requests than it ever has.",
		.when = AIOS_TEXT(AIOS_UNUSED_MIN) " requests of those asked for were not used, "
			"and less than 1/" AIOS_TEXT(AIOS_USED_PART) " of them were, in contexts "
			"with " AIOS_TEXT(AIOS_USED_FEW) " requests or more",
		.why = "What is asked for counts against fs.aio-max-nr, and its ring is pinned "
		       "memory, used or not.",
		.advice = "Ask io_setup for the queue depth that is really used, with some room; "
			  "or use one context where there are many.",
	},
	[AIOS_AIL_AGAIN_STRANDED] = {
		.id = "D3", .slug = "eagain-stranded",
		.severity = AIOS_GRADE_WARN, .needs = AIOS_PROOF_FUNCTION,
		.statement = "io_submit fails with EAGAIN while slots are free, as other CPUs "
			     "have them.",
		.when = "a request got no slot, and more slots than a CPU takes at a time were "
			"neither in flight nor unread",
		.why = "Each CPU takes slots in batches and keeps what it does not use, so a "
		       "context can be full for one CPU and not for another.",
		.advice = "Ask io_setup for as many requests as can be in flight or unread at "
			  "once: the kernel makes twice as many slots, for what CPUs keep. Or "
			  "submit to a context from one CPU alone.",
	},
	[AIOS_AIL_AGAIN_POLLS] = {
		.id = "D4", .slug = "eagain-polls",
		.severity = AIOS_GRADE_WARN, .needs = AIOS_PROOF_FUNCTION,
		.statement = "io_submit fails with EAGAIN as polls that wait hold the slots.",
		.when = "a request got no slot, and pending polls held most of them",
		.why = "A poll holds its slot until its file is ready, which may take for ever; "
		       "reads and writes that share the context starve meanwhile.",
		.advice = "Give polls a context of their own, as large as the number of files; "
			  "or wait for an epoll descriptor by a single poll.",
	},
	[AIOS_AIL_AGAIN_UNREAD] = {
		.id = "D5", .slug = "eagain-unread",
		.severity = AIOS_GRADE_WARN, .needs = AIOS_PROOF_FUNCTION,
		.statement = "io_submit fails with EAGAIN as the ring is full of events that "
			     "nobody has read.",
		.when = "a request got no slot, and unread events held most of them",
		.why = "An event holds its slot until it is read.",
		.advice = "Call io_getevents before each io_submit, for as many events as there "
			  "are; when io_submit says EAGAIN, read and try again.",
	},
	[AIOS_AIL_AGAIN_FULL] = {
		.id = "D6", .slug = "eagain-in-flight",
		.severity = AIOS_GRADE_INFO, .needs = AIOS_PROOF_FUNCTION,
		.statement = "io_submit fails with EAGAIN as all slots are of requests in flight.",
		.when = "a request got no slot, and reads, writes and fsyncs in flight held most "
			"of them",
		.why = "The context is as deep as it was made; the device is the bottleneck, or "
		       "the program submits more than it asked room for.",
		.advice = "Wait for completions before submitting more; or ask io_setup for more "
			  "if the device takes a deeper queue.",
	},
	[AIOS_AIL_AGAIN_UNCLEAR] = {
		.id = "D7", .slug = "eagain-unclear",
		.severity = AIOS_GRADE_WARN, .needs = AIOS_PROOF_SYSCALL,
		.statement = "io_submit fails with EAGAIN, and what was seen does not tell why.",
		.when = "a request got no slot or no memory, and what held the slots is not "
			"known: the context is older than the trace, or only calls were seen",
		.why = "No slot of the ring was free for this CPU, or no memory.",
		.advice = "Trace from the start of the program, at evidence level function or "
			  "exact: 'aiotrace record -o t.aios -- CMD'.",
	},
	[AIOS_AIL_BLOCKS] = {
		.id = "D8", .slug = "submit-blocks",
		.severity = AIOS_GRADE_WARN, .needs = AIOS_PROOF_FUNCTION,
		.statement = "io_submit blocks, where it is meant to queue and return.",
		.when = AIOS_TEXT(AIOS_BLOCKED_FEW) " submissions of an operation on a file slept "
			"for " AIOS_TEXT(AIOS_SLEPT_MS) " ms or longer, or some for "
			AIOS_TEXT(AIOS_BLOCKED_LONG_MS) " ms together; where sleeps were not "
			"recorded (--blocked-over): " AIOS_TEXT(AIOS_BLOCKED_FEW) ", and "
			AIOS_TEXT(AIOS_BLOCKED_SHARE) " % of them, took "
			AIOS_TEXT(AIOS_BLOCKED_MS) " ms or longer",
		.why = "The thread that submits does nothing else meanwhile: not even what "
		       "completed is read.",
		.advice = "Open the file with O_DIRECT, and preallocate what is written (a write "
			  "that allocates blocks, or extends the file, waits); try RWF_NOWAIT to "
			  "be told instead; submit from a thread of its own; look at the "
			  "device's queue (nr_requests) where it is full.",
	},
	[AIOS_AIL_BUFFERED] = {
		.id = "D9", .slug = "buffered-inside-submit",
		.severity = AIOS_GRADE_WARN, .needs = AIOS_PROOF_FUNCTION,
		.statement = "Reads and writes of a file without O_DIRECT are done within "
			     "io_submit.",
		.when = AIOS_TEXT(AIOS_INSIDE_FEW) " requests or more, and " AIOS_TEXT(AIOS_MOST)
			" % of them complete before their submission returns",
		.why = "Native AIO is asynchronous for direct I/O alone. Through the page cache "
		       "io_submit does the work itself, one request after the other, and waits "
		       "for the device where the cache has not got it.",
		.advice = "Open the file with O_DIRECT; or, if the page cache is wanted, use "
			  "pread/pwrite in a pool of threads, or io_uring.",
	},
	[AIOS_AIL_BATCHES] = {
		.id = "D10", .slug = "batches-of-one",
		.severity = AIOS_GRADE_INFO, .needs = AIOS_PROOF_FUNCTION,
		.statement = "io_submit is called for single requests, while many are in flight.",
		.when = AIOS_TEXT(AIOS_FEW) " calls or more, and " AIOS_TEXT(AIOS_MOST)
			" % of them with one iocb while " AIOS_TEXT(AIOS_DEEP)
			" requests were in flight or unread",
		.why = "Each call enters the kernel, looks the context up and rings the device's "
		       "doorbell; the block layer merges and plugs within a call alone.",
		.advice = "Collect requests and submit several by a call: as many as events were "
			  "just read is a good number.",
		.hooks = { "io_submit returned" },
	},
	[AIOS_AIL_SINGLES] = {
		.id = "D11", .slug = "reads-of-one",
		.severity = AIOS_GRADE_INFO, .needs = AIOS_PROOF_FUNCTION,
		.statement = "io_getevents returns single events, while many are on the way.",
		.when = AIOS_TEXT(AIOS_FEW) " calls that returned events or more, and "
			AIOS_TEXT(AIOS_MOST) " % of them one event while " AIOS_TEXT(AIOS_DEEP)
			" requests were in flight or unread",
		.why = "Each event costs a system call, and a switch to the reader if it slept.",
		.advice = "Ask for several events at least (min_nr) with a time-out that bounds "
			  "the wait, and for as many as there may be at most (nr).",
	},
	[AIOS_AIL_USER_REAP] = {
		.id = "D12", .slug = "user-reaping",
		.severity = AIOS_GRADE_INFO, .needs = AIOS_PROOF_FUNCTION,
		.statement = "The program takes events out of the mapped ring by itself.",
		.when = AIOS_TEXT(AIOS_USER_FEW) " events or more were taken without io_getevents",
		.why = "It saves the call, and is no interface that the kernel promises; the "
		       "time at which an event was taken is known only as an upper bound.",
		.advice = "Nothing, if it is meant (fio's userspace_reap, Seastar, QEMU). The "
			  "ring then must not be read by two at once: io_getevents takes a lock, "
			  "the program does not.",
	},
	[AIOS_AIL_ODD_HEAD] = {
		.id = "D13", .slug = "head-moved-oddly",
		.severity = AIOS_GRADE_CRIT, .needs = AIOS_PROOF_FUNCTION,
		.statement = "Somebody wrote into a ring's head what is no index of the ring.",
		.when = "once",
		.why = "The kernel believes the head: events are lost or seen twice, and slots "
		       "given back that are in use.",
		.advice = "Look for what writes into the ring: a user-space reaper that forgets "
			  "to wrap at nr, or two of them at once; or a stray pointer.",
	},
	[AIOS_AIL_BACKLOG] = {
		.id = "D14", .slug = "backlog-grows",
		.severity = AIOS_GRADE_WARN, .needs = AIOS_PROOF_FUNCTION,
		.statement = "Events enter a ring faster than they are read, all the time.",
		.when = "of four quarters of the completions, in each the ring was never as "
			"empty as in the one before, and never below " AIOS_TEXT(AIOS_BACKLOG_MIN)
			" events in the last",
		.why = "A request's latency grows by the time its event lies there, and "
		       "io_submit says EAGAIN when the ring is full.",
		.advice = "Read more events by a call (nr), more often, or in another thread "
			  "than the one that submits; do not stop at one event when more are "
			  "there.",
	},
	[AIOS_AIL_POLL_READY] = {
		.id = "D15", .slug = "polls-ready-at-once",
		.severity = AIOS_GRADE_INFO, .needs = AIOS_PROOF_FUNCTION,
		.statement = "Poll requests are submitted for what is ready already.",
		.when = AIOS_TEXT(AIOS_FEW) " polls of a process or more, and "
			AIOS_TEXT(AIOS_MOST) " % of them needed no wake-up",
		.why = "Each costs an io_submit and an event to be told what the next read or "
		       "write would have said.",
		.advice = "Try the operation first, without blocking, and poll only after EAGAIN.",
		.hooks = { "poll woken" },
	},
	[AIOS_AIL_POLL_EARLY] = {
		.id = "D16", .slug = "polls-woken-early",
		.severity = AIOS_GRADE_INFO, .needs = AIOS_PROOF_FUNCTION,
		.statement = "Poll requests are woken before they have begun to wait.",
		.when = AIOS_TEXT(AIOS_FEW) " polls of a process or more, and half of them were "
			"woken before the submission decided to wait",
		.why = "The other side answers at once, so the poll races with it: queue, "
		       "wake-up and a work item are paid for a wait that never was.",
		.advice = "Submit the poll before what makes the file ready is set off, or try "
			  "the operation first and poll only after EAGAIN.",
		.hooks = { "poll woken" },
	},
	[AIOS_AIL_BOUNCES] = {
		.id = "D17", .slug = "ring-bounces",
		.severity = AIOS_GRADE_INFO, .needs = AIOS_PROOF_FUNCTION,
		.statement = "Head and tail of a ring are written by different CPUs in turn.",
		.when = AIOS_TEXT(AIOS_BOUNCE_WRITES) " completions and reads or more, and "
			AIOS_TEXT(AIOS_BOUNCE_SHARE) " % of them by another CPU than the one "
			"before",
		.why = "Both lie in one cache line, which is the ring's old flaw: each write by "
		       "another CPU fetches it from there, and a lock beside it.",
		.advice = "Use a context for each CPU or thread; read on the CPU that the device "
			  "interrupts (or let it complete where it was submitted: "
			  "rq_affinity=2); read several events by a call.",
	},
	[AIOS_AIL_TEARDOWN] = {
		.id = "D18", .slug = "teardown-waits",
		.severity = AIOS_GRADE_CRIT, .needs = AIOS_PROOF_FUNCTION,
		.statement = "io_destroy, or an exit, waits for requests that take long.",
		.when = "warn: the last request completed " AIOS_TEXT(AIOS_TEARDOWN_MS) " ms or "
			"later after the context was killed and no call used it any more; crit: "
			AIOS_TEXT(AIOS_TEARDOWN_CRIT_MS) " ms",
		.why = "Only polls can be cancelled: all else is waited for, and a process that "
		       "was killed stays until then.",
		.advice = "Look at the requests that completed last ('aiotrace timeline "
			  "--request'). Stop submitting and read what is in flight before "
			  "io_destroy; find out why the file or device takes so long.",
		.hooks = { "context killed" },
	},
	[AIOS_AIL_EVENTFD] = {
		.id = "D19", .slug = "eventfd-seldom-read",
		.severity = AIOS_GRADE_INFO, .needs = AIOS_PROOF_FUNCTION,
		.statement = "Completions signal an eventfd far more often than it is read.",
		.when = AIOS_TEXT(AIOS_FEW) " completions or more signal an eventfd, "
			AIOS_TEXT(AIOS_NOTIFY_TIMES) " times as many as there are reads of it",
		.why = "Each completion takes the eventfd's lock, adds 1 and calls whoever waits; "
		       "a read takes all that was added, so the signals in between told nothing "
		       "new.",
		.advice = "Ask for the signal (IOCB_FLAG_RESFD) on the last iocb of a batch "
			  "alone, or on none while io_getevents is called anyway. What is never "
			  "read stays readable: only an edge-triggered epoll can wait for it.",
		.hooks = { "eventfd given to signal", "eventfd read", "eventfd closed" },
		.asked_by = "--hooks eventfd",
	},
};

_Static_assert(sizeof(ailments) / sizeof(ailments[0]) == AIOS_AILMENTS, "a line for each");

const struct aios_ailment *aios_ailments(size_t *cnt)
{
	if (cnt)
		*cnt = AIOS_AILMENTS;
	return ailments;
}
