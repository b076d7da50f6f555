// SPDX-License-Identifier: GPL-2.0-only
/*
 * load.c - the BPF programs.
 */
#include "load.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "aioscalls.skel.h"
#include "aioscope.skel.h"
#include "iter.h"
#include "load_snap.h"

#define BUFFER_DEFAULT	(16ULL << 20)	/* a CPU: 131072 records */
#define BUFFER_TOTAL	(512ULL << 20)	/* of all CPUs, unless --buffer says more */
#define PROCESS_TRACED	1U		/* AIOS_P_TRACED in bpf/filter.h */
#define BUFFER_MIN	4096ULL		/* half of it rings the bell */

/* A program of the plan while it is loaded. */
struct program {
	const struct aios_plan_row *row;
	struct bpf_program *prog;
	struct bpf_link *link;
	uint64_t missed;	/* told so far */
	uint64_t suspect;	/* not covered when last looked at */
};

/*
 * One of the two objects, by evidence level, and what both have in common. Level syscall has one of
 * its own, since libbpf loads none that asks for the kernel's types where the kernel has no BTF.
 */
struct aios_load {
	struct aioscope *skel;		/* levels function and exact */
	struct aioscalls *calls;	/* level syscall */
	struct bpf_object *obj;
	struct aios_config *config;
	struct aios_kernel_stats *stats;
	struct aios_control *control;
	struct program *programs;
	size_t program_cnt;
	struct aios_rings rings;
	struct ring_buffer *bell;
	struct aios_snap_maps snap;
	size_t ctl_bytes, slots_bytes;
};

static int libbpf_silent(enum libbpf_print_level level, const char *fmt, va_list args)
{
	(void)level;
	(void)fmt;
	(void)args;
	return 0;
}

static int libbpf_loud(enum libbpf_print_level level, const char *fmt, va_list args)
{
	(void)level;
	return vfprintf(stderr, fmt, args);
}

static unsigned int slots_shift(uint64_t bytes, unsigned int cpus)
{
	uint64_t each = bytes ? bytes : BUFFER_DEFAULT;
	unsigned int shift = 0;

	while (!bytes && each > BUFFER_MIN && each * cpus > BUFFER_TOTAL)
		each /= 2;
	if (each < BUFFER_MIN)
		each = BUFFER_MIN;
	while ((sizeof(struct aios_slot) << shift) < each)
		shift++;
	return shift;
}

static int load_open(struct aios_load *load, enum aios_level level)
{
	if (level == AIOS_LEVEL_SYSCALL) {
		load->calls = aioscalls__open();
		if (!load->calls)
			return -errno;
		load->obj = load->calls->obj;
		load->config = &load->calls->rodata->config;
		load->stats = &load->calls->bss->stats;
		load->control = &load->calls->bss->control;
		return 0;
	}
	load->skel = aioscope__open();
	if (!load->skel)
		return -errno;
	load->obj = load->skel->obj;
	load->config = &load->skel->rodata->config;
	load->stats = &load->skel->bss->stats;
	load->control = &load->skel->bss->control;
	return 0;
}

static struct bpf_map *load_the_map(const struct aios_load *load, const char *name)
{
	return bpf_object__find_map_by_name(load->obj, name);
}

static int map_size(struct aios_load *load, const char *name, uint32_t entries)
{
	return bpf_map__set_max_entries(load_the_map(load, name), entries);
}

/* What is counted has its size; what records need and counting does not is at its smallest. */
static int load_sizes_count(struct aios_load *load, unsigned int bits)
{
	const struct {
		const char *name;
		uint32_t entries;
	} sizes[] = {
		{ "top_slots", AIOS_TOP_SLOTS(bits) },
		{ "top_calls", AIOS_TOP_CALLS },
		{ "files", 1 }, { "ctxs", 1 }, { "procs", 1 }, { "works", 1 }, { "kills", 1 },
	};
	int err = 0;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]) && !err; i++)
		err = map_size(load, sizes[i].name, sizes[i].entries);
	return err;
}

