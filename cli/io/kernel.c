// SPDX-License-Identifier: GPL-2.0-only
/*
 * kernel.c - what the running kernel has.
 */
#include "kernel.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "../lib/vec.h"

#define TRACEPOINT_PREFIX	"btf_trace_"

/* procfs offers blocks of a kilobyte, a few symbols; a read is a page of them at most. */
#define KALLSYMS_BUFFER		4096

#define END_IO(nr)	(offsetof(struct aios_kernel, end_io) + (nr) * sizeof(uint64_t))

/* Variables and functions whose addresses the programs are given. */
static const struct {
	const char *name;
	size_t offset;
	bool data;
} variables[] = {
	{ "vmemmap_base", offsetof(struct aios_kernel, vmemmap_base), true },
	{ "page_offset_base", offsetof(struct aios_kernel, page_offset_base), true },
	{ "__per_cpu_offset", offsetof(struct aios_kernel, per_cpu_offset), true },
	{ "aio_poll_queue_proc", offsetof(struct aios_kernel, poll_queue_proc), false },
	{ "aio_poll_wake", offsetof(struct aios_kernel, poll_wake), false },
	{ "aio_complete_rw", offsetof(struct aios_kernel, complete_rw), false },
	{ "aio_fsync_work", offsetof(struct aios_kernel, fsync_work), false },
	{ "iomap_dio_bio_end_io", END_IO(AIOS_END_IOMAP), false },
	{ "dio_bio_end_aio", END_IO(AIOS_END_DIO), false },
	{ "blkdev_bio_end_io", END_IO(AIOS_END_BLKDEV), false },
	{ "blkdev_bio_end_io_async", END_IO(AIOS_END_BLKDEV_ONE), false },
	{ "bio_chain_endio", END_IO(AIOS_END_CHAIN), false },
};

#define VARIABLES	(sizeof(variables) / sizeof(variables[0]))

struct names {
	char **names;
	size_t cnt, cap;
};

static int names_add(struct names *list, const char *name)
{
	char **names = aios_vec_room(list->names, list->cnt, &list->cap, sizeof(*names));

	if (!names)
		return -ENOMEM;
	list->names = names;
	names[list->cnt] = strdup(name);
	if (!names[list->cnt])
		return -ENOMEM;
	list->cnt++;
	return 0;
}

static int names_compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void names_give(struct names *list, char ***ret, size_t *cnt)
{
	if (list->cnt)
		qsort(list->names, list->cnt, sizeof(*list->names), names_compare);
	*ret = list->names;
	*cnt = list->cnt;
}

static bool names_have(char **names, size_t cnt, const char *name)
{
	return cnt && bsearch(&name, names, cnt, sizeof(*names), names_compare);
}

/*
 * A program that is at work on a CPU is not run there again: a per-CPU count tells. Newer kernels
 * count by context, so that an interrupt is not kept from running it; theirs is no int.
 */
static bool btf_active_count(const struct btf *btf)
{
	int32_t id = btf__find_by_name_kind(btf, "bpf_prog", BTF_KIND_STRUCT);
	const struct btf_type *prog = id > 0 ? btf__type_by_id(btf, (uint32_t)id) : NULL;

	for (int i = 0; prog && i < btf_vlen(prog); i++) {
		const struct btf_member *member = btf_members(prog) + i;
		const struct btf_type *type = btf__type_by_id(btf, member->type);

		if (strcmp(btf__name_by_offset(btf, member->name_off), "active"))
			continue;
		while (btf_is_ptr(type) || btf_is_mod(type) || btf_is_typedef(type) ||
		       btf_is_type_tag(type))
			type = btf__type_by_id(btf, type->type);
		return btf_is_int(type) && type->size == sizeof(int);
	}
	return false;
}

static int ask_btf(struct aios_kernel *ret, struct aios_wants *wants)
{
	struct btf *btf = btf__load_vmlinux_btf();
	struct names functions = { 0 }, tracepoints = { 0 };
	int err = 0;

	if (!btf)
		return 0;
	ret->has_btf = true;
	ret->active_count = btf_active_count(btf);
	ret->cast = btf__find_by_name_kind(btf, "bpf_rdonly_cast", BTF_KIND_FUNC) > 0;
	for (uint32_t id = 1; id < btf__type_cnt(btf) && !err; id++) {
		const struct btf_type *type = btf__type_by_id(btf, id);
		const char *name = btf__name_by_offset(btf, type->name_off);

		if (btf_is_func(type) && aios_wants_have(wants, name, strlen(name)))
			err = names_add(&functions, name);
		else if (btf_is_typedef(type) &&
			 !strncmp(name, TRACEPOINT_PREFIX, strlen(TRACEPOINT_PREFIX)))
			err = names_add(&tracepoints, name + strlen(TRACEPOINT_PREFIX));
	}
	btf__free(btf);
	names_give(&functions, &ret->functions, &ret->function_cnt);
	names_give(&tracepoints, &ret->tracepoints, &ret->tracepoint_cnt);
	return err;
}

