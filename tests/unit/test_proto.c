// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_proto.c - Protocol Buffers, byte by byte.
 */
#include "kit.h"
#include "lib/proto.h"

static void assert_bytes(struct aios_buf *buf, const char *bytes, size_t len)
{
	assert_int_equal(buf->err, 0);
	assert_int_equal(buf->len, len);
	assert_memory_equal(buf->data, bytes, len);
	aios_buf_done(buf);
}

#define ASSERT_BYTES(buf, text)	assert_bytes(buf, text, sizeof(text) - 1)

/* The example that the format's documentation begins with. */
static void a_number_has_seven_bits_a_byte(void **state)
{
	struct aios_buf buf = { 0 };

	(void)state;
	aios_proto_uint(&buf, 1, 150);
	ASSERT_BYTES(&buf, "\x08\x96\x01");
	aios_proto_uint(&buf, 15, 0);
	ASSERT_BYTES(&buf, "\x78\x00");
	aios_proto_uint(&buf, 16, 127);
	ASSERT_BYTES(&buf, "\x80\x01\x7f");
	aios_proto_uint(&buf, 1, 128);
	ASSERT_BYTES(&buf, "\x08\x80\x01");
	aios_proto_uint(&buf, 1, UINT64_MAX);
	ASSERT_BYTES(&buf, "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01");
}

static void a_negative_number_has_ten_bytes(void **state)
{
	struct aios_buf buf = { 0 };

	(void)state;
	aios_proto_int(&buf, 4, -1);
	ASSERT_BYTES(&buf, "\x20\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01");
	aios_proto_int(&buf, 4, 5);
	ASSERT_BYTES(&buf, "\x20\x05");
}

static void a_fixed_number_has_its_lowest_byte_first(void **state)
{
	struct aios_buf buf = { 0 };

	(void)state;
	aios_proto_fixed64(&buf, 47, 0x1122334455667788ULL);
	ASSERT_BYTES(&buf, "\xf9\x02\x88\x77\x66\x55\x44\x33\x22\x11");
}

static void a_text_is_always_utf8(void **state)
{
	struct aios_buf buf = { 0 };

	(void)state;
	aios_proto_text(&buf, 2, "testing");
	ASSERT_BYTES(&buf, "\x12\x07testing");
	aios_proto_text(&buf, 2, "");
	ASSERT_BYTES(&buf, "\x12\x00");
	aios_proto_text(&buf, 2, "\xc3\xa4\xff\n\\");
	ASSERT_BYTES(&buf, "\x12\x0c\xc3\xa4\\xff\\x0a\\\\");
}

static void a_message_has_its_length_in_front(void **state)
{
	struct aios_buf buf = { 0 };
	size_t outer, inner;

	(void)state;
	outer = aios_proto_begin(&buf, 3);
	aios_proto_uint(&buf, 1, 150);
	inner = aios_proto_begin(&buf, 1);
	aios_proto_end(&buf, inner);
	aios_proto_end(&buf, outer);
	ASSERT_BYTES(&buf, "\x1a\x05\x08\x96\x01\x0a\x00");
}

/* The number that is put in front of @len bytes, in a message within a message. */
static void long_message(size_t len, const char *front, size_t front_len)
{
	struct aios_buf buf = { 0 };
	size_t outer, inner;
	char *text = malloc(len);

	memset(text, 'x', len);
	text[0] = '<';
	text[len - 1] = '>';
	outer = aios_proto_begin(&buf, 1);
	inner = aios_proto_begin(&buf, 1);
	aios_buf_add(&buf, text, len);
	aios_proto_end(&buf, inner);
	aios_proto_end(&buf, outer);
	assert_int_equal(buf.len, front_len + len);
	assert_memory_equal(buf.data, front, front_len);
	assert_memory_equal(buf.data + front_len, text, len);
	free(text);
	aios_buf_done(&buf);
}

static void a_long_message_is_moved_behind_its_length(void **state)
{
	(void)state;
	long_message(125, "\x0a\x7f\x0a\x7d", 4);
	long_message(126, "\x0a\x80\x01\x0a\x7e", 5);
	long_message(127, "\x0a\x81\x01\x0a\x7f", 5);
	long_message(128, "\x0a\x83\x01\x0a\x80\x01", 6);
	long_message(16384, "\x0a\x84\x80\x01\x0a\x80\x80\x01", 8);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_number_has_seven_bits_a_byte),
		cmocka_unit_test(a_negative_number_has_ten_bytes),
		cmocka_unit_test(a_fixed_number_has_its_lowest_byte_first),
		cmocka_unit_test(a_text_is_always_utf8),
		cmocka_unit_test(a_message_has_its_length_in_front),
		cmocka_unit_test(a_long_message_is_moved_behind_its_length),
	};

	return cmocka_run_group_tests_name("proto", tests, NULL, NULL);
}
