/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * msg.h - diagnostics, on stderr, a line each. Only commands and the edge say anything.
 */
#ifndef AIOS_MSG_H
#define AIOS_MSG_H

/**
 * aios_say() - prints "<command>: <text>"
 * @fmt: as for printf(), without a newline
 */
void aios_say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif /* AIOS_MSG_H */
