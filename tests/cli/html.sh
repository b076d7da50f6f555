# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2154 # build, golden: of suite
#
# html.sh - the page of export --to html, as far as it can be looked at without a browser
# (tests/html/run has one).

# page TRACE OPTION...: writes page.html, and its data into data.json.
page() {
	local trace=$1
	shift
	aiotrace export --to html "$@" "$trace" >page.html || [ $? -eq 4 ]
	sed -n '/^<script type="application\/json" id="data">$/,/^<\/script>$/p' page.html |
		sed '1d;$d' >data.json
}

# lacks PATTERN FILE: no line has it.
lacks() {
	local found
	found=$(grep -noE -- "$1" "$2") || return 0
	echo "there is: $found"
	return 1
}

# The page is whole: its elements begin and end as often as in the page without data, and nothing in
# it asks for anything.
page_is_one_file() {
	expect 1 "$(grep -c '^<script type="application/json" id="data">$' page.html)" "data"
	expect 2 "$(grep -o '<script' page.html | wc -l)" "beginnings of scripts"
	expect 2 "$(grep -o '</script' page.html | wc -l)" "ends of scripts"
	sed '/^<script type="application.json"/,/^<.script>$/d' page.html >shell.html
	lacks '(src|srcset|action|poster)=["'\'']|url\(|@import|<(img|link|iframe|object|embed|base)' \
		shell.html
	lacks 'href="[^#][^"]*"' shell.html
	lacks 'https?:|[^:]//[a-z]+\.' shell.html
	lacks 'innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function' shell.html
	lacks '[<>&]' data.json
	grep -q "default-src 'none'" page.html
}

pages_have_what_is_reported() {
	local trace pages=0
	for trace in "$golden"/*.aios; do
		page "$trace"
		page_is_one_file
		aiotrace report --json "$trace" >report.json || [ $? -eq 4 ]
		jq -e --slurpfile report report.json '.report == $report[0]' data.json >/dev/null
		expect "$(aiotrace export --to csv "$trace" 2>/dev/null | sed 1d | wc -l)" \
			"$(jq '.requests | [.total, .told] | unique[]' data.json)" "requests of $trace"
		pages=$((pages + 1))
	done
	[ $pages -gt 5 ]
}

pages_are_of_the_selection() {
	page "$golden/refused.aios" --errors
	aiotrace report --json --errors "$golden/refused.aios" >report.json
	jq -e --slurpfile report report.json '.report == $report[0]' data.json >/dev/null
	expect "$(aiotrace export --to json --errors "$golden/refused.aios" | wc -l)" \
		"$(jq .requests.told data.json)" "failed requests"
}

pages_stand_any_name() {
	local comm='</script><b>' name='<img src=x onerror=a><!-- <script> & '
	name+=$(printf '\342\200\250\342\200\256\342\200\213\302\255')
	"$build/tests/bench-synth" 100 hostile.aios "$comm" "$name" >/dev/null
	page hostile.aios
	page_is_one_file
	if LC_ALL=C grep -q $'\342\200[\213\250\256]\\|\302\255' page.html; then
		echo "what does not show is in the page as it is"
		return 1
	fi
	expect "$comm" "$(jq -r .report.command data.json)" "the command"
	expect "$comm" "$(jq -r '.requests.columns[] | select(.name == "comm").texts[0]' data.json)" \
		"the process"
	expect "/$name" "$(jq -r '.requests.columns[] | select(.name == "path").texts[0]' data.json)" \
		"the file"
}

cases_html() {
	check "export --to html: one file, with what is reported, that asks for nothing" \
		pages_have_what_is_reported
	check "export --to html: of a selection" pages_are_of_the_selection
	check "export --to html: a name cannot end the data, or begin markup" pages_stand_any_name
}
