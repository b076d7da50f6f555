// SPDX-License-Identifier: GPL-2.0-only
// page.js - the page: what is wrong first, then where the time goes, then one request at a time.

const state = { op: '', stage: 'latency_ns', sort: 'latency_ns', query: '', one: -1 };
const LISTED = 25;

// --- requests in words ------------------------------------------------------------------------

function what(i) {
	const op = requests.get('op', i) || 'unknown', length = requests.get('length', i), path = requests.get('path', i);
	const offset = requests.get('offset', i), fd = requests.get('fd', i);
	return op + (length === null || typeof length === 'string' ? '' : ' ' + size(length)) + (path === null ? fd === null ? '' : ' fd ' + fd : ' ' + plain(path)) +
		(offset === null || typeof offset === 'string' ? '' : ' @' + size(offset));
}

function result(i) {
	const error = requests.get('error', i), state_ = requests.get('state', i), value = requests.get('result', i);
	if (state_ === 'refused') return 'refused ' + (error || '');
	if (error !== null) return error;
	if (value === null) return state_;
	const op = requests.get('op', i);
	if (value === 0 && op && op.includes('sync')) return 'ok';
	return op === 'poll' ? '0x' + value.toString(16) : op && op.startsWith('p') ? size(value) : String(value);
}

// --- overview ---------------------------------------------------------------------------------

function tile(key, label, number, kind) {
	return el('div', { class: 'tile ' + (kind || '') }, el('dt', {}, label),
		el('dd', { 'data-total': key, 'data-value': number }, typeof number === 'number' ? count(number) : number === null ? 'unknown' : number));
}

function lossText(loss) {
	const parts = [];
	if (loss.records) parts.push(plural(loss.records, 'record') + ' lost');
	if (loss.calls_not_seen) parts.push(plural(loss.calls_not_seen, 'call') + ' not seen');
	if (loss.gaps) parts.push('in ' + plural(loss.gaps, 'hole'));
	if (loss.cut_off) parts.push('the trace is cut off');
	if (loss.damaged) parts.push('records are damaged');
	if (loss.not_kept) parts.push(plural(loss.not_kept, 'context or process', 'contexts or processes') + ' found no room');
	return parts.join(', ');
}

function selectionNote() {
	const sel = report.selection, parts = [];
	if (!sel) return null;
	if (sel.op && sel.op.length) parts.push('operations ' + sel.op.join(', '));
	if (sel.path) parts.push('path ' + plain(sel.path));
	if (sel.errors) parts.push('errors alone');
	if (sel.over_ns) parts.push('over ' + duration(sel.over_ns));
	return note('warn', 'Selected: ' + parts.join('; ') + '. ' + plural(sel.left_out, 'other request') + ' left out of the numbers, but not of contexts, calls and losses.');
}

function wallClock() {
	if (!data.t0_wall_ms) return '';
	const local = new Date(data.t0_wall_ms + data.utc_offset_s * 1000).toISOString();
	return local.slice(0, 10) + ' ' + local.slice(11, 19);
}

function overview() {
	const numbers = report.requests, lost = lossText(report.loss);
	const all = data.rings && numbers.by_op ? Object.values(numbers.by_op) : [];
	const worst = all.reduce((most, op) => Math.max(most, op.max_ns || 0), 0);
	document.title = 'aiotrace: ' + plain(report.command || report.host || 'report');
	fill($('overview'),
		el('h1', { class: String(report.command).length > 100 ? 'long' : null }, name(report.command || 'a trace without a command')),
		el('p', { class: 'meta' }, [report.host && name(report.host), report.kernel && el('span', {}, 'Linux ', name(report.kernel)), 'evidence level ' + plain(report.evidence || 'unknown'),
			duration(report.duration_ns) + (wallClock() && ' from ' + wallClock())].filter(Boolean).flatMap((part, i) => i ? [' · ', part] : [part])),
		report.part ? note('warn', 'This is a part of a longer recording.') : null,
		selectionNote(),
		el('dl', { class: 'tiles' },
			tile('submitted', 'submitted', numbers.submitted), tile('completed', 'completed', numbers.completed),
			tile('failed', 'failed', numbers.failed, numbers.failed ? 'bad' : ''), tile('refused', 'refused', numbers.refused, numbers.refused ? 'warn' : ''),
			tile('in_flight', 'in flight at the end', numbers.in_flight, numbers.in_flight ? 'warn' : ''),
			callsOnly ? null : tile('slowest', 'slowest', worst ? duration(worst) : numbers.completed ? 'unknown' : 'none'),
			tile('lost', 'records lost', report.loss.records, lost ? 'bad' : '')),
		lost ? note('bad', el('strong', {}, 'This trace is incomplete: '), lost + '. ', numbers.tainted ? plural(numbers.tainted, 'request') + ' alive across a hole are marked as tainted; what is told of them may be incomplete.' : '') : null,
		sampled ? note('warn', plural(requests.total, 'request') + ' are too many for a page. Totals, the heat map and the distributions count all of them, in steps of a quarter of a power of two. ' +
			plural(requests.n, 'request') + ' are told one by one: those that took longer than ' + duration(requests.told.slower_than_ns) + ', those of findings, one in ' + count(requests.told.bad_one_of) +
			' of the failed, unfinished and tainted, and a sample of one in ' + count(requests.told.one_of) + '.') : null);
}

// --- what is wrong ----------------------------------------------------------------------------

function goTo(id, label) {
	const i = requests.find(id);
	return i < 0 ? null : el('button', { type: 'button', onclick: () => choose(i, true) }, label || 'Show request ' + id);
}