static int load_sizes(struct aios_load *load, const struct aios_plan *plan,
		      const struct aios_load_opts *opts)
{
	unsigned int cpus = load->rings.cpus, shift = load->rings.shift;
	int err;

	if ((uint64_t)cpus << shift > 1ULL << 30)
		return -E2BIG;
	err = map_size(load, "ring_slots", cpus << shift);
	if (!err)
		err = map_size(load, "ring_ctl", cpus);
	if (!err && aios_plan_watched(plan))
		err = map_size(load, "doing", AIOS_DOING_TASKS + 2 * cpus);
	if (!err && aios_plan_sleeps(plan))
		err = map_size(load, "submitting", AIOS_SUBMITTING);
	if (!err && aios_plan_blocks(plan))
		err = map_size(load, "blocks", AIOS_BLOCKS);
	if (!err && aios_plan_eventfds(plan))
		err = map_size(load, "eventfds", AIOS_EVENTFDS);
	if (!err && plan->level == AIOS_LEVEL_COUNT)
		err = load_sizes_count(load, opts->config.top_bits);
	if (!err && plan->level == AIOS_LEVEL_COUNT)
		err = aios_snap_maps_open(&load->snap, load->obj, opts->snap_ctxs);
	return err;
}

static void load_config(struct aios_load *load, const struct aios_plan *plan,
			const struct aios_kernel *kernel, const struct aios_load_opts *opts)
{
	struct aios_config config = opts->config;

	config.slots_mask = (1U << load->rings.shift) - 1;
	config.bell = 1U << (load->rings.shift - 1);
	config.cpus = load->rings.cpus;
	config.vmemmap_base = kernel->vmemmap_base;
	config.page_offset_base = kernel->page_offset_base;
	config.per_cpu_offset = kernel->per_cpu_offset;
	config.poll_queue_proc = kernel->poll_queue_proc;
	config.poll_wake = kernel->poll_wake;
	config.look = plan->groups & AIOS_GROUP_STATE;
	config.snap_ctxs = load->snap.ctx_cap;
	config.snap_procs = load->snap.proc_cap;
	config.exact = plan->level == AIOS_LEVEL_EXACT;
	config.complete_rw = kernel->complete_rw;
	config.fsync_work = kernel->fsync_work;
	config.top_shift = 32 - config.top_bits;
	config.preemptible = kernel->preemptible;
	if (!aios_plan_sleeps(plan))
		config.blocked_over = 0;
	config.block = aios_plan_blocks(plan);
	memcpy(config.end_io, kernel->end_io, sizeof(config.end_io));
	config.cast = kernel->cast;
	config.stand_in = kernel->active_count && kernel->per_cpu_offset && kernel->complete_rw;
	if (plan->level == AIOS_LEVEL_SYSCALL) {
		config.self = (uint32_t)getpid();
		config.raw_calls = aios_plan_raw(plan);
		config.locked = aios_kernel_locked();
		config.newtask_pid = aios_kernel_event_field(kernel, "task/task_newtask", "pid");
		config.newtask_flags = aios_kernel_event_field(kernel, "task/task_newtask",
							       "clone_flags");
		config.free_pid = aios_kernel_event_field(kernel, "sched/sched_process_free",
							  "pid");
	}
	memcpy(load->config, &config, sizeof(config));
	if (load->skel)
		load->skel->rodata->watched = aios_plan_watched(plan);
}

