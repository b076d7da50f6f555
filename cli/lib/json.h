/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * json.h - the little that all JSON outputs share.
 */
#ifndef AIOS_JSON_H
#define AIOS_JSON_H

#include <stdint.h>

#include <jansson.h>

#include "buf.h"

/**
 * aios_json_text() - text of unknown origin as a JSON string
 * @text: may be NULL, and need not be UTF-8: what is not is escaped as aios_buf_safe() does
 * Return: a new reference: a string, or null for NULL; NULL for -ENOMEM.
 */
json_t *aios_json_text(const char *text);

/**
 * aios_json_add_text() - appends what aios_json_text() makes, several times as fast
 * @buf: appended to
 * @text: as for aios_json_text()
 * Return: 0 or -ENOMEM.
 */
int aios_json_add_text(struct aios_buf *buf, const char *text);

/**
 * aios_json_count() - a count or a time
 * Return: a new reference, or NULL for -ENOMEM.
 */
json_t *aios_json_count(uint64_t count);

/**
 * aios_json_line() - writes a value in one line
 * @json: its reference is taken; NULL is an error
 * @buf: appended to
 * Return: 0 or -ENOMEM.
 */
int aios_json_line(json_t *json, struct aios_buf *buf);

#endif /* AIOS_JSON_H */
