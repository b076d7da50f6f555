// SPDX-License-Identifier: GPL-2.0-only
/*
 * tally.c - counts by number.
 */
#include "tally.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "vec.h"

static size_t tally_place(const struct aios_tally *tally, int64_t key)
{
	size_t from = 0, to = tally->cnt;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (tally->rows[middle].key < key)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

int aios_tally_add(struct aios_tally *tally, int64_t key)
{
	size_t at = tally_place(tally, key);
	struct aios_tally_row *rows;

	if (at == tally->cnt || tally->rows[at].key != key) {
		rows = aios_vec_room(tally->rows, tally->cnt, &tally->cap, sizeof(*rows));
		if (!rows)
			return -ENOMEM;
		tally->rows = rows;
		memmove(&rows[at + 1], &rows[at], (tally->cnt - at) * sizeof(*rows));
		rows[at] = (struct aios_tally_row){ .key = key };
		tally->cnt++;
	}
	tally->rows[at].count++;
	tally->total++;
	return 0;
}

/**
 * aios_tally_get() - how often was a number counted?
 * @tally: which
 * @key: the number
 * Return: the count, 0 where it never was.
 */
uint64_t aios_tally_get(const struct aios_tally *tally, int64_t key)
{
	size_t at = tally_place(tally, key);

	return at < tally->cnt && tally->rows[at].key == key ? tally->rows[at].count : 0;
}

/**
 * aios_tally_done() - gives the memory back
 * @tally: emptied
 */
void aios_tally_done(struct aios_tally *tally)
{
	free(tally->rows);
	*tally = (struct aios_tally){ 0 };
}
