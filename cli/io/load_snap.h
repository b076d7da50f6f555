/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * load_snap.h - the loader's part for looks at all contexts; see bpf/snap.bpf.c. For load.c alone:
 * others call aios_load_snap().
 */
#ifndef AIOS_LOAD_SNAP_H
#define AIOS_LOAD_SNAP_H

#include "load.h"

struct bpf_object;
struct bpf_program;

/**
 * struct aios_snap_maps - what a look needs; zero-initialised, none
 * @iter: the program that looks
 * @mms_fd: address spaces that this look has seen
 * @mms_cap: entries of that
 * @head: how the look goes
 * @ctxs, @procs: mapped arrays
 * @ctx_cap, @proc_cap: entries of them
 * @ctx_bytes, @proc_bytes: of the mappings
 */
struct aios_snap_maps {
	const struct bpf_program *iter;
	int mms_fd;
	uint32_t mms_cap;
	struct aios_snap_head *head;
	struct aios_snap_ctx *ctxs;
	struct aios_snap_proc *procs;
	uint32_t ctx_cap, proc_cap;
	size_t ctx_bytes, proc_bytes;
};

/**
 * aios_snap_maps_open() - sizes the maps and chooses the program, before the object is loaded
 * @maps: overwritten
 * @obj: opened
 * @contexts: room for so many
 * Return: 0 or a negative errno.
 */
int aios_snap_maps_open(struct aios_snap_maps *maps, struct bpf_object *obj, uint32_t contexts);

/**
 * aios_snap_maps_map() - maps the arrays of the loaded object
 * @maps: opened
 * @obj: loaded
 * @head: the object's
 * Return: 0 or a negative errno.
 */
int aios_snap_maps_map(struct aios_snap_maps *maps, struct bpf_object *obj,
		       struct aios_snap_head *head);
void aios_snap_maps_done(struct aios_snap_maps *maps);

/**
 * aios_snap_maps_look() - looks at all contexts
 * @maps: mapped
 * @ret: overwritten
 * Return: 0 or a negative errno.
 */
int aios_snap_maps_look(struct aios_snap_maps *maps, struct aios_snap *ret);

#endif /* AIOS_LOAD_SNAP_H */
