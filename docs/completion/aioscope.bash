# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# aioscope.bash - completion of aiotrace, aiocheck and aiotop.
#
# Commands, options and what those take are asked of --help, so that they are those of what is
# installed.

# _aioscope_commands TOOL: all that --help lists; aiotop's stands among its examples alone.
_aioscope_commands() {
	case $1 in
	*aiotop) echo file ;;
	*) "$1" --help 2>/dev/null | sed -nE 's/^  ([a-z]+)  +[a-z].*/\1/p' ;;
	esac
}

# _aioscope_help TOOL WORD: what the options of a command line are told by. Without a command, those
# of aiotop itself, and of the others' "run".
_aioscope_help() {
	local command
	for command in $(_aioscope_commands "$1"); do
		[ "$command" != "$2" ] || break
		command=run
	done
	[ "$command:${1##*/}" != run:aiotop ] || command=
	"$1" ${command:+"$command"} --help 2>/dev/null
}

# Of lines of --help, "-p|--pid|PID" for each option, of which the first and the last may be empty.
_aioscope_options() {
	sed -nE 's/^  +((-.), )?(--[a-z-]+)(\[?=([A-Za-z]+))?.*/\2|\3|\5/p'
}

# _aioscope_values WHAT TOOL: words for what an option takes, or "@" and a kind of compgen.
_aioscope_values() {
	case $1 in
	LEVEL) echo auto exact function syscall ;;
	HOW) echo auto fentry kprobe ;;
	LIST) echo poll-return compat references state block eventfd none ;;
	OP) echo pread pwrite preadv pwritev fsync fdsync poll unknown ;;
	FORMAT) "$2" export --help | sed -nE 's/^ +--to=FORMAT +//; T; s/\([^)]*\)//g; s/, | or / /g; p' ;;
	RULE) "${2%aio*}aiocheck" rules | awk '{ print $1 }' ;;
	PID) printf '%s\n' /proc/[0-9]* | sed 's,/proc/,,' ;;
	DIR) echo @directory ;;
	USER) echo @user ;;
	FILE) echo @file ;;
	esac
}

# Behind "--" there is a command and what it takes.
_aioscope_behind() {
	local i
	for ((i = 1; i < COMP_CWORD; i++)); do
		[ "${COMP_WORDS[i]}" = -- ] || continue
		if declare -F _command_offset >/dev/null; then
			_command_offset $((i + 1))
		elif [ $((i + 1)) = "$COMP_CWORD" ]; then
			_aioscope_reply @command "${COMP_WORDS[COMP_CWORD]}"
		else
			_aioscope_reply @file "${COMP_WORDS[COMP_CWORD]}"
		fi
		return 0
	done
	return 1
}

# _aioscope_reply WORDS CURRENT: lists have commas, and their last part is what is typed.
_aioscope_reply() {
	local before=
	case $2 in
	*,*) before=${2%,*}, ;;
	esac
	case $1 in
	@*)
		mapfile -t COMPREPLY < <(compgen -A "${1#@}" -- "$2")
		[ "$1" != @file ] && [ "$1" != @directory ] || compopt -o filenames 2>/dev/null
		;;
	*) mapfile -t COMPREPLY < <(compgen -P "$before" -W "$1" -- "${2##*,}") ;;
	esac
}

_aioscope() {
	local tool=${COMP_WORDS[0]} current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
	local options what
	COMPREPLY=()
	_aioscope_behind && return
	# bash takes --op=pread for three words.
	case $current:$before in
	=:*) current= ;;
	*:=) before=${COMP_WORDS[COMP_CWORD - 2]} ;;
	esac
	options=$(_aioscope_help "$tool" "${COMP_WORDS[1]}" | _aioscope_options)
	what=$(awk -v option="$before" '$1 == option || $2 == option { print $3 }' FS='|' <<<"$options")
	if [ -n "$what" ]; then
		_aioscope_reply "$(_aioscope_values "$what" "$tool")" "$current"
	elif [[ $current == -* ]]; then
		_aioscope_reply "$(cut -d'|' --output-delimiter=' ' -f1,2 <<<"$options")" "$current"
	elif [ "$COMP_CWORD" = 1 ]; then
		_aioscope_reply "$(_aioscope_commands "$tool")" "$current"
	else
		_aioscope_reply @file "$current"
	fi
}

complete -F _aioscope aiotrace aiocheck aiotop
