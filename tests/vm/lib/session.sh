# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: GPL-2.0-only
# One guest from start to end: its channels, its pumps, its time, its status.
#
# QEMU writes each port into a named pipe, and a dd copies that to where the user wants it. The
# guest says how many bytes it sent, a dd how many it delivered: when they agree, all is there.

BOOT_SECONDS=600                # until the command must have started; many debug kernels at once are slow
READER_SECONDS=600              # that a reader of the output, perhaps a pager, may pause
FOREVER=$((1 << 40))
declare -A PUMPS=()             # process by stream (out, err)
declare -A SENT=()              # bytes by stream
VIEWER=                         # process that shows the console
PUMP_STATUS=0                   # of the pump that failed
STARTED=0                       # whether the command has
TTY_STATE=                      # the terminal's settings before we changed them

# Writes what the guest has to know into the folder config: shell fragments, as any bytes may
# be in them.
write_config() {
	local name

	mkdir "$TMP/config"
	{
		for name in PROJECT CACHE CWD OUT MODULES STDIN TTY SYSCTLS; do
			quote "${GUEST[$name]}"
			printf '%s=%s\n' "$name" "$QUOTED"
		done
	} >"$TMP/config/settings"
	write_words "${ENVIRONMENT[@]}" >"$TMP/config/environment"
	{
		write_words "${COMMAND[@]}"
		if [[ ${GUEST[TTY]} ]]; then printf 'stty %s\n' "${GUEST[TTY]}"; fi
		cat <<-'END'
			unset OLDPWD
			case $1 in
			*/*) [ -e "$1" ] ;;
			*) type "$1" >/dev/null 2>&1 ;;
			esac || {
				echo "run: $1: not found in the guest" >&2
				case $1 in
				/tmp/*|/run/*)
					echo "run: the guest has its own /tmp and /run" >&2
				esac
				exit 127
			}
			exec "$@"
		END
	} >"$TMP/config/command"
}

# Prints a shell command that sets the arguments.
write_words() {
	local word

	printf 'set --'
	for word in "$@"; do
		quote "$word"
		printf ' %s' "$QUOTED"
	done
	printf '\n'
}

# The kernel unpacks archives one after the other: the cached one and this run's.
write_initrd() {
	(cd "$TMP" && find config | cpio -o -H newc -R 0:0 --quiet) | cat "$INITRAMFS" - \
		>"$TMP/initrd" || die 125 "cannot write to $TMP: is there space?"
}

make_scratch() {
	truncate -s 2G "$TMP/scratch"
	mkfs.ext4 -q -F -E lazy_itable_init=1,lazy_journal_init=1,nodiscard "$TMP/scratch" ||
		die 125 "cannot make the scratch disk in $TMP: is there space?"
}

# start_pump STREAM FD: copies the guest's stream to our file descriptor
start_pump() {
	# shellcheck disable=SC2261     # stderr is sent to one place only
	become dd bs=64k if="$TMP/$1" >&"$2" 2>"$TMP/$1.count" &
	PUMPS[$1]=$!
	CHILDREN[$!]=1
}

# Starts the guest. CONTROL, where we read what it tells us, ends when QEMU does: the pipe's only
# writers are QEMU and, until that runs, the descriptor it inherits.
start_guest() {
	local writer input=/dev/null

	mkfifo "$TMP/control" "$TMP/out" "$TMP/err" "$TMP/in" || die 125 "cannot write to $TMP"
	: >"$TMP/console"
	start_pump out 1
	start_pump err 2
	if (( STDIN )); then
		input=$TMP/in
		become cat <&0 >"$input" 2>/dev/null &
		CHILDREN[$!]=1
	fi
	exec {writer}<>"$TMP/control"
	exec {CONTROL}<"$TMP/control"
	become "${QEMU[@]}" <"$input" >/dev/null 2>"$TMP/qemu.err" &
	GUEST_PID=$!
	CHILDREN[$!]=1
	exec {writer}>&-
	if opt verbose; then
		become tail -c +1 -s 0.1 -f --pid="$GUEST_PID" "$TMP/console" >&2 &
		VIEWER=$!
		CHILDREN[$!]=1
	fi
}

# Handles a line from the guest; true if it was the last.
hear() {
	local word rest

	read -r word rest <<<"$1"
	case $word in
	start)
		STARTED=1
		(( DEADLINE = SECONDS + OPT["timeout"] ))
		if [[ ${OPT[timeout]} == 0 ]]; then DEADLINE=$FOREVER; fi
		if opt tty; then take_terminal; fi
		;;
	ended)
		(( DEADLINE = SECONDS + READER_SECONDS ))
		;;
	note)
		say "note: $rest"
		;;
	exit)
		read -r STATUS "SENT[out]" "SENT[err]" <<<"$rest"
		END=exited
		return 0
		;;
	esac
	return 1
}

# True if a pump failed, as where it writes to is closed or full. (At its end of file it is QEMU
# that has ended, which is noticed elsewhere.)
pump_failed() {
	local stream

	for stream in out err; do
		if ! kill -0 "${PUMPS[$stream]}" 2>/dev/null; then
			wait "${PUMPS[$stream]}"
			PUMP_STATUS=$?
			if (( PUMP_STATUS )); then return 0; fi
		fi
	done
	return 1
}

# Listens to the guest until something ends it. Sets END: exited (the command did), gone (QEMU is),
# late (out of time), deaf (nobody reads the output, or not to its end).
watch_guest() {
	local line='' part got

	DEADLINE=$((SECONDS + BOOT_SECONDS))
	while :; do
		part=
		IFS= read -r -t 0.5 -u "$CONTROL" part
		got=$?
		line+=$part
		if (( got == 0 )); then
			if hear "$line"; then return; fi
			line=
		elif (( got <= 128 )); then
			END=gone
			return
		elif pump_failed; then
			END=deaf
			return
		elif (( SECONDS >= DEADLINE )); then
			END=late
			return
		fi
	done
}

# delivered STREAM: prints how many bytes its pump has written so far
delivered() {
	kill -USR1 "${PUMPS[$1]}" 2>/dev/null
	sleep 0.01
	sed -n 's/^\([0-9][0-9]*\) byte.*/\1/p' "$TMP/$1.count" | tail -n 1
}

# Waits until all that the guest sent has reached its readers, who may be slow but not stuck.
await_output() {
	local stream count last=''

	for stream in out err; do
		until count=$(delivered "$stream") && [[ $count == "${SENT[$stream]}" ]]; do
			if [[ $count != "$last" ]]; then
				(( DEADLINE = SECONDS + READER_SECONDS ))
			fi
			if pump_failed || (( SECONDS >= DEADLINE )); then
				END=deaf
				return
			fi
			last=$count
			sleep 0.1
		done
	done
}

# Waits until the guest's last line is in the console's log, behind all of the kernel's.
await_console() {
	local tries

	for tries in {1..50}; do
		if grep -q 'aioscope: command ended' "$TMP/console"; then return; fi
		sleep 0.1
	done
	note "the console is incomplete after $tries tries"
}

# There is nothing left in the guest that would be worth a proper shutdown.
end_guest() {
	if [[ $END == exited ]]; then
		await_output
		await_console
	fi
	if [[ $END == deaf ]]; then kill -KILL "${PUMPS[@]}" 2>/dev/null; fi
	kill -KILL "$GUEST_PID" 2>/dev/null
	reap "$GUEST_PID"
	reap "${PUMPS[out]}"
	reap "${PUMPS[err]}"
	if [[ $VIEWER ]]; then reap "$VIEWER"; fi
	restore_terminal
}

# From the command's start on the terminal belongs to the guest; before, Ctrl-C still ends us.
take_terminal() {
	TTY_STATE=$(stty -g)
	stty raw -echo
}

restore_terminal() {
	if [[ $TTY_STATE ]]; then stty "$TTY_STATE"; fi
	TTY_STATE=
}
