// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_format.c - trace-file bytes: what was written is read, and nothing else ever is.
 */
#include <errno.h>

#include "kit.h"
#include "lib/format.h"

/* A chunk as a reader gets it. */
struct got {
	struct aios_chunk head;
	struct aios_buf payload;
};

/* Takes the chunk at @at as a reader does. Return: bytes to go on by, or a negative errno. */
static long take(const char *bytes, size_t len, size_t at, struct got *ret)
{
	struct aios_chunk head;
	char *stored;
	long size;
	int err;

	if (len - at < sizeof(head))
		return -ENODATA;
	size = aios_format_chunk_check(bytes + at, &head);
	if (size < 0)
		return size;
	if (len - at - sizeof(head) < (size_t)size)
		return -ENODATA;
	/* Exactly the bytes that were asked for: the sanitizer sees one more being read. */
	stored = malloc((size_t)size + 1);
	assert_non_null(stored);
	stored = realloc(stored, size ? (size_t)size : 1);
	memcpy(stored, bytes + at + sizeof(head), (size_t)size);
	err = aios_format_chunk_open(&head, stored, &ret->payload);
	free(stored);
	ret->head = head;
	return err ? err : (long)sizeof(head) + size;
}

static void assert_round_trip(unsigned int kind, unsigned int cpu, const void *payload, size_t len)
{
	struct aios_buf buf = { 0 };
	struct got got = { 0 };

	assert_int_equal(aios_format_chunk(&buf, kind, cpu, payload, len), 0);
	assert_int_equal(buf.len % 8, 0);
	assert_int_equal(take(buf.data, buf.len, 0, &got), buf.len);
	assert_int_equal(got.head.kind, kind);
	assert_int_equal(got.head.cpu, cpu);
	assert_int_equal(got.head.bytes, len);
	assert_int_equal(got.payload.len, len);
	if (len)
		assert_memory_equal(got.payload.data, payload, len);
	aios_buf_done(&got.payload);
	aios_buf_done(&buf);
}

static void a_header_is_recognised(void **state)
{
	struct aios_buf buf = { 0 };
	struct aios_err err = { "" };
	size_t skip = 0;

	(void)state;
	aios_format_header(&buf);
	assert_int_equal(buf.len, 24);
	assert_memory_equal(buf.data, "AIOSCOPE", 8);
	assert_int_equal(aios_format_check(buf.data, buf.len, &skip, &err), 0);
	assert_int_equal(skip, 24);
	aios_buf_done(&buf);
}

static int check(const void *bytes, size_t len)
{
	struct aios_err err = { "" };
	size_t skip = 4711;
	int code = aios_format_check(bytes, len, &skip, &err);

	/* Every refusal says why, in a line. */
	if (code) {
		assert_int_not_equal(err.text[0], '\0');
		assert_null(strchr(err.text, '\n'));
	}
	return code;
}

static void a_file_that_is_cut_off_within_its_header_is_told_from_others(void **state)
{
	struct aios_buf buf = { 0 };

	(void)state;
	aios_format_header(&buf);
	assert_int_equal(check(buf.data, 0), -ENODATA);
	for (size_t len = 1; len < 24; len++)
		assert_int_equal(check(buf.data, len), -ENODATA);
	aios_buf_done(&buf);
}

static void other_kinds_of_files_are_refused(void **state)
{
	char zeros[64] = "";

	(void)state;
	assert_int_equal(check(zeros, sizeof(zeros)), -EINVAL);
	assert_int_equal(check("\x7f" "ELF", 4), -EINVAL);
	assert_int_equal(check("A", 1), -ENODATA);
	assert_int_equal(check("B", 1), -EINVAL);
	assert_int_equal(check("AIOSCOPF", 8), -EINVAL);
}

