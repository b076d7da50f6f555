/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * front_int.h - what the two halves of the front share.
 */
#ifndef AIOS_FRONT_INT_H
#define AIOS_FRONT_INT_H

#include <stdbool.h>

#include "front.h"
#include "map.h"

#define FRONT_HISTORY	64	/* records of a request that are kept */
#define FRONT_CALL	1024	/* of a call of io_submit */

/**
 * struct front_req - a request in flight
 * @older: a life at the same address whose completion is still due
 * @pins: who holds it
 * @recs: its records so far, the first one its birth; owned
 * @submitting: its io_submit has not returned
 * @completed: and is kept for that return only
 * @too_long: there were more records
 */
struct front_req {
	uint64_t kiocb;
	uint64_t kctx;
	uint64_t uiocb;
	uint64_t data;
	struct front_req *older;
	unsigned int pins;
	struct aios_rec *recs;
	size_t rec_cnt, rec_cap;
	bool submitting;
	bool completed;
	bool too_long;
};

/**
 * struct front_thread - what a thread is in the middle of
 * @born: the request it is submitting
 * @orphan: it completed a request whose birth nobody saw, perhaps the one it is submitting
 * @told: the iocb of a submission whose request no hook saw
 * @reading: the beginning of its io_getevents
 * @name: records of a file name that is not complete
 * @call: the beginning of its io_submit, and its sleeps there with their stacks; owned
 * @call_cnt: of @call, 0 where it is not inside, or that is not watched
 */
struct front_thread {
	uint32_t tid;
	uint32_t tgid;
	struct front_req *born;
	bool has_orphan;
	struct aios_rec orphan;
	bool has_told;
	struct aios_rec told;
	bool is_reading;
	struct aios_rec reading;
	struct aios_buf name;
	struct aios_rec *call;
	size_t call_cnt, call_cap;
};

/**
 * struct front_ctx - a context
 * @found: as it is told; its head is how far it is settled who took events
 * @older: requests in flight whose birth nobody saw
 * @readers: readers inside
 * @unknown: how many requests are in flight cannot be told
 * @hidden: where the head is is not known
 * @holed: records were lost while it lived
 */
struct front_ctx {
	struct aios_ctx_found found;
	uint32_t older;
	uint32_t readers;
	bool unknown;
	bool hidden;
	bool holed;
};

/**
 * struct front_name - the name of a file
 * @records: end to end
 */
struct front_name {
	struct aios_buf records;
};

struct aios_front {
	struct aios_map procs;		/* tgid -> its last struct aios_rec */
	struct aios_map names;		/* struct file */
	struct aios_map ctxs;		/* struct kioctx */
	struct aios_map reqs;		/* struct aio_kiocb */
	struct aios_map threads;	/* tid; those in the middle of something */
	uint64_t nr;			/* of the newest record that was kept */
};

/**
 * aios_front_in_flight() - requests whose birth was seen and whose end was not
 * @front: where
 * @kctx: of this context
 * Return: how many, with those that completed within a submission that has not returned.
 */
uint32_t aios_front_in_flight(const struct aios_front *front, uint64_t kctx);

#endif /* AIOS_FRONT_INT_H */
