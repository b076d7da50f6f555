// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_rules.c - each rule finds what breaks it and nothing else; verdicts.
 */
#include <stdio.h>

#include "kit_sim.h"
#include "kit_story.h"
#include "lib/check.h"
#include "lib/view_check.h"

static const struct aios_check_opts patient = { .patience_ns = AIOS_PATIENCE_NS };

static const struct aios_glance for_faults, for_hangs = { .hangs = true };

/**
 * struct looker - looks at what is alive while it is told
 * @how: NULL for not at all
 */
struct looker {
	struct aios_check *check;
	const struct aios_glance *how;
};

/* A scan after each record, so that all that was told is passed on; then a look. */
static int looker_chunk(void *arg, uint32_t type, uint32_t cpu, const void *payload, size_t len)
{
	struct looker *looker = arg;
	struct aios_feed feed = aios_pipeline_feed(aios_check_pipeline(looker->check));
	int err = feed.chunk(feed.arg, type, cpu, payload, len);

	if (!err && type == AIOS_CHUNK_SCAN)
		err = aios_check_alive(looker->check, looker->how);
	return err;
}

/* As a command does that looks after each record. */
static struct aios_check *judge_alive(const struct kit_story *story, const struct aios_glance *how)
{
	struct aios_check *check = aios_check_new(&patient);
	struct looker looker = { check, how };
	struct aios_feed feed = { .chunk = looker_chunk, .arg = &looker };

	assert_non_null(check);
	assert_int_equal(story_tell_slowly(story, feed), 0);
	assert_int_equal(aios_check_end(check), 0);
	return check;
}

static struct aios_check *judge(const struct kit_story *story, const struct aios_check_opts *opts)
{
	struct aios_check *check = aios_check_new(opts);

	assert_non_null(check);
	assert_int_equal(story_tell(story, aios_pipeline_feed(aios_check_pipeline(check))), 0);
	assert_int_equal(aios_check_end(check), 0);
	return check;
}

/* Return: the count of the rule of that id, which must be in the table. */
static uint64_t found(const struct aios_check *check, const char *id)
{
	int nr = aios_rule_find(id);

	assert_true(nr >= 0);
	return aios_check_count(check, (size_t)nr);
}

static uint64_t found_at_all(const struct aios_check *check)
{
	uint64_t sum = 0;
	size_t cnt;

	aios_rules(&cnt);
	for (size_t i = 0; i < cnt; i++)
		sum += aios_check_count(check, i);
	return sum;
}

/* What went wrong, for who reads the log. */
static void print_findings(const struct kit_story *story, const struct aios_check *check)
{
	size_t cnt;
	const struct aios_finding *findings = aios_check_findings(check, &cnt);

	for (size_t i = 0; i < cnt; i++)
		print_message("%s: %s: %s\n", story->name, findings[i].rule->id, findings[i].what);
}

static bool finds_what_it_should(const struct kit_story *story, struct aios_check *check)
{
	uint64_t want = story->rule ? 1 + (story->also != NULL) : 0;
	bool ret = found_at_all(check) == want;

	if (story->rule && found(check, story->rule) != 1)
		ret = false;
	if (story->also && found(check, story->also) != 1)
		ret = false;
	if (aios_check_verdict(check).verdict !=
	    (story->rule ? AIOS_VERDICT_FAIL : AIOS_VERDICT_PASS))
		ret = false;
	if (!ret) {
		print_message("%s should break %s\n", story->name,
			      story->rule ? story->rule : "nothing");
		print_findings(story, check);
	}
	aios_check_free(check);
	return ret;
}

static void what_breaks_a_rule_is_found_by_it_alone(void **state)
{
	bool good = true;

	(void)state;
	for (size_t i = 0; i < kit_break_cnt; i++)
		good &= finds_what_it_should(&kit_breaks[i], judge(&kit_breaks[i], &patient));
	assert_true(good);
}

static void what_is_legal_is_no_finding(void **state)
{
	bool good = true;

	(void)state;
	for (size_t i = 0; i < kit_legal_cnt; i++)
		good &= finds_what_it_should(&kit_legal[i], judge(&kit_legal[i], &patient));
	assert_true(good);
}

static bool finds_the_same_alive(const struct kit_story *story)
{
	return finds_what_it_should(story, judge_alive(story, &for_faults)) &&
	       finds_what_it_should(story, judge_alive(story, &for_hangs));
}

/* Whenever one looks, what is not wrong in the end was not wrong before. */
static void looks_at_what_is_alive_find_the_same(void **state)
{
	bool good = true;

	(void)state;
	for (size_t i = 0; i < kit_break_cnt; i++)
		good &= finds_the_same_alive(&kit_breaks[i]);
	for (size_t i = 0; i < kit_legal_cnt; i++)
		good &= finds_the_same_alive(&kit_legal[i]);
	assert_true(good);
}

