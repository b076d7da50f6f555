/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * wants.h - names to look for among the hundred thousands that a kernel has.
 */
#ifndef AIOS_WANTS_H
#define AIOS_WANTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct aios_wants - a set of names; all zero for none
 * @names: sorted when looked up; the array is owned, its strings are not
 * @lengths: by the first letter of a name, a bit for each length: says no to most without a look
 */
struct aios_wants {
	const char **names;
	size_t cnt, cap;
	bool sorted;
	uint64_t lengths[256];
};

/**
 * aios_wants_add() - one name more
 * @wants: the set
 * @name: outlives the set; may be in it
 * Return: 0 or -ENOMEM.
 */
int aios_wants_add(struct aios_wants *wants, const char *name);

/**
 * aios_wants_have() - is a name in the set?
 * @wants: the set
 * @name: any bytes, not necessarily ended
 * @len: of them
 */
bool aios_wants_have(struct aios_wants *wants, const char *name, size_t len);
void aios_wants_done(struct aios_wants *wants);

#endif /* AIOS_WANTS_H */
