/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * poll_419.pml - IOCB_CMD_POLL as it was in 4.19, with "woken".
 *
 * A wake-up says that it was there, and the submission then takes it that all is being done: but who
 * was woken may have been so for nothing, or go back to the queue, and is not cancellable then. A
 * completion that is faster than ->poll() drops the only reference of the file that ->poll() looks at.
 */

#define IDLE		true
#define KEEPS_KEYS	0
#define BEGIN	skip
#include "poll.pml"

bit woken;		/* under the queue's lock */
bit cancelled;		/* the same, read without */

/* aio_poll_complete(): aio_complete() has the event written and puts a reference, then fput() */
inline complete()
{
	atomic {
		EMPTY(_pid);
		TOUCH_REQUEST;
		MUST(completed_twice, !completed);
		completed = 1;
		file_freed = 1;
		refs--;
		freed = (refs == 0);
		UP_TO_DATE(_pid);
		TELL("completes the request and puts the file\n")
	}
}

/* the reference of io_submit_one() */
inline put_submission()
{
	atomic {
		EMPTY(_pid);
		TOUCH_REQUEST;
		refs--;
		freed = (refs == 0);
		UP_TO_DATE(_pid)
	}
}

inline submission()
{
	if
	:: queued -> add_wait_queue()
	:: else
	fi;
	look(mask);
	if
	:: queued ->
		LOCK(CLOCK);
		LOCK(QLOCK);
		if
		:: woken ->		/* "wake_up context handles the rest" */
			atomic { mask = 0; error = 0; TELL("finds it woken\n") }
		:: !woken && (mask || error) -> list_del_entry()
		:: else -> list_add_request()
		fi;
		UNLOCK(QLOCK);
		UNLOCK(CLOCK)
	:: else
	fi;
	if
	:: error && !(mask && !queued) -> refuse()
	:: else ->
		if
		:: mask -> complete()
		:: else
		fi;
		put_submission()
	fi
}

inline work_once()
{
	if
	:: !cancelled -> look(mask)
	:: else
	fi;
	LOCK(CLOCK);
	if
	:: !mask && !cancelled ->
		add_wait_queue();
		UNLOCK(CLOCK)
	:: else ->
		list_del_request();
		UNLOCK(CLOCK);
		complete()
	fi
}

inline aio_poll_wake(key, free)
{
	atomic { TOUCH_REQUEST; woken = 1 };
	if
	:: key -> TRYLOCK(CLOCK, ok)
	:: else -> ok = 0
	fi;
	if
	:: ok ->
		list_del_request();
		UNLOCK(CLOCK);
		list_del_entry();
		complete()
	:: else ->
		list_del_entry();
		schedule_work()
	fi
}

inline aio_poll_ignore()
{
	atomic { TOUCH_REQUEST; woken = 1; TELL("a key nobody asked for: woken all the same\n") }
}

inline aio_poll_cancel()
{
	LOCK(QLOCK);
	cancelled = 1;
	READ(ENTRY, ok);
	if
	:: ok ->
		list_del_entry();
		schedule_work()
	:: else
	fi;
	UNLOCK(QLOCK)
}

#include "poll_run.pml"
