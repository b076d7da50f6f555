/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * err.h - an error with what a person needs to act on it. The core never prints.
 */
#ifndef AIOS_ERR_H
#define AIOS_ERR_H

#include <stddef.h>

/**
 * struct aios_err - why a call failed
 * @text: one line without a full stop or newline, in words; empty where the errno says it all
 */
struct aios_err {
	char text[512];
};

/**
 * aios_fail() - fills in an error
 * @err: where to; may be NULL
 * @code: negative errno
 * @fmt: as for printf()
 *
 * Return: @code, so that a function can end with it.
 */
int aios_fail(struct aios_err *err, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif /* AIOS_ERR_H */
