// SPDX-License-Identifier: GPL-2.0-only
/*
 * doctor_submit.c - conditions of io_submit: it blocks, it does the work itself, it is called for
 * single requests.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <linux/aio_abi.h>

#include "column.h"
#include "doctor_int.h"
#include "names.h"
#include "units.h"
#include "vec.h"

#define MS		1000000ULL
#define FRAMES_TOLD	4	/* of a stack, in a sentence */
#define O_DIRECT_X86	040000U	/* as the traced kernel has it, not the machine that reads this */

static bool is_buffered(const struct aios_request *req)
{
	const struct aios_file *file = req->file;

	return file && file->path && aios_op_moves_bytes(req->ask.op) &&
	       (S_ISREG(file->mode) || S_ISBLK(file->mode)) && !(file->f_flags & O_DIRECT_X86);
}

/* FNV-1a over what makes a spot: collisions in 64 bits are not worth a chain. */
static uint64_t spot_key(const struct aios_request *req, bool buffered)
{
	const struct aios_file *file = req->file;
	uint64_t parts[] = { req->ctx->pid, req->ask.op, buffered, file ? file->dev : 0,
			     file ? file->ino : 0 };
	uint64_t key = 0xcbf29ce484222325ULL;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		for (int bit = 0; bit < 64; bit += 8)
			key = (key ^ (parts[i] >> bit & 0xff)) * 0x100000001b3ULL;
	return key;
}

static char *file_text(const struct aios_file *file)
{
	struct aios_buf buf = { 0 };

	if (file && file->path)
		aios_buf_safe(&buf, file->path);
	else
		aios_buf_str(&buf, "a file of unknown name");
	return buf.data;
}

static struct aios_spot *spot_new(const struct aios_request *req, bool buffered)
{
	struct aios_spot *spot = calloc(1, sizeof(*spot));

	if (!spot)
		return NULL;
	spot->op = req->ask.op;
	spot->buffered = buffered;
	spot->pid = req->ctx->pid;
	memcpy(spot->comm, req->ctx->comm, sizeof(spot->comm));
	spot->file = file_text(req->file);
	if (spot->file)
		return spot;
	free(spot);
	return NULL;
}

/* Return: 0 or -ENOMEM; without a spot where too many files are told apart already. */
static int spot_of(struct aios_doctor *doctor, const struct aios_request *req,
		   struct aios_spot **ret)
{
	bool buffered = is_buffered(req);
	uint64_t key = spot_key(req, buffered);

	*ret = aios_map_get(&doctor->spots, key);
	if (*ret || doctor->spots.used >= AIOS_SPOTS_MAX)
		return 0;
	*ret = spot_new(req, buffered);
	if (!*ret)
		return -ENOMEM;
	if (!aios_map_put(&doctor->spots, key, *ret))
		return 0;
	free((*ret)->file);
	free(*ret);
	return -ENOMEM;
}

/* Was the work done by who submitted it, before it was through? An interrupt is somebody else. */
static bool is_inside(const struct aios_request *req)
{
	return req->completed_ns && req->returned_ns && req->completed_ns <= req->returned_ns &&
	       req->complete_tid == req->tid && aios_where(req->complete_flags) == AIOS_WHERE_TASK;
}

/* For how long was the thread kept from going on? What ran, or only waited for a CPU, was not. */
static uint64_t blocked_ns(const struct aios_request *req, uint64_t submit_ns)
{
	if (req->sleeps)
		return req->sleeps->asleep_ns >= AIOS_SLEPT_MS * MS ? req->sleeps->asleep_ns : 0;
	return submit_ns >= AIOS_BLOCKED_MS * MS ? submit_ns : 0;
}

/* Requests that nobody watched are another matter than those that were: both are counted apart. */
static void spot_blocked(struct aios_spot *spot, const struct aios_request *req, uint64_t submit_ns)
{
	struct aios_blocks *blocks = req->sleeps ? &spot->sleeps : &spot->times;
	uint64_t longest_ns = req->sleeps ? req->sleeps->longest_ns : submit_ns;
	uint64_t ns = blocked_ns(req, submit_ns);

	blocks->requests++;
	if (!ns)
		return;
	blocks->cnt++;
	blocks->ns += ns;
	aios_sample_add(&blocks->sample, req->id, req->returned_ns);
	if (longest_ns <= blocks->max_ns)
		return;
	blocks->max_ns = longest_ns;
	if (req->sleeps)
		spot->slept = req->sleeps->longest;
}

