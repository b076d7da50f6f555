# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# orders.sh - each order in which a poll can be woken and decided on, brought about for certain, and
# what is told of it: at level exact the right one, at level function the right one or none.

# orders_record LEVEL...: one run, recorded at each of these levels, into LEVEL.aios; the last poll
# still waits when the recordings end. What the workloads did is in o.json.
orders_record() {
	local level workload
	# shellcheck disable=SC2034 # of recorder
	local -a recorders=()
	for level; do
		recorder "$level" --hooks poll-return || return 1
	done
	rm -f held
	aiowork poll-free >o.json
	aiowork --hold 300 --hold-file held poll-orders >orders.json &
	workload=$!
	wait_for held || return 1
	recorders_stop
	kill -TERM $workload
	wait $workload || return 1
	jq -c --argjson owned "$(orders_owned)" \
		'.poll_orders |= map(split("|")[if $owned then -1 else 0 end])' orders.json >>o.json
	expect 1 "$(jq .extra.all_orders orders.json)" "every order can be brought about here"
}

# orders_owned: whether nobody but the submission completes a request before it is through with it
orders_owned() {
	[[ $(uname -r) == *-next ]] && echo true || echo false
}

# orders_are_told LEVEL: those of its recording against what the workloads say, one by one.
orders_are_told() {
	local level=$1
	expect "$level" "$(aiotrace report --json "$level.aios" | jq -r .evidence)" "evidence level"
	aiotrace export --to json "$level.aios" >requests.json
	jq -rn --arg level "$level" --slurpfile oracles o.json --slurpfile requests requests.json '
		($oracles | map(.poll_orders) | add) as $stated |
		($requests | map(select(.op == "poll")) | sort_by(.kiocb) | map(.poll_order)) as $told |
		if ($stated | length) != ($told | length)
		then "\($stated | length) polls, \($told | length) are told of" else empty end,
		(range($told | length) | select($told[.] != $stated[.] and
			($level == "exact" or $told[.] != "unclear")) |
			"poll \(. + 1) was \($stated[.]), told as \($told[.])")' >wrong
	head -n 20 wrong
	[ ! -s wrong ] || return 1
	# No wake-up completes a request early where the submission owns it.
	expect "$([ "$(orders_owned)" = true ] && echo 9 || echo 10)" \
		"$(jq -s '[.[].poll_orders[]] | unique | length' o.json)" "different orders"
}

# In words, too, and with its picture.
orders_have_pages() {
	local order
	aiotrace timeline --slowest 1000 --op poll "$1.aios" >pages
	aiotrace timeline --slowest 1000 --op poll --errors "$1.aios" >>pages
	while read -r order; do
		grep -q "^  order: $order: " pages || { echo "no page of $order"; return 1; }
	done < <(jq -r '.poll_orders[]' o.json | sort -u)
	expect "$(grep -c '^request ' pages)" "$(grep -c '^       TIME CPU  submitter' pages)" "pictures"
}

cases_orders() {
	check "every poll order is brought about, and recorded" orders_record "$@" || return
	for level; do
		check "poll orders at level $level: those that were brought about" orders_are_told "$level"
		check "poll orders at level $level: in words, with a picture" orders_have_pages "$level"
	done
}

cases_orders_function() {
	cases_orders function
}
