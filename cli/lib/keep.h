/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * keep.h - the last part of a recording, in memory, ready to be the beginning of a file.
 *
 *	recording:  |...... fell out ......|--- kept rounds ---|
 *	file:	    information, numbers, front, names	 kept rounds	...
 *
 * Chunks are kept packed, as they go into a file: that holds three times as much, and to write
 * them takes no time in which the rings could overflow. What falls out is unpacked and told to a
 * front (front.h), which knows at any time what was alive when the kept part begins.
 */
#ifndef AIOS_KEEP_H
#define AIOS_KEEP_H

#include <stddef.h>
#include <stdint.h>

#include "buf.h"

struct aios_keep;

/**
 * aios_keep_new() - nothing is kept yet
 * @bytes: to keep at least, as they are in a file; whole rounds are kept, so it is a little more.
 *	With 0 only what two files must share: records come by CPU, so that a file can begin at a
 *	moment only if the round around it is in both
 * Return: to be freed with aios_keep_free(), or NULL.
 */
struct aios_keep *aios_keep_new(uint64_t bytes);
struct aios_keep *aios_keep_free(struct aios_keep *keep);

/**
 * aios_keep_add() - takes the next chunk
 * @keep: where
 * @kind: enum aios_chunk_kind; the information comes first
 * @payload: of the chunk
 * @len: of @payload
 * @stored: the chunk as aios_format_chunk() made it
 * @stored_len: of @stored
 * Return: 0, -ENOMEM, or -EBADMSG for a payload that is none of its kind.
 */
int aios_keep_add(struct aios_keep *keep, unsigned int kind, const void *payload, size_t len,
		  const void *stored, size_t stored_len);

/**
 * struct aios_keep_stats - what is kept
 * @bytes: of rounds
 * @begins_ns: a file that begins with them begins then; 0 for the beginning of the recording
 * @complete_ns: all records older than this were taken; 0 at first, when no file can part
 */
struct aios_keep_stats {
	uint64_t bytes;
	uint64_t begins_ns;
	uint64_t complete_ns;
};

struct aios_keep_stats aios_keep_stats(const struct aios_keep *keep);

/**
 * aios_keep_write() - passes on what a file begins with, all that is kept included
 * @keep: stays as it is
 * @put: gets whole chunks, after the file's header
 * @arg: for @put
 * Return: 0, -ENOMEM, or what @put returned.
 */
int aios_keep_write(const struct aios_keep *keep,
		    int (*put)(void *arg, const void *bytes, size_t len), void *arg);

#endif /* AIOS_KEEP_H */
