// SPDX-License-Identifier: GPL-2.0-only
/*
 * view_perfetto_call.c - threads in the picture, with their calls of io_submit and io_getevents.
 *
 * When io_submit was called is told with --blocked-over alone, and when its thread sleeps in it
 * then. Else what is drawn begins where the first of its requests is seen, and a call without one
 * is a moment, its end. Flows join io_submit with the requests that it took, and io_getevents, at
 * its end, with those whose events it took.
 */
#include <errno.h>
#include <stdlib.h>

#include "chain.h"
#include "sleeps.h"
#include "symbols.h"
#include "vec.h"
#include "view_perfetto_int.h"

#define THREADS_PRUNE	1024	/* threads that may be idle before they are looked through */
#define SUBMITS_MAX	65536	/* requests of a call whose end does not come */

static void flow_add(struct aios_perfetto *pf, struct aios_pf_flows *flows, uint64_t id)
{
	uint64_t *ids = aios_vec_room(flows->ids, flows->cnt, &flows->cap, sizeof(*ids));

	if (!ids) {
		aios_pf_fail(pf, -ENOMEM);
		return;
	}
	flows->ids = ids;
	ids[flows->cnt++] = id;
}

static void flows_put(struct aios_perfetto *pf, struct aios_pf_flows *flows, bool last)
{
	for (size_t i = 0; i < flows->cnt; i++)
		aios_packet_flow(&pf->packets, flows->ids[i], last);
	flows->cnt = 0;
}

/*
 * A request that was first seen when its submission returned has no number then; its thread and
 * that time are as good.
 */
static uint64_t flow_of_return(uint32_t tid, uint64_t returned_ns)
{
	return aios_pf_uuid(AIOS_PF_THREAD, tid, returned_ns) | 1ULL << 63;
}

/* What joins a request with its calls. */
uint64_t aios_pf_flow(const struct aios_request *req)
{
	return req->origin == AIOS_ORIGIN_RETURN ? flow_of_return(req->tid, req->returned_ns) :
	       req->id;
}

static void thread_free(struct aios_pf_thread *thread)
{
	free(thread->submits.ids);
	free(thread->reaped.ids);
	free(thread->chain);
	free(thread);
}

static void threads_prune(struct aios_perfetto *pf)
{
	struct aios_pf_thread *thread;
	size_t iter = 0;

	while ((thread = aios_map_next(&pf->threads, &iter))) {
		if (thread->submits_ns || thread->reads.h.time_ns)
			continue;
		aios_map_take(&pf->threads, thread->tid);
		thread_free(thread);
		aios_map_again(&iter);
	}
	pf->threads_max = 2 * pf->threads.used + THREADS_PRUNE;
}

static struct aios_pf_thread *thread_new(struct aios_perfetto *pf, const struct aios_hdr *hdr)
{
	struct aios_pf_thread *thread;

	if (pf->threads.used >= pf->threads_max)
		threads_prune(pf);
	thread = aios_map_add(&pf->threads, hdr->tid, sizeof(*thread));
	if (!thread) {
		aios_pf_fail(pf, -ENOMEM);
		return NULL;
	}
	thread->tid = hdr->tid;
	thread->tgid = hdr->tgid;
	return thread;
}

static struct aios_pf_thread *thread_of(struct aios_perfetto *pf, const struct aios_hdr *hdr)
{
	struct aios_pf_thread *thread = aios_map_get(&pf->threads, hdr->tid);

	if (thread && thread->tgid != hdr->tgid) {
		aios_map_take(&pf->threads, hdr->tid);
		thread_free(thread);
		thread = NULL;
	}
	return thread ? thread : thread_new(pf, hdr);
}

/* A process is called as its first thread is; of the others no name is known. */
static uint64_t thread_track(struct aios_perfetto *pf, struct aios_pf_thread *thread)
{
	const struct aios_process *process =
		aios_model_process(aios_pipeline_model(pf->pipe), thread->tgid);
	uint64_t parent = aios_pf_process(pf, thread->tgid);
	bool named = process && process->comm[0] && thread->tid == thread->tgid;

	if (thread->track)
		return thread->track;
	thread->track = aios_pf_uuid(AIOS_PF_THREAD, thread->tid, parent);
	aios_packet_track(&pf->packets, &(struct aios_track){
		.uuid = thread->track,
		.parent = parent,
		.pid = thread->tgid,
		.tid = thread->tid,
		.name = named ? process->comm : NULL,
	});
	return thread->track;
}