/* Return: the place of a name among the variables, or -1. */
static int find_variable(const char *name)
{
	for (size_t i = 0; i < VARIABLES; i++)
		if (!strcmp(variables[i].name, name))
			return (int)i;
	return -1;
}

/* Its length in the source: "io_submit_one.constprop.0" is io_submit_one. Others are no use. */
static size_t source_len(const char *symbol)
{
	size_t len = strcspn(symbol, ".");

	return symbol[len] && strncmp(symbol + len, ".constprop.", strlen(".constprop.")) ? 0 : len;
}

/* "ffffffff81000000 T _stext": its name, and the end of the line is cut off. */
static char *symbol_name(char *line, size_t len)
{
	char *type = memchr(line, ' ', len);

	if (!type || len < (size_t)(type - line) + 4)
		return NULL;
	if (line[len - 1] == '\n')
		line[len - 1] = '\0';
	return type + 3;
}

/* The kernel takes its time to tell its symbols: no more of them are read than it takes. */
static int ask_kallsyms(struct aios_kernel *ret, struct aios_wants *wants, size_t left)
{
	FILE *file = fopen("/proc/kallsyms", "re");
	struct names symbols = { 0 };
	char *line = NULL, *name;
	size_t room = 0;
	ssize_t len;
	int err = 0;

	if (!file)
		return 0;
	setvbuf(file, NULL, _IOFBF, KALLSYMS_BUFFER);
	/* Modules' lines end in "[name]". They have no part of fs/aio.c, and come last. */
	while (!err && left && (len = getline(&line, &room, file)) > 0 && line[len - 2] != ']') {
		int variable;

		name = symbol_name(line, (size_t)len);
		if (!name || !aios_wants_have(wants, name, source_len(name)))
			continue;
		variable = find_variable(name);
		if (variable >= 0)
			*(uint64_t *)((char *)ret + variables[variable].offset) =
				strtoull(line, NULL, 16);
		if (variable < 0 || !variables[variable].data)
			err = names_add(&symbols, name);
		left -= variable >= 0;
	}
	free(line);
	fclose(file);
	names_give(&symbols, &ret->symbols, &ret->symbol_cnt);
	return err;
}

/* "ffffffff81000000 T _stext", and data of any kind between. */
static bool symbol_is_function(const char *name)
{
	return strchr("tTwW", name[-2]);
}

int aios_kernel_functions(int (*each)(void *arg, uint64_t address, const char *name), void *arg)
{
	FILE *file = fopen("/proc/kallsyms", "re");
	char *line = NULL, *name;
	size_t room = 0;
	ssize_t len;
	int err = 0;

	if (file)
		setvbuf(file, NULL, _IOFBF, KALLSYMS_BUFFER);
	while (file && !err && (len = getline(&line, &room, file)) > 0) {
		name = symbol_name(line, (size_t)len);
		if (name && symbol_is_function(name))
			err = each(arg, strtoull(line, NULL, 16), name);
	}
	free(line);
	if (file)
		fclose(file);
	return err;
}

static bool read_line(const char *path, char *line, int size)
{
	FILE *file = fopen(path, "re");
	bool got = file && fgets(line, size, file);

	if (file)
		fclose(file);
	return got;
}

/*
 * "#1 SMP PREEMPT_DYNAMIC Debian ..." leaves it to the boot parameter, and debugfs shows which
 * model was chosen: "none (voluntary) full". What cannot be told is taken for preemptible.
 */
static bool ask_preemptible(void)
{
	char line[512];

	if (!read_line("/proc/version", line, sizeof(line)) || !strstr(line, "PREEMPT"))
		return false;
	if (!strstr(line, "PREEMPT_DYNAMIC") ||
	    !read_line("/sys/kernel/debug/sched/preempt", line, sizeof(line)))
		return true;
	return !strstr(line, "(none)") && !strstr(line, "(voluntary)");
}

/* Without that file the kernel has no ftrace, and attaching tells what can be had. */
static bool ask_ftrace_off(void)
{
	char line[16];

	return read_line("/proc/sys/kernel/ftrace_enabled", line, sizeof(line)) && line[0] == '0';
}

static int wants_variables(struct aios_wants *wants)
{
	int err = 0;

	for (size_t i = 0; i < VARIABLES && !err; i++)
		err = aios_wants_add(wants, variables[i].name);
	return err;
}

