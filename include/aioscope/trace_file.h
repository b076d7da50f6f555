/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * trace_file.h - the trace file, aios-trace(5).
 *
 * A header, then chunks up to the end of the file. Nothing is ever written again: a file that was
 * cut off holds whole chunks and perhaps a part of one, which the checksum tells. All numbers are
 * in the byte order of the machine that wrote them, which the header's mark tells.
 *
 * Records come as the rings gave them, a chunk for each CPU that had any; a scan chunk ends each
 * round over all rings and says up to when the records are complete.
 *
 * A file may be a part of a longer recording. One that begins in the middle has "begins_ns" in its
 * information. Then a scan chunk comes next, which says with what number each CPU begins (that is
 * no loss), then front chunks with what was alive at that time; records older than begins_ns are
 * there for the sake of their numbers only, a reader leaves them out. One that goes on in the next
 * file has "goes_on_ns" in its end: what is that old or younger is left to the next file. So the
 * files of a recording, taken together, tell everything once. Names are told in each.
 */
#ifndef AIOSCOPE_TRACE_FILE_H
#define AIOSCOPE_TRACE_FILE_H

#include <aioscope/record.h>

#define AIOS_FILE_MAGIC		"AIOSCOPE"
#define AIOS_FILE_MAJOR		1	/* changes where an old reader would misread */
#define AIOS_FILE_MINOR		6	/* changes where an old reader misses something */
#define AIOS_FILE_BYTE_ORDER	0x0a0b0c0dU

/**
 * struct aios_file_header - how a file begins
 * @magic: AIOS_FILE_MAGIC, without a NUL
 * @byte_order: AIOS_FILE_BYTE_ORDER
 * @major: a reader refuses a higher one
 * @minor: a reader reads a higher one, and skips what it does not know
 * @bytes: of this header; the first chunk is there
 * @crc: CRC-32 (zlib's) of what is before it
 */
struct aios_file_header {
	char magic[8];
	__u32 byte_order;
	__u16 major;
	__u16 minor;
	__u32 bytes;
	__u32 crc;
};

enum aios_chunk_kind {
	AIOS_CHUNK_INFO = 1,	/* JSON: the machine, the run, the plan; the first chunk */
	AIOS_CHUNK_RECORDS = 2,	/* records of one CPU, each padded to 8 bytes, end to end */
	AIOS_CHUNK_SCAN = 3,	/* struct aios_scan: a round over all CPUs is over */
	AIOS_CHUNK_END = 4,	/* JSON: how the trace ended; the last chunk */
	AIOS_CHUNK_FRONT = 5,	/* records: what was alive when the file begins (minor 1) */
	AIOS_CHUNK_SYMBOLS = 6,	/* JSON: names of addresses in records of stacks (minor 4) */
};

/*
 * AIOS_CODEC_DELTA, for records: each is told by what differs from the last one of its type in
 * this chunk, taken as 64-bit words. In front of the first one of a type there is a record of
 * zeros, and behind the end of every record there are zeros.
 *
 *	byte		bits 0-5: slot, the record's type modulo 64; bit 6: the mask is the last
 *			one of this slot (0 at first) and does not follow
 *	2 bytes		unless bit 6 is set: mask, low byte first; bit N: word N differs
 *	per set bit	from the lowest: word minus last word (modulo 2^64), as a signed number
 *			folded to an unsigned one (0, -1, 1, -2 ... become 0, 1, 2, 3 ...),
 *			seven bits a byte, low ones first, bit 7 set where more follow
 *
 * The word of the sequence number differs from 1 + the number of the record before, of any type
 * (0 for the first). A record's length is in its first word.
 */
enum aios_codec {
	AIOS_CODEC_NONE = 0,
	AIOS_CODEC_ZSTD = 1,
	AIOS_CODEC_DELTA = 2,
};

#define AIOS_CHUNK_MAGIC	0x6b684341U	/* "AChk" */
#define AIOS_CHUNK_MAX		(64U << 20)	/* no payload is larger, packed or not */
#define AIOS_CHUNK_JSON_MAX	(16U << 20)	/* nor one of JSON: the longest command line fits */

/**
 * struct aios_chunk - what every chunk begins with
 * @magic: AIOS_CHUNK_MAGIC
 * @kind: enum aios_chunk_kind; a reader skips what it does not know
 * @codec: enum aios_codec
 * @stored: bytes that follow this header in the file; padded to 8 with zeros
 * @bytes: of the payload when unpacked
 * @cpu: whose records
 * @crc: CRC-32 (zlib's) of this header with a @crc of 0, and of the stored bytes
 */
struct aios_chunk {
	__u32 magic;
	__u16 kind;
	__u16 codec;
	__u32 stored;
	__u32 bytes;
	__u32 cpu;
	__u32 crc;
};

/**
 * struct aios_scan - the payload of AIOS_CHUNK_SCAN, with the tables that follow
 * @from_ns: all records older than this have been read, on every CPU
 * @to_ns: when the round was over; what is counted below happened before
 * @cpus: entries of struct aios_scan_cpu
 * @misses: entries of struct aios_scan_miss
 */
struct aios_scan {
	__u64 from_ns;
	__u64 to_ns;
	__u32 cpus;
	__u32 misses;
};

/**
 * struct aios_scan_cpu - how far a CPU had come
 * @next_seq: number of its next record: a jump from the last one read is a loss
 * @cpu: which
 */
struct aios_scan_cpu {
	__u64 next_seq;
	__u32 cpu;
	__u32 reserved;
};

#define AIOS_HOOK_NAME	40

/**
 * struct aios_scan_miss - the kernel skipped a program since the scan before
 * @count: calls that no program saw
 * @hook: its name in the attach plan, NUL padded
 *
 * The kernel does not run a program that interrupts itself on the same CPU.
 */
struct aios_scan_miss {
	__u64 count;
	char hook[AIOS_HOOK_NAME];
};

AIOS_SIZE(aios_file_header, 24);
AIOS_AT(aios_file_header, byte_order, 8);
AIOS_AT(aios_file_header, major, 12);
AIOS_AT(aios_file_header, minor, 14);
AIOS_AT(aios_file_header, bytes, 16);
AIOS_AT(aios_file_header, crc, 20);
AIOS_SIZE(aios_chunk, 24);
AIOS_AT(aios_chunk, kind, 4);
AIOS_AT(aios_chunk, codec, 6);
AIOS_AT(aios_chunk, stored, 8);
AIOS_AT(aios_chunk, bytes, 12);
AIOS_AT(aios_chunk, cpu, 16);
AIOS_AT(aios_chunk, crc, 20);
AIOS_SIZE(aios_scan, 24);
AIOS_AT(aios_scan, to_ns, 8);
AIOS_AT(aios_scan, cpus, 16);
AIOS_AT(aios_scan, misses, 20);
AIOS_SIZE(aios_scan_cpu, 16);
AIOS_AT(aios_scan_cpu, cpu, 8);
AIOS_SIZE(aios_scan_miss, 48);
AIOS_AT(aios_scan_miss, hook, 8);

#endif /* AIOSCOPE_TRACE_FILE_H */
