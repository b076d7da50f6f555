/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kernel.h - the kernel's types, as little of them as the programs use.
 *
 * These are not copies but questions: each field named here is looked up by name in the
 * running kernel's BTF when the programs are loaded (CO-RE), so neither order nor size
 * matters. Where kernels differ, both shapes are declared and the one that exists is asked
 * for by bpf_core_field_exists(). Symbols are weak: what a kernel lacks reads as absent.
 */
#ifndef AIOS_BPF_KERNEL_H
#define AIOS_BPF_KERNEL_H

#include <linux/types.h>
#include <linux/bpf.h>
#include <linux/aio_abi.h>
#include <linux/ptrace.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct list_head {
	struct list_head *next, *prev;
};

struct work_struct {
	void (*func)(struct work_struct *work);
};

struct rcu_work {
	struct work_struct work;
};

typedef struct {
	int counter;
} atomic_t;

typedef struct {
	__s64 counter;
} atomic_long_t;

struct percpu_ref_data {
	atomic_long_t count;
};

struct percpu_ref {
	unsigned long percpu_count_ptr;
	struct percpu_ref_data *data;
};

struct folio;

/* Asked for its size alone. */
struct page {
	unsigned long flags;
};

struct wait_queue_head {
	struct list_head head;
};

struct wait_queue_entry {
	unsigned int flags;
	void *func;
	struct list_head entry;
};

struct qstr {
	__u32 hash;
	__u32 len;
	const unsigned char *name;
};

struct percpu_rw_semaphore {
	unsigned int *read_count;
};

/* By what freezing has to wait for: writes come first. */
struct sb_writers {
	struct percpu_rw_semaphore rw_sem[3];
};

struct super_block {
	__u32 s_dev;
	unsigned long s_magic;
	struct sb_writers s_writers;
};

struct inode {
	__u16 i_mode;
	unsigned int i_nlink;
	unsigned long i_ino;
	struct super_block *i_sb;
};

struct dentry {
	struct dentry *d_parent;
	struct qstr d_name;
	struct inode *d_inode;
};

struct vfsmount {
	struct dentry *mnt_root;
};

struct mount {
	struct mount *mnt_parent;
	struct dentry *mnt_mountpoint;
	struct vfsmount mnt;
};

struct path {
	struct vfsmount *mnt;
	struct dentry *dentry;
};

struct address_space {
	void *i_private_data;
};

/* Before "fs: Rename mapping private members", v6.8. */
struct address_space___private {
	void *private_data;
};

struct file {
	struct path f_path;
	struct inode *f_inode;
	struct address_space *f_mapping;
	unsigned int f_flags;
	void *private_data;
};

struct kiocb {
	struct file *ki_filp;
	void *ki_complete;
};

struct cred;

struct fsync_iocb {
	struct file *file;
	struct work_struct work;
	struct cred *creds;
};

/* What @state has in one word, in kernel/6.12/next, others have in three flags. */
struct poll_iocb {
	struct file *file;
	struct wait_queue_head *head;
	__u32 events;
	atomic_t state;
	_Bool cancelled;
	_Bool work_scheduled;
	_Bool work_need_resched;
	struct wait_queue_entry wait;
	struct work_struct work;
};

struct refcount_struct {
	atomic_t refs;
};

struct eventfd_ctx;
struct kioctx;

struct aio_kiocb {
	union {
		struct file *ki_filp;
		struct kiocb rw;
		struct fsync_iocb fsync;
		struct poll_iocb poll;
	};
	struct kioctx *ki_ctx;
	void *ki_cancel;
	struct io_event ki_res;
	struct list_head ki_list;
	struct refcount_struct ki_refcnt;
	struct eventfd_ctx *ki_eventfd;
};

/* What a request came to, as one field with one offset: struct io_event is user space's. */
struct io_event___result {
	__s64 res;
};

struct aio_kiocb___result {
	struct io_event___result ki_res;
};

struct kioctx_cpu {
	unsigned int reqs_available;
};

struct raw_spinlock {
	int raw_lock;
};

/* What spinlock_t is where it spins, see include/linux/spinlock_types.h. */
struct spinlock {
	struct raw_spinlock rlock;
};

