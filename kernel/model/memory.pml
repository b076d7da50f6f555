/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * memory.pml - shared memory as processors have it, for models that include it.
 *
 *	-DSC		what is stored is there: sequential consistency (the default)
 *	-DTSO		stores wait in a buffer of the thread's own, first in, first out, as on x86;
 *			what reads, modifies and writes at once empties it first
 *	-DRELAXED	stores leave the buffer in any order, but for those to one place; loads may
 *			be early: what was in memory at the thread's last barrier may be what a
 *			load gets. Who wants an order has to ask for it: acquire, release, fence.
 *
 * The model defines before: THREADS, how many of its processes touch memory (they are declared first,
 * so that _pid tells who they are); PLACES, how many places of a byte there are; TOUCH(a), what is to
 * hold whenever the place a is read or written, memory that is freed for instance is not touched.
 *
 *	READ(a, v)		READ_ONCE()		WRITE(a, x)		WRITE_ONCE()
 *	READ_ACQUIRE(a, v)	smp_load_acquire()	WRITE_RELEASE(a, x)	smp_store_release()
 *	FENCE			smp_mb()		RMB			smp_rmb()
 *	LOCK(a)			spin_lock()		UNLOCK(a)		spin_unlock()
 *	TRYLOCK(a, ok)		spin_trylock()
 *	FETCH_OR(a, x, old), FETCH_ANDNOT(a, x, old), ADD(a, x), CMPXCHG(a, from, to, ok): in full
 *	order, as the kernel's are that return something; a CMPXCHG that fails orders nothing but on x86.
 *	..._RELAXED: without any order but that of the place itself; on x86 there is no such thing. Two of these
 *	keep their order all the same: a model that means otherwise has to say so.
 *
 * What a load gets that is early is what a processor could really give it: each load happens at its
 * place, or right after the last barrier. Not modelled are stores that are early (a processor does not
 * make a store seen before it knows that it happens, and every store here comes after a branch), loads
 * that are early by less than all the way, and compilers.
 */

mtype = { reads, writes, buffers, changes, fails, locks, sets };
byte mem[PLACES];

/* What a trace is made of: each process has its name in "me". */
#define SAYS(what, a, x)	printf("@%d %e %e #%d %d\n", _pid, me, what, a, x)
#define TELL(text)		printf("@%d %e : ", _pid, me); printf(text)

#ifndef BUFFER
#define BUFFER	2		/* stores that wait, a thread */
#endif

#if defined(TSO) || defined(RELAXED)
#define BUFFERED

typedef waiting {
	byte n;			/* how many */
	byte place[BUFFER];
	byte value[BUFFER];
	bit last[BUFFER];	/* a release: not before those that came earlier */
};
waiting buf[THREADS];

#define EMPTY(t)	(buf[t].n == 0)
#else
#define EMPTY(t)	true
#endif

#ifdef RELAXED
/* What was in memory at a thread's last barrier, + 1, where it is something else by now. */
#define NOTHING	0
typedef snapshot {
	byte value[PLACES];
};
snapshot old[THREADS];
byte u_, a_;

/* The place a is about to change: t writes to it. */
#define CHANGES(t, a)							\
	u_ = 0;								\
	do								\
	:: u_ < THREADS ->						\
		if							\
		:: u_ == t -> old[u_].value[a] = NOTHING		\
		:: u_ != t && old[u_].value[a] == NOTHING ->		\
			old[u_].value[a] = mem[a] + 1			\
		:: else							\
		fi;							\
		u_++							\
	:: else -> u_ = 0; break						\
	od

/* Who has seen what is there now does not see what was there before. */
#define SEEN(a)		old[_pid].value[a] = NOTHING
#define UP_TO_DATE(t)							\
	a_ = 0;								\
	do								\
	:: a_ < PLACES -> old[t].value[a_] = NOTHING; a_++		\
	:: else -> a_ = 0; break						\
	od
/* What has waited for all the others, as RCU does: no load is from before it. */
#define ALL_UP_TO_DATE							\
	u_ = 0;								\
	do								\
	:: u_ < THREADS -> UP_TO_DATE(u_); u_++				\
	:: else -> u_ = 0; break						\
	od
#else
#define ALL_UP_TO_DATE	skip
#define SEEN(a)		skip
#define CHANGES(t, a)	skip
#define UP_TO_DATE(t)	skip
#endif

#define STORE(t, a, x)							\
	TOUCH(a);							\
	CHANGES(t, a);							\
	mem[a] = x

#ifdef BUFFERED
byte i_;

inline put_off(a, x, after)
{
	atomic {
		buf[_pid].n < BUFFER;
		buf[_pid].place[buf[_pid].n] = a;
		buf[_pid].value[buf[_pid].n] = x;
		buf[_pid].last[buf[_pid].n] = after;
		buf[_pid].n++;
		SAYS(buffers, a, x)
	}
}
#define WRITE(a, x)		put_off(a, x, 0)
#define WRITE_RELEASE(a, x)	put_off(a, x, 1)

/* A thread sees its own stores, the youngest, before they are there for others. */
#define OWN_STORES(a, v)						\
	i_ = 0;								\
	do								\
	:: i_ < buf[_pid].n ->						\
		if							\
		:: buf[_pid].place[i_] == a -> v = buf[_pid].value[i_]	\
		:: else							\
		fi;							\
		i_++							\
	:: else -> i_ = 0; break						\
	od

