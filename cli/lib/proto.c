// SPDX-License-Identifier: GPL-2.0-only
/*
 * proto.c - writes Protocol Buffers.
 */
#include "proto.h"

#include <string.h>

/* How a value lies behind its key. */
enum wire {
	WIRE_VARINT = 0,
	WIRE_64 = 1,
	WIRE_BYTES = 2,
};

#define VARINT_MAX	10	/* bytes of 64 bits, seven in a byte */

/* Seven bits a byte, the lowest first; the eighth says that another byte follows. */
static size_t varint(unsigned char *bytes, uint64_t value)
{
	size_t len = 0;

	for (; value >= 0x80; value >>= 7)
		bytes[len++] = (unsigned char)(value | 0x80);
	bytes[len++] = (unsigned char)value;
	return len;
}

static void put_varint(struct aios_buf *buf, uint64_t value)
{
	unsigned char bytes[VARINT_MAX];

	aios_buf_add(buf, bytes, varint(bytes, value));
}

static void put_key(struct aios_buf *buf, uint32_t field, enum wire wire)
{
	put_varint(buf, (uint64_t)field << 3 | wire);
}

/* Most messages are short: a byte is kept for the length, and more where that is too little. */
size_t aios_proto_begin(struct aios_buf *buf, uint32_t field)
{
	put_key(buf, field, WIRE_BYTES);
	aios_buf_add(buf, "", 1);
	return buf->len;
}

void aios_proto_end(struct aios_buf *buf, size_t at)
{
	unsigned char bytes[VARINT_MAX];
	size_t len = buf->len - at, more;

	if (buf->err)
		return;
	more = varint(bytes, len) - 1;
	if (more) {
		aios_buf_add(buf, bytes, more);
		if (buf->err)
			return;
		memmove(buf->data + at + more, buf->data + at, len);
	}
	memcpy(buf->data + at - 1, bytes, more + 1);
}

void aios_proto_uint(struct aios_buf *buf, uint32_t field, uint64_t value)
{
	put_key(buf, field, WIRE_VARINT);
	put_varint(buf, value);
}

void aios_proto_int(struct aios_buf *buf, uint32_t field, int64_t value)
{
	aios_proto_uint(buf, field, (uint64_t)value);
}

void aios_proto_fixed64(struct aios_buf *buf, uint32_t field, uint64_t value)
{
	unsigned char bytes[8];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)(value >> (8 * i));
	put_key(buf, field, WIRE_64);
	aios_buf_add(buf, bytes, sizeof(bytes));
}

void aios_proto_text(struct aios_buf *buf, uint32_t field, const char *text)
{
	size_t at = aios_proto_begin(buf, field);

	aios_buf_safe(buf, text);
	aios_proto_end(buf, at);
}
