// SPDX-License-Identifier: GPL-2.0-only
// data.js - what the page is told, taken apart; numbers as people read them; elements.
//
// Names in the data come from processes and files, and may hold anything: they become text of elements,
// never markup.
'use strict';

const data = JSON.parse(document.getElementById('data').textContent);
const report = data.report;
const callsOnly = report.requests.completed === null;

// --- text -----------------------------------------------------------------------------------

// Three digits, in the unit that reads best, as the command line has it.
function three(number) {
	return number.toFixed(number < 10 ? 2 : number < 100 ? 1 : 0);
}

function duration(ns) {
	if (ns === null || ns === undefined || Number.isNaN(ns)) return 'unknown';
	if (ns === 0) return '0';
	const sign = ns < 0 ? '-' : '', abs = Math.abs(ns);
	if (abs < 999.5) return sign + Math.round(abs) + 'ns';
	if (abs < 999.5e3) return sign + three(abs / 1e3) + 'us';
	if (abs < 999.5e6) return sign + three(abs / 1e6) + 'ms';
	if (abs < 599.5e9) return sign + three(abs / 1e9) + 's';
	const seconds = Math.round(abs / 1e9);
	return sign + Math.floor(seconds / 60) + 'm' + String(seconds % 60).padStart(2, '0') + 's';
}

function size(bytes) {
	const units = ['', 'K', 'M', 'G', 'T', 'P'];
	let unit = 0, number = bytes;
	while (Math.abs(number) >= 1024 && unit < units.length - 1) {
		number /= 1024;
		unit++;
	}
	return (Number.isInteger(number) ? String(number) : three(number)) + units[unit];
}

function count(number) {
	return number === null || number === undefined ? 'unknown' : number.toLocaleString('en-US');
}

function plural(number, one, many) {
	return count(number) + ' ' + (number === 1 ? one : many || one + 's');
}

// What does not show, or turns text around, shows as its number.
function plain(text) {
	return String(text).replace(/[\u0000-\u001f\u007f-\u009f\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]/gu,
		(c) => '\\u' + c.codePointAt(0).toString(16).padStart(4, '0'));
}

// --- elements -------------------------------------------------------------------------------

const $ = (id) => document.getElementById(id);

// An element with properties and children; text and numbers become text.
function el(tag, props, ...children) {
	const element = document.createElement(tag);
	for (const [name, value] of Object.entries(props || {})) {
		if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
		else if (name === 'class') element.className = value;
		else if (value !== null && value !== undefined && value !== false)
			element.setAttribute(name, value === true ? '' : value);
	}
	for (const child of children.flat(Infinity))
		if (child !== null && child !== undefined && child !== false) element.append(child);
	return element;
}

