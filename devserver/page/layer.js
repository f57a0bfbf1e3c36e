// SPDX-License-Identifier: MIT
// One layer on the map: what the server says of it, how it is shown, and its tiles.
import * as ol from './vendor.js';
import {gridOf, holds, projectionOf, zoomAt} from './grid.js';
import {getLayer, getRange, paramsQuery, query, tilePath} from './server.js';
import {bandsToAsk, isExact, plain, rangeToAsk, recipe} from './styling.js';
import {StyledTile} from './tile.js';

const tints = ['#c2410c', '#6d28d9', '#0369a1', '#be185d', '#4d7c0f'];
const TWIN = '~file';
const mark = (value) => (Array.isArray(value) ? value.join(',') : value);

export class Layer {
  constructor(info, preview) {
    this.info = info;
    this.preview = preview;
    this.style = plain();
    this.params = {};
    this.opacity = 1;
    this.visible = info.kind !== 'input';
    this.tiles = new Map(); // those that are here, by address; weakly
    this.loading = new Set();
    this.recipes = new Map();
    this.asked = null;
    this.ol = null;
  }

  // A twin is a result with the parameters of the file beside the one that is tried out. It shares the style.
  twin() {
    const twin = new Layer({...this.info, title: `${this.info.title}, as in the file`}, this.preview);
    return Object.assign(twin, {isTwin: true, style: this.style, visible: false});
  }

  get id() { return this.isTwin ? this.info.id + TWIN : this.info.id; }

  // Makes it ready to be shown; an input is read by the server only now.
  async open() {
    if (!this.info.is_loaded) this.info = {...this.info, ...await getLayer(this.info)};
    this.grid = gridOf(this.info);
    this.projection = projectionOf(this.info);
    this.serve();
    if (!this.ol) this.ol = this.info.is_vector ? this.vectorLayer() : this.rasterLayer();
    this.show();
  }

  show() {
    if (!this.ol) return;
    this.ol.setOpacity(this.opacity);
    this.ol.setVisible(this.visible);
  }

  // A new version of the files.
  async update(given) {
    const before = this.info;
    this.info = this.ol && !given.is_loaded ? {...given, ...await getLayer(given)} : given;
    if (!this.ol) return;
    const isOther = ['is_vector', 'tile_size', 'extent'].some((key) => String(before[key]) !== String(this.info[key])) || before.crs.proj4 !== this.info.crs.proj4;
    if (isOther) this.ol = null;
    this.asked = null;
    await this.open();
    if (!isOther) this.ask();
  }

  get isExact() { return isExact(this.info); }

  // What the bytes of the tiles mean that are asked for from now on.
  serve() {
    if (this.style.bands && this.style.bands.some((band) => !(band >= 1 && band <= this.info.bands.length))) this.style.bands = null; // a link may say anything
    const bands = bandsToAsk(this.info, this.style);
    this.asked = this.isExact && !bands ? null : rangeToAsk(this.style, this.asked);
    const isBytes = this.isExact || (bands && this.info.bands.every((band) => band.dtype === 'uint8'));
    const range = this.asked || (isBytes ? [0, 255] : bands ? null : this.info.range);
    const first = isBytes && !this.asked ? 0 : 1;
    const [low, high] = range || [first, 255];
    if (!this.served || this.served.low !== low || this.served.high !== high || this.served.first !== first) this.served = {low, high, first, isKnown: Boolean(range)};
  }

  // The server chose the range when it made the first tile.
  async learn() {
    const {served} = this;
    if (!this.ol || this.info.is_vector || served.isKnown || this.tiles.size === 0) return;
    const range = await getRange(this.info, bandsToAsk(this.info, this.style), this.params).catch(() => null);
    if (!range || served !== this.served) return;
    Object.assign(served, {low: range[0], high: range[1], isKnown: true});
    this.recipes.clear();
    this.preview.emit('style', this);
  }

  queryOf() {
    const bands = bandsToAsk(this.info, this.style);
    return query([`v=${this.info.version}`, paramsQuery(this.params), bands && `bands=${mark(bands)}`, this.asked && `stretch=${mark(this.asked)}`]);
  }

  // Asks for tiles again when their address is another now; those that are here stay until the new ones come.
  ask() {
    this.serve();
    const asked = this.queryOf();
    if (!this.ol || asked === this.askedFor) return this.restyle();
    this.askedFor = asked;
    if (this.info.is_vector) return this.ol.getSource().refresh();
    this.restyle();
    this.ol.getSource().setTileUrlFunction(this.urlFunction(asked), asked);
  }

  urlFunction(asked) {
    return (coord) => (holds(this.info, coord) ? tilePath(this.info, coord, 'png') + asked : undefined);
  }

  // Draws the tiles that are here anew.
  restyle() {
    this.recipes.clear();
    if (!this.ol || this.info.is_vector) return;
    if (ol.equivalentProjections(this.projection, this.preview.projection)) this.ol.changed();
    else this.ol.getSource().refresh();
  }

