# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# driver.sh - a headless Chromium behind chromedriver, for shell scripts. State is in files, as each
# test is a shell of its own.

driver_state=$(mktemp -d)

driver_is_there() {
	command -v chromium >/dev/null && command -v chromedriver >/dev/null &&
		command -v curl >/dev/null
}

# wire METHOD PATH [JSON]: a WebDriver command; prints its value, or says what was wrong.
wire() {
	local answer
	answer=$(curl -sS --max-time 60 -X "$1" -H 'Content-Type: application/json' ${3+-d "$3"} \
		"http://127.0.0.1:$(cat "$driver_state/port")$2") || return 1
	if jq -e '.value | type == "object" and has("error")' <<<"$answer" >/dev/null; then
		jq -r '.value | "\(.error): \(.message)"' <<<"$answer" | head -n 3 >&2
		return 1
	fi
	jq -c .value <<<"$answer"
}

# The same, of the session.
ask() {
	wire "$1" "/session/$(cat "$driver_state/session")$2" "${3-{\}}"
}

ask_get() {
	wire GET "/session/$(cat "$driver_state/session")$1"
}

driver_start() {
	local i options
	chromedriver --port=0 >"$driver_state/log" 2>&1 &
	echo $! >"$driver_state/pid"
	for ((i = 0; i < 300; i++)); do
		sed -n 's/.*started successfully on port \([0-9]*\).*/\1/p' "$driver_state/log" \
			>"$driver_state/port"
		[ -s "$driver_state/port" ] && break
		sleep 0.1
	done
	# As root Chromium wants no sandbox. Pages are files of our own.
	options=$(jq -cn --arg profile "$driver_state/profile" '{ capabilities: { alwaysMatch: {
		"goog:loggingPrefs": { browser: "ALL" },
		"goog:chromeOptions": { args: ["--headless=new", "--no-sandbox", "--disable-gpu",
			"--disable-dev-shm-usage", "--window-size=1280,1000",
			"--user-data-dir=" + $profile] } } } }')
	wire POST /session "$options" | jq -r .sessionId >"$driver_state/session"
	[ -s "$driver_state/session" ]
}

driver_stop() {
	[ ! -s "$driver_state/session" ] || ask DELETE "" >/dev/null 2>&1
	[ ! -s "$driver_state/pid" ] || kill "$(cat "$driver_state/pid")" 2>/dev/null
	rm -rf --one-file-system "$driver_state"
}

# visit NAME: opens NAME.html of this folder, and waits until it says that it is drawn.
visit() {
	ask POST /url "$(jq -cn --arg url "file://$PWD/$1.html" '{ $url }')" >/dev/null
	expect '"yes"' "$(js 'return document.documentElement.dataset.ready')" "the page is drawn"
}

# js SCRIPT: what it returns, as JSON; all that was asked for has been drawn before and after it.
js() {
	ask POST /execute/async "$(jq -cn --arg script "$1" '{ args: [], script: ("const done = arguments[0];" +
		"requestAnimationFrame(() => requestAnimationFrame(() => done((() => {" + $script + "})())))") }')"
}

element_id() {
	ask POST /element "$(jq -cn --arg value "$1" '{ using: "css selector", $value }')" | jq -r '.[]'
}

# A click where the reader would click: the driver scrolls there, and fails where it is covered.
click() {
	ask POST "/element/$(element_id "$1")/click" >/dev/null
}

# type_into SELECTOR TEXT: instead of what is there.
type_into() {
	local id
	id=$(element_id "$1")
	ask POST "/element/$id/clear" >/dev/null
	# Clearing is no input to the page.
	[ -n "$2" ] || { js "document.querySelector('$1').dispatchEvent(new Event('input')); return 0" >/dev/null; return; }
	ask POST "/element/$id/value" "$(jq -cn --arg text "$2" '{ $text }')" >/dev/null
}

keys() {
	ask POST /actions "$(jq -cn --arg key "$1" '{ actions: [{ type: "key", id: "keyboard", actions: [
		{ type: "keyDown", value: $key }, { type: "keyUp", value: $key }] }] }')" >/dev/null
}

# drag SELECTOR FROM TO: over parts of its width, at half of its height.
drag() {
	local id
	id=$(element_id "$1")
	js "document.querySelector('$1').scrollIntoView({ block: 'center' }); return 0" >/dev/null
	ask POST /actions "$(jq -cn --arg id "$id" --argjson from "$2" --argjson to "$3" \
		--argjson width "$(js "return document.querySelector('$1').clientWidth")" '
		def at(part): { type: "pointerMove", duration: 50, y: 0, x: ((part - 0.5) * $width | round),
			origin: { "element-6066-11e4-a52e-4f735466cecf": $id } };
		{ actions: [{ type: "pointer", id: "mouse", actions: [at($from), { type: "pointerDown", button: 0 },
			at(($from + $to) / 2), at($to), { type: "pointerUp", button: 0 }] }] }')" >/dev/null
}

# What the console has said since it was last asked, as a list.
browser_errors() {
	ask POST /se/log '{"type":"browser"}' | jq -c 'map(.message)'
}

print_page() {
	ask POST /print '{"background":true}' | jq -r . | base64 -d >"$1"
}

# picture FILE: what is seen of the page.
picture() {
	ask_get /screenshot | jq -r . | base64 -d >"$1"
}
