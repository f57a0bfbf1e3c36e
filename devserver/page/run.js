// SPDX-License-Identifier: MIT
// A batch run of the same output that goes on, or ended last; also one that was started from the shell.
import {$, el} from './dom.js';
import {getJson} from './server.js';

export function duration(seconds) {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return '';
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}

export class Run {
  constructor(preview, overlay) {
    Object.assign(this, {preview, overlay});
    getJson('/run.json').then((run) => this.show(run)).catch(() => {});
  }

  show(run) {
    const isThere = run && run.state && run.state !== 'none';
    $('run-section').hidden = !isThere;
    this.overlay.setRun(isThere && run.state === 'running' ? run.tiles || [] : [], run && run.layer);
    if (!isThere) return;
    const {done = 0, total = null, failed = 0, skipped = 0} = run;
    const isRunning = run.state === 'running';
    $('run-state').textContent = run.state;
    $('run-section').dataset.state = run.state;
    const facts = [[total === null ? done : `${done} of ${total}`, 'metatiles'], failed ? [failed, 'failed'] : null, skipped ? [skipped, 'there already'] : null,
      run.rate && isRunning ? [run.rate.toFixed(run.rate < 10 ? 1 : 0), 'a second'] : null,
      isRunning && run.remaining_s ? [duration(run.remaining_s), 'left'] : null].filter(Boolean);
    const bar = el('progress', {max: Math.max(total || 1, 1), 'aria-label': 'Progress of the run'});
    if (total !== null) bar.value = done;
    $('run').replaceChildren(bar, el('p', {class: 'facts'}, facts.map(([number, what]) => el('span', {}, el('strong', {}, String(number)), ` ${what}`))));
  }
}
