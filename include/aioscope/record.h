/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * record.h - the record ABI: what the BPF programs write and the core reads.
 *
 * Compiled on both sides, included by nobody but them, and includes nothing but
 * linux/types.h. Every field has a fixed width and natural alignment, there are no
 * holes, and the assertions at the end hold on both sides. A record is a header and
 * one body; the header's type says which. A reader skips (and counts) types it does
 * not know and accepts bodies longer than it knows: fields are only ever appended.
 *
 * Addresses of kernel objects are identities, valid from birth to free, and never
 * leave the tool unless the user asks for them. No record holds user data.
 */
#ifndef AIOSCOPE_RECORD_H
#define AIOSCOPE_RECORD_H

#include <linux/types.h>

/**
 * struct aios_hdr - what every record begins with
 * @type: enum aios_type
 * @len: bytes of the whole record, header included, a multiple of 8
 * @cpu: CPU the hook ran on
 * @flags: AIOS_F_*: what the CPU was doing when the hook ran
 * @tgid: process that was current; means nothing in an interrupt
 * @tid: thread that was current; means nothing in an interrupt
 * @seq: position among all attempts to write on this CPU, failed ones included: the
 *	records of a CPU carry rising numbers, and a jump is exactly what was lost there
 * @time_ns: CLOCK_MONOTONIC, taken after the place in the ring was reserved
 */
struct aios_hdr {
	__u16 type;
	__u16 len;
	__u16 cpu;
	__u16 flags;
	__u32 tgid;
	__u32 tid;
	__u64 seq;
	__u64 time_ns;
};

#define AIOS_F_SOFTIRQ	0x0001	/* in a soft interrupt */
#define AIOS_F_HARDIRQ	0x0002	/* in a hard interrupt (or NMI) */
#define AIOS_F_KPROBE	0x0004	/* seen by a kprobe, which can miss without a count */
#define AIOS_F_NOIRQ	0x0008	/* the kernel does not tell whether this was an interrupt */
#define AIOS_F_AT_DONE	0x0010 /* a completion told where the operation ended, before the last put \
				*/

/* Never in a ring or file: a reader sets it in what a front chunk tells from before the file. */
#define AIOS_F_FRONT	0x0020

/* Of evidence level exact. */
#define AIOS_F_LEDGER	0x0040	/* of a birth: who drops the request's references will be told */
#define AIOS_F_FREED	0x0080	/* of a birth: and when the request is freed */

/* Of the end of a context: its free slots were counted then, and not told one by one before. */
#define AIOS_F_COUNTED	0x0100

/* Of a completion: 1 + enum aios_put_party of the last put, right before it; 0 for unseen. */
#define AIOS_F_PARTY_SHIFT	12
#define AIOS_F_PARTY(flags)	((flags) >> AIOS_F_PARTY_SHIFT)

/* "The number could not be read": never a legal ring index or reference count. */
#define AIOS_UNKNOWN32	0xffffffffU
#define AIOS_UNKNOWN64	0xffffffffffffffffULL

/*
 * Every event once: number, name in C, name in text, body, one sentence.
 * Numbers are for ever; a new event takes the next one.
 */
#define AIOS_EVENTS(X)								\
	X( 1, CTX_SETUP,	"ctx-setup",	aios_ctx_setup,			\
	   "io_setup made a context")						\
	X( 2, CTX_REFUSED,	"ctx-refused",	aios_ctx_refused,		\
	   "io_setup failed")							\
	X( 3, CTX_FOUND,	"ctx-found",	aios_ctx_found,			\
	   "a context that is older than the trace")				\
	X( 4, CTX_KILL,		"ctx-kill",	aios_ctx_kill,			\
	   "the context was taken out of its table, or that failed")		\
	X( 5, CTX_USERS0,	"ctx-users0",	aios_ctx_ref0,			\
	   "the last system call left the dying context; its requests are cancelled") \
	X( 6, CTX_REQS0,	"ctx-reqs0",	aios_ctx_ref0,			\
	   "the last request of the dying context is gone")			\
	X( 7, CTX_FREE,		"ctx-free",	aios_ctx_free,			\
	   "the context is about to be freed")					\
	X( 8, CTX_DESTROY,	"ctx-destroy",	aios_ctx_destroy,		\
	   "io_destroy returned")						\
	X( 9, EXIT_BEGIN,	"exit-begin",	aios_exit,			\
	   "an address space with contexts is going away")			\
	X(10, EXIT_END,		"exit-end",	aios_exit,			\
	   "its contexts have no request left")					\
	X(11, REQ_BIRTH,	"birth",	aios_birth,			\
	   "first sight of a request in its kiocb")				\
	X(12, REQ_IOCB,		"iocb",		aios_iocb,			\
	   "what a submission asked for whose kiocb no hook has seen")		\
	X(13, REQ_FOUND,	"req-found",	aios_iocb,			\
	   "a pending poll request that is older than the trace")		\
	X(14, REQ_RETURN,	"return",	aios_req_return,		\
	   "the submission of one iocb returned")				\
	X(15, SUBMIT,		"submit",	aios_submit,			\
	   "io_submit returned")						\
	X(16, REQ_DONE,		"done",		aios_req_done,			\
	   "the operation is over while somebody else still holds the request")	\
	X(17, REQ_COMPLETE,	"complete",	aios_req_complete,		\
	   "the last reference is gone; the event is about to enter the ring")	\
	X(18, CANCEL,		"cancel",	aios_cancel,			\
	   "io_cancel returned")						\
	X(19, POLL_QUEUE,	"poll-queue",	aios_poll_queue,		\
	   "the file put the request on a wait queue, or tried a second one")	\
	X(20, POLL_WAKE,	"poll-wake",	aios_poll_wake,			\
	   "the wait queue called the request")					\
	X(21, POLL_CANCEL,	"poll-cancel",	aios_poll_cancel,		\
	   "a pending poll request is told to finish")				\
	X(22, POLL_RETURN,	"poll-return",	aios_poll_return,		\
	   "the file's own ->poll returned")					\
	X(23, WORK_BEGIN,	"work-begin",	aios_work,			\
	   "a work item of the request begins")					\
	X(24, WORK_END,		"work-end",	aios_work,			\
	   "a work item of the request ended")					\
	X(25, READ_BEGIN,	"read-begin",	aios_read_begin,		\
	   "io_getevents found its context and begins to read")			\
	X(26, READ_END,		"read-end",	aios_read_end,			\
	   "io_getevents ends reading")						\
	X(27, FILE_NAME,	"file-name",	aios_file_name,			\
	   "a piece of the name of a file that a request uses")			\
	X(28, PROC,		"process",	aios_proc,			\
	   "a traced process: first seen, forked, executed, gone")		\
	X(29, CALL_SETUP,	"call-setup",	aios_call_setup,		\
	   "io_setup returned a context to its caller")				\
	X(30, CALL_READ,	"call-read",	aios_call_read,			\
	   "io_getevents or io_pgetevents returned to its caller")		\
	X(31, REQ_PUT,		"put",		aios_req_put,			\
	   "a reference of the request was dropped, and it was not the last one") \
	X(32, REQ_HOLD,		"hold",		aios_req_hold,			\
	   "the request took a reference of something")				\
	X(33, REQ_DROP,		"drop",		aios_req_hold,			\
	   "the request dropped a reference of something while it lived")	\
	X(34, REQ_FREE,		"free",		aios_req_free,			\
	   "the request is freed; what it held until then is dropped")		\
	X(35, CTX_GET,		"ctx-get",	aios_ctx_ref,			\
	   "a reference of the context was taken")				\
	X(36, CTX_PUT,		"ctx-put",	aios_ctx_ref,			\
	   "a reference of the context is about to be dropped")			\
	X(37, SLOTS,		"slots",	aios_slots,			\
	   "slots of the ring are given back")					\
	X(38, REQ_REFUSED,	"no-request",	aios_req_refused,		\
	   "there was no slot or no memory for a request")			\
	X(39, POLL_ASK,		"poll-ask",	aios_poll_ask,			\
	   "the file's own ->poll is called")					\
	X(40, POLL_DECIDE,	"poll-decide",	aios_poll_decide,		\
	   "the submission, or the work, decided what becomes of a poll")	\
	X(41, REQ_CANCEL,	"cancel-one",	aios_req_cancel,		\
	   "a request was cancelled, or could not be")				\
	X(42, RING_READ,	"ring-read",	aios_ring_read,			\
	   "a reader took events out of the ring, or found none")		\
	X(43, READER_WAKE,	"reader-wake",	aios_reader_wake,		\
	   "a completion wakes a reader")					\
	X(44, EVENTFD,		"eventfd",	aios_eventfd,			\
	   "a completion signals an eventfd")					\
	X(45, FREEZE,		"freeze",	aios_freeze,			\
	   "a write begins, or ends, to keep its file system from being frozen") \
	X(46, CTX_LIMIT,	"ctx-limit",	aios_ctx_limit,			\
	   "io_setup is refused as fs.aio-max-nr would be passed")		\
	X(47, REQ_BORN,		"birth-put",	aios_req_born,			\
	   "a birth, and maybe the put that left one reference")		\
	X(48, REQ_END,		"complete-free", aios_req_end,			\
	   "a completion, and maybe the free that followed")			\
	X(49, MISMATCH,		"mismatch",	aios_mismatch,			\
	   "something was looked at, and is not as it has to be")		\
	X(50, MREMAP_BEGIN,	"mremap-begin",	aios_mremap,			\
	   "the ring of a context is about to be moved")			\
	X(51, MREMAP_END,	"mremap-end",	aios_mremap,			\
	   "it was moved, or could not be")					\
	X(52, STACK,		"stack",	aios_stack,			\
	   "by way of which functions a request was taken, completes or is freed") \
	X(53, SUBMIT_BEGIN,	"submit-begin",	aios_submit_begin,		\
	   "io_submit is called, and it is told when its thread does not run")	\
	X(54, FRAMES,		"frames",	aios_frames,			\
	   "by way of which functions a thread went to sleep within io_submit")	\
	X(55, SLEEP,		"sleep",	aios_sleep,			\
	   "a thread that had left its CPU within io_submit runs again")	\
	X(56, BLOCK,		"block",	aios_block,			\
	   "what the block layer did for a request that is about to complete")	\
	X(57, EVENTFD_USE,	"eventfd-use",	aios_eventfd_use,		\
	   "an eventfd was given to the kernel to signal; such a one was read, or closed")

