/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * stage.h - the stages of a request: their names, and how long they took.
 */
#ifndef AIOS_STAGE_H
#define AIOS_STAGE_H

#include "model.h"

enum aios_stage {
	AIOS_STAGE_SUBMIT,	/* birth to the end of the submission */
	AIOS_STAGE_IN_FLIGHT,	/* from there to completion */
	AIOS_STAGE_UNREAD,	/* completion to reaping */
	AIOS_STAGE_LATENCY,	/* birth to completion */
	AIOS_STAGE_BEFORE,	/* birth to its first bio, as all the next with --hooks block */
	AIOS_STAGE_QUEUED,	/* from there until a driver has the first one */
	AIOS_STAGE_DEVICE,	/* from there until a device is through with the last one */
	AIOS_STAGE_AFTER,	/* from there to completion */
	AIOS_STAGES
};

/* A stage for people, "in flight"; and as a key of JSON, "in_flight". */
const char *aios_stage_name(enum aios_stage stage);
const char *aios_stage_key(enum aios_stage stage);

/**
 * aios_stage_ns() - how long a request took for a stage
 * @req: which
 * @stage: which
 * @ret: nanoseconds
 * Return: whether it is known; see column.h.
 */
bool aios_stage_ns(const struct aios_request *req, enum aios_stage stage, uint64_t *ret);

#endif /* AIOS_STAGE_H */
