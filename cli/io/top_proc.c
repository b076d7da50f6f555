// SPDX-License-Identifier: GPL-2.0-only
/*
 * top_proc.c - what /proc and the list of users know of a process that has contexts.
 */
#include "top_proc.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../lib/container.h"
#include "../lib/map.h"

#define COMMAND_MAX	4096	/* bytes of a command line that anybody would look at */
#define CGROUP_MAX	16384	/* bytes of /proc/PID/cgroup: a line for each hierarchy */

/* A process as it was asked for; it has become another one where @snap differs. */
struct known {
	struct aios_snap_proc snap;
	char *command;
	char *cgroup;
	char *container;
	unsigned int round;
};

struct aios_top_people {
	struct aios_map procs;	/* by address space */
	struct aios_map users;	/* by 1 + uid: names */
	unsigned int round;
	bool proc_is_ours;	/* /proc has the numbers of our pid namespace */
};

ssize_t aios_top_read(const char *path, char *ret, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), err = 0;
	size_t len = 0;
	ssize_t got = 1;

	ret[0] = 0;
	if (fd < 0)
		return -errno;
	while (got && len < size - 1 && !err) {
		got = read(fd, ret + len, size - 1 - len);
		if (got < 0 && errno != EINTR)
			err = -errno;
		if (got > 0)
			len += (size_t)got;
	}
	ret[len] = 0;
	close(fd);
	return err ? err : (ssize_t)len;
}

static bool proc_is_ours(void)
{
	char self[32] = "";

	return readlink("/proc/self", self, sizeof(self) - 1) > 0 && atoi(self) == getpid();
}

struct aios_top_people *aios_top_people_new(void)
{
	struct aios_top_people *people = calloc(1, sizeof(*people));

	if (people)
		people->proc_is_ours = proc_is_ours();
	return people;
}

static void known_free(struct known *known)
{
	free(known->command);
	free(known->cgroup);
	free(known->container);
	free(known);
}

/**
 * aios_top_people_free() - gives the memory back
 * @people: may be NULL
 * Return: NULL.
 */
struct aios_top_people *aios_top_people_free(struct aios_top_people *people)
{
	struct known *known;
	size_t iter = 0;
	char *name;

	if (!people)
		return NULL;
	while ((known = aios_map_next(&people->procs, &iter)))
		known_free(known);
	iter = 0;
	while ((name = aios_map_next(&people->users, &iter)))
		free(name);
	aios_map_done(&people->procs);
	aios_map_done(&people->users);
	free(people);
	return NULL;
}

/* Users do not change their names while somebody watches. */
static const char *people_user(struct aios_top_people *people, uint32_t uid)
{
	uint64_t key = 1 + (uint64_t)uid;
	char *name = aios_map_get(&people->users, key);
	struct passwd *entry;

	if (name)
		return name;
	entry = getpwuid(uid);
	if (entry)
		name = strdup(entry->pw_name);
	else if (asprintf(&name, "%u", uid) < 0)
		name = NULL;
	if (name && aios_map_put(&people->users, key, name)) {
		free(name);
		name = NULL;
	}
	return name;
}

/* Arguments are parted by NULs; a blank is what people would have typed. */
static char *read_command(uint32_t pid)
{
	char path[64], text[COMMAND_MAX];
	ssize_t len;

	snprintf(path, sizeof(path), "/proc/%u/cmdline", pid);
	len = aios_top_read(path, text, sizeof(text));
	while (len > 0 && !text[len - 1])
		len--;
	if (len <= 0)
		return NULL;
	for (ssize_t i = 0; i < len; i++)
		if (!text[i])
			text[i] = ' ';
	return strndup(text, (size_t)len);
}

static char *read_cgroup(uint32_t pid)
{
	char path[64], text[CGROUP_MAX];

	snprintf(path, sizeof(path), "/proc/%u/cgroup", pid);
	return aios_top_read(path, text, sizeof(text)) > 0 ? aios_cgroup_path(text) : NULL;
}

static struct known *known_new(const struct aios_top_people *people,
			       const struct aios_snap_proc *snap)
{
	struct known *known = calloc(1, sizeof(*known));

	if (!known)
		return NULL;
	known->snap = *snap;
	if (!people->proc_is_ours || !snap->pid)
		return known;
	known->command = read_command(snap->pid);
	known->cgroup = read_cgroup(snap->pid);
	known->container = known->cgroup ? aios_container_name(known->cgroup) : NULL;
	return known;
}

static bool known_is(const struct known *known, const struct aios_snap_proc *snap)
{
	return known->snap.mm == snap->mm && known->snap.start_ns == snap->start_ns &&
	       known->snap.tgid == snap->tgid && known->snap.cgroup == snap->cgroup &&
	       !memcmp(known->snap.comm, snap->comm, sizeof(snap->comm));
}

/* Without privilege address spaces have no names; numbers of processes do then. */
static uint64_t known_key(const struct aios_snap_proc *snap)
{
	return snap->mm ? snap->mm : snap->tgid;
}

static struct known *people_known(struct aios_top_people *people,
				  const struct aios_snap_proc *snap)
{
	struct known *known = aios_map_get(&people->procs, known_key(snap));

	if (known && known_is(known, snap))
		return known;
	if (known)
		known_free(aios_map_take(&people->procs, known_key(snap)));
	known = known_new(people, snap);
	if (known && aios_map_put(&people->procs, known_key(snap), known)) {
		known_free(known);
		known = NULL;
	}
	return known;
}

static int copy(char **to, const char *from)
{
	*to = from ? strdup(from) : NULL;
	return from && !*to ? -ENOMEM : 0;
}

int aios_top_people_tell(struct aios_top_people *people, struct aios_top_proc *proc)
{
	const char *user = people_user(people, proc->snap.uid);
	struct known *known = people_known(people, &proc->snap);

	if (!user || !known)
		return -ENOMEM;
	known->round = people->round;
	if (copy(&proc->user, user) || copy(&proc->command, known->command) ||
	    copy(&proc->cgroup, known->cgroup) || copy(&proc->container, known->container))
		return -ENOMEM;
	return 0;
}

int aios_top_people_user(struct aios_top_people *people, struct aios_top_proc *proc)
{
	const char *user = people_user(people, proc->snap.uid);

	return user ? copy(&proc->user, user) : -ENOMEM;
}

void aios_top_people_round(struct aios_top_people *people)
{
	struct known *known;
	size_t iter = 0;

	while ((known = aios_map_next(&people->procs, &iter))) {
		if (known->round == people->round)
			continue;
		aios_map_take(&people->procs, known_key(&known->snap));
		aios_map_again(&iter);
		known_free(known);
	}
	people->round++;
}
