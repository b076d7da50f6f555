// SPDX-License-Identifier: GPL-2.0-only
/*
 * doctor.c - listens, asks the families, and keeps the worst that they tell.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "doctor_int.h"
#include "vec.h"

static const struct aios_family *const families[] = {
	&aios_family_ctx, &aios_family_again, &aios_family_submit, &aios_family_read,
	&aios_family_poll, &aios_family_eventfd,
};

#define FAMILIES	(sizeof(families) / sizeof(families[0]))

struct aios_doctor *aios_doctor_new(void)
{
	return calloc(1, sizeof(struct aios_doctor));
}

static void chart_free(void *value)
{
	struct aios_chart *chart = value;

	aios_buf_done(&chart->late.subject);
	free(chart);
}

static void spot_free(void *value)
{
	struct aios_spot *spot = value;

	free(spot->file);
	free(spot);
}

static void map_free(struct aios_map *map, void (*each)(void *))
{
	size_t iter = 0;
	void *value;

	while ((value = aios_map_next(map, &iter)))
		each(value);
	aios_map_done(map);
}

static void notifies_free(struct aios_notify *notify)
{
	while (notify) {
		struct aios_notify *next = notify->next;

		free(notify);
		notify = next;
	}
}

/**
 * aios_doctor_free() - frees a doctor
 * @doctor: may be NULL; its pipeline is not fed any more
 * Return: NULL.
 */
struct aios_doctor *aios_doctor_free(struct aios_doctor *doctor)
{
	if (!doctor)
		return NULL;
	map_free(&doctor->charts, chart_free);
	map_free(&doctor->spots, spot_free);
	map_free(&doctor->patients, free);
	map_free(&doctor->readers, free);
	aios_map_done(&doctor->names);
	aios_map_done(&doctor->eventfds);
	aios_map_done(&doctor->numbers);
	notifies_free(doctor->notifies);
	for (size_t i = 0; i < doctor->cnt; i++)
		free(doctor->conditions[i].message);
	free(doctor->conditions);
	free(doctor);
	return NULL;
}

const struct aios_ctx *aios_doctor_ctx(const struct aios_doctor *doctor, uint64_t kctx)
{
	return aios_model_context(aios_pipeline_model(doctor->pipe), kctx);
}

struct aios_patient *aios_doctor_patient(struct aios_doctor *doctor, uint32_t pid,
					 const char *comm)
{
	struct aios_patient *patient = aios_map_get(&doctor->patients, pid);

	if (patient)
		return patient;
	patient = aios_map_add(&doctor->patients, pid, sizeof(*patient));
	if (!patient)
		return NULL;
	patient->pid = pid;
	memcpy(patient->comm, comm, strnlen(comm, AIOS_COMM_LEN));
	return patient;
}

static int chart_begin(struct aios_doctor *doctor, uint64_t kctx, uint64_t user_id, uint32_t tgid,
		       uint32_t max_reqs)
{
	struct aios_chart *chart;

	if (aios_doctor_chart(doctor, kctx))
		return 0;
	chart = aios_map_add(&doctor->charts, kctx, sizeof(*chart));
	if (!chart)
		return -ENOMEM;
	chart->kctx = kctx;
	chart->name = aios_doctor_named(user_id, tgid);
	chart->max_reqs = max_reqs;
	chart->line.cpu = AIOS_UNKNOWN32;
	chart->backlog.each = AIOS_BACKLOG_MIN;
	return aios_map_put(&doctor->names, chart->name, chart);
}

static void chart_end(struct aios_doctor *doctor, struct aios_chart *chart)
{
	aios_map_take(&doctor->charts, chart->kctx);
	if (aios_map_get(&doctor->names, chart->name) == chart)
		aios_map_take(&doctor->names, chart->name);
	chart_free(chart);
}

