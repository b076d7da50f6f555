// SPDX-License-Identifier: GPL-2.0-only
/*
 * check.c - asks the rules, keeps findings, and comes to a verdict.
 */
#include "check.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "names.h"
#include "vec.h"
#include "watch.h"

/**
 * struct tally - what became of a rule
 * @found: times it was broken
 * @known: of them, that the baseline has
 */
struct tally {
	enum aios_rule_state state;
	uint64_t found;
	uint64_t known;
};

struct aios_check {
	struct aios_check_opts opts;
	struct aios_pipeline *pipe;
	struct aios_watches watches;
	const struct aios_rule *rules;
	size_t rule_cnt;
	struct tally *tallies;
	bool begun; /* the level is known */
	bool exact;
	uint64_t requests;
	uint64_t refused;
	uint64_t contexts;
	struct aios_finding *findings;
	size_t finding_cnt, finding_cap;
	const struct aios_glance *look; /* at what is alive; NULL where it is over */
	uint64_t idle_ns;	/* see struct aios_case */
	struct aios_map alive;	/* what was found then, kept or not: is not found again */
};

/*
 * Was what a rule looks at observed? A trace that names no hooks observed all of its level, and one
 * of another level may have no hook of that name (see struct aios_rule).
 */
static bool is_hooked(const struct aios_info *info, const char *what)
{
	bool missing = false, if_any = *what == '?';

	what += if_any;
	for (size_t i = 0; i < info->hook_cnt; i++) {
		if (!info->hooks[i].what || strcmp(info->hooks[i].what, what))
			continue;
		if (info->hooks[i].how)
			return true;
		missing = true;
	}
	return !missing && (if_any || !info->hook_cnt);
}

static enum aios_rule_state rule_state(const struct aios_check *check, size_t nr,
				       const struct aios_info *info)
{
	const struct aios_rule *rule = &check->rules[nr];

	if (check->opts.chosen && !check->opts.chosen[nr])
		return AIOS_RULE_NOT_CHOSEN;
	if (aios_info_calls_only(info) ||
	    (rule->needs == AIOS_NEEDS_EXACT && !aios_info_exact(info)))
		return AIOS_RULE_LEVEL;
	if (!rule->robust && aios_info_kprobes(info))
		return AIOS_RULE_HOOK;
	for (size_t i = 0; i < AIOS_RULE_HOOKS && rule->hooks[i]; i++)
		if (!is_hooked(info, rule->hooks[i]))
			return AIOS_RULE_HOOK;
	return AIOS_RULE_CHECKED;
}

/* What can be judged is known with the trace's first chunk. */
static void check_begin(struct aios_check *check)
{
	const struct aios_info *info = aios_pipeline_trace(check->pipe).info;

	if (check->begun)
		return;
	check->begun = true;
	check->exact = aios_info_exact(info);
	for (size_t i = 0; i < check->rule_cnt; i++)
		check->tallies[i].state = rule_state(check, i, info);
}

int aios_key_compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* "R9:fio:pread": the same in every run of the same load. */
static char *finding_key(const struct aios_rule *rule, const char *comm,
			 const struct aios_request *req)
{
	struct aios_buf buf = { 0 };

	if (rule->trace) {
		aios_buf_fmt(&buf, "%s:host", rule->id);
		return buf.data;
	}
	aios_buf_fmt(&buf, "%s:", rule->id);
	aios_buf_safe(&buf, comm[0] ? comm : "?");
	aios_buf_fmt(&buf, ":%s", !req ? "context" : req->asked ? aios_op_name(req->ask.op) : "?");
	return buf.data;
}

