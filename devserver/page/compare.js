// SPDX-License-Identifier: MIT
// A divider between two layers: mouse, touch, keyboard.
import {$, el} from './dom.js';

export class Compare {
  constructor(preview) {
    this.preview = preview;
    this.divider = $('divider');
    this.divider.addEventListener('pointerdown', (event) => this.drag(event));
    this.divider.addEventListener('keydown', (event) => this.key(event));
    $('swipe').addEventListener('click', () => this.toggle());
    preview.on('swipe', () => this.place());
    preview.on('layers', () => this.draw());
  }

  get others() { return this.preview.layers.filter((layer) => !layer.info.is_vector); }

  get isPossible() { return this.others.length > 1; }

  toggle() {
    if (this.preview.swipe) this.end();
    else this.begin();
  }

  // The selected layer on the left, what lies beneath it on the right.
  begin(left, right, at = 0.5) {
    const {preview, others} = this;
    if (!this.isPossible) return;
    const first = left || (others.includes(preview.selected) ? preview.selected : others[0]);
    const rest = others.filter((layer) => layer !== first);
    const second = right || rest.find((layer) => layer.visible) || rest.find((layer) => layer.info.of === first.id || layer.info.kind !== 'input') || rest[0];
    this.before = this.before || new Map(preview.layers.map((layer) => [layer, layer.visible]));
    this.set(first, second, at);
  }

  async set(left, right, at) {
    const {preview} = this;
    preview.swipe = {left: left.id, right: right.id, at};
    for (const layer of this.others) if (layer !== left && layer !== right && layer.visible) await preview.setVisible(layer, false);
    for (const layer of [left, right]) if (!layer.visible || !layer.ol) await preview.setVisible(layer, true);
    preview.setSwipe({left: left.id, right: right.id, at});
    this.draw();
  }

  // What is tried out beside what the file says.
  beginTwin(layer) { this.begin(this.preview.addTwin(layer), layer, this.preview.swipe ? this.preview.swipe.at : 0.5); }

  async end() {
    const {preview} = this;
    preview.setSwipe(null);
    preview.dropTwins();
    const before = this.before;
    this.before = null;
    for (const [layer, isVisible] of before || []) if (preview.layers.includes(layer) && layer.visible !== isVisible) await preview.setVisible(layer, isVisible);
    this.draw();
  }

  draw() {
    const {swipe} = this.preview;
    if (swipe && !(this.preview.layer(swipe.left) && this.preview.layer(swipe.right))) return this.end();
    $('swipe').setAttribute('aria-pressed', String(Boolean(swipe)));
    $('swipe').disabled = !this.isPossible;
    $('compare').hidden = !swipe;
    this.place();
    if (!swipe) return;
    const select = (side, label) => el('label', {}, el('span', {class: 'quiet'}, label), el('select', {'aria-label': `Layer on the ${side}`, onchange: (event) => this.choose(side, event.target.value)},
      this.others.map((layer) => el('option', {value: layer.id, selected: layer.id === swipe[side]}, this.preview.nameOf(layer)))));
    $('compare').replaceChildren(select('left', 'Left'), select('right', 'Right'));
  }

  choose(side, id) {
    const {swipe} = this.preview;
    const pair = {left: swipe.left, right: swipe.right};
    if (pair[side === 'left' ? 'right' : 'left'] === id) [pair.left, pair.right] = [pair.right, pair.left];
    else pair[side] = id;
    this.set(this.preview.layer(pair.left), this.preview.layer(pair.right), swipe.at);
  }

  place() {
    const {swipe} = this.preview;
    this.divider.hidden = !swipe;
    if (!swipe) return;
    this.divider.style.left = `${swipe.at * 100}%`;
    this.divider.setAttribute('aria-valuenow', Math.round(swipe.at * 100));
    for (const side of ['left', 'right']) {
      const layer = this.preview.layer(swipe[side]);
      $(`side-${side}`).textContent = layer ? this.preview.nameOf(layer) : '';
    }
  }

  moveTo(at) { this.preview.setSwipe({...this.preview.swipe, at: Math.min(Math.max(at, 0), 1)}); }

  drag(event) {
    event.preventDefault();
    this.divider.focus();
    this.divider.setPointerCapture(event.pointerId);
    const move = ({clientX}) => this.moveTo(clientX / window.innerWidth);
    const stop = () => this.divider.removeEventListener('pointermove', move);
    this.divider.addEventListener('pointermove', move);
    this.divider.addEventListener('pointerup', stop, {once: true});
    this.divider.addEventListener('pointercancel', stop, {once: true});
  }

  key(event) {
    const step = {ArrowLeft: -0.01, ArrowDown: -0.01, ArrowRight: 0.01, ArrowUp: 0.01, PageDown: -0.1, PageUp: 0.1}[event.key];
    const end = {Home: 0, End: 1}[event.key];
    if (step === undefined && end === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    this.moveTo(end ?? this.preview.swipe.at + step * (event.shiftKey ? 5 : 1));
  }
}
