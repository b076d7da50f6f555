// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_views.c - lines, reports, timelines and exports; also of names that want to do harm.
 */
#include <errno.h>
#include <stdio.h>

#include <jansson.h>

#include "kit.h"
#include "lib/view.h"

#define HOSTILE	"\x1b[31m\"a,b\"\n\xff\xed\xa0\x80"

static const struct aios_clock utc = { .wall_offset_ns = 1700000000000000000 };

struct fixture {
	struct kit_out *out;
	struct aios_request *req;
	struct aios_summary *sum;
	struct aios_info info;
	struct aios_loss loss;
	struct aios_trace trace;
	struct aios_buf buf;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->out = kit_made();
	f->req = &f->out->req;
	f->sum = aios_summary_new();
	f->info = (struct aios_info){ .kernel = "6.12.117", .host = "db1", .evidence = "function",
				      .command = "fio x" };
	f->trace = (struct aios_trace){ .sum = f->sum, .info = &f->info, .loss = &f->loss };
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	kit_out_free(f->out);
	aios_summary_free(f->sum);
	aios_buf_done(&f->buf);
	free(f);
	return 0;
}

/* Nothing in a text may drive a terminal, or break a line that is not broken on purpose. */
static void assert_harmless(const struct aios_buf *buf)
{
	for (size_t i = 0; i < buf->len; i++)
		if (((unsigned char)buf->data[i] < 0x20 && buf->data[i] != '\n') ||
		    buf->data[i] == 0x7f || (unsigned char)buf->data[i] == 0xff)
			fail_msg("byte 0x%02x at %zu: %s", (unsigned char)buf->data[i], i,
				 buf->data + (i > 40 ? i - 40 : 0));
}

static size_t lines(const struct aios_buf *buf)
{
	size_t cnt = 0;

	for (size_t i = 0; i < buf->len; i++)
		cnt += buf->data[i] == '\n';
	return cnt;
}

static const char *line(struct fixture *f)
{
	aios_buf_clear(&f->buf);
	aios_line(&f->buf, f->req, &utc);
	assert_harmless(&f->buf);
	assert_int_equal(lines(&f->buf), 1);
	assert_int_equal(f->buf.data[f->buf.len - 1], '\n');
	return f->buf.data;
}

static const char *result(struct fixture *f)
{
	aios_buf_clear(&f->buf);
	aios_fmt_result(&f->buf, f->req);
	return f->buf.data;
}

static const char *subject(struct fixture *f)
{
	aios_buf_clear(&f->buf);
	aios_fmt_subject(&f->buf, f->req);
	return f->buf.data;
}

static void assert_has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("no \"%s\" in: %s", part, text);
}

static void a_line_tells_the_whole_life(void **state)
{
	struct fixture *f = *state;
	const char *text = line(f);

	assert_int_equal(strncmp(text, "22:13:20.000103  fio[1000] ", 27), 0);
	assert_has(text, "#1");
	assert_has(text, " pread ");
	assert_has(text, " 4K ");
	assert_has(text, "  5</srv/db> @128K +4K\n");
	/* latency, submit, in flight, unread */
	assert_has(text, "     102us    2.00us     100us     100us  5<");
}

static size_t column(const char *text, const char *part)
{
	const char *at = strstr(text, part);

	assert_non_null(at);
	return (size_t)(at - text);
}

/* Numbers stand at the right of their columns, all else at the left: under the heading. */
static void values_stand_under_their_headings(void **state)
{
	static const struct {
		const char *head;
		const char *value;
		bool right;
	} columns[] = {
		{ "TIME", "22:13", false }, { "PROCESS", "fio[", false }, { "CTX", "#1", false },
		{ "OP ", "pread", false }, { "RESULT", "4K ", false }, { "LATENCY", "101us", true },
		{ "SUBMIT", "2.00us", true }, { "IN-FLIGHT", "98.7us", true },
		{ "UNREAD", "77.7us", true }, { "FILE", "5</srv", false },
	};
	struct fixture *f = *state;
	struct aios_buf head = { 0 };

	f->req->completed_ns = 101700;
	f->req->reaped_ns = f->req->completed_ns + 77700;
	aios_line_head(&head);
	line(f);
	for (size_t i = 0; i < NR(columns); i++) {
		size_t want = column(head.data, columns[i].head);
		size_t got = column(f->buf.data, columns[i].value);

		if (columns[i].right) {
			want += strlen(columns[i].head);
			got += strlen(columns[i].value);
		}
		if (want != got)
			fail_msg("%s is at %zu, its value at %zu", columns[i].head, want, got);
	}
	aios_buf_done(&head);
}

static void stages_that_are_not_known_are_a_dash(void **state)
{
	struct fixture *f = *state;

	f->req->born_ns = 0;
	f->req->reaped_ns = 0;
	assert_has(line(f), "         -         -     100us         -  5<");
}

