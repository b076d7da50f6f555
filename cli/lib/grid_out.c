// SPDX-License-Identifier: GPL-2.0-only
/*
 * grid_out.c - a grid as text and as a picture.
 */
#include "grid.h"

#include <string.h>

void aios_buf_utf8(struct aios_buf *buf, uint32_t code)
{
	char bytes[4];
	size_t len = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
	static const unsigned char first[] = { 0, 0, 0xc0, 0xe0, 0xf0 };

	for (size_t i = len; i-- > 1; code >>= 6)
		bytes[i] = (char)(0x80 | (code & 0x3f));
	bytes[0] = (char)(first[len] | code);
	aios_buf_add(buf, bytes, len);
}

static void add_cell(struct aios_buf *buf, const struct aios_cell *cell)
{
	for (int i = 0; i <= AIOS_CELL_MARKS && cell->width && cell->code[i]; i++)
		aios_buf_utf8(buf, cell->code[i]);
}

static bool is_blank(const struct aios_cell *cell)
{
	return cell->width == 1 && cell->code[0] == ' ' && !cell->code[1];
}

void aios_grid_plain(const struct aios_grid *grid, struct aios_buf *buf)
{
	for (int row = 0; row < grid->rows; row++) {
		int end = grid->cols;

		while (end && is_blank(aios_grid_cell(grid, row, end - 1)))
			end--;
		for (int col = 0; col < end; col++)
			add_cell(buf, aios_grid_cell(grid, row, col));
		aios_buf_str(buf, "\n");
	}
}

/*
 * A letter for maps of styles, and how a style looks in a picture: its colour by name, its
 * background, and whether it is bold.
 */
static const struct look {
	char letter;
	const char *ink, *ground;
	bool bold;
} looks[AIOS_STYLES] = {
	[AIOS_STYLE_PLAIN] = { '.', "fg", NULL, false },
	[AIOS_STYLE_TITLE] = { 't', "cyan", NULL, false },
	[AIOS_STYLE_STRONG] = { 'b', "fg", NULL, true },
	[AIOS_STYLE_HEADING] = { 'h', "bg", "green", false },
	[AIOS_STYLE_SORTED] = { 'o', "bg", "cyan", true },
	[AIOS_STYLE_USED] = { 'u', "green", NULL, false },
	[AIOS_STYLE_PEAK] = { 'p', "yellow", NULL, false },
	[AIOS_STYLE_FREE] = { 'f', "dim", NULL, false },
	[AIOS_STYLE_GOOD] = { 'g', "green", NULL, true },
	[AIOS_STYLE_NOTE] = { 'n', "blue", NULL, true },
	[AIOS_STYLE_WARN] = { 'w', "yellow", NULL, true },
	[AIOS_STYLE_CRIT] = { 'c', "red", NULL, true },
	[AIOS_STYLE_DIM] = { 'd', "dim", NULL, false },
	[AIOS_STYLE_FRESH] = { 'r', "green", NULL, false },
	[AIOS_STYLE_SELECTED] = { 's', "bg", "cyan", false },
	[AIOS_STYLE_TAGGED] = { 'm', "yellow", NULL, true },
	[AIOS_STYLE_KEY] = { 'k', "fg", NULL, true },
	[AIOS_STYLE_LABEL] = { 'l', "bg", "cyan", false },
	[AIOS_STYLE_INPUT] = { 'i', "bg", "fg", false },
};

char aios_style_letter(enum aios_style style)
{
	return looks[style].letter;
}

void aios_grid_styles(const struct aios_grid *grid, struct aios_buf *buf)
{
	for (int row = 0; row < grid->rows; row++) {
		int end = grid->cols;

		while (end && !aios_grid_cell(grid, row, end - 1)->style)
			end--;
		for (int col = 0; col < end; col++)
			aios_buf_add(buf, &looks[aios_grid_cell(grid, row, col)->style].letter, 1);
		aios_buf_str(buf, "\n");
	}
}

/* A cell of the picture, in hundredths of a pixel, and the margin. */
#define CELL_W	843
#define CELL_H	1800
#define MARGIN	1200

static void add_px(struct aios_buf *buf, const char *name, int hundredths)
{
	aios_buf_fmt(buf, " %s=\"%d.%02d\"", name, hundredths / 100, hundredths % 100);
}

/* For light and dark: a picture follows the reader's choice, not the page's. */
static const struct {
	const char *name, *light, *dark;
} inks[] = {
	{ "fg", "#24292f", "#e6edf3" },	   { "bg", "#fff", "#0d1117" },
	{ "dim", "#8c959f", "#7d8590" },   { "red", "#cf222e", "#ff7b72" },
	{ "green", "#1a7f37", "#3fb950" }, { "yellow", "#9a6700", "#d29922" },
	{ "blue", "#0969da", "#58a6ff" },  { "cyan", "#0b7285", "#39c5cf" },
};

