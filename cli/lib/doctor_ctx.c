// SPDX-License-Identifier: GPL-2.0-only
/*
 * doctor_ctx.c - conditions of contexts as a whole: the host's limit, their size, their end.
 */
#include <errno.h>
#include <string.h>

#include "doctor_int.h"
#include "names.h"
#include "units.h"
#include "view.h"

/* What a context counts for, until it is killed: aio_nr is given back then. */
static void limit_given(struct aios_doctor *doctor, struct aios_chart *chart)
{
	if (!chart)
		return;
	chart->killed = true;
	if (!chart->max_reqs)
		return;
	doctor->limit.held -= chart->max_reqs;
	doctor->limit.contexts--;
	chart->max_reqs = 0;
}

static void limit_taken(struct aios_limit *limit, uint32_t max_reqs)
{
	limit->held += max_reqs;
	limit->contexts++;
	if (limit->held > limit->held_max)
		limit->held_max = limit->held;
}

static void limit_refused(struct aios_doctor *doctor, const struct aios_rec *rec)
{
	struct aios_limit *limit = &doctor->limit;
	const struct aios_process *process;

	if (rec->ctx_refused.err != -EAGAIN)
		return;
	aios_sample_time(&limit->from_ns, &limit->to_ns, rec->h.time_ns);
	if (limit->refused++)
		return;
	limit->asked = rec->ctx_refused.max_reqs;
	limit->pid = rec->h.tgid;
	limit->refused_held = limit->held;
	limit->refused_contexts = limit->contexts;
	process = aios_model_process(aios_pipeline_model(doctor->pipe), rec->h.tgid);
	if (process && process->known)
		memcpy(limit->comm, process->comm, sizeof(limit->comm));
}

static int ctx_record(struct aios_doctor *doctor, const struct aios_rec *rec)
{
	struct aios_limit *limit = &doctor->limit;

	switch (rec->h.type) {
	case AIOS_EV_CTX_SETUP:
		limit_taken(limit, rec->ctx_setup.max_reqs);
		return 0;
	case AIOS_EV_CTX_LIMIT:
		if (!limit->told.h.type)
			limit->told = *rec;
		return 0;
	case AIOS_EV_CTX_REFUSED:
		limit_refused(doctor, rec);
		return 0;
	case AIOS_EV_CTX_KILL:
		if (!rec->ctx_kill.ret)
			limit_given(doctor, aios_doctor_chart(doctor, rec->ctx_kill.kctx));
		return 0;
	default:
		return 0;
	}
}

/* Keeps the last ones, the very last first. */
static int ctx_request(struct aios_doctor *doctor, const struct aios_request *req)
{
	struct aios_chart *chart = aios_doctor_chart(doctor, req->ctx->kctx);
	struct aios_late *late;
	size_t at = 0;

	if (!chart || !req->ctx->kill_ns || req->completed_ns < req->ctx->kill_ns)
		return 0;
	late = &chart->late;
	late->cnt++;
	while (at < late->last_cnt && late->last[at].ns >= req->completed_ns)
		at++;
	if (at == AIOS_CONDITION_REQUESTS)
		return 0;
	if (late->last_cnt < AIOS_CONDITION_REQUESTS)
		late->last_cnt++;
	memmove(&late->last[at + 1], &late->last[at],
		(late->last_cnt - at - 1) * sizeof(late->last[0]));
	late->last[at].id = req->id;
	late->last[at].ns = req->completed_ns;
	if (at)
		return 0;
	aios_buf_clear(&late->subject);
	aios_buf_fmt(&late->subject, "%s ", aios_op_name(req->ask.op));
	aios_fmt_subject(&late->subject, req);
	return late->subject.err;
}

/* In flight and unread at the same time were that many at most: each had its maximum by itself. */
static uint64_t used_of(const struct aios_ctx *ctx)
{
	uint64_t used = (uint64_t)ctx->in_flight_max + ctx->unread_max;

	return used < ctx->max_reqs ? used : ctx->max_reqs;
}

static int use_add(struct aios_doctor *doctor, const struct aios_ctx *ctx)
{
	struct aios_patient *patient;
	uint64_t unused;

	/* Of one that is older than the trace it is not known what it was used for before. */
	if (!ctx->max_reqs || !ctx->pid || ctx->older || ctx->completed < AIOS_USED_FEW)
		return 0;
	patient = aios_doctor_patient(doctor, ctx->pid, ctx->comm);
	if (!patient)
		return -ENOMEM;
	unused = ctx->max_reqs - used_of(ctx);
	patient->contexts++;
	patient->asked += ctx->max_reqs;
	patient->used += used_of(ctx);
	patient->ring_bytes += (uint64_t)ctx->nr_events * 32;
	if (unused > patient->worst_unused) {
		patient->worst_unused = unused;
		patient->worst = ctx->id;
		patient->worst_user_id = ctx->user_id;
	}
	return 0;
}

