// SPDX-License-Identifier: GPL-2.0-only
/*
 * column.c - what can be told of a request.
 */
#include "column.h"

#include <string.h>

#include <linux/aio_abi.h>

#include "json.h"
#include "names.h"

static struct aios_value value_null(void)
{
	return (struct aios_value){ .kind = AIOS_VALUE_NULL };
}

static struct aios_value value_bool(bool yes)
{
	return (struct aios_value){ .kind = AIOS_VALUE_BOOL, .yes = yes };
}

static struct aios_value value_int(int64_t number)
{
	return (struct aios_value){ .kind = AIOS_VALUE_INT, .number = number };
}

static struct aios_value value_hex(uint64_t hex)
{
	return (struct aios_value){ .kind = AIOS_VALUE_HEX, .hex = hex };
}

static struct aios_value value_text(const char *text)
{
	if (!text)
		return value_null();
	return (struct aios_value){ .kind = AIOS_VALUE_TEXT, .text = text };
}

static struct aios_value value_time(uint64_t ns)
{
	return ns ? value_int((int64_t)ns) : value_null();
}

static struct aios_value value_stage(const struct aios_request *req,
				     bool (*stage)(const struct aios_request *, uint64_t *))
{
	uint64_t ns;

	return stage(req, &ns) ? value_int((int64_t)ns) : value_null();
}

static bool between(uint64_t from, uint64_t to, uint64_t *ret)
{
	*ret = to > from ? to - from : 0;
	if (from && to)
		return true;
	*ret = 0;
	return false;
}

/**
 * aios_submit_ns() - how long the submission took from the birth on
 * @req: which
 * @ret: nanoseconds
 * Return: whether it is known.
 */
bool aios_submit_ns(const struct aios_request *req, uint64_t *ret)
{
	return between(req->born_ns, req->returned_ns, ret);
}

/**
 * aios_in_flight_ns() - from the end of the submission to the completion
 * @req: which
 * @ret: nanoseconds; 0 where it completed while it was being submitted
 * Return: whether it is known.
 */
bool aios_in_flight_ns(const struct aios_request *req, uint64_t *ret)
{
	return between(req->returned_ns, req->completed_ns, ret);
}

/**
 * aios_before_block_ns() - from birth until its first bio was queued at the block layer
 * @req: which
 * @ret: nanoseconds
 * Return: whether it is known, as for the next three: all of its bios were seen.
 */
bool aios_before_block_ns(const struct aios_request *req, uint64_t *ret)
{
	return between(req->born_ns, req->queued_ns, ret);
}

/**
 * aios_queued_ns() - from there until a driver was given the first of them
 * @req: which
 * @ret: nanoseconds
 * Return: whether it is known.
 */
bool aios_queued_ns(const struct aios_request *req, uint64_t *ret)
{
	return between(req->queued_ns, req->issued_ns, ret);
}

/**
 * aios_device_ns() - from there until a device was through with the last of them
 * @req: which
 * @ret: nanoseconds
 * Return: whether it is known.
 */
bool aios_device_ns(const struct aios_request *req, uint64_t *ret)
{
	return between(req->issued_ns, req->device_ns, ret);
}

/**
 * aios_after_block_ns() - from there to the completion
 * @req: which
 * @ret: nanoseconds
 * Return: whether it is known.
 */
bool aios_after_block_ns(const struct aios_request *req, uint64_t *ret)
{
	return between(req->device_ns, req->completed_ns, ret);
}

/**
 * aios_unread_ns() - from the completion until the event was taken out of the ring
 * @req: which
 * @ret: nanoseconds; an upper bound where the program reaped
 * Return: whether it is known.
 */
bool aios_unread_ns(const struct aios_request *req, uint64_t *ret)
{
	return between(req->completed_ns, req->reaped_ns, ret);
}

/**
 * aios_latency_ns() - from birth to completion
 * @req: which
 * @ret: nanoseconds
 * Return: whether it is known.
 */
bool aios_latency_ns(const struct aios_request *req, uint64_t *ret)
{
	return between(req->born_ns, req->completed_ns, ret);
}

static struct aios_value get_kiocb(const struct aios_request *req)
{
	return value_int((int64_t)req->id);
}

