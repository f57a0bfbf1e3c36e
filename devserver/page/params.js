// SPDX-License-Identifier: MIT
// The script's parameters: each change runs it again for what is in the view.
import {$, copy, el, later, tidy} from './dom.js';

const REST_MS = 180;

// A range for a slider of a number whose limits nobody gave: round numbers around its default.
export function limits({type, min, max, default: given}) {
  const size = 10 ** Math.ceil(Math.log10(Math.abs(given) || 1));
  const most = Math.abs(given) > size / 2 ? size * 2 : size;
  const low = min ?? (given < 0 ? -most : 0);
  const high = max ?? Math.max(most, low);
  const step = type === 'integer' ? Math.max(1, Math.round((high - low) / 200)) : Number(((high - low) / 200).toPrecision(2));
  return {low, high, step};
}

export function yaml(changed) {
  const quote = (value) => (typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : String(value));
  return `process_parameters:\n${Object.entries(changed).map(([name, value]) => `  ${name}: ${quote(value)}`).join('\n')}`;
}

export class Params {
  constructor(preview, compare) {
    this.preview = preview;
    this.compare = compare;
    this.layer = null;
    this.send = later(REST_MS, () => this.preview.setParams(this.layer, this.changed()));
    preview.on('select layers', () => this.choose());
  }

  // Those of the selected layer's result, or of the first that has some.
  choose() {
    const {selected, layers} = this.preview;
    const has = (layer) => layer && layer.info.params.length > 0;
    const result = selected && (selected.info.kind === 'input' ? this.preview.layer(selected.info.of) : selected);
    const layer = has(result) ? result : layers.find(has) || null;
    const shape = layer ? `${layer.id} ${layer.info.version}` : '';
    if (shape === this.shape) return;
    this.shape = shape;
    this.layer = layer;
    this.draw();
  }

  draw() {
    $('params-section').hidden = !this.layer;
    if (!this.layer) return;
    $('params-of').textContent = this.preview.layers.filter((layer) => layer.info.params.length > 0).length > 1 ? this.layer.info.title : '';
    this.now = {};
    const known = new Set(this.layer.info.params.map(({name}) => name));
    for (const name of Object.keys(this.layer.params)) if (!known.has(name)) delete this.layer.params[name];
    this.snippet = el('pre', {class: 'snippet'});
    this.actions = el('div', {class: 'buttons'}, el('button', {type: 'button', id: 'params-reset', onclick: () => this.reset()}, 'Reset'),
      el('button', {type: 'button', onclick: (event) => copy(this.snippet.textContent, event.target)}, 'Copy YAML'),
      el('button', {type: 'button', id: 'params-compare', title: 'Beside what the file says', onclick: () => this.compare(this.layer)}, 'Compare'));
    $('params').replaceChildren(...this.layer.info.params.map((param) => this.row(param)), this.snippet, this.actions);
    this.tell();
  }

  valueOf(param) { return this.now[param.name] ?? this.layer.params[param.name] ?? param.value; }

  set(param, value) {
    this.now[param.name] = value;
    this.tell();
    this.send();
  }

  changed() {
    const differing = this.layer.info.params.filter((param) => this.valueOf(param) !== param.value);
    return Object.fromEntries(differing.map((param) => [param.name, this.valueOf(param)]));
  }

  reset() {
    this.now = {};
    this.preview.setParams(this.layer, {});
    this.draw();
  }

  tell() {
    const changed = this.changed();
    const isChanged = Object.keys(changed).length > 0;
    this.snippet.hidden = this.actions.hidden = !isChanged;
    this.snippet.textContent = isChanged ? yaml(changed) : '';
    for (const row of $('params').children) row.classList.toggle('changed', row.dataset.name in changed);
  }

  row(param) {
    const type = param.type === 'any' ? typeof param.value : param.type;
    const make = {number: this.number, integer: this.number, boolean: this.check}[type] || (type === 'string' ? this.text : this.fixed);
    return el('div', {class: 'param', 'data-name': param.name}, make.call(this, param));
  }

  number(param) {
    const {low, high, step} = limits(param);
    const value = this.valueOf(param);
    const slider = el('input', {type: 'range', min: low, max: high, step, value, 'aria-label': param.name, oninput: () => take(Number(slider.value), number)});
    const number = el('input', {type: 'number', min: param.min, max: param.max, step: 'any', value: value === null ? '' : tidy(value).replace(' ', ''), 'aria-label': `${param.name}, as a number`,
      oninput: () => { if (number.value !== '' && number.validity.valid) take(Number(number.value), slider); }});
    const take = (given, other) => {
      const taken = param.type === 'integer' ? Math.round(given) : Number(given.toPrecision(7));
      other.value = taken;
      this.set(param, taken);
    };
    return el('div', {class: 'slider-row'}, el('span', {title: `${param.name}: by default ${param.default}`}, param.name), slider, number);
  }

  check(param) {
    return el('label', {class: 'check'}, el('input', {type: 'checkbox', checked: this.valueOf(param), onchange: (event) => this.set(param, event.target.checked)}), param.name);
  }

  text(param) {
    return el('label', {class: 'slider-row'}, el('span', {}, param.name), el('input', {type: 'text', value: this.valueOf(param), oninput: (event) => this.set(param, event.target.value)}));
  }

  // Lists and the like: shown, not changed.
  fixed(param) {
    const shown = Array.isArray(param.value) ? param.value.join(', ') : JSON.stringify(param.value);
    return el('div', {class: 'fixed'}, el('span', {}, param.name), el('span', {class: 'quiet'}, shown));
  }
}
