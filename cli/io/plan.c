// SPDX-License-Identifier: GPL-2.0-only
/*
 * plan.c - the attach plan: a table, and the choice of a way for each row.
 */
#include "plan.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ENTRY(fn)	.function = fn, .point = AIOS_AT_ENTRY
#define RETURN(fn)	.function = fn, .point = AIOS_AT_RETURN
#define LOST(text)	.lost = text
#define FUNCTION	.level = AIOS_HOOK_FUNCTION
#define EXACT(tp)	.function = tp, .point = AIOS_AT_TRACEPOINT, .level = AIOS_HOOK_EXACT
#define REFERENCES	.group = AIOS_GROUP_REFERENCES
#define STATE		.group = AIOS_GROUP_STATE
#define BLOCKED		.group = AIOS_GROUP_BLOCKED
#define BLOCK(tp)	.function = tp, .point = AIOS_AT_TRACEPOINT,		\
			.group = AIOS_GROUP_BLOCK, .tidies = true
#define EVENTFD		.group = AIOS_GROUP_EVENTFD
#define WITNESSES	(AIOS_GROUP_REFERENCES | AIOS_GROUP_STATE)
#define WATCHES(bit)	REFERENCES, .watches = bit
#define HOLD(what)	(1 << AIOS_HOLD_##what)
#define POLL_RETURN(fn)								\
	{ .what = "->poll of a file returned", RETURN(fn), FUNCTION,		\
	  .group = AIOS_GROUP_POLL_RETURN,					\
	  LOST("wake-ups before and after the return of " fn) }

/*
 * Levels function and exact. Where a tracepoint of fs/aio.c tells what a function does, its row
 * comes right behind, and each level has one of the two.
 */
