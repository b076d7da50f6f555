/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * width.h - how many columns of a terminal a text takes, whatever the locale.
 *
 * By the Unicode 14 database: marks that are put onto a letter and format characters take none,
 * ideographs, fullwidth forms and emoji take two. Sequences that some terminals draw as one emoji
 * (joined, with a skin tone, flags) are the sum of their parts, as terminals without such fonts
 * have it.
 */
#ifndef AIOS_WIDTH_H
#define AIOS_WIDTH_H

#include <stddef.h>
#include <stdint.h>

#include "buf.h"

/**
 * aios_utf8_next() - the next character
 * @text: its bytes, not at their end; moved behind it
 * Return: a code point; for a byte that begins no UTF-8 sequence, U+FFFD, and that byte is skipped.
 */
uint32_t aios_utf8_next(const char **text);

/**
 * aios_width_char() - columns of a character
 * @c: code point
 * Return: 0, 1 or 2; 1 for controls, which aios_buf_safe() lets nobody print.
 */
unsigned int aios_width_char(uint32_t c);

/**
 * aios_width() - columns of a text
 * @text: UTF-8
 * Return: how many.
 */
size_t aios_width(const char *text);

/**
 * aios_width_fits() - how much of a text fits
 * @text: UTF-8
 * @columns: room
 * @ret_columns: what that much takes: @columns, or less; may be NULL
 * Return: bytes; no character is cut, and marks stay with their letter.
 */
size_t aios_width_fits(const char *text, size_t columns, size_t *ret_columns);

/**
 * aios_buf_cut() - appends text of unknown origin that takes so many columns at most
 * @buf: appended to
 * @text: made harmless as aios_buf_safe() does
 * @columns: room; where it is too little, the text ends in "~"
 * Return: columns that it takes.
 */
size_t aios_buf_cut(struct aios_buf *buf, const char *text, size_t columns);

/**
 * aios_buf_cell() - the same, and blanks up to so many columns
 */
void aios_buf_cell(struct aios_buf *buf, const char *text, size_t columns);

/**
 * aios_buf_wrap() - appends a sentence in lines that take so many columns at most
 * @buf: appended to, at the beginning of a line; ends in a newline
 * @text: harmless already; is broken at blanks
 * @first: what the first line begins with; the others begin with as many blanks
 * @columns: of a line; a word that is longer stays whole
 */
void aios_buf_wrap(struct aios_buf *buf, const char *text, const char *first, size_t columns);

#endif /* AIOS_WIDTH_H */
