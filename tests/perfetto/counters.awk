# SPDX-License-Identifier: GPL-2.0-only
#
# counters.awk - are counters what lives add up to, at every time that either changes? Reads, fields
# between tabs and sorted by their time (sort -s -k4,4n), writes a line for each time that they are
# not, and at last how often they were compared:
#
#	L  context  counter  ns  step	a life begins (1) or ends (-1) to count, of lives.jq; of
#					check.awk a reader goes in or comes out
#	C  context  counter  ns  value	what the picture says from then on, of check.awk
#
# The ring's head moves before a reader comes out, which is when the requests are reaped: meanwhile
# there may be less unread. What nobody reads goes with its context, whose last number is 0.

# Is this number not wrong for certain, or not yet?
function may_differ(key, text) {
	if (key !~ /unread/ || value[key] > sum[key])
		return 0
	if (value[key] == 0)
		doubt[key] = text
	return value[key] == 0 || sum["*, readers"] > 0
}

function settle(key,   text) {
	text = "context " key ": at " now " ns " value[key] ", and " sum[key] " live"
	if (value[key] != sum[key] && !may_differ(key, text))
		print text
	compared++
	delete touched[key]
}

BEGIN {
	FS = "\t"
	SUBSEP = ", "
}

{
	key = $2 SUBSEP $3
	if ($4 != now)
		for (other in touched)
			settle(other)
	now = $4
}

$1 == "L" {
	sum[key] += $5
}

# Of other contexts not all lives are known.
$1 == "C" && (key in sum) {
	if (key in doubt)
		print doubt[key]
	delete doubt[key]
	value[key] = $5
}

$2 != "*" && (key in sum) {
	touched[key] = 1
}

END {
	for (other in touched)
		settle(other)
	print compared + 0 " times compared"
}
