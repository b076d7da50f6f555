// SPDX-License-Identifier: GPL-2.0-only
/*
 * err.c - an error with what a person needs to act on it.
 */
#include "err.h"

#include <stdarg.h>
#include <stdio.h>

int aios_fail(struct aios_err *err, int code, const char *fmt, ...)
{
	va_list args;

	if (!err)
		return code;
	va_start(args, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, args);
	va_end(args);
	return code;
}
