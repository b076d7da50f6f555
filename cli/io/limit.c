// SPDX-License-Identifier: GPL-2.0-only
/*
 * limit.c - how much of the host's limit on AIO is taken.
 */
#include "limit.h"

#include <stdlib.h>

#include "top_proc.h"

static uint64_t number_in(const char *path)
{
	char text[32], *end;
	uint64_t number;

	if (aios_top_read(path, text, sizeof(text)) <= 0)
		return UINT64_MAX;
	number = strtoull(text, &end, 10);
	return end == text ? UINT64_MAX : number;
}

uint64_t aios_limit_taken(void)
{
	return number_in("/proc/sys/fs/aio-nr");
}

uint64_t aios_limit_max(void)
{
	return number_in("/proc/sys/fs/aio-max-nr");
}
