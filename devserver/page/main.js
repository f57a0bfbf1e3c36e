// SPDX-License-Identifier: MIT
// The page: asks what there is, shows it, and follows the files as they change.
import {$, recall, remember, svg} from './dom.js';
import {Command} from './command.js';
import {Compare} from './compare.js';
import {Inspector, showHere} from './inspect.js';
import {startKeys} from './keys.js';
import {LayerList} from './layer_list.js';
import {applyLink, Link, readLink} from './link.js';
import {Preview} from './map.js';
import {Messages, showProblems} from './messages.js';
import {Overlay} from './overlay.js';
import {Params} from './params.js';
import {Run} from './run.js';
import {follow, getLayers} from './server.js';
import {StylePanel} from './style_panel.js';
import {startTheme} from './theme.js';

const isNarrow = () => window.innerWidth <= 640;
const preview = new Preview($('map'));
preview.padding = () => (isNarrow() || !isOpen() ? [70, 30, 40, 30] : [40, 370, 50, 60]);
const inspector = new Inspector(preview);
const overlay = new Overlay(preview);
const messages = new Messages(preview);
const compare = new Compare(preview);
const link = new Link(preview, overlay);
const parts = {list: new LayerList(preview), style: new StylePanel(preview), params: new Params(preview, (layer) => compare.beginTwin(layer)), command: new Command(preview), inspector, overlay, compare};
let run = null;
window.preview = Object.assign(preview, {parts}); // for tests and the console

preview.on('loading', (count) => {
  $('state').textContent = count > 0 ? `${count} ${count === 1 ? 'tile' : 'tiles'} …` : 'ready';
  $('bar').classList.toggle('busy', count > 0);
  document.body.dataset.loading = count;
});

preview.on('inspect', () => openPanel(true));

async function refresh(first) {
  const {version, layers} = await getLayers();
  for (const info of layers) {
    const shown = preview.layer(info.id);
    if (shown && shown.info.version !== info.version) messages.clear(shown);
  }
  await preview.show(layers, first && first.place, first && ((list) => { link.rememberFirst(); return applyLink(first, list); }));
  $('name').textContent = layers[0].name;
  document.title = `${layers[0].name} – Tilewright`;
  preview.emit('loading', preview.loading);
  showProblems(preview.layers);
  document.body.dataset.version = version;
  showHere(preview);
  return version;
}

function isOpen() { return $('toggle').getAttribute('aria-expanded') === 'true'; }

function openPanel(opens) {
  $('sections').hidden = !opens;
  $('toggle').setAttribute('aria-expanded', String(opens));
}

function startSwitch(id, set) {
  $(id).addEventListener('click', () => {
    const isOn = $(id).getAttribute('aria-pressed') !== 'true';
    $(id).setAttribute('aria-pressed', String(isOn));
    set(isOn);
    preview.emit('overlay');
  });
}

function startPanel() {
  $('toggle').append(svg('svg', {viewBox: '0 0 16 16', width: 16, height: 16, fill: 'none', stroke: 'currentColor', 'stroke-width': 1.8, 'stroke-linecap': 'round', 'aria-hidden': 'true'}, svg('path', {d: 'M2.5 4h11M2.5 8h11M2.5 12h11'})));
  openPanel(!isNarrow());
  $('toggle').addEventListener('click', () => openPanel(!isOpen()));
  startSwitch('show-tiles', (isOn) => overlay.setTiles(isOn));
  startSwitch('show-area', (isOn) => overlay.setArea(isOn));
  $('fit').addEventListener('click', () => preview.fit(250));
  for (const section of document.querySelectorAll('details.section')) {
    const before = recall(section.id);
    if (before) section.open = before === 'open';
    section.addEventListener('toggle', () => remember(section.id, section.open ? 'open' : 'closed'));
  }
}

function restore({keys}) {
  if (keys.get('tiles') === '1') $('show-tiles').click();
  if (keys.get('area') === '0') $('show-area').click();
  const selected = keys.has('sel') && preview.layer(keys.get('sel'));
  if (selected) preview.select(selected);
  const [left, right, at] = (keys.get('swipe') || '').split(',');
  for (const side of [left, right]) if (side && side.endsWith('~file') && preview.layer(side.slice(0, -5))) preview.addTwin(preview.layer(side.slice(0, -5)));
  if (preview.layer(left) && preview.layer(right) && left !== right) compare.begin(preview.layer(left), preview.layer(right), at === undefined || !(Number(at) >= 0 && Number(at) <= 1) ? 0.5 : Number(at));
}

async function start() {
  const asked = readLink(location.hash);
  startTheme(() => { overlay.changed(); parts.style.update(); });
  startPanel();
  startKeys(preview, parts);
  const version = await refresh(asked);
  restore(asked);
  link.start();
  run = new Run(preview, overlay);
  follow(version, {
    version: () => refresh().catch(() => {}),
    run: (text) => run.show(JSON.parse(text)),
    lost: () => {
      $('state').textContent = 'the server is gone';
      $('bar').classList.add('lost');
    },
    back: () => location.reload(), // whatever it is now; the address holds what was seen
  });
}

start();
