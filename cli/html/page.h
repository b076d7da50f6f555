/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * page.h - the page of aiotrace export --to html, as cli/html/pack writes it.
 */
#ifndef AIOS_PAGE_H
#define AIOS_PAGE_H

#include "../lib/view_html.h"

extern const struct aios_html_page aios_page;

#endif /* AIOS_PAGE_H */
