/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * poll.pml - what all models of IOCB_CMD_POLL share: the world that a request lives in.
 *
 * A model includes this, tells what its kernel does in five inlines, and includes poll_run.pml, which
 * has the processes that call them:
 *
 *	submission()		aio_poll(), from before ->poll() on, without io_submit_one()'s put
 *	work_once()		the work item, once
 *	aio_poll_wake(key, free)	the wait queue entry's function, under the queue's lock
 *	aio_poll_ignore()	the same for a key that nobody asked for
 *	aio_poll_cancel()	ki_cancel(), under ctx_lock
 *
 * and two constants: IDLE, what its own state is like while the request waits, and KEEPS_KEYS, whether a
 * wake-up with a key completes it even if the file is not ready any more by the time it is looked at.
 *
 * One request, one wait queue. Around them, as the table of runs says by -D:
 *
 *	WAKERS=n	so many (2 at most) make the file ready and wake the queue up, with a key that
 *			matches or without one, each once or not at all; the second may instead take
 *			away again what made the file ready
 *	STRANGER	the first may also wake the queue up for what is of no interest here, with a key
 *			that does not match or without one
 *	CANCEL		io_cancel() at any time, or teardown of the context after the submission, or not
 *	POLLFREE	the queue goes away before the file does, by wake_up_pollfree() and RCU, or not
 *	EARLY		that may be over before io_submit() is
 *	NOQUEUE		->poll() may put the request on no queue, or try a second one
 *	EVENTFD		completion may not be inline; without, it always may
 */

#ifndef WAKERS
#define WAKERS	0
#endif

/* --- places in memory ------------------------------------------------------------------- */

#define STATE	0	/* req->state */
#define HEAD	1	/* req->head */
#define ENTRY	2	/* req->wait.entry */
#define READY	3	/* the file is ready */
#define QLOCK	4	/* the queue's lock */
#define CLOCK	5	/* ctx_lock */
#define PLACES	6

/* The keys of wake-ups, and what ->poll() returns. */
#define IN	1	/* flag of #3 */
#define HUP	2
#define OUT	128	/* nobody asked for it */

/* --- processes -------------------------------------------------------------------------- */

mtype = { io_submit, kworker, waker, waker2, io_cancel, pollfree };
#ifdef CANCEL
#define CANCELLERS	1
#else
#define CANCELLERS	0
#endif
#ifdef POLLFREE
#define FREERS	1
#else
#define FREERS	0
#endif
#define THREADS	(2 + WAKERS + CANCELLERS + FREERS)

/* --- what must not happen --------------------------------------------------------------- */

bit touched_after_free;		/* the request */
bit queue_touched_after_free;
bit file_touched_after_free;	/* by ->poll(), whose caller has no reference of its own */
bit completed_twice;
bit lost_wakeup;		/* the file is ready, everybody was told, and there is no event */
bit lost_cancel;		/* it was cancelled, and there is no event */
bit lost_pollfree;		/* its queue is gone, and there is no event */

#ifndef IGNORE_FILE
#define IGNORE_FILE	0
#endif
#define MUST(what, cond)	if :: (cond) :: else -> what = 1; assert(!what) fi
#define TOUCH(a)							\
	MUST(touched_after_free, a > ENTRY || !freed);			\
	MUST(queue_touched_after_free, a != QLOCK || !queue_freed)
#define TOUCH_REQUEST	MUST(touched_after_free, !freed)

/* --- what no model of memory is asked for: it is guarded by locks, or atomic for all ----- */

bit freed, queue_freed, file_freed;
byte refs = 2;			/* ki_refcnt */
bit completed;			/* there is an event */
bit refused;			/* io_submit() returned an error */
bit on_queue;			/* the wait queue's list, under the queue's lock */
bit on_list;			/* ctx->active_reqs, under ctx_lock */
bit pending;			/* the work item is queued */
bit submitted;			/* io_submit() has returned */
bit eventfd;
bit dying;			/* the queue is about to go: nobody begins a wake-up any more */
byte rcu, waking;		/* in a read section; in a wake-up */
bit was_queued, was_keyed, was_unkeyed, was_cancelled, was_pollfree;	/* so far */

#include "memory.pml"

/* iocb_put(); the last one writes the event. The reference of the file goes with the request. */
inline iocb_put()
{
	atomic {
		EMPTY(_pid);
		TOUCH_REQUEST;
		refs--;
		TELL("puts a reference\n");
		if
		:: refs == 0 ->
			MUST(completed_twice, !completed);
			completed = 1;
			freed = 1;
			file_freed = 1;
			TELL("it was the last: the request is completed and freed\n")
		:: else
		fi;
		UP_TO_DATE(_pid)
	}
}

/* aio_poll() failed: io_submit_one() frees the request without an event. */
inline refuse()
{
	atomic {
		EMPTY(_pid);
		TOUCH_REQUEST;
		refused = 1;
		freed = 1;
		file_freed = 1;
		TELL("io_submit() fails, the request is freed\n")
	}
}

inline schedule_work()
{
	atomic {
		EMPTY(_pid);
		TOUCH_REQUEST;
		pending = 1;
		UP_TO_DATE(_pid);
		TELL("schedules the work\n")
	}
}

/* The entry goes off the queue: the queue's side of the list, then the request's. */
inline list_del_entry()
{
	atomic {
		on_queue = 0;
		TELL("takes the entry off the queue\n");
		WRITE(ENTRY, 0)
	}
}

/* ctx_lock is held. */
inline list_add_request()
{
	atomic { TOUCH_REQUEST; on_list = 1; TELL("puts the request on active_reqs\n") }
}

inline list_del_request()
{
	atomic { TOUCH_REQUEST; on_list = 0; TELL("takes the request off active_reqs\n") }
}

/* aio_poll_queue_proc(): add_wait_queue() */
inline add_wait_queue()
{
	atomic {
		LOCK(QLOCK);
		on_queue = 1;
		was_queued = 1;
		TELL("puts the entry on the queue\n");
		WRITE(ENTRY, 1);
		UNLOCK(QLOCK)
	}
}

inline rcu_read_lock()
{
	rcu++
}

inline rcu_read_unlock()
{
	rcu--
}

/* What ->poll() finds, but for the queues that it puts a new request on. */
inline look(mask)
{
	atomic {
		MUST(file_touched_after_free, !file_freed || IGNORE_FILE);
		READ(READY, mask)
	}
}
