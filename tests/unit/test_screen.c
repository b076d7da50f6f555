// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_screen.c - aiotop's screen: what is drawn, what keys and the mouse do. Run from the top of
 * the project; `make golden` writes anew what is expected, `--svg NAME FILE` a picture of one
 * screen.
 *
 * A file tests/golden/screens/NAME.txt holds the characters of a screen and, below, its styles.
 */
#include <errno.h>
#include <stdio.h>

#include "kit.h"
#include "kit_scene.h"

#include "lib/screen_int.h"

#define FOLDER	"tests/golden/screens"
#define F(n)	(AIOS_KEY_F0 + (n))
#define DELAY	1500000000ULL

/* A screen, and the host that it shows. */
struct show {
	struct kit_scene *host;
	struct aios_screen *screen;
	struct aios_top *top;
	struct aios_grid grid;
};

static void draw(struct show *show)
{
	assert_int_equal(aios_screen_draw(show->screen, &show->host->frame, show->top, &show->grid),
			 0);
}

static struct show show_new(struct kit_scene *host, int cols, int rows)
{
	struct show show = { .host = host, .screen = aios_screen_new(DELAY, 0),
			     .top = aios_top_new() };

	assert_true(show.screen && show.top);
	assert_int_equal(aios_grid_size(&show.grid, rows, cols), 0);
	draw(&show);
	return show;
}

static void show_done(struct show *show)
{
	aios_screen_free(show->screen);
	aios_top_free(show->top);
	aios_grid_done(&show->grid);
	kit_scene_free(show->host);
}

static enum aios_screen_does press(struct show *show, uint32_t code)
{
	enum aios_screen_does does = aios_screen_key(show->screen, (struct aios_key){ code, 0, 0 });

	draw(show);
	return does;
}

static void press_all(struct show *show, const uint32_t *codes)
{
	for (; codes && *codes; codes++)
		press(show, *codes);
}

static struct kit_scene *usual(void)
{
	struct kit_scene *host = kit_scene(4, 6);

	kit_scene_finding(host, 3, "PID 1000 (mysqld): a pread is under way for 2.00s.");
	kit_scene_finding(host, 2, "fs.aio-nr is 53% of fs.aio-max-nr.");
	host->sample.ctxs[3].snap.dead = 1;
	host->sample.ctxs[4].ended_ns = host->sample.ns;
	kit_scene_rows(host);
	host->frame.ctx_rows[5].fresh = true;
	return host;
}

static struct kit_scene *many(void)
{
	return kit_scene(30, 40);
}

static struct kit_scene *recorded(void)
{
	struct kit_scene *host = usual();

	host->sample.host.evidence = AIOS_TOP_TRACE;
	memcpy(host->sample.host.level, "function", sizeof("function"));
	host->sample.host.missed = 1753;
	return host;
}

static struct kit_scene *empty(void)
{
	struct kit_scene *host = kit_scene(0, 0);

	host->sample.host.aio_nr = 0;
	return host;
}

static struct kit_scene *no_privilege(void)
{
	struct kit_scene *host = kit_scene(1, 2);

	host->sample.host.evidence = AIOS_TOP_RINGS;
	host->sample.host.why = "Only your own processes: CAP_BPF and CAP_PERFMON are missing";
	for (size_t i = 0; i < host->sample.ctx_cnt; i++)
		host->sample.ctxs[i].counted = false;
	host->frame.span_ns = 0;
	for (size_t i = 0; i < host->frame.ctx_cnt; i++)
		host->frame.ctx_rows[i].now.in_flight = AIOS_UNKNOWN32;
	host->frame.proc_rows[0].now.in_flight = AIOS_UNKNOWN32;
	host->frame.all.now.in_flight = AIOS_UNKNOWN32;
	return host;
}

