// SPDX-License-Identifier: MIT
// The keyboard, and the page that tells of it.
import {$, el} from './dom.js';

const table = [
  ['arrows, + and −', 'move and zoom the map, when it has the focus'],
  ['I', 'values in the middle of the map'],
  ['Esc', 'forget them'],
  ['1 … 9', 'show or hide a layer of the list'],
  ['B', 'hold: without the selected layer, to compare'],
  ['S', 'swipe between two layers; [ and ] move the divider'],
  ['G', 'tiles, metatiles and their times'],
  ['A', 'area'],
  ['F', 'fit the area'],
  ['E', 'style of the selected layer'],
  ['P', 'panel'],
  ['T', 'light or dark'],
  ['C', 'copy the command for the view'],
  ['?', 'this'],
];

function fillHelp() {
  $('help').replaceChildren(el('h2', {}, 'Keys'), el('dl', {}, table.flatMap(([key, what]) => [el('dt', {}, key.length < 5 ? el('kbd', {}, key) : key), el('dd', {}, what)])),
    el('p', {class: 'quiet'}, 'Lists are ordered by their handles: drag, or press the arrow keys. The ends of the histogram and the divider take arrow keys, too.'),
    el('form', {method: 'dialog'}, el('button', {}, 'Close')));
}

function showHelp() {
  if ($('help').open) $('help').close();
  else $('help').showModal();
}

export function startKeys(preview, parts) {
  fillHelp();
  $('help-button').addEventListener('click', showHelp);
  $('help').addEventListener('click', (event) => { if (event.target === $('help')) $('help').close(); });
  const swipeBy = (step) => { if (preview.swipe) parts.compare.moveTo(preview.swipe.at + step); };
  const click = (id) => () => $(id).click();
  const acts = {'?': showHelp, i: () => parts.inspector.showMiddle(), s: click('swipe'), g: click('show-tiles'), a: click('show-area'), f: click('fit'), p: click('toggle'), t: click('theme'), c: () => { $('command-section').open = true; $('copy').click(); },
    '[': () => swipeBy(-0.05), ']': () => swipeBy(0.05), e: () => { $('style-section').open = !$('style-section').open; }};
  const blink = (isHidden) => { if (preview.selected && preview.selected.ol) preview.selected.ol.setVisible(preview.selected.visible && !isHidden); };
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches('input:not([type=checkbox]):not([type=range]), select, textarea')) return;
    if (event.key === 'b' && !event.repeat) return blink(true);
    if ($('help').open && event.key !== '?') return;
    if (event.key === 'Escape') return parts.inspector.clear();
    const layer = /^[1-9]$/.test(event.key) && preview.layers[Number(event.key) - 1];
    if (layer) preview.setVisible(layer, !layer.visible);
    else if (acts[event.key]) acts[event.key]();
  });
  document.addEventListener('keyup', (event) => { if (event.key === 'b') blink(false); });
}