static const struct aios_hook hooks[] = {
	{ .what = "context made", RETURN("ioctx_alloc"), FUNCTION, .vital = true,
	  LOST("contexts: whose they are, their sizes") },
	{ .what = "context made", EXACT("aio_ctx_alloc"), .vital = true,
	  LOST("contexts: whose they are, their sizes") },
	{ .what = "why io_setup failed", EXACT("aio_ctx_limit"),
	  LOST("how far fs.aio-max-nr was exhausted") },
	{ .what = "context's reference taken", EXACT("aio_ctx_get"),
	  LOST("who takes references of contexts") },
	{ .what = "context's reference dropped", EXACT("aio_ctx_put"),
	  LOST("who drops references of contexts") },
	{ .what = "io_setup failed", RETURN("__x64_sys_io_setup"),
	  LOST("failed io_setup calls") },
	{ .what = "io_setup failed (32-bit)", RETURN("__ia32_compat_sys_io_setup"),
	  LOST("failed io_setup calls of 32-bit programs") },
	{ .what = "context killed", RETURN("kill_ioctx"), FUNCTION,
	  LOST("when contexts are killed") },
	{ .what = "context killed", EXACT("aio_ctx_kill"),
	  LOST("when contexts are killed") },
	{ .what = "context's users are gone", ENTRY("free_ioctx_users"), FUNCTION,
	  LOST("when the last system call leaves a dying context") },
	{ .what = "context's users are gone", EXACT("aio_ctx_users_drained"),
	  LOST("when the last system call leaves a dying context") },
	{ .what = "context's requests are gone", ENTRY("free_ioctx_reqs"), FUNCTION,
	  LOST("when the last request of a dying context is gone") },
	{ .what = "context's requests are gone", EXACT("aio_ctx_reqs_drained"),
	  LOST("when the last request of a dying context is gone") },
	{ .what = "context freed", ENTRY("free_ioctx"), FUNCTION, .vital = true,
	  LOST("the end of contexts, and what nobody read") },
	{ .what = "context freed", EXACT("aio_ctx_free"), .vital = true,
	  LOST("the end of contexts, and what nobody read") },
	{ .what = "io_destroy returned", RETURN("__x64_sys_io_destroy"),
	  LOST("how long io_destroy took") },
	{ .what = "io_destroy returned (32-bit)", RETURN("__ia32_sys_io_destroy"),
	  LOST("how long io_destroy of 32-bit programs took") },
	{ .what = "exit begins to wait", ENTRY("exit_aio"),
	  LOST("how long requests held up an exit") },
	{ .what = "exit is through waiting", RETURN("exit_aio"),
	  LOST("how long requests held up an exit") },
	{ .what = "read begins", ENTRY("aio_read"), FUNCTION, .vital = true, LOST("reads") },
	{ .what = "write begins", ENTRY("aio_write"), FUNCTION, .vital = true, LOST("writes") },
	{ .what = "fsync begins", ENTRY("aio_fsync"), FUNCTION, .vital = true, LOST("fsyncs") },
	{ .what = "request made", EXACT("aio_req_get"), .vital = true, LOST("requests") },
	{ .what = "request holds its file", EXACT("aio_hold_get"), .vital = true,
	  LOST("requests and what they hold") },
	{ .what = "no request to be had", EXACT("aio_req_refused"),
	  LOST("why there was none") },
	{ .what = "one iocb was submitted", RETURN("io_submit_one"), FUNCTION, .vital = true,
	  LOST("refused requests, and how long submitting took") },
	{ .what = "one iocb was refused", EXACT("aio_submit_error"), .vital = true,
	  LOST("refused requests") },
	{ .what = "request's reference dropped", EXACT("aio_req_put"), .vital = true,
	  .watches = AIOS_WATCH_PUTS,
	  LOST("who drops references of requests, and how long submitting took") },
	{ .what = "io_submit returned", RETURN("__x64_sys_io_submit"),
	  LOST("calls of io_submit and their batches") },
	{ .what = "io_submit returned (32-bit)", RETURN("__ia32_compat_sys_io_submit"),
	  LOST("calls of io_submit of 32-bit programs") },
	{ .what = "io_submit begins", ENTRY("__x64_sys_io_submit"), BLOCKED,
	  LOST("whether io_submit blocks, and where") },
	{ .what = "io_submit begins (32-bit)", ENTRY("__ia32_compat_sys_io_submit"), BLOCKED,
	  LOST("whether io_submit of 32-bit programs blocks") },
	{ .what = "thread leaves its CPU, or runs", .function = "sched_switch",
	  .point = AIOS_AT_TRACEPOINT, BLOCKED,
	  LOST("whether io_submit blocks, and where") },
	{ .what = "thread is woken", .function = "sched_waking", .point = AIOS_AT_TRACEPOINT,
	  BLOCKED, .tidies = true,
	  LOST("whether threads slept, or waited for a CPU") },
	{ .what = "bio queued", BLOCK("block_bio_queue"),
	  LOST("when requests come to the block layer") },
	{ .what = "driver given bios", BLOCK("block_rq_issue"),
	  LOST("for how long bios are queued, and devices are busy") },
	{ .what = "driver hands bios back", BLOCK("block_rq_requeue"),
	  LOST("which bios a driver was given in vain") },
	{ .what = "device through with bios", BLOCK("block_rq_complete"),
	  LOST("for how long devices are busy") },
	{ .what = "eventfd given to signal", RETURN("eventfd_ctx_fdget"), EVENTFD,
	  LOST("which eventfds requests signal") },
	{ .what = "eventfd read", RETURN("eventfd_read"), EVENTFD,
	  LOST("whether eventfds are read as often as they are signalled") },
	{ .what = "eventfd closed", ENTRY("eventfd_release"), EVENTFD,
	  LOST("which eventfd has an address that another one had before") },
	{ .what = "read or write done", ENTRY("aio_complete_rw"), FUNCTION,
	  LOST("ends of operations that the submitter outlasts") },
	{ .what = "operation done", EXACT("aio_op_done"), .vital = true,
	  .serves = AIOS_WATCH_PUTS,
	  LOST("whose reference is dropped while the submitter holds another") },
	{ .what = "request completed", ENTRY("aio_complete"), FUNCTION, .vital = true,
	  LOST("completions") },
	{ .what = "request completed", EXACT("aio_complete"), .vital = true,
	  LOST("completions") },
	{ .what = "file dropped", ENTRY("fput"), WATCHES(HOLD(FILE)),
	  LOST("whether requests drop their files") },
	{ .what = "eventfd dropped", ENTRY("eventfd_ctx_put"), WATCHES(HOLD(EVENTFD)),
	  LOST("whether requests drop their eventfds") },
	{ .what = "eventfd really signalled", ENTRY("eventfd_signal"),
	  STATE, .watches = AIOS_WATCH_SIGNAL,
	  LOST("whether completions signal their eventfds") },
	{ .what = "eventfd really signalled", ENTRY("eventfd_signal_mask"),
	  .unless = "eventfd_signal", STATE, .watches = AIOS_WATCH_SIGNAL,
	  LOST("whether completions signal their eventfds") },
	{ .what = "credentials dropped", ENTRY("__put_cred"), WATCHES(HOLD(CREDS)),
	  LOST("whether fsyncs drop their credentials") },
	{ .what = "credentials in use", ENTRY("vfs_fsync"), REFERENCES,
	  LOST("as whom fsyncs run") },
	{ .what = "credentials in use", RETURN("vfs_fsync"), WATCHES(AIOS_WATCH_FSYNC),
	  LOST("whether fsyncs drop their credentials") },
	{ .what = "reader really woken", ENTRY("try_to_wake_up"), .level = AIOS_HOOK_EXACT,
	  STATE, .watches = AIOS_WATCH_WAKE,
	  LOST("readers that leave before they were woken") },
	{ .what = "reader leaves", RETURN("read_events"), .program = "leaving",
	  .level = AIOS_HOOK_EXACT, STATE, .serves = AIOS_WATCH_WAKE,
	  LOST("readers that leave before they were woken") },
	{ .what = "result of an operation", ENTRY("aio_complete_rw"), .program = "result",
	  .level = AIOS_HOOK_EXACT, STATE, .tidies = true,
	  LOST("whether events have the results of reads and writes") },
	{ .what = "ring about to be moved", ENTRY("aio_ring_mremap"), STATE,
	  LOST("mremap() of rings") },
	{ .what = "ring moved", RETURN("aio_ring_mremap"), STATE,
	  LOST("mremap() of rings") },
	{ .what = "request freed", .function = "kmem_cache_free", .point = AIOS_AT_RAW,
	  WATCHES(AIOS_WATCH_FREE),
	  LOST("the ends of requests: what they held, and for how long") },
	{ .what = "freezing held off", EXACT("aio_freeze_begin"),
	  LOST("writes that keep a file system from being frozen") },
	{ .what = "freezing let go", EXACT("aio_freeze_end"),
	  LOST("for how long they do") },
	{ .what = "slots given back", EXACT("aio_slots_put"),
	  LOST("when slots of rings are given back") },
	{ .what = "eventfd signalled", EXACT("aio_eventfd"),
	  LOST("whether eventfds are signalled") },
	{ .what = "reader woken", EXACT("aio_reader_wake"),
	  LOST("which completion wakes a reader") },
	{ .what = "request cancelled", EXACT("aio_cancel"),
	  LOST("which request a cancel found") },
	{ .what = "io_cancel returned", RETURN("__x64_sys_io_cancel"),
	  LOST("calls of io_cancel") },
	{ .what = "io_cancel returned (32-bit)", RETURN("__ia32_sys_io_cancel"),
	  LOST("calls of io_cancel of 32-bit programs") },
	{ .what = "poll on a wait queue", ENTRY("aio_poll_queue_proc"), FUNCTION, .vital = true,
	  LOST("poll requests") },
	{ .what = "poll on a wait queue", EXACT("aio_poll_queue"),
	  LOST("wait queues of poll requests") },
	{ .what = "file is asked", EXACT("aio_poll_begin"),
	  LOST("when ->poll is called for a request") },
	{ .what = "file has answered", EXACT("aio_poll_end"),
	  LOST("wake-ups before and after the return of ->poll") },
	{ .what = "submission decided on a poll", EXACT("aio_poll_decide"),
	  LOST("what submissions decide about polls") },
	{ .what = "poll work decided", EXACT("aio_poll_work"),
	  LOST("what the poll work decides") },
	{ .what = "poll woken", ENTRY("aio_poll_wake"), FUNCTION,
	  LOST("wake-ups of poll requests, and their order") },
	{ .what = "poll woken", EXACT("aio_poll_wake"),
	  LOST("wake-ups of poll requests, and their order") },
	{ .what = "poll told to finish", ENTRY("aio_poll_cancel"), FUNCTION,
	  LOST("cancelled poll requests") },
	{ .what = "poll told to finish", EXACT("aio_poll_cancel"),
	  LOST("cancelled poll requests") },
	{ .what = "fsync work begins", ENTRY("aio_fsync_work"),
	  LOST("how long fsyncs waited for a worker") },
	{ .what = "fsync work ended", RETURN("aio_fsync_work"),
	  LOST("ends of fsync work") },
	{ .what = "poll work begins", ENTRY("aio_poll_complete_work"),
	  LOST("what wake-ups left to the work") },
	{ .what = "poll work ended", RETURN("aio_poll_complete_work"),
	  LOST("what the poll work found") },
	{ .what = "poll put-work begins", ENTRY("aio_poll_put_work"),
	  .unless = "aio_poll_complete", LOST("deferred completions of polls with an eventfd") },
	{ .what = "poll put-work ended", RETURN("aio_poll_put_work"),
	  .unless = "aio_poll_complete", LOST("ends of deferred completions") },
	{ .what = "reader goes in", ENTRY("read_events"), .vital = true,
	  LOST("who reads events, and when") },
	{ .what = "reader comes out", RETURN("read_events"), .vital = true,
	  LOST("who reads events, and when") },
	{ .what = "events taken by a reader", EXACT("aio_ring_read"),
	  LOST("which reader took which event where several are at it") },
	{ .what = "process forked", .function = "sched_process_fork",
	  .point = AIOS_AT_TRACEPOINT, LOST("children of traced processes") },
	{ .what = "process executed", .function = "sched_process_exec",
	  .point = AIOS_AT_TRACEPOINT, LOST("new command names") },
	{ .what = "process gone", .function = "sched_process_exit",
	  .point = AIOS_AT_TRACEPOINT, LOST("ends of processes") },
	{ .what = "contexts older than the trace", .function = "found",
	  .point = AIOS_AT_START, LOST("contexts and polls that are older than the trace") },
	POLL_RETURN("pipe_poll"),
	POLL_RETURN("eventfd_poll"),
	POLL_RETURN("sock_poll"),
	POLL_RETURN("timerfd_poll"),
	POLL_RETURN("signalfd_poll"),
	POLL_RETURN("inotify_poll"),
	POLL_RETURN("ep_eventpoll_poll"),
	POLL_RETURN("tty_poll"),
	POLL_RETURN("pidfd_poll"),
};

