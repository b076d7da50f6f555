// SPDX-License-Identifier: GPL-2.0-only
/*
 * json.c - the little that all JSON outputs share.
 */
#include "json.h"

#include <errno.h>
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
