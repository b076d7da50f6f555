// SPDX-License-Identifier: GPL-2.0-only
/*
 * kill.c - an end to the processes of a command that hangs.
 */
#include "kill.h"

#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * A number may be another process's by the time that it is killed. A process that is traced still,
 * after it was opened, had that number when it was.
 */
static void kill_one(const struct aios_load *load, const struct aios_listed *listed)
{
	int fd;

	if (!aios_load_traces(load, listed->tgid))
		return;
	fd = (int)syscall(SYS_pidfd_open, (pid_t)listed->pid, 0);
	if (fd < 0)
		return;
	if (aios_load_traces(load, listed->tgid))
		syscall(SYS_pidfd_send_signal, fd, SIGKILL, NULL, 0);
	close(fd);
}

size_t aios_kill_traced(struct aios_load *load)
{
	struct aios_processes all;

	if (!aios_load_traced(load) || aios_load_processes(load, &all))
		return aios_load_traced(load);
	for (size_t i = 0; i < all.cnt; i++)
		kill_one(load, &all.list[i]);
	aios_processes_done(&all);
	return aios_load_traced(load);
}
