/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * name.h - tells the name of a file once, not at every request.
 *
 * The name goes out as records of its own, a component at a time from the file up to the root,
 * before the first record that uses the file; an empty component with AIOS_NAME_LAST ends it. A
 * direct-mapped cache remembers what was told: a struct file that was freed and used again for
 * another file has another dentry.
 */
#ifndef AIOS_BPF_NAME_H
#define AIOS_BPF_NAME_H

#include "emit.h"
#include "hook.h"

#define AIOS_NAME_DEPTH		48	/* steps up at most, mount points included */
#define AIOS_NAME_PIECES	6	/* of AIOS_NAME_PIECE bytes: NAME_MAX is 255 */

struct aios_name {
	__u32 len;
	const unsigned char *text;
};

/**
 * struct aios_walk - where the walk up from a file has come to
 */
struct aios_walk {
	struct file *file;
	struct inode *inode;
	struct dentry *dentry;
	struct mount *mount;
	__u32 part;
	__u16 flags;
	__u16 done;
};

/*
 * A function that is not static is verified once, and not again for each way of coming there: that
 * was most of what loading the programs took. Return: 0, since there has to be something.
 */
__noinline int aios_name_piece(struct aios_walk *walk, struct aios_name *name, __u32 piece,
			       __u8 name_flags)
{
	__u64 from = piece * AIOS_NAME_PIECE, len;
	struct aios_file_name *body;
	struct super_block *sb;
	struct inode *inode;
	struct aios_out out;
	struct file *file;

	if (!walk || !name)
		return 0;
	len = name->len - from;
	inode = walk->inode;
	file = walk->file;
	sb = BPF_CORE_READ(inode, i_sb);
	body = aios_emit_begin(&out, AIOS_EV_FILE_NAME, sizeof(*body), walk->flags);
	if (!body)
		return 0;
	__builtin_memset(body, 0, sizeof(*body));
	body->file = (__u64)file;
	body->ino = BPF_CORE_READ(inode, i_ino);
	body->dev = BPF_CORE_READ(sb, s_dev);
	body->magic = BPF_CORE_READ(sb, s_magic);
	body->f_flags = BPF_CORE_READ(file, f_flags);
	body->mode = BPF_CORE_READ(inode, i_mode);
	body->part = walk->part;
	body->piece = piece;
	body->name_flags = name_flags;
	/* All 64 bits and just here, so that the verifier of v6.1 still knows it at the call. */
	asm volatile("" : "+r"(len));
	if (len > AIOS_NAME_PIECE)
		len = AIOS_NAME_PIECE;
	body->text_len = len;
	bpf_probe_read_kernel(body->text, len, name->text + from);
	aios_emit_end(&out);
	return 0;
}

static __always_inline void aios_name_component(struct aios_walk *walk, __u8 name_flags)
{
	struct dentry *dentry = walk->dentry;
	struct aios_name name = {
		.len = BPF_CORE_READ(dentry, d_name.len),
		.text = BPF_CORE_READ(dentry, d_name.name),
	};

	for (__u32 piece = 0; piece < AIOS_NAME_PIECES; piece++) {
		if (piece && name.len <= piece * AIOS_NAME_PIECE)
			break;
		aios_name_piece(walk, &name, piece, name_flags);
	}
	walk->part++;
}

static __always_inline void aios_name_end(struct aios_walk *walk, __u8 name_flags)
{
	struct aios_name nothing = {};
	struct inode *inode = walk->inode;

	if (!BPF_CORE_READ(inode, i_nlink))
		name_flags |= AIOS_NAME_UNLINKED;
	aios_name_piece(walk, &nothing, 0, name_flags | AIOS_NAME_LAST);
	walk->done = 1;
}

/* One step of d_path(): out of a mount, or out of a directory, or at the end. */
static long aios_name_step(__u32 step, struct aios_walk *walk)
{
	struct dentry *dentry = walk->dentry, *parent = BPF_CORE_READ(dentry, d_parent);
	struct mount *mount = walk->mount, *above = BPF_CORE_READ(mount, mnt_parent);

	if (dentry == BPF_CORE_READ(mount, mnt.mnt_root) && above != mount) {
		walk->dentry = BPF_CORE_READ(mount, mnt_mountpoint);
		walk->mount = above;
		return 0;
	}
	if (dentry == parent) {
		/* Pipes, sockets and other files without a directory are their own parent. */
		if (!walk->part)
			aios_name_component(walk, 0);
		aios_name_end(walk, 0);
		return 1;
	}
	aios_name_component(walk, 0);
	walk->dentry = parent;
	return 0;
}

/* Apart, since what is seldom done would take the registers of what is always done. */
static __noinline int aios_name_walk(struct file *file, struct dentry *dentry, __u16 flags)
{
	struct vfsmount *mnt = BPF_CORE_READ(file, f_path.mnt);
	struct aios_walk walk = {
		.file = file,
		.inode = BPF_CORE_READ(file, f_inode),
		.dentry = dentry,
		.mount = (void *)mnt - bpf_core_field_offset(struct mount, mnt),
		.flags = flags,
	};

	bpf_loop(AIOS_NAME_DEPTH, aios_name_step, &walk, 0);
	if (!walk.done)
		aios_name_end(&walk, AIOS_NAME_CUT);
	return 0;
}

/*
 * A number that is the file's alone. The verifier lets pointers of its own be compared and taken
 * from each other, but not be hashed: the distance to something that stays where it is will do.
 */
static __always_inline __u64 aios_file_number(struct file *file, const int direct)
{
	__u64 number = (__u64)file, base = (__u64)&config;

	if (direct)
		asm volatile("%0 -= %1" : "+r"(number) : "r"(base));
	return number;
}

/**
 * aios_tell_file() - makes sure that the name of @file is in the stream
 * @file: a struct file that is held while this runs
 * @direct: see hook.h
 *
 * A struct file has one place in the cache, so that whatever it is used for next takes the place
 * of what was told before; dentries are used again, too, so the hash of the name has to be the
 * same (it depends on the directory). What is renamed higher up keeps the name it had. Two CPUs
 * that fill a place at once may leave a mixture there: it fits neither file, and the name is told
 * once more.
 */
static __always_inline void aios_tell_file(struct file *file, const int direct)
{
	struct dentry *dentry = READ_FIELD(direct, file, f_path.dentry);
	__u32 hash = READ_FIELD(direct, dentry, d_name.hash), index;
	struct aios_told *told;

	index = aios_file_number(file, direct) * 0x9e3779b97f4a7c15ULL >>
		(64 - AIOS_FILE_CACHE_BITS);
	told = bpf_map_lookup_elem(&files, &index);
	if (!told ||
	    (told->file == (__u64)file && told->dentry == (__u64)dentry && told->hash == hash))
		return;
	if (aios_stopped())
		return;
	aios_name_walk(file, dentry, AIOS_FLAG(direct));
	/* Only now: who finds it here goes on at once, and its request must not be over before. */
	told->file = (__u64)file;
	told->dentry = (__u64)dentry;
	told->hash = hash;
}

#endif /* AIOS_BPF_NAME_H */
