/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cmd_export.h - what the formats of aiotrace export share.
 */
#ifndef AIOS_CMD_EXPORT_H
#define AIOS_CMD_EXPORT_H

#include "cmd.h"

#define AIOS_EXPORT_FLUSH	65536	/* bytes that are worth a system call */

/**
 * struct aios_export - what is asked for, and where it goes
 * @replay: the trace
 * @addresses: with addresses of the kernel
 * @out: open
 * @buf: what is not written yet
 */
struct aios_export {
	struct aios_replay_opts replay;
	bool addresses;
	struct aios_out out;
	struct aios_buf buf;
};

/**
 * aios_export_perfetto() - a trace as Perfetto reads it
 * @ex: its output is open
 * Return: an exit status.
 */
int aios_export_perfetto(struct aios_export *ex);

/**
 * aios_export_html() - a trace as a page for a browser
 * @ex: its output is open
 * Return: an exit status.
 */
int aios_export_html(struct aios_export *ex);

#endif /* AIOS_CMD_EXPORT_H */
