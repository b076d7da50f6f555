// SPDX-License-Identifier: GPL-2.0-only
/*
 * user.c - as whom the traced command runs.
 */
#include "user.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* (uid_t)-1 means "no change" to the system calls: it is nobody's. */
static bool is_number(const char *text, uid_t *ret)
{
	unsigned long number;
	char *end;

	if (text[0] < '0' || text[0] > '9')
		return false;
	errno = 0;
	number = strtoul(text, &end, 10);
	*ret = (uid_t)number;
	return !errno && !*end && number < UINT32_MAX;
}

/* As initgroups() would set them; all are looked up before there is a process to set them in. */
static int find_groups(struct aios_user *user)
{
	int cnt = 16;

	do {
		gid_t *groups = realloc(user->groups, (size_t)cnt * sizeof(*groups));

		if (!groups)
			return -ENOMEM;
		user->groups = groups;
		user->group_cnt = cnt;
		/* Where there is too little room, it says how much there has to be. */
	} while (getgrouplist(user->name, user->gid, user->groups, &cnt) < 0 &&
		 cnt > user->group_cnt);
	user->group_cnt = cnt;
	return 0;
}

static int user_of(struct aios_user *ret, const struct passwd *known)
{
	ret->uid = known->pw_uid;
	ret->gid = known->pw_gid;
	ret->name = strdup(known->pw_name);
	ret->home = strdup(known->pw_dir);
	return ret->name && ret->home ? find_groups(ret) : -ENOMEM;
}

static int user_of_number(struct aios_user *ret, const char *text, uid_t number)
{
	ret->uid = number;
	ret->gid = number;
	ret->name = strdup(text);
	ret->home = strdup("/");
	ret->groups = malloc(sizeof(*ret->groups));
	if (!ret->name || !ret->home || !ret->groups)
		return -ENOMEM;
	ret->groups[0] = number;
	ret->group_cnt = 1;
	return 0;
}

int aios_user_find(struct aios_user *ret, const char *name, struct aios_err *err)
{
	const struct passwd *known = getpwnam(name);
	uid_t number;
	int code;

	*ret = (struct aios_user){ 0 };
	if (!known && !is_number(name, &number))
		return aios_fail(err, -ENOENT, "there is no user '%.64s'", name);
	if (!known)
		known = getpwuid(number);
	code = known ? user_of(ret, known) : user_of_number(ret, name, number);
	return code ? aios_fail(err, code, "cannot look up user '%.64s': %s", name,
				strerror(-code)) : 0;
}

/**
 * aios_user_done() - gives the memory back
 * @user: emptied
 */
void aios_user_done(struct aios_user *user)
{
	free(user->name);
	free(user->home);
	free(user->groups);
	*user = (struct aios_user){ 0 };
}

/* The user last: afterwards the groups could not be set any more. */
int aios_user_become(const struct aios_user *user)
{
	if (setgroups((size_t)user->group_cnt, user->groups) ||
	    setresgid(user->gid, user->gid, user->gid) ||
	    setresuid(user->uid, user->uid, user->uid) || setenv("HOME", user->home, 1) ||
	    setenv("USER", user->name, 1) || setenv("LOGNAME", user->name, 1))
		return -errno;
	return 0;
}
