// SPDX-License-Identifier: MIT
// The map: layers in their order, in the grid of the first one.
import * as ol from './vendor.js';
import {gridOf, projectionOf, zoomAt} from './grid.js';
import {Layer} from './layer.js';

const FRAME_MS = 12; // for styling tiles, of the 16 that there are

// Events: `layers` (their list, order, visibility), `style`, `params`, `select`, `loading`, `failure` (message, layer), `view`.
export class Preview extends EventTarget {
  constructor(target) {
    super();
    this.layers = []; // the topmost first
    this.selected = null;
    this.loading = 0;
    this.deadline = 0;
    this.above = []; // what is drawn over all layers
    this.swipe = null; // {left, right: ids, at: 0..1}
    this.map = new ol.Map({target, layers: [], controls: ol.defaultControls({attribution: false, rotate: false}).extend([new ol.ScaleLine()]),
      interactions: ol.defaultInteractions({altShiftDragRotate: false, pinchRotate: false})});
    this.map.on('precompose', () => { this.deadline = performance.now() + FRAME_MS; });
    this.map.on('postrender', ({frameState}) => { if (frameState) for (const layer of this.layers) layer.dropUnwanted(frameState.wantedTiles); });
    this.map.on('moveend', () => this.emit('view'));
  }

  emit(name, detail) { this.dispatchEvent(new CustomEvent(name, {detail})); }

  on(names, what) { for (const name of names.split(' ')) this.addEventListener(name, (event) => what(event.detail)); }

  count(change) {
    this.loading = Math.max(0, this.loading + change);
    this.emit('loading', this.loading);
    if (this.loading === 0) for (const layer of this.layers) layer.learn();
  }

  tell(message, layer) { this.emit('failure', {message, layer}); }

  get view() { return this.map.getView(); }

  get listed() { return this.layers.filter((layer) => !layer.isTwin); }

  get twins() { return this.layers.filter((layer) => layer.isTwin); }

  addTwin(layer) {
    const known = this.twins.find((twin) => twin.info.id === layer.id);
    if (known) return known;
    const twin = layer.twin();
    this.layers = [...this.layers, twin];
    return twin;
  }

  dropTwins() {
    if (this.twins.length === 0) return;
    this.layers = this.listed;
    this.arrange();
    this.emit('layers');
  }

  // An input may have the name of another result's.
  nameOf(layer) {
    const {info} = layer;
    const of = info.kind === 'input' && this.layers.some((other) => other !== layer && other.info.title === info.title && !other.isTwin) && this.layer(info.of);
    return of ? `${info.title} (${of.info.title})` : info.title;
  }

  layer(id) { return this.layers.find((layer) => layer.id === id); }

  // The first that was given leads: its grid is the map's.
  get leader() { return this.first; }

  get zoom() { return this.zoomOf(this.leader); }

  zoomOf(layer) {
    if (layer === this.leader) return zoomAt(layer.info, this.grid, this.view.getResolution());
    const metres = this.view.getResolution() * (this.leader.info.crs.metres_per_unit / layer.info.crs.metres_per_unit);
    return zoomAt(layer.info, layer.grid || gridOf(layer.info), metres);
  }

  // Shows what the server has. The view stays where it is, unless this is the first time or the grid is another.
  async show(infos, place, prepare = (layers) => layers) {
    const old = new Map(this.layers.map((layer) => [layer.id, layer]));
    const fresh = [];
    for (const twin of this.twins) await this.refresh(twin, {...infos.find((info) => info.id === twin.info.id), title: twin.info.title});
    for (const info of infos) {
      const layer = old.get(info.id);
      if (!layer) fresh.push(new Layer(info, this));
      else if (layer.info.version !== info.version) await this.refresh(layer, info);
      else Object.assign(layer.info, {problem: info.problem, notice: info.notice});
    }
    const ids = new Set(infos.map((info) => info.id));
    this.layers = this.layers.filter((layer) => !layer.isTwin && ids.has(layer.id)).concat(fresh, this.twins.filter((twin) => ids.has(twin.info.id)));
    this.first = this.layer(infos[0].id);
    if (old.size === 0) this.layers.sort((a, b) => Boolean(b.info.is_vector) - Boolean(a.info.is_vector)); // features lie on pictures
    this.layers = prepare(this.layers);
    this.setGrid(place);
    if (!this.layers.includes(this.selected)) this.selected = this.first;
    await Promise.all(this.layers.filter((layer) => layer.visible && !layer.ol).map((layer) => this.open(layer)));
    this.arrange();
    this.emit('layers');
    this.emit('select');
  }