static void a_line_has_the_time_of_its_last_event_that_is_known(void **state)
{
	struct fixture *f = *state;

	f->req->completed_ns = 0;
	f->req->fate = AIOS_FATE_IN_FLIGHT;
	assert_has(line(f), "22:13:20.000003  ");
	f->req->returned_ns = 0;
	assert_has(line(f), "22:13:20.000001  ");
	f->req->born_ns = 0;
	assert_int_equal(strncmp(line(f), "-                fio", 20), 0);
}

static void long_names_push_columns_and_never_merge_with_them(void **state)
{
	struct fixture *f = *state;

	strcpy(f->out->process.comm, "a-long-command-n");
	f->out->process.tgid = 4194304;
	f->out->ctx.id = 1000000;
	assert_has(line(f), "a-long-command-n[4194304] ");
	assert_has(line(f), "#1000000 ");
	assert_has(line(f), " pread ");
}

static void names_that_want_to_do_harm_are_written_out(void **state)
{
	struct fixture *f = *state;

	free(f->out->file.path);
	f->out->file.path = strdup("/tmp/" HOSTILE);
	strcpy(f->out->process.comm, "\x1b]0;x\x07\n\xff");
	strcpy(f->out->ctx.comm, "\x1b]0;x\x07\n\xff");
	assert_has(line(f), "\\x1b]0;x\\x07\\x0a\\xff[1000]");
	assert_has(line(f), "\\x1b[31m\"a,b\"\\x0a\\xff\\xed\\xa0\\x80>");
	f->req->process = NULL;
	assert_has(line(f), "\\x1b]0;x");
}

static void results_are_told_as_people_say_them(void **state)
{
	struct fixture *f = *state;

	assert_string_equal(result(f), "4K");
	f->req->res = 100;
	assert_string_equal(result(f), "100");
	f->req->res = -EIO;
	assert_string_equal(result(f), "EIO");
	f->req->ask.op = IOCB_CMD_FSYNC;
	f->req->res = 0;
	assert_string_equal(result(f), "ok");
	f->req->ask.op = IOCB_CMD_POLL;
	f->req->res = BIT_IN | BIT_HUP;
	assert_string_equal(result(f), "IN|HUP");
	f->req->res = 0;
	assert_string_equal(result(f), "0");
	f->req->asked = false;
	f->req->res = 17;
	assert_string_equal(result(f), "17");
}

/* view.h: `refused EBADF`. */
static void a_refusal_is_told_as_the_contract_says(void **state)
{
	struct fixture *f = *state;

	f->req->fate = AIOS_FATE_REFUSED;
	f->req->completed_ns = 0;
	f->req->refused = -EBADF;
	assert_string_equal(result(f), "refused EBADF");
}

static void what_is_not_over_says_so(void **state)
{
	struct fixture *f = *state;

	f->req->completed_ns = 0;
	f->req->fate = AIOS_FATE_IN_FLIGHT;
	assert_string_equal(result(f), "in flight");
	f->req->fate = AIOS_FATE_LOST_TRACK;
	f->req->tainted = true;
	assert_string_equal(result(f), "~not seen");
	assert_has(line(f), "(records were lost)");
}

static void subjects_are_what_the_operation_is_about(void **state)
{
	struct fixture *f = *state;

	assert_string_equal(subject(f), "5</srv/db> @128K +4K");
	f->req->ask.offset = 1000;
	f->req->ask.length = 0;
	assert_string_equal(subject(f), "5</srv/db> @1000 +0");
	f->req->ask.offset = -1;
	f->req->ask.length = AIOS_UNKNOWN64;
	f->req->ask.op = IOCB_CMD_PWRITEV;
	f->req->ask.vecs = 20;
	assert_string_equal(subject(f), "5</srv/db> @-1 +? in 20");
	f->req->ask.op = IOCB_CMD_FSYNC;
	assert_string_equal(subject(f), "5</srv/db>");
	f->req->ask.op = IOCB_CMD_POLL;
	f->req->ask.events = BIT_IN | BIT_OUT;
	assert_string_equal(subject(f), "5</srv/db> IN|OUT");
	f->req->file = NULL;
	assert_string_equal(subject(f), "5 IN|OUT");
	f->req->origin = AIOS_ORIGIN_BEFORE;
	assert_has(subject(f), "IN|OUT");
	f->req->asked = false;
	assert_string_equal(subject(f), "(older than the trace)");
	f->req->origin = AIOS_ORIGIN_UNKNOWN;
	assert_string_equal(subject(f), "(its submission was not seen)");
}

static void a_line_notes_what_numbers_do_not_say(void **state)
{
	struct fixture *f = *state;

	f->req->reaper = AIOS_REAPER_USER;
	assert_has(line(f), " (reaped by the program)\n");
	f->req->reaper = AIOS_REAPER_NOBODY;
	f->req->fate = AIOS_FATE_UNREAD;
	assert_has(line(f), " (never read)\n");
	f->req->ask.op = IOCB_CMD_POLL;
	f->req->poll.first_wake_ns = 5;
	assert_has(line(f), " (armed-inline)");
}

static const char *gap_line(struct fixture *f, const struct aios_gap *gap)
{
	aios_buf_clear(&f->buf);
	aios_line_gap(&f->buf, gap, &utc);
	assert_harmless(&f->buf);
	assert_int_equal(lines(&f->buf), 1);
	return f->buf.data;
}

