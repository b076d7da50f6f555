// SPDX-License-Identifier: GPL-2.0-only
/*
 * block.bpf.c - what the block layer does for requests: when their bios are queued, given to a
 * driver, and done.
 *
 * A bio knows what to call when it is done, and for direct I/O that knows the kiocb. So what a bio
 * is to call is compared with the functions whose bookkeeping is known here, and a kiocb is one of
 * native AIO if it is to call aio_complete_rw(). Nothing is taken from who happens to run, as bios
 * are queued late by throttling, and issued by whoever flushes the plug.
 *
 * Bytes tell whether all was seen: those that were queued have to be issued, and to be done. Bios
 * of a driver that knows no requests, or that stands on other devices, are queued and never issued.
 */
#include "block.h"
#include "filter.h"
#include "hook.h"
#include "peek.h"

#define CHAIN_MAX	4	/* pieces of pieces */
#define BIOS_MAX	1024	/* of a request of the block layer */

/* A field of a structure at an address, and where it is; -1 where the kernel has none. */
#define AT(type, field)								\
	(bpf_core_field_exists(struct type, field) ?				\
	 (__s64)bpf_core_field_offset(struct type, field) : -1)
#define WORD(address, type, field)						\
	aios_peek((address) + bpf_core_field_offset(struct type, field))

enum doing_what { BIO_ISSUED, BIO_HANDED_BACK, BIO_DONE };

/**
 * struct bio_walk - the bios of a request of the block layer, one by one
 * @bio: the next one
 * @ns: now
 * @what: enum doing_what
 */
struct bio_walk {
	__u64 bio;
	__u64 ns;
	__u64 what;
};

/* Where a bio that calls @end_io when it is done has the address of its kiocb, 0 for unknown. */
static __always_inline __u64 iocb_place(__u64 bio, __u64 end_io)
{
	__s64 at = -1;

	if (!end_io)
		return 0;
	if (end_io == config.end_io[AIOS_END_BLKDEV_ONE]) {
		at = AT(blkdev_dio, iocb);
		return at < 0 ? 0 : bio - AT(blkdev_dio, bio) + at;
	}
	if (end_io == config.end_io[AIOS_END_IOMAP])
		at = AT(iomap_dio, iocb);
	else if (end_io == config.end_io[AIOS_END_BLKDEV])
		at = AT(blkdev_dio, iocb);
	else if (end_io == config.end_io[AIOS_END_DIO])
		at = AT(dio, iocb);
	return at < 0 ? 0 : WORD(bio, bio, bi_private) + at;
}

/* The kiocb that a bio is for, of AIO or not; 0 where that cannot be told. */
static __always_inline __u64 bio_kiocb(__u64 bio)
{
	__u64 end_io = WORD(bio, bio, bi_end_io), place;

	for (int i = 0; i < CHAIN_MAX && end_io == config.end_io[AIOS_END_CHAIN]; i++) {
		bio = WORD(bio, bio, bi_private);
		end_io = WORD(bio, bio, bi_end_io);
	}
	place = iocb_place(bio, end_io);
	return place ? aios_peek(place) : 0;
}

static __always_inline __u32 bio_bytes(__u64 bio)
{
	return aios_peek32(bio + bpf_core_field_offset(struct bio, bi_iter.bi_size));
}

static __always_inline int is_traced_aio(__u64 kiocb)
{
	return WORD(kiocb, aio_kiocb, rw.ki_complete) == config.complete_rw &&
	       aios_ctx_chosen(WORD(kiocb, aio_kiocb, ki_ctx));
}

/* The bio that is queued, as a mere number. */
static __always_inline __u64 queued_bio(void *ctx)
{
	__u64 bio = 0;

	bpf_probe_read_kernel(&bio, sizeof(bio), ctx);
	return bio;
}

SEC("?tp_btf/block_bio_queue")
int tp_block_bio_queue(unsigned long long *ctx)
{
	__u64 bio = queued_bio(ctx), kiocb = bio_kiocb(bio);
	struct aios_bios *bios, none = {};

	if (!kiocb || !is_traced_aio(kiocb))
		return 0;
	bios = bpf_map_lookup_elem(&blocks, &kiocb);
	if (!bios) {
		none.queued_ns = bpf_ktime_get_ns();
		bpf_map_update_elem(&blocks, &kiocb, &none, BPF_NOEXIST);
		bios = bpf_map_lookup_elem(&blocks, &kiocb);
	}
	if (!bios)
		return 0;
	__sync_fetch_and_add(&bios->bios, 1);
	__sync_fetch_and_add(&bios->queued, bio_bytes(bio));
	return 0;
}

static __always_inline void bio_does(struct aios_bios *bios, const struct bio_walk *walk,
				     __u64 bytes)
{
	if (walk->what == BIO_DONE) {
		__sync_fetch_and_add(&bios->done, bytes);
		bios->done_ns = walk->ns;
		return;
	}
	__sync_fetch_and_add(&bios->issued, walk->what == BIO_ISSUED ? bytes : -bytes);
	if (!bios->issued_ns)
		bios->issued_ns = walk->ns;
}

static long walk_bio(__u32 i, struct bio_walk *walk)
{
	__u64 bio = walk->bio, kiocb, bytes;
	struct aios_bios *bios;

	if (!bio)
		return 1;
	kiocb = bio_kiocb(bio);
	bytes = bio_bytes(bio);
	walk->bio = WORD(bio, bio, bi_next);
	bios = kiocb ? bpf_map_lookup_elem(&blocks, &kiocb) : NULL;
	if (bios && bytes)
		bio_does(bios, walk, bytes);
	return 0;
}

static __always_inline void walk_bios(struct request *rq, __u64 what)
{
	struct bio_walk walk = {
		.bio = (__u64)BPF_CORE_READ(rq, bio),
		.ns = bpf_ktime_get_ns(),
		.what = what,
	};

	bpf_loop(BIOS_MAX, walk_bio, &walk, 0);
}

SEC("?tp_btf/block_rq_issue")
int tp_block_rq_issue(unsigned long long *ctx)
{
	walk_bios((struct request *)ctx[0], BIO_ISSUED);
	return 0;
}

/* What the driver had not been given was not counted either. */
SEC("?tp_btf/block_rq_requeue")
int tp_block_rq_requeue(unsigned long long *ctx)
{
	struct request *rq = (struct request *)ctx[0];

	if (BPF_CORE_READ(rq, state) != MQ_RQ_IDLE)
		walk_bios(rq, BIO_HANDED_BACK);
	return 0;
}

/*
 * Nothing has been taken off its bios yet. Of a request that is not done as a whole nothing counts,
 * so that what became of its bios is not known.
 */
SEC("?tp_btf/block_rq_complete")
int tp_block_rq_complete(unsigned long long *ctx)
{
	struct request *rq = (struct request *)ctx[0];

	if ((__u32)ctx[2] >= BPF_CORE_READ(rq, __data_len))
		walk_bios(rq, BIO_DONE);
	return 0;
}