static const struct kit_story *story_of(const char *rule)
{
	for (size_t i = 0; i < kit_break_cnt; i++)
		if (!strcmp(kit_breaks[i].rule, rule))
			return &kit_breaks[i];
	return NULL;
}

/* Return: how many records there are that a kprobe could miss. */
static size_t judge_missing(const struct kit_story *story, size_t nr, bool *good)
{
	struct aios_check *check = aios_check_new(&patient);
	size_t cnt;

	assert_non_null(check);
	cnt = story_tell_missing(story, aios_pipeline_feed(aios_check_pipeline(check)), nr);
	assert_int_equal(aios_check_end(check), 0);
	if (found_at_all(check)) {
		print_message("%s, without record %zu, breaks nothing\n", story->name, nr);
		print_findings(story, check);
		*good = false;
	}
	aios_check_free(check);
	return cnt;
}

/* A kprobe that misses a call does not say so: no rule that is judged then may rest on it. */
static void what_a_kprobe_misses_breaks_no_rule(void **state)
{
	bool good = true;
	size_t cnt;

	(void)state;
	for (size_t i = 0; i < kit_legal_cnt; i++) {
		cnt = kit_legal[i].exact ? 0 : 1;
		for (size_t nr = 1; nr <= cnt; nr++)
			cnt = judge_missing(&kit_legal[i], nr, &good);
	}
	assert_true(good);
}

/* What cannot be known for certain is not said to be checked. */
static void rules_that_kprobes_may_mislead_are_not_checked(void **state)
{
	struct aios_check *check = aios_check_new(&patient);
	size_t cnt, checked = 0;
	const struct aios_rule *rules = aios_rules(&cnt);

	(void)state;
	assert_non_null(check);
	story_tell_missing(&kit_legal[0], aios_pipeline_feed(aios_check_pipeline(check)), SIZE_MAX);
	assert_int_equal(aios_check_end(check), 0);
	for (size_t i = 0; i < cnt; i++) {
		bool judged = rules[i].robust && rules[i].needs == AIOS_NEEDS_FUNCTION;

		assert_int_equal(aios_check_state(check, i) == AIOS_RULE_CHECKED, judged);
		checked += judged;
	}
	assert_true(checked);
	assert_int_equal(aios_check_verdict(check).rules_checked, checked);
	assert_int_equal(aios_check_verdict(check).verdict, AIOS_VERDICT_PASS);
	aios_check_free(check);
}

static const struct kit_story *story_called(const char *name)
{
	const struct kit_story *story = story_find(name);

	if (!story)
		fail_msg("there is no story %s", name);
	return story;
}

static void every_rule_has_a_stream_that_breaks_it(void **state)
{
	size_t cnt;
	const struct aios_rule *rules = aios_rules(&cnt);
	bool good = true;

	(void)state;
	for (size_t i = 0; i < cnt; i++) {
		if (story_of(rules[i].id))
			continue;
		print_message("nothing breaks %s %s\n", rules[i].id, rules[i].slug);
		good = false;
	}
	assert_true(good);
}

/* Where level function can judge, it judges without the records of level exact. */
static void a_rule_of_level_function_is_broken_without_level_exact(void **state)
{
	size_t cnt;
	const struct aios_rule *rules = aios_rules(&cnt);

	(void)state;
	for (size_t i = 0; i < cnt; i++) {
		bool exact = true;

		for (size_t s = 0; s < kit_break_cnt; s++)
			if (!strcmp(kit_breaks[s].rule, rules[i].id))
				exact &= kit_breaks[s].exact;
		if (exact)
			assert_int_equal(rules[i].needs, AIOS_NEEDS_EXACT);
	}
}

static void rules_have_names_of_their_own(void **state)
{
	size_t cnt;
	const struct aios_rule *rules = aios_rules(&cnt);

	(void)state;
	for (size_t i = 0; i < cnt; i++) {
		assert_int_equal(aios_rule_find(rules[i].id), i);
		assert_int_equal(aios_rule_find(rules[i].slug), i);
		assert_true(rules[i].request || rules[i].context || rules[i].trace ||
			    rules[i].seen);
		assert_true(rules[i].statement && rules[i].means && rules[i].source);
		assert_non_null(rules[i].hooks[0]);
	}
	assert_int_equal(aios_rule_find("p1"), aios_rule_find("POLL-LOST"));
	assert_int_equal(aios_rule_find("P"), -1);
	assert_int_equal(aios_rule_find("P11x"), -1);
	assert_int_equal(aios_rule_find(""), -1);
}

