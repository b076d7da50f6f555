// SPDX-License-Identifier: GPL-2.0-only
/*
 * event.c - records by type.
 */
#include "event.h"

#include <stddef.h>
#include <string.h>

struct event {
	const char *name;
	const char *doc;
	size_t body;
};

static const struct event events[AIOS_EV_MAX] = {
#define X(num, sym, text, type, sentence)					\
	[num] = { .name = text, .doc = sentence, .body = sizeof(struct type) },
	AIOS_EVENTS(X)
#undef X
};

/* Bodies that have grown: what there was of them at first. What is not there reads as 0. */
static const size_t at_first[AIOS_EV_MAX] = {
	[AIOS_EV_REQ_BIRTH] = offsetof(struct aios_birth, return_ns),
};

static const struct event *event_find(unsigned int type)
{
	return type < AIOS_EV_MAX && events[type].name ? &events[type] : NULL;
}

const char *aios_event_name(unsigned int type)
{
	const struct event *event = event_find(type);

	return event ? event->name : "?";
}

const char *aios_event_doc(unsigned int type)
{
	const struct event *event = event_find(type);

	return event ? event->doc : "a record of a newer version";
}

bool aios_event_more(const struct aios_rec *rec, struct aios_rec *ret)
{
	if (rec->h.type != AIOS_EV_REQ_BIRTH || !rec->birth.return_ns)
		return false;
	*ret = (struct aios_rec){
		.h = rec->h,
		.req_return = {
			.kctx = rec->iocb.kctx,
			.uiocb = rec->iocb.uiocb,
			.err = rec->birth.return_err,
		},
	};
	ret->h.type = AIOS_EV_REQ_RETURN;
	ret->h.len = sizeof(ret->h) + sizeof(ret->req_return);
	ret->h.time_ns += rec->birth.return_ns;
	return true;
}

enum aios_parse aios_event_parse(const void *bytes, size_t len, struct aios_rec *ret, size_t *used)
{
	const struct event *event;
	struct aios_hdr hdr;
	size_t known;

	if (len < sizeof(hdr))
		return AIOS_PARSE_BAD;
	memcpy(&hdr, bytes, sizeof(hdr));
	/* No kernel's clock says 0, and behind this a time of 0 is one that is not known. */
	if (hdr.len < sizeof(hdr) || hdr.len % 8 || hdr.len > len || !hdr.time_ns)
		return AIOS_PARSE_BAD;
	*used = hdr.len;
	event = event_find(hdr.type);
	if (!event || hdr.len < sizeof(hdr) + (at_first[hdr.type] ? : event->body))
		return AIOS_PARSE_UNKNOWN;
	known = sizeof(hdr) + event->body;
	memset(ret, 0, sizeof(*ret));
	memcpy(ret, bytes, hdr.len < known ? hdr.len : known);
	ret->h.len = (__u16)known;
	return AIOS_PARSE_OK;
}