/* The newest records of a context, oldest first. */
static int finding_events(struct aios_finding *finding, const struct aios_watch *watch)
{
	size_t cnt, first;

	if (!watch || !watch->event_cnt)
		return 0;
	cnt = watch->event_cnt < AIOS_WATCH_EVENTS ? watch->event_cnt : AIOS_WATCH_EVENTS;
	first = watch->event_cnt - cnt;
	finding->events = calloc(cnt, sizeof(*finding->events));
	if (!finding->events)
		return -ENOMEM;
	for (size_t i = 0; i < cnt; i++)
		finding->events[i] = watch->events[(first + i) % AIOS_WATCH_EVENTS];
	finding->event_cnt = cnt;
	return 0;
}

static void finding_done(struct aios_finding *finding)
{
	if (finding->req)
		aios_request_release(finding->req);
	free(finding->what);
	free(finding->expected);
	free(finding->key);
	free(finding->events);
}

/* A rule and what breaks it, for @check->alive. */
static uint64_t alive_key(size_t nr, const struct aios_request *req, const struct aios_ctx *ctx)
{
	return (uint64_t)nr << 56 | (uint64_t)(req != NULL) << 55 | (req ? req->id : ctx->id);
}

static int finding_keep(struct aios_check *check, struct aios_finding *finding)
{
	struct aios_finding *room = aios_vec_room(check->findings, check->finding_cnt,
						  &check->finding_cap, sizeof(*room));

	if (!room)
		return -ENOMEM;
	check->findings = room;
	finding->nr = check->finding_cnt + 1;
	if (finding->req)
		aios_request_hold(finding->req);
	room[check->finding_cnt++] = *finding;
	return 0;
}

static int found(struct aios_check *check, size_t nr, struct aios_case *c,
		 const struct aios_request *req, const struct aios_ctx *ctx,
		 const struct aios_watch *watch)
{
	struct tally *tally = &check->tallies[nr];
	struct aios_finding finding = {
		.rule = &check->rules[nr],
		.ctx_id = ctx->id,
		.user_id = ctx->user_id,
		.pid = ctx->pid,
		.key = finding_key(&check->rules[nr], ctx->comm, req),
	};
	int err = finding.key ? 0 : -ENOMEM;
	uint64_t kept;

	if (!err && check->opts.baseline_cnt)
		finding.known = bsearch(&finding.key, check->opts.baseline,
					check->opts.baseline_cnt, sizeof(char *), aios_key_compare);
	tally->found++;
	tally->known += finding.known;
	/* Those of the baseline take no room from others. */
	kept = finding.known ? tally->known : tally->found - tally->known;
	if (err || kept > AIOS_FINDINGS_KEPT) {
		free(finding.key);
		return err;
	}
	memcpy(finding.comm, ctx->comm, sizeof(finding.comm));
	finding.req = req;
	finding.what = strdup(c->what.data ? c->what.data : "");
	finding.expected = strdup(c->expected.data ? c->expected.data : "");
	if (!finding.what || !finding.expected)
		err = -ENOMEM;
	if (!err && !req)
		err = finding_events(&finding, watch);
	if (!err)
		err = finding_keep(check, &finding);
	if (err) {
		finding.req = NULL;
		finding_done(&finding);
	}
	return err;
}

/* Nobody is impatient who did not say so: what is late may still come. */
static uint64_t patience_ns(const struct aios_check *check)
{
	return check->look && !check->look->hangs ? UINT64_MAX : check->opts.patience_ns;
}

/*
 * A request that is being submitted may be refused yet. What completed it then was somebody else,
 * and it is freed with another count.
 */
static bool may_be_refused(const struct aios_request *req)
{
	return req->born_ns && !req->returned_ns && !req->gone_on;
}

static struct aios_case case_of(const struct aios_check *check)
{
	return (struct aios_case){
		.exact = check->exact,
		.over = !check->look,
		.now_ns = aios_pipeline_now(check->pipe),
		.patience_ns = patience_ns(check),
		.idle_ns = check->idle_ns,
		.host = &check->watches.host,
	};
}

