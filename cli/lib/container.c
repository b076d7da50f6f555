// SPDX-License-Identifier: GPL-2.0-only
/*
 * container.c - which container a process is in, as far as the path of its cgroup tells.
 */
#include "container.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"

#define ID_MIN		12	/* hexadecimal digits of a container's id */
#define ID_SHOWN	12

/**
 * struct shape - how a container manager names a cgroup
 * @kind: of the container
 * @below: name that the folder above begins with, or NULL for any
 * @prefix: of its own name
 * @suffix: likewise
 * @is_id: what is between them is an id, in hexadecimal digits; else a name
 */
struct shape {
	const char *kind;
	const char *below;
	const char *prefix;
	const char *suffix;
	bool is_id;
};

/* The first that fits: those below come from managers that make cgroups without systemd's help. */
static const struct shape shapes[] = {
	{ "docker", NULL, "docker-", ".scope", true },
	{ "docker", "docker", "", "", true },
	{ "podman", NULL, "libpod-", ".scope", true },
	{ "podman", NULL, "libpod-", "", true },
	{ "cri-o", NULL, "crio-", ".scope", true },
	{ "cri-o", NULL, "crio-", "", true },
	{ "containerd", NULL, "cri-containerd-", ".scope", true },
	{ "containerd", NULL, "nerdctl-", ".scope", true },
	{ "k8s", "pod", "", "", true },
	{ "lxc", NULL, "lxc.payload.", "", false },
	{ "lxc", "lxc.payload", "", "", false },
	{ "lxc", "lxc", "", "", false },
	{ "machine", NULL, "machine-", ".scope", false },
	{ "machine", NULL, "systemd-nspawn@", ".service", false },
	{ "pod", NULL, "kubepods-burstable-pod", ".slice", false },
	{ "pod", NULL, "kubepods-besteffort-pod", ".slice", false },
	{ "pod", NULL, "kubepods-pod", ".slice", false },
};

/* A stretch of a path. */
struct part {
	const char *text;
	size_t len;
};

static bool begins(struct part part, const char *prefix)
{
	return part.len >= strlen(prefix) && !memcmp(part.text, prefix, strlen(prefix));
}

static bool ends(struct part part, const char *suffix)
{
	size_t len = strlen(suffix);

	return part.len >= len && !memcmp(part.text + part.len - len, suffix, len);
}

/* The first stretch of @part that has only, or none but, the characters of @set. */
static size_t span(struct part part, const char *set)
{
	size_t i = 0;

	while (i < part.len && strchr(set, part.text[i]))
		i++;
	return i;
}

/* containerd puts the container's name behind it where it makes the cgroup itself. */
static bool is_id(struct part part)
{
	return part.len >= ID_MIN && span(part, "0123456789abcdef") == part.len;
}

/* "docker", or "pod" for "pod3f2a...": what is below such a folder is a container. */
static bool is_below(struct part above, const char *name)
{
	if (!strcmp(name, "pod"))
		return begins(above, name) || (begins(above, "kubepods") && ends(above, ".slice"));
	return above.len == strlen(name) && begins(above, name);
}

static bool shape_fits(const struct shape *shape, struct part above, struct part part,
		       struct part *middle)
{
	if ((shape->below && !is_below(above, shape->below)) || !begins(part, shape->prefix) ||
	    !ends(part, shape->suffix) ||
	    part.len <= strlen(shape->prefix) + strlen(shape->suffix))
		return false;
	middle->text = part.text + strlen(shape->prefix);
	middle->len = part.len - strlen(shape->prefix) - strlen(shape->suffix);
	return !shape->is_id || is_id(*middle);
}

/* systemd writes what may not be in the name of a unit as "\x2d". */
static void name_add(struct aios_buf *buf, struct part name)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < name.len; i++) {
		const char *at = name.text + i, *high, *low;

		high = name.len - i >= 4 && at[0] == '\\' && at[1] == 'x' ?
			strchr(digits, at[2]) : NULL;
		low = high ? strchr(digits, at[3]) : NULL;
		if (low && (high != digits || low != digits)) {
			char byte = (char)((high - digits) << 4 | (low - digits));

			aios_buf_add(buf, &byte, 1);
			i += 3;
		} else {
			aios_buf_add(buf, at, 1);
		}
	}
}

static void container_write(struct aios_buf *buf, const struct shape *shape, struct part middle)
{
	if (shape->is_id && middle.len > ID_SHOWN)
		middle.len = ID_SHOWN;
	aios_buf_clear(buf);
	aios_buf_fmt(buf, "%s:", shape->kind);
	name_add(buf, middle);
}

static void container_look(struct aios_buf *buf, struct part above, struct part part)
{
	struct part middle = { 0 };

	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++)
		if (shape_fits(&shapes[i], above, part, &middle)) {
			container_write(buf, &shapes[i], middle);
			return;
		}
}

char *aios_container_name(const char *cgroup)
{
	struct part above = { 0 }, part;
	struct aios_buf buf = { 0 };

	for (part.text = cgroup; *part.text; part.text += part.len + (part.text[part.len] == '/')) {
		part.len = strcspn(part.text, "/");
		if (!part.len)
			continue;
		container_look(&buf, above, part);
		above = part;
	}
	if (buf.err)
		aios_buf_done(&buf);
	return buf.data;
}

/* The next line of /proc/PID/cgroup, "4:memory:/path": its two last fields. */
static bool cgroup_line(const char **text, struct part *which, struct part *path)
{
	const char *line = *text, *end = line + strcspn(line, "\n"), *first, *second;

	if (!*line)
		return false;
	*text = *end ? end + 1 : end;
	first = memchr(line, ':', (size_t)(end - line));
	second = first ? memchr(first + 1, ':', (size_t)(end - first - 1)) : NULL;
	*which = *path = (struct part){ .text = "" };
	if (second) {
		*which = (struct part){ first + 1, (size_t)(second - first - 1) };
		*path = (struct part){ second + 1, (size_t)(end - second - 1) };
	}
	return true;
}

/* How much a line tells: more than that of the others? */
static int cgroup_worth(struct part which, const char *path)
{
	char *container = aios_container_name(path);
	bool names = container != NULL, root = !strcmp(path, "/");

	free(container);
	if (!which.len)
		return root ? 1 : 5;
	if (names)
		return 4;
	return root ? 0 : which.len == strlen("name=systemd") && begins(which, "name=systemd") ?
		3 : 2;
}

char *aios_cgroup_path(const char *text)
{
	struct part which, part;
	char *best = NULL;
	int worth = -1;

	while (cgroup_line(&text, &which, &part)) {
		char *path = part.len ? strndup(part.text, part.len) : NULL;
		int its = path ? cgroup_worth(which, path) : -1;

		if (its > worth) {
			free(best);
			best = path;
			worth = its;
		} else {
			free(path);
		}
	}
	return best;
}
