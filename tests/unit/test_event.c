// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_event.c - bytes become records: every type, every length, and what is none.
 */
#include "kit.h"
#include "lib/event.h"

/* The sizes of the ABI once more, by hand: a change of a struct must not go unnoticed. */
static const struct {
	unsigned int type;
	const char *name;
	size_t body;
} types[] = {
	{ 1, "ctx-setup", 32 }, { 2, "ctx-refused", 16 }, { 3, "ctx-found", 56 },
	{ 4, "ctx-kill", 32 }, { 5, "ctx-users0", 8 }, { 6, "ctx-reqs0", 8 },
	{ 7, "ctx-free", 24 }, { 8, "ctx-destroy", 16 }, { 9, "exit-begin", 8 },
	{ 10, "exit-end", 8 }, { 11, "birth", 88 }, { 12, "iocb", 80 },
	{ 13, "req-found", 80 }, { 14, "return", 24 }, { 15, "submit", 24 },
	{ 16, "done", 32 }, { 17, "complete", 64 }, { 18, "cancel", 24 },
	{ 19, "poll-queue", 32 }, { 20, "poll-wake", 32 }, { 21, "poll-cancel", 24 },
	{ 22, "poll-return", 24 }, { 23, "work-begin", 24 }, { 24, "work-end", 24 },
	{ 25, "read-begin", 40 }, { 26, "read-end", 24 }, { 27, "file-name", 88 },
	{ 28, "process", 48 }, { 29, "call-setup", 16 }, { 30, "call-read", 48 },
	{ 31, "put", 24 }, { 32, "hold", 32 }, { 33, "drop", 32 }, { 34, "free", 40 },
	{ 35, "ctx-get", 16 }, { 36, "ctx-put", 16 }, { 37, "slots", 16 },
	{ 38, "no-request", 24 }, { 39, "poll-ask", 24 }, { 40, "poll-decide", 24 },
	{ 41, "cancel-one", 32 }, { 42, "ring-read", 40 }, { 43, "reader-wake", 24 },
	{ 44, "eventfd", 32 }, { 45, "freeze", 24 }, { 46, "ctx-limit", 24 },
	{ 47, "birth-put", 88 }, { 48, "complete-free", 88 },
	{ 49, "mismatch", 40 }, { 50, "mremap-begin", 24 }, { 51, "mremap-end", 24 },
	{ 52, "stack", 88 }, { 53, "submit-begin", 16 }, { 54, "frames", 88 },
	{ 55, "sleep", 24 }, { 56, "block", 56 },
	{ 57, "eventfd-use", 24 },
};

/* Of a body that has grown since, what there was in the first version. */
static size_t at_first(size_t i)
{
	return types[i].type == 11 ? 80 : types[i].body;
}

/* A record whose body counts up, so that a wrong copy shows. */
static void fill(unsigned char *bytes, unsigned int type, size_t len)
{
	struct aios_hdr hdr = { .type = (uint16_t)type, .len = (uint16_t)len, .cpu = 3,
				.flags = AIOS_F_SOFTIRQ, .tgid = 7, .tid = 8, .seq = 9,
				.time_ns = 10 };

	memcpy(bytes, &hdr, sizeof(hdr));
	for (size_t i = sizeof(hdr); i < len; i++)
		bytes[i] = (unsigned char)(i + 1);
}

static void every_type_has_its_name_and_a_sentence(void **state)
{
	(void)state;
	assert_int_equal(NR(types), AIOS_EV_MAX - 1);
	for (size_t i = 0; i < NR(types); i++) {
		assert_string_equal(aios_event_name(types[i].type), types[i].name);
		assert_true(strlen(aios_event_doc(types[i].type)) > 10);
	}
}

static void types_of_a_newer_version_have_no_name(void **state)
{
	(void)state;
	assert_string_equal(aios_event_name(0), "?");
	assert_string_equal(aios_event_name(AIOS_EV_MAX), "?");
	assert_string_equal(aios_event_name(UINT32_MAX), "?");
	assert_string_equal(aios_event_doc(0), aios_event_doc(60000));
}