enum aios_type {
#define X(num, name, text, body, doc) AIOS_EV_##name = num,
	AIOS_EVENTS(X)
#undef X
	AIOS_EV_MAX
};

/**
 * struct aios_ctx_setup - a context was made; its owner is the header's process
 * @kctx: struct kioctx
 * @user_id: aio_context_t, the address of the mapped ring
 * @max_reqs: what io_setup asked for and what counts against fs.aio-max-nr
 * @nr_events: entries of the ring; one of them always stays empty
 * @req_batch: slots a CPU takes from the common counter at a time
 * @table_id: its place in the address space's table of contexts
 */
struct aios_ctx_setup {
	__u64 kctx;
	__u64 user_id;
	__u32 max_reqs;
	__u32 nr_events;
	__u32 req_batch;
	__u32 table_id;
};

/**
 * struct aios_ctx_refused - io_setup failed
 * @err: negative errno
 * @max_reqs: what was asked for
 * @compat: 1 for a 32-bit system call
 */
struct aios_ctx_refused {
	__s64 err;
	__u32 max_reqs;
	__u32 compat;
};

/**
 * struct aios_ctx_found - a context that was there when the trace began
 * @owner_tgid: its process; the header's is the tool's
 * @head: ring->head, or AIOS_UNKNOWN32
 * @tail: kernel's copy of the tail
 * @completed: completed_events, events not yet given back as slots
 * @dead: kill_ioctx has begun
 * @waiters: 1 when a reader was asleep on it, whose read-begin is not in this trace
 * @in_flight: requests not yet completed, or AIOS_UNKNOWN32; a sum over CPUs, not a snapshot
 */
struct aios_ctx_found {
	__u64 kctx;
	__u64 user_id;
	__u32 max_reqs;
	__u32 nr_events;
	__u32 req_batch;
	__u32 owner_tgid;
	__u32 head;
	__u32 tail;
	__u32 completed;
	__u32 dead;
	__u32 waiters;
	__u32 in_flight;
};

/**
 * struct aios_ctx_kill - kill_ioctx returned
 * @ret: 0, or -EINVAL where somebody else was first
 * @waits: 1 when the caller will wait for the last request (io_destroy, exit)
 */
struct aios_ctx_kill {
	__u64 kctx;
	__s64 ret;
	__u32 waits;
	__u32 head;
	__u32 tail;
	__u32 completed;
};

struct aios_ctx_ref0 {
	__u64 kctx;
};

/**
 * struct aios_ctx_free - free_ioctx begins; nothing else can touch the ring any more
 * @head: last ring->head: what lies between it and @tail was never read
 * @free_1: slots that are free, of all CPUs, and 1; 0 where nobody counted them
 */
struct aios_ctx_free {
	__u64 kctx;
	__u32 head;
	__u32 tail;
	__u32 completed;
	__u32 free_1;
};

struct aios_ctx_destroy {
	__u64 user_id;
	__s64 ret;
};

/**
 * struct aios_exit - exit_aio of an address space that has a context table
 * @mm: struct mm_struct
 */
struct aios_exit {
	__u64 mm;
};

/**
 * struct aios_iocb - what a request asks for, from the kernel's own copy of the iocb
 * @kiocb: struct aio_kiocb, 0 where no hook saw it (AIOS_EV_REQ_IOCB)
 * @uiocb: the user's struct iocb; not an identity, it may be in flight twice
 * @data: aio_data
 * @length: bytes asked for; for vectored operations their sum, AIOS_UNKNOWN64 where there
 *	are more segments than are summed up
 * @file: struct file, 0 where it is not known; AIOS_EV_FILE_NAME names it
 * @resfd: eventfd to signal, if AIOS_IOCB_RESFD is in @iocb_flags
 * @events: poll mask asked for, as in poll(2)
 * @op: IOCB_CMD_*
 * @iocb_flags: aio_flags: 1 eventfd, 2 I/O priority
 *
 * For AIOS_EV_REQ_IOCB and poll requests the fields are read again from user memory after
 * the kernel took its copy: a program that changes an iocb in flight is shown the change.
 */
struct aios_iocb {
	__u64 kiocb;
	__u64 kctx;
	__u64 uiocb;
	__u64 data;
	__s64 offset;
	__u64 length;
	__u64 file;
	__s32 fd;
	__s32 resfd;
	__u32 rw_flags;
	__u32 events;
	__u16 op;
	__u16 iocb_flags;
	__s16 reqprio;
	__u16 vecs;
};

/**
 * struct aios_birth - a request is seen first, and maybe the return of its submission
 * @iocb: what it asks for
 * @return_ns: the submission returned so long after the birth; 0 where a record of its own tells
 *	of that: where nobody has taken this one away by then, it tells of both
 * @return_err: what the submission returned, if @return_ns is not 0
 *
 * Since format 1.2; files from before end behind @iocb.
 */
struct aios_birth {
	struct aios_iocb iocb;
	__u32 return_ns;
	__s32 return_err;
};

#define AIOS_IOCB_RESFD		1
#define AIOS_OP_UNKNOWN		0xffff	/* the iocb could not be read */

struct aios_req_return {
	__u64 kctx;
	__u64 uiocb;
	__s64 err;
};

/**
 * struct aios_submit - io_submit returned
 * @user_id: aio_context_t it was given
 * @nr: iocbs given; AIOS_UNKNOWN_NR where the call is older than the trace
 * @ret: iocbs accepted, or a negative errno; a short count hides the errno
 */
struct aios_submit {
	__u64 user_id;
	__s64 nr;
	__s64 ret;
};

/**
 * struct aios_req_done - the operation ended, and this was not the last reference
 *
 * Where nobody else holds the request, done and complete are one moment and only
 * AIOS_EV_REQ_COMPLETE is written.
 */
struct aios_req_done {
	__u64 kiocb;
	__u64 kctx;
	__s64 res;
	__u32 refs;
	__u32 reserved;
};

