/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mapped.h - what running processes have mapped, out of /proc: where in which file addresses are.
 */
#ifndef AIOS_MAPPED_H
#define AIOS_MAPPED_H

#include "../lib/image.h"

struct aios_mapped;

/**
 * aios_mapped_new() - knows no process yet
 * Return: to be freed with aios_mapped_free(), or NULL.
 */
struct aios_mapped *aios_mapped_new(void);
struct aios_mapped *aios_mapped_free(struct aios_mapped *mapped);

/**
 * aios_mapped_look() - learns what a process has mapped, as long as it is there
 * @mapped: nothing happens where it knows
 * @tgid: the process, in the tool's pid namespace
 * Return: 0, also where there is no such process, or -ENOMEM.
 */
int aios_mapped_look(struct aios_mapped *mapped, uint32_t tgid);

/**
 * aios_mapped_tell() - tells what is mapped at an address, once
 * @mapped: looks again where it does not know
 * @tgid: the process
 * @ip: the address
 * @news: added to
 * Return: 0 or -ENOMEM.
 */
int aios_mapped_tell(struct aios_mapped *mapped, uint32_t tgid, uint64_t ip,
		     struct aios_images *news);

/**
 * aios_mapped_forget() - a process is a new one, or another program now
 * @mapped: may not know it
 * @tgid: the process
 */
void aios_mapped_forget(struct aios_mapped *mapped, uint32_t tgid);

#endif /* AIOS_MAPPED_H */