static void every_type_is_parsed_at_its_size(void **state)
{
	unsigned char bytes[256];
	struct aios_rec rec;
	size_t used = 0;

	(void)state;
	for (size_t i = 0; i < NR(types); i++) {
		size_t len = 32 + types[i].body;

		fill(bytes, types[i].type, len);
		assert_int_equal(aios_event_parse(bytes, len, &rec, &used), AIOS_PARSE_OK);
		assert_int_equal(used, len);
		assert_int_equal(rec.h.type, types[i].type);
		assert_int_equal(rec.h.len, len);
		assert_int_equal(rec.h.cpu, 3);
		assert_int_equal(rec.h.seq, 9);
		assert_memory_equal(&rec, bytes, len);
	}
}

static void the_unused_part_of_a_record_is_zero(void **state)
{
	unsigned char bytes[256];
	static const unsigned char zeros[AIOS_BODY_MAX];
	struct aios_rec rec;
	size_t used = 0;

	(void)state;
	for (size_t i = 0; i < NR(types); i++) {
		memset(&rec, 0xee, sizeof(rec));
		fill(bytes, types[i].type, 32 + types[i].body);
		assert_int_equal(aios_event_parse(bytes, sizeof(bytes), &rec, &used),
				 AIOS_PARSE_OK);
		assert_memory_equal((char *)rec.body + types[i].body, zeros,
				    AIOS_BODY_MAX - types[i].body);
	}
}

/* Fields are only ever appended: what is known stays where it was. */
static void a_longer_body_is_cut_to_what_is_known(void **state)
{
	unsigned char bytes[512];
	struct aios_rec rec;
	size_t used = 0;

	(void)state;
	for (size_t i = 0; i < NR(types); i++) {
		size_t known = 32 + types[i].body;

		for (size_t len = known + 8; len <= known + 200; len += 8) {
			fill(bytes, types[i].type, len);
			assert_int_equal(aios_event_parse(bytes, len, &rec, &used),
					 AIOS_PARSE_OK);
			assert_int_equal(used, len);
			assert_int_equal(rec.h.len, known);
			assert_memory_equal((char *)&rec + 32, bytes + 32, types[i].body);
		}
	}
}

/* What an older version wrote of it is read, and the rest is zero. */
static void a_body_that_has_grown_may_be_as_it_was_at_first(void **state)
{
	static const unsigned char zeros[AIOS_BODY_MAX];
	unsigned char bytes[256];
	struct aios_rec rec;
	size_t used = 0, grown = 0;

	(void)state;
	for (size_t i = 0; i < NR(types); i++) {
		for (size_t len = at_first(i); len < types[i].body; len += 8) {
			memset(&rec, 0xee, sizeof(rec));
			fill(bytes, types[i].type, 32 + len);
			assert_int_equal(aios_event_parse(bytes, 32 + len, &rec, &used),
					 AIOS_PARSE_OK);
			assert_int_equal(used, 32 + len);
			assert_int_equal(rec.h.len, 32 + types[i].body);
			assert_memory_equal(rec.body, bytes + 32, len);
			assert_memory_equal((char *)rec.body + len, zeros, AIOS_BODY_MAX - len);
			grown++;
		}
	}
	assert_true(grown);
}

static void a_shorter_body_is_of_another_version_and_skipped(void **state)
{
	unsigned char bytes[256];
	struct aios_rec rec;
	size_t used;

	(void)state;
	for (size_t i = 0; i < NR(types); i++) {
		for (size_t len = 32; len < 32 + at_first(i); len += 8) {
			used = 0;
			fill(bytes, types[i].type, len);
			assert_int_equal(aios_event_parse(bytes, sizeof(bytes), &rec, &used),
					 AIOS_PARSE_UNKNOWN);
			assert_int_equal(used, len);
		}
	}
}

static void an_unknown_type_is_skipped_by_its_length(void **state)
{
	static const unsigned int unknown[] = { 0, AIOS_EV_MAX, 255, 65535 };
	unsigned char bytes[256];
	struct aios_rec rec;
	size_t used;

	(void)state;
	for (size_t i = 0; i < NR(unknown); i++) {
		used = 0;
		fill(bytes, unknown[i], 48);
		assert_int_equal(aios_event_parse(bytes, sizeof(bytes), &rec, &used),
				 AIOS_PARSE_UNKNOWN);
		assert_int_equal(used, 48);
	}
}