/**
 * struct aios_req_complete - an event is about to enter the ring, whose lock is not taken yet
 * @tail: kernel's tail as read without the lock: the slot this event takes, unless two
 *	completions overlap
 * @head: ring->head, which user space can write
 * @completed: completed_events before this one
 * @refs: ki_refcnt: 0 on a correct kernel, 1 with AIOS_F_AT_DONE: the one about to be put
 *
 * At evidence level exact the event is in the ring and the lock is held: @tail is its slot, and
 * records of a context come in the order of its ring.
 */
struct aios_req_complete {
	__u64 kiocb;
	__u64 kctx;
	__u64 uiocb;
	__u64 data;
	__s64 res;
	__s64 res2;
	__u32 tail;
	__u32 head;
	__u32 completed;
	__u32 refs;
};

struct aios_cancel {
	__u64 user_id;
	__u64 uiocb;
	__s64 ret;
};

/**
 * struct aios_poll_queue - aio_poll_queue_proc
 * @head: the wait queue
 * @second: 1 when the request already was on one: the kernel refuses that
 */
struct aios_poll_queue {
	__u64 kiocb;
	__u64 kctx;
	__u64 head;
	__u32 second;
	__u32 reserved;
};

/**
 * struct aios_poll_wake - aio_poll_wake begins, under the wait queue's lock
 * @key: mask of the wake-up, kernel encoding, 0 for an unkeyed one
 * @events: mask the request waits for, kernel encoding
 * @refs: ki_refcnt
 * @state: AIOS_POLL_* as they are before this wake-up; all but ARMED are guarded by the
 *	lock that is held, and ARMED is set under it. At evidence level exact AIOS_POLL_DECIDED()
 *	of it is 1 + enum aios_wake_decision
 */
struct aios_poll_wake {
	__u64 kiocb;
	__u64 kctx;
	__u32 key;
	__u32 events;
	__u32 refs;
	__u32 state;
};

#define AIOS_POLL_ARMED		0x01	/* aio_poll has decided to wait: on ctx->active_reqs */
#define AIOS_POLL_SCHEDULED	0x02	/* the completion work is queued or running */
#define AIOS_POLL_RESCHED	0x04	/* another wake-up came meanwhile */
#define AIOS_POLL_CANCELLED	0x08
#define AIOS_POLL_EVENTFD	0x10	/* completion signals an eventfd */
#define AIOS_POLL_SUBMITTING	0x40	/* the submission has it, and sees to wake-ups (next) */

#define AIOS_POLL_ON_QUEUE	0x20	/* in struct aios_poll_decide alone */
#define AIOS_POLL_DECIDED(state)	((state) >> 8)

#define AIOS_POLLFREE		0x4000	/* kernel's mask bit: the wait queue is being freed */

struct aios_poll_cancel {
	__u64 kiocb;
	__u64 kctx;
	__u32 state;
	__u32 reserved;
};

/**
 * struct aios_poll_return - ->poll of the request's file returned
 * @mask: what it returned, kernel encoding
 * @in_work: 1 when the completion work asked, 0 when the submission did
 */
struct aios_poll_return {
	__u64 kiocb;
	__u64 kctx;
	__u32 mask;
	__u32 in_work;
};

enum aios_work_kind {
	AIOS_WORK_FSYNC = 1,
	AIOS_WORK_POLL = 2,	/* aio_poll_complete_work: asks the file again */
	AIOS_WORK_PUT = 3,	/* aio_poll_put_work: only drops the reference */
};

/**
 * struct aios_work - a work item of a request begins or ended
 * @kiocb: at the end an address only: the request may be gone
 * @state: of AIOS_WORK_POLL, AIOS_POLL_*: at the beginning; and at the end where states are looked
 *	at, which means something only if the request completes later
 */
struct aios_work {
	__u64 kiocb;
	__u64 kctx;
	__u32 kind;
	__u32 state;
};

/**
 * struct aios_read_begin - read_events begins
 * @until_ns: longest time to wait, 0 not at all, AIOS_FOREVER for ever
 */
struct aios_read_begin {
	__u64 kctx;
	__s64 min_nr;
	__s64 nr;
	__s64 until_ns;
	__u32 head;
	__u32 tail;
};

#define AIOS_FOREVER	0x7fffffffffffffffLL	/* KTIME_MAX */

struct aios_read_end {
	__u64 kctx;
	__s64 ret;
	__u32 head;
	__u32 tail;
};

#define AIOS_NAME_PIECE	48

/**
 * struct aios_file_name - one piece of one component of a file's name
 * @file: struct file, good until the next record with this address and @part 0
 * @ino: inode number
 * @dev: device number, kernel encoding
 * @magic: of the file system
 * @f_flags: open flags
 * @mode: of the inode
 * @part: components counted from the last one: 0 is the file's own name
 * @piece: pieces of AIOS_NAME_PIECE bytes within the component
 * @text_len: bytes of @text used
 * @name_flags: AIOS_NAME_*
 */
struct aios_file_name {
	__u64 file;
	__u64 ino;
	__u32 dev;
	__u32 magic;
	__u32 f_flags;
	__u16 mode;
	__u8 part;
	__u8 piece;
	__u8 text_len;
	__u8 name_flags;
	__u16 reserved;
	__u32 reserved2;
	char text[AIOS_NAME_PIECE];
};

#define AIOS_NAME_LAST		0x01	/* the name is complete with this record */
#define AIOS_NAME_CUT		0x02	/* ... but longer than is recorded */
#define AIOS_NAME_UNLINKED	0x04	/* the file has no name any more */

/*
 * Evidence level syscall: what a system call was given and returned, as its caller sees it. No
 * kernel object is known, so there are no kctx and no kiocb.
 */
#define AIOS_UNKNOWN_NR	(-0x7fffffffffffffffLL)	/* an argument of a call older than the trace */

/**
 * struct aios_call_setup - io_setup succeeded; where it fails there is AIOS_EV_CTX_REFUSED
 * @user_id: aio_context_t that it stored, 0 where that could not be read
 * @max_reqs: what was asked for
 * @compat: 1 for a 32-bit system call
 */
struct aios_call_setup {
	__u64 user_id;
	__u32 max_reqs;
	__u32 compat;
};

/**
 * struct aios_call_read - io_getevents or io_pgetevents returned, wherever it failed
 * @user_id: aio_context_t that it was given
 * @min_nr, @nr: least and most events; AIOS_UNKNOWN_NR where the call is older than the trace
 * @ret: events, or a negative errno. The kernel's own -ERESTART* (512 and above) is EINTR to the
 *	program, or not seen by it: the kernel makes the call again, which then is another record
 * @begin_ns: when it was called, 0 where the call is older than the trace
 * @pget: 1 for io_pgetevents
 * @compat: 1 for a 32-bit system call
 */
struct aios_call_read {
	__u64 user_id;
	__s64 min_nr;
	__s64 nr;
	__s64 ret;
	__u64 begin_ns;
	__u32 pget;
	__u32 compat;
};

/*
 * Evidence level exact: what the tracepoints of a patched fs/aio.c (docs/tracepoints.md) and the
 * functions that really drop a reference tell beyond level function. The numbers of the
 * enumerations are those of the tracepoints.
 */

/* Who drops a reference of a request. */
enum aios_put_party {
	AIOS_PUT_SUBMIT,	/* io_submit: it is through with the request */
	AIOS_PUT_ERROR,		/* io_submit: ... which failed: the request's only put */
	AIOS_PUT_RW,		/* the file system or device is through with a read or write */
	AIOS_PUT_FSYNC,		/* fsync's work item */
	AIOS_PUT_POLL_STEAL,	/* io_submit: the poll was ready at once */
	AIOS_PUT_POLL_WAKE,	/* the waker completes the poll */
	AIOS_PUT_POLL_WORK,	/* the poll's work item completes it */
	AIOS_PUT_POLL_PUT_WORK,	/* a work item for the waker, as there is an eventfd to signal */
	AIOS_PUT_CNT
};

/**
 * struct aios_req_put - a reference of a request was dropped, and one or more are left
 * @kiocb: an address only: the request may be gone, and another one may live there
 * @refs: references left
 * @party: enum aios_put_party
 *
 * The last put is told by the completion that follows it at once: AIOS_F_PARTY.
 */