static const char *const hostile_names[] = {
	"\x1b[2J\x1b]0;title\x07rm -rf", "\xe2\x80\xae" "dlqsym", "\xff\xfe\xc0\x80",
	"\xe6\x95\xb0\xe6\x8d\xae\xe5\xba\x93\xe6\x9c\x8d\xe5\x8a\xa1\xe5\x99\xa8 --wide",
	"a\xcc\x81\xcc\x82\xcc\x83\xcc\x84 marks", "tab\tnewline\nreturn\r", "\xc2\x9b" "31m",
	"zero\xe2\x80\x8bwidth\xef\xbb\xbf", "\xf0\x9f\x90\xa7 penguin",
};

static struct kit_scene *hostile(void)
{
	struct kit_scene *host = kit_scene(NR(hostile_names), NR(hostile_names));

	for (size_t i = 0; i < NR(hostile_names); i++)
		kit_scene_name(host, i, hostile_names[i], hostile_names[NR(hostile_names) - 1 - i]);
	return host;
}

static const uint32_t help[] = { F(1), 0 }, tree[] = { F(5), AIOS_KEY_DOWN, AIOS_KEY_DOWN, 0 },
	detail[] = { 'H', AIOS_KEY_DOWN, AIOS_KEY_ENTER, 0 },
	filter[] = { F(4), 'f', 'i', 'o', AIOS_KEY_ENTER, 0 },
	typing[] = { F(5), F(4), 'q', 'e', 'm', 'u', 0 }, setup[] = { F(2), AIOS_KEY_DOWN, 0 },
	sorting[] = { F(6), 0 }, contexts[] = { 'H', AIOS_KEY_END, 0 };

static const struct golden {
	const char *name;
	struct kit_scene *(*host)(void);
	int cols, rows;
	const uint32_t *keys;
} goldens[] = {
	{ "80x24", usual, 80, 24, NULL },
	{ "200x50", usual, 200, 50, tree },
	{ "40x10", usual, 40, 10, NULL },
	{ "300x100", many, 300, 100, tree },
	{ "contexts", many, 100, 30, contexts },
	{ "help", usual, 100, 50, help },
	{ "detail", usual, 80, 40, detail },
	{ "detail-wide", usual, 200, 50, detail },
	{ "detail-small", usual, 40, 10, detail },
	{ "tree", usual, 80, 30, tree },
	{ "filter", usual, 80, 24, filter },
	{ "filter-typing", usual, 80, 24, typing },
	{ "setup", usual, 80, 24, setup },
	{ "sort", usual, 80, 24, sorting },
	{ "empty", empty, 80, 24, NULL },
	{ "no-privilege", no_privilege, 80, 24, NULL },
	{ "recorded", recorded, 100, 24, NULL },
	{ "hostile", hostile, 120, 24, NULL },
};

static struct show show_golden(const struct golden *golden)
{
	struct show show = show_new(golden->host(), golden->cols, golden->rows);

	if (show.host->sample.host.level[0]) {
		aios_screen_play(show.screen, 2);
		draw(&show);
	}
	press_all(&show, golden->keys);
	return show;
}

static void tell(const struct golden *golden, struct aios_buf *buf)
{
	struct show show = show_golden(golden);

	aios_grid_plain(&show.grid, buf);
	aios_buf_str(buf, "\n");
	aios_grid_styles(&show.grid, buf);
	assert_int_equal(buf->err, 0);
	show_done(&show);
}

static void screens_are_as_they_were_found_right(void **state)
{
	char path[128];

	(void)state;
	for (size_t i = 0; i < NR(goldens); i++) {
		struct aios_buf now = { 0 }, expected = { 0 };

		snprintf(path, sizeof(path), FOLDER "/%s.txt", goldens[i].name);
		tell(&goldens[i], &now);
		kit_file_read(path, &expected);
		if (strcmp(now.data, expected.data))
			fail_msg("%s is different now:\n%s", path, now.data);
		aios_buf_done(&now);
		aios_buf_done(&expected);
	}
}

static void write_goldens(void)
{
	char path[128];

	for (size_t i = 0; i < NR(goldens); i++) {
		struct aios_buf now = { 0 };

		snprintf(path, sizeof(path), FOLDER "/%s.txt", goldens[i].name);
		tell(&goldens[i], &now);
		kit_file_write(path, now.data, now.len);
		aios_buf_done(&now);
	}
}

