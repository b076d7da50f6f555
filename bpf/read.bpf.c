// SPDX-License-Identifier: GPL-2.0-only
/*
 * read.bpf.c - the kernel's readers of the ring.
 *
 * read_events() is hooked, not what it calls: aio_read_events or aio_read_events_ring is inlined
 * on one kernel or the other, and user space gets the events when the call returns, however many
 * rounds it took.
 */
#include "emit.h"
#include "filter.h"
#include "hook.h"
#include "ring.h"

static __always_inline void on_read_begin(aios_call_t call, const int direct)
{
	struct kioctx *kctx = (struct kioctx *)call->a[0];
	struct aios_read_begin *body;
	struct aios_head head;
	struct aios_out out;

	if (!aios_ctx_chosen((__u64)kctx))
		return;
	aios_head_look(&head, kctx, direct);
	body = aios_emit_begin(&out, AIOS_EV_READ_BEGIN, sizeof(*body), AIOS_FLAG(direct));
	if (!body)
		return;
	body->kctx = (__u64)kctx;
	body->min_nr = call->a[1];
	body->nr = call->a[2];
	body->until_ns = call->a[4];
	body->head = aios_head_tell(&head);
	body->tail = READ_FIELD(direct, kctx, tail);
	aios_emit_end(&out);
}

/* The caller still holds a reference on the context. */
static __always_inline void on_read_end(aios_call_t call, const int direct)
{
	struct kioctx *kctx = (struct kioctx *)call->a[0];
	struct aios_read_end *body;
	struct aios_head head;
	struct aios_out out;

	if (!aios_ctx_chosen((__u64)kctx))
		return;
	aios_head_look(&head, kctx, direct);
	body = aios_emit_begin(&out, AIOS_EV_READ_END, sizeof(*body), AIOS_FLAG(direct));
	if (!body)
		return;
	body->kctx = (__u64)kctx;
	body->ret = call->ret;
	body->head = aios_head_tell(&head);
	body->tail = READ_FIELD(direct, kctx, tail);
	aios_emit_end(&out);
}

AIOS_ENTRY(read_events, 5, on_read_begin)
AIOS_EXIT(read_events, 5, on_read_end)
