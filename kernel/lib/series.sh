# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: GPL-2.0-only
# A series of patches in a tree that other series were applied to before.
#
# Only files whose content changes are written, so that only what depends on them is built again.

# Prints the paths that patches name, whether the files are there before and after or not.
patched_paths() {
	sed -nE 's,^(---|\+\+\+) [ab]/([^\t]*).*,\2,p' "$@" | sort -u
}

# keep_pristine DIR PATH: keeps a copy of a file before a series changes it for the first time
keep_pristine() {
	local dir=$1 path=$2

	if grep -sqxF -- "$path" "$dir/pristine/list"; then return; fi
	mkdir -p "$dir/pristine/files/$(dirname "$path")" || die 125 "cannot write to $dir"
	if [[ -e $dir/source/$path ]]; then
		cp -p "$dir/source/$path" "$dir/pristine/files/$path" ||
			die 125 "cannot write to $dir"
	fi
	echo "$path" >>"$dir/pristine/list"
}

# patch_failed LINE PATCH LOG
patch_failed() {
	say "the series $(realpath --relative-to "$HERE/.." "$(dirname "$2")") no longer applies to" \
		"Debian's linux-source-$1 $VERSION:"
	say "$(basename "$2") fails, the patches before it apply; patch says:"
	sed 's/^/  | /' "$3" >&2
	exit 1
}

# patch_copy LINE TREE: applies the series to copies of the files
patch_copy() {
	local patch log=$CACHE/build/patch.log

	while read -r patch; do
		patch -d "$2" -p1 -N -F0 --no-backup-if-mismatch -r - <"$patch" >"$log" 2>&1 ||
			patch_failed "$1" "$patch" "$log"
	done < <(series_files)
}

# take_over DIR PATH TREE: makes a file of the source what it is in another tree
take_over() {
	local file=$1/source/$2 new=$3/$2

	if [[ ! -e $new ]]; then
		rm -f -- "$file"
	elif ! cmp -s "$new" "$file"; then
		{ mkdir -p "$(dirname "$file")" && cp "$new" "$file"; } ||
			die 125 "cannot write $file"
	fi
}

# apply_series LINE: makes the source Debian's plus the patches of series_files, which may be none
apply_series() {
	local line=$1 dir=$CACHE/build/$1 path tree patches

	tree=$CACHE/build/.new.series
	rm -rf --one-file-system -- "$tree"
	LITTER+=("$tree")
	mapfile -t patches < <(series_files)
	while read -r path; do
		keep_pristine "$dir" "$path"
	done < <(patched_paths "${patches[@]}" </dev/null)
	mkdir -p "$dir/pristine/files"
	touch "$dir/pristine/list"
	cp -a "$dir/pristine/files" "$tree"
	patch_copy "$line" "$tree"
	while read -r path; do
		take_over "$dir" "$path" "$tree"
	done <"$dir/pristine/list"
}
