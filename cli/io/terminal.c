// SPDX-License-Identifier: GPL-2.0-only
/*
 * terminal.c - cells on a terminal, by ncursesw.
 *
 * Signals that end a program come at any time, so what is done then are writes of bytes that were
 * made before, and nothing of curses, which may be in the middle of something.
 */
#include "terminal.h"

#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define NCURSES_WIDECHAR 1
#include <curses.h>
#include <term.h>

/* The one terminal of the process: signal handlers have no argument. */
static struct {
	SCREEN *screen;
	struct termios before;
	char restore[512];	/* written to give the terminal back */
	size_t restore_len;
	bool colours;
	bool utf8;
	sigset_t waiting;	/* what is blocked while aios_terminal_wait() waits */
	volatile sig_atomic_t open;
	volatile sig_atomic_t signal;
} terminal;

static const int ending[] = { SIGTERM, SIGINT, SIGHUP };
static const int crashing[] = { SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGQUIT };

#define NR(array)	(sizeof(array) / sizeof((array)[0]))

/* write() and tcsetattr() alone: both may be called from a signal handler. */
static void give_back(void)
{
	ssize_t ignored;

	if (!terminal.open)
		return;
	terminal.open = 0;
	ignored = write(STDOUT_FILENO, terminal.restore, terminal.restore_len);
	(void)ignored;
	tcsetattr(STDIN_FILENO, TCSANOW, &terminal.before);
}

static void on_ending(int number)
{
	terminal.signal = number;
}

/* The handler is gone when it runs: the signal comes again, and does what it always does. */
static void on_crash(int number)
{
	give_back();
	raise(number);
}

static void catch(const int *numbers, size_t cnt, void (*handler)(int), int flags)
{
	struct sigaction action = { .sa_handler = handler, .sa_flags = flags };

	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < cnt; i++)
		sigaction(numbers[i], &action, NULL);
}

static void remember(const char *text)
{
	size_t len = text && text != (char *)-1 ? strlen(text) : 0;

	if (len && terminal.restore_len + len < sizeof(terminal.restore)) {
		memcpy(terminal.restore + terminal.restore_len, text, len);
		terminal.restore_len += len;
	}
}

/* What ends the mouse, shows the cursor, resets colours and leaves the other screen. */
static void prepare_restore(void)
{
	terminal.restore_len = 0;
	remember("\033[?1000l\033[?1002l\033[?1006l");
	remember(tigetstr("sgr0"));
	remember(tigetstr("op"));
	remember(tigetstr("cnorm"));
	remember(tigetstr("rmkx"));
	remember(tigetstr("rmcup"));
}

/* How styles look: a colour of the eight, with the terminal's own background, and attributes. */
static const struct look {
	short ink;
	attr_t attributes;
} looks[AIOS_STYLES] = {
	[AIOS_STYLE_PLAIN] = { -1, A_NORMAL },
	[AIOS_STYLE_TITLE] = { COLOR_CYAN, A_NORMAL },
	[AIOS_STYLE_STRONG] = { -1, A_BOLD },
	[AIOS_STYLE_HEADING] = { COLOR_GREEN, A_REVERSE },
	[AIOS_STYLE_SORTED] = { COLOR_CYAN, A_REVERSE | A_BOLD },
	[AIOS_STYLE_USED] = { COLOR_GREEN, A_NORMAL },
	[AIOS_STYLE_PEAK] = { COLOR_YELLOW, A_NORMAL },
	[AIOS_STYLE_FREE] = { -1, A_DIM },
	[AIOS_STYLE_GOOD] = { COLOR_GREEN, A_BOLD },
	[AIOS_STYLE_NOTE] = { COLOR_BLUE, A_BOLD },
	[AIOS_STYLE_WARN] = { COLOR_YELLOW, A_BOLD },
	[AIOS_STYLE_CRIT] = { COLOR_RED, A_BOLD },
	[AIOS_STYLE_DIM] = { -1, A_DIM },
	[AIOS_STYLE_FRESH] = { COLOR_GREEN, A_NORMAL },
	[AIOS_STYLE_SELECTED] = { COLOR_CYAN, A_REVERSE },
	[AIOS_STYLE_TAGGED] = { COLOR_YELLOW, A_BOLD },
	[AIOS_STYLE_KEY] = { -1, A_BOLD },
	[AIOS_STYLE_LABEL] = { COLOR_CYAN, A_REVERSE },
	[AIOS_STYLE_INPUT] = { -1, A_REVERSE },
};

