/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * select.h - which requests are shown: by operation, file, outcome, duration.
 *
 * What is traced is another question, and asked in the kernel (bpf/filter.h). A request that is
 * not selected is not shown and not counted; contexts, calls and losses are told all the same.
 */
#ifndef AIOS_SELECT_H
#define AIOS_SELECT_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"
#include "err.h"
#include "model.h"

/**
 * struct aios_select - what a request must be to be shown; zero-initialised, all are
 * @ops: bits by aios_op_index(), 0 for any operation
 * @path: pattern of fnmatch(3) that the file's path meets, borrowed; NULL for any file or none
 * @errors: it failed or was refused
 * @over_ns: it took longer than this, or has by the end of the trace; 0 for any duration
 */
struct aios_select {
	uint32_t ops;
	const char *path;
	bool errors;
	uint64_t over_ns;
};

/**
 * aios_select_ops() - "pread,pwrite": adds operations
 * @sel: changed on success only
 * @list: names as aios_op_name() has them, separated by commas
 * @err: names the one that is not known, and those that are
 * Return: 0 or -EINVAL.
 */
int aios_select_ops(struct aios_select *sel, const char *list, struct aios_err *err);

/**
 * aios_select_path() - "*.ibd": paths that meet the pattern; "*" stands for "/" as well
 * @sel: changed on success only
 * @glob: must outlive @sel
 * @err: why not
 * Return: 0 or -EINVAL.
 */
int aios_select_path(struct aios_select *sel, const char *glob, struct aios_err *err);

/**
 * aios_select_over() - "1.5ms": what took longer
 * @sel: changed on success only
 * @duration: as for aios_parse_duration()
 * @err: why not
 * Return: 0 or -EINVAL.
 */
int aios_select_over(struct aios_select *sel, const char *duration, struct aios_err *err);

/**
 * aios_selects_any() - are all requests shown?
 * @sel: the selection
 * Return: whether it asks for anything.
 */
bool aios_selects_any(const struct aios_select *sel);

/**
 * aios_selected() - is a request shown?
 * @sel: the selection
 * @req: over, or completed and not yet read
 * @begin_ns: of the trace: a request that is older than it is at least that old
 * @now_ns: what is still in flight has taken until now
 *
 * What is not known is not selected: a request of unknown file meets no pattern.
 *
 * Return: whether it is all that the selection asks for.
 */
bool aios_selected(const struct aios_select *sel, const struct aios_request *req,
		   uint64_t begin_ns, uint64_t now_ns);

/**
 * aios_select_text() - the selection as it was asked for: `--op pread --over 1.50ms`
 * @buf: appended to
 * @sel: the selection
 */
void aios_select_text(struct aios_buf *buf, const struct aios_select *sel);

#endif /* AIOS_SELECT_H */
