/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * namer.h - tells the names of addresses in stacks, in the stream, before who reads it needs them;
 * and where addresses of programs are.
 */
#ifndef AIOS_NAMER_H
#define AIOS_NAMER_H

#include <stdbool.h>

#include "../lib/decode.h"

struct aios_namer;

/**
 * aios_namer_new() - stands between a source and whom it feeds
 * @to: gets all chunks, and those with names; copied
 * Return: to be freed with aios_namer_free(), or NULL.
 */
struct aios_namer *aios_namer_new(const struct aios_feed *to);
struct aios_namer *aios_namer_free(struct aios_namer *namer);

/**
 * aios_namer_read() - learns the names of the running kernel; says so where it hides them
 * @namer: knows none yet
 * @sees_all: the tool is in the initial pid namespace, whose numbers records have; only then are
 *	processes looked at
 * Return: 0 or -ENOMEM.
 */
int aios_namer_read(struct aios_namer *namer, bool sees_all);

/**
 * aios_namer_feed() - its entrance
 * @namer: must outlive the source
 * Return: to be given to a source.
 */
struct aios_feed aios_namer_feed(struct aios_namer *namer);

#endif /* AIOS_NAMER_H */
