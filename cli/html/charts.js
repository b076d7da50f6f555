// SPDX-License-Identifier: GPL-2.0-only
// charts.js - what is drawn: heat map, rings, small histograms; and the range of time they share.

const MARGIN = { left: 66, right: 14, top: 10, bottom: 24 };
const DOTS = 1500;	// up to so many requests are drawn one by one

const range = { from: 0, to: total_ns };
let onRange = () => {};

function setRange(from, to) {
	const least = Math.min(1000, total_ns);
	from = Math.max(0, Math.min(from, total_ns));
	to = Math.max(0, Math.min(to, total_ns));
	if (to - from < least) to = Math.min(total_ns, from + least);
	if (to - from < least) from = Math.max(0, to - least);
	range.from = from;
	range.to = to;
	onRange();
}

function zoom(factor, around) {
	const width = (range.to - range.from) * factor, middle = around === undefined ? (range.from + range.to) / 2 : around;
	setRange(middle - width / 2, middle + width / 2);
}

function pan(part) {
	const width = range.to - range.from, by = Math.max(-range.from, Math.min(width * part, total_ns - range.to));
	setRange(range.from + by, range.to + by);
}

// --- drawing --------------------------------------------------------------------------------

function style(variable) {
	return getComputedStyle(document.documentElement).getPropertyValue(variable).trim();
}

function colours() {
	const triple = (variable) => style(variable).split(',').map(Number);
	return { ink: style('--ink'), dim: style('--dim'), line: style('--line'), bg: style('--bg'), bad: style('--bad'),
		mark: style('--mark'), flight: style('--flight'), unread: style('--unread'), heat0: triple('--heat0'), heat1: triple('--heat1') };
}

// A canvas as large as it shows, in its own pixels.
function begin(canvas) {
	const width = Math.max(canvas.clientWidth, 1), height = Math.max(canvas.clientHeight, 1), dense = window.devicePixelRatio || 1;
	canvas.width = Math.round(width * dense);
	canvas.height = Math.round(height * dense);
	const g = canvas.getContext('2d');
	g.setTransform(dense, 0, 0, dense, 0, 0);
	g.clearRect(0, 0, width, height);
	g.font = '12px system-ui, "Liberation Sans", sans-serif';
	return { g, width, height, x0: MARGIN.left, x1: width - MARGIN.right, y0: MARGIN.top, y1: height - MARGIN.bottom, c: colours() };
}

const toX = (plot, t) => plot.x0 + (t - range.from) / (range.to - range.from) * (plot.x1 - plot.x0);
const toTime = (plot, x) => range.from + (x - plot.x0) / (plot.x1 - plot.x0) * (range.to - range.from);

// Steps of 1, 2 or 5 that make about so many ticks.
function ticks(from, to, about) {
	const raw = (to - from) / about, power = 10 ** Math.floor(Math.log10(raw)), out = [];
	const step = [1, 2, 5, 10].map((k) => k * power).find((s) => s >= raw);
	for (let k = Math.ceil(from / step); k * step <= to; k++) out.push(k * step);
	return { step, out };
}

// Ticks of one axis have one unit, and no more digits than tell them apart.
function tickLabel(ns, step, largest) {
	const [unit, per] = largest >= 1e9 ? ['s', 1e9] : largest >= 1e6 ? ['ms', 1e6] : largest >= 1e3 ? ['us', 1e3] : ['ns', 1];
	return (ns / per).toFixed(Math.max(0, Math.ceil(-Math.log10(step / per) - 1e-9))) + unit;
}

