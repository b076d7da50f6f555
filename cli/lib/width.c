// SPDX-License-Identifier: GPL-2.0-only
/*
 * width.c - how many columns of a terminal a text takes, whatever the locale.
 */
#include "width.h"

#include <stdbool.h>
#include <string.h>

#include "width_table.h"

#define REPLACEMENT	0xfffdU

/* How sequences of UTF-8 begin, the shortest first, and the first code point that needs one. */
static const struct utf8_form {
	unsigned char mask, mark;
	uint32_t least;
} forms[] = {
	{ 0x80, 0x00, 0 },
	{ 0xe0, 0xc0, 0x80 },
	{ 0xf0, 0xe0, 0x800 },
	{ 0xf8, 0xf0, 0x10000 },
};

uint32_t aios_utf8_next(const char **text)
{
	const unsigned char *s = (const unsigned char *)*text;
	size_t more;
	uint32_t c;

	(*text)++;
	for (more = 0; more < sizeof(forms) / sizeof(forms[0]); more++)
		if ((*s & forms[more].mask) == forms[more].mark)
			break;
	if (more == sizeof(forms) / sizeof(forms[0]))
		return REPLACEMENT;
	c = *s & (unsigned char)~forms[more].mask;
	for (size_t i = 1; i <= more; i++) {
		/* The NUL at the end is no such byte either. */
		if ((s[i] & 0xc0) != 0x80)
			return REPLACEMENT;
		c = c << 6 | (s[i] & 0x3f);
	}
	if (c < forms[more].least || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return REPLACEMENT;
	*text += more;
	return c;
}

static bool in_ranges(const struct range *ranges, size_t cnt, uint32_t c)
{
	size_t low = 0, high = cnt;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (c > ranges[middle].last)
			low = middle + 1;
		else
			high = middle;
	}
	return low < cnt && c >= ranges[low].first;
}

unsigned int aios_width_char(uint32_t c)
{
	if (c < width_none[0].first)
		return 1;
	if (in_ranges(width_none, sizeof(width_none) / sizeof(width_none[0]), c))
		return 0;
	return in_ranges(width_two, sizeof(width_two) / sizeof(width_two[0]), c) ? 2 : 1;
}

size_t aios_width(const char *text)
{
	size_t columns = 0;

	while (*text)
		columns += aios_width_char(aios_utf8_next(&text));
	return columns;
}

size_t aios_width_fits(const char *text, size_t columns, size_t *ret_columns)
{
	const char *end = text, *next = text;
	size_t used = 0;

	while (*next) {
		unsigned int more = aios_width_char(aios_utf8_next(&next));

		if (used + more > columns)
			break;
		used += more;
		end = next;
	}
	if (ret_columns)
		*ret_columns = used;
	return (size_t)(end - text);
}

size_t aios_buf_cut(struct aios_buf *buf, const char *text, size_t columns)
{
	struct aios_buf safe = { 0 };
	size_t used = 0, len;

	aios_buf_safe(&safe, text);
	if (safe.err || !safe.data) {
		buf->err = safe.err ? safe.err : buf->err;
		return 0;
	}
	len = aios_width_fits(safe.data, columns, &used);
	if (len < safe.len && columns) {
		len = aios_width_fits(safe.data, columns - 1, &used);
		aios_buf_add(buf, safe.data, len);
		aios_buf_str(buf, "~");
		used++;
	} else {
		aios_buf_add(buf, safe.data, len);
	}
	aios_buf_done(&safe);
	return used;
}

void aios_buf_cell(struct aios_buf *buf, const char *text, size_t columns)
{
	size_t used = aios_buf_cut(buf, text, columns);

	while (used++ < columns)
		aios_buf_add(buf, " ", 1);
}

void aios_buf_wrap(struct aios_buf *buf, const char *text, const char *first, size_t columns)
{
	size_t indent = aios_width(first), used = indent;
	bool begun = false;

	aios_buf_str(buf, first);
	while (*text) {
		size_t bytes = strcspn(text, " "), width = 0;

		for (const char *end = text + bytes, *next = text; next < end;)
			width += aios_width_char(aios_utf8_next(&next));
		if (begun && used + 1 + width > columns) {
			aios_buf_str(buf, "\n");
			for (used = 0; used < indent; used++)
				aios_buf_str(buf, " ");
		} else if (begun) {
			aios_buf_str(buf, " ");
			used++;
		}
		aios_buf_add(buf, text, bytes);
		begun = true;
		used += width;
		text += bytes + (text[bytes] == ' ');
	}
	aios_buf_str(buf, "\n");
}