struct aios_req_put {
	__u64 kiocb;
	__u64 kctx;
	__u32 refs;
	__u32 party;
};

enum aios_hold_what {
	AIOS_HOLD_FILE,
	AIOS_HOLD_EVENTFD,
	AIOS_HOLD_CREDS,
	AIOS_HOLD_CNT
};

/* Which functions that drop a reference are watched: 1 << enum aios_hold_what, and these. */
#define AIOS_WATCH_FREE		(1 << AIOS_HOLD_CNT)
#define AIOS_WATCH_SIGNAL	(1 << (AIOS_HOLD_CNT + 1))	/* of eventfds */
#define AIOS_WATCH_WAKE		(1 << (AIOS_HOLD_CNT + 2))	/* of readers */
#define AIOS_WATCH_FSYNC	(1 << (AIOS_HOLD_CNT + 3))	/* credentials in use */
#define AIOS_WATCH_PUTS		(1 << (AIOS_HOLD_CNT + 4))	/* of requests: a tracepoint */

/**
 * struct aios_req_hold - a request takes, or drops, a reference of something
 * @obj: address of the eventfd context, of the credentials
 * @what: enum aios_hold_what; the file is told by the birth
 * @seen: of a drop: the function that gives @obj up was seen to be called. For credentials that
 *	somebody else holds as well it is not
 */
struct aios_req_hold {
	__u64 kiocb;
	__u64 kctx;
	__u64 obj;
	__u32 what;
	__u32 seen;
};

/**
 * struct aios_req_free - a request is freed
 * @file: the file that it held, 0 for none
 * @eventfd: the eventfd context that it held, 0 for none
 * @refs: references of the request that were left: 0, or 1 where the submission failed
 * @file_drops: calls of fput() with @file since the last reference was dropped
 * @eventfd_drops: calls of eventfd_ctx_put() with @eventfd
 * @watched: 1 << enum aios_hold_what of what is counted, AIOS_WATCH_FREE, AIOS_WATCH_SIGNAL
 * @signals: times that @eventfd was signalled, and AIOS_SIGNAL_REFUSED
 *
 * Where the kernel runs no program within itself, some of this may go unseen: @watched says so. If
 * the end of the memory does, this is told with the last put.
 */
struct aios_req_free {
	__u64 kiocb;
	__u64 kctx;
	__u64 file;
	__u64 eventfd;
	__u32 refs;
	__u8 file_drops;
	__u8 eventfd_drops;
	__u8 watched;
	__u8 signals;
};

#define AIOS_SIGNAL_REFUSED	0x80	/* once, as the task was signalling an eventfd already */

/**
 * struct aios_req_born - a request is seen first, and maybe the put that left one reference
 * @iocb: what it asks for
 * @put_ns: that was so long after the birth; 0 where a record of its own tells of it, or none
 * @put_party: enum aios_put_party
 * @put_flags: AIOS_F_* of the put, which came on the birth's CPU while its thread was current
 *
 * Since format 1.3: AIOS_EV_REQ_BIRTH, and maybe AIOS_EV_REQ_PUT. See aios_event_split().
 */
struct aios_req_born {
	struct aios_iocb iocb;
	__u32 put_ns;
	__u16 put_party;
	__u16 put_flags;
};

/**
 * struct aios_req_end - a request completes, and maybe it was freed
 * @complete: the completion
 * @file: as in struct aios_req_free
 * @eventfd: the same
 * @free_ns: it was freed so long after the completion, on the same CPU, by whoever completed it; 0
 *	where a record of its own tells of that, or none, and then nothing behind @complete counts
 * @file_drops: as in struct aios_req_free
 * @eventfd_drops: the same
 * @watched: the same
 * @signals: the same
 *
 * Since format 1.3: AIOS_EV_REQ_COMPLETE, and maybe AIOS_EV_REQ_FREE, whose references are those of
 * the completion.
 */
struct aios_req_end {
	struct aios_req_complete complete;
	__u64 file;
	__u64 eventfd;
	__u32 free_ns;
	__u8 file_drops;
	__u8 eventfd_drops;
	__u8 watched;
	__u8 signals;
};

/* What can be found not to be as it has to be. */
enum aios_mismatch_what {
	AIOS_SEEN_FSYNC_CREDS,	/* credentials that a request's fsync runs with: the submitter's */
	AIOS_SEEN_WORK_CREDS,	/* credentials of the worker afterwards: those from before */
	AIOS_SEEN_FREEZE,	/* writers of a file system that a CPU counts: one less */
	AIOS_SEEN_LISTED,	/* of a request that completes, ki_list.next: itself, or poison */
	AIOS_SEEN_QUEUED,	/* of what completes, wait.entry.next if it is a poll: itself */
	AIOS_SEEN_REFCOUNT,	/* ki_refcnt: what refcount_warn_saturate() was called for */
	AIOS_SEEN_WAKER,	/* who has yet to wake a reader that leaves: nobody, and 1 + CPU */
	AIOS_SEEN_MOVED,	/* user_id of a context whose ring was moved: where it is now */
	AIOS_SEEN_EVENT,	/* data of the event in the ring: that of the request */
	AIOS_SEEN_TAIL,		/* ring->tail as programs see it: the kernel's own */
	AIOS_SEEN_WRITERS,	/* writers of a file system that is written to: 1 or more */
	AIOS_SEEN_ALIVE,	/* contexts that io_setup, or an exit, had to kill and did not: 0 */
	AIOS_SEEN_RESULT,	/* result of an event: what the file system said */
	AIOS_SEEN_BORN_REFS,	/* ki_refcnt of a request that begins: 2 */
	AIOS_SEEN_BORN_LISTED,	/* its ki_list.next: itself */
	AIOS_SEEN_BORN_EVENTFD,	/* its ki_eventfd: one where 1, none where 0 */
	AIOS_SEEN_BORN_CONTEXT,	/* its ki_ctx: the context that it is submitted to */
	AIOS_SEEN_SIZE,		/* nr_events of a context that is freed: what its pages hold */
	AIOS_SEEN_FORKED,	/* ioctx_table of a process that was just forked: none */
	AIOS_SEEN_FREED,	/* poll.head of what a work item completes after POLLFREE: none */
	AIOS_SEEN_CNT
};

/**
 * struct aios_mismatch - something is not as it has to be
 * @kiocb: the request, 0 for none; an address only
 * @kctx: its context
 * @want: what it has to be
 * @seen: what it is
 * @what: enum aios_mismatch_what
 *
 * Told where it is seen; where all is well nothing is.
 */
struct aios_mismatch {
	__u64 kiocb;
	__u64 kctx;
	__u64 want;
	__u64 seen;
	__u32 what;
	__u32 reserved;
};

/**
 * struct aios_mremap - the ring of a context is moved by mremap()
 * @kctx: whose ring it is
 * @start: where it is mapped now
 * @has_table: the address space has contexts: what fork() copied has none
 * @ret: at the end: what aio_ring_mremap() returned
 */
struct aios_mremap {
	__u64 kctx;
	__u64 start;
	__u32 has_table;
	__s32 ret;
};

enum aios_ctx_count {
	AIOS_CTX_USERS,		/* system calls */
	AIOS_CTX_REQS,		/* requests; those that requests hold are told by birth and free */
	AIOS_CTX_COUNTS
};

enum aios_ctx_party {
	AIOS_CTX_LIVE,		/* the count itself, until it is killed */
	AIOS_CTX_BY_SETUP,
	AIOS_CTX_BY_SUBMIT,
	AIOS_CTX_BY_GETEVENTS,
	AIOS_CTX_BY_CANCEL,
	AIOS_CTX_BY_DESTROY,
	AIOS_CTX_BY_USERS,	/* of reqs: until users are drained */
};

/**
 * struct aios_ctx_ref - a reference of a context is taken or dropped
 * @count: enum aios_ctx_count
 * @party: enum aios_ctx_party
 */
struct aios_ctx_ref {
	__u64 kctx;
	__u32 count;
	__u32 party;
};

enum aios_slots_from {
	AIOS_SLOTS_COMPLETE,	/* a completion found that events were read */
	AIOS_SLOTS_SUBMIT,	/* a submission did */
	AIOS_SLOTS_ERROR,	/* a submission failed: its request has no event */
};

