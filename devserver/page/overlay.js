// SPDX-License-Identifier: MIT
// Lines over the map: tiles and metatiles of the selected layer with ids and times, the area, the metatiles of a run.
import * as ol from './vendor.js';
import {zoomAt} from './grid.js';
import {getJson} from './server.js';
import {isDark} from './theme.js';

const ROOM_PX = 92; // for an id
const states = {done: '#2f9e63', written: '#2f9e63', running: '#d97706', failed: '#d92d3a', empty: '#8aa0a8', skipped: '#8aa0a8'};

export class Overlay {
  constructor(preview) {
    this.preview = preview;
    this.showsTiles = false;
    this.showsArea = true;
    this.timings = new Map();
    this.run = [];
    this.canvas = document.createElement('canvas');
    Object.assign(this.canvas.style, {position: 'absolute', left: 0, top: 0, width: '100%', height: '100%', pointerEvents: 'none'});
    this.ol = new ol.Layer({render: (frame) => this.render(frame)});
    preview.above.unshift(this.ol);
    preview.on('select layers params', () => this.refresh());
    preview.on('loading', (count) => { if (count === 0) this.refresh(); });
  }

  changed() { this.ol.changed(); }

  setTiles(isShown) {
    this.showsTiles = isShown;
    this.refresh();
  }

  setArea(isShown) {
    this.showsArea = isShown;
    this.changed();
  }

  setRun(tiles, id) {
    this.run = tiles;
    this.runOf = id;
    this.changed();
  }

  get layer() {
    const {selected, leader} = this.preview;
    return selected && selected.ol ? selected : leader;
  }

  // How long the metatiles took, where the server tells.
  async refresh() {
    this.changed();
    if (!this.showsTiles || this.isMute || !this.layer) return;
    try {
      const {tiles} = await getJson(`/timings.json?layer=${encodeURIComponent(this.layer.id)}`);
      this.timings = new Map(tiles.map((tile) => [`${tile.zoom}/${tile.row}/${tile.col}`, tile]));
    } catch (reason) {
      this.isMute = reason.status === 404;
      this.timings.clear();
    }
    this.changed();
  }

  render(frame) {
    const [width, height] = frame.size;
    const {canvas} = this;
    canvas.width = Math.round(width * frame.pixelRatio);
    canvas.height = Math.round(height * frame.pixelRatio);
    const context = canvas.getContext('2d');
    context.scale(frame.pixelRatio, frame.pixelRatio);
    const [left, , , top] = frame.extent;
    const {resolution} = frame.viewState;
    this.at = (x, y) => [(x - left) / resolution, (top - y) / resolution];
    const {layer} = this;
    if (!layer) return canvas;
    const isHere = layer.grid && ol.equivalentProjections(layer.projection, this.preview.projection);
    if (this.showsArea && isHere) this.drawArea(context, layer.info);
    if (isHere && layer.info.id === this.runOf) this.drawRun(context, layer, frame);
    if (this.showsTiles && isHere) this.drawTiles(context, layer, frame);
    return canvas;
  }

  box(extent) {
    const [x, y] = this.at(extent[0], extent[3]);
    const [right, bottom] = this.at(extent[2], extent[1]);
    return [Math.round(x) + 0.5, Math.round(y) + 0.5, Math.round(right) - Math.round(x), Math.round(bottom) - Math.round(y)];
  }

  // Light on dark and dark on light, whatever is beneath.
  stroke(context, box, width, dash = []) {
    context.setLineDash(dash);
    context.lineWidth = width + 1.5;
    context.strokeStyle = '#00000066';
    context.strokeRect(...box);
    context.lineWidth = width;
    context.strokeStyle = '#ffffffdd';
    context.strokeRect(...box);
    context.setLineDash([]);
  }

