/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * top_rings.h - what can be seen of contexts without privilege: their rings are mapped.
 */
#ifndef AIOS_TOP_RINGS_H
#define AIOS_TOP_RINGS_H

#include "../lib/top.h"

/**
 * aios_top_rings() - finds the rings of all processes that this one may look into
 * @sample: processes and contexts are added, and what a ring does not tell is AIOS_UNKNOWN32
 *
 * A ring that several processes map, as children do that were forked while it was there, is told
 * once, of the one that is older.
 *
 * Return: 0 or -ENOMEM.
 */
int aios_top_rings(struct aios_top_sample *sample);

#endif /* AIOS_TOP_RINGS_H */