/* Chooses the programs that the plan needs. */
static int load_choose(struct aios_load *load, const struct aios_plan *plan)
{
	struct bpf_program *prog;

	load->programs = calloc(2 * plan->cnt + 1, sizeof(*load->programs));
	if (!load->programs)
		return -ENOMEM;
	for (size_t i = 0; i < plan->cnt; i++) {
		char names[2][128];
		int cnt = aios_plan_programs(&plan->rows[i], names);

		for (int n = 0; n < cnt; n++) {
			prog = bpf_object__find_program_by_name(load->obj, names[n]);
			if (!prog)
				return -ENOENT;
			/* Rows may share a program. */
			if (bpf_program__autoload(prog))
				continue;
			bpf_program__set_autoload(prog, true);
			load->programs[load->program_cnt++] =
				(struct program){ .row = &plan->rows[i], .prog = prog };
		}
	}
	if (!load->skel)
		return 0;
	bpf_program__set_autoload(load->skel->progs.prepare, true);
	bpf_program__set_autoload(load->skel->progs.iter_prepare, true);
	bpf_program__set_autoload(load->skel->progs.iter_list, true);
	bpf_program__set_autoload(load->skel->progs.top_ask, plan->level == AIOS_LEVEL_COUNT);
	return 0;
}

static void *map_memory(const struct bpf_map *map, size_t bytes, int prot)
{
	void *memory = mmap(NULL, bytes, prot, MAP_SHARED, bpf_map__fd(map), 0);

	return memory == MAP_FAILED ? NULL : memory;
}

/* A ring of the bell carries nothing but that it rang. */
static int bell_rang(void *ctx, void *data, size_t size)
{
	(void)ctx;
	(void)data;
	(void)size;
	return 0;
}

static int load_map(struct aios_load *load)
{
	struct aios_rings *rings = &load->rings;
	long page = sysconf(_SC_PAGESIZE);

	load->ctl_bytes = rings->cpus * sizeof(*rings->ctl);
	load->ctl_bytes = (load->ctl_bytes + (size_t)page - 1) & ~((size_t)page - 1);
	load->slots_bytes = (size_t)rings->cpus * sizeof(*rings->slots) << rings->shift;
	rings->ctl = map_memory(load_the_map(load, "ring_ctl"), load->ctl_bytes,
				PROT_READ | PROT_WRITE);
	rings->slots = map_memory(load_the_map(load, "ring_slots"), load->slots_bytes,
				  PROT_READ | PROT_WRITE);
	if (!rings->ctl || !rings->slots)
		return -errno;
	for (unsigned int cpu = 0; cpu < rings->cpus; cpu++)
		rings->ctl[cpu].first = cpu << rings->shift;
	load->bell = ring_buffer__new(bpf_map__fd(load_the_map(load, "bell")), bell_rang, NULL,
				      NULL);
	if (!load->bell)
		return -errno;
	rings->bell_fd = ring_buffer__epoll_fd(load->bell);
	if (!load->snap.iter)
		return 0;
	return aios_snap_maps_map(&load->snap, load->obj, &load->skel->bss->snap);
}

bool aios_load_rung(struct aios_load *load)
{
	return ring_buffer__consume(load->bell) > 0;
}

/* What the kernel says of a program. Return: 0 or a negative errno. */
static int program_info(const struct program *program, struct bpf_prog_info *ret)
{
	__u32 len = sizeof(*ret);

	memset(ret, 0, sizeof(*ret));
	return bpf_obj_get_info_by_fd(bpf_program__fd(program->prog), ret, &len);
}

/* The number of a program, 0 where the kernel does not tell. */
static uint32_t program_id(const struct program *program)
{
	struct bpf_prog_info info;

	return program_info(program, &info) ? 0 : info.id;
}

/* The number of the program that the plan put on @function, 0 for none. */
static uint32_t load_program_id(const struct aios_load *load, const char *function)
{
	for (size_t i = 0; i < load->program_cnt; i++)
		if (!strcmp(load->programs[i].row->hook->function, function))
			return program_id(&load->programs[i]);
	return 0;
}

/* The programs on functions that drop a reference. */
static void load_witnesses(struct aios_load *load)
{
	for (size_t i = 0; i < load->program_cnt; i++) {
		const struct aios_hook *hook = load->programs[i].row->hook;

		for (unsigned int bit = 0; bit < AIOS_WITNESSES; bit++)
			if (hook->watches == 1U << bit)
				load->skel->bss->witnesses[bit].id =
					program_id(&load->programs[i]);
	}
}