static int chart_record(struct aios_doctor *doctor, const struct aios_rec *rec)
{
	const struct aios_ctx_setup *setup = &rec->ctx_setup;
	const struct aios_ctx_found *found = &rec->ctx_found;

	if (rec->h.type == AIOS_EV_CTX_SETUP)
		return chart_begin(doctor, setup->kctx, setup->user_id, rec->h.tgid,
				   setup->max_reqs);
	if (rec->h.type == AIOS_EV_CTX_FOUND)
		return chart_begin(doctor, found->kctx, found->user_id, found->owner_tgid,
				   found->max_reqs);
	return 0;
}

static int doctor_record(void *arg, const struct aios_rec *rec)
{
	struct aios_doctor *doctor = arg;
	int err = chart_record(doctor, rec);

	/* What was alive before the file begins was looked at in the file before. */
	if (rec->h.flags & AIOS_F_FRONT)
		return err;
	for (size_t i = 0; i < FAMILIES && !err; i++)
		if (families[i]->record)
			err = families[i]->record(doctor, rec);
	return err;
}

static bool request_is_known(const struct aios_request *req)
{
	return !req->tainted && !req->ctx->tainted && !req->ctx->implied &&
	       req->fate != AIOS_FATE_LOST_TRACK && req->origin != AIOS_ORIGIN_UNKNOWN;
}

static int doctor_request(void *arg, const struct aios_request *req)
{
	struct aios_doctor *doctor = arg;
	int err = 0;

	doctor->sum.requests++;
	if (!request_is_known(req)) {
		doctor->sum.requests_left_out++;
		return 0;
	}
	for (size_t i = 0; i < FAMILIES && !err; i++)
		if (families[i]->request)
			err = families[i]->request(doctor, req);
	return err;
}

static int doctor_context(void *arg, const struct aios_ctx *ctx)
{
	struct aios_doctor *doctor = arg;
	struct aios_chart *chart = aios_doctor_chart(doctor, ctx->kctx);
	int err = 0;

	if (ctx->undone)
		goto out;
	doctor->sum.contexts++;
	if (ctx->tainted || ctx->implied || !chart) {
		doctor->sum.contexts_left_out++;
		goto out;
	}
	for (size_t i = 0; i < FAMILIES && !err; i++)
		if (families[i]->over)
			err = families[i]->over(doctor, ctx, chart);
out:
	if (chart)
		chart_end(doctor, chart);
	return err;
}

int aios_doctor_watch(struct aios_doctor *doctor, struct aios_pipeline *pipe)
{
	static const struct aios_pipeline_ops ops = {
		.record = doctor_record,
		.request = doctor_request,
		.context = doctor_context,
	};

	doctor->pipe = pipe;
	return aios_pipeline_beside(pipe, &ops, doctor);
}

static int worst_first(const void *a, const void *b)
{
	const struct aios_condition *x = a, *y = b;

	if (x->severity != y->severity)
		return x->severity > y->severity ? -1 : 1;
	if (x->ailment != y->ailment)
		return x->ailment < y->ailment ? -1 : 1;
	if (x->weight != y->weight)
		return x->weight > y->weight ? -1 : 1;
	return x->ctx_id < y->ctx_id ? -1 : x->ctx_id > y->ctx_id;
}

int aios_doctor_end(struct aios_doctor *doctor)
{
	int err = 0;

	if (doctor->over)
		return 0;
	doctor->over = true;
	for (size_t i = 0; i < FAMILIES && !err; i++)
		if (families[i]->end)
			err = families[i]->end(doctor);
	if (doctor->cnt)
		qsort(doctor->conditions, doctor->cnt, sizeof(*doctor->conditions), worst_first);
	for (size_t i = 0; i < doctor->cnt; i++)
		doctor->conditions[i].nr = i + 1;
	return err;
}

void aios_sample_time(uint64_t *from_ns, uint64_t *to_ns, uint64_t ns)
{
	if (!*from_ns || ns < *from_ns)
		*from_ns = ns;
	if (ns > *to_ns)
		*to_ns = ns;
}