static void lengths_that_no_record_has_are_bad(void **state)
{
	unsigned char bytes[256];
	struct aios_rec rec;
	size_t used;

	(void)state;
	for (size_t len = 0; len < sizeof(bytes); len++) {
		if (len >= 32 && len % 8 == 0)
			continue;
		fill(bytes, AIOS_EV_CTX_FREE, 56);
		memcpy(bytes + 2, &(uint16_t){ (uint16_t)len }, 2);
		assert_int_equal(aios_event_parse(bytes, sizeof(bytes), &rec, &used),
				 AIOS_PARSE_BAD);
	}
}

/* Each byte that is missing is a byte that must not be read: the sanitizer watches. */
static void a_record_that_is_cut_off_is_bad(void **state)
{
	struct aios_rec rec;
	size_t used;

	(void)state;
	for (size_t i = 0; i < NR(types); i++) {
		size_t whole = 32 + types[i].body;

		for (size_t len = 0; len < whole; len++) {
			unsigned char *bytes = malloc(whole), *cut = malloc(len + 1);

			assert_non_null(bytes);
			assert_non_null(cut);
			fill(bytes, types[i].type, whole);
			memcpy(cut, bytes, len);
			assert_int_equal(aios_event_parse(cut, len, &rec, &used),
					 AIOS_PARSE_BAD);
			free(bytes);
			free(cut);
		}
	}
}

/* 0 is "not known" behind this; a model that is told of a completion at 0 would not note it. */
static void a_record_without_a_time_is_bad(void **state)
{
	unsigned char bytes[256];
	struct aios_rec rec;
	size_t used;

	(void)state;
	fill(bytes, AIOS_EV_CTX_FREE, 56);
	assert_int_equal(aios_event_parse(bytes, 56, &rec, &used), AIOS_PARSE_OK);
	memset(bytes + offsetof(struct aios_hdr, time_ns), 0, 8);
	assert_int_equal(aios_event_parse(bytes, 56, &rec, &used), AIOS_PARSE_BAD);
}

static void a_record_may_begin_at_any_address(void **state)
{
	unsigned char bytes[256];
	struct aios_rec rec;
	size_t used = 0;

	(void)state;
	for (size_t off = 0; off < 8; off++) {
		fill(bytes + off, AIOS_EV_REQ_BIRTH, 120);
		assert_int_equal(aios_event_parse(bytes + off, 120, &rec, &used), AIOS_PARSE_OK);
		assert_memory_equal(&rec, bytes + off, 120);
	}
}

static struct aios_rec filled(unsigned int type)
{
	unsigned char bytes[256];
	struct aios_rec rec;
	size_t used;

	fill(bytes, type, sizeof(rec));
	assert_int_equal(aios_event_parse(bytes, sizeof(bytes), &rec, &used), AIOS_PARSE_OK);
	return rec;
}

/* What tells of one event stays as it is. */
static void most_records_are_one_event(void **state)
{
	struct aios_rec rec, before, more;

	(void)state;
	for (unsigned int type = 1; type < AIOS_EV_REQ_BORN; type++) {
		before = rec = filled(type);
		if (type == AIOS_EV_REQ_BIRTH)
			before.birth.return_ns = rec.birth.return_ns = 0;
		assert_false(aios_event_split(&rec, &more));
		assert_memory_equal(&rec, &before, sizeof(rec));
	}
}

/* Is it the record that the first event alone would have been, all else zero? */
static void assert_becomes(const struct aios_rec *rec, const struct aios_rec *before,
			   unsigned int type, size_t body, size_t kept)
{
	static const unsigned char zeros[AIOS_BODY_MAX];

	assert_int_equal(rec->h.type, type);
	assert_int_equal(rec->h.len, 32 + body);
	assert_memory_equal(&rec->h.cpu, &before->h.cpu, 28);
	assert_memory_equal(rec->body, before->body, kept);
	assert_memory_equal((const char *)rec->body + kept, zeros, AIOS_BODY_MAX - kept);
}

static void assert_follows(const struct aios_rec *more, const struct aios_rec *before,
			   unsigned int type, size_t body, uint64_t ns)
{
	assert_int_equal(more->h.type, type);
	assert_int_equal(more->h.len, 32 + body);
	assert_int_equal(more->h.cpu, before->h.cpu);
	assert_int_equal(more->h.tgid, before->h.tgid);
	assert_int_equal(more->h.tid, before->h.tid);
	assert_int_equal(more->h.seq, before->h.seq);
	assert_int_equal(more->h.time_ns, before->h.time_ns + ns);
}

