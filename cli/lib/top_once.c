// SPDX-License-Identifier: GPL-2.0-only
/*
 * top_once.c - who holds fs.aio-max-nr, for the person whose io_setup fails.
 *
 * aio-nr 61952 of 65536 (94.5 %)  [###############################################   ]
 *
 *     PID USER     CGROUP       COMMAND             CTXS   ASKED  SHARE   RINGS FLIGHT UNREAD
 *    1234 mysql    db-1         mysqld                60   61440  93.7%   69000      0      0
 *         0x7f32a1e5c000                               1    1024   1.5%    1150      0      0
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "top.h"
#include "top_int.h"
#include "units.h"
#include "width.h"

#define COLUMNS		100
#define BAR		50
#define CTXS_SHOWN	4	/* of a process */
#define TOLD		3	/* processes that get a sentence */
#define TOLD_SHARE	5	/* percent, from which one does */

/* A row, and where in the list it comes: its process's place, then what it asked for. */
struct place {
	const struct aios_top_row *row;
	size_t rank;
};

static int by_share(const void *a, const void *b)
{
	const struct aios_top_row *x = ((const struct place *)a)->row;
	const struct aios_top_row *y = ((const struct place *)b)->row;

	if (x->max_reqs != y->max_reqs)
		return x->max_reqs > y->max_reqs ? -1 : 1;
	if (x->nr_events != y->nr_events)
		return x->nr_events > y->nr_events ? -1 : 1;
	return x->proc->snap.tgid < y->proc->snap.tgid ? -1 :
	       x->proc->snap.tgid > y->proc->snap.tgid;
}

static int by_process(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	if (x->row->max_reqs != y->row->max_reqs)
		return x->row->max_reqs > y->row->max_reqs ? -1 : 1;
	return x->row->ctx->id < y->row->ctx->id ? -1 : x->row->ctx->id > y->row->ctx->id;
}

/* "93.7%": to a tenth, rounded down, so that 100 % is only said where nothing is left. */
static void add_percent(struct aios_buf *buf, uint64_t part, uint64_t all, const char *end)
{
	unsigned int tenths = (unsigned int)(aios_top_percent(part, all) * 10);

	aios_buf_fmt(buf, "%u.%u%s", tenths / 10, tenths % 10, end);
}

static void cell_right(struct aios_buf *buf, const char *text, size_t columns)
{
	size_t width = strlen(text);

	while (width++ < columns)
		aios_buf_str(buf, " ");
	aios_buf_str(buf, text);
}

static void cell_number(struct aios_buf *buf, uint64_t value, bool known, size_t columns)
{
	struct aios_buf text = { 0 };

	if (known)
		aios_buf_int(&text, (int64_t)value);
	else
		aios_buf_str(&text, "?");
	if (!text.err)
		cell_right(buf, text.data, columns);
	aios_buf_done(&text);
}

static void cell_percent(struct aios_buf *buf, uint64_t part, uint64_t all, bool known,
			 size_t columns)
{
	struct aios_buf text = { 0 };

	if (known && all)
		add_percent(&text, part, all, "%");
	else
		aios_buf_str(&text, "?");
	if (!text.err)
		cell_right(buf, text.data, columns);
	aios_buf_done(&text);
}

static void heading(struct aios_buf *buf, const struct aios_top_host *host)
{
	size_t full;

	if (host->aio_nr == UINT64_MAX || host->aio_max_nr == UINT64_MAX) {
		aios_buf_str(buf, "aio-nr is not known\n");
		return;
	}
	aios_buf_fmt(buf, "aio-nr %llu of %llu (", (unsigned long long)host->aio_nr,
		     (unsigned long long)host->aio_max_nr);
	add_percent(buf, host->aio_nr, host->aio_max_nr, " %)  [");
	full = (size_t)(aios_top_percent(host->aio_nr, host->aio_max_nr) * BAR / 100 + 0.5);
	for (size_t i = 0; i < BAR; i++)
		aios_buf_str(buf, i < full ? "#" : " ");
	aios_buf_str(buf, "]\n");
}

