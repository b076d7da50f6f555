/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * top_sample.h - the host at a moment, for aiotop: from the kernel's own tables, or, without
 * privilege, from what everybody may read.
 */
#ifndef AIOS_TOP_SAMPLE_H
#define AIOS_TOP_SAMPLE_H

#include "../lib/err.h"
#include "../lib/top.h"
#include "load.h"

/**
 * struct aios_top_edge - what is remembered from sample to sample
 */
struct aios_top_edge;

struct aios_top_edge *aios_top_edge_new(void);
struct aios_top_edge *aios_top_edge_free(struct aios_top_edge *edge);

#define AIOS_TOP_ROOM_MAX	65536U	/* contexts that any look has room for */

/**
 * aios_top_room() - contexts that a look has to have room for
 * Return: for struct aios_load_opts.snap_ctxs: twice as many as there can be now, and some.
 */
uint32_t aios_top_room(void);

/**
 * aios_top_load() - loads what a snapshot needs, and no hook
 * @kernel: facts
 * @verbose: libbpf's messages go to stderr
 * @ret: to be freed with aios_load_free(), also after an error
 * @err: why not, and what to do
 * Return: 0 or a negative errno.
 */
int aios_top_load(const struct aios_kernel *kernel, bool verbose, struct aios_load **ret,
		  struct aios_err *err);

/**
 * aios_top_take() - looks at all contexts
 * @edge: remembers
 * @load: of aios_top_load(), or any other of AIOS_LEVEL_COUNT
 * @ret: overwritten; free with aios_top_sample_done(), also after an error
 * @err: why it failed
 *
 * Contexts have no ids yet: what they are told apart by may be added, see aios_top_ids().
 *
 * Return: 0 or a negative errno.
 */
int aios_top_take(struct aios_top_edge *edge, struct aios_load *load, struct aios_top_sample *ret,
		  struct aios_err *err);

/**
 * aios_top_take_rings() - looks at what can be seen without privilege: fs.aio-nr, and the rings
 *	that are mapped by processes which this one may look into
 * @edge: remembers
 * @why: why there is no more; must live as long as @ret
 * @ret: as for aios_top_take()
 * Return: 0 or -ENOMEM.
 */
int aios_top_take_rings(struct aios_top_edge *edge, const char *why, struct aios_top_sample *ret);

/**
 * aios_top_user() - says whose a process was that may have ended
 * @edge: remembers
 * @proc: its snap is filled in
 * Return: 0 or -ENOMEM.
 */
int aios_top_user(struct aios_top_edge *edge, struct aios_top_proc *proc);

/**
 * aios_top_ids() - says which contexts were in the samples before
 * @edge: remembers
 * @sample: contexts whose id is 0 get one; born_ns, where it is known, is filled in already
 *
 * Addresses of contexts are used again. It is another one if its ring, its size, its address space
 * or the moment of its birth is.
 *
 * Return: 0 or -ENOMEM.
 */
int aios_top_ids(struct aios_top_edge *edge, struct aios_top_sample *sample);

/**
 * aios_top_new_id() - an id for a context that no look at the contexts will find
 * @edge: remembers
 * Return: one that no other context has or gets.
 */
uint64_t aios_top_new_id(struct aios_top_edge *edge);

/**
 * aios_top_why_not() - which privilege is missing, and what to do
 * @ret: overwritten
 * @because: what loading said, for who has the privilege
 */
void aios_top_why_not(struct aios_err *ret, const struct aios_err *because);

#endif /* AIOS_TOP_SAMPLE_H */
