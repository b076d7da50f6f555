/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ring.h - the completion ring's head, which only the shared page knows.
 */
#ifndef AIOS_BPF_RING_H
#define AIOS_BPF_RING_H

#include "hook.h"
#include "peek.h"

/* Does the kernel have the ring in one piece? */
static __always_inline int aios_ring_is_whole(void)
{
	return bpf_core_field_exists(((struct kioctx *)0)->ring);
}

/* Can rings be read? Where they are in pages it takes what kernel symbols tell. */
static __always_inline int aios_ring_is_known(void)
{
	return aios_ring_is_whole() || bases.pages;
}

/*
 * Where the pages of the ring are listed, as struct pages or folios: one and the same address. Or
 * the ring itself, if it is in one piece.
 */
static __always_inline __u64 aios_ring_pages(struct kioctx *kctx, const int direct)
{
	struct kioctx___pages *old = (void *)kctx;

	if (aios_ring_is_whole())
		return (__u64)READ_FIELD(direct, kctx, ring);
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
 * aios_ring_address() - where a byte of the ring is
 * @pages: what aios_ring_pages() returned
 * @at: its place in the ring
 */
static __always_inline __u64 aios_ring_address(__u64 pages, __u32 at)
{
	if (aios_ring_is_whole())
		return pages + at;
	return aios_page_address(aios_peek(pages + at / 4096 * sizeof(pages))) + at % 4096;
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
	if (!aios_ring_is_known())
		return AIOS_UNKNOWN32;
	return aios_peek32(aios_ring_address(aios_ring_pages(kctx, direct),
					     bpf_core_field_offset(struct aio_ring, head)));
}

#endif /* AIOS_BPF_RING_H */
