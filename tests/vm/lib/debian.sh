# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Debian's kernel packages: found and fetched by apt with a state of its own, never installed.
#
# $CACHE/kernels/debian-6.12 is a link to the folder of one package version, changed at once when
# a newer one is complete. All that writes holds the lock $CACHE/apt/lock.

# Modules for hardware that no guest of ours has: half of the space.
USELESS_MODULES=(drivers/gpu drivers/infiniband drivers/media drivers/net/ethernet
	drivers/net/wireless sound)

# A private apt.conf: the machine's own settings (sources, proxies, credentials), without its
# hooks, which would change the machine, and with folders of our own.
write_apt_conf() {
	local apt=$CACHE/apt

	mkdir -p "$apt/lists/partial" "$apt/archives/partial"
	: >"$apt/status"
	{
		apt-config dump | grep -vE '^(APT::Update::|DPkg::|Dir::(State|Cache|Log))'
		cat <<-END
			Dir::State "$apt";
			Dir::State::lists "$apt/lists";
			Dir::State::status "$apt/status";
			Dir::Cache "$apt";
			Dir::Cache::archives "$apt/archives";
			Dir::Log "$apt";
			Dir::Etc::main "/dev/null";
			Dir::Etc::parts "/dev/null";
			APT::Sandbox::User "root";
			Acquire::GzipIndexes "true";
			Acquire::Languages "none";
			Acquire::Retries "1";
			Acquire::http::Timeout "20";
			Acquire::https::Timeout "20";
		END
	} >"$apt/apt.conf"
	export APT_CONFIG=$apt/apt.conf
}

# Prints "VERSION PACKAGE" of the newest generic kernel of a line (6.1, 6.12) in apt's lists.
# By name and version: the meta package follows other lines, and cloud kernels lack 9p.
newest_package() {
	local line=${1//./\\.}

	apt-cache pkgnames "linux-image-$1." |
		grep -E "^linux-image-$line\.[0-9]+(-[0-9]+)?(\+[a-z0-9]+)?-amd64\$" |
		xargs -r apt-cache madison |
		awk '$NF == "Packages" { print $3, $1 }' |
		sort -V | tail -n 1
}

# Adds Debian's other suites at the mirrors that the machine uses, to our state alone: a kernel line
# that one release lacks is in another (6.1 in Debian 12, 6.12 in its security archive and in 13).
add_suites() {
	local apt=$CACHE/apt key=/usr/share/keyrings/debian-archive-keyring.gpg uri suite

	[[ -e $key ]] || return 1
	mkdir -p "$apt/parts"
	# shellcheck disable=SC2016     # for apt to expand
	apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' |
		sed -nE 's,/debian(-security)?/$,,p' | sort -u |
		while read -r uri; do
			for suite in bookworm trixie; do
				echo "deb [signed-by=$key] $uri/debian $suite main"
				echo "deb [signed-by=$key] $uri/debian-security $suite-security main"
			done
		done >"$apt/parts/suites.list"
	cat >>"$apt/apt.conf" <<-END
		Dir::Etc::sourcelist "$apt/parts/suites.list";
		Dir::Etc::sourceparts "/dev/null";
	END
	patiently apt-get -q update >"$apt/log" 2>&1
}

# Decompresses a bzImage: emulated, that takes seconds of every boot. A kernel that cannot be
# decompressed here boots as it is.
extract_vmlinux() {
	local image=$1 out=$2 setup offset length size magic unpack

	setup=$(od -An -tu1 -j $((0x1f1)) -N 1 "$image")
	offset=$(od -An -tu4 -j $((0x248)) -N 4 "$image")
	length=$(od -An -tu4 -j $((0x24c)) -N 4 "$image")
	(( offset += (setup + 1) * 512 ))
	magic=$(od -An -tx1 -j "$offset" -N 4 "$image")
	case $magic in
	' fd 37 7a 58') unpack=(xz -dc) ;;
	' 28 b5 2f fd') unpack=(zstd -dcq) ;;
	*) return 1 ;;
	esac
	# The last four bytes are not the compressor's: the kernel's build appends the size.
	size=$(od -An -tu4 -j $((offset + length - 4)) -N 4 "$image")
	# shellcheck disable=SC2016     # for the other shell to expand
	patiently bash -c 'tail -c +"$1" "$2" | head -c "$3" | "${@:5}" >"$4"' bash \
		"$((offset + 1))" "$image" "$((length - 4))" "$out" "${unpack[@]}" 2>/dev/null
	if (( $(stat -c %s "$out") != size )); then
		rm -f "$out"
		return 1
	fi
}

