// SPDX-License-Identifier: GPL-2.0-only
/*
 * stuck.c - which requests are in flight for too long.
 */
#include "stuck.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <linux/aio_abi.h>

#include "event.h"
#include "map.h"

#define LINGER_NS	1000000000ULL	/* an end may be read before its birth, of another CPU */
#define SUBMITTERS	4096		/* threads whose newest birth is remembered */

/**
 * struct life - the newest request at an address
 * @told: a check has counted it
 */
struct life {
	uint64_t kiocb;
	uint64_t uiocb;
	uint64_t born_ns;
	uint64_t ended_ns;
	uint32_t tid;
	bool told;
};

struct aios_stuck {
	uint64_t limit_ns;
	struct aios_map lives;	/* struct aio_kiocb */
	uint64_t newest[SUBMITTERS];	/* by thread: address of its newest birth */
};

struct aios_stuck *aios_stuck_new(uint64_t limit_ns)
{
	struct aios_stuck *stuck = calloc(1, sizeof(*stuck));

	if (stuck)
		stuck->limit_ns = limit_ns;
	return stuck;
}

void aios_stuck_forget(struct aios_stuck *stuck)
{
	struct life *life;
	size_t iter = 0;

	while ((life = aios_map_next(&stuck->lives, &iter)))
		free(life);
	aios_map_done(&stuck->lives);
}

/**
 * aios_stuck_free() - frees it
 * @stuck: may be NULL
 * Return: NULL.
 */
struct aios_stuck *aios_stuck_free(struct aios_stuck *stuck)
{
	if (stuck)
		aios_stuck_forget(stuck);
	free(stuck);
	return NULL;
}

static struct life *life_get(struct aios_stuck *stuck, uint64_t kiocb)
{
	struct life *life = aios_map_get(&stuck->lives, kiocb);

	if (life)
		return life;
	life = aios_map_add(&stuck->lives, kiocb, sizeof(*life));
	if (life)
		life->kiocb = kiocb;
	return life;
}

static int stuck_birth(struct aios_stuck *stuck, const struct aios_rec *rec)
{
	struct life *life;

	if (rec->iocb.op == IOCB_CMD_POLL)
		return 0;
	life = life_get(stuck, rec->iocb.kiocb);
	if (!life)
		return -ENOMEM;
	if (rec->h.time_ns > life->born_ns) {
		life->born_ns = rec->h.time_ns;
		life->uiocb = rec->iocb.uiocb;
		life->tid = rec->h.tid;
		life->told = false;
	}
	stuck->newest[rec->h.tid % SUBMITTERS] = life->kiocb;
	return 0;
}

static int stuck_complete(struct aios_stuck *stuck, const struct aios_rec *rec)
{
	struct life *life = life_get(stuck, rec->req_complete.kiocb);

	if (!life)
		return -ENOMEM;
	if (rec->h.time_ns > life->ended_ns)
		life->ended_ns = rec->h.time_ns;
	return 0;
}

static bool is_refused(const struct life *life, const struct aios_rec *rec)
{
	return life && life->tid == rec->h.tid && life->uiocb == rec->req_return.uiocb &&
	       life->born_ns < rec->h.time_ns && life->ended_ns < life->born_ns;
}

/* A refusal names the user's iocb only; it is the newest birth of its thread, as a rule. */
static void stuck_refused(struct aios_stuck *stuck, const struct aios_rec *rec)
{
	struct life *life = aios_map_get(&stuck->lives, stuck->newest[rec->h.tid % SUBMITTERS]);
	size_t iter = 0;

	if (!is_refused(life, rec))
		while ((life = aios_map_next(&stuck->lives, &iter)) && !is_refused(life, rec))
			;
	if (life)
		life->ended_ns = rec->h.time_ns;
}

static int stuck_record(struct aios_stuck *stuck, const struct aios_rec *rec)
{
	switch (rec->h.type) {
	case AIOS_EV_REQ_BIRTH:
		return stuck_birth(stuck, rec);
	case AIOS_EV_REQ_COMPLETE:
		return stuck_complete(stuck, rec);
	case AIOS_EV_REQ_RETURN:
		if (rec->req_return.err)
			stuck_refused(stuck, rec);
		return 0;
	default:
		return 0;
	}
}

static int stuck_event(struct aios_stuck *stuck, struct aios_rec *rec)
{
	struct aios_rec more;
	bool both = aios_event_split(rec, &more);
	int err = stuck_record(stuck, rec);

	return !err && both ? stuck_record(stuck, &more) : err;
}

int aios_stuck_records(struct aios_stuck *stuck, const void *bytes, size_t len)
{
	const char *at = bytes;
	struct aios_rec rec;
	size_t used = 0;
	int err = 0;

	for (; len && !err; at += used, len -= used) {
		enum aios_parse parse = aios_event_parse(at, len, &rec, &used);

		if (parse == AIOS_PARSE_BAD)
			return 0;
		if (parse == AIOS_PARSE_OK)
			err = stuck_event(stuck, &rec);
	}
	return err;
}

size_t aios_stuck_check(struct aios_stuck *stuck, uint64_t now_ns, uint64_t *oldest_ns)
{
	struct life *life;
	size_t iter = 0, cnt = 0;

	*oldest_ns = 0;
	while ((life = aios_map_next(&stuck->lives, &iter))) {
		if (life->ended_ns >= life->born_ns) {
			if (now_ns < life->ended_ns + LINGER_NS)
				continue;
			free(aios_map_take(&stuck->lives, life->kiocb));
			aios_map_again(&iter);
			continue;
		}
		if (life->told || now_ns < life->born_ns + stuck->limit_ns)
			continue;
		life->told = true;
		cnt++;
		if (now_ns - life->born_ns > *oldest_ns)
			*oldest_ns = now_ns - life->born_ns;
	}
	return cnt;
}
