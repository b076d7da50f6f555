// SPDX-License-Identifier: GPL-2.0-only
/*
 * buf.c - text and bytes that grow.
 */
#include "buf.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/**
 * aios_buf_room() - makes room behind the bytes in use
 * @buf: which
 * @more: bytes wanted, and a NUL
 * Return: 0 or -ENOMEM, which stays.
 */
int aios_buf_room(struct aios_buf *buf, size_t more)
{
	size_t want = buf->len + more + 1, cap = buf->cap ? buf->cap : 128;
	char *data;

	if (buf->err)
		return buf->err;
	if (want <= buf->cap)
		return 0;
	while (cap < want)
		cap *= 2;
	data = realloc(buf->data, cap);
	if (!data) {
		buf->err = -ENOMEM;
		return buf->err;
	}
	buf->data = data;
	buf->cap = cap;
	return 0;
}

/**
 * aios_buf_add() - appends bytes
 * @buf: where to
 * @bytes: what
 * @len: how many
 */
void aios_buf_add(struct aios_buf *buf, const void *bytes, size_t len)
{
	if (aios_buf_room(buf, len))
		return;
	if (len)
		memcpy(buf->data + buf->len, bytes, len);
	buf->len += len;
	buf->data[buf->len] = '\0';
}

/**
 * aios_buf_str() - appends a string
 * @buf: where to
 * @text: what
 */
void aios_buf_str(struct aios_buf *buf, const char *text)
{
	aios_buf_add(buf, text, strlen(text));
}

/**
 * aios_buf_fmt() - appends formatted text
 * @buf: where to
 * @fmt: as for printf()
 */
void aios_buf_fmt(struct aios_buf *buf, const char *fmt, ...)
{
	char small[256];
	va_list args, again;
	int len;

	va_start(args, fmt);
	va_copy(again, args);
	len = vsnprintf(small, sizeof(small), fmt, args);
	if (len >= 0 && (size_t)len < sizeof(small)) {
		aios_buf_add(buf, small, (size_t)len);
	} else if (len >= 0 && !aios_buf_room(buf, (size_t)len)) {
		vsnprintf(buf->data + buf->len, (size_t)len + 1, fmt, again);
		buf->len += (size_t)len;
	}
	va_end(again);
	va_end(args);
}

/* Writes the digits in front of @end. Return: the first one. */
static char *digits_before(char *end, uint64_t number, unsigned int base)
{
	do {
		*--end = "0123456789abcdef"[number % base];
		number /= base;
	} while (number);
	return end;
}

/**
 * aios_buf_int() - appends a number in decimal, as "%lld" does at several times the price
 * @buf: where to
 * @number: what
 */
void aios_buf_int(struct aios_buf *buf, int64_t number)
{
	char text[24], *end = text + sizeof(text), *first;

	/* The lowest number has no positive counterpart but as an unsigned one. */
	first = digits_before(end, number < 0 ? -(uint64_t)number : (uint64_t)number, 10);
	if (number < 0)
		*--first = '-';
	aios_buf_add(buf, first, (size_t)(end - first));
}

/**
 * aios_buf_hex() - appends a number as "0x%llx" does
 * @buf: where to
 * @number: what
 */
void aios_buf_hex(struct aios_buf *buf, uint64_t number)
{
	char text[24], *end = text + sizeof(text), *first = digits_before(end, number, 16);

	*--first = 'x';
	*--first = '0';
	aios_buf_add(buf, first, (size_t)(end - first));
}

/**
 * aios_buf_pad() - fills with blanks up to a column
 * @buf: where to
 * @column: bytes from the beginning of the buffer; if it is passed already, one blank is added
 *	so that columns stay apart
 */
void aios_buf_pad(struct aios_buf *buf, size_t column)
{
	do {
		aios_buf_add(buf, " ", 1);
	} while (buf->len < column && !buf->err);
}

/*
 * Printable UTF-8 beyond ASCII, by its first byte and the range of its second (RFC 3629, without
 * the overlong forms and the surrogates, and without U+0080 to U+009F, which are controls).
 */
static const struct utf8 {
	unsigned char first, last, low, high, len;
} utf8[] = {
	{ 0xc2, 0xc2, 0xa0, 0xbf, 2 }, { 0xc3, 0xdf, 0x80, 0xbf, 2 },
	{ 0xe0, 0xe0, 0xa0, 0xbf, 3 }, { 0xe1, 0xec, 0x80, 0xbf, 3 },
	{ 0xed, 0xed, 0x80, 0x9f, 3 }, { 0xee, 0xef, 0x80, 0xbf, 3 },
	{ 0xf0, 0xf0, 0x90, 0xbf, 4 }, { 0xf1, 0xf3, 0x80, 0xbf, 4 },
	{ 0xf4, 0xf4, 0x80, 0x8f, 4 },
};

/* Length of the UTF-8 sequence at @s, 0 where there is none. */
static size_t utf8_len(const unsigned char *s)
{
	for (size_t i = 0; i < sizeof(utf8) / sizeof(utf8[0]); i++) {
		if (s[0] < utf8[i].first || s[0] > utf8[i].last)
			continue;
		if (s[1] < utf8[i].low || s[1] > utf8[i].high)
			return 0;
		for (size_t j = 2; j < utf8[i].len; j++)
			if ((s[j] & 0xc0) != 0x80)
				return 0;
		return utf8[i].len;
	}
	return 0;
}

/*
 * Does a sequence of UTF-8 end the line, or change the direction of what is shown behind it?
 * U+061C, U+200E and U+200F, U+2028 to U+202E, U+2066 to U+2069 (Unicode, annex 9, 2).
 */
static bool is_control(const unsigned char *s)
{
	if (s[0] == 0xd8)
		return s[1] == 0x9c;
	if (s[0] != 0xe2)
		return false;
	return (s[1] == 0x80 && (s[2] == 0x8e || s[2] == 0x8f || (s[2] >= 0xa8 && s[2] <= 0xae))) ||
	       (s[1] == 0x81 && s[2] >= 0xa6 && s[2] <= 0xa9);
}

/* How much of a text needs no look at each byte. */
static size_t plain_len(const unsigned char *s)
{
	size_t len = 0;

	while (s[len] >= 0x20 && s[len] < 0x7f && s[len] != '\\')
		len++;
	return len;
}

void aios_buf_safe(struct aios_buf *buf, const char *text)
{
	const unsigned char *s = (const unsigned char *)text;

	while (*s) {
		size_t len = *s >= 0x80 ? utf8_len(s) : plain_len(s);

		if (len && is_control(s))
			len = 0;
		if (len)
			aios_buf_add(buf, s, len);
		else if (*s == '\\')
			aios_buf_str(buf, "\\\\");
		else
			aios_buf_fmt(buf, "\\x%02x", *s);
		s += len ? len : 1;
	}
}

/**
 * aios_buf_clear() - empties the buffer and keeps its memory
 * @buf: which
 */
void aios_buf_clear(struct aios_buf *buf)
{
	buf->len = 0;
	if (buf->data)
		buf->data[0] = '\0';
}

/**
 * aios_buf_done() - gives the memory back
 * @buf: which; may be used again
 */
void aios_buf_done(struct aios_buf *buf)
{
	free(buf->data);
	*buf = (struct aios_buf){ 0 };
}
