/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * load.h - the BPF programs: loaded as the plan says, attached, and asked what they missed.
 */
#ifndef AIOS_LOAD_H
#define AIOS_LOAD_H

#include <stdint.h>

#include <aioscope/exact.h>
#include <aioscope/ring.h>
#include <aioscope/top.h>

#include "../lib/err.h"
#include "plan.h"
#include "processes.h"

struct aios_load;

/**
 * struct aios_rings - the rings as the tool maps them; valid while the programs are loaded
 * @ctl: a CPU each; pos and dropped are the kernel's, tail is the reader's
 * @slots: 1 << @shift of them a CPU
 * @cpus: CPUs that there can be
 * @bell_fd: readable when a ring fills up; see aios_load_rung()
 */
struct aios_rings {
	struct aios_ring_ctl *ctl;
	struct aios_slot *slots;
	unsigned int shift;
	unsigned int cpus;
	int bell_fd;
};

/**
 * struct aios_load_opts - what the programs are told
 * @config: filter, @top_bits; the loader fills in the rest
 * @buffer: bytes of ring a CPU, rounded up to a power of two; 0 for the default
 * @snap_ctxs: level AIOS_LEVEL_COUNT: contexts and processes for which aios_load_snap() has room
 * @verbose: libbpf's messages go to stderr
 */
struct aios_load_opts {
	struct aios_config config;
	uint64_t buffer;
	uint32_t snap_ctxs;
	bool verbose;
};

/**
 * aios_load_new() - loads the programs that the plan names
 * @plan: the plan
 * @kernel: facts
 * @opts: what the programs are told
 * @ret: to be freed with aios_load_free(), which also detaches
 * @err: why not, and what to do
 *
 * Return: 0 or a negative errno: -EPERM without the privilege, -ENOMEM, -EOPNOTSUPP.
 */
int aios_load_new(const struct aios_plan *plan, const struct aios_kernel *kernel,
		  const struct aios_load_opts *opts, struct aios_load **ret, struct aios_err *err);
struct aios_load *aios_load_free(struct aios_load *load);

/**
 * aios_load_attach() - attaches them, then tells of what was there before
 * @load: the programs
 * @plan: rows are marked as attached
 * @err: which one failed
 * Return: 0 or a negative errno; then some may be attached.
 */
int aios_load_attach(struct aios_load *load, struct aios_plan *plan, struct aios_err *err);

/**
 * aios_load_found() - puts contexts and pending polls that are older than the trace in the stream
 * @load: attached programs
 * @plan: tells whether to
 * @each: called with @arg from time to time, to make room in the rings
 * @arg: for @each
 * @err: why it failed
 * Return: 0, a negative errno, or what @each returned.
 */
int aios_load_found(struct aios_load *load, const struct aios_plan *plan,
		    int (*each)(void *arg), void *arg, struct aios_err *err);

/**
 * struct aios_snap - all contexts as they are; what it points to is overwritten by the next look
 * @ctxs: those of a process stand next to each other
 * @procs: that have contexts; a process that begins another program may be there twice
 * @not_shown: contexts, processes and threads for which there was no room
 */
struct aios_snap {
	const struct aios_snap_ctx *ctxs;
	size_t ctx_cnt;
	const struct aios_snap_proc *procs;
	size_t proc_cnt;
	uint64_t not_shown;
};

/**
 * aios_load_snap() - looks at all contexts of the host, or of the tool's pid namespace
 * @load: loaded for AIOS_LEVEL_COUNT; need not be attached
 * @ret: overwritten; valid until the next look, and as long as @load
 * Return: 0 or a negative errno; -EOPNOTSUPP at another level.
 */
int aios_load_snap(struct aios_load *load, struct aios_snap *ret);

/**
 * aios_load_stop() - nothing new is written after this; attached programs return at once
 * @load: may still be read; a record that was begun before may still come
 */
void aios_load_stop(struct aios_load *load);

const struct aios_rings *aios_load_rings(const struct aios_load *load);