#define CALL(fn)	.function = fn, .point = AIOS_AT_CALL
#define EVENT(in, fn)	.system = in, .function = fn, .point = AIOS_AT_EVENT

static const struct aios_hook call_hooks[] = {
	{ .what = "calls of io_setup", CALL("io_setup"),
	  LOST("how many contexts are made, and failed io_setup calls") },
	{ .what = "calls of io_destroy", CALL("io_destroy"),
	  LOST("io_destroy calls and their errors") },
	{ .what = "calls of io_submit", CALL("io_submit"), .vital = true,
	  LOST("who submits how much") },
	{ .what = "calls of io_cancel", CALL("io_cancel"),
	  LOST("io_cancel calls and their results") },
	{ .what = "calls of io_getevents", CALL("io_getevents"), .vital = true,
	  LOST("who reaps how much") },
	{ .what = "calls of io_pgetevents", CALL("io_pgetevents"), .vital = true,
	  LOST("who reaps how much by io_pgetevents") },
	{ .what = "calls of 32-bit programs", .function = "sys_enter",
	  .point = AIOS_AT_ALL_CALLS, .group = AIOS_GROUP_COMPAT,
	  LOST("all that 32-bit programs do") },
	{ .what = "process forked", EVENT("task", "task_newtask"), .follows = true,
	  LOST("children of traced processes") },
	{ .what = "process executed", EVENT("sched", "sched_process_exec"),
	  LOST("new command names") },
	{ .what = "process gone", EVENT("sched", "sched_process_free"), .tidies = true,
	  LOST("room for more than 65536 processes and threads") },
};

