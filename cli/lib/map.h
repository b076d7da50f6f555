/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * map.h - 64-bit key to pointer: kernel addresses to what the model knows of them.
 *
 * Open addressing with linear probing and backward-shift deletion: no tombstones, so a map in
 * which millions of requests come and go stays as quick as it began.
 */
#ifndef AIOS_MAP_H
#define AIOS_MAP_H

#include <stddef.h>
#include <stdint.h>

struct aios_map_slot {
	uint64_t key;
	void *value;
};

/**
 * struct aios_map - a hash map; zero-initialised is empty
 * @slots: owned; a slot is in use where its value is not NULL
 * @mask: slots - 1
 * @used: entries
 */
struct aios_map {
	struct aios_map_slot *slots;
	size_t mask;
	size_t used;
};

/**
 * aios_map_get() - looks a key up
 * Return: its value, borrowed, or NULL.
 */
void *aios_map_get(const struct aios_map *map, uint64_t key);

/**
 * aios_map_put() - enters or replaces a value
 * @value: not NULL; stays the caller's
 * Return: 0 or -ENOMEM, then the map is as before.
 */
int aios_map_put(struct aios_map *map, uint64_t key, void *value);

/**
 * aios_map_add() - enters or replaces a value that is made for it
 * @size: bytes of the value, which are zero
 * Return: the value, to be freed by the caller when it is out of the map, or NULL for -ENOMEM.
 */
void *aios_map_add(struct aios_map *map, uint64_t key, size_t size);

/**
 * aios_map_take() - removes a key
 * Return: its value, or NULL where there was none.
 */
void *aios_map_take(struct aios_map *map, uint64_t key);

/**
 * aios_map_next() - goes through all entries, in no order
 * @iter: starts as 0
 * Return: a value, or NULL at the end. In between the map must not change but by taking out the
 * value that was returned, after which aios_map_again() is due.
 */
void *aios_map_next(const struct aios_map *map, size_t *iter);

/**
 * aios_map_again() - the value that aios_map_next() returned was taken out
 * @iter: of that call
 *
 * Taking out moves what lies behind to where it lay, so that place is looked at again. At the end
 * of the table a value can come that was seen before.
 */
static inline void aios_map_again(size_t *iter)
{
	(*iter)--;
}

void aios_map_done(struct aios_map *map);

#endif /* AIOS_MAP_H */