/* Since when nobody but its requests has kept the context, or its killer waiting. */
static uint64_t waits_since(const struct aios_ctx *ctx)
{
	return ctx->users0_ns > ctx->kill_ns ? ctx->users0_ns : ctx->kill_ns;
}

static void teardown_text(struct aios_buf *buf, const struct aios_ctx *ctx,
			  const struct aios_late *late, uint64_t waited_ns, bool over)
{
	aios_buf_str(buf, "the end of ");
	aios_doctor_whose(buf, ctx);
	aios_buf_str(buf, over ? " waited " : " has waited ");
	aios_fmt_duration(buf, waited_ns);
	if (!over) {
		aios_buf_fmt(buf, " so far for %u request%s in flight", ctx->in_flight,
			     aios_s(ctx->in_flight));
		if (late->cnt)
			aios_buf_fmt(buf, ", after %llu that completed meanwhile",
				     aios_ull(late->cnt));
		return;
	}
	aios_buf_fmt(buf, " for %llu request%s; the last was request %llu, ", aios_ull(late->cnt),
		     aios_s(late->cnt), aios_ull(late->last[0].id));
	aios_buf_str(buf, late->subject.data ? late->subject.data : "?");
}

static int teardown_over(struct aios_doctor *doctor, const struct aios_ctx *ctx,
			 const struct aios_chart *chart)
{
	const struct aios_late *late = &chart->late;
	uint64_t since_ns = waits_since(ctx), now_ns = aios_pipeline_now(doctor->pipe);
	bool over = ctx->reqs0_ns || ctx->free_ns || !ctx->in_flight;
	uint64_t end_ns = over ? late->last[0].ns : now_ns;
	uint64_t waited_ns = end_ns > since_ns ? end_ns - since_ns : 0;
	struct aios_condition condition;
	struct aios_buf text = { 0 };

	if (!ctx->kill_ns || waited_ns < AIOS_TEARDOWN_MS * 1000000ULL)
		return 0;
	condition = aios_condition_of(AIOS_AIL_TEARDOWN, waited_ns);
	if (waited_ns < AIOS_TEARDOWN_CRIT_MS * 1000000ULL)
		condition.severity = AIOS_GRADE_WARN;
	aios_condition_ctx(&condition, ctx);
	for (size_t i = 0; i < late->last_cnt; i++)
		condition.requests[condition.request_cnt++] = late->last[i].id;
	condition.from_ns = ctx->kill_ns;
	condition.to_ns = end_ns;
	aios_condition_add(&condition, "waited", AIOS_UNIT_NS, waited_ns);
	aios_condition_add(&condition, "completed_after_kill", AIOS_UNIT_COUNT, late->cnt);
	aios_condition_add(&condition, "in_flight_at_end", AIOS_UNIT_COUNT,
			   over ? 0 : ctx->in_flight);
	teardown_text(&text, ctx, late, waited_ns, over);
	return aios_doctor_tell(doctor, &condition, &text);
}

static int ctx_over(struct aios_doctor *doctor, const struct aios_ctx *ctx,
		    const struct aios_chart *chart)
{
	int err = use_add(doctor, ctx);

	return err ? err : teardown_over(doctor, ctx, chart);
}

static int tell_oversized(struct aios_doctor *doctor, const struct aios_patient *patient)
{
	uint64_t unused = patient->asked - patient->used;
	struct aios_condition condition;
	struct aios_buf text = { 0 };

	if (unused < AIOS_UNUSED_MIN || patient->used * AIOS_USED_PART >= patient->asked)
		return 0;
	condition = aios_condition_of(AIOS_AIL_OVERSIZED, unused);
	condition.pid = patient->pid;
	memcpy(condition.comm, patient->comm, sizeof(condition.comm));
	condition.ctx_id = patient->worst;
	condition.user_id = patient->worst_user_id;
	aios_condition_add(&condition, "contexts", AIOS_UNIT_COUNT, patient->contexts);
	aios_condition_add(&condition, "asked", AIOS_UNIT_COUNT, patient->asked);
	aios_condition_add(&condition, "used", AIOS_UNIT_COUNT, patient->used);
	aios_condition_add(&condition, "rings", AIOS_UNIT_BYTES, patient->ring_bytes);
	aios_doctor_who(&text, patient->comm, patient->pid);
	aios_buf_fmt(&text, " asked io_setup for room for %llu requests in %llu context%s, and had "
		     "%llu of them at most in flight or unread", aios_ull(patient->asked),
		     aios_ull(patient->contexts), aios_s(patient->contexts),
		     aios_ull(patient->used));
	return aios_doctor_tell(doctor, &condition, &text);
}