/* Begins an event of a thread that stays open. */
static void call_open(struct aios_perfetto *pf, struct aios_pf_thread *thread, uint64_t ns,
		      enum aios_packet_type type, const char *name)
{
	uint64_t track = thread_track(pf, thread);

	aios_packet_open(&pf->packets, ns, type, track);
	if (type != AIOS_PACKET_END)
		aios_packet_name(&pf->packets, AIOS_PF_CALL, name);
}

static void note_hex(struct aios_perfetto *pf, const char *name, uint64_t hex)
{
	aios_packet_note(&pf->packets, name,
			 &(struct aios_value){ .kind = AIOS_VALUE_HEX, .hex = hex });
}

static void note_returned(struct aios_perfetto *pf, int64_t ret)
{
	aios_packet_note(&pf->packets, "returned", &(struct aios_value){
		.kind = ret < 0 ? AIOS_VALUE_ERRNO : AIOS_VALUE_INT, .number = ret,
	});
}

/* The end of the call is missing, or has not come; where the trace ends it may go on. */
static void submits_flush(struct aios_perfetto *pf, struct aios_pf_thread *thread)
{
	if (!thread->submits_ns)
		return;
	call_open(pf, thread, thread->submits_ns, pf->ending ? AIOS_PACKET_BEGIN :
		  AIOS_PACKET_INSTANT, "io_submit");
	aios_packet_note_text(&pf->packets, "end", "not seen");
	flows_put(pf, &thread->submits, false);
	aios_packet_close(&pf->packets);
	thread->submits_ns = 0;
	thread->called = false;
}

static void reads_flush(struct aios_perfetto *pf, struct aios_pf_thread *thread)
{
	if (!thread->reads.h.time_ns)
		return;
	call_open(pf, thread, thread->reads.h.time_ns, pf->ending ? AIOS_PACKET_BEGIN :
		  AIOS_PACKET_INSTANT, "io_getevents");
	aios_packet_note_text(&pf->packets, "end", "not seen");
	aios_packet_close(&pf->packets);
	if (thread->reaped.cnt) {
		call_open(pf, thread, pf->now_ns, AIOS_PACKET_INSTANT, "events taken");
		flows_put(pf, &thread->reaped, true);
		aios_packet_close(&pf->packets);
	}
	thread->reads.h.time_ns = 0;
}

/* First sight of a call of io_submit, or another one of the same. */
static struct aios_pf_thread *submits(struct aios_perfetto *pf, const struct aios_rec *rec)
{
	struct aios_pf_thread *thread = thread_of(pf, &rec->h);

	if (!thread)
		return NULL;
	reads_flush(pf, thread);
	if (thread->submits.cnt >= SUBMITS_MAX)
		submits_flush(pf, thread);
	if (!thread->submits_ns)
		thread->submits_ns = rec->h.time_ns;
	return thread;
}

void aios_pf_birth(struct aios_perfetto *pf, const struct aios_rec *rec,
		   const struct aios_request *req)
{
	struct aios_pf_thread *thread = submits(pf, rec);

	if (!thread)
		return;
	thread->uiocb = rec->iocb.uiocb;
	thread->submitting = true;
	flow_add(pf, &thread->submits, aios_pf_flow(req));
}

/* A request whose birth no hook sees completes in its io_submit, before anything else is seen. */
void aios_pf_complete(struct aios_perfetto *pf, const struct aios_rec *rec)
{
	const struct aios_ctx *ctx =
		aios_model_context(aios_pipeline_model(pf->pipe), rec->req_complete.kctx);
	struct aios_pf_thread *thread;

	if (!ctx || ctx->pid != rec->h.tgid ||
	    rec->h.flags & (AIOS_F_SOFTIRQ | AIOS_F_HARDIRQ | AIOS_F_FRONT))
		return;
	thread = thread_of(pf, &rec->h);
	if (!thread)
		return;
	thread->ended_ns = rec->h.time_ns;
	thread->ended_uiocb = rec->req_complete.uiocb;
}