#define COUNT(as, at)	.program = "count_" as, at

/* What aiotop counts. A request passes the first four and nothing else; a poll some more. */
static const struct aios_hook count_hooks[] = {
	{ .what = "read begins", COUNT("read", ENTRY("aio_read")), .vital = true,
	  LOST("reads") },
	{ .what = "write begins", COUNT("write", ENTRY("aio_write")), .vital = true,
	  LOST("writes") },
	{ .what = "fsync begins", COUNT("fsync", ENTRY("aio_fsync")), .vital = true,
	  LOST("fsyncs") },
	{ .what = "request completed", COUNT("complete", ENTRY("aio_complete")), .vital = true,
	  LOST("completions") },
	{ .what = "poll on a wait queue", COUNT("poll_queue", ENTRY("aio_poll_queue_proc")),
	  LOST("how long polls take") },
	{ .what = "poll woken", COUNT("poll_wake", ENTRY("aio_poll_wake")),
	  LOST("which polls were woken, and whether they had been waiting") },
	{ .what = "poll work begins", COUNT("poll_work", ENTRY("aio_poll_complete_work")),
	  LOST("what wake-ups left to the work") },
	{ .what = "poll told to finish", COUNT("poll_cancel", ENTRY("aio_poll_cancel")),
	  LOST("cancelled polls") },
	{ .what = "io_submit begins", COUNT("submit", ENTRY("__x64_sys_io_submit")),
	  LOST("time in io_submit") },
	{ .what = "io_submit returned", COUNT("submit", RETURN("__x64_sys_io_submit")),
	  LOST("calls of io_submit and their batches") },
	{ .what = "io_submit begins (32-bit)",
	  COUNT("submit32", ENTRY("__ia32_compat_sys_io_submit")),
	  LOST("time in io_submit of 32-bit programs") },
	{ .what = "io_submit returned (32-bit)",
	  COUNT("submit32", RETURN("__ia32_compat_sys_io_submit")),
	  LOST("calls of io_submit of 32-bit programs") },
	{ .what = "reader goes in", COUNT("reader", ENTRY("read_events")),
	  LOST("how full rings get, and for how long readers wait") },
	{ .what = "reader comes out", COUNT("reader", RETURN("read_events")),
	  LOST("how many events are read") },
	{ .what = "io_cancel returned", COUNT("cancel", RETURN("__x64_sys_io_cancel")),
	  LOST("calls of io_cancel") },
	{ .what = "io_cancel returned (32-bit)", COUNT("cancel32", RETURN("__ia32_sys_io_cancel")),
	  LOST("calls of io_cancel of 32-bit programs") },
	{ .what = "io_setup returned", COUNT("setup", RETURN("__x64_sys_io_setup")),
	  LOST("failed io_setup calls") },
	{ .what = "io_setup returned (32-bit)",
	  COUNT("setup32", RETURN("__ia32_compat_sys_io_setup")),
	  LOST("failed io_setup calls of 32-bit programs") },
	{ .what = "context made", COUNT("alloc", RETURN("ioctx_alloc")),
	  LOST("how old contexts are") },
	{ .what = "context freed", COUNT("free", ENTRY("free_ioctx")), .vital = true,
	  LOST("the end of contexts: another one can have the same address") },
};

static const struct {
	const char *name;
	const struct aios_hook *hooks;
	size_t cnt;
} levels[] = {
	[AIOS_LEVEL_FUNCTION] = { "function", hooks, sizeof(hooks) / sizeof(hooks[0]) },
	[AIOS_LEVEL_SYSCALL] = { "syscall", call_hooks,
				 sizeof(call_hooks) / sizeof(call_hooks[0]) },
	[AIOS_LEVEL_EXACT] = { "exact", hooks, sizeof(hooks) / sizeof(hooks[0]) },
	[AIOS_LEVEL_COUNT] = { "function", count_hooks,
			       sizeof(count_hooks) / sizeof(count_hooks[0]) },
};

#define HOOKS	(sizeof(hooks) / sizeof(hooks[0]))

