// SPDX-License-Identifier: GPL-2.0-only
/*
 * view_export.c - requests for other tools.
 */
#include "column.h"
#include "view.h"

#define SCHEMA	"aioscope.request/1"

/* Written as text: a tree of values, made and freed for each request, took most of the time. */
int aios_export_json(struct aios_buf *buf, const struct aios_request *req, bool addresses)
{
	size_t cnt;
	const struct aios_column *columns = aios_columns(&cnt);
	int err = 0;

	aios_buf_str(buf, "{\"schema\":\"" SCHEMA "\"");
	for (size_t i = 0; i < cnt && !err; i++) {
		struct aios_value value;

		if (columns[i].address && !addresses)
			continue;
		value = columns[i].get(req);
		aios_buf_str(buf, ",\"");
		aios_buf_str(buf, columns[i].name);
		aios_buf_str(buf, "\":");
		err = aios_value_json(&value, buf);
	}
	aios_buf_str(buf, "}\n");
	return err ? err : buf->err;
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
