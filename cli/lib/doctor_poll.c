// SPDX-License-Identifier: GPL-2.0-only
/*
 * doctor_poll.c - conditions of poll requests: what is told of their wake-ups.
 */
#include <errno.h>
#include <string.h>

#include "doctor_int.h"

static int poll_request(struct aios_doctor *doctor, const struct aios_request *req)
{
	enum aios_poll_order order = aios_poll_order(req);
	struct aios_patient *patient;

	if (order == AIOS_POLL_NONE || order == AIOS_POLL_UNCLEAR || req->res <= 0 ||
	    !req->completed_ns || !req->ctx->pid)
		return 0;
	patient = aios_doctor_patient(doctor, req->ctx->pid, req->ctx->comm);
	if (!patient)
		return -ENOMEM;
	patient->polls++;
	if (order == AIOS_POLL_READY) {
		patient->ready++;
		aios_sample_add(&patient->readies, req->id, req->completed_ns);
	} else if (order == AIOS_POLL_EARLY_INLINE || order == AIOS_POLL_EARLY_WORK) {
		patient->early++;
		aios_sample_add(&patient->earlies, req->id, req->completed_ns);
	}
	return 0;
}

static int poll_tell(struct aios_doctor *doctor, const struct aios_patient *patient,
		     enum aios_ailment_nr nr, uint64_t cnt, const struct aios_sample *sample,
		     const char *what)
{
	struct aios_condition condition = aios_condition_of(nr, cnt);
	struct aios_buf text = { 0 };

	condition.pid = patient->pid;
	memcpy(condition.comm, patient->comm, sizeof(condition.comm));
	aios_condition_sample(&condition, sample);
	aios_condition_add(&condition, "polls", AIOS_UNIT_COUNT, patient->polls);
	aios_condition_add(&condition, "ready_at_once", AIOS_UNIT_COUNT, patient->ready);
	aios_condition_add(&condition, "woken_early", AIOS_UNIT_COUNT, patient->early);
	aios_condition_add(&condition, "share", AIOS_UNIT_PERCENT,
			   aios_doctor_percent(cnt, patient->polls));
	aios_buf_fmt(&text, "%llu of %llu polls of ", aios_ull(cnt), aios_ull(patient->polls));
	aios_doctor_who(&text, patient->comm, patient->pid);
	aios_buf_fmt(&text, " %s", what);
	return aios_doctor_tell(doctor, &condition, &text);
}

static int poll_judge(struct aios_doctor *doctor, const struct aios_patient *patient)
{
	if (patient->polls < AIOS_FEW)
		return 0;
	if (aios_doctor_percent(patient->ready, patient->polls) >= AIOS_MOST)
		return poll_tell(doctor, patient, AIOS_AIL_POLL_READY, patient->ready,
				 &patient->readies,
				 "asked for what was ready when they were submitted");
	if (patient->early * 2 >= patient->polls)
		return poll_tell(doctor, patient, AIOS_AIL_POLL_EARLY, patient->early,
				 &patient->earlies,
				 "were woken before their submission had decided to wait");
	return 0;
}

static int poll_end(struct aios_doctor *doctor)
{
	const struct aios_patient *patient;
	size_t iter = 0;
	int err = 0;

	while (!err && (patient = aios_map_next(&doctor->patients, &iter)))
		err = poll_judge(doctor, patient);
	return err;
}

const struct aios_family aios_family_poll = {
	.request = poll_request,
	.end = poll_end,
};
