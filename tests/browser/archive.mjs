// Reads a PMTiles archive with the format's own library (npm pmtiles), beside a folder of the same tiles.
//   node archive.mjs tiles ARCHIVE FOLDER EXTENSION    compares every tile of both; says how many there are, and the header
//   node archive.mjs map ARCHIVE FOLDER EXTENSION      shows both with OpenLayers in headless Chromium; says whether the pictures are the same
import {open, readdir, readFile, stat} from 'node:fs/promises';
import {createServer} from 'node:http';
import path from 'node:path';
import {createRequire} from 'node:module';
import {PMTiles} from 'pmtiles';

const [mode, archive, folder, extension] = process.argv.slice(2);

class File {
  getKey() { return archive; }
  async getBytes(offset, length) {
    const file = await open(archive);
    const {buffer, bytesRead} = await file.read(Buffer.alloc(length), 0, length, offset);
    await file.close();
    return {data: buffer.buffer.slice(buffer.byteOffset, buffer.byteOffset + bytesRead)};
  }
}

async function compareTiles() {
  const tiles = new PMTiles(new File());
  const header = await tiles.getHeader();
  const names = (await readdir(folder, {recursive: true})).filter((name) => /^\d+\/\d+\/\d+\.\w+$/.test(name));
  const differ = [];
  let missing = 0;
  for (const name of names) {
    const [zoom, row, col] = name.split(/[/.]/).map(Number);
    const found = await tiles.getZxy(zoom, col, row);
    if (!found || Buffer.compare(Buffer.from(found.data), await readFile(path.join(folder, name))) !== 0) differ.push(name);
    if (await tiles.getZxy(zoom, col, (1 << zoom) - 1 - row) === undefined) missing++;
  }
  return {count: names.length, differ, missing, addressed: Number(header.numAddressedTiles), type: header.tileType, metadata: await tiles.getMetadata()};
}

const PAGE = `<!doctype html><meta charset=utf-8><style>html, body, #map {margin: 0; width: 600px; height: 400px}</style><div id=map></div>
<script src=/ol.js></script><script src=/pmtiles.js></script><script>
const archive = new pmtiles.PMTiles(location.origin + '/archive');
const fromArchive = new ol.source.ImageTile({maxZoom: 5, loader: async (z, x, y) => {
  const found = await archive.getZxy(z, x, y);
  return createImageBitmap(new Blob([found ? found.data : await (await fetch('/empty.png')).arrayBuffer()]));
}});
const fromFolder = new ol.source.ImageTile({maxZoom: 5, url: '/tiles/{z}/{y}/{x}.${extension}'});
const source = location.hash === '#archive' ? fromArchive : fromFolder;
const map = new ol.Map({target: 'map', controls: [], layers: [new ol.layer.Tile({source, transition: 0})],
  view: new ol.View({center: [3.5e6, 3.5e6], zoom: 4})});
map.once('rendercomplete', () => { window.picture = document.querySelector('#map canvas').toDataURL(); });
</script>`;
const EMPTY = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==', 'base64');

async function answer(request, response, seen) {
  const require = createRequire(import.meta.url), modules = path.dirname(path.dirname(require.resolve('pmtiles/package.json')));
  const scripts = {'/ol.js': 'ol/dist/ol.js', '/pmtiles.js': 'pmtiles/dist/pmtiles.js'};
  if (request.url === '/') return response.setHeader('content-type', 'text/html').end(PAGE);
  if (scripts[request.url]) return response.setHeader('content-type', 'text/javascript').end(await readFile(path.join(modules, scripts[request.url])));
  if (request.url === '/archive') {
    const [first, last] = request.headers.range.match(/\d+/g).map(Number), {size} = await stat(archive);
    const end = Math.min(last, size - 1), bytes = await new File().getBytes(first, end - first + 1);
    seen.ranges++;
    return response.writeHead(206, {'content-range': `bytes ${first}-${end}/${size}`, 'content-length': end - first + 1}).end(Buffer.from(bytes.data));
  }
  const tile = request.url.startsWith('/tiles/') && await readFile(path.join(folder, request.url.slice(7))).catch(() => undefined);
  return response.end(tile || EMPTY);
}

async function showMaps() {
  const {chromium} = await import('playwright-core');
  const seen = {ranges: 0, errors: []};
  const server = createServer((request, response) => answer(request, response, seen).catch((error) => { response.statusCode = 500; response.end(String(error)); }));
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const browser = await chromium.launch({executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking']});
  const pictures = [];
  for (const name of ['archive', 'folder']) {
    const page = await browser.newPage({viewport: {width: 600, height: 400}});
    page.on('pageerror', (error) => seen.errors.push(error.message));
    await page.goto(`http://127.0.0.1:${server.address().port}/#${name}`);
    await page.waitForFunction(() => window.picture !== undefined, undefined, {timeout: 60000});
    pictures.push(await page.evaluate(async () => {
      const image = await createImageBitmap(await (await fetch(window.picture)).blob()), canvas = new OffscreenCanvas(image.width, image.height);
      const context = canvas.getContext('2d');
      context.drawImage(image, 0, 0);
      return [...context.getImageData(0, 0, image.width, image.height).data].reduce((all, value, i) => {
        const colour = i % 4 === 3 ? all.colours.add(all.pixel * 256 + value) && 0 : all.pixel * 256 + value;
        return {pixel: colour, colours: all.colours};
      }, {pixel: 0, colours: new Set()}).colours.size;
    }), await page.evaluate(() => window.picture));
    await page.close();
  }
  await browser.close();
  server.close();
  return {...seen, same: pictures[1] === pictures[3], colours: pictures[0]};
}

console.log(JSON.stringify(mode === 'map' ? await showMaps() : await compareTiles()));
