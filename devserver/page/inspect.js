// SPDX-License-Identifier: MIT
// Where the pointer is, and the values of a place that was clicked: of each result with its inputs, and of what else is shown.
import * as ol from './vendor.js';
import {$, copy, el, tidy} from './dom.js';
import {digits} from './grid.js';
import {chart} from './chart.js';
import {getJson, paramsQuery, pointPath, query} from './server.js';

function placeText(preview, coordinate) {
  const {info} = preview.leader;
  const lonlat = info.crs.is_geographic ? coordinate : ol.transform(coordinate, preview.projection, 'EPSG:4326');
  return lonlat.map((number) => number.toFixed(5)).join(', ');
}

export function showHere(preview, coordinate) {
  const {info} = preview.leader;
  const zoom = preview.zoom;
  const parts = [`zoom ${preview.view.getZoom().toFixed(1)}${info.drafts.includes(zoom) ? ' (draft)' : ''}`];
  if (coordinate) {
    const [z, x, y] = preview.grid.getTileCoordForCoordAndZ(coordinate, zoom);
    if (!info.crs.is_geographic) parts.push(coordinate.map((number) => number.toFixed(digits(info))).join(', '));
    parts.push(`${placeText(preview, coordinate)}°`, `tile ${z}/${y}/${x}`);
  }
  $('here').replaceChildren(...parts.map((text) => el('span', {}, text)));
}

// Two strokes that cross where the values were asked.
function marker() {
  const cross = (color, width) => new ol.Style({image: new ol.RegularShape({points: 4, radius: 9, radius2: 0, stroke: new ol.Stroke({color, width})})});
  const source = new ol.VectorSource();
  return new ol.VectorLayer({source, style: [cross('#000000aa', 4), cross('#ffffff', 1.75)], className: 'marker', updateWhileInteracting: true});
}

export class Inspector {
  constructor(preview) {
    this.preview = preview;
    this.at = null;
    this.asked = 0;
    this.marker = marker();
    preview.above.push(this.marker);
    preview.map.on('pointermove', (event) => { if (!event.dragging) showHere(preview, event.coordinate); });
    preview.map.on('singleclick', (event) => this.show(event.coordinate));
    preview.on('view', () => showHere(preview));
    preview.on('params', () => this.again());
    preview.on('layers', () => this.again());
  }

  showMiddle() { this.show(this.preview.view.getCenter()); }

  again() { if (this.at) this.ask(); }

  clear() {
    this.at = null;
    this.marker.getSource().clear();
    $('values').replaceChildren(el('p', {class: 'quiet'}, 'Click the map to see its values.'));
  }

  show(coordinate) {
    this.at = coordinate;
    const source = this.marker.getSource();
    source.clear();
    source.addFeature(new ol.Feature(new ol.Point(coordinate)));
    $('values-section').open = true;
    this.preview.emit('inspect');
    this.isNew = true;
    $('values').replaceChildren(this.head(), el('p', {class: 'quiet'}, '…'));
    this.ask();
  }

  // The layers whose points are asked for: a result answers for its inputs, too.
  get questions() {
    const shown = this.preview.layers.filter((layer) => layer.ol && (layer.visible || layer === this.preview.leader));
    const results = new Set(shown.map((layer) => (layer.info.kind === 'input' && layer.info.of ? layer.info.of : layer.id)));
    return [...results].map((id) => this.preview.layer(id)).filter(Boolean);
  }

  async ask() {
    const mine = ++this.asked;
    const answers = await Promise.all(this.questions.map(async (layer) => {
      if (layer.info.is_vector) return [layer, {features: this.featuresOf(layer)}];
      const [x, y] = layer.projection ? ol.transform(this.at, this.preview.projection, layer.projection) : this.at;
      const path = pointPath(layer.info) + query([`x=${x}`, `y=${y}`, `zoom=${this.preview.zoomOf(layer)}`, `v=${layer.info.version}`, paramsQuery(layer.params)]);
      try {
        return [layer, await getJson(path)];
      } catch (reason) {
        return [layer, {error: reason.message}];
      }
    }));
    if (mine !== this.asked || !this.at) return;
    $('values').replaceChildren(this.head(), ...answers.flatMap(([layer, answer]) => this.part(layer, answer)));
    if (this.isNew) this.scrollThere();
    this.isNew = false;
  }