#define LOOK_EVERY 7 /* records */

/* A machine that takes its steps in any order that locks allow breaks nothing, at no time. */
static void a_correct_machine_is_silent(void **state)
{
	uint64_t requests = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= 25; seed++) {
		struct aios_check *check = aios_check_new(&patient);
		struct kit_stream s = { .feed = aios_pipeline_feed(aios_check_pipeline(check)) };
		struct kit_story story = { .name = "sim" };
		struct sim sim;

		assert_int_equal(story_info(s.feed, "function"), 0);
		sim_init(&sim, seed);
		sim.calls = true;
		sim_run(&sim, 4000);
		for (size_t i = 0; i < sim.rec_cnt; i++) {
			stream_rec(&s, sim.recs[i]);
			if (i % LOOK_EVERY)
				continue;
			stream_scan(&s, sim.recs[i].h.time_ns, sim.recs[i].h.time_ns);
			assert_int_equal(aios_check_alive(check, &for_hangs), 0);
		}
		assert_int_equal(stream_scan(&s, sim.now_ns + 1, sim.now_ns + 1), 0);
		assert_int_equal(story_end(s.feed, sim.now_ns + 2, 0), 0);
		assert_int_equal(aios_check_end(check), 0);
		print_findings(&story, check);
		assert_int_equal(found_at_all(check), 0);
		requests += aios_check_verdict(check).requests;
		sim_done(&sim);
		stream_done(&s);
		aios_check_free(check);
	}
	assert_true(requests > 1000);
}

static void a_finding_says_who_and_what(void **state)
{
	struct aios_check *check = judge(story_called("result_was_not_asked_for"), &patient);
	size_t cnt;
	const struct aios_finding *f = aios_check_findings(check, &cnt);

	(void)state;
	assert_int_equal(cnt, 1);
	assert_int_equal(f->nr, 1);
	assert_string_equal(f->rule->slug, "poll-result");
	assert_string_equal(f->key, "P5:server:poll");
	assert_string_equal(f->comm, "server");
	assert_int_equal(f->pid, KIT_PID);
	assert_int_equal(f->req->id, 1);
	assert_true(f->req->history_cnt > 3);
	assert_true(f->what[0] && f->expected[0]);
	assert_false(f->known);
	aios_check_free(check);

	check = judge(story_called("killed_twice"), &patient);
	f = aios_check_findings(check, &cnt);
	assert_int_equal(cnt, 1);
	assert_null(f->req);
	assert_int_equal(f->ctx_id, 1);
	assert_string_equal(f->key, "C3:server:context");
	assert_true(f->event_cnt > 3);
	assert_int_equal(f->events[0].h.type, AIOS_EV_CTX_SETUP);
	aios_check_free(check);
}

static struct aios_verdict_info verdict(const char *story, const struct aios_check_opts *opts)
{
	struct aios_check *check = judge(story_called(story), opts);
	struct aios_verdict_info info = aios_check_verdict(check);

	aios_check_free(check);
	return info;
}

static void verdicts_rest_on_what_was_seen(void **state)
{
	struct aios_verdict_info info = verdict("a_read", &patient);

	(void)state;
	assert_int_equal(info.verdict, AIOS_VERDICT_PASS);
	assert_int_equal(info.reason, AIOS_REASON_NONE);
	assert_int_equal(info.requests, 1);
	assert_int_equal(info.contexts, 1);
	assert_int_equal(info.gaps, 0);
	assert_true(info.rules_checked > 15);
	info = verdict("result_is_nothing", &patient);
	assert_int_equal(info.verdict, AIOS_VERDICT_FAIL);
	assert_int_equal(info.findings, 1);
	assert_int_equal(info.rules_broken, 1);
	assert_int_equal(info.known, 0);
}

static void level_exact_checks_more(void **state)
{
	size_t cnt;

	(void)state;
	aios_rules(&cnt);
	assert_int_equal(verdict("a_read_at_level_exact", &patient).rules_checked, cnt);
	assert_true(verdict("a_read", &patient).rules_checked < cnt);
}

static void a_baseline_excuses_what_it_names(void **state)
{
	char *keys[] = { (char *)"C3:server:context", (char *)"P5:server:poll" };
	struct aios_check_opts opts = patient;
	struct aios_verdict_info info;

	(void)state;
	opts.baseline = keys;
	opts.baseline_cnt = NR(keys);
	info = verdict("result_is_nothing", &opts);
	assert_int_equal(info.verdict, AIOS_VERDICT_PASS);
	assert_int_equal(info.known, 1);
	assert_int_equal(info.findings, 0);
	assert_int_equal(info.rules_broken, 0);
	/* Another rule is another key. */
	info = verdict("completed_with_work_due", &opts);
	assert_int_equal(info.verdict, AIOS_VERDICT_FAIL);
	assert_int_equal(info.known, 0);
}

