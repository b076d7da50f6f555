/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * view_blocked.h - what blocked io_submit, for people, scripts and flame graphs.
 */
#ifndef AIOS_VIEW_BLOCKED_H
#define AIOS_VIEW_BLOCKED_H

#include <jansson.h>

#include "view.h"

/**
 * aios_report_blocked() - a section of the report; nothing where nobody watched
 * @buf: appended to
 * @trace: what it is about
 */
void aios_report_blocked(struct aios_buf *buf, const struct aios_trace *trace);

/**
 * aios_blocked_json() - the same for scripts
 * @trace: what it is about
 * Return: a new reference; NULL for -ENOMEM, and where nobody watched.
 */
json_t *aios_blocked_json(const struct aios_trace *trace);

/**
 * aios_blocked_folded() - stacks as flamegraph.pl and its like read them
 * @buf: appended to: "fio;main [fio];io_submit [libaio.so.1];entry_SYSCALL_64_[k];... 1234000", a
 *	line a stack, outermost function first, and the nanoseconds that threads slept there
 * @trace: what it is about
 * Return: 0 or -ENOMEM.
 */
int aios_blocked_folded(struct aios_buf *buf, const struct aios_trace *trace);

#endif /* AIOS_VIEW_BLOCKED_H */
