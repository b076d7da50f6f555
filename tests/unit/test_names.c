// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_names.c - numbers of the kernel's interface as people call them.
 */
#include <errno.h>

#include "kit.h"
#include "lib/names.h"

static void operations_have_the_names_of_the_manual(void **state)
{
	(void)state;
	assert_string_equal(aios_op_name(IOCB_CMD_PREAD), "pread");
	assert_string_equal(aios_op_name(IOCB_CMD_PWRITE), "pwrite");
	assert_string_equal(aios_op_name(IOCB_CMD_FSYNC), "fsync");
	assert_string_equal(aios_op_name(IOCB_CMD_FDSYNC), "fdsync");
	assert_string_equal(aios_op_name(IOCB_CMD_POLL), "poll");
	assert_string_equal(aios_op_name(IOCB_CMD_PREADV), "preadv");
	assert_string_equal(aios_op_name(IOCB_CMD_PWRITEV), "pwritev");
}

static void operations_the_kernel_refuses_are_unknown(void **state)
{
	static const unsigned int ops[] = { 4, IOCB_CMD_NOOP, 9, 100, AIOS_OP_UNKNOWN, UINT32_MAX };

	(void)state;
	for (size_t i = 0; i < NR(ops); i++) {
		assert_string_equal(aios_op_name(ops[i]), "unknown");
		assert_int_equal(aios_op_index(ops[i]), AIOS_OP_OTHER);
	}
}

static void every_operation_has_a_place_in_tables(void **state)
{
	(void)state;
	for (unsigned int op = 0; op < 70000; op++)
		assert_true(aios_op_index(op) < AIOS_OPS);
	assert_int_equal(aios_op_index(IOCB_CMD_PREAD), IOCB_CMD_PREAD);
	assert_int_equal(aios_op_index(IOCB_CMD_PWRITEV), IOCB_CMD_PWRITEV);
}

static void errnos_have_their_symbol_whatever_their_sign(void **state)
{
	(void)state;
	assert_string_equal(aios_errno_name(EAGAIN), "EAGAIN");
	assert_string_equal(aios_errno_name(-EAGAIN), "EAGAIN");
	assert_string_equal(aios_errno_name(-EINVAL), "EINVAL");
	assert_string_equal(aios_errno_name(-EINPROGRESS), "EINPROGRESS");
	assert_string_equal(aios_errno_name(-ECANCELED), "ECANCELED");
}

/* What must never reach a program has to be told by its name when it does (facts, R8). */
static void errnos_inside_the_kernel_have_their_symbol(void **state)
{
	(void)state;
	assert_string_equal(aios_errno_name(-512), "ERESTARTSYS");
	assert_string_equal(aios_errno_name(-513), "ERESTARTNOINTR");
	assert_string_equal(aios_errno_name(-514), "ERESTARTNOHAND");
	assert_string_equal(aios_errno_name(-516), "ERESTART_RESTARTBLOCK");
	assert_string_equal(aios_errno_name(-529), "EIOCBQUEUED");
}

static void numbers_that_are_no_errno_have_no_symbol(void **state)
{
	static const int64_t numbers[] = { 134, -200, 511, 515, -4096, 1LL << 32, INT64_MAX,
					   INT64_MIN + 1, INT64_MIN };

	(void)state;
	for (size_t i = 0; i < NR(numbers); i++)
		assert_null(aios_errno_name(numbers[i]));
}

static void assert_errno(int64_t err, const char *wanted)
{
	struct aios_buf buf = { 0 };

	aios_fmt_errno(&buf, err);
	assert_string_equal(buf.data, wanted);
	aios_buf_done(&buf);
}

static void errnos_without_a_symbol_are_written_as_their_number(void **state)
{
	(void)state;
	assert_errno(-EIO, "EIO");
	assert_errno(EIO, "EIO");
	assert_errno(0, "0");
	assert_errno(-4000, "-4000");
	assert_errno(4000, "4000");
	assert_errno(INT64_MAX, "9223372036854775807");
	assert_errno(INT64_MIN, "-9223372036854775808");
}

static void assert_mask(uint32_t mask, const char *wanted)
{
	struct aios_buf buf = { 0 };

	aios_fmt_poll(&buf, mask);
	assert_string_equal(buf.data, wanted);
	aios_buf_done(&buf);
}

static void poll_masks_are_symbols(void **state)
{
	(void)state;
	assert_mask(0, "0");
	assert_mask(BIT_IN, "IN");
	assert_mask(BIT_IN | BIT_HUP, "IN|HUP");
	/* (run) in the facts, 0.3 item 4: POLLIN was asked, the result was 0x41. */
	assert_mask(0x41, "IN|RDNORM");
	assert_mask(0x2000, "RDHUP");
	assert_mask(BIT_HUP | AIOS_POLLFREE, "HUP|FREE");
	assert_mask(0x27ff, "IN|PRI|OUT|ERR|HUP|NVAL|RDNORM|RDBAND|WRNORM|WRBAND|MSG|RDHUP");
}

static void poll_bits_without_a_symbol_are_not_dropped(void **state)
{
	(void)state;
	assert_mask(0x800, "0x800");
	assert_mask(0x80000001, "IN|0x80000000");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(operations_have_the_names_of_the_manual),
		cmocka_unit_test(operations_the_kernel_refuses_are_unknown),
		cmocka_unit_test(every_operation_has_a_place_in_tables),
		cmocka_unit_test(errnos_have_their_symbol_whatever_their_sign),
		cmocka_unit_test(errnos_inside_the_kernel_have_their_symbol),
		cmocka_unit_test(numbers_that_are_no_errno_have_no_symbol),
		cmocka_unit_test(errnos_without_a_symbol_are_written_as_their_number),
		cmocka_unit_test(poll_masks_are_symbols),
		cmocka_unit_test(poll_bits_without_a_symbol_are_not_dropped),
	};

	return cmocka_run_group_tests_name("names", tests, NULL, NULL);
}
