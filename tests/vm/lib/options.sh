# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The command line.

declare -A OPT=([kernel]=debian-6.12 [memory]=1024 [cpus]='' [timeout]='' [out]='' [append]=''
	[mutant]='' [icount]=0 [allow-splat]=0 [parallel]=0 [kvm]=no [tty]=0 [verbose]=0 [update]=0 [action]=run)
COMMAND=()
PASSED=()                       # NAME=VALUE for the command's environment

print_help() {
	cat <<-'END'
		Usage: tests/vm/run [OPTIONS] -- CMD ARGS...
		Runs CMD as root in a throw-away QEMU guest which sees this machine's files.
		What CMD writes is lost with the guest, except below the folder of --out.

		  -k, --kernel KERNEL  debian-6.12 (default), debian-6.1, what `make kernel` makes,
		                       or the path of a bzImage; --list shows them
		  -m, --memory MIB     1024        -c, --cpus N        2
		  -t, --timeout SEC    end CMD after that time (600; with --tty never)
		  -e, --env NAME[=V]   pass a variable to CMD (repeatable)
		      --out DIR        a folder CMD can write to for good, at the same path
		      --tty            give CMD a terminal, joined to yours
		      --icount         the guest's clock counts instructions; one CPU unless -c says more
		      --parallel       a host thread for each CPU: faster, but attaching probes
		                       may crash the guest
		      --kvm            use KVM if a trial shows that it works
		      --append WORDS   more kernel parameters
		      --mutant NAME    the bug that -k mutants or mutants-next has from boot
		      --allow-splat    a kernel warning or bug does not matter
		  -v, --verbose        show the guest's console on stderr
		      --list           list kernels     --fetch   only fetch the kernel of -k
		      --update         look for a newer Debian kernel now, not once a day
		  -h, --help           this text; more in docs/guest.md

		Exit status: CMD's (128+n: signal n), or 122 panic, 123 kernel splat, 124 time-out,
		125 no guest, 2 usage, 126 and 127 CMD cannot be run or is not there.

		Examples:
		  tests/vm/run -- uname -a
		  tests/vm/run -k patched -t 60 --out results -- make -C tests check
		  tests/vm/run --tty -- bash
	END
}

usage() {
	die 2 "$1; try tests/vm/run --help"
}

# number NAME VALUE MINIMUM: stores a number option
number() {
	if [[ ! $2 =~ ^[0-9]{1,9}$ ]] || (( 10#$2 < $3 )); then
		usage "--$1 needs a number from $3 on, not '$2'"
	fi
	OPT[$1]=$((10#$2))
}

# pass_variable NAME[=VALUE]
pass_variable() {
	local name=${1%%=*}

	[[ $name =~ ^[A-Za-z_][A-Za-z0-9_]*$ ]] || usage "'$name' is no name of a variable"
	if [[ $1 == *=* ]]; then
		PASSED+=("$1")
	elif [[ -v $name ]]; then
		PASSED+=("$name=${!name}")
	fi
}

# Stores an option that has a value.
set_value() {
	case $1 in
	-k|--kernel) OPT[kernel]=$2 ;;
	-m|--memory) number memory "$2" 128 ;;
	-c|--cpus) number cpus "$2" 1 ;;
	-t|--timeout) number timeout "$2" 1 ;;
	-e|--env) pass_variable "$2" ;;
	--out) OPT[out]=$2 ;;
	--append) OPT[append]+=" $2" ;;
	--mutant) OPT[mutant]=${2:-?} ;;
	*) return 1 ;;
	esac
}

# Stores an option without a value.
set_flag() {
	case $1 in
	--icount|--allow-splat|--parallel|--tty|--update) OPT[${1#--}]=1 ;;
	--kvm) OPT[kvm]=asked ;;
	--kvm-unproved) OPT[kvm]=unproved ;;
	-v|--verbose) OPT[verbose]=1 ;;
	--list|--fetch) OPT[action]=${1#--} ;;
	-h|--help) print_help; exit 0 ;;
	*) usage "unknown option '$1'" ;;
	esac
}

parse_options() {
	while (( $# )); do
		case $1 in
		--) shift; break ;;
		--*=*)
			set_value "${1%%=*}" "${1#*=}" || usage "unknown option '$1'"
			shift ;;
		-k|-m|-c|-t|-e|--kernel|--memory|--cpus|--timeout|--env|--out|--append|--mutant)
			(( $# > 1 )) || usage "$1 needs a value"
			set_value "$1" "$2"
			shift 2 ;;
		-[kmcte]?*)
			set_value "${1:0:2}" "${1:2}"
			shift ;;
		-*) set_flag "$1"; shift ;;
		*) break ;;
		esac
	done
	COMMAND=("$@")
	check_options
}

# A name that the kernel does not know would test a kernel without a bug.
check_mutant() {
	local series

	case ${OPT[kernel]} in
	mutants) series=patched ;;
	mutants-next) series=next ;;
	*) usage "--mutant is for -k mutants and -k mutants-next, not ${OPT[kernel]}" ;;
	esac
	awk -v name="${OPT[mutant]}" -v series=$series '
		$1 == name && ($2 == series || $2 == "both") { found = 1 }
		END { exit !found }' "$HERE/../mutants/table" ||
		usage "no mutant '${OPT[mutant]}' of $series in tests/mutants/table"
	OPT[append]+=" aio_mutant=${OPT[mutant]}"
}

# What options mean together. A time-out of 0 is none.
check_options() {
	if [[ ${OPT[mutant]} ]]; then check_mutant; fi
	if opt icount; then
		OPT[cpus]=${OPT[cpus]:-1}
		if [[ ${OPT[kvm]} != no ]]; then usage "--icount excludes --kvm"; fi
	fi
	OPT[cpus]=${OPT[cpus]:-2}
	if opt tty; then OPT[timeout]=${OPT[timeout]:-0}; fi
	OPT[timeout]=${OPT[timeout]:-600}
	if [[ ${OPT[action]} == run && ${#COMMAND[@]} == 0 ]]; then usage "no command given"; fi
	if opt tty && [[ ! -t 0 || ! -t 1 ]]; then
		usage "--tty needs a terminal on stdin and stdout"
	fi
	if [[ ${OPT[out]} ]]; then
		OPT[out]=$(realpath -m -- "${OPT[out]}")
		[[ ${OPT[out]} != / ]] || usage "--out cannot be the whole file system"
	fi
}
