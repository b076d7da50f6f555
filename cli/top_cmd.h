/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * top_cmd.h - the modes of aiotop, a file each.
 */
#ifndef AIOS_TOP_CMD_H
#define AIOS_TOP_CMD_H

#include <argp.h>
#include <stdbool.h>
#include <stdint.h>

#define AIOS_TOP_DELAY_NS	1000000000ULL

/**
 * struct aios_top_opts - what the user asked for
 * @once: --once
 * @batch: -b
 * @json: --json
 * @verbose: --verbose
 * @frames: -n, 0 for until somebody ends it
 * @delay_ns: -d
 * @output: -o, or NULL
 * @openmetrics: --openmetrics, or NULL
 * @ready_file: --ready-file, or NULL
 * @path: of a recorded trace, or NULL
 */
struct aios_top_opts {
	bool once;
	bool batch;
	bool json;
	bool verbose;
	unsigned int frames;
	uint64_t delay_ns;
	const char *output;
	const char *openmetrics;
	const char *ready_file;
	const char *path;
};

/**
 * aios_top_argp - the parser of what is shown, how often, and of --help, to be an argp child; its
 * input is a struct aios_top_opts
 */
extern const struct argp aios_top_argp;

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
bool aios_top_script_wanted(const struct aios_top_opts *opts);
int aios_top_script(const struct aios_top_opts *opts);
bool aios_top_screen_wanted(const struct aios_top_opts *opts);
int aios_top_screen(const struct aios_top_opts *opts);

/* Takes main()'s arguments from "file" on and returns an exit status. */
int aios_top_file(int argc, char **argv);

struct aios_top_live;

/**
 * aios_top_frames() - shows frames to scripts
 * @opts: how
 * @live: where samples come from
 * Return: an exit status; what went wrong was said.
 */
int aios_top_frames(const struct aios_top_opts *opts, const struct aios_top_live *live);

#endif /* AIOS_TOP_CMD_H */
