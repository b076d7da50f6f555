/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * birth.h - the record of a request's birth, for the hooks that can see one.
 */
#ifndef AIOS_BPF_BIRTH_H
#define AIOS_BPF_BIRTH_H

#include "emit.h"
#include "ending.h"
#include "filter.h"
#include "hook.h"
#include "name.h"
#include "peek.h"
#include "stack.h"
#include "state.h"

#define AIOS_VECS	16	/* segments summed up; more are rare and stay unknown */

/* struct iovec of user space, of 64-bit programs and of 32-bit ones. */
struct aios_iovec {
	__u64 base;
	__u64 len;
};

struct aios_iovec32 {
	__u32 base;
	__u32 len;
};

/* The kernel takes a length for a ssize_t of the program's, and refuses what is below 0. */
static __always_inline int birth_vec_len(__u64 vec, __u32 i, int compat, __s64 *len)
{
	struct aios_iovec iov = {};
	struct aios_iovec32 iov32 = {};
	int err;

	if (compat) {
		err = bpf_probe_read_user(&iov32, sizeof(iov32), (void *)(vec + i * sizeof(iov32)));
		*len = (__s32)iov32.len;
	} else {
		err = bpf_probe_read_user(&iov, sizeof(iov), (void *)(vec + i * sizeof(iov)));
		*len = iov.len;
	}
	return err || *len < 0;
}

/* Bytes of a vectored operation, as the iovecs in user memory say; see aios_name_piece(). */
__noinline __u64 birth_vec_bytes(__u64 vec, __u64 count, int compat)
{
	__u64 bytes = 0;

	if (count > AIOS_VECS)
		return AIOS_UNKNOWN64;
	for (__u32 i = 0; i < AIOS_VECS && i < count; i++) {
		__s64 len;

		if (birth_vec_len(vec, i, compat, &len))
			return AIOS_UNKNOWN64;
		bytes += len;
	}
	return bytes;
}

static __always_inline int birth_is_vectored(__u16 op)
{
	return op == IOCB_CMD_PREADV || op == IOCB_CMD_PWRITEV;
}

/* What the iocb says, all but who is asked: @body->kiocb, kctx, uiocb and file. */
static __always_inline void birth_fill(struct aios_iocb *body, const struct iocb *iocb, int compat)
{
	__u16 op = iocb->aio_lio_opcode;
	int vectored = birth_is_vectored(op);
	__u64 count = iocb->aio_nbytes;

	body->data = iocb->aio_data;
	body->offset = iocb->aio_offset;
	body->length = vectored ? birth_vec_bytes(iocb->aio_buf, count, compat) : count;
	body->fd = iocb->aio_fildes;
	body->resfd = iocb->aio_resfd;
	body->rw_flags = iocb->aio_rw_flags;
	body->events = op == IOCB_CMD_POLL ? (__u32)iocb->aio_buf : 0;
	body->op = op;
	body->iocb_flags = iocb->aio_flags;
	body->reqprio = iocb->aio_reqprio;
	body->vecs = !vectored ? 0 : count > 0xffff ? 0xffff : count;
}

/* Of a birth at level function. */
static __always_inline __u16 birth_flags(const int direct)
{
	return AIOS_FLAG(direct) | (watched & AIOS_WATCH_FREE ? AIOS_F_FREED : 0);
}

/*
 * A birth is complete but for the return of its submission, which may come to be told with it.
 * @ctl: where to remember it for that
 */
static __always_inline void birth_end(struct aios_ring_ctl *ctl, struct aios_out *out,
				      struct aios_birth *body)
{
	body->return_ns = 0;
	body->return_err = 0;
	ctl->uiocb = body->iocb.uiocb;
	ctl->pid_tgid = bpf_get_current_pid_tgid();
	ctl->birth = out->pos;
	aios_emit_end(out);
}

/*
 * Was the birth of the request of this submission told? A thread that moved to another CPU in
 * between gets a wrong no, which costs a record that says the same again. What it left behind
 * there can give it a wrong yes if it is back when the same iocb is refused before its birth: the
 * refusal is then told without what was asked for, maybe with that older birth.
 */
static __always_inline int birth_was_seen(struct aios_ring_ctl *ctl, __u64 uiocb)
{
	int seen = ctl && ctl->uiocb == uiocb && ctl->pid_tgid == bpf_get_current_pid_tgid();

	/* Of no thread: an iocb can be at any address, even at 0. */
	if (seen)
		ctl->pid_tgid = 0;
	return seen;
}

/*
 * Where tasks can be preempted in the kernel, what a CPU remembers can be put together of the
 * births of two threads, or be younger than when it was looked at.
 */
static __always_inline int birth_is_ours(const struct aios_rec *rec, __u64 uiocb)
{
	return rec->h.type == AIOS_EV_REQ_BIRTH && rec->iocb.uiocb == uiocb &&
	       rec->h.tid == (__u32)bpf_get_current_pid_tgid() && !rec->birth.return_ns;
}

/*
 * Tells of the return of a submission with the birth that this CPU remembers. Return: whether it
 * could: the reader had not taken it, and the return came within four seconds.
 */
