// SPDX-License-Identifier: MIT
// What the server is asked: layers, their addresses, and what changes.

export async function getJson(path) {
  const response = await fetch(path);
  const answer = await response.json().catch(() => ({error: `the server answered ${response.status}`}));
  if (!response.ok) throw Object.assign(new Error(answer.error || String(response.status)), {status: response.status});
  return answer;
}

const typeOf = (value) => (Number.isInteger(value) ? 'integer' : typeof value);

function tidyParams(params) {
  if (Array.isArray(params)) return params;
  return Object.entries(params || {}).map(([name, value]) => ({name, type: typeOf(value), value, default: value}));
}

// Pictures hold their alpha as a band: it is none to style. What is without a name has a colour's.
function colourBands(bands, format) {
  if (!['PNG', 'WebP', 'JPEG'].includes(format)) return bands;
  const colours = bands.length % 2 === 0 ? bands.slice(0, -1) : bands;
  return colours.map((band, i) => (colours.length === 3 && /^\d*$/.test(band.name) ? {...band, name: ['red', 'green', 'blue'][i]} : band));
}

// All keys that the page reads are there.
function complete(layer) {
  const name = layer.name || layer.title || layer.source || layer.id;
  return {of: null, kind: layer.is_file ? 'file' : 'result', problem: null, is_loaded: true, drafts: [], metatiling: 1, ...layer,
    id: layer.id || '', title: layer.title || name, name, bands: colourBands(layer.bands || [], layer.format), params: tidyParams(layer.params),
    command: layer.command || {verb: layer.is_file ? 'convert' : 'execute', arguments: layer.is_file ? [name, 'tiles'] : [name]}};
}

export async function getLayers() {
  try {
    const answer = await getJson('/layers.json');
    return {version: answer.version, layers: answer.layers.map(complete)};
  } catch (reason) {
    if (reason.status !== 404) throw reason;
  }
  const [layer, status] = await Promise.all([getJson('/layer.json'), getJson('/status')]);
  return {version: status.version, layers: [complete({...layer, problem: status.problem, range: status.range})]};
}

export const getLayer = async (id) => complete(await getJson(`/layers/${id}.json`));

// Which values a layer's pictures show from dark to light, where the server chose them.
export async function getRange(id) {
  const status = await getJson('/status');
  const own = (status.layers || [status]).find((layer) => layer.id === id || !status.layers);
  return (own && own.range) || null;
}

const base = (info) => (info.id ? `/layers/${encodeURIComponent(info.id)}` : '');

export function paramsQuery(changed) {
  const list = Object.entries(changed);
  return list.length === 0 ? '' : `params=${encodeURIComponent(list.map(([name, value]) => `${name}:${value}`).join(','))}`;
}

export function query(parts) {
  const given = parts.filter(Boolean);
  return given.length === 0 ? '' : `?${given.join('&')}`;
}

export const tilePath = (info, [z, x, y], suffix) => `${base(info)}/${z}/${x}/${y}.${suffix}`;
export const pointPath = (info) => `${base(info)}/point`;

// Calls back with each event of the server, and connects again when the server was started anew.
export function follow(version, handlers) {
  const events = new EventSource(`/events?since=${version}`);
  for (const [name, handler] of Object.entries(handlers)) if (name !== 'lost') events.addEventListener(name, (event) => handler(event.data));
  events.addEventListener('open', () => handlers.lost(false));
  events.addEventListener('error', () => {
    handlers.lost(events.readyState === EventSource.CLOSED);
    if (events.readyState === EventSource.CLOSED) setTimeout(() => follow(version, handlers), 1000);
  });
}
