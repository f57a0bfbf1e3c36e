// Drives the preview page in headless Chromium; says what it saw as JSON on the last line.
//   node preview.mjs URL FOLDER SCENARIO [ARGUMENTS]
import {readFileSync, writeFileSync} from 'node:fs';
import {chromium} from 'playwright-core';

const [url, folder, scenario, ...rest] = process.argv.slice(2);
const browser = await chromium.launch({executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking']});
const page = await browser.newPage({viewport: {width: 1000, height: 700}, colorScheme: 'light'});
const seen = {console: [], outside: []};
let tiles = 0;
page.on('console', (message) => { if (message.type() === 'error' && !/status of 500|status of 503/.test(message.text())) seen.console.push(`${message.text()} ${message.location().url}`); });
page.on('pageerror', (error) => seen.console.push(error.message));
page.on('request', (request) => {
  if (!request.url().startsWith(url) && !/^(blob|data):/.test(request.url())) seen.outside.push(request.url());
  if (/\.png(\?|$)/.test(request.url())) tiles++;
});

// As the page's content security policy has it, nothing is evaluated within the page that is text.
async function until(what, argument, seconds = 150) {
  const limit = Date.now() + seconds * 1000;
  while (!await page.evaluate(what, argument)) {
    if (Date.now() > limit) throw new Error(`never came: ${what}`);
    await new Promise((resume) => setTimeout(resume, 20));
  }
}

const ready = () => until(() => Boolean(document.body.dataset.loading === '0' && window.preview.leader && document.getElementById('state').textContent === 'ready'));
// Twice: a render may ask for more tiles; and tiles fade in.
const settle = async () => { await ready(); await page.waitForTimeout(250); await ready(); await page.waitForTimeout(200); };
const shot = (name) => page.screenshot({path: `${folder}/${name}.png`});
const text = (selector) => page.textContent(selector);
const openSection = (id) => page.$eval(`#${id}`, (section) => { section.open = true; });

async function goToTile(z, x, y) {
  await page.evaluate(([zoom, col, row]) => {
    const {preview} = window;
    const extent = preview.grid.getTileCoordExtent([zoom, col, row]);
    preview.view.setResolution(preview.grid.getResolution(zoom));
    preview.view.setCenter([(extent[0] + extent[2]) / 2, (extent[1] + extent[3]) / 2]);
  }, [z, x, y]);
  await settle();
}

// The pixels of a layer's canvas where a tile lies, at one pixel of the tile for one of the screen.
async function keepTile(name, z, x, y, id) {
  await goToTile(z, x, y);
  const pixels = await page.evaluate(([zoom, col, row, layerId]) => {
    const {preview} = window;
    const layer = layerId === undefined ? preview.leader : preview.layer(layerId);
    const extent = preview.grid.getTileCoordExtent([zoom, col, row]);
    preview.map.renderSync();
    const canvas = preview.element(layer).querySelector('canvas');
    const [left, top] = preview.map.getPixelFromCoordinate([extent[0], extent[3]]).map(Math.round);
    const size = layer.info.tile_size;
    return Array.from(canvas.getContext('2d').getImageData(left, top, size, size).data);
  }, [z, x, y, id]);
  writeFileSync(`${folder}/${name}.bin`, Buffer.from(pixels));
}

const setStyle = async (style) => {
  await page.evaluate((changes) => window.preview.setStyle(window.preview.leader, changes), style);
  await page.waitForTimeout(350);
  await settle();
};

const scenarios = {
  async map() {
    const [z, x, y] = rest.map(Number);
    await settle();
    await shot('map');
    await keepTile('tile', z, x, y);
    await page.evaluate(() => { window.preview.view.setCenter(window.preview.view.getCenter().map((at, i) => at + window.preview.view.getResolution() * (i === 0 ? 0.5 : -0.5))); });
    await settle();
    await page.focus('#map');
    await page.keyboard.press('i');
    await page.waitForSelector('#values table');
    seen.values = await page.$$eval('#values table:first-of-type td', (cells) => cells.map((cell) => cell.textContent));
    seen.command = await text('#command');
    await page.waitForSelector('.chart circle');
    seen.lines = await page.$$eval('.chart path', (lines) => lines.length);
    await page.focus('.chart');
    await page.keyboard.press('ArrowRight');
    seen.read = await text('.chart-said');
    await page.evaluate(() => document.querySelector('.series').scrollIntoView());
    await shot('inspect');
    const ink = () => page.evaluate(() => {
      const {canvas} = window.preview.parts.overlay;
      return canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.reduce((sum, byte, i) => sum + (i % 4 === 3 && byte > 0), 0);
    });
    const metatiles = [];
    await page.route(/\/timings\.json\?layer=cloudless$/, (route) => route.fulfill({json: {tiles: metatiles}}));
    const before = await ink();
    await page.keyboard.press('g');
    await settle();
    seen.ink = [before, await ink()];
    metatiles.push({zoom: z, row: Math.floor(y / 4), col: Math.floor(x / 4), seconds: 0.38, cached: true});
    await page.keyboard.press('g');
    await page.keyboard.press('g');
    await until(() => window.preview.parts.overlay.timings.size > 0);
    await page.waitForTimeout(300);
    seen.ink.push(await ink());
    await shot('grid');
  },
  async edit() {
    const [script, after, broken, mended] = rest;
    const version = () => page.evaluate(() => Number(document.body.dataset.version));
    const change = async (name) => {
      const before = await version();
      const begun = Date.now();
      writeFileSync(script, readFileSync(name));
      await until((old) => Number(document.body.dataset.version) > old, before, 20);
      return Date.now() - begun;
    };
    await settle();
    seen.milliseconds = await change(after);
    await settle();
    await shot('edited');
    await change(broken);
    await page.waitForSelector('#problem:not([hidden])');
    seen.problem = await text('#problem');
    seen.stale = await page.evaluate(() => window.preview.element(window.preview.leader).classList.contains('stale'));
    await shot('broken');
    await change(mended);
    await page.waitForSelector('#problem[hidden]', {state: 'attached'});
    await settle();
    seen.messages = await page.$$eval('#list li', (items) => items.map((item) => item.textContent));
    await shot('failing');
    const before = tiles;
    await page.click('#again');
    await until(() => document.querySelectorAll('#list li').length > 0);
    seen.again = tiles - before;
  },
  async failing() {
    const [z, x, y] = rest.map(Number);
    await settle();
    await goToTile(z, x, y);
    await page.focus('#map');
    await page.keyboard.press('i');
    await page.waitForSelector('#values .problem');
    seen.problem = await text('#values .problem');
    seen.values = await page.$$eval('#values table[data-of="map.inp"] td:last-child', (cells) => cells.map((cell) => Number(cell.textContent)));
    await shot('values-failing');
  },
  async notice() {
    const [script, after] = rest;
    await settle();
    seen.kind = await text('#layers .kind');
    seen.hint = await page.getAttribute('#layers .kind', 'title');
    writeFileSync(script, readFileSync(after));
    await page.waitForSelector('#problem.only-notice:not([hidden])');
    await settle();
    seen.notice = await text('#problem');
    seen.stale = await page.evaluate(() => window.preview.element(window.preview.leader).classList.contains('stale'));
    await shot('notice');
  },
  async style() {
    const [z, x, y] = rest.slice(0, 3).map(Number);
    const styles = JSON.parse(rest[3]);
    await settle();
    await goToTile(z, x, y);
    const before = tiles;
    for (const [number, style] of styles.entries()) {
      await setStyle(style);
      await keepTile(`style-${number}`, z, x, y);
    }
    await setStyle({...styles[0], bands: [1], map: 'viridis'});
    await keepTile('viridis', z, x, y);
    await shot('viridis');
    seen.requests = tiles - before;
  },
  async panel() {
    await settle();
    await openSection('style-section');
    await page.waitForTimeout(500);
    const count = () => page.evaluate(async () => {
      const {countView} = await import('/page/histogram.js');
      const {bins} = countView(window.preview.leader, window.preview);
      return bins.map((channel) => channel.reduce((sum, number) => sum + number, 0));
    });
    // Every pixel of the view once: as many as the tiles' parts in the view have.
    seen.counted = await count();
    seen.pixels = seen.counted[0];
    seen.histogram = [seen.pixels, seen.pixels, seen.pixels];
    const end = await page.locator('.end').first().boundingBox();
    const box = await page.locator('.histogram canvas').boundingBox();
    await page.mouse.move(end.x + end.width / 2, end.y + 40);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.25, end.y + 40, {steps: 5});
    await page.mouse.up();
    const range = () => page.evaluate(() => window.preview.leader.style.stretch[0]);
    seen.dragged = await range();
    await page.keyboard.press('ArrowRight');
    [seen.stepped] = await range();
    await page.locator('[data-key=gamma]').focus();
    await page.keyboard.press('ArrowRight');
    await page.waitForTimeout(300);
    await shot('histogram');
    seen.style = await page.evaluate(() => JSON.stringify(window.preview.leader.style));
    seen.link = await page.evaluate(() => location.hash);
    await page.reload();
    await settle();
    seen.again = await page.evaluate(() => JSON.stringify(window.preview.leader.style));
    const theme = () => page.evaluate(() => document.documentElement.dataset.theme);
    seen.themes = [await theme()];
    await page.focus('#map');
    await page.keyboard.press('t');
    seen.themes.push(await theme());
    await shot('dark');
    await page.keyboard.press('?');
    seen.help = await page.$eval('#help', (help) => help.open);
    await shot('help');
    await page.keyboard.press('Escape');
    seen.unnamed = await page.$$eval('button, input, select, [tabindex]', (items) => items.filter((item) => !(item.getAttribute('aria-label') || item.textContent.trim() || item.closest('label'))).map((item) => item.outerHTML.slice(0, 120)));
    await page.setViewportSize({width: 390, height: 760});
    await page.waitForTimeout(400);
    await shot('phone');
  },
  async swipe() {
    const [z, x, y] = rest.map(Number);
    const at = () => page.evaluate(() => window.preview.swipe.at);
    await settle();
    await goToTile(z, x, y);
    await page.focus('#map');
    await page.keyboard.press('s');
    await settle();
    seen.pair = await page.evaluate(() => [window.preview.swipe.left, window.preview.swipe.right]);
    await shot('swipe');
    await page.focus('#divider');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('PageDown');
    seen.byKey = await at();
    await page.mouse.move(seen.byKey * 1000, 350);
    await page.mouse.down();
    await page.mouse.move(300, 350, {steps: 4});
    await page.mouse.up();
    seen.byMouse = await at();
    const client = await page.context().newCDPSession(page);
    await client.send('Emulation.setTouchEmulationEnabled', {enabled: true});
    await client.send('Input.dispatchTouchEvent', {type: 'touchStart', touchPoints: [{x: 300, y: 400}]});
    await client.send('Input.dispatchTouchEvent', {type: 'touchMove', touchPoints: [{x: 420, y: 400}]});
    await client.send('Input.dispatchTouchEvent', {type: 'touchMove', touchPoints: [{x: 600, y: 400}]});
    await client.send('Input.dispatchTouchEvent', {type: 'touchEnd', touchPoints: []});
    seen.byTouch = await at();
    await client.send('Emulation.setTouchEmulationEnabled', {enabled: false});
    await page.keyboard.press('Home');
    await settle();
    await shot('swipe-right');
    await page.waitForTimeout(200);
    seen.link = await page.evaluate(() => location.hash);
    await page.reload();
    await settle();
    seen.again = await page.evaluate(() => window.preview.swipe);
    await page.click('#swipe');
    await settle();
    seen.ended = await page.evaluate(() => window.preview.swipe);
  },
  async order() {
    const [z, x, y] = rest.map(Number);
    const order = () => page.evaluate(() => window.preview.layers.filter((layer) => layer.info.kind !== 'input').map((layer) => layer.id));
    const row = (part) => page.locator(`#layers li[data-id=map] ${part}`);
    await settle();
    await goToTile(z, x, y);
    await shot('order-0');
    seen.first = await order();
    await row('.handle').focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await settle();
    await shot('order-1');
    seen.byKey = await order();
    seen.focused = await page.evaluate(() => document.activeElement.closest('li').dataset.id);
    const from = await row('.handle').boundingBox();
    const to = await page.locator('#layers li').first().boundingBox();
    await page.mouse.move(from.x + 4, from.y + 8);
    await page.mouse.down();
    await page.mouse.move(to.x + 8, to.y + 6, {steps: 4});
    await page.mouse.up();
    seen.byMouse = await order();
    await row('.visible').uncheck();
    await settle();
    await shot('order-2');
    await row('.visible').check();
    await page.locator('.opacity').fill('0.5');
    await settle();
    await shot('order-3');
    await page.waitForTimeout(200);
    seen.link = await page.evaluate(() => location.hash);
    await page.reload();
    await settle();
    seen.again = await page.evaluate(() => window.preview.layers.filter((layer) => layer.info.kind !== 'input').map((layer) => [layer.id, layer.visible, layer.opacity]));
    await page.keyboard.down('b');
    await page.waitForTimeout(300);
    await shot('order-blink');
    await page.keyboard.up('b');
  },
  async params() {
    const [z, x, y] = rest.map(Number);
    await settle();
    await keepTile('params-0', z, x, y);
    await page.locator('.param input[type=number]').fill('0.4');
    await page.waitForTimeout(300);
    await settle();
    await keepTile('params-1', z, x, y);
    await shot('params');
    seen.yaml = await text('.snippet');
    seen.link = await page.evaluate(() => location.hash);
    const before = tiles;
    await page.locator('.param input[type=range]').focus();
    for (let i = 0; i < 5; i++) await page.keyboard.press('ArrowRight');
    await page.waitForTimeout(300);
    await settle();
    seen.slid = Number(await page.inputValue('.param input[type=number]'));
    seen.asked = tiles - before;
    await page.locator('.param input[type=number]').fill('0.4');
    await page.waitForTimeout(300);
    await page.click('#params-compare');
    await settle();
    await goToTile(z, x, y);
    await shot('params-compare');
    await page.reload();
    await settle();
    seen.again = await page.evaluate(() => [window.preview.leader.params, window.preview.swipe]);
    await page.click('#swipe');
    await page.click('#params-reset');
    await page.waitForTimeout(300);
    await settle();
    await keepTile('params-2', z, x, y);
    seen.reset = await page.evaluate(() => [window.preview.leader.params, window.preview.layers.length, location.hash.includes('param')]);
  },
  async raw() {
    const [z, x, y] = rest.slice(0, 3).map(Number);
    const [low, high] = JSON.parse(rest[3]);
    await settle();
    await goToTile(z, x, y);
    await until(() => window.preview.leader.served.isKnown);
    seen.range = await page.evaluate(() => [window.preview.leader.served.low, window.preview.leader.served.high]);
    await setStyle({stretch: [[low, high]]});
    await keepTile('raw', z, x, y);
    await setStyle({map: 'viridis'});
    await openSection('style-section');
    await page.waitForTimeout(400);
    await shot('raw');
    seen.mono = await page.$$eval('.swatch', (items) => items.length);
  },
  async input() {
    const [z, x, y] = rest.map(Number);
    await settle();
    seen.before = await page.evaluate(() => window.preview.layers.map((layer) => [layer.id, layer.visible]));
    await page.locator('#layers li').nth(1).locator('.visible').check();
    await settle();
    seen.after = await page.evaluate(() => window.preview.layers.map((layer) => [layer.id, layer.visible]));
    await keepTile('input', z, x, y, seen.after[0][0]);
    await page.mouse.click(500 + 3, 350 + 3);
    await page.waitForSelector('#values table[data-of="map.inp"]');
    seen.values = await page.$$eval('#values table', (tables) => tables.map((table) => [table.dataset.of, ...[...table.querySelectorAll('td:last-child')].map((cell) => Number(cell.textContent))]));
    await shot('input');
  },
  async run() {
    await settle();
    seen.before = await page.$eval('#run-section', (section) => section.hidden);
    writeFileSync(`${folder}/ready`, '');
    await until(() => document.getElementById('run-state').textContent === 'running' && document.querySelector('#run progress').value > 0);
    seen.facts = await text('#run');
    seen.tiles = await page.evaluate(() => window.preview.parts.overlay.run.length);
    await shot('run');
    writeFileSync(`${folder}/looked`, '');
    await until(() => document.getElementById('run-state').textContent === 'done');
    seen.after = await text('#run');
    seen.left = await page.evaluate(() => window.preview.parts.overlay.run.length);
  },
  async restart() {
    await settle();
    writeFileSync(`${folder}/ready`, '');
    await until(() => document.getElementById('state').textContent === 'the server is gone');
    await shot('gone');
    writeFileSync(`${folder}/gone`, '');
    await page.waitForEvent('load');
    await settle();
    seen.tiles = await page.evaluate(() => window.preview.leader.tiles.size);
    seen.console = seen.console.filter((message) => !/ERR_CONNECTION_REFUSED|ERR_INCOMPLETE|ERR_EMPTY|ERR_CONNECTION_RESET/.test(message));
  },
  async link() {
    await settle();
    seen.link = await page.evaluate(() => [window.preview.view.getZoom(), ...window.preview.view.getCenter()]);
    seen.layers = await page.evaluate(() => window.preview.layers.map((layer) => [layer.visible, layer.style, layer.params]));
  },
  async phone() {
    await page.setViewportSize({width: 390, height: 760});
    await page.goto('about:blank');
    await page.goto(url);
    await settle();
    seen.collapsed = await page.evaluate(() => document.getElementById('sections').hidden);
    await shot('phone-closed');
    await page.click('#toggle');
    await openSection('style-section');
    await page.waitForTimeout(300);
    const box = (selector) => page.locator(selector).first().boundingBox();
    const [panel, zoom] = [await box('#panel'), await box('.ol-zoom')];
    seen.overlaps = zoom.y + zoom.height > panel.y;
    seen.wide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth || document.getElementById('sections').scrollWidth > document.getElementById('sections').clientWidth);
    await shot('phone');
  },
};

page.setDefaultTimeout(120000);
await page.goto(url + (scenario === 'link' ? rest[0] : ''));
await scenarios[scenario]();
await browser.close();
console.log(JSON.stringify(seen));
