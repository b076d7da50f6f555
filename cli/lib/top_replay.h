/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * top_replay.h - samples of a host from a recorded trace, at any moment of its time.
 *
 * What a trace does not tell stays 0 in counts: how long io_submit took, and whether it slept. Of
 * slots only what is in flight and what is unread is known.
 */
#ifndef AIOS_TOP_REPLAY_H
#define AIOS_TOP_REPLAY_H

#include "model.h"
#include "top.h"

struct aios_top_replay;

/**
 * aios_top_replay_new() - nothing was told yet
 * @model: what the records are fed to; must live as long
 * Return: to be freed with aios_top_replay_free(), or NULL.
 */
struct aios_top_replay *aios_top_replay_new(const struct aios_model *model);
struct aios_top_replay *aios_top_replay_free(struct aios_top_replay *replay);

/*
 * What a pipeline tells (struct aios_pipeline_ops): a record that the model has taken, a request or
 * a context that is over. Each returns 0 or -ENOMEM.
 */
int aios_top_replay_record(struct aios_top_replay *replay, const struct aios_rec *rec);
int aios_top_replay_request(struct aios_top_replay *replay, const struct aios_request *req);
int aios_top_replay_context(struct aios_top_replay *replay, const struct aios_ctx *ctx);

/**
 * aios_top_replay_sample() - the host as the trace has it so far
 * @replay: what is of the interval since the last sample begins anew
 * @ns: how far the trace was told
 * @ret: overwritten; free with aios_top_sample_done(). Of the host, name and kernel are the
 *	caller's to fill in, and the time of day
 * Return: 0 or -ENOMEM.
 */
int aios_top_replay_sample(struct aios_top_replay *replay, uint64_t ns,
			   struct aios_top_sample *ret);

#endif /* AIOS_TOP_REPLAY_H */
