// SPDX-License-Identifier: GPL-2.0-only
/*
 * names.c - numbers of the kernel's interface as people call them.
 */
#include "names.h"

#include <string.h>

#include <aioscope/record.h>
#include <linux/aio_abi.h>

static const char *const op_names[AIOS_OPS] = {
	[IOCB_CMD_PREAD] = "pread",
	[IOCB_CMD_PWRITE] = "pwrite",
	[IOCB_CMD_FSYNC] = "fsync",
	[IOCB_CMD_FDSYNC] = "fdsync",
	[4] = "unknown",	/* IOCB_CMD_PREADX, never merged */
	[IOCB_CMD_POLL] = "poll",
	[AIOS_OP_OTHER] = "unknown",
	[IOCB_CMD_PREADV] = "preadv",
	[IOCB_CMD_PWRITEV] = "pwritev",
};

bool aios_op_moves_bytes(unsigned int op)
{
	return op == IOCB_CMD_PREAD || op == IOCB_CMD_PWRITE || op == IOCB_CMD_PREADV ||
	       op == IOCB_CMD_PWRITEV;
}

unsigned int aios_op_index(unsigned int op)
{
	if (op >= AIOS_OPS || !strcmp(op_names[op], "unknown"))
		return AIOS_OP_OTHER;
	return op;
}

const char *aios_op_name(unsigned int op)
{
	return op_names[aios_op_index(op)];
}

/* What the kernel uses inside and must never show; glibc has no names for these. */
static const char *kernel_errno_name(int64_t err)
{
	switch (err) {
	case 512: return "ERESTARTSYS";
	case 513: return "ERESTARTNOINTR";
	case 514: return "ERESTARTNOHAND";
	case 516: return "ERESTART_RESTARTBLOCK";
	case 529: return "EIOCBQUEUED";
	default: return NULL;
	}
}

const char *aios_errno_name(int64_t err)
{
	if (err > 4095 || err < -4095)	/* MAX_ERRNO */
		return NULL;
	if (err < 0)
		err = -err;
	if (err >= 512)
		return kernel_errno_name(err);
	return strerrorname_np((int)err);
}

void aios_fmt_errno(struct aios_buf *buf, int64_t err)
{
	const char *name = aios_errno_name(err);

	if (name && err)
		aios_buf_str(buf, name);
	else
		aios_buf_fmt(buf, "%lld", (long long)err);
}

static const struct {
	uint32_t bit;
	const char *name;
} poll_bits[] = {
	{ 0x001, "IN" }, { 0x002, "PRI" }, { 0x004, "OUT" }, { 0x008, "ERR" },
	{ 0x010, "HUP" }, { 0x020, "NVAL" }, { 0x040, "RDNORM" }, { 0x080, "RDBAND" },
	{ 0x100, "WRNORM" }, { 0x200, "WRBAND" }, { 0x400, "MSG" }, { 0x2000, "RDHUP" },
	{ AIOS_POLLFREE, "FREE" },
};

void aios_fmt_poll(struct aios_buf *buf, uint32_t mask)
{
	const char *sep = "";

	if (!mask)
		aios_buf_str(buf, "0");
	for (size_t i = 0; i < sizeof(poll_bits) / sizeof(poll_bits[0]); i++) {
		if (!(mask & poll_bits[i].bit))
			continue;
		aios_buf_fmt(buf, "%s%s", sep, poll_bits[i].name);
		mask &= ~poll_bits[i].bit;
		sep = "|";
	}
	if (mask)
		aios_buf_fmt(buf, "%s0x%x", sep, mask);
}
