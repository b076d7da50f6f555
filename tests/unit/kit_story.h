/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kit_story.h - streams of records for the rules: what breaks each of them, and what is legal and
 * looks as if it did not. The unit tests judge them, and tests/unit/story.c writes them into files.
 */
#ifndef AIOS_TEST_KIT_STORY_H
#define AIOS_TEST_KIT_STORY_H

#include "kit.h"

/* From the last record to the end of a trace: longer than anybody is patient. */
#define STORY_SILENCE_NS 100000000000ULL

/**
 * struct kit_tale - a story that is being told
 * @stream: gets the records
 * @ctx: its context, which tale_begin() makes
 * @now_ns: of the last record
 * @drift: of fs.aio-nr
 * @slowly: each record is told before the next one happens
 * @missed: of what kprobes see, counted from 1, what they do not; 0 where there are none
 * @seen: by them
 */
struct kit_tale {
	struct kit_stream stream;
	struct kit_ctx ctx;
	uint64_t now_ns;
	int64_t drift;
	bool slowly;
	size_t missed, seen;
};

/**
 * struct kit_story - a stream
 * @name: what happens
 * @rule: what that breaks; NULL for legal behaviour
 * @also: another rule that is broken by the same act; NULL for none
 * @exact: told at evidence level exact
 * @tell: after tale_begin(), before tale_end()
 */
struct kit_story {
	const char *name;
	const char *rule;
	const char *also;
	bool exact;
	void (*tell)(struct kit_tale *t);
};

extern const struct kit_story kit_breaks[], kit_legal[];
extern const size_t kit_break_cnt, kit_legal_cnt;

/* Of either kind, or NULL. */
const struct kit_story *story_find(const char *name);

/* All of a story. Return: 0, or what the feed said. */
int story_tell(const struct kit_story *story, struct aios_feed feed);
int story_tell_slowly(const struct kit_story *story, struct aios_feed feed);

/**
 * story_tell_missing() - all of a story as kprobes see it, but one record
 * @story: of level function
 * @feed: gets it
 * @nr: of the record that is missed, from 1 on
 * Return: how many there are.
 */
size_t story_tell_missing(const struct kit_story *story, struct aios_feed feed, size_t nr);
int story_info(struct aios_feed feed, const char *evidence);
int story_end(struct aios_feed feed, uint64_t end_ns, int64_t drift);

void tale_begin(struct kit_tale *t);
int tale_end(struct kit_tale *t);
void tell(struct kit_tale *t, struct aios_rec rec);
uint64_t at(struct kit_tale *t);

/* Scenes, for both levels unless they say. */
void tell_accepted(struct kit_tale *t, const struct kit_req *req);
void tell_completed(struct kit_tale *t, const struct kit_req *req, int64_t res);
void tell_reaped(struct kit_tale *t, int64_t events);
void tell_armed(struct kit_tale *t, const struct kit_req *req);
void tell_woken(struct kit_tale *t, const struct kit_req *req, uint32_t key);
void tell_teardown(struct kit_tale *t);
void tell_finished(struct kit_tale *t, const struct kit_req *req, int64_t res);
/* Level exact. */
void tell_made(struct kit_tale *t, const struct kit_req *req);
void tell_done(struct kit_tale *t, const struct kit_req *req, int64_t res,
	       enum aios_put_party party);
/* Two reads, whose events are in the ring. */
void tell_two(struct kit_tale *t);
void tell_taken(struct kit_tale *t, int64_t events);
/* A reader that took an event comes out; the head had moved before. */
void tell_comes_out(struct kit_tale *t, struct kit_who who);
void tell_finished_exactly(struct kit_tale *t, const struct kit_req *req, int64_t res,
			   enum aios_put_party party);
void tell_no_slot(struct kit_tale *t, int32_t available, uint32_t completed);
struct kit_req tale_read(struct kit_tale *t, unsigned int nr);
struct kit_req tale_poll(struct kit_tale *t, unsigned int nr);
struct aios_rec rec_woken(struct kit_tale *t, const struct kit_req *req, uint32_t key,
			  uint32_t state, enum aios_wake_decision decision);
struct aios_rec rec_worked(struct kit_tale *t, const struct kit_req *req,
			   enum aios_work_decision decision);

#endif /* AIOS_TEST_KIT_STORY_H */
