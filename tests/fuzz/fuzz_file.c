// SPDX-License-Identifier: GPL-2.0-only
/*
 * fuzz_file.c - any bytes as a trace file.
 *
 * Checksums would stop almost every change at the door, so the mutator puts most of them right
 * again. What lies behind them is reached more directly by fuzz_records.c.
 */
#include <errno.h>
#include <stdio.h>

#include "fuzz.h"
#include "io/trace_in.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned int seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct aios_err err = { "" };
	struct aios_feed feed;
	struct fuzz_told told;
	FILE *file = fmemopen((void *)data, size, "r");
	int code;

	fuzz_must(file != NULL, "there is memory for a file");
	fuzz_told_begin(&told);
	feed = aios_pipeline_feed(told.pipe);
	code = aios_trace_read(file, &feed, &err);
	fuzz_must(code <= 0, "a file is read or refused");
	fuzz_must(!code == !err.text[0], "a file that is refused is told why");
	fuzz_must(code != -ENOMEM, "there is memory for the file");
	fclose(file);
	fuzz_told_end(&told, 0);
	return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned int seed)
{
	size = LLVMFuzzerMutate(data, size, max);
	if (seed % 8)
		fuzz_repair(data, size);
	return size;
}