static __always_inline int birth_returned(struct aios_ring_ctl *ctl, __u64 uiocb, __s32 err)
{
	__u64 pos = *(volatile __u64 *)&ctl->birth, commit = pos + 1, after;
	struct aios_slot *slot = aios_slot_at(ctl, pos);
	int fits;

	if (!slot || aios_stopped() ||
	    __sync_val_compare_and_swap(&slot->commit, commit, commit | AIOS_COMMIT_BUSY) != commit)
		return 0;
	after = bpf_ktime_get_ns() - slot->rec.h.time_ns;
	fits = birth_is_ours(&slot->rec, uiocb) && after - 1 < 0xffffffff;
	if (fits) {
		slot->rec.birth.return_ns = after;
		slot->rec.birth.return_err = err;
	}
	__sync_lock_test_and_set(&slot->commit, commit);
	return fits;
}

/**
 * struct seen_kiocb - what most hooks need of a kiocb
 */
struct seen_kiocb {
	__u64 kctx;
	__u64 uiocb;
	__u64 data;
	__u32 refs;
};

#define KIOCB_OFFSET(field)	bpf_core_field_offset(struct aio_kiocb, field)
#define KIOCB_SPAN		96 /* bytes from ki_ctx to ki_refcnt on every kernel so far: 68 */

/*
 * Where a field lies in a copy that begins with ki_ctx. The two offsets become numbers when the
 * program is loaded; their difference has to be taken before it is added to the stack's address,
 * which the compiler would do the other way round and the verifier does not allow.
 */
static __always_inline void *kiocb_at(char *bytes, __u64 offset, __u64 from)
{
	__u64 at = offset - from;

	asm volatile("" : "+r"(at));
	return bytes + at;
}

/* All of it by one call of a helper. Return: whether that worked. */
static __always_inline int kiocb_at_a_stroke(struct aio_kiocb *req, struct seen_kiocb *seen)
{
	__u32 from = KIOCB_OFFSET(ki_ctx), span = KIOCB_OFFSET(ki_refcnt) + sizeof(__u32) - from;
	char bytes[KIOCB_SPAN] = {};

	if (span > sizeof(bytes) || bpf_probe_read_kernel(bytes, span, (void *)req + from))
		return 0;
	seen->kctx = *(__u64 *)bytes;
	seen->uiocb = *(__u64 *)kiocb_at(bytes, KIOCB_OFFSET(ki_res.obj), from);
	seen->data = *(__u64 *)kiocb_at(bytes, KIOCB_OFFSET(ki_res.data), from);
	seen->refs = *(__u32 *)kiocb_at(bytes, KIOCB_OFFSET(ki_refcnt), from);
	return 1;
}

/* The count alone, which most often is all that has to be known. */
static __always_inline __u32 kiocb_refs(struct aio_kiocb *req)
{
	return aios_peek32((__u64)req + KIOCB_OFFSET(ki_refcnt));
}

/*
 * Where the kernel's type is struct kiocb it does not reach as far as the rest of struct aio_kiocb.
 * Where each look costs the call of a helper, one call is cheaper than several.
 */
static __always_inline void look_at_kiocb(struct aio_kiocb *req, struct seen_kiocb *seen)
{
	__u64 at = (__u64)req;

	if (!config.cast && kiocb_at_a_stroke(req, seen))
		return;
	seen->kctx = aios_peek(at + KIOCB_OFFSET(ki_ctx));
	seen->uiocb = aios_peek(at + KIOCB_OFFSET(ki_res.obj));
	seen->data = aios_peek(at + KIOCB_OFFSET(ki_res.data));
	seen->refs = kiocb_refs(req);
}

/**
 * birth() - writes AIOS_EV_REQ_BIRTH
 * @ctx: of the program
 * @req: the kiocb
 * @file: its file, held by the request
 * @iocb: the kernel's copy of the iocb
 * @compat: the caller is a 32-bit program
 * @direct: see hook.h
 */
static __always_inline void birth(void *ctx, struct aio_kiocb *req, struct file *file,
				  const struct iocb *iocb, int compat, const int direct)
{
	struct aios_ring_ctl *ctl = aios_ctl();
	struct seen_kiocb seen;
	struct aios_birth *body;
	struct aios_out out;
	struct iocb copy;

	look_at_kiocb(req, &seen);
	if (!aios_ctx_chosen_on(ctl, seen.kctx))
		return;
	if (!direct) {
		bpf_probe_read_kernel(&copy, sizeof(copy), iocb);
		iocb = &copy;
	}
	aios_tell_file(file, direct);
	submitted_begin(req, seen.kctx, file);
	body = aios_emit_on(ctl, &out, AIOS_EV_REQ_BIRTH, sizeof(*body), birth_flags(direct));
	if (!body)
		return;
	birth_fill(&body->iocb, iocb, compat);
	body->iocb.kiocb = (__u64)req;
	body->iocb.kctx = seen.kctx;
	body->iocb.uiocb = seen.uiocb;
	body->iocb.file = (__u64)file;
	birth_end(ctl, &out, body);
	tell_stack(ctx, (__u64)req, seen.kctx, AIOS_STACK_TAKEN, STACK_SKIP_OF(direct),
		   AIOS_FLAG(direct));
	if (config.look)
		look_at_birth(req, seen.kctx, !!(iocb->aio_flags & IOCB_FLAG_RESFD));
}

#endif /* AIOS_BPF_BIRTH_H */