static struct aios_check_opts only(bool *chosen, size_t cnt, const char *id)
{
	struct aios_check_opts opts = patient;

	memset(chosen, 0, cnt * sizeof(*chosen));
	chosen[aios_rule_find(id)] = true;
	opts.chosen = chosen;
	opts.by_name = true;
	return opts;
}

static void what_is_not_chosen_is_not_judged(void **state)
{
	bool chosen[64];
	struct aios_check_opts opts = only(chosen, NR(chosen), "P5");
	struct aios_verdict_info info = verdict("completed_with_work_due", &opts);

	(void)state;
	assert_int_equal(info.verdict, AIOS_VERDICT_PASS);
	assert_int_equal(info.rules_checked, 1);
	info = verdict("result_is_nothing", &opts);
	assert_int_equal(info.verdict, AIOS_VERDICT_FAIL);
	/* --skip of one, all others chosen. */
	memset(chosen, 1, sizeof(chosen));
	chosen[aios_rule_find("P5")] = false;
	opts.by_name = false;
	info = verdict("result_is_nothing", &opts);
	assert_int_equal(info.verdict, AIOS_VERDICT_PASS);
	assert_int_equal(info.findings, 0);
}

/* Where nobody tells the cause what follows from it is told. */
static void what_another_rule_explains_is_told_without_that_rule(void **state)
{
	bool chosen[64];
	struct aios_check_opts opts = only(chosen, NR(chosen), "P1");
	size_t cnt;
	const struct aios_rule *rules = aios_rules(&cnt);

	(void)state;
	assert_int_equal(verdict("wakeup_is_ignored", &opts).findings, 1);
	opts = only(chosen, NR(chosen), "P12");
	assert_int_equal(verdict("cancelled_work_does_nothing", &opts).findings, 1);
	chosen[aios_rule_find("P1")] = true;
	assert_int_equal(verdict("cancelled_work_does_nothing", &opts).rules_broken, 1);
	for (size_t i = 0; i < cnt; i++)
		for (size_t j = 0; j < AIOS_RULE_UNLESS && rules[i].unless[j]; j++)
			assert_true(aios_rule_find(rules[i].unless[j]) >= 0);
}

static void evidence_that_is_too_weak_leaves_no_verdict(void **state)
{
	bool chosen[64];
	struct aios_check_opts opts = only(chosen, NR(chosen), "R3");
	struct aios_verdict_info info = verdict("a_read", &opts);

	(void)state;
	assert_int_equal(info.verdict, AIOS_VERDICT_INCONCLUSIVE);
	assert_int_equal(info.reason, AIOS_REASON_EVIDENCE);
	/* One that can be checked beside it does not save the one that was asked for. */
	chosen[aios_rule_find("R2")] = true;
	info = verdict("a_read", &opts);
	assert_int_equal(info.rules_checked, 1);
	assert_int_equal(info.reason, AIOS_REASON_EVIDENCE);
	/* Not asked for by name, it is left out. */
	opts.by_name = false;
	assert_int_equal(verdict("a_read", &opts).verdict, AIOS_VERDICT_PASS);
	assert_int_equal(verdict("a_read_at_level_exact", &opts).verdict, AIOS_VERDICT_PASS);
}

static struct aios_verdict_info verdict_without_requests(const char *level)
{
	struct aios_check *check = aios_check_new(&patient);
	struct aios_feed feed = aios_pipeline_feed(aios_check_pipeline(check));
	struct kit_stream s = { .feed = feed };
	struct aios_verdict_info info;

	assert_int_equal(story_info(feed, level), 0);
	stream_rec(&s, rec_proc(10, AIOS_PROC_SEEN, KIT_PID, "true"));
	assert_int_equal(stream_scan(&s, 20, 20), 0);
	assert_int_equal(story_end(feed, 30, 0), 0);
	assert_int_equal(aios_check_end(check), 0);
	info = aios_check_verdict(check);
	stream_done(&s);
	aios_check_free(check);
	return info;
}

static void where_nothing_was_there_to_check_there_is_no_verdict(void **state)
{
	struct aios_verdict_info info = verdict_without_requests("function");

	(void)state;
	assert_int_equal(info.verdict, AIOS_VERDICT_INCONCLUSIVE);
	assert_int_equal(info.reason, AIOS_REASON_NO_AIO);
	info = verdict_without_requests("syscall");
	assert_int_equal(info.verdict, AIOS_VERDICT_INCONCLUSIVE);
	assert_int_equal(info.reason, AIOS_REASON_EVIDENCE);
	assert_int_equal(info.rules_checked, 0);
}

