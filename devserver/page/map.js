// The map: the configuration's own grid and CRS, and the tiles that the server makes.
import * as ol from './vendor.js';

const registered = new Map();

function projectionOf(layer) {
  const code = layer.crs.code || 'TILEWRIGHT:1';
  if (!registered.has(code)) {
    if (!ol.getProjection(code) && layer.crs.proj4) {
      ol.proj4.defs(code, layer.crs.proj4);
      ol.register(ol.proj4);
    }
    registered.set(code, true);
  }
  return ol.getProjection(code) || new ol.Projection({code, units: layer.crs.is_geographic ? 'degrees' : 'm', extent: layer.extent});
}

export function gridOf(layer) {
  const first = layer.matrices.findIndex((matrix) => matrix);
  const known = layer.matrices.map((matrix, zoom) => matrix || {resolution: layer.matrices[first].resolution * 2 ** (first - zoom)});
  return new ol.TileGrid({extent: layer.extent, origin: [layer.extent[0], layer.extent[3]],
    resolutions: known.map((matrix) => matrix.resolution), tileSize: layer.tile_size, minZoom: layer.min_zoom});
}

// A tile that failed says why, in its own place.
function drawFailure(message, size) {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = size;
  const context = canvas.getContext('2d');
  context.fillStyle = '#a3262a22';
  context.fillRect(0, 0, size, size);
  context.strokeStyle = '#a3262a';
  context.strokeRect(0.5, 0.5, size - 1, size - 1);
  context.fillStyle = '#a3262a';
  context.font = '12px ui-monospace, monospace';
  const width = Math.floor((size - 16) / 7.3);
  const lines = message.match(new RegExp(`.{1,${width}}`, 'g')) || [];
  lines.slice(0, Math.floor(size / 16) - 1).forEach((line, i) => context.fillText(line, 8, 20 + i * 16));
  return canvas.toDataURL();
}

async function load(tile, url, size, tell) {
  const image = tile.getImage();
  for (let attempt = 0; ; attempt++) {
    const response = await fetch(url).catch((reason) => new Response(JSON.stringify({error: `${reason.message}`}), {status: 503}));
    if (response.status === 503 && attempt < 20) {
      await new Promise((resume) => setTimeout(resume, 300 + attempt * 100));
      continue;
    }
    if (response.status === 204) {
      image.src = 'data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==';
    } else if (response.ok) {
      const blob = URL.createObjectURL(await response.blob());
      image.addEventListener('load', () => URL.revokeObjectURL(blob), {once: true});
      image.src = blob;
    } else {
      const {error} = await response.json().catch(() => ({error: `${response.status}`}));
      tell(error);
      image.src = drawFailure(error, size);
    }
    return;
  }
}

export class Preview {
  constructor(target, tell) {
    this.tell = tell;
    this.result = null;
    this.map = new ol.Map({target, layers: [], controls: ol.defaultControls({attribution: false}).extend([new ol.ScaleLine()])});
  }

  rasterLayer(layer, grid, projection) {
    const source = new ol.TileImage({projection, tileGrid: grid, wrapX: false, transition: 120,
      tileUrlFunction: ([z, x, y]) => this.isInside(layer, z, x, y) ? `/${z}/${x}/${y}.png?v=${layer.version}` : undefined,
      tileLoadFunction: (tile, url) => load(tile, url, layer.tile_size, this.tell)});
    source.on('tileloadstart', () => this.count(1));
    source.on(['tileloadend', 'tileloaderror'], () => this.count(-1));
    return new ol.TileLayer({source, className: 'result', preload: 0});
  }

  isInside(layer, z, x, y) {
    const matrix = layer.matrices[z];
    return Boolean(matrix) && z >= layer.min_zoom && z <= layer.max_zoom && x >= 0 && y >= 0 && x < matrix.cols && y < matrix.rows;
  }

