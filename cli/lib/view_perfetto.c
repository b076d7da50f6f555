// SPDX-License-Identifier: GPL-2.0-only
/*
 * view_perfetto.c - a trace for ui.perfetto.dev: who listens, processes, holes and findings.
 *
 *	process fio (4242)
 *	  io_cancel, io_setup that failed		instants
 *	  thread 4243					its calls
 *	  context #1 (0x7f2e5c0e9000)			its life; findings
 *	    in flight, unread events, slots free	counters
 *	    lane 0, lane 1, ...				requests, and in them their stages
 *	host						holes; findings of no context
 *
 * A request is drawn when it is over and all is known of it. Packets may come in any order, but for
 * those of the same time on a track: so what lies within a request is written between its beginning
 * and its end, and nothing begins on a lane at the time when something ends there.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "names.h"
#include "view_perfetto_int.h"

#define FLUSH_BYTES	65536

static uint64_t mix(uint64_t x)
{
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ x >> 27) * 0x94d049bb133111ebULL;
	return x ^ x >> 31;
}

/* The same whenever it is asked, so that it need not be kept; short enough to be told often. */
uint64_t aios_pf_uuid(enum aios_pf_track kind, uint64_t a, uint64_t b)
{
	return mix(mix(mix((uint64_t)kind + 1) + a) + b) >> 8 | 1;
}

void aios_pf_fail(struct aios_perfetto *pf, int err)
{
	if (err && !pf->buf.err)
		pf->buf.err = err;
}

void aios_pf_note_ns(struct aios_perfetto *pf, const char *name, uint64_t ns)
{
	aios_packet_note_int(&pf->packets, name, (int64_t)ns);
}

static struct aios_pf_process *process_of(struct aios_perfetto *pf, uint32_t tgid)
{
	struct aios_pf_process *process = aios_map_get(&pf->processes, tgid);

	if (process)
		return process;
	process = aios_map_add(&pf->processes, tgid, sizeof(*process));
	if (process)
		process->tgid = tgid;
	return process;
}

static uint64_t process_uuid(const struct aios_pf_process *process)
{
	return aios_pf_uuid(AIOS_PF_PROCESS, process->tgid, process->earlier);
}

static void process_tell(struct aios_perfetto *pf, struct aios_pf_process *process)
{
	process->told = true;
	aios_packet_track(&pf->packets, &(struct aios_track){
		.uuid = process_uuid(process),
		.pid = process->tgid,
		.name = process->comm[0] ? process->comm : NULL,
	});
}

/* The track of a process; it is told with the first event that is of it. */
uint64_t aios_pf_process(struct aios_perfetto *pf, uint32_t tgid)
{
	struct aios_pf_process *process = process_of(pf, tgid);
	const struct aios_process *known;

	if (!process) {
		aios_pf_fail(pf, -ENOMEM);
		return 0;
	}
	known = aios_model_process(aios_pipeline_model(pf->pipe), tgid);
	if (known && !process->gone && strcmp(known->comm, process->comm)) {
		memcpy(process->comm, known->comm, sizeof(process->comm));
		process->told = false;
	}
	if (!process->told)
		process_tell(pf, process);
	return process_uuid(process);
}

/* Its name may have changed with it; who is born with a number that was another's is not that. */
static void process_told(struct aios_perfetto *pf, const struct aios_rec *rec)
{
	struct aios_pf_process *process = aios_map_get(&pf->processes, rec->proc.tgid);

	if (rec->proc.what == AIOS_PROC_EXIT || rec->proc.what == AIOS_PROC_EXEC)
		aios_pf_threads_of(pf, rec->proc.tgid);
	if (!process)
		return;
	if (rec->proc.what == AIOS_PROC_EXIT) {
		process->gone = true;
	} else if (process->gone) {
		process->gone = process->told = false;
		process->earlier++;
	} else if (process->told) {
		aios_pf_process(pf, rec->proc.tgid);
	}
}

