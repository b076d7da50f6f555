// SPDX-License-Identifier: GPL-2.0-only
/*
 * doctor_eventfd.c - eventfds that completions signal, and that are hardly ever read.
 *
 * A request has the number of its eventfd; records tell which one that is at the time, and when it
 * is read (--hooks eventfd). So both meet at the eventfd, whoever reads it and by whichever number:
 *
 *	eventfd-use	0xffff8881 is 7 of process 1000
 *	... 16 requests that signal 7 complete ...
 *	eventfd-use	0xffff8881 is read		16 signals, one read
 *
 * A request whose number nobody told of, or that means another eventfd by now, counts for none.
 */
#include <errno.h>
#include <string.h>

#include "doctor_int.h"

static uint64_t number_key(uint32_t tgid, int32_t fd)
{
	return (uint64_t)tgid << 32 | (uint32_t)fd;
}

/* Return: 0 or -ENOMEM; without a place where too many are kept already. */
static int notify_new(struct aios_doctor *doctor, const struct aios_rec *rec,
		      struct aios_notify **ret)
{
	struct aios_notify *notify;

	*ret = NULL;
	if (doctor->notify_cnt >= AIOS_NOTIFIES_MAX)
		return 0;
	notify = aios_map_add(&doctor->eventfds, rec->eventfd_use.eventfd, sizeof(*notify));
	if (!notify)
		return -ENOMEM;
	notify->fd = rec->eventfd_use.fd;
	notify->from_ns = rec->h.time_ns;
	notify->next = doctor->notifies;
	doctor->notifies = notify;
	doctor->notify_cnt++;
	*ret = notify;
	return 0;
}

/* A number of a process means an eventfd from now on; it may have others as well. */
static int eventfd_taken(struct aios_doctor *doctor, const struct aios_rec *rec)
{
	const struct aios_eventfd_use *body = &rec->eventfd_use;
	struct aios_notify *notify = aios_map_get(&doctor->eventfds, body->eventfd);
	int err = notify ? 0 : notify_new(doctor, rec, &notify);

	if (err || !notify)
		return err;
	return aios_map_put(&doctor->numbers, number_key(body->tgid, body->fd), notify);
}

static int eventfd_record(struct aios_doctor *doctor, const struct aios_rec *rec)
{
	const struct aios_eventfd_use *body = &rec->eventfd_use;
	struct aios_notify *notify;

	if (rec->h.type != AIOS_EV_EVENTFD_USE)
		return 0;
	if (body->what == AIOS_EVENTFD_TAKEN)
		return eventfd_taken(doctor, rec);
	notify = aios_map_get(&doctor->eventfds, body->eventfd);
	if (notify && body->what == AIOS_EVENTFD_READ)
		notify->reads++;
	/* Its address may be another one's next time. */
	if (notify && body->what == AIOS_EVENTFD_CLOSED)
		aios_map_take(&doctor->eventfds, body->eventfd);
	return 0;
}

static struct aios_notify *notify_of(const struct aios_doctor *doctor,
				     const struct aios_request *req)
{
	struct aios_notify *notify;

	if (!req->ctx->process)
		return NULL;
	notify = aios_map_get(&doctor->numbers, number_key(req->ctx->process->tgid,
							   req->ask.resfd));
	return notify && notify->from_ns <= req->completed_ns ? notify : NULL;
}

static int eventfd_request(struct aios_doctor *doctor, const struct aios_request *req)
{
	struct aios_notify *notify;

	if (!req->asked || !(req->ask.iocb_flags & AIOS_IOCB_RESFD) || !req->completed_ns)
		return 0;
	doctor->sum_notified++;
	notify = notify_of(doctor, req);
	if (!notify) {
		doctor->sum_notified_unknown++;
		return 0;
	}
	notify->signals++;
	notify->pid = req->ctx->pid;
	memcpy(notify->comm, req->ctx->comm, sizeof(notify->comm));
	aios_sample_add(&notify->sample, req->id, req->completed_ns);
	return 0;
}

static int eventfd_tell(struct aios_doctor *doctor, const struct aios_notify *notify)
{
	struct aios_condition condition = aios_condition_of(AIOS_AIL_EVENTFD, notify->signals);
	struct aios_buf text = { 0 };

	condition.pid = notify->pid;
	memcpy(condition.comm, notify->comm, sizeof(condition.comm));
	aios_condition_sample(&condition, &notify->sample);
	aios_condition_add(&condition, "signals", AIOS_UNIT_COUNT, notify->signals);
	aios_condition_add(&condition, "reads", AIOS_UNIT_COUNT, notify->reads);
	aios_buf_fmt(&text, "%llu completions signalled eventfd %d of ",
		     aios_ull(notify->signals), notify->fd);
	aios_doctor_who(&text, notify->comm, notify->pid);
	if (notify->reads)
		aios_buf_fmt(&text, ", which was read %llu time%s: a read for %llu signals",
			     aios_ull(notify->reads), aios_s(notify->reads),
			     aios_ull(notify->signals / notify->reads));
	else
		aios_buf_str(&text, ", which nobody read");
	return aios_doctor_tell(doctor, &condition, &text);
}

/* Where records were lost, a read may be one of them. */
static int eventfd_end(struct aios_doctor *doctor)
{
	int err = 0;

	if (aios_lost(aios_pipeline_trace(doctor->pipe).loss))
		return 0;
	for (const struct aios_notify *n = doctor->notifies; n && !err; n = n->next)
		if (n->signals >= AIOS_FEW && n->signals >= AIOS_NOTIFY_TIMES * n->reads)
			err = eventfd_tell(doctor, n);
	return err;
}

const struct aios_family aios_family_eventfd = {
	.record = eventfd_record,
	.request = eventfd_request,
	.end = eventfd_end,
};
