/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * top_proc.h - what /proc and the list of users know of a process that has contexts.
 */
#ifndef AIOS_TOP_PROC_H
#define AIOS_TOP_PROC_H

#include <sys/types.h>

#include "../lib/top.h"

/**
 * struct aios_top_people - what was found out of users and processes, for the next sample
 */
struct aios_top_people;

struct aios_top_people *aios_top_people_new(void);
struct aios_top_people *aios_top_people_free(struct aios_top_people *people);

/**
 * aios_top_people_tell() - fills in user, command, cgroup and container
 * @people: remembers by address space, so that a process is asked for once
 * @proc: its snap is filled in
 * Return: 0 or -ENOMEM. What cannot be read stays NULL.
 */
int aios_top_people_tell(struct aios_top_people *people, struct aios_top_proc *proc);

/**
 * aios_top_people_user() - fills in the user alone, of a process that may have ended
 * @people: remembers
 * @proc: its snap is filled in; what now has its number in /proc is another one
 * Return: 0 or -ENOMEM.
 */
int aios_top_people_user(struct aios_top_people *people, struct aios_top_proc *proc);

/**
 * aios_top_people_round() - a sample is complete: processes that are not in it are forgotten
 * @people: remembers
 */
void aios_top_people_round(struct aios_top_people *people);

/**
 * aios_top_read() - reads a file of /proc
 * @path: of it
 * @ret: NUL-terminated
 * @size: of @ret
 * Return: bytes read, also where there are more; a negative errno.
 */
ssize_t aios_top_read(const char *path, char *ret, size_t size);

#endif /* AIOS_TOP_PROC_H */
