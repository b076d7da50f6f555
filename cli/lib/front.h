/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * front.h - what is alive at a moment of a recording, as records with which a file can begin.
 *
 * Fed with a stream in order, it keeps only what a reader that begins here has to know: processes,
 * file names, contexts with their rings, requests in flight with their records so far, and what
 * threads are in the middle of. It is no model: it decides nothing that records do not say, and
 * can tell what it keeps as the records that it came from.
 */
#ifndef AIOS_FRONT_H
#define AIOS_FRONT_H

#include <stdint.h>

#include "buf.h"
#include "order.h"

struct aios_front;

/**
 * aios_front_new() - a front that knows nothing yet
 * Return: to be freed with aios_front_free(), or NULL.
 */
struct aios_front *aios_front_new(void);
struct aios_front *aios_front_free(struct aios_front *front);

/**
 * aios_front_sink() - its entrance
 * @front: must outlive the stream
 * Return: to be given to a stream; its errors are -ENOMEM.
 *
 * What was in flight while records were lost is forgotten: nobody can tell whether it still is. It
 * is told as older than the file when it completes.
 */
struct aios_sink aios_front_sink(struct aios_front *front);

/**
 * aios_front_write() - appends front chunks
 * @front: what is told
 * @at_ns: the moment: all records before it were taken, and none after it
 * @buf: where to
 * Return: 0 or -ENOMEM.
 */
int aios_front_write(const struct aios_front *front, uint64_t at_ns, struct aios_buf *buf);

#endif /* AIOS_FRONT_H */