  scrollThere() {
    const section = $('values-section');
    section.scrollIntoView({block: section.offsetHeight > section.parentElement.clientHeight ? 'start' : 'nearest'});
  }

  head() {
    const {info} = this.preview.leader;
    const lonlat = placeText(this.preview, this.at);
    const own = this.at.map((number) => number.toFixed(digits(info))).join(', ');
    const row = (name, text) => el('div', {class: 'place'}, el('span', {class: 'quiet'}, name), el('code', {}, text),
      el('button', {type: 'button', class: 'small', 'aria-label': `Copy ${name}`, onclick: (event) => copy(text, event.target)}, 'Copy'));
    return el('div', {}, row('lon, lat', lonlat), info.crs.is_geographic ? null : row('x, y', own));
  }

  part(layer, answer) {
    if (answer.features) return [this.title(layer.info.title, layer.id), ...this.featureTables(answer.features, layer.id)];
    if (answer.error) return [this.title(layer.info.title), el('p', {class: 'problem'}, answer.error)];
    const own = answer.layers && answer.layers.find((part) => part.id === layer.id);
    const inputs = (answer.layers || []).filter((part) => part.id !== layer.id);
    const failed = own && own.error ? el('p', {class: 'problem'}, own.error) : null;
    return [this.title(layer.info.title, layer.id), failed || this.table(own ? own.values : answer.values, layer.id), own && own.series ? chart(own) : null,
      ...inputs.flatMap((part) => [this.title(this.nameOf(part.id), part.id), part.error ? el('p', {class: 'problem'}, part.error) : this.table(part.values || [], part.id), part.series ? chart(part) : null])].filter(Boolean);
  }

  featuresOf(layer) {
    const found = this.preview.map.getFeaturesAtPixel(this.preview.map.getPixelFromCoordinate(this.at), {layerFilter: (one) => one === layer.ol, hitTolerance: 4});
    return [...new Set(found.map((feature) => JSON.stringify(Object.entries(feature.getProperties()).filter(([name]) => name !== 'geometry'))))].map((text) => JSON.parse(text));
  }

  featureTables(features, id) {
    if (features.length === 0) return [el('p', {class: 'quiet'}, 'No feature here.')];
    return features.slice(0, 5).map((entries) => (entries.length === 0 ? el('p', {class: 'quiet'}, 'A feature without properties.') : this.table(entries.map(([name, value]) => ({name, value})), id)));
  }

  nameOf(id) {
    const layer = this.preview.layer(id);
    return layer ? layer.info.title : id;
  }

  title(text, id) {
    const layer = id !== undefined && this.preview.layer(id);
    return el('h3', {}, text, layer && layer.info.kind === 'input' ? el('span', {class: 'kind'}, 'input') : null);
  }

  // Bands without a name of their own have the number of their place: pictures' are colours and alpha.
  nameIn(id, name, i) {
    const layer = this.preview.layer(id);
    if (!layer || !/^\d+$/.test(name) || !['PNG', 'WebP', 'JPEG'].includes(layer.info.format)) return name;
    return i < layer.info.bands.length ? layer.info.bands[i].name : 'alpha';
  }

  table(values, id) {
    if (values.length === 0) return el('p', {class: 'quiet'}, 'No data here.');
    return el('table', {'data-of': id}, el('tbody', {}, values.map(({name, value}, i) => el('tr', {class: value === null ? 'quiet' : ''}, el('td', {}, this.nameIn(id, name, i)), el('td', {}, tidy(value))))));
  }
}
