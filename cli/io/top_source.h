/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * top_source.h - the running kernel as a source of samples, as much of it as can be had.
 */
#ifndef AIOS_TOP_SOURCE_H
#define AIOS_TOP_SOURCE_H

#include <stdbool.h>

#include "../lib/err.h"
#include "../lib/top.h"

struct aios_top_source;

/**
 * struct aios_top_source_opts - what is wanted of it
 * @count: what happens between samples, not only what is there
 * @verbose: libbpf's messages go to stderr
 */
struct aios_top_source_opts {
	bool count;
	bool verbose;
};

/**
 * aios_top_source_new() - loads and attaches what the kernel allows
 * @opts: what is wanted; where that cannot be had, samples tell less: see enum aios_top_evidence
 * @ret: to be freed with aios_top_source_free()
 * @err: why there is nothing
 * Return: 0 or -ENOMEM.
 */
int aios_top_source_new(const struct aios_top_source_opts *opts, struct aios_top_source **ret,
			struct aios_err *err);
struct aios_top_source *aios_top_source_free(struct aios_top_source *source);

/**
 * aios_top_source_why() - why samples tell less than was wanted, and what to do about it
 * @source: which
 * Return: a sentence, or NULL where nothing is missing.
 */
const char *aios_top_source_why(const struct aios_top_source *source);

/**
 * aios_top_source_status() - what the command ends with, if nothing else goes wrong
 * @source: which
 * Return: AIOS_FINE, or AIOS_CANNOT_OBSERVE where only rings were seen.
 */
int aios_top_source_status(const struct aios_top_source *source);

/**
 * aios_top_source_sample() - the host now
 * @source: a struct aios_top_source
 * @look_into: address of the context whose oldest requests are wanted, 0 for none
 * @before: the sample before, NULL for the first one
 * @ret: overwritten; free with aios_top_sample_done(), also after an error; not to outlive @source
 * @err: why it failed
 * Return: 0 or a negative errno.
 */
int aios_top_source_sample(void *source, uint64_t look_into, const struct aios_top_sample *before,
			   struct aios_top_sample *ret, struct aios_err *err);

#endif /* AIOS_TOP_SOURCE_H */