const char *aios_level_name(enum aios_level level)
{
	return levels[level].name;
}

static int hook_wants(const struct aios_hook *hook, struct aios_wants *wants)
{
	int err = aios_wants_add(wants, hook->function);

	return err || !hook->unless ? err : aios_wants_add(wants, hook->unless);
}

int aios_plan_wants(struct aios_wants *wants)
{
	const enum aios_level of_functions[] = { AIOS_LEVEL_FUNCTION, AIOS_LEVEL_COUNT };
	int err = 0;

	for (size_t l = 0; l < sizeof(of_functions) / sizeof(of_functions[0]); l++)
		for (size_t i = 0; i < levels[of_functions[l]].cnt && !err; i++)
			err = hook_wants(&levels[of_functions[l]].hooks[i], wants);
	return err;
}

void aios_hook_name(struct aios_buf *buf, const struct aios_hook *hook)
{
	aios_buf_fmt(buf, "%s%s", hook->function, hook->point == AIOS_AT_RETURN ? ":return" : "");
}

static bool hook_is(const struct aios_hook *hook, const char *name)
{
	size_t len = strlen(hook->function);

	if (strncmp(hook->function, name, len))
		return false;
	return !strcmp(name + len, hook->point == AIOS_AT_RETURN ? ":return" : "");
}

/* The tracepoints of a single call are the cheapest; the raw ones need no tracefs. */
static enum aios_way call_choose(const struct aios_hook *hook, const struct aios_kernel *kernel)
{
	char enter[64], leave[64];

	snprintf(enter, sizeof(enter), "syscalls/sys_enter_%s", hook->function);
	snprintf(leave, sizeof(leave), "syscalls/sys_exit_%s", hook->function);
	if (hook->point == AIOS_AT_CALL && aios_kernel_has_event(kernel, enter) &&
	    aios_kernel_has_event(kernel, leave))
		return AIOS_WAY_EVENT;
	if (aios_kernel_has_raw(kernel, "sys_enter") && aios_kernel_has_raw(kernel, "sys_exit"))
		return AIOS_WAY_RAW;
	return AIOS_WAY_NONE;
}

static enum aios_way event_choose(const struct aios_hook *hook, const struct aios_kernel *kernel)
{
	char name[64];

	snprintf(name, sizeof(name), "%s/%s", hook->system, hook->function);
	return aios_kernel_has_event(kernel, name) ? AIOS_WAY_EVENT : AIOS_WAY_NONE;
}

/* A kernel made for level exact is there for the references. */
static unsigned int groups_of(const struct aios_plan_wish *wish)
{
	return wish->groups | (wish->level == AIOS_LEVEL_EXACT ? AIOS_GROUP_REFERENCES : 0);
}

static void row_choose(struct aios_plan_row *row, const struct aios_kernel *kernel,
		       const struct aios_plan_wish *wish)
{
	const struct aios_hook *hook = row->hook;
	bool of_function = hook->point == AIOS_AT_ENTRY || hook->point == AIOS_AT_RETURN;

	if (row->skipped || (hook->group && !(hook->group & groups_of(wish))))
		return;
	if (hook->point == AIOS_AT_CALL || hook->point == AIOS_AT_ALL_CALLS)
		row->way = call_choose(hook, kernel);
	if (hook->point == AIOS_AT_EVENT)
		row->way = event_choose(hook, kernel);
	if (hook->point == AIOS_AT_START)
		row->way = kernel->has_btf ? AIOS_WAY_BTF : AIOS_WAY_NONE;
	if ((hook->point == AIOS_AT_TRACEPOINT || hook->point == AIOS_AT_RAW) &&
	    aios_kernel_has_tracepoint(kernel, hook->function))
		row->way = AIOS_WAY_BTF;
	if (!of_function)
		return;
	row->symbol = aios_kernel_symbol(kernel, hook->function);
	/* No stand-in: a kernel with tracepoints needs none, and witnesses may miss nothing. */
	if (hook->level == AIOS_HOOK_EXACT || hook->group & WITNESSES) {
		if (aios_kernel_has_function(kernel, hook->function))
			row->way = AIOS_WAY_BTF;
		return;
	}
	if (wish->attach != AIOS_ATTACH_KPROBE &&
	    aios_kernel_has_function(kernel, hook->function))
		row->way = AIOS_WAY_BTF;
	else if (wish->attach != AIOS_ATTACH_FENTRY && row->symbol)
		row->way = AIOS_WAY_KPROBE;
}

static int plan_skip(struct aios_plan *plan, const char *name, struct aios_err *err)
{
	bool found = false;

	for (size_t i = 0; i < plan->cnt; i++) {
		if (!hook_is(plan->rows[i].hook, name))
			continue;
		plan->rows[i].skipped = true;
		found = true;
	}
	if (!found)
		return aios_fail(err, -EINVAL, "there is no hook '%s'; --plan lists them", name);
	return 0;
}

/* Hooks that only serve others, of which there are none. */
static void plan_spare(struct aios_plan *plan)
{
	unsigned int watched = aios_plan_watched(plan);

	for (size_t i = 0; i < plan->cnt; i++) {
		struct aios_plan_row *row = &plan->rows[i];

		if (row->hook->serves && !(row->hook->serves & watched)) {
			row->skipped = true;
			row->way = AIOS_WAY_NONE;
		}
	}
}

