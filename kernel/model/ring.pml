/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ring.pml - what the models of the ring share: events are completed, numbered from 1, and each has to
 * be returned once, in order, by one reader or another.
 *
 *	NR=n		ctx->nr_events, of which one is always free
 *	EVENTS=n	so many are completed, all in all
 *	READERS=n	so many threads call io_getevents(), as long as there are events
 *	PROGRAM		the program reaps in the mapped ring as well, but not while its threads are in
 *			io_getevents()
 *	HOSTILE=n	it writes n times into the mapped head what it likes, whenever it likes: events
 *			may be lost or doubled then, but nothing outside the ring is touched
 *
 *	IGNORE_EMPTY	said_empty is not looked for; IGNORE_FILE=1 is the same for poll's files
 *
 * A model includes this, says in the inline io_getevents() how up to "most" events are read, into ev[],
 * n of them, and includes ring_run.pml with the processes.
 */

#ifndef NR
#define NR	3
#endif
#ifndef EVENTS
#define EVENTS	4
#endif
#ifndef READERS
#define READERS	2
#endif

/* --- places in memory ------------------------------------------------------------------- */

#define RING_HEAD	0	/* ring->head */
#define RING_TAIL	1	/* ring->tail */
#define WORD		2	/* ctx->read */
#define EVENT		3	/* the event at */
#define PLACES		(EVENT + NR)

/* --- processes -------------------------------------------------------------------------- */

mtype = { aio_complete, reader, program };
#if defined(PROGRAM) || defined(HOSTILE)
#define THREADS		(2 + READERS)
#else
#define THREADS		(1 + READERS)
#endif

/* --- what must not happen --------------------------------------------------------------- */

bit read_twice, not_in_order, no_event, lost_event;
bit out_of_range;		/* something else than the ring is touched */
bit said_empty;			/* a reader finds none, and at no time since it began there was none */

#define MUST(what, cond)	if :: (cond) :: else -> what = 1; assert(!what) fi
#define TOUCH(a)	MUST(out_of_range, a < PLACES)
#ifdef HOSTILE
#define HONEST(what, cond)	skip
#else
#define HONEST(what, cond)	MUST(what, cond)
#endif

/* --- of the run ------------------------------------------------------------------------- */

byte got[EVENTS + 1];		/* how often each event was returned */
byte made, taken;		/* how many are in the ring, and out of it again */
bit was_empty[READERS + 1];	/* there was none, since that reader began */
bit reaping;			/* the program is at the ring itself, */
byte reading;			/* so many of its threads are in io_getevents() */
byte r_;

#include "memory.pml"

/* n events are taken: together with what takes them */
inline take(n)
{
	taken = taken + n;
	if
	:: taken == made ->
		r_ = 0;
		do
		:: r_ <= READERS -> was_empty[r_] = 1; r_++
		:: else -> r_ = 0; break
		od
	:: else
	fi
}
