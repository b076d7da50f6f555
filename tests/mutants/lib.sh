# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: GPL-2.0-only
#
# lib.sh - the table of bugs that can be switched on, and the devices that some want.

# rows KERNEL: of the bugs that this one can have, patched or next
rows() {
	awk -v kernel="$1" '!/^#/ && ($2 == kernel || $2 == "both")' "$here/table"
}

# mutants [NAME...]: the rows of this guest's kernel; if none is named, of all that leave it to others
mutants() {
	local name kernel=patched
	[[ $(uname -r) != *-next ]] || kernel=next
	if [ $# = 0 ]; then
		rows $kernel | awk '$5 ~ /^(nothing|leak|splat)$/'
		return
	fi
	for name; do
		rows $kernel | awk -v name="$name" '$1 == name { print; found = 1 } END { exit !found }' ||
			echo "no mutant $name in $here/table" >&2
	done
}

# mutants_alone KERNEL: those that a guest does not survive as it was
mutants_alone() {
	rows "$1" | awk '$5 !~ /^(nothing|leak|splat)$/ { print $1 }'
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