/* Records of CPU 1 are lost before its completion comes; what is told is told of a broken life. */
static struct aios_check *judge_with_loss(bool broken_after)
{
	struct aios_check *check = aios_check_new(&patient);
	struct kit_tale t = {
		.stream = { .feed = aios_pipeline_feed(aios_check_pipeline(check)) },
	};
	struct kit_ctx c2 = kit_ctx(2);
	struct kit_req r, r2 = kit_read(&c2, 9);

	assert_int_equal(story_info(t.stream.feed, "function"), 0);
	tale_begin(&t);
	r = tale_read(&t, 1);
	tell_accepted(&t, &r);
	stream_lose(&t.stream, 1, 7);
	tell_completed(&t, &r, -512);
	tell_reaped(&t, 1);
	tell_teardown(&t);
	if (broken_after) {
		assert_int_equal(stream_scan(&t.stream, t.now_ns, t.now_ns), 0);
		tell(&t, rec_setup(at(&t), by_t1, &c2));
		tell(&t, rec_birth(at(&t), by_t1, &r2));
		tell(&t, rec_return(at(&t), by_t1, &r2, 0));
		tell(&t, rec_complete(at(&t), in_softirq, &r2, -512));
	}
	assert_int_equal(tale_end(&t), 0);
	assert_int_equal(aios_check_end(check), 0);
	stream_done(&t.stream);
	return check;
}

static void what_crossed_a_hole_is_not_judged(void **state)
{
	struct aios_check *check = judge_with_loss(false);
	struct aios_verdict_info info = aios_check_verdict(check);

	(void)state;
	assert_int_equal(info.verdict, AIOS_VERDICT_INCONCLUSIVE);
	assert_int_equal(info.reason, AIOS_REASON_LOSS);
	assert_int_equal(info.gaps, 1);
	assert_int_equal(info.findings, 0);
	assert_int_equal(info.requests, 0);
	aios_check_free(check);
	/* What is broken is broken, whatever else was lost. */
	check = judge_with_loss(true);
	info = aios_check_verdict(check);
	assert_int_equal(info.verdict, AIOS_VERDICT_FAIL);
	assert_int_equal(info.reason, AIOS_REASON_LOSS);
	assert_int_equal(info.findings, 1);
	assert_int_equal(found(check, "R8"), 1);
	aios_check_free(check);
}

/* A program that does not read its events is told of them all the same. */
static void a_wrong_result_is_found_before_its_event_is_read(void **state)
{
	struct aios_check *check = aios_check_new(&patient);
	struct kit_tale t = {
		.stream = { .feed = aios_pipeline_feed(aios_check_pipeline(check)) },
	};
	const struct aios_finding *findings;
	struct kit_req r;
	size_t cnt;

	(void)state;
	assert_int_equal(story_info(t.stream.feed, "function"), 0);
	tale_begin(&t);
	r = tale_read(&t, 1);
	tell(&t, rec_birth(at(&t), by_t1, &r));
	tell_completed(&t, &r, -512);
	assert_int_equal(stream_scan(&t.stream, t.now_ns + 1, t.now_ns + 1), 0);
	assert_int_equal(aios_check_alive(check, &for_faults), 0);
	/* io_submit may still refuse it, and then that was another one's completion. */
	assert_int_equal(found_at_all(check), 0);
	tell(&t, rec_return(at(&t), by_t1, &r, 0));
	assert_int_equal(stream_scan(&t.stream, t.now_ns + 1, t.now_ns + 1), 0);
	assert_int_equal(aios_check_alive(check, &for_faults), 0);
	findings = aios_check_findings(check, &cnt);
	assert_int_equal(cnt, 1);
	assert_string_equal(findings->rule->id, "R8");
	assert_int_equal(findings->req->history_cnt, 3);
	tell_teardown(&t);
	assert_int_equal(tale_end(&t), 0);
	assert_int_equal(aios_check_end(check), 0);
	assert_int_equal(found_at_all(check), 1);
	stream_done(&t.stream);
	aios_check_free(check);
}