static void return_of_unborn(struct aios_perfetto *pf, struct aios_pf_thread *thread,
			     const struct aios_rec *rec)
{
	if (rec->req_return.err)
		return;
	if (thread->ended_ns && thread->ended_uiocb == rec->req_return.uiocb &&
	    thread->ended_ns < thread->submits_ns)
		thread->submits_ns = thread->ended_ns;
	flow_add(pf, &thread->submits, flow_of_return(rec->h.tid, rec->h.time_ns));
}

/* What was refused is joined with nothing. */
void aios_pf_return(struct aios_perfetto *pf, const struct aios_rec *rec)
{
	struct aios_pf_thread *thread;
	bool born;

	if (rec->h.flags & AIOS_F_FRONT)
		return;
	thread = submits(pf, rec);
	if (!thread)
		return;
	born = thread->submitting && thread->uiocb == rec->req_return.uiocb;
	thread->submitting = false;
	if (!born)
		return_of_unborn(pf, thread, rec);
	else if (rec->req_return.err && thread->submits.cnt)
		thread->submits.cnt--;
}

void aios_pf_submit_begin(struct aios_perfetto *pf, const struct aios_rec *rec)
{
	struct aios_pf_thread *thread = thread_of(pf, &rec->h);

	if (!thread)
		return;
	submits_flush(pf, thread);
	reads_flush(pf, thread);
	thread->submits_ns = rec->h.time_ns;
	thread->called = true;
	thread->asleep_ns = thread->waited_ns = 0;
}

/* A piece of the stack of the sleep that is told next. */
void aios_pf_frames(struct aios_perfetto *pf, const struct aios_rec *rec)
{
	struct aios_pf_thread *thread = thread_of(pf, &rec->h);

	if (!thread)
		return;
	if (!thread->chain)
		thread->chain = calloc(1, sizeof(*thread->chain));
	if (!thread->chain)
		aios_pf_fail(pf, -ENOMEM);
	else if (aios_chain_add(thread->chain, &rec->frames))
		*thread->chain = (struct aios_chain){ 0 };
}

/* "io_schedule+0x1a < ...", as far as functions of the kernel have names. */
static void chain_note(struct aios_perfetto *pf, struct aios_chain *chain)
{
	const struct aios_symbols *symbols = aios_pipeline_trace(pf->pipe).symbols;
	struct aios_buf text = { 0 };
	const uint64_t *ips;
	size_t cnt;

	if (!chain)
		return;
	ips = aios_chain_ips(chain, AIOS_FRAMES_KERNEL, &cnt);
	for (size_t i = 0; i < cnt; i++) {
		const char *name = aios_symbols_name(symbols, ips[i]);

		aios_buf_str(&text, i ? " < " : "");
		aios_buf_str(&text, name ? name : "?");
	}
	if (text.data)
		aios_packet_note_text(&pf->packets, "stack", text.data);
	aios_pf_fail(pf, text.err);
	aios_buf_done(&text);
	*chain = (struct aios_chain){ 0 };
}

/* Within a call; the stack is of the first part. */
static void sleep_slice(struct aios_perfetto *pf, struct aios_pf_thread *thread, const char *name,
			uint64_t from_ns, uint64_t to_ns, const struct aios_rec *rec)
{
	uint64_t track = thread_track(pf, thread);

	aios_packet_open(&pf->packets, from_ns, AIOS_PACKET_BEGIN, track);
	aios_packet_name(&pf->packets, AIOS_PF_SLEEP, name);
	if (rec && rec->sleep.how & AIOS_SLEEP_IOWAIT)
		aios_packet_note_text(&pf->packets, "for", "I/O");
	if (rec && rec->sleep.how & AIOS_SLEEP_STATE && !rec->sleep.woken_ns)
		aios_packet_note_text(&pf->packets, "end",
				      "when it ran again: its waking was not seen");
	if (rec)
		chain_note(pf, thread->chain);
	aios_packet_close(&pf->packets);
	aios_packet_open(&pf->packets, to_ns, AIOS_PACKET_END, track);
	aios_packet_close(&pf->packets);
}