static void numbers(struct aios_buf *buf, const struct aios_top_row *row, uint64_t limit,
		    bool asked)
{
	uint64_t used = (uint64_t)row->now.in_flight + row->now.unread;
	bool known = row->now.in_flight != AIOS_UNKNOWN32 && row->now.unread != AIOS_UNKNOWN32;

	cell_number(buf, row->contexts, true, 6);
	cell_number(buf, row->max_reqs, asked, 8);
	cell_percent(buf, row->max_reqs, limit, asked && limit != UINT64_MAX, 7);
	cell_number(buf, row->nr_events, true, 8);
	cell_number(buf, row->now.in_flight, row->now.in_flight != AIOS_UNKNOWN32, 7);
	cell_number(buf, row->now.unread, row->now.unread != AIOS_UNKNOWN32, 7);
	cell_percent(buf, row->max_reqs > used ? row->max_reqs - used : 0, row->max_reqs,
		     asked && known, 7);
}

/* What people call it: of a container its name, of another cgroup the last part of its path. */
static const char *cgroup_name(const struct aios_top_proc *proc)
{
	const char *slash;

	if (proc->container)
		return proc->container;
	if (!proc->cgroup)
		return "-";
	slash = strrchr(proc->cgroup, '/');
	return slash && slash[1] ? slash + 1 : proc->cgroup;
}

static void process_line(struct aios_buf *buf, const struct aios_top_row *row, uint64_t limit,
			 bool asked)
{
	char comm[AIOS_COMM_LEN + 1] = "";

	memcpy(comm, row->proc->snap.comm, AIOS_COMM_LEN);
	cell_number(buf, aios_top_pid(row->proc), true, 7);
	aios_buf_str(buf, " ");
	aios_buf_cell(buf, row->proc->user ? row->proc->user : "?", 8);
	aios_buf_str(buf, " ");
	aios_buf_cell(buf, cgroup_name(row->proc), 12);
	aios_buf_str(buf, " ");
	aios_buf_cell(buf, row->proc->command && *row->proc->command ? row->proc->command : comm,
		      18);
	numbers(buf, row, limit, asked);
	aios_buf_str(buf, "\n");
}

static void context_line(struct aios_buf *buf, const struct aios_top_row *row, uint64_t limit,
			 bool asked)
{
	size_t begin = buf->len;

	aios_buf_str(buf, "        ");
	aios_buf_hex(buf, row->ctx->snap.user_id);
	if (row->dead)
		aios_buf_str(buf, " destroyed");
	aios_buf_pad(buf, begin + 48);
	numbers(buf, row, limit, asked);
	aios_buf_str(buf, "\n");
}

/**
 * struct once - a snapshot in the order in which it is told
 * @procs: by share
 * @ctxs: by process in that order, then by what they asked for
 * @asked: it is known what contexts asked for
 */
struct once {
	const struct aios_top_frame *frame;
	struct place *procs;
	struct place *ctxs;
	size_t proc_cnt;
	size_t ctx_cnt;
	bool asked;
};

static int once_sort(struct once *once)
{
	const struct aios_top_frame *frame = once->frame;
	size_t *ranks = calloc(frame->proc_cnt + 1, sizeof(*ranks));

	once->procs = calloc(frame->proc_cnt + 1, sizeof(*once->procs));
	once->ctxs = calloc(frame->ctx_cnt + 1, sizeof(*once->ctxs));
	if (!ranks || !once->procs || !once->ctxs) {
		free(ranks);
		return -1;
	}
	for (size_t i = 0; i < frame->proc_cnt; i++)
		if (!frame->proc_rows[i].gone)
			once->procs[once->proc_cnt++].row = &frame->proc_rows[i];
	qsort(once->procs, once->proc_cnt, sizeof(*once->procs), by_share);
	for (size_t i = 0; i < once->proc_cnt; i++)
		ranks[once->procs[i].row - frame->proc_rows] = i;
	for (size_t i = 0; i < frame->ctx_cnt; i++) {
		const struct aios_top_row *row = &frame->ctx_rows[i];

		if (!row->gone)
			once->ctxs[once->ctx_cnt++] = (struct place){ row, ranks[row->ctx->proc] };
	}
	free(ranks);
	qsort(once->ctxs, once->ctx_cnt, sizeof(*once->ctxs), by_process);
	return 0;
}

