/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kit_sim.h - a small fs/aio.c that is run at random and writes the records its hooks would write,
 * beside what really happened.
 *
 * Threads, interrupts and workers are actors that take a step at a time, in any order: so every
 * interleaving that locks allow comes up sooner or later. Each step writes at most one record and
 * takes a nanosecond.
 */
#ifndef AIOS_TEST_KIT_SIM_H
#define AIOS_TEST_KIT_SIM_H

#include "kit.h"

#define SIM_ADDRESSES	16	/* kiocbs, given out again last in, first out as by the slab */
#define SIM_IOCBS	6	/* user iocbs: the same one is often in flight twice */

enum sim_end { SIM_PENDING, SIM_STOLEN, SIM_INLINE, SIM_WORK };

/**
 * struct sim_req - a request as it really is
 * @kit: its address and what it asks for
 * @born_ns: its first record
 * @reaper: who took its event, and @reaped_ns when
 * @end: how a poll came to its end
 */
struct sim_req {
	struct kit_req kit;
	uint64_t born_ns, returned_ns, completed_ns, reaped_ns;
	int64_t res, refused;
	enum aios_party party;
	enum aios_reaper reaper;
	uint32_t reaper_tid, submitter_tid, slot;
	int refs;
	bool hidden;		/* no hook sees its birth */
	bool device;		/* a device has it */
	enum sim_end end;
	bool on_queue, armed, scheduled, resched, cancelled, eventfd, working;
	uint32_t wakes, works, not_ready;
	bool first_is_early;
};

/* What a thread, an interrupt or a worker is in the middle of. */
struct sim_actor {
	struct kit_who who;
	int state;
	struct sim_req *req;
	struct sim_req *pushing;	/* has written its completion and waits for the lock */
	uint32_t kind;			/* of work */
	uint32_t mask;			/* what ->poll returned */
	int64_t want, got;		/* of a reader; what io_submit returns */
};

struct sim_work {
	struct sim_req *req;
	uint32_t kind;
};

#define SIM_ACTORS	9

/**
 * struct sim - the machine
 * @recs: what the hooks wrote, in the order of time
 * @reqs: what happened, in the order of births
 * @calls: io_submit is told, too
 */
struct sim {
	uint64_t seed, now_ns;
	struct kit_ctx ctx;
	struct sim_actor actors[SIM_ACTORS];
	uint64_t free[SIM_ADDRESSES];
	size_t free_cnt;
	struct sim_req *ring[128];
	struct sim_work works[64];
	size_t work_cnt;
	struct sim_req **reqs;
	size_t req_cnt, req_cap;
	struct aios_rec *recs;
	size_t rec_cnt, rec_cap;
	bool winding_down;
	bool calls;
};

void sim_init(struct sim *sim, uint64_t seed);
void sim_run(struct sim *sim, size_t steps);
void sim_done(struct sim *sim);

/* The order that model.h names for what happened; -1 where the records cannot tell. */
int sim_poll_order(const struct sim_req *req);

#endif /* AIOS_TEST_KIT_SIM_H */
