// SPDX-License-Identifier: GPL-2.0-only
/*
 * view_timeline_words.c - what a life came to, in sentences: who completed it, in which order a
 * poll was woken and decided on, what orders that, and how it is known.
 */
#include "view_timeline_int.h"

#include <linux/aio_abi.h>

#include "names.h"
#include "units.h"
#include "width.h"

#define COLUMNS	80

static void say(const struct aios_page *page, struct aios_buf *text)
{
	if (!text->err && text->len)
		aios_buf_wrap(page->buf, text->data, "  ", COLUMNS);
	aios_buf_done(text);
}

/* Where every put is told, this was seen; else it follows from what ran. */
static void say_party(const struct aios_page *page)
{
	const struct aios_request *req = page->req;
	bool unseen = req->party == AIOS_PARTY_UNKNOWN;

	if (!req->completed_ns)
		return;
	aios_buf_fmt(page->buf, "  last reference dropped by %s%s%s, in %s context\n",
		     unseen ? "" : "the ", unseen ? "somebody unseen" : aios_party_name(req->party),
		     unseen || aios_page_is_exact(page) ? "" : " (inferred)",
		     aios_where_name(aios_where(req->complete_flags)));
}

static void say_slot(const struct aios_page *page)
{
	const struct aios_request *req = page->req;

	if (req->slot == AIOS_UNKNOWN32)
		return;
	aios_buf_fmt(page->buf, "  ring entry %u%s\n", req->slot, !req->slot_inferred ? "" :
		     req->ctx->tainted ? " or one next to it: records are missing" :
		     " or one next to it: completions overlapped");
}

/* What happened, in a sentence. */
static const char *const told[] = {
	[AIOS_POLL_READY] = "The file was ready when its ->poll was asked, so the submission "
		"completed the request itself; no wake-up was needed.",
	[AIOS_POLL_EARLY_INLINE] = "A wake-up came after the request was put on the wait queue and "
		"before the submission had decided to wait, and that wake-up completed the "
		"request; the submission left it alone.",
	[AIOS_POLL_EARLY_WORK] = "A wake-up came after the request was put on the wait queue and "
		"before the submission had decided to wait. It could not complete the request "
		"there and then and left it to the work item, which did.",
	[AIOS_POLL_ARMED_INLINE] = "The file was not ready, so the submission decided to wait; a "
		"wake-up came after that and completed the request.",
	[AIOS_POLL_ARMED_WORK] = "The file was not ready, so the submission decided to wait; a "
		"wake-up came after that and left the request to the work item, which asked the "
		"file again and completed it.",
	[AIOS_POLL_AGAIN] = "It was woken, but the work item that asked the file again found it "
		"not "
		"ready, so it waited on, until it was woken again and ready.",
	[AIOS_POLL_CANCEL] = "It was told to finish before the file was ready: cancelled by "
		"io_cancel, or at the end of its context.",
	[AIOS_POLL_FREED] = "The wait queue went away under it (POLLFREE), and that wake-up had to "
		"end the request.",
	[AIOS_POLL_SECOND] = "The file tried to put it on a second wait queue, which is not "
		"supported.",
	[AIOS_POLL_WAITING] = "It had not completed when the trace ended: as far as was seen, it "
		"still waits.",
	[AIOS_POLL_UNCLEAR] = "In which order it was woken and decided on is not known.",
};

/* What orders the two sides, where each of them is told by a record of its own. */
static const char *const ordered_exact[] = {
	[AIOS_POLL_READY] = "The decision was taken, and told, under the context's lock.",
	[AIOS_POLL_EARLY_INLINE] = "The wake-up and the decision each held the wait queue's lock, "
		"which orders them: the decision found the request taken off the queue.",
	[AIOS_POLL_EARLY_WORK] = "The wake-up and the decision each held the wait queue's lock, "
		"which orders them: the decision found the work scheduled.",
	[AIOS_POLL_ARMED_INLINE] = "The decision and the wake-up each held the wait queue's lock, "
		"which orders them.",
	[AIOS_POLL_ARMED_WORK] = "The decision and the wake-up each held the wait queue's lock, "
		"which orders them.",
	[AIOS_POLL_AGAIN] = "Each decision and wake-up held the wait queue's lock, which orders "
		"them.",
	[AIOS_POLL_CANCEL] = "The cancellation was told under the context's lock, which orders it "
		"against the work item's decision.",
	[AIOS_POLL_FREED] = "The wake-up held the wait queue's lock and said POLLFREE.",
	[AIOS_POLL_SECOND] = "Both tries were told by the submission itself.",
};

/* The same where the state that a wake-up found has to tell. */
static const char *const ordered_function[] = {
	[AIOS_POLL_READY] = "That it was ready is inferred: the submission dropped the last "
		"reference, and no wake-up of the request was seen.",
	[AIOS_POLL_EARLY_INLINE] = "The wake-up found, under the wait queue's lock, that it was "
		"not "
		"yet decided to wait, which orders the two; that it completed the request is "
		"inferred, as no work item ran.",
	[AIOS_POLL_EARLY_WORK] = "The wake-up found, under the wait queue's lock, that it was not "
		"yet decided to wait, which orders the two.",
	[AIOS_POLL_ARMED_INLINE] = "The wake-up found, under the wait queue's lock, that it was "
		"decided to wait, which orders the two; that it completed the request is inferred, "
		"as no work item ran.",
	[AIOS_POLL_ARMED_WORK] = "The wake-up found, under the wait queue's lock, that it was "
		"decided to wait, which orders the two.",
	[AIOS_POLL_AGAIN] = "That a work item found the file not ready is inferred: it ended, or "
		"was "
		"not scheduled any more, and the request had not completed.",
	[AIOS_POLL_CANCEL] = "That this is what ended it is inferred from its result, 0: nothing "
		"else completes a poll so.",
	[AIOS_POLL_FREED] = "The wake-up held the wait queue's lock and said POLLFREE.",
	[AIOS_POLL_SECOND] = "Both tries were seen in the submission itself.",
};