static void table(struct aios_buf *buf, const struct once *once)
{
	uint64_t limit = once->frame->sample->host.aio_max_nr;
	size_t next = 0;

	aios_buf_str(buf, "    PID USER     CGROUP       COMMAND             CTXS   ASKED  SHARE"
			  "   RINGS FLIGHT UNREAD UNUSED\n");
	for (size_t i = 0; i < once->proc_cnt; i++) {
		size_t shown = 0, more = 0;

		process_line(buf, once->procs[i].row, limit, once->asked);
		for (; next < once->ctx_cnt && once->ctxs[next].rank == i; next++) {
			if (shown < CTXS_SHOWN) {
				context_line(buf, once->ctxs[next].row, limit, once->asked);
				shown++;
			} else {
				more++;
			}
		}
		if (more)
			aios_buf_fmt(buf, "        and %zu more\n", more);
	}
}

/* Wraps @text, empties it. */
static void say(struct aios_buf *buf, struct aios_buf *text)
{
	if (!text->err && text->len)
		aios_buf_wrap(buf, text->data, "", COLUMNS);
	aios_buf_clear(text);
}

/* Why the contexts that were found may be others than those that aio-nr counts. */
static void explain(struct aios_buf *text, const struct aios_top_host *host, bool fewer)
{
	const char *or = "";

	if (fewer && !host->sees_all) {
		aios_buf_str(text, " belong to processes outside of this PID namespace");
		or = ", or";
	}
	if (fewer && host->not_shown) {
		aios_buf_fmt(text, "%s are of the %llu contexts or processes that there was no "
			     "room for", or, (unsigned long long)host->not_shown);
		or = ", or";
	}
	if (fewer)
		aios_buf_fmt(text, "%s are of contexts that were made, or whose process was "
			     "ending, during the look", or);
	else
		aios_buf_str(text, " contexts ended during the look");
}

static void difference(struct aios_buf *buf, const struct once *once)
{
	const struct aios_top_frame *frame = once->frame;
	const struct aios_top_host *host = &frame->sample->host;
	unsigned long long found = frame->accounted, nr = host->aio_nr;
	struct aios_buf text = { 0 };

	if (host->aio_nr == UINT64_MAX || !once->asked)
		return;
	if (nr == found)
		aios_buf_fmt(&text, "The contexts above add up to aio-nr: %llu.", nr);
	else
		aios_buf_fmt(&text, "The contexts above add up to %llu, aio-nr is %llu: %llu %s",
			     found, nr, nr > found ? nr - found : found - nr,
			     nr > found ? "more, which" : "less, as");
	if (nr != found) {
		explain(&text, host, nr > found);
		aios_buf_str(&text, ".");
	}
	say(buf, &text);
	if (frame->all.dead) {
		aios_buf_fmt(&text, "%u destroyed context%s still there and not part of aio-nr.",
			     frame->all.dead, frame->all.dead == 1 ? " is" : "s are");
		say(buf, &text);
	}
	if (nr < host->aio_max_nr)
		aios_buf_fmt(&text, "%llu are left: an io_setup that asks for more gets EAGAIN.",
			     (unsigned long long)host->aio_max_nr - nr);
	else
		aios_buf_str(&text, "Nothing is left: every io_setup gets EAGAIN.");
	say(buf, &text);
	aios_buf_done(&text);
}

/**
 * struct sizes - what the contexts of a process asked for, and what they do
 * @least, @most: asked for
 * @ring_least, @ring_most: entries of the ring they got
 * @busy: contexts with requests in flight
 * @known: of all of them, it is known
 */
struct sizes {
	uint64_t least, most;
	uint64_t ring_least, ring_most;
	uint64_t contexts;
	uint64_t busy;
	bool known;
};

static struct sizes sizes_of(const struct once *once, size_t rank)
{
	struct sizes sizes = { .least = UINT64_MAX, .ring_least = UINT64_MAX, .known = true };

