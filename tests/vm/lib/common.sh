# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: GPL-2.0-only
# Messages, tools, paths and child processes: what the guest runner uses, and kernel/build.

PATH=$PATH:/usr/sbin:/sbin      # mkfs.ext4 and depmod, for users without them in their PATH
declare -A CHILDREN=()          # processes that must not outlive us, by process id
LITTER=()                       # files and folders to remove at the end

say() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
}

note() {
	if opt verbose; then say "$*"; fi
}

# opt NAME: whether an option without a value was given
opt() {
	[[ ${OPT[$1]} == 1 ]]
}

# die STATUS MESSAGE
die() {
	say "$2"
	exit "$1"
}

# need TOOL PACKAGE
need() {
	[[ $(type -P "$1") ]] || die 125 "$1 not found: apt-get install $2"
}

# Quotes a string of any bytes for a shell. The answer is in QUOTED: a subshell each is slow.
quote() {
	QUOTED=\'${1//\'/\'\\\'\'}\'
}

# Runs a command that takes long. Bash acts on a signal only after a foreground command, but at
# once while it waits; in a session of its own the command can be ended with all its children.
patiently() {
	local pid status

	setsid "$@" &
	pid=$!
	CHILDREN[$pid]=1
	wait "$pid"
	status=$?
	unset "CHILDREN[$pid]"
	return "$status"
}

# Becomes a command which the kernel ends when we die, even by a signal that cannot be caught.
become() {
	exec setpriv --pdeathsig KILL -- "$@"
}

# reap PID: waits for a child that is about to end
reap() {
	wait "$1" 2>/dev/null
	unset "CHILDREN[$1]"
}

clean_up() {
	local pid

	trap '' INT TERM HUP
	for pid in "${!CHILDREN[@]}"; do
		kill -KILL -- "-$pid" "$pid" 2>/dev/null
	done
	wait 2>/dev/null                        # without bash's messages on who was killed
	restore_terminal
	if (( ${#LITTER[@]} )); then rm -rf -- "${LITTER[@]}"; fi
}

catch_signals() {
	trap clean_up EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM
	trap 'exit 129' HUP
}

find_cache() {
	local base=${XDG_CACHE_HOME:-${HOME:+$HOME/.cache}}

	[[ $base == /* ]] ||
		die 125 "no cache folder: set HOME or XDG_CACHE_HOME to an absolute path"
	CACHE=$base/aioscope
	mkdir -p "$CACHE/kernels" "$CACHE/initramfs" "$CACHE/apt" "$CACHE/kvm" 2>/dev/null ||
		die 125 "cannot write the cache $CACHE: set XDG_CACHE_HOME to another folder"
}
