// SPDX-License-Identifier: GPL-2.0-only
/*
 * scene.c - aiotop's screen on a terminal, of a host that is made up: for tests/screen/run.
 *
 *	scene [CRASH]		CRASH: the number of the sample that is never taken
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "kit.h"
#include "kit_scene.h"
#include "top_live.h"

/* Every sample is of the same host, a moment later. */
struct scene {
	unsigned long taken;
	unsigned long crash;
};

static int sample(void *arg, uint64_t look_into, const struct aios_top_sample *before,
		  struct aios_top_sample *ret, struct aios_err *err)
{
	struct scene *scene = arg;
	struct kit_scene *host = kit_scene(4, 6);

	(void)look_into;
	(void)before;
	(void)err;
	if (++scene->taken == scene->crash)
		abort();
	*ret = host->sample;
	host->sample = (struct aios_top_sample){ 0 };
	kit_scene_free(host);
	ret->ns += scene->taken * 100000000;
	for (size_t i = 0; i < ret->ctx_cnt; i++) {
		ret->ctxs[i].counts.submits += scene->taken * 10;
		ret->ctxs[i].counts.completed[AIOS_TOP_PREAD] += scene->taken * 100;
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct scene scene = { .crash = argc > 1 ? strtoul(argv[1], NULL, 0) : 0 };
	struct aios_top_live live = { .sample = sample, .arg = &scene, .delay_ns = 200000000 };

	return aios_top_live(&live);
}
