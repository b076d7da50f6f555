# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: GPL-2.0-only
# From a source tree to a kernel that a guest boots.

# The build is not to depend on who builds where and when.
MAKE_VARIABLES=(KBUILD_BUILD_USER=aioscope KBUILD_BUILD_HOST=guest
	"KBUILD_BUILD_TIMESTAMP=Thu Jan  1 00:00:00 UTC 1970" KBUILD_BUILD_VERSION=1)

# make_kernel LINE CONFIG ARGS...: make in the build of a configuration; all goes to its log
make_kernel() {
	local dir=$CACHE/build/$1 config=$2

	if opt verbose; then
		patiently make -C "$dir/source" "O=$dir/$config" "${MAKE_VARIABLES[@]}" "${@:3}" 2>&1 |
			tee -a "$dir/$config.log"
		return "${PIPESTATUS[0]}"
	fi
	patiently make -C "$dir/source" "O=$dir/$config" "${MAKE_VARIABLES[@]}" "${@:3}" \
		>>"$dir/$config.log" 2>&1
}

# Prints what a fragment asks for and .config does not have. An option that the kernel does not know
# is not set, either.
missing_options() {
	awk 'NR == FNR { if (/^CONFIG_/) { have[$0] = 1; sub(/=.*/, ""); set[$0] = 1 } next }
		/^CONFIG_/ && !($0 in have)
		/^# CONFIG_.* is not set$/ && ($2 in set)' "$1" "$2"
}

# configure LINE CONFIG: writes .config, unless these fragments wrote it before
configure() {
	local line=$1 config=$2 dir=$CACHE/build/$1 all missing files

	all=$dir/$config.fragments
	mapfile -t files < <(config_files)
	mkdir -p "$dir/$config"
	: >"$dir/$config.log"
	# Of options that several fragments name, the last one counts.
	cat "${files[@]}" | tac | awk '{ name = $0; sub(/^# /, "", name); sub(/[= ].*/, "", name) }
		name !~ /^CONFIG_/ || !seen[name]++' | tac >"$all.new"
	if [[ -e $dir/$config/.config ]] && cmp -s "$all.new" "$all"; then return; fi
	make_kernel "$line" "$config" "KCONFIG_ALLCONFIG=$all.new" allnoconfig ||
		build_failed "$dir/$config.log" "the kernel cannot be configured"
	missing=$(missing_options "$dir/$config/.config" "$all.new")
	[[ ! $missing ]] ||
		die 1 "linux-source-$line $VERSION does not take from kernel/config: ${missing//$'\n'/, }"
	mv "$all.new" "$all"
}

# build_failed LOG MESSAGE
build_failed() {
	say "$2 (all of it in $1):"
	grep -nE -m 20 '(error|Error|undefined|fatal|FAILED|\*\*\*)' "$1" | sed 's/^/  | /' >&2
	exit 1
}

# compile LINE CONFIG NAME
compile() {
	local line=$1 config=$2 name=$3 dir=$CACHE/build/$1

	if [[ -e $dir/$config/vmlinux ]]; then
		say "building kernel '$name' where another one was built (a minute or two)"
	else
		say "building kernel '$name' (seven to ten minutes on two idle CPUs, once)"
	fi
	make_kernel "$line" "$config" "-j${OPT[jobs]}" "LOCALVERSION=-$name" vmlinux ||
		build_failed "$dir/$config.log" "kernel '$name' does not build"
}

# Prints what `uname -r` says on a kernel.
kernel_release() {
	cat "$1/release"
}

# install_kernel LINE CONFIG TARGET: what a guest needs. The debug information is for BTF, which
# is there by now.
install_kernel() {
	local from=$CACHE/build/$1/$2 new=$CACHE/build/.new.kernel target=$3

	rm -rf --one-file-system -- "$new"
	mkdir "$new"
	LITTER+=("$new")
	{
		objcopy --strip-debug "$from/vmlinux" "$new/vmlinux" &&
			cp "$from/.config" "$new/config" &&
			cp "$from/System.map" "$new/System.map" &&
			cp "$from/include/config/kernel.release" "$new/release" &&
			rm -rf --one-file-system -- "$target" &&
			mv -T "$new" "$target"
	} || die 125 "cannot write to $CACHE/kernels"
}
