// SPDX-License-Identifier: GPL-2.0-only
/*
 * kit.c - a model that is fed by a test, and copies of all that it hands out.
 */
#include "kit.h"
#include "lib/format.h"

#include <zlib.h>

#include <errno.h>
#include <stdio.h>

static FILE *file_open(const char *path, const char *mode)
{
	FILE *file = fopen(path, mode);

	if (!file)
		fail_msg("%s: %s", path, strerror(errno));
	return file;
}

void kit_file_read(const char *path, struct aios_buf *buf)
{
	FILE *file = file_open(path, "r");
	char bytes[4096];
	size_t got;

	while ((got = fread(bytes, 1, sizeof(bytes), file)))
		aios_buf_add(buf, bytes, got);
	assert_int_equal(fclose(file), 0);
}

void kit_file_write(const char *path, const char *bytes, size_t len)
{
	FILE *file = file_open(path, "w");

	assert_int_equal(fwrite(bytes, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

/* A copy that stays good: pointers go to what it carries itself. */
static struct kit_out *out_copy(const struct aios_request *req)
{
	struct kit_out *out = calloc(1, sizeof(*out));

	assert_non_null(out);
	out->req = *req;
	out->ctx = *req->ctx;
	out->req.ctx = &out->ctx;
	out->order = aios_poll_order(req);
	out->woken = aios_wake_order(req);
	out->balance = aios_balance(req);
	out->req.older = out->req.next = out->req.prev = NULL;
	if (req->file) {
		out->file = *req->file;
		out->file.path = req->file->path ? strdup(req->file->path) : NULL;
		out->req.file = &out->file;
	}
	if (req->process) {
		out->process = *req->process;
		out->req.process = &out->process;
	}
	if (req->ledger) {
		out->ledger = *req->ledger;
		out->ledger.older = NULL;
		out->req.ledger = &out->ledger;
	}
	if (req->sleeps) {
		out->sleeps = *req->sleeps;
		out->sleeps.by = calloc(req->sleeps->by_cnt + 1, sizeof(*req->sleeps->by));
		assert_non_null(out->sleeps.by);
		for (size_t i = 0; i < req->sleeps->by_cnt; i++)
			out->sleeps.by[i] = req->sleeps->by[i];
		out->req.sleeps = &out->sleeps;
	}
	if (req->history) {
		out->req.history = calloc(req->history_cnt + 1, sizeof(*req->history));
		assert_non_null(out->req.history);
		memcpy(out->req.history, req->history, req->history_cnt * sizeof(*req->history));
	}
	return out;
}

void kit_out_free(struct kit_out *out)
{
	free(out->file.path);
	free(out->sleeps.by);
	free(out->req.history);
	free(out);
}

static int kit_request(void *arg, const struct aios_request *req)
{
	struct kit *k = arg;

	/* Once: the first promise of model.h. */
	assert_null(handed_out(k, req->id));
	k->outs = reallocarray(k->outs, k->out_cnt + 1, sizeof(*k->outs));
	assert_non_null(k->outs);
	k->outs[k->out_cnt] = out_copy(req);
	k->outs[k->out_cnt++]->at_ns = k->now_ns;
	return aios_blocked_request(&k->blocked, req);
}

static int kit_call(void *arg, const struct aios_submit_call *call)
{
	struct kit *k = arg;

	k->call = *call;
	k->call_cnt++;
	return aios_blocked_call(&k->blocked, call, true);
}

static int kit_context(void *arg, const struct aios_ctx *ctx)
{
	struct kit *k = arg;

	for (size_t i = 0; i < k->ctx_cnt; i++)
		assert_int_not_equal(k->ctxs[i].id, ctx->id);
	k->ctxs = reallocarray(k->ctxs, k->ctx_cnt + 1, sizeof(*k->ctxs));
	assert_non_null(k->ctxs);
	k->ctxs[k->ctx_cnt] = *ctx;
	k->ctxs[k->ctx_cnt].ring = NULL;
	/* Good during this call only. */
	k->ctxs[k->ctx_cnt++].process = NULL;
	return 0;
}

struct kit *kit_new(bool history)
{
	static const struct aios_model_ops ops = {
		.request = kit_request,
		.context = kit_context,
		.call = kit_call,
	};
	struct aios_model_opts opts = { .history = history };
	struct kit *k = calloc(1, sizeof(*k));

	assert_non_null(k);
	k->model = aios_model_new(&ops, k, &opts);
	assert_non_null(k->model);
	return k;
}

struct kit *kit_free(struct kit *k)
{
	if (!k)
		return NULL;
	aios_blocked_done(&k->blocked);
	aios_model_free(k->model);
	for (size_t i = 0; i < k->out_cnt; i++)
		kit_out_free(k->outs[i]);
	free(k->outs);
	free(k->ctxs);
	aios_buf_done(&k->text);
	free(k);
	return NULL;
}

int kit_setup(void **state)
{
	*state = kit_new(true);
	return 0;
}

int kit_teardown(void **state)
{
	*state = kit_free(*state);
	return 0;
}

void see(struct kit *k, struct aios_rec rec)
{
	k->now_ns = rec.h.time_ns;
	assert_int_equal(aios_model_record(k->model, &rec), 0);
}

void see_gap(struct kit *k, enum aios_gap_kind kind, uint64_t from_ns, uint64_t to_ns)
{
	struct aios_gap gap = {
		.kind = kind,
		.cpu = 0,
		.count = 1,
		.from_ns = from_ns,
		.to_ns = to_ns,
	};

	assert_int_equal(aios_model_gap(k->model, &gap), 0);
}

void see_end(struct kit *k)
{
	k->now_ns = 0;
	assert_int_equal(aios_model_end(k->model), 0);
}

static int front_record(void *arg, const struct aios_rec *rec)
{
	see(arg, *rec);
	return 0;
}

static int front_gap(void *arg, const struct aios_gap *gap)
{
	struct kit *k = arg;

	return aios_model_gap(k->model, gap);
}

void see_front(struct kit *k, const struct aios_buf *chunks)
{
	struct aios_sink sink = { .record = front_record, .gap = front_gap, .arg = k };
	struct aios_order *order = aios_order_new(&sink);
	struct aios_buf payload = { 0 };
	size_t at = 0;

	while (at < chunks->len) {
		struct aios_chunk chunk;
		long stored = aios_format_chunk_check(chunks->data + at, &chunk);

		assert_true(stored > 0);
		assert_int_equal(chunk.kind, AIOS_CHUNK_FRONT);
		at += sizeof(chunk);
		assert_int_equal(aios_format_chunk_open(&chunk, chunks->data + at, &payload), 0);
		at += (size_t)stored;
		assert_int_equal(aios_order_front(order, payload.data, payload.len), 0);
	}
	aios_buf_done(&payload);
	aios_order_free(order);
}

void see_accepted(struct kit *k, uint64_t t, struct kit_who who, const struct kit_req *req)
{
	see(k, rec_birth(t, who, req));
	see(k, rec_return(t + 1, who, req, 0));
}

void see_completed(struct kit *k, uint64_t t, const struct kit_req *req, int64_t res)
{
	see_accepted(k, t, by_t1, req);
	see(k, rec_complete(t + 2, in_softirq, req, res));
}

void see_read(struct kit *k, uint64_t t, struct kit_who who, struct kit_ctx *ctx, int64_t events)
{
	see(k, rec_read_begin(t, who, ctx, 1, 16));
	see(k, rec_read_end(t + 1, who, ctx, events));
}

/* io_destroy of a context without requests, as fs/aio.c orders it. */
void see_freed(struct kit *k, uint64_t t, const struct kit_ctx *ctx)
{
	see(k, rec_kill(t, by_t1, ctx, 0));
	see(k, rec_users0(t + 1, ctx));
	see(k, rec_reqs0(t + 2, ctx));
	see(k, rec_free(t + 3, ctx));
}

/* A name with components of at most AIOS_NAME_PIECE bytes, from the last one up. */
void see_name(struct kit *k, uint64_t t, struct kit_who who, uint64_t file, const char *path)
{
	char text[256], *slash;
	uint8_t part = 0;

	snprintf(text, sizeof(text), "%s", path);
	while ((slash = strrchr(text, '/'))) {
		see(k, rec_name(t, who, file, part++, 0, slash + 1));
		*slash = '\0';
	}
	see(k, rec_name_last(t, who, file, part, 0));
}

struct kit_out *handed_out(const struct kit *k, uint64_t id)
{
	for (size_t i = 0; i < k->out_cnt; i++)
		if (k->outs[i]->req.id == id)
			return k->outs[i];
	return NULL;
}

struct kit_out *the(struct kit *k, uint64_t id)
{
	struct kit_out *out = handed_out(k, id);

	assert_non_null(out);
	return out;
}

const struct aios_ctx *the_ctx(const struct kit *k, uint64_t id)
{
	const struct aios_ctx *found = NULL;

	for (size_t i = 0; i < k->ctx_cnt; i++)
		if (k->ctxs[i].id == id)
			found = &k->ctxs[i];
	assert_non_null(found);
	return found;
}

/* A read of 4096 bytes by fio[1000]: born 1000, returned 3000, completed 103000, reaped 203000. */
struct kit_out *kit_made(void)
{
	struct kit_out *out = calloc(1, sizeof(*out));
	struct kit_ctx ctx = kit_ctx(1);
	struct kit_req req = kit_read(&ctx, 1);

	assert_non_null(out);
	out->ctx = (struct aios_ctx){ .id = 1, .kctx = ctx.kctx, .user_id = ctx.user_id,
				      .pid = KIT_PID, .nr_events = ctx.nr_events };
	out->process = (struct aios_process){ .tgid = KIT_PID, .ns_tgid = KIT_PID, .known = true };
	strcpy(out->process.comm, "fio");
	strcpy(out->ctx.comm, "fio");
	out->ctx.process = &out->process;
	out->file.path = strdup("/srv/db");
	out->req = (struct aios_request){
		.id = 7, .kiocb = req.kiocb, .ctx = &out->ctx, .file = &out->file,
		.process = &out->process, .tid = 1001, .asked = true, .ask = req.ask,
		.origin = AIOS_ORIGIN_BIRTH, .fate = AIOS_FATE_REAPED, .party = AIOS_PARTY_RW,
		.reaper = AIOS_REAPER_KERNEL, .res = 4096, .born_ns = 1000,
		.returned_ns = 3000, .done_ns = 103000, .completed_ns = 103000,
		.reaped_ns = 203000, .slot = 3, .refs = 0, .reaper_tid = 1003, .complete_cpu = 1,
		.complete_flags = AIOS_F_SOFTIRQ,
	};
	out->req.ask.offset = 131072;
	return out;
}

uint64_t kit_random(uint64_t *state)
{
	/* xorshift64*: Vigna, "An experimental exploration of Marsaglia's xorshift generators". */
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 0x2545f4914f6cdd1dULL;
}

struct aios_file_header kit_header(uint16_t major, uint16_t minor, uint32_t bytes)
{
	struct aios_file_header header = {
		.byte_order = AIOS_FILE_BYTE_ORDER, .major = major, .minor = minor, .bytes = bytes,
	};

	memcpy(header.magic, AIOS_FILE_MAGIC, sizeof(header.magic));
	header.crc = (uint32_t)crc32(0, (const Bytef *)&header, 20);
	return header;
}

void kit_timeline(struct aios_buf *buf, const struct aios_request *req,
		  const struct aios_clock *clock, const struct aios_symbols *symbols,
		  bool addresses)
{
	struct aios_summary *sum = aios_summary_new();
	struct aios_info info = { 0 };
	struct aios_loss loss = { 0 };
	struct aios_trace trace = { .sum = sum, .info = &info, .loss = &loss, .symbols = symbols };
	struct aios_timeline_opts opts = { .clock = *clock, .trace = &trace,
					   .addresses = addresses };

	aios_timeline(buf, req, &opts);
	aios_summary_free(sum);
}
