// SPDX-License-Identifier: MIT
// What the server is asked: layers, their addresses, and what changes.

export async function getJson(path) {
  const response = await fetch(path);
  const answer = await response.json().catch(() => ({error: `the server answered ${response.status}`}));
  if (!response.ok) throw Object.assign(new Error(answer.error || String(response.status)), {status: response.status});
  return answer;
}

// Pictures hold their alpha as a band: it is none to style. What is without a name has a colour's.
function colourBands(bands, format) {
  if (!['PNG', 'WebP', 'JPEG'].includes(format)) return bands;
  const colours = bands.length % 2 === 0 ? bands.slice(0, -1) : bands;
  return colours.map((band, i) => (colours.length === 3 && /^\d*$/.test(band.name) ? {...band, name: ['red', 'green', 'blue'][i]} : band));
}

// All keys that the page reads are there.
function complete(layer) {
  return {drafts: [], params: [], ...layer, bands: colourBands(layer.bands || [], layer.format)};
}

export async function getLayers() {
  const {version, layers} = await getJson('/layers.json');
  return {version, layers: layers.map(complete)};
}

const base = (info) => `/layers/${encodeURIComponent(info.id)}`;

export const getLayer = async (info) => complete(await getJson(`${base(info)}.json`));

export function paramsQuery(changed) {
  const list = Object.entries(changed);
  return list.length === 0 ? '' : `params=${encodeURIComponent(list.map(([name, value]) => `${name}:${value}`).join(','))}`;
}

export function query(parts) {
  const given = parts.filter(Boolean);
  return given.length === 0 ? '' : `?${given.join('&')}`;
}

// Which values a layer's pictures show from dark to light, where the server chose them: of these bands (1-based), or as they are.
export async function getRange(info, bands, params) {
  const layer = await getJson(`${base(info)}.json${query([paramsQuery(params)])}`);
  if (!bands) return layer.range || null;
  const ranges = bands.map((band) => layer.bands[band - 1].stretch);
  return ranges.every(Boolean) ? [Math.min(...ranges.map(([low]) => low)), Math.max(...ranges.map(([, high]) => high))] : null;
}

export const tilePath = (info, [z, x, y], suffix) => `${base(info)}/${z}/${x}/${y}.${suffix}`;
export const pointPath = (info) => `${base(info)}/point`;

const PATIENCE_MS = 1500;

const answers = () => fetch('/health').then((response) => response.ok, () => false);

// After a connection broke: `lost` when the server does not answer, `back` when it does again.
async function look(handlers) {
  const pause = () => new Promise((resume) => { setTimeout(resume, PATIENCE_MS); });
  await pause();
  if (await answers()) return;
  handlers.lost();
  while (!await answers()) await pause();
  handlers.back();
}

// Calls back with each event of the server, by its name. A connection ends with each event: the browser makes the next one.
export function follow(version, handlers) {
  let looking = null;
  const connect = () => {
    const events = new EventSource(`/events?since=${version}`);
    for (const name of ['version', 'run']) events.addEventListener(name, (event) => handlers[name](event.data));
    events.addEventListener('error', () => {
      looking = looking || look(handlers).finally(() => { looking = null; });
      if (events.readyState === EventSource.CLOSED) setTimeout(connect, 1000);
    });
  };
  connect();
}