function fill(element, ...children) {
	element.replaceChildren(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
}

const name = (text) => el('span', { class: 'name' }, plain(text));
const note = (kind, ...children) => el('div', { class: 'note ' + kind }, ...children);
const badge = (kind, text) => el('span', { class: 'badge ' + kind }, text);
const empty = (text) => el('p', { class: 'empty' }, text);

// A table: heads are texts, or [text, class]; rows are arrays of texts or elements.
function table(caption, heads, rows, mark) {
	const cells = (tag, row) => row.map((cell, i) => el(tag,
		{ class: Array.isArray(heads[i]) ? heads[i][1] : null, scope: tag === 'th' ? 'col' : null },
		tag === 'th' && Array.isArray(cell) ? cell[0] : cell));
	return el('table', {}, caption && el('caption', {}, caption), el('thead', {}, el('tr', {}, cells('th', heads))),
		el('tbody', {}, rows.map((row, i) => el('tr', { class: mark && mark(i) ? 'hi' : null }, cells('td', row)))));
}

// --- requests -------------------------------------------------------------------------------

// Each column is told as one value for most rows and the others, or each as what it is more than
// the one above (cli/lib/view_html_rows.c).
function decode(column, n) {
	// Of a column without a single value it is not told what they would be.
	const none = column.usual === null && !column.others.length, numbers = column.kind === 'time' || (column.kind === 'int' && !none);
	const out = numbers ? new Float64Array(n).fill(NaN) : new Array(n).fill(null);
	const loose = [];	// what no number can hold
	const put = (i, value) => {
		if (typeof value === 'string' && out instanceof Float64Array) loose.push([i, value]);
		else if (value !== null) out[i] = value;
	};
	if (column.dense) {
		let sum = 0;
		column.dense.forEach((value, i) => put(i, typeof value === 'number' ? sum += value : value));
	} else {
		if (column.usual !== null)
			for (let i = 0; i < n; i++) put(i, column.usual);
		for (let i = 0, at = 0; i < column.others.length; i += 2) {
			at += column.others[i];
			if (column.others[i + 1] === null) out[at] = out instanceof Float64Array ? NaN : null;
			else put(at, column.others[i + 1]);
		}
	}
	return { out, loose: new Map(loose) };
}

class Requests {
	constructor(told) {
		this.total = told.total;
		this.n = told.told;
		this.told = told;
		this.columns = new Map(told.columns.map((column) => [column.name, column]));
		this.done = new Map();
		this.at = new Float64Array(this.n);
		let sum = 0;
		told.at_ns.forEach((value, i) => { this.at[i] = value === null ? NaN : sum += value; });
		this.stages();
	}

	raw(column) {
		if (!this.done.has(column)) this.done.set(column, decode(this.columns.get(column), this.n));
		return this.done.get(column);
	}

	// A value as the trace has it; null for what is not known. Times are since the trace's beginning.
	get(column, i) {
		const { out, loose } = this.raw(column), about = this.columns.get(column);
		const value = loose.has(i) ? loose.get(i) : out[i];
		if (value === null || Number.isNaN(value)) return null;
		if (about.kind === 'text') return about.texts[value];
		if (about.kind === 'time') return this.at[i] + value;
		if (about.kind === 'hex' && typeof value === 'number') return '0x' + value.toString(16);
		if (about.kind === 'bool') return value === 1;
		return value;
	}

	times(column) {
		const { out } = this.raw(column);
		return out.map((value, i) => this.at[i] + value);
	}

	// The same arithmetic as in aiotrace: no stage is shorter than nothing.
	stages() {
		const between = (from, to) => from.map((value, i) => Math.max(0, to[i] - value));
		const born = this.born = this.times('born_ns'), returned = this.returned = this.times('returned_ns');
		const completed = this.completed = this.times('completed_ns'), reaped = this.reaped = this.times('reaped_ns');
		this.submit_ns = between(born, returned);
		this.in_flight_ns = between(returned, completed);
		this.unread_ns = between(completed, reaped);
		this.latency_ns = between(born, completed);
		for (const part of Object.keys(blockParts)) this[part] = Float64Array.from(this.raw(part).out, (value) => value ?? NaN);
		// A request counts where it completed; one that never did, where it is last heard of.
		this.when = completed.map((value, i) => !Number.isNaN(value) ? value : !Number.isNaN(returned[i]) ? returned[i] : this.at[i]);
	}

	find(id) {
		const ids = this.raw('kiocb').out;
		let from = 0, to = this.n;
		while (from < to) {
			const middle = (from + to) >> 1;
			if (ids[middle] < id) from = middle + 1;
			else to = middle;
		}
		return from < this.n && ids[from] === id ? from : -1;
	}

	failed(i) {
		this.errors = this.errors || this.raw('error').out;
		return this.errors[i] !== null;
	}
}

// What the block layer did (--hooks block): one behind the other they are the latency.
const blockParts = {
	before_block_ns: { label: 'to block', key: 'before_block', doc: 'birth until its first bio was queued at the block layer' },
	queued_ns: { label: 'queued', key: 'queued', doc: 'from there until a driver was given the first one' },
	device_ns: { label: 'device', key: 'device', doc: 'from there until a device was through with the last one' },
	after_block_ns: { label: 'from block', key: 'after_block', doc: 'from there to completion' },
};

const requests = new Requests(data.requests);
const sampled = Boolean(data.heat);
const total_ns = Math.max(report.duration_ns, 1);
const end_ns = Math.max(data.end_ns, total_ns);	// what is in flight then lasted until then

const stages = {
	latency_ns: { label: 'latency', key: 'latency', doc: 'birth to completion' },
	submit_ns: { label: 'submit', key: 'submit', doc: 'birth to the end of its part of io_submit' },
	in_flight_ns: { label: 'in flight', key: 'in_flight', doc: 'from there to completion' },
	unread_ns: { label: 'unread', key: 'unread', doc: 'completion until somebody took the event' },
};
const operations = Object.keys(report.requests.by_op || {});
const hasBlocks = operations.some((op) => report.requests.by_op[op].stages.device);
if (hasBlocks) Object.assign(stages, blockParts);
// Of what is drawn from a sample's grids there are those of the stages that all requests have.
const drawn = Object.keys(stages).filter((key) => !sampled || !(key in blockParts));

// --- points: when, how long, of which operation, and of how many requests ---------------------

// A cell of the heat map that aiotrace counted, as a point in its middle.
function pointsOfGrids(stage) {
	const grids = data.heat.grids.filter((grid) => grid.stage === stage);
	const n = grids.reduce((sum, grid) => sum + grid.cells.length / 3, 0);
	const points = { n, t: new Float64Array(n), v: new Float64Array(n), op: new Array(n), w: new Float64Array(n), width: data.heat.width_ns, row: null };
	let k = 0;
	for (const grid of grids) {
		let at = 0;
		for (let i = 0; i < grid.cells.length; i += 3, k++) {
			at += grid.cells[i];
			const row = grid.cells[i + 1], low = 2 ** (row >> 2), step = low / 4;
			points.t[k] = data.heat.first_ns + (at + 0.5) * data.heat.width_ns;
			points.v[k] = low + ((row & 3) + 0.5) * step;
			points.op[k] = grid.op;
			points.w[k] = grid.cells[i + 2];
		}
	}
	return points;
}

function pointsOfRequests(stage) {
	const v = requests[stage], op = requests.n ? requests.raw('op').out : [], texts = requests.columns.get('op').texts;
	const list = [];
	for (let i = 0; i < requests.n; i++)
		if (!Number.isNaN(v[i]) && requests.get('state', i) !== 'refused') list.push(i);
	return {
		n: list.length, width: 0, row: list,
		t: Float64Array.from(list, (i) => requests.when[i]), v: Float64Array.from(list, (i) => v[i]),
		op: list.map((i) => op[i] === null ? 'unknown' : texts[op[i]]), w: null,
	};
}

const pointCache = new Map();
function pointsOf(stage) {
	if (!pointCache.has(stage)) {
		const points = sampled ? pointsOfGrids(stage) : pointsOfRequests(stage);
		points.byOp = new Map(operations.map((op) => [op, []]));
		points.op.forEach((op, i) => { if (points.byOp.has(op)) points.byOp.get(op).push(i); });
		pointCache.set(stage, points);
	}
	return pointCache.get(stage);
}

// Numbers of points within a range, of an operation or all.
function pointsIn(points, from, to, op) {
	const list = [], all = op ? points.byOp.get(op) || [] : null, n = all ? all.length : points.n;
	for (let k = 0; k < n; k++) {
		const i = all ? all[k] : k;
		if (points.t[i] >= from && points.t[i] <= to) list.push(i);
	}
	return list;
}

// The values that some percents of all do not exceed; as aiotrace counts, but exact.
function percentiles(points, list, percents) {
	const order = list.slice().sort((a, b) => points.v[a] - points.v[b]);
	const weight = (i) => points.w ? points.w[i] : 1;
	const all = order.reduce((sum, i) => sum + weight(i), 0);
	const out = percents.map(() => NaN);
	let seen = 0;
	for (const i of order) {
		seen += weight(i);
		percents.forEach((percent, k) => {
			if (Number.isNaN(out[k]) && seen >= Math.max(1, Math.ceil(percent * all / 100))) out[k] = points.v[i];
		});
	}
	return { count: all, values: out };
}
