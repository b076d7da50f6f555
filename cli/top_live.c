// SPDX-License-Identifier: GPL-2.0-only
/*
 * top_live.c - aiotop on a terminal: samples in, keys in, frames out.
 */
#include "top_live.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "io/msg.h"
#include "io/out.h"
#include "io/status.h"
#include "io/terminal.h"
#include "lib/screen.h"

/**
 * struct session - what is seen
 * @samples: the newest one, @now, and the one before
 * @taken: how many there were
 * @move_ns: of a recorded trace, how far the next one is
 */
struct session {
	const struct aios_top_live *live;
	struct aios_screen *screen;
	struct aios_top *top;
	struct aios_top_sample samples[2];
	struct aios_top_frame frame;
	struct aios_grid grid;
	int now;
	int timer;
	uint64_t taken;
	int64_t move_ns;
};

/* The sample before lives on until there is the next one. */
static int take(struct session *session, struct aios_err *err)
{
	const struct aios_top_live *live = session->live;
	struct aios_top_sample *next = &session->samples[!session->now];
	struct aios_top_sample *before = session->taken ? &session->samples[session->now] : NULL;
	uint64_t look_into = before ? aios_screen_look_into(session->screen, &session->frame) : 0;
	int ret;

	aios_top_sample_done(next);
	memset(next, 0, sizeof(*next));
	if (before && live->tape)
		live->tape->move(live->arg, session->move_ns);
	ret = live->sample(live->arg, look_into, before, next, err);
	if (ret)
		return ret;
	aios_top_frame_done(&session->frame);
	memset(&session->frame, 0, sizeof(session->frame));
	ret = aios_top_frame(session->top, before, next, &session->frame);
	if (ret)
		return aios_fail(err, ret, "out of memory");
	session->now = !session->now;
	session->taken++;
	return 0;
}

static int draw(struct session *session, bool all, struct aios_err *err)
{
	int ret;

	aios_terminal_size(&session->grid.rows, &session->grid.cols);
	ret = aios_screen_draw(session->screen, session->taken ? &session->frame : NULL,
			       session->top, &session->grid);
	if (ret)
		return aios_fail(err, ret, "out of memory");
	aios_terminal_draw(&session->grid, all);
	return 0;
}

/* The next sample, so far on in a trace; at its end the last frame stays. */
static int go_on(struct session *session, int64_t by_ns, struct aios_err *err)
{
	int ret;

	session->move_ns = by_ns;
	ret = take(session, err);
	if (ret != -ENODATA || !session->live->tape)
		return ret;
	aios_screen_end(session->screen);
	return 0;
}

static int step(struct session *session, struct aios_err *err)
{
	return go_on(session, (int64_t)aios_screen_step(session->screen), err);
}

/*
 * What is remembered of the time behind another moment is no help there: a frame there compares it
 * with the moment that is a step older.
 */
static int seek_back(struct session *session, int64_t by_ns, struct aios_err *err)
{
	int64_t step_ns = (int64_t)aios_screen_step(session->screen);
	int ret;

	session->live->tape->move(session->live->arg, by_ns == INT64_MIN ? by_ns : by_ns - step_ns);
	aios_top_frame_done(&session->frame);
	memset(&session->frame, 0, sizeof(session->frame));
	aios_top_free(session->top);
	session->top = aios_top_new();
	session->taken = 0;
	if (!session->top)
		return aios_fail(err, -ENOMEM, "out of memory");
	ret = take(session, err);
	return ret ? ret : step(session, err);
}

static int do_seek(struct session *session, struct aios_err *err)
{
	int64_t by_ns = aios_screen_seek(session->screen);

	return by_ns < 0 ? seek_back(session, by_ns, err) : go_on(session, by_ns, err);
}

static void set_timer(struct session *session)
{
	uint64_t ns = aios_screen_paused(session->screen) ? 0 : aios_screen_delay(session->screen);
	struct timespec every = { (time_t)(ns / 1000000000), (long)(ns % 1000000000) };
	struct itimerspec timer = { every, every };

	timerfd_settime(session->timer, 0, &timer, NULL);
}