static int load_prepare(struct aios_load *load)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts);
	char byte;
	int err;

	if (!load->skel)
		return 0;
	err = bpf_prog_test_run_opts(bpf_program__fd(load->skel->progs.prepare), &opts);
	if (err)
		return err;
	load->control->complete_id = load_program_id(load, "aio_complete");
	load->control->done_id = load_program_id(load, "aio_complete_rw");
	load_witnesses(load);
	return aios_iter_run(load->skel->progs.iter_prepare, &byte, 1, NULL, NULL);
}

static int load_why(int code, struct aios_err *err)
{
	if (code == -EPERM)
		return aios_fail(err, code,
				 "loading BPF programs is not permitted; run as root, or with "
				 "CAP_BPF, CAP_PERFMON and CAP_SYS_ADMIN");
	if (code == -ENOMEM || code == -E2BIG)
		return aios_fail(err, code,
				 "not enough memory for the rings; try a smaller --buffer");
	if (aios_kernel_locked())
		return aios_fail(err, code,
				 "lockdown=confidentiality keeps BPF programs from reading the "
				 "kernel's memory; boot with lockdown=integrity or none");
	return aios_fail(err, code, "the kernel refused the BPF programs: %s; run again with "
			 "--verbose to see why", strerror(-code));
}

int aios_load_new(const struct aios_plan *plan, const struct aios_kernel *kernel,
		  const struct aios_load_opts *opts, struct aios_load **ret, struct aios_err *err)
{
	struct aios_load *load = calloc(1, sizeof(*load));
	int cpus = libbpf_num_possible_cpus(), code = -ENOMEM;

	*ret = load;
	if (!load)
		return code;
	libbpf_set_print(opts->verbose ? libbpf_loud : libbpf_silent);
	code = load_open(load, plan->level);
	if (code)
		return load_why(code, err);
	load->rings.cpus = cpus > 0 ? (unsigned int)cpus : 1;
	load->rings.shift = slots_shift(plan->level == AIOS_LEVEL_COUNT ? BUFFER_MIN : opts->buffer,
					load->rings.cpus);
	code = load_sizes(load, plan, opts);
	if (!code)
		code = load_choose(load, plan);
	if (code)
		return load_why(code, err);
	load_config(load, plan, kernel, opts);
	code = load->skel ? aioscope__load(load->skel) : aioscalls__load(load->calls);
	if (!code)
		code = load_map(load);
	if (!code)
		code = load_prepare(load);
	return code ? load_why(code, err) : 0;
}

static struct bpf_link *program_attach(const struct program *program)
{
	const struct aios_plan_row *row = program->row;
	bool args = !strncmp(bpf_program__name(program->prog), "kargs_", 6);

	if (row->way == AIOS_WAY_KPROBE)
		return bpf_program__attach_kprobe(program->prog,
						  row->hook->point == AIOS_AT_RETURN && !args,
						  row->symbol);
	return bpf_program__attach(program->prog);
}

/* From the last program to the first: arguments are kept before returns are looked at. */
int aios_load_attach(struct aios_load *load, struct aios_plan *plan, struct aios_err *err)
{
	/* A request that only some of the hooks saw would be a riddle. */
	aios_load_stop(load);
	for (size_t i = load->program_cnt; i--;) {
		struct program *program = &load->programs[i];
		size_t row = (size_t)(program->row - plan->rows);

		if (program->row->hook->point == AIOS_AT_START)
			continue;
		program->link = program_attach(program);
		if (!program->link)
			return aios_fail(err, -errno,
					 "cannot attach %s: %s; '--without %s%s' goes on "
					 "without it",
					 bpf_program__name(program->prog), strerror(errno),
					 program->row->hook->function,
					 program->row->hook->point == AIOS_AT_RETURN ? ":return"
										     : "");
		plan->rows[row].attached = true;
	}
	__atomic_store_n(&load->control->stopped, 0, __ATOMIC_SEQ_CST);
	return 0;
}

