// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_perfetto.c - the view for Perfetto, as events that were read back from its packets.
 *
 * tests/perfetto/check reads what is made of recorded traces, with protoc, and in whole; here are
 * cases that those do not have.
 */
#include <stdio.h>

#include "kit.h"
#include "lib/view_perfetto.h"

#define HOSTILE	"\x1b[31m\xff\xed\xa0"
#define MAX	256

struct field {
	uint32_t nr;
	uint64_t number;
	const unsigned char *bytes;
	size_t len;
};

/* An event; names are as the picture's tables have them, "" for none. */
struct event {
	uint64_t ns, type, track, flows, last_flows;
	int64_t value;
	char name[64];
	char notes[512];
};

struct track {
	uint64_t uuid, parent;
	char name[64];
};

struct fixture {
	struct aios_perfetto *perfetto;
	struct kit_stream stream;
	struct aios_buf buf;
	char names[MAX][64], notes[MAX][64];
	struct event events[MAX];
	size_t event_cnt;
	struct track tracks[MAX];
	size_t track_cnt;
};

static int keep(void *arg, struct aios_buf *buf)
{
	struct fixture *f = arg;

	aios_buf_add(&f->buf, buf->data, buf->len);
	aios_buf_clear(buf);
	return 0;
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	const struct aios_perfetto_opts opts = { .write = keep, .arg = f };

	f->perfetto = aios_perfetto_new(&opts);
	f->stream.feed = aios_pipeline_feed(aios_perfetto_pipeline(f->perfetto));
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	stream_done(&f->stream);
	assert_null(aios_perfetto_free(f->perfetto));
	aios_buf_done(&f->buf);
	free(f);
	return 0;
}

static uint64_t read_varint(const unsigned char **at)
{
	uint64_t value = 0;
	unsigned int shift = 0;

	do {
		assert_true(shift < 64);
		value |= (uint64_t)(**at & 0x7f) << shift;
		shift += 7;
	} while (*(*at)++ & 0x80);
	return value;
}

/* The next field of a message. Return: whether there was one. */
static bool read_field(const unsigned char **at, const unsigned char *end, struct field *ret)
{
	uint64_t key;

	*ret = (struct field){ 0 };
	if (*at >= end)
		return false;
	key = read_varint(at);
	ret->nr = (uint32_t)(key >> 3);
	if ((key & 7) == 0) {
		ret->number = read_varint(at);
	} else if ((key & 7) == 1) {
		memcpy(&ret->number, *at, 8);
		*at += 8;
	} else {
		assert_int_equal(key & 7, 2);
		ret->len = read_varint(at);
		ret->bytes = *at;
		*at += ret->len;
	}
	assert_true(*at <= end);
	return true;
}

