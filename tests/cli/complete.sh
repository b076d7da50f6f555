# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# complete.sh - what the shells offer to complete is what the commands have. Read by suite.

# offers WORD...: what bash would offer for the last word, a line each.
# shellcheck disable=SC2154 # of suite
offers() (
	# shellcheck source=docs/completion/aioscope.bash
	. "$here/../../docs/completion/aioscope.bash"
	export COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY
	_aioscope
	[ ${#COMPREPLY[@]} = 0 ] || printf '%s\n' "${COMPREPLY[@]}"
)

# offers_all WORD...: are these, and no others, offered behind them? What is right comes in lines.
offers_all() {
	diff <(offers "$@" "" | sort) - || { echo "of: $*"; return 1; }
}

long_options() {
	"$@" --help | grep -oE '^  +(-., )?--[a-z-]+' | grep -oE -- '--[a-z-]+' | sort
}

complete_commands() {
	grep -oE '^	\{ "[a-z]+", aios_cmd' "$here/../../cli/aiotrace.c" | cut -d'"' -f2 | sort |
		offers_all aiotrace
	grep -oE '^	\{ "[a-z]+", aios_' "$here/../../cli/aiocheck.c" | cut -d'"' -f2 | sort |
		offers_all aiocheck
	echo file | offers_all aiotop
}

complete_options() {
	local tool command
	for tool in aiotrace aiocheck; do
		for command in $(offers $tool ""); do
			diff <(offers $tool "$command" -- | sort) <(long_options $tool "$command")
		done
	done
	diff <(offers aiotop -- | sort) <(long_options aiotop)
	diff <(offers aiotop file -- | sort) <(long_options aiotop file)
}

complete_values() {
	expect "R1 R10 R11 R12 R13" "$(offers aiotrace timeline --finding = R1 | xargs)" "rules"
	expect "pread,fsync pread,fdsync" "$(offers aiotrace report --op = pread,f | xargs)" "a list"
	expect "exact" "$(offers aiotrace --source e)" "levels"
	expect "syscall" "$(offers aiocheck --source sys)" "levels of a tool without its command"
	offers aiotrace export --to "" | grep -qx csv
	aiocheck rules | awk '{ print $1 }' | sort | offers_all aiocheck run --only
	touch "a file.aios"
	expect "a file.aios" "$(offers aiotrace report "a f")" "files"
	expect "a file.aios" "$(offers aiotrace record -o "a f")" "files of an option"
	offers aiotrace record -o t.aios -- ech | grep -qx echo
	expect "" "$(offers aiotrace -d "")" "what cannot be known"
}

# What zsh shows where somebody types; the screen is a pseudo terminal's.
complete_zsh() {
	cat >shown.zsh <<-'END'
		zmodload zsh/zpty
		zpty shell zsh -f -i
		zpty -w shell "fpath=($1 \$fpath); autoload -Uz compinit; compinit -u -D; LISTMAX=999; stty columns 100; print re''ady"
		zpty -r -m shell out '*ready*'
		zpty -w -n shell "$2"$'\t\t'
		zpty -r -m shell out "*$3*" && print -r -- "$out"
	END
	timeout 60 zsh -f shown.zsh "$here/../../docs/completion" "aiotrace rep" "report*"
	timeout 60 zsh -f shown.zsh "$here/../../docs/completion" "aiotrace report --o" "op*operations*output*over"
	timeout 60 zsh -f shown.zsh "$here/../../docs/completion" "aiocheck run --only R" "R1*R10*R9"
}

cases_complete() {
	check "bash completes every command" complete_commands
	check "bash completes every option" complete_options
	check "bash completes what options take" complete_values
	check "zsh completes commands, options and rules" complete_zsh
}