/* https://no-color.org: set and not empty. */
static void prepare_colours(void)
{
	const char *no_color = getenv("NO_COLOR");

	terminal.colours = !(no_color && *no_color) && has_colors() && start_color() != ERR &&
			   use_default_colors() != ERR;
	for (short i = 0; terminal.colours && i < AIOS_STYLES; i++)
		init_pair((short)(i + 1), looks[i].ink, -1);
}

static int no_terminal(struct aios_err *err, const char *why)
{
	return aios_fail(err, -ENOTTY, "%s: use -b for output without a screen", why);
}

/* What it cannot do without is to move its cursor. */
static bool is_known(void)
{
	int found;
	const char *move_to = NULL;

	if (setupterm(NULL, STDOUT_FILENO, &found) != ERR)
		move_to = tigetstr("cup");
	return move_to && move_to != (const char *)-1;
}

/* A crash may be one of too little stack. */
static void catch_all(void)
{
	static char stack[32768];
	stack_t other = { .ss_sp = stack, .ss_size = sizeof(stack) };

	sigaltstack(&other, NULL);
	catch(ending, NR(ending), on_ending, 0);
	catch(crashing, NR(crashing), on_crash, SA_RESETHAND | SA_NODEFER | SA_ONSTACK);
}

int aios_terminal_check(struct aios_err *err)
{
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return no_terminal(err, "standard input and output are no terminal");
	return 0;
}

/* What comes between a look at them and the wait would not end it. */
static void block_what_wakes(void)
{
	sigset_t wakes;

	sigemptyset(&wakes);
	sigaddset(&wakes, SIGWINCH);
	for (size_t i = 0; i < NR(ending); i++)
		sigaddset(&wakes, ending[i]);
	sigprocmask(SIG_BLOCK, &wakes, &terminal.waiting);
}

int aios_terminal_open(struct aios_err *err)
{
	int ret = aios_terminal_check(err);

	if (ret)
		return ret;
	setlocale(LC_CTYPE, "");
	terminal.utf8 = !strcmp(nl_langinfo(CODESET), "UTF-8");
	tcgetattr(STDIN_FILENO, &terminal.before);
	terminal.screen = is_known() ? newterm(NULL, stdout, stdin) : NULL;
	if (!terminal.screen)
		return no_terminal(err, "TERM names no terminal that can show a screen");
	prepare_restore();
	terminal.open = 1;
	terminal.signal = 0;
	catch_all();
	block_what_wakes();
	atexit(aios_terminal_close);
	cbreak();
	noecho();
	nonl();
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	set_escdelay(25);
	curs_set(0);
	mousemask(ALL_MOUSE_EVENTS, NULL);
	mouseinterval(0);
	prepare_colours();
	return 0;
}

void aios_terminal_close(void)
{
	if (!terminal.open)
		return;
	endwin();
	give_back();
	catch(ending, NR(ending), SIG_DFL, 0);
	catch(crashing, NR(crashing), SIG_DFL, 0);
	sigprocmask(SIG_SETMASK, &terminal.waiting, NULL);
	delscreen(terminal.screen);
}

int aios_terminal_wait(struct pollfd *fds, unsigned int cnt)
{
	return ppoll(fds, cnt, NULL, &terminal.waiting);
}

void aios_terminal_size(int *rows, int *cols)
{
	getmaxyx(stdscr, *rows, *cols);
}

/* Where the locale has no such characters, what comes nearest. */
static uint32_t plainer(uint32_t code)
{
	if (terminal.utf8 || code < 0x80)
		return code;
	if (code >= 0x2581 && code <= 0x2590)
		return code >= 0x2584 && code <= 0x258c ? '#' : '|';
	return code == 0x2514 ? '`' : code == 0x251c ? '|' : code == 0x2500 ? '-' :
	       code == 0x2591 ? ':' : code == 0xb7 ? '.' : '?';
}

