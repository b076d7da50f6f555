# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: GPL-2.0-only
# Debian's source of a kernel line: which version, and its tree.

# Prints the version of Debian's kernel of a line that the guest runner has in the cache, if any.
cached_debian() {
	local link

	link=$(readlink "$CACHE/kernels/debian-$1") || return 1
	echo "${link##*_}"
}

# Prints the version to take of those that apt knows: that of the cached kernel, or the newest.
choose_version() {
	apt-cache madison "linux-source-$1" 2>>"$CACHE/apt/log" |
		awk -v wanted="$(cached_debian "$1")" '
			$NF == "Packages" { if ($3 == wanted) found = 1; print $3 }
			END { if (found) print "9999:" wanted }' |
		sort -V | sed 's/^9999://' | tail -n 1
}

# look_up_version LINE: sets VERSION, by apt's lists. Needs apt's lock.
look_up_version() {
	write_apt_conf
	patiently apt-get -q update >"$CACHE/apt/log" 2>&1
	VERSION=$(choose_version "$1")
	if [[ ! $VERSION ]] && add_suites; then VERSION=$(choose_version "$1"); fi
}

# settled LINE: whether VERSION need not be looked up: it is that of the cached kernel, or the
# lists are not older than a day
settled() {
	local debian

	[[ $VERSION ]] || return 1
	if debian=$(cached_debian "$1"); then
		[[ $VERSION == "$debian" ]] && return
	fi
	[[ $(find "$CACHE/build/$1/checked" -mmin -1440 2>/dev/null) ]]
}

# find_source LINE: sets VERSION
find_source() {
	local line=$1 dir=$CACHE/build/$1 known lock

	mkdir -p "$dir"
	VERSION=$(cat "$dir/version" 2>/dev/null)
	if settled "$line"; then return; fi
	known=$VERSION
	exec {lock}>"$CACHE/apt/lock"
	patiently flock -x "$lock"
	touch "$dir/checked"
	look_up_version "$line"
	exec {lock}>&-
	if [[ $VERSION ]]; then return; fi
	[[ $known ]] ||
		die 125 "no package linux-source-$line in apt's sources (apt's log: $CACHE/apt/log)"
	VERSION=$known
	note "linux-source-$line is not updated, the cached $known will do"
}

# Unpacks the source of a package into WORK/source.
unpack_source() {
	mkdir "$2/source" &&
		dpkg-deb --fsys-tarfile "$1" |
			tar -xO --wildcards '*/linux-source-*.tar.xz' |
			xz -dc | tar -x -C "$2/source" --strip-components=1 &&
		[[ -e $2/source/MAINTAINERS ]]
}

# fetch_source LINE: makes $CACHE/build/LINE/source the tree of VERSION
fetch_source() {
	local line=$1 dir=$CACHE/build/$1 work lock

	if [[ -e $dir/source && $(cat "$dir/version" 2>/dev/null) == "$VERSION" ]]; then return; fi
	work=$CACHE/build/.new.$line
	rm -rf --one-file-system -- "$work"
	mkdir -p "$work"
	LITTER+=("$work")
	say "fetching linux-source-$line $VERSION (about 150 MB, once)"
	exec {lock}>"$CACHE/apt/lock"
	patiently flock -x "$lock"
	write_apt_conf
	if [[ ! $(choose_version "$line") ]]; then add_suites; fi
	patiently env -C "$work" apt-get -q download "linux-source-$line=$VERSION" \
		>"$CACHE/apt/log" 2>&1 ||
		die 125 "cannot fetch linux-source-$line $VERSION (apt's log: $CACHE/apt/log)"
	exec {lock}>&-
	unpack_source "$work"/*.deb "$work" ||
		die 125 "cannot unpack linux-source-$line $VERSION: is there space for 2 GB in $CACHE?"
	rm -rf --one-file-system -- "$dir"
	mkdir -p "$dir"
	touch "$dir/checked"
	{ mv "$work/source" "$dir/source" && echo "$VERSION" >"$dir/version"; } ||
		die 125 "cannot write to $dir"
}