static bool is_broken(const struct aios_check *check, const struct aios_rule *rule,
		      struct aios_case *c, const struct aios_request *req,
		      const struct aios_ctx *ctx, const struct aios_watch *watch)
{
	if (aios_rule_mismatched(rule, c, req, watch))
		return true;
	if (req)
		return rule->request && rule->request(c, req);
	if (!ctx->kctx)
		return rule->trace && rule->trace(c, aios_pipeline_trace(check->pipe).end);
	return rule->context && rule->context(c, ctx, watch);
}

static void case_done(struct aios_case *c)
{
	aios_buf_done(&c->what);
	aios_buf_done(&c->expected);
}

/* Does another rule, which is judged, tell the cause of this? */
static bool is_explained(const struct aios_check *check, const struct aios_rule *rule,
			 const struct aios_request *req, const struct aios_ctx *ctx,
			 const struct aios_watch *watch)
{
	bool ret = false;

	for (size_t i = 0; i < AIOS_RULE_UNLESS && rule->unless[i] && !ret; i++) {
		size_t nr = (size_t)aios_rule_find(rule->unless[i]);
		struct aios_case c = case_of(check);

		ret = check->tallies[nr].state == AIOS_RULE_CHECKED &&
		      is_broken(check, &check->rules[nr], &c, req, ctx, watch);
		case_done(&c);
	}
	return ret;
}

/* Asks a rule. Return: 0 or -ENOMEM. */
static int ask(struct aios_check *check, size_t nr, struct aios_case *c,
	       const struct aios_request *req, const struct aios_ctx *ctx,
	       const struct aios_watch *watch)
{
	const struct aios_rule *rule = &check->rules[nr];
	uint64_t key = alive_key(nr, req, ctx);
	int err;

	if (check->look && req && !rule->hangs && may_be_refused(req))
		return 0;
	if (!is_broken(check, rule, c, req, ctx, watch))
		return 0;
	if (is_explained(check, rule, req, ctx, watch)) {
		case_done(c);
		return 0;
	}
	err = aios_map_get(&check->alive, key) ? 0 : found(check, nr, c, req, ctx, watch);
	if (check->look && !err)
		err = aios_map_put(&check->alive, key, check);
	case_done(c);
	return err;
}

static int ask_all(struct aios_check *check, const struct aios_request *req,
		   const struct aios_ctx *ctx, const struct aios_watch *watch)
{
	struct aios_case c;
	int err = 0;

	check_begin(check);
	c = case_of(check);
	for (size_t i = 0; i < check->rule_cnt && !err; i++)
		if (check->tallies[i].state == AIOS_RULE_CHECKED)
			err = ask(check, i, &c, req, ctx, watch);
	return err;
}

static bool context_is_known(const struct aios_ctx *ctx)
{
	return !ctx->tainted && !ctx->implied;
}

/*
 * What crossed a hole, or began before anybody looked, is not known well enough. The model doubts a
 * completion of nobody, and a life that it lost track of; where nothing was lost, that is what was
 * wrong. One whose submission was under way when the trace ended is no riddle. As long as it lives
 * nobody has asked whether it is older than the trace.
 */
static bool request_is_known(const struct aios_check *check, const struct aios_request *req)
{
	if (!context_is_known(req->ctx) || req->unresolved)
		return false;
	if (req->origin == AIOS_ORIGIN_UNKNOWN || req->fate == AIOS_FATE_LOST_TRACK)
		return req->origin != AIOS_ORIGIN_BEFORE && !(check->look && req->ctx->older) &&
		       !aios_lost(aios_pipeline_trace(check->pipe).loss);
	return !req->tainted &&
	       (req->origin == AIOS_ORIGIN_BIRTH || req->origin == AIOS_ORIGIN_RETURN);
}

static int check_request(void *arg, const struct aios_request *req)
{
	struct aios_check *check = arg;

	if (!request_is_known(check, req))
		return 0;
	if (req->fate == AIOS_FATE_REFUSED)
		check->refused++;
	else
		check->requests++;
	return ask_all(check, req, req->ctx, NULL);
}