static void a_put_told_with_the_birth_is_an_event_of_its_own(void **state)
{
	struct aios_rec rec = filled(AIOS_EV_REQ_BORN), before, more;

	(void)state;
	rec.h.flags = AIOS_F_LEDGER | AIOS_F_FREED;
	rec.born.put_party = AIOS_PUT_RW;
	rec.born.put_flags = AIOS_F_SOFTIRQ;
	before = rec;
	assert_true(aios_event_split(&rec, &more));
	assert_becomes(&rec, &before, AIOS_EV_REQ_BIRTH, 88, 80);
	assert_follows(&more, &before, AIOS_EV_REQ_PUT, 24, before.born.put_ns);
	assert_int_equal(more.h.flags, AIOS_F_SOFTIRQ);
	assert_int_equal(more.req_put.kiocb, before.iocb.kiocb);
	assert_int_equal(more.req_put.kctx, before.iocb.kctx);
	assert_int_equal(more.req_put.refs, 1);
	assert_int_equal(more.req_put.party, AIOS_PUT_RW);
	rec = before;
	rec.born.put_ns = 0;
	assert_false(aios_event_split(&rec, &more));
	assert_becomes(&rec, &before, AIOS_EV_REQ_BIRTH, 88, 80);
}

static void a_free_told_with_the_completion_is_an_event_of_its_own(void **state)
{
	struct aios_rec rec = filled(AIOS_EV_REQ_END), before, more;

	(void)state;
	rec.h.flags = AIOS_F_HARDIRQ | (1 + AIOS_PUT_RW) << AIOS_F_PARTY_SHIFT;
	before = rec;
	assert_true(aios_event_split(&rec, &more));
	assert_becomes(&rec, &before, AIOS_EV_REQ_COMPLETE, 64, 64);
	assert_follows(&more, &before, AIOS_EV_REQ_FREE, 40, before.end.free_ns);
	assert_int_equal(more.h.flags, AIOS_F_HARDIRQ);
	assert_int_equal(more.req_free.kiocb, before.end.complete.kiocb);
	assert_int_equal(more.req_free.kctx, before.end.complete.kctx);
	assert_int_equal(more.req_free.file, before.end.file);
	assert_int_equal(more.req_free.eventfd, before.end.eventfd);
	assert_int_equal(more.req_free.refs, before.end.complete.refs);
	assert_int_equal(more.req_free.file_drops, before.end.file_drops);
	assert_int_equal(more.req_free.eventfd_drops, before.end.eventfd_drops);
	assert_int_equal(more.req_free.watched, before.end.watched);
	rec = before;
	rec.end.free_ns = 0;
	assert_false(aios_event_split(&rec, &more));
	assert_becomes(&rec, &before, AIOS_EV_REQ_COMPLETE, 64, 64);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_type_has_its_name_and_a_sentence),
		cmocka_unit_test(types_of_a_newer_version_have_no_name),
		cmocka_unit_test(every_type_is_parsed_at_its_size),
		cmocka_unit_test(the_unused_part_of_a_record_is_zero),
		cmocka_unit_test(a_longer_body_is_cut_to_what_is_known),
		cmocka_unit_test(a_body_that_has_grown_may_be_as_it_was_at_first),
		cmocka_unit_test(a_shorter_body_is_of_another_version_and_skipped),
		cmocka_unit_test(an_unknown_type_is_skipped_by_its_length),
		cmocka_unit_test(lengths_that_no_record_has_are_bad),
		cmocka_unit_test(a_record_that_is_cut_off_is_bad),
		cmocka_unit_test(a_record_without_a_time_is_bad),
		cmocka_unit_test(a_record_may_begin_at_any_address),
		cmocka_unit_test(most_records_are_one_event),
		cmocka_unit_test(a_put_told_with_the_birth_is_an_event_of_its_own),
		cmocka_unit_test(a_free_told_with_the_completion_is_an_event_of_its_own),
	};

	return cmocka_run_group_tests_name("event", tests, NULL, NULL);
}
