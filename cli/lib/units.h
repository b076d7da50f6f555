/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * units.h - durations and sizes as people write and read them.
 */
#ifndef AIOS_UNITS_H
#define AIOS_UNITS_H

#include <stdint.h>

#include "buf.h"

/**
 * aios_parse_duration() - "250ns", "1.5ms", "10s", "2m"; a bare number is seconds
 * @text: what the user wrote
 * @ret_ns: set on success only
 *
 * Return: 0, -EINVAL where it is no duration, -ERANGE where it does not fit.
 */
int aios_parse_duration(const char *text, uint64_t *ret_ns);

/**
 * aios_parse_size() - "4096", "64k", "8M", "1G": powers of 1024
 * @text: what the user wrote
 * @ret_bytes: set on success only
 *
 * Return: 0, -EINVAL where it is no size, -ERANGE where it does not fit.
 */
int aios_parse_size(const char *text, uint64_t *ret_bytes);

/**
 * aios_fmt_duration() - a duration in the unit that reads best, three digits of it
 * @buf: appended to
 * @ns: nanoseconds
 *
 * 0 -> "0", 999 -> "999ns", 1234 -> "1.23us", 12345 -> "12.3us", 1500000000 -> "1.50s",
 * 90000000000 -> "90.0s", 600000000000 -> "10m00s".
 */
void aios_fmt_duration(struct aios_buf *buf, uint64_t ns);

/**
 * aios_fmt_size() - bytes in powers of 1024
 * @buf: appended to
 * @bytes: how many
 *
 * Whole multiples stay exact (4096 -> "4K", 6291456 -> "6M"), others get three digits ("1.50K").
 */
void aios_fmt_size(struct aios_buf *buf, uint64_t bytes);

/**
 * aios_fmt_exact() - bytes without loss, in the largest unit that divides them
 * @buf: appended to
 * @bytes: how many
 *
 * 4096 -> "4K", 1310720 -> "1280K", 1000 -> "1000".
 */
void aios_fmt_exact(struct aios_buf *buf, uint64_t bytes);

/**
 * aios_fmt_clock() - wall-clock time of day with microseconds
 * @buf: appended to
 * @wall_ns: nanoseconds since 1970, UTC
 * @utc_offset_s: seconds east of UTC to show it in
 */
void aios_fmt_clock(struct aios_buf *buf, uint64_t wall_ns, int32_t utc_offset_s);

/**
 * aios_s() - "s" where there are more or fewer than one
 * @cnt: how many
 */
static inline const char *aios_s(uint64_t cnt)
{
	return cnt == 1 ? "" : "s";
}

/**
 * aios_ull() - a number for "%llu"
 * @number: the number
 */
static inline unsigned long long aios_ull(uint64_t number)
{
	return (unsigned long long)number;
}

#endif /* AIOS_UNITS_H */