function eventTable(events) {
	const first = events.length ? events[0].time_ns : 0;
	return el('div', { class: 'scroll' }, table('Its history: ' + plural(events.length, 'event'), ['after', 'CPU', 'thread', ['event', 'l'], ['what it says', 'l']],
		events.map((event) => [duration(event.time_ns - first), String(event.cpu), String(event.tid), event.event, event.stack ? event.stack.map((frame) => plain(frame || '?')).join(' < ') : event.doc])));
}

function finding(one) {
	const kind = one.severity === 'error' ? 'bad' : 'warn';
	return el('details', { class: 'finding ' + kind, open: report.findings.length <= 3 },
		el('summary', {}, badge(kind, one.severity), el('strong', {}, one.id + ' ' + one.slug), ': ', plain(one.message)),
		el('p', {}, 'Expected: ' + plain(one.expected) + '. ', el('span', { class: 'hint' }, 'Rule: ' + one.rule + ' ' + one.means + ' Process ', name(one.comm + '[' + one.pid + ']'), ', evidence ' + one.evidence + '.')),
		one.kiocb ? goTo(one.kiocb) : null, one.events.length ? el('details', {}, el('summary', {}, 'Evidence'), eventTable(one.events)) : null);
}

function verdictNote() {
	const verdict = data.verdict, asked = verdict && plural(verdict.rules_checked, 'rule') + ' of a correct fs/aio.c asked';
	if (callsOnly) return note('warn', 'At evidence level syscall single requests are not seen: only calls are told, and no rule can be asked.');
	if (!verdict) return null;
	if (verdict.verdict === 'PASS') return note('good', badge('good', 'PASS'), asked + ', none is broken.');
	if (verdict.verdict === 'FAIL') return note('bad', badge('bad', 'FAIL'), asked + ', ' + plural(verdict.rules_broken, 'is', 'are') + ' broken: ' + plural(verdict.findings, 'finding') + '.');
	const why = { loss: 'records were lost', evidence: 'the evidence is too weak', 'no-aio': 'no native AIO was seen' }[verdict.reason] || verdict.reason;
	return note('warn', badge('warn', 'INCONCLUSIVE'), asked + ', none is known to be broken, but ' + why + '.');
}

// A name of the data ends in its unit.
function numberOf(key, value) {
	if (key.endsWith('_ns')) return [key.slice(0, -3), duration(value)];
	if (key.endsWith('_bytes')) return [key.slice(0, -6), size(value)];
	return key.endsWith('_percent') ? [key.slice(0, -8), value + '%'] : [key, count(value)];
}

// What is said of all that are of a kind is said of the first one.
function condition(one, i, all) {
	const again = i > 0 && all[i - 1].slug === one.slug && all[i - 1].advice === one.advice;
	const kind = { crit: 'bad', warn: 'warn', info: 'info' }[one.severity], t0 = Number(data.t0_ns), who = one.comm ? name(one.comm + (one.pid ? '[' + one.pid + ']' : '')) : null;
	return el('details', { class: 'finding ' + kind, open: one.severity !== 'info' && !again, 'data-condition': one.slug },
		el('summary', {}, badge(kind, one.severity), el('strong', {}, one.id + ' ' + one.slug), ': ', plain(one.message), one.at_least ? ' (at least: records were lost)' : ''),
		again ? null : el('p', {}, el('strong', {}, 'Advice: '), plain(one.advice)), el('p', { class: 'hint' }, again ? null : plain(one.why) + ' ', who && ['Process ', who], one.context_nr ? ', context ' + one.context_nr : '', who || one.context_nr ? '.' : ''),
		el('dl', { class: 'fields' }, Object.entries(one.numbers).map(([key, value]) => numberOf(key, value)).map(([label, text]) => el('div', {}, el('dt', {}, label.replaceAll('_', ' ')), el('dd', {}, text)))),
		el('p', { class: 'actions' }, one.requests.map((id) => goTo(id, '#' + id)), one.from_ns && one.to_ns > one.from_ns ? el('button', { type: 'button', onclick: () => setRange(one.from_ns - t0, one.to_ns - t0) }, 'Zoom to it') : null));
}

function doctorNote(doctor) {
	const grades = ['crit', 'warn', 'info'].filter((grade) => doctor[grade]), asked = plural(doctor.judged.length, 'condition') + ' looked for';
	return note(grades[0] === 'crit' ? 'bad' : grades.length ? 'warn' : 'good', badge(grades[0] === 'crit' ? 'bad' : grades.length ? 'warn' : 'good', 'DOCTOR'),
		asked + ', ' + (grades.length ? grades.map((grade) => count(doctor[grade]) + ' ' + grade).join(', ') + '.' : 'none is there.'),
		doctor.not_judged.length ? el('details', {}, el('summary', {}, count(doctor.not_judged.length) + ' more could not be judged'), el('ul', {}, doctor.not_judged.map((one) => el('li', {}, one.slug + ': ' + one.reason)))) : null);
}

function findings() {
	const doctor = report.doctor;
	fill($('findings'), verdictNote(), report.findings.map(finding), doctor ? [doctorNote(doctor), doctor.conditions.map(condition)] : null);
}

// --- latency ----------------------------------------------------------------------------------

function options(select, list, value, onchange) {
	fill(select, list.map(([key, label]) => el('option', { value: key, selected: key === value }, label)));
	select.addEventListener('change', () => onchange(select.value));
}

const isAll = () => range.from <= 0 && range.to >= total_ns;