static int submit_request(struct aios_doctor *doctor, const struct aios_request *req)
{
	struct aios_spot *spot;
	uint64_t ns;
	int err;

	if (!req->asked || req->fate == AIOS_FATE_REFUSED || !aios_submit_ns(req, &ns))
		return 0;
	err = spot_of(doctor, req, &spot);
	if (err || !spot)
		return err;
	spot->requests++;
	spot->submit_ns += ns;
	if (ns > spot->submit_max_ns)
		spot->submit_max_ns = ns;
	spot_blocked(spot, req, ns);
	if (spot->buffered && is_inside(req)) {
		spot->inside++;
		spot->inside_ns += ns;
		if (ns > spot->inside_max_ns)
			spot->inside_max_ns = ns;
		aios_sample_add(&spot->insides, req->id, req->returned_ns);
	}
	return 0;
}

/* io_submit tells which context by its number alone. */
static int submit_record(struct aios_doctor *doctor, const struct aios_rec *rec)
{
	const struct aios_submit *body = &rec->submit;
	struct aios_chart *chart;
	const struct aios_ctx *ctx;

	if (rec->h.type != AIOS_EV_SUBMIT || body->ret <= 0)
		return 0;
	chart = aios_map_get(&doctor->names, aios_doctor_named(body->user_id, rec->h.tgid));
	ctx = chart ? aios_doctor_ctx(doctor, chart->kctx) : NULL;
	if (!ctx)
		return 0;
	chart->submits++;
	aios_sample_time(&chart->from_ns, &chart->to_ns, rec->h.time_ns);
	if (body->nr != 1)
		return 0;
	chart->single_submits++;
	chart->deep_submits += (uint64_t)ctx->in_flight + ctx->unread >= AIOS_DEEP;
	return 0;
}

static int submit_over(struct aios_doctor *doctor, const struct aios_ctx *ctx,
		       const struct aios_chart *chart)
{
	uint64_t percent = aios_doctor_percent(chart->deep_submits, chart->submits);
	struct aios_condition condition;
	struct aios_buf text = { 0 };

	/* Where nothing is left in flight, what io_submit does itself is the matter. */
	if (chart->submits < AIOS_FEW || percent < AIOS_MOST || ctx->in_flight_max < 2)
		return 0;
	condition = aios_condition_of(AIOS_AIL_BATCHES, chart->deep_submits);
	aios_condition_ctx(&condition, ctx);
	condition.from_ns = chart->from_ns;
	condition.to_ns = chart->to_ns;
	aios_condition_add(&condition, "calls", AIOS_UNIT_COUNT, chart->submits);
	aios_condition_add(&condition, "of_one", AIOS_UNIT_COUNT, chart->single_submits);
	aios_condition_add(&condition, "of_one_beside_others", AIOS_UNIT_COUNT,
			   chart->deep_submits);
	aios_condition_add(&condition, "share", AIOS_UNIT_PERCENT, percent);
	aios_condition_add(&condition, "in_flight_max", AIOS_UNIT_COUNT, ctx->in_flight_max);
	aios_buf_fmt(&text, "%llu of %llu calls of io_submit in ", aios_ull(chart->deep_submits),
		     aios_ull(chart->submits));
	aios_doctor_whose(&text, ctx);
	aios_buf_fmt(&text, " had a single request for the kernel, while %u others or more were in "
		     "flight or unread", AIOS_DEEP - 1);
	return aios_doctor_tell(doctor, &condition, &text);
}

static struct aios_condition spot_condition(enum aios_ailment_nr nr, uint64_t weight,
					    const struct aios_spot *spot,
					    const struct aios_sample *sample)
{
	struct aios_condition condition = aios_condition_of(nr, weight);

	condition.pid = spot->pid;
	memcpy(condition.comm, spot->comm, sizeof(condition.comm));
	aios_condition_sample(&condition, sample);
	aios_condition_add(&condition, "requests", AIOS_UNIT_COUNT, spot->requests);
	return condition;
}

/* The scheduler, by way of which every sleep goes, says nothing. */
static bool is_scheduler(const char *name)
{
	return !strncmp(name, "schedule", 8) || !strcmp(name, "__schedule") ||
	       !strcmp(name, "io_schedule");
}

/* "; longest in folio_wait_bit_common < filemap_read < ..." */
static void blocks_where(struct aios_buf *text, const struct aios_chain *chain,
			 const struct aios_symbols *symbols)
{
	size_t cnt, told = 0;
	const uint64_t *ips = aios_chain_ips(chain, AIOS_FRAMES_KERNEL, &cnt);

	for (size_t i = 0; i < cnt && told < FRAMES_TOLD; i++) {
		const char *name = aios_symbols_name(symbols, ips[i]);

		if (!name || (!told && is_scheduler(name)))
			continue;
		aios_buf_str(text, told++ ? " < " : "; the longest in ");
		aios_buf_safe(text, name);
	}
}

