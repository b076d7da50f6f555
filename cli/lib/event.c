// SPDX-License-Identifier: GPL-2.0-only
/*
 * event.c - records by type.
 */
#include "event.h"

#include <stddef.h>
#include <stdint.h>
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

/* What happened in the same thread or interrupt as @rec, so long after it. */
static struct aios_rec event_after(const struct aios_rec *rec, unsigned int type, uint32_t ns)
{
	struct aios_rec ret = { .h = rec->h };

	ret.h.type = (__u16)type;
	ret.h.len = (__u16)(sizeof(ret.h) + events[type].body);
	ret.h.time_ns += ns;
	return ret;
}

/* Makes a record one of another type, of whose body it has the first @len bytes. */
static void event_become(struct aios_rec *rec, unsigned int type, size_t len)
{
	memset((char *)rec->body + len, 0, sizeof(rec->body) - len);
	rec->h.type = (__u16)type;
	rec->h.len = (__u16)(sizeof(rec->h) + events[type].body);
}

static bool split_birth(struct aios_rec *rec, struct aios_rec *more)
{
	if (!rec->birth.return_ns)
		return false;
	*more = event_after(rec, AIOS_EV_REQ_RETURN, rec->birth.return_ns);
	more->req_return = (struct aios_req_return){
		.kctx = rec->iocb.kctx,
		.uiocb = rec->iocb.uiocb,
		.err = rec->birth.return_err,
	};
	return true;
}

static bool split_born(struct aios_rec *rec, struct aios_rec *more)
{
	bool both = rec->born.put_ns;

	if (both) {
		*more = event_after(rec, AIOS_EV_REQ_PUT, rec->born.put_ns);
		more->h.flags = rec->born.put_flags;
		more->req_put = (struct aios_req_put){
			.kiocb = rec->iocb.kiocb,
			.kctx = rec->iocb.kctx,
			.refs = 1,
			.party = rec->born.put_party,
		};
	}
	event_become(rec, AIOS_EV_REQ_BIRTH, sizeof(rec->iocb));
	return both;
}

static bool split_end(struct aios_rec *rec, struct aios_rec *more)
{
	const struct aios_req_end *end = &rec->end;
	bool both = end->free_ns;

	if (both) {
		*more = event_after(rec, AIOS_EV_REQ_FREE, end->free_ns);
		more->h.flags &= (1U << AIOS_F_PARTY_SHIFT) - 1;
		more->req_free = (struct aios_req_free){
			.kiocb = end->complete.kiocb,
			.kctx = end->complete.kctx,
			.file = end->file,
			.eventfd = end->eventfd,
			.refs = end->complete.refs,
			.file_drops = end->file_drops,
			.eventfd_drops = end->eventfd_drops,
			.watched = end->watched,
			.signals = end->signals,
		};
	}
	event_become(rec, AIOS_EV_REQ_COMPLETE, sizeof(end->complete));
	return both;
}

bool aios_event_split(struct aios_rec *rec, struct aios_rec *more)
{
	switch (rec->h.type) {
	case AIOS_EV_REQ_BIRTH:
		return split_birth(rec, more);
	case AIOS_EV_REQ_BORN:
		return split_born(rec, more);
	case AIOS_EV_REQ_END:
		return split_end(rec, more);
	default:
		return false;
	}
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
