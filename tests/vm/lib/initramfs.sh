# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The guest's first file system: busybox, our init, and the modules it takes to reach the rest.

# What the guest needs in any case. A name that the kernel has built in, or lacks, is skipped here;
# init checks that the thing itself is there.
BOOT_MODULES=(virtio_pci virtio_console 9pnet_virtio 9p overlay virtio_blk crc32c_generic ext4
	null_blk)

# Prints the files of BOOT_MODULES and of all they depend on, in the order to load them.
# modules.dep lists all dependencies of a module, the one to be loaded first at the end.
boot_modules() {
	awk -v wanted="${BOOT_MODULES[*]}" '
		function key(path) {
			sub(/.*\//, "", path); sub(/\.ko.*/, "", path); gsub(/-/, "_", path)
			return path
		}
		function load(path) {
			if (!(path in loaded)) print path
			loaded[path] = 1
		}
		{
			file = $1; sub(/:$/, "", file); name = key(file)
			files[name] = file; line[name] = $0
		}
		END {
			for (i = 1; i <= split(wanted, names, " "); i++) {
				if (!(names[i] in files)) continue
				for (n = split(line[names[i]], parts, " "); n > 1; n--)
					load(parts[n])
				load(files[names[i]])
			}
		}' "$1/modules.dep"
}

# unpack_module FILE TARGET
unpack_module() {
	case $1 in
	*.xz) need xz xz-utils && xz -dc "$1" >"$2" ;;
	*.zst) need zstd zstd && zstd -dcq "$1" >"$2" ;;
	*.gz) gzip -dc "$1" >"$2" ;;
	*) cp "$1" "$2" ;;
	esac
}

# build_initramfs TARGET MODULE...
build_initramfs() {
	local target=$1 tree=$TMP/initramfs module name number=100

	mkdir -p "$tree"/{bin,dev,modules,proc,sys} &&
		cp "$BUSYBOX" "$tree/bin/busybox" &&
		cp "$HERE/init" "$HERE/supervise" "$tree/" &&
		chmod 755 "$tree/init" || return 1
	for module in "${@:2}"; do
		(( number++ ))
		name=$(basename "${module%.ko*}")
		unpack_module "$module" "$tree/modules/$number-$name.ko" || return 1
	done
	LITTER+=("$target.$$")
	(cd "$tree" && find . | cpio -o -H newc -R 0:0 --quiet) >"$TMP/initramfs.cpio" &&
		cp "$TMP/initramfs.cpio" "$target.$$" && mv "$target.$$" "$target"
}

# Sets INITRAMFS to the cached archive of exactly this content, which it makes if need be.
find_initramfs() {
	local modules=() hash

	if [[ $KERNEL_MODULES ]]; then
		mapfile -t modules < <(boot_modules "$KERNEL_MODULES")
		modules=("${modules[@]/#/$KERNEL_MODULES/}")
	fi
	hash=$(printf '%s\n' "${modules[@]##*/}" | cat - "$BUSYBOX" "$HERE/init" "$HERE/supervise" \
		"$HERE/lib/initramfs.sh" "${modules[@]}" | sha256sum)
	INITRAMFS=$CACHE/initramfs/${hash%% *}.cpio
	if [[ ! -e $INITRAMFS ]]; then
		note "making the initramfs of this kernel"
		build_initramfs "$INITRAMFS" "${modules[@]}" ||
			die 125 "cannot make the initramfs: is there space for it in $CACHE?"
		find "$CACHE/initramfs" -type f -mtime +14 -delete
	else
		touch -c "$INITRAMFS"
	fi
}
