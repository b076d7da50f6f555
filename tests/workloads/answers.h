/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * answers.h - a file whose ->poll this program answers, as a script says.
 */
#ifndef AIOW_ANSWERS_H
#define AIOW_ANSWERS_H

#include "aiowork.h"

/* One question of the kernel: what is done while it waits, and what it is told then */
struct answer {
	uint32_t mask;
	bool notify;	/* wake whoever polls the file, before it is answered */
	bool kick;	/* make answers.kicked readable, before it is answered */
};

struct answers {
	struct aiow *w;
	struct aiow_thread thread;
	char path[PATH_MAX + 16];
	int fuse;
	int file;		/* the file, open: to be polled */
	const struct answer *steps;
	uint32_t nr_steps;
	uint32_t asked;		/* questions since the script began */
	uint64_t polled;	/* what the kernel calls the open file */
	int kicked;
};

int answers_open(struct answers *a, struct aiow *w);
void answers_script(struct answers *a, const struct answer *steps, uint32_t nr, int kicked);
int answers_notify(struct answers *a);
int answers_wait(struct answers *a, uint32_t nr);
int answers_close(struct answers *a);

#endif
