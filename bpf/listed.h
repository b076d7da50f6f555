/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * listed.h - is a request on ctx->active_reqs, the list of those that can be cancelled?
 */
#ifndef AIOS_BPF_LISTED_H
#define AIOS_BPF_LISTED_H

#include "kernel.h"
#include "peek.h"

/*
 * Is what is known of a poll in one word, which tells whether somebody is at the request? Such a
 * kernel, that of kernel/6.12/next, has its list read under RCU, too: who leaves it leads on.
 */
static __always_inline int aios_poll_is_owned(void)
{
	return bpf_core_field_exists(((struct aio_kiocb *)0)->poll.state);
}

/**
 * aios_listed() - what shows that a request is on the list
 * @kiocb: the request
 * Return: where its entry leads, or its function for that; 0 where it is on none.
 */
static __always_inline __u64 aios_listed(__u64 kiocb)
{
	__u64 list = kiocb + bpf_core_field_offset(struct aio_kiocb, ki_list), next;

	if (aios_poll_is_owned())
		return aios_peek(kiocb + bpf_core_field_offset(struct aio_kiocb, ki_cancel));
	next = aios_peek(list);
	return next == list ? 0 : next;
}

#endif /* AIOS_BPF_LISTED_H */
