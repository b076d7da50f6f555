# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: GPL-2.0-only
#
# lib.sh - the table of bugs that can be switched on, and the devices that some want.

# mutants [NAME...]: their rows; if none is named, of all that leave the guest to others
mutants() {
	local name
	if [ $# = 0 ]; then
		awk '!/^#/ && $4 ~ /^(nothing|leak|splat)$/' "$here/table"
		return
	fi
	for name; do
		awk -v name="$name" '$1 == name { print; found = 1 } END { exit !found }' "$here/table" ||
			echo "no mutant $name in $here/table" >&2
	done
}

# Those that a guest does not survive as it was.
mutants_alone() {
	awk '!/^#/ && $4 !~ /^(nothing|leak|splat)$/ { print $1 }' "$here/table"
}

# make_device KIND: prints the path of a null_blk device, made if it is not there
#	poll	has a queue that is polled, as NVMe devices may have, for RWF_HIPRI; what nobody polls
#		for times out after 2 s
make_device() {
	local dir=/sys/kernel/config/nullb/aioscope-$1
	[ -e /sys/kernel/config/nullb ] || mount -t configfs none /sys/kernel/config || return 1
	if [ ! -e "$dir" ]; then
		mkdir "$dir" &&
			echo 1 >"$dir/submit_queues" &&
			echo 1 >"$dir/poll_queues" &&
			echo 1024 >"$dir/size" &&
			echo 1 >"$dir/power" &&
			echo 2000 >"/sys/block/aioscope-$1/queue/io_timeout" || return 1
	fi
	echo "/dev/aioscope-$1"
}
