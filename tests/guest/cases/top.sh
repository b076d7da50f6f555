# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# top.sh - aiotop --once: contexts that the test made itself, in every state and from everywhere.

aio_nr=/proc/sys/fs/aio-nr
aio_max_nr=/proc/sys/fs/aio-max-nr

# snapshot: contexts.json and host.json are what it says now.
snapshot() {
	aiotop --once --json -o once.json
	jq -c 'select(.schema == "aioscope.context/1")' once.json >contexts.json
	jq -c 'select(.schema == "aioscope.host/1")' once.json >host.json
}

# context ASKED FIELD...: those fields of the one context of that size.
context() {
	local asked=$1
	shift
	jq -c --argjson asked "$asked" --args \
		'select(.max_reqs == $asked) | [.[$ARGS.positional[]]]' "$@" <contexts.json
}

# What the contexts add up to is what the kernel counts, and all of it is of known processes.
adds_up() {
	expect "$(cat $aio_nr)" "$(jq .aio_nr host.json)" "fs.aio-nr"
	expect "$(jq .aio_nr host.json)" "$(jq .accounted host.json)" "the sum of all contexts"
	expect snapshot "$(jq -r .evidence host.json)" "evidence"
}

# hold FILE ARGUMENTS...: a workload whose contexts are there until it is told to go; sets $holder.
hold() {
	local file=$1
	shift
	rm -f held
	aiowork --hold 600 --hold-file held "$@" >"$file" &
	holder=$!
	wait_for held
}

release() {
	kill -TERM "$@"
	wait
}

every_state() {
	local all
	hold holder.json holder
	snapshot
	adds_up
	release "$holder"
	jq .extra holder.json >said.json
	expect "[$(jq .full_unread said.json),0,false]" "$(context 8 unread in_flight dead)" \
		"a full ring: unread, in flight, dead"
	all=$(context 8 nr_events free_slots unread | jq '.[0] - 1 - .[1] - .[2]')
	expect 0 "$all" "a full ring: slots that are nowhere"
	expect "[$(jq .polls said.json),$(jq .polls said.json)]" \
		"$(context 16 in_flight polls_waiting)" "pending polls"
	expect "[$(jq .waiters said.json)]" "$(context 24 waiters)" "waiting readers"
	expect "[$(jq .unread said.json),0]" "$(context 32 unread in_flight)" "unread events"
	expect '[0]' "$(context 32 lost)" "lost slots"
	expect "[$(jq .dead_leader said.json),\"aiowork\"]" "$(context 40 pid comm)" \
		"a process whose leader has ended"
	expect "[$(jq .shared said.json)]" "$(context 32 shared)" "processes that share the memory"
	expect '[0]' "$(context 40 shared)" "processes that share the memory of the other"
	expect '' "$(context 48 pid)" "a context that is being torn down"
	expect 5 "$(wc -l <contexts.json)" "contexts"
}

# All sizes, asked and real, are those that the workload says it has.
sizes_are() {
	hold contexts.oracle contexts
	snapshot
	adds_up
	release "$holder"
	expect "$(jq -c '.contexts | map([.asked, .ring_nr]) | sort' contexts.oracle)" \
		"$(jq -sc 'map([.max_reqs, .nr_events]) | sort' contexts.json)" "sizes"
	expect '["0",true]' "$(jq -sc '[(map(.uid) | unique[] | tostring),
		(map(.command | test("aiowork .*contexts$")) | all)]' contexts.json)" "who"
}

# A process of a pid namespace, seen from outside and from inside.
in_a_pid_namespace() {
	local inner
	hold outer.json contexts
	unshare --pid --fork --mount-proc --kill-child sh -c '
		aiowork --hold 600 --hold-file inner.held crowd --count 3 >/dev/null &
		while [ ! -e inner.held ]; do sleep 0.1; done
		aiotop --once --json >inner.json
		touch seen
		wait' &
	inner=$!
	wait_for seen
	snapshot
	adds_up
	expect "3 $(cat inner.held)" \
		"$(jq -sr 'map(select(.schema == "aioscope.context/1")) |
			"\(length) \(map(.pid) | unique[])"' inner.json)" "contexts, seen from inside"
	expect false "$(jq 'select(.schema == "aioscope.host/1") | .sees_all' inner.json)" \
		"it sees all"
	expect "$(jq -s 'map(select(.max_reqs == 1 and .nr_events > 0)) | map(.pid) | unique |
		length' contexts.json)" 2 "processes that have small contexts, seen from outside"
	kill -KILL "$inner"
	release "$holder"
}