/**
 * struct nr - how much of the limit is used, as far as anybody said
 */
struct nr {
	uint64_t held;
	uint64_t max;
};

/* Told when io_setup failed, or by the host at the beginning with what was made since. */
static struct nr nr_of(const struct aios_doctor *doctor)
{
	const struct aios_info *info = aios_pipeline_trace(doctor->pipe).info;
	const struct aios_ctx_limit *told = &doctor->limit.told.ctx_limit;

	if (doctor->limit.told.h.type)
		return (struct nr){ told->aio_nr, told->aio_max_nr };
	return (struct nr){ info->aio_nr + (doctor->limit.refused ? doctor->limit.refused_held :
					    doctor->limit.held_max), info->aio_max_nr };
}

static void limit_text(struct aios_buf *text, const struct aios_limit *limit, const struct nr *nr)
{
	bool told = limit->told.h.type;

	if (limit->refused) {
		aios_buf_fmt(text, "io_setup failed with EAGAIN %llu time%s, at first when ",
			     aios_ull(limit->refused), aios_s(limit->refused));
		aios_doctor_who(text, limit->comm, limit->pid);
		aios_buf_fmt(text, " asked for %u", limit->asked);
	}
	if (limit->refused && nr->max && limit->asked > nr->max) {
		aios_buf_fmt(text, ", which is more than the limit (fs.aio-max-nr) as a whole: "
			     "%llu", aios_ull(nr->max));
		return;
	}
	if (nr->max)
		aios_buf_fmt(text, "%s%s%llu of %llu (fs.aio-max-nr) were taken%s",
			     limit->refused ? ": " : "", told ? "" : "about ", aios_ull(nr->held),
			     aios_ull(nr->max),
			     told ? "" : ", by what the host said when the trace began and what "
			     "was made since");
	else
		aios_buf_str(text, ", more than fs.aio-max-nr had left");
	if (limit->refused_held)
		aios_buf_fmt(text, "; traced processes held %llu in %llu context%s",
			     aios_ull(limit->refused_held), aios_ull(limit->refused_contexts),
			     aios_s(limit->refused_contexts));
}

static int tell_limit(struct aios_doctor *doctor)
{
	const struct aios_limit *limit = &doctor->limit;
	struct nr nr = nr_of(doctor);
	struct aios_condition condition;
	struct aios_buf text = { 0 };

	if (!limit->refused && aios_doctor_percent(nr.held, nr.max) < AIOS_LIMIT_NEAR)
		return 0;
	condition = aios_condition_of(AIOS_AIL_LIMIT, limit->refused);
	if (!limit->refused)
		condition.severity = AIOS_GRADE_WARN;
	condition.pid = limit->pid;
	memcpy(condition.comm, limit->comm, sizeof(condition.comm));
	condition.from_ns = limit->from_ns;
	condition.to_ns = limit->to_ns;
	aios_condition_add(&condition, "refused", AIOS_UNIT_COUNT, limit->refused);
	if (limit->refused)
		aios_condition_add(&condition, "asked", AIOS_UNIT_COUNT, limit->asked);
	if (nr.max) {
		aios_condition_add(&condition, "aio_nr", AIOS_UNIT_COUNT, nr.held);
		aios_condition_add(&condition, "aio_max_nr", AIOS_UNIT_COUNT, nr.max);
	}
	aios_condition_add(&condition, "traced", AIOS_UNIT_COUNT,
			   limit->refused ? limit->refused_held : limit->held_max);
	limit_text(&text, limit, &nr);
	return aios_doctor_tell(doctor, &condition, &text);
}

static int ctx_end(struct aios_doctor *doctor)
{
	const struct aios_patient *patient;
	size_t iter = 0;
	int err = tell_limit(doctor);

	while (!err && (patient = aios_map_next(&doctor->patients, &iter)))
		err = tell_oversized(doctor, patient);
	return err;
}

const struct aios_family aios_family_ctx = {
	.record = ctx_record,
	.request = ctx_request,
	.over = ctx_over,
	.end = ctx_end,
};