/* The track of what is of no process. */
uint64_t aios_pf_host(struct aios_perfetto *pf)
{
	uint64_t uuid = aios_pf_uuid(AIOS_PF_HOST, 0, 0);

	aios_packet_track(&pf->packets, &(struct aios_track){ .uuid = uuid, .name = "host" });
	return uuid;
}

static void cancel(struct aios_perfetto *pf, const struct aios_rec *rec)
{
	const struct aios_value ret = { .kind = AIOS_VALUE_ERRNO, .number = rec->cancel.ret };
	const struct aios_value iocb = { .kind = AIOS_VALUE_HEX, .hex = rec->cancel.uiocb };
	const struct aios_value ctx = { .kind = AIOS_VALUE_HEX, .hex = rec->cancel.user_id };

	aios_packet_open(&pf->packets, rec->h.time_ns, AIOS_PACKET_INSTANT,
			 aios_pf_process(pf, rec->h.tgid));
	aios_packet_name(&pf->packets, AIOS_PF_EVENT, "io_cancel");
	if (rec->cancel.ret < 0)
		aios_packet_note(&pf->packets, "returned", &ret);
	else
		aios_packet_note_int(&pf->packets, "returned", rec->cancel.ret);
	aios_packet_note(&pf->packets, "iocb", &iocb);
	aios_packet_note(&pf->packets, "context", &ctx);
	aios_packet_note_int(&pf->packets, "tid", rec->h.tid);
	aios_packet_close(&pf->packets);
}

static void setup_refused(struct aios_perfetto *pf, const struct aios_rec *rec)
{
	const struct aios_value err = { .kind = AIOS_VALUE_ERRNO, .number = rec->ctx_refused.err };

	aios_packet_open(&pf->packets, rec->h.time_ns, AIOS_PACKET_INSTANT,
			 aios_pf_process(pf, rec->h.tgid));
	aios_packet_name(&pf->packets, AIOS_PF_EVENT, "io_setup failed");
	aios_packet_note(&pf->packets, "error", &err);
	aios_packet_note_int(&pf->packets, "max_reqs", rec->ctx_refused.max_reqs);
	aios_packet_note_int(&pf->packets, "tid", rec->h.tid);
	aios_packet_close(&pf->packets);
}

/* The calls that front chunks tell births of are over, and so may those lives be. */
static void birth(struct aios_perfetto *pf, const struct aios_rec *rec)
{
	const struct aios_request *req =
		aios_model_request(aios_pipeline_model(pf->pipe), rec->iocb.kiocb);

	if (!req || req->born_ns != rec->h.time_ns || rec->h.flags & AIOS_F_FRONT)
		return;
	aios_pf_lane_take(pf, req);
	aios_pf_birth(pf, rec, req);
}

/* Where a record has the address of the context whose numbers it changes. */
enum where {
	NOWHERE,
	FIRST,
	SECOND,
};

static const struct {
	void (*see)(struct aios_perfetto *pf, const struct aios_rec *rec);
	enum where kctx;
} sights[AIOS_EV_MAX] = {
	[AIOS_EV_PROC] = { process_told, NOWHERE },
	[AIOS_EV_CTX_SETUP] = { NULL, FIRST },
	[AIOS_EV_CTX_FOUND] = { NULL, FIRST },
	[AIOS_EV_CTX_KILL] = { NULL, FIRST },
	[AIOS_EV_CTX_REFUSED] = { setup_refused, NOWHERE },
	[AIOS_EV_REQ_BIRTH] = { birth, SECOND },
	[AIOS_EV_REQ_FOUND] = { NULL, SECOND },
	[AIOS_EV_REQ_RETURN] = { aios_pf_return, FIRST },
	[AIOS_EV_REQ_REFUSED] = { aios_pf_no_request, FIRST },
	[AIOS_EV_REQ_COMPLETE] = { aios_pf_complete, SECOND },
	[AIOS_EV_SUBMIT] = { aios_pf_submit, NOWHERE },
	[AIOS_EV_SUBMIT_BEGIN] = { aios_pf_submit_begin, NOWHERE },
	[AIOS_EV_FRAMES] = { aios_pf_frames, NOWHERE },
	[AIOS_EV_SLEEP] = { aios_pf_sleep, NOWHERE },
	[AIOS_EV_SLOTS] = { NULL, FIRST },
	[AIOS_EV_READ_BEGIN] = { aios_pf_read_begin, FIRST },
	[AIOS_EV_READ_END] = { aios_pf_read_end, FIRST },
	[AIOS_EV_RING_READ] = { NULL, FIRST },
	[AIOS_EV_CALL_READ] = { aios_pf_call_read, NOWHERE },
	[AIOS_EV_CANCEL] = { cancel, NOWHERE },
};