/* A trace that does not tell its end is lost from its last scan on. */
static void a_trace_without_its_end_leaves_no_verdict(void **state)
{
	struct aios_check *check = aios_check_new(&patient);
	struct kit_tale t = {
		.stream = { .feed = aios_pipeline_feed(aios_check_pipeline(check)) },
	};

	(void)state;
	assert_int_equal(story_info(t.stream.feed, "function"), 0);
	tale_begin(&t);
	tell_teardown(&t);
	assert_int_equal(stream_scan(&t.stream, t.now_ns + 1, t.now_ns + 1), 0);
	assert_int_equal(aios_check_end(check), 0);
	assert_int_equal(aios_check_verdict(check).reason, AIOS_REASON_LOSS);
	assert_int_equal(aios_check_verdict(check).verdict, AIOS_VERDICT_INCONCLUSIVE);
	stream_done(&t.stream);
	aios_check_free(check);
}

/* Reads whose results are wrong; then, with @polls, as many polls. */
static struct aios_check *judge_many(const struct aios_check_opts *opts, bool polls)
{
	struct aios_check *check = aios_check_new(opts);
	struct kit_tale t = {
		.stream = { .feed = aios_pipeline_feed(aios_check_pipeline(check)) },
	};

	assert_int_equal(story_info(t.stream.feed, "function"), 0);
	tale_begin(&t);
	for (unsigned int i = 0; i < (polls ? 120 : 100); i++) {
		struct kit_req r = i < 100 ? tale_read(&t, i) : tale_poll(&t, i);

		if (i < 100)
			tell_accepted(&t, &r);
		else
			tell_armed(&t, &r);
		tell_completed(&t, &r, -512);
	}
	tell_teardown(&t);
	assert_int_equal(tale_end(&t), 0);
	assert_int_equal(aios_check_end(check), 0);
	stream_done(&t.stream);
	return check;
}

static void more_findings_than_are_kept_are_counted(void **state)
{
	struct aios_check *check = judge_many(&patient, false);
	size_t cnt;

	(void)state;
	aios_check_findings(check, &cnt);
	assert_int_equal(cnt, AIOS_FINDINGS_KEPT);
	assert_int_equal(found(check, "R8"), 100);
	assert_int_equal(aios_check_verdict(check).findings, 100);
	assert_int_equal(aios_check_verdict(check).rules_broken, 1);
	aios_check_free(check);
}

/* However many there are that are known, one that is not is shown. */
static void known_findings_leave_room_for_others(void **state)
{
	char *keys[] = { (char *)"R8:server:pread" };
	struct aios_check_opts opts = patient;
	const struct aios_finding *findings;
	struct aios_check *check;
	size_t cnt, unknown = 0;

	(void)state;
	opts.baseline = keys;
	opts.baseline_cnt = NR(keys);
	check = judge_many(&opts, true);
	findings = aios_check_findings(check, &cnt);
	for (size_t i = 0; i < cnt; i++)
		unknown += !findings[i].known;
	assert_int_equal(unknown, AIOS_FINDINGS_KEPT);
	assert_int_equal(cnt, 2 * AIOS_FINDINGS_KEPT);
	assert_int_equal(aios_check_verdict(check).findings, 20);
	assert_int_equal(aios_check_verdict(check).known, 100);
	assert_int_equal(aios_check_verdict(check).verdict, AIOS_VERDICT_FAIL);
	aios_check_free(check);
}

/* What has not ended is judged as often as one likes, and found once: more than are kept, too. */
static void what_hangs_is_found_while_it_hangs(void **state)
{
	struct aios_check_opts opts = { .patience_ns = 1000000000 };
	struct aios_check *check = aios_check_new(&opts);
	struct kit_tale t = {
		.stream = { .feed = aios_pipeline_feed(aios_check_pipeline(check)) },
	};

	(void)state;
	assert_int_equal(story_info(t.stream.feed, "function"), 0);
	tale_begin(&t);
	for (unsigned int i = 0; i < 40; i++) {
		struct kit_req r = tale_read(&t, i);

		tell_accepted(&t, &r);
	}
	assert_int_equal(stream_scan(&t.stream, t.now_ns + 1000, t.now_ns + 1000), 0);
	assert_int_equal(aios_check_alive(check, &for_hangs), 0);
	assert_false(aios_check_hangs(check));
	for (unsigned int i = 2; i < 5; i++) {
		uint64_t now_ns = t.now_ns + i * opts.patience_ns;

		assert_int_equal(stream_scan(&t.stream, now_ns, now_ns), 0);
		/* Who did not say that he is impatient is not told of what may still end. */
		assert_int_equal(aios_check_alive(check, &for_faults), 0);
		assert_int_equal(aios_check_hangs(check), i > 2);
		assert_int_equal(aios_check_alive(check, &for_hangs), 0);
		assert_true(aios_check_hangs(check));
	}
	assert_int_equal(tale_end(&t), 0);
	assert_int_equal(aios_check_end(check), 0);
	assert_int_equal(found(check, "R11"), 40);
	assert_int_equal(found_at_all(check), 40);
	stream_done(&t.stream);
	aios_check_free(check);
}