static void holes_say_what_is_missing_and_where(void **state)
{
	struct fixture *f = *state;
	struct aios_gap gap = { .kind = AIOS_GAP_RING, .cpu = 3, .count = 17, .from_ns = 1000,
				.to_ns = 3000 };

	assert_has(gap_line(f, &gap), "22:13:20.000001  *** 17 records of CPU 3 were lost");
	assert_has(gap_line(f, &gap), "within 2.00us");
	gap.kind = AIOS_GAP_SKIPPED;
	gap.hook = "aio_complete";
	assert_has(gap_line(f, &gap), "17 calls of aio_complete were not seen");
	gap.kind = AIOS_GAP_CUT;
	gap.to_ns = UINT64_MAX;
	assert_has(gap_line(f, &gap), "cut off here\n");
	gap.kind = AIOS_GAP_DAMAGED;
	assert_has(gap_line(f, &gap), "damaged here\n");
}

/* The name of a hook comes out of the file. */
static void a_hook_that_wants_to_do_harm_is_written_out(void **state)
{
	struct fixture *f = *state;
	struct aios_gap gap = { .kind = AIOS_GAP_SKIPPED, .hook = "\x1b[2J" };

	gap_line(f, &gap);
}

static const char *report(struct fixture *f)
{
	aios_buf_clear(&f->buf);
	aios_report_text(&f->buf, &f->trace);
	assert_int_equal(f->buf.err, 0);
	assert_harmless(&f->buf);
	return f->buf.data;
}

static void count(struct fixture *f)
{
	assert_int_equal(aios_summary_request(f->sum, f->req), 0);
}

static void a_report_of_nothing_says_that_nothing_was_seen(void **state)
{
	struct fixture *f = *state;

	assert_has(report(f), "on db1, Linux 6.12.117, evidence level function\n");
	assert_has(report(f), "traced    fio x\n");
	assert_has(report(f), "0 submitted, 0 completed (0 failed), 0 refused, 0 in flight");
	assert_has(report(f), "loss      none\n");
	assert_has(report(f), "No request was seen");
}

static void a_report_without_information_is_a_report(void **state)
{
	struct fixture *f = *state;

	f->info = (struct aios_info){ 0 };
	assert_has(report(f), "on ?, Linux ?, evidence level ?\n");
}

static void a_report_counts_by_operation_and_stage(void **state)
{
	struct fixture *f = *state;

	count(f);
	count(f);
	f->req->res = -EIO;
	count(f);
	f->req->fate = AIOS_FATE_REFUSED;
	f->req->completed_ns = 0;
	f->req->refused = -EBADF;
	count(f);
	assert_has(report(f), "3 submitted, 3 completed (1 failed), 1 refused, 0 in flight");
	assert_has(report(f),
		   "\npread              3          3        1        1          0        8K"
		   "  failed: EIO 1  refused: EBADF 1\n");
	assert_has(report(f), "\npread      submit              3    2.00us");
	assert_has(report(f), "\n           latency             3     102us");
	assert_has(report(f), "completed in soft interrupts 3; last reference dropped by "
		   "rw-completion 3\n");
}

static void a_report_tells_the_loss(void **state)
{
	struct fixture *f = *state;

	f->loss = (struct aios_loss){ .records = 12, .skipped = 3, .gaps = 4, .cut = true,
				      .damaged = true, .not_kept = 5 };
	f->trace.unknown_records = 6;
	f->req->tainted = true;
	count(f);
	assert_has(report(f),
		   "12 records lost, 3 calls not seen, in 4 holes, the trace is cut off, "
		   "records are damaged; 1 requests were alive across one\n");
	assert_has(report(f), "5 contexts or processes found no room");
	assert_has(report(f), "6 records are of a newer aioscope");
}

static void a_report_shows_contexts_busiest_first(void **state)
{
	struct fixture *f = *state;
	const char *text;

	for (uint64_t i = 1; i <= 25; i++) {
		f->out->ctx.id = i;
		f->out->ctx.completed = i == 7 ? 1000 : i;
		assert_int_equal(aios_summary_context(f->sum, &f->out->ctx), 0);
	}
	text = report(f);
	assert_true(column(text, "\n#7 ") < column(text, "\n#25 "));
	assert_true(column(text, "\n#25 ") < column(text, "\n#24 "));
	assert_has(text, "... and 5 more contexts\n");
	assert_null(strstr(text, "\n#1 "));
}

/* A trace file comes from anywhere: all text in it is foreign. */
static void a_report_of_hostile_information_is_harmless(void **state)
{
	struct fixture *f = *state;

	f->info.command = HOSTILE;
	strcpy(f->out->ctx.comm, "\x1b[31m\n\xff");
	assert_int_equal(aios_summary_context(f->sum, &f->out->ctx), 0);
	report(f);
	f->info.host = f->info.kernel = f->info.evidence = HOSTILE;
	report(f);
}

