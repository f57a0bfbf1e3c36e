// SPDX-License-Identifier: MIT
// Colour maps for one band: a few stops each, blended in between.

const stops = {
  grey: ['#000000', '#ffffff'],
  viridis: ['#440154', '#472d7b', '#3b528b', '#2c728e', '#21918c', '#28ae80', '#5ec962', '#addc30', '#fde725'],
  magma: ['#000004', '#1d1147', '#51127c', '#832681', '#b73779', '#e75263', '#fc8961', '#fec488', '#fcfdbf'],
  cividis: ['#00224e', '#123570', '#3b496c', '#575d6d', '#707173', '#8a8678', '#a59c74', '#c3b369', '#fee838'],
  turbo: ['#30123b', '#4145ab', '#4675ed', '#1bcfd5', '#61fc6c', '#d1e834', '#fe9b2d', '#db3a07', '#7a0403'],
  terrain: ['#1b4f72', '#2e86ab', '#c9dfc3', '#7fb069', '#4f8a4b', '#c8b273', '#a57b4c', '#8a6a5c', '#ffffff'],
  vegetation: ['#7a4a1e', '#b5824a', '#dcc38a', '#f3ecc8', '#cfe3a4', '#93c56c', '#4f9d45', '#1f7333', '#0b4a24'],
  balance: ['#2166ac', '#4393c3', '#92c5de', '#d1e5f0', '#f7f7f7', '#fddbc7', '#f4a582', '#d6604d', '#b2182b'],
};

export const names = Object.keys(stops);

const channels = (text) => [1, 3, 5].map((at) => parseInt(text.slice(at, at + 2), 16));

// The colour at 0..1 as [red, green, blue].
export function colourAt(name, where, isReversed = false) {
  const list = stops[name] || stops.grey;
  const place = Math.min(Math.max(isReversed ? 1 - where : where, 0), 1) * (list.length - 1);
  const below = Math.min(Math.floor(place), list.length - 2);
  const from = channels(list[below]);
  const to = channels(list[below + 1]);
  return from.map((value, i) => Math.round(value + (to[i] - value) * (place - below)));
}

export function gradient(name, isReversed) {
  const list = stops[name] || stops.grey;
  return `linear-gradient(to right, ${(isReversed ? [...list].reverse() : list).join(', ')})`;
}
