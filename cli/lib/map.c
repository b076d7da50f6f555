// SPDX-License-Identifier: GPL-2.0-only
/*
 * map.c - 64-bit key to pointer.
 */
#include "map.h"

#include <errno.h>
#include <stdlib.h>

/* Fibonacci hashing; slab addresses differ in the middle bits, which the shift brings down. */
static size_t map_home(const struct aios_map *map, uint64_t key)
{
	return (size_t)((key * 0x9e3779b97f4a7c15ULL) >> 32) & map->mask;
}

static struct aios_map_slot *map_find(const struct aios_map *map, uint64_t key)
{
	size_t i = map_home(map, key);

	while (map->slots[i].value && map->slots[i].key != key)
		i = (i + 1) & map->mask;
	return &map->slots[i];
}

/* At most three quarters full, so that a probe ends soon. */
static int map_grow(struct aios_map *map)
{
	size_t cap = map->slots ? (map->mask + 1) * 2 : 64;
	struct aios_map bigger = { .mask = cap - 1, .used = map->used };

	if (map->slots && (map->used + 1) * 4 <= (map->mask + 1) * 3)
		return 0;
	bigger.slots = calloc(cap, sizeof(*bigger.slots));
	if (!bigger.slots)
		return -ENOMEM;
	for (size_t i = 0; map->slots && i <= map->mask; i++)
		if (map->slots[i].value)
			*map_find(&bigger, map->slots[i].key) = map->slots[i];
	free(map->slots);
	*map = bigger;
	return 0;
}

void *aios_map_get(const struct aios_map *map, uint64_t key)
{
	return map->slots ? map_find(map, key)->value : NULL;
}

int aios_map_put(struct aios_map *map, uint64_t key, void *value)
{
	struct aios_map_slot *slot;
	int err = map_grow(map);

	if (err)
		return err;
	slot = map_find(map, key);
	if (!slot->value)
		map->used++;
	*slot = (struct aios_map_slot){ .key = key, .value = value };
	return 0;
}

void *aios_map_add(struct aios_map *map, uint64_t key, size_t size)
{
	void *value = calloc(1, size);

	if (!value || !aios_map_put(map, key, value))
		return value;
	free(value);
	return NULL;
}

/* Moves the entries behind a hole back, each unless that would pass its home. */
static void map_close(struct aios_map *map, size_t hole)
{
	size_t i = hole;

	for (;;) {
		size_t home;

		i = (i + 1) & map->mask;
		if (!map->slots[i].value)
			break;
		home = map_home(map, map->slots[i].key);
		if (((i - home) & map->mask) < ((i - hole) & map->mask))
			continue;
		map->slots[hole] = map->slots[i];
		hole = i;
	}
	map->slots[hole].value = NULL;
}

void *aios_map_take(struct aios_map *map, uint64_t key)
{
	struct aios_map_slot *slot = map->slots ? map_find(map, key) : NULL;
	void *value = slot ? slot->value : NULL;

	if (!value)
		return NULL;
	map->used--;
	map_close(map, (size_t)(slot - map->slots));
	return value;
}

void *aios_map_next(const struct aios_map *map, size_t *iter)
{
	while (map->slots && *iter <= map->mask) {
		void *value = map->slots[(*iter)++].value;

		if (value)
			return value;
	}
	return NULL;
}

/**
 * aios_map_done() - gives the memory back; what the values point to stays
 * @map: which
 */
void aios_map_done(struct aios_map *map)
{
	free(map->slots);
	*map = (struct aios_map){ 0 };
}
