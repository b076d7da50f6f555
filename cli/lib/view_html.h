/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * view_html.h - a trace as a page for a browser: one file, which asks nothing of any network.
 *
 *	source -> pipeline -> [ aios_html ] -> data, between the two halves of the page
 *
 * The page itself is cli/html, and computes what it shows from the data. What the data leave out is
 * said in them.
 */
#ifndef AIOS_VIEW_HTML_H
#define AIOS_VIEW_HTML_H

#include "check.h"
#include "pipeline.h"

#define AIOS_HTML_REQUESTS	100000	/* told one by one, at most */

/**
 * struct aios_html_page - what is written around the data
 * @head: up to where they begin
 * @tail: from where they end
 */
struct aios_html_page {
	const char *head;
	size_t head_len;
	const char *tail;
	size_t tail_len;
};

struct aios_html;

/**
 * aios_html_new() - a page without data
 * @requests: told one by one, at most: 16 or more
 * Return: to be freed with aios_html_free(), or NULL.
 */
struct aios_html *aios_html_new(size_t requests);
struct aios_html *aios_html_free(struct aios_html *html);

/**
 * aios_html_watch() - listens to a pipeline, beside whoever else does
 * @html: the page
 * @pipe: before its first chunk; has to live as long as @html
 * Return: 0 or -ENOMEM.
 */
int aios_html_watch(struct aios_html *html, struct aios_pipeline *pipe);

/**
 * aios_html_write() - the page
 * @buf: appended to
 * @html: the page; its requests are given back, so that this is its last use
 * @trace: of the pipeline that it watched, with what the rules say of it
 * @page: around the data
 * Return: 0 or -ENOMEM.
 */
int aios_html_write(struct aios_buf *buf, struct aios_html *html, const struct aios_trace *trace,
		    const struct aios_html_page *page);

/**
 * aios_html_escape() - JSON that can stand in a page
 * @buf: appended to
 * @json: whose strings may hold anything
 * @len: of @json
 *
 * In JSON these characters can only be within strings, where \uXXXX means the same: so no element
 * of the page ends, and no comment begins, within the data.
 */
void aios_html_escape(struct aios_buf *buf, const char *json, size_t len);

#endif /* AIOS_VIEW_HTML_H */