  // The upper and left side of a tile: the others are its neighbours'.
  corner(context, [x, y, width, height]) {
    context.lineWidth = 1;
    for (const [colour, shift] of [['#00000040', 1], ['#ffffff80', 0]]) {
      context.strokeStyle = colour;
      context.beginPath();
      context.moveTo(x + width, y + shift);
      context.lineTo(x + shift, y + shift);
      context.lineTo(x + shift, y + height);
      context.stroke();
    }
  }

  drawArea(context, info) {
    const accent = isDark() ? '#7fd1ae' : '#0b7a5a';
    const draw = (extent, dash) => {
      context.setLineDash(dash);
      context.lineWidth = 1.75;
      context.strokeStyle = accent;
      context.strokeRect(...this.box(extent));
      context.setLineDash([]);
    };
    if (info.area) draw(info.area, [7, 5]);
    if (info.bounds && String(info.bounds) !== String(info.area)) draw(info.bounds, [2, 4]);
  }

  drawTiles(context, layer, frame) {
    const zoom = zoomAt(layer.info, layer.grid, frame.viewState.resolution);
    const side = layer.info.metatiling;
    const metatiles = new Map();
    layer.grid.forEachTileCoord(ol.getIntersection(frame.extent, layer.info.extent), zoom, ([z, x, y]) => {
      const extent = layer.grid.getTileCoordExtent([z, x, y]);
      const box = this.box(extent);
      this.corner(context, box);
      if (box[2] >= ROOM_PX) this.label(context, box[0] + 6, box[1] + box[3] - 9, [`${z}/${y}/${x}`]);
      const row = Math.floor(y / side), col = Math.floor(x / side);
      metatiles.set(`${z}/${row}/${col}`, [z, row, col]);
    });
    for (const [name, [z, row, col]] of metatiles) this.drawMetatile(context, layer, name, z, row, col);
  }

  extentOf(layer, z, row, col) {
    const side = layer.info.metatiling;
    const first = layer.grid.getTileCoordExtent([z, col * side, row * side]);
    const last = layer.grid.getTileCoordExtent([z, col * side + side - 1, row * side + side - 1]);
    return [first[0], last[1], last[2], first[3]];
  }

  drawMetatile(context, layer, name, z, row, col) {
    const box = this.box(this.extentOf(layer, z, row, col));
    if (layer.info.metatiling > 1) this.stroke(context, box, 1.5);
    if (box[2] < ROOM_PX) return;
    const timing = this.timings.get(name);
    const took = timing && timing.seconds !== null ? `${timing.seconds < 1 ? `${Math.round(timing.seconds * 1000)} ms` : `${timing.seconds.toFixed(1)} s`}${timing.cached ? ', from the cache' : ''}` : null;
    if (layer.info.metatiling > 1 || took) this.label(context, Math.max(box[0] + 8, 58), Math.max(box[1] + 16, 24), [`metatile ${name}`, took].filter(Boolean), {isBold: true, end: box[0] + box[2]});
  }

  // Only where it ends before `end`.
  label(context, x, y, lines, {isBold = false, end = Infinity} = {}) {
    context.font = `${isBold ? '600 ' : ''}11px ui-monospace, monospace`;
    if (lines.some((line) => x + context.measureText(line).width > end)) return;
    context.lineJoin = 'round';
    context.lineWidth = 3;
    lines.forEach((line, i) => {
      context.strokeStyle = '#000000a0';
      context.strokeText(line, x, y + i * 14);
      context.fillStyle = '#ffffff';
      context.fillText(line, x, y + i * 14);
    });
  }

  drawRun(context, layer, frame) {
    for (const {zoom, row, col, state} of this.run) {
      if (zoom >= layer.info.matrices.length) continue;
      const extent = this.extentOf(layer, zoom, row, col);
      if (!ol.intersects(extent, frame.extent)) continue;
      const box = this.box(extent);
      const colour = states[state] || states.done;
      context.fillStyle = `${colour}40`;
      context.fillRect(...box);
      context.lineWidth = 1;
      context.strokeStyle = colour;
      context.strokeRect(...box);
    }
  }
}