static void headers_of_other_machines_and_versions_are_refused(void **state)
{
	struct aios_file_header header = kit_header(1, 0, 24), other;

	(void)state;
	assert_int_equal(check(&header, sizeof(header)), 0);
	other = header;
	other.byte_order = 0x0d0c0b0a;
	assert_int_equal(check(&other, sizeof(other)), -EPROTO);
	other = header;
	other.major = 2;
	assert_int_equal(check(&other, sizeof(other)), -EPROTO);
	/* A higher minor version is read: it only has more. */
	other = kit_header(1, 99, 24);
	assert_int_equal(check(&other, sizeof(other)), 0);
	/* A version that is not what was written is damage. */
	other.minor = 98;
	assert_int_equal(check(&other, sizeof(other)), -EINVAL);
}

static void a_longer_header_of_a_newer_version_is_skipped(void **state)
{
	struct aios_file_header header = kit_header(1, 3, 64);
	struct aios_err err = { "" };
	size_t skip = 0;

	(void)state;
	assert_int_equal(aios_format_check(&header, sizeof(header), &skip, &err), 0);
	assert_int_equal(skip, 64);
	header = kit_header(1, 0, 16);
	assert_int_equal(aios_format_check(&header, sizeof(header), &skip, &err), -EINVAL);
	header = kit_header(1, 0, UINT32_MAX);
	assert_int_equal(aios_format_check(&header, sizeof(header), &skip, &err), -EINVAL);
}

static void chunks_of_every_size_come_back_as_they_were(void **state)
{
	static const size_t sizes[] = { 1, 7, 8, 9, 24, 120, 1000, 4096, 100003, 1 << 20 };
	unsigned char *noise = malloc(1 << 20), *blank = calloc(1, 1 << 20);
	uint64_t seed = 11;

	(void)state;
	assert_non_null(noise);
	assert_non_null(blank);
	for (size_t i = 0; i < 1 << 20; i++)
		noise[i] = (unsigned char)kit_random(&seed);
	for (size_t i = 0; i < NR(sizes); i++) {
		assert_round_trip(AIOS_CHUNK_RECORDS, (unsigned int)i, noise, sizes[i]);
		assert_round_trip(AIOS_CHUNK_INFO, 0, blank, sizes[i]);
	}
	free(noise);
	free(blank);
}

static void an_empty_chunk_comes_back_empty(void **state)
{
	(void)state;
	assert_round_trip(AIOS_CHUNK_RECORDS, 1, "", 0);
	assert_round_trip(AIOS_CHUNK_RECORDS, 1, NULL, 0);
}

static void a_chunk_is_packed_only_where_that_makes_it_smaller(void **state)
{
	struct aios_buf buf = { 0 };
	struct aios_chunk head;
	char noise[64], blank[4096] = "";
	uint64_t seed = 5;

	(void)state;
	for (size_t i = 0; i < sizeof(noise); i++)
		noise[i] = (char)kit_random(&seed);
	assert_int_equal(aios_format_chunk(&buf, AIOS_CHUNK_RECORDS, 0, noise, sizeof(noise)), 0);
	assert_int_equal(aios_format_chunk_check(buf.data, &head), 64);
	assert_int_equal(head.codec, AIOS_CODEC_NONE);
	aios_buf_clear(&buf);
	assert_int_equal(aios_format_chunk(&buf, AIOS_CHUNK_RECORDS, 0, blank, sizeof(blank)), 0);
	assert_true(aios_format_chunk_check(buf.data, &head) < 200);
	assert_int_equal(head.codec, AIOS_CODEC_ZSTD);
	assert_int_equal(head.bytes, 4096);
	aios_buf_done(&buf);
}

static void a_payload_that_is_too_large_is_refused_and_leaves_no_trace(void **state)
{
	struct aios_buf buf = { 0 };
	char *large = calloc(1, AIOS_CHUNK_MAX + 1ULL);

	(void)state;
	assert_non_null(large);
	aios_buf_str(&buf, "before");
	assert_int_equal(aios_format_chunk(&buf, AIOS_CHUNK_RECORDS, 0, large,
					   AIOS_CHUNK_MAX + 1ULL), -EMSGSIZE);
	assert_int_equal(buf.len, 6);
	free(large);
	aios_buf_done(&buf);
}

