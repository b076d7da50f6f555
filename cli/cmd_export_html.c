// SPDX-License-Identifier: GPL-2.0-only
/*
 * cmd_export_html.c - aiotrace export --to html: a trace as a page for a browser.
 */
#include "cmd_examine.h"
#include "cmd_export.h"
#include "html/page.h"
#include "io/msg.h"
#include "io/status.h"

static int html_tell(struct aios_export *ex, struct aios_html *html, struct aios_examine *by)
{
	int status = aios_examine_run(by, &ex->replay);
	struct aios_trace trace = aios_examine_trace(by);

	if (trace.info->kernel && aios_html_write(&ex->buf, html, &trace, &aios_page)) {
		aios_say("not enough memory for the page");
		aios_buf_clear(&ex->buf);
		return AIOS_UNREADABLE;
	}
	return status;
}

int aios_export_html(struct aios_export *ex)
{
	struct aios_html *html = aios_html_new(AIOS_HTML_REQUESTS);
	int status = AIOS_UNREADABLE;
	struct aios_examine by;

	if (!aios_examine_begin(&by, ex->replay.path)) {
		if (html && !aios_html_watch(html, aios_check_pipeline(by.check)))
			status = html_tell(ex, html, &by);
		else
			aios_say("%s: not enough memory", ex->replay.path);
	}
	aios_html_free(html);
	aios_examine_end(&by);
	return status;
}
