# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2154 # work: of suite
#
# top_screen.sh - aiotop on a terminal, which is tmux: what is seen is what the oracle did.

top_term() {
	tmux -S "$work/tmux.$top_server" -f /dev/null "$@"
}

# top_sees PATTERN: in a line, within a minute: guests are slow.
top_sees() {
	local i
	for ((i = 0; i < 300; i++)); do
		top_term capture-pane -p -t s | grep -qE -- "$1" && return 0
		sleep 0.2
	done
	echo "not seen: $1"
	top_term capture-pane -p -t s
	return 1
}

top_keys() {
	top_term send-keys -t s "$@"
}

top_start() {
	top_server=$BASHPID
	trap 'top_term kill-server' EXIT
	LC_ALL=C.UTF-8 top_term new-session -d -s s -x 150 -y 40 "aiotop; sleep 600"
	top_sees 'F10Quit'
}

# top_field N: of the row of the oracle.
top_field() {
	top_term capture-pane -p -t s | awk -v n="$1" '/aiowork/ { print $n; exit }'
}

# Events that nobody reads stay where they are, so that there is time to look: 6 in a ring for 16
# requests, 5 in one for 200.
screen_shows_the_oracle() {
	local pid
	rm -f held
	aiowork --hold 600 --hold-file held unreaped >o.json &
	wait_for held
	pid=$(cat held)
	top_start
	top_sees "^ *$pid root .*aiowork"
	expect 11 "$(top_field 9)" "UNREAD"
	top_keys / aiowork Enter
	top_keys H
	top_sees "^ *$pid root .* 0x[0-9a-f]+ aiowork"
	top_keys Enter
	top_sees '^Slots .* 5 unread'
	kill -TERM "$pid"
	wait || true
	top_keys Escape
	top_sees '^No process has an AIO context'
}

# The meter is what the kernel says.
screen_shows_the_limit() {
	top_start
	top_sees "^aio-nr .*$(cat /proc/sys/fs/aio-nr) of $(cat /proc/sys/fs/aio-max-nr), "
	top_keys q
	top_sees '^$'
	expect 0 "$(top_term capture-pane -p -t s | grep -c F10Quit)" "lines of the screen left"
}

cases_top_screen() {
	check "aiotop's screen shows what the oracle did" screen_shows_the_oracle
	check "aiotop's screen shows the limit" screen_shows_the_limit
}