static const struct aios_plan_row *plan_row(const struct aios_plan *plan, const char *function,
					    enum aios_hook_point point)
{
	for (size_t i = 0; i < plan->cnt; i++)
		if (plan->rows[i].hook->point == point && !plan->rows[i].hook->program &&
		    !strcmp(plan->rows[i].hook->function, function))
			return &plan->rows[i];
	return NULL;
}

/* Who is not seen to come out again would be inside for ever. */
static void plan_spare_begins(struct aios_plan *plan)
{
	for (size_t i = 0; i < plan->cnt; i++) {
		struct aios_plan_row *row = &plan->rows[i];
		const struct aios_plan_row *end;

		if (row->hook->group != AIOS_GROUP_BLOCKED || row->hook->point != AIOS_AT_ENTRY)
			continue;
		end = plan_row(plan, row->hook->function, AIOS_AT_RETURN);
		if (!end || end->way == AIOS_WAY_NONE)
			row->way = AIOS_WAY_NONE;
	}
}

bool aios_plan_sleeps(const struct aios_plan *plan)
{
	const struct aios_plan_row *begins = plan_row(plan, "__x64_sys_io_submit", AIOS_AT_ENTRY);
	const struct aios_plan_row *leaves = plan_row(plan, "sched_switch", AIOS_AT_TRACEPOINT);

	return begins && begins->way != AIOS_WAY_NONE && leaves && leaves->way != AIOS_WAY_NONE;
}

/* A group has rows at this level, and all of them are hooked. */
static bool plan_has_all(const struct aios_plan *plan, enum aios_group group)
{
	size_t hooked = 0;

	for (size_t i = 0; i < plan->cnt; i++) {
		if (plan->rows[i].hook->group != group)
			continue;
		if (plan->rows[i].way == AIOS_WAY_NONE)
			return false;
		hooked++;
	}
	return hooked;
}

bool aios_plan_blocks(const struct aios_plan *plan)
{
	return plan_has_all(plan, AIOS_GROUP_BLOCK) && plan->ties;
}

bool aios_plan_eventfds(const struct aios_plan *plan)
{
	return plan_has_all(plan, AIOS_GROUP_EVENTFD);
}

static bool hook_is_of(const struct aios_hook *hook, enum aios_level level)
{
	return hook->level == AIOS_HOOK_BOTH ||
	       (hook->level == AIOS_HOOK_EXACT) == (level == AIOS_LEVEL_EXACT);
}

/* Does another row, or function, tell the same on this kernel? */
static bool hook_is_needless(const struct aios_hook *hook, const struct aios_kernel *kernel)
{
	return hook->unless && aios_kernel_has_function(kernel, hook->unless);
}

bool aios_plan_exact(const struct aios_kernel *kernel)
{
	for (size_t i = 0; i < HOOKS; i++)
		if (hooks[i].level == AIOS_HOOK_EXACT && hooks[i].vital &&
		    !aios_kernel_has_tracepoint(kernel, hooks[i].function))
			return false;
	return true;
}

int aios_plan_make(struct aios_plan *ret, const struct aios_kernel *kernel,
		   const struct aios_plan_wish *wish, struct aios_err *err)
{
	int ret_err = 0;

	*ret = (struct aios_plan){ .level = wish->level, .groups = groups_of(wish) };
	ret->rows = calloc(levels[wish->level].cnt, sizeof(*ret->rows));
	if (!ret->rows)
		return -ENOMEM;
	for (size_t i = 0; i < levels[wish->level].cnt; i++)
		if (hook_is_of(&levels[wish->level].hooks[i], wish->level) &&
		    !hook_is_needless(&levels[wish->level].hooks[i], kernel))
			ret->rows[ret->cnt++].hook = &levels[wish->level].hooks[i];
	for (size_t i = 0; i < wish->without_cnt && !ret_err; i++)
		ret_err = plan_skip(ret, wish->without[i], err);
	for (size_t i = 0; i < ret->cnt; i++)
		row_choose(&ret->rows[i], kernel, wish);
	plan_spare(ret);
	plan_spare_begins(ret);
	ret->heads = kernel->vmemmap_base && kernel->page_offset_base;
	ret->looks = ret->groups & AIOS_GROUP_STATE && ret->heads && kernel->per_cpu_offset &&
		     kernel->poll_wake && kernel->complete_rw;
	ret->ties = kernel->complete_rw && kernel->end_io[AIOS_END_CHAIN];
	return ret_err;
}

/**
 * aios_plan_done() - gives the memory back
 * @plan: emptied
 */
void aios_plan_done(struct aios_plan *plan)
{
	free(plan->rows);
	*plan = (struct aios_plan){ 0 };
}

/* All calls go the same way: what is missing for one is missing for all. */
static int calls_check(const struct aios_plan *plan, struct aios_err *err)
{
	for (size_t i = 0; i < plan->cnt; i++) {
		const struct aios_plan_row *row = &plan->rows[i];

		if (row->hook->vital && row->way == AIOS_WAY_NONE && !row->skipped)
			return aios_fail(err, -EOPNOTSUPP,
					 "this kernel has no tracepoint for %s; it needs "
					 "CONFIG_FTRACE_SYSCALLS=y and tracefs, or "
					 "CONFIG_BPF_EVENTS=y", row->hook->function);
	}
	return 0;
}

