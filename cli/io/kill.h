/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kill.h - an end to the processes of a command that hangs.
 */
#ifndef AIOS_KILL_H
#define AIOS_KILL_H

#include <stddef.h>

#include "load.h"

/**
 * aios_kill_traced() - kills what was chosen by its number, and the children of that
 * @load: loaded programs, which follow processes
 *
 * Whom a process makes meanwhile is found by calling it again. One that does not come out of the
 * kernel stays.
 *
 * Return: how many there are that have not ended; 0 at evidence level syscall.
 */
size_t aios_kill_traced(struct aios_load *load);

#endif /* AIOS_KILL_H */
