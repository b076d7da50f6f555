// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_trace_file.c - trace files, written and read: what comes back is what went in, or an error
 * and the part before it.
 *
 * trace_in.c and trace_out.c are taken in as a whole: the unit tests link the core only.
 */
#include <errno.h>
#include <sys/stat.h>

#include "kit.h"

#include "io/trace_in.c"
#include "io/trace_out.c"

struct fixture {
	char dir[64];
	char path[96];
	struct aios_buf got;	/* chunks as read: kind, CPU, length, bytes */
	size_t chunks;
	int say;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	strcpy(f->dir, "/tmp/aioscope-unit-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	snprintf(f->path, sizeof(f->path), "%s/t.aios", f->dir);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	unlink(f->path);
	assert_int_equal(rmdir(f->dir), 0);
	aios_buf_done(&f->got);
	free(f);
	return 0;
}

static int note(void *arg, unsigned int kind, unsigned int cpu, const void *payload, size_t len)
{
	struct fixture *f = arg;

	f->chunks++;
	aios_buf_fmt(&f->got, "%u %u %zu ", kind, cpu, len);
	aios_buf_add(&f->got, payload, len);
	return f->say;
}

/* Reads the file. Return: what aios_trace_in() said; every error has to say why. */
static int read_back(struct fixture *f)
{
	struct aios_feed feed = { .chunk = note, .arg = f };
	struct aios_err err = { "" };
	int code;

	f->chunks = 0;
	aios_buf_clear(&f->got);
	code = aios_trace_in(f->path, &feed, &err);
	assert_true(code <= 0);
	if (code && code != f->say)
		assert_int_not_equal(err.text[0], '\0');
	return code;
}

static void file_put(const struct fixture *f, const void *bytes, size_t len)
{
	FILE *file = fopen(f->path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

static void file_get(const struct fixture *f, struct aios_buf *buf)
{
	FILE *file = fopen(f->path, "r");
	char bytes[4096];
	size_t got;

	assert_non_null(file);
	while ((got = fread(bytes, 1, sizeof(bytes), file)))
		aios_buf_add(buf, bytes, got);
	fclose(file);
}

static struct aios_trace_out *out_begin(const struct fixture *f)
{
	struct aios_trace_out *out = NULL;
	struct aios_err err = { "" };

	assert_int_equal(aios_trace_out_open(f->path, &out, &err), 0);
	assert_int_equal(aios_trace_out_begin(out), 0);
	return out;
}

static void put(struct aios_trace_out *out, unsigned int kind, unsigned int cpu,
		const void *payload, size_t len)
{
	struct aios_feed feed = aios_trace_out_feed(out);

	assert_int_equal(feed.chunk(feed.arg, kind, cpu, payload, len), 0);
}

/* A small trace; @wanted is what has to be read back. */
static void write_small(struct fixture *f, struct aios_buf *wanted)
{
	static const char blank[600];
	static const char noise[] = "0123456789abcdefghijklmnopqrstuvwxyz";
	struct aios_trace_out *out = out_begin(f);
	struct aios_scan scan = { .from_ns = 1, .to_ns = 2 };
	struct fixture want = { .dir = "" };

	put(out, AIOS_CHUNK_INFO, 0, "{}", 2);
	put(out, AIOS_CHUNK_RECORDS, 3, blank, sizeof(blank));
	put(out, AIOS_CHUNK_RECORDS, 1, noise, 36);
	put(out, AIOS_CHUNK_SCAN, 0, &scan, sizeof(scan));
	put(out, AIOS_CHUNK_END, 0, "{\"reason\":\"done\"}", 17);
	assert_int_equal(aios_trace_out_close(out), 0);
	note(&want, AIOS_CHUNK_INFO, 0, "{}", 2);
	note(&want, AIOS_CHUNK_RECORDS, 3, blank, sizeof(blank));
	note(&want, AIOS_CHUNK_RECORDS, 1, noise, 36);
	note(&want, AIOS_CHUNK_SCAN, 0, &scan, sizeof(scan));
	note(&want, AIOS_CHUNK_END, 0, "{\"reason\":\"done\"}", 17);
	*wanted = want.got;
}

static void what_was_written_is_read_chunk_by_chunk(void **state)
{
	struct fixture *f = *state;
	struct aios_buf wanted;

	write_small(f, &wanted);
	assert_int_equal(read_back(f), 0);
	assert_int_equal(f->chunks, 5);
	assert_int_equal(f->got.len, wanted.len);
	assert_memory_equal(f->got.data, wanted.data, wanted.len);
	aios_buf_done(&wanted);
}

/* kill -9 at any byte: what is before the cut is read, and the cut is told. */
static void a_file_cut_off_anywhere_is_read_up_to_there(void **state)
{
	struct fixture *f = *state;
	struct aios_buf wanted, file = { 0 };

	write_small(f, &wanted);
	file_get(f, &file);
	for (size_t len = 0; len < file.len; len++) {
		int code;

		file_put(f, file.data, len);
		code = read_back(f);
		assert_true(code == -ENODATA || (code == -EPIPE && len < 24));
		assert_true(f->got.len < wanted.len);
		if (f->got.len)
			assert_memory_equal(f->got.data, wanted.data, f->got.len);
	}
	aios_buf_done(&file);
	aios_buf_done(&wanted);
}

static void a_chunk_is_read_as_soon_as_it_is_whole(void **state)
{
	struct fixture *f = *state;
	struct aios_trace_out *out = out_begin(f);
	struct aios_buf file = { 0 };

	assert_int_equal(read_back(f), -ENODATA);
	assert_int_equal(f->chunks, 0);
	put(out, AIOS_CHUNK_INFO, 0, "{}", 2);
	/* While the tool still runs: each chunk is in the file at once. */
	assert_int_equal(read_back(f), -ENODATA);
	assert_int_equal(f->chunks, 1);
	file_get(f, &file);
	assert_int_equal(aios_trace_out_bytes(out), file.len);
	assert_int_equal(aios_trace_out_close(out), 0);
	aios_buf_done(&file);
}

static void no_byte_can_change_unseen(void **state)
{
	struct fixture *f = *state;
	struct aios_buf wanted, file = { 0 };

	write_small(f, &wanted);
	file_get(f, &file);
	for (size_t at = 0; at < file.len; at++) {
		for (int bit = 0; bit < 8; bit++) {
			int code;

			file.data[at] ^= (char)(1 << bit);
			file_put(f, file.data, file.len);
			file.data[at] ^= (char)(1 << bit);
			code = read_back(f);
			/* A padding byte says nothing; all else is damage, and told. */
			if (!code)
				assert_int_equal(f->got.len, wanted.len);
			if (f->got.len)
				assert_memory_equal(f->got.data, wanted.data, f->got.len);
		}
	}
	aios_buf_done(&file);
	aios_buf_done(&wanted);
}

static void files_that_are_none_are_told_apart(void **state)
{
	struct fixture *f = *state;
	struct aios_feed feed = { .chunk = note, .arg = f };
	struct aios_err err = { "" };

	file_put(f, "", 0);
	assert_int_equal(read_back(f), -ENODATA);
	file_put(f, "#!/bin/sh\necho this is not a trace\n", 35);
	assert_int_equal(read_back(f), -EINVAL);
	assert_int_equal(aios_trace_in(f->dir, &feed, &err), -EISDIR);
	assert_string_equal(err.text, "Is a directory");
	unlink(f->path);
	assert_int_equal(read_back(f), -ENOENT);
	assert_int_equal(f->chunks, 0);
}

static void bytes_behind_the_end_are_damage(void **state)
{
	struct fixture *f = *state;
	struct aios_buf wanted, file = { 0 };
	size_t whole;

	write_small(f, &wanted);
	file_get(f, &file);
	whole = file.len;
	/* Two traces, one behind the other: nobody wrote that. */
	aios_buf_add(&file, file.data + 24, 0);
	aios_buf_room(&file, whole);
	aios_buf_add(&file, file.data, whole);
	file_put(f, file.data, file.len);
	assert_int_equal(read_back(f), -EBADMSG);
	assert_int_equal(f->chunks, 5);
	aios_buf_done(&file);
	aios_buf_done(&wanted);
}

static void a_header_of_a_newer_minor_version_is_skipped(void **state)
{
	struct fixture *f = *state;
	struct aios_buf file = { 0 };
	struct aios_file_header header = kit_header(1, 9, 40);

	aios_buf_add(&file, &header, sizeof(header));
	aios_buf_add(&file, "something new...", 16);
	assert_int_equal(aios_format_chunk(&file, AIOS_CHUNK_END, 0, "{}", 2), 0);
	file_put(f, file.data, file.len);
	assert_int_equal(read_back(f), 0);
	assert_int_equal(f->chunks, 1);
	file_put(f, file.data, 30);
	assert_int_equal(read_back(f), -ENODATA);
	aios_buf_done(&file);
}

static void what_the_feed_returns_ends_the_source(void **state)
{
	struct fixture *f = *state;
	struct aios_feed feed = { .chunk = note, .arg = f };
	struct aios_err err = { "" };
	struct aios_buf wanted;

	write_small(f, &wanted);
	f->say = -EPIPE;
	assert_int_equal(aios_trace_in(f->path, &feed, &err), -EPIPE);
	assert_int_equal(f->chunks, 1);
	assert_string_equal(err.text, "");
	/* A payload that the decoder refuses is damage that the checksum did not know of. */
	f->say = -EBADMSG;
	assert_int_equal(aios_trace_in(f->path, &feed, &err), -EBADMSG);
	assert_int_not_equal(err.text[0], '\0');
	aios_buf_done(&wanted);
}

static void a_trace_is_for_its_owner_only(void **state)
{
	struct fixture *f = *state;
	struct aios_trace_out *out = out_begin(f);
	struct stat st;

	assert_int_equal(aios_trace_out_close(out), 0);
	assert_int_equal(stat(f->path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

/* Opening only checks: if the trace cannot begin, the old one is still there. */
static void an_old_trace_is_kept_until_the_new_one_begins(void **state)
{
	struct fixture *f = *state;
	struct aios_trace_out *out = NULL;
	struct aios_err err = { "" };
	struct aios_buf wanted;

	write_small(f, &wanted);
	assert_int_equal(aios_trace_out_open(f->path, &out, &err), 0);
	assert_int_equal(aios_trace_out_close(out), 0);
	assert_int_equal(read_back(f), 0);
	assert_int_equal(f->got.len, wanted.len);
	out = out_begin(f);
	assert_int_equal(aios_trace_out_close(out), 0);
	assert_int_equal(read_back(f), -ENODATA);
	assert_int_equal(f->chunks, 0);
	aios_buf_done(&wanted);
}

static void a_file_that_cannot_be_written_is_told(void **state)
{
	struct fixture *f = *state;
	struct aios_trace_out *out = (void *)f;
	struct aios_err err = { "" };

	assert_int_equal(aios_trace_out_open(f->dir, &out, &err), -EISDIR);
	assert_null(out);
	assert_non_null(strstr(err.text, f->dir));
	assert_int_equal(aios_trace_out_open("/nonexistent/x", &out, &err), -ENOENT);
	assert_int_equal(aios_trace_out_close(NULL), 0);
}

/* A full disk: the error stays, so that no later chunk can follow a hole. */
static void an_error_of_writing_stays(void **state)
{
	struct aios_trace_out *out = NULL;
	struct aios_err err = { "" };
	struct aios_feed feed;

	(void)state;
	assert_int_equal(aios_trace_out_open("/dev/full", &out, &err), 0);
	assert_int_equal(aios_trace_out_begin(out), 0);
	feed = aios_trace_out_feed(out);
	assert_int_equal(feed.chunk(feed.arg, AIOS_CHUNK_INFO, 0, "{}", 2), -ENOSPC);
	assert_int_equal(feed.chunk(feed.arg, AIOS_CHUNK_INFO, 0, "{}", 2), -ENOSPC);
	assert_int_equal(aios_trace_out_bytes(out), 0);
	assert_int_equal(aios_trace_out_close(out), -ENOSPC);
}

static int scan_chunk(struct aios_trace_out *out, uint64_t from_ns, uint64_t seq)
{
	struct aios_feed feed = aios_trace_out_feed(out);
	struct {
		struct aios_scan scan;
		struct aios_scan_cpu cpu;
	} payload = {
		.scan = { .from_ns = from_ns, .to_ns = from_ns + 1, .cpus = 1 },
		.cpu = { .next_seq = seq },
	};

	return feed.chunk(feed.arg, AIOS_CHUNK_SCAN, 0, &payload, sizeof(payload));
}

/* An idle hour is not 72000 scans; what one says that others do not is always kept. */
static void scans_that_say_nothing_new_are_thinned_out(void **state)
{
	struct fixture *f = *state;
	struct aios_trace_out *out = out_begin(f);

	for (uint64_t ms = 0; ms < 10000; ms += 50)
		assert_int_equal(scan_chunk(out, 1 + ms * 1000000, 7), 0);
	put(out, AIOS_CHUNK_END, 0, "{}", 2);
	assert_int_equal(aios_trace_out_close(out), 0);
	assert_int_equal(read_back(f), 0);
	assert_true(f->chunks > 5 && f->chunks < 20);
}

static void scans_with_news_are_kept(void **state)
{
	struct fixture *f = *state;
	struct aios_trace_out *out = out_begin(f);

	assert_int_equal(scan_chunk(out, 1, 7), 0);
	put(out, AIOS_CHUNK_RECORDS, 0, "records.", 8);
	assert_int_equal(scan_chunk(out, 2, 7), 0);
	/* A loss, without a record. */
	assert_int_equal(scan_chunk(out, 3, 8), 0);
	/* Nothing new. */
	assert_int_equal(scan_chunk(out, 4, 8), 0);
	put(out, AIOS_CHUNK_END, 0, "{}", 2);
	assert_int_equal(aios_trace_out_close(out), 0);
	assert_int_equal(read_back(f), 0);
	assert_int_equal(f->chunks, 5);
}

/* Every scan with misses counts: the numbers are those since the scan before. */
static void scans_with_misses_are_always_kept(void **state)
{
	struct fixture *f = *state;
	struct aios_trace_out *out = out_begin(f);
	struct {
		struct aios_scan scan;
		struct aios_scan_miss miss;
	} payload = { .scan = { .from_ns = 1, .to_ns = 2, .misses = 1 },
		      .miss = { .count = 3, .hook = "aio_complete" } };

	for (int i = 0; i < 3; i++)
		put(out, AIOS_CHUNK_SCAN, 0, &payload, sizeof(payload));
	put(out, AIOS_CHUNK_END, 0, "{}", 2);
	assert_int_equal(aios_trace_out_close(out), 0);
	assert_int_equal(read_back(f), 0);
	assert_int_equal(f->chunks, 4);
}

static void large_chunks_go_through(void **state)
{
	struct fixture *f = *state;
	struct aios_trace_out *out = out_begin(f);
	size_t len = 3 << 20;
	char *noise = malloc(len);
	uint64_t seed = 8;

	assert_non_null(noise);
	for (size_t i = 0; i < len; i++)
		noise[i] = (char)kit_random(&seed);
	put(out, AIOS_CHUNK_RECORDS, 1, noise, len);
	put(out, AIOS_CHUNK_END, 0, "{}", 2);
	assert_int_equal(aios_trace_out_close(out), 0);
	assert_int_equal(read_back(f), 0);
	assert_int_equal(f->chunks, 2);
	assert_memory_equal(f->got.data + strlen("2 1 3145728 "), noise, len);
	free(noise);
}

#define FILE_TEST(test)	cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		FILE_TEST(what_was_written_is_read_chunk_by_chunk),
		FILE_TEST(a_file_cut_off_anywhere_is_read_up_to_there),
		FILE_TEST(a_chunk_is_read_as_soon_as_it_is_whole),
		FILE_TEST(no_byte_can_change_unseen),
		FILE_TEST(files_that_are_none_are_told_apart),
		FILE_TEST(bytes_behind_the_end_are_damage),
		FILE_TEST(a_header_of_a_newer_minor_version_is_skipped),
		FILE_TEST(what_the_feed_returns_ends_the_source),
		FILE_TEST(a_trace_is_for_its_owner_only),
		FILE_TEST(an_old_trace_is_kept_until_the_new_one_begins),
		FILE_TEST(a_file_that_cannot_be_written_is_told),
		FILE_TEST(an_error_of_writing_stays),
		FILE_TEST(scans_that_say_nothing_new_are_thinned_out),
		FILE_TEST(scans_with_news_are_kept),
		FILE_TEST(scans_with_misses_are_always_kept),
		FILE_TEST(large_chunks_go_through),
	};

	return cmocka_run_group_tests_name("trace_file", tests, NULL, NULL);
}
