// SPDX-License-Identifier: GPL-2.0-only
/*
 * select.c - which requests are shown.
 */
#include "select.h"

#include <errno.h>
#include <fnmatch.h>
#include <string.h>

#include "names.h"
#include "units.h"

/* "pread, pwrite, ...": the operations that there are. */
static void op_list(struct aios_buf *buf)
{
	const char *sep = "";

	for (unsigned int op = 0; op < AIOS_OPS; op++) {
		if (aios_op_index(op) != op)
			continue;
		aios_buf_fmt(buf, "%s%s", sep, aios_op_name(op));
		sep = ", ";
	}
}

/* The operation called by the first @len bytes of @name, AIOS_OPS for none. */
static unsigned int op_named(const char *name, size_t len)
{
	unsigned int op = 0;

	while (op < AIOS_OPS && (aios_op_index(op) != op || strlen(aios_op_name(op)) != len ||
				 memcmp(aios_op_name(op), name, len)))
		op++;
	return op;
}

static int op_unknown(const char *name, size_t len, struct aios_err *err)
{
	struct aios_buf known = { 0 };

	op_list(&known);
	aios_fail(err, -EINVAL, "'%.*s' is no operation; there are %s", len < 64 ? (int)len : 64,
		  name, known.err ? "others" : known.data);
	aios_buf_done(&known);
	return -EINVAL;
}

int aios_select_ops(struct aios_select *sel, const char *list, struct aios_err *err)
{
	uint32_t ops = 0;

	for (const char *name = list;; name++) {
		size_t len = strcspn(name, ",");
		unsigned int op = op_named(name, len);

		if (op == AIOS_OPS)
			return op_unknown(name, len, err);
		ops |= 1U << op;
		name += len;
		if (!*name)
			break;
	}
	sel->ops |= ops;
	return 0;
}

int aios_select_path(struct aios_select *sel, const char *glob, struct aios_err *err)
{
	if (!glob[0])
		return aios_fail(err, -EINVAL, "an empty pattern meets no path");
	sel->path = glob;
	return 0;
}

int aios_select_over(struct aios_select *sel, const char *duration, struct aios_err *err)
{
	uint64_t over_ns;

	if (aios_parse_duration(duration, &over_ns))
		return aios_fail(err, -EINVAL, "'%.64s' is no duration", duration);
	if (!over_ns)
		return aios_fail(err, -EINVAL, "a duration of 0 makes no sense here");
	sel->over_ns = over_ns;
	return 0;
}

bool aios_selects_any(const struct aios_select *sel)
{
	return sel->ops || sel->path || sel->errors || sel->over_ns;
}

static bool has_op(const struct aios_select *sel, const struct aios_request *req)
{
	return sel->ops >> aios_op_index(req->asked ? req->ask.op : AIOS_OP_UNKNOWN) & 1;
}

/* No FNM_PATHNAME: "*.ibd" is what people write for files anywhere. */
static bool has_path(const struct aios_select *sel, const struct aios_request *req)
{
	return req->file && req->file->path && !fnmatch(sel->path, req->file->path, 0);
}

static bool has_failed(const struct aios_request *req)
{
	return req->fate == AIOS_FATE_REFUSED || (req->completed_ns && req->res < 0);
}

/* From its birth, or at least the beginning of the trace, to its completion, or until now. */
static bool took_longer(const struct aios_select *sel, const struct aios_request *req,
			uint64_t begin_ns, uint64_t now_ns)
{
	uint64_t from_ns = req->born_ns, to_ns = req->completed_ns;

	if (!from_ns && req->origin == AIOS_ORIGIN_BEFORE)
		from_ns = begin_ns;
	if (!to_ns && req->fate == AIOS_FATE_IN_FLIGHT)
		to_ns = now_ns;
	return from_ns && to_ns > from_ns && to_ns - from_ns > sel->over_ns;
}

bool aios_selected(const struct aios_select *sel, const struct aios_request *req,
		   uint64_t begin_ns, uint64_t now_ns)
{
	return (!sel->ops || has_op(sel, req)) && (!sel->path || has_path(sel, req)) &&
	       (!sel->errors || has_failed(req)) &&
	       (!sel->over_ns || took_longer(sel, req, begin_ns, now_ns));
}

static void text_ops(struct aios_buf *buf, uint32_t ops)
{
	const char *sep = "--op ";

	for (unsigned int op = 0; op < AIOS_OPS; op++) {
		if (!(ops >> op & 1))
			continue;
		aios_buf_fmt(buf, "%s%s", sep, aios_op_name(op));
		sep = ",";
	}
}

void aios_select_text(struct aios_buf *buf, const struct aios_select *sel)
{
	size_t start = buf->len;

	text_ops(buf, sel->ops);
	if (sel->path) {
		aios_buf_str(buf, buf->len > start ? " --path '" : "--path '");
		aios_buf_safe(buf, sel->path);
		aios_buf_str(buf, "'");
	}
	if (sel->errors)
		aios_buf_str(buf, buf->len > start ? " --errors" : "--errors");
	if (sel->over_ns) {
		aios_buf_str(buf, buf->len > start ? " --over " : "--over ");
		aios_fmt_duration(buf, sel->over_ns);
	}
}
