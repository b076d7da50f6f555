// SPDX-License-Identifier: GPL-2.0-only
/*
 * watch_fault.c - what no correct kernel does, and one record is enough to see it.
 */
#include <errno.h>

#include <linux/aio_abi.h>

#include "names.h"
#include "vec.h"
#include "watch_int.h"

static struct aios_fault *fault_find(const struct aios_watch *watch, enum aios_fault_kind kind)
{
	for (size_t i = 0; i < watch->fault_cnt; i++)
		if (watch->faults[i].kind == kind)
			return &watch->faults[i];
	return NULL;
}

const struct aios_fault *aios_watch_fault(const struct aios_watch *watch,
					  enum aios_fault_kind kind)
{
	return watch ? fault_find(watch, kind) : NULL;
}

/**
 * aios_watch_faulty() - notes a fault
 * @seen: its record shows it
 * @kind: which
 * @due: see struct aios_fault
 */
void aios_watch_faulty(struct aios_seen *seen, enum aios_fault_kind kind, int64_t due)
{
	struct aios_watch *watch = seen->watch;
	struct aios_fault *fault = fault_find(watch, kind), *room;

	aios_watch_keep(watch, seen->rec);
	if (fault) {
		fault->times++;
		return;
	}
	room = aios_vec_room(watch->faults, watch->fault_cnt, &watch->fault_cap, sizeof(*room));
	if (!room) {
		seen->err = -ENOMEM;
		return;
	}
	watch->faults = room;
	room[watch->fault_cnt++] = (struct aios_fault){ kind, 1, due, *seen->rec };
}

/* Is that certain, whatever CPUs the two were on? */
static bool is_later(const struct aios_rec *rec, uint64_t time_ns)
{
	return time_ns && rec->h.time_ns > time_ns + AIOS_TICK_NS;
}

/**
 * aios_watch_user() - a system call is at work in a context
 * @seen: its record is written while the call holds a reference of the context
 */
void aios_watch_user(struct aios_seen *seen)
{
	if (seen->ctx && is_later(seen->rec, seen->ctx->users0_ns))
		aios_watch_faulty(seen, AIOS_FAULT_USED, 0);
}

/**
 * aios_watch_request() - something is done for a request, or a slot of its ring
 * @seen: its record is written before the request gives its reference of the context back
 */
void aios_watch_request(struct aios_seen *seen)
{
	if (seen->ctx && is_later(seen->rec, seen->ctx->reqs0_ns))
		aios_watch_faulty(seen, AIOS_FAULT_DRAINED, 0);
}

/**
 * aios_watch_ref() - a reference of a context was taken, or is about to be dropped
 * @seen: it is not the last one yet
 */
void aios_watch_ref(struct aios_seen *seen)
{
	struct aios_watch *watch = seen->watch;

	if (seen->rec->ctx_ref.count != AIOS_CTX_USERS) {
		aios_watch_request(seen);
		return;
	}
	aios_watch_user(seen);
	watch->users += seen->rec->h.type == AIOS_EV_CTX_GET ? 1 : -1;
	watch->unused_ns = watch->users ? 0 : seen->rec->h.time_ns;
}

/* Can such a request be what the record says that it is? */
static bool call_fits(const struct aios_request *req, const struct aios_rec *rec)
{
	uint16_t op = req->ask.op;

	if (rec->h.type == AIOS_EV_REQ_DONE)
		return aios_op_moves_bytes(op);
	if (rec->h.type == AIOS_EV_WORK_BEGIN && rec->work.kind == AIOS_WORK_FSYNC)
		return op == IOCB_CMD_FSYNC || op == IOCB_CMD_FDSYNC;
	return op == IOCB_CMD_POLL;
}

/**
 * aios_watch_call() - a function of fs/aio.c is called for a request
 * @seen: its record begins with the kiocb
 *
 * All of these come before the request completes, each ordered by a lock or by a reference; and
 * none before its birth was told, unless both come at once. Two lives that are due at one address
 * leave open whose this is.
 */
void aios_watch_call(struct aios_seen *seen)
{
	const struct aios_request *req = aios_model_request(seen->model, seen->rec->body[0]);

	if (seen->watch->dead_call.h.time_ns || !seen->ctx ||
	    (seen->watch->completed_ns &&
	     seen->rec->h.time_ns <= seen->watch->completed_ns + AIOS_TICK_NS))
		return;
	if (req && (!req->asked || req->ask.op == AIOS_OP_UNKNOWN || req->older ||
		    call_fits(req, seen->rec)))
		return;
	seen->watch->dead_call = *seen->rec;
	aios_watch_keep(seen->watch, seen->rec);
}

/**
 * aios_watch_birth() - a request is born
 * @seen: AIOS_EV_REQ_BIRTH
 */
void aios_watch_birth(struct aios_seen *seen)
{
	struct aios_rec *call = &seen->watch->dead_call;

	aios_watch_user(seen);
	if (call->body[0] == seen->rec->iocb.kiocb && !is_later(seen->rec, call->h.time_ns))
		call->h.time_ns = 0;
}

uint64_t aios_watch_overslept(const struct aios_rec *begin, uint64_t now_ns)
{
	int64_t until_ns = begin->read_begin.until_ns;
	uint64_t inside_ns = now_ns > begin->h.time_ns ? now_ns - begin->h.time_ns : 0;

	/* One that does not wait has no time: it can be held up by its own memory alone. */
	if (until_ns <= 0 || until_ns == AIOS_FOREVER || inside_ns <= (uint64_t)until_ns)
		return 0;
	return inside_ns - (uint64_t)until_ns;
}

/**
 * aios_watch_read() - a reader came out
 * @seen: AIOS_EV_READ_END
 * @begin: its AIOS_EV_READ_BEGIN
 *
 * fs/aio.c, read_events(): signals and timeouts show as few events, or none; what errno that is
 * decides the system call.
 */
void aios_watch_read(struct aios_seen *seen, const struct aios_rec *begin)
{
	uint64_t now_ns = seen->rec->h.time_ns, late_ns = aios_watch_overslept(begin, now_ns);
	int64_t ret = seen->rec->read_end.ret;

	if (ret > begin->read_begin.nr || (ret < 0 && ret != -EINVAL && ret != -EFAULT))
		aios_watch_faulty(seen, AIOS_FAULT_READ, 0);
	if (ret == -EINVAL && !seen->watch->dead_ns)
		seen->watch->dead_ns = now_ns;
	if (late_ns > seen->watch->overslept_ns)
		seen->watch->overslept_ns = late_ns;
}