#define EACH(f, in)	(const unsigned char *f##_at = (in).bytes; \
			 read_field(&f##_at, (in).bytes + (in).len, &(f));)

static void copy_text(char *to, size_t room, const struct field *from)
{
	assert_true(from->len < room);
	memcpy(to, from->bytes, from->len);
	to[from->len] = '\0';
}

static void read_names(struct fixture *f, struct field interned)
{
	struct field kind, part;

	for EACH(kind, interned) {
		uint64_t iid = 0;

		for EACH(part, kind) {
			if (part.nr == 1)
				iid = part.number;
			assert_true(iid && iid < MAX);
			if (part.nr == 2 && kind.nr == 2)
				copy_text(f->names[iid], sizeof(f->names[0]), &part);
			if (part.nr == 2 && kind.nr == 3)
				copy_text(f->notes[iid], sizeof(f->notes[0]), &part);
		}
	}
}

/* " name=value" */
static void read_note(struct fixture *f, struct event *event, struct field note)
{
	size_t len = strlen(event->notes), room = sizeof(event->notes) - len;
	const char *name = "";
	struct field part;

	for EACH(part, note) {
		if (part.nr == 1)
			name = f->notes[part.number];
		else if (part.nr == 6)
			snprintf(event->notes + len, room, " %s=%.*s", name, (int)part.len,
				 (const char *)part.bytes);
		else
			snprintf(event->notes + len, room, " %s=%lld", name,
				 (long long)part.number);
	}
}

static void read_event(struct fixture *f, uint64_t ns, struct field message)
{
	struct event *event = &f->events[f->event_cnt++];
	struct field part;

	assert_true(f->event_cnt < MAX);
	event->ns = ns;
	for EACH(part, message) {
		if (part.nr == 4)
			read_note(f, event, part);
		else if (part.nr == 9)
			event->type = part.number;
		else if (part.nr == 10)
			memcpy(event->name, f->names[part.number], sizeof(event->name));
		else if (part.nr == 11)
			event->track = part.number;
		else if (part.nr == 30)
			event->value = (int64_t)part.number;
		else if (part.nr == 47)
			event->flows++;
		else if (part.nr == 48)
			event->last_flows++;
	}
}

/* A process has its name in its own message, and so has a thread. */
static void read_track(struct fixture *f, struct field message)
{
	struct track *track = &f->tracks[f->track_cnt++];
	struct field part, inner;

	assert_true(f->track_cnt < MAX);
	for EACH(part, message) {
		if (part.nr == 1)
			track->uuid = part.number;
		else if (part.nr == 2)
			copy_text(track->name, sizeof(track->name), &part);
		else if (part.nr == 5)
			track->parent = part.number;
		if (part.nr != 3 && part.nr != 4)
			continue;
		for EACH(inner, part)
			if (inner.nr == (part.nr == 3 ? 6 : 5))
				copy_text(track->name, sizeof(track->name), &inner);
	}
}

static void read_packet(struct fixture *f, struct field packet)
{
	struct field part;
	uint64_t ns = 0;

	for EACH(part, packet)
		if (part.nr == 12)
			read_names(f, part);
	for EACH(part, packet) {
		if (part.nr == 8)
			ns = part.number;
		else if (part.nr == 11)
			read_event(f, ns, part);
		else if (part.nr == 60)
			read_track(f, part);
	}
}

static void begin(struct fixture *f, const char *evidence)
{
	char json[128];

	snprintf(json, sizeof(json), "{\"kernel\":\"6.12\",\"evidence\":\"%s\",\"start_ns\":1}",
		 evidence);
	assert_int_equal(f->stream.feed.chunk(f->stream.feed.arg, AIOS_CHUNK_INFO, 0, json,
					      strlen(json)), 0);
}

static void end(struct fixture *f)
{
	const char *json = "{\"reason\":\"done\"}";
	struct field trace, packet;

	assert_int_equal(stream_scan(&f->stream, 1000000, 1000000), 0);
	assert_int_equal(f->stream.feed.chunk(f->stream.feed.arg, AIOS_CHUNK_END, 0, json,
					      strlen(json)), 0);
	assert_int_equal(aios_perfetto_end(f->perfetto), 0);
	trace = (struct field){ .bytes = (void *)f->buf.data, .len = f->buf.len };
	for EACH(packet, trace) {
		assert_int_equal(packet.nr, 1);
		read_packet(f, packet);
	}
}

static const struct event *find(const struct fixture *f, uint64_t type, const char *name)
{
	for (size_t i = 0; i < f->event_cnt; i++)
		if (f->events[i].type == type && !strcmp(f->events[i].name, name))
			return &f->events[i];
	return NULL;
}

static const struct event *the_event(const struct fixture *f, uint64_t type, const char *name)
{
	const struct event *event = find(f, type, name);

	if (!event)
		fail_msg("there is no event '%s' of type %u", name, (unsigned int)type);
	return event;
}

static const struct track *the_track(const struct fixture *f, const char *name)
{
	for (size_t i = 0; i < f->track_cnt; i++)
		if (!strcmp(f->tracks[i].name, name))
			return &f->tracks[i];
	fail_msg("there is no track '%s'", name);
	return NULL;
}

/* The number that a counter has last; the first one of its name. */
static int64_t last_of(const struct fixture *f, const char *name)
{
	uint64_t track = the_track(f, name)->uuid;
	int64_t value = -1;

	for (size_t i = 0; i < f->event_cnt; i++)
		if (f->events[i].track == track)
			value = f->events[i].value;
	return value;
}

enum { BEGIN = 1, END, INSTANT };

static size_t ends_on(const struct fixture *f, uint64_t track)
{
	size_t cnt = 0;

	for (size_t i = 0; i < f->event_cnt; i++)
		cnt += f->events[i].track == track && f->events[i].type == END;
	return cnt;
}

static void what_goes_on_has_no_end(void **state)
{
	struct fixture *f = *state;
	struct kit_ctx c = kit_ctx(1);
	struct kit_req r = kit_read(&c, 1);

	begin(f, "function");
	stream_rec(&f->stream, rec_setup(10, by_t1, &c));
	stream_rec(&f->stream, rec_birth(100, by_t1, &r));
	stream_rec(&f->stream, rec_return(110, by_t1, &r, 0));
	stream_rec(&f->stream, rec_submit(120, by_t1, &c, 1, 1));
	stream_rec(&f->stream, rec_read_begin(130, by_t1, &c, 1, 1));
	end(f);
	assert_int_equal(the_event(f, BEGIN, "pread")->ns, 100);
	assert_int_equal(the_event(f, BEGIN, "in flight")->ns, 110);
	assert_int_equal(ends_on(f, the_track(f, "lane 0")->uuid), 1);	/* of the submission */
	assert_int_equal(the_event(f, BEGIN, "io_getevents")->ns, 130);
	assert_non_null(strstr(the_event(f, BEGIN, "io_getevents")->notes, " end=not seen"));
	assert_null(find(f, INSTANT, "completed"));
	assert_int_equal(last_of(f, "in flight"), 1);
	assert_int_equal(the_event(f, BEGIN, "context")->ns, 10);
}

static void a_stage_that_is_not_known_is_not_drawn(void **state)
{
	struct fixture *f = *state;
	struct kit_ctx c = kit_ctx(1);
	struct kit_req r = kit_read(&c, 1);

	begin(f, "function");
	stream_rec(&f->stream, rec_found(10, &c, KIT_PID, 1));
	stream_rec(&f->stream, rec_complete(200, in_softirq, &r, 4096));
	stream_rec(&f->stream, rec_read_begin(300, by_t1, &c, 1, 1));
	stream_rec(&f->stream, rec_read_end(310, by_t1, &c, 1));
	end(f);
	assert_int_equal(the_event(f, BEGIN, "unknown")->ns, 200);
	assert_non_null(strstr(the_event(f, BEGIN, "unknown")->notes, " origin=before-trace"));
	assert_null(find(f, BEGIN, "submit"));
	assert_null(find(f, BEGIN, "in flight"));
	assert_int_equal(the_event(f, BEGIN, "unread")->ns, 200);
	assert_int_equal(ends_on(f, the_track(f, "lane 0")->uuid), 2);
}

static void slots_are_what_was_taken_and_not_given_back(void **state)
{
	struct fixture *f = *state;
	struct kit_ctx c = kit_ctx(1);
	struct kit_req r = kit_read(&c, 1);

	begin(f, "exact");
	stream_rec(&f->stream, rec_setup(10, by_t1, &c));
	stream_rec(&f->stream, rec_made(100, by_t1, &r));
	stream_rec(&f->stream, rec_dropped(110, by_t1, &r, AIOS_PUT_SUBMIT, 1));
	stream_rec(&f->stream, rec_completed(200, in_softirq, &r, 4096, AIOS_PUT_RW));
	stream_rec(&f->stream, rec_freed(201, in_softirq, &r, 0));
	stream_rec(&f->stream, rec_read_begin(300, by_t1, &c, 1, 1));
	stream_rec(&f->stream, rec_taken(305, by_t1, &c, 1));
	stream_rec(&f->stream, rec_read_end(310, by_t1, &c, 1));
	stream_rec(&f->stream, rec_made(400, by_t1, &r));
	stream_rec(&f->stream, rec_slots(500, in_softirq, &c, 1, AIOS_SLOTS_COMPLETE));
	end(f);
	assert_int_equal(last_of(f, "slots free"), (int)c.nr_events - 2);
}

/* At evidence level function: what is in flight, and what completions said to be owed. */
static void slots_are_told_by_completions(void **state)
{
	struct fixture *f = *state;
	struct kit_ctx c = kit_ctx(1);
	struct kit_req r[3];

	begin(f, "function");
	stream_rec(&f->stream, rec_setup(10, by_t1, &c));
	for (unsigned int i = 0; i < 3; i++) {
		r[i] = kit_read(&c, i);
		stream_rec(&f->stream, rec_birth(100 + 10 * i, by_t1, &r[i]));
		stream_rec(&f->stream, rec_return(101 + 10 * i, by_t1, &r[i], 0));
	}
	stream_rec(&f->stream, rec_complete(200, in_softirq, &r[0], 4096));
	stream_rec(&f->stream, rec_complete(210, in_softirq, &r[1], 4096));
	stream_rec(&f->stream, rec_read_begin(300, by_t1, &c, 1, 2));
	stream_rec(&f->stream, rec_read_end(310, by_t1, &c, 2));
	end(f);
	/* One in flight, and two that were read: who completes next gives their slots back. */
	assert_int_equal(last_of(f, "slots free"), (int)c.nr_events - 1 - 3);
}

static void calls_alone_are_drawn_as_well(void **state)
{
	struct fixture *f = *state;
	struct kit_ctx c = kit_ctx(1);

	begin(f, "syscall");
	stream_rec(&f->stream, rec_submit(100, by_t1, &c, 4, 4));
	stream_rec(&f->stream, rec_call_read(300, by_t1, &c, 200, 8, 4));
	stream_rec(&f->stream, rec_call_read(400, by_t1, &c, 0, 8, -4));
	end(f);
	assert_int_equal(the_event(f, INSTANT, "io_submit")->ns, 100);
	assert_int_equal(the_event(f, BEGIN, "io_getevents")->ns, 200);
	assert_int_equal(ends_on(f, the_event(f, BEGIN, "io_getevents")->track), 1);
	assert_non_null(strstr(the_event(f, INSTANT, "io_getevents")->notes, " returned=EINTR"));
}

/* With --blocked-over: when it was called, and what its thread did instead of running. */
static void sleeps_lie_within_their_call(void **state)
{
	struct fixture *f = *state;
	struct kit_ctx c = kit_ctx(1);
	struct kit_req r = kit_read(&c, 1);
	uint64_t track;

	begin(f, "function");
	stream_rec(&f->stream, rec_setup(10, by_t1, &c));
	stream_rec(&f->stream, rec_submit_begin(90, by_t1, &c, 1));
	stream_rec(&f->stream, rec_birth(100, by_t1, &r));
	stream_rec(&f->stream, rec_sleep(110, 150, 170, by_t1, 2 | AIOS_SLEEP_IOWAIT));
	stream_rec(&f->stream, rec_sleep(180, 0, 190, by_t1, AIOS_SLEEP_PREEMPTED));
	stream_rec(&f->stream, rec_return(200, by_t1, &r, 0));
	stream_rec(&f->stream, rec_submit(210, by_t1, &c, 1, 1));
	end(f);
	track = the_event(f, BEGIN, "io_submit")->track;
	assert_int_equal(the_event(f, BEGIN, "io_submit")->ns, 90);
	assert_null(strstr(the_event(f, BEGIN, "io_submit")->notes, " begin="));
	assert_non_null(strstr(the_event(f, BEGIN, "io_submit")->notes,
			       " asleep_ns=40 waited_ns=30"));
	assert_int_equal(the_event(f, BEGIN, "asleep")->ns, 110);
	assert_int_equal(the_event(f, BEGIN, "asleep")->track, track);
	assert_non_null(strstr(the_event(f, BEGIN, "asleep")->notes, " for=I/O"));
	assert_int_equal(the_event(f, BEGIN, "waits for a CPU")->ns, 150);
	assert_int_equal(the_event(f, BEGIN, "preempted")->ns, 180);
	assert_int_equal(ends_on(f, track), 4);
}

/* With --hooks block: a part that crosses the border of two stages is drawn in both. */
static void parts_of_the_block_layer_lie_within_stages(void **state)
{
	struct fixture *f = *state;
	struct kit_ctx c = kit_ctx(1);
	struct kit_req r = kit_read(&c, 1);
	uint64_t track;

	begin(f, "function");
	stream_rec(&f->stream, rec_setup(10, by_t1, &c));
	stream_rec(&f->stream, rec_birth(100, by_t1, &r));
	stream_rec(&f->stream, rec_return(300, by_t1, &r, 0));
	stream_rec(&f->stream, rec_block(880, in_softirq, &r, 150, 250, 850));
	stream_rec(&f->stream, rec_complete(900, in_softirq, &r, 4096));
	end(f);
	track = the_event(f, BEGIN, "pread")->track;
	assert_int_equal(the_event(f, BEGIN, "to block")->ns, 100);
	assert_int_equal(the_event(f, BEGIN, "queued")->ns, 150);
	assert_int_equal(the_event(f, BEGIN, "queued")->track, track);
	assert_int_equal(the_event(f, BEGIN, "from block")->ns, 850);
	/* Submit with three parts, in flight with two; the request goes on, as unread. */
	assert_int_equal(ends_on(f, track), 7);
}

static void names_are_made_harmless(void **state)
{
	struct fixture *f = *state;
	struct kit_ctx c = kit_ctx(1);

	begin(f, "function");
	stream_rec(&f->stream, rec_proc(5, AIOS_PROC_SEEN, KIT_PID, HOSTILE));
	stream_rec(&f->stream, rec_setup(10, by_t1, &c));
	stream_rec(&f->stream, rec_submit(20, by_t1, &c, 0, 0));
	end(f);
	the_track(f, "\\x1b[31m\\xff\\xed\\xa0");
}

/* A number that is free again is another process, and its track another one. */
static void a_number_of_two_processes_has_two_tracks(void **state)
{
	struct fixture *f = *state;
	struct kit_ctx c = kit_ctx(1);

	begin(f, "function");
	stream_rec(&f->stream, rec_proc(5, AIOS_PROC_SEEN, KIT_PID, "first"));
	stream_rec(&f->stream, rec_submit(20, by_t1, &c, 0, 0));
	stream_rec(&f->stream, rec_proc(30, AIOS_PROC_EXIT, KIT_PID, "first"));
	stream_rec(&f->stream, rec_proc(40, AIOS_PROC_FORK, KIT_PID, "second"));
	stream_rec(&f->stream, rec_submit(50, by_t1, &c, 0, 0));
	end(f);
	assert_int_not_equal(the_track(f, "first")->uuid, the_track(f, "second")->uuid);
}

/* What is left out keeps no lane, and what is drawn has no other one for that. */
static void what_is_left_out_gives_its_lane_back(void **state)
{
	struct fixture *f = *state;
	struct kit_ctx c = kit_ctx(1);
	struct aios_select sel = { .ops = 1U << IOCB_CMD_FSYNC };
	struct kit_req r[3] = { kit_read(&c, 1), kit_read(&c, 2), kit_fsync(&c, 3) };

	aios_pipeline_select(aios_perfetto_pipeline(f->perfetto), &sel);
	begin(f, "function");
	stream_rec(&f->stream, rec_setup(10, by_t1, &c));
	for (unsigned int i = 0; i < 3; i++) {
		uint64_t t = 100 * (i + 1);

		stream_rec(&f->stream, rec_birth(t, by_t1, &r[i]));
		stream_rec(&f->stream, rec_return(t + 10, by_t1, &r[i], 0));
		stream_rec(&f->stream, rec_submit(t + 20, by_t1, &c, 1, 1));
		stream_rec(&f->stream, rec_complete(t + 30, in_softirq, &r[i], 0));
		stream_rec(&f->stream, rec_read_begin(t + 40, by_t1, &c, 1, 1));
		stream_rec(&f->stream, rec_read_end(t + 50, by_t1, &c, 1));
	}
	end(f);
	assert_null(find(f, BEGIN, "pread"));
	assert_int_equal(the_event(f, BEGIN, "fsync")->track, the_track(f, "lane 0")->uuid);
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(what_goes_on_has_no_end),
		TEST(a_stage_that_is_not_known_is_not_drawn),
		TEST(slots_are_what_was_taken_and_not_given_back),
		TEST(slots_are_told_by_completions),
		TEST(calls_alone_are_drawn_as_well),
		TEST(sleeps_lie_within_their_call),
		TEST(parts_of_the_block_layer_lie_within_stages),
		TEST(names_are_made_harmless),
		TEST(a_number_of_two_processes_has_two_tracks),
		TEST(what_is_left_out_gives_its_lane_back),
	};

	return cmocka_run_group_tests_name("perfetto", tests, NULL, NULL);
}
