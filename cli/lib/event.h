/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * event.h - records by type: their names, their sizes, and whether bytes are one.
 */
#ifndef AIOS_EVENT_H
#define AIOS_EVENT_H

#include <stdbool.h>
#include <stddef.h>

#include <aioscope/record.h>

/**
 * aios_event_name() - the name of a record type
 * @type: any number
 * Return: a constant, "?" for a type this version does not know.
 */
const char *aios_event_name(unsigned int type);

/**
 * aios_event_doc() - what a record type says, in a sentence
 * @type: any number
 * Return: a constant.
 */
const char *aios_event_doc(unsigned int type);

enum aios_parse {
	AIOS_PARSE_OK,		/* a record of a known type */
	AIOS_PARSE_UNKNOWN,	/* well-formed, of a type or older size not known here: skip it */
	AIOS_PARSE_BAD,		/* no record: whatever follows cannot be found either */
};

/**
 * aios_event_parse() - takes the next record out of bytes
 * @bytes: where it begins, of any alignment
 * @len: bytes there are
 * @ret: the record, its unused part zeroed; set for AIOS_PARSE_OK
 * @used: bytes to go on by; set unless AIOS_PARSE_BAD
 *
 * A longer body than is known is cut: fields are only ever appended.
 */
enum aios_parse aios_event_parse(const void *bytes, size_t len, struct aios_rec *ret, size_t *used);

/**
 * aios_event_split() - one record, one event
 * @rec: any; one that can tell of two events becomes what a record of the first alone were
 * @more: the second event, as a record of its own would tell of it: the return or the put that was
 *	told with a birth, the free that was told with a completion
 * Return: whether there was a second one.
 */
bool aios_event_split(struct aios_rec *rec, struct aios_rec *more);

#endif /* AIOS_EVENT_H */
