// SPDX-License-Identifier: GPL-2.0-only
/*
 * top_play.c - a recorded trace that is told as far as is wanted.
 */
#include "top_play.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model.h"
#include "top_replay.h"
#include "vec.h"

/* A record or a hole. */
struct item {
	bool is_gap;
	union {
		struct aios_rec rec;
		struct aios_gap gap;
	};
};

/**
 * struct aios_top_play - a trace, as far as it was told
 * @items: the queue: from @first on those that were not told
 * @until_ns: everything older is in the queue, or was told
 * @first_ns, @last_ns: times of records
 * @ended: no chunk will follow
 * @counted: after the end: requests that completed and are not over were counted
 */
struct aios_top_play {
	struct aios_decode *decode;
	struct aios_model *model;
	struct aios_top_replay *replay;
	struct item *items;
	size_t first, cnt, cap;
	uint64_t until_ns;
	uint64_t first_ns;
	uint64_t last_ns;
	bool ended;
	bool counted;
};

static struct item *item_new(struct aios_top_play *play)
{
	struct item *items = aios_vec_room(play->items, play->cnt, &play->cap, sizeof(*items));

	if (!items)
		return NULL;
	play->items = items;
	return &items[play->cnt++];
}

static int play_record(void *arg, const struct aios_rec *rec)
{
	struct aios_top_play *play = arg;
	struct item *item = item_new(play);

	if (!item)
		return -ENOMEM;
	item->is_gap = false;
	item->rec = *rec;
	if (!play->first_ns)
		play->first_ns = rec->h.time_ns;
	if (rec->h.time_ns > play->last_ns)
		play->last_ns = rec->h.time_ns;
	return 0;
}

static int play_gap(void *arg, const struct aios_gap *gap)
{
	struct item *item = item_new(arg);

	if (!item)
		return -ENOMEM;
	item->is_gap = true;
	item->gap = *gap;
	/* Its name does not live that long, and the model has no use for it. */
	item->gap.hook = NULL;
	return 0;
}

static int play_until(void *arg, uint64_t time_ns)
{
	((struct aios_top_play *)arg)->until_ns = time_ns;
	return 0;
}

static int over_request(void *arg, const struct aios_request *req)
{
	return aios_top_replay_request(((struct aios_top_play *)arg)->replay, req);
}

static int over_context(void *arg, const struct aios_ctx *ctx)
{
	return aios_top_replay_context(((struct aios_top_play *)arg)->replay, ctx);
}

struct aios_top_play *aios_top_play_new(void)
{
	static const struct aios_model_ops ops = {
		.request = over_request,
		.context = over_context,
	};
	static const struct aios_model_opts opts = { .history = false };
	struct aios_top_play *play = calloc(1, sizeof(*play));
	struct aios_sink sink = { play_record, play_gap, play_until, play };

	if (!play)
		return NULL;
	play->decode = aios_decode_new(&sink);
	play->model = aios_model_new(&ops, play, &opts);
	if (play->model)
		play->replay = aios_top_replay_new(play->model);
	return play->decode && play->replay ? play : aios_top_play_free(play);
}

/**
 * aios_top_play_free() - frees it
 * @play: may be NULL
 * Return: NULL.
 */
struct aios_top_play *aios_top_play_free(struct aios_top_play *play)
{
	if (!play)
		return NULL;
	aios_top_replay_free(play->replay);
	aios_model_free(play->model);
	aios_decode_free(play->decode);
	free(play->items);
	free(play);
	return NULL;
}

struct aios_feed aios_top_play_feed(struct aios_top_play *play)
{
	return (struct aios_feed){ .chunk = aios_decode_chunk, .arg = play->decode };
}

int aios_top_play_end(struct aios_top_play *play)
{
	play->ended = true;
	return aios_decode_end(play->decode);
}

static int tell(struct aios_top_play *play, const struct item *item)
{
	int err;

	if (item->is_gap)
		return aios_model_gap(play->model, &item->gap);
	err = aios_model_record(play->model, &item->rec);
	return err ? err : aios_top_replay_record(play->replay, &item->rec);
}

static uint64_t time_of(const struct item *item)
{
	return item->is_gap ? item->gap.from_ns : item->rec.h.time_ns;
}

int aios_top_play_to(struct aios_top_play *play, uint64_t ns)
{
	bool all = play->ended && ns >= aios_top_play_ends(play);
	int err = 0;

	while (!err && play->first < play->cnt &&
	       (all || time_of(&play->items[play->first]) < ns))
		err = tell(play, &play->items[play->first++]);
	if (play->first == play->cnt)
		play->first = play->cnt = 0;
	return err ? err : play->ended || play->until_ns >= ns;
}

/* What no later record can make clearer is counted as it is. */
static int count_rest(struct aios_top_play *play)
{
	play->counted = true;
	return aios_model_alive(play->model, over_request, play);
}

static void copy(char *to, size_t size, const char *from)
{
	size_t len = from ? strlen(from) : 0;

	if (len >= size)
		len = size - 1;
	memcpy(to, from ? from : "", len);
	to[len] = '\0';
}

int aios_top_play_sample(struct aios_top_play *play, uint64_t ns, struct aios_top_sample *ret)
{
	const struct aios_info *info = aios_decode_info(play->decode);
	const struct aios_loss *loss = aios_decode_loss(play->decode);
	uint64_t ends_ns = aios_top_play_ends(play);
	int err = 0;

	if (play->ended && ns >= ends_ns) {
		ns = ends_ns;
		if (!play->counted)
			err = count_rest(play);
	}
	if (err) {
		memset(ret, 0, sizeof(*ret));
		return err;
	}
	err = aios_top_replay_sample(play->replay, ns, ret);
	ret->started_ns = aios_top_play_begins(play);
	ret->wall_ns = ns + (uint64_t)info->wall_offset_ns;
	ret->host.missed = loss->records + loss->skipped;
	/* How much a hole has taken cannot always be told. */
	if (ret->host.missed < loss->gaps)
		ret->host.missed = loss->gaps;
	ret->host.not_shown = loss->not_kept;
	copy(ret->host.name, sizeof(ret->host.name), info->host);
	copy(ret->host.kernel, sizeof(ret->host.kernel), info->kernel);
	copy(ret->host.level, sizeof(ret->host.level), info->evidence);
	return err;
}

uint64_t aios_top_play_begins(const struct aios_top_play *play)
{
	const struct aios_info *info = aios_decode_info(play->decode);

	if (info->begins_ns)
		return info->begins_ns;
	return info->start_ns ? info->start_ns : play->first_ns;
}

uint64_t aios_top_play_ends(const struct aios_top_play *play)
{
	uint64_t end_ns = aios_decode_end_info(play->decode)->end_ns;

	if (!play->ended)
		return 0;
	return end_ns > play->last_ns ? end_ns : play->last_ns;
}

const struct aios_info *aios_top_play_info(const struct aios_top_play *play)
{
	return aios_decode_info(play->decode);
}

const struct aios_loss *aios_top_play_loss(const struct aios_top_play *play)
{
	return aios_decode_loss(play->decode);
}
