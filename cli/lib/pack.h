/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pack.h - AIOS_CODEC_DELTA: records as differences, to a seventh of their size, for a fifth of
 * what a general compressor costs. <aioscope/trace_file.h> describes the bytes.
 */
#ifndef AIOS_PACK_H
#define AIOS_PACK_H

#include <stddef.h>

#include "buf.h"

/**
 * aios_pack() - packs records
 * @buf: appended to
 * @bytes: records end to end, 8-byte aligned
 * @len: of @bytes
 *
 * Return: 0; -EINVAL for bytes that are no records, or too long ones, and -ENOMEM: then @buf is as
 * before.
 */
int aios_pack(struct aios_buf *buf, const void *bytes, size_t len);

/**
 * aios_unpack() - the counterpart
 * @buf: appended to
 * @bytes: what aios_pack() made
 * @len: of @bytes
 * @wanted: bytes that must come of it
 *
 * Return: 0, -EBADMSG for bytes that aios_pack() cannot have made, or -ENOMEM.
 */
int aios_unpack(struct aios_buf *buf, const void *bytes, size_t len, size_t wanted);

#endif /* AIOS_PACK_H */
