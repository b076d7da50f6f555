// SPDX-License-Identifier: GPL-2.0-only
/*
 * processes.c - the processes that the tool can see.
 */
#include "processes.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../lib/vec.h"

int aios_processes_add(struct aios_processes *all, const struct aios_listed *listed)
{
	struct aios_listed *list = aios_vec_room(all->list, all->cnt, &all->cap, sizeof(*list));

	if (!list)
		return -ENOMEM;
	all->list = list;
	list[all->cnt++] = *listed;
	return 0;
}

static int proc_add(struct aios_processes *all, pid_t pid)
{
	struct aios_listed listed = { .tgid = (uint32_t)pid, .pid = (uint32_t)pid };
	char path[64], line[1024];
	const char *end;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	file = fopen(path, "re");
	if (!file)
		return 0;
	/* pid (comm) state ppid ...: comm may hold anything, even lines; the last ")" ends it. */
	line[fread(line, 1, sizeof(line) - 1, file)] = '\0';
	end = strrchr(line, ')');
	fclose(file);
	if (!end || sscanf(end, ") %*c %u", &listed.parent) != 1)
		return 0;
	return aios_processes_add(all, &listed);
}

int aios_processes_proc(struct aios_processes *ret)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;
	int err = dir ? 0 : -errno;

	while (!err && (entry = readdir(dir)))
		if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9')
			err = proc_add(ret, atoi(entry->d_name));
	if (dir)
		closedir(dir);
	if (err)
		aios_processes_done(ret);
	return err;
}

/* include/linux/proc_ns.h: the first pid namespace has this inode on every kernel. */
#define PROC_PID_INIT_INO	0xEFFFFFFCU

bool aios_processes_initial(void)
{
	struct stat st;

	return !stat("/proc/self/ns/pid", &st) && st.st_ino == PROC_PID_INIT_INO;
}

/**
 * aios_processes_done() - gives the memory back
 * @all: emptied
 */
void aios_processes_done(struct aios_processes *all)
{
	free(all->list);
	*all = (struct aios_processes){ 0 };
}

static int listed_compare(const void *a, const void *b)
{
	const struct aios_listed *x = a, *y = b;

	return x->tgid < y->tgid ? -1 : x->tgid > y->tgid;
}

/* Where the parent of the process at @i is in the sorted list; the list's length for nowhere. */
static size_t parent_of(const struct aios_processes *all, size_t i)
{
	struct aios_listed key = { .tgid = all->list[i].parent };
	const struct aios_listed *found =
		bsearch(&key, all->list, all->cnt, sizeof(key), listed_compare);

	return found ? (size_t)(found - all->list) : all->cnt;
}

/* Chooses the children of all that are chosen, until there are no more. */
static void choose_children(const struct aios_processes *all, bool *chosen)
{
	bool more = true;

	while (more) {
		more = false;
		for (size_t i = 0; i < all->cnt; i++) {
			if (chosen[i] || !chosen[parent_of(all, i)])
				continue;
			chosen[i] = true;
			more = true;
		}
	}
}

int aios_processes_family(struct aios_processes *all, pid_t pid,
			  int (*each)(void *arg, uint32_t tgid), void *arg)
{
	bool *chosen = calloc(all->cnt + 1, sizeof(*chosen));
	int err = -ESRCH;

	if (!chosen)
		return -ENOMEM;
	if (all->cnt)
		qsort(all->list, all->cnt, sizeof(*all->list), listed_compare);
	for (size_t i = 0; i < all->cnt; i++) {
		chosen[i] = all->list[i].pid == (uint32_t)pid;
		err = chosen[i] ? 0 : err;
	}
	choose_children(all, chosen);
	for (size_t i = 0; i < all->cnt && !err; i++)
		if (chosen[i])
			err = each(arg, all->list[i].tgid);
	free(chosen);
	return err;
}
