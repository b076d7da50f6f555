/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * exact.h - what the tool and the programs of evidence level exact have in common, beside records.
 */
#ifndef AIOSCOPE_EXACT_H
#define AIOSCOPE_EXACT_H

#include <aioscope/record.h>

#define AIOS_DOING_TASKS	32768	/* pid_max of most hosts, so that threads do not share */

#define AIOS_WITNESSES	(AIOS_HOLD_CNT + 1)	/* things that are held, and the request's memory */
#define AIOS_WITNESSED	((1 << AIOS_WITNESSES) - 1)

/**
 * struct aios_witness - a program on a function that drops a reference
 * @active: its count of runs by CPU; found before the first hook, 0 for none
 * @id: its number, 0 for none
 */
struct aios_witness {
	__u64 active;
	__u32 id;
	__u32 reserved;
};

#endif /* AIOSCOPE_EXACT_H */
