/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * top_cmd.h - the modes of aiotop, a file each.
 */
#ifndef AIOS_TOP_CMD_H
#define AIOS_TOP_CMD_H

#include <stdbool.h>

/**
 * struct aios_top_opts - what the user asked for
 * @once: --once
 * @json: --json
 * @verbose: --verbose
 * @output: -o, or NULL
 */
struct aios_top_opts {
	bool once;
	bool json;
	bool verbose;
	const char *output;
};

/**
 * struct aios_top_mode - a way to run
 * @wanted: do the options ask for it?
 * @run: returns an exit status
 */
struct aios_top_mode {
	bool (*wanted)(const struct aios_top_opts *opts);
	int (*run)(const struct aios_top_opts *opts);
};

bool aios_top_once_wanted(const struct aios_top_opts *opts);
int aios_top_once(const struct aios_top_opts *opts);

#endif /* AIOS_TOP_CMD_H */
