# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# What the kernel said on the guest's console: panics and splats.

# A message as the kernel begins it, after time stamp and caller. Anchored, as a line may quote
# one, and as user programs' faults ("traps: prog[7] general protection fault ip:...") are none.
SPLAT="^(\[[^]]*\] *)*((watchdog|NMI watchdog|CPU[0-9]+|rcu|rcu_tasks[a-z_]*): +)*(\
BUG: |BUG [^ ]+ \(|=+ BUG|kernel BUG at |Oops: |Oops - |Bad page |\
WARNING: |UBSAN: |KASAN: |KCSAN: |KMSAN: |\
INFO: (task |rcu_|possible |suspicious |trying to register |inconsistent )|\
general protection fault[:,]|(invalid opcode|divide error|int3|double fault|stack segment): |\
Unable to handle kernel |Internal error: |stack guard page was hit|\
refcount_t: |ODEBUG: |DEBUG_LOCKS_WARN_ON|list_(add|del) corruption|\
Watchdog detected hard LOCKUP|\
kmemleak: [0-9]+ new |slab error in |VFS: Busy inodes )"

# The line before a warning's own text.
CUT_HERE="-\[ cut here \]-"

PANIC="^(\[[^]]*\] *)*Kernel panic - not syncing: "

# The console since the command started.
console_of_command() {
	tr -d '\r' <"$TMP/console" | sed -n '/aioscope: command starts$/,$p'
}

# Shows text from stdin as quoted.
show_lines() {
	sed 's/^/  | /' >&2
}

show_console() {
	if [[ ! -s $TMP/console ]]; then
		say "the guest's console is empty"
		return
	fi
	say "end of the guest's console:"
	tail -n 60 "$TMP/console" | tr -d '\r' | show_lines
}

# The kernel's last words, if it panicked since the command started.
panic_message() {
	console_of_command | sed -nE "s/$PANIC//p" | head -n 1
}

# Shows the first splat since the command started, if there is one.
report_splat() {
	local log first count

	log=$(console_of_command | tr -d '\0')
	count=$(grep -cE "$SPLAT" <<<"$log") || return 1
	first=$(grep -nE -m 1 -e "$SPLAT" -e "$CUT_HERE" <<<"$log")
	say "kernel splat in the guest (the first of $count):"
	tail -n "+${first%%:*}" <<<"$log" | sed '/---\[ end trace/q' | head -n 100 | show_lines
}
