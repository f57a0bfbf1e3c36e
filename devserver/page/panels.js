// What stands beside the map: where the pointer is, values, the command for the view, messages.
import * as ol from './vendor.js';

const $ = (id) => document.getElementById(id);

const digits = (layer) => layer.crs.is_geographic ? 5 : 1;

function rows(list) {
  $('here').replaceChildren(...list.flatMap(([name, value]) => {
    const dt = document.createElement('dt');
    const dd = document.createElement('dd');
    dt.textContent = name;
    dd.textContent = value;
    return [dt, dd];
  }));
}

export function showHere(preview, coordinate) {
  const {layer} = preview;
  const zoom = preview.zoom();
  const list = [['zoom', `${preview.map.getView().getZoom().toFixed(1)}${layer.drafts.includes(zoom) ? ' (draft)' : ''}`]];
  if (coordinate) {
    const [z, x, y] = preview.grid.getTileCoordForCoordAndZ(coordinate, zoom);
    list.push([layer.crs.is_geographic ? 'lon, lat' : 'x, y', coordinate.map((number) => number.toFixed(digits(layer))).join(', ')]);
    if (!layer.crs.is_geographic) {
      const lonlat = ol.transform(coordinate, preview.map.getView().getProjection(), 'EPSG:4326');
      list.push(['lon, lat', lonlat.map((number) => number.toFixed(5)).join(', ')]);
    }
    list.push(['tile', `${z}/${y}/${x}`]);
    list.push(['metatile', `${z}/${Math.floor(y / layer.metatiling)}/${Math.floor(x / layer.metatiling)}`]);
  }
  rows(list);
}

export async function showValues(preview, coordinate) {
  const {layer} = preview;
  const values = $('values');
  values.textContent = '…';
  const response = await fetch(`/point?x=${coordinate[0]}&y=${coordinate[1]}&zoom=${preview.zoom()}&v=${layer.version}`);
  const answer = await response.json().catch(() => ({error: `${response.status}`}));
  if (answer.error) {
    values.textContent = answer.error;
    return;
  }
  const table = document.createElement('table');
  for (const {name, value} of answer.values) {
    const row = table.insertRow();
    row.insertCell().textContent = name;
    row.insertCell().textContent = value === null ? 'no data' : Number.isInteger(value) ? value : Number(value.toPrecision(6));
  }
  values.replaceChildren(table);
  if (answer.values.length === 0) values.textContent = 'No data here.';
}

export function showCommand(preview) {
  const {layer, map} = preview;
  const [left, bottom, right, top] = map.getView().calculateExtent(map.getSize());
  const fix = (number) => number.toFixed(digits(layer));
  const what = layer.is_file ? `convert ${layer.name} tiles` : `execute ${layer.name}`;
  $('command').textContent = `tilewright ${what} -z ${preview.zoom()} -b ${fix(left)} ${fix(bottom)} ${fix(right)} ${fix(top)}`;
}

export class Messages {
  constructor() {
    this.seen = new Map();
  }

  clear() {
    this.seen.clear();
    this.draw();
  }

  add(text) {
    this.seen.set(text, (this.seen.get(text) || 0) + 1);
    this.draw();
  }

  draw() {
    $('messages').hidden = this.seen.size === 0;
    $('count').textContent = this.seen.size || '';
    $('list').replaceChildren(...[...this.seen].reverse().slice(0, 50).map(([text]) => {
      const item = document.createElement('li');
      item.textContent = text;
      return item;
    }));
  }
}