function latency() {
	const made = drawHeat($('heat'), state), stage = stages[state.stage];
	const shown = made.list.reduce((sum, i) => sum + (made.points.w ? made.points.w[i] : 1), 0);
	$('timesub').textContent = 'Each request at the time it completed, by its ' + (stage.key === 'latency' ? 'latency' : 'time in stage ' + stage.label) + ' (' + stage.doc + '), log scale. ' +
		(made.dots ? 'Few enough to be drawn one by one: click one to see its life.' : 'The darker or brighter, the more requests; at most ' + count(Math.round(made.most)) + ' in a cell.');
	$('heat').setAttribute('aria-label', 'Heat map of ' + stage.label + ' over time: ' + plural(shown, 'request') + ' from ' + duration(range.from) + ' to ' + duration(range.to) + '. A table follows. Arrow keys move, plus and minus zoom, Escape shows all.');
	legend(made);
	heatTable(made);
}

function legend(made) {
	const c = colours(), steps = [0, 0.33, 0.66, 1];
	if (made.dots) {
		fill($('heatlegend'), '■ a request   × failed', data.holes.length ? '   hatched: records are missing' : null);
		return;
	}
	fill($('heatlegend'), steps.map((part) => {
		const swatch = el('i', {});
		swatch.style.background = heatColour(c, part);
		return [swatch, count(Math.round(Math.max(made.most, 2) ** part))];
	}).flat(), ' requests', sampled ? null : '   × failed', data.holes.length ? '   hatched: records are missing' : null);
}

// The range in twelve pieces.
function heatTable(made) {
	const pieces = 12, span = (range.to - range.from) / pieces, lists = Array.from({ length: pieces }, () => []);
	for (const i of made.list) lists[Math.min(pieces - 1, Math.floor((made.points.t[i] - range.from) / span))].push(i);
	fill($('heattable'), table(stages[state.stage].label + ' by time', ['from', 'to', 'requests', 'p50', 'p99', 'max'], lists.map((list, k) => {
		const at = percentiles(made.points, list, [50, 99, 100]);
		return [duration(range.from + k * span), duration(range.from + (k + 1) * span), count(at.count), ...at.values.map((ns) => list.length ? duration(ns) : '')];
	})));
}

// All of the trace: the numbers of aiotrace report. A part of it: counted here.
function distRow(op, key) {
	const told = report.requests.by_op[op].stages[stages[key].key], points = pointsOf(key);
	if (!told) return null;
	const list = pointsIn(points, range.from, range.to, op);
	if (isAll()) return { op, key, points, list, count: told.count, values: [told.min_ns, told.p50_ns, told.p90_ns, told.p99_ns, told.max_ns] };
	return { op, key, points, list, ...percentiles(points, list, [0, 50, 90, 99, 100]) };
}

function distribution() {
	const rows = operations.flatMap((op) => (isAll() ? Object.keys(stages) : drawn).map((key) => distRow(op, key))).filter((row) => row && (!state.op || row.op === state.op));
	if (!rows.length) {
		fill($('dist'), empty('No request completed: there is no latency to show.'));
		return;
	}
	const values = rows.filter((row) => row.count).flatMap((row) => row.values).filter((ns) => ns > 0);
	const low = Math.log2(Math.min(...values, 1e6)), high = Math.log2(Math.max(2, ...values));
	const drawings = [];
	const body = rows.map((row, i) => {
		const canvas = el('canvas', { class: 'chart mini', role: 'img', 'aria-label': 'Histogram of ' + row.op + ' ' + stages[row.key].label });
		drawings.push(() => drawMini(canvas, row.points, row.list, low, high));
		return [i && rows[i - 1].op === row.op ? '' : row.op, stages[row.key].label, count(row.count), canvas, ...row.values.map((ns) => row.count ? duration(ns) : '')];
	});
	$('distsub').textContent = (isAll() ? 'All of the trace, as aiotrace report counts it' : 'Requests that completed in the range shown' + (sampled ? ', counted in steps of a quarter of a power of two' : '')) +
		'. The small pictures share one log scale, from ' + duration(2 ** low) + ' or less to ' + duration(2 ** high) + '.';
	fill($('dist'), table(null, ['operation', ['stage', 'l'], 'requests', ['spread', 'l'], 'min', 'p50', 'p90', 'p99', 'max'], body, (i) => rows[i].key === 'latency_ns'));
	drawings.forEach((draw) => draw());
}

// Requests by file and operation; make(path, op, i) begins a group.
function byFile(list, make) {
	const paths = requests.raw('path').out, ops = requests.raw('op').out, groups = new Map();
	for (const i of list) {
		const key = ops[i] + ' ' + paths[i];
		if (!groups.has(key)) groups.set(key, Object.assign(make(i), { path: requests.get('path', i) ?? 'unknown file', op: requests.get('op', i) || 'unknown', list: [] }));
		groups.get(key).list.push(i);
	}
	return [...groups.values()];
}

// Files, by the requests that are told one by one.
function files() {
	const groups = byFile(inRange().filter((i) => !Number.isNaN(requests.latency_ns[i])), () => ({}));
	const rows = groups.map((group) => {
		const v = Float64Array.from(group.list, (i) => requests.latency_ns[i]).sort();
		return Object.assign(group, { v, sum: v.reduce((a, b) => a + b, 0), failed: group.list.filter((i) => requests.failed(i)).length });
	}).sort((a, b) => b.sum - a.sum);
	const at = (v, percent) => duration(v[Math.max(0, Math.ceil(v.length * percent / 100) - 1)]);
	fill($('filesbox'), rows.length ? [el('h3', {}, 'By file'), el('p', { class: 'sub' }, 'Where most time was spent waiting comes first' + (rows.length > 12 ? '; 12 of ' + count(rows.length) : '') + (sampled ? '. Of the requests that are told one by one, so counts are not those of the trace' : '') + '.'),
		el('div', { class: 'scroll' }, table(null, [['file', 'wrap'], ['operation', 'l'], 'requests', 'failed', 'p50', 'p99', 'max'], rows.slice(0, 12).map((row) => [name(row.path), row.op, count(row.v.length), count(row.failed), at(row.v, 50), at(row.v, 99), at(row.v, 100)])))] : []);
}

