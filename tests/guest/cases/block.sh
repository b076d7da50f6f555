# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# block.sh - what the block layer does for a request: a device that is known to take its time does,
# and requests wait for it.

# A device of 10 ms a request.
readonly block_takes=10000000

# traced_block COMMAND...: its requests in r.json.
traced_block() {
	aiotrace record --hooks block -o k.aios -- "$@" >o.json
	aiotrace export --to json k.aios >r.json
	aiotrace report --json k.aios >report.json
	aiotrace report k.aios >report.txt
}

# each FILTER: it holds for all requests.
each() {
	jq -es "length > 0 and all($1)" r.json >/dev/null || { echo "not: $1"; head -3 r.json; return 1; }
}

# The four parts are all of a request's life, and a device does not take less than it was told to.
parts_add_up() {
	each '.bios >= 1'
	each '.before_block_ns + .queued_ns + .device_ns + .after_block_ns == .latency_ns'
	each '.device_ns >= 10e6'
	expect "$(jq -s length r.json)" "$(jq '[.requests.by_op[].stages.device.count] | add' report.json)" \
		"requests in the report"
	grep -q '^  block layer: of [0-9]* requests all bios were seen, of the others none' report.txt
}

# at_once: how many requests the device had at the same time, at most.
at_once() {
	jq -s '[.[] | .born_ns + .before_block_ns + .queued_ns | { at: ., more: 1 }] +
		[.[] | .born_ns + .latency_ns - .after_block_ns | { at: ., more: -1 }] |
		sort_by(.at, .more) | reduce .[].more as $more ({ now: 0, most: 0 };
			.now += $more | .most = ([.most, .now] | max)) | .most' r.json
}

devices_take_their_time() {
	local most
	slow_device wide $block_takes 64
	traced_block aiowork --dev /dev/wide --count 40 depth128
	parts_add_up
	most=$(at_once)
	[ "$most" -gt 1 ] || { echo "the device had one request after the other"; return 1; }
}

# There is one tag: who comes second waits for the first one. Without the tag there is no request of
# the block layer, so that is within io_submit.
requests_wait_for_the_device() {
	slow_device narrow $block_takes 1
	traced_block aiowork --dev /dev/narrow --count 40 depth128
	parts_add_up
	expect 1 "$(at_once)" "requests that the device has at the same time"
}

# A request that is larger than what the device takes at once is cut: here into 16 pieces, which go
# one after the other. It is done when the last one is.
pieces_are_counted_together() {
	local queue=/sys/block/narrow/queue was
	slow_device narrow $block_takes 1
	was=$(cat $queue/max_sectors_kb)
	echo 4 >$queue/max_sectors_kb
	traced_block fio --name=pieces --filename=/dev/narrow --ioengine=libaio --direct=1 --rw=write \
		--bs=64k --number_ios=4 --iodepth=1 --size=1m
	echo "$was" >$queue/max_sectors_kb
	parts_add_up
	each '.bios == 1 and .device_ns >= 160e6'
}

files_have_bios() {
	slow_device wide $block_takes 64
	mkfs.ext4 -q -F /dev/wide
	mkdir -p /run/wide
	mount /dev/wide /run/wide
	dd if=/dev/zero of=/run/wide/file bs=1M count=8 oflag=direct status=none
	traced_block aiowork --dev /run/wide/file --count 8 depth1
	umount /run/wide
	parts_add_up
}

what_has_no_bios_is_not_told() {
	traced_block aiowork --count 20 poll-ready
	each '.bios == null and .device_ns == null'
	grep -q '^  block layer: no request was seen there' report.txt
	aiotrace record -o k.aios -- aiowork --count 20 depth1 >/dev/null
	aiotrace export --to json k.aios >r.json
	each '.bios == null and .device_ns == null'
	! aiotrace report k.aios | grep -q 'block layer'
}

cases_block() {
	check "block layer: a device takes its time" devices_take_their_time
	check "block layer: requests wait for a device" requests_wait_for_the_device
	check "block layer: pieces of a request" pieces_are_counted_together
	check "block layer: files" files_have_bios
	check "block layer: what is not asked for, or has no bios" what_has_no_bios_is_not_told
}