  async refresh(layer, info) {
    try {
      await layer.update(info);
    } catch (reason) {
      layer.info.problem = reason.message;
    }
  }

  async open(layer) {
    try {
      await layer.open();
    } catch (reason) {
      layer.info.problem = reason.message;
      layer.visible = false;
    }
  }

  setGrid(place) {
    const {info} = this.first;
    const name = `${info.crs.proj4} ${info.extent} ${info.tile_size}`;
    this.grid = gridOf(info);
    if (this.gridName === name) return;
    this.gridName = name;
    this.projection = projectionOf(info);
    const last = this.grid.getResolution(info.max_zoom);
    this.map.setView(new ol.View({projection: this.projection, resolutions: this.grid.getResolutions().concat([2, 4, 8].map((factor) => last / factor)),
      constrainResolution: false, extent: undefined, showFullExtent: true, enableRotation: false}));
    if (place) this.goTo(place);
    else this.fit();
  }

  goTo(place) {
    this.view.setCenter(place.center);
    this.view.setZoom(place.zoom);
  }

  fit(duration = 0) {
    this.view.fit(this.first.info.area, {padding: this.padding ? this.padding() : [40, 40, 40, 40], maxZoom: this.first.info.max_zoom, duration});
  }

  // Bottom to top, as OpenLayers has them.
  arrange() {
    const open = this.layers.filter((layer) => layer.ol).reverse();
    this.map.setLayers([...open.map((layer) => layer.ol), ...this.above]);
    for (const layer of this.layers) layer.show();
    this.map.render();
  }

  select(layer) {
    this.selected = layer;
    this.emit('select');
  }

  // An input that is shown for the first time comes on top: it was asked for to be seen.
  async setVisible(layer, isVisible) {
    layer.visible = isVisible;
    if (isVisible && !layer.ol) {
      await this.open(layer);
      if (layer.info.kind === 'input') this.layers = [layer, ...this.layers.filter((other) => other !== layer)];
      this.arrange();
    }
    layer.show();
    this.emit('layers');
  }

  setOpacity(layer, opacity) {
    layer.opacity = opacity;
    layer.show();
    this.emit('opacity');
  }

  move(layer, to) {
    const others = this.layers.filter((other) => other !== layer);
    others.splice(Math.max(0, Math.min(to, others.length)), 0, layer);
    this.layers = others;
    this.arrange();
    this.emit('layers');
  }

  // Styles that the client can do show at once; the server is asked when the hand rests.
  setStyle(layer, changes) {
    Object.assign(layer.style, changes);
    for (const one of this.layers.filter((other) => other.style === layer.style)) {
      one.restyle();
      clearTimeout(one.timer);
      one.timer = setTimeout(() => one.ask(), 'bands' in changes ? 0 : 250);
    }
    this.emit('style', layer);
  }

  setParams(layer, params) {
    layer.params = params;
    layer.ask();
    this.emit('params', layer);
  }

  element(layer) { return layer.ol && this.map.getViewport().querySelector(`.${layer.className}`); }

  // What a layer's own canvas looks like as a whole: cut at the divider, grey when its files are broken.
  dress(layer) {
    const element = this.element(layer);
    if (!element) return;
    element.classList.toggle('stale', Boolean(layer.info.problem));
    const {swipe} = this;
    const at = swipe ? `${(swipe.at * 100).toFixed(3)}%` : '';
    element.style.clipPath = !swipe ? '' : layer.id === swipe.left ? `inset(0 calc(100% - ${at}) 0 0)` : layer.id === swipe.right ? `inset(0 0 0 ${at})` : '';
  }

  setSwipe(swipe) {
    this.swipe = swipe;
    for (const layer of this.layers) this.dress(layer);
    this.emit('swipe');
  }
}
