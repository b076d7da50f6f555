/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * view_perfetto.h - a trace for ui.perfetto.dev: what happened, on tracks.
 *
 *	source -> pipeline -> [ judge, perfetto ] -> packets
 *
 * Written as the trace comes: no more is kept than what is alive.
 */
#ifndef AIOS_VIEW_PERFETTO_H
#define AIOS_VIEW_PERFETTO_H

#include <stdbool.h>

#include "pipeline.h"

/**
 * struct aios_perfetto_opts - what is told, and where to
 * @addresses: with addresses of the kernel
 * @write: takes what is in a buffer and empties it; returns 0 or a negative errno, which ends it
 * @arg: passed to @write
 */
struct aios_perfetto_opts {
	bool addresses;
	int (*write)(void *arg, struct aios_buf *buf);
	void *arg;
};

struct aios_perfetto;

/**
 * aios_perfetto_new() - a picture of nothing yet
 * @opts: copied
 * Return: to be freed with aios_perfetto_free(), or NULL.
 */
struct aios_perfetto *aios_perfetto_new(const struct aios_perfetto_opts *opts);
struct aios_perfetto *aios_perfetto_free(struct aios_perfetto *perfetto);

/* Its pipeline, to be fed. */
struct aios_pipeline *aios_perfetto_pipeline(struct aios_perfetto *perfetto);

/**
 * aios_perfetto_end() - the trace is over: what has not ended is told, and the rest written
 * @perfetto: its pipeline need not have ended
 * Return: 0, -ENOMEM, or what could not be written.
 */
int aios_perfetto_end(struct aios_perfetto *perfetto);

#endif /* AIOS_VIEW_PERFETTO_H */
