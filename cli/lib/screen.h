/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * screen.h - aiotop's screen: what keys and the mouse change of it, and how a frame looks on it.
 *
 * Nothing here knows a terminal: keys are numbers, and what comes out are cells.
 */
#ifndef AIOS_SCREEN_H
#define AIOS_SCREEN_H

#include <stdbool.h>
#include <stdint.h>

#include "grid.h"
#include "top.h"

/* Keys are code points; those that are none are beyond the last one. */
enum aios_key_code {
	AIOS_KEY_BACKSPACE = 0x08,
	AIOS_KEY_TAB = 0x09,
	AIOS_KEY_ENTER = 0x0a,
	AIOS_KEY_ESC = 0x1b,
	AIOS_KEY_NONE = 0x110000,
	AIOS_KEY_UP,
	AIOS_KEY_DOWN,
	AIOS_KEY_LEFT,
	AIOS_KEY_RIGHT,
	AIOS_KEY_PAGE_UP,
	AIOS_KEY_PAGE_DOWN,
	AIOS_KEY_HOME,
	AIOS_KEY_END,
	AIOS_KEY_REDRAW,
	AIOS_KEY_RESIZE,
	AIOS_KEY_CLICK,
	AIOS_KEY_DOUBLE_CLICK,
	AIOS_KEY_WHEEL_UP,
	AIOS_KEY_WHEEL_DOWN,
	AIOS_KEY_F0 = 0x110100,		/* + n for Fn */
	AIOS_KEYS_END = AIOS_KEY_F0 + 13,
};

/**
 * struct aios_key - what somebody did
 * @code: enum aios_key_code, or a code point
 * @row, @col: where the mouse was, for AIOS_KEY_CLICK and the like
 */
struct aios_key {
	uint32_t code;
	int row;
	int col;
};

/**
 * enum aios_screen_does - what the one who asked for keys has to do about one
 * @AIOS_SCREEN_NOTHING: it changed nothing
 * @AIOS_SCREEN_DRAW: draw again
 * @AIOS_SCREEN_TIMER: the delay or the pause is another now; draw again
 * @AIOS_SCREEN_SEEK: another moment of the trace is wanted: aios_screen_seek(); draw it
 * @AIOS_SCREEN_REPAINT: draw again, every cell of the terminal
 * @AIOS_SCREEN_QUIT: end
 */
enum aios_screen_does {
	AIOS_SCREEN_NOTHING,
	AIOS_SCREEN_DRAW,
	AIOS_SCREEN_TIMER,
	AIOS_SCREEN_SEEK,
	AIOS_SCREEN_REPAINT,
	AIOS_SCREEN_QUIT,
};

struct aios_screen;

/**
 * aios_screen_new() - a screen as it is at the start
 * @delay_ns: between frames
 * @utc_offset_s: seconds east of UTC that times of day are shown in
 * Return: owned; aios_screen_free() it; NULL without memory.
 */
struct aios_screen *aios_screen_new(uint64_t delay_ns, int32_t utc_offset_s);
struct aios_screen *aios_screen_free(struct aios_screen *screen);

#define AIOS_DELAY_MIN_NS	100000000ULL
#define AIOS_DELAY_MAX_NS	3600000000000ULL

#define AIOS_SPEED_MIN		0.01
#define AIOS_SPEED_MAX		1000.0

/**
 * aios_screen_play() - what is shown is a recorded trace
 * @screen: before it is drawn
 * @speed: how fast, 1 for as it was; AIOS_SPEED_MIN to AIOS_SPEED_MAX
 */
void aios_screen_play(struct aios_screen *screen, double speed);

/**
 * aios_screen_step() - how far it is from frame to frame
 * @screen: which
 * Return: ns of the trace's time: the delay times the speed.
 */
uint64_t aios_screen_step(const struct aios_screen *screen);

/**
 * aios_screen_seek() - how far somebody wants to go in the trace
 * @screen: asked after AIOS_SCREEN_SEEK
 * Return: ns from the frame that was drawn last; negative for back, INT64_MIN for its beginning.
 */
int64_t aios_screen_seek(const struct aios_screen *screen);

/* The trace has ended: the last frame stays, and the screen is paused. */
void aios_screen_end(struct aios_screen *screen);

uint64_t aios_screen_delay(const struct aios_screen *screen);
bool aios_screen_paused(const struct aios_screen *screen);

/**
 * aios_screen_look_into() - the context that the pane tells all of
 * @screen: which
 * @frame: that was drawn last
 * Return: address of its struct kioctx, 0 for none.
 */
uint64_t aios_screen_look_into(const struct aios_screen *screen,
			       const struct aios_top_frame *frame);

/**
 * aios_screen_key() - a key or the mouse
 * @screen: changes
 * @key: where the mouse was is meant as it was drawn last
 */
enum aios_screen_does aios_screen_key(struct aios_screen *screen, struct aios_key key);

/* The same for the mouse alone: AIOS_KEY_CLICK to AIOS_KEY_WHEEL_DOWN. */
enum aios_screen_does aios_screen_mouse(struct aios_screen *screen, struct aios_key key);

/**
 * aios_screen_draw() - draws a frame
 * @screen: remembers what is where
 * @frame: what to show; NULL where there is none yet
 * @top: remembers the last minute; may be NULL
 * @grid: of any size; overwritten
 * Return: 0 or -ENOMEM.
 */
int aios_screen_draw(struct aios_screen *screen, const struct aios_top_frame *frame,
		     const struct aios_top *top, struct aios_grid *grid);

#endif /* AIOS_SCREEN_H */
