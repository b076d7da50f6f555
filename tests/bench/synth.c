// SPDX-License-Identifier: GPL-2.0-only
/*
 * synth.c - a trace file of any length, as the tool would have recorded it, without a kernel.
 *
 *	bench-synth REQUESTS FILE [COMMAND NAME]
 *
 * A process reads and writes a file with O_DIRECT from four threads, each on a CPU and with a
 * context of its own. A thread has up to 32 requests in flight, waits for 8 of them, and submits as
 * many new ones as have ended in one call; a soft interrupt of the same CPU completes requests, in
 * the middle of a submission as well, and not in the order of their births. Nothing is lost. Prints
 * what it wrote:
 *
 *	{"requests":10000000,"records":33750035,"bytes":281043208}
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/trace_out.h"
#include "lib/info.h"
#include "unit/kit.h"

#define CPUS		4
#define DEPTH		32		/* requests in flight, at most */
#define REAP_MIN	8		/* completions that a thread waits for */
#define ROUND_NS	50000000ULL	/* then half of a ring is full, and the tool wakes */
#define START_NS	3600000000000ULL
#define FILE_BLOCKS	262144		/* 1 GiB */
#define FILE_ADDRESS	0xffff888400001200ULL

/**
 * struct cpu - a CPU, its ring, and the thread that runs there
 * @now_ns: the thread has come that far
 * @left: requests that it has still to submit
 * @free: numbers of requests that the thread can submit: last in, first out
 * @due_ns: when a request completes; 0 where it is not in flight
 * @unread: numbers of those whose events are in the ring
 */
struct cpu {
	struct kit_who thread, interrupt;
	struct kit_ctx ctx;
	struct aios_buf records;
	uint64_t seq, now_ns, left;
	struct kit_req reqs[DEPTH];
	uint64_t due_ns[DEPTH];
	unsigned int free[DEPTH], free_cnt;
	unsigned int unread[DEPTH], unread_cnt;
	bool over;
};

/**
 * struct synth - what is told
 * @comm: what the process is called
 * @name: what its file is called
 */
struct synth {
	const char *comm, *name;
	struct cpu cpus[CPUS];
	uint64_t seed, records;
	struct aios_feed feed;
};

static void die(const char *what, int err)
{
	fprintf(stderr, "bench-synth: %s: %s\n", what, strerror(-err));
	exit(1);
}

static uint64_t pick(struct synth *synth, uint64_t below)
{
	synth->seed = synth->seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (synth->seed >> 33) % below;
}

static void emit(struct synth *synth, struct cpu *cpu, struct aios_rec rec)
{
	rec.h.cpu = cpu->thread.cpu;
	rec.h.seq = cpu->seq++;
	synth->records++;
	aios_buf_add(&cpu->records, &rec, rec.h.len);
}

static void chunk(const struct synth *synth, unsigned int kind, unsigned int cpu,
		  struct aios_buf *buf)
{
	int err = buf->err;

	if (!err && buf->len)
		err = synth->feed.chunk(synth->feed.arg, kind, cpu, buf->data, buf->len);
	if (err)
		die("cannot write the trace", err);
	aios_buf_clear(buf);
}

/* The request that completes first; DEPTH where none is in flight. */
static unsigned int cpu_next(const struct cpu *cpu)
{
	unsigned int next = DEPTH;

	for (unsigned int i = 0; i < DEPTH; i++)
		if (cpu->due_ns[i] && (next == DEPTH || cpu->due_ns[i] < cpu->due_ns[next]))
			next = i;
	return next;
}

/* The thread is interrupted by what completes until its next record. */
static void cpu_interrupts(struct synth *synth, struct cpu *cpu)
{
	unsigned int i;

	while ((i = cpu_next(cpu)) < DEPTH && cpu->due_ns[i] <= cpu->now_ns) {
		emit(synth, cpu, rec_complete(cpu->due_ns[i], cpu->interrupt, &cpu->reqs[i], 4096));
		cpu->due_ns[i] = 0;
		cpu->unread[cpu->unread_cnt++] = i;
	}
}

/* Time that the thread takes up to its next record. */
static void cpu_works(struct synth *synth, struct cpu *cpu, uint64_t ns)
{
	cpu->now_ns += ns + pick(synth, ns);
	cpu_interrupts(synth, cpu);
}

/* A request in a hundred takes long. */
static uint64_t latency_ns(struct synth *synth)
{
	return pick(synth, 100) ? 60000 + pick(synth, 80000) : 1000000 + pick(synth, 2000000);
}