static void draw_cell(const struct aios_cell *cell, int row, int col)
{
	const struct look *look = &looks[cell->style];
	wchar_t text[2 + AIOS_CELL_MARKS] = { 0 };
	cchar_t out;

	for (int i = 0; i <= AIOS_CELL_MARKS && cell->code[i]; i++)
		text[i] = (wchar_t)plainer(cell->code[i]);
	if (!terminal.utf8)
		text[1] = 0;
	if (setcchar(&out, text, look->attributes, terminal.colours ?
		     (short)(cell->style + 1) : 0, NULL) == ERR)
		setcchar(&out, L"?", look->attributes, 0, NULL);
	mvadd_wch(row, col, &out);
}

void aios_terminal_draw(const struct aios_grid *grid, bool all)
{
	if (all)
		clearok(curscr, TRUE);
	erase();
	for (int row = 0; row < grid->rows; row++)
		for (int col = 0; col < grid->cols; col++) {
			const struct aios_cell *cell = aios_grid_cell(grid, row, col);

			if (cell->width)
				draw_cell(cell, row, col);
		}
	curs_set(grid->cursor_row >= 0);
	if (grid->cursor_row >= 0)
		move(grid->cursor_row, grid->cursor_col);
	refresh();
}

static struct aios_key mouse_key(void)
{
	static const struct {
		mmask_t state;
		uint32_t code;
	} presses[] = {
		{ BUTTON1_DOUBLE_CLICKED, AIOS_KEY_DOUBLE_CLICK },
		{ BUTTON1_PRESSED | BUTTON1_CLICKED, AIOS_KEY_CLICK },
		{ BUTTON4_PRESSED, AIOS_KEY_WHEEL_UP },
		{ BUTTON5_PRESSED, AIOS_KEY_WHEEL_DOWN },
	};
	MEVENT event;

	if (getmouse(&event) == ERR)
		return (struct aios_key){ .code = AIOS_KEY_RESIZE };
	for (size_t i = 0; i < NR(presses); i++)
		if (event.bstate & presses[i].state)
			return (struct aios_key){ presses[i].code, event.y, event.x };
	/* Released: something happened that nobody asked for. */
	return (struct aios_key){ .code = AIOS_KEY_RESIZE };
}

static const struct {
	wint_t from;
	uint32_t to;
} codes[] = {
	{ KEY_UP, AIOS_KEY_UP }, { KEY_DOWN, AIOS_KEY_DOWN }, { KEY_LEFT, AIOS_KEY_LEFT },
	{ KEY_RIGHT, AIOS_KEY_RIGHT }, { KEY_PPAGE, AIOS_KEY_PAGE_UP },
	{ KEY_NPAGE, AIOS_KEY_PAGE_DOWN }, { KEY_HOME, AIOS_KEY_HOME }, { KEY_END, AIOS_KEY_END },
	{ KEY_ENTER, AIOS_KEY_ENTER }, { KEY_BACKSPACE, AIOS_KEY_BACKSPACE },
	{ KEY_RESIZE, AIOS_KEY_RESIZE },
};

struct aios_key aios_terminal_key(void)
{
	struct aios_key key = { .code = AIOS_KEY_NONE };
	wint_t code;
	int kind = get_wch(&code);

	if (kind == OK)
		key.code = code == '\r' ? AIOS_KEY_ENTER : (uint32_t)code;
	if (kind != KEY_CODE_YES)
		return key;
	if (code == KEY_MOUSE)
		return mouse_key();
	/* What nobody knows changes nothing, and others may come behind it. */
	key.code = AIOS_KEY_RESIZE;
	if (code > KEY_F0 && code <= KEY_F(12))
		key.code = AIOS_KEY_F0 + (uint32_t)(code - KEY_F0);
	for (size_t i = 0; i < NR(codes); i++)
		if (codes[i].from == code)
			key.code = codes[i].to;
	return key;
}

int aios_terminal_signal(void)
{
	return terminal.signal;
}
