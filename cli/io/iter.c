// SPDX-License-Identifier: GPL-2.0-only
/*
 * iter.c - runs BPF iterators.
 */
#include "iter.h"

#include <errno.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

int aios_iter_run(const struct bpf_program *prog, void *record, size_t size,
		  int (*each)(void *arg), void *arg)
{
	struct bpf_link *link = bpf_program__attach_iter(prog, NULL);
	int fd = link ? bpf_iter_create(bpf_link__fd(link)) : -1, err = fd < 0 ? -errno : 0;
	size_t filled = 0;
	ssize_t got = 1;

	while (!err && got) {
		got = read(fd, (char *)record + filled, size - filled);
		if (got < 0 && errno != EINTR && errno != EAGAIN)
			err = -errno;
		if (got <= 0)
			continue;
		filled = (filled + (size_t)got) % size;
		if (!filled && each)
			err = each(arg);
	}
	if (fd >= 0)
		close(fd);
	bpf_link__destroy(link);
	return err;
}
