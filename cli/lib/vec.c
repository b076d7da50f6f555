// SPDX-License-Identifier: GPL-2.0-only
/*
 * vec.c - arrays that grow.
 */
#include "vec.h"

#include <stdlib.h>

void *aios_vec_room(void *items, size_t cnt, size_t *cap, size_t size)
{
	size_t want = *cap ? *cap * 2 : 16;
	void *bigger;

	if (cnt < *cap)
		return items;
	bigger = reallocarray(items, want, size);
	if (bigger)
		*cap = want;
	return bigger;
}