static struct aios_value get_kiocb_address(const struct aios_request *req)
{
	return req->kiocb ? value_hex(req->kiocb) : value_null();
}

static struct aios_value get_pid(const struct aios_request *req)
{
	return req->process ? value_int(req->process->tgid) : value_null();
}

static struct aios_value get_ns_pid(const struct aios_request *req)
{
	return req->process && req->process->known ? value_int(req->process->ns_tgid) :
	       value_null();
}

static struct aios_value get_uid(const struct aios_request *req)
{
	return req->process && req->process->known ? value_int(req->process->uid) : value_null();
}

static struct aios_value get_tid(const struct aios_request *req)
{
	return req->tid ? value_int(req->tid) : value_null();
}

static struct aios_value get_comm(const struct aios_request *req)
{
	if (req->process && req->process->comm[0])
		return value_text(req->process->comm);
	return req->ctx->comm[0] ? value_text(req->ctx->comm) : value_null();
}

static struct aios_value get_context(const struct aios_request *req)
{
	return req->ctx->user_id ? value_hex(req->ctx->user_id) : value_null();
}

static struct aios_value get_context_nr(const struct aios_request *req)
{
	return value_int((int64_t)req->ctx->id);
}

static struct aios_value get_op(const struct aios_request *req)
{
	return req->asked ? value_text(aios_op_name(req->ask.op)) : value_null();
}

static struct aios_value get_fd(const struct aios_request *req)
{
	return req->asked && req->origin != AIOS_ORIGIN_BEFORE ? value_int(req->ask.fd) :
	       value_null();
}

static struct aios_value get_path(const struct aios_request *req)
{
	return req->file ? value_text(req->file->path) : value_null();
}

static bool has_range(const struct aios_request *req)
{
	return req->asked && aios_op_moves_bytes(req->ask.op);
}

static struct aios_value get_offset(const struct aios_request *req)
{
	return has_range(req) ? value_int(req->ask.offset) : value_null();
}

static struct aios_value get_length(const struct aios_request *req)
{
	if (!has_range(req) || req->ask.length == AIOS_UNKNOWN64)
		return value_null();
	return value_int((int64_t)req->ask.length);
}

static struct aios_value get_segments(const struct aios_request *req)
{
	return has_range(req) && req->ask.vecs ? value_int(req->ask.vecs) : value_null();
}

static struct aios_value get_events(const struct aios_request *req)
{
	return req->asked && req->ask.op == IOCB_CMD_POLL ? value_int(req->ask.events) :
	       value_null();
}

static struct aios_value get_data(const struct aios_request *req)
{
	return req->asked || req->completed_ns ? value_hex(req->ask.data) : value_null();
}

static struct aios_value get_iocb(const struct aios_request *req)
{
	return value_hex(req->ask.uiocb);
}

static struct aios_value get_resfd(const struct aios_request *req)
{
	return req->asked && (req->ask.iocb_flags & AIOS_IOCB_RESFD) && req->ask.resfd >= 0 ?
	       value_int(req->ask.resfd) : value_null();
}

static struct aios_value get_rw_flags(const struct aios_request *req)
{
	return has_range(req) ? value_int(req->ask.rw_flags) : value_null();
}

static struct aios_value get_state(const struct aios_request *req)
{
	return value_text(aios_fate_name(req->fate));
}

static struct aios_value get_origin(const struct aios_request *req)
{
	return value_text(aios_origin_name(req->origin));
}

static struct aios_value get_result(const struct aios_request *req)
{
	return req->completed_ns ? value_int(req->res) : value_null();
}

static struct aios_value get_error(const struct aios_request *req)
{
	int64_t err = req->completed_ns ? req->res : req->refused;

	if (err >= 0)
		return value_null();
	return (struct aios_value){ .kind = AIOS_VALUE_ERRNO, .number = err };
}

static struct aios_value get_born(const struct aios_request *req)
{
	return value_time(req->born_ns);
}

static struct aios_value get_returned(const struct aios_request *req)
{
	return value_time(req->returned_ns);
}

static struct aios_value get_done(const struct aios_request *req)
{
	return value_time(req->done_ns);
}

