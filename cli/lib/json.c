// SPDX-License-Identifier: GPL-2.0-only
/*
 * json.c - the little that all JSON outputs share.
 */
#include "json.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

json_t *aios_json_text(const char *text)
{
	json_t *json = text ? json_string(text) : json_null();
	struct aios_buf safe = { 0 };

	if (json)
		return json;
	aios_buf_safe(&safe, text);
	if (!safe.err && safe.data)
		json = json_string(safe.data);
	aios_buf_done(&safe);
	return json;
}

/* Most names are: no need for a value to be made, checked and printed. */
static bool text_is_plain(const char *text)
{
	while (*text >= 0x20 && *text < 0x7f && *text != '"' && *text != '\\')
		text++;
	return !*text;
}

int aios_json_add_text(struct aios_buf *buf, const char *text)
{
	json_t *json;
	char *dump;

	if (text && text_is_plain(text)) {
		aios_buf_str(buf, "\"");
		aios_buf_str(buf, text);
		aios_buf_str(buf, "\"");
		return buf->err;
	}
	json = aios_json_text(text);
	dump = json ? json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
	json_decref(json);
	if (!dump)
		return -ENOMEM;
	aios_buf_str(buf, dump);
	free(dump);
	return buf->err;
}

json_t *aios_json_count(uint64_t count)
{
	return json_integer((json_int_t)count);
}

int aios_json_line(json_t *json, struct aios_buf *buf)
{
	char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;

	json_decref(json);
	if (!text)
		return -ENOMEM;
	aios_buf_str(buf, text);
	aios_buf_str(buf, "\n");
	free(text);
	return buf->err;
}