  vectorLayer(layer, grid, projection) {
    const format = new ol.GeoJSON();
    const zoomOf = (resolution) => Math.max(layer.min_zoom, Math.min(layer.max_zoom, grid.getZForResolution(resolution)));
    const source = new ol.VectorSource({
      strategy: (extent, resolution) => {
        const extents = [];
        grid.forEachTileCoord(extent, zoomOf(resolution), (coord) => extents.push(grid.getTileCoordExtent(coord)));
        return extents;
      },
      loader: async (extent, resolution, _projection, success, failure) => {
        const [z, x, y] = grid.getTileCoordForCoordAndZ([(extent[0] + extent[2]) / 2, (extent[1] + extent[3]) / 2], zoomOf(resolution));
        if (!this.isInside(layer, z, x, y)) return success([]);
        this.count(1);
        const response = await fetch(`/${z}/${x}/${y}.geojson?v=${layer.version}`);
        this.count(-1);
        if (!response.ok) {
          this.tell((await response.json().catch(() => ({error: `${response.status}`}))).error);
          return failure();
        }
        const features = format.readFeatures(await response.json(), {dataProjection: projection, featureProjection: projection});
        source.addFeatures(features);
        success(features);
      }});
    let shown = null;
    this.map.getView().on('change:resolution', () => {
      const zoom = zoomOf(this.map.getView().getResolution());
      if (shown !== null && zoom !== shown) source.refresh();
      shown = zoom;
    });
    const style = new ol.Style({stroke: new ol.Stroke({color: '#c2410c', width: 1}), fill: new ol.Fill({color: '#c2410c22'}),
      image: new ol.Circle({radius: 4, fill: new ol.Fill({color: '#c2410c'})})});
    return new ol.VectorLayer({source, style, className: 'result'});
  }

  count(change) {
    this.loading = Math.max(0, (this.loading || 0) + change);
    if (this.onLoading) this.onLoading(this.loading);
  }

  // Shows a version. The view stays where it is, unless this is the first or the grid is another.
  show(layer) {
    const projection = projectionOf(layer);
    const grid = gridOf(layer);
    const opacity = this.result ? this.result.getOpacity() : 1;
    const visible = this.result ? this.result.getVisible() : true;
    const isNew = !this.layer || this.layer.crs.proj4 !== layer.crs.proj4 || String(this.layer.extent) !== String(layer.extent);
    this.layer = layer;
    this.grid = grid;
    this.loading = 0;
    if (isNew) this.setView(layer, projection, grid);
    this.result = layer.is_vector ? this.vectorLayer(layer, grid, projection) : this.rasterLayer(layer, grid, projection);
    this.result.setOpacity(opacity);
    this.result.setVisible(visible);
    this.debug = new ol.TileLayer({source: new ol.TileDebug({projection, tileGrid: grid, wrapX: false, template: '{z}/{y}/{x}'}), visible: Boolean(this.debug && this.debug.getVisible())});
    const area = new ol.VectorSource({features: [new ol.Feature(ol.fromExtent(layer.area))]});
    this.area = new ol.VectorLayer({source: area, visible: this.area ? this.area.getVisible() : true,
      style: new ol.Style({stroke: new ol.Stroke({color: '#0b7a5a', width: 1.5, lineDash: [6, 6]})})});
    this.map.setLayers([this.result, this.area, this.debug]);
  }

  setView(layer, projection, grid) {
    this.map.setView(new ol.View({projection, resolutions: grid.getResolutions().concat([grid.getResolution(layer.max_zoom) / 2, grid.getResolution(layer.max_zoom) / 4]),
      constrainResolution: false, extent: undefined, showFullExtent: true}));
    const place = location.hash.match(/^#([\d.]+)\/(-?[\d.]+)\/(-?[\d.]+)$/);
    if (place) {
      this.map.getView().setCenter([Number(place[2]), Number(place[3])]);
      this.map.getView().setZoom(Number(place[1]));
    } else {
      this.map.getView().fit(layer.area, {padding: [40, 40, 40, 40], maxZoom: layer.max_zoom});
    }
  }

  zoom() {
    const zoom = this.grid.getZForResolution(this.map.getView().getResolution());
    return Math.max(this.layer.min_zoom, Math.min(this.layer.max_zoom, zoom));
  }
}
