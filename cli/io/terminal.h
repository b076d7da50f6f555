/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * terminal.h - cells on a terminal, and what somebody types there.
 */
#ifndef AIOS_TERMINAL_H
#define AIOS_TERMINAL_H

#include <poll.h>

#include "../lib/err.h"
#include "../lib/grid.h"
#include "../lib/screen.h"

/**
 * aios_terminal_check() - is there a terminal to take?
 * @err: why not, and what to do
 * Return: 0 or -ENOTTY.
 */
int aios_terminal_check(struct aios_err *err);

/**
 * aios_terminal_open() - takes the terminal that stdin and stdout are
 * @err: why not, and what to do
 *
 * From here on it is given back on every way out, by a signal or a crash as well. There is one
 * terminal: this must not be called twice without aios_terminal_close() between.
 *
 * Return: 0; -ENOTTY where there is none, or one that cannot move its cursor.
 */
int aios_terminal_open(struct aios_err *err);
void aios_terminal_close(void);

/* Its size now. */
void aios_terminal_size(int *rows, int *cols);

/**
 * aios_terminal_draw() - shows what is different from what was drawn last
 * @grid: of any size
 * @all: draw every cell, as somebody else may have written there
 */
void aios_terminal_draw(const struct aios_grid *grid, bool all);

/* The next key that was typed already; AIOS_KEY_NONE where there is none. */
struct aios_key aios_terminal_key(void);

/**
 * aios_terminal_wait() - waits for one of these, or a signal about the end or the size
 * @fds: as for poll(2)
 * @cnt: of them
 *
 * Such signals come in here and nowhere else while the terminal is open.
 * Return: as poll(2).
 */
int aios_terminal_wait(struct pollfd *fds, unsigned int cnt);

/* The signal that asks the program to end, 0 for none. */
int aios_terminal_signal(void);

#endif /* AIOS_TERMINAL_H */