/**
 * struct aios_slots - slots of the ring are about to be given back
 * @nr: how many
 * @from: enum aios_slots_from
 */
struct aios_slots {
	__u64 kctx;
	__u32 nr;
	__u32 from;
};

enum aios_refusal {
	AIOS_REFUSED_MEMORY,
	AIOS_REFUSED_SLOT,
};

/**
 * struct aios_req_refused - io_submit got no request
 * @available: slots of the common counter
 * @req_batch: slots that a CPU takes from it at a time, or none
 * @completed: events not yet given back as slots
 * @reason: enum aios_refusal
 */
struct aios_req_refused {
	__u64 kctx;
	__s32 available;
	__u32 req_batch;
	__u32 completed;
	__u32 reason;
};

/**
 * struct aios_poll_ask - the file's own ->poll is about to be called
 * @events: mask that the request waits for, kernel encoding
 * @in_work: 1 when the completion work asks, 0 when the submission does
 */
struct aios_poll_ask {
	__u64 kiocb;
	__u64 kctx;
	__u32 events;
	__u32 in_work;
};

/* What the submission decides about a poll. */
enum aios_poll_decision {
	AIOS_DECIDED_STEAL,	/* ready: it completes it */
	AIOS_DECIDED_ARM,	/* not ready: wait for a wake-up */
	AIOS_DECIDED_ASYNC,	/* woken already: somebody else completes it */
	AIOS_DECIDED_CANCEL,	/* ... and on one of two queues */
	AIOS_DECIDED_ERROR,	/* no queue, or two of them */
};

/* What the wait queue's callback decides. */
enum aios_wake_decision {
	AIOS_WOKEN_IGNORE,
	AIOS_WOKEN_INLINE,	/* completed by the waker */
	AIOS_WOKEN_PUT_WORK,	/* ... with the put left to a work item */
	AIOS_WOKEN_WORK,	/* left to the work item */
	AIOS_WOKEN_AGAIN,	/* the work item, scheduled already, has to ask again */
	AIOS_WOKEN_POLLFREE,	/* the queue goes away */
};

/* What the work item decides. */
enum aios_work_decision {
	AIOS_WORKED_COMPLETE,
	AIOS_WORKED_AGAIN,	/* not ready, but woken meanwhile */
	AIOS_WORKED_WAIT,	/* not ready */
};

/**
 * struct aios_poll_decide - what becomes of a poll was decided, under the locks
 * @mask: what ->poll returned of what is waited for, kernel encoding
 * @decision: enum aios_poll_decision, with @in_work enum aios_work_decision
 * @in_work: 1 for the work item, 0 for the submission
 * @state: AIOS_POLL_ON_QUEUE, AIOS_POLL_SCHEDULED, AIOS_POLL_CANCELLED
 */
struct aios_poll_decide {
	__u64 kiocb;
	__u64 kctx;
	__u32 mask;
	__u16 decision;
	__u8 in_work;
	__u8 state;
};

/**
 * struct aios_req_cancel - a request was cancelled, or could not be
 * @kiocb: 0 where none was found
 * @err: 0, or a negative errno
 * @teardown: 1 for the end of the context, 0 for io_cancel
 */
struct aios_req_cancel {
	__u64 kiocb;
	__u64 kctx;
	__u64 uiocb;
	__s32 err;
	__u32 teardown;
};

/**
 * struct aios_ring_read - a reader looked into the ring, whose lock it holds
 * @asked: events it would take
 * @ret: events it took, or -EFAULT
 * @head: ring->head as it was found
 * @new_head: as it was left
 * @tail: ring->tail
 */
struct aios_ring_read {
	__u64 kctx;
	__s64 asked;
	__s64 ret;
	__u32 head;
	__u32 new_head;
	__u32 tail;
	__u32 reserved;
};

/**
 * struct aios_reader_wake - a completion is about to wake a reader
 * @min_nr: events that it waits for
 * @avail: events in the ring
 * @tid: the reader
 */
struct aios_reader_wake {
	__u64 kctx;
	__u64 min_nr;
	__u32 avail;
	__u32 tid;
};

/**
 * struct aios_eventfd - a completion is about to signal an eventfd
 * @eventfd: its context
 * @allowed: 0: the signal will be refused, as it would recurse
 */
struct aios_eventfd {
	__u64 kiocb;
	__u64 kctx;
	__u64 eventfd;
	__u32 allowed;
	__u32 reserved;
};

/**
 * struct aios_freeze - a write keeps its file system from being frozen, or is about to let go
 * @dev: of the file system, kernel encoding
 * @end: 1 where it lets go
 */
struct aios_freeze {
	__u64 kiocb;
	__u64 kctx;
	__u32 dev;
	__u32 end;
};

/**
 * struct aios_ctx_limit - why io_setup fails with EAGAIN
 * @aio_nr: fs.aio-nr, requests that all contexts together may have
 * @aio_max_nr: fs.aio-max-nr
 * @max_reqs: what io_setup asked for
 */
struct aios_ctx_limit {
	__u64 aio_nr;
	__u64 aio_max_nr;
	__u32 max_reqs;
	__u32 reserved;
};

/* What is about to happen to a request where a stack was looked at, or just has. */
enum aios_stack_what {
	AIOS_STACK_TAKEN,	/* its birth is told right before */
	AIOS_STACK_COMPLETED,	/* its completion is told next */
	AIOS_STACK_FREED,	/* its memory is given back next */
	AIOS_STACK_CNT
};

#define AIOS_STACK_FRAMES	16

/**
 * struct aios_stack - by way of which functions of the kernel something happens to a request
 * @ip: where the innermost function is, the one that is hooked
 * @what: enum aios_stack_what
 * @count: frames, @ip among them: the innermost ones, as many as there is room for
 * @more: the next frames: return addresses, as differences from @ip. The kernel's code and that of
 *	its modules lie within 2 GiB
 */
struct aios_stack {
	__u64 kiocb;
	__u64 kctx;
	__u64 ip;
	__u16 what;
	__u16 count;
	__s32 more[AIOS_STACK_FRAMES - 1];
};

/**
 * struct aios_submit_begin - io_submit is called
 * @user_id: aio_context_t it was given
 * @nr: iocbs given
 *
 * From now on until the thread's AIOS_EV_SUBMIT it is told whenever it has left its CPU. Since
 * format 1.5, as the next two.
 */
struct aios_submit_begin {
	__u64 user_id;
	__s64 nr;
};

enum aios_frames_of {
	AIOS_FRAMES_KERNEL,
	AIOS_FRAMES_USER,
	AIOS_FRAMES_OF_CNT
};

#define AIOS_FRAMES_PIECE	10
#define AIOS_FRAMES_KERNEL_MAX	40	/* told of a stack */
#define AIOS_FRAMES_USER_MAX	20
#define AIOS_FRAMES_MAX		AIOS_FRAMES_KERNEL_MAX

/* Of the frames of the program. */
#define AIOS_FRAMES_FULL	0x1	/* there are more than were told */
#define AIOS_FRAMES_BROKEN	0x2	/* the chain of frame pointers breaks off behind these */
#define AIOS_FRAMES_TOP		0x4	/* frame 1 is what lay on top of the stack; see there */

/**
 * struct aios_frames - functions by way of which a thread went to sleep
 * @of: enum aios_frames_of: of the kernel, or of the program
 * @first: number of the first one in its stack, whose innermost one is 0
 * @count: how many are told here
 * @flags: AIOS_FRAMES_*
 * @ip: where each is, or will go on
 *
 * Told, innermost first, right before the AIOS_EV_SLEEP that they belong to, by the same CPU and
 * for the same thread. A program's frames are found by the chain of frame pointers, which leaves
 * out who called a function that keeps none, as all that make system calls. So what lies on top of
 * the stack, which is the return address there, is told as frame 1; with other code it can be
 * anything.
 */
struct aios_frames {
	__u8 of;
	__u8 first;
	__u8 count;
	__u8 flags;
	__u32 reserved;
	__u64 ip[AIOS_FRAMES_PIECE];
};