void aios_sample_add(struct aios_sample *sample, uint64_t id, uint64_t ns)
{
	if (sample->cnt < AIOS_CONDITION_REQUESTS)
		sample->ids[sample->cnt++] = id;
	if (ns)
		aios_sample_time(&sample->from_ns, &sample->to_ns, ns);
}

struct aios_condition aios_condition_of(enum aios_ailment_nr nr, uint64_t weight)
{
	const struct aios_ailment *ailment = &aios_ailments(NULL)[nr];

	return (struct aios_condition){
		.ailment = ailment,
		.severity = ailment->severity,
		.weight = weight,
		.advice = ailment->advice,
	};
}

void aios_condition_ctx(struct aios_condition *condition, const struct aios_ctx *ctx)
{
	condition->ctx_id = ctx->id;
	condition->user_id = ctx->user_id;
	condition->pid = ctx->pid;
	memcpy(condition->comm, ctx->comm, sizeof(condition->comm));
}

void aios_condition_sample(struct aios_condition *condition, const struct aios_sample *sample)
{
	memcpy(condition->requests, sample->ids, sizeof(condition->requests));
	condition->request_cnt = sample->cnt;
	condition->from_ns = sample->from_ns;
	condition->to_ns = sample->to_ns;
}

void aios_condition_add(struct aios_condition *condition, const char *name, enum aios_unit unit,
			uint64_t value)
{
	if (condition->number_cnt < AIOS_CONDITION_NUMBERS)
		condition->numbers[condition->number_cnt++] =
			(struct aios_number){ .name = name, .unit = unit, .value = value };
}

void aios_doctor_who(struct aios_buf *buf, const char *comm, uint32_t pid)
{
	aios_buf_safe(buf, comm[0] ? comm : "?");
	if (pid)
		aios_buf_fmt(buf, "[%u]", pid);
}

void aios_doctor_whose(struct aios_buf *buf, const struct aios_ctx *ctx)
{
	aios_buf_fmt(buf, "context #%llu of ", aios_ull(ctx->id));
	aios_doctor_who(buf, ctx->comm, ctx->pid);
}

/* Where to put one more: a new place, or the lightest's; NULL where all are heavier. */
static int place_of(struct aios_doctor *doctor, const struct aios_condition *condition,
		    struct aios_condition **ret)
{
	struct aios_condition *lightest = NULL, *room;
	size_t kept = 0;

	for (size_t i = 0; i < doctor->cnt; i++) {
		struct aios_condition *other = &doctor->conditions[i];

		if (other->ailment != condition->ailment)
			continue;
		kept++;
		if (!lightest || other->weight < lightest->weight)
			lightest = other;
	}
	if (kept == AIOS_CONDITIONS_KEPT) {
		*ret = lightest->weight < condition->weight ? lightest : NULL;
		return 0;
	}
	room = aios_vec_room(doctor->conditions, doctor->cnt, &doctor->cap, sizeof(*room));
	if (!room)
		return -ENOMEM;
	doctor->conditions = room;
	*ret = &room[doctor->cnt++];
	(*ret)->message = NULL;
	return 0;
}

int aios_doctor_tell(struct aios_doctor *doctor, struct aios_condition *condition,
		     struct aios_buf *message)
{
	struct aios_condition *place = NULL;
	int err = message->err || !message->data ? -ENOMEM : 0;

	condition->at_least = aios_lost(aios_pipeline_trace(doctor->pipe).loss);
	doctor->told[condition->ailment - aios_ailments(NULL)]++;
	doctor->sum.by_grade[condition->severity]++;
	if (!err)
		err = place_of(doctor, condition, &place);
	if (!place) {
		aios_buf_done(message);
		return err;
	}
	free(place->message);
	*place = *condition;
	place->message = message->data;
	return 0;
}

const struct aios_condition *aios_doctor_conditions(const struct aios_doctor *doctor, size_t *cnt)
{
	*cnt = doctor->cnt;
	return doctor->conditions;
}