static int check_context(void *arg, const struct aios_ctx *ctx)
{
	struct aios_check *check = arg;
	int err = 0;

	if (context_is_known(ctx)) {
		check->contexts++;
		err = ask_all(check, NULL, ctx, aios_watch_get(&check->watches, ctx->kctx));
	}
	return err ? err : aios_watch_over(&check->watches, ctx);
}

static int check_record(void *arg, const struct aios_rec *rec)
{
	struct aios_check *check = arg;

	if (rec->h.flags & AIOS_F_FRONT)
		return 0;
	return aios_watch_record(&check->watches, aios_pipeline_model(check->pipe), rec);
}

static int check_ending(void *arg)
{
	struct aios_check *check = arg;

	aios_watch_others(&check->watches, aios_pipeline_model(check->pipe));
	return 0;
}

static int alive_request(void *arg, const struct aios_request *req)
{
	return request_is_known(arg, req) ? ask_all(arg, req, req->ctx, NULL) : 0;
}

/* Those who wait for a context that is over: all else was asked when it was. */
static int ask_wait(struct aios_check *check, const struct aios_wait *wait)
{
	struct aios_case c = case_of(check);
	int err = 0;

	for (size_t i = 0; i < check->rule_cnt && !err; i++)
		if (check->rules[i].hangs && check->tallies[i].state == AIOS_RULE_CHECKED)
			err = ask(check, i, &c, NULL, wait->ctx, wait->watch);
	return err;
}

static int ask_waits(struct aios_check *check)
{
	int err = 0;

	for (size_t i = 0; i < check->watches.wait_cnt && !err; i++)
		if (context_is_known(check->watches.waits[i].ctx))
			err = ask_wait(check, &check->watches.waits[i]);
	return err;
}

/*
 * How long has nothing been told? A reader whose time is not up comes out by itself, so that the
 * command does not stand still.
 */
static uint64_t idle_ns(const struct aios_check *check)
{
	uint64_t now_ns = aios_pipeline_now(check->pipe);
	uint64_t last_ns = aios_pipeline_trace(check->pipe).sum->last_ns;

	if (!last_ns || now_ns <= last_ns || aios_watch_timed(&check->watches, now_ns))
		return 0;
	return now_ns - last_ns;
}

int aios_check_alive(struct aios_check *check, const struct aios_glance *look)
{
	const struct aios_model *model = aios_pipeline_model(check->pipe);
	struct aios_watch *watch;
	const struct aios_ctx *ctx;
	size_t iter = 0;
	int err;

	check->look = look;
	check->idle_ns = look->silence ? idle_ns(check) : 0;
	aios_watch_others(&check->watches, model);
	err = aios_model_alive(model, alive_request, check);
	while (!err && (watch = aios_map_next(&check->watches.map, &iter))) {
		ctx = aios_model_context(model, watch->kctx);
		if (ctx && context_is_known(ctx))
			err = ask_all(check, NULL, ctx, watch);
	}
	if (!err)
		err = ask_waits(check);
	check->look = NULL;
	check->idle_ns = 0;
	return err;
}

struct aios_check *aios_check_new(const struct aios_check_opts *opts)
{
	static const struct aios_pipeline_ops ops = {
		.record = check_record,
		.request = check_request,
		.context = check_context,
		.ending = check_ending,
	};
	static const struct aios_model_opts model_opts = { .history = true };
	struct aios_check *check = calloc(1, sizeof(*check));

	if (!check)
		return NULL;
	check->opts = *opts;
	check->rules = aios_rules(&check->rule_cnt);
	check->tallies = calloc(check->rule_cnt, sizeof(*check->tallies));
	check->pipe = aios_pipeline_new(&ops, check, &model_opts);
	if (!check->tallies || !check->pipe)
		return aios_check_free(check);
	return check;
}

/**
 * aios_check_free() - frees a judge, its findings and its pipeline
 * @check: may be NULL
 * Return: NULL.
 */
