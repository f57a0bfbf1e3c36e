// SPDX-License-Identifier: MIT
// How often each value is in the view, and a picture of it whose ends are drawn to stretch.
import {el, tidy} from './dom.js';
import * as ol from './vendor.js';
import {colourAt} from './colours.js';
import {curve, isMono, sources} from './styling.js';
import {zoomAt} from './grid.js';

const BINS = 256;
const tints = ['#e5484d', '#2f9e63', '#3b82f6'];

// The rectangle of a tile's pixels that lies in the view.
function part(tile, extent, view) {
  const step = (extent[2] - extent[0]) / tile.plain.width;
  const left = Math.max(0, Math.floor((view[0] - extent[0]) / step));
  const top = Math.max(0, Math.floor((extent[3] - view[3]) / step));
  const right = Math.min(tile.plain.width, Math.ceil((view[2] - extent[0]) / step));
  const bottom = Math.min(tile.plain.height, Math.ceil((extent[3] - view[1]) / step));
  return {left, top, right, bottom};
}

function add(bins, shifts, tile, {left, top, right, bottom}) {
  const pixels = tile.pixels();
  for (let row = top; row < bottom; row++) {
    const end = row * tile.plain.width + right;
    for (let i = row * tile.plain.width + left; i < end; i++) {
      const pixel = pixels[i];
      if (pixel >>> 24 !== 0) for (let k = 0; k < shifts.length; k++) bins[k][pixel >>> shifts[k] & 255]++;
    }
  }
}

// Those of the zoom that is shown; a layer in another grid may be shown by its neighbours.
function tilesIn(layer, extent, zoom) {
  for (const candidate of [zoom, zoom + 1, zoom - 1]) {
    const found = [];
    if (candidate >= layer.info.min_zoom && candidate <= layer.info.max_zoom) layer.grid.forEachTileCoord(extent, candidate, (coord) => found.push(layer.tileAt(coord)));
    const here = found.filter((tile) => tile && tile.plain);
    if (here.length > 0) return here;
  }
  return [];
}

// For each channel how many pixels of the view have each byte; of the tiles that are here.
export function countView(layer, preview) {
  const channels = sources(layer.info, layer.style);
  const bins = channels.map(() => new Uint32Array(BINS));
  const count = {bins, served: layer.served, isMono: isMono(layer.info, layer.style)};
  const size = preview.map.getSize();
  if (!layer.ol || layer.info.is_vector || !size) return count;
  const view = ol.transformExtent(preview.view.calculateExtent(size), preview.projection, layer.projection);
  const extent = ol.getIntersection(view, layer.info.extent);
  if (extent[0] >= extent[2] || extent[1] >= extent[3]) return count;
  const zoom = zoomAt(layer.info, layer.grid, (view[2] - view[0]) / size[0]);
  const shifts = channels.map((channel) => channel * 8);
  for (const tile of tilesIn(layer, extent, zoom)) add(bins, shifts, tile, part(tile, layer.grid.getTileCoordExtent(tile.tileCoord), view));
  return count;
}

export const valueOf = (served, byte) => served.low + (byte - served.first) * (served.high - served.low) / (255 - served.first);

// The values below which a share of the pixels is.
export function percentile(bins, share, served) {
  const total = bins.reduce((sum, count) => sum + count, 0);
  let below = 0;
  for (let byte = 0; byte < BINS; byte++) {
    below += bins[byte];
    if (total > 0 && below >= share * total && below > 0) return valueOf(served, byte);
  }
  return valueOf(served, 255);
}

export class Histogram {
  // Calls back with (end: 0 or 1, value) while an end is drawn, with the arrow keys as well.
  constructor(changed) {
    this.changed = changed;
    this.canvas = el('canvas', {role: 'img', 'aria-label': 'Histogram of the view'});
    this.ends = ['Darkest value', 'Lightest value'].map((label, end) => el('div', {class: 'end', role: 'slider', tabindex: 0, 'aria-label': label,
      onpointerdown: (event) => this.drag(event, end), onkeydown: (event) => this.key(event, end)}));
    this.element = el('div', {class: 'histogram'}, this.canvas, this.ends);
  }

  drag(event, end) {
    event.preventDefault();
    const handle = this.ends[end];
    handle.focus();
    handle.setPointerCapture(event.pointerId);
    const box = this.canvas.getBoundingClientRect();
    const move = ({clientX}) => this.changed(end, this.valueAt(Math.min(Math.max((clientX - box.left) / box.width, 0), 1)));
    const stop = () => handle.removeEventListener('pointermove', move);
    handle.addEventListener('pointermove', move);
    handle.addEventListener('pointerup', stop, {once: true});
    handle.addEventListener('pointercancel', stop, {once: true});
  }

  key(event, end) {
    const steps = {ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -16, PageUp: 16}[event.key];
    if (!steps) return;
    event.preventDefault();
    const {served} = this.count;
    this.changed(end, this.range[end] + steps * (event.shiftKey ? 8 : 1) * (served.high - served.low) / (255 - served.first));
  }

  valueAt(place) {
    const {low, high} = this.count.served;
    const value = low + place * (high - low);
    return this.isWhole ? Math.round(value) : value;
  }

  show(count, style, channel, isWhole) {
    Object.assign(this, {count, style, channel, isWhole});
    const {low, high} = count.served;
    this.range = style.stretch ? style.stretch[Math.min(channel, style.stretch.length - 1)] : [low, high];
    this.range.forEach((value, end) => {
      this.ends[end].style.left = `${Math.min(Math.max((value - low) / (high - low), 0), 1) * 100}%`;
      this.ends[end].setAttribute('aria-valuenow', value);
      this.ends[end].setAttribute('aria-valuemin', low);
      this.ends[end].setAttribute('aria-valuemax', high);
      this.ends[end].setAttribute('aria-valuetext', tidy(value));
    });
    this.draw();
  }

  draw() {
    const width = this.canvas.clientWidth;
    if (width === 0) return;
    const height = this.canvas.clientHeight;
    const ratio = window.devicePixelRatio || 1;
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
    const context = this.canvas.getContext('2d');
    context.scale(ratio, ratio);
    const {bins, isMono: mono, served} = this.count;
    const sorted = bins.flatMap((channel) => Array.from(channel)).filter((number) => number > 0).sort((a, b) => a - b);
    const most = sorted.length > 0 ? sorted[Math.floor((sorted.length - 1) * 0.98)] * 1.15 : 1;
    bins.forEach((channel, k) => {
      const isDim = this.isSeparate && k !== this.channel;
      const places = mono ? curve(this.style, served, 0) : null;
      context.globalAlpha = mono ? 1 : isDim ? 0.18 : 0.6;
      for (let byte = 0; byte < BINS; byte++) {
        const tall = channel[byte] === 0 ? 0 : Math.max(1, Math.min(1, Math.sqrt(channel[byte] / most)) * (height - 2));
        context.fillStyle = mono ? this.colour(places[byte]) : tints[k];
        context.fillRect(byte / BINS * width, height - tall, width / BINS + 0.5, tall);
      }
    });
  }

  // Of a bar: as on the map, but never as the ground that it stands on.
  colour(place) {
    if (!this.style.map || this.style.map === 'grey') return getComputedStyle(this.canvas).color;
    return `rgb(${colourAt(this.style.map, place, this.style.reverse)})`;
  }
}
