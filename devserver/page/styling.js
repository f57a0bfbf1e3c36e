// SPDX-License-Identifier: MIT
// How the pixels of a tile become those on the screen: stretch, gamma, colour map, bands, saturation. Nothing here knows the page.
//
// A served tile holds bytes. `served` says what they mean: byte `first` is the value `low`, byte 255 the value `high`.
import {colourAt} from './colours.js';

export const plain = () => ({bands: null, stretch: null, gamma: 1, map: null, reverse: false, saturation: 1});

// Whether a layer's pictures hold the values themselves.
export function isExact(info) {
  const types = info.bands.map((band) => band.dtype);
  if (types.length === 0) return ['PNG', 'JPEG', 'WebP'].includes(info.format);
  return types.every((type) => type === 'uint8') && (['PNG', 'JPEG', 'WebP'].includes(info.format) || types.length >= 3);
}

// The bands that a layer is shown in unless others are chosen: its red, green and blue, or its first; 1-based. Null: as they are.
export function naturalBands(info) {
  const names = info.bands.map((band) => band.name.toLowerCase());
  const colours = ['red', 'green', 'blue'].map((name) => names.indexOf(name) + 1);
  return colours.every((band) => band > 0) && String(colours) !== '1,2,3' ? colours : null;
}

const chosenBands = (info, style) => style.bands || naturalBands(info);

export const isMono = (info, style) => (style.bands ? style.bands.length === 1 : info.bands.length > 0 && info.bands.length < 3);

// The bands that the server has to pick, 1-based; null: the client does, of the three that are there.
export function bandsToAsk(info, style) {
  const bands = chosenBands(info, style);
  const isHere = isExact(info) && (bands || []).every((band) => band <= 3);
  return bands && !isHere ? bands : null;
}

// Where each of the shown channels is in the served picture.
export function sources(info, style) {
  const bands = chosenBands(info, style);
  if (!bands || bandsToAsk(info, style)) return isMono(info, style) ? [0] : [0, 1, 2];
  const last = info.bands.length === 0 ? 2 : Math.min(info.bands.length, 3) - 1;
  return bands.map((band) => Math.min(band - 1, last));
}

const clamp = (number) => Math.min(Math.max(number, 0), 1);

// For each byte of a channel, where it lies between dark (0) and light (1).
export function curve(style, served, channel) {
  const range = style.stretch ? style.stretch[Math.min(channel, style.stretch.length - 1)] : [served.low, served.high];
  const step = (served.high - served.low) / (255 - served.first);
  const width = range[1] - range[0];
  return Float64Array.from({length: 256}, (_, byte) => {
    const value = served.low + (byte - served.first) * step;
    return clamp(width > 0 ? (value - range[0]) / width : value >= range[0] ? 1 : 0) ** (1 / style.gamma);
  });
}

function isUntouched(info, style) {
  const bands = chosenBands(info, style);
  const inOrder = !bands || bandsToAsk(info, style) || (bands.length === 3 && bands.every((band, i) => band === i + 1));
  return inOrder && !style.stretch && style.gamma === 1 && style.saturation === 1 && !(isMono(info, style) && style.map);
}

// What `apply` needs; null: the picture as it is.
export function recipe(info, style, served) {
  if (isUntouched(info, style)) return null;
  const from = sources(info, style);
  if (from.length === 1) {
    const colours = Array.from(curve(style, served, 0), (place) => colourAt(style.map || 'grey', place, style.reverse));
    return {shift: from[0] * 8, table: Uint32Array.from(colours, ([red, green, blue]) => red | green << 8 | blue << 16)};
  }
  return {shifts: from.map((source) => source * 8), saturation: style.saturation,
    tables: from.map((_, channel) => Uint8Array.from(curve(style, served, channel), (place) => Math.round(place * 255)))};
}

function applyMap(recipe, pixels, out) {
  const {shift, table} = recipe;
  for (let i = 0; i < pixels.length; i++) out[i] = table[pixels[i] >>> shift & 255] | pixels[i] & 0xff000000;
}

function applyTables({shifts: [sr, sg, sb], tables: [tr, tg, tb]}, pixels, out) {
  for (let i = 0; i < pixels.length; i++) {
    const pixel = pixels[i];
    out[i] = tr[pixel >>> sr & 255] | tg[pixel >>> sg & 255] << 8 | tb[pixel >>> sb & 255] << 16 | pixel & 0xff000000;
  }
}

const byte = (number) => (number <= 0 ? 0 : number >= 255 ? 255 : number + 0.5 | 0);

// Away from or towards the luminance (ITU-R BT.709).
function applySaturated({shifts: [sr, sg, sb], tables: [tr, tg, tb], saturation}, pixels, out) {
  for (let i = 0; i < pixels.length; i++) {
    const pixel = pixels[i];
    const red = tr[pixel >>> sr & 255];
    const green = tg[pixel >>> sg & 255];
    const blue = tb[pixel >>> sb & 255];
    const light = (0.2126 * red + 0.7152 * green + 0.0722 * blue) * (1 - saturation);
    out[i] = byte(light + red * saturation) | byte(light + green * saturation) << 8 | byte(light + blue * saturation) << 16 | pixel & 0xff000000;
  }
}

// Pixels are words of red, green, blue, alpha from the lowest byte on, as canvases have them.
export function apply(recipe, pixels, out) {
  if (recipe.table) applyMap(recipe, pixels, out);
  else if (recipe.saturation === 1) applyTables(recipe, pixels, out);
  else applySaturated(recipe, pixels, out);
}

// The range to ask the server for: somewhat wider than what is shown, so that its ends can be drawn without asking again.
export function rangeToAsk(style, asked) {
  if (!style.stretch) return null;
  const low = Math.min(...style.stretch.map((range) => range[0]));
  const high = Math.max(...style.stretch.map((range) => range[1]));
  const isEnough = asked && asked[0] <= low && asked[1] >= high && high - low > (asked[1] - asked[0]) * 0.4;
  const margin = (high - low) / 4 || 1;
  return isEnough ? asked : [low - margin, high + margin].map((end) => Number(end.toPrecision(9)));
}
