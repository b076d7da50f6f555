// SPDX-License-Identifier: GPL-2.0-only
/*
 * view_html.c - the data of the page: schema aioscope.page/1.
 */
#include "view_html.h"

#include <errno.h>
#include <stdlib.h>

#include "json.h"
#include "view.h"
#include "view_html_int.h"

#define SCHEMA		"aioscope.page/1"
#define LIVES_TOLD	24	/* slowest requests whose lives are told event by event */

/**
 * struct aios_html - what is gathered for the page
 * @slowest: held; the slowest one first
 */
struct aios_html {
	struct aios_pipeline *pipe;
	struct aios_html_rows rows;
	struct aios_html_heat heat;
	struct aios_html_rings rings;
	const struct aios_request *slowest[LIVES_TOLD];
	size_t slowest_cnt;
};

struct aios_html *aios_html_new(size_t requests)
{
	struct aios_html *html = calloc(1, sizeof(*html));

	if (html)
		aios_html_rows_init(&html->rows, requests);
	return html;
}

static void slowest_release(struct aios_html *html)
{
	while (html->slowest_cnt)
		aios_request_release(html->slowest[--html->slowest_cnt]);
}

/**
 * aios_html_free() - frees a page
 * @html: may be NULL; before the pipeline that it watched
 * Return: NULL.
 */
struct aios_html *aios_html_free(struct aios_html *html)
{
	if (html) {
		slowest_release(html);
		aios_html_rows_done(&html->rows);
		aios_html_heat_done(&html->heat);
		aios_html_rings_done(&html->rings);
		free(html);
	}
	return NULL;
}

/* Keeps the slowest, in order; there are few. */
static void slowest_keep(struct aios_html *html, const struct aios_request *req)
{
	size_t at = html->slowest_cnt;
	uint64_t took, other;

	if (!aios_latency_ns(req, &took))
		return;
	while (at && aios_latency_ns(html->slowest[at - 1], &other) && other < took)
		at--;
	if (at == LIVES_TOLD)
		return;
	if (html->slowest_cnt == LIVES_TOLD)
		aios_request_release(html->slowest[--html->slowest_cnt]);
	for (size_t i = html->slowest_cnt; i > at; i--)
		html->slowest[i] = html->slowest[i - 1];
	html->slowest[at] = aios_request_hold(req);
	html->slowest_cnt++;
}

static int html_record(void *arg, const struct aios_rec *rec)
{
	struct aios_html *html = arg;

	return aios_html_rings_record(&html->rings, aios_pipeline_model(html->pipe), rec);
}

static int html_request(void *arg, const struct aios_request *req)
{
	struct aios_html *html = arg;
	int err;

	if (!aios_pipeline_selected(html->pipe, req))
		return 0;
	err = aios_html_rows_add(&html->rows, req);
	slowest_keep(html, req);
	return err ? err : aios_html_heat_add(&html->heat, req);
}

static int html_context(void *arg, const struct aios_ctx *ctx)
{
	struct aios_html *html = arg;

	return aios_html_rings_over(&html->rings, ctx);
}

int aios_html_watch(struct aios_html *html, struct aios_pipeline *pipe)
{
	static const struct aios_pipeline_ops ops = {
		.record = html_record,
		.request = html_request,
		.context = html_context,
	};

	html->pipe = pipe;
	return aios_pipeline_beside(pipe, &ops, html);
}

/*
 * What does not show where it stands, or turns the text around it: in the source of the page as in
 * what a browser makes of it (Unicode: Cc, Cf, default ignorable, line and paragraph separators).
 * cli/html/data.js has the same.
 */
static const struct {
	uint32_t from, to;
} unseen[] = {
	{ 0x7f, 0x9f }, { 0xad, 0xad }, { 0x34f, 0x34f }, { 0x600, 0x605 }, { 0x61c, 0x61c },
	{ 0x6dd, 0x6dd }, { 0x70f, 0x70f }, { 0x115f, 0x1160 }, { 0x17b4, 0x17b5 },
	{ 0x180b, 0x180f }, { 0x200b, 0x200f }, { 0x2028, 0x202e }, { 0x2060, 0x206f },
	{ 0x3164, 0x3164 }, { 0xfe00, 0xfe0f }, { 0xfeff, 0xfeff }, { 0xffa0, 0xffa0 },
	{ 0xfff0, 0xfffb }, { 0x1d173, 0x1d17a }, { 0xe0000, 0xe0fff },
};