	for (size_t i = 0; i < once->ctx_cnt; i++) {
		const struct aios_top_row *row = once->ctxs[i].row;

		if (once->ctxs[i].rank != rank || row->dead)
			continue;
		sizes.contexts++;
		sizes.least = row->max_reqs < sizes.least ? row->max_reqs : sizes.least;
		sizes.most = row->max_reqs > sizes.most ? row->max_reqs : sizes.most;
		sizes.ring_least = row->nr_events < sizes.ring_least ? row->nr_events :
								       sizes.ring_least;
		sizes.ring_most = row->nr_events > sizes.ring_most ? row->nr_events :
								     sizes.ring_most;
		if (row->now.in_flight == AIOS_UNKNOWN32)
			sizes.known = false;
		else if (row->now.in_flight)
			sizes.busy++;
	}
	return sizes;
}

static void range(struct aios_buf *text, uint64_t least, uint64_t most, const char *what)
{
	if (least == most)
		aios_buf_fmt(text, "%llu%s", (unsigned long long)least, what);
	else
		aios_buf_fmt(text, "%llu to %llu%s", (unsigned long long)least,
			     (unsigned long long)most, what);
}

static void use(struct aios_buf *text, const struct aios_top_row *row, const struct sizes *sizes)
{
	if (!sizes->known)
		return;
	if (!sizes->busy)
		aios_buf_fmt(text, "; %s a request in flight",
			     sizes->contexts == 1 ? "it does not have" : "none of them has");
	else
		aios_buf_fmt(text, "; %llu of them %s %u request%s in flight",
			     (unsigned long long)sizes->busy, sizes->busy == 1 ? "has" : "have",
			     row->now.in_flight, aios_s(row->now.in_flight));
	if (row->now.unread != AIOS_UNKNOWN32 && row->now.unread)
		aios_buf_fmt(text, ", and %u event%s not been read", row->now.unread,
			     row->now.unread == 1 ? " has" : "s have");
}

/* "PID 1234 (mysqld, user mysql) holds 61440 of 65536 (93.7 %): 60 contexts, each asked for" */
static void sentence(struct aios_buf *buf, const struct once *once, size_t rank)
{
	const struct aios_top_row *row = once->procs[rank].row;
	uint64_t limit = once->frame->sample->host.aio_max_nr;
	struct sizes sizes = sizes_of(once, rank);
	struct aios_buf text = { 0 };

	aios_top_who(&text, row->proc);
	aios_buf_fmt(&text, " holds %llu of %llu (", (unsigned long long)row->max_reqs,
		     (unsigned long long)limit);
	add_percent(&text, row->max_reqs, limit, " %): ");
	aios_buf_fmt(&text, "%llu context%s, ", (unsigned long long)sizes.contexts,
		     aios_s(sizes.contexts));
	aios_buf_str(&text, sizes.contexts == 1 ? "which asked for " : "each asked for ");
	range(&text, sizes.least, sizes.most, " (rings of ");
	range(&text, sizes.ring_least, sizes.ring_most, " entries)");
	use(&text, row, &sizes);
	aios_buf_str(&text, ".");
	say(buf, &text);
	aios_buf_done(&text);
}

static void sentences(struct aios_buf *buf, const struct once *once)
{
	const struct aios_top_host *host = &once->frame->sample->host;

	if (!once->asked || host->aio_max_nr == UINT64_MAX)
		return;
	for (size_t i = 0; i < once->proc_cnt && i < TOLD; i++) {
		const struct aios_top_row *row = once->procs[i].row;

		if (aios_top_percent(row->max_reqs, host->aio_max_nr) >= TOLD_SHARE)
			sentence(buf, once, i);
	}
}

static void once_tell(struct aios_buf *buf, const struct once *once)
{
	const struct aios_top_host *host = &once->frame->sample->host;

	heading(buf, host);
	if (host->why)
		aios_buf_wrap(buf, host->why, "", COLUMNS);
	aios_top_find_text(buf, once->frame, COLUMNS);
	aios_buf_str(buf, "\n");
	if (once->proc_cnt)
		table(buf, once);
	else
		aios_buf_str(buf, "There is no process with a context.\n");
	aios_buf_str(buf, "\n");
	difference(buf, once);
	sentences(buf, once);
}

void aios_top_once_text(struct aios_buf *buf, const struct aios_top_frame *frame)
{
	struct once once = {
		.frame = frame,
		.asked = frame->sample->host.evidence != AIOS_TOP_RINGS,
	};

	if (!once_sort(&once))
		once_tell(buf, &once);
	else
		buf->err = -ENOMEM;
	free(once.procs);
	free(once.ctxs);
}
