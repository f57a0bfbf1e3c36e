// SPDX-License-Identifier: MIT
// Light or dark: as the system has it, until the switch says otherwise.
import {$, recall, remember, svg} from './dom.js';

const dark = window.matchMedia('(prefers-color-scheme: dark)');

export const isDark = () => document.documentElement.dataset.theme === 'dark';

function picture() {
  return isDark()
    ? svg('svg', {viewBox: '0 0 20 20', width: 16, height: 16, fill: 'none', stroke: 'currentColor', 'stroke-width': 1.7, 'stroke-linecap': 'round', 'aria-hidden': 'true'}, svg('circle', {cx: 10, cy: 10, r: 3.6}),
      svg('path', {d: 'M10 1.8v2M10 16.2v2M1.8 10h2M16.2 10h2M4.2 4.2l1.4 1.4M14.4 14.4l1.4 1.4M4.2 15.8l1.4-1.4M14.4 5.6l1.4-1.4'}))
    : svg('svg', {viewBox: '0 0 20 20', width: 16, height: 16, fill: 'none', stroke: 'currentColor', 'stroke-width': 1.7, 'stroke-linejoin': 'round', 'aria-hidden': 'true'}, svg('path', {d: 'M16.5 11.8A7 7 0 0 1 8.2 3.5a7 7 0 1 0 8.3 8.3z'}));
}

function set(name, changed) {
  document.documentElement.dataset.theme = name;
  $('theme').replaceChildren(picture());
  changed();
}

export function startTheme(changed) {
  const chosen = () => recall('theme') || (dark.matches ? 'dark' : 'light');
  set(chosen(), () => {});
  dark.addEventListener('change', () => set(chosen(), changed));
  $('theme').addEventListener('click', () => {
    const next = isDark() ? 'light' : 'dark';
    remember('theme', next === (dark.matches ? 'dark' : 'light') ? '' : next);
    set(next, changed);
  });
}
