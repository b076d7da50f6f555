/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * top_play.h - a recorded trace that is told as far as is wanted.
 *
 *	source -> [ decode -> order -> queue -> model ] -> samples
 *
 * Chunks are coarser than frames: what is younger than the moment that was asked for waits in the
 * queue. It never holds more than what the last chunk has let pass.
 */
#ifndef AIOS_TOP_PLAY_H
#define AIOS_TOP_PLAY_H

#include "decode.h"
#include "top.h"

struct aios_top_play;

/**
 * aios_top_play_new() - nothing was told yet
 * Return: to be freed with aios_top_play_free(), or NULL.
 */
struct aios_top_play *aios_top_play_new(void);
struct aios_top_play *aios_top_play_free(struct aios_top_play *play);

/**
 * aios_top_play_feed() - its entrance
 * @play: must outlive the source
 * Return: to be given to a source.
 */
struct aios_feed aios_top_play_feed(struct aios_top_play *play);

/**
 * aios_top_play_end() - no chunk will follow
 * @play: which
 * Return: 0 or -ENOMEM.
 */
int aios_top_play_end(struct aios_top_play *play);

/**
 * aios_top_play_to() - tells what is older than a moment
 * @play: which
 * @ns: CLOCK_MONOTONIC of the trace
 * Return: 1 where all of it was told; 0 where more chunks are needed for that; or -ENOMEM.
 */
int aios_top_play_to(struct aios_top_play *play, uint64_t ns);

/**
 * aios_top_play_sample() - the host as it was then
 * @play: told to there
 * @ns: then; the end of the trace where it is beyond that
 * @ret: overwritten; free with aios_top_sample_done()
 * Return: 0 or -ENOMEM.
 */
int aios_top_play_sample(struct aios_top_play *play, uint64_t ns, struct aios_top_sample *ret);

/* When the trace begins and ends; 0 as long as that is not known. */
uint64_t aios_top_play_begins(const struct aios_top_play *play);
uint64_t aios_top_play_ends(const struct aios_top_play *play);

const struct aios_info *aios_top_play_info(const struct aios_top_play *play);
const struct aios_loss *aios_top_play_loss(const struct aios_top_play *play);

#endif /* AIOS_TOP_PLAY_H */
