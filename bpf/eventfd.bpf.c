// SPDX-License-Identifier: GPL-2.0-only
/*
 * eventfd.bpf.c - which eventfds a program has the kernel signal, and when they are read
 * (--hooks eventfd).
 *
 * io_submit looks an eventfd up by its number for each request, as others of the kernel do; that is
 * told when it is another one than before at that number. A read of any eventfd of the host comes
 * by here, and for one that no traced process gave the kernel a lookup is all there is to it.
 */
#include "emit.h"
#include "filter.h"
#include "hook.h"

#define ERR_PTR_MIN	(-4095ULL)

static __always_inline void tell_eventfd(__u64 eventfd, const struct aios_notified *who,
					 __u32 what, __u16 flags)
{
	struct aios_eventfd_use *body;
	struct aios_out out;

	body = aios_emit_begin(&out, AIOS_EV_EVENTFD_USE, sizeof(*body), flags);
	if (!body)
		return;
	body->eventfd = eventfd;
	body->tgid = who->tgid;
	body->fd = who->fd;
	body->what = what;
	body->reserved = 0;
	aios_emit_end(&out);
}

/* Where the map is full nobody is told to have read: requests then have no known eventfd. */
static __always_inline void on_eventfd_taken(aios_call_t call, const int direct)
{
	struct aios_notified who = {
		.tgid = bpf_get_current_pid_tgid() >> 32,
		.fd = aios_number(call, 0, direct),
	}, *known;
	__u64 eventfd = aios_ret_number(call, direct);

	if (!eventfd || eventfd >= ERR_PTR_MIN || !aios_current_chosen())
		return;
	known = bpf_map_lookup_elem(&eventfds, &eventfd);
	if (known && known->tgid == who.tgid && known->fd == who.fd)
		return;
	if (!bpf_map_update_elem(&eventfds, &eventfd, &who, BPF_ANY))
		tell_eventfd(eventfd, &who, AIOS_EVENTFD_TAKEN, AIOS_FLAG(direct));
}

static __always_inline void on_eventfd_read(aios_call_t call, const int direct)
{
	struct kiocb *read = (struct kiocb *)call->a[0];
	struct aios_notified *who;
	__u64 eventfd;

	if ((__s64)aios_ret_number(call, direct) <= 0)
		return;
	eventfd = (__u64)BPF_CORE_READ(read, ki_filp, private_data);
	who = bpf_map_lookup_elem(&eventfds, &eventfd);
	if (who)
		tell_eventfd(eventfd, who, AIOS_EVENTFD_READ, AIOS_FLAG(direct));
}

/* Nobody has it open any more: it cannot be read, and its address may soon be another one's. */
static __always_inline void on_eventfd_closed(aios_call_t call, const int direct)
{
	struct file *file = (struct file *)call->a[1];
	__u64 eventfd = (__u64)BPF_CORE_READ(file, private_data);
	struct aios_notified *who = bpf_map_lookup_elem(&eventfds, &eventfd), left;

	if (!who)
		return;
	left = *who;
	bpf_map_delete_elem(&eventfds, &eventfd);
	tell_eventfd(eventfd, &left, AIOS_EVENTFD_CLOSED, AIOS_FLAG(direct));
}

AIOS_EXIT(eventfd_ctx_fdget, 1, on_eventfd_taken)
AIOS_EXIT(eventfd_read, 2, on_eventfd_read)
AIOS_ENTRY(eventfd_release, 2, on_eventfd_closed)