static struct aios_value get_completed(const struct aios_request *req)
{
	return value_time(req->completed_ns);
}

static struct aios_value get_reaped(const struct aios_request *req)
{
	return value_time(req->reaped_ns);
}

static struct aios_value get_submit(const struct aios_request *req)
{
	return value_stage(req, aios_submit_ns);
}

static struct aios_value get_in_flight(const struct aios_request *req)
{
	return value_stage(req, aios_in_flight_ns);
}

static struct aios_value get_unread(const struct aios_request *req)
{
	return value_stage(req, aios_unread_ns);
}

static struct aios_value get_latency(const struct aios_request *req)
{
	return value_stage(req, aios_latency_ns);
}

static struct aios_value get_bios(const struct aios_request *req)
{
	return req->bios ? value_int(req->bios) : value_null();
}

static struct aios_value get_before_block(const struct aios_request *req)
{
	return value_stage(req, aios_before_block_ns);
}

static struct aios_value get_queued(const struct aios_request *req)
{
	return value_stage(req, aios_queued_ns);
}

static struct aios_value get_device(const struct aios_request *req)
{
	return value_stage(req, aios_device_ns);
}

static struct aios_value get_after_block(const struct aios_request *req)
{
	return value_stage(req, aios_after_block_ns);
}

static struct aios_value get_completed_by(const struct aios_request *req)
{
	return req->completed_ns ? value_text(aios_party_name(req->party)) : value_null();
}

static struct aios_value get_completed_in(const struct aios_request *req)
{
	return req->completed_ns ? value_text(aios_where_name(aios_where(req->complete_flags))) :
	       value_null();
}

static struct aios_value get_completed_cpu(const struct aios_request *req)
{
	return req->completed_ns ? value_int(req->complete_cpu) : value_null();
}

static struct aios_value get_slot(const struct aios_request *req)
{
	return req->slot != AIOS_UNKNOWN32 ? value_int(req->slot) : value_null();
}

static struct aios_value get_slot_inferred(const struct aios_request *req)
{
	return req->slot != AIOS_UNKNOWN32 ? value_bool(req->slot_inferred) : value_null();
}

static struct aios_value get_reaped_by(const struct aios_request *req)
{
	return req->reaper ? value_text(aios_reaper_name(req->reaper)) : value_null();
}

static struct aios_value get_reap_inferred(const struct aios_request *req)
{
	return req->reaper ? value_bool(req->reap_inferred) : value_null();
}

static struct aios_value get_refs(const struct aios_request *req)
{
	return req->refs != AIOS_UNKNOWN32 ? value_int(req->refs) : value_null();
}

/* Drops of a thing that it held; null where it held none, or nobody watched. */
static struct aios_value get_drops(const struct aios_request *req, enum aios_ref_kind kind)
{
	const struct aios_ref *ref = req->ledger ? &req->ledger->held[kind] : NULL;

	return ref && ref->gets && !ref->unwatched ? value_int(ref->puts) : value_null();
}

static struct aios_value get_first_put(const struct aios_request *req)
{
	const struct aios_ref *ref = aios_first_put(req);

	return ref ? value_text(aios_party_name(ref->party)) : value_null();
}

static struct aios_value get_puts(const struct aios_request *req)
{
	const struct aios_refs *refs = req->ledger;

	return refs && refs->puts_told ?
		       value_int(refs->held[AIOS_REF_SUBMIT].puts + refs->held[AIOS_REF_OP].puts) :
	       value_null();
}

static struct aios_value get_file_drops(const struct aios_request *req)
{
	return get_drops(req, AIOS_REF_FILE);
}

static struct aios_value get_eventfd_drops(const struct aios_request *req)
{
	return get_drops(req, AIOS_REF_EVENTFD);
}

static struct aios_value get_creds_drops(const struct aios_request *req)
{
	return get_drops(req, AIOS_REF_CREDS);
}

static struct aios_value get_slot_puts(const struct aios_request *req)
{
	return req->ledger && req->ledger->puts_told ? get_drops(req, AIOS_REF_SLOT) : value_null();
}

