// SPDX-License-Identifier: GPL-2.0-only
/*
 * wants.c - names to look for among the hundred thousands that a kernel has.
 */
#include "wants.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/vec.h"

static uint64_t length_bit(size_t len)
{
	return 1ULL << (len & 63);
}

int aios_wants_add(struct aios_wants *wants, const char *name)
{
	const char **names = aios_vec_room(wants->names, wants->cnt, &wants->cap, sizeof(*names));

	if (!names)
		return -ENOMEM;
	wants->names = names;
	names[wants->cnt++] = name;
	wants->lengths[(unsigned char)name[0]] |= length_bit(strlen(name));
	wants->sorted = false;
	return 0;
}

static int name_compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

struct part {
	const char *name;
	size_t len;
};

static int part_compare(const void *key, const void *of)
{
	const struct part *part = key;
	const char *name = *(const char *const *)of;
	int ret = strncmp(part->name, name, part->len);

	return ret ? ret : name[part->len] ? -1 : 0;
}

bool aios_wants_have(struct aios_wants *wants, const char *name, size_t len)
{
	struct part part = { name, len };

	if (!len || !(wants->lengths[(unsigned char)name[0]] & length_bit(len)))
		return false;
	if (!wants->sorted)
		qsort(wants->names, wants->cnt, sizeof(*wants->names), name_compare);
	wants->sorted = true;
	return bsearch(&part, wants->names, wants->cnt, sizeof(*wants->names), part_compare);
}

void aios_wants_done(struct aios_wants *wants)
{
	free(wants->names);
	*wants = (struct aios_wants){ 0 };
}