/* The store at i leaves the buffer of t. */
#define LEAVE(t, i)							\
	printf("@%d arrives #%d %d\n", t, buf[t].place[i], buf[t].value[i]);	\
	STORE(t, buf[t].place[i], buf[t].value[i]);			\
	i_ = i;								\
	do								\
	:: i_ + 1 < buf[t].n ->						\
		buf[t].place[i_] = buf[t].place[i_ + 1];		\
		buf[t].value[i_] = buf[t].value[i_ + 1];		\
		buf[t].last[i_] = buf[t].last[i_ + 1];			\
		i_++							\
	:: else -> i_ = 0; break						\
	od;								\
	buf[t].n--;							\
	buf[t].place[buf[t].n] = 0;					\
	buf[t].value[buf[t].n] = 0;					\
	buf[t].last[buf[t].n] = 0

#else
#define WRITE(a, x)		atomic { STORE(_pid, a, x); SAYS(writes, a, x) }
#define WRITE_RELEASE(a, x)	WRITE(a, x)
#define OWN_STORES(a, v)	skip
#endif

#ifdef RELAXED
#define READ(a, v)							\
	atomic {							\
		TOUCH(a);						\
		if							\
		:: old[_pid].value[a] != NOTHING ->				\
			v = old[_pid].value[a] - 1			\
		:: v = mem[a]; old[_pid].value[a] = NOTHING		\
		fi;							\
		OWN_STORES(a, v);					\
		SAYS(reads, a, v)					\
	}
/* One that is early lets those that follow be as early, not earlier. */
#define READ_ACQUIRE(a, v)						\
	atomic {							\
		TOUCH(a);						\
		if							\
		:: old[_pid].value[a] != NOTHING ->				\
			v = old[_pid].value[a] - 1			\
		:: v = mem[a]; UP_TO_DATE(_pid)				\
		fi;							\
		OWN_STORES(a, v);					\
		SAYS(reads, a, v)					\
	}
#define RMB		atomic { UP_TO_DATE(_pid) }
#define LOCK(a)		atomic { mem[a] == 0; STORE(_pid, a, 1); UP_TO_DATE(_pid); \
				 SAYS(locks, a, 1) }
#define RELAXED_EMPTY	true
#else
#define READ(a, v)		atomic { TOUCH(a); v = mem[a]; OWN_STORES(a, v); \
					 SAYS(reads, a, v) }
#define READ_ACQUIRE(a, v)	READ(a, v)
#define RMB			skip
#define LOCK(a)			atomic { EMPTY(_pid) && mem[a] == 0; STORE(_pid, a, 1); \
				 SAYS(locks, a, 1) }
#define RELAXED_EMPTY		EMPTY(_pid)
#endif
#define TRYLOCK(a, ok)	CMPXCHG(a, 0, 1, ok)
#define UNLOCK(a)		WRITE_RELEASE(a, 0)
#define FENCE			atomic { EMPTY(_pid); UP_TO_DATE(_pid) }

/* Read, modify and write at once: the place itself is what it is now, whatever the order of the rest. */
#define FETCH_OR(a, x, was)						\
	atomic { EMPTY(_pid); TOUCH(a); was = mem[a]; STORE(_pid, a, was | (x)); UP_TO_DATE(_pid);	\
		 SAYS(sets, a, mem[a]) }
#define FETCH_ANDNOT(a, x, was)						\
	atomic { EMPTY(_pid); TOUCH(a); was = mem[a]; STORE(_pid, a, was & (255 - (x)));	\
		 UP_TO_DATE(_pid); SAYS(sets, a, mem[a]) }
#define ADD(a, x)							\
	atomic { EMPTY(_pid); STORE(_pid, a, mem[a] + (x)); UP_TO_DATE(_pid);	\
		 SAYS(sets, a, mem[a]) }
#define CMPXCHG(a, from, to, ok)					\
	atomic {							\
		RELAXED_EMPTY;						\
		TOUCH(a);						\
		if							\
		:: EMPTY(_pid) && mem[a] == (from) ->			\
			STORE(_pid, a, to); UP_TO_DATE(_pid); ok = 1;	\
			SAYS(changes, a, to)				\
		:: mem[a] != (from) -> ok = 0; SEEN(a);				\
			SAYS(fails, a, mem[a])			\
		fi							\
	}
#define FETCH_ANDNOT_RELAXED(a, x, was)					\
	atomic { RELAXED_EMPTY; TOUCH(a); was = mem[a]; STORE(_pid, a, was & (255 - (x)));	\
		 SAYS(sets, a, mem[a]) }
#define ADD_RELAXED(a, x)						\
	atomic { RELAXED_EMPTY; STORE(_pid, a, mem[a] + (x)); SAYS(sets, a, mem[a]) }
#define AND_EMPTY(t)	&& (t >= THREADS || EMPTY((t) % THREADS))
#define ALL_EMPTY	(EMPTY(0) AND_EMPTY(1) AND_EMPTY(2) AND_EMPTY(3) AND_EMPTY(4) AND_EMPTY(5))