static struct aios_value get_freed(const struct aios_request *req)
{
	return req->ledger ? value_time(req->ledger->freed_ns) : value_null();
}

static struct aios_value get_ledger(const struct aios_request *req)
{
	return req->ledger ? value_text(aios_balance_name(aios_balance(req))) : value_null();
}

static struct aios_value get_poll_order(const struct aios_request *req)
{
	enum aios_poll_order order = aios_poll_order(req);

	return order != AIOS_POLL_NONE ? value_text(aios_poll_order_name(order)) : value_null();
}

static struct aios_value get_poll_woken(const struct aios_request *req)
{
	enum aios_wake_order order = aios_wake_order(req);

	return order != AIOS_WAKE_UNKNOWN ? value_text(aios_wake_order_name(order)) : value_null();
}

static struct aios_value get_poll_wakes(const struct aios_request *req)
{
	return req->asked && req->ask.op == IOCB_CMD_POLL ? value_int(req->poll.wakes) :
	       value_null();
}

static struct aios_value get_poll_works(const struct aios_request *req)
{
	return req->asked && req->ask.op == IOCB_CMD_POLL ? value_int(req->poll.works) :
	       value_null();
}

static struct aios_value get_tainted(const struct aios_request *req)
{
	return value_bool(req->tainted);
}

static const struct aios_column columns[] = {
	{ "kiocb", get_kiocb, false, "number of the request in this trace" },
	{ "kiocb_address", get_kiocb_address, true, "kernel address of its struct aio_kiocb" },
	{ "pid", get_pid, false, "process that submitted it, in the initial pid namespace" },
	{ "ns_pid", get_ns_pid, false, "the same in its own pid namespace" },
	{ "uid", get_uid, false, "user of the process, in the initial user namespace" },
	{ "tid", get_tid, false, "thread that submitted it" },
	{ "comm", get_comm, false, "command name of the process" },
	{ "context", get_context, false, "aio_context_t" },
	{ "context_nr", get_context_nr, false, "number of the context in this trace" },
	{ "op", get_op, false, "pread, pwrite, preadv, pwritev, fsync, fdsync, poll or unknown" },
	{ "fd", get_fd, false, "file descriptor" },
	{ "path", get_path, false, "file" },
	{ "offset", get_offset, false, "bytes" },
	{ "length", get_length, false, "bytes asked for" },
	{ "segments", get_segments, false, "of a vectored operation" },
	{ "events", get_events, false, "mask that a poll asks for" },
	{ "data", get_data, false, "aio_data" },
	{ "iocb", get_iocb, false, "address of the user's struct iocb" },
	{ "resfd", get_resfd, false, "eventfd to signal" },
	{ "rw_flags", get_rw_flags, false, "RWF_*" },
	{ "state", get_state, false, "in-flight, refused, reaped, unread or lost-track" },
	{ "origin", get_origin, false, "birth, return, before-trace or unknown" },
	{ "result", get_result, false, "io_event.res: bytes, poll mask, or negative errno" },
	{ "error", get_error, false, "symbol of the errno, of the result or of io_submit" },
	{ "born_ns", get_born, false, "CLOCK_MONOTONIC: its operation began" },
	{ "returned_ns", get_returned, false, "its submission was over" },
	{ "done_ns", get_done, false, "its operation was over" },
	{ "completed_ns", get_completed, false, "its event entered the ring" },
	{ "reaped_ns", get_reaped, false, "its event was taken out" },
	{ "submit_ns", get_submit, false, "from birth to the end of its submission" },
	{ "in_flight_ns", get_in_flight, false, "from there to completion" },
	{ "unread_ns", get_unread, false, "from completion to reaping" },
	{ "latency_ns", get_latency, false, "from birth to completion" },
	{ "completed_by", get_completed_by, false, "who dropped the last reference" },
	{ "completed_in", get_completed_in, false, "task, softirq or hardirq" },
	{ "completed_cpu", get_completed_cpu, false, "where it completed" },
	{ "slot", get_slot, false, "entry of the ring" },
	{ "slot_inferred", get_slot_inferred, false, "completions overlapped: or one next to it" },
	{ "reaped_by", get_reaped_by, false, "kernel (io_getevents), user or unknown" },
	{ "reap_inferred", get_reap_inferred, false, "readers overlapped: or another one had it" },
	{ "refs", get_refs, false, "reference count when it completed" },
	{ "first_put", get_first_put, false,
	  "who dropped the first of its two references (level exact, as all the next)" },
	{ "puts", get_puts, false, "times that a reference of it was dropped" },
	{ "file_drops", get_file_drops, false, "times that it was seen to drop its file" },
	{ "eventfd_drops", get_eventfd_drops, false, "its eventfd" },
	{ "creds_drops", get_creds_drops, false, "the credentials of an fsync" },
	{ "slot_puts", get_slot_puts, false, "its slot, to its event or back to the ring" },
	{ "freed_ns", get_freed, false, "its memory was freed" },
	{ "ledger", get_ledger, false,
	  "balanced: all it took was dropped once by who has to; open, broken or unknown" },
	{ "poll_order", get_poll_order, false, "wake-ups against the decision to wait" },
	{ "poll_woken", get_poll_woken, false,
	  "first wake-up against the return of ->poll (--hooks poll-return)" },
	{ "poll_wakes", get_poll_wakes, false, "wake-ups" },
	{ "poll_works", get_poll_works, false, "runs of the completion work" },
	{ "bios", get_bios, false, "bios that were seen of it (--hooks block, as all the next)" },
	{ "before_block_ns", get_before_block, false, "from birth until its first bio was queued" },
	{ "queued_ns", get_queued, false, "from there until a driver was given the first one" },
	{ "device_ns", get_device, false, "from there until a device was through with the last" },
	{ "after_block_ns", get_after_block, false, "from there to completion" },
	{ "tainted", get_tainted, false, "records were lost while it was alive" },
};