static int write_svg(const char *name, const char *path)
{
	for (size_t i = 0; i < NR(goldens); i++) {
		struct aios_buf buf = { 0 };
		struct show show;

		if (strcmp(goldens[i].name, name))
			continue;
		show = show_golden(&goldens[i]);
		aios_grid_svg(&show.grid, &buf, name);
		kit_file_write(path, buf.data, buf.len);
		aios_buf_done(&buf);
		show_done(&show);
		return 0;
	}
	return 1;
}

/* Every cell holds something that a terminal draws where it is, and a wide one has both places. */
static void check_grid(const struct aios_grid *grid)
{
	for (int row = 0; row < grid->rows; row++) {
		for (int col = 0; col < grid->cols; col++) {
			const struct aios_cell *cell = aios_grid_cell(grid, row, col);

			assert_true(cell->style < AIOS_STYLES && cell->width <= 2);
			assert_true(!cell->width || cell->code[0] >= ' ');
			assert_false(cell->code[0] >= 0x7f && cell->code[0] <= 0x9f);
			assert_false(cell->code[0] >= 0x202a && cell->code[0] <= 0x202e);
			if (cell->width == 2)
				assert_int_equal(aios_grid_cell(grid, row, col + 1)->width, 0);
			if (!cell->width)
				assert_int_equal(aios_grid_cell(grid, row, col - 1)->width, 2);
		}
	}
}

/* What is selected is in the line where it is said to be, and only what is there is selected. */
static void check_selection(const struct aios_screen *screen)
{
	if (!screen->line_cnt) {
		assert_int_equal(screen->select.id, 0);
		return;
	}
	assert_true(screen->select_line < screen->line_cnt);
	assert_true(aios_same_row(screen->lines[screen->select_line].id, screen->select));
	assert_int_equal(screen->lines[screen->select_line].parent, screen->select_parent);
	assert_true(screen->tag_cnt <= AIOS_TAGS_MAX);
}

static uint32_t random_key(uint64_t *seed)
{
	uint64_t r = kit_random(seed);

	switch (r % 5) {
	case 0:
		return F((r >> 8) % 13);
	case 1:
		return AIOS_KEY_NONE + (uint32_t)((r >> 8) % 20);
	case 2:
		return (uint32_t)(r >> 8) % 0x110000;
	default:
		return (uint32_t)(r >> 8) % 128;
	}
}

/* Contexts and processes come and go, numbers are anything. */
static void other_host(struct show *show, uint64_t *seed)
{
	kit_scene_free(show->host);
	show->host = kit_scene((unsigned int)(kit_random(seed) % 9),
			      (unsigned int)(kit_random(seed) % 12));
	for (size_t i = 0; i < show->host->sample.proc_cnt; i++)
		if (kit_random(seed) % 4 == 0)
			kit_scene_name(show->host, i, hostile_names[kit_random(seed) %
				      NR(hostile_names)], NULL);
	for (size_t i = 0; i < show->host->sample.ctx_cnt; i++) {
		struct aios_top_ctx *ctx = &show->host->sample.ctxs[i];
		uint64_t r = kit_random(seed);

		ctx->id += r % 3 ? 0 : 100;
		ctx->ended_ns = r % 7 ? 0 : 1;
		ctx->counted = r % 5;
		ctx->snap.max_reqs = (uint32_t)(r >> 20);
		ctx->snap.tail = r % 11 ? ctx->snap.tail : (uint32_t)(r >> 30);
		ctx->counts.bytes[0] = r % 13 ? 1 : r;
	}
	kit_scene_rows(show->host);
	show->host->sample.host.evidence = (enum aios_top_evidence)(kit_random(seed) % 4);
	show->host->frame.span_ns = kit_random(seed) % 4 ? 1000000000 : 0;
	if (kit_random(seed) % 3 == 0)
		kit_scene_finding(show->host, (int)(kit_random(seed) % 4), hostile_names[0]);
}

