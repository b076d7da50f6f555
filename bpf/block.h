/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * block.h - what the block layer did for a request is told before its completion (--hooks block).
 */
#ifndef AIOS_BPF_BLOCK_H
#define AIOS_BPF_BLOCK_H

#include "emit.h"

static __always_inline __u32 block_flags(const struct aios_bios *bios)
{
	return bios->issued == bios->queued && bios->done == bios->queued ? AIOS_BLOCK_WHOLE : 0;
}

/* Whoever completes a request has seen the end of its last bio. */
static __noinline int tell_block(__u64 kiocb, __u64 kctx)
{
	struct aios_bios *bios = bpf_map_lookup_elem(&blocks, &kiocb);
	struct aios_block *body;
	struct aios_out out;

	if (!bios)
		return 0;
	body = aios_emit_begin(&out, AIOS_EV_BLOCK, sizeof(*body), 0);
	if (body) {
		body->kiocb = kiocb;
		body->kctx = kctx;
		body->queued_ns = bios->queued_ns;
		body->issued_ns = bios->issued_ns;
		body->done_ns = bios->done_ns;
		body->bytes = bios->queued;
		body->bios = bios->bios;
		body->flags = block_flags(bios);
		aios_emit_end(&out);
	}
	bpf_map_delete_elem(&blocks, &kiocb);
	return 0;
}

#endif /* AIOS_BPF_BLOCK_H */