function timeAxis(plot) {
	const { g, c } = plot, { step, out } = ticks(range.from, range.to, Math.max(2, (plot.x1 - plot.x0) / 110));
	g.strokeStyle = c.line;
	g.fillStyle = c.dim;
	g.textBaseline = 'top';
	for (const t of out) {
		const x = Math.round(toX(plot, t)) + 0.5, text = tickLabel(t, step, range.to), half = g.measureText(text).width / 2;
		g.beginPath();
		g.moveTo(x, plot.y1);
		g.lineTo(x, plot.y1 + 4);
		g.stroke();
		g.textAlign = 'left';
		g.fillText(text, Math.max(plot.x0 - 10, Math.min(x - half, plot.width - 2 * half)), plot.y1 + 7);
	}
	g.beginPath();
	g.moveTo(plot.x0, plot.y1 + 0.5);
	g.lineTo(plot.x1, plot.y1 + 0.5);
	g.stroke();
	holes(plot);
}

// Where records are missing: hatched, so that it is no colour alone.
function holes(plot) {
	const { g, c } = plot;
	for (const hole of data.holes) {
		const from = Math.max(plot.x0, toX(plot, hole.from_ns)), to = Math.min(plot.x1, Math.max(toX(plot, hole.to_ns), from + 3));
		if (to <= plot.x0 || from >= plot.x1) continue;
		g.save();
		g.beginPath();
		g.rect(from, plot.y0, to - from, plot.y1 - plot.y0);
		g.clip();
		g.strokeStyle = c.bad;
		for (let x = from - plot.height; x < to; x += 6) {
			g.beginPath();
			g.moveTo(x, plot.y1);
			g.lineTo(x + plot.height, plot.y1 - plot.height);
			g.stroke();
		}
		g.restore();
	}
}

function valueLine(plot, y, text, dash) {
	const { g, c } = plot;
	g.strokeStyle = c.line;
	g.setLineDash(dash || []);
	g.beginPath();
	g.moveTo(plot.x0, Math.round(y) + 0.5);
	g.lineTo(plot.x1, Math.round(y) + 0.5);
	g.stroke();
	g.setLineDash([]);
	g.fillStyle = c.dim;
	g.textAlign = 'right';
	g.textBaseline = 'middle';
	g.fillText(text, plot.x0 - 7, y);
}

function nothing(plot, text) {
	plot.g.fillStyle = plot.c.dim;
	plot.g.textAlign = 'center';
	plot.g.textBaseline = 'middle';
	plot.g.fillText(text, (plot.x0 + plot.x1) / 2, (plot.y0 + plot.y1) / 2);
}

// --- tooltips, and a range chosen by dragging --------------------------------------------------

function tip(x, y, text) {
	const box = $('tip');
	box.hidden = !text;
	if (!text) return;
	box.textContent = text;
	box.style.left = Math.max(4, Math.min(x + 14, window.innerWidth - box.offsetWidth - 8)) + 'px';
	box.style.top = (y + 18 + box.offsetHeight > window.innerHeight ? y - box.offsetHeight - 10 : y + 18) + 'px';
}

// hover(x, y) tells what is there; click(x, y) may act on it; redraw() draws without the drag.
function interactive(canvas, redraw, hover, click) {
	let start = null;
	const plotOf = () => ({ x0: MARGIN.left, x1: canvas.clientWidth - MARGIN.right });
	const clamp = (x) => Math.max(MARGIN.left, Math.min(x, canvas.clientWidth - MARGIN.right));
	canvas.addEventListener('pointerdown', (event) => {
		if (event.button) return;
		start = clamp(event.offsetX);
		canvas.setPointerCapture(event.pointerId);
	});
	canvas.addEventListener('pointermove', (event) => {
		if (start === null) {
			tip(event.clientX, event.clientY, hover(event.offsetX, event.offsetY));
			return;
		}
		const x = clamp(event.offsetX), g = canvas.getContext('2d');
		redraw();
		g.globalAlpha = 0.25;
		g.fillStyle = style('--mark');
		g.fillRect(Math.min(start, x), MARGIN.top, Math.abs(x - start), canvas.clientHeight - MARGIN.top - MARGIN.bottom);
		g.globalAlpha = 1;
		const a = toTime(plotOf(), start), b = toTime(plotOf(), x);
		tip(event.clientX, event.clientY, duration(Math.min(a, b)) + ' to ' + duration(Math.max(a, b)) + '\n' + duration(Math.abs(b - a)));
	});
	canvas.addEventListener('pointerup', (event) => {
		const x = clamp(event.offsetX), from = start;
		start = null;
		tip();
		if (from === null) return;
		if (Math.abs(x - from) < 4) {
			if (click) click(event.offsetX, event.offsetY);
			return;
		}
		setRange(toTime(plotOf(), Math.min(from, x)), toTime(plotOf(), Math.max(from, x)));
	});
	canvas.addEventListener('pointercancel', () => { start = null; redraw(); });
	canvas.addEventListener('pointerleave', () => tip());
	canvas.addEventListener('dblclick', () => setRange(0, total_ns));
	canvas.addEventListener('keydown', (event) => {
		const act = { ArrowLeft: () => pan(-0.25), ArrowRight: () => pan(0.25), '+': () => zoom(0.5), '=': () => zoom(0.5), '-': () => zoom(2), Escape: () => setRange(0, total_ns), 0: () => setRange(0, total_ns) }[event.key];
		if (!act || event.ctrlKey || event.metaKey) return;
		event.preventDefault();
		act();
	});
}