static const struct aios_glance for_silence = { .hangs = true, .silence = true };

/**
 * struct stand - a command that comes to a stand, and what is found of that
 * @tell: what it does
 * @what: how its finding begins; NULL for none
 */
struct stand {
	void (*tell)(struct kit_tale *t);
	const char *what;
};

static void waits_for_a_poll(struct kit_tale *t)
{
	struct kit_req r = tale_poll(t, 1);

	tell_armed(t, &r);
	tell(t, rec_read_begin(at(t), by_t3, &t->ctx, 1, 1));
}

static void waits_for_nothing(struct kit_tale *t)
{
	struct kit_req r = tale_read(t, 1);

	tell_accepted(t, &r);
	tell_completed(t, &r, 4096);
	tell_reaped(t, 1);
	tell(t, rec_read_begin(at(t), by_t3, &t->ctx, 2, 8));
}

static void waits_for_a_while(struct kit_tale *t)
{
	struct aios_rec rec;

	waits_for_a_poll(t);
	rec = rec_read_begin(at(t), by_t2, &t->ctx, 1, 1);
	rec.read_begin.until_ns = 3600000000000LL;
	tell(t, rec);
}

static void waits_for_a_user(struct kit_tale *t)
{
	tell(t, rec_kill(at(t), by_t1, &t->ctx, 0));
}

/* C8, which is what it is, and nothing else. */
static void waits_on_a_dead_context(struct kit_tale *t)
{
	tell(t, rec_read_begin(at(t), by_t3, &t->ctx, 1, 1));
	tell(t, rec_kill(at(t), by_t1, &t->ctx, 0));
}

static void sleeps(struct kit_tale *t)
{
	struct kit_req r = tale_read(t, 1);

	tell_accepted(t, &r);
	tell_completed(t, &r, 4096);
	tell_reaped(t, 1);
}

static struct aios_check *judge_stand(const struct stand *stand, const struct aios_glance *look)
{
	struct aios_check *check = aios_check_new(&patient);
	struct kit_tale t = {
		.stream = { .feed = aios_pipeline_feed(aios_check_pipeline(check)) },
	};
	uint64_t now_ns;

	assert_int_equal(story_info(t.stream.feed, "function"), 0);
	tale_begin(&t);
	stand->tell(&t);
	now_ns = t.now_ns + AIOS_PATIENCE_NS;
	assert_int_equal(stream_scan(&t.stream, now_ns, now_ns), 0);
	assert_int_equal(aios_check_alive(check, look), 0);
	assert_int_equal(found_at_all(check), 0);
	now_ns += AIOS_PATIENCE_NS;
	assert_int_equal(stream_scan(&t.stream, now_ns, now_ns), 0);
	assert_int_equal(aios_check_alive(check, look), 0);
	stream_done(&t.stream);
	return check;
}

static void a_dead_context_is_blamed_for_what_it_holds(void **state)
{
	static const struct stand stand = { waits_on_a_dead_context, NULL };
	struct aios_check *check = judge_stand(&stand, &for_silence);

	(void)state;
	assert_int_equal(found(check, "C8"), 1);
	assert_int_equal(found_at_all(check), 1);
	aios_check_free(check);
}

static void a_command_that_comes_to_a_stand_is_stuck(void **state)
{
	static const struct stand stands[] = {
		{ waits_for_a_poll, "it waits for its file (poll), and nothing at all has "
				    "happened for 10 s" },
		{ waits_for_nothing, "thread 1003 has waited in io_getevents for 10 s for 2 "
				     "events; nothing is in flight" },
		{ waits_for_a_user, "thread 1001 has waited in io_destroy, or in its exit, for "
				    "10 s; " },
		{ waits_for_a_while, NULL },
		{ sleeps, NULL },
	};
	const struct aios_finding *findings;
	struct aios_check *check;
	size_t cnt;

	(void)state;
	for (size_t i = 0; i < NR(stands); i++) {
		check = judge_stand(&stands[i], &for_silence);
		findings = aios_check_findings(check, &cnt);
		assert_int_equal(cnt, stands[i].what != NULL);
		assert_int_equal(aios_check_hangs(check), stands[i].what != NULL);
		if (cnt) {
			assert_string_equal(findings->rule->id, "R11");
			assert_memory_equal(findings->what, stands[i].what,
					    strlen(stands[i].what));
		}
		aios_check_free(check);
		/* A server may wait, and so may anybody whom nobody watches. */
		check = judge_stand(&stands[i], &for_hangs);
		assert_int_equal(found_at_all(check), 0);
		aios_check_free(check);
	}
}