/* Told when it runs again: it slept until it was woken, and waited for a CPU from then on. */
void aios_pf_sleep(struct aios_perfetto *pf, const struct aios_rec *rec)
{
	struct aios_pf_thread *thread = thread_of(pf, &rec->h);
	uint64_t from_ns = rec->sleep.from_ns, now_ns = rec->h.time_ns;
	uint64_t slept_ns = aios_sleep_ns(rec), waited_ns = aios_sleep_wait_ns(rec);

	if (!thread || !thread->called || from_ns <= thread->submits_ns || from_ns > now_ns ||
	    slept_ns > now_ns - from_ns)
		return;
	thread->asleep_ns += slept_ns;
	thread->waited_ns += waited_ns;
	if (!(rec->sleep.how & AIOS_SLEEP_STATE)) {
		sleep_slice(pf, thread, "preempted", from_ns, now_ns, rec);
		return;
	}
	sleep_slice(pf, thread, "asleep", from_ns, from_ns + slept_ns, rec);
	if (waited_ns)
		sleep_slice(pf, thread, "waits for a CPU", from_ns + slept_ns, now_ns, NULL);
}

/* No slot: that is seen of a call before it has any request. */
void aios_pf_no_request(struct aios_perfetto *pf, const struct aios_rec *rec)
{
	submits(pf, rec);
}

void aios_pf_submit(struct aios_perfetto *pf, const struct aios_rec *rec)
{
	struct aios_pf_thread *thread = thread_of(pf, &rec->h);
	bool begun;

	if (!thread)
		return;
	begun = thread->submits_ns;
	call_open(pf, thread, begun ? thread->submits_ns : rec->h.time_ns,
		  begun ? AIOS_PACKET_BEGIN : AIOS_PACKET_INSTANT, "io_submit");
	note_hex(pf, "context", rec->submit.user_id);
	if (rec->submit.nr != AIOS_UNKNOWN_NR)
		aios_packet_note_int(&pf->packets, "nr", rec->submit.nr);
	note_returned(pf, rec->submit.ret);
	if (thread->called) {
		aios_pf_note_ns(pf, "asleep_ns", thread->asleep_ns);
		aios_pf_note_ns(pf, "waited_ns", thread->waited_ns);
	} else {
		aios_packet_note_text(&pf->packets, "begin", begun ? "not seen: its first request" :
				      "not seen");
	}
	flows_put(pf, &thread->submits, false);
	aios_packet_close(&pf->packets);
	if (begun) {
		call_open(pf, thread, rec->h.time_ns, AIOS_PACKET_END, NULL);
		aios_packet_close(&pf->packets);
	}
	thread->submits_ns = thread->ended_ns = 0;
	thread->submitting = thread->called = false;
}

void aios_pf_read_begin(struct aios_perfetto *pf, const struct aios_rec *rec)
{
	struct aios_pf_thread *thread = thread_of(pf, &rec->h);

	if (!thread)
		return;
	submits_flush(pf, thread);
	reads_flush(pf, thread);
	thread->reads = *rec;
	thread->ended_ns = 0;
}

static void read_notes(struct aios_perfetto *pf, const struct aios_read_begin *body)
{
	const struct aios_ctx *ctx =
		aios_model_context(aios_pipeline_model(pf->pipe), body->kctx);

	if (ctx && ctx->user_id)
		note_hex(pf, "context", ctx->user_id);
	aios_packet_note_int(&pf->packets, "min_nr", body->min_nr);
	aios_packet_note_int(&pf->packets, "nr", body->nr);
	if (body->until_ns != AIOS_FOREVER)
		aios_packet_note_int(&pf->packets, "timeout_ns", body->until_ns);
}

void aios_pf_read_end(struct aios_perfetto *pf, const struct aios_rec *rec)
{
	struct aios_pf_thread *thread = thread_of(pf, &rec->h);

	if (!thread)
		return;
	if (thread->reads.h.time_ns) {
		call_open(pf, thread, thread->reads.h.time_ns, AIOS_PACKET_BEGIN, "io_getevents");
		read_notes(pf, &thread->reads.read_begin);
		note_returned(pf, rec->read_end.ret);
		aios_packet_close(&pf->packets);
		call_open(pf, thread, rec->h.time_ns, AIOS_PACKET_END, NULL);
		flows_put(pf, &thread->reaped, true);
	} else {
		call_open(pf, thread, rec->h.time_ns, AIOS_PACKET_INSTANT, "io_getevents");
		note_returned(pf, rec->read_end.ret);
		aios_packet_note_text(&pf->packets, "begin", "not seen");
	}
	aios_packet_close(&pf->packets);
	thread->reads.h.time_ns = 0;
}

