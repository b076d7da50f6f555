/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ring_2012.pml - the ring as it was proposed in 2012: no lock, and a CMPXCHG of the head itself.
 *
 * The head is an index below nr_events. It comes back to what it was once a whole ring of events went
 * by, and a reader that slept for so long takes that for nothing having happened.
 */

#include "ring.pml"

inline io_getevents()
{
	do
	:: READ(RING_HEAD, v);
		READ_ACQUIRE(RING_TAIL, p);
		if
		:: v == p -> n = 0; break
		:: else ->
			READ(EVENT + v, ev[0]);
			atomic {
				CMPXCHG(RING_HEAD, v, (v + 1) % NR, ok);
				if
				:: ok -> n = 1; take(1)
				:: else
				fi
			};
			if
			:: ok -> break
			:: else
			fi
		fi
	od
}

#include "ring_run.pml"