static void nothing_that_is_done_breaks_the_screen(void **state)
{
	struct show show = show_new(usual(), 80, 24);
	uint64_t seed = 7;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		struct aios_key key = { random_key(&seed), (int)(kit_random(&seed) % 60) - 2,
					(int)(kit_random(&seed) % 210) - 2 };

		if (kit_random(&seed) % 50 == 0)
			assert_int_equal(aios_grid_size(&show.grid,
							(int)(kit_random(&seed) % 60),
							(int)(kit_random(&seed) % 200)), 0);
		if (kit_random(&seed) % 20 == 0)
			other_host(&show, &seed);
		aios_screen_key(show.screen, key);
		draw(&show);
		check_grid(&show.grid);
		check_selection(show.screen);
	}
	show_done(&show);
}

/* From nothing to larger than anybody has. */
static void every_size_is_drawn(void **state)
{
	static const uint32_t *const keys[] = { NULL, help, tree, detail, typing, setup, sorting };

	(void)state;
	for (size_t i = 0; i < NR(keys); i++) {
		struct show show = show_new(hostile(), 80, 24);

		press_all(&show, keys[i]);
		for (int size = 0; size < 120; size++) {
			assert_int_equal(aios_grid_size(&show.grid, size * 7 % 101, size * 3), 0);
			draw(&show);
			check_grid(&show.grid);
		}
		show_done(&show);
	}
}

static void the_selection_follows_its_row(void **state)
{
	struct show show = show_new(usual(), 80, 24);
	struct aios_row_id id;
	uint64_t parent;

	(void)state;
	press(&show, 'H');
	press(&show, AIOS_KEY_DOWN);
	press(&show, AIOS_KEY_DOWN);
	id = show.screen->select;
	assert_true(id.is_ctx);
	for (const char *key = "IPMTN"; *key; key++) {
		press(&show, (uint32_t)*key);
		assert_true(aios_same_row(show.screen->select, id));
		check_selection(show.screen);
	}
	/* Its process, where rows are processes, and one of its contexts, where they are again. */
	press(&show, 'H');
	assert_false(show.screen->select.is_ctx);
	parent = show.screen->select_parent;
	press(&show, 't');
	press(&show, AIOS_KEY_DOWN);
	assert_true(show.screen->select.is_ctx);
	assert_int_equal(show.screen->select_parent, parent);
	show_done(&show);
}

static void a_row_that_goes_leaves_the_selection_in_its_place(void **state)
{
	struct show show = show_new(usual(), 80, 24);
	size_t line;

	(void)state;
	press(&show, 'H');
	press(&show, AIOS_KEY_END);
	line = show.screen->select_line;
	show.host->sample.ctx_cnt -= 5;
	kit_scene_rows(show.host);
	draw(&show);
	check_selection(show.screen);
	assert_true(show.screen->select_line <= line);
	show_done(&show);
}

static void trees_fold(void **state)
{
	struct show show = show_new(usual(), 80, 24);
	size_t all;

	(void)state;
	press(&show, 't');
	all = show.screen->line_cnt;
	assert_int_equal(all, 4 + 6 + 5 + 4 + 3);
	press(&show, AIOS_KEY_DOWN);
	press(&show, '-');
	assert_false(show.screen->select.is_ctx);
	assert_true(show.screen->line_cnt < all);
	press(&show, '+');
	assert_int_equal(show.screen->line_cnt, all);
	press(&show, '*');
	assert_int_equal(show.screen->line_cnt, 4);
	press(&show, '+');
	assert_true(show.screen->line_cnt > 4);
	show_done(&show);
}

