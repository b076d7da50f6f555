// SPDX-License-Identifier: GPL-2.0-only
/*
 * cmd_export_html.c - aiotrace export --to html: a trace as a page for a browser.
 */
#include "cmd_export.h"
#include "html/page.h"
#include "io/msg.h"
#include "io/status.h"
#include "io/user_names.h"
#include "lib/doctor.h"

/**
 * struct html_by - who looks at the trace
 */
struct html_by {
	struct aios_html *html;
	struct aios_check *check;
	struct aios_doctor *doctor;
};

static int html_write(struct aios_export *ex, const struct html_by *by)
{
	struct aios_trace trace = aios_pipeline_trace(aios_check_pipeline(by->check));
	struct aios_files_named *files = aios_files_named_new();
	struct aios_user_names names = aios_files_named(files);
	int err;

	trace.check = by->check;
	trace.doctor = by->doctor;
	trace.names = files ? &names : NULL;
	err = aios_html_write(&ex->buf, by->html, &trace, &aios_page);
	if (err) {
		aios_say("not enough memory for the page");
		aios_buf_clear(&ex->buf);
	}
	aios_files_named_free(files);
	return err;
}

static int html_judge(struct aios_export *ex, const struct html_by *by)
{
	struct aios_pipeline *pipe = aios_check_pipeline(by->check);
	int status = AIOS_UNREADABLE;

	if (!aios_html_watch(by->html, pipe) && !aios_doctor_watch(by->doctor, pipe))
		status = aios_replay(&ex->replay, pipe);
	if (aios_check_end(by->check) || aios_doctor_end(by->doctor)) {
		aios_say("%s: not enough memory", ex->replay.path);
		status = AIOS_UNREADABLE;
	}
	if (aios_pipeline_trace(pipe).info->kernel && html_write(ex, by))
		status = AIOS_UNREADABLE;
	return status;
}

/* Whoever holds requests goes before the pipeline that made them. */
static void html_done(struct html_by *by)
{
	aios_html_free(by->html);
	aios_check_free(by->check);
	aios_doctor_free(by->doctor);
}

int aios_export_html(struct aios_export *ex)
{
	static const struct aios_check_opts opts = { .patience_ns = AIOS_PATIENCE_NS };
	struct html_by by = {
		aios_html_new(AIOS_HTML_REQUESTS), aios_check_new(&opts), aios_doctor_new(),
	};
	int status = AIOS_UNREADABLE;

	if (by.html && by.check && by.doctor)
		status = html_judge(ex, &by);
	html_done(&by);
	return status;
}