// --- latency over time ------------------------------------------------------------------------

// What the last drawing of the heat map was made of, for who points at it.
let heat = null;

function heatScale(points, list) {
	let low = Infinity, high = 0;
	for (const i of list) {
		low = Math.min(low, Math.max(points.v[i], 1));
		high = Math.max(high, Math.max(points.v[i], 1));
	}
	if (!list.length) [low, high] = [1e3, 1e6];
	return { low: Math.floor(Math.log2(low) * 4) / 4, high: Math.max(Math.ceil(Math.log2(high) * 4 + 0.01) / 4, Math.floor(Math.log2(low)) + 1) };
}

function heatCells(plot, points, list) {
	const span = range.to - range.from, scale = heatScale(points, list);
	let columns = Math.max(1, Math.min(180, Math.floor((plot.x1 - plot.x0) / 6)));
	if (points.width) columns = Math.max(1, Math.min(columns, Math.floor(span / points.width)));
	const rows = Math.round((scale.high - scale.low) * 4), cells = new Float64Array(columns * rows);
	for (const i of list) {
		const column = Math.min(columns - 1, Math.floor((points.t[i] - range.from) / span * columns));
		const row = Math.max(0, Math.min(rows - 1, Math.floor((Math.log2(Math.max(points.v[i], 1)) - scale.low) * 4)));
		cells[column * rows + row] += points.w ? points.w[i] : 1;
	}
	return { points, list, scale, columns, rows, cells, most: cells.reduce((a, b) => Math.max(a, b), 1), dots: !points.w && list.length <= DOTS };
}

const heatY = (plot, scale, ns) => plot.y1 - (Math.log2(Math.max(ns, 1)) - scale.low) / (scale.high - scale.low) * (plot.y1 - plot.y0);

function heatColour(c, part) {
	return 'rgb(' + c.heat0.map((from, i) => Math.round(from + (c.heat1[i] - from) * part)).join(',') + ')';
}

// A power of ten a line; where there is little room between the ends, powers of two.
function heatAxis(plot, scale) {
	const base = scale.high - scale.low > 5 ? 10 : 2;
	for (let k = Math.ceil(scale.low * Math.log(2) / Math.log(base) - 1e-9); base ** k <= 2 ** scale.high * 1.0001; k++)
		valueLine(plot, heatY(plot, scale, base ** k), duration(base ** k));
}

function drawDots(plot, made) {
	const { g, c } = plot;
	for (const i of made.list) {
		const x = toX(plot, made.points.t[i]), y = heatY(plot, made.scale, made.points.v[i]);
		if (requests.failed(made.points.row[i])) {
			cross(plot, x, y);
			continue;
		}
		g.fillStyle = c.flight;
		g.globalAlpha = 0.75;
		g.fillRect(x - 2, y - 2, 4, 4);
		g.globalAlpha = 1;
	}
}

