// SPDX-License-Identifier: GPL-2.0-only
/*
 * chain.c - stacks, each of them once.
 */
#include "chain.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static uint64_t *chain_room(struct aios_chain *chain, unsigned int of, size_t *room)
{
	*room = of == AIOS_FRAMES_KERNEL ? AIOS_FRAMES_KERNEL_MAX : AIOS_FRAMES_USER_MAX;
	return of == AIOS_FRAMES_KERNEL ? chain->kernel : chain->user;
}

int aios_chain_add(struct aios_chain *chain, const struct aios_frames *frames)
{
	uint64_t *ips;
	size_t room;

	if (frames->of >= AIOS_FRAMES_OF_CNT)
		return -EBADMSG;
	ips = chain_room(chain, frames->of, &room);
	if (frames->first != chain->cnt[frames->of] || frames->count > AIOS_FRAMES_PIECE ||
	    frames->first + frames->count > (int)room)
		return -EBADMSG;
	memcpy(ips + frames->first, frames->ip, frames->count * sizeof(*ips));
	chain->cnt[frames->of] = (uint8_t)(frames->first + frames->count);
	chain->flags[frames->of] |= frames->flags;
	return 0;
}

const uint64_t *aios_chain_ips(const struct aios_chain *chain, enum aios_frames_of of, size_t *cnt)
{
	*cnt = chain->cnt[of];
	return of == AIOS_FRAMES_KERNEL ? chain->kernel : chain->user;
}

static bool chain_same(const struct aios_chain *a, const struct aios_chain *b)
{
	return a->tgid == b->tgid && !memcmp(a->cnt, b->cnt, sizeof(a->cnt)) &&
	       !memcmp(a->flags, b->flags, sizeof(a->flags)) &&
	       !memcmp(a->kernel, b->kernel, sizeof(a->kernel)) &&
	       !memcmp(a->user, b->user, sizeof(a->user));
}

/* FNV-1a, a word at a time. */
static uint64_t hash_words(uint64_t hash, const uint64_t *words, size_t cnt)
{
	for (size_t i = 0; i < cnt; i++)
		hash = (hash ^ words[i]) * 0x100000001b3ULL;
	return hash;
}

static uint64_t chain_hash(const struct aios_chain *chain)
{
	uint64_t hash = hash_words(0xcbf29ce484222325ULL ^ chain->tgid, chain->kernel,
				   chain->cnt[AIOS_FRAMES_KERNEL]);

	return hash_words(hash, chain->user, chain->cnt[AIOS_FRAMES_USER]);
}

int aios_chains_enter(struct aios_chains *chains, const struct aios_chain *like,
		      const struct aios_chain **ret)
{
	uint64_t hash = chain_hash(like);
	struct aios_chain *chain;

	/* One of another stack is passed by. */
	while ((chain = aios_map_get(&chains->map, hash)) && !chain_same(chain, like))
		hash++;
	*ret = chain;
	if (chain || chains->map.used >= AIOS_CHAINS_MAX)
		return 0;
	chain = malloc(sizeof(*chain));
	if (!chain || aios_map_put(&chains->map, hash, chain)) {
		free(chain);
		return -ENOMEM;
	}
	*chain = *like;
	chain->id = (uint32_t)chains->map.used;
	*ret = chain;
	return 0;
}

/**
 * aios_chains_done() - forgets all of them
 * @chains: empty again
 */
void aios_chains_done(struct aios_chains *chains)
{
	struct aios_chain *chain;
	size_t iter = 0;

	while ((chain = aios_map_next(&chains->map, &iter)))
		free(chain);
	aios_map_done(&chains->map);
}