const struct aios_column *aios_columns(size_t *cnt)
{
	*cnt = sizeof(columns) / sizeof(columns[0]);
	return columns;
}

int aios_value_json(const struct aios_value *value, struct aios_buf *buf)
{
	const char *name;

	switch (value->kind) {
	case AIOS_VALUE_BOOL:
		aios_buf_str(buf, value->yes ? "true" : "false");
		break;
	case AIOS_VALUE_INT:
		aios_buf_int(buf, value->number);
		break;
	case AIOS_VALUE_HEX:
		aios_buf_str(buf, "\"");
		aios_buf_hex(buf, value->hex);
		aios_buf_str(buf, "\"");
		break;
	case AIOS_VALUE_TEXT:
		return aios_json_add_text(buf, value->text);
	case AIOS_VALUE_ERRNO:
		name = aios_errno_name(value->number);
		if (name)
			return aios_json_add_text(buf, name);
		aios_buf_int(buf, value->number);
		break;
	case AIOS_VALUE_NULL:
		aios_buf_str(buf, "null");
		break;
	}
	return buf->err;
}

static void csv_text(struct aios_buf *buf, const char *text)
{
	struct aios_buf safe = { 0 };

	aios_buf_safe(&safe, text);
	if (safe.data && strpbrk(safe.data, ",\"")) {
		aios_buf_str(buf, "\"");
		for (const char *at = safe.data; *at; at++)
			aios_buf_add(buf, *at == '"' ? "\"\"" : at, *at == '"' ? 2 : 1);
		aios_buf_str(buf, "\"");
	} else if (safe.data) {
		aios_buf_str(buf, safe.data);
	}
	if (safe.err)
		buf->err = safe.err;
	aios_buf_done(&safe);
}

void aios_value_csv(const struct aios_value *value, struct aios_buf *buf)
{
	switch (value->kind) {
	case AIOS_VALUE_BOOL:
		aios_buf_str(buf, value->yes ? "true" : "false");
		break;
	case AIOS_VALUE_INT:
		aios_buf_int(buf, value->number);
		break;
	case AIOS_VALUE_HEX:
		aios_buf_hex(buf, value->hex);
		break;
	case AIOS_VALUE_TEXT:
		csv_text(buf, value->text);
		break;
	case AIOS_VALUE_ERRNO:
		aios_fmt_errno(buf, value->number);
		break;
	case AIOS_VALUE_NULL:
		break;
	}
}
