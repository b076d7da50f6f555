/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * proto.h - writes Protocol Buffers: the little of their encoding that a writer needs.
 *
 * A message is a row of fields, each a key (its number and the kind of its value) and the value. A
 * message within a message has its length in front, which is put there when it ends.
 */
#ifndef AIOS_PROTO_H
#define AIOS_PROTO_H

#include <stddef.h>
#include <stdint.h>

#include "buf.h"

/**
 * aios_proto_begin() - begins a message within a message
 * @buf: appended to
 * @field: number of the field that it is
 * Return: to be given to aios_proto_end().
 */
size_t aios_proto_begin(struct aios_buf *buf, uint32_t field);

/**
 * aios_proto_end() - ends the message that was begun last
 * @buf: as for aios_proto_begin()
 * @at: what that returned
 */
void aios_proto_end(struct aios_buf *buf, size_t at);

/**
 * aios_proto_uint() - a field of type uint32, uint64, bool or enum
 * @buf: appended to
 * @field: its number
 * @value: its value
 */
void aios_proto_uint(struct aios_buf *buf, uint32_t field, uint64_t value);

/* The same of type int32 or int64. */
void aios_proto_int(struct aios_buf *buf, uint32_t field, int64_t value);

/* The same of type fixed64. */
void aios_proto_fixed64(struct aios_buf *buf, uint32_t field, uint64_t value);

/**
 * aios_proto_text() - a field of type string, which has to be UTF-8
 * @buf: appended to
 * @field: its number
 * @text: any bytes, written as by aios_buf_safe()
 */
void aios_proto_text(struct aios_buf *buf, uint32_t field, const char *text);

#endif /* AIOS_PROTO_H */
