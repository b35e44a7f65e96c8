'use strict';
// Building elements. Names from files reach the page only as text nodes and property values, never as markup.

const $ = (id) => document.getElementById(id);

/** make('p', {class: 'soft', title: 'x', onclick: f}, 'text', element, null): attributes, or listeners where the name begins with "on". */
function make(tag, attributes = {}, ...children) {
  const element = tag === 'svg' || svgTags.has(tag) ? document.createElementNS('http://www.w3.org/2000/svg', tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.flat(Infinity)
                   .filter((child) => child !== null && child !== undefined && child !== false)
                   .map((child) => (child instanceof Node ? child : String(child))));
  return element;
}
const svgTags = new Set(['g', 'rect', 'line', 'path', 'circle']);

function fill(host, ...children) {
  host.replaceChildren(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
}

const wholeNumbers = new Intl.NumberFormat('en');
const count = (n) => wholeNumbers.format(n);
const plural = (n, one, many = one + 's') => `${count(n)} ${n === 1 ? one : many}`;
const percent = (share) => (share > 0 && share < 0.0005 ? '< 0.1 %'
    : Number.isFinite(share)                            ? `${(100 * share).toFixed(share > 0 && share < 0.0995 ? 1 : 0)} %`
                                                        : '–');
const figure = (value) => (Math.abs(value) >= 100 || Number.isInteger(value) ? count(Math.round(value)) : String(Number(value.toPrecision(3))));

function bytesText(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  let value = bytes / 1000, unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    ++unit;
  }
  return `${value.toPrecision(3)} ${units[unit]}`;
}

const baseName = (path) => path.slice(path.lastIndexOf('/') + 1);
const folderName = (path) => path.slice(0, path.lastIndexOf('/') + 1);
const sizeText = (width, height) => (width > 0 ? `${width} × ${height}` : '–');
