# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# fio.sh - fio's own totals against aiotrace's, at full speed and with default settings.

fio_totals() {
	jq -c '[.jobs[] | {r: .read.total_ios, w: .write.total_ios}] |
		{pread: (map(.r) | add), pwrite: (map(.w) | add)}' "$1"
}

fio_equal() {
	local file=$1 depth=$2 jobs=$3
	aiotrace record -o t.aios -- fio --name=job --filename="$file" --size=16M --rw=randrw --bs=4k \
		--direct=1 --ioengine=libaio --iodepth="$depth" --numjobs="$jobs" --io_size=4M \
		--output-format=json --output=fio.json
	expect "$(fio_totals fio.json)" "$(report t.aios '.requests.by_op | map_values(.submitted)')" \
		"requests submitted"
	expect "$(fio_totals fio.json)" "$(report t.aios '.requests.by_op | map_values(.completed)')" \
		"requests completed"
	expect '{"pread":["4096"],"pwrite":["4096"]}' \
		"$(report t.aios '.requests.by_op | map_values(.results | keys)')" "results"
	expect '[0,0,0,0,0]' "$(report t.aios \
		'[.loss.records, .loss.gaps, .requests.tainted, .requests.in_flight, .requests.unread]')" \
		"lost records, holes, tainted requests, in flight, unread"
}

fio_on_a_file() {
	"$1" "fio randrw on a file, depth $2, $3 jobs: nothing lost, totals equal" \
		fio_equal /scratch/fio "$2" "$3"
}

cases_fio() {
	fio_on_a_file check 1 1
	fio_on_a_file thorough 1 4
	fio_on_a_file thorough 64 1
	fio_on_a_file check 64 4
	thorough "fio randrw on a block device, depth 64, 4 jobs: nothing lost, totals equal" \
		fio_equal /dev/nullb0 64 4
}