uint64_t aios_doctor_count(const struct aios_doctor *doctor, size_t ailment)
{
	return doctor->told[ailment];
}

static bool is_hooked(const struct aios_info *info, const char *what)
{
	for (size_t i = 0; i < info->hook_cnt; i++)
		if (info->hooks[i].what && info->hooks[i].how && !strcmp(info->hooks[i].what, what))
			return true;
	/* A trace that names no hooks observed all of its level. */
	return !info->hook_cnt;
}

static enum aios_proof proof_of(const struct aios_info *info)
{
	return aios_info_exact(info) ? AIOS_PROOF_EXACT :
	       aios_info_calls_only(info) ? AIOS_PROOF_SYSCALL : AIOS_PROOF_FUNCTION;
}

/* Eventfds that nobody has signalled are not signalled too often, whether or not reads are seen. */
static bool has_subject(const struct aios_doctor *doctor, size_t ailment)
{
	return ailment != AIOS_AIL_EVENTFD || doctor->sum_notified;
}

static bool has_parts_missing(const struct aios_doctor *doctor, size_t ailment)
{
	return doctor->sum.contexts_left_out || doctor->sum.requests_left_out ||
	       (ailment == AIOS_AIL_EVENTFD && doctor->sum_notified_unknown);
}

enum aios_judged aios_doctor_judged(const struct aios_doctor *doctor, size_t ailment)
{
	const struct aios_info *info = aios_pipeline_trace(doctor->pipe).info;
	const struct aios_ailment *of = &aios_ailments(NULL)[ailment];

	if (proof_of(info) < of->needs)
		return AIOS_JUDGED_NOT_LEVEL;
	/* The calls alone have hooks of other names, and are all there. */
	for (size_t i = 0; i < AIOS_AILMENT_HOOKS && of->hooks[i]; i++)
		if (!aios_info_calls_only(info) && !is_hooked(info, of->hooks[i]) &&
		    has_subject(doctor, ailment))
			return AIOS_JUDGED_NOT_HOOK;
	if (has_parts_missing(doctor, ailment))
		return AIOS_JUDGED_NOT_PARTS;
	return AIOS_JUDGED;
}

struct aios_doctor_sum aios_doctor_sum(const struct aios_doctor *doctor)
{
	return doctor->sum;
}

int aios_ailment_find(const char *name)
{
	size_t cnt;
	const struct aios_ailment *ailments = aios_ailments(&cnt);

	for (size_t i = 0; i < cnt; i++)
		if (!strcasecmp(ailments[i].id, name) || !strcasecmp(ailments[i].slug, name))
			return (int)i;
	return -1;
}

static const char *const grades[] = {
	[AIOS_GRADE_INFO] = "info",
	[AIOS_GRADE_WARN] = "warn",
	[AIOS_GRADE_CRIT] = "crit",
};

int aios_grade_find(const char *name)
{
	for (int i = AIOS_GRADE_INFO; i <= AIOS_GRADE_CRIT; i++)
		if (!strcasecmp(grades[i], name))
			return i;
	return -1;
}

const char *aios_grade_name(enum aios_grade grade)
{
	return grades[grade];
}

const char *aios_proof_name(enum aios_proof proof)
{
	static const char *const names[] = {
		[AIOS_PROOF_SYSCALL] = "syscall",
		[AIOS_PROOF_FUNCTION] = "function",
		[AIOS_PROOF_EXACT] = "exact",
	};

	return names[proof];
}

const char *aios_judged_name(enum aios_judged judged)
{
	static const char *const names[] = {
		[AIOS_JUDGED] = "judged",
		[AIOS_JUDGED_NOT_LEVEL] = "level",
		[AIOS_JUDGED_NOT_HOOK] = "hook",
		[AIOS_JUDGED_NOT_PARTS] = "parts",
	};

	return names[judged];
}