/* The return is told with the birth, which nobody has read so soon. */
static void cpu_returns(struct synth *synth, struct cpu *cpu, size_t birth_at, uint64_t born_ns)
{
	struct aios_rec *birth;

	cpu_works(synth, cpu, 1500);
	if (cpu->records.err)
		die("cannot keep a round", cpu->records.err);
	birth = (void *)(cpu->records.data + birth_at);
	birth->birth.return_ns = (uint32_t)(cpu->now_ns - born_ns);
}

static void cpu_submit_one(struct synth *synth, struct cpu *cpu)
{
	unsigned int i = cpu->free[--cpu->free_cnt];
	struct kit_req *req = &cpu->reqs[i];
	size_t birth_at;
	uint64_t born_ns;

	req->ask.op = pick(synth, 10) < 7 ? IOCB_CMD_PREAD : IOCB_CMD_PWRITE;
	req->ask.offset = (int64_t)pick(synth, FILE_BLOCKS) * 4096;
	cpu_works(synth, cpu, 400);
	birth_at = cpu->records.len;
	born_ns = cpu->now_ns;
	emit(synth, cpu, rec_birth(born_ns, cpu->thread, req));
	cpu->due_ns[i] = born_ns + latency_ns(synth);
	cpu_returns(synth, cpu, birth_at, born_ns);
	cpu->left--;
}

static void cpu_submit(struct synth *synth, struct cpu *cpu)
{
	int64_t cnt = 0;

	while (cpu->left && cpu->free_cnt) {
		cpu_submit_one(synth, cpu);
		cnt++;
	}
	cpu_works(synth, cpu, 300);
	emit(synth, cpu, rec_submit(cpu->now_ns, cpu->thread, &cpu->ctx, cnt, cnt));
}

static void cpu_reap(struct synth *synth, struct cpu *cpu)
{
	unsigned int next;

	cpu_works(synth, cpu, 500);
	emit(synth, cpu, rec_read_begin(cpu->now_ns, cpu->thread, &cpu->ctx, REAP_MIN, DEPTH));
	while (cpu->unread_cnt < REAP_MIN && (next = cpu_next(cpu)) < DEPTH) {
		cpu->now_ns = cpu->due_ns[next];
		cpu_interrupts(synth, cpu);
	}
	cpu_works(synth, cpu, 1000);
	emit(synth, cpu, rec_read_end(cpu->now_ns, cpu->thread, &cpu->ctx, cpu->unread_cnt));
	while (cpu->unread_cnt)
		cpu->free[cpu->free_cnt++] = cpu->unread[--cpu->unread_cnt];
}

/* Nobody else holds the context: it dies where io_destroy is called. */
static void cpu_destroy(struct synth *synth, struct cpu *cpu)
{
	uint64_t t = cpu->now_ns += 1000;

	emit(synth, cpu, rec_kill(t, cpu->thread, &cpu->ctx, 0));
	emit(synth, cpu, rec_users0(t + 100, &cpu->ctx));
	emit(synth, cpu, rec_reqs0(t + 200, &cpu->ctx));
	emit(synth, cpu, rec_destroy(t + 300, cpu->thread, &cpu->ctx, 0));
	emit(synth, cpu, rec_free(t + 400, &cpu->ctx));
	cpu->now_ns += 500;
	cpu->over = true;
}

static void cpu_run(struct synth *synth, struct cpu *cpu, uint64_t until_ns)
{
	while (!cpu->over && cpu->now_ns < until_ns) {
		if (cpu->left && cpu->free_cnt)
			cpu_submit(synth, cpu);
		cpu_reap(synth, cpu);
		if (!cpu->left && cpu->free_cnt == DEPTH)
			cpu_destroy(synth, cpu);
	}
}

