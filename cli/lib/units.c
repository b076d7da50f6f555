// SPDX-License-Identifier: GPL-2.0-only
/*
 * units.c - durations and sizes as people write and read them.
 */
#include "units.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct unit {
	const char *name;
	uint64_t factor;
};

static const struct unit duration_units[] = {
	{ "ns", 1 },
	{ "us", 1000 },
	{ "ms", 1000000 },
	{ "s", 1000000000 },
	{ "m", 60000000000 },
	{ "h", 3600000000000 },
	{ "", 1000000000 },
	{ NULL, 0 },
};

static const struct unit size_units[] = {
	{ "", 1 },
	{ "k", 1ULL << 10 }, { "K", 1ULL << 10 },
	{ "m", 1ULL << 20 }, { "M", 1ULL << 20 },
	{ "g", 1ULL << 30 }, { "G", 1ULL << 30 },
	{ NULL, 0 },
};

static int parse_units(const char *text, const struct unit *units, uint64_t *ret)
{
	char *end;
	double number;

	if (!text || text[0] < '0' || text[0] > '9')
		return -EINVAL;
	number = strtod(text, &end);
	/* strtod() takes "0x10" and "1e9" as well; nobody means those as a duration or size. */
	if (strspn(text, "0123456789.") != (size_t)(end - text))
		return -EINVAL;
	for (; units->name; units++) {
		if (strcmp(end, units->name))
			continue;
		number *= (double)units->factor;
		if (number >= 9e18)
			return -ERANGE;
		*ret = (uint64_t)(number + 0.5);
		return 0;
	}
	return -EINVAL;
}

int aios_parse_duration(const char *text, uint64_t *ret_ns)
{
	return parse_units(text, duration_units, ret_ns);
}

int aios_parse_size(const char *text, uint64_t *ret_bytes)
{
	return parse_units(text, size_units, ret_bytes);
}

/* Three significant digits, as long as the unit is smaller than a thousand of itself. */
static void fmt_three(struct aios_buf *buf, double number, const char *unit)
{
	int digits = number < 9.995 ? 2 : number < 99.95 ? 1 : 0;

	aios_buf_fmt(buf, "%.*f%s", digits, number, unit);
}

void aios_fmt_duration(struct aios_buf *buf, uint64_t ns)
{
	if (ns < 1000)
		aios_buf_fmt(buf, ns ? "%uns" : "%u", (unsigned int)ns);
	else if (ns < 999500)
		fmt_three(buf, (double)ns / 1e3, "us");
	else if (ns < 999500000)
		fmt_three(buf, (double)ns / 1e6, "ms");
	else if (ns < 120000000000)
		fmt_three(buf, (double)ns / 1e9, "s");
	else
		aios_buf_fmt(buf, "%llum%02llus", (unsigned long long)(ns / 60000000000),
			     (unsigned long long)(ns / 1000000000 % 60));
}

static const char *const size_names[] = { "", "K", "M", "G", "T" };

void aios_fmt_exact(struct aios_buf *buf, uint64_t bytes)
{
	unsigned int i = 0;

	while (i < 4 && bytes && !(bytes & ((1024ULL << (10 * i)) - 1)))
		i++;
	aios_buf_fmt(buf, "%llu%s", (unsigned long long)(bytes >> (10 * i)), size_names[i]);
}

void aios_fmt_size(struct aios_buf *buf, uint64_t bytes)
{
	unsigned int i = 0;
	double number;

	while (i < 4 && bytes >= 1024ULL << (10 * i))
		i++;
	if (!(bytes & ((1ULL << (10 * i)) - 1))) {
		aios_buf_fmt(buf, "%llu%s", (unsigned long long)(bytes >> (10 * i)), size_names[i]);
		return;
	}
	number = (double)bytes / (double)(1ULL << (10 * i));
	fmt_three(buf, number, size_names[i]);
}

void aios_fmt_clock(struct aios_buf *buf, uint64_t wall_ns, int32_t utc_offset_s)
{
	const int64_t day = 86400;
	int64_t s = ((int64_t)(wall_ns / 1000000000) + utc_offset_s) % day;

	if (s < 0)
		s += day;
	aios_buf_fmt(buf, "%02u:%02u:%02u.%06u", (unsigned int)(s / 3600),
		     (unsigned int)(s / 60 % 60), (unsigned int)(s % 60),
		     (unsigned int)(wall_ns / 1000 % 1000000));
}
