/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * iter.h - runs BPF iterators.
 */
#ifndef AIOS_ITER_H
#define AIOS_ITER_H

#include <stddef.h>

struct bpf_program;

/**
 * aios_iter_run() - runs an iterator to its end
 * @prog: loaded
 * @record: what it writes comes here
 * @size: bytes of a record; one byte for a program that writes nothing
 * @each: called whenever it has written @size bytes, which are at @record then; may be NULL
 * @arg: for @each
 * Return: 0, a negative errno, or what @each returned, which ends it.
 */
int aios_iter_run(const struct bpf_program *prog, void *record, size_t size,
		  int (*each)(void *arg), void *arg);

#endif /* AIOS_ITER_H */