static void cpu_init(struct synth *synth, uint16_t nr, uint64_t requests)
{
	struct cpu *cpu = &synth->cpus[nr];

	*cpu = (struct cpu){
		.thread = { KIT_PID, KIT_PID + nr, nr, 0 },
		.interrupt = { KIT_PID, KIT_PID + nr, nr, AIOS_F_SOFTIRQ },
		.ctx = kit_ctx(nr),
		.now_ns = START_NS + 1000 * nr,
		.left = requests,
		.free_cnt = DEPTH,
	};
	for (unsigned int i = 0; i < DEPTH; i++) {
		cpu->free[i] = DEPTH - 1 - i;
		cpu->reqs[i] = kit_read(&cpu->ctx, nr * DEPTH + i);
		cpu->reqs[i].ask.file = FILE_ADDRESS;
	}
	if (nr == 0) {
		emit(synth, cpu, rec_proc(START_NS, AIOS_PROC_SEEN, KIT_PID, synth->comm));
		emit(synth, cpu, rec_name(START_NS, cpu->thread, FILE_ADDRESS, 0, 0,
				     synth->name));
		emit(synth, cpu, rec_name_last(START_NS, cpu->thread, FILE_ADDRESS, 1, 0));
	}
	emit(synth, cpu, rec_setup(cpu->now_ns, cpu->thread, &cpu->ctx));
}

/* What live.c writes after each round; complete is what the round before it has read. */
static void scan(struct synth *synth, uint64_t now_ns)
{
	struct aios_scan head = {
		.from_ns = now_ns - ROUND_NS, .to_ns = now_ns, .cpus = CPUS,
	};
	struct aios_buf buf = { 0 };

	aios_buf_add(&buf, &head, sizeof(head));
	for (uint32_t i = 0; i < CPUS; i++) {
		struct aios_scan_cpu row = { .next_seq = synth->cpus[i].seq, .cpu = i };

		aios_buf_add(&buf, &row, sizeof(row));
	}
	chunk(synth, AIOS_CHUNK_SCAN, 0, &buf);
	aios_buf_done(&buf);
}

static void begin(struct synth *synth)
{
	struct aios_info info = {
		.version = "synth", .kernel = "none", .host = "none", .evidence = "function",
		.command = (char *)synth->comm, .cpus = CPUS, .start_ns = START_NS,
	};
	struct aios_buf buf = { 0 };

	if (aios_info_write(&info, &buf))
		die("cannot write the trace", -ENOMEM);
	chunk(synth, AIOS_CHUNK_INFO, 0, &buf);
	aios_buf_done(&buf);
}

static void end(struct synth *synth, uint64_t now_ns)
{
	struct aios_end info = { .reason = "the end", .end_ns = now_ns };
	struct aios_buf buf = { 0 };

	if (aios_end_write(&info, &buf))
		die("cannot write the trace", -ENOMEM);
	chunk(synth, AIOS_CHUNK_END, 0, &buf);
	aios_buf_done(&buf);
}

static void rounds(struct synth *synth)
{
	uint64_t now_ns = START_NS;
	unsigned int over = 0;

	while (over < CPUS) {
		over = 0;
		now_ns += ROUND_NS;
		for (unsigned int i = 0; i < CPUS; i++) {
			struct cpu *cpu = &synth->cpus[i];

			cpu_run(synth, cpu, now_ns);
			chunk(synth, AIOS_CHUNK_RECORDS, i, &cpu->records);
			over += cpu->over;
		}
		/* A CPU that was in the middle of something has gone on a little. */
		scan(synth, now_ns);
	}
	end(synth, now_ns + ROUND_NS);
}

int main(int argc, char **argv)
{
	static struct synth synth = { .comm = "synth", .name = "data", .seed = 1 };
	uint64_t requests = argc == 3 || argc == 5 ? strtoull(argv[1], NULL, 10) : 0;
	struct aios_trace_out *out;
	struct aios_err err;
	uint64_t bytes;
	int code;

	if (!requests) {
		fprintf(stderr, "usage: bench-synth REQUESTS FILE [COMMAND NAME]\n");
		return 2;
	}
	if (argc == 5) {
		synth.comm = argv[3];
		synth.name = argv[4];
	}
	code = aios_trace_out_open(argv[2], &out, &err);
	if (!code)
		code = aios_trace_out_begin(out);
	if (code)
		die(argv[2], code);
	synth.feed = aios_trace_out_feed(out);
	begin(&synth);
	for (uint16_t i = 0; i < CPUS; i++)
		cpu_init(&synth, i, requests / CPUS + (i < requests % CPUS));
	rounds(&synth);
	bytes = aios_trace_out_bytes(out);
	code = aios_trace_out_close(out);
	if (code)
		die(argv[2], code);
	for (unsigned int i = 0; i < CPUS; i++)
		aios_buf_done(&synth.cpus[i].records);
	printf("{\"requests\":%llu,\"records\":%llu,\"bytes\":%llu}\n",
	       (unsigned long long)requests, (unsigned long long)synth.records,
	       (unsigned long long)bytes);
	return 0;
}
