/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * target.h - the command that is traced.
 */
#ifndef AIOS_TARGET_H
#define AIOS_TARGET_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "../lib/err.h"
#include "user.h"

/**
 * struct aios_target - a command
 * @pid: of its process, 0 before it was started
 * @running: it has not ended
 * @status: how it ended, as from wait(2)
 * @go_fd: what it waits for before it executes
 * @exec_fd: where it says why it could not
 */
struct aios_target {
	pid_t pid;
	bool running;
	int status;
	int go_fd;
	int exec_fd;
};

/**
 * aios_target_check() - can this be executed?
 * @file: as the user wrote it
 * @err: why not
 * Return: 0, AIOS_NOT_FOUND or AIOS_CANNOT_EXEC.
 */
int aios_target_check(const char *file, struct aios_err *err);

/**
 * aios_target_start() - makes the process and lets it wait before its first instruction
 * @ret: overwritten
 * @argv: NULL-terminated
 * @user: as whom it runs; nobody: as ourselves
 * @out_to_err: its standard output goes to ours for errors
 * @err: why it failed
 * Return: 0 or a negative errno.
 */
int aios_target_start(struct aios_target *ret, char **argv, const struct aios_user *user,
		      bool out_to_err, struct aios_err *err);

/**
 * aios_target_go() - lets it execute
 * @target: started
 * @file: what it executes, for the message
 * @err: why it could not
 * Return: 0, AIOS_NOT_FOUND or AIOS_CANNOT_EXEC.
 */
int aios_target_go(struct aios_target *target, const char *file, struct aios_err *err);

/**
 * aios_target_poll() - has it ended?
 * @target: updated
 */
void aios_target_poll(struct aios_target *target);

/**
 * aios_target_signal() - passes a signal on
 * @target: nothing is done unless it runs
 * @sig: which
 */
void aios_target_signal(const struct aios_target *target, int sig);

/**
 * aios_target_done() - lets go: one that waits still ends, one that runs goes on
 * @target: zero-initialised or started
 */
void aios_target_done(struct aios_target *target);

/**
 * aios_target_failed() - did it end badly?
 * @target: has ended, or was never started
 * Return: whether it exited with another status than 0 or was killed.
 */
bool aios_target_failed(const struct aios_target *target);

#endif /* AIOS_TARGET_H */