int aios_plan_follow_check(const struct aios_plan *plan, struct aios_err *err)
{
	for (size_t i = 0; i < plan->cnt; i++) {
		const struct aios_plan_row *row = &plan->rows[i];

		if (row->hook->follows && row->way == AIOS_WAY_NONE && !row->skipped)
			return aios_fail(err, -EOPNOTSUPP,
					 "children cannot be followed without tracefs: 'mount -t "
					 "tracefs tracefs /sys/kernel/tracing' brings it, "
					 "'--without %s' goes on without them",
					 row->hook->function);
	}
	return 0;
}

unsigned int aios_plan_raw(const struct aios_plan *plan)
{
	unsigned int raw = 0;

	for (size_t i = 0; i < plan->cnt; i++)
		if (plan->rows[i].way == AIOS_WAY_RAW)
			raw |= plan->rows[i].hook->point == AIOS_AT_CALL ? AIOS_RAW_64 :
									   AIOS_RAW_32;
	return raw;
}

unsigned int aios_plan_watched(const struct aios_plan *plan)
{
	unsigned int watched = 0;

	for (size_t i = 0; i < plan->cnt; i++)
		if (plan->rows[i].way != AIOS_WAY_NONE)
			watched |= plan->rows[i].hook->watches;
	return watched;
}

int aios_plan_check(const struct aios_plan *plan, const struct aios_kernel *kernel,
		    struct aios_err *err)
{
	if (plan->level == AIOS_LEVEL_SYSCALL)
		return calls_check(plan, err);
	if (!kernel->has_btf)
		return aios_fail(err, -EOPNOTSUPP,
				 "%sthis kernel has no BTF (/sys/kernel/btf/vmlinux); "
				 "it needs CONFIG_DEBUG_INFO_BTF=y",
				 plan->level == AIOS_LEVEL_EXACT ?
				 "evidence level exact needs aioscope's patches and BTF: " : "");
	if (kernel->ftrace_off)
		return aios_fail(err, -EOPNOTSUPP,
				 "hooks of functions are switched off on this host; "
				 "'sysctl kernel.ftrace_enabled=1' switches them on");
	if (plan->level == AIOS_LEVEL_EXACT && !aios_plan_exact(kernel))
		return aios_fail(err, -EOPNOTSUPP,
				 "evidence level exact needs the aio:* tracepoints of a kernel "
				 "with aioscope's patches, and this kernel has none; "
				 "'--source function' works here");
	for (size_t i = 0; i < plan->cnt; i++) {
		const struct aios_plan_row *row = &plan->rows[i];

		if (row->hook->vital && row->way == AIOS_WAY_NONE && !row->skipped)
			return aios_fail(
				err, -EOPNOTSUPP,
				"nothing can be attached to %s() on this kernel, so these "
				"would be missing: %s; '--without %s%s' goes on all the same",
				row->hook->function, row->hook->lost, row->hook->function,
				row->hook->point == AIOS_AT_RETURN ? ":return" : "");
	}
	return 0;
}

int aios_plan_programs(const struct aios_plan_row *row, char names[2][128])
{
	static const char *const btf[] = {
		[AIOS_AT_ENTRY] = "fentry_%s", [AIOS_AT_RETURN] = "fexit_%s",
		[AIOS_AT_TRACEPOINT] = "tp_%s", [AIOS_AT_RAW] = "raw_%s",
		[AIOS_AT_START] = "iter_%s",
	};
	const char *function = row->hook->program ? : row->hook->function;

	if (row->way == AIOS_WAY_NONE)
		return 0;
	if (row->way == AIOS_WAY_RAW) {
		strcpy(names[0], "raw_exit");
		strcpy(names[1], "raw_enter");
		return 2;
	}
	if (row->hook->point == AIOS_AT_CALL) {
		snprintf(names[0], 128, "exit_%s", function);
		snprintf(names[1], 128, "enter_%s", function);
		return 2;
	}
	if (row->way == AIOS_WAY_EVENT) {
		snprintf(names[0], 128, "event_%s", function);
		return 1;
	}
	if (row->way == AIOS_WAY_BTF) {
		snprintf(names[0], 128, btf[row->hook->point], function);
		return 1;
	}
	if (row->hook->point == AIOS_AT_ENTRY) {
		snprintf(names[0], 128, "kentry_%s", function);
		return 1;
	}
	snprintf(names[0], 128, "kexit_%s", function);
	snprintf(names[1], 128, "kargs_%s", function);
	return 2;
}

