// SPDX-License-Identifier: MIT
// The address holds what is seen: `#zoom/x/y`, then what differs from the beginning, as `&key=value`.
//   on=a,!b:0.5       layers from the top, hidden with `!`, with opacity     sel=a   selected
//   style.a=map:viridis;stretch:10,200                                       param.a=gain:0.2
//   swipe=a,b,0.5     tiles=1     area=0
import {later} from './dom.js';
import {digits} from './grid.js';
import {plain} from './styling.js';

const enc = (text) => encodeURIComponent(text).replaceAll('%2C', ',').replaceAll('%3A', ':').replaceAll('%3B', ';').replaceAll('%20', '+');
const short = (number) => String(Number(number.toPrecision(7)));

function styleText(style) {
  const first = plain();
  const parts = [];
  if (style.bands) parts.push(`bands:${style.bands.join(',')}`);
  if (style.stretch) parts.push(`stretch:${style.stretch.flat().map(short).join(',')}`);
  if (style.map) parts.push(`map:${style.map}`);
  if (style.reverse) parts.push('reverse:1');
  for (const key of ['gamma', 'saturation']) if (style[key] !== first[key]) parts.push(`${key}:${short(style[key])}`);
  return parts.join(';');
}

const pairs = (text, separator) => text.split(separator).filter(Boolean).map((part) => [part.slice(0, part.indexOf(':')), part.slice(part.indexOf(':') + 1)]);

function readStyle(text) {
  const style = plain();
  for (const [key, value] of pairs(text, ';')) {
    const numbers = value.split(',').map(Number);
    if (key === 'map') style.map = value;
    else if (numbers.some((number) => !Number.isFinite(number))) continue;
    else if (key === 'bands' && [1, 3].includes(numbers.length)) style.bands = numbers;
    else if (key === 'stretch' && [2, 6].includes(numbers.length)) style.stretch = numbers.length === 2 ? [numbers] : [0, 2, 4].map((at) => numbers.slice(at, at + 2));
    else if (key === 'reverse') style.reverse = value === '1';
    else if (key === 'gamma' && numbers[0] >= 0.1 && numbers[0] <= 10) style.gamma = numbers[0];
    else if (key === 'saturation' && numbers[0] >= 0 && numbers[0] <= 5) style.saturation = numbers[0];
  }
  return style;
}

function readParams(text, params) {
  const known = new Map(params.map((param) => [param.name, param]));
  const read = {number: Number, integer: Number, any: String, boolean: (value) => value === 'true', string: String};
  const said = pairs(text, ';').filter(([name]) => known.has(name) && read[known.get(name).type]).map(([name, value]) => [name, read[known.get(name).type](decoded(value))]);
  return Object.fromEntries(said.filter(([, value]) => !Number.isNaN(value)));
}

// What is no text in percent signs is nobody's.
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}

export function readLink(hash) {
  const [place, ...rest] = hash.replace(/^#/, '').split('&');
  const found = place.match(/^([\d.]+)\/(-?[\d.]+)\/(-?[\d.]+)$/);
  const keys = new Map(rest.map((part) => part.split(/=(.*)/s)).filter((part) => part.length > 1).map(([key, value]) => [decoded(key), decoded(value.replaceAll('+', ' '))]));
  return {place: found && {zoom: Number(found[1]), center: [Number(found[2]), Number(found[3])]}, keys};
}

// Before layers are opened: which are visible, in which order, how they look.
export function applyLink({keys}, layers) {
  let ordered = layers;
  const said = (keys.get('on') || '').split(',').map((text) => text.match(/^(!?)(.*?)(?::([\d.]+))?$/)).filter((found) => found && layers.some((layer) => layer.id === found[2]));
  if (said.length > 0) {
    const at = new Map(said.map(([, , id], i) => [id, i]));
    for (const layer of layers) layer.visible = false;
    for (const [, isHidden, id, opacity] of said) {
      const layer = layers.find((one) => one.id === id);
      if (layer) Object.assign(layer, {visible: !isHidden, opacity: opacity === undefined ? 1 : Math.min(Number(opacity), 1)});
    }
    ordered = [...layers].sort((a, b) => (at.get(a.id) ?? 1e6) - (at.get(b.id) ?? 1e6));
  }
  for (const layer of layers) {
    if (keys.has(`style.${layer.id}`)) layer.style = readStyle(keys.get(`style.${layer.id}`));
    if (keys.has(`param.${layer.id}`)) layer.params = readParams(keys.get(`param.${layer.id}`), layer.info.params);
  }
  return ordered;
}

export class Link {
  constructor(preview, overlay) {
    Object.assign(this, {preview, overlay, isReady: false});
    this.write = later(120, () => this.now());
    preview.on('view layers style params select swipe opacity overlay', () => this.write());
  }

  // How the layers were before anybody touched them: that is not told.
  start() {
    this.isReady = true;
    this.write();
  }

  layersText() {
    return this.preview.listed.map((layer) => `${layer.visible ? '' : '!'}${layer.id}${layer.opacity < 1 ? `:${short(layer.opacity)}` : ''}`).join(',');
  }

  rememberFirst() { this.first = this.layersText(); }

  now() {
    const {preview, overlay} = this;
    if (!this.isReady) return;
    const parts = [`${preview.view.getZoom().toFixed(3)}/${preview.view.getCenter().map((number) => number.toFixed(digits(preview.leader.info))).join('/')}`];
    if (this.layersText() !== this.first) parts.push(`on=${enc(this.layersText())}`);
    if (preview.selected && preview.selected !== preview.leader) parts.push(`sel=${enc(preview.selected.id)}`);
    for (const layer of preview.listed) {
      const style = styleText(layer.style);
      const params = Object.entries(layer.params).map(([name, value]) => `${name}:${encodeURIComponent(value)}`).join(';');
      if (style) parts.push(`style.${enc(layer.id)}=${enc(style)}`);
      if (params) parts.push(`param.${enc(layer.id)}=${enc(params)}`);
    }
    if (preview.swipe) parts.push(`swipe=${enc(`${preview.swipe.left},${preview.swipe.right},${preview.swipe.at.toFixed(3)}`)}`);
    if (overlay.showsTiles) parts.push('tiles=1');
    if (!overlay.showsArea) parts.push('area=0');
    history.replaceState(null, '', `#${parts.join('&')}`);
  }
}
