// SPDX-License-Identifier: GPL-2.0-only
/*
 * view_export.c - requests for other tools.
 */
#include "column.h"
#include "json.h"
#include "view.h"

#define SCHEMA	"aioscope.request/1"

static json_t *export_object(const struct aios_request *req, bool addresses)
{
	json_t *object = json_object();
	size_t cnt;
	const struct aios_column *columns = aios_columns(&cnt);
	int err = json_object_set_new(object, "schema", json_string(SCHEMA));

	for (size_t i = 0; i < cnt && !err; i++) {
		struct aios_value value;

		if (columns[i].address && !addresses)
			continue;
		value = columns[i].get(req);
		err = json_object_set_new(object, columns[i].name, aios_value_json(&value));
	}
	if (!err)
		return object;
	json_decref(object);
	return NULL;
}

int aios_export_json(struct aios_buf *buf, const struct aios_request *req, bool addresses)
{
	return aios_json_line(export_object(req, addresses), buf);
}

/**
 * aios_export_csv_head() - the names of the columns
 * @buf: appended to
 * @addresses: with kernel addresses
 */
void aios_export_csv_head(struct aios_buf *buf, bool addresses)
{
	const char *sep = "";
	size_t cnt;
	const struct aios_column *columns = aios_columns(&cnt);

	for (size_t i = 0; i < cnt; i++) {
		if (columns[i].address && !addresses)
			continue;
		aios_buf_fmt(buf, "%s%s", sep, columns[i].name);
		sep = ",";
	}
	aios_buf_str(buf, "\n");
}

/**
 * aios_export_csv() - a request as a line of RFC 4180 CSV
 * @buf: appended to
 * @req: the request
 * @addresses: with kernel addresses
 */
void aios_export_csv(struct aios_buf *buf, const struct aios_request *req, bool addresses)
{
	const char *sep = "";
	size_t cnt;
	const struct aios_column *columns = aios_columns(&cnt);

	for (size_t i = 0; i < cnt; i++) {
		struct aios_value value;

		if (columns[i].address && !addresses)
			continue;
		value = columns[i].get(req);
		aios_buf_str(buf, sep);
		aios_value_csv(&value, buf);
		sep = ",";
	}
	aios_buf_str(buf, "\n");
}
