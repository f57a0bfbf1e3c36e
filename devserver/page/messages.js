// SPDX-License-Identifier: MIT
// What failed: of the files on top of the map, of tiles in a list with the lines that they name.
import {$, el} from './dom.js';

const MOST = 60;

// `tile 6/10/13: run.lua:5: too far east`: the tile, the place in the script, and the reason.
function parts(text) {
  const found = text.match(/^(tile \S+: )([^\s:]+:\d+: )?(.*)$/s);
  if (!found) return [text];
  return [el('span', {class: 'where'}, found[1]), found[2] ? el('strong', {}, found[2]) : null, found[3]].filter(Boolean);
}

export class Messages {
  constructor(preview) {
    this.seen = new Map();
    $('again').addEventListener('click', () => this.again());
    preview.on('failure', ({message, layer}) => this.add(message, layer));
    this.draw();
  }

  // What could not be read may be there now.
  again() {
    const layers = new Set([...this.seen.values()].map(({from}) => from));
    this.seen.clear();
    this.draw();
    for (const layer of layers) layer.again();
  }

  clear(layer) {
    for (const [text, {from}] of this.seen) if (from === layer) this.seen.delete(text);
    this.draw();
  }

  add(text, from) {
    const before = this.seen.get(text);
    this.seen.delete(text);
    this.seen.set(text, {from, count: before ? before.count + 1 : 1});
    if (!this.isDrawing) requestAnimationFrame(() => { this.isDrawing = false; this.draw(); });
    this.isDrawing = true;
  }

  draw() {
    $('messages').hidden = this.seen.size === 0;
    $('count').textContent = this.seen.size || '';
    $('list').replaceChildren(...[...this.seen].reverse().slice(0, MOST).map(([text, {count}]) => el('li', {}, parts(text), count > 1 ? el('span', {class: 'badge'}, `× ${count}`) : null)));
  }
}

// What is wrong with the files, and why what is shown is not written.
export function showProblems(layers) {
  const texts = (key) => [...new Set(layers.map((layer) => layer.info[key]).filter(Boolean))];
  const problems = texts('problem'), notices = texts('notice');
  $('problem').hidden = problems.length + notices.length === 0;
  $('problem').classList.toggle('only-notice', problems.length === 0);
  $('problem').replaceChildren(...[
    ...(problems.length > 0 ? [el('strong', {}, 'The files have an error; the last version that had none is shown.'), el('pre', {}, problems.join('\n'))] : []),
    ...(notices.length > 0 ? [el('strong', {}, 'What is shown is not written.'), el('pre', {}, notices.join('\n'))] : [])]);
  $('map').classList.toggle('stale', problems.length > 0);
}
