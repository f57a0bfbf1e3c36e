// SPDX-License-Identifier: MIT
// The list of layers: visibility, opacity, order. The topmost is first.
import {$, el, svg} from './dom.js';

const kinds = {input: 'input', file: 'file', tiles: 'tiles', result: 'result'};

const grip = () => svg('svg', {viewBox: '0 0 10 16', width: 10, height: 16, 'aria-hidden': 'true'},
  ...[3, 8, 13].flatMap((y) => [2, 8].map((x) => svg('circle', {cx: x, cy: y, r: 1.3, fill: 'currentColor'}))));

const modes = {
  readonly: (output) => `What ${output} holds; nothing is computed`,
  continue: (output) => `What ${output} holds; what is missing is computed and written`,
  overwrite: (output) => `What is looked at is computed once, and written into ${output}`,
};

export class LayerList {
  constructor(preview) {
    this.preview = preview;
    this.list = $('layers');
    preview.on('layers select', () => this.draw());
  }

  draw() {
    const focused = document.activeElement && document.activeElement.closest('#layers') ? [document.activeElement.closest('li').dataset.id, document.activeElement.className] : null;
    this.list.replaceChildren(...this.preview.listed.map((layer) => this.row(layer)));
    if (!focused) return;
    const row = [...this.list.children].find((item) => item.dataset.id === focused[0]);
    const target = row && [...row.querySelectorAll('button, input')].find((item) => item.className === focused[1]);
    if (target) target.focus();
  }

  row(layer) {
    const {preview} = this;
    const {info} = layer;
    const isSelected = layer === preview.selected;
    const handle = el('button', {class: 'handle', type: 'button', 'aria-label': `Order of ${info.title}: arrow keys move it`, title: 'Drag, or press the arrow keys, to order',
      onkeydown: (event) => this.moveByKey(event, layer), onpointerdown: (event) => this.drag(event, layer)}, grip());
    const box = el('input', {type: 'checkbox', class: 'visible', checked: layer.visible, 'aria-label': `Show ${info.title}`, onchange: (event) => preview.setVisible(layer, event.target.checked)});
    const name = el('button', {class: 'layer-name', type: 'button', 'aria-pressed': String(isSelected), title: info.source || info.title, onclick: () => preview.select(layer)}, preview.nameOf(layer));
    const mode = info.mode && info.mode !== 'memory' ? info.mode : null;
    const kind = el('span', {class: 'kind', title: mode ? modes[mode](info.output) : null}, mode || kinds[info.kind] || '');
    const row = el('li', {'data-id': layer.id, class: `${isSelected ? 'selected ' : ''}${layer.visible ? '' : 'off '}${info.problem ? 'broken' : ''}`}, handle, box, name, kind);
    if (isSelected) row.append(this.opacity(layer));
    if (info.problem) row.append(el('p', {class: 'problem'}, info.problem.split('\n')[0]));
    return row;
  }

  opacity(layer) {
    const shown = el('output', {}, `${Math.round(layer.opacity * 100)} %`);
    const slider = el('input', {type: 'range', class: 'opacity', min: 0, max: 1, step: 0.05, value: layer.opacity, 'aria-label': `Opacity of ${layer.info.title}`,
      oninput: (event) => {
        this.preview.setOpacity(layer, Number(event.target.value));
        shown.textContent = `${Math.round(layer.opacity * 100)} %`;
      }});
    return el('label', {class: 'opacity-row'}, 'Opacity', slider, shown);
  }

  moveByKey(event, layer) {
    const step = {ArrowUp: -1, ArrowDown: 1}[event.key];
    if (!step) return;
    event.preventDefault();
    this.preview.move(layer, this.preview.layers.indexOf(layer) + step);
  }

  // The row follows the pointer over the others.
  drag(event, layer) {
    if (event.button !== 0) return;
    event.preventDefault();
    const handle = event.currentTarget;
    handle.focus();
    const move = ({clientY}) => {
      const rows = [...this.list.children];
      const over = rows.findIndex((row) => clientY < row.getBoundingClientRect().bottom);
      const to = over < 0 ? rows.length - 1 : over;
      if (to !== this.preview.layers.indexOf(layer)) this.preview.move(layer, to);
    };
    const end = () => {
      window.removeEventListener('pointermove', move);
      document.body.classList.remove('dragging');
    };
    document.body.classList.add('dragging');
    window.addEventListener('pointermove', move);
    window.addEventListener('pointerup', end, {once: true});
    window.addEventListener('pointercancel', end, {once: true});
  }
}
