/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * container.h - which container a process is in, as far as the path of its cgroup tells.
 */
#ifndef AIOS_CONTAINER_H
#define AIOS_CONTAINER_H

/**
 * aios_cgroup_path() - the path of a process's cgroup
 * @text: what /proc/PID/cgroup says
 *
 * The unified hierarchy's; where that one is empty ("0::/"), as on hosts that have both kinds, the
 * one of the hierarchies that names a container, else systemd's.
 *
 * Return: owned by the caller, or NULL where there is none, or no memory.
 */
char *aios_cgroup_path(const char *text);

/**
 * aios_container_name() - the innermost container of a cgroup's path
 * @cgroup: "/system.slice/docker-0123...ef.scope"
 *
 * Services of systemd, slices and sessions are no containers. Ids are cut to the 12 digits that
 * people and tools use.
 *
 * Return: "docker:0123456789ab", owned by the caller; NULL where it is in none, or no memory.
 */
char *aios_container_name(const char *cgroup);

#endif /* AIOS_CONTAINER_H */
