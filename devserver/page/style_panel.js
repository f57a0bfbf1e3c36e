// SPDX-License-Identifier: MIT
// How the selected layer is shown: bands, histogram and stretch, gamma, saturation or a colour map.
import {$, choice, el, later, tidy} from './dom.js';
import {gradient, names} from './colours.js';
import {countView, Histogram, percentile, valueOf} from './histogram.js';
import {isMono, naturalBands, plain} from './styling.js';

export class StylePanel {
  constructor(preview) {
    this.preview = preview;
    this.channel = null; // null: all at once
    this.histogram = new Histogram((end, value) => this.setEnd(end, value));
    this.count = later(160, () => this.refresh());
    preview.on('select', () => { this.channel = null; this.draw(); });
    preview.on('layers', () => this.draw());
    preview.on('view loading', () => this.count());
    preview.on('style', () => { this.update(); this.count(); });
    $('style-section').addEventListener('toggle', () => this.draw());
  }

  get layer() { return this.preview.selected; }

  get style() { return this.layer.style; }

  set(changes) { this.preview.setStyle(this.layer, changes); }

  get isShown() { return Boolean($('style-section').open && this.layer && this.layer.ol && !this.layer.info.is_vector); }

  draw() {
    $('style-of').textContent = this.layer ? this.preview.nameOf(this.layer) : '';
    $('style-section').hidden = !this.layer || Boolean(this.layer.ol && this.layer.info.is_vector);
    if (!$('style-section').open) return;
    if (!this.isShown) {
      $('style').replaceChildren(el('p', {class: 'quiet'}, 'Show the layer to style it.'));
      return;
    }
    $('style').replaceChildren(...[this.bandsPart(), this.channelPart(), this.histogram.element, this.rangePart(),
      this.slider('gamma', 'Gamma', -1, 1, 0.02, (at) => Number((4 ** at).toFixed(3)), (gamma) => Math.log(gamma) / Math.log(4)),
      this.isMono ? this.mapPart() : this.slider('saturation', 'Saturation', 0, 2, 0.02, Number, Number),
      el('div', {class: 'buttons'}, el('button', {type: 'button', onclick: () => this.reset()}, 'Reset style'))].filter(Boolean));
    this.update();
    this.refresh();
  }

  get isMono() { return isMono(this.layer.info, this.style); }

  get isWhole() { return this.layer.info.bands.every((band) => /int/.test(band.dtype)); }

  reset() {
    this.set(plain());
    this.draw();
  }

  bandName(band) {
    const given = this.layer.info.bands[band - 1];
    return (given && given.name) || ['red', 'green', 'blue'][band - 1] || `band ${band}`;
  }

  bandsPart() {
    const count = this.layer.info.bands.length || 3;
    if (count < 2) return null;
    const chosen = this.style.bands || naturalBands(this.layer.info) || (this.isMono ? [1] : [1, 2, 3]);
    const pick = (bands) => {
      this.channel = null;
      this.set({bands, stretch: null});
      this.draw();
    };
    const select = (at) => el('select', {'aria-label': this.isMono ? 'Band' : ['Red', 'Green', 'Blue'][at],
      onchange: (event) => pick(chosen.map((band, i) => (i === at ? Number(event.target.value) : band)))},
    Array.from({length: count}, (_, i) => el('option', {value: i + 1, selected: chosen[at] === i + 1}, this.bandName(i + 1))));
    const colours = count >= 3 ? choice('Colours or one band', [['rgb', 'Three bands'], ['one', 'One band']], this.isMono ? 'one' : 'rgb',
      (what) => pick(what === 'rgb' ? null : [1])) : null;
    return el('div', {class: 'bands'}, colours, el('div', {class: `selects ${this.isMono ? '' : 'rgb'}`}, chosen.map((_, at) => select(at))));
  }

  channelPart() {
    if (this.isMono) return null;
    return choice('Channels that the ends stretch', [['all', 'All'], ['0', 'Red'], ['1', 'Green'], ['2', 'Blue']], this.channel === null ? 'all' : String(this.channel),
      (what) => { this.channel = what === 'all' ? null : Number(what); this.draw(); });
  }

