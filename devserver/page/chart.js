// SPDX-License-Identifier: MIT
// A line for each band over time. The nearest date under the pointer, or by the arrow keys, tells its values.
import {el, svg, tidy} from './dom.js';

const WIDTH = 292, HEIGHT = 132;
const edge = {left: 40, right: 8, top: 8, bottom: 20};
const tints = {red: '#e5484d', green: '#2f9e63', blue: '#3b82f6', nir: '#a855f7', swir16: '#d97706', swir22: '#92580a'};
const others = ['#0d9488', '#db2777', '#6366f1', '#ca8a04', '#64748b', '#ea580c'];

const tintOf = (name, i) => tints[name] || others[i % others.length];

// About three round numbers between two.
export function ticks(low, high) {
  const rough = (high - low) / 3;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough);
  const found = [];
  for (let value = Math.ceil(low / step) * step; value <= high + step * 1e-9; value += step) found.push(Number(value.toPrecision(12)));
  return found;
}

const short = (number) => (Math.abs(number) >= 10000 ? `${tidy(number / 1000)}k` : tidy(number));

function scales(times, lines) {
  const values = lines.flatMap((line) => line.values).filter((value) => value !== null);
  let [low, high] = [Math.min(...values), Math.max(...values)];
  if (low === high) [low, high] = [low - 1, high + 1];
  const margin = (high - low) * 0.06;
  [low, high] = [low - margin, high + margin];
  const moments = times.map((time) => Date.parse(time));
  const isDated = moments.every(Number.isFinite) && moments.some((moment) => moment !== moments[0]);
  const places = isDated ? moments : times.map((_, i) => i);
  const [first, last] = [Math.min(...places), Math.max(...places)];
  const x = (i) => edge.left + (last > first ? (places[i] - first) / (last - first) : 0.5) * (WIDTH - edge.left - edge.right);
  const y = (value) => HEIGHT - edge.bottom - (value - low) / (high - low) * (HEIGHT - edge.top - edge.bottom);
  return {x, y, low, high};
}

// Gaps where there is no value.
function path(line, {x, y}, order) {
  let text = '';
  let isOn = false;
  for (const i of order) {
    const value = line.values[i];
    if (value !== null) text += `${isOn ? 'L' : 'M'}${x(i).toFixed(1)} ${y(value).toFixed(1)}`;
    isOn = value !== null;
  }
  return text;
}

function axes(times, scale, order) {
  const texts = ticks(scale.low, scale.high).flatMap((value) => [
    svg('line', {x1: edge.left, x2: WIDTH - edge.right, y1: scale.y(value), y2: scale.y(value), class: 'rule'}),
    Object.assign(svg('text', {x: edge.left - 6, y: scale.y(value) + 3.5, 'text-anchor': 'end'}), {textContent: short(value)})]);
  const ends = order.length > 1 ? [order[0], order[order.length - 1]] : order;
  ends.forEach((i, end) => texts.push(Object.assign(svg('text', {x: scale.x(i), y: HEIGHT - 5, 'text-anchor': end === 0 ? 'start' : 'end'}), {textContent: String(times[i]).slice(0, 10)})));
  return texts;
}

// part: {values: [{name}], times: [...], series: [[value of each band] of each time]}
export function chart(part) {
  const names = part.values.length > 0 ? part.values.map(({name}) => name) : (part.series[0] || []).map((_, i) => `band ${i + 1}`);
  const lines = names.map((name, i) => ({name, tint: tintOf(name, i), values: part.series.map((row) => row[i] ?? null), isOn: true}));
  const order = part.times.map((_, i) => i).sort((a, b) => (part.times[a] < part.times[b] ? -1 : part.times[a] > part.times[b] ? 1 : 0));
  const picture = svg('svg', {viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: 'chart', role: 'img', tabindex: 0, 'aria-label': `Values over time: ${names.join(', ')}; the arrow keys read them`});
  const said = el('p', {class: 'chart-said', 'aria-live': 'polite'});
  const legend = el('div', {class: 'legend'});
  let scale = null, at = -1;

  const draw = () => {
    const shown = lines.filter((line) => line.isOn && line.values.some((value) => value !== null));
    picture.replaceChildren();
    if (shown.length === 0) return;
    scale = scales(part.times, shown);
    picture.append(...axes(part.times, scale, order));
    for (const line of shown) {
      picture.append(svg('path', {d: path(line, scale, order), stroke: line.tint, fill: 'none', 'stroke-width': 1.6, 'stroke-linejoin': 'round'}));
      for (const i of order) if (line.values[i] !== null) picture.append(svg('circle', {cx: scale.x(i), cy: scale.y(line.values[i]), r: 2.2, fill: line.tint}));
    }
    if (at >= 0) picture.append(svg('line', {x1: scale.x(order[at]), x2: scale.x(order[at]), y1: edge.top, y2: HEIGHT - edge.bottom, class: 'cursor'}));
  };
  const read = (to) => {
    at = Math.max(0, Math.min(to, order.length - 1));
    const i = order[at];
    said.replaceChildren(el('strong', {}, String(part.times[i]).slice(0, 16).replace('T', ' ')), ...lines.filter((line) => line.isOn).map((line) => el('span', {style: `color: ${line.tint}`}, `${line.name} ${line.values[i] === null ? '–' : tidy(line.values[i])}`)));
    draw();
  };
  picture.addEventListener('pointermove', (event) => {
    if (!scale) return;
    const box = picture.getBoundingClientRect();
    const x = (event.clientX - box.left) / box.width * WIDTH;
    const nearest = order.reduce((best, i, k) => (Math.abs(scale.x(i) - x) < Math.abs(scale.x(order[best]) - x) ? k : best), 0);
    if (nearest !== at) read(nearest);
  });
  picture.addEventListener('keydown', (event) => {
    const step = {ArrowLeft: -1, ArrowRight: 1}[event.key];
    if (!step) return;
    event.preventDefault();
    read(at < 0 ? 0 : at + step);
  });
  legend.append(...lines.map((line) => el('button', {type: 'button', 'aria-pressed': 'true', onclick: (event) => {
    line.isOn = !line.isOn;
    event.currentTarget.setAttribute('aria-pressed', String(line.isOn));
    draw();
  }}, el('i', {style: `background: ${line.tint}`}), line.name)));
  draw();
  return el('div', {class: 'series'}, picture, said, legend);
}
