// SPDX-License-Identifier: GPL-2.0-only
/*
 * thin.c - which scans are worth keeping.
 */
#include "thin.h"

#include <string.h>

#include <aioscope/trace_file.h>

#define SCAN_PAUSE_NS	1000000000ULL	/* a scan that says nothing new is kept once a second */

static bool scan_is_news(const struct aios_thin *thin, const void *payload, size_t len)
{
	size_t tables = offsetof(struct aios_scan, cpus);
	struct aios_scan now, then;

	if (thin->records || len < sizeof(now) || len != thin->scan.len)
		return true;
	if (memcmp((const char *)payload + tables, thin->scan.data + tables, len - tables))
		return true;
	memcpy(&now, payload, sizeof(now));
	memcpy(&then, thin->scan.data, sizeof(then));
	return now.misses || now.from_ns > then.from_ns + SCAN_PAUSE_NS;
}

bool aios_thin_keeps(struct aios_thin *thin, unsigned int kind, const void *payload, size_t len)
{
	if (kind == AIOS_CHUNK_SCAN) {
		if (!scan_is_news(thin, payload, len))
			return false;
		aios_buf_clear(&thin->scan);
		aios_buf_add(&thin->scan, payload, len);
	}
	thin->records = kind == AIOS_CHUNK_RECORDS;
	return true;
}

/**
 * aios_thin_done() - forgets
 * @thin: empty again
 */
void aios_thin_done(struct aios_thin *thin)
{
	aios_buf_done(&thin->scan);
	thin->records = false;
}
