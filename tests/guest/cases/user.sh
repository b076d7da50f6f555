# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# user.sh - commands that run as another user than the tool.

# who_am_i USER: runs a workload as USER; who that says to be is in who.txt, a line a fact.
who_am_i() {
	# shellcheck disable=SC2016 # expanded by the shell that is traced
	aiotrace record -o t.aios -u "$1" -- sh -ec 'id -u; id -g; id -G; echo "$HOME $USER $LOGNAME"
		grep -h "^[UG]id:" /proc/self/status
		exec "$0" --dir "${0%/*}" ops' /scratch/user/aiowork >out.txt
	head -n -1 out.txt >who.txt
	tail -n 1 out.txt >o.json
	compare t.aios o.json
	aiotrace export --to json t.aios >requests.json
	expect "[$(head -n 1 who.txt)]" "$(jq -sc '[.[].uid] | unique' requests.json)" \
		"users of the requests"
}

# who_is UID GID GROUPS HOME NAME: the same facts, as they should be.
who_is() {
	printf '%s\n' "$1" "$2" "$3" "$4 $5 $5"
	printf 'Uid:\t%s\t%s\t%s\t%s\n' "$1" "$1" "$1" "$1"
	printf 'Gid:\t%s\t%s\t%s\t%s\n' "$2" "$2" "$2" "$2"
}

# These files are the guest's: nothing reaches the machine.
users_made() {
	echo 'auditor:x:4711:4712:an auditor:/home/auditor:/bin/sh' >>/etc/passwd
	printf '%s\n' 'auditors:x:4712:' 'ledger:x:4713:auditor,root' 'vault:x:4714:auditor' >>/etc/group
	mkdir -p /scratch/user
	chmod 1777 /scratch/user
	# shellcheck disable=SC2154 # of suite
	cp "$build/tests/aiowork" /scratch/user
}

as_a_user() {
	who_is 4711 4712 "4712 4713 4714" /home/auditor auditor >want.txt
	who_am_i "$1"
	diff want.txt who.txt
}

as_a_number() {
	who_is 12345 12345 12345 / 12345 >want.txt
	who_am_i 12345
	diff want.txt who.txt
}

nobody_knows_the_user() {
	status 2 aiotrace record -o new.aios -u no-such-user -- touch it-ran 2>said.txt
	grep -q "there is no user 'no-such-user'" said.txt
	[ ! -e it-ran ] && [ ! -e new.aios ]
}

may_not_become_the_user() {
	status 126 setpriv --bounding-set -setuid aiotrace record -o t.aios -u auditor -- touch it-ran \
		2>said.txt
	grep -q "touch: cannot run it as that user: Operation not permitted" said.txt
	[ ! -e it-ran ]
}

user_may_not_execute() {
	cp /bin/true only-root
	status 126 aiotrace record -o t.aios -u auditor -- "$PWD/only-root" 2>said.txt
	grep -q "only-root: Permission denied" said.txt
}

cases_user() {
	users_made
	check "-u: the command has the user, the groups and the home; requests are told as the user's" \
		as_a_user auditor
	thorough "-u: the same by number" as_a_user 4711
	thorough "-u with the number of no known user" as_a_number
	check "-u of an unknown user: status 2, and nothing runs" nobody_knows_the_user
	thorough "-u without the privilege: status 126, and nothing runs" may_not_become_the_user
	thorough "-u: what the user may not execute: status 126" user_may_not_execute
}
