/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * info.h - what a trace says of itself: where, when and how it was made, and how it ended.
 */
#ifndef AIOS_INFO_H
#define AIOS_INFO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <aioscope/ring.h>

#include "buf.h"

/**
 * struct aios_hook_info - a line of the attach plan as it was carried out
 * @what: what it observes
 * @how: program and function, or NULL where nothing could be attached
 * @lost: what cannot be known without it, where nothing was attached
 * @kprobe: can miss calls without a count
 */
struct aios_hook_info {
	char *what;
	char *how;
	char *lost;
	bool kprobe;
};

/**
 * struct aios_info - the beginning of a trace; all strings are owned and may be NULL
 * @version: of the tool that recorded
 * @kernel: utsname's release
 * @host: utsname's nodename
 * @evidence: "exact", "function", "syscall"
 * @command: what was run or chosen, as the user wrote it
 * @cpus: CPUs that can be online
 * @wall_offset_ns: CLOCK_REALTIME minus CLOCK_MONOTONIC when the trace began
 * @utc_offset_s: local time minus UTC
 * @start_ns: CLOCK_MONOTONIC when all hooks were attached
 * @begins_ns: the file begins then, in the middle of a recording; 0 where it is its beginning
 * @aio_nr: fs.aio-nr when the trace began: requests that all contexts of the host may have
 * @aio_max_nr: fs.aio-max-nr then, 0 where not known
 * @blocked_over_ns: it is told when threads sleep within io_submit, and by way of whom where they
 *	do so for that long; 0 where nobody looked
 * @hooks: owned
 * @hook_cnt: of @hooks
 */
struct aios_info {
	char *version;
	char *kernel;
	char *host;
	char *evidence;
	char *command;
	unsigned int cpus;
	int64_t wall_offset_ns;
	int32_t utc_offset_s;
	uint64_t start_ns;
	uint64_t begins_ns;
	uint64_t aio_nr;
	uint64_t aio_max_nr;
	uint64_t blocked_over_ns;
	struct aios_hook_info *hooks;
	size_t hook_cnt;
};

/**
 * struct aios_end - the end of a trace
 * @reason: in words, owned
 * @end_ns: CLOCK_MONOTONIC
 * @goes_on_ns: the recording went on, and from then on it is told elsewhere; 0 where it was over
 * @command_status: as from wait(2), -1 where no command was run
 * @nr_known: @nr_drift is
 * @nr_drift: how much fs.aio-nr grew beyond what contexts, of anybody, were made for
 * @stats: what the kernel side could not keep
 */
struct aios_end {
	char *reason;
	uint64_t end_ns;
	uint64_t goes_on_ns;
	int command_status;
	bool nr_known;
	int64_t nr_drift;
	struct aios_kernel_stats stats;
};

/**
 * aios_info_write() - as JSON, for AIOS_CHUNK_INFO
 * Return: 0 or -ENOMEM.
 */
int aios_info_write(const struct aios_info *info, struct aios_buf *buf);

/**
 * aios_info_read() - from JSON; what is missing stays zero
 * @ret: overwritten; free with aios_info_done(), also after an error
 * Return: 0, -EBADMSG where it is no JSON object, or -ENOMEM.
 */
int aios_info_read(const char *json, size_t len, struct aios_info *ret);
void aios_info_done(struct aios_info *info);

/**
 * aios_info_calls_only() - are there no requests in this trace, but calls alone?
 * @info: of the trace
 * Return: whether it is of evidence level syscall.
 */
bool aios_info_calls_only(const struct aios_info *info);

/**
 * aios_info_exact() - is every reference told in this trace?
 * @info: of the trace
 * Return: whether it is of evidence level exact.
 */
bool aios_info_exact(const struct aios_info *info);

/**
 * aios_info_kprobes() - may calls have been missed in this trace without a count?
 * @info: of the trace
 * Return: whether a kprobe saw any of it.
 */
bool aios_info_kprobes(const struct aios_info *info);

int aios_end_write(const struct aios_end *end, struct aios_buf *buf);
int aios_end_read(const char *json, size_t len, struct aios_end *ret);
void aios_end_done(struct aios_end *end);

#endif /* AIOS_INFO_H */