# Makes DIR/kernel out of the unpacked package in DIR/tree: only what a guest needs.
lay_out_kernel() {
	local dir=$1 tree=$1/tree version modules

	version=$(basename "$tree"/boot/vmlinuz-*)
	version=${version#vmlinuz-}
	if [[ -d $tree/usr/lib/modules ]]; then mv "$tree/usr/lib" "$tree/lib"; fi
	modules=$tree/lib/modules/$version
	rm -rf -- "${USELESS_MODULES[@]/#/$modules/kernel/}"
	mkdir "$dir/kernel" &&
		patiently depmod -b "$tree" "$version" &&
		mv "$modules" "$dir/kernel/modules" &&
		mv "$tree/boot/vmlinuz-$version" "$dir/kernel/vmlinuz" &&
		mv "$tree/boot/config-$version" "$dir/kernel/config" &&
		mv "$tree/boot/System.map-$version" "$dir/kernel/System.map" || return 1
}

# fetch_package PACKAGE VERSION TARGET
fetch_package() {
	local work log=$CACHE/apt/log

	rm -rf "$CACHE"/kernels/.new.*          # of runs that were killed; we hold the lock
	work=$(mktemp -d "$CACHE/kernels/.new.XXXXXX")
	LITTER+=("$work")
	chmod 755 "$work"
	say "fetching $1 $2 (about 100 MB, once)"
	patiently env -C "$work" apt-get -q download "$1=$2" >"$log" 2>&1 || return 1
	patiently dpkg-deb -x "$work"/*.deb "$work/tree" >"$log" 2>&1 || return 1
	lay_out_kernel "$work" >"$log" 2>&1 || return 1
	extract_vmlinux "$work/kernel/vmlinuz" "$work/kernel/vmlinux" ||
		say "the kernel stays compressed and boots slowly: apt-get install zstd xz-utils"
	mv -T "$work/kernel" "$3" && rm -rf "$work"
}

# Removes the older packages of a line, but for those a guest is using.
drop_superseded() {
	local old keep=$2 trash=$CACHE/kernels/.new.superseded

	for old in "$CACHE/kernels/linux-image-$1".*; do
		if [[ $old != "$keep" ]] && flock -n -x "$old" mv -T "$old" "$trash"; then
			rm -rf "$trash"
		fi
	done
}

# update_debian LINE: brings the cached kernel up to date. Needs the lock.
update_debian() {
	local line=$1 version package target link=$CACHE/kernels/debian-$1

	touch "$CACHE/apt/checked-$line"        # even if it fails: offline, a day's peace
	write_apt_conf
	note "looking for the newest kernel $line"
	patiently apt-get -q update >"$CACHE/apt/log" 2>&1
	read -r version package < <(newest_package "$line" 2>>"$CACHE/apt/log") ||
		{ add_suites &&
			read -r version package < <(newest_package "$line" 2>>"$CACHE/apt/log"); } ||
		return 1
	target=$CACHE/kernels/${package}_$version
	if [[ ! -e $target/vmlinuz ]]; then
		fetch_package "$package" "$version" "$target" || return 1
	fi
	ln -sfn "${target##*/}" "$link.new" && mv -T "$link.new" "$link" || return 1
	drop_superseded "$line" "$target"
}

# is_fresh LINE: cached, and looked for in the last 24 hours
is_fresh() {
	[[ -e $CACHE/kernels/debian-$1/vmlinuz &&
		$(find "$CACHE/apt/checked-$1" -mmin -1440 2>/dev/null) ]]
}

# ensure_debian LINE: sees to it that the kernel is cached, and not older than it need be
ensure_debian() {
	local line=$1 lock present=0 wait=()

	if ! opt update && is_fresh "$line"; then return; fi
	if [[ -e $CACHE/kernels/debian-$line/vmlinuz ]]; then
		present=1
	else
		need apt-get apt
		need dpkg-deb dpkg
		need depmod kmod
	fi
	if (( present )) && ! opt update; then
		wait=(-n)               # if someone else is updating it, use what is there
	fi
	exec {lock}>"$CACHE/apt/lock"
	if patiently flock "${wait[@]}" -x "$lock"; then
		if opt update || ! is_fresh "$line"; then
			update_debian "$line" || update_failed "$line" "$present"
		fi
	fi
	exec {lock}>&-
}

update_failed() {
	local reason

	reason=$(grep -m 1 -E '^(E: |W: Failed|(dpkg-deb|depmod|mv|mkdir): )' "$CACHE/apt/log")
	if (( $2 )); then
		note "kernel debian-$1 is not updated, the cached one will do: ${reason:-not found}"
	else
		rm -f "$CACHE/apt/checked-$1"
		reason=${reason:-"no package linux-image-$1.*-amd64 in apt's sources"}
		die 125 "cannot fetch kernel debian-$1: $reason (apt's log: $CACHE/apt/log)"
	fi
}
