/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * exact.h - what the tool and the programs that watch references have in common, beside records.
 */
#ifndef AIOSCOPE_EXACT_H
#define AIOSCOPE_EXACT_H

#include <aioscope/record.h>

#define AIOS_DOING_TASKS	32768	/* pid_max of most hosts, so that threads do not share */

/* Things that are held, the request's memory, signals of eventfds, wake-ups: AIOS_WATCH_*. */
#define AIOS_WITNESSES	(AIOS_HOLD_CNT + 3)
#define AIOS_WITNESSED	((1 << AIOS_WITNESSES) - 1)

/**
 * struct aios_witness - a program on a function that does what is watched
 * @active: its count of runs by CPU; found before the first hook, 0 for none
 * @id: its number, 0 for none
 */
struct aios_witness {
	__u64 active;
	__u32 id;
	__u32 reserved;
};

#endif /* AIOSCOPE_EXACT_H */