static void blocks_text(struct aios_buf *text, const struct aios_spot *spot,
			const struct aios_blocks *blocks, const struct aios_symbols *symbols)
{
	bool watched = blocks == &spot->sleeps;

	aios_buf_fmt(text, "io_submit %s for %u ms or longer for %llu of %llu %s requests of ",
		     watched ? "slept" : "was busy or blocked", watched ? AIOS_SLEPT_MS :
		     AIOS_BLOCKED_MS, aios_ull(blocks->cnt), aios_ull(blocks->requests),
		     aios_op_name(spot->op));
	aios_doctor_who(text, spot->comm, spot->pid);
	aios_buf_fmt(text, " on %s%s: ", spot->file, spot->buffered ? " (without O_DIRECT)" : "");
	aios_fmt_duration(text, blocks->ns);
	aios_buf_str(text, " in all, ");
	aios_fmt_duration(text, blocks->max_ns);
	aios_buf_str(text, " at most");
	if (watched && spot->slept)
		blocks_where(text, spot->slept, symbols);
	if (watched && spot->times.requests)
		aios_buf_fmt(text, "; whether it slept for %llu other%s was not seen",
			     aios_ull(spot->times.requests), aios_s(spot->times.requests));
	if (!watched)
		aios_buf_str(text, "; whether it slept or ran is not known, 'aiotrace record "
			     "--blocked-over 1ms' tells");
}

/* What is to be told of a spot, sleeps first; NULL where nothing is. */
static const struct aios_blocks *blocks_of(const struct aios_spot *spot)
{
	const struct aios_blocks *sleeps = &spot->sleeps, *times = &spot->times;

	if (sleeps->cnt >= AIOS_BLOCKED_FEW || sleeps->ns >= AIOS_BLOCKED_LONG_MS * MS)
		return sleeps;
	return times->cnt >= AIOS_BLOCKED_FEW &&
	       times->cnt * 100 >= times->requests * AIOS_BLOCKED_SHARE ? times : NULL;
}

static int tell_blocks(struct aios_doctor *doctor, const struct aios_spot *spot)
{
	const struct aios_blocks *blocks = blocks_of(spot);
	struct aios_condition condition;
	struct aios_buf text = { 0 };

	if (!blocks)
		return 0;
	condition = spot_condition(AIOS_AIL_BLOCKS, blocks->ns, spot, &blocks->sample);
	aios_condition_add(&condition, "watched", AIOS_UNIT_COUNT, spot->sleeps.requests);
	aios_condition_add(&condition, "blocked", AIOS_UNIT_COUNT, blocks->cnt);
	aios_condition_add(&condition, "blocked_time", AIOS_UNIT_NS, blocks->ns);
	aios_condition_add(&condition, "longest_submission", AIOS_UNIT_NS, spot->submit_max_ns);
	if (blocks == &spot->sleeps)
		aios_condition_add(&condition, "longest_sleep", AIOS_UNIT_NS, blocks->max_ns);
	aios_condition_add(&condition, "mean", AIOS_UNIT_NS, spot->submit_ns / spot->requests);
	blocks_text(&text, spot, blocks, aios_pipeline_trace(doctor->pipe).symbols);
	return aios_doctor_tell(doctor, &condition, &text);
}

static int tell_inside(struct aios_doctor *doctor, const struct aios_spot *spot)
{
	uint64_t percent = aios_doctor_percent(spot->inside, spot->requests);
	struct aios_condition condition;
	struct aios_buf text = { 0 };

	if (spot->requests < AIOS_INSIDE_FEW || percent < AIOS_MOST)
		return 0;
	condition = spot_condition(AIOS_AIL_BUFFERED, spot->inside_ns, spot, &spot->insides);
	aios_condition_add(&condition, "inside", AIOS_UNIT_COUNT, spot->inside);
	aios_condition_add(&condition, "share", AIOS_UNIT_PERCENT, percent);
	aios_condition_add(&condition, "mean", AIOS_UNIT_NS, spot->inside_ns / spot->inside);
	aios_condition_add(&condition, "longest", AIOS_UNIT_NS, spot->inside_max_ns);
	aios_buf_fmt(&text, "%llu of %llu %s requests of ", aios_ull(spot->inside),
		     aios_ull(spot->requests), aios_op_name(spot->op));
	aios_doctor_who(&text, spot->comm, spot->pid);
	aios_buf_fmt(&text, " on %s, which is open without O_DIRECT, were done by io_submit "
		     "itself before it returned: ", spot->file);
	aios_fmt_duration(&text, spot->inside_ns / spot->inside);
	aios_buf_str(&text, " each, ");
	aios_fmt_duration(&text, spot->inside_max_ns);
	aios_buf_str(&text, " at most");
	return aios_doctor_tell(doctor, &condition, &text);
}

static int submit_end(struct aios_doctor *doctor)
{
	const struct aios_spot *spot;
	size_t iter = 0;
	int err = 0;

	while (!err && (spot = aios_map_next(&doctor->spots, &iter))) {
		err = tell_blocks(doctor, spot);
		if (!err)
			err = tell_inside(doctor, spot);
	}
	return err;
}

const struct aios_family aios_family_submit = {
	.record = submit_record,
	.request = submit_request,
	.over = submit_over,
	.end = submit_end,
};