/* How a thread left its CPU, and its enum task_state bits if it went to sleep. */
#define AIOS_SLEEP_PREEMPTED	0x0	/* it would have gone on */
#define AIOS_SLEEP_STATE	0xffff
#define AIOS_SLEEP_IOWAIT	0x10000	/* it waits for I/O, says the scheduler's accounting */

/**
 * struct aios_sleep - a thread runs again; the header's time, process and thread are its own
 * @from_ns: when it left its CPU
 * @woken_ns: when it was woken, 0 where that was not seen: until then it slept, since then it has
 *	waited for a CPU
 * @how: AIOS_SLEEP_*
 * @kernel: frames of the kernel that were told, 0 for none
 * @user: frames of the program
 *
 * It belongs to the request that the thread is submitting, if any. All are told; their frames are
 * where it slept for longer than was asked for (--blocked-over).
 */
struct aios_sleep {
	__u64 from_ns;
	__u64 woken_ns;
	__u32 how;
	__u16 kernel;
	__u16 user;
};

#define AIOS_BLOCK_WHOLE	0x1	/* all that was queued was seen to be issued and done */

/**
 * struct aios_block - what the block layer did for a request, by its bios
 * @kiocb: struct aio_kiocb of the request, whose operation is over
 * @kctx: struct kioctx
 * @queued_ns: when the first bio was queued
 * @issued_ns: when a driver was given the first piece of one, 0 where that was not seen
 * @done_ns: when a device was through with the last piece, 0 where that was not seen
 * @bytes: of all bios
 * @bios: how many were queued
 * @flags: AIOS_BLOCK_*
 *
 * Told before the completion of a request that bios were seen of, which are tied to it by what they
 * are to call when they are done. Without AIOS_BLOCK_WHOLE there may have been an earlier issue, or
 * a later end, than those. Since format 1.5.
 */
struct aios_block {
	__u64 kiocb;
	__u64 kctx;
	__u64 queued_ns;
	__u64 issued_ns;
	__u64 done_ns;
	__u64 bytes;
	__u32 bios;
	__u32 flags;
};

enum aios_eventfd_what {
	AIOS_EVENTFD_TAKEN,	/* the kernel looked it up, to signal it */
	AIOS_EVENTFD_READ,	/* somebody read it, and its count was above 0 */
	AIOS_EVENTFD_CLOSED,	/* nobody has it open any more: its address may be reused */
};

/**
 * struct aios_eventfd_use - what a program does with an eventfd that it has the kernel signal
 * @eventfd: its context
 * @tgid: the process that gave it to the kernel, which may not be who reads it
 * @fd: by this number
 * @what: enum aios_eventfd_what
 * @reserved: 0
 *
 * Told where an eventfd is given by another @tgid or @fd than before, for each read that took
 * something, and at its end. Who asks the kernel need not be io_submit: others signal eventfds as
 * well. Since format 1.6.
 */
struct aios_eventfd_use {
	__u64 eventfd;
	__u32 tgid;
	__s32 fd;
	__u32 what;
	__u32 reserved;
};

#define AIOS_COMM_LEN	16

enum aios_proc_what {
	AIOS_PROC_SEEN = 1,	/* owns a context that is set up or was found, or makes a call */
	AIOS_PROC_FORK = 2,	/* the process is the child */
	AIOS_PROC_EXEC = 3,
	AIOS_PROC_EXIT = 4,
};

/**
 * struct aios_proc - a traced process
 * @cgroup: id of its cgroup (version 2 hierarchy)
 * @tgid: the process; the header's is whoever was current
 * @ns_tgid: the same in its own pid namespace, AIOS_UNKNOWN32 at evidence level syscall
 * @ppid: its parent, AIOS_UNKNOWN32 at evidence level syscall
 * @uid: of the process, kernel's own numbering
 * @what: enum aios_proc_what
 * @status: exit code as wait(2) has it, for AIOS_PROC_EXIT
 * @comm: command name of the thread group leader, NUL padded; at evidence level syscall that of
 *	the calling thread
 */
struct aios_proc {
	__u64 cgroup;
	__u32 tgid;
	__u32 ns_tgid;
	__u32 ppid;
	__u32 uid;
	__u32 what;
	__u32 status;
	char comm[AIOS_COMM_LEN];
};

#define AIOS_BODY_MAX	88
#define AIOS_REC_MAX	(sizeof(struct aios_hdr) + AIOS_BODY_MAX)

/**
 * struct aios_rec - a record of any type, in memory
 */
struct aios_rec {
	struct aios_hdr h;
	union {
		struct aios_ctx_setup ctx_setup;
		struct aios_ctx_refused ctx_refused;
		struct aios_ctx_found ctx_found;
		struct aios_ctx_kill ctx_kill;
		struct aios_ctx_ref0 ctx_ref0;
		struct aios_ctx_free ctx_free;
		struct aios_ctx_destroy ctx_destroy;
		struct aios_exit exit;
		struct aios_iocb iocb;
		struct aios_birth birth;
		struct aios_req_return req_return;
		struct aios_submit submit;
		struct aios_req_done req_done;
		struct aios_req_complete req_complete;
		struct aios_cancel cancel;
		struct aios_poll_queue poll_queue;
		struct aios_poll_wake poll_wake;
		struct aios_poll_cancel poll_cancel;
		struct aios_poll_return poll_return;
		struct aios_work work;
		struct aios_read_begin read_begin;
		struct aios_read_end read_end;
		struct aios_file_name file_name;
		struct aios_proc proc;
		struct aios_call_setup call_setup;
		struct aios_call_read call_read;
		struct aios_req_put req_put;
		struct aios_req_hold req_hold;
		struct aios_req_free req_free;
		struct aios_ctx_ref ctx_ref;
		struct aios_slots slots;
		struct aios_req_refused req_refused;
		struct aios_poll_ask poll_ask;
		struct aios_poll_decide poll_decide;
		struct aios_req_cancel req_cancel;
		struct aios_ring_read ring_read;
		struct aios_reader_wake reader_wake;
		struct aios_eventfd eventfd;
		struct aios_freeze freeze;
		struct aios_ctx_limit ctx_limit;
		struct aios_req_born born;
		struct aios_req_end end;
		struct aios_mismatch mismatch;
		struct aios_mremap mremap;
		struct aios_stack stack;
		struct aios_submit_begin submit_begin;
		struct aios_frames frames;
		struct aios_sleep sleep;
		struct aios_block block;
		struct aios_eventfd_use eventfd_use;
		__u64 body[AIOS_BODY_MAX / 8];
	};
};

