/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * thin.h - which scans are worth keeping: an idle hour is not 72000 of them.
 */
#ifndef AIOS_THIN_H
#define AIOS_THIN_H

#include <stdbool.h>

#include "buf.h"

/**
 * struct aios_thin - what was kept last; zero-initialised is nothing
 * @scan: the newest scan that was kept
 * @records: came since
 */
struct aios_thin {
	struct aios_buf scan;
	bool records;
};

/**
 * aios_thin_keeps() - does a chunk say anything that those before it do not?
 * @thin: noted there if so
 * @kind: enum aios_chunk_kind
 * @payload: of the chunk
 * @len: of @payload
 *
 * A scan does after records, when something was lost, which shows in its tables, and once a second.
 *
 * Return: whether it has to be kept.
 */
bool aios_thin_keeps(struct aios_thin *thin, unsigned int kind, const void *payload, size_t len);
void aios_thin_done(struct aios_thin *thin);

#endif /* AIOS_THIN_H */
