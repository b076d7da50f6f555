// SPDX-License-Identifier: GPL-2.0-only
/*
 * view_timeline_refs.c - who held what of a request, from when to when.
 */
#include "view_timeline_int.h"

#define AT_UNTIL	28
#define AT_BY		38

/* Where and by whom a reference was dropped. */
static void ref_dropped(struct aios_buf *line, const struct aios_ref *ref, bool own)
{
	if (own) {
		aios_buf_fmt(line, "by the %s, %u left, ", aios_party_name(ref->party), ref->left);
		if (ref->unsure)
			aios_buf_str(line, "(or that of the next one at this address) ");
	} else if (ref->puts != 1) {
		aios_buf_fmt(line, "%u times, ", ref->puts);
	}
	aios_buf_fmt(line, "on CPU %u ", ref->cpu);
	if (ref->flags & (AIOS_F_SOFTIRQ | AIOS_F_HARDIRQ))
		aios_buf_fmt(line, "in a %s", aios_where_name(aios_where(ref->flags)));
	else
		aios_buf_fmt(line, "in thread %u", ref->tid);
}

static void page_ref(const struct aios_page *page, enum aios_ref_kind kind,
		     const struct aios_ref *ref)
{
	struct aios_buf line = { 0 };

	if (!ref->gets && !ref->puts)
		return;
	aios_buf_fmt(&line, "    %-12s ", aios_ref_name(kind));
	aios_page_time(&line, page, ref->from_ns);
	aios_buf_pad(&line, AT_UNTIL);
	if (ref->puts) {
		aios_page_time(&line, page, ref->to_ns);
		aios_buf_pad(&line, AT_BY);
		ref_dropped(&line, ref, kind <= AIOS_REF_OP);
	} else {
		aios_buf_str(&line, ref->unwatched ? "nobody watched" : "still held");
	}
	if (ref->puts && ref->unwatched)
		aios_buf_str(&line, "; that it was dropped was not seen");
	aios_buf_str(&line, "\n");
	aios_buf_add(page->buf, line.data, line.err ? 0 : line.len);
	aios_buf_done(&line);
}

void aios_page_refs(const struct aios_page *page)
{
	enum aios_ref_kind first = AIOS_REF_SUBMIT, end = AIOS_REFS;
	const struct aios_refs *ledger = page->req->ledger;

	if (!ledger)
		return;
	if (ledger->puts_told) {
		aios_buf_fmt(page->buf, "\n  references: %s\n",
			     aios_balance_name(aios_balance(page->req)));
	} else {
		aios_buf_str(page->buf, "\n  references of what it held:\n");
		first = AIOS_REF_FILE;
		end = AIOS_REF_FREEZE;
	}
	for (enum aios_ref_kind kind = first; kind < end; kind++)
		page_ref(page, kind, &ledger->held[kind]);
}