/* At evidence level syscall a call is told once, with its beginning. */
void aios_pf_call_read(struct aios_perfetto *pf, const struct aios_rec *rec)
{
	const struct aios_call_read *body = &rec->call_read;
	const char *name = body->pget ? "io_pgetevents" : "io_getevents";
	struct aios_pf_thread *thread = thread_of(pf, &rec->h);
	bool begun = body->begin_ns && body->begin_ns <= rec->h.time_ns;

	if (!thread)
		return;
	call_open(pf, thread, begun ? body->begin_ns : rec->h.time_ns,
		  begun ? AIOS_PACKET_BEGIN : AIOS_PACKET_INSTANT, name);
	note_hex(pf, "context", body->user_id);
	if (body->nr != AIOS_UNKNOWN_NR) {
		aios_packet_note_int(&pf->packets, "min_nr", body->min_nr);
		aios_packet_note_int(&pf->packets, "nr", body->nr);
	}
	note_returned(pf, body->ret);
	aios_packet_close(&pf->packets);
	if (!begun)
		return;
	call_open(pf, thread, rec->h.time_ns, AIOS_PACKET_END, NULL);
	aios_packet_close(&pf->packets);
}

/* Is a request's io_submit still to be written? Its flow has to begin there. */
bool aios_pf_submits(const struct aios_perfetto *pf, const struct aios_request *req)
{
	const struct aios_pf_thread *thread = aios_map_get(&pf->threads, req->tid);

	return thread && thread->submits_ns &&
	       (req->born_ns ? req->born_ns : req->returned_ns) >= thread->submits_ns;
}

/* Joins a request with the io_getevents that has just taken its event, if that is known. */
bool aios_pf_reaped(struct aios_perfetto *pf, const struct aios_request *req)
{
	struct aios_pf_thread *thread;

	if (req->reaper != AIOS_REAPER_KERNEL)
		return false;
	thread = aios_map_get(&pf->threads, req->reaper_tid);
	if (!thread || !thread->reads.h.time_ns || req->reaped_ns < thread->reads.h.time_ns)
		return false;
	flow_add(pf, &thread->reaped, aios_pf_flow(req));
	return true;
}

/* Calls may have ended in a hole, and others begun. */
void aios_pf_threads_gap(struct aios_perfetto *pf)
{
	struct aios_pf_thread *thread;
	size_t iter = 0;

	while ((thread = aios_map_next(&pf->threads, &iter))) {
		submits_flush(pf, thread);
		reads_flush(pf, thread);
		thread->submitting = false;
	}
}

/* A process is gone: its calls are not going on. */
void aios_pf_threads_of(struct aios_perfetto *pf, uint32_t tgid)
{
	struct aios_pf_thread *thread;
	size_t iter = 0;

	while ((thread = aios_map_next(&pf->threads, &iter))) {
		if (thread->tgid != tgid)
			continue;
		submits_flush(pf, thread);
		reads_flush(pf, thread);
		aios_map_take(&pf->threads, thread->tid);
		thread_free(thread);
		aios_map_again(&iter);
	}
}

/* The trace is over, and whoever is in a call is still there. */
void aios_pf_threads_end(struct aios_perfetto *pf)
{
	struct aios_pf_thread *thread;
	size_t iter = 0;

	while ((thread = aios_map_next(&pf->threads, &iter))) {
		submits_flush(pf, thread);
		reads_flush(pf, thread);
	}
}

void aios_pf_threads_done(struct aios_perfetto *pf)
{
	struct aios_pf_thread *thread;
	size_t iter = 0;

	while ((thread = aios_map_next(&pf->threads, &iter)))
		thread_free(thread);
	aios_map_done(&pf->threads);
}
