/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * processes.h - the processes that the tool can see: how it calls them, and how records do.
 *
 * Records have the numbers of the initial pid namespace. What -p and fork() give are numbers of
 * the tool's own, which is another one where it runs in a container.
 */
#ifndef AIOS_PROCESSES_H
#define AIOS_PROCESSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <aioscope/ring.h>

/**
 * struct aios_processes - a list; zero-initialised, an empty one
 */
struct aios_processes {
	struct aios_listed *list;
	size_t cnt, cap;
};

/**
 * aios_processes_add() - one more
 * @all: the list
 * @listed: copied
 * Return: 0 or -ENOMEM.
 */
int aios_processes_add(struct aios_processes *all, const struct aios_listed *listed);
/**
 * aios_processes_proc() - lists the processes without the kernel's help, from /proc
 * @ret: filled; right only in the initial pid namespace
 * Return: 0 or a negative errno.
 */
int aios_processes_proc(struct aios_processes *ret);

/**
 * aios_processes_initial() - is the tool in the initial pid namespace?
 * Return: whether it is.
 */
bool aios_processes_initial(void);

void aios_processes_done(struct aios_processes *all);

/**
 * aios_processes_family() - a process, its children, and theirs
 * @all: the list; its order may change
 * @pid: in the tool's pid namespace
 * @each: called for each with its number in the initial pid namespace
 * @arg: for @each
 * Return: 0; -ESRCH where @pid is not in the list; -ENOMEM; what @each returned.
 */
int aios_processes_family(struct aios_processes *all, pid_t pid,
			  int (*each)(void *arg, uint32_t tgid), void *arg);

#endif /* AIOS_PROCESSES_H */