/* All keys that were typed. Return: 1 to go on, 0 to end, or a negative errno. */
static int do_keys(struct session *session, struct aios_err *err)
{
	bool all = false, changed = false;
	struct aios_key key = aios_terminal_key();

	for (; key.code != AIOS_KEY_NONE; key = aios_terminal_key()) {
		enum aios_screen_does does = aios_screen_key(session->screen, key);
		int ret;

		if (does == AIOS_SCREEN_QUIT)
			return 0;
		ret = does == AIOS_SCREEN_SEEK ? do_seek(session, err) : 0;
		if (ret)
			return ret;
		if (does == AIOS_SCREEN_TIMER || does == AIOS_SCREEN_SEEK)
			set_timer(session);
		all = all || does == AIOS_SCREEN_REPAINT;
		changed = changed || does != AIOS_SCREEN_NOTHING;
		/* The next key means what is seen after this one. */
		ret = changed ? draw(session, all, err) : 0;
		if (ret)
			return ret;
	}
	return 1;
}

/* Return: as do_keys(). */
static int do_timer(struct session *session, struct aios_err *err)
{
	uint64_t ticks;
	int ret;

	if (read(session->timer, &ticks, sizeof(ticks)) < 0)
		return 1;
	ret = step(session, err);
	if (aios_screen_paused(session->screen))
		set_timer(session);
	if (!ret)
		ret = draw(session, false, err);
	if (ret)
		return ret;
	return !session->live->frames || session->taken < session->live->frames;
}

/* A signal that is not about the end may be about the size, which is a key then. */
static int loop(struct session *session, struct aios_err *err)
{
	struct pollfd fds[] = {
		{ .fd = STDIN_FILENO, .events = POLLIN },
		{ .fd = session->timer, .events = POLLIN },
	};
	int ret;

	ret = take(session, err);
	if (!ret)
		ret = draw(session, false, err);
	if (!ret)
		ret = aios_ready(session->live->ready_file, err);
	set_timer(session);
	for (ret = ret ? ret : 1; ret > 0 && !aios_terminal_signal();) {
		int ready = aios_terminal_wait(fds, 2);

		if (ready < 0 && errno != EINTR)
			return aios_fail(err, -errno, "cannot wait for keys");
		if (ready > 0 && (fds[0].revents & (POLLHUP | POLLERR | POLLNVAL)))
			return 0;
		ret = do_keys(session, err);
		if (ret > 0 && ready > 0 && (fds[1].revents & POLLIN))
			ret = do_timer(session, err);
	}
	return ret < 0 ? ret : 0;
}

static int32_t utc_offset(void)
{
	time_t now = time(NULL);
	struct tm local;

	return localtime_r(&now, &local) ? (int32_t)local.tm_gmtoff : 0;
}

static int run(struct session *session, struct aios_err *err)
{
	const struct aios_top_tape *tape = session->live->tape;
	int ret;

	session->screen = aios_screen_new(session->live->delay_ns,
					  tape ? tape->utc_offset_s : utc_offset());
	session->top = aios_top_new();
	session->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (!session->screen || !session->top)
		return aios_fail(err, -ENOMEM, "out of memory");
	if (session->timer < 0)
		return aios_fail(err, -errno, "cannot make a timer");
	if (tape)
		aios_screen_play(session->screen, tape->speed);
	ret = aios_terminal_open(err);
	if (ret)
		return ret;
	ret = loop(session, err);
	aios_terminal_close();
	/* While the screen is there, it says so itself. */
	if (session->live->why)
		aios_say("%s", session->live->why);
	return ret;
}

int aios_top_live(const struct aios_top_live *live)
{
	struct session session = { .live = live, .timer = -1 };
	struct aios_err err = { "" };
	int ret = run(&session, &err);

	if (session.timer >= 0)
		close(session.timer);
	aios_top_frame_done(&session.frame);
	aios_top_sample_done(&session.samples[0]);
	aios_top_sample_done(&session.samples[1]);
	aios_grid_done(&session.grid);
	aios_top_free(session.top);
	aios_screen_free(session.screen);
	if (ret)
		aios_say("%s", err.text);
	/* Who waits for the program sees what ended it. */
	else if (aios_terminal_signal() && aios_terminal_signal() != SIGINT)
		raise(aios_terminal_signal());
	return !ret ? AIOS_FINE : ret == -ENOTTY ? AIOS_USAGE : AIOS_CANNOT_OBSERVE;
}
