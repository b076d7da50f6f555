/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * status.h - exit statuses, the same for every command and in the man pages.
 */
#ifndef AIOS_STATUS_H
#define AIOS_STATUS_H

enum aios_status {
	AIOS_FINE = 0,
	AIOS_BROKEN = 1,		/* a rule was broken */
	AIOS_USAGE = 2,
	AIOS_CANNOT_OBSERVE = 3,	/* no permission, no BTF, nothing to attach to */
	AIOS_INCONCLUSIVE = 4,		/* records were lost */
	AIOS_UNREADABLE = 5,		/* a trace that cannot be read, or not to its end */
	AIOS_COMMAND_FAILED = 6,	/* CMD failed, and there is nothing worse to say */
	AIOS_CANNOT_EXEC = 126,
	AIOS_NOT_FOUND = 127,
};

#endif /* AIOS_STATUS_H */
