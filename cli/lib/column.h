/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * column.h - what can be told of a request, once, for every machine-readable view.
 */
#ifndef AIOS_COLUMN_H
#define AIOS_COLUMN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "info.h"
#include "model.h"

enum aios_value_kind {
	AIOS_VALUE_NULL,	/* not known, or has no meaning here */
	AIOS_VALUE_BOOL,
	AIOS_VALUE_INT,
	AIOS_VALUE_HEX,		/* user values and addresses, which JSON numbers cannot hold */
	AIOS_VALUE_TEXT,	/* borrowed from the request */
	AIOS_VALUE_ERRNO,	/* a negative errno: its symbol */
};

struct aios_value {
	enum aios_value_kind kind;
	union {
		bool yes;
		int64_t number;
		uint64_t hex;
		const char *text;
	};
};

/**
 * struct aios_column - a fact of a request
 * @name: as scripts know it
 * @get: reads it
 * @address: a kernel address, shown only where the user asked for it
 * @doc: a sentence, with the unit
 */
struct aios_column {
	const char *name;
	struct aios_value (*get)(const struct aios_request *req);
	bool address;
	const char *doc;
};

/**
 * aios_columns() - all columns, in the order they are shown
 * @cnt: how many
 * Return: a constant table.
 */
const struct aios_column *aios_columns(size_t *cnt);

/**
 * aios_value_json() - a value as JSON
 * @value: not known ones are null
 * @buf: appended to
 * Return: 0 or -ENOMEM.
 */
int aios_value_json(const struct aios_value *value, struct aios_buf *buf);

/**
 * aios_value_csv() - a value as a field of RFC 4180 CSV
 * @buf: appended to
 * @value: not known ones are empty
 */
void aios_value_csv(const struct aios_value *value, struct aios_buf *buf);

/* The stages of a request: 0 and false where one of the two times is not known. */
bool aios_submit_ns(const struct aios_request *req, uint64_t *ret);
bool aios_in_flight_ns(const struct aios_request *req, uint64_t *ret);
bool aios_before_block_ns(const struct aios_request *req, uint64_t *ret);
bool aios_queued_ns(const struct aios_request *req, uint64_t *ret);
bool aios_device_ns(const struct aios_request *req, uint64_t *ret);
bool aios_after_block_ns(const struct aios_request *req, uint64_t *ret);
bool aios_unread_ns(const struct aios_request *req, uint64_t *ret);
bool aios_latency_ns(const struct aios_request *req, uint64_t *ret);

#endif /* AIOS_COLUMN_H */
