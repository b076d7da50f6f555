// SPDX-License-Identifier: GPL-2.0-only
/*
 * namer.c - names of addresses in stacks, out of /proc/kallsyms, and what processes have mapped.
 */
#include "namer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <aioscope/trace_file.h>

#include "../lib/event.h"
#include "../lib/symbols.h"
#include "../lib/vec.h"
#include "kernel.h"
#include "mapped.h"
#include "msg.h"

#define NAMES_MAX	16384U	/* an interrupt's stack ends in whatever it interrupted */
#define FUNCTION_MAX	65536U	/* bytes: further on is something that has no name */

struct function {
	uint64_t address;
	size_t name;	/* where in the names */
};

struct aios_namer {
	struct aios_feed to;
	struct function *functions;
	size_t cnt, cap;
	struct aios_buf names;
	struct aios_symbols told;	/* their values are of no use */
	struct aios_symbols news;
	struct aios_mapped *mapped;	/* NULL where processes cannot be looked at */
};

struct aios_namer *aios_namer_new(const struct aios_feed *to)
{
	struct aios_namer *namer = calloc(1, sizeof(*namer));

	if (namer)
		namer->to = *to;
	return namer;
}

/**
 * aios_namer_free() - frees a namer
 * @namer: may be NULL
 * Return: NULL.
 */
struct aios_namer *aios_namer_free(struct aios_namer *namer)
{
	if (!namer)
		return NULL;
	free(namer->functions);
	aios_buf_done(&namer->names);
	aios_symbols_done(&namer->told);
	aios_symbols_done(&namer->news);
	aios_mapped_free(namer->mapped);
	free(namer);
	return NULL;
}

static int function_add(void *arg, uint64_t address, const char *name)
{
	struct aios_namer *namer = arg;
	struct function *functions;

	/* Where they are hidden all are 0. */
	if (!address)
		return 0;
	functions = aios_vec_room(namer->functions, namer->cnt, &namer->cap, sizeof(*functions));
	if (!functions)
		return -ENOMEM;
	namer->functions = functions;
	functions[namer->cnt++] = (struct function){ address, namer->names.len };
	aios_buf_add(&namer->names, name, strlen(name) + 1);
	return namer->names.err;
}

/* Of several names of an address the first one in kallsyms is taken, as the kernel does. */
static int function_compare(const void *a, const void *b)
{
	const struct function *x = a, *y = b;

	if (x->address != y->address)
		return x->address < y->address ? -1 : 1;
	return x->name > y->name ? -1 : 1;
}

int aios_namer_read(struct aios_namer *namer, bool sees_all)
{
	int err = aios_kernel_functions(function_add, namer);

	if (err)
		return err;
	if (sees_all)
		namer->mapped = aios_mapped_new();
	if (sees_all && !namer->mapped)
		return -ENOMEM;
	if (!namer->cnt)
		aios_say("/proc/kallsyms hides where the kernel's functions are "
			 "(kernel.kptr_restrict): stacks will have no names");
	else
		qsort(namer->functions, namer->cnt, sizeof(*namer->functions), function_compare);
	return 0;
}

/* The last function that begins at or before an address. */
static const struct function *function_of(const struct aios_namer *namer, uint64_t address)
{
	return aios_vec_at(namer->functions, namer->cnt, sizeof(*namer->functions), address);
}

/* "io_submit_one+0x2a7", "ext4_file_read_iter+0x1c [ext4]"; kallsyms has a tab there. */
static int name_address(struct aios_namer *namer, uint64_t address)
{
	const struct function *function = function_of(namer, address);
	struct aios_buf text = { 0 };
	const char *name;
	size_t len;
	int err;

	if (aios_symbols_name(&namer->told, address) || namer->told.map.used >= NAMES_MAX)
		return 0;
	err = aios_symbols_add(&namer->told, address, "");
	if (err || !function || address - function->address >= FUNCTION_MAX)
		return err;
	name = namer->names.data + function->name;
	len = strcspn(name, "\t");
	aios_buf_fmt(&text, "%.*s+0x%llx%s%s", (int)len, name,
		     (unsigned long long)(address - function->address), name[len] ? " " : "",
		     name[len] ? name + len + 1 : "");
	err = text.err ? text.err : aios_symbols_add(&namer->news, address, text.data);
	aios_buf_done(&text);
	return err;
}

static int name_stack(struct aios_namer *namer, const struct aios_stack *stack)
{
	struct aios_frame frames[AIOS_STACK_FRAMES];
	size_t cnt = aios_stack_frames(stack, NULL, frames);
	int err = 0;

	for (size_t i = 0; i < cnt && !err; i++)
		err = name_address(namer, frames[i].address);
	return err;
}

static int name_frames(struct aios_namer *namer, const struct aios_rec *rec)
{
	const struct aios_frames *frames = &rec->frames;
	int err = 0;

	for (size_t i = 0; i < frames->count && i < AIOS_FRAMES_PIECE && !err; i++) {
		if (frames->of == AIOS_FRAMES_KERNEL)
			err = name_address(namer, frames->ip[i]);
		else if (namer->mapped)
			err = aios_mapped_tell(namer->mapped, rec->h.tgid, frames->ip[i],
					       &namer->news.images);
	}
	return err;
}

static int name_record(struct aios_namer *namer, const struct aios_rec *rec)
{
	switch (rec->h.type) {
	case AIOS_EV_STACK:
		return name_stack(namer, &rec->stack);
	case AIOS_EV_FRAMES:
		return name_frames(namer, rec);
	case AIOS_EV_SUBMIT_BEGIN:
		return namer->mapped ? aios_mapped_look(namer->mapped, rec->h.tgid) : 0;
	case AIOS_EV_PROC:
		/* Records of what it did may still come from other CPUs when a process is gone. */
		if (namer->mapped && (rec->proc.what == AIOS_PROC_FORK ||
				      rec->proc.what == AIOS_PROC_EXEC))
			aios_mapped_forget(namer->mapped, rec->proc.tgid);
		return 0;
	default:
		return 0;
	}
}

static int name_records(struct aios_namer *namer, const char *at, size_t len)
{
	struct aios_rec rec;
	size_t used = 0;
	int err = 0;

	for (; len && !err; at += used, len -= used) {
		enum aios_parse parsed = aios_event_parse(at, len, &rec, &used);

		if (parsed == AIOS_PARSE_BAD)
			return 0;
		if (parsed == AIOS_PARSE_OK)
			err = name_record(namer, &rec);
	}
	return err;
}

static int tell_news(struct aios_namer *namer)
{
	struct aios_buf json = { 0 };
	int err;

	if (!aios_symbols_any(&namer->news))
		return 0;
	err = aios_symbols_write(&namer->news, &json);
	if (!err)
		err = namer->to.chunk(namer->to.arg, AIOS_CHUNK_SYMBOLS, 0, json.data, json.len);
	aios_symbols_done(&namer->news);
	aios_buf_done(&json);
	return err;
}

static int namer_chunk(void *arg, unsigned int kind, unsigned int cpu, const void *payload,
		       size_t len)
{
	struct aios_namer *namer = arg;
	int err = 0;

	if (kind == AIOS_CHUNK_RECORDS)
		err = name_records(namer, payload, len);
	if (!err)
		err = tell_news(namer);
	return err ? err : namer->to.chunk(namer->to.arg, kind, cpu, payload, len);
}

struct aios_feed aios_namer_feed(struct aios_namer *namer)
{
	return (struct aios_feed){ .chunk = namer_chunk, .arg = namer };
}