/* No variables: not everything that draws pictures knows them. */
static void svg_style(struct aios_buf *buf)
{
	aios_buf_str(buf, "<style>\n"
		     "text{font:14px ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace;"
		     "white-space:pre}\n"
		     ".b{font-weight:bold}\n"
		     ".edge{stroke:#8c959f}\n");
	for (size_t i = 0; i < sizeof(inks) / sizeof(inks[0]); i++)
		aios_buf_fmt(buf, ".%s{fill:%s}", inks[i].name, inks[i].light);
	aios_buf_str(buf, "\n@media(prefers-color-scheme:dark){");
	for (size_t i = 0; i < sizeof(inks) / sizeof(inks[0]); i++)
		aios_buf_fmt(buf, ".%s{fill:%s}", inks[i].name, inks[i].dark);
	aios_buf_str(buf, "}\n</style>\n");
}

static void svg_head(const struct aios_grid *grid, struct aios_buf *buf, const char *title)
{
	int width = grid->cols * CELL_W + 2 * MARGIN, height = grid->rows * CELL_H + 2 * MARGIN;

	aios_buf_fmt(buf, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\"",
		     width / 100 + 1, height / 100 + 1);
	add_px(buf, "width", width);
	aios_buf_fmt(buf, " role=\"img\">\n<!-- SPDX-License-Identifier: GPL-2.0-only -->\n"
		     "<title>%s</title>\n", title);
	svg_style(buf);
	aios_buf_str(buf, "<rect x=\"0.5\" y=\"0.5\" rx=\"6\" class=\"bg edge\"");
	add_px(buf, "width", width);
	add_px(buf, "height", height);
	aios_buf_str(buf, "/>\n");
}

static void svg_ground(struct aios_buf *buf, int row, int col, int cols, const char *class)
{
	aios_buf_fmt(buf, "<rect class=\"%s\"", class);
	add_px(buf, "x", MARGIN + col * CELL_W);
	add_px(buf, "y", MARGIN + row * CELL_H);
	add_px(buf, "width", cols * CELL_W);
	add_px(buf, "height", CELL_H);
	aios_buf_str(buf, "/>\n");
}

static void add_xml(struct aios_buf *buf, const struct aios_cell *cell)
{
	static const struct {
		uint32_t code;
		const char *name;
	} names[] = { { '<', "&lt;" }, { '>', "&gt;" }, { '&', "&amp;" }, { ' ', "\xc2\xa0" } };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (cell->width && cell->code[0] == names[i].code && !cell->code[1]) {
			aios_buf_str(buf, names[i].name);
			return;
		}
	}
	add_cell(buf, cell);
}

/* The length is told, so that a font of another width changes nothing. */
static void svg_text(const struct aios_grid *grid, struct aios_buf *buf, int row, int col, int cols)
{
	const struct look *look = &looks[aios_grid_cell(grid, row, col)->style];

	aios_buf_fmt(buf, "<text class=\"%s%s\"", look->ink, look->bold ? " b" : "");
	add_px(buf, "x", MARGIN + col * CELL_W);
	add_px(buf, "y", MARGIN + row * CELL_H + CELL_H * 3 / 4);
	add_px(buf, "textLength", cols * CELL_W);
	aios_buf_str(buf, " lengthAdjust=\"spacingAndGlyphs\">");
	for (int i = 0; i < cols; i++)
		add_xml(buf, aios_grid_cell(grid, row, col + i));
	aios_buf_str(buf, "</text>\n");
}

/* Columns from @col on that look the same; a wide character is alone, as fonts differ about it. */
static int run_of(const struct aios_grid *grid, int row, int col)
{
	const struct aios_cell *first = aios_grid_cell(grid, row, col), *cell;
	int end = col + (first->width > 1 ? 2 : 1);

	for (; first->width == 1 && end < grid->cols; end++) {
		cell = aios_grid_cell(grid, row, end);
		if (cell->width != 1 || cell->style != first->style)
			break;
	}
	return end - col;
}

static void svg_run(const struct aios_grid *grid, struct aios_buf *buf, int row, int col, int cols)
{
	const struct look *look = &looks[aios_grid_cell(grid, row, col)->style];
	int end = col + cols;

	if (look->ground)
		svg_ground(buf, row, col, cols, look->ground);
	while (end > col && is_blank(aios_grid_cell(grid, row, end - 1)))
		end--;
	while (col < end && is_blank(aios_grid_cell(grid, row, col)))
		col++;
	if (end > col)
		svg_text(grid, buf, row, col, end - col);
}

void aios_grid_svg(const struct aios_grid *grid, struct aios_buf *buf, const char *title)
{
	svg_head(grid, buf, title);
	for (int row = 0; row < grid->rows; row++)
		for (int col = 0, cols; col < grid->cols; col += cols) {
			cols = run_of(grid, row, col);
			svg_run(grid, buf, row, col, cols);
		}
	aios_buf_str(buf, "</svg>\n");
}