/* The head needs what the trace says of itself, which comes before everything else. */
static void begin(struct aios_perfetto *pf)
{
	if (pf->begun)
		return;
	pf->begun = true;
	aios_packets_begin(&pf->packets, aios_pipeline_trace(pf->pipe).info);
}

static int flush(struct aios_perfetto *pf)
{
	if (pf->buf.err)
		return pf->buf.err;
	return pf->buf.len < FLUSH_BYTES ? 0 : pf->opts.write(pf->opts.arg, &pf->buf);
}

static uint64_t finding_ns(const struct aios_perfetto *pf, const struct aios_finding *finding)
{
	if (finding->req)
		return aios_pf_request_ends(finding->req);
	return finding->event_cnt ? finding->events[finding->event_cnt - 1].h.time_ns : pf->now_ns;
}

static void finding_tell(struct aios_perfetto *pf, const struct aios_finding *finding,
			 uint64_t track)
{
	const struct aios_rule *rule = finding->rule;

	aios_packet_open(&pf->packets, finding_ns(pf, finding), AIOS_PACKET_INSTANT, track);
	aios_packet_name(&pf->packets, AIOS_PF_FINDING, rule->slug);
	aios_packet_note_text(&pf->packets, "rule", rule->id);
	aios_packet_note_text(&pf->packets, "severity", aios_severity_name(rule->severity));
	aios_packet_note_text(&pf->packets, "what", finding->what);
	aios_packet_note_text(&pf->packets, "expected", finding->expected);
	if (finding->req)
		aios_packet_note_int(&pf->packets, "kiocb", (int64_t)finding->req->id);
	aios_packet_close(&pf->packets);
}

/* What the judge has found since the last time; @ctx is what it was asked about, or NULL. */
static void findings(struct aios_perfetto *pf, const struct aios_ctx *ctx)
{
	const struct aios_finding *all;
	size_t cnt;

	all = aios_check_findings(pf->check, &cnt);
	for (; pf->findings < cnt; pf->findings++) {
		const struct aios_finding *finding = &all[pf->findings];
		uint64_t track = ctx && ctx->id == finding->ctx_id ?
				 aios_pf_ctx(pf, ctx, finding->pid) :
				 finding->pid ? aios_pf_process(pf, finding->pid) :
				 aios_pf_host(pf);

		finding_tell(pf, finding, track);
	}
}

static int see_record(void *arg, const struct aios_rec *rec)
{
	struct aios_perfetto *pf = arg;
	const struct aios_ctx *ctx;
	enum where kctx;

	begin(pf);
	if (rec->h.time_ns > pf->now_ns)
		pf->now_ns = rec->h.time_ns;
	if (rec->h.type >= AIOS_EV_MAX)
		return 0;
	if (sights[rec->h.type].see)
		sights[rec->h.type].see(pf, rec);
	kctx = sights[rec->h.type].kctx;
	ctx = kctx ? aios_model_context(aios_pipeline_model(pf->pipe), rec->body[kctx - FIRST]) :
		     NULL;
	if (ctx)
		aios_pf_ctx_count(pf, ctx, rec);
	return flush(pf);
}

static int see_request(void *arg, const struct aios_request *req)
{
	struct aios_perfetto *pf = arg;

	begin(pf);
	if (!aios_pipeline_selected(pf->pipe, req)) {
		aios_pf_lane_drop(pf, req);
		return 0;
	}
	aios_pf_request(pf, req);
	findings(pf, req->ctx);
	return flush(pf);
}

