// SPDX-License-Identifier: GPL-2.0-only
/*
 * mapped.c - /proc/PID/maps, and the build ids of what is in there.
 */
#include "mapped.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/map.h"
#include "../lib/vec.h"
#include "elf.h"

#define PROCESSES_MAX	1024	/* more are forgotten, and looked at again */
#define LOOKS_MAX	16	/* at a process, some of whose addresses are none */

/* A part of a file that a process can run. */
struct mapping {
	struct aios_image image;
	bool told;
};

struct process {
	struct mapping *items;
	size_t cnt, cap;
	unsigned int looks;
};

struct aios_mapped {
	struct aios_map processes;	/* tgid */
};

struct aios_mapped *aios_mapped_new(void)
{
	return calloc(1, sizeof(struct aios_mapped));
}

static void process_free(struct process *process)
{
	for (size_t i = 0; i < process->cnt; i++)
		free(process->items[i].image.path);
	free(process->items);
	free(process);
}

static void forget_all(struct aios_mapped *mapped)
{
	struct process *process;
	size_t iter = 0;

	while ((process = aios_map_next(&mapped->processes, &iter)))
		process_free(process);
	aios_map_done(&mapped->processes);
}

/**
 * aios_mapped_free() - forgets all processes
 * @mapped: may be NULL
 * Return: NULL.
 */
struct aios_mapped *aios_mapped_free(struct aios_mapped *mapped)
{
	if (mapped)
		forget_all(mapped);
	free(mapped);
	return NULL;
}

void aios_mapped_forget(struct aios_mapped *mapped, uint32_t tgid)
{
	struct process *process = aios_map_take(&mapped->processes, tgid);

	if (process)
		process_free(process);
}

static struct mapping *mapping_at(const struct process *process, uint64_t ip)
{
	for (size_t i = process->cnt; i--;) {
		const struct aios_image *image = &process->items[i].image;

		if (ip >= image->from && ip < image->to)
			return &process->items[i];
	}
	return NULL;
}

static bool mapping_same(const struct mapping *a, const struct aios_image *b)
{
	return a && a->image.from == b->from && a->image.to == b->to &&
	       a->image.offset == b->offset && !strcmp(a->image.path, b->path);
}

/* "7f01c2000000-7f01c2155000 r-xp 00026000 fe:01 1234    /usr/lib/libc.so.6" */
static int mapping_read(struct process *process, uint32_t tgid, const char *line)
{
	unsigned long long from, to, offset;
	struct aios_image image;
	struct mapping *items;
	char mode[8];
	int at = 0;

	if (sscanf(line, "%llx-%llx %7s %llx %*s %*s %n", &from, &to, mode, &offset, &at) < 4 ||
	    !at || !strchr(mode, 'x') || !line[at])
		return 0;
	image = (struct aios_image){ .tgid = tgid, .from = from, .to = to, .offset = offset,
				     .path = (char *)line + at };
	if (mapping_same(mapping_at(process, from), &image))
		return 0;
	items = aios_vec_room(process->items, process->cnt, &process->cap, sizeof(*items));
	if (!items)
		return -ENOMEM;
	process->items = items;
	image.path = strdup(image.path);
	if (!image.path)
		return -ENOMEM;
	items[process->cnt++] = (struct mapping){ .image = image };
	return 0;
}

static int process_look(struct process *process, uint32_t tgid)
{
	char path[64], *line = NULL;
	size_t cap = 0;
	FILE *file;
	int err = 0;

	process->looks++;
	snprintf(path, sizeof(path), "/proc/%u/maps", tgid);
	file = fopen(path, "re");
	if (!file)
		return 0;
	while (!err && getline(&line, &cap, file) > 0) {
		line[strcspn(line, "\n")] = '\0';
		err = mapping_read(process, tgid, line);
	}
	free(line);
	fclose(file);
	return err;
}

int aios_mapped_look(struct aios_mapped *mapped, uint32_t tgid)
{
	struct process *process = aios_map_get(&mapped->processes, tgid);

	if (process)
		return 0;
	if (mapped->processes.used >= PROCESSES_MAX)
		forget_all(mapped);
	process = aios_map_add(&mapped->processes, tgid, sizeof(*process));
	if (!process)
		return -ENOMEM;
	return process_look(process, tgid);
}

/*
 * The file that is mapped, whatever its path says now, or is in the process's own root. Some of
 * them have no file: the vDSO.
 */
static void image_build_id(const struct aios_image *image, char ret[AIOS_BUILD_ID_TEXT])
{
	char path[5000];

	ret[0] = '\0';
	snprintf(path, sizeof(path), "/proc/%u/map_files/%llx-%llx", image->tgid,
		 (unsigned long long)image->from, (unsigned long long)image->to);
	if (!aios_elf_build_id(path, ret) || image->path[0] != '/')
		return;
	snprintf(path, sizeof(path), "/proc/%u/root%s", image->tgid, image->path);
	if (aios_elf_build_id(path, ret))
		aios_elf_build_id(image->path, ret);
}

static int mapping_tell(struct mapping *mapping, struct aios_images *news)
{
	char build_id[AIOS_BUILD_ID_TEXT];
	struct aios_image image = mapping->image;

	if (mapping->told)
		return 0;
	mapping->told = true;
	image_build_id(&image, build_id);
	image.build_id = build_id[0] ? build_id : NULL;
	return aios_images_add(news, &image);
}

int aios_mapped_tell(struct aios_mapped *mapped, uint32_t tgid, uint64_t ip,
		     struct aios_images *news)
{
	int err = aios_mapped_look(mapped, tgid);
	struct process *process = aios_map_get(&mapped->processes, tgid);
	struct mapping *mapping = err ? NULL : mapping_at(process, ip);

	/* What is no address is in the stacks of programs without frame pointers all the time. */
	if (!err && !mapping && process->looks < LOOKS_MAX) {
		err = process_look(process, tgid);
		mapping = err ? NULL : mapping_at(process, ip);
	}
	return mapping ? mapping_tell(mapping, news) : err;
}