static void a_report_counts_calls(void **state)
{
	struct fixture *f = *state;
	struct kit_ctx c = kit_ctx(1);
	struct kit_req r = kit_read(&c, 1);
	struct aios_rec recs[] = {
		rec_setup(1000, by_t1, &c), rec_refused(2000, by_t1, -EAGAIN, 1),
		rec_submit(3000, by_t1, &c, 4, 4), rec_submit(3001, by_t1, &c, 1, -EAGAIN),
		rec_read_end(4000, by_t1, &c, 3), rec_cancel(5000, by_t1, &r, -EINVAL),
		rec_destroy(11000, by_t1, &c, 0),
	};

	for (size_t i = 0; i < NR(recs); i++)
		assert_int_equal(aios_summary_record(f->sum, &recs[i]), 0);
	assert_has(report(f), "trace     10.0us on");
	assert_has(report(f), "\nio_setup      2, failed: EAGAIN 1\n");
	assert_has(report(f), "\nio_submit     2, failed: EAGAIN 1; a call took 4 (p50), at most 4 "
		   "iocbs\n");
	assert_has(report(f), "\nio_getevents  1; 3 events, 3.0 a call\n");
	assert_has(report(f), "\nio_cancel     1: EINVAL 1\n");
	assert_has(report(f), "\nio_destroy    1\n");
}

/* One object in one line; to be given back. */
static json_t *parsed(const struct aios_buf *buf)
{
	json_error_t err;
	json_t *json = json_loadb(buf->data, buf->len, 0, &err);

	if (!json)
		fail_msg("%s: %s", err.text, buf->data);
	assert_int_equal(lines(buf), 1);
	assert_true(json_is_object(json));
	return json;
}

static json_t *report_json(struct fixture *f)
{
	aios_buf_clear(&f->buf);
	assert_int_equal(aios_report_json(&f->buf, &f->trace), 0);
	return parsed(&f->buf);
}

static json_int_t at(json_t *json, const char *a, const char *b, const char *c, const char *d)
{
	const char *const keys[] = { a, b, c, d };

	for (size_t i = 0; i < 4 && keys[i]; i++)
		json = json_object_get(json, keys[i]);
	assert_true(json_is_integer(json));
	return json_integer_value(json);
}

/* DESIGN.md, 5: what scripts may rely on. */
static void a_json_report_keeps_its_promises(void **state)
{
	struct fixture *f = *state;
	json_t *json;

	count(f);
	f->req->res = -EIO;
	count(f);
	f->loss = (struct aios_loss){ .records = 12, .gaps = 4 };
	json = report_json(f);
	assert_string_equal(json_string_value(json_object_get(json, "schema")),
			    "aioscope.report/1");
	assert_string_equal(json_string_value(json_object_get(json, "kernel")), "6.12.117");
	assert_string_equal(json_string_value(json_object_get(json, "evidence")), "function");
	assert_int_equal(at(json, "requests", "submitted", NULL, NULL), 2);
	assert_int_equal(at(json, "requests", "completed", NULL, NULL), 2);
	assert_int_equal(at(json, "requests", "failed", NULL, NULL), 1);
	assert_int_equal(at(json, "requests", "in_flight", NULL, NULL), 0);
	assert_int_equal(at(json, "requests", "by_op", "pread", "completed"), 2);
	assert_int_equal(at(json, "requests", "by_op", "pread", "failed"), 1);
	assert_int_equal(at(json, "requests", "by_op", "pread", "p50_ns"), 102000);
	assert_int_equal(at(json, "requests", "by_op", "pread", "p99_ns"), 102000);
	assert_int_equal(at(json, "requests", "by_op", "pread", "max_ns"), 102000);
	assert_int_equal(at(json, "loss", "records", NULL, NULL), 12);
	assert_int_equal(at(json, "loss", "gaps", NULL, NULL), 4);
	assert_true(json_is_array(json_object_get(json, "findings")));
	json_decref(json);
}

static void a_json_report_of_nothing_has_all_its_fields(void **state)
{
	struct fixture *f = *state;
	json_t *json;

	f->info = (struct aios_info){ 0 };
	json = report_json(f);
	assert_int_equal(at(json, "requests", "submitted", NULL, NULL), 0);
	assert_int_equal(json_object_size(json_object_get(json_object_get(json, "requests"),
							  "by_op")), 0);
	assert_true(json_is_null(json_object_get(json, "kernel")));
	assert_true(json_is_array(json_object_get(json, "contexts")));
	json_decref(json);
}

static void a_json_report_of_hostile_names_is_json(void **state)
{
	struct fixture *f = *state;
	json_t *json, *ctx;

	f->info.command = f->info.host = f->info.kernel = f->info.evidence = HOSTILE;
	strcpy(f->out->ctx.comm, "\x1b\"\n\xff\xed\xa0\x80");
	count(f);
	assert_int_equal(aios_summary_context(f->sum, &f->out->ctx), 0);
	json = report_json(f);
	ctx = json_array_get(json_object_get(json, "contexts"), 0);
	assert_string_equal(json_string_value(json_object_get(ctx, "context")), "0x7f0000001000");
	assert_int_equal(at(ctx, "pid", NULL, NULL, NULL), KIT_PID);
	json_decref(json);
}

