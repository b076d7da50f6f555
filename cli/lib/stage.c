// SPDX-License-Identifier: GPL-2.0-only
/*
 * stage.c - the stages of a request: their names, and how long they took.
 */
#include "stage.h"

#include "column.h"

static const struct {
	const char *name;
	const char *key;
	bool (*ns)(const struct aios_request *req, uint64_t *ret);
} stages[AIOS_STAGES] = {
	[AIOS_STAGE_SUBMIT] = { "submit", "submit", aios_submit_ns },
	[AIOS_STAGE_IN_FLIGHT] = { "in flight", "in_flight", aios_in_flight_ns },
	[AIOS_STAGE_UNREAD] = { "unread", "unread", aios_unread_ns },
	[AIOS_STAGE_LATENCY] = { "latency", "latency", aios_latency_ns },
	[AIOS_STAGE_BEFORE] = { "to block", "before_block", aios_before_block_ns },
	[AIOS_STAGE_QUEUED] = { "queued", "queued", aios_queued_ns },
	[AIOS_STAGE_DEVICE] = { "device", "device", aios_device_ns },
	[AIOS_STAGE_AFTER] = { "from block", "after_block", aios_after_block_ns },
};

const char *aios_stage_name(enum aios_stage stage)
{
	return stages[stage].name;
}

const char *aios_stage_key(enum aios_stage stage)
{
	return stages[stage].key;
}

bool aios_stage_ns(const struct aios_request *req, enum aios_stage stage, uint64_t *ret)
{
	return stages[stage].ns(req, ret);
}
