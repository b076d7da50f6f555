/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ring.h - the completion ring's head, which only the shared page knows.
 */
#ifndef AIOS_BPF_RING_H
#define AIOS_BPF_RING_H

#include "hook.h"
#include "peek.h"

/* Where the pages of the ring are listed, as struct pages or folios: one and the same address. */
static __always_inline __u64 aios_ring_pages(struct kioctx *kctx, const int direct)
{
	struct kioctx___pages *old = (void *)kctx;

	if (bpf_core_field_exists(kctx->ring_folios))
		return (__u64)READ_FIELD(direct, kctx, ring_folios);
	return (__u64)READ_FIELD(direct, old, ring_pages);
}

/*
 * page_address() on x86-64: the page's place in the array at vmemmap_base is the page frame's
 * in the direct mapping at page_offset_base.
 */
static __always_inline __u64 aios_page_address(__u64 page)
{
	return (page - bases.pages) / bpf_core_type_size(struct page) * 4096 + bases.direct_map;
}

/**
 * aios_ring_head() - reads ring->head, as anybody may just have written it
 * @kctx: whose ring
 * @direct: see hook.h
 *
 * Return: the head, or AIOS_UNKNOWN32 where addresses of kernel symbols are hidden.
 */
static __always_inline __u32 aios_ring_head(struct kioctx *kctx, const int direct)
{
	if (!bases.pages)
		return AIOS_UNKNOWN32;
	return aios_peek32(aios_page_address(aios_peek(aios_ring_pages(kctx, direct))) +
			   bpf_core_field_offset(struct aio_ring, head));
}

#endif /* AIOS_BPF_RING_H */