static const char *of_order(const char *const *texts, size_t cnt, enum aios_poll_order order)
{
	return order < cnt && texts[order] ? texts[order] : "";
}

#define OF_ORDER(texts, order)	of_order(texts, sizeof(texts) / sizeof((texts)[0]), order)

/* Was what the submission decided told by a record? */
static bool is_decision_told(const struct aios_page *page)
{
	return page->req->poll.decided;
}

static void say_second_queue(struct aios_buf *text, const struct aios_request *req)
{
	if (req->fate == AIOS_FATE_REFUSED)
		aios_buf_str(text, " So the submission was refused.");
	else if (aios_poll_order(req) == AIOS_POLL_SECOND)
		aios_buf_str(text, " It was woken before it could be refused for that, so the work "
			     "item ended it as cancelled.");
}

static void say_unclear(struct aios_buf *text, const struct aios_request *req)
{
	if (req->tainted)
		aios_buf_str(text, " Records were lost while it was alive: a wake-up, a decision "
			"or "
			     "a run of the work may be among them.");
	else if (req->origin != AIOS_ORIGIN_BIRTH)
		aios_buf_str(text, " It is older than what was seen.");
	else
		aios_buf_str(text, " Neither a wake-up nor its decision was seen.");
}

static void say_order(const struct aios_page *page, enum aios_poll_order order)
{
	struct aios_buf text = { 0 };

	aios_buf_fmt(&text, "order: %s: %s", aios_poll_order_name(order), OF_ORDER(told, order));
	if (order == AIOS_POLL_SECOND)
		say_second_queue(&text, page->req);
	if (order == AIOS_POLL_UNCLEAR)
		say_unclear(&text, page->req);
	say(page, &text);
}

static void say_ordered_by(const struct aios_page *page, enum aios_poll_order order)
{
	bool exact = is_decision_told(page);
	const char *by = exact ? OF_ORDER(ordered_exact, order) : OF_ORDER(ordered_function, order);
	const struct aios_trace *trace = page->opts->trace;
	struct aios_buf text = { 0 };

	if (!*by)
		return;
	aios_buf_fmt(&text, "known by: %s", by);
	if (exact)
		aios_buf_str(&text, " Evidence: exact, as the kernel told its decision.");
	else if (trace && trace->info->evidence)
		aios_buf_fmt(&text, " Evidence: function, as no decision was told.");
	say(page, &text);
}

/* The file's own ->poll, which no lock joins with the wake-up. */
static void say_against_return(const struct aios_page *page)
{
	const struct aios_request *req = page->req;
	const struct aios_poll *poll = &req->poll;
	enum aios_wake_order order = aios_wake_order(req);
	struct aios_buf text = { 0 };

	if (!poll->first_wake_ns || req->tainted)
		return;
	aios_buf_fmt(&text, "first wake-up against the return of ->poll: %s: ",
		     aios_wake_order_name(order));
	if (order == AIOS_WAKE_UNORDERED)
		aios_buf_fmt(&text, "the wake-up came on CPU %u and ->poll returned on CPU %u, "
			"with "
			     "nothing between them that orders the two; their times do not.",
			     poll->first_wake_cpu, poll->returned_cpu);
	else if (order == AIOS_WAKE_UNKNOWN && req->origin == AIOS_ORIGIN_BEFORE)
		aios_buf_str(&text, "it was submitted before the trace.");
	else if (order == AIOS_WAKE_UNKNOWN)
		aios_buf_str(&text, "the return was not watched (record --hooks poll-return).");
	else if (!poll->first_is_early)
		aios_buf_str(&text, "it was decided to wait in between.");
	else
		aios_buf_fmt(&text, "both were on CPU %u.", poll->first_wake_cpu);
	say(page, &text);
}

static void say_tainted(const struct aios_page *page)
{
	const struct aios_trace *trace = page->opts->trace;
	struct aios_buf text = { 0 };

	if (!page->req->tainted)
		return;
	aios_buf_str(&text, "TAINTED: records were lost while it was alive; events may be missing "
		     "here");
	if (trace && trace->loss && trace->loss->gaps > trace->sum->gap_cnt)
		aios_buf_fmt(&text, " (the trace has %llu holes, of which the first %zu are shown "
			     "where they are)", (unsigned long long)trace->loss->gaps,
			     trace->sum->gap_cnt);
	say(page, &text);
}

/**
 * aios_page_words() - what a life came to
 * @page: of a request
 */
void aios_page_words(const struct aios_page *page)
{
	enum aios_poll_order order = aios_poll_order(page->req);

	aios_buf_str(page->buf, page->req->completed_ns || order != AIOS_POLL_NONE ||
		     page->req->tainted ? "\n" : "");
	say_party(page);
	say_slot(page);
	if (page->req->fate == AIOS_FATE_UNREAD)
		aios_buf_str(page->buf, "  its event was never read\n");
	if (order != AIOS_POLL_NONE) {
		say_order(page, order);
		say_ordered_by(page, order);
		say_against_return(page);
	}
	say_tainted(page);
}