int aios_load_found(struct aios_load *load, const struct aios_plan *plan,
		    int (*each)(void *arg), void *arg, struct aios_err *err)
{
	bool wanted = false;
	char mark;
	int code;

	for (size_t i = 0; i < plan->cnt; i++)
		if (plan->rows[i].hook->point == AIOS_AT_START)
			wanted = plan->rows[i].way != AIOS_WAY_NONE;
	if (!wanted)
		return 0;
	/* It writes a byte for each process that has contexts, where a read of one byte ends. */
	code = aios_iter_run(load->skel->progs.iter_found, &mark, 1, each, arg);
	return code ? aios_fail(err, code, "cannot look for older contexts: %s", strerror(-code))
		    : 0;
}

int aios_load_snap(struct aios_load *load, struct aios_snap *ret)
{
	*ret = (struct aios_snap){ 0 };
	return load->snap.iter ? aios_snap_maps_look(&load->snap, ret) : -EOPNOTSUPP;
}

void aios_load_stop(struct aios_load *load)
{
	__atomic_store_n(&load->control->stopped, 1, __ATOMIC_SEQ_CST);
}

/**
 * aios_load_free() - detaches and unloads
 * @load: may be NULL
 * Return: NULL.
 */
struct aios_load *aios_load_free(struct aios_load *load)
{
	if (!load)
		return NULL;
	for (size_t i = 0; i < load->program_cnt; i++)
		bpf_link__destroy(load->programs[i].link);
	if (load->rings.ctl)
		munmap(load->rings.ctl, load->ctl_bytes);
	if (load->rings.slots)
		munmap(load->rings.slots, load->slots_bytes);
	ring_buffer__free(load->bell);
	aios_snap_maps_done(&load->snap);
	if (load->skel)
		aioscope__destroy(load->skel);
	if (load->calls)
		aioscalls__destroy(load->calls);
	free(load->programs);
	free(load);
	return NULL;
}

/**
 * aios_load_rings() - where the records come
 * @load: loaded programs
 * Return: valid as long as @load.
 */
const struct aios_rings *aios_load_rings(const struct aios_load *load)
{
	return &load->rings;
}

/**
 * aios_load_stats() - what the kernel side could not keep
 * @load: loaded programs
 * Return: live counters, valid as long as @load.
 */
const struct aios_kernel_stats *aios_load_stats(const struct aios_load *load)
{
	return load->stats;
}

int aios_load_map_fd(const struct aios_load *load, const char *name)
{
	const struct bpf_map *map = load_the_map(load, name);

	return map ? bpf_map__fd(map) : -ENOENT;
}

struct aios_top_start *aios_load_top_starts(const struct aios_load *load)
{
	return &load->skel->bss->top_starts[0].way[0];
}

struct aios_top_slot *aios_load_top_near(const struct aios_load *load)
{
	return load->skel->bss->top_near;
}

int aios_load_top_ask(struct aios_load *load, const uint64_t *kiocb, uint64_t *kctx, size_t cnt)
{
	struct aios_top_asked *asked = &load->skel->bss->top_asked;
	LIBBPF_OPTS(bpf_test_run_opts, opts);
	int err;

	asked->cnt = cnt;
	memcpy(asked->kiocb, kiocb, cnt * sizeof(*kiocb));
	err = bpf_prog_test_run_opts(bpf_program__fd(load->skel->progs.top_ask), &opts);
	if (!err)
		memcpy(kctx, asked->kctx, cnt * sizeof(*kctx));
	return err;
}

const struct aios_top_host_counts *aios_load_top_host(const struct aios_load *load)
{
	return &load->skel->bss->top_host;
}

int aios_load_trace(struct aios_load *load, uint32_t tgid)
{
	uint32_t traced = PROCESS_TRACED;

	return bpf_map__update_elem(load_the_map(load, "procs"), &tgid, sizeof(tgid), &traced,
				    sizeof(traced), BPF_ANY);
}

struct listing {
	struct aios_listed now;
	struct aios_processes *all;
};