  recipeFor(served) {
    if (!this.recipes.has(served)) this.recipes.set(served, recipe(this.info, this.style, served));
    return this.recipes.get(served);
  }

  // A frame takes no longer than it may: what is left over is drawn with the next.
  mayStyle(isNew) {
    if (isNew || performance.now() < this.preview.deadline) return true;
    if (!this.isBehind) requestAnimationFrame(() => { this.isBehind = false; this.ol.changed(); });
    this.isBehind = true;
    return false;
  }

  began(tile) {
    this.loading.add(tile);
    this.preview.count(1);
  }

  ended(tile) {
    this.loading.delete(tile);
    this.preview.count(-1);
    if (tile.plain) this.tiles.set(tile.url, new WeakRef(tile));
    if (this.tiles.size > 2000) for (const [key, reference] of this.tiles) if (!reference.deref()) this.tiles.delete(key);
  }

  // Asks again for what failed.
  again() {
    if (!this.ol) return;
    this.ol.getSource().refresh();
  }

  failed(message) { this.preview.tell(message, this); }

  tileAt(coord) {
    const reference = this.tiles.get(tilePath(this.info, coord, 'png') + this.askedFor);
    return reference && reference.deref();
  }

  // What has left the view before it came is not asked for any longer; when it is wanted again, it is asked for anew.
  dropUnwanted(wantedTiles) {
    if (!this.ol || this.info.is_vector || !ol.equivalentProjections(this.projection, this.preview.projection)) return;
    const wanted = wantedTiles[ol.getUid(this.ol.getSource())] || {};
    for (const tile of this.loading) {
      if (wanted[tile.getKey()]) continue;
      tile.abort();
      this.dropped.add(tile);
    }
    for (const tile of this.dropped) {
      if (tile.state !== 3 || !wanted[tile.getKey()]) continue;
      this.dropped.delete(tile);
      tile.load();
    }
    if (this.dropped.size > 500) this.dropped.clear();
  }

  rasterLayer() {
    const owner = this;
    this.dropped = new Set();
    this.askedFor = this.queryOf();
    class Tile extends StyledTile { get owner() { return owner; } }
    const source = new ol.TileImage({projection: this.projection, tileGrid: this.grid, wrapX: false, transition: 120, tileClass: Tile});
    source.setTileUrlFunction(this.urlFunction(this.askedFor), this.askedFor);
    const layer = new ol.TileLayer({source, className: this.className, preload: 0, cacheSize: 192});
    layer.on('prerender', ({context, frameState}) => { // beyond the last zoom pixels are seen as they are
      if (frameState.viewState.resolution < this.grid.getResolution(this.info.max_zoom) * 0.6) context.imageSmoothingEnabled = false;
    });
    layer.on('postrender', () => this.preview.dress(this));
    return layer;
  }

  get className() { return `layer-${this.id || 'first'}`.replace(/[^\w-]/g, '_'); }

  vectorLayer() {
    const zoomOf = (resolution) => zoomAt(this.info, this.grid, resolution);
    const format = new ol.GeoJSON();
    this.askedFor = this.queryOf();
    const source = new ol.VectorSource({
      strategy: (extent, resolution) => {
        const extents = [];
        this.grid.forEachTileCoord(extent, zoomOf(resolution), (coord) => extents.push(this.grid.getTileCoordExtent(coord)));
        return extents;
      },
      loader: async (extent, resolution, projection, success, failure) => {
        const coord = this.grid.getTileCoordForCoordAndZ([(extent[0] + extent[2]) / 2, (extent[1] + extent[3]) / 2], zoomOf(resolution));
        if (!holds(this.info, coord)) return success([]);
        this.preview.count(1);
        const response = await fetch(tilePath(this.info, coord, 'geojson') + this.askedFor).catch(() => ({ok: false, json: async () => ({error: 'the server does not answer'})}));
        this.preview.count(-1);
        if (!response.ok) {
          this.failed((await response.json().catch(() => ({error: `the server answered ${response.status}`}))).error);
          return failure();
        }
        const found = format.readFeatures(await response.json(), {dataProjection: this.projection, featureProjection: projection});
        source.addFeatures(found);
        success(found);
      }});
    let shown = null;
    this.preview.map.getView().on('change:resolution', () => {
      const zoom = zoomOf(this.preview.map.getView().getResolution());
      if (shown !== null && zoom !== shown) source.refresh();
      shown = zoom;
    });
    const features = tints[this.preview.layers.filter((layer) => layer.info.is_vector).indexOf(this) % tints.length] || tints[0];
    const style = new ol.Style({stroke: new ol.Stroke({color: features, width: 1.25}), fill: new ol.Fill({color: `${features}22`}),
      image: new ol.Circle({radius: 4, fill: new ol.Fill({color: features})})});
    const layer = new ol.VectorLayer({source, style, className: this.className});
    layer.on('postrender', () => this.preview.dress(this));
    return layer;
  }
}
