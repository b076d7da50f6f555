/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * chain.h - stacks of threads that went to sleep, each of them once.
 */
#ifndef AIOS_CHAIN_H
#define AIOS_CHAIN_H

#include <stddef.h>
#include <stdint.h>

#include <aioscope/record.h>

#include "map.h"

#define AIOS_CHAINS_MAX	4096U	/* a file may say what it likes: more are not told apart */

/**
 * struct aios_chain - functions that were called and had not returned, innermost first
 * @id: from 1, in the order first seen
 * @tgid: the process that the addresses of the program mean something in
 * @cnt: frames, by enum aios_frames_of
 * @flags: AIOS_FRAMES_*, the same
 * @kernel: addresses in the kernel
 * @user: addresses in the program
 */
struct aios_chain {
	uint32_t id;
	uint32_t tgid;
	uint8_t cnt[AIOS_FRAMES_OF_CNT];
	uint8_t flags[AIOS_FRAMES_OF_CNT];
	uint64_t kernel[AIOS_FRAMES_KERNEL_MAX];
	uint64_t user[AIOS_FRAMES_USER_MAX];
};

/**
 * struct aios_chains - stacks that are told apart; zero-initialised is empty
 * @map: by a hash of what is in them; owned
 */
struct aios_chains {
	struct aios_map map;
};

/**
 * aios_chain_add() - the next piece of a stack
 * @chain: what has come so far; begins as zeros
 * @frames: the piece
 * Return: 0, or -EBADMSG where it does not go on where the last one ended.
 */
int aios_chain_add(struct aios_chain *chain, const struct aios_frames *frames);

/**
 * aios_chain_ips() - frames of the kernel, or of the program
 * @chain: a stack
 * @of: enum aios_frames_of
 * @cnt: how many there are
 * Return: borrowed from @chain.
 */
const uint64_t *aios_chain_ips(const struct aios_chain *chain, enum aios_frames_of of, size_t *cnt);

/**
 * aios_chains_enter() - the stack that is like another one
 * @chains: all there are
 * @like: its id means nothing
 * @ret: as long as @chains lives; NULL where there are too many
 * Return: 0 or -ENOMEM.
 */
int aios_chains_enter(struct aios_chains *chains, const struct aios_chain *like,
		      const struct aios_chain **ret);
void aios_chains_done(struct aios_chains *chains);

#endif /* AIOS_CHAIN_H */