struct kioctx {
	struct percpu_ref users;
	atomic_t dead;
	struct percpu_ref reqs;
	unsigned long user_id;
	unsigned int req_batch;
	unsigned int max_reqs;
	unsigned int nr_events;
	struct kioctx_cpu *cpu;
	struct folio **ring_folios;	/* since v6.9, before that ring_pages */
	struct aio_ring *ring;		/* in kernel/6.12/next, which has neither */
	struct file *aio_ring_file;
	long nr_pages;
	struct rcu_work free_rwork;
	struct list_head active_reqs;
	struct wait_queue_head wait;
	struct {
		atomic_t reqs_available;
	};
	unsigned int tail;
	unsigned int completed_events;
	struct spinlock completion_lock;
	unsigned int id;
};

/* Before "fs/aio: convert to ring_folios and internal_folios", v6.9. */
struct kioctx___pages {
	struct page **ring_pages;
};

struct kioctx_table {
	unsigned int nr;
	struct kioctx *table[];
};

struct aio_ring {
	unsigned int head;
	unsigned int tail;
};

struct poll_table_struct {
	void *_qproc;
};

struct aio_poll_table {
	struct poll_table_struct pt;
	struct aio_kiocb *iocb;
	_Bool queued;
};

struct mm_struct {
	struct kioctx_table *ioctx_table;
};

struct vm_area_struct {
	unsigned long vm_start;
	struct mm_struct *vm_mm;
	struct file *vm_file;
};

struct kernfs_node {
	__u64 id;
};

struct cgroup_subsys_state {
	struct cgroup_subsys_state *parent;
};

struct cgroup {
	struct cgroup_subsys_state self;
	struct kernfs_node *kn;
};

struct css_set {
	struct cgroup *dfl_cgrp;
};

struct signal_struct {
	atomic_t live;
	int group_exit_code;
};

typedef struct {
	__u32 val;
} kuid_t;

struct cred {
	atomic_t usage;
	kuid_t uid;
	kuid_t euid;
};

struct pid_namespace;

struct upid {
	int nr;
	struct pid_namespace *ns;
};

struct pid {
	unsigned int level;
	struct upid numbers[];
};

struct thread_info {
	__u32 status;
};

struct sched_entity {
	__u64 sum_exec_runtime;
};

struct task_struct {
	struct thread_info thread_info;
	unsigned int flags;
	int pid;
	int tgid;
	int exit_code;
	struct task_struct *group_leader;
	struct task_struct *real_parent;
	struct pid *thread_pid;
	struct mm_struct *mm;
	struct signal_struct *signal;
	struct css_set *cgroups;
	const struct cred *cred;
	unsigned long nvcsw;
	unsigned long nivcsw;
	__u64 start_boottime;
	struct sched_entity se;
	unsigned in_eventfd : 1;
	unsigned in_iowait : 1;
	char comm[16];
};

struct bvec_iter {
	unsigned int bi_size;
};

struct bio {
	struct bio *bi_next;
	struct bvec_iter bi_iter;
	void *bi_end_io;
	void *bi_private;
};

enum mq_rq_state {
	MQ_RQ_IDLE,
};

struct request {
	unsigned int __data_len;
	struct bio *bio;
	enum mq_rq_state state;
};

/* Direct I/O, by what keeps its state: block devices, fs/iomap, fs/direct-io.c. */
struct blkdev_dio {
	struct kiocb *iocb;
	struct bio bio;
};

struct iomap_dio {
	struct kiocb *iocb;
};

struct dio {
	struct kiocb *iocb;
};

struct linux_binprm;

struct bpf_prog_aux {
	__u32 id;
};

struct bpf_prog {
	int *active;
	struct bpf_prog_aux *aux;
};

struct bpf_iter_meta {
	struct seq_file *seq;
};

struct bpf_iter__bpf_prog {
	struct bpf_iter_meta *meta;
	struct bpf_prog *prog;
};

struct bpf_iter__task {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
};

/* The count that says "in an interrupt" moved into pcpu_hot in v6.2 and back in v6.15. */
struct pcpu_hot {
	int preempt_count;
};

#pragma clang attribute pop

extern const int __preempt_count __ksym __weak;
extern const struct pcpu_hot pcpu_hot __ksym __weak;

#endif /* AIOS_BPF_KERNEL_H */