static void chunk_headers_that_cannot_be_are_refused(void **state)
{
	struct aios_buf buf = { 0 };
	struct aios_chunk head, got;

	(void)state;
	assert_int_equal(aios_format_chunk(&buf, AIOS_CHUNK_SCAN, 0, "12345678", 8), 0);
	memcpy(&head, buf.data, sizeof(head));
	head.stored = AIOS_CHUNK_MAX + 1;
	assert_int_equal(aios_format_chunk_check(&head, &got), -EBADMSG);
	head.stored = 8;
	head.bytes = AIOS_CHUNK_MAX + 1;
	assert_int_equal(aios_format_chunk_check(&head, &got), -EBADMSG);
	head.bytes = 8;
	head.magic++;
	assert_int_equal(aios_format_chunk_check(&head, &got), -EBADMSG);
	aios_buf_done(&buf);
}

static __u32 crc_of(struct aios_chunk head, const void *stored);

/* A kind or codec of a newer version is well-formed; only who cannot unpack it says so. */
static void an_unknown_codec_is_told_from_damage(void **state)
{
	struct aios_buf buf = { 0 }, out = { 0 };
	struct aios_chunk head;

	(void)state;
	assert_int_equal(aios_format_chunk(&buf, AIOS_CHUNK_SCAN, 0, "12345678", 8), 0);
	memcpy(&head, buf.data, sizeof(head));
	head.codec = 9;
	head.crc = crc_of(head, buf.data + sizeof(head));
	assert_int_equal(aios_format_chunk_open(&head, buf.data + sizeof(head), &out), -ENOTSUP);
	head.codec = AIOS_CODEC_NONE;
	head.bytes = 7;
	head.crc = crc_of(head, buf.data + sizeof(head));
	assert_int_equal(aios_format_chunk_open(&head, buf.data + sizeof(head), &out), -EBADMSG);
	head.codec = AIOS_CODEC_ZSTD;
	head.crc = crc_of(head, buf.data + sizeof(head));
	assert_int_equal(aios_format_chunk_open(&head, buf.data + sizeof(head), &out), -EBADMSG);
	aios_buf_done(&buf);
	aios_buf_done(&out);
}

/* CRC-32 as zlib has it, bit by bit: an independent check of what the header comment says. */
static __u32 crc_bytes(__u32 crc, const void *bytes, size_t len)
{
	const unsigned char *at = bytes;

	crc = ~crc;
	for (size_t i = 0; i < len; i++) {
		crc ^= at[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320U : 0);
	}
	return ~crc;
}

static __u32 crc_of(struct aios_chunk head, const void *stored)
{
	head.crc = 0;
	return crc_bytes(crc_bytes(0, &head, sizeof(head)), stored, head.stored);
}

static void the_checksum_is_the_one_that_is_documented(void **state)
{
	struct aios_buf buf = { 0 };
	struct aios_chunk head;

	(void)state;
	assert_int_equal(aios_format_chunk(&buf, AIOS_CHUNK_RECORDS, 5, "some records....", 16), 0);
	memcpy(&head, buf.data, sizeof(head));
	assert_int_equal(head.crc, crc_of(head, buf.data + sizeof(head)));
	assert_int_equal(head.magic, AIOS_CHUNK_MAGIC);
	aios_buf_done(&buf);
}

/* A small file: a chunk that is packed, one that is not, and one whose end is padded. */
static void small_file(struct aios_buf *buf)
{
	static const char blank[512];

	aios_format_header(buf);
	assert_int_equal(aios_format_chunk(buf, AIOS_CHUNK_INFO, 0, "{\"version\":\"1\"}", 15), 0);
	assert_int_equal(aios_format_chunk(buf, AIOS_CHUNK_RECORDS, 2, blank, sizeof(blank)), 0);
	assert_int_equal(aios_format_chunk(buf, AIOS_CHUNK_END, 0, "{}", 2), 0);
}

