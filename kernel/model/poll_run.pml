/* SPDX-License-Identifier: GPL-2.0-only */
/* poll_run.pml - the processes of the models of IOCB_CMD_POLL: see poll.pml. */

active proctype Submitter()
{
	mtype me = io_submit;
	byte mask, word;
	bit ok, there, queued, error;

	/* ->poll(): which queues it has; error means that there is not exactly one */
	atomic {
		BEGIN;
#ifdef EVENTFD
		if
		:: eventfd = 1; TELL("a request with an eventfd\n")
		:: TELL("a request without eventfd\n")
		fi;
#endif
		queued = 1;
#ifdef NOQUEUE
		if
		:: skip
		:: error = 1; TELL("->poll() will try two queues\n")
		:: error = 1; queued = 0; TELL("->poll() has no queue\n")
		fi
#endif
	};
	submission();
	atomic { submitted = 1; TELL("io_submit() returns\n") }
}

active proctype Worker()
{
	mtype me = kworker;
	byte mask, word;
	bit ok, there;

end:	do
	:: atomic {
		EMPTY(_pid) && pending ->
		TOUCH_REQUEST;
		pending = 0;
		UP_TO_DATE(_pid);
		TELL("begins to work\n")
	};
		work_once();
		atomic { word = 0; mask = 0; ok = 0; there = 0 }
	od
}

/* __wake_up(): the function of what is on the queue is called with the queue's lock held */
inline wake_up(key, free, happened)
{
	atomic {
		LOCK(QLOCK);
		there = on_queue;
		if
		:: there -> happened = 1; TELL("wakes the queue up\n")
		:: else
		fi
	};
	if
	:: there && key != OUT -> aio_poll_wake(key, free)
	:: there && key == OUT -> aio_poll_ignore()
	:: else
	fi;
	UNLOCK(QLOCK)
}

/* It has the file open, but for that the file's owner may let the queue go. */
#define MAKES_READY							\
	atomic { !dying -> waking++ };					\
	WRITE(READY, IN);						\
	if								\
	:: wake_up(IN, 0, was_keyed)					\
	:: wake_up(0, 0, was_unkeyed)					\
	fi;								\
	atomic { EMPTY(_pid); waking-- }

#if WAKERS > 0
#ifdef STRANGER
bit was_other;
#endif
active proctype Waker()
{
	mtype me = waker;
	byte word;
	bit ok, there;

	if
	:: MAKES_READY
	:: skip
#ifdef STRANGER
	:: atomic { !dying -> waking++ };
		if
		:: wake_up(OUT, 0, was_other)
		:: wake_up(0, 0, was_other)
		fi;
		atomic { EMPTY(_pid); waking-- }
#endif
	fi
}
#endif

#if WAKERS > 1
active proctype Waker2()
{
	mtype me = waker2;
	byte word;
	bit ok, there;

	if
	:: MAKES_READY
	:: WRITE(READY, 0)
	:: skip
	fi
}
#endif

#ifdef CANCEL
active proctype Canceller()
{
	mtype me = io_cancel;
	byte word;
	bit ok, there, teardown;

	if
	:: skip
	:: atomic { submitted; teardown = 1; was_cancelled = 1; TELL("the context is torn down\n") }
	:: goto out
	fi;
	atomic {
		LOCK(CLOCK);
		there = on_list;
		if
		:: there -> was_cancelled = 1; TELL("cancels the request\n")
		:: else
		fi
	};
	if
	:: there ->
		aio_poll_cancel();
		list_del_request()
	:: else
	fi;
	UNLOCK(CLOCK);
	if
	:: teardown -> completed || refused	/* all requests are done: ctx->reqs */
	:: else
	fi;
out:	skip
}
#endif

/*
 * Who calls wake_up_pollfree() is the thread whose queue it is, which is not in io_submit() then. This
 * is taken for granted but with -DEARLY.
 */
#ifdef EARLY
#define MAY_BE_FREED	true
#else
#define MAY_BE_FREED	submitted
#endif

#ifdef POLLFREE
active proctype Freer()
{
	mtype me = pollfree;
	byte word;
	bit ok, there;

	if
	:: atomic { was_queued; dying = 1 };
		waking == 0;
		wake_up(HUP, 1, was_pollfree);
		atomic {
			EMPTY(_pid);
			MUST(queue_touched_after_free, !on_queue);
			word = 0
		};
		atomic { rcu == 0 && ALL_EMPTY && MAY_BE_FREED; queue_freed = 1; ALL_UP_TO_DATE; TELL("the queue is freed\n") }
	:: skip
	fi
}
#endif

#include "buffers.pml"

/*
 * Nothing can move any more, and there is no event: then nobody may have asked for it, and the request
 * has to be where the next one who does finds it.
 */
active proctype AtTheEnd()
{
	timeout;
	if
	:: completed || refused
	:: else ->
		MUST(lost_cancel, !was_cancelled);
		MUST(lost_pollfree, !was_pollfree);
		MUST(lost_wakeup, !mem[READY] && !(was_keyed && KEEPS_KEYS) && on_queue);
		MUST(lost_wakeup, IDLE);
		MUST(lost_cancel, on_list)
	fi
}
