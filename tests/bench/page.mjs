// SPDX-License-Identifier: MIT
// How long the preview's page takes: to its first paint, to the first and the last tile of the view, to a style that changes. Needs
// build/release, chromium and tests/browser/node_modules (npm ci there).
//   node tests/bench/page.mjs [TIMES]
import {spawn} from 'node:child_process';
import {cpSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {chromium} from '../browser/node_modules/playwright-core/index.mjs';

const times = Number(process.argv[2] || 5);
const root = new URL('../../', import.meta.url).pathname;
const work = mkdtempSync(`${tmpdir()}/tilewright-page-`);
cpSync(`${root}examples/cloudless`, work, {recursive: true});
const server = spawn(`${root}build/release/tilewright`, ['serve', 'cloudless.yaml', '--port', '0'], {cwd: work, stdio: ['ignore', 'pipe', 'inherit']});
const url = await new Promise((resolve) => { server.stdout.on('data', (text) => resolve(String(text).match(/http\S+/)[0])); });
const browser = await chromium.launch({executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu']});

async function until(page, what) {
  while (!await page.evaluate(what)) await page.waitForTimeout(5);
  return page.evaluate(() => performance.now());
}

async function measure() {
  const context = await browser.newContext({viewport: {width: 1200, height: 800}}); // nothing is cached
  const page = await context.newPage();
  await page.goto(url, {waitUntil: 'commit'});
  const first = await until(page, () => Boolean(window.preview && window.preview.leader && [...window.preview.leader.tiles.values()].some((tile) => tile.deref())));
  const all = await until(page, () => document.body.dataset.loading === '0');
  const paint = await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0].startTime);
  const style = await page.evaluate(async () => {
    const took = [];
    for (let i = 0; i < 20; i++) {
      window.preview.setStyle(window.preview.leader, {gamma: 1 + i / 20, saturation: 1.5});
      const begun = performance.now();
      window.preview.map.renderSync();
      took.push(performance.now() - begun);
    }
    return took.sort((a, b) => a - b)[10];
  });
  await context.close();
  return {'first paint': paint, 'first tile': first, 'whole view': all, 'a style, one frame': style};
}

const all = [];
for (let i = 0; i < times; i++) all.push(await measure());
for (const name of Object.keys(all[0])) {
  const sorted = all.map((one) => one[name]).sort((a, b) => a - b);
  console.log(`${name.padEnd(20)} ${sorted[Math.floor(sorted.length / 2)].toFixed(0).padStart(6)} ms   (${sorted[0].toFixed(0)} to ${sorted[sorted.length - 1].toFixed(0)})`);
}
await browser.close();
server.kill();
rmSync(work, {recursive: true});
