/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * poll_516.pml - IOCB_CMD_POLL as it is since 5.16: the request stays on its queue until it is
 * completed, POLLFREE is heeded. What was woken meanwhile is kept in two flags. Left out is the
 * request with an eventfd, whose last put is a work item of its own.
 */

#define IDLE		(!work_scheduled)
#define KEEPS_KEYS	0
#include "poll.pml"

#define BEGIN	skip

bit work_scheduled;	/* these under the queue's lock */
bit work_need_resched;
bit cancelled;		/* and read without */

#ifdef NO_HEAD_RELEASE
#define FORGET_HEAD	WRITE(HEAD, 0)
#else
#define FORGET_HEAD	WRITE_RELEASE(HEAD, 0)
#endif

/* poll_iocb_lock_wq(): there says whether */
inline lock_queue()
{
	rcu_read_lock();
	READ_ACQUIRE(HEAD, there);
	if
	:: there ->
		LOCK(QLOCK);
		READ(ENTRY, there);
		if
		:: !there -> UNLOCK(QLOCK)
		:: else
		fi
	:: else
	fi;
	if
	:: !there -> rcu_read_unlock()
	:: else
	fi
}

inline unlock_queue()
{
	UNLOCK(QLOCK);
	rcu_read_unlock()
}

inline submission()
{
	if
	:: queued ->
		WRITE(HEAD, 1);
		add_wait_queue()
	:: else
	fi;
	look(mask);
	LOCK(CLOCK);
	if
	:: queued ->
		lock_queue();
		ok = 0;
		if
		:: !there || work_scheduled ->
			atomic { ok = error; error = 0; mask = 0; TELL("leaves it to who was faster\n") }
		:: else
		fi;
		if
		:: mask || error -> list_del_entry()
		:: !mask && !error && ok -> cancelled = 1
		:: !mask && !error && !ok && there -> list_add_request()
		:: else
		fi;
		if
		:: there -> unlock_queue()
		:: else
		fi
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
	lock_queue();
	if
	:: there && !mask && !cancelled ->
#ifdef NO_RESCHED
		atomic { TOUCH_REQUEST; work_scheduled = 0 };
#else
		if
		:: work_need_resched ->
			schedule_work();
			work_need_resched = 0
		:: else -> atomic { TOUCH_REQUEST; work_scheduled = 0 }
		fi;
#endif
		unlock_queue();
		UNLOCK(CLOCK)
	:: else ->
		if
		:: there ->
			list_del_entry();
			unlock_queue()
		:: else
		fi;
		list_del_request();
		UNLOCK(CLOCK);
		iocb_put()
	fi
}

inline aio_poll_wake(key, free)
{
	if
	:: key && !work_scheduled -> TRYLOCK(CLOCK, ok)
	:: else -> ok = 0
	fi;
	if
	:: ok ->
		list_del_entry();
		list_del_request();
		UNLOCK(CLOCK);
		iocb_put()
	:: else ->
		if
		:: work_scheduled -> atomic { TOUCH_REQUEST; work_need_resched = 1 }
		:: else ->
			schedule_work();
			work_scheduled = 1
		fi;
		if
		:: free ->
			cancelled = 1;
			list_del_entry();
			FORGET_HEAD
		:: else
		fi
	fi
}

inline aio_poll_ignore()
{
	skip
}

inline aio_poll_cancel()
{
	lock_queue();
	if
	:: there ->
		cancelled = 1;
		if
		:: !work_scheduled ->
			schedule_work();
			work_scheduled = 1
		:: else
		fi;
		unlock_queue()
	:: else
	fi
}

#include "poll_run.pml"