// --- the list of requests, and the search -------------------------------------------------------

const searchable = { op: ['op'], file: ['path'], path: ['path'], pid: ['pid', 'ns_pid'], tid: ['tid'], comm: ['comm'], result: ['result', 'error'], error: ['error'], state: ['state'], id: ['kiocb'], fd: ['fd'], cpu: ['completed_cpu'], data: ['data'], iocb: ['iocb'], context: ['context_nr', 'context'], slot: ['slot'], order: ['poll_order'], tainted: ['tainted'] };

// A word of the search: "column:text" is of that column; a number is an id or a pid; else any name.
function matcher(word) {
	const [, key, text] = word.match(/^([a-z]+):(.*)$/) || [null, null, word];
	const columns = key && searchable[key], wanted = columns ? text.toLowerCase() : word.toLowerCase().replace(/^#/, '');
	const exactly = (i, column) => { const value = requests.get(column, i); return value !== null && String(value).toLowerCase() === wanted; };
	const within = (i, column) => { const value = requests.get(column, i); return value !== null && String(value).toLowerCase().includes(wanted); };
	if (columns) return (i) => columns.some((column) => ['path', 'comm', 'poll_order', 'state'].includes(column) ? within(i, column) : exactly(i, column));
	if (/^#?\d+$/.test(word)) return (i) => exactly(i, 'kiocb') || exactly(i, 'pid') || within(i, 'path');
	return (i) => ['path', 'op', 'error', 'comm', 'state', 'poll_order'].some((column) => within(i, column)) || exactly(i, 'data');
}

// Asked for several times a drawing.
const inRangeMemo = { key: '', list: [] };
function inRange() {
	const key = [range.from, range.to, state.op].join();
	if (inRangeMemo.key === key) return inRangeMemo.list;
	const list = [], all = isAll(), ops = requests.raw('op').out, op = (requests.columns.get('op').texts || []).indexOf(state.op);
	for (let i = 0; i < requests.n; i++)
		if ((all || (requests.when[i] >= range.from && requests.when[i] <= range.to)) && (!state.op || ops[i] === op || (ops[i] === null && state.op === 'unknown'))) list.push(i);
	return Object.assign(inRangeMemo, { key, list }).list;
}

function chosenRequests() {
	const words = state.query.trim().split(/\s+/).filter(Boolean).map(matcher);
	return words.length ? inRange().filter((i) => words.every((matches) => matches(i))) : inRange();
}

// The first ones of the order chosen: a hundred thousand need not be sorted for that.
function firstOf(list, n) {
	const by = requests[state.sort], sign = state.sort === 'when' ? -1 : 1, value = (i) => Number.isNaN(by[i]) ? -Infinity : sign * by[i];
	const least = list.length > n ? Float64Array.from(list, value).sort()[list.length - n] : -Infinity;
	const first = list.filter((i) => value(i) >= least).sort((a, b) => value(b) - value(a)).slice(0, n);
	// Who types a number most likely means that request, whatever else has it in its name.
	const id = Number(state.query.trim().replace(/^#|^id:/, '') || NaN), meant = requests.find(id);
	return meant >= 0 && list.includes(meant) ? [meant, ...first.filter((i) => i !== meant)].slice(0, n) : first;
}

function spans(i) {
	const out = [], add = (key, from, to) => { if (to > from) out.push({ key, from, to }); };
	const completed = requests.completed[i];
	add('submit', requests.born[i], Math.min(requests.returned[i], Number.isNaN(completed) ? Infinity : Math.max(completed, requests.born[i])));
	add('in_flight', Number.isNaN(requests.returned[i]) ? requests.born[i] : requests.returned[i], Number.isNaN(completed) && requests.get('state', i) === 'in-flight' ? end_ns : completed);
	add('unread', completed, requests.reaped[i]);
	return out;
}

// The parts of the block layer, where all bios of the request were seen.
function blockSpans(i) {
	const out = [];
	let at = requests.born[i];
	if (!hasBlocks) return out;
	for (const [key, about] of Object.entries(blockParts)) {
		const ns = requests[key][i];
		if (Number.isNaN(ns)) return [];
		if (ns > 0) out.push({ key: about.key, label: about.label, from: at, to: at + ns });
		at += ns;
	}
	return out;
}

function bars(list, from, width) {
	return list.map((span) => {
		const bar = el('b', { class: 's-' + span.key });
		bar.style.left = (span.from - from) / width * 100 + '%';
		bar.style.width = (span.to - span.from) / width * 100 + '%';
		return bar;
	});
}

const begins = (i) => spans(i).length ? spans(i)[0].from : requests.at[i];
const ends = (i) => Math.max(begins(i), ...spans(i).map((span) => span.to));

function row(i, width) {
	const id = requests.get('kiocb', i), text = what(i);
	return el('button', { type: 'button', class: 'row', 'data-id': id, 'aria-pressed': String(i === state.one), onclick: () => choose(i), title: text },
		el('span', { class: 'mono' }, '#' + id), el('span', {}, requests.get('op', i) || 'unknown'),
		el('span', {}, el('span', { class: 'name' }, text.replace(/^\S+ ?/, '') || '-'), requests.get('tainted', i) ? ' (tainted)' : ''),
		el('span', { class: requests.failed(i) ? 'fail' : null }, result(i)),
		el('span', {}, el('span', { class: 'track' }, bars(spans(i), begins(i), width))), el('span', { class: 'r' }, Number.isNaN(requests.latency_ns[i]) ? requests.get('state', i) : duration(requests.latency_ns[i])));
}

function list() {
	const chosen = chosenRequests(), shown = firstOf(chosen, LISTED);
	const width = Math.max(1, ...shown.map((i) => ends(i) - begins(i)));
	$('reqsub').textContent = !requests.n ? '' : count(chosen.length) + (sampled ? ' of the requests told one by one' : chosen.length === 1 ? ' request' : ' requests') + (isAll() ? '' : ' in the range shown') + (state.query.trim() ? ' match' + (chosen.length === 1 ? 'es' : '') : '') +
		(chosen.length > shown.length ? '; the first ' + shown.length + ' of them' : '') + '. Bars begin at birth and share one scale, up to ' + duration(width) + '. Choose one to see its life.';
	fill($('list'), shown.length ? el('div', { class: 'rows' },
		el('div', { class: 'row head', 'aria-hidden': 'true' }, ...['id', 'operation', 'what', 'result', 'stages', 'latency'].map((text, k) => el('span', { class: k === 5 ? 'r' : null }, text))),
		shown.map((i) => row(i, width))) : empty(requests.n ? 'No request matches.' : callsOnly ? 'At evidence level syscall single requests are not seen.' : 'There are no requests.'));
}

// --- one request ------------------------------------------------------------------------------

function choose(i, scroll) {
	state.one = i;
	history.replaceState(null, '', i < 0 ? '#requests' : '#r' + requests.get('kiocb', i));
	list();
	one();
	if (i >= 0) {
		$('one').focus({ preventScroll: true });
		$('one').scrollIntoView({ block: scroll ? 'start' : 'nearest' });
	}
}

function stageTable(i) {
	const rows = [];
	for (const [key, about] of Object.entries(stages)) {
		const ns = requests[key][i];
		rows.push([about.label, Number.isNaN(ns) ? 'unknown' : el('span', { 'data-stage': key, 'data-ns': ns }, duration(ns)), about.doc + (key === 'unread_ns' && requests.get('reaped_by', i) === 'user' ? '; an upper bound, as the program reads its ring by itself' : '')]);
	}
	return el('div', { class: 'scroll' }, table(null, ['stage', 'took', ['from and to', 'l']], rows));
}

function fieldValue(column, i) {
	const value = requests.get(column.name, i);
	if (column.kind === 'time') return (value / 1e9).toFixed(6) + 's';
	return column.kind === 'bool' ? value ? 'yes' : 'no' : plain(value);
}

function fields(i) {
	return el('dl', { class: 'fields' }, [...requests.columns.values()].filter((column) => requests.get(column.name, i) !== null)
		.map((column) => el('div', { title: column.doc }, el('dt', {}, column.name.replace(/_ns$/, '').replaceAll('_', ' ')), el('dd', {}, fieldValue(column, i)))));
}

// How many others of its context were there at the same time, of those that are told.
function beside(i) {
	const context = requests.raw('context_nr').out, from = begins(i), to = ends(i);
	let n = 0;
	for (let k = 0; k < requests.n; k++)
		if (k !== i && context[k] === context[i] && requests.born[k] < to && requests.completed[k] > from) n++;
	return n;
}

function waterfall(i) {
	const from = begins(i), to = Math.max(ends(i), from + 1), { step, out } = ticks(0, to - from, 6);
	const axis = el('div', { class: 'axis' }, out.map((ns) => {
		const label = el('span', {}, tickLabel(ns, step, to - from));
		label.style.left = ns / (to - from) * 100 + '%';
		return label;
	}));
	const big = (list, kind) => el('div', { class: 'big' + kind, role: 'img', 'aria-label': list.map((span) => (span.label || span.key.replace('_', ' ')) + ' ' + duration(span.to - span.from)).join(', ') }, bars(list, from, to - from));
	const blocks = blockSpans(i);
	return [big(spans(i), ''), blocks.length ? big(blocks, ' parts') : null, axis,
		blocks.length ? el('p', { class: 'legend' }, 'Below, the block layer: ', Object.values(blockParts).map((part) => [el('i', { class: 's-' + part.key }), part.label])) : null];
}

function doubts(i) {
	const parts = [];
	if (requests.get('tainted', i)) parts.push('Records were lost while it was alive: what is told of it may be incomplete.');
	if (requests.get('slot_inferred', i)) parts.push('Its slot is inferred: completions overlapped, and it may be one next to it.');
	if (requests.get('reap_inferred', i)) parts.push('Who reaped it is inferred: readers or completions overlapped.');
	if (requests.get('origin', i) !== 'birth') parts.push('Its origin is ' + requests.get('origin', i) + ': its birth was not seen.');
	return parts.length ? note('warn', parts.map((part) => el('p', {}, part))) : null;
}

function one() {
	const i = state.one;
	if (i < 0) {
		fill($('one'));
		return;
	}
	const id = requests.get('kiocb', i), life = data.lives.find((told) => told.kiocb === id), from = begins(i), width = ends(i) - from, found = report.findings.filter((told) => told.kiocb === id);
	fill($('one'), el('h3', {}, 'Request ' + id + ': ', el('span', { class: 'name' }, what(i)), ' ', badge(requests.failed(i) ? 'bad' : 'info', result(i))),
		found.map((told) => note('bad', told.id + ' ' + told.slug + ': ' + plain(told.message))), doubts(i), waterfall(i), stageTable(i),
		el('p', {}, plural(beside(i), 'other request') + ' of its context ' + (sampled ? 'that are told ' : '') + 'were there at the same time. ',
			el('button', { type: 'button', onclick: () => setRange(from - width * 0.2 - 1000, from + width * 1.2 + 1000) }, 'Zoom to it'), ' ', el('button', { type: 'button', onclick: () => choose(-1) }, 'Close')),
		fields(i), life ? [el('h3', {}, 'Event by event'), el('pre', { tabindex: '0' }, plain(life.text).replaceAll('\\u000a', '\n'))] :
			el('p', { class: 'hint' }, 'Event by event: ', el('code', {}, 'aiotrace timeline --request ' + id + ' FILE')));
}

// --- rings ------------------------------------------------------------------------------------

const ringDrawings = [];

function contextOf(nr) {
	return report.contexts.find((context) => context.context_nr === nr) || {};
}

function ringFigure(ring) {
	const context = contextOf(ring.context_nr), points = ringPoints(ring);
	const canvas = el('canvas', { class: 'chart ring', tabindex: '0', role: 'img', 'aria-label': 'Context ' + ring.context_nr + ' over time: at most ' + context.in_flight_max + ' in flight, at most ' + context.unread_max + ' unread. Numbers are in the table of contexts.' });
	const draw = () => drawRing(canvas, points, context.max_reqs);
	ringDrawings.push(draw);
	interactive(canvas, draw, (x) => {
		const plot = { x0: MARGIN.left, x1: canvas.clientWidth - MARGIN.right };
		if (x < plot.x0 || x > plot.x1) return '';
		const most = ringMost(points, toTime(plot, x), toTime(plot, x + 1));
		return most ? 'at ' + duration(toTime(plot, x)) + '\n' + most.flight + ' in flight, ' + most.unread + ' unread (at most, in ' + duration(Math.max(ring.width_ns, (range.to - range.from) / (plot.x1 - plot.x0))) + ')' : '';
	});
	return el('figure', {}, el('h3', {}, 'Context ' + ring.context_nr + ' ', name((context.comm || '?') + '[' + context.pid + ']'), context.tainted ? ' (tainted)' : ''),
		el('p', { class: 'legend' }, 'asked for ' + count(context.max_reqs) + ', ring of ' + count(context.nr_events) + '; at most ' + count(context.in_flight_max) + ' in flight, ' + count(context.unread_max) + ' unread'), canvas);
}

function contextTable() {
	return table('Contexts', ['context', ['process', 'l'], 'asked for', 'ring', 'completed', 'most in flight', 'most unread', 'read by the kernel', 'by the program', 'never read'],
		report.contexts.slice().sort((a, b) => b.completed - a.completed).slice(0, 50).map((context) => [String(context.context_nr), name(context.comm + '[' + context.pid + ']'), count(context.max_reqs), count(context.nr_events),
			count(context.completed), count(context.in_flight_max), count(context.unread_max), count(context.reaped_kernel), count(context.reaped_user), count(context.never_read)]));
}

function rings() {
	if (callsOnly || !report.contexts.length) {
		fill($('ringcharts'), empty(callsOnly ? 'At evidence level syscall contexts are not seen.' : 'There is no context.'));
		return;
	}
	const busiest = data.rings.slice().sort((a, b) => contextOf(b.context_nr).completed - contextOf(a.context_nr).completed), first = busiest.slice(0, 4), box = el('div', {});
	$('ringsub').textContent = 'How many requests of a context were in flight, and how many events lay unread in its ring: of each moment the most that there was. The busiest contexts come first' + (data.rings_left_out ? '; ' + plural(data.rings_left_out, 'context') + ' that completed less are not drawn' : '') + '.';
	const area = el('i', { class: 's-in_flight' }), line = el('i', {});
	line.style.borderColor = 'var(--unread)';
	line.style.height = '0';
	line.style.borderWidth = '2px 0 0';
	fill($('ringcharts'), el('p', { class: 'legend' }, area, 'in flight (area)', line, 'unread (line)', data.holes.length ? ' · hatched: records are missing' : ''), first.map(ringFigure), box,
		busiest.length > 4 ? el('button', { type: 'button', onclick: (event) => { event.target.remove(); fill(box, busiest.slice(4).map(ringFigure)); ringDrawings.forEach((draw) => draw()); } }, 'Show ' + plural(busiest.length - 4, 'more context')) : null,
		el('details', {}, el('summary', {}, 'Contexts as a table'), el('div', { class: 'scroll' }, contextTable())));
}

// --- time in io_submit, polls, the rest ---------------------------------------------------------

function submits() {
	const { submit_ns, completed, returned } = requests;
	const rows = byFile(inRange().filter((i) => !Number.isNaN(submit_ns[i])), (i) => ({ n: 0, long: 0, inside: 0, sum: 0, worst: i }));
	for (const group of rows)
		for (const i of group.list) {
			group.n++;
			group.sum += submit_ns[i];
			group.long += submit_ns[i] >= 1e6;
			group.inside += completed[i] <= returned[i];
			if (submit_ns[i] > submit_ns[group.worst]) group.worst = i;
		}
	rows.sort((a, b) => b.sum - a.sum).splice(10);
	$('submitsub').textContent = 'io_submit is meant not to block. This is how long it was busy with each request, running or asleep, from the request\'s birth to the end of its part of the call' + (sampled ? '; of the requests that are told one by one' : '') + '.';
	fill($('submits'), rows.length ? el('div', { class: 'scroll' }, table(null, [['file', 'wrap'], ['operation', 'l'], 'requests', 'in all', 'mean', 'longest', 'over 1ms', 'completed inside', 'worst'],
		rows.map((group) => [name(group.path), group.op, count(group.n), duration(group.sum), duration(group.sum / group.n), duration(submit_ns[group.worst]), count(group.long), count(group.inside),
			el('button', { type: 'button', onclick: () => choose(group.worst, true) }, '#' + requests.get('kiocb', group.worst))]))) : empty(callsOnly ? 'At evidence level syscall single requests are not seen, nor how long io_submit took for them.' : 'No submission was seen in this range.'));
}

// A frame of the kernel is a name; one of a program has a function, or a file and where in it.
function frame(at) {
	if (at === null) return '?';
	if (typeof at === 'string') return at + ' [kernel]';
	const where = (at.path || '?').replace(/.*\//, '');
	return (at.function ? at.function + ' [' + where + ']' : where + (at.offset ? '+' + at.offset : '')) + (at.guessed ? ' (guessed)' : '');
}

function stack(row) {
	const frames = (row.kernel || []).concat(row.user || []).map(frame), ops = Object.entries(row.by_op).map(([op, at]) => op + ' ' + count(at.sleeps)).join(', ');
	const files_ = row.files.map((file) => plain(file.path === null ? 'unknown file' : file.path) + ' ' + count(file.sleeps)).join(', ') + (row.other_files ? ' and ' + count(row.other_files) + ' on other files' : '');
	return el('details', { class: 'finding warn', open: true, 'data-stack': row.ns },
		el('summary', {}, el('strong', {}, duration(row.ns)), ' asleep in ' + plural(row.sleeps, 'sleep') + ', at most ' + duration(row.longest_ns), row.comm ? [' · ', name(row.comm)] : null, ops && ' · ' + ops),
		el('p', {}, row.files.length ? 'On: ' + files_ + '. ' : '', row.longest_request ? goTo(row.longest_request, 'Show the longest, #' + row.longest_request) : null),
		frames.length ? el('pre', { tabindex: '0' }, frames.map(plain).join('\n') + (row.user_cut ? '\n(cut off here: no frame pointer leads on)' : '')) : el('p', { class: 'hint' }, 'No stack was told: these sleeps were shorter than ' + duration(report.blocked.over_ns) + ', or records are missing.'));
}

// Only where the trace was recorded with --blocked-over.
function blocked() {
	const told = report.blocked, shown = 10;
	if (!told) {
		fill($('blocked'), callsOnly ? null : el('p', { class: 'hint' }, 'Whether the thread ran or slept is not known: it was not watched. ', el('code', {}, 'aiotrace record --blocked-over 1ms'), ' tells, with the stacks of the sleeps.'));
		return;
	}
	const all = told.calls, part = (ns) => all.in_call_ns ? ' (' + Math.round(ns / all.in_call_ns * 100) + '%)' : '';
	fill($('blocked'), el('h3', {}, 'What blocked it'), el('p', {}, plural(all.watched, 'call') + ' of io_submit took ' + duration(all.in_call_ns) + ' in all: asleep ' + duration(all.asleep_ns) + part(all.asleep_ns) + ', waiting for a CPU ' + duration(all.waited_ns) + part(all.waited_ns) + ', running ' + duration(all.running_ns) + part(all.running_ns) + '. ' +
		count(all.blocked) + ' of them slept for ' + duration(told.over_ns) + ' or longer at a time.' + (all.not_returned ? ' ' + count(all.not_returned) + ' had not returned when the trace ended.' : '') + (all.tainted ? ' Records were lost within ' + count(all.tainted) + '.' : '')),
	told.stacks.slice(0, shown).map(stack), told.stacks.length > shown ? el('p', { class: 'hint' }, 'And ' + plural(told.stacks.length - shown, 'more stack') + ': aiotrace report --json has them all.') : null);
}

function polls() {
	const orders = Object.entries(report.poll_orders || {}).filter(([, n]) => n), all = orders.reduce((sum, [, n]) => sum + n, 0);
	fill($('pollbox'), orders.length ? [el('p', { class: 'sub' }, plural(all, 'poll request') + ', by the order of wake-up and decision.'), orders.sort((a, b) => b[1] - a[1]).map(([order, n]) => {
		const bar = el('b', {});
		bar.style.width = n / all * 100 + '%';
		return el('div', { class: 'hbar' }, el('button', { type: 'button', title: 'Show these requests', onclick: () => searchFor('order:' + order) }, order), el('span', { class: 'r' }, count(n) + ' · ' + Math.round(n / all * 100) + '%'), el('span', {}, bar), el('span', { class: 'd' }, data.poll_orders[order]));
	})] : empty(callsOnly ? 'At evidence level syscall single requests are not seen.' : 'No poll request was seen.'));
}

function tally(errors) {
	return Object.entries(errors).map(([error, n]) => error + ' ' + count(n)).join(', ');
}

function calls() {
	const all = report.calls;
	const rows = [['io_setup', count(all.io_setup.ok), tally(all.io_setup.failed), ''],
		['io_submit', count(all.io_submit.calls), tally(all.io_submit.failed), count(all.io_submit.iocbs) + ' iocbs; a call took ' + count(all.io_submit.batch_p50) + ' (p50), at most ' + count(all.io_submit.batch_max)],
		['io_getevents', count(all.io_getevents.calls), tally(all.io_getevents.failed), count(all.io_getevents.events) + ' events' + (all.io_getevents.calls ? ', ' + (all.io_getevents.events / all.io_getevents.calls).toFixed(1) + ' a call' : '')],
		['io_cancel', count(Object.values(all.io_cancel).reduce((a, b) => a + b, 0)), '', tally(all.io_cancel)], ['io_destroy', count(all.io_destroy.ok), tally(all.io_destroy.failed), '']];
	return [el('h3', {}, 'System calls'), el('div', { class: 'scroll' }, table(null, ['call', 'times', ['failed', 'l'], ['', 'wrap']], rows))];
}

function processes() {
	return report.processes ? [el('h3', {}, 'Calls by process'), el('div', { class: 'scroll' }, table(null, ['process', 'io_submit', 'iocbs', 'accepted', 'most', 'io_getevents', 'events', 'time in it', ['errors', 'l']], report.processes.map((one_) => [name((one_.comm || '?') + '[' + one_.pid + ']'), count(one_.io_submit.calls), count(one_.io_submit.iocbs), count(one_.io_submit.accepted), count(one_.io_submit.batch_max), count(one_.io_getevents.calls), count(one_.io_getevents.events), duration(one_.io_getevents.time_ns), tally(one_.io_submit.failed)])))] : null;
}

function completions() {
	const by = report.completions, where = (object) => Object.entries(object).filter(([, n]) => n).map(([key, n]) => key + ' ' + count(n)).join(', ');
	if (!by) return null;
	const { last_put_by: parties, ...places } = by;
	return [el('h3', {}, 'Completions'), el('p', {}, 'Completed in: ' + (where(places) || 'none') + '. Last reference dropped by: ' + (where(parties) || 'none') + '.')];
}

function more() {
	fill($('morebox'), processes(), calls(), completions(), data.holes.length ? [el('h3', {}, 'Holes'), el('pre', {}, data.holes.map((hole) => plain(hole.text).replaceAll('\\u000a', '\n')).join(''))] : null);
	$('about').textContent = 'Made by aiotrace export --to html. This file holds all of its data and asks nothing of any network. Times are since the first record of the trace; a request counts where it completed. ' +
		(sampled ? 'The heat map has columns of ' + duration(data.heat.width_ns) + ' at best; lists and files are of ' + count(requests.n) + ' of ' + plural(requests.total, 'request') + '.' : 'All ' + plural(requests.total, 'request') + ' are told one by one: charts count them exactly.') +
		' Rings over time keep the most there was in each piece of time, at most 2048 pieces a context.';
}

// --- all together -----------------------------------------------------------------------------

function searchFor(query) {
	$('search').value = state.query = query;
	list();
	$('requests').scrollIntoView();
}

function showRange() {
	const shown = inRange().length;
	fill($('range'), el('strong', {}, isAll() ? 'All of it' : duration(range.from) + ' to ' + duration(range.to)), ' (' + duration(range.to - range.from) + '), ',
		el('span', { id: 'shown', 'data-value': shown }, callsOnly ? 'requests are not seen' : plural(shown, 'request') + (sampled ? ' told' : '')), state.op ? ' of ' + state.op : '');
	$('reset').disabled = isAll();
}

function draw() {
	showRange();
	if (!callsOnly) {
		latency();
		distribution();
		files();
	}
	list();
	submits();
	ringDrawings.forEach((drawRing_) => drawRing_());
}

let due = false;
function later() {
	if (!due) requestAnimationFrame(() => { due = false; draw(); });
	due = true;
}

function theme(dark) {
	document.documentElement.dataset.theme = dark ? 'dark' : 'light';
	$('theme').textContent = dark ? 'Light' : 'Dark';
	$('theme').setAttribute('aria-label', 'Switch to ' + (dark ? 'light' : 'dark') + ' colours');
}

function controls() {
	options($('op'), [['', 'all'], ...operations.map((op) => [op, op])], state.op, (value) => { state.op = value; later(); });
	options($('stage'), drawn.map((key) => [key, stages[key].label]), state.stage, (value) => { state.stage = value; later(); });
	options($('sort'), [...Object.entries(stages).map(([key, stage]) => [key, stage.label + ', longest first']), ['when', 'time']], state.sort, (value) => { state.sort = value; list(); });
	$('search').addEventListener('input', () => { state.query = $('search').value; list(); });
	$('reset').addEventListener('click', () => setRange(0, total_ns));
	$('zoomin').addEventListener('click', () => zoom(0.5));
	$('zoomout').addEventListener('click', () => zoom(2));
	fill($('stagelegend'), ['submit', 'in_flight', 'unread'].map((key) => [el('i', { class: 's-' + key }), key.replace('_', ' ')]).flat());
	interactive($('heat'), () => drawHeat($('heat'), state), heatHover, (x, y) => { const i = heat && heat.dots ? heatNearest(x, y) : -1; if (i >= 0) choose(i, true); });
}

// The system's colours until the reader chooses; paper is light.
function themes() {
	const system = matchMedia('(prefers-color-scheme: dark)');
	let dark = system.matches, chosen = false;
	const set = (to) => { theme(to); draw(); };
	system.addEventListener('change', () => { if (!chosen) set(dark = system.matches); });
	$('theme').addEventListener('click', () => { chosen = true; set(dark = !dark); });
	addEventListener('beforeprint', () => set(false));
	addEventListener('afterprint', () => set(dark));
	theme(dark);
}

function start() {
	overview();
	findings();
	controls();
	themes();
	if (callsOnly) fill($('time'), el('h2', {}, 'Latency'), empty('At evidence level syscall single requests are not seen, and so no latency.'));
	rings();
	blocked();
	polls();
	more();
	onRange = later;
	draw();
	addEventListener('resize', later);
	const asked = location.hash.match(/^#r(\d+)$/), found = asked ? requests.find(Number(asked[1])) : -1;
	if (found >= 0) choose(found, true);
	document.documentElement.dataset.ready = 'yes';
}

start();
