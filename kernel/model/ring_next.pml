/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ring_next.pml - the ring of kernel/6.12/next, which io_getevents() reads without a lock.
 *
 * ctx->read counts the events that were read, and says how many readers are about to move the mapped
 * head: publishers. A reader copies events first, then takes them by a CMPXCHG of ctx->read, then moves
 * the head.
 */

#include "ring.pml"

#define PUBLISHER	32	/* one of them; the count is what is below */
#define COUNT(w)	((w) % PUBLISHER)
#define POS(w)		(COUNT(w) % NR)
#ifdef HOSTILE
#define TRIES		2
#else
#define TRIES		EVENTS	/* more than others can move the head meanwhile, as 1000 is */
#endif

/* --- pieces that can be left out, to see what they are for ------------------------------ */

#ifdef NO_READ_ACQUIRE
#define READ_WORD(w)	READ(WORD, w)
#else
#define READ_WORD(w)	READ_ACQUIRE(WORD, w)
#endif

#ifdef NO_TAIL_ACQUIRE
#define READ_TAIL(p)	READ(RING_TAIL, p)
#else
#define READ_TAIL(p)	READ_ACQUIRE(RING_TAIL, p)
#endif

#ifdef NO_PUBLISHERS
#define CLAIM		0
#else
#define CLAIM		PUBLISHER
#endif

#ifdef NO_COUNT			/* an index */
#define NEXT(w, n)	((w) - COUNT(w) + (COUNT(w) + (n)) % NR)
#else
#define NEXT(w, n)	((w) + (n))
#endif

#ifdef NO_RECHECK
#define RECHECK		ok = 1
#else
#define RECHECK		READ(WORD, again); ok = (again == w)
#endif

/* --- the protocol ----------------------------------------------------------------------- */

/* aio_follow_head(): what the program read itself is not to be read again */
inline follow_head()
{
	READ_WORD(w);
	if
	:: w < PUBLISHER ->
		READ(RING_HEAD, v);
		v = (v % NR + NR - POS(w)) % NR;
		if
		:: v ->
#ifdef NO_FOLLOW_CMPXCHG
			WRITE(WORD, NEXT(w, v))
#else
			CMPXCHG(WORD, w, NEXT(w, v), ok)
#endif
		:: else
		fi
	:: else
	fi;
	ok = 0
}

/* aio_copy_events(): to memory of the program, which may not be there */
inline copy_events()
{
	if
#ifndef NO_FAULTS
	:: faulted = 1
#endif
	:: READ(EVENT + pos, ev[0]);
		if
		:: n == 2 -> READ(EVENT + (pos + 1) % NR, ev[1])
		:: else
		fi
	fi
}

inline claim()
{
	atomic {
		CMPXCHG(WORD, w, NEXT(w, n) + CLAIM, ok);
		if
		:: ok -> take(n)
		:: else
		fi
	}
}

/* aio_publish_head(): an addition. After some tries a program that keeps writing there may have it. */
inline publish_head()
{
#ifdef NO_ADDITION
	WRITE(RING_HEAD, (pos + n) % NR);
#else
	tries = 0;
#ifdef NO_PUBLISH_ORDER			/* then they happen in one order or the other */
	early = 0;
	if
	:: early = 1; ADD_RELAXED(WORD, 256 - CLAIM)
	:: skip
	fi;
#endif
	READ(RING_HEAD, v);
	do
	:: skip;
		if
		:: tries == TRIES -> WRITE(RING_HEAD, (v % NR + n) % NR); break
		:: else
		fi;
		tries++;
		CMPXCHG(RING_HEAD, v, (v % NR + n) % NR, ok);
		if
		:: ok -> break
		:: else -> READ(RING_HEAD, v)	/* try_cmpxchg() has it */
		fi
	od;
#endif
#ifdef NO_PUBLISH_ORDER
	if
	:: !early -> ADD_RELAXED(WORD, 256 - CLAIM)
	:: else
	fi
#else
	FENCE;
	ADD_RELAXED(WORD, 256 - CLAIM)
#endif
}

/* aio_read_events_ring() */
inline io_getevents()
{
#ifndef NO_FOLLOW
	follow_head();
#endif
	do
	:: READ_WORD(w);
		READ_TAIL(p);
		pos = POS(w);
		n = (p % NR + NR - pos) % NR;
		n = (n > most -> most : n);
#if defined(NO_COPY_FIRST)
		if
		:: n -> claim()
		:: else -> RECHECK
		fi;
		if
		:: n && ok -> copy_events()
		:: else
		fi;
#elif defined(NO_PUBLISH_LAST)
		if
		:: n ->
			claim();
			if
			:: ok -> publish_head(); ok = 1; copy_events()
			:: else
			fi
		:: else -> RECHECK
		fi;
#else
		if
		:: n -> copy_events()
		:: else
		fi;
		if
		:: n && !faulted -> claim()
		:: else -> RECHECK
		fi;
#endif
		if
		:: ok -> break
		:: else
		fi
	od;
#ifndef NO_PUBLISH_LAST
#ifdef NO_COPY_FIRST
#define TOOK	n
#else
#define TOOK	(n && !faulted)
#endif
	if
	:: TOOK -> publish_head()
	:: else
	fi;
#endif
	n = (faulted -> 0 : n)
}

#include "ring_run.pml"