function cross(plot, x, y) {
	const { g, c } = plot;
	g.strokeStyle = c.bad;
	g.lineWidth = 1.6;
	g.beginPath();
	for (const sign of [1, -1]) {
		g.moveTo(x - 4, y - 4 * sign);
		g.lineTo(x + 4, y + 4 * sign);
	}
	g.stroke();
	g.lineWidth = 1;
}

function drawCells(plot, made) {
	const { g, c } = plot, w = (plot.x1 - plot.x0) / made.columns, h = (plot.y1 - plot.y0) / made.rows;
	for (let column = 0; column < made.columns; column++)
		for (let row = 0; row < made.rows; row++) {
			const n = made.cells[column * made.rows + row];
			if (!n) continue;
			g.fillStyle = heatColour(c, Math.log(n) / Math.log(Math.max(made.most, 2)));
			g.fillRect(plot.x0 + column * w, plot.y1 - (row + 1) * h, Math.ceil(w * 10) / 10, Math.ceil(h * 10) / 10);
		}
	if (sampled) return;
	for (const i of made.list)
		if (requests.failed(made.points.row[i])) cross(plot, toX(plot, made.points.t[i]), heatY(plot, made.scale, made.points.v[i]));
}

function drawHeat(canvas, state) {
	const plot = begin(canvas), points = pointsOf(state.stage);
	const made = heatCells(plot, points, pointsIn(points, range.from, range.to, state.op));
	heatAxis(plot, made.scale);
	if (!made.list.length) nothing(plot, 'no request in this range whose ' + stages[state.stage].label + ' is known');
	else if (made.dots) drawDots(plot, made);
	else drawCells(plot, made);
	timeAxis(plot);
	heat = Object.assign(made, { plot });
	return made;
}

// The request next to a place, where they are drawn one by one.
function heatNearest(x, y) {
	let best = -1, least = 100;
	for (const i of heat.list) {
		const far = (toX(heat.plot, heat.points.t[i]) - x) ** 2 + (heatY(heat.plot, heat.scale, heat.points.v[i]) - y) ** 2;
		if (far < least) [best, least] = [i, far];
	}
	return best < 0 ? -1 : heat.points.row[best];
}

function heatHover(x, y) {
	if (!heat || x < heat.plot.x0 || x > heat.plot.x1 || y < heat.plot.y0 || y > heat.plot.y1) return '';
	if (heat.dots) {
		const i = heatNearest(x, y);
		return i < 0 ? '' : 'request ' + requests.get('kiocb', i) + ', ' + what(i) + '\n' + duration(requests.latency_ns[i]) + ' latency, completed at ' + duration(requests.when[i]) + '\nclick to see its life';
	}
	const column = Math.floor((x - heat.plot.x0) / (heat.plot.x1 - heat.plot.x0) * heat.columns);
	const row = Math.floor((heat.plot.y1 - y) / (heat.plot.y1 - heat.plot.y0) * heat.rows);
	const n = heat.cells[column * heat.rows + row] || 0, span = (range.to - range.from) / heat.columns;
	const low = 2 ** (heat.scale.low + row / 4);
	let above = 0, all = 0;
	for (let k = 0; k < heat.rows; k++) {
		all += heat.cells[column * heat.rows + k] || 0;
		if (k >= row) above += heat.cells[column * heat.rows + k] || 0;
	}
	return plural(n, 'request') + ' of ' + duration(low) + ' to ' + duration(low * 2 ** 0.25) + '\nat ' + duration(range.from + column * span) + ', for ' + duration(span) +
		'\nof ' + count(all) + ' that completed then, ' + count(above) + ' took as long or longer';
}

// --- small histograms -------------------------------------------------------------------------