static int see_context(void *arg, const struct aios_ctx *ctx)
{
	struct aios_perfetto *pf = arg;

	begin(pf);
	aios_pf_ctx_over(pf, ctx);
	findings(pf, ctx);
	return flush(pf);
}

static const char *const gap_names[] = {
	[AIOS_GAP_RING] = "records were lost: the buffer was full",
	[AIOS_GAP_SKIPPED] = "calls were not seen: a program interrupted itself",
	[AIOS_GAP_CUT] = "the trace is cut off here",
	[AIOS_GAP_DAMAGED] = "records are damaged here",
};

static int see_gap(void *arg, const struct aios_gap *gap)
{
	struct aios_perfetto *pf = arg;
	uint64_t track;

	begin(pf);
	aios_pf_threads_gap(pf);
	track = aios_pf_host(pf);
	aios_packet_open(&pf->packets, gap->from_ns, AIOS_PACKET_INSTANT, track);
	aios_packet_name(&pf->packets, AIOS_PF_LOSS, gap_names[gap->kind]);
	if (gap->count)
		aios_packet_note_int(&pf->packets, "count", (int64_t)gap->count);
	if (gap->cpu != AIOS_UNKNOWN32)
		aios_packet_note_int(&pf->packets, "cpu", gap->cpu);
	if (gap->hook)
		aios_packet_note_text(&pf->packets, "program", gap->hook);
	if (gap->to_ns != UINT64_MAX && gap->to_ns > gap->from_ns)
		aios_pf_note_ns(pf, "within_ns", gap->to_ns - gap->from_ns);
	aios_packet_close(&pf->packets);
	return flush(pf);
}

static int see_ending(void *arg)
{
	struct aios_perfetto *pf = arg;

	begin(pf);
	pf->ending = true;
	return 0;
}

struct aios_perfetto *aios_perfetto_new(const struct aios_perfetto_opts *opts)
{
	static const struct aios_pipeline_ops ops = {
		.record = see_record,
		.request = see_request,
		.context = see_context,
		.gap = see_gap,
		.ending = see_ending,
	};
	static const struct aios_check_opts check = { .patience_ns = AIOS_PATIENCE_NS };
	struct aios_perfetto *pf = calloc(1, sizeof(*pf));

	if (!pf)
		return NULL;
	pf->opts = *opts;
	pf->packets.buf = &pf->buf;
	pf->check = aios_check_new(&check);
	if (!pf->check)
		return aios_perfetto_free(pf);
	pf->pipe = aios_check_pipeline(pf->check);
	return aios_pipeline_beside(pf->pipe, &ops, pf) ? aios_perfetto_free(pf) : pf;
}

/**
 * aios_perfetto_free() - frees a picture and its pipeline
 * @pf: may be NULL
 * Return: NULL.
 */
struct aios_perfetto *aios_perfetto_free(struct aios_perfetto *pf)
{
	struct aios_pf_process *process;
	size_t iter = 0;

	if (!pf)
		return NULL;
	aios_check_free(pf->check);
	while ((process = aios_map_next(&pf->processes, &iter)))
		free(process);
	aios_map_done(&pf->processes);
	aios_pf_threads_done(pf);
	aios_pf_ctxs_done(pf);
	aios_packets_done(&pf->packets);
	aios_buf_done(&pf->buf);
	free(pf);
	return NULL;
}

struct aios_pipeline *aios_perfetto_pipeline(struct aios_perfetto *pf)
{
	return pf->pipe;
}

int aios_perfetto_end(struct aios_perfetto *pf)
{
	int err = aios_check_end(pf->check);

	if (err)
		return err;
	begin(pf);
	findings(pf, NULL);
	aios_pf_threads_end(pf);
	return pf->buf.err ? pf->buf.err : pf->opts.write(pf->opts.arg, &pf->buf);
}