static bool is_unseen(uint32_t code)
{
	/* Nearly all there is. */
	if (code < 0x7f)
		return code == '<' || code == '>' || code == '&';
	for (size_t i = 0; i < sizeof(unseen) / sizeof(unseen[0]); i++)
		if (code >= unseen[i].from && code <= unseen[i].to)
			return true;
	return false;
}

/* The character at @at, which is UTF-8 as all JSON is, and its bytes; 0 where it is cut off. */
static uint32_t character(const char *at, size_t len, size_t *used)
{
	unsigned char first = (unsigned char)*at;
	size_t bytes = first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
	uint32_t code = bytes == 1 ? first : first & 0xffU >> (bytes + 1);

	*used = 1;
	if (bytes > len)
		return 0;
	*used = bytes;
	for (size_t i = 1; i < bytes; i++)
		code = code << 6 | ((unsigned char)at[i] & 0x3f);
	return code;
}

void aios_html_escape(struct aios_buf *buf, const char *json, size_t len)
{
	size_t plain = 0, used;

	for (size_t i = 0; i < len; i += used) {
		uint32_t code = character(json + i, len - i, &used);

		if (!is_unseen(code))
			continue;
		aios_buf_add(buf, json + plain, i - plain);
		/* Beyond 16 bits JSON has two halves (RFC 8259, 7). */
		if (code > 0xffff)
			aios_buf_fmt(buf, "\\u%04x\\u%04x", 0xd800 + ((code - 0x10000) >> 10),
				     0xdc00 + ((code - 0x10000) & 0x3ff));
		else
			aios_buf_fmt(buf, "\\u%04x", code);
		plain = i + used;
	}
	aios_buf_add(buf, json + plain, len - plain);
}

static int write_text(struct aios_buf *buf, const char *name, const struct aios_buf *text)
{
	aios_buf_fmt(buf, "\"%s\":", name);
	return text->err ? text->err : aios_json_add_text(buf, text->data ? text->data : "");
}

/* A life as `aiotrace timeline` tells it. */
static int write_life(struct aios_buf *buf, const struct aios_html *html,
		      const struct aios_request *req, const struct aios_trace *trace)
{
	const struct aios_timeline_opts opts = {
		.clock = aios_pipeline_clock(html->pipe), .trace = trace, .utf8 = true,
	};
	struct aios_buf text = { 0 };
	int err;

	aios_timeline(&text, req, &opts);
	aios_buf_fmt(buf, "{\"kiocb\":%llu,", (unsigned long long)req->id);
	err = write_text(buf, "text", &text);
	aios_buf_str(buf, "}");
	aios_buf_done(&text);
	return err;
}

static bool is_slowest(const struct aios_html *html, const struct aios_request *req)
{
	for (size_t i = 0; i < html->slowest_cnt; i++)
		if (html->slowest[i] == req)
			return true;
	return false;
}

/* Of a request that breaks several rules, once. */
static bool is_told(const struct aios_finding *findings, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		if (findings[i].req == findings[nr].req)
			return true;
	return false;
}

/* Lives of the slowest requests, and of those that something was found of. */
static int write_lives(struct aios_buf *buf, struct aios_html *html,
		       const struct aios_trace *trace)
{
	size_t cnt = 0, told = 0;
	const struct aios_finding *findings =
		trace->check ? aios_check_findings(trace->check, &cnt) : NULL;
	int err = 0;

	aios_buf_str(buf, "\"lives\":[");
	for (size_t i = 0; i < html->slowest_cnt && !err; i++) {
		aios_buf_str(buf, told++ ? ",\n" : "");
		err = write_life(buf, html, html->slowest[i], trace);
	}
	for (size_t i = 0; i < cnt && !err; i++) {
		if (!findings[i].req || is_slowest(html, findings[i].req) || is_told(findings, i))
			continue;
		aios_buf_str(buf, told++ ? ",\n" : "");
		err = write_life(buf, html, findings[i].req, trace);
		if (!err)
			err = aios_html_rows_must(&html->rows, findings[i].req);
	}
	aios_buf_str(buf, "],\n");
	return err;
}

