/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fuzz.h - what the fuzz targets share: all views of a trace, and a program of records.
 */
#ifndef AIOS_FUZZ_H
#define AIOS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

#include "lib/pipeline.h"

#define FUZZ_HELD	4	/* requests kept to the end, as the timeline does */

/**
 * struct fuzz_told - a pipeline with every view behind it; the text is thrown away
 * @requests: told so far
 * @stop_at: the reader goes away at this one: views return -EPIPE from there on; 0 for never
 */
struct fuzz_told {
	struct aios_pipeline *pipe;
	struct aios_buf buf;
	const struct aios_request *held[FUZZ_HELD];
	uint64_t requests;
	uint64_t stop_at;
};

/* Stops the run, so that the input is kept, unless @holds. */
void fuzz_must(int holds, const char *what);

void fuzz_told_begin(struct fuzz_told *told);

/* Ends the trace, unless @abort: then all is freed as it is. */
void fuzz_told_end(struct fuzz_told *told, int abort);

/*
 * A program is a sequence of operations: a byte that says which, and what it takes. Small numbers
 * are cheap, so that identities meet: a fuzzer would hardly find the same address twice.
 *
 *	0 to 63		a record of this type: CPU and thread, flags, time since the last one,
 *			and a number for every 32 bits of its body (see fuzz_number())
 *	FUZZ_SCAN	a scan: how far back it is complete, missing records of which CPU, misses
 *	FUZZ_BACK	the clock goes back
 *	FUZZ_LOSE	records of a CPU are refused
 *	FUZZ_RAW	a chunk: its kind, CPU and length, and its bytes as they are
 *	FUZZ_FLUSH	what the CPUs have is passed on without a scan
 *	FUZZ_STOP	the reader goes away after so many more requests, the last bit says how
 */
enum {
	FUZZ_SCAN = 64,
	FUZZ_BACK,
	FUZZ_LOSE,
	FUZZ_RAW,
	FUZZ_FLUSH,
	FUZZ_STOP,
};

#define FUZZ_CPUS	4
#define FUZZ_THREADS	8	/* four each of two processes, 1 and 2 */
#define FUZZ_FLAGS	0x1f	/* of the byte of flags: those of a record */
#define FUZZ_OTHER	0x20	/* ... the thread's number is one of the other process now */

#define FUZZ_SMALL	0xa0	/* bytes below are themselves */
#define FUZZ_NEGATIVE	0xe0	/* bytes below are -1, -2, ...; above are powers of two */

/* What a byte of a program stands for in a record. */
static inline uint32_t fuzz_number(uint8_t byte)
{
	if (byte < FUZZ_SMALL)
		return byte;
	if (byte < FUZZ_NEGATIVE)
		return (uint32_t)(FUZZ_SMALL - 1 - byte);
	return 1U << (byte - FUZZ_NEGATIVE);
}

/* Makes the checksums of a trace file's header and of its chunks, one after the other, good. */
void fuzz_repair(uint8_t *data, size_t size);

/* Bytes of the body of a record type, 0 where it is not known. */
size_t fuzz_body(unsigned int type);

#endif /* AIOS_FUZZ_H */
