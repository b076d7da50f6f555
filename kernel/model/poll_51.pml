/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * poll_51.pml - IOCB_CMD_POLL as it was from 5.1 to 5.15, after "Fix aio_poll() races".
 *
 * The reference of the operation is what is asked for now, by "done" and by whether the entry is on
 * the queue. But a wake-up without a key still takes the request off the queue, and the work puts it
 * back after it has looked at the file: nobody wakes what is not on the queue.
 */

#define IDLE		true
#define KEEPS_KEYS	0
#define BEGIN	skip
#include "poll.pml"

bit done;		/* under ctx_lock: the operation's reference is as good as gone */
bit cancelled;		/* under the queue's lock, read without */

inline submission()
{
	if
	:: queued -> add_wait_queue()
	:: else
	fi;
	look(mask);
	LOCK(CLOCK);
	if
	:: queued ->
		LOCK(QLOCK);
		READ(ENTRY, there);
		ok = 0;
		if
		:: !there ->
			atomic { ok = error; error = 0; mask = 0; TELL("finds the entry gone\n") }
		:: else
		fi;
		if
		:: mask || error -> list_del_entry()
		:: !mask && !error && ok -> cancelled = 1
		:: !mask && !error && !ok && !done -> list_add_request()
		:: else
		fi;
		UNLOCK(QLOCK)
	:: else
	fi;
	UNLOCK(CLOCK);
	if
	:: error && !mask -> refuse()
	:: else ->
		if
		:: mask -> iocb_put()
		:: else
		fi;
		iocb_put()
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
		atomic { list_del_request(); done = 1 };
		UNLOCK(CLOCK);
		iocb_put()
	fi
}

inline aio_poll_wake(key, free)
{
	list_del_entry();
	if
	:: key -> TRYLOCK(CLOCK, ok)
	:: else -> ok = 0
	fi;
	if
	:: ok ->
		atomic { list_del_request(); done = 1 };
		UNLOCK(CLOCK);
		iocb_put()
	:: else -> schedule_work()
	fi
}

inline aio_poll_ignore()
{
	skip
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
