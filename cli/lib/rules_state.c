// SPDX-License-Identifier: GPL-2.0-only
/*
 * rules_state.c - rules about what was looked at in the kernel, and was not as it has to be.
 *
 * Where all is well nothing is told, so these need the hooks that look (--hooks state). A rule says
 * in the table which of them break it (@seen); whose order or condition matters asks by itself.
 */
#include "rules_int.h"

static const struct {
	const char *seen;	/* of one request; NULL where it is about none */
	const char *times;	/* of requests that are gone, so often */
	const char *expected;
} texts[AIOS_SEEN_CNT] = {
	[AIOS_SEEN_FSYNC_CREDS] = { "its fsync ran with credentials that are not its submitter's",
				    "an fsync ran with credentials that are not its submitter's",
				    "override_creds() around vfs_fsync()" },
	[AIOS_SEEN_WORK_CREDS] = { "its work left the worker with credentials that are not its own",
				   "a work item left the worker with credentials that are not its "
				   "own",
				   "revert_creds() after vfs_fsync()" },
	[AIOS_SEEN_FREEZE] = { "its write was over, and its file system went on counting it as a "
			       "writer",
			       "a write was over, and its file system went on counting it as a "
			       "writer",
			       "kiocb_end_write() when the write is over" },
	[AIOS_SEEN_LISTED] = { "it completed and was still on the list of what can be cancelled",
			       "a request completed and was still on the list of what can be "
			       "cancelled",
			       "that it leaves the list before it completes" },
	[AIOS_SEEN_QUEUED] = { "it completed and was still on the wait queue of its file",
			       "a poll completed and was still on the wait queue of its file",
			       "that it leaves the queue before it completes" },
	[AIOS_SEEN_FREED] = { "its wait queue had gone away (POLLFREE), and its work item went to "
			      "take it off that queue",
			      "the wait queue of a poll had gone away (POLLFREE), and its work "
			      "item went to take it off that queue",
			      "that the queue is forgotten as it goes away" },
	[AIOS_SEEN_REFCOUNT] = { "its count was dropped below 0, or taken from there",
				 "the count of a request was dropped below 0, or taken from there",
				 "a count that goes from 2 to 1 to 0 and then is left alone" },
	[AIOS_SEEN_WAKER] = { NULL,
			      "a reader left io_getevents while the completion that took it off "
			      "the queue had not woken it yet, and would look at its stack",
			      "that a reader is woken before it is taken off the queue" },
	[AIOS_SEEN_EVENT] = { "it completed, and another event is in its place in the ring",
			      "a request completed, and another event is in its place in the ring",
			      "its event, before the tail moves on" },
	[AIOS_SEEN_TAIL] = { NULL, "the ring shows its program another tail than the kernel has",
			     "the kernel's tail, as soon as an event is in the ring" },
	[AIOS_SEEN_RESULT] = { "its event has another result than its operation had",
			       "an event had another result than its operation had",
			       "what the file system said" },
	[AIOS_SEEN_ALIVE] = { NULL,
			      "its io_setup failed, or its process exited, and it was not killed",
			      "that a context ends that nobody can reach any more" },
	[AIOS_SEEN_WRITERS] = { "its write was under way, and its file system counted no writer",
				"a write was under way, and its file system counted no writer",
				"kiocb_start_write() before the write, and kiocb_end_write() after "
				"it" },
	[AIOS_SEEN_BORN_REFS] = { "it did not begin with two references",
				  "a request did not begin with two references",
				  "a count of 2, one for the submission and one for the "
				  "operation" },
	[AIOS_SEEN_BORN_LISTED] = { "it began on a list, before anybody could cancel it",
				    "a request began on a list, before anybody could cancel it",
				    "ki_list, made empty by aio_get_req()" },
	[AIOS_SEEN_BORN_EVENTFD] = { "it did not begin with the eventfd that was asked for, or "
				     "with none",
				     "a request did not begin with the eventfd that was asked for, "
				     "or with none",
				     "an eventfd where IOCB_FLAG_RESFD asks for it, and NULL until "
				     "then" },
	[AIOS_SEEN_BORN_CONTEXT] = { "it was submitted to another context than it is of",
				     "a request was submitted to another context than it is of",
				     "ki_ctx, the context that io_submit was called for" },
	[AIOS_SEEN_SIZE] = { NULL,
			     "it was freed with another number of places in its ring than its "
			     "pages hold",
			     "nr_events as aio_setup_ring() made it of the pages" },
	[AIOS_SEEN_FORKED] = { NULL,
			       "its process was forked, and the child had a table of contexts "
			       "before it ran",
			       "ioctx_table, made NULL by mm_init_aio()" },
	[AIOS_SEEN_MOVED] = { NULL, "its ring was moved, and the context goes by its old place",
			      "that its number becomes the new address of the ring" },
};

/**
 * aios_mismatched() - was something of a request not as it has to be?
 * @c: gets the answer
 * @req: any request, with its history
 * @what: what was looked at
 */
bool aios_mismatched(struct aios_case *c, const struct aios_request *req,
		     enum aios_mismatch_what what)
{
	for (size_t i = 0; texts[what].seen && i < req->history_cnt; i++)
		if (req->history[i].h.type == AIOS_EV_MISMATCH &&
		    req->history[i].mismatch.what == what)
			return aios_broken(c, texts[what].expected, "%s", texts[what].seen);
	return false;
}

/**
 * aios_mismatched_in() - the same of a context, or of requests that were gone when it was seen
 * @c: gets the answer
 * @watch: may be NULL
 * @what: what was looked at
 */
bool aios_mismatched_in(struct aios_case *c, const struct aios_watch *watch,
			enum aios_mismatch_what what)
{
	if (!watch || !watch->mismatches[what])
		return false;
	return aios_broken(c, texts[what].expected, "%s%s", texts[what].times,
			   watch->mismatches[what] > 1 ? ", and more than once" : "");
}

bool aios_rule_mismatched(const struct aios_rule *rule, struct aios_case *c,
			  const struct aios_request *req, const struct aios_watch *watch)
{
	for (unsigned int what = 0; rule->seen >> what; what++)
		if (rule->seen >> what & 1 && (req ? aios_mismatched(c, req, what) :
						     aios_mismatched_in(c, watch, what)))
			return true;
	return false;
}

/**
 * aios_rule_mremap() - C9: the ring is moved by its owner alone, and the context moves with it
 *
 * fork() copies the mapping of the ring and not the table of contexts: who has no table is refused.
 */
bool aios_rule_mremap(struct aios_case *c, const struct aios_ctx *ctx,
		      const struct aios_watch *watch)
{
	static const char refused[] = "EINVAL: the ring is another process's";

	(void)ctx;
	if (!watch)
		return false;
	if (watch->copies_moved)
		return aios_broken(c, refused, "a process that has no contexts moved its ring");
	if (watch->mover && aios_overdue(c, watch->moving_ns))
		return aios_broken(c, refused,
				   "thread %u, whose process has no contexts, moves its ring, and "
				   "mremap() has not come back for %llu s",
				   watch->mover,
				   (unsigned long long)((c->now_ns - watch->moving_ns) /
							1000000000));
	return aios_mismatched_in(c, watch, AIOS_SEEN_MOVED);
}
