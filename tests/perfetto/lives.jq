# SPDX-License-Identifier: GPL-2.0-only
#
# lives.jq - when requests begin and cease to count, made of aiotrace export --to json: the steps
# that counters.awk adds up. $known: numbers of the contexts all of whose requests are known.

def step(name; ns; by): if ns then "L\t\(.context_nr)\t\(name)\t\(ns)\t\(by)" else empty end;

select(.context_nr | IN($known[])) |
step("in flight"; .born_ns; 1),
(if .born_ns then step("in flight"; .completed_ns // (select(.state == "refused") | .returned_ns); -1)
else empty end),
step("unread events"; .completed_ns; 1),
step("unread events"; .reaped_ns; -1)
