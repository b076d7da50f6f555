// SPDX-License-Identifier: GPL-2.0-only
/*
 * format.c - trace-file bytes.
 */
#include "format.h"

#include <errno.h>
#include <string.h>

#include <zlib.h>
#include <zstd.h>

#include "pack.h"

#define ZSTD_LEVEL	1

static __u32 header_crc(const struct aios_file_header *header)
{
	return (__u32)crc32(crc32(0, Z_NULL, 0), (const Bytef *)header,
			    offsetof(struct aios_file_header, crc));
}

void aios_format_header(struct aios_buf *buf)
{
	struct aios_file_header header = {
		.byte_order = AIOS_FILE_BYTE_ORDER,
		.major = AIOS_FILE_MAJOR,
		.minor = AIOS_FILE_MINOR,
		.bytes = sizeof(header),
	};

	memcpy(header.magic, AIOS_FILE_MAGIC, sizeof(header.magic));
	header.crc = header_crc(&header);
	aios_buf_add(buf, &header, sizeof(header));
}

int aios_format_check(const void *bytes, size_t len, size_t *skip, struct aios_err *err)
{
	struct aios_file_header header;
	size_t magic = len < sizeof(header.magic) ? len : sizeof(header.magic);

	if (!len)
		return aios_fail(err, -ENODATA, "the file is empty");
	if (memcmp(bytes, AIOS_FILE_MAGIC, magic))
		return aios_fail(err, -EINVAL, "this is not a trace file of aioscope");
	if (len < sizeof(header))
		return aios_fail(err, -ENODATA, "the file is cut off within its header");
	memcpy(&header, bytes, sizeof(header));
	if (header.byte_order != AIOS_FILE_BYTE_ORDER)
		return aios_fail(err, -EPROTO,
				 "the file was written on a machine of another byte order; "
				 "read it on one of that kind");
	if (header.major > AIOS_FILE_MAJOR)
		return aios_fail(err, -EPROTO,
				 "the file has format %u.%u and this aioscope reads up to %u.x; "
				 "use a newer aioscope",
				 header.major, header.minor, AIOS_FILE_MAJOR);
	if (header.crc != header_crc(&header) || header.bytes < sizeof(header) ||
	    header.bytes > 65536 || header.bytes % 8)
		return aios_fail(err, -EINVAL, "the header of the file is damaged");
	*skip = header.bytes;
	return 0;
}

static __u32 chunk_crc(const struct aios_chunk *chunk, const void *stored)
{
	struct aios_chunk clean = *chunk;
	uLong crc = crc32(0, Z_NULL, 0);

	clean.crc = 0;
	crc = crc32(crc, (const Bytef *)&clean, sizeof(clean));
	/* zlib takes no bytes at all for a fresh start. */
	return chunk->stored ? (__u32)crc32(crc, stored, chunk->stored) : (__u32)crc;
}

static size_t chunk_padded(size_t len)
{
	return (len + 7) & ~(size_t)7;
}

static int pack_zstd(struct aios_buf *packed, const void *payload, size_t len)
{
	size_t got;

	if (aios_buf_room(packed, len))
		return packed->err;
	got = len ? ZSTD_compress(packed->data, len, payload, len, ZSTD_LEVEL) : 0;
	if (ZSTD_isError(got))
		return -EMSGSIZE;
	packed->len = got;
	return 0;
}

/* Packs a payload as its kind is packed best, or not at all where that makes it no smaller. */
static enum aios_codec chunk_pack(struct aios_buf *packed, unsigned int kind, const void *payload,
				  size_t len)
{
	if (kind == AIOS_CHUNK_RECORDS && !aios_pack(packed, payload, len))
		return packed->len < len ? AIOS_CODEC_DELTA : AIOS_CODEC_NONE;
	if (pack_zstd(packed, payload, len) || packed->len >= len)
		return AIOS_CODEC_NONE;
	return AIOS_CODEC_ZSTD;
}

int aios_format_chunk(struct aios_buf *buf, unsigned int kind, unsigned int cpu,
		      const void *payload, size_t len)
{
	static const char zeros[8];
	struct aios_chunk chunk = {
		.magic = AIOS_CHUNK_MAGIC,
		.kind = (__u16)kind,
		.bytes = (__u32)len,
		.cpu = cpu,
	};
	struct aios_buf packed = { 0 };
	const void *stored = payload;
	size_t got = len, before = buf->len;

	if (len > AIOS_CHUNK_MAX)
		return -EMSGSIZE;
	chunk.codec = (__u16)chunk_pack(&packed, kind, payload, len);
	if (chunk.codec != AIOS_CODEC_NONE) {
		stored = packed.data;
		got = packed.len;
	}
	chunk.stored = (__u32)got;
	chunk.crc = chunk_crc(&chunk, stored);
	aios_buf_add(buf, &chunk, sizeof(chunk));
	aios_buf_add(buf, stored, got);
	aios_buf_add(buf, zeros, chunk_padded(got) - got);
	aios_buf_done(&packed);
	if (buf->err) {
		buf->len = before;
		return buf->err;
	}
	return 0;
}

long aios_format_chunk_check(const void *bytes, struct aios_chunk *ret)
{
	memcpy(ret, bytes, sizeof(*ret));
	if (ret->magic != AIOS_CHUNK_MAGIC || ret->stored > AIOS_CHUNK_MAX ||
	    ret->bytes > AIOS_CHUNK_MAX)
		return -EBADMSG;
	return (long)chunk_padded(ret->stored);
}

static int open_zstd(const struct aios_chunk *chunk, const void *stored, struct aios_buf *ret)
{
	size_t got;

	if (aios_buf_room(ret, chunk->bytes))
		return ret->err;
	got = ZSTD_decompress(ret->data, chunk->bytes, stored, chunk->stored);
	if (ZSTD_isError(got) || got != chunk->bytes)
		return -EBADMSG;
	ret->len = got;
	ret->data[got] = '\0';
	return 0;
}

int aios_format_chunk_open(const struct aios_chunk *chunk, const void *stored, struct aios_buf *ret)
{
	aios_buf_clear(ret);
	if (chunk_crc(chunk, stored) != chunk->crc)
		return -EBADMSG;
	switch (chunk->codec) {
	case AIOS_CODEC_NONE:
		if (chunk->stored != chunk->bytes)
			return -EBADMSG;
		aios_buf_add(ret, stored, chunk->stored);
		return ret->err;
	case AIOS_CODEC_ZSTD:
		return open_zstd(chunk, stored, ret);
	case AIOS_CODEC_DELTA:
		return aios_unpack(ret, stored, chunk->stored, chunk->bytes);
	default:
		return -ENOTSUP;
	}
}