static int listing_add(void *arg)
{
	struct listing *listing = arg;

	return aios_processes_add(listing->all, &listing->now);
}

int aios_load_processes(struct aios_load *load, struct aios_processes *ret)
{
	struct listing listing = { .all = ret };
	int err;

	*ret = (struct aios_processes){ 0 };
	if (!load->skel)
		return aios_processes_proc(ret);
	err = aios_iter_run(load->skel->progs.iter_list, &listing.now, sizeof(listing.now),
			   listing_add, &listing);
	if (err)
		aios_processes_done(ret);
	return err;
}

bool aios_load_sees_all(const struct aios_load *load)
{
	return load->skel ? !load->skel->bss->bases.pid_level : aios_processes_initial();
}

bool aios_load_contexts(const struct aios_load *load)
{
	uint64_t kctx;

	return load->skel &&
	       !bpf_map__get_next_key(load->skel->maps.ctxs, NULL, &kctx, sizeof(kctx));
}

bool aios_load_traces(const struct aios_load *load, uint32_t tgid)
{
	uint32_t flags;

	return !bpf_map__lookup_elem(load_the_map(load, "procs"), &tgid, sizeof(tgid), &flags,
				     sizeof(flags), 0) && flags & PROCESS_TRACED;
}

/**
 * aios_load_traced() - processes that are traced now, as the kernel side keeps them
 * @load: loaded programs
 * Return: how many have been chosen by their number or their parent's, and have not ended; 0 at
 * evidence level syscall.
 */
size_t aios_load_traced(const struct aios_load *load)
{
	const struct bpf_map *procs = load_the_map(load, "procs");
	uint32_t tgid, *before = NULL;
	size_t cnt = 0;

	/* At level syscall a process leaves the map when it is freed, which is a while later. */
	if (!load->skel)
		return 0;
	while (!bpf_map__get_next_key(procs, before, &tgid, sizeof(tgid))) {
		cnt += aios_load_traces(load, tgid);
		before = &tgid;
	}
	return cnt;
}

/* Skipped calls for which the other program on completions stood in. */
static uint64_t load_covered(const struct aios_load *load, const struct aios_hook *hook)
{
	bool complete = !strcmp(hook->function, "aio_complete");
	uint64_t covered = 0;

	if (!complete && strcmp(hook->function, "aio_complete_rw"))
		return 0;
	for (unsigned int cpu = 0; cpu < load->rings.cpus; cpu++) {
		const volatile struct aios_ring_ctl *ctl = &load->rings.ctl[cpu];

		covered += complete ? ctl->covered_complete : ctl->covered_done;
	}
	return covered;
}

/*
 * Skipped calls of a program that nothing covers. A call can be counted as skipped a moment before
 * it is counted as covered, so only what was not covered the last time either is told; there is
 * no next time for the @last one.
 */
static uint64_t program_missed(const struct aios_load *load, struct program *program, bool last)
{
	struct bpf_prog_info info;
	uint64_t accounted, suspect, count;

	if (program_info(program, &info))
		return 0;
	accounted = load_covered(load, program->row->hook) + program->missed;
	suspect = info.recursion_misses > accounted ? info.recursion_misses - accounted : 0;
	count = last || suspect < program->suspect ? suspect : program->suspect;
	program->missed += count;
	program->suspect = suspect - count;
	return count;
}

int aios_load_misses(struct aios_load *load, bool last,
		     int (*each)(void *arg, const struct aios_plan_row *row, uint64_t count),
		     void *arg)
{
	int ret = 0;

	for (size_t i = 0; i < load->program_cnt && !ret; i++) {
		const struct aios_hook *hook = load->programs[i].row->hook;
		/* What a skipped witness leaves open is told of the request. */
		bool told = hook->tidies ||
			    ((hook->watches & AIOS_WITNESSED) && load->config->stand_in);
		uint64_t count = told ? 0 : program_missed(load, &load->programs[i], last);

		if (count)
			ret = each(arg, load->programs[i].row, count);
	}
	return ret;
}
