// Opens a static map page in headless Chromium, from a file or a server; says what it saw as JSON.
//   node viewer.mjs URL SCREENSHOT
import {chromium} from 'playwright-core';

const [url, shot] = process.argv.slice(2);
const browser = await chromium.launch({executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking']});
const page = await browser.newPage({viewport: {width: 800, height: 600}});
const seen = {errors: [], requests: []};
page.on('pageerror', (error) => seen.errors.push(error.message));
page.on('request', (request) => { if (!request.url().startsWith('data:')) seen.requests.push(request.url()); });

// Every image that the page wants is there, and none of another zoom.
async function ready() {
  for (let i = 0; i < 300; i++) {
    if (await page.evaluate(() => images.size > 0 && [...images.values()].every((image) => image.done && image.zoom === zoomNow()))) return;
    await page.waitForTimeout(50);
  }
  throw new Error('never ready');
}
const state = () => page.evaluate(() => ({
  zoom: zoomNow(), title: document.title, attribution: document.getElementById('attribution').textContent,
  place: document.getElementById('place').textContent, hash: location.hash,
  shown: [...images.values()].filter((image) => image.naturalWidth > 0).map((image) => image.src)}));

await page.goto(url);
await ready();
await page.screenshot({path: shot});
seen.first = await state();
await page.mouse.move(400, 300);
await page.mouse.wheel(0, -700);
await page.waitForTimeout(100);
await ready();
seen.nearer = await state();
await page.mouse.down();
await page.mouse.move(300, 300, {steps: 4});
await page.mouse.up();
await page.waitForTimeout(500);
await ready();
seen.moved = await state();
await page.goto(url + seen.moved.hash);
await page.reload();
await ready();
seen.again = await state();
// A map whose first zoom is so deep that a window would hold a million tiles.
seen.far = await page.evaluate(() => {
  settings.minZoom = settings.maxZoom = 16;
  fit();
  draw();
  const far = {images: images.size, said: !document.getElementById('far').hidden};
  scale(1 / 512);
  draw();
  return {...far, nearer: images.size, saidNearer: !document.getElementById('far').hidden};
});
console.log(JSON.stringify(seen));
await browser.close();