int aios_kernel_ask(struct aios_kernel *ret, int (*wants)(struct aios_wants *wants))
{
	struct aios_wants names = { 0 };
	int err;

	/* What is missing is the plan's to say. */
	libbpf_set_print(NULL);
	*ret = (struct aios_kernel){ .preemptible = ask_preemptible(),
				     .ftrace_off = ask_ftrace_off() };
	err = wants_variables(&names);
	if (!err && wants)
		err = wants(&names);
	if (!err)
		err = ask_btf(ret, &names);
	if (!err)
		err = ask_kallsyms(ret, &names, wants ? SIZE_MAX : VARIABLES);
	aios_wants_done(&names);
	return err;
}

static void names_free(char **names, size_t cnt)
{
	for (size_t i = 0; i < cnt; i++)
		free(names[i]);
	free(names);
}

/**
 * aios_kernel_done() - gives the memory back
 * @kernel: emptied
 */
void aios_kernel_done(struct aios_kernel *kernel)
{
	names_free(kernel->functions, kernel->function_cnt);
	names_free(kernel->tracepoints, kernel->tracepoint_cnt);
	names_free(kernel->symbols, kernel->symbol_cnt);
	*kernel = (struct aios_kernel){ 0 };
}

/**
 * aios_kernel_has_function() - can a program be attached to it by fentry or fexit?
 * @kernel: facts
 * @name: of a function that was asked for
 * Return: whether BTF describes it.
 */
bool aios_kernel_has_function(const struct aios_kernel *kernel, const char *name)
{
	return names_have(kernel->functions, kernel->function_cnt, name);
}

/**
 * aios_kernel_has_tracepoint() - is there a raw tracepoint of this name?
 * @kernel: facts
 * @name: without a prefix
 * Return: whether BTF describes it.
 */
bool aios_kernel_has_tracepoint(const struct aios_kernel *kernel, const char *name)
{
	return names_have(kernel->tracepoints, kernel->tracepoint_cnt, name);
}

const char *aios_kernel_symbol(const struct aios_kernel *kernel, const char *name)
{
	size_t len = strlen(name);

	if (names_have(kernel->symbols, kernel->symbol_cnt, name))
		return name;
	for (size_t i = 0; i < kernel->symbol_cnt; i++)
		if (!strncmp(kernel->symbols[i], name, len) && kernel->symbols[i][len] == '.')
			return kernel->symbols[i];
	return NULL;
}

/* A file of a tracepoint; debugfs has tracefs, too, where it is mounted. */
static FILE *event_open(const char *name, const char *file)
{
	static const char *const roots[] = { "/sys/kernel/tracing", "/sys/kernel/debug/tracing" };
	FILE *ret = NULL;
	char path[256];

	for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]) && !ret; i++) {
		snprintf(path, sizeof(path), "%s/events/%s/%s", roots[i], name, file);
		ret = fopen(path, "re");
	}
	return ret;
}

bool aios_kernel_has_event(const struct aios_kernel *kernel, const char *name)
{
	FILE *file = event_open(name, "id");

	(void)kernel;
	if (file)
		fclose(file);
	return file;
}

/* "	field:pid_t pid;	offset:8;	size:4;	signed:1;" */
static bool field_is(const char *line, const char *field, unsigned int *offset)
{
	const char *end = strchr(line, ';'), *at = strstr(line, "offset:");
	size_t len = strlen(field);

	return !strncmp(line, "\tfield:", strlen("\tfield:")) && end && at &&
	       (size_t)(end - line) > len && !strncmp(end - len, field, len) &&
	       end[-(ptrdiff_t)len - 1] == ' ' && sscanf(at, "offset:%u", offset) == 1;
}

unsigned int aios_kernel_event_field(const struct aios_kernel *kernel, const char *name,
				     const char *field)
{
	FILE *file = event_open(name, "format");
	unsigned int offset = 0;
	char line[512];

	(void)kernel;
	while (file && fgets(line, sizeof(line), file))
		if (field_is(line, field, &offset))
			break;
	if (file)
		fclose(file);
	return offset;
}

bool aios_kernel_has_raw(const struct aios_kernel *kernel, const char *name)
{
	/* r0 = 0; exit */
	static const struct bpf_insn program[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	int prog = bpf_prog_load(BPF_PROG_TYPE_RAW_TRACEPOINT, NULL, "GPL", program, 2, NULL);
	int link = prog < 0 ? -1 : bpf_raw_tracepoint_open(name, prog);
	bool ret = link >= 0 || errno == EPERM || errno == EACCES;

	(void)kernel;
	if (link >= 0)
		close(link);
	if (prog >= 0)
		close(prog);
	return ret;
}

/* "none integrity [confidentiality]": the one in force stands in brackets. */
bool aios_kernel_locked(void)
{
	char line[128];

	return read_line("/sys/kernel/security/lockdown", line, sizeof(line)) &&
	       strstr(line, "[confidentiality]");
}
