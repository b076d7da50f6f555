/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kit_top.h - hosts as aiotop would find them, without one.
 */
#ifndef AIOS_TEST_KIT_TOP_H
#define AIOS_TEST_KIT_TOP_H

#include "kit.h"
#include "lib/top.h"
#include "lib/width.h"

#define KIT_S	1000000000ULL	/* a second */

/**
 * struct kit_host - samples of a host, one after the other, and the newest frame
 * @now: the sample that is being made
 * @before: the one before, where @has_before
 */
struct kit_host {
	struct aios_top *top;
	struct aios_top_sample now;
	struct aios_top_sample before;
	bool has_before;
	struct aios_top_frame frame;
};

struct kit_host *kit_host_new(void);
void kit_host_free(struct kit_host *h);

/* Into the sample that is being made. Context @id is of the last process. */
struct aios_top_proc *kit_host_proc(struct kit_host *h, uint32_t pid, const char *comm);
struct aios_top_ctx *kit_host_ctx(struct kit_host *h, uint64_t id, uint32_t max_reqs);

/* The frame of what was made; the next sample begins as its copy, @seconds later. */
struct aios_top_frame *kit_host_frame(struct kit_host *h);
void kit_host_next(struct kit_host *h, double seconds);

/* The context in the sample that is being made. */
struct aios_top_ctx *kit_host_find(struct kit_host *h, uint64_t id);
const struct aios_top_finding *kit_finding(const struct kit_host *h, const char *slug);

/* Moves slots of a context: submits, completes, reads. */
void kit_ctx_submit(struct aios_top_ctx *ctx, uint32_t requests);
void kit_ctx_complete(struct aios_top_ctx *ctx, uint32_t requests, enum aios_top_op op,
		      uint64_t latency_ns);
void kit_ctx_read(struct aios_top_ctx *ctx, uint32_t events);

/* Five databases that have used fs.aio-max-nr up, with texts that could do harm. */
struct kit_host *kit_host_full(void);

/* For cmocka: an empty host as the test's state. */
int kit_host_setup(void **state);
int kit_host_teardown(void **state);
#define KIT_HOST_TEST(f) \
	cmocka_unit_test_setup_teardown(f, kit_host_setup, kit_host_teardown)

#endif /* AIOS_TEST_KIT_TOP_H */
