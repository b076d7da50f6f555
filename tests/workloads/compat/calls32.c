// SPDX-License-Identifier: GPL-2.0-only
/*
 * calls32 - native AIO as a 32-bit program does it: each call once where it works and once where it
 * fails. Exits with 0 if all returned what they should, else with the number of the first that did
 * not. Uses no library and no header, which a machine may not have for 32 bits.
 */

typedef unsigned int u32;
typedef unsigned long long u64;

/* arch/x86/entry/syscalls/syscall_32.tbl */
enum {
	SYS_exit = 1, SYS_open = 5, SYS_io_setup = 245, SYS_io_destroy, SYS_io_getevents,
	SYS_io_submit, SYS_io_cancel, SYS_io_pgetevents = 385, SYS_io_pgetevents_time64 = 416,
};

enum { EBADF = 9, EINVAL = 22 };

/* linux/aio_abi.h: the same for 32 and 64 bits; aio_lio_opcode 0 is IOCB_CMD_PREAD. */
struct iocb {
	u64 data;
	u32 key, rw_flags;
	unsigned short opcode, reqprio;
	u32 fd;
	u64 buf, nbytes, offset, reserved;
	u32 flags, resfd;
};

struct io_event {
	u64 data, obj, res, res2;
};

void _start(void);

static int call(int nr, long a, long b, long c, long d, long e)
{
	long ret;

	__asm__ volatile("pushl %%ebp; xorl %%ebp, %%ebp; int $0x80; popl %%ebp"
			 : "=a"(ret)
			 : "a"(nr), "b"(a), "c"(b), "d"(c), "S"(d), "D"(e)
			 : "memory");
	return (int)ret;
}

static char buf[16];
static struct io_event events[4];
static struct iocb good, bad;
static struct iocb *goods[] = { &good, &good, &good }, *bads[] = { &bad };
static u32 ctx, none;
static const long long no_time[2];

static int all(void)
{
	int fd = call(SYS_open, (long)"/dev/zero", 0, 0, 0, 0), step = 0;

#define STEP(want, ...)	do { step++; if (call(__VA_ARGS__) != (want)) return step; } while (0)
	good.fd = (u32)fd;
	good.buf = (u32)buf;
	good.nbytes = sizeof(buf);
	bad = good;
	bad.fd = 1000;
	STEP(0, SYS_io_setup, 8, (long)&ctx, 0, 0, 0);
	STEP(-EINVAL, SYS_io_setup, 0, (long)&none, 0, 0, 0);
	STEP(3, SYS_io_submit, (long)ctx, 3, (long)goods, 0, 0);
	STEP(-EBADF, SYS_io_submit, (long)ctx, 1, (long)bads, 0, 0);
	STEP(-EINVAL, SYS_io_submit, (long)ctx, -1, (long)bads, 0, 0);
	STEP(1, SYS_io_getevents, (long)ctx, 1, 1, (long)events, 0);
	STEP(-EINVAL, SYS_io_getevents, (long)ctx, -1, 1, (long)events, 0);
	STEP(1, SYS_io_pgetevents, (long)ctx, 1, 1, (long)events, 0);
	STEP(1, SYS_io_pgetevents_time64, (long)ctx, 1, 4, (long)events, (long)no_time);
	STEP(-EINVAL, SYS_io_cancel, (long)ctx, (long)&good, (long)events, 0, 0);
	STEP(0, SYS_io_destroy, (long)ctx, 0, 0, 0, 0);
	STEP(-EINVAL, SYS_io_destroy, (long)ctx, 0, 0, 0, 0);
#undef STEP
	return 0;
}

void _start(void)
{
	call(SYS_exit, all(), 0, 0, 0, 0);
	__builtin_unreachable();
}
