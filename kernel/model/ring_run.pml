/* SPDX-License-Identifier: GPL-2.0-only */
/* ring_run.pml - the processes of the models of the ring: see ring.pml. */

/* aio_complete(), under completion_lock, so one at a time. */
active proctype Producer()
{
	mtype me = aio_complete;
	byte head, tail;

	do
	:: made < EVENTS ->
		/* aio_get_req() has got a slot, of those that the mapped head has given back */
		do
		:: READ(RING_HEAD, head);
			head = head % NR;
			if
			:: (tail + NR - head) % NR < NR - 1 -> break
			:: else ->
endfull:			mem[RING_HEAD] % NR != head
			fi
		od;
		WRITE(EVENT + tail, made + 1);
		tail = (tail + 1) % NR;
#ifdef NO_TAIL_RELEASE
		atomic { made++; WRITE(RING_TAIL, tail) }
#else
		atomic { made++; WRITE_RELEASE(RING_TAIL, tail) }
#endif
	:: else -> break
	od
}

inline give_back(n)
{
	atomic {
		i = 0;
		do
		:: i < n ->
			HONEST(no_event, ev[i] > 0);
			HONEST(read_twice, !got[ev[i]]);
			HONEST(not_in_order, i == 0 || ev[i] == ev[i - 1] + 1);
			got[ev[i]] = 1;
			TELL("has event ");
			printf("%d\n", ev[i]);
			i++
		:: else -> break
		od;
		i = 0
	}
}

active [READERS] proctype Reader()
{
	mtype me = reader;
	byte most, w, v, p, n, pos, i, again, tries, calls;
	byte ev[2];
	bit ok, faulted, early;

end:	do
	:: atomic {
		mem[RING_HEAD] != mem[RING_TAIL] && !reaping && calls < 2;
		reading++;
#ifdef HOSTILE
		calls++;
#endif
		was_empty[_pid] = (made == taken);
		UP_TO_DATE(_pid);
		if
		:: most = 1
		:: most = 2
		fi;
		TELL("calls io_getevents() for ");
		printf("%d\n", most)
	};
		io_getevents();
		atomic {
#if !defined(BUFFERED) && !defined(IGNORE_EMPTY)
			HONEST(said_empty, n || faulted || was_empty[_pid]);
#endif
			give_back(n);
			EMPTY(_pid);
			reading--;
			TELL("returns\n");
			most = 0; ev[0] = 0; ev[1] = 0; n = 0; v = 0; w = 0; p = 0; pos = 0; ok = 0;
			faulted = 0; early = 0; again = 0; tries = 0
		}
	od
}

#ifdef PROGRAM
active proctype Program()
{
	mtype me = program;
	byte v, p, i, ev[1];

end:	do
	:: atomic {
		mem[RING_HEAD] != mem[RING_TAIL] && !reaping && !reading;
		reaping = 1;
		UP_TO_DATE(_pid);
		TELL("reaps by itself\n")
	};
		READ(RING_HEAD, v);
		READ_ACQUIRE(RING_TAIL, p);
		if
		:: v != p ->
			READ(EVENT + v, ev[0]);
			atomic { WRITE_RELEASE(RING_HEAD, (v + 1) % NR); take(1) };
			give_back(1)
		:: else
		fi;
		atomic { EMPTY(_pid); reaping = 0; v = 0; p = 0; ev[0] = 0 }
	od
}
#endif

#ifdef HOSTILE
active proctype Program()
{
	mtype me = program;
	byte n, v;

	do
	:: n < HOSTILE ->
		n++;
		if
		:: v = 0
		:: v = 1
		:: v = NR - 1
		:: v = NR + 1
		:: v = 255
		fi;
		WRITE(RING_HEAD, v)
	:: else -> break
	od
}
#endif

#include "buffers.pml"

/* Nothing can move any more: every event was read. */
active proctype AtTheEnd()
{
	byte i;

	timeout;
	i = 1;
	do
	:: i <= EVENTS -> HONEST(lost_event, got[i]); i++
	:: else -> break
	od
}
