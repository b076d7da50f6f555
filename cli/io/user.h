/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * user.h - as whom the traced command runs.
 */
#ifndef AIOS_USER_H
#define AIOS_USER_H

#include <sys/types.h>

#include "../lib/err.h"

/**
 * struct aios_user - a user, as a login would make one; zero-initialised, nobody
 * @name: for messages and $USER; NULL where there is nobody
 * @home: for $HOME
 * @groups: all of the user's, @gid among them
 * @group_cnt: of @groups
 */
struct aios_user {
	char *name;
	char *home;
	uid_t uid;
	gid_t gid;
	gid_t *groups;
	int group_cnt;
};

/**
 * aios_user_find() - looks a user up
 * @ret: overwritten; free with aios_user_done()
 * @name: a name, or a number: of no known user as well, whose group has the same number
 * @err: why not
 * Return: 0; -ENOENT where there is no such user; -ENOMEM.
 */
int aios_user_find(struct aios_user *ret, const char *name, struct aios_err *err);
void aios_user_done(struct aios_user *user);

/**
 * aios_user_become() - makes the calling process the user's, for good
 * @user: found
 *
 * Sets groups, group and user, and HOME, USER and LOGNAME.
 *
 * Return: 0 or a negative errno; then the process is to end.
 */
int aios_user_become(const struct aios_user *user);

#endif /* AIOS_USER_H */
