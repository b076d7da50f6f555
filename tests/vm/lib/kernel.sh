# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: GPL-2.0-only
# Kernels by name: where they are, and whether they are there.
#
# A kernel is a folder with `vmlinuz` (a bzImage), or `vmlinux` (the same, decompressed, with a PVH
# entry: boots faster), or both; `modules/` (what /lib/modules/VERSION has; may be missing) and
# `config` (may be missing). Built ones are $CACHE/kernels/NAME.

DEBIAN_KERNELS=(debian-6.1 debian-6.12)
BUILT_KERNELS=(plain patched patched-6.1 patched-debug mutants mutants-next next next-debug)

# find_kernel NAME: sets KERNEL_IMAGE, and KERNEL_MODULES if it has modules
find_kernel() {
	local name=$1

	if [[ " ${DEBIAN_KERNELS[*]} " == *" $name "* ]]; then
		ensure_debian "${name#debian-}"
		use_folder "$CACHE/kernels/$name" ||
			die 125 "kernel '$name' left the cache: try again"
	elif [[ " ${BUILT_KERNELS[*]} " == *" $name "* ]]; then
		use_folder "$CACHE/kernels/$name" ||
			die 125 "kernel '$name' is not built: run \`make kernel KERNEL=$name\`"
	elif [[ $name == */* || -f $name ]]; then
		use_image "$name"
	else
		die 2 "no kernel '$name'; known: ${DEBIAN_KERNELS[*]} ${BUILT_KERNELS[*]}"
	fi
}

# Uses the kernel in a folder of the cache. The lock on the folder, held while the guest runs,
# keeps it from being removed or replaced meanwhile.
use_folder() {
	local dir lock

	while dir=$(realpath -e "$1" 2>/dev/null) && exec {lock}<"$dir"; do
		flock -s "$lock"
		if [[ -e $dir/vmlinuz || -e $dir/vmlinux ]]; then
			KERNEL_IMAGE=$dir/vmlinuz
			if [[ -e $dir/vmlinux ]]; then KERNEL_IMAGE=$dir/vmlinux; fi
			if [[ -e $dir/modules/modules.dep ]]; then KERNEL_MODULES=$dir/modules; fi
			return 0
		fi
		exec {lock}<&-
		# If it is still the same, it is empty, and not just replaced meanwhile.
		if [[ $(realpath -e "$1" 2>/dev/null) == "$dir" ]]; then return 1; fi
	done
	return 1
}

# use_image PATH: a bzImage or an ELF vmlinux; garbage would hang instead of failing
use_image() {
	local image magic dir

	image=$(realpath -e "$1" 2>/dev/null)
	if [[ ! -f $image || ! -r $image ]]; then die 125 "cannot read the kernel $1"; fi
	magic=$(od -An -c -j $((0x202)) -N 4 "$image" | tr -d ' ')
	if [[ $magic != HdrS && $(head -c 4 "$image" | tr -d '\0') != $'\x7fELF' ]]; then
		die 125 "$1 is not a kernel: give a bzImage or a vmlinux"
	fi
	KERNEL_IMAGE=$image
	dir=$(dirname "$image")
	if [[ -e $dir/modules/modules.dep ]]; then KERNEL_MODULES=$dir/modules; fi
}

list_kernels() {
	local name dir state

	for name in "${DEBIAN_KERNELS[@]}" "${BUILT_KERNELS[@]}"; do
		dir=$(realpath "$CACHE/kernels/$name")
		if [[ -e $dir/vmlinuz || -e $dir/vmlinux ]]; then
			state="cached    $dir"
		elif [[ $name == debian-* ]]; then
			state="fetched when first used"
		else
			state="not built: make kernel KERNEL=$name"
		fi
		printf '%-14s %s\n' "$name" "$state"
	done
}
