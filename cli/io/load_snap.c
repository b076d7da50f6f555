// SPDX-License-Identifier: GPL-2.0-only
/*
 * load_snap.c - the loader's part for looks at all contexts.
 */
#include "load_snap.h"

#include <errno.h>
#include <linux/bpf.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "iter.h"

#define MMS_CAP		65536	/* address spaces that have, or once had, contexts */
#define MMS_BATCH	512	/* of them that one call forgets */

static int map_size(struct bpf_object *obj, const char *name, uint32_t entries)
{
	return bpf_map__set_max_entries(bpf_object__find_map_by_name(obj, name), entries);
}

int aios_snap_maps_open(struct aios_snap_maps *maps, struct bpf_object *obj, uint32_t contexts)
{
	struct bpf_map *mms = bpf_object__find_map_by_name(obj, "snap_mms");
	struct bpf_program *iter = bpf_object__find_program_by_name(obj, "iter_snap");
	int err;

	/* A process that is told has a context, so there are no more of them. */
	*maps = (struct aios_snap_maps){
		.iter = iter, .mms_fd = -1, .mms_cap = MMS_CAP, .ctx_cap = contexts,
		.proc_cap = contexts,
	};
	err = map_size(obj, "snap_ctxs", maps->ctx_cap);
	if (!err)
		err = map_size(obj, "snap_procs", maps->proc_cap);
	if (!err)
		err = bpf_map__set_max_entries(mms, maps->mms_cap);
	/* Few are used: no memory for all in advance. */
	if (!err)
		err = bpf_map__set_map_flags(mms, BPF_F_NO_PREALLOC);
	return err ? err : bpf_program__set_autoload(iter, true);
}

static void *map_array(struct bpf_object *obj, const char *name, size_t size, size_t *bytes)
{
	int fd = bpf_map__fd(bpf_object__find_map_by_name(obj, name));
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	void *memory;

	*bytes = (size + page - 1) & ~(page - 1);
	memory = mmap(NULL, *bytes, PROT_READ, MAP_SHARED, fd, 0);
	return memory == MAP_FAILED ? NULL : memory;
}

int aios_snap_maps_map(struct aios_snap_maps *maps, struct bpf_object *obj,
		       struct aios_snap_head *head)
{
	maps->head = head;
	maps->mms_fd = bpf_map__fd(bpf_object__find_map_by_name(obj, "snap_mms"));
	maps->ctxs = map_array(obj, "snap_ctxs", maps->ctx_cap * sizeof(*maps->ctxs),
			       &maps->ctx_bytes);
	maps->procs = maps->ctxs ? map_array(obj, "snap_procs",
					     maps->proc_cap * sizeof(*maps->procs),
					     &maps->proc_bytes) : NULL;
	return maps->procs ? 0 : -errno;
}

void aios_snap_maps_done(struct aios_snap_maps *maps)
{
	if (maps->ctxs)
		munmap(maps->ctxs, maps->ctx_bytes);
	if (maps->procs)
		munmap(maps->procs, maps->proc_bytes);
	*maps = (struct aios_snap_maps){ .mms_fd = -1 };
}

/* Forgets the address spaces of the look before: -ENOENT says that there are no more. */
static int maps_forget(const struct aios_snap_maps *maps)
{
	uint64_t mms[MMS_BATCH];
	uint32_t procs[MMS_BATCH], cnt, where, *from = NULL;
	int err;

	do {
		cnt = MMS_BATCH;
		err = bpf_map_lookup_and_delete_batch(maps->mms_fd, from, &where, mms, procs, &cnt,
						      NULL);
		from = &where;
	} while (!err);
	return err == -ENOENT ? 0 : err;
}

static uint32_t at_most(uint32_t cnt, uint32_t cap)
{
	return cnt < cap ? cnt : cap;
}

int aios_snap_maps_look(struct aios_snap_maps *maps, struct aios_snap *ret)
{
	struct aios_snap_head *head = maps->head;
	uint32_t pass = head->pass + 1;
	char byte;
	int err = maps_forget(maps);

	*ret = (struct aios_snap){ .ctxs = maps->ctxs, .procs = maps->procs };
	if (err)
		return err;
	*head = (struct aios_snap_head){ .pass = pass ? pass : 1 };
	err = aios_iter_run(maps->iter, &byte, 1, NULL, NULL);
	if (err)
		return err;
	ret->ctx_cnt = at_most(head->ctxs, maps->ctx_cap);
	ret->proc_cnt = at_most(head->procs, maps->proc_cap);
	ret->not_shown = (uint64_t)head->ctxs - ret->ctx_cnt + head->procs - ret->proc_cnt +
			 head->unseen;
	return 0;
}
