/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vec.h - arrays that grow.
 */
#ifndef AIOS_VEC_H
#define AIOS_VEC_H

#include <stddef.h>
#include <stdint.h>

/**
 * aios_vec_room() - makes sure that an array has room for one more
 * @items: the array, may be NULL
 * @cnt: items in use
 * @cap: items allocated; updated
 * @size: bytes of an item
 *
 * Return: the array, perhaps elsewhere now, or NULL; then the old one is still good.
 */
void *aios_vec_room(void *items, size_t cnt, size_t *cap, size_t size);

/**
 * aios_vec_at() - the item in whose reach a key is, if items reach up to the next one
 * @items: sorted by their first member, a uint64_t
 * @cnt: of them
 * @size: bytes of an item
 * @key: which
 *
 * Return: the last item that begins at the key or before, or NULL.
 */
const void *aios_vec_at(const void *items, size_t cnt, size_t size, uint64_t key);

#endif /* AIOS_VEC_H */