static void filters_and_searches_find(void **state)
{
	static const uint32_t either[] = { F(4), 'F', 'I', 'O', '|', '1', '0', '3', '7',
					   AIOS_KEY_ENTER, 0 };
	static const uint32_t look[] = { '/', 'n', 'g', 'i', 'n', 'x', AIOS_KEY_ENTER, 0 };
	static const uint32_t nobody[] = { '/', 'x', 'y', 'z', 0 };
	struct show show = show_new(usual(), 80, 24);

	(void)state;
	press_all(&show, look);
	assert_int_equal(show.screen->select.id, 1000 + 3 * 37);
	press_all(&show, either);
	assert_int_equal(show.screen->line_cnt, 2);
	press(&show, F(4));
	press(&show, AIOS_KEY_ESC);
	assert_int_equal(show.screen->line_cnt, 4);
	press_all(&show, nobody);
	assert_string_equal(show.screen->note, "Not found");
	show_done(&show);
}

static void recorded_traces_can_be_moved_in(void **state)
{
	struct show show = show_new(usual(), 80, 24);

	(void)state;
	assert_int_equal(press(&show, '.'), AIOS_SCREEN_DRAW);
	assert_non_null(show.screen->note);
	aios_screen_play(show.screen, 1);
	assert_int_equal(aios_screen_step(show.screen), DELAY);
	assert_int_equal(press(&show, '}'), AIOS_SCREEN_DRAW);
	assert_int_equal(aios_screen_step(show.screen), 2 * DELAY);
	for (int i = 0; i < 20; i++)
		press(&show, '}');
	assert_true(show.screen->speed <= AIOS_SPEED_MAX);
	for (int i = 0; i < 40; i++)
		press(&show, '{');
	assert_true(show.screen->speed >= AIOS_SPEED_MIN);
	assert_int_equal(press(&show, '.'), AIOS_SCREEN_SEEK);
	assert_int_equal(aios_screen_seek(show.screen), 10000000000);
	assert_int_equal(press(&show, '0'), AIOS_SCREEN_SEEK);
	assert_true(aios_screen_seek(show.screen) == INT64_MIN);
	/* Who goes back from the end goes on; who paused it stays. */
	aios_screen_end(show.screen);
	assert_true(aios_screen_paused(show.screen));
	assert_int_equal(press(&show, ','), AIOS_SCREEN_SEEK);
	assert_int_equal(aios_screen_seek(show.screen), -10000000000);
	assert_false(aios_screen_paused(show.screen));
	press(&show, 'p');
	press(&show, ',');
	assert_true(aios_screen_paused(show.screen));
	show_done(&show);
}

static void the_delay_has_bounds(void **state)
{
	static const uint32_t good[] = { 'd', '0', '.', '5', AIOS_KEY_ENTER, 0 };
	static const uint32_t bad[] = { 'd', '0', '.', '0', '1', AIOS_KEY_ENTER, 0 };
	struct show show = show_new(usual(), 80, 24);

	(void)state;
	press_all(&show, good);
	assert_int_equal(aios_screen_delay(show.screen), 500000000);
	press_all(&show, bad);
	assert_int_equal(aios_screen_delay(show.screen), 500000000);
	assert_non_null(show.screen->note);
	show_done(&show);
}

static void the_mouse_finds_what_is_drawn(void **state)
{
	struct show show = show_new(usual(), 80, 24);
	struct aios_hits *hits = &show.screen->hits;
	struct aios_key key = { AIOS_KEY_CLICK, hits->heading_row, 1 };

	(void)state;
	aios_screen_key(show.screen, key);
	draw(&show);
	assert_int_equal(show.screen->sort, AIOS_COL_PID);
	key.row = hits->first_row + 2;
	aios_screen_key(show.screen, key);
	draw(&show);
	assert_int_equal(show.screen->select_line, 2);
	assert_false(show.screen->pane);
	aios_screen_key(show.screen, key);
	draw(&show);
	assert_true(show.screen->pane);
	key = (struct aios_key){ AIOS_KEY_CLICK, hits->footer_row, hits->keys[0].col };
	aios_screen_key(show.screen, key);
	draw(&show);
	assert_int_equal(show.screen->mode, AIOS_MODE_HELP);
	assert_int_equal(press(&show, 'q'), AIOS_SCREEN_DRAW);
	assert_int_equal(press(&show, 'q'), AIOS_SCREEN_QUIT);
	show_done(&show);
}

