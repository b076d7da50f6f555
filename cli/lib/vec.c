// SPDX-License-Identifier: GPL-2.0-only
/*
 * vec.c - arrays that grow.
 */
#include "vec.h"

#include <stdlib.h>
#include <string.h>

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

const void *aios_vec_at(const void *items, size_t cnt, size_t size, uint64_t key)
{
	size_t low = 0, high = cnt;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		uint64_t begin;

		memcpy(&begin, (const char *)items + middle * size, sizeof(begin));
		if (begin <= key)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? (const char *)items + (low - 1) * size : NULL;
}
