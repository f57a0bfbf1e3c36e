// Drives the preview page in headless Chromium; says what it saw as JSON on the last line.
//   node preview.mjs URL FOLDER SCENARIO [ARGUMENTS]
import {readFileSync, writeFileSync} from 'node:fs';
import {chromium} from 'playwright-core';

const [url, folder, scenario, ...rest] = process.argv.slice(2);
const browser = await chromium.launch({executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking']});
const page = await browser.newPage({viewport: {width: 1000, height: 700}});
const seen = {console: [], outside: []};
page.on('console', (message) => { if (message.type() === 'error' && !/status of 500|status of 503/.test(message.text())) seen.console.push(message.text()); });
page.on('pageerror', (error) => seen.console.push(error.message));
page.on('request', (request) => { if (!request.url().startsWith(url) && !/^(blob|data):/.test(request.url())) seen.outside.push(request.url()); });

// As the page's content security policy has it, nothing is evaluated within the page that is text.
async function until(what, argument, seconds = 150) {
  const limit = Date.now() + seconds * 1000;
  while (!await page.evaluate(what, argument)) {
    if (Date.now() > limit) throw new Error(`never came: ${what}`);
    await new Promise((resume) => setTimeout(resume, 20));
  }
}

const ready = () => until(() => Boolean(document.body.dataset.loading === '0' && window.preview.result && document.getElementById('state').textContent === 'ready'));
// Twice: a render may ask for more tiles; and tiles fade in.
const settle = async () => { await ready(); await page.waitForTimeout(400); await ready(); await page.waitForTimeout(300); };
const shot = (name) => page.screenshot({path: `${folder}/${name}.png`});

// The pixels of the result's canvas where a tile lies, at one pixel of the tile for one of the screen.
async function tilePixels(z, x, y) {
  await page.evaluate(([zoom, col, row]) => {
    const {preview} = window;
    const extent = preview.grid.getTileCoordExtent([zoom, col, row]);
    preview.map.getView().setResolution(preview.grid.getResolution(zoom));
    preview.map.getView().setCenter([(extent[0] + extent[2]) / 2, (extent[1] + extent[3]) / 2]);
  }, [z, x, y]);
  await settle();
  return page.evaluate(([zoom, col, row]) => {
    const {preview} = window;
    const extent = preview.grid.getTileCoordExtent([zoom, col, row]);
    preview.map.renderSync();
    const canvas = preview.map.getViewport().querySelector('.result canvas');
    const [left, top] = preview.map.getPixelFromCoordinate([extent[0], extent[3]]).map(Math.round);
    const size = preview.layer.tile_size;
    return Array.from(canvas.getContext('2d').getImageData(left, top, size, size).data);
  }, [z, x, y]);
}

const scenarios = {
  async map() {
    const [z, x, y] = rest.map(Number);
    await settle();
    await shot('map');
    writeFileSync(`${folder}/tile.bin`, Buffer.from(await tilePixels(z, x, y)));
    await page.mouse.click(500, 350);
    await page.waitForSelector('#values table');
    seen.values = await page.$$eval('#values td', (cells) => cells.map((cell) => cell.textContent));
    seen.command = await page.textContent('#command');
    await page.check('#show-grid');
    await settle();
    await shot('grid');
  },
  async edit() {
    const [script, after, broken, mended] = rest;
    const version = () => page.evaluate(() => Number(document.body.dataset.version));
    const change = async (text) => {
      const before = await version();
      const begun = Date.now();
      writeFileSync(script, readFileSync(text));
      await until((old) => Number(document.body.dataset.version) > old, before, 20);
      return Date.now() - begun;
    };
    await settle();
    seen.milliseconds = await change(after);
    await settle();
    await shot('edited');
    await change(broken);
    await page.waitForSelector('#problem:not([hidden])');
    seen.problem = await page.textContent('#problem');
    seen.stale = await page.$eval('#map', (map) => map.classList.contains('stale'));
    await shot('broken');
    await change(mended);
    await page.waitForSelector('#problem[hidden]', {state: 'attached'});
    await settle();
    seen.messages = await page.$$eval('#list li', (items) => items.map((item) => item.textContent));
    await shot('failing');
  },
};

page.setDefaultTimeout(120000);
await page.goto(url);
await scenarios[scenario]();
await browser.close();
console.log(JSON.stringify(seen));