static void columns_can_be_chosen(void **state)
{
	static const uint32_t hide_pid[] = { F(2), ' ', AIOS_KEY_ESC, 0 };
	static const uint32_t swap[] = { F(2), F(8), AIOS_KEY_ESC, 0 };
	struct show show = show_new(usual(), 80, 24);

	(void)state;
	press_all(&show, swap);
	assert_int_equal(show.screen->hits.cols[0].id, AIOS_COL_USER);
	press_all(&show, hide_pid);
	assert_false(show.screen->shown[AIOS_COL_USER]);
	assert_int_equal(show.screen->hits.cols[0].id, AIOS_COL_PID);
	show_done(&show);
}

static void text_is_clipped_and_harmless(void **state)
{
	struct aios_grid grid = { 0 };
	struct aios_buf buf = { 0 };

	(void)state;
	assert_int_equal(aios_grid_size(&grid, 2, 5), 0);
	assert_int_equal(aios_grid_text(&grid, (struct aios_span){ 0, 0, 5 }, AIOS_STYLE_WARN,
					"\xe6\x95\xb0\xe6\x8d\xae\xe5\xba\x93"), 4);
	assert_int_equal(aios_grid_text(&grid, (struct aios_span){ 0, 1, 1 }, AIOS_STYLE_CRIT,
					"x"), 1);
	aios_grid_text(&grid, (struct aios_span){ 1, 1, 99 }, AIOS_STYLE_PLAIN, "\x1b[31m");
	aios_grid_right(&grid, (struct aios_span){ 0, 4, 1 }, AIOS_STYLE_PLAIN, "12");
	aios_grid_plain(&grid, &buf);
	check_grid(&grid);
	assert_string_equal(buf.data, " x\xe6\x8d\xae#\n \xef\xbf\xbd[31\n");
	aios_buf_done(&buf);
	aios_grid_done(&grid);
}

static void bars_and_sparks_fill_in_eighths(void **state)
{
	static const double values[] = { 0, 1, 8, 100 };
	struct aios_grid grid = { 0 };
	struct aios_buf buf = { 0 };

	(void)state;
	assert_int_equal(aios_grid_size(&grid, 2, 4), 0);
	aios_grid_bar(&grid, (struct aios_span){ 0, 0, 4 }, 37.5, 75, 100, AIOS_STYLE_USED);
	aios_grid_spark(&grid, (struct aios_span){ 1, 0, 4 }, 1, values, 4, 8, AIOS_STYLE_USED);
	aios_grid_plain(&grid, &buf);
	assert_string_equal(buf.data, "\u2588\u258c\u2591\u00b7\n \u2581\u2588\u2588\n");
	aios_buf_done(&buf);
	aios_grid_done(&grid);
}

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(screens_are_as_they_were_found_right),
		cmocka_unit_test(nothing_that_is_done_breaks_the_screen),
		cmocka_unit_test(every_size_is_drawn),
		cmocka_unit_test(the_selection_follows_its_row),
		cmocka_unit_test(a_row_that_goes_leaves_the_selection_in_its_place),
		cmocka_unit_test(trees_fold),
		cmocka_unit_test(filters_and_searches_find),
		cmocka_unit_test(recorded_traces_can_be_moved_in),
		cmocka_unit_test(the_delay_has_bounds),
		cmocka_unit_test(the_mouse_finds_what_is_drawn),
		cmocka_unit_test(columns_can_be_chosen),
		cmocka_unit_test(text_is_clipped_and_harmless),
		cmocka_unit_test(bars_and_sparks_fill_in_eighths),
	};

	if (argc == 2 && !strcmp(argv[1], "--write")) {
		write_goldens();
		return 0;
	}
	if (argc == 4 && !strcmp(argv[1], "--svg"))
		return write_svg(argv[2], argv[3]);
	return cmocka_run_group_tests_name("screen", tests, NULL, NULL);
}