static json_t *exported(struct fixture *f, bool addresses)
{
	aios_buf_clear(&f->buf);
	assert_int_equal(aios_export_json(&f->buf, f->req, addresses), 0);
	return parsed(&f->buf);
}

/* A trace of level syscall: two processes, the busier one came later. */
static void see_calls(struct fixture *f)
{
	struct kit_ctx c = kit_ctx(1);
	struct kit_req r = kit_read(&c, 1);
	const struct aios_rec recs[] = {
		rec_proc(1000, AIOS_PROC_SEEN, KIT_OTHER_PID, "\x1b[31m\n"),
		rec_submit(1001, by_other, &c, 4, 2),
		rec_cancel(1002, by_other, &r, -EINPROGRESS),
		rec_proc(1003, AIOS_PROC_SEEN, KIT_PID, "db"),
		rec_call_setup(1004, by_t1, &c),
		rec_submit(1005, by_t1, &c, 32, 32),
		rec_submit(1006, by_t1, &c, 1, -EAGAIN),
		rec_call_read(11007, by_t2, &c, 1007, 64, 31),
		rec_destroy(11008, by_t1, &c, 0),
	};

	f->info.evidence = (char *)"syscall";
	for (size_t i = 0; i < NR(recs); i++) {
		assert_int_equal(aios_summary_record(f->sum, &recs[i]), 0);
		assert_int_equal(aios_summary_caller(f->sum, &recs[i]), 0);
	}
}

static void a_report_of_calls_claims_nothing_of_requests(void **state)
{
	struct fixture *f = *state;
	const char *text;

	see_calls(f);
	text = report(f);
	assert_has(text, "evidence level syscall\n");
	assert_has(text, "requests  34 submitted, as io_submit returned; what became of them is "
		   "not known:\n          at evidence level syscall single requests are not seen");
	assert_has(text, "\ndb[1000]                           2         33         32     32"
		   "      0          1         31    10.0us  io_submit: EAGAIN 1\n");
	assert_has(text, "\n\\x1b[31m\\x0a[2000]                 1          4          2      2"
		   "      1          0          0         0  io_cancel: EINPROGRESS 1\n");
	assert_true(strstr(text, "db[1000]") < strstr(text, "[2000]"));
	assert_has(text, "\nio_submit     3, failed: EAGAIN 1; a call took 2 (p50), at most 32 "
		   "iocbs\n");
	assert_has(text, "\nio_getevents  1; 31 events, 31.0 a call\n");
	assert_null(strstr(text, "completed"));
	assert_null(strstr(text, "in flight"));
	assert_null(strstr(text, "No request was seen"));
	f->loss.records = 3;
	f->loss.gaps = 1;
	text = report(f);
	assert_has(text, "loss      3 records lost, 0 calls not seen, in 1 holes\n");
	assert_has(text, "requests  at least 34 submitted, as io_submit returned");
}

static void a_report_of_no_calls_says_so(void **state)
{
	struct fixture *f = *state;

	f->info.evidence = (char *)"syscall";
	assert_has(report(f), "0 submitted, as io_submit returned");
	assert_has(report(f), "No call was seen: nothing that was traced used native AIO.\n");
}

/* What is not known is null and never 0. */
static void a_json_report_of_calls_has_nulls_for_what_is_not_known(void **state)
{
	static const char *const unknown[] = { "completed", "failed", "refused", "in_flight",
					       "unread", "tainted", "before_trace", "by_op",
					       "unknown_origin", "lost_track" };
	static const char *const parts[] = { "poll_orders", "completions", "contexts" };
	struct fixture *f = *state;
	json_t *json, *requests, *processes, *db;

	see_calls(f);
	json = report_json(f);
	requests = json_object_get(json, "requests");
	processes = json_object_get(json, "processes");
	assert_string_equal(json_string_value(json_object_get(json, "evidence")), "syscall");
	assert_int_equal(json_integer_value(json_object_get(requests, "submitted")), 34);
	assert_int_equal(json_object_size(requests), NR(unknown) + 1);
	for (size_t i = 0; i < NR(unknown); i++)
		assert_true(json_is_null(json_object_get(requests, unknown[i])));
	for (size_t i = 0; i < NR(parts); i++)
		assert_true(json_is_null(json_object_get(json, parts[i])));
	assert_int_equal(json_array_size(processes), 2);
	db = json_array_get(processes, 1);
	assert_string_equal(json_string_value(json_object_get(db, "comm")), "db");
	assert_int_equal(json_integer_value(json_object_get(db, "pid")), KIT_PID);
	db = json_object_get(db, "io_submit");
	assert_int_equal(json_integer_value(json_object_get(db, "accepted")), 32);
	assert_int_equal(json_integer_value(json_object_get(json_object_get(db, "failed"),
							    "EAGAIN")), 1);
	json_decref(json);
}

