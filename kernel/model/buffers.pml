/* SPDX-License-Identifier: GPL-2.0-only */
/* buffers.pml - what the store buffers of memory.pml do; included after the model's own processes. */
#ifdef BUFFERED
#ifdef TSO
#define MAY_LEAVE(t, i)	(i == 0 && buf[t].n > 0)
#else
#define MAY_LEAVE(t, i)	(i < buf[t].n && (i == 0 || \
			 (!buf[t].last[i] && buf[t].place[i] != buf[t].place[0])))
#endif
#define FIRST(t)	:: atomic { MAY_LEAVE(t, 0) -> LEAVE(t, 0) }
#ifdef RELAXED
#define SECOND(t)	:: atomic { MAY_LEAVE(t, 1) -> LEAVE(t, 1) }
#else
#define SECOND(t)
#endif
#define LEAVES(t)	FIRST(t) SECOND(t)

active proctype memory()
{
end:	do
	LEAVES(0)
	LEAVES(1)
#if THREADS > 2
	LEAVES(2)
#endif
#if THREADS > 3
	LEAVES(3)
#endif
#if THREADS > 4
	LEAVES(4)
#endif
#if THREADS > 5
	LEAVES(5)
#endif
	od
}
#endif