# Five cgroups that exhaust fs.aio-max-nr, named as container managers name them: who is it?
five_containers() {
	local group max size i=0 id groups=/sys/fs/cgroup
	max=$(cat $aio_max_nr)
	[ -e $groups/cgroup.procs ] || mount -t cgroup2 none $groups
	echo 2000 >$aio_max_nr
	for size in 100 150 1200 250 300; do
		i=$((i + 1))
		id=$i$(printf '%063d' 0 | tr 0 a)
		group=$groups/docker-$id.scope
		mkdir "$group"
		rm -f "held$i"
		sh -c "echo \$\$ >$group/cgroup.procs; exec aiowork --hold 600 --hold-file held$i \
			--count $size crowd >/dev/null" &
		wait_for "held$i"
	done
	# That is all of it: the next one gets EAGAIN.
	expect 2000 "$(cat $aio_nr)" "fs.aio-nr"
	aiowork --count 1 crowd 2>&1 | grep -q 'io_setup: Resource temporarily unavailable'
	aiotop --once >once.txt
	snapshot
	pkill -TERM -x aiowork
	wait
	echo "$max" >$aio_max_nr
	rmdir $groups/docker-*.scope
	expect 2000 "$(jq .accounted host.json)" "the sum of all contexts"
	expect "$(cat held3) 1200" "$(jq -sr 'group_by(.pid) | max_by(map(.max_reqs) | add) |
		"\(.[0].pid) \(map(.max_reqs) | add)"' contexts.json)" "the biggest holder"
	expect docker:3aaaaaaaaaaa "$(jq -sr --argjson pid "$(cat held3)" \
		'map(select(.pid == $pid).container)[0]' contexts.json)" "its container"
	expect 5 "$(jq -s 'map(.cgroup) | unique | length' contexts.json)" "cgroups"
	# A person reads this first.
	grep -qE "^PID $(cat held3) .*docker:3aaaaaaaaaaa.* holds 1200 of 2000" \
		<(tr '\n' ' ' <once.txt | sed 's/PID /\n&/g') || { cat once.txt; return 1; }
}

ten_thousand() {
	hold crowd.json --count 10000 crowd
	snapshot
	adds_up
	release "$holder"
	expect 10000 "$(wc -l <contexts.json)" "contexts"
	expect 10000 "$(jq -s 'map(.context) | unique | length' contexts.json)" "different ones"
	expect 0 "$(jq .not_shown host.json)" "contexts for which there was no room"
}

# Nobody special sees the limit and his own rings, hears what is missing, and gets status 3.
without_privilege() {
	local got=0
	chmod 755 .
	cp -p "$(command -v aiowork)" .
	rm -f mine/held
	mkdir -p mine
	chmod 777 mine
	setpriv --reuid 65534 --regid 65534 --clear-groups -- ./aiowork --dir "$PWD/mine" \
		--hold 600 --hold-file mine/held contexts >mine/oracle &
	hold other.json contexts
	wait_for mine/held
	setpriv --reuid 65534 --regid 65534 --clear-groups -- \
		aiotop --once --json >once.json 2>why.txt || got=$?
	pkill -TERM -x aiowork
	wait
	expect 3 "$got" "exit status"
	grep -q 'missing: CAP_BPF, CAP_PERFMON, CAP_SYS_ADMIN' why.txt
	expect 1 "$(wc -l <why.txt)" "lines on stderr"
	jq -c 'select(.schema == "aioscope.context/1")' once.json >contexts.json
	expect "$(jq -c '.contexts | map(.ring_nr) | sort' mine/oracle)" \
		"$(jq -sc 'map(.nr_events) | sort' contexts.json)" "sizes of the rings"
	expect '[null]' "$(jq -sc 'map(.max_reqs) | unique' contexts.json)" "what was asked for"
	expect '["rings",7516]' "$(jq -c 'select(.schema == "aioscope.host/1") |
		[.evidence, .aio_nr]' once.json)" "evidence, fs.aio-nr"
}

usage_top() {
	status 2 aiotop --once more 2>said.txt
	expect "aiotop: 'more' is one word too many; see 'aiotop --help'" "$(cat said.txt)" "words"
	status 2 aiotop --once -o /nowhere/at/all 2>said.txt
	status 4 aiotop --once -o /dev/full 2>said.txt
}

cases_top_states() {
	check "aiotop --once: contexts in every state" every_state
	check "aiotop --once: 10 000 contexts" ten_thousand
}

cases_top() {
	check "aiotop --once: asked and real sizes" sizes_are
	check "aiotop --once: pid namespaces" in_a_pid_namespace
	check "aiotop --once names who exhausts fs.aio-max-nr: five cgroups" five_containers
	check "aiotop --once without privilege: the limit, one's own rings, what is missing" \
		without_privilege
	check "aiotop: usage, and output that fails" usage_top
}