/**
 * aios_load_rung() - has a ring filled up since this was asked last?
 * @load: loaded programs
 *
 * Has to be asked whenever @bell_fd is readable: it makes room for the next ring of the bell.
 *
 * Return: whether one has.
 */
bool aios_load_rung(struct aios_load *load);

const struct aios_kernel_stats *aios_load_stats(const struct aios_load *load);

/**
 * aios_load_map_fd() - a map that the tool reads by itself
 * @load: loaded programs
 * @name: of the map
 * Return: borrowed, or -ENOENT.
 */
int aios_load_map_fd(const struct aios_load *load, const char *name);

/**
 * aios_load_top_starts() - when requests began
 * @load: loaded programs of level AIOS_LEVEL_COUNT
 * Return: AIOS_TOP_WAYS << AIOS_TOP_STARTS_BITS of them, that the programs write to; valid as long
 * as @load.
 */
struct aios_top_start *aios_load_top_starts(const struct aios_load *load);

/**
 * aios_load_top_near() - the counters of contexts that are near
 * @load: loaded programs of level AIOS_LEVEL_COUNT
 * Return: AIOS_TOP_NEAR of them, that the programs write to; valid as long as @load.
 */
struct aios_top_slot *aios_load_top_near(const struct aios_load *load);

/**
 * aios_load_top_ask() - whose requests are those?
 * @load: loaded programs of level AIOS_LEVEL_COUNT
 * @kiocb: their addresses
 * @kctx: overwritten: the address of each one's context; anything where the request is over
 * @cnt: of them, AIOS_TOP_ASKED at most
 * Return: 0 or a negative errno.
 */
int aios_load_top_ask(struct aios_load *load, const uint64_t *kiocb, uint64_t *kctx, size_t cnt);

/**
 * aios_load_top_host() - what is counted of the host
 * @load: loaded programs of level AIOS_LEVEL_COUNT
 * Return: live counters, valid as long as @load.
 */
const struct aios_top_host_counts *aios_load_top_host(const struct aios_load *load);

/**
 * aios_load_trace() - adds a process to the traced ones
 * @load: loaded programs, filter AIOS_BY_PROCESS
 * @tgid: in the initial pid namespace
 * Return: 0 or a negative errno.
 */
int aios_load_trace(struct aios_load *load, uint32_t tgid);

/**
 * aios_load_processes() - who can be traced
 * @load: loaded programs
 * @ret: what the tool's pid namespace sees now; free with aios_processes_done()
 * Return: 0 or a negative errno.
 */
int aios_load_processes(struct aios_load *load, struct aios_processes *ret);

/**
 * aios_load_sees_all() - is the tool in the initial pid namespace?
 * @load: loaded programs
 *
 * From another one the kernel lists the processes of that one only, so that contexts of others
 * that are older than the trace are not found.
 *
 * Return: whether it is.
 */
bool aios_load_sees_all(const struct aios_load *load);

/**
 * aios_load_traces() - is a process traced?
 * @load: loaded programs
 * @tgid: its number in the initial pid namespace
 * Return: whether it was chosen by its number or its parent's, and has not ended.
 */
bool aios_load_traces(const struct aios_load *load, uint32_t tgid);

/**
 * aios_load_contexts() - are traced contexts alive?
 * @load: loaded programs
 * Return: whether there is one.
 */
size_t aios_load_traced(const struct aios_load *load);
bool aios_load_contexts(const struct aios_load *load);

/**
 * aios_load_misses() - calls that the kernel let pass without running a program, and whose loss
 *	no other program made up for
 * @load: loaded programs
 * @last: no other call will follow: tell what is doubtful as well
 * @each: called for each program that has new ones, with its row in the plan and their number
 * @arg: for @each
 * Return: 0, or what @each returned.
 */
int aios_load_misses(struct aios_load *load, bool last,
		     int (*each)(void *arg, const struct aios_plan_row *row, uint64_t count),
		     void *arg);

#endif /* AIOS_LOAD_H */