#define AIOS_SIZE(type, bytes)							\
	_Static_assert(sizeof(struct type) == (bytes), "size of struct " #type)
#define AIOS_AT(type, field, offset)						\
	_Static_assert(__builtin_offsetof(struct type, field) == (offset),	\
		       "offset of " #type "." #field)

AIOS_SIZE(aios_hdr, 32);
AIOS_AT(aios_hdr, type, 0);
AIOS_AT(aios_hdr, len, 2);
AIOS_AT(aios_hdr, cpu, 4);
AIOS_AT(aios_hdr, flags, 6);
AIOS_AT(aios_hdr, tgid, 8);
AIOS_AT(aios_hdr, tid, 12);
AIOS_AT(aios_hdr, seq, 16);
AIOS_AT(aios_hdr, time_ns, 24);

AIOS_SIZE(aios_ctx_setup, 32);
AIOS_AT(aios_ctx_setup, kctx, 0);
AIOS_AT(aios_ctx_setup, user_id, 8);
AIOS_AT(aios_ctx_setup, max_reqs, 16);
AIOS_AT(aios_ctx_setup, nr_events, 20);
AIOS_AT(aios_ctx_setup, req_batch, 24);
AIOS_AT(aios_ctx_setup, table_id, 28);

AIOS_SIZE(aios_ctx_refused, 16);
AIOS_AT(aios_ctx_refused, err, 0);
AIOS_AT(aios_ctx_refused, max_reqs, 8);
AIOS_AT(aios_ctx_refused, compat, 12);

AIOS_SIZE(aios_ctx_found, 56);
AIOS_AT(aios_ctx_found, kctx, 0);
AIOS_AT(aios_ctx_found, user_id, 8);
AIOS_AT(aios_ctx_found, max_reqs, 16);
AIOS_AT(aios_ctx_found, nr_events, 20);
AIOS_AT(aios_ctx_found, req_batch, 24);
AIOS_AT(aios_ctx_found, owner_tgid, 28);
AIOS_AT(aios_ctx_found, head, 32);
AIOS_AT(aios_ctx_found, tail, 36);
AIOS_AT(aios_ctx_found, completed, 40);
AIOS_AT(aios_ctx_found, dead, 44);
AIOS_AT(aios_ctx_found, waiters, 48);
AIOS_AT(aios_ctx_found, in_flight, 52);

AIOS_SIZE(aios_ctx_kill, 32);
AIOS_AT(aios_ctx_kill, kctx, 0);
AIOS_AT(aios_ctx_kill, ret, 8);
AIOS_AT(aios_ctx_kill, waits, 16);
AIOS_AT(aios_ctx_kill, head, 20);
AIOS_AT(aios_ctx_kill, tail, 24);
AIOS_AT(aios_ctx_kill, completed, 28);

AIOS_SIZE(aios_ctx_ref0, 8);
AIOS_AT(aios_ctx_ref0, kctx, 0);

AIOS_SIZE(aios_ctx_free, 24);
AIOS_AT(aios_ctx_free, kctx, 0);
AIOS_AT(aios_ctx_free, head, 8);
AIOS_AT(aios_ctx_free, tail, 12);
AIOS_AT(aios_ctx_free, completed, 16);
AIOS_AT(aios_ctx_free, free_1, 20);

AIOS_SIZE(aios_ctx_destroy, 16);
AIOS_AT(aios_ctx_destroy, user_id, 0);
AIOS_AT(aios_ctx_destroy, ret, 8);

AIOS_SIZE(aios_exit, 8);
AIOS_AT(aios_exit, mm, 0);

AIOS_SIZE(aios_iocb, 80);
AIOS_AT(aios_iocb, kiocb, 0);
AIOS_AT(aios_iocb, kctx, 8);
AIOS_AT(aios_iocb, uiocb, 16);
AIOS_AT(aios_iocb, data, 24);
AIOS_AT(aios_iocb, offset, 32);
AIOS_AT(aios_iocb, length, 40);
AIOS_AT(aios_iocb, file, 48);
AIOS_AT(aios_iocb, fd, 56);
AIOS_AT(aios_iocb, resfd, 60);
AIOS_AT(aios_iocb, rw_flags, 64);
AIOS_AT(aios_iocb, events, 68);
AIOS_AT(aios_iocb, op, 72);
AIOS_AT(aios_iocb, iocb_flags, 74);
AIOS_AT(aios_iocb, reqprio, 76);
AIOS_AT(aios_iocb, vecs, 78);
AIOS_SIZE(aios_birth, 88);
AIOS_AT(aios_birth, return_ns, 80);
AIOS_AT(aios_birth, return_err, 84);

AIOS_SIZE(aios_req_return, 24);
AIOS_AT(aios_req_return, kctx, 0);
AIOS_AT(aios_req_return, uiocb, 8);
AIOS_AT(aios_req_return, err, 16);

AIOS_SIZE(aios_submit, 24);
AIOS_AT(aios_submit, user_id, 0);
AIOS_AT(aios_submit, nr, 8);
AIOS_AT(aios_submit, ret, 16);

AIOS_SIZE(aios_req_done, 32);
AIOS_AT(aios_req_done, kiocb, 0);
AIOS_AT(aios_req_done, kctx, 8);
AIOS_AT(aios_req_done, res, 16);
AIOS_AT(aios_req_done, refs, 24);

AIOS_SIZE(aios_req_complete, 64);
AIOS_AT(aios_req_complete, kiocb, 0);
AIOS_AT(aios_req_complete, kctx, 8);
AIOS_AT(aios_req_complete, uiocb, 16);
AIOS_AT(aios_req_complete, data, 24);
AIOS_AT(aios_req_complete, res, 32);
AIOS_AT(aios_req_complete, res2, 40);
AIOS_AT(aios_req_complete, tail, 48);
AIOS_AT(aios_req_complete, head, 52);
AIOS_AT(aios_req_complete, completed, 56);
AIOS_AT(aios_req_complete, refs, 60);

AIOS_SIZE(aios_cancel, 24);
AIOS_AT(aios_cancel, user_id, 0);
AIOS_AT(aios_cancel, uiocb, 8);
AIOS_AT(aios_cancel, ret, 16);

AIOS_SIZE(aios_poll_queue, 32);
AIOS_AT(aios_poll_queue, kiocb, 0);
AIOS_AT(aios_poll_queue, kctx, 8);
AIOS_AT(aios_poll_queue, head, 16);
AIOS_AT(aios_poll_queue, second, 24);

AIOS_SIZE(aios_poll_wake, 32);
AIOS_AT(aios_poll_wake, kiocb, 0);
AIOS_AT(aios_poll_wake, kctx, 8);
AIOS_AT(aios_poll_wake, key, 16);
AIOS_AT(aios_poll_wake, events, 20);
AIOS_AT(aios_poll_wake, refs, 24);
AIOS_AT(aios_poll_wake, state, 28);

AIOS_SIZE(aios_poll_cancel, 24);
AIOS_AT(aios_poll_cancel, kiocb, 0);
AIOS_AT(aios_poll_cancel, kctx, 8);
AIOS_AT(aios_poll_cancel, state, 16);

AIOS_SIZE(aios_poll_return, 24);
AIOS_AT(aios_poll_return, kiocb, 0);
AIOS_AT(aios_poll_return, kctx, 8);
AIOS_AT(aios_poll_return, mask, 16);
AIOS_AT(aios_poll_return, in_work, 20);

AIOS_SIZE(aios_work, 24);
AIOS_AT(aios_work, kiocb, 0);
AIOS_AT(aios_work, kctx, 8);
AIOS_AT(aios_work, kind, 16);
AIOS_AT(aios_work, state, 20);

AIOS_SIZE(aios_read_begin, 40);
AIOS_AT(aios_read_begin, kctx, 0);
AIOS_AT(aios_read_begin, min_nr, 8);
AIOS_AT(aios_read_begin, nr, 16);
AIOS_AT(aios_read_begin, until_ns, 24);
AIOS_AT(aios_read_begin, head, 32);
AIOS_AT(aios_read_begin, tail, 36);

AIOS_SIZE(aios_read_end, 24);
AIOS_AT(aios_read_end, kctx, 0);
AIOS_AT(aios_read_end, ret, 8);
AIOS_AT(aios_read_end, head, 16);
AIOS_AT(aios_read_end, tail, 20);

AIOS_SIZE(aios_file_name, 88);
AIOS_AT(aios_file_name, file, 0);
AIOS_AT(aios_file_name, ino, 8);
AIOS_AT(aios_file_name, dev, 16);
AIOS_AT(aios_file_name, magic, 20);
AIOS_AT(aios_file_name, f_flags, 24);
AIOS_AT(aios_file_name, mode, 28);
AIOS_AT(aios_file_name, part, 30);
AIOS_AT(aios_file_name, piece, 31);
AIOS_AT(aios_file_name, text_len, 32);
AIOS_AT(aios_file_name, name_flags, 33);
AIOS_AT(aios_file_name, text, 40);

AIOS_SIZE(aios_proc, 48);
AIOS_AT(aios_proc, cgroup, 0);
AIOS_AT(aios_proc, tgid, 8);
AIOS_AT(aios_proc, ns_tgid, 12);
AIOS_AT(aios_proc, ppid, 16);
AIOS_AT(aios_proc, uid, 20);
AIOS_AT(aios_proc, what, 24);
AIOS_AT(aios_proc, status, 28);
AIOS_AT(aios_proc, comm, 32);

AIOS_SIZE(aios_call_setup, 16);
AIOS_AT(aios_call_setup, user_id, 0);
AIOS_AT(aios_call_setup, max_reqs, 8);
AIOS_AT(aios_call_setup, compat, 12);

AIOS_SIZE(aios_call_read, 48);
AIOS_AT(aios_call_read, user_id, 0);
AIOS_AT(aios_call_read, min_nr, 8);
AIOS_AT(aios_call_read, nr, 16);
AIOS_AT(aios_call_read, ret, 24);
AIOS_AT(aios_call_read, begin_ns, 32);
AIOS_AT(aios_call_read, pget, 40);
AIOS_AT(aios_call_read, compat, 44);

AIOS_SIZE(aios_req_put, 24);
AIOS_AT(aios_req_put, kiocb, 0);
AIOS_AT(aios_req_put, kctx, 8);
AIOS_AT(aios_req_put, refs, 16);
AIOS_AT(aios_req_put, party, 20);

AIOS_SIZE(aios_req_hold, 32);
AIOS_AT(aios_req_hold, kiocb, 0);
AIOS_AT(aios_req_hold, kctx, 8);
AIOS_AT(aios_req_hold, obj, 16);
AIOS_AT(aios_req_hold, what, 24);
AIOS_AT(aios_req_hold, seen, 28);

AIOS_SIZE(aios_req_free, 40);
AIOS_AT(aios_req_free, kiocb, 0);
AIOS_AT(aios_req_free, kctx, 8);
AIOS_AT(aios_req_free, file, 16);
AIOS_AT(aios_req_free, eventfd, 24);
AIOS_AT(aios_req_free, refs, 32);
AIOS_AT(aios_req_free, file_drops, 36);
AIOS_AT(aios_req_free, eventfd_drops, 37);
AIOS_AT(aios_req_free, watched, 38);
AIOS_AT(aios_req_free, signals, 39);

AIOS_SIZE(aios_ctx_ref, 16);
AIOS_AT(aios_ctx_ref, kctx, 0);
AIOS_AT(aios_ctx_ref, count, 8);
AIOS_AT(aios_ctx_ref, party, 12);

AIOS_SIZE(aios_slots, 16);
AIOS_AT(aios_slots, kctx, 0);
AIOS_AT(aios_slots, nr, 8);
AIOS_AT(aios_slots, from, 12);

AIOS_SIZE(aios_req_refused, 24);
AIOS_AT(aios_req_refused, kctx, 0);
AIOS_AT(aios_req_refused, available, 8);
AIOS_AT(aios_req_refused, req_batch, 12);
AIOS_AT(aios_req_refused, completed, 16);
AIOS_AT(aios_req_refused, reason, 20);

AIOS_SIZE(aios_poll_ask, 24);
AIOS_AT(aios_poll_ask, kiocb, 0);
AIOS_AT(aios_poll_ask, kctx, 8);
AIOS_AT(aios_poll_ask, events, 16);
AIOS_AT(aios_poll_ask, in_work, 20);

AIOS_SIZE(aios_poll_decide, 24);
AIOS_AT(aios_poll_decide, kiocb, 0);
AIOS_AT(aios_poll_decide, kctx, 8);
AIOS_AT(aios_poll_decide, mask, 16);
AIOS_AT(aios_poll_decide, decision, 20);
AIOS_AT(aios_poll_decide, in_work, 22);
AIOS_AT(aios_poll_decide, state, 23);

AIOS_SIZE(aios_req_cancel, 32);
AIOS_AT(aios_req_cancel, kiocb, 0);
AIOS_AT(aios_req_cancel, kctx, 8);
AIOS_AT(aios_req_cancel, uiocb, 16);
AIOS_AT(aios_req_cancel, err, 24);
AIOS_AT(aios_req_cancel, teardown, 28);

AIOS_SIZE(aios_ring_read, 40);
AIOS_AT(aios_ring_read, kctx, 0);
AIOS_AT(aios_ring_read, asked, 8);
AIOS_AT(aios_ring_read, ret, 16);
AIOS_AT(aios_ring_read, head, 24);
AIOS_AT(aios_ring_read, new_head, 28);
AIOS_AT(aios_ring_read, tail, 32);

AIOS_SIZE(aios_reader_wake, 24);
AIOS_AT(aios_reader_wake, kctx, 0);
AIOS_AT(aios_reader_wake, min_nr, 8);
AIOS_AT(aios_reader_wake, avail, 16);
AIOS_AT(aios_reader_wake, tid, 20);

AIOS_SIZE(aios_eventfd, 32);
AIOS_AT(aios_eventfd, kiocb, 0);
AIOS_AT(aios_eventfd, kctx, 8);
AIOS_AT(aios_eventfd, eventfd, 16);
AIOS_AT(aios_eventfd, allowed, 24);

AIOS_SIZE(aios_freeze, 24);
AIOS_AT(aios_freeze, kiocb, 0);
AIOS_AT(aios_freeze, kctx, 8);
AIOS_AT(aios_freeze, dev, 16);
AIOS_AT(aios_freeze, end, 20);

AIOS_SIZE(aios_ctx_limit, 24);
AIOS_AT(aios_ctx_limit, aio_nr, 0);
AIOS_AT(aios_ctx_limit, aio_max_nr, 8);
AIOS_AT(aios_ctx_limit, max_reqs, 16);

AIOS_SIZE(aios_req_born, 88);
AIOS_AT(aios_req_born, put_ns, 80);
AIOS_AT(aios_req_born, put_party, 84);
AIOS_AT(aios_req_born, put_flags, 86);

AIOS_SIZE(aios_req_end, 88);
AIOS_AT(aios_req_end, file, 64);
AIOS_AT(aios_req_end, eventfd, 72);
AIOS_AT(aios_req_end, free_ns, 80);
AIOS_AT(aios_req_end, file_drops, 84);
AIOS_AT(aios_req_end, eventfd_drops, 85);
AIOS_AT(aios_req_end, watched, 86);
AIOS_AT(aios_req_end, signals, 87);

AIOS_SIZE(aios_mismatch, 40);
AIOS_AT(aios_mismatch, kiocb, 0);
AIOS_AT(aios_mismatch, kctx, 8);
AIOS_AT(aios_mismatch, want, 16);
AIOS_AT(aios_mismatch, seen, 24);
AIOS_AT(aios_mismatch, what, 32);

AIOS_SIZE(aios_mremap, 24);
AIOS_AT(aios_mremap, kctx, 0);
AIOS_AT(aios_mremap, start, 8);
AIOS_AT(aios_mremap, has_table, 16);
AIOS_AT(aios_mremap, ret, 20);

AIOS_SIZE(aios_stack, 88);
AIOS_AT(aios_stack, kiocb, 0);
AIOS_AT(aios_stack, kctx, 8);
AIOS_AT(aios_stack, ip, 16);
AIOS_AT(aios_stack, what, 24);
AIOS_AT(aios_stack, count, 26);
AIOS_AT(aios_stack, more, 28);

AIOS_SIZE(aios_submit_begin, 16);
AIOS_AT(aios_submit_begin, user_id, 0);
AIOS_AT(aios_submit_begin, nr, 8);

AIOS_SIZE(aios_frames, 88);
AIOS_AT(aios_frames, of, 0);
AIOS_AT(aios_frames, first, 1);
AIOS_AT(aios_frames, count, 2);
AIOS_AT(aios_frames, flags, 3);
AIOS_AT(aios_frames, ip, 8);

AIOS_SIZE(aios_sleep, 24);
AIOS_AT(aios_sleep, from_ns, 0);
AIOS_AT(aios_sleep, woken_ns, 8);
AIOS_AT(aios_sleep, how, 16);
AIOS_AT(aios_sleep, kernel, 20);
AIOS_AT(aios_sleep, user, 22);

AIOS_SIZE(aios_block, 56);
AIOS_AT(aios_block, kiocb, 0);
AIOS_AT(aios_block, kctx, 8);
AIOS_AT(aios_block, queued_ns, 16);
AIOS_AT(aios_block, issued_ns, 24);
AIOS_AT(aios_block, done_ns, 32);
AIOS_AT(aios_block, bytes, 40);
AIOS_AT(aios_block, bios, 48);
AIOS_AT(aios_block, flags, 52);

AIOS_SIZE(aios_eventfd_use, 24);
AIOS_AT(aios_eventfd_use, eventfd, 0);
AIOS_AT(aios_eventfd_use, tgid, 8);
AIOS_AT(aios_eventfd_use, fd, 12);
AIOS_AT(aios_eventfd_use, what, 16);
AIOS_AT(aios_eventfd_use, reserved, 20);

AIOS_SIZE(aios_rec, 120);

#endif /* AIOSCOPE_RECORD_H */
