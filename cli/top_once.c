// SPDX-License-Identifier: GPL-2.0-only
/*
 * top_once.c - aiotop --once: who holds how much of fs.aio-max-nr, as it is now.
 */
#include "top_cmd.h"

#include <errno.h>
#include <string.h>

#include "cmd.h"
#include "io/msg.h"
#include "io/out.h"
#include "io/status.h"
#include "io/top_source.h"

bool aios_top_once_wanted(const struct aios_top_opts *opts)
{
	return opts->once;
}

static int once_show(const struct aios_top_opts *opts, const struct aios_top_sample *sample,
		     struct aios_out *out)
{
	struct aios_top *top = aios_top_new();
	struct aios_top_frame frame = { 0 };
	struct aios_buf buf = { 0 };
	int err = top ? aios_top_frame(top, NULL, sample, &frame) : -ENOMEM;

	if (!err && opts->json)
		err = aios_top_json(&buf, &frame);
	else if (!err)
		aios_top_once_text(&buf, &frame);
	if (!err)
		err = buf.err;
	if (!err)
		aios_out_write(out, &buf);
	aios_buf_done(&buf);
	aios_top_frame_done(&frame);
	aios_top_free(top);
	return err;
}

static int once_take(struct aios_top_source *source, struct aios_top_sample *sample)
{
	struct aios_err err = { "" };
	int code = aios_top_source_sample(source, 0, NULL, sample, &err);

	if (code)
		aios_say("%s", err.text[0] ? err.text : strerror(-code));
	else if (aios_top_source_why(source))
		aios_say("%s", aios_top_source_why(source));
	return code;
}

int aios_top_once(const struct aios_top_opts *opts)
{
	struct aios_top_source_opts wish = { .verbose = opts->verbose };
	struct aios_top_source *source = NULL;
	struct aios_top_sample sample = { 0 };
	struct aios_err err = { "" };
	struct aios_out out;
	int code;

	if (aios_out_open(&out, opts->output, NULL, &err)) {
		aios_say("%s", err.text);
		return AIOS_USAGE;
	}
	code = aios_top_source_new(&wish, &source, &err);
	if (code)
		aios_say("%s", err.text);
	else
		code = once_take(source, &sample);
	if (!code)
		code = once_show(opts, &sample, &out);
	if (!code)
		code = aios_top_source_status(source);
	aios_top_sample_done(&sample);
	aios_top_source_free(source);
	return aios_out_status(&out, code ? AIOS_CANNOT_OBSERVE : AIOS_FINE);
}