/* The contents of a file as far as a reader trusts it. Return: 0 or why it stopped. */
static int contents(const char *bytes, size_t len, struct aios_buf *ret)
{
	struct aios_err err = { "" };
	struct got got = { 0 };
	size_t at = 0;
	long used = 0;
	int code = aios_format_check(bytes, len, &at, &err);

	if (code)
		return code;
	if (at > len)
		return -ENODATA;
	while (at < len) {
		used = take(bytes, len, at, &got);
		if (used < 0)
			break;
		at += (size_t)used;
		aios_buf_fmt(ret, "%u %u %zu ", got.head.kind, got.head.cpu, got.payload.len);
		aios_buf_add(ret, got.payload.data, got.payload.len);
	}
	aios_buf_done(&got.payload);
	return used < 0 ? (int)used : 0;
}

static void every_truncation_is_a_beginning_of_the_file(void **state)
{
	struct aios_buf file = { 0 }, whole = { 0 };

	(void)state;
	small_file(&file);
	assert_int_equal(contents(file.data, file.len, &whole), 0);
	for (size_t len = 0; len < file.len; len++) {
		struct aios_buf part = { 0 };
		int code = contents(file.data, len, &part);

		/* At the end of a chunk nothing is missing as far as this layer can tell. */
		assert_true(code == 0 || code == -ENODATA || code == -ENODATA);
		assert_true(part.len < whole.len);
		if (part.len)
			assert_memory_equal(part.data, whole.data, part.len);
		aios_buf_done(&part);
	}
	aios_buf_done(&file);
	aios_buf_done(&whole);
}

static void no_byte_can_change_unseen(void **state)
{
	struct aios_buf file = { 0 }, whole = { 0 };

	(void)state;
	small_file(&file);
	assert_int_equal(contents(file.data, file.len, &whole), 0);
	for (size_t at = 0; at < file.len; at++) {
		for (int bit = 0; bit < 8; bit++) {
			struct aios_buf part = { 0 };
			int code;

			file.data[at] ^= (char)(1 << bit);
			code = contents(file.data, file.len, &part);
			file.data[at] ^= (char)(1 << bit);
			/* Padding and reserved bytes say nothing; all else is an error. */
			if (!code)
				assert_int_equal(part.len, whole.len);
			if (part.len)
				assert_memory_equal(part.data, whole.data, part.len);
			aios_buf_done(&part);
		}
	}
	aios_buf_done(&file);
	aios_buf_done(&whole);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_header_is_recognised),
		cmocka_unit_test(a_file_that_is_cut_off_within_its_header_is_told_from_others),
		cmocka_unit_test(other_kinds_of_files_are_refused),
		cmocka_unit_test(headers_of_other_machines_and_versions_are_refused),
		cmocka_unit_test(a_longer_header_of_a_newer_version_is_skipped),
		cmocka_unit_test(chunks_of_every_size_come_back_as_they_were),
		cmocka_unit_test(an_empty_chunk_comes_back_empty),
		cmocka_unit_test(a_chunk_is_packed_only_where_that_makes_it_smaller),
		cmocka_unit_test(a_payload_that_is_too_large_is_refused_and_leaves_no_trace),
		cmocka_unit_test(chunk_headers_that_cannot_be_are_refused),
		cmocka_unit_test(an_unknown_codec_is_told_from_damage),
		cmocka_unit_test(the_checksum_is_the_one_that_is_documented),
		cmocka_unit_test(every_truncation_is_a_beginning_of_the_file),
		cmocka_unit_test(no_byte_can_change_unseen),
	};

	return cmocka_run_group_tests_name("format", tests, NULL, NULL);
}