typedef int telling(struct aios_buf *buf, const struct aios_check_view *view);

/* @news of the first of two findings, then @all: nothing twice, nothing missing, nothing else. */
static void assert_told_once(struct aios_check *check, telling *news, telling *all)
{
	struct aios_trace trace = aios_pipeline_trace(aios_check_pipeline(check));
	struct aios_check_view view = { .check = check, .trace = &trace, .command_status = -1 };
	struct aios_buf whole = { 0 }, parts = { 0 };

	assert_int_equal(all(&whole, &view), 0);
	view.told = 1;
	assert_int_equal(all(&parts, &view), 0);
	assert_true(parts.len < whole.len);
	view.told = 0;
	assert_int_equal(news(&parts, &view), 0);
	assert_true(parts.len > whole.len);
	aios_buf_clear(&parts);
	view.told = 2;
	assert_int_equal(news(&parts, &view), 0);
	assert_int_equal(parts.len, 0);
	view.told = 0;
	assert_int_equal(news(&parts, &view), 0);
	view.told = 2;
	assert_int_equal(all(&parts, &view), 0);
	assert_string_equal(parts.data, whole.data);
	aios_buf_done(&whole);
	aios_buf_done(&parts);
}

static void what_was_told_as_news_is_not_told_again(void **state)
{
	struct aios_check *check = judge(story_called("ends_in_nothing"), &patient);
	struct aios_trace trace = aios_pipeline_trace(aios_check_pipeline(check));
	struct aios_check_view view = { .check = check, .trace = &trace };
	struct aios_buf buf = { 0 };
	size_t cnt;

	(void)state;
	aios_check_findings(check, &cnt);
	assert_int_equal(cnt, 2);
	assert_told_once(check, aios_news_text, aios_check_text);
	assert_told_once(check, aios_news_json, aios_check_json);
	assert_told_once(check, aios_news_github, aios_check_github);
	/* TAP has comments for news, below its first line; the results come all the same. */
	aios_news_tap(&buf, &view);
	assert_memory_equal(buf.data, "TAP version 13\n# server[1000]: error: ", 38);
	view.told = 1;
	aios_buf_clear(&buf);
	aios_news_tap(&buf, &view);
	assert_memory_equal(buf.data, "# server[1000]: error: ", 23);
	aios_buf_clear(&buf);
	aios_check_tap(&buf, &view);
	assert_true(!memcmp(buf.data, "ok 1 - ", 7) || !memcmp(buf.data, "not ok 1 - ", 11));
	aios_buf_done(&buf);
	aios_check_free(check);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_breaks_a_rule_is_found_by_it_alone),
		cmocka_unit_test(what_is_legal_is_no_finding),
		cmocka_unit_test(looks_at_what_is_alive_find_the_same),
		cmocka_unit_test(a_wrong_result_is_found_before_its_event_is_read),
		cmocka_unit_test(every_rule_has_a_stream_that_breaks_it),
		cmocka_unit_test(what_a_kprobe_misses_breaks_no_rule),
		cmocka_unit_test(rules_that_kprobes_may_mislead_are_not_checked),
		cmocka_unit_test(a_rule_of_level_function_is_broken_without_level_exact),
		cmocka_unit_test(rules_have_names_of_their_own),
		cmocka_unit_test(a_correct_machine_is_silent),
		cmocka_unit_test(a_finding_says_who_and_what),
		cmocka_unit_test(verdicts_rest_on_what_was_seen),
		cmocka_unit_test(level_exact_checks_more),
		cmocka_unit_test(a_baseline_excuses_what_it_names),
		cmocka_unit_test(what_is_not_chosen_is_not_judged),
		cmocka_unit_test(what_another_rule_explains_is_told_without_that_rule),
		cmocka_unit_test(evidence_that_is_too_weak_leaves_no_verdict),
		cmocka_unit_test(where_nothing_was_there_to_check_there_is_no_verdict),
		cmocka_unit_test(what_crossed_a_hole_is_not_judged),
		cmocka_unit_test(a_trace_without_its_end_leaves_no_verdict),
		cmocka_unit_test(more_findings_than_are_kept_are_counted),
		cmocka_unit_test(known_findings_leave_room_for_others),
		cmocka_unit_test(what_hangs_is_found_while_it_hangs),
		cmocka_unit_test(a_command_that_comes_to_a_stand_is_stuck),
		cmocka_unit_test(a_dead_context_is_blamed_for_what_it_holds),
		cmocka_unit_test(what_was_told_as_news_is_not_told_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