struct aios_check *aios_check_free(struct aios_check *check)
{
	if (!check)
		return NULL;
	for (size_t i = 0; i < check->finding_cnt; i++)
		finding_done(&check->findings[i]);
	free(check->findings);
	aios_watches_done(&check->watches);
	aios_map_done(&check->alive);
	aios_pipeline_free(check->pipe);
	free(check->tallies);
	free(check);
	return NULL;
}

struct aios_pipeline *aios_check_pipeline(struct aios_check *check)
{
	return check->pipe;
}

bool aios_check_hangs(const struct aios_check *check)
{
	for (size_t i = 0; i < check->finding_cnt; i++)
		if (check->findings[i].rule->hangs)
			return true;
	return false;
}

int aios_check_end(struct aios_check *check)
{
	static const struct aios_ctx nobodys;
	int err = aios_pipeline_end(check->pipe);

	check_begin(check);
	if (!err)
		err = ask_waits(check);
	if (!err && !aios_lost(aios_pipeline_trace(check->pipe).loss))
		err = ask_all(check, NULL, &nobodys, NULL);
	return err;
}

const struct aios_finding *aios_check_findings(const struct aios_check *check, size_t *cnt)
{
	*cnt = check->finding_cnt;
	return check->findings;
}

uint64_t aios_check_count(const struct aios_check *check, size_t rule)
{
	return check->tallies[rule].found;
}

enum aios_rule_state aios_check_state(const struct aios_check *check, size_t rule)
{
	return check->tallies[rule].state;
}

static enum aios_reason check_reason(const struct aios_check *check,
				     const struct aios_verdict_info *info)
{
	struct aios_trace trace = aios_pipeline_trace(check->pipe);

	if (aios_lost(trace.loss))
		return AIOS_REASON_LOSS;
	if (!info->rules_checked)
		return AIOS_REASON_EVIDENCE;
	for (size_t i = 0; i < check->rule_cnt && check->opts.by_name; i++)
		if (check->tallies[i].state == AIOS_RULE_LEVEL ||
		    check->tallies[i].state == AIOS_RULE_HOOK)
			return AIOS_REASON_EVIDENCE;
	return info->requests || info->refused || info->contexts ? AIOS_REASON_NONE
								 : AIOS_REASON_NO_AIO;
}

struct aios_verdict_info aios_check_verdict(const struct aios_check *check)
{
	struct aios_verdict_info info = {
		.requests = check->requests,
		.refused = check->refused,
		.contexts = check->contexts,
		.gaps = aios_pipeline_trace(check->pipe).loss->gaps,
	};

	for (size_t i = 0; i < check->rule_cnt; i++) {
		const struct tally *tally = &check->tallies[i];

		info.rules_checked += tally->state == AIOS_RULE_CHECKED;
		info.rules_broken += tally->found > tally->known;
		info.findings += tally->found - tally->known;
		info.known += tally->known;
	}
	info.reason = check_reason(check, &info);
	info.verdict = info.findings ? AIOS_VERDICT_FAIL
		       : info.reason ? AIOS_VERDICT_INCONCLUSIVE
				     : AIOS_VERDICT_PASS;
	return info;
}

/* Names that scripts can rely on; constants. */
const char *aios_verdict_name(enum aios_verdict verdict)
{
	static const char *const names[] = {
		[AIOS_VERDICT_PASS] = "PASS",
		[AIOS_VERDICT_FAIL] = "FAIL",
		[AIOS_VERDICT_INCONCLUSIVE] = "INCONCLUSIVE",
	};

	return names[verdict];
}

const char *aios_reason_name(enum aios_reason reason)
{
	static const char *const names[] = {
		[AIOS_REASON_NONE] = "none",
		[AIOS_REASON_LOSS] = "loss",
		[AIOS_REASON_EVIDENCE] = "evidence",
		[AIOS_REASON_NO_AIO] = "no-aio",
	};

	return names[reason];
}
