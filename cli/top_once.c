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
#include "io/top_sample.h"

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

/*
 * Who may not load programs still sees the limit and his own rings, and is told what is missing.
 * @why: lives as long as the sample
 */
static int once_take(const struct aios_top_opts *opts, struct aios_top_edge *edge,
		     struct aios_top_sample *sample, struct aios_err *why, int *status)
{
	struct aios_load *load = NULL;
	struct aios_err err = { "" };
	int code = aios_top_load(opts->verbose, &load, &err);

	if (!code) {
		code = aios_top_take(edge, load, sample, &err);
		*status = AIOS_FINE;
	} else {
		*why = err;
		if (code == -EPERM || code == -EACCES)
			aios_top_why_not(why, &err);
		*status = AIOS_CANNOT_OBSERVE;
		code = aios_top_take_rings(edge, why->text, sample);
	}
	aios_load_free(load);
	if (!code)
		code = aios_top_ids(edge, sample);
	if (code)
		aios_say("%s", err.text[0] ? err.text : strerror(-code));
	else if (*status)
		aios_say("%s", why->text);
	return code;
}

int aios_top_once(const struct aios_top_opts *opts)
{
	struct aios_top_edge *edge = aios_top_edge_new();
	struct aios_top_sample sample = { 0 };
	struct aios_err err = { "" }, why;
	int status = AIOS_CANNOT_OBSERVE, code = -ENOMEM;
	struct aios_out out;

	if (aios_out_open(&out, opts->output, NULL, &err)) {
		aios_say("%s", err.text);
		aios_top_edge_free(edge);
		return AIOS_USAGE;
	}
	if (edge && !once_take(opts, edge, &sample, &why, &status))
		code = once_show(opts, &sample, &out);
	else
		status = AIOS_CANNOT_OBSERVE;
	if (code == -ENOMEM)
		aios_say("not enough memory");
	aios_top_sample_done(&sample);
	aios_top_edge_free(edge);
	return aios_out_status(&out, code ? AIOS_CANNOT_OBSERVE : status);
}
