/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ring.h - the completion ring's head, which only the shared page knows.
 */
#ifndef AIOS_BPF_RING_H
#define AIOS_BPF_RING_H

#include "hook.h"
#include "peek.h"

/* The first page of the ring, as a struct page or folio: one and the same address. */
static __always_inline __u64 aios_ring_page(struct kioctx *kctx, const int direct)
{
	struct kioctx___pages *old = (void *)kctx;

	if (bpf_core_field_exists(kctx->ring_folios))
		return aios_peek((__u64)READ_FIELD(direct, kctx, ring_folios));
	return aios_peek((__u64)READ_FIELD(direct, old, ring_pages));
}

/**
 * aios_ring_head() - reads ring->head, as anybody may just have written it
 * @kctx: whose ring
 * @direct: see hook.h
 *
 * page_address() on x86-64: the page's place in the array at vmemmap_base is the page frame's
 * in the direct mapping at page_offset_base.
 *
 * Return: the head, or AIOS_UNKNOWN32 where addresses of kernel symbols are hidden.
 */
static __always_inline __u32 aios_ring_head(struct kioctx *kctx, const int direct)
{
	__u64 page;

	if (!bases.pages)
		return AIOS_UNKNOWN32;
	page = aios_ring_page(kctx, direct) - bases.pages;
	page = page / bpf_core_type_size(struct page) * 4096 + bases.direct_map;
	page += bpf_core_field_offset(struct aio_ring, head);
	return aios_peek32(page);
}

#endif /* AIOS_BPF_RING_H */
