/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * poll_next.pml - IOCB_CMD_POLL of kernel/6.12/next: one word, one owner.
 *
 * OWNED in req->state says that somebody runs the request: the submitter, the work item, or a waker.
 * Who sets it becomes the owner; it alone takes the request off queue and list and completes it. Who
 * finds it set leaves a bit for the owner, who sees it at the latest when it cannot let go.
 */

#define IDLE		(mem[STATE] == 0)
#define KEEPS_KEYS	1
#include "poll.pml"

#define MASK		3	/* the keys of wake-ups: 16 bits in the kernel */
#define OWNED		4	/* flag of #0 */
#define WOKEN		8	/* flag of #0 */
#define CANCELLED	16	/* flag of #0 */

/* --- pieces that can be left out, to see what they are for ------------------------------ */

#ifdef NO_OWNER_AT_FIRST
#define BEGIN	skip
#else
#define BEGIN	mem[STATE] = OWNED
#endif

#ifdef NO_OWNED
#define IS_OWNED(w)	0
#else
#define IS_OWNED(w)	((w) & OWNED)
#endif

#if defined(NO_WOKEN)
#define NEWS(key)	(key)
#elif defined(NO_MASK)
#define NEWS(key)	WOKEN
#else
#define NEWS(key)	(key -> key : WOKEN)
#endif

#ifdef NO_CANCELLED
#define CANCEL_BIT	0
#else
#define CANCEL_BIT	CANCELLED
#endif

#ifdef NO_WOKEN_ORDER
#define CLEAR_WOKEN	FETCH_ANDNOT_RELAXED(STATE, WOKEN, word)
#else
#define CLEAR_WOKEN	FETCH_ANDNOT(STATE, WOKEN, word)
#endif

#ifdef NO_HEAD_ACQUIRE
#define READ_HEAD(v)	READ(HEAD, v)
#else
#define READ_HEAD(v)	READ_ACQUIRE(HEAD, v)
#endif

#if defined(NO_HEAD)
#define FORGET_HEAD	skip
#elif defined(NO_HEAD_RELEASE)
#define FORGET_HEAD	WRITE(HEAD, 0)
#else
#define FORGET_HEAD	WRITE_RELEASE(HEAD, 0)
#endif

/* --- the protocol ----------------------------------------------------------------------- */

/* aio_poll_leave() */
inline leave_queue()
{
#ifndef NO_RCU
	rcu_read_lock();
#endif
	READ_HEAD(there);
#ifdef NO_QUEUE_LOCK
	if
	:: there -> READ(ENTRY, there)
	:: else
	fi;
#endif
	if
	:: there ->
		LOCK(QLOCK);
		list_del_entry();
		UNLOCK(QLOCK)
	:: else
	fi;
#ifndef NO_RCU
	rcu_read_unlock()
#endif
}

inline leave_list()
{
#ifndef NO_DELIST
	atomic {
		LOCK(CLOCK);
		list_del_request();
		UNLOCK(CLOCK)
	}
#else
	skip
#endif
}

/* The owner has what it takes. */
inline complete()
{
#ifndef NO_UNQUEUE
	leave_queue();
#endif
	leave_list();
	iocb_put()
}

/* The owner has nothing to complete with: lets go, unless somebody left a bit meanwhile. */
inline let_go()
{
#ifdef NO_CMPXCHG
	atomic { WRITE(STATE, 0); ok = 1 };
#else
	CMPXCHG(STATE, OWNED, 0, ok);
#endif
	if
	:: ok
	:: else -> schedule_work()
	fi
}

inline join_list()
{
	atomic {
		LOCK(CLOCK);
		list_add_request();
		UNLOCK(CLOCK)
	}
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
	READ(STATE, word);
	if
	:: mask || (word & MASK) ->
		complete();
		iocb_put()
	:: else ->
		if
		:: error ->
			leave_queue();
			refuse()
		:: else ->
#ifdef NO_LIST_FIRST
			let_go();
			join_list();
#else
			join_list();
			let_go();
#endif
			iocb_put()
		fi
	fi
}

inline work_once()
{
#ifdef NO_WOKEN_FIRST
	READ(STATE, word);
#else
	CLEAR_WOKEN;
#endif
	mask = word & MASK;
	if
	:: !mask && !(word & CANCELLED) -> look(mask)
	:: else
	fi;
#ifdef NO_WOKEN_FIRST
	CLEAR_WOKEN;
#endif
	if
	:: mask || (word & CANCELLED) -> complete()
	:: else -> let_go()
	fi
}

inline aio_poll_wake(key, free)
{
	FETCH_OR(STATE, OWNED | NEWS(key), word);
	if
	:: !IS_OWNED(word) && key && !eventfd -> TRYLOCK(CLOCK, ok)
	:: else -> ok = 0
	fi;
	if
	:: ok ->
		list_del_entry();
		atomic { list_del_request(); UNLOCK(CLOCK) };
		iocb_put()
	:: else ->
		if
		:: !IS_OWNED(word) -> schedule_work()
		:: else
		fi;
		if
		:: free ->
#ifdef NO_HEAD_LAST
			FORGET_HEAD;
#endif
#ifndef NO_POLLFREE
			list_del_entry();
#endif
#ifndef NO_HEAD_LAST
			FORGET_HEAD
#endif
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
	FETCH_OR(STATE, OWNED | CANCEL_BIT, word);
	if
	:: !IS_OWNED(word) -> schedule_work()
	:: else
	fi
}

#include "poll_run.pml"