  rangePart() {
    const input = (end, label) => el('input', {type: 'number', step: 'any', 'aria-label': label, onchange: (event) => {
      if (event.target.value !== '') this.setEnd(end, Number(event.target.value));
    }});
    this.inputs = [input(0, 'Darkest value'), input(1, 'Lightest value')];
    return el('div', {class: 'range'}, this.inputs[0],
      el('button', {type: 'button', title: 'From the 2nd to the 98th percentile of the view', onclick: () => this.fit(0.02)}, 'Auto'),
      el('button', {type: 'button', title: 'From the smallest to the largest value of the view', onclick: () => this.fit(0)}, 'Full'), this.inputs[1]);
  }

  slider(key, label, min, max, step, read, write) {
    const shown = el('output', {}, this.style[key].toFixed(2));
    const input = el('input', {type: 'range', min, max, step, value: write(this.style[key]), 'aria-label': label, 'data-key': key,
      oninput: (event) => {
        shown.textContent = read(event.target.value).toFixed?.(2) ?? '';
        this.set({[key]: read(event.target.value)});
      },
      ondblclick: () => { this.set({[key]: 1}); this.draw(); }});
    return el('label', {class: 'slider-row'}, el('span', {}, label), input, shown);
  }

  mapPart() {
    const map = this.style.map || 'grey';
    const swatch = (name) => el('button', {type: 'button', class: 'swatch', 'aria-pressed': String(name === map), title: name, 'data-map': name,
      onclick: () => { this.set({map: name === 'grey' && !this.style.reverse ? null : name}); this.draw(); }},
    el('span', {class: 'ramp', style: `background: ${gradient(name, this.style.reverse)}`}), name);
    return el('div', {}, el('div', {class: 'swatches', role: 'group', 'aria-label': 'Colour map'}, names.map(swatch)),
      el('label', {class: 'check'}, el('input', {type: 'checkbox', checked: this.style.reverse, onchange: (event) => { this.set({reverse: event.target.checked, map}); this.draw(); }}), 'Reversed'));
  }

  // Each channel's own range.
  ranges() {
    const {served} = this.layer;
    const given = this.style.stretch || [[served.low, served.high]];
    const count = this.isMono ? 1 : 3;
    return Array.from({length: count}, (_, k) => [...given[Math.min(k, given.length - 1)]]);
  }

  setRanges(ranges) {
    const isOne = ranges.every((range) => String(range) === String(ranges[0]));
    this.set({stretch: isOne ? [ranges[0]] : ranges});
  }

  setEnd(end, value) {
    const ranges = this.ranges();
    const {served} = this.layer;
    const least = (served.high - served.low) / 255;
    for (let k = 0; k < ranges.length; k++) {
      if (this.channel !== null && k !== this.channel) continue;
      ranges[k][end] = value;
      if (ranges[k][0] > ranges[k][1] - least) ranges[k][1 - end] = end === 0 ? value + least : value - least;
    }
    this.setRanges(ranges);
  }

  fit(share) {
    const counted = countView(this.layer, this.preview);
    const ends = counted.bins.map((bins) => [percentile(bins, share, counted.served), percentile(bins, 1 - share, counted.served)]);
    const all = [Math.min(...ends.map(([low]) => low)), Math.max(...ends.map(([, high]) => high))];
    const least = valueOf(counted.served, 1) - valueOf(counted.served, 0);
    const ranges = this.ranges().map((range, k) => (this.channel === null ? all : k === this.channel ? ends[k] : range));
    const round = this.isWhole ? Math.round : (value) => Number(value.toPrecision(6));
    this.setRanges(ranges.map(([low, high]) => [round(low), round(Math.max(high, low + least))]));
  }

  // What changes while the hand is on something: never the elements under it.
  update() {
    if (!this.isShown || !this.inputs) return;
    const range = this.ranges()[this.channel || 0];
    this.inputs.forEach((input, end) => { if (document.activeElement !== input) input.value = tidy(range[end]).replace(' ', ''); });
    if (this.counted) this.showHistogram();
  }

  showHistogram() {
    this.histogram.isSeparate = this.channel !== null;
    this.histogram.show(this.counted, this.style, this.channel || 0, this.isWhole);
  }

  refresh() {
    if (!this.isShown) return;
    this.counted = countView(this.layer, this.preview);
    this.update();
  }
}
