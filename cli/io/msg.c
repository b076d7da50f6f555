// SPDX-License-Identifier: GPL-2.0-only
/*
 * msg.c - diagnostics.
 */
#include "msg.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

void aios_say(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	fprintf(stderr, "%s: ", program_invocation_short_name);
	vfprintf(stderr, fmt, args);
	fputc('\n', stderr);
	va_end(args);
}
