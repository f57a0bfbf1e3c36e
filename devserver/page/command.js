// SPDX-License-Identifier: MIT
// The command that makes what is in the view.
import * as ol from './vendor.js';
import {$, copy, el} from './dom.js';
import {gridOf, projectionOf} from './grid.js';
import {yaml} from './params.js';

const shell = (word) => (/^[\w./:=,@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

// Of a layer's own result; an input's is that of its result.
export function commandFor(preview, layer) {
  const {info} = layer;
  const projection = layer.projection || projectionOf(info);
  const view = ol.transformExtent(preview.view.calculateExtent(preview.map.getSize()), preview.projection, projection);
  const box = ol.getIntersection(view, info.extent || view);
  const digits = info.crs.is_geographic ? 6 : 1;
  return ['tilewright', info.command.verb, ...info.command.arguments.map(shell), '-z', preview.zoomOf(layer), '-b', ...box.map((number) => number.toFixed(digits))].join(' ');
}

export class Command {
  constructor(preview) {
    this.preview = preview;
    this.text = el('code', {id: 'command'});
    this.params = el('pre', {class: 'snippet', hidden: true});
    $('command-part').append(this.text, this.params, el('div', {class: 'buttons'}, el('button', {id: 'copy', type: 'button', onclick: (event) => copy(this.text.textContent, event.target)}, 'Copy')));
    preview.on('view select params layers', () => this.show());
  }

  show() {
    const {selected, leader} = this.preview;
    let layer = selected && selected.info.kind === 'input' ? this.preview.layer(selected.info.of) : selected;
    if (!layer || !layer.info.matrices) layer = leader;
    this.text.textContent = commandFor(this.preview, layer);
    const hasParams = Object.keys(layer.params).length > 0;
    this.params.hidden = !hasParams;
    this.params.textContent = hasParams ? `# in ${layer.info.name}, for the chosen parameters:\n${yaml(layer.params)}` : '';
  }
}
