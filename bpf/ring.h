/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ring.h - the completion ring's head, which only the shared page knows.
 */
#ifndef AIOS_BPF_RING_H
#define AIOS_BPF_RING_H

#include "maps.h"

/* The first page of the ring, as a struct page or folio: one and the same address. */
static __always_inline __u64 aios_ring_page(struct kioctx *kctx, const int direct)
{
	struct kioctx___pages *old = (void *)kctx;
	__u64 pages, page = 0;

	if (bpf_core_field_exists(kctx->ring_folios))
		pages = (__u64)READ_FIELD(direct, kctx, ring_folios);
	else
		pages = (__u64)READ_FIELD(direct, old, ring_pages);
	bpf_probe_read_kernel(&page, sizeof(page), (void *)pages);
	return page;
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
	__u32 head = AIOS_UNKNOWN32;
	__u64 page;

	if (!bases.pages)
		return head;
	page = aios_ring_page(kctx, direct) - bases.pages;
	page = page / bpf_core_type_size(struct page) * 4096 + bases.direct_map;
	page += bpf_core_field_offset(struct aio_ring, head);
	if (bpf_probe_read_kernel(&head, sizeof(head), (void *)page))
		return AIOS_UNKNOWN32;
	return head;
}

#endif /* AIOS_BPF_RING_H */
