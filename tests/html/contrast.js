// SPDX-License-Identifier: GPL-2.0-only
// Texts of the page whose contrast with what is behind them is below 4.5 to 1, as WCAG 2 counts it.
const parts = (colour) => colour.match(/[\d.]+/g).map(Number);
const luminance = (colour) => parts(colour).slice(0, 3).map((c) => c / 255)
	.map((c) => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
	.reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
const behind = (element) => {
	for (let at = element; at; at = at.parentElement) {
		const colour = getComputedStyle(at).backgroundColor, all = parts(colour);
		if (all.length < 4 || all[3] === 1) return colour;
	}
	return 'rgb(255, 255, 255)';
};
const bad = new Set();
for (const element of document.querySelectorAll('body *')) {
	const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
	if (!own || !element.offsetParent || element.disabled || ['SCRIPT', 'OPTION'].includes(element.tagName)) continue;
	const a = luminance(getComputedStyle(element).color), b = luminance(behind(element));
	const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
	if (contrast < 4.5) bad.add(element.tagName + '.' + element.className + ': ' + contrast.toFixed(2));
}
return [...bad];
