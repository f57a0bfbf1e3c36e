// SPDX-License-Identifier: MIT
// A tile: asked for until it comes, kept as it was served, and styled when it is drawn.
import * as ol from './vendor.js';
import {apply} from './styling.js';

const LOADING = 1, LOADED = 2, FAILED = 3, EMPTY = 4; // ol/TileState
const ATTEMPTS = 20;

function newCanvas(width, height) {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  return canvas;
}

function wrap(context, text, width_px) {
  const lines = [''];
  for (const word of text.split(/(?<=[\s/:])/)) {
    if (lines[lines.length - 1] !== '' && context.measureText(lines[lines.length - 1] + word).width > width_px) lines.push('');
    lines[lines.length - 1] += word;
  }
  return lines;
}

// A tile that failed says why, in its own place.
export function drawFailure(message, size) {
  const canvas = newCanvas(size, size);
  const context = canvas.getContext('2d');
  context.fillStyle = '#fbeae9e6';
  context.fillRect(0, 0, size, size);
  context.strokeStyle = '#a3262a';
  context.strokeRect(1.5, 1.5, size - 3, size - 3);
  context.fillStyle = '#a3262a';
  context.font = '12px ui-monospace, monospace';
  wrap(context, message, size - 20).slice(0, Math.floor(size / 16) - 1).forEach((line, i) => context.fillText(line.trimEnd(), 10, 22 + i * 16));
  return canvas;
}

const pause = (milliseconds) => new Promise((resume) => { setTimeout(resume, milliseconds); });

// The answer, asked again while the server is busy or the network fails.
async function ask(url, signal) {
  for (let attempt = 0; ; attempt++) {
    let response;
    try {
      response = await fetch(url, {signal});
    } catch (reason) {
      if (signal.aborted) throw reason;
      response = new Response(JSON.stringify({error: `the server does not answer: ${reason.message}`}), {status: 503});
    }
    if (response.status !== 503 || attempt === ATTEMPTS) return response;
    await pause(300 + attempt * 100);
    if (signal.aborted) throw new Error('no longer wanted');
  }
}

// Subclasses have an `owner`, the layer: it knows the style, and hears of failures and of tiles that are here.
export class StyledTile extends ol.ImageTile {
  constructor(coord, state, url, ...more) {
    super(coord, state, url, ...more);
    this.url = url;
  }

  load() {
    if (this.state !== 0 && this.state !== FAILED) return;
    this.state = LOADING;
    this.changed();
    this.stop = new AbortController();
    this.served = this.owner.served;
    this.owner.began(this);
    this.fetch().catch((reason) => {
      if (!this.stop.signal.aborted) this.fail(String(reason.message || reason));
      else this.become(FAILED);
    });
  }

  async fetch() {
    const response = await ask(this.url, this.stop.signal);
    if (response.status === 204) return this.become(EMPTY);
    if (!response.ok) {
      const {error} = await response.json().catch(() => ({error: `the server answered ${response.status}`}));
      return this.fail(error);
    }
    this.seconds = Number(response.headers.get('X-Seconds')) || null;
    const bitmap = await createImageBitmap(await response.blob(), {colorSpaceConversion: 'none'});
    this.plain = newCanvas(bitmap.width, bitmap.height);
    this.plain.getContext('2d', {willReadFrequently: true}).drawImage(bitmap, 0, 0);
    bitmap.close();
    this.become(LOADED);
  }

  fail(message) {
    this.failure = drawFailure(message, this.owner.info.tile_size);
    this.owner.failed(message);
    this.become(LOADED);
  }

  become(state) {
    this.state = state;
    this.owner.ended(this);
    this.changed();
  }

  // No longer wanted: the server need not make it.
  abort() {
    this.stop.abort();
  }

  pixels() {
    if (!this.words) this.words = new Uint32Array(this.plain.getContext('2d').getImageData(0, 0, this.plain.width, this.plain.height).data.buffer);
    return this.words;
  }

  // Draws the tile anew.
  style(recipe) {
    this.recipe = recipe;
    if (recipe === null) return;
    const {width, height} = this.plain;
    if (!this.styled) this.styled = newCanvas(width, height);
    const image = new ImageData(width, height);
    apply(recipe, this.pixels(), new Uint32Array(image.data.buffer));
    this.styled.getContext('2d').putImageData(image, 0, 0);
  }

  getImage() {
    if (this.failure || !this.plain) return this.failure || null;
    const wanted = this.owner.recipeFor(this.served);
    if (this.recipe !== wanted && this.owner.mayStyle(this.recipe === undefined)) this.style(wanted);
    return this.recipe ? this.styled : this.plain;
  }
}