static void an_exported_request_has_its_columns(void **state)
{
	struct fixture *f = *state;
	json_t *json = exported(f, false);

	assert_string_equal(json_string_value(json_object_get(json, "schema")),
			    "aioscope.request/1");
	assert_int_equal(at(json, "kiocb", NULL, NULL, NULL), 7);
	assert_int_equal(at(json, "latency_ns", NULL, NULL, NULL), 102000);
	assert_string_equal(json_string_value(json_object_get(json, "path")), "/srv/db");
	assert_string_equal(json_string_value(json_object_get(json, "data")), "0xd001");
	assert_true(json_is_false(json_object_get(json, "tainted")));
	assert_true(json_is_null(json_object_get(json, "error")));
	json_decref(json);
}

/* Kernel addresses leave the tool only where the user asks for them. */
static void addresses_are_exported_on_demand_only(void **state)
{
	struct fixture *f = *state;
	json_t *json = exported(f, false);

	assert_null(strstr(f->buf.data, "ffff8"));
	json_decref(json);
	json = exported(f, true);
	assert_string_equal(json_string_value(json_object_get(json, "kiocb_address")),
			    "0xffff8882000000c0");
	json_decref(json);
	aios_buf_clear(&f->buf);
	aios_export_csv_head(&f->buf, false);
	aios_export_csv(&f->buf, f->req, false);
	assert_null(strstr(f->buf.data, "address"));
	assert_null(strstr(f->buf.data, "ffff8"));
}

static void a_request_with_hostile_names_is_exported_all_the_same(void **state)
{
	static const char *const names[] = { HOSTILE, "\"", "\\", "\xed\xa0\x80", "\xff", "",
					     "a\"\"b,c", "\xf0\x9f\x90\xa7" };
	struct fixture *f = *state;

	for (size_t i = 0; i < NR(names); i++) {
		json_t *json;

		free(f->out->file.path);
		f->out->file.path = strdup(names[i]);
		snprintf(f->out->process.comm, sizeof(f->out->process.comm), "%s", names[i]);
		json = exported(f, true);
		assert_true(json_is_string(json_object_get(json, "path")));
		json_decref(json);
		/* A timeline and a line of it do no harm either. */
		line(f);
	}
}

/* Fields of a line of RFC 4180. */
static size_t csv_fields(const char *text)
{
	size_t cnt = 1;
	bool quoted = false;

	for (; *text && (quoted || *text != '\n'); text++) {
		if (*text == '"')
			quoted = !quoted;
		cnt += !quoted && *text == ',';
	}
	assert_false(quoted);
	assert_string_equal(text, "\n");
	return cnt;
}

static void csv_has_as_many_fields_as_headings(void **state)
{
	static const char *const names[] = { "/srv/db", HOSTILE, "\"", ",", "a\"\"b,c", "" };
	struct fixture *f = *state;

	for (size_t i = 0; i < 2 * NR(names); i++) {
		struct aios_buf head = { 0 };

		free(f->out->file.path);
		f->out->file.path = strdup(names[i / 2]);
		aios_export_csv_head(&head, i % 2);
		aios_buf_clear(&f->buf);
		aios_export_csv(&f->buf, f->req, i % 2);
		assert_harmless(&f->buf);
		assert_int_equal(csv_fields(f->buf.data), csv_fields(head.data));
		aios_buf_done(&head);
	}
}

/* A poll from birth to reaping, with its history; the model makes it. */
static const struct kit_out *told_poll(struct kit *k)
{
	struct kit_ctx c = kit_ctx(1);
	struct kit_req r = kit_poll(&c, 1);

	r.ask.file = 0xf11e;
	see(k, rec_proc(1, AIOS_PROC_SEEN, KIT_PID, "nginx"));
	see(k, rec_setup(2, by_t1, &c));
	see_name(k, 3, by_t1, 0xf11e, "/run/sock");
	see(k, rec_birth(1000, by_t1, &r));
	see(k, rec_queue(1100, by_t1, &r, 0));
	see(k, rec_poll_return(1150, by_t1, &r, 0, 0));
	see(k, rec_return(1200, by_t1, &r, 0));
	see(k, rec_wake(2000, by_other, &r, BIT_OUT, AIOS_POLL_ARMED));
	see(k, rec_wake(3000, in_softirq, &r, 0, AIOS_POLL_ARMED));
	see(k, rec_work_begin(4000, by_worker, &r, AIOS_WORK_POLL,
			      AIOS_POLL_SCHEDULED | AIOS_POLL_ARMED));
	see(k, rec_complete(5000, by_worker, &r, BIT_IN));
	see(k, rec_work_end(5100, by_worker, &r, AIOS_WORK_POLL));
	see_read(k, 6000, by_t3, &c, 1);
	return the(k, 1);
}