static void row_how(const struct aios_plan_row *row, struct aios_buf *buf)
{
	static const char *const btf[] = {
		[AIOS_AT_ENTRY] = "fentry", [AIOS_AT_RETURN] = "fexit",
		[AIOS_AT_TRACEPOINT] = "tp_btf", [AIOS_AT_RAW] = "raw_tp",
		[AIOS_AT_START] = "iter/task",
	};

	if (row->way == AIOS_WAY_BTF)
		aios_buf_fmt(buf, "%s %s", btf[row->hook->point], row->hook->function);
	else if (row->way == AIOS_WAY_KPROBE)
		aios_buf_fmt(buf, "%s %s",
			     row->hook->point == AIOS_AT_ENTRY ? "kprobe" : "kretprobe",
			     row->symbol);
	else if (row->way == AIOS_WAY_RAW)
		aios_buf_str(buf, "raw_tp sys_enter, sys_exit");
	else if (row->hook->point == AIOS_AT_CALL && row->way == AIOS_WAY_EVENT)
		aios_buf_fmt(buf, "tracepoint sys_enter_%s, sys_exit_%s", row->hook->function,
			     row->hook->function);
	else if (row->way == AIOS_WAY_EVENT)
		aios_buf_fmt(buf, "tracepoint %s", row->hook->function);
}

static const char *row_note(const struct aios_plan *plan, const struct aios_plan_row *row)
{
	static const char *const asked[] = {
		[AIOS_GROUP_POLL_RETURN] = "not asked for (--hooks poll-return); ",
		[AIOS_GROUP_COMPAT] = "not asked for (--hooks compat); ",
		[AIOS_GROUP_REFERENCES] = "not asked for (--hooks references); ",
		[AIOS_GROUP_STATE] = "not asked for (--hooks state); ",
		[AIOS_GROUP_BLOCK] = "not asked for (--hooks block); ",
		[AIOS_GROUP_EVENTFD] = "not asked for (--hooks eventfd); ",
		[AIOS_GROUP_BLOCKED] = "not asked for (--blocked-over); ",
	};

	if (row->skipped)
		return "left out as asked; ";
	if (row->hook->group && !(row->hook->group & plan->groups))
		return asked[row->hook->group];
	return "not on this kernel; ";
}

static void text_row(const struct aios_plan *plan, const struct aios_plan_row *row,
		     struct aios_buf *buf)
{
	size_t start = buf->len;

	aios_buf_str(buf, row->hook->what);
	aios_buf_pad(buf, start + 32);
	if (row->way == AIOS_WAY_NONE) {
		aios_buf_fmt(buf, "-- %slost: %s", row_note(plan, row), row->hook->lost);
	} else {
		row_how(row, buf);
		if (row->way == AIOS_WAY_KPROBE)
			aios_buf_str(buf, "   (can miss calls without a count)");
		if (row->way == AIOS_WAY_RAW)
			aios_buf_str(buf, "   (run at all system calls of the host)");
	}
	aios_buf_str(buf, "\n");
}

void aios_plan_text(const struct aios_plan *plan, struct aios_buf *buf)
{
	aios_buf_str(buf, "WHAT                            HOW\n");
	for (size_t i = 0; i < plan->cnt; i++)
		text_row(plan, &plan->rows[i], buf);
	if (plan->level == AIOS_LEVEL_SYSCALL) {
		aios_buf_str(buf,
			     "single requests                 -- not at evidence level syscall; "
			     "lost: what they were, how long they took, how they ended\n");
		return;
	}
	aios_buf_fmt(buf, "the ring's head                 %s\n",
		     plan->level == AIOS_LEVEL_EXACT ? "told at completions and reads" :
		     plan->heads ? "read at completions and reads"
				 : "-- /proc/kallsyms hides addresses; lost: ring occupancy, "
				   "reaping by the program");
}

/* What is no hook, and is told as one: rules rest on it. */
static int info_add(struct aios_info *info, const char *what, bool seen, const char *lost)
{
	struct aios_hook_info *hook = &info->hooks[info->hook_cnt++];

	hook->what = strdup(what);
	hook->how = seen ? strdup("read at hooks") : NULL;
	hook->lost = seen ? NULL : strdup(lost);
	return hook->what && (hook->how || hook->lost) ? 0 : -ENOMEM;
}

static int info_looks(const struct aios_plan *plan, struct aios_info *info)
{
	int err;

	if (plan->level == AIOS_LEVEL_SYSCALL)
		return 0;
	err = info_add(info, "the ring's head", plan->heads,
		       "ring occupancy, reaping by the program");
	return err ? err : info_add(info, "the kernel's own state", plan->looks,
				    "whether lists, counts and credentials are as they have to be");
}

int aios_plan_info(const struct aios_plan *plan, struct aios_info *info)
{
	info->hooks = calloc(plan->cnt + 2, sizeof(*info->hooks));
	if (!info->hooks)
		return -ENOMEM;
	for (size_t i = 0; i < plan->cnt; i++) {
		const struct aios_plan_row *row = &plan->rows[i];
		struct aios_hook_info *hook = &info->hooks[info->hook_cnt++];
		struct aios_buf how = { 0 };

		row_how(row, &how);
		hook->what = strdup(row->hook->what);
		hook->kprobe = row->way == AIOS_WAY_KPROBE;
		if (how.len)
			hook->how = how.data;
		else
			hook->lost = strdup(row->hook->lost);
		if (!hook->what || how.err || !(hook->how || hook->lost))
			return -ENOMEM;
	}
	return info_looks(plan, info);
}
