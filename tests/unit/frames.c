// SPDX-License-Identifier: GPL-2.0-only
/*
 * frames once|json|metrics|batch - what aiotop tells of a host that is made up, kit_top.h.
 *
 * Of the second of two frames; with --first, of the first.
 */
#include <stdio.h>

#include "kit_top.h"

static void json(struct aios_buf *buf, const struct aios_top_frame *frame)
{
	aios_top_json(buf, frame);
}

static const struct {
	const char *name;
	void (*view)(struct aios_buf *buf, const struct aios_top_frame *frame);
} views[] = {
	{ "once", aios_top_once_text },
	{ "json", json },
	{ "metrics", aios_top_openmetrics },
	{ "batch", aios_top_batch },
};

/* Two seconds in which there was something of everything. */
static void go_on(struct kit_host *h)
{
	struct aios_top_ctx *ctx;

	kit_host_next(h, 2);
	ctx = kit_host_find(h, 1);
	kit_ctx_complete(ctx, 60, AIOS_TOP_PWRITE, 3000000);
	kit_ctx_complete(ctx, 2, AIOS_TOP_POLL, 40);
	kit_ctx_read(ctx, 50);
	kit_ctx_submit(ctx, 20);
	ctx->counts.submit_again = 3;
	ctx->counts.polls[AIOS_TOP_POLL_ARMED] = 2;
	ctx->oldest[0] = (struct aios_top_oldest){ h->now.ns - 40 * KIT_S, AIOS_TOP_PREAD };
	ctx->oldest_cnt = 1;
	kit_host_find(h, 2)->snap.dead = 1;
	kit_host_find(h, 3)->counted = false;
	kit_host_find(h, 4)->snap.head = AIOS_UNKNOWN32;
	kit_host_find(h, 5)->ended_ns = h->now.ns;
	h->now.host.setup_again = 7;
}

int main(int argc, char **argv)
{
	struct kit_host *h = kit_host_full();
	struct aios_buf buf = { 0 };

	kit_host_frame(h);
	if (argc < 3 || strcmp(argv[2], "--first")) {
		go_on(h);
		kit_host_frame(h);
	}
	for (size_t i = 0; argc > 1 && i < NR(views); i++)
		if (!strcmp(argv[1], views[i].name))
			views[i].view(&buf, &h->frame);
	if (!buf.err && buf.data)
		fwrite(buf.data, 1, buf.len, stdout);
	kit_host_free(h);
	aios_buf_done(&buf);
	return argc < 2;
}