/* The same request with its ledger, as level exact tells it. */
static void a_timeline_tells_who_held_what(void **state)
{
	struct kit *k = kit_new(true);
	struct kit_ctx c = kit_ctx(1);
	struct kit_req r = kit_poll(&c, 1);
	const char *text;

	(void)state;
	r.ask.file = 0xf11e;
	see(k, rec_setup(2, by_t1, &c));
	see(k, rec_made(1000, by_t1, &r));
	see(k, rec_hold(1010, by_t1, &r, AIOS_EV_REQ_HOLD, AIOS_HOLD_EVENTFD));
	see(k, rec_decide(1100, by_t1, &r, AIOS_DECIDED_ARM));
	see(k, rec_dropped(1200, by_t1, &r, AIOS_PUT_SUBMIT, 1));
	see(k, rec_wake(2000, in_softirq, &r, BIT_IN,
			AIOS_POLL_ARMED | (AIOS_WOKEN_PUT_WORK + 1) << 8));
	see(k, rec_completed(3000, by_worker, &r, BIT_IN, AIOS_PUT_POLL_PUT_WORK));
	see(k, rec_freed(3100, by_worker, &r, 0));
	see_read(k, 4000, by_t3, &c, 1);
	kit_timeline(&k->text, &the(k, 1)->req, &utc, NULL, false);
	text = k->text.data;
	assert_harmless(&k->text);
	assert_has(text, "    TIME CPU PROCESS   EVENT       PARTY         REFS KEY SLOT\n"
		   "      +0   0 1000/1001 birth                                    poll on fd 5\n"
		   "   +10ns   0 1000/1001 hold                                     takes a "
		   "reference "
		   "of an eventfd\n"
		   "  +100ns   0 1000/1001 poll-decide                              not ready: "
		   "waits\n"
		   "  +200ns   0 1000/1001 put         submitter        1           a reference is "
		   "dropped\n"
		   " +1.00us   1 softirq   poll-wake                    1 IN        while it "
		   "waited: "
		   "completes it, and\n"
		   "                                                                leaves the "
		   "rest to "
		   "work\n"
		   " +2.00us   3 55        complete    poll-put-work    0        0  result 1; "
		   "head 0, "
		   "0 to give back\n"
		   " +2.10us   3 55        free                         0           1 fput() seen\n"
		   " +3.00us     1003      reaped                                   io_getevents "
		   "returned its event\n");
	/* Its eventfd was never given up. */
	assert_has(text, "\n  references: broken\n"
		   "    submission   +0         +200ns    by the submitter, 1 left, "
		   "on CPU 0 in thread 1001\n"
		   "    operation    +0         +2.00us   by the poll-put-work, 0 left, "
		   "on CPU 3 in thread 55\n"
		   "    file         +0         +2.10us   on CPU 3 in thread 55\n"
		   "    eventfd      +10ns      still held\n");
	assert_has(text, "last reference dropped by the poll-put-work, in task context\n");
	kit_free(k);
}

static void a_timeline_tells_a_life_event_by_event(void **state)
{
	struct kit *k = kit_new(true);
	const struct kit_out *out = told_poll(k);
	const char *text;

	(void)state;
	kit_timeline(&k->text, &out->req, &utc, NULL, false);
	text = k->text.data;
	assert_harmless(&k->text);
	assert_has(text, "request 1: poll 5</run/sock> IN = IN\n");
	assert_has(text, "  by nginx[1000] in context #1 (0x7f0000001000) at 22:13:20.000001\n");
	assert_has(text, "  submit        200ns     4%  |##                      ");
	assert_has(text, "  in flight    3.80us    76%  |  ####################################   "
		   " ");
	assert_has(text, "  unread       1.00us    20%  |                                      "
		   "##########|\n  birth to completion: 4.00us\n");
	assert_has(text, "    TIME CPU PROCESS   EVENT       PARTY      REFS KEY  SLOT\n"
		   "      +0   0 1000/1001 birth                                  poll on fd 5\n"
		   "  +100ns   0 1000/1001 poll-queue                             put on the "
		   "file's "
		   "wait queue\n"
		   "  +150ns   0 1000/1001 poll-return                            ->poll returned "
		   "to "
		   "the submission: 0\n"
		   "  +200ns   0 1000/1001 return                                 accepted\n"
		   " +1.00us   3 2000/2001 poll-wake                 1 OUT        ignored, it "
		   "waits "
		   "for IN|ERR|HUP\n"
		   " +2.00us   1 softirq   poll-wake                 1 none       while it waited: "
		   "queued the work\n"
		   " +3.00us   3 55        work-begin                             poll work: asks "
		   "the "
		   "file again\n"
		   " +4.00us   3 55        complete    poll-work?    0         0  result 1; head "
		   "0, 0 "
		   "to give back\n"
		   " +4.10us   3 55        work-end                               poll work: asks "
		   "the "
		   "file again\n"
		   " +5.00us     1003      reaped                                 io_getevents "
		   "returned its event\n"
		   "  ? inferred from what ran, not seen: party\n");
	assert_has(text, "\n    +2.00us   1  .               .               * wake to work  .    "
		   " ");
	assert_has(text, "last reference dropped by the poll-work (inferred), in task context\n");
	assert_has(text, "order: armed-work: The file was not ready, so the submission decided to "
		   "wait;\n");
	assert_has(text, "known by: The wake-up found, under the wait queue's lock, that it was "
		   "decided\n");
	assert_has(text, "first wake-up against the return of ->poll: after: it was decided to "
		   "wait in\n");
	assert_has(text, "ring entry 0\n");
	assert_null(strstr(text, "ffff8"));
	kit_free(k);
}

