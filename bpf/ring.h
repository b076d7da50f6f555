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
 * struct aios_head - a look at a ring's head
 * @at: where it is, 0 where addresses of kernel symbols are hidden
 * @index: what was there, or AIOS_UNKNOWN32
 */
struct aios_head {
	__u64 at;
	__u32 index;
};

/**
 * aios_head_look() - reads ring->head, as anybody may just have written it
 * @head: result
 * @kctx: whose ring
 * @direct: see hook.h
 */
static __always_inline void aios_head_look(struct aios_head *head, struct kioctx *kctx,
					   const int direct)
{
	head->at = 0;
	head->index = AIOS_UNKNOWN32;
	if (!aios_ring_is_known())
		return;
	head->at = aios_ring_address(aios_ring_pages(kctx, direct),
				     bpf_core_field_offset(struct aio_ring, head));
	head->index = aios_peek32(head->at);
}

/**
 * aios_ring_head() - reads ring->head once
 * @kctx: whose ring
 * @direct: see hook.h
 *
 * Return: the head, or AIOS_UNKNOWN32 where addresses of kernel symbols are hidden.
 */
static __always_inline __u32 aios_ring_head(struct kioctx *kctx, const int direct)
{
	struct aios_head head;

	aios_head_look(&head, kctx, direct);
	return head.index;
}

/**
 * aios_head_tell() - the head that was there when a record got its time
 * @head: a look from before that
 *
 * A CPU can be held up between the look and the time (a virtual one for as long as its host likes)
 * while others move the head on. Indices come round: where the ring is full, a head that is old is
 * the same number as one that has taken everything out.
 *
 * Return: the head; AIOS_UNKNOWN32 where it has moved since the look, or could not be read.
 */
static __always_inline __u32 aios_head_tell(const struct aios_head *head)
{
	if (head->at && aios_peek32(head->at) != head->index)
		return AIOS_UNKNOWN32;
	return head->index;
}

#endif /* AIOS_BPF_RING_H */