/* Holes where they were, for the time axes. */
static int write_holes(struct aios_buf *buf, const struct aios_trace *trace)
{
	struct aios_clock clock = { trace->info->wall_offset_ns, trace->info->utc_offset_s };
	const struct aios_summary *sum = trace->sum;
	int err = 0;

	aios_buf_str(buf, "\"holes\":[");
	for (size_t i = 0; i < sum->gap_cnt && !err; i++) {
		struct aios_gap gap = sum->gaps[i].gap;
		struct aios_buf text = { 0 };

		gap.hook = sum->gaps[i].hook;
		aios_line_gap(&text, &gap, &clock);
		aios_buf_fmt(buf, "%s{\"from_ns\":%lld,\"to_ns\":%lld,", i ? "," : "",
			     (long long)(gap.from_ns - sum->first_ns),
			     (long long)(gap.to_ns - sum->first_ns));
		err = write_text(buf, "text", &text);
		aios_buf_str(buf, "}");
		aios_buf_done(&text);
	}
	aios_buf_str(buf, "],\n");
	return err;
}

static void write_polls(struct aios_buf *buf)
{
	aios_buf_str(buf, "\"poll_orders\":{");
	for (enum aios_poll_order i = AIOS_POLL_READY; i <= AIOS_POLL_UNCLEAR; i++)
		aios_buf_fmt(buf, "%s\"%s\":\"%s\"", i == AIOS_POLL_READY ? "" : ",",
			     aios_poll_order_name(i), aios_poll_order_doc(i));
	aios_buf_str(buf, "},\n");
}

static void write_verdict(struct aios_buf *buf, const struct aios_check *check)
{
	struct aios_verdict_info info = aios_check_verdict(check);

	aios_buf_fmt(buf, "\"verdict\":{\"verdict\":\"%s\",\"reason\":\"%s\",\"rules_checked\":%zu,"
		     "\"rules_broken\":%zu,\"findings\":%llu},\n", aios_verdict_name(info.verdict),
		     aios_reason_name(info.reason), info.rules_checked, info.rules_broken,
		     (unsigned long long)info.findings);
}

/* When the first record was written: in nanoseconds, and what clocks showed where that is known. */
static void write_clock(struct aios_buf *buf, const struct aios_html *html,
			const struct aios_trace *trace)
{
	int64_t offset_ns = trace->info->wall_offset_ns;
	uint64_t t0_ns = trace->sum->first_ns;

	aios_buf_fmt(buf, "{\"schema\":\"" SCHEMA "\",\"t0_ns\":\"%llu\",\"t0_wall_ms\":%lld,"
		     "\"utc_offset_s\":%d,\"end_ns\":%lld,\n", (unsigned long long)t0_ns,
		     offset_ns ? (long long)(((int64_t)t0_ns + offset_ns) / 1000000) : 0,
		     trace->info->utc_offset_s,
		     (long long)(aios_pipeline_now(html->pipe) - t0_ns));
}

static int write_data(struct aios_buf *buf, struct aios_html *html, const struct aios_trace *trace)
{
	uint64_t t0_ns = trace->sum->first_ns;
	int err;

	write_clock(buf, html, trace);
	aios_buf_str(buf, "\"report\":");
	err = aios_report_json(buf, trace);
	aios_buf_str(buf, ",\n");
	if (trace->check)
		write_verdict(buf, trace->check);
	write_polls(buf);
	if (!err)
		err = write_holes(buf, trace);
	if (!err)
		err = aios_html_rows_end(&html->rows);
	if (!err)
		err = write_lives(buf, html, trace);
	if (!err && html->rows.step > 1) {
		aios_buf_str(buf, "\"heat\":");
		aios_html_heat_write(&html->heat, buf, t0_ns);
		aios_buf_str(buf, ",\n");
	}
	aios_buf_fmt(buf, "\"rings_left_out\":%llu,\n\"rings\":",
		     (unsigned long long)html->rings.left_out);
	aios_html_rings_write(&html->rings, buf, t0_ns);
	aios_buf_str(buf, ",\n\"requests\":");
	if (!err)
		err = aios_html_rows_write(&html->rows, buf, t0_ns);
	aios_buf_str(buf, "}\n");
	return err ? err : buf->err;
}

int aios_html_write(struct aios_buf *buf, struct aios_html *html, const struct aios_trace *trace,
		    const struct aios_html_page *page)
{
	struct aios_buf data = { 0 };
	int err = write_data(&data, html, trace);

	slowest_release(html);
	aios_html_rows_done(&html->rows);
	aios_html_rows_init(&html->rows, 0);
	if (!err) {
		aios_buf_add(buf, page->head, page->head_len);
		aios_html_escape(buf, data.data, data.len);
		aios_buf_add(buf, page->tail, page->tail_len);
	}
	aios_buf_done(&data);
	return err ? err : buf->err;
}
