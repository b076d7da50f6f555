/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * names.h - numbers of the kernel's interface as people call them.
 */
#ifndef AIOS_NAMES_H
#define AIOS_NAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"

#define AIOS_OPS	9	/* IOCB_CMD_* are below this; AIOS_OP_OTHER stands for the rest */
#define AIOS_OP_OTHER	6	/* IOCB_CMD_NOOP, which the kernel refuses like any other */

/**
 * aios_op_name() - an operation by its IOCB_CMD_* number
 * @op: any number
 * Return: "pread", ..., or "unknown": a constant.
 */
const char *aios_op_name(unsigned int op);

/**
 * aios_op_moves_bytes() - does an operation read or write?
 * @op: any number
 * Return: whether it has an offset, a length, and bytes as its result.
 */
bool aios_op_moves_bytes(unsigned int op);

/**
 * aios_op_index() - maps an operation to a small number, for tables
 * @op: any number
 * Return: below AIOS_OPS; AIOS_OP_OTHER for what the kernel does not know.
 */
unsigned int aios_op_index(unsigned int op);

/**
 * aios_errno_name() - the symbol of an errno
 * @err: positive or negative
 * Return: "EAGAIN", ..., or NULL where there is none.
 */
const char *aios_errno_name(int64_t err);

/**
 * aios_fmt_errno() - appends the symbol of an errno, or its number
 */
void aios_fmt_errno(struct aios_buf *buf, int64_t err);

/**
 * aios_fmt_poll() - appends a poll mask as symbols joined by "|", "0" for none
 * @mask: bits as in poll(2); the kernel's wake-up keys have the same on x86
 */
void aios_fmt_poll(struct aios_buf *buf, uint32_t mask);

#endif /* AIOS_NAMES_H */