static void a_timeline_shows_addresses_on_demand(void **state)
{
	struct kit *k = kit_new(true);
	const struct kit_out *out = told_poll(k);

	(void)state;
	kit_timeline(&k->text, &out->req, &utc, NULL, true);
	assert_has(k->text.data, "kiocb 0xffff8882000000c0, kioctx 0xffff888100000240\n");
	kit_free(k);
}

static void a_timeline_without_a_history_is_its_head_and_end(void **state)
{
	struct fixture *f = *state;

	f->req->tainted = true;
	f->req->reap_inferred = true;
	kit_timeline(&f->buf, f->req, &utc, NULL, false);
	assert_harmless(&f->buf);
	assert_has(f->buf.data, "request 7: pread 5</srv/db> @128K +4K = ~4K\n");
	assert_has(f->buf.data, "TAINTED");
	assert_has(f->buf.data, "inferred");
}

/* Every kind of record with every state and mask that a file may hold. */
static void timelines_of_odd_records_are_harmless(void **state)
{
	static const uint32_t odd[] = { 0, 1, 0x10, 0x4018, 0x1f, UINT32_MAX };
	struct fixture *f = *state;
	struct aios_rec recs[(AIOS_EV_MAX + 1) * NR(odd)];
	size_t cnt = 0;

	for (uint16_t type = 0; type <= AIOS_EV_MAX; type++) {
		for (size_t i = 0; i < NR(odd); i++) {
			recs[cnt] = rec_make(type, 8, 1000 + cnt, by_t1);
			for (size_t at32 = 0; at32 < AIOS_BODY_MAX / 4; at32++)
				memcpy((char *)recs[cnt].body + 4 * at32, &odd[i], 4);
			cnt++;
		}
	}
	free(f->out->file.path);
	f->out->file.path = strdup(HOSTILE);
	strcpy(f->out->process.comm, "\x1b[31m\n");
	f->req->history = recs;
	f->req->history_cnt = cnt;
	kit_timeline(&f->buf, f->req, &utc, NULL, true);
	f->req->history = NULL;
	assert_harmless(&f->buf);
	assert_true(lines(&f->buf) >= cnt);
}

#define VIEW_TEST(test)	cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		VIEW_TEST(a_line_tells_the_whole_life),
		VIEW_TEST(values_stand_under_their_headings),
		VIEW_TEST(stages_that_are_not_known_are_a_dash),
		VIEW_TEST(a_line_has_the_time_of_its_last_event_that_is_known),
		VIEW_TEST(long_names_push_columns_and_never_merge_with_them),
		VIEW_TEST(names_that_want_to_do_harm_are_written_out),
		VIEW_TEST(results_are_told_as_people_say_them),
		VIEW_TEST(a_refusal_is_told_as_the_contract_says),
		VIEW_TEST(what_is_not_over_says_so),
		VIEW_TEST(subjects_are_what_the_operation_is_about),
		VIEW_TEST(a_line_notes_what_numbers_do_not_say),
		VIEW_TEST(holes_say_what_is_missing_and_where),
		VIEW_TEST(a_hook_that_wants_to_do_harm_is_written_out),
		VIEW_TEST(a_report_of_nothing_says_that_nothing_was_seen),
		VIEW_TEST(a_report_without_information_is_a_report),
		VIEW_TEST(a_report_counts_by_operation_and_stage),
		VIEW_TEST(a_report_tells_the_loss),
		VIEW_TEST(a_report_shows_contexts_busiest_first),
		VIEW_TEST(a_report_of_hostile_information_is_harmless),
		VIEW_TEST(a_report_counts_calls),
		VIEW_TEST(a_json_report_keeps_its_promises),
		VIEW_TEST(a_json_report_of_nothing_has_all_its_fields),
		VIEW_TEST(a_json_report_of_hostile_names_is_json),
		VIEW_TEST(a_report_of_calls_claims_nothing_of_requests),
		VIEW_TEST(a_report_of_no_calls_says_so),
		VIEW_TEST(a_json_report_of_calls_has_nulls_for_what_is_not_known),
		VIEW_TEST(an_exported_request_has_its_columns),
		VIEW_TEST(addresses_are_exported_on_demand_only),
		VIEW_TEST(a_request_with_hostile_names_is_exported_all_the_same),
		VIEW_TEST(csv_has_as_many_fields_as_headings),
		VIEW_TEST(a_timeline_tells_a_life_event_by_event),
		VIEW_TEST(a_timeline_tells_who_held_what),
		VIEW_TEST(a_timeline_shows_addresses_on_demand),
		VIEW_TEST(a_timeline_without_a_history_is_its_head_and_end),
		VIEW_TEST(timelines_of_odd_records_are_harmless),
	};

	return cmocka_run_group_tests_name("views", tests, NULL, NULL);
}