function drawMini(canvas, points, list, low, high) {
	const plot = begin(canvas), bins = new Float64Array(50), { g, c } = plot;
	for (const i of list) {
		const bin = Math.floor((Math.log2(Math.max(points.v[i], 1)) - low) / Math.max(high - low, 0.01) * bins.length);
		bins[Math.max(0, Math.min(bins.length - 1, bin))] += points.w ? points.w[i] : 1;
	}
	const most = Math.max(...bins, 1), w = plot.width / bins.length;
	g.fillStyle = c.line;
	g.fillRect(0, plot.height - 1, plot.width, 1);
	g.fillStyle = c.flight;
	bins.forEach((n, i) => {
		const h = n ? Math.max(1.5, n / most * (plot.height - 2)) : 0;
		g.fillRect(i * w, plot.height - 1 - h, Math.max(w - 0.5, 1), h);
	});
}

// --- rings ------------------------------------------------------------------------------------

// A context's points: five numbers each (cli/lib/view_html_ring.c).
function ringPoints(ring) {
	const out = [];
	let at = 0;
	for (let i = 0; i < ring.points.length; i += 5) {
		at += ring.points[i];
		const [flightMax, unreadMax, flight, unread] = ring.points.slice(i + 1, i + 5);
		out.push({ t: ring.first_ns + at * ring.width_ns, flightMax, unreadMax, flight, unread });
	}
	return Object.assign(out, { end: ring.end_ns === undefined ? Infinity : ring.end_ns });
}

// Of a part of the range: what was there at its beginning, and the most within it.
function ringMost(points, from, to) {
	if (from > points.end) return null;
	let i = -1, high = points.length;
	while (high - i > 1) {
		const middle = (i + high) >> 1;
		if (points[middle].t <= from) i = middle;
		else high = middle;
	}
	if (i < 0 && (!points.length || points[0].t > to)) return null;
	const most = { flight: i < 0 ? 0 : points[i].flight, unread: i < 0 ? 0 : points[i].unread };
	for (let k = Math.max(i, 0); k < points.length && points[k].t <= to; k++) {
		if (k === i && points[k].t < from) continue;
		most.flight = Math.max(most.flight, points[k].flightMax);
		most.unread = Math.max(most.unread, points[k].unreadMax);
	}
	return most;
}

function drawRing(canvas, points, limit) {
	const plot = begin(canvas), { g, c } = plot, pixels = Math.max(1, Math.floor(plot.x1 - plot.x0));
	const most = Array.from({ length: pixels }, (_, k) => ringMost(points, toTime(plot, plot.x0 + k), toTime(plot, plot.x0 + k + 1)));
	const high = Math.max(1, ...most.map((m) => m ? Math.max(m.flight, m.unread) : 0));
	const top = limit && limit < high * 2 ? Math.max(high, limit) * 1.08 : high * 1.08, y = (n) => plot.y1 - n / top * (plot.y1 - plot.y0);
	for (const n of ticks(0, top, 3).out) if (Number.isInteger(n)) valueLine(plot, y(n), String(n));
	if (limit && limit <= top) {
		valueLine(plot, y(limit), '', [5, 4]);
		g.textAlign = 'right';
		g.textBaseline = 'bottom';
		g.fillText('asked for ' + limit, plot.x1, y(limit) - 1);
	}
	g.fillStyle = c.flight;
	g.globalAlpha = 0.55;
	most.forEach((m, k) => m && m.flight && g.fillRect(plot.x0 + k, y(m.flight), 1, plot.y1 - y(m.flight)));
	g.globalAlpha = 1;
	g.strokeStyle = c.unread;
	g.lineWidth = 1.6;
	g.beginPath();
	let pen = false;
	most.forEach((m, k) => {
		if (!m) { pen = false; return; }
		if (pen) g.lineTo(plot.x0 + k, y(m.unread));
		else g.moveTo(plot.x0 + k, y(m.unread));
		g.lineTo(plot.x0 + k + 1, y(m.unread));
		pen = true;
	});
	g.stroke();
	g.lineWidth = 1;
	timeAxis(plot);
	return plot;
}
