/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tally.h - counts by number: errors, results.
 */
#ifndef AIOS_TALLY_H
#define AIOS_TALLY_H

#include <stddef.h>
#include <stdint.h>

struct aios_tally_row {
	int64_t key;
	uint64_t count;
};

/**
 * struct aios_tally - counts; zero-initialised is empty
 * @rows: owned, sorted by key
 * @cnt: of @rows
 * @total: of all counts
 */
struct aios_tally {
	struct aios_tally_row *rows;
	size_t cnt, cap;
	uint64_t total;
};

/**
 * aios_tally_add() - counts a number once
 * Return: 0 or -ENOMEM.
 */
int aios_tally_add(struct aios_tally *tally, int64_t key);
uint64_t aios_tally_get(const struct aios_tally *tally, int64_t key);
void aios_tally_done(struct aios_tally *tally);

#endif /* AIOS_TALLY_H */
